//! Counts of a dataset beside the alleles of somebody's file.
//!
//! Every record is written as it was read, with INFO fields more: for each ALT, in the order of the ALTs, its AC,
//! AN, AF and the numbers of homozygotes and hemizygotes, in everybody or a group, and by the values of
//! attributes. What they say of an allele:
//!
//! | the dataset | AC | AN |
//! |---|---|---|
//! | has it | copies that carry it | copies with a known allele |
//! | does not have it, and everybody was looked at there | 0 | copies with a known allele |
//! | does not have it, or the contig, and somebody was not looked at | 0 | `.` |
//! | cannot decide: it may be one of its variants spelled otherwise | `.` | `.` |
//! | `*`, `<*>`, `<NON_REF>`: no alleles | `.` | `.` |
//!
//! Alleles are found as [`View::allele`] finds them: however they are spelled; symbolic ones by text and extent.

#![deny(clippy::indexing_slicing)]

mod block;
mod counting;
mod keys;
mod notes;
mod run;
mod sites;

pub use sites::{SiteCounts, SiteRow};

use crate::cohort::View;
use crate::error::{Error, Result};
use crate::export::{Counted, ExportFormat, write_whole};
use crate::input::RawReader;
use crate::query::{By, CountFilter, Group};
use counting::Source;
use keys::Keys;
use std::io::Write;
use std::path::Path;

/// What the INFO keys begin with where nothing is said.
const PREFIX: &str = "VDX";

/// A dataset to annotate with, and what is counted in it.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::{AnnotateWith, Attribute, Dataset};
/// let view = Dataset::open("cohort.vdx")?.view();
/// let women = view.ask("sex:female")?;
/// let with = AnnotateWith::new(view).named("WOMEN").in_group(women).by([Attribute::Population]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct AnnotateWith {
    view: View,
    name: Option<String>,
    group: Option<Group>,
    by: Vec<By>,
}

impl AnnotateWith {
    /// Everybody of a view.
    pub fn new(view: View) -> Self {
        Self {
            view,
            name: None,
            group: None,
            by: Vec::new(),
        }
    }

    /// What the INFO keys begin with: `NAME_AC`; `VDX` where nothing is said.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// Only these people.
    #[must_use]
    pub fn in_group(self, group: Group) -> Self {
        Self {
            group: Some(group),
            ..self
        }
    }

    /// Also by the values of attributes, ages, terms or named groups: `NAME_AC_FIN`.
    #[must_use]
    pub fn by<B: Into<By>>(self, fields: impl IntoIterator<Item = B>) -> Self {
        Self {
            by: fields.into_iter().map(Into::into).collect(),
            ..self
        }
    }
}

/// How to annotate.
#[derive(Debug, Clone, Default)]
pub struct AnnotateOptions {
    /// VCF as text or in BGZF blocks for VCF, BCF for BCF; what the name of the file says where `None`.
    pub format: Option<ExportFormat>,
    /// Threads that work, without influence on what is written; as many as the machine has where `None`.
    pub threads: Option<usize>,
    /// Only records with an ALT of which this holds; in each of the datasets, where there are several.
    pub filter: Option<CountFilter>,
}

/// How far annotating is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AnnotateProgress {
    /// Records read.
    pub records: u64,
    /// Bytes of the file read, as it is stored.
    pub bytes: u64,
    /// Bytes of the file; unknown for pipes.
    pub total: Option<u64>,
}

/// What was found of the alleles of a file in a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnnotateTally {
    /// What the INFO keys begin with.
    pub name: String,
    /// Alleles that it has.
    pub present: u64,
    /// Those that it does not have, at places where everybody was looked at.
    pub absent: u64,
    /// Those that it does not have, at other places.
    pub uncovered: u64,
    /// Those of which it cannot decide.
    pub undecided: u64,
}

/// What was annotated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnnotateSummary {
    /// Records read.
    pub records: u64,
    /// Records written: those that the filter left.
    pub written: u64,
    /// Bytes written, as stored.
    pub bytes: u64,
    /// What was found, by dataset.
    pub tallies: Vec<AnnotateTally>,
    /// What who asks should know, a line each.
    pub warnings: Vec<String>,
}

/// Writes a file of variants again, with counts of datasets beside each allele. `-` is standard input. The
/// result appears whole or not at all, and replaces what is there.
///
/// `progress` is called now and then; when it says `false`, annotating stops.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::{AnnotateOptions, AnnotateWith, Dataset, annotate};
/// let with = AnnotateWith::new(Dataset::open("cohort.vdx")?.view());
/// let options = AnnotateOptions::default();
/// let summary = annotate("case.vcf.gz", &[with], "annotated.vcf.gz", &options, &mut |_| true)?;
/// println!("{} records", summary.written);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::Input`] for what cannot be read; [`Error::Usage`] for names that are no INFO keys or are in the file
/// already, and for a format that the file is not of; [`Error::Io`]; [`Error::Damaged`]; [`Error::Cancelled`].
pub fn annotate(
    input: impl AsRef<Path>,
    with: &[AnnotateWith],
    to: impl AsRef<Path>,
    options: &AnnotateOptions,
    progress: &mut dyn FnMut(&AnnotateProgress) -> bool,
) -> Result<AnnotateSummary> {
    let to = to.as_ref();
    let format = options.format.or_else(|| ExportFormat::of_name(to));
    let format = format.ok_or_else(|| {
        Error::Usage(format!(
            "{}: expected a name that ends with .vcf, .vcf.gz or .bcf",
            to.display()
        ))
    })?;
    // what is wrong with the input leaves what is there
    let annotation = Annotation::new(input.as_ref(), with, Some(format), options)?;
    write_whole(to, |file| annotation.write(file, to, options, progress))
}

/// The same to anything that bytes can be written to: as text or BCF, as the input is, unless the options name
/// another format.
///
/// # Errors
///
/// As [`annotate`].
pub fn annotate_to(
    input: impl AsRef<Path>,
    with: &[AnnotateWith],
    to: &mut dyn Write,
    options: &AnnotateOptions,
    progress: &mut dyn FnMut(&AnnotateProgress) -> bool,
) -> Result<AnnotateSummary> {
    let annotation = Annotation::new(input.as_ref(), with, options.format, options)?;
    annotation.write(to, Path::new("output"), options, progress)
}

/// An input that can be annotated with what is asked for.
struct Annotation {
    reader: RawReader,
    sources: Vec<Source>,
    keys: Vec<Keys>,
    format: ExportFormat,
}

impl Annotation {
    fn new(
        input: &Path,
        with: &[AnnotateWith],
        format: Option<ExportFormat>,
        options: &AnnotateOptions,
    ) -> Result<Self> {
        if with.is_empty() {
            return Err(no_dataset());
        }
        let mut sources = Vec::new();
        for with in with {
            sources.push(Source::new(with, options.filter.as_ref())?);
        }
        let reader = RawReader::open(input)?;
        let format = fitting(&reader, format)?;
        let keys = Keys::of(&reader, with, &sources)?;
        Ok(Self {
            reader,
            sources,
            keys,
            format,
        })
    }

    fn write(
        self,
        to: &mut dyn Write,
        name: &Path,
        options: &AnnotateOptions,
        progress: &mut dyn FnMut(&AnnotateProgress) -> bool,
    ) -> Result<AnnotateSummary> {
        let out = Counted { out: to, bytes: 0 };
        run::run(self, out, name, options.threads, progress)
    }
}

fn no_dataset() -> Error {
    Error::Usage("no dataset to annotate with: name one at least".to_owned())
}

/// The format to write: records are handed on as they are, so that text stays text.
fn fitting(reader: &RawReader, asked: Option<ExportFormat>) -> Result<ExportFormat> {
    let is_bcf = reader.next_key().is_some();
    let (file, other) = (reader.file(), "bcftools view -O");
    match (is_bcf, asked) {
        (true, None | Some(ExportFormat::Bcf)) => Ok(ExportFormat::Bcf),
        (true, Some(_)) => Err(Error::Usage(format!(
            "{file} is BCF, and records are handed on as they are: write a file .bcf, and convert it by `{other}z`"
        ))),
        (false, Some(ExportFormat::Bcf)) => Err(Error::Usage(format!(
            "{file} is VCF, and records are handed on as they are: write a file .vcf.gz, and convert it by `{other}b`"
        ))),
        (false, format) => Ok(format.unwrap_or(ExportFormat::Vcf)),
    }
}
