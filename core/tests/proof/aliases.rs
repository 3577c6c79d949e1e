//! Contigs by any of their names, and no wrong ones.

use crate::common::{Folder, build, options, vcf};
use varidex::{Assembly, BuildOptions, Dataset, Error, Position, View};

/// With lengths of GRCh38: from them the assembly is known.
const GRCH38: &str = "##contig=<ID=chr22,length=50818468>\n##contig=<ID=chrX,length=156040895>\n";

fn with_lengths(lengths: &str) -> String {
    let text = vcf(
        "",
        &["S0", "S1"],
        &[
            "chr22 16050075 A G 0|1 1|1",
            "chr22 16050100 CT C 0|1 0|0",
            "chrX 2800000 T C 1 0|1",
        ],
    );
    text.replace("##FORMAT", &format!("{lengths}##FORMAT"))
}

fn picked(dataset: &View, question: &str) -> u64 {
    dataset
        .ask(&format!("carriers({question})"))
        .unwrap()
        .count()
}

fn refused(dataset: &View, question: &str) -> String {
    match dataset.variants(question) {
        Err(error @ Error::Expression(_)) => error.to_string(),
        Err(other) => panic!("{question}: {other:?}"),
        Ok(_) => panic!("{question}: understood"),
    }
}

#[test]
fn every_name_of_a_contig_is_the_contig() {
    let folder = Folder::new();
    let dataset = folder.dataset(&with_lengths(GRCH38), &options());
    assert_eq!(dataset.info().assembly, Some(Assembly::Grch38));
    for name in ["22", "chr22", "NC_000022.11", "CM000684.2", "CHR22"] {
        assert_eq!(
            picked(&dataset, &format!("region({name}, 16050075, 16050075)")),
            2,
            "{name}"
        );
        assert_eq!(
            picked(&dataset, &format!("{name}:16,050,075-16,050,075")),
            2,
            "{name}"
        );
        assert_eq!(picked(&dataset, name), 2, "{name}");
        // after an accession it would be SPDI, which counts from 0
        if !name.contains('.') {
            assert_eq!(
                picked(&dataset, &format!("{name}:16050100:CT:C")),
                1,
                "{name}"
            );
        }
        let place = Position::from_one_based(16_050_075).unwrap();
        let allele = dataset.allele(name, place, "A", "G").unwrap().unwrap();
        assert_eq!(allele.counts().unwrap().ac, 3, "{name}");
    }
    for allele in [
        "22:16050075:A:G",
        "22-16050075-A-G",
        "chr22-16050075-a-g",
        "NC_000022.11:16050074:A:G",
        "NC_000022.11:g.16050075A>G",
    ] {
        assert_eq!(picked(&dataset, allele), 2, "{allele}");
    }
    for allele in [
        "NC_000022.11:16050100:T:",
        "NC_000022.11:g.16050101del",
        "22:16050100:CT:C",
    ] {
        assert_eq!(picked(&dataset, allele), 1, "{allele}");
    }
    assert_eq!(picked(&dataset, "X"), 2);
    assert_eq!(picked(&dataset, "NC_000023.11:2799999:T:C"), 2);
}

#[test]
fn an_accession_of_another_assembly_is_an_error() {
    let folder = Folder::new();
    let dataset = folder.dataset(&with_lengths(GRCH38), &options());
    for question in [
        "NC_000022.10:16050074:A:G",
        "NC_000022.10:g.16050075A>G",
        "region(NC_000022.10, 1, 20000000)",
        "CM000684.1",
    ] {
        let message = refused(&dataset, question);
        assert!(
            message.contains("GRCh37") || message.contains("GRCh38"),
            "{message}"
        );
    }
}

#[test]
fn an_unknown_contig_names_the_nearest() {
    let folder = Folder::new();
    let dataset = folder.dataset(&with_lengths(GRCH38), &options());
    let message = refused(&dataset, "chr2x:1-100");
    assert!(message.contains("chr22"), "{message}");
    refused(&dataset, "7:1-100");
    refused(&dataset, "NC_000007.14:1000:A:G");
}

#[test]
fn the_assembly_can_be_told() {
    let folder = Folder::new();
    let options = BuildOptions {
        assembly: Some(Assembly::Grch37),
        ..options()
    };
    let dataset = folder.dataset(&with_lengths(""), &options);
    assert_eq!(dataset.info().assembly, Some(Assembly::Grch37));
    assert_eq!(picked(&dataset, "NC_000022.10:16050074:A:G"), 2);
    refused(&dataset, "NC_000022.11:16050074:A:G");
}

#[test]
fn files_of_two_assemblies_are_refused_together() {
    let folder = Folder::new();
    let b38 = folder.write("b38.vcf", with_lengths(GRCH38));
    let b37 = "##contig=<ID=chr1,length=249250621>\n##contig=<ID=chr22,length=51304566>\n";
    let b37 = folder.write("b37.vcf", with_lengths(b37).replace("S0\tS1", "T0\tT1"));
    let error = build(&[b38, b37], &folder.path("x.vdx"), &options()).unwrap_err();
    assert!(matches!(error, Error::Input(_)), "{error}");
    assert!(error.to_string().contains("b37.vcf"), "{error}");
}

/// Inputs with these contig lines and records; the nth has the sample `S<n>`.
fn inputs(folder: &Folder, texts: &[(&str, &[&str])]) -> Vec<std::path::PathBuf> {
    let write = |(n, (lines, records)): (usize, &(&str, &[&str]))| {
        let text = vcf("", &[&format!("S{n}")], records);
        let text = text.replace("##FORMAT", &format!("{lines}##FORMAT"));
        folder.write(&format!("{n}.vcf"), text)
    };
    texts.iter().enumerate().map(write).collect()
}

fn together(texts: &[(&str, &[&str])], options: &BuildOptions) -> (Folder, View) {
    let folder = Folder::new();
    let to = folder.path("x.vdx");
    build(&inputs(&folder, texts), &to, options).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    (folder, dataset)
}

fn contigs(dataset: &View) -> Vec<&str> {
    dataset.contigs().collect()
}

/// AC and AN of each variant.
fn counts(dataset: &View, question: &str) -> Vec<(u64, Option<u64>)> {
    let mut found = Vec::new();
    let mut variants = dataset.variants(question).unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let counts = variant.counts().unwrap();
        found.push((counts.ac, counts.an));
    }
    found
}

/// A file says `chr1`, another `1`, a third an accession: each was a contig of its own, and each name
/// answered with a part.
#[test]
fn names_of_one_contig_in_several_files_are_one_contig() {
    let plain: (&str, &[&str]) = (
        "##contig=<ID=1,length=248956422>\n##contig=<ID=MT,length=16569>\n",
        &["1 1000 A G 1/1", "MT 5 A G 1"],
    );
    let ucsc: (&str, &[&str]) = (
        "##contig=<ID=chr1,length=248956422>\n##contig=<ID=chrM>\n",
        &["chr1 1000 A G 0/1", "chrM 5 A G 0"],
    );
    let refseq: (&str, &[&str]) = ("", &["NC_000001.11 1000 A G 0/1"]);
    let undeclared: (&str, &[&str]) = ("", &["chr1 900 C T 0/1", "chr1 1000 A G 0/0"]);
    let (_folder, dataset) = together(&[plain, ucsc, refseq, undeclared], &options());
    assert_eq!(contigs(&dataset), ["1", "MT"]);
    for name in ["1", "chr1", "NC_000001.11"] {
        assert_eq!(
            counts(&dataset, &format!("region({name})"))[1],
            (4, Some(8)),
            "{name}"
        );
    }
    assert_eq!(counts(&dataset, "chr1:1000:A:G"), [(4, Some(8))]);
    assert_eq!(counts(&dataset, "MT"), [(1, None)]);
    assert_eq!(picked(&dataset, "chr1:1000-1000"), 3);
}

/// Without an assembly, `chr` and case alone make no difference, and lengths must not contradict.
#[test]
fn names_are_one_only_where_that_is_sure() {
    let of = |lines: [&'static str; 2], names: [&str; 2]| {
        let records = names.map(|name| format!("{name} 5 A G 0/1"));
        let texts = [
            (lines[0], &[records[0].as_str()][..]),
            (lines[1], &[records[1].as_str()][..]),
        ];
        let (_folder, dataset) = together(&texts, &options());
        let found: Vec<String> = contigs(&dataset).iter().map(ToString::to_string).collect();
        found
    };
    assert_eq!(of(["", ""], ["chr2", "2"]), ["chr2"]);
    assert_eq!(of(["", ""], ["X", "23"]), ["X", "23"]);
    assert_eq!(of(["", ""], ["ctg1", "chrctg1"]), ["ctg1", "chrctg1"]);
    let lengths = [
        "##contig=<ID=chr2,length=500>\n",
        "##contig=<ID=2,length=600>\n",
    ];
    assert_eq!(of(lengths, ["chr2", "2"]), ["chr2", "2"]);
    // each of the second file is a contig of its own there: none can be the first file's
    let both = [
        "##contig=<ID=2>\n",
        "##contig=<ID=02>\n##contig=<ID=chr2>\n",
    ];
    assert_eq!(of(both, ["2", "chr2"]), ["2", "02", "chr2"]);
}

/// What a file has under two names are two contigs, or nothing that can be stored.
#[test]
fn two_names_in_one_file() {
    let one: (&str, &[&str]) = ("", &["1 5 A G 0/1", "chr1 9 A G 0/1"]);
    let (_folder, dataset) = together(&[one], &options());
    assert_eq!(contigs(&dataset), ["1", "chr1"]);
    assert_eq!(counts(&dataset, "chr1").len(), 1);

    let folder = Folder::new();
    let texts: [(&str, &[&str]); 2] = [
        ("", &["1 5 A G 0/1"]),
        ("", &["chr1 5 A G 0/1", "1 9 A G 0/1"]),
    ];
    let error = build(&inputs(&folder, &texts), &folder.path("x.vdx"), &options()).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("1.vcf:5") && message.contains("chr1"),
        "{message}"
    );
}

/// Sorting goes by the contig, whatever it is called.
#[test]
fn a_file_with_other_names_is_sorted() {
    let first: (&str, &[&str]) = ("##contig=<ID=2>\n##contig=<ID=1>\n", &["2 5 A G 0/1"]);
    let second: (&str, &[&str]) = ("", &["chr1 9 A G 0/1", "chr2 7 A G 0/1", "chr1 5 A G 0/1"]);
    let options = BuildOptions {
        sort: true,
        ..options()
    };
    let (_folder, dataset) = together(&[first, second], &options);
    assert_eq!(contigs(&dataset), ["2", "1"]);
    assert_eq!(counts(&dataset, "chr1").len(), 2);
    assert_eq!(counts(&dataset, "2").len(), 2);
}

/// A mate is the same contig under any of its names, in the question and in the data.
#[test]
fn mates_of_breakends_under_any_name() {
    let lines = "##contig=<ID=chr17>\n##contig=<ID=chr22>\n";
    let first: (&str, &[&str]) = (
        lines,
        &["chr22 5 G G]chr17:198982] 0/1", "chr22 9 G G]<ctg1>:7] 0/1"],
    );
    let second: (&str, &[&str]) = ("", &["22 5 G G]17:198982] 1/1", "22 9 G G]ctg1:7] 0/1"]);
    let (_folder, dataset) = together(&[first, second], &options());
    assert_eq!(counts(&dataset, "chr22:5"), [(3, Some(4))]);
    assert_eq!(counts(&dataset, "chr22:9").len(), 2);
    for name in ["17", "chr17", "CHR17"] {
        for text in [
            format!("22:5:G:G]{name}:198982]"),
            format!("chr22-5-G-G]{name}:198982]"),
        ] {
            assert_eq!(counts(&dataset, &text), [(3, Some(4))], "{text}");
            let named = dataset.allele_named(&text).unwrap().unwrap();
            assert_eq!(named.counts().unwrap().ac, 3, "{text}");
        }
    }
    assert_eq!(counts(&dataset, "22:5:G:G]18:198982]"), []);
    assert_eq!(counts(&dataset, "22:5:G:G[17:198982["), []);
    let other = "22:5:G:G]NC_000017.10:198982]";
    let error = dataset.variants(other).err().unwrap().to_string();
    assert!(
        error.contains("the assembly of contig chr17 is not known"),
        "{error}"
    );
    assert!(dataset.allele_named(other).is_err());
    assert_eq!(counts(&dataset, "22:9:G:G]<ctg1>:7]").len(), 1);
    assert_eq!(counts(&dataset, "22:9:G:G]ctg1:7]").len(), 1);
}
