//! What is known of a cell without its people, and which cells a table of them shows for sure.
//!
//! A live table hides a cell that may not be shown, and then those of the fewest carriers, until nothing says what is hidden. Which ones
//! these are depends on numbers of people that counts say within bounds. So a cell is shown where it would be whatever is within the bounds: where it may be
//! shown itself, and where either nothing is hidden, or the cells before it that are hidden before it is are enough.

use crate::model::{Between, Cell, Rules};
use crate::store::published::ReleasedCounts;

/// The least and the greatest that each number of a cell can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) least: Cell,
    pub(super) most: Cell,
}

/// Nobody at all.
const NOBODY: Cell = Cell {
    have: 0,
    lack: Some(Between::exact(0)),
    have_others: Some(Between::exact(0)),
    copies: Some(0),
    others: Some(0),
    people: 0,
};

impl Bounds {
    pub(super) const NOBODY: Self = Self {
        least: NOBODY,
        most: NOBODY,
    };

    /// Of counts. Without genotypes carriers have one copy or two; of people of whom no copy is known nothing is.
    pub(super) fn of(counts: &ReleasedCounts) -> Self {
        let ac = counts.ac;
        let others = counts.an.map(|an| an.saturating_sub(ac));
        let (fewest, most, once) = match &counts.genotypes {
            Some(of) => {
                let have = of.n_het + of.n_hom + of.n_hemi;
                (have, have, of.n_het)
            }
            None => (ac.div_ceil(2), ac, ac),
        };
        // of those who have none two copies are known, or one; and of somebody with one copy the other may be missing, so that all others
        // may be of those who have none
        let lack = others.map(|others| [others.saturating_sub(once).div_ceil(2), others]);
        let have_others = others.map(|others| [others.div_ceil(2), others]);
        let end = |of: Option<[u64; 2]>, end: usize| Some(Between::exact(*of?.get(end)?));
        let unknown = Some(Between::exact(u64::MAX));
        let least = Cell {
            have: fewest,
            lack: end(lack, 0),
            have_others: end(have_others, 0),
            copies: Some(ac),
            others,
            people: counts.an.map_or(fewest, |an| an.div_ceil(2)),
        };
        Self {
            least,
            most: Cell {
                have: most,
                lack: end(lack, 1).or(unknown),
                have_others: end(have_others, 1).or(unknown),
                others: others.or(Some(u64::MAX)),
                people: u64::MAX,
                ..least
            },
        }
    }

    /// Of some of those of a cell, and maybe of none.
    pub(super) fn some_of(all: &ReleasedCounts) -> Self {
        Self {
            least: Cell {
                // what is not known of all is not of some
                lack: all.an.map(|_| Between::exact(0)),
                have_others: all.an.map(|_| Between::exact(0)),
                others: all.an.map(|_| 0),
                ..NOBODY
            },
            ..Self::of(all)
        }
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            least: self.least.and(&other.least),
            most: self.most.and(&other.most),
        }
    }

    /// Of both together, one after the other; nobody of none.
    pub(super) fn sum<'b>(all: impl Iterator<Item = &'b Self>) -> Self {
        all.fold(Self::NOBODY, |sum, of| sum.and(of))
    }

    /// A cell that may be shown where it may be whatever is within the bounds.
    fn worst(&self, shows_zero: bool) -> Cell {
        self.each(|least, most| match least {
            // what may be shown least: one where nobody may be shown, and else nobody
            0 if most > 0 => u64::from(shows_zero),
            least => least,
        })
    }

    /// A cell that may be shown where it may be by anything within the bounds.
    fn best(&self, shows_zero: bool) -> Cell {
        self.each(|least, most| match least {
            0 if shows_zero => 0,
            _ => most,
        })
    }

    fn each(&self, pick: impl Fn(u64, u64) -> u64) -> Cell {
        let (least, most) = (&self.least, &self.most);
        let known = |least: Option<u64>, most: Option<u64>| match (least, most) {
            (Some(least), Some(most)) => Some(pick(least, most)),
            _ => None,
        };
        let people = |least: Option<Between>, most: Option<Between>| {
            known(least.map(|of| of.least), most.map(|of| of.most)).map(Between::exact)
        };
        Cell {
            have: pick(least.have, most.have),
            lack: people(least.lack, most.lack),
            have_others: people(least.have_others, most.have_others),
            copies: known(least.copies, most.copies),
            others: known(least.others, most.others),
            people: pick(least.people, most.people),
        }
    }

    /// Whether the rules show it as a part of a whole, whatever is within the bounds.
    pub(super) fn is_shown(&self, rules: Rules, whole: &Self) -> bool {
        rules.allows_part(&self.worst(rules.shows_zero()), &whole.least)
    }

    /// Whether they may, by what is within the bounds.
    fn may_be_shown(&self, rules: Rules, whole: &Self) -> bool {
        // whether AN is known elsewhere is not
        let least = Cell {
            lack: self.least.lack.or(Some(Between::exact(0))),
            have_others: self.least.have_others.or(Some(Between::exact(0))),
            others: self.least.others.or(Some(0)),
            ..self.least
        };
        let known = Self { least, ..*self };
        rules.allows_part(&known.best(rules.shows_zero()), &whole.least)
    }

    /// Whether there is but one cell within the bounds, as far as rules are of it.
    pub(super) fn is_exact(&self, rules: Rules) -> bool {
        let people = |of: &Cell| match rules.allows_size(of.people) {
            true => u64::MAX,
            false => of.people,
        };
        let numbers = |of: &Cell| (of.have, of.copies, people(of));
        let others = |of: &Cell| (of.lack, of.have_others, of.others);
        numbers(&self.least) == numbers(&self.most)
            && (!rules.is_two_tailed() || others(&self.least) == others(&self.most))
    }

    /// Whether the rules show it, and whatever is put to it.
    fn is_enough(&self, rules: Rules, whole: &Self) -> bool {
        let of = &self.least;
        let is_some = |number: Option<u64>| number.is_some_and(|number| number > 0);
        let somebody = |people: Option<Between>| is_some(people.map(|of| of.least));
        rules.allows_part(of, &whole.least)
            && of.have > 0
            && is_some(of.copies)
            && (!rules.is_two_tailed()
                || (somebody(of.lack) && somebody(of.have_others) && is_some(of.others)))
    }

    /// Where it is in the order of hiding at the latest, and at the earliest: by carriers, nobody last.
    fn latest(&self, at: usize) -> (u64, u64, usize) {
        match (self.least.have, self.most.have) {
            (_, 0) => (1, 0, at),
            (0, _) => (2, 0, at),
            (_, most) => (0, most, at),
        }
    }

    fn earliest(&self, at: usize) -> (u64, u64, usize) {
        match (self.least.have, self.most.have) {
            (_, 0) => (1, 0, at),
            (0, _) => (0, 0, 0),
            (least, _) => (0, least, at),
        }
    }
}

/// What is known of a cell: shown for sure, hidden for sure, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Shown,
    Unsure,
    Hidden,
}

/// Which cells of a table by one field are shown whatever is within the bounds. With the rest they add up to the total, which is shown.
pub(super) fn by_one(rules: Rules, cells: &[Bounds]) -> Vec<Verdict> {
    let whole = Bounds::sum(cells.iter());
    let mut verdicts: Vec<Verdict> = cells.iter().map(|of| alone(rules, of, &whole)).collect();
    let mut sum = Bounds::NOBODY;
    hide_more(cells, &mut verdicts, |at| {
        if let Some(of) = cells.get(at) {
            sum = sum.and(of);
        }
        sum.is_enough(rules, &whole)
    });
    verdicts
}

/// The same of a table by two fields, in rows of so many cells: rows are shown whole.
pub(super) fn by_two(rules: Rules, cells: &[Bounds], width: usize) -> Vec<Verdict> {
    let width = width.max(1);
    let column = |at: usize| Bounds::sum(cells.iter().skip(at).step_by(width));
    let columns: Vec<Bounds> = (0..width).map(column).collect();
    let rows: Vec<&[Bounds]> = cells.chunks(width).collect();
    let whole = Bounds::sum(cells.iter());
    let of_rows: Vec<Bounds> = rows.iter().map(|row| Bounds::sum(row.iter())).collect();
    if by_one(rules, &columns)
        .iter()
        .any(|of| *of != Verdict::Shown)
    {
        return vec![Verdict::Unsure; cells.len()];
    }
    let mut lines = by_one(rules, &of_rows);
    for (line, row) in lines.iter_mut().zip(&rows) {
        let cells = || row.iter().map(|of| alone(rules, of, &whole));
        if cells().any(|of| of == Verdict::Hidden) {
            *line = Verdict::Hidden;
        } else if cells().any(|of| of == Verdict::Unsure) && *line == Verdict::Shown {
            *line = Verdict::Unsure;
        }
    }
    let mut sums = vec![Bounds::NOBODY; width];
    hide_more(&of_rows, &mut lines, |at| {
        let row = rows.get(at).copied().unwrap_or_default();
        for (sum, of) in sums.iter_mut().zip(row) {
            *sum = sum.and(of);
        }
        sums.iter().all(|sum| sum.is_enough(rules, &whole))
    });
    let each = lines.iter().zip(&rows);
    each.flat_map(|(line, row)| row.iter().map(|_| *line))
        .collect()
}

fn alone(rules: Rules, of: &Bounds, whole: &Bounds) -> Verdict {
    match (of.is_shown(rules, whole), of.may_be_shown(rules, whole)) {
        (true, _) => Verdict::Shown,
        (false, true) => Verdict::Unsure,
        (false, false) => Verdict::Hidden,
    }
}

/// Hides those that are shown unless what is hidden before them is enough: those that are hidden for sure, and those that are before
/// them in the order of hiding, which are hidden by themselves or in their turn. `put` adds one to these, and says whether
/// their sum is enough.
fn hide_more(cells: &[Bounds], verdicts: &mut [Verdict], mut put: impl FnMut(usize) -> bool) {
    let by_themselves = verdicts.to_vec();
    let (mut hidden, mut unsure) = (0, 0);
    let mut is_enough = false;
    for (at, verdict) in by_themselves.iter().enumerate() {
        match verdict {
            Verdict::Shown => {}
            Verdict::Unsure => unsure += 1,
            Verdict::Hidden => {
                hidden += 1;
                is_enough = put(at);
            }
        }
    }
    if hidden + unsure == 0 {
        return;
    }
    let number = cells.iter().enumerate();
    let mut before: Vec<_> = number.clone().map(|(at, of)| of.latest(at)).collect();
    let mut next: Vec<_> = number.map(|(at, of)| (of.earliest(at), at)).collect();
    before.sort_unstable();
    next.sort_unstable();
    let mut before = before.into_iter().peekable();
    // where anything is hidden, one of those that are not sure is, beside those that are counted unless it is among them
    let mut somebody = usize::from(hidden == 0);
    for (place, at) in next {
        while let Some((_, _, earlier)) = before.next_if(|of| *of < place) {
            match by_themselves.get(earlier) {
                None | Some(Verdict::Hidden) => continue,
                Some(Verdict::Unsure) => somebody = 0,
                Some(Verdict::Shown) => {}
            }
            hidden += 1;
            is_enough = put(earlier);
        }
        if let Some(verdict) = verdicts.get_mut(at)
            && *verdict == Verdict::Shown
            && !(is_enough && hidden + somebody >= 2)
        {
            *verdict = Verdict::Unsure;
        }
    }
}
