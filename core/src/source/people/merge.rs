//! Who is the same person: the same id, whatever file tells of it.

use super::individual::Told;
use super::notes::Notes;
use super::record::{Kin, Person, SampleNameKind};
use std::collections::{HashMap, HashSet};
use std::fmt::Debug;

const CONTRADICTION: &str = "a person of whom two things are told: the first is kept";
const SHARED: &str =
    "ids of subjects are shared by several packets: people go by the ids of their packets";

/// Collects people.
#[derive(Default)]
pub(super) struct Merger {
    people: Vec<Person>,
    /// Where each was met first.
    places: Vec<String>,
    numbers: HashMap<String, usize>,
    /// Of packets it is known at the end only by which id people go.
    packets: Vec<Told>,
}

impl Merger {
    pub(super) fn add(&mut self, told: Told, notes: &mut Notes) {
        if told.packet.is_some() {
            self.packets.push(told);
        } else {
            self.take(told, notes);
        }
    }

    /// Everybody. `by_subject` says by which id people of packets go; where it does not, they go by
    /// their subject's, unless two packets share one: then `Patient 1` is likely to be somebody else
    /// in each.
    pub(super) fn finish(mut self, by_subject: Option<bool>, notes: &mut Notes) -> Vec<Person> {
        let packets = std::mem::take(&mut self.packets);
        let mut packets_of: HashMap<&str, &str> = HashMap::new();
        let mut shared: HashSet<String> = HashSet::new();
        for told in &packets {
            let packet = told.packet.as_deref().unwrap_or_default();
            if *packets_of.entry(&told.person.id).or_insert(packet) != packet {
                shared.insert(told.person.id.clone());
            }
        }
        drop(packets_of);
        let by_subject = by_subject.unwrap_or(shared.is_empty());
        for mut told in packets {
            let own = told.packet.take();
            if let Some(packet) = own.filter(|_| !by_subject) {
                if shared.contains(&told.person.id) {
                    notes.warn(SHARED, || format!("{}: {}", told.place, told.person.id));
                    let names = &mut told.person.sample_names;
                    names.retain(|(kind, _)| *kind != SampleNameKind::Individual);
                }
                told.person.id = packet;
            }
            self.take(told, notes);
        }
        for person in &mut self.people {
            person.sample_names.sort_by_key(|(kind, _)| *kind);
            once(&mut person.sample_names);
            once(&mut person.populations);
            once(&mut person.cohorts);
            once(&mut person.collections);
        }
        self.people
    }

    fn take(&mut self, told: Told, notes: &mut Notes) {
        let Some(number) = self.numbers.get(&told.person.id).copied() else {
            self.numbers
                .insert(told.person.id.clone(), self.people.len());
            self.people.push(told.person);
            self.places.push(told.place);
            return;
        };
        notes.merged += 1;
        let (Some(person), Some(place)) = (self.people.get_mut(number), self.places.get(number))
        else {
            return;
        };
        let mut both = Both {
            id: person.id.clone(),
            places: (place, &told.place),
            notes,
        };
        merge(person, told.person, &mut both);
    }
}

/// Two tellings of one person.
struct Both<'b> {
    id: String,
    places: (&'b str, &'b str),
    notes: &'b mut Notes,
}

impl Both<'_> {
    fn one<T: PartialEq + Debug>(&mut self, what: &str, known: &mut Option<T>, more: Option<T>) {
        match (&*known, more) {
            (_, None) => {}
            (None, more) => *known = more,
            (Some(known), Some(more)) if *known == more => {}
            (Some(known), Some(more)) => {
                let (first, second) = self.places;
                self.notes.warn(CONTRADICTION, || {
                    let id = super::notes::short(&self.id);
                    format!("{first} and {second}: {id}: {what} {known:?} and {more:?}")
                });
            }
        }
    }
}

fn merge(person: &mut Person, more: Person, both: &mut Both<'_>) {
    both.one("sex", &mut person.sex, more.sex);
    both.one("karyotype", &mut person.karyotype, more.karyotype);
    // a code and its label tell of one country
    let same = person.country.as_ref().zip(more.country.as_ref());
    if !same.is_some_and(|(one, other)| !one.label.is_empty() && one.label == other.label) {
        both.one("country", &mut person.country, more.country);
    }
    both.one("birth", &mut person.birth, more.birth);
    both.one("age", &mut person.age, more.age);
    both.one("deceased", &mut person.deceased, more.deceased);
    match (&mut person.kin, more.kin) {
        (_, None) => {}
        (Some(kin), Some(more)) => merge_kin(kin, more, both),
        (kin, more) => *kin = more,
    }
    person.sample_names.extend(more.sample_names);
    person.populations.extend(more.populations);
    person.cohorts.extend(more.cohorts);
    person.collections.extend(more.collections);
    person.records.extend(more.records);
}

fn merge_kin(kin: &mut Kin, more: Kin, both: &mut Both<'_>) {
    let mut family = Some(std::mem::take(&mut kin.family)).filter(|family| !family.is_empty());
    let other = Some(more.family).filter(|family| !family.is_empty());
    both.one("family", &mut family, other);
    kin.family = family.unwrap_or_default();
    both.one("father", &mut kin.father, more.father);
    both.one("mother", &mut kin.mother, more.mother);
    both.one("affected", &mut kin.affected, more.affected);
}

/// Keeps the first of what is the same.
fn once<T: Clone + Eq + std::hash::Hash>(list: &mut Vec<T>) {
    if list.len() > 1 {
        let mut seen = HashSet::new();
        list.retain(|one| seen.insert(one.clone()));
    }
}
