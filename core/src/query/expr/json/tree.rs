//! Reading JSON with bounds, and places in it.

use super::super::parse::check_length;
use super::super::scan::Result;
use crate::error::ExpressionError;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt::{self, Display, Formatter};

/// JSON is longer than the text that says the same: `1:5|` becomes a region with three keys.
const MAX_LENGTH: usize = 8 << 20;
/// More than the text form's limit of parentheses needs: a parenthesis of the text is seven
/// levels at most (`(… | … & !af(…`), objects and arrays counted.
const MAX_DEPTH: usize = 720;

/// A place in JSON, as RFC 6901 writes it.
pub(super) struct Pointer<'a> {
    parent: Option<&'a Pointer<'a>>,
    token: Token<'a>,
}

enum Token<'a> {
    Top,
    Key(&'a str),
    Item(usize),
}

impl<'a> Pointer<'a> {
    pub(super) const TOP: Pointer<'static> = Pointer {
        parent: None,
        token: Token::Top,
    };

    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Self {
            parent: Some(self),
            token: Token::Key(key),
        }
    }

    pub(super) fn item(&'a self, item: usize) -> Self {
        Self {
            parent: Some(self),
            token: Token::Item(item),
        }
    }

    pub(super) fn error(&self, message: impl Display) -> Box<ExpressionError> {
        self.error_with(message, Vec::new())
    }

    pub(super) fn error_with(
        &self,
        message: impl Display,
        candidates: Vec<String>,
    ) -> Box<ExpressionError> {
        let message = match self.parent {
            None => format!("JSON expression: {message}"),
            Some(_) => format!("JSON expression at `{self}`: {message}"),
        };
        Box::new(ExpressionError {
            text: String::new(),
            at: 0..0,
            message,
            candidates,
        })
    }
}

impl Display for Pointer<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut tokens = Vec::new();
        let mut place = self;
        while let Some(parent) = place.parent {
            tokens.push(&place.token);
            place = parent;
        }
        tokens.iter().rev().try_for_each(|token| match token {
            Token::Top => Ok(()),
            Token::Key(key) => write!(f, "/{}", key.replace('~', "~0").replace('/', "~1")),
            Token::Item(item) => write!(f, "/{item}"),
        })
    }
}

/// JSON within the limits of length and depth, in which no object has a key twice.
pub(super) fn read(json: &str) -> Result<Value> {
    check_length(json, MAX_LENGTH)?;
    let mut deserializer = serde_json::Deserializer::from_str(json);
    // the limit of this reader is its own
    deserializer.disable_recursion_limit();
    Bounded(MAX_DEPTH)
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| Pointer::TOP.error(error))
}

/// Reads a value of at most so many levels.
#[derive(Clone, Copy)]
struct Bounded(usize);

impl Bounded {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        let too_deep = || E::custom(format_args!("nested deeper than {MAX_DEPTH}"));
        self.0.checked_sub(1).map(Self).ok_or_else(too_deep)
    }
}

impl<'de> DeserializeSeed<'de> for Bounded {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded {
    type Value = Value;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                // the second would silently win
                let shown = super::super::error::quoted(&key);
                return Err(A::Error::custom(format_args!("the key {shown} twice")));
            }
            let value = entries.next_value_seed(inner)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}
