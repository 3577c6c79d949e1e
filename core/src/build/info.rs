//! INFO values on their way into columns.

use super::row::Row;
use crate::error::Place;
use crate::format::{ColumnWriter, TextWriter};
use crate::source::chunk::Chunk;

/// How the values of an INFO key are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InfoType {
    /// Present or not.
    Flag,
    /// Whole numbers, one a row.
    Integer,
    /// Numbers of 32 bits, one a row (as BCF has them).
    Float,
    /// Text as it stands in the VCF: strings, and lists whose length does not follow the ALTs.
    Text,
    /// Text as it stands in the VCF that is a list of numbers of 32 bits, and compares as such.
    Floats,
}

impl InfoType {
    const NAMES: [(Self, &str); 5] = [
        (Self::Flag, "flag"),
        (Self::Integer, "integer"),
        (Self::Float, "float"),
        (Self::Text, "text"),
        (Self::Floats, "floats"),
    ];

    /// The type of this name in manifests and segments.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut all = Self::NAMES.into_iter();
        all.find(|(_, known)| *known == name).map(|(kind, _)| kind)
    }

    fn name(self) -> &'static str {
        let mut all = Self::NAMES.into_iter();
        all.find(|(kind, _)| *kind == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether its values are stored as text.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Floats)
    }
}

/// Which of a record's values belongs to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InfoNumber {
    /// One for the record (VCF 0 or 1), or a list for the record as a whole.
    Record,
    /// One for each ALT (`A`).
    Alt,
    /// One for REF and each ALT (`R`).
    Allele,
}

/// An INFO key to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InfoKey {
    pub(crate) name: String,
    pub(crate) kind: InfoType,
    pub(crate) number: InfoNumber,
}

impl InfoKey {
    /// From a header's Number and Type.
    pub(crate) fn new(name: &str, (number, kind): (&str, &str)) -> Self {
        let per = match number {
            "A" => InfoNumber::Alt,
            "R" => InfoNumber::Allele,
            _ => InfoNumber::Record,
        };
        let single = number == "1" || per != InfoNumber::Record;
        let kind = match kind {
            "Flag" => InfoType::Flag,
            "Integer" if single => InfoType::Integer,
            "Float" if single => InfoType::Float,
            "Float" => InfoType::Floats,
            _ => InfoType::Text,
        };
        Self {
            name: name.to_owned(),
            kind,
            number: per,
        }
    }

    /// The line of the `info_keys` section.
    pub(crate) fn to_line(&self) -> String {
        let kind = self.kind.name();
        let number = match self.number {
            InfoNumber::Record => "record",
            InfoNumber::Alt => "alt",
            InfoNumber::Allele => "allele",
        };
        format!("{kind}\t{number}\t{}", self.name)
    }

    /// From a line of the `info_keys` section.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let mut fields = line.splitn(3, '\t');
        let kind = InfoType::named(fields.next()?)?;
        let number = match fields.next()? {
            "record" => InfoNumber::Record,
            "alt" => InfoNumber::Alt,
            "allele" => InfoNumber::Allele,
            _ => return None,
        };
        Some(Self {
            name: fields.next()?.to_owned(),
            kind,
            number,
        })
    }

    /// The part of a record's value that belongs to its ALT number `alt`; `None` where it is missing.
    fn part<'a>(&self, value: &'a [u8], alt: u32) -> Option<&'a [u8]> {
        let index = match self.number {
            InfoNumber::Record => return Some(value),
            InfoNumber::Alt => alt.checked_sub(1)?,
            InfoNumber::Allele => alt,
        };
        value
            .split(|&b| b == b',')
            .nth(index as usize)
            .filter(|part| *part != b".")
    }
}

/// The values of one key.
#[derive(Debug)]
pub(super) enum InfoColumn {
    Flag(ColumnWriter),
    Number(ColumnWriter),
    Text(TextWriter),
}

impl InfoColumn {
    pub(super) fn new(key: &InfoKey) -> Self {
        match key.kind {
            InfoType::Flag => Self::Flag(ColumnWriter::default()),
            InfoType::Integer | InfoType::Float => Self::Number(ColumnWriter::nullable()),
            InfoType::Text | InfoType::Floats => Self::Text(TextWriter::default()),
        }
    }

    /// Adds a row's value; `false` where it is no value of the key's type, which is kept as missing.
    fn push(&mut self, key: &InfoKey, value: Option<&[u8]>) -> bool {
        match self {
            Self::Flag(column) => column.push(i64::from(value.is_some())),
            Self::Text(column) => column.push(value.unwrap_or_default()),
            Self::Number(column) => {
                let text = value.and_then(|value| std::str::from_utf8(value).ok());
                let number = text.and_then(|text| match key.kind {
                    InfoType::Integer => text.parse::<i32>().ok().map(i64::from),
                    _ => parse_float(text).map(|float| i64::from(float.to_bits())),
                });
                column.push_nullable(number);
                return number.is_some() || value.is_none();
            }
        }
        true
    }

    pub(super) fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Flag(a), Self::Flag(b)) | (Self::Number(a), Self::Number(b)) => a.append(b),
            (Self::Text(a), Self::Text(b)) => a.append(b),
            _ => debug_assert!(false, "columns of a key have one type"),
        }
    }

    pub(super) fn finish(self) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Flag(column) | Self::Number(column) => Ok(column.finish()),
            Self::Text(column) => column.finish(false),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Flag(column) | Self::Number(column) => column.len(),
            Self::Text(column) => column.len(),
        }
    }
}

/// A VCF float: `inf`, `nan` and their like in any case.
fn parse_float(text: &str) -> Option<f32> {
    text.parse().ok()
}

/// Values of a key that are not of its type: how many, and where the first of them stands.
pub(super) type Unfit = Option<(u64, Place)>;

/// The columns of `rows`, and for each key the values that were not of its type. `fields` says which
/// keys are fields of an annotation; their values are there already.
pub(super) fn encode_info(
    rows: &[Row],
    keys: &[InfoKey],
    fields: &[Option<usize>],
    mut kept: Vec<TextWriter>,
) -> (Vec<InfoColumn>, Vec<Unfit>) {
    let field = |k: usize| fields.get(k).copied().flatten();
    let column = |(k, key)| match field(k).and_then(|field| kept.get_mut(field)) {
        Some(values) => InfoColumn::Text(std::mem::take(values)),
        None => InfoColumn::new(key),
    };
    let mut columns: Vec<InfoColumn> = keys.iter().enumerate().map(column).collect();
    let mut unfit: Vec<Unfit> = vec![None; keys.len()];
    for row in rows {
        for (k, (key, column)) in keys.iter().zip(&mut columns).enumerate() {
            if field(k).is_some() {
                continue;
            }
            let value =
                value_of(&row.chunk, row, k).and_then(|value| key.part(value, row.alt_number));
            if !column.push(key, value) {
                unfit[k].get_or_insert((0, row.record().place)).0 += 1;
            }
        }
    }
    (columns, unfit)
}

fn value_of<'a>(chunk: &'a Chunk, row: &Row, key: usize) -> Option<&'a [u8]> {
    let values = chunk.info.get(row.record().info.range())?;
    let value = values.iter().find(|value| usize::from(value.key) == key)?;
    Some(chunk.text(value.value))
}
