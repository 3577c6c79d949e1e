//! Instructions of small questions, counted by callgrind: the same in every run, whatever else the machine
//! does. Needs valgrind and `gungraun-runner`; CONTRIBUTING.md says how builds are compared.
//!
//! Each question is asked once before it is counted: what is counted reads no file for the first time.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::expect_used,
    clippy::exit,
    reason = "the harness is made by macros, and a bench that cannot run says why by failing"
)]

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use gungraun::prelude::*;
use varidex::{
    BuildOptions, Dataset, GroupExpr, PeopleOptions, Position, SampleSet, VariantExpr, View,
};
use varidex_benches::{Class, Random, Result, of_class, sites};
use varidex_simulate::{Options, simulate};

const SAMPLES: usize = 2_000;
const VARIANTS: usize = 4_000;
/// Alleles of a class that are looked up.
const ALLELES: usize = 100;
const SYNDROME: &str = "similar(\"congenital myasthenic syndrome\")";

/// Where this build keeps its cohort.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("instructions")
}

/// Simulates and builds, unless this program did so before: formats of others differ.
fn prepare() {
    let made = || -> Result<()> {
        let folder = folder();
        let (program, whole) = (std::env::current_exe()?, folder.join("whole"));
        let time = |path: &Path| fs::metadata(path).and_then(|known| known.modified());
        if time(&whole).is_ok_and(|made| time(&program).is_ok_and(|built| built < made)) {
            return Ok(());
        }
        fs::create_dir_all(&folder)?;
        let options = Options {
            samples: SAMPLES,
            variants: VARIANTS,
            people: true,
            annotations: true,
            overwrite: true,
            ..Options::default()
        };
        let cohort = simulate(&options, &folder, &mut |_, _| true)?;
        // older builds write one file of people
        let files = ["people.ndjson", "populations.tsv"].map(|name| folder.join(name));
        let files: Vec<PathBuf> = files.into_iter().filter(|file| file.exists()).collect();
        let options = BuildOptions {
            replace: true,
            genes: vec![folder.join("genes.gff3.gz")],
            people: PeopleOptions {
                files,
                ontologies: vec![folder.join("terms.obo"), folder.join("diseases.hpoa")],
                ..PeopleOptions::default()
            },
            ..BuildOptions::default()
        };
        let to = folder.join("cohort.vdx");
        varidex::build(&[&cohort.genotypes], &to, &options, &mut |_| true)?;
        write_alleles(&Dataset::open(&to)?.view(), &folder)?;
        Ok(fs::write(whole, "")?)
    };
    made().expect("a cohort to ask");
}

/// The alleles to look up, a file for each class.
fn write_alleles(dataset: &View, folder: &Path) -> Result<()> {
    let all = sites(dataset)?;
    let mut random = Random::new(5);
    for class in Class::ALL {
        let mut text = String::new();
        for site in random.draw(ALLELES, &of_class(&all, class)) {
            let position = site.position.one_based();
            text += &format!(
                "{}\t{position}\t{}\t{}\n",
                site.contig, site.reference, site.alternate
            );
        }
        fs::write(folder.join(class.name()), text)?;
    }
    Ok(())
}

fn dataset() -> View {
    Dataset::open(folder().join("cohort.vdx"))
        .expect("the cohort")
        .view()
}

/// A dataset and what is asked of it.
struct Known<T> {
    dataset: View,
    asked: T,
}

/// Contig, position, REF, ALT.
type Allele = (String, Position, String, String);

fn alleles(class: &str) -> Known<Vec<Allele>> {
    let text = fs::read_to_string(folder().join(class)).expect("alleles");
    let allele = |line: &str| {
        let mut fields = line.split('\t').map(str::to_owned);
        let mut field = || fields.next().unwrap_or_default();
        let (contig, position) = (field(), field().parse().expect("a position"));
        let position = Position::from_one_based(position).expect("a position");
        (contig, position, field(), field())
    };
    let known = Known {
        dataset: dataset(),
        asked: text.lines().map(allele).collect(),
    };
    looked_up(&known, true);
    known
}

fn looked_up(known: &Known<Vec<Allele>>, carriers: bool) -> u64 {
    let mut sum = 0;
    for (contig, position, reference, alternate) in &known.asked {
        let found = known
            .dataset
            .allele(contig, *position, reference, alternate);
        if let Some(allele) = found.expect("an answer") {
            match carriers {
                true => allele
                    .carriers(|carrier| sum += u64::from(carrier.sample))
                    .expect("carriers"),
                false => sum += allele.counts().expect("counts").ac,
            }
        }
    }
    sum
}

#[library_benchmark]
#[bench::singleton(args = ("singleton"), setup = alleles)]
#[bench::rare(args = ("rare"), setup = alleles)]
#[bench::low(args = ("low"), setup = alleles)]
#[bench::common(args = ("common"), setup = alleles)]
fn allele_counts(known: Known<Vec<Allele>>) -> (u64, Known<Vec<Allele>>) {
    (black_box(looked_up(&known, false)), known)
}

#[library_benchmark]
#[bench::singleton(args = ("singleton"), setup = alleles)]
#[bench::rare(args = ("rare"), setup = alleles)]
#[bench::low(args = ("low"), setup = alleles)]
#[bench::common(args = ("common"), setup = alleles)]
fn allele_carriers(known: Known<Vec<Allele>>) -> (u64, Known<Vec<Allele>>) {
    (black_box(looked_up(&known, true)), known)
}

fn question(text: &str) -> Known<String> {
    let known = Known {
        dataset: dataset(),
        asked: text.to_owned(),
    };
    answered(&known);
    known
}

fn answered(known: &Known<String>) -> u64 {
    let group = known.dataset.ask(known.asked.as_str());
    group.expect("an answer").count()
}

#[library_benchmark]
#[bench::region(args = ("carriers(22:20,000,000-21,000,000)"), setup = question)]
#[bench::region_rare(args = ("carriers(22:20,000,000-21,000,000 & af<0.01)"), setup = question)]
#[bench::region_hom(args = ("carriers(22:20,000,000-21,000,000, hom)"), setup = question)]
#[bench::at_least(args = ("carriers(22 & type:snv & (af<0.01 | n_hom>0), at_least: 2)"), setup = question)]
#[bench::gene(args = ("carriers(gene:PTEN & af<0.01)"), setup = question)]
#[bench::gene_term(args = ("carriers(gene:TLR7 & af<0.01) & disease:\"COVID-19\""), setup = question)]
#[bench::gene_similar(args = (&format!("carriers(gene:RYR1 & af<0.01) & {SYNDROME}")), setup = question)]
#[bench::impact_similar(args = (&format!("carriers(gene:RYR1 & impact>=moderate & af<0.01) & {SYNDROME}")), setup = question)]
#[bench::two_genes(args = ("carriers(gene:PTEN & af<0.01) & carriers(gene:BRAF & af<0.01) & treatment:\"vemurafenib\""), setup = question)]
#[bench::compound(args = ("carriers(gene:RYR1 & af<0.01, compound)"), setup = question)]
#[bench::people(args = ("disease:\"COVID-19\" & sex:female"), setup = question)]
fn ask(known: Known<String>) -> (u64, Known<String>) {
    (black_box(answered(&known)), known)
}

/// Counts of every row in a tenth of the people.
fn grouped(of: &str) -> Known<String> {
    let known = question("all");
    counted(&known, of == "full");
    known
}

fn counted(known: &Known<String>, full: bool) -> u64 {
    let dataset = &known.dataset;
    let people = Random::new(2).choose(SAMPLES / 10, SAMPLES);
    let names = people
        .iter()
        .map(|&person| dataset.sample_name(person).expect("a name"));
    let group = dataset.ask(GroupExpr::samples(names)).expect("a group");
    let mut variants = dataset.variants_in("22", &group).expect("variants");
    let mut sum = 0;
    while let Some(mut variant) = variants.next().expect("a variant") {
        sum += match full {
            true => variant.counts().expect("counts").n_hom,
            false => variant.ac_an().expect("counts").0,
        };
    }
    sum
}

#[library_benchmark]
#[bench::ac_an(args = ("ac_an"), setup = grouped)]
fn group_ac_an(known: Known<String>) -> (u64, Known<String>) {
    (black_box(counted(&known, false)), known)
}

#[library_benchmark]
#[bench::full(args = ("full"), setup = grouped)]
fn group_counts(known: Known<String>) -> (u64, Known<String>) {
    (black_box(counted(&known, true)), known)
}

#[library_benchmark]
fn open() -> View {
    black_box(dataset())
}

#[library_benchmark]
#[bench::allele("22:16050075:A:G")]
fn parse_where(text: &str) -> bool {
    black_box(black_box(text).parse::<VariantExpr>().is_ok())
}

#[library_benchmark]
#[bench::question(
    "carriers(22:16,000,000-17,000,000 & type:snv & (af<0.01 | n_hom>0), at_least: 2) & !samples(HG00096)"
)]
fn parse_who(text: &str) -> bool {
    black_box(black_box(text).parse::<GroupExpr>().is_ok())
}

fn two_sets(sizes: [usize; 2]) -> [SampleSet; 2] {
    let mut random = Random::new(3);
    sizes.map(|size| random.choose(size, 100_000).into_iter().collect())
}

#[library_benchmark]
#[bench::sparse(args = ([500, 500]), setup = two_sets)]
#[bench::dense(args = ([50_000, 30_000]), setup = two_sets)]
#[bench::mixed(args = ([500, 50_000]), setup = two_sets)]
fn sets(sets: [SampleSet; 2]) -> ([SampleSet; 3], [SampleSet; 2]) {
    let [a, b] = black_box(&sets);
    let made = [a.intersection(b), a.union(b), a.difference(b)];
    (black_box(made), sets)
}

library_benchmark_group!(
    name = questions,
    benchmarks = [
        allele_counts,
        allele_carriers,
        ask,
        group_ac_an,
        group_counts,
        open
    ]
);
library_benchmark_group!(name = parts, benchmarks = [parse_where, parse_who, sets]);

main!(
    setup = prepare(),
    library_benchmark_groups = [questions, parts]
);
