//! Encoding a group of rows: counts, sets, orders and columns. Groups are whole pages and know
//! nothing of each other, so that any thread can encode any of them.

use super::ordering::{is_common, order_common};
use super::phase::EncodedPhases;
use super::row::Row;
use crate::format::{ColumnWriter, PAGE_ROWS, TextWriter, Zone};
use crate::genome::AlleleType;
use crate::input::KeyHash;
use crate::input::chunk::{Chunk, Plane};
use crate::set::{Members, SetWriter, count_pairs, get_bit, words_for};
use crate::store::{IdForm, IdParts};
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_64;

/// Columns that a group fills by itself, in the order of their sections.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) position: ColumnWriter,
    pub(super) span: ColumnWriter,
    pub(super) ac: ColumnWriter,
    pub(super) hom: ColumnWriter,
    pub(super) hemi: ColumnWriter,
    pub(super) het_excess: ColumnWriter,
    pub(super) an_short: ColumnWriter,
    pub(super) missing_count: ColumnWriter,
    pub(super) filter: ColumnWriter,
    pub(super) quality: ColumnWriter,
    pub(super) alt_number: ColumnWriter,
    pub(super) record_rank: ColumnWriter,
    pub(super) roll: ColumnWriter,
    pub(super) sv_length: ColumnWriter,
    pub(super) stated_type: ColumnWriter,
    pub(super) block_short: ColumnWriter,
    pub(super) carriers: ColumnWriter,
    pub(super) missing: ColumnWriter,
    pub(super) haploid: ColumnWriter,
    pub(super) unphased: ColumnWriter,
    pub(super) recorded: ColumnWriter,
    pub(super) uncovered: ColumnWriter,
    pub(super) outside: ColumnWriter,
}

impl Columns {
    pub(super) fn new() -> Self {
        Self {
            quality: ColumnWriter::nullable(),
            sv_length: ColumnWriter::nullable(),
            ..Self::default()
        }
    }
}

/// A page's zone, and its part of the group's set bytes.
pub(super) struct EncodedPage {
    pub(super) zone: Zone,
    pub(super) sets_start: usize,
}

/// An order, with the rows of the group that it may order.
pub(super) struct EncodedOrder {
    pub(super) first_row: u32,
    pub(super) last_row: u32,
    pub(super) bytes: Vec<u8>,
}

/// What a group becomes.
pub(super) struct EncodedGroup {
    pub(super) rows: Vec<Row>,
    pub(super) columns: Columns,
    pub(super) pages: Vec<EncodedPage>,
    pub(super) sets: Vec<u8>,
    pub(super) orders: Vec<EncodedOrder>,
    pub(super) ids: TextWriter,
    /// Of the ids that are stored, with their rows.
    pub(super) id_hashes: Vec<(u64, u32)>,
    /// Whether some ids are put together of what their rows say.
    pub(super) id_forms: bool,
    pub(super) polyploid: Vec<(u32, Vec<u8>)>,
    pub(super) phases: EncodedPhases,
}

/// Counts of a row over all samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    ac: u32,
    hom: u32,
    hemi: u32,
    het: u32,
}

/// Encodes rows of one batch of `samples`; `order_bits` bounds the memory of sorting keys.
pub(super) fn encode(rows: Vec<Row>, samples: u32, order_bits: u64) -> EncodedGroup {
    let universe = samples * 2;
    let everybody = if rows.iter().any(|row| matches!(row.carriers(), Plane::Full)) {
        all_bits(universe)
    } else {
        Vec::new()
    };
    let carriers: Vec<Members<'_>> = rows
        .iter()
        .map(|row| match row.carriers() {
            Plane::Full => Members::Bits(&everybody, universe),
            plane => members(&row.chunk, plane, universe),
        })
        .collect();
    let (orders, mut runs) = order_group(&carriers, universe, order_bits);

    let mut columns = Columns::new();
    let mut sets = Vec::new();
    let mut pages = Vec::new();
    let mut ids = TextWriter::default();
    let mut id_hashes = Vec::new();
    let (mut id_forms, mut buffer) = (false, Vec::new());
    let mut polyploid = Vec::new();
    let mut phases = EncodedPhases::default();
    let mut sites = SiteSets::default();
    for (i, row) in rows.iter().enumerate() {
        if i.is_multiple_of(PAGE_ROWS as usize) {
            pages.push(EncodedPage {
                zone: Zone::EMPTY,
                sets_start: sets.len(),
            });
            sites = SiteSets::default();
        }
        let base = pages.last().map_or(0, |page| page.sets_start);
        let record = row.record();
        let site = sites.of(row, samples, &mut sets, base);
        let mut counts = count(&carriers[i], &site.haploid_bits);
        let mut an_short = i64::from(site.short);
        let mut missing_samples = site.missing_samples;
        if !record.polyploid.is_empty() {
            let more = add_polyploid(row, samples, &mut counts, i as u32, &mut polyploid);
            an_short -= more.beyond;
            missing_samples += more.missing_samples;
        }
        phases.add(i, row, &carriers[i]);
        let carried = SetWriter {
            payload: &mut sets,
            base,
            universe,
        }
        .write(carriers[i], runs[i].take().as_deref());

        if let Some(page) = pages.last_mut() {
            page.zone.add(row.end, counts.ac, row.kind);
        }
        columns.position.push(i64::from(row.position));
        columns
            .span
            .push(i64::from(row.end) - i64::from(row.position));
        columns.ac.push(i64::from(counts.ac));
        columns.hom.push(i64::from(counts.hom));
        columns.hemi.push(i64::from(counts.hemi));
        columns.het_excess.push(
            i64::from(counts.ac)
                - i64::from(counts.het)
                - 2 * i64::from(counts.hom)
                - i64::from(counts.hemi),
        );
        columns.an_short.push(an_short);
        columns.missing_count.push(i64::from(missing_samples));
        columns.filter.push(i64::from(row.filter));
        columns
            .quality
            .push_nullable(record.quality.map(|q| i64::from(q.to_bits())));
        columns.alt_number.push(i64::from(row.alt_number));
        columns.record_rank.push(i64::from(row.record_rank));
        columns.roll.push(i64::from(row.roll));
        columns.sv_length.push_nullable(row.sv_length());
        columns.stated_type.push(row.stated_type());
        columns.block_short.push(row.block_short());
        columns.carriers.push(carried as i64);
        columns.missing.push(site.missing as i64);
        columns.haploid.push(site.haploid as i64);
        columns.unphased.push(site.unphased as i64);
        columns.recorded.push(site.recorded as i64);
        columns.uncovered.push(site.uncovered as i64);
        columns.outside.push(site.outside as i64);
        let id = row.chunk.text(record.id);
        match IdForm::of(id, id_parts(row), &mut buffer) {
            Some(form) => {
                form.mark(&mut buffer);
                ids.push(&buffer);
                id_forms = true;
            }
            None => {
                ids.push(id);
                let each = id.split(|&b| b == b';').filter(|id| !id.is_empty());
                id_hashes.extend(each.map(|id| (xxh3_64(id), i as u32)));
            }
        }
    }
    drop(carriers);
    EncodedGroup {
        rows,
        columns,
        pages,
        sets,
        orders,
        ids,
        id_hashes,
        id_forms,
        polyploid,
        phases,
    }
}

/// What an id of the row may be put together of.
fn id_parts(row: &Row) -> IdParts<'_> {
    IdParts {
        contig: &row.contig_name,
        position: i64::from(row.position),
        reference: row.reference(),
        alternate: row.alternate(),
    }
}

/// Orders the common rows of a group, and each row's runs.
fn order_group(
    carriers: &[Members<'_>],
    universe: u32,
    order_bits: u64,
) -> (Vec<EncodedOrder>, Vec<Option<Vec<u8>>>) {
    let common: Vec<usize> = (0..carriers.len())
        .filter(|&i| is_common(&carriers[i], universe))
        .collect();
    let sets: Vec<Members<'_>> = common.iter().map(|&i| carriers[i]).collect();
    let mut runs = vec![None; carriers.len()];
    let mut orders = Vec::new();
    for (part, block) in order_common(&sets, universe, order_bits) {
        let rows = &common[part];
        if let (Some(&first), Some(&last)) = (rows.first(), rows.last()) {
            orders.push(EncodedOrder {
                first_row: first as u32,
                last_row: last as u32,
                bytes: block.order,
            });
        }
        for (&i, row) in rows.iter().zip(block.runs) {
            runs[i] = row;
        }
    }
    (orders, runs)
}

/// Bits that are all set below `universe`.
fn all_bits(universe: u32) -> Vec<u64> {
    let mut bits = vec![u64::MAX; words_for(universe)];
    if let Some(last) = bits.last_mut()
        && !universe.is_multiple_of(64)
    {
        *last = (1 << (universe % 64)) - 1;
    }
    bits
}

/// A plane as members, without copying; callers handle a full one, which has no members to point to.
fn members(chunk: &Chunk, plane: Plane, universe: u32) -> Members<'_> {
    debug_assert!(plane != Plane::Full, "a full plane has no bytes");
    match plane {
        Plane::Empty | Plane::Full => Members::List(&[]),
        Plane::List(span) => Members::List(chunk.list.get(span.range()).unwrap_or_default()),
        Plane::Bits(span) => {
            let words = chunk.words.get(span.range()).unwrap_or_default();
            Members::Bits(words, words.iter().map(|word| word.count_ones()).sum())
        }
        Plane::AllBut(span) => {
            let list = chunk.list.get(span.range()).unwrap_or_default();
            Members::AllBut(list, universe)
        }
    }
}

/// AC, hom, hemi and het of a row's diploid and haploid samples.
fn count(carriers: &Members<'_>, haploid: &[u64]) -> Counts {
    let mut counts = Counts {
        ac: carriers.len(),
        ..Counts::default()
    };
    let mut samples = 0;
    match carriers {
        Members::List(list) => {
            let mut last = u32::MAX;
            for &copy in *list {
                if copy / 2 == last {
                    counts.hom += 1;
                    continue;
                }
                last = copy / 2;
                samples += 1;
                counts.hemi += u32::from(get_bit(haploid, last));
            }
        }
        // carriers are never most of a batch without being bits
        Members::AllBut(..) => {}
        Members::Bits(words, _) => {
            let counted = count_pairs(words, words);
            (samples, counts.hom) = (counted.samples, counted.both);
            if !haploid.is_empty() {
                // a haploid sample carries on copy 0, which is the even bit
                carriers.for_each(|copy| {
                    counts.hemi += u32::from(copy % 2 == 0 && get_bit(haploid, copy / 2))
                });
            }
        }
    }
    counts.het = samples - counts.hom - counts.hemi;
    counts
}

/// Missing, haploid and unphased sets of a site: its rows share them, and so do neighbours with the
/// same sets (the males of chromosome X stand once a page).
#[derive(Default)]
struct SiteSets {
    /// (chunk, record) of the last row.
    last: Option<(*const Chunk, u32)>,
    site: Site,
    written: HashMap<(u128, u32), u64, KeyHash>,
}

#[derive(Default, Clone)]
struct Site {
    missing: u64,
    haploid: u64,
    unphased: u64,
    recorded: u64,
    uncovered: u64,
    outside: u64,
    haploid_bits: Vec<u64>,
    /// Copies that do not count in AN: haploid samples' second ones, the missing, and those of samples of which
    /// the row does not report.
    short: u32,
    missing_samples: u32,
}

impl SiteSets {
    fn of(&mut self, row: &Row, samples: u32, sets: &mut Vec<u8>, base: usize) -> &Site {
        let place = (std::sync::Arc::as_ptr(&row.chunk), row.record);
        if self.last == Some(place) {
            return &self.site;
        }
        self.last = Some(place);
        let record = row.record();
        let (haploid, haploid_count) = self.write(&row.chunk, record.haploid, samples, sets, base);
        let (unphased, _) = self.write(&row.chunk, record.unphased, samples, sets, base);
        let (recorded, _) = self.write(&row.chunk, record.recorded, samples, sets, base);
        let (uncovered, uncovered_count) =
            self.write(&row.chunk, record.uncovered, samples, sets, base);
        let (outside, outside_count) = self.write(&row.chunk, record.outside, samples, sets, base);
        let (missing, missing_count) =
            self.write(&row.chunk, record.missing, 2 * samples, sets, base);
        let mut bits = std::mem::take(&mut self.site.haploid_bits);
        bits.clear();
        if haploid_count > 0 {
            bits.resize(words_for(samples), 0);
            match record.haploid {
                Plane::Full => bits.fill(u64::MAX),
                plane => members(&row.chunk, plane, samples)
                    .for_each(|s| crate::set::set_bit(&mut bits, s)),
            }
        }
        let mut missing_samples = 0;
        match record.missing {
            Plane::Full => missing_samples = samples,
            plane => {
                let mut last = u32::MAX;
                members(&row.chunk, plane, 2 * samples).for_each(|copy| {
                    missing_samples += u32::from(copy / 2 != last);
                    last = copy / 2;
                });
            }
        }
        self.site = Site {
            missing,
            haploid,
            unphased,
            recorded,
            uncovered,
            outside,
            haploid_bits: bits,
            short: haploid_count + missing_count + 2 * (uncovered_count + outside_count),
            missing_samples,
        };
        &self.site
    }

    /// Writes a set unless the page has it already; returns descriptor and size.
    fn write(
        &mut self,
        chunk: &Chunk,
        plane: Plane,
        universe: u32,
        sets: &mut Vec<u8>,
        base: usize,
    ) -> (u64, u32) {
        let mut writer = SetWriter {
            payload: sets,
            base,
            universe,
        };
        let set = match plane {
            Plane::Empty => return (writer.write(Members::List(&[]), None), 0),
            Plane::Full => return (writer.write_full(), universe),
            plane => members(chunk, plane, universe),
        };
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        match set {
            // of what is not in it there is less
            Members::AllBut(list, _) => {
                hash.update(b"all but");
                Members::List(list).for_each(|member| hash.update(&member.to_le_bytes()));
            }
            set => set.for_each(|member| hash.update(&member.to_le_bytes())),
        }
        let key = (hash.digest128(), universe);
        let descriptor = *self
            .written
            .entry(key)
            .or_insert_with(|| writer.write(set, None));
        (descriptor, set.len())
    }
}

/// What samples of three and more copies add to a row's counts.
struct PolyploidCounts {
    /// Called copies beyond two for each of the samples.
    beyond: i64,
    /// Samples with a copy that is not known.
    missing_samples: u32,
}

/// Adds the samples of three and more copies to a row's counts and keeps their genotypes.
fn add_polyploid(
    row: &Row,
    samples: u32,
    counts: &mut Counts,
    i: u32,
    out: &mut Vec<(u32, Vec<u8>)>,
) -> PolyploidCounts {
    debug_assert!(samples > 0, "only samples have genotypes");
    let mut more = PolyploidCounts {
        beyond: 0,
        missing_samples: 0,
    };
    for (_, alleles) in row.polyploid() {
        let carried = alleles
            .iter()
            .filter(|&&a| a != 0 && a == row.alt_number)
            .count() as u32;
        let called = alleles.iter().filter(|&&a| a != u32::MAX).count() as i64;
        more.beyond += called - 2;
        more.missing_samples += u32::from(alleles.contains(&u32::MAX));
        counts.ac += carried;
        if carried > 0 && carried as usize == alleles.len() {
            counts.hom += 1;
        } else if carried > 0 {
            counts.het += 1;
        }
    }
    out.push((i, row.polyploid_bytes()));
    more
}

/// The type of a row by its alleles.
pub(super) fn kind_of(reference: &[u8], alternate: &[u8]) -> AlleleType {
    AlleleType::of(reference, alternate, None)
}
