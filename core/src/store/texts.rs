//! Texts by number and numbers by text, in little more memory than the texts take.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// Texts, each once, numbered in the order in which they came. Beside its bytes a text takes at most 24.
#[derive(Debug, Default, Clone)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    /// Where each text ends.
    ends: Vec<usize>,
    /// One above the number of a text, at the place that its hash says or the next free ones; 0 is free.
    slots: Vec<u32>,
    hasher: RandomState,
}

impl Texts {
    pub(crate) fn len(&self) -> u32 {
        self.ends.len() as u32
    }

    pub(crate) fn bytes_of(&self, number: u32) -> &[u8] {
        let i = number as usize;
        let start = i.checked_sub(1).and_then(|i| self.ends.get(i).copied());
        let end = self.ends.get(i).copied().unwrap_or_default();
        self.bytes
            .get(start.unwrap_or_default()..end)
            .unwrap_or_default()
    }

    /// Only of those that were added as texts.
    pub(crate) fn get(&self, number: u32) -> &str {
        std::str::from_utf8(self.bytes_of(number)).unwrap_or_default()
    }

    pub(crate) fn number(&self, text: &[u8]) -> Option<u32> {
        self.find(text).ok()
    }

    /// The numbers in the order of the texts, and the place of each number in that order.
    pub(crate) fn sorted(&self) -> (Vec<u32>, Vec<u32>) {
        let mut order: Vec<u32> = (0..self.len()).collect();
        order.sort_unstable_by_key(|number| self.bytes_of(*number));
        let mut places = vec![0; order.len()];
        for (at, number) in (0..).zip(&order) {
            if let Some(place) = places.get_mut(*number as usize) {
                *place = at;
            }
        }
        (order, places)
    }

    /// The number of a text, a new one where it has none.
    pub(crate) fn add(&mut self, text: &[u8]) -> u32 {
        if self.ends.len() * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        match self.find(text) {
            Ok(number) => number,
            Err(free) => {
                let number = self.len();
                self.bytes.extend_from_slice(text);
                self.ends.push(self.bytes.len());
                if let Some(slot) = self.slots.get_mut(free) {
                    *slot = number + 1;
                }
                number
            }
        }
    }

    /// The number of a text, or the free slot for it.
    fn find(&self, text: &[u8]) -> Result<u32, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = self.hasher.hash_one(text) as usize & mask;
        loop {
            match self.slots.get(at) {
                None | Some(0) => return Err(at),
                Some(above) if self.bytes_of(above - 1) == text => return Ok(above - 1),
                Some(_) => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let len = (self.slots.len() * 2).max(64);
        let mut slots = vec![0; len];
        for number in 0..self.len() {
            let mut at = self.hasher.hash_one(self.bytes_of(number)) as usize & (len - 1);
            while slots.get(at).is_some_and(|slot| *slot != 0) {
                at = (at + 1) & (len - 1);
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = number + 1;
            }
        }
        self.slots = slots;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_first_mention() {
        let mut texts = Texts::default();
        assert_eq!(texts.number(b"a"), None);
        for round in 0..2 {
            for n in 0..1000u32 {
                assert_eq!(texts.add(format!("t{n}").as_bytes()), n, "round {round}");
            }
        }
        assert_eq!((texts.add(b""), texts.len()), (1000, 1001));
        assert_eq!((texts.get(17), texts.get(1000)), ("t17", ""));
        assert_eq!(
            (texts.number(b"t999"), texts.number(b"t")),
            (Some(999), None)
        );
    }
}
