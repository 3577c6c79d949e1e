//! Changes of transcripts and proteins, asked of a beacon by their names in HGVS, against the text of the VCF.

use crate::annotations::{Entry, GENES, META, PROTEINS, entry, record};
use crate::common::{Folder, options};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use varidex::{Access, Beacon, BeaconConfig, BeaconRequest, Granularity};

/// A name of a change.
#[derive(Debug, Clone)]
enum Name {
    /// Number and version of the transcript, and the change.
    Transcript(u8, Option<u8>, usize),
    /// Version of the protein `NP_1`, the change, and how it is spelled.
    Protein(Option<u8>, usize, usize),
    Gene(&'static str, usize, usize),
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        (0..5u8, option::of(0..3u8), 0..4usize)
            .prop_map(|(number, version, change)| Name::Transcript(number, version, change)),
        (option::of(select(vec![2u8, 3])), 0..2usize, 0..4usize)
            .prop_map(|(version, change, form)| Name::Protein(version, change, form)),
        (select(&GENES[..3]), 0..2usize, 0..4usize)
            .prop_map(|(gene, change, form)| Name::Gene(gene, change, form)),
    ]
}

fn versioned(name: &str, version: Option<u8>) -> String {
    match version {
        Some(version) => format!("{name}.{version}"),
        None => name.to_owned(),
    }
}

fn spelled(change: usize, form: usize) -> String {
    let (long, short) = PROTEINS[change];
    match form {
        0 => format!("p.{long}"),
        1 => format!("p.{short}"),
        2 => format!("p.({long})"),
        // as annotators encode it, and once more for the address
        _ => format!("p.%2528{short}%2529"),
    }
}

impl Name {
    fn text(&self) -> String {
        match self {
            Self::Transcript(number, version, change) => {
                let name = versioned(&format!("NM_{number}"), *version);
                format!("{name}:c.{change}A%3EG")
            }
            Self::Protein(version, change, form) => {
                format!(
                    "{}:{}",
                    versioned("NP_1", *version),
                    spelled(*change, *form)
                )
            }
            Self::Gene(gene, change, form) => format!("{gene}:{}", spelled(*change, *form)),
        }
    }

    fn holds(&self, entry: &Entry) -> bool {
        match self {
            Self::Transcript(number, version, change) => {
                let hgvs = entry.hgvs();
                let (name, of) = hgvs.split_once(':').unwrap();
                let (bare, _) = name.split_once('.').unwrap();
                let asked = versioned(&format!("NM_{number}"), *version);
                of == format!("c.{change}A>G") && (asked == name || asked == bare)
            }
            Self::Protein(version, change, _) => {
                entry.protein == *change && version.is_none_or(|version| version == 2)
            }
            Self::Gene(gene, change, _) => entry.gene == *gene && entry.protein == *change,
        }
    }

    /// The same of any version.
    fn any_version(&self) -> Self {
        match self {
            Self::Transcript(number, _, change) => Self::Transcript(*number, None, *change),
            Self::Protein(_, change, form) => Self::Protein(None, *change, *form),
            Self::Gene(..) => self.clone(),
        }
    }
}

/// Status and number of what a beacon has, as the entries of every variant that somebody carries say it.
fn expected(name: &Name, carried: &[&Entry], rows: &[Vec<Entry>]) -> (u16, Option<u64>) {
    let holding = |name: &Name| {
        let rows = rows.iter();
        rows.filter(|entries| entries.iter().any(|entry| name.holds(entry)))
            .count()
    };
    let names_proteins = carried
        .iter()
        .any(|entry| !PROTEINS[entry.protein].0.is_empty());
    if !matches!(name, Name::Transcript(..)) && !names_proteins {
        return (422, None);
    }
    match (holding(name), holding(&name.any_version())) {
        (0, 1..) => (422, None),
        (found, _) => (200, Some(found as u64)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn changes_are_found_by_their_names(
        records in vec(vec(entry(), 0..6), 1..30),
        names in vec(name(), 16),
    ) {
        let folder = Folder::new();
        let mut text = META.to_owned();
        // every gene stands somewhere, and is carried: an unknown one is an error
        let known = |gene| Entry {
            alt: 0, gene, consequences: vec![3], impact: 0, canonical: false, mane: false,
            protein: 2, transcript: 9,
        };
        let first: Vec<Entry> = GENES.into_iter().map(known).collect();
        let rows: Vec<Vec<Entry>> = std::iter::once(first).chain(records).collect();
        for (n, entries) in rows.iter().enumerate() {
            let csq: Vec<String> = entries.iter().map(|entry| entry.text(&["G"])).collect();
            text += &record(n + 1, &["G"], &csq.join(","));
        }
        let dataset = folder.dataset(&text, &options());
        let mut config = BeaconConfig::of_dataset("dataset.vdx");
        config.floor = 1;
        let beacon = Beacon::new(config, vec![dataset]).unwrap();
        let carried: Vec<&Entry> = rows.iter().flatten().collect();
        for name in &names {
            let (status, total) = expected(name, &carried, &rows);
            let text = name.text();
            for (path, query) in [
                ("/g_variants".to_owned(), format!("genomicAlleleShortForm={text}&")),
                (format!("/g_variants/{text}"), String::new()),
            ] {
                let query = format!("{query}requestedGranularity=count");
                let request = BeaconRequest::get(&path, &query);
                let answer = beacon.answer(&request, Some(Access::up_to(Granularity::Count)));
                let body: Value = serde_json::from_slice(&answer.body).unwrap();
                let found = body["responseSummary"]["numTotalResults"].as_u64();
                prop_assert_eq!((answer.status, found), (status, total), "{} {}: {}", path, query, body);
            }
        }
    }
}
