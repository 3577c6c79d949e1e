//! What a published file costs: bytes for each site and population, and the times of a look-up and of a range.
//!
//! Counts are simulated: half of the sites are of a few copies, as in large cohorts; frequencies drift apart between
//! populations; at a site up to some hundredths of the people are not called; every 25th site has haploid samples. Nothing is withheld, so that
//! all numbers take their bits.
//!
//! ```sh
//! cargo run --release -p varidex-benches --features testing --bin published
//! ```

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use varidex::testing::{CountedSite, write_published};
use varidex::{
    Access, Beacon, BeaconConfig, BeaconRequest, BeaconSource, Granularity, Interval, Position,
    Published,
};
use varidex_benches::{Random, Result};

/// Measures published files.
#[derive(Debug, Parser)]
struct Arguments {
    /// Sites.
    #[arg(long, default_value_t = 1_000_000)]
    sites: u32,
    /// Populations.
    #[arg(long, default_value_t = 12)]
    populations: u32,
    /// Where the file is written.
    #[arg(long, default_value = "target/bench-data")]
    dir: PathBuf,
    /// Look-ups, and ranges.
    #[arg(long, default_value_t = 200_000)]
    rounds: u32,
}

/// Rows of a range, as many as a gene has.
const RANGE: u32 = 1_833;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.dir)?;
    let path = arguments.dir.join("published.vdx");
    let started = Instant::now();
    let places = write(&arguments, &path)?;
    let written = started.elapsed();
    let file = Published::open(&path)?;
    let bytes = std::fs::metadata(&path)?.len();
    let cells = u64::from(arguments.sites) * u64::from(arguments.populations);
    println!("what\tfigure\tbar");
    println!("write\t{:.1} s\t", written.as_secs_f64());
    println!(
        "bytes of a site and population\t{:.2}\t6",
        bytes as f64 / cells as f64
    );
    let started = Instant::now();
    file.verify()?;
    println!("verify\t{:.1} s\t", started.elapsed().as_secs_f64());
    let mut random = Random::new(7);
    let mut pick = |below: usize| random.below(below);
    // copies that lie one behind the other: what is read at random is the file alone
    let asked: Vec<Place> = (0..arguments.rounds)
        .filter_map(|_| places.get(pick(places.len())).cloned())
        .collect();
    // the first touch of a page is the disk's
    let time = |asked: &[Place]| -> Result<(f64, u64)> {
        let (started, mut sum) = (Instant::now(), 0);
        for (position, reference, alternate) in asked {
            let position = Position::from_zero_based(i64::from(*position)).ok_or("a position")?;
            let site = file.site("22", position, reference, alternate)?;
            sum += site
                .and_then(|site| Some(site.strata().first()?.as_ref()?.ac))
                .unwrap_or(0);
        }
        Ok((
            started.elapsed().as_secs_f64() * 1e6 / asked.len().max(1) as f64,
            sum,
        ))
    };
    time(&asked)?;
    let (look_up, sum) = time(&asked)?;
    println!("look-up, all populations (sum {sum})\t{look_up:.2} µs\t2 µs");
    let ranges = 200u32;
    let started = Instant::now();
    let mut rows = 0u64;
    for _ in 0..ranges {
        let first = pick(places.len().saturating_sub(RANGE as usize));
        let (Some(first), Some(last)) = (places.get(first), places.get(first + RANGE as usize - 1))
        else {
            continue;
        };
        let interval = Interval::new(first.0, last.0 + 1).ok_or("an interval")?;
        let mut sites = file.range("22", interval)?;
        while let Some(site) = sites.next()? {
            rows += u64::from(!site.strata().is_empty());
        }
    }
    let each = started.elapsed().as_secs_f64() * 1e3 / f64::from(ranges);
    println!(
        "range of {} rows\t{each:.2} ms\t5 ms",
        rows / u64::from(ranges)
    );
    ask_beacon(&path, &places, &mut pick)
}

const BEACON: &str = r#"
id = "org.example.bench"
name = "Bench"
environment = "test"
alternative_url = "https://example.org"
page_limit = 2000
[organization]
id = "example"
name = "Example"
logo_url = "https://example.org/logo.png"
[[datasets]]
id = "published"
name = "Published"
path = "published.vdx"
case_level = false
[datasets.frequencies]
source = "Example"
source_reference = "https://example.org"
"#;

/// Ranges of as many rows through a beacon: from the request to the response as it is sent.
fn ask_beacon(
    path: &std::path::Path,
    places: &[Place],
    pick: &mut impl FnMut(usize) -> usize,
) -> Result<()> {
    let config: BeaconConfig = BEACON.parse()?;
    let beacon = Beacon::new(
        config,
        vec![BeaconSource::Published(Published::open(path)?)],
    )?;
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..51 {
        let first = pick(places.len().saturating_sub(RANGE as usize));
        let ends = (places.get(first), places.get(first + RANGE as usize - 1));
        let (Some(first), Some(last)) = ends else {
            continue;
        };
        let query = format!(
            "referenceName=22&start={}&end={}&requestedGranularity=record&limit=2000",
            first.0,
            last.0 + 1
        );
        let request = BeaconRequest::get("/g_variants", &query);
        let started = Instant::now();
        let answer = beacon.answer(&request, Some(Access::up_to(Granularity::Record)));
        times.push(started.elapsed().as_secs_f64() * 1e3);
        if answer.status != 200 {
            return Err(String::from_utf8_lossy(&answer.body).into());
        }
        bytes = answer.body.len();
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    println!("the same through a beacon, as JSON of {bytes} bytes\t{median:.2} ms\t");
    Ok(())
}

/// Position, REF and ALT.
type Place = (i32, String, String);

/// Writes the file, and gives where its sites are.
fn write(arguments: &Arguments, path: &std::path::Path) -> Result<Vec<Place>> {
    let labels: Vec<String> = (0..arguments.populations)
        .map(|n| format!("P{n:02}"))
        .collect();
    let people: Vec<u64> = (0..arguments.populations).map(|n| 500 << (n % 6)).collect();
    let mut random = Random::new(1);
    let mut places = Vec::new();
    let mut position = 16_000_000;
    write_published(path, &labels, || {
        if places.len() >= arguments.sites as usize {
            return None;
        }
        position += 1 + (random.bits() % 50) as i32;
        let alleles = alleles(&mut random);
        places.push((position, alleles.0.clone(), alleles.1.clone()));
        Some(CountedSite {
            position,
            alleles,
            counts: counts(&mut random, &people, places.len().is_multiple_of(25)),
        })
    })?;
    Ok(places)
}

fn alleles(random: &mut Random) -> (String, String) {
    const BASES: [&str; 4] = ["A", "C", "G", "T"];
    let base = |n: u64| {
        BASES
            .get((n % 4) as usize)
            .copied()
            .unwrap_or("A")
            .to_owned()
    };
    let (first, number) = (base(random.bits()), random.bits());
    match number % 100 {
        0 => (
            base(number / 100).repeat(3 + (number / 400 % 40) as usize),
            first,
        ),
        1..8 => (
            first.clone(),
            first + &base(number / 100).repeat(1 + (number / 400 % 6) as usize),
        ),
        _ => (first, base(number / 100 + 1)),
    }
}

/// The total, and each population.
fn counts(random: &mut Random, people: &[u64], is_haploid: bool) -> Vec<[u64; 5]> {
    let rare = random.unit() < 0.5;
    let frequency = match rare {
        true => 2e-5 * random.unit(),
        // 1 / f, from 1e-5 up to 1
        false => 1e-5f64.powf(random.unit()),
    };
    let uncalled = 0.03 * random.unit().powi(3);
    let mut all = vec![[0; 5]];
    let mut total = [0; 5];
    for &n in people {
        let f = (frequency * (0.5 + random.unit())).min(1.0);
        let called = n - (n as f64 * uncalled * random.unit() * 2.0).min(n as f64) as u64;
        let (hom, het, hemi) = {
            let mut expected = |of: f64| (of + random.unit()) as u64;
            match is_haploid {
                true => (0, 0, expected(called as f64 * f).min(called)),
                false => {
                    let hom = expected(called as f64 * f * f).min(called);
                    let het = expected(2.0 * called as f64 * f * (1.0 - f)).min(called - hom);
                    (hom, het, 0)
                }
            }
        };
        let an = if is_haploid { called } else { 2 * called };
        let one = [het + 2 * hom + hemi, an, het, hom, hemi];
        for (sum, number) in total.iter_mut().zip(one) {
            *sum += number;
        }
        all.push(one);
    }
    if let Some(first) = all.first_mut() {
        *first = total;
    }
    all
}
