//! Coded things, their times and values, in the spellings of Beacon v2 and of Phenopackets, 1 and 2.

use super::json::{Context, Fault, Step, coding, field, first};
use super::status::{self, Told};
use super::tree::Json;
use crate::model::{Age, Ages};
use crate::model::{Coding, Dates, Record, Scope, Time, Value};

/// How one kind of list spells its entries.
pub(super) struct Shape {
    /// Names of the list.
    pub(super) lists: &'static [&'static str],
    pub(super) scope: Scope,
    /// Where the entry's term stands, if the entry is not the term itself.
    codes: &'static [&'static str],
    onset: &'static [&'static str],
    end: &'static [&'static str],
}

pub(super) const SHAPES: [Shape; 7] = [
    Shape {
        lists: &["phenotypicFeatures", "phenotypicFeature"],
        scope: Scope::Phenotype,
        codes: &["featureType", "type"],
        onset: ONSETS,
        end: &["resolution"],
    },
    Shape {
        lists: &["diseases"],
        scope: Scope::Disease,
        codes: &["diseaseCode", "term", "disease"],
        onset: ONSETS,
        end: &["resolution"],
    },
    Shape {
        lists: &["treatments"],
        scope: Scope::Treatment,
        codes: &["treatmentCode", "agent", "treatment"],
        onset: &["ageAtOnset", "ageOfOnset", "onset", "date"],
        end: &[],
    },
    Shape {
        lists: &["interventionsOrProcedures", "procedures"],
        scope: Scope::Procedure,
        codes: PROCEDURE_CODES,
        onset: PROCEDURE_TIMES,
        end: &[],
    },
    Shape {
        lists: &["measures", "measurements"],
        scope: Scope::Measurement,
        codes: &["assayCode", "assay"],
        onset: &["observationMoment", "timeObserved", "date"],
        end: &[],
    },
    Shape {
        lists: &["exposures"],
        scope: Scope::Exposure,
        codes: &["exposureCode"],
        onset: &["ageAtExposure", "date"],
        end: &[],
    },
    Shape {
        lists: &["diagnosticMarkers", "biomarkers"],
        scope: Scope::Biomarker,
        codes: &["biomarkerCode", "code"],
        onset: &["date"],
        end: &[],
    },
];

const ONSETS: &[&str] = &["onset", "ageOfOnset", "ageRangeOfOnset", "classOfOnset"];
const PROCEDURE_CODES: &[&str] = &["procedureCode", "code"];
const PROCEDURE_TIMES: &[&str] = &["ageAtProcedure", "performed", "dateOfProcedure", "date"];
const VALUES: &[&str] = &["measurementValue", "value", "complexValue"];
/// What more is said of a disease: terms that a question may name.
const STAGES: [&str; 4] = ["stage", "diseaseStage", "clinicalTnmFinding", "tnmFinding"];
/// Beacon's schema says `unit`, and its examples say `units`, too.
const UNITS: [&str; 2] = ["unit", "units"];

const NO_CODE: &str = "an entry with neither code nor label: left out";
const NO_TRUTH: &str = "an entry of which it is unclear whether it is excluded: left out";
const NO_TIME: &str = "a time that is not understood: left out";
const NO_VALUE: &str = "a value that is not understood: left out";
const NO_SEVERITY: &str = "a severity that is not understood: left out";

/// Reads one list, under any of its names.
pub(super) fn list(
    context: &mut Context<'_>,
    of: &Json,
    shape: &Shape,
    records: &mut Vec<Record>,
) -> Result<(), Fault> {
    context.each(of, shape.lists, |context, entry| {
        if !entry.is_object() && entry.as_str().is_none() {
            return Err(context.fault("an object", entry));
        }
        read(context, entry, shape, records)
    })
}

fn read(
    context: &mut Context<'_>,
    entry: &Json,
    shape: &Shape,
    records: &mut Vec<Record>,
) -> Result<(), Fault> {
    let told = status::of(context, entry)?;
    let code = first(entry, shape.codes).map_or(entry, |(_, code)| code);
    let Some(term) = coding(code) else {
        context.odd(NO_CODE, code);
        return Ok(());
    };
    let excluded = match told {
        Told::Present => false,
        Told::Absent => true,
        Told::Neither => {
            context.odd(NO_TRUTH, entry);
            return Ok(());
        }
    };
    let severity = first(entry, &["severity", "severityLevel"]).and_then(|(key, value)| {
        let found = coding(value);
        if found.is_none() {
            context.within(Step::Key(key), |context| context.odd(NO_SEVERITY, value));
        }
        found
    });
    let doses = doses(context, entry);
    let record = Record {
        scope: shape.scope,
        term,
        excluded,
        onset: at(context, entry, shape.onset).or(doses.0),
        end: at(context, entry, shape.end).or(doses.1),
        severity,
        value: None,
    };
    match shape.scope {
        Scope::Measurement | Scope::Biomarker => match first(entry, VALUES) {
            Some((key, value)) => context.within(Step::Key(key), |context| {
                values(context, (entry, value), record, records);
            }),
            None => records.push(record),
        },
        Scope::Exposure => {
            let value = quantity(entry, entry);
            if value.is_none() && field(entry, "value").is_some() {
                context.odd(NO_VALUE, entry);
            }
            records.push(Record { value, ..record });
        }
        Scope::Disease if !excluded => {
            let onset = record.onset.clone();
            records.push(record);
            stages(context, entry, onset.as_ref(), records);
        }
        _ => records.push(record),
    }
    Ok(())
}

fn stages(
    context: &mut Context<'_>,
    entry: &Json,
    onset: Option<&Time>,
    records: &mut Vec<Record>,
) {
    for key in STAGES {
        let Some(found) = field(entry, key) else {
            continue;
        };
        let several = found.as_array();
        for term in several.unwrap_or(std::slice::from_ref(found)) {
            context.within(Step::Key(key), |context| match coding(term) {
                Some(term) => records.push(Record {
                    onset: onset.cloned(),
                    ..Record::of(Scope::Disease, term)
                }),
                None => context.odd(NO_CODE, term),
            });
        }
    }
}

impl Record {
    /// A term, recorded as present, of which nothing more is known.
    pub(super) fn of(scope: Scope, term: Coding) -> Self {
        Self {
            scope,
            term,
            excluded: false,
            onset: None,
            end: None,
            severity: None,
            value: None,
        }
    }
}

/// When the first dose was given and when the last.
fn doses(context: &mut Context<'_>, entry: &Json) -> (Option<Time>, Option<Time>) {
    let Some(Json::Array(doses)) = field(entry, "doseIntervals") else {
        return (None, None);
    };
    let mut span: Option<Dates> = None;
    for dose in doses {
        let Some(Time::Date(dates)) = at(context, dose, &["interval"]) else {
            continue;
        };
        span = Some(span.map_or(dates, |span| Dates {
            first: span.first.min(dates.first),
            last: span.last.max(dates.last),
        }));
    }
    let day = |day| {
        Time::Date(Dates {
            first: day,
            last: day,
        })
    };
    (
        span.map(|span| day(span.first)),
        span.map(|span| day(span.last)),
    )
}

/// What Phenopackets calls a medical action.
pub(super) fn action(
    context: &mut Context<'_>,
    action: &Json,
    records: &mut Vec<Record>,
) -> Result<(), Fault> {
    let known = [
        (
            "treatment",
            Scope::Treatment,
            &["agent"][..],
            &[][..],
            &[][..],
        ),
        (
            "procedure",
            Scope::Procedure,
            PROCEDURE_CODES,
            PROCEDURE_TIMES,
            &[][..],
        ),
        (
            "radiationTherapy",
            Scope::Treatment,
            &["modality"][..],
            &[][..],
            &[][..],
        ),
        (
            "therapeuticRegimen",
            Scope::Treatment,
            &["ontologyClass", "externalReference"][..],
            &["startTime"][..],
            &["endTime"][..],
        ),
    ];
    let mut met = false;
    for (key, scope, codes, onset, end) in known {
        let Some(entry) = field(action, key) else {
            continue;
        };
        met = true;
        let shape = Shape {
            lists: &[],
            scope,
            codes,
            onset,
            end,
        };
        context.within(Step::Key(key), |context| {
            read(context, entry, &shape, records)
        })?;
    }
    if !met {
        context.odd("a medical action of no known kind: left out", action);
    }
    Ok(())
}

/// The time under the first of these keys that is there.
pub(super) fn at(context: &mut Context<'_>, entry: &Json, keys: &[&'static str]) -> Option<Time> {
    let (key, value) = first(entry, keys)?;
    context.within(Step::Key(key), |context| {
        let found = time(value);
        if found.is_none() {
            context.odd(NO_TIME, value);
        }
        found
    })
}

/// A time in any of the spellings. Nests no deeper than the JSON, which its parser bounds.
pub(super) fn time(value: &Json) -> Option<Time> {
    match value {
        Json::String(text) => text_time(text),
        Json::Number(years) => Age::from_years(years.as_f64()?).map(|age| Time::Age(Ages::at(age))),
        Json::Object(_) => {
            const INNER: [&str; 8] = [
                "age",
                "ageRange",
                "iso8601duration",
                "ageGroup",
                "ontologyClass",
                "timestamp",
                "interval",
                "gestationalAge",
            ];
            if let Some((_, inner)) = first(value, &INNER) {
                return time(inner);
            }
            match (field(value, "start"), field(value, "end")) {
                (None, None) => {}
                (Some(one), None) | (None, Some(one)) => return time(one),
                (Some(start), Some(end)) => return span(&time(start)?, &time(end)?),
            }
            let whole = |key| match field(value, key) {
                None => Some(0),
                Some(Json::Number(number)) => number.as_i64(),
                Some(_) => None,
            };
            if field(value, "weeks").or(field(value, "days")).is_some() {
                let age = Age::from_gestation(whole("weeks")?, whole("days")?)?;
                return Some(Time::Age(Ages::at(age)));
            }
            coding(value).map(Time::Stage)
        }
        _ => None,
    }
}

fn text_time(text: &str) -> Option<Time> {
    if let Some(age) = Age::from_iso(text) {
        return Some(Time::Age(Ages::at(age)));
    }
    if let Some(dates) = Dates::from_iso(text) {
        return Some(Time::Date(dates));
    }
    super::json::is_curie(text.trim())
        .then(|| Coding::from_text(text).map(Time::Stage))
        .flatten()
}

fn span(start: &Time, end: &Time) -> Option<Time> {
    match (start, end) {
        (Time::Age(start), Time::Age(end)) if start.low <= end.high => Some(Time::Age(Ages {
            low: start.low,
            high: end.high,
        })),
        (Time::Date(start), Time::Date(end)) if start.first <= end.last => {
            Some(Time::Date(Dates {
                first: start.first,
                last: end.last,
            }))
        }
        _ => None,
    }
}

/// A record for every value: a complex value holds several quantities, each with a type of its own.
/// Beside the value stands the entry that it is of, which may tell its unit.
fn values(
    context: &mut Context<'_>,
    (entry, value): (&Json, &Json),
    record: Record,
    records: &mut Vec<Record>,
) {
    // the complex value inside a value, one level and no more
    let value = field(value, "complexValue").unwrap_or(value);
    if let Some(Json::Array(typed)) = field(value, "typedQuantities") {
        for one in typed {
            let kind = first(one, &["quantityType", "type"]).and_then(|(_, kind)| coding(kind));
            let number = field(one, "quantity").and_then(|number| quantity(number, one));
            match (kind, number) {
                (Some(term), Some(number)) => records.push(Record {
                    term,
                    value: Some(number),
                    ..record.clone()
                }),
                _ => context.odd(NO_VALUE, one),
            }
        }
        records.push(record);
        return;
    }
    match value {
        Json::Array(several) if several.is_empty() => records.push(record),
        Json::Array(several) => {
            for one in several {
                push(context, (entry, one), record.clone(), records);
            }
        }
        one => push(context, (entry, one), record, records),
    }
}

fn push(
    context: &mut Context<'_>,
    (entry, value): (&Json, &Json),
    record: Record,
    records: &mut Vec<Record>,
) {
    let found = quantity(value, entry).or_else(|| {
        let term = field(value, "ontologyClass").unwrap_or(value);
        let number = matches!(term, Json::Number(_)) || term.peek("value").is_some();
        (!number).then(|| coding(term)).flatten().map(Value::Term)
    });
    if found.is_none() {
        context.odd(NO_VALUE, value);
    }
    records.push(Record {
        value: found,
        ..record
    });
}

/// A number with its unit, where there is one: its own, or what the entry says around it. `None` also
/// where the unit is not understood, since numbers of several units must not be compared.
fn quantity(value: &Json, entry: &Json) -> Option<Value> {
    let value = field(value, "quantity").unwrap_or(value);
    let number = match value {
        Json::Object(_) => field(value, "value")?,
        other => other,
    };
    let number = match number {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.filter(|number: &f64| number.is_finite())?;
    let mut told: Option<Coding> = None;
    for around in [value, entry] {
        for unit in UNITS.iter().filter_map(|key| field(around, key)) {
            let unit = coding(unit)?;
            if told.is_some_and(|told| told != unit) {
                return None;
            }
            told = Some(unit);
        }
        if told.is_some() {
            break;
        }
    }
    let unit = told.unwrap_or_default();
    Some(Value::Number { number, unit })
}
