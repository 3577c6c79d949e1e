//! What somebody may see of a dataset.

use super::decided;
use super::known_ids::KnownIds;
use super::open::{Dataset, Opened, Part};
use super::{BatchScope, Batches, RowCounter, Subjects, Visible};
use crate::error::{Error, Result};
use crate::genome::{Assembly, ContigNames};
use crate::model::{Access, FileLoader, Policy, PolicyHash, Zero};
use crate::set::SampleSet;
use crate::store::Segment;
use crate::store::individuals::Seen;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// What somebody may see of a dataset's state: what questions are asked of. A copy costs nothing.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// let view = varidex::Dataset::open("cohort.vdx")?.view();
/// let carriers = view.ask("carriers(gene:RYR1 & af<0.01)")?;
/// println!("{} of {} samples", carriers.samples().len(), view.sample_count());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct View {
    dataset: Dataset,
    visible: Arc<Visible>,
    known_ids: Arc<KnownIds>,
    /// Of the assembly that the holder states, where the build knew none.
    stated: Option<Arc<ContigNames>>,
    /// See [`Self::with_all_meant`].
    all_meant: bool,
    access: Access,
    /// What who asks should know.
    note: Option<Arc<str>>,
    passed: Option<Arc<Passed>>,
    /// Names who may be seen before those are left out of whom the policy does not hold; `None` where none are.
    before_proof: Option<Arc<str>>,
    /// What may leave, where that is not all.
    policy: Option<Governed>,
}

/// A policy that answers are cut to.
#[derive(Debug, Clone)]
struct Governed {
    policy: Arc<Policy>,
    /// The most samples that a person has.
    samples_each: u64,
}

/// The samples of which a policy of quality holds.
#[derive(Debug)]
struct Passed {
    samples: SampleSet,
    /// Of the policy.
    hash: PolicyHash,
    /// The policy as text.
    policy: String,
    /// Of the view, which answers by the policy, too.
    id: String,
}

/// What a dataset holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// The directory.
    pub path: PathBuf,
    /// Names the state that was opened.
    pub snapshot: String,
    /// The assembly, where known.
    pub assembly: Option<Assembly>,
    /// Whether genotypes on X and Y go by sex: see [`BuildOptions::sex_ploidy`](crate::BuildOptions::sex_ploidy).
    pub sex_ploidy: bool,
    /// Samples.
    pub samples: u64,
    /// VCF records; `None` where some people may not be seen, for of whom a record is, only its rows say.
    pub records: Option<u64>,
    /// Rows that may be seen: one for each ALT of each record.
    pub rows: u64,
    /// Contigs with rows: name, and rows of all batches.
    pub contigs: Vec<(String, u64)>,
    /// People of whom something is known.
    pub people: u64,
    /// What was recorded of them.
    pub people_records: u64,
    /// Terms of ontologies.
    pub terms: u64,
    /// Genes, and how many bases on both sides of each count as the gene's.
    pub genes: (u64, u32),
    /// Which annotations the rows have: `csq`, `ann` or `bcsq`.
    pub annotations: Option<String>,
    /// INFO keys kept: name and type.
    pub info_keys: Vec<(String, String)>,
    /// Segments.
    pub segments: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

impl View {
    /// What may be seen of a dataset.
    pub(super) fn of(dataset: Dataset, (visible, note): decided::Seen, access: &Access) -> Self {
        Self {
            note,
            access: *access,
            visible,
            known_ids: Arc::default(),
            stated: None,
            all_meant: false,
            passed: None,
            before_proof: None,
            policy: None,
            dataset,
        }
    }

    /// All that is stored, whoever may be seen: for what is then cut to who may.
    pub(crate) fn uncut(dataset: &Dataset) -> Self {
        let whole = Arc::new(Visible::whole(dataset));
        Self::of(dataset.clone(), (whole, None), &Access::holder())
    }

    /// Who asks, for what.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The same of the same state, by the decisions of people as they are now. A view that overrides decisions, or is of an
    /// earlier day, stays what it is.
    ///
    /// # Errors
    ///
    /// As [`Dataset::view_for`].
    pub fn renew(&self) -> Result<Self> {
        match self.access.is_noted() {
            true => Ok(self.clone()),
            false => self.again_for(&self.access),
        }
    }

    /// The same state for who asks now, by the decisions of people as they are now.
    pub(crate) fn again_for(&self, access: &Access) -> Result<Self> {
        let (seen, note) = self.dataset.visible(access)?;
        let (visible, before_proof) = self.proven(access, seen)?;
        let known_ids = match visible.id() == self.visible.id() {
            true => Arc::clone(&self.known_ids),
            false => Arc::default(),
        };
        let now = Self {
            dataset: self.dataset.clone(),
            visible,
            known_ids,
            stated: self.stated.clone(),
            all_meant: self.all_meant,
            access: *access,
            note,
            passed: None,
            before_proof,
            policy: self.policy.clone(),
        };
        Ok(match &self.passed {
            Some(passed) => now.with_passed(passed),
            None => now,
        })
    }

    /// Who may be seen by the policy that an access asks for, of those who may otherwise, and what names these.
    fn proven(
        &self,
        access: &Access,
        seen: Arc<Visible>,
    ) -> Result<(Arc<Visible>, Option<Arc<str>>)> {
        let Some(wanted) = access.proof else {
            return Ok((seen, None));
        };
        let passed = self.passed.as_ref().filter(|of| of.hash == wanted);
        let Some(passed) = passed else {
            let found = match self.qc_policy() {
                None => "none".to_owned(),
                Some(hash) => format!("policy {hash}"),
            };
            return Err(Error::Usage(format!(
                "access: expected the policy of quality {wanted}, which is proof, found {found}"
            )));
        };
        if self.before_proof.as_deref() == Some(seen.id()) && self.access.proof == access.proof {
            return Ok((Arc::clone(&self.visible), self.before_proof.clone()));
        }
        let left = match seen.samples() {
            Some(samples) => passed.samples.intersection(samples),
            None => passed.samples.clone(),
        };
        let all = Subjects::numbered(&self.dataset).everyone()?;
        let visible = Visible::without(&self.dataset, all.difference(&left))?;
        Ok((Arc::new(visible), Some(Arc::from(seen.id()))))
    }

    /// The same under a policy: expressions compare numbers as it shows them, and ask for what it allows. What is found is
    /// to be cut to the policy by whoever asks.
    pub(crate) fn under(&self, policy: &Arc<Policy>) -> Result<Self> {
        let governed = match policy.shows_records() {
            true => None,
            false => Some(Governed {
                samples_each: Subjects::of(self).most_samples()?,
                policy: Arc::clone(policy),
            }),
        };
        Ok(Self {
            policy: governed,
            ..self.clone()
        })
    }

    /// The policy that answers are cut to; `None` where all may leave.
    pub(crate) fn policy(&self) -> Option<&Arc<Policy>> {
        self.policy.as_ref().map(|of| &of.policy)
    }

    /// Whether a policy says the same of nobody as of few: then a name that nobody has is none that few have, either.
    pub(crate) fn hides_zero(&self) -> bool {
        self.policy()
            .is_some_and(|policy| policy.zero == Zero::Hidden)
    }

    /// The most samples that a person has, where a policy counts people.
    pub(crate) fn samples_each(&self) -> u64 {
        self.policy.as_ref().map_or(1, |of| of.samples_each)
    }

    /// What who asks should know of the view: that decisions by purpose are there and none are applied.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The same, of which no expression opens a file.
    pub(crate) fn without_loader(&self) -> Self {
        Self {
            dataset: self.dataset.without_loader(),
            ..self.clone()
        }
    }

    /// Why nothing may be seen, where that is so because decisions cannot be read.
    pub(crate) fn check(&self) -> Result<()> {
        self.visible.check()
    }

    /// The segment of a part: see [`Opened::segment`]. No genotype is read where decisions cannot be.
    pub(crate) fn segment<'a>(&'a self, part: &'a Part) -> Result<&'a Segment> {
        self.check()?;
        self.dataset.segment(part)
    }

    /// The same without some subjects: no sample of their individuals is seen, whatever is asked.
    pub(crate) fn without(&self, hidden: SampleSet) -> Result<Self> {
        let fewer = Self {
            dataset: self.dataset.clone(),
            visible: Arc::new(Visible::without(self, hidden)?),
            known_ids: Arc::default(),
            stated: self.stated.clone(),
            all_meant: self.all_meant,
            access: self.access,
            note: self.note.clone(),
            passed: None,
            before_proof: None,
            policy: self.policy.clone(),
        };
        Ok(match &self.passed {
            Some(passed) => fewer.with_passed(passed),
            None => fewer,
        })
    }

    /// The same, where a policy of quality holds of these samples.
    pub(crate) fn with_policy(&self, samples: SampleSet, hash: PolicyHash, policy: String) -> Self {
        self.with_passed(&Passed {
            samples,
            hash,
            policy,
            id: String::new(),
        })
    }

    fn with_passed(&self, passed: &Passed) -> Self {
        let passed = Passed {
            id: format!("{}-{}", self.visible.id(), passed.hash),
            samples: passed.samples.clone(),
            hash: passed.hash,
            policy: passed.policy.clone(),
        };
        Self {
            passed: Some(Arc::new(passed)),
            ..self.clone()
        }
    }

    /// The samples of which the policy of quality holds, of those that may be seen; `None` without a policy.
    pub(crate) fn qc_passed_samples(&self) -> Option<SampleSet> {
        let passed = &self.passed.as_ref()?.samples;
        Some(match self.visible_samples() {
            Some(visible) => passed.intersection(visible),
            None => passed.clone(),
        })
    }

    /// The hash of the policy of quality, where there is one: [`QcPolicy::hash`](crate::QcPolicy::hash).
    pub fn qc_policy(&self) -> Option<PolicyHash> {
        self.passed.as_ref().map(|passed| passed.hash)
    }

    /// The policy of quality as text, where there is one.
    pub fn qc_policy_text(&self) -> Option<&str> {
        self.passed.as_ref().map(|passed| passed.policy.as_str())
    }

    /// The same, where a name of a term or a gene means all that have it, whatever is recorded of whom. Elsewhere one of
    /// several is meant by what is recorded, or it is an error; but that must not be seen of what few people have.
    pub(crate) fn with_all_meant(self) -> Self {
        Self {
            all_meant: true,
            ..self
        }
    }

    /// Whether a name means all that have it.
    pub(crate) fn is_all_meant(&self) -> bool {
        self.all_meant
    }

    /// The contigs of the assembly that the holder states.
    pub(super) fn stated(&self) -> Option<&ContigNames> {
        self.stated.as_deref()
    }

    /// The same with other names of contigs, and so with other computed identifiers.
    pub(super) fn with_names(self, names: Arc<ContigNames>) -> Self {
        Self {
            known_ids: Arc::default(),
            stated: Some(names),
            ..self
        }
    }

    /// What is known of the batches together: see [`Opened::batches`].
    pub(crate) fn batches(&self) -> Result<&Batches> {
        self.check()?;
        self.dataset.batches()
    }

    /// Names the state, and who of it may be seen: equal ids, equal answers.
    pub fn id(&self) -> &str {
        match &self.passed {
            Some(passed) => &passed.id,
            None => self.visible.id(),
        }
    }

    /// Where computed identifiers are that were looked for.
    pub(crate) fn known_ids(&self) -> &KnownIds {
        &self.known_ids
    }

    /// Whether all may be seen: see [`Self::whole`].
    pub(super) fn is_whole(&self) -> bool {
        self.visible.is_whole()
    }

    /// The subjects that may be seen; `None` is all.
    pub(crate) fn visible_subjects(&self) -> Option<&SampleSet> {
        self.visible.subjects()
    }

    /// The samples that may be seen; `None` is all.
    pub(crate) fn visible_samples(&self) -> Option<&SampleSet> {
        self.visible.samples()
    }

    /// The individuals that may be seen; `None` is all.
    pub(crate) fn visible_individuals(&self) -> Option<&SampleSet> {
        self.visible.individuals()
    }

    /// Of whom records may be read, and what was recorded of them; `None` is of all.
    pub(crate) fn seen(&self) -> Result<Option<Seen<'_>>> {
        self.check()?;
        match self.people() {
            Some(people) => self.visible.seen(people),
            None => Ok(None),
        }
    }

    /// Whether the rows of a variant, by part, are of those who may be seen: of others nothing is shown, not even that
    /// there is one.
    pub(crate) fn shows_rows(&self, rows: impl Iterator<Item = (usize, u32)>) -> Result<bool> {
        let (mut recorded, mut carried) = (false, false);
        for (number, row) in rows {
            let Some(part) = self.parts().get(number) else {
                continue;
            };
            let segment = self.segment(part)?;
            let mut counter = RowCounter::of(segment, self.scope(number, segment));
            recorded = recorded || !self.is_merged(number) || counter.has_record(row)?;
            if counter.is_carried(row)? {
                carried = true;
                if self.sees_part(number) && counter.counts(row)?.ac > 0 {
                    return Ok(true);
                }
            }
        }
        Ok(recorded && !carried)
    }

    /// Whether somebody of a part may be seen, or it has no samples: else nothing of it is.
    pub(crate) fn sees_part(&self, part: usize) -> bool {
        self.visible.has_part(part)
    }

    /// Of whom of a part is counted where no group is asked of.
    pub(crate) fn scope(&self, part: usize, segment: &Segment) -> BatchScope {
        self.visible.scope(part, segment)
    }

    /// The batches that have a sample in common with this one, of those who may be seen.
    pub(crate) fn sharing<'a>(&'a self, batches: &'a Batches, batch: u32) -> &'a [u32] {
        let of_visible = self.visible.sharing(batch);
        of_visible.unwrap_or_else(|| batches.sharing(batch))
    }

    /// Whether a sample may be seen.
    pub(crate) fn sees(&self, sample: u32) -> bool {
        self.visible_samples()
            .is_none_or(|samples| samples.contains(sample))
    }

    /// The dataset that it is of.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.dataset.path()
    }

    /// Refuses what is of another view: its numbers are of other people.
    pub(crate) fn refuse_foreign(&self, what: &str, view: &str) -> Result<()> {
        match view == self.id() {
            true => Ok(()),
            false => Err(Error::Usage(format!(
                "{what} of snapshot {view} does not fit {}, which is snapshot {}: ask again",
                self.path().display(),
                self.id()
            ))),
        }
    }

    /// Names the state that was opened: equal ids, equal answers.
    pub fn snapshot(&self) -> &str {
        self.dataset.snapshot()
    }

    pub(crate) fn loader(&self) -> Option<&dyn FileLoader> {
        self.dataset.loader()
    }

    /// The assembly, where it is known.
    pub fn assembly(&self) -> Option<Assembly> {
        self.contig_names().assembly()
    }

    /// How many samples.
    pub fn sample_count(&self) -> u32 {
        self.visible_samples()
            .map_or_else(|| self.universe(), |samples| samples.len() as u32)
    }

    /// The name of a sample by its number.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where there is no such number; [`Error::Damaged`].
    pub fn sample_name(&self, sample: u32) -> Result<&str> {
        if !self.sees(sample) {
            return Err(Error::Usage(format!("there is no sample {sample} here")));
        }
        self.samples().name(sample)
    }

    /// The number of a sample by its name.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn sample_number(&self, name: &str) -> Result<Option<u32>> {
        self.check()?;
        let number = self.samples().number(name)?;
        Ok(number.filter(|&sample| self.sees(sample)))
    }

    /// Names of all samples, by number.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn sample_names(&self) -> Result<impl Iterator<Item = &str>> {
        self.check()?;
        let names = (0..).zip(self.samples().all()?);
        Ok(names.filter_map(|(sample, name)| self.sees(sample).then_some(name)))
    }

    /// Names of the contigs, in the dataset's order.
    pub fn contigs(&self) -> impl Iterator<Item = &str> {
        self.manifest()
            .contigs
            .iter()
            .map(|contig| contig.name.as_str())
    }

    /// Where the rows that may be seen are kept, by contig; `None` where all may be.
    pub(crate) fn rows_seen(&self) -> Option<&OnceLock<Vec<u64>>> {
        self.visible.rows()
    }

    /// How many records those have who may be seen.
    pub(crate) fn people_records(&self) -> Result<u32> {
        self.visible.records(self.people())
    }
}

impl Deref for View {
    type Target = Opened;

    fn deref(&self) -> &Opened {
        &self.dataset
    }
}
