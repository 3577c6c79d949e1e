//! People as plain structs, and the files that tell of them.

use serde_json::{Value, json};

/// As what something is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Phenotype,
    Disease,
    Measurement,
    Treatment,
    Procedure,
    Exposure,
    Biomarker,
    Ethnicity,
}

impl Scope {
    pub const ALL: [Self; 8] = [
        Self::Phenotype,
        Self::Disease,
        Self::Measurement,
        Self::Treatment,
        Self::Procedure,
        Self::Exposure,
        Self::Biomarker,
        Self::Ethnicity,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Phenotype => "phenotype",
            Self::Disease => "disease",
            Self::Measurement => "measurement",
            Self::Treatment => "treatment",
            Self::Procedure => "procedure",
            Self::Exposure => "exposure",
            Self::Biomarker => "biomarker",
            Self::Ethnicity => "ethnicity",
        }
    }
}

/// An age, as it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Age {
    pub years: i64,
    pub months: i64,
    pub days: i64,
}

impl Age {
    /// In sixteenths of a day: a year has 365.25 days, a month a twelfth of that.
    pub fn sixteenths(self) -> i64 {
        self.years * 5844 + self.months * 487 + self.days * 16
    }

    pub fn iso(self) -> String {
        format!("P{}Y{}M{}D", self.years, self.months, self.days)
    }

    /// As expressions have it: `18y6m2d`.
    pub fn short(self) -> String {
        let parts = [(self.years, 'y'), (self.months, 'm'), (self.days, 'd')];
        let reported = parts.iter().filter(|(number, _)| *number > 0);
        let text: String = reported
            .map(|(number, unit)| format!("{number}{unit}"))
            .collect();
        if text.is_empty() {
            "0d".to_owned()
        } else {
            text
        }
    }
}

/// When something was: an age, a span of ages, or a stage of HPO by its id.
#[derive(Debug, Clone, Copy)]
pub enum Time {
    Age(Age),
    Span(Age, Age),
    Stage(&'static str),
}

/// Stages of HPO, with the ages at which they begin and end; the end is outside.
pub const STAGES: [(&str, Option<Age>, Option<Age>); 8] = [
    ("HP:0030674", None, years(0)),
    ("HP:0003623", years(0), days(28)),
    ("HP:0003593", days(28), years(1)),
    ("HP:0011463", years(1), years(5)),
    ("HP:0003621", years(5), years(16)),
    ("HP:0011462", years(16), years(40)),
    ("HP:0003596", years(40), years(60)),
    ("HP:0003584", years(60), None),
];

const fn years(years: i64) -> Option<Age> {
    Some(Age {
        years,
        months: 0,
        days: 0,
    })
}

const fn days(days: i64) -> Option<Age> {
    Some(Age {
        years: 0,
        months: 0,
        days,
    })
}

impl Time {
    /// Both ends of what is known, in sixteenths of a day.
    pub fn span(self) -> (i64, i64) {
        match self {
            Self::Age(age) => (age.sixteenths(), age.sixteenths()),
            Self::Span(first, last) => (first.sixteenths(), last.sixteenths()),
            Self::Stage(id) => {
                let (_, first, end) = STAGES.iter().find(|(stage, _, _)| *stage == id).unwrap();
                (
                    first.map_or(-10_000_000, Age::sixteenths),
                    end.map_or(10_000_000, |end| end.sixteenths() - 1),
                )
            }
        }
    }

    fn packet(self) -> Value {
        let age = |age: Age| json!({ "iso8601duration": age.iso() });
        match self {
            Self::Age(at) => json!({ "age": age(at) }),
            Self::Span(first, last) => {
                json!({ "ageRange": { "start": age(first), "end": age(last) } })
            }
            Self::Stage(id) => json!({ "ontologyClass": { "id": id, "label": "stage" } }),
        }
    }
}

/// A term as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    pub id: String,
    pub label: String,
}

impl Coded {
    fn packet(&self) -> Value {
        json!({ "id": self.id, "label": self.label })
    }
}

/// One record of a person.
#[derive(Debug, Clone)]
pub struct Event {
    pub scope: Scope,
    pub term: Coded,
    pub excluded: bool,
    pub onset: Option<Time>,
    pub severity: Option<Coded>,
    /// A number, and its unit.
    pub value: Option<(f64, Option<Coded>)>,
}

#[derive(Debug, Clone)]
pub struct Pedigree {
    pub family: String,
    pub father: Option<String>,
    pub mother: Option<String>,
    pub affected: Option<bool>,
}

#[derive(Debug, Clone, Default)]
pub struct Person {
    pub id: String,
    pub samples: Vec<String>,
    /// `female`, `male` or `other`.
    pub sex: Option<&'static str>,
    pub karyotype: Option<&'static str>,
    pub age: Option<Time>,
    pub populations: Vec<String>,
    pub cohorts: Vec<String>,
    pub datasets: Vec<String>,
    pub country: Option<String>,
    pub pedigree: Option<Pedigree>,
    pub events: Vec<Event>,
}

impl Person {
    fn packet(&self) -> Value {
        let mut subject = json!({ "id": self.id });
        subject["sex"] = match self.sex {
            Some("female") => "FEMALE".into(),
            Some("male") => "MALE".into(),
            Some(_) => "OTHER_SEX".into(),
            None => "UNKNOWN_SEX".into(),
        };
        if let Some(karyotype) = self.karyotype {
            subject["karyotypicSex"] = karyotype.into();
        }
        if let Some(age) = self.age {
            subject["timeAtLastEncounter"] = age.packet();
        }
        let of = |scope: Scope| self.events.iter().filter(move |event| event.scope == scope);
        let biosamples = self.samples.iter().filter(|sample| **sample != self.id);
        let biosamples = biosamples.map(|sample| json!({ "id": sample, "individualId": self.id }));
        json!({
            "id": format!("packet of {}", self.id),
            "subject": subject,
            "phenotypicFeatures": of(Scope::Phenotype).map(|e| timed("type", e)).collect::<Vec<_>>(),
            "diseases": of(Scope::Disease).map(|e| timed("term", e)).collect::<Vec<_>>(),
            "measurements": of(Scope::Measurement).map(measured).collect::<Vec<_>>(),
            "biosamples": biosamples.collect::<Vec<_>>(),
            "metaData": {
                "created": "2024-01-01T00:00:00Z", "createdBy": "test", "resources": [],
                "phenopacketSchemaVersion": "2.0",
            },
        })
    }

    /// A line of the table of what packets have no place for.
    fn line(&self) -> String {
        let coded = |scope: Scope| {
            let events = self.events.iter().filter(|event| event.scope == scope);
            events
                .map(|event| event.term.id.clone())
                .collect::<Vec<_>>()
                .join(";")
        };
        [
            self.id.clone(),
            self.populations.join(";"),
            self.cohorts.join(";"),
            self.datasets.join(";"),
            self.country.clone().unwrap_or_default(),
            coded(Scope::Treatment),
            coded(Scope::Procedure),
            coded(Scope::Exposure),
            coded(Scope::Biomarker),
            coded(Scope::Ethnicity),
        ]
        .join("\t")
    }

    fn pedigree_line(&self) -> Option<String> {
        let pedigree = self.pedigree.as_ref()?;
        let parent = |id: &Option<String>| id.clone().unwrap_or_else(|| "0".to_owned());
        let sex = match self.sex {
            Some("male") => "1",
            Some("female") => "2",
            _ => "0",
        };
        let affected = match pedigree.affected {
            Some(true) => "2",
            Some(false) => "1",
            None => "0",
        };
        let fields = [
            pedigree.family.as_str(),
            &self.id,
            &parent(&pedigree.father),
            &parent(&pedigree.mother),
            sex,
            affected,
        ];
        Some(fields.join("\t"))
    }
}

fn timed(key: &str, event: &Event) -> Value {
    let mut record = json!({ key: event.term.packet() });
    if event.excluded {
        record["excluded"] = true.into();
    }
    if let Some(onset) = event.onset {
        record["onset"] = onset.packet();
    }
    if let Some(severity) = &event.severity {
        record["severity"] = severity.packet();
    }
    record
}

fn measured(event: &Event) -> Value {
    let mut record = json!({ "assay": event.term.packet() });
    if let Some((number, unit)) = &event.value {
        let mut quantity = json!({ "value": number });
        if let Some(unit) = unit {
            quantity["unit"] = unit.packet();
        }
        record["value"] = json!({ "quantity": quantity });
    }
    record
}

/// The files that tell of people: name and text of each.
pub fn files(people: &[Person]) -> Vec<(&'static str, String)> {
    let lines = |lines: Vec<String>| lines.join("\n") + "\n";
    let packets = people.iter().map(|person| person.packet().to_string());
    let mut table = vec![
        "individual_id\tpopulation\tcohort\tdata_collections\tcountry\ttreatments\tprocedures\texposures\t\
         biomarkers\tethnicity"
            .to_owned(),
    ];
    table.extend(people.iter().map(Person::line));
    let pedigree: Vec<String> = people.iter().filter_map(Person::pedigree_line).collect();
    let mut files = vec![
        ("people.ndjson", lines(packets.collect())),
        ("people.tsv", lines(table)),
    ];
    if !pedigree.is_empty() {
        files.push(("people.ped", lines(pedigree)));
    }
    files
}
