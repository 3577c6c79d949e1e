//! Searching terms, genes and samples, against a search of the sources as they are written.

use crate::common::{Folder, build, options};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use varidex::{BuildOptions, Dataset, Error, PeopleOptions, TermFound, View, load_people};

const VCF: &str = "##fileformat=VCFv4.2\n##contig=<ID=chr1>\n##contig=<ID=chrX>\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts0\ts1\ts2\n\
    chr1\t100\t.\tA\tG\t.\t.\t.\tGT\t0/1\t0/0\t1/1\n";
const WORDS: [&str; 7] = [
    "diabetes",
    "pre",
    "prediabetes",
    "mellitus",
    "Type-1",
    "mell",
    "Ödem",
];
const LISTS: [(&str, &str, &str); 2] = [
    ("phenotypicFeatures", "featureType", "phenotype"),
    ("diseases", "diseaseCode", "disease"),
];

/// A term of the ontology: words of its label, synonyms, and a parent before it.
#[derive(Debug, Clone)]
struct Term {
    label: Vec<usize>,
    synonyms: Vec<Vec<usize>>,
    parent: Option<usize>,
}

/// A record: which list, which term (those behind the ontology's are not in it), whether excluded.
type Record = (usize, usize, bool);

#[derive(Debug, Clone)]
struct World {
    terms: Vec<Term>,
    /// Labels of terms that no ontology has.
    others: Vec<Vec<usize>>,
    people: Vec<Vec<Record>>,
}

fn name(words: &[usize]) -> String {
    let words: Vec<&str> = words.iter().map(|word| WORDS[*word]).collect();
    words.join(" ")
}

fn world() -> impl Strategy<Value = World> {
    let words = || vec(0..WORDS.len(), 1..3);
    let term = (
        words(),
        vec(words(), 0..2),
        proptest::option::of(0..20usize),
    );
    let record = (0..LISTS.len(), 0..12usize, any::<bool>());
    (
        vec(term, 1..8),
        vec(words(), 0..4),
        vec(vec(record, 0..4), 1..6),
    )
        .prop_map(|(terms, others, people)| {
            let terms = terms.into_iter().enumerate();
            let terms: Vec<Term> = terms
                .map(|(number, (label, synonyms, parent))| Term {
                    label,
                    synonyms,
                    parent: parent
                        .filter(|_| number > 0)
                        .map(|parent| parent % number.max(1)),
                })
                .collect();
            let all = terms.len() + others.len();
            let people = people.into_iter();
            let people = people.map(|records| {
                let records = records.into_iter();
                records
                    .map(|(list, term, excluded)| (list, term % all, excluded))
                    .collect()
            });
            World {
                people: people.collect(),
                terms,
                others,
            }
        })
}

impl World {
    fn id(&self, term: usize) -> String {
        match term < self.terms.len() {
            true => format!("HP:{:07}", term + 1),
            false => format!("LOCAL:{term}"),
        }
    }

    fn label(&self, term: usize) -> String {
        match self.terms.get(term) {
            Some(known) => name(&known.label),
            None => name(&self.others[term - self.terms.len()]),
        }
    }

    fn obo(&self) -> String {
        let mut obo =
            "format-version: 1.2\ndata-version: hp/releases/2025-01-16\nontology: hp\n".to_owned();
        for (number, term) in self.terms.iter().enumerate() {
            write!(
                obo,
                "\n[Term]\nid: {}\nname: {}\n",
                self.id(number),
                name(&term.label)
            )
            .unwrap();
            for synonym in &term.synonyms {
                writeln!(obo, "synonym: \"{}\" EXACT []", name(synonym)).unwrap();
            }
            if let Some(parent) = term.parent {
                writeln!(obo, "is_a: {}", self.id(parent)).unwrap();
            }
        }
        obo
    }

    fn people(&self) -> String {
        let mut lines = String::new();
        for (number, records) in self.people.iter().enumerate() {
            let mut person = json!({ "id": format!("P{number}"), "sex": "female" });
            for (list, term, excluded) in records {
                let (key, code, _) = LISTS[*list];
                if person.get(key).is_none() {
                    person[key] = json!([]);
                }
                let term = json!({ "id": self.id(*term), "label": self.label(*term) });
                let entry = json!({ code: term, "excluded": excluded });
                person[key].as_array_mut().unwrap().push(entry);
            }
            writeln!(lines, "{person}").unwrap();
        }
        lines
    }

    fn is_below(&self, mut term: usize, above: usize) -> bool {
        loop {
            if term == above {
                return true;
            }
            match self.terms.get(term).and_then(|term| term.parent) {
                Some(parent) => term = parent,
                None => return false,
            }
        }
    }

    /// Scopes, people of the term itself, people below it, and those of whom it is absent.
    fn counts(&self, term: usize) -> (BTreeSet<&'static str>, u64, u64, u64) {
        let with = |test: &dyn Fn(&Record) -> bool| {
            self.people
                .iter()
                .filter(|records| records.iter().any(test))
                .count() as u64
        };
        let records = self.people.iter().flatten();
        let present = records.filter(|(_, of, excluded)| !excluded && self.is_below(*of, term));
        (
            present.map(|(list, ..)| LISTS[*list].2).collect(),
            with(&|(_, of, excluded)| !excluded && *of == term),
            with(&|(_, of, excluded)| !excluded && self.is_below(*of, term)),
            with(&|(_, of, excluded)| *excluded && *of == term),
        )
    }

    /// The terms that have the words of a text, with their counts.
    fn found(&self, text: &str) -> BTreeMap<String, (BTreeSet<&'static str>, u64, u64, u64)> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let mut found = BTreeMap::new();
        for term in 0..self.terms.len() + self.others.len() {
            let counts = self.counts(term);
            let own = counts.1 > 0 || counts.3 > 0;
            let mut names = vec![self.label(term), self.id(term)];
            if let Some(known) = self.terms.get(term) {
                names.extend(known.synonyms.iter().map(|words| name(words)));
            }
            let has = |name: &String| words.iter().all(|word| name.to_lowercase().contains(word));
            let fits = match words.is_empty() {
                true => own,
                false => names.iter().any(has) && (own || term < self.terms.len()),
            };
            if fits {
                found.insert(self.id(term), counts);
            }
        }
        found
    }
}

fn counts(found: &TermFound) -> (BTreeSet<String>, u64, u64, u64) {
    let scopes = found.scopes.iter().map(ToString::to_string).collect();
    (scopes, found.people, found.people_below, found.excluded)
}

fn dataset(folder: &Folder, files: &[(&str, String)], ontology: Option<String>) -> View {
    folder.dataset(VCF, &options());
    let path = folder.path("dataset.vdx");
    let options = PeopleOptions {
        files: files
            .iter()
            .map(|(name, text)| folder.write(name, text))
            .collect(),
        ontologies: ontology
            .map(|text| folder.write("hp.obo", text))
            .into_iter()
            .collect(),
        ..PeopleOptions::default()
    };
    load_people(&path, &options, &mut |_| true).unwrap();
    Dataset::open(path).unwrap().view()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn terms_are_those_that_have_the_words(
        world in world(),
        texts in vec("(di|diabetes|pre|mell|TYPE-1|öd|HP:|hp:0000002|LOCAL|x)( (mel|mellitus|1))?", 1..5),
    ) {
        let folder = Folder::new();
        let view = dataset(&folder, &[("people.json", world.people())], Some(world.obo()));
        prop_assert_eq!(view.ontologies().unwrap(), [("hp.obo".to_owned(), "hp/releases/2025-01-16".to_owned())]);
        for text in texts.iter().map(String::as_str).chain(["", " "]) {
            let expected = world.found(text);
            let found = match view.find_terms(Some(text)) {
                Ok(found) => found,
                Err(Error::Usage(message)) => {
                    prop_assert!(expected.is_empty() && !text.trim().is_empty(), "{}: {:?}", message, expected);
                    continue;
                }
                Err(error) => panic!("{error}"),
            };
            let ids: Vec<&str> = found.iter().map(|term| term.id.as_str()).collect();
            let distinct: BTreeSet<&str> = ids.iter().copied().collect();
            prop_assert_eq!(distinct.len(), ids.len(), "each once");
            prop_assert_eq!(distinct, expected.keys().map(String::as_str).collect::<BTreeSet<_>>(), "{:?}", text);
            for term in &found {
                let (scopes, people, below, excluded) = &expected[&term.id];
                let scopes: BTreeSet<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
                prop_assert_eq!(counts(term), (scopes, *people, *below, *excluded), "{}", &term.id);
                // whom an expression finds is what is counted
                let asked = view.ask(&format!("phenotype:{} | disease:{}", term.id, term.id)).unwrap();
                prop_assert_eq!(asked.count(), *below, "{}", &term.id);
            }
            // exact ones first, then what is recorded
            let exact = |term: &TermFound| {
                let text = text.trim().to_lowercase();
                term.label.to_lowercase() == text || term.id.to_lowercase() == text
            };
            let recorded = |term: &TermFound| term.people_below > 0 || term.excluded > 0;
            prop_assert!(found.is_sorted_by_key(|term| (!exact(term), !recorded(term))));
        }
    }
}

const OBO: &str = "ontology: hp\n
[Term]\nid: HP:0000819\nname: Diabetes mellitus\n
[Term]\nid: HP:0100651\nname: Type I diabetes mellitus\nsynonym: \"Insulin-dependent diabetes mellitus\" EXACT []\nis_a: HP:0000819\n
[Term]\nid: HP:0000001\nname: Prediabetes\n
[Term]\nid: HP:0000002\nname: Diastema\n";

/// `diabetes` had neighbours by spelling (Prediabetes, Diastema), and not the labels that have the word.
#[test]
fn an_unknown_label_proposes_terms_that_have_its_words() {
    let folder = Folder::new();
    let people = r#"{"id":"P0","sex":"male","diseases":[{"diseaseCode":{"id":"ICD10:E10","label":"insulin-dependent diabetes mellitus"}}]}"#;
    let view = dataset(
        &folder,
        &[("people.json", people.to_owned())],
        Some(OBO.to_owned()),
    );
    let candidates = |text: &str| match view.ask(text) {
        Err(Error::Expression(error)) => error.candidates,
        other => panic!("{other:?}"),
    };
    let words = [
        "ICD10:E10 (insulin-dependent diabetes mellitus)",
        "HP:0000819 (Diabetes mellitus)",
        "HP:0100651 (Type I diabetes mellitus)",
        "HP:0000001 (Prediabetes)",
    ];
    assert_eq!(candidates("\"diabetes\""), words);
    assert_eq!(candidates("similar(\"diabetes\")"), words);
    assert_eq!(candidates("\"diastemma\""), ["HP:0000002 (Diastema)"]);
    let Err(Error::Usage(message)) = view.find_terms(Some("diastemma\u{1b}")) else {
        panic!("there is no such term");
    };
    let expected =
        r#"no term has the words "diastemma\u{1b}"; did you mean HP:0000002 (Diastema)?"#;
    assert_eq!(message, expected);
}

const GENES: &str =
    "chr1\t99\t200\tAAA1\nchr1\t300\t400\tAAB\nchrX\t0\t10\tBAA\nchrY\t0\t10\tBAA\n";

#[test]
fn genes_are_found_by_parts_of_their_names() {
    let folder = Folder::new();
    let genes = folder.write("genes.bed", GENES);
    let with = BuildOptions {
        genes: vec![genes],
        ..options()
    };
    let view = folder.dataset(VCF, &with);
    let found = |text: Option<&str>| -> Vec<String> {
        let genes = view.find_genes(text).unwrap().into_iter();
        genes
            .map(|gene| format!("{} {:?}", gene.symbol, gene.places))
            .collect()
    };
    let (aaa, aab) = (
        r#"AAA1 [("chr1", 100, 200)]"#,
        r#"AAB [("chr1", 301, 400)]"#,
    );
    let baa = r#"BAA [("chrX", 1, 10), ("chrY", 1, 10)]"#;
    assert_eq!(found(None), [aaa, aab, baa]);
    assert_eq!(
        found(Some("aa")),
        [aaa, aab, baa],
        "what begins with it goes first"
    );
    assert_eq!(found(Some("aab")), [aab]);
    let Err(Error::Usage(message)) = view.find_genes(Some("AAC")) else {
        panic!("there is no such gene");
    };
    assert!(message.contains("did you mean AAB"), "{message}");
    assert!(matches!(
        folder.dataset(VCF, &options()).find_genes(None),
        Err(Error::Usage(_))
    ));
}

#[test]
fn samples_are_listed_with_batches_and_attributes() {
    let folder = Folder::new();
    let first = folder.write("a.vcf", VCF);
    let second = folder.write("b.vcf", VCF.replace("s0\ts1\ts2", "t0\tt1\tt2"));
    let path = folder.path("both.vdx");
    build(&[first, second], &path, &options()).unwrap();
    let sample: Json = json!({
        "id": "t1", "individualId": "ANNA", "biosampleStatus": {"id": "EFO:0009656"},
        "info": {"attributes": {"lab": "north"}},
    });
    let options = PeopleOptions {
        files: vec![folder.write("samples.json", sample.to_string())],
        ..PeopleOptions::default()
    };
    load_people(&path, &options, &mut |_| true).unwrap();
    let view = Dataset::open(&path).unwrap().view();
    let mut list = view.sample_list().unwrap();
    let place = |name: &str| {
        list.attributes()
            .iter()
            .position(|other| other == name)
            .unwrap()
    };
    let (origin, lab) = (place("origin"), place("lab"));
    let mut all = Vec::new();
    while list.advance().unwrap() {
        let name = view.sample_name(list.number()).unwrap();
        let (origin, lab) = (list.attribute(origin), list.attribute(lab));
        all.push(format!("{name} {:?} {origin:?} {lab:?}", list.batches()));
    }
    assert_eq!(
        all,
        [
            "s0 [0] None None",
            "s1 [0] None None",
            "s2 [0] None None",
            "t0 [1] None None",
            r#"t1 [1] Some("EFO:0009656") Some("north")"#,
            "t2 [1] None None",
        ]
    );
}
