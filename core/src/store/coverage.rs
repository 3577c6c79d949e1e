//! What is known of the samples of a batch between its rows: who was looked at, and with how many known copies.
//!
//! A *stretch* is a piece of a contig: what is known of each sample where it starts, and what changes behind.
//! Outside of stretches nobody was looked at.

use super::segment::Segment;
use crate::error::Result;
use crate::format::{Container, Kind};
use crate::set::{Malformed, read_varint, write_varint};
use std::ops::Range;

/// A stretch is closed at so many changes, unless what stands at its start takes more bytes than they do.
const CHANGES: u32 = 256;

/// What is known of a sample that does not carry the variant asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State(u8);

impl State {
    /// It was not looked at.
    pub(crate) const UNCOVERED: Self = Self(0);
    /// Two copies, both known.
    pub(crate) const CALLED: Self = Self(1);
    /// Two copies, neither known.
    pub(crate) const MISSING: Self = Self(2);
    /// Two copies, one of them known.
    pub(crate) const HALF: Self = Self(3);
    /// One copy, known.
    pub(crate) const HAPLOID: Self = Self(4);
    /// One copy, not known.
    pub(crate) const HAPLOID_MISSING: Self = Self(5);

    /// By the number that it is stored as.
    pub(crate) fn of_code(code: u32) -> Option<Self> {
        u8::try_from(code)
            .ok()
            .filter(|code| *code <= Self::HAPLOID_MISSING.0)
            .map(Self)
    }

    /// The number that it is stored as.
    pub(crate) fn code(self) -> u32 {
        u32::from(self.0)
    }

    /// Copies with a known allele.
    pub(crate) fn known(self) -> u32 {
        match self {
            Self::CALLED => 2,
            Self::HALF | Self::HAPLOID => 1,
            _ => 0,
        }
    }

    /// Whether it was looked at, and a copy is not known.
    pub(crate) fn is_missing(self) -> bool {
        matches!(self, Self::MISSING | Self::HALF | Self::HAPLOID_MISSING)
    }

    /// Whether it was looked at, and all of its copies are known.
    pub(crate) fn is_called(self) -> bool {
        matches!(self, Self::CALLED | Self::HAPLOID)
    }

    pub(crate) fn is_haploid(self) -> bool {
        matches!(self, Self::HAPLOID | Self::HAPLOID_MISSING)
    }
}

/// Sums over samples at a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Looked {
    /// Copies with a known allele.
    pub(crate) an: u32,
    /// Samples that were looked at, and of which a copy is not known.
    pub(crate) missing: u32,
    /// Samples that were not looked at.
    pub(crate) uncovered: u32,
}

impl Looked {
    /// Adds some samples of a state.
    pub(crate) fn add(&mut self, state: State, samples: u32) {
        self.an = self.an.wrapping_add(state.known().wrapping_mul(samples));
        if state.is_missing() {
            self.missing = self.missing.wrapping_add(samples);
        }
        if state == State::UNCOVERED {
            self.uncovered = self.uncovered.wrapping_add(samples);
        }
    }

    /// Takes a sample of a state away: it is among those that were added.
    fn remove(&mut self, state: State) {
        self.an = self.an.wrapping_sub(state.known());
        self.missing = self.missing.wrapping_sub(state.is_missing().into());
        let uncovered = u32::from(state == State::UNCOVERED);
        self.uncovered = self.uncovered.wrapping_sub(uncovered);
    }

    /// A sample changes.
    pub(crate) fn change(&mut self, change: &Change) {
        self.remove(change.before);
        self.add(change.after, 1);
    }
}

/// A change of what is known of a sample, from a position on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) position: i32,
    pub(crate) sample: u32,
    pub(crate) before: State,
    pub(crate) after: State,
}

/// A stretch as the directory lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) contig: u32,
    pub(crate) start: i32,
    /// Exclusive.
    pub(crate) end: i32,
    pub(crate) changes: u32,
    /// Where its bytes begin.
    offset: u64,
    /// Over all samples, at its start.
    pub(crate) looked: Looked,
}

impl Stretch {
    pub(crate) const LEN: usize = 40;

    fn to_bytes(self) -> impl Iterator<Item = u8> {
        let ends = [self.start, self.end]
            .into_iter()
            .flat_map(i32::to_le_bytes);
        let Looked {
            an,
            missing,
            uncovered,
        } = self.looked;
        let sums = [an, missing, uncovered, 0];
        self.contig
            .to_le_bytes()
            .into_iter()
            .chain(ends)
            .chain(self.changes.to_le_bytes())
            .chain(self.offset.to_le_bytes())
            .chain(sums.into_iter().flat_map(u32::to_le_bytes))
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, _) = bytes.as_chunks::<4>();
        let &[
            contig,
            start,
            end,
            changes,
            low,
            high,
            an,
            missing,
            uncovered,
            reserved,
        ] = words
        else {
            return None;
        };
        let number = u32::from_le_bytes;
        (number(reserved) == 0).then_some(Self {
            contig: number(contig),
            start: i32::from_le_bytes(start),
            end: i32::from_le_bytes(end),
            changes: number(changes),
            offset: u64::from(number(low)) | u64::from(number(high)) << 32,
            looked: Looked {
                an: number(an),
                missing: number(missing),
                uncovered: number(uncovered),
            },
        })
    }

    /// Whether a place is in it.
    pub(crate) fn holds(&self, contig: u32, position: i32) -> bool {
        self.contig == contig && self.start <= position && position < self.end
    }
}

/// The stretches of a segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coverage {
    /// The section of the directory, and how many stretches it lists.
    directory: usize,
    count: usize,
    /// The section of their bytes.
    states: usize,
    samples: u32,
}

impl Coverage {
    /// Of a batch of so many samples; `None` where the segment has none.
    pub(super) fn find(file: &Container, samples: u32) -> Result<Option<Self>> {
        let Some(directory) = file.find(Kind::Coverage) else {
            return Ok(None);
        };
        let states = file.find(Kind::CoverageStates).unwrap_or(usize::MAX);
        if !file.len(directory).is_multiple_of(Stretch::LEN) {
            let expected = format!("entries of {} bytes", Stretch::LEN);
            return Err(file.damage(directory, 0, expected, "another length"));
        }
        Ok(Some(Self {
            directory,
            count: file.len(directory) / Stretch::LEN,
            states,
            samples,
        }))
    }

    /// How many stretches there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// A stretch by its number.
    pub(crate) fn stretch(&self, file: &Container, number: usize) -> Result<Stretch> {
        let at = number.saturating_mul(Stretch::LEN);
        let bytes = file.slice(self.directory, at..at.saturating_add(Stretch::LEN))?;
        let stretch =
            Stretch::from_bytes(bytes).filter(|one| -1 <= one.start && one.start < one.end);
        let expected = "a stretch that starts before it ends";
        stretch.ok_or_else(|| file.damage(self.directory, at, expected, "another entry"))
    }

    /// The number of the first stretch that ends behind a place, or is on a later contig.
    pub(crate) fn first_behind(
        &self,
        file: &Container,
        contig: u32,
        position: i32,
    ) -> Result<usize> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            let one = self.stretch(file, middle)?;
            if (one.contig, one.end) <= (contig, position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// What a stretch says, by its number: its runs are to be read first.
    pub(crate) fn read<'a>(&self, file: &'a Container, number: usize) -> Result<Known<'a>> {
        let stretch = self.stretch(file, number)?;
        let end = match number + 1 < self.count {
            true => self.stretch(file, number + 1)?.offset,
            false => file.len(self.states) as u64,
        };
        let range = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Ok(Known {
            bytes: file.slice(self.states, range(stretch.offset)..range(end))?,
            samples: self.samples,
            at: 0,
            last: (stretch.start, None),
            end: stretch.end,
            left: stretch.changes,
            next: None,
        })
    }
}

/// What a stretch says: first runs of samples of one state, then changes.
#[derive(Debug, Clone)]
pub(crate) struct Known<'a> {
    bytes: &'a [u8],
    samples: u32,
    at: usize,
    /// Position and sample of the change read last; the stretch's start where there is none.
    last: (i32, Option<u32>),
    end: i32,
    /// Changes that are still to be read.
    left: u32,
    /// The change that comes next.
    next: Option<Change>,
}

impl Known<'_> {
    /// Goes through the states at the start, as ranges of samples; changes follow.
    pub(crate) fn runs(&mut self, mut f: impl FnMut(Range<u32>, State)) -> Result<(), Malformed> {
        let mut from = 0;
        let mut before = None;
        while from < self.samples {
            let run = read_varint(self.bytes, &mut self.at)?;
            let state = State::of_code(run & 7).ok_or(Malformed("a state that there is"))?;
            let to = from
                .checked_add(run >> 3)
                .filter(|to| *to > from && *to <= self.samples)
                .ok_or(Malformed("runs of as many states as there are samples"))?;
            if before.replace(state) == Some(state) {
                return Err(Malformed("neighbouring runs of different states"));
            }
            f(from..to, state);
            from = to;
        }
        self.next = self.read()?;
        Ok(())
    }

    /// The next change, if it is at or before a position.
    pub(crate) fn until(&mut self, position: i32) -> Result<Option<Change>, Malformed> {
        let Some(change) = self.next.filter(|change| change.position <= position) else {
            return Ok(None);
        };
        self.next = self.read()?;
        Ok(Some(change))
    }

    fn read(&mut self) -> Result<Option<Change>, Malformed> {
        let Some(left) = self.left.checked_sub(1) else {
            return match self.at == self.bytes.len() {
                true => Ok(None),
                false => Err(Malformed("as many changes as the stretch has bytes for")),
            };
        };
        self.left = left;
        let gap = read_varint(self.bytes, &mut self.at)?;
        let change = read_varint(self.bytes, &mut self.at)?;
        let (position, last) = self.last;
        let position = position
            .checked_add_unsigned(gap)
            .filter(|position| *position < self.end)
            .ok_or(Malformed("changes inside their stretch"))?;
        let sample = change >> 6;
        let states = State::of_code(change >> 3 & 7).zip(State::of_code(change & 7));
        let behind = gap > 0 || last.is_some_and(|last| last < sample);
        match states {
            Some((before, after)) if before != after && behind && sample < self.samples => {
                self.last = (position, Some(sample));
                Ok(Some(Change {
                    position,
                    sample,
                    before,
                    after,
                }))
            }
            _ => Err(Malformed("changes of known samples in ascending order")),
        }
    }
}

/// A stretch on its way into a segment.
#[derive(Debug)]
pub(crate) struct Written {
    stretch: Stretch,
    bytes: Vec<u8>,
}

impl Written {
    /// Contig and end.
    pub(crate) fn end(&self) -> (u32, i32) {
        (self.stretch.contig, self.stretch.end)
    }

    /// Contig, start and end.
    pub(crate) fn span(&self) -> (u32, i32, i32) {
        (self.stretch.contig, self.stretch.start, self.stretch.end)
    }

    pub(crate) fn len(&self) -> usize {
        Stretch::LEN + self.bytes.len()
    }
}

/// The two sections of stretches: the directory, and their bytes.
pub(crate) fn encode_coverage(stretches: Vec<Written>) -> [Vec<u8>; 2] {
    let (mut directory, mut states) = (Vec::new(), Vec::new());
    for Written { mut stretch, bytes } in stretches {
        stretch.offset = states.len() as u64;
        directory.extend(stretch.to_bytes());
        states.extend(bytes);
    }
    [directory, states]
}

/// Cuts what is known of samples into stretches.
#[derive(Debug)]
pub(crate) struct CoverageWriter {
    states: Vec<State>,
    /// Of all samples now.
    looked: Looked,
    contig: u32,
    /// Changes at one position, which are to be written.
    position: i32,
    coming: Vec<(u32, State)>,
    /// The stretch in the making, and the bytes of its start and of its changes.
    open: Option<(Written, usize)>,
    /// Where its last change is.
    last: i32,
    done: Vec<Written>,
}

impl CoverageWriter {
    pub(crate) fn new(samples: u32) -> Self {
        Self {
            states: vec![State::UNCOVERED; samples as usize],
            looked: Looked {
                uncovered: samples,
                ..Looked::default()
            },
            contig: 0,
            position: 0,
            coming: Vec::new(),
            open: None,
            last: 0,
            done: Vec::new(),
        }
    }

    /// What is known of a sample, by the changes pushed.
    pub(crate) fn state(&self, sample: u32) -> State {
        let state = self.states.get(sample as usize);
        state.copied().unwrap_or_default()
    }

    /// From here on a sample is of a state. Changes come by contig, position and sample; on each contig the last
    /// of a sample is that it is not covered.
    pub(crate) fn push(&mut self, (contig, position): (u32, i32), sample: u32, after: State) {
        if (contig, position) != (self.contig, self.position) {
            self.flush();
            (self.contig, self.position) = (contig, position);
        }
        let before = self.state(sample);
        if before != after
            && let Some(slot) = self.states.get_mut(sample as usize)
        {
            *slot = after;
            self.coming.push((sample, before));
        }
    }

    /// Completes the changes of a position.
    pub(crate) fn flush(&mut self) {
        if self.coming.is_empty() {
            return;
        }
        let mut coming = std::mem::take(&mut self.coming);
        let position = self.position;
        for &(sample, before) in &coming {
            let after = self.state(sample);
            self.looked.change(&Change {
                position,
                sample,
                before,
                after,
            });
        }
        let nobody = self.looked.uncovered as usize == self.states.len();
        let full = |(open, head): &(Written, usize)| {
            open.stretch.changes >= CHANGES && open.bytes.len() >= 2 * head
        };
        if nobody || self.open.as_ref().is_some_and(full) {
            self.close(self.position);
        }
        match &mut self.open {
            Some((open, _)) => {
                open.stretch.changes += coming.len() as u32;
                for &(sample, before) in &coming {
                    write_varint(&mut open.bytes, position.abs_diff(self.last));
                    self.last = position;
                    let after = self.states.get(sample as usize);
                    let after = after.copied().unwrap_or_default();
                    let states = before.code() << 3 | after.code();
                    write_varint(&mut open.bytes, sample << 6 | states);
                }
            }
            None if nobody => {}
            None => self.begin(),
        }
        coming.clear();
        self.coming = coming;
    }

    fn begin(&mut self) {
        let mut bytes = Vec::new();
        for run in self.states.chunk_by(|a, b| a == b) {
            let state = run.first().copied().unwrap_or_default();
            write_varint(&mut bytes, (run.len() as u32) << 3 | state.code());
        }
        let head = bytes.len();
        self.last = self.position;
        let stretch = Stretch {
            contig: self.contig,
            start: self.position,
            end: i32::MAX,
            changes: 0,
            offset: 0,
            looked: self.looked,
        };
        self.open = Some((Written { stretch, bytes }, head));
    }

    fn close(&mut self, end: i32) {
        if let Some((mut open, _)) = self.open.take() {
            open.stretch.end = end;
            self.done.push(open);
        }
    }

    /// Stretches that are complete.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Written> + '_ {
        self.done.drain(..)
    }

    /// The last ones.
    pub(crate) fn finish(mut self) -> Vec<Written> {
        self.flush();
        self.close(i32::MAX);
        self.done
    }
}

/// Checks the stretches of a segment through and through; there are so many contigs.
pub(crate) fn verify_coverage(segment: &Segment, contigs: usize) -> Result<()> {
    let Some(coverage) = segment.coverage() else {
        return Ok(());
    };
    let file = segment.file();
    let samples = segment.meta().samples;
    let mut states = vec![State::UNCOVERED; samples as usize];
    let mut before: Option<Stretch> = None;
    let wrong = |expected| Err(file.damage_in(Kind::Coverage, expected, "another entry"));
    for number in 0..coverage.len() {
        let stretch = coverage.stretch(file, number)?;
        let in_order = match before.replace(stretch) {
            None => stretch.offset == 0,
            Some(last) => {
                let behind = (last.contig, last.end) <= (stretch.contig, stretch.start);
                (last.contig < stretch.contig || behind) && last.offset < stretch.offset
            }
        };
        if !in_order || stretch.contig as usize >= contigs {
            return wrong("stretches of known contigs in ascending order");
        }
        let mut known = coverage.read(file, number)?;
        let mut looked = Looked::default();
        known
            .runs(|run, state| {
                looked.add(state, run.end - run.start);
                let run = run.start as usize..run.end as usize;
                if let Some(states) = states.get_mut(run) {
                    states.fill(state);
                }
            })
            .map_err(|rule| segment.broken_coverage(rule))?;
        if looked != stretch.looked {
            return wrong("the sums of what is known at the start");
        }
        while let Some(change) = known
            .until(i32::MAX)
            .map_err(|rule| segment.broken_coverage(rule))?
        {
            let state = states.get_mut(change.sample as usize);
            if state.is_none_or(|state| std::mem::replace(state, change.after) != change.before) {
                let rule = Malformed("changes of what was known before");
                return Err(segment.broken_coverage(rule));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_keep_their_codes() {
        for code in 0..6 {
            let state = State::of_code(code).unwrap();
            assert_eq!(state.code(), code);
            assert_eq!(State::default(), State::UNCOVERED);
        }
        assert_eq!(State::of_code(6), None);
        let known = |state: State| (state.known(), state.is_missing(), state.is_haploid());
        assert_eq!(known(State::CALLED), (2, false, false));
        assert_eq!(known(State::MISSING), (0, true, false));
        assert_eq!(known(State::HALF), (1, true, false));
        assert_eq!(known(State::HAPLOID), (1, false, true));
        assert_eq!(known(State::HAPLOID_MISSING), (0, true, true));
    }
}
