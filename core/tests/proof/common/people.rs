//! Arbitrary people of a cohort: written as files, and what is known of each by the meaning of it.

use super::Folder;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;
use std::path::Path;
use varidex::PeopleOptions;

/// Terms, the more general ones right above each, and those that are the same in the other vocabulary.
pub const TERMS: [(&str, &[usize], &[usize]); 12] = [
    ("HP:0000118", &[], &[]),
    ("HP:0000001", &[0], &[]),
    ("HP:0000002", &[0], &[]),
    ("HP:0000003", &[1], &[]),
    ("HP:0000004", &[1, 2], &[9]),
    ("HP:0000005", &[2], &[10, 11]),
    ("HP:0000006", &[4], &[]),
    ("HP:0000007", &[3, 4], &[]),
    ("MONDO:0000000", &[], &[]),
    ("MONDO:0000001", &[8], &[4]),
    ("MONDO:0000002", &[8], &[5]),
    ("MONDO:0000003", &[9], &[5]),
];
/// How many of the terms are phenotypes by their vocabulary.
pub const PHENOTYPES: usize = 8;
/// The first is above the others.
pub const SEVERITIES: [&str; 3] = ["HP:0012824", "HP:0012825", "HP:0012828"];
/// The first is above the others.
pub const ASSAYS: [&str; 3] = ["LOINC:1", "LOINC:2", "LOINC:3"];
/// No ontology tells of them.
pub const UNITS: [&str; 2] = ["UO:0000001", "UO:0000002"];
pub const SEXES: [&str; 4] = ["female", "male", "other", ""];
pub const POPULATIONS: [&str; 3] = ["FIN", "EST", "SWE"];
pub const SCOPES: [&str; 3] = ["phenotype", "disease", "treatment"];

/// Ages in sixteenths of a day.
pub const DAY: i64 = 16;
pub const MONTH: i64 = 487;
const YEAR: i64 = 12 * MONTH;
/// Stages of onset and the ages that they span, both included.
const STAGES: [(&str, i64, i64); 6] = [
    ("HP:0030674", -280 * DAY, -1),
    ("HP:0003577", 0, 0),
    ("HP:0003593", 28 * DAY, YEAR - 1),
    ("HP:0011463", YEAR, 5 * YEAR - 1),
    ("HP:0003581", 16 * YEAR, i64::MAX),
    // not by the person's age
    ("HP:4000040", 1, 0),
];

/// The terms that a record of a term answers. A way by which a vocabulary was left does not come back
/// to it by an equivalence.
pub fn closure(term: usize) -> u32 {
    fn walk(term: usize, left: &[&str], found: &mut u32) {
        *found |= 1 << term;
        let (id, parents, same) = TERMS[term];
        for parent in parents {
            walk(*parent, left, found);
        }
        let vocabulary = |id: &'static str| id.split(':').next().unwrap();
        for other in same {
            if !left.contains(&vocabulary(TERMS[*other].0)) {
                walk(*other, &[left, &[vocabulary(id)]].concat(), found);
            }
        }
    }
    let mut found = 0;
    walk(term, &[], &mut found);
    found
}

/// Of the terms with a bit in `of`, all that they answer.
pub fn closed(of: u32) -> u32 {
    bits(of).fold(0, |all, term| all | closure(term))
}

pub fn bits(of: u32) -> impl Iterator<Item = usize> {
    (0..TERMS.len()).filter(move |n| of >> n & 1 == 1)
}

/// When something began.
#[derive(Debug, Clone)]
pub enum Time {
    /// In months.
    Age(i64),
    Between(i64, i64),
    /// A day of January 2001.
    Day(i64),
    Stage(usize),
}

/// A birth.
#[derive(Debug, Clone)]
pub enum Birth {
    /// A day of January 2000.
    Day(i64),
    /// In 2000.
    Year,
}

#[derive(Debug, Clone)]
pub struct Record {
    /// As in [`SCOPES`].
    pub scope: usize,
    pub term: usize,
    pub excluded: bool,
    pub onset: Option<Time>,
    pub severity: Option<usize>,
}

impl Record {
    fn is_phenotype(&self) -> bool {
        self.scope == 0
    }

    fn json(&self) -> String {
        let (code, onset) = match self.scope {
            0 => ("featureType", "onset"),
            1 => ("diseaseCode", "ageOfOnset"),
            _ => ("treatmentCode", "ageAtOnset"),
        };
        let mut json = format!(r#"{{"{code}":{{"id":"{}"}}"#, TERMS[self.term].0);
        if self.excluded {
            json += r#","excluded":true"#;
        }
        if let Some(time) = &self.onset {
            let age = |months: &i64| format!(r#"{{"iso8601duration":"P{months}M"}}"#);
            let time = match time {
                Time::Age(months) => age(months),
                Time::Between(from, to) => {
                    format!(r#"{{"start":{},"end":{}}}"#, age(from), age(to))
                }
                Time::Day(day) => format!(r#"{{"timestamp":"2001-01-{day:02}T00:00:00Z"}}"#),
                Time::Stage(stage) => format!(r#"{{"id":"{}"}}"#, STAGES[*stage].0),
            };
            json += &format!(r#","{onset}":{time}"#);
        }
        if let Some(severity) = self.severity {
            json += &format!(r#","severity":{{"id":"{}"}}"#, SEVERITIES[severity]);
        }
        json + "}"
    }
}

/// Assay, value, unit.
pub type Measure = (usize, i64, usize);

#[derive(Debug, Clone)]
pub struct Person {
    pub samples: Vec<u32>,
    pub sex: &'static str,
    /// One bit for each.
    pub populations: u32,
    pub birth: Option<Birth>,
    /// Age when last seen: between these months.
    pub seen: Option<(i64, i64)>,
    pub records: Vec<Record>,
    pub measures: Vec<Measure>,
}

impl Person {
    pub fn has(&self, population: usize) -> bool {
        self.populations >> population & 1 == 1
    }

    /// Terms recorded as phenotypes, present or excluded.
    pub fn phenotypes(&self, excluded: bool) -> u32 {
        let records = self.records.iter();
        let picked = records.filter(|r| r.is_phenotype() && r.excluded == excluded);
        picked.fold(0, |all, record| all | 1 << record.term)
    }

    /// The ages at which a record may have begun, both included.
    pub fn onset(&self, record: &Record) -> Option<(i64, i64)> {
        Some(match record.onset.as_ref()? {
            Time::Age(months) => (months * MONTH, months * MONTH),
            Time::Between(from, to) => (from * MONTH, to * MONTH),
            // 2000 had 366 days
            Time::Day(day) => match self.birth.as_ref()? {
                Birth::Day(birth) => ((366 + day - birth) * DAY, (366 + day - birth) * DAY),
                Birth::Year => (day * DAY, (365 + day) * DAY),
            },
            Time::Stage(stage) => {
                let (_, low, high) = STAGES[*stage];
                return (low <= high).then_some((low, high));
            }
        })
    }

    fn json(&self, id: usize) -> String {
        let mut json = format!(r#"{{"id":"P{id}""#);
        if !self.sex.is_empty() {
            json += &format!(r#","sex":"{}""#, self.sex);
        }
        let populations = (0..3).filter(|n| self.has(*n));
        let populations = populations.map(|n| format!("{:?}", POPULATIONS[n]));
        let populations = populations.collect::<Vec<_>>().join(",");
        json += &format!(r#","info":{{"populations":[{populations}]"#);
        match self.birth {
            None => {}
            Some(Birth::Year) => json += r#","dateOfBirth":"2000""#,
            Some(Birth::Day(day)) => json += &format!(r#","dateOfBirth":"2000-01-{day:02}""#),
        }
        if let Some((from, to)) = self.seen {
            json += &format!(r#","age":{{"start":"P{from}M","end":"P{to}M"}}"#);
        }
        json += "}";
        for (scope, list) in (0..).zip(["phenotypicFeatures", "diseases", "treatments"]) {
            let records = self.records.iter().filter(|record| record.scope == scope);
            let records = records.map(Record::json).collect::<Vec<_>>().join(",");
            json += &format!(r#","{list}":[{records}]"#);
        }
        let measures = self.measures.iter().map(|(assay, value, unit)| {
            format!(
                r#"{{"assayCode":{{"id":"{}"}},"measurementValue":{{"value":{value},"unit":{{"id":"{}"}}}}}}"#,
                ASSAYS[*assay], UNITS[*unit]
            )
        });
        let measures = measures.collect::<Vec<_>>().join(",");
        json + &format!(r#","measures":[{measures}]}}"#)
    }
}

fn record() -> impl Strategy<Value = Record> {
    let time = prop_oneof![
        (0..60i64).prop_map(Time::Age),
        (0..60i64, 0..20i64).prop_map(|(from, more)| Time::Between(from, from + more)),
        (1..29i64).prop_map(Time::Day),
        (0..STAGES.len()).prop_map(Time::Stage),
    ];
    (
        select(vec![0, 0, 0, 1, 2]),
        0..TERMS.len(),
        prop::bool::weighted(0.3),
        option::of(time),
        option::of(0..SEVERITIES.len()),
    )
        .prop_map(|(scope, term, excluded, onset, severity)| Record {
            scope,
            term,
            excluded,
            onset,
            severity,
        })
}

fn person() -> impl Strategy<Value = Person> {
    let birth = prop_oneof![Just(Birth::Year), (1..29i64).prop_map(Birth::Day),];
    let seen = (0..60i64, prop_oneof![Just(0), 1..20i64]);
    (
        select(&SEXES[..]),
        0..8u32,
        option::of(birth),
        option::of(seen.prop_map(|(from, more)| (from, from + more))),
        vec(record(), 0..6),
        vec((0..ASSAYS.len(), 0..6i64, 0..UNITS.len()), 0..3),
    )
        .prop_map(
            |(sex, populations, birth, seen, records, measures)| Person {
                samples: Vec::new(),
                sex,
                populations,
                birth,
                seen,
                records,
                measures,
            },
        )
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
    let owners = vec(option::weighted(0.9, 0..count + 3), samples);
    (vec(person(), samples + 3), owners, any::<bool>()).prop_map(
        move |(mut people, owners, plain)| {
            for (sample, owner) in (0..).zip(owners) {
                let owner = if plain { Some(sample) } else { owner };
                if let Some(person) = owner.and_then(|owner| people.get_mut(owner as usize)) {
                    person.samples.push(sample);
                }
            }
            // has what a question is an error without
            let last = people.last_mut().unwrap();
            last.populations = 7;
            last.measures = vec![(1, 2, 0), (1, 2, 1), (2, 2, 0), (2, 2, 1)];
            let samples = count;
            People { samples, people }
        },
    )
}

impl People {
    /// Loads them into a dataset.
    pub fn load(&self, folder: &Folder, dataset: &Path) {
        let people = (0..).zip(&self.people);
        let people: Vec<String> = people.map(|(id, person)| person.json(id)).collect();
        let mut map = String::new();
        for (number, person) in self.people.iter().enumerate() {
            for sample in &person.samples {
                map += &format!("S{sample}\tP{number}\n");
            }
        }
        let mut obo = "format-version: 1.2\nontology: hp\n".to_owned();
        let mut term = |id: &str, parents: &[&str]| {
            obo += &format!("\n[Term]\nid: {id}\nname: label of {id}\n");
            obo.extend(parents.iter().map(|parent| format!("is_a: {parent}\n")));
        };
        let mut same = "subject_id\tpredicate_id\tobject_id\n".to_owned();
        for (id, parents, equivalents) in TERMS {
            let parents: Vec<&str> = parents.iter().map(|parent| TERMS[*parent].0).collect();
            term(id, &parents);
            for other in equivalents {
                same += &format!("{id}\tskos:exactMatch\t{}\n", TERMS[*other].0);
            }
        }
        for list in [SEVERITIES, ASSAYS] {
            term(list[0], &[]);
            list[1..].iter().for_each(|id| term(id, &list[..1]));
        }
        let options = PeopleOptions {
            files: vec![folder.write("people.json", format!("[{}]", people.join(",\n")))],
            sample_map: Some(folder.write("samples.tsv", map)),
            ontologies: vec![
                folder.write("hp.obo", obo),
                folder.write("same.sssom.tsv", same),
            ],
            ..PeopleOptions::default()
        };
        let report = varidex::load_people(dataset, &options, &mut |_| true).unwrap();
        assert_eq!(report.people, self.people.len() as u64, "{report:?}");
        assert_eq!((report.refused, &report.warnings[..]), (0, &[][..]));
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
    pub fn closed(&self, subjects: &BTreeSet<u32>) -> BTreeSet<u32> {
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
    pub fn information(&self) -> Vec<f64> {
        let profiles: Vec<u32> = self.people.iter().map(|p| p.phenotypes(false)).collect();
        let total = profiles.iter().filter(|profile| **profile != 0).count() as f64;
        let of = |term: usize| {
            let with = profiles.iter().filter(|p| closed(**p) >> term & 1 == 1);
            match with.count() {
                0 => 0.0,
                count => (total / count as f64).ln().max(0.0),
            }
        };
        (0..TERMS.len()).map(of).collect()
    }
}

impl Person {
    /// simGIC, less the share of the profile that is excluded.
    pub fn score(&self, profile: u32, information: &[f64]) -> f64 {
        let sum = |of: u32| bits(of).map(|n| information[n]).sum::<f64>();
        let (own, asked) = (closed(self.phenotypes(false)), closed(profile));
        let shared = sum(own & asked);
        if shared <= 0.0 {
            return 0.0;
        }
        let excluded = self.phenotypes(true);
        let lost = bits(profile).filter(|n| closure(*n) & excluded != 0);
        let lost: f64 = lost.map(|n| information[n]).sum();
        let direct = sum(profile);
        let kept = if direct > 0.0 {
            1.0 - lost / direct
        } else {
            1.0
        };
        shared / sum(own | asked) * kept
    }

    /// 1 where the term or a more special one is recorded, else Lin's of the most similar one.
    pub fn score_of_one(&self, term: usize, information: &[f64]) -> f64 {
        let own = self.phenotypes(false);
        if closed(own) >> term & 1 == 1 {
            return 1.0;
        }
        let lin = |other: usize| {
            let shared = bits(closure(term) & closure(other)).map(|n| information[n]);
            let both = information[term] + information[other];
            match both > 0.0 {
                true => (2.0 * shared.fold(0.0, f64::max) / both).min(1.0),
                false => 0.0,
            }
        };
        bits(own).map(lin).fold(0.0, f64::max)
    }
}
