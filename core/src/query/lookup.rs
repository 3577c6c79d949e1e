//! Counts of many alleles, one after the other.

use super::Group;
use super::allele::Allele;
use super::count::{RowCounts, Tally};
use super::coverage;
use super::variants::Counts;
use crate::dataset::{Dataset, WantedAlleles};
use crate::error::Result;
use crate::genome::{Interval, Position};
use crate::set::SampleSet;

/// Looks up the counts of many alleles: what neighbours share is read once, so that alleles in the
/// order of positions are found fastest.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::{Dataset, Position};
/// let dataset = Dataset::open("cohort.vdx")?;
/// let mut lookup = dataset.lookup(None)?;
/// for n in 16_050_000..16_060_000 {
///     let position = Position::from_one_based(n).unwrap();
///     if let Some(counts) = lookup.counts("22", position, "A", "G")? {
///         println!("{n} {}", counts.ac);
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Lookup<'a> {
    dataset: &'a Dataset,
    /// `None` is everybody.
    group: Option<SampleSet>,
    tallies: Vec<Option<Tally<'a>>>,
    /// The contig asked for last.
    contig: (String, u32),
    several_batches: bool,
    /// Part and row of the allele in each batch that has it.
    found: Vec<(usize, u32)>,
}

impl Dataset {
    /// Looks up many alleles in everybody or in a group.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`](crate::Error::Usage) where the group is of another dataset.
    pub fn lookup(&self, group: Option<&Group<'_>>) -> Result<Lookup<'_>> {
        let group = match group {
            Some(group) => Some(self.group(&group.keep())?.samples().clone()),
            None => None,
        };
        Ok(Lookup {
            dataset: self,
            group: group.filter(|group| group.len() < u64::from(self.sample_count())),
            tallies: self.parts().iter().map(|_| None).collect(),
            contig: (String::new(), u32::MAX),
            several_batches: self.has_several_batches(),
            found: Vec::new(),
        })
    }
}

impl<'a> Lookup<'a> {
    /// The counts of an allele; `None` where the dataset does not have it. As [`Dataset::allele`].
    ///
    /// # Errors
    ///
    /// As [`Dataset::allele`].
    pub fn counts(
        &mut self,
        contig: &str,
        position: Position,
        reference: &str,
        alternate: &str,
    ) -> Result<Option<Counts>> {
        if self.contig.0 != contig || self.contig.1 == u32::MAX {
            let number = self.dataset.contig_named(contig)?;
            self.contig = (contig.to_owned(), number);
        }
        let wanted = WantedAlleles::new(reference.as_bytes(), alternate.as_bytes());
        let start = position.zero_based();
        let at = Interval {
            start,
            end: start.saturating_add(1),
        };
        self.found.clear();
        for (index, part) in self.dataset.parts().iter().enumerate() {
            if !self.dataset.reaches(index, self.contig.1, at) {
                continue;
            }
            let segment = self.dataset.segment(part)?;
            let Some(slot) = self.tallies.get_mut(index) else {
                continue;
            };
            let tally = slot.get_or_insert_with(|| Tally::new(segment, self.group.as_ref()));
            let Some(row) = tally.find(self.contig.1, i64::from(start), &wanted)? else {
                continue;
            };
            let batch = self.dataset.batch(index);
            let known = self.found.iter();
            if known
                .clone()
                .all(|(part, _)| self.dataset.batch(*part) != batch)
            {
                self.found.push((index, row));
            }
        }
        if self.found.is_empty() {
            return self.other_spelling(contig, position, reference, alternate);
        }
        let mut sum = RowCounts::default();
        for (part, row) in &self.found {
            if let Some(Some(tally)) = self.tallies.get_mut(*part) {
                sum.add(tally.counts(*row)?);
            }
        }
        let elsewhere = match self.several_batches {
            true => self.elsewhere()?,
            false => Some(RowCounts::default()),
        };
        Ok(Some(Counts::from_rows(sum, elsewhere)))
    }

    fn elsewhere(&self) -> Result<Option<RowCounts>> {
        let here = self.found.iter().map(|(part, _)| self.dataset.batch(*part));
        let here: Vec<u32> = here.collect();
        let first = self.found.first();
        let part = first.and_then(|(part, row)| Some((self.dataset.parts().get(*part)?, row)));
        let Some((part, row)) = part else {
            return Ok(None);
        };
        let segment = self.dataset.segment(part)?;
        coverage::elsewhere_of(self.dataset, segment, *row, &here, self.group.as_ref())
    }

    /// What is not there as spelled may be there in another spelling.
    fn other_spelling(
        &self,
        contig: &str,
        position: Position,
        reference: &str,
        alternate: &str,
    ) -> Result<Option<Counts>> {
        let found: Option<Allele<'a>> = self
            .dataset
            .allele(contig, position, reference, alternate)?;
        let counts = |allele: Allele<'a>| allele.counts_of(self.group.as_ref());
        found.map(counts).transpose()
    }
}
