//! Labels of strata: how values are written in them, how they are read again, and how they stand in the keys of VCF.

use crate::model::Attribute;
use crate::store::published::TOTAL;
use std::fmt::Write as _;

/// What nobody is called in a label of whom a field is not known.
pub(super) const UNKNOWN: &str = "unknown";

/// What stays in a label as it is; all else has a meaning elsewhere, or no shape.
fn stays(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '+' | '-')
}

/// `%` and two hexadecimal digits for each byte of UTF-8.
fn escape(c: char, to: &mut String) {
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        // writing to a text does not fail
        let _ = write!(to, "%{byte:02X}");
    }
}

/// A value as it is written in labels of any field; empty texts are `%`.
fn escaped(value: &str) -> String {
    let taken = [UNKNOWN, TOTAL].contains(&value);
    let mut label = String::with_capacity(value.len());
    for (at, c) in value.char_indices() {
        match stays(c) && !(taken && at == 0) {
            true => label.push(c),
            false => escape(c, &mut label),
        }
    }
    if label.is_empty() {
        label.push('%');
    }
    label
}

/// What a value of a field is called in labels: `F` and `M` of the field `sex`, `unknown` where it is not known; letters,
/// digits, `.`, `+` and `-` stay, and all else is `%` and two hexadecimal digits for each byte of UTF-8, so that two values never have one
/// label. A value that is called `unknown` or like the total has its first letter written so.
fn part_of(field: &str, value: Option<&str>) -> String {
    let Some(value) = value else {
        return UNKNOWN.to_owned();
    };
    if field == Attribute::Sex.name() {
        match value {
            "female" => return "F".to_owned(),
            "male" => return "M".to_owned(),
            _ => {}
        }
    }
    escaped(value)
}

/// The values of some fields in their order, with `_` between them: `FI_F` of country and sex, `FI` of country alone.
pub(super) fn label_of<F: AsRef<str>>(fields: &[F], values: &[Option<String>]) -> String {
    let parts = fields.iter().zip(values);
    let parts = parts.map(|(field, value)| part_of(field.as_ref(), value.as_deref()));
    parts.collect::<Vec<_>>().join("_")
}

/// The value of a part of a label; `None` where no value is written so.
fn decoded(part: &str) -> Option<String> {
    if part == "%" {
        return Some(String::new());
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut left = part.as_bytes();
    while let [first, rest @ ..] = left {
        left = match (first, rest) {
            (b'%', [high, low, rest @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest
            }
            (byte, rest) => {
                bytes.push(*byte);
                rest
            }
        };
    }
    let value = String::from_utf8(bytes).ok()?;
    (escaped(&value) == part).then_some(value)
}

/// Whether a text is written as labels are.
pub(super) fn is_label(text: &str) -> bool {
    let is_part = |part: &str| part == UNKNOWN || decoded(part).is_some();
    text.split('_').all(is_part)
}

/// The label of a population by what stands in the keys of its counts: as it is where labels are written so, `_` among them; else what
/// does not stay in labels is escaped.
pub(super) fn label_of_key(text: &str) -> String {
    if is_label(text) {
        return text.to_owned();
    }
    let mut label = String::with_capacity(text.len());
    for c in text.chars() {
        match stays(c) || c == '_' {
            true => label.push(c),
            false => escape(c, &mut label),
        }
    }
    label
}

/// The value that a label by [`label_of_key`], or a part of it, is of.
pub(super) fn value_of(label: &str) -> String {
    let parts = label.split('_');
    let parts = parts.map(|part| decoded(part).unwrap_or_else(|| part.to_owned()));
    parts.collect::<Vec<_>>().join("_")
}

/// A label as it stands in a key of VCF, which has letters, digits, `.` and `_` alone.
pub(super) fn in_key(label: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '.';
    label
        .chars()
        .map(|c| if fits(c) { c } else { '_' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_are_read_as_they_are() {
        let of = |field, value| part_of(field, value);
        assert_eq!(of("sex", Some("female")), "F");
        assert_eq!(of("country", Some("female")), "female");
        assert_eq!(of("country", Some("New York")), "New%20York");
        assert_eq!(of("country", Some("a_b|c%")), "a%5Fb%7Cc%25");
        assert_eq!(of("country", Some("Österreich")), "Österreich");
        assert_eq!(of("country", None), "unknown");
        assert_eq!(of("country", Some("unknown")), "%75nknown");
        assert_eq!(of("country", Some("Total")), "%54otal");
        assert_eq!(of("country", Some("")), "%");
    }

    #[test]
    fn keys_of_others_are_made_labels() {
        for (key, label, value) in [
            ("nfe_est", "nfe_est", "nfe_est"),
            ("all", "all", "all"),
            (".", ".", "."),
            ("New%20York", "New%20York", "New York"),
            ("%75nknown", "%75nknown", "unknown"),
            ("a\"b|c", "a%22b%7Cc", "a\"b|c"),
            ("'a b'_(F)", "%27a%20b%27_%28F%29", "'a b'_(F)"),
            // not written as labels are: the digits are no escape
            ("5%", "5%25", "5%"),
            ("a%41", "a%2541", "a%41"),
            ("a%7c", "a%257c", "a%7c"),
            ("%ff", "%25ff", "%ff"),
        ] {
            assert_eq!(label_of_key(key), label);
            assert_eq!(value_of(label), value);
            assert_eq!(label_of_key(label), label);
        }
        assert!(is_label("a%22b_unknown") && !is_label("New York") && !is_label("a__b"));
    }

    proptest! {
        #[test]
        fn two_values_have_two_labels(
            a in proptest::collection::vec(proptest::option::of("[aU%_ .|-]{0,3}|unknown|Total|\\PC{0,3}"), 2),
            b in proptest::collection::vec(proptest::option::of("[aU%_ .|-]{0,3}|unknown|Total|\\PC{0,3}"), 2),
        ) {
            let fields = ["country", "cohort"];
            prop_assert_eq!(a == b, label_of(&fields, &a) == label_of(&fields, &b));
            prop_assert!(label_of(&["country"], &a) != TOTAL);
        }

        #[test]
        fn labels_say_their_values(value in "[aU%_ .|2F-]{0,6}|unknown|Total|\\PC{0,4}") {
            let label = escaped(&value);
            prop_assert_eq!(decoded(&label), Some(value.clone()));
            prop_assert_eq!(label_of_key(&label), label.clone());
            prop_assert_eq!(value_of(&label), value);
        }
    }
}
