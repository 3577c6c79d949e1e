//! A beacon that remembers what its askers asked before: what a policy keeps budgets of is answered by the verbs of a
//! [`PolicyView`], which pay for it.

use super::question::Question;
use super::refusal::{Checked, Refusal};
use super::request::EntryType;
use crate::access::PolicyView;
use crate::cohort::View;
use crate::error::Result;
use crate::model::{Granularity, Policy};
use std::fmt;

/// Puts the datasets of a beacon under their policies with what was asked before: `varidex_ledger::open_beacon` does by a ledger.
pub trait BeaconMemory: Send + Sync + fmt::Debug {
    /// A view under a policy, as an asker may ask it. `dataset` is the id in the configuration; no `asker` is anybody: all of them share
    /// their budgets.
    ///
    /// # Errors
    ///
    /// As [`View::under_policy`], and where it cannot be known what was asked.
    fn under_policy(
        &self,
        view: &View,
        policy: &Policy,
        dataset: &str,
        asker: Option<&str>,
    ) -> Result<PolicyView>;
}

/// Who asks, as far as a beacon remembers it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Remembering<'a> {
    pub(super) memory: &'a dyn BeaconMemory,
    pub(super) asker: Option<&'a str>,
}

impl Question<'_> {
    /// How many there are, or 1 where there is anybody, as may be said beside what was said before. The floor of the beacon is one of
    /// the policy.
    pub(super) fn remembered(
        &self,
        shown: &PolicyView,
        of: EntryType,
        granularity: Granularity,
    ) -> Checked<u64> {
        if of == EntryType::Variants && granularity > Granularity::Boolean {
            return self.variants_remembered(shown);
        }
        let found = shown.ask(&self.who().to_string());
        let found = found.map_err(|e| self.refusal(&e))?;
        Ok(match (of, found.count) {
            (EntryType::Individuals, count) if granularity > Granularity::Boolean => {
                count.value().unwrap_or_default()
            }
            _ => u64::from(found.exists.value() == Some(true)),
        })
    }

    /// How many variants are shown, in those who are asked for.
    fn variants_remembered(&self, shown: &PolicyView) -> Checked<u64> {
        if self.zygosity().is_some() {
            return Err(Refusal::unanswerable(
                "zygosity: with a ledger it is answered of individuals, or by yes or no",
            ));
        }
        let group = self.people_asked().map(|who| who.to_string());
        let of = self.variants_asked().to_string();
        let count = || -> Result<u64> {
            let mut scan = shown.frequencies(&of, group.as_deref(), &[])?;
            let mut count = 0;
            while let Some(has) = scan.next(|variant| {
                let copies = variant.counts.ac.value();
                Ok(copies.is_some_and(|ac| ac > 0))
            })? {
                count += u64::from(has);
            }
            Ok(count)
        };
        count().map_err(|e| self.refusal(&e))
    }
}
