//! Loading what is known of people into a dataset that is there.

use crate::cohort::Dataset;
use crate::error::{Error, Result};
use crate::format::{ContainerWriter, FileKind, Folder};
use crate::input::ontology::read_ontologies;
use crate::input::people::read_sample_map;
use crate::input::people::{PeopleInput, guess, read_people};
use crate::model::vocabulary::canonical;
use crate::model::{Coding, Person};
use crate::store::individuals::{Assigned, Hierarchy, KnownTerms, People, assign, write};
use crate::store::terms::Terms;
use crate::store::{Manifest, Publication};
use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// Examples told of each oddity.
const EXAMPLES: usize = 5;

/// What [`load_people`] loads.
#[derive(Debug, Clone, Default)]
pub struct PeopleOptions {
    /// Files and folders of people: Phenopackets, Beacon individuals, tables, pedigrees.
    pub files: Vec<PathBuf>,
    /// Says what the columns of tables mean.
    pub mapping: Option<PathBuf>,
    /// Ontologies, in the place of those that are there. Without files of people, the people that are
    /// there are closed by them anew.
    pub ontologies: Vec<PathBuf>,
    /// Two columns, sample and individual: goes before all other names.
    pub sample_map: Option<PathBuf>,
}

/// What loading people tells at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleReport {
    /// Records met.
    pub read: u64,
    /// People loaded.
    pub people: u64,
    /// Records that told more of a person known already.
    pub merged: u64,
    /// Records that could not be used.
    pub refused: u64,
    /// The first of them: place and reason.
    pub refusals: Vec<(String, String)>,
    /// Oddities: what, how often, the first few.
    pub warnings: Vec<(String, u64, Vec<String>)>,
    /// Samples of which nothing is known.
    pub samples_without_person: u64,
    /// People without a sample.
    pub people_without_sample: u64,
    /// Terms that no ontology of the dataset tells of.
    pub unknown_terms: u64,
    /// The dataset's new snapshot id; empty where the build tells it.
    pub snapshot: String,
}

/// Loads people into a dataset, in the place of those that are there; genotypes stay as they are. The
/// new state appears whole or not at all, and readers keep the one they opened.
///
/// A sample is whose the map says, else of whom it is a biosample, else whose file or table names it,
/// else whose id it is, else whose packet's id. Of several who claim a sample by names of the same
/// kind it is nobody's, and the report tells them.
///
/// # Errors
///
/// [`Error::Input`] for a file that is not what it seems, [`Error::Io`], [`Error::Locked`],
/// [`Error::Damaged`], [`Error::Usage`]; [`Error::Cancelled`] when `progress` says stop.
pub fn load_people(
    dataset: impl AsRef<Path>,
    options: &PeopleOptions,
    progress: &mut dyn FnMut(&str) -> bool,
) -> Result<PeopleReport> {
    load_people_in(&Folder::on_disk(dataset), options, progress)
}

/// The same wherever the dataset is.
pub(crate) fn load_people_in(
    folder: &Folder,
    options: &PeopleOptions,
    progress: &mut dyn FnMut(&str) -> bool,
) -> Result<PeopleReport> {
    let mut step = |what: &str| match progress(what) {
        true => Ok(()),
        false => Err(Error::Cancelled),
    };
    // a path without a dataset is not to become one, and people are wrong sooner than genotypes
    Dataset::open_in(folder)?;
    let Some(known) = Known::read(options, &mut step)? else {
        return Err(Error::Usage("no files of people".to_owned()));
    };
    let mut publication = Publication::begin(folder, true)?;
    // as it is now that nobody else can publish
    let dataset = Dataset::open_in(folder)?;
    let mut manifest = dataset.manifest().clone();
    step("finding samples")?;
    let samples: Vec<&str> = dataset.samples().all()?.collect();
    let there = dataset.people();
    let mut report = known.add(&mut publication, &mut manifest, &samples, there, &mut step)?;
    let left = publication.publish(&mut manifest)?.into_iter();
    let left = left.map(|(path, error)| format!("{}: {error}", path.display()));
    report.warn("a file that is not needed any more stays", left);
    report.snapshot = manifest.snapshot;
    Ok(report)
}

/// What files tell of people and terms, on its way into a dataset.
pub(super) struct Known {
    ontologies: Option<ContainerWriter>,
    /// What was left out of them: what, how often, the first few.
    left: Vec<(String, u64, Vec<String>)>,
    input: Option<PeopleInput>,
    map: Vec<(String, String)>,
}

impl Known {
    /// Reads the files; `None` where there are none.
    pub(super) fn read(
        options: &PeopleOptions,
        step: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<Option<Self>> {
        let mut left = Vec::new();
        let ontologies = match options.ontologies.is_empty() {
            true => None,
            false => {
                step("reading ontologies")?;
                let mut source = read_ontologies(&options.ontologies)?;
                left = std::mem::take(&mut source.left);
                Some(Terms::write(&source)?)
            }
        };
        let input = match options.files.is_empty() {
            true if options.sample_map.is_some() || options.mapping.is_some() => {
                return Err(Error::Usage("no files of people".to_owned()));
            }
            true => None,
            false => {
                step("reading people")?;
                Some(read_people(&options.files, options.mapping.as_deref())?)
            }
        };
        let map = match &options.sample_map {
            Some(map) => read_sample_map(map)?,
            None => Vec::new(),
        };
        let any = ontologies.is_some() || input.is_some();
        Ok(any.then_some(Self {
            ontologies,
            left,
            input,
            map,
        }))
    }

    /// Adds the files to the next state of a dataset, in the place of those that are there. Without
    /// people the ones that are there are closed anew, by other terms.
    pub(super) fn add(
        self,
        publication: &mut Publication,
        manifest: &mut Manifest,
        samples: &[&str],
        there: Option<&People>,
        step: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<PeopleReport> {
        if let Some(content) = self.ontologies {
            manifest.terms = Some(publication.add(FileKind::Terms, content)?);
        }
        let terms = manifest.terms.as_ref();
        let terms = terms.map(|entry| KnownTerms::open(publication.folder(), entry));
        let terms = terms.transpose()?;
        let terms = terms.as_ref().map(|terms| terms as &dyn Hierarchy);
        let mut report = PeopleReport::default();
        let assigned = match (self.input, there) {
            (Some(input), _) => {
                let people = report.take(input);
                assign(people, samples, &self.map)
            }
            (None, Some(people)) => Assigned {
                people: people.people()?,
                owners: people.owners()?,
                ..Assigned::default()
            },
            (None, None) => {
                report.warnings.extend(self.left);
                return Ok(report);
            }
        };
        report.warnings.extend(self.left);
        report.tell(&assigned);
        report.unknown_terms = unknown_terms(&assigned, terms)?;
        refuse_twins(&assigned)?;
        step("writing people")?;
        let content = write(&assigned.people, &assigned.owners, terms)?;
        manifest.people = Some(publication.add(FileKind::People, content)?);
        Ok(report)
    }
}

/// How many terms are recorded that no ontology tells of.
fn unknown_terms(assigned: &Assigned, terms: Option<&dyn Hierarchy>) -> Result<u64> {
    let records = assigned.people.iter().flat_map(|person| &person.records);
    let told: HashSet<&Coding> = records.map(|record| &record.term).collect();
    // one id may be recorded with several labels; of a term without an id the label is told
    let mut unknown = HashSet::new();
    for term in told {
        let known = match terms {
            Some(terms) => terms.number(&term.id)?.is_some(),
            None => false,
        };
        if !known {
            let id = canonical(&term.id);
            unknown.insert(if id.is_empty() {
                term.label.to_lowercase()
            } else {
                id
            });
        }
    }
    Ok(unknown.len() as u64)
}

/// The text of a mapping for a table of people, to be looked over by who knows the table: what
/// [`PeopleOptions::mapping`] takes.
///
/// # Errors
///
/// [`Error::Io`], [`Error::Input`] where the file is no table.
pub fn guess_mapping(table: impl AsRef<Path>) -> Result<String> {
    guess(table.as_ref())
}

/// An id is what a person is asked for by.
fn refuse_twins(assigned: &Assigned) -> Result<()> {
    let mut ids = HashSet::new();
    let twin = assigned
        .people
        .iter()
        .find(|person| !ids.insert(&person.id));
    match twin {
        None => Ok(()),
        Some(person) => Err(Error::Usage(format!(
            "two people have the id {:?}",
            person.id
        ))),
    }
}

impl PeopleReport {
    /// Takes over what reading tells, and gives the people.
    fn take(&mut self, input: PeopleInput) -> Vec<Person> {
        self.read = input.read;
        self.merged = input.merged;
        self.refused = input.refused.len() as u64 + input.refused_more;
        let refused = input.refused.into_iter();
        self.refusals = refused
            .map(|refusal| (format!("{}{}", refusal.file, refusal.place), refusal.reason))
            .collect();
        let warnings = input.warnings.into_iter();
        self.warnings = warnings
            .map(|warning| (warning.what, warning.count, warning.examples))
            .collect();
        input.people
    }

    fn tell(&mut self, assigned: &Assigned) {
        self.people = assigned.people.len() as u64;
        let own = assigned.owners.iter().flatten().max();
        let sampled = own.map_or(0, |last| u64::from(*last) + 1);
        self.people_without_sample = self.people.saturating_sub(sampled);
        let nobodys = assigned.owners.iter().filter(|owner| owner.is_none());
        self.samples_without_person = nobodys.count() as u64;
        let disputed = assigned.disputed.iter();
        let disputed = disputed.map(|(sample, people)| format!("{sample}: {}", people.join(", ")));
        self.warn("a sample that several people claim: nobody's", disputed);
        let unused = assigned.unused.iter();
        let unused = unused.map(|(sample, person)| format!("{sample}\t{person}"));
        self.warn(
            "a line of the sample map without such a sample or person",
            unused,
        );
    }

    fn warn(&mut self, what: &str, all: impl ExactSizeIterator<Item = String>) {
        let count = all.len() as u64;
        if count > 0 {
            self.warnings
                .push((what.to_owned(), count, all.take(EXAMPLES).collect()));
        }
    }
}

impl fmt::Display for PeopleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            ("records read", self.read),
            ("records merged", self.merged),
            ("records refused", self.refused),
            ("people", self.people),
            ("people without a sample", self.people_without_sample),
            ("samples without a person", self.samples_without_person),
            ("terms not in an ontology", self.unknown_terms),
        ];
        for (name, count) in counts {
            writeln!(f, "{name:<26}{count:>12}")?;
        }
        for (place, reason) in &self.refusals {
            writeln!(f, "refused  {place}: {reason}")?;
        }
        for (what, count, examples) in &self.warnings {
            writeln!(f, "warning  {what} ({count}): {}", examples.join("; "))?;
        }
        match self.snapshot.is_empty() {
            true => Ok(()),
            false => writeln!(f, "snapshot  {}", self.snapshot),
        }
    }
}
