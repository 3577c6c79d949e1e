//! Where samples of an input have records already: what is added there would give them two genotypes.

use super::emit::input_error;
use super::samples::InputSamples;
use crate::cohort::{Dataset, Members};
use crate::error::{Place, Result};

const FREE: &str = "samples that have no records over the same stretch yet";

/// Stretches of batches that have samples of an input.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken(Vec<Stretch>);

/// Both ends are in it.
#[derive(Debug, Clone)]
struct Stretch {
    contig: u32,
    start: i32,
    last: i32,
    /// Who has records there.
    sample: u32,
}

impl Taken {
    /// Of an input, by what is there. Of new samples nothing is read.
    pub(super) fn of(there: &Dataset, input: &InputSamples) -> Result<Self> {
        let mut taken = Vec::new();
        // the first one has the lowest number
        if input.count > 0 && input.first_sample >= there.universe() {
            return Ok(Self(taken));
        }
        let members = input.members();
        for (_, parts, of) in batches(there)? {
            let sample = match (members.count(), of.count()) {
                (0, 0) => Some(u32::MAX),
                _ => members.common(&of),
            };
            let Some(sample) = sample else { continue };
            let entries = parts
                .iter()
                .filter_map(|&of| there.manifest().segments.get(of));
            for entry in entries {
                let stretch = |contig, start, last| Stretch {
                    contig,
                    start,
                    last,
                    sample,
                };
                let rows = entry.contigs.iter();
                taken.extend(rows.map(|of| stretch(of.contig, of.start, of.last)));
                let covered = entry.covered.iter();
                taken.extend(covered.map(|of| stretch(of.contig, of.start, of.end - 1)));
            }
        }
        Ok(Self(taken))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether samples of another input have records over the same stretches: of one batch there is one answer to where
    /// it may have rows.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        let place = |of: &Stretch| (of.contig, of.start, of.last);
        self.0.iter().map(place).eq(other.0.iter().map(place))
    }

    /// An error where a sample of the input has records over a stretch, of which both ends are in it.
    pub(super) fn check(
        &self,
        (contig, start, last): (u32, i32, i32),
        name: &dyn Fn(u32) -> String,
        contig_name: &dyn Fn(u32) -> String,
        (file, place): (&str, Place),
    ) -> Result<()> {
        let Self(stretches) = self;
        let mut over = stretches.iter();
        let over = over.find(|of| of.contig == contig && of.start <= last && start <= of.last);
        over.map_or(Ok(()), |of| {
            let who = match of.sample {
                u32::MAX => "records without samples".to_owned(),
                sample => format!("sample {}", name(sample)),
            };
            let found = format!(
                "{who}, which the dataset has over {}:{}-{}",
                contig_name(contig),
                i64::from(of.start) + 1,
                i64::from(of.last) + 1
            );
            Err(input_error(file, place, FREE, found))
        })
    }
}

/// The batches of a dataset: number, parts, samples.
pub(super) fn batches(there: &Dataset) -> Result<Vec<(u32, &[usize], Members<'_>)>> {
    let known = there.batches()?;
    let mut all = Vec::with_capacity(known.len());
    for batch in 0..known.len() as u32 {
        let parts = known.parts(batch);
        let first = parts.first().copied().unwrap_or(usize::MAX);
        let Some(part) = there.parts().get(first) else {
            continue;
        };
        all.push((there.batch(first), parts, Members::of(there.segment(part)?)));
    }
    Ok(all)
}
