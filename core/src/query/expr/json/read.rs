//! Trees from JSON. Names are read in the case in which they are written.

use super::super::ast::Node;
use super::super::atoms::{Content, Entry};
use super::super::error::{nearest, quoted};
use super::super::parse::MAX_DEPTH;
use super::super::scan::Result;
use super::language::{JsonLanguage, Read, checked};
use super::tree::{self, Pointer};
use super::value::{Members, list, none_of, string, wrong};
use crate::error::ExpressionError;
use serde_json::Value;

pub(super) fn expression<K: JsonLanguage>(json: &str) -> Result<Node<K>> {
    let value = tree::read(json)?;
    node(&value, &Pointer::TOP).map(|nested| nested.node)
}

/// A tree, and how deep the parentheses of its text nest.
pub(super) struct Nested<K> {
    pub(super) node: Node<K>,
    pub(super) parentheses: usize,
}

/// Whether a node stands in parentheses behind `!`.
fn is_joined<K>(node: &Node<K>) -> bool {
    matches!(node, Node::And(_) | Node::Or(_))
}

pub(super) fn node<K: JsonLanguage>(value: &Value, at: &Pointer<'_>) -> Result<Nested<K>> {
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
pub(super) fn listed<K: JsonLanguage>(
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

/// A file's name: as plain strings are ids, it stands in an object.
pub(super) fn file(value: &Value, at: &Pointer<'_>) -> Result<String> {
    match value {
        Value::Object(_) => Members::of(value, at, false, &["file"])?.text("file"),
        other => Err(wrong("a file: `{\"file\": …}`", other, at)),
    }
}

pub(super) fn strings(value: &Value, at: &Pointer<'_>, of: &str) -> Result<Vec<String>> {
    let items = list(value, at, of)?.iter().enumerate();
    items.map(|(n, item)| string(item, &at.item(n))).collect()
}
