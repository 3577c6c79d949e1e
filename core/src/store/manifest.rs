//! The manifest: what a dataset consists of.

use crate::error::{Damage, Error, Result};
use crate::format::{READ_VERSION, SAMPLES_MAX, check_version};
use crate::genome::{Assembly, Interval};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// File name of the manifest in a dataset.
pub(crate) const MANIFEST: &str = "manifest.json";
/// What `format` says.
const FORMAT: &str = "varidex-dataset";
/// A manifest larger than this is none: 64 bytes for each of a million segments, and more.
pub(crate) const MANIFEST_MAX: u64 = 256 << 20;

/// A binary file of the dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileEntry {
    /// Name in the directory.
    pub(crate) file: String,
    pub(crate) size: u64,
    /// xxh3 (128 bits) of the file in hexadecimal; also part of its name.
    pub(crate) checksum: String,
}

/// A file of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BatchEntry {
    #[serde(flatten)]
    pub(crate) file: FileEntry,
    pub(crate) batch: u32,
}

/// Where genotypes of samples could be called: the regions of a kit, and of whom it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CallableEntry {
    #[serde(flatten)]
    pub(crate) file: FileEntry,
    /// Runs of samples: the first, and how many.
    pub(crate) samples: Vec<(u32, u32)>,
}

/// A contig, by the name in the input files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContigEntry {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) length: Option<u64>,
    /// Start and end of the stretch of which the reference had the bases that rows were normalised against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<(i32, i32)>,
}

/// The stretch of a contig that a segment's rows lie in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContigSpan {
    /// Number of the contig in the manifest.
    pub(crate) contig: u32,
    /// Position of the first row (0-based, -1 for the telomere).
    pub(crate) start: i32,
    /// Position of the last row.
    pub(crate) last: i32,
    /// Furthest end of a row (exclusive).
    pub(crate) end: i32,
    pub(crate) rows: u32,
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FlatEntry")]
pub(crate) struct SegmentEntry {
    #[serde(flatten)]
    pub(crate) file: FileEntry,
    /// Segments of the same batch have the same samples.
    pub(crate) batch: u32,
    pub(crate) rows: u32,
    pub(crate) records: u32,
    pub(crate) samples: u32,
    pub(crate) contigs: Vec<ContigSpan>,
    /// Whether the batch was put together from inputs of one sample each: a variant has as many rows as its
    /// records differ.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) merged: bool,
    /// Where samples may be covered, whether there are rows or not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) covered: Vec<CoveredSpan>,
}

/// A segment as it is read: of a flattened field, serde would first make a tree of every entry.
#[derive(Deserialize)]
struct FlatEntry {
    file: String,
    size: u64,
    checksum: String,
    batch: u32,
    rows: u32,
    records: u32,
    samples: u32,
    contigs: Vec<ContigSpan>,
    #[serde(default)]
    merged: bool,
    #[serde(default)]
    covered: Vec<CoveredSpan>,
}

impl From<FlatEntry> for SegmentEntry {
    fn from(flat: FlatEntry) -> Self {
        Self {
            file: FileEntry {
                file: flat.file,
                size: flat.size,
                checksum: flat.checksum,
            },
            batch: flat.batch,
            rows: flat.rows,
            records: flat.records,
            samples: flat.samples,
            contigs: flat.contigs,
            merged: flat.merged,
            covered: flat.covered,
        }
    }
}

/// The stretch of a contig over which a segment says who is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CoveredSpan {
    /// Number of the contig in the manifest.
    pub(crate) contig: u32,
    pub(crate) start: i32,
    /// Exclusive.
    pub(crate) end: i32,
}

impl ContigSpan {
    /// Whether rows may overlap an interval of the contig.
    pub(crate) fn overlaps(&self, interval: Interval) -> bool {
        let end = self.end.max(self.last.saturating_add(1));
        self.start < interval.end && interval.start < end
    }
}

/// An INFO key kept, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InfoEntry {
    pub(crate) key: String,
    /// `flag`, `integer`, `float` or `text`.
    pub(crate) kind: String,
    /// `record`, `alt` or `allele`.
    pub(crate) number: String,
}

/// Options of the first build that nothing else in the manifest shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReadAs {
    /// Genotypes of a lower GQ are missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) min_gq: Option<Number>,
    /// Genotypes of a lower DP are missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) min_dp: Option<Number>,
    /// Annotations of the inputs are not stored, whatever they have.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) no_annotations: bool,
}

impl ReadAs {
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Bounds are those that a build takes.
    fn check(&self) -> Result<(), (String, String)> {
        let bounds = [&self.min_gq, &self.min_dp];
        let below = |of: &&Number| of.as_f64().is_none_or(|of| !of.is_finite() || of < 0.0);
        match bounds.into_iter().flatten().find(below) {
            None => Ok(()),
            Some(wrong) => Err(("a bound from 0".to_owned(), wrong.to_string())),
        }
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Everything a dataset consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: String,
    /// The lowest version a reader must know.
    pub(crate) version: u32,
    /// Above 0 in what was written before the version was frozen.
    #[serde(default, skip_serializing)]
    pub(crate) draft: u32,
    /// xxh3 (128 bits) of this file with this field empty: names the dataset's state in answers.
    pub(crate) snapshot: String,
    /// The program that wrote it.
    pub(crate) generator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) assembly: Option<String>,
    /// The reference the rows were normalised against.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) normalised: bool,
    /// Whether genotypes on X and Y go by sex.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) sex_ploidy: bool,
    /// How inputs were read beside, which additions repeat.
    #[serde(default, skip_serializing_if = "ReadAs::is_plain")]
    pub(crate) options: ReadAs,
    /// Whether the directory has a file of decisions. A dataset that is built has one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) decisions: bool,
    pub(crate) sample_count: u32,
    /// The names of samples; none where there are no samples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) samples: Vec<FileEntry>,
    /// Ontologies, where some were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) terms: Vec<FileEntry>,
    /// People, where some were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) people: Vec<FileEntry>,
    /// Of which individual the samples are, where people were given: the files follow each other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) sample_attributes: Vec<FileEntry>,
    /// Genes, where some were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) genes: Vec<FileEntry>,
    /// Who carries variants of genes, where some are known: of each batch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) carriers: Vec<BatchEntry>,
    /// Where genotypes could be called, of samples of which that was given: one entry for each kit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) callable: Vec<CallableEntry>,
    /// The annotation that rows have: `csq`, `ann` or `bcsq`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) annotations: Option<String>,
    pub(crate) contigs: Vec<ContigEntry>,
    pub(crate) info: Vec<InfoEntry>,
    pub(crate) segments: Vec<SegmentEntry>,
    /// How many of the ids that the decisions list as erased, from the first on, are known not to be of this state.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) erased: u64,
}

/// What manifests of all versions have.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
    #[serde(default)]
    draft: u32,
    snapshot: String,
}

/// The digest of a manifest that names this snapshot. It is over the text as it stands, so that nothing in
/// it can change unseen.
pub(super) fn digest(text: &str, snapshot: &str) -> String {
    let field = format!("\"{snapshot}\"");
    let mut hash = Xxh3::new();
    match text.split_once(&field) {
        Some((before, behind)) => {
            hash.update(before.as_bytes());
            hash.update(b"\"\"");
            hash.update(behind.as_bytes());
        }
        None => hash.update(text.as_bytes()),
    }
    format!("{:032x}", hash.digest128())
}

impl Manifest {
    /// An empty manifest of the version this code writes.
    pub(crate) fn new() -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: READ_VERSION.into(),
            draft: 0,
            snapshot: String::new(),
            generator: concat!("varidex ", env!("CARGO_PKG_VERSION")).to_owned(),
            assembly: None,
            normalised: false,
            sex_ploidy: false,
            options: ReadAs::default(),
            decisions: false,
            sample_count: 0,
            samples: Vec::new(),
            terms: Vec::new(),
            people: Vec::new(),
            sample_attributes: Vec::new(),
            genes: Vec::new(),
            carriers: Vec::new(),
            callable: Vec::new(),
            annotations: None,
            contigs: Vec::new(),
            info: Vec::new(),
            segments: Vec::new(),
            erased: 0,
        }
    }

    /// Every file of the dataset beside the manifest.
    pub(crate) fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let segments = self.segments.iter().map(|s| &s.file);
        let carriers = self.carriers.iter().map(|of| &of.file);
        let others = self.lists().into_iter().flat_map(|(_, files)| files);
        let callable = self.callable.iter().map(|of| &of.file);
        segments.chain(carriers).chain(callable).chain(others)
    }

    /// The files of each kind but those of batches, under the names that the lists have in the manifest.
    fn lists(&self) -> [(&'static str, &[FileEntry]); 5] {
        [
            ("samples", &self.samples),
            ("terms", &self.terms),
            ("people", &self.people),
            ("sample_attributes", &self.sample_attributes),
            ("genes", &self.genes),
        ]
    }

    /// The numbers of batches.
    pub(crate) fn batches(&self) -> BTreeSet<u32> {
        self.segments.iter().map(|segment| segment.batch).collect()
    }

    /// Fills in the snapshot id and gives the bytes of the file.
    pub(crate) fn seal(&mut self) -> Result<Vec<u8>> {
        let bytes = |manifest: &Self| {
            let mut bytes =
                serde_json::to_vec_pretty(manifest).map_err(|e| Error::io(MANIFEST, e.into()))?;
            bytes.push(b'\n');
            Ok(bytes)
        };
        self.snapshot.clear();
        self.snapshot = format!("{:032x}", xxh3_128(&bytes(self)?));
        bytes(self)
    }

    /// Reads and checks the bytes of the file.
    pub(crate) fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Self> {
        let damage = |offset: usize, expected: String, found: String| {
            Error::from(Box::new(Damage {
                file: path.to_owned(),
                section: "manifest".to_owned(),
                offset: offset as u64,
                expected,
                found,
            }))
        };
        let text = std::str::from_utf8(bytes).map_err(|e| {
            let (at, found) = (e.valid_up_to(), e.to_string());
            damage(at, "a manifest in UTF-8".to_owned(), found)
        })?;
        let not_json =
            |e: serde_json::Error| damage(0, "a JSON manifest".to_owned(), e.to_string());
        let whole: serde_json::Result<Self> = serde_json::from_str(text);
        // what has not the fields of this version may be of another one, which is not damaged
        let head = match &whole {
            Ok(manifest) => Head {
                format: manifest.format.clone(),
                version: manifest.version,
                draft: manifest.draft,
                snapshot: manifest.snapshot.clone(),
            },
            Err(_) => serde_json::from_str(text).map_err(not_json)?,
        };
        if head.format != FORMAT {
            return Err(damage(0, format!("format {FORMAT}"), head.format));
        }
        let sum = digest(text, &head.snapshot);
        if sum != head.snapshot {
            return Err(damage(0, format!("snapshot {}", head.snapshot), sum));
        }
        check_version(path, head.version, head.draft)?;
        let manifest = whole.map_err(not_json)?;
        manifest
            .check()
            .map_err(|(expected, found)| damage(0, expected, found))?;
        Ok(manifest)
    }

    /// A segment that is merged where another one of its batch is not, or the other way.
    fn half_merged(&self) -> Option<&SegmentEntry> {
        let merged = self.segments.iter().filter(|segment| segment.merged);
        // most often there are none, or no others
        if [0, self.segments.len()].contains(&merged.count()) {
            return None;
        }
        let mut known = HashMap::new();
        let mut segments = self.segments.iter();
        segments.find(|of| *known.entry(of.batch).or_insert(of.merged) != of.merged)
    }

    /// The relations between fields that readers rely on.
    fn check(&self) -> Result<(), (String, String)> {
        for entry in self.files() {
            // a name with a separator would read a file outside the dataset
            let plain = entry
                .file
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
            if !plain || entry.file.starts_with('.') {
                return Err(("a plain file name".to_owned(), entry.file.clone()));
            }
        }
        // it decides how much memory questions take
        if self.sample_count >= SAMPLES_MAX {
            return Err((
                format!("fewer than {SAMPLES_MAX} samples"),
                self.sample_count.to_string(),
            ));
        }
        self.check_lists()?;
        self.check_callable()?;
        // where one is missing it would not be known who else carries
        let of: Vec<u32> = self.carriers.iter().map(|of| of.batch).collect();
        if !of.is_empty() && !of.iter().eq(&self.batches()) {
            return Err((
                "one file of carriers for each batch, ascending, or none".to_owned(),
                format!("batches {of:?}"),
            ));
        }
        if let Some(assembly) = &self.assembly
            && assembly.parse::<Assembly>().is_err()
        {
            return Err(("a known assembly".to_owned(), assembly.clone()));
        }
        if self.sex_ploidy && self.assembly.is_none() {
            return Err((
                "an assembly where genotypes on X and Y go by sex".to_owned(),
                "none".to_owned(),
            ));
        }
        self.options.check()?;
        if let Some(annotations) = &self.annotations
            && !["csq", "ann", "bcsq"].contains(&annotations.as_str())
        {
            return Err((
                "a known kind of annotations".to_owned(),
                annotations.clone(),
            ));
        }
        if let Some(segment) = self.half_merged() {
            return Err((
                "batches of which all segments are merged, or none".to_owned(),
                segment.file.file.clone(),
            ));
        }
        for segment in &self.segments {
            let rows = segment.contigs.iter().map(|span| span.contig);
            let covered = segment.covered.iter().map(|span| span.contig);
            let contigs_known = rows
                .chain(covered)
                .all(|contig| (contig as usize) < self.contigs.len());
            if !contigs_known || segment.samples > self.sample_count {
                return Err((
                    "segments of the contigs and samples listed".to_owned(),
                    segment.file.file.clone(),
                ));
            }
        }
        Ok(())
    }

    /// Kits are of samples that there are, and a sample has one.
    fn check_callable(&self) -> Result<(), (String, String)> {
        let mut runs = Vec::new();
        for entry in &self.callable {
            let before = runs.len();
            runs.extend(entry.samples.iter().map(|(first, count)| {
                let end = u64::from(*first) + u64::from(*count);
                (u64::from(*first), end)
            }));
            let own = runs.get(before..).unwrap_or_default();
            let apart = own.is_sorted_by(|a, b| a.1 < b.0);
            let within = own
                .iter()
                .all(|(first, end)| first < end && *end <= self.sample_count.into());
            if own.is_empty() || !apart || !within {
                let expected = "ascending runs of samples that there are, apart from each other";
                return Err((expected.to_owned(), entry.file.file.clone()));
            }
        }
        runs.sort_unstable();
        if !runs.is_sorted_by(|a, b| a.1 <= b.0) {
            let expected = "one kit of callable regions for a sample";
            return Err((expected.to_owned(), "two".to_owned()));
        }
        Ok(())
    }

    /// How many files there are of each kind.
    fn check_lists(&self) -> Result<(), (String, String)> {
        for (kind, files) in self.lists() {
            // of others a list of several has no meaning yet
            let several = matches!(kind, "samples" | "sample_attributes");
            if let Some(second) = files.get(1).filter(|_| !several) {
                return Err((format!("at most one file of {kind}"), second.file.clone()));
            }
        }
        let none = || "none".to_owned();
        if self.samples.is_empty() != (self.sample_count == 0) {
            let expected = "a file of sample names where there are samples";
            return Err((expected.to_owned(), none()));
        }
        if self.sample_attributes.is_empty() && !self.people.is_empty() && self.sample_count > 0 {
            let expected = "a file of the individuals of samples where there are both";
            return Err((expected.to_owned(), none()));
        }
        Ok(())
    }
}
