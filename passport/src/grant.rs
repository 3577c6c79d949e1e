//! What visas give.

use crate::clearinghouse::{Visas, time};
use crate::condition::Budget;
use crate::policy::{DatasetPolicy, Registered};
use crate::reason::{Reason, Refused};
use crate::visa::{By, GRANT, STATUS, TERMS, Visa};
use std::time::SystemTime;
use varidex::{Access, Date, Granularity};

/// Comparisons of characters and visas that one answer may take.
const STEPS_MAX: u64 = 4_000_000;

/// What somebody may be answered of a dataset, by their visas.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grant {
    /// How much an answer may say, and of which day the permit is, in UTC: `asserted` of the grant. Of several grants, of the
    /// one that was given last, before which most objections were made. Without a grant it is of no day.
    pub access: Access,
    /// When access ends: the first end of all that it follows from. `None` for what anybody may be answered.
    pub expires: Option<SystemTime>,
    /// The visas that count for nothing, in their order: for the host's log.
    pub refused: Vec<Refused>,
}

impl Visas<'_> {
    /// What may be answered of a dataset, by its identifier in the policy. Of one that the policy has not, no more than
    /// anybody is answered.
    pub fn grant(&self, dataset: &str) -> Grant {
        let mut question = Question {
            visas: self,
            budget: Budget(STEPS_MAX),
            refused: self.refused.clone(),
        };
        let policy = self.checker.policy.dataset(dataset);
        let found = policy.and_then(|policy| {
            question
                .controlled(policy)
                .or_else(|| question.registered(policy))
        });
        let mut refused = question.refused;
        refused.sort_by_key(|of| of.visa);
        let (granularity, permit_date, ends) = match found {
            Some(found) => found,
            None => {
                return Grant {
                    access: Access::public(),
                    expires: None,
                    refused,
                };
            }
        };
        let mut access = Access::up_to(granularity);
        access.permit_date = permit_date;
        Grant {
            access,
            expires: Some(time(ends.min(self.ends))),
            refused,
        }
    }
}

type Found = (Granularity, Option<Date>, u64);

/// A dataset is asked for.
struct Question<'a> {
    visas: &'a Visas<'a>,
    budget: Budget,
    refused: Vec<Refused>,
}

impl<'a> Question<'a> {
    /// By a grant.
    fn controlled(&mut self, dataset: &DatasetPolicy) -> Option<Found> {
        let mut latest = None;
        for visa in self.of_kind(GRANT) {
            if !dataset.grants.contains(&visa.object.value) {
                continue;
            }
            let ends = match dataset.suspended {
                true => Err(Reason::Suspended),
                false => self.granted(dataset, visa),
            };
            match ends {
                Ok(ends) => latest = latest.max(Some((visa.object.asserted(), ends))),
                Err(reason) => self.refuse(visa, reason),
            }
        }
        let (asserted, ends) = latest?;
        Some((
            Granularity::Record,
            Some(Date::of_seconds(asserted.cast_signed())),
            ends,
        ))
    }

    /// When a grant of the dataset ends.
    fn granted(&mut self, dataset: &DatasetPolicy, visa: &Visa) -> Result<u64, Reason> {
        if !dataset.sources.contains(&visa.object.source) {
            return Err(Reason::Source);
        }
        let ends = visa.ends_within(dataset.max_age_days);
        if !self.visas.checker.lasts(ends) {
            return Err(Reason::Aged);
        }
        Ok(ends.min(self.counts(visa, &dataset.by)?))
    }

    /// As a registered researcher.
    fn registered(&mut self, dataset: &DatasetPolicy) -> Option<Found> {
        if !dataset.registered || dataset.suspended {
            return None;
        }
        let policy = self.visas.checker.policy;
        let ends = policy.registered.iter().map(|of| self.researcher(of)).max();
        Some((Granularity::Count, None, ends??))
    }

    /// When the status ends, with the terms that belong to it.
    fn researcher(&mut self, registered: &Registered) -> Option<u64> {
        let mut latest = None;
        for visa in self.of_kind(STATUS) {
            if visa.object.value != registered.status {
                continue;
            }
            let ends = match self.counts(visa, &registered.status_by) {
                Ok(ends) => ends,
                Err(reason) => {
                    self.refuse(visa, reason);
                    continue;
                }
            };
            let accepted = registered.terms.iter();
            let accepted = accepted.map(|terms| self.accepted(visa, terms, &registered.terms_by));
            // collected, so that every refusal is noted
            let accepted: Vec<_> = accepted.collect();
            let accepted: Option<Vec<u64>> = accepted.into_iter().collect();
            let until = accepted.map(|all| all.into_iter().fold(ends, u64::min));
            latest = latest.max(until);
        }
        latest
    }

    /// Until when it counts that who has the status has accepted some terms.
    fn accepted(&mut self, status: &Visa, terms: &str, by: &[By]) -> Option<u64> {
        let mut latest = None;
        for visa in self.of_kind(TERMS) {
            if visa.object.value != terms {
                continue;
            }
            let same = self.visas.identities.same_until(status, visa);
            let counts = same.ok_or(Reason::Unlinked).and_then(|same| {
                let ends = self.counts(visa, by)?;
                Ok(ends.min(same))
            });
            match counts {
                Ok(ends) => latest = latest.max(Some(ends)),
                Err(reason) => self.refuse(visa, reason),
            }
        }
        latest
    }

    /// Until when a visa counts that is to be of one of these authorities: with the visas that its conditions ask for.
    fn counts(&mut self, visa: &Visa, by: &[By]) -> Result<u64, Reason> {
        if !visa.is_by(by) {
            return Err(Reason::By);
        }
        let Some(conditions) = visa.conditions.as_ref().filter(|all| !all.is_empty()) else {
            return Ok(visa.ends);
        };
        let all = self.visas.all.iter();
        let his = all.filter_map(|other| {
            let until = self.visas.identities.same_until(visa, other)?;
            Some((other, until))
        });
        let his: Vec<_> = his.collect();
        let until = conditions.hold(&his, &mut self.budget)?;
        until.map(|until| until.min(visa.ends)).ok_or(Reason::Unmet)
    }

    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &'a Visa> + use<'a> {
        let all = self.visas.all.iter();
        all.filter(move |visa| visa.object.kind == kind)
    }

    fn refuse(&mut self, visa: &Visa, reason: Reason) {
        let refused = Refused {
            visa: visa.number,
            issuer: Some(visa.iss.clone()),
            reason,
        };
        if !self.refused.contains(&refused) {
            self.refused.push(refused);
        }
    }
}
