//! Packed lists against their members one by one.

use super::*;
use crate::set::{set_bit, words_for};
use proptest::prelude::*;

fn bits(members: &[u32], universe: u32) -> Vec<u64> {
    let mut words = vec![0; words_for(universe)];
    members
        .iter()
        .for_each(|&member| set_bit(&mut words, member));
    words
}

/// The set in every kind that can hold it.
fn in_every_kind(members: &[u32], universe: u32) -> Vec<(Kind, Vec<u8>)> {
    let pairs: Vec<_> = pairs_of(members).collect();
    let mut kinds = vec![(Kind::Numbers, members.len()), (Kind::Mixed, pairs.len())];
    for which in 1..=3 {
        if pairs.iter().all(|pair| pair.1 == which) {
            kinds.push((Kind::Pairs(which), pairs.len()));
        }
    }
    let encode = |(kind, entries)| {
        let plan = Plan::with(kind, entries as u32, universe)?;
        let mut bytes = Vec::new();
        plan.encode(&mut bytes, members);
        assert_eq!(bytes.len(), plan.len());
        Some((kind, bytes))
    };
    kinds.into_iter().filter_map(encode).collect()
}

fn walked(packed: &Packed<'_>) -> Result<Vec<u32>, Malformed> {
    let mut members = Vec::new();
    packed.walk(&mut |member| members.push(member))?;
    Ok(members)
}

/// Holds every operation against the members one by one.
fn check(bytes: &[u8], members: &[u32], universe: u32) {
    let packed = Packed::parse(bytes, universe).unwrap();
    packed.verify().unwrap();
    assert_eq!(walked(&packed).as_deref(), Ok(members));
    let mut pairs = Vec::new();
    packed
        .walk_pairs(|pair, which| pairs.push((pair, which)))
        .unwrap();
    assert_eq!(pairs, pairs_of(members).collect::<Vec<_>>());
    let mut acc = vec![0; words_for(universe)];
    packed.or_into(&mut acc).unwrap();
    assert_eq!(acc, bits(members, universe));
    let samples: Vec<u32> = members.iter().map(|member| member / 2).collect();
    let mut acc = vec![0; words_for(universe.div_ceil(2))];
    packed.or_samples_into(&mut acc).unwrap();
    assert_eq!(acc, bits(&samples, universe.div_ceil(2)));
    for step in [1, 2, 3, 7] {
        let group: Vec<u32> = (0..universe).step_by(step).collect();
        let both = members
            .iter()
            .filter(|&&member| (member as usize).is_multiple_of(step));
        assert_eq!(
            packed.count_in(&bits(&group, universe)),
            Ok(both.count() as u32)
        );
    }
    // a mask that is too short has no bits
    assert_eq!(packed.count_in(&[]), Ok(0));
    for number in 0..universe + 70 {
        assert_eq!(
            packed.contains(number),
            members.binary_search(&number).is_ok()
        );
    }
    assert!(!packed.contains(u32::MAX));
}

/// Universes, and members of every density, in pairs or not, here and there or close together.
fn members() -> impl Strategy<Value = (u32, Vec<u32>)> {
    let universe = prop_oneof![1u32..20, 20u32..400, 4_000u32..9_000];
    (universe, 0u32..5, 1u32..400, any::<u64>(), 0.0f64..1.0).prop_map(
        |(universe, shape, one_of, seed, start)| {
            let mut state = seed | 1;
            let mut draw = |below: u32| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 32) as u32 % below
            };
            let start = (f64::from(universe) * start) as u32 / 2;
            let mut members = Vec::new();
            for pair in start..universe.div_ceil(2) {
                let which = match shape {
                    1..=3 => shape,
                    _ => 1 + draw(3),
                };
                if draw(one_of) == 0 {
                    members.extend(
                        (0..2)
                            .filter(|bit| which >> bit & 1 != 0)
                            .map(|bit| 2 * pair + bit),
                    );
                }
            }
            members.retain(|&member| member < universe);
            (universe, members)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_kind_gives_back_what_was_packed((universe, members) in members()) {
        for (_, bytes) in in_every_kind(&members, universe) {
            check(&bytes, &members, universe);
        }
    }

    #[test]
    fn what_is_chosen_is_the_smallest((universe, members) in members()) {
        let chosen = Plan::of(&members, universe).map(|plan| plan.len());
        let all = in_every_kind(&members, universe);
        prop_assert_eq!(chosen, all.iter().map(|(_, bytes)| bytes.len()).min());
    }

    /// Bytes are the only ones of their kind for their members, or are refused.
    #[test]
    fn broken_bytes_are_refused(
        (universe, members) in members(),
        at in any::<prop::sample::Index>(),
        change in 1u8..,
        other in 0u32..9_000,
    ) {
        for (_, mut bytes) in in_every_kind(&members, universe) {
            let at = at.index(bytes.len());
            bytes[at] ^= change;
            for universe in [universe, other] {
                let Ok(packed) = Packed::parse(&bytes, universe) else { continue };
                let mut acc = vec![0; words_for(universe)];
                let counted = packed.count_in(&vec![u64::MAX; words_for(universe)]);
                prop_assert_eq!(packed.or_into(&mut acc).is_ok(), counted.is_ok());
                (0..universe).step_by(97).for_each(|number| _ = packed.contains(number));
                let found = walked(&packed);
                prop_assert_eq!(found.as_ref().map(|found| found.len() as u32), counted.as_ref().map(|&n| n));
                let Ok(found) = found else {
                    prop_assert!(packed.verify().is_err());
                    continue;
                };
                prop_assert!(found.is_sorted_by(|a, b| a < b) && found.iter().all(|&n| n < universe));
                let again = in_every_kind(&found, universe);
                let same = again.iter().any(|(kind, again)| *kind == packed.kind && *again == bytes);
                prop_assert_eq!(packed.verify().is_ok(), same);
            }
        }
    }
}

#[test]
fn borders() {
    for universe in [1, 2, 3, 63, 64, 65, 127, 128, 129, 6404, 6405] {
        let all: Vec<u32> = (0..universe).collect();
        let ends = [0, universe - 1];
        let last = [universe.saturating_sub(2), universe - 1];
        for members in [
            &all[..],
            &all[..1],
            &last[1..],
            &ends,
            &last,
            &all[all.len() / 2..],
        ] {
            if members.is_sorted_by(|a, b| a < b) {
                for (_, bytes) in in_every_kind(members, universe) {
                    check(&bytes, members, universe);
                }
            }
        }
    }
    assert!(Plan::of(&[], 10).is_none());
}

#[test]
fn a_missing_sample_of_fifty_costs_less_than_eight_bits() {
    let members: Vec<u32> = (0..64)
        .flat_map(|i| [100 * i + i % 7 * 2, 100 * i + i % 7 * 2 + 1])
        .collect();
    let plan = Plan::of(&members, 6404).unwrap();
    assert_eq!(
        (plan.kind, plan.entries, plan.len()),
        (Kind::Pairs(3), 64, 63)
    );
}

/// Numbers below 1001: a kind, how many, eight low bits of each, then the string of high bits.
#[test]
fn lies_are_named() {
    let (kind, long) = (
        "a packed list of a known kind",
        "a packed list as long as its entries and the universe ask for",
    );
    let (order, many) = (
        "ascending entries below the universe",
        "as many entries as a packed list says",
    );
    let (end, pair) = (
        "a number that ends inside the set",
        "pairs with numbers of the universe",
    );
    let spare = "zero bits behind the parts of a packed list";
    let rule = |bytes: &[u8], universe| {
        let parsed = Packed::parse(bytes, universe);
        parsed.and_then(|packed| packed.verify()).map_err(|e| e.0)
    };
    for (bytes, expected) in [
        (&[0, 2, 4, 5, 0b11][..], Ok(())),
        (&[], Err(kind)),
        (&[5, 2, 4, 5, 0b11], Err(kind)),
        (&[0], Err(end)),
        (&[0, 0], Err(long)),
        (&[0, 0x82, 0, 4, 5, 0b11], Err(long)),
        (&[0, 0xea, 7], Err(long)),
        (&[0, 2, 4, 5], Err(long)),
        (&[0, 2, 4, 5, 0b11, 0], Err(long)),
        (&[0, 2, 4, 4, 0b11], Err(order)),
        (&[0, 2, 5, 4, 0b11], Err(order)),
        (&[0, 2, 5, 4, 0b101], Ok(())),
        // 1000 and 1001
        (&[0, 2, 5, 232, 0b10001], Ok(())),
        (&[0, 2, 5, 233, 0b10001], Err(order)),
        (&[0, 2, 4, 5, 0b1], Err(many)),
        (&[0, 2, 4, 5, 0b111], Err(many)),
        // one pair of 501: eight low bits, and what is in it
        (&[4, 1, 244, 0b10, 1], Ok(())),
        (&[4, 1, 244, 0b10, 2], Err(pair)),
        (&[4, 1, 244, 0b10, 0], Err(pair)),
        (&[4, 1, 243, 0b10, 3], Ok(())),
        (&[4, 1, 243, 0b10, 7], Err(spare)),
        (&[1, 1, 244, 0b10], Ok(())),
        (&[3, 1, 244, 0b10], Err(order)),
    ] {
        assert_eq!(rule(bytes, 1001), expected, "{bytes:?}");
    }
    // seven low bits
    assert_eq!(rule(&[0, 1, 0x7f, 1], 255), Ok(()));
    assert_eq!(rule(&[0, 1, 0xff, 1], 255), Err(spare));
}
