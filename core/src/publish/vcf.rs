//! A published file as VCF or BCF without samples: counts in INFO, with the labels of strata behind the keys.

use super::labels::in_key;
use super::published::{Published, PublishedSite};
use crate::error::{Error, Result};
use crate::export::{
    Counted, ExportFormat, ExportOptions, ExportProgress, ExportSummary, write_whole,
};
use crate::query::IntoVariantExpr;
use crate::store::published::{ReleasedCounts, hex};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use varidex_sink::{Sink, bounded, text, typed, write_bcf_header};

/// Records between two reports of progress.
const REPORT: u64 = 256;
/// The numbers of everybody and of each stratum: the key, its type, and what it says, behind which the label stands as it is.
pub(super) const FIELDS: [(&str, &str, &str, &str); 6] = [
    ("AC", "A", "Integer", "Copies of the ALT"),
    ("AN", "1", "Integer", "Copies with a known allele"),
    ("AF", "A", "Float", "AC / AN"),
    (
        "AC_Het",
        "A",
        "Integer",
        "Copies of the ALT in heterozygous people",
    ),
    (
        "AC_Hom",
        "A",
        "Integer",
        "Copies of the ALT in people who have no other",
    ),
    (
        "AC_Hemi",
        "A",
        "Integer",
        "Copies of the ALT in people with one copy",
    ),
];
/// Where an allele ends that is not spelled out.
const END: &str = "END";
/// The lengths of the halves of a record of BCF.
const LENGTHS: usize = 8;

impl Published {
    /// Writes the sites that WHERE picks as VCF or BCF without samples: a record for each, with AC, AN, AF, AC_Het, AC_Hom and AC_Hemi
    /// of everybody, and of each stratum with its label behind the key, as `AC_FI_F`; what is withheld is `.`. The three numbers by genotype are of copies,
    /// as `bcftools +fill-tags` has them, and add up to AC: they are `.` where they would not, for somebody has three copies or more, or numbers are rounded. The file appears whole or
    /// not at all.
    ///
    /// `progress` is called now and then with how far it is; when it returns `false`, the export stops.
    ///
    /// # Errors
    ///
    /// As [`Self::sites`]; [`Error::Usage`] where the name does not say the format, for strata of which the keys would be the same, and
    /// for what BCF cannot hold; [`Error::Io`], [`Error::Cancelled`].
    pub fn export(
        &self,
        of: impl IntoVariantExpr,
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
            self.write_export(of, file, to, &options, progress)
        })
    }

    /// The same to anything that bytes can be written to, in BGZF-compressed VCF unless the options name another format.
    ///
    /// # Errors
    ///
    /// As [`Self::export`].
    pub fn export_to(
        &self,
        of: impl IntoVariantExpr,
        to: &mut dyn Write,
        options: &ExportOptions,
        progress: &mut dyn FnMut(&ExportProgress) -> bool,
    ) -> Result<ExportSummary> {
        self.write_export(of, to, Path::new("output"), options, progress)
    }

    fn write_export(
        &self,
        of: impl IntoVariantExpr,
        to: &mut dyn Write,
        name: &Path,
        options: &ExportOptions,
        progress: &mut dyn FnMut(&ExportProgress) -> bool,
    ) -> Result<ExportSummary> {
        let mut sites = self.sites(of)?;
        let format = options.format.unwrap_or_default();
        let is_bcf = format == ExportFormat::Bcf;
        let keys = Keys::of(self)?;
        if let Some(odd) = self
            .info()
            .contigs
            .iter()
            .find(|of| is_bcf && !fits(&of.name))
        {
            return Err(Error::Usage(format!(
                "BCF cannot hold a contig named {:?}: export to VCF",
                odd.name
            )));
        }
        let failed = |e| Error::io(name, e);
        let out = Counted { out: to, bytes: 0 };
        let mut sink = match format {
            ExportFormat::Vcf => Sink::plain(out),
            ExportFormat::VcfGz | ExportFormat::Bcf => {
                Sink::bgzf(out, bounded(options.threads)).map_err(failed)?
            }
        };
        let header = header(self, &keys, is_bcf);
        match is_bcf {
            true => write_bcf_header(&mut sink, &header).map_err(failed)?,
            false => sink.write_all(header.as_bytes()).map_err(failed)?,
        }
        let mut writer = SiteWriter {
            keys,
            contigs: (0..)
                .zip(&self.info().contigs)
                .map(|(n, of)| (of.name.clone(), n))
                .collect(),
            line: Vec::new(),
        };
        let mut summary = ExportSummary {
            replaced: writer.keys.renamed.len() as u64,
            warnings: writer.keys.renamed.clone(),
            ..ExportSummary::default()
        };
        while let Some(site) = sites.next()? {
            writer.line.clear();
            match is_bcf {
                true => writer.record(&site)?,
                false => writer.line(&site),
            }
            sink.write_all(&writer.line).map_err(failed)?;
            summary.records += 1;
            summary.rows += 1;
            let now = ExportProgress {
                records: summary.records,
                rows: summary.rows,
            };
            if summary.records.is_multiple_of(REPORT) && !progress(&now) {
                return Err(Error::Cancelled);
            }
        }
        summary.bytes = sink.finish().map_err(failed)?.bytes;
        Ok(summary)
    }
}

/// The keys of everybody and of each stratum.
struct Keys {
    groups: Vec<[String; FIELDS.len()]>,
    labels: Vec<String>,
    renamed: Vec<String>,
}

impl Keys {
    fn of(file: &Published) -> Result<Self> {
        let mut keys = Self {
            groups: vec![FIELDS.map(|(key, ..)| key.to_owned())],
            labels: vec!["everybody".to_owned()],
            renamed: Vec::new(),
        };
        let mut known: HashMap<String, &str> = HashMap::new();
        for stratum in file.strata() {
            let label = in_key(&stratum.label);
            if label != stratum.label {
                keys.renamed.push(format!(
                    "stratum {:?} cannot stand in a key: written as {label}",
                    stratum.label
                ));
            }
            let group = FIELDS.map(|(key, ..)| format!("{key}_{label}"));
            for key in &group {
                let own = keys.groups.first().is_some_and(|total| total.contains(key));
                if let Some(other) = known
                    .insert(key.clone(), &stratum.label)
                    .or(own.then_some("Total"))
                {
                    return Err(Error::Usage(format!(
                        "{}: expected strata with keys of their own in VCF, found {:?} and {other:?}, of which both have {key}",
                        file.path().display(),
                        stratum.label
                    )));
                }
            }
            keys.groups.push(group);
            keys.labels.push(stratum.label.clone());
        }
        Ok(keys)
    }
}

/// The lines of the header, with the numbers of keys and contigs for BCF.
fn header(file: &Published, keys: &Keys, is_bcf: bool) -> String {
    let info = file.info();
    let mut text = "##fileformat=VCFv4.3\n".to_owned();
    let idx = |number: usize| match is_bcf {
        true => format!(",IDX={number}"),
        false => String::new(),
    };
    // writing to a text does not fail
    let _ = writeln!(
        text,
        "##source=varidex {} export",
        env!("CARGO_PKG_VERSION")
    );
    let _ = writeln!(text, "##varidexPopulation={}", info.population);
    let _ = writeln!(
        text,
        "##varidexPolicy={} {}",
        info.policy.name, info.policy_hash
    );
    let _ = writeln!(text, "##varidexConsentDate={}", info.consent_date);
    let _ = writeln!(text, "##varidexDigest={}", hex(file.digest()));
    let _ = writeln!(
        text,
        "##FILTER=<ID=PASS,Description=\"All filters passed\"{}>",
        idx(0)
    );
    let _ = writeln!(
        text,
        "##INFO=<ID={END},Number=1,Type=Integer,Description=\"Where an allele ends that is not spelled out\"{}>",
        idx(1)
    );
    let all = keys.groups.iter().zip(&keys.labels);
    let all = all.flat_map(|(group, label)| group.iter().zip(FIELDS).map(move |of| (of, label)));
    for (number, ((key, (_, count, kind, says)), label)) in (2..).zip(all) {
        let label = label.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(
            text,
            "##INFO=<ID={key},Number={count},Type={kind},Description=\"{says}: {label}\"{}>",
            idx(number)
        );
    }
    let assembly = info.assembly.as_ref();
    let assembly = assembly.map_or(String::new(), |name| format!(",assembly={name}"));
    for (number, contig) in info.contigs.iter().enumerate() {
        // such a name is legal in no header, but readers take it where it is used
        if !fits(&contig.name) {
            continue;
        }
        let length = contig.length.map(|length| format!(",length={length}"));
        let _ = writeln!(
            text,
            "##contig=<ID={}{}{assembly}{}>",
            contig.name,
            length.unwrap_or_default(),
            idx(number)
        );
    }
    text + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
}

/// Whether a name does not end a value of a header, or its line.
fn fits(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || ",;=<>\"".contains(c))
}

/// Writes one record after the other.
struct SiteWriter {
    keys: Keys,
    contigs: HashMap<String, i32>,
    line: Vec<u8>,
}

/// The whole numbers of a cell but AF, in the order of [`FIELDS`].
fn whole(counts: Option<&ReleasedCounts>) -> [Option<u64>; FIELDS.len()] {
    let Some(counts) = counts else {
        return [None; FIELDS.len()];
    };
    let [het, hom, hemi] = match counts.copies() {
        Some(copies) => copies.map(Some),
        None => [None; 3],
    };
    [Some(counts.ac), counts.an, None, het, hom, hemi]
}

/// AC / AN, at most 1.
fn share(counts: Option<&ReleasedCounts>) -> Option<f64> {
    let counts = counts?;
    let an = counts.an.filter(|&an| an > 0)?;
    Some((counts.ac as f64 / an as f64).min(1.0))
}

/// Everybody, and each stratum.
fn cells(site: &PublishedSite) -> impl Iterator<Item = Option<&ReleasedCounts>> {
    std::iter::once(site.total()).chain(site.strata().iter().map(Option::as_ref))
}

/// Where an allele ends, where its REF does not say it.
fn end_of(site: &PublishedSite) -> Option<i32> {
    let of = site.interval();
    let spelled = i64::from(of.start) + site.alleles().0.len() as i64;
    (i64::from(of.end) > spelled).then_some(of.end)
}

fn alternate(site: &PublishedSite) -> &[u8] {
    match site.alleles().1 {
        b"" => b".",
        alternate => alternate,
    }
}

impl SiteWriter {
    fn line(&mut self, site: &PublishedSite) {
        let line = &mut self.line;
        line.extend_from_slice(site.contig().as_bytes());
        line.push(b'\t');
        text::integer(line, site.position().one_based());
        line.extend_from_slice(b"\t.\t");
        line.extend_from_slice(site.alleles().0);
        line.push(b'\t');
        line.extend_from_slice(alternate(site));
        line.extend_from_slice(b"\t.\t.\t");
        if let Some(end) = end_of(site) {
            line.extend_from_slice(b"END=");
            text::integer(line, end.into());
            line.push(b';');
        }
        for (keys, counts) in self.keys.groups.iter().zip(cells(site)) {
            let numbers = whole(counts);
            for (at, (key, number)) in keys.iter().zip(numbers).enumerate() {
                line.extend_from_slice(key.as_bytes());
                line.push(b'=');
                match (at, number, share(counts)) {
                    (2, _, Some(af)) => text::share(line, af),
                    // none is above 2^40
                    (_, Some(number), _) => text::integer(line, number as i64),
                    _ => line.push(b'.'),
                }
                line.push(b';');
            }
        }
        line.pop();
        line.push(b'\n');
    }

    fn record(&mut self, site: &PublishedSite) -> Result<()> {
        let cannot = |what: &str| {
            Err(Error::Usage(format!(
                "{}:{}: BCF cannot hold {what}: export to VCF",
                site.contig(),
                site.position().one_based()
            )))
        };
        let line = &mut self.line;
        line.extend([0; LENGTHS]);
        let contig = self.contigs.get(site.contig()).copied().unwrap_or(-1);
        let of = site.interval();
        let end = end_of(site);
        let fields = self.keys.groups.len() * FIELDS.len() + usize::from(end.is_some());
        let fields = u32::try_from(fields).unwrap_or(u32::MAX);
        if fields > u32::from(u16::MAX) {
            return cannot("more than 65,535 INFO keys");
        }
        line.extend(contig.to_le_bytes());
        line.extend(of.start.to_le_bytes());
        line.extend((of.end.saturating_sub(of.start)).to_le_bytes());
        line.extend(typed::float(None).to_le_bytes());
        let alleles = 1 + u32::from(!site.alleles().1.is_empty());
        line.extend((alleles << 16 | fields).to_le_bytes());
        line.extend([0; 4]);
        typed::string(line, b".");
        typed::string(line, site.alleles().0);
        if !site.alleles().1.is_empty() {
            typed::string(line, site.alleles().1);
        }
        line.push(0);
        if let Some(end) = end {
            typed::key(line, 1);
            typed::integers(line, &[Some(end)]);
        }
        let mut number = 2;
        for counts in cells(site) {
            for (at, value) in whole(counts).into_iter().enumerate() {
                typed::key(line, number);
                number += 1;
                if at == 2 {
                    typed::floats(line, &[share(counts).map(|share| share as f32)]);
                    continue;
                }
                let value = match value.map(i32::try_from) {
                    Some(Err(_)) => return cannot("counts above 2^31"),
                    Some(Ok(value)) => Some(value),
                    None => None,
                };
                typed::integers(line, &[value]);
            }
        }
        let shared = u32::try_from(line.len() - LENGTHS);
        let Ok(shared) = shared else {
            return cannot("a record of more than 2^32 bytes");
        };
        if let Some(place) = line.get_mut(..4) {
            place.copy_from_slice(&shared.to_le_bytes());
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "vcf_tests.rs"]
mod tests;
