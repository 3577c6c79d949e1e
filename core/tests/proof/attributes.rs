//! Attributes of people and of samples, and variants of some samples of a person, against a look at everything.

use crate::common::{Folder, build, options};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use varidex::{BuildOptions, Dataset, PeopleOptions, View};

const SAMPLES: usize = 8;
/// Of whom the samples are; the last is of nobody that is known.
const PEOPLE: usize = 4;
const CALLS: [&str; 7] = ["0/0", "0/1", "1/1", "./.", "./1", "0/0", "0|1"];
const DATES: [&str; 6] = [
    "",
    "2021-03-04",
    "2022",
    "2022-06",
    "2023-01-01",
    "2024-12-31",
];
const AGES: [&str; 5] = ["", "P5Y", "P17Y11M", "P40Y", "P40Y6M"];

/// What a row of a table says: a text, a number, and a place in `DATES`.
#[derive(Debug, Clone)]
struct Facts {
    text: usize,
    number: Option<i32>,
    date: usize,
    age: usize,
}

const TEXTS: [&str; 4] = ["", "a", "B", "c d"];

fn facts() -> impl Strategy<Value = Facts> {
    let number = prop::option::of(-3..4i32);
    (0..TEXTS.len(), number, 0..DATES.len(), 0..AGES.len()).prop_map(|(text, number, date, age)| {
        Facts {
            text,
            number,
            date,
            age,
        }
    })
}

#[derive(Debug, Clone)]
struct World {
    people: Vec<Facts>,
    samples: Vec<(usize, Facts)>,
    /// By record its calls.
    records: Vec<Vec<usize>>,
    /// How many samples are in the first file.
    first: usize,
}

fn world() -> impl Strategy<Value = World> {
    let samples = prop::collection::vec((0..=PEOPLE, facts()), SAMPLES);
    let records = prop::collection::vec(prop::collection::vec(0..CALLS.len() + 1, SAMPLES), 1..9);
    let people = prop::collection::vec(facts(), PEOPLE);
    (people, samples, records, 1..SAMPLES).prop_map(|(mut people, mut samples, records, first)| {
        // somebody has each attribute and each text
        for (at, text) in [(0, 1), (1, 2), (2, 3)] {
            people[at].text = text;
            samples[at].1.text = text;
            for of in [&mut people[at], &mut samples[at].1] {
                of.number.get_or_insert(1);
                of.date = of.date.max(1);
                of.age = of.age.max(1);
            }
        }
        World {
            people,
            samples,
            records,
            first,
        }
    })
}

impl World {
    fn open(&self, folder: &Folder) -> View {
        let row = |of: &Facts| {
            let number = of.number.map_or(String::new(), |number| number.to_string());
            format!(
                "{}\t{number}\t{}\t{}",
                TEXTS[of.text], DATES[of.date], AGES[of.age]
            )
        };
        let names =
            "attribute.kind:text\tattribute.size:number\tattribute.day:date\tattribute.old:age";
        let mut people = format!("individual_id\t{names}\n");
        for (number, of) in self.people.iter().enumerate() {
            writeln!(people, "P{number}\t{}", row(of)).unwrap();
        }
        let mut map = format!("sample\tindividual\t{names}\n");
        for (number, (owner, of)) in self.samples.iter().enumerate() {
            let owner = if *owner < PEOPLE {
                format!("P{owner}")
            } else {
                String::new()
            };
            writeln!(map, "S{number}\t{owner}\t{}", row(of)).unwrap();
        }
        let file = |from: usize, to: usize| {
            let names: Vec<String> = (from..to).map(|sample| format!("S{sample}")).collect();
            let mut text = format!(
                "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n",
                names.join("\t")
            );
            for (number, calls) in self.records.iter().enumerate() {
                let own: Vec<&str> = calls[from..to].iter().map(|&call| call_of(call)).collect();
                // a file may not have the record
                if own.iter().all(|call| *call == "none") {
                    continue;
                }
                let own: Vec<&str> = own
                    .iter()
                    .map(|call| if *call == "none" { "./." } else { call })
                    .collect();
                writeln!(
                    text,
                    "1\t{}\trs{number}\tA\tG\t.\t.\t.\tGT\t{}",
                    place(number),
                    own.join("\t")
                )
                .unwrap();
            }
            text
        };
        let files = [
            folder.write("a.vcf", file(0, self.first)),
            folder.write("b.vcf", file(self.first, SAMPLES)),
        ];
        let options = BuildOptions {
            people: PeopleOptions {
                files: vec![folder.write("people.tsv", people)],
                sample_map: Some(folder.write("map.tsv", map)),
                ..PeopleOptions::default()
            },
            ..options()
        };
        let path = folder.path("a.vdx");
        build(&files, &path, &options).unwrap();
        let dataset = Dataset::open(path).unwrap().view();
        dataset.dataset().verify().unwrap();
        dataset
    }

    /// The call of a sample; nothing where its file does not have the record.
    fn call(&self, record: usize, sample: usize) -> Option<&'static str> {
        let calls = &self.records[record];
        let file = if sample < self.first {
            0..self.first
        } else {
            self.first..SAMPLES
        };
        let known = calls[file].iter().any(|&call| call_of(call) != "none");
        known.then(|| match call_of(calls[sample]) {
            "none" => "./.",
            call => call,
        })
    }

    fn carries(&self, record: usize, sample: usize) -> bool {
        self.call(record, sample)
            .is_some_and(|call| call.contains('1'))
    }

    fn is_called(&self, record: usize, sample: usize) -> bool {
        self.call(record, sample)
            .is_some_and(|call| !call.contains('.'))
    }

    /// The samples of somebody: of a person, or the one sample of which nobody is known.
    fn subjects(&self) -> Vec<(String, Vec<usize>)> {
        let mut all: Vec<(String, Vec<usize>)> = Vec::new();
        for (sample, (owner, _)) in self.samples.iter().enumerate() {
            let id = if *owner < PEOPLE {
                format!("P{owner}")
            } else {
                format!("S{sample}")
            };
            match all.iter_mut().find(|(known, _)| *known == id) {
                Some((_, own)) => own.push(sample),
                None => all.push((id, vec![sample])),
            }
        }
        for person in 0..PEOPLE {
            let id = format!("P{person}");
            if all.iter().all(|(known, _)| *known != id) {
                all.push((id, Vec::new()));
            }
        }
        all
    }
}

fn call_of(number: usize) -> &'static str {
    CALLS.get(number).copied().unwrap_or("none")
}

fn place(record: usize) -> usize {
    100 + 10 * record
}

/// A question to attributes, as text and as what it means.
#[derive(Debug, Clone)]
enum Asked {
    Has(&'static str),
    Text(bool, usize),
    Number(&'static str, i32),
    Day(&'static str, usize),
    Old(&'static str, usize),
    Not(Box<Asked>),
    And(Box<Asked>, Box<Asked>),
    Or(Box<Asked>, Box<Asked>),
}

const SYMBOLS: [&str; 6] = ["<", "<=", ">", ">=", "=", "!="];

fn asked() -> impl Strategy<Value = Asked> {
    let symbol = || prop::sample::select(SYMBOLS.to_vec());
    let leaf = prop_oneof![
        prop::sample::select(vec!["kind", "size", "day", "old"]).prop_map(Asked::Has),
        (any::<bool>(), 1..TEXTS.len()).prop_map(|(equal, text)| Asked::Text(equal, text)),
        (symbol(), -3..4i32).prop_map(|(symbol, number)| Asked::Number(symbol, number)),
        (symbol(), 1..DATES.len()).prop_map(|(symbol, date)| Asked::Day(symbol, date)),
        (symbol(), 1..AGES.len()).prop_map(|(symbol, age)| Asked::Old(symbol, age)),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|of| Asked::Not(Box::new(of))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Asked::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Asked::Or(Box::new(a), Box::new(b))),
        ]
    })
}

/// First and last day of what is known of one, as texts that are ordered as days are.
fn span(date: &str) -> (String, String) {
    (
        format!("{date}{}", &"0000-01-01"[date.len()..]),
        format!("{date}{}", &"0000-12-31"[date.len()..]),
    )
}

/// Whether all of a span stands in a relation to all of another one; a part of it is equal to it.
fn spans_hold<T: PartialOrd>(symbol: &str, (first, last): (T, T), right: (T, T)) -> bool {
    match symbol {
        "<" => last < right.0,
        "<=" => last <= right.1,
        ">" => first > right.1,
        ">=" => first >= right.0,
        "=" => first >= right.0 && last <= right.1,
        _ => last < right.0 || first > right.1,
    }
}

fn months(age: &str) -> i32 {
    let (years, months) = age[1..].split_once('Y').unwrap();
    12 * years.parse::<i32>().unwrap() + months.trim_end_matches('M').parse().unwrap_or(0)
}

impl Asked {
    fn text(&self, prefix: &str) -> String {
        match self {
            Self::Has(name) => format!("{prefix}{name}"),
            Self::Text(equal, text) => {
                let symbol = if *equal { ":" } else { "!=" };
                // in any case
                format!("{prefix}kind{symbol}\"{}\"", TEXTS[*text].to_uppercase())
            }
            Self::Number(symbol, number) => format!("{prefix}size{symbol}{number}"),
            Self::Day(symbol, date) => format!("{prefix}day {symbol} {}", DATES[*date]),
            Self::Old(symbol, age) => format!("{prefix}OLD{symbol}{}", AGES[*age]),
            Self::Not(of) => format!("!({})", of.text(prefix)),
            Self::And(a, b) => format!("({}) & ({})", a.text(prefix), b.text(prefix)),
            Self::Or(a, b) => format!("({}) | ({})", a.text(prefix), b.text(prefix)),
        }
    }

    fn holds(&self, of: &Facts) -> bool {
        match self {
            Self::Has("kind") => of.text > 0,
            Self::Has("size") => of.number.is_some(),
            Self::Has("day") => of.date > 0,
            Self::Has(_) => of.age > 0,
            Self::Text(equal, text) => of.text > 0 && (of.text == *text) == *equal,
            Self::Number(symbol, right) => {
                let number = of.number;
                number.is_some_and(|left| spans_hold(symbol, (left, left), (*right, *right)))
            }
            Self::Day(symbol, date) => {
                let right = span(DATES[*date]);
                of.date > 0 && spans_hold(symbol, span(DATES[of.date]), right)
            }
            Self::Old(symbol, age) => {
                let right = months(AGES[*age]);
                of.age > 0 && {
                    let left = months(AGES[of.age]);
                    spans_hold(symbol, (left, left), (right, right))
                }
            }
            Self::Not(inner) => !inner.holds(of),
            Self::And(a, b) => a.holds(of) && b.holds(of),
            Self::Or(a, b) => a.holds(of) || b.holds(of),
        }
    }
}

fn found(view: &View, question: &str) -> BTreeSet<String> {
    let group = view
        .ask(question)
        .unwrap_or_else(|e| panic!("{question}: {e}"));
    let ids: BTreeSet<String> = group
        .ids()
        .unwrap()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let again = view.ask(group.label()).unwrap();
    assert_eq!(
        again.ids().unwrap().len(),
        ids.len(),
        "{question} {}",
        group.label()
    );
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn attributes_and_samples_are_found(
        world in world(),
        questions in prop::collection::vec((asked(), asked(), 0..9usize, 1..3usize), 8),
    ) {
        let folder = Folder::new();
        let view = world.open(&folder);
        let subjects = world.subjects();
        let ids = |is_one: &dyn Fn(&str, &[usize]) -> bool| -> BTreeSet<String> {
            let found = subjects.iter().filter(|(id, own)| is_one(id, own));
            found.map(|(id, _)| id.clone()).collect()
        };
        for (a, b, at, least) in &questions {
            let inside = |asked: &Asked, sample: usize| asked.holds(&world.samples[sample].1);
            let expected = ids(&|id, _| {
                let person = id.strip_prefix('P').map(|n| &world.people[n.parse::<usize>().unwrap()]);
                // of whom no person is known nothing is known
                person.map_or_else(|| a.holds(&NOTHING), |of| a.holds(of))
            });
            prop_assert_eq!(found(&view, &a.text("attribute.")), expected, "{:?}", a);
            let expected = ids(&|_, own| own.iter().any(|&sample| inside(a, sample)));
            prop_assert_eq!(found(&view, &format!("sample({})", a.text(""))), expected, "{:?}", a);

            let records: Vec<usize> = (0..world.records.len()).filter(|n| n % 9 >= *at % 4).collect();
            let of = format!("1:{}-", place(at % 4));
            let (within, without) = (a.text(""), b.text("attribute."));
            let carried = |own: &[usize], counts: &dyn Fn(usize, &[usize]) -> bool| {
                records.iter().filter(|&&record| counts(record, own)).count() >= *least
            };
            let expected = ids(&|_, own| carried(own, &|record, own| {
                own.iter().any(|&s| inside(a, s) && world.carries(record, s))
            }));
            let question = format!("carriers({of}, at_least: {least}, in: sample({within}))");
            prop_assert_eq!(found(&view, &question), expected, "{}", question);
            let expected = ids(&|_, own| carried(own, &|record, own| {
                let mut others = own.iter().filter(|&&s| inside(b, s));
                let free = others.clone().all(|&s| !world.carries(record, s))
                    && others.any(|&s| world.is_called(record, s));
                free && own.iter().any(|&s| inside(a, s) && world.carries(record, s))
            }));
            let question = format!("carriers({of}, in: sample({within}), not_in: sample({without}), at_least: {least})");
            prop_assert_eq!(found(&view, &question), expected, "{}", question);
            let expected = ids(&|_, own| {
                own.iter().any(|&s| inside(a, s) && records.iter().any(|&r| world.call(r, s) == Some("1/1")))
            });
            let question = format!("carriers({of}, hom, in: sample({within}))");
            prop_assert_eq!(found(&view, &question), expected, "{}", question);
        }
    }
}

const NOTHING: Facts = Facts {
    text: 0,
    number: None,
    date: 0,
    age: 0,
};

/// What is not there is an error that names what is, and so is what a type does not take.
#[test]
fn names_and_types_that_do_not_fit_are_errors() {
    let folder = Folder::new();
    let facts = |text, number| Facts {
        text,
        number: Some(number),
        date: 1,
        age: 1,
    };
    let world = World {
        people: vec![facts(1, 1), facts(2, 1), facts(3, 1), facts(1, 1)],
        samples: (0..SAMPLES).map(|n| (n % PEOPLE, facts(1, 2))).collect(),
        records: vec![vec![1; SAMPLES]],
        first: 4,
    };
    let view = world.open(&folder);
    for (question, expected) in [
        (
            "attribute.kin:a",
            "no attribute `kin` of a person here; did you mean attribute.kind",
        ),
        (
            "sample(knid:a)",
            "no attribute `knid` of a sample here; did you mean kind",
        ),
        ("attribute.kind:aa", "no attribute.kind `aa` here"),
        ("carriers(all, in sample(all))", "`in` takes samples"),
        ("sample(kind:B)", "no kind `B` here"),
        (
            "attribute.kind>a",
            "attribute.kind is text: it is compared with `:`, `=` or `!=`, not with `>`",
        ),
        (
            "attribute.size:big",
            "attribute.size is a number: `big` is none",
        ),
        (
            "attribute.day>=20240101",
            "attribute.day is a date: `20240101` is none",
        ),
        ("attribute.old<40", "attribute.old is an age: `40` is none"),
        ("carriers(all, in: kind)", "`in` takes samples"),
        ("carriers(all, de_novo, in: sample(all))", "take no origin"),
        (
            "carriers(all, compound, not_in: sample(all))",
            "`compound` takes no other option",
        ),
        ("sample()", "expected what picks samples"),
        ("attribute.:a", "expected the name of an attribute"),
    ] {
        let error = view.ask(question).unwrap_err().to_string();
        assert!(error.contains(expected), "{question}: {error}");
    }
    let error = view.variants("attribute.kind:a").err().unwrap().to_string();
    assert!(
        error.contains("picks people, variants are picked here"),
        "{error}"
    );
}

/// `!carriers(…)` has people of whom no genotype is known among it: a note says how many.
#[test]
fn it_is_said_of_how_many_no_genotype_is_known() {
    let folder = Folder::new();
    let facts = || Facts {
        text: 1,
        number: Some(1),
        date: 1,
        age: 1,
    };
    let world = World {
        people: (0..PEOPLE).map(|_| facts()).collect(),
        // two people have no sample
        samples: (0..SAMPLES).map(|n| (n % 2, facts())).collect(),
        records: vec![vec![0, 1, 0, 0, 0, 0, 0, 0]],
        first: 4,
    };
    let view = world.open(&folder);
    let notes = |question: &str| view.ask(question).unwrap().hints().to_vec();
    let [note] = &notes("!carriers(all)")[..] else {
        panic!("one note is expected");
    };
    assert!(
        note.starts_with("2 of these 3 people have no sample"),
        "{note}"
    );
    assert!(note.contains("noncarriers(…)"), "{note}");
    let explained = view.explain("attribute.kind & !carriers(all)").unwrap();
    assert!(
        explained.notes.iter().any(|known| known == note),
        "{explained}"
    );
    for question in [
        "carriers(all)",
        "!carriers(all) & genotyped",
        "noncarriers(all)",
        "!attribute.kind",
    ] {
        assert!(notes(question).is_empty(), "{question}");
    }
}

#[test]
fn people_are_counted_by_attributes() {
    let folder = Folder::new();
    let facts = |text| Facts {
        text,
        number: Some(1),
        date: 1,
        age: 1,
    };
    let world = World {
        people: vec![facts(1), facts(3), facts(0), facts(1)],
        samples: (0..SAMPLES).map(|n| (n % PEOPLE, facts(1))).collect(),
        records: vec![vec![1; SAMPLES]],
        first: 4,
    };
    let view = world.open(&folder);
    let by = |key: &str| view.people_counts(&view.by(&[key])?);
    let rows = by("attribute.KIND").unwrap().into_iter();
    let rows: Vec<_> = rows
        .map(|mut row| (row.values.remove(0), row.people))
        .collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(rows, [(text("a"), 2), (text("c d"), 1), (None, 1)]);
    // the same as groups, of samples as well
    let fields = view.by(&["attribute.KIND"]).unwrap();
    let groups = view.groups_by(&fields, None).unwrap().into_iter();
    let counts: Vec<_> = groups
        .map(|(values, group)| (values, group.count(), group.samples().len()))
        .collect();
    let expected = [(text("a"), 2, 4), (text("c d"), 1, 2), (None, 1, 2)];
    assert_eq!(
        counts,
        expected.map(|(value, people, samples)| (vec![value], people, samples))
    );
    assert_eq!(fields[0].to_string(), "attribute.kind");
    assert!(
        view.by(&["attribute.size"])
            .unwrap_err()
            .to_string()
            .contains("is of type number")
    );
    assert!(
        view.by(&["attribute.kin"])
            .unwrap_err()
            .to_string()
            .contains("one of day, kind, old, size")
    );
    let refused = |key: &str| by(key).unwrap_err().to_string();
    assert!(refused("attribute.size").contains("is of type number"));
    assert!(refused("attribute.kin").contains("one of day, kind, old, size"));
}
