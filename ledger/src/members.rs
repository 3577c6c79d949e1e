//! Sets of people by number.

use roaring::RoaringBitmap;
use std::fmt;

/// Blocks that the people of a set are counted by, to see that two sets differ without reading them: 2⁶.
const BLOCKS: usize = 64;
/// Spreads numbers over blocks (2³² by the golden ratio): neighbours, who often are in the same sets, are in different ones.
const SPREAD: u32 = 0x9e37_79b1;

/// A set of people of one population, by the numbers that they have there: given once and never given again.
///
/// ```
/// use varidex_ledger::MemberSet;
/// let finns: MemberSet = [3, 5, 8].into_iter().collect();
/// assert_eq!(MemberSet::from_bytes(&finns.to_bytes())?, finns);
/// # Ok::<(), varidex_ledger::MalformedSet>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct MemberSet(RoaringBitmap);

impl MemberSet {
    /// The greatest number that a person may have, and one more: as many samples as a dataset may have.
    pub const NUMBERS: u32 = 1 << 27;

    /// The set without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// People `0..n`.
    pub fn full(n: u32) -> Self {
        let mut set = RoaringBitmap::new();
        set.insert_range(0..n);
        Self(set)
    }

    /// The set of a roaring bitmap in its portable serialisation, as every library of roaring bitmaps writes it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedSet> {
        let mut rest = bytes;
        let set = RoaringBitmap::deserialize_from(&mut rest)
            .map_err(|error| MalformedSet(error.to_string()))?;
        if !rest.is_empty() {
            return Err(MalformedSet(format!(
                "{} bytes after the last member",
                rest.len()
            )));
        }
        match set.max().filter(|most| *most >= Self::NUMBERS) {
            Some(most) => Err(MalformedSet(format!("person {most}, beyond 2^27"))),
            None => Ok(Self(set)),
        }
    }

    /// As a roaring bitmap in its portable serialisation: sets of the same members have the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut set = self.0.clone();
        // where a run takes as many bytes as a list, `optimize` keeps what is there
        set.remove_run_compression();
        set.optimize();
        let mut bytes = Vec::with_capacity(set.serialized_size());
        // writing to a vector does not fail
        let _ = set.serialize_into(&mut bytes);
        bytes
    }

    /// How many people.
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the person is in it.
    pub fn contains(&self, person: u32) -> bool {
        self.0.contains(person)
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter()
    }

    /// People of both.
    pub fn intersection(&self, other: &Self) -> Self {
        Self(&self.0 & &other.0)
    }

    /// People of this set who are not in the other.
    pub fn difference(&self, other: &Self) -> Self {
        Self(&self.0 - &other.0)
    }

    /// How many people of this set are not in the other.
    pub fn difference_len(&self, other: &Self) -> u64 {
        self.0.difference_len(&other.0)
    }

    /// How many people are in one of the two sets alone.
    pub fn symmetric_difference_len(&self, other: &Self) -> u64 {
        self.0.symmetric_difference_len(&other.0)
    }

    /// Whether no member has a number that none may have.
    pub(crate) fn is_in_range(&self) -> bool {
        self.0.max().is_none_or(|most| most < Self::NUMBERS)
    }

    /// People by block.
    pub(crate) fn sketch(&self) -> Sketch {
        let mut blocks = [0_u32; BLOCKS];
        for person in &self.0 {
            // the upper six bits
            let block = person.wrapping_mul(SPREAD) >> 26;
            if let Some(count) = blocks.get_mut(block as usize) {
                *count = count.saturating_add(1);
            }
        }
        Sketch(blocks)
    }
}

impl FromIterator<u32> for MemberSet {
    fn from_iter<I: IntoIterator<Item = u32>>(people: I) -> Self {
        Self(people.into_iter().collect())
    }
}

impl fmt::Debug for MemberSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemberSet({} people)", self.len())
    }
}

/// Bytes that are no set of people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no set of people: {0}")]
pub struct MalformedSet(String);

/// How many people a set has in each block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sketch([u32; BLOCKS]);

impl Sketch {
    pub(crate) const BYTES: usize = BLOCKS * 4;

    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        for (to, count) in bytes.chunks_exact_mut(4).zip(self.0) {
            to.copy_from_slice(&count.to_le_bytes());
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let (counts, _) = bytes.as_chunks::<4>();
        let mut blocks = [0; BLOCKS];
        for (to, count) in blocks.iter_mut().zip(counts) {
            *to = u32::from_le_bytes(*count);
        }
        Self(blocks)
    }

    /// Fewer people than this cannot be in one of the two sets alone.
    pub(crate) fn least_difference(&self, other: &Self) -> u64 {
        let pairs = self.0.iter().zip(&other.0);
        pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum()
    }

    /// The sketch of all people but those of this set.
    pub(crate) fn complement(&self, everyone: &Self) -> Self {
        let mut blocks = everyone.0;
        for (all, these) in blocks.iter_mut().zip(self.0) {
            *all = all.saturating_sub(these);
        }
        Self(blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bytes_that_are_no_set_are_refused() {
        let bytes = MemberSet::full(70_000).to_bytes();
        for cut in 0..bytes.len() {
            assert!(MemberSet::from_bytes(&bytes[..cut]).is_err(), "{cut}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(MemberSet::from_bytes(&longer).is_err());
        let far: MemberSet = [MemberSet::NUMBERS].into_iter().collect();
        assert!(!far.is_in_range() && MemberSet::from_bytes(&far.to_bytes()).is_err());
    }

    /// Sets of lists, of long runs, and of many containers.
    fn sets() -> impl Strategy<Value = MemberSet> {
        prop_oneof![
            prop::collection::btree_set(0_u32..300_000, 0..200)
                .prop_map(|of| of.into_iter().collect()),
            (0_u32..100_000, 0_u32..100_000).prop_map(|(from, n)| (from..from + n).collect()),
            (1_u32..90, 1_u32..70_000)
                .prop_map(|(step, n)| (0..n).step_by(step as usize).collect()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_same_members_have_the_same_bytes(set in sets()) {
            let bytes = set.to_bytes();
            let again = MemberSet::from_bytes(&bytes).unwrap();
            prop_assert_eq!(&again, &set);
            prop_assert_eq!(again.to_bytes(), bytes.clone());
            // put in one by one, without runs
            let by_one: MemberSet = set.iter().collect();
            prop_assert_eq!(by_one.to_bytes(), bytes);
        }

        #[test]
        fn hostile_bytes_are_refused_or_are_a_set(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(set) = MemberSet::from_bytes(&bytes) {
                prop_assert!(set.is_in_range());
            }
        }

        #[test]
        fn a_sketch_never_says_more_than_the_sets_differ(a in sets(), b in sets()) {
            let everyone = MemberSet::full(300_000);
            let (of_a, of_b) = (a.sketch(), b.sketch());
            prop_assert!(of_a.least_difference(&of_b) <= a.symmetric_difference_len(&b));
            let rest = everyone.difference(&b);
            prop_assert!(of_b.complement(&everyone.sketch()) == rest.sketch());
            prop_assert!(Sketch::from_bytes(&of_a.to_bytes()) == of_a);
        }
    }
}
