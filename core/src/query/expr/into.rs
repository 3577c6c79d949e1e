//! Expressions from text, JSON, or built: what questions take.

use super::ast::{GroupExpr, VariantExpr};
use super::json::is_json;
use crate::error::{Error, Result};
use std::str::FromStr;

/// An expression over variants, as text or built.
pub trait IntoVariantExpr {
    /// The expression, checked.
    ///
    /// # Errors
    ///
    /// [`Error::Expression`](crate::Error::Expression) where it cannot be understood.
    fn into_variant_expr(self) -> Result<(VariantExpr, String)>;
}

impl IntoVariantExpr for &str {
    /// Text, or the JSON form, which begins with `{`.
    fn into_variant_expr(self) -> Result<(VariantExpr, String)> {
        let read: VariantExpr = self.parse()?;
        // places of errors are places in text
        let text = match is_json(self) {
            true => read.to_string(),
            false => self.to_owned(),
        };
        Ok((read, text))
    }
}

impl IntoVariantExpr for &String {
    fn into_variant_expr(self) -> Result<(VariantExpr, String)> {
        self.as_str().into_variant_expr()
    }
}

impl IntoVariantExpr for VariantExpr {
    /// A built expression is printed and parsed: errors then show where they are, and what a builder
    /// cannot check is checked.
    fn into_variant_expr(self) -> Result<(VariantExpr, String)> {
        self.to_string().as_str().into_variant_expr()
    }
}

/// An expression over people, as text or built.
pub trait IntoGroupExpr {
    /// The expression, checked.
    ///
    /// # Errors
    ///
    /// [`Error::Expression`](crate::Error::Expression) where it cannot be understood.
    fn into_group_expr(self) -> Result<(GroupExpr, String)>;
}

impl IntoGroupExpr for &str {
    /// Text, or the JSON form, which begins with `{`.
    fn into_group_expr(self) -> Result<(GroupExpr, String)> {
        let read: GroupExpr = self.parse()?;
        // places of errors are places in text
        let text = match is_json(self) {
            true => read.to_string(),
            false => self.to_owned(),
        };
        Ok((read, text))
    }
}

impl IntoGroupExpr for &String {
    fn into_group_expr(self) -> Result<(GroupExpr, String)> {
        self.as_str().into_group_expr()
    }
}

impl IntoGroupExpr for GroupExpr {
    fn into_group_expr(self) -> Result<(GroupExpr, String)> {
        self.to_string().as_str().into_group_expr()
    }
}

impl FromStr for VariantExpr {
    type Err = Error;

    /// Text, or the JSON form, which begins with `{`.
    fn from_str(text: &str) -> Result<Self> {
        match is_json(text) {
            true => Self::from_json(text),
            false => Ok(Self::parse(text)?),
        }
    }
}

impl FromStr for GroupExpr {
    type Err = Error;

    /// Text, or the JSON form, which begins with `{`.
    fn from_str(text: &str) -> Result<Self> {
        match is_json(text) {
            true => Self::from_json(text),
            false => Ok(Self::parse(text)?),
        }
    }
}
