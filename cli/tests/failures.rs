//! How commands fail: exit codes, messages, and what is left behind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{Bounded, COHORT, Fixture, file_of, varidex};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty, starts_with};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[test]
fn wrong_usage_is_2() {
    for arguments in [
        &[][..],
        &["nothing"],
        &["build"],
        &["build", COHORT],
        &["variants", "x.vdx"],
        &["build", COHORT, "-o", "x", "--memory", "lots"],
        &["build", COHORT, "-o", "x", "--threads", "0"],
        &["build", COHORT, "-o", "x", "--assembly", "hg99"],
        &["ask", "x.vdx", "all", "--count", "--ids"],
        &["variants", "x.vdx", "all", "--format", "xml"],
        &["demo", "--samples", "1"],
    ] {
        varidex(arguments).assert().code(2).stdout(is_empty());
    }
    for arguments in [["--help"], ["--version"]] {
        varidex(&arguments).assert().success().stderr(is_empty());
    }
}

#[test]
fn a_wrong_expression_is_2_and_shown() {
    let cohort = Fixture::new();
    let expected = "varidex: `0.x` is not a number\n  af<0.x & all\n     ^^^\n";
    cohort
        .run("variants", &["af<0.x & all"])
        .code(2)
        .stdout("")
        .stderr(expected);
    cohort
        .run("ask", &["samples(ANA)"])
        .code(2)
        .stdout("")
        .stderr(contains("did you mean ANNA").and(contains("^")));
    let expected =
        "varidex: JSON expression at `/and/1/af/<`: expected a number, found the string `low`\n";
    cohort
        .run(
            "variants",
            &[r#"{"and": [{"all": true}, {"af": {"<": "low"}}]}"#],
        )
        .code(2)
        .stdout("")
        .stderr(expected);
    // names that the dataset lacks are shown in text
    cohort
        .run("ask", &[r#"{"samples": ["ANA"]}"#])
        .code(2)
        .stdout("")
        .stderr(contains("did you mean ANNA").and(contains("  samples(ANA)\n  ^")));
    for (command, arguments) in [
        ("frequencies", &["all", "--group", "samples(nobody)"][..]),
        ("carriers", &["all", "--group", "carriers("]),
        ("carriers", &["chr99:1-5"]),
        ("ask", &["carriers(info.nothing>1)"]),
        ("ask", &["", "--explain"]),
    ] {
        cohort.run(command, arguments).code(2).stdout("");
    }
}

fn write(path: &Path, records: &str) -> String {
    let header = "##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"G\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n";
    std::fs::write(path, format!("{header}{records}")).unwrap();
    path.display().to_string()
}

#[test]
fn refused_input_is_3_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let malformed = write(
        &dir.path().join("malformed.vcf"),
        "1\t10\t.\tA\tG\t.\t.\t.\tGT\t0/1\n1\tten\t.\tA\tG\t.\t.\t.\tGT\t0/1\n",
    );
    let unsorted = write(
        &dir.path().join("unsorted.vcf"),
        "1\t20\t.\tA\tG\t.\t.\t.\tGT\t0/1\n1\t10\t.\tA\tG\t.\t.\t.\tGT\t0/1\n",
    );
    let dataset = dir.path().join("a.vdx").display().to_string();
    for input in [&malformed, &unsorted] {
        varidex(&["build", input, "-q", "-o", &dataset])
            .assert()
            .code(3)
            .stdout("")
            .stderr(starts_with(format!("varidex: {input}:6: expected ")));
        assert!(!Path::new(&dataset).exists());
    }
    varidex(&["build", &malformed, "-o", &dataset, "--skip-malformed"])
        .assert()
        .success()
        .stderr(
            contains("records refused                1").and(contains("malformed.vcf:6: found")),
        );
    let cohort = Fixture::new();
    std::fs::write(cohort.path("ids.txt"), "ANNA\nnobody\n").unwrap();
    cohort
        .run("ask", &["samples(@ids.txt)"])
        .code(3)
        .stderr("varidex: ids.txt:2: expected the id of a sample, found \"nobody\"\n");
}

/// What is read twice, or anywhere, is a file: an endless device was read for ever, and of a pipe the beginning
/// was lost.
#[cfg(unix)]
#[test]
fn what_is_read_twice_is_no_pipe() {
    let dir = tempfile::tempdir().unwrap();
    let dataset = dir.path().join("a.vdx").display().to_string();
    for (option, expected) in [
        ("--reference", "a file, of which any base can be read"),
        ("--genes", "a file: it is read twice"),
        ("--ontology", "a file: it is read twice"),
    ] {
        let build = ["build", COHORT, "-q", "-o", &dataset, option, "/dev/null"];
        varidex(&build).assert().code(3).stderr(starts_with(format!(
            "varidex: /dev/null: expected {expected}, found "
        )));
    }
}

#[test]
fn a_dataset_is_not_replaced_unasked() {
    let cohort = Fixture::new();
    let dataset = cohort.dataset();
    varidex(&["build", COHORT, "-q", "-o", &dataset])
        .assert()
        .code(2)
        .stderr(contains("--force"));
    varidex(&["build", COHORT, "-q", "-o", &dataset, "--force"])
        .assert()
        .success();
}

#[test]
fn damage_is_1_for_verify_and_4_for_others() {
    let cohort = Fixture::new();
    let dataset = cohort.path("cohort.vdx");
    let segment = file_of(&dataset, ".segment");
    let sound = std::fs::read(&segment).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for at in (0..sound.len()).step_by(61) {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x10;
        std::fs::write(&segment, bytes).unwrap();
        let verified = cohort.run("verify", &[]).code(1).stderr("");
        let text = String::from_utf8_lossy(&verified.get_output().stdout).into_owned();
        assert!(
            text.starts_with(&format!("damaged: {}\nsection: ", segment.display())),
            "{text}"
        );
        seen.insert(text.lines().nth(1).unwrap().to_owned());
    }
    assert!(seen.len() > 5, "{seen:?}");

    std::fs::write(&segment, &sound[..sound.len() / 2]).unwrap();
    cohort
        .run("variants", &["all"])
        .code(4)
        .stderr(contains("expected"));
    std::fs::remove_file(&segment).unwrap();
    cohort
        .run("verify", &[])
        .code(1)
        .stdout(contains("expected: a file"));

    std::fs::write(dataset.join("manifest.json"), "{").unwrap();
    cohort.run("verify", &[]).code(1);
    cohort.run("info", &[]).code(4);
}

#[test]
fn a_missing_dataset_is_5() {
    for command in [
        &["info"][..],
        &["verify"],
        &["variants", "all"],
        &["ask", "all"],
    ] {
        let mut arguments = command.to_vec();
        arguments.insert(1, "/nowhere/at/all.vdx");
        varidex(&arguments)
            .assert()
            .code(5)
            .stdout("")
            .stderr(contains("/nowhere/at/all.vdx"));
    }
    varidex(&["build", "/nowhere.vcf", "-q", "-o", "/nowhere/a.vdx"])
        .assert()
        .code(5);
}

#[test]
fn a_dataset_being_written_is_5() {
    let cohort = Fixture::new();
    let lock = std::fs::File::options()
        .write(true)
        .open(cohort.path("cohort.vdx/lock"))
        .unwrap();
    lock.lock().unwrap();
    varidex(&["build", COHORT, "-q", "--force", "-o", &cohort.dataset()])
        .assert()
        .code(5)
        .stderr(contains("being written by"));
    // readers do not mind
    cohort.run("verify", &[]).success();
}

/// A reader that has seen enough closes the pipe: no error, no message.
#[test]
fn a_closed_pipe_is_fine() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (cohort, dataset) = (path("cohort"), path("cohort.vdx"));
    let line = "simulate --samples 300 --variants 3000 --clean -q -o";
    let mut arguments: Vec<&str> = line.split(' ').collect();
    arguments.push(&cohort);
    varidex(&arguments).assert().success();
    let input = format!("{cohort}/cohort.vcf.gz");
    varidex(&["build", &input, "-q", "-o", &dataset])
        .assert()
        .success();
    let mut child = Command::new(env!("CARGO_BIN_EXE_varidex"))
        .args(["carriers", &dataset, "all"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _bounded = Bounded::new(&child);
    let mut line = String::new();
    BufReader::with_capacity(64, child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with("chrom\t"));
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_5() {
    let cohort = Fixture::new();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_varidex"))
        .args(["variants", &cohort.dataset(), "all"])
        .stdout(full)
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(5));
}

/// An interrupted build leaves nothing behind and says so with its code; so does one that is terminated.
#[cfg(unix)]
#[test]
fn an_interrupt_is_130_and_a_termination_143() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        // while it reads, and while it waits for more
        for idle in [false, true] {
            stopped_by(signal, code, idle);
        }
    }
}

#[cfg(unix)]
fn stopped_by(signal: &str, code: i32, idle: bool) {
    let dir = tempfile::tempdir().unwrap();
    let dataset = dir.path().join("a.vdx");
    let mut child = Command::new(env!("CARGO_BIN_EXE_varidex"))
        .args(["build", "-", "-o"])
        .arg(&dataset)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _bounded = Bounded::new(&child);
    let mut input = child.stdin.take().unwrap();
    let id = child.id().to_string();
    let over = Arc::new(AtomicBool::new(false));
    let gone = Arc::clone(&over);
    let feeder = std::thread::spawn(move || {
        let start = "##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"G\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n";
        input.write_all(start.as_bytes())?;
        if idle {
            // until the program is gone
            while input.write_all(b"").is_ok() && !gone.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(10));
            }
            return Err(std::io::ErrorKind::BrokenPipe.into());
        }
        // far more than is read until the interrupt comes
        for position in 1..200_000_000u32 {
            writeln!(input, "1\t{position}\t.\tA\tG\t.\t.\t.\tGT\t0/1")?;
        }
        std::io::Result::Ok(())
    });
    // the step's line says that the handler is in place
    let mut told = String::new();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    messages.read_line(&mut told).unwrap();
    assert_eq!(told, "reading -\n");
    if idle {
        // it waits by now
        std::thread::sleep(Duration::from_millis(300));
    }
    let sent = Command::new("kill").args([signal, &id]).status().unwrap();
    assert!(sent.success());
    told.clear();
    messages.read_line(&mut told).unwrap();
    assert_eq!(told, "varidex: cancelled\n");
    assert_eq!(child.wait().unwrap().code(), Some(code), "{signal} {idle}");
    over.store(true, Ordering::Relaxed);
    assert!(feeder.join().unwrap().is_err());
    assert!(!dataset.exists());
}

#[test]
fn simulations_are_checked_and_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().display().to_string();
    let run = |extra: &[&str]| {
        let start = [
            "simulate",
            "--samples",
            "5",
            "--variants",
            "10",
            "-q",
            "-o",
            &to,
        ];
        varidex(&[&start, extra].concat()).assert()
    };
    run(&["--missing", "2"])
        .code(2)
        .stderr(contains("missing 2"));
    run(&["--contig", "chrY"]).code(2);
    run(&[]).success();
    run(&[]).code(5);
    run(&["--force"]).success();
}
