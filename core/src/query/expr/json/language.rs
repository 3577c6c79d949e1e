//! What a kind of atom says of its JSON form.

use super::super::atoms::Listed;
use super::super::parse::Language;
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
