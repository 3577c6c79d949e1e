use super::*;
use proptest::prelude::*;

fn names(contigs: &[(&str, Option<u64>)], assembly: Option<Assembly>) -> ContigNames {
    ContigNames::new(
        contigs
            .iter()
            .map(|&(name, length)| (name.to_owned(), length)),
        assembly,
    )
}

#[test]
fn aliases_are_one_contig() {
    let plain = names(
        &[("21", None), ("22", None), ("X", None)],
        Some(Assembly::Grch38),
    );
    for text in ["22", "chr22", "CHR22", "NC_000022.11", "CM000684.2"] {
        assert_eq!(plain.resolve(text), Ok(1), "{text}");
    }
    for text in ["X", "x", "chrX", "23", "NC_000023.11"] {
        assert_eq!(plain.resolve(text), Ok(2), "{text}");
    }
    let refseq = names(&[("NC_000022.11", None)], None);
    for text in ["22", "chr22", "NC_000022.11", "CM000684.2"] {
        assert_eq!(refseq.resolve(text), Ok(0), "{text}");
    }
    assert_eq!(refseq.chromosome(0).map(Chromosome::name), Some("22"));
    let t2t = names(&[("chr22", None), ("chrM", None)], Some(Assembly::T2tChm13));
    assert_eq!(t2t.resolve("NC_060946.1"), Ok(0));
    assert_eq!(t2t.resolve("CP068254.1"), Ok(1));
}

#[test]
fn accessions_of_another_assembly_say_so() {
    let here = names(&[("chr22", None)], Some(Assembly::Grch38));
    assert_eq!(
        here.resolve("NC_000022.10").unwrap_err().to_string(),
        "NC_000022.10 is of GRCh37, but chr22 here is of GRCh38"
    );
    assert!(matches!(
        names(&[("NC_000022.11", None)], None).resolve("CM000684.1"),
        Err(NameError::OtherAssembly {
            of: Assembly::Grch37,
            here: Assembly::Grch38,
            ..
        })
    ));
    // The length contradicts the assembly that was given.
    assert!(matches!(
        names(&[("22", Some(51_304_566))], Some(Assembly::Grch38)).resolve("NC_000022.11"),
        Err(NameError::OtherLength {
            found: 51_304_566,
            ..
        })
    ));
    // An excerpt contradicts nothing.
    assert_eq!(
        names(&[("22", Some(17_000_200))], Some(Assembly::Grch37)).resolve("NC_000022.10"),
        Ok(0)
    );
}

#[test]
fn without_assembly_the_length_decides() {
    let known = names(&[("22", Some(50_818_468))], None);
    assert_eq!(known.resolve("NC_000022.11"), Ok(0));
    assert!(matches!(
        known.resolve("NC_000022.10"),
        Err(NameError::OtherLength { .. })
    ));
    let unknown = names(&[("22", None)], None);
    assert!(matches!(
        unknown.resolve("NC_000022.10"),
        Err(NameError::AssemblyUnknown { .. })
    ));
    assert_eq!(
        unknown.resolve("NC_000022.10").unwrap_err().to_string(),
        "NC_000022.10 is of GRCh37, but the assembly of contig 22 is not known: name the contig as the dataset does, or tell the assembly"
    );
    let mitochondrion = names(&[("MT", Some(16_569))], None);
    assert!(matches!(
        mitochondrion.resolve("NC_012920.1"),
        Err(NameError::AssemblyUnknown { .. })
    ));
}

#[test]
fn mitochondria_are_kept_apart() {
    let b37 = names(&[("MT", Some(16_569))], Some(Assembly::Grch37));
    assert_eq!(b37.resolve("NC_012920.1"), Ok(0));
    assert_eq!(b37.resolve("chrM"), Ok(0));
    assert!(b37.resolve("NC_001807.4").is_err());
    assert!(matches!(
        b37.resolve("CP068254.1"),
        Err(NameError::OtherAssembly { .. })
    ));
    let hg19 = names(&[("chrM", Some(16_571))], Some(Assembly::Grch37));
    assert_eq!(hg19.resolve("NC_001807.4"), Ok(0));
    assert!(matches!(
        hg19.resolve("NC_012920.1"),
        Err(NameError::OtherLength { .. })
    ));
    let untold = names(&[("chrM", None)], Some(Assembly::Grch37));
    assert!(matches!(
        untold.resolve("NC_012920.1"),
        Err(NameError::AssemblyUnknown { .. })
    ));
    assert_eq!(
        names(&[("chrM", None)], Some(Assembly::Grch38)).resolve("NC_012920.1"),
        Ok(0)
    );
}

#[test]
fn unknown_names_get_candidates() {
    let here = names(
        &[
            ("chr1", None),
            ("chr2", None),
            ("chr22", None),
            ("chr22_KI270879v1_alt", None),
        ],
        Some(Assembly::Grch38),
    );
    assert_eq!(
        here.resolve("chr22_KI270879v2_alt"),
        Err(NameError::Unknown {
            name: "chr22_KI270879v2_alt".to_owned(),
            candidates: vec!["chr22_KI270879v1_alt".to_owned()],
        })
    );
    assert_eq!(here.resolve("chr3").unwrap_err().candidates().len(), 3);
    assert!(matches!(
        here.resolve("NC_000022"),
        Err(NameError::OtherVersion { candidates, .. })
            if candidates == ["NC_000022.10", "NC_000022.11"]
    ));
    assert!(matches!(
        here.resolve("NC_000022.9"),
        Err(NameError::OtherVersion { .. })
    ));
    let long = "A".repeat(1 << 20);
    assert!(here.resolve(&long).unwrap_err().to_string().len() < 200);
}

#[test]
fn names_of_one_contig() {
    let g38 = Some(Assembly::Grch38);
    let g37 = Some(Assembly::Grch37);
    let one = |a: (&str, Option<u64>), b: (&str, Option<u64>), assembly| {
        let found = is_same_contig(a, b, assembly);
        assert_eq!(found, is_same_contig(b, a, assembly), "{a:?} {b:?}");
        found
    };
    for (a, b, assembly, expected) in [
        (("1", None), ("chr1", None), None, true),
        (("CHRX", Some(5)), ("x", None), None, true),
        (("1", Some(5)), ("chr1", Some(5)), None, true),
        (("1", Some(5)), ("chr1", Some(6)), None, false),
        (("1", None), ("chr2", None), None, false),
        (("scaffold_1", None), ("chrscaffold_1", None), None, false),
        // where 23 may be a chromosome of its own
        (("23", None), ("X", None), None, false),
        (("23", None), ("X", None), g38, true),
        (("23", Some(9)), ("X", Some(9)), None, true),
        (("chrM", None), ("MT", None), g38, true),
        // hg19 has another chrM than GRCh37
        (("chrM", None), ("MT", None), g37, false),
        (("chrM", Some(16_571)), ("MT", Some(16_569)), g37, false),
        (("chrM", Some(16_569)), ("MT", Some(16_569)), g37, true),
        (("NC_000001.11", None), ("chr1", None), g38, true),
        (("NC_000001.11", None), ("CM000663.2", None), None, true),
        (("NC_000001.11", None), ("chr1", None), None, false),
        (("NC_000001.11", None), ("chr1", None), g37, false),
        (("NC_000001.11", None), ("NC_000001.10", None), g38, false),
        (
            ("NC_000001.11", None),
            ("chr1", Some(248_956_422)),
            None,
            true,
        ),
        (("NC_012920.1", None), ("chrM", None), g37, false),
        (("NC_012920.1", None), ("MT", None), g37, true),
    ] {
        assert_eq!(one(a, b, assembly), expected, "{a:?} {b:?} {assembly:?}");
    }
}

#[test]
fn one_chromosome_under_two_names() {
    let here = names(&[("22", None), ("chr22", None)], Some(Assembly::Grch38));
    assert_eq!(here.resolve("22"), Ok(0));
    assert_eq!(here.resolve("chr22"), Ok(1));
    assert!(matches!(
        here.resolve("CHR22"),
        Err(NameError::Ambiguous { .. })
    ));
    assert!(matches!(
        here.resolve("NC_000022.11"),
        Err(NameError::Ambiguous { .. })
    ));
    let both = names(&[("NC_000022.10", None), ("NC_000022.11", None)], None);
    assert_eq!(both.resolve("CM000684.2"), Ok(1));
}

proptest! {
    #[test]
    fn any_text_is_safe(text in ".{0,100}", contigs in prop::collection::vec(".{0,8}", 0..5)) {
        let here = ContigNames::new(contigs.iter().map(|n| (n.clone(), None)), None);
        let _ = here.resolve(&text).map_err(|e| e.to_string());
        for name in &contigs {
            let found = here.resolve(name).unwrap();
            prop_assert_eq!(&contigs[found], name);
        }
    }
}
