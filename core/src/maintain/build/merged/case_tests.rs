//! What went wrong with inputs of one sample each, or might.

use super::super::{BuildOptions, build_with};
use super::tests::HEADER;
use crate::cohort::Dataset;
use crate::error::Error;
use crate::export::{ExportFormat, ExportOptions};
use crate::format::Folder;
use std::path::PathBuf;

/// Inputs may have different contigs, or name them in another order: each is normalised against its own.
#[test]
fn inputs_with_different_contigs_are_normalised() {
    let folder = tempfile::tempdir().unwrap();
    let reference = folder.path().join("ref.fa");
    std::fs::write(
        &reference,
        ">1\nTCCCCAAAAAAAAATTTT\n>2\nGTAAAAAAAAAAAAAAA\n",
    )
    .unwrap();
    let inputs = [("b", "2", "B"), ("a", "1", "A")].map(|(name, contig, sample)| {
        let input = folder.path().join(format!("{name}.vcf"));
        let line = format!("{contig}\t9\t.\tAA\tA\t.\t.\t.\tGT\t0/1\n");
        std::fs::write(&input, format!("{HEADER}\t{sample}\n{line}")).unwrap();
        input
    });
    let to = folder.path().join("out.vdx");
    let options = BuildOptions {
        reference: Some(reference),
        threads: Some(1),
        ..BuildOptions::default()
    };
    build_with(&inputs, &Folder::on_disk(&to), &options, &mut |_| true).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let mut variants = view.variants("all").unwrap();
    let mut names = Vec::new();
    while let Some(mut variant) = variants.next().unwrap() {
        names.push(variant.names().unwrap().vcf.unwrap());
    }
    assert_eq!(names, ["1:5:CA:C", "2:2:TA:T"]);
}

/// A genotype that is written and not good enough is not one that the block around leaves out.
#[test]
fn a_poor_call_inside_of_a_block_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let fields = "##FORMAT=<ID=LEN,Number=1,Type=Integer,Description=\"\">\n\
        ##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"\">\n##contig";
    let header = HEADER.replace("VCFv4.3", "VCFv4.5");
    let header = header.replacen("##contig", fields, 1);
    let block = "1 4 . A <*> . . . GT:GQ:LEN 0/0:50:20\n";
    let inputs = [("A", 5), ("B", 50)].map(|(sample, quality)| {
        let input = folder.path().join(format!("{sample}.vcf"));
        let lines = format!("{block}1 9 . A G . . . GT:GQ 0/1:{quality}\n").replace(' ', "\t");
        std::fs::write(&input, format!("{header}\t{sample}\n{lines}")).unwrap();
        input
    });
    let counted = |inputs: &[PathBuf]| {
        let to = folder.path().join(format!("{}.vdx", inputs.len()));
        let options = BuildOptions {
            min_gq: Some(20.0),
            ..BuildOptions::default()
        };
        build_with(inputs, &Folder::on_disk(&to), &options, &mut |_| true).unwrap();
        let view = Dataset::open(&to).unwrap().view();
        let counts = view.frequency("1:9:A:G", None).unwrap().unwrap();
        (counts.ac, counts.an, counts.n_missing)
    };
    assert_eq!(counted(&inputs[..1]), (0, Some(0), Some(1)));
    assert_eq!(counted(&inputs), (1, Some(2), Some(1)));
}

/// What is written out says of nobody that was not looked at that it was, and of each ALT what is known of it.
#[test]
fn an_export_says_no_more_than_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let input = |name: &str, samples: &str, lines: &str| {
        let input = folder.path().join(name);
        let lines = lines.replace(' ', "\t");
        std::fs::write(&input, format!("{HEADER}\t{samples}\n{lines}")).unwrap();
        input
    };
    let inputs = [
        input("m.vcf", "M1\tM2", "1 10 . T A,G . . . GT 0/1 0/2\n"),
        input(
            "a.vcf",
            "A",
            "1 1 rsX A <NON_REF> . . END=5 GT 0/0\n1 10 . T G . . . GT 0/1\n1 10 . T TA . . . GT ./0\n",
        ),
        input("b.vcf", "B", "1 1 . A <NON_REF> . . END=20 GT 0/1\n"),
    ];
    let to = folder.path().join("out.vdx");
    let options = BuildOptions::default();
    build_with(&inputs, &Folder::on_disk(&to), &options, &mut |_| true).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let mut text = Vec::new();
    let options = ExportOptions {
        format: Some(ExportFormat::Vcf),
        ..ExportOptions::default()
    };
    view.export_to("all", None, &mut text, &options, &mut |_| true)
        .unwrap();
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(!text.contains("END="), "{text}");
    let of = |alternate: &str| {
        let mut lines = lines
            .iter()
            .map(|line| line.split('\t').collect::<Vec<_>>());
        lines.find(|fields| fields[4] == alternate).unwrap()[9..].join(" ")
    };
    assert_eq!(of("A"), "0/1 0/0 ./0 0/0");
    assert_eq!(of("G"), "0/0 0/1 0/1 0/0");
}

/// What of records of one variant may be written differently: rows of it are in order, and verify knows them.
#[test]
fn records_of_a_variant_may_be_written_differently() {
    let folder = tempfile::tempdir().unwrap();
    let header = HEADER.replace("ID=1>", "ID=chr1>");
    let header = header.replace(
        "##FORMAT",
        "##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"\">\n##FORMAT",
    );
    // the mate's name, whether a deletion has SVLEN, and where a block with an ID ends
    let inputs = [("X", "chr1", ";SVLEN=-20", 59), ("Y", "1", "", 55)].map(|of| {
        let (sample, mate, length, end) = of;
        let lines = format!(
            "chr1\t5\t.\tA\tG\t.\t.\t.\tGT\t0/1\n\
            chr1\t10\t.\tA\tA[{mate}:9[\t.\t.\t.\tGT\t0/1\n\
            chr1\t30\t.\tA\t<DEL>\t.\t.\tEND=50{length}\tGT\t0/1\n\
            chr1\t51\trs1\tA\t<NON_REF>\t.\t.\tEND={end}\tGT\t0/0\n\
            chr1\t60\t.\tA\tG\t.\t.\t.\tGT\t0/1\n"
        );
        let input = folder.path().join(format!("{sample}.vcf"));
        std::fs::write(&input, format!("{header}\t{sample}\n{lines}")).unwrap();
        input
    });
    let to = folder.path().join("built.vdx");
    let report = build_with(
        &inputs,
        &Folder::on_disk(&to),
        &BuildOptions::default(),
        &mut |_| true,
    )
    .unwrap();
    assert_eq!(report.rows, 8);
    let dataset = Dataset::open(&to).unwrap();
    dataset.verify().unwrap();
    let view = dataset.view();
    let mut found = Vec::new();
    let mut variants = view.variants("all").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let counts = variant.counts().unwrap();
        found.push((counts.ac, counts.an));
    }
    let carried = (2, Some(4));
    assert_eq!(found, [carried, carried, carried, (0, Some(4)), carried]);
}

/// Rows hold all that their record says: of a record of very many ALTs that would be its square.
#[test]
fn a_record_of_too_many_alts_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bases = |n: usize| {
        (0..12)
            .map(|i| ['A', 'C', 'G', 'T'][n >> (2 * i) & 3])
            .collect()
    };
    let alternates: Vec<String> = (0..1200).map(bases).collect();
    let line = |position, alternates: &str| {
        format!("1\t{position}\t.\tA\t{alternates}\t.\t.\t.\tGT\t0/1\n")
    };
    let many = line(5, &alternates.join(","));
    let lines = [many + &line(9, "C"), line(9, "C")];
    let inputs = [("A", &lines[0]), ("B", &lines[1])].map(|(sample, lines)| {
        let input = folder.path().join(format!("{sample}.vcf"));
        std::fs::write(&input, format!("{HEADER}\t{sample}\n{lines}")).unwrap();
        input
    });
    let to = folder.path().join("out.vdx");
    let mut options = BuildOptions::default();
    let build =
        |options: &BuildOptions| build_with(&inputs, &Folder::on_disk(&to), options, &mut |_| true);
    match build(&options) {
        Err(Error::Input(error)) => assert!(error.found.contains("1200 ALTs"), "{error}"),
        other => panic!("{other:?}"),
    }
    options.skip_malformed = true;
    let report = build(&options).unwrap();
    assert_eq!(
        (report.records, report.stored, report.refused_count()),
        (3, 2, 1)
    );
    let view = Dataset::open(&to).unwrap().view();
    let counts = view.frequency("1:9:A:C", None).unwrap().unwrap();
    assert_eq!((counts.ac, counts.an), (2, Some(4)));
    assert_eq!(view.info().rows, 1);
}

/// What one input says of a variant counts for it in all: its id, and who carries it elsewhere.
#[test]
fn an_id_of_one_input_is_the_variants() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = [("A", "rs1"), ("B", "."), ("C", "rs2;rs1")].map(|(sample, id)| {
        let input = folder.path().join(format!("{sample}.vcf"));
        let line = format!("1\t9\t{id}\tA\tC\t.\t.\t.\tGT\t0/1\n");
        std::fs::write(&input, format!("{HEADER}\t{sample}\n{line}")).unwrap();
        input
    });
    let to = folder.path().join("out.vdx");
    let options = BuildOptions::default();
    build_with(&inputs, &Folder::on_disk(&to), &options, &mut |_| true).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    for id in ["rs1", "rs2"] {
        let counts = view.frequency(id, None).unwrap().unwrap();
        assert_eq!((counts.ac, counts.an), (3, Some(6)), "{id}");
        assert_eq!(
            view.ask(&format!("carriers({id})"))
                .unwrap()
                .samples()
                .len(),
            3
        );
    }
}
