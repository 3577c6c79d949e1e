//! The exit of a beacon without a policy: what is said of how many people there are. What is asked under a policy is answered by
//! [`PolicyView`](super::PolicyView); of that, what names are known and what cannot be decided is cut here.

use crate::model::{Granularity, Policy};

/// Cuts answers to what may be said. Every number of people, and whether there is anybody, passes here after it was
/// counted and before it is written: below the floor it is like zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Release {
    /// The fewest people who may be spoken of.
    floor: u64,
    /// The fewest copies of an allele.
    alleles: u64,
}

impl Release {
    /// Records are of who may be seen one by one: a floor hides nothing of them. Where there is a policy, the greater floor of both
    /// holds.
    pub(crate) fn new(granularity: Granularity, floor: u64, policy: Option<&Policy>) -> Self {
        let of_policy = policy.map(|policy| policy.floor).unwrap_or_default();
        match granularity {
            Granularity::Record => Self {
                floor: 1,
                alleles: 0,
            },
            Granularity::Boolean | Granularity::Count => Self {
                floor: floor.max(of_policy.people).max(1),
                alleles: of_policy.alleles,
            },
        }
    }

    /// Fewer people are like nobody.
    pub(crate) fn floor(self) -> u64 {
        self.floor
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

    /// The same of alleles, of which everybody who carries one has a copy at least.
    pub(crate) fn is_allele_shown(self, carriers: u64) -> bool {
        carriers >= self.floor.max(self.alleles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_the_floor_all_is_like_nobody() {
        for granularity in [Granularity::Boolean, Granularity::Count] {
            let release = Release::new(granularity, 10, None);
            for few in 0..10 {
                assert_eq!(release.people(few), 0);
                assert!(!release.is_shown(few) && !release.is_allele_shown(few));
            }
            assert_eq!(release.people(10), 10);
            assert!(release.is_shown(10) && release.is_allele_shown(10));
            assert!(!Release::new(granularity, 0, None).is_shown(0));
        }
        let records = Release::new(Granularity::Record, 10, None);
        assert_eq!((records.people(0), records.people(1)), (0, 1));
        assert!(!records.is_shown(0) && records.is_shown(1));
    }

    #[test]
    fn the_greater_floor_holds() -> crate::Result<()> {
        let policy = Policy::named("gdi")?;
        let of = |floor| Release::new(Granularity::Count, floor, Some(&policy));
        assert_eq!([0, 5, 6].map(|floor| of(floor).floor()), [5, 5, 6]);
        assert!(of(0).is_shown(5) && !of(6).is_shown(5));
        assert!(!of(0).is_allele_shown(9) && of(0).is_allele_shown(10));
        assert!(!of(11).is_allele_shown(10));
        Ok(())
    }
}
