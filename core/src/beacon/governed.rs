//! Answers of a beacon under a policy: all are given by the verbs of a [`PolicyView`], with a memory or without.

use super::question::Question;
use super::refusal::{Checked, Refusal};
use super::request::EntryType;
use crate::access::PolicyView;
use crate::error::Result;
use crate::model::{Granularity, Known};

impl Question<'_> {
    /// How many there are, or 1 where there is anybody, as a policy shows it. The floor of the beacon is one of the policy.
    pub(super) fn under_policy(
        &self,
        shown: &PolicyView,
        of: EntryType,
        granularity: Granularity,
    ) -> Checked<u64> {
        // by how many people have them, fewer copies than its floor would be spoken of
        let by_copies = shown.policy().floor.alleles > 0 && self.asks_variants();
        match of {
            EntryType::Variants if granularity > Granularity::Boolean => {
                self.count_variants(shown, u64::MAX)
            }
            EntryType::Variants => self.has_variants(shown),
            EntryType::Datasets if by_copies => self.has_variants(shown),
            EntryType::Individuals if granularity > Granularity::Boolean => {
                let found = shown.ask(&self.who().to_string());
                let found = found.map_err(|e| self.refusal(&e))?;
                Ok(found.count.value().unwrap_or_default())
            }
            EntryType::Individuals | EntryType::Datasets | EntryType::Cohorts => {
                self.has_people(shown)
            }
        }
    }

    /// 1 where there is anybody.
    fn has_people(&self, shown: &PolicyView) -> Checked<u64> {
        let found = shown.ask(&self.who().to_string());
        let found = found.map_err(|e| self.refusal(&e))?;
        Ok(u64::from(found.exists.value() == Some(true)))
    }

    /// 1 where there is a variant, of those who are asked for.
    fn has_variants(&self, shown: &PolicyView) -> Checked<u64> {
        let policy = shown.policy();
        let of_some = self.people_asked().is_some();
        if self.zygosity().is_none() && policy.granularity > Granularity::Boolean {
            return self.count_variants(shown, 1);
        }
        if (self.zygosity().is_some() || of_some) && policy.floor.alleles > 0 {
            return Err(Refusal::unanswerable(format!(
                "policy {}: has a floor of copies, which are not counted in some people or by zygosity to say yes or no",
                policy.name
            )));
        }
        let pays_people = policy.budget.is_some_and(|of| of.rare_p.is_some());
        if self.zygosity().is_some() || of_some || pays_people {
            return self.has_people(shown);
        }
        let found = shown.has_variants(&self.variants_asked().to_string());
        let found = found.map_err(|e| self.refusal(&e))?;
        Ok(u64::from(found.value() == Some(true)))
    }

    /// How many variants are shown, in those who are asked for; no more than so many are looked for.
    fn count_variants(&self, shown: &PolicyView, most: u64) -> Checked<u64> {
        if self.zygosity().is_some() {
            return Err(Refusal::unanswerable(
                "zygosity: under a policy it is answered of individuals, or by yes or no",
            ));
        }
        let group = self.people_asked().map(|who| who.to_string());
        let of = self.variants_asked().to_string();
        let count = || -> Result<u64> {
            let mut scan = shown.frequencies(&of, group.as_deref(), &[])?;
            let mut count = 0;
            while count < most
                && let Some(copies) = scan.next(|variant| Ok(variant.counts.ac))?
            {
                count += u64::from(Known::value(&copies).is_some_and(|ac| ac > 0));
            }
            Ok(count)
        };
        count().map_err(|e| self.refusal(&e))
    }
}
