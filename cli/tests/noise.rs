//! A policy with noise: refused where none is drawn, and answered with a ledger by a build that draws some.

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
