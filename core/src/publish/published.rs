//! A published file that is open.

use super::group::StrataGroup;
use super::sites::PublishedSites;
use crate::cohort::{SectionSize, names_of_stated};
use crate::error::{Error, Result};
use crate::format::{Folder, MAGIC_HEAD};
use crate::genome::{AlleleType, Assembly, ContigNames, Interval, Position};
use crate::model::{Date, Known, Rounding};
use crate::query::ShownCounts;
use crate::store::published::{
    GenotypeCounts, HASH_LEN, PublishedFile, PublishedInfo, ReleasedCounts, Row, Stratum, hex,
    refused,
};
use serde_json::json;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Counts of alleles by strata as [`publish`](crate::publish()) wrote them: memory-mapped, and asked by look-up and by range. A copy costs
/// nothing.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::{Position, Published};
/// let file = Published::open("frequencies.vdx")?;
/// let position = Position::from_one_based(16_050_075).unwrap();
/// let finns = file.group("FI")?;
/// if let Some(site) = file.site("22", position, "A", "G")? {
///     println!("{:?} {:?}", site.counts(&finns), site.frequency(&finns));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Published {
    pub(super) inner: Arc<Inner>,
    pub(super) names: Arc<ContigNames>,
    note: Option<String>,
}

#[derive(Debug)]
pub(super) struct Inner {
    path: PathBuf,
    pub(super) file: PublishedFile,
}

impl Published {
    /// Opens a file. It costs the same however many sites there are.
    ///
    /// No other program may change the file in place while it is open; replacing it by another one of the name is sound.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] also where the policy, its floor or anything else that the file says of itself was edited;
    /// [`Error::Usage`] where the file is older than it may be; [`Error::Io`], [`Error::TooNew`], [`Error::TooOld`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let file = Self::open_outdated(path)?;
        match file.note {
            None => Ok(file),
            Some(note) => Err(Error::Usage(note)),
        }
    }

    /// The same where it is not refused for its age: [`Self::note`] says so.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn open_outdated(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_on(path.as_ref(), Date::today())
    }

    pub(super) fn open_on(path: &Path, day: Date) -> Result<Self> {
        let parent = path.parent().unwrap_or(Path::new(""));
        Self::open_in(&Folder::on_disk(parent), path, day)
    }

    pub(crate) fn open_in(folder: &Folder, path: &Path, day: Date) -> Result<Self> {
        let file = PublishedFile::open(folder, path)?;
        let info = file.info();
        let assembly = match info.assembly.as_deref().map(str::parse::<Assembly>) {
            None => None,
            Some(Ok(assembly)) => Some(assembly),
            Some(Err(unknown)) => {
                return Err(refused(
                    &path.display().to_string(),
                    "an assembly that is known",
                    &unknown.to_string(),
                ));
            }
        };
        let contigs = info.contigs.iter();
        let contigs = contigs.map(|contig| (contig.name.clone(), contig.length));
        let note = info.outdated_on(day);
        let note = note.map(|note| format!("{}: {note}", path.display()));
        Ok(Self {
            note,
            names: Arc::new(ContigNames::new(contigs, assembly)),
            inner: Arc::new(Inner {
                path: path.to_owned(),
                file,
            }),
        })
    }

    /// The same file where somebody states its assembly: accessions and computed identifiers are of it.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where the file is of another, or the name or the length of a contig is.
    pub(crate) fn with_assembly(mut self, assembly: Assembly) -> Result<Self> {
        if self.names.assembly() != Some(assembly) {
            let contigs = self.info().contigs.iter();
            let contigs = contigs.map(|of| (of.name.clone(), of.length));
            let names = names_of_stated(self.names.assembly(), contigs, assembly)?;
            self.names = Arc::new(names);
        }
        Ok(self)
    }

    /// That the file is older than it may be.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// What `varidex info --json` says of it: `published` (the path), `digest`, `rows`, `bytes`, `last_day`, `about` (its
    /// [`PublishedInfo`], with contigs that have rows), and `sections` with their sizes.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] where the file is not there any more.
    pub fn info_json(&self) -> Result<String> {
        let path = self.path();
        let known = std::fs::metadata(path).map_err(|e| Error::io(path, e))?;
        let mut about = self.info().clone();
        about.contigs.retain(|contig| contig.rows > 0);
        let sizes = self.section_sizes().into_iter();
        let sizes = sizes.map(|of| json!({ "name": of.name, "bytes": of.bytes }));
        let shown = json!({
            "published": path.display().to_string(),
            "digest": hex(self.digest()),
            "rows": about.rows(),
            "bytes": known.len(),
            "last_day": about.last_day(),
            "about": about,
            "sections": sizes.collect::<Vec<_>>(),
        });
        Ok(shown.to_string())
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Of whom the counts are, by which policy, and until when.
    pub fn info(&self) -> &PublishedInfo {
        self.inner.file.info()
    }

    /// The strata.
    pub fn strata(&self) -> &[Stratum] {
        &self.info().strata
    }

    /// SHA-256 of the content, with the policy and its floor: what a signature of the file is of.
    pub fn digest(&self) -> &[u8; HASH_LEN] {
        self.inner.file.digest()
    }

    /// Name and length of each section.
    pub fn section_sizes(&self) -> Vec<SectionSize> {
        let sizes = self.inner.file.sizes();
        sizes
            .map(|(name, bytes)| SectionSize { name, bytes })
            .collect()
    }

    /// Reads all of the file, and checks every checksum, the digest and every rule.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] with the section and the place.
    pub fn verify(&self) -> Result<()> {
        self.inner.file.verify()
    }

    /// A union of strata by labels with `|` between them. The label of a stratum has a value for each field, as `FI_F` of country and
    /// sex; `FI` is all strata of that country, `F` all of that sex; `Total` is everybody.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] that lists the strata, for anything else.
    pub fn group(&self, labels: &str) -> Result<StrataGroup> {
        StrataGroup::read(self.info(), labels, &self.inner.path.display().to_string())
    }

    /// Everybody, and then every stratum.
    pub fn groups(&self) -> Vec<StrataGroup> {
        let strata = 0..self.strata().len();
        let strata = strata.filter_map(|stratum| StrataGroup::one(self.info(), stratum));
        std::iter::once(StrataGroup::total())
            .chain(strata)
            .collect()
    }

    /// The unions of strata of the same values of some of the fields, with these values.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] that lists the fields, for others; and for fewer than all where groups were too small to be strata.
    pub fn groups_by(&self, fields: &[String]) -> Result<Vec<(Vec<Option<String>>, StrataGroup)>> {
        StrataGroup::by(self.info(), fields, &self.inner.path.display().to_string())
    }

    /// Whether a file begins as files of Varidex do, and not as text: what it is, [`Self::open`] finds.
    pub fn is_likely(path: impl AsRef<Path>) -> bool {
        let mut start = [0; MAGIC_HEAD.len()];
        let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
        read.is_ok() && start == *MAGIC_HEAD
    }

    /// The contigs, found by any of their names.
    pub(crate) fn contig_names(&self) -> &ContigNames {
        &self.names
    }

    pub(super) fn contig(&self, name: &str) -> Result<usize> {
        let resolved = self.names.resolve(name);
        resolved.map_err(|e| Error::Usage(format!("{}: {e}", self.inner.path.display())))
    }

    /// The counts of an allele; `None` where the file does not have it: nobody has it, or what is of it may not be shown.
    ///
    /// Contigs have their other names, too. REF and ALT are those of the file in any case of letters.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for a contig that is none; [`Error::Damaged`].
    pub fn site(
        &self,
        contig: &str,
        position: Position,
        reference: &str,
        alternate: &str,
    ) -> Result<Option<PublishedSite>> {
        let contig = self.contig(contig)?;
        let file = &self.inner.file;
        let rows = file.rows_of(contig);
        let start = position.zero_based();
        let first = file.first_from(rows.clone(), start)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for row in first..rows.end {
            if file.position(row)? != i64::from(start) {
                break;
            }
            file.alleles(row, &mut ours, &mut theirs)?;
            if ours.eq_ignore_ascii_case(reference.as_bytes())
                && theirs.eq_ignore_ascii_case(alternate.as_bytes())
            {
                let (interval, alleles) = (file.interval(row)?, (ours, theirs));
                return self.read(contig, row, interval, alleles).map(Some);
            }
        }
        Ok(None)
    }

    /// The sites that overlap a stretch of a contig, in their order.
    ///
    /// # Errors
    ///
    /// As [`Self::site`].
    pub fn range(&self, contig: &str, interval: Interval) -> Result<PublishedSites> {
        let contig = self.contig(contig)?;
        Ok(PublishedSites::of(self, vec![(contig, interval)], None))
    }

    /// A row with its alleles and its counts.
    pub(super) fn row(&self, contig: usize, row: u32) -> Result<PublishedSite> {
        let file = &self.inner.file;
        let (mut reference, mut alternate) = (Vec::new(), Vec::new());
        let interval = file.interval(row)?;
        file.alleles(row, &mut reference, &mut alternate)?;
        self.read(contig, row, interval, (reference, alternate))
    }

    /// A row with its counts.
    fn read(
        &self,
        contig: usize,
        row: u32,
        interval: Interval,
        (reference, alternate): (Vec<u8>, Vec<u8>),
    ) -> Result<PublishedSite> {
        let mut counts = Row::default();
        self.inner.file.counts(row, &mut counts)?;
        Ok(PublishedSite {
            contig,
            row,
            interval,
            reference,
            alternate,
            counts,
            of: self.clone(),
        })
    }
}

/// An allele with its counts.
#[derive(Debug, Clone)]
pub struct PublishedSite {
    of: Published,
    contig: usize,
    pub(super) row: u32,
    interval: Interval,
    reference: Vec<u8>,
    alternate: Vec<u8>,
    counts: Row,
}

impl PublishedSite {
    /// The contig, by the name in the dataset.
    pub fn contig(&self) -> &str {
        let contig = self.of.info().contigs.get(self.contig);
        contig.map_or("", |contig| contig.name.as_str())
    }

    /// Where REF starts.
    pub fn position(&self) -> Position {
        Position::from_zero_based(self.interval.start.into()).unwrap_or(Position::TELOMERE)
    }

    /// What it spans.
    pub fn interval(&self) -> Interval {
        self.interval
    }

    /// REF and ALT; ALT is empty where the record had none.
    pub fn alleles(&self) -> (&[u8], &[u8]) {
        (&self.reference, &self.alternate)
    }

    /// Of which kind the allele is, as REF and ALT say.
    pub fn allele_type(&self) -> AlleleType {
        match self.alternate.is_empty() {
            true => AlleleType::of(&self.reference, b".", None),
            false => AlleleType::of(&self.reference, &self.alternate, None),
        }
    }

    /// `contig:position:REF:ALT`, in messages.
    pub(crate) fn name(&self) -> String {
        let [reference, alternate] =
            [&self.reference, &self.alternate].map(|of| String::from_utf8_lossy(of));
        let position = self.position().one_based();
        format!("{}:{position}:{reference}:{alternate}", self.contig())
    }

    /// The counts in everybody; `None` is withheld.
    pub fn total(&self) -> Option<&ReleasedCounts> {
        self.counts.total.as_ref()
    }

    /// The counts in each stratum; `None` is withheld.
    pub fn strata(&self) -> &[Option<ReleasedCounts>] {
        &self.counts.strata
    }

    /// The counts in a union of strata; `None` is withheld, where those of one of them are.
    pub fn counts(&self, of: &StrataGroup) -> Option<ReleasedCounts> {
        of.counts(self.total(), &self.counts.strata)
    }

    /// The same as a live view under the policy gives it. A union of `k` strata that were rounded to multiples of `n` is
    /// [`Known::Rounded`] to `k·n`: the sum of numbers that are each within `n/2`.
    pub fn shown(&self, of: &StrataGroup) -> ShownCounts {
        let Some(counts) = self.counts(of) else {
            return ShownCounts::default();
        };
        let known = |value, to| match to {
            0 | 1 => Known::Exact(value),
            to => Known::Rounded { value, to },
        };
        let bases = self.bases(of);
        let split = |of: fn(&GenotypeCounts) -> u64| match &counts.genotypes {
            Some(genotypes) => known(of(genotypes), bases.people),
            None => Known::Withheld,
        };
        ShownCounts {
            ac: known(counts.ac, bases.ac),
            an: counts
                .an
                .map_or(Known::NotCovered, |an| known(an, bases.an)),
            n_het: split(|of| of.n_het),
            n_hom: split(|of| of.n_hom),
            n_hemi: split(|of| of.n_hemi),
        }
    }

    /// To multiples of what the numbers of a union were rounded, all together.
    fn bases(&self, of: &StrataGroup) -> Bases {
        let policy = &self.of.info().policy;
        let an = Rounding::of_known(policy).to();
        let mut bases = Bases::default();
        let mut add = |counts: Option<&ReleasedCounts>| {
            // AC that is shown as AN is rounded as it, as in a live view
            let is_all = counts.is_some_and(|of| of.ac > 0 && of.an == Some(of.ac));
            let ac = if is_all { an } else { policy.rounding };
            for (sum, to) in [
                (&mut bases.ac, ac),
                (&mut bases.an, an),
                (&mut bases.people, policy.rounding),
            ] {
                // what is exact adds nothing
                *sum += if to > 1 { to } else { 0 };
            }
        };
        match of.strata() {
            None => add(self.total()),
            Some(strata) => strata.iter().for_each(|&stratum| {
                add(self.counts.strata.get(stratum).and_then(Option::as_ref));
            }),
        }
        bases
    }

    /// AC / AN in a union of strata, rounded where AC is, or else AN, to multiples of as much; not covered where somebody was not looked at, or no copy is known.
    pub fn frequency(&self, of: &StrataGroup) -> Known<f64> {
        let shown = self.shown(of);
        match (shown.ac, shown.af()) {
            (Known::Withheld, _) => Known::Withheld,
            (_, None) => Known::NotCovered,
            (Known::Rounded { to, .. }, Some(value)) => Known::Rounded { value, to },
            (_, Some(value)) => match shown.an {
                Known::Rounded { to, .. } => Known::Rounded { value, to },
                _ => Known::Exact(value),
            },
        }
    }
}

/// To multiples of what numbers are rounded; 0 is exact.
#[derive(Debug, Clone, Copy, Default)]
struct Bases {
    ac: u64,
    an: u64,
    people: u64,
}
