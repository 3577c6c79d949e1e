//! A scan: variants that go with what they are read from, for hosts that keep them.

use super::exec::variants::{Variant, Variants};
use super::{Group, IntoVariantExpr};
use crate::cohort::View;
use crate::error::Result;
use self_cell::self_cell;

self_cell!(
    struct Kept {
        owner: View,
        #[not_covariant]
        dependent: Variants,
    }
);

/// The variants that an expression picks, with the dataset that they are read from: it borrows nothing, so
/// that it may be kept, and moved to another thread. [`Variants`] is the same for a loop.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// let view = varidex::Dataset::open("cohort.vdx")?.view();
/// let mut scan = view.scan("22:16,000,000-17,000,000 & af<0.01", None)?;
/// let all = std::thread::spawn(move || -> varidex::Result<u64> {
///     let mut all = 0;
///     while let Some(ac) = scan.next(|mut variant| Ok(variant.counts()?.ac))? {
///         all += ac;
///     }
///     Ok(all)
/// });
/// # drop(all);
/// # Ok(())
/// # }
/// ```
pub struct Scan(Kept);

impl Scan {
    /// Calls `f` with the next variant, and gives what it makes of it; `None` after the last.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) where bytes are not what was written; and what `f` ends
    /// with.
    pub fn next<T>(
        &mut self,
        f: impl for<'v, 'a> FnOnce(Variant<'v, 'a>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.0
            .with_dependent_mut(|_, variants| variants.next()?.map(f).transpose())
    }
}

impl View {
    /// The variants that an expression picks, with counts and carriers in everybody or in a group.
    ///
    /// # Errors
    ///
    /// As [`Self::variants_in`].
    pub fn scan(&self, of: impl IntoVariantExpr, group: Option<&Group>) -> Result<Scan> {
        let kept = Kept::try_new(self.clone(), |view| match group {
            Some(group) => view.variants_in(of, group),
            None => view.variants(of),
        })?;
        Ok(Scan(kept))
    }

    /// The variants that an expression picks, with counts in each of several groups.
    ///
    /// # Errors
    ///
    /// As [`Self::variants_by`].
    pub fn scan_by(&self, of: impl IntoVariantExpr, groups: &[Group]) -> Result<Scan> {
        let kept = Kept::try_new(self.clone(), |view| view.variants_by(of, groups))?;
        Ok(Scan(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hosts keep scans, and read them on other threads.
    #[test]
    fn a_scan_borrows_nothing() {
        fn kept<T: Send + 'static>() {}
        kept::<Scan>();
        kept::<Group>();
        kept::<View>();
    }
}
