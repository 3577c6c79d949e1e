//! From which state of a population answers come.

use crate::error::usage;
use crate::{MemberSet, Result};

/// The longest id of a snapshot, in bytes.
const SNAPSHOT_MAX: usize = 128;

/// What a host says of its dataset to learn the epoch that it answers from.
#[derive(Debug, Clone, Copy)]
pub struct EpochQuestion<'a> {
    /// Of which people.
    pub population: &'a str,
    /// The snapshot that is open. Of two snapshots that one is newer which a ledger was given later.
    pub snapshot: &'a str,
    /// Who may be seen in it under any purpose at all: everybody but the withdrawn and erased.
    pub visible: &'a MemberSet,
    /// How many people of this set and of the epoch have other data in this snapshot than in that of the epoch.
    pub altered: u64,
    /// B: how many people must have come or been altered for the epoch to take them in.
    pub at_least: u64,
}

impl EpochQuestion<'_> {
    pub(crate) fn check(&self) -> Result<()> {
        let snapshot = self.snapshot;
        if snapshot.is_empty() || snapshot.len() > SNAPSHOT_MAX {
            let found = format!("{} bytes", snapshot.len());
            return Err(usage(
                "snapshot",
                format!("1 to {SNAPSHOT_MAX} bytes"),
                found,
            ));
        }
        crate::error::check_members(self.visible)
    }
}

/// The state of a population that answers come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Epoch {
    /// Counted from 1; a new number whenever the members or their data are other ones.
    pub number: u64,
    /// The snapshot to answer from: the host keeps it until the epoch moves.
    pub snapshot: String,
    /// The people to answer about. Who was withdrawn is none of them.
    pub members: MemberSet,
    /// HMAC-SHA-256 of population and members, for what is to be keyed by them.
    pub digest: [u8; 32],
    /// People who came or were altered, and are not taken in yet.
    pub pending: u64,
    /// Whether this call moved it, and what that gives away.
    pub moved: Moved,
}

/// How an epoch came to be what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// It is as it was.
    Not,
    /// It is the first.
    Begun,
    /// People withdrew and were taken out at once. The difference to earlier answers is about these people alone: so few
    /// does it isolate, however large the policy's floor is.
    Withdrawn {
        /// How many.
        people: u64,
    },
    /// At least B people came or were altered, and were taken in together.
    TakenIn {
        /// How many came or were altered.
        people: u64,
        /// How many were taken out in the same move.
        withdrawn: u64,
    },
}

/// How an epoch goes on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) members: MemberSet,
    pub(crate) takes_snapshot: bool,
    pub(crate) pending: u64,
    pub(crate) moved: Moved,
}

/// The rule: who withdrew goes at once, and others come in crowds of at least B.
///
/// Only who comes counts towards B. Were those who go counted too, somebody who came alone would be taken in
/// with them, and be all that is new.
pub(crate) fn step(members: &MemberSet, question: &EpochQuestion<'_>) -> Step {
    let visible = question.visible;
    let withdrawn = members.difference_len(visible);
    let pending = visible
        .difference_len(members)
        .saturating_add(question.altered);
    if pending > 0 && pending >= question.at_least {
        return Step {
            members: visible.clone(),
            takes_snapshot: true,
            pending: 0,
            moved: Moved::TakenIn {
                people: pending,
                withdrawn,
            },
        };
    }
    Step {
        members: members.intersection(visible),
        // nobody differs: the new snapshot answers like the old one, which need not be kept for it
        takes_snapshot: pending == 0,
        pending,
        moved: match withdrawn {
            0 => Moved::Not,
            people => Moved::Withdrawn { people },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stepped(members: &MemberSet, visible: &MemberSet, altered: u64) -> Step {
        let question = EpochQuestion {
            population: "p",
            snapshot: "s",
            visible,
            altered,
            at_least: 50,
        };
        step(members, &question)
    }

    #[test]
    fn who_withdraws_goes_at_once_and_others_come_in_crowds() {
        let epoch = MemberSet::full(1_000);
        assert_eq!(stepped(&epoch, &epoch, 0).moved, Moved::Not);

        let of = stepped(&epoch, &MemberSet::full(1_049), 0);
        assert_eq!(
            (of.moved, of.pending, of.takes_snapshot),
            (Moved::Not, 49, false)
        );
        assert_eq!(of.members, epoch);

        let of = stepped(&epoch, &MemberSet::full(1_049), 1);
        let people = 50;
        assert_eq!(
            of.moved,
            Moved::TakenIn {
                people,
                withdrawn: 0
            }
        );
        assert_eq!(of.members.len(), 1_049);

        // 7 came too, and wait
        let visible = (1..1_007).collect();
        let of = stepped(&epoch, &visible, 0);
        assert_eq!((of.moved, of.pending), (Moved::Withdrawn { people: 1 }, 7));
        assert_eq!(of.members, (1..1_000).collect());

        // 60 who went take nobody in with them
        let of = stepped(&epoch, &(60..1_001).collect(), 0);
        assert_eq!((of.moved, of.pending), (Moved::Withdrawn { people: 60 }, 1));
    }
}
