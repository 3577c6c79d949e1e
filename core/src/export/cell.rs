//! A copy of a genotype, as BCF has it.

use varidex_sink::typed;

/// A copy's allele and phase in 8 or in 32 bits.
pub(super) trait Cell: Copy + Ord {
    /// A copy that the sample does not have; larger than every other, and odd.
    const ABSENT: Self;

    fn new(code: u32) -> Self;
    fn code(self) -> u32;
}

impl Cell for u8 {
    const ABSENT: Self = typed::ABSENT;

    fn new(code: u32) -> Self {
        code as Self
    }

    fn code(self) -> u32 {
        self.into()
    }
}

impl Cell for u32 {
    const ABSENT: Self = Self::MAX;

    fn new(code: u32) -> Self {
        code
    }

    fn code(self) -> u32 {
        self
    }
}
