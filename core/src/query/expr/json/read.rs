//! Trees from JSON. Names are read in the case in which they are written.

use super::super::ast::{
    CarriedIn, Comparison, GroupAtom, GroupExpr, Impact, InfoTest, Node, Number, Origin, Placing,
    RegionList, SampleAtom, SampleExpr, SampleList, Stretch, Threshold, VariantAtom, VariantExpr,
};
use super::super::atoms::{Content, Entry, GroupKind, Listed, VariantKind};
use super::super::error::{nearest, quoted};
use super::super::parse::MAX_DEPTH;
use super::super::scan::Result;
use super::attribute::attribute;
use super::language::{JsonLanguage, Read, checked, entry_of};
use super::tree::{self, Pointer};
use super::value::{Members, choice, list, none_of, number, string, truth, wrong};
use super::write;
use crate::error::ExpressionError;
use crate::genome::Interval;
use crate::model::Recorded;
use crate::model::Zygosity;
use crate::model::{Age, Scope};
use crate::model::{Level, Measure};
use serde_json::Value;

pub(super) fn expression<K: JsonLanguage>(json: &str) -> Result<Node<K>> {
    let value = tree::read(json)?;
    node(&value, &Pointer::TOP).map(|nested| nested.node)
}

/// A tree, and how deep the parentheses of its text nest.
struct Nested<K> {
    node: Node<K>,
    parentheses: usize,
}

/// Whether a node stands in parentheses behind `!`.
fn is_joined<K>(node: &Node<K>) -> bool {
    matches!(node, Node::And(_) | Node::Or(_))
}

fn node<K: JsonLanguage>(value: &Value, at: &Pointer<'_>) -> Result<Nested<K>> {
    let (kind, value) = single(value, at)?;
    let at = at.key(kind);
    let nested = match kind {
        "not" => negated(node(value, &at)?),
        "and" | "or" => joined(kind, value, &at)?,
        _ if value.is_array()
            && let Some(field) = K::table().find(|row| row.name == kind && row.is_field()) =>
        {
            any_value(&field, value, &at)?
        }
        _ => {
            let Some(Read { atom, parentheses }) = K::read(kind, value, &at)? else {
                return Err(unknown::<K>(kind, &at));
            };
            Nested {
                node: Node::built(atom),
                parentheses,
            }
        }
    };
    match nested.parentheses > MAX_DEPTH {
        true => Err(at.error(format!(
            "in the text of this, parentheses nest deeper than {MAX_DEPTH}"
        ))),
        false => Ok(nested),
    }
}

/// The one key of an object, and its value.
fn single<'a>(value: &'a Value, at: &Pointer<'_>) -> Result<(&'a str, &'a Value)> {
    const WANTED: &str = "an object with one key, the kind of the expression";
    let Value::Object(object) = value else {
        return Err(wrong(WANTED, value, at));
    };
    let mut entries = object.iter();
    match (entries.next(), entries.next()) {
        (Some((kind, value)), None) => Ok((kind, value)),
        (None, _) => Err(at.error(format!("expected {WANTED}, found an empty one"))),
        (Some((first, _)), Some((second, _))) => Err(at.error(format!(
            "expected {WANTED}, found {} and {}",
            quoted(first),
            quoted(second)
        ))),
    }
}

/// Any of several values of a field, as an array.
fn any_value<K: JsonLanguage>(
    field: &Entry<K::Kind>,
    value: &Value,
    at: &Pointer<'_>,
) -> Result<Nested<K>> {
    let known = K::values(field);
    let mut nodes = Vec::new();
    for (n, value) in list(value, at, "a value")?.iter().enumerate() {
        let at = at.item(n);
        let text = string(value, &at)?;
        if text.trim().is_empty() {
            return Err(at.error("a name of no letters"));
        }
        let written = known.is_empty() || known.contains(&text.as_str());
        let Some(atom) = K::of_text(field.kind, text).filter(|_| written) else {
            return Err(none_of(known.into_iter(), value, &at));
        };
        nodes.push(Node::built(checked(atom, &at)?.atom));
    }
    let node = Node::any_of(nodes).ok_or_else(|| at.error("a list of nothing"))?;
    Ok(Nested {
        node,
        parentheses: 0,
    })
}

fn negated<K>(inner: Nested<K>) -> Nested<K> {
    let parentheses = inner.parentheses;
    let node = inner.node.not();
    let parentheses = match &node {
        Node::Not(inner) => parentheses + usize::from(is_joined(inner)),
        // twice negated: without the parentheses that it had
        node => parentheses.saturating_sub(usize::from(is_joined(node))),
    };
    Nested { node, parentheses }
}

fn joined<K: JsonLanguage>(kind: &str, value: &Value, at: &Pointer<'_>) -> Result<Nested<K>> {
    let mut parts = Parts {
        nodes: Vec::new(),
        parentheses: 0,
    };
    parts.gather(kind, value, at)?;
    let Parts {
        mut nodes,
        parentheses,
    } = parts;
    let node = match (nodes.len(), kind) {
        (1, _) => nodes.remove(0),
        (_, "and") => Node::And(nodes),
        _ => Node::Or(nodes),
    };
    // a single part has lost the parentheses that it has among others
    let parentheses = match node {
        Node::Or(_) if kind == "and" => parentheses.saturating_sub(1),
        _ => parentheses,
    };
    Ok(Nested { node, parentheses })
}

/// What stands side by side in an `and` or an `or`.
struct Parts<K> {
    nodes: Vec<Node<K>>,
    parentheses: usize,
}

impl<K: JsonLanguage> Parts<K> {
    /// Adds the items of a list. Lists of the same kind within it are gathered into the same parts,
    /// so that nesting without measure costs no more than its length.
    fn gather(&mut self, kind: &str, value: &Value, at: &Pointer<'_>) -> Result<()> {
        for (n, item) in list(value, at, "an expression")?.iter().enumerate() {
            let at = at.item(n);
            if let Value::Object(object) = item
                && object.len() == 1
                && let Some(inner) = object.get(kind)
            {
                self.gather(kind, inner, &at.key(kind))?;
                continue;
            }
            let Nested { node, parentheses } = node(item, &at)?;
            let own = kind == "and" && matches!(node, Node::Or(_));
            self.parentheses = self.parentheses.max(parentheses + usize::from(own));
            match (node, kind) {
                (Node::And(more), "and") | (Node::Or(more), "or") => self.nodes.extend(more),
                (node, _) => self.nodes.push(node),
            }
        }
        Ok(())
    }
}

fn unknown<K: JsonLanguage>(kind: &str, at: &Pointer<'_>) -> Box<ExpressionError> {
    if let Some(message) = K::of_the_other(kind) {
        return at.error(message);
    }
    let kinds = K::table().map(|entry| entry.name);
    let known = kinds.chain(["and", "not", "or"]);
    let message = format!("unknown kind of expression {}", quoted(kind));
    at.error_with(message, nearest(kind, known))
}

/// An atom that the table describes; `None` where it is one that is read apart.
fn listed<K: JsonLanguage>(
    entry: &Entry<K::Kind>,
    value: &Value,
    at: &Pointer<'_>,
) -> Result<Option<K>> {
    let text = match entry.content {
        Content::Text => string(value, at)?,
        Content::Choice(names) => {
            let known = names();
            match value.as_str().filter(|text| known.contains(text)) {
                Some(text) => text.to_owned(),
                None => return Err(none_of(known.into_iter(), value, at)),
            }
        }
        Content::File => file(value, at)?,
        Content::Nothing | Content::Own => return Ok(None),
    };
    Ok(K::of_text(entry.kind, text))
}

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

/// A file's name: as plain strings are ids, it stands in an object.
fn file(value: &Value, at: &Pointer<'_>) -> Result<String> {
    match value {
        Value::Object(_) => Members::of(value, at, false, &["file"])?.text("file"),
        other => Err(wrong("a file: `{\"file\": …}`", other, at)),
    }
}

fn strings(value: &Value, at: &Pointer<'_>, of: &str) -> Result<Vec<String>> {
    let items = list(value, at, of)?.iter().enumerate();
    items.map(|(n, item)| string(item, &at.item(n))).collect()
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

/// A term, or an object whose one key says where it is recorded.
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
