//! A beacon over a published file beside the beacon over its dataset.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod answers;
mod beside;
mod files;

use super::*;
use crate::maintain::{BuildOptions, build};
use crate::publish::{PublishOptions, publish};
use std::collections::BTreeMap;

const OPEN: &str =
    "name = 'open'\ngranularity = 'record'\ntwo_tailed = false\nzero = 'shown'\ncombine = true";
pub(super) fn config(floor: u64, more: &str, of_dataset: &str) -> BeaconConfig {
    let text = format!(
        "id = 'b'\nname = 'B'\nenvironment = 'test'\nalternative_url = 'https://example.org'\nfloor = {floor}\n{more}\n\
         [organization]\nid = 'o'\nname = 'O'\nlogo_url = 'https://example.org/l'\n\
         [[datasets]]\nid = 'd'\nname = 'D'\npath = 'd'\ncase_level = false\n{of_dataset}\n"
    );
    text.parse().unwrap()
}

const FREQUENCIES: &str =
    "[datasets.frequencies]\nsource = 's'\nsource_reference = 'https://example.org'";

pub(super) fn ask(
    beacon: &Beacon,
    path: &str,
    query: &str,
    granularity: Granularity,
) -> (u16, Value) {
    let query = format!("requestedGranularity={granularity}&limit=1000&{query}");
    let request = BeaconRequest::get(path, &query);
    let answer = beacon.answer(&request, Some(Access::up_to(granularity)));
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

pub(super) fn total(answer: &Value) -> Option<u64> {
    answer["responseSummary"]["numTotalResults"].as_u64()
}

pub(super) fn error_of(answer: &(u16, Value)) -> (u16, &str) {
    (
        answer.0,
        answer.1["error"]["errorMessage"]
            .as_str()
            .unwrap_or_default(),
    )
}

pub(super) type Populations = BTreeMap<String, Value>;

/// Populations of each record, by its id.
pub(super) fn records(answer: &(u16, Value)) -> BTreeMap<String, Populations> {
    assert_eq!(answer.0, 200, "{}", answer.1);
    let sets = answer.1["response"]["resultSets"].as_array().unwrap();
    let Some(set) = sets.first() else {
        return BTreeMap::new();
    };
    assert_eq!(set["beaconId"], "b");
    let all = set["results"].as_array().unwrap().iter().map(|record| {
        let id = record["variantInternalId"].as_str().unwrap().to_owned();
        let of = record["frequencyInPopulations"][0]["frequencies"].as_array();
        let of = of.into_iter().flatten().map(|numbers| {
            let label = numbers["population"].as_str().unwrap().to_owned();
            (label, numbers.clone())
        });
        (id, of.collect())
    });
    let found: Vec<(String, Populations)> = all.collect();
    let count = found.len();
    let found: BTreeMap<_, _> = found.into_iter().collect();
    assert_eq!(found.len(), count);
    found
}

pub(super) fn number(of: &Value, key: &str) -> u64 {
    of[key].as_u64().unwrap_or_else(|| panic!("{key} of {of}"))
}

/// Forty people of two countries and two sexes, and a file of them. Of site `n` from 0, `n` people have one copy.
fn forty(folder: &Path, policy: &str, by: &[&str]) -> (View, std::path::PathBuf) {
    let contigs = "##contig=<ID=22,length=51304566>\n##contig=<ID=1,length=249250621>\n";
    forty_on(contigs, folder, policy, by)
}

fn forty_on(contigs: &str, folder: &Path, policy: &str, by: &[&str]) -> (View, std::path::PathBuf) {
    let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    let mut text = format!("##fileformat=VCFv4.3\n{contigs}{columns}");
    let mut people = "individual_id\tsample\tsex\tcountry\n".to_owned();
    for person in 0..40 {
        text += &format!("\tS{person}");
        let country = ["FI", "SE"][person % 2];
        let sex = ["female", "male"][person / 2 % 2];
        people += &format!("P{person}\tS{person}\t{sex}\t{country}\n");
    }
    for site in 0..30 {
        let alleles = match site {
            20 => "CAAAA\tC",
            _ => "A\tG",
        };
        text += &format!(
            "\n22\t{}\trs{site}\t{alleles}\t.\tPASS\t.\tGT",
            101 + 10 * site
        );
        for person in 0..40 {
            text += if person < site { "\t0/1" } else { "\t0/0" };
        }
    }
    std::fs::write(folder.join("a.vcf"), text + "\n").unwrap();
    std::fs::write(folder.join("people.tsv"), people).unwrap();
    let mut options = BuildOptions::default();
    options.people.files = vec![folder.join("people.tsv")];
    let to = folder.join("d.vdx");
    build(&[folder.join("a.vcf")], &to, &options, &mut |_| true).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let out = folder.join("out.vdx");
    let options = PublishOptions {
        by: by.iter().map(|&field| field.to_owned()).collect(),
        ..PublishOptions::new(policy.parse().unwrap(), "forty")
    };
    publish(&view, &options, &out).unwrap();
    (view, out)
}

fn beacon_of(file: &Path, floor: u64) -> Beacon {
    let file = Published::open(file).unwrap();
    Beacon::new(config(floor, "", ""), vec![file]).unwrap()
}
