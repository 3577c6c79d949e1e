//! Batches that were put together from inputs of one sample each, taken apart again into what is known of each sample:
//! changes, and rows of its records.

use super::super::merged::{Assembler, Items, put_change, put_row};
use super::super::report::Report;
use super::plain::{Source, Span, spans};
use super::rows::RowReader;
use crate::cohort::for_each_polyploid;
use crate::error::Result;
use crate::input::chunk::{Chunk, Phased, PhasedTo, Plane, Polyploid, Span as Bytes};
use crate::model::InfoKey;
use crate::set::{PhaseSet, for_each_bit, get_bit, words_for};
use crate::store::Segment;
use crate::store::coverage::State;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::sync::Arc;

/// Contig and position.
type Place = (u32, i32);

/// A batch that is read: all its segments, and the new number of each of its samples, where it stays.
pub(super) struct BatchReader<'w, 's> {
    sources: &'w [Source<'s>],
    to: &'w [Option<u32>],
    readers: Vec<RowReader<'s>>,
    spans: VecDeque<Span>,
    /// Where the next row is.
    next_row: Option<Place>,
    changes: Changes<'s>,
    sets: Sets,
    /// Room for a record of one sample, and for its bytes.
    room: (Chunk, Vec<u8>),
}

/// Changes of what is known of samples, in the order of places and samples.
struct Changes<'s> {
    /// Stretches that are still to be read, by place: contig, start, end, segment and number.
    stretches: VecDeque<(u32, i32, i32, &'s Segment, usize)>,
    states: Vec<State>,
    /// Those of the stretch read last.
    coming: VecDeque<(Place, u32, State)>,
}

/// Room for the sets of a row.
#[derive(Default)]
struct Sets {
    carriers: Vec<u64>,
    missing: Vec<u64>,
    haploid: Vec<u64>,
    unphased: Vec<u64>,
    recorded: Vec<u64>,
}

impl<'s> Changes<'s> {
    fn new(sources: &[Source<'s>]) -> Result<Self> {
        let mut stretches = Vec::new();
        for source in sources {
            let Some(coverage) = source.segment.coverage() else {
                continue;
            };
            for number in 0..coverage.len() {
                let stretch = coverage.stretch(source.segment.file(), number)?;
                let (contig, start, end) = (stretch.contig, stretch.start, stretch.end);
                stretches.push((contig, start, end, source.segment, number));
            }
        }
        stretches.sort_by_key(|of| (of.0, of.1));
        let samples = sources.first().map_or(0, |of| of.segment.meta().samples);
        Ok(Self {
            stretches: stretches.into(),
            states: vec![State::UNCOVERED; samples as usize],
            coming: VecDeque::new(),
        })
    }

    /// Where the next change is.
    fn place(&mut self) -> Result<Option<Place>> {
        while self.coming.is_empty() {
            match self.stretches.pop_front() {
                Some(of) => self.read(of)?,
                None => return Ok(None),
            }
        }
        Ok(self.coming.front().map(|(place, ..)| *place))
    }

    fn set(&mut self, place: Place, sample: u32, state: State) {
        if let Some(known) = self.states.get_mut(sample as usize)
            && *known != state
        {
            *known = state;
            self.coming.push_back((place, sample, state));
        }
    }

    fn read(
        &mut self,
        (contig, start, end, segment, number): (u32, i32, i32, &'s Segment, usize),
    ) -> Result<()> {
        let Some(coverage) = segment.coverage() else {
            return Ok(());
        };
        let broken = |rule| segment.broken_coverage(rule);
        let mut known = coverage.read(segment.file(), number)?;
        known
            .runs(|run, state| run.for_each(|sample| self.set((contig, start), sample, state)))
            .map_err(broken)?;
        while let Some(change) = known.until(i32::MAX).map_err(broken)? {
            self.set((contig, change.position), change.sample, change.after);
        }
        let next = self.stretches.front();
        let goes_on = next.is_some_and(|next| (next.0, next.1) == (contig, end));
        if !goes_on {
            for sample in 0..self.states.len() as u32 {
                self.set((contig, end), sample, State::UNCOVERED);
            }
        }
        Ok(())
    }
}

impl<'w, 's> BatchReader<'w, 's> {
    pub(super) fn new(
        sources: &'w [Source<'s>],
        to: &'w [Option<u32>],
        keys: &[InfoKey],
    ) -> Result<Self> {
        let readers = sources.iter();
        let readers = readers.map(|source| RowReader::new(source.segment, keys, None));
        let mut reader = Self {
            sources,
            to,
            readers: readers.collect::<Result<_>>()?,
            spans: spans(sources)?.into(),
            next_row: None,
            changes: Changes::new(sources)?,
            sets: Sets::default(),
            room: Default::default(),
        };
        reader.next_row = reader.row_place()?;
        Ok(reader)
    }

    /// The place that comes next.
    fn place(&mut self) -> Result<Option<Place>> {
        let changes = self.changes.place()?;
        Ok(changes.into_iter().chain(self.next_row).min())
    }

    fn row_place(&self) -> Result<Option<Place>> {
        let Some(span) = self.spans.front() else {
            return Ok(None);
        };
        match self.readers.get(span.source) {
            Some(reader) => Ok(Some((span.contig, reader.position(span.rows.start)?))),
            None => Ok(None),
        }
    }

    /// Adds the changes at a place, each with its sample.
    fn changes(&mut self, place: Place, changes: &mut Vec<(u32, State)>) -> Result<()> {
        while self.changes.place()? == Some(place) {
            if let Some((_, sample, state)) = self.changes.coming.pop_front()
                && let Some(sample) = self.to.get(sample as usize).copied().flatten()
            {
                changes.push((sample, state));
            }
        }
        Ok(())
    }

    /// Adds the rows at a place, each once for each of the samples with its record; counts them.
    fn rows(&mut self, place: Place, contigs: &[Arc<str>], items: &mut Items) -> Result<u64> {
        let mut rows = 0;
        while self.next_row == Some(place) {
            let Some(span) = self.spans.front_mut() else {
                break;
            };
            let (source, row) = (span.source, span.rows.start);
            span.rows.start += 1;
            if span.rows.is_empty() {
                self.spans.pop_front();
            }
            self.next_row = self.row_place()?;
            rows += 1;
            let is_lost = self.sources.get(source).is_some_and(|of| of.is_lost(row));
            if !is_lost {
                self.row(source, row, contigs, items)?;
            }
        }
        Ok(rows)
    }

    fn row(
        &mut self,
        source: usize,
        row: u32,
        contigs: &[Arc<str>],
        items: &mut Items,
    ) -> Result<()> {
        let (Some(of), Some(reader)) = (self.sources.get(source), self.readers.get_mut(source))
        else {
            return Ok(());
        };
        let segment = of.segment;
        let (mut chunk, mut out) = std::mem::take(&mut self.room);
        chunk.clear();
        // the numbers of the copies of the only sample of a record, to point to
        chunk.list.extend([0, 1]);
        let new = reader.record(&mut chunk, row)?;
        let (bytes, alt_number) = (chunk.bytes.len(), new.alt_number);
        self.sets.read(reader, segment, row)?;
        let polyploid = polyploids(segment, row)?;
        let mut with_record = self.sets.with_record(segment.meta().samples);
        if !self.sets.recorded.iter().any(|word| *word != 0) {
            let carry = |alleles: &[u32]| alt_number > 0 && alleles.contains(&alt_number);
            let carry = polyploid.iter().filter(|(_, (alleles, _))| carry(alleles));
            with_record.extend(carry.map(|(sample, _)| *sample));
            with_record.sort_unstable();
            with_record.dedup();
        }
        let mut phases = segment.phase_sets(row)?;
        let mut template = new.into_row(&Arc::new(chunk), contigs, None);
        for sample in with_record {
            let phase = phases
                .of(sample)
                .map_err(|rule| segment.broken_phase_sets(rule))?;
            let Some(to) = self.to.get(sample as usize).copied().flatten() else {
                continue;
            };
            let Some(chunk) = Arc::get_mut(&mut template.chunk) else {
                break;
            };
            chunk.bytes.truncate(bytes);
            chunk.list.truncate(2);
            self.sets.fill(chunk, sample, polyploid.get(&sample));
            fill_phase(chunk, phase, &mut |of, chunk| reader.name(chunk, of))?;
            out.clear();
            put_row(&mut out, &template);
            items.push(to, &out);
        }
        self.room = (Arc::try_unwrap(template.chunk).unwrap_or_default(), out);
        Ok(())
    }
}

/// Genotypes of three and more copies by sample: alleles, and whether they are phased.
type Polyploids = BTreeMap<u32, (Vec<u32>, bool)>;

fn polyploids(segment: &Segment, row: u32) -> Result<Polyploids> {
    let mut all = Polyploids::new();
    for_each_polyploid(segment.polyploid(row)?, segment.meta().samples, |of| {
        let alleles = of.alleles.iter().map(|allele| allele.unwrap_or(u32::MAX));
        all.insert(of.sample, (alleles.collect(), of.phased));
    })
    .map_err(|rule| segment.broken_set(rule))?;
    Ok(all)
}

impl Sets {
    fn read(&mut self, reader: &mut RowReader<'_>, segment: &Segment, row: u32) -> Result<()> {
        let (c, samples) = (&segment.columns, segment.meta().samples);
        for (words, column, universe) in [
            (&mut self.carriers, &c.carriers, 2 * samples),
            (&mut self.missing, &c.missing, 2 * samples),
            (&mut self.haploid, &c.haploid, samples),
            (&mut self.unphased, &c.unphased, samples),
            (&mut self.recorded, &c.recorded, samples),
        ] {
            words.clear();
            words.resize(words_for(universe), 0);
            let (set, order) = reader.set(column, row, universe)?;
            set.or_into(order.as_ref(), words)
                .map_err(|rule| segment.broken_set(rule))?;
        }
        Ok(())
    }

    /// The samples with the record, but for those of three and more copies where it says of nobody that does not carry.
    fn with_record(&self, samples: u32) -> Vec<u32> {
        let mut all = Vec::new();
        if self.recorded.iter().any(|word| *word != 0) {
            for_each_bit(&self.recorded, |sample| all.push(sample));
        } else {
            for_each_bit(&self.carriers, |copy| {
                let sample = copy / 2;
                if sample < samples && all.last() != Some(&sample) {
                    all.push(sample);
                }
            });
        }
        all
    }

    /// Gives the record of a chunk, which has only one sample, the genotype of a sample.
    fn fill(&self, chunk: &mut Chunk, sample: u32, polyploid: Option<&(Vec<u32>, bool)>) {
        let copies = |words: &[u64]| {
            let both = (get_bit(words, 2 * sample), get_bit(words, 2 * sample + 1));
            let one = |start| {
                Plane::List(Bytes {
                    start,
                    end: start + 1,
                })
            };
            match both {
                (false, false) => Plane::Empty,
                (true, false) => one(0),
                (false, true) => one(1),
                (true, true) => Plane::Full,
            }
        };
        let itself = |words: &[u64]| match get_bit(words, sample) {
            true => Plane::Full,
            false => Plane::Empty,
        };
        chunk.polyploid.clear();
        if let Some((alleles, phased)) = polyploid {
            let start = chunk.list.len() as u32;
            chunk.list.extend(alleles);
            chunk.polyploid.push(Polyploid {
                sample: 0,
                alleles: Bytes {
                    start,
                    end: chunk.list.len() as u32,
                },
                phased: *phased,
            });
        }
        let Some(record) = chunk.records.first_mut() else {
            return;
        };
        record.missing = copies(&self.missing);
        record.haploid = itself(&self.haploid);
        record.unphased = itself(&self.unphased);
        record.polyploid = Bytes {
            start: 0,
            end: chunk.polyploid.len() as u32,
        };
        let last = record.alts.range().last();
        if let Some(alt) = last.and_then(|last| chunk.alts.get_mut(last)) {
            alt.carriers = copies(&self.carriers);
        }
    }
}

/// Gives the record of a chunk what the call of its only sample is phased to.
fn fill_phase(
    chunk: &mut Chunk,
    phase: Option<PhaseSet>,
    name: &mut dyn FnMut(u32, &mut Chunk) -> Result<Bytes>,
) -> Result<()> {
    chunk.phases.clear();
    let set = match phase {
        None => None,
        Some(PhaseSet::Number(number)) => Some(PhasedTo::Number(number)),
        Some(PhaseSet::Name(of)) => Some(PhasedTo::Name(name(of, chunk)?)),
        Some(PhaseSet::Haplotypes([a, b])) => {
            let a = a.map(|of| name(of, chunk)).transpose()?;
            let b = b.map(|of| name(of, chunk)).transpose()?;
            Some(PhasedTo::Haplotypes([a, b]))
        }
    };
    let calls = set.map(|set| Phased { sample: 0, set });
    chunk.phases.extend(calls);
    let end = chunk.phases.len() as u32;
    if let Some(record) = chunk.records.first_mut() {
        record.phases = Bytes { start: 0, end };
    }
    Ok(())
}

/// Puts batches together, place by place; `on_progress` is given how many rows were read so far.
pub(super) fn assemble(
    mut batches: Vec<BatchReader<'_, '_>>,
    mut assembler: Assembler<'_>,
    contigs: &[Arc<str>],
    report: &mut Report,
    on_progress: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<()> {
    let (mut rows, mut reported) = (0, 0);
    let mut items = Items::default();
    let mut bytes = Vec::new();
    // of thousands of batches a few have something at a place
    let mut coming = BinaryHeap::new();
    for (number, batch) in batches.iter_mut().enumerate() {
        coming.extend(batch.place()?.map(|place| Reverse((place, number))));
    }
    let mut here = Vec::new();
    while let Some(&Reverse((place, _))) = coming.peek() {
        here.clear();
        while let Some(&Reverse((next, number))) = coming.peek()
            && next == place
        {
            coming.pop();
            here.push(number);
        }
        let mut changes = Vec::new();
        for &number in &here {
            if let Some(batch) = batches.get_mut(number) {
                batch.changes(place, &mut changes)?;
            }
        }
        changes.sort_by_key(|(sample, _)| *sample);
        for (sample, state) in changes {
            bytes.clear();
            put_change(&mut bytes, state);
            items.push(sample, &bytes);
        }
        for &number in &here {
            if let Some(batch) = batches.get_mut(number) {
                rows += batch.rows(place, contigs, &mut items)?;
                coming.extend(batch.place()?.map(|place| Reverse((place, number))));
            }
        }
        assembler.place(place, &items, report)?;
        items.clear();
        if rows - reported >= 1024 {
            on_progress(rows)?;
            reported = rows;
        }
    }
    assembler.finish(report)
}
