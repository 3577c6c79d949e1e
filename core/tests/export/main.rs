//! Exporting, and building again from what was exported.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod real;
mod version;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use varidex::{
    BuildOptions, Dataset, Error, ExportFormat, ExportOptions, ExportSummary, Group, View, build,
};

const HEAD: &str = "##fileformat=VCFv4.3\n\
    ##FILTER=<ID=q10,Description=\"\">\n##FILTER=<ID=s50,Description=\"\">\n\
    ##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n\
    ##INFO=<ID=SVLEN,Number=.,Type=Integer,Description=\"\">\n\
    ##INFO=<ID=DP,Number=1,Type=Integer,Description=\"\">\n\
    ##INFO=<ID=EAF,Number=A,Type=Float,Description=\"\">\n\
    ##INFO=<ID=AD,Number=R,Type=Integer,Description=\"\">\n\
    ##INFO=<ID=DB,Number=0,Type=Flag,Description=\"\">\n\
    ##INFO=<ID=LIST,Number=.,Type=Integer,Description=\"\">\n\
    ##INFO=<ID=NAME,Number=A,Type=String,Description=\"\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n\
    ##contig=<ID=1,length=100000>\n##contig=<ID=2>\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
const KEYS: [&str; 6] = ["DP", "EAF", "AD", "DB", "LIST", "NAME"];

/// A VCF of lines of which the columns are separated by spaces.
fn vcf(samples: &str, lines: &[&str]) -> String {
    let mut text = HEAD.to_owned();
    if !samples.is_empty() {
        text += &format!(" FORMAT {samples}").replace(' ', "\t");
    }
    text.push('\n');
    for line in lines {
        text += &line.split_whitespace().collect::<Vec<_>>().join("\t");
        text.push('\n');
    }
    text
}

struct Built {
    dir: tempfile::TempDir,
    dataset: View,
}

fn built_from(inputs: &[PathBuf], keys: &[&str]) -> Built {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("d.vdx");
    let options = BuildOptions {
        info: keys.iter().map(|&key| key.to_owned()).collect(),
        ..BuildOptions::default()
    };
    build(inputs, &to, &options, &mut |_| true).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    Built { dir, dataset }
}

fn built(texts: &[String]) -> Built {
    let dir = tempfile::tempdir().unwrap();
    let inputs: Vec<PathBuf> = (0..texts.len())
        .map(|i| dir.path().join(format!("{i}.vcf")))
        .collect();
    for (path, text) in inputs.iter().zip(texts) {
        fs::write(path, text).unwrap();
    }
    built_from(&inputs, &KEYS)
}

/// Everything that can be asked of the rows.
fn rows(dataset: &View) -> Vec<String> {
    let mut rows = Vec::new();
    let mut variants = dataset.variants("all").unwrap();
    while let Some(mut v) = variants.next().unwrap() {
        let (reference, alternate) = v.alleles().unwrap();
        let alleles = [reference, alternate].map(|a| String::from_utf8_lossy(a).into_owned());
        let id = String::from_utf8_lossy(v.id().unwrap()).into_owned();
        let mut carriers = Vec::new();
        v.carriers(|carrier| carriers.push(carrier)).unwrap();
        carriers.sort_by_key(|carrier| carrier.sample);
        let quality = v.quality().unwrap().map(f32::to_bits);
        rows.push(format!(
            "{} {} {alleles:?} {id} {quality:?} {} {:?} {:?} {carriers:?}",
            v.contig(),
            v.position().unwrap().one_based(),
            v.filter().unwrap(),
            v.interval().unwrap(),
            v.counts().unwrap(),
        ));
    }
    rows
}

fn export(
    dataset: &View,
    of: &str,
    group: Option<&Group>,
    format: ExportFormat,
) -> (Vec<u8>, ExportSummary) {
    let mut out = Vec::new();
    let options = ExportOptions {
        format: Some(format),
        threads: Some(2),
    };
    let summary = dataset
        .export_to(of, group, &mut out, &options, &mut |_| true)
        .unwrap();
    assert_eq!(summary.bytes, out.len() as u64);
    (out, summary)
}

/// The lines of an export behind the header, columns separated by spaces.
fn lines(dataset: &View, of: &str, group: Option<&Group>) -> Vec<String> {
    let (text, summary) = export(dataset, of, group, ExportFormat::Vcf);
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<String> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.replace('\t', " "))
        .collect();
    assert_eq!(summary.records, lines.len() as u64);
    lines
}

/// Exports in every format, builds from each again, and compares all there is to be asked.
fn round_trip(first: &View) {
    let expected = rows(first);
    for (format, name) in [
        (ExportFormat::Vcf, "x.vcf"),
        (ExportFormat::VcfGz, "x.vcf.gz"),
        (ExportFormat::Bcf, "x.bcf"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        let options = ExportOptions::default();
        first
            .export("all", None, &path, &options, &mut |_| true)
            .unwrap();
        let names: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(names.len(), 1, "no temporary file is left");
        let again = built_from(std::slice::from_ref(&path), &KEYS);
        assert_eq!(rows(&again.dataset), expected, "{name}");
        let (a, _) = export(first, "all", None, format);
        let (b, _) = export(&again.dataset, "all", None, format);
        assert!(a == b, "{name} is the same again");
        quiet_bcftools(&path);
    }
}

fn bcftools_is_there() -> bool {
    let there = Command::new("bcftools")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !there {
        eprintln!("bcftools is not installed: not compared with it");
    }
    there
}

/// bcftools reads the file without a warning.
fn quiet_bcftools(path: &Path) {
    if !bcftools_is_there() {
        return;
    }
    let out = Command::new("bcftools")
        .args(["view", "-Ou"])
        .arg(path)
        .output()
        .unwrap();
    assert!(out.status.success());
    assert_eq!(
        String::from_utf8_lossy(&out.stderr),
        "",
        "{}",
        path.display()
    );
}

fn query(path: &Path, format: &str) -> String {
    let out = Command::new("bcftools")
        .args(["query", "-f", format])
        .arg(path)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn odd_records_come_back() {
    let text = vcf(
        "a b c d",
        &[
            "1 100 rs1;rs2 A G,T 30.5 PASS DP=7;EAF=0.25,1e-7;AD=1,2,3;DB;LIST=1,2;NAME=x,. GT 0|1 2|1 1/2 ./.",
            "1 100 . A C . . . GT 1/0 0/1 1/1 0/0",
            "1 100 . A G . q10;s50 DP=1 GT .|1 1|. ./1 ./0",
            "1 200 . CT C,*,CTT 1e-9 q10 EAF=.,.,0.5 GT 1 . 2/3 0|3",
            "1 250 . G . 5 PASS . GT 0/0 ./. 0 0|0",
            "1 300 . N <DEL> . . END=400;SVLEN=-100 GT 0/1 0/0 0/0 0/0",
            "1 301 . N <DEL>,<INS> . . SVLEN=-50,70 GT 0/1 0/2 0/0 0/0",
            "1 302 . N <FOO:BAR> . . END=5000 GT 0/1 0/0 0/0 0/0",
            "1 303 . N <*> . . END=600 GT 0/0 0/0 ./. 0/0",
            "1 304 . N N]2:55] . . . GT 0/1 0/0 0/0 0/0",
            "1 305 . A G,<CN0>,<CN2> . . END=700 GT 0/1 0|2 3/3 0/0",
            "1 400 . A C . . . GT 0/0/1 1|1|1 ./1/0 0|1",
            "1 400 . A C,G . . . GT 0/2/1 1|2|1|0 ././. 2",
            "1 500 . A C . . . GT 0|0 0|0 0|0 0|0",
            "1 502 . A C . . . GT ./. ./. .|. .",
            "2 0 . A C . . . GT 0|1 0/1 1|0 1/0",
            "2 7 . acgt a . . . GT 0|1 0/1 1|0 1/0",
        ],
    );
    let first = built(&[text]);
    assert_eq!(
        lines(&first.dataset, "all", None),
        [
            "1 100 rs1;rs2 A G,T 30.5 PASS AC=3,2;AN=6;DP=7;EAF=0.25,1e-7;AD=.,2,3;DB;LIST=1,2;NAME=x,. GT 0|1 2|1 1/2 ./.",
            "1 100 . A C . . AC=4;AN=8 GT 0/1 0/1 1/1 0/0",
            "1 100 . A G . q10;s50 AC=3;AN=4;DP=1 GT .|1 1|. ./1 ./0",
            "1 200 . CT C,*,CTT 1e-9 q10 AC=1,1,2;AN=5;EAF=.,.,0.5 GT 1 . 2/3 0|3",
            "1 250 . G . 5 PASS AN=5 GT 0/0 ./. 0 0|0",
            "1 300 . N <DEL> . . AC=1;AN=8;END=400;SVTYPE=DEL;SVLEN=-100 GT 0/1 0/0 0/0 0/0",
            "1 301 . N <DEL>,<INS> . . AC=1,1;AN=8;END=351;SVTYPE=DEL;SVLEN=-50,70 GT 0/1 0/2 0/0 0/0",
            "1 302 . N <FOO:BAR> . . AC=1;AN=8;END=5000 GT 0/1 0/0 0/0 0/0",
            "1 303 . N <*> . . AC=0;AN=6;END=600 GT 0/0 0/0 ./. 0/0",
            "1 304 . N N]2:55] . . AC=1;AN=8;SVTYPE=BND GT 0/1 0/0 0/0 0/0",
            "1 305 . A G,<CN0>,<CN2> . . AC=1,1,2;AN=8;END=700;SVTYPE=CNV GT 0/1 0|2 3/3 0/0",
            "1 400 . A C . . AC=6;AN=10 GT 0/0/1 1|1|1 ./1/0 0|1",
            "1 400 . A C,G . . AC=3,3;AN=8 GT 0/2/1 1|2|1|0 ././. 2",
            "1 500 . A C . . AC=0;AN=8 GT 0|0 0|0 0|0 0|0",
            "1 502 . A C . . AC=0;AN=0 GT ./. ./. ./. .",
            "2 0 . A C . . AC=4;AN=8 GT 0|1 0/1 1|0 0/1",
            "2 7 . acgt a . . AC=4;AN=8 GT 0|1 0/1 1|0 0/1",
        ]
    );
    round_trip(&first.dataset);
}

/// `a,b` became `a_b` without a word.
#[test]
fn names_that_are_written_otherwise_are_reported() {
    let text = vcf(
        "a",
        &[
            "1 100 . A G . a,b;q10 NAME=x GT 0|1",
            "1 101 . A G . a,b . GT 0|1",
        ],
    );
    let first = built(&[text]);
    let mut out = Vec::new();
    for format in [ExportFormat::Vcf, ExportFormat::Bcf] {
        out.clear();
        let options = ExportOptions {
            format: Some(format),
            ..ExportOptions::default()
        };
        let summary = first
            .dataset
            .export_to("all", None, &mut out, &options, &mut |_| true)
            .unwrap();
        assert_eq!(summary.replaced, 1);
        let line = "FILTER \"a,b\" cannot stand in a header: written as a_b";
        assert_eq!(summary.warnings, [line]);
    }
}

#[test]
fn everybody_carries() {
    let first = built(&[vcf("a b", &["1 501 . A C . . . GT 1|1 1|1"])]);
    let mut variants = first.dataset.variants("all").unwrap();
    assert_eq!(variants.next().unwrap().unwrap().counts().unwrap().ac, 4);
    assert_eq!(
        lines(&first.dataset, "all", None),
        ["1 501 . A C . . AC=4;AN=4 GT 1|1 1|1"]
    );
}

#[test]
fn alts_that_were_not_picked_are_left_out() {
    let first = built(&[vcf(
        "a b",
        &[
            "1 100 x A C,G,T . PASS EAF=0.1,0.2,0.3;AD=9,1,2,3 GT 1|2 3/1",
            "1 100 y A G . PASS . GT 0|1 0/0",
            "1 200 . A C,G . . . GT 0/1/2 1",
        ],
    )]);
    let d = &first.dataset;
    assert_eq!(
        lines(d, "1:100:A:G | 1:100:A:T", None),
        [
            "1 100 x A G,T . PASS AC=1,1;AN=4;EAF=0.2,0.3;AD=.,2,3 GT 0|1 0/2",
            "1 100 y A G . PASS AC=1;AN=4 GT 0|1 0/0",
        ]
    );
    assert_eq!(
        lines(d, "1:200:A:G", None),
        ["1 200 . A G . . AC=1;AN=4 GT 0/0/1 0"]
    );
    assert!(lines(d, "1:5000", None).is_empty());
}

#[test]
fn a_group_has_its_own_columns_and_counts() {
    let first = built(&[vcf(
        "a b c d e",
        &[
            "1 100 . A C,G . . . GT 1|2 0/0 ./. 1 0|1",
            "1 200 . A C . . . GT 0/0/1 1|1|1 0|1 0/1 ./1",
        ],
    )]);
    let d = &first.dataset;
    let group = d.ask("samples(a,d,e)").unwrap();
    let (text, summary) = export(d, "all", Some(&group), ExportFormat::Vcf);
    let text = String::from_utf8(text).unwrap();
    assert_eq!(summary.samples, 3);
    assert!(text.contains("\tFORMAT\ta\td\te\n"), "{text}");
    assert_eq!(
        lines(d, "all", Some(&group)),
        [
            "1 100 . A C,G . . AC=3,1;AN=5 GT 1|2 1 0|1",
            "1 200 . A C . . AC=3;AN=6 GT 0/0/1 0/1 ./1",
        ]
    );
    let nobody = d.ask("samples(a) & samples(b)").unwrap();
    assert_eq!(
        lines(d, "1:200:A:C", Some(&nobody)),
        ["1 200 . A C . . AC=0;AN=0"]
    );
    let other = built(&[vcf("a", &["1 1 . A C . . . GT 0|1"])]);
    let strange = other.dataset.all().unwrap();
    let refused = d.export_to(
        "all",
        Some(&strange),
        &mut Vec::new(),
        &ExportOptions::default(),
        &mut |_| true,
    );
    assert!(matches!(refused, Err(Error::Usage(_))));
}

#[test]
fn batches_meet_in_one_record() {
    let one = vcf(
        "b a",
        &[
            "1 100 one A C,G 10 PASS DP=3 GT 1|2 0/1",
            "1 200 . A C . . . GT 0|1 1",
            "1 300 . A C . . . GT 0|1 0|0",
            "1 350 . A C . . . GT 0|1 0|0",
        ],
    );
    let two = vcf(
        "c",
        &[
            "1 100 two a g 20 q10 DP=4 GT 0/1",
            "1 150 . A <*> . . END=250 GT 0/0",
            "1 300 . A G . . . GT ./1",
            "1 400 . A T . . . GT 0/1/1",
        ],
    );
    let first = built(&[one, two]);
    assert_eq!(
        lines(&first.dataset, "all", None),
        [
            "1 100 one;two A C,G 10 q10 AC=2,2;AN=6;DP=3 GT 1|2 0/1 0/2",
            "1 150 . A <*> . . AC=0;AN=2;END=250 GT ./. ./. 0/0",
            "1 200 . A C . . AC=2;AN=5 GT 0|1 1 0/0",
            "1 300 . A C . . AC=1;AN=5 GT 0|1 0|0 ./0",
            "1 300 . A G . . AC=1;AN=5 GT 0|0 0|0 ./1",
            "1 350 . A C . . AC=1;AN=4 GT 0|1 0|0 ./.",
            "1 400 . A T . . AC=2;AN=3 GT ./. ./. 0/1/1",
        ]
    );
    let group = first.dataset.ask("samples(a,c)").unwrap();
    assert_eq!(
        lines(&first.dataset, "1:100", Some(&group)),
        ["1 100 one;two A C,G 10 q10 AC=1,1;AN=4;DP=3 GT 0/1 0/2"]
    );
}

/// What a record says beside its genotypes was that of the first input, whoever was exported and whatever was
/// asked.
#[test]
fn records_speak_for_those_who_are_exported() {
    let built = built(&[
        vcf("A B", &["1 5 rs1 A C 50 PASS DP=1 GT 0/1 0/0"]),
        vcf("C", &["1 5 rs2;rs1 A C 5 q10;s50 DP=7 GT 1/1"]),
        vcf("D", &["1 5 . A C . . . GT 0/1"]),
        vcf("E", &["1 5 . A C . s50 DP=8 GT 0/1"]),
    ]);
    let reported = |of: &str, group: Option<&Group>| {
        let found = lines(&built.dataset, of, group);
        let fields: Vec<&str> = found[0].split(' ').collect();
        let info = fields[7].split(';').find(|entry| entry.starts_with("DP="));
        [fields[2], fields[5], fields[6], info.unwrap_or(".")].join(" ")
    };
    let of = |names: &str| built.dataset.ask(&format!("samples({names})")).unwrap();
    assert_eq!(reported("all", None), "rs1;rs2 50 q10;s50 DP=1");
    assert_eq!(reported("filter:PASS", None), "rs1 50 PASS DP=1");
    assert_eq!(reported("filter:q10", None), "rs2;rs1 5 q10;s50 DP=7");
    assert_eq!(reported("info.DP=8", None), ". . s50 DP=8");
    assert_eq!(reported("all", Some(&of("A"))), "rs1 50 PASS DP=1");
    assert_eq!(reported("all", Some(&of("B, D"))), "rs1 50 PASS DP=1");
    assert_eq!(reported("all", Some(&of("D"))), ". . . .");
    assert_eq!(
        reported("filter:q10", Some(&of("A, C"))),
        "rs2;rs1 5 q10;s50 DP=7"
    );
    // of none of them the record passes
    assert_eq!(
        reported("filter:q10", Some(&of("A, D"))),
        "rs1 50 PASS DP=1"
    );
}

/// A record without change ends where it does for all of whom it is written.
#[test]
fn no_end_is_further_than_what_is_known() {
    let first = vcf("a b", &["1 150 . A <*> . . END=250 GT 0/0 0/0"]);
    let shorter = vcf("c d", &["1 150 . A <*> . . END=200 GT 0/0 0/0"]);
    let other = vcf("c d", &["1 100 . A <*> . . END=160 GT 0/0 0/0"]);
    let end = |texts: &[String]| {
        let found = lines(&built(texts).dataset, "1:150", None);
        let line = found.iter().find(|line| line.starts_with("1 150")).unwrap();
        let info = line.split(' ').nth(7).unwrap().to_owned();
        info.split(';')
            .find(|entry| entry.starts_with("END="))
            .map(str::to_owned)
    };
    assert_eq!(end(std::slice::from_ref(&first)).unwrap(), "END=250");
    assert_eq!(end(&[first.clone(), shorter]).unwrap(), "END=200");
    assert_eq!(end(&[first, other]), None);
}

#[test]
fn files_that_split_records_differently_keep_their_missing_genotypes() {
    let joined = vcf("a", &["1 100 . A C,G . . . GT 1|2"]);
    let split = vcf(
        "b",
        &["1 100 . A C . . . GT 0|1", "1 100 . A G . . . GT ./."],
    );
    let first = built(&[joined, split]);
    assert_eq!(
        lines(&first.dataset, "all", None),
        [
            "1 100 . A C . . AC=2;AN=4 GT 1|0 0|1",
            "1 100 . A G . . AC=1;AN=2 GT 0|1 ./.",
        ]
    );
    // the same samples in two files over each other
    let snvs = vcf("a", &["1 100 . A C . . . GT 0|1"]);
    let more = vcf(
        "a",
        &["1 100 . A G . . . GT ./.", "1 200 . A G . . . GT 0|1"],
    );
    let first = built(&[snvs, more]);
    assert_eq!(lines(&first.dataset, "all", None).len(), 3);
}

#[test]
fn without_samples() {
    let first = built(&[vcf(
        "",
        &[
            "1 100 x A C,G 3 PASS DP=7",
            "1 100 . A C . . .",
            "2 5 . A . . . .",
        ],
    )]);
    assert_eq!(
        lines(&first.dataset, "all", None),
        [
            "1 100 x A C,G 3 PASS DP=7",
            "1 100 . A C . . .",
            "2 5 . A . . . ."
        ]
    );
    round_trip(&first.dataset);
}

#[test]
fn many_alleles() {
    let alts: Vec<String> = (0..200u32)
        .map(|i| {
            let bases: String = (0..4)
                .map(|k| ['A', 'C', 'G', 'T'][(i >> (2 * k) & 3) as usize])
                .collect();
            format!("A{bases}")
        })
        .collect();
    let line = |n: usize, genotypes: &str| {
        format!(
            "1 {} . A {} . . . GT {genotypes}",
            100 + n,
            alts[..n].join(",")
        )
    };
    let text = vcf(
        "a b c d",
        &[
            &line(9, "9|1 0/9 ./9 3"),
            &line(10, "10|9 0/10 ./. 10"),
            &line(62, "62|1 0/62 1/2/62 ."),
            &line(63, "63|1 0/63 ./63 63"),
            &line(200, "200|1 99/200 1|200|7 200"),
        ],
    );
    let first = built(&[text]);
    let genotypes: Vec<String> = lines(&first.dataset, "all", None)
        .iter()
        .map(|line| line.split_once("GT ").unwrap().1.to_owned())
        .collect();
    assert_eq!(
        genotypes,
        [
            "9|1 0/9 ./9 3",
            "10|9 0/10 ./. 10",
            "62|1 0/62 1/2/62 .",
            "63|1 0/63 ./63 63",
            "200|1 99/200 1|200|7 200",
        ]
    );
    round_trip(&first.dataset);
}

#[test]
fn names_that_no_header_can_have() {
    let text = vcf("a", &["c,1 100 . A C . f,1;PASS . GT 0|1"]);
    let first = built(&[text]);
    let d = &first.dataset;
    assert_eq!(
        lines(d, "all", None),
        ["c,1 100 . A C . f_1;PASS AC=1;AN=2 GT 0|1"]
    );
    let bcf = ExportOptions {
        format: Some(ExportFormat::Bcf),
        ..ExportOptions::default()
    };
    let refused = d.export_to("all", None, &mut Vec::new(), &bcf, &mut |_| true);
    assert!(matches!(refused, Err(Error::Usage(_))));
}

#[test]
fn a_failed_export_leaves_what_was_there() {
    let many: Vec<String> = (1..2000)
        .map(|i| format!("1 {i} . A C . . . GT 0|1"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let first = built(&[vcf("a", &many)]);
    let d = &first.dataset;
    let path = first.dir.path().join("out.vcf.gz");
    let options = ExportOptions::default();
    fs::write(&path, "before").unwrap();
    let before = fs::read_dir(first.dir.path()).unwrap().count();
    let stopped = d.export("all", None, &path, &options, &mut |_| false);
    assert!(matches!(stopped, Err(Error::Cancelled)));
    assert_eq!(fs::read_to_string(&path).unwrap(), "before");
    assert_eq!(fs::read_dir(first.dir.path()).unwrap().count(), before);
    let mut reported = 0;
    let summary = d.export("all", None, &path, &options, &mut |progress| {
        reported = progress.records;
        true
    });
    assert_eq!(summary.unwrap().records, 1999);
    assert!(reported > 0);
    let unknown = d.export(
        "all",
        None,
        first.dir.path().join("x.txt"),
        &options,
        &mut |_| true,
    );
    assert!(matches!(unknown, Err(Error::Usage(_))));
    let nowhere = d.export("all", None, "/nowhere/x.vcf", &options, &mut |_| true);
    assert!(matches!(nowhere, Err(Error::Io { .. })));
}
