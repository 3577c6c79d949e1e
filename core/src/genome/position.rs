//! Positions and intervals: 0-based, half-open.

use std::fmt;

/// A 0-based position on a contig.
///
/// `-1` is the telomere before the first base: VCF allows POS 0.
///
/// ```
/// use varidex::Position;
/// let p = Position::from_one_based(16_050_075).unwrap();
/// assert_eq!(p.zero_based(), 16_050_074);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(i32);

impl Position {
    /// The telomere before the first base (VCF POS 0).
    pub const TELOMERE: Self = Self(-1);
    /// The last position that can be written as VCF POS.
    pub const MAX: Self = Self(i32::MAX - 1);

    /// From a 0-based number, -1 being the telomere; `None` outside -1..=2^31-2.
    pub fn from_zero_based(n: i64) -> Option<Self> {
        i32::try_from(n)
            .ok()
            .filter(|&n| (-1..i32::MAX).contains(&n))
            .map(Self)
    }

    /// From a 1-based number as VCF writes it, 0 being the telomere; `None` outside 0..=2^31-1.
    pub fn from_one_based(n: i64) -> Option<Self> {
        Self::from_zero_based(n.checked_sub(1)?)
    }

    /// The 0-based number.
    pub fn zero_based(self) -> i32 {
        self.0
    }

    /// The 1-based number as VCF writes it.
    pub fn one_based(self) -> i64 {
        i64::from(self.0) + 1
    }
}

/// A stretch of a contig: 0-based, `start` inside, `end` outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    /// First position inside.
    pub start: i32,
    /// First position after it; never before `start`.
    pub end: i32,
}

impl Interval {
    /// `None` where `end` lies before `start`.
    pub fn new(start: i32, end: i32) -> Option<Self> {
        (start <= end).then_some(Self { start, end })
    }

    /// From first and last position, 1-based and both inside, as in `22:16,000,000-17,000,000`.
    pub fn from_one_based_inclusive(first: i64, last: i64) -> Option<Self> {
        let start = i32::try_from(first.checked_sub(1)?).ok()?;
        Self::new(start, i32::try_from(last).ok()?)
    }

    /// Whether any base is in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl fmt::Display for Interval {
    /// 1-based, both ends inside, as regions are written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", i64::from(self.start) + 1, self.end)
    }
}
