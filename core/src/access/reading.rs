//! What somebody writes who is asked under a policy: an error says what is wrong with the words, and nothing of who is here.

use super::noise::NOT_COMPARED;
use super::policy_view::PolicyView;
use crate::error::{Error, ExpressionError, Result};
use crate::model::{Rules, Zero};
use crate::query::{Group, GroupExpr, VariantExpr};
use crate::set::SampleSet;

/// Parts that must hold together, of which each combination is looked at.
const PARTS_MAX: usize = 8;
/// Alternatives that are looked at.
const TERMS_MAX: usize = 32;
/// How errors begin that depend on the dataset, and on nobody in it.
const OF_NOBODY: [&str; 4] = [
    "no contig `",
    "nothing is known of people here",
    "`proof` needs",
    "similarity",
];

impl PolicyView {
    /// The people whom an expression picks, which was `read` from the text; `None` where a name in it is known of nobody, and that is not to be distinguished from
    /// few.
    pub(super) fn group(
        &self,
        who: &str,
        read: &GroupExpr,
        beside_variants: bool,
    ) -> Result<Option<Group>> {
        // what cannot be read depends on no data; candidates for it would
        if !self.policy.shows_records() {
            self.refuse_groups_within(read.counts_in_groups())?;
            self.refuse_numbers_within(read.compares_counts())?;
        }
        let found = match beside_variants {
            true => self.view.ask_beside_variants(who),
            false => self.view.ask(who),
        };
        found.map(Some).or_else(|error| self.unknown(error))
    }

    /// The same of variants: whether there may be some.
    pub(super) fn reads_variants(&self, of: &str) -> Result<bool> {
        if !self.policy.shows_records() {
            let read = of.parse::<VariantExpr>()?;
            self.refuse_groups_within(read.counts_in_groups())?;
            self.refuse_numbers_within(read.compares_counts())?;
        }
        let query = crate::query::Query::new(of)?;
        let bound = self.view.notes_on(&query).map(|_| Some(()));
        let bound = bound.or_else(|error| self.unknown(error))?;
        Ok(bound.is_some())
    }

    /// About whom numbers within expressions are is not remembered: so they are refused where it must be.
    fn refuse_groups_within(&self, has_some: bool) -> Result<()> {
        match has_some && self.memory.is_some() {
            true => Err(self.refused("with a ledger does not compare numbers of groups")),
            false => Ok(()),
        }
    }

    /// A number that a variant is picked by is without noise, and one that nobody paid for.
    fn refuse_numbers_within(&self, compares_some: bool) -> Result<()> {
        match (compares_some, self.noise.is_some()) {
            (true, true) => Err(self.refused(NOT_COMPARED)),
            (true, false) if self.keeps_influence() => {
                Err(self.refused("with a budget of influence does not compare counts of variants"))
            }
            _ => Ok(()),
        }
    }

    /// What a table withholds is the difference of a group of its cells and of those that it shows; and of whom a group leaves out nobody
    /// would have paid for what all say beside it.
    pub(super) fn refuse_chosen_groups(&self) -> Result<()> {
        match self.memory.is_some() && !self.policy.shows_records() {
            true => Err(self.refused(
                "with a ledger counts variants in everybody or by fields: in another group it would say what such tables withhold",
            )),
            false => Ok(()),
        }
    }

    /// The same of people: one allele is asked for, alone. Of what else holds, of them or beside them, most may be known already, and the rest
    /// is of few.
    pub(super) fn refuse_variants_beside(&self, who: &GroupExpr) -> Result<()> {
        match self.keeps_influence() && who.asks_variants() && who.one_allele().is_none() {
            true => Err(self.refused(
                "with a budget of influence counts people by one allele alone (carriers of CONTIG:POSITION:REF:ALT)",
            )),
            false => Ok(()),
        }
    }

    /// What is said of an expression that is understood and names what is not known here, or what few have: that is not said.
    fn unknown<T>(&self, error: Error) -> Result<Option<T>> {
        let of = match error {
            Error::Expression(of) => of,
            Error::Usage(_) | Error::Input(_) if !self.policy.shows_records() => {
                return match self.policy.zero {
                    Zero::Hidden => Ok(None),
                    Zero::Shown => Err(self.refused("does not say what is known here of a list")),
                };
            }
            other => return Err(other),
        };
        if self.policy.shows_records() || self.is_of_nobody(&of) {
            return Err(Error::Expression(of));
        }
        match self.policy.zero {
            Zero::Hidden => Ok(None),
            Zero::Shown => Err(Error::Expression(Box::new(ExpressionError {
                message: "not known here, or known of few, or of several: which is not said under this policy".to_owned(),
                candidates: Vec::new(),
                ..*of
            }))),
        }
    }

    /// Whether an error depends on no person: on contigs and genes of the dataset, or on what was built into it.
    fn is_of_nobody(&self, error: &ExpressionError) -> bool {
        let of_genes =
            error.message.starts_with("no gene `") && self.view.manifest().annotations.is_none();
        of_genes || OF_NOBODY.iter().any(|of| error.message.starts_with(of))
    }

    /// Whether that nobody is found says of few people that none of them is: some of the parts that must hold together pick few.
    pub(super) fn zero_is_of_few(&self, who: &GroupExpr) -> Result<bool> {
        // what has more parts than are looked at may have such
        let Some(terms) = who.terms(TERMS_MAX, PARTS_MAX) else {
            return Ok(true);
        };
        let mut known: Vec<(String, SampleSet)> = Vec::new();
        for parts in terms {
            let mut sets = Vec::new();
            for part in parts {
                if part.picks_of_carriers() {
                    return Ok(true);
                }
                let text = part.to_string();
                sets.push(match known.iter().find(|(of, _)| *of == text) {
                    Some((_, set)) => set.clone(),
                    None => {
                        let set = self.view.ask(part)?.subjects().clone();
                        known.push((text, set.clone()));
                        set
                    }
                });
            }
            if sets.len() > 1 && self.any_is_few(&sets, None)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether variants are asked for in a group in which the policy counts none: of some of the alternatives the parts without variants
    /// pick too few.
    pub(super) fn is_within_few(&self, who: &GroupExpr) -> Result<bool> {
        let rules = Rules::of(&self.policy);
        if !who.asks_variants() || rules.allows_size(1) {
            return Ok(false);
        }
        let Some(terms) = who.terms(TERMS_MAX, PARTS_MAX) else {
            return Ok(true);
        };
        for parts in terms {
            let (of_variants, of_people): (Vec<_>, Vec<_>) =
                parts.into_iter().partition(GroupExpr::asks_variants);
            if of_variants.is_empty() {
                continue;
            }
            let mut group: Option<SampleSet> = None;
            for part in of_people {
                let set = self.view.ask(part)?.subjects().clone();
                group = Some(match group {
                    Some(group) => group.intersection(&set),
                    None => set,
                });
            }
            let Some(group) = group else { continue };
            if !rules.allows_size(self.view.group_of(group, None, "")?.count()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether some of the sets have few people in common.
    fn any_is_few(&self, sets: &[SampleSet], within: Option<&SampleSet>) -> Result<bool> {
        let Some((first, others)) = sets.split_first() else {
            return Ok(false);
        };
        let both = match within {
            Some(within) => within.intersection(first),
            None => first.clone(),
        };
        let people = self.view.group_of(both.clone(), None, "")?.count();
        if people > 0 && people < self.policy.floor.people {
            return Ok(true);
        }
        Ok((people > 0 && self.any_is_few(others, Some(&both))?)
            || self.any_is_few(others, within)?)
    }
}
