//! What is there already, where inputs are added to a dataset.

use super::super::contigs::{ContigList, other_length};
use super::super::samples::AllSamples;
use super::super::taken::batches;
use super::Plan;
use crate::cohort::{Dataset, Members, overlapping_batches, sharing};
use crate::error::{Error, InputError, Place, Result};
use crate::input::Header;
use crate::model::{Annotator, InfoKey};
use crate::store::{InfoEntry, Manifest};

impl Plan {
    /// Contigs that are there have the lengths that they had.
    pub(super) fn check_lengths(&self, file: &str, header: &Header) -> Result<()> {
        if self.there.is_none() {
            return Ok(());
        }
        match other_length(&self.contigs, &header.contigs) {
            None => Ok(()),
            Some((contig, known, found)) => Err(Error::from(Box::new(InputError {
                file: file.to_owned(),
                place: Place::File,
                expected: format!("contig {contig} of {known} bases, as in the dataset"),
                found: format!("{found} bases"),
            }))),
        }
    }

    /// Two batches may share samples, but not over the same stretch of a contig: a sample would have
    /// two genotypes there.
    pub(in super::super) fn refuse_overlaps(&self, manifest: &Manifest) -> Result<()> {
        let mut members: Vec<(u32, Members<'_>)> = Vec::new();
        // among those that are there none lies over another
        if let Some(there) = &self.there
            && self.inputs_share
        {
            let known = batches(there)?.into_iter();
            members.extend(known.map(|(number, _, members)| (number, members)));
        }
        let added = (self.samples.first_batch..).zip(&self.samples.batches);
        members.extend(added.map(|(number, of)| (number, Members::List(of))));
        let (numbers, members): (Vec<u32>, Vec<Members<'_>>) = members.into_iter().unzip();
        let sharing = sharing(&members);
        let Some((contig, a, b)) = overlapping_batches(&manifest.segments, &numbers, &sharing)
        else {
            return Ok(());
        };
        let of = |number: u32| members.get(numbers.iter().position(|of| *of == number)?);
        let shared = of(a).zip(of(b)).and_then(|(a, b)| a.common(b));
        let shared = shared.map_or("", |sample| self.samples.name(sample));
        Err(Error::from(Box::new(InputError {
            file: self.contigs[contig as usize].0.clone(),
            place: Place::File,
            expected: "each sample in one input only, or in inputs of the same samples".to_owned(),
            found: format!(
                "sample {shared} in two inputs with different samples over the same stretch"
            ),
        })))
    }
}

/// Where samples are added to a dataset: those that are there, and the number of the next batch.
pub(super) fn samples_of(there: &Dataset) -> Result<AllSamples> {
    let names = there.samples().all()?.map(str::to_owned);
    let last = there.manifest().segments.iter().map(|of| of.batch).max();
    let next = last.map_or(0, |last| last.saturating_add(1));
    Ok(AllSamples::behind(names.collect(), next))
}

pub(super) fn contigs_of(there: &Dataset) -> ContigList {
    let contigs = there.manifest().contigs.iter();
    contigs.map(|of| (of.name.clone(), of.length)).collect()
}

pub(super) fn annotator_of(there: &Dataset) -> Option<Annotator> {
    let name = there.manifest().annotations.as_ref()?;
    let mut all = Annotator::ALL.into_iter();
    all.find(|annotator| annotator.name() == name)
}

impl InfoEntry {
    /// The key that it is of.
    pub(super) fn key(&self) -> Option<InfoKey> {
        InfoKey::from_line(&format!("{}\t{}\t{}", self.kind, self.number, self.key))
    }
}
