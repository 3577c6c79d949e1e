//! The JSON form of expressions: one object for each node of the tree, with one key, its kind.
//!
//! ```json
//! {"and": [{"gene": "RYR1"}, {"impact": {">=": "moderate"}}, {"af": {"<": 0.01}}]}
//! ```
//!
//! The schema in `format-spec/expression.schema.json` is the reference. Text and JSON say the same:
//! what is read from JSON is printed as text and parsed, so that neither form accepts what the other
//! refuses, and that errors found later, when names are looked up, have a text to point into.

mod attribute;
mod language;
mod read;
mod read_where;
mod read_who;
#[cfg(test)]
mod tests;
mod tree;
mod value;
mod write;

use super::ast::{GroupAtom, GroupExpr, VariantAtom, VariantExpr};
use super::scan::Result;
use crate::error::Error;

/// Whether `text` is an expression in JSON: no expression in text begins so.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

impl VariantExpr {
    /// Reads the JSON form.
    ///
    /// ```
    /// use varidex::VariantExpr;
    /// let read = VariantExpr::from_json(r#"{"and": [{"gene": "RYR1"}, {"af": {"<": 0.01}}]}"#)?;
    /// assert_eq!(read, "gene:RYR1 & af<0.01".parse()?);
    /// # Ok::<(), varidex::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] with the JSON pointer of what cannot be understood.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        let node = read::expression::<VariantAtom>(json)?;
        Ok(Self::parse(&node.to_string())?)
    }

    /// The JSON form.
    pub fn to_json(&self) -> String {
        write::node(&self.0).to_string()
    }
}

impl GroupExpr {
    /// Reads the JSON form.
    ///
    /// ```
    /// use varidex::GroupExpr;
    /// let read = GroupExpr::from_json(r#"{"carriers": {"of": {"gene": "RYR1"}, "zygosity": "hom"}}"#)?;
    /// assert_eq!(read, "carriers(gene:RYR1, hom)".parse()?);
    /// # Ok::<(), varidex::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] with the JSON pointer of what cannot be understood.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        let node = read::expression::<GroupAtom>(json)?;
        Ok(Self::parse(&node.to_string())?)
    }

    /// The JSON form.
    pub fn to_json(&self) -> String {
        write::node(&self.0).to_string()
    }
}
