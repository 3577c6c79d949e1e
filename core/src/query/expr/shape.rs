//! What a bare word is, recognised by its shape alone.

use crate::genome::{Interval, split_arrow};

/// A word that is more than a name.
#[derive(Debug, PartialEq)]
pub(super) enum Shape {
    Allele,
    Region {
        contig: String,
        interval: Interval,
    },
    /// Looks like a region, but for this.
    BadRegion(String),
    /// `prefix:rest` where the prefix looks like a field.
    Field {
        name_length: usize,
    },
    Name,
}

pub(super) fn shape(word: &str) -> Shape {
    let vrs = word
        .get(..6)
        .is_some_and(|s| s.eq_ignore_ascii_case("ga4gh:"));
    let arrow = split_arrow(word).is_some();
    if vrs || arrow || has_hgvs_prefix(word) || is_allele(word, ':') || is_allele(word, '-') {
        return Shape::Allele;
    }
    if let Some(region) = region(word) {
        return region;
    }
    match word.split_once(':') {
        Some((prefix, _)) if is_identifier(prefix) => Shape::Field {
            name_length: prefix.len(),
        },
        _ => Shape::Name,
    }
}

/// Whether `word` ends in `:g.` or the prefix of another kind of HGVS description.
pub(super) fn ends_in_hgvs_prefix(word: &[u8]) -> bool {
    matches!(
        word,
        [
            _,
            ..,
            b':',
            b'c' | b'g' | b'm' | b'n' | b'o' | b'p' | b'r',
            b'.'
        ]
    )
}

fn has_hgvs_prefix(word: &str) -> bool {
    word.as_bytes().windows(4).any(ends_in_hgvs_prefix)
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

/// `contig:position:REF:ALT` with this separator. The contig may hold the separator too (HLA), and
/// ALT may (a breakend, `<INS:ME>`): the first position with alleles after it counts. Each part is
/// looked at once, except by its first and last byte: the time is linear.
fn is_allele(word: &str, separator: char) -> bool {
    let mut tail = word;
    let mut first = true;
    while let Some((before, after)) = tail.split_once(separator) {
        let has_contig = !first || !before.is_empty();
        first = false;
        tail = after;
        let mut parts = after.splitn(3, separator);
        if has_contig
            && let (Some(position), Some(reference), Some(alt)) =
                (parts.next(), parts.next(), parts.next())
            && is_number(position)
            && is_reference(reference)
            && is_alt(alt)
            // only SPDI has empty alleles, and colons
            && (separator == ':' || !reference.is_empty() && !alt.is_empty())
        {
            return true;
        }
    }
    false
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit())
}

/// Bases; or as in SPDI nothing, or a number of bases.
fn is_reference(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_alphabetic()) || is_number(text)
}

fn is_alt(text: &str) -> bool {
    let bases = text
        .bytes()
        .position(|c| !c.is_ascii_alphabetic() && c != b'*' && c != b'.');
    match bases.and_then(|n| text.as_bytes().get(n)) {
        None => true,
        Some(b'<') => text.ends_with(['>', ']', '[']),
        Some(b'[' | b']') => {
            text.ends_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '[' | ']' | '.'))
        }
        Some(_) => false,
    }
}

fn region(word: &str) -> Option<Shape> {
    let (contig, range) = word.rsplit_once(':')?;
    if contig.is_empty()
        || !range.starts_with(|c: char| c.is_ascii_digit())
        || range.contains(|c: char| !c.is_ascii_digit() && c != ',' && c != '-')
    {
        return None;
    }
    let (first, last) = match range.split_once('-') {
        Some((_, last)) if last.contains('-') => return None,
        Some((first, "")) => (first, None),
        Some((first, last)) => (first, Some(last)),
        // `HLA-A*01:01` is a contig, `HP:0003473` a term
        None if contig.contains('*') => return None,
        None if range.len() > 1 && range.starts_with('0') => return None,
        None => (range, Some(range)),
    };
    Some(match interval(first, last) {
        Ok(interval) => Shape::Region {
            contig: contig.to_owned(),
            interval,
        },
        Err(message) => Shape::BadRegion(message),
    })
}

/// From 1-based numbers as text, both inside; no last one is the end of the contig.
pub(super) fn interval(first: &str, last: Option<&str>) -> Result<Interval, String> {
    let position = |text: &str| {
        thousands(text).ok_or_else(|| {
            format!(
                "{} is not a position: a number up to {}, without commas or with one at each thousand",
                super::error::quoted(text),
                i32::MAX
            )
        })
    };
    let from = position(first)?;
    let to = last.map_or(Ok(i64::from(i32::MAX)), position)?;
    Interval::from_one_based_inclusive(from, to)
        .filter(|interval| interval.start < interval.end)
        .ok_or_else(|| format!("the region ends at {to}, before it starts at {from}"))
}

fn thousands(text: &str) -> Option<i64> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let well_grouped = match text.contains(',') {
        true => first.len() <= 3 && groups.all(|group| group.len() == 3),
        false => true,
    };
    let leading_zero = first.len() > 1 && first.starts_with('0') || text.starts_with("0,");
    if first.is_empty() || !well_grouped || leading_zero {
        return None;
    }
    text.bytes()
        .filter(|&c| c != b',')
        .try_fold(0_i64, |number, c| {
            let digit = char::from(c).to_digit(10)?;
            Some(number * 10 + i64::from(digit)).filter(|&n| n <= i64::from(i32::MAX))
        })
}
