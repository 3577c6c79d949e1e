//! Free attributes as files have them: names, and of what type the values are. A type is declared, or it is the one
//! that all values have: numbers, dates, ages and codes are known by how they are written, and what is no such or of
//! several types is text.

use super::input::wrong;
use super::json::is_curie;
use super::notes::short;
use crate::error::{Error, InputError, Place, Result};
use crate::model::{Age, Ages, AttributeType, AttributeValue, Coding, Dates};
use crate::store::free::{ATTRIBUTES_MAX, NAME_MAX, TEXT_MAX, is_name};
use crate::store::individuals::places_of;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

/// What a name of a column begins with that is one of a free attribute.
pub(super) const PREFIX: &str = "attribute.";

/// An attribute as a source names it, with the type where it says one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: Rc<str>,
    pub(super) kind: Option<AttributeType>,
}

/// What a source says of one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    pub(super) of: Named,
    pub(super) value: AttributeValue,
}

impl Named {
    /// What of `attribute.NAME` or `attribute.NAME:TYPE` is behind the prefix.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (name, kind) = match text.rsplit_once(':') {
            Some((name, kind)) => (name, Some(AttributeType::from_name(kind)?)),
            None => (text, None),
        };
        Self::of(name, kind)
    }

    pub(super) fn of(name: &str, kind: Option<AttributeType>) -> Option<Self> {
        is_name(name).then(|| Self {
            name: name.into(),
            kind,
        })
    }

    /// What is expected where [`Named::parse`] finds none.
    pub(super) fn expected() -> String {
        let kinds = AttributeType::ALL.map(AttributeType::name).join(", ");
        format!(
            "a name of an attribute (a letter, then letters, digits, `_`, `.` and `-`, at most {NAME_MAX}), and behind \
             it, if at all, `:` and a type ({kinds})"
        )
    }
}

/// The attribute that a column of this name holds, where it is named as one; an error where it is not named well.
pub(super) fn column(path: &Path, header: &str) -> Result<Option<Named>> {
    let prefix = header.get(..PREFIX.len());
    if !prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX)) {
        return Ok(None);
    }
    let named = header.get(PREFIX.len()..).and_then(Named::parse);
    named.map(Some).ok_or_else(|| {
        let found = short(header);
        wrong(path, Place::Line(1), &Named::expected(), &found)
    })
}

/// The attributes met so far.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    list: Vec<Known>,
    /// By name in lower case.
    numbers: HashMap<String, u32>,
}

#[derive(Debug)]
struct Known {
    name: Rc<str>,
    /// The type that a source says, and which source.
    declared: Option<(AttributeType, String)>,
    /// By type: where a value was met first.
    met: [Option<String>; AttributeType::ALL.len()],
}

/// The attributes with their types, in the order of their names.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) list: Vec<(String, AttributeType)>,
    /// By number in the order in which they were met: the place in the list.
    places: Vec<u32>,
}

impl Attributes {
    /// Those that the format itself names.
    pub(super) fn declared(named: &[(&str, AttributeType)]) -> Self {
        let mut all = Self::default();
        for (name, kind) in named {
            all.list.push(Known {
                name: (*name).into(),
                declared: Some((*kind, "its definition".to_owned())),
                met: Default::default(),
            });
            all.numbers
                .insert(name.to_ascii_lowercase(), all.list.len() as u32 - 1);
        }
        all
    }

    /// The number of an attribute, and the value in the type that is known.
    pub(super) fn add(&mut self, said: Said, place: &str) -> Result<(u32, AttributeValue)> {
        let number = self.number(&said.of, place)?;
        let Some(known) = self.list.get_mut(number as usize) else {
            return Ok((number, said.value));
        };
        let fault = |expected: String, found: &AttributeValue| {
            let expected = format!("{expected} as attribute {}", known.name);
            Err(fault(place, expected, short(&found.to_string())))
        };
        if said.value.len() > TEXT_MAX {
            let expected = format!("a text of at most {TEXT_MAX} bytes");
            return fault(expected, &said.value);
        }
        if let Some((kind, by)) = &known.declared {
            return match said.value.to(*kind) {
                Some(value) => Ok((number, value)),
                None => fault(format!("{} (declared by {by})", kind.name()), &said.value),
            };
        }
        let kind = said.value.guessed();
        let met = known.met.get_mut(kind as usize);
        met.map(|met| met.get_or_insert_with(|| place.to_owned()));
        Ok((number, said.value))
    }

    /// A header names an attribute: a type that it says holds whatever values follow.
    pub(super) fn declare(&mut self, named: &Named, place: &str) -> Result<()> {
        match named.kind {
            Some(_) => self.number(named, place).map(|_| ()),
            None => Ok(()),
        }
    }

    fn number(&mut self, named: &Named, place: &str) -> Result<u32> {
        let key = named.name.to_ascii_lowercase();
        let number = match self.numbers.get(&key) {
            Some(number) => *number,
            None if self.list.len() >= ATTRIBUTES_MAX => {
                let expected = format!("at most {ATTRIBUTES_MAX} free attributes");
                return Err(fault(place, expected, format!("{} more", named.name)));
            }
            None => {
                let number = self.list.len() as u32;
                self.list.push(Known {
                    name: Rc::clone(&named.name),
                    declared: None,
                    met: Default::default(),
                });
                self.numbers.insert(key, number);
                number
            }
        };
        if let (Some(kind), Some(known)) = (named.kind, self.list.get_mut(number as usize)) {
            known.declare(kind, place)?;
        }
        Ok(number)
    }

    pub(super) fn typed(&self) -> Typed {
        let mut order: Vec<usize> = (0..self.list.len()).collect();
        let name = |at: &usize| {
            let known = self.list.get(*at);
            known.map(|known| known.name.to_ascii_lowercase())
        };
        order.sort_by_key(name);
        let mut places = vec![0; order.len()];
        for (place, number) in (0..).zip(&order) {
            if let Some(of) = places.get_mut(*number) {
                *of = place;
            }
        }
        let list = order.iter().filter_map(|at| self.list.get(*at));
        Typed {
            list: list
                .map(|known| (known.name.to_string(), known.kind()))
                .collect(),
            places,
        }
    }
}

impl Known {
    fn declare(&mut self, kind: AttributeType, place: &str) -> Result<()> {
        match &self.declared {
            Some((known, _)) if *known == kind => return Ok(()),
            Some((known, by)) => {
                let expected = format!(
                    "attribute {} of type {}, as declared by {by}",
                    self.name,
                    known.name()
                );
                return Err(fault(place, expected, format!("type {}", kind.name())));
            }
            None => {}
        }
        let others = AttributeType::ALL.into_iter().zip(&self.met);
        let mut others = others.filter_map(|(of, met)| Some((of, met.as_ref()?)));
        let text = AttributeType::Text;
        let fits = |of| of == kind || kind == text || (kind, of) == (AttributeType::Code, text);
        if let Some((other, met)) = others.find(|(of, _)| !fits(*of)) {
            let expected = format!(
                "a type of attribute {} that holds of its values before",
                self.name
            );
            let found = format!("{}, where {met} has a {}", kind.name(), other.name());
            return Err(fault(place, expected, found));
        }
        self.declared = Some((kind, place.to_owned()));
        Ok(())
    }

    fn kind(&self) -> AttributeType {
        if let Some((kind, _)) = self.declared {
            return kind;
        }
        let met = AttributeType::ALL.into_iter().zip(&self.met);
        let mut met = met.filter(|(_, met)| met.is_some());
        match (met.next(), met.next()) {
            (Some((only, _)), None) => only,
            _ => AttributeType::Text,
        }
    }
}

fn fault(place: &str, expected: String, found: String) -> Error {
    // the place has the line, or the JSON pointer
    Error::from(Box::new(InputError {
        file: place.to_owned(),
        place: Place::File,
        expected,
        found,
    }))
}

impl Typed {
    /// The attributes become those of a list that has all of them.
    pub(crate) fn join(&mut self, list: &[(String, AttributeType)]) {
        let own = places_of(&self.list, list);
        let places = self.places.iter_mut();
        places.for_each(|place| *place = own.get(*place as usize).copied().unwrap_or(u32::MAX));
        self.list = list.to_vec();
    }

    /// Values in their types, by the places of their attributes; of two of one attribute the first.
    pub(crate) fn row(
        &self,
        values: impl IntoIterator<Item = (u32, AttributeValue)>,
    ) -> Vec<(u32, AttributeValue)> {
        let typed = values.into_iter().filter_map(|(number, value)| {
            let place = *self.places.get(number as usize)?;
            let (_, kind) = self.list.get(place as usize)?;
            Some((place, value.to(*kind)?))
        });
        let mut row: Vec<_> = typed.collect();
        row.sort_by_key(|(place, _)| *place);
        row.dedup_by_key(|(place, _)| *place);
        row
    }
}

impl AttributeValue {
    /// A value as a cell of a table has it.
    pub(super) fn cell(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Code(code) => code.id.len() + code.label.len(),
            Self::Number(_) | Self::Date(_) | Self::Age(_) => 0,
        }
    }

    /// Whether another source says the same, maybe as a number where this one has a text.
    pub(super) fn same(&self, other: &Self) -> bool {
        let is = |one: &Self, other: &Self| {
            matches!(one, Self::Text(_)) && one.to(other.kind()).as_ref() == Some(other)
        };
        self == other || is(self, other) || is(other, self)
    }

    fn kind(&self) -> AttributeType {
        match self {
            Self::Text(_) => AttributeType::Text,
            Self::Number(_) => AttributeType::Number,
            Self::Date(_) => AttributeType::Date,
            Self::Age(_) => AttributeType::Age,
            Self::Code(_) => AttributeType::Code,
        }
    }

    /// The type that it has, which a text has by how it is written.
    fn guessed(&self) -> AttributeType {
        match self {
            Self::Text(text) if is_number(text) => AttributeType::Number,
            // a year alone is a number
            Self::Text(text) if text.contains('-') && Dates::from_iso(text).is_some() => {
                AttributeType::Date
            }
            Self::Text(text) if Age::from_iso(text).is_some() => AttributeType::Age,
            Self::Text(text) if is_curie(text) && !text.contains("//") => AttributeType::Code,
            other => other.kind(),
        }
    }

    /// The value in a type; `None` where it has none in it.
    fn to(&self, kind: AttributeType) -> Option<Self> {
        Some(match (kind, self) {
            (AttributeType::Text, Self::Text(_))
            | (AttributeType::Number, Self::Number(_))
            | (AttributeType::Date, Self::Date(_))
            | (AttributeType::Age, Self::Age(_))
            | (AttributeType::Code, Self::Code(_)) => self.clone(),
            (AttributeType::Text, other) => Self::Text(other.to_string()),
            (AttributeType::Number, Self::Text(text)) => {
                let number: f64 = text.trim().parse().ok()?;
                Self::Number(Some(number).filter(|number| number.is_finite())?)
            }
            (AttributeType::Date, Self::Text(text)) => Self::Date(Dates::from_iso(text)?),
            (AttributeType::Date, Self::Number(year)) => {
                Self::Date(Dates::from_iso(&year.to_string())?)
            }
            (AttributeType::Age, Self::Text(text)) => {
                let age = Age::from_iso(text).or_else(|| Age::parse(text.trim()))?;
                Self::Age(Ages::at(age))
            }
            (AttributeType::Code, Self::Text(text)) => Self::Code(Coding::from_text(text)?),
            _ => return None,
        })
    }
}

/// Whether a text is a number and nothing else: `007` is a text, and so is `+1`.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut first = digits.bytes();
    let is_plain = match (first.next(), first.next()) {
        (Some(b'0'), Some(second)) => !second.is_ascii_digit(),
        (Some(first), _) => first.is_ascii_digit(),
        (None, _) => false,
    };
    is_plain && text.parse().is_ok_and(f64::is_finite)
}
