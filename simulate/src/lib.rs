//! Synthetic cohorts with the true answers.
//!
//! [`simulate`] writes genotypes of invented people, and beside them what a correct reader must
//! count in them. The alleles are invented too: they match no reference genome.
//!
//! # The model
//!
//! Genotypes drawn independently of each other would compress badly, and make every method that
//! lives on shared haplotypes look worse than it is; too few haplotypes would flatter it. So:
//!
//! * some hundred founders have a genealogy with recombination, a bottleneck out of Africa and three
//!   continents; mutations on it are the old variants;
//! * every copy of every person walks along the genome as a mosaic of the founders of its
//!   population, and changes founder where it recombined since;
//! * recent variants stand on a few copies that follow the same founder there, preferably in one
//!   population; half of all variants stand on one copy (fewer with fewer than a thousand people,
//!   as in real data). The density of variants grows with the number of people as it did between
//!   published call sets;
//! * recombination is uneven: a sixteenth of the genome is hot.
//!
//! # How real it is
//!
//! Compared with the 30x panel of the 1000 Genomes Project (3,202 people, 57 stretches around
//! genes, 79,602 records, phased, its singletons left out): three seeds, as many people, 80,000
//! variants, nothing missing or unphased. The panel's shares are halved below, as if its singletons
//! had been kept.
//!
//! | | panel | simulated |
//! |---|---|---|
//! | singletons | (left out) | 0.51 |
//! | frequency above 0.1 %, 0.5 %, 1 % | 0.25, 0.14, 0.11 | 0.26, 0.14, 0.11 |
//! | above 5 %, 20 %, 50 % | 0.063, 0.034, 0.015 | 0.059, 0.036, 0.015 |
//! | mean r² of common pairs up to 0.5 kb apart, 2–5, 10–20 | 0.37, 0.29, 0.19 | 0.40, 0.31, 0.18 |
//! | 20–50 kb, 50–100, 100–200, 200–400 | 0.125, 0.054, 0.025, 0.023 | 0.105, 0.049, 0.022, 0.010 |
//! | bytes per record with two carriers or more, BCF with GT only | 181 | 186 |
//! | runs per common variant, copies sorted by 256 of them | 104 | 86 |
//!
//! Common means a minor allele frequency of 5 % for r² and of 1 % for the runs. The panel has 26
//! populations and families, its records have ids, and its blocks of 256 reach over the gaps
//! between the stretches: its bytes and runs are a little high for that.
//!
//! Without [`Options::switch_error`] and [`Options::error`] there are no errors of phasing and of genotyping, and real
//! call sets have some.
//!
//! What is not there: `*` alleles, variants clustered in space, families of more than two generations.
//! A copy may carry a deletion and a variant inside of it.
//!
//! # People
//!
//! With [`Options::people`] there is also what is recorded of people, as in the files of a hospital:
//! common diseases of many; rare ones of one in fifty, of whom a third has no diagnosis; phenotypes
//! present, absent, forgotten and vague; codes of several vocabularies; drugs, markers of tumours, values
//! with and without units. One sample in twenty is nobody's, and some people have no sample. Nothing that
//! is recorded depends on genotypes. `truth.json` has the answers of questions about genes and people,
//! found without the index, its readers or its sets.
//!
//! Children of [`Options::trios`] have copies that are mosaics of their parents', with recombinations at
//! the same rate, and mutations of their own.

mod annotation;
mod answers;
mod cohort;
#[cfg(test)]
mod error_tests;
mod errors;
mod genealogy;
mod genes;
mod mosaic;
mod output;
mod packets;
mod people;
mod persons;
mod random;
mod row;
mod run;
mod sites;
mod spectrum;
#[cfg(test)]
mod tests;
mod trios;
mod vocabulary;

use std::fmt;
use std::path::PathBuf;

pub use run::simulate;

/// A file format of the genotypes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Format {
    /// Plain text.
    Vcf,
    /// Text in BGZF blocks.
    #[default]
    VcfGz,
    /// Binary, in BGZF blocks.
    Bcf,
}

impl Format {
    /// The name of the genotypes' file in the output directory.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Vcf => "cohort.vcf",
            Self::VcfGz => "cohort.vcf.gz",
            Self::Bcf => "cohort.bcf",
        }
    }
}

/// Sex of a simulated person; each makes up half of the cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Two X chromosomes.
    Female,
    /// One X chromosome.
    Male,
}

impl fmt::Display for Sex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Female => "female",
            Self::Male => "male",
        })
    }
}

/// The part of the world with the history that a population shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ancestry {
    /// The oldest, most diverse.
    African,
    /// Behind the bottleneck out of Africa.
    European,
    /// Split from the European one later.
    EastAsian,
}

/// One population of the cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// What stands in `samples.tsv`.
    pub code: String,
    /// The ancestry of its founders.
    pub ancestry: Ancestry,
    /// Its part of the cohort, relative to the other populations' shares.
    pub share: f64,
    /// Share of its ancestry's founders it has lost: 0 for a large population.
    pub bottleneck: f64,
    /// Small share of founders from elsewhere.
    pub admixture: f64,
}

impl Population {
    /// A large population without admixture.
    pub fn new(code: impl Into<String>, ancestry: Ancestry, share: f64) -> Self {
        Self {
            code: code.into(),
            ancestry,
            share,
            bottleneck: 0.0,
            admixture: 0.0,
        }
    }
}

/// What to simulate. All rates are probabilities; start from [`Options::default`].
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// People, each with one sample.
    pub samples: usize,
    /// ALT alleles: a record with two of them counts as two.
    pub variants: usize,
    /// Same seed and options, same bytes.
    pub seed: u64,
    /// Format of the genotypes.
    pub format: Format,
    /// The contig's name. `X` and `chrX` make males haploid outside of GRCh38's pseudo-autosomal
    /// regions; Y and the mitochondrion are not simulated.
    pub contig: String,
    /// The contig's length; without it, GRCh38's for the chromosome of that name.
    pub contig_length: Option<u32>,
    /// First base that can vary, 1-based; without it, a place past the chromosome's first arm's
    /// gaps where there is room.
    pub start: Option<u32>,
    /// Mean bases between records; without it, what is usual for so many samples. Shrinks where
    /// the contig is too short.
    pub spacing: Option<f64>,
    /// The populations, at least one.
    pub populations: Vec<Population>,
    /// Recombinations per base and generation.
    pub recombination: f64,
    /// Mean share of missing genotypes; concentrated in one site of five, as in real call sets.
    pub missing: f64,
    /// Share of the missing genotypes of which one copy is known (`./1`).
    pub half_calls: f64,
    /// Records without phase.
    pub unphased_sites: f64,
    /// Genotypes without phase in records with phase.
    pub unphased_genotypes: f64,
    /// Genotypes written with one copy where two are expected.
    pub haploid: f64,
    /// Chance, at each heterozygous genotype with phase, that from it on the two copies of the sample
    /// are written the other way round: until it happens to the sample again.
    pub switch_error: f64,
    /// Chance of each allele of a genotype to be written as another allele of its record. One carrier of
    /// each allele is spared. An allele of very few is then seen in as many as errors make it. What is counted in
    /// `truth.tsv` and found in `truth.json` is what is written; `de_novo.tsv` has the mutations alone, and no
    /// errors that look like some.
    pub error: f64,
    /// Records with several ALT alleles.
    pub multiallelic: f64,
    /// Records that are insertions or deletions, spelled out.
    pub indels: f64,
    /// Records with a symbolic allele such as `<DEL>`.
    pub structural: f64,
    /// Records with a FILTER other than PASS.
    pub filtered: f64,
    /// Consequences in the genotype file (CSQ), and the genes that they are of, at invented places.
    pub annotations: bool,
    /// People: what is recorded of them, an ontology to ask for it, and the true answers.
    pub people: bool,
    /// Children with both parents in the cohort, as far as its populations have parents. Without a
    /// number, two in a hundred where [`Self::people`] are written, and nobody otherwise.
    pub trios: Option<usize>,
    /// Replace files of an earlier run instead of refusing.
    pub overwrite: bool,
    /// Threads that compress; without influence on what is written.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            samples: 1_000,
            variants: 10_000,
            seed: 1,
            format: Format::default(),
            contig: "chr22".to_owned(),
            contig_length: None,
            start: None,
            spacing: None,
            populations: vec![
                Population {
                    bottleneck: 0.6,
                    ..Population::new("FIN", Ancestry::European, 1.0)
                },
                Population::new("GBR", Ancestry::European, 1.0),
                Population {
                    admixture: 0.02,
                    ..Population::new("IBS", Ancestry::European, 1.0)
                },
                Population::new("YRI", Ancestry::African, 1.0),
                Population::new("CHB", Ancestry::EastAsian, 1.0),
            ],
            recombination: 1e-8,
            missing: 0.001,
            half_calls: 0.02,
            unphased_sites: 0.05,
            unphased_genotypes: 0.0005,
            haploid: 0.0,
            switch_error: 0.0,
            error: 0.0,
            multiallelic: 0.02,
            indels: 0.12,
            structural: 0.002,
            filtered: 0.02,
            annotations: false,
            people: false,
            trios: None,
            overwrite: false,
            threads: 2,
        }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// People.
    pub samples: usize,
    /// Records of the genotype file.
    pub records: u64,
    /// ALT alleles, and lines of the truth after its header.
    pub variants: u64,
    /// First and last position, 1-based; nothing without a record.
    pub span: Option<(u32, u32)>,
    /// The genotypes.
    pub genotypes: PathBuf,
    /// `truth.tsv`: chrom, pos, ref, alt, ac, an, n_het, n_hom, n_hemi, n_missing per ALT allele.
    /// Missing are samples with at least one copy not called, as `N_MISSING` of bcftools: half
    /// calls too, which are het as well where their known copy has the allele.
    pub truth: PathBuf,
    /// `samples.tsv`: sample, sex, population.
    pub people: PathBuf,
    /// What else was written, with what it holds in a few words: `genes.gff3.gz` with annotations or
    /// people; `people.ndjson`, `populations.tsv`, `terms.obo`, `diseases.hpoa` and `truth.json` with
    /// people; `family.ped` and `de_novo.tsv` with trios.
    pub more: Vec<(PathBuf, &'static str)>,
}
