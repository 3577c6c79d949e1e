//! Adding inputs to a dataset that is there.

use super::repeat::repeated;
use super::{BuildOptions, Growth, Progress, Report};
use crate::cohort::Dataset;
use crate::error::Result;
use crate::format::Folder;
use crate::input::Workers;
use crate::store::{History, Publication};
use std::path::Path;
use std::time::Instant;

/// Adds what VCF and BCF files have (`-` is standard input) to the dataset in the directory `dataset`: new samples, and
/// records of samples that are there over stretches where they have none yet. The time goes by what is added: no file
/// that is there is read through or written again.
///
/// Samples and individuals keep their numbers, and answers are those of a dataset that was built of all inputs at once:
/// where a sample was not looked at, AN is unknown. The new state appears whole or not at all, and readers keep the one
/// they opened.
///
/// The options of the first build hold: quality bounds, `sex_ploidy`, assembly, annotations, INFO keys and, where it is
/// still in its place, the reference need not be given again, and others than those are an error. [`people`] adds: who
/// is known keeps the number, and what a file says of them stands in the place of what was known; new people come
/// behind. `genes` may be given if they are those of the dataset.
///
/// [`people`]: BuildOptions::people
///
/// # Errors
///
/// [`Error::NoDataset`](crate::Error::NoDataset); [`Error::Input`](crate::Error::Input) for malformed or unsorted
/// records, for another assembly or length of a contig, and where a sample has records over the same stretch already;
/// [`Error::Usage`](crate::Error::Usage) where options contradict those of the dataset;
/// [`Error::Locked`](crate::Error::Locked), [`Error::Damaged`](crate::Error::Damaged), [`Error::Io`](crate::Error::Io);
/// [`Error::Cancelled`](crate::Error::Cancelled) when `progress` says stop.
pub fn add<P: AsRef<Path>>(
    inputs: &[P],
    dataset: impl AsRef<Path>,
    options: &BuildOptions,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Report> {
    add_in(inputs, &Folder::on_disk(dataset), options, progress)
}

/// The same wherever the dataset is.
pub(crate) fn add_in<P: AsRef<Path>>(
    inputs: &[P],
    to: &Folder,
    options: &BuildOptions,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Report> {
    let started = Instant::now();
    options.check()?;
    // a path without a dataset is not to become one
    Dataset::open_in(to)?;
    let publication = Publication::begin(to, true)?;
    // as it is now that nobody else can publish
    let there = Dataset::open_in(to)?;
    let manifest = there.manifest().clone();
    let history = History::read(to).unwrap_or_default();
    let options = repeated(&manifest, &history, options)?;
    Growth {
        there: Some(&there),
        manifest,
        options: &options,
        workers: Workers::new(options.threads())?,
        publication,
        command: "add",
    }
    .run(inputs, started, progress)
}
