//! What a view remembers of computed identifiers that were looked for.

use crate::genome::VrsId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// So many are remembered.
const KEPT: usize = 1 << 12;

/// Where an allele is that was looked for by its identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdPlace {
    /// A part, and a row of it.
    Row(usize, u32),
    /// Nowhere.
    Absent,
    /// Not at any row of which the identifier is known; this one is among the others, by part and row.
    Undecided(usize, u32),
}

/// The places of identifiers: a view always finds the same ones.
#[derive(Debug, Default)]
pub(crate) struct KnownIds(Mutex<HashMap<VrsId, IdPlace>>);

impl KnownIds {
    pub(crate) fn get(&self, id: &VrsId) -> Option<IdPlace> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(id).copied()
    }

    pub(crate) fn keep(&self, id: VrsId, place: IdPlace) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(id, place);
    }
}
