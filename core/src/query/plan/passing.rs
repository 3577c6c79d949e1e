//! Which AC rows have that pass limits among those who may be seen.

use super::candidates::candidates_of;
use super::rows::Rows;
use super::rules::Rules;
use super::test::Test;
use crate::cohort::{Between, SeenCounts, View};
use crate::error::Result;
use crate::query::expr::{Comparison, Node, Number};
use crate::stop::check_stop;

/// A limit of a count of rows.
pub(super) type Limit = (Number, Comparison, f64);

/// What rows that may be meant have of AC among all, where somebody may not be seen: those that pass, and the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct PassingRows {
    /// The greatest AC of a row that passes; 0 without one.
    pub(super) greatest: u64,
    /// The least AC of a row that does not; `None` without one.
    pub(super) least_other: Option<u64>,
}

impl PassingRows {
    /// Of the rows that may pass what a test asks beside counts. So many copies of each sample are known at most.
    pub(super) fn of(
        view: &View,
        test: &Node<Test>,
        (limits, copies): (&[Limit], u32),
        rules: Rules,
    ) -> Result<Self> {
        let mut found = Self {
            greatest: 0,
            least_other: None,
        };
        let hidden = view.universe() - view.sample_count();
        let hidden = u64::from(hidden) * u64::from(copies);
        let rows = rows_of(view, test, rules)?;
        for ((part, of), rows) in view.parts().iter().enumerate().zip(rows) {
            let Some(rows) = rows.filter(|rows| !rows.ranges.is_empty()) else {
                continue;
            };
            check_stop()?;
            let mut counts = SeenCounts::new(view, (part, view.segment(of)?), hidden);
            for row in rows.ranges.into_iter().flatten() {
                let between = counts.between(row)?;
                let ac = u64::from(between.ac.1);
                if ac == 0 {
                    continue;
                }
                match passes(limits, between, || counts.ac_an(row))? {
                    true => found.greatest = found.greatest.max(ac),
                    false => {
                        let least = found.least_other.map_or(ac, |least| least.min(ac));
                        found.least_other = Some(least);
                    }
                }
            }
        }
        Ok(found)
    }
}

/// By part the rows that may pass, whatever is asked of counts.
fn rows_of(view: &View, test: &Node<Test>, rules: Rules) -> Result<Vec<Option<Rows>>> {
    let nodes = match test {
        Node::And(nodes) => nodes.as_slice(),
        node => std::slice::from_ref(node),
    };
    let mut all: Option<Vec<Option<Rows>>> = None;
    for node in nodes.iter().filter(|node| !is_count(node)) {
        let found = candidates_of(view, node, rules)?;
        all = Some(match all {
            None => found,
            Some(all) => {
                let both = all.into_iter().zip(found);
                both.map(|(a, b)| Some(a?.and(&b?))).collect()
            }
        });
    }
    Ok(all.unwrap_or_default())
}

fn is_count(node: &Node<Test>) -> bool {
    let Node::Atom(atom) = node else { return false };
    matches!(&atom.kind, Test::Number { field, .. } if field.is_counted())
}

/// Whether a row passes all limits, by its counts where what they are between does not decide.
fn passes(
    limits: &[Limit],
    between: Between,
    counted: impl FnOnce() -> Result<(u32, u32)>,
) -> Result<bool> {
    let mut is_open = false;
    for limit in limits {
        match holds_between(*limit, between) {
            Some(true) => {}
            Some(false) => return Ok(false),
            None => is_open = true,
        }
    }
    if !is_open {
        return Ok(true);
    }
    let (ac, an) = counted()?;
    let exactly = Between {
        ac: (ac, ac),
        an: (an, an),
    };
    Ok(limits
        .iter()
        .all(|limit| holds_between(*limit, exactly) == Some(true)))
}

/// Whether a limit holds of all counts between these; `None` where that is open.
fn holds_between((field, comparison, value): Limit, of: Between) -> Option<bool> {
    let (low, high) = match field {
        Number::Ac => (f64::from(of.ac.0), f64::from(of.ac.1)),
        Number::An => (f64::from(of.an.0), f64::from(of.an.1)),
        // of a quotient of nothing no relation holds
        Number::Af if of.an.1 == 0 => return Some(false),
        // rounding never takes a quotient over another one
        Number::Af if of.an.0 > 0 => (
            f64::from(of.ac.0) / f64::from(of.an.1),
            f64::from(of.ac.1) / f64::from(of.an.0),
        ),
        _ => return None,
    };
    let (at_low, at_high) = (comparison.holds(low, value), comparison.holds(high, value));
    match comparison {
        Comparison::Equal | Comparison::NotEqual if low <= value && value <= high => {
            (low == high).then_some(at_low)
        }
        // what holds at both ends holds between them
        _ => (at_low == at_high).then_some(at_low),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_holds_of_bounds_holds_between_them(
            (low, more) in (0u32..40, 0u32..40),
            (least, most) in (0u32..40, 0u32..40),
            value in prop_oneof![(0u32..80).prop_map(f64::from), 0.0..1.5f64, Just(0.5)],
            field in prop::sample::select(vec![Number::Ac, Number::An, Number::Af]),
            comparison in prop::sample::select(vec![
                Comparison::Less, Comparison::LessOrEqual, Comparison::Greater, Comparison::GreaterOrEqual,
                Comparison::Equal, Comparison::NotEqual,
            ]),
        ) {
            let between = Between { ac: (low, low + more), an: (least, least + most) };
            let of_one = |ac: u32, an: u32| {
                let number = match field {
                    Number::Ac => f64::from(ac),
                    Number::An => f64::from(an),
                    _ if an == 0 => return false,
                    _ => f64::from(ac) / f64::from(an),
                };
                comparison.holds(number, value)
            };
            let limit = (field, comparison, value);
            let mut all = (between.ac.0..=between.ac.1)
                .flat_map(|ac| (between.an.0..=between.an.1).map(move |an| (ac, an)));
            if let Some(holds) = holds_between(limit, between) {
                prop_assert!(all.all(|(ac, an)| of_one(ac, an) == holds));
            }
            let exactly = Between { ac: (low, low), an: (least, least) };
            prop_assert_eq!(holds_between(limit, exactly), Some(of_one(low, least)));
        }
    }
}
