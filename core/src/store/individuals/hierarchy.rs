//! The terms of a dataset, as the store of people needs them.

use super::Hierarchy;
use crate::error::Result;
use crate::format::Folder;
use crate::store::manifest::FileEntry;
use crate::store::terms::{Named, Terms};
use std::sync::Arc;

/// The terms of a dataset, and the checksum by which a people file names them.
#[derive(Debug)]
pub(crate) struct KnownTerms {
    pub(crate) terms: Arc<Terms>,
    checksum: String,
}

impl KnownTerms {
    pub(crate) fn open(folder: &Folder, entry: &FileEntry) -> Result<Self> {
        Ok(Self {
            terms: Arc::new(Terms::open(folder, &entry.file)?),
            checksum: entry.checksum.clone(),
        })
    }
}

impl Hierarchy for KnownTerms {
    fn number(&self, curie: &str) -> Result<Option<u32>> {
        self.terms.number(curie)
    }

    fn closure(&self, term: u32) -> Result<Vec<u32>> {
        Ok(self.terms.closure(term)?.collect())
    }

    fn named(&self, text: &str) -> Result<Vec<(u32, Named)>> {
        self.terms.all_named(text)
    }

    fn describe(&self, term: u32) -> Result<(String, String)> {
        Ok((self.terms.id(term)?, self.terms.label(term)?))
    }

    fn describe_all(&self, terms: &[u32]) -> Result<Vec<(String, String)>> {
        self.terms.describe(terms)
    }

    fn checksum(&self) -> &str {
        &self.checksum
    }
}
