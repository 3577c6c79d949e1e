//! Which sets of people may be answered beside those that were.

use crate::MemberSet;

/// Whether the answers to two sets, or to one of them and to the people outside the other, differ by 1 to k − 1 people.
///
/// Whoever has both answers has that of these few by subtraction: the attack by a tracker (Denning, Denning and
/// Schwartz 1979). The answer to all people outside a set follows from the set's and that to everyone.
///
/// ```
/// use varidex_ledger::{MemberSet, isolates};
/// let everyone = MemberSet::full(100);
/// let finns: MemberSet = (0..50).collect();
/// let but_one: MemberSet = (1..50).collect();
/// let others: MemberSet = (52..100).collect();
/// assert!(isolates(&but_one, &finns, &everyone, 5));
/// assert!(isolates(&others, &finns, &everyone, 5));       // 50 and 51 are in neither
/// assert!(!isolates(&finns, &finns, &everyone, 5));
/// ```
pub fn isolates(set: &MemberSet, answered: &MemberSet, everyone: &MemberSet, k: u64) -> bool {
    let apart = set.symmetric_difference_len(answered);
    // both are of everyone, so it is how far the one is from all that are not in the other
    let apart_of_rest = everyone.len().saturating_sub(apart);
    is_few(apart, k) || is_few(apart_of_rest, k)
}

/// Whether an answer to one of two sets is one to the other, as they are the same, or have nobody and together everyone.
pub(crate) fn are_one(set: &MemberSet, answered: &MemberSet, everyone: &MemberSet) -> bool {
    let apart = set.symmetric_difference_len(answered);
    apart == 0 || apart == everyone.len()
}

/// Whether so many people are some, and fewer than k.
pub(crate) fn is_few(people: u64, k: u64) -> bool {
    people > 0 && people < k
}

/// Whether an answer about a set of people may leave.
#[derive(Debug, Clone, Copy)]
pub struct OverlapQuestion<'a> {
    /// Of which people.
    pub population: &'a str,
    /// The people whom the answer is about: all of the epoch, and cut to what filters, groups and purpose leave.
    pub members: &'a MemberSet,
    /// k: how many people two answers must differ by, if they differ.
    pub at_least: u64,
    /// What is asked, in words that are the same whenever it is, of the set or of those outside it, where variants pick who is in it. Such a set is too near to
    /// the same set of another question: that nobody is between them is a statement about genotypes, as much as that few are.
    pub by_variants: Option<&'a str>,
}

/// Whether an answer about a set of people may leave.
///
/// That an answer is withheld is itself a piece of knowledge: somewhere is a set that was answered, and that differs
/// from this one, or from its complement, by fewer than k people. Which, how many and of whom is not said, nor, where variants pick
/// one of them, whether it differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// It may, and is remembered.
    Answer,
    /// It may not.
    Withhold,
}
