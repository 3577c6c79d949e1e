//! OBO graphs in JSON.

use super::{OntologySource, SourceTerm, curie_of, is_curie};
use crate::error::{Place, Result};
use crate::source::lines::{input_error, open_text};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

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
    #[serde(default)]
    meta: Option<Meta>,
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
    xrefs: Vec<Value>,
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

#[derive(Deserialize)]
struct Property {
    pred: String,
    val: String,
}

pub(super) fn read(path: &Path, source: &mut OntologySource) -> Result<String> {
    let document: Document = serde_json::from_reader(open_text(path)?).map_err(|e| {
        let place = Place::Line(e.line() as u64);
        input_error(path, place, "an OBO graph in JSON", &e.to_string())
    })?;
    let mut version = String::new();
    for graph in document.graphs {
        if let Some(text) = graph.meta.and_then(|meta| meta.version) {
            version = text;
        }
        let mut parents: HashMap<String, Vec<String>> = HashMap::new();
        for edge in graph.edges.into_iter().filter(|edge| edge.pred == "is_a") {
            let of = parents.entry(curie_of(&edge.sub)).or_default();
            of.push(curie_of(&edge.obj));
        }
        for node in graph.nodes {
            let id = curie_of(&node.id);
            if node.r#type.as_deref().is_some_and(|kind| kind != "CLASS") || !is_curie(&id) {
                continue;
            }
            let meta = node.meta.unwrap_or_default();
            let values = |values: Vec<Value>| values.into_iter().map(|value| value.val);
            let about = |end: &str| {
                let found = meta.properties.iter().filter(|p| p.pred.ends_with(end));
                found.map(|p| curie_of(&p.val)).collect::<Vec<_>>()
            };
            source.terms.push(SourceTerm {
                label: node.lbl.unwrap_or_default(),
                alternative: about("hasAlternativeId"),
                replaced_by: about("IAO_0100001").pop(),
                synonyms: values(meta.synonyms).collect(),
                equivalents: values(meta.xrefs).filter(|id| is_curie(id)).collect(),
                parents: parents.remove(&id).unwrap_or_default(),
                obsolete: meta.deprecated,
                id,
            });
        }
    }
    Ok(version)
}
