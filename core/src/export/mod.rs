//! From a dataset back to VCF and BCF.
//!
//! Records are put together again from the rows that were picked: rows of one ALT each that stood in
//! the same record come out as one record, its ALTs in their order. What the rows do not tell:
//!
//! * copies that carry an ALT of the record that was not picked are written as `0`;
//! * a wholly missing genotype is `./.` (`.` of a haploid sample), however it was written;
//! * the copies of an unphased genotype come in the order of their numbers, missing first: `./1`,
//!   `0/1`, `1/2`;
//! * rows that were normalised come out normalised;
//! * PS and PSL are those of calls of two copies that carry one of the ALTs; records without any have GT alone.
//!
//! The same variant in several batches gives one record over all samples. What it says beside genotypes is
//! of the batches that have samples which are exported, and of them those of which the record passes the
//! question: their IDs together, the filters that any of them has (`PASS` where none has one and any passed; as `bcftools merge` joins them),
//! the first QUAL, and for each INFO key the first value. Samples of a batch that does not have the variant are `0/0`
//! where the batch looked at the place (another ALT of the same REF there, or a record without change
//! over it), and missing where it did not.

#![deny(clippy::indexing_slicing)]

mod bcf;
mod cell;
mod genotypes;
mod header;
mod info;
mod one_set;
mod output;
mod people;
mod phases;
mod records;
mod text;

use crate::cohort::View;
use crate::error::{Error, Result};
use crate::query::{Group, IntoVariantExpr};
use genotypes::Genotypes;
use header::Header;
use info::Info;
pub(crate) use output::{Counted, write_whole};
pub use people::{Individual, IndividualFormat, Rebuilt};
use records::{Picked, Record, assemble};
use std::io::Write;
use std::path::Path;
use varidex_sink::bounded;
use varidex_sink::{Sink, write_bcf_header};

/// Records between two reports of progress.
const REPORT: u64 = 256;

/// A file format to export to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExportFormat {
    /// VCF as plain text.
    Vcf,
    /// VCF in BGZF blocks, so that tabix can index it.
    #[default]
    VcfGz,
    /// BCF in BGZF blocks.
    Bcf,
}

impl ExportFormat {
    /// The format that a file's name ends with; `None` where it is none of them.
    ///
    /// ```
    /// use varidex::ExportFormat;
    /// assert_eq!(ExportFormat::of_name("out.vcf.gz".as_ref()), Some(ExportFormat::VcfGz));
    /// assert_eq!(ExportFormat::of_name("out.txt".as_ref()), None);
    /// ```
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let ends = [
            (".vcf", Self::Vcf),
            (".vcf.gz", Self::VcfGz),
            (".vcf.bgz", Self::VcfGz),
            (".bcf", Self::Bcf),
        ];
        ends.into_iter()
            .find(|(end, _)| name.ends_with(end))
            .map(|(_, format)| format)
    }
}

/// How to export.
///
/// ```
/// let options = varidex::ExportOptions { threads: Some(4), ..Default::default() };
/// ```
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    /// The format; what the file's name says where `None`.
    pub format: Option<ExportFormat>,
    /// Threads that compress, without influence on what is written; as many as the machine has where
    /// `None`.
    pub threads: Option<usize>,
}

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExportProgress {
    /// Records written.
    pub records: u64,
    /// Rows in them: one for each ALT.
    pub rows: u64,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportSummary {
    /// Records written.
    pub records: u64,
    /// Rows in them: one for each ALT.
    pub rows: u64,
    /// Samples written.
    pub samples: u64,
    /// Bytes written, as stored.
    pub bytes: u64,
    /// Names of filters and INFO keys, and values, with characters that cannot stand in such a file: `_` was
    /// written for them.
    pub replaced: u64,
    /// What became of them, a line each, or one for many.
    pub warnings: Vec<String>,
}

/// Names reported one by one of which characters were replaced.
const RENAMED_MAX: usize = 20;

impl View {
    /// Writes the variants that an expression picks, with the genotypes of a group (or of everybody),
    /// as VCF or BCF to a file. The file appears whole or not at all, and replaces one that is there.
    ///
    /// `progress` is called now and then with how far it is; when it returns `false`, the export stops.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// let summary = view.export(
    ///     "22:16,000,000-17,000,000",
    ///     None,
    ///     "region.bcf",
    ///     &varidex::ExportOptions::default(),
    ///     &mut |_| true,
    /// )?;
    /// println!("{} records", summary.records);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] for what is not understood; [`Error::Usage`] where the name does not
    /// tell the format, the group is of another dataset, or the format cannot hold a record;
    /// [`Error::Io`]; [`Error::Damaged`]; [`Error::Cancelled`] when `progress` says stop.
    pub fn export(
        &self,
        of: impl IntoVariantExpr,
        group: Option<&Group>,
        to: impl AsRef<Path>,
        options: &ExportOptions,
        progress: &mut dyn FnMut(&ExportProgress) -> bool,
    ) -> Result<ExportSummary> {
        let to = to.as_ref();
        let format = options.format.or_else(|| ExportFormat::of_name(to));
        let format = format.ok_or_else(|| {
            Error::Usage(format!(
                "{}: expected a name that ends with .vcf, .vcf.gz or .bcf",
                to.display()
            ))
        })?;
        let options = ExportOptions {
            format: Some(format),
            ..*options
        };
        write_whole(to, |file| {
            self.write_export(of, group, file, to, &options, progress)
        })
    }

    /// The same to anything that bytes can be written to, in BGZF-compressed VCF unless the options
    /// name another format.
    ///
    /// # Errors
    ///
    /// As [`Self::export`].
    pub fn export_to(
        &self,
        of: impl IntoVariantExpr,
        group: Option<&Group>,
        to: &mut dyn Write,
        options: &ExportOptions,
        progress: &mut dyn FnMut(&ExportProgress) -> bool,
    ) -> Result<ExportSummary> {
        self.write_export(of, group, to, Path::new("output"), options, progress)
    }

    fn write_export(
        &self,
        of: impl IntoVariantExpr,
        group: Option<&Group>,
        to: &mut dyn Write,
        name: &Path,
        options: &ExportOptions,
        progress: &mut dyn FnMut(&ExportProgress) -> bool,
    ) -> Result<ExportSummary> {
        if let Some(group) = group {
            group.within(self)?;
        }
        let mut variants = self.variants(of)?;
        let format = options.format.unwrap_or_default();
        let mut writer = Writer::new(self, group, to, name, format, options.threads)?;
        let mut picked: Vec<Picked<'_>> = Vec::new();
        while let Some(mut variant) = variants.next()? {
            let place = (variant.contig_number(), variant.position()?);
            let rows = variant.rows().zip(variant.rows_pass()).collect::<Vec<_>>();
            let (reference, alternate) = variant.alleles()?;
            let next = Picked::new(self, place, &rows, reference, alternate)?;
            if picked.first().is_some_and(|first| first.place != place) {
                writer.site(&picked, progress)?;
                picked.clear();
            }
            picked.push(next);
        }
        writer.site(&picked, progress)?;
        writer.finish()
    }
}

/// An export on its way.
struct Writer<'a, 'w> {
    view: &'a View,
    name: &'w Path,
    sink: Sink<Counted<'w>>,
    binary: bool,
    header: Header,
    info: Info<'a>,
    genotypes: Genotypes<'a>,
    line: Vec<u8>,
    summary: ExportSummary,
    reported: u64,
}

impl<'a, 'w> Writer<'a, 'w> {
    fn new(
        view: &'a View,
        group: Option<&Group>,
        to: &'w mut dyn Write,
        name: &'w Path,
        format: ExportFormat,
        threads: Option<usize>,
    ) -> Result<Self> {
        let samples: Vec<u32> = match group {
            Some(group) => group.samples().iter().collect(),
            None => match view.visible_samples() {
                Some(samples) => samples.iter().collect(),
                None => (0..view.universe()).collect(),
            },
        };
        let binary = format == ExportFormat::Bcf;
        if binary && samples.len() >= 1 << 24 {
            return Err(Error::Usage(
                "BCF cannot hold 2^24 samples or more: export to VCF".to_owned(),
            ));
        }
        let mut header = Header::new(view, &samples)?;
        let renamed = header.take_renamed();
        let text = header.text(view, &samples, binary)?;
        let out = Counted { out: to, bytes: 0 };
        let threads = bounded(threads);
        let failed = |e| Error::io(name, e);
        let mut sink = match format {
            ExportFormat::Vcf => Sink::plain(out),
            ExportFormat::VcfGz | ExportFormat::Bcf => Sink::bgzf(out, threads).map_err(failed)?,
        };
        if binary {
            write_bcf_header(&mut sink, &text).map_err(failed)?;
        } else {
            sink.write_all(text.as_bytes()).map_err(failed)?;
        }
        Ok(Self {
            view,
            name,
            sink,
            binary,
            info: Info::new(view, group)?,
            genotypes: Genotypes::new(view, &samples, header.phases)?,
            header,
            line: Vec::new(),
            summary: ExportSummary {
                samples: samples.len() as u64,
                replaced: renamed.len() as u64,
                warnings: renamed.into_iter().take(RENAMED_MAX).collect(),
                ..ExportSummary::default()
            },
            reported: 0,
        })
    }

    /// Writes the records of one position.
    fn site(
        &mut self,
        picked: &[Picked<'a>],
        progress: &mut dyn FnMut(&ExportProgress) -> bool,
    ) -> Result<()> {
        for record in assemble(picked) {
            if self.genotypes.is_one(&record)? {
                self.record(&record)?;
            } else {
                record.apart().try_for_each(|alt| self.record(&alt))?;
            }
        }
        if self.summary.records >= self.reported + REPORT {
            self.reported = self.summary.records;
            let now = ExportProgress {
                records: self.summary.records,
                rows: self.summary.rows,
            };
            if !progress(&now) {
                return Err(Error::Cancelled);
            }
        }
        Ok(())
    }

    fn record(&mut self, record: &Record<'_, 'a>) -> Result<()> {
        self.genotypes.load(record)?;
        let fixed = self
            .info
            .load(record, &self.genotypes, self.view.universe() > 0)?;
        self.line.clear();
        let written = match self.binary {
            true => bcf::write(
                &mut self.line,
                &self.header,
                record,
                &fixed,
                &self.genotypes,
            ),
            false => {
                self.summary.replaced += text::unfit(record, &fixed);
                text::write(
                    &mut self.line,
                    &self.header,
                    record,
                    &fixed,
                    &self.genotypes,
                );
                Ok(())
            }
        };
        written.map_err(|limit| {
            Error::Usage(format!(
                "{}:{}: BCF cannot hold {limit}: export to VCF",
                self.view.contig_name(record.place.0),
                record.place.1.one_based()
            ))
        })?;
        self.sink
            .write_all(&self.line)
            .map_err(|e| Error::io(self.name, e))?;
        self.summary.records += 1;
        self.summary.rows += record.alts.len() as u64;
        Ok(())
    }

    fn finish(mut self) -> Result<ExportSummary> {
        let reported = self.summary.warnings.len() as u64;
        let others = self.summary.replaced - reported;
        if others > 0 {
            self.summary.warnings.push(format!(
                "{others} names and values with characters that cannot stand there: `_` is written for them"
            ));
        }
        let out = self.sink.finish().map_err(|e| Error::io(self.name, e))?;
        Ok(ExportSummary {
            bytes: out.bytes,
            ..self.summary
        })
    }
}
