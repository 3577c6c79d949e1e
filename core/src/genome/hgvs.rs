//! Genomic HGVS: `NC_000022.10:g.16050075A>G`. Positions count from 1.

use std::borrow::Cow;

use super::allele::{is_sequence, trim};
use super::identifier::{AlleleName, Change, Parsed, error, is_digits, upper};
use super::names::chromosome_of;
use super::normalise::reverse_complement;
use super::{Chromosome, Interval, Position};

/// Contig, kind of sequence (`g`, `m`, `c` …) and byte offset of the change, if the text is HGVS.
pub(super) fn split(text: &str) -> Option<(&str, u8, usize)> {
    let colon = text.rfind(':')?;
    match text.as_bytes().get(colon + 1..)? {
        [
            kind @ (b'g' | b'm' | b'c' | b'n' | b'o' | b'p' | b'r'),
            b'.',
            ..,
        ] if colon > 0 => Some((text.get(..colon)?, *kind, colon + 3)),
        _ => None,
    }
}

/// Reads the change that starts at byte `at`.
pub(super) fn parse<'a>(
    text: &'a str,
    contig: &'a str,
    kind: u8,
    at: usize,
) -> Parsed<AlleleName<'a>> {
    if kind != b'g' && kind != b'm' {
        return error(
            text,
            contig.len() + 1..at,
            "expected g. or m.: other HGVS names need a transcript",
        );
    }
    let change = text.get(at..).unwrap_or("");
    let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
    let (first, rest) = change.split_at(digits(change));
    let (last, operation) = match rest.strip_prefix('_') {
        Some(rest) => rest.split_at(digits(rest)),
        None => (first, rest),
    };
    let place = at..text.len() - operation.len();
    let number = |s: &str| is_digits(s).then(|| s.parse::<i64>().ok()).flatten();
    let interval = match (number(first), number(last)) {
        (Some(from), Some(to)) if from >= 1 && from <= to => {
            Interval::from_one_based_inclusive(from, to)
        }
        _ => None,
    };
    let Some(interval) = interval else {
        return error(
            text,
            if place.is_empty() {
                at..text.len()
            } else {
                place
            },
            "expected one position or two with _ between, counted from 1",
        );
    };
    let reader = Reader {
        text,
        interval,
        ranged: rest.len() != operation.len(),
        place: place.clone(),
        start: place.end,
    };
    Ok(AlleleName {
        contig,
        change: reader.operation(operation)?,
    })
}

struct Reader<'a> {
    text: &'a str,
    interval: Interval,
    ranged: bool,
    place: std::ops::Range<usize>,
    start: usize,
}

impl<'a> Reader<'a> {
    fn operation(&self, operation: &'a str) -> Parsed<Change<'a>> {
        let interval = self.interval;
        if let Some((reference, alternate)) = operation.split_once('>') {
            if self.ranged || reference.len() != 1 {
                return error(
                    self.text,
                    self.start..self.text.len(),
                    "expected one base for another; several are written as delins",
                );
            }
            let reference = self.bases(reference)?;
            let alternate = self.bases(alternate)?;
            return self.exact(interval.start, reference, alternate);
        }
        if let Some(rest) = operation.strip_prefix("del") {
            let (deleted, inserted) = match rest.split_once("ins") {
                Some((deleted, inserted)) => (deleted, self.bases(inserted)?),
                None => (rest, Cow::Borrowed("")),
            };
            if deleted.is_empty() {
                return Ok(Change::Deletion { interval, inserted });
            }
            let deleted = self.all_bases(deleted)?;
            return self.exact(interval.start, deleted, inserted);
        }
        if let Some(bases) = operation.strip_prefix("dup") {
            if bases.is_empty() {
                return Ok(Change::Duplication { interval });
            }
            let bases = self.all_bases(bases)?;
            return self.exact(interval.end, Cow::Borrowed(""), bases);
        }
        if let Some(bases) = operation.strip_prefix("inv") {
            if interval.end - interval.start < 2 {
                return error(
                    self.text,
                    self.place.clone(),
                    "expected two bases or more to invert",
                );
            }
            if bases.is_empty() {
                return Ok(Change::Inversion { interval });
            }
            let bases = self.all_bases(bases)?;
            let inverted = reverse_complement(bases.as_bytes())
                .and_then(|inverted| String::from_utf8(inverted).ok());
            return match inverted {
                Some(inverted) => self.exact(interval.start, bases, Cow::Owned(inverted)),
                None => self.expected_bases(),
            };
        }
        if let Some(bases) = operation.strip_prefix("ins") {
            if interval.end - interval.start != 2 {
                return error(
                    self.text,
                    self.place.clone(),
                    "expected the two neighbours of an insertion, as in 100_101insA",
                );
            }
            let bases = self.bases(bases)?;
            return self.exact(interval.start + 1, Cow::Borrowed(""), bases);
        }
        error(
            self.text,
            self.start..self.text.len(),
            "expected a change: A>G, del, dup, ins, delins or inv",
        )
    }

    fn exact(
        &self,
        start: i32,
        reference: Cow<'a, str>,
        alternate: Cow<'a, str>,
    ) -> Parsed<Change<'a>> {
        match Position::from_zero_based(i64::from(start)) {
            Some(position) => Ok(Change::Exact {
                position,
                reference,
                alternate,
            }),
            None => error(
                self.text,
                self.place.clone(),
                "expected a position below 2^31",
            ),
        }
    }

    fn bases(&self, bases: &'a str) -> Parsed<Cow<'a, str>> {
        if is_sequence(bases.as_bytes()) {
            Ok(upper(bases))
        } else {
            self.expected_bases()
        }
    }

    /// Bases, one for each position of the interval.
    fn all_bases(&self, bases: &'a str) -> Parsed<Cow<'a, str>> {
        let expected = self.interval.end - self.interval.start;
        let sequence = self.bases(bases)?;
        if usize::try_from(expected) == Ok(bases.len()) {
            Ok(sequence)
        } else {
            error(
                self.text,
                self.place.start..self.text.len(),
                format!("{expected} positions, but {} bases", bases.len()),
            )
        }
    }

    fn expected_bases<T>(&self) -> Parsed<T> {
        error(self.text, self.start..self.text.len(), "expected bases")
    }
}

/// Writes a change, moved to the right by `roll`.
pub(super) fn write(name: &AlleleName<'_>, roll: u32) -> Option<String> {
    let kind = match chromosome_of(name.contig) {
        Some(Chromosome::MT) => 'm',
        _ => 'g',
    };
    let contig = name.contig;
    let change = match &name.change {
        Change::Exact {
            position,
            reference,
            alternate,
        } => exact(*position, reference, alternate, roll)?,
        Change::Deletion { interval, inserted } if inserted.is_empty() => {
            format!(
                "{}del",
                span(i64::from(interval.start), i64::from(interval.end))?
            )
        }
        Change::Deletion { interval, inserted } => format!(
            "{}delins{inserted}",
            span(i64::from(interval.start), i64::from(interval.end))?
        ),
        Change::Duplication { interval } => {
            format!(
                "{}dup",
                span(i64::from(interval.start), i64::from(interval.end))?
            )
        }
        Change::Inversion { interval } => {
            format!(
                "{}inv",
                span(i64::from(interval.start), i64::from(interval.end))?
            )
        }
    };
    Some(format!("{contig}:{kind}.{change}"))
}

/// First and last position, counted from 1; one number where they are one.
fn span(start: i64, end: i64) -> Option<String> {
    match end - start {
        _ if start < 0 => None,
        1 => Some(end.to_string()),
        2.. => Some(format!("{}_{end}", start + 1)),
        _ => None,
    }
}

fn exact(position: Position, reference: &str, alternate: &str, roll: u32) -> Option<String> {
    let bases = |text: &str| text.is_empty() || is_sequence(text.as_bytes());
    if !bases(reference) || !bases(alternate) {
        return None;
    }
    let (start, r, a) = trim(
        i64::from(position.zero_based()),
        reference.as_bytes(),
        alternate.as_bytes(),
    );
    let end = start + i64::try_from(r.len()).ok()?;
    let roll_by = i64::from(roll);
    let moved = |bases: &[u8]| {
        let mut bases = bases.to_vec();
        let length = bases.len().max(1);
        bases.rotate_left(roll as usize % length);
        String::from_utf8(bases).ok()
    };
    match (r, a) {
        ([], []) => None,
        ([r], [a]) => Some(format!(
            "{}{}>{}",
            span(start, end)?,
            char::from(*r),
            char::from(*a)
        )),
        (_, []) => Some(format!("{}del", span(start + roll_by, end + roll_by)?)),
        ([], _) => {
            let length = i64::try_from(a.len()).ok()?;
            let at = start + roll_by;
            // An insertion that rolls over its own length repeats the bases before it.
            if roll_by >= length {
                return Some(format!("{}dup", span(at - length, at)?));
            }
            (at >= 1)
                .then(|| moved(a))?
                .map(|bases| format!("{at}_{}ins{bases}", at + 1))
        }
        _ => Some(format!(
            "{}delins{}",
            span(start, end)?,
            std::str::from_utf8(a).ok()?
        )),
    }
}
