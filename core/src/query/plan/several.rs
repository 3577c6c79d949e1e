//! Alleles of which the text is that of several variants: symbolic ones of different extents at one place.

use super::find::name_of;
use super::row_filter::RowFilter;
use super::test::Test;
use crate::cohort::View;
use crate::error::Result;
use crate::genome::Extent;
use crate::query::expr::{Node, Number};
use crate::store::IdBlocks;
use std::ops::Range;

/// Variants that an error names.
const NAMED: usize = 8;

/// An allele that was asked for, and the variants that it may be.
#[derive(Debug)]
pub(in crate::query) struct Several {
    /// Where it stands in the expression.
    pub(in crate::query) at: Range<usize>,
    text: String,
    variants: Vec<(Extent, Vec<(usize, u32)>)>,
}

impl Several {
    /// `None` where the rows are of one variant.
    pub(in crate::query) fn of(
        view: &View,
        text: &str,
        at: &Range<usize>,
        rows: &[(usize, Vec<u32>)],
    ) -> Result<Option<Self>> {
        let mut variants: Vec<(Extent, Vec<(usize, u32)>)> = Vec::new();
        // what is no symbolic allele has one extent, none
        if !text.contains('<') {
            return Ok(None);
        }
        for (part, rows) in rows {
            let Some(of) = view.parts().get(*part) else {
                continue;
            };
            let mut filter = RowFilter::new(view.segment(of)?);
            for &row in rows {
                let Some(extent) = filter.extent(row)? else {
                    continue;
                };
                match variants.iter_mut().find(|(known, _)| *known == extent) {
                    Some((_, rows)) => rows.push((*part, row)),
                    None => variants.push((extent, vec![(*part, row)])),
                }
            }
        }
        variants.sort_unstable();
        Ok((variants.len() > 1).then(|| Self {
            at: at.clone(),
            text: text.to_owned(),
            variants,
        }))
    }

    /// What is wrong, and how to ask for one of them.
    pub(in crate::query) fn refusal(&self, view: &View) -> Result<(String, Vec<String>)> {
        let count = self.variants.len();
        let message = format!(
            "`{}` is {count} variants here: say which by its length, its id or a region, with `&`",
            self.text
        );
        let mut candidates = Vec::new();
        for (extent, rows) in self.variants.iter().take(NAMED) {
            let length = extent.length;
            let alike = self.variants.iter().filter(|(of, _)| of.length == length);
            let by_length = match length {
                Some(length) => format!("length={length}"),
                // what holds of no length
                None => "!length>=0".to_owned(),
            };
            let which = match alike.count() {
                1 => Some(by_length),
                _ => id_of(view, rows)?.map(|id| format!("id:\"{id}\"")),
            };
            candidates.push(match (which, rows.first()) {
                (Some(which), _) => format!("{} & {which}", self.text),
                (None, Some((part, row))) => name_of(view, *part, *row)?,
                (None, None) => continue,
            });
        }
        Ok((message, candidates))
    }

    /// Whether what else is asked of the same variants leaves but one of them.
    fn is_narrowed(&self, view: &View, tests: &[(bool, &Test)]) -> Result<bool> {
        let mut left = 0;
        for (_, rows) in &self.variants {
            left += u32::from(passes(view, rows, tests)?);
        }
        Ok(left <= 1)
    }
}

/// The first id of rows.
fn id_of(view: &View, rows: &[(usize, u32)]) -> Result<Option<String>> {
    for &(part, row) in rows {
        let Some(of) = view.parts().get(part) else {
            continue;
        };
        let segment = view.segment(of)?;
        let first = |ids: &[u8]| {
            let first = ids.split(|&b| b == b';').next().unwrap_or_default();
            String::from_utf8_lossy(first).into_owned()
        };
        let id = first(segment.id(row, &mut IdBlocks::default())?);
        if !id.is_empty() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Whether all tests hold of a variant, or do not where they are negated.
fn passes(view: &View, rows: &[(usize, u32)], tests: &[(bool, &Test)]) -> Result<bool> {
    for (expected, test) in tests {
        let mut holds = false;
        for &(part, row) in rows {
            let Some(of) = view.parts().get(part) else {
                continue;
            };
            let mut filter = RowFilter::new(view.segment(of)?);
            holds |= filter.test(test, part, row)?;
        }
        if holds != *expected {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes those out of `several` that are parts of a conjunction with other parts that say which variant is meant:
/// by length, id or place.
pub(in crate::query) fn narrow(
    view: &View,
    several: &mut Vec<Several>,
    parts: &[Node<Test>],
) -> Result<()> {
    if several.is_empty() {
        return Ok(());
    }
    let says_which = |test: &Test| match test {
        Test::Regions(_) | Test::Placed { .. } | Test::Rows(_) => true,
        Test::Number { field, .. } => !field.is_counted() && *field != Number::Qual,
        _ => false,
    };
    let tests: Vec<(bool, &Test)> = parts
        .iter()
        .filter_map(|node| match node {
            Node::Atom(atom) => Some((true, &atom.kind)),
            Node::Not(inner) => match &**inner {
                Node::Atom(atom) => Some((false, &atom.kind)),
                _ => None,
            },
            _ => None,
        })
        .filter(|(_, test)| says_which(test))
        .collect();
    let is_part = |of: &Several| {
        parts.iter().any(|node| match node {
            Node::Atom(atom) => atom.at == of.at && matches!(atom.kind, Test::Rows(_)),
            _ => false,
        })
    };
    let mut left = Vec::new();
    for of in several.drain(..) {
        if !is_part(&of) || !of.is_narrowed(view, &tests)? {
            left.push(of);
        }
    }
    *several = left;
    Ok(())
}
