//! The names of all terms, one after the other: for who searches them.

use super::Terms;
use crate::error::Result;
use crate::format::TextBlock;
use crate::model::vocabulary::{canonical, prefix_of};

/// How a term is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TermNames<'a> {
    pub(crate) term: u32,
    pub(crate) id: &'a str,
    pub(crate) label: &'a str,
    /// Set apart by tabs.
    pub(crate) synonyms: &'a str,
    /// Other ids, set apart by tabs.
    pub(crate) alternative: &'a str,
}

impl Terms {
    /// Calls `each` with the names of every term that is not obsolete.
    pub(crate) fn each_named(
        &self,
        mut each: impl FnMut(TermNames<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut blocks = [(); 3].map(|()| TextBlock::default());
        let [ids, names, others] = &mut blocks;
        for term in 0..self.len() {
            if self.is_obsolete(term)? {
                continue;
            }
            let id = String::from_utf8_lossy(self.ids.get(&self.file, term, ids)?);
            let names = String::from_utf8_lossy(self.names.get(&self.file, term, names)?);
            let others = self.alternative.get(&self.file, term, others)?;
            let others = String::from_utf8_lossy(others);
            let (label, synonyms) = names.split_once('\t').unwrap_or((&names, ""));
            each(TermNames {
                term,
                id: &id,
                label,
                synonyms,
                alternative: &others,
            })?;
        }
        Ok(())
    }

    /// How many diseases have phenotypes: of those that information is counted over.
    pub(crate) fn counted_diseases(&self) -> Result<u32> {
        let (mut all, mut omim) = (0, 0);
        let mut block = TextBlock::default();
        for term in 0..self.len() {
            if self.phenotypes.get(&self.file, term)?.len() == 0 {
                continue;
            }
            let phenotypes = self.phenotypes(term)?;
            if phenotypes.iter().all(|phenotype| phenotype.excluded) {
                continue;
            }
            let id = String::from_utf8_lossy(self.ids.get(&self.file, term, &mut block)?);
            all += 1;
            omim += u32::from(prefix_of(&canonical(&id)) == "omim");
        }
        Ok(if omim > 0 { omim } else { all })
    }
}
