//! The counts of the alleles of somebody's file.

use crate::counts::{Counted, count_cell};
use crate::field::{COUNTS, Column, Field, Kind, columns};
use crate::frequencies::ALL;
use crate::table::{Cells, Table};
use std::sync::{Arc, Mutex, PoisonError};
use varidex::{Result, SiteCounts, SiteRow};

/// `chrom pos id ref alt ac an af n_het n_hom n_hemi n_missing`: the alleles of a file in its order, with the columns
/// before `ac` and the rows that [`crate::frequencies`] has of a group and by fields. Of an allele that the dataset does
/// not have `ac` is 0, and `an` is missing where somebody was not looked at; all are missing of what is no allele, and
/// where it cannot be decided which one it is.
///
/// The caller keeps `sites` to ask for its notes when the table has been read.
pub fn sites(sites: Arc<Mutex<SiteCounts>>, group: Option<&str>) -> Table {
    let (fields, values) = {
        let sites = sites.lock().unwrap_or_else(PoisonError::into_inner);
        (sites.fields().to_vec(), sites.values().to_vec())
    };
    let everybody = fields.iter().map(|_| Some(ALL.to_owned())).collect();
    let values: Vec<Vec<Option<String>>> = std::iter::once(everybody).chain(values).collect();
    // groups that are named make a column of that name themselves
    let label = group.filter(|_| !fields.iter().any(|field| field == "group"));
    let site = [Field::Chrom, Field::Pos, Field::Id, Field::Ref, Field::Alt];
    let mut all = columns(site.into_iter().chain(label.map(|_| Field::Group)));
    for (number, field) in fields.into_iter().enumerate() {
        all.push(Column::new(field, Field::Value(number), Kind::MaybeText));
    }
    all.extend(columns(COUNTS).into_iter().map(|column| match column.kind {
        Kind::Whole => Column::new(column.name().to_owned(), column.field, Kind::MaybeWhole),
        _ => column,
    }));
    let label = label.unwrap_or_default().to_owned();
    let mut at: Option<(SiteRow, usize)> = None;
    let rows = move |columns: &[Column], to: &mut dyn Cells| -> Result<bool> {
        let next = match at.take().filter(|(_, group)| *group < values.len()) {
            Some(next) => Some(next),
            None => {
                let mut sites = sites.lock().unwrap_or_else(PoisonError::into_inner);
                sites.next()?.map(|row| (row, 0))
            }
        };
        let Some((row, group)) = next else {
            return Ok(false);
        };
        for column in columns {
            match column.field {
                Field::Group => to.text(label.as_bytes()),
                Field::Value(number) => {
                    let value = values.get(group).and_then(|of| of.get(number));
                    to.maybe_text(value.and_then(Option::as_deref));
                }
                field => cell(field, &row, group, to),
            }
        }
        at = Some((row, group + 1));
        Ok(true)
    };
    Table::new(all, rows)
}

fn cell(field: Field, row: &SiteRow, group: usize, to: &mut dyn Cells) {
    match (field, row.counts(group)) {
        (Field::Chrom, _) => to.text(row.contig.as_bytes()),
        (Field::Pos, _) => to.whole(row.position),
        (Field::Id, _) => to.text(row.id.as_bytes()),
        (Field::Ref, _) => to.text(row.reference.as_bytes()),
        (Field::Alt, _) => to.text(row.alternate.as_bytes()),
        (_, Some(&counts)) => {
            let counted = Counted {
                counts,
                ..Counted::default()
            };
            count_cell(field, &counted, to);
        }
        (_, None) => to.missing(),
    }
}
