//! Runs every saved input of every target: with the stable toolchain and no fuzzer.

use std::path::Path;

/// Runs a target on the files of its corpus.
fn run(name: &str, target: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let mut inputs = 0;
    for entry in corpus.read_dir().unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        target(&std::fs::read(&path).unwrap());
        inputs += 1;
    }
    assert!(inputs > 0, "{} is empty", corpus.display());
}

#[test]
fn beacon() {
    run("beacon", varidex_fuzz::beacon);
}

#[test]
fn vcf_build() {
    run("vcf_build", varidex_fuzz::vcf_build);
}

#[test]
fn segment() {
    run("segment", varidex_fuzz::segment);
}

#[test]
fn expression() {
    run("expression", varidex_fuzz::expression);
}

#[test]
fn differential() {
    run("differential", varidex_fuzz::differential);
}

#[test]
fn container() {
    run("container", varidex_fuzz::container);
}

#[test]
fn decisions() {
    run("decisions", varidex_fuzz::decisions);
}

#[test]
fn policy() {
    run("policy", varidex_fuzz::policy);
}

#[test]
fn published() {
    run("published", varidex_fuzz::published);
}

#[test]
fn imports() {
    run("imports", varidex_fuzz::imports);
}

#[test]
fn states() {
    run("states", varidex_fuzz::states);
}

#[test]
fn people() {
    run("people", varidex_fuzz::people);
}

#[test]
fn merged() {
    run("merged", varidex_fuzz::merged);
}
