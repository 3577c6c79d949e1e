//! Options of a build.

use super::people::PeopleOptions;
use crate::error::{Error, Result};
use crate::genome::Assembly;
use crate::model::Annotator;
use crate::store::genes::PAD_MAX;
use std::path::PathBuf;
use std::str::FromStr;
use varidex_sink::bounded;

/// With less memory a build cannot hold a batch of what it reads.
const MEMORY_MIN: u64 = 1 << 20;
/// What is used where nothing is given.
pub(super) const MEMORY: u64 = 1 << 30;

/// Refuses too little memory.
pub(super) fn check_memory(memory: u64) -> Result<()> {
    match memory < MEMORY_MIN {
        false => Ok(()),
        true => Err(Error::Usage(format!(
            "memory: expected at least {MEMORY_MIN} bytes (1M), found {memory}"
        ))),
    }
}

/// An input of one sample alone is stored record by record, as every other is.
const MERGE_FROM: usize = 2;
/// Inputs of one sample each that become one batch.
const MERGE_UP_TO: usize = 4096;

/// Options of [`build`](crate::maintain::build()).
///
/// ```
/// let options = varidex::BuildOptions { threads: Some(4), ..Default::default() };
/// ```
#[derive(Debug, Clone)]
pub struct BuildOptions {
    /// INFO keys to keep as typed columns.
    pub info: Vec<String>,
    /// Reference sequence: alleles are trimmed and left-aligned against it.
    pub reference: Option<PathBuf>,
    /// The assembly, where the header does not tell it.
    pub assembly: Option<Assembly>,
    /// Gene models: GFF3, GTF, BED or refFlat.
    pub genes: Vec<PathBuf>,
    /// Bases on both sides of each gene that count as the gene's.
    pub pad: u32,
    /// Which annotation of the records is stored.
    pub annotations: Annotations,
    /// People, and ontologies for what is recorded of them.
    pub people: PeopleOptions,
    /// A genotype with a lower GQ counts as missing: a number from 0.
    pub min_gq: Option<f64>,
    /// A genotype with a lower DP counts as missing: a number from 0.
    pub min_dp: Option<f64>,
    /// Genotypes on X and Y go by sex: outside of the pseudoautosomal regions of the assembly, by POS, a male's of two and
    /// more copies of one allele has one copy, a male's of several alleles and half calls are missing, and so are a
    /// female's on Y. All else, and samples of other or unknown sex, are as written. The sex is that of
    /// [`people`](Self::people): a karyotype of XY or XX, and where none is recorded the sex. Loading other people later
    /// changes no genotype.
    pub sex_ploidy: bool,
    /// A BED file of the regions where genotypes of all samples of the inputs could be called: at a variant of which a
    /// sample's inputs have no record, the sample is reference where one region holds all bases of REF, and counts two
    /// copies. Genotypes that inputs have stand as they are, missing ones among them. On X, Y and the mitochondrion nothing
    /// follows from it.
    pub callable: Option<PathBuf>,
    /// A table with the columns `sample` and `callable`: the BED file of each sample by itself, as a path relative to the
    /// table; `.` where nothing is known of it. It may name samples that the dataset has already. Not together with
    /// [`callable`](Self::callable).
    pub callable_table: Option<PathBuf>,
    /// Sort unsorted input instead of refusing it.
    pub sort: bool,
    /// Refuse malformed records one by one instead of stopping at the first.
    pub skip_malformed: bool,
    /// Worker threads; as many as the machine has where `None`. One is the calling thread itself. More
    /// than 64, or than the machine has where that is more, are not started.
    pub threads: Option<usize>,
    /// About how many bytes of memory to use at most: from 1 MiB. That of `people` is not used.
    pub memory: u64,
    /// Replace a dataset that is there already.
    pub replace: bool,
    /// So many states of the dataset can be opened after, the new one among them: [`Dataset::open_snapshot`] opens
    /// those before. 0 is as 1: the new one alone.
    ///
    /// [`Dataset::open_snapshot`]: crate::Dataset::open_snapshot
    pub keep: u32,
    /// Lets [`add`](crate::add) merge small batches of files of one sample each, once there are many of a size: as many times
    /// as there are powers of six in their number. [`compact`](crate::compact()) merges them all.
    pub compact: bool,
    /// From how many inputs of one sample each on these become one batch; 0 is never. For tests, of which many
    /// have an oracle that knows inputs one by one.
    #[doc(hidden)]
    pub merge_from: usize,
    /// Up to how many of them become one batch. For tests.
    #[doc(hidden)]
    pub merge_up_to: usize,
    /// Sorts what is read of one of them alone as what is read of several. For tests: the bytes are the same.
    #[doc(hidden)]
    pub sort_lone: bool,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            info: Vec::new(),
            reference: None,
            genes: Vec::new(),
            pad: 0,
            annotations: Annotations::Auto,
            people: PeopleOptions::default(),
            assembly: None,
            min_gq: None,
            min_dp: None,
            sex_ploidy: false,
            callable: None,
            callable_table: None,
            sort: false,
            skip_malformed: false,
            threads: None,
            memory: MEMORY,
            replace: false,
            keep: 1,
            compact: true,
            merge_from: MERGE_FROM,
            merge_up_to: MERGE_UP_TO,
            sort_lone: false,
        }
    }
}

impl BuildOptions {
    /// From how many inputs of one sample each on these become one batch.
    pub(super) fn merge_from(&self) -> usize {
        match self.merge_from {
            0 => usize::MAX,
            from => from,
        }
    }

    pub(super) fn threads(&self) -> usize {
        bounded(self.threads)
    }

    /// Refuses numbers that make no sense, from whichever language they come.
    pub(super) fn check(&self) -> Result<()> {
        let usage = |message: String| Err(Error::Usage(message));
        for (name, bound) in [("min-gq", self.min_gq), ("min-dp", self.min_dp)] {
            // no quality is below NaN, and none is above infinity
            if let Some(bound) = bound
                && !(bound.is_finite() && bound >= 0.0)
            {
                return usage(format!("{name}: expected a number from 0, found {bound}"));
            }
        }
        if self.threads == Some(0) {
            return usage("threads: expected at least 1, found 0".to_owned());
        }
        check_memory(self.memory)?;
        if self.callable.is_some() && self.callable_table.is_some() {
            return usage(
                "callable: expected one BED file for all samples or a table of BED files, found both".to_owned(),
            );
        }
        if self.pad > PAD_MAX {
            return usage(format!("a gene is padded by at most {PAD_MAX} bases"));
        }
        Ok(())
    }

    /// The same where no people are there.
    pub(super) fn check_first(&self) -> Result<()> {
        if self.sex_ploidy && self.people.files.is_empty() {
            let message = "sex-ploidy: expected people with their sexes (--people), found none";
            return Err(Error::Usage(message.to_owned()));
        }
        self.check()
    }
}

/// Which annotation of the records is stored: genes, consequences, HGVS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Annotations {
    /// The first of `CSQ`, `ANN` and `BCSQ` of which the header of an input describes the fields of an
    /// annotation.
    #[default]
    Auto,
    /// What is in this key.
    Of(Annotator),
    /// None.
    None,
}

/// A name that is no annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAnnotation(String);

impl std::fmt::Display for UnknownAnnotation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(name) = self;
        write!(f, "{name} is none of auto, csq, ann, bcsq and none")
    }
}

impl std::error::Error for UnknownAnnotation {}

impl FromStr for Annotations {
    type Err = UnknownAnnotation;

    fn from_str(name: &str) -> Result<Self, UnknownAnnotation> {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "auto" => return Ok(Self::Auto),
            "none" => return Ok(Self::None),
            _ => {}
        }
        let mut all = Annotator::ALL.into_iter();
        all.find(|annotator| annotator.name() == lower)
            .map(Self::Of)
            .ok_or_else(|| UnknownAnnotation(name.to_owned()))
    }
}

/// What a build is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Copying a stream that may have to be read twice ([`BuildOptions::sort`]); its bytes are
    /// counted for themselves.
    Copying,
    /// Sorting an input that turned out not to be sorted.
    Sorting,
    /// Reading and storing.
    Storing,
    /// Reading people and ontologies, and storing them: its input says what is being done.
    People,
    /// Gathering who carries variants of each gene: its input says so, its records are genes.
    Genes,
    /// Merging segments: its records are rows.
    Compacting,
}

/// How far a build is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// The input being read.
    pub input: String,
    /// Bytes of the inputs read so far, as stored. What is sorted is read twice more.
    pub bytes: u64,
    /// Bytes to be read; `None` where an input is a stream. It grows where an input turns out to
    /// need sorting.
    pub total: Option<u64>,
    /// Records of the input read so far in this phase.
    pub records: u64,
}
