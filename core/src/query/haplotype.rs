//! The haplotypes that calls are phased to.

/// One of the two copies that a sample has of a stretch that is phased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Haplotype(u64);

impl Haplotype {
    /// The first or the second copy, 0 or 1, in calls that are phased along the contig.
    pub(super) fn of_contig(copy: u32) -> Self {
        Self(u64::from(copy))
    }
}
