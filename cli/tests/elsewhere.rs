//! What other systems that answer such questions are known to get wrong, each as a user sees it here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{Fixture, table, varidex};
use predicates::str::contains;
use std::fmt::Write as _;

const HEADER: &str = "##fileformat=VCFv4.3\n##contig=<ID=chr17,length=83257441,assembly=GRCh38>\n\
    ##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n\
    ##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"Length\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
const RECORDS: &str = "\tP1\tP2\tP3\tP4\tP5\tP6
chr17\t1000\tsnv\tA\tG\t.\t.\t.\tGT\t0/1\t0/0\t0/0\t0/0\t0/0\t0/0
chr17\t1010\tins\tC\tCTTT\t.\t.\t.\tGT\t0/0\t0/1\t0/0\t0/0\t0/0\t0/0
chr17\t1020\tdel\tGAAAA\tG\t.\t.\t.\tGT\t0/0\t0/0\t1/1\t0/0\t0/0\t0/0
chr17\t1100\tsv\tT\t<DEL>\t.\t.\tEND=5000;SVLEN=-3900\tGT\t0/0\t0/0\t0/0\t0/1\t0/0\t0/0
chr17\t2000\tmulti\tA\tG,T\t.\t.\t.\tGT\t0/0\t0/0\t0/0\t./.\t0/1\t1/2
chr17\t3000\tagain\tA\tC\t.\t.\t.\tGT\t0/1\t0/0\t0/0\t0/0\t0/0\t0/0
";
const GENES: &str = "chr17\t900\t2100\tBRCA9\n";
const ONTOLOGY: &str = "format-version: 1.2\nontology: hp\n
[Term]\nid: HP:0000001\nname: general\n
[Term]\nid: HP:0000002\nname: rare\nis_a: HP:0000001\n
[Term]\nid: HP:0000003\nname: sibling\nis_a: HP:0000001\n
[Term]\nid: HP:0000004\nname: rarest\nis_a: HP:0000002\n";
const PEOPLE: &str = "id\tsex\tage\tphenotype
P1\tmale\tP6M\tHP:0000004
P2\tfemale\tP0Y\tHP:0000002
P3\tmale\tP70Y6M\tHP:0000003
P4\tfemale\tP70Y\tHP:0000003
P5\tmale\tP1Y\tHP:0000003
P6\tfemale\tP31Y\tHP:0000003
";

fn cohort() -> Fixture {
    let cohort = Fixture {
        dir: tempfile::tempdir().unwrap(),
    };
    let write = |name: &str, text: &str| {
        std::fs::write(cohort.path(name), text).unwrap();
        cohort.path(name).display().to_string()
    };
    let input = write("cohort.vcf", &format!("{HEADER}{RECORDS}"));
    let genes = write("genes.bed", GENES);
    let people = write("people.tsv", PEOPLE);
    let ontology = write("hp.obo", ONTOLOGY);
    let build = ["build", &input, "-q", "-o", &cohort.dataset()].map(str::to_owned);
    let known = [
        "--genes",
        &genes,
        "--people",
        &people,
        "--ontology",
        &ontology,
    ];
    let all: Vec<&str> = build.iter().map(String::as_str).chain(known).collect();
    varidex(&all).assert().success();
    cohort
}

/// The ids that a question picks, in one line.
fn ids(cohort: &Fixture, question: &str) -> String {
    let text = cohort.answer("ask", &[question, "--ids"]);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The ids of the variants that a question picks, each once, in one line.
fn variants(cohort: &Fixture, question: &str) -> String {
    let text = cohort.answer("variants", &[question]);
    let mut ids: Vec<&str> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').nth(2))
        .collect();
    ids.dedup();
    ids.join(" ")
}

/// A beacon took the first variant of a range or a gene and answered with its carriers alone.
#[test]
fn carriers_are_of_all_variants_and_not_of_the_first() {
    let cohort = cohort();
    assert_eq!(ids(&cohort, "carriers(17:1000-3000)"), "P1 P2 P3 P4 P5 P6");
    assert_eq!(ids(&cohort, "carriers(gene:BRCA9)"), "P1 P2 P3 P4 P5 P6");
    assert_eq!(ids(&cohort, "carriers(gene:BRCA9 & type:snv)"), "P1 P5 P6");
    assert_eq!(ids(&cohort, "carriers(17:1000-3000, at_least: 2)"), "P1 P6");
}

/// A beacon's expansion of terms silently did nothing, and its tests could not see it: everybody in
/// them had the very term that was asked for.
#[test]
fn more_special_terms_are_found() {
    let cohort = cohort();
    assert_eq!(ids(&cohort, "HP:0000001"), "P1 P2 P3 P4 P5 P6");
    assert_eq!(ids(&cohort, "HP:0000002"), "P1 P2");
    assert_eq!(ids(&cohort, "HP:0000004"), "P1");
    assert_eq!(ids(&cohort, "exactly(HP:0000002)"), "P2");
    assert_eq!(ids(&cohort, "exactly(HP:0000001)"), "");
}

/// A beacon compared ages by whole years and texts: infants were never below one year, and nobody of
/// 70 years and 6 months above 70.
#[test]
fn infants_are_younger_than_a_year() {
    let cohort = cohort();
    assert_eq!(ids(&cohort, "age<1y"), "P1 P2");
    assert_eq!(ids(&cohort, "age<6m"), "P2");
    assert_eq!(ids(&cohort, "age<=1y"), "P1 P2 P5");
    assert_eq!(ids(&cohort, "age=12m"), "P5");
    assert_eq!(ids(&cohort, "age>P70Y"), "P3");
    assert_eq!(ids(&cohort, "age>=70y"), "P3 P4");
    assert_eq!(ids(&cohort, "age>30y"), "P3 P4 P6");
    assert_eq!(ids(&cohort, "age>=31y & age<32y"), "P6");
}

/// A beacon took siblings in the ontology for highly similar, and parents and children for nothing.
#[test]
fn siblings_are_not_similar_and_parents_are() {
    let cohort = cohort();
    assert_eq!(
        ids(&cohort, "similar(HP:0000002; high)"),
        "id score P1 1 P2 1"
    );
    assert_eq!(
        ids(
            &cohort,
            "similar(HP:0000003; low) & similar(HP:0000002; low)"
        ),
        "id score"
    );
    // the parent of the rarest term, at half the distance
    let count = |level: &str| cohort.answer("ask", &[&format!("similar(HP:0000004; {level})")]);
    assert_eq!(count("high"), "1\n");
    assert_eq!(count("medium"), "2\n");
    assert_eq!(count("low"), "2\n");
    // a profile is compared as a whole
    let text = cohort.answer("ask", &["similar(HP:0000002, HP:0000004; low)", "--ids"]);
    let order: Vec<&str> = text
        .lines()
        .map(|line| line.split('\t').next().unwrap())
        .collect();
    assert_eq!(order, ["id", "P1", "P2"]);
}

/// Ends of ranges: a base too many on either side, and variants that span a range found only by pulling
/// every long one.
#[test]
fn ranges_have_both_ends_and_no_base_more() {
    let cohort = cohort();
    for (range, expected) in [
        ("17:999-999", ""),
        ("17:999-1000", "snv"),
        ("17:1000-1000", "snv"),
        ("17:1001-1009", ""),
        // REF of the deletion is 1020 to 1024
        ("17:1024-1024", "del"),
        ("17:1025-1099", ""),
        // inside of the long deletion and nowhere near its start
        ("17:4000-4001", "sv"),
        ("17:5000-5000", "sv"),
        ("17:5001-6000", ""),
        ("17:1999-2000", "sv multi"),
    ] {
        assert_eq!(variants(&cohort, range), expected, "{range}");
    }
    assert_eq!(ids(&cohort, "carriers(17:4000-4001)"), "P4");
}

/// A beacon wanted both REF and ALT longer than the least length, so that no insertion or deletion could
/// pass, and was off by one at both ends.
#[test]
fn lengths_are_of_what_is_inserted_or_deleted() {
    let cohort = cohort();
    for (question, expected) in [
        ("length>=3", "ins del sv"),
        ("length>3", "del sv"),
        ("length>=4", "del sv"),
        ("length=3", "ins"),
        ("length<=3", "snv ins multi again"),
        ("length<3", "snv multi again"),
        ("length>=3900", "sv"),
        ("length>3900", ""),
        ("type:ins & length>=3 & length<=3", "ins"),
    ] {
        assert_eq!(variants(&cohort, question), expected, "{question}");
    }
}

/// A beacon knew contigs as `1` to `22` alone, while the standard's own examples are of `NC_000017.11`;
/// and in a portal's fixture the same number was both an HGVS position and a start from 0.
#[test]
fn all_spellings_name_the_same_variant() {
    let cohort = cohort();
    for spelling in [
        "17-1000-A-G",
        "chr17:1000:A:G",
        "17:1000:A:G",
        "NC_000017.11:g.1000A>G",
        // SPDI counts from 0
        "NC_000017.11:999:A:G",
        "region(NC_000017.11, 1000, 1000)",
    ] {
        assert_eq!(variants(&cohort, spelling), "snv", "{spelling}");
    }
    for other in [
        "NC_000017.11:g.999A>G",
        "NC_000017.11:1000:A:G",
        "17:999:A:G",
    ] {
        assert_eq!(variants(&cohort, other), "", "{other}");
    }
    // another assembly's accession is no name of this contig
    cohort
        .run("variants", &["NC_000017.10:g.1000A>G"])
        .code(2)
        .stdout("");
}

/// A beacon kept a count of 0 for ever after a failure, and old counts after the people had changed.
#[test]
fn a_failure_is_no_count_and_counts_are_of_the_people_there_are() {
    let cohort = cohort();
    let dataset = cohort.path("cohort.vdx");
    let people = common::file_of(&dataset, ".people");
    let away = cohort.path("away");
    std::fs::rename(&people, &away).unwrap();
    cohort.run("ask", &["sex:male"]).code(5).stdout("");
    std::fs::rename(&away, &people).unwrap();
    assert_eq!(cohort.answer("ask", &["sex:male"]), "3\n");
    // one withdraws
    let fewer: String = PEOPLE
        .lines()
        .filter(|line| !line.starts_with("P1\t"))
        .fold(String::new(), |text, line| text + line + "\n");
    std::fs::write(cohort.path("people.tsv"), fewer).unwrap();
    cohort.run("people", &["people.tsv"]).success();
    assert_eq!(cohort.answer("ask", &["sex:male"]), "2\n");
    assert_eq!(
        cohort.answer("ask", &["HP:0000002"]),
        "1\n",
        "terms are still expanded"
    );
}

/// A beacon's count was that of the page.
#[test]
fn a_count_does_not_depend_on_how_many_are_shown() {
    let cohort = cohort();
    let question = "HP:0000001";
    assert_eq!(cohort.answer("ask", &[question]), "6\n");
    assert_eq!(
        cohort.answer("ask", &[question, "--ids", "--top", "2"]),
        "P1\nP2\n"
    );
    cohort
        .run("ask", &[question, "--top", "2"])
        .code(2)
        .stderr(contains("--ids"));
    let shown = cohort.answer("people", &["--scope", "phenotype", "--top", "1"]);
    assert_eq!(shown.lines().nth(1), Some("term\tHP:0000001\tgeneral\t6"));
}

/// Structural variants were left out on the way in, and several ALTs had to be split before.
#[test]
fn structural_variants_and_several_alts_are_read_as_they_are() {
    let cohort = cohort();
    assert_eq!(ids(&cohort, "carriers(type:del & length>1000)"), "P4");
    let expected = table(
        "chrom pos id ref alt ac an af n_het n_hom n_hemi n_missing
         chr17 2000 multi A G 2 10 0.2 2 0 0 1
         chr17 2000 multi A T 1 10 0.1 1 0 0 1",
    );
    // AC and AN stand beside AF, for sums across datasets, and a missing genotype is not reference
    assert_eq!(cohort.answer("frequencies", &["id:multi"]), expected);
    assert_eq!(ids(&cohort, "carriers(17:2000:A:T)"), "P6");
}

/// The standard has neither "or", nor "not", nor two variants of one person.
#[test]
fn questions_combine() {
    let cohort = cohort();
    assert_eq!(ids(&cohort, "carriers(id:snv) & carriers(id:again)"), "P1");
    assert_eq!(ids(&cohort, "carriers(id:snv) & carriers(id:ins)"), "");
    assert_eq!(ids(&cohort, "carriers(id:snv) | carriers(id:ins)"), "P1 P2");
    assert_eq!(
        ids(&cohort, "!HP:0000002 & (sex:female | age>70y)"),
        "P3 P4 P6"
    );
}

/// A beacon kept all carriers of a variant in one document, which has a most size, and asked for them one
/// by one: common variants failed in large cohorts.
#[test]
fn a_variant_that_all_carry_is_no_special_case() {
    const PEOPLE: usize = 20_000;
    let cohort = Fixture {
        dir: tempfile::tempdir().unwrap(),
    };
    let (mut names, mut all, mut table) = (String::new(), String::new(), "id\tsex\n".to_owned());
    for person in 0..PEOPLE {
        write!(names, "\tS{person}").unwrap();
        all += "\t1/1";
        let sex = if person % 4 == 0 { "female" } else { "male" };
        writeln!(table, "S{person}\t{sex}").unwrap();
    }
    let text = format!("{HEADER}{names}\nchr17\t1000\t.\tA\tG\t.\t.\t.\tGT{all}\n");
    std::fs::write(cohort.path("all.vcf"), text).unwrap();
    std::fs::write(cohort.path("people.tsv"), table).unwrap();
    let input = cohort.path("all.vcf").display().to_string();
    varidex(&["build", &input, "-q", "-o", &cohort.dataset()])
        .assert()
        .success();
    cohort.run("people", &["people.tsv"]).success();
    assert_eq!(
        cohort.answer("ask", &["carriers(17:1000:A:G, hom)"]),
        "20000\n"
    );
    let women = "carriers(17:1000:A:G) & sex:female";
    assert_eq!(cohort.answer("ask", &[women]), "5000\n");
    assert_eq!(cohort.answer("ask", &[&format!("!({women})")]), "15000\n");
}
