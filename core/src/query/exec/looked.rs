//! How many were looked at where a variant is, and how many of those do not carry it.

use super::dosage::Dosages;
use super::variants::Variant;
use crate::error::Result;
use crate::set::SampleSet;

/// Nobody looked at the genotype.
const UNCOVERED: i8 = -2;

/// What is known of each sample at a variant.
pub(super) struct Looked<'a> {
    dosages: Dosages<'a>,
    row: Vec<i8>,
    /// Whether `row` is of the variant at hand.
    is_current: bool,
}

impl Looked<'_> {
    /// Another variant comes.
    pub(super) fn forget(&mut self) {
        self.is_current = false;
    }
}

/// How many samples of a group were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LookedAt {
    /// Samples whose genotype was looked at, whether it is known or missing: 0 is not covered.
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

impl<'a> Variant<'_, 'a> {
    /// How many samples were looked at in the group that was asked for. Each sample is looked up, which costs more
    /// than counts.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn looked_at(&mut self) -> Result<LookedAt> {
        self.look()?;
        let group = self.of.group().or(self.of.view.visible_samples());
        Ok(self.looked_in(group))
    }

    /// The same in one of the groups that were asked for together: see [`Self::counts_of`].
    ///
    /// # Errors
    ///
    /// As [`Self::counts_of`].
    pub fn looked_at_of(&mut self, group: usize) -> Result<LookedAt> {
        self.look()?;
        let group = self.of.group_beside(group)?;
        let group = group.or(self.of.view.visible_samples());
        Ok(self.looked_in(group))
    }

    fn looked_in(&self, group: Option<&SampleSet>) -> LookedAt {
        let mut sum = LookedAt::default();
        let row = self
            .of
            .looked
            .as_ref()
            .map_or(&[][..], |looked| &looked.row);
        match group {
            None => row.iter().for_each(|&copies| sum.add(copies)),
            Some(group) => {
                for sample in group.iter() {
                    sum.add(row.get(sample as usize).copied().unwrap_or(UNCOVERED));
                }
            }
        }
        sum
    }

    /// Reads what is known of each sample, once for a variant.
    fn look(&mut self) -> Result<()> {
        let view = self.of.view;
        let mut looked = self.of.looked.take().unwrap_or_else(|| {
            let dosages = Dosages::new(view, None);
            Box::new(Looked {
                row: vec![UNCOVERED; dosages.width()],
                dosages,
                is_current: false,
            })
        });
        if !looked.is_current {
            looked.row.fill(UNCOVERED);
            self.write_dosages(&mut looked.dosages, &mut looked.row)?;
            looked.is_current = true;
        }
        self.of.looked = Some(looked);
        Ok(())
    }
}
