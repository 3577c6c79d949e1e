//! What stands on a page of an answer.

use super::config::BeaconConfig;
use super::refusal::{Checked, Refusal};
use super::respond::Page;
use crate::model::Granularity;
use serde_json::Value;
use std::ops::Range;

/// How large a page becomes is guessed from so many records and one, and memory taken for it, up to so many bytes.
const MEASURED: u64 = 16;
const PAGE_BYTES: usize = 1 << 23;

/// What stands on a page.
pub(super) fn paged(all: &[Value], page: Page) -> Vec<Value> {
    let number = |of: u64| usize::try_from(of).unwrap_or(usize::MAX);
    let shown = all
        .iter()
        .skip(number(page.skip.saturating_mul(page.limit)));
    shown.take(number(page.limit)).cloned().collect()
}

/// All variants are asked for without saying which only where the operator allows it.
pub(super) fn refuse_unpicked(is_picked: bool, config: &BeaconConfig) -> Checked<()> {
    match is_picked || config.unfiltered_variants {
        true => Ok(()),
        false => Err(Refusal::bad(
            "requestParameters: expected what picks variants: all of them cannot be asked for here",
        )),
    }
}

/// How many variants there are that may be spoken of, and the records of those in a page: a list, or nothing where there
/// is none. Where yes or no is all that is said, no more than the first is looked for. `next` goes to the next variant, writes its record
/// where one is wanted, and says whether there is one.
pub(super) fn rows_of(
    granularity: Granularity,
    page: Range<u64>,
    mut next: impl FnMut(Option<&mut Vec<u8>>) -> Checked<bool>,
) -> Checked<(u64, Vec<u8>)> {
    let (mut count, mut results) = (0, Vec::new());
    loop {
        let before = results.len();
        let there = match granularity == Granularity::Record && page.contains(&count) {
            true => {
                results.push(if results.is_empty() { b'[' } else { b',' });
                next(Some(&mut results))?
            }
            false => next(None)?,
        };
        if !there {
            results.truncate(before);
            break;
        }
        if results.len() > before && count == page.start + MEASURED {
            // a page grows to megabytes: not by copying it again and again
            let left = (page.end - count) / MEASURED;
            let more = results
                .len()
                .saturating_mul(usize::try_from(left).unwrap_or(usize::MAX));
            results.reserve(more.min(PAGE_BYTES));
        }
        count += 1;
        if granularity == Granularity::Boolean {
            break;
        }
    }
    if !results.is_empty() {
        results.push(b']');
    }
    Ok((count, results))
}
