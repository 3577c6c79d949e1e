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
    let mut layout = Layout::new(Annotator::Csq, CSQ).unwrap();
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
    let layout = Layout::new(Annotator::Csq, CSQ).unwrap();
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
    let layout = Layout::new(Annotator::Ann, ANN).unwrap();
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
    let layout = Layout::new(Annotator::Bcsq, "whatever").unwrap();
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
    let layout = Layout::new(Annotator::Csq, CSQ).unwrap();
    let parsed = layout.parse(b"|||,A|wild_variant,\xff|x", &site(1, "C", &["A"]));
    assert_eq!(parsed.entries.len(), 1);
    assert_eq!(parsed.entries[0].1.consequence, "wild_variant");
    assert_eq!(parsed.refused.len(), 2);
    assert_eq!((parsed.read, parsed.warnings.len()), (3, 1));
    assert!(Layout::new(Annotator::Csq, "no fields").is_none());
}
