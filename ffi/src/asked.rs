//! What questions about variants are asked of.

use crate::dataset::Opened;
use crate::entry::{Answer, text};
use crate::group::People;
use crate::handle::{get, get_some, vdx_group, vdx_view};
use std::ffi::c_char;
use varidex::{Group, Variant, View};

/// A view, an expression that picks variants, and a group where it is not everybody.
pub(crate) struct Asked<'t> {
    pub(crate) view: View,
    pub(crate) of: &'t str,
    pub(crate) group: Option<Group>,
}

/// # Safety
///
/// `of` is NULL, or ends with a NUL and stays as it is for `'t`.
pub(crate) unsafe fn asked<'t>(
    view: *const vdx_view,
    of: *const c_char,
    group: *const vdx_group,
) -> Answer<Asked<'t>> {
    // SAFETY: the same promise
    let of = unsafe { text(of, "where") }?;
    let opened = get::<Opened>(view)?;
    let people = get_some::<People>(group)?;
    Ok(Asked {
        view: opened.view.clone(),
        of,
        group: people.map(|people| people.0.clone()),
    })
}

impl Asked<'_> {
    /// Calls `f` with the variants, counted in the group.
    pub(crate) fn walk<'d>(&'d self, mut f: impl FnMut(&mut Variant<'_, 'd>) -> Answer) -> Answer {
        let mut variants = match &self.group {
            Some(group) => self.view.variants_in(self.of, group)?,
            None => self.view.variants(self.of)?,
        };
        while let Some(mut variant) = variants.next()? {
            f(&mut variant)?;
        }
        Ok(())
    }
}
