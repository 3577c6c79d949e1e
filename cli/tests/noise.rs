//! Policies of which numbers are not what was counted. With noise: refused where none is drawn, and answered with a ledger by a build
//! that draws some. With a budget of influence: capped, and said to be.

#![allow(
    clippy::unwrap_used,
    reason = "a test reports what is wrong by failing"
)]

mod common;

use common::{Fixture, varidex};
use predicates::str::contains;
use std::fs;

#[test]
fn a_policy_with_noise_is_answered_by_a_ledger_that_draws_it() {
    let fixture = Fixture::new();
    let folder = fixture.dir.path();
    let at = |name: &str| folder.join(name).display().to_string();
    let rules =
        "name = 'n'\ngranularity = 'count'\nfloor.alleles = 4\ncombine = true\nnoise.scale = 0.1\n";
    fs::write(at("noise.toml"), rules).unwrap();
    fs::write(at("secret"), [7; 32]).unwrap();
    let (dataset, policy) = (fixture.dataset(), at("noise.toml"));
    let ask = [
        "ask", "-q", &*dataset, "all", "--policy", &policy, "--format", "json",
    ];
    let refused =
        "policy `n` adds noise, which is drawn with a ledger, by a build with the feature `noise`";
    varidex(&ask).assert().failure().stderr(contains(refused));
    let publish = [
        "publish",
        &*dataset,
        "-o",
        &at("out.vdx"),
        "--policy",
        &policy,
    ];
    let refused = "policy `n` adds noise, and a published file has none";
    varidex(&publish)
        .assert()
        .failure()
        .stderr(contains(refused));
    assert!(!folder.join("out.vdx").exists());
    let (ledger, secret) = (at("ledger.db"), at("secret"));
    let kept = ["--ledger", &*ledger, "--ledger-secret", &*secret];
    let asked = varidex(&[&ask[..], &kept].concat()).assert();
    match cfg!(feature = "noise") {
        false => asked.failure().stderr(contains("feature `noise`")),
        true => asked.success().stdout(contains("\"status\":\"noisy\"")),
    };
}

#[test]
fn numbers_under_a_budget_of_influence_are_said_to_be_capped() {
    let fixture = Fixture::new();
    let rules = "name = 'i'\ngranularity = 'count'\nfloor.people = 1\nzero = 'shown'\ntwo_tailed = false\n\
        combine = true\nbudget.influence = 4.0\n";
    fs::write(fixture.path("i.toml"), rules).unwrap();
    fs::write(fixture.path("secret"), [7; 32]).unwrap();
    let kept = ["--ledger", "ledger.db", "--ledger-secret", "secret"];
    let site = "chr21:1000:A:G";
    // without a ledger nothing is left out
    let free = fixture.answer("frequencies", &[site, "-q", "--policy", "i.toml"]);
    let row = |ends: &str| format!("chr21\t1000\trs1\tA\tG\t4\t8\t0.5\t2\t1\t0\t{ends}\n");
    assert!(free.ends_with(&row("exact")), "{free}");
    let asked = [&[site, "--policy", "i.toml"][..], &kept].concat();
    let capped = fixture.answer("frequencies", &asked);
    assert!(capped.ends_with(&row("capped")), "{capped}");
    // people are asked for by somebody else: one allele is counted in one form
    let who = format!("carriers({site})");
    let asked = [&[&*who, "--policy", "i.toml", "--asker", "b"][..], &kept].concat();
    let said = fixture.run("ask", &asked).success().stdout("3\n");
    said.stderr(contains("note: of those who may still be counted"));
    let asked = [&asked[..], &["--format", "json", "-q"]].concat();
    let json = fixture.answer("ask", &asked);
    assert_eq!(json, "{\"count\":3,\"status\":\"capped\"}\n");
    let asked = [&["all", "--policy", "i.toml"][..], &kept].concat();
    assert_eq!(fixture.answer("ask", &asked), "4\n");
}
