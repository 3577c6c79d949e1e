//! What a segment holds as text: alleles, ids, filters, original spellings, INFO; and polyploids.

use super::fault;
use crate::cohort::for_each_polyploid;
use crate::error::Result;
use crate::format::{
    Column, Kind, LONG, PAGE_ROWS, Text, TextBlock, allele_hash, is_plain, pack_alleles, u32_of,
    unpack_alleles, verify_hashes,
};
use crate::genome::{AlleleType, Position, StoredAllele};
use crate::input::is_bases;
use crate::model::InfoType;
use crate::store::manifest::Manifest;
use crate::store::segment::Segment;
use crate::store::{IdBlocks, MARK};
use std::collections::HashSet;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// What checking the rows needs of a pair of alleles.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) kind: AlleleType,
    pub(super) has_alt: bool,
    /// Whether ALT is bases, or there is none.
    pub(super) bases: bool,
    reference_len: u32,
}

impl Pair {
    fn new(reference: &[u8], alternate: &[u8]) -> Self {
        let bases = is_bases(alternate);
        Self {
            kind: AlleleType::of(reference, alternate, None),
            has_alt: !alternate.is_empty(),
            bases,
            reference_len: u32::try_from(reference.len()).unwrap_or(u32::MAX),
        }
    }

    /// Whether a row of the pair and of this type may have this span, which ends at the highest
    /// position where it would end behind it.
    pub(super) fn may_span(&self, kind: AlleleType, position: i64, span: i64) -> bool {
        use AlleleType::{Bnd, Ins, Star};
        let most = i64::from(i32::MAX) - position;
        let reference = i64::from(self.reference_len).min(most);
        match self.has_alt && (self.bases || matches!(kind, Ins | Bnd | Star)) {
            true => span == reference,
            false => span >= reference,
        }
    }
}

/// Allele codes and long alleles; every pair by its number.
pub(super) fn alleles(segment: &Segment) -> Result<Vec<Pair>> {
    let file = segment.file();
    let codes = file.whole(Kind::AlleleCodes)?;
    let wrong = |expected| fault(segment, "allele_codes", expected);
    if codes.is_empty() != (segment.meta().rows == 0) || codes.len() % 4 != 0 {
        return Err(wrong("whole codes, at least one where there are rows"));
    }
    let mut long = Vec::new();
    let hashes = file.whole(Kind::LongHashes)?;
    let mut hashes_right = true;
    segment.long_alleles.each(file, |number, entry| {
        let mut fields = entry.split(|&b| b == b'\t');
        let (Some(reference), Some(alternate), None) =
            (fields.next(), fields.next(), fields.next())
        else {
            return Err(fault(segment, "long_alleles", "REF tab ALT"));
        };
        if reference.is_empty() || !entry.is_ascii() {
            return Err(fault(segment, "long_alleles", "REF tab ALT in ASCII"));
        }
        let hash = hashes.get(number as usize * 4..).unwrap_or_default();
        hashes_right &= hash.len() >= 4 && u32_of(hash) == allele_hash(reference, alternate);
        let pair = Pair::new(reference, alternate);
        let packs = pack_alleles(reference, alternate).is_some();
        long.push((pair, packs, xxh3_128(entry)));
        Ok(())
    })?;
    if !hashes_right || hashes.len() != long.len() * 4 {
        return Err(fault(
            segment,
            "long_hashes",
            "the hash of each long allele",
        ));
    }
    let mut seen = HashSet::new();
    let mut pairs = Vec::new();
    for code in codes.chunks_exact(4).map(u32_of) {
        let (pair, name) = if code & LONG != 0 {
            let Some(&(pair, packs, name)) = long.get((code & !LONG) as usize) else {
                return Err(wrong("numbers of entries of long_alleles"));
            };
            if packs {
                return Err(wrong("short alleles in packed codes"));
            }
            (pair, (true, name))
        } else {
            let (r, a) = (code & 15, code >> 4 & 15);
            if r == 0 || r + a > 11 || code >> (8 + 2 * (r + a)) != 0 {
                return Err(wrong("packed codes of 1 to 11 bases"));
            }
            let (mut reference, mut alternate) = (Vec::new(), Vec::new());
            unpack_alleles(code, &mut reference, &mut alternate);
            (Pair::new(&reference, &alternate), (false, u128::from(code)))
        };
        if !seen.insert(name) {
            return Err(wrong("each pair once"));
        }
        pairs.push(pair);
    }
    Ok(pairs)
}

/// Filters, and the numbers of them.
pub(super) fn filters(segment: &Segment) -> Result<()> {
    let file = segment.file();
    let text = Text::find(file, Kind::Filters)?;
    let mut seen = HashSet::new();
    text.each(file, |number, entry| {
        let sound = std::str::from_utf8(entry).is_ok_and(is_plain)
            && (number == 0) == entry.is_empty()
            && seen.insert(entry.to_vec());
        match sound {
            true => Ok(()),
            false => {
                let expected = "distinct texts without control characters, the first empty";
                Err(fault(segment, "filters", expected))
            }
        }
    })?;
    let highest = i64::from(text.len().max(1)) - 1;
    segment.columns.filter.verify(file, false, 0..=highest)
}

/// Ids, those that are put together too, and the index over those that are not.
pub(super) fn ids(segment: &Segment, manifest: &Manifest) -> Result<()> {
    let (file, rows) = (segment.file(), segment.meta().rows);
    let mut hashes = Vec::new();
    let mut entries = 0;
    let (mut marks, mut blocks) = (false, IdBlocks::default());
    Text::find(file, Kind::Ids)?.each(file, |row, entry| {
        entries += 1;
        if entry.first() == Some(&MARK) {
            marks = true;
            return segment.id(row, &mut blocks).map(drop);
        }
        let ids = entry.split(|&b| b == b';').filter(|id| !id.is_empty());
        hashes.extend(ids.map(|id| (xxh3_64(id), row / PAGE_ROWS)));
        Ok(())
    })?;
    if file.find(Kind::Ids).is_some() && entries != rows {
        return Err(fault(segment, "ids", "an entry for each row"));
    }
    let contigs = Text::find(file, Kind::IdContigs)?;
    if (contigs.len() > 0) != marks {
        let expected = "names of contigs exactly where ids are put together";
        return Err(fault(segment, "id_contigs", expected));
    }
    contigs.each(file, |at, name| {
        let rows = segment.contigs().get(at as usize);
        let known = rows.and_then(|rows| manifest.contigs.get(rows.contig as usize));
        match known.is_some_and(|known| known.name.as_bytes() == name) {
            true => Ok(()),
            false => Err(fault(segment, "id_contigs", "the names of the manifest")),
        }
    })?;
    verify_hashes(file, Kind::IdIndex, rows.div_ceil(PAGE_ROWS), hashes)
}

/// Original spellings.
pub(super) fn originals(segment: &Segment, manifest: &Manifest) -> Result<()> {
    let file = segment.file();
    let bytes = file.whole(Kind::OriginalRows)?;
    let mut next = 0;
    let mut rows = Vec::new();
    for row in bytes.chunks_exact(4).map(u32_of) {
        if row < next || row >= segment.meta().rows {
            return Err(fault(segment, "original_rows", "ascending rows"));
        }
        next = row + 1;
        rows.push(row);
    }
    if bytes.len() % 4 != 0 {
        return Err(fault(segment, "original_rows", "whole row numbers"));
    }
    let wrong = |expected| fault(segment, "originals", expected);
    if segment.originals.len() as usize != bytes.len() / 4 {
        return Err(wrong("an entry for each of the rows"));
    }
    if !bytes.is_empty() && !manifest.normalised {
        return Err(wrong("a dataset that is normalised"));
    }
    let mut block = TextBlock::default();
    segment.originals.each(file, |number, entry| {
        let text = std::str::from_utf8(entry).unwrap_or_default();
        let mut fields = text.split('\t');
        let (Some(position), Some(reference), Some(alternate), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(wrong("POS tab REF tab ALT"));
        };
        let digits = position.bytes().all(|b| b.is_ascii_digit());
        let position = position.parse::<i64>().ok().filter(|_| digits);
        let (Some(position), Some(&row)) = (position, rows.get(number as usize)) else {
            return Err(wrong("POS tab REF tab ALT"));
        };
        let spelling = (position - 1, reference.as_bytes(), alternate.as_bytes());
        match another_spelling(segment, row, spelling, &mut block)? {
            true => Ok(()),
            false => Err(wrong("another spelling of the row")),
        }
    })
}

/// Whether these position, REF and ALT are not those of a row and mean the same.
fn another_spelling(
    segment: &Segment,
    row: u32,
    (position, reference, alternate): (i64, &[u8], &[u8]),
    block: &mut TextBlock,
) -> Result<bool> {
    let (c, file) = (&segment.columns, segment.file());
    let (mut r, mut a) = (Vec::new(), Vec::new());
    segment.alleles(c.allele.get(file, row)?, block, &mut r, &mut a)?;
    let stored = Position::from_zero_based(c.position.get(file, row)?).map(|at| StoredAllele {
        position: at,
        reference: &r,
        alternate: &a,
        roll: 0,
    });
    let Some(stored) = stored.filter(|_| !reference.is_empty() && !alternate.is_empty()) else {
        return Ok(false);
    };
    let roll = u32::try_from(c.roll.get(file, row)?).unwrap_or(0);
    let stored = StoredAllele { roll, ..stored };
    let same =
        i64::from(stored.position.zero_based()) == position && r == reference && a == alternate;
    Ok(!same && stored.same_after_roll(position, reference, alternate))
}

/// INFO keys and their values.
pub(super) fn info(segment: &Segment, manifest: &Manifest) -> Result<()> {
    let (file, rows) = (segment.file(), segment.meta().rows);
    let keys = Text::find(file, Kind::InfoKeys)?;
    let wrong_keys = || fault(segment, "info_keys", "the keys that the manifest lists");
    keys.each(file, |number, line| {
        let key = manifest.info.get(number as usize);
        let told = key.map(|key| format!("{}\t{}\t{}", key.kind, key.number, key.key));
        match told.is_some_and(|told| told.as_bytes() == line) {
            true => Ok(()),
            false => Err(wrong_keys()),
        }
    })?;
    if keys.len() as usize != manifest.info.len() {
        return Err(wrong_keys());
    }
    for kind in file.kinds() {
        if let Some(Kind::Info(n)) = Kind::from_number(kind)
            && u32::from(n) >= keys.len()
        {
            return Err(fault(segment, "info", "a key for each section"));
        }
    }
    for (n, key) in (0u16..).zip(&manifest.info) {
        let kind = Kind::Info(n);
        if InfoType::named(&key.kind).is_some_and(InfoType::is_text) {
            let text = Text::find(file, kind)?;
            text.each(file, |_, _| Ok(()))?;
            if file.find(kind).is_some() && text.len() != rows {
                return Err(fault(segment, "info", "an entry for each row"));
            }
            continue;
        }
        let column = Column::find(file, kind, rows)?;
        match key.kind.as_str() {
            "flag" => column.verify(file, false, 0..=1)?,
            "integer" => column.verify(file, true, i64::from(i32::MIN)..=i64::from(i32::MAX))?,
            _ => column.verify(file, true, 0..=i64::from(u32::MAX))?,
        }
    }
    Ok(())
}

/// Genotypes of three and more copies.
pub(super) fn polyploids(segment: &Segment) -> Result<()> {
    let file = segment.file();
    let table = file.whole(Kind::PolyploidRows)?;
    let bytes = file.whole(Kind::Polyploid)?;
    let wrong = || {
        fault(
            segment,
            "polyploid_rows",
            "ascending rows and ends that cover all",
        )
    };
    let (mut next, mut start) = (0, 0);
    let mut parts = Vec::new();
    for entry in table.chunks_exact(8) {
        let (row, end) = (u32_of(entry), entry.get(4..).map_or(0, u32_of) as usize);
        let part = bytes.get(start..end).filter(|part| !part.is_empty());
        let Some(part) = part.filter(|_| row >= next && row < segment.meta().rows) else {
            return Err(wrong());
        };
        parts.push(part);
        (next, start) = (row + 1, end);
    }
    if table.len() % 8 != 0 || start != bytes.len() {
        return Err(wrong());
    }
    for part in parts {
        let mut known = true;
        for_each_polyploid(part, segment.meta().samples, |genotype| {
            known &= genotype
                .alleles
                .iter()
                .flatten()
                .all(|&allele| allele <= 65_534);
        })
        .map_err(|rule| fault(segment, "polyploid", rule.0))?;
        if !known {
            return Err(fault(segment, "polyploid", "allele numbers up to 65,534"));
        }
    }
    Ok(())
}
