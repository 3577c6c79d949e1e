//! Ids that are unique within a family only, as those of pedigrees are: two families may both have a
//! `child`. An id that one family has is a person's id; one that several have is `FAMILY:ID` in each.

use crate::model::Kin;
use std::collections::HashMap;

/// Ids, and which families have them.
#[derive(Debug, Default)]
pub(super) struct Families {
    /// By id: the first family that has it, and whether another has, too.
    of: HashMap<String, (String, bool)>,
}

/// Which ids several families have, where texts are numbers.
#[derive(Debug, Default)]
pub(super) struct Several {
    /// By id: one above the first family that has it.
    of: Vec<u32>,
}

/// In the place of a family: several have the id.
const MORE: u32 = u32::MAX;

impl Several {
    /// As [`Families::add`], of a family that has a name.
    pub(super) fn add(&mut self, family: u32, id: u32) {
        if family == id {
            return;
        }
        let at = id as usize;
        if self.of.len() <= at {
            self.of.resize(at + 1, 0);
        }
        match self.of.get_mut(at) {
            Some(first) if *first == 0 => *first = family + 1,
            Some(first) if *first != family + 1 => *first = MORE,
            _ => {}
        }
    }

    /// Whether several families have an id.
    pub(super) fn has(&self, id: u32) -> bool {
        self.of.get(id as usize) == Some(&MORE)
    }
}

impl Families {
    /// An id of a family. Without a family an id is everybody's, and so is one that names its family:
    /// that is how programs fill a column for which they have nothing.
    pub(super) fn add(&mut self, family: &str, id: &str) {
        if family.is_empty() || family == id {
            return;
        }
        match self.of.get_mut(id) {
            Some((first, several)) => *several |= first != family,
            None => {
                self.of.insert(id.to_owned(), (family.to_owned(), false));
            }
        }
    }

    /// Whether several families have an id.
    pub(super) fn several(&self, id: &str) -> bool {
        self.of.get(id).is_some_and(|(_, several)| *several)
    }

    /// By what a person of a family goes.
    pub(super) fn name(&self, family: &str, id: &str) -> String {
        match self.several(id) && !family.is_empty() {
            true => format!("{family}:{id}"),
            false => id.to_owned(),
        }
    }

    /// The parents by what they go by.
    pub(super) fn rename(&self, kin: &mut Kin) {
        for parent in [&mut kin.father, &mut kin.mother].into_iter().flatten() {
            *parent = self.name(&kin.family, parent);
        }
    }
}
