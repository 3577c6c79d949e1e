//! What somebody may see of a dataset under a policy: every verb here cuts its answer to the policy before it is given,
//! and there is no other.

use super::influence::FoundPeople;
use super::memory::{Decided, PolicyMemory, YesNoAsked, lasting, subjects_beside};
use super::noise::{NO_SOURCE, Noised, Noising};
use super::pace::Pace;
use super::shown_scan::ShownScan;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::{Cell, Granularity, Known, Policy, Purpose, Rounding, Rules, Zero, suppress};
use crate::query::{Group, GroupExpr, Query, Showing};
use crate::set::SampleSet;
use std::sync::Arc;

/// An expression that picks no variant.
const NOTHING: &str = "!all";
/// Why cells cannot be kept apart.
pub(super) const SEVERAL_VALUES: &str =
    "shows no table by a field of which people have several values";
/// Why nothing more is counted.
pub(super) const SPENT: &str = "has a budget of sites, which is spent";

/// A view under a policy. It counts, and says whether there is anybody; nothing that it gives is of one person. The view itself is
/// given by [`PolicyView::records`], where the policy shows records.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::{Dataset, Policy};
/// let view = Dataset::open("cohort.vdx")?.view();
/// let shown = view.under_policy(&Policy::named("registered")?)?;
/// println!("{:?}", shown.ask("carriers(gene:RYR1) & sex:female")?.count);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PolicyView {
    pub(super) view: View,
    pub(super) policy: Arc<Policy>,
    /// People who may be seen.
    pub(super) people: u64,
    pub(super) memory: Option<Arc<dyn PolicyMemory>>,
    pub(super) noise: Option<Noising>,
    /// Who is answered of, where that is not all who may be seen: see [`Self::among`].
    among: Option<Arc<SampleSet>>,
}

/// How many people there are, as a policy shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ShownPeople {
    /// Whether there is anybody.
    pub exists: Known<bool>,
    /// How many.
    pub count: Known<u64>,
}

impl ShownPeople {
    /// `exact`, `rounded`, `noisy`, `capped` or `withheld`: of the number, or where a policy shows none, of whether there is anybody.
    pub fn status(&self) -> &'static str {
        match (self.count, self.exists) {
            (Known::Withheld, exists) => exists.status(),
            (count, _) => count.status(),
        }
    }
}

impl View {
    /// The same under a policy.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] where fewer people may be seen than the policy's smallest cohort, and where the policy is for a purpose that
    /// is not the view's, or that adds noise (see [`Self::under_policy_with_noise`]); [`Error::Damaged`].
    pub fn under_policy(&self, policy: &Policy) -> Result<PolicyView> {
        self.governed(policy, None)
    }

    pub(super) fn governed(&self, policy: &Policy, noise: Option<Noising>) -> Result<PolicyView> {
        let policy = Arc::new(policy.clone());
        let people = self.all()?.count();
        let refused = |what: String| {
            Err(Error::NotAllowed {
                policy: policy.name.clone(),
                what,
            })
        };
        if people < policy.smallest_cohort {
            return refused(format!(
                "answers of {} people at least, and here are fewer",
                policy.smallest_cohort
            ));
        }
        if let Some(purpose) = policy.purpose
            && self.access().purpose != Some(purpose)
        {
            let found = self.access().purpose.map_or("none", Purpose::name);
            return refused(format!(
                "is for the purpose {}, and the view's is {found}",
                purpose.name()
            ));
        }
        if policy.noise.is_some() && noise.is_none() {
            return refused(NO_SOURCE.to_owned());
        }
        Ok(PolicyView {
            view: self.under(&policy)?,
            policy,
            people,
            memory: None,
            noise,
            among: None,
        })
    }
}

impl PolicyView {
    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The same by the decisions of people as they are now.
    ///
    /// # Errors
    ///
    /// As [`View::renew`] and [`View::under_policy`].
    pub fn renew(&self) -> Result<Self> {
        if let Some(memory) = &self.memory {
            memory.follow()?;
        }
        let now = Self {
            memory: self.memory.clone(),
            ..self
                .view
                .renew()?
                .governed(&self.policy, self.noise.clone())?
        };
        match &self.among {
            Some(people) => now.cut_to(Arc::clone(people)),
            None => Ok(now),
        }
    }

    /// The same of some people alone, by numbers as [`View::lasting_people`] gives them: of those of an epoch, for who came since is
    /// answered of together with others who come.
    ///
    /// # Errors
    ///
    /// As [`View::under_policy`].
    pub fn among(&self, people: SampleSet) -> Result<Self> {
        self.cut_to(Arc::new(people))
    }

    fn cut_to(&self, people: Arc<SampleSet>) -> Result<Self> {
        let hidden = subjects_beside(&self.view, &people)?;
        let cut = match hidden.is_empty() {
            true => self.clone(),
            false => {
                let view = self.view.without(hidden)?;
                view.governed(&self.policy, self.noise.clone())?
            }
        };
        Ok(Self {
            memory: self.memory.clone(),
            among: Some(people),
            ..cut
        })
    }

    /// The same with what its asker asked before: answers beside which that would say of few people what is not to be said are
    /// withheld, and what a budget does not cover is refused. Without it each answer is cut by itself.
    #[must_use]
    pub fn remembering(self, memory: Arc<dyn PolicyMemory>) -> Self {
        Self {
            memory: Some(memory),
            ..self
        }
    }

    /// People who are answered of: as [`View::lasting_people`].
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn lasting_people(&self) -> Result<SampleSet> {
        self.view.lasting_people()
    }

    /// The view itself, of a policy that shows records.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for any other policy.
    pub fn records(&self) -> Result<&View> {
        let view = match self.policy.shows_records() {
            true => Ok(&self.view),
            false => Err(self.refused("does not show records")),
        };
        self.record(view, |_| false)
    }

    /// For what cuts its answers itself.
    pub(crate) fn into_view(self) -> View {
        self.view
    }

    pub(super) fn refused(&self, what: &str) -> Error {
        Error::NotAllowed {
            policy: self.policy.name.clone(),
            what: what.to_owned(),
        }
    }

    /// How many people an expression picks. Those whom it does not pick are the other cell of a table: where they are few,
    /// this is withheld, too.
    ///
    /// # Errors
    ///
    /// As [`View::ask`]; [`Error::NotAllowed`] for what the policy does not allow to be asked.
    pub fn ask(&self, who: &str) -> Result<ShownPeople> {
        let pace = Pace::begin();
        let found = self.record(self.people(who), |shown| shown.exists == Known::Withheld)?;
        if found.exists == Known::Withheld {
            self.wait(pace);
        }
        Ok(found)
    }

    fn people(&self, who: &str) -> Result<ShownPeople> {
        let read = who.parse()?;
        match self.group(who, &read, false)? {
            Some(group) => self.answer(&group, &read),
            None => Ok(ShownPeople::default()),
        }
    }

    /// Where nobody is not to be distinguished from few, by the time of the answer either.
    fn wait(&self, pace: Pace) {
        if self.policy.zero == Zero::Hidden {
            pace.wait();
        }
    }

    /// What may be said of a group beside what was said before.
    fn answer(&self, group: &Group, who: &GroupExpr) -> Result<ShownPeople> {
        if self.policy.shows_records() {
            return Ok(ShownPeople {
                exists: Known::Exact(group.exists()),
                count: Known::Exact(group.count()),
            });
        }
        self.refuse_variants_beside(who)?;
        let is_boolean = self.policy.granularity == Granularity::Boolean;
        // that it is withheld is an answer as well
        if !group.is_of_all() && (!is_boolean || who.asks_variants()) {
            self.pay(&[group.label().to_owned()])?;
        }
        let found = self.found(group, who)?;
        let shown = self.shown(group, who, &found)?;
        let Some(memory) = &self.memory else {
            return Ok(shown);
        };
        let budget = self.policy.budget.unwrap_or_default();
        if is_boolean {
            if budget.rare_p.is_none() {
                return Ok(shown);
            }
            // whoever can pay no more is not counted: it is asked of few as of many
            let ids = group.ids()?;
            let has_any = memory.has_any(&YesNoAsked {
                question: group.label(),
                people: self.people,
                found: &ids,
                at_least: self.floor_of(who).max(1),
            })?;
            return Ok(ShownPeople {
                exists: match (has_any, self.policy.zero) {
                    (true, _) => Known::Exact(true),
                    // who has spent his budget may be there
                    (false, Zero::Shown) => Known::Capped(false),
                    (false, Zero::Hidden) => Known::Withheld,
                },
                count: Known::Withheld,
            });
        }
        if shown.count == Known::Withheld {
            return Ok(shown);
        }
        let about = lasting(&self.view, group.subjects())?.difference(&found.left_out);
        match memory.may_answer_about(&about, who.words_of_variants().as_deref())? {
            true => Ok(shown),
            false => Ok(ShownPeople::default()),
        }
    }

    /// Pays for sites, where a policy has a budget of them and it is kept.
    fn pay(&self, sites: &[String]) -> Result<()> {
        let budget = self
            .policy
            .budget
            .and_then(|budget| budget.sites_per_person);
        let (Some(memory), Some(_)) = (&self.memory, budget) else {
            return Ok(());
        };
        match memory.may_count(sites)?.contains(&false) {
            true => Err(self.refused(SPENT)),
            false => Ok(()),
        }
    }

    /// Writes down what became of a question.
    pub(super) fn record<T>(
        &self,
        answer: Result<T>,
        is_withheld: impl FnOnce(&T) -> bool,
    ) -> Result<T> {
        if let Some(memory) = &self.memory {
            memory.record(match &answer {
                Ok(answer) if is_withheld(answer) => Decided::Withheld,
                Ok(_) => Decided::Answered,
                Err(_) => Decided::Refused,
            })?;
        }
        answer
    }

    fn shown(&self, group: &Group, who: &GroupExpr, of: &FoundPeople) -> Result<ShownPeople> {
        let FoundPeople {
            found, people: all, ..
        } = *of;
        let is_nobody = found == 0 && self.policy.zero == Zero::Shown;
        // that nobody is left over is said of the others
        let is_everybody = found == all && self.policy.zero == Zero::Shown && !group.is_of_all();
        if is_nobody && self.zero_is_of_few(who)?
            || is_everybody && self.zero_is_of_few(&who.others())?
            || self.is_within_few(who)?
        {
            return Ok(ShownPeople::default());
        }
        let rules = self.rules().at_least(self.floor_of(who));
        let count = match group.is_of_all() {
            true => self.number(all),
            false => {
                let cells = [found, all.saturating_sub(found)].map(people);
                let mut shown = Vec::new();
                suppress(rules, &people(all), &cells, &mut shown);
                match (shown.first(), who.asks_variants()) {
                    (Some(true), false) => self.number(found),
                    // with AC beside it, the number of carriers would say how many have two copies
                    (Some(true), true) => self.coarse(self.floor_of(who)).shown(found),
                    _ => Known::Withheld,
                }
            }
        };
        let noised = self.noised(&[(count, found, group.subjects())])?;
        let count = noised.first().copied().unwrap_or_default();
        let exists = match (rules.allows_people(found), found > 0) {
            // some of those who are counted have it, whoever else has
            (true, true) => Known::Exact(true),
            (true, false) if of.is_capped => Known::Capped(false),
            (true, false) => Known::Exact(false),
            (false, _) => Known::Withheld,
        };
        let count = match of.is_capped {
            true => count.capped(),
            false => count,
        };
        Ok(match self.policy.granularity {
            Granularity::Boolean => ShownPeople {
                exists,
                count: Known::Withheld,
            },
            // that there is somebody is said by a number
            _ => ShownPeople {
                exists: match count {
                    Known::Withheld => Known::Withheld,
                    _ => exists,
                },
                count,
            },
        })
    }

    /// The fewest people whom a question may find: whoever has an allele has a copy of it, and so few have not fewer copies than may be
    /// shown.
    fn floor_of(&self, who: &GroupExpr) -> u64 {
        let floor = self.policy.floor;
        match who.asks_variants() {
            true => floor.people.max(floor.alleles),
            false => floor.people,
        }
    }

    /// Numbers to a multiple of the floor: of two of them that differ by few neither says so.
    pub(super) fn coarse(&self, floor: u64) -> Rounding {
        let floor = floor.max(1);
        let coarse = Policy {
            rounding: self.policy.rounding.max(floor),
            ..(*self.policy).clone()
        };
        Rounding::of(&coarse, floor)
    }

    /// Of tables of people.
    pub(super) fn rules(&self) -> Rules {
        Rules::of(&self.policy).of_people()
    }

    pub(super) fn number(&self, people: u64) -> Known<u64> {
        match self.rules().allows_people(people) {
            true => Rounding::of(&self.policy, self.policy.floor.people).shown(people),
            false => Known::Withheld,
        }
    }

    /// The parts of a question, as they stand in it, and what each is asked of: a plan has them in an order that says which are of
    /// fewer people.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub fn explain(&self, who: &str) -> Result<Vec<(String, String)>> {
        // what is not allowed is refused here as well
        let planned = self.group_plan(who);
        self.record(planned, |_| false)
    }

    fn group_plan(&self, who: &str) -> Result<Vec<(String, String)>> {
        let read: GroupExpr = who.parse()?;
        self.group(who, &read, false)?;
        Ok(read.outline())
    }

    /// Variants with their counts as the policy shows them, of everybody or of a group, and by fields. Variants of which it
    /// shows nothing of everybody are not among them.
    ///
    /// # Errors
    ///
    /// As [`View::scan`], [`Self::ask`] and [`View::by`]; [`Error::NotAllowed`] for what the policy does not allow.
    pub fn frequencies(&self, of: &str, group: Option<&str>, by: &[String]) -> Result<ShownScan> {
        if self.policy.granularity == Granularity::Boolean {
            return Err(self.refused("says whether there is anybody, not how many"));
        }
        self.record(self.scan(of, group, by), |_| false)
    }

    /// Whether there is a variant that an expression picks, of which the policy shows that somebody has it.
    ///
    /// # Errors
    ///
    /// As [`Self::frequencies`].
    pub fn has_variants(&self, of: &str) -> Result<Known<bool>> {
        let pace = Pace::begin();
        let found = self.any_variant(of);
        let found = self.record(found, |found| *found == Known::Withheld)?;
        if found == Known::Withheld {
            self.wait(pace);
        }
        Ok(found)
    }

    fn any_variant(&self, of: &str) -> Result<Known<bool>> {
        // that nothing is shown is an answer as well
        self.pay(&[of.to_owned()])?;
        let mut scan = self.charged(self.unpaid(of, None, &[])?)?;
        // where zero is shown, it is of variants that nobody has
        while let Some(ac) = scan.next(|variant| Ok(variant.counts.ac))? {
            match ac {
                Known::Noisy(_) => return Ok(Known::Noisy(true)),
                shown if shown.value() == Some(0) => {}
                _ => return Ok(Known::Exact(true)),
            }
        }
        Ok(match (self.policy.zero, scan.withheld()) {
            (Zero::Shown, 0) => Known::Exact(false),
            _ => Known::Withheld,
        })
    }

    fn scan(&self, of: &str, group: Option<&str>, by: &[String]) -> Result<ShownScan> {
        let scan = self.charged(self.unpaid(of, group, by)?)?;
        let Some(memory) = self
            .memory
            .as_ref()
            .filter(|_| !self.policy.shows_records())
        else {
            return Ok(scan);
        };
        let has_budget = self
            .policy
            .budget
            .is_some_and(|of| of.sites_per_person.is_some());
        let ahead = match has_budget {
            true => Some(self.unpaid(of, None, &[])?),
            false => None,
        };
        let who = group.map(str::parse::<GroupExpr>).transpose()?;
        let by_variants = who.and_then(|who| who.words_of_variants());
        scan.remembering(&self.view, memory, by_variants.as_deref(), ahead)
    }

    /// The same, in which everybody pays for what a count says of him.
    fn charged(&self, scan: ShownScan) -> Result<ShownScan> {
        match &self.memory {
            Some(memory) if self.keeps_influence() => {
                scan.influenced(&self.view, Arc::clone(memory))
            }
            _ => Ok(scan),
        }
    }

    /// Variants of which nothing is paid.
    fn unpaid(&self, of: &str, group: Option<&str>, by: &[String]) -> Result<ShownScan> {
        let pace = Pace::begin();
        if group.is_some() && !by.is_empty() && !self.policy.shows_records() {
            return Err(self.refused("counts in a group or by fields, not both"));
        }
        let by = self.fields(by, true)?;
        let mut is_known = self.reads_variants(of)?;
        let group = match group {
            Some(who) => {
                self.refuse_chosen_groups()?;
                let group = self.group(who, &who.parse()?, true)?;
                is_known &= group.is_some();
                group
            }
            None => None,
        };
        // what is not known is no variant of anybody
        let query = Query::new(if is_known { of } else { NOTHING })?;
        let lists = |samples: u64| self.lists(samples / self.view.samples_each());
        let scan = ShownScan::new(&self.view, &query, group, (&by, &lists), self.showing())?;
        let scan = match &self.noise {
            Some(noising) => {
                scan.noised(|groups| Noised::new(noising, &self.view, &query, groups))?
            }
            None => scan,
        };
        let paced = (self.policy.zero == Zero::Hidden).then_some(pace);
        Ok(scan.paced(paced))
    }

    fn showing(&self) -> Showing {
        Showing::new(&self.policy, self.view.samples_each())
    }
}

pub(super) fn people(have: u64) -> Cell {
    Cell {
        have,
        people: have,
        ..Cell::default()
    }
}
