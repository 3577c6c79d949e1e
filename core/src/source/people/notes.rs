//! What a reading tells beside people: bounded, whatever the input.

use super::{Refusal, Warning};

/// Refusals told one by one.
const REFUSALS: usize = 100;
/// Places told for each warning.
const EXAMPLES: usize = 5;
/// Characters of what was found.
const SHOWN: usize = 60;

#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) read: u64,
    pub(super) merged: u64,
    pub(super) refused: Vec<Refusal>,
    pub(super) refused_more: u64,
    pub(super) warnings: Vec<Warning>,
}

impl Notes {
    pub(super) fn refuse(&mut self, file: &str, place: String, reason: String) {
        if self.refused.len() < REFUSALS {
            self.refused.push(Refusal {
                file: file.to_owned(),
                place,
                reason,
            });
        } else {
            self.refused_more += 1;
        }
    }

    /// `what` is one of few texts: it is what warnings are counted by.
    pub(super) fn warn(&mut self, what: &'static str, example: impl FnOnce() -> String) {
        let known = match self.warnings.iter_mut().find(|known| known.what == what) {
            Some(known) => known,
            None => {
                self.warnings.push(Warning {
                    what: what.to_owned(),
                    count: 0,
                    examples: Vec::new(),
                });
                match self.warnings.last_mut() {
                    Some(new) => new,
                    None => return,
                }
            }
        };
        known.count += 1;
        if known.examples.len() < EXAMPLES {
            known.examples.push(example());
        }
    }
}

/// The start of a text that may be long.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    }
}
