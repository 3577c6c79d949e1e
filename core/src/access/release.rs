//! The exit: what is said of how many people there are.

use crate::model::Granularity;

/// Cuts answers to what may be said. Every number of people, and whether there is anybody, passes here after it was
/// counted and before it is written: below the floor it is like zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Release {
    /// The fewest people who may be spoken of.
    floor: u64,
}

impl Release {
    /// Records are of who may be seen one by one: a floor hides nothing of them.
    pub(crate) fn new(granularity: Granularity, floor: u64) -> Self {
        Self {
            floor: match granularity {
                Granularity::Record => 1,
                Granularity::Boolean | Granularity::Count => floor.max(1),
            },
        }
    }

    /// How many people there are, as it may be said.
    pub(crate) fn people(self, people: u64) -> u64 {
        match self.is_shown(people) {
            true => people,
            false => 0,
        }
    }

    /// Whether something is there, as it may be said, by the people who have it.
    pub(crate) fn is_shown(self, people: u64) -> bool {
        people >= self.floor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_the_floor_all_is_like_nobody() {
        for granularity in [Granularity::Boolean, Granularity::Count] {
            let release = Release::new(granularity, 10);
            for few in 0..10 {
                assert_eq!(release.people(few), 0);
                assert!(!release.is_shown(few));
            }
            assert_eq!(release.people(10), 10);
            assert!(release.is_shown(10));
            assert!(!Release::new(granularity, 0).is_shown(0));
        }
        let records = Release::new(Granularity::Record, 10);
        assert_eq!((records.people(0), records.people(1)), (0, 1));
        assert!(!records.is_shown(0) && records.is_shown(1));
    }
}
