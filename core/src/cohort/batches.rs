//! Batches: their segments, where these lie, and which batches have samples in common.

use super::Opened;
use crate::error::Result;
use crate::set::{SampleSet, set_bit, words_for};
use crate::store::Segment;
use crate::store::manifest::SegmentEntry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// The batches of a dataset by their index, in the order of their numbers.
#[derive(Debug)]
pub(crate) struct Batches {
    /// The batch of each part.
    of_part: Vec<u32>,
    /// The parts of each batch, ascending.
    parts: Vec<Vec<usize>>,
    /// By contig: the parts with rows there, ascending, and which of the part's spans it is.
    on_contig: Vec<Vec<(u32, u32)>>,
    /// For each batch those that have a sample in common with it, ascending.
    sharing: Vec<Vec<u32>>,
    /// Samples of no batch: their inputs had no record.
    outside: SampleSet,
}

impl Batches {
    pub(crate) fn of(dataset: &Opened) -> Result<Self> {
        let manifest = dataset.manifest();
        let mut by_number = BTreeMap::<u32, Vec<usize>>::new();
        let mut on_contig = vec![Vec::new(); manifest.contigs.len()];
        for (part, entry) in manifest.segments.iter().enumerate() {
            by_number.entry(entry.batch).or_default().push(part);
            for (span, of) in (0..).zip(&entry.contigs) {
                if let Some(parts) = on_contig.get_mut(of.contig as usize) {
                    parts.push((part as u32, span));
                }
            }
        }
        let parts: Vec<Vec<usize>> = by_number.into_values().collect();
        let mut of_part = vec![0; manifest.segments.len()];
        let mut members = Vec::new();
        for (batch, parts) in (0..).zip(&parts) {
            for &part in parts {
                if let Some(of) = of_part.get_mut(part) {
                    *of = batch;
                }
            }
            let first = parts.first().and_then(|&part| dataset.parts().get(part));
            members.push(match first {
                Some(part) if dataset.counts_references() => Members::of(dataset.segment(part)?),
                _ => Members::Range(0..0),
            });
        }
        let sharing = sharing(&members);
        Ok(Self {
            of_part,
            on_contig,
            outside: match dataset.counts_references() {
                true => outside(dataset.universe(), &members, &sharing),
                false => SampleSet::new(),
            },
            sharing,
            parts,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.parts.len()
    }

    /// The batch of a part.
    pub(crate) fn of_part(&self, part: usize) -> u32 {
        self.of_part.get(part).copied().unwrap_or(0)
    }

    /// The parts of a batch.
    pub(crate) fn parts(&self, batch: u32) -> &[usize] {
        self.parts.get(batch as usize).map_or(&[], Vec::as_slice)
    }

    /// The parts with rows on a contig, and which of the spans of the part's entry that is.
    pub(crate) fn on_contig(&self, contig: u32) -> &[(u32, u32)] {
        let parts = self.on_contig.get(contig as usize);
        parts.map_or(&[], Vec::as_slice)
    }

    /// The samples of no batch.
    pub(crate) fn outside(&self) -> &SampleSet {
        &self.outside
    }

    /// The batches that have a sample in common with this one.
    pub(crate) fn sharing(&self, batch: u32) -> &[u32] {
        self.sharing.get(batch as usize).map_or(&[], Vec::as_slice)
    }
}

/// The samples of a batch, ascending.
#[derive(Debug, Clone)]
pub(crate) enum Members<'a> {
    Range(Range<u32>),
    List(&'a [u32]),
}

impl<'a> Members<'a> {
    pub(crate) fn of(segment: &'a Segment) -> Self {
        let meta = segment.meta();
        match segment.numbers() {
            Some(numbers) => Self::List(numbers),
            None => Self::Range(meta.first_sample..meta.first_sample.saturating_add(meta.samples)),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let (range, list) = match self {
            Self::Range(range) => (range.clone(), &[][..]),
            Self::List(list) => (0..0, *list),
        };
        range.chain(list.iter().copied())
    }

    pub(crate) fn to_set(&self) -> SampleSet {
        match self {
            Self::Range(range) => SampleSet::of_range(range.clone()),
            Self::List(list) => list.iter().copied().collect(),
        }
    }

    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::Range(range) => range.len() as u64,
            Self::List(list) => list.len() as u64,
        }
    }

    /// How many of them are in a set.
    pub(crate) fn count_in(&self, set: &SampleSet) -> u32 {
        match self {
            Self::Range(range) => set.count_in(range.clone()) as u32,
            Self::List(list) => list.iter().filter(|sample| set.contains(**sample)).count() as u32,
        }
    }

    /// Whether one of them is in a set.
    pub(crate) fn has_any_in(&self, set: &SampleSet) -> bool {
        match self {
            Self::Range(range) => set.count_in(range.clone()) > 0,
            Self::List(list) => list.iter().any(|sample| set.contains(*sample)),
        }
    }

    pub(crate) fn contains(&self, sample: u32) -> bool {
        match self {
            Self::Range(range) => range.contains(&sample),
            Self::List(list) => list.binary_search(&sample).is_ok(),
        }
    }

    /// The first and the last; `None` where there are no samples.
    fn bounds(&self) -> Option<(u32, u32)> {
        match self {
            Self::Range(range) => {
                Some((range.start, range.end.checked_sub(1)?)).filter(|(first, last)| first <= last)
            }
            Self::List(list) => Some((*list.first()?, *list.last()?)),
        }
    }

    /// The first sample of both.
    pub(crate) fn common(&self, other: &Self) -> Option<u32> {
        match (self, other) {
            (Self::Range(a), Self::Range(b)) => {
                let first = a.start.max(b.start);
                (first < a.end.min(b.end)).then_some(first)
            }
            (Self::Range(range), Self::List(list)) | (Self::List(list), Self::Range(range)) => {
                let at = list.partition_point(|&sample| sample < range.start);
                list.get(at)
                    .copied()
                    .filter(|sample| range.contains(sample))
            }
            (Self::List(a), Self::List(b)) => first_common(a, b),
        }
    }
}

/// The first number of two ascending lists: each is searched for what the other has next.
fn first_common(a: &[u32], b: &[u32]) -> Option<u32> {
    let (mut a, mut b) = (a, b);
    while let (Some(&x), Some(&y)) = (a.first(), b.first()) {
        let behind = |list: &[u32], number: u32| {
            // near ones are found soon
            let mut reach = 1;
            while list.get(reach).is_some_and(|&n| n < number) {
                reach *= 2;
            }
            let near = list.get(..reach.saturating_add(1).min(list.len()));
            near.unwrap_or(list).partition_point(|&n| n < number)
        };
        match x.cmp(&y) {
            std::cmp::Ordering::Equal => return Some(x),
            std::cmp::Ordering::Less => a = a.get(behind(a, y)..).unwrap_or_default(),
            std::cmp::Ordering::Greater => b = b.get(behind(b, x)..).unwrap_or_default(),
        }
    }
    None
}

/// For each batch those that have a sample in common with it, ascending.
pub(crate) fn sharing(batches: &[Members<'_>]) -> Vec<Vec<u32>> {
    let mut sharing = vec![Vec::new(); batches.len()];
    let bounds = batches.iter().zip(0u32..);
    let mut order: Vec<(u32, u32, u32)> = bounds
        .filter_map(|(members, number)| {
            let (first, last) = members.bounds()?;
            Some((first, last, number))
        })
        .collect();
    order.sort_unstable();
    // most batches hold samples that follow each other, so that few bounds lie over each other
    let mut open: Vec<(u32, u32)> = Vec::new();
    for (first, last, number) in order {
        open.retain(|&(end, _)| end >= first);
        for &(_, other) in &open {
            let (a, b) = (batches.get(number as usize), batches.get(other as usize));
            if a.zip(b).is_some_and(|(a, b)| a.common(b).is_some()) {
                for (of, with) in [(number, other), (other, number)] {
                    if let Some(of) = sharing.get_mut(of as usize) {
                        of.push(with);
                    }
                }
            }
        }
        open.push((last, number));
    }
    for of in &mut sharing {
        of.sort_unstable();
    }
    sharing
}

/// The samples that are in none of the batches.
fn outside(samples: u32, batches: &[Members<'_>], sharing: &[Vec<u32>]) -> SampleSet {
    let sum: u64 = batches.iter().map(Members::count).sum();
    if sum == u64::from(samples) && sharing.iter().all(Vec::is_empty) {
        return SampleSet::new();
    }
    let mut inside = vec![0; words_for(samples)];
    for sample in batches.iter().flat_map(Members::iter) {
        if sample < samples {
            set_bit(&mut inside, sample);
        }
    }
    SampleSet::full(samples).difference(&SampleSet::from_bits(0, &inside))
}

/// A contig on which rows of two batches that have samples in common lie on the same stretch, and the
/// numbers of the batches, for which `sharing` is indexed: a sample would have two genotypes there.
pub(crate) fn overlapping_batches(
    segments: &[SegmentEntry],
    numbers: &[u32],
    sharing: &[Vec<u32>],
) -> Option<(u32, u32, u32)> {
    let index: HashMap<u32, usize> = numbers.iter().copied().zip(0..).collect();
    let mut spans = vec![BTreeSet::<(u32, i32, i32)>::new(); numbers.len()];
    for entry in segments {
        let at = index.get(&entry.batch).copied();
        let shares = |at: &usize| sharing.get(*at).is_some_and(|with| !with.is_empty());
        if let Some(spans) = at.filter(shares).and_then(|at| spans.get_mut(at)) {
            let contigs = entry.contigs.iter();
            spans.extend(contigs.map(|c| (c.contig, c.start, c.last)));
        }
    }
    // of the segments of a batch, which may lie over each other, the stretches together
    let joined: Vec<Vec<(u32, i32, i32)>> = spans
        .into_iter()
        .map(|spans| {
            let mut joined: Vec<(u32, i32, i32)> = Vec::new();
            for (contig, start, last) in spans {
                match joined.last_mut() {
                    Some(known) if known.0 == contig && start <= known.2 => {
                        known.2 = known.2.max(last);
                    }
                    _ => joined.push((contig, start, last)),
                }
            }
            joined
        })
        .collect();
    let mut first: Option<(u32, i32, usize, usize)> = None;
    for (a, with) in sharing.iter().enumerate() {
        for b in with.iter().map(|&b| b as usize).filter(|&b| b > a) {
            let (Some(x), Some(y)) = (joined.get(a), joined.get(b)) else {
                continue;
            };
            if let Some((contig, start)) = first_overlap(x, y) {
                let found = (contig, start, a, b);
                first = Some(first.map_or(found, |first| first.min(found)));
            }
        }
    }
    first.and_then(|(contig, _, a, b)| Some((contig, *numbers.get(a)?, *numbers.get(b)?)))
}

/// Contig and start of the first stretch of both; stretches ascend, with both ends in them.
fn first_overlap(x: &[(u32, i32, i32)], y: &[(u32, i32, i32)]) -> Option<(u32, i32)> {
    let (mut x, mut y) = (x.iter().peekable(), y.iter().peekable());
    while let (Some(a), Some(b)) = (x.peek(), y.peek()) {
        if a.0 == b.0 && a.1.max(b.1) <= a.2.min(b.2) {
            return Some((a.0, a.1.max(b.1)));
        }
        if (a.0, a.2) <= (b.0, b.2) {
            x.next();
        } else {
            y.next();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_that_share_samples_are_found() {
        let (men, women) = ([0, 2, 4, 9], [1, 3, 5]);
        let batches = [
            Members::Range(0..6),
            Members::Range(6..9),
            Members::List(&men),
            Members::List(&women),
            Members::Range(20..20),
            Members::List(&[]),
            Members::Range(10..11),
        ];
        let expected: [&[u32]; 7] = [&[2, 3], &[], &[0], &[0], &[], &[], &[]];
        assert_eq!(sharing(&batches), expected);
        let common = |a: usize, b: usize| batches[a].common(&batches[b]);
        assert_eq!(
            (common(0, 2), common(3, 0), common(2, 3)),
            (Some(0), Some(1), None)
        );
    }

    #[test]
    fn samples_of_no_batch_are_found() {
        let some = [0, 2, 4, 9];
        let batches = [
            Members::Range(0..3),
            Members::List(&some),
            Members::Range(6..8),
        ];
        let found = |samples, batches: &[Members<'_>]| -> Vec<u32> {
            outside(samples, batches, &sharing(batches))
                .iter()
                .collect()
        };
        assert_eq!(found(10, &batches), [3, 5, 8]);
        assert_eq!(found(3, &batches[..1]), [0; 0]);
        assert_eq!(found(5, &batches[..1]), [3, 4]);
        assert_eq!(found(2, &[]), [0, 1]);
    }

    #[test]
    fn long_lists_meet_at_their_first_common_number() {
        let even: Vec<u32> = (0..5_000).map(|n| 2 * n).collect();
        for number in [0u32, 2, 777, 4_444, 9_998] {
            let odd: Vec<u32> = (0..5_000).map(|n| 2 * n + 1).chain([number]).collect();
            let mut odd: Vec<u32> = odd.into_iter().filter(|n| *n >= number / 2).collect();
            odd.sort_unstable();
            odd.dedup();
            let expected = odd.iter().find(|n| even.contains(n)).copied();
            assert_eq!(first_common(&even, &odd), expected, "{number}");
            assert_eq!(first_common(&odd, &even), expected, "{number}");
        }
    }

    #[test]
    fn stretches_that_meet_are_found() {
        let a = [(0, 5, 9), (0, 20, 30), (2, 1, 1)];
        assert_eq!(
            first_overlap(&a, &[(0, 10, 19), (1, 5, 9), (2, 2, 9)]),
            None
        );
        assert_eq!(first_overlap(&a, &[(0, 10, 19), (2, -1, 1)]), Some((2, 1)));
        assert_eq!(first_overlap(&a, &[(0, 9, 100)]), Some((0, 9)));
    }
}
