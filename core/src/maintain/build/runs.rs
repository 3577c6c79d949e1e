//! Sorting beside the dataset that is being built.

use crate::input::Workers;
use crate::store::Publication;
pub(super) use crate::store::runs::{Merge, Runs};

impl<'a> Runs<'a> {
    /// Of at most a quarter of `memory` each.
    pub(super) fn new(publication: &'a Publication, workers: &'a Workers, memory: u64) -> Self {
        Self::of(Some(publication.folder()), workers.pool(), memory)
    }
}
