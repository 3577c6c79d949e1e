//! Arbitrary expressions over people: as text, and evaluated on each of them by their meaning.

use super::expression::{Expression, expression, holds, kind};
use super::oracle::{Genotype, Oracle, Row, Variant};
use super::people::{
    ASSAYS, DAY, MONTH, PHENOTYPES, POPULATIONS, People, Person, Record, SCOPES, SEVERITIES, TERMS,
    UNITS, bits, closure,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;

/// In the words of BED: from 0, the end not included. G1 lies in two places, G1 and G2 overlap.
pub const GENES: &str =
    "1\t80\t160\tG1\n1\t120\t300\tG2\n1\t280\t330\tG1\nchr2\t0\t200\tG3\nX\t40\t99\tG4\n";
const PLACES: [(&str, i64, i64, &str); 5] = [
    ("1", 81, 160, "G1"),
    ("1", 121, 300, "G2"),
    ("1", 281, 330, "G1"),
    ("chr2", 1, 200, "G3"),
    ("X", 41, 99, "G4"),
];
const NAMES: [&str; 4] = ["G1", "G2", "G3", "G4"];

fn reaches(row: &Row, gene: &str) -> bool {
    PLACES.iter().any(|(contig, from, to, name)| {
        *name == gene && row.contig == *contig && row.position <= *to && row.end >= *from
    })
}

/// A scope, or any; and a term.
type Scoped = (Option<usize>, usize);

/// An age as text, and in sixteenths of a day.
#[derive(Debug, Clone)]
pub struct Age(String, i64);

/// Variants of which carriers are asked for: all that is said must hold.
#[derive(Debug, Clone)]
pub struct Of {
    variants: Expression,
    /// Whether the gene is negated.
    gene: Option<(bool, &'static str)>,
    /// A count among those who are picked.
    count: Option<(Box<Asked>, &'static str, &'static str, f64)>,
}

/// An expression over people.
#[derive(Debug, Clone)]
pub enum Asked {
    All,
    Sex(&'static str),
    Population(usize),
    Seen(&'static str, Age),
    Term(Scoped),
    Exactly(Scoped),
    Excluded(Scoped),
    Onset(Scoped, &'static str, Age),
    Severity(Scoped, usize),
    Measurement(usize, usize, &'static str, f64),
    Individuals(Vec<usize>),
    Samples(Vec<u32>),
    Similar(u32, f64),
    SimilarTo(usize, &'static str),
    Carriers(Of, Option<&'static str>, usize),
    Compound(Of),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

use Asked::*;

fn comparison() -> impl Strategy<Value = &'static str> {
    select(vec!["<", "<=", ">", ">=", "=", "!="])
}

fn age() -> impl Strategy<Value = Age> {
    prop_oneof![
        3 => (0..72i64).prop_map(|n| Age(format!("{n}m"), n * MONTH)),
        1 => (0..5i64, 1..12i64).prop_map(|(y, m)| Age(format!("{y}y{m}m"), (12 * y + m) * MONTH)),
        1 => (0..400i64).prop_map(|n| Age(format!("P{n}D"), n * DAY)),
        1 => (0..20i64).prop_map(|n| Age(format!("{n}y"), n * 12 * MONTH)),
    ]
}

fn scoped() -> impl Strategy<Value = Scoped> {
    (option::of(0..SCOPES.len()), 0..TERMS.len())
}

fn of(who: impl Strategy<Value = Asked> + 'static) -> impl Strategy<Value = Of> {
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
        option::weighted(0.3, (any::<bool>(), select(&NAMES[..]))),
        option::of((who.prop_map(Box::new), count, comparison(), value)),
    )
        .prop_map(|(variants, gene, count)| Of {
            variants,
            gene,
            count,
        })
}

fn carriers(who: impl Strategy<Value = Asked> + Clone + 'static) -> impl Strategy<Value = Asked> {
    let zygosity = select(vec![None, None, Some("het"), Some("hom"), Some("hemi")]);
    let at_least = select(vec![1, 1, 1, 2, 3]);
    prop_oneof![
        4 => (of(who.clone()), zygosity, at_least).prop_map(|(of, z, n)| Carriers(of, z, n)),
        1 => of(who).prop_map(Compound),
    ]
}

pub fn asked(samples: usize) -> impl Strategy<Value = Asked> {
    let levels = vec!["low", "medium", "high"];
    let values = select(vec![0.0, 1.0, 2.0, 3.5]);
    let scores = select(vec![0.137, 0.313, 0.571]);
    let plain = prop_oneof![
        1 => Just(All),
        2 => select(vec!["female", "MALE", "other", "unknown"]).prop_map(Sex),
        2 => (0..POPULATIONS.len()).prop_map(Population),
        2 => (comparison(), age()).prop_map(|(c, age)| Seen(c, age)),
        3 => scoped().prop_map(Term),
        1 => scoped().prop_map(Exactly),
        2 => scoped().prop_map(Excluded),
        2 => (scoped(), comparison(), age()).prop_map(|(t, c, age)| Onset(t, c, age)),
        1 => (scoped(), 0..SEVERITIES.len()).prop_map(|(t, s)| Severity(t, s)),
        1 => (0..ASSAYS.len(), 0..UNITS.len(), comparison(), values)
            .prop_map(|(a, u, c, v)| Measurement(a, u, c, v)),
        1 => vec(0..samples + 3, 1..5).prop_map(Individuals),
        1 => vec(0..samples as u32, 1..5).prop_map(Samples),
        2 => (1..1u32 << PHENOTYPES, scores).prop_map(|(t, s)| Similar(t, s)),
        1 => (0..PHENOTYPES, select(levels)).prop_map(|(t, level)| SimilarTo(t, level)),
    ]
    .boxed();
    // of few only some samples of a person may be asked for, and carriers are looked up
    let few = vec(0..samples as u32, 1..4).prop_map(Samples);
    let plainly = expression().prop_map(|variants| {
        let (gene, count) = (None, None);
        let of = Of {
            variants,
            gene,
            count,
        };
        Carriers(of, None, 1)
    });
    let any = prop_oneof![2 => plainly, 1 => carriers(plain.clone())];
    let of_few = (few, any).prop_map(|(few, of)| And(vec![few, of]));
    let atom = prop_oneof![3 => plain.clone(), 2 => carriers(plain.clone())].boxed();
    let nested = atom.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|e| Not(Box::new(e))),
            3 => vec(inner.clone(), 2..4).prop_map(And),
            2 => vec(inner.clone(), 2..4).prop_map(Or),
            1 => carriers(inner),
        ]
    });
    prop_oneof![2 => plain, 1 => of_few, 4 => nested]
}

fn term((scope, term): Scoped) -> String {
    let id = TERMS[term].0;
    scope.map_or(id.to_owned(), |scope| format!("{}:{id}", SCOPES[scope]))
}

impl Of {
    fn text(&self, oracle: &Oracle) -> String {
        let mut text = self.variants.text(oracle);
        if let Some((not, gene)) = self.gene {
            let not = if not { "!" } else { "" };
            text += &format!(" & {not}gene:{gene}");
        }
        if let Some((who, field, comparison, value)) = &self.count {
            text += &format!(" & {field}({}) {comparison} {value}", who.text(oracle));
        }
        text
    }

    fn rows<'o>(&self, people: &People, oracle: &'o Oracle) -> Vec<&'o Row> {
        let count = self.count.as_ref().map(|(who, field, comparison, value)| {
            (who.eval(people, oracle), *field, *comparison, *value)
        });
        let passes = |row: &&Row| {
            self.variants.eval(row, oracle)
                && self
                    .gene
                    .is_none_or(|(not, gene)| reaches(row, gene) != not)
                && count
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
        oracle.rows.iter().filter(passes).collect()
    }
}

/// Of a call of two copies of which one carries: that copy where it is known.
fn hit(row: &Row, genotype: &Genotype) -> Option<Option<usize>> {
    let carries = |copy: &usize| genotype.alleles[*copy] == Some(row.alt_number);
    let copies: Vec<usize> = (0..genotype.alleles.len()).filter(carries).collect();
    match (&copies[..], genotype.alleles.len(), kind(row)) {
        (_, _, "ref" | "star") => None,
        ([copy], 2, _) => Some(genotype.phased.then_some(*copy)),
        _ => None,
    }
}

/// The samples that have two variants of the rows in one gene, perhaps on different copies.
fn compound(rows: &[&Row], samples: u32) -> BTreeSet<u32> {
    let in_gene = |sample: u32, gene: &str| {
        let of = rows.iter().filter(|row| reaches(row, gene));
        let hits = of.filter_map(|row| {
            let hit = hit(row, row.genotypes[sample as usize].as_ref()?)?;
            Some((row.variant(), hit))
        });
        let hits: Vec<(Variant, Option<usize>)> = hits.collect();
        hits.iter().enumerate().any(|(n, (variant, hit))| {
            let apart = |(other, on): &(Variant, Option<usize>)| {
                let apart = match (on, hit) {
                    (Some(one), Some(other)) => one != other,
                    _ => true,
                };
                other != variant && apart
            };
            hits[..n].iter().any(apart)
        })
    };
    (0..samples)
        .filter(|sample| NAMES.iter().any(|gene| in_gene(*sample, gene)))
        .collect()
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
            Seen(comparison, age) => format!("age{comparison}{}", age.0),
            Term(of) => term(*of),
            Exactly(of) => format!("exactly({})", term(*of)),
            Excluded(of) => format!("excluded({})", term(*of)),
            Onset(of, comparison, age) => format!("onset({}){comparison}{}", term(*of), age.0),
            Severity(of, severity) => {
                format!("severity({}):{}", term(*of), SEVERITIES[*severity])
            }
            Measurement(assay, unit, comparison, value) => {
                let (assay, unit) = (ASSAYS[*assay], UNITS[*unit]);
                format!("measurement({assay}, {unit}) {comparison} {value}")
            }
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
            SimilarTo(term, level) => format!("similar({}; {level})", TERMS[*term].0),
            Carriers(of, zygosity, at_least) => {
                let mut text = format!("carriers({}", of.text(oracle));
                if let Some(zygosity) = zygosity {
                    text += &format!(", {zygosity}");
                }
                if *at_least > 1 {
                    text += &format!(", at_least: {at_least}");
                }
                text + ")"
            }
            Compound(of) => format!("carriers({}, compound)", of.text(oracle)),
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
        // a record in the scope, of the term or a more special one
        let present = |&(scope, term): &Scoped, record: &Record| {
            let scoped = scope.is_none_or(|scope| record.scope == scope);
            scoped && !record.excluded && closure(record.term) >> term & 1 == 1
        };
        // of a span all must stand in a relation
        let all_of = |comparison: &str, (low, high): (i64, i64), age: i64| match comparison {
            "<" => high < age,
            "<=" => high <= age,
            ">" => low > age,
            ">=" => low >= age,
            "=" => low == age && high == age,
            _ => high < age || low > age,
        };
        let any = |test: &dyn Fn(&Person, &Record) -> bool| {
            people.of(|_, person| person.records.iter().any(|record| test(person, record)))
        };
        match self {
            All => all(),
            Sex("unknown") => people.of(|_, p| p.sex.is_empty()),
            Sex(sex) => people.of(|_, p| p.sex.eq_ignore_ascii_case(sex)),
            Population(n) => people.of(|_, p| p.has(*n)),
            Seen(comparison, age) => people.of(|_, person| {
                let seen = person.seen.map(|(from, to)| (from * MONTH, to * MONTH));
                seen.is_some_and(|seen| all_of(comparison, seen, age.1))
            }),
            Term(of) => any(&|_, record| present(of, record)),
            Exactly(of) => any(&|_, record| present(of, record) && record.term == of.1),
            Excluded((scope, term)) => any(&|_, record| {
                let scoped = scope.is_none_or(|scope| record.scope == scope);
                scoped && record.excluded && closure(*term) >> record.term & 1 == 1
            }),
            Onset(of, comparison, age) => any(&|person, record| {
                let onset = person.onset(record).filter(|_| present(of, record));
                onset.is_some_and(|onset| all_of(comparison, onset, age.1))
            }),
            Severity(of, severity) => any(&|_, record| {
                let as_asked = |own: usize| own == *severity || *severity == 0;
                present(of, record) && record.severity.is_some_and(as_asked)
            }),
            Measurement(assay, unit, comparison, value) => people.of(|_, person| {
                person.measures.iter().any(|(of, number, in_unit)| {
                    (of == assay || *assay == 0)
                        && in_unit == unit
                        && holds(comparison, *number as f64, *value)
                })
            }),
            Individuals(of) => people.of(|number, _| of.contains(&number)),
            Samples(of) => people.closed(&of.iter().copied().collect()),
            Similar(profile, least) => {
                let information = people.information();
                people.of(|_, person| person.score(*profile, &information) >= *least)
            }
            SimilarTo(term, level) => {
                let information = people.information();
                let least = match *level {
                    "low" => 0.4,
                    "medium" => 0.6,
                    _ => 0.8,
                };
                people.of(|_, person| person.score_of_one(*term, &information) >= least)
            }
            Carriers(of, zygosity, at_least) => {
                let rows = of.rows(people, oracle);
                let subjects = people.subjects();
                let whose = |sample| match subjects[sample as usize] {
                    Some(person) => people.people[person].samples[0],
                    None => sample,
                };
                people.closed(&super::oracle::carriers(&rows, *zygosity, *at_least, whose))
            }
            Compound(of) => people.closed(&compound(&of.rows(people, oracle), people.samples)),
            Not(inner) => &all() - &inner.eval(people, oracle),
            And(parts) => each(parts).into_iter().reduce(|a, b| &a & &b).unwrap(),
            Or(parts) => each(parts).into_iter().reduce(|a, b| &a | &b).unwrap(),
        }
    }
}
