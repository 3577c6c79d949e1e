//! Who was erased from a dataset: no names, but what a name that is given is recognised by.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::BTreeSet;

/// Bytes of the key, and of what is kept of each hash.
const KEY: usize = 32;
const KEPT: usize = 16;

/// Ids of samples and individuals as the first 16 bytes of their HMAC-SHA-256, by a key of this dataset alone: without the
/// dataset nobody can try names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Erased {
    /// 32 random bytes in hexadecimal.
    key: String,
    /// In hexadecimal, ascending.
    ids: BTreeSet<String>,
}

impl Erased {
    /// Of nobody, with a key that is new.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut key = [0; KEY];
        getrandom::fill(&mut key)?;
        Ok(Self {
            key: hex(&key),
            ids: BTreeSet::new(),
        })
    }

    /// Adds the id of a sample or an individual.
    pub(crate) fn add(&mut self, id: &str) {
        let hash = self.hash(id);
        self.ids.insert(hash);
    }

    /// Whether who has an id was erased.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what adds samples will ask; until then tests do")
    )]
    pub(crate) fn has(&self, id: &str) -> bool {
        self.ids.contains(&self.hash(id))
    }

    fn hash(&self, id: &str) -> String {
        // a key of any length is one
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.as_bytes()) else {
            return String::new();
        };
        mac.update(id.as_bytes());
        let bytes = mac.finalize().into_bytes();
        hex(bytes.get(..KEPT).unwrap_or(&bytes))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_recognised_by_their_own_dataset() {
        let (mut one, other) = (Erased::new().unwrap(), Erased::new().unwrap());
        one.add("ANNA");
        assert!(one.has("ANNA") && !one.has("BO"));
        let text = serde_json::to_string(&one).unwrap();
        assert!(!text.contains("ANNA"));
        let read: Erased = serde_json::from_str(&text).unwrap();
        assert!(read.has("ANNA"));
        let moved = Erased {
            ids: one.ids,
            ..other
        };
        assert!(!moved.has("ANNA"));
    }
}
