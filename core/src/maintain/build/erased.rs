//! Who was erased is not added again, unless that was taken back.

use super::emit::input_error;
use crate::cohort::consent::Decisions;
use crate::error::{Place, Result};
use crate::format::Folder;
use crate::model::Kin;
use crate::store::decisions::{read, stamp};

/// Ids that a message names.
const NAMED: usize = 3;

/// The ids of those who were erased from a dataset, as its decisions have them.
#[derive(Debug, Default)]
pub(super) struct ErasedIds(Decisions);

impl ErasedIds {
    /// Of nobody where there is no file of decisions yet.
    pub(super) fn read(folder: &Folder) -> Result<Self> {
        let mut decisions = Decisions::default();
        if stamp(folder)?.is_some() {
            for frame in read(folder, None)?.frames {
                decisions.add(frame);
            }
        }
        Ok(Self(decisions))
    }

    /// How many there were so far: of a state that has none of them.
    pub(super) fn count(&self) -> u64 {
        self.0.erased_ids()
    }

    /// An error where somebody of an input would be added again.
    pub(super) fn refuse<'a>(
        &self,
        file: &str,
        what: &str,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<()> {
        if self.count() == 0 {
            return Ok(());
        }
        let again: Vec<&str> = ids.filter(|id| self.0.erased(id).is_some()).collect();
        if again.is_empty() {
            return Ok(());
        }
        let named = again.get(..NAMED).unwrap_or(&again).join(", ");
        let more = match again.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let expected = "nobody who was erased from the dataset (leave them out, or take the withdrawal back first: \
                        varidex restore)";
        let found = format!("{what} {named}{more}");
        Err(input_error(file, Place::File, expected, found))
    }

    /// Takes out of what is known of somebody's family who was erased.
    pub(super) fn leave_out(&self, kin: &mut Kin) {
        if self.count() > 0 {
            for parent in [&mut kin.father, &mut kin.mother] {
                parent.take_if(|id| self.0.erased(id).is_some());
            }
        }
    }
}
