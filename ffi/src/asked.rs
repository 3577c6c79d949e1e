//! What questions about variants are asked of.

use crate::dataset::Opened;
use crate::entry::{Answer, text};
use crate::group::People;
use crate::handle::{get, get_some, vdx_group, vdx_view};
use std::ffi::c_char;
use varidex::{Query, RowToken, Variant, View};

/// A view, and the variants that are asked of it, of a group where it is not everybody.
pub(crate) struct Asked {
    pub(crate) view: View,
    pub(crate) query: Query,
}

/// # Safety
///
/// `of` is NULL, or ends with a NUL.
pub(crate) unsafe fn asked(
    view: *const vdx_view,
    of: *const c_char,
    group: *const vdx_group,
) -> Answer<Asked> {
    // SAFETY: the same promise
    let of = unsafe { text(of, "where") }?;
    let opened = get::<Opened>(view)?;
    let people = get_some::<People>(group)?;
    Ok(Asked {
        view: opened.view.clone(),
        query: Query::new(of)?.in_group(people.as_ref().map(|people| &people.0)),
    })
}

impl Asked {
    /// Only what comes behind the row that a token is of.
    pub(crate) fn after(self, token: Option<RowToken>) -> Self {
        Self {
            query: self.query.after(token),
            ..self
        }
    }

    /// Calls `f` with the variants, counted in the group.
    pub(crate) fn walk<'d>(&'d self, mut f: impl FnMut(&mut Variant<'_, 'd>) -> Answer) -> Answer {
        let mut variants = match self.query.group() {
            Some(group) => self.view.variants_in(&self.query, group)?,
            None => self.view.variants(&self.query)?,
        };
        while let Some(mut variant) = variants.next()? {
            f(&mut variant)?;
        }
        Ok(())
    }
}
