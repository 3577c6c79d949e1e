//! Whether an entry says that something is there, or that it is not: in any of the words for it.
//! What is said in other words refuses the record, for absence must not become presence.

use super::json::{Context, Fault, Step, coding, field};
use super::tree::Json;

/// What an entry says of the thing that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Present,
    Absent,
    /// That it is not known.
    Neither,
}

/// Keys of an entry, and what it says where they are true.
const KEYS: [(&str, Told); 11] = [
    ("excluded", Told::Absent),
    ("isExcluded", Told::Absent),
    // Phenopackets 1
    ("negated", Told::Absent),
    ("isNegated", Told::Absent),
    ("absent", Told::Absent),
    ("present", Told::Present),
    ("observed", Told::Present),
    ("presence", Told::Present),
    ("status", Told::Present),
    ("clinicalStatus", Told::Present),
    ("verificationStatus", Told::Present),
];
/// Parts of other keys that are likely to say that something is not there.
const LIKE: [&str; 8] = [
    "negated",
    "negation",
    "exclude",
    "exclusion",
    "absent",
    "absence",
    "refute",
    "denied",
];
const TRUE: [&str; 3] = ["true", "yes", "y"];
const FALSE: [&str; 3] = ["false", "no", "n"];
const PRESENT: [&str; 12] = [
    "present",
    "observed",
    "confirmed",
    "active",
    "inactive",
    "recurrence",
    "relapse",
    "remission",
    "resolved",
    "completed",
    "performed",
    "affected",
];
const ABSENT: [&str; 8] = [
    "absent",
    "excluded",
    "negated",
    "refuted",
    "not present",
    "not observed",
    "unaffected",
    "not done",
];
const NEITHER: [&str; 8] = [
    "unknown",
    "not known",
    "not assessed",
    "unconfirmed",
    "provisional",
    "differential",
    "suspected",
    "missing",
];

/// What an entry says. Where nothing is said it says that the thing is there.
pub(super) fn of(context: &mut Context<'_>, entry: &Json) -> Result<Told, Fault> {
    let mut told = None;
    for (key, when_true) in KEYS {
        let Some(found) = field(entry, key) else {
            continue;
        };
        let one = context.within(Step::Key(key), |context| {
            let one = read(found, when_true);
            one.ok_or_else(|| context.fault("whether it is there or not", found))
        })?;
        if told.is_some_and(|told| told != one) {
            return Err(context.fault("one word on whether it is there or not", entry));
        }
        told = Some(one);
    }
    let other = entry.keys().find(|key| {
        let lower = key.to_ascii_lowercase();
        let known = KEYS.iter().any(|(known, _)| known == key);
        !known && entry.peek(key).is_some() && LIKE.iter().any(|part| lower.contains(part))
    });
    match other {
        Some(_) => Err(context.fault(
            "no other word on whether it is there than `excluded`",
            entry,
        )),
        None => Ok(told.unwrap_or(Told::Present)),
    }
}

/// Whether somebody is affected, or a thing so; `Ok(None)` where that is not known.
pub(super) fn affected(
    context: &mut Context<'_>,
    of: &Json,
    key: &'static str,
) -> Result<Option<bool>, Fault> {
    let Some(found) = field(of, key) else {
        return Ok(None);
    };
    // the numbers of the enumeration of Phenopackets
    let told = match found {
        Json::Number(number) => match number.as_u64() {
            Some(0) => Some(Told::Neither),
            Some(1) => Some(Told::Absent),
            Some(2) => Some(Told::Present),
            _ => None,
        },
        other => read(other, Told::Present),
    };
    match told {
        Some(Told::Present) => Ok(Some(true)),
        Some(Told::Absent) => Ok(Some(false)),
        Some(Told::Neither) => Ok(None),
        None => Err(context.within(Step::Key(key), |context| {
            context.fault("whether affected or not", found)
        })),
    }
}

fn read(value: &Json, when_true: Told) -> Option<Told> {
    let truth = |truth: bool| match (truth, when_true) {
        (true, told) => told,
        (false, Told::Absent) => Told::Present,
        (false, _) => Told::Absent,
    };
    if let Json::Bool(value) = value {
        return Some(truth(*value));
    }
    let term = coding(value)?;
    [term.label, term.id].iter().find_map(|text| {
        let word = text.to_ascii_lowercase().replace(['-', '_'], " ");
        let is = |words: &[&str]| words.contains(&word.as_str());
        match () {
            () if is(&TRUE) => Some(truth(true)),
            () if is(&FALSE) => Some(truth(false)),
            () if is(&PRESENT) => Some(Told::Present),
            () if is(&ABSENT) => Some(Told::Absent),
            () if is(&NEITHER) => Some(Told::Neither),
            () => None,
        }
    })
}
