//! What is exported comes back: from a dataset by a published file and VCF or BCF to a published file again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::super::import::{PublishSitesOptions, publish_sites};
use super::super::{PublishOptions, publish};
use super::*;
use crate::cohort::View;
use crate::maintain::mask_tests::cohort;
use crate::model::Policy;
use proptest::prelude::*;

const FIELDS_OF: [&[&str]; 4] = [&[], &["sex"], &["population"], &["population", "sex"]];

fn all(file: &Published) -> Vec<PublishedSite> {
    let mut sites = file.sites("all").unwrap();
    let mut all = Vec::new();
    while let Some(site) = sites.next().unwrap() {
        all.push(site);
    }
    all
}

type Cells = Vec<Option<ReleasedCounts>>;
type Written = (String, i32, i32, (Vec<u8>, Vec<u8>), Cells);

fn cells_of(site: &PublishedSite) -> Cells {
    cells(site).map(|of| of.copied()).collect()
}

fn written(site: &PublishedSite) -> Written {
    let of = site.interval();
    let (reference, alternate) = site.alleles();
    let alleles = (reference.to_vec(), alternate.to_vec());
    (
        site.contig().to_owned(),
        of.start,
        of.end,
        alleles,
        cells_of(site),
    )
}

/// The same without numbers by genotype where those of one cell cannot be written.
fn expected(site: &PublishedSite) -> Written {
    let mut of = written(site);
    if !of.4.iter().flatten().all(|of| of.copies().is_some()) {
        of.4.iter_mut()
            .flatten()
            .for_each(|cell| cell.genotypes = None);
    }
    of
}

fn check(view: &View, folder: &Path) {
    let out = folder.join("out.vdx");
    for by in FIELDS_OF {
        let options = PublishOptions {
            by: by.iter().map(|&by| by.to_owned()).collect(),
            replace: true,
            ..PublishOptions::new(Policy::named("open").unwrap(), "people")
        };
        publish(view, &options, &out).unwrap();
        let file = Published::open(&out).unwrap();
        let sites: Vec<Written> = all(&file).iter().map(expected).collect();
        for name in ["out.vcf", "out.vcf.gz", "out.bcf"] {
            let exported = folder.join(name);
            let options = ExportOptions {
                threads: Some(1),
                ..ExportOptions::default()
            };
            let summary = file
                .export("all", &exported, &options, &mut |_| true)
                .unwrap();
            assert_eq!(summary.records, sites.len() as u64);
            assert_eq!(summary.bytes, std::fs::metadata(&exported).unwrap().len());
            let options = PublishSitesOptions {
                replace: true,
                ..PublishSitesOptions::new(Policy::named("open").unwrap(), "people")
            };
            let again = folder.join("again.vdx");
            let imported = publish_sites(&exported, &options, &again);
            if sites.is_empty() {
                assert!(imported.is_err());
                continue;
            }
            let report = imported.unwrap();
            assert_eq!(report.refused_count(), 0, "{report}");
            let again = Published::open(&again).unwrap();
            let labels = |of: &Published| -> Vec<String> {
                of.strata().iter().map(|of| of.label.clone()).collect()
            };
            // lines of all pairs may be sorted
            let places: Vec<usize> = labels(&file)
                .iter()
                .map(|label| labels(&again).iter().position(|of| of == label).unwrap())
                .collect();
            assert_eq!(places.len(), again.strata().len());
            let found = all(&again);
            let found: Vec<Written> = found
                .iter()
                .map(|site| {
                    let mut of = written(site);
                    let strata = places.iter().map(|place| of.4[place + 1]);
                    of.4 = std::iter::once(of.4[0]).chain(strata).collect();
                    of
                })
                .collect();
            assert_eq!(found, sites, "{name} {by:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn what_is_exported_comes_back(cohort in cohort()) {
        let folder = tempfile::tempdir().unwrap();
        let Some(view) = cohort.write(&folder.path().join("d"), None) else {
            return Ok(());
        };
        check(&view, folder.path());
    }
}

/// A file of sites with counts, published under a policy.
fn published(folder: &Path, text: &str, policy: &str) -> Published {
    let (sites, out) = (folder.join("sites.vcf"), folder.join("sites.vdx"));
    std::fs::write(&sites, text).unwrap();
    let options = PublishSitesOptions {
        replace: true,
        ..PublishSitesOptions::new(policy.parse().unwrap(), "people")
    };
    publish_sites(&sites, &options, &out).unwrap();
    Published::open(&out).unwrap()
}

const HEAD: &str = "##fileformat=VCFv4.3\n##contig=<ID=1,length=248956422>\n\
    ##INFO=<ID=AC,Number=A,Type=Integer,Description=\"\">\n##INFO=<ID=AN,Number=1,Type=Integer,Description=\"\">\n\
    ##INFO=<ID=AC_a-b,Number=A,Type=Integer,Description=\"\">\n##INFO=<ID=AN_a-b,Number=1,Type=Integer,Description=\"\">\n\
    ##INFO=<ID=AC_c,Number=A,Type=Integer,Description=\"\">\n##INFO=<ID=AN_c,Number=1,Type=Integer,Description=\"\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";

#[test]
fn lines_are_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "{HEAD}1\t0\t.\tN\t<DEL>\t.\t.\tAC=40;AN=100;AC_a-b=20;AN_a-b=60;AC_c=20;AN_c=40;END=30\n\
         1\t7\t.\tA\tG\t.\t.\tAC=50;AN=100;AC_a-b=49;AN_a-b=60;AC_c=1;AN_c=40\n"
    );
    let policy = "name = 'a'\ngranularity = 'count'\nfloor.people = 1\nfloor.alleles = 3\ntwo_tailed = false\nzero = 'hidden'";
    let file = published(folder.path(), &text, policy);
    let mut out = Vec::new();
    let options = ExportOptions {
        format: Some(ExportFormat::Vcf),
        ..ExportOptions::default()
    };
    let summary = file
        .export_to("all", &mut out, &options, &mut |_| true)
        .unwrap();
    assert_eq!(summary.warnings.len(), 1, "{:?}", summary.warnings);
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[0].starts_with("1\t0\t.\tN\t<DEL>\t.\t.\t"),
        "{}",
        lines[0]
    );
    assert!(
        lines[0].contains("AC_a_b=20;AN_a_b=60;AF_a_b=0.333333;AC_Het_a_b=."),
        "{}",
        lines[0]
    );
    assert!(
        lines[0].contains("\tEND=30;AC=40;AN=100;AF=0.4;"),
        "{}",
        lines[0]
    );
    // one copy is below the floor, and the other stratum would give it away
    assert!(
        lines[1].contains("AC_a_b=.;AN_a_b=.;AF_a_b=."),
        "{}",
        lines[1]
    );
    assert!(
        lines[1].ends_with("AC_c=.;AN_c=.;AF_c=.;AC_Het_c=.;AC_Hom_c=.;AC_Hemi_c=."),
        "{}",
        lines[1]
    );
    for line in [
        "##varidexPopulation=people",
        "##varidexPolicy=a ",
        "##varidexDigest=",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let some = file.export_to("1:7:A:G", &mut Vec::new(), &options, &mut |_| true);
    assert_eq!(some.unwrap().records, 1);
}

/// What cannot stand in a key is in the description, and is read again.
#[test]
fn labels_that_are_escaped_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let keys = [
        "%75nknown",
        "New%20York",
        "a\"b",
        "Österreich",
        "a_b",
        "a.c",
        "all|x",
        "unknown",
    ];
    let (mut head, mut info) = (
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n".to_owned(),
        String::new(),
    );
    let mut add = |key: &str, says: &str, number: usize| {
        let _ = writeln!(
            head,
            "##INFO=<ID={key},Number=.,Type=Integer,Description=\"{says}\">"
        );
        let _ = write!(info, ";{key}={number}");
    };
    add("AC", "", 300);
    add("AN", "", 1000);
    for (number, key) in keys.iter().enumerate() {
        add(
            &format!("AC_{key}"),
            &format!("Copies of the ALT: {key}").replace('"', "\\\""),
            10 + number,
        );
        add(
            &format!("AN_{key}"),
            &format!("Copies with a known allele: {key}").replace('"', "\\\""),
            50 + number,
        );
    }
    let text = format!(
        "{head}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n1\t7\t.\tA\tG\t.\t.\t{}\n",
        &info[1..]
    );
    let open = Policy::named("open").unwrap().to_json();
    let file = published(folder.path(), &text, &open);
    let labels = |of: &Published| -> Vec<(String, Vec<Option<String>>)> {
        let strata = of.strata().iter();
        strata
            .map(|of| (of.label.clone(), of.values.clone()))
            .collect()
    };
    let found: Vec<String> = labels(&file).into_iter().map(|of| of.0).collect();
    assert_eq!(
        found,
        [
            "%75nknown",
            "New%20York",
            "a%22b",
            "Österreich",
            "a_b",
            "a.c",
            "all%7Cx",
            "unknown"
        ]
    );
    let exported = folder.path().join("again.vcf");
    let options = ExportOptions::default();
    file.export("all", &exported, &options, &mut |_| true)
        .unwrap();
    let again = published(
        folder.path(),
        &std::fs::read_to_string(&exported).unwrap(),
        &open,
    );
    assert_eq!(labels(&again), labels(&file));
    assert_eq!(
        all(&again).iter().map(written).collect::<Vec<_>>(),
        all(&file).iter().map(expected).collect::<Vec<_>>()
    );
}

#[test]
fn what_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let line = "1\t7\t.\tA\tG\t.\t.\tAC=50;AN=9000000000;AC_a-b=49;AN_a-b=60;AC_c=1;AN_c=40\n";
    let open = Policy::named("open").unwrap().to_json();
    let file = published(folder, &format!("{HEAD}{line}"), &open);
    let options = ExportOptions::default();
    let export = |name: &str| {
        let done = file.export("all", folder.join(name), &options, &mut |_| true);
        done.map(|_| ()).map_err(|e| e.to_string())
    };
    assert!(export("a.bcf").unwrap_err().contains("counts above 2^31"));
    assert!(!folder.join("a.bcf").exists());
    assert!(
        export("a.txt")
            .unwrap_err()
            .contains("a name that ends with")
    );
    export("a.vcf.gz").unwrap();
    // labels that are one key
    let text = HEAD.replace("_c,", "_a+b,") + "1\t7\t.\tA\tG\t.\t.\tAC=5;AN=90\n";
    let file = published(folder, &text, &open);
    let error = file.export("all", folder.join("b.vcf"), &options, &mut |_| true);
    assert!(error.unwrap_err().to_string().contains("keys of their own"));
    let stop = file.export("nonsense:5", folder.join("c.vcf"), &options, &mut |_| true);
    assert!(stop.is_err());
}
