//! Which version of VCF an export says it is of.

use super::{KEYS, built, built_from, export, vcf};
use std::fs;
use varidex::{ExportFormat, View};

/// The first line of an export of everything.
fn version(dataset: &View) -> String {
    let (text, _) = export(dataset, "all", None, ExportFormat::Vcf);
    let text = String::from_utf8(text).unwrap();
    text.lines().next().unwrap_or_default().to_owned()
}

/// vcftools 0.1.16 reads nothing newer than VCF 4.2, so a newer version is named only where something needs it.
#[test]
fn the_oldest_version_that_means_the_same() {
    let plain = vcf("S1 S2", &["1 100 rs1 A C . PASS . GT 0|1 1/1"]);
    let dir = tempfile::tempdir().unwrap();
    let from = dir.path().join("plain.vcf");
    fs::write(&from, &plain).unwrap();
    let numbers = built_from(&[from], &["DP", "EAF", "DB"]);
    assert_eq!(version(&numbers.dataset), "##fileformat=VCFv4.2");

    // text may have escapes, which are none before 4.3
    assert!(KEYS.contains(&"NAME"));
    assert_eq!(version(&built(&[plain]).dataset), "##fileformat=VCFv4.3");
    let dir = tempfile::tempdir().unwrap();
    let from = dir.path().join("names.vcf");
    fs::write(&from, vcf("Zoë", &["1 100 . A C . . . GT 0|1"])).unwrap();
    assert_eq!(
        version(&built_from(&[from], &[]).dataset),
        "##fileformat=VCFv4.3"
    );
}
