//! Contigs by any of their names, and no wrong ones.

use crate::common::{Folder, build, options, vcf};
use varidex::{Assembly, BuildOptions, Dataset, Error, Position};

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

fn picked(dataset: &Dataset, question: &str) -> u64 {
    dataset
        .ask(&format!("carriers({question})"))
        .unwrap()
        .count()
}

fn refused(dataset: &Dataset, question: &str) -> String {
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
