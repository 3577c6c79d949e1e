//! What mixed capture kits cost: counts of every variant in groups of people with different kits, beside the same people
//! and variants of one file and one kit. AN of each group at each variant is compared with what was written.

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use varidex::{BuildOptions, Dataset, View, build};
use varidex_benches::{Random, Result};

/// Bases between two sites.
const STEP: usize = 100;
/// Sites that a kit covers or misses together.
const STRETCH: usize = 5;

/// Measures mixed kits.
#[derive(Debug, Parser)]
struct Arguments {
    /// People.
    #[arg(long, default_value_t = 2_000)]
    samples: usize,
    /// Sites.
    #[arg(long, default_value_t = 20_000)]
    sites: usize,
    /// Kits, each of as many people.
    #[arg(long, default_value_t = 4)]
    kits: usize,
    /// Share of genotypes that are not called.
    #[arg(long, default_value_t = 0.01)]
    missing: f64,
    /// Rounds of which the median is taken.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir()?;
    let (inputs, known) = write(&arguments, folder.path())?;
    let mixed = folder.path().join("mixed.vdx");
    let options = BuildOptions {
        callable_table: Some(folder.path().join("kits.tsv")),
        ..BuildOptions::default()
    };
    build(&inputs, &mixed, &options, &mut |_| true)?;
    let single = folder.path().join("single.vdx");
    let one = [folder.path().join("one.vcf")];
    build(&one, &single, &BuildOptions::default(), &mut |_| true)?;
    let (mixed, single) = (
        Dataset::open(&mixed)?.view(),
        Dataset::open(&single)?.view(),
    );
    let wrong = check(&arguments, &mixed, &known)?;
    println!("variants with a wrong AN\t{wrong}");
    println!("counts of\tmixed kits, ms\tone kit, ms\tratio");
    for (label, groups) in [("everybody", 0), ("each kit", arguments.kits)] {
        let of = |view: &View| median(arguments.rounds, || counted(view, groups));
        let (mixed, single) = (of(&mixed)?, of(&single)?);
        println!("{label}\t{mixed:.1}\t{single:.1}\t{:.2}", mixed / single);
    }
    match wrong {
        0 => Ok(()),
        _ => Err(format!("{wrong} variants have a wrong AN").into()),
    }
}

/// The known copies of the people of each kit at a site; `None` where the kit does not cover it.
type Known = Vec<Vec<Option<u64>>>;

/// Writes a file of people and a BED file for each kit, and a file of all people together.
fn write(arguments: &Arguments, folder: &Path) -> Result<(Vec<PathBuf>, Known)> {
    let Arguments {
        samples,
        sites,
        kits,
        missing,
        ..
    } = *arguments;
    let mut random = Random::new(1);
    let of_kit = |kit: usize| (0..samples).filter(move |sample| sample % kits == kit);
    let header = |people: &mut dyn Iterator<Item = usize>| {
        let names: Vec<String> = people.map(|sample| format!("S{sample}")).collect();
        let names = names.join("\t");
        format!(
            "##fileformat=VCFv4.3\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
             #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{names}\n"
        )
    };
    let create = |name: String| File::create(folder.join(name)).map(BufWriter::new);
    let mut table = create("kits.tsv".to_owned())?;
    writeln!(table, "sample\tcallable")?;
    let (mut files, mut beds, mut inputs) = (Vec::new(), Vec::new(), Vec::new());
    for kit in 0..kits {
        let mut file = create(format!("{kit}.vcf"))?;
        file.write_all(header(&mut of_kit(kit)).as_bytes())?;
        files.push(file);
        beds.push(create(format!("{kit}.bed"))?);
        inputs.push(folder.join(format!("{kit}.vcf")));
        for sample in of_kit(kit) {
            writeln!(table, "S{sample}\t{kit}.bed")?;
        }
    }
    let mut one = create("one.vcf".to_owned())?;
    one.write_all(header(&mut (0..samples)).as_bytes())?;
    let mut known = Known::new();
    let mut covered = vec![true; kits];
    for site in 0..sites {
        let position = STEP * (site + 1);
        if site % STRETCH == 0 {
            covered
                .iter_mut()
                .for_each(|covers| *covers = random.unit() < 0.7);
            for (bed, _) in beds.iter_mut().zip(&covered).filter(|(_, covers)| **covers) {
                writeln!(
                    bed,
                    "1\t{}\t{}",
                    position - 10,
                    position + STEP * STRETCH - 20
                )?;
            }
        }
        // most variants are rare
        let frequency = 0.3 * random.unit().powi(8) + 0.5 / samples as f64;
        let mut cells: Vec<&str> = Vec::with_capacity(samples);
        for sample in 0..samples {
            let covers = covered.get(sample % kits).copied().unwrap_or_default();
            let (a, b) = (random.unit() < frequency, random.unit() < frequency);
            cells.push(match (covers, random.unit() < missing) {
                (false, _) => "0/0",
                (true, true) => "./.",
                (true, false) if a && b => "1/1",
                (true, false) if a || b => "0/1",
                (true, false) => "0/0",
            });
        }
        let line = |cells: &[&str]| {
            format!(
                "1\t{position}\t.\tA\tG\t.\t.\t.\tGT\t{}\n",
                cells.join("\t")
            )
        };
        one.write_all(line(&cells).as_bytes())?;
        let mut of_site = Vec::with_capacity(kits);
        for (kit, file) in files.iter_mut().enumerate() {
            let own: Vec<&str> = of_kit(kit)
                .filter_map(|sample| cells.get(sample).copied())
                .collect();
            let covers = covered.get(kit).copied().unwrap_or_default();
            // who has no record of it was called, and is reference: so are those who were not called where nobody carries
            let carried = own.iter().any(|cell| cell.contains('1'));
            if covers && carried {
                file.write_all(line(&own).as_bytes())?;
            }
            let missing = own.iter().filter(|cell| carried && **cell == "./.").count();
            of_site.push(covers.then_some(2 * (own.len() - missing) as u64));
        }
        known.push(of_site);
    }
    for mut file in files.into_iter().chain(beds).chain([one, table]) {
        file.flush()?;
    }
    Ok((inputs, known))
}

/// How many variants have another AN than was written, among everybody or in a kit.
fn check(arguments: &Arguments, view: &View, known: &Known) -> Result<usize> {
    let groups = kits(view, arguments.kits)?;
    let mut variants = view.variants_by("all", &groups)?;
    let mut wrong = 0;
    while let Some(mut variant) = variants.next()? {
        let site = variant.position()?.one_based() as usize / STEP - 1;
        let expected = known.get(site).cloned().unwrap_or_default();
        let mut right = variant.counts()?.an == expected.iter().copied().sum::<Option<u64>>();
        for (number, expected) in expected.into_iter().enumerate() {
            right &= variant.counts_of(number)?.an == expected;
        }
        wrong += usize::from(!right);
    }
    Ok(wrong)
}

fn kits(view: &View, count: usize) -> Result<Vec<varidex::Group>> {
    let people = view.sample_count() as usize;
    let groups = (0..count).map(|kit| {
        let names: Vec<String> = (kit..people)
            .step_by(count.max(1))
            .map(|sample| format!("S{sample}"))
            .collect();
        Ok(view.ask(&format!("samples({})", names.join(",")))?)
    });
    groups.collect()
}

/// Counts every variant among everybody, and in the groups of some kits.
fn counted(view: &View, count: usize) -> Result<()> {
    let groups = kits(view, count)?;
    let mut variants = view.variants_by("all", &groups)?;
    let mut sum = 0;
    while let Some(mut variant) = variants.next()? {
        sum += variant.counts()?.an.unwrap_or_default();
        for group in 0..count {
            sum += variant.counts_of(group)?.an.unwrap_or_default();
        }
    }
    std::hint::black_box(sum);
    Ok(())
}

/// The median of what each round takes, in milliseconds.
fn median(rounds: usize, mut round: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds.max(1) {
        let started = Instant::now();
        round()?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}
