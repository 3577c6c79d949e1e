//! Hostile and broken input: a clear error with file and line, and nothing left behind.

use crate::common::{Folder, build, data, header, options, vcf};
use std::fs;
use std::io::Write;
use std::path::Path;
use varidex::{BuildOptions, Dataset, Error, InputError, Place, Report};

fn skipping() -> BuildOptions {
    BuildOptions {
        skip_malformed: true,
        ..options()
    }
}

/// Builds what must be refused: nothing may be left of it.
fn refused(folder: &Folder, input: &Path, options: &BuildOptions) -> InputError {
    let to = folder.path("refused.vdx");
    let error = build(&[input], &to, options).unwrap_err();
    assert!(!to.exists(), "{}: something was left", input.display());
    match error {
        Error::Input(error) => {
            assert_eq!(error.file, input.display().to_string());
            assert!(
                !error.expected.is_empty() && !error.found.is_empty(),
                "{error}"
            );
            assert!(
                error.to_string().len() < 1_000,
                "{}",
                error.to_string().len()
            );
            *error
        }
        other => panic!("{}: {other:?}", input.display()),
    }
}

fn adds_up(report: &Report) {
    assert_eq!(
        report.records,
        report.stored + report.refused_count(),
        "{report}"
    );
}

#[test]
fn made_files_come_out_as_expected() {
    let Some(data) = data() else { return };
    let made = data.join("hard/made");
    let table = fs::read_to_string(made.join("expected.tsv")).unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for line in table.lines().skip(1) {
        let [name, expect, records, samples, _] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        seen += 1;
        let folder = Folder::new();
        let (input, to) = (made.join(name), folder.path("x.vdx"));
        let got = match build(&[&input], &to, &options()) {
            Err(Error::Input(error)) => {
                assert_eq!(folder.names(), [] as [&str; 0], "{name}");
                assert_eq!(error.file, input.display().to_string(), "{name}");
                format!("err {error}")
            }
            Err(error) => panic!("{name}: {error}"),
            Ok(report) => {
                adds_up(&report);
                assert_eq!(report.refused_count(), 0, "{name}");
                let dataset = Dataset::open(&to).unwrap().view();
                dataset
                    .dataset()
                    .verify()
                    .unwrap_or_else(|e| panic!("{name}: {e}"));
                crate::common::check::dump(&dataset).unwrap();
                assert_eq!(dataset.info().records, Some(report.records), "{name}");
                let kind = if report.warnings.is_empty() {
                    "ok"
                } else {
                    "warn"
                };
                format!(
                    "{kind} {} {} {}",
                    report.records,
                    dataset.sample_count(),
                    report
                )
            }
        };
        let counts = format!(" {records} {samples} ");
        let right = match expect {
            "err" => got.starts_with("err"),
            "warn" => got.starts_with("warn") && got.contains(&counts),
            "ok" => !got.starts_with("err") && got.contains(&counts),
            _ => true,
        };
        if !right {
            wrong.push(format!("{name}: expected {expect}{counts}, got {got}"));
        }
        // one bad record is refused alone, a bad file is refused as before
        let to = folder.path("skipped.vdx");
        match build(&[&input], &to, &skipping()) {
            Err(Error::Input(_)) => assert!(!to.exists(), "{name}"),
            Err(error) => panic!("{name}: {error}"),
            Ok(report) => {
                adds_up(&report);
                assert!(
                    expect != "err" || report.refused_count() > 0,
                    "{name}: {report}"
                );
                Dataset::open(&to).unwrap().verify().unwrap();
            }
        }
    }
    assert_eq!(seen, 77);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsorted_input_is_refused_at_its_line() {
    let folder = Folder::new();
    let text = vcf("1,2", &["S"], &["1 9 A G 0|1", "1 5 A G 0|1"]);
    let input = folder.write("positions.vcf", &text);
    let error = refused(&folder, &input, &options());
    assert_eq!(error.place, Place::Line(7));
    assert!(error.expected.contains("sorted"), "{error}");
    assert!(error.found.contains("1:5"), "{error}");
    let text = vcf(
        "1,2",
        &["S"],
        &["1 9 A G 0|1", "2 5 A G 0|1", "1 10 A G 0|1"],
    );
    let input = folder.write("contigs.vcf", &text);
    let error = refused(&folder, &input, &options());
    assert_eq!(error.place, Place::Line(8));
    assert!(error.expected.contains("contig"), "{error}");
}

#[test]
fn duplicates_are_kept_and_warned_of() {
    let folder = Folder::new();
    let text = vcf(
        "1",
        &["S", "T"],
        &["1 9 A G 0|1 0|0", "1 9 A T 0|1 0|0", "1 9 A G 0|0 1|1"],
    );
    let input = folder.write("a.vcf", &text);
    let report = build(&[&input], &folder.path("x.vdx"), &options()).unwrap();
    assert_eq!((report.records, report.stored, report.rows), (3, 3, 3));
    let warned = report
        .warnings
        .iter()
        .find(|w| w.what.contains("more than once"));
    let warned = warned.unwrap_or_else(|| panic!("{report}"));
    assert_eq!(
        (warned.count, warned.first.ends_with("a.vcf:7")),
        (1, true),
        "{warned:?}"
    );
}

#[test]
fn a_bad_record_is_told_by_file_and_line() {
    let bad = [
        ("1\t7\t.\tA\tG\t.\t.\t.\tGT\t0|1", "a sample column too few"),
        ("1\t7\t.\tA\tG\t.\t.\t.\tGT\t0|1\t0|1\t0|1", "one too many"),
        (
            "1\t7\t.\tA\tG\t.\t.\t.\tGT\t0|2\t0|1",
            "an allele that there is not",
        ),
        ("1\t7\t.\tA\tG\t.\t.\t.\tGT\t0|x\t0|1", "no genotype"),
        ("1\tseven\t.\tA\tG\t.\t.\t.\tGT\t0|1\t0|1", "no position"),
        (
            "1\t-7\t.\tA\tG\t.\t.\t.\tGT\t0|1\t0|1",
            "a negative position",
        ),
        (
            "1\t2147483648\t.\tA\tG\t.\t.\t.\tGT\t0|1\t0|1",
            "a position above 2^31-1",
        ),
        ("1\t7\t.\t\tG\t.\t.\t.\tGT\t0|1\t0|1", "no REF"),
        ("1\t7\t.\tA\tG,\t.\t.\t.\tGT\t0|1\t0|1", "an empty ALT"),
        ("1\t7\t.\tA\tG\tgood\t.\t.\tGT\t0|1\t0|1", "no quality"),
        ("1 7 . A G . . . GT 0|1 0|1", "spaces"),
        ("1\t7", "two columns"),
    ];
    for (line, what) in bad {
        let folder = Folder::new();
        let text = vcf("1", &["S", "T"], &["1 5 A G 0|1 0|0"]) + line + "\n";
        let text = text + "1\t9\t.\tA\tG\t.\t.\t.\tGT\t0|1\t1|1\n";
        let input = folder.write("a.vcf", &text);
        let error = refused(&folder, &input, &options());
        assert_eq!(error.place, Place::Line(6), "{what}: {error}");
        let to = folder.path("x.vdx");
        let report = build(&[&input], &to, &skipping()).unwrap();
        assert_eq!(
            (report.records, report.stored, report.refused_count()),
            (3, 2, 1),
            "{what}"
        );
        assert!(
            report.refused[0].places[0].0.ends_with("a.vcf:6"),
            "{report}"
        );
        let dataset = Dataset::open(&to).unwrap().view();
        dataset.dataset().verify().unwrap();
        assert_eq!(
            dataset.ask("carriers(all)").unwrap().ids().unwrap(),
            ["S", "T"]
        );
    }
}

#[test]
fn what_is_no_file_of_variants() {
    let folder = Folder::new();
    fs::create_dir(folder.path("directory")).unwrap();
    folder.write("empty.vcf", "");
    folder.write("text.txt", "Dear Sir or Madam,\n");
    folder.write("header.vcf", "##fileformat=VCFv4.3\n");
    folder.write("nul.vcf", vec![0; 5_000]);
    for name in [
        "directory",
        "empty.vcf",
        "text.txt",
        "header.vcf",
        "nul.vcf",
    ] {
        let to = folder.path("x.vdx");
        let error = build(&[folder.path(name)], &to, &options()).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert!(!to.exists());
        let is_input = matches!(error, Error::Input(_));
        assert!(is_input || name == "directory", "{name}: {error:?}");
    }
    let error = build(
        &[folder.path("absent.vcf")],
        &folder.path("x.vdx"),
        &options(),
    );
    assert!(matches!(error.unwrap_err(), Error::Io { .. }));
    assert!(!folder.path("x.vdx").exists());
    if cfg!(unix) {
        refused(&folder, Path::new("/dev/null"), &options());
    }
    let none: [&Path; 0] = [];
    let error = build(&none, &folder.path("x.vdx"), &options()).unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
}

/// 100 MB without an end of line: an error, not a hundred times that in memory.
#[test]
fn a_line_without_end() {
    let folder = Folder::new();
    let input = folder.path("long.vcf");
    let mut file = fs::File::create(&input).unwrap();
    file.write_all(vcf("1", &["S"], &["1 5 A G 0|1"]).as_bytes())
        .unwrap();
    file.write_all(b"1\t7\t.\tA\tG\t.\t.\t.\tGT\t").unwrap();
    let zeros = vec![b'0'; 1 << 20];
    (0..100).for_each(|_| file.write_all(&zeros).unwrap());
    drop(file);
    let error = refused(&folder, &input, &options());
    assert_eq!(error.place, Place::Line(6), "{error}");
    // no header line at all
    let input = folder.write("header.vcf", vec![b'#'; 50 << 20]);
    refused(&folder, &input, &options());
}

#[test]
fn truncated_bgzf_is_an_error_wherever_it_ends() {
    let folder = Folder::new();
    let mut text = header("1", &["S", "T"]);
    for position in 1..9_000 {
        let gt = ["0|1", "1|1", "0|0", ".|."][position * 7 % 11 % 4];
        text += &format!("1\t{position}\t.\tA\tG\t.\t.\t.\tGT\t{gt}\t0|0\n");
    }
    let plain = folder.write("plain.vcf", &text);
    let Some(plain) = plain.to_str() else { return };
    if crate::common::run("bgzip", &["-k", plain]).is_none() {
        return;
    }
    let whole = fs::read(folder.path("plain.vcf.gz")).unwrap();
    build(
        &[folder.path("plain.vcf.gz")],
        &folder.path("whole.vdx"),
        &options(),
    )
    .unwrap();
    let end = whole.len() - 28;
    let cuts = (1..end).step_by(end / 40).chain([10, 17, 18, end - 1]);
    for cut in cuts {
        let input = folder.write("cut.vcf.gz", &whole[..cut]);
        let error = match build(&[&input], &folder.path("cut.vdx"), &options()) {
            Err(Error::Input(error)) => error,
            // cut between two blocks nothing says but the missing EOF block
            Ok(report) => {
                assert!(!report.warnings.is_empty(), "cut at {cut}: {report}");
                fs::remove_dir_all(folder.path("cut.vdx")).unwrap();
                continue;
            }
            Err(other) => panic!("cut at {cut}: {other}"),
        };
        assert!(!folder.path("cut.vdx").exists(), "cut at {cut}: {error}");
    }
    // the EOF block alone cut off is reported
    let input = folder.write("no_eof.vcf.gz", &whole[..end]);
    let report = build(&[&input], &folder.path("no_eof.vdx"), &options()).unwrap();
    assert_eq!(report.warnings.len(), 1, "{report}");
    assert_eq!(report.records, 8_999);
}

/// Every byte of a small compressed file and a BCF corrupted in turn: an answer or an error, no panic.
#[test]
fn bent_bytes_of_input_never_panic() {
    let folder = Folder::new();
    let text = vcf(
        "1",
        &["S0", "S1", "S2"],
        &[
            "1 5 A G,T 0|1 2|1 ./.",
            "1 9 AT A 0/1 1 0|0|1",
            "1 9 C <DEL> 1/1 . 0",
        ],
    );
    let plain = folder.write("plain.vcf", &text);
    let mut files = vec![("corrupted.vcf", text.clone().into_bytes())];
    let name = plain.to_str().unwrap();
    let to = folder.path("plain.bcf");
    let arguments = [
        "view",
        "--no-version",
        "-Ou",
        "-o",
        to.to_str().unwrap(),
        name,
    ];
    if crate::common::run("bcftools", &arguments).is_some() {
        files.push(("corrupted.bcf", fs::read(&to).unwrap()));
    }
    for (name, sound) in files {
        let step = if cfg!(debug_assertions) { 3 } else { 1 };
        for at in (0..sound.len()).step_by(step) {
            let mut corrupted = sound.clone();
            corrupted[at] ^= [1, 0x80, 0xff][at / 3 % 3];
            let input = folder.write(name, &corrupted);
            let to = folder.path("corrupted.vdx");
            match build(&[&input], &to, &skipping()) {
                Ok(report) => {
                    adds_up(&report);
                    Dataset::open(&to).unwrap().verify().unwrap();
                    fs::remove_dir_all(&to).unwrap();
                }
                Err(Error::Input(_)) => assert!(!to.exists()),
                Err(other) => panic!("{name} byte {at}: {other}"),
            }
        }
    }
}
