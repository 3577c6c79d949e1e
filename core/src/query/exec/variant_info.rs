//! INFO keys that were kept, as they are read.

use super::variants::Variant;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::{InfoKey, InfoType};
use crate::query::expr::nearest;
use crate::query::plan::row_filter::StoredInfo;

/// What the values of an INFO key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InfoKind {
    /// Present or not.
    Flag,
    /// One whole number.
    Integer,
    /// One number of 32 bits.
    Float,
    /// Text, or a list as it stands in the VCF.
    Text,
}

/// An INFO key that a dataset keeps, to be read with [`Variant::info`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfoColumn {
    name: String,
    number: u16,
    kind: InfoType,
}

impl InfoColumn {
    /// Its name in the header.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its values are.
    pub fn kind(&self) -> InfoKind {
        match self.kind {
            InfoType::Flag => InfoKind::Flag,
            InfoType::Integer => InfoKind::Integer,
            InfoType::Float => InfoKind::Float,
            InfoType::Text | InfoType::Floats => InfoKind::Text,
        }
    }
}

/// The value of an INFO key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum InfoCell<'v> {
    /// The flag is there.
    Flag,
    /// One whole number.
    Integer(i64),
    /// One number.
    Float(f32),
    /// As it stands in the VCF.
    Text(&'v [u8]),
}

impl View {
    /// An INFO key that was kept, by its name.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for one that was not kept, with those that were, and for one that counts those who may not
    /// be seen.
    pub fn info_column(&self, name: &str) -> Result<InfoColumn> {
        let keys = &self.manifest().info;
        let found = keys.iter().position(|known| known.key == name);
        let Some((number, key)) = found.and_then(|at| Some((at, keys.get(at)?))) else {
            let kept: Vec<&str> = keys.iter().map(|key| key.key.as_str()).collect();
            let kept = match kept[..] {
                [] => "no INFO is".to_owned(),
                _ => {
                    let near = nearest(name, kept.iter().copied()).join(", ");
                    format!("did you mean {near}? Kept are {}", kept.join(", "))
                }
            };
            return Err(Error::Usage(format!(
                "INFO {name} is not kept in this dataset (build with --info {name}); {kept}"
            )));
        };
        if self.withholds(name) {
            return Err(Error::Usage(format!(
                "INFO {name} counts those who may not be seen: it is withheld"
            )));
        }
        let known = InfoKey::from_line(&format!("{}\t{}\t{}", key.kind, key.number, key.key));
        let known = known.zip(u16::try_from(number).ok());
        let (key, number) = known.ok_or_else(|| {
            Error::Usage(format!("INFO {name} has a type this version does not know"))
        })?;
        Ok(InfoColumn {
            name: key.name,
            number,
            kind: key.kind,
        })
    }
}

impl Variant<'_, '_> {
    /// The value of an INFO key; `None` where there is none. Of a variant that several batches have it is that of the
    /// first record with one, among those that pass the question.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// let significance = view.info_column("CLNSIG")?;
    /// let mut variants = view.variants("gene:RYR1")?;
    /// while let Some(mut variant) = variants.next()? {
    ///     println!("{:?}", variant.info(&significance)?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn info(&mut self, column: &InfoColumn) -> Result<Option<InfoCell<'_>>> {
        let walk = &mut self.of.walk;
        let mut found = None;
        for at in 0..walk.passing().len() {
            let Some(&row) = walk.passing().get(at) else {
                break;
            };
            let Some(filter) = walk.filter_of(row) else {
                continue;
            };
            if is_value(filter.info(column.number, column.kind, row.row)?) {
                found = Some(row);
                break;
            }
        }
        let Some(row) = found else { return Ok(None) };
        let Some(filter) = walk.filter_of(row) else {
            return Ok(None);
        };
        let stored = filter.info(column.number, column.kind, row.row)?;
        Ok(match (stored, column.kind) {
            (StoredInfo::Missing, _) => None,
            (StoredInfo::Flag, _) => Some(InfoCell::Flag),
            (StoredInfo::Number(bits), InfoType::Float) => {
                Some(InfoCell::Float(f32::from_bits(bits as u32)))
            }
            (StoredInfo::Number(number), _) => Some(InfoCell::Integer(number)),
            (StoredInfo::Text(text), _) => Some(InfoCell::Text(text)),
        })
    }

    /// How many bases are changed, as `length` of expressions has it; `None` where that is not known.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn length(&mut self) -> Result<Option<u64>> {
        let row = self.first;
        match self.of.walk.filter_of(row) {
            Some(filter) => Ok(filter.shape(row.row)?.1),
            None => Ok(None),
        }
    }
}

/// A list of nothing but `.` is no value.
fn is_value(stored: StoredInfo<'_>) -> bool {
    match stored {
        StoredInfo::Missing => false,
        StoredInfo::Text(text) => text.iter().any(|byte| !matches!(byte, b'.' | b',')),
        _ => true,
    }
}
