//! Benches of the engine alone: `cargo bench -p varidex-benches`.

use std::error::Error;
use std::ffi::OsString;
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput};
use varidex::{BuildOptions, Dataset, Group, GroupExpr, Position, SampleSet, VariantExpr, View};
use varidex_benches::{
    Build, Class, Figure, Random, Result, Site, against, of_class, simulated, sites,
};

const PEOPLE: usize = 2_000;
const VARIANTS: usize = 10_000;

/// How often two builds are run in turn.
const TURNS: usize = 5;

fn main() -> std::result::Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let mut after = arguments.iter().skip_while(|word| *word != "--against");
    if let (Some(_), Some(older)) = (after.next(), after.next()) {
        let folder = tempfile::tempdir()?;
        return against(older.as_ref(), folder.path(), TURNS, &figures_of);
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1_200))
        .without_plots()
        .configure_from_args();
    let folder = tempfile::tempdir()?;
    let source = simulated(folder.path(), PEOPLE, VARIANTS)?;
    let shared = built(&source, &folder.path().join("shared.vdx"))?;
    let sites = sites(&shared)?;

    lookups(&mut criterion, &shared, &sites)?;
    for count in [32, 1_000] {
        segments(&mut criterion, count, folder.path())?;
    }
    groups(&mut criterion, &shared, folder.path())?;
    questions(&mut criterion, &shared)?;
    sets(&mut criterion);
    expressions(&mut criterion, &sites);
    builds(&mut criterion, &source, folder.path());
    criterion.final_summary();
    Ok(ExitCode::SUCCESS)
}

/// The figures of one run of a build, in the format that Rust's own benches print.
fn figures_of(build: &Build) -> Result<Vec<Figure>> {
    let mut command = Command::new(&build.binary);
    command
        .args(["--bench", "--output-format", "bencher"])
        .env("CRITERION_HOME", &build.folder);
    let text = build.output(&mut command)?;
    let mut figures = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let Some(at) = words.iter().position(|word| *word == "bench:") else {
            continue;
        };
        if let (["test", name @ ..], [_, nanoseconds, ..]) = words.split_at(at) {
            let name: Vec<&str> = name.iter().copied().filter(|word| *word != "...").collect();
            figures.push(Figure {
                what: name.join(" "),
                value: nanoseconds.replace(',', "").parse::<f64>()? / 1e9,
                time: true,
                answer: String::new(),
            });
        }
    }
    Ok(figures)
}

fn options() -> BuildOptions {
    BuildOptions {
        threads: Some(2),
        replace: true,
        ..BuildOptions::default()
    }
}

fn built(source: &Path, to: &Path) -> Result<View> {
    varidex::build(&[source], to, &options(), &mut |_| true)?;
    Ok(Dataset::open(to)?.view())
}

/// One allele: its counts, its carriers, opening included.
fn lookups(criterion: &mut Criterion, dataset: &View, all: &[Site]) -> Result<()> {
    let mut group = criterion.benchmark_group("open");
    let path = dataset.path().to_owned();
    group.bench_function("open", |b| b.iter(|| Dataset::open(&path)));
    group.finish();

    let mut random = Random::new(1);
    for class in Class::ALL {
        let drawn = of_class(all, class);
        let drawn = random.draw(1_000, &drawn);
        let Some(first) = drawn.first() else {
            continue;
        };
        carriers_of(dataset, first)?;
        let mut group = criterion.benchmark_group(format!("allele/{}", class.name()));
        let mut next = drawn.iter().cycle();
        group.bench_function("counts", |b| {
            b.iter(|| next.next().map(|site| counts_of(dataset, site)));
        });
        let mut next = drawn.iter().cycle();
        group.bench_function("carriers", |b| {
            b.iter(|| next.next().map(|site| carriers_of(dataset, site)));
        });
        let expressions: Vec<String> = drawn
            .iter()
            .map(|site| format!("carriers({})", site.expression()))
            .collect();
        let mut next = expressions.iter().cycle();
        group.bench_function("ask", |b| {
            b.iter(|| next.next().map(|text| dataset.ask(text).map(|g| g.count())));
        });
        group.finish();
    }
    Ok(())
}

/// Sites of each segment of [`segments`], of which the first page is full.
const SEGMENT_SITES: usize = 1_200;

/// Many segments, each a batch of its own with the same sites: opening, and an allele that all of them have.
fn segments(criterion: &mut Criterion, count: usize, folder: &Path) -> Result<()> {
    let mut random = Random::new(4);
    let inputs: Vec<PathBuf> = (0..count)
        .map(|n| folder.join(format!("of_{count}_{n}.vcf")))
        .collect();
    for (n, input) in inputs.iter().enumerate() {
        let people: Vec<String> = (0..4).map(|person| format!("S{n}_{person}")).collect();
        write_independent(input, &people, SEGMENT_SITES, 0.2, &mut random)?;
    }
    let to = folder.join(format!("of_{count}.vdx"));
    varidex::build(&inputs, &to, &options(), &mut |_| true)?;
    inputs.iter().try_for_each(std::fs::remove_file)?;

    let mut group = criterion.benchmark_group(format!("segments/{count}"));
    group.bench_function("open", |b| {
        let opened = |()| Dataset::open(&to).map(|dataset| dataset.view());
        b.iter_batched(|| (), opened, BatchSize::PerIteration);
    });
    group.bench_function("first lookup", |b| {
        let opened = || Dataset::open(&to).map(|dataset| dataset.view());
        let asked = |view: varidex::Result<View>| {
            let view = view?;
            let counts = allele_at(&view, 1)?;
            Ok::<_, varidex::Error>((view, counts))
        };
        b.iter_batched(opened, asked, BatchSize::PerIteration);
    });
    let view = Dataset::open(&to)?.view();
    allele_at(&view, 1)?;
    group.throughput(Throughput::Elements(count as u64));
    group.bench_function("counts", |b| {
        b.iter(|| allele_at(&view, 1 + random.below(SEGMENT_SITES)));
    });
    let mut lookup = view.lookup(None)?;
    group.bench_function("lookup", |b| {
        b.iter(|| {
            let position = Position::from_one_based(1 + random.below(SEGMENT_SITES) as i64);
            position.map(|position| lookup.counts("1", position, "A", "C"))
        });
    });
    group.finish();
    Ok(())
}

fn allele_at(view: &View, position: usize) -> varidex::Result<Option<u64>> {
    let Some(position) = Position::from_one_based(position as i64) else {
        return Ok(None);
    };
    let allele = view.allele("1", position, "A", "C")?;
    allele
        .map(|allele| allele.counts().map(|c| c.ac))
        .transpose()
}

fn counts_of(dataset: &View, site: &Site) -> varidex::Result<Option<u64>> {
    let allele = dataset.allele(
        &site.contig,
        site.position,
        &site.reference,
        &site.alternate,
    )?;
    allele
        .map(|allele| allele.counts().map(|c| c.ac))
        .transpose()
}

fn carriers_of(dataset: &View, site: &Site) -> varidex::Result<u64> {
    let allele = dataset.allele(
        &site.contig,
        site.position,
        &site.reference,
        &site.alternate,
    )?;
    let mut sum = 0;
    if let Some(allele) = allele {
        allele.carriers(|carrier| sum += u64::from(carrier.sample))?;
    }
    Ok(sum)
}

/// Counts in groups, by the form that sets are stored in: genotypes drawn independently of each
/// other give lists and flat bits, shared haplotypes give runs.
fn groups(criterion: &mut Criterion, shared: &View, folder: &Path) -> Result<()> {
    let mut random = Random::new(2);
    let people = random.choose(PEOPLE / 10, PEOPLE);
    for (form, frequency) in [("list", 0.004), ("flat", 0.4)] {
        let source = folder.join(format!("{form}.vcf"));
        let names: Vec<String> = (0..PEOPLE).map(|person| format!("S{person}")).collect();
        write_independent(&source, &names, 500, frequency, &mut random)?;
        let dataset = built(&source, &folder.join(format!("{form}.vdx")))?;
        group_counts(criterion, form, &dataset, "all", &people)?;
    }
    group_counts(criterion, "runs", shared, "af>=0.05", &people)
}

fn write_independent(
    path: &Path,
    people: &[String],
    sites: usize,
    frequency: f64,
    random: &mut Random,
) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(
        out,
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">"
    )?;
    write!(out, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT")?;
    people
        .iter()
        .try_for_each(|person| write!(out, "\t{person}"))?;
    for position in 1..=sites {
        write!(out, "\n1\t{position}\t.\tA\tC\t.\tPASS\t.\tGT")?;
        for _ in people {
            let copy = |carries| u8::from(carries);
            let (a, b) = (random.unit() < frequency, random.unit() < frequency);
            write!(out, "\t{}|{}", copy(a), copy(b))?;
        }
    }
    writeln!(out)?;
    Ok(out.flush()?)
}

fn group_counts(
    criterion: &mut Criterion,
    form: &str,
    dataset: &View,
    of: &str,
    people: &[u32],
) -> Result<()> {
    let names: std::result::Result<Vec<&str>, _> =
        people.iter().map(|&p| dataset.sample_name(p)).collect();
    let group = dataset.ask(format!("samples({})", names?.join(",")).as_str())?;
    let rows = count_rows(dataset, of, &group, false)?.1;
    let mut bench = criterion.benchmark_group(format!("group/{form}"));
    bench.throughput(Throughput::Elements(rows));
    bench.bench_function("ac_an", |b| {
        b.iter(|| count_rows(dataset, of, &group, false));
    });
    bench.bench_function("counts", |b| {
        b.iter(|| count_rows(dataset, of, &group, true));
    });
    bench.finish();
    Ok(())
}

fn count_rows(dataset: &View, of: &str, group: &Group, full: bool) -> varidex::Result<(u64, u64)> {
    let mut variants = dataset.variants_in(of, group)?;
    let (mut ac, mut rows) = (0, 0);
    while let Some(mut variant) = variants.next()? {
        ac += match full {
            true => variant.counts()?.ac,
            false => variant.ac_an()?.0,
        };
        rows += 1;
    }
    Ok((ac, rows))
}

/// Whole questions over a region.
fn questions(criterion: &mut Criterion, dataset: &View) -> Result<()> {
    let everybody = dataset.all()?;
    let rows = count_rows(dataset, "all", &everybody, true)?.1;
    let mut group = criterion.benchmark_group("region");
    let contig = dataset.contigs().next().unwrap_or_default().to_owned();
    for (name, text) in [
        ("carriers", format!("carriers({contig})")),
        ("carriers rare", format!("carriers({contig} & af<0.01)")),
        ("carriers hom", format!("carriers({contig}, hom)")),
    ] {
        dataset.ask(text.as_str())?;
        group.throughput(Throughput::Elements(rows));
        group.bench_function(name, |b| {
            b.iter(|| dataset.ask(text.as_str()).map(|group| group.count()));
        });
    }
    group.bench_function("stored counts", |b| {
        b.iter(|| count_rows(dataset, "all", &everybody, true));
    });
    group.finish();
    Ok(())
}

fn sets(criterion: &mut Criterion) {
    let mut random = Random::new(3);
    let n = 100_000;
    for (name, sizes) in [
        ("sparse", [500, 500]),
        ("dense", [50_000, 30_000]),
        ("mixed", [500, 50_000]),
    ] {
        let [a, b] = sizes.map(|size| random.choose(size, n).into_iter().collect::<SampleSet>());
        let mut group = criterion.benchmark_group(format!("set/{name}"));
        set_benches(&mut group, &a, &b);
        group.finish();
    }
}

fn set_benches(group: &mut BenchmarkGroup<'_, WallTime>, a: &SampleSet, b: &SampleSet) {
    group.bench_function("intersection", |bench| {
        bench.iter(|| black_box(a).intersection(black_box(b)));
    });
    group.bench_function("union", |bench| {
        bench.iter(|| black_box(a).union(black_box(b)));
    });
    group.bench_function("difference", |bench| {
        bench.iter(|| black_box(a).difference(black_box(b)));
    });
    group.bench_function("iterate", |bench| {
        bench.iter(|| black_box(a).iter().map(u64::from).sum::<u64>());
    });
}

fn expressions(criterion: &mut Criterion, all: &[Site]) {
    let mut group = criterion.benchmark_group("parse");
    let allele = all.first().map(Site::expression).unwrap_or_default();
    group.bench_function("allele", |b| {
        b.iter(|| black_box(&allele).parse::<VariantExpr>())
    });
    let question = "carriers(22:16,000,000-17,000,000 & type:snv & (af<0.01 | n_hom>0), at_least: 2) & !samples(HG00096)";
    group.bench_function("question", |b| {
        b.iter(|| black_box(question).parse::<GroupExpr>())
    });
    group.finish();
}

fn builds(criterion: &mut Criterion, source: &Path, folder: &Path) {
    let mut group = criterion.benchmark_group("build");
    group.sample_size(10);
    group.throughput(Throughput::Elements((PEOPLE * VARIANTS) as u64));
    let to = folder.join("again.vdx");
    group.bench_function("vcf.gz", |b| {
        b.iter(|| varidex::build(&[source], &to, &options(), &mut |_| true));
    });
    group.finish();
}
