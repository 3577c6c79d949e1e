//! The arguments.

use crate::commands::audit::Audit;
use crate::commands::beacon::Beacon;
use crate::commands::cohort::Cohort;
use crate::commands::compact::Compact;
use crate::commands::consent::{Consent, Seen, Withdraw};
use crate::commands::demo::Demo;
use crate::commands::look::{Genes, Individual, Samples, Terms};
use crate::commands::publish::Publish;
use crate::commands::simulate::Simulate;
use crate::table::{PlainFormat, Written};
use clap::{ArgGroup, Args, Parser, Subcommand};
use std::path::PathBuf;
use varidex::{Annotations, Assembly};

/// An embedded index of a cohort's variants and its people.
///
/// WHERE picks variants (`22:16,000,000-17,000,000 & af<0.01`), GROUP picks people
/// (`carriers(22:16050075:A:G, hom) & !samples(HG00096)`). What begins with `{` is their JSON form.
/// Only `@` marks a file: `samples(@ids.txt)`, `individuals(@ids.txt)`, `regions(@capture.bed)`; `@-` is
/// standard input.
///
/// `varidex help expressions` is the reference of expressions, `varidex help tables` that of columns, `varidex
/// help people-tables` that of tables of people. The book, in `docs/` of the sources, begins with tutorials.
///
/// Exit codes: 0 done; 1 verify found damage; 2 wrong usage or expression; 3 input refused;
/// 4 dataset damaged, too new or too old; 5 input/output; 130 interrupted, 143 terminated.
#[derive(Debug, Parser)]
#[command(name = "varidex", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// No progress and no messages, only answers and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build a dataset from VCF and BCF files
    Build(Build),
    /// Add VCF and BCF files to a dataset that is there
    Add(Add),
    /// Load what is known of people into a dataset, or count the people that are there
    People(People),
    /// Withdraw people or samples: they are absent from every answer from now on
    Withdraw(Withdraw),
    /// Take a withdrawal back
    Restore(Withdraw),
    /// Load lists of decisions about the use of data, or, without a list, what is decided
    Consent(Consent),
    /// Read the audit log of a ledger: what was asked under policies, and what became of it
    Audit(Audit),
    /// Name groups of people: virtual cohorts
    Cohort(Cohort),
    /// What a dataset holds, its sizes and its snapshot id
    Info(Info),
    /// Check every checksum and every invariant; exit 1 where something is damaged
    Verify(Verify),
    /// The states of a dataset that can be opened, and how each was made
    Snapshots(Snapshots),
    /// Merge segments of a dataset to fewer, with the same answers
    Compact(Compact),
    /// The variants that an expression picks
    Variants(Variants),
    /// Counts and frequencies of variants, in everybody or in a group
    Frequencies(Frequencies),
    /// Who carries variants, one line for each sample and variant
    Carriers(Carriers),
    /// Which people an expression picks
    Ask(Ask),
    /// All that is recorded of an individual
    Individual(Individual),
    /// Search terms by their words, with how many people have them
    Terms(Terms),
    /// The genes, or those of a name
    Genes(Genes),
    /// The samples, of which individual each is, and what is known of it
    Samples(Samples),
    /// Write variants and genotypes back to VCF or BCF
    Export(Export),
    /// Write a VCF or BCF file again, with counts of cohorts beside each of its alleles
    Annotate(Annotate),
    /// Write counts by strata to a file, as a policy shows them, and nothing of a person
    Publish(Publish),
    /// Answer a request of Beacon 2: JSON on standard input, the response on standard output
    Beacon(Beacon),
    /// Write a synthetic cohort with the true answers
    Simulate(Simulate),
    /// Simulate a cohort, build its index, ask, and show answers beside the truth
    Demo(Demo),
    /// Write the completions of a shell to standard output
    Completions(Completions),
}

#[derive(Debug, Args)]
pub(crate) struct Build {
    /// VCF or BCF files, compressed or not; `-` is standard input, `@FILE` a list of files, one a line
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// The directory to make, by custom NAME.vdx
    #[arg(long, short, value_name = "DATASET")]
    pub(crate) output: PathBuf,
    /// Replace a dataset that is there already
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) options: Reading,
}

/// The options of the first build hold and need not be given again; others than those are an error. Samples that are
/// there keep their numbers, and nothing that is stored of them is read or written again. Where a sample has records
/// already over a stretch of a contig, an input with others there is refused.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The dataset
    pub(crate) dataset: PathBuf,
    /// VCF or BCF files, compressed or not; `-` is standard input, `@FILE` a list of files, one a line
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Leave small batches of files of one sample as they are, however many there are
    #[arg(long)]
    pub(crate) no_compact: bool,
    #[command(flatten)]
    pub(crate) options: Reading,
}

/// How inputs are read and stored.
#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// INFO keys to keep as typed columns; a key that no input declares is an error
    #[arg(long, value_name = "KEY,...", value_delimiter = ',')]
    pub(crate) info: Vec<String>,
    /// Reference sequence to trim and left-align alleles against
    #[arg(long, value_name = "FASTA")]
    pub(crate) reference: Option<PathBuf>,
    /// Gene models: GFF3, GTF, BED or refFlat, of the assembly of the genotypes; as often as there are files
    #[arg(long, value_name = "FILE")]
    pub(crate) genes: Vec<PathBuf>,
    /// Bases on both sides of each gene that count as the gene's
    #[arg(long, value_name = "N", default_value_t = 0, requires = "genes")]
    pub(crate) pad: u32,
    /// Which annotation to store: auto (the first of CSQ, ANN, BCSQ that describes its fields), csq, ann, bcsq or
    /// none; who wrote it is seen by the fields
    #[arg(long, value_name = "WHICH", default_value = "auto")]
    pub(crate) annotations: Annotations,
    /// The assembly, where the header does not say it; one that contradicts the header is an error
    #[arg(long, value_name = "NAME")]
    pub(crate) assembly: Option<Assembly>,
    /// Genotypes with a lower GQ (or RGQ, where there is none) count as missing
    #[arg(long, value_name = "N")]
    pub(crate) min_gq: Option<f64>,
    /// Genotypes with a lower DP (or MIN_DP, where there is none) count as missing
    #[arg(long, value_name = "N")]
    pub(crate) min_dp: Option<f64>,
    /// Genotypes on X and Y by the sexes of --people: outside of the pseudoautosomal regions one copy in males, and none
    /// known in females on Y; what that changes is reported
    #[arg(long)]
    pub(crate) sex_ploidy: bool,
    /// BED file of the regions where genotypes of the inputs could be called: who has no record of a variant there is
    /// reference, and counted in AN
    #[arg(long, value_name = "BED", conflicts_with = "callable_table")]
    pub(crate) callable: Option<PathBuf>,
    /// The same for each sample by itself: a table with the columns sample and callable, which is a BED file, relative to
    /// the table, or `.`
    #[arg(long, value_name = "TSV")]
    pub(crate) callable_table: Option<PathBuf>,
    /// Sort unsorted input instead of refusing it
    #[arg(long)]
    pub(crate) sort: bool,
    /// Refuse malformed records one by one instead of stopping at the first
    #[arg(long)]
    pub(crate) skip_malformed: bool,
    /// Worker threads [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) threads: Option<usize>,
    /// Memory to use at most, about: bytes, or with K, M, G; at least 1M
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = size)]
    pub(crate) memory: u64,
    /// People to load when the genotypes are stored: as `varidex people` takes them
    #[arg(long, value_name = "FILE|DIR", num_args = 1..)]
    pub(crate) people: Vec<PathBuf>,
    /// What the columns of tables of people mean
    #[arg(long, value_name = "MAPPING", requires = "people")]
    pub(crate) people_map: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) known: Known,
    /// Also write the report as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
}

/// How many states are kept.
#[derive(Debug, Args)]
pub(crate) struct Keeping {
    /// Keep so many states of the dataset, the new one among them: `--snapshot` asks those before
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep: u32,
}

/// The state of a dataset that is asked.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct State {
    /// Ask an earlier state that is kept (`varidex snapshots` lists them), by its id or the first digits of it
    #[arg(long, value_name = "ID", help_heading = "Options")]
    pub(crate) snapshot: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Snapshots {
    /// The dataset
    pub(crate) dataset: PathBuf,
    #[command(flatten)]
    pub(crate) written: Written,
}

/// What is known of people.
#[derive(Debug, Args)]
pub(crate) struct Known {
    /// Ontologies: OBO, OBO graphs, hierarchies as tables, SSSOM, phenotype.hpoa
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) ontology: Vec<PathBuf>,
    /// Columns sample and individual, and attributes of samples: of which individual each is
    #[arg(long, value_name = "TSV")]
    pub(crate) sample_map: Option<PathBuf>,
    /// A table of samples: a column sample, and attributes of samples, as measures of quality; as often as there are tables
    #[arg(long, value_name = "TSV")]
    pub(crate) sample_table: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct People {
    /// The dataset
    #[arg(required_unless_present = "guess")]
    pub(crate) dataset: Option<PathBuf>,
    /// Phenopackets, Beacon individuals, tables or pedigrees; folders of them. They replace all that is known of people: give
    /// all files at once
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) known: Known,
    /// What the columns of tables mean
    #[arg(long, value_name = "MAPPING")]
    pub(crate) map: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
    /// Memory to load people with at most, about: bytes, or with K, M, G; at least 1M
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = size)]
    pub(crate) memory: u64,
    /// Write a mapping for this table, to be looked over
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dataset", "files"])]
    pub(crate) guess: Option<PathBuf>,
    /// Count across these, as `varidex frequencies --by` takes them: sex, population, ..., attribute.NAME; age or
    /// age(18,40,65); a term, as HP:0001250; NAME=GROUP, as often as there are groups of one's own
    #[arg(long, value_name = "FIELD,...", conflicts_with = "files")]
    pub(crate) by: Vec<String>,
    /// Count only terms recorded as: phenotype, disease, treatment, ...
    #[arg(long, conflicts_with = "files")]
    pub(crate) scope: Option<varidex::Scope>,
    /// Count only so many terms
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) top: usize,
    #[command(flatten)]
    pub(crate) written: Written,
    #[command(flatten)]
    pub(crate) seen: Seen,
}

#[derive(Debug, Args)]
pub(crate) struct Info {
    /// The dataset, or a published file
    pub(crate) dataset: PathBuf,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The numbers of HealthDCAT-AP as JSON-LD: records, individuals, typical ages, populations, coding systems; with --policy as it
    /// shows them
    #[arg(long, conflicts_with = "json")]
    pub(crate) dcat: bool,
    /// The identifier of what is described, such as GDI-EE-ORG-20260101000000000
    #[arg(long, value_name = "ID", requires = "dcat", value_parser = crate::commands::dcat::identifier)]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) seen: Seen,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The dataset, or a published file
    pub(crate) dataset: PathBuf,
    /// The ed25519 public key, in PEM, of who published the file: its signature in OUT.vdx.sig is checked, too
    #[arg(long, value_name = "PUBLIC.pem", conflicts_with = "snapshot")]
    pub(crate) key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) state: State,
}

#[derive(Debug, Args)]
pub(crate) struct Variants {
    /// The dataset
    pub(crate) dataset: PathBuf,
    /// Which variants, such as `22:16,000,000-17,000,000 & af<0.01`
    #[arg(value_name = "WHERE", required = true)]
    pub(crate) of: Option<String>,
    /// Only these people: of whom counts and carriers are. Which variants there are depends on WHERE alone
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// Only rows behind the one that this token is of
    #[arg(long, value_name = "TOKEN")]
    pub(crate) after: Option<varidex::RowToken>,
    #[command(flatten)]
    pub(crate) written: Written,
    #[command(flatten)]
    pub(crate) seen: Seen,
}

#[derive(Debug, Args)]
pub(crate) struct Carriers {
    #[command(flatten)]
    pub(crate) variants: Variants,
    /// Pairs of variants of one sample in one gene, on different copies as far as is known
    #[arg(long, conflicts_with = "trio")]
    pub(crate) compound: bool,
    /// Only children of this pedigree, and from whom they have each variant
    #[arg(long, value_name = "PED")]
    pub(crate) trio: Option<PathBuf>,
}

/// A published file may stand in the place of the dataset: WHERE is then of regions, alleles and counts of everybody, GROUP is a union of
/// its strata, as in `FI|SE_F`, and `--by` is of fields that its strata are made by.
#[derive(Debug, Args)]
#[command(mut_arg("of", |of| of.required(false).required_unless_present("sites")))]
pub(crate) struct Frequencies {
    #[command(flatten)]
    pub(crate) variants: Variants,
    /// Count by the values of these, a column each: population, sex, cohort, ..., attribute.NAME; age or age(18,40,65)
    /// for bands of ages; a term, as HP:0001250, for present and absent; NAME=GROUP, as often as there are groups of one's own
    #[arg(long, value_name = "FIELD,...")]
    pub(crate) by: Vec<String>,
    /// Compare these people with the controls: odds ratio, and Fisher's exact test of the alleles
    #[arg(
        long,
        value_name = "GROUP",
        requires = "controls",
        conflicts_with = "by"
    )]
    pub(crate) cases: Option<String>,
    /// The people that cases are compared with; nobody can be both
    #[arg(long, value_name = "GROUP", requires = "cases")]
    pub(crate) controls: Option<String>,
    /// The alleles of this VCF or BCF file in its order instead of WHERE, also those that nobody has: then `an` is
    /// missing where somebody was not looked at. `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["of", "after"])]
    pub(crate) sites: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("answer"))]
pub(crate) struct Ask {
    /// The dataset
    pub(crate) dataset: PathBuf,
    /// Which people, such as `carriers(22:16050075:A:G)`
    #[arg(value_name = "GROUP")]
    pub(crate) who: String,
    /// How many people (what is answered by default)
    #[arg(long, group = "answer")]
    pub(crate) count: bool,
    /// Whether there is anybody: true or false
    #[arg(long, group = "answer")]
    pub(crate) exists: bool,
    /// The ids of people, one a line (names of samples of which no person is known); where a similarity is asked for, with
    /// scores and a header, the most similar first
    #[arg(long, group = "answer")]
    pub(crate) ids: bool,
    /// Only the first so many ids
    #[arg(long, value_name = "N", requires = "ids")]
    pub(crate) top: Option<usize>,
    /// What was done to find them
    #[arg(long, group = "answer")]
    pub(crate) explain: bool,
    /// How the answer is written; an answer without scores has no header
    #[arg(long, value_enum, default_value_t = PlainFormat::Tsv)]
    pub(crate) format: PlainFormat,
    #[command(flatten)]
    pub(crate) seen: Seen,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The dataset, or a published file: then there are no genotypes, but counts in INFO
    pub(crate) dataset: PathBuf,
    /// Which variants, such as `22:16,000,000-17,000,000 & af<0.01`
    #[arg(value_name = "WHERE", default_value = "all")]
    pub(crate) of: String,
    /// Only these people
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// The file: its name ends with .vcf, .vcf.gz, .bcf, or of a published file .parquet; `-` is VCF to standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Threads that compress [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) threads: Option<usize>,
    #[command(flatten)]
    pub(crate) seen: Seen,
}

/// Every record is written as it was read, with INFO fields more, each with a value for each ALT:
/// NAME_AC (copies that carry it), NAME_AN (copies with a known allele), NAME_AF (AC / AN), NAME_HOM and
/// NAME_HEMI (samples with two copies or more, all of them the ALT, and with one copy, the ALT).
///
/// AC=0 with a number in AN: everybody was looked at there, and nobody carries it. AC=0 and AN=.: somebody was
/// not looked at, or the dataset does not have the contig. AC=. and AN=.: `*`, `<*>` and `<NON_REF>`, and alleles
/// that may be one of the dataset's variants, which it cannot decide without a reference (a message counts these).
/// A place was looked at where a record of the same REF, or one without change, is over it.
///
/// Alleles are matched however they are spelled, symbolic ones by text and extent. VCF is written of VCF, BCF of
/// BCF.
#[derive(Debug, Args)]
pub(crate) struct Annotate {
    /// VCF or BCF, compressed or not, sorted or not; `-` is standard input
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// A dataset to count in, and what the INFO keys begin with [default: VDX]; several may be given
    #[arg(long, required = true, value_name = "[NAME=]DATASET", num_args = 1..)]
    pub(crate) with: Vec<String>,
    /// Only these people
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// Also by these, as `varidex frequencies --by` takes them: NAME_AC_FIN
    #[arg(long, value_name = "FIELD,...")]
    pub(crate) by: Vec<String>,
    /// Only records with an ALT of which this holds, such as `af<0.01 | ac=0`, in each dataset; of an AF that is
    /// not known nothing holds
    #[arg(long, value_name = "COUNTS")]
    pub(crate) filter: Option<String>,
    /// The file: its name ends with .vcf, .vcf.gz or .bcf; `-` is standard output, of VCF as text
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// Threads that work [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) threads: Option<usize>,
    #[command(flatten)]
    pub(crate) seen: Seen,
}

/// What a shell completes commands and options by.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell; in bash: `source <(varidex completions bash)`
    pub(crate) shell: clap_complete::Shell,
}

pub(crate) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".to_owned()),
        Ok(n) => Ok(n),
        Err(_) => Err("not a whole number".to_owned()),
    }
}

/// Reads bytes: a number with K, M, G or T (powers of 1024), or without.
///
/// # Errors
///
/// What was expected.
pub fn size(text: &str) -> Result<u64, String> {
    let upper = text.trim().to_ascii_uppercase();
    let bare = upper.strip_suffix('B').unwrap_or(&upper);
    let bare = bare.strip_suffix('I').unwrap_or(bare);
    let (digits, power) = match bare.char_indices().next_back() {
        Some((at, unit)) if unit.is_ascii_alphabetic() => {
            let power = "KMGT"
                .find(unit)
                .ok_or("expected a number with K, M, G or T")?;
            (bare.get(..at).unwrap_or_default(), power + 1)
        }
        _ => (bare, 0),
    };
    let number: f64 = digits.trim().parse().map_err(|_| "not a number of bytes")?;
    let bytes = number * 1024f64.powi(power as i32);
    if !(bytes.is_finite() && (1.0..=u64::MAX as f64).contains(&bytes)) {
        return Err("not a number of bytes".to_owned());
    }
    Ok(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_read() {
        assert_eq!(size("1G"), Ok(1 << 30));
        assert_eq!(size("512M"), Ok(512 << 20));
        assert_eq!(size("1.5GiB"), Ok(3 << 29));
        assert_eq!(size("64kb"), Ok(64 << 10));
        assert_eq!(size("1000000"), Ok(1_000_000));
        for bad in ["", "G", "x", "-1", "0", "1Q", "nan", "inf", "1e400"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
