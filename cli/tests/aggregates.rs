//! Files of aggregates: made of files of counts, written as VCF, BCF and Parquet, described, encrypted.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reports what is wrong by failing"
)]

mod common;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int32Type};
use arrow_array::{Array, RecordBatch};
use common::varidex;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs;
use std::path::Path;
use std::process::Output;

fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[track_caller]
fn answer(folder: &Path, args: &str) -> (String, String) {
    let args: Vec<&str> = args.split(' ').collect();
    let output = varidex(&args).current_dir(folder).output().unwrap();
    let (out, error) = text(&output);
    assert!(output.status.success(), "{args:?}: {error}");
    (out, error)
}

#[track_caller]
fn refused(folder: &Path, args: &str, code: i32, expected: &str) {
    let args: Vec<&str> = args.split(' ').collect();
    let output = varidex(&args).current_dir(folder).output().unwrap();
    let (_, error) = text(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {error}");
    assert!(error.contains(expected), "{args:?}: {error}");
}

const POPULATIONS: [&str; 5] = ["", "_FI_F", "_FI_M", "_SE_F", "_SE_M"];

/// CHROM to REF, ALT, and by ALT and population people with one and with two copies.
type Record = (&'static str, &'static str, &'static [[(u64, u64); 4]]);

/// Two contigs, a record with two ALTs, one of which the numbers do not agree, and one of a few Swedes.
fn sites() -> String {
    let mut text = "##fileformat=VCFv4.3\n##contig=<ID=chr21,length=46709983>\n##contig=<ID=chr22,length=50818468>\n".to_owned();
    for label in POPULATIONS {
        for (key, number, kind) in [
            ("AC", "A", "Integer"),
            ("AN", "1", "Integer"),
            ("AF", "A", "Float"),
            ("AC_Hom", "A", "Integer"),
            ("AC_Het", "A", "Integer"),
            ("AC_Hemi", "A", "Integer"),
        ] {
            text +=
                &format!("##INFO=<ID={key}{label},Number={number},Type={kind},Description=\"\">\n");
        }
    }
    text += "##INFO=<ID=EUR_AF,Number=A,Type=Float,Description=\"\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    let records: [Record; 4] = [
        (
            "chr21\t100\t.\tA",
            "G",
            &[[(20, 5), (30, 1), (10, 0), (8, 8)]],
        ),
        (
            "chr22\t50\t.\tC",
            "T,CAA",
            &[
                [(2, 5), (3, 1), (1, 0), (8, 8)],
                [(20, 0), (30, 0), (9, 0), (7, 0)],
            ],
        ),
        (
            "chr22\t50\t.\tCT",
            "C",
            &[[(12, 0), (11, 1), (13, 2), (0, 7)]],
        ),
        (
            "chr22\t90\t.\tG",
            "<DEL>",
            &[[(12, 0), (11, 1), (13, 2), (0, 1)]],
        ),
    ];
    for (place, alts, counts) in records {
        let mut fields = Vec::new();
        for (number, label) in POPULATIONS.iter().enumerate() {
            let of = |alt: &[(u64, u64); 4]| match number {
                0 => alt.iter().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
                of => alt[of - 1],
            };
            let an: u64 = if number == 0 { 800 } else { 200 };
            let join = |number: &dyn Fn((u64, u64)) -> String| {
                let all: Vec<String> = counts.iter().map(|alt| number(of(alt))).collect();
                all.join(",")
            };
            let ac = |(het, hom): (u64, u64)| het + 2 * hom;
            fields.push(format!("AC{label}={}", join(&|of| ac(of).to_string())));
            fields.push(format!("AN{label}={an}"));
            fields.push(format!(
                "AF{label}={}",
                join(&|of| format!("{:.4}", ac(of) as f64 / an as f64))
            ));
            fields.push(format!("AC_Het{label}={}", join(&|of| of.0.to_string())));
            fields.push(format!(
                "AC_Hom{label}={}",
                join(&|of| (2 * of.1).to_string())
            ));
            fields.push(format!("AC_Hemi{label}={}", join(&|_| "0".to_owned())));
        }
        let end = if alts == "<DEL>" { "END=200;" } else { "" };
        text += &format!("{place}\t{alts}\t.\tPASS\t{end}{}\n", fields.join(";"));
    }
    text + "chr22\t95\t.\tG\tA\t.\tPASS\tAC=5;AN=4\n"
}

const HOUSE: &str = "name = \"house\"\ngranularity = \"count\"\nfloor.people = 2\ntwo_tailed = false\nzero = \"shown\"\n";

fn published(folder: &Path) {
    fs::write(folder.join("sites.vcf"), sites()).unwrap();
    fs::write(folder.join("house.toml"), HOUSE).unwrap();
    let (_, said) = answer(
        folder,
        "publish sites.vcf -o open.vdx --policy open --population people",
    );
    for line in [
        "records read                   5",
        "records stored                 4",
        "records refused                1",
        "refused 1: expected AC of at most AN",
        "sites.vcf:40: found 5 of 4",
        "left out: EUR_AF: there is no AN beside AF",
        "5 sites, 0 more withheld whole",
        "strata: FI_F, FI_M, SE_F, SE_M",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    answer(
        folder,
        "publish sites.vcf -o house.vdx --policy house.toml --population people --by country,sex --consent-date 2026-03-01",
    );
}

#[test]
fn counts_of_others_are_published_and_asked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    published(folder);
    for file in ["open.vdx", "house.vdx"] {
        assert_eq!(answer(folder, &format!("verify {file}")).0, "ok\n");
    }
    let (table, _) = answer(folder, "frequencies open.vdx chr21 --by country");
    assert_eq!(
        table,
        "chrom\tpos\tref\talt\tcountry\tac\tan\taf\tn_het\tn_hom\tn_hemi\tstatus\n\
         chr21\t100\tA\tG\tall\t96\t800\t0.12\t68\t14\t0\texact\n\
         chr21\t100\tA\tG\tFI\t62\t400\t0.155\t50\t6\t0\texact\n\
         chr21\t100\tA\tG\tSE\t34\t400\t0.085\t18\t8\t0\texact\n"
    );
    let (info, _) = answer(folder, "info house.vdx");
    assert!(info.contains("consent    of 2026-03-01"), "{info}");
    assert!(info.contains("people     .\n"), "{info}");
    // of a few Swedes nothing is shown, and so of no Swedes
    let (few, _) = answer(folder, "frequencies house.vdx chr22:90 --group SE_M");
    assert!(few.contains("withheld"), "{few}");
    let sites = "publish sites.vcf --policy open --population p";
    for (args, code, expected) in [
        (
            "publish sites.vcf -o x.vdx --policy open",
            2,
            "--population",
        ),
        ("publish sites.vcf -o x.vdx --population p", 2, "--policy"),
        (&*format!("{sites} -o open.vdx"), 2, "is there already"),
        (&format!("{sites} -o x.vdx --where chr22"), 2, "no --where"),
        (
            &format!("{sites} -o x.vdx --purpose rare_match"),
            2,
            "no purposes",
        ),
        (
            &format!("{sites} -o x.vdx --by age"),
            2,
            "strata by `country,sex`",
        ),
        (
            &format!("{sites} -o x.vdx --strata NO"),
            2,
            "labels of populations",
        ),
        (
            &format!("{sites} -o x.vdx --strata FI_F --by sex"),
            2,
            "cannot be used with",
        ),
        (
            "publish sites.vcf -o x.vdx --policy public --population p",
            2,
            "not how many",
        ),
        (
            "publish house.toml -o x.vdx --policy open --population p",
            3,
            "house.toml",
        ),
        (
            "publish open.vdx -o x.vdx --policy open --population p",
            3,
            "open.vdx",
        ),
        (
            "publish none -o x.vdx --policy open --population p",
            5,
            "none",
        ),
    ] {
        refused(folder, args, code, expected);
        assert!(!folder.join("x.vdx").exists());
    }
}

/// CHROM, POS, REF, ALT, VT, POPULATION, and the numbers as text.
fn rows_of(batches: &[RecordBatch]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let cell = |name: &str| {
                let column = batch.column_by_name(name).unwrap();
                if column.is_null(row) {
                    return ".".to_owned();
                }
                match name {
                    "CHROM" | "REF" | "ALT" | "VT" | "POPULATION" => {
                        column.as_string::<i32>().value(row).to_owned()
                    }
                    "AF" => format!("{:.4}", column.as_primitive::<Float32Type>().value(row)),
                    _ => column.as_primitive::<Int32Type>().value(row).to_string(),
                }
            };
            let names = [
                "CHROM",
                "POS",
                "REF",
                "ALT",
                "VT",
                "POPULATION",
                "AF",
                "AC",
                "AC_HOM",
                "AC_HET",
                "AC_HEMI",
                "AN",
                "END",
            ];
            rows.push(names.map(cell).join(" "));
        }
    }
    rows
}

fn parquet_of(path: &Path) -> (Vec<RecordBatch>, Vec<i64>) {
    let file = fs::File::open(path).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let groups = builder.metadata().row_groups().iter();
    let groups = groups.map(|group| group.num_rows()).collect();
    (
        builder.build().unwrap().map(Result::unwrap).collect(),
        groups,
    )
}

#[test]
fn parquet_has_the_columns_of_gdi() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    published(folder);
    let (_, said) = answer(folder, "export open.vdx -o open.parquet");
    assert!(
        said.contains("5 sites with 25 rows, 0 counts withheld"),
        "{said}"
    );
    let (batches, groups) = parquet_of(&folder.join("open.parquet"));
    // a row group is of one contig
    assert_eq!(groups, [5, 20]);
    let schema = batches.first().unwrap().schema();
    let names: Vec<&str> = schema
        .fields()
        .iter()
        .map(|of| of.name().as_str())
        .collect();
    assert_eq!(
        names[1..12],
        [
            "POS",
            "REF",
            "ALT",
            "VT",
            "POPULATION",
            "AF",
            "AC",
            "AC_HOM",
            "AC_HET",
            "AC_HEMI",
            "AN"
        ]
    );
    let rows = rows_of(&batches);
    assert_eq!(
        rows.first().unwrap(),
        "chr21 99 A G SNP FI_F 0.1500 30 10 20 0 200 100"
    );
    assert_eq!(rows[4], "chr21 99 A G SNP Total 0.1200 96 28 68 0 800 100");
    // those of one position by their alleles
    let alleles: Vec<&str> = rows.iter().skip(9).step_by(5).map(String::as_str).collect();
    assert!(
        alleles
            .first()
            .unwrap()
            .starts_with("chr22 49 C CAA INS Total"),
        "{alleles:?}"
    );
    assert!(
        alleles[1].starts_with("chr22 49 C T SNP Total"),
        "{alleles:?}"
    );
    assert!(
        alleles[2].starts_with("chr22 49 CT C DEL Total"),
        "{alleles:?}"
    );
    assert!(alleles[3].ends_with("800 200"), "{alleles:?}");
    // what is withheld is no row
    let (_, said) = answer(folder, "export house.vdx chr22:90 -o house.parquet");
    let (batches, _) = parquet_of(&folder.join("house.parquet"));
    let shown = rows_of(&batches).len();
    assert!((1..5).contains(&shown), "{said}");
    assert!(
        said.contains(&format!("{} counts withheld", 5 - shown)),
        "{said}"
    );
    answer(folder, "export open.vdx pos>1000 -o none.parquet");
    assert!(rows_of(&parquet_of(&folder.join("none.parquet")).0).is_empty());
}

#[test]
fn vcf_and_bcf_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    published(folder);
    let table = |file: &str| answer(folder, &format!("frequencies {file} all --by country,sex")).0;
    for name in ["a.vcf", "a.vcf.gz", "a.bcf"] {
        answer(folder, &format!("export open.vdx -o {name}"));
        answer(
            folder,
            &format!("publish {name} -o again.vdx --policy open --population people --force"),
        );
        assert_eq!(table("again.vdx"), table("open.vdx"), "{name}");
    }
    let (out, _) = answer(folder, "export house.vdx chr22:90 -o -");
    let line = out.lines().last().unwrap();
    assert!(
        line.starts_with("chr22\t90\t.\tG\t<DEL>\t.\t.\tEND=200;AC="),
        "{line}"
    );
    assert!(line.contains("AC_SE_M=.;AN_SE_M=.;AF_SE_M=."), "{line}");
    refused(
        folder,
        "export open.vdx --group FI_F -o x.vcf",
        2,
        "expected no --group",
    );
    refused(
        folder,
        "export open.vdx -o x.txt",
        2,
        "a name that ends with",
    );
    refused(
        folder,
        "export open.vdx gene:RYR1 -o x.parquet",
        2,
        "a published file answers",
    );
    assert!(!folder.join("x.parquet").exists());
}

#[test]
fn numbers_of_healthdcat_ap_are_those_that_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    published(folder);
    let (out, said) = answer(
        folder,
        "info open.vdx --dcat --id GDI-EE-ORG-20260101000000000",
    );
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["dct:identifier"], "GDI-EE-ORG-20260101000000000");
    assert_eq!(json["healthdcatap:numberOfRecords"]["@value"], "5");
    assert_eq!(
        json["healthdcatap:populationCoverage"][0],
        "country, sex: FI_F, FI_M, SE_F, SE_M"
    );
    assert!(
        said.contains("withheld or not known: healthdcatap:numberOfUniqueIndividuals"),
        "{said}"
    );
    refused(
        folder,
        "info open.vdx --dcat --id GDI-EE-ORG",
        2,
        "two capital letters",
    );
    let mut vcf = "##fileformat=VCFv4.3\n##contig=<ID=22>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT".to_owned();
    let mut people = "individual_id\tsample\tsex\tcountry\tage\tphenotype\n".to_owned();
    for person in 0..12 {
        vcf += &format!("\tS{person:02}");
        let (sex, country) = (["female", "male"][person % 2], ["FI", "SE"][person / 9]);
        people += &format!(
            "P{person:02}\tS{person:02}\t{sex}\t{country}\t{}\tHP:0001250\n",
            21 + 2 * person
        );
    }
    for (position, carriers) in [(100, 12), (200, 1), (300, 7)] {
        vcf += &format!("\n22\t{position}\t.\tA\tG\t.\tPASS\t.\tGT");
        for person in 0..12 {
            vcf += if person < carriers { "\t0|1" } else { "\t0|0" };
        }
    }
    fs::write(folder.join("a.vcf"), vcf + "\n").unwrap();
    fs::write(folder.join("people.tsv"), people).unwrap();
    answer(folder, "build a.vcf -o d.vdx --people people.tsv");
    let json = |args: &str| -> serde_json::Value {
        serde_json::from_str(&answer(folder, args).0).unwrap()
    };
    let number = |json: &serde_json::Value, name: &str| {
        json[format!("healthdcatap:{name}")]["@value"]
            .as_str()
            .map(str::to_owned)
    };
    let all = json("info d.vdx --dcat");
    let shown = |json: &serde_json::Value| {
        [
            "numberOfRecords",
            "numberOfUniqueIndividuals",
            "minTypicalAge",
            "maxTypicalAge",
        ]
        .map(|name| number(json, name).unwrap_or_default())
    };
    assert_eq!(shown(&all), ["3", "12", "21", "43"]);
    assert_eq!(
        all["healthdcatap:populationCoverage"][0],
        "country: FI 9, SE 3"
    );
    assert_eq!(
        all["healthdcatap:hasCodingSystem"][0]["dct:title"],
        "Human Phenotype Ontology"
    );
    // a policy of five: one carrier is no record, and ages of few are none
    let policy = HOUSE.replace("= 2", "= 4") + "combine = true\nrounding = 4\n";
    fs::write(folder.join("four.toml"), policy).unwrap();
    let some = json("info d.vdx --dcat --policy four.toml");
    let [records, people, youngest, oldest] = shown(&some);
    assert_eq!((&*records, &*people), ("2", "12"));
    // of the oldest two nothing is said, and so not of another band
    assert_eq!((&*youngest, &*oldest), ("30", "39"));
    answer(folder, "withdraw d.vdx --samples S00");
    let [records, people, ..] = shown(&json("info d.vdx --dcat"));
    assert_eq!((&*records, &*people), ("2", "11"));
}

const PUBLIC: &str = "-----BEGIN CRYPT4GH PUBLIC KEY-----\n\
    BvQVAuo3LFycDmc06DCAKOaBLAGOvcTKK1hII6MOXxc=\n\
    -----END CRYPT4GH PUBLIC KEY-----\n";
/// As `openssl genpkey -algorithm ed25519` wrote it.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIHzvb5vcK0jCb87ygLajBHgLT4NYlNtool8flAonGb8s\n\
    -----END PRIVATE KEY-----\n";

#[test]
fn files_are_wrapped_for_recipients() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    published(folder);
    fs::write(folder.join("key.pub"), PUBLIC).unwrap();
    fs::write(folder.join("sign.pem"), PRIVATE).unwrap();
    let publish = "publish sites.vcf --policy open --population people -o";
    answer(
        folder,
        &format!("{publish} out.vdx --encrypt-to key.pub --encrypt-to key.pub --sign sign.pem"),
    );
    let container = fs::read(folder.join("out.vdx.c4gh")).unwrap();
    assert!(container.starts_with(b"crypt4gh\x01\0\0\0\x02\0\0\0"));
    let plain = fs::read(folder.join("open.vdx")).unwrap();
    let segments = plain.len().div_ceil(65_536);
    assert_eq!(container.len(), 16 + 2 * 108 + plain.len() + 28 * segments);
    // nothing else is left but the signature
    assert!(folder.join("out.vdx.sig").exists());
    assert!(!folder.join("out.vdx").exists());
    let hidden = fs::read_dir(folder)
        .unwrap()
        .map(|of| of.unwrap().file_name());
    assert_eq!(
        hidden
            .filter(|name| name.to_string_lossy().starts_with('.'))
            .count(),
        0
    );
    // the first bytes of the file are in no container
    let head = &plain[..64];
    assert!(!container.windows(64).any(|window| window == head));
    for (args, code, expected) in [
        (
            format!("{publish} out.vdx --encrypt-to key.pub"),
            2,
            "is there already",
        ),
        (
            format!("{publish} out.vdx.c4gh --encrypt-to key.pub"),
            2,
            "is there already",
        ),
        (
            format!("{publish} x.vdx --encrypt-to sign.pem"),
            2,
            "found a private key",
        ),
        (
            format!("{publish} x.vdx --encrypt-to sites.vcf"),
            2,
            "expected a crypt4gh public key",
        ),
        (
            format!("{publish} x.vdx --encrypt-to none.pub"),
            5,
            "none.pub",
        ),
        (
            format!("{publish} x.vdx --encrypt-to ."),
            2,
            "expected a file",
        ),
    ] {
        refused(folder, &args, code, expected);
    }
    answer(
        folder,
        &format!("{publish} out.vdx --encrypt-to key.pub --force"),
    );
    assert!(!folder.join("out.vdx.sig").exists());
    assert!(!folder.join("x.vdx").exists() && !folder.join("x.vdx.c4gh").exists());
    #[cfg(unix)]
    {
        let pipe = folder.join("pipe.pub");
        let made = std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap();
        assert!(made.success());
        refused(
            folder,
            &format!("{publish} x.vdx --encrypt-to pipe.pub"),
            2,
            "expected a file",
        );
    }
}
