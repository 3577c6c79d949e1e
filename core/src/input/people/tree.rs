//! JSON that remembers what was read of it.
//!
//! Keys are in camel case, as messages of protobuf write them by default; their snake case
//! (`phenotypic_features`) is the same key to every reader of protobuf, and so it is here.

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;

/// Objects with ids as keys, which are no names of fields.
const KEYED_BY_IDS: [&str; 4] = [
    "attributes",
    "individualToFileIdentifiers",
    "individualToSampleIdentifiers",
    "fileAttributes",
];
/// So many keys are compared one by one.
const FEW: usize = 16;

#[derive(Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Json>),
    Object(Fields),
}

/// The fields of an object, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Fields {
    list: Vec<Field>,
    /// A field that is there twice, and is not the same.
    twice: Option<usize>,
}

#[derive(Debug)]
struct Field {
    key: String,
    /// The key as it was written, where that is another.
    written: Option<String>,
    value: Json,
    read: Cell<bool>,
}

impl Json {
    /// A field that is there and not null: it counts as read.
    pub(super) fn field(&self, key: &str) -> Option<&Self> {
        let Self::Object(fields) = self else {
            return None;
        };
        let found = fields.list.iter().find(|field| field.key == key)?;
        found.read.set(true);
        (!matches!(found.value, Self::Null)).then_some(&found.value)
    }

    /// A field that is there and not null, to tell what the object is: it does not count as read.
    pub(super) fn peek(&self, key: &str) -> Option<&Self> {
        let Self::Object(fields) = self else {
            return None;
        };
        let found = fields.list.iter().find(|field| field.key == key)?;
        (!matches!(found.value, Self::Null)).then_some(&found.value)
    }

    /// The keys of an object.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.fields().map(|field| field.key.as_str())
    }

    /// The keys of an object with ids as keys, and their values: they count as read.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.fields().map(|field| {
            field.read.set(true);
            (field.key.as_str(), &field.value)
        })
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        let fields = match self {
            Self::Object(fields) => fields.list.as_slice(),
            _ => &[],
        };
        fields.iter()
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(super) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Every field within counts as read.
    pub(super) fn pass(&self) {
        match self {
            Self::Array(items) => items.iter().for_each(Self::pass),
            _ => self.fields().for_each(|field| {
                field.read.set(true);
                field.value.pass();
            }),
        }
    }

    /// Calls `each` with every field that was not read and says something, by the keys that lead to it.
    pub(super) fn unread(&self, path: &mut String, each: &mut dyn FnMut(&str)) {
        match self {
            Self::Array(items) => items.iter().for_each(|item| item.unread(path, each)),
            _ => {
                for field in self.fields() {
                    let length = path.len();
                    if length > 0 {
                        path.push('.');
                    }
                    path.push_str(field.written.as_ref().unwrap_or(&field.key));
                    if field.read.get() {
                        field.value.unread(path, each);
                    } else if !field.value.is_empty() {
                        each(path);
                    }
                    path.truncate(length);
                }
            }
        }
    }

    /// Whether it says nothing: what is written of a field that is not set.
    fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::String(text) => text.is_empty(),
            Self::Array(items) => items.is_empty(),
            Self::Object(fields) => fields.list.is_empty(),
            Self::Bool(_) | Self::Number(_) => false,
        }
    }

    /// A key that some object within has twice, with other values.
    pub(super) fn twice(&self) -> Option<&str> {
        match self {
            Self::Object(fields) => {
                let own = fields.twice.and_then(|at| fields.list.get(at));
                own.map(|field| field.key.as_str())
                    .or_else(|| fields.list.iter().find_map(|field| field.value.twice()))
            }
            Self::Array(items) => items.iter().find_map(Self::twice),
            _ => None,
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Self::Object(a), Self::Object(b)) => {
                let mut pairs = a.list.iter().zip(&b.list);
                a.list.len() == b.list.len()
                    && pairs.all(|(a, b)| a.key == b.key && a.value.same(&b.value))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Json {
    /// Of a number, a text or a truth: as it stands in JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::String(text) => serde_json::Value::String(text.clone()).fmt(f),
            Self::Array(items) => write!(f, "a list of {}", items.len()),
            Self::Object(_) => {
                let keys: Vec<&str> = self.keys().take(5).collect();
                write!(f, "an object of {}", keys.join(", "))
            }
        }
    }
}

/// `phenotypic_features` as `phenotypicFeatures`; `None` for what is no snake case.
fn camel(key: &str) -> Option<String> {
    if !key.contains('_') || !key.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    let mut camel = String::with_capacity(key.len());
    let mut upper = false;
    for c in key.chars() {
        if c == '_' {
            upper = true;
        } else {
            camel.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        }
    }
    Some(camel)
}

impl Fields {
    /// Adds a field. `places` has those of all fields once there are many.
    fn push(
        &mut self,
        written: String,
        value: Json,
        places: &mut HashMap<String, usize>,
        ids: bool,
    ) {
        let (key, written) = match camel(&written).filter(|_| !ids) {
            Some(key) => (key, Some(written)),
            None => (written, None),
        };
        let known = match places.is_empty() {
            true => self.list.iter().position(|field| field.key == key),
            false => places.get(&key).copied(),
        };
        if let Some(other) = known.and_then(|at| self.list.get(at)) {
            if !other.value.same(&value) {
                self.twice = self.twice.or(known);
            }
            return;
        }
        if !places.is_empty() {
            places.insert(key.clone(), self.list.len());
        }
        self.list.push(Field {
            key,
            written,
            value,
            read: Cell::new(false),
        });
        if self.list.len() == FEW {
            let keys = self.list.iter().map(|field| field.key.clone());
            places.extend(keys.zip(0..));
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader { ids: false }.deserialize(deserializer)
    }
}

/// Reads a value; `ids` where it is an object with ids as keys.
struct Reader {
    ids: bool,
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        let number = Number::from_f64(value);
        number
            .map(Json::Number)
            .ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut fields = Fields::default();
        let mut places = HashMap::new();
        while let Some(key) = map.next_key::<String>()? {
            let name = camel(&key);
            let ids = KEYED_BY_IDS.contains(&name.as_deref().unwrap_or(&key));
            let value = map.next_value_seed(Reader { ids })?;
            fields.push(key, value, &mut places, self.ids);
        }
        Ok(Json::Object(fields))
    }
}
