//! Items of many inputs, by place, put together to rows of one batch.

use super::super::contigs::ContigList;
use super::super::groups::Groups;
use super::super::report::Report;
use super::super::row::Row;
use super::item::{Genotype, Item, Phase, Shape, read_item, read_shape};
use crate::error::{Error, Place, Result};
use crate::genome::{Assembly, ContigNames, Extent, with_mate_named};
use crate::input::KeyHash;
use crate::input::chunk::{
    Alt, Chunk, InfoValue, Phased, PhasedTo, Plane, Polyploid, Record, Span,
};
use crate::set::{for_each_bit, set_bit, words_for};
use crate::store::coverage::{CoverageWriter, State};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Records and bytes of a chunk, about.
const RECORDS: usize = 1024;
const BYTES: usize = 4 << 20;
/// What is in a chunk is numbered with 32 bits.
const BYTES_MAX: usize = 1 << 31;

/// Puts items together, one place after the other.
pub(in super::super) struct Assembler<'a> {
    samples: u32,
    groups: Groups<'a>,
    coverage: CoverageWriter,
    known: KnownNow,
    /// Rows of the chunk in the making, and the chunk.
    rows: Vec<NewRow>,
    chunk: Chunk,
    /// The name of each contig, by its number.
    contigs: Vec<Arc<str>>,
    contig_names: ContigNames,
    /// The name of the input of each sample.
    files: &'a [String],
}

/// Items of a place, each with its sample.
#[derive(Default)]
pub(in super::super) struct Items {
    bytes: Vec<u8>,
    /// Samples, and where their bytes end.
    ends: Vec<(u32, usize)>,
}

impl Items {
    pub(in super::super) fn push(&mut self, sample: u32, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.ends.push((sample, self.bytes.len()));
    }

    pub(in super::super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn iter(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |&(sample, end)| {
            let bytes = self.bytes.get(start..end).unwrap_or_default();
            start = end;
            (sample, bytes)
        })
    }
}

/// What is known of all samples where the last change was, as sets.
struct KnownNow {
    missing: Vec<u64>,
    haploid: Vec<u64>,
    unphased: Vec<u64>,
    uncovered: Vec<u64>,
}

/// A row of the chunk in the making.
struct NewRow {
    record: u32,
    alt_number: u32,
    contig: u32,
    position: i32,
    end: i32,
    rank: u32,
    filter: u32,
    roll: u32,
    normalised: Option<Box<(Vec<u8>, Vec<u8>)>>,
}

/// An item of a place with a row.
struct Found<'b> {
    variant: Variant<'b>,
    sample: u32,
    genotype: Genotype,
    place: Place,
    shape: &'b [u8],
}

/// What distinguishes variants of a place: REF and ALT in upper case, and how far it reaches where the text does not
/// say that.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Variant<'b> {
    reference: Cow<'b, [u8]>,
    alternate: Cow<'b, [u8]>,
    extent: Option<Extent>,
}

/// The sets of a row.
struct RowSets {
    missing: Plane,
    haploid: Plane,
    unphased: Plane,
    uncovered: Plane,
    outside: Plane,
}

impl KnownNow {
    fn new(samples: u32) -> Self {
        Self {
            missing: vec![0; words_for(2 * samples)],
            haploid: vec![0; words_for(samples)],
            unphased: vec![0; words_for(samples)],
            uncovered: all_bits(samples),
        }
    }

    fn set(&mut self, sample: u32, state: State) {
        put_bit(&mut self.uncovered, sample, state == State::UNCOVERED);
        put_bit(&mut self.haploid, sample, state.is_haploid());
        let is_missing = state.is_missing();
        let both = is_missing && state.known() == 0;
        put_bit(&mut self.missing, 2 * sample, both);
        put_bit(
            &mut self.missing,
            2 * sample + 1,
            is_missing && !state.is_haploid(),
        );
        let diploid = matches!(state, State::CALLED | State::HALF);
        put_bit(&mut self.unphased, sample, diploid);
    }
}

fn put_bit(words: &mut [u64], n: u32, value: bool) {
    if let Some(word) = words.get_mut(n as usize / 64) {
        let bit = 1 << (n % 64);
        *word = if value { *word | bit } else { *word & !bit };
    }
}

fn all_bits(universe: u32) -> Vec<u64> {
    let mut words = vec![u64::MAX; words_for(universe)];
    if let (Some(last), rest @ 1..) = (words.last_mut(), universe % 64) {
        *last = (1 << rest) - 1;
    }
    words
}

impl<'a> Assembler<'a> {
    /// For a batch of the samples of these inputs.
    pub(in super::super) fn new(
        groups: Groups<'a>,
        contigs: &ContigList,
        assembly: Option<Assembly>,
        files: &'a [String],
    ) -> Self {
        let samples = files.len() as u32;
        let names = contigs.iter().map(|(name, _)| name.as_str().into());
        Self {
            samples,
            groups,
            coverage: CoverageWriter::new(samples),
            known: KnownNow::new(samples),
            rows: Vec::new(),
            chunk: Chunk::default(),
            contigs: names.collect(),
            contig_names: ContigNames::new(contigs.iter().cloned(), assembly),
            files,
        }
    }

    /// Takes the items of a place, in the order of the inputs, each with its sample.
    pub(in super::super) fn place(
        &mut self,
        (contig, position): (u32, i32),
        items: &Items,
        report: &mut Report,
    ) -> Result<()> {
        let mut found = Vec::new();
        let (from, mut renamed) = (self.rows.len(), false);
        for (sample, bytes) in items.iter() {
            match read_item(bytes) {
                Some(Item::Change(state)) => {
                    self.coverage.push((contig, position), sample, state);
                    self.known.set(sample, state);
                }
                Some(Item::Row(genotype, place, shape)) => {
                    let (variant, of_other) = Variant::of(shape, position, &self.contig_names)?;
                    renamed |= of_other;
                    found.push(Found {
                        variant,
                        sample,
                        genotype,
                        place,
                        shape,
                    });
                }
                None => return Err(lost()),
            }
        }
        // stretches that end here are complete before the rows: which segment has them is up to the rows alone
        self.coverage.flush();
        found.sort_by(|a, b| (&a.variant, a.sample).cmp(&(&b.variant, b.sample)));
        let mut rank = 0;
        for variant in found.chunk_by(|a, b| a.variant == b.variant) {
            self.variant((contig, position), variant, (&mut rank, renamed), report)?;
        }
        if renamed {
            self.order_rows(from);
        }
        if self.chunk.records.len() >= RECORDS || self.chunk.bytes.len() >= BYTES {
            self.send(report)?;
        }
        Ok(())
    }

    /// Puts rows of one place, from a number on, in the order of their text: breakends of one variant may name
    /// their mates differently.
    fn order_rows(&mut self, from: usize) {
        let chunk = &self.chunk;
        let rows = self.rows.get_mut(from..).unwrap_or_default();
        rows.sort_by_cached_key(|row| (row.text(chunk), row.rank));
    }

    /// The rows of a variant: one for all samples with the same record.
    fn variant(
        &mut self,
        (contig, position): (u32, i32),
        found: &[Found<'_>],
        (rank, renamed): (&mut u32, bool),
        report: &mut Report,
    ) -> Result<()> {
        // each with the number of its row
        let mut numbered: Vec<(usize, &Found<'_>)> = Vec::with_capacity(found.len());
        let mut of_shape = HashMap::<&[u8], usize, KeyHash>::default();
        let mut last = None;
        for one in found {
            if last.replace(one.sample) == Some(one.sample) {
                let what =
                    "the same variant more than once in an input of one sample: the first is kept";
                let file = self.files.get(one.sample as usize);
                report.warn_count(file.map_or("", String::as_str), one.place, what, 1);
                continue;
            }
            let next = of_shape.len();
            numbered.push((*of_shape.entry(one.shape).or_insert(next), one));
        }
        let mut reported = vec![0; words_for(self.samples)];
        numbered
            .iter()
            .for_each(|(_, one)| set_bit(&mut reported, one.sample));
        numbered.sort_by_key(|(number, _)| *number);
        for row in numbered.chunk_by(|a, b| a.0 == b.0) {
            let sets = match row.first() {
                // the first reports of everybody of whom no other row does
                Some((0, _)) => self.sets_with_others(row, &reported),
                _ => sets_of(&mut self.chunk, row),
            };
            self.row((contig, position), row, sets, *rank)?;
            *rank += 1;
            report.rows += 1;
            // rows of one place may be of thousands of records
            if !renamed && self.chunk.bytes.len() >= BYTES {
                self.send(report)?;
            }
        }
        Ok(())
    }

    /// The sets of a row that reports of all but those of whom other rows report.
    fn sets_with_others(&mut self, row: &[(usize, &Found<'_>)], reported: &[u64]) -> RowSets {
        let mut missing = self.known.missing.clone();
        let mut haploid = self.known.haploid.clone();
        let mut unphased = self.known.unphased.clone();
        let mut uncovered = self.known.uncovered.clone();
        let mut outside = reported.to_vec();
        for_each_bit(reported, |sample| {
            put_bit(&mut missing, 2 * sample, false);
            put_bit(&mut missing, 2 * sample + 1, false);
            for set in [&mut haploid, &mut unphased, &mut uncovered] {
                put_bit(set, sample, false);
            }
        });
        for (_, one) in row {
            let (genotype, sample) = (&one.genotype, one.sample);
            put_bit(&mut outside, sample, false);
            for copy in 0..2 {
                let is_missing = genotype.missing >> copy & 1 != 0;
                put_bit(&mut missing, 2 * sample + copy, is_missing);
            }
            put_bit(&mut haploid, sample, genotype.haploid);
            put_bit(&mut unphased, sample, genotype.unphased);
        }
        let (chunk, samples) = (&mut self.chunk, self.samples);
        RowSets {
            missing: plane(chunk, &missing, 2 * samples),
            haploid: plane(chunk, &haploid, samples),
            unphased: plane(chunk, &unphased, samples),
            uncovered: plane(chunk, &uncovered, samples),
            outside: plane(chunk, &outside, samples),
        }
    }

    fn row(
        &mut self,
        (contig, position): (u32, i32),
        row: &[(usize, &Found<'_>)],
        sets: RowSets,
        rank: u32,
    ) -> Result<()> {
        let Some((_, first)) = row.first() else {
            return Ok(());
        };
        let shape = read_shape(first.shape).ok_or_else(lost)?;
        let chunk = &mut self.chunk;
        if chunk.bytes.len() >= BYTES_MAX || chunk.list.len() >= BYTES_MAX {
            let message = "a place with records of more than 2 GiB in all inputs together";
            return Err(Error::Usage(message.to_owned()));
        }
        let (polyploid_from, phases_from) =
            (chunk.polyploid.len() as u32, chunk.phases.len() as u32);
        for (_, one) in row {
            add_polyploid(chunk, one);
            add_phase(chunk, one);
        }
        let carry = |one: &Found<'_>| one.genotype.carries(shape.alt_number);
        let recorded = match row.iter().all(|(_, one)| carry(one)) {
            true => Plane::Empty,
            false => list(chunk, row.iter().map(|(_, one)| one.sample)),
        };
        let carriers = list(chunk, copies_of(row, |genotype| genotype.carried));
        let alts_from = chunk.alts.len() as u32;
        for (i, alt) in (1..).zip(&shape.alts) {
            let text = text(chunk, alt.text);
            let is_this = i == shape.alt_number;
            chunk.alts.push(Alt {
                text,
                carriers: if is_this { carriers } else { Plane::Empty },
                end: alt.end,
                sv_length: alt.sv_length,
                stated: alt.stated,
            });
        }
        let info_from = chunk.info.len() as u32;
        for &(key, value) in &shape.info {
            let value = text(chunk, value);
            chunk.info.push(InfoValue { key, value });
        }
        let from = |start: u32, end: usize| Span {
            start,
            end: end as u32,
        };
        let record = Record {
            place: first.place,
            contig: Span::default(),
            position: shape.position,
            id: text(chunk, shape.id),
            reference: text(chunk, shape.record_reference),
            quality: shape.quality,
            filter: text(chunk, shape.filter),
            alts: from(alts_from, chunk.alts.len()),
            info: from(info_from, chunk.info.len()),
            end: shape.record_end,
            missing: sets.missing,
            haploid: sets.haploid,
            unphased: sets.unphased,
            recorded,
            uncovered: sets.uncovered,
            outside: sets.outside,
            polyploid: from(polyploid_from, chunk.polyploid.len()),
            blocks: Span::default(),
            block_short: 0,
            phases: from(phases_from, chunk.phases.len()),
        };
        let normalised = shape
            .normalised
            .then(|| Box::new((shape.reference.to_vec(), shape.alternate.to_vec())));
        self.rows.push(NewRow {
            record: chunk.records.len() as u32,
            alt_number: shape.alt_number,
            contig,
            position,
            end: shape.end,
            rank,
            filter: self.groups.filters.number(shape.filter),
            roll: shape.roll,
            normalised,
        });
        chunk.records.push(record);
        Ok(())
    }

    /// Sends the rows of the chunk in the making on.
    fn send(&mut self, report: &mut Report) -> Result<()> {
        self.groups.cover(self.coverage.take());
        let chunk = Arc::new(std::mem::take(&mut self.chunk));
        for new in std::mem::take(&mut self.rows) {
            let mut row = Row::of(&chunk, new.record, new.alt_number, new.contig);
            let name = self.contigs.get(new.contig as usize);
            row.contig_name = name.cloned().unwrap_or_default();
            (row.record_rank, row.filter, row.roll) = (new.rank, new.filter, new.roll);
            if let Some(alleles) = new.normalised {
                row.respell(new.position, alleles.0, alleles.1);
            }
            row.end = new.end;
            self.groups.push(row, report)?;
        }
        Ok(())
    }

    /// Writes the last segment.
    pub(in super::super) fn finish(mut self, report: &mut Report) -> Result<()> {
        self.send(report)?;
        self.groups.cover(self.coverage.finish());
        self.groups.finish(report)
    }
}

/// The sets of a row that reports of the samples with its record alone.
fn sets_of(chunk: &mut Chunk, row: &[(usize, &Found<'_>)]) -> RowSets {
    let samples_that = |has: fn(&Genotype) -> bool| {
        let of = row.iter().filter(move |(_, one)| has(&one.genotype));
        of.map(|(_, one)| one.sample)
    };
    RowSets {
        outside: match list(chunk, samples_that(|_| true)) {
            Plane::List(span) => Plane::AllBut(span),
            other => other,
        },
        missing: list(chunk, copies_of(row, |genotype| genotype.missing)),
        haploid: list(chunk, samples_that(|genotype| genotype.haploid)),
        unphased: list(chunk, samples_that(|genotype| genotype.unphased)),
        uncovered: Plane::Empty,
    }
}

/// The copies of a row's samples of which a bit each is set.
fn copies_of(row: &[(usize, &Found<'_>)], bits: fn(&Genotype) -> u8) -> impl Iterator<Item = u32> {
    row.iter().flat_map(move |(_, one)| {
        let bits = bits(&one.genotype);
        let copies = (0..2).filter(move |copy| bits >> copy & 1 != 0);
        copies.map(|copy| 2 * one.sample + copy)
    })
}

impl<'b> Variant<'b> {
    /// The second is whether ALT is named otherwise than it is written.
    fn of(shape: &'b [u8], position: i32, names: &ContigNames) -> Result<(Self, bool)> {
        let shape: Shape<'b> = read_shape(shape).ok_or_else(lost)?;
        let alternate = with_mate_named(shape.alternate, |name| names.known_name(name));
        let renamed = *alternate != *shape.alternate;
        let variant = Self {
            reference: in_upper_case(shape.reference.into()),
            extent: shape.extent(position),
            alternate: in_upper_case(alternate),
        };
        Ok((variant, renamed))
    }
}

pub(super) fn in_upper_case(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match text.iter().any(u8::is_ascii_lowercase) {
        true => text.to_ascii_uppercase().into(),
        false => text,
    }
}

impl NewRow {
    /// REF and ALT in upper case.
    fn text(&self, chunk: &Chunk) -> [Vec<u8>; 2] {
        if let Some(alleles) = &self.normalised {
            return [&alleles.0, &alleles.1].map(|text| text.to_ascii_uppercase());
        }
        let record = chunk.records.get(self.record as usize);
        let reference = record.map_or(&[][..], |record| chunk.text(record.reference));
        let alts = record.and_then(|record| chunk.alts.get(record.alts.range()));
        let alt = self.alt_number.checked_sub(1).map(|number| number as usize);
        let alt = alt.and_then(|number| alts?.get(number));
        let alternate = alt.map_or(&[][..], |alt| chunk.text(alt.text));
        [reference, alternate].map(<[u8]>::to_ascii_uppercase)
    }
}

/// For items that are not as they were written.
fn lost() -> Error {
    let broken = std::io::Error::other("what was sorted is not whole");
    Error::io("temporary file", broken)
}

fn text(chunk: &mut Chunk, bytes: &[u8]) -> Span {
    let start = chunk.bytes.len() as u32;
    chunk.bytes.extend_from_slice(bytes);
    Span {
        start,
        end: chunk.bytes.len() as u32,
    }
}

fn add_polyploid(chunk: &mut Chunk, one: &Found<'_>) {
    if let Some((alleles, phased)) = &one.genotype.polyploid {
        let start = chunk.list.len() as u32;
        chunk.list.extend_from_slice(alleles);
        chunk.polyploid.push(Polyploid {
            sample: one.sample,
            alleles: Span {
                start,
                end: chunk.list.len() as u32,
            },
            phased: *phased,
        });
    }
}

fn add_phase(chunk: &mut Chunk, one: &Found<'_>) {
    let set = match &one.genotype.phase {
        None => return,
        Some(Phase::Number(number)) => PhasedTo::Number(*number),
        Some(Phase::Name(name)) => PhasedTo::Name(text(chunk, name)),
        Some(Phase::Haplotypes(names)) => PhasedTo::Haplotypes(
            names
                .each_ref()
                .map(|name| name.as_ref().map(|name| text(chunk, name))),
        ),
    };
    chunk.phases.push(Phased {
        sample: one.sample,
        set,
    });
}

fn list(chunk: &mut Chunk, members: impl IntoIterator<Item = u32>) -> Plane {
    let start = chunk.list.len() as u32;
    chunk.list.extend(members);
    let end = chunk.list.len() as u32;
    match start == end {
        true => Plane::Empty,
        false => Plane::List(Span { start, end }),
    }
}

/// A set in the form that is least to handle.
fn plane(chunk: &mut Chunk, words: &[u64], universe: u32) -> Plane {
    let count: u32 = words.iter().map(|word| word.count_ones()).sum();
    let few = universe / 32;
    if count == 0 {
        return Plane::Empty;
    }
    if count == universe {
        return Plane::Full;
    }
    let mut members = Vec::new();
    if count <= few {
        for_each_bit(words, |n| members.push(n));
        return list(chunk, members);
    }
    if universe - count <= few {
        let others: Vec<u64> = words.iter().map(|word| !word).collect();
        for_each_bit(&others, |n| members.push(n));
        members.retain(|n| *n < universe);
        return match list(chunk, members) {
            Plane::List(span) => Plane::AllBut(span),
            other => other,
        };
    }
    let start = chunk.words.len() as u32;
    chunk.words.extend_from_slice(words);
    Plane::Bits(Span {
        start,
        end: chunk.words.len() as u32,
    })
}
