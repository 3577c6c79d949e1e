//! Somebody's file with counts of cohorts beside its alleles, as the program writes it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{Fixture, table, varidex};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

const QUERY: &str = "##fileformat=VCFv4.2
#CHROM POS ID REF ALT QUAL FILTER INFO
chr21 1000 a A G,C . . X
21 2000 . C CA,T,* 7 q10 .
chrX 5 . G A . . .
chrZ 5 . G A . . .
";

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    let query = QUERY.replace(' ', "\t");
    std::fs::write(fixture.path("query.vcf"), query).unwrap();
    fixture
}

#[test]
fn counts_beside_the_alleles() {
    let fixture = fixture();
    let run = |arguments: &[&str]| {
        let mut all = vec!["annotate", "query.vcf"];
        all.extend(arguments);
        varidex(&all).current_dir(fixture.dir.path()).assert()
    };
    let output = run(&["--with", "cohort.vdx", "-o", "-"])
        .success()
        .stderr(contains(
            "VDX: 3 alleles found, 1 that nobody carries, 2 not covered, 0 undecided",
        ))
        .stderr(contains("chrZ").and(contains("1 alleles not covered")));
    let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let expected = table(
        "chr21 1000 a A G,C . . X;VDX_AC=4,0;VDX_AN=8,8;VDX_AF=0.5,0;VDX_HOM=1,0;VDX_HEMI=0,0
        21 2000 . C CA,T,* 7 q10 VDX_AC=2,2,.;VDX_AN=5,5,.;VDX_AF=0.4,0.4,.;VDX_HOM=0,0,.;VDX_HEMI=0,0,.
        chrX 5 . G A . . VDX_AC=0;VDX_AN=.;VDX_AF=.;VDX_HOM=0;VDX_HEMI=0
        chrZ 5 . G A . . VDX_AC=0;VDX_AN=.;VDX_AF=.;VDX_HOM=0;VDX_HEMI=0",
    );
    assert_eq!(records.join("\n") + "\n", expected);
    let named = run(&[
        "--with",
        "ALL=cohort.vdx",
        "--group",
        "samples(ANNA)",
        "--filter",
        "af<0.4 | ac=0",
        "-o",
        "-",
        "-q",
    ]);
    let output = named.success().stderr("");
    let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    assert!(
        text.contains("X;ALL_AC=1,0;ALL_AN=2,2;ALL_AF=0.5,0;"),
        "{text}"
    );
    run(&["--with", "cohort.vdx", "-o", "out.vcf.gz"]).success();
    let options: [(&[&str], i32, &str); 6] = [
        (
            &["--with", "cohort.vdx", "-o", "out.bcf"],
            2,
            "bcftools view -Ob",
        ),
        (
            &["--with", "cohort.vdx", "-o", "out"],
            2,
            "ends with .vcf, .vcf.gz or .bcf",
        ),
        (
            &["--with", "none.vdx", "-o", "-"],
            5,
            "no dataset at none.vdx",
        ),
        (&["--with", "1=cohort.vdx", "-o", "-"], 2, "name it `_1`"),
        (
            &["--with", "cohort.vdx", "--filter", "type:snv", "-o", "-"],
            2,
            "only counts",
        ),
        (&["-o", "-"], 2, "--with"),
    ];
    for (arguments, code, message) in options {
        run(arguments)
            .code(code)
            .stdout("")
            .stderr(contains(message));
    }
    std::fs::write(fixture.path("query.vcf"), "##fileformat=VCFv4.2\n").unwrap();
    run(&["--with", "cohort.vdx", "-o", "new.vcf"])
        .code(3)
        .stderr(contains("a #CHROM line that ends the header"));
    assert!(!fixture.path("new.vcf").exists());
}

#[test]
fn the_same_as_a_table() {
    let fixture = fixture();
    let answer = fixture
        .run("frequencies", &["--sites", "query.vcf"])
        .success();
    let expected = table(
        "chrom pos id ref alt ac an af n_het n_hom n_hemi n_missing
        chr21 1000 a A G 4 8 0.5 2 1 0 0
        chr21 1000 a A C 0 8 0 0 0 0 0
        21 2000 . C CA 2 5 0.4 2 0 0 2
        21 2000 . C T 2 5 0.4 2 0 0 2
        21 2000 . C * . . . . . . .
        chrX 5 . G A 0 . . 0 0 0 .
        chrZ 5 . G A 0 . . 0 0 0 .",
    );
    let output = answer.stderr(contains("chrZ")).get_output().stdout.clone();
    assert_eq!(String::from_utf8(output).unwrap(), expected);
    let few = [
        "--sites",
        "query.vcf",
        "--group",
        "samples(ANNA)",
        "--columns",
        "pos,group,ac",
        "--limit",
        "2",
    ];
    let answer = fixture.run("frequencies", &few).success();
    let output = answer.get_output().stdout.clone();
    let expected = table("pos group ac\n1000 samples(ANNA) 1\n1000 samples(ANNA) 0");
    assert_eq!(String::from_utf8(output).unwrap(), expected);
    // of an allele that is there, the table is the one without a file
    let named = [
        "--by",
        "one=samples(ANNA),rest=!samples(ANNA)",
        "--limit",
        "3",
    ];
    let columns = ["--columns", "ref,alt,group,ac,an,n_het"];
    let of = |first: &[&str]| {
        let all = [first, &named, &columns].concat();
        let done = fixture.run("frequencies", &all).success();
        String::from_utf8(done.get_output().stdout.clone()).unwrap()
    };
    let expected = "ref alt group ac an n_het\nA G all 4 8 2\nA G one 1 2 1\nA G rest 3 6 1";
    assert_eq!(of(&["--sites", "query.vcf"]), table(expected));
    assert_eq!(of(&["rs1"]), table(expected));
    fixture
        .run("frequencies", &[])
        .code(2)
        .stderr(contains("WHERE"));
    fixture
        .run("frequencies", &["all", "--sites", "query.vcf"])
        .code(2);
    fixture
        .run("variants", &[])
        .code(2)
        .stderr(contains("WHERE"));
}
