//! Who withdraws is gone from all that is remembered.

use crate::Kept;
use varidex_ledger::*;

/// One person withdraws: answers go on without, at once, and of nobody else anything is given away by that.
#[test]
fn a_withdrawal_moves_the_epoch_and_silences_nobody() {
    let kept = Kept::passing(Options::default());
    let epoch = |visible: &MemberSet, snapshot| {
        let question = EpochQuestion {
            population: "P",
            snapshot,
            visible,
            altered: 0,
            at_least: 50,
        };
        kept.ledger.epoch(&question).unwrap()
    };
    let overlap = |members: &MemberSet| {
        let question = OverlapQuestion {
            population: "P",
            members,
            at_least: 10,
            by_variants: None,
        };
        kept.ledger.overlap(&question).unwrap()
    };
    let first = epoch(&MemberSet::full(1_000), "a");
    assert_eq!((first.number, first.moved), (1, Moved::Begun));
    let (finns, women): (MemberSet, MemberSet) =
        ((0..400).collect(), (0..1_000).step_by(2).collect());
    assert_eq!(
        (overlap(&finns), overlap(&women)),
        (Overlap::Answer, Overlap::Answer)
    );
    assert_eq!(overlap(&(1..400).collect()), Overlap::Withhold);

    // 30 come, and one, who is in both sets, withdraws
    let visible: MemberSet = (0..1_030).filter(|person| *person != 2).collect();
    let second = epoch(&visible, "b");
    assert_eq!(
        (second.number, second.moved, second.pending),
        (2, Moved::Withdrawn { people: 1 }, 30)
    );
    assert_eq!((second.snapshot.as_str(), second.members.len()), ("a", 999));
    let without = |set: &MemberSet| set.intersection(&second.members);
    assert_eq!(
        (overlap(&without(&finns)), overlap(&without(&women))),
        (Overlap::Answer, Overlap::Answer)
    );
    assert_eq!(
        overlap(&without(&finns).difference(&[5].into_iter().collect())),
        Overlap::Withhold
    );
    assert_eq!(epoch(&visible, "b").moved, Moved::Not);
    // whoever still has the older snapshot open is sent for the newer one, once that is answered from
    let third = epoch(&MemberSet::full(1_060), "c");
    assert_eq!(
        (third.number, third.moved),
        (
            3,
            Moved::TakenIn {
                people: 61,
                withdrawn: 0
            }
        )
    );
    let question = EpochQuestion {
        population: "P",
        snapshot: "b",
        visible: &visible,
        altered: 0,
        at_least: 50,
    };
    assert!(matches!(
        kept.ledger.epoch(&question),
        Err(Error::OldSnapshot { epoch: 3, .. })
    ));
}

/// Two sets that were k apart are less than k apart once one of the people between them has withdrawn: the second of
/// them that is asked again is withheld.
#[test]
fn what_a_withdrawal_brings_close_is_withheld() {
    let kept = Kept::passing(Options::default());
    let epoch = |visible: &MemberSet, altered| {
        let question = EpochQuestion {
            population: "P",
            snapshot: "a",
            visible,
            altered,
            at_least: 50,
        };
        kept.ledger.epoch(&question).unwrap();
    };
    let overlap = |members: &MemberSet, k| {
        let question = OverlapQuestion {
            population: "P",
            members,
            at_least: k,
            by_variants: None,
        };
        kept.ledger.overlap(&question).unwrap()
    };
    epoch(&MemberSet::full(1_000), 0);
    assert_eq!(overlap(&(0..400).collect(), 10), Overlap::Answer);
    assert_eq!(overlap(&(10..400).collect(), 10), Overlap::Answer);
    // a laxer policy asks for a set 5 apart, a stricter one may not have what that got
    assert_eq!(overlap(&(15..400).collect(), 5), Overlap::Answer);
    assert_eq!(overlap(&(15..400).collect(), 10), Overlap::Withhold);
    epoch(&(1..1_000).collect(), 0);
    assert_eq!(overlap(&(1..400).collect(), 10), Overlap::Withhold);
    // this one is as it was answered
    assert_eq!(overlap(&(10..400).collect(), 10), Overlap::Answer);
    // it stays answered under 10 where a laxer policy asks for it, and for a set near it, and an epoch of new data begins
    assert_eq!(overlap(&(10..400).collect(), 2), Overlap::Answer);
    assert_eq!(overlap(&(13..400).collect(), 2), Overlap::Answer);
    epoch(&(1..1_000).collect(), 50);
    assert_eq!(overlap(&(10..400).collect(), 10), Overlap::Answer);
    assert_eq!(overlap(&(13..400).collect(), 10), Overlap::Withhold);
}
