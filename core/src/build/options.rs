//! What a build can be told.

use super::people::PeopleOptions;
use crate::genome::Assembly;
use crate::source::annotation::Annotator;
use std::path::PathBuf;
use std::str::FromStr;

/// Options of [`build`](crate::build()).
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
    /// A genotype whose GQ is lower counts as missing.
    pub min_gq: Option<f64>,
    /// A genotype whose DP is lower counts as missing.
    pub min_dp: Option<f64>,
    /// Sort unsorted input instead of refusing it.
    pub sort: bool,
    /// Refuse malformed records one by one instead of stopping at the first.
    pub skip_malformed: bool,
    /// Worker threads; as many as the machine has where `None`.
    pub threads: Option<usize>,
    /// About how many bytes of memory to use at most.
    pub memory: u64,
    /// Replace a dataset that is there already.
    pub replace: bool,
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
            sort: false,
            skip_malformed: false,
            threads: None,
            memory: 1 << 30,
            replace: false,
        }
    }
}

impl BuildOptions {
    pub(super) fn threads(&self) -> usize {
        self.threads
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from))
            .max(1)
    }
}

/// Which annotation of the records is stored: genes, consequences, HGVS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Annotations {
    /// The first of `CSQ`, `ANN` and `BCSQ` that the header of an input declares.
    #[default]
    Auto,
    /// What this annotator wrote.
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
    /// Reading people and ontologies, and storing them: its input tells what is being done.
    People,
    /// Gathering who carries variants of each gene: its input says so, its records are genes.
    Genes,
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
