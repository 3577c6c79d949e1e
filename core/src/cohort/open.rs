//! Opening a dataset.

use super::decided::Decided;
use super::kit::Kit;
use super::mapped::Mapped;
use super::{Batches, Members, View, Visible};
use crate::error::{Damage, Error, Result};
use crate::format::{Folder, Kind, contig_hash};
use crate::genome::{ContigNames, Interval};
use crate::model::Access;
use crate::model::FileLoader;
use crate::set::SampleSet;
use crate::store::gene_carriers::GeneCarriers;
use crate::store::genes::Genes;
use crate::store::individuals::{Hierarchy, KnownTerms, People};
use crate::store::manifest::Manifest;
use crate::store::open_manifest;
use crate::store::segment::Segment;
use crate::store::terms::Terms;
use crate::store::{SampleAttributes, Samples};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// An open dataset: read-only, shared between threads, cheap to open; a copy costs nothing.
///
/// It shows the state at the time of opening, whatever is published later: opening maps all files, so that
/// they may be replaced and removed. It checks the manifest and the structure of all files but those of which each
/// batch has some, and which may be thousands: that of a segment is checked when a question first needs it, and bytes
/// against their checksums when they are first touched. One that is damaged gives each such question the same error.
///
/// ```no_run
/// let dataset = varidex::Dataset::open("cohort.vdx")?;
/// let view = dataset.view();
/// println!("{} samples", view.sample_count());
/// println!("{}", view.ask("carriers(22:16050075:A:G)")?.count());
/// # Ok::<(), varidex::Error>(())
/// ```
///
/// Questions are asked of a view of it, which shows what somebody may see:
///
/// ```compile_fail,E0599
/// let dataset = varidex::Dataset::open("cohort.vdx")?;
/// let carriers = dataset.ask("carriers(22:16050075:A:G)")?;
/// # Ok::<(), varidex::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Dataset {
    opened: Arc<Opened>,
    /// Reads what expressions name behind `@`.
    loader: Option<Arc<dyn FileLoader>>,
}

/// The files of a state, shared by all that was asked of it.
#[derive(Debug)]
pub struct Opened {
    folder: Folder,
    manifest: Manifest,
    samples: Samples,
    names: ContigNames,
    parts: Vec<Part>,
    /// Whether samples are spread over batches, and whether a batch is put together from inputs of one sample each.
    several_batches: bool,
    merges: bool,
    batches: OnceLock<Batches>,
    terms: Option<Arc<KnownTerms>>,
    people: Option<People>,
    sample_attributes: SampleAttributes,
    /// All subjects, once they were needed.
    everyone: OnceLock<SampleSet>,
    genes: Option<Genes>,
    kits: Vec<Kit>,
    gene_carriers: Vec<CarriersOfBatch>,
    decided: Decided,
}

/// A segment of the manifest, mapped with the dataset and read when first needed.
#[derive(Debug)]
pub(crate) struct Part {
    index: usize,
    segment: Mapped<Segment>,
}

/// Who of a batch carries variants of genes.
#[derive(Debug)]
pub(crate) struct CarriersOfBatch {
    /// The number of the batch in the manifest.
    pub(crate) batch: u32,
    /// A part of it, which has its samples.
    pub(crate) part: usize,
    file: Mapped<GeneCarriers>,
}

/// What a kind of section takes in all segments together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionSize {
    /// The section by the name of the specification.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
}

impl Dataset {
    /// Opens the dataset in a directory.
    ///
    /// Its files are mapped into memory, so the caller sees to it that nobody changes them in place
    /// while the dataset is open: where one is cut, the next touch of what is gone ends the process
    /// (SIGBUS); where one is overwritten, answers may be wrong. Files may be replaced and removed,
    /// which is all that builds and [`load_people`](crate::load_people) do. `rsync` replaces them as
    /// well, unless it gets `--inplace`; `cp` onto a file that is there changes it in place.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`], [`Error::Io`], [`Error::Damaged`], [`Error::TooNew`], [`Error::TooOld`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_in(&Folder::on_disk(path))
    }

    /// The state that is the newest now, with the loader of this one; this one stays what it is.
    ///
    /// # Errors
    ///
    /// As [`Dataset::open`].
    pub fn newest(&self) -> Result<Self> {
        Ok(Self {
            loader: self.loader.clone(),
            ..Self::open_in(self.folder())?
        })
    }

    /// The same wherever the directory is.
    pub(crate) fn open_in(folder: &Folder) -> Result<Self> {
        let mut manifest = open_manifest(folder)?;
        loop {
            let state = manifest.snapshot.clone();
            let missing = match Self::open_state(folder, manifest) {
                Err(Error::Io { path, source }) if source.kind() == ErrorKind::NotFound => {
                    Error::Io { path, source }
                }
                result => return result,
            };
            // files of a state that was replaced meanwhile are gone: then there is a newer one
            manifest = open_manifest(folder)?;
            if manifest.snapshot == state {
                return Err(missing);
            }
        }
    }

    /// Opens the files that a manifest lists.
    pub(crate) fn open_state(folder: &Folder, manifest: Manifest) -> Result<Self> {
        let samples = Samples::open(folder, &manifest.samples, manifest.sample_count)?;
        let mut parts = Vec::with_capacity(manifest.segments.len());
        for (index, entry) in manifest.segments.iter().enumerate() {
            parts.push(Part {
                index,
                segment: Mapped::new(folder, &entry.file.file)?,
            });
        }
        let terms = manifest.terms.first().map(|entry| {
            let terms = KnownTerms::open(folder, entry);
            terms.map(Arc::new)
        });
        let terms = terms.transpose()?;
        let people = manifest.people.first().map(|entry| {
            let terms = terms.clone().map(|terms| terms as Arc<dyn Hierarchy>);
            People::open(folder, &entry.file, terms)
        });
        let people = people.transpose()?;
        let sample_attributes = SampleAttributes::open(
            folder,
            &manifest.sample_attributes,
            manifest.sample_count,
            people.as_ref().map_or(0, People::universe),
        )?;
        let genes = manifest.genes.first();
        let genes = genes.map(|entry| Genes::open(folder, &entry.file));
        let gene_carriers = carriers_of_batches(folder, &manifest)?;
        let assembly = manifest
            .assembly
            .as_ref()
            .and_then(|name| name.parse().ok());
        let contigs = manifest.contigs.iter().map(|c| (c.name.clone(), c.length));
        let names = ContigNames::new(contigs, assembly);
        let kits = manifest.callable.iter();
        let kits = kits.map(|entry| Kit::open(folder, entry, &names, manifest.contigs.len()));
        let kits = kits.collect::<Result<Vec<Kit>>>()?;
        let segments = &manifest.segments;
        let opened = Opened {
            folder: folder.clone(),
            several_batches: segments
                .windows(2)
                .any(|of| matches!(of, [a, b] if a.batch != b.batch)),
            merges: segments.iter().any(|entry| entry.merged),
            manifest,
            samples,
            names,
            parts,
            batches: OnceLock::new(),
            terms,
            people,
            sample_attributes,
            everyone: OnceLock::new(),
            genes: genes.transpose()?,
            kits,
            gene_carriers,
            decided: Decided::default(),
        };
        Ok(Self {
            opened: Arc::new(opened),
            loader: None,
        })
    }

    /// A state with all that is stored, whoever may be seen: for what is stored of all.
    pub(crate) fn as_stored(folder: &Folder, state: &Manifest) -> Result<Self> {
        let state = Manifest {
            decisions: false,
            ..state.clone()
        };
        Self::open_state(folder, state)
    }

    /// A batch by itself: what is said of it then no other batch changes. People and terms, who may be replaced,
    /// are not there.
    pub(crate) fn of_batch(folder: &Folder, all: &Manifest, batch: u32) -> Result<Self> {
        let segments = all.segments.iter().filter(|of| of.batch == batch);
        let alone = Manifest {
            assembly: all.assembly.clone(),
            annotations: all.annotations.clone(),
            contigs: all.contigs.clone(),
            segments: segments.cloned().collect(),
            samples: all.samples.clone(),
            genes: all.genes.clone(),
            normalised: all.normalised,
            sex_ploidy: all.sex_ploidy,
            sample_count: all.sample_count,
            ..Manifest::new()
        };
        Self::open_state(folder, alone)
    }

    /// Lets expressions name files behind `@`, as in `samples(@ids.txt)`, and reads them with this.
    /// Without a loader such an expression is an error, and no expression opens a file: text of
    /// strangers belongs to a dataset without one.
    ///
    /// ```no_run
    /// use varidex::{Dataset, LocalFiles};
    /// let dataset = Dataset::open("cohort.vdx")?.with_loader(LocalFiles::new());
    /// println!("{}", dataset.view().ask("samples(@ids.txt)")?.count());
    /// # Ok::<(), varidex::Error>(())
    /// ```
    #[must_use]
    pub fn with_loader(self, loader: impl FileLoader + 'static) -> Self {
        Self {
            loader: Some(Arc::new(loader)),
            ..self
        }
    }

    /// The same, of which no expression opens a file.
    pub(crate) fn without_loader(&self) -> Self {
        Self {
            loader: None,
            ..self.clone()
        }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.opened.folder.path()
    }

    /// Names the state that was opened: equal ids, equal answers.
    pub fn snapshot(&self) -> &str {
        &self.opened.manifest.snapshot
    }

    /// Bytes by kind of section, over all segments, largest first. Maps every segment.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Damaged`], [`Error::TooNew`], [`Error::TooOld`].
    pub fn section_sizes(&self) -> Result<Vec<SectionSize>> {
        let mut sizes = std::collections::BTreeMap::<String, u64>::new();
        for part in &self.opened.parts {
            for (name, bytes) in self.segment(part)?.file().sizes() {
                *sizes.entry(name).or_default() += bytes;
            }
        }
        let mut sizes: Vec<SectionSize> = sizes
            .into_iter()
            .map(|(name, bytes)| SectionSize { name, bytes })
            .collect();
        sizes.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
        Ok(sizes)
    }

    /// All of it, as its holder sees it: what questions are asked of. Whoever withdrew is not seen, by the decisions that
    /// are recorded now, also where the dataset was opened before: to make a view looks at the file of decisions, and no
    /// more where it has not changed. Where decisions cannot be read, each question of the view is that error.
    pub fn view(&self) -> View {
        let access = Access::holder();
        match self.visible(&access) {
            Ok(seen) => View::of(self.clone(), seen, &access),
            Err(fault) => {
                let nobody = Arc::new(Visible::nobody(self, fault));
                View::of(self.clone(), (nobody, None), &access)
            }
        }
    }

    /// What somebody may see who asks for a purpose, under a permit of a day: see [`Access`].
    ///
    /// ```no_run
    /// use varidex::{Access, Dataset, Purpose};
    /// let dataset = Dataset::open("cohort.vdx")?;
    /// let access = Access::holder().for_purpose(Purpose::SecondaryUse).under_permit_of("2026-03-01".parse().unwrap());
    /// println!("{}", dataset.view_for(&access)?.ask("carriers(gene:RYR1)")?.count());
    /// # Ok::<(), varidex::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] where decisions cannot be read, [`Error::Io`]; for an access that is written down
    /// [`Error::Locked`]; [`Error::Usage`] for one that asks for proof, which needs a policy: [`Self::view_by`].
    pub fn view_for(&self, access: &Access) -> Result<View> {
        match access.proof {
            None => Ok(View::of(self.clone(), self.visible(access)?, access)),
            // which refuses by the name of the policy
            Some(_) => self.view().again_for(access),
        }
    }

    pub(super) fn loader(&self) -> Option<&dyn FileLoader> {
        self.loader.as_deref()
    }
}

/// Maps the files of carriers of genes.
fn carriers_of_batches(folder: &Folder, manifest: &Manifest) -> Result<Vec<CarriersOfBatch>> {
    let mut first_parts = HashMap::new();
    if !manifest.carriers.is_empty() {
        for (part, entry) in manifest.segments.iter().enumerate() {
            first_parts.entry(entry.batch).or_insert(part);
        }
    }
    let of = manifest.carriers.iter().map(|entry| {
        Ok(CarriersOfBatch {
            batch: entry.batch,
            part: first_parts.get(&entry.batch).copied().unwrap_or(usize::MAX),
            file: Mapped::new(folder, &entry.file.file)?,
        })
    });
    of.collect()
}

impl Deref for Dataset {
    type Target = Opened;

    fn deref(&self) -> &Opened {
        &self.opened
    }
}

impl Opened {
    /// Numbers of samples are below.
    pub(crate) fn universe(&self) -> u32 {
        self.samples.len()
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn samples(&self) -> &Samples {
        &self.samples
    }

    /// The terms of the ontologies loaded, where some were.
    pub(crate) fn terms(&self) -> Option<&Terms> {
        self.terms.as_ref().map(|known| &*known.terms)
    }

    /// Where genotypes could be called, of samples of which that is known.
    pub(crate) fn kits(&self) -> &[Kit] {
        &self.kits
    }

    /// The genes loaded, where some were.
    pub(crate) fn genes(&self) -> Option<&Genes> {
        self.genes.as_ref()
    }

    /// Who carries variants of genes, by batch, where that is stored.
    pub(crate) fn gene_carriers(&self) -> &[CarriersOfBatch] {
        &self.gene_carriers
    }

    /// Those of one batch.
    pub(crate) fn gene_carriers_of<'a>(&self, of: &'a CarriersOfBatch) -> Result<&'a GeneCarriers> {
        of.file.get(&self.folder, GeneCarriers::of)
    }

    /// What is known of people, where some were loaded.
    pub(crate) fn people(&self) -> Option<&People> {
        self.people.as_ref()
    }

    /// Where all subjects are kept.
    pub(super) fn everyone(&self) -> &OnceLock<SampleSet> {
        &self.everyone
    }

    /// Of which individual each sample is.
    pub(crate) fn sample_table(&self) -> &SampleAttributes {
        &self.sample_attributes
    }

    /// The contigs, as the build knew their assembly: see [`View::contig_names`].
    pub(crate) fn stored_contig_names(&self) -> &ContigNames {
        &self.names
    }

    /// Who may be seen by the decisions of people.
    pub(super) fn decided(&self) -> &Decided {
        &self.decided
    }

    /// The name of a contig by its number.
    pub(crate) fn contig_name(&self, contig: u32) -> &str {
        let entry = self.manifest.contigs.get(contig as usize);
        entry.map_or("", |entry| entry.name.as_str())
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The batch of a part.
    pub(crate) fn batch(&self, part: usize) -> u32 {
        self.manifest
            .segments
            .get(part)
            .map_or(0, |entry| entry.batch)
    }

    /// What is known of the batches together: it reads a segment of each when it is first asked for.
    pub(crate) fn batches(&self) -> Result<&Batches> {
        match self.batches.get() {
            Some(batches) => Ok(batches),
            None => {
                let batches = Batches::of(self)?;
                Ok(self.batches.get_or_init(|| batches))
            }
        }
    }

    /// The batches that a sample is in, by their index.
    pub(crate) fn batches_of(&self, sample: u32) -> Result<Vec<u32>> {
        let batches = self.batches()?;
        let mut found = Vec::new();
        for batch in 0..batches.len() as u32 {
            let first = batches.parts(batch).first();
            if let Some(part) = first.and_then(|&part| self.parts.get(part))
                && Members::of(self.segment(part)?).contains(sample)
            {
                found.push(batch);
            }
        }
        Ok(found)
    }

    /// Whether AN of a variant may depend on more than the samples of its rows: there are other batches, or
    /// samples of an input without a record, all of them where there is none; or what says nothing of a sample is
    /// completed by its kit.
    pub(crate) fn counts_references(&self) -> bool {
        let first = self.manifest.segments.first();
        let outside = first.map_or(0, |entry| entry.samples) < self.manifest.sample_count;
        outside || self.has_several_batches() || self.merges && !self.kits.is_empty()
    }

    /// Whether a variant may have several rows: in several batches, or in one that is put together from inputs of
    /// one sample each.
    pub(crate) fn joins_rows(&self) -> bool {
        self.several_batches || self.merges
    }

    /// Whether the batch of a part is put together from inputs of one sample each.
    pub(crate) fn is_merged(&self, part: usize) -> bool {
        let entry = self.manifest.segments.get(part);
        entry.is_some_and(|entry| entry.merged)
    }

    /// Whether samples are spread over batches, of which a variant may be in some only.
    pub(crate) fn has_several_batches(&self) -> bool {
        self.several_batches
    }

    /// Whether one of the spans of a part's entry in the manifest may have rows that overlap the interval.
    pub(crate) fn span_reaches(&self, part: usize, span: usize, interval: Interval) -> bool {
        let entry = self.manifest.segments.get(part);
        let span = entry.and_then(|entry| entry.contigs.get(span));
        span.is_some_and(|span| span.overlaps(interval))
    }

    /// The segment of a part, checked for structure on first use: where it is damaged, each use says the same.
    pub(crate) fn segment<'a>(&self, part: &'a Part) -> Result<&'a Segment> {
        part.segment.get(&self.folder, |path, bytes| {
            let segment = Segment::of(path, bytes)?;
            self.check_segment(part, &segment)?;
            Ok(segment)
        })
    }

    /// What manifest and segment both say must agree, for queries rely on the manifest to pass
    /// segments by.
    fn check_segment(&self, part: &Part, segment: &Segment) -> Result<()> {
        let Some(entry) = self.manifest.segments.get(part.index) else {
            return Ok(());
        };
        let meta = segment.meta();
        let same = entry.rows == meta.rows
            && entry.samples == meta.samples
            && entry.records == meta.records;
        let contigs_same = entry.contigs.len() == segment.contigs().len()
            && entry
                .contigs
                .iter()
                .zip(segment.contigs())
                .all(|(a, b)| a.contig == b.contig && a.rows == b.end_row - b.first_row);
        let last = meta
            .samples
            .checked_sub(1)
            .map(|local| segment.sample(local));
        let known = last.is_none_or(|last| last < self.universe());
        for rows in segment.contigs() {
            let name = self.contig_name(rows.contig);
            if contig_hash(name) != rows.name {
                let expected = "the contigs that the manifest names";
                let found = format!("another name than {name:?} of contig {}", rows.contig);
                return Err(segment.file().damage_in(Kind::Contigs, expected, found));
            }
        }
        if same && contigs_same && known {
            return Ok(());
        }
        Err(Error::from(Box::new(Damage {
            file: self.folder.path().join(part.segment.name()),
            section: "meta".to_owned(),
            offset: 0,
            expected: "rows, samples and contigs as the manifest lists them".to_owned(),
            found: format!("{meta:?}"),
        })))
    }
}
