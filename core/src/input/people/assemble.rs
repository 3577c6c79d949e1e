//! What is recorded of people, from the files beside the dataset to one person after the other.

use super::PeopleInput;
use super::free::Typed;
use super::merge::{Identities, NOBODY, both, complete};
use super::notes::{Notes, Time};
use super::sample_facts::SampleFacts;
use crate::error::Result;
use crate::format::Folder;
use crate::model::{Coding, Person, SampleNameKind};
use crate::store::individuals::{Codings, Event, Failed, Packed};
use crate::store::log::{Log, records, without_length};
use crate::store::runs::{Merge, Run, Runs};
use std::io;

/// Everything that is recorded of people. In memory are their ids and the codings that are used.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) identities: Identities,
    pub(crate) codings: Codings,
    /// What is recorded, and what packets say, which goes behind it.
    pub(super) logs: [Log; 2],
    pub(super) notes: Notes,
    /// Free attributes of people, with their types.
    pub(crate) free: Typed,
    /// What is said of samples.
    pub(crate) samples: SampleFacts,
}

/// A part of what is recorded of a person.
pub(crate) enum Part<'p> {
    /// The next one begins, who has this number.
    Start(u32),
    /// A record of theirs.
    Event(&'p Event),
    /// All else, once their records were given.
    Person(&'p mut Person),
}

/// Records between two questions whether to go on.
const ASKED: u64 = 1024;

/// The pair of id and family that a record is of, and the rest of the record. `packet` is its number among those of
/// packets, if it is one: any other begins with the number of its pair.
fn pair<'r>(
    record: &'r [u8],
    packet: Option<u64>,
    identities: &Identities,
) -> io::Result<(u32, &'r [u8])> {
    match packet {
        Some(packet) => Ok((identities.of_packet(packet), record)),
        None => record
            .split_first_chunk()
            .map(|(pair, rest)| (u32::from_le_bytes(*pair), rest))
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into()),
    }
}

impl Gathered {
    /// Hands out every name of a person that may be a sample's, and notes the countries that are kept.
    pub(crate) fn names(
        &mut self,
        go_on: &mut dyn FnMut() -> Result<()>,
        each: &mut dyn FnMut(SampleNameKind, &str, u32),
    ) -> Result<(), Failed> {
        let identities = &self.identities;
        let mut countries = Countries::of(identities);
        // warnings are counted when people are assembled
        let mut unused = Notes::default();
        for (log, packets) in self.logs.iter_mut().zip([false, true]) {
            let mut number = 0;
            log.blocks(|block| {
                go_on()?;
                for (record, _) in records(&block) {
                    let packet = packets.then_some(number);
                    number += 1;
                    let (pair, rest) = pair(record, packet, identities)?;
                    let mut packed = Packed::of(rest);
                    packed.text()?;
                    let mut person = packed.person()?;
                    countries.add(pair, person.country.as_ref());
                    if let Some(packet) = packet {
                        identities.own(packet, &mut person, "", &mut unused);
                    }
                    identities.name(pair, &mut person, "", &mut unused);
                    let number = identities.person_of(pair);
                    for (kind, name) in &person.sample_names {
                        each(*kind, name, number);
                    }
                }
                Ok::<_, Failed>(())
            })?;
        }
        countries.kept(identities, &mut self.codings);
        for person in 0..identities.len() {
            each(SampleNameKind::Individual, identities.id(person), person);
        }
        Ok(())
    }

    /// What is said of samples; nothing of it stays.
    pub(crate) fn take_samples(&mut self, folder: &Folder) -> SampleFacts {
        std::mem::replace(&mut self.samples, SampleFacts::new(Some(folder)))
    }

    pub(crate) fn into_parts(self) -> (Identities, Codings, Notes) {
        (self.identities, self.codings, self.notes)
    }

    /// Sorts what is recorded by the numbers of the people.
    pub(crate) fn sort(
        &mut self,
        numbers: &[u32],
        mut runs: Runs<'_>,
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Merge, Failed> {
        let identities = &self.identities;
        for (log, packets) in self.logs.iter_mut().zip([false, true]) {
            let mut number = 0;
            log.blocks(|block| {
                go_on()?;
                let mut sorted = Vec::new();
                for (record, end) in records(&block) {
                    let packet = packets.then_some(number);
                    let (pair, _) = pair(record, packet, identities)?;
                    let person = identities.person_of(pair) as usize;
                    let person = numbers.get(person).copied().unwrap_or(NOBODY);
                    let key = u64::from(person) << 32 | u64::from(pair);
                    sorted.push((key, number << 1 | u64::from(packets), end));
                    number += 1;
                }
                Ok::<_, Failed>(runs.add(block, sorted.into_iter())?)
            })?;
        }
        // not needed any more, and as large as what was sorted
        self.logs = [Log::new(None), Log::new(None)];
        Ok(runs.finish(&mut || go_on().is_ok())?.0)
    }
}

/// Of each pair the country that is recorded first.
struct Countries {
    codings: Codings,
    of: Vec<u32>,
}

impl Countries {
    fn of(identities: &Identities) -> Self {
        Self {
            codings: Codings::default(),
            of: vec![NOBODY; identities.pairs() as usize],
        }
    }

    fn add(&mut self, pair: u32, country: Option<&Coding>) {
        if let (Some(country), Some(place)) = (country, self.of.get_mut(pair as usize))
            && *place == NOBODY
        {
            *place = self.codings.add(country);
        }
    }

    /// Adds those that people have: the file has no coding that nothing names.
    fn kept(self, identities: &Identities, to: &mut Codings) {
        let mut has_one = vec![false; identities.len() as usize];
        for (pair, country) in (0..).zip(self.of) {
            if country != NOBODY
                && let Some(has_one) = has_one.get_mut(identities.person_of(pair) as usize)
                && !std::mem::replace(has_one, true)
            {
                to.add_joined(&self.codings, country);
            }
        }
    }
}

/// Who is being assembled.
struct Open {
    number: u32,
    /// Of other pairs of the person, and the place of the first.
    whole: Option<(Person, String)>,
    /// Of the pair at hand.
    pair: u32,
    own: Person,
    place: String,
}

impl Open {
    /// The pair at hand is complete.
    fn settle(&mut self, identities: &Identities, notes: &mut Notes) {
        notes.now = Time::Naming(u64::from(self.pair) * 2);
        let mut own = std::mem::take(&mut self.own);
        let place = std::mem::take(&mut self.place);
        identities.name(self.pair, &mut own, &place, notes);
        notes.now = Time::Naming(u64::from(self.pair) * 2 + 1);
        match &mut self.whole {
            None => self.whole = Some((own, place)),
            Some((whole, first)) => both(whole, own, (first, &place), notes),
        }
    }
}

/// People on their way to who takes them.
struct Assembly<'a> {
    identities: &'a Identities,
    notes: &'a mut Notes,
    open: Option<Open>,
    each: &'a mut dyn FnMut(Part<'_>) -> Result<()>,
}

/// Assembles what was sorted, and hands out everybody in the order of their numbers, without the names that
/// [`Gathered::names`] gave.
pub(crate) fn assemble(
    mut merge: Merge,
    identities: &Identities,
    notes: &mut Notes,
    go_on: &mut dyn FnMut() -> Result<()>,
    each: &mut dyn FnMut(Part<'_>) -> Result<()>,
) -> Result<(), Failed> {
    let mut assembly = Assembly {
        identities,
        notes,
        open: None,
        each,
    };
    let mut met = 0u64;
    while let Some(run) = merge.next()? {
        if met.is_multiple_of(ASKED) {
            go_on()?;
        }
        met += 1;
        assembly.add(run)?;
    }
    Ok(assembly.finish()?)
}

impl Assembly<'_> {
    /// Adds a record.
    fn add(&mut self, run: &Run) -> Result<(), Failed> {
        let (number, pair) = ((run.key >> 32) as u32, run.key as u32);
        let (order, packets) = (run.place >> 1, run.place & 1 == 1);
        let packet = packets.then_some(order);
        let (_, rest) = self::pair(without_length(&run.bytes), packet, self.identities)?;
        let mut packed = Packed::of(rest);
        let place = packed.text()?;
        let mut person = packed.person()?;
        // of one person there may be as many as records
        person.sample_names = Vec::new();
        if packets {
            self.notes.now = Time::Packets(order * 2);
            self.identities.own(order, &mut person, place, self.notes);
        }
        match &mut self.open {
            Some(known) if known.number == number && known.pair == pair => {
                self.notes.now = match packets {
                    true => Time::Packets(order * 2 + 1),
                    false => Time::Reading(order * 2 + 1),
                };
                both(&mut known.own, person, (&known.place, place), self.notes);
            }
            Some(known) if known.number == number => {
                known.settle(self.identities, self.notes);
                known.pair = pair;
                known.own = self.identities.of_pair(pair, person);
                place.clone_into(&mut known.place);
            }
            _ => {
                self.finish()?;
                (self.each)(Part::Start(number))?;
                self.open = Some(Open {
                    number,
                    whole: None,
                    pair,
                    own: self.identities.of_pair(pair, person),
                    place: place.to_owned(),
                });
            }
        }
        while !packed.is_empty() {
            (self.each)(Part::Event(&packed.event()?))?;
        }
        Ok(())
    }

    /// The person at hand is complete.
    fn finish(&mut self) -> Result<()> {
        let Some(mut known) = self.open.take() else {
            return Ok(());
        };
        known.settle(self.identities, self.notes);
        let Some((mut person, _)) = known.whole else {
            return Ok(());
        };
        complete(&mut person);
        (self.each)(Part::Person(&mut person))
    }
}

impl Notes {
    /// What reading and assembling reported.
    pub(crate) fn into_input(self) -> PeopleInput {
        let (read, merged, refused_more) = (self.read, self.merged, self.refused_more);
        let (refused, warnings) = self.into_warnings();
        PeopleInput {
            read,
            merged,
            refused,
            refused_more,
            warnings,
        }
    }
}
