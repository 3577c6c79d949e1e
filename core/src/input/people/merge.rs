//! Who is the same person: the same id, whatever file describes it; an id that is unique within a
//! family only is one of that family.
//!
//! What is recorded of people is as long as the files, and kept outside of the memory: in memory are ids, and
//! who goes by which. A record is put to what is known of its person when all of them are at hand, one person
//! after the other.

use super::families::Several;
use super::free::{Attributes, Named, Typed};
use super::individual::Reported;
use super::notes::{Notes, Time};
use super::sample_facts::SampleFacts;
use crate::error::{Error, Result};
use crate::format::{Folder, is_plain, plain, unnamed_failed};
use crate::model::{AttributeValue, Kin, Person, SampleNameKind};
use crate::store::Texts;
use crate::store::individuals::{Codings, Event, INDIVIDUALS_MAX, pack_person, pack_text};
use crate::store::log::Log;
use std::collections::{HashMap, HashSet};
use std::fmt::Debug;

const CONTRADICTION: &str = "a person of whom two things are said: the first is kept";
/// The same of what decides about genotypes.
pub(crate) const TWO_SEXES: &str =
    "a person of whom two sexes or karyotypes are recorded: the first is kept";
const SHARED: &str =
    "ids of subjects are shared by several packets: people go by the ids of their packets";
const FAMILIES: &str = "an id that several families have: its people go by FAMILY:ID";
const WHICH: &str = "an id that several families have, given without a family: somebody else";

/// Ids, and codings: they stay in memory, and have numbers. Tests have no time for so many.
const IDS_MAX: u32 = if cfg!(test) { 1 << 16 } else { INDIVIDUALS_MAX };

/// Nobody, by number.
pub(super) const NOBODY: u32 = u32::MAX;

/// An id and the family within which it holds, as the numbers of their texts.
type Pair = (u32, u32);

/// Collects what is recorded of people.
#[derive(Debug)]
pub(super) struct Merger<'f> {
    folder: Option<&'f Folder>,
    texts: Texts,
    /// Pairs of id and family, in the order of their first mention: somebody each.
    pairs: Texts,
    /// Of packets it is known at the end only by which id people go: subject, packet and family of each.
    packets: Vec<(u32, u32, u32)>,
    codings: Codings,
    /// Free attributes of people.
    free: Attributes,
    /// What is said of samples.
    samples: SampleFacts,
    /// What records that are no packets say, each behind the number of its pair.
    log: Log,
    /// What packets say, by their numbers.
    packet_log: Log,
}

impl<'f> Merger<'f> {
    pub(super) fn new(folder: Option<&'f Folder>) -> Self {
        Self {
            folder,
            texts: Texts::default(),
            pairs: Texts::default(),
            packets: Vec::new(),
            free: Attributes::default(),
            samples: SampleFacts::new(folder),
            codings: Codings::default(),
            log: Log::new(folder),
            packet_log: Log::new(folder),
        }
    }

    /// A header names a free attribute of people.
    pub(super) fn declare(&mut self, named: &Named, place: &str) -> Result<()> {
        self.free.declare(named, place)
    }

    /// Adds what a record says of somebody.
    pub(super) fn add(&mut self, mut reported: Reported, notes: &mut Notes) -> Result<()> {
        for said in std::mem::take(&mut reported.samples) {
            let added = self.samples.add(said, &reported.place, false);
            added.map_err(|failed| failed.into_error(self.folder))?;
        }
        for said in std::mem::take(&mut reported.free) {
            let value = self.free.add(said, &reported.place)?;
            keep_free(&mut reported.person, value, |what| {
                notes.warn(CONTRADICTION, || format!("{}: {what}", reported.place));
            });
        }
        let id = self.texts.add(reported.person.id.as_bytes());
        let family = self.texts.add(reported.family.as_bytes());
        self.check_ids(&reported.place)?;
        let mut of = None;
        let log = match &reported.packet {
            Some(packet) => {
                let packet = self.texts.add(packet.as_bytes());
                self.packets.push((id, packet, family));
                &mut self.packet_log
            }
            None => {
                of = Some(self.pairs.add(&bytes_of((id, family))));
                &mut self.log
            }
        };
        let codings = &mut self.codings;
        let pushed = log.push(|out| {
            if let Some(pair) = of {
                out.extend(pair.to_le_bytes());
            }
            pack_text(&reported.place, out);
            pack_person(&reported.person, out);
            for record in &reported.person.records {
                Event::of(record, codings).pack(out);
            }
        });
        notes.now = Time::Reading(self.log.len() * 2);
        pushed.map_err(|e| unnamed_failed(self.folder, e))
    }

    /// Free attributes of people with their types, and what is said of samples; nothing of it stays.
    pub(super) fn attributes(&mut self, folder: Option<&Folder>) -> (Typed, SampleFacts) {
        let samples = std::mem::replace(&mut self.samples, SampleFacts::new(folder));
        (std::mem::take(&mut self.free).typed(), samples)
    }

    /// How many ids, packets and codings are in memory, and bytes of what is recorded.
    #[cfg(test)]
    pub(super) fn held(&self) -> [usize; 4] {
        let numbers = self.texts.len() + self.pairs.len();
        let logs = self.log.held() + self.packet_log.held();
        let codings = self.codings.len() as usize;
        [numbers as usize, self.packets.len(), codings, logs]
    }

    /// Input that never ends gives always more of them.
    fn check_ids(&self, place: &str) -> Result<()> {
        let ids = self.texts.len().max(self.pairs.len());
        let packets = u32::try_from(self.packets.len()).unwrap_or(u32::MAX);
        match ids.max(packets).max(self.codings.len()) > IDS_MAX {
            false => Ok(()),
            true => Err(Error::Usage(format!(
                "{place}: more than {IDS_MAX} ids of people, packets or terms"
            ))),
        }
    }

    /// Who is who. `by_subject` says by which id people of packets go; where it does not, they go by
    /// their subject's, unless two packets share one: then `Patient 1` is likely to be somebody else
    /// in each.
    pub(super) fn identify(mut self, by_subject: Option<bool>) -> (Identities, Codings, [Log; 2]) {
        let shared = self.shared();
        let by_subject = by_subject.unwrap_or(shared.is_empty());
        let none = self.texts.add(b"");
        let mut packets_of = HashMap::new();
        let mut of_packets = Vec::with_capacity(self.packets.len());
        for &(subject, packet, family) in &self.packets {
            let mut pair = (subject, family);
            if !by_subject {
                pair = (packet, none);
                if family != none {
                    packets_of.entry((subject, family)).or_insert(packet);
                }
            }
            of_packets.push(self.pairs.add(&bytes_of(pair)));
        }
        let mut several = Several::default();
        for number in 0..self.pairs.len() {
            let (id, family) = pair_of(self.pairs.bytes_of(number));
            if family != none {
                several.add(family, id);
            }
        }
        let mut identities = Identities {
            texts: self.texts,
            pairs: self.pairs,
            packets: self.packets,
            of_packets,
            by_subject,
            shared,
            packets_of,
            several,
            none,
            people_of: Vec::new(),
            ids: Vec::new(),
            numbers: Vec::new(),
        };
        identities.distinguish();
        (identities, self.codings, [self.log, self.packet_log])
    }

    /// Subjects of several packets.
    fn shared(&self) -> HashSet<u32> {
        let mut first = vec![NOBODY; self.texts.len() as usize];
        let mut shared = HashSet::new();
        for &(subject, packet, _) in &self.packets {
            match first.get_mut(subject as usize) {
                Some(first) if *first == NOBODY => *first = packet,
                Some(first) if *first != packet => {
                    shared.insert(subject);
                }
                _ => {}
            }
        }
        shared
    }
}

fn bytes_of((id, family): Pair) -> [u8; 8] {
    (u64::from(family) << 32 | u64::from(id)).to_le_bytes()
}

fn pair_of(bytes: &[u8]) -> Pair {
    let both = bytes.first_chunk().map_or(0, |b| u64::from_le_bytes(*b));
    (both as u32, (both >> 32) as u32)
}

/// Who is who: ids in memory, and nothing else of people.
#[derive(Debug)]
pub(crate) struct Identities {
    texts: Texts,
    pairs: Texts,
    packets: Vec<(u32, u32, u32)>,
    /// By packet: the pair by which its person goes.
    of_packets: Vec<u32>,
    by_subject: bool,
    /// Subjects of several packets.
    shared: HashSet<u32>,
    /// Where people go by the ids of packets: the packet of each subject of a family.
    packets_of: HashMap<Pair, u32>,
    several: Several,
    /// The empty text.
    none: u32,
    /// By pair: the person, in the order of the first mention.
    people_of: Vec<u32>,
    /// By person: the id.
    ids: Vec<u32>,
    /// By text: the person who has it as an id.
    numbers: Vec<u32>,
}

impl Identities {
    /// How many people.
    pub(crate) fn len(&self) -> u32 {
        self.ids.len() as u32
    }

    /// The id of a person.
    pub(crate) fn id(&self, person: u32) -> &str {
        let id = self.ids.get(person as usize);
        id.map_or("", |id| self.texts.get(*id))
    }

    /// Who has an id.
    pub(crate) fn person(&self, id: &str) -> Option<u32> {
        let text = self.texts.number(id.as_bytes())?;
        let person = self.numbers.get(text as usize).copied();
        person.filter(|person| *person != NOBODY)
    }

    pub(super) fn pairs(&self) -> u32 {
        self.pairs.len()
    }

    /// The person of a pair.
    pub(super) fn person_of(&self, pair: u32) -> u32 {
        self.people_of.get(pair as usize).copied().unwrap_or(NOBODY)
    }

    /// The pair by which the person of a packet goes.
    pub(super) fn of_packet(&self, packet: u64) -> u32 {
        let packet = usize::try_from(packet).unwrap_or(usize::MAX);
        self.of_packets.get(packet).copied().unwrap_or(NOBODY)
    }

    fn pair(&self, pair: u32) -> Pair {
        pair_of(self.pairs.bytes_of(pair))
    }

    /// Gives everybody the id by which they go; who goes by the same is the same.
    fn distinguish(&mut self) {
        let mut by_id = Vec::new();
        self.people_of.reserve_exact(self.pairs.len() as usize);
        for number in 0..self.pairs.len() {
            let (id, family) = self.pair(number);
            let id = match self.packets_of.get(&(id, family)) {
                Some(packet) => *packet,
                None if self.several.has(id) && family != self.none => {
                    let name = format!("{}:{}", self.texts.get(family), self.texts.get(id));
                    self.texts.add(name.as_bytes())
                }
                None => id,
            };
            by_id.resize(self.texts.len() as usize, NOBODY);
            let Some(person) = by_id.get_mut(id as usize) else {
                continue;
            };
            if *person == NOBODY {
                *person = self.ids.len() as u32;
                self.ids.push(id);
            }
            self.people_of.push(*person);
        }
        // texts of the store have no control characters
        for (person, id) in (0u32..).zip(&mut self.ids) {
            if !is_plain(self.texts.get(*id)) {
                if let Some(owner) = by_id.get_mut(*id as usize) {
                    *owner = NOBODY;
                }
                let text = plain(self.texts.get(*id)).into_owned();
                *id = self.texts.add(text.as_bytes());
                by_id.resize(self.texts.len() as usize, NOBODY);
                if let Some(owner) = by_id.get_mut(*id as usize) {
                    *owner = person;
                }
            }
        }
        self.numbers = by_id;
    }

    /// The id of two people, if there are such: the first by these numbers.
    pub(crate) fn twins(&self, numbers: &[u32]) -> Option<&str> {
        // only ids that had control characters can meet another
        if (0..)
            .zip(&self.ids)
            .all(|(person, id)| self.numbers.get(*id as usize) == Some(&person))
        {
            return None;
        }
        let mut order: Vec<u32> = (0..self.len()).collect();
        order.sort_unstable_by_key(|person| numbers.get(*person as usize));
        let mut met = HashSet::new();
        let mut ids = order.iter().map(|person| self.id(*person));
        ids.find(|id| !met.insert(*id))
    }

    /// What being one of several packets of a subject means for the names of its person.
    pub(super) fn own(&self, packet: u64, person: &mut Person, place: &str, notes: &mut Notes) {
        let packet = usize::try_from(packet).ok();
        let known = packet.and_then(|packet| self.packets.get(packet));
        if let Some((subject, ..)) = known.filter(|_| !self.by_subject)
            && self.shared.contains(subject)
        {
            notes.warn(SHARED, || format!("{place}: {}", self.texts.get(*subject)));
            let names = &mut person.sample_names;
            names.retain(|(kind, _)| *kind != SampleNameKind::Individual);
        }
    }

    /// Somebody by the id of a pair.
    pub(super) fn of_pair(&self, pair: u32, mut person: Person) -> Person {
        self.texts.get(self.pair(pair).0).clone_into(&mut person.id);
        person
    }

    /// Gives somebody of a pair, and their parents, the ids by which they go.
    pub(super) fn name(&self, pair: u32, person: &mut Person, place: &str, notes: &mut Notes) {
        let (id, family) = self.pair(pair);
        if let Some(kin) = &mut person.kin {
            for parent in [&mut kin.father, &mut kin.mother].into_iter().flatten() {
                self.name_parent(parent, family);
            }
        }
        person.id.clear();
        person.id.push_str(self.texts.get(id));
        if let Some(packet) = self.packets_of.get(&(id, family)) {
            person.sample_names.clear();
            person.id.clear();
            person.id.push_str(self.texts.get(*packet));
        } else if self.several.has(id) {
            if family == self.none {
                return notes.warn(WHICH, || format!("{place}: {}", person.id));
            }
            rename(person, self.texts.get(family));
            notes.warn(FAMILIES, || format!("{place}: {}", person.id));
        }
    }

    fn name_parent(&self, parent: &mut String, family: u32) {
        let Some(id) = self.texts.number(parent.as_bytes()) else {
            return;
        };
        if let Some(packet) = self.packets_of.get(&(id, family)) {
            self.texts.get(*packet).clone_into(parent);
        } else if self.several.has(id) && family != self.none {
            *parent = format!("{}:{parent}", self.texts.get(family));
        }
    }
}

/// Somebody by an id that several families have.
fn rename(person: &mut Person, family: &str) {
    let own = |(kind, name): &(SampleNameKind, String)| {
        *kind == SampleNameKind::Individual && *name == person.id
    };
    // their sample is not named by what others go by, too; PLINK joins both
    let plink = format!("{family}_{}", person.id);
    person.sample_names.retain(|name| !own(name));
    person
        .sample_names
        .push((SampleNameKind::Individual, plink));
    person.id = format!("{family}:{}", person.id);
}

/// Adds what another record says of a person to what is known.
pub(super) fn both(person: &mut Person, more: Person, places: (&str, &str), notes: &mut Notes) {
    notes.merged += 1;
    let mut both = Both {
        id: person.id.clone(),
        places,
        notes,
    };
    merge(person, more, &mut both);
}

/// Two reports of one person.
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
                let kind = match what {
                    "sex" | "karyotype" => TWO_SEXES,
                    _ => CONTRADICTION,
                };
                self.warn(kind, || format!("{what} {known:?} and {more:?}"));
            }
        }
    }

    fn contradiction(&mut self, what: impl FnOnce() -> String) {
        self.warn(CONTRADICTION, what);
    }

    fn warn(&mut self, kind: &'static str, what: impl FnOnce() -> String) {
        let (first, second) = self.places;
        self.notes.warn(kind, || {
            let id = super::notes::short(&self.id);
            format!("{first} and {second}: {id}: {}", what())
        });
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
    for value in more.free {
        keep_free(person, value, |what| both.contradiction(|| what));
    }
    match (&mut person.kin, more.kin) {
        (_, None) => {}
        (Some(kin), Some(more)) => merge_kin(kin, more, both),
        (kin, more) => *kin = more,
    }
    extend(&mut person.populations, more.populations);
    extend(&mut person.cohorts, more.cohorts);
    extend(&mut person.collections, more.collections);
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

/// Appends; what a million rows say again is kept a few times at most.
fn extend<T: Clone + Eq + std::hash::Hash>(list: &mut Vec<T>, more: Vec<T>) {
    if list.len() + more.len() > list.capacity() {
        once(list);
        list.reserve(list.len() + more.len());
    }
    list.extend(more);
}

/// Adds a value of a free attribute, and reports one that contradicts what is known.
fn keep_free(
    person: &mut Person,
    (number, value): (u32, AttributeValue),
    contradiction: impl FnOnce(String),
) {
    let known = person.free.iter().find(|(of, _)| *of == number);
    match known {
        None => person.free.push((number, value)),
        Some((_, known)) if known.same(&value) => {}
        Some((_, known)) => contradiction(format!("attribute {known} and {value}")),
    }
}

/// Somebody of whom all was read.
pub(super) fn complete(person: &mut Person) {
    once(&mut person.populations);
    once(&mut person.cohorts);
    once(&mut person.collections);
}

/// Keeps the first of what is the same.
fn once<T: Clone + Eq + std::hash::Hash>(list: &mut Vec<T>) {
    if list.len() > 1 {
        let mut seen = HashSet::new();
        list.retain(|one| seen.insert(one.clone()));
    }
}
