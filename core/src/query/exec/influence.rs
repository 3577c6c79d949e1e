//! What a count of a variant would say of single people: who has the rarer allele, and counts without some of them.

use super::counting::Counting;
use super::counts::Counts;
use super::variants::Variant;
use crate::error::Result;
use crate::set::SampleSet;

/// Copies that somebody is taken to have of whom the ploidy is not stored: as many as make the most of it.
const COPIES: u32 = 2;

/// A sample that has an allele.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SampleShare {
    pub(crate) sample: u32,
    /// Copies of the allele, and copies that are known.
    pub(crate) copies: u32,
    pub(crate) of: u32,
}

impl Variant<'_, '_> {
    /// The counts in some samples, whichever they are: for the few variants that are counted in a group of their own.
    pub(crate) fn counts_among(&mut self, samples: &SampleSet) -> Result<Counts> {
        let mut counting = Counting::new(self.of.view, None);
        let number = counting.add(samples);
        counting.begin(self.of.walk.place());
        counting.counts(number, self.of.walk.rows_of())
    }

    /// Samples that have the ALT, or anything but the ALT, of those that may be seen.
    ///
    /// Of who has no ALT the ploidy is not known here; it is taken for two copies: what is charged is more than it had to be, not less. Of whom
    /// not all copies are known, and none known is the ALT, nothing is charged.
    pub(crate) fn shares(&mut self, of_alt: bool, to: &mut Vec<SampleShare>) -> Result<()> {
        to.clear();
        self.carriers_by_row(true, |_, carrier, _| {
            let known = carrier.ploidy.saturating_sub(carrier.missing.count_ones());
            let of = known.max(carrier.carried);
            let copies = match of_alt {
                true => carrier.carried,
                false => of - carrier.carried,
            };
            to.push(SampleShare {
                sample: carrier.sample,
                copies,
                of,
            });
        })?;
        if !of_alt {
            let carriers: SampleSet = to.iter().map(|share| share.sample).collect();
            let looked = self.look()?;
            let view = self.of.view;
            for (sample, copies) in (0_u32..).zip(&looked.row) {
                let is_seen = view.visible_samples().is_none_or(|of| of.contains(sample));
                if *copies == 0 && is_seen && !carriers.contains(sample) {
                    to.push(SampleShare {
                        sample,
                        copies: COPIES,
                        of: COPIES,
                    });
                }
            }
            self.of.looked = Some(looked);
        }
        to.retain(|share| share.copies > 0);
        to.sort_unstable_by_key(|share| share.sample);
        Ok(())
    }
}
