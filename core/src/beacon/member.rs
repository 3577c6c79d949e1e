//! A dataset of a beacon, with what is made of it once.

use super::BeaconSource;
use super::asked::Asked;
use super::config::{BeaconDataset, BeaconPolicies};
use super::published::PublishedMember;
use super::question::carriers_of;
use super::remembering::Remembering;
use crate::access::PolicyView;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::{Access, Granularity};
use crate::model::{Attribute, Policy, Purpose};
use crate::query::{By, Group};
use crate::set::SampleSet;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Members that are kept, of so many views of a dataset.
const KEPT: usize = 8;

/// What a beacon answers from, whoever asks.
#[derive(Debug)]
pub(super) enum Standing {
    /// A dataset, which is seen by who asks.
    Live(Live),
    /// Counts that were published, which are the same to everybody.
    Published(PublishedMember),
}

impl Standing {
    pub(super) fn new(
        config: BeaconDataset,
        source: BeaconSource,
        (policies, floor): (&BeaconPolicies, u64),
    ) -> Result<Self> {
        Ok(match source {
            BeaconSource::Published(file) => Self::Published(PublishedMember::new(config, file)?),
            BeaconSource::View(view) => {
                let view = match config.assembly {
                    Some(assembly) => view.with_assembly(assembly).map_err(|e| match e {
                        Error::Usage(why) => {
                            Error::Usage(format!("dataset {:?}: assembly: {why}", config.id))
                        }
                        other => other,
                    })?,
                    None => view,
                };
                Self::Live(Live::new(config, view, policies.with_floor(floor))?)
            }
        })
    }

    pub(super) fn config(&self) -> &BeaconDataset {
        match self {
            Self::Live(live) => &live.config,
            Self::Published(file) => &file.config,
        }
    }
}

/// A dataset of a beacon, whoever asks.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) config: BeaconDataset,
    /// As the host gave it: its purpose and permit are those of requests that name none.
    view: View,
    /// With the floor of the beacon, where that is the greater one.
    policies: BeaconPolicies,
    /// By the ids of the views that each is made of.
    seen: Mutex<Vec<(String, Arc<Member>)>>,
}

impl Live {
    fn new(config: BeaconDataset, view: View, policies: BeaconPolicies) -> Result<Self> {
        // what a name means must not depend on what few people have
        let view = view.with_all_meant();
        for policy in [&policies.boolean, &policies.count].into_iter().flatten() {
            if policy.noise.is_some() {
                return Err(Error::NotAllowed {
                    policy: policy.name.clone(),
                    what: "adds noise, and a beacon has none".to_owned(),
                });
            }
        }
        // what is wrong with the configuration is found now
        Member::new(config.clone(), view.clone(), &Counted::default())?;
        Ok(Self {
            config,
            view,
            policies,
            seen: Mutex::default(),
        })
    }

    /// The most that is said: the least of what is asked for, what who asks may know, and what the dataset says.
    pub(super) fn granularity(&self, asked: &Asked, access: &Access) -> Granularity {
        let may = access.granularity.min(self.config.granularity);
        let policy = self.policies.of(may);
        let may = policy.map_or(may, |policy| may.min(policy.granularity));
        asked.granularity.min(may)
    }

    /// The dataset as who asks may see it, by the decisions of people as they are now. Without a purpose it is asked for
    /// what is said: whether there is anybody, how many there are, or records.
    /// Where there is a policy, all is answered by its view, which is there, too; with a memory it is the one that remembers.
    pub(super) fn seen_by(
        &self,
        access: &Access,
        granularity: Granularity,
        remembering: Option<Remembering<'_>>,
    ) -> Result<(Arc<Member>, Option<PolicyView>)> {
        let usual = match granularity {
            Granularity::Boolean => Purpose::DiscoverBoolean,
            Granularity::Count => Purpose::DiscoverCount,
            Granularity::Record => Purpose::ControlledAnalysis,
        };
        let given = self.view.access();
        let access = Access {
            purpose: access.purpose.or(given.purpose).or(Some(usual)),
            permit_date: access.permit_date.or(given.permit_date),
            ..*access
        };
        let mut view = self.view.again_for(&access)?;
        let (counted, ids) = self.counted(&access)?;
        let policy = self
            .policies
            .of(access.granularity.min(self.config.granularity));
        let mut shown = None;
        if let Some(policy) = policy {
            let cut = view.under_policy(policy)?;
            let id = &self.config.id;
            shown = Some(match remembering {
                Some(by) => by.memory.under_policy(&view, policy, id, by.asker)?,
                None => cut.clone(),
            });
            view = cut.into_view();
        }
        // a name is not the rules: two policies may have one
        let rules = policy.map(Policy::hash).unwrap_or_default();
        let id = format!("{} {ids} {rules}", view.id());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = seen.iter().find(|(of, _)| *of == id) {
            return Ok((Arc::clone(known), shown));
        }
        let new = Arc::new(Member::new(self.config.clone(), view, &counted)?);
        if seen.len() >= KEPT {
            seen.remove(0);
        }
        seen.push((id, Arc::clone(&new)));
        Ok((new, shown))
    }

    /// Of whom frequencies may be, and the ids of the views that say so.
    fn counted(&self, access: &Access) -> Result<(Counted, String)> {
        let mut counted = Counted::default();
        if self.config.frequencies.is_none() {
            return Ok((counted, String::new()));
        }
        let of = |purpose| {
            self.view.again_for(&Access {
                purpose: Some(purpose),
                ..*access
            })
        };
        let (all, by_ancestry) = (of(Purpose::Af)?, of(Purpose::AfByAncestry)?);
        counted.all = all.visible_subjects().cloned();
        counted.by_ancestry = by_ancestry.visible_subjects().cloned();
        Ok((counted, format!("{} {}", all.id(), by_ancestry.id())))
    }
}

/// The subjects whom frequencies may count, and those whom frequencies by country may; `None` is all that may be seen.
#[derive(Debug, Default)]
struct Counted {
    all: Option<SampleSet>,
    by_ancestry: Option<SampleSet>,
}

/// A dataset that a beacon answers from, as somebody may see it.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) config: BeaconDataset,
    pub(super) view: View,
    /// Whether nobody has two samples, so that samples who carry are people who do.
    pub(super) one_sample_each: bool,
    /// In which populations frequencies are shown: labels, and who is in each.
    pub(super) labels: Vec<String>,
    pub(super) populations: Vec<Group>,
    /// See [`Self::people_unidentified`].
    unidentified: OnceLock<u64>,
}

impl Member {
    fn new(config: BeaconDataset, view: View, counted: &Counted) -> Result<Self> {
        let mut member = Self {
            one_sample_each: has_one_sample_each(&view)?,
            labels: Vec::new(),
            populations: Vec::new(),
            unidentified: OnceLock::new(),
            config,
            view,
        };
        if member.config.frequencies.is_some() {
            for (label, group) in member.strata(counted)? {
                member.labels.push(label);
                member.populations.push(group);
            }
        }
        Ok(member)
    }

    /// How many people carry the most frequent of the variants of which the computed identifier is not known; 0 where
    /// all are. All rows are looked at, once.
    pub(super) fn people_unidentified(&self) -> Result<u64> {
        if let Some(known) = self.unidentified.get() {
            return Ok(*known);
        }
        let mut most = 0;
        self.view.unidentified(|allele| {
            let counts = allele.counts()?;
            // nobody is more people than samples
            if counts.n_het + counts.n_hom + counts.n_hemi > most {
                most = most.max(carriers_of(&self.view, std::slice::from_ref(allele))?);
            }
            Ok(())
        })?;
        Ok(*self.unidentified.get_or_init(|| most))
    }

    /// Everybody, each sex, each country and each sex in it.
    fn strata(&self, counted: &Counted) -> Result<BTreeMap<String, Group>> {
        let cut = |group: Group, to: &Option<SampleSet>| match to {
            None => Ok(group),
            Some(to) => {
                let label = group.label().to_owned();
                let left = group.subjects().intersection(to);
                self.view.group_of(left, None, label)
            }
        };
        let total = cut(self.view.all()?, &counted.all)?;
        let mut strata = BTreeMap::from([("Total".to_owned(), total)]);
        let Some(of) = &self.config.frequencies else {
            return Ok(strata);
        };
        if self.view.people().is_none() {
            return match of.country {
                None => Ok(strata),
                Some(_) => Err(Error::Usage(format!(
                    "dataset {:?}: frequencies by country: no people are loaded",
                    self.config.id
                ))),
            };
        }
        let sex = By::from(Attribute::Sex);
        for (values, group) in self.view.groups_by(std::slice::from_ref(&sex), None)? {
            if let Some(sex) = letter(values.first()) {
                strata.insert(sex.to_owned(), cut(group, &counted.all)?);
            }
        }
        let Some(country) = &of.country else {
            return Ok(strata);
        };
        let country = self.view.by(&[country])?;
        let mut add = |label: String, group: Group| -> Result<()> {
            let group = cut(group, &counted.by_ancestry)?;
            let joined = match strata.get(&label) {
                Some(known) => known.union(&group)?,
                None => group,
            };
            strata.insert(label, joined);
            Ok(())
        };
        for (values, group) in self.view.groups_by(&country, None)? {
            if let Some(label) = self.label(values.first()) {
                add(label, group)?;
            }
        }
        let both: Vec<By> = country.into_iter().chain([sex]).collect();
        for (values, group) in self.view.groups_by(&both, None)? {
            if let (Some(label), Some(sex)) = (self.label(values.first()), letter(values.get(1))) {
                add(format!("{label}_{sex}"), group)?;
            }
        }
        Ok(strata)
    }

    /// The label of a country; `None` of those without one.
    fn label(&self, value: Option<&Option<String>>) -> Option<String> {
        let value = value?.as_ref()?;
        let labels = &self.config.frequencies.as_ref()?.labels;
        match labels.is_empty() {
            true => Some(value.clone()),
            false => labels.get(value).cloned(),
        }
    }
}

fn letter(sex: Option<&Option<String>>) -> Option<&'static str> {
    match sex?.as_deref() {
        Some("female") => Some("F"),
        Some("male") => Some("M"),
        _ => None,
    }
}

fn has_one_sample_each(view: &View) -> Result<bool> {
    let all = view.all()?;
    // subjects are samples, and behind them people without any: who has two samples is there twice
    Ok(all.count() == all.subjects().len())
}
