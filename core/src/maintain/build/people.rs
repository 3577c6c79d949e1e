//! Loading what is known of people into a dataset that is there.

mod tables;

use super::erased::ErasedIds;
use super::options::{MEMORY, check_memory};
use super::people_report::PeopleReport;
use super::ploidy::males_and_females;
use crate::cohort::{Dataset, Opened};
use crate::error::{Error, Result};
use crate::format::{ContainerWriter, FileKind, Folder};
use crate::input::ontology::read_ontologies;
use crate::input::people::{
    Gathered, Identities, Part, SampleFacts, assemble, guess, read_people, read_sample_map,
};
use crate::model::AttributeType;
use crate::model::vocabulary::canonical;
use crate::set::SampleSet;
use crate::store::free::FreeWriter;
use crate::store::individuals::{
    Assigned, Claims, Codings, Failed, Hierarchy, KnownTerms, NO_NUMBER, People, PeopleWriter,
    Staying, assign, joined_attributes,
};
use crate::store::runs::Runs;
use crate::store::terms::Terms;
use crate::store::{Making, Manifest, Publication, SampleAttributes};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use tables::Tables;

/// What [`load_people`] loads.
///
/// ```
/// let options = varidex::PeopleOptions { memory: 1 << 28, ..Default::default() };
/// ```
#[derive(Debug, Clone)]
pub struct PeopleOptions {
    /// Files and folders of people: Phenopackets, Beacon individuals, tables, pedigrees.
    pub files: Vec<PathBuf>,
    /// Says what the columns of tables mean.
    pub mapping: Option<PathBuf>,
    /// Ontologies, in the place of those that are there. Without files of people, the people that are
    /// there are closed by them anew.
    pub ontologies: Vec<PathBuf>,
    /// Columns of samples and individuals: goes before all other names. Where the first line names its columns, there may
    /// be attributes of samples beside (`format-spec/people-tables.md`).
    pub sample_map: Option<PathBuf>,
    /// Tables of samples: a column `sample`, and attributes of samples, such as measures of quality. Without files of people
    /// these attributes are put in the place of those of the same names, and all else that is known stays.
    pub sample_tables: Vec<PathBuf>,
    /// About how many bytes of memory to use at most: from 1 MiB. Beside them are about two hundred bytes and the
    /// ids of each person, and what the file has once: terms and values of attributes.
    /// [`build`](crate::build) goes by its own [`memory`](crate::BuildOptions::memory).
    pub memory: u64,
    /// So many states of the dataset can be opened after, as [`keep`](crate::BuildOptions::keep) of builds says, which
    /// go by their own.
    pub keep: u32,
}

impl Default for PeopleOptions {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            mapping: None,
            ontologies: Vec::new(),
            sample_map: None,
            sample_tables: Vec::new(),
            memory: MEMORY,
            keep: 1,
        }
    }
}

/// Loads people into a dataset, in the place of those that are there; genotypes stay as they are. The
/// new state appears whole or not at all, and readers keep the one they opened.
///
/// A sample is of whom the map says, else of whom it is a biosample, else of whom a file or table names it,
/// else of who has it as id, else as the id of a packet. Of several who claim a sample by names of the same
/// kind it is nobody's, and the report names them.
///
/// # Errors
///
/// [`Error::Input`] for a file that is not what it seems, [`Error::Io`], [`Error::Locked`],
/// [`Error::Damaged`], [`Error::Usage`]; [`Error::Cancelled`] when `progress` says stop: it is called with the
/// step at hand, all along.
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
    check_memory(options.memory)?;
    let mut step = |what: &str| match progress(what) {
        true => Ok(()),
        false => Err(Error::Cancelled),
    };
    // a path without a dataset is not to become one, and people are wrong sooner than genotypes
    Dataset::open_in(folder)?;
    let Some(known) = Known::read(options, folder, &mut step)? else {
        return Err(Error::Usage("no files of people".to_owned()));
    };
    let mut publication = Publication::begin(folder, true)?;
    let erased = ErasedIds::read(folder)?;
    // as it is now that nobody else can publish
    let dataset = Dataset::open_in(folder)?;
    let mut manifest = dataset.manifest().clone();
    manifest.erased = erased.count();
    let samples: Vec<&str> = dataset.samples().all()?.collect();
    let mut report = known.add(
        &mut publication,
        &mut manifest,
        (&samples, Some((&dataset, Stay::Go)), &erased),
        options.memory,
        &mut step,
    )?;
    if manifest.sex_ploidy {
        let new = Dataset::as_stored(folder, &manifest)?;
        let old = Dataset::as_stored(folder, dataset.manifest())?;
        let before = males_and_females(&old.view())?;
        let now = males_and_females(&new.view())?;
        let mut changed = SampleSet::new();
        for (before, now) in before.iter().zip(&now) {
            let either = before.union(now);
            changed = changed.union(&either.difference(&before.intersection(now)));
        }
        let names = changed.iter().map(|sample| samples.get(sample as usize));
        let names = names.map(|name| name.copied().unwrap_or_default().to_owned());
        report.warn_some(ANOTHER_SEX, changed.len(), names);
    }
    let making = Making::of("people", options.keep);
    let left = publication.publish(&mut manifest, &making)?.into_iter();
    let left = left.map(|(path, error)| format!("{}: {error}", path.display()));
    report.warn("a file that is not needed any more stays", left);
    report.snapshot = manifest.snapshot;
    Ok(report)
}

/// What becomes of people who are there and of whom files say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stay {
    /// They are there after, with their samples.
    Stay,
    /// Nobody has their numbers any more.
    Go,
}

/// Says of which individuals samples are that were added, where people are known and no file says more: a sample is of
/// who has its name as id.
pub(super) fn extend_owners(
    publication: &mut Publication,
    manifest: &mut Manifest,
    there: &Opened,
    samples: &[&str],
) -> Result<()> {
    let first = there.universe();
    let new = samples.get(first as usize..).unwrap_or_default();
    let Some(people) = there.people().filter(|_| !new.is_empty()) else {
        return Ok(());
    };
    let owners = new.iter().map(|name| people.find(name));
    let owners: Vec<Option<u32>> = owners.collect::<Result<_>>()?;
    let written = SampleAttributes::write(first, &owners, None);
    let written = written.map_err(|e| Error::io(publication.folder(), e))?;
    let file = publication.add(FileKind::SampleAttributes, written)?;
    manifest.sample_attributes.push(file);
    Ok(())
}

/// What files tell of people and terms, on its way into a dataset.
pub(super) struct Known {
    ontologies: Option<ContainerWriter>,
    /// What was left out of them: what, how often, the first few.
    left: Vec<(String, u64, Vec<String>)>,
    people: Option<Gathered>,
    /// The files of people, as messages name them.
    files: String,
    map: Vec<(String, String)>,
    tables: Tables,
}

impl Known {
    /// Reads the files; `None` where there are none. What is recorded of people goes to unnamed files in
    /// `folder`.
    pub(super) fn read(
        options: &PeopleOptions,
        folder: &Folder,
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
        let mut people = match options.files.is_empty() {
            true if options.sample_map.is_some() || options.mapping.is_some() => {
                return Err(Error::Usage("no files of people".to_owned()));
            }
            true => None,
            false => {
                let mapping = options.mapping.as_deref();
                let mut go_on = || step("reading people");
                let files = &options.files;
                Some(read_people(files, mapping, Some(folder), &mut go_on)?)
            }
        };
        let map = match (&options.sample_map, &mut people) {
            (Some(map), Some(people)) => read_sample_map(map, people, Some(folder))?,
            _ => Vec::new(),
        };
        let tables = Tables::read(options, people.as_mut(), folder, step)?;
        let names = options.files.iter().map(|file| file.display().to_string());
        let names: Vec<String> = names.collect();
        let any = ontologies.is_some() || people.is_some() || tables.facts.is_some();
        Ok(any.then_some(Self {
            ontologies,
            left,
            people,
            files: names.join(", "),
            map,
            tables,
        }))
    }

    /// Adds the files to the next state of a dataset, in the place of those that are there. Who is there
    /// keeps the number, and stays or not. Without people the ones that are there are closed anew, by other terms; attributes
    /// of tables of samples are then put beside what is known of these.
    pub(super) fn add(
        mut self,
        publication: &mut Publication,
        manifest: &mut Manifest,
        (samples, there, erased): (&[&str], Option<(&Opened, Stay)>, &ErasedIds),
        memory: u64,
        step: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<PeopleReport> {
        if let Some(Gathered { identities, .. }) = &self.people {
            let ids = (0..identities.len()).map(|person| identities.id(person));
            erased.refuse(&self.files, "individuals", ids)?;
        }
        let are_terms_new = self.ontologies.is_some();
        if let Some(content) = self.ontologies {
            manifest.terms = vec![publication.add(FileKind::Terms, content)?];
        }
        let folder = publication.folder().clone();
        let terms = manifest.terms.first();
        let terms = terms.map(|entry| KnownTerms::open(&folder, entry));
        let terms = terms.transpose()?;
        let mut writing = Writing {
            folder: &folder,
            erased,
            terms: terms.as_ref().map(|terms| terms as &dyn Hierarchy),
            memory,
            step,
            report: PeopleReport::default(),
        };
        let stays = there.is_some_and(|(_, stay)| stay == Stay::Stay);
        let there = there.map(|(there, _)| there);
        let unknown = self.tables.unknown(samples);
        let facts = self.tables.facts.take().filter(|_| !samples.is_empty());
        let is_joined = facts.is_some();
        if let Some(facts) = facts {
            let said = (facts, &self.tables.columns);
            let of_samples = writing.joined(said, samples, there)?;
            manifest.sample_attributes =
                vec![publication.add(FileKind::SampleAttributes, of_samples)?];
        }
        let content = match (self.people, there) {
            (Some(people), there) => {
                let (content, of_samples) =
                    writing.read((self.left, people), (there, stays), samples, &self.map)?;
                manifest.sample_attributes = match samples.is_empty() {
                    true => Vec::new(),
                    false => vec![publication.add(FileKind::SampleAttributes, of_samples)?],
                };
                Some(content)
            }
            (None, there) => {
                writing.report.warnings.extend(self.left);
                if let Some(there) = there.filter(|_| !is_joined) {
                    extend_owners(publication, manifest, there, samples)?;
                }
                let known = there.and_then(|there| Some((there.people()?, there)));
                let again = known.filter(|_| are_terms_new);
                let again = again.map(|(people, there)| writing.again(people, there));
                again.transpose()?
            }
        };
        let mut report = writing.report;
        report.warn(UNKNOWN_SAMPLE, unknown.into_iter());
        if let Some(content) = content {
            manifest.people = vec![publication.add(FileKind::People, content)?];
        }
        Ok(report)
    }
}

/// Writing people.
struct Writing<'w> {
    folder: &'w Folder,
    erased: &'w ErasedIds,
    terms: Option<&'w dyn Hierarchy>,
    memory: u64,
    step: &'w mut dyn FnMut(&str) -> Result<()>,
    report: PeopleReport,
}

impl Writing<'_> {
    /// The files of people who were read, and of their samples. Those who are there keep their numbers, and stay where
    /// that is said.
    fn read(
        &mut self,
        (left, mut people): (Vec<(String, u64, Vec<String>)>, Gathered),
        (there, stays): (Option<&Opened>, bool),
        samples: &[&str],
        map: &[(String, String)],
    ) -> Result<(ContainerWriter, ContainerWriter)> {
        let (folder, erased) = (self.folder, self.erased);
        let failed = |failed: Failed| failed.into_error(Some(folder));
        let mut found = PeopleReport::default();
        let assigned = self.assign(&mut people, (there, stays), (samples, map), &mut found)?;
        let facts = people.take_samples(folder);
        let staying = there.filter(|_| stays);
        let of_samples = self.samples((facts, staying), samples, &assigned.owners, &mut found)?;
        let mut free = std::mem::take(&mut people.free);
        let step = &mut *self.step;
        let runs = Runs::of(Some(folder), None, self.memory);
        let merge = people.sort(&assigned.numbers, runs, &mut || step("sorting people"));
        let merge = merge.map_err(failed)?;
        let (identities, mut codings, mut notes) = people.into_parts();
        let read: SampleSet = assigned.numbers.iter().copied().collect();
        drop(assigned.numbers);
        let mut list = free.list.clone();
        let mut staying = match staying.and_then(Opened::people) {
            Some(people) => {
                let who = people.all()?.difference(&read);
                Some(Staying::of(people, &who, &mut codings, &mut list)?)
            }
            None => None,
        };
        free.join(&list);
        self.report.unknown_terms = unknown_terms(&codings, self.terms)?;
        let mut writer = self.writer(&codings, (assigned.universe, list))?;
        let step = &mut *self.step;
        let mut go_on = || step("writing people");
        let mut write = |part: Part<'_>| match part {
            Part::Start(number) => {
                if let Some(staying) = &mut staying {
                    staying.write_below(number, &mut writer)?;
                }
                writer.start(number)
            }
            Part::Event(event) => writer.event(event),
            Part::Person(person) => {
                person.kin.iter_mut().for_each(|kin| erased.leave_out(kin));
                person.free = free.row(std::mem::take(&mut person.free));
                writer.person(person)
            }
        };
        assemble(merge, &identities, &mut notes, &mut go_on, &mut write).map_err(failed)?;
        drop(identities);
        if let Some(staying) = &mut staying {
            staying.write_below(u32::MAX, &mut writer)?;
        }
        self.report.take(notes.into_input());
        self.report.warnings.extend(left);
        self.report.warnings.extend(found.warnings);
        Ok((writer.finish(&mut go_on)?, of_samples))
    }

    /// The file of the individuals of samples, and of what else is said of these, or was of samples that stay.
    fn samples(
        &mut self,
        (facts, staying): (SampleFacts, Option<&Opened>),
        samples: &[&str],
        owners: &[Option<u32>],
        found: &mut PeopleReport,
    ) -> Result<ContainerWriter> {
        let folder = self.folder;
        let failed = |failed: Failed| failed.into_error(Some(folder));
        let mut free = None;
        let known = staying.map(Opened::sample_table);
        let names = known.map_or_else(|| Ok(Vec::new()), SampleAttributes::free_names)?;
        if !facts.is_empty() || !names.is_empty() {
            let numbers: HashMap<&str, u32> = samples.iter().copied().zip(0..).collect();
            let step = &mut *self.step;
            let runs = Runs::of(Some(folder), None, self.memory);
            let sorted = facts.sort(&numbers, runs, &mut || step("finding samples"));
            let mut sorted = sorted.map_err(failed)?;
            drop(numbers);
            let list = joined_attributes(&sorted.typed.list, &names)?;
            sorted.typed.join(&list);
            let mut writer = FreeWriter::new(list.clone(), Some(folder), self.memory / 8)?;
            for (sample, _) in (0..).zip(owners) {
                let mut row = sorted.of(sample).map_err(failed)?;
                let before = known.map_or_else(|| Ok(Vec::new()), |known| known.named(sample))?;
                // what is said now stands in the place of what was said before
                for (name, value) in before {
                    let mut places = (0..).zip(&list);
                    let place = places.find(|(_, (of, _))| of.eq_ignore_ascii_case(&name));
                    if let Some((place, _)) = place
                        && row.iter().all(|(of, _)| *of != place)
                    {
                        row.push((place, value));
                    }
                }
                row.sort_by_key(|(place, _)| *place);
                writer.push(&row)?;
            }
            let (count, examples) = sorted.contradictions;
            found.warn_some(CONTRADICTION, count, examples.into_iter());
            free = Some(writer);
        }
        let written = SampleAttributes::write(0, owners, free);
        written.map_err(|e| Error::io(folder, e))
    }

    /// Finds the owners of samples, and what is odd about them.
    fn assign(
        &mut self,
        people: &mut Gathered,
        (there, stays): (Option<&Opened>, bool),
        (samples, map): (&[&str], &[(String, String)]),
        found: &mut PeopleReport,
    ) -> Result<Assigned> {
        let numbers: HashMap<&str, u32> = samples.iter().copied().zip(0..).collect();
        let mut claims = Claims::default();
        let step = &mut *self.step;
        let mut go_on = || step("finding samples");
        let names = people.names(&mut go_on, &mut |kind, name, person| {
            if let Some(sample) = numbers.get(name) {
                claims.add((kind, *sample, person));
            }
        });
        names.map_err(|failed| failed.into_error(Some(self.folder)))?;
        let people = &people.identities;
        let (map, unused) = named(map, &numbers, people);
        let known = there.and_then(Opened::people);
        let given = given(people, known)?;
        let mut assigned = assign(given, samples.len() as u32, &map, claims);
        let mut count = assigned.numbers.len();
        if let Some(there) = there.filter(|_| stays) {
            keep_owners(there, samples, &mut assigned.owners)?;
            let read: SampleSet = assigned.numbers.iter().copied().collect();
            let known = known.map_or_else(|| Ok(SampleSet::new()), People::all)?;
            count = read.union(&known).len() as usize;
        }
        self.report.account(count, &assigned.owners);
        let id = |person: &u32| people.id(*person);
        let disputes = assigned.disputes.iter().map(|(sample, claimants)| {
            let name = samples.get(*sample as usize).copied().unwrap_or_default();
            let ids: Vec<&str> = claimants.iter().map(id).collect();
            format!("{name}: {}", ids.join(", "))
        });
        found.warn_some(DISPUTED, assigned.disputed, disputes);
        found.warn(UNUSED, unused.into_iter());
        match people.twins(&assigned.numbers) {
            None => Ok(assigned),
            Some(id) => Err(Error::Usage(format!("two people have the id {id:?}"))),
        }
    }

    /// People who are there, with the terms that are known now.
    fn again(&mut self, people: &People, there: &Opened) -> Result<ContainerWriter> {
        let attributes = there.sample_table();
        let owners = (0..there.universe()).map(|sample| attributes.individual_of(sample));
        let owners: Vec<Option<u32>> = owners.collect::<Result<_>>()?;
        self.report.account(people.len() as usize, &owners);
        let codings = people.recorded()?;
        self.report.unknown_terms = unknown_terms(&codings, self.terms)?;
        let numbers = (people.universe(), people.free_names()?);
        let mut writer = self.writer(&codings, numbers)?;
        let step = &mut *self.step;
        let mut go_on = || step("writing people");
        people.write_to(&mut writer, &mut go_on)?;
        writer.finish(&mut go_on)
    }

    fn writer<'a>(
        &self,
        codings: &'a Codings,
        numbers: (u32, Vec<(String, AttributeType)>),
    ) -> Result<PeopleWriter<'a>>
    where
        Self: 'a,
    {
        PeopleWriter::new(
            codings,
            numbers,
            self.terms,
            Some(self.folder),
            self.memory / 2,
        )
    }
}

/// Samples stay those of the individuals that they are of, and one of nobody is of who has its name as id.
fn keep_owners(there: &Opened, samples: &[&str], owners: &mut [Option<u32>]) -> Result<()> {
    let Some(people) = there.people() else {
        return Ok(());
    };
    let table = there.sample_table();
    for ((sample, name), owner) in (0..).zip(samples).zip(owners) {
        let known = table.individual_of(sample)?;
        if known.is_some() {
            *owner = known;
        } else if owner.is_none() {
            *owner = people.find(name)?;
        }
    }
    Ok(())
}

/// The numbers that people have who are known already, and the first that nobody had.
fn given(people: &Identities, there: Option<&People>) -> Result<(Vec<u32>, u32)> {
    let mut given = vec![NO_NUMBER; people.len() as usize];
    let Some(there) = there else {
        return Ok((given, 0));
    };
    there.each_id(|id, number| {
        let person = people.person(id);
        if let Some(given) = person.and_then(|person| given.get_mut(person as usize)) {
            *given = number;
        }
    })?;
    Ok((given, there.universe()))
}

const ANOTHER_SEX: &str =
    "a sample of another sex than before: its genotypes on X and Y stay as the build stored them";
const CONTRADICTION: &str = "a sample of which two things are said: the first is kept";
const DISPUTED: &str = "a sample that several people claim: nobody's";
const UNKNOWN_SAMPLE: &str = "a sample of a table of samples that the dataset does not have";
const UNUSED: &str = "a line of the sample map without such a sample or person";

/// The pairs of a sample map by their numbers, and those that name no sample or no person.
fn named(
    map: &[(String, String)],
    samples: &HashMap<&str, u32>,
    people: &Identities,
) -> (Vec<(u32, u32)>, Vec<String>) {
    let (mut named, mut unused) = (Vec::new(), Vec::new());
    for (sample, person) in map {
        match (samples.get(sample.as_str()), people.person(person)) {
            (Some(sample), Some(person)) => named.push((*sample, person)),
            // of whom it is other files say
            (Some(_), None) if person.is_empty() => {}
            _ => unused.push(format!("{sample}\t{person}")),
        }
    }
    (named, unused)
}

/// How many terms are recorded that no ontology describes.
fn unknown_terms(codings: &Codings, terms: Option<&dyn Hierarchy>) -> Result<u64> {
    // one id may be recorded with several labels; of a term without an id the label is reported
    let mut unknown = HashSet::new();
    for (id, label) in codings.terms() {
        let known = match terms {
            Some(terms) => terms.number(id)?.is_some(),
            None => false,
        };
        if !known {
            let id = canonical(id);
            unknown.insert(if id.is_empty() {
                label.to_lowercase()
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
