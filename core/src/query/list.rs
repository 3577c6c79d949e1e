//! Questions for variants.

use super::exec::variants::Variants;
use super::expr::IntoVariantExpr;
use super::group::Group;
use super::page::Query;
use crate::cohort::View;
use crate::error::Result;

impl View {
    /// The variants that an expression picks, with counts over everybody.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub fn variants(&self, of: impl IntoVariantExpr) -> Result<Variants<'_>> {
        self.variants_of(&Query::new(of)?)
    }

    /// The variants that an expression picks, with counts in each of several groups: see
    /// [`Variant::counts_of`](crate::Variant::counts_of). Rows are walked once, however many groups there are.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// use varidex::{Attribute, Dataset};
    /// let view = Dataset::open("cohort.vdx")?.view();
    /// let by = view.groups_by(&[Attribute::Population, Attribute::Sex], None)?;
    /// let groups: Vec<_> = by.iter().map(|(_, group)| group.clone()).collect();
    /// let mut variants = view.variants_by("gene:TLR7", &groups)?;
    /// while let Some(mut variant) = variants.next()? {
    ///     for (number, (values, _)) in by.iter().enumerate() {
    ///         println!("{values:?} {:?}", variant.counts_of(number)?);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Self::ask`], and [`Error::Usage`](crate::Error::Usage) for a group of another dataset.
    pub fn variants_by(&self, of: impl IntoVariantExpr, groups: &[Group]) -> Result<Variants<'_>> {
        self.variants_of(&Query::new(of)?.by(groups.to_vec()))
    }

    /// The variants that an expression picks, with counts and carriers in a group.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`], and [`Error::Usage`](crate::Error::Usage) for a group of another dataset.
    pub fn variants_in(&self, of: impl IntoVariantExpr, group: &Group) -> Result<Variants<'_>> {
        self.variants_of(&Query::new(of)?.in_group(Some(group)))
    }
}
