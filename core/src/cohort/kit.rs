//! Where genotypes of samples could be called: kits, opened with a dataset.

use crate::error::Result;
use crate::format::Folder;
use crate::genome::{Chromosome, ContigNames};
use crate::set::SampleSet;
use crate::store::callable::Callable;
use crate::store::manifest::CallableEntry;

/// Where genotypes of some samples could be called.
#[derive(Debug)]
pub(crate) struct Kit {
    file: Callable,
    /// By contig of the dataset, its number in the file.
    contigs: Vec<Option<u32>>,
    pub(crate) samples: SampleSet,
}

impl Kit {
    pub(super) fn open(
        folder: &Folder,
        entry: &CallableEntry,
        names: &ContigNames,
        count: usize,
    ) -> Result<Self> {
        let file = Callable::open(folder, &entry.file.file)?;
        let mut contigs = vec![None; count];
        for (number, name) in (0..).zip(file.contigs()) {
            if let Ok(Some(contig)) = names.resolve_listed(name)
                && names.chromosome(contig).is_none_or(Chromosome::is_autosome)
                && let Some(slot) = contigs.get_mut(contig)
            {
                *slot = Some(number);
            }
        }
        let runs = entry.samples.iter();
        let runs =
            runs.map(|(first, count)| SampleSet::of_range(*first..first.saturating_add(*count)));
        Ok(Self {
            file,
            contigs,
            samples: runs.fold(SampleSet::new(), |all, run| all.union(&run)),
        })
    }

    /// Whether all from `start` up to `end` of a contig could be called, with two copies.
    pub(crate) fn holds(&self, contig: u32, start: i32, end: i32) -> Result<bool> {
        match self.contigs.get(contig as usize) {
            Some(Some(contig)) => self.file.holds(*contig, start, end),
            _ => Ok(false),
        }
    }

    pub(crate) fn verify(&self) -> Result<()> {
        self.file.verify()
    }
}
