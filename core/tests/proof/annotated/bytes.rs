//! What is written beside the counts is what was read; what cannot be read leaves nothing.

use super::{annotated, plain};
use crate::common::{Folder, options, vcf};
use std::io::Write;
use std::path::Path;
use varidex::{AnnotateOptions, Error, ExportFormat, View, annotate, annotate_to};

fn cohort(folder: &Folder) -> View {
    let records = ["1 100 A G 0/1 1/1", "1 200 CT C 0/0 0/1"];
    folder.dataset(&vcf("1", &["A", "B"], &records), &options())
}

/// A line without the fields that were added.
fn without(line: &str) -> String {
    let mut columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
    if let Some(info) = columns.get_mut(7) {
        let end = if info.ends_with('\r') { "\r" } else { "" };
        let entries = info.trim_end_matches('\r').split(';');
        let kept: Vec<&str> = entries.filter(|of| !of.starts_with("VDX_")).collect();
        *info = match &kept[..] {
            [] => format!(".{end}"),
            kept => format!("{}{end}", kept.join(";")),
        };
    }
    columns.join("\t")
}

#[test]
fn all_else_is_byte_for_byte() {
    let folder = Folder::new();
    let view = cohort(&folder);
    let head = "##fileformat=VCFv4.1\r\n##odd line = <\"\r\n##INFO=<ID=X,Number=1,Type=Float,Description=\"\">\r\n";
    let unix = head.replace('\r', "");
    let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
    let wide = format!("{columns}\tFORMAT\tS 1\tS2");
    for text in [
        format!(
            "{head}{columns}\r\n1\t100\t.\tA\tG\t1e3\tq10;q20\tX=1.50;END=100\r\n1\t100\tz\tA\tT\t.\t.\t.\r\n"
        ),
        format!(
            "{unix}{wide}\n1\t100\t.\tA\tG,T\t030\tPASS\tX=1;\tGT:XX\t0/1:a;b\t.\n\n1\t200\t\tCT\tC\t.\t.\tX\tGT\t1\t0"
        ),
        format!("\u{feff}{unix}{columns}\n"),
        format!("{unix}{columns}"),
    ] {
        let input = folder.write("query.vcf", &text);
        for threads in [1, 3] {
            let options = AnnotateOptions {
                threads: Some(threads),
                ..AnnotateOptions::default()
            };
            let (written, _) = annotated(&input, &plain(&view), &options).unwrap();
            let added = written.matches("VDX_AC=").count();
            let records = text
                .lines()
                .filter(|line| line.contains('\t') && !line.starts_with('#'));
            assert_eq!(added, records.count(), "{written}");
            let ours = |line: &&str| !line.starts_with("##varidex_") && !line.contains("<ID=VDX_");
            let kept: Vec<String> = written.split('\n').filter(ours).map(without).collect();
            let mark = text.trim_start_matches('\u{feff}');
            assert_eq!(kept.join("\n"), mark, "{threads}");
        }
    }
}

/// Blocks of many records come back in their order, however many threads work and wherever blocks end.
#[test]
fn the_order_is_that_of_the_file() {
    let folder = Folder::new();
    let view = cohort(&folder);
    let mut text = vcf("1", &[], &[]);
    for n in 0..40_000u64 {
        let position = 1 + n.wrapping_mul(2_654_435_761) % 1_000;
        text += &format!("1\t{position}\tv{n}\tA\tG\t.\t.\tN={n}\n");
    }
    let input = folder.write("query.vcf", &text);
    let mut all = Vec::new();
    for threads in [1, 2, 5] {
        let options = AnnotateOptions {
            threads: Some(threads),
            ..AnnotateOptions::default()
        };
        let (written, summary) = annotated(&input, &plain(&view), &options).unwrap();
        assert_eq!((summary.records, summary.written), (40_000, 40_000));
        all.push(written);
    }
    assert!(all.iter().all(|text| *text == all[0]));
    let ids = all[0].lines().filter(|line| !line.starts_with('#'));
    for (n, line) in ids.enumerate() {
        assert_eq!(line.split('\t').nth(2), Some(format!("v{n}").as_str()));
    }
}

/// The error of annotating bytes, and that they leave nothing.
fn refused(folder: &Folder, view: &View, name: &str, bytes: &[u8]) -> String {
    let input = folder.write(name, bytes);
    let to = folder.path("out.vcf");
    let before = folder.names();
    let options = AnnotateOptions::default();
    let error = annotate(&input, &plain(view), &to, &options, &mut |_| true).unwrap_err();
    assert_eq!(folder.names(), before);
    error.to_string()
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut out = noodles_bgzf::io::Writer::new(Vec::new());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

#[test]
fn hostile_input_is_an_error_and_leaves_no_file() {
    let folder = Folder::new();
    let view = cohort(&folder);
    let head = vcf("1", &[], &[]);
    let record = "1\t100\t.\tA\tG\t.\t.\t.\n";
    let long = format!("{head}{}", record.repeat(50_000));
    let cut = gzipped(&long);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a.vcf", Vec::new(), "an empty file"),
        ("b.vcf", b"1\t2\n".to_vec(), "expected VCF or BCF"),
        (
            "c.vcf",
            format!("{head}{record}1\t100\t.\tA\n").into_bytes(),
            "c.vcf:6: expected at least 8 columns",
        ),
        (
            "d.vcf",
            format!("{head}1\t1e2\t.\tA\tG\t.\t.\t.\n").into_bytes(),
            "d.vcf:5: expected a number",
        ),
        (
            "e.vcf",
            format!("{head}1\t9\t.\t\tG\t.\t.\t.\n").into_bytes(),
            "e.vcf:5: expected bases in REF",
        ),
        (
            "f.vcf",
            format!("{head}1\t9\t.\tA\tG,\t.\t.\t.\n").into_bytes(),
            "f.vcf:5: expected an allele in ALT",
        ),
        (
            "g.vcf",
            format!("{head}{record}#no\n").into_bytes(),
            "g.vcf:6: expected a record",
        ),
        ("h.vcf.gz", cut[..cut.len() / 2].to_vec(), "cut off"),
        (
            "i.vcf",
            format!("{head}1\t9\t.\tA\tG\t.\t.\tX=1;VDX_AN=3\n").into_bytes(),
            "i.vcf:5: expected no INFO key VDX_AN",
        ),
        (
            "j.vcf",
            head.replace("##FORMAT=<ID=GT,", "##INFO=<ID=VDX_AF,")
                .into_bytes(),
            "j.vcf:3: VDX_AF is declared already: give the dataset another name, as in `VDX2=",
        ),
        (
            "k.vcf",
            format!("{long}1\t9\n").into_bytes(),
            "k.vcf:50005: expected at least 8 columns",
        ),
    ];
    for (name, bytes, expected) in cases {
        let error = refused(&folder, &view, name, &bytes);
        assert!(error.contains(expected), "{name}: {error}");
    }
    // an undeclared key that only begins alike is none of ours
    let text = format!("{head}1\t100\t.\tA\tG\t.\t.\tVDX_ACE=1;Q=VDX_AC\n");
    let input = folder.write("l.vcf", text);
    assert!(annotated(&input, &plain(&view), &AnnotateOptions::default()).is_ok());
}

#[test]
fn a_record_may_be_huge_and_a_disk_may_be_full() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let folder = Folder::new();
    let view = cohort(&folder);
    let huge = "x".repeat(3 << 20);
    let text = vcf("1", &[], &["1 100 A G"]).replace("\t.\n", &format!("\tX={huge}\n"));
    let input = folder.write("query.vcf", text);
    let options = AnnotateOptions::default();
    let (written, _) = annotated(&input, &plain(&view), &options).unwrap();
    assert!(written.contains(&format!(
        "X={huge};VDX_AC=3;VDX_AN=4;VDX_AF=0.75;VDX_HOM=1;"
    )));
    let error = annotate_to(&input, &plain(&view), &mut Full, &options, &mut |_| true);
    assert!(matches!(error, Err(Error::Io { .. })), "{error:?}");
    let stopped = annotate_to(
        &input,
        &plain(&view),
        &mut Vec::new(),
        &options,
        &mut |_| false,
    );
    assert!(matches!(stopped, Err(Error::Cancelled)), "{stopped:?}");
}

#[test]
fn text_stays_text_and_bcf_stays_bcf() {
    let folder = Folder::new();
    let view = cohort(&folder);
    let bcf = folder.path("query.bcf");
    view.export("all", None, &bcf, &Default::default(), &mut |_| true)
        .unwrap();
    let vcf = folder.path("query.vcf");
    view.export("all", None, &vcf, &Default::default(), &mut |_| true)
        .unwrap();
    let run = |input: &Path, to: &str| {
        let options = AnnotateOptions::default();
        annotate(input, &plain(&view), folder.path(to), &options, &mut |_| {
            true
        })
    };
    for (input, to) in [(&bcf, "x.vcf.gz"), (&vcf, "x.bcf"), (&vcf, "x.txt")] {
        assert!(matches!(run(input, to), Err(Error::Usage(_))), "{to}");
    }
    run(&bcf, "x.bcf").unwrap();
    run(&vcf, "x.vcf").unwrap();
    // the annotated file is one that can be built from: all of it is sound
    let options = crate::common::keeping(&["VDX_AC", "VDX_AF"]);
    for name in ["x.bcf", "x.vcf"] {
        let to = folder.path(&format!("{name}.vdx"));
        crate::common::build(&[folder.path(name)], &to, &options).unwrap();
        let built = varidex::Dataset::open(&to).unwrap().view();
        let mut found = built.variants("info.VDX_AC=3 & info.VDX_AF=0.75").unwrap();
        assert!(found.next().unwrap().is_some(), "{name}");
        assert!(found.next().unwrap().is_none(), "{name}");
    }
    // compressed where it is asked for
    let mut out = Vec::new();
    let options = AnnotateOptions {
        format: Some(ExportFormat::VcfGz),
        ..AnnotateOptions::default()
    };
    annotate_to(&vcf, &plain(&view), &mut out, &options, &mut |_| true).unwrap();
    assert!(out.starts_with(&[0x1f, 0x8b]));
}
