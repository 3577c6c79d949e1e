//! Reads what clients of Beacon 2 write, in all the forms that are in use: parameters flat or within `g_variant`,
//! numbers as texts, alone or in lists, `null` and `[]` where there is nothing, what belongs into `query` beside it. What
//! is not understood is an error that names it.

use super::asked::{Asked, Filter, FilterKind, FilterScope, Include, Operator, Parameters};
use super::fields::{Fields, kind};
use super::refusal::{Checked, Refusal, Shown};
use super::request::{BeaconMethod, BeaconRequest};
use super::variant_types::variant_type;
use crate::model::Granularity;
use crate::model::Level;
use serde_json::{Map, Value, json};

/// The most filters of a request.
const FILTERS_MAX: usize = 100;

/// What may stand in `query`, and beside it.
const QUERY: [&str; 7] = [
    "requestParameters",
    "filters",
    "includeResultsetResponses",
    "pagination",
    "requestedGranularity",
    "testMode",
    "datasets",
];

/// Reads what is asked.
pub(super) fn read(request: &BeaconRequest<'_>) -> Checked<Asked> {
    let in_address = in_address(request.query)?;
    let mut fields = match request.method {
        BeaconMethod::Get => Map::new(),
        BeaconMethod::Post => body(request.body)?,
    };
    let mut parameters = match fields.remove("requestParameters") {
        None => Map::new(),
        Some(value) => flat_parameters(value)?,
    };
    let mut pagination = match fields.remove("pagination") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(map)) => map,
        Some(other) => {
            let found = kind(&other);
            return Err(Refusal::bad(format!(
                "pagination: expected an object, found {found}"
            )));
        }
    };
    for (name, value) in in_address {
        let to = match name.as_str() {
            "skip" | "limit" => &mut pagination,
            "filters"
            | "includeResultsetResponses"
            | "requestedGranularity"
            | "testMode"
            | "apiVersion"
            | "requestedSchema"
            | "requestedSchemas" => &mut fields,
            _ => &mut parameters,
        };
        if to.get(&name).is_some_and(|known| !known.is_null()) {
            return Err(Refusal::bad(format!(
                "{}: stands in the address and in the body",
                Shown(&name)
            )));
        }
        to.insert(name, value);
    }
    asked(fields, parameters, pagination)
}

/// What stands behind `?`.
fn in_address(query: &str) -> Checked<Map<String, Value>> {
    let mut map = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if map
            .insert(name.to_string(), Value::from(value.into_owned()))
            .is_some()
        {
            return Err(Refusal::bad(format!(
                "{}: stands in the address twice",
                Shown(&name)
            )));
        }
    }
    Ok(map)
}

/// The members of `query`, of `meta` and of what stands beside them.
fn body(body: &[u8]) -> Checked<Map<String, Value>> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    let value: Value = serde_json::from_slice(body)
        .map_err(|e| Refusal::bad(format!("the body: expected JSON: {e}")))?;
    let mut top = Fields::of(value, "the body")?;
    top.take("$schema");
    let mut all = match top.take("query") {
        None => Map::new(),
        Some(Value::Object(map)) => map,
        Some(other) => {
            return Err(top.bad(
                "query",
                format!("expected an object, found {}", kind(&other)),
            ));
        }
    };
    let names: Vec<String> = all.keys().cloned().collect();
    if let Some(unknown) = names.iter().find(|name| !QUERY.contains(&name.as_str())) {
        return Err(Refusal::bad(format!(
            "query: not understood: {}",
            Shown(unknown)
        )));
    }
    for name in QUERY {
        // what stands in the query counts
        if let Some(value) = top.take(name)
            && all.get(name).is_none_or(Value::is_null)
        {
            all.insert(name.to_owned(), value);
        }
    }
    if let Some(meta) = top.take("meta") {
        let mut meta = Fields::of(meta, "meta")?;
        for name in ["apiVersion", "requestedSchemas"] {
            if let Some(value) = meta.take(name) {
                all.insert(name.to_owned(), value);
            }
        }
        meta.take("$schema");
        meta.finish()?;
    }
    top.finish()?;
    Ok(all)
}

/// Parameters, which stand by themselves or within `g_variant`.
fn flat_parameters(value: Value) -> Checked<Map<String, Value>> {
    let mut map = match value {
        Value::Null => return Ok(Map::new()),
        Value::Array(mut values) => match (values.pop(), values.is_empty()) {
            (None, _) => return Ok(Map::new()),
            (Some(Value::Object(map)), true) => map,
            _ => {
                return Err(Refusal::bad(
                    "requestParameters: expected an object, found a list: one question is of one variant",
                ));
            }
        },
        Value::Object(map) => map,
        other => {
            let found = kind(&other);
            return Err(Refusal::bad(format!(
                "requestParameters: expected an object, found {found}"
            )));
        }
    };
    match map.remove("g_variant") {
        None | Some(Value::Null) => {}
        Some(Value::Object(nested)) => {
            for (name, value) in nested {
                if map.contains_key(&name) {
                    return Err(Refusal::bad(format!(
                        "requestParameters: {}: stands there twice, within g_variant and beside it",
                        Shown(&name)
                    )));
                }
                map.insert(name, value);
            }
        }
        Some(other) => {
            let found = kind(&other);
            return Err(Refusal::bad(format!(
                "requestParameters: g_variant: expected an object, found {found}"
            )));
        }
    }
    Ok(map)
}

fn asked(
    fields: Map<String, Value>,
    parameters: Map<String, Value>,
    pagination: Map<String, Value>,
) -> Checked<Asked> {
    let mut asked = Asked::default();
    let mut parameters = Fields::of_map(parameters, "requestParameters");
    let mut fields = Fields::of_map(fields, "query");
    let mut datasets = Vec::new();
    datasets.extend(fields.take("datasets"));
    datasets.extend(parameters.take("datasets"));
    datasets.extend(parameters.take("datasetIds"));
    for named in datasets {
        if matches!(&named, Value::String(text) if text.trim().is_empty()) {
            continue;
        }
        if asked
            .datasets
            .replace(dataset_ids(&parameters, named)?)
            .is_some()
        {
            return Err(Refusal::bad("datasets: named in two places"));
        }
    }
    asked.parameters = read_parameters(&mut parameters)?;
    parameters.finish()?;
    let mut pages = Fields::of_map(pagination, "pagination");
    asked.skip = pages.number("skip")?.unwrap_or(0);
    asked.limit = pages.number("limit")?;
    for name in ["currentPage", "nextPage", "previousPage"] {
        pages.take(name);
    }
    pages.finish()?;
    if let Some(text) = fields.text("requestedGranularity")? {
        asked.granularity = Granularity::named(&text.to_ascii_lowercase()).ok_or_else(|| {
            fields.bad(
                "requestedGranularity",
                format!("expected boolean, count or record, found {}", Shown(&text)),
            )
        })?;
    }
    if let Some(text) = fields.text("includeResultsetResponses")? {
        asked.include = Include::named(&text).ok_or_else(|| {
            fields.bad(
                "includeResultsetResponses",
                format!("expected HIT, MISS, ALL or NONE, found {}", Shown(&text)),
            )
        })?;
    }
    asked.test_mode = fields.truth("testMode")?.unwrap_or(false);
    asked.api_version = fields.text("apiVersion")?;
    asked.schemas = schemas(&mut fields)?;
    asked.filters = match fields.take("filters") {
        None => Vec::new(),
        Some(value) => filters(value)?,
    };
    fields.finish()?;
    Ok(asked)
}

/// The schemas that a client prefers: one of each entry type is there, whatever they are, but they are repeated.
fn schemas(fields: &mut Fields) -> Checked<Vec<Value>> {
    let named = fields.take_any(&["requestedSchemas", "requestedSchema"])?;
    // clients misspell the names, and nothing that is answered depends on them
    let repeated = |value: Value| match value {
        Value::Object(mut map) => {
            map.retain(|name, of| {
                ["entityType", "schema"].contains(&name.as_str()) && of.is_string()
            });
            Value::Object(map)
        }
        other => other,
    };
    match named {
        None => Ok(Vec::new()),
        Some(Value::Array(all)) if all.iter().all(Value::is_object) => {
            Ok(all.into_iter().map(repeated).collect())
        }
        Some(Value::String(text)) => {
            let texts = text.split(',').map(str::trim).filter(|of| !of.is_empty());
            Ok(texts.map(|of| json!({ "schema": of })).collect())
        }
        Some(_) => Err(fields.bad("requestedSchemas", "expected a list of objects")),
    }
}

fn dataset_ids(parameters: &Fields, value: Value) -> Checked<Vec<String>> {
    match value {
        Value::Object(map) => {
            let mut within = Fields::of_map(map, "datasets");
            let ids = within
                .take("datasetIds")
                .unwrap_or_else(|| Value::Array(Vec::new()));
            within.finish()?;
            parameters.texts("datasetIds", ids)
        }
        value => parameters.texts("datasets", value),
    }
}

fn read_parameters(of: &mut Fields) -> Checked<Parameters> {
    let short_form = of.take_any(&["genomicAlleleShortForm", "allele"])?;
    let gene = of.take_any(&["geneId", "geneid"])?;
    let mut parameters = Parameters {
        assembly: of.text("assemblyId")?,
        reference_name: of.text("referenceName")?,
        start: of.numbers("start")?,
        end: of.numbers("end")?,
        reference_bases: of.bases("referenceBases")?,
        alternate_bases: of.bases("alternateBases")?,
        variant_type: match of.text("variantType")? {
            None => None,
            Some(text) => Some(variant_type(&text).ok_or_else(|| {
                of.bad("variantType", format!("not understood: {}", Shown(&text)))
            })?),
        },
        gene: of.as_text("geneId", gene)?,
        amino_acid_change: amino_acid_change(of)?,
        short_form: of.as_text("genomicAlleleShortForm", short_form)?,
        least_length: of.number("variantMinLength")?,
        greatest_length: of.number("variantMaxLength")?,
    };
    without_bases(of, &mut parameters)?;
    if of.take("mateName").is_some() {
        return Err(of.bad(
            "mateName",
            "not understood here: breakends are asked for by variantType BND",
        ));
    }
    Ok(parameters)
}

/// An amino acid and its number at least, as in `V600E` and `p.Val600Glu`.
fn amino_acid_change(of: &mut Fields) -> Checked<Option<String>> {
    let Some(text) = of.text("aminoacidChange")? else {
        return Ok(None);
    };
    let change = text.rsplit(':').next().unwrap_or_default();
    let change = change.trim_start_matches("p.").trim_start_matches('(');
    let starts = change.starts_with(|c: char| c.is_ascii_alphabetic() || c == '*');
    match starts && change.contains(|c: char| c.is_ascii_digit()) {
        true => Ok(Some(text)),
        false => Err(of.bad(
            "aminoacidChange",
            format!(
                "expected one, as in V600E or p.Val600Glu, found {}",
                Shown(&text)
            ),
        )),
    }
}

/// Two empty texts are like absent ones. One says that bases are put in or taken out, which is of one place.
fn without_bases(of: &Fields, parameters: &mut Parameters) -> Checked<()> {
    let is_bare = |bases: &Option<String>| matches!(bases.as_deref(), Some("" | "-"));
    let bare = [
        is_bare(&parameters.reference_bases),
        is_bare(&parameters.alternate_bases),
    ];
    let is_said = |bases: &Option<String>| bases.is_some();
    let one_place = parameters.start.len() == 1 && parameters.end.is_empty();
    let both = is_said(&parameters.reference_bases) && is_said(&parameters.alternate_bases);
    match bare {
        [false, false] => Ok(()),
        [true, true] => {
            (parameters.reference_bases, parameters.alternate_bases) = (None, None);
            Ok(())
        }
        _ if one_place && both => Ok(()),
        [true, false] if parameters.reference_bases.as_deref() == Some("") && !both => {
            parameters.reference_bases = None;
            Ok(())
        }
        [false, true] if parameters.alternate_bases.as_deref() == Some("") && !both => {
            parameters.alternate_bases = None;
            Ok(())
        }
        [is_reference, _] => {
            let name = if is_reference {
                "referenceBases"
            } else {
                "alternateBases"
            };
            Err(of.bad(
                name,
                "without bases it is an insertion or a deletion: expected a start, no end, and the other bases",
            ))
        }
    }
}

fn filters(value: Value) -> Checked<Vec<Filter>> {
    let all = match value {
        Value::String(text) => {
            let texts = text
                .split(',')
                .map(str::trim)
                .filter(|text| !text.is_empty());
            texts
                .map(|text| Ok(in_text(text)))
                .collect::<Checked<Vec<_>>>()?
        }
        Value::Array(values) => {
            if values.len() > FILTERS_MAX {
                let found = values.len();
                return Err(Refusal::bad(format!(
                    "filters: expected at most {FILTERS_MAX}, found {found}"
                )));
            }
            values
                .into_iter()
                .map(filter)
                .collect::<Checked<Vec<_>>>()?
        }
        other => {
            let found = kind(&other);
            return Err(Refusal::bad(format!(
                "filters: expected a list, found {found}"
            )));
        }
    };
    match all.len() > FILTERS_MAX {
        true => Err(Refusal::bad(format!(
            "filters: expected at most {FILTERS_MAX}, found {}",
            all.len()
        ))),
        false => Ok(all),
    }
}

/// A filter of an address: a term, or `age:>P70Y`.
fn in_text(text: &str) -> Filter {
    // a value may hold colons, as an id may: `sex:=NCIT:C16576`, `LOINC:4548-4:>6`
    let value = text.match_indices(':').find_map(|(at, _)| {
        let (id, rest) = (text.get(..at)?, text.get(at + 1..)?);
        let mut names = Operator::NAMES.iter();
        let (name, operator) = names.find(|(name, _)| rest.starts_with(name))?;
        let value = rest.get(name.len()..)?.to_owned();
        Some((
            id.to_owned(),
            FilterKind::Value {
                operator: *operator,
                value,
            },
        ))
    });
    let (id, of) = value.unwrap_or_else(|| {
        let of = FilterKind::Term {
            descendants: true,
            similarity: None,
        };
        (text.to_owned(), of)
    });
    Filter {
        id,
        scope: None,
        of,
    }
}

fn filter(value: Value) -> Checked<Filter> {
    let mut of = match value {
        Value::String(text) => return Ok(in_text(&text)),
        Value::Array(_) => {
            return Err(Refusal::bad(
                "filters: a list within the list is not understood: all filters must hold",
            ));
        }
        value => Fields::of(value, "filters")?,
    };
    let Some(id) = of.text("id")? else {
        return Err(Refusal::bad("filters: expected an id in each"));
    };
    let scope = match of.text("scope")? {
        None => None,
        Some(text) => Some(
            scope(&text)
                .ok_or_else(|| of.bad("scope", format!("not understood: {}", Shown(&text))))?,
        ),
    };
    let operator = of.text("operator")?;
    let value = of.text("value")?;
    let descendants = of.truth("includeDescendantTerms")?;
    let similarity = of.text("similarity")?;
    let kind = match (operator, value) {
        (None, None) => FilterKind::Term {
            descendants: descendants.unwrap_or(true),
            similarity: level(&of, similarity.as_deref())?,
        },
        (operator, Some(value)) => {
            if similarity.is_some() {
                return Err(of.bad("similarity", "a value has none"));
            }
            let text = operator.as_deref().unwrap_or("=");
            let operator = Operator::named(text).ok_or_else(|| {
                of.bad(
                    "operator",
                    format!("expected =, !, <, <=, > or >=, found {}", Shown(text)),
                )
            })?;
            FilterKind::Value { operator, value }
        }
        (Some(_), None) => return Err(of.bad("value", "expected one beside the operator")),
    };
    of.finish()?;
    Ok(Filter {
        id,
        scope,
        of: kind,
    })
}

/// How similar; `None` is the term itself.
fn level(of: &Fields, text: Option<&str>) -> Checked<Option<Level>> {
    let Some(text) = text.filter(|text| *text != "exact") else {
        return Ok(None);
    };
    let mut levels = Level::NAMES.iter();
    match levels.find(|(name, _)| *name == text) {
        Some((_, level)) => Ok(Some(*level)),
        None => Err(of.bad(
            "similarity",
            format!("expected exact, high, medium or low, found {}", Shown(text)),
        )),
    }
}

fn scope(text: &str) -> Option<FilterScope> {
    Some(match text.to_ascii_lowercase().as_str() {
        "individual" | "individuals" => FilterScope::Individuals,
        "genomicvariation" | "genomicvariations" | "genomicvariant" | "genomicvariants"
        | "g_variant" | "g_variants" => FilterScope::Variants,
        _ => return None,
    })
}
