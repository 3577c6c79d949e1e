//! Annotations: every question about them, answered from the text of the VCF by its meaning.

use crate::common::{Folder, keeping};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;
use varidex::View;

pub const GENES: [&str; 4] = ["AAA1", "BBB2", "CCC3", ""];
const IMPACTS: [&str; 4] = ["MODIFIER", "LOW", "MODERATE", "HIGH"];
/// Consequences, and what they are.
const CONSEQUENCES: [(&str, &[&str]); 5] = [
    (
        "missense_variant",
        &[
            "missense_variant",
            "protein_altering_variant",
            "coding_sequence_variant",
        ],
    ),
    (
        "frameshift_variant",
        &[
            "frameshift_variant",
            "protein_altering_variant",
            "coding_sequence_variant",
        ],
    ),
    (
        "synonymous_variant",
        &["synonymous_variant", "coding_sequence_variant"],
    ),
    ("intron_variant", &["intron_variant"]),
    ("splice_region_variant", &["splice_region_variant"]),
];
pub const PROTEINS: [(&str, &str); 3] = [("Val600Glu", "V600E"), ("Arg97Ter", "R97*"), ("", "")];

/// What is said of one ALT.
#[derive(Debug, Clone)]
pub struct Entry {
    pub alt: usize,
    pub gene: &'static str,
    pub consequences: Vec<usize>,
    pub impact: usize,
    pub canonical: bool,
    pub mane: bool,
    pub protein: usize,
    pub transcript: u8,
}

pub fn entry() -> impl Strategy<Value = Entry> {
    let flags = (any::<bool>(), any::<bool>());
    (
        0..3usize,
        select(&GENES[..]),
        vec(0..5usize, 1..3),
        0..4usize,
        flags,
        0..3usize,
        0..4u8,
    )
        .prop_map(
            |(alt, gene, consequences, impact, (canonical, mane), protein, transcript)| Entry {
                alt,
                gene,
                consequences,
                impact,
                canonical,
                mane,
                protein,
                transcript,
            },
        )
}

impl Entry {
    pub fn hgvs(&self) -> String {
        format!(
            "NM_{}.{}:c.{}A>G",
            self.transcript, self.protein, self.impact
        )
    }

    pub fn text(&self, alts: &[&str]) -> String {
        let consequences: Vec<&str> = self
            .consequences
            .iter()
            .map(|&n| CONSEQUENCES[n].0)
            .collect();
        let protein = match PROTEINS[self.protein].0 {
            "" => String::new(),
            change => format!("NP_1.2:p.{change}"),
        };
        format!(
            "{}|{}|{}|{}|{}|NM_{}|{}|{protein}|{}|{}|{}.5",
            alts[self.alt % alts.len()],
            consequences.join("&"),
            IMPACTS[self.impact],
            self.gene,
            if self.gene.is_empty() {
                String::new()
            } else {
                format!("ENSG_{}", self.gene)
            },
            self.transcript,
            self.hgvs(),
            if self.canonical { "YES" } else { "" },
            if self.mane { "NM_1.2" } else { "" },
            self.impact,
        )
    }
}

/// A question, as a tree.
#[derive(Debug, Clone)]
enum Asked {
    Gene(&'static str, bool),
    Consequence(&'static str),
    Impact(&'static str, usize),
    Canonical,
    Mane,
    Protein(usize),
    Change(u8, usize, bool),
    /// Of the row and not of its entries.
    Below(usize),
    Not(Box<Asked>),
    All(Vec<Asked>),
    Any(Vec<Asked>),
}

fn asked() -> impl Strategy<Value = Asked> {
    let terms = [
        "missense_variant",
        "protein_altering_variant",
        "coding_sequence_variant",
        "intron_variant",
        "splice_region_variant",
        "stop_lost",
    ];
    let atom = prop_oneof![
        3 => (select(&GENES[..3]), any::<bool>()).prop_map(|(gene, id)| Asked::Gene(gene, id)),
        3 => select(terms.to_vec()).prop_map(Asked::Consequence),
        3 => (select(&["<", "<=", ">", ">=", "=", "!="][..]), 0..4usize)
            .prop_map(|(relation, impact)| Asked::Impact(relation, impact)),
        1 => Just(Asked::Canonical),
        1 => Just(Asked::Mane),
        1 => (0..2usize).prop_map(Asked::Protein),
        1 => (0..4u8, 0..4usize, any::<bool>())
            .prop_map(|(transcript, change, version)| Asked::Change(transcript, change, version)),
        1 => (1..30usize).prop_map(Asked::Below),
    ];
    atom.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            // what is negated twice is not negated
            inner.clone().prop_map(|asked| match asked {
                Asked::Not(inner) => *inner,
                asked => Asked::Not(Box::new(asked)),
            }),
            vec(inner.clone(), 2..4).prop_map(Asked::All),
            vec(inner, 2..4).prop_map(Asked::Any),
        ]
    })
}

impl Asked {
    fn text(&self) -> String {
        let join = |all: &[Self], with: &str| {
            let all: Vec<String> = all.iter().map(|one| format!("({})", one.text())).collect();
            all.join(with)
        };
        match self {
            Self::Gene(gene, false) => format!("gene:{}", gene.to_lowercase()),
            Self::Gene(gene, true) => format!("gene:ENSG_{gene}"),
            Self::Consequence(term) => format!("consequence:{term}"),
            Self::Impact(relation, impact) => {
                format!("impact{relation}{}", IMPACTS[*impact].to_lowercase())
            }
            Self::Canonical => "canonical".to_owned(),
            Self::Mane => "mane".to_owned(),
            Self::Protein(n) => format!("protein:p.{}", PROTEINS[*n].0),
            Self::Change(transcript, change, version) => {
                let version = if *version { ".1" } else { "" };
                format!("NM_{transcript}{version}:c.{change}A>G")
            }
            Self::Below(position) => format!("1:1-{position}"),
            Self::Not(inner) => format!("!({})", inner.text()),
            Self::All(all) => join(all, " & "),
            Self::Any(all) => join(all, " | "),
        }
    }

    /// Whether it is about a single entry: then what stands beside it must hold of the same.
    fn of_entry(&self) -> bool {
        match self {
            Self::Below(_) | Self::Not(_) => false,
            Self::All(all) | Self::Any(all) => all.iter().all(Self::of_entry),
            _ => true,
        }
    }

    fn holds_of(&self, entry: &Entry) -> bool {
        match self {
            Self::Gene(gene, _) => entry.gene == *gene,
            Self::Consequence(term) => {
                let mut all = entry.consequences.iter();
                all.any(|&n| CONSEQUENCES[n].1.contains(term))
            }
            Self::Impact(relation, impact) => match *relation {
                "<" => entry.impact < *impact,
                "<=" => entry.impact <= *impact,
                ">" => entry.impact > *impact,
                ">=" => entry.impact >= *impact,
                "=" => entry.impact == *impact,
                _ => entry.impact != *impact,
            },
            Self::Canonical => entry.canonical,
            Self::Mane => entry.mane,
            Self::Protein(n) => entry.protein == *n,
            Self::Change(transcript, change, version) => {
                entry.transcript == *transcript
                    && entry.impact == *change
                    && (!version || entry.protein == 1)
            }
            Self::All(all) => all.iter().all(|one| one.holds_of(entry)),
            Self::Any(all) => all.iter().any(|one| one.holds_of(entry)),
            Self::Below(_) | Self::Not(_) => unreachable!("not about an entry"),
        }
    }

    fn holds(&self, position: usize, entries: &[Entry]) -> bool {
        match self {
            one if one.of_entry() => entries.iter().any(|entry| one.holds_of(entry)),
            Self::Below(last) => position <= *last,
            Self::Not(inner) => !inner.holds(position, entries),
            Self::Any(all) => all.iter().any(|one| one.holds(position, entries)),
            Self::All(all) => {
                // `a & (b & c)` is one conjunction
                let mut flat: Vec<&Self> = all.iter().collect();
                while let Some(at) = flat.iter().position(|one| matches!(one, Self::All(_))) {
                    if let Self::All(more) = flat.remove(at) {
                        flat.extend(more);
                    }
                }
                let (together, rest): (Vec<&Self>, Vec<&Self>) =
                    flat.into_iter().partition(|one| one.of_entry());
                let one = |entry: &Entry| together.iter().all(|asked| asked.holds_of(entry));
                (together.is_empty() || entries.iter().any(one))
                    && rest.iter().all(|one| one.holds(position, entries))
            }
            _ => unreachable!("about an entry"),
        }
    }
}

pub const META: &str = "##fileformat=VCFv4.3
##contig=<ID=1>
##INFO=<ID=CSQ,Number=.,Type=String,Description=\"VEP. Format: Allele|Consequence|IMPACT|SYMBOL|Gene|Feature|HGVSc|HGVSp|CANONICAL|MANE_SELECT|CADD\">
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS0\n";

pub fn record(position: usize, alts: &[&str], csq: &str) -> String {
    let info = match csq {
        "" => ".".to_owned(),
        csq => format!("CSQ={csq}"),
    };
    format!(
        "1\t{position}\t.\tA\t{}\t.\t.\t{info}\tGT\t0|1\n",
        alts.join(",")
    )
}

/// Position and ALT of what a question finds.
pub fn found(dataset: &View, text: &str) -> BTreeSet<(usize, String)> {
    let mut variants = dataset.variants(text).unwrap();
    let mut found = BTreeSet::new();
    while let Some(mut variant) = variants.next().unwrap() {
        let position = variant.position().unwrap().one_based() as usize;
        let alternate = String::from_utf8_lossy(variant.alleles().unwrap().1).into_owned();
        found.insert((position, alternate));
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn questions_hold_of_one_entry(
        records in vec((1..4usize, vec(entry(), 0..6)), 1..30),
        asked in vec(asked(), 12),
    ) {
        let folder = Folder::new();
        let all = ["C", "G", "T"];
        let mut text = META.to_owned();
        let mut rows = Vec::new();
        // every gene stands somewhere: an unknown one is an error
        let known = |gene| Entry {
            alt: 0, gene, consequences: vec![3], impact: 0, canonical: false, mane: false,
            protein: 2, transcript: 9,
        };
        let first: Vec<Entry> = GENES.into_iter().map(known).collect();
        for (n, (count, entries)) in std::iter::once(&(1, first)).chain(&records).enumerate() {
            let alts = &all[..*count];
            let csq: Vec<String> = entries.iter().map(|entry| entry.text(alts)).collect();
            text += &record(n + 1, alts, &csq.join(","));
            for (alt, name) in alts.iter().enumerate() {
                let of = |entry: &&Entry| entry.alt % alts.len() == alt;
                let of: Vec<Entry> = entries.iter().filter(of).cloned().collect();
                rows.push((n + 1, (*name).to_owned(), of));
            }
        }
        let dataset = folder.dataset(&text, &keeping(&["CSQ.CADD"]));
        dataset.dataset().verify().unwrap();
        for asked in &asked {
            let expected: BTreeSet<(usize, String)> = rows
                .iter()
                .filter(|(position, _, entries)| asked.holds(*position, entries))
                .map(|(position, alt, _)| (*position, alt.clone()))
                .collect();
            prop_assert_eq!(found(&dataset, &asked.text()), expected, "{}", asked.text());
        }
        // a kept field: any of the values of a row
        let expected: BTreeSet<(usize, String)> = rows
            .iter()
            .filter(|(_, _, entries)| entries.iter().any(|entry| entry.impact >= 2))
            .map(|(position, alt, _)| (*position, alt.clone()))
            .collect();
        prop_assert_eq!(found(&dataset, "info.CSQ.CADD>2"), expected);
        // what is said of each row comes back, in order
        let mut variants = dataset.variants("all").unwrap();
        for (position, alt, entries) in &rows {
            let mut variant = variants.next().unwrap().unwrap();
            let told = variant.annotations().unwrap();
            prop_assert_eq!(told.len(), entries.len(), "{}:{}", position, alt);
            for (told, entry) in told.iter().zip(entries) {
                prop_assert_eq!(told.gene(), entry.gene);
                prop_assert_eq!(&told.hgvs_c, &entry.hgvs());
                prop_assert_eq!(told.impact.name(), IMPACTS[entry.impact].to_lowercase());
                prop_assert_eq!((told.canonical, told.mane), (entry.canonical, entry.mane));
                prop_assert_eq!(&told.protein, PROTEINS[entry.protein].1);
            }
            let shown = variant.annotation().unwrap();
            let shown = shown.map(|told| told.impact.name().to_uppercase());
            let worst = entries.iter().map(|entry| entry.impact).max();
            prop_assert_eq!(shown.as_deref(), worst.map(|n| IMPACTS[n]));
        }
    }
}
