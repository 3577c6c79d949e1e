//! Which segments are written again together.

use super::super::segment::SegmentBuilder;
use crate::cohort::{Dataset, Members};
use crate::error::{Damage, Error, Result};
use crate::store::SegmentEntry;
use crate::store::manifest::MANIFEST;
use std::collections::{BTreeMap, BTreeSet};

/// Batches of samples that were built from inputs of one sample each are joined up to so many samples.
const SAMPLES_MAX: usize = 1 << 16;

/// Segments that are written again together, in the place of the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Task {
    /// By their places in the manifest; of each batch in the order of their rows.
    pub(super) batches: Vec<BatchTask>,
    pub(super) merged: bool,
}

/// The segments of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BatchTask {
    pub(super) batch: u32,
    pub(super) parts: Vec<usize>,
    /// Its samples, ascending.
    pub(super) samples: Vec<u32>,
}

impl Task {
    /// All its segments.
    pub(super) fn parts(&self) -> impl Iterator<Item = usize> + '_ {
        self.batches.iter().flat_map(|of| of.parts.iter().copied())
    }

    /// The segment in the place of which those that it writes stand.
    pub(super) fn first(&self) -> usize {
        self.parts().min().unwrap_or(usize::MAX)
    }
}

/// What is written again, and what is not though it would make fewer segments.
#[derive(Debug, Default)]
pub(super) struct Planned {
    pub(super) tasks: Vec<Task>,
    /// Segments of one batch with rows over the same stretch of a contig.
    pub(super) overlapping: u64,
}

/// What is written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Every segment is of some task.
    All,
    /// Those that become fewer.
    Small,
    /// Of those the ones of which there are many of a size.
    Grown,
}

/// Plans.
pub(super) fn plan(dataset: &Dataset, extent: Extent) -> Result<Planned> {
    let all = extent == Extent::All;
    let mut planned = Planned::default();
    let segments = &dataset.manifest().segments;
    let mut by_batch = BTreeMap::<u32, Vec<usize>>::new();
    for (part, entry) in segments.iter().enumerate() {
        by_batch.entry(entry.batch).or_default().push(part);
    }
    let batches = dataset.batches()?;
    let mut merged = Vec::new();
    for (index, (batch, parts)) in (0..).zip(by_batch) {
        let samples = samples_of(dataset, &parts)?;
        let of = |parts| BatchTask {
            batch,
            parts,
            samples: samples.clone(),
        };
        let first = parts.first().and_then(|&part| segments.get(part));
        let is_merged = first.is_some_and(|entry| entry.merged);
        let (apart, overlapping) = apart(segments, &parts, is_merged);
        planned.overlapping += overlapping.len() as u64;
        if is_merged {
            let alone = batches.sharing(index).is_empty();
            match overlapping.first().filter(|_| all) {
                None if overlapping.is_empty() => merged.push((of(apart), alone)),
                // one of the rows of a variant reports of those without a record: it cannot be known here which
                Some(&part) => return Err(over_each_other(dataset, part)),
                None => {}
            }
            continue;
        }
        if extent == Extent::Grown {
            continue;
        }
        // rows of several samples report of all of them, and nothing is known between them
        if has_scopes(dataset, &parts)? {
            match parts.first().filter(|_| all) {
                Some(&part) => return Err(with_scopes(dataset, part)),
                None => continue,
            }
        }
        let mut runs = runs(segments, &apart, all);
        if all {
            runs.extend(overlapping.into_iter().map(|part| vec![part]));
        }
        let tasks = runs.into_iter().map(|parts| Task {
            batches: vec![of(parts)],
            merged: false,
        });
        planned.tasks.extend(tasks);
    }
    planned.tasks.extend(join(segments, merged, extent));
    planned.tasks.sort_by_key(Task::first);
    Ok(planned)
}

fn has_scopes(dataset: &Dataset, parts: &[usize]) -> Result<bool> {
    for part in parts.iter().filter_map(|&part| dataset.parts().get(part)) {
        let segment = dataset.segment(part)?;
        if segment.has_scopes() || segment.coverage().is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// For rows of a batch of several samples that report of some of them only.
#[cold]
fn with_scopes(dataset: &Dataset, part: usize) -> Error {
    let found = "rows or stretches of some of its samples only";
    let expected = "rows of all samples of a batch that is not merged";
    wrong(dataset, part, expected, found)
}

/// For a segment of a batch of inputs of one sample each with rows between those of another one: no build writes such.
#[cold]
fn over_each_other(dataset: &Dataset, part: usize) -> Error {
    let expected = "segments of a merged batch over different stretches";
    wrong(dataset, part, expected, "rows between those of another")
}

fn wrong(dataset: &Dataset, part: usize, expected: &str, found: &str) -> Error {
    let entry = dataset.manifest().segments.get(part);
    let file = entry.map_or(MANIFEST, |entry| &entry.file.file);
    Error::from(Box::new(Damage {
        file: dataset.path().join(file),
        section: "file".to_owned(),
        offset: 0,
        expected: expected.to_owned(),
        found: found.to_owned(),
    }))
}

fn samples_of(dataset: &Dataset, parts: &[usize]) -> Result<Vec<u32>> {
    let first = parts.first().and_then(|&part| dataset.parts().get(part));
    Ok(match first {
        Some(part) => Members::of(dataset.segment(part)?).iter().collect(),
        None => Vec::new(),
    })
}

/// The segments of a batch in the order of their rows, and those with rows where another one has some: what
/// distinguishes the records of two inputs at one position is that they are in two segments. Records of inputs of one
/// sample each are put together anew, so that segments may meet at a position.
fn apart(segments: &[SegmentEntry], parts: &[usize], may_meet: bool) -> (Vec<usize>, Vec<usize>) {
    let mut spans = Vec::new();
    for &part in parts {
        for span in segments.get(part).map_or(&[][..], |entry| &entry.contigs) {
            spans.push((span.contig, span.start, span.last, part));
        }
    }
    spans.sort_unstable();
    let mut overlapping = BTreeSet::new();
    let mut furthest: Option<(u32, i32, usize)> = None;
    for &(contig, start, last, part) in &spans {
        match furthest {
            Some((known, end, other)) if known == contig => {
                if start < end || start == end && !may_meet {
                    overlapping.extend([part, other]);
                }
                if last > end {
                    furthest = Some((contig, last, part));
                }
            }
            _ => furthest = Some((contig, last, part)),
        }
    }
    let mut order = Vec::new();
    // one without rows may say who is covered
    let without = parts.iter().copied();
    let without = without.filter(|part| spans.iter().all(|span| span.3 != *part));
    for part in spans.iter().map(|span| span.3).chain(without) {
        if !overlapping.contains(&part) && !order.contains(&part) {
            order.push(part);
        }
    }
    (order, overlapping.into_iter().collect())
}

/// Whether a segment is one of those that become fewer.
fn is_small(entry: &SegmentEntry) -> bool {
    let bytes = usize::try_from(entry.file.size).unwrap_or(usize::MAX);
    !SegmentBuilder::is_full(
        entry.rows.saturating_mul(2),
        bytes.saturating_mul(2),
        u64::MAX,
    )
}

/// Cuts the segments of a batch, in the order of their rows, into those that are written together.
fn runs(segments: &[SegmentEntry], parts: &[usize], all: bool) -> Vec<Vec<usize>> {
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let mut goes_on = false;
    for &part in parts {
        let small = segments.get(part).is_some_and(is_small);
        match runs.last_mut() {
            Some(run) if goes_on && (all || small) && may_join(segments, run, &[part]) => {
                run.push(part);
            }
            _ => runs.push(vec![part]),
        }
        goes_on = all || small;
    }
    runs.retain(|run| all || run.len() > 1);
    runs
}

/// Whether segments may stand in one place without changing which rows of a variant come first: no segment of another
/// batch that stands between them, in the manifest or by the number of its batch, has rows on a contig of theirs.
fn may_join(segments: &[SegmentEntry], some: &[usize], more: &[usize]) -> bool {
    let parts = || some.iter().chain(more).copied();
    let of = |part: usize| segments.get(part);
    let own: BTreeSet<u32> = parts().filter_map(of).map(|entry| entry.batch).collect();
    let contigs: BTreeSet<u32> = parts()
        .filter_map(of)
        .flat_map(|entry| entry.contigs.iter().map(|span| span.contig))
        .collect();
    let (Some(first), Some(last)) = (parts().min(), parts().max()) else {
        return true;
    };
    let (Some(low), Some(high)) = (own.first(), own.last()) else {
        return true;
    };
    let mut others = segments.iter().enumerate();
    others.all(|(part, entry)| {
        let between = (first..last).contains(&part) || (low..high).contains(&&entry.batch);
        own.contains(&entry.batch)
            || !between
            || entry
                .contigs
                .iter()
                .all(|span| !contigs.contains(&span.contig))
    })
}

/// Joins batches that were built from inputs of one sample each, in the order of their samples.
fn join(segments: &[SegmentEntry], batches: Vec<(BatchTask, bool)>, extent: Extent) -> Vec<Task> {
    let mut joined: Vec<(Task, bool)> = Vec::new();
    for (batch, alone) in batches {
        if let Some((task, true)) = joined.last_mut().filter(|_| alone)
            && follows(segments, task, &batch)
        {
            task.batches.push(batch);
            continue;
        }
        let task = Task {
            batches: vec![batch],
            merged: true,
        };
        joined.push((task, alone));
    }
    let becomes_fewer = |task: &Task| {
        let small = task.parts().filter_map(|part| segments.get(part));
        let small = small.filter(|entry| is_small(entry));
        task.batches.len() > 1 || small.count() > 1
    };
    let mut tasks = joined.into_iter().map(|(task, _)| task);
    match extent {
        Extent::All => tasks.collect(),
        Extent::Small => tasks.filter(becomes_fewer).collect(),
        Extent::Grown => tasks.next_back().and_then(grown).into_iter().collect(),
    }
}

/// How many batches of a size are there at most, but for one.
const TIER: usize = 6;
/// Batches do not grow beyond so many samples by themselves: to write those of a whole cohort again is for its holder to say.
const GROWN_MAX: usize = 4096;

/// The batches at the end that have grown to the size of the next greater ones, by powers of [`TIER`].
fn grown(task: Task) -> Option<Task> {
    let counts: Vec<usize> = task.batches.iter().map(|of| of.samples.len()).collect();
    let first = first_grown(&counts)?;
    let batches = task.batches.into_iter().skip(first).collect();
    Some(Task {
        batches,
        merged: true,
    })
}

/// Of batches with so many samples the first of those at the end that become one.
pub(super) fn first_grown(counts: &[usize]) -> Option<usize> {
    let (mut found, mut size) = (None, 1_usize);
    while size * TIER <= GROWN_MAX {
        let next = size * TIER;
        // all at the end that are smaller than the next size
        let smaller = counts.iter().rev().take_while(|count| **count < next);
        let (number, sum) = smaller.fold((0, 0), |(number, sum), count| (number + 1, sum + count));
        if number > 1 && sum >= next {
            found = Some(counts.len() - number);
        }
        size = next;
    }
    found
}

/// Whether a batch may be joined to others: its samples and segments are behind theirs.
fn follows(segments: &[SegmentEntry], task: &Task, batch: &BatchTask) -> bool {
    let count: usize = task.batches.iter().map(|of| of.samples.len()).sum();
    let last = task.batches.last();
    let last_sample = last.and_then(|of| of.samples.last());
    let last_part = task.parts().max();
    let parts: Vec<usize> = task.parts().collect();
    last_sample < batch.samples.first()
        && last_part < batch.parts.iter().copied().min()
        && count + batch.samples.len() <= SAMPLES_MAX
        && may_join(segments, &parts, &batch.parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_batches_stay_of_each_size_and_samples_are_written_again_seldom() {
        let (mut counts, mut written) = (vec![4096, 4096, 1808], 0);
        for day in 1..=365_usize {
            counts.push(1);
            if let Some(first) = first_grown(&counts) {
                let sum = counts.drain(first..).sum();
                written += sum;
                counts.push(sum);
            }
            assert!(counts.len() <= 3 + 5 * 3, "{day}: {counts:?}");
        }
        assert_eq!(counts.iter().sum::<usize>(), 10_365);
        assert_eq!(
            counts,
            [4096, 4096, 1808, 216, 36, 36, 36, 36, 1, 1, 1, 1, 1]
        );
        assert!(written <= 365 * 3, "{written}");
        assert_eq!(first_grown(&[64, 1, 1, 1]), None);
        assert_eq!(first_grown(&[1, 1, 64, 1, 1, 1, 1, 1, 1]), Some(3));
        let full = [36, 36, 36, 36, 36, 6, 6, 6, 6, 6, 1, 1, 1, 1, 1, 1];
        assert_eq!(first_grown(&full), Some(0));
        assert_eq!(first_grown(&[]), None);
    }
}
