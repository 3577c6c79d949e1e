//! Variants, with what is said of them and their counts.

use crate::counts::{Needed, SITE, count_cell, interval, is_count, site_cell};
use crate::field::{COUNTS, Column, Field, columns};
use crate::table::{Cells, Rows, Table};
use std::fmt::Write as _;
use varidex::{
    Annotation, InfoCell, InfoColumn, Query, Result, RowToken, Scan, Variant, View, VrsVersion,
};

/// `chrom pos id ref alt type filter gene consequence impact ac an af n_het n_hom n_hemi n_missing`:
/// the variants that a question picks, counted in everybody or in its group; also those that nobody in it carries.
///
/// Where they are asked for, also `qual`, `hgvs` (`g.`, by the contig's RefSeq accession), `vrs` and `vrs_1_3`
/// ([`varidex::Variant::vrs_id`]), `end` (1-based, the last
/// base), `length` (as expressions have it), `transcript hgvs_c hgvs_p canonical mane` (of the same entry as
/// `gene`), `covered` (samples that were looked at), `af_low af_high` ([`varidex::Counts::af_interval`]) and `info.KEY`
/// of each INFO key that was kept: whole numbers, numbers, flags and text, lists as they stand in the VCF.
///
/// # Errors
///
/// As [`View::scan`].
pub fn variants(view: &View, query: &Query) -> Result<Table> {
    let site = SITE.into_iter().chain([
        Field::Type,
        Field::Filter,
        Field::Gene,
        Field::Consequence,
        Field::Impact,
    ]);
    let mut more = columns([
        Field::Qual,
        Field::Hgvs,
        Field::Vrs,
        Field::Vrs13,
        Field::End,
        Field::Length,
        Field::Transcript,
        Field::HgvsC,
        Field::HgvsP,
        Field::Canonical,
        Field::Mane,
        Field::Covered,
    ]);
    more.extend(interval());
    let rows = Variants {
        scan: view.scan(&query.clone().offset(0).limit(None).for_table("variants"))?,
        digits: String::new(),
    };
    let table = Table::new(columns(site.chain(COUNTS)), rows);
    Ok(table.with_more(more).with_info(view).limited(query))
}

struct Variants {
    scan: Scan,
    digits: String,
}

fn is_of_entry(field: Field) -> bool {
    matches!(
        field,
        Field::Gene
            | Field::Consequence
            | Field::Impact
            | Field::Transcript
            | Field::HgvsC
            | Field::HgvsP
            | Field::Canonical
            | Field::Mane
    )
}

/// Gives a cell of what is said of a variant.
fn entry_cell(field: Field, entry: Option<&Annotation>, to: &mut dyn Cells) {
    match field {
        Field::Gene => to.maybe_text(entry.map(Annotation::gene)),
        Field::Consequence => to.maybe_text(entry.map(|entry| entry.consequence.as_str())),
        Field::Impact => to.maybe_text(entry.map(|entry| entry.impact.name())),
        Field::Transcript => to.maybe_text(entry.map(|entry| entry.transcript.as_str())),
        Field::HgvsC => to.maybe_text(entry.map(|entry| entry.hgvs_c.as_str())),
        Field::HgvsP => to.maybe_text(entry.map(|entry| entry.hgvs_p.as_str())),
        Field::Canonical => to.maybe_flag(entry.map(|entry| entry.canonical)),
        Field::Mane => to.maybe_flag(entry.map(|entry| entry.mane)),
        _ => to.missing(),
    }
}

/// The number that the source writes for one of 32 bits: 0.1, and not the nearest of 64 bits to what is kept.
fn as_written(digits: &mut String, number: f32) -> f64 {
    digits.clear();
    // writing to a string cannot fail
    let _ = write!(digits, "{number:e}");
    digits.parse().unwrap_or_else(|_| number.into())
}

/// Gives the value of an INFO key.
fn info_cell(
    column: &InfoColumn,
    variant: &mut Variant<'_, '_>,
    digits: &mut String,
    to: &mut dyn Cells,
) -> Result<()> {
    let is_flag = column.kind() == varidex::InfoKind::Flag;
    match variant.info(column)? {
        Some(InfoCell::Flag) => to.flag(true),
        None if is_flag => to.flag(false),
        None => to.missing(),
        Some(InfoCell::Integer(number)) => to.signed(number),
        // what is no number is none here
        Some(InfoCell::Float(number)) if number.is_nan() => to.missing(),
        Some(InfoCell::Float(number)) => to.number(as_written(digits, number)),
        Some(InfoCell::Text(text)) => to.text(text),
    }
    Ok(())
}

/// Gives a computed identifier, through room for its text.
fn vrs_cell(
    variant: &mut Variant<'_, '_>,
    version: VrsVersion,
    text: &mut String,
    to: &mut dyn Cells,
) -> Result<()> {
    let id = variant.vrs_id(version)?;
    text.clear();
    if let Some(id) = id {
        // writing to a string cannot fail
        let _ = write!(text, "{id}");
    }
    to.maybe_text(id.is_some().then_some(text.as_str()));
    Ok(())
}

/// Gives a cell that is there where it is asked for.
fn more_cell(
    field: Field,
    variant: &mut Variant<'_, '_>,
    digits: &mut String,
    to: &mut dyn Cells,
) -> Result<()> {
    match field {
        Field::Qual => match variant.quality()? {
            Some(quality) if !quality.is_nan() => to.number(as_written(digits, quality)),
            _ => to.missing(),
        },
        Field::Hgvs => to.maybe_text(variant.names()?.hgvs.as_deref()),
        Field::Vrs => vrs_cell(variant, VrsVersion::V2_0, digits, to)?,
        Field::Vrs13 => vrs_cell(variant, VrsVersion::V1_3, digits, to)?,
        // the base behind the last counted from 0 is the last counted from 1
        Field::End => to.whole(u64::try_from(variant.interval()?.end).unwrap_or_default()),
        Field::Length => to.maybe_whole(variant.length()?),
        field => site_cell(field, variant, to)?,
    }
    Ok(())
}

impl Rows for Variants {
    fn next(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        let needed = Needed::by(columns);
        let shows_entry = columns.iter().any(|column| is_of_entry(column.field));
        let digits = &mut self.digits;
        let row = self.scan.next(|mut variant| {
            let counted = needed.counted(&mut variant)?;
            let entry = match shows_entry {
                true => variant.annotation()?,
                false => None,
            };
            let entry = entry.as_ref();
            for column in columns {
                match column.field {
                    Field::Type => to.text(variant.allele_type()?.name().as_bytes()),
                    Field::Filter => to.text(variant.filter()?.as_bytes()),
                    field if is_count(field) => count_cell(field, &counted, to),
                    field if is_of_entry(field) => entry_cell(field, entry, to),
                    field => match &column.info {
                        Some(info) => info_cell(info, &mut variant, digits, to)?,
                        None => more_cell(field, &mut variant, digits, to)?,
                    },
                }
            }
            Ok(())
        })?;
        Ok(row.is_some())
    }

    fn token(&self) -> Option<RowToken> {
        Some(self.scan.token())
    }
}
