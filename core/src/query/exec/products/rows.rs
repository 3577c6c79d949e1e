//! The variants of a product, one after the other.

use crate::cohort::View;
use crate::error::Result;
use crate::query::exec::dosage::{Dosages, MISSING};
use crate::query::exec::variants::Variants;
use crate::stop::check_stop;
use crate::store::Segment;

/// Rows between two looks whether to stop.
const STOP_EVERY: u32 = 256;

/// What a variant's genotypes are read from.
pub(super) enum Row<'r, 'a> {
    /// A row of all samples of the dataset: the number of its part, the part's segment, and the row in it.
    Stored(usize, &'a Segment, u32),
    /// The copies of each sample.
    Dosages(&'r [i8]),
}

/// Whether a variant is a row of all samples, of whom all may be seen, as far as that is known before a segment is read.
pub(in crate::query) fn is_stored_whole(view: &View) -> bool {
    view.whole().is_some() && !view.joins_rows() && !view.counts_references()
}

/// Whether rows of a segment are of all samples of the dataset, in their order.
fn has_all(view: &View, segment: &Segment) -> bool {
    let meta = segment.meta();
    segment.numbers().is_none()
        && !segment.has_scopes()
        && (meta.first_sample, meta.samples) == (0, view.universe())
}

/// Calls `f` with each variant; with its row as it is stored where `stored`, see [`is_stored_whole`].
pub(super) fn for_each<'a>(
    mut variants: Variants<'a>,
    stored: bool,
    mut f: impl FnMut(Row<'_, 'a>) -> Result<()>,
) -> Result<()> {
    let view = variants.view;
    if stored
        && let Some(part) = variants.walk.decided_part()
        && has_all(view, part.segment)
    {
        let rows = part.candidates.ranges.iter().cloned().flatten();
        for (count, row) in (0u32..).zip(rows) {
            if count.is_multiple_of(STOP_EVERY) {
                check_stop()?;
            }
            f(Row::Stored(part.part, part.segment, row))?;
        }
        return Ok(());
    }
    let mut dosages = Dosages::new(view, view.visible_samples());
    let mut copies = vec![MISSING; dosages.width()];
    while let Some(mut variant) = variants.next()? {
        if stored {
            let mut rows = variant.rows();
            if let (Some((part, segment, row)), None) = (rows.next(), rows.next())
                && has_all(view, segment)
            {
                f(Row::Stored(part, segment, row))?;
                continue;
            }
        }
        variant.dosages(&mut dosages, &mut copies)?;
        f(Row::Dosages(&copies))?;
    }
    Ok(())
}
