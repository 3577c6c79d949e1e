//! The contigs of the dataset, and those an input has left behind.

use std::collections::HashMap;

/// Contigs in the order of the dataset: the headers' first, then as they appear.
pub(super) struct Contigs {
    list: Vec<(String, Option<u64>)>,
    numbers: HashMap<Vec<u8>, u32>,
    left: Vec<bool>,
    /// The contig asked for last: the next record is usually on it too.
    last: u32,
}

impl Contigs {
    pub(super) fn new(list: Vec<(String, Option<u64>)>) -> Self {
        let numbers = (0..)
            .zip(&list)
            .map(|(n, (name, _))| (name.clone().into_bytes(), n))
            .collect();
        Self {
            list,
            numbers,
            left: Vec::new(),
            last: 0,
        }
    }

    /// The number of a contig, a new one where it is not known; `None` where its name is not UTF-8.
    pub(super) fn number(&mut self, name: &[u8]) -> Option<u32> {
        if self.name(self.last).as_bytes() == name && !name.is_empty() {
            return Some(self.last);
        }
        self.last = match self.numbers.get(name) {
            Some(&number) => number,
            None => {
                let text = std::str::from_utf8(name).ok()?;
                let number = self.list.len() as u32;
                self.list.push((text.to_owned(), None));
                self.numbers.insert(name.to_owned(), number);
                number
            }
        };
        Some(self.last)
    }

    pub(super) fn name(&self, number: u32) -> &str {
        self.list
            .get(number as usize)
            .map_or("", |(name, _)| name.as_str())
    }

    pub(super) fn has_left(&self, contig: u32) -> bool {
        self.left.get(contig as usize).copied().unwrap_or(false)
    }

    pub(super) fn leave(&mut self, contig: u32) {
        let i = contig as usize;
        if self.left.len() <= i {
            self.left.resize(i + 1, false);
        }
        self.left[i] = true;
    }

    pub(super) fn into_list(self) -> Vec<(String, Option<u64>)> {
        self.list
    }
}
