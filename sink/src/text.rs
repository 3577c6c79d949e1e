//! Numbers in text.

use std::io::Write;

/// A whole number.
pub fn integer(line: &mut Vec<u8>, value: i64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        if let Some(digit) = digits.get_mut(at) {
            *digit = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        line.push(b'-');
    }
    line.extend_from_slice(digits.get(at..).unwrap_or_default());
}

/// A number between 0 and 1 in six significant digits, without exponent and without trailing zeros.
pub fn share(to: &mut Vec<u8>, share: f64) {
    let magnitude = if share > 0.0 {
        share.log10().floor().clamp(-300.0, 0.0)
    } else {
        0.0
    };
    let decimals = (5.0 - magnitude) as usize;
    let start = to.len();
    // writing to memory cannot fail
    let _ = write!(to, "{share:.decimals$}");
    if to.get(start..).is_some_and(|text| text.contains(&b'.')) {
        while to.len() > start + 1 && to.last() == Some(&b'0') {
            to.pop();
        }
        if to.len() > start + 1 && to.last() == Some(&b'.') {
            to.pop();
        }
    }
    // what is not fixed must not look fixed
    if share < 1.0 && to.get(start..) == Some(b"1") {
        to.truncate(start);
        let _ = write!(to, "{share}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_six_digits() {
        let share = |ac: u64, an: u64| {
            let mut text = b"x".to_vec();
            super::share(&mut text, ac as f64 / an as f64);
            String::from_utf8(text.split_off(1)).unwrap()
        };
        assert_eq!(share(8, 6404), "0.00124922");
        assert_eq!(share(0, 10), "0");
        assert_eq!(share(10, 10), "1");
        assert_eq!(share(1, 2), "0.5");
        assert_eq!(share(2, 3), "0.666667");
        assert_eq!(share(1, 2_000_000), "0.0000005");
        assert_eq!(share(1, 3_000_000), "0.000000333333");
        assert_eq!(share(1, 1000), "0.001");
        assert_eq!(share(1_999_999, 2_000_000), "0.9999995");
        assert_eq!(share(19_999_999, 20_000_000), "0.99999995");
        assert_eq!(share(99, 100), "0.99");
    }

    #[test]
    fn integers_are_decimal() {
        for value in [0, 7, -7, 10, i64::MAX, i64::MIN] {
            let mut text = Vec::new();
            integer(&mut text, value);
            assert_eq!(String::from_utf8(text).unwrap(), value.to_string());
        }
    }
}
