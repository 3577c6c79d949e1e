//! What batches know of a place that are put together from inputs of one sample each: from their stretches.

use crate::cohort::{BatchScope, Batches, Mask, RowCounts, View};
use crate::error::Result;
use crate::query::exec::place::Place;
use crate::set::{SampleSet, get_bit};
use crate::store::Segment;
use crate::store::coverage::{Known, Looked, State};

/// Before the first place, and behind one that could not be read.
const NOWHERE: Place = Place {
    contig: u32::MAX,
    position: 0,
};

/// All such batches.
pub(super) struct MergedBatches<'a> {
    view: &'a View,
    /// By batch; `None` for the others.
    batches: Vec<Option<Batch<'a>>>,
}

/// A batch, and where in its stretches the last place was.
struct Batch<'a> {
    /// Contig, start and end of what each of its parts covers, ascending; and the part.
    covered: Vec<(u32, i32, i32, usize)>,
    /// The first of its parts, and the segment: all have the same samples.
    part: usize,
    segment: &'a Segment,
    /// The groups in the batch.
    scopes: Vec<BatchScope>,
    /// The stretch or gap that was read last.
    at: At<'a>,
    place: Place,
    /// By group, at the place.
    looked: Vec<Looked>,
}

/// What was read last.
struct At<'a> {
    /// From where on it is read, and its end.
    contig: u32,
    start: i32,
    end: i32,
    /// The segment, and what is still to come of the stretch; `None` of a gap, where nobody was looked at.
    stretch: Option<(&'a Segment, Known<'a>)>,
}

impl At<'_> {
    const NOWHERE: Self = At {
        contig: u32::MAX,
        start: 0,
        end: 0,
        stretch: None,
    };

    fn holds(&self, place: Place) -> bool {
        self.contig == place.contig && self.start <= place.position && place.position < self.end
    }
}

/// Where a place is.
enum Found<'a> {
    /// In a stretch of a segment, by its number.
    Stretch(&'a Segment, usize),
    /// In none up to this position.
    Gap(i32),
}

impl<'a> MergedBatches<'a> {
    /// To be counted in these groups; `None` is everybody.
    pub(super) fn new(
        view: &'a View,
        batches: &Batches,
        groups: Vec<Option<SampleSet>>,
    ) -> Result<Self> {
        let mut all = Vec::new();
        for number in 0..batches.len() as u32 {
            all.push(Batch::new(view, batches.parts(number), &groups)?);
        }
        Ok(Self { view, batches: all })
    }

    /// Adds what is known of a group at a place in the batches that do not have the variant; where `stops`, up to the
    /// first that did not look at somebody.
    pub(super) fn add(
        &mut self,
        (place, group): (Place, usize),
        is_here: impl Fn(u32) -> bool,
        stops: bool,
        sum: &mut RowCounts,
    ) -> Result<()> {
        for (number, batch) in (0..).zip(&mut self.batches) {
            let Some(batch) = batch.as_mut().filter(|_| !is_here(number)) else {
                continue;
            };
            batch.move_to(self.view, place)?;
            let looked = batch.looked.get(group).copied().unwrap_or_default();
            sum.uncovered |= looked.uncovered > 0;
            if stops && sum.uncovered {
                break;
            }
            sum.an = sum.an.saturating_add(looked.an);
            sum.missing = sum.missing.saturating_add(looked.missing);
        }
        Ok(())
    }

    /// Calls `f` with a part of each batch that does not have the variant, and with what it knows of each sample.
    pub(super) fn states(
        &self,
        place: Place,
        is_here: impl Fn(u32) -> bool,
        f: &mut dyn FnMut(usize, &[State]),
    ) -> Result<()> {
        for (number, batch) in (0..).zip(&self.batches) {
            if let Some(batch) = batch.as_ref().filter(|_| !is_here(number)) {
                f(batch.part, &batch.states(self.view, place)?);
            }
        }
        Ok(())
    }

    /// What one batch knows of each of its samples; nothing where it is no such batch.
    pub(super) fn states_of(&self, place: Place, batch: u32) -> Result<Vec<State>> {
        match self.batches.get(batch as usize) {
            Some(Some(batch)) => batch.states(self.view, place),
            _ => Ok(Vec::new()),
        }
    }

    /// What one batch knows of a sample; `None` where it is no such batch.
    pub(super) fn state(&self, place: Place, batch: u32, sample: u32) -> Result<Option<State>> {
        let Some(Some(batch)) = self.batches.get(batch as usize) else {
            return Ok(None);
        };
        let states = batch.states(self.view, place)?;
        let local = (0..states.len() as u32).find(|local| batch.segment.sample(*local) == sample);
        let state = local.and_then(|local| states.get(local as usize));
        Ok(state.copied())
    }
}

impl<'a> Batch<'a> {
    fn new(view: &'a View, parts: &[usize], groups: &[Option<SampleSet>]) -> Result<Option<Self>> {
        let Some(first) = parts.first().filter(|part| view.is_merged(**part)) else {
            return Ok(None);
        };
        let Some(of) = view.parts().get(*first) else {
            return Ok(None);
        };
        let segment = view.segment(of)?;
        let mut covered = Vec::new();
        for &part in parts {
            let entry = view.manifest().segments.get(part);
            for span in entry.map_or(&[][..], |entry| &entry.covered) {
                covered.push((span.contig, span.start, span.end, part));
            }
        }
        covered.sort_unstable();
        let scope = |group: &Option<SampleSet>| BatchScope::of(group.as_ref(), segment);
        Ok(Some(Self {
            covered,
            part: *first,
            segment,
            scopes: groups.iter().map(scope).collect(),
            at: At::NOWHERE,
            place: NOWHERE,
            looked: vec![Looked::default(); groups.len()],
        }))
    }

    /// The stretch around a place.
    fn find(&self, view: &'a View, place: Place) -> Result<Found<'a>> {
        let Place { contig, position } = place;
        let mut next = i32::MAX;
        for &(of, start, end, part) in &self.covered {
            let Some(part) = view.parts().get(part) else {
                continue;
            };
            if of != contig || position >= end {
                continue;
            }
            if position < start {
                next = next.min(start);
                continue;
            }
            let segment = view.segment(part)?;
            let Some(coverage) = segment.coverage() else {
                continue;
            };
            let file = segment.file();
            let number = coverage.first_behind(file, contig, position)?;
            if number == coverage.len() {
                continue;
            }
            let stretch = coverage.stretch(file, number)?;
            if stretch.holds(contig, position) {
                return Ok(Found::Stretch(segment, number));
            }
            if stretch.contig == contig {
                next = next.min(stretch.start);
            }
        }
        Ok(Found::Gap(next))
    }

    /// Goes to a place.
    fn move_to(&mut self, view: &'a View, place: Place) -> Result<()> {
        if self.place == place {
            return Ok(());
        }
        let forward = self.place.contig == place.contig && self.place.position <= place.position;
        if !forward || !self.at.holds(place) {
            self.begin(view, place)?;
        }
        // what follows may fail half-way
        self.place = NOWHERE;
        if let Some((segment, known)) = &mut self.at.stretch {
            while let Some(change) = known
                .until(place.position)
                .map_err(|rule| segment.broken_coverage(rule))?
            {
                for (scope, looked) in self.scopes.iter().zip(&mut self.looked) {
                    let inside = |mask: &Mask| get_bit(&mask.samples, change.sample);
                    if scope.mask().is_none_or(inside) {
                        looked.change(&change);
                    }
                }
            }
        }
        self.place = place;
        Ok(())
    }

    /// Reads the start of the stretch around a place.
    fn begin(&mut self, view: &'a View, place: Place) -> Result<()> {
        self.at = At::NOWHERE;
        self.place = NOWHERE;
        let samples = self.segment.meta().samples;
        let (segment, number) = match self.find(view, place)? {
            Found::Stretch(segment, number) => (segment, number),
            Found::Gap(end) => {
                let nobody = |scope: &BatchScope| Looked {
                    uncovered: scope.mask().map_or(samples, |mask| mask.size),
                    ..Looked::default()
                };
                self.looked = self.scopes.iter().map(nobody).collect();
                self.at = At {
                    contig: place.contig,
                    start: place.position,
                    end,
                    stretch: None,
                };
                return Ok(());
            }
        };
        let Some(coverage) = segment.coverage() else {
            return Ok(());
        };
        let stretch = coverage.stretch(segment.file(), number)?;
        let whole = |scope: &BatchScope| match scope.mask() {
            None => stretch.looked,
            Some(_) => Looked::default(),
        };
        self.looked = self.scopes.iter().map(whole).collect();
        let mut known = coverage.read(segment.file(), number)?;
        let (scopes, all) = (&self.scopes, &mut self.looked);
        known
            .runs(|run, state| {
                for (scope, looked) in scopes.iter().zip(&mut *all) {
                    if let Some(mask) = scope.mask() {
                        looked.add(state, count_in(&mask.samples, &run));
                    }
                }
            })
            .map_err(|rule| segment.broken_coverage(rule))?;
        self.at = At {
            contig: stretch.contig,
            start: stretch.start,
            end: stretch.end,
            stretch: Some((segment, known)),
        };
        Ok(())
    }

    /// What is known of each sample at a place.
    fn states(&self, view: &'a View, place: Place) -> Result<Vec<State>> {
        let samples = self.segment.meta().samples as usize;
        let mut states = vec![State::UNCOVERED; samples];
        let Found::Stretch(segment, number) = self.find(view, place)? else {
            return Ok(states);
        };
        let Some(coverage) = segment.coverage() else {
            return Ok(states);
        };
        let broken = |rule| segment.broken_coverage(rule);
        let mut known = coverage.read(segment.file(), number)?;
        known
            .runs(|run, state| {
                if let Some(states) = states.get_mut(run.start as usize..run.end as usize) {
                    states.fill(state);
                }
            })
            .map_err(broken)?;
        while let Some(change) = known.until(place.position).map_err(broken)? {
            if let Some(state) = states.get_mut(change.sample as usize) {
                *state = change.after;
            }
        }
        Ok(states)
    }
}

/// How many of a range of bits are set.
fn count_in(words: &[u64], range: &std::ops::Range<u32>) -> u32 {
    let (first, last) = (range.start / 64, range.end.saturating_sub(1) / 64);
    let mut count = 0;
    for at in first..=last {
        let mut word = words.get(at as usize).copied().unwrap_or(0);
        if at == first {
            word &= u64::MAX << (range.start % 64);
        }
        if at == last && !range.end.is_multiple_of(64) {
            word &= (1 << (range.end % 64)) - 1;
        }
        count += word.count_ones();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_a_range_are_counted() {
        let words = [0xdead_beef_0123_4567_u64, u64::MAX, 0x8000_0000_0000_0001];
        for start in 0..191 {
            for end in start + 1..=192 {
                let expected = (start..end).filter(|n| get_bit(&words, *n)).count();
                assert_eq!(
                    count_in(&words, &(start..end)) as usize,
                    expected,
                    "{start}..{end}"
                );
            }
        }
    }
}
