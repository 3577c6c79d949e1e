//! How many were looked at where a variant is, and how many of those do not carry it.

use super::dosage::Dosages;
use crate::cohort::View;
use crate::set::SampleSet;

/// Nobody looked at the genotype.
pub(super) const UNCOVERED: i8 = -2;

/// What is known of each sample at a variant.
pub(super) struct Looked<'a> {
    pub(super) dosages: Dosages<'a>,
    pub(super) row: Vec<i8>,
    /// Whether `row` is of the variant at hand.
    pub(super) is_current: bool,
}

impl<'a> Looked<'a> {
    pub(super) fn new(view: &'a View) -> Self {
        let dosages = Dosages::new(view, None);
        Self {
            row: vec![UNCOVERED; dosages.width()],
            dosages,
            is_current: false,
        }
    }

    /// How many were looked at in a group; `None` is all.
    pub(super) fn within(&self, group: Option<&SampleSet>) -> LookedAt {
        let mut sum = LookedAt::default();
        match group {
            None => self.row.iter().for_each(|&copies| sum.add(copies)),
            Some(group) => {
                for sample in group.iter() {
                    let copies = self.row.get(sample as usize);
                    sum.add(copies.copied().unwrap_or(UNCOVERED));
                }
            }
        }
        sum
    }

    /// Another variant comes.
    pub(super) fn forget(&mut self) {
        self.is_current = false;
    }
}

/// How many samples of a group were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LookedAt {
    /// Samples with a genotype that was looked at, whether it is known or missing: 0 is not covered.
    pub covered: u64,
    /// Those of them of which all copies are known, and none carries the ALT.
    pub noncarriers: u64,
}

impl LookedAt {
    fn add(&mut self, copies: i8) {
        self.covered += u64::from(copies != UNCOVERED);
        self.noncarriers += u64::from(copies == 0);
    }
}
