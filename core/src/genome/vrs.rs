//! Computed identifiers of GA4GH VRS: digests of an allele that is spelled in one way, *fully justified* over all
//! places where an indel can stand (<https://vrs.ga4gh.org>, versions 1.3 and 2.0).
//!
//! An identifier is right or there is none. Substitutions need the coordinates and the bases of ALT. An indel needs
//! the bases around it, as far as it can be moved: those of REF, or what was found in the reference when the row
//! was normalised.

use super::Interval;
use super::allele::{is_sequence, trim};
use super::normalise::{MAX_ROLL, StoredAllele, equal};
use sha2::{Digest as _, Sha512};
use std::fmt;

/// A version of GA4GH VRS in which alleles are identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum VrsVersion {
    /// 1.3, which spells out the bases of all alleles.
    V1_3,
    /// 2.0, which gives the length of what repeats the reference.
    V2_0,
}

/// How identifiers of alleles begin.
const ALLELE: &str = "ga4gh:VA.";
/// How all of them begin.
const NAMESPACE: &str = "ga4gh:";
/// Bytes of a digest, and letters of them in base64url.
const DIGEST: usize = 24;
const LETTERS: usize = 32;
/// The letters of base64url.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A computed identifier of an allele: `ga4gh:VA.` and 32 letters.
///
/// ```
/// use varidex::VrsId;
/// let id: VrsId = "ga4gh:VA.0AePZIWZUNsUlQTamyLrjm2HWUw2opLt".parse()?;
/// assert_eq!(id.to_string(), "ga4gh:VA.0AePZIWZUNsUlQTamyLrjm2HWUw2opLt");
/// assert!("ga4gh:SL.4t6JnYWqHwYw9WzBT_lmWBb3tLQNalkT".parse::<VrsId>().is_err());
/// # Ok::<(), varidex::NoVrsId>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VrsId([u8; LETTERS]);

/// A text that is no computed identifier of an allele.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoVrsId {
    /// It identifies something else, such as a sequence or a location.
    #[error(
        "only identifiers of alleles of GA4GH VRS name variants: expected ga4gh:VA., found {NAMESPACE}{0}."
    )]
    OfOther(String),
    /// Nothing, or something misspelled.
    #[error(
        "expected an identifier of GA4GH VRS, ga4gh:VA. and {LETTERS} of the letters A-Z, a-z, 0-9, - and _"
    )]
    Misspelled,
}

/// Whether a text is meant as a computed identifier of GA4GH.
pub(crate) fn is_of_ga4gh(text: &str) -> bool {
    text.get(..NAMESPACE.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(NAMESPACE))
}

impl std::str::FromStr for VrsId {
    type Err = NoVrsId;

    fn from_str(text: &str) -> Result<Self, NoVrsId> {
        if !is_of_ga4gh(text) {
            return Err(NoVrsId::Misspelled);
        }
        let rest = text.get(NAMESPACE.len()..).unwrap_or_default();
        let (kind, digest) = rest.split_once('.').ok_or(NoVrsId::Misspelled)?;
        let digest = <[u8; LETTERS]>::try_from(digest.as_bytes());
        let digest = digest
            .ok()
            .filter(|of| of.iter().all(|c| ALPHABET.contains(c)));
        let is_kind = (2..=4).contains(&kind.len()) && kind.bytes().all(|c| c.is_ascii_uppercase());
        match (kind, digest) {
            ("VA", Some(digest)) => Ok(Self(digest)),
            (_, Some(_)) if is_kind => Err(NoVrsId::OfOther(kind.to_owned())),
            _ => Err(NoVrsId::Misspelled),
        }
    }
}

impl fmt::Display for VrsId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ALLELE)?;
        // letters of base64url are ASCII
        f.write_str(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

/// `sha512t24u`: the first 24 bytes of SHA-512 in base64url.
fn truncated(hash: Sha512) -> [u8; LETTERS] {
    let digest = hash.finalize();
    let mut letters = [0; LETTERS];
    let bytes = digest.get(..DIGEST).unwrap_or_default();
    for (from, to) in bytes.chunks_exact(3).zip(letters.chunks_exact_mut(4)) {
        let bits = from.iter().fold(0_u32, |bits, &b| bits << 8 | u32::from(b));
        for (number, to) in (0_u32..).zip(to) {
            let at = (bits >> (18 - 6 * number)) & 63;
            *to = ALPHABET.get(at as usize).copied().unwrap_or_default();
        }
    }
    letters
}

/// Adds a number in decimal digits.
fn add_number(hash: &mut Sha512, number: u64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    let mut rest = number;
    loop {
        first = first.saturating_sub(1);
        if let Some(digit) = digits.get_mut(first) {
            *digit = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    hash.update(digits.get(first..).unwrap_or_default());
}

/// The contig that alleles are on, as VRS knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VrsContig {
    /// The refget accession without `SQ.`.
    pub(crate) accession: &'static str,
    pub(crate) length: i64,
    /// The stretch of which the build had the bases when it normalised rows.
    pub(crate) reference: Option<Interval>,
}

/// What is known of where an allele is, fully justified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Justification<'a> {
    Known(Justified<'a>),
    /// The bases beside an indel are not known.
    Unknown,
    /// It has no identifier: REF and ALT are not both bases, or they are outside of the contig.
    Never,
}

impl<'a> Justification<'a> {
    /// Of a row.
    pub(crate) fn of(row: &StoredAllele<'a>, contig: &VrsContig) -> Self {
        let position = i64::from(row.position.zero_based());
        let end = position.saturating_add(row.reference.len() as i64);
        if !is_sequence(row.reference)
            || !is_sequence(row.alternate)
            || position < 0
            || end > contig.length
        {
            return Self::Never;
        }
        Justified::of(row, contig).map_or(Self::Unknown, Self::Known)
    }
}

/// A fully justified allele.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Justified<'a> {
    start: u64,
    end: u64,
    /// The bases in place of those between, as long as `length`: these ones over and over, from the `first` on.
    cycle: &'a [u8],
    first: usize,
    length: u64,
    /// Where the bases repeat those of the reference, after how many.
    period: Option<u64>,
}

impl<'a> Justified<'a> {
    /// Of a row of bases for bases within the contig.
    fn of(row: &StoredAllele<'a>, contig: &VrsContig) -> Option<Self> {
        let position = i64::from(row.position.zero_based());
        let (start, reference, alternate) = trim(position, row.reference, row.alternate);
        match (reference, alternate) {
            ([], []) => Self::unchanged(position, row.reference),
            (bases, []) => Self::indel(row, contig, start, (bases, true)),
            ([], bases) => Self::indel(row, contig, start, (bases, false)),
            _ => {
                let start = u64::try_from(start).ok()?;
                Some(Self {
                    start,
                    end: start.checked_add(reference.len() as u64)?,
                    cycle: alternate,
                    first: 0,
                    length: alternate.len() as u64,
                    period: None,
                })
            }
        }
    }

    /// An allele that is the reference.
    fn unchanged(position: i64, bases: &'a [u8]) -> Option<Self> {
        let (start, length) = (u64::try_from(position).ok()?, bases.len() as u64);
        Some(Self {
            start,
            end: start.checked_add(length)?,
            cycle: bases,
            first: 0,
            length,
            period: Some(length),
        })
    }

    fn indel(
        row: &StoredAllele<'a>,
        contig: &VrsContig,
        start: i64,
        (bases, deletes): (&'a [u8], bool),
    ) -> Option<Self> {
        let length = i64::try_from(bases.len()).ok()?;
        let deleted = if deletes { length } else { 0 };
        let (left, right) = room(row, contig, start, (bases, deleted))?;
        let room = left.checked_add(right)?;
        let size = if deletes {
            room
        } else {
            room.checked_add(length)?
        };
        let period = match deletes {
            true => Some(length),
            false => repeated(bases, room),
        };
        Some(Self {
            start: u64::try_from(start.checked_sub(left)?).ok()?,
            end: u64::try_from(start.checked_add(deleted)?.checked_add(right)?).ok()?,
            cycle: bases,
            first: usize::try_from((-left).rem_euclid(length)).ok()?,
            length: u64::try_from(size).ok()?,
            period: period.and_then(|period| u64::try_from(period).ok()),
        })
    }

    /// The identifier on a sequence, by the letters behind `SQ.` of its refget accession.
    pub(crate) fn id(&self, accession: &str, version: VrsVersion) -> VrsId {
        let location = self.location(accession, version);
        let mut hash = Sha512::new_with_prefix(br#"{"location":""#);
        hash.update(location);
        match (version, self.period) {
            (VrsVersion::V2_0, Some(period)) => {
                hash.update(br#"","state":{"length":"#);
                add_number(&mut hash, self.length);
                hash.update(br#","repeatSubunitLength":"#);
                add_number(&mut hash, period);
                hash.update(br#","type":"ReferenceLengthExpression"},"type":"Allele"}"#);
            }
            _ => {
                hash.update(br#"","state":{"sequence":""#);
                self.add_bases(&mut hash);
                hash.update(br#"","type":"LiteralSequenceExpression"},"type":"Allele"}"#);
            }
        }
        VrsId(truncated(hash))
    }

    /// The digest of the location.
    fn location(&self, accession: &str, version: VrsVersion) -> [u8; LETTERS] {
        let mut hash = Sha512::new();
        match version {
            VrsVersion::V2_0 => {
                hash.update(br#"{"end":"#);
                add_number(&mut hash, self.end);
                hash.update(br#","sequenceReference":{"refgetAccession":"SQ."#);
                hash.update(accession);
                hash.update(br#"","type":"SequenceReference"},"start":"#);
                add_number(&mut hash, self.start);
                hash.update(br#","type":"SequenceLocation"}"#);
            }
            VrsVersion::V1_3 => {
                hash.update(br#"{"interval":{"end":{"type":"Number","value":"#);
                add_number(&mut hash, self.end);
                hash.update(br#"},"start":{"type":"Number","value":"#);
                add_number(&mut hash, self.start);
                hash.update(br#"},"type":"SequenceInterval"},"sequence_id":""#);
                hash.update(accession);
                hash.update(br#"","type":"SequenceLocation"}"#);
            }
        }
        truncated(hash)
    }

    /// Adds the bases of the state in upper case.
    fn add_bases(&self, hash: &mut Sha512) {
        let mut bases = self.cycle.iter().cycle().skip(self.first);
        let mut left = self.length;
        let mut some = [0; 64];
        while left > 0 {
            let count = left.min(some.len() as u64) as usize;
            let to = some.get_mut(..count).unwrap_or_default();
            for (to, base) in to.iter_mut().zip(&mut bases) {
                *to = base.to_ascii_uppercase();
            }
            hash.update(to);
            left -= count as u64;
        }
    }
}

/// Whether a base is one of `ACGT`, in either case.
fn is_plain(base: u8) -> bool {
    equal(base, base)
}

/// By how many bases an indel can be moved to the left and to the right from its place; `None` where that is not known.
fn room(
    row: &StoredAllele<'_>,
    contig: &VrsContig,
    start: i64,
    (bases, deleted): (&[u8], i64),
) -> Option<(i64, i64)> {
    let position = i64::from(row.position.zero_based());
    let before = usize::try_from(start.checked_sub(position)?).ok()?;
    let behind = before.checked_add(usize::try_from(deleted).ok()?)?;
    let before = row.reference.get(..before)?;
    let left = moves(before.iter().rev(), bases.iter().rev(), position == 0)?;
    // letters for several bases are equal to nothing where rows are normalised, and to themselves here
    if left == 0
        && bases.iter().all(|&base| is_plain(base))
        && let Some(right) = known_roll(row, contig, start.checked_add(deleted)?)
    {
        return Some((left, right));
    }
    let end = position.checked_add(i64::try_from(row.reference.len()).ok()?)?;
    let behind = row.reference.get(behind..)?;
    let right = moves(behind.iter(), bases.iter(), end == contig.length)?;
    Some((left, right))
}

/// By how many bases an indel moves through bases beside it: over those that are equal to its own, which come around.
/// `None` where all of them are and the contig goes on, or where one of them stands for several bases.
fn moves<'b>(
    beside: impl Iterator<Item = &'b u8>,
    own: impl Iterator<Item = &'b u8> + Clone,
    contig_ends: bool,
) -> Option<i64> {
    let mut moved = 0;
    for (&base, &own) in beside.zip(own.cycle()) {
        if !is_plain(base) {
            return None;
        }
        if !equal(base, own) {
            return Some(moved);
        }
        moved += 1;
    }
    contig_ends.then_some(moved)
}

/// By how much the build found that an indel, which ends here, can be moved to the right; `None` where it had not all
/// bases for that.
fn known_roll(row: &StoredAllele<'_>, contig: &VrsContig, end: i64) -> Option<i64> {
    let reference = contig.reference?;
    let (first, last) = (i64::from(reference.start), i64::from(reference.end));
    let position = i64::from(row.position.zero_based());
    let written = position.checked_add(i64::try_from(row.reference.len()).ok()?)?;
    if position < first || written > last || row.roll > 2 * MAX_ROLL {
        return None;
    }
    // an excerpt may end where the repeat does not
    let furthest = end.checked_add(i64::from(row.roll))?;
    let is_whole = furthest < last || (furthest == last && last == contig.length);
    is_whole.then_some(i64::from(row.roll))
}

/// Of which length inserted bases are a repeat, of those that divide theirs and are no more than what the reference has:
/// the greatest.
fn repeated(bases: &[u8], room: i64) -> Option<i64> {
    let length = i64::try_from(bases.len()).ok()?;
    let repeats = |period: &i64| {
        let shifted = usize::try_from(*period).ok().and_then(|n| bases.get(n..));
        let mut pairs = bases.iter().zip(shifted.unwrap_or_default());
        length % period == 0 && pairs.all(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    (1..=room.min(length)).rev().find(repeats)
}

#[cfg(test)]
#[path = "vrs_tests.rs"]
mod tests;
