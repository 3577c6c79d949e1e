//! Atoms that pick people and samples, from JSON.

use super::super::ast::{
    CarriedIn, GroupAtom, Origin, SampleAtom, SampleExpr, SampleList, Threshold, VariantAtom,
    VariantExpr,
};
use super::super::atoms::{Entry, GroupKind, Listed};
use super::super::error::{nearest, quoted};
use super::super::scan::Result;
use super::attribute::attribute;
use super::language::{JsonLanguage, Read, checked, entry_of};
use super::read::{Nested, file, listed, node, strings};
use super::tree::Pointer;
use super::value::{Members, number, string, truth, wrong};
use super::write;
use crate::model::{Age, Level, Measure, Recorded, Scope, Zygosity};
use serde_json::Value;

impl JsonLanguage for GroupAtom {
    fn of_the_other(kind: &str) -> Option<String> {
        entry_of::<VariantAtom>(kind).map(|_| {
            format!(
                "{} picks variants, people are picked here: `carriers` is who carries them",
                quoted(kind)
            )
        })
    }

    fn read(kind: &str, value: &Value, at: &Pointer<'_>) -> Result<Option<Read<Self>>> {
        // what is measured is an object; a term that is recorded there is a string
        let is_term = |entry: &Entry<GroupKind>| matches!(entry.kind, GroupKind::Term(_));
        let mut rows = Self::table().filter(|entry| entry.name == kind);
        let Some(first) = rows.next() else {
            return Ok(None);
        };
        let second = rows.find(|entry| is_term(entry) && !value.is_object());
        let entry = second.unwrap_or(first);
        if let Some(atom) = listed(&entry, value, at)? {
            return checked(atom, at).map(Some);
        }
        let atom = match entry.kind {
            GroupKind::Samples => Self::Samples(ids(value, at)?),
            GroupKind::Individuals => Self::Individuals(ids(value, at)?),
            GroupKind::Carriers => return carriers(value, at).map(Some),
            GroupKind::Called => return variants(value, at, Self::Called).map(Some),
            GroupKind::Noncarriers => return variants(value, at, Self::Noncarriers).map(Some),
            GroupKind::Genotyped => {
                truth(value, at)?;
                Self::Genotyped
            }
            GroupKind::Proof => {
                truth(value, at)?;
                Self::Proof
            }
            GroupKind::Free => Self::Free(attribute(value, at)?),
            GroupKind::Sample => {
                let (of, parentheses) = samples(value, at)?;
                let atom = Self::Sample(of);
                return Ok(Some(Read { atom, parentheses }));
            }
            GroupKind::Exactly => recorded(Recorded::Exactly, value, at)?,
            GroupKind::Excluded => recorded(Recorded::Excluded, value, at)?,
            GroupKind::Similar => similar(value, at)?,
            GroupKind::Age => {
                let (comparison, value, at) = Members::of(value, at, true, &[])?.test()?;
                let age = age(value, &at)?;
                Self::Age { comparison, age }
            }
            GroupKind::Onset => onset(value, at)?,
            GroupKind::Severity => severity(value, at)?,
            GroupKind::Measurement => measurement(value, at)?,
            // `all`: no other has no value
            _ => {
                truth(value, at)?;
                Self::All
            }
        };
        checked(atom, at).map(Some)
    }

    fn write(&self) -> Value {
        write::who_atom(self)
    }
}

impl JsonLanguage for SampleAtom {
    fn of_the_other(kind: &str) -> Option<String> {
        let is_known =
            entry_of::<GroupAtom>(kind).is_some() || entry_of::<VariantAtom>(kind).is_some();
        is_known.then(|| {
            format!(
                "{} picks no samples: `attribute` does, and `all`",
                quoted(kind)
            )
        })
    }

    fn read(kind: &str, value: &Value, at: &Pointer<'_>) -> Result<Option<Read<Self>>> {
        let atom = match kind {
            "attribute" => Self::Attribute(attribute(value, at)?),
            "all" => {
                truth(value, at)?;
                Self::All
            }
            _ => return Ok(None),
        };
        checked(atom, at).map(Some)
    }

    fn write(&self) -> Value {
        write::sample_atom(self)
    }
}

fn recorded(recorded: Recorded, value: &Value, at: &Pointer<'_>) -> Result<GroupAtom> {
    let (scope, term) = scoped_term(value, at)?;
    Ok(GroupAtom::Term {
        scope,
        term,
        recorded,
    })
}

fn onset(value: &Value, at: &Pointer<'_>) -> Result<GroupAtom> {
    let members = Members::of(value, at, true, &["of"])?;
    let (scope, term) = scoped_term(members.need("of")?, &at.key("of"))?;
    let (comparison, value, at) = members.test()?;
    Ok(GroupAtom::Onset {
        scope,
        term,
        comparison,
        age: age(value, &at)?,
    })
}

fn severity(value: &Value, at: &Pointer<'_>) -> Result<GroupAtom> {
    let members = Members::of(value, at, false, &["is", "of"])?;
    let (scope, term) = scoped_term(members.need("of")?, &at.key("of"))?;
    let severity = members.text("is")?;
    Ok(GroupAtom::Severity {
        scope,
        term,
        severity,
    })
}

fn kind_of<T: Copy>(table: &[(&'static str, T)], kind: &str) -> Option<T> {
    let found = table.iter().find(|(name, _)| *name == kind);
    found.map(|&(_, value)| value)
}

fn ids(value: &Value, at: &Pointer<'_>) -> Result<SampleList> {
    match value {
        Value::String(name) => Ok(SampleList::Names(vec![name.clone()])),
        Value::Object(_) => file(value, at).map(SampleList::File),
        Value::Array(_) => strings(value, at, "an id").map(SampleList::Names),
        other => Err(wrong(
            "ids: an array, a string or `{\"file\": …}`",
            other,
            at,
        )),
    }
}

fn carriers(value: &Value, at: &Pointer<'_>) -> Result<Read<GroupAtom>> {
    const KEYS: [&str; 7] = [
        "at_least", "compound", "in", "not_in", "of", "origin", "zygosity",
    ];
    let members = Members::of(value, at, false, &KEYS)?;
    let Nested { node, parentheses } = node(members.need("of")?, &at.key("of"))?;
    let zygosity = members.choice("zygosity", &Zygosity::NAMES)?;
    let at_least = members.whole("at_least", 1, u32::MAX.into())?;
    let at_least = at_least.and_then(|n| n.try_into().ok()).unwrap_or(1);
    let compound = match members.get("compound") {
        None => false,
        Some(Value::Bool(compound)) => *compound,
        Some(other) => return Err(wrong("`true` or `false`", other, &at.key("compound"))),
    };
    let origin = members.choice("origin", &Origin::NAMES)?;
    let mut parentheses = parentheses + 1;
    let mut within = |key| -> Result<Option<SampleExpr>> {
        let Some(value) = members.get(key) else {
            return Ok(None);
        };
        let (of, deep) = samples(value, &at.key(key))?;
        parentheses = parentheses.max(deep);
        Ok(Some(of))
    };
    let samples = CarriedIn {
        inside: within("in")?,
        not_in: within("not_in")?,
    };
    let any = |of: &Option<SampleExpr>| of.as_ref().map(|_| SampleExpr::all());
    let of = |of, samples| GroupAtom::Carriers {
        of,
        zygosity,
        at_least,
        compound,
        origin,
        samples,
    };
    let plain = CarriedIn {
        inside: any(&samples.inside),
        not_in: any(&samples.not_in),
    };
    checked(of(VariantExpr::all(), plain), at)?;
    Ok(Read {
        atom: of(VariantExpr(node), samples),
        parentheses,
    })
}

/// What takes variants and no option.
fn variants(
    value: &Value,
    at: &Pointer<'_>,
    atom: fn(VariantExpr) -> GroupAtom,
) -> Result<Read<GroupAtom>> {
    let Nested { node, parentheses } = node(value, at)?;
    Ok(Read {
        atom: atom(VariantExpr(node)),
        parentheses: parentheses + 1,
    })
}

/// Samples, and how deep the parentheses of `sample(…)` nest.
fn samples(value: &Value, at: &Pointer<'_>) -> Result<(SampleExpr, usize)> {
    let Nested { node, parentheses } = node(value, at)?;
    Ok((SampleExpr(node), parentheses + 1))
}

/// A term, or an object with one key that says where it is recorded.
fn scoped_term(value: &Value, at: &Pointer<'_>) -> Result<(Option<Scope>, String)> {
    if let Value::String(term) = value {
        return Ok((None, term.clone()));
    }
    let wanted = "a term: a string, or an object such as `{\"phenotype\": …}`";
    let Value::Object(entries) = value else {
        return Err(wrong(wanted, value, at));
    };
    let mut entries = entries.iter();
    let (Some((scope, term)), None) = (entries.next(), entries.next()) else {
        return Err(wrong(wanted, value, at));
    };
    let at = at.key(scope);
    match kind_of(&Scope::NAMES, scope) {
        Some(scope) => Ok((Some(scope), string(term, &at)?)),
        None => {
            let names = Scope::NAMES.iter().map(|&(name, _)| name);
            let message = format!("unknown kind of record {}", quoted(scope));
            Err(at.error_with(message, nearest(scope, names)))
        }
    }
}

fn similar(value: &Value, at: &Pointer<'_>) -> Result<GroupAtom> {
    let members = Members::of(value, at, false, &["level", "measure", "score", "to"])?;
    let profile = strings(members.need("to")?, &at.key("to"), "a term")?;
    let level = members.choice("level", &Level::NAMES)?;
    let threshold = match (level, members.get("score")) {
        (None, None) => Threshold::Level(Level::Medium),
        (Some(level), None) => Threshold::Level(level),
        (None, Some(score)) => Threshold::Score(number(score, &at.key("score"))?),
        (Some(_), Some(_)) => return Err(at.error("expected `level` or `score`, found both")),
    };
    let measure = members.choice("measure", &Measure::NAMES)?;
    Ok(GroupAtom::Similar {
        profile,
        threshold,
        measure,
    })
}

fn age(value: &Value, at: &Pointer<'_>) -> Result<Age> {
    let text = string(value, at)?;
    let wanted = "an age, as `18y`, `6m`, `18y6m`, `2w`, `10d`, `P18Y6M` are";
    Age::parse(&text).ok_or_else(|| wrong(wanted, value, at))
}

fn measurement(value: &Value, at: &Pointer<'_>) -> Result<GroupAtom> {
    let members = Members::of(value, at, true, &["of", "unit"])?;
    let assay = members.text("of")?;
    let unit = match members.get("unit") {
        None => None,
        Some(unit) => Some(string(unit, &at.key("unit"))?),
    };
    let (comparison, value, at) = members.test()?;
    Ok(GroupAtom::Measurement {
        assay,
        unit,
        comparison,
        value: number(value, &at)?,
    })
}
