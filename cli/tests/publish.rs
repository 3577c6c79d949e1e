//! `varidex publish`, and what asks the file.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reports what is wrong by failing"
)]

mod common;

use common::varidex;
use std::fs;
use std::path::Path;
use std::process::Output;

fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[track_caller]
fn answer(folder: &Path, args: &[&str]) -> String {
    let output = varidex(args).current_dir(folder).output().unwrap();
    let (out, error) = text(&output);
    assert!(output.status.success(), "{args:?}: {error}");
    out
}

#[track_caller]
fn refused(folder: &Path, args: &[&str], code: i32) -> String {
    let output = varidex(args).current_dir(folder).output().unwrap();
    let (_, error) = text(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {error}");
    error
}

/// Twelve people of two countries.
fn dataset(folder: &Path) {
    let mut vcf = "##fileformat=VCFv4.3\n##contig=<ID=22,length=50818468>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT".to_owned();
    let mut people = "individual_id\tsample\tsex\tcountry\n".to_owned();
    for person in 0..12 {
        vcf += &format!("\tSAMPLE{person:02}");
        let (sex, country) = (["female", "male"][person % 2], ["FI", "SE"][person / 6]);
        people += &format!("PERSON{person:02}\tSAMPLE{person:02}\t{sex}\t{country}\n");
    }
    for (position, carriers) in [(100, 12), (200, 1), (300, 7), (400, 4)] {
        vcf += &format!("\n22\t{position}\t.\tA\tG\t.\tPASS\t.\tGT");
        for person in 0..12 {
            vcf += if person < carriers { "\t0|1" } else { "\t0|0" };
        }
    }
    fs::write(folder.join("a.vcf"), vcf + "\n").unwrap();
    fs::write(folder.join("people.tsv"), people).unwrap();
    let policy = "name = \"house\"\ngranularity = \"count\"\nfloor.people = 2\ntwo_tailed = false\nzero = \"shown\"\n";
    fs::write(folder.join("house.toml"), policy).unwrap();
    answer(
        folder,
        &["build", "a.vcf", "-o", "d.vdx", "--people", "people.tsv"],
    );
}

#[test]
fn a_file_is_published_and_asked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    dataset(folder);
    let publish = [
        "publish",
        "d.vdx",
        "-o",
        "out.vdx",
        "--by",
        "country",
        "--policy",
        "house.toml",
    ];
    answer(folder, &publish);
    assert_eq!(answer(folder, &["verify", "out.vdx"]), "ok\n");
    let info = answer(folder, &["info", "out.vdx"]);
    assert!(info.contains("stratum    FI\t6 people"), "{info}");
    assert!(info.contains("floor      2 people"), "{info}");
    let json = answer(folder, &["info", "out.vdx", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["about"]["population"], "d");
    // the table of the file is that of the dataset under the policy, without ids
    let live = answer(
        folder,
        &[
            "frequencies",
            "d.vdx",
            "22",
            "--by",
            "country",
            "--policy",
            "house.toml",
        ],
    );
    let live: Vec<String> = live
        .lines()
        .map(|line| {
            let mut cells: Vec<&str> = line.split('\t').collect();
            cells.remove(2);
            cells.join("\t")
        })
        .collect();
    let found = answer(folder, &["frequencies", "out.vdx", "22", "--by", "country"]);
    assert_eq!(found.lines().collect::<Vec<_>>(), live);
    assert!(
        !found.contains("\t200\t"),
        "one carrier is not shown: {found}"
    );
    let finns = answer(
        folder,
        &[
            "frequencies",
            "out.vdx",
            "22:100-300 & af>0.2",
            "--group",
            "FI",
        ],
    );
    let expected = "chrom\tpos\tref\talt\tac\tan\taf\tn_het\tn_hom\tn_hemi\tstatus\n\
        22\t100\tA\tG\t6\t12\t0.5\t6\t0\t0\trounded\n\
        22\t300\tA\tG\t.\t.\t.\t.\t.\t.\twithheld\n";
    assert_eq!(finns, expected);
    let error = refused(
        folder,
        &["frequencies", "out.vdx", "22", "--group", "sex:female"],
        2,
    );
    assert!(error.contains("Total, FI, SE"), "{error}");
    refused(folder, &["frequencies", "out.vdx", "gene:RYR1"], 2);
    refused(folder, &["frequencies", "out.vdx", "22", "--by", "sex"], 2);
    refused(
        folder,
        &["frequencies", "out.vdx", "22", "--policy", "open"],
        2,
    );
    refused(folder, &publish, 2);
    refused(folder, &["publish", "d.vdx", "-o", "x.vdx"], 2);
    refused(
        folder,
        &["publish", "d.vdx", "-o", "x.vdx", "--policy", "public"],
        2,
    );
    refused(
        folder,
        &["publish", "d.vdx", "-o", "x.vdx", "--policy", "none"],
        2,
    );
    assert!(!folder.join("x.vdx").exists());
    let mut bytes = fs::read(folder.join("out.vdx")).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(folder.join("out.vdx"), bytes).unwrap();
    refused(folder, &["verify", "out.vdx"], 1);
    refused(folder, &["frequencies", "out.vdx", "22"], 4);
}

/// As `openssl genpkey -algorithm ed25519` wrote them: a key, its public key, and another one.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIHzvb5vcK0jCb87ygLajBHgLT4NYlNtool8flAonGb8s\n\
    -----END PRIVATE KEY-----\n";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEA9xDqIHHHKr8RxPw7AcBKlSIn+2R5III8KOgBVBTzA8Q=\n\
    -----END PUBLIC KEY-----\n";
const OTHER: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEA7riU/UhiI8yPwXwJF8XqfU9c+AGbl1n3mXHT+11XaTY=\n\
    -----END PUBLIC KEY-----\n";

#[test]
fn a_file_is_signed_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    dataset(folder);
    for (name, key) in [
        ("private.pem", PRIVATE),
        ("public.pem", PUBLIC),
        ("other.pem", OTHER),
    ] {
        fs::write(folder.join(name), key).unwrap();
    }
    let publish = [
        "publish",
        "d.vdx",
        "--policy",
        "house.toml",
        "--force",
        "-o",
    ];
    let signed = |out: &str| {
        answer(
            folder,
            &[&publish[..], &[out, "--sign", "private.pem"]].concat(),
        );
    };
    signed("out.vdx");
    let check = ["verify", "out.vdx", "--key"];
    let with = |key: &str| [&check[..], &[key]].concat().join(" ");
    let run = |command: String| {
        let args: Vec<&str> = command.split(' ').collect();
        let output = varidex(&args).current_dir(folder).output().unwrap();
        (output.status.code(), text(&output).0)
    };
    assert_eq!(
        run(with("public.pem")),
        (Some(0), "ok, signed\n".to_owned())
    );
    let (code, out) = run(with("other.pem"));
    assert_eq!(code, Some(1));
    assert!(out.contains("section: signature"), "{out}");
    refused(folder, &["verify", "out.vdx", "--key", "private.pem"], 2);
    refused(folder, &["verify", "d.vdx", "--key", "public.pem"], 2);
    refused(folder, &["verify", "out.vdx", "--key", "none.pem"], 5);
    // a signature is of one content: that of the file before goes with it
    let policy = fs::read_to_string(folder.join("house.toml")).unwrap();
    fs::write(folder.join("house.toml"), policy.replace("= 2", "= 1")).unwrap();
    answer(folder, &[&publish[..], &["out.vdx"]].concat());
    assert_eq!(run(with("public.pem")).0, Some(5));
    fs::write(folder.join("out.vdx.sig"), "x").unwrap();
    assert_eq!(run(with("public.pem")).0, Some(2));
    // what is no file is not waited for
    fs::remove_file(folder.join("out.vdx.sig")).unwrap();
    fs::create_dir(folder.join("out.vdx.sig")).unwrap();
    assert_eq!(run(with("public.pem")).0, Some(2));
    refused(folder, &[&publish[..], &["out.vdx"]].concat(), 2);
    fs::remove_dir(folder.join("out.vdx.sig")).unwrap();
    // no ledger keeps what is given away
    fs::write(folder.join("secret"), [7; 32]).unwrap();
    let kept = ["l.vdx", "--ledger", "l.db", "--ledger-secret", "secret"];
    refused(folder, &[&publish[..], &kept].concat(), 2);
    assert!(!folder.join("l.db").exists());
    // without a key nothing is written
    refused(
        folder,
        &[&publish[..], &["x.vdx", "--sign", "public.pem"]].concat(),
        2,
    );
    assert!(!folder.join("x.vdx").exists());
}

/// Strata of which members are too far from others are refused, with what else can be published, unless they are named.
#[test]
fn strata_that_say_too_much_are_named_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    dataset(folder);
    let rules = fs::read_to_string(folder.join("house.toml")).unwrap();
    fs::write(folder.join("bound.toml"), rules + "separation = 0.2\n").unwrap();
    let publish = [
        "publish",
        "d.vdx",
        "-o",
        "out.vdx",
        "--by",
        "country",
        "--policy",
        "bound.toml",
    ];
    let error = refused(folder, &publish, 2);
    assert!(error.contains("\n  Total: "), "{error}");
    assert!(error.contains("\n    fewer sites: "), "{error}");
    assert!(!folder.join("out.vdx").exists());
    let some = [&publish[..], &["--accept", "Total"]].concat();
    let error = refused(folder, &some, 2);
    assert!(
        !error.contains("Total: ") && error.contains("\n  FI: "),
        "{error}"
    );
    let other = [&publish[..], &["--accept", "NO"]].concat();
    assert!(refused(folder, &other, 2).contains("Total, FI, SE"));
    let named = [&publish[..], &["--accept", "Total,FI,SE"]].concat();
    answer(folder, &named);
    let info = answer(folder, &["info", "out.vdx"]);
    let lines: Vec<&str> = info
        .lines()
        .filter(|line| line.starts_with("members    "))
        .collect();
    assert_eq!(lines.len(), 3, "{info}");
    assert!(
        lines
            .iter()
            .all(|line| line.ends_with(" standard deviations from others, accepted")),
        "{info}"
    );
    answer(folder, &["verify", "out.vdx"]);
}
