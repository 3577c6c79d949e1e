//! What a reading reports beside people: bounded, whatever the input.

use super::{Refusal, Warning};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Refusals reported one by one.
const REFUSALS: usize = 100;
/// Places reported for each warning.
const EXAMPLES: usize = 5;
/// Characters of what was found.
const SHOWN: usize = 60;
/// Keys that are counted one by one, and keys reported.
const KEYS: usize = 1000;
const KEYS_TOLD: usize = 20;

/// The steps from files to people, and how far each is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Time {
    Reading(u64),
    /// Of whom the packets are, which is known when all are read.
    Packets(u64),
    /// By what people go.
    Naming(u64),
}

impl Default for Time {
    fn default() -> Self {
        Self::Reading(0)
    }
}

/// A warning, and when it was met.
#[derive(Debug)]
struct Noted {
    what: &'static str,
    count: u64,
    first: Time,
    /// The earliest.
    examples: Vec<(Time, String)>,
}

#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(super) read: u64,
    pub(super) merged: u64,
    pub(super) refused: Vec<Refusal>,
    pub(super) refused_more: u64,
    /// When what is reported happens: that is the order of warnings and of their examples, whatever the order
    /// in which it is detected.
    pub(super) now: Time,
    warnings: Vec<Noted>,
    /// Keys of JSON that are not read, and how often they are there.
    keys: BTreeMap<String, u64>,
    other_keys: u64,
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
                self.warnings.push(Noted {
                    what,
                    count: 0,
                    first: self.now,
                    examples: Vec::new(),
                });
                match self.warnings.last_mut() {
                    Some(new) => new,
                    None => return,
                }
            }
        };
        known.count += 1;
        known.first = known.first.min(self.now);
        let now = self.now;
        let place = known.examples.partition_point(|(time, _)| *time <= now);
        if place < EXAMPLES {
            known.examples.insert(place, (now, example()));
            known.examples.truncate(EXAMPLES);
        }
    }
}

impl Notes {
    /// Counts a key that is not read.
    pub(super) fn unread(&mut self, key: &str) {
        if let Some(count) = self.keys.get_mut(key) {
            *count += 1;
        } else if self.keys.len() < KEYS && key.len() <= SHOWN * 4 {
            self.keys.insert(key.to_owned(), 1);
        } else {
            self.other_keys += 1;
        }
    }

    /// The warnings, with the keys that were not read behind the others: the most frequent first.
    pub(super) fn into_warnings(mut self) -> (Vec<Refusal>, Vec<Warning>) {
        self.warnings.sort_by_key(|noted| noted.first);
        let texts = |examples: Vec<(Time, String)>| examples.into_iter().map(|(_, text)| text);
        let warnings = self.warnings.into_iter().map(|noted| Warning {
            what: noted.what.to_owned(),
            count: noted.count,
            examples: texts(noted.examples).collect(),
        });
        let mut warnings: Vec<Warning> = warnings.collect();
        let mut keys: Vec<(String, u64)> = self.keys.into_iter().collect();
        keys.sort_by_key(|(_, count)| Reverse(*count));
        let count = keys.iter().map(|(_, count)| count).sum::<u64>() + self.other_keys;
        if count > 0 {
            let more = keys.len().saturating_sub(KEYS_TOLD);
            let told = keys.into_iter().take(KEYS_TOLD);
            let mut examples: Vec<String> = told
                .map(|(key, count)| format!("{key} ({count})"))
                .collect();
            if more > 0 || self.other_keys > 0 {
                examples.push(format!("{more} more"));
            }
            warnings.push(Warning {
                what: "keys not read".to_owned(),
                count,
                examples,
            });
        }
        (self.refused, warnings)
    }
}

/// The start of a text that may be long.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    }
}
