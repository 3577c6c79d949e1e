//! Rows that are variants as they stand, page by page.

use super::Walk;
use crate::cohort::{Regions, Whole, stored_ac_an_of, stored_of};
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::query::exec::counts::Counts;
use crate::query::expr::{Comparison, Node, Number};
use crate::query::plan::test::Test;
use crate::stop::check_stop;
use crate::store::{PageView, Segment};
use std::ops::Range;

/// A test that the page of a row decides.
enum RowTest<'t> {
    Regions(&'t Regions),
    Count(Number, Comparison, f64),
}

/// Tests of rows of which all must hold.
struct RowTests<'t> {
    whole: Whole,
    tests: Vec<RowTest<'t>>,
    /// Where in a list of regions the last row stood.
    region: usize,
}

impl<'t> RowTests<'t> {
    /// `None` where one needs more than the page.
    fn of(whole: Whole, node: &'t Node<Test>) -> Option<Self> {
        let mut tests = Vec::new();
        let nodes = match node {
            Node::And(nodes) => nodes.as_slice(),
            node => std::slice::from_ref(node),
        };
        for node in nodes {
            let Node::Atom(atom) = node else { return None };
            tests.push(match &atom.kind {
                Test::All => continue,
                Test::Regions(regions) => RowTest::Regions(regions),
                Test::Number {
                    field,
                    comparison,
                    value,
                } if field.is_counted() => RowTest::Count(*field, *comparison, *value),
                _ => return None,
            });
        }
        Some(Self {
            whole,
            tests,
            region: 0,
        })
    }

    fn hold(&mut self, segment: &Segment, page: &PageView<'_>, row: u32) -> Result<bool> {
        let i = row % PAGE_ROWS;
        for test in &self.tests {
            let holds = match test {
                RowTest::Regions(regions) => {
                    let start = page.position.get(i);
                    let end = start.saturating_add(page.span.get(i));
                    regions.touch(&mut self.region, segment.contig_of(row), start, end)
                }
                RowTest::Count(
                    field @ (Number::Ac | Number::An | Number::Af),
                    comparison,
                    value,
                ) => {
                    let counts = stored_ac_an_of(self.whole, page, segment, row)?;
                    Counts::of_rows(counts).holds(*field, *comparison, *value)
                }
                RowTest::Count(field, comparison, value) => {
                    let counts = stored_of(self.whole, page, segment, row)?;
                    Counts::of_rows(counts).holds(*field, *comparison, *value)
                }
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl<'a> Walk<'a> {
    /// Calls `f` with the part, the page and the number of every row that is picked until it says `false`, where each
    /// row is a variant of its own and columns decide which are picked; else it is never called, and `false` returned.
    pub(in crate::query) fn for_each_row(
        &self,
        mut f: impl FnMut((usize, &'a Segment), &PageView<'a>, u32) -> Result<bool>,
    ) -> Result<bool> {
        let Some(part) = self.only_part() else {
            return Ok(false);
        };
        let mut tests = match (self.exact, self.counting.whole()) {
            (true, _) => None,
            (false, Some(whole))
                if !self.counting.looks_elsewhere() && !self.counting.compares_shown() =>
            {
                match RowTests::of(whole, &self.test) {
                    Some(tests) => Some(tests),
                    None => return Ok(false),
                }
            }
            _ => return Ok(false),
        };
        let of = (part.part, part.segment);
        let mut view = None;
        for rows in part.candidates.ranges.iter().flat_map(by_page) {
            check_stop()?;
            let page = PageView::around(&mut view, part.segment, rows.start)?;
            for row in rows {
                let is_picked = match &mut tests {
                    None => true,
                    Some(tests) => tests.hold(part.segment, page, row)?,
                };
                if is_picked && !f(of, page, row)? {
                    return Ok(true);
                }
            }
        }
        Ok(true)
    }
}

/// The rows of a range, those of each page apart.
fn by_page(rows: &Range<u32>) -> impl Iterator<Item = Range<u32>> {
    let Range { mut start, end } = *rows;
    std::iter::from_fn(move || {
        let next = end.min((start / PAGE_ROWS + 1).saturating_mul(PAGE_ROWS));
        let of_page = start..next;
        start = next;
        (!of_page.is_empty()).then_some(of_page)
    })
}
