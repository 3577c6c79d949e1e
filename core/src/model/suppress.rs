//! Which cells of a table are not shown: those of few people, and others, so that these cannot be computed from the
//! rest.
//!
//! A cell may be shown where each of its numbers is at least the floor, or zero where zero is shown. What may not is hidden
//! (primary suppression). Whoever knows the total and the cells that are shown knows the sum of those that are hidden;
//! so more are hidden (complementary suppression) until that sum may be shown by the same rule and is of two cells or more. Then the
//! largest value that a hidden cell can have, as far as the table says, is that sum, which is not below the floor; and
//! no hidden cell is determined. What is in the total but in no stratum is a cell.

use super::{Policy, Zero};

/// A number of people of which two bounds are known: of genotypes that are known in part it is not more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Between {
    pub(crate) least: u64,
    pub(crate) most: u64,
}

impl Between {
    pub(crate) const fn exact(people: u64) -> Self {
        Self {
            least: people,
            most: people,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            least: self.least.saturating_add(other.least),
            most: self.most.saturating_add(other.most),
        }
    }
}

/// Numbers of a cell. Of a table of people all but `have` and `people` are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    /// People who have it.
    pub(crate) have: u64,
    /// People who do not have it, and people who have another allele; `None` where that is not known.
    pub(crate) lack: Option<Between>,
    pub(crate) have_others: Option<Between>,
    /// Copies of the allele, and of others, as far as they are known.
    pub(crate) copies: Option<u64>,
    pub(crate) others: Option<u64>,
    /// People of the group that it is counted in, whatever they have.
    pub(crate) people: u64,
}

impl Cell {
    /// Of two groups together. What is not asked of one is not of both.
    pub(crate) fn and(self, other: &Self) -> Self {
        let sum = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
        let both = |a: Option<Between>, b: Option<Between>| Some(a?.and(b?));
        Self {
            have: self.have.saturating_add(other.have),
            lack: both(self.lack, other.lack),
            have_others: both(self.have_others, other.have_others),
            copies: sum(self.copies, other.copies),
            others: sum(self.others, other.others),
            people: self.people.saturating_add(other.people),
        }
    }

    /// Whether nobody has another allele: AC is AN then.
    fn is_all_copies(&self) -> bool {
        self.copies.is_some_and(|copies| copies > 0) && self.others == Some(0)
    }

    fn sum<'c>(cells: impl Iterator<Item = &'c Self>) -> Option<Self> {
        cells.copied().reduce(|sum, cell| sum.and(&cell))
    }
}

/// The rules of a policy that are of single numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    people: u64,
    alleles: u64,
    two_tailed: bool,
    shows_zero: bool,
    smallest_cohort: u64,
}

impl Rules {
    pub(crate) fn of(policy: &Policy) -> Self {
        Self {
            people: policy.floor.people,
            alleles: policy.floor.alleles,
            two_tailed: policy.two_tailed,
            shows_zero: policy.zero == Zero::Shown,
            // what few people have, and that they have nothing, is of few
            smallest_cohort: policy.smallest_cohort.max(policy.floor.people),
        }
    }

    /// The same with a floor of people that is not less.
    pub(crate) fn at_least(self, people: u64) -> Self {
        Self {
            people: self.people.max(people),
            ..self
        }
    }

    /// Whether zero is shown.
    pub(crate) fn shows_zero(self) -> bool {
        self.shows_zero
    }

    /// Whether those who do not have it are not to be few, either.
    pub(crate) fn is_two_tailed(self) -> bool {
        self.two_tailed
    }

    /// The same of tables of people, in which who lacks something is a cell of its own.
    pub(crate) fn of_people(self) -> Self {
        Self {
            alleles: 0,
            two_tailed: false,
            smallest_cohort: 0,
            ..self
        }
    }

    /// Whether a number may be shown.
    pub(crate) fn allows(self, number: u64, floor: u64) -> bool {
        match number {
            0 => self.shows_zero,
            _ => number >= floor,
        }
    }

    /// Whether a number of people may be shown.
    pub(crate) fn allows_people(self, people: u64) -> bool {
        self.allows(people, self.people)
    }

    /// Whether anything may be shown of a group of so many people.
    pub(crate) fn allows_size(self, people: u64) -> bool {
        people >= self.smallest_cohort
    }

    /// Whether all numbers of a cell may be shown.
    pub(crate) fn allows_cell(self, cell: &Cell) -> bool {
        // what is not known may be few
        let people = |number: Option<Between>| {
            number.is_some_and(|people| match people.least {
                // maybe nobody, and maybe somebody
                0 => self.shows_zero && (people.most == 0 || self.people < 2),
                least => least >= self.people,
            })
        };
        let alleles = |number: Option<u64>| {
            self.alleles == 0 || number.is_some_and(|number| self.allows(number, self.alleles))
        };
        // of a group of nobody it is said that there is nobody, where that is said at all
        let is_empty = cell.people == 0 && self.shows_zero;
        (is_empty || cell.people >= self.smallest_cohort)
            && self.allows_people(cell.have)
            && alleles(cell.copies)
            && (!self.two_tailed
                || (people(cell.lack) && people(cell.have_others) && alleles(cell.others)))
    }

    /// The same of a part of a whole. AN says more of people than AC, and is rounded further where they are hidden; so where it is AC
    /// it is neither shown nor the rest of what is, unless it is so in all parts.
    pub(crate) fn allows_part(self, cell: &Cell, whole: &Cell) -> bool {
        let says_an = self.people > 1 && cell.is_all_copies() && !whole.is_all_copies();
        !says_an && self.allows_cell(cell)
    }
}

/// Which cells of one table are shown, in one dimension: `shown` is by cell. Returns whether the total is.
///
/// The cells, with what is in no stratum among them, add up to the total.
pub(crate) fn suppress(rules: Rules, total: &Cell, cells: &[Cell], shown: &mut Vec<bool>) -> bool {
    shown.clear();
    if !rules.allows_cell(total) {
        shown.resize(cells.len(), false);
        return false;
    }
    shown.extend(cells.iter().map(|cell| rules.allows_part(cell, total)));
    hide_more(cells, shown, |sum, number| {
        number >= 2 && rules.allows_part(sum, total)
    });
    true
}

/// Hides one cell more while there are hidden ones of which the sum may not be known: of those that are shown the one of the fewest
/// people, but some.
fn hide_more(cells: &[Cell], shown: &mut [bool], allows: impl Fn(&Cell, usize) -> bool) {
    loop {
        let mut sum: Option<Cell> = None;
        let (mut number, mut next) = (0, None);
        for (at, (cell, shown)) in cells.iter().zip(shown.iter()).enumerate() {
            if !shown {
                number += 1;
                sum = Some(sum.map_or(*cell, |sum| sum.and(cell)));
            } else if next.is_none_or(|(_, have)| (cell.have == 0, cell.have) < have) {
                next = Some((at, (cell.have == 0, cell.have)));
            }
        }
        let Some(sum) = sum else { return };
        if allows(&sum, number) {
            return;
        }
        match next.and_then(|(at, _)| shown.get_mut(at)) {
            Some(more) => *more = false,
            // all are hidden: their sum is the total, which is shown
            None => return,
        }
    }
}

/// The same of a table by two fields, of which both margins may be asked for: `cells` row after row, `width` in each.
///
/// A row is shown whole or not at all. It is where the table of the rows shows it, all its cells may be shown, and of the rows that
/// are not, the sums by column may be shown and are of two rows or more; and nothing is where a column is not shown by the
/// table of the columns. Then a hidden cell can be as large as the smaller of its row's and its column's hidden sums, neither of which is
/// below the floor.
pub(crate) fn suppress_two(
    rules: Rules,
    total: &Cell,
    cells: &[Cell],
    width: usize,
    shown: &mut Vec<bool>,
) -> bool {
    shown.clear();
    shown.resize(cells.len(), false);
    let width = width.max(1);
    let rows: Vec<&[Cell]> = cells.chunks(width).collect();
    let of_rows: Vec<Cell> = rows
        .iter()
        .filter_map(|row| Cell::sum(row.iter()))
        .collect();
    let column = |at: usize| cells.iter().skip(at).step_by(width);
    let of_columns: Vec<Cell> = (0..width).filter_map(|at| Cell::sum(column(at))).collect();
    let (mut lines, mut columns) = (Vec::new(), Vec::new());
    if !suppress(rules, total, &of_rows, &mut lines) {
        return false;
    }
    suppress(rules, total, &of_columns, &mut columns);
    if columns.contains(&false) {
        return true;
    }
    for (line, row) in lines.iter_mut().zip(&rows) {
        *line &= row.iter().all(|cell| rules.allows_part(cell, total));
    }
    // a row more is hidden while the hidden sums of a column may not be known
    loop {
        let hidden = || lines.iter().zip(&rows).filter(|(shown, _)| !**shown);
        let number = hidden().count();
        let may_be_known = (0..width).all(|at| {
            let sum = Cell::sum(hidden().filter_map(|(_, row)| row.get(at)));
            sum.is_none_or(|sum| rules.allows_part(&sum, total))
        });
        if number == 0 || (number >= 2 && may_be_known) {
            break;
        }
        let left = lines.iter().zip(&of_rows).enumerate();
        let left = left.filter(|(_, (shown, _))| **shown);
        let next = left.min_by_key(|(_, (_, row))| (row.have == 0, row.have));
        match next.map(|(at, _)| at).and_then(|at| lines.get_mut(at)) {
            Some(line) => *line = false,
            None => break,
        }
    }
    for (row, line) in shown.chunks_mut(width).zip(&lines) {
        row.fill(*line);
    }
    true
}

#[cfg(test)]
#[path = "suppress_tests.rs"]
mod tests;
