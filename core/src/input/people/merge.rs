//! Who is the same person: the same id, whatever file tells of it; an id that is unique within a
//! family only is one of that family.

use super::families::Families;
use super::individual::Told;
use super::notes::Notes;
use crate::model::{Kin, Person, SampleNameKind};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt::Debug;

const CONTRADICTION: &str = "a person of whom two things are told: the first is kept";
const SHARED: &str =
    "ids of subjects are shared by several packets: people go by the ids of their packets";
const FAMILIES: &str = "an id that several families have: its people go by FAMILY:ID";
const WHICH: &str = "an id that several families have, told without a family: somebody else";

/// Collects people.
#[derive(Default)]
pub(super) struct Merger {
    people: Vec<Person>,
    /// Where each was met first.
    places: Vec<String>,
    /// The family within which the id of each holds.
    families: Vec<String>,
    /// By id and family.
    numbers: HashMap<(String, String), usize>,
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
        let packets_of = self.packets(by_subject, notes);
        self.distinguish(&packets_of, notes);
        for person in &mut self.people {
            person.sample_names.sort_by_key(|(kind, _)| *kind);
            once(&mut person.sample_names);
            once(&mut person.populations);
            once(&mut person.cohorts);
            once(&mut person.collections);
        }
        self.people
    }

    /// Takes the packets. Where people go by their ids: the packet of each subject of a family.
    fn packets(
        &mut self,
        by_subject: Option<bool>,
        notes: &mut Notes,
    ) -> HashMap<(String, String), String> {
        let packets = std::mem::take(&mut self.packets);
        let mut first: HashMap<&str, &str> = HashMap::new();
        let mut shared: HashSet<String> = HashSet::new();
        for told in &packets {
            let packet = told.packet.as_deref().unwrap_or_default();
            if *first.entry(&told.person.id).or_insert(packet) != packet {
                shared.insert(told.person.id.clone());
            }
        }
        drop(first);
        let by_subject = by_subject.unwrap_or(shared.is_empty());
        let mut packets_of = HashMap::new();
        for mut told in packets {
            let own = told.packet.take();
            if let Some(packet) = own.filter(|_| !by_subject) {
                let subject = std::mem::replace(&mut told.person.id, packet.clone());
                if shared.contains(&subject) {
                    notes.warn(SHARED, || format!("{}: {subject}", told.place));
                    let names = &mut told.person.sample_names;
                    names.retain(|(kind, _)| *kind != SampleNameKind::Individual);
                }
                let family = std::mem::take(&mut told.family);
                if !family.is_empty() {
                    packets_of.entry((subject, family)).or_insert(packet);
                }
            }
            self.take(told, notes);
        }
        packets_of
    }

    fn take(&mut self, told: Told, notes: &mut Notes) {
        match self.numbers.entry((told.person.id.clone(), told.family)) {
            Entry::Vacant(vacant) => {
                self.families.push(vacant.key().1.clone());
                vacant.insert(self.people.len());
                self.people.push(told.person);
                self.places.push(told.place);
            }
            Entry::Occupied(known) => {
                let number = *known.get();
                if let (Some(person), Some(place)) =
                    (self.people.get_mut(number), self.places.get(number))
                {
                    both(person, told.person, (place, &told.place), notes);
                }
            }
        }
    }

    /// Gives everybody the id by which they go, and puts together who goes by the same.
    fn distinguish(&mut self, packets_of: &HashMap<(String, String), String>, notes: &mut Notes) {
        let mut families = Families::default();
        for (person, family) in self.people.iter().zip(&self.families) {
            families.add(family, &person.id);
        }
        let name = |family: &str, id: &str| match packets_of.is_empty() {
            true => None,
            false => packets_of.get(&(id.to_owned(), family.to_owned())).cloned(),
        };
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut people: Vec<Person> = Vec::with_capacity(self.people.len());
        let mut places: Vec<String> = Vec::with_capacity(self.people.len());
        let all = std::mem::take(&mut self.people).into_iter();
        let of = std::mem::take(&mut self.places)
            .into_iter()
            .zip(&self.families);
        for (mut person, (place, family)) in all.zip(of) {
            if let Some(kin) = &mut person.kin {
                for parent in [&mut kin.father, &mut kin.mother].into_iter().flatten() {
                    if let Some(packet) = name(family, parent) {
                        *parent = packet;
                    } else {
                        *parent = families.name(family, parent);
                    }
                }
            }
            if let Some(packet) = name(family, &person.id) {
                person.sample_names.clear();
                person.id = packet;
            } else if families.several(&person.id) {
                rename(&mut person, family, &families, &place, notes);
            }
            match numbers.entry(person.id.clone()) {
                Entry::Vacant(vacant) => {
                    vacant.insert(people.len());
                    people.push(person);
                    places.push(place);
                }
                Entry::Occupied(known) => {
                    let number = *known.get();
                    if let (Some(known), Some(first)) = (people.get_mut(number), places.get(number))
                    {
                        both(known, person, (first, &place), notes);
                    }
                }
            }
        }
        self.people = people;
    }
}

/// Somebody by an id that several families have.
fn rename(person: &mut Person, family: &str, families: &Families, place: &str, notes: &mut Notes) {
    let own = |(kind, name): &mut (SampleNameKind, String)| {
        *kind == SampleNameKind::Individual && *name == person.id
    };
    if family.is_empty() {
        return notes.warn(WHICH, || format!("{place}: {}", person.id));
    }
    // their sample is not named by what others go by, too; PLINK joins both
    let plink = format!("{family}_{}", person.id);
    person.sample_names.retain_mut(|name| !own(name));
    person
        .sample_names
        .push((SampleNameKind::Individual, plink));
    person.id = families.name(family, &person.id);
    notes.warn(FAMILIES, || format!("{place}: {}", person.id));
}

/// Puts what more is told of a person to what is known.
fn both(person: &mut Person, more: Person, places: (&str, &str), notes: &mut Notes) {
    notes.merged += 1;
    let mut both = Both {
        id: person.id.clone(),
        places,
        notes,
    };
    merge(person, more, &mut both);
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
