//! Who may be seen of a dataset.

use super::{Members, Opened, Subjects, sharing};
use crate::error::Result;
use crate::set::SampleSet;
use crate::store::individuals::People;
use xxhash_rust::xxh3::Xxh3;

/// Who may be seen, and a name for that. What a question finds, counts or compares with is cut to it.
#[derive(Debug)]
pub(crate) struct Visible {
    /// `None` is all.
    cut: Option<Cut>,
    id: String,
}

#[derive(Debug)]
struct Cut {
    /// Samples, and behind them individuals without samples.
    subjects: SampleSet,
    samples: SampleSet,
    individuals: SampleSet,
    /// By part, whether anybody of its samples is among them.
    parts: Vec<bool>,
    /// By batch those that have one of the samples in common with it, ascending.
    sharing: Vec<Vec<u32>>,
}

impl Visible {
    /// All of a state.
    pub(super) fn whole(opened: &Opened) -> Self {
        Self {
            cut: None,
            id: opened.manifest().snapshot.clone(),
        }
    }

    /// All but some subjects, and all other samples of the same individuals.
    pub(super) fn without(opened: &Opened, hidden: SampleSet) -> Result<Self> {
        let all = Subjects::numbered(opened);
        let samples = all.closed_over_people(all.samples_in(&hidden))?;
        let hidden = hidden.union(&samples);
        let subjects = all.everyone().difference(&hidden);
        let mut individuals = SampleSet::full(opened.people().map_or(0, People::len));
        for subject in hidden.iter() {
            if let Some(individual) = all.individual(subject)? {
                individuals.remove(individual);
            }
        }
        let mut hash = Xxh3::new();
        for subject in hidden.iter() {
            hash.update(&subject.to_le_bytes());
        }
        let samples = all.samples_in(&subjects);
        let mut parts = Vec::new();
        for part in opened.parts() {
            let members = Members::of(opened.segment(part)?);
            parts.push(members.count() == 0 || members.count_in(&samples) > 0);
        }
        let batches = opened.batches()?;
        let mut members = Vec::new();
        for batch in (0..).take(batches.len()) {
            let first = batches.parts(batch).first();
            members.push(match first.and_then(|&part| opened.parts().get(part)) {
                Some(part) => {
                    let all = Members::of(opened.segment(part)?);
                    all.iter()
                        .filter(|sample| samples.contains(*sample))
                        .collect()
                }
                None => Vec::new(),
            });
        }
        let members: Vec<Members<'_>> = members
            .iter()
            .map(|of: &Vec<u32>| Members::List(of))
            .collect();
        Ok(Self {
            id: format!("{}-{:016x}", opened.manifest().snapshot, hash.digest()),
            cut: Some(Cut {
                samples,
                sharing: sharing(&members),
                parts,
                subjects,
                individuals,
            }),
        })
    }

    /// Names the state and who of it may be seen.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whether all may be seen: then what is stored of all is the answer.
    pub(super) fn is_whole(&self) -> bool {
        self.cut.is_none()
    }

    /// Whether somebody of a part may be seen, or it has no samples: else nothing of it is.
    pub(super) fn has_part(&self, part: usize) -> bool {
        let cut = self.cut.as_ref();
        cut.is_none_or(|cut| cut.parts.get(part).is_none_or(|seen| *seen))
    }

    /// The batches that have a sample in common with this one, by those who may be seen; `None` is by all.
    pub(super) fn sharing(&self, batch: u32) -> Option<&[u32]> {
        let cut = self.cut.as_ref()?;
        Some(cut.sharing.get(batch as usize).map_or(&[], Vec::as_slice))
    }

    /// The subjects; `None` is all.
    pub(super) fn subjects(&self) -> Option<&SampleSet> {
        self.cut.as_ref().map(|cut| &cut.subjects)
    }

    /// The samples; `None` is all.
    pub(super) fn samples(&self) -> Option<&SampleSet> {
        self.cut.as_ref().map(|cut| &cut.samples)
    }

    /// The individuals; `None` is all.
    pub(super) fn individuals(&self) -> Option<&SampleSet> {
        self.cut.as_ref().map(|cut| &cut.individuals)
    }
}
