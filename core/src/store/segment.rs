//! A segment's rows, read where they lie.

mod rare;

use super::ids::read_id_contigs;
use crate::error::{Error, Result};
use crate::format::{
    Bytes, Column, Container, ContigRows, FileKind, Folder, Kind, LONG, Meta, OrderEntry,
    PAGE_ROWS, PageEntry, SAMPLES_MAX, Text, TextBlock, split_alleles, u32_of, unpack_alleles,
};
use crate::genome::AlleleType;
use crate::model::InfoKey;
use crate::set::{Malformed, Order, StoredSet};
use crate::store::annotations::Annotations;
use crate::store::coverage::Coverage;
use std::ops::Range;
use std::path::Path;

/// Columns of whole numbers that every row has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    pub(crate) position: Column,
    pub(crate) span: Column,
    pub(crate) allele: Column,
    pub(crate) ac: Column,
    pub(crate) hom: Column,
    pub(crate) hemi: Column,
    pub(crate) het_excess: Column,
    pub(crate) an_short: Column,
    pub(crate) missing_count: Column,
    pub(crate) filter: Column,
    pub(crate) quality: Column,
    pub(crate) alt_number: Column,
    pub(crate) record_rank: Column,
    pub(crate) roll: Column,
    pub(crate) sv_length: Column,
    pub(crate) stated_type: Column,
    pub(crate) carriers: Column,
    pub(crate) missing: Column,
    pub(crate) haploid: Column,
    pub(crate) unphased: Column,
    pub(crate) recorded: Column,
    pub(crate) uncovered: Column,
    pub(crate) outside: Column,
    pub(crate) block_short: Column,
    pub(crate) phase_ends: Column,
}

/// A segment with its structure checked.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) file: Container,
    pub(crate) meta: Meta,
    contigs: Vec<ContigRows>,
    numbers: Option<Vec<u32>>,
    pub(crate) columns: Columns,
    pages: Option<usize>,
    sets: Option<usize>,
    order_directory: Option<usize>,
    orders: Option<usize>,
    pub(crate) allele_codes: Option<usize>,
    pub(crate) long_hashes: Option<usize>,
    pub(super) id_index: Option<usize>,
    pub(crate) long_alleles: Text,
    pub(super) ids: Text,
    /// The names of `contigs`, where ids are put together of them.
    pub(super) id_contigs: Vec<String>,
    polyploid_rows: Option<usize>,
    phase_sets: Option<usize>,
    pub(crate) phase_names: Text,
    pub(crate) originals: Text,
    pub(crate) respelled: Option<usize>,
    filters: Vec<String>,
    pub(crate) info_keys: Vec<InfoKey>,
    annotations: Option<Annotations>,
    coverage: Option<Coverage>,
    has_scopes: bool,
}

impl Segment {
    pub(crate) fn open(folder: &Folder, name: &str) -> Result<Self> {
        Self::new(folder.container(name, FileKind::Segment)?)
    }

    /// Over a file that is mapped already.
    pub(crate) fn of(path: &Path, bytes: Bytes) -> Result<Self> {
        Self::new(Container::parse(path, bytes, FileKind::Segment)?)
    }

    fn new(file: Container) -> Result<Self> {
        let meta = Meta::from_bytes(file.whole(Kind::Meta)?).ok_or_else(|| {
            file.damage(
                file.find(Kind::Meta).unwrap_or(usize::MAX),
                0,
                format!("a meta section of {} bytes", Meta::LEN),
                "another length",
            )
        })?;
        let numbered = meta.first_sample.checked_add(meta.samples).is_some();
        if meta.samples >= SAMPLES_MAX
            || meta.rows >= u32::MAX - PAGE_ROWS
            // what is known of samples may be all there is
            || meta.rows == 0 && file.find(Kind::Coverage).is_none()
            || !numbered
        {
            return Err(file.damage(
                file.find(Kind::Meta).unwrap_or(usize::MAX),
                0,
                "samples and rows within the limits",
                format!("{meta:?}"),
            ));
        }
        let contigs = read_contigs(&file, meta)?;
        let numbers = read_numbers(&file, meta)?;
        let pages = file.find(Kind::Pages);
        let page_count = meta.rows.div_ceil(PAGE_ROWS) as usize;
        if pages.map_or(0, |pages| file.len(pages)) != page_count * PageEntry::LEN {
            return Err(file.damage(
                pages.unwrap_or(usize::MAX),
                0,
                format!("{page_count} pages"),
                "another number",
            ));
        }
        let column = |kind| Column::find(&file, kind, meta.rows);
        let columns = Columns {
            position: column(Kind::Position)?,
            span: column(Kind::Span)?,
            allele: column(Kind::Allele)?,
            ac: column(Kind::Ac)?,
            hom: column(Kind::Hom)?,
            hemi: column(Kind::Hemi)?,
            het_excess: column(Kind::HetExcess)?,
            an_short: column(Kind::AnShort)?,
            missing_count: column(Kind::MissingCount)?,
            filter: column(Kind::Filter)?,
            quality: column(Kind::Quality)?,
            alt_number: column(Kind::AltNumber)?,
            record_rank: column(Kind::RecordRank)?,
            roll: column(Kind::Roll)?,
            sv_length: column(Kind::SvLength)?,
            stated_type: column(Kind::StatedType)?,
            carriers: column(Kind::Carriers)?,
            missing: column(Kind::Missing)?,
            haploid: column(Kind::Haploid)?,
            unphased: column(Kind::Unphased)?,
            recorded: column(Kind::Recorded)?,
            uncovered: column(Kind::Uncovered)?,
            outside: column(Kind::Outside)?,
            block_short: column(Kind::BlockShort)?,
            phase_ends: column(Kind::PhaseEnds)?,
        };
        let filters = read_lines(&file, Kind::Filters)?;
        let id_contigs = read_id_contigs(&file, &contigs)?;
        let mut info_keys = Vec::new();
        for line in read_lines(&file, Kind::InfoKeys)? {
            let section = file.find(Kind::InfoKeys).unwrap_or(usize::MAX);
            let key = InfoKey::from_line(&line).ok_or_else(|| {
                file.damage(section, 0, "type, number and name of an INFO key", line)
            })?;
            info_keys.push(key);
        }
        Ok(Self {
            meta,
            contigs,
            numbers,
            columns,
            pages,
            sets: file.find(Kind::Sets),
            order_directory: file.find(Kind::OrderDirectory),
            orders: file.find(Kind::Orders),
            allele_codes: file.find(Kind::AlleleCodes),
            long_hashes: file.find(Kind::LongHashes),
            id_index: file.find(Kind::IdIndex),
            long_alleles: Text::find(&file, Kind::LongAlleles)?,
            ids: Text::find(&file, Kind::Ids)?,
            id_contigs,
            polyploid_rows: file.find(Kind::PolyploidRows),
            phase_sets: file.find(Kind::PhaseSets),
            phase_names: Text::find(&file, Kind::PhaseNames)?,
            originals: Text::find(&file, Kind::Originals)?,
            respelled: file.find(Kind::Respelled),
            filters,
            info_keys,
            annotations: Annotations::find(&file, meta.rows)?,
            coverage: Coverage::find(&file, meta.samples)?,
            has_scopes: file
                .find(Kind::Uncovered)
                .or(file.find(Kind::Outside))
                .is_some(),
            file,
        })
    }

    pub(crate) fn file(&self) -> &Container {
        &self.file
    }

    /// The annotations of its rows, where some have any.
    pub(crate) fn annotations(&self) -> Option<&Annotations> {
        self.annotations.as_ref()
    }

    /// Whether some rows do not report of all samples.
    pub(crate) fn has_scopes(&self) -> bool {
        self.has_scopes
    }

    /// What is known of its samples between rows, where that is stored.
    pub(crate) fn coverage(&self) -> Option<&Coverage> {
        self.coverage.as_ref()
    }

    pub(crate) fn meta(&self) -> Meta {
        self.meta
    }

    pub(crate) fn contigs(&self) -> &[ContigRows] {
        &self.contigs
    }

    /// FILTER texts by number; 0 is none.
    pub(crate) fn filter(&self, number: i64) -> &str {
        let filter = usize::try_from(number)
            .ok()
            .and_then(|n| self.filters.get(n));
        filter.map_or("", String::as_str)
    }

    pub(crate) fn filters(&self) -> &[String] {
        &self.filters
    }

    /// The dataset number of the batch's `local`th sample.
    pub(crate) fn sample(&self, local: u32) -> u32 {
        match &self.numbers {
            None => self.meta.first_sample + local,
            Some(numbers) => numbers.get(local as usize).copied().unwrap_or(u32::MAX),
        }
    }

    /// Dataset numbers of the batch, where they do not just follow each other.
    pub(crate) fn numbers(&self) -> Option<&[u32]> {
        self.numbers.as_deref()
    }

    /// The rows of a contig.
    pub(crate) fn rows_of(&self, contig: u32) -> Range<u32> {
        self.contigs
            .iter()
            .find(|rows| rows.contig == contig)
            .map_or(0..0, |rows| rows.first_row..rows.end_row)
    }

    /// The contig of a row.
    pub(crate) fn contig_of(&self, row: u32) -> u32 {
        let i = self.contigs.partition_point(|rows| rows.end_row <= row);
        self.contigs.get(i).map_or(u32::MAX, |rows| rows.contig)
    }

    pub(crate) fn page(&self, page: u32) -> Result<PageEntry> {
        let at = page as usize * PageEntry::LEN;
        let bytes = self
            .file
            .slice(self.pages.unwrap_or(usize::MAX), at..at + PageEntry::LEN)?;
        PageEntry::from_bytes(bytes).ok_or_else(|| {
            self.file
                .damage(usize::MAX, at, "a whole page entry", "less")
        })
    }

    /// The code of a pair of alleles by its number.
    pub(crate) fn allele_code(&self, number: i64) -> Result<u32> {
        let section = self.allele_codes.unwrap_or(usize::MAX);
        let at = usize::try_from(number)
            .ok()
            .and_then(|n| n.checked_mul(4))
            .unwrap_or(usize::MAX);
        Ok(u32_of(self.file.slice(section, at..at.saturating_add(4))?))
    }

    /// REF and ALT by the value of the allele column, appended to the buffers. ALT is empty where a
    /// record has none.
    pub(crate) fn alleles(
        &self,
        number: i64,
        block: &mut TextBlock,
        reference: &mut Vec<u8>,
        alternate: &mut Vec<u8>,
    ) -> Result<()> {
        let code = self.allele_code(number)?;
        if code & LONG == 0 {
            unpack_alleles(code, reference, alternate);
            return Ok(());
        }
        let text = self.long_alleles.get(&self.file, code & !LONG, block)?;
        let (of_reference, of_alternate) = split_alleles(text);
        reference.extend(of_reference);
        alternate.extend(of_alternate);
        Ok(())
    }

    /// The type of a row of these alleles: by SVTYPE where they decide none.
    pub(crate) fn type_of(
        &self,
        row: u32,
        reference: &[u8],
        alternate: &[u8],
    ) -> Result<AlleleType> {
        match AlleleType::of(reference, alternate, None) {
            AlleleType::Other => {
                let stated = self.columns.stated_type.get(&self.file, row)?;
                Ok(AlleleType::of_code(stated - 1).unwrap_or(AlleleType::Other))
            }
            kind => Ok(kind),
        }
    }

    /// The set bytes that descriptors of a page point into.
    pub(crate) fn page_sets(&self, page: u32) -> Result<Range<usize>> {
        let Some(sets) = self.sets else {
            return Ok(0..0);
        };
        let len = self.file.len(sets);
        let next = page + 1;
        let end = if next * PAGE_ROWS < self.meta.rows {
            self.page(next)?.sets_base
        } else {
            len as u64
        };
        let start = self.page(page)?.sets_base;
        if start > end || end > len as u64 {
            return Err(self.file.damage(
                sets,
                0,
                "set bases in ascending order",
                format!("{start} and {end}"),
            ));
        }
        Ok(start as usize..end as usize)
    }

    /// A set of a row by its descriptor.
    #[inline]
    pub(crate) fn set<'a>(
        &'a self,
        descriptor: i64,
        page_sets: &Range<usize>,
        universe: u32,
    ) -> Result<StoredSet<'a>> {
        let section = self.sets.unwrap_or(usize::MAX);
        let negative = Malformed("set descriptors that are not negative");
        let descriptor =
            u64::try_from(descriptor).map_err(|_| self.malformed(section, 0, negative))?;
        let bytes = match StoredSet::span(descriptor) {
            None => Ok(&[][..]),
            Some(offset) => self.set_bytes(section, offset, page_sets),
        }?;
        StoredSet::parse(descriptor, bytes, universe)
            .map_err(|e| self.malformed(section, page_sets.start, e))
    }

    /// A set's length and bytes at `offset` of its page: only what it takes is touched and checked.
    #[inline]
    fn set_bytes(&self, section: usize, offset: u64, page: &Range<usize>) -> Result<&[u8]> {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let start = page.start + offset.min(page.len());
        let head = self.file.slice(section, start..page.end.min(start + 5))?;
        let mut at = 0;
        let len = crate::set::read_varint(head, &mut at)
            .map_err(|e| self.malformed(section, start, e))?;
        let end = start + at + len as usize;
        if end > page.end {
            return Err(self.malformed(
                section,
                start,
                Malformed("a set that ends inside its page"),
            ));
        }
        self.file.slice(section, start + at..end)
    }

    fn malformed(&self, section: usize, at: usize, rule: Malformed) -> Error {
        self.file.damage(section, at, rule.0, "other bytes")
    }

    /// An error for a stored set that broke a rule while it was read.
    #[cold]
    pub(crate) fn broken_set(&self, rule: Malformed) -> Error {
        self.malformed(self.sets.unwrap_or(usize::MAX), 0, rule)
    }

    /// An error for a stretch that broke a rule while it was read.
    #[cold]
    pub(crate) fn broken_coverage(&self, rule: Malformed) -> Error {
        self.file
            .damage_in(Kind::CoverageStates, rule.0, "other bytes")
    }

    pub(crate) fn order_count(&self) -> u32 {
        (self
            .order_directory
            .map_or(0, |section| self.file.len(section))
            / OrderEntry::LEN) as u32
    }

    pub(crate) fn order_entry(&self, number: u32) -> Result<OrderEntry> {
        let section = self.order_directory.unwrap_or(usize::MAX);
        let at = number as usize * OrderEntry::LEN;
        let bytes = self.file.slice(section, at..at + OrderEntry::LEN)?;
        OrderEntry::from_bytes(bytes)
            .ok_or_else(|| self.file.damage(section, at, "a whole order entry", "less"))
    }

    /// The number of the ordering block around a row.
    pub(crate) fn order_of(&self, row: u32) -> Result<u32> {
        let mut number = self.page(row / PAGE_ROWS)?.first_order;
        while number < self.order_count() {
            let entry = self.order_entry(number)?;
            if row <= entry.last_row {
                if row >= entry.first_row {
                    return Ok(number);
                }
                break;
            }
            number += 1;
        }
        Err(self.malformed(
            self.order_directory.unwrap_or(usize::MAX),
            0,
            Malformed("an ordering block around ordered runs"),
        ))
    }

    /// An order by its number.
    pub(crate) fn order(&self, number: u32) -> Result<Order<'_>> {
        let entry = self.order_entry(number)?;
        let section = self.orders.unwrap_or(usize::MAX);
        let range = usize::try_from(entry.offset)
            .ok()
            .zip(usize::try_from(entry.len).ok())
            .and_then(|(start, len)| Some(start..start.checked_add(len)?))
            .ok_or_else(|| self.malformed(section, 0, Malformed("orders inside their section")))?;
        let start = range.start;
        Order::parse(self.file.slice(section, range)?, self.meta.samples * 2)
            .map_err(|e| self.malformed(section, start, e))
    }
}

fn read_contigs(file: &Container, meta: Meta) -> Result<Vec<ContigRows>> {
    let bytes = file.whole(Kind::Contigs)?;
    let contigs: Vec<ContigRows> = bytes
        .chunks_exact(ContigRows::LEN)
        .filter_map(ContigRows::from_bytes)
        .collect();
    let mut next = 0;
    for rows in &contigs {
        if rows.first_row != next || rows.end_row <= next {
            break;
        }
        next = rows.end_row;
    }
    let mut numbers: Vec<u32> = contigs.iter().map(|rows| rows.contig).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() != contigs.len() || next != meta.rows || bytes.len() % ContigRows::LEN != 0 {
        let section = file.find(Kind::Contigs).unwrap_or(usize::MAX);
        return Err(file.damage(
            section,
            0,
            format!("row ranges that cover {} rows", meta.rows),
            format!("an end at {next}"),
        ));
    }
    Ok(contigs)
}

fn read_numbers(file: &Container, meta: Meta) -> Result<Option<Vec<u32>>> {
    let Some(section) = file.find(Kind::SampleNumbers) else {
        return Ok(None);
    };
    let numbers: Vec<u32> = file
        .whole(Kind::SampleNumbers)?
        .chunks_exact(4)
        .map(u32_of)
        .collect();
    let ascending = numbers
        .windows(2)
        .all(|pair| matches!(pair, [a, b] if a < b));
    if numbers.len() != meta.samples as usize || !ascending {
        return Err(file.damage(
            section,
            0,
            format!("{} ascending sample numbers", meta.samples),
            "others",
        ));
    }
    Ok(Some(numbers))
}

pub(super) fn read_lines(file: &Container, kind: Kind) -> Result<Vec<String>> {
    let text = Text::find(file, kind)?;
    let mut lines = Vec::new();
    text.each(file, |_, line| {
        lines.push(String::from_utf8_lossy(line).into_owned());
        Ok(())
    })?;
    Ok(lines)
}
