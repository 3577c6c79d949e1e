//! A beacon that remembers by a ledger what was asked.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that cannot go on fails"
)]

use std::fmt::Write as _;
use std::path::Path;
use varidex::{Access, Beacon, BeaconRequest, BuildOptions, Granularity, PeopleOptions};
use varidex_ledger::open_beacon;

const PEOPLE: usize = 60;

/// Sixty people; of the site n the first 10 + n carry, once each.
fn build(folder: &Path) {
    let mut text = "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT".to_owned();
    let mut table = "individual_id\tsample\tsex\n".to_owned();
    for person in 0..PEOPLE {
        write!(text, "\tS{person}").unwrap();
        writeln!(
            table,
            "P{person}\tS{person}\t{}",
            ["female", "male"][person % 2]
        )
        .unwrap();
    }
    for site in 0..30 {
        write!(text, "\n1\t{}\t.\tA\tG\t.\t.\t.\tGT", 10 * (site + 1)).unwrap();
        for person in 0..PEOPLE {
            text += if person < 10 + site { "\t0/1" } else { "\t0/0" };
        }
    }
    std::fs::write(folder.join("in.vcf"), text + "\n").unwrap();
    std::fs::write(folder.join("people.tsv"), table).unwrap();
    let options = BuildOptions {
        people: PeopleOptions {
            files: vec![folder.join("people.tsv")],
            ..PeopleOptions::default()
        },
        ..BuildOptions::default()
    };
    varidex::build(
        &[folder.join("in.vcf")],
        folder.join("a.vdx"),
        &options,
        &mut |_| true,
    )
    .unwrap();
    std::fs::write(folder.join("secret"), [7; 32]).unwrap();
    let config = r#"
id = "org.example"
name = "Example"
environment = "test"
alternative_url = "https://example.org"
floor = 5
organization = { id = "example", name = "Example", logo_url = "https://example.org/logo.png" }
ledger = { file = "ledger.db", secret = "secret" }

[policies]
count = { name = "ours", granularity = "count", floor.people = 5, combine = true, budget.influence = 0.2, budget.sites_per_person = 0.5 }
boolean = { name = "theirs", granularity = "boolean", floor.people = 5, two_tailed = false, budget.influence = 0.2 }

[[datasets]]
id = "A"
name = "A"
path = "a.vdx"
granularity = "count"
"#;
    std::fs::write(folder.join("beacon.toml"), config).unwrap();
}

fn ask(
    beacon: &Beacon,
    path: &str,
    query: &str,
    may: Granularity,
    asker: Option<&str>,
) -> (u16, serde_json::Value) {
    let asked = format!("{query}&requestedGranularity=count");
    let request = BeaconRequest::get(path, &asked);
    let response = beacon.answer_to(&request, Some(Access::up_to(may)), asker);
    let body = serde_json::from_slice(&response.body).unwrap();
    (response.status, body)
}

fn site(site: usize) -> String {
    format!(
        "referenceName=1&start={}&referenceBases=A&alternateBases=G",
        10 * (site + 1) - 1
    )
}

fn total(answer: &(u16, serde_json::Value)) -> u64 {
    assert_eq!(answer.0, 200, "{}", answer.1);
    answer.1["responseSummary"]["numTotalResults"]
        .as_u64()
        .unwrap()
}

fn exists(answer: &(u16, serde_json::Value)) -> bool {
    assert_eq!(answer.0, 200, "{}", answer.1);
    answer.1["responseSummary"]["exists"].as_bool().unwrap()
}

#[test]
fn budgets_are_those_of_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let beacon = open_beacon(folder.path().join("beacon.toml")).unwrap();
    let people = |asker, at: usize| {
        ask(
            &beacon,
            "/individuals",
            &site(at),
            Granularity::Count,
            Some(asker),
        )
    };
    // 39 people, to the floor
    assert_eq!(total(&people("one", 29)), 40);
    // who is in all of them pays 0.02 and more each: after some answers those who are in all cannot pay
    let found: Vec<u64> = (20..29).rev().map(|at| total(&people("one", at))).collect();
    assert!(found.contains(&0), "{found:?}");
    // the same once more is the same, also in another process
    let again = open_beacon(folder.path().join("beacon.toml")).unwrap();
    let asked = ask(
        &again,
        "/individuals",
        &site(29),
        Granularity::Count,
        Some("one"),
    );
    assert_eq!(total(&asked), 40);
    // and somebody else has a budget of his own; so has anybody
    assert_eq!(total(&people("other", 9)), 20);
    let anybody = ask(&beacon, "/individuals", &site(9), Granularity::Count, None);
    assert_eq!(total(&anybody), 20);
    // yes or nothing, by the other policy
    let yes = |asker, at: usize| {
        ask(
            &beacon,
            "/g_variants",
            &site(at),
            Granularity::Boolean,
            Some(asker),
        )
    };
    assert!(exists(&yes("three", 29)));
    let noes = (0..29)
        .rev()
        .filter(|at| !exists(&yes("three", *at)))
        .count();
    assert!(noes > 10, "{noes}");
    // counts of variants, of people of one sex
    let variants = |query: &str| {
        ask(
            &beacon,
            "/g_variants",
            query,
            Granularity::Count,
            Some("four"),
        )
    };
    assert_eq!(total(&variants(&site(28))), 1);
    // of a group nobody would have paid for the others
    assert_eq!(
        variants(&format!("{}&filters=NCIT:C16576", site(27))).0,
        422
    );
    // budgets of sites end: thirty for sixty people
    let all: Vec<u16> = (0..30)
        .map(|at| {
            ask(
                &beacon,
                "/individuals",
                &site(at),
                Granularity::Count,
                Some("five"),
            )
            .0
        })
        .collect();
    assert!(all.iter().all(|status| *status == 200));
    assert_eq!(people("five", 30).0, 422);
    // what would look at people who did not pay is refused
    let query = "variantMinLength=1&filters=GENO:0000135";
    let (status, answer) = ask(
        &beacon,
        "/g_variants",
        query,
        Granularity::Count,
        Some("six"),
    );
    assert_eq!(status, 422, "{answer}");
}

#[test]
fn a_ledger_of_the_configuration_is_opened_or_nothing_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let config = folder.path().join("beacon.toml");
    let without = Beacon::open(&config).unwrap();
    let asked = ask(&without, "/g_variants", &site(20), Granularity::Count, None);
    assert_eq!(asked.0, 500);
    std::fs::remove_file(folder.path().join("secret")).unwrap();
    assert!(open_beacon(&config).is_err());
}
