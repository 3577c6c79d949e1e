//! Files of counts as text, imported and held against the text, and against what is published of the people that they are of; and every way
//! in which counts do not agree.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod live;
mod records;
mod text;

use super::*;
use crate::model::Policy;
use crate::publish::{Published, PublishedSite};
use std::path::PathBuf;

const OPEN: &str =
    "name = 'open'\ngranularity = 'record'\ntwo_tailed = false\nzero = 'shown'\ncombine = true";

fn options(policy: &str) -> PublishSitesOptions {
    PublishSitesOptions::new(policy.parse().unwrap(), "people 1")
}

/// A folder with a file of some text, and where what is made of it goes.
fn written(text: &str) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (sites, out) = (
        folder.path().join("sites.vcf"),
        folder.path().join("out.vdx"),
    );
    std::fs::write(&sites, text).unwrap();
    (folder, sites, out)
}

fn import(text: &str, options: &PublishSitesOptions) -> Result<(PublishSitesReport, Published)> {
    let (_folder, sites, out) = written(text);
    let report = publish_sites(&sites, options, &out)?;
    let file = Published::open(&out).unwrap();
    file.verify().unwrap();
    let refused = report.refused_count();
    assert_eq!(report.records, report.stored + refused);
    Ok((report, file))
}

fn all(file: &Published) -> Vec<PublishedSite> {
    let mut sites = file.sites("all").unwrap();
    let mut all = Vec::new();
    while let Some(site) = sites.next().unwrap() {
        all.push(site);
    }
    all
}

const HEAD: &str = "##fileformat=VCFv4.2\n##contig=<ID=1>\n##contig=<ID=2>\n##contig=<ID=X>\n\
    ##INFO=<ID=AC,Number=A,Type=Integer,Description=\"x\">\n##INFO=<ID=AN,Number=1,Type=Integer,Description=\"x\">\n\
    ##INFO=<ID=AF,Number=A,Type=Float,Description=\"x\">\n##INFO=<ID=AC_FI,Number=A,Type=Integer,Description=\"x\">\n\
    ##INFO=<ID=AN_FI,Number=1,Type=Integer,Description=\"x\">\n##INFO=<ID=AF_FI,Number=A,Type=Float,Description=\"x\">\n\
    ##INFO=<ID=AC_Hom,Number=A,Type=Integer,Description=\"x\">\n##INFO=<ID=AC_Het,Number=A,Type=Integer,Description=\"x\">\n\
    ##INFO=<ID=AC_Hemi,Number=A,Type=Integer,Description=\"x\">\n##INFO=<ID=nhomalt,Number=A,Type=Integer,Description=\"x\">\n\
    ##INFO=<ID=AC_SE,Number=A,Type=Integer,Description=\"x\">\n##INFO=<ID=AN_SE,Number=1,Type=Integer,Description=\"x\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
const GOOD: &str = "1\t5\t.\tA\tT\t.\tPASS\tAC=1;AN=10\n";

fn line(position: u64, alt: &str, info: &str) -> String {
    format!("1\t{position}\t.\tA\t{alt}\t.\tPASS\t{info}\n")
}
