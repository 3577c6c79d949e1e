//! Who may be seen of a dataset.

use super::kept::Room;
use super::{BatchScope, Members, Opened, Subjects, sharing};
use crate::error::{Error, Result};
use crate::set::SampleSet;
use crate::store::Segment;
use crate::store::individuals::{People, Seen};
use std::sync::OnceLock;
use xxhash_rust::xxh3::Xxh3;

/// So many bytes of numbers are hashed at once.
const HASHED: usize = 4096;

/// Who may be seen, and a name for that. What a question finds, counts or compares with is cut to it.
#[derive(Debug)]
pub(crate) struct Visible {
    /// `None` is all.
    cut: Option<Cut>,
    id: String,
    /// Why nobody is seen.
    fault: Option<Error>,
}

#[derive(Debug)]
struct Cut {
    /// Samples, and behind them individuals without samples.
    subjects: SampleSet,
    samples: SampleSet,
    /// The samples that are not seen.
    hidden: SampleSet,
    individuals: SampleSet,
    /// How many records they have; counted when they are first asked for.
    records: OnceLock<u32>,
    /// The terms recorded of them; found when they are first asked for.
    codings: OnceLock<Codings>,
    /// By part, whether anybody of its samples is among them.
    parts: Vec<bool>,
    /// By part, of whom of it is counted; made when it is first asked for.
    scopes: Vec<OnceLock<BatchScope>>,
    /// By batch those that have one of the samples in common with it, ascending.
    sharing: Vec<Vec<u32>>,
    /// By contig the rows that may be seen; counted when they are first asked for.
    rows: OnceLock<Vec<u64>>,
    room: Room,
}

/// The terms recorded of those who may be seen, and how often each is of the others.
#[derive(Debug)]
struct Codings {
    seen: SampleSet,
    hidden: Vec<u64>,
}

impl Codings {
    fn new(people: &People, hidden: Vec<u64>) -> Result<Self> {
        Ok(Self {
            seen: people.codings_but(&hidden)?,
            hidden,
        })
    }

    /// Where some are not seen any more, and others are again.
    fn turned(&self, people: &People, gone: &[u32], back: &[u32]) -> Result<Self> {
        let mut hidden = self.hidden.clone();
        let (gone, back) = (gone.iter().copied(), back.iter().copied());
        people.count_codings(gone, |count| count.wrapping_add(1), &mut hidden)?;
        people.count_codings(back, |count| count.wrapping_sub(1), &mut hidden)?;
        Self::new(people, hidden)
    }
}

impl Visible {
    /// All of a state.
    pub(super) fn whole(opened: &Opened) -> Self {
        Self {
            cut: None,
            id: opened.manifest().snapshot.clone(),
            fault: None,
        }
    }

    /// Nobody, where it cannot be known who may be seen.
    pub(super) fn nobody(opened: &Opened, fault: Error) -> Self {
        Self {
            id: format!("{}-nobody", opened.manifest().snapshot),
            fault: Some(fault),
            cut: Some(Cut {
                subjects: SampleSet::new(),
                samples: SampleSet::new(),
                hidden: SampleSet::full(opened.universe()),
                individuals: SampleSet::new(),
                records: OnceLock::from(0),
                codings: OnceLock::new(),
                parts: vec![false; opened.parts().len()],
                scopes: opened.parts().iter().map(|_| OnceLock::new()).collect(),
                sharing: Vec::new(),
                rows: OnceLock::new(),
                room: Room::default(),
            }),
        }
    }

    /// Why nobody is seen, where that is a fault.
    pub(super) fn check(&self) -> Result<()> {
        match &self.fault {
            None => Ok(()),
            Some(fault) => Err(fault.again()),
        }
    }

    /// All but some subjects. Of somebody of whom a sample is still seen the samples alone are hidden, and what was
    /// recorded of the person is seen; whoever has no other sample, or is named without one, is hidden whole.
    pub(super) fn without(opened: &Opened, hidden: SampleSet) -> Result<Self> {
        let all = Subjects::numbered(opened);
        let subjects = all.everyone()?.difference(&hidden);
        let unseen = all.individuals_of(&hidden)?;
        let left = all.of_individuals(&unseen)?.intersection(&subjects);
        let unseen = unseen.difference(&all.individuals_of(&left)?);
        let individuals = match opened.people() {
            Some(people) => people.all()?.difference(&unseen),
            None => SampleSet::new(),
        };
        Self::cut(opened, &hidden, (subjects, individuals), OnceLock::new())
    }

    /// The same as with other subjects hidden, where few of them are turned: hidden and seen before, or seen and hidden
    /// before.
    pub(super) fn turned(
        &self,
        opened: &Opened,
        hidden: &SampleSet,
        turned: &[u32],
    ) -> Result<Self> {
        let Some(known) = &self.cut else {
            return Self::without(opened, hidden.clone());
        };
        let all = Subjects::numbered(opened);
        let (mut subjects, mut individuals) = (known.subjects.clone(), known.individuals.clone());
        let everyone = all.everyone()?;
        for &subject in turned {
            match hidden.contains(subject) || !everyone.contains(subject) {
                true => subjects.remove(subject),
                false => subjects.insert(subject),
            };
        }
        let (mut gone, mut back) = (Vec::new(), Vec::new());
        for &subject in turned {
            let Some(individual) = all.individual(subject)? else {
                continue;
            };
            let is_seen = !all.of_individual(individual)?.is_disjoint(&subjects);
            let is_turned = match is_seen {
                true => individuals.insert(individual),
                false => individuals.remove(individual),
            };
            match is_seen {
                _ if !is_turned => {}
                true => back.push(individual),
                false => gone.push(individual),
            }
        }
        let codings = match (known.codings.get(), opened.people()) {
            (Some(codings), Some(people)) => OnceLock::from(codings.turned(people, &gone, &back)?),
            _ => OnceLock::new(),
        };
        Self::cut(opened, hidden, (subjects, individuals), codings)
    }

    /// What else is known of who may be seen.
    fn cut(
        opened: &Opened,
        hidden: &SampleSet,
        (subjects, individuals): (SampleSet, SampleSet),
        codings: OnceLock<Codings>,
    ) -> Result<Self> {
        let all = Subjects::numbered(opened);
        let samples = all.samples_in(&subjects);
        let mut parts = Vec::new();
        for part in opened.parts() {
            let members = Members::of(opened.segment(part)?);
            parts.push(members.count() == 0 || members.has_any_in(&samples));
        }
        Ok(Self {
            fault: None,
            id: format!("{}-{:016x}", opened.manifest().snapshot, hash_of(hidden)),
            cut: Some(Cut {
                sharing: sharing_seen(opened, &samples)?,
                rows: OnceLock::new(),
                room: Room::default(),
                hidden: SampleSet::full(opened.universe()).difference(&samples),
                samples,
                records: OnceLock::new(),
                codings,
                scopes: parts.iter().map(|_| OnceLock::new()).collect(),
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

    /// Of whom of a part is counted.
    pub(super) fn scope(&self, part: usize, segment: &Segment) -> BatchScope {
        let Some(cut) = &self.cut else {
            return BatchScope::Whole;
        };
        let new = || BatchScope::of_view((&cut.samples, &cut.hidden), segment, &cut.room);
        let scope = cut.scopes.get(part);
        scope.map_or_else(new, |scope| scope.get_or_init(new).clone())
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

    /// How many records those have who may be seen.
    pub(super) fn records(&self, people: Option<&People>) -> Result<u32> {
        let (Some(cut), Some(people)) = (&self.cut, people) else {
            return Ok(people.map_or(0, People::events));
        };
        match cut.records.get() {
            Some(known) => Ok(*known),
            None => {
                let found = people.events_of_some(&cut.individuals)?;
                Ok(*cut.records.get_or_init(|| found))
            }
        }
    }

    /// Of whom records may be read, and what was recorded of them; `None` is of all.
    pub(super) fn seen(&self, people: &People) -> Result<Option<Seen<'_>>> {
        let Some(cut) = &self.cut else {
            return Ok(None);
        };
        let codings = match cut.codings.get() {
            Some(known) => known,
            None => {
                let mut counts = Vec::new();
                let hidden = people.all()?.difference(&cut.individuals);
                people.count_codings(hidden.iter(), |count| count.wrapping_add(1), &mut counts)?;
                let found = Codings::new(people, counts)?;
                cut.codings.get_or_init(|| found)
            }
        };
        Ok(Some(Seen {
            individuals: &cut.individuals,
            codings: &codings.seen,
        }))
    }

    /// Where the rows that may be seen are kept, by contig; `None` where all may be.
    pub(super) fn rows(&self) -> Option<&OnceLock<Vec<u64>>> {
        self.cut.as_ref().map(|cut| &cut.rows)
    }

    /// The individuals; `None` is all.
    pub(super) fn individuals(&self) -> Option<&SampleSet> {
        self.cut.as_ref().map(|cut| &cut.individuals)
    }
}

/// What names some subjects.
fn hash_of(subjects: &SampleSet) -> u64 {
    let mut hash = Xxh3::new();
    let mut bytes = Vec::with_capacity(HASHED);
    subjects.for_each_in(0..u32::MAX, |subject| {
        if bytes.len() == HASHED {
            hash.update(&bytes);
            bytes.clear();
        }
        bytes.extend(subject.to_le_bytes());
    });
    hash.update(&bytes);
    hash.digest()
}

/// By batch those that have one of some samples in common with it.
fn sharing_seen(opened: &Opened, samples: &SampleSet) -> Result<Vec<Vec<u32>>> {
    let batches = opened.batches()?;
    let numbers = || (0..).take(batches.len());
    // who has nothing in common has not with fewer samples
    if numbers().all(|batch| batches.sharing(batch).is_empty()) {
        return Ok(vec![Vec::new(); batches.len()]);
    }
    let mut members: Vec<Vec<u32>> = Vec::new();
    for batch in numbers() {
        let first = batches.parts(batch).first();
        let part = first.and_then(|&part| opened.parts().get(part));
        members.push(match part.filter(|_| !batches.sharing(batch).is_empty()) {
            Some(part) => {
                let all = Members::of(opened.segment(part)?);
                let seen = all.iter().filter(|sample| samples.contains(*sample));
                seen.collect()
            }
            None => Vec::new(),
        });
    }
    let members: Vec<Members<'_>> = members.iter().map(|of| Members::List(of)).collect();
    Ok(sharing(&members))
}
