//! Who looks up names: against which view, and in which text they stand.

use super::several::Several;
use crate::cohort::View;
use crate::error::{Error, ExpressionError, Result};
use crate::store::individuals::People;
use std::cell::RefCell;
use std::ops::Range;

/// So many hints are kept of an expression, which may name many alleles.
const HINTS: usize = 16;

/// Looks up the names of an expression, one atom after the other.
pub(in crate::query) struct Names<'a> {
    pub(in crate::query) view: &'a View,
    /// What the places of atoms refer to, for errors.
    pub(in crate::query) text: &'a str,
    /// How names were understood, where that could be otherwise.
    pub(in crate::query) notes: RefCell<Vec<String>>,
    /// What who asks should know: that something is probably meant otherwise, or that a file was not taken whole.
    pub(in crate::query) hints: RefCell<Vec<String>>,
    /// Alleles that are several variants here, unless what stands beside them says which.
    pub(in crate::query) several: RefCell<Vec<Several>>,
    /// Whether a value of an attribute may be asked for that nobody has.
    pub(in crate::query) any_value: bool,
    /// Whether what only those have who are not there picks nobody, and is no error.
    pub(in crate::query) leaves_out: bool,
    /// Whether lists of samples and individuals are refused.
    pub(in crate::query) refuses_lists: bool,
}

impl<'a> Names<'a> {
    pub(in crate::query) fn new(view: &'a View, text: &'a str) -> Self {
        Self {
            view,
            text,
            notes: RefCell::default(),
            hints: RefCell::default(),
            several: RefCell::default(),
            any_value: false,
            leaves_out: false,
            refuses_lists: view.policy().is_some(),
        }
    }

    /// For expressions that were not written for this dataset: what nobody has may be asked for.
    pub(in crate::query) fn any_value(self) -> Self {
        Self {
            any_value: true,
            ..self
        }
    }

    /// For expressions that were understood once and are asked again: what nobody has any more picks nobody.
    pub(in crate::query) fn leaving_out(self, leaves_out: bool) -> Self {
        Self {
            any_value: self.any_value || leaves_out,
            leaves_out,
            ..self
        }
    }

    /// Keeps a hint, once.
    pub(in crate::query) fn hint(&self, hint: String) {
        let mut hints = self.hints.borrow_mut();
        if hints.len() < HINTS && !hints.contains(&hint) {
            hints.push(hint);
        }
    }

    pub(in crate::query) fn error(
        &self,
        at: &Range<usize>,
        message: String,
        candidates: Vec<String>,
    ) -> Error {
        Error::from(Box::new(ExpressionError {
            text: self.text.to_owned(),
            at: at.clone(),
            message,
            candidates,
        }))
    }

    /// What is known of people.
    pub(in crate::query) fn people(&self, at: &Range<usize>) -> Result<&'a People> {
        self.view.people().ok_or_else(|| {
            let message = "nothing is known of people here: load them with `varidex people`";
            self.error(at, message.to_owned(), Vec::new())
        })
    }
}
