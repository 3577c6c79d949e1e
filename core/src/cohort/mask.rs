//! A group within the samples of a batch.

use crate::set::{SampleSet, for_each_bit, set_bit, spread, words_for};
use crate::store::Segment;

/// A group within the samples of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Mask {
    /// Bits over the batch's samples.
    pub(crate) samples: Vec<u64>,
    /// The same, two bits a sample.
    pub(crate) copies: Vec<u64>,
    pub(crate) size: u32,
}

impl Mask {
    /// The members of `group` (dataset numbers) that are samples of the segment's batch.
    pub(crate) fn of(group: &SampleSet, segment: &Segment) -> Self {
        let meta = segment.meta();
        let mut samples = vec![0u64; words_for(meta.samples)];
        match segment.numbers() {
            None => {
                let end = meta.first_sample.saturating_add(meta.samples);
                group.for_each_in(meta.first_sample..end, |sample| {
                    set_bit(&mut samples, sample - meta.first_sample);
                });
            }
            Some(numbers) => {
                for (local, &sample) in (0..).zip(numbers) {
                    if group.contains(sample) {
                        set_bit(&mut samples, local);
                    }
                }
            }
        }
        Self::from_samples(samples)
    }

    /// The members by number in the batch, ascending.
    pub(crate) fn members(&self) -> Vec<u32> {
        let mut members = Vec::new();
        for_each_bit(&self.samples, |sample| members.push(sample));
        members
    }

    /// Every sample of the batch.
    pub(crate) fn everybody(count: u32) -> Self {
        let mut samples = vec![u64::MAX; words_for(count)];
        if let (Some(last), rest @ 1..) = (samples.last_mut(), count % 64) {
            *last = (1 << rest) - 1;
        }
        Self::from_samples(samples)
    }

    /// The samples of the batch that are not in it.
    pub(super) fn others(&self, count: u32) -> Self {
        let all = Self::everybody(count).samples;
        let words = all.iter().zip(&self.samples);
        Self::from_samples(words.map(|(all, of)| all & !of).collect())
    }

    /// Nobody.
    pub(super) const fn nobody() -> Self {
        Self {
            samples: Vec::new(),
            copies: Vec::new(),
            size: 0,
        }
    }

    /// From bits over the batch's samples.
    pub(super) fn from_samples(samples: Vec<u64>) -> Self {
        let size = samples.iter().map(|word| word.count_ones()).sum();
        Self {
            copies: spread(&samples),
            samples,
            size,
        }
    }
}
