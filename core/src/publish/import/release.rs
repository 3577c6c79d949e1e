//! Which counts of an imported record a policy shows: none that a live view of the same people would not.
//!
//! How many people have an allele is known where genotypes are, and else within bounds, as how many there are at all. A cell is shown where a
//! live view shows it whatever is within them ([`super::bounds`]), so some is withheld that may not have to be.
//!
//! Whoever is in no stratum is a cell beside those by one field. By two fields he is of a pair of values that is not there, maybe of values
//! that are not there, of which the sums by one of the fields are not known either: then no stratum is shown, where the policy withholds anything at all. Where no copy is of
//! somebody in no stratum, nobody is.

use super::bounds::{Bounds, Verdict, by_one, by_two};
use super::layout::Layout;
use crate::model::{Between, Cell, Policy, Rules, suppress, suppress_two};
use crate::publish::released;
use crate::query::{Counts, Showing};
use crate::store::published::{ReleasedCounts, Row};
use std::sync::Arc;

/// Cuts records to what a policy shows, as live answers are.
pub(super) struct Release {
    showing: Showing,
    rules: Rules,
    layout: Layout,
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
    parts.fold(*all, |rest, part| rest.without(part))
}

fn is_nobody(of: &ReleasedCounts) -> bool {
    of.ac == 0 && of.an == Some(0)
}

/// A record as it is: who is in no stratum, and what is not known of one, is not there.
struct Counted<'r> {
    total: &'r ReleasedCounts,
    strata: &'r [Option<ReleasedCounts>],
    /// Those in no stratum of which something is known.
    rest: ReleasedCounts,
}

impl Counted<'_> {
    /// Whether everybody is in a stratum, and all of these are known.
    fn is_whole(&self) -> bool {
        is_nobody(&self.rest) && self.strata.iter().all(Option::is_some)
    }
}

impl Release {
    pub(super) fn new(policy: &Policy, layout: Layout) -> Self {
        Self {
            showing: Showing::new(&Arc::new(policy.clone()), 1),
            rules: Rules::of(policy),
            layout,
        }
    }

    /// A row as it is shown; `None` where nothing is. What is not known of a stratum is not there.
    pub(super) fn row(
        &self,
        total: &ReleasedCounts,
        strata: &[Option<ReleasedCounts>],
    ) -> Option<Row> {
        let everybody = Bounds::of(total);
        if !everybody.is_shown(self.rules, &everybody) {
            return None;
        }
        let counted = Counted {
            total,
            strata,
            rest: without(total, strata.iter().flatten()),
        };
        let verdicts = self.verdicts(&counted);
        let splits = self.splits(&counted, &verdicts);
        let shown = |of: &ReleasedCounts| released(&self.showing.counts(&counts(of), splits));
        let part = |(of, verdict): (&Option<ReleasedCounts>, &Verdict)| {
            let of = of.as_ref().filter(|_| *verdict == Verdict::Shown);
            of.and_then(shown)
        };
        Some(Row {
            total: shown(total),
            strata: strata.iter().zip(&verdicts).map(part).collect(),
        })
    }

    /// By stratum.
    fn verdicts(&self, of: &Counted<'_>) -> Vec<Verdict> {
        let whole = of.is_whole();
        if self.layout.width.is_some() && !whole {
            let verdict = match self.needs_everybody() {
                true => Verdict::Unsure,
                false => Verdict::Shown,
            };
            return vec![verdict; of.strata.len()];
        }
        let cell = |at: &Option<usize>| match at.map(|at| of.strata.get(at).copied().flatten()) {
            None => Bounds::NOBODY,
            Some(Some(counts)) => Bounds::of(&counts),
            Some(None) => Bounds::some_of(&of.rest),
        };
        let mut cells: Vec<Bounds> = self.layout.cells.iter().map(cell).collect();
        if !whole {
            cells.push(match of.strata.iter().all(Option::is_some) {
                true => Bounds::of(&of.rest),
                false => Bounds::some_of(&of.rest),
            });
        }
        let found = self.of_cells(of, &cells);
        let mut verdicts = vec![Verdict::Unsure; of.strata.len()];
        for (at, found) in self.layout.cells.iter().zip(found) {
            if let Some(verdict) = at.and_then(|at| verdicts.get_mut(at)) {
                *verdict = found;
            }
        }
        verdicts
    }

    /// By cell: as a live table where its numbers are known, and else what it shows for sure.
    fn of_cells(&self, of: &Counted<'_>, cells: &[Bounds]) -> Vec<Verdict> {
        let rules = self.rules;
        if !cells.iter().all(|of| of.is_exact(rules)) {
            return match self.layout.width {
                Some(width) => by_two(rules, cells, width),
                None => by_one(rules, cells),
            };
        }
        let cells: Vec<Cell> = cells.iter().map(|of| of.least).collect();
        let total = Bounds::of(of.total).least;
        let mut shown = Vec::with_capacity(cells.len());
        match self.layout.width {
            Some(width) => suppress_two(rules, &total, &cells, width, &mut shown),
            None => suppress(rules, &total, &cells, &mut shown),
        };
        let verdict = |shown: bool| match shown {
            true => Verdict::Shown,
            false => Verdict::Hidden,
        };
        shown.into_iter().map(verdict).collect()
    }

    /// Whether strata are withheld where somebody is in none of them.
    pub(super) fn needs_everybody(&self) -> bool {
        self.layout.width.is_some() && !self.withholds_nothing()
    }

    /// Whether the policy shows what is of one person and of nobody.
    fn withholds_nothing(&self) -> bool {
        let one = Cell {
            have: 1,
            lack: Some(Between::exact(1)),
            have_others: Some(Between::exact(1)),
            copies: Some(1),
            others: Some(1),
            people: 1,
        };
        self.rules.shows_zero() && self.rules.allows_cell(&one)
    }

    /// Whether numbers by zygosity are shown, of all or of none, as in a live table: where those of everybody may be, of each stratum that may be
    /// shown there, and of those together that are not. In a table by two fields none is hidden then.
    fn splits(&self, of: &Counted<'_>, verdicts: &[Verdict]) -> bool {
        let may_split =
            |of: &ReleasedCounts| of.genotypes.is_some() && self.showing.allows_split(&counts(of));
        let may_be_seen = || {
            let all = of.strata.iter().zip(verdicts);
            all.filter(|(_, verdict)| **verdict != Verdict::Hidden)
                .map(|(of, _)| of)
        };
        let nothing = self.withholds_nothing();
        let each = |of: &Option<ReleasedCounts>| of.as_ref().map_or(nothing, may_split);
        if !(may_split(of.total) && may_be_seen().all(each)) {
            return false;
        }
        let all_are_shown = verdicts.iter().all(|of| *of == Verdict::Shown);
        let hidden = without(of.total, may_be_seen().flatten());
        let is_known = self.layout.width.is_none() || nothing;
        match is_nobody(&hidden) && !verdicts.contains(&Verdict::Hidden) {
            true => all_are_shown || is_known,
            false => is_known && may_split(&hidden),
        }
    }
}
