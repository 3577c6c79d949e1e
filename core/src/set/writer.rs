//! Choosing the form that a set takes in a segment.

use super::list::list_len;
use super::packed::Plan;
use super::stored::{COMPLEMENT, FORM_BITS, Form, StoredSet, TWO_BITS};
use super::{encode_list, for_each_bit, write_varint};
use roaring::RoaringBitmap;

/// Lists of fewer entries are counted in less time than packed ones.
const PACKED_FROM: u32 = 16;

/// Numbers are read so much faster from flat bits that these may take a quarter more than packed ones.
const FLAT_MORE: usize = 4;

/// Members on their way into a segment.
#[derive(Clone, Copy)]
pub(crate) enum Members<'a> {
    /// Ascending numbers.
    List(&'a [u32]),
    /// Bits over the universe, and how many are set.
    Bits(&'a [u64], u32),
    /// All of a universe but ascending numbers.
    AllBut(&'a [u32], u32),
}

impl Members<'_> {
    pub(crate) fn len(&self) -> u32 {
        match self {
            Self::List(list) => list.len() as u32,
            Self::Bits(_, count) => *count,
            Self::AllBut(list, universe) => universe - list.len() as u32,
        }
    }

    pub(crate) fn for_each(&self, mut f: impl FnMut(u32)) {
        match self {
            Self::List(list) => list.iter().copied().for_each(f),
            Self::Bits(words, _) => for_each_bit(words, &mut f),
            Self::AllBut(list, universe) => {
                let mut from = 0;
                for &not in *list {
                    (from..not).for_each(&mut f);
                    from = not + 1;
                }
                (from..*universe).for_each(f);
            }
        }
    }

    fn to_list(self) -> Vec<u32> {
        let mut list = Vec::with_capacity(self.len() as usize);
        self.for_each(|member| list.push(member));
        list
    }

    fn complement(&self, universe: u32) -> Vec<u32> {
        if let Self::AllBut(list, _) = self {
            return list.to_vec();
        }
        let mut list = Vec::with_capacity((universe - self.len()) as usize);
        let mut next = 0;
        self.for_each(|member| {
            list.extend(next..member);
            next = member + 1;
        });
        list.extend(next..universe);
        list
    }
}

/// Appends sets to a payload, each in the form that takes the fewest bytes.
pub(crate) struct SetWriter<'a> {
    pub(crate) payload: &'a mut Vec<u8>,
    /// Descriptors hold offsets from here.
    pub(crate) base: usize,
    pub(crate) universe: u32,
}

impl SetWriter<'_> {
    /// Appends a set and returns its descriptor; `runs` are its bytes in ordered runs, where the row
    /// stands in an ordering block.
    pub(crate) fn write(&mut self, members: Members<'_>, runs: Option<&[u8]>) -> u64 {
        let count = members.len();
        let complement = count > self.universe / 2;
        let smaller = if complement {
            self.universe - count
        } else {
            count
        };
        if smaller > 2 && runs.is_some_and(|runs| runs.len() <= smaller as usize) {
            // at least a byte for each pair of members: no list is shorter than half of this,
            // and measuring the list would cost more than it saves
            if let Some(runs) = runs.filter(|runs| runs.len() * 2 <= smaller as usize) {
                return self.put(Form::Runs, runs, false);
            }
        }
        let list = if complement {
            members.complement(self.universe)
        } else {
            members.to_list()
        };
        match list[..] {
            [] => return inline(Form::Empty, 0, complement),
            [a] => return inline(Form::One, u64::from(a), complement),
            [a, b] if b >> TWO_BITS == 0 => {
                return inline(Form::Two, u64::from(b << TWO_BITS | a), complement);
            }
            _ => {}
        }
        let flat = self.universe.div_ceil(8) as usize;
        let listed = list_len(&list);
        let packed = Plan::of(&list, self.universe)
            .filter(|plan| plan.entries >= PACKED_FROM && plan.len() < listed)
            .filter(|plan| plan.is_of_pairs() || flat > plan.len() + plan.len() / FLAT_MORE);
        let best = packed.map_or(listed, |plan| plan.len()).min(flat);
        if let Some(runs) = runs.filter(|runs| runs.len() <= best) {
            return self.put(Form::Runs, runs, false);
        }
        let stretches = 1 + list
            .iter()
            .zip(list.iter().skip(1))
            .filter(|(a, b)| **a + 1 != **b)
            .count();
        // only long stretches of neighbours make roaring smaller than a list (four bytes a stretch)
        if stretches * 4 + 16 < best {
            let mut roaring =
                RoaringBitmap::from_sorted_iter(list.iter().copied()).unwrap_or_default();
            roaring.optimize();
            let mut bytes = Vec::with_capacity(roaring.serialized_size());
            if roaring.serialize_into(&mut bytes).is_ok() && bytes.len() < best {
                return self.put(Form::Roaring, &bytes, complement);
            }
        }
        if best == flat {
            let mut bytes = vec![0u8; flat];
            members.for_each(|m| {
                if let Some(byte) = bytes.get_mut((m / 8) as usize) {
                    *byte |= 1 << (m % 8);
                }
            });
            return self.put(Form::Flat, &bytes, false);
        }
        let mut bytes = Vec::with_capacity(best);
        let form = match packed {
            Some(plan) => {
                plan.encode(&mut bytes, &list);
                Form::PackedList
            }
            None => {
                encode_list(&mut bytes, &list);
                Form::List
            }
        };
        self.put(form, &bytes, complement)
    }

    /// The descriptor of the whole universe.
    pub(crate) fn write_full(&mut self) -> u64 {
        inline(Form::Empty, 0, true)
    }

    fn put(&mut self, form: Form, bytes: &[u8], complement: bool) -> u64 {
        let offset = self.payload.len() - self.base;
        write_varint(self.payload, bytes.len() as u32);
        self.payload.extend_from_slice(bytes);
        inline(form, offset as u64, complement)
    }
}

/// The descriptor of a set with bytes, if it has any, that are moved up by so many.
pub(crate) fn moved(descriptor: u64, by: u64) -> u64 {
    match StoredSet::span(descriptor) {
        Some(_) => descriptor + (by << FORM_BITS),
        None => descriptor,
    }
}

fn inline(form: Form, value: u64, complement: bool) -> u64 {
    value << FORM_BITS | form as u64 | if complement { COMPLEMENT } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::{ClassUnion, Order, StoredSet, set_bit};
    use crate::set::{encode_order, encode_runs, read_varint, words_for};
    use proptest::prelude::*;

    fn stored(descriptor: u64, page: &[u8], universe: u32) -> StoredSet<'_> {
        let bytes = StoredSet::span(descriptor).map_or(&[][..], |offset| {
            let mut at = offset as usize;
            let len = read_varint(page, &mut at).unwrap() as usize;
            &page[at..at + len]
        });
        StoredSet::parse(descriptor, bytes, universe).unwrap()
    }

    fn bits(members: &[u32], universe: u32) -> Vec<u64> {
        let mut words = vec![0; words_for(universe)];
        members.iter().for_each(|&m| set_bit(&mut words, m));
        words
    }

    /// Sets of every density and shape over universes up to beyond two roaring containers.
    fn members() -> impl Strategy<Value = (u32, Vec<u32>)> {
        let universe = prop_oneof![1u32..300, 300u32..20_000, 130_000u32..140_000];
        (universe, 0u8..4, any::<u64>(), 0.0f64..1.0).prop_map(
            |(universe, shape, seed, density)| {
                let mut state = seed | 1;
                let mut draw = move || {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    (state >> 11) as f64 / (1u64 << 53) as f64
                };
                let density = if shape == 0 {
                    density * 20.0 / f64::from(universe)
                } else {
                    density
                };
                let mut inside = false;
                let members = (0..universe)
                    .filter(|_| match shape {
                        3 => {
                            if draw() < 0.002 {
                                inside = !inside;
                            }
                            inside
                        }
                        _ => draw() < density,
                    })
                    .collect();
                (universe, members)
            },
        )
    }

    fn check(set: &StoredSet<'_>, order: Option<&Order<'_>>, universe: u32, members: &[u32]) {
        let mut walked = Vec::new();
        set.walk(order, |m| walked.push(m)).unwrap();
        assert_eq!(walked, members);
        let mut acc = vec![0; words_for(universe)];
        set.or_into(order, &mut acc).unwrap();
        assert_eq!(acc, bits(members, universe));
        let samples: Vec<u32> = members.iter().map(|m| m / 2).collect();
        let mut acc = vec![0; words_for(universe.div_ceil(2))];
        set.or_samples_into(order, &mut acc).unwrap();
        assert_eq!(acc, bits(&samples, universe.div_ceil(2)));
        let mask: Vec<u32> = (0..universe).filter(|m| m % 3 != 1).collect();
        let mask_bits = bits(&mask, universe);
        let mut prefix = Vec::new();
        if let Some(order) = order {
            order.class_prefix(&mask_bits, &mut prefix).unwrap();
        }
        let expected = members.iter().filter(|&m| m % 3 != 1).count() as u32;
        assert_eq!(
            set.count_in(&mask_bits, mask.len() as u32, &prefix),
            Ok(expected)
        );
        for number in (0..universe).step_by(1 + universe as usize / 50) {
            assert_eq!(
                set.contains(order, number),
                Ok(members.binary_search(&number).is_ok())
            );
        }
        assert_eq!(set.contains(order, universe), Ok(false));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn every_form_gives_back_what_was_stored((universe, members) in members(), as_bits: bool) {
            let words = bits(&members, universe);
            let given = if as_bits {
                Members::Bits(&words, members.len() as u32)
            } else {
                Members::List(&members)
            };
            let mut payload = vec![7, 7, 7];
            let descriptor = SetWriter { payload: &mut payload, base: 3, universe }.write(given, None);
            let set = stored(descriptor, &payload[3..], universe);
            check(&set, None, universe, &members);
            let inline = StoredSet::inline_pairs(descriptor as i64, universe);
            prop_assert!(inline.is_some() || members.len() > 1 || universe == 1);
            if let Some(pairs) = inline {
                let both = |(pair, which): (u32, u32)| (0..2).filter(move |bit| which >> bit & 1 != 0).map(move |bit| 2 * pair + bit);
                prop_assert_eq!(pairs.into_iter().flat_map(both).collect::<Vec<u32>>(), members);
            }
        }

        #[test]
        fn ordered_runs_give_back_what_was_stored(
            universe in 1u32..10_000,
            class_len in 1u32..40,
            listed in 0u32..60,
            seed: u64,
            row in proptest::collection::vec(any::<bool>(), 1..12),
        ) {
            // copies scattered over the classes by a multiplier
            let classes = universe.div_ceil(class_len);
            let class_of: Vec<u16> = (0..universe)
                .map(|copy| (u64::from(copy) * (seed >> 32 | 1) % u64::from(classes)) as u16)
                .collect();
            let mut numbers: Vec<u16> = class_of.clone();
            numbers.sort_unstable();
            numbers.dedup();
            let class_of: Vec<u16> = class_of.iter().map(|class| numbers.binary_search(class).unwrap() as u16).collect();
            let classes = numbers.len() as u32;
            let mut bytes = Vec::new();
            let every = listed.max(1) as usize;
            let some: Vec<u32> = (0..classes).step_by(every).filter(|_| listed > 0).collect();
            encode_order(&mut bytes, &class_of, classes, &bits(&some, classes));
            let order = Order::parse(&bytes, universe).unwrap();
            order.verify().unwrap();
            let carried = |class: u32| row[class as usize * row.len() / order.classes() as usize % row.len()];
            let boundaries = (0..order.classes()).filter(|&k| carried(k) != (k > 0 && carried(k - 1)));
            let mut runs = Vec::new();
            encode_runs(&mut runs, boundaries);
            let members: Vec<u32> = (0..universe).filter(|&copy| carried(class_of[copy as usize].into())).collect();
            let mut payload = Vec::new();
            let descriptor = SetWriter { payload: &mut payload, base: 0, universe }.put(Form::Runs, &runs, false);
            let set = stored(descriptor, &payload, universe);
            check(&set, Some(&order), universe, &members);
            let mut union = ClassUnion::default();
            union.clear(order.classes());
            union.add(set.runs().unwrap()).unwrap();
            let mut found = vec![0; words_for(universe)];
            order.or_classes(&union.classes(), &mut found).unwrap();
            prop_assert_eq!(found, bits(&members, universe));
        }

        #[test]
        fn arbitrary_bytes_never_panic(descriptor: u64, universe in 0u32..5000, bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let order = Order::parse(&bytes, universe).ok();
            if let Ok(set) = StoredSet::parse(descriptor, &bytes, universe) {
                let mut acc = vec![0; words_for(universe)];
                let _ = set.or_into(order.as_ref(), &mut acc);
                let _ = set.or_samples_into(order.as_ref(), &mut acc);
                let _ = set.count_in(&acc, universe, &[0, 1, 2]);
                let _ = set.contains(order.as_ref(), 3);
            }
        }
    }

    #[test]
    fn roaring_takes_long_stretches() {
        let members: Vec<u32> = (1000..60_000).chain(70_000..100_000).collect();
        let mut payload = Vec::new();
        let descriptor = SetWriter {
            payload: &mut payload,
            base: 0,
            universe: 300_000,
        }
        .write(Members::List(&members), None);
        assert_eq!(Form::of(descriptor), Form::Roaring);
        let read = RoaringBitmap::deserialize_from(&payload[1..]).unwrap();
        assert_eq!(read.iter().collect::<Vec<_>>(), members);
    }

    #[test]
    fn a_pair_of_copies_costs_one_entry() {
        let homs: Vec<u32> = (0..50).flat_map(|s| [200 * s, 200 * s + 1]).collect();
        let mut bytes = Vec::new();
        encode_list(&mut bytes, &homs);
        assert_eq!(bytes.len(), 1 + 49 * 2);
    }
}
