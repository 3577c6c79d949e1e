//! One change in several spellings: in the question, in one file, and otherwise in each file.
//!
//! Where the row of one batch was spelled as asked, rows of other batches that spell the same change
//! otherwise were not looked for: who carries it there was missing. And indels that only a reference could
//! tell from others were "not there".

use crate::common::{Folder, build, options, vcf};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};
use varidex::{Assembly, BuildOptions, Dataset, Error, Position, View};

/// 1-based:            1234567890123456789012345678
const SEQUENCE: &str = "GATTACAGGCTTTTTTTTCATGACCTGA";

fn dataset(folder: &Folder, texts: &[String], options: &BuildOptions) -> View {
    let write = |(n, text): (usize, &String)| folder.write(&format!("{n}.vcf"), text);
    let inputs: Vec<_> = texts.iter().enumerate().map(write).collect();
    let to = folder.path("x.vdx");
    let options = BuildOptions {
        replace: true,
        assembly: Some(Assembly::Grch38),
        ..options.clone()
    };
    build(&inputs, &to, &options).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    dataset
}

fn normalising(folder: &Folder) -> BuildOptions {
    BuildOptions {
        reference: Some(folder.write("reference.fa", format!(">chr7\n{SEQUENCE}\n"))),
        ..options()
    }
}

fn carriers(dataset: &View, text: &str) -> BTreeSet<String> {
    let group = dataset.ask(&format!("carriers({text})"));
    let group = group.unwrap_or_else(|e| panic!("{text}: {e}"));
    let ids = group.ids().unwrap();
    ids.iter().map(ToString::to_string).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

/// AC and AN of each variant picked.
fn counts(dataset: &View, question: &str) -> Vec<(u64, Option<u64>)> {
    let mut found = Vec::new();
    let mut variants = dataset.variants(question).unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let counts = variant.counts().unwrap();
        found.push((counts.ac, counts.an));
    }
    found
}

/// The same of one allele in all ways to ask for one.
fn of_allele(
    dataset: &View,
    text: &str,
    (position, r, a): (i64, &str, &str),
) -> (u64, Option<u64>) {
    let place = Position::from_one_based(position).unwrap();
    let named = dataset.allele_named(text).unwrap().unwrap();
    let placed = dataset.allele("7", place, r, a).unwrap().unwrap();
    let counts = named.counts().unwrap();
    assert_eq!(placed.counts().unwrap(), counts, "{text}");
    let mut lookup = dataset.lookup(None).unwrap();
    assert_eq!(
        lookup.counts("7", place, r, a).unwrap(),
        Some(counts),
        "{text}"
    );
    let mut reported = BTreeSet::new();
    named
        .carriers(|c| {
            reported.insert(dataset.sample_name(c.sample).unwrap().to_owned());
        })
        .unwrap();
    assert_eq!(reported, carriers(dataset, text), "{text}");
    (counts.ac, counts.an)
}

/// Two files spell a deletion otherwise: the other spelling's carriers were missing, a homozygous one too.
#[test]
fn each_batch_is_looked_up_in_its_own_spelling() {
    let folder = Folder::new();
    let a = vcf("chr7", &["A1", "A2"], &["chr7 10 CT C 0/1 1/1"]);
    let b = vcf("chr7", &["B1", "B2"], &["chr7 10 CTT CT,C 1/1 0/2"]);
    for options in [options(), normalising(&folder)] {
        let dataset = dataset(&folder, &[a.clone(), b.clone()], &options);
        for asked in [(10, "CT", "C"), (10, "CTT", "CT"), (9, "GCT", "GC")] {
            let (position, r, a) = asked;
            let text = format!("chr7:{position}:{r}:{a}");
            assert_eq!(
                carriers(&dataset, &text),
                set(&["A1", "A2", "B1"]),
                "{text}"
            );
            // one variant of all, of which the counts are those asked for
            assert_eq!(counts(&dataset, &text), [(5, Some(8))], "{text}");
            assert_eq!(counts(&dataset, &format!("{text} & ac=5")), [(5, Some(8))]);
            assert_eq!(counts(&dataset, &format!("{text} & af<0.5")), []);
            assert_eq!(of_allele(&dataset, &text, asked), (5, Some(8)));
        }
        let other = (10, "CTT", "C");
        assert_eq!(of_allele(&dataset, "7:10:CTT:C", other).0, 1);
        assert_eq!(carriers(&dataset, "7:10:CTT:C"), set(&["B2"]));
    }
}

/// Padded to the left, the row stands at another position: it is the same variant, walked once.
#[test]
fn rows_of_one_change_at_two_positions_are_one_variant() {
    let folder = Folder::new();
    let a = vcf("chr7", &["A"], &["chr7 18 A C 0/1", "chr7 21 T C 0/1"]);
    let b = vcf("chr7", &["B"], &["chr7 19 CAT CAC 1/1", "chr7 25 C A 0/1"]);
    let dataset = dataset(&folder, &[a, b], &options());
    assert_eq!(counts(&dataset, "7:21:T:C"), [(3, Some(4))]);
    assert_eq!(
        counts(&dataset, "7:21:T:C | 7:25"),
        [(3, Some(4)), (1, None)]
    );
    assert_eq!(counts(&dataset, "7:19:CAT:CAC & 7:19-19"), [(3, Some(4))]);
    assert_eq!(
        of_allele(&dataset, "7:20:AT:AC", (20, "AT", "AC")),
        (3, Some(4))
    );
    assert_eq!(counts(&dataset, "!7:21:T:C").len(), 2);
    // where no allele is asked for, rows stand as they are written
    assert_eq!(counts(&dataset, "all").len(), 4);
}

/// In one file: no spelling is preferred, and a sample counts by the record in which it carries most.
#[test]
fn spellings_in_one_file_are_all_taken() {
    let folder = Folder::new();
    let records = [
        "chr7 10 CT C 0/1 1/1 0/0 ./.",
        "chr7 10 CTT CT,C 0/0 0/1 1/1 1/2",
    ];
    let text = vcf("chr7", &["A1", "A2", "B1", "B2"], &records);
    let dataset = dataset(&folder, &[text], &options());
    let expected = set(&["A1", "A2", "B1", "B2"]);
    for asked in [(10, "CT", "C"), (10, "CTT", "CT")] {
        let text = format!("7:{}:{}:{}", asked.0, asked.1, asked.2);
        assert_eq!(carriers(&dataset, &text), expected, "{text}");
        assert_eq!(of_allele(&dataset, &text, asked), (6, Some(8)));
        assert_eq!(counts(&dataset, &text), [(3, Some(6)), (4, Some(8))]);
    }
}

/// Without a reference, REF and ALT of the rows decide, or nothing does.
#[test]
fn what_only_a_reference_could_decide_is_refused() {
    let folder = Folder::new();
    let text = vcf("chr7", &["S"], &["chr7 10 CT C 0/1", "chr7 21 T C 0/1"]);
    let without = dataset(&folder, std::slice::from_ref(&text), &options());
    for decided in [
        "chr7:10:CT:C",
        "chr7:10:CTTTT:CTTT",
        "NC_000007.14:9:CT:C",
        "NC_000007.14:10:T:",
        "NC_000007.14:10:1:",
        "NC_000007.14:g.11del",
        "NC_000007.14:g.10_11delinsC",
        "NC_000007.14:g.21T>C",
        "NC_000007.14:g.21delinsC",
        "NC_000007.14:20:1:C",
        "chr7:20:AT:AC",
    ] {
        assert_eq!(carriers(&without, decided), set(&["S"]), "{decided}");
        assert!(
            without.allele_named(decided).unwrap().is_some(),
            "{decided}"
        );
    }
    for absent in [
        // the bases reported say that it is another one
        "chr7:12:TA:T",
        "chr7:10:CA:C",
        "chr7:10:CTT:C",
        "chr7:10:C:CT",
        "NC_000007.14:g.18_19del",
        "NC_000007.14:17:C:",
        "NC_000007.14:g.21T>G",
        "NC_000007.14:g.40del",
    ] {
        // what is too far for a repeat of one base is not in doubt
        let absent = absent.replace("g.40", "g.400");
        assert_eq!(carriers(&without, &absent), set(&[]), "{absent}");
        assert!(without.allele_named(&absent).unwrap().is_none(), "{absent}");
    }
    for unknown in [
        "NC_000007.14:g.18del",
        "NC_000007.14:g.12del",
        "NC_000007.14:17:T:",
        "NC_000007.14:17:1:",
        "chr7:17:TT:T",
        "chr7:18:TC:C",
        "NC_000007.14:g.10_19delinsCTTTTTTTC",
        "NC_000007.14:g.20_22delinsACG",
        "NC_000007.14:10:8:TTTTTTT",
    ] {
        for question in [
            unknown.to_owned(),
            format!("!{unknown}"),
            format!("{unknown} & af<0.1"),
        ] {
            let error = without.ask(&format!("carriers({question})")).unwrap_err();
            assert!(matches!(error, Error::Expression(_)), "{error}");
            let message = error.to_string();
            let row = if unknown.contains("20_22") {
                "chr7:21:T:C"
            } else {
                "chr7:10:CT:C"
            };
            assert!(
                message.contains("reference") && message.contains(row),
                "{message}"
            );
        }
        let error = without.allele_named(unknown).unwrap_err();
        assert!(error.to_string().contains("cannot be decided"), "{error}");
    }
    // with one it is found, but for bases beside the change that no row shows
    let with = dataset(&folder, &[text], &normalising(&folder));
    for found in [
        "NC_000007.14:g.18del",
        "NC_000007.14:g.12del",
        "NC_000007.14:17:T:",
        "NC_000007.14:17:1:",
        "chr7:17:TT:T",
        "chr7:10:CT:C",
        "chr7:18:TC:C",
        "chr7:10:CTTTTTTTTC:CTTTTTTTC",
        "NC_000007.14:10:8:TTTTTTT",
        "NC_000007.14:g.10_18delinsCTTTTTTT",
        "NC_000007.14:9:9:CTTTTTTT",
    ] {
        assert_eq!(carriers(&with, found), set(&["S"]), "{found}");
    }
    for absent in [
        "NC_000007.14:g.19del",
        "chr7:18:TC:T",
        "NC_000007.14:g.11_12del",
    ] {
        assert_eq!(carriers(&with, absent), set(&[]), "{absent}");
    }
    let wide = with
        .ask("carriers(NC_000007.14:g.10_19delinsCTTTTTTTC)")
        .unwrap_err();
    assert!(wide.to_string().contains("chr7:10:CT:C"), "{wide}");
}

/// A record without ALT deletes nothing, though what is left of REF without it is bases.
#[test]
fn records_without_alt_are_no_deletions() {
    let folder = Folder::new();
    let records = [
        "chr7 11 T . 0/0",
        "chr7 15 T <NON_REF> 0/0",
        "chr7 20 AT A 0/1",
    ];
    let text = vcf("chr7", &["S"], &records);
    for options in [options(), normalising(&folder)] {
        let dataset = dataset(&folder, std::slice::from_ref(&text), &options);
        for absent in [
            "7:10:CT:C",
            "NC_000007.14:g.11del",
            "NC_000007.14:g.18del",
            "NC_000007.14:10:T:",
            "NC_000007.14:g.11_12delinsT",
        ] {
            assert_eq!(carriers(&dataset, absent), set(&[]), "{absent}");
        }
    }
}

/// REF that spells the whole repeat says where the deletion may stand.
#[test]
fn a_repeat_in_ref_decides() {
    let folder = Folder::new();
    let records = [
        "chr7 1000 TCAGCAGCAG TCAGCAG 0/1",
        "chr7 2000 T TCA 0/1",
        "chr7 2003 CACAG C 0/0",
    ];
    let dataset = dataset(&folder, &[vcf("chr7", &["S"], &records)], &options());
    for found in [
        "7:1000:TCAG:T",
        "NC_000007.14:g.1001_1003del",
        "NC_000007.14:g.1002_1004del",
        "NC_000007.14:g.1007_1009del",
        "NC_000007.14:1003:3:",
        "NC_000007.14:999:TCAGCAGCAG:TCAGCAG",
        "7:2000:T:TCA",
        "NC_000007.14:g.2000_2001insCA",
    ] {
        assert_eq!(carriers(&dataset, found), set(&["S"]), "{found}");
    }
    // the base behind the repeat is not known
    for unknown in ["NC_000007.14:g.1008_1010del", "NC_000007.14:g.2003_2004dup"] {
        let error = dataset.ask(&format!("carriers({unknown})")).unwrap_err();
        assert!(error.to_string().contains("--reference"), "{error}");
    }
    // further on it is another base
    assert_eq!(carriers(&dataset, "NC_000007.14:g.2006_2007dup"), set(&[]));
}

/// A change of a sequence in a spelling: padded, and an indel moved within its repeat.
#[derive(Debug, Clone)]
struct Spelled {
    position: usize,
    reference: String,
    alternate: String,
}

/// Spells what replaces `length` bases at `start` (0-based) by `inserted`: with bases on both sides, at
/// least one in all.
fn spell(
    sequence: &str,
    start: usize,
    length: usize,
    inserted: &str,
    pad: (usize, usize),
) -> Spelled {
    let empty = length == 0 || inserted.is_empty();
    let left = pad.0.max(usize::from(empty)).min(start);
    let from = start - left;
    let to = (start + length + pad.1).min(sequence.len());
    Spelled {
        position: from + 1,
        reference: sequence[from..to].to_owned(),
        alternate: format!(
            "{}{inserted}{}",
            &sequence[from..start],
            &sequence[start + length..to]
        ),
    }
}

fn changed(sequence: &str, of: &Spelled) -> String {
    let from = of.position - 1;
    format!(
        "{}{}{}",
        &sequence[..from],
        of.alternate,
        &sequence[from + of.reference.len()..]
    )
}

fn sequence() -> impl Strategy<Value = String> {
    let unit = (
        select(vec!["A", "C", "G", "T", "AC", "GT", "CAG", "TTG"]),
        1..6usize,
    );
    prop::collection::vec(unit, 14..20).prop_map(|units| {
        let repeats: Vec<String> = units.iter().map(|(unit, n)| unit.repeat(*n)).collect();
        format!("{:G<60}", repeats.concat())
    })
}

/// Start, bases removed, bases put in their place, padding.
type Edit = (usize, usize, String, (usize, usize));

fn edit() -> impl Strategy<Value = Edit> {
    let pad = (0..4usize, 0..4usize);
    let inserted = select(vec!["", "", "A", "C", "G", "T", "AC", "CAG", "GTGT"]);
    (4..30usize, 0..4usize, inserted, pad)
        .prop_map(|(start, length, inserted, pad)| (start, length, inserted.to_owned(), pad))
}

/// A row at the start of a contig has no base before it; how far it rolls says where else it may be.
#[test]
fn an_indel_at_the_start_of_a_contig_is_in_its_repeat_alone() {
    let folder = Folder::new();
    let sequence = "GGGGGTTAAGTCAC";
    let reference = folder.write("reference.fa", format!(">chr7\n{sequence}\n"));
    let texts = [vcf("chr7", &["S0", "S1"], &["chr7 5 GT T 0/0 0/1"])];
    let options = BuildOptions {
        reference: Some(reference),
        ..options()
    };
    let dataset = dataset(&folder, &texts, &options);
    for (asked, expected) in [
        ("chr7:1:GG:G", 1),
        ("chr7:4:GGT:GT", 1),
        ("NC_000007.14:4:1:", 1),
        ("chr7:10:GT:T", 0),
        ("NC_000007.14:9:1:", 0),
        ("NC_000007.14:9:G:", 0),
    ] {
        let found = dataset.ask(&format!("carriers({asked})"));
        assert_eq!(
            found.map(|group| group.ids().unwrap().len()).ok(),
            Some(expected),
            "{asked}"
        );
    }
}

/// Bases that are replaced and not given: of what was inserted the ends may be bases that stay.
#[test]
fn a_replacement_of_bases_that_nothing_shows_may_be_an_indel_elsewhere() {
    let folder = Folder::new();
    // of CAAAG one A is deleted, and in CTTTG a T inserted
    let texts = [vcf(
        "chr7",
        &["S0", "S1"],
        &["chr7 24 CA C 0/0 0/1", "chr7 54 C CT 0/1 0/0"],
    )];
    let dataset = dataset(&folder, &texts, &options());
    for (asked, decided) in [
        ("26:2:G", None),
        ("24:3:AC", None),
        // what is inserted contradicts the REF of the row
        ("23:3:GA", Some(0)),
        // of two bases less none is there
        ("26:3:G", Some(0)),
        ("56:1:TG", None),
        ("53:1:CT", Some(1)),
        ("56:1:GG", Some(0)),
    ] {
        let found = dataset.ask(&format!("carriers(NC_000007.14:{asked})"));
        assert_eq!(
            found.map(|group| group.ids().unwrap().len()).ok(),
            decided,
            "{asked}"
        );
    }
}

/// Where the reference has no bases, rows are as they were written, and one spelled elsewhere may be the one asked for.
#[test]
fn rows_that_the_reference_does_not_have_are_not_normalised() {
    let folder = Folder::new();
    let reference = folder.write("reference.fa", ">chr8\nACGTACGTACGT\n");
    let texts = [vcf("chr7", &["S0", "S1"], &["chr7 24 CA C 0/0 0/1"])];
    let options = BuildOptions {
        reference: Some(reference),
        ..options()
    };
    let dataset = dataset(&folder, &texts, &options);
    assert_eq!(carriers(&dataset, "chr7:24:CA:C").len(), 1);
    assert_eq!(carriers(&dataset, "chr7:24:CG:C").len(), 0);
    for asked in ["chr7:27:AA:A", "NC_000007.14:26:1:"] {
        let error = dataset
            .ask(&format!("carriers({asked})"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("the reference of the dataset has no bases there"),
            "{asked}: {error}"
        );
    }
}

/// An indel that is too far from its leftmost spelling to be moved there is found up to the end of its repeat.
#[test]
fn an_indel_that_is_kept_in_a_long_repeat_is_found_to_the_end_of_it() {
    let folder = Folder::new();
    // A from 2 to 12,001
    let sequence = format!("G{}CATG", "A".repeat(12_000));
    let reference = folder.write("reference.fa", format!(">chr7\n{sequence}\n"));
    let texts = [vcf("chr7", &["S0", "S1"], &["chr7 11500 AA A 0/0 0/1"])];
    let options = BuildOptions {
        reference: Some(reference),
        ..options()
    };
    let dataset = dataset(&folder, &texts, &options);
    for (asked, expected) in [
        ("chr7:11500:AA:A", 1),
        ("chr7:11800:AA:A", 1),
        ("chr7:12000:AAC:AC", 1),
        ("NC_000007.14:12000:1:", 1),
        ("chr7:12002:CA:C", 0),
        ("NC_000007.14:12002:1:", 0),
    ] {
        assert_eq!(carriers(&dataset, asked).len(), expected, "{asked}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Batches that spell the same changes in any way: the carriers are those of whom the changed sequence is
    /// what the question says. Without a reference an answer is right or refused.
    #[test]
    fn carriers_are_those_of_the_changed_sequence(
        sequence in sequence(),
        edits in prop::collection::vec(edit(), 1..6),
        batches in prop::collection::vec(prop::collection::vec((0..6usize, 0..4u8, (0..4usize, 0..4usize)), 1..6), 1..4),
        asked in prop::collection::vec((0..4usize, 0..4usize), 6),
    ) {
        let folder = Folder::new();
        // who has which sequence
        let mut truth: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut texts = Vec::new();
        for (n, batch) in batches.iter().enumerate() {
            let mut records: Vec<(usize, String)> = Vec::new();
            let mut seen = BTreeSet::new();
            for (edit, genotype, pad) in batch {
                let (start, length, inserted, _) = &edits[edit % edits.len()];
                let of = spell(&sequence, *start, *length, inserted, *pad);
                let result = changed(&sequence, &of);
                if of.reference == of.alternate || result == sequence || !seen.insert(result.clone()) {
                    continue;
                }
                let calls = ["0/0 0/1", "0/1 1/1", "1|1 0|0", "./. 0/1"][usize::from(*genotype)];
                for (sample, call) in calls.split(' ').enumerate() {
                    if call.contains('1') {
                        truth.entry(result.clone()).or_default().insert(format!("B{n}S{sample}"));
                    }
                }
                let Spelled { position, reference, alternate } = of;
                records.push((position, format!("chr7 {position} {reference} {alternate} {calls}")));
            }
            records.sort();
            let records: Vec<&str> = records.iter().map(|(_, record)| record.as_str()).collect();
            let samples = [format!("B{n}S0"), format!("B{n}S1")];
            texts.push(vcf("chr7", &[&samples[0], &samples[1]], &records));
        }
        let reference = folder.write("reference.fa", format!(">chr7\n{sequence}\n"));
        for reference in [None, Some(reference)] {
            let options = BuildOptions { reference: reference.clone(), sort: true, ..options() };
            let dataset = dataset(&folder, &texts, &options);
            for ((start, length, inserted, _), pad) in edits.iter().zip(&asked) {
                let of = spell(&sequence, *start, *length, inserted, *pad);
                let result = changed(&sequence, &of);
                if result == sequence {
                    continue;
                }
                let expected = truth.get(&result).cloned().unwrap_or_default();
                let Spelled { position, reference: r, alternate: a } = &of;
                let removed = &sequence[*start..start + length];
                for text in [
                    format!("chr7:{position}:{r}:{a}"),
                    format!("NC_000007.14:{}:{r}:{a}", position - 1),
                    format!("NC_000007.14:{start}:{removed}:{inserted}"),
                    format!("NC_000007.14:{start}:{length}:{inserted}"),
                ] {
                    match dataset.ask(&format!("carriers({text})")) {
                        Ok(group) => {
                            let found = group.ids().unwrap();
                            let found: BTreeSet<String> = found.iter().map(ToString::to_string).collect();
                            prop_assert_eq!(&found, &expected, "{} {:?}", text, reference);
                        }
                        Err(Error::Expression(error)) => {
                            // with a reference only bases that nothing shows are not known
                            let reported = !text.ends_with(&format!(":{length}:{inserted}"));
                            prop_assert!(reference.is_none() || !reported, "{text}: {error}");
                        }
                        Err(other) => prop_assert!(false, "{text}: {other}"),
                    }
                }
            }
        }
    }
}

/// Bases that both alleles share were not looked at: a REF of another assembly, or one off, found the row.
#[test]
fn a_ref_that_contradicts_the_row_finds_nothing() {
    let folder = Folder::new();
    let input = folder.write(
        "in.vcf",
        vcf("7", &["S"], &["7 10 CT C 0/1", "7 20 CTA CGA 0/1"]),
    );
    let to = folder.path("x.vdx");
    build(&[input], &to, &options()).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    for (asked, found) in [
        ("7:10:CT:C", true),
        ("7:10:NT:N", true),
        ("7:10:GT:G", false),
        ("7:9:ACT:AC", true),
        ("7:9:AGT:AG", false),
        ("7:21:T:G", true),
        ("7:20:CT:CG", true),
        ("7:20:GT:GG", false),
        ("7:21:TC:GC", false),
    ] {
        let mut variants = dataset.variants(asked).unwrap();
        assert_eq!(variants.next().unwrap().is_some(), found, "{asked}");
    }
}

/// Deletions of the same bases that records show apart were one change, though the REF of one contradicts that of the
/// other where both are. Found by fuzzing against a plain scan.
#[test]
fn records_of_contradicting_refs_are_apart() {
    let folder = Folder::new();
    let records = ["1 16 CAT T 0/0", "1 18 CAT T 0/1"];
    let contradicting = folder.write("a.vcf", vcf("1", &["S"], &records));
    let records = ["1 16 CAC C 0/0", "1 18 CAC C 0/1"];
    let agreeing = folder.write("b.vcf", vcf("1", &["S"], &records));
    for (input, asked, ac) in [
        (&contradicting, ("CAT", "T"), 0),
        (&agreeing, ("CAC", "C"), 1),
    ] {
        let to = folder.path(&format!("{}.vdx", asked.0));
        build(&[input], &to, &options()).unwrap();
        let dataset = Dataset::open(&to).unwrap().view();
        let at = varidex::Position::from_one_based(16).unwrap();
        let allele = dataset.allele("1", at, asked.0, asked.1).unwrap().unwrap();
        assert_eq!(allele.counts().unwrap().ac, ac, "{asked:?}");
    }
}
