//! Records of people: individuals and biosamples of Beacon v2, and what those of Phenopackets share with them.

use super::biosample;
use super::entries::{self, SHAPES};
use super::free::Said;
use super::json::{Context, Fault, Step, coding, field, first, id};
use super::kin::pedigree;
use super::notes::short;
use super::packet::{family, packet};
use super::sample_facts::SampleSaid;
use super::sex::{read_karyotype, read_sex};
use super::tree::Json;
use crate::model::{Ages, Coding, Dates, Person, Record, SampleNameKind, Scope, Time};

/// A person as one record describes them.
#[derive(Debug)]
pub(super) struct Reported {
    pub(super) person: Person,
    /// The packet's id, of a packet. Ids of subjects are often unique in one packet only.
    pub(super) packet: Option<String>,
    /// The family within which ids hold; empty where they hold for all.
    pub(super) family: String,
    /// Free attributes.
    pub(super) free: Vec<Said>,
    /// What is said of samples.
    pub(super) samples: Vec<SampleSaid>,
    pub(super) place: String,
}

/// Any of these makes an object an individual; with nothing but an id it is one, too.
const INDIVIDUAL: [&str; 24] = [
    "sex",
    "karyotypicSex",
    "ethnicity",
    "geographicOrigin",
    "diseases",
    "phenotypicFeatures",
    "phenotypicFeature",
    "treatments",
    "interventionsOrProcedures",
    "procedures",
    "measures",
    "measurements",
    "exposures",
    "diagnosticMarkers",
    "biomarkers",
    "pedigrees",
    "medicalActions",
    "vitalStatus",
    "timeAtLastEncounter",
    "dateOfBirth",
    "populations",
    "population",
    "age",
    "subject",
];
const BARE: [&str; 4] = ["id", "individualId", "datasetId", "info"];
const BIOSAMPLE: [&str; 8] = [
    "biosampleStatus",
    "sampleOriginType",
    "sampledTissue",
    "sampleType",
    "collectionDate",
    "collectionMoment",
    "timeOfCollection",
    "histologicalDiagnosis",
];
/// Terms of a biosample that say what disease its tissue shows.
const DIAGNOSES: [&str; 6] = [
    "histologicalDiagnosis",
    "tumorProgression",
    "tumorGrade",
    "pathologicalStage",
    "pathologicalTnmFinding",
    "diseaseStage",
];

pub(super) const NO_SEX: &str = "a sex that is not understood: taken for unknown";

/// Hands out everybody whom a record describes, and refuses what is no person.
pub(super) fn read(context: &mut Context<'_>, value: &Json, each: &mut dyn FnMut(Reported)) {
    people(context, value, each);
    context.unread(value);
}

fn people(context: &mut Context<'_>, value: &Json, each: &mut dyn FnMut(Reported)) {
    let list = |key: &str| {
        value
            .peek(key)
            .is_some_and(|list| list.as_array().is_some())
    };
    if value.peek("proband").or(value.peek("relatives")).is_some() {
        return family(context, value, each);
    }
    if list("members") && value.peek("sex").is_none() {
        return several(context, value, "members", each);
    }
    for key in ["individuals", "biosamples", "phenopackets"] {
        if list(key) && value.peek("subject").is_none() {
            return several(context, value, key, each);
        }
    }
    one(context, value, each);
}

pub(super) fn several(
    context: &mut Context<'_>,
    value: &Json,
    key: &'static str,
    each: &mut dyn FnMut(Reported),
) {
    let Some(list) = field(value, key).and_then(Json::as_array) else {
        return;
    };
    context.within(Step::Key(key), |context| {
        for (index, value) in list.iter().enumerate() {
            context.within(Step::Index(index), |context| one(context, value, each));
        }
    });
}

pub(super) fn one(context: &mut Context<'_>, value: &Json, each: &mut dyn FnMut(Reported)) {
    let has = |keys: &[&str]| keys.iter().any(|key| value.peek(key).is_some());
    let reported = sound(context, value).and_then(|()| {
        if !value.is_object() {
            Err(context.fault("an object", value))
        } else if has(&["subject"]) {
            packet(context, value)
        } else if has(&BIOSAMPLE) || (has(&["id"]) && has(&["individualId"])) {
            biosample(context, value)
        } else if has(&INDIVIDUAL) || value.keys().all(|key| BARE.contains(&key)) {
            individual(context, value)
        } else {
            Err(context.fault("an individual, a biosample or a phenopacket", value))
        }
    });
    hand(context, value, reported, each);
}

/// A field that is there twice says two things, of which neither is to be believed.
pub(super) fn sound(context: &Context<'_>, value: &Json) -> Result<(), Fault> {
    match value.twice() {
        None => Ok(()),
        Some(key) => Err(Fault {
            place: context.to_string(),
            reason: format!("expected each field once, found `{}` twice", short(key)),
        }),
    }
}

pub(super) fn hand(
    context: &mut Context<'_>,
    value: &Json,
    reported: Result<Reported, Fault>,
    each: &mut dyn FnMut(Reported),
) {
    context.notes.read += 1;
    match reported {
        Ok(reported) => each(reported),
        Err(fault) => {
            // what is refused is reported as a whole
            value.pass();
            context.refuse(fault);
        }
    }
}

pub(super) fn reported(context: &Context<'_>, person: Person, packet: Option<String>) -> Reported {
    Reported {
        person,
        packet,
        family: String::new(),
        free: Vec::new(),
        samples: Vec::new(),
        place: format!("{}{context}", context.file),
    }
}

/// The id under the first of these keys.
pub(super) fn need_id(
    context: &Context<'_>,
    value: &Json,
    keys: &[&'static str],
) -> Result<String, Fault> {
    match first(value, keys) {
        Some((key, found)) => id(found).ok_or_else(|| {
            let mut fault = context.fault("an id", found);
            fault.place = format!("{}/{key}", fault.place);
            fault
        }),
        None => Err(context.fault("an id", value)),
    }
}

fn individual(context: &mut Context<'_>, value: &Json) -> Result<Reported, Fault> {
    let id = need_id(context, value, &["id", "individualId"])?;
    let mut person = Person::of(id);
    about(context, value, &mut person)?;
    pedigree(context, value, &mut person)?;
    let mut reported = reported(context, person, None);
    reported.free = biosample::free(context, value);
    Ok(reported)
}

/// A biosample describes the person it was taken from, or nobody else.
fn biosample(context: &mut Context<'_>, value: &Json) -> Result<Reported, Fault> {
    let sample = need_id(context, value, &["id"])?;
    let owner = match field(value, "individualId") {
        Some(_) => need_id(context, value, &["individualId"])?,
        None => sample.clone(),
    };
    let mut person = Person::of(owner);
    person.name(SampleNameKind::Biosample, sample.clone());
    groups(value, &mut person);
    tissue(context, value, &mut person.records)?;
    let mut reported = reported(context, person, None);
    let mut said = biosample::said(context, value);
    said.extend(biosample::free(context, value));
    reported.samples.push(SampleSaid {
        names: vec![sample],
        said,
    });
    Ok(reported)
}

pub(super) fn tissue(
    context: &mut Context<'_>,
    value: &Json,
    records: &mut Vec<Record>,
) -> Result<(), Fault> {
    for key in DIAGNOSES {
        let Some(found) = field(value, key) else {
            continue;
        };
        let list = found.as_array();
        for term in list.unwrap_or(std::slice::from_ref(found)) {
            context.within(Step::Key(key), |context| match coding(term) {
                Some(term) => records.push(Record::of(Scope::Disease, term)),
                None => context.odd("a diagnosis with neither code nor label: left out", term),
            });
        }
    }
    lists(context, value, records)
}

pub(super) fn lists(
    context: &mut Context<'_>,
    value: &Json,
    records: &mut Vec<Record>,
) -> Result<(), Fault> {
    SHAPES
        .iter()
        .try_for_each(|shape| entries::list(context, value, shape, records))
}

/// What an individual, or the subject of a packet, says of itself.
pub(super) fn about(
    context: &mut Context<'_>,
    value: &Json,
    person: &mut Person,
) -> Result<(), Fault> {
    if let Some(sex) = field(value, "sex") {
        match read_sex(sex) {
            Some(sex) => person.sex = sex,
            None => context.odd(NO_SEX, sex),
        }
    }
    if let Some(found) = field(value, "karyotypicSex") {
        let karyotype = read_karyotype(found);
        if karyotype.is_none() {
            context.odd("a karyotype that is not understood: left out", found);
        }
        person.karyotype =
            karyotype.filter(|karyotype| !karyotype.to_ascii_uppercase().starts_with("UNKNOWN"));
    }
    person.country = field(value, "geographicOrigin").and_then(coding);
    if let Some(ethnicity) = field(value, "ethnicity").and_then(coding) {
        person.records.push(Record::of(Scope::Ethnicity, ethnicity));
    }
    groups(value, person);
    let info = field(value, "info").unwrap_or(&Json::Null);
    for from in [value, info] {
        let keys = ["dateOfBirth", "birthDate", "yearOfBirth"];
        if let Some((key, found)) = first(from, &keys) {
            let text = id(found).unwrap_or_default();
            person.birth = person.birth.or(Dates::from_iso(&text));
            if person.birth.is_none() {
                context.within(Step::Key(key), |context| {
                    context.odd("a date of birth that is not understood: left out", found);
                });
            }
        }
    }
    let death = field(value, "vitalStatus").or_else(|| field(info, "vitalStatus"));
    if let Some(death) = death {
        person.deceased = deceased(context, death)?;
    }
    let mut seen = None;
    for from in [value, info] {
        let keys = [
            "timeAtLastEncounter",
            "ageAtLastEncounter",
            "ageAtCollection",
            "ageRangeAtCollection",
            "age",
        ];
        seen = seen.or_else(|| entries::at(context, from, &keys));
    }
    let seen =
        seen.or_else(|| death.and_then(|death| entries::at(context, death, &["timeOfDeath"])));
    person.age = match seen {
        Some(Time::Age(ages)) => Some(ages),
        Some(Time::Date(then)) => age_on(person.birth, then),
        Some(Time::Stage(stage)) => {
            let stage = Json::String(stage.id);
            context.odd("a stage of life where an age is needed: left out", &stage);
            None
        }
        None => None,
    };
    lists(context, value, &mut person.records)
}

fn age_on(birth: Option<Dates>, then: Dates) -> Option<Ages> {
    birth.and_then(|birth| birth.age_on(then))
}

fn deceased(context: &mut Context<'_>, value: &Json) -> Result<Option<bool>, Fault> {
    let found = field(value, "status").unwrap_or(value);
    // the numbers of the enumeration, too
    let reported = match found {
        Json::String(text) => match text.to_ascii_uppercase().as_str() {
            "DECEASED" => Some(Some(true)),
            "ALIVE" => Some(Some(false)),
            "" | "UNKNOWN" | "UNKNOWN_STATUS" => Some(None),
            _ => None,
        },
        Json::Number(number) => match number.as_u64() {
            Some(0) => Some(None),
            Some(1) => Some(Some(false)),
            Some(2) => Some(Some(true)),
            _ => None,
        },
        // of a time of death alone no status is known
        Json::Object(_) => Some(None),
        _ => None,
    };
    reported.ok_or_else(|| {
        context.within(Step::Key("vitalStatus"), |context| {
            context.fault("ALIVE, DECEASED or UNKNOWN_STATUS", found)
        })
    })
}

/// Groups of people: populations, cohorts, collections.
fn groups(value: &Json, person: &mut Person) {
    let info = field(value, "info").unwrap_or(&Json::Null);
    for from in [value, info] {
        let of = |keys: &[&str], to: &mut Vec<String>| {
            for found in keys.iter().filter_map(|key| field(from, key)) {
                let list = found.as_array();
                for one in list.unwrap_or(std::slice::from_ref(found)) {
                    let Coding { id, label } = coding(one).unwrap_or_default();
                    to.extend([id, label].into_iter().filter(|name| !name.is_empty()));
                }
            }
        };
        let populations = [
            "population",
            "populations",
            "populationCode",
            "superpopulation",
            "superPopulation",
            "superpopulationCode",
        ];
        of(&populations, &mut person.populations);
        of(&["cohort", "cohorts", "cohortId"], &mut person.cohorts);
        of(&["datasetId", "dataCollections"], &mut person.collections);
    }
}

impl Person {
    /// Somebody of whom only the id is known, which may name a sample, too.
    pub(super) fn of(id: String) -> Self {
        Self {
            sample_names: vec![(SampleNameKind::Individual, id.clone())],
            id,
            ..Self::default()
        }
    }

    pub(super) fn name(&mut self, kind: SampleNameKind, name: String) {
        self.sample_names.push((kind, name));
    }
}
