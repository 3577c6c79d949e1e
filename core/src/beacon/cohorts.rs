//! Virtual cohorts that a beacon publishes: those of a dataset that its configuration names, and no others.

use super::member::Member;
use super::refusal::{Checked, Refusal};
use crate::access::{PolicyView, Release};
use crate::error::Error;
use crate::model::{Attribute, Granularity};
use crate::query::GroupExpr;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many people are in a cohort, where that may be said.
type Size = Option<u64>;

/// Cohorts by name, of one dataset or of several.
#[derive(Debug, Default)]
pub(super) struct Cohorts(BTreeMap<String, Size>);

/// Whoever is in a cohort.
pub(super) fn expression(name: &str) -> GroupExpr {
    GroupExpr::attribute(Attribute::Cohort, name)
}

/// The name of a cohort that a dataset publishes and has, as it was defined.
pub(super) fn published(member: &Member, name: &str) -> Checked<Option<String>> {
    let mut of_config = member.config.cohorts.iter();
    if !of_config.any(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(None);
    }
    let defined = member.view.cohort_names();
    let mut defined = defined.map_err(|e| Refusal::of_host(&e))?.into_iter();
    Ok(defined.find(|known| known.eq_ignore_ascii_case(name)))
}

/// Whether an expression uses a cohort that was defined and is not published: to a beacon such a name is any other word.
pub(super) fn uses_others(member: &Member, who: &GroupExpr) -> Checked<bool> {
    let names = member.view.cohort_names();
    for name in names.map_err(|e| Refusal::of_host(&e))? {
        let used = who.uses_cohort(&name).map_err(|e| Refusal::of_host(&e))?;
        if used && published(member, &name)?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Cohorts {
    /// Adds those of a dataset; of several datasets that have one of the same name it is one.
    pub(super) fn add(
        &mut self,
        member: &Member,
        shown: Option<&PolicyView>,
        (granularity, release): (Granularity, Release),
    ) -> Checked<()> {
        for name in &member.config.cohorts {
            let Some(name) = published(member, name)? else {
                continue;
            };
            let size = match member.view.ask(expression(&name)) {
                Ok(_) if granularity == Granularity::Boolean => None,
                Ok(group) => Some(match shown {
                    None => release.people(group.count()),
                    Some(shown) => {
                        let found = shown.ask(&expression(&name).to_string());
                        let found = found.map_err(|e| Refusal::of_host(&e))?;
                        found.count.value().unwrap_or_default()
                    }
                }),
                // it is pinned to another state, or names what is not there any more
                Err(Error::Expression(_)) => None,
                Err(e) => return Err(Refusal::of_host(&e)),
            };
            let known = self.0.entry(name).or_insert(Some(0));
            *known = known.zip(size).map(|(a, b)| a + b);
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps the one of a name.
    pub(super) fn only(&mut self, name: &str) {
        self.0.retain(|known, _| known.eq_ignore_ascii_case(name));
    }

    /// As the model of Beacon has them.
    pub(super) fn documents(self) -> Vec<Value> {
        let all = self.0.into_iter().map(|(name, size)| {
            let mut of = json!({ "id": name, "name": name, "cohortType": "beacon-defined" });
            if let (Some(size), Some(of)) = (size, of.as_object_mut()) {
                of.insert("cohortSize".to_owned(), json!(size));
            }
            of
        });
        all.collect()
    }
}
