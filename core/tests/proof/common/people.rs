//! Arbitrary people of a cohort, and expressions over people: as text, and evaluated on each of them by
//! their meaning.

use super::Folder;
use super::expression::{Expression, expression, holds};
use super::oracle::{Oracle, Row};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;
use std::path::Path;
use varidex::PeopleOptions;

/// Terms, and the more general ones right above each.
const TERMS: [(&str, &[usize]); 8] = [
    ("HP:0000118", &[]),
    ("HP:0000001", &[0]),
    ("HP:0000002", &[0]),
    ("HP:0000003", &[1]),
    ("HP:0000004", &[1, 2]),
    ("HP:0000005", &[2]),
    ("HP:0000006", &[4]),
    ("HP:0000007", &[3, 4]),
];
pub const SEXES: [&str; 4] = ["female", "male", "other", ""];
pub const POPULATIONS: [&str; 3] = ["FIN", "EST", "SWE"];

/// Of the terms with a bit in `of`, and all that is above them, the bits.
fn closed(of: u32) -> u32 {
    let mut all = of;
    for (number, (_, parents)) in TERMS.iter().enumerate().rev() {
        if all >> number & 1 == 1 {
            all |= parents.iter().fold(0, |bits, parent| bits | 1 << parent);
        }
    }
    all
}

fn bits(of: u32) -> impl Iterator<Item = usize> {
    (0..TERMS.len()).filter(move |n| of >> n & 1 == 1)
}

#[derive(Debug, Clone)]
pub struct Person {
    pub samples: Vec<u32>,
    pub sex: &'static str,
    /// One bit for each.
    pub populations: u32,
    /// Age.
    pub months: Option<u32>,
    pub present: u32,
    pub excluded: u32,
}

impl Person {
    fn new(dice: u64) -> Self {
        let take = |shift: u32, n: u64| dice.rotate_right(shift) % n;
        let terms = |shift| (take(shift, 256) & take(shift + 5, 256)) as u32;
        let present = terms(9);
        Self {
            samples: Vec::new(),
            sex: SEXES[take(0, 4) as usize],
            populations: take(3, 8) as u32,
            months: Some(take(7, 40) as u32 * 2).filter(|months| *months < 60),
            present,
            excluded: terms(29) & !present,
        }
    }

    pub fn has(&self, population: usize) -> bool {
        self.populations >> population & 1 == 1
    }
}

/// People, and who of them has which samples.
#[derive(Debug, Clone)]
pub struct People {
    pub samples: u32,
    pub people: Vec<Person>,
}

/// One person for each sample, or any number of samples for any number of people and for nobody.
pub fn people(samples: usize) -> impl Strategy<Value = People> {
    let count = samples as u32;
    let dice = vec(any::<u64>(), samples + 3);
    let owners = vec(0..count + 4, samples);
    (dice, owners, any::<bool>()).prop_map(move |(dice, owners, plain)| {
        let mut people: Vec<Person> = dice.into_iter().map(Person::new).collect();
        for (sample, owner) in (0..).zip(owners) {
            let owner = if plain { sample } else { owner };
            if let Some(person) = people.get_mut(owner as usize) {
                person.samples.push(sample);
            }
        }
        // of whom every value is known, so that none is an error
        people[samples + 2].populations = 7;
        people[samples + 2].present |= 1 << 7;
        let samples = count;
        People { samples, people }
    })
}

impl People {
    /// Loads them into a dataset.
    pub fn load(&self, folder: &Folder, dataset: &Path) {
        let mut table = "person\tsample\tsex\tpopulation\tage".to_owned();
        let mut mapping =
            "[columns]\nperson = \"individual\"\nsample = \"sample\"\nsex = \"sex\"\n\
            population = { is = \"population\", separator = \"/\" }\nage = \"age\"\n"
                .to_owned();
        for (id, _) in TERMS {
            table += &format!("\t{id}");
            mapping += &format!(
                "\"{id}\" = {{ is = \"phenotype\", term = \"{id}\", present = [\"yes\"], absent = [\"no\"] }}\n"
            );
        }
        table += "\n";
        for (number, person) in self.people.iter().enumerate() {
            let populations = (0..3).filter(|n| person.has(*n)).map(|n| POPULATIONS[n]);
            let populations = populations.collect::<Vec<_>>().join("/");
            let age = person.months.map_or(String::new(), |m| format!("P{m}M"));
            let mut rest = format!("{}\t{populations}\t{age}", person.sex);
            for term in 0..TERMS.len() {
                rest += match (person.present >> term & 1, person.excluded >> term & 1) {
                    (1, _) => "\tyes",
                    (_, 1) => "\tno",
                    _ => "\t",
                };
            }
            for sample in &person.samples {
                table += &format!("P{number}\tS{sample}\t{rest}\n");
            }
            if person.samples.is_empty() {
                table += &format!("P{number}\t\t{rest}\n");
            }
        }
        let mut obo = "format-version: 1.2\nontology: hp\n".to_owned();
        for (id, parents) in TERMS {
            obo += &format!("\n[Term]\nid: {id}\nname: label of {id}\n");
            for parent in parents {
                obo += &format!("is_a: {}\n", TERMS[*parent].0);
            }
        }
        let options = PeopleOptions {
            files: vec![folder.write("people.tsv", table)],
            mapping: Some(folder.write("people.toml", mapping)),
            ontologies: vec![folder.write("hp.obo", obo)],
            ..PeopleOptions::default()
        };
        let report = varidex::load_people(dataset, &options, &mut |_| true).unwrap();
        assert_eq!(report.people, self.people.len() as u64, "{report:?}");
    }

    /// All subjects, by number: samples, then people without samples. And whose each is.
    pub fn subjects(&self) -> Vec<Option<usize>> {
        let owner = |sample| self.people.iter().position(|p| p.samples.contains(&sample));
        let without = (0..self.people.len()).filter(|n| self.people[*n].samples.is_empty());
        (0..self.samples)
            .map(owner)
            .chain(without.map(Some))
            .collect()
    }

    /// The subjects of those people of whom something holds.
    pub fn of(&self, holds: impl Fn(usize, &Person) -> bool) -> BTreeSet<u32> {
        let whose = (0..).zip(self.subjects());
        let found = whose.filter(|(_, own)| own.is_some_and(|n| holds(n, &self.people[n])));
        found.map(|(subject, _)| subject).collect()
    }

    /// Subjects with the other samples of the same people.
    fn closed(&self, subjects: &BTreeSet<u32>) -> BTreeSet<u32> {
        let all = self.subjects();
        let people: BTreeSet<usize> = subjects.iter().filter_map(|s| all[*s as usize]).collect();
        let mut closed = self.of(|number, _| people.contains(&number));
        closed.extend(subjects);
        closed
    }

    /// The ids of those who are subjects, each once.
    pub fn ids(&self, subjects: &BTreeSet<u32>) -> Vec<String> {
        let all = self.subjects();
        let mut ids = Vec::new();
        for &subject in subjects {
            let id = match all[subject as usize] {
                Some(number) => format!("P{number}"),
                None => format!("S{subject}"),
            };
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// Information content by term, by those of whom a phenotype is recorded as present.
    fn information(&self) -> Vec<f64> {
        let described = self.people.iter().filter(|p| p.present != 0);
        let total = described.count() as f64;
        let of = |term: usize| {
            let with = self
                .people
                .iter()
                .filter(|p| closed(p.present) >> term & 1 == 1);
            match with.count() {
                0 => 0.0,
                count => (total / count as f64).ln().max(0.0),
            }
        };
        (0..TERMS.len()).map(of).collect()
    }

    /// simGIC, less the share of the profile that is excluded.
    pub fn score(&self, person: &Person, profile: u32) -> f64 {
        let information = self.information();
        let sum = |of: u32| bits(of).map(|n| information[n]).sum::<f64>();
        let (own, asked) = (closed(person.present), closed(profile));
        let shared = sum(own & asked);
        if shared <= 0.0 {
            return 0.0;
        }
        let lost = bits(profile).filter(|n| closed(1 << n) & person.excluded != 0);
        let lost: f64 = lost.map(|n| information[n]).sum();
        let direct = sum(profile);
        let kept = if direct > 0.0 {
            1.0 - lost / direct
        } else {
            1.0
        };
        shared / sum(own | asked) * kept
    }
}

/// An expression over people.
#[derive(Debug, Clone)]
pub enum Asked {
    All,
    Sex(&'static str),
    Population(usize),
    Age(&'static str, u32),
    Term(usize),
    Exactly(usize),
    Excluded(usize),
    Individuals(Vec<usize>),
    Samples(Vec<u32>),
    Similar(u32, f64),
    Carriers {
        of: Box<Expression>,
        /// A count in a group as well.
        within: Option<(Box<Self>, &'static str, &'static str, f64)>,
        zygosity: Option<&'static str>,
        at_least: u32,
    },
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

use Asked::*;

fn comparison() -> impl Strategy<Value = &'static str> {
    select(vec!["<", "<=", ">", ">=", "=", "!="])
}

fn carriers(within: impl Strategy<Value = Asked> + 'static) -> impl Strategy<Value = Asked> {
    let count = select(vec![
        "ac",
        "an",
        "af",
        "n_het",
        "n_hom",
        "n_hemi",
        "n_missing",
    ]);
    let value = select(vec![0.0, 0.25, 0.5, 1.0, 2.0, 4.0]);
    (
        expression(),
        prop::option::of((within, count, comparison(), value)),
        select(vec![None, None, Some("het"), Some("hom"), Some("hemi")]),
        select(vec![1, 1, 1, 2, 3]),
    )
        .prop_map(|(of, within, zygosity, at_least)| Carriers {
            of: Box::new(of),
            within: within
                .map(|(who, field, comparison, value)| (Box::new(who), field, comparison, value)),
            zygosity,
            at_least,
        })
}

pub fn asked(samples: usize) -> impl Strategy<Value = Asked> {
    let term = || 0..TERMS.len();
    let plain = prop_oneof![
        1 => Just(All),
        2 => select(vec!["female", "MALE", "other", "unknown"]).prop_map(Sex),
        2 => (0..3usize).prop_map(Population),
        2 => (comparison(), 0..40u32).prop_map(|(c, n)| Age(c, n * 2)),
        3 => term().prop_map(Term),
        1 => term().prop_map(Exactly),
        2 => term().prop_map(Excluded),
        1 => vec(0..samples + 3, 1..5).prop_map(Individuals),
        1 => vec(0..samples as u32, 1..5).prop_map(Samples),
        2 => (1..256u32, select(vec![0.137, 0.313, 0.571])).prop_map(|(t, s)| Similar(t, s)),
    ]
    .boxed();
    let atom = prop_oneof![3 => plain.clone(), 2 => carriers(plain)].boxed();
    atom.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|e| Not(Box::new(e))),
            3 => vec(inner.clone(), 2..4).prop_map(And),
            2 => vec(inner.clone(), 2..4).prop_map(Or),
            1 => carriers(inner),
        ]
    })
}

impl Asked {
    pub fn text(&self, oracle: &Oracle) -> String {
        let join = |parts: &[Self], with: &str| {
            let parts: Vec<String> = parts.iter().map(|part| part.text(oracle)).collect();
            format!("({})", parts.join(with))
        };
        let list = |name: &str, letter: char, numbers: Vec<String>| {
            let ids = numbers.iter().map(|n| format!("{letter}{n}"));
            format!("{name}({})", ids.collect::<Vec<_>>().join(", "))
        };
        match self {
            All => "all".to_owned(),
            Sex(sex) => format!("sex:{sex}"),
            Population(n) => format!("population:{}", POPULATIONS[*n]),
            Age(comparison, months) => format!("age{comparison}{months}m"),
            Term(n) => TERMS[*n].0.to_owned(),
            Exactly(n) => format!("exactly({})", TERMS[*n].0),
            Excluded(n) => format!("excluded(phenotype:{})", TERMS[*n].0),
            Individuals(of) => list(
                "individuals",
                'P',
                of.iter().map(usize::to_string).collect(),
            ),
            Samples(of) => list("samples", 'S', of.iter().map(u32::to_string).collect()),
            Similar(profile, score) => {
                let terms: Vec<&str> = bits(*profile).map(|n| TERMS[n].0).collect();
                format!("similar({}; score>={score})", terms.join(", "))
            }
            Carriers {
                of,
                within,
                zygosity,
                at_least,
            } => {
                let mut text = format!("carriers({}", of.text(oracle));
                if let Some((who, field, comparison, value)) = within {
                    text += &format!(" & {field}({}) {comparison} {value}", who.text(oracle));
                }
                if let Some(zygosity) = zygosity {
                    text += &format!(", {zygosity}");
                }
                if *at_least > 1 {
                    text += &format!(", at_least: {at_least}");
                }
                text + ")"
            }
            Not(inner) => format!("!({})", inner.text(oracle)),
            And(parts) => join(parts, " & "),
            Or(parts) => join(parts, " | "),
        }
    }

    /// The subjects that are picked.
    pub fn eval(&self, people: &People, oracle: &Oracle) -> BTreeSet<u32> {
        let each = |parts: &[Self]| -> Vec<BTreeSet<u32>> {
            parts.iter().map(|part| part.eval(people, oracle)).collect()
        };
        let all = || (0..people.subjects().len() as u32).collect::<BTreeSet<u32>>();
        match self {
            All => all(),
            Sex("unknown") => people.of(|_, p| p.sex.is_empty()),
            Sex(sex) => people.of(|_, p| p.sex.eq_ignore_ascii_case(sex)),
            Population(n) => people.of(|_, p| p.has(*n)),
            Age(comparison, age) => people.of(|_, p| {
                p.months
                    .is_some_and(|m| holds(comparison, m.into(), (*age).into()))
            }),
            Term(n) => people.of(|_, p| closed(p.present) >> n & 1 == 1),
            Exactly(n) => people.of(|_, p| p.present >> n & 1 == 1),
            Excluded(n) => people.of(|_, p| closed(1 << n) & p.excluded != 0),
            Individuals(of) => people.of(|number, _| of.contains(&number)),
            Samples(of) => of.iter().copied().collect(),
            Similar(profile, least) => people.of(|_, p| people.score(p, *profile) >= *least),
            Carriers {
                of,
                within,
                zygosity,
                at_least,
            } => {
                let within = within.as_ref().map(|(who, field, comparison, value)| {
                    (who.eval(people, oracle), *field, *comparison, *value)
                });
                let passes = |row: &Row| {
                    of.eval(row, oracle)
                        && within
                            .as_ref()
                            .is_none_or(|(group, field, comparison, value)| {
                                let counts = row.counts(&|sample| group.contains(&sample));
                                let left = match *field {
                                    "ac" => Some(counts.ac as f64),
                                    "an" => counts.an.map(|an| an as f64),
                                    "n_het" => Some(counts.n_het as f64),
                                    "n_hom" => Some(counts.n_hom as f64),
                                    "n_hemi" => Some(counts.n_hemi as f64),
                                    "n_missing" => Some(counts.n_missing as f64),
                                    _ => counts.af(),
                                };
                                left.is_some_and(|left| holds(comparison, left, *value))
                            })
                };
                let rows: Vec<&Row> = oracle.rows.iter().filter(|row| passes(row)).collect();
                people.closed(&super::oracle::carriers(&rows, *zygosity, *at_least))
            }
            Not(inner) => &all() - &inner.eval(people, oracle),
            And(parts) => each(parts).into_iter().reduce(|a, b| &a & &b).unwrap(),
            Or(parts) => each(parts).into_iter().reduce(|a, b| &a | &b).unwrap(),
        }
    }
}
