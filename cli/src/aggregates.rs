//! A published file as Parquet: a row for each site and population, as GDI's standalone node has them.
//!
//! Its eleven columns have their names, types and meanings there (`POS` from 0, copies by genotype, `AF` always): `POS REF ALT VT
//! POPULATION AF AC AC_HOM AC_HET AC_HEMI AN`. Before them is `CHROM`, for there a file is of one chromosome, and behind them `END`. What
//! is withheld, and what has no AF, is no row.

use crate::failure::Failure;
use crate::progress;
use arrow_array::builder::{Float32Builder, Int32Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use varidex::{Error, Published, PublishedSite, ReleasedCounts};

/// Rows of a batch, of a row group and of a page at most.
const BATCH: usize = 16_384;
const GROUP: usize = 65_536;
const PAGE: usize = 4096;
/// What everybody is called.
const TOTAL: &str = "Total";
/// The places of POS, REF, ALT and POPULATION: rows of a contig are sorted by these.
const SORTED: [i32; 4] = [1, 2, 3, 5];

/// What was written.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Summary {
    pub(crate) sites: u64,
    pub(crate) rows: u64,
    /// Counts that are withheld, and those without AF.
    pub(crate) left_out: u64,
    pub(crate) bytes: u64,
}

/// Writes the sites that WHERE picks, whole or not at all; `at` hears how many there are until now.
pub(crate) fn write(
    file: &Published,
    of: &str,
    to: &Path,
    at: &mut dyn FnMut(u64),
) -> Result<Summary, Failure> {
    let failed = |e| Error::io(to, e);
    let directory = match to.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".varidex-export-");
    // temporary files are private by default; results are read by whom the umask allows
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let temporary = builder.tempfile_in(directory).map_err(failed)?;
    let out = temporary.as_file().try_clone().map_err(failed)?;
    let mut summary = write_to(file, of, out, to, at)?;
    temporary.as_file().sync_all().map_err(failed)?;
    summary.bytes = temporary.as_file().metadata().map_err(failed)?.len();
    temporary.persist(to).map_err(|e| failed(e.error))?;
    Ok(summary)
}

fn write_to(
    file: &Published,
    of: &str,
    out: File,
    name: &Path,
    at: &mut dyn FnMut(u64),
) -> Result<Summary, Failure> {
    let failed = |e: ParquetError| Error::io(name, std::io::Error::other(e));
    let schema = schema();
    let properties = properties(file).map_err(failed)?;
    let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties));
    let mut writer = writer.map_err(failed)?;
    let labels = file.strata().iter().map(|of| of.label.as_str());
    let labels: Vec<&str> = std::iter::once(TOTAL).chain(labels).collect();
    let mut sites = file.sites(of)?;
    let mut rows = Rows::new(schema);
    let mut summary = Summary::default();
    let mut held: Vec<PublishedSite> = Vec::new();
    loop {
        let next = sites.next()?;
        let place = |of: &PublishedSite| (of.contig().to_owned(), of.position());
        let is_other = match (&next, held.first()) {
            (Some(next), Some(first)) => place(next) != place(first),
            _ => true,
        };
        if is_other {
            rows.add(&held, &labels, &mut summary)?;
            let leaves = match (&next, held.first()) {
                (Some(next), Some(first)) => next.contig() != first.contig(),
                _ => next.is_none(),
            };
            if rows.count >= BATCH || leaves {
                writer.write(&rows.finish()?).map_err(failed)?;
                if leaves {
                    // a row group is of one contig
                    writer.flush().map_err(failed)?;
                }
            }
            held.clear();
            at(summary.sites);
            if progress::interrupted() {
                return Err(Error::Cancelled.into());
            }
        }
        match next {
            Some(site) => held.push(site),
            None => break,
        }
    }
    writer.close().map_err(failed)?;
    Ok(summary)
}

fn schema() -> SchemaRef {
    let field = |(name, kind, is_nullable)| Field::new(name, kind, is_nullable);
    let fields = [
        ("CHROM", DataType::Utf8, false),
        ("POS", DataType::Int32, false),
        ("REF", DataType::Utf8, false),
        ("ALT", DataType::Utf8, false),
        ("VT", DataType::Utf8, false),
        ("POPULATION", DataType::Utf8, false),
        ("AF", DataType::Float32, false),
        ("AC", DataType::Int32, true),
        ("AC_HOM", DataType::Int32, true),
        ("AC_HET", DataType::Int32, true),
        ("AC_HEMI", DataType::Int32, true),
        ("AN", DataType::Int32, true),
        ("END", DataType::Int32, false),
    ];
    Arc::new(Schema::new(fields.map(field).to_vec()))
}

fn properties(file: &Published) -> Result<WriterProperties, ParquetError> {
    let info = serde_json::to_string(file.info()).unwrap_or_default();
    let digest: String = file
        .digest()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let about = [("varidex.published", info), ("varidex.digest", digest)];
    let about = about.map(|(key, value)| KeyValue::new(key.to_owned(), value));
    let sorted = SORTED.map(|column_idx| SortingColumn {
        column_idx,
        descending: false,
        nulls_first: false,
    });
    let position = || ColumnPath::from("POS");
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(9)?))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(GROUP))
        .set_data_page_row_count_limit(PAGE)
        .set_column_dictionary_enabled(position(), false)
        .set_column_encoding(position(), Encoding::DELTA_BINARY_PACKED)
        .set_sorting_columns(Some(sorted.to_vec()))
        .set_key_value_metadata(Some(about.to_vec()))
        .build())
}

/// The rows of a batch, by column.
struct Rows {
    schema: SchemaRef,
    chrom: StringBuilder,
    pos: Int32Builder,
    /// REF, ALT, VT and POPULATION.
    texts: [StringBuilder; 4],
    af: Float32Builder,
    /// AC, AC_HOM, AC_HET, AC_HEMI and AN.
    counts: [Int32Builder; 5],
    end: Int32Builder,
    count: usize,
}

impl Rows {
    fn new(schema: SchemaRef) -> Self {
        Self {
            schema,
            chrom: StringBuilder::new(),
            pos: Int32Builder::new(),
            texts: Default::default(),
            af: Float32Builder::new(),
            counts: Default::default(),
            end: Int32Builder::new(),
            count: 0,
        }
    }

    /// Adds the sites of one position, by their alleles, and populations by their labels.
    fn add(
        &mut self,
        sites: &[PublishedSite],
        labels: &[&str],
        summary: &mut Summary,
    ) -> Result<(), Error> {
        let mut sites: Vec<&PublishedSite> = sites.iter().collect();
        sites.sort_by(|a, b| a.alleles().cmp(&b.alleles()));
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by_key(|at| labels.get(*at));
        for site in sites {
            summary.sites += 1;
            for &at in &order {
                let counts = match at.checked_sub(1) {
                    None => site.total(),
                    Some(stratum) => site.strata().get(stratum).and_then(Option::as_ref),
                };
                let label = labels.get(at).copied().unwrap_or_default();
                let is_written = match counts {
                    Some(counts) if !site.alleles().1.is_empty() => {
                        self.row(site, label, counts)?
                    }
                    _ => false,
                };
                match is_written {
                    true => summary.rows += 1,
                    false => summary.left_out += 1,
                }
            }
        }
        Ok(())
    }

    /// Adds a row; `false` where there is no AF.
    fn row(
        &mut self,
        site: &PublishedSite,
        label: &str,
        counts: &ReleasedCounts,
    ) -> Result<bool, Error> {
        let Some(an) = counts.an.filter(|&an| an > 0) else {
            return Ok(false);
        };
        let [het, hom, hemi] = counts.copies().map_or([None; 3], |of| of.map(Some));
        let numbers = [Some(counts.ac), hom, het, hemi, Some(an)];
        for (column, number) in self.counts.iter_mut().zip(numbers) {
            let number = number.map(i32::try_from).transpose().map_err(|_| {
                Error::Usage(format!(
                    "{}:{}: Parquet cannot hold counts above 2^31 as GDI has them: export to VCF",
                    site.contig(),
                    site.position().one_based()
                ))
            })?;
            column.append_option(number);
        }
        let (reference, alternate) = site.alleles();
        let [reference, alternate] = [reference, alternate].map(spelled);
        self.chrom.append_value(site.contig());
        self.pos.append_value(site.interval().start);
        let kind = kind_of(&reference, &alternate);
        let texts = [&reference, &alternate, kind, label];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.append_value(text);
        }
        self.af
            .append_value((counts.ac as f64 / an as f64).min(1.0) as f32);
        self.end.append_value(site.interval().end);
        self.count += 1;
        Ok(true)
    }

    fn finish(&mut self) -> Result<RecordBatch, Error> {
        self.count = 0;
        let [reference, alternate, kind, population] = &mut self.texts;
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(self.chrom.finish()),
            Arc::new(self.pos.finish()),
            Arc::new(reference.finish()),
            Arc::new(alternate.finish()),
            Arc::new(kind.finish()),
            Arc::new(population.finish()),
            Arc::new(self.af.finish()),
        ];
        for counts in &mut self.counts {
            columns.push(Arc::new(counts.finish()));
        }
        columns.push(Arc::new(self.end.finish()));
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|e| Error::Usage(format!("a batch that Arrow refuses: {e}")))
    }
}

fn is_bases(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b"ACGTNacgtn".contains(&b))
}

/// Bases in capital letters; all else as it is.
fn spelled(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    match is_bases(&text) {
        true => text.to_ascii_uppercase(),
        false => text.into_owned(),
    }
}

/// `SNP`, `MNP`, `INS`, `DEL` or `DELINS` of bases, by what is left without what both begin and end with; of other alleles what
/// stands in angle brackets, `BND`, or `OTHER`.
fn kind_of<'t>(reference: &str, alternate: &'t str) -> &'t str {
    if !is_bases(reference) || !is_bases(alternate) {
        let symbol = alternate
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'));
        return match symbol {
            Some(symbol) => symbol.split(':').next().unwrap_or(symbol),
            None if alternate.contains(['[', ']']) => "BND",
            None => "OTHER",
        };
    }
    let same = |a: &[u8], b: &[u8]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (reference.as_bytes(), alternate.as_bytes());
    let start = same(a, b);
    let reversed = |of: &[u8]| of.iter().skip(start).rev().copied().collect::<Vec<u8>>();
    let (a, b) = (reversed(a), reversed(b));
    let end = same(&a, &b);
    match (a.len() - end, b.len() - end) {
        (0, _) => "INS",
        (_, 0) => "DEL",
        (1, 1) => "SNP",
        (a, b) if a == b => "MNP",
        _ => "DELINS",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_those_of_gdi() {
        for (reference, alternate, kind) in [
            ("T", "C", "SNP"),
            ("GATC", "GTTC", "SNP"),
            ("AC", "A", "DEL"),
            ("A", "AC", "INS"),
            ("A", "AA", "INS"),
            ("AT", "GC", "MNP"),
            ("AT", "GCC", "DELINS"),
            ("A", "<DUP:TANDEM>", "DUP"),
            ("A", "A[2:5[", "BND"),
            ("A", "*", "OTHER"),
        ] {
            assert_eq!(
                kind_of(reference, alternate),
                kind,
                "{reference}>{alternate}"
            );
        }
        assert_eq!(spelled(b"acgt"), "ACGT");
        assert_eq!(spelled(b"<del>"), "<del>");
    }
}
