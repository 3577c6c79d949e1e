//! The packed list: ascending *units* in what their number and the universe need (Elias-Fano).
//!
//! A unit is a number or a pair of numbers, as the kind says. With `e` units below `u`, the low `l` bits of
//! each (`e << l` is at most `u`) stand one behind the other; the rest of unit `i`, `h`, is bit `h + i` of a
//! bit string, which therefore has as many ones as there are units, and a zero for each step of `h`. A unit
//! takes between two and three bits more than `log2(u / e)`, rounded down, wherever the units lie.

use fearless_simd::{Level, dispatch};

use super::bits::word_at;
use super::list::pairs_of;
use super::{Malformed, get_bit, read_varint, set_bit, varint_len, write_varint};

/// Bits of a load that a low part of any bit may begin in the first byte of.
const LOADED: u32 = 57;

/// What units stand for, and the codes of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Numbers.
    Numbers,
    /// Pairs, of which these are members: 1 the even number, 2 the odd one, 3 both.
    Pairs(u32),
    /// Pairs, with two bits for which are members behind all of them.
    Mixed,
}

impl Kind {
    fn of(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Numbers),
            1..=3 => Some(Self::Pairs(u32::from(code))),
            4 => Some(Self::Mixed),
            _ => None,
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Numbers => 0,
            Self::Pairs(which) => which as u8,
            Self::Mixed => 4,
        }
    }

    /// Units are below it.
    fn units(self, universe: u32) -> u32 {
        match self {
            Self::Numbers => universe,
            Self::Pairs(1) | Self::Mixed => universe.div_ceil(2),
            Self::Pairs(_) => universe / 2,
        }
    }
}

/// Where the parts of a packed list are, of which the first has a byte for the kind and a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    units: u32,
    /// Low bits of a unit.
    low: u32,
    lows: usize,
    highs: usize,
    whiches: usize,
    end: usize,
}

impl Layout {
    /// `None` where there can be no such list.
    fn of(kind: Kind, entries: u32, universe: u32) -> Option<Self> {
        let units = kind.units(universe);
        if entries == 0 || entries > units {
            return None;
        }
        let log = units.ilog2() - entries.ilog2();
        let low = log - u32::from(u64::from(entries) << log > u64::from(units));
        let bytes = |bits: u64| usize::try_from(bits.div_ceil(8)).ok();
        let count = u64::from(entries);
        let lows = 1 + varint_len(entries);
        let highs = lows.checked_add(bytes(count * u64::from(low))?)?;
        let whiches = highs.checked_add(bytes(count + u64::from((units - 1) >> low))?)?;
        let end = match kind {
            Kind::Mixed => whiches.checked_add(bytes(2 * count)?)?,
            _ => whiches,
        };
        Some(Self {
            units,
            low,
            lows,
            highs,
            whiches,
            end,
        })
    }
}

/// A packed list as it lies in its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed<'a> {
    kind: Kind,
    entries: u32,
    universe: u32,
    layout: Layout,
    /// Everything before `whiches`: loads of low parts may go on into high ones.
    bytes: &'a [u8],
    whiches: &'a [u8],
}

impl<'a> Packed<'a> {
    pub(super) fn parse(bytes: &'a [u8], universe: u32) -> Result<Self, Malformed> {
        let kind = bytes
            .first()
            .and_then(|code| Kind::of(*code))
            .ok_or(Malformed("a packed list of a known kind"))?;
        let mut at = 1;
        let entries = read_varint(bytes, &mut at)?;
        let layout = Layout::of(kind, entries, universe)
            .filter(|layout| layout.lows == at && layout.end == bytes.len())
            .ok_or(Malformed(
                "a packed list as long as its entries and the universe ask for",
            ))?;
        let (bytes, whiches) = bytes
            .split_at_checked(layout.whiches)
            .ok_or(Malformed("a whole packed list"))?;
        Ok(Self {
            kind,
            entries,
            universe,
            layout,
            bytes,
            whiches,
        })
    }

    /// Checks what reading does not: bits that belong to nothing. Reading it checks the rest.
    pub(super) fn verify(&self) -> Result<(), Malformed> {
        self.walk_pairs(|_, _| {})?;
        let spare = |bytes: &[u8], used: u64| match (bytes.last(), used % 8) {
            (Some(&last), used @ 1..) => last >> used,
            _ => 0,
        };
        let lows = self.bytes.get(..self.layout.highs).unwrap_or(&[]);
        let count = u64::from(self.entries);
        if spare(lows, count * u64::from(self.layout.low)) | spare(self.whiches, 2 * count) != 0 {
            return Err(Malformed("zero bits behind the parts of a packed list"));
        }
        Ok(())
    }

    /// Calls `f` with every unit, ascending, all of the universe.
    #[inline(always)]
    fn each(&self, mut f: impl FnMut(u32)) -> Result<(), Malformed> {
        self.scan(|unit| {
            let inside = unit < self.layout.units;
            if inside {
                f(unit);
            }
            inside
        })
    }

    /// Calls `f` with every unit, ascending, until it says `false`. What is given for malformed bytes may lie beyond
    /// the universe, before that is an error: who looks units up in bits need not look at each.
    #[inline(always)]
    fn scan(&self, mut f: impl FnMut(u32) -> bool) -> Result<(), Malformed> {
        const ORDER: Malformed = Malformed("ascending entries below the universe");
        let Layout { units, low, .. } = self.layout;
        let mask = (1u64 << low) - 1;
        let a_load = LOADED.checked_div(low).unwrap_or(u32::MAX);
        let (mut lows, mut loaded, mut bit) = (0u64, 0u32, 8 * self.layout.lows as u64);
        // where the word begins in the bit string, less the units before: units take a bit each
        let mut base = 0i64;
        let mut last = -1i64;
        for at in (self.layout.highs..self.bytes.len()).step_by(8) {
            let mut word = word_at(self.bytes, at);
            while word != 0 {
                if loaded == 0 {
                    lows = word_at(self.bytes, (bit / 8) as usize) >> (bit % 8);
                    bit += u64::from(a_load) * u64::from(low);
                    loaded = a_load;
                }
                let high = base + i64::from(word.trailing_zeros());
                // below 2^35: highs are fewer than units >> low and a byte, more than entries
                let unit = high << low | (lows & mask) as i64;
                if unit <= last || !f(unit as u32) {
                    return Err(ORDER);
                }
                last = unit;
                word &= word - 1;
                base -= 1;
                lows >>= low;
                loaded -= 1;
            }
            base += 64;
        }
        if last >= i64::from(units) {
            return Err(ORDER);
        }
        let words = (self.bytes.len() - self.layout.highs).div_ceil(8) as i64;
        if 64 * words - base != i64::from(self.entries) {
            return Err(Malformed("as many entries as a packed list says"));
        }
        Ok(())
    }

    /// Which of its numbers are members for each pair, ascending, where that differs.
    #[inline(always)]
    fn each_mixed(&self, mut f: impl FnMut(u32, u32)) -> Result<(), Malformed> {
        let mut index = 0;
        let mut sound = true;
        self.each(|pair| {
            let byte = self.whiches.get(index / 4).copied().unwrap_or(0);
            let which = u32::from(byte >> (index % 4 * 2) & 3);
            index += 1;
            // a pair has a number of the universe, but the last may have one only
            if which != 0 && 2 * pair + (which >> 1) < self.universe {
                f(pair, which);
            } else {
                sound = false;
            }
        })?;
        match sound {
            true => Ok(()),
            false => Err(Malformed("pairs with numbers of the universe")),
        }
    }

    /// Calls `f` with every pair that has a member, ascending, and which of its two numbers are members.
    #[inline]
    pub(super) fn walk_pairs(&self, mut f: impl FnMut(u32, u32)) -> Result<(), Malformed> {
        match self.kind {
            Kind::Pairs(which) => self.each(|pair| f(pair, which)),
            Kind::Mixed => self.each_mixed(f),
            Kind::Numbers => {
                let (mut held, mut which) = (0, 0);
                self.each(|number| {
                    if which != 0 && number / 2 != held {
                        f(held, which);
                        which = 0;
                    }
                    held = number / 2;
                    which |= 1 << (number % 2);
                })?;
                f(held, which);
                Ok(())
            }
        }
    }

    /// Calls `f` with every member, ascending.
    pub(super) fn walk(&self, f: &mut impl FnMut(u32)) -> Result<(), Malformed> {
        if self.kind == Kind::Numbers {
            return self.each(f);
        }
        self.walk_pairs(|pair, which| {
            if which & 1 != 0 {
                f(2 * pair);
            }
            if which & 2 != 0 {
                f(2 * pair + 1);
            }
        })
    }

    /// How many members are in `mask`.
    pub(super) fn count_in(&self, mask: &[u64]) -> Result<u32, Malformed> {
        let mut count = 0;
        let mut add = |pair: u32, which| {
            let word = mask.get((pair / 32) as usize).copied().unwrap_or(0);
            let members = (word >> (pair % 32 * 2)) as u32 & which;
            // ones of two bits, in fewer steps than ones of a word
            count += members - (members >> 1);
        };
        match self.kind {
            Kind::Numbers => self.scan(|number| {
                count += u32::from(get_bit(mask, number));
                true
            })?,
            Kind::Pairs(which) => self.scan(|pair| {
                add(pair, which);
                true
            })?,
            Kind::Mixed => self.each_mixed(add)?,
        }
        Ok(count)
    }

    /// Ors the members into `acc`, bits over the universe.
    pub(super) fn or_into(&self, acc: &mut [u64]) -> Result<(), Malformed> {
        if self.kind == Kind::Numbers {
            return self.each(|number| set_bit(acc, number));
        }
        self.walk_pairs(|pair, which| {
            if let Some(word) = acc.get_mut((pair / 32) as usize) {
                *word |= u64::from(which) << (pair % 32 * 2);
            }
        })
    }

    /// Ors the samples that have a member, two numbers each, into `acc`, bits over samples.
    pub(super) fn or_samples_into(&self, acc: &mut [u64]) -> Result<(), Malformed> {
        match self.kind {
            Kind::Mixed => self.each_mixed(|sample, _| set_bit(acc, sample)),
            // bits are found and shifted in half as many steps by processors that have instructions for it
            Kind::Numbers => dispatch!(Level::new(), _simd => self.or_units(1, acc)),
            Kind::Pairs(_) => dispatch!(Level::new(), _simd => self.or_units(0, acc)),
        }
    }

    /// Sets the bits of units less their lowest `shift` bits.
    #[inline(always)]
    fn or_units(&self, shift: u32, acc: &mut [u64]) -> Result<(), Malformed> {
        self.scan(|unit| {
            set_bit(acc, unit >> shift);
            true
        })
    }

    /// Whether `number` is a member: only the units with its high part are looked at.
    pub(super) fn contains(&self, number: u32) -> bool {
        let unit = match self.kind {
            Kind::Numbers => number,
            Kind::Pairs(which) if which >> (number % 2) & 1 == 0 => return false,
            _ => number / 2,
        };
        let Some(index) = self.find(unit) else {
            return false;
        };
        self.kind != Kind::Mixed
            || self
                .whiches
                .get(index / 4)
                .is_some_and(|byte| byte >> (index % 4 * 2 + number as usize % 2) & 1 != 0)
    }

    /// Which entry a unit is.
    fn find(&self, unit: u32) -> Option<usize> {
        let Layout { low, .. } = self.layout;
        let high = (unit >> low) as usize;
        let wanted = u64::from(unit) & ((1 << low) - 1);
        // entries of this high part begin behind as many zeros
        let mut bit = self.behind_zeros(high)?;
        while self.high_bit(bit) {
            let index = bit - high;
            let at = 8 * self.layout.lows as u64 + index as u64 * u64::from(low);
            let found = word_at(self.bytes, (at / 8) as usize) >> (at % 8) & ((1 << low) - 1);
            if found >= wanted {
                return (found == wanted).then_some(index);
            }
            bit += 1;
        }
        None
    }

    fn high_bit(&self, bit: usize) -> bool {
        self.bytes
            .get(self.layout.highs + bit / 8)
            .is_some_and(|byte| byte >> (bit % 8) & 1 != 0)
    }

    /// The first of the high bits that has so many zeros before it.
    fn behind_zeros(&self, zeros: usize) -> Option<usize> {
        let highs = self.bytes.get(self.layout.highs..).unwrap_or(&[]);
        match zeros {
            0 => Some(0),
            // processors count the ones of a word at once, but not all do
            _ => dispatch!(Level::new(), _simd => behind_zeros(highs, zeros)),
        }
    }
}

/// The first bit that has so many zeros before it, at least one.
#[inline(always)]
fn behind_zeros(bits: &[u8], mut zeros: usize) -> Option<usize> {
    for at in (0..bits.len()).step_by(8) {
        let mut found = !word_at(bits, at);
        let here = found.count_ones() as usize;
        if here >= zeros {
            for _ in 1..zeros {
                found &= found - 1;
            }
            return Some(8 * at + found.trailing_zeros() as usize + 1);
        }
        zeros -= here;
    }
    None
}

/// A packed list to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    kind: Kind,
    pub(super) entries: u32,
    layout: Layout,
}

impl Plan {
    /// The packed list of some numbers (ascending, distinct) with the fewest bytes.
    pub(super) fn of(numbers: &[u32], universe: u32) -> Option<Self> {
        let (mut pairs, mut all, mut any) = (0, 3, 0);
        for (_, which) in pairs_of(numbers) {
            pairs += 1;
            all &= which;
            any |= which;
        }
        let of_pairs = if all == any {
            Kind::Pairs(any)
        } else {
            Kind::Mixed
        };
        [(of_pairs, pairs), (Kind::Numbers, numbers.len() as u32)]
            .into_iter()
            .filter_map(|(kind, entries)| Self::with(kind, entries, universe))
            .min_by_key(Self::len)
    }

    fn with(kind: Kind, entries: u32, universe: u32) -> Option<Self> {
        let layout = Layout::of(kind, entries, universe)?;
        Some(Self {
            kind,
            entries,
            layout,
        })
    }

    /// Whether units are pairs, not numbers.
    pub(super) fn is_of_pairs(&self) -> bool {
        self.kind != Kind::Numbers
    }

    /// How many bytes [`Self::encode`] appends.
    pub(super) fn len(&self) -> usize {
        self.layout.end
    }

    /// Appends the numbers that this is a plan of.
    pub(super) fn encode(&self, out: &mut Vec<u8>, numbers: &[u32]) {
        let start = out.len();
        out.push(self.kind.code());
        write_varint(out, self.entries);
        out.resize(start + self.len(), 0);
        let bytes = out.get_mut(start..).unwrap_or(&mut []);
        let Layout {
            low,
            lows,
            highs,
            whiches,
            ..
        } = self.layout;
        let mut entry = |index: usize, unit: u32, which: u32| {
            let part = unit & ((1u64 << low) - 1) as u32;
            put_bits(bytes, 8 * lows + index * low as usize, part);
            put_bits(bytes, 8 * highs + index + (unit >> low) as usize, 1);
            if self.kind == Kind::Mixed {
                put_bits(bytes, 8 * whiches + 2 * index, which);
            }
        };
        match self.kind {
            Kind::Numbers => (0..)
                .zip(numbers)
                .for_each(|(i, &number)| entry(i, number, 0)),
            _ => (0..)
                .zip(pairs_of(numbers))
                .for_each(|(i, (pair, which))| entry(i, pair, which)),
        }
    }
}

/// Sets the bits of `value` from bit `at` on.
fn put_bits(bytes: &mut [u8], at: usize, value: u32) {
    let mut value = u64::from(value) << (at % 8);
    for byte in bytes.iter_mut().skip(at / 8) {
        if value == 0 {
            break;
        }
        *byte |= value as u8;
        value >>= 8;
    }
}

#[cfg(test)]
mod tests;
