//! INFO values on their way into columns.

use super::row::Row;
use crate::error::Place;
use crate::format::{ColumnWriter, TextWriter};
use crate::input::chunk::Chunk;
use crate::model::{InfoKey, InfoType};

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

/// The columns of rows of which the values of each are its own.
pub(super) fn encode_own_info(rows: &[Row], keys: &[InfoKey]) -> Vec<InfoColumn> {
    let mut columns: Vec<InfoColumn> = keys.iter().map(InfoColumn::new).collect();
    for row in rows {
        for (k, (key, column)) in keys.iter().zip(&mut columns).enumerate() {
            column.push(key, value_of(&row.chunk, row, k));
        }
    }
    columns
}

pub(super) fn value_of<'a>(chunk: &'a Chunk, row: &Row, key: usize) -> Option<&'a [u8]> {
    let values = chunk.info.get(row.record().info.range())?;
    let value = values.iter().find(|value| usize::from(value.key) == key)?;
    Some(chunk.text(value.value))
}
