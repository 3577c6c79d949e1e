//! Two variants in one gene and variants from parents: the same as by their meaning.

use crate::common::oracle::{Genotype, Oracle, Row};
use crate::common::{Folder, build, options, vcf};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};
use varidex::{BuildOptions, Dataset, PairPhase, PeopleOptions, Trios, View};

const SAMPLES: [&str; 6] = ["S0", "S1", "S2", "S3", "S4", "S5"];
/// S2 is a child of S0 and S1, S4 of S2 and a father who is no sample, S5 of a mother S1 alone.
const PED: &str = "f\tS0\t0\t0\t2\t1\nf\tS1\t0\t0\t1\t1\nf\tS2\tS1\tS0\t2\t1\n\
    f\tS4\tnobody\tS2\t1\t1\nf\tS5\tS1\t0\t1\t1\n";
const PARENTS: [(u32, Option<u32>, Option<u32>); 3] = [
    (2, Some(0), Some(1)),
    (4, Some(2), None),
    (5, None, Some(1)),
];
/// In the words of BED: from 0, the end not included. A lies in two places, B and C overlap.
const GENES: &str = "1\t4\t10\tA\n1\t20\t25\tA\n1\t8\t16\tB\n1\t12\t30\tC\nX\t0\t40\tD\n";
const PLACES: [(&str, i64, i64, &str); 5] = [
    ("1", 5, 10, "A"),
    ("1", 21, 25, "A"),
    ("1", 9, 16, "B"),
    ("1", 13, 30, "C"),
    ("X", 1, 40, "D"),
];

type Record = (bool, u8, &'static str, Vec<&'static str>);

fn records() -> impl Strategy<Value = Vec<Record>> {
    const GENOTYPES: [&str; 17] = [
        "0|0", "0/0", "0|1", "1|0", "0/1", "0|1", "1|0", "1|1", "1/2", "1|2", "0|2", "./.", ".|1",
        "0|.", "1", "0", "0/0/1",
    ];
    const ALLELES: [&str; 5] = ["A G,T", "AC A,T", "A <DEL>,G", "ACGT A,*", "A *,C"];
    let genotypes = vec(select(&GENOTYPES[..]), SAMPLES.len());
    vec(
        (any::<bool>(), 1..36u8, select(&ALLELES[..]), genotypes),
        1..14,
    )
}

/// One record for each place, so that no variant is reported twice.
fn text(mut records: Vec<Record>) -> String {
    records.sort();
    records.dedup_by_key(|(x, position, ..)| (*x, *position));
    let lines: Vec<String> = records
        .iter()
        .map(|(x, position, alleles, genotypes)| {
            let contig = if *x { "X" } else { "1" };
            format!("{contig} {position} {alleles} {}", genotypes.join(" "))
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    vcf("1,X", &SAMPLES, &lines)
}

fn dataset(folder: &Folder, text: &str) -> View {
    let input = folder.write("a.vcf", text);
    let options = BuildOptions {
        genes: vec![folder.write("genes.bed", GENES)],
        people: PeopleOptions {
            files: vec![folder.write("a.ped", PED)],
            ..PeopleOptions::default()
        },
        ..options()
    };
    let path = folder.path("a.vdx");
    build(&[input], &path, &options).unwrap();
    Dataset::open(path).unwrap().view()
}

fn genotype(row: &Row, sample: u32) -> &Genotype {
    row.genotypes[sample as usize].as_ref().unwrap()
}

/// The copy of two that alone carries.
fn hit(row: &Row, sample: u32) -> Option<usize> {
    let genotype = genotype(row, sample);
    let carries = |copy: &usize| genotype.alleles[*copy] == Some(row.alt_number);
    let copies: Vec<usize> = (0..genotype.alleles.len()).filter(carries).collect();
    match (&copies[..], genotype.alleles.len(), row.alternate.as_str()) {
        (_, _, "*") => None,
        ([copy], 2, _) => Some(*copy),
        _ => None,
    }
}

/// Gene, sample, place and ALT of both variants, whether they are on different copies.
type Pair = (String, u32, (i64, String), (i64, String), bool);

fn pairs(oracle: &Oracle) -> BTreeSet<Pair> {
    let reaches = |row: &Row, name: &str| {
        PLACES.iter().any(|(contig, from, to, gene)| {
            let reached = row.position <= *to && row.end >= *from;
            *gene == name && row.contig == *contig && reached
        })
    };
    let mut found = BTreeSet::new();
    for gene in ["A", "B", "C", "D"] {
        let rows: Vec<&Row> = oracle
            .rows
            .iter()
            .filter(|row| reaches(row, gene))
            .collect();
        for (i, a) in rows.iter().enumerate() {
            for b in &rows[i + 1..] {
                for sample in oracle.all() {
                    let (Some(x), Some(y)) = (hit(a, sample), hit(b, sample)) else {
                        continue;
                    };
                    let phased = [a, b].iter().all(|row| genotype(row, sample).phased);
                    let apart = match phased {
                        true if x == y => continue,
                        true => true,
                        false => a.position == b.position,
                    };
                    let of = |row: &Row| (row.position, row.alternate.clone());
                    found.insert((gene.to_owned(), sample, of(a), of(b), apart));
                }
            }
        }
    }
    found
}

fn reported(dataset: &View, of: &str) -> BTreeSet<Pair> {
    let mut found = BTreeSet::new();
    for pair in dataset
        .compound_pairs(&varidex::Query::new(of).unwrap())
        .unwrap()
    {
        let pair = pair.unwrap();
        let of = |variant: &varidex::PairedVariant| {
            let alternate = String::from_utf8(variant.alternate.clone()).unwrap();
            (variant.position.one_based(), alternate)
        };
        let apart = pair.phase == PairPhase::Trans;
        let pair = (
            pair.gene.to_string(),
            pair.sample,
            of(&pair.first),
            of(&pair.second),
            apart,
        );
        assert!(found.insert(pair), "reported once");
    }
    found
}

/// `Some(true)` carries, `Some(false)` is known not to.
fn has(row: &Row, sample: Option<u32>) -> Option<bool> {
    let alleles = &genotype(row, sample?).alleles;
    match alleles.contains(&Some(row.alt_number)) {
        true => Some(true),
        false => (!alleles.contains(&None)).then_some(false),
    }
}

fn origin(row: &Row, child: u32, mother: Option<u32>, father: Option<u32>) -> &'static str {
    let alone = genotype(row, child).alleles.len() == 1 && row.contig == "X";
    let father = if alone { Some(false) } else { has(row, father) };
    match (has(row, mother), father) {
        (Some(true), Some(true)) => "both",
        (Some(true), Some(false)) => "maternal",
        (Some(false), Some(true)) => "paternal",
        (Some(true), None) | (None, Some(true)) => "inherited",
        (Some(false), Some(false)) => "de_novo",
        _ => "unknown",
    }
}

fn names(dataset: &View, text: &str) -> BTreeSet<u32> {
    dataset.ask(text).unwrap().samples().iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn pairs_of_variants_in_a_gene(records in records()) {
        let folder = Folder::new();
        let text = text(records);
        let oracle = Oracle::parse(&[&text]);
        let dataset = dataset(&folder, &text);
        let expected = pairs(&oracle);
        prop_assert_eq!(reported(&dataset, "1:1-1000 | X:1-1000"), expected.clone());
        for gene in ["A", "B", "C", "D"] {
            // a variant of a gene may lie in another one, too
            let of_gene = reported(&dataset, &format!("gene:{gene}"));
            let wanted = |pair: &&Pair| pair.0 == gene;
            let of_gene: BTreeSet<&Pair> = of_gene.iter().filter(wanted).collect();
            prop_assert_eq!(of_gene, expected.iter().filter(wanted).collect());
        }
        let people = names(&dataset, "carriers(1:1-1000 | X:1-1000, compound)");
        prop_assert_eq!(people, expected.iter().map(|pair| pair.1).collect());
    }

    #[test]
    fn origins_of_variants(records in records(), at_least in 1..4u32) {
        let folder = Folder::new();
        let text = text(records);
        let oracle = Oracle::parse(&[&text]);
        let dataset = dataset(&folder, &text);
        let mut expected = BTreeSet::new();
        for row in oracle.rows.iter().filter(|row| row.alt_number > 0) {
            for (child, mother, father) in PARENTS {
                if genotype(row, child).alleles.contains(&Some(row.alt_number)) {
                    let origin = origin(row, child, mother, father);
                    expected.insert((row.position, row.contig.clone(), row.alternate.clone(), child, origin));
                }
            }
        }
        let by_file = Trios::from_ped(&dataset, folder.path("a.ped")).unwrap();
        let by_people = Trios::of_people(&dataset).unwrap();
        for trios in [by_file, by_people] {
            prop_assert_eq!(trios.len(), PARENTS.len());
            let mut found = BTreeSet::new();
            let mut variants = dataset.variants("1:1-1000 | X:1-1000").unwrap();
            while let Some(mut variant) = variants.next().unwrap() {
                let position = variant.position().unwrap().one_based();
                let contig = variant.contig().to_owned();
                let alternate = String::from_utf8(variant.alleles().unwrap().1.to_vec()).unwrap();
                variant.origins(&trios, |carrier, inheritance| {
                    found.insert((position, contig.clone(), alternate.clone(), carrier.sample, inheritance.name()));
                }).unwrap();
            }
            prop_assert_eq!(&found, &expected);
        }
        let meanings: BTreeMap<&str, &[&str]> = BTreeMap::from([
            ("de_novo", &["de_novo"][..]),
            ("maternal", &["maternal"]),
            ("paternal", &["paternal"]),
            ("inherited", &["maternal", "paternal", "both", "inherited"]),
        ]);
        for (word, origins) in meanings {
            let mut counts = BTreeMap::<u32, u32>::new();
            for (.., child, origin) in &expected {
                *counts.entry(*child).or_default() += u32::from(origins.contains(origin));
            }
            let enough = counts.into_iter().filter(|(_, count)| *count >= at_least);
            let question = format!("carriers(1:1-1000 | X:1-1000, {word}, at_least: {at_least})");
            prop_assert_eq!(names(&dataset, &question), enough.map(|(child, _)| child).collect());
        }
    }
}

/// Parents in another file than their child: free where their file covers the place, else unknown.
#[test]
fn parents_in_another_batch() {
    let folder = Folder::new();
    let child = vcf("1", &["S2"], &["1 5 A G 0/1", "1 9 A G 0/1"]);
    let parents = vcf("1", &["S0", "S1"], &["1 5 A T 0/0 0/1"]);
    let inputs = [
        folder.write("child.vcf", child),
        folder.write("parents.vcf", parents),
    ];
    let path = folder.path("a.vdx");
    build(&inputs, &path, &options()).unwrap();
    let dataset = Dataset::open(path).unwrap().view();
    let trios = Trios::from_ped(&dataset, folder.write("a.ped", PED)).unwrap();
    let mut found = Vec::new();
    let mut variants = dataset.variants("1:1-100").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let position = variant.position().unwrap().one_based();
        let tell = |carrier: varidex::CarrierGenotype, origin: varidex::Inheritance| {
            found.push((position, carrier.sample, origin.name()));
        };
        variant.origins(&trios, tell).unwrap();
    }
    let number = dataset.sample_number("S2").unwrap().unwrap();
    assert_eq!(found, [(5, number, "de_novo"), (9, number, "unknown")]);
}

#[test]
fn what_is_not_known_is_said() {
    let folder = Folder::new();
    let input = folder.write("a.vcf", vcf("1", &["S0"], &["1 5 A G 0/1"]));
    let path = folder.path("a.vdx");
    build(&[input], &path, &options()).unwrap();
    let dataset = Dataset::open(path).unwrap().view();
    let error = dataset
        .ask("carriers(1:1-9, compound)")
        .unwrap_err()
        .to_string();
    assert!(error.contains("--genes"), "{error}");
    let error = dataset
        .ask("carriers(1:1-9, de_novo)")
        .unwrap_err()
        .to_string();
    assert!(error.contains("pedigree"), "{error}");
    let ped = folder.write("b.ped", "f\tS0\t0\tS9\t1\t1\n");
    let error = Trios::from_ped(&dataset, &ped).unwrap_err().to_string();
    assert!(error.contains("describes no sample here"), "{error}");
}

/// A variant that two records tell is one: what a parent has in the other record was not looked at, and the
/// child's was taken for new.
#[test]
fn a_parent_carries_in_any_record_of_the_variant() {
    let folder = Folder::new();
    let records = ["1 5 A G 0/0 0/0 0/1", "1 5 A G 1/0 0/0 0/1"];
    let text = vcf("1", &["S0", "S1", "S2"], &records);
    let dataset = dataset(&folder, &text);
    assert_eq!(names(&dataset, "carriers(all, de_novo)"), BTreeSet::new());
    assert_eq!(
        names(&dataset, "carriers(all, maternal)"),
        BTreeSet::from([2])
    );
    let trios = Trios::of_people(&dataset).unwrap();
    let mut variants = dataset.variants("all").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let mut found = Vec::new();
        variant
            .origins(&trios, |carrier, origin| {
                found.push((carrier.sample, origin.name()))
            })
            .unwrap();
        assert_eq!(found, [(2, "maternal")]);
    }
}
