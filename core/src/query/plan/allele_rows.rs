//! The rows of many alleles.

use super::find::Found;
use crate::cohort::View;
use crate::error::Result;
use std::collections::HashMap;

/// The rows of listed alleles.
#[derive(Debug, Default)]
pub(crate) struct ListedAlleles {
    /// By part, ascending.
    pub(in crate::query) rows: HashMap<usize, Vec<u32>>,
    /// Of each change of bases that several batches have, which may spell it otherwise: see [`Test::Change`](super::test::Test::Change).
    pub(in crate::query) shared: Vec<HashMap<usize, Vec<u32>>>,
}

impl ListedAlleles {
    pub(in crate::query) fn add(&mut self, view: &View, found: Found) -> Result<()> {
        let batches = view.batches()?;
        let mut of = found.rows.iter().map(|(part, _)| batches.of_part(*part));
        let first = of.next();
        let shared = !found.by_text && of.any(|batch| Some(batch) != first);
        for (part, rows) in &found.rows {
            self.rows.entry(*part).or_default().extend(rows);
        }
        if shared {
            self.shared.push(found.rows.into_iter().collect());
        }
        Ok(())
    }

    pub(in crate::query) fn sorted(mut self) -> Self {
        for rows in self.rows.values_mut() {
            rows.sort_unstable();
            rows.dedup();
        }
        self
    }
}
