//! What a record is of, read where it stands.

use super::bcf::{Dictionary, FIXED, LENGTHS};
use super::chunk::Chunk;
use super::flow::lengths;
use super::plan::Plan;
use super::record::{MAX_ALTS, Worker, is_bases};
use super::text::parse_position;
use super::typed::Cursor;
use crate::error::{InputError, Place};
use crate::genome::{AlleleType, Extent};
use memchr::memchr_iter;
use std::ops::Range;

/// Columns of a record without genotypes.
const COLUMNS: usize = 8;

/// Reads one record after the other.
///
/// What it does not know at a glance it gives to the reader of builds, which says what is wrong, or how far a
/// symbolic allele reaches.
pub(crate) struct SiteReader<'r> {
    plan: &'r Plan,
    dictionary: Option<&'r Dictionary>,
    worker: Worker,
    /// A contig that is known to be one.
    contig: Vec<u8>,
    alts: Vec<Range<usize>>,
    /// Of each ALT; empty where none is symbolic.
    extents: Vec<Option<Extent>>,
}

/// A record: where it is, and its alleles.
#[derive(Debug)]
pub(crate) struct RawSite<'s> {
    pub(crate) contig: &'s [u8],
    /// From 0, -1 being POS 0.
    pub(crate) position: i32,
    pub(crate) id: &'s [u8],
    pub(crate) reference: &'s [u8],
    /// Where INFO is, in text; where it ends, in BCF.
    pub(crate) info: Range<usize>,
    record: &'s [u8],
    alts: &'s [Range<usize>],
    extents: &'s [Option<Extent>],
}

impl<'s> RawSite<'s> {
    /// The ALTs, and of symbolic ones their extents.
    pub(crate) fn alts(&self) -> impl ExactSizeIterator<Item = (&'s [u8], Option<Extent>)> + '_ {
        let (record, extents) = (self.record, self.extents);
        self.alts.iter().enumerate().map(move |(n, range)| {
            let text = record.get(range.clone()).unwrap_or_default();
            (text, extents.get(n).copied().flatten())
        })
    }
}

impl<'r> SiteReader<'r> {
    pub(super) fn new(plan: &'r Plan, dictionary: Option<&'r Dictionary>) -> Self {
        Self {
            plan,
            dictionary,
            worker: Worker::new(),
            contig: Vec::new(),
            alts: Vec::new(),
            extents: Vec::new(),
        }
    }

    /// Reads a record: a line without its end, or a record of BCF with its lengths. `None` of an empty line.
    pub(crate) fn read<'s>(
        &'s mut self,
        record: &'s [u8],
        place: Place,
    ) -> Result<Option<RawSite<'s>>, Box<InputError>> {
        self.extents.clear();
        self.alts.clear();
        let found = match self.dictionary {
            Some(dictionary) => binary(dictionary, record, &mut self.alts),
            None => text(record, &mut self.alts),
        };
        let known = found.as_ref().is_some_and(|found| {
            let text = |range: &Range<usize>| record.get(range.clone()).unwrap_or_default();
            let plain = |alt: &[u8]| {
                !alt.is_empty() && is_bases(alt) || matches!(alt, b"*" | b"<*>" | b"<NON_REF>")
            };
            found.contig(self.dictionary, record) == self.contig
                && !self.contig.is_empty()
                && !found.reference.is_empty()
                && is_bases(text(&found.reference))
                && self.alts.len() <= MAX_ALTS
                && self.alts.iter().all(|range| plain(text(range)))
        });
        if !known && !self.read_whole(record, place)? {
            return Ok(None);
        }
        let Some(found) = found else {
            // the reader of builds knows all that is none
            return Err(self.fault(place, "a record", "other bytes"));
        };
        let contig = found.contig(self.dictionary, record);
        if self.contig != contig {
            self.contig.clear();
            self.contig.extend_from_slice(contig);
        }
        Ok(Some(RawSite {
            contig: &self.contig,
            position: found.position,
            id: record.get(found.id).unwrap_or_default(),
            reference: record.get(found.reference).unwrap_or_default(),
            info: found.info,
            record,
            alts: &self.alts,
            extents: &self.extents,
        }))
    }

    /// Reads it as a build does, of text without the genotypes; `false` where it is an empty line.
    fn read_whole(&mut self, record: &[u8], place: Place) -> Result<bool, Box<InputError>> {
        let mut chunk = Chunk::default();
        match self.dictionary {
            Some(dictionary) => {
                self.worker
                    .bcf_record(self.plan, dictionary, record, place, &mut chunk);
            }
            None => {
                let end = memchr_iter(b'\t', record).nth(COLUMNS - 1);
                let sites = record.get(..end.unwrap_or(record.len()));
                let line = sites.unwrap_or_default();
                self.worker.line(self.plan, line, place, &mut chunk);
            }
        }
        if let Some(refused) = chunk.refused.pop() {
            return Err(Box::new(refused));
        }
        let Some(of) = chunk.records.first() else {
            return Ok(false);
        };
        let reference = chunk.text(of.reference);
        let alts = chunk.alts.get(of.alts.range()).unwrap_or_default();
        self.extents.extend(alts.iter().map(|alt| {
            let text = chunk.text(alt.text);
            let kind = || AlleleType::of(reference, text, None);
            let span = u64::try_from(i64::from(alt.end) - i64::from(of.position)).unwrap_or(0);
            let length = alt.sv_length;
            // VCF integers have 32 bits
            let length = length.map(|n| n.clamp(i64::from(i32::MIN), i64::from(i32::MAX)));
            let kind = alt.stated.unwrap_or_else(kind);
            Extent::of(kind, reference, text, length, span)
        }));
        Ok(true)
    }

    fn fault(&self, place: Place, expected: &str, found: &str) -> Box<InputError> {
        Box::new(InputError {
            file: self.plan.file.clone(),
            place,
            expected: expected.to_owned(),
            found: found.to_owned(),
        })
    }
}

/// Where the parts of a record are.
struct Parts {
    contig: Name,
    position: i32,
    id: Range<usize>,
    reference: Range<usize>,
    info: Range<usize>,
}

/// A contig as it is written.
enum Name {
    Text(Range<usize>),
    Number(u32),
}

impl Parts {
    fn contig<'s>(&self, dictionary: Option<&'s Dictionary>, record: &'s [u8]) -> &'s [u8] {
        match &self.contig {
            Name::Text(range) => record.get(range.clone()),
            Name::Number(number) => dictionary.and_then(|known| known.contig(*number)),
        }
        .unwrap_or_default()
    }
}

/// The parts of a line, and where its ALTs are; `None` where it is none.
fn text(line: &[u8], alts: &mut Vec<Range<usize>>) -> Option<Parts> {
    let mut tabs = memchr_iter(b'\t', line);
    let mut start = 0;
    let mut column = || {
        let end = tabs.next()?;
        let range = start..end;
        start = end + 1;
        Some(range)
    };
    let contig = column()?;
    let position = parse_position(line.get(column()?)?).ok()?;
    let (id, reference, alt) = (column()?, column()?, column()?);
    let (_quality, _filter) = (column()?, column()?);
    let info = match column() {
        Some(range) => range,
        None => start..line.len(),
    };
    let text = line.get(alt.clone())?;
    if text != b"." {
        let mut from = alt.start;
        for end in memchr_iter(b',', text).chain([text.len()]) {
            alts.push(from..alt.start + end);
            from = alt.start + end + 1;
        }
    }
    Some(Parts {
        contig: Name::Text(contig),
        position,
        id,
        reference,
        info,
    })
}

/// The same of a record of BCF.
fn binary(dictionary: &Dictionary, record: &[u8], alts: &mut Vec<Range<usize>>) -> Option<Parts> {
    let (shared, _) = lengths(record)?;
    let end = LENGTHS + shared;
    let mut cursor = Cursor(record.get(LENGTHS..end)?);
    let mut fixed = Cursor(cursor.take(FIXED)?);
    let contig = fixed.u32()?;
    dictionary.contig(contig)?;
    let position = fixed.u32()? as i32;
    let (_rlen, _quality) = (fixed.u32()?, fixed.u32()?);
    let alleles = fixed.u32()? >> 16;
    let mut text = || {
        let typed = cursor.typed()?;
        let behind = end - cursor.0.len();
        let start = behind - typed.bytes.len();
        Some(start..start + typed.text().len())
    };
    let (id, reference) = (text()?, text()?);
    for _ in 1..alleles {
        alts.push(text()?);
    }
    (-1..i32::MAX).contains(&position).then_some(Parts {
        contig: Name::Number(contig),
        position,
        id,
        reference,
        info: end..end,
    })
}
