//! What text and BCF records have in common: checks of the fixed columns and their way into a chunk.

use super::bgzf::{Inflater, Window};
use super::chunk::{Alt, Block, Chunk, Record, Span, quote};
use super::plan::Plan;
use super::row::{Fault, Row};
use super::scan::{Cell, Layout};
use crate::error::{InputError, Place};
use crate::format::is_plain;
use crate::genome::{AlleleType, chromosome_of, is_inserted_contig};
use std::ops::Range;

/// The most ALTs of a record: BCF counts alleles in 16 bits.
pub(super) const MAX_ALTS: usize = u16::MAX as usize - 1;

/// The longest contig name, and FILTER of a BCF record: there a number of one byte stands for a
/// text of any length, so that a small file could fill the memory.
pub(super) const MAX_NAME: usize = 4096;

/// Where an allele ends at the latest, from 0 and exclusive.
const END_MAX: i64 = i32::MAX as i64;

/// The warning of a genotype with an allele where the record has no ALT.
pub(super) const ALT_LEFT_OUT: &str = "GT with an allele where ALT is .: taken as missing";

/// Why a record cannot be stored.
#[derive(Debug)]
pub(super) struct Refusal {
    expected: String,
    found: String,
}

/// Refuses a record.
pub(super) fn refuse<T>(expected: &str, found: &[u8]) -> Result<T, Refusal> {
    let found = match quote(found) {
        text if text.is_empty() => "nothing".to_owned(),
        text => text.into_owned(),
    };
    Err(Refusal {
        expected: expected.to_owned(),
        found,
    })
}

/// A record's fixed columns in the bytes they were read from.
pub(super) struct Site<'a> {
    pub(super) contig: &'a [u8],
    pub(super) position: i32,
    pub(super) id: &'a [u8],
    pub(super) reference: &'a [u8],
    /// The bytes that [`Worker::alts`] points into.
    pub(super) source: &'a [u8],
    pub(super) quality: Option<f32>,
    pub(super) filter: &'a [u8],
    pub(super) info: Span,
}

/// What INFO says about the record's extent.
#[derive(Default)]
pub(super) struct Extent {
    pub(super) end: Option<i64>,
    pub(super) svlen: Vec<Option<i64>>,
    /// Empty where it is not there.
    pub(super) svtype: Vec<u8>,
    pub(super) chr2: Vec<u8>,
}

impl Extent {
    pub(super) fn clear(&mut self) {
        self.end = None;
        self.svlen.clear();
        self.svtype.clear();
        self.chr2.clear();
    }
}

/// What one job at a time works with; kept and used again by the next.
pub(super) struct Worker {
    pub(super) row: Row,
    pub(super) cell: Cell,
    /// Where the ALTs stand.
    pub(super) alts: Vec<Range<usize>>,
    pub(super) extent: Extent,
    pub(super) window: Window,
    pub(super) inflater: Inflater,
    pub(super) format: FormatCache,
    pub(super) format_before: FormatCache,
    contig: ContigCache,
    sorted: Vec<usize>,
}

/// The layout of a FORMAT column that was seen.
#[derive(Default)]
pub(super) struct FormatCache {
    pub(super) text: Vec<u8>,
    pub(super) layout: Layout,
    pub(super) undeclared: Vec<Vec<u8>>,
    pub(super) odd: Option<&'static str>,
}

#[derive(Default)]
struct ContigCache {
    name: Vec<u8>,
    declared: bool,
    length: Option<u64>,
}

/// Where a chunk's arenas ended, to forget what a refused record has written.
#[derive(Clone, Copy)]
struct Mark([usize; 9]);

impl Worker {
    pub(super) fn new() -> Self {
        Self {
            row: Row::default(),
            cell: Cell::default(),
            alts: Vec::new(),
            extent: Extent::default(),
            window: Window::default(),
            inflater: Inflater::new(),
            format: FormatCache::default(),
            format_before: FormatCache::default(),
            contig: ContigCache::default(),
            sorted: Vec::new(),
        }
    }

    /// Runs `read`; a record that it refuses leaves nothing but the refusal.
    pub(super) fn record(
        &mut self,
        plan: &Plan,
        place: Place,
        chunk: &mut Chunk,
        read: impl FnOnce(&mut Self, &mut Chunk) -> Result<(), Refusal>,
    ) {
        let mark = mark(chunk);
        if let Err(refusal) = read(self, chunk) {
            truncate(chunk, mark);
            chunk.refuse(InputError {
                file: plan.file.clone(),
                place,
                expected: refusal.expected,
                found: refusal.found,
            });
        }
    }

    /// Checks the fixed columns, then stores them; the genotypes' sets come after.
    pub(super) fn store_site(
        &mut self,
        plan: &Plan,
        place: Place,
        site: &Site<'_>,
        chunk: &mut Chunk,
    ) -> Result<Record, Refusal> {
        self.check_contig(plan, place, site, chunk)?;
        check_reference(site.reference)?;
        self.check_alts(place, site, chunk)?;
        check_id(place, site.id, chunk);
        check_filter(plan, place, site.filter, chunk)?;
        if site.quality.is_some_and(|q| q < 0.0) {
            chunk.warn(place, "negative QUAL", b"");
        }

        let previous = chunk.records.last().map(|r| (r.contig, r.filter));
        let shared = |chunk: &Chunk, span: Option<Span>, text: &[u8]| {
            span.filter(|&span| chunk.text(span) == text)
        };
        let contig = match shared(chunk, previous.map(|p| p.0), site.contig) {
            Some(span) => span,
            None => push(chunk, site.contig),
        };
        let filter = match shared(chunk, previous.map(|p| p.1), dot(site.filter)) {
            Some(span) => span,
            None => push(chunk, dot(site.filter)),
        };
        let id = push(chunk, dot(site.id));
        let reference = push(chunk, site.reference);
        let (alts, end) = self.store_alts(plan, place, site, chunk);
        Ok(Record {
            place,
            contig,
            position: site.position,
            id,
            reference,
            alts,
            quality: site.quality,
            filter,
            info: site.info,
            end,
            missing: Default::default(),
            haploid: Default::default(),
            unphased: Default::default(),
            recorded: Default::default(),
            uncovered: Default::default(),
            outside: Default::default(),
            polyploid: Span::default(),
            blocks: Span::default(),
            block_short: 0,
            phases: Span::default(),
        })
    }

    fn check_contig(
        &mut self,
        plan: &Plan,
        place: Place,
        site: &Site<'_>,
        chunk: &mut Chunk,
    ) -> Result<(), Refusal> {
        let name = site.contig;
        if self.contig.name != name || name.is_empty() {
            let text = std::str::from_utf8(name).unwrap_or_default();
            if text.is_empty() || text.len() > MAX_NAME || !is_plain(text) {
                return refuse(
                    "a contig name of at most 4096 bytes, without control characters, in CHROM",
                    name,
                );
            }
            let known = plan.keys.contigs.get(name);
            self.contig.name.clear();
            self.contig.name.extend_from_slice(name);
            self.contig.declared = known.is_some() || plan.keys.contigs.is_empty();
            self.contig.length = known.copied().flatten();
            // In angle brackets it is one of an assembly file.
            let inner = name
                .strip_prefix(b"<")
                .and_then(|n| n.strip_suffix(b">"))
                .unwrap_or(name);
            let plain = |b: &u8| b.is_ascii_graphic() && !b"\\,\"'`()[]{}<>".contains(b);
            if !inner.iter().all(plain) || matches!(inner.first(), Some(b'*' | b'=')) {
                chunk.warn(place, "contig name that VCF does not allow:", name);
            }
        }
        if !self.contig.declared {
            chunk.warn(place, "undeclared contig", name);
        }
        let past = |length: u64| i64::from(site.position) >= length.try_into().unwrap_or(i64::MAX);
        if self.contig.length.is_some_and(past) {
            chunk.warn(place, "POS past the end of contig", name);
        }
        Ok(())
    }

    fn check_alts(
        &mut self,
        place: Place,
        site: &Site<'_>,
        chunk: &mut Chunk,
    ) -> Result<(), Refusal> {
        if self.alts.len() > MAX_ALTS {
            return refuse(
                "at most 65,534 ALTs",
                self.alts.len().to_string().as_bytes(),
            );
        }
        let text = |range: &Range<usize>| site.source.get(range.clone()).unwrap_or_default();
        for range in &self.alts {
            let alt = text(range);
            if alt.is_empty() || !alt.iter().all(u8::is_ascii_graphic) {
                return refuse("an allele in ALT", alt);
            }
            if !is_allele(alt) {
                chunk.warn(place, "ALT that VCF does not allow:", alt);
            }
            if alt.eq_ignore_ascii_case(site.reference) {
                chunk.warn(place, "REF equals ALT", b"");
            }
        }
        if self.alts.len() > 1 {
            self.sorted.clear();
            self.sorted.extend(0..self.alts.len());
            let at = |&i: &usize| self.alts.get(i).map(text).unwrap_or_default();
            self.sorted.sort_unstable_by(|a, b| at(a).cmp(at(b)));
            if self
                .sorted
                .windows(2)
                .any(|w| matches!(w, [a, b] if at(a) == at(b)))
            {
                chunk.warn(place, "the same ALT twice in a record", b"");
            }
        }
        Ok(())
    }

    /// Stores the ALTs with where each ends, and says where the record does.
    fn store_alts(
        &mut self,
        plan: &Plan,
        place: Place,
        site: &Site<'_>,
        chunk: &mut Chunk,
    ) -> (Span, i32) {
        let start = i64::from(site.position);
        let bases = start + site.reference.len() as i64;
        let mut stated = None;
        match self.extent.end {
            // END is 1-based and inside, so as a number it is the 0-based end.
            Some(end) if end < start + 1 => chunk.warn(place, "END before POS", b""),
            Some(end) if end > END_MAX => chunk.warn(place, "END beyond 2147483647, left out", b""),
            // of a translocation it may be a place on another contig
            Some(end) if is_same_contig(&self.extent.chr2, site.contig) => {
                stated = Some(end).filter(|&end| end > bases);
            }
            _ => {}
        }
        let Extent { svlen, svtype, .. } = &self.extent;
        let svtype = Some(&svtype[..]).filter(|svtype| !svtype.is_empty());
        // from 4.4 on SVLEN is the length of each allele, before it is a difference in length that
        // END is a better witness than, of which there is only one for all ALTs
        let each = plan.version >= 4 || self.alts.len() > 1 && svlen.len() == self.alts.len();
        let mut furthest = if self.alts.is_empty() { stated } else { None };
        let first = chunk.alts.len();
        for (i, range) in self.alts.iter().enumerate() {
            let alt = site.source.get(range.clone()).unwrap_or_default();
            // Older files give one length for all.
            let length = match svlen.len() {
                1 => svlen.first(),
                _ => svlen.get(i),
            };
            let length = length.copied().flatten().filter(|&length| length != 0);
            let mut length = length.filter(|_| !is_bases(alt));
            if length.is_some_and(|n| n.unsigned_abs() > (END_MAX - start - 1).unsigned_abs()) {
                chunk.warn(place, "SVLEN beyond 2147483647, left out", b"");
                length = None;
            }
            let reach = length.filter(|_| each || stated.is_none());
            let reach = reach.map(|n| (start + 1).saturating_add(n.saturating_abs()));
            let kind = || AlleleType::of(site.reference, alt, svtype);
            let end = match is_bases(alt) {
                true => bases,
                false => end_of(kind(), bases, stated, reach.filter(|&end| end > bases)),
            };
            // what the alleles do not say themselves
            let by_svtype = svtype.map(|_| kind());
            let by_svtype =
                by_svtype.filter(|kind| *kind != AlleleType::of(site.reference, alt, None));
            furthest = furthest.max(Some(end));
            let text = push(chunk, alt);
            chunk.alts.push(Alt {
                text,
                end: clamp(end),
                sv_length: length,
                stated: by_svtype,
                ..Alt::default()
            });
        }
        // POS past it is warned of already
        let past = |length: u64| {
            let reaches = furthest.is_some_and(|end| end.unsigned_abs() > length);
            reaches && start.unsigned_abs() < length
        };
        if self.contig.length.is_some_and(past) {
            chunk.warn(place, "an end past that of contig", site.contig);
        }
        let span = Span {
            start: first as u32,
            end: chunk.alts.len() as u32,
        };
        (span, clamp(furthest.unwrap_or(bases).max(bases)))
    }

    /// Stores the genotypes in the row.
    pub(super) fn store_genotypes(&mut self, record: &mut Record, chunk: &mut Chunk) {
        let planes = self.row.store(chunk, record.alts.start as usize);
        record.missing = planes.missing;
        record.haploid = planes.haploid;
        record.unphased = planes.unphased;
        record.polyploid = planes.polyploid;
        if !planes.blocks.is_empty() {
            store_blocks(record, planes.blocks, chunk);
        }
        record.phases = planes.phases;
    }
}

/// Where an allele that is not spelled out ends: by SVLEN where that decides, else by END.
fn end_of(kind: AlleleType, bases: i64, stated: Option<i64>, by_length: Option<i64>) -> i64 {
    use AlleleType::{Bnd, Cnv, Del, Dup, Ins, Inv, Other, Ref};
    let end = match kind {
        Del | Dup | Inv | Cnv => by_length.or(stated),
        Ref | Other => stated,
        // these have no extent on the reference, whatever END says: it may be the other side
        Ins | Bnd => None,
        _ => None,
    };
    end.unwrap_or(bases)
}

/// Whether CHR2 is no other contig than the record's.
fn is_same_contig(chr2: &[u8], contig: &[u8]) -> bool {
    let chromosome = |name| chromosome_of(std::str::from_utf8(name).ok()?);
    let same = || chromosome(chr2).is_some_and(|of| chromosome(contig) == Some(of));
    chr2.is_empty() || chr2 == contig || same()
}

/// Makes lengths of reference blocks their ends, and lets the record reach as far as the furthest.
fn store_blocks(record: &mut Record, blocks: Span, chunk: &mut Chunk) {
    let is_block = |alt: &&mut Alt| {
        let text = chunk.bytes.get(alt.text.range()).unwrap_or_default();
        matches!(text, b"<*>" | b"<NON_REF>")
    };
    let alts = chunk.alts.get_mut(record.alts.range()).unwrap_or_default();
    let mut alts = alts.iter_mut().filter(is_block).peekable();
    if alts.peek().is_none() {
        // of what would they be? What only says that a genotype is unknown stays
        let mut kept = blocks.start as usize;
        for at in blocks.range() {
            if let Some(&block) = chunk.blocks.get(at).filter(|block| block.end == 0)
                && let Some(slot) = chunk.blocks.get_mut(kept)
            {
                *slot = Block {
                    end: record.position,
                    ..block
                };
                kept += 1;
            }
        }
        chunk.blocks.truncate(kept);
        record.blocks = Span {
            end: kept as u32,
            ..blocks
        };
        return;
    }
    let mut furthest = 0;
    let all = chunk.blocks.get_mut(blocks.range()).unwrap_or_default();
    for block in all {
        // it began as a length
        block.end = record.position.saturating_add(block.end);
        furthest = block.end.max(furthest);
    }
    for alt in alts {
        alt.end = furthest.max(alt.end);
        record.end = furthest.max(record.end);
    }
    record.blocks = blocks;
}

/// A genotype's fault with the name of its sample.
pub(super) fn genotype_refusal(plan: &Plan, fault: &Fault) -> Refusal {
    let found = match quote(&fault.found) {
        text if text.is_empty() => "nothing".to_owned(),
        text => text.into_owned(),
    };
    let found = match plan.samples.get(fault.sample) {
        Some(name) => format!("{found} at sample {}", quote(name.as_bytes())),
        None => found,
    };
    Refusal {
        expected: fault.expected.to_owned(),
        found,
    }
}

fn clamp(end: i64) -> i32 {
    i32::try_from(end).unwrap_or(i32::MAX)
}

fn mark(chunk: &Chunk) -> Mark {
    Mark([
        chunk.bytes.len(),
        chunk.list.len(),
        chunk.words.len(),
        chunk.records.len(),
        chunk.alts.len(),
        chunk.info.len(),
        chunk.polyploid.len(),
        chunk.blocks.len(),
        chunk.phases.len(),
    ])
}

fn truncate(chunk: &mut Chunk, Mark(lengths): Mark) {
    let [
        bytes,
        list,
        words,
        records,
        alts,
        info,
        polyploid,
        blocks,
        phases,
    ] = lengths;
    chunk.bytes.truncate(bytes);
    chunk.list.truncate(list);
    chunk.words.truncate(words);
    chunk.records.truncate(records);
    chunk.alts.truncate(alts);
    chunk.info.truncate(info);
    chunk.polyploid.truncate(polyploid);
    chunk.blocks.truncate(blocks);
    chunk.phases.truncate(phases);
}

/// Appends text to a chunk.
pub(super) fn push(chunk: &mut Chunk, text: &[u8]) -> Span {
    let start = chunk.bytes.len() as u32;
    chunk.bytes.extend_from_slice(text);
    let end = chunk.bytes.len() as u32;
    Span { start, end }
}

/// A column without the `.` that stands for nothing.
fn dot(text: &[u8]) -> &[u8] {
    match text {
        b"." => b"",
        text => text,
    }
}

/// Whether an allele is written in bases, of which ambiguous ones are some.
pub(crate) fn is_bases(allele: &[u8]) -> bool {
    allele
        .iter()
        .all(|b| b"ACGTNacgtnRYSWKMBDHVUryswkmbdhvu".contains(b))
}

fn check_reference(reference: &[u8]) -> Result<(), Refusal> {
    if reference.is_empty() || !is_bases(reference) {
        return refuse("bases in REF", reference);
    }
    Ok(())
}

/// Whether an ALT has one of the forms that VCF knows.
fn is_allele(alt: &[u8]) -> bool {
    let strict = |text: &[u8]| text.iter().all(|b| b"ACGTNacgtn".contains(b));
    match alt {
        b"*" => true,
        alt if is_inserted_contig(alt) => true,
        [b'<', inner @ .., b'>'] => !inner.is_empty() && !inner.iter().any(|b| b"<>".contains(b)),
        [b'.', bases @ ..] | [bases @ .., b'.'] if strict(bases) => !bases.is_empty(),
        alt => match alt.iter().position(|b| matches!(b, b'[' | b']')) {
            None => strict(alt),
            Some(open) => {
                let bracket = alt.get(open).copied().unwrap_or_default();
                let rest = alt.get(open + 1..).unwrap_or_default();
                let close = rest.iter().position(|&b| b == bracket);
                let before = alt.get(..open).unwrap_or_default();
                let after = close.and_then(|c| rest.get(c + 1..)).unwrap_or_default();
                close.is_some_and(|c| c > 0)
                    && strict(before)
                    && strict(after)
                    && before.is_empty() != after.is_empty()
            }
        },
    }
}

fn check_id(place: Place, id: &[u8], chunk: &mut Chunk) {
    let odd = id.iter().any(|b| b.is_ascii_whitespace())
        || (id.contains(&b';') && !distinct(id))
        || id.is_empty();
    if odd {
        chunk.warn(place, "ID that VCF does not allow", b"");
    }
}

fn check_filter(
    plan: &Plan,
    place: Place,
    filter: &[u8],
    chunk: &mut Chunk,
) -> Result<(), Refusal> {
    if matches!(filter, b"PASS" | b".") {
        return Ok(());
    }
    if !std::str::from_utf8(filter).is_ok_and(is_plain) {
        return refuse("UTF-8 without control characters in FILTER", filter);
    }
    let mut odd = filter.contains(&b';') && !distinct(filter);
    for key in filter.split(|&b| b == b';') {
        odd |= matches!(key, b"" | b"0" | b".") || key.iter().any(|b| b.is_ascii_whitespace());
        if !key.is_empty() && key != b"PASS" && key != b"." && !plan.keys.filters.contains(key) {
            chunk.warn(place, "undeclared FILTER", key);
        }
    }
    if odd {
        chunk.warn(place, "FILTER that VCF does not allow", b"");
    }
    Ok(())
}

/// Whether the entries that `;` separates are there and differ.
fn distinct(list: &[u8]) -> bool {
    let mut entries: Vec<&[u8]> = list.split(|&b| b == b';').collect();
    entries.sort_unstable();
    let differ = entries.windows(2).all(|w| matches!(w, [a, b] if a != b));
    differ && entries.first().is_some_and(|e| !e.is_empty())
}
