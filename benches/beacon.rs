//! Requests to a beacon, from the request to the response as it is sent, in one process.
//!
//! Simulated cohorts with people; each figure is the median of so many rounds. Arguments: the folder where cohorts are
//! kept between runs (`target/bench-data`), and the rounds (101).

#![allow(clippy::print_stdout, reason = "a program that prints a table")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use varidex::{Access, Beacon, BeaconConfig, BeaconRequest, Dataset, Granularity};
use varidex_benches::{Result, known_cohort};

/// Where cohorts are kept.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/bench-data");

const CONFIG: &str = r#"
id = "org.example.bench"
name = "Bench"
environment = "test"
alternative_url = "https://example.org"
[organization]
id = "example"
name = "Example"
logo_url = "https://example.org/logo.png"
[[datasets]]
id = "cohort"
name = "Cohort"
path = "cohort.vdx"
case_level = false
[datasets.frequencies]
source = "Example"
source_reference = "https://example.org"
country = "population"
"#;

fn prepare(dir: &Path, samples: usize, variants: usize) -> Result<PathBuf> {
    known_cohort(
        &dir.join(format!("beacon-{samples}x{variants}")),
        samples,
        variants,
    )
}

/// A beacon with three populations of a cohort: with sexes and everybody that is 12 groups.
fn beacon(view: &varidex::View) -> Result<Beacon> {
    let mut config = CONFIG.to_owned();
    config.push_str("[datasets.frequencies.labels]\n");
    let populations = view.groups_by(&view.by(&["population"])?, None)?;
    let names = populations
        .into_iter()
        .filter_map(|(values, _)| values.into_iter().next()?);
    for (name, label) in names.zip(["FI", "SE", "EE"]) {
        config.push_str(&format!("{name:?} = {label:?}\n"));
    }
    let config: BeaconConfig = config.parse()?;
    Ok(Beacon::new(config, vec![view.clone()])?)
}

fn measure(
    name: &str,
    beacon: &Beacon,
    request: &BeaconRequest<'_>,
    of: Granularity,
    rounds: usize,
) {
    let mut times: Vec<Duration> = Vec::new();
    let mut last = None;
    for _ in 0..rounds {
        let started = Instant::now();
        let answer = beacon.answer(request, Some(Access::up_to(of)));
        times.push(started.elapsed());
        last = Some(answer);
    }
    times.sort();
    let answer = last.expect("a round at least");
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    println!(
        "{name:<44} {:>10.1} µs {:>9} bytes",
        times[rounds / 2].as_secs_f64() * 1e6,
        answer.body.len()
    );
}

fn main() -> Result<()> {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|text| !text.starts_with("--"));
    let dir = PathBuf::from(arguments.next().unwrap_or_else(|| DATA.to_owned()));
    let rounds: usize = arguments.next().map_or(Ok(101), |text| text.parse())?;
    for (samples, variants) in [(2_504, 20_000), (100_000, 5_000)] {
        let view = Dataset::open(prepare(&dir, samples, variants)?)?.view();
        println!("## {samples} samples, {variants} variants");
        let beacon = beacon(&view)?;
        let mut rows = view.variants("ac>=20")?;
        let mut one = rows.next()?.expect("a variant");
        let (contig, start) = (one.contig().to_owned(), one.interval()?.start);
        let (reference, alternate) = one.alleles()?;
        let [reference, alternate] = [reference, alternate].map(String::from_utf8_lossy);
        let exact = format!(
            "referenceName={contig}&start={start}&referenceBases={reference}&alternateBases={alternate}"
        );
        let yes_or_no = Granularity::Boolean;
        let request = BeaconRequest::get("/g_variants", &exact);
        measure(
            "an allele: yes or no, GET",
            &beacon,
            &request,
            yes_or_no,
            rounds,
        );
        let body = format!(
            "{{\"meta\":{{\"apiVersion\":\"v2.0\"}},\"query\":{{\"requestParameters\":{{\"referenceName\":\"{contig}\",\
             \"start\":[{start}],\"referenceBases\":\"{reference}\",\"alternateBases\":\"{alternate}\"}}}}}}"
        );
        let request = BeaconRequest::post("/g_variants", body.as_bytes());
        measure(
            "an allele: yes or no, POST",
            &beacon,
            &request,
            yes_or_no,
            rounds,
        );
        let terms = view.find_terms(Some("COVID-19"))?;
        let term = terms.first().expect("a term").id.clone();
        let query = format!("geneId=TLR7&filters={term}&requestedGranularity=count");
        let request = BeaconRequest::get("/individuals", &query);
        measure(
            "carriers in a gene with a disease: how many",
            &beacon,
            &request,
            Granularity::Count,
            rounds,
        );
        let query = format!(
            "referenceName={contig}&start=0&end=2147483647&requestedGranularity=record&limit=1000"
        );
        let request = BeaconRequest::get("/g_variants", &query);
        measure(
            "1,000 of all variants with 12 groups each",
            &beacon,
            &request,
            Granularity::Record,
            rounds.min(11),
        );
        let mut end = start;
        // a stretch of about 1,000 variants
        let mut number = 0;
        let mut rows = view.variants(&*contig)?;
        while let Some(variant) = rows.next()? {
            number += 1;
            end = variant.interval()?.start;
            if number == 1_000 {
                break;
            }
        }
        let query = format!(
            "referenceName={contig}&start=0&end={end}&requestedGranularity=record&limit=1000"
        );
        let request = BeaconRequest::get("/g_variants", &query);
        measure(
            "a range of 1,000 with 12 groups each",
            &beacon,
            &request,
            Granularity::Record,
            rounds.min(11),
        );
    }
    Ok(())
}
