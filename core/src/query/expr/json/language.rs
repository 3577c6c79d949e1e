//! What a kind of atom says of its JSON form.

use super::super::ast::Node;
use super::super::atoms::{Entry, Listed};
use super::super::parse::{Language, parse};
use super::super::scan::Result;
use super::tree::Pointer;
use serde_json::Value;
use std::fmt::Display;

/// An atom, and how deep the parentheses of its text nest that the limit counts: those around an
/// expression within it.
pub(super) struct Read<K> {
    pub(super) atom: K,
    pub(super) parentheses: usize,
}

/// A kind of atom that has a JSON form.
pub(super) trait JsonLanguage: Language + Listed + Display + PartialEq {
    /// What to say of a kind that only the other language has.
    fn of_the_other(kind: &str) -> Option<String>;

    /// Reads the atom of this kind; `None` where there is no such kind.
    fn read(kind: &str, value: &Value, at: &Pointer<'_>) -> Result<Option<Read<Self>>>;

    /// The object of the atom.
    fn write(&self) -> Value;
}

/// Refuses an atom that no text gives. What holds another expression is given with a plain one.
pub(super) fn checked<K: JsonLanguage>(atom: K, at: &Pointer<'_>) -> Result<Read<K>> {
    match parse::<K>(&atom.to_string()) {
        Ok(Node::Atom(read)) if read.kind == atom => Ok(Read {
            atom,
            parentheses: 0,
        }),
        Ok(_) => Err(at.error("no text says this")),
        Err(error) => Err(at.error_with(error.message, error.candidates)),
    }
}

/// The row of a key, which is written as it is.
pub(super) fn entry_of<K: JsonLanguage>(kind: &str) -> Option<Entry<K::Kind>> {
    K::table().find(|entry| entry.name == kind)
}
