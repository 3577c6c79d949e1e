//! Who answers questions about a cohort.

use std::collections::HashMap;

use crate::cohort::{Cohort, FEW};
use crate::rules::{Floor, Frequency, Granularity, Rules};

/// An answer about one site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The budget is spent, the dataset too small, or the answer finer than the rules allow.
    Refused,
    /// Nobody, or, where the rules hide zero, fewer than the floor.
    No,
    /// Somebody, fewer than the floor; of rules that show zero.
    Few,
    /// At least the floor.
    Yes,
    /// So many alternate alleles of so many.
    Count {
        /// Alternate alleles, rounded as the rules say.
        alleles: u32,
        /// Alleles of those who were counted.
        total: u32,
    },
}

/// Something that answers questions about alleles.
pub trait Respondent {
    /// Whether somebody carries the alternate allele of a site.
    fn exists(&mut self, site: u32) -> Answer;
    /// How many alternate alleles there are at a site.
    fn count(&mut self, site: u32) -> Answer;
}

/// Costs below this are not charged.
const NEGLIGIBLE: f64 = 1e-6;

/// A cohort that answers by rules, with the ledgers of one attacker.
pub struct Guarded<'c> {
    cohort: &'c Cohort<'c>,
    rules: Rules,
    /// How many principals the attacker is.
    askers: f64,
    /// Frequencies in the population, by site.
    frequencies: &'c [f64],
    /// People who joined after the cohort was made and are in its answers.
    added: Vec<u32>,
    is_added: Vec<bool>,
    paid_sites: f64,
    paid_in_block: Vec<Vec<u32>>,
    blocks_touched: Vec<u32>,
    spent: Vec<Spent>,
    people_touched: Vec<u32>,
    /// Who of the cohort has the alternate, or the reference allele of a site, with their alternate alleles.
    holders: HashMap<(u32, bool), Vec<(u32, u32)>>,
    /// Answers that were paid for, by granularity. A repeated question has the same answer, and costs nothing.
    given: [HashMap<u32, Answer>; 2],
}

/// What a person spent.
#[derive(Clone, Copy, Default)]
struct Spent {
    rare: f64,
    influence: f64,
}

/// The true numbers of those whom an answer includes.
struct Included {
    alleles: u32,
    total: u32,
    carriers: u32,
    reference_carriers: u32,
}

impl<'c> Guarded<'c> {
    /// A respondent with full budgets, for an attacker who is so many principals.
    pub fn new(cohort: &'c Cohort<'c>, rules: Rules, askers: u32, frequencies: &'c [f64]) -> Self {
        let charged = rules.rare.is_some() || rules.influence.is_some();
        Self {
            cohort,
            rules,
            askers: f64::from(askers),
            frequencies,
            added: Vec::new(),
            is_added: vec![false; cohort.population.people()],
            paid_sites: 0.0,
            paid_in_block: vec![
                Vec::new();
                if rules.sites.is_some() {
                    cohort.population.blocks()
                } else {
                    0
                }
            ],
            blocks_touched: Vec::new(),
            spent: vec![
                Spent::default();
                if charged {
                    cohort.population.people()
                } else {
                    0
                }
            ],
            people_touched: Vec::new(),
            holders: HashMap::new(),
            given: [HashMap::new(), HashMap::new()],
        }
    }

    /// Makes all budgets full, as for another attacker, and the cohort as it was.
    pub fn reset(&mut self) {
        self.forget_paid_sites();
        self.paid_sites = 0.0;
        for person in self.people_touched.drain(..) {
            self.spent[person as usize] = Spent::default();
        }
        for person in self.added.drain(..) {
            self.is_added[person as usize] = false;
        }
    }

    /// People join. Where the rules have epochs, answers include them once there are enough. What was paid for before
    /// is not free any more: it is another answer.
    pub fn add(&mut self, people: &[u32]) {
        if self
            .rules
            .epoch
            .is_none_or(|least| people.len() >= least as usize)
        {
            for &person in people {
                self.added.push(person);
                self.is_added[person as usize] = true;
            }
            self.forget_paid_sites();
        }
    }

    fn forget_paid_sites(&mut self) {
        self.given.iter_mut().for_each(HashMap::clear);
        for block in self.blocks_touched.drain(..) {
            self.paid_in_block[block as usize].clear();
        }
    }

    fn size(&self) -> u32 {
        self.cohort.size() + self.added.len() as u32
    }

    /// Whether the question is answered at all; pays for it.
    fn admit(&mut self, site: u32) -> bool {
        if self.size() < self.rules.smallest_cohort {
            return false;
        }
        let Some(budget) = self.rules.sites else {
            return true;
        };
        let block = self.cohort.population.sites()[site as usize].block;
        let free = |&paid: &u32| {
            paid == site
                || budget
                    .pruned
                    .is_some_and(|least| self.cohort.population.r_squared(paid, site) >= least)
        };
        if self.paid_in_block[block as usize].iter().any(free) {
            return true;
        }
        if self.paid_sites + 1.0
            > (budget.per_person * f64::from(self.size())).floor() * self.askers
        {
            return false;
        }
        self.paid_sites += 1.0;
        if self.paid_in_block[block as usize].is_empty() {
            self.blocks_touched.push(block);
        }
        self.paid_in_block[block as usize].push(site);
        true
    }

    /// The true numbers, of those who can pay; whoever is included by a budget for influence has paid.
    fn included(&mut self, site: u32) -> Included {
        let population = self.cohort.population;
        let of_all = self.cohort.sites[site as usize];
        let mut numbers = Included {
            alleles: of_all.alleles,
            total: 2 * self.size(),
            carriers: u32::from(of_all.carriers),
            reference_carriers: u32::from(of_all.reference_carriers),
        };
        for &person in &self.added {
            let copies = population.copies(person, site);
            numbers.alleles += copies;
            numbers.carriers += u32::from(copies > 0);
            numbers.reference_carriers += u32::from(copies < 2);
        }
        if let Some(budget) = self.rules.influence {
            self.pay_influence(site, &mut numbers, budget * self.askers);
        } else if let Some(cost) = self.rare_cost(site, numbers.alleles) {
            self.leave_out_the_spent(site, cost, &mut numbers);
        }
        numbers
    }

    /// Members who have the alternate allele, or the reference allele, each once with its alternate alleles.
    fn members_with(&mut self, site: u32, alternate: bool) -> Vec<(u32, u32)> {
        let population = self.cohort.population;
        let has = |&(_, copies): &(u32, u32)| if alternate { copies > 0 } else { copies < 2 };
        let known = self.holders.entry((site, alternate)).or_insert_with(|| {
            let member = |person: &u32| self.cohort.people.contains(person);
            let mut people: Vec<u32> = if alternate {
                population.holders(site).filter(member).collect()
            } else {
                population.reference_holders(site).filter(member).collect()
            };
            people.sort_unstable();
            people.dedup();
            people
                .into_iter()
                .map(|person| (person, population.copies(person, site)))
                .collect()
        });
        let added = self
            .added
            .iter()
            .map(|&person| (person, population.copies(person, site)));
        known.iter().copied().chain(added.filter(has)).collect()
    }

    /// Charges those who have the rarer allele; who cannot pay is counted as if both copies were the other one. The price is that among
    /// those who stay: if those who are left out had a part in it, they would still be seen by it. To leave one out raises the
    /// price, so that more may have to go; what remains does not depend on who was left out.
    fn pay_influence(&mut self, site: u32, numbers: &mut Included, budget: f64) {
        let is_alternate = 2 * numbers.alleles <= numbers.total;
        let mut staying = self.members_with(site, is_alternate);
        let all = f64::from(numbers.total);
        while numbers.alleles > 0 && numbers.alleles < numbers.total {
            let f = f64::from(numbers.alleles) / all;
            let price = |copies: u32| (f64::from(copies) - 2.0 * f).powi(2) / (all * f * (1.0 - f));
            let prices = [0, 1, 2].map(price);
            let before = staying.len();
            staying.retain(|&(person, copies)| {
                let pays =
                    self.spent[person as usize].influence + prices[copies as usize] <= budget;
                if !pays {
                    Self::count_as_most(copies, is_alternate, numbers);
                }
                pays
            });
            if staying.len() < before {
                continue;
            }
            for &(person, copies) in &staying {
                let spent = &mut self.spent[person as usize].influence;
                if *spent == 0.0 {
                    self.people_touched.push(person);
                }
                *spent += prices[copies as usize];
            }
            break;
        }
        Self::bound_carriers(numbers);
    }

    /// Somebody of so many alternate alleles has none, where these are rarer, or else two.
    fn count_as_most(copies: u32, is_alternate: bool, numbers: &mut Included) {
        if is_alternate {
            numbers.alleles -= copies;
            numbers.carriers = numbers.carriers.saturating_sub(1);
            numbers.reference_carriers += u32::from(copies == 2);
        } else {
            numbers.alleles += 2 - copies;
            numbers.reference_carriers = numbers.reference_carriers.saturating_sub(1);
            numbers.carriers += u32::from(copies == 0);
        }
    }

    /// What a *yes* costs each carrier, if that is worth charging.
    fn rare_cost(&self, site: u32, alleles: u32) -> Option<f64> {
        let rare = self.rules.rare?;
        // Of so many alleles a carrier is charged e^−64 at most.
        if alleles > 64 && rare.frequency == Frequency::Dataset {
            return None;
        }
        let all = 2.0 * f64::from(self.size());
        let f = match rare.frequency {
            Frequency::Dataset => f64::from(alleles) / all,
            Frequency::Population => self.frequencies[site as usize],
        };
        let cost = rare_cost(f, all);
        (alleles > 0 && cost >= NEGLIGIBLE).then_some(cost)
    }

    fn leave_out_the_spent(&mut self, site: u32, cost: f64, numbers: &mut Included) {
        let Some(rare) = self.rules.rare else { return };
        let budget = -libm::log(rare.p) * self.askers;
        let members = self.members_with(site, true);
        let pays = |&(person, _): &(u32, u32)| self.spent[person as usize].rare + cost <= budget;
        let (payers, left_out): (Vec<_>, Vec<_>) = members.into_iter().partition(pays);
        Self::leave_out(&left_out, numbers);
        if !self.hidden(numbers) {
            for (person, _) in payers {
                self.people_touched.push(person);
                self.spent[person as usize].rare += cost;
            }
        }
    }

    /// Takes people out of the numbers. What [`Cohort`] cuts at [`FEW`] may come out too small, which errs to hiding.
    fn leave_out(people: &[(u32, u32)], numbers: &mut Included) {
        for &(_, copies) in people {
            numbers.alleles -= copies;
            numbers.total -= 2;
            numbers.carriers = numbers.carriers.saturating_sub(u32::from(copies > 0));
            numbers.reference_carriers = numbers
                .reference_carriers
                .saturating_sub(u32::from(copies < 2));
        }
        Self::bound_carriers(numbers);
    }

    /// The cut numbers are bounded from below by half of the alleles, which are exact.
    fn bound_carriers(numbers: &mut Included) {
        numbers.carriers = numbers
            .carriers
            .max(numbers.alleles.div_ceil(2).min(u32::from(FEW)));
        let rest = numbers.total - numbers.alleles;
        numbers.reference_carriers = numbers
            .reference_carriers
            .max(rest.div_ceil(2).min(u32::from(FEW)));
    }

    fn hidden(&self, numbers: &Included) -> bool {
        match self.rules.floor {
            Floor::None => numbers.alleles == 0,
            Floor::People(least) => numbers.carriers < least.max(1),
            Floor::Alleles(least) => numbers.alleles < least.max(1),
        }
    }

    /// Whether the count of the reference allele gives somebody away.
    fn reference_hidden(&self, numbers: &Included) -> bool {
        let rest = numbers.total - numbers.alleles;
        self.rules.two_tailed
            && match self.rules.floor {
                Floor::None => false,
                Floor::People(least) => numbers.reference_carriers < least,
                Floor::Alleles(least) => rest < least,
            }
    }

    fn below(&self, numbers: &Included) -> Answer {
        if self.rules.zero_shown && numbers.alleles > 0 {
            Answer::Few
        } else {
            Answer::No
        }
    }
}

/// What a *yes* about an allele of frequency f costs each carrier, of so many alleles in the dataset:
/// `−ln(1 − (1 − f)^2N)` (Raisaro et al. 2017).
pub fn rare_cost(f: f64, alleles: f64) -> f64 {
    let nobody = alleles * libm::log1p(-f.min(1.0 - 1e-12));
    -libm::log(-libm::expm1(nobody))
}

impl Guarded<'_> {
    /// The answer that was given before, or a new one.
    fn once(
        &mut self,
        site: u32,
        granularity: Granularity,
        answer: fn(&mut Self, u32) -> Answer,
    ) -> Answer {
        if self.spent.is_empty() {
            return answer(self, site);
        }
        if let Some(&given) = self.given[granularity as usize].get(&site) {
            return given;
        }
        let new = answer(self, site);
        self.given[granularity as usize].insert(site, new);
        new
    }

    fn new_exists(&mut self, site: u32) -> Answer {
        if !self.admit(site) {
            return Answer::Refused;
        }
        let numbers = self.included(site);
        if self.hidden(&numbers) {
            self.below(&numbers)
        } else {
            Answer::Yes
        }
    }

    fn new_count(&mut self, site: u32) -> Answer {
        if self.rules.granularity == Granularity::Boolean || !self.admit(site) {
            return Answer::Refused;
        }
        let numbers = self.included(site);
        let zero = self.rules.zero_shown && numbers.alleles == 0;
        if !zero && (self.hidden(&numbers) || self.reference_hidden(&numbers)) {
            return self.below(&numbers);
        }
        let step = self.rules.rounding.max(1);
        Answer::Count {
            alleles: (numbers.alleles + step / 2) / step * step,
            total: numbers.total,
        }
    }
}

impl Respondent for Guarded<'_> {
    fn exists(&mut self, site: u32) -> Answer {
        self.once(site, Granularity::Boolean, Self::new_exists)
    }

    fn count(&mut self, site: u32) -> Answer {
        self.once(site, Granularity::Count, Self::new_count)
    }
}

#[cfg(test)]
mod tests;
