//! Who is to go, and what goes with them: their genotypes, names and records, and variants that nobody else carries.

use super::super::callable::runs;
use super::Choice;
use super::plain::Source;
use super::rows::{RowReader, Staying};
use crate::cohort::consent::Decisions;
use crate::cohort::decided::{Decider, deciders, lock_decisions, read_into};
use crate::cohort::{Dataset, Members, Opened, RowCounter, Subjects, View};
use crate::error::{Error, Result};
use crate::format::{FileKind, Folder, Lock};
use crate::genome::{Extent, with_mate_named};
use crate::input::chunk::Chunk;
use crate::model::{InfoKey, now};
use crate::set::{SampleSet, set_bit, words_for};
use crate::store::cohorts;
use crate::store::decisions::{Entry, Erased, Frame, read};
use crate::store::individuals::{Hierarchy, KnownTerms};
use crate::store::{Manifest, Publication, Samples};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::Arc;

/// Who stays of a dataset, and which variants go.
pub(super) struct Erasure {
    /// The new number of each sample, where it stays.
    to: Vec<Option<u32>>,
    /// The samples that stay, by their old numbers.
    samples: Vec<u32>,
    /// By batch, the samples of it that stay.
    staying: BTreeMap<u32, Staying>,
    /// The individuals that stay.
    individuals: SampleSet,
    /// The ids of samples and individuals that go.
    gone: HashSet<String>,
    /// By segment: rows of variants that only those carry who go, as bits; nothing where there are none.
    lost: Vec<Vec<u64>>,
}

/// What the rows of a variant at one position have in common: REF and ALT in upper case, and the extent of a symbolic
/// allele.
type VariantKey = (Vec<u8>, Vec<u8>, Option<Extent>);

impl Erasure {
    /// Of all but those of a dataset who are chosen; `None` where all of it stays.
    pub(super) fn new(dataset: &Dataset, choice: Choice<'_>) -> Result<Option<Self>> {
        let mut decisions = Decisions::default();
        read_into(dataset, None, &mut decisions)?;
        let view = dataset.view().without(choice(dataset, &decisions)?)?;
        let universe = dataset.universe();
        let all = SampleSet::full(universe);
        let samples = view.visible_samples().unwrap_or(&all);
        let mut gone = HashSet::new();
        for sample in all.difference(samples).iter() {
            gone.insert(dataset.samples().name(sample)?.to_owned());
        }
        let mut individuals = SampleSet::new();
        if let Some(people) = dataset.people() {
            let everybody = people.all()?;
            individuals = view.visible_individuals().unwrap_or(&everybody).clone();
            for individual in everybody.difference(&individuals).iter() {
                gone.insert(people.id(individual)?.to_owned());
            }
        }
        if gone.is_empty() {
            return Ok(None);
        }
        let mut to = vec![None; universe as usize];
        let samples: Vec<u32> = samples.iter().collect();
        for (new, &old) in (0..).zip(&samples) {
            if let Some(to) = to.get_mut(old as usize) {
                *to = Some(new);
            }
        }
        let mut staying = BTreeMap::new();
        for (number, part) in dataset.parts().iter().enumerate() {
            let segment = dataset.segment(part)?;
            let batch = dataset.batch(number);
            if staying.contains_key(&batch) {
                continue;
            }
            let members = Members::of(segment);
            let mut count = 0;
            let local = members.iter().map(|sample| {
                to.get(sample as usize).copied().flatten()?;
                count += 1;
                Some(count - 1)
            });
            let local: Vec<Option<u32>> = local.collect();
            staying.insert(batch, Staying { to: local, count });
        }
        let lost = lost(&view)?;
        Ok(Some(Self {
            to,
            samples,
            staying,
            individuals,
            gone,
            lost,
        }))
    }

    /// How many samples and individuals go, by their ids.
    pub(super) fn gone(&self) -> u64 {
        self.gone.len() as u64
    }

    /// The new number of a sample, where it stays.
    pub(super) fn number(&self, sample: u32) -> Option<u32> {
        self.to.get(sample as usize).copied().flatten()
    }

    /// What stays of a segment.
    pub(super) fn source<'s>(&'s self, part: usize, batch: u32, source: Source<'s>) -> Source<'s> {
        let lost = self.lost.get(part).filter(|lost| !lost.is_empty());
        Source {
            staying: self.staying.get(&batch),
            lost: lost.map(Vec::as_slice),
            ..source
        }
    }

    /// Gives the manifest the files of those who stay, and what those who go are recognised by.
    pub(super) fn files(
        &self,
        dataset: &Dataset,
        publication: &mut Publication,
        manifest: &mut Manifest,
        memory: u64,
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        let folder: Folder = publication.folder().clone();
        manifest.sample_count = self.samples.len() as u32;
        manifest.samples.clear();
        manifest.sample_attributes.clear();
        if !self.samples.is_empty() {
            let names = self
                .samples
                .iter()
                .map(|&sample| dataset.samples().name(sample));
            let names: Vec<&str> = names.collect::<Result<_>>()?;
            let names = Samples::write(names).map_err(|e| Error::io(&folder, e))?;
            manifest.samples = vec![publication.add(FileKind::Samples, names)?];
        }
        if let Some(people) = dataset.people() {
            let terms = manifest.terms.first();
            let terms = terms.map(|entry| KnownTerms::open(&folder, entry));
            let terms = terms.transpose()?;
            let terms = terms.as_ref().map(|terms| terms as &dyn Hierarchy);
            let place = (&folder, memory / 2);
            let content = people.some(&self.individuals, &self.gone, terms, place, go_on)?;
            manifest.people = vec![publication.add(FileKind::People, content)?];
            if !self.samples.is_empty() {
                let content = dataset.sample_table().some(0, &self.samples, place)?;
                let file = publication.add(FileKind::SampleAttributes, content)?;
                manifest.sample_attributes = vec![file];
            }
        }
        for kit in &mut manifest.callable {
            let of = |&(first, count): &(u32, u32)| first..first.saturating_add(count);
            let samples = kit.samples.iter().flat_map(of);
            kit.samples = runs(samples.filter_map(|sample| self.number(sample)).collect());
        }
        manifest.callable.retain(|kit| !kit.samples.is_empty());
        // what the source says of everybody counts them, too
        manifest
            .info
            .retain(|entry| !InfoKey::is_of_cohort(&entry.key));
        Ok(())
    }
}

impl Erasure {
    /// Puts hashes in the place of the ids of those who go, and of what they decided; gives the right to write decisions,
    /// which is to be held until the state without them is there. Until then they are hidden by their hashes.
    pub(super) fn forget(
        &self,
        dataset: &Dataset,
        choice: Choice<'_>,
        publication: &Publication,
        manifest: &mut Manifest,
    ) -> Result<Lock> {
        let lock = lock_decisions(dataset)?;
        let found = read(dataset.folder(), None)?;
        let mut decisions = Decisions::default();
        found.frames.iter().cloned().for_each(|frame| {
            decisions.add(frame);
        });
        // hours may have passed
        let still = dataset.view().without(choice(dataset, &decisions)?)?;
        if let Some(id) = self.seen_by(dataset, &still)? {
            return Err(Error::Usage(format!(
                "expected that who is erased stays withdrawn, found that {id} came back meanwhile: nothing was erased"
            )));
        }
        // an erasure that was interrupted has left hashes
        let gone = self.gone.iter().map(String::as_str);
        let gone: Vec<&str> = gone.filter(|id| decisions.erased(id).is_none()).collect();
        let new = Erased::new(gone.iter().copied());
        let new = new.map_err(|e| Error::io(dataset.folder(), io::Error::other(e.to_string())))?;
        let mut frames = Vec::new();
        for mut frame in found.frames {
            frame.entries.retain(|entry| match entry {
                Entry::Decision(decision) => !self.gone.contains(decision.by.id()),
                _ => true,
            });
            if !frame.entries.is_empty() {
                frames.push(frame);
            }
        }
        manifest.erased = decisions.erased_ids() + new.len() as u64;
        if !gone.is_empty() {
            frames.push(Frame {
                recorded: now().max(decisions.last_recorded),
                entries: vec![Entry::Erased(new)],
            });
        }
        publication.replace_decisions(&frames)?;
        Ok(lock)
    }

    /// Takes out the virtual cohorts that name somebody who goes; gives their names.
    pub(super) fn forget_cohorts(&self, folder: &Folder) -> Result<Vec<String>> {
        if cohorts::read(folder)?.is_empty() {
            return Ok(Vec::new());
        }
        let _lock = cohorts::lock(folder)?;
        let all = cohorts::read(folder)?;
        let names_one = |text: &str| self.gone.iter().any(|id| is_named(id, text));
        let (go, stay): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|of| names_one(&of.expression) || names_one(&of.name));
        if !go.is_empty() {
            cohorts::write(folder, stay)?;
        }
        Ok(go.into_iter().map(|of| of.name).collect())
    }

    /// The id of somebody who was to go and is seen by a view, if there is one.
    fn seen_by(&self, dataset: &Dataset, view: &View) -> Result<Option<String>> {
        for sample in 0..dataset.universe() {
            let seen = view.visible_samples().is_none_or(|of| of.contains(sample));
            if seen && self.number(sample).is_none() {
                return Ok(Some(dataset.samples().name(sample)?.to_owned()));
            }
        }
        Ok(None)
    }
}

/// How many decided against some use and are not of those who are chosen.
pub(super) fn stay_though_out(opened: &Opened, choice: Choice<'_>) -> Result<u64> {
    let mut decisions = Decisions::default();
    read_into(opened, None, &mut decisions)?;
    let against = decisions.by();
    let against = against.filter(|(_, all)| all.iter().any(|of| !of.decision.allows));
    let against: Vec<_> = against.map(|(by, _)| by).collect();
    let chosen = choice(opened, &decisions)?;
    let subjects = Subjects::numbered(opened);
    let mut count = 0;
    for decider in deciders(opened, &against)? {
        let own = match decider {
            Decider::Individual(of) => subjects.of_individuals(&[of].into_iter().collect())?,
            Decider::Sample(sample) => [sample].into_iter().collect(),
            Decider::Unknown => continue,
        };
        count += u64::from(own.is_disjoint(&chosen));
    }
    Ok(count)
}

/// Whether an id stands in a text by itself, not as a part of another one.
fn is_named(id: &str, text: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.match_indices(id).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let behind = text
            .get(at + id.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(part) && !behind.is_some_and(part)
    })
}

/// Rows of variants that are carried, and by nobody who may be seen: by segment, as bits.
fn lost(view: &View) -> Result<Vec<Vec<u64>>> {
    let mut lost = vec![Vec::new(); view.parts().len()];
    for contig in 0..view.manifest().contigs.len() as u32 {
        let mut keys = HashMap::<i32, Vec<(VariantKey, bool)>>::new();
        each_row(view, contig, &mut |part, row, counter, reader| {
            if counter.is_carried(row)? && !(view.sees_part(part) && counter.counts(row)?.ac > 0) {
                let known = keys.entry(reader.position(row)?).or_default();
                let key = key(view, reader, row)?;
                if !known.iter().any(|(known, _)| *known == key) {
                    known.push((key, false));
                }
            }
            Ok(())
        })?;
        if keys.is_empty() {
            continue;
        }
        // somebody else may carry them in another row
        each_row(view, contig, &mut |part, row, counter, reader| {
            if let Some(known) = keys.get_mut(&reader.position(row)?)
                && view.sees_part(part)
                && counter.counts(row)?.ac > 0
            {
                let key = key(view, reader, row)?;
                for (_, seen) in known.iter_mut().filter(|(known, _)| *known == key) {
                    *seen = true;
                }
            }
            Ok(())
        })?;
        each_row(view, contig, &mut |part, row, _, reader| {
            if let Some(known) = keys.get(&reader.position(row)?) {
                let key = key(view, reader, row)?;
                if known.iter().any(|(known, seen)| *known == key && !seen)
                    && let Some(lost) = lost.get_mut(part)
                {
                    lost.resize(words_for(reader.rows()), 0);
                    set_bit(lost, row);
                }
            }
            Ok(())
        })?;
    }
    Ok(lost)
}

/// Called with a segment's number, a row, what counts it and what reads it.
type OnRow<'t, 'v> =
    dyn FnMut(usize, u32, &mut RowCounter<'v>, &mut RowReader<'v>) -> Result<()> + 't;

/// Calls `f` with each row of a contig.
fn each_row<'v>(view: &'v View, contig: u32, f: &mut OnRow<'_, 'v>) -> Result<()> {
    for (number, part) in view.parts().iter().enumerate() {
        let entry = view.manifest().segments.get(number);
        let spans = entry.map_or(&[][..], |entry| &entry.contigs);
        if spans.iter().all(|span| span.contig != contig) {
            continue;
        }
        let segment = view.segment(part)?;
        let mut counter = RowCounter::of(segment, view.scope(number, segment));
        let mut reader = RowReader::new(segment, &[], None)?;
        for row in segment.rows_of(contig) {
            f(number, row, &mut counter, &mut reader)?;
        }
    }
    Ok(())
}

fn key(view: &View, reader: &mut RowReader<'_>, row: u32) -> Result<VariantKey> {
    let mut chunk = Chunk::default();
    let new = reader.record(&mut chunk, row)?;
    let row = new.into_row(&Arc::new(chunk), &[], None);
    let names = view.contig_names();
    let alternate = with_mate_named(row.alternate(), |name| names.known_name(name));
    Ok((
        row.reference().to_ascii_uppercase(),
        alternate.to_ascii_uppercase(),
        row.extent(),
    ))
}
