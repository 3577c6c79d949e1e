//! OBO graphs in JSON.

use super::identity::{Said, Xrefs};
use super::{curie_of, is_curie};
use crate::error::{Place, Result};
use crate::input::lines::{ShortTokens, input_error, open_text};
use crate::model::{Mapping, Match, OntologySource, SourceTerm};
use serde::Deserialize;
use std::collections::HashMap;
use std::io::BufReader;
use std::path::Path;

/// Bytes of one text: the whole document may be one line.
const LONGEST: u64 = 1 << 20;

#[derive(Deserialize)]
struct Document {
    graphs: Vec<Graph>,
}

#[derive(Deserialize)]
struct Graph {
    #[serde(default)]
    nodes: Vec<Node>,
    #[serde(default)]
    edges: Vec<Edge>,
    #[serde(default, rename = "equivalentNodesSets")]
    equivalents: Vec<Equivalents>,
    #[serde(default)]
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct Equivalents {
    #[serde(default, rename = "nodeIds")]
    ids: Vec<String>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    #[serde(default)]
    lbl: Option<String>,
    #[serde(default)]
    r#type: Option<String>,
    #[serde(default)]
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct Edge {
    sub: String,
    pred: String,
    obj: String,
}

#[derive(Default, Deserialize)]
struct Meta {
    #[serde(default)]
    synonyms: Vec<Value>,
    #[serde(default)]
    xrefs: Vec<Xref>,
    #[serde(default, rename = "basicPropertyValues")]
    properties: Vec<Property>,
    #[serde(default)]
    deprecated: bool,
    #[serde(default)]
    version: Option<String>,
}

#[derive(Deserialize)]
struct Value {
    val: String,
}

/// A cross-reference, and by what it is qualified: older writers list the sources, newer ones give them
/// as properties.
#[derive(Deserialize)]
struct Xref {
    val: String,
    #[serde(default)]
    xrefs: Vec<String>,
    #[serde(default)]
    meta: Option<Qualified>,
}

#[derive(Deserialize)]
struct Qualified {
    #[serde(default, rename = "basicPropertyValues")]
    properties: Vec<Property>,
    #[serde(default)]
    xrefs: Vec<Value>,
}

impl Xref {
    fn said(&self) -> Said {
        let meta = self.meta.as_ref();
        let properties = meta.map_or(&[][..], |meta| &meta.properties).iter();
        let sources = meta.map_or(&[][..], |meta| &meta.xrefs).iter();
        let values = self.xrefs.iter().map(String::as_str);
        Said::of(
            values
                .chain(properties.filter_map(Property::text))
                .chain(sources.map(|source| source.val.as_str())),
        )
    }
}

#[derive(Deserialize)]
struct Property {
    pred: String,
    /// A text, of properties that matter.
    #[serde(default)]
    val: serde_json::Value,
}

impl Property {
    fn text(&self) -> Option<&str> {
        self.val.as_str()
    }
}

pub(super) fn read(path: &Path, source: &mut OntologySource) -> Result<String> {
    let bytes = ShortTokens::new(open_text(path)?, LONGEST);
    let document: Document = serde_json::from_reader(BufReader::new(bytes)).map_err(|e| {
        let place = Place::Line(e.line().max(1) as u64);
        input_error(path, place, "an OBO graph in JSON", &e.to_string())
    })?;
    let mut version = String::new();
    let mut xrefs = Xrefs::default();
    for graph in document.graphs {
        if let Some(text) = graph.meta.and_then(|meta| meta.version) {
            version = text;
        }
        let mut parents: HashMap<String, Vec<String>> = HashMap::new();
        for edge in graph.edges.into_iter().filter(|edge| edge.pred == "is_a") {
            let of = parents.entry(curie_of(&edge.sub)).or_default();
            of.push(curie_of(&edge.obj));
        }
        for set in graph.equivalents {
            let mut ids = set.ids.iter().map(|id| curie_of(id));
            let Some(subject) = ids.next() else {
                continue;
            };
            source.mappings.extend(ids.map(|object| Mapping {
                subject: subject.clone(),
                relation: Match::Exact,
                object,
            }));
        }
        for node in graph.nodes {
            let id = curie_of(&node.id);
            if node.r#type.as_deref().is_some_and(|kind| kind != "CLASS") || !is_curie(&id) {
                continue;
            }
            let meta = node.meta.unwrap_or_default();
            for property in &meta.properties {
                mapped(property, &id, &mut xrefs, source);
            }
            let about = |end: &str| {
                let found = meta.properties.iter().filter(|p| p.pred.ends_with(end));
                found
                    .filter_map(|p| p.text().map(curie_of))
                    .collect::<Vec<_>>()
            };
            let at = source.terms.len();
            for xref in meta.xrefs.iter().filter(|xref| is_curie(&xref.val)) {
                xrefs.add(&id, at, curie_of(&xref.val), xref.said());
            }
            source.terms.push(SourceTerm {
                label: node.lbl.unwrap_or_default(),
                alternative: about("hasAlternativeId"),
                replaced_by: about("IAO_0100001").pop(),
                synonyms: meta.synonyms.into_iter().map(|value| value.val).collect(),
                equivalents: Vec::new(),
                parents: parents.remove(&id).unwrap_or_default(),
                obsolete: meta.deprecated,
                id,
            });
        }
    }
    xrefs.finish(source);
    Ok(version)
}

/// A property that relates a term to one of another vocabulary.
fn mapped(property: &Property, id: &str, xrefs: &mut Xrefs, source: &mut OntologySource) {
    let object = property
        .text()
        .map(curie_of)
        .filter(|object| is_curie(object));
    if let (Some(relation), Some(object)) = (Match::of(&property.pred), object) {
        xrefs.mark(id);
        source.mappings.push(Mapping {
            subject: id.to_owned(),
            relation,
            object,
        });
    }
}
