//! Ploidy on X and Y by sex.
//!
//! Callers that know nothing of sex write a man's only copy of X as `1/1` or `0/0`. With
//! [`BuildOptions::sex_ploidy`](super::BuildOptions::sex_ploidy) genotypes outside of the pseudoautosomal regions become
//! what there can be, by the POS of the record as it is written:
//!
//! | written | male, X and Y | female, Y |
//! |---|---|---|
//! | one copy | as written | missing |
//! | two and more copies of one allele | one copy of it | missing |
//! | several alleles, or one known and one not | missing | missing |
//! | nothing known | missing | missing |
//!
//! What is missing has one copy. Females on X, the mitochondrion, other contigs and samples of other or unknown sex
//! stay as they are written. `adjusted_sex_ploidy_expr` of gnomAD's methods has the same
//! rule for the genotypes that it knows, of two copies.

mod work;

use super::report::{PLACES, Refused, Report, SexPloidyReport};
use super::samples::{AllSamples, InputSamples};
use crate::cohort::View;
use crate::error::{Error, Place, Result};
use crate::genome::{Assembly, Chromosome, chromosome_of};
use crate::input::chunk::{Chunk, Polyploid, Record, Span};
use crate::model::Attribute;
use crate::set::{SampleSet, first_copies, get_bit, set_bit, words_for};
use crate::store::coverage::State;
use work::{Work, add_copies, add_differing, written};

/// An allele that is not known.
const UNKNOWN: u32 = u32::MAX;

/// What is expected of genotypes that are set missing.
const EXPECTED: [&str; 3] = [
    "one allele in a male on X or Y outside of the pseudoautosomal regions",
    "no half call in a male on X or Y outside of the pseudoautosomal regions",
    "no genotype of a female on Y outside of the pseudoautosomal regions",
];
const SEVERAL: usize = 0;
const HALF: usize = 1;
const FEMALE: usize = 2;

/// The samples of which genotypes on X and Y go by sex.
pub(super) struct SexPloidy {
    assembly: Assembly,
    /// Samples with one X and one Y, and with two X, by their numbers in the dataset.
    males: SampleSet,
    females: SampleSet,
}

/// Samples with one X and one Y, and with two X, by what is recorded of their people: karyotypes of two sex
/// chromosomes, and where none is recorded the sex.
pub(super) fn males_and_females(people: &View) -> Result<[SampleSet; 2]> {
    let (mut males, mut females) = (SampleSet::new(), SampleSet::new());
    let mut known = SampleSet::new();
    for (karyotype, samples) in people.samples_by(Attribute::Karyotype)? {
        let karyotype = karyotype.trim().to_ascii_uppercase();
        match karyotype.strip_prefix("46,").unwrap_or(&karyotype) {
            "XY" => males = males.union(&samples),
            "XX" => females = females.union(&samples),
            unknown if unknown.starts_with("UNKNOWN") => continue,
            _ => {}
        }
        known = known.union(&samples);
    }
    for (sex, samples) in people.samples_by(Attribute::Sex)? {
        let samples = samples.difference(&known);
        match sex.as_str() {
            "male" => males = males.union(&samples),
            "female" => females = females.union(&samples),
            _ => {}
        }
    }
    Ok([males, females])
}

impl SexPloidy {
    /// By the people of a dataset.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where the sex of no sample is known.
    pub(super) fn of(people: &View, assembly: Assembly) -> Result<Self> {
        let [males, females] = males_and_females(people)?;
        if males.is_empty() && females.is_empty() {
            let message = "sex-ploidy: expected people with a sample and a sex, male or female; found none: the sex \
                 comes from --people, and --sample-map says of whom samples are";
            return Err(Error::Usage(message.to_owned()));
        }
        Ok(Self {
            assembly,
            males,
            females,
        })
    }

    /// What is reported before a genotype is read, of so many samples.
    pub(super) fn report(&self, samples: u64) -> SexPloidyReport {
        let (males, females) = (self.males.len(), self.females.len());
        SexPloidyReport {
            males,
            females,
            others: samples.saturating_sub(males + females),
            ..SexPloidyReport::default()
        }
    }

    /// Of the samples of an input, in the order of its batch.
    pub(super) fn of_input<'a>(
        &self,
        samples: &InputSamples,
        names: &'a AllSamples,
    ) -> InputPloidy<'a> {
        let numbers = |n: u32| match &samples.numbers {
            Some(numbers) => numbers.get(n as usize).copied().unwrap_or(u32::MAX),
            None => samples.first_sample.saturating_add(n),
        };
        let of = |set: &SampleSet| {
            let mut words = vec![0; words_for(samples.count)];
            let members = (0..samples.count).filter(|&n| set.contains(numbers(n)));
            members.for_each(|n| set_bit(&mut words, n));
            words
        };
        let (males, females) = (of(&self.males), of(&self.females));
        InputPloidy {
            assembly: self.assembly,
            samples: samples.count,
            numbers: (0..samples.count).map(numbers).collect(),
            names,
            first_males: first_copies(&males),
            first_females: first_copies(&females),
            males,
            females,
            contig: None,
            shown: [0; 3],
            work: Work::default(),
        }
    }
}

/// The same of the samples of one input.
pub(super) struct InputPloidy<'a> {
    assembly: Assembly,
    samples: u32,
    /// Numbers of the samples in the dataset, and the names of all.
    numbers: Vec<u32>,
    names: &'a AllSamples,
    /// By sample, and over first copies.
    males: Vec<u64>,
    females: Vec<u64>,
    first_males: Vec<u64>,
    first_females: Vec<u64>,
    /// The contig of the record before, and what it is.
    contig: Option<(Vec<u8>, Option<Chromosome>)>,
    /// Genotypes set missing that were shown, by what was expected.
    shown: [usize; 3],
    work: Work,
}

/// What was changed of a record.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Genotypes of which copies of one allele became one copy.
    haploid: u64,
    missing: [u64; 3],
    /// The first of those set missing: what was expected, the sample's name and the genotype.
    found: Vec<(usize, String)>,
}

impl Changes {
    /// Adds them to a report.
    pub(super) fn count(self, file: &str, place: Place, report: &mut Report) {
        let changed = report.sex_ploidy.get_or_insert_default();
        changed.haploid += self.haploid;
        for (which, count) in self.missing.into_iter().enumerate() {
            let expected = EXPECTED.get(which).copied().unwrap_or_default();
            let places = self.found.iter().filter(|(of, _)| *of == which);
            let places = places.map(|(_, found)| (format!("{file}{place}"), found.clone()));
            changed.set_missing(Refused {
                expected: expected.to_owned(),
                count,
                places: places.collect(),
            });
        }
    }
}

impl InputPloidy<'_> {
    /// Changes the genotypes of a chunk; gives what was changed of each record of which something was.
    pub(super) fn apply(&mut self, chunk: &mut Chunk) -> Vec<(u32, Changes)> {
        let mut all = Vec::new();
        for number in 0..chunk.records.len() {
            let Some(record) = chunk.records.get(number) else {
                continue;
            };
            let position = record.position;
            let Some(chromosome) = self.chromosome(chunk.text(record.contig)) else {
                continue;
            };
            if !self.is_ruled(chromosome, position) {
                continue;
            }
            let mut record = record.clone();
            let changes = self.record(chunk, &mut record, chromosome == Chromosome::Y);
            if let Some(slot) = chunk.records.get_mut(number) {
                *slot = record;
            }
            all.push((number as u32, changes));
        }
        all
    }

    /// Lets records without change say nothing behind the next position from which the genotype that they say would be
    /// another one. Gives the records of which that is so.
    pub(super) fn end_at_bounds(&mut self, chunk: &mut Chunk) -> Vec<Place> {
        let mut cut = Vec::new();
        for number in 0..chunk.records.len() {
            let Some(record) = chunk.records.get(number) else {
                continue;
            };
            let known_end = record.end.saturating_sub(record.block_short);
            let from = record.position;
            let Some(chromosome) = self.chromosome(chunk.text(record.contig)) else {
                continue;
            };
            let bounds = self.bounds(chromosome);
            let next = bounds.into_iter().find(|&(bound, _)| bound > from);
            let alts = chunk.alts.get(record.alts.range()).unwrap_or_default();
            let is_unchanged = |text: &[u8]| matches!(text, b"<*>" | b"<NON_REF>");
            let says = alts.is_empty() || alts.iter().any(|alt| is_unchanged(chunk.text(alt.text)));
            if let Some((bound, _)) = next
                && says
                && bound < known_end
                && let Some(record) = chunk.records.get_mut(number)
            {
                record.block_short = record.end.saturating_sub(bound);
                cut.push(record.place);
            }
        }
        cut
    }

    /// X or Y, where the genotypes of some sample are changed.
    fn chromosome(&mut self, contig: &[u8]) -> Option<Chromosome> {
        if let Some((name, chromosome)) = &self.contig
            && name == contig
        {
            return *chromosome;
        }
        let any = |words: &[u64]| words.iter().any(|word| *word != 0);
        let name = std::str::from_utf8(contig).ok();
        let chromosome = name.and_then(chromosome_of).filter(|of| match *of {
            Chromosome::X => any(&self.males),
            Chromosome::Y => any(&self.males) || any(&self.females),
            _ => false,
        });
        self.contig = Some((contig.to_vec(), chromosome));
        chromosome
    }

    /// Whether genotypes at a position of X or Y are changed. The telomere goes with the first base.
    fn is_ruled(&self, chromosome: Chromosome, position: i32) -> bool {
        let position = position.max(0);
        let regions = self.assembly.pseudoautosomal(chromosome).iter();
        !regions
            .into_iter()
            .any(|region| (region.start..region.end).contains(&position))
    }

    /// From which positions on genotypes of X or Y are changed, or no longer, ascending: bounds of pseudoautosomal
    /// regions.
    fn bounds(&self, chromosome: Chromosome) -> Vec<(i32, bool)> {
        let regions = self.assembly.pseudoautosomal(chromosome).iter();
        let bounds = regions.flat_map(|region| [(region.start, false), (region.end, true)]);
        bounds.filter(|&(bound, _)| bound > 0).collect()
    }

    /// Of a contig: whether genotypes are changed at its start, and from which positions on that is otherwise.
    pub(super) fn stretches(&mut self, contig: &[u8]) -> (bool, Vec<(i32, bool)>) {
        match self.chromosome(contig) {
            Some(chromosome) => (self.is_ruled(chromosome, 0), self.bounds(chromosome)),
            None => (false, Vec::new()),
        }
    }

    /// What a record says of the only sample of an input where genotypes are changed, by what is written.
    pub(super) fn state(&mut self, chunk: &Chunk, record: &Record, written: State) -> State {
        if self.chromosome(chunk.text(record.contig)).is_none() {
            return written;
        }
        let polyploid = chunk.polyploid.get(record.polyploid.range());
        let polyploid = polyploid.unwrap_or_default().first();
        let is_one = match polyploid {
            _ if get_bit(&self.females, 0) => false,
            Some(one) => {
                let alleles = chunk.list.get(one.alleles.range()).unwrap_or_default();
                let first = alleles.first().copied().unwrap_or(UNKNOWN);
                first != UNKNOWN && alleles.iter().all(|allele| *allele == first)
            }
            None if written.is_haploid() => return written,
            None => {
                let mut differs = [0];
                for alt in chunk.alts.get(record.alts.range()).unwrap_or_default() {
                    add_differing(chunk, alt.carriers, &mut differs);
                }
                written == State::CALLED && differs == [0]
            }
        };
        match is_one {
            true => State::HAPLOID,
            false => State::HAPLOID_MISSING,
        }
    }

    /// Changes the genotypes of a record.
    fn record(&mut self, chunk: &mut Chunk, record: &mut Record, is_y: bool) -> Changes {
        let mut work = std::mem::take(&mut self.work);
        work.begin(chunk, record, self.samples);
        for alt in chunk.alts.get(record.alts.range()).unwrap_or_default() {
            add_differing(chunk, alt.carriers, &mut work.differs);
        }
        add_differing(chunk, record.missing, &mut work.differs);
        let females = if is_y { &self.first_females[..] } else { &[] };
        let mut changes = Changes::default();
        let examples = work.decide((&self.first_males, females), &mut changes);
        for (which, sample) in examples {
            self.show(which, sample, &mut changes, || {
                written(chunk, record, sample)
            });
        }
        let several = self
            .take_polyploid(chunk, record, is_y, &mut work)
            .into_iter();
        let mut carried: Vec<(u32, u32)> = several
            .filter_map(|one| self.put_polyploid(chunk, &one, &mut work, &mut changes))
            .collect();
        carried.sort_unstable();
        for of_alt in carried.chunk_by(|a, b| a.0 == b.0) {
            add_copies(chunk, record, of_alt, 2 * self.samples);
        }
        work.store(chunk, record, self.samples);
        self.work = work;
        changes
    }

    /// Takes note of a genotype that is set missing, of the first few.
    fn show(
        &mut self,
        which: usize,
        sample: u32,
        changes: &mut Changes,
        genotype: impl FnOnce() -> String,
    ) {
        let Some(shown) = self.shown.get_mut(which).filter(|shown| **shown < PLACES) else {
            return;
        };
        *shown += 1;
        let number = self.numbers.get(sample as usize).copied();
        let name = self.names.name(number.unwrap_or(u32::MAX));
        changes
            .found
            .push((which, format!("{name} {}", genotype())));
    }

    /// Takes the genotypes of more than two copies that change out of a record.
    fn take_polyploid(
        &self,
        chunk: &mut Chunk,
        record: &mut Record,
        is_y: bool,
        work: &mut Work,
    ) -> Vec<Polyploid> {
        let entries = chunk.polyploid.get(record.polyploid.range());
        let entries = entries.unwrap_or_default();
        if entries.is_empty() {
            return Vec::new();
        }
        let is_changed = |one: &&Polyploid| {
            get_bit(&self.males, one.sample) || is_y && get_bit(&self.females, one.sample)
        };
        let (taken, kept): (Vec<&Polyploid>, Vec<&Polyploid>) =
            entries.iter().partition(is_changed);
        let taken: Vec<Polyploid> = taken.into_iter().copied().collect();
        let kept: Vec<Polyploid> = kept.into_iter().copied().collect();
        let start = chunk.polyploid.len() as u32;
        chunk.polyploid.extend(kept);
        let end = chunk.polyploid.len() as u32;
        record.polyploid = Span { start, end };
        for one in &taken {
            set_bit(&mut work.haploid, 2 * one.sample);
            set_bit(&mut work.changed, 2 * one.sample);
        }
        taken
    }

    /// Gives a sample of more than two copies the genotype of one copy; gives the number of the ALT that it carries, and
    /// the copy.
    fn put_polyploid(
        &mut self,
        chunk: &Chunk,
        one: &Polyploid,
        work: &mut Work,
        changes: &mut Changes,
    ) -> Option<(u32, u32)> {
        let sample = one.sample;
        let alleles = chunk.list.get(one.alleles.range()).unwrap_or_default();
        let known = alleles.iter().filter(|allele| **allele != UNKNOWN).count();
        let first = alleles.first().copied().unwrap_or(UNKNOWN);
        let is_one = alleles.iter().all(|allele| *allele == first);
        let is_male = get_bit(&self.males, sample);
        let which = match (is_male, known == alleles.len()) {
            (false, _) => FEMALE,
            (true, true) => SEVERAL,
            (true, false) => HALF,
        };
        if is_male && is_one && known > 0 {
            changes.haploid += 1;
            return (first > 0).then_some((first, 2 * sample));
        }
        set_bit(&mut work.missing, 2 * sample);
        if known > 0 {
            if let Some(count) = changes.missing.get_mut(which) {
                *count += 1;
            }
            let text = |allele: &u32| match *allele {
                UNKNOWN => ".".to_owned(),
                allele => allele.to_string(),
            };
            let separator = if one.phased { "|" } else { "/" };
            // there may be any number of copies
            let shown = || alleles.iter().take(PLACES).map(text).collect::<Vec<_>>();
            let genotype = || shown().join(separator);
            self.show(which, sample, changes, genotype);
        }
        None
    }
}
