//! Exact alleles as people write them: VCF and gnomAD style, SPDI, HGVS.

use std::borrow::Cow;
use std::ops::Range;

use super::allele::{is_breakend, is_sequence};
use super::arrow::split_arrow;
use super::assembly::accession;
use super::normalise::{StoredAllele, is_rotated, reverse_complement};
use super::vrs::{NoVrsId, VrsId, is_of_ga4gh};
use super::{Chromosome, Interval, Position, hgvs};
use crate::error::ExpressionError;

/// What a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identifier<'a> {
    /// An allele by its place.
    Allele(AlleleName<'a>),
    /// An identifier of a database: `rs587697622`, `CA152954`, `clinvar:12345`.
    Id(&'a str),
    /// The computed identifier of an allele: `ga4gh:VA.…`.
    Vrs(VrsId),
}

/// A contig, as written, and a change of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlleleName<'a> {
    /// The contig under whatever name.
    pub(crate) contig: &'a str,
    /// The change.
    pub(crate) change: Change<'a>,
}

/// A change, with the bases it replaces where they are spelled out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change<'a> {
    /// REF for ALT, in upper case. Either may be empty, the position then lies before a base.
    Exact {
        position: Position,
        reference: Cow<'a, str>,
        alternate: Cow<'a, str>,
    },
    /// Whatever bases are there for others, or for none.
    Deletion {
        interval: Interval,
        inserted: Cow<'a, str>,
    },
    /// The bases there once more.
    Duplication { interval: Interval },
    /// The bases there from the other strand.
    Inversion { interval: Interval },
}

pub(super) type Parsed<T> = Result<T, Box<ExpressionError>>;

pub(super) fn error<T>(text: &str, at: Range<usize>, message: impl Into<String>) -> Parsed<T> {
    Err(Box::new(ExpressionError {
        text: text.to_owned(),
        at,
        message: message.into(),
        candidates: Vec::new(),
    }))
}

/// Upper case, without a copy where it is that already.
pub(super) fn upper(bases: &str) -> Cow<'_, str> {
    if bases.bytes().any(|b| b.is_ascii_lowercase()) {
        Cow::Owned(bases.to_ascii_uppercase())
    } else {
        Cow::Borrowed(bases)
    }
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Reads any form of an exact allele, or an identifier.
///
/// `contig:position:REF:ALT` and `contig-position-REF-ALT` count from 1. With colons, an accession
/// with version as contig (`NC_000022.10`, `CM000684.1`) makes it SPDI, which counts from 0.
/// Contigs may contain the separator: fields are taken from the right. `contig:positionREF>ALT`, with or without
/// separators, counts from 1, whatever the contig.
pub(crate) fn parse(text: &str) -> Parsed<Identifier<'_>> {
    if let Some(parts) = split_arrow(text) {
        return arrow(text, parts);
    }
    if text.is_empty()
        || text
            .bytes()
            .any(|b| b.is_ascii_whitespace() || b.is_ascii_control())
    {
        return error(
            text,
            0..text.len(),
            "expected an allele, as in 22:16050075:A:G",
        );
    }
    if is_of_ga4gh(text) {
        return match text.parse() {
            Ok(id) => Ok(Identifier::Vrs(id)),
            Err(no) => error(text, 0..text.len(), NoVrsId::to_string(&no)),
        };
    }
    if let Some((contig, kind, change)) = hgvs::split(text) {
        return Ok(Identifier::Allele(hgvs::parse(text, contig, kind, change)?));
    }
    if let Some(fields) = Fields::split(text, ':') {
        let placed = is_digits(fields.text(text, 1));
        let alleles = allele_like(fields.text(text, 2)) && allele_like(fields.text(text, 3));
        if placed || alleles {
            let contig = fields.text(text, 0);
            return if is_spdi_sequence(contig) {
                fields.spdi(text)
            } else {
                fields.vcf(text)
            };
        }
    }
    if let Some(fields) = Fields::split(text, '-') {
        let placed = is_digits(fields.text(text, 1));
        let alleles = allele_like(fields.text(text, 2)) && allele_like(fields.text(text, 3));
        let contig = Chromosome::from_name(fields.text(text, 0)).is_some();
        if alleles && (placed || contig) || placed && contig {
            return fields.vcf(text);
        }
    }
    incomplete(text)?;
    Ok(Identifier::Id(text))
}

/// Bases for others, with an arrow between them.
fn arrow<'a>(
    text: &str,
    [contig, position, reference, alternate]: [&'a str; 4],
) -> Parsed<Identifier<'a>> {
    let digits = position.replace(',', "");
    let Some(position) = digits.parse().ok().and_then(Position::from_one_based) else {
        return error(text, 0..text.len(), "expected a position, counted from 1");
    };
    Ok(Identifier::Allele(AlleleName {
        contig,
        change: Change::Exact {
            position,
            reference: upper(reference),
            alternate: upper(alternate),
        },
    }))
}

/// A place without alleles is no identifier of a database.
fn incomplete(text: &str) -> Parsed<()> {
    let separator = text.find([':', '-']).unwrap_or(text.len());
    let (contig, rest) = text.split_at(separator);
    let placed = rest
        .get(1..)
        .and_then(|rest| rest.split([':', '-']).next())
        .is_some_and(|position| is_digits(&position.replace(',', "")));
    if placed && (Chromosome::from_name(contig).is_some() || is_spdi_sequence(contig)) {
        return error(
            text,
            0..text.len(),
            "expected contig, position, REF and ALT, as in 22:16050075:A:G",
        );
    }
    Ok(())
}

fn allele_like(text: &str) -> bool {
    is_sequence(text.as_bytes()) || is_symbol(text) || is_breakend(text.as_bytes())
}

fn is_symbol(text: &str) -> bool {
    matches!(text, "*" | "." | "<*>")
        || (text.len() > 2 && text.starts_with('<') && text.ends_with('>'))
}

/// Whether a contig is a sequence SPDI can refer to: a RefSeq accession with version, or a GenBank
/// accession of a chromosome. Contigs such as `GL000191.1` are names in GRCh37's VCF files.
pub(crate) fn is_spdi_sequence(contig: &str) -> bool {
    accession(contig).is_some()
        || match contig.split_once('_') {
            Some(("NC" | "NT" | "NW" | "NG", number)) => number
                .split_once('.')
                .is_some_and(|(number, version)| is_digits(number) && is_digits(version)),
            _ => false,
        }
}

/// Byte ranges of contig, position, REF and ALT.
struct Fields([Range<usize>; 4]);

impl Fields {
    /// Four fields from the right. An ALT with brackets may contain the separator itself.
    fn split(text: &str, separator: char) -> Option<Self> {
        let plain = text.find(['<', '[', ']']).unwrap_or(text.len());
        let alt = text.get(..plain)?.rfind(separator)?;
        let reference = text.get(..alt)?.rfind(separator)?;
        let position = text.get(..reference)?.rfind(separator)?;
        (position > 0).then_some(Self([
            0..position,
            position + 1..reference,
            reference + 1..alt,
            alt + 1..text.len(),
        ]))
    }

    fn text<'a>(&self, text: &'a str, field: usize) -> &'a str {
        let range = self.0.get(field).cloned();
        range.and_then(|range| text.get(range)).unwrap_or_default()
    }

    fn vcf<'a>(&self, text: &'a str) -> Parsed<Identifier<'a>> {
        let (reference, alternate) = (self.text(text, 2), self.text(text, 3));
        let position = self.number(text).and_then(Position::from_one_based);
        let Some(position) = position else {
            return error(
                text,
                self.0[1].clone(),
                "expected a position, counted from 1",
            );
        };
        if !is_sequence(reference.as_bytes()) {
            return error(text, self.0[2].clone(), "expected the bases of REF");
        }
        if !allele_like(alternate) {
            return error(
                text,
                self.0[3].clone(),
                "expected the bases of ALT, or <DEL>, * or the like",
            );
        }
        let alternate = if is_sequence(alternate.as_bytes()) {
            upper(alternate)
        } else {
            Cow::Borrowed(alternate)
        };
        Ok(Identifier::Allele(AlleleName {
            contig: self.text(text, 0),
            change: Change::Exact {
                position,
                reference: upper(reference),
                alternate,
            },
        }))
    }

    fn spdi<'a>(&self, text: &'a str) -> Parsed<Identifier<'a>> {
        let (deleted, inserted) = (self.text(text, 2), self.text(text, 3));
        let position = self
            .number(text)
            .and_then(Position::from_zero_based)
            .filter(|p| p.zero_based() >= 0);
        let Some(position) = position else {
            return error(
                text,
                self.0[1].clone(),
                "expected a position, counted from 0 as SPDI does",
            );
        };
        if !inserted.is_empty() && !is_sequence(inserted.as_bytes()) {
            return error(
                text,
                self.0[3].clone(),
                "expected the inserted bases, or nothing",
            );
        }
        let inserted = upper(inserted);
        let change = if deleted.is_empty() || is_sequence(deleted.as_bytes()) {
            Change::Exact {
                position,
                reference: upper(deleted),
                alternate: inserted,
            }
        } else {
            let start = position.zero_based();
            let length = is_digits(deleted)
                .then(|| deleted.parse::<i32>().ok())
                .flatten();
            let Some(end) = length.and_then(|length| start.checked_add(length)) else {
                return error(
                    text,
                    self.0[2].clone(),
                    "expected the deleted bases, or their number",
                );
            };
            deletion(Interval { start, end }, inserted)
        };
        Ok(Identifier::Allele(AlleleName {
            contig: self.text(text, 0),
            change,
        }))
    }

    fn number(&self, text: &str) -> Option<i64> {
        let digits = self.text(text, 1);
        is_digits(digits).then(|| digits.parse().ok()).flatten()
    }
}

/// A deletion; of no base it is an insertion.
fn deletion(interval: Interval, inserted: Cow<'_, str>) -> Change<'_> {
    match Position::from_zero_based(i64::from(interval.start)) {
        Some(position) if interval.start == interval.end => Change::Exact {
            position,
            reference: Cow::Borrowed(""),
            alternate: inserted,
        },
        _ => Change::Deletion { interval, inserted },
    }
}

impl AlleleName<'_> {
    /// As SPDI; `None` where the contig is no accession with version, or where bases are unknown.
    pub(crate) fn to_spdi(&self) -> Option<String> {
        let contig = self.contig;
        let bases = |text: &str| text.is_empty() || is_sequence(text.as_bytes());
        if !is_spdi_sequence(contig) {
            return None;
        }
        match &self.change {
            Change::Exact {
                position,
                reference,
                alternate,
            } if bases(reference) && bases(alternate) && position.zero_based() >= 0 => Some(
                format!("{contig}:{}:{reference}:{alternate}", position.zero_based()),
            ),
            Change::Deletion { interval, inserted } => Some(format!(
                "{contig}:{}:{}:{inserted}",
                interval.start,
                interval.end - interval.start
            )),
            _ => None,
        }
    }

    /// As `contig:position:REF:ALT`, with `-` where colons would read as SPDI; `None` where REF and
    /// ALT are not both spelled out.
    pub(crate) fn to_vcf_text(&self) -> Option<String> {
        match &self.change {
            Change::Exact {
                position,
                reference,
                alternate,
            } if !reference.is_empty() && !alternate.is_empty() => {
                let mark = if is_spdi_sequence(self.contig) {
                    '-'
                } else {
                    ':'
                };
                let (contig, position) = (self.contig, position.one_based());
                Some(format!(
                    "{contig}{mark}{position}{mark}{reference}{mark}{alternate}"
                ))
            }
            _ => None,
        }
    }

    /// As [`Self::to_vcf_text`], or else as HGVS, or else the contig alone, for messages.
    pub(crate) fn to_text(&self) -> String {
        let text = self.to_vcf_text().or_else(|| self.to_hgvs_g(0));
        text.unwrap_or_else(|| self.contig.to_owned())
    }

    /// As HGVS `g.` (`m.` for the mitochondrion), shifted to the 3' end by `roll`, as HGVS wants;
    /// `None` where the change cannot be written so.
    pub(crate) fn to_hgvs_g(&self, roll: u32) -> Option<String> {
        hgvs::write(self, roll)
    }
}

impl StoredAllele<'_> {
    /// Whether a change, however spelled, is this row's; `None` where only the reference could tell,
    /// because the text gives neither the bases it replaces nor the shortest interval.
    ///
    /// Rows are taken as normalised. Symbolic alleles equal their own text only.
    pub(crate) fn is(&self, change: &Change<'_>) -> Option<bool> {
        let replaced = |interval: Interval| {
            self.known_reference(i64::from(interval.start)..i64::from(interval.end))
        };
        match change {
            Change::Exact {
                position,
                reference,
                alternate,
            } => Some(self.same_after_roll(
                i64::from(position.zero_based()),
                reference.as_bytes(),
                alternate.as_bytes(),
            )),
            Change::Deletion { interval, inserted } if inserted.is_empty() => {
                let (start, r, a) = self.trimmed();
                let bases = i64::from(interval.end) - i64::from(interval.start);
                let shift = i64::from(interval.start).saturating_sub(start);
                // Which bases are removed follows from where they are.
                Some(
                    is_sequence(r)
                        && a.is_empty()
                        && i64::try_from(r.len()) == Ok(bases)
                        && (0..=i64::from(self.roll)).contains(&shift),
                )
            }
            Change::Deletion { interval, inserted } => match replaced(*interval) {
                Some(bases) => Some(self.same_after_roll(
                    i64::from(interval.start),
                    &bases,
                    inserted.as_bytes(),
                )),
                None => (!self.could_be(*interval, inserted.as_bytes())).then_some(false),
            },
            // A row that is this insertion rolls through all of the interval and so shows its bases.
            Change::Duplication { interval } => {
                Some(replaced(*interval).is_some_and(|bases| {
                    self.same_after_roll(i64::from(interval.end), b"", &bases)
                }))
            }
            Change::Inversion { interval } => match replaced(*interval) {
                Some(bases) => Some(reverse_complement(&bases).is_some_and(|inverted| {
                    self.same_after_roll(i64::from(interval.start), &bases, &inverted)
                })),
                None => (!self.could_be_inverted(*interval)).then_some(false),
            },
        }
    }

    /// Whether this row's change fits into the replacement of an interval by `inserted`, whatever
    /// the bases beside it are.
    fn could_be(&self, interval: Interval, inserted: &[u8]) -> bool {
        let (start, r, a) = self.trimmed();
        let (from, to) = (i64::from(interval.start), i64::from(interval.end));
        let length = |bases: &[u8]| i64::try_from(bases.len()).unwrap_or(i64::MAX / 4);
        if (r.is_empty() && a.is_empty()) || length(inserted) - (to - from) != length(a) - length(r)
        {
            return false;
        }
        let roll = if r.is_empty() || a.is_empty() {
            i64::from(self.roll)
        } else {
            0
        };
        let first = (from - start).max(0);
        let last = roll.min(to - length(r) - start);
        // A comparison that would take long is left undecided.
        if last.saturating_sub(first).saturating_mul(length(a)) > 1 << 24 {
            return true;
        }
        (first..=last).any(|shift| {
            let at = usize::try_from(start + shift - from).unwrap_or(usize::MAX);
            let bases = at
                .checked_add(a.len())
                .and_then(|end| inserted.get(at..end));
            u32::try_from(shift).is_ok_and(|shift| bases.is_some_and(|b| is_rotated(a, b, shift)))
        })
    }

    /// Whether this row's change can be what an inversion changes: the bases inverted are those
    /// in the middle, as many being unchanged on either side.
    fn could_be_inverted(&self, interval: Interval) -> bool {
        let (start, r, a) = self.trimmed();
        let before = start - i64::from(interval.start);
        let end = start.saturating_add(i64::try_from(r.len()).unwrap_or(i64::MAX / 4));
        before >= 0
            && before == i64::from(interval.end) - end
            && reverse_complement(r).is_some_and(|inverted| inverted.eq_ignore_ascii_case(a))
    }
}

#[cfg(test)]
#[path = "identifier_tests.rs"]
mod tests;
