//! Which counts of an imported record a policy shows.
//!
//! How many people are behind a count is known where genotypes are; else the fewest who can have it are taken: AC / 2 who carry it,
//! and (AN − 2 AC) / 2 who do not. Of people who are counted at all it is AN / 2. So what is shown is not below the floor, and some is
//! withheld that may not have to be.

use crate::model::{Between, Cell, Policy, Rules, suppress, suppress_two};
use crate::publish::released;
use crate::query::{Counts, Showing};
use crate::store::published::{GenotypeCounts, ReleasedCounts, Row};
use std::sync::Arc;

/// Cuts records to what a policy shows, as live answers are.
pub(super) struct Release {
    showing: Showing,
    rules: Rules,
    hides_split: bool,
    /// How many values the second of two fields has, where the strata are all pairs.
    width: Option<usize>,
}

/// The fewest people of whom counts can be.
fn cell(of: &ReleasedCounts) -> Cell {
    let others = of.an.map(|an| an.saturating_sub(of.ac));
    let (have, once) = match &of.genotypes {
        Some(of) => (of.n_het + of.n_hom + of.n_hemi, of.n_het),
        None => (of.ac.div_ceil(2), of.ac),
    };
    let lack = |others: u64| {
        let fewest = others.saturating_sub(once) / 2;
        // that it is nobody is not known without genotypes
        fewest.max(u64::from(of.genotypes.is_none() && others > 0))
    };
    Cell {
        have,
        lack: others.map(|others| Between {
            least: lack(others),
            most: others,
        }),
        have_others: others.map(|others| Between {
            least: match of.genotypes {
                Some(genotypes) => lack(others) + genotypes.n_het.min(others),
                None => others.div_ceil(2),
            },
            most: others,
        }),
        copies: Some(of.ac),
        others,
        // people of whom no copy is known may be there
        people: of.an.map_or(have, |an| an.div_ceil(2)).max(1),
    }
}

/// The same as numbers of a view; without genotypes those are zero, and not shown.
fn counts(of: &ReleasedCounts) -> Counts {
    let genotypes = of.genotypes.unwrap_or_default();
    Counts {
        ac: of.ac,
        an: of.an,
        n_het: genotypes.n_het,
        n_hom: genotypes.n_hom,
        n_hemi: genotypes.n_hemi,
        n_missing: None,
    }
}

/// What is of all and of none of some parts of it.
fn without<'c>(
    all: &ReleasedCounts,
    parts: impl Iterator<Item = &'c ReleasedCounts>,
) -> ReleasedCounts {
    parts.fold(*all, |rest, part| ReleasedCounts {
        ac: rest.ac.saturating_sub(part.ac),
        an: rest.an.zip(part.an).map(|(a, b)| a.saturating_sub(b)),
        genotypes: rest
            .genotypes
            .zip(part.genotypes)
            .map(|(a, b)| GenotypeCounts {
                n_het: a.n_het.saturating_sub(b.n_het),
                n_hom: a.n_hom.saturating_sub(b.n_hom),
                n_hemi: a.n_hemi.saturating_sub(b.n_hemi),
            }),
    })
}

fn is_nobody(of: &ReleasedCounts) -> bool {
    of.ac == 0 && of.an == Some(0)
}

impl Release {
    pub(super) fn new(policy: &Policy, width: Option<usize>) -> Self {
        Self {
            showing: Showing::new(&Arc::new(policy.clone()), 1),
            rules: Rules::of(policy),
            hides_split: false,
            width,
        }
    }

    /// A row as it is shown; `None` where nothing is. What is not known of a stratum is not there.
    pub(super) fn row(
        &mut self,
        total: &ReleasedCounts,
        strata: &[Option<ReleasedCounts>],
    ) -> Option<Row> {
        let all = cell(total);
        if !self.rules.allows_cell(&all) {
            return None;
        }
        let shown = match self.width {
            Some(width) => self.pairs(&all, total, strata, width),
            None => self.listed(&all, total, strata),
        };
        let seen = || strata.iter().zip(&shown).filter(|(_, shown)| **shown);
        let seen = || seen().filter_map(|(of, _)| of.as_ref());
        let hidden = without(total, seen());
        let may_split =
            |of: &ReleasedCounts| of.genotypes.is_some() && self.showing.allows_split(&counts(of));
        // who is in no stratum is beside the table: within it nothing is hidden
        let is_whole = self.width.is_none() || !shown.contains(&false);
        self.hides_split = !(may_split(total)
            && seen().all(may_split)
            && (is_nobody(&hidden) || (is_whole && may_split(&hidden))));
        let part = |(of, shown): (&Option<ReleasedCounts>, &bool)| {
            of.as_ref().filter(|_| *shown).and_then(|of| self.shown(of))
        };
        Some(Row {
            total: self.shown(total),
            strata: strata.iter().zip(&shown).map(part).collect(),
        })
    }

    fn shown(&self, of: &ReleasedCounts) -> Option<ReleasedCounts> {
        let shown = self.showing.counts(&counts(of), !self.hides_split);
        released(&shown)
    }

    /// Of a list of strata: whoever is in none of them, or in one of which nothing is known, is a cell, too.
    fn listed(
        &self,
        all: &Cell,
        total: &ReleasedCounts,
        strata: &[Option<ReleasedCounts>],
    ) -> Vec<bool> {
        let mut cells: Vec<Cell> = strata.iter().flatten().map(cell).collect();
        let rest = without(total, strata.iter().flatten());
        if !is_nobody(&rest) || cells.len() < strata.len() {
            cells.push(cell(&rest));
        }
        let mut shown = Vec::new();
        suppress(self.rules, all, &cells, &mut shown);
        let mut shown = shown.into_iter();
        let each = |of: &Option<ReleasedCounts>| of.is_some() && shown.next().unwrap_or(false);
        strata.iter().map(each).collect()
    }

    /// Of all pairs of two fields: by the sums of both fields, too, which other files of the same counts may have.
    fn pairs(
        &self,
        all: &Cell,
        total: &ReleasedCounts,
        strata: &[Option<ReleasedCounts>],
        width: usize,
    ) -> Vec<bool> {
        let cells: Vec<Cell> = strata.iter().flatten().map(cell).collect();
        if cells.len() < strata.len() {
            return vec![false; strata.len()];
        }
        let listed = self.listed(all, total, strata);
        let rest = without(total, strata.iter().flatten());
        let inside = match is_nobody(&rest) {
            true => *all,
            false => cell(&without(total, [&rest].into_iter())),
        };
        let mut shown = Vec::new();
        suppress_two(self.rules, &inside, &cells, width, &mut shown);
        for (both, listed) in shown.iter_mut().zip(&listed) {
            *both &= listed;
        }
        // of a line of which the sum is known nothing is shown beside a cell that is not
        for line in shown.chunks_mut(width.max(1)) {
            if line.contains(&false) {
                line.fill(false);
            }
        }
        shown
    }
}
