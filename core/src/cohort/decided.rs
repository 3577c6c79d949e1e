//! Who may be seen by the newest decisions of people: read again where their file has changed, which one look at it says.

use super::hidden::{Found, Kept};
use super::{Dataset, Opened, Visible};
use crate::cohort::consent::{Asked, Decisions, is_out_for_good};
use crate::error::{Error, Result};
use crate::format::{Lock, Stamp};
use crate::model::Access;
use crate::model::{Date, DecidedBy, Purpose, now};
use crate::set::SampleSet;
use crate::store::decisions::{
    AccessNote, DECISIONS_LOCK, End, Entry, Frame, append, cut, read, stamp,
};
use crate::store::lock_file;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Views that are kept: of so many askers.
const VIEWS_MAX: usize = 16;

/// The decisions that a dataset's state is seen by.
#[derive(Debug, Default)]
pub(crate) struct Decided(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    stamp: Option<Stamp>,
    end: Option<End>,
    known: Known,
    views: Vec<Kept>,
    /// That decisions by purpose are there, for who names none.
    note: Option<Arc<str>>,
}

/// What was decided, and by whom of the state.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) decisions: Decisions,
    /// Who each of those who decided is, in their order.
    pub(super) deciders: BTreeMap<DecidedBy, Decider>,
    /// Who was erased since this state was made: whoever opened it before still has its files.
    pub(super) erased: Vec<Decider>,
}

/// Who may be seen, and what who asks should know of that.
pub(super) type Seen = (Arc<Visible>, Option<Arc<str>>);

/// Who decided, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decider {
    Individual(u32),
    Sample(u32),
    /// Nobody of this state: somebody who is to come, or an id that was written wrongly.
    Unknown,
}

impl Dataset {
    /// Who may be seen by who asks.
    pub(super) fn visible(&self, access: &Access) -> Result<Seen> {
        if !self.manifest().decisions {
            return Ok((Arc::new(Visible::whole(self)), None));
        }
        if access.is_noted() {
            self.note(access)?;
        }
        let mut state = self
            .decided()
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.refresh(self)?;
        let note = state.note.clone().filter(|_| access.purpose.is_none());
        let asked = Asked::of(access, Date::today());
        Ok((state.visible(self, asked)?, note))
    }

    /// How many samples the holder sees for a purpose.
    pub(crate) fn samples_for(&self, purpose: Option<Purpose>) -> Result<u64> {
        let access = Access {
            purpose,
            ..Access::holder()
        };
        let (visible, _) = self.visible(&access)?;
        let all = || u64::from(self.universe());
        Ok(visible.samples().map_or_else(all, SampleSet::len))
    }

    /// Writes down that somebody sees what others may not.
    fn note(&self, access: &Access) -> Result<()> {
        let _lock = lock_decisions(self)?;
        let mut decisions = Decisions::default();
        let end = read_into(self, None, &mut decisions)?;
        let frame = Frame {
            recorded: now().max(decisions.last_recorded),
            entries: vec![Entry::Access(AccessNote {
                purpose: access.purpose,
                permit_date: access.permit_date,
                is_override: access.national_override,
                known_at: access.known_at,
            })],
        };
        append(self.folder(), end, &frame).map(drop)
    }
}

/// The right to write decisions.
pub(crate) fn lock_decisions(opened: &Opened) -> Result<Lock> {
    lock_file(opened.folder(), DECISIONS_LOCK)
}

/// Adds what stands behind an end; the new end.
pub(crate) fn read_into(
    opened: &Opened,
    from: Option<End>,
    decisions: &mut Decisions,
) -> Result<End> {
    let found = read(opened.folder(), from)?;
    for frame in found.frames {
        decisions.add(frame);
    }
    Ok(found.end)
}

/// What frames add to what is known.
#[derive(Default)]
struct Changes {
    /// Who decided something.
    by: BTreeSet<DecidedBy>,
    /// Whether anything else changes who may be seen.
    others: bool,
}

impl Changes {
    fn note(&mut self, frame: &Frame) {
        for entry in &frame.entries {
            match entry {
                Entry::Decision(decision) => {
                    self.by.insert(decision.by.clone());
                }
                Entry::Access(_) => {}
                Entry::Setting(_) | Entry::Erased(_) | Entry::Readmitted(_) => self.others = true,
            }
        }
    }
}

impl State {
    /// Reads what was decided since the last look.
    fn refresh(&mut self, opened: &Opened) -> Result<()> {
        let found = stamp(opened.folder())?;
        if found.is_some() && found == self.stamp {
            return Ok(());
        }
        // another file, or one that was cut, is read from its beginning
        let same = self.stamp.zip(found);
        let grew = same.is_some_and(|(old, new)| old.file == new.file && old.len <= new.len);
        if !grew {
            *self = Self::default();
        }
        let read = match read(opened.folder(), self.end) {
            // what was read last may have been cut off again by its writer, who could not sync it
            Err(Error::Damaged(_)) if self.end.is_some() => {
                *self = Self::default();
                read(opened.folder(), None)?
            }
            read => read?,
        };
        let mut changes = Changes::default();
        for frame in read.frames {
            changes.note(&frame);
            self.known.decisions.add(frame);
        }
        let (known, found_erased) = (opened.manifest().erased, self.known.decisions.erased_ids());
        if found_erased < known {
            return Err(cut(opened.folder(), known, found_erased));
        }
        if let Err(fault) = self.take(opened, changes) {
            // what was added once must not be added again
            *self = Self::default();
            return Err(fault);
        }
        self.end = Some(read.end);
        self.stamp = found;
        Ok(())
    }

    /// Finds who decided, and what that changes.
    fn take(&mut self, opened: &Opened, changes: Changes) -> Result<()> {
        let Known {
            decisions,
            deciders: known,
            erased: gone,
        } = &mut self.known;
        let new: Vec<&DecidedBy> = changes
            .by
            .iter()
            .filter(|by| !known.contains_key(by))
            .collect();
        let numbers = deciders(opened, &new)?;
        let new: Vec<DecidedBy> = new.into_iter().cloned().collect();
        known.extend(new.into_iter().zip(numbers));
        if changes.others {
            *gone = erased(opened, decisions)?;
            self.views.clear();
        }
        self.views.retain_mut(|view| view.note(changes.by.iter()));
        let purposes: Vec<&str> = decisions.purposes().map(Purpose::name).collect();
        self.note = (!purposes.is_empty()).then(|| {
            Arc::from(format!(
                "decisions about purposes are not applied, for none is named: there are some about {}",
                purposes.join(", ")
            ))
        });
        Ok(())
    }

    /// Who may be seen by who asks, as it was kept or anew.
    fn visible(&mut self, opened: &Opened, asked: Asked) -> Result<Arc<Visible>> {
        let kept = self.views.iter().position(|kept| kept.asked == asked);
        let view = match kept.map(|at| self.views.remove(at)) {
            Some(kept) => kept.with_changes(opened, &self.known)?,
            None => Kept::of(opened, &self.known, asked)?,
        };
        let visible = Arc::clone(&view.visible);
        if self.views.len() >= VIEWS_MAX {
            self.views.remove(0);
        }
        self.views.push(view);
        Ok(visible)
    }
}

/// Who has these ids. The id of an individual may be the name of a sample of whom no individual is known.
pub(crate) fn deciders(opened: &Opened, by: &[&DecidedBy]) -> Result<Vec<Decider>> {
    let individuals = by.iter().filter_map(|by| match by {
        DecidedBy::Individual(id) => Some(id.as_str()),
        DecidedBy::Sample(_) => None,
    });
    let known = individuals_of_ids(opened, individuals)?;
    let mut found = Vec::with_capacity(by.len());
    for by in by {
        let individual = match by {
            DecidedBy::Individual(id) => known.get(id.as_str()).copied(),
            DecidedBy::Sample(_) => None,
        };
        found.push(match individual {
            Some(individual) => Decider::Individual(individual),
            None => match opened.samples().number(by.id())? {
                Some(sample) => Decider::Sample(sample),
                None => Decider::Unknown,
            },
        });
    }
    Ok(found)
}

/// So many ids are looked for by the samples of the same name, which have an index.
const FEW: usize = 64;

/// The individuals that have ids, by id.
fn individuals_of_ids<'a>(
    opened: &Opened,
    ids: impl Iterator<Item = &'a str>,
) -> Result<HashMap<&'a str, u32>> {
    let mut wanted: Vec<&str> = ids.collect();
    let mut found = HashMap::new();
    let Some(people) = opened.people() else {
        return Ok(found);
    };
    if wanted.len() <= FEW {
        let mut left = Vec::new();
        for id in wanted {
            let sample = opened.samples().number(id)?;
            let individual = match sample {
                Some(sample) => opened.sample_table().individual_of(sample)?,
                None => None,
            };
            match individual {
                Some(individual) if people.id_of(individual)? == id => {
                    found.insert(id, individual);
                }
                _ => left.push(id),
            }
        }
        wanted = left;
    }
    if !wanted.is_empty() {
        people.find_all(&wanted, &mut found)?;
    }
    Ok(found)
}

/// Who of a state was erased since it was made.
fn erased(opened: &Opened, decisions: &Decisions) -> Result<Vec<Decider>> {
    let mut found = Vec::new();
    if decisions.erased_ids() <= opened.manifest().erased {
        return Ok(found);
    }
    for (sample, name) in (0..).zip(opened.samples().all()?) {
        if decisions.erased(name).is_some() {
            found.push(Decider::Sample(sample));
        }
    }
    if let Some(people) = opened.people() {
        for individual in people.all()?.iter() {
            if decisions.erased(people.id(individual)?).is_some() {
                found.push(Decider::Individual(individual));
            }
        }
    }
    Ok(found)
}

/// Who withdrew for good as of today, from all purposes and at once, or was erased since the state was made.
pub(crate) fn withdrawn(opened: &Opened, decisions: &Decisions) -> Result<SampleSet> {
    let asked = Asked::today(None, Date::today());
    let all = decisions.by();
    let out = all.filter(|(_, all)| is_out_for_good(all, &asked));
    let out: Vec<&DecidedBy> = out.map(|(by, _)| by).collect();
    let deciders = deciders(opened, &out)?;
    let erased = erased(opened, decisions)?;
    Found::of(opened, deciders.into_iter().chain(erased)).subjects(opened)
}
