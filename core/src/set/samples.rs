//! A set of samples while a question is asked.

use super::{set_bit, words_for};
use roaring::RoaringBitmap;

/// A set of samples by their numbers in the dataset.
///
/// ```
/// use varidex::SampleSet;
/// let finns: SampleSet = [3, 5, 8].into_iter().collect();
/// let women: SampleSet = [5, 7, 8].into_iter().collect();
/// assert_eq!(finns.intersection(&women).iter().collect::<Vec<_>>(), [5, 8]);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SampleSet(RoaringBitmap);

impl SampleSet {
    /// The set without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// Samples `0..n`.
    pub fn full(n: u32) -> Self {
        Self::of_range(0..n)
    }

    /// The samples of a range: not put in one by one.
    pub(crate) fn of_range(range: std::ops::Range<u32>) -> Self {
        let mut set = RoaringBitmap::new();
        set.insert_range(range);
        Self(set)
    }

    /// How many samples.
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `sample` is a member.
    pub fn contains(&self, sample: u32) -> bool {
        self.0.contains(sample)
    }

    /// Adds `sample`; `true` where it was not a member before.
    pub fn insert(&mut self, sample: u32) -> bool {
        self.0.insert(sample)
    }

    /// Takes `sample` away; `true` where it was a member.
    pub fn remove(&mut self, sample: u32) -> bool {
        self.0.remove(sample)
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter()
    }

    /// Members of both.
    pub fn intersection(&self, other: &Self) -> Self {
        Self(&self.0 & &other.0)
    }

    /// Members of either.
    pub fn union(&self, other: &Self) -> Self {
        Self(&self.0 | &other.0)
    }

    /// Adds the members of another set.
    pub(crate) fn add(&mut self, other: &Self) {
        self.0 |= &other.0;
    }

    /// Members of this set that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        Self(&self.0 - &other.0)
    }

    /// Members of exactly one of the two.
    pub fn symmetric_difference(&self, other: &Self) -> Self {
        Self(&self.0 ^ &other.0)
    }

    /// How many members a range has.
    pub(crate) fn count_in(&self, range: std::ops::Range<u32>) -> u64 {
        self.0.range_cardinality(range)
    }

    /// Calls `f` with the members of a range, ascending: quicker than to step through them where they are many.
    pub(crate) fn for_each_in(&self, range: std::ops::Range<u32>, mut f: impl FnMut(u32)) {
        let mut members = self.0.range(range);
        let mut some = [0; 256];
        loop {
            let next = members.next_many(&mut some);
            if next.is_empty() {
                return;
            }
            next.iter().copied().for_each(&mut f);
        }
    }

    /// From members in any order, below `end`.
    pub(crate) fn gathered(end: u32, members: impl Iterator<Item = u32>) -> Self {
        let mut bits = vec![0; words_for(end)];
        members.for_each(|member| set_bit(&mut bits, member));
        Self::from_bits(0, &bits)
    }

    /// From bits: bit `i` stands for sample `first + i`.
    pub(crate) fn from_bits(first: u32, words: &[u64]) -> Self {
        let mut bytes = vec![0; size_of_val(words)];
        for (to, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *to = word.to_le_bytes();
        }
        Self(RoaringBitmap::from_lsb0_bytes(first, &bytes))
    }

    /// Whether no member is one of `other`.
    pub(crate) fn is_disjoint(&self, other: &Self) -> bool {
        self.0.is_disjoint(&other.0)
    }
}

impl FromIterator<u32> for SampleSet {
    fn from_iter<I: IntoIterator<Item = u32>>(samples: I) -> Self {
        Self(samples.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_become_samples_wherever_they_start() {
        for first in [0, 5, 64, 65_530] {
            let set = SampleSet::from_bits(first, &[0b1001, 1 << 63]);
            assert_eq!(
                set.iter().collect::<Vec<_>>(),
                [first, first + 3, first + 127]
            );
        }
    }
}
