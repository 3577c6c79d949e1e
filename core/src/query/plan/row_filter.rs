//! What tests mean for a row, genotypes apart.

use super::entries::LocalTests;
use super::test::{Side, Test};
use crate::cohort::{RowCounts, Whole, stored_ac_an_of, stored_of};
use crate::error::Result;
use crate::format::{Column, Kind, PAGE_ROWS, Text, TextBlock, Zone};
use crate::genome::{AlleleType, Extent, fits, variant_length};
use crate::model::InfoType;
use crate::query::expr::{Comparison, InfoTest, Number, Placing};
use crate::store::{PageView, Segment};
use std::collections::HashMap;

/// Tests rows of one segment.
pub(in crate::query) struct RowFilter<'a> {
    segment: &'a Segment,
    page: Option<PageView<'a>>,
    /// Where in a list of regions the last row stood.
    region: usize,
    block: TextBlock,
    info: Vec<(u16, Column, Text, TextBlock)>,
    entries: LocalTests,
    reference: Vec<u8>,
    alternate: Vec<u8>,
}

impl<'a> RowFilter<'a> {
    pub(in crate::query) fn new(segment: &'a Segment) -> Self {
        Self {
            segment,
            page: None,
            region: 0,
            block: TextBlock::default(),
            info: Vec::new(),
            entries: LocalTests::default(),
            reference: Vec::new(),
            alternate: Vec::new(),
        }
    }

    #[inline]
    pub(in crate::query) fn position(&mut self, row: u32) -> Result<i64> {
        let page = PageView::around(&mut self.page, self.segment, row)?;
        Ok(page.position.get(row % PAGE_ROWS))
    }

    /// The number of a row's REF and ALT in the segment.
    pub(in crate::query) fn alleles_number(&mut self, row: u32) -> Result<i64> {
        let page = PageView::around(&mut self.page, self.segment, row)?;
        Ok(page.allele.get(row % PAGE_ROWS))
    }

    /// AC and AN of the whole batch as stored, and whether somebody was not looked at.
    #[inline]
    pub(in crate::query) fn stored_ac_an(&mut self, whole: Whole, row: u32) -> Result<RowCounts> {
        let page = PageView::around(&mut self.page, self.segment, row)?;
        stored_ac_an_of(whole, page, self.segment, row)
    }

    /// The counts of the whole batch as stored.
    #[inline]
    pub(in crate::query) fn stored(&mut self, whole: Whole, row: u32) -> Result<RowCounts> {
        let page = PageView::around(&mut self.page, self.segment, row)?;
        stored_of(whole, page, self.segment, row)
    }

    pub(in crate::query) fn alleles(
        &mut self,
        row: u32,
        reference: &mut Vec<u8>,
        alternate: &mut Vec<u8>,
    ) -> Result<()> {
        let page = PageView::around(&mut self.page, self.segment, row)?;
        self.segment.alleles(
            page.allele.get(row % PAGE_ROWS),
            &mut self.block,
            reference,
            alternate,
        )
    }

    /// The row's type and length.
    pub(in crate::query) fn shape(&mut self, row: u32) -> Result<(AlleleType, Option<u64>)> {
        self.measure(row).map(|(kind, length, _)| (kind, length))
    }

    /// The row's extent, if it is a symbolic allele.
    pub(in crate::query) fn extent(&mut self, row: u32) -> Result<Option<Extent>> {
        self.measure(row).map(|(.., extent)| extent)
    }

    /// The alleles in the buffers for them, which are to be put back.
    fn take_alleles(&mut self, row: u32) -> Result<(Vec<u8>, Vec<u8>)> {
        let mut reference = std::mem::take(&mut self.reference);
        let mut alternate = std::mem::take(&mut self.alternate);
        reference.clear();
        alternate.clear();
        self.alleles(row, &mut reference, &mut alternate)?;
        Ok((reference, alternate))
    }

    fn measure(&mut self, row: u32) -> Result<(AlleleType, Option<u64>, Option<Extent>)> {
        let (reference, alternate) = self.take_alleles(row)?;
        let kind = self.segment.type_of(row, &reference, &alternate)?;
        let page = PageView::around(&mut self.page, self.segment, row)?;
        let span = u64::try_from(page.span.get(row % PAGE_ROWS)).unwrap_or(0);
        let column = self
            .segment
            .columns
            .sv_length
            .page(self.segment.file(), row / PAGE_ROWS)?;
        let told = column.get_nullable(row % PAGE_ROWS);
        let length = variant_length(kind, &reference, &alternate, told, span);
        let extent = Extent::of(kind, &reference, &alternate, told, span);
        (self.reference, self.alternate) = (reference, alternate);
        Ok((kind, length, extent))
    }

    pub(in crate::query) fn test(&mut self, test: &Test, part: usize, row: u32) -> Result<bool> {
        let (file, columns) = (self.segment.file(), &self.segment.columns);
        let (page, i) = (row / PAGE_ROWS, row % PAGE_ROWS);
        Ok(match test {
            Test::All => true,
            Test::Regions(regions) => {
                let page = PageView::around(&mut self.page, self.segment, row)?;
                let start = page.position.get(i);
                let end = start.saturating_add(page.span.get(i));
                let contig = self.segment.contig_of(row);
                regions.touch(&mut self.region, contig, start, end)
            }
            Test::Placed { how, regions } => {
                let page = PageView::around(&mut self.page, self.segment, row)?;
                let start = page.position.get(i);
                let end = start.saturating_add(page.span.get(i));
                let contig = self.segment.contig_of(row);
                let holding = regions.holding(&mut self.region, contig, start);
                holding.is_some_and(|of| *how == Placing::Begins || end <= i64::from(of.end))
            }
            Test::Rows(rows) => has_row(rows, part, row),
            Test::Change(rows) => has_row(rows, part, row),
            Test::Alleles(of) => has_row(&of.rows, part, row),
            Test::Entry(test) => self.entries.holds(self.segment, test, row)?,
            Test::Types(types) => types & Zone::type_bit(self.shape(row)?.0) != 0,
            Test::Number {
                field: Number::Length,
                comparison,
                value,
            } => {
                let length = self.shape(row)?.1;
                length.is_some_and(|length| comparison.holds(length as f64, *value))
            }
            Test::Number {
                field: Number::Qual,
                comparison,
                value,
            } => {
                let quality = columns.quality.page(file, page)?.get_nullable(i);
                quality.is_some_and(|bits| holds_float(*comparison, bits, *value))
            }
            Test::Number {
                field: field @ (Number::Pos | Number::Start | Number::End),
                comparison,
                value,
            } => {
                let page = PageView::around(&mut self.page, self.segment, row)?;
                let start = page.position.get(i);
                let number = match field {
                    // behind the last base, counted from 0, is the last one, counted from 1
                    Number::End => start.saturating_add(page.span.get(i).max(0)),
                    _ => start.saturating_add(1),
                };
                comparison.holds(number as f64, *value)
            }
            Test::Number { .. } | Test::NumberIn { .. } => false,
            Test::Bases { of, pattern } => self.test_bases(*of, pattern, row)?,
            Test::Filter(wanted) => {
                let recorded = self.segment.filter(columns.filter.get(file, row)?);
                if wanted.is_empty() {
                    recorded.is_empty()
                } else {
                    recorded.split(';').any(|one| one == wanted)
                }
            }
            Test::Info {
                key,
                kind,
                list,
                test,
            } => self.test_info(*key, (*kind, *list), test, row)?,
        })
    }

    fn test_bases(&mut self, of: Side, pattern: &[u8], row: u32) -> Result<bool> {
        let (reference, alternate) = self.take_alleles(row)?;
        let fits = match of {
            Side::Reference => fits(pattern, &reference),
            Side::Alternate => fits(pattern, &alternate),
        };
        (self.reference, self.alternate) = (reference, alternate);
        Ok(fits)
    }

    fn test_info(
        &mut self,
        key: u16,
        (kind, list): (InfoType, u8),
        test: &InfoTest,
        row: u32,
    ) -> Result<bool> {
        Ok(match self.info(key, kind, row)? {
            StoredInfo::Missing => false,
            StoredInfo::Flag => true,
            StoredInfo::Number(value) => match test {
                InfoTest::Number {
                    comparison,
                    value: wanted,
                } if kind == InfoType::Float => holds_float(*comparison, value, *wanted),
                InfoTest::Number {
                    comparison,
                    value: wanted,
                } => comparison.holds(value as f64, *wanted),
                _ => true,
            },
            StoredInfo::Text(value) => test_text(value, kind, list, test),
        })
    }

    /// What a row has of an INFO key.
    pub(in crate::query) fn info(
        &mut self,
        key: u16,
        kind: InfoType,
        row: u32,
    ) -> Result<StoredInfo<'_>> {
        let file = self.segment.file();
        let known = self.info.iter().position(|(known, ..)| *known == key);
        let at = match known {
            Some(at) => at,
            None => {
                let rows = if kind.is_text() {
                    0
                } else {
                    self.segment.meta().rows
                };
                let column = Column::find(file, Kind::Info(key), rows)?;
                let text = if kind.is_text() {
                    Text::find(file, Kind::Info(key))?
                } else {
                    Text::NONE
                };
                self.info.push((key, column, text, TextBlock::default()));
                self.info.len() - 1
            }
        };
        let Some((_, column, text, block)) = self.info.get_mut(at) else {
            return Ok(StoredInfo::Missing);
        };
        Ok(match kind {
            InfoType::Flag if column.get(file, row)? != 0 => StoredInfo::Flag,
            InfoType::Flag => StoredInfo::Missing,
            InfoType::Integer | InfoType::Float => {
                let page = column.page(file, row / PAGE_ROWS)?;
                page.get_nullable(row % PAGE_ROWS)
                    .map_or(StoredInfo::Missing, StoredInfo::Number)
            }
            InfoType::Text | InfoType::Floats => match text.get(file, row, block)? {
                [] => StoredInfo::Missing,
                value => StoredInfo::Text(value),
            },
        })
    }
}

/// What a row has of an INFO key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum StoredInfo<'b> {
    Missing,
    Flag,
    /// A whole number, or the bits of one of 32 bits.
    Number(i64),
    /// As it stands in the VCF.
    Text(&'b [u8]),
}

/// Values of 32 bits compare with the number asked for as 32 bits: `info.AF<0.1` must not hold of 0.1.
fn holds_float(comparison: Comparison, bits: i64, wanted: f64) -> bool {
    holds_single(comparison, f32::from_bits(bits as u32), wanted)
}

fn holds_single(comparison: Comparison, value: f32, wanted: f64) -> bool {
    comparison.holds(f64::from(value), f64::from(wanted as f32))
}

/// Text passes where one of its values, which `list` separates, does (all of them for `!=`).
fn test_text(value: &[u8], kind: InfoType, list: u8, test: &InfoTest) -> bool {
    let mut values = value.split(|&b| b == list).filter(|one| *one != b".");
    match test {
        // a list of nothing but `.` is no value
        InfoTest::Present => values.next().is_some(),
        InfoTest::Number {
            comparison,
            value: wanted,
        } => values.any(|one| {
            let text = std::str::from_utf8(one).unwrap_or_default();
            match kind {
                InfoType::Floats => text
                    .parse()
                    .is_ok_and(|number| holds_single(*comparison, number, *wanted)),
                _ => text
                    .parse()
                    .is_ok_and(|number| comparison.holds(number, *wanted)),
            }
        }),
        InfoTest::Text {
            equal: true,
            value: wanted,
        } => value == wanted.as_bytes() || values.any(|one| one == wanted.as_bytes()),
        InfoTest::Text {
            equal: false,
            value: wanted,
        } => {
            // what is not known differs from nothing
            let mut any = false;
            let differ = values.all(|one| {
                any = true;
                one != wanted.as_bytes()
            });
            any && differ && value != wanted.as_bytes()
        }
    }
}

fn has_row(rows: &HashMap<usize, Vec<u32>>, part: usize, row: u32) -> bool {
    rows.get(&part)
        .is_some_and(|rows| rows.binary_search(&row).is_ok())
}
