//! Attributes of samples from tables, beside what is known already.

use super::{CONTRADICTION, PeopleOptions, Writing};
use crate::cohort::Opened;
use crate::error::{Error, Result};
use crate::format::{ContainerWriter, Folder};
use crate::input::people::{Gathered, SampleColumns, SampleFacts, read_sample_tables};
use crate::model::{AttributeType, AttributeValue};
use crate::store::SampleAttributes;
use crate::store::free::FreeWriter;
use crate::store::individuals::Failed;
use crate::store::runs::Runs;
use std::collections::HashMap;

/// What tables of samples say.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) columns: SampleColumns,
    /// Where no people are read beside them, with whom it is otherwise.
    pub(super) facts: Option<SampleFacts>,
}

impl Tables {
    pub(super) fn read(
        options: &PeopleOptions,
        people: Option<&mut Gathered>,
        folder: &Folder,
        step: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<Self> {
        let files = &options.sample_tables;
        if files.is_empty() {
            return Ok(Self::default());
        }
        let mut go_on = || step("reading tables of samples");
        let mut read = |facts| read_sample_tables(files, facts, Some(folder), &mut go_on);
        Ok(match people {
            Some(people) => Self {
                columns: read(&mut people.samples)?,
                facts: None,
            },
            None => {
                let mut facts = SampleFacts::new(Some(folder));
                Self {
                    columns: read(&mut facts)?,
                    facts: Some(facts),
                }
            }
        })
    }

    /// The samples that they name and the dataset has not, by name.
    pub(super) fn unknown(&self, samples: &[&str]) -> Vec<String> {
        let mut unknown = self.columns.samples.clone();
        for sample in samples {
            unknown.remove(*sample);
        }
        let mut unknown: Vec<String> = unknown.into_iter().collect();
        unknown.sort_unstable();
        unknown
    }
}

/// The attributes of samples that there will be: those that stay, and those of the tables, in the order of their names in
/// lower case.
struct Joined {
    list: Vec<(String, AttributeType)>,
    /// By name in lower case.
    places: HashMap<String, u32>,
}

impl Joined {
    fn of(mut list: Vec<(String, AttributeType)>) -> Self {
        list.sort_by_key(|(name, _)| name.to_ascii_lowercase());
        let names = list.iter().map(|(name, _)| name.to_ascii_lowercase());
        Self {
            places: names.zip(0..).collect(),
            list,
        }
    }

    fn place(&self, name: &str) -> Option<u32> {
        self.places.get(&name.to_ascii_lowercase()).copied()
    }
}

impl Writing<'_> {
    /// The file of the individuals of samples, who stay, with the attributes of tables in the place of those of the same
    /// names.
    pub(super) fn joined(
        &mut self,
        (facts, columns): (SampleFacts, &SampleColumns),
        samples: &[&str],
        there: Option<&Opened>,
    ) -> Result<ContainerWriter> {
        let folder = self.folder;
        let failed = |failed: Failed| failed.into_error(Some(folder));
        let known = there.map(Opened::sample_table);
        let named = |name: &str| columns.attributes.contains(&name.to_ascii_lowercase());
        let people = there.and_then(Opened::people);
        let count = there.map_or(0, |there| there.universe());
        let owners = (0..)
            .zip(samples)
            .map(|(sample, name)| match (known, people) {
                (Some(known), _) if sample < count => known.individual_of(sample),
                // one that is new is of the individual of its name
                (_, Some(people)) => people.find(name),
                _ => Ok(None),
            });
        let owners: Vec<Option<u32>> = owners.collect::<Result<_>>()?;
        let people = people.map_or(0, |people| people.len() as usize);
        self.report.account(people, &owners);

        let numbers: HashMap<&str, u32> = samples.iter().copied().zip(0..).collect();
        let step = &mut *self.step;
        let runs = Runs::of(Some(folder), None, self.memory);
        let sorted = facts.sort(&numbers, runs, &mut || step("finding samples"));
        let mut sorted = sorted.map_err(failed)?;
        let new = sorted.typed.list.clone();
        let mut list: Vec<_> = new
            .iter()
            .filter(|(name, _)| named(name))
            .cloned()
            .collect();
        if let Some(known) = known {
            for name in known.names()?.into_iter().filter(|name| !named(name)) {
                let kind = known.free_kind(&name)?;
                list.extend(kind.map(|kind| (name, kind)));
            }
        }
        let joined = Joined::of(list);
        let places: Vec<Option<u32>> = new
            .iter()
            .map(|(name, _)| joined.place(name).filter(|_| named(name)))
            .collect();
        let mut writer = FreeWriter::new(joined.list.clone(), Some(folder), self.memory / 8)?;
        for (sample, _) in (0..).zip(samples) {
            let mut row: Vec<(u32, AttributeValue)> = Vec::new();
            for (number, value) in sorted.of(sample).map_err(failed)? {
                let place = places.get(number as usize).copied().flatten();
                row.extend(place.map(|place| (place, value)));
            }
            let stays = known.filter(|_| sample < count);
            let stays = stays.map(|known| known.named(sample)).transpose()?;
            for (name, value) in stays.into_iter().flatten().filter(|(name, _)| !named(name)) {
                row.extend(joined.place(&name).map(|place| (place, value)));
            }
            row.sort_by_key(|(place, _)| *place);
            writer.push(&row)?;
        }
        let (count, examples) = sorted.contradictions;
        self.report
            .warn_some(CONTRADICTION, count, examples.into_iter());
        let written = SampleAttributes::write(0, &owners, Some(writer));
        written.map_err(|e| Error::io(folder, e))
    }
}
