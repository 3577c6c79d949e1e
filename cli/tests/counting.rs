//! The rows of varidex in `docs/counting/README.md` are what the program says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::varidex;
use std::collections::BTreeMap;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/counting");
const COLUMNS: &str = "ac,an,af,n_het,n_hom,n_hemi,n_missing";

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(FOLDER).join(name)).unwrap()
}

/// The cells of a tool's row, by site.
fn published(tool: &str) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let mut site = String::new();
    for line in read("README.md").lines() {
        if let Some(name) = line.strip_prefix("## ") {
            name.clone_into(&mut site);
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if cells.first() == Some(&tool) {
            let cells = cells.iter().skip(1).map(|cell| (*cell).to_owned());
            found.insert(site.clone(), cells.collect());
        }
    }
    found
}

fn built(options: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let input = format!("{FOLDER}/sites.vcf");
    let output = folder.path().join("x.vdx").display().to_string();
    let report = folder.path().join("report.json").display().to_string();
    let mut all = vec!["build", "-q", &input, "-o", &output, "--report", &report];
    all.extend(options);
    varidex(&all).assert().success().stdout("").stderr("");
    folder
}

fn output(arguments: &[&str]) -> String {
    let assert = varidex(arguments).assert().success();
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

/// The same of the program: what its rows of a site have, once where it is of the record.
fn counted(options: &[&str]) -> BTreeMap<String, Vec<String>> {
    let folder = built(options);
    let dataset = folder.path().join("x.vdx").display().to_string();
    let columns = format!("id,{COLUMNS}");
    let table = output(&["variants", &dataset, "all", "--columns", &columns]);
    let mut found = BTreeMap::<String, Vec<Vec<String>>>::new();
    for line in table.lines().skip(1) {
        let mut cells = line.split('\t').map(str::to_owned);
        let site = cells.next().unwrap();
        found.entry(site).or_default().push(cells.collect());
    }
    let joined = |rows: Vec<Vec<String>>| {
        let cell = |column: usize| {
            let each = rows.iter().map(|row| match column {
                2 => format!("{}", rounded(&row[2])),
                _ => row[column].clone(),
            });
            let each: Vec<String> = each.collect();
            match column {
                // of the record
                1 | 6 => each[0].clone(),
                _ => each.join(","),
            }
        };
        (0..7).map(cell).collect()
    };
    found
        .into_iter()
        .map(|(site, rows)| (site, joined(rows)))
        .collect()
}

/// As the page has it: four digits.
fn rounded(af: &str) -> f64 {
    let af: f64 = af.parse().unwrap();
    format!("{af:.3e}").parse().unwrap()
}

#[test]
fn the_page_says_what_the_program_says() {
    assert_eq!(published("varidex"), counted(&[]));
    let sexes = format!("{FOLDER}/sexes.ped");
    let by_sex = ["--people", &sexes, "--sex-ploidy"];
    assert_eq!(published("varidex, `--sex-ploidy`"), counted(&by_sex));
    assert_eq!(published("varidex").len(), 14);
}

/// The report and `info` say that genotypes go by sex, and what that changed.
#[test]
fn what_is_changed_by_sex_is_reported() {
    let sexes = format!("{FOLDER}/sexes.ped");
    let folder = built(&["--people", &sexes, "--sex-ploidy"]);
    let report = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let changed = &report["sex_ploidy"];
    let count = |name: &str| changed[name].as_u64().unwrap();
    assert_eq!(
        (count("males"), count("females"), count("others")),
        (2, 2, 0)
    );
    // of each site of X and Y
    assert_eq!(
        (count("haploid"), count("missing")),
        (2 + 1 + 1 + 2, 1 + 1 + 2)
    );
    let first = &changed["reasons"][0]["places"][0];
    assert!(
        first["place"].as_str().unwrap().ends_with("sites.vcf:18"),
        "{first}"
    );
    assert_eq!(first["found"], "M1 0/1");
    let dataset = folder.path().join("x.vdx").display().to_string();
    let info = output(&["info", &dataset]);
    assert!(info.contains("\nploidy    by sex on X and Y\n"), "{info}");
    let info = output(&["info", &dataset, "--json"]);
    let info: serde_json::Value = serde_json::from_str(&info).unwrap();
    assert_eq!(info["sex_ploidy"], true);
}
