//! A beacon: requests of Beacon 2 in, responses out, exact in all that is understood, and with an error that names
//! what is not. There is no server here: a host takes requests from a network, says who asks, and sends what comes back.

#![deny(clippy::indexing_slicing)]

mod asked;
mod cohorts;
mod config;
mod documents;
mod fields;
mod filters;
mod governed;
mod individuals;
mod member;
mod pages;
mod parameters;
mod place;
mod published;
mod question;
mod read;
mod refusal;
mod remembering;
mod request;
mod respond;
mod strata;
mod stricter;
mod values;
mod variant_types;
mod variants;

pub use config::{
    BeaconConfig, BeaconDataset, BeaconLedger, BeaconPolicies, Environment, Frequencies,
    Organization,
};
pub use request::{BeaconMethod, BeaconRequest};

use crate::access::{PolicyView, Release};
use crate::cohort::{Dataset, View};
use crate::error::{Error, Result};
use crate::model::{Access, Granularity};
use crate::publish::Published;
use crate::stop::{interruptible, or_outer};
use asked::Asked;
use cohorts::Cohorts;
use member::{Member, Standing};
use pages::{paged, refuse_unpicked, rows_of};
use question::Question;
use refusal::{Checked, Refusal, Shown};
pub use remembering::BeaconMemory;
use remembering::Remembering;
use request::{Endpoint, EntryType};
use respond::{Envelope, Page, ResultSet, offset_of};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The version of Beacon that answers are of.
const API_VERSION: &str = "v2.2.0";
/// Entries of a page, where nothing is said.
const PAGE: u64 = 10;

/// What a beacon answers: a status of HTTP, and a body of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BeaconResponse {
    /// 200; 400 for what is not understood, 404 for what is not there, 413 and 414 for what is too long, 422 for what
    /// these data cannot answer, 500 for data that cannot be read, 503 for what took too long.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// A beacon over the datasets of one process.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::{Access, Beacon, BeaconRequest, Granularity};
/// let beacon = Beacon::open("beacon.toml")?;
/// let request = BeaconRequest::get("/g_variants", "referenceName=22&start=16050074&referenceBases=A&alternateBases=G");
/// let response = beacon.answer(&request, Some(Access::up_to(Granularity::Count)));
/// assert_eq!(response.status, 200);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Beacon {
    inner: Arc<Inner>,
}

/// What a dataset of a beacon is answered from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum BeaconSource {
    /// A dataset, as its holder sees it: who asks sees what [`Access`] allows.
    View(View),
    /// Counts that were published: the same to everybody.
    Published(Published),
}

impl From<View> for BeaconSource {
    fn from(view: View) -> Self {
        Self::View(view)
    }
}

impl From<Published> for BeaconSource {
    fn from(file: Published) -> Self {
        Self::Published(file)
    }
}

/// Who asks.
#[derive(Clone, Copy)]
struct Who<'a> {
    access: Access,
    asker: Option<&'a str>,
}

#[derive(Debug)]
struct Inner {
    config: BeaconConfig,
    members: Arc<[Standing]>,
    memory: Option<Arc<dyn BeaconMemory>>,
}

impl Beacon {
    /// Reads a configuration, and opens the datasets and published files that it names, of which paths are relative to the file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; [`Error::Usage`] for a configuration that is wrong, with the file, the line and what was expected; as
    /// [`Dataset::open`] and [`Published::open`].
    pub fn open(file: impl AsRef<Path>) -> Result<Self> {
        let file = file.as_ref();
        let text = std::fs::read_to_string(file).map_err(|e| Error::io(file, e))?;
        let config: BeaconConfig = text.parse().map_err(|e| match e {
            Error::Usage(message) => Error::Usage(format!("{}: {message}", file.display())),
            other => other,
        })?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut sources = Vec::new();
        for dataset in &config.datasets {
            let path = folder.join(&dataset.path);
            sources.push(match path.is_file() {
                true => BeaconSource::from(Published::open(path)?),
                false => BeaconSource::from(Dataset::open(path)?.view()),
            });
        }
        Self::new(config, sources)
    }

    /// A beacon over views and published files, one for each dataset of the configuration.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where there are more or fewer, where a dataset contradicts the assembly that is stated, where
    /// populations of frequencies are not known, and where the configuration asks of a published file what it has not;
    /// [`Error::Damaged`].
    pub fn new<S: Into<BeaconSource>>(config: BeaconConfig, sources: Vec<S>) -> Result<Self> {
        if config.datasets.len() != sources.len() {
            return Err(Error::Usage(format!(
                "expected {} views, one a dataset, found {}",
                config.datasets.len(),
                sources.len()
            )));
        }
        let mut members = Vec::new();
        for (dataset, source) in config.datasets.iter().zip(sources) {
            members.push(Standing::new(
                dataset.clone(),
                source.into(),
                (&config.policies, config.floor),
            )?);
        }
        let inner = Inner {
            config,
            members: members.into(),
            memory: None,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The same with what its askers asked before: where a policy of the configuration is answered by, budgets are kept. A configuration
    /// with a ledger is not answered without.
    #[must_use]
    pub fn remembering(self, memory: Arc<dyn BeaconMemory>) -> Self {
        let inner = match Arc::try_unwrap(self.inner) {
            Ok(inner) => Inner {
                memory: Some(memory),
                ..inner
            },
            // what was made of datasets is not made anew for a copy
            Err(shared) => Inner {
                config: shared.config.clone(),
                members: Arc::clone(&shared.members),
                memory: Some(memory),
            },
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// What the operator says of it.
    pub fn config(&self) -> &BeaconConfig {
        &self.inner.config
    }

    /// Answers a request. What may be said is the least of what is asked for, what the dataset says, and `access`:
    /// without one, whether there is anything.
    ///
    /// No expression opens a file, nothing of a dataset is said but what may be, and a question that takes longer than
    /// the configuration allows is given up.
    pub fn answer(&self, request: &BeaconRequest<'_>, access: Option<Access>) -> BeaconResponse {
        self.answer_to(request, access, None)
    }

    /// The same for an asker whom the host knows, as issuer and subject of a token: a beacon that remembers what was asked
    /// ([`Self::remembering`]) has budgets for each. Without one it is anybody, and all of them share their budgets.
    pub fn answer_to(
        &self,
        request: &BeaconRequest<'_>,
        access: Option<Access>,
        asker: Option<&str>,
    ) -> BeaconResponse {
        let end = Instant::now() + Duration::from_secs(self.inner.config.seconds);
        let stop = or_outer(move || Instant::now() > end);
        let answer = interruptible(stop, || {
            let access = access.unwrap_or_default();
            self.inner.answer(request, Who { access, asker })
        });
        match answer {
            Ok(body) => BeaconResponse { status: 200, body },
            Err(refusal) => BeaconResponse {
                status: refusal.status,
                body: respond::refused(&self.inner.config, &refusal),
            },
        }
    }
}

impl Inner {
    fn answer(&self, request: &BeaconRequest<'_>, who: Who<'_>) -> Checked<Vec<u8>> {
        request.check_size()?;
        if self.config.ledger.is_some() && self.memory.is_none() {
            let message = "the ledger of the configuration is not opened: ask the operator";
            return Err(Refusal::new(500, message));
        }
        match request::endpoint(request.path, &self.config)? {
            Endpoint::Document(of) => Ok(documents::document(of, &self.config)
                .to_string()
                .into_bytes()),
            Endpoint::Terms => {
                let asked = read::read(request)?;
                let members = self.selected(&asked, None)?;
                let page = (asked.skip, asked.limit.filter(|limit| *limit > 0));
                let terms = documents::filtering_terms(&self.config, members, who.access, page)?;
                Ok(terms.to_string().into_bytes())
            }
            Endpoint::Entries {
                of: EntryType::Cohorts,
                one,
            } => {
                let asked = read::read(request)?;
                self.cohorts(&asked, one.as_ref(), who)
            }
            Endpoint::Entries { of, one } => {
                let asked = read::read(request)?;
                self.entries(&asked, of, one.as_ref(), who)
            }
        }
    }

    fn entries(
        &self,
        asked: &Asked,
        of: EntryType,
        one: Option<&(EntryType, String)>,
        who: Who<'_>,
    ) -> Checked<Vec<u8>> {
        let page = self.page(asked);
        let mut envelope = Envelope {
            config: &self.config,
            asked,
            of,
            page,
            granularity: match asked.datasets.as_deref() == Some(&[]) {
                // nothing is asked, and nothing said of nobody
                true => asked.granularity.min(who.access.granularity),
                false => Granularity::Boolean,
            },
            floor: self.config.floor,
            not_answered: Vec::new(),
        };
        let (mut sets, mut first) = (Vec::new(), None);
        for standing in self.selected(asked, one)? {
            let (granularity, answer) = self.of_standing(standing, (asked, of, one), page, who);
            match answer {
                Ok(set) => {
                    envelope.granularity = envelope.granularity.max(granularity);
                    envelope.floor = envelope.floor.max(set.floor);
                    sets.push(set);
                }
                Err(refusal) if refusal.status >= 500 => return Err(refusal),
                Err(refusal) => {
                    let id = standing.config().id.clone();
                    envelope.not_answered.push((id, refusal.message.clone()));
                    first.get_or_insert(refusal);
                }
            }
        }
        if sets.is_empty()
            && let Some(mut refusal) = first
        {
            if envelope.not_answered.len() > 1 {
                refusal.of_datasets = envelope.not_answered;
            }
            return Err(refusal);
        }
        if of == EntryType::Datasets {
            return Ok(self.datasets(&envelope, &sets));
        }
        Ok(envelope.result_sets(&sets))
    }

    /// What a dataset or a published file answers, and how much it may say.
    fn of_standing(
        &self,
        standing: &Standing,
        question: (&Asked, EntryType, Option<&(EntryType, String)>),
        page: Page,
        who: Who<'_>,
    ) -> (Granularity, Checked<ResultSet>) {
        let (asked, of, _) = question;
        let most = match standing {
            Standing::Live(live) => live.granularity(asked, &who.access),
            Standing::Published(file) => file.granularity(asked, &who.access, &self.config),
        };
        let granularity = match of {
            EntryType::Datasets => asked.granularity,
            _ => most,
        };
        let answer = match standing {
            Standing::Live(live) => live
                .seen_by(&who.access, most, self.remembers(who))
                .map_err(|e| Refusal::of_host(&e))
                .and_then(|(member, shown)| {
                    self.of_member(&member, shown.as_ref(), question, (page, granularity))
                }),
            Standing::Published(file) => {
                file.answer(question, page, granularity, (&who.access, &self.config))
            }
        };
        (granularity, answer)
    }

    /// The virtual cohorts that are published.
    fn cohorts(
        &self,
        asked: &Asked,
        one: Option<&(EntryType, String)>,
        who: Who<'_>,
    ) -> Checked<Vec<u8>> {
        if !asked.filters.is_empty() || asked.parameters != Default::default() {
            return Err(Refusal::bad(
                "cohorts: expected neither filters nor parameters, which pick individuals and variants",
            ));
        }
        let page = self.page(asked);
        let mut found = Cohorts::default();
        let (mut most, mut floor) = (Granularity::Boolean, self.config.floor);
        for standing in self.selected(asked, one)? {
            // published counts are of no cohort
            let Standing::Live(live) = standing else {
                continue;
            };
            let granularity = live.granularity(asked, &who.access);
            let member = live.seen_by(&who.access, granularity, None);
            let (member, shown) = member.map_err(|e| Refusal::of_host(&e))?;
            if self.memory.is_some() && shown.is_some() {
                return Err(Refusal::unanswerable(
                    "cohorts: with a ledger how many are in them is not said",
                ));
            }
            let release = self.release(granularity, shown.as_ref());
            found.add(&member, shown.as_ref(), (granularity, release))?;
            most = most.max(granularity);
            floor = floor.max(release.floor());
        }
        match one {
            Some((EntryType::Cohorts, name)) => {
                found.only(name);
                if found.is_empty() {
                    return Err(Refusal::new(
                        404,
                        format!("no cohort {} is here", Shown(name)),
                    ));
                }
            }
            None | Some((EntryType::Datasets, _)) => {}
            Some((of, _)) => {
                let message = format!("cohorts of {} cannot be asked for", of.path());
                return Err(Refusal::new(404, message));
            }
        }
        let envelope = Envelope {
            config: &self.config,
            asked,
            of: EntryType::Cohorts,
            page,
            granularity: most.min(asked.granularity),
            floor,
            not_answered: Vec::new(),
        };
        let all = found.documents();
        Ok(envelope.collections(all.len() as u64, &paged(&all, page)))
    }

    /// What is remembered of who asks.
    fn remembers<'a>(&'a self, who: Who<'a>) -> Option<Remembering<'a>> {
        let memory = self.memory.as_deref()?;
        let asker = who.asker;
        Some(Remembering { memory, asker })
    }

    /// Of how many people something is said, by the floor of the beacon and that of a policy.
    fn release(&self, granularity: Granularity, shown: Option<&PolicyView>) -> Release {
        Release::new(
            granularity,
            self.config.floor,
            shown.map(PolicyView::policy),
        )
    }

    fn page(&self, asked: &Asked) -> Page {
        let limit = match asked.limit.unwrap_or(PAGE) {
            0 => self.config.page_limit,
            limit => limit.min(self.config.page_limit),
        };
        Page {
            skip: asked.skip,
            limit,
        }
    }

    /// The datasets that are asked.
    fn selected<'a>(
        &'a self,
        asked: &'a Asked,
        one: Option<&'a (EntryType, String)>,
    ) -> Checked<impl Iterator<Item = &'a Standing> + use<'a>> {
        let is_there = |member: &&Standing| member.config().test == asked.test_mode;
        if asked.test_mode && !self.members.iter().any(|member| member.config().test) {
            return Err(Refusal::unanswerable(
                "testMode: no dataset for tests is here",
            ));
        }
        let known = |id: &str| {
            let mut there = self.members.iter().filter(is_there);
            there.any(|member| member.config().id == id)
        };
        if let Some(unknown) = asked.datasets.iter().flatten().find(|id| !known(id)) {
            return Err(Refusal::bad(format!(
                "datasets: {} is not here",
                Shown(unknown)
            )));
        }
        let of_path = match one {
            Some((EntryType::Datasets, id)) if !known(id) => {
                return Err(Refusal::new(
                    404,
                    format!("no dataset {} is here", Shown(id)),
                ));
            }
            Some((EntryType::Datasets, id)) => Some(id),
            _ => None,
        };
        Ok(self.members.iter().filter(move |member| {
            let id = &member.config().id;
            member.config().test == asked.test_mode
                && asked.datasets.as_ref().is_none_or(|ids| ids.contains(id))
                && of_path.is_none_or(|of| of == id)
        }))
    }

    /// What one dataset answers.
    fn of_member(
        &self,
        member: &Member,
        shown: Option<&PolicyView>,
        (asked, of, one): (&Asked, EntryType, Option<&(EntryType, String)>),
        (page, granularity): (Page, Granularity),
    ) -> Checked<ResultSet> {
        let release = match of {
            // a list of datasets says of each that it has somebody
            EntryType::Datasets => Granularity::Boolean,
            _ => granularity,
        };
        let release = self.release(release, shown);
        let question = Question::new(member, asked, one, release, shown.is_some())?;
        let offset = offset_of(page)?;
        if of == EntryType::Variants {
            refuse_unpicked(question.says_which(), &self.config)?;
        }
        let (count, results) = match (of, shown) {
            (EntryType::Datasets, _) if !question.says_which() => (1, Vec::new()),
            (_, Some(shown)) => {
                let count = question.under_policy(shown, of, granularity)?;
                (count, Vec::new())
            }
            (EntryType::Datasets | EntryType::Cohorts, None) => {
                let group = question.individuals()?;
                (u64::from(release.is_shown(group.count())), Vec::new())
            }
            (EntryType::Individuals, None) => {
                let group = question.individuals()?;
                let count = release.people(group.count());
                let results = match granularity == Granularity::Record && count > 0 {
                    true => {
                        let page = individuals::page(member, &group, offset, page.limit);
                        let page = page.map_err(|e| Refusal::of_host(&e))?;
                        Value::from(page).to_string().into_bytes()
                    }
                    false => Vec::new(),
                };
                (count, results)
            }
            (EntryType::Variants, None) => {
                let mut found = question.variants()?;
                let rows = offset..offset.saturating_add(page.limit);
                rows_of(granularity, rows, |to| {
                    let mut to = to;
                    let next = found.next(release, |variant, counts| match &mut to {
                        Some(to) => variants::write(member, variant, counts, to),
                        None => Ok(()),
                    });
                    Ok(next?.is_some())
                })?
            }
        };
        Ok(ResultSet {
            dataset: member.config.id.clone(),
            granularity,
            count,
            results,
            floor: release.floor(),
            info: self.about(member),
        })
    }

    /// What a dataset is, so that nothing found says something.
    fn about(&self, member: &Member) -> Value {
        let assembly = member.view.contig_names().assembly();
        json!({
            "assemblyId": assembly.map(crate::genome::Assembly::name),
            "snapshot": member.view.snapshot(),
        })
    }

    fn datasets(&self, envelope: &Envelope<'_>, sets: &[ResultSet]) -> Vec<u8> {
        let all: Vec<Value> = sets
            .iter()
            .filter(|set| set.count > 0)
            .filter_map(|set| {
                let mut members = self.members.iter();
                members.find(|member| member.config().id == set.dataset)
            })
            .map(|member| documents::dataset(member.config()))
            .collect();
        envelope.collections(all.len() as u64, &paged(&all, envelope.page))
    }
}

#[cfg(test)]
mod governed_tests;
#[cfg(test)]
mod published_tests;
#[cfg(test)]
mod stricter_tests;
