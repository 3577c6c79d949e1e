//! What is recorded of one individual, put together again from what the dataset stores: as lines for people to read,
//! as a Phenopacket, and as an individual of Beacon.
//!
//! Loading what is written gives what was stored, but for what the format has no place for ([`Rebuilt::left`]) and
//! the order of records: Phenopackets have phenotypes, diseases, measurements and medical actions in lists of their
//! own, and so does Beacon. Nothing is written outside of their schemas.

mod altered;
mod beacon;
mod listing;
mod parts;
mod phenopacket;
mod resources;

use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::Person;
use crate::query::nearest;
use crate::store::individuals::{NamedValue, People};
use std::str::FromStr;

/// Ids that one that nobody has is compared with.
const COMPARED: u32 = 1 << 20;
/// Characters of an id that an error shows.
const SHOWN: usize = 80;

/// What files of people may say and a dataset does not store.
const NOT_STORED: [&str; 4] = [
    "evidence, modifiers, external references, interpretations and family history",
    "doses, routes, body sites, reference ranges and free text",
    "ids of biosamples that are no sample here, and when records were written",
    "of which sample a record is; stages, grades and diagnoses of samples are diseases of their own",
];

/// All that is recorded of an individual: see [`View::individual`].
#[derive(Debug)]
pub struct Individual {
    person: Person,
    /// Free attributes.
    free: Vec<NamedValue>,
    samples: Vec<Sample>,
    /// The ontologies of the dataset: files, and their versions where they say one.
    versions: Vec<(String, String)>,
}

/// A sample of an individual, and what is known of it.
#[derive(Debug)]
struct Sample {
    name: String,
    attributes: Vec<NamedValue>,
}

/// A record as JSON, and what of the individual it does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rebuilt {
    /// The record, in lines that people can read.
    pub json: String,
    /// What is recorded of the individual and has no place in the format.
    pub left: Vec<String>,
}

/// How the record of an individual is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndividualFormat {
    /// Lines to read.
    Text,
    /// As [`Individual::phenopacket`].
    Phenopacket,
    /// As [`Individual::beacon`].
    Beacon,
}

impl IndividualFormat {
    const NAMES: [(&str, Self); 3] = [
        ("text", Self::Text),
        ("phenopacket", Self::Phenopacket),
        ("beacon", Self::Beacon),
    ];
}

impl FromStr for IndividualFormat {
    type Err = Error;

    /// By its name: `text`, `phenopacket` or `beacon`.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for any other, with these.
    fn from_str(name: &str) -> Result<Self> {
        let mut all = Self::NAMES.into_iter();
        match all.find(|(known, _)| *known == name) {
            Some((_, format)) => Ok(format),
            None => Err(Error::Usage(format!(
                "format {}: expected text, phenopacket or beacon",
                shown(name)
            ))),
        }
    }
}

impl View {
    /// All that is recorded of an individual, by its id, or else by the name of one of its samples. Nobody else is
    /// read.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// let anna = view.individual("ANNA")?;
    /// println!("{anna}");
    /// std::fs::write("anna.json", anna.phenopacket().json).unwrap();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where no people are loaded, where there is nobody of this id (it names the nearest), and where
    /// nothing is known of whom a sample is; [`Error::Damaged`].
    pub fn individual(&self, id: &str) -> Result<Individual> {
        self.check()?;
        let people = self.some_people()?;
        let individual = self.find_individual(people, id)?;
        self.individual_numbered(people, individual)
    }

    /// The same by number, of one that may be seen.
    pub(crate) fn individual_numbered(
        &self,
        people: &People,
        individual: u32,
    ) -> Result<Individual> {
        let mut samples = Vec::new();
        for sample in self.sample_table().samples_of(individual)? {
            if self.sees(sample) {
                samples.push(Sample {
                    name: self.samples().one_name(sample)?,
                    attributes: self.sample_table().named(sample)?,
                });
            }
        }
        let mut person = people.one(individual)?;
        if let Some((kin, visible)) = person.kin.as_mut().zip(self.visible_individuals()) {
            // nobody is named who may not be seen; who is not of this dataset is a part of what is known of the child
            for parent in [&mut kin.father, &mut kin.mother] {
                let known = match parent {
                    Some(id) => people.find(id)?,
                    None => None,
                };
                parent.take_if(|_| known.is_some_and(|known| !visible.contains(known)));
            }
        }
        Ok(Individual {
            person,
            free: people.free_of(individual)?,
            samples,
            versions: match self.terms() {
                Some(terms) => terms.versions()?,
                None => Vec::new(),
            },
        })
    }

    /// The number of an individual that may be seen, by the id, or by the name of a sample.
    fn find_individual(&self, people: &People, id: &str) -> Result<u32> {
        let is_seen = |individual: u32| {
            let visible = self.visible_individuals();
            visible.is_none_or(|visible| visible.contains(individual))
        };
        let sample = self.sample_number(id)?;
        let owner = match sample {
            Some(sample) => self.sample_table().individual_of(sample)?,
            None => None,
        };
        let owner = owner.filter(|owner| is_seen(*owner));
        // most samples have the name of their individual: no other id is looked at then
        if let Some(owner) = owner
            && people.id_of(owner)? == id
        {
            return Ok(owner);
        }
        let named = people.find(id)?.filter(|individual| is_seen(*individual));
        if let Some(found) = named.or(owner) {
            return Ok(found);
        }
        let shown = shown(id);
        if sample.is_some() {
            let message = format!("of which individual the sample {shown} is, is not known");
            return Err(Error::Usage(message));
        }
        let mut known = Vec::new();
        for individual in (0..people.universe().min(COMPARED)).filter(|i| is_seen(*i)) {
            known.push(people.id(individual)?);
        }
        let near = nearest(
            id,
            known
                .into_iter()
                .chain(self.sample_names()?.take(COMPARED as usize)),
        );
        let mut message = format!("no individual and no sample {shown} here");
        if !near.is_empty() {
            message.push_str("; did you mean ");
            message.push_str(&near.join(", "));
            message.push('?');
        }
        Err(Error::Usage(message))
    }
}

/// An id as an error shows it: nothing that a terminal obeys, and not all of a long one.
fn shown(id: &str) -> String {
    match id.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", id.get(..end).unwrap_or_default()),
        None => format!("{id:?}"),
    }
}

impl Individual {
    /// The id.
    pub fn id(&self) -> &str {
        &self.person.id
    }

    /// As a Phenopacket 2: JSON as protobuf writes it. Somebody with a stored place in a family is the proband of a `Family`,
    /// since only that has a pedigree.
    pub fn phenopacket(&self) -> Rebuilt {
        phenopacket::rebuild(self)
    }

    /// As an individual of Beacon 2.
    pub fn beacon(&self) -> Rebuilt {
        beacon::rebuild(self)
    }

    /// In a format: the record, and what of the individual has no place in it ([`Rebuilt::left`]).
    pub fn written(&self, format: IndividualFormat) -> (String, Vec<String>) {
        let rebuilt = match format {
            IndividualFormat::Text => return (self.to_string(), Vec::new()),
            IndividualFormat::Phenopacket => self.phenopacket(),
            IndividualFormat::Beacon => self.beacon(),
        };
        (rebuilt.json, rebuilt.left)
    }

    /// What files of people may say and no dataset stores, so that no record has it.
    pub fn not_stored() -> &'static [&'static str] {
        &NOT_STORED
    }
}
