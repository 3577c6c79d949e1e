//! Numbers in fixed point, of which sums are exact.
//!
//! A number `x` of a vector of which the greatest magnitude is below 2^e stands as two limbs of `b` bits:
//!
//! ```text
//! x = (high · 2^b + low) · 2^(e − 2b) + d        |d| ≤ 2^(e − 2b − 1)
//! ```
//!
//! Sums of limbs are exact as long as they fit.

/// Bits of a limb at most.
pub(super) const LIMB_BITS: u32 = 40;
/// No greater number is taken: sums of them do not reach infinity.
pub(in crate::query) const GREATEST: f64 = 1e300;
/// Numbers are not scaled by more: what is far below is 0.
const LEAST_EXPONENT: i32 = -900;

/// How the numbers of a vector are scaled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fixed {
    bits: u32,
    /// Of numbers to high limbs.
    scale: f64,
    /// Of a high limb, and of a low one, to numbers.
    units: [f64; 2],
}

/// 2 to the power of a number between -1022 and 1023.
fn power(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023).clamp(1, 2046) as u64) << 52)
}

/// 1.5 · 2^52: sums with it are whole numbers.
const ROUNDING: f64 = 6_755_399_441_055_744.0;

/// The nearest whole number, the even one of two, of a number below 2^51: not all processors have an instruction for it.
fn round(number: f64) -> f64 {
    (number + ROUNDING) - ROUNDING
}

impl Fixed {
    /// For some finite numbers of at most [`GREATEST`], in limbs of so many bits.
    pub(super) fn of(numbers: impl Iterator<Item = f64>, bits: u32) -> Self {
        let greatest = numbers.fold(0f64, |greatest, number| greatest.max(number.abs()));
        let exponent = (greatest.to_bits() >> 52) as i32 - 1022;
        let exponent = exponent.max(LEAST_EXPONENT);
        let bits_of = bits as i32;
        Self {
            bits,
            scale: power(bits_of - exponent),
            units: [power(exponent - bits_of), power(exponent - 2 * bits_of)],
        }
    }

    /// How many bits limbs have, so that sums of `count` of them fit into 64.
    pub(super) fn bits_for(count: u64) -> u32 {
        let log = u64::BITS - count.saturating_sub(1).leading_zeros();
        62u32.saturating_sub(log).clamp(1, LIMB_BITS)
    }

    /// The limbs of a number.
    pub(super) fn split(&self, number: f64) -> [i64; 2] {
        let scaled = number * self.scale;
        let high = round(scaled);
        // what is left is exact
        let low = (scaled - high) * (1u64 << self.bits) as f64;
        [high as i64, round(low) as i64]
    }

    /// The number of which limbs, or sums of them, are given; it is rounded at most three times.
    pub(super) fn join(&self, [high, low]: [i64; 2]) -> f64 {
        let [of_high, of_low] = self.units;
        high as f64 * of_high + low as f64 * of_low
    }

    /// Limbs as one number, for more sums.
    pub(super) fn whole(&self, [high, low]: [i64; 2]) -> i128 {
        (i128::from(high) << self.bits) + i128::from(low)
    }

    /// The number of which the whole is given, rounded once.
    pub(super) fn of_whole(&self, whole: i128) -> f64 {
        whole as f64 * self.units[1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back_as_far_as_promised(
            numbers in proptest::collection::vec((-1f64..1.0, -60i32..0), 1..50),
            exponent in -800i32..990,
            samples in 1u64..1 << 32,
        ) {
            let numbers: Vec<f64> = numbers.iter().map(|(x, e)| x * power(e + exponent)).collect();
            let bits = Fixed::bits_for(samples);
            prop_assert!(bits == LIMB_BITS || u128::from(samples) << bits <= 1 << 62);
            let fixed = Fixed::of(numbers.iter().copied(), bits);
            let greatest = numbers.iter().fold(0f64, |greatest, x| greatest.max(x.abs()));
            let mut sums = [0; 2];
            for &number in &numbers {
                let limbs = fixed.split(number);
                prop_assert!(limbs.iter().all(|limb| limb.unsigned_abs() <= 1 << bits));
                let error = (fixed.join(limbs) - number).abs();
                prop_assert!(error <= greatest * 2f64.powi(-2 * bits as i32) + number.abs() * 2f64.powi(-51));
                prop_assert!((fixed.of_whole(fixed.whole(limbs)) - number).abs() <= error + number.abs() * 2f64.powi(-51));
                for (sum, limb) in sums.iter_mut().zip(limbs) {
                    *sum += limb;
                }
            }
            let reversed = numbers.iter().rev().map(|x| fixed.whole(fixed.split(*x)));
            prop_assert_eq!(fixed.whole(sums), reversed.sum::<i128>());
        }

        #[test]
        fn whole_numbers_are_exact(numbers in proptest::collection::vec(-1i64 << 40..1 << 40, 1..100)) {
            let fixed = Fixed::of(numbers.iter().map(|n| *n as f64), LIMB_BITS);
            let total = numbers.iter().map(|n| fixed.whole(fixed.split(*n as f64))).sum();
            prop_assert_eq!(fixed.of_whole(total), numbers.iter().sum::<i64>() as f64);
        }
    }

    #[test]
    fn numbers_are_rounded_to_even() {
        let near = [0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 2.500_000_1, 1e6 + 0.5];
        let least = [5e-324, 1.0 / 3.0, 2f64.powi(LIMB_BITS as i32) - 0.5];
        for number in near.into_iter().chain(least) {
            for number in [number, -number] {
                assert_eq!(round(number), number.round_ties_even());
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_are_numbers() {
        for numbers in [
            &[0.0][..],
            &[f64::MIN_POSITIVE / 4.0],
            &[GREATEST, -GREATEST],
            &[-1e-300, 5e-324],
        ] {
            for bits in [1, 17, LIMB_BITS] {
                let fixed = Fixed::of(numbers.iter().copied(), bits);
                for &number in numbers {
                    let back = fixed.join(fixed.split(number));
                    assert!(
                        (back - number).abs() <= number.abs() + 1e-290,
                        "{number}: {back}"
                    );
                }
            }
        }
        let fixed = Fixed::of([GREATEST].into_iter(), LIMB_BITS);
        assert_eq!(fixed.join(fixed.split(GREATEST)), GREATEST);
    }
}
