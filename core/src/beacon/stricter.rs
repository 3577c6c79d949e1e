//! What a beacon hides of a published file beyond the file itself: by a greater floor of its own, or a policy of who asks.

use super::published::PublishedMember;
use crate::model::{Between, Cell, Floor, Policy, Rules, Zero, suppress};
use crate::publish::{PublishedSite, StrataGroup};
use crate::query::{Counts, Showing, ShownCounts};
use crate::store::published::ReleasedCounts;
use std::sync::Arc;

/// Rules beyond those of a file.
#[derive(Debug, Clone)]
pub(super) struct Stricter {
    floor: Floor,
    rules: Rules,
    showing: Showing,
}

impl Stricter {
    /// Both together; `None` where that is what the file holds already.
    pub(super) fn of(of_file: &Policy, floor: u64, policy: Option<&Policy>) -> Option<Self> {
        let mut own = of_file.clone();
        own.floor.people = own.floor.people.max(1);
        let mut both = own.clone();
        both.floor.people = both.floor.people.max(floor);
        if let Some(policy) = policy {
            both.floor.people = both.floor.people.max(policy.floor.people);
            both.floor.alleles = both.floor.alleles.max(policy.floor.alleles);
            both.smallest_cohort = both.smallest_cohort.max(policy.smallest_cohort);
            both.rounding = both.rounding.max(policy.rounding);
            both.two_tailed |= policy.two_tailed;
            if policy.zero == Zero::Hidden {
                both.zero = Zero::Hidden;
            }
        }
        let rules = Rules::of(&both);
        let is_stricter = rules != Rules::of(&own) || both.rounding != own.rounding;
        is_stricter.then(|| Self {
            floor: both.floor,
            rules,
            // whoever has several samples counts as several people, as in the file
            showing: Showing::new(&Arc::new(both), 1),
        })
    }

    /// Fewer are not shown.
    pub(super) fn floor(&self) -> Floor {
        self.floor
    }

    /// Counts of the file, rounded to what is coarser, with those by zygosity or without.
    pub(super) fn shown(&self, counts: Option<ReleasedCounts>, splits: bool) -> ShownCounts {
        match counts {
            Some(counts) => {
                let splits = splits && counts.genotypes.is_some();
                self.showing.counts(&of_view(&counts), splits)
            }
            None => ShownCounts::default(),
        }
    }

    fn allows_split(&self, counts: &ReleasedCounts) -> bool {
        counts.genotypes.is_some() && self.showing.allows_split(&of_view(counts))
    }
}

impl PublishedMember {
    /// Whether somebody of a group has a site, and that may be said: whoever is not in the group is the other cell of a table.
    pub(super) fn is_seen(
        &self,
        site: &PublishedSite,
        group: &StrataGroup,
        stricter: Option<&Stricter>,
    ) -> bool {
        let Some(counts) = site.counts(group).filter(|counts| counts.ac > 0) else {
            return false;
        };
        let (Some(Stricter { rules, .. }), Some(strata)) = (stricter, group.strata()) else {
            let all = self.people(group);
            return stricter.is_none_or(|of| of.rules.allows_cell(&cell(&counts, all)));
        };
        let Some(total) = site.total() else {
            return false;
        };
        let (all, people) = (self.people(&StrataGroup::total()), self.people(group));
        let mut cells = vec![cell(&counts, people)];
        let rest = total.without(&counts);
        let is_part = strata.len() < site.strata().len();
        if is_part || rest.ac > 0 || all != people {
            cells.push(cell(&rest, left(all, people)));
        }
        let mut shown = Vec::new();
        suppress(*rules, &cell(total, all), &cells, &mut shown);
        shown.first() == Some(&true)
    }

    /// How many people are in a group, as far as the file says; where it does not, there are enough of them.
    fn people(&self, group: &StrataGroup) -> u64 {
        let info = self.file.info();
        let known = match group.strata() {
            None => info.people,
            Some(strata) => strata
                .iter()
                .map(|&stratum| info.strata.get(stratum)?.people)
                .sum(),
        };
        known.unwrap_or(u64::MAX)
    }

    /// Strata of a site that the file shows: their numbers, counts and people.
    fn strata_of(&self, site: &PublishedSite) -> Vec<(usize, ReleasedCounts, u64)> {
        let strata = site.strata().iter().enumerate();
        let strata = strata.filter_map(|(number, counts)| {
            let group = StrataGroup::of_strata(self.file.info(), &[number]);
            Some((number, (*counts)?, self.people(&group)))
        });
        strata.collect()
    }

    /// Which strata of a site are shown: where the beacon hides more than the file, as many as keep what is hidden from being computed.
    pub(super) fn shown_strata(
        &self,
        site: &PublishedSite,
        stricter: Option<&Stricter>,
    ) -> Vec<bool> {
        let mut there: Vec<bool> = site.strata().iter().map(Option::is_some).collect();
        let (Some(Stricter { rules, .. }), Some(total)) = (stricter, site.total()) else {
            return there;
        };
        let strata = self.strata_of(site);
        let all = self.people(&StrataGroup::total());
        let mut cells: Vec<Cell> = strata.iter().map(|of| cell(&of.1, of.2)).collect();
        // what the file shows of the others together: those in no stratum, and in those that it withholds
        let rest = strata
            .iter()
            .fold(*total, |rest, (_, counts, _)| rest.without(counts));
        let of_strata = strata.iter().map(|of| of.2);
        let people = of_strata.fold(all, u64::saturating_sub);
        if strata.len() < there.len() || people > 0 || rest.ac > 0 {
            cells.push(cell(&rest, left(all, all.saturating_sub(people))));
        }
        let mut shown = Vec::new();
        suppress(*rules, &cell(total, all), &cells, &mut shown);
        for ((number, ..), shown) in strata.iter().zip(shown) {
            if let Some(there) = there.get_mut(*number) {
                *there = shown;
            }
        }
        there
    }

    /// Whether numbers by zygosity are shown of a site, of all strata that are or of none: with some of them others could be
    /// computed.
    pub(super) fn splits(&self, site: &PublishedSite, shown: &[bool], of: &Stricter) -> bool {
        let Some(total) = site.total() else {
            return false;
        };
        let strata = self.strata_of(site);
        let seen = || {
            let is_shown = |number: usize| shown.get(number) == Some(&true);
            strata.iter().filter(move |(number, ..)| is_shown(*number))
        };
        let hidden = seen().fold(*total, |rest, (_, counts, _)| rest.without(counts));
        let all = self.people(&StrataGroup::total());
        let people = seen().map(|of| of.2).fold(all, u64::saturating_sub);
        let is_all = !shown.contains(&false) && people == 0 && is_of_nobody(&hidden);
        let by_one = self.file.info().fields.len() < 2;
        of.allows_split(total)
            && seen().all(|(_, counts, _)| of.allows_split(counts))
            && (is_all || (by_one && of.allows_split(&hidden)))
    }
}

/// People who are left of so many; where it is not known how many there are, there are enough.
fn left(all: u64, people: u64) -> u64 {
    match all {
        u64::MAX => u64::MAX,
        known => known.saturating_sub(people),
    }
}

fn is_of_nobody(of: &ReleasedCounts) -> bool {
    let carriers = of
        .genotypes
        .as_ref()
        .map_or(0, |of| of.n_het | of.n_hom | of.n_hemi);
    of.ac == 0 && carriers == 0
}

/// The same as numbers of a view; without genotypes those are zero, and not shown.
fn of_view(of: &ReleasedCounts) -> Counts {
    let genotypes = of.genotypes.as_ref();
    Counts {
        ac: of.ac,
        an: of.an,
        n_het: genotypes.map_or(0, |of| of.n_het),
        n_hom: genotypes.map_or(0, |of| of.n_hom),
        n_hemi: genotypes.map_or(0, |of| of.n_hemi),
        n_missing: None,
    }
}

/// Numbers of a group as rules look at them: of people, as many as there are at least. Two copies are of one person, and beside one the
/// other may be missing.
fn cell(of: &ReleasedCounts, people: u64) -> Cell {
    let others = of.an.map(|an| an.saturating_sub(of.ac));
    let (have, het) = match &of.genotypes {
        Some(of) => (
            of.n_het.saturating_add(of.n_hom).saturating_add(of.n_hemi),
            of.n_het,
        ),
        // two copies are of one person at most, and each may be beside another allele
        None => (of.ac.div_ceil(2), of.ac),
    };
    Cell {
        have,
        lack: others.map(|others| Between {
            least: others.saturating_sub(het).div_ceil(2),
            most: others,
        }),
        have_others: others.map(|others| Between {
            least: others.div_ceil(2),
            most: others,
        }),
        copies: Some(of.ac),
        others,
        people,
    }
}
