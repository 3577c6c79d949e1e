use super::*;

fn site<'a>(position: i64, reference: &'a str, alts: &[&'a str]) -> SiteAlleles<'a> {
    SiteAlleles {
        position,
        reference: reference.as_bytes(),
        alts: alts.iter().map(|alt| alt.as_bytes()).collect(),
    }
}

const CSQ: &str = "Consequence annotations from Ensembl VEP. Format: Allele|Consequence|IMPACT|SYMBOL|Gene|Feature|HGVSc|HGVSp|CANONICAL|MANE_SELECT|HGNC_ID|gnomADe_AF";
const ANN: &str = "Functional annotations: 'Allele | Annotation | Annotation_Impact | Gene_Name | Gene_ID | Feature_Type | Feature_ID | Transcript_BioType | Rank | HGVS.c | HGVS.p | cDNA.pos / cDNA.length'";

#[test]
fn entries_of_vep() {
    let mut layout = Layout::new(CSQ).unwrap();
    assert!(layout.keep("gnomADe_AF"));
    assert!(!layout.keep("absent"));
    let text = "A|missense_variant&splice_region_variant|MODERATE|BRAF|ENSG00000157764|ENST00000646891|ENST00000646891.2:c.1799T>A|ENSP00000493543.1:p.Val600Glu|YES|NM_004333.6|HGNC:1097|0.001,G|synonymous_variant|LOW|BRAF|ENSG00000157764|ENST00000646891|c|ENSP00000493543.1:p.Val600%3D|||1097|";
    let parsed = layout.parse(text.as_bytes(), &site(10, "T", &["A", "G"]));
    assert_eq!(parsed.warnings, Vec::<String>::new());
    let [(1, first), (2, second)] = &parsed.entries[..] else {
        panic!("{parsed:?}")
    };
    assert_eq!(first.consequence, "missense_variant&splice_region_variant");
    assert_eq!((first.impact, first.flags), (2, CANONICAL | MANE));
    assert_eq!(first.protein, "V600E");
    assert_eq!(first.hgvs_c, "ENST00000646891.2:c.1799T>A");
    assert_eq!(second.protein, "V600=");
    assert_eq!((second.hgnc.as_str(), second.flags), ("HGNC:1097", 0));
    assert_eq!(parsed.kept, [(1, 0, "0.001".to_owned())]);
}

#[test]
fn alleles_of_vep_are_those_without_what_all_share() {
    let layout = Layout::new(CSQ).unwrap();
    let alts = |reference: &str, of: &[&str], allele: &str| -> Vec<u32> {
        let text = format!("{allele}|intron_variant|MODIFIER");
        let parsed = layout.parse(text.as_bytes(), &site(10, reference, of));
        parsed.entries.iter().map(|entry| entry.0).collect()
    };
    assert_eq!(alts("AT", &["A"], "-"), [1]);
    assert_eq!(alts("A", &["AT"], "T"), [1]);
    assert_eq!(alts("AT", &["A", "ATT"], "TT"), [2]);
    assert_eq!(alts("AT", &["A", "ATT"], "-"), [1]);
    assert_eq!(alts("A", &["G", "AT"], "AT"), [2], "not all begin with A");
    assert_eq!(alts("AT", &["A", "*"], "*"), [2]);
    assert_eq!(alts("CAT", &["CA", "TAT"], "TAT"), [2]);
    assert_eq!(alts("A", &["<DEL>"], "deletion"), [1]);
    assert_eq!(alts("A", &["G"], "C"), Vec::<u32>::new());
}

#[test]
fn entries_of_snpeff() {
    let layout = Layout::new(ANN).unwrap();
    let text = "C|non_coding_transcript_exon_variant|MODIFIER|DUXAP8|DUXAP8|transcript|NR_122113.1|pseudogene|8/8|n.2058A>G||||||,C|intergenic_region|MODIFIER|A-B|A-B|intergenic_region|A-B|||n.1A>C||";
    let parsed = layout.parse(text.as_bytes(), &site(10, "G", &["C"]));
    let [(1, first), (1, second)] = &parsed.entries[..] else {
        panic!("{parsed:?}")
    };
    assert_eq!(first.hgvs_c, "NR_122113.1:n.2058A>G");
    assert_eq!(first.symbol, "DUXAP8");
    assert_eq!(second.consequence, "intergenic_region");
    assert_eq!(parsed.warnings, ["more fields than the header says"]);
}

#[test]
fn entries_of_bcftools() {
    let layout = Layout::of_bcftools().unwrap();
    let text = "*missense|CHTF18|ENST1|protein_coding|+|571D>571N|793183G>A,@788407,stop_gained&splice_region|X|T|protein_coding,@x,";
    let parsed = layout.parse(text.as_bytes(), &site(793_183, "G", &["A"]));
    let [(1, first), (1, second)] = &parsed.entries[..] else {
        panic!("{parsed:?}")
    };
    assert_eq!(first.consequence, "missense_variant");
    assert_eq!((first.impact, first.flags), (2, BEHIND_STOP));
    assert_eq!(first.protein, "D571N");
    assert_eq!((second.impact, second.symbol.as_str()), (3, "X"));
    assert_eq!(parsed.elsewhere, [(788_407, 1)]);
    assert_eq!(parsed.refused, ["a pointer that is no position"]);
    assert_eq!(parsed.read, 4);
    let several = site(5, "G", &["A", "T"]);
    let parsed = layout.parse(b"missense|X|T|p|+|1D>1N|5G>T", &several);
    assert_eq!(parsed.entries[0].0, 2);
    let parsed = layout.parse(b"intron|X|T|p", &several);
    assert_eq!(parsed.entries.len(), 2);
}

#[test]
fn what_is_malformed_is_told() {
    let layout = Layout::new(CSQ).unwrap();
    let parsed = layout.parse(b"|||,A|wild_variant,\xff|x", &site(1, "C", &["A"]));
    assert_eq!(parsed.entries.len(), 1);
    assert_eq!(parsed.entries[0].1.consequence, "wild_variant");
    assert_eq!(parsed.refused.len(), 2);
    assert_eq!((parsed.read, parsed.warnings.len()), (3, 1));
    for nothing in [
        "no fields",
        "",
        "Consequence annotations",
        "Score of the neural net",
        "Consequence",
        "Consequences: none | few | many",
    ] {
        assert!(Layout::new(nothing).is_none(), "{nothing}");
    }
}

/// The key's name does not decide who wrote it, and versions describe their fields otherwise.
#[test]
fn fields_tell_who_wrote_them() {
    for (description, writer) in [
        (CSQ, Writer::Vep),
        (ANN, Writer::SnpEff),
        (
            "Consequence annotations from Ensembl VEP. Format: Consequence|SYMBOL",
            Writer::Vep,
        ),
        (
            "Local consequence annotation from BCFtools/csq, see http://samtools.github.io/bcftools/howtos/csq-calling.html for details. Format: Consequence|gene|transcript|biotype|strand|amino_acid_change|dna_change",
            Writer::Bcftools,
        ),
        (
            "Haplotype-aware consequence annotation from BCFtools/csq. Format: '[*]consequence|gene|transcript|biotype[|strand|amino_acid_change|dna_change]'",
            Writer::Bcftools,
        ),
    ] {
        let layout = Layout::new(description).unwrap();
        assert_eq!(layout.writer, writer, "{description}");
    }
    let text = b"*missense|CHTF18|ENST1|protein_coding|+|571D>571N|793183G>A";
    let older =
        "Format: '[*]consequence|gene|transcript|biotype[|strand|amino_acid_change|dna_change]'";
    let parsed = Layout::new(older)
        .unwrap()
        .parse(text, &site(793_183, "G", &["A"]));
    assert_eq!(parsed.warnings, Vec::<String>::new());
    let [(1, entry)] = &parsed.entries[..] else {
        panic!("{parsed:?}")
    };
    assert_eq!(
        (entry.symbol.as_str(), entry.protein.as_str()),
        ("CHTF18", "D571N")
    );
    assert_eq!(
        (entry.gene_id.as_str(), entry.transcript.as_str()),
        ("", "ENST1")
    );
}

/// Without `ALLELE_NUM` nothing decides which of two deletions is meant: the first must not get both.
#[test]
fn an_allele_that_several_are_written_as_is_ambiguous() {
    let layout = Layout::new(CSQ).unwrap();
    let two = site(20_000, "CAAGCC", &["CAGCC", "CCC"]);
    let text = b"-|frameshift_variant|HIGH,-|inframe_deletion|MODERATE,G|stop_gained|HIGH";
    let parsed = layout.parse(text, &two);
    assert_eq!(parsed.entries, []);
    assert_eq!(
        parsed.refused,
        [AMBIGUOUS_ALLELE, AMBIGUOUS_ALLELE, NO_SUCH_ALLELE]
    );
    let numbered = Layout::new(&format!("{CSQ}|ALLELE_NUM")).unwrap();
    let text = b"-|frameshift_variant|HIGH||||||||||2,-|inframe_deletion|MODERATE||||||||||1";
    let parsed = numbered.parse(text, &two);
    let alts: Vec<u32> = parsed.entries.iter().map(|entry| entry.0).collect();
    assert_eq!(alts, [2, 1]);
    // one deletion, and an ALT that is written so as a whole, are distinguished
    assert_eq!(
        layout
            .parse(b"-|x|HIGH", &site(10, "AT", &["A", "AG"]))
            .entries[0]
            .0,
        1
    );
}

/// VEP can be asked to write a few fields only.
#[test]
fn fields_without_the_allele_are_of_the_only_alt() {
    let layout = Layout::new("Format: Consequence|SYMBOL").unwrap();
    let parsed = layout.parse(b"stop_gained|A1", &site(10, "A", &["T"]));
    assert_eq!(parsed.entries[0].0, 1);
    let parsed = layout.parse(b"stop_gained|A1", &site(10, "A", &["T", "C"]));
    assert_eq!(parsed.refused, [AMBIGUOUS_ALLELE]);
}
