//! Questions of free attributes: rows by their values.

use super::{Attribute, Free, lower};
use crate::error::Result;
use crate::format::{ColumnCursor, Container, TextBlock};
use crate::model::{AttributeType, AttributeValue};
use crate::set::SampleSet;
use std::collections::BTreeMap;

impl Free {
    fn attribute(&self, name: &str) -> Option<&Attribute> {
        let wanted = lower(name);
        let at = self
            .attributes
            .binary_search_by(|attribute| lower(&attribute.name).cmp(&wanted));
        self.attributes.get(at.ok()?)
    }

    /// The type of an attribute by its name in any case; `None` where there is none.
    pub(crate) fn kind_of(&self, name: &str) -> Option<AttributeType> {
        self.attribute(name).map(|attribute| attribute.kind)
    }

    /// Calls `found` with every row of which a test holds of the value of an attribute; of those `within`, where they
    /// are given, the first row being the number `first`. Each text and each code is read and tested once.
    pub(crate) fn select(
        &self,
        file: &Container,
        name: &str,
        (within, first): (Option<&SampleSet>, u32),
        holds: &mut dyn FnMut(&AttributeValue) -> Result<bool>,
        found: &mut dyn FnMut(u32),
    ) -> Result<()> {
        let Some(attribute) = self.attribute(name) else {
            return Ok(());
        };
        let entries = match attribute.kind {
            AttributeType::Text => self.texts.len(),
            AttributeType::Code => self.ids.len(),
            _ => 0,
        };
        let mut known: Vec<Option<bool>> = vec![None; entries as usize];
        let mut cursor = ColumnCursor::new(file, attribute.column);
        let mut blocks = <[TextBlock; 2]>::default();
        for row in 0..self.rows {
            if within.is_some_and(|within| !within.contains(first + row)) {
                continue;
            }
            let Some(value) = cursor.get_nullable(row)? else {
                continue;
            };
            let slot = usize::try_from(value).ok();
            let slot = slot.and_then(|entry| known.get_mut(entry));
            let is_one = match slot {
                Some(Some(answer)) => *answer,
                Some(slot) => {
                    let value = self.value_in(file, attribute, value, &mut blocks)?;
                    *slot.insert(holds(&value)?)
                }
                None => holds(&self.value_in(file, attribute, value, &mut blocks)?)?,
            };
            if is_one {
                found(row);
            }
        }
        Ok(())
    }

    /// The values of an attribute of texts or codes as they are shown, and the rows that have each.
    pub(crate) fn split(&self, file: &Container, name: &str) -> Result<BTreeMap<String, Vec<u32>>> {
        let mut all = BTreeMap::new();
        let Some(attribute) = self.attribute(name) else {
            return Ok(all);
        };
        let mut by_entry: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
        let mut cursor = ColumnCursor::new(file, attribute.column);
        for row in 0..self.rows {
            if let Some(value) = cursor.get_nullable(row)? {
                by_entry.entry(value).or_default().push(row);
            }
        }
        let mut blocks = <[TextBlock; 2]>::default();
        for (entry, rows) in by_entry {
            let value = self.value_in(file, attribute, entry, &mut blocks)?;
            // one id may stand with several labels
            let known: &mut Vec<u32> = all.entry(value.to_string()).or_default();
            known.extend(rows);
        }
        Ok(all)
    }
}
