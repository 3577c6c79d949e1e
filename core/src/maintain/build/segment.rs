//! Putting encoded groups together to a segment.

use super::encode::{Columns, EncodedGroup};
use super::info::InfoColumn;
use super::phase::SegmentPhases;
use super::row::Row;
use crate::format::{
    BLOCK_ROWS, ColumnWriter, ContainerWriter, ContigRows, Kind, LONG, Meta, OrderEntry, PAGE_ROWS,
    PageEntry, TextWriter, Zone, allele_hash, contig_hash, hash_index, pack_alleles,
};
use crate::genome::respelled_start;
use crate::model::InfoKey;
use crate::store::annotations::{AnnotationWriter, EncodedAnnotations, Pointed};
use crate::store::coverage::{Written, encode_coverage};
use std::collections::HashMap;
use std::sync::Arc;

/// A segment is closed at this many rows, so that a dataset's files stay of a size that can be
/// moved, checked and written again one by one.
const ROWS_MAX: u32 = 1 << 20;
/// Or at about this many bytes.
const BYTES_MAX: usize = 192 << 20;

/// What the manifest says of a segment.
#[derive(Debug)]
pub(super) struct SegmentSummary {
    pub(super) meta: Meta,
    pub(super) contigs: Vec<ContigSummary>,
    /// What became of annotations that point to other records.
    pub(super) pointed: Pointed,
}

/// The rows of a contig, positions of the first and the last, and the furthest end.
#[derive(Debug, Clone, Copy)]
pub(super) struct ContigSummary {
    pub(super) rows: ContigRows,
    pub(super) start: i32,
    pub(super) last: i32,
    pub(super) end: i32,
}

/// A segment in the making.
pub(super) struct SegmentBuilder {
    meta: Meta,
    columns: Columns,
    info: Vec<InfoColumn>,
    pages: Vec<PageEntry>,
    sets: Vec<u8>,
    order_directory: Vec<OrderEntry>,
    orders: Vec<u8>,
    alleles: Alleles,
    ids: TextWriter,
    /// Of the ids that are stored, with their pages.
    id_hashes: Vec<(u64, u32)>,
    /// Whether some ids are put together of what their rows say.
    id_forms: bool,
    contigs: Vec<ContigSummary>,
    contig_names: Vec<Arc<str>>,
    polyploid_rows: Vec<u8>,
    polyploid: Vec<u8>,
    phases: SegmentPhases,
    original_rows: Vec<u8>,
    originals: TextWriter,
    /// The place of the contig in `contigs`, where the change starts, and the row.
    respelled: Vec<(u32, i32, u32)>,
    annotations: AnnotationWriter,
    /// Positions of the rows, where they are annotated: annotations point to each other.
    positions: Vec<i32>,
}

impl SegmentBuilder {
    pub(super) fn new(samples: u32, first_sample: u32, keys: &[InfoKey]) -> Self {
        Self {
            meta: Meta {
                samples,
                first_sample,
                ..Meta::default()
            },
            columns: Columns::new(),
            info: keys.iter().map(InfoColumn::new).collect(),
            pages: Vec::new(),
            sets: Vec::new(),
            order_directory: Vec::new(),
            orders: Vec::new(),
            alleles: Alleles::default(),
            ids: TextWriter::default(),
            id_hashes: Vec::new(),
            id_forms: false,
            contigs: Vec::new(),
            contig_names: Vec::new(),
            polyploid_rows: Vec::new(),
            polyploid: Vec::new(),
            phases: SegmentPhases::default(),
            original_rows: Vec::new(),
            originals: TextWriter::default(),
            respelled: Vec::new(),
            annotations: AnnotationWriter::default(),
            positions: Vec::new(),
        }
    }

    /// Whether no further group should be added: it must take up no more than a part of `memory`.
    pub(super) fn is_full(rows: u32, bytes: usize, memory: u64) -> bool {
        rows >= ROWS_MAX || bytes >= BYTES_MAX || bytes as u64 >= memory / 4
    }

    /// Adds a group; all groups but the last are whole pages.
    pub(super) fn append(
        &mut self,
        group: EncodedGroup,
        info: Vec<InfoColumn>,
        annotations: Option<EncodedAnnotations>,
    ) {
        let first_row = self.meta.rows;
        for (page, encoded) in (first_row / PAGE_ROWS..).zip(&group.pages) {
            let row = page * PAGE_ROWS;
            self.pages.push(PageEntry {
                zone: encoded.zone,
                sets_base: (self.sets.len() + encoded.sets_start) as u64,
                // corrected in finish(), when all orders are known
                first_order: row,
            });
        }
        self.sets.extend(group.sets);
        for order in group.orders {
            self.order_directory.push(OrderEntry {
                first_row: first_row + order.first_row,
                last_row: first_row + order.last_row,
                offset: self.orders.len() as u64,
                len: order.bytes.len() as u64,
            });
            self.orders.extend(order.bytes);
        }
        self.ids.append(group.ids);
        self.id_forms |= group.id_forms;
        let hashes = group.id_hashes.into_iter();
        let page = |row| (first_row + row) / PAGE_ROWS;
        self.id_hashes
            .extend(hashes.map(|(hash, row)| (hash, page(row))));
        for (row, bytes) in group.polyploid {
            self.polyploid.extend(bytes);
            self.polyploid_rows.extend((first_row + row).to_le_bytes());
            self.polyploid_rows
                .extend((self.polyploid.len() as u32).to_le_bytes());
        }
        let positions: Vec<i32> = group.rows.iter().map(|row| row.position).collect();
        self.phases
            .append(group.phases, &positions, self.meta.samples);
        self.append_columns(group.columns);
        for (column, more) in self.info.iter_mut().zip(info) {
            column.append(more);
        }
        if let Some(annotations) = annotations {
            self.annotations.append(annotations);
            let rows = group.rows.iter();
            self.positions.extend(rows.map(|row| row.position));
        }
        for (row, i) in group.rows.iter().zip(first_row..) {
            self.append_row(row, i);
        }
        self.meta.rows += group.rows.len() as u32;
    }

    fn append_row(&mut self, row: &Row, i: u32) {
        self.meta.records += u32::from(row.alt_number <= 1);
        self.alleles.push(row.reference(), row.alternate());
        match self.contigs.last_mut() {
            Some(known) if known.rows.contig == row.contig => {
                known.rows.end_row = i + 1;
                known.last = row.position;
                known.end = row.end.max(known.end);
            }
            _ => {
                self.contigs.push(ContigSummary {
                    rows: ContigRows {
                        contig: row.contig,
                        first_row: i,
                        end_row: i + 1,
                        name: contig_hash(&row.contig_name),
                    },
                    start: row.position,
                    last: row.position,
                    end: row.end,
                });
                self.contig_names.push(Arc::clone(&row.contig_name));
            }
        }
        let start = respelled_start(row.position.into(), row.reference(), row.alternate());
        if let Some(start) = start {
            self.respelled.push((self.contigs.len() as u32, start, i));
        }
        if row.normalised.is_some() {
            let record = row.record();
            self.original_rows.extend(i.to_le_bytes());
            let mut text = (i64::from(record.position) + 1).to_string().into_bytes();
            text.push(b'\t');
            text.extend(row.chunk.text(record.reference));
            text.push(b'\t');
            text.extend(row.original_alternate());
            self.originals.push(&text);
        }
    }

    fn append_columns(&mut self, more: Columns) {
        let all = &mut self.columns;
        all.position.append(more.position);
        all.span.append(more.span);
        all.ac.append(more.ac);
        all.hom.append(more.hom);
        all.hemi.append(more.hemi);
        all.het_excess.append(more.het_excess);
        all.an_short.append(more.an_short);
        all.missing_count.append(more.missing_count);
        all.filter.append(more.filter);
        all.quality.append(more.quality);
        all.alt_number.append(more.alt_number);
        all.record_rank.append(more.record_rank);
        all.roll.append(more.roll);
        all.sv_length.append(more.sv_length);
        all.stated_type.append(more.stated_type);
        all.block_short.append(more.block_short);
        all.carriers.append(more.carriers);
        all.missing.append(more.missing);
        all.haploid.append(more.haploid);
        all.unphased.append(more.unphased);
        all.recorded.append(more.recorded);
        all.uncovered.append(more.uncovered);
        all.outside.append(more.outside);
    }

    pub(super) fn rows(&self) -> u32 {
        self.meta.rows
    }

    /// Contig and position of the last row.
    pub(super) fn end(&self) -> Option<(u32, i32)> {
        let last = self.contigs.last()?;
        Some((last.rows.contig, last.last))
    }

    /// Bytes held so far, about.
    pub(super) fn bytes(&self) -> usize {
        let info: usize = self.info.iter().map(InfoColumn::len).sum();
        let ids = self.ids.len() + self.id_hashes.len() * 16;
        let alleles = self.alleles.text.len() + self.alleles.rows.len() * 4;
        let rare = self.polyploid.len()
            + self.polyploid_rows.len()
            + self.originals.len()
            + self.respelled.len() * 12;
        let annotations = self.annotations.bytes() + self.positions.len() * 4;
        let phases = self.phases.len();
        self.sets.len() + self.orders.len() + ids + alleles + rare + info + annotations + phases
    }

    /// The segment's sections, and what the manifest says of it.
    pub(super) fn finish(
        mut self,
        sample_numbers: &[u8],
        filters: &[String],
        keys: &[InfoKey],
        covered: Vec<Written>,
    ) -> std::io::Result<(ContainerWriter, SegmentSummary)> {
        let mut file = ContainerWriter::default();
        file.add(Kind::Meta, self.meta.to_bytes());
        file.add(
            Kind::Contigs,
            self.contigs
                .iter()
                .flat_map(|c| c.rows.to_bytes())
                .collect(),
        );
        let mut blocks = Vec::new();
        for pages in self.pages.chunks((BLOCK_ROWS / PAGE_ROWS) as usize) {
            let mut zone = Zone::EMPTY;
            pages.iter().for_each(|page| zone.merge(page.zone));
            blocks.extend(zone.to_bytes());
        }
        file.add(Kind::Blocks, blocks);
        for page in &mut self.pages {
            let row = page.first_order;
            page.first_order =
                self.order_directory
                    .partition_point(|order| order.last_row < row) as u32;
        }
        file.add(
            Kind::Pages,
            self.pages.iter().flat_map(|page| page.to_bytes()).collect(),
        );
        file.add(Kind::SampleNumbers, sample_numbers.to_vec());

        let c = self.columns;
        file.add(Kind::Position, c.position.finish());
        file.add(Kind::Span, c.span.finish());
        let alleles = self.alleles.finish()?;
        file.add(Kind::Allele, alleles.column);
        file.add(Kind::Ac, c.ac.finish());
        file.add(Kind::Hom, c.hom.finish());
        file.add(Kind::Hemi, c.hemi.finish());
        file.add(Kind::HetExcess, c.het_excess.finish());
        file.add(Kind::AnShort, c.an_short.finish());
        file.add(Kind::MissingCount, c.missing_count.finish());
        file.add(Kind::Filter, c.filter.finish());
        file.add(Kind::Quality, c.quality.finish());
        file.add(Kind::AltNumber, c.alt_number.finish());
        file.add(Kind::RecordRank, c.record_rank.finish());
        file.add(Kind::Roll, c.roll.finish());
        file.add(Kind::SvLength, c.sv_length.finish());
        file.add(Kind::StatedType, c.stated_type.finish());
        file.add(Kind::Carriers, c.carriers.finish());
        file.add(Kind::Missing, c.missing.finish());
        file.add(Kind::Haploid, c.haploid.finish());
        file.add(Kind::Unphased, c.unphased.finish());
        file.add(Kind::Recorded, c.recorded.finish());
        file.add(Kind::Uncovered, c.uncovered.finish());
        file.add(Kind::Outside, c.outside.finish());
        file.add(Kind::BlockShort, c.block_short.finish());
        let [coverage, states] = encode_coverage(covered);
        file.add(Kind::Coverage, coverage);
        file.add(Kind::CoverageStates, states);
        let [phase_ends, phase_sets, phase_names] = self.phases.finish()?;
        file.add(Kind::PhaseEnds, phase_ends);
        file.add(Kind::PhaseSets, phase_sets);
        file.add(Kind::PhaseNames, phase_names);
        file.add(Kind::Sets, self.sets);
        file.add(
            Kind::OrderDirectory,
            self.order_directory
                .iter()
                .flat_map(|o| o.to_bytes())
                .collect(),
        );
        file.add(Kind::Orders, self.orders);
        file.add(Kind::AlleleCodes, alleles.codes);
        file.add(Kind::LongAlleles, alleles.long);
        file.add(Kind::LongHashes, alleles.hashes);
        file.add(Kind::Ids, self.ids.finish(false)?);
        let pages = self.meta.rows.div_ceil(PAGE_ROWS);
        file.add(Kind::IdIndex, hash_index(self.id_hashes, pages));
        if self.id_forms {
            let names = self.contig_names.iter().map(|name| &**name);
            file.add(Kind::IdContigs, lines(names)?);
        }
        file.add(Kind::Filters, lines(filters.iter().map(String::as_str))?);
        file.add(Kind::PolyploidRows, self.polyploid_rows);
        file.add(Kind::Polyploid, self.polyploid);
        file.add(Kind::OriginalRows, self.original_rows);
        file.add(Kind::Originals, self.originals.finish(false)?);
        self.respelled.sort_unstable();
        let respelled = self.respelled.iter().flat_map(|(_, start, row)| {
            let [start, row] = [start.to_le_bytes(), row.to_le_bytes()];
            start.into_iter().chain(row)
        });
        file.add(Kind::Respelled, respelled.collect());
        let (contigs, positions) = (&self.contigs, &self.positions);
        let (sections, pointed) = self
            .annotations
            .finish(|row, position| rows_at(contigs, positions, row, position))?;
        file.add(Kind::InfoKeys, lines(keys.iter().map(InfoKey::to_line))?);
        for (k, column) in (0..).zip(self.info) {
            file.add(Kind::Info(k), column.finish()?);
        }
        for (kind, bytes) in sections {
            file.add(kind, bytes);
        }
        Ok((
            file,
            SegmentSummary {
                meta: self.meta,
                contigs: self.contigs,
                pointed,
            },
        ))
    }
}

/// The rows at a position (1-based) of the contig that `row` is on.
fn rows_at(
    contigs: &[ContigSummary],
    positions: &[i32],
    row: u32,
    position: i64,
) -> std::ops::Range<u32> {
    let at = contigs.partition_point(|contig| contig.rows.end_row <= row);
    let Some(rows) = contigs.get(at).map(|contig| contig.rows) else {
        return 0..0;
    };
    let of = positions.get(rows.first_row as usize..rows.end_row as usize);
    let of = of.unwrap_or_default();
    let before = |end: i64| of.partition_point(|&known| i64::from(known) < end) as u32;
    rows.first_row + before(position.saturating_sub(1))..rows.first_row + before(position)
}

/// Texts as a text section.
fn lines(texts: impl Iterator<Item = impl AsRef<[u8]>>) -> std::io::Result<Vec<u8>> {
    let mut writer = TextWriter::default();
    texts.for_each(|text| writer.push(text.as_ref()));
    writer.finish(false)
}

/// The distinct allele pairs of a segment, numbered as they come.
#[derive(Default)]
struct Alleles {
    /// Number of the pair of each row.
    rows: Vec<u32>,
    packed: HashMap<u32, u32>,
    long: HashMap<Vec<u8>, u32>,
    /// Code of each pair.
    codes: Vec<u32>,
    counts: Vec<u32>,
    /// Long pairs, each `REF tab ALT`, with their lengths.
    text: Vec<u8>,
    ends: Vec<usize>,
    hashes: Vec<u8>,
}

struct AlleleSections {
    column: Vec<u8>,
    codes: Vec<u8>,
    long: Vec<u8>,
    hashes: Vec<u8>,
}

impl Alleles {
    fn push(&mut self, reference: &[u8], alternate: &[u8]) {
        let next = self.codes.len() as u32;
        let number = match pack_alleles(reference, alternate) {
            Some(code) => *self.packed.entry(code).or_insert_with(|| {
                self.codes.push(code);
                next
            }),
            None => {
                let key = [reference, b"\t", alternate].concat();
                match self.long.get(&key) {
                    Some(&number) => number,
                    None => {
                        self.codes.push(LONG | self.ends.len() as u32);
                        self.text.extend(&key);
                        self.ends.push(self.text.len());
                        self.hashes
                            .extend(allele_hash(reference, alternate).to_le_bytes());
                        self.long.insert(key, next);
                        next
                    }
                }
            }
        };
        if number == next {
            self.counts.push(0);
        }
        self.counts[number as usize] += 1;
        self.rows.push(number);
    }

    /// Numbers the pairs by how often they occur, so that most rows need few bytes.
    fn finish(self) -> std::io::Result<AlleleSections> {
        let mut by_count: Vec<u32> = (0..self.codes.len() as u32).collect();
        by_count.sort_by_key(|&n| (u32::MAX - self.counts[n as usize], n));
        let mut rank = vec![0u32; by_count.len()];
        for (r, &n) in (0..).zip(&by_count) {
            rank[n as usize] = r;
        }
        let mut column = ColumnWriter::default();
        for &number in &self.rows {
            column.push(i64::from(rank[number as usize]));
        }
        let mut long = TextWriter::default();
        let mut start = 0;
        for &end in &self.ends {
            long.push(&self.text[start..end]);
            start = end;
        }
        Ok(AlleleSections {
            column: column.finish(),
            codes: by_count
                .iter()
                .flat_map(|&n| self.codes[n as usize].to_le_bytes())
                .collect(),
            long: long.finish(false)?,
            hashes: self.hashes,
        })
    }
}
