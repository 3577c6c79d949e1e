//! The exit of a beacon: what is said of how many people there are.

use crate::model::{Granularity, Policy, Rounding, Rules};

/// Cuts answers to what may be said. Every number of people, and whether there is anybody, passes here after it was
/// counted and before it is written: below the floor it is like zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Release<'p> {
    /// The fewest people who may be spoken of.
    floor: u64,
    policy: Option<&'p Policy>,
}

impl<'p> Release<'p> {
    /// Records are of who may be seen one by one: a floor hides nothing of them. Where there is a policy, the greater floor of both
    /// holds.
    pub(crate) fn new(granularity: Granularity, floor: u64, policy: Option<&'p Policy>) -> Self {
        let policy = policy.filter(|_| granularity != Granularity::Record);
        let of_policy = policy.map_or(0, |policy| policy.floor.people);
        Self {
            floor: match granularity {
                Granularity::Record => 1,
                Granularity::Boolean | Granularity::Count => floor.max(of_policy).max(1),
            },
            policy,
        }
    }

    /// How many people there are, as it may be said. Under a policy those whom a question leaves out are the other cell of a table;
    /// `None` is of a question that leaves nobody out by its words.
    pub(crate) fn people(self, people: u64, others: Option<u64>) -> u64 {
        if !self.is_shown(people) {
            return 0;
        }
        let Some(policy) = self.policy else {
            return people;
        };
        match others.is_none_or(|others| Rules::of(policy).allows(others, self.floor)) {
            false => 0,
            true => {
                let shown = Rounding::of(policy, self.floor).shown(people);
                shown.value().unwrap_or_default()
            }
        }
    }

    /// Whether something is there, as it may be said, by the people who have it.
    pub(crate) fn is_shown(self, people: u64) -> bool {
        people >= self.floor
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    #[test]
    fn below_the_floor_all_is_like_nobody() {
        for granularity in [Granularity::Boolean, Granularity::Count] {
            let release = Release::new(granularity, 10, None);
            for few in 0..10 {
                assert_eq!(release.people(few, None), 0);
                assert!(!release.is_shown(few));
            }
            assert_eq!(release.people(10, None), 10);
            assert!(release.is_shown(10));
            assert!(!Release::new(granularity, 0, None).is_shown(0));
        }
        let records = Release::new(Granularity::Record, 10, None);
        assert_eq!(
            (records.people(0, Some(1)), records.people(1, Some(0))),
            (0, 1)
        );
        assert!(!records.is_shown(0) && records.is_shown(1));
    }

    #[test]
    fn a_policy_rounds_and_hides_few_others() {
        let policy = Policy::named("registered").unwrap();
        let release = Release::new(Granularity::Count, 5, Some(&policy));
        assert_eq!(
            [9, 10, 14, 15].map(|n| release.people(n, Some(985))),
            [0, 10, 10, 20]
        );
        assert_eq!(
            [985, 990, 991, 1000].map(|n| release.people(n, Some(1000 - n))),
            [990, 990, 0, 0]
        );
        // that nobody is left over is hidden as well as that few are, but where nobody could be
        assert_eq!(release.people(1000, None), 1000);
        let greater = Release::new(Granularity::Count, 30, Some(&policy));
        assert_eq!([29, 30].map(|n| greater.people(n, None)), [0, 30]);
    }
}
