//! Who was erased from a dataset: no names, but what a name that is given is recognised by.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeSet;

/// Bytes of the key, and of what is kept of each hash.
pub(super) const KEY: usize = 32;
pub(super) const KEPT: usize = 16;

/// What an id is recognised by.
pub(crate) type IdHash = [u8; KEPT];

/// Ids of samples and individuals as the first 16 bytes of their HMAC-SHA-256, by a random key that is of one erasure
/// alone: without the file nobody can try names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Erased {
    pub(super) key: [u8; KEY],
    pub(super) ids: BTreeSet<IdHash>,
}

impl Erased {
    /// Of these ids, by a key that is new.
    pub(crate) fn new<'a>(
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, getrandom::Error> {
        let mut key = [0; KEY];
        getrandom::fill(&mut key)?;
        let mut erased = Self {
            key,
            ids: BTreeSet::new(),
        };
        erased.ids = ids.into_iter().map(|id| erased.hash(id)).collect();
        Ok(erased)
    }

    /// What an id would be recognised by, if it is that of somebody who was erased.
    pub(crate) fn find(&self, id: &str) -> Option<IdHash> {
        Some(self.hash(id)).filter(|hash| self.ids.contains(hash))
    }

    /// How many ids there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    fn hash(&self, id: &str) -> IdHash {
        let mut kept = [0; KEPT];
        // a key of any length is one
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) {
            mac.update(id.as_bytes());
            let bytes = mac.finalize().into_bytes();
            kept.iter_mut().zip(bytes).for_each(|(to, of)| *to = of);
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_recognised_by_their_own_key() {
        let one = Erased::new(["ANNA"]).unwrap();
        assert!(one.find("ANNA").is_some() && one.find("BO").is_none());
        let other = Erased::new([]).unwrap();
        assert!(other.find("ANNA").is_none());
        let moved = Erased {
            ids: one.ids,
            ..other
        };
        assert!(moved.find("ANNA").is_none());
    }
}
