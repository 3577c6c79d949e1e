//! Atoms that pick variants, from JSON.

use super::super::ast::{
    Comparison, GroupAtom, GroupExpr, Impact, InfoTest, Number, Placing, RegionList, Stretch,
    VariantAtom,
};
use super::super::atoms::VariantKind;
use super::super::error::quoted;
use super::super::scan::Result;
use super::language::{JsonLanguage, Read, checked, entry_of};
use super::read::{Nested, file, listed, node};
use super::tree::Pointer;
use super::value::{Members, choice, list, number, truth, wrong};
use super::write;
use crate::genome::Interval;
use serde_json::Value;

impl JsonLanguage for VariantAtom {
    fn of_the_other(kind: &str) -> Option<String> {
        entry_of::<GroupAtom>(kind)
            .map(|_| format!("{} picks people, variants are picked here", quoted(kind)))
    }

    fn read(kind: &str, value: &Value, at: &Pointer<'_>) -> Result<Option<Read<Self>>> {
        let Some(entry) = entry_of::<Self>(kind) else {
            return Ok(None);
        };
        if let Some(atom) = listed(&entry, value, at)? {
            return checked(atom, at).map(Some);
        }
        let atom = match entry.kind {
            VariantKind::Region => {
                let Stretch { contig, interval } = region(value, at)?;
                Self::Region { contig, interval }
            }
            VariantKind::Begins => placed(Placing::Begins, value, at)?,
            VariantKind::Within => placed(Placing::Within, value, at)?,
            VariantKind::Info => info(value, at)?,
            VariantKind::Impact => {
                let (comparison, value, at) = Members::of(value, at, true, &[])?.test()?;
                let impact = choice(&Impact::NAMES, value, &at)?;
                Self::Impact { comparison, impact }
            }
            VariantKind::Number(field) => return number_test(field, value, at).map(Some),
            // `all`: no other has no value
            _ => {
                truth(value, at)?;
                Self::All
            }
        };
        checked(atom, at).map(Some)
    }

    fn write(&self) -> Value {
        write::where_atom(self)
    }
}

fn number_test(field: Number, value: &Value, at: &Pointer<'_>) -> Result<Read<VariantAtom>> {
    let known: &[&str] = if field.is_counted() { &["in"] } else { &[] };
    let members = Members::of(value, at, true, known)?;
    let (comparison, value, value_at) = members.test()?;
    let value = number(value, &value_at)?;
    let Some(group) = members.get("in") else {
        let atom = VariantAtom::Number {
            field,
            comparison,
            value,
        };
        return checked(atom, at);
    };
    let Nested { node, parentheses } = node(group, &at.key("in"))?;
    let within = |of| VariantAtom::NumberIn {
        field,
        of: Box::new(of),
        comparison,
        value,
    };
    checked(within(GroupExpr::all()), at)?;
    Ok(Read {
        atom: within(GroupExpr(node)),
        parentheses: parentheses + 1,
    })
}

fn placed(how: Placing, value: &Value, at: &Pointer<'_>) -> Result<VariantAtom> {
    let of = match value {
        Value::Object(keys) if keys.contains_key("file") => RegionList::File(file(value, at)?),
        Value::Array(_) => {
            let items = list(value, at, "a region")?.iter().enumerate();
            let regions = items.map(|(n, item)| region(item, &at.item(n)));
            RegionList::Regions(regions.collect::<Result<_>>()?)
        }
        _ => RegionList::Regions(vec![region(value, at)?]),
    };
    Ok(VariantAtom::Placed { how, of })
}

fn region(value: &Value, at: &Pointer<'_>) -> Result<Stretch> {
    const END: i64 = i32::MAX as i64;
    let members = Members::of(value, at, false, &["contig", "first", "last"])?;
    let contig = members.text("contig")?;
    let first = members.whole("first", 0, END)?.unwrap_or(0);
    let last = members.whole("last", 0, END)?.unwrap_or(END);
    let interval = Interval::from_one_based_inclusive(first, last)
        .filter(|interval| interval.start < interval.end)
        .ok_or_else(|| {
            at.error(format!(
                "the region ends at {last}, before it starts at {first}"
            ))
        })?;
    Ok(Stretch { contig, interval })
}

fn info(value: &Value, at: &Pointer<'_>) -> Result<VariantAtom> {
    let members = Members::of(value, at, true, &["key"])?;
    let key = members.text("key")?;
    let test = match members.comparison()? {
        None => InfoTest::Present,
        Some((comparison, Value::String(text), at)) => InfoTest::Text {
            equal: match comparison {
                Comparison::Equal => true,
                Comparison::NotEqual => false,
                other => {
                    return Err(at.error(format!(
                        "text is compared with `=` or `!=`, not with `{}`",
                        other.symbol()
                    )));
                }
            },
            value: text.clone(),
        },
        Some((comparison, value @ Value::Number(_), at)) => InfoTest::Number {
            comparison,
            value: number(value, &at)?,
        },
        Some((_, value, at)) => return Err(wrong("a number or a string", value, &at)),
    };
    Ok(VariantAtom::Info { key, test })
}
