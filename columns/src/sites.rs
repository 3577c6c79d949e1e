//! The counts of the alleles of somebody's file.

use crate::counts::{Counted, count_cell};
use crate::field::{COUNTS, Column, Field, Kind, columns};
use crate::table::{Cells, Table};
use std::sync::{Arc, Mutex, PoisonError};
use varidex::{Result, SiteCounts, SiteRow};

/// `chrom pos id ref alt ac an af n_het n_hom n_hemi n_missing`: the alleles of a file in its order, with a column
/// `group` where there are groups, and then a row for each. Of an allele that the dataset does not have `ac` is 0, and
/// `an` is missing where somebody was not looked at; all are missing of what is no allele, and where it cannot be
/// decided which one it is.
///
/// The caller keeps `sites` to ask for its notes when the table has been read.
pub fn sites(sites: Arc<Mutex<SiteCounts>>, group: Option<&str>) -> Table {
    let mut names: Vec<String> = {
        let sites = sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites.labels().map(str::to_owned).collect()
    };
    let shows_group = group.is_some() || !names.is_empty();
    // the values of attributes make up who was asked for
    let first = usize::from(!names.is_empty());
    names.insert(0, group.unwrap_or("all").to_owned());
    let mut at: Option<(SiteRow, usize)> = None;
    let rows = move |columns: &[Column], to: &mut dyn Cells| -> Result<bool> {
        let next = at.take().filter(|(_, group)| *group < names.len());
        let next = match next {
            Some(next) => Some(next),
            None => {
                let mut sites = sites.lock().unwrap_or_else(PoisonError::into_inner);
                sites.next()?.map(|row| (row, first))
            }
        };
        let Some((row, group)) = next else {
            return Ok(false);
        };
        let name = names.get(group).map_or("", String::as_str);
        for column in columns {
            cell(column.field, &row, group, name, to);
        }
        at = Some((row, group + 1));
        Ok(true)
    };
    let site = [Field::Chrom, Field::Pos, Field::Id, Field::Ref, Field::Alt];
    let group = shows_group.then_some(Field::Group);
    let counts = columns(COUNTS).into_iter().map(|column| match column.kind {
        Kind::Whole => Column::new(column.name().to_owned(), column.field, Kind::MaybeWhole),
        _ => column,
    });
    let all = columns(site.into_iter().chain(group));
    Table::new(all.into_iter().chain(counts).collect(), rows)
}

fn cell(field: Field, row: &SiteRow, group: usize, name: &str, to: &mut dyn Cells) {
    match (field, row.counts(group)) {
        (Field::Chrom, _) => to.text(row.contig.as_bytes()),
        (Field::Pos, _) => to.whole(row.position),
        (Field::Id, _) => to.text(row.id.as_bytes()),
        (Field::Ref, _) => to.text(row.reference.as_bytes()),
        (Field::Alt, _) => to.text(row.alternate.as_bytes()),
        (Field::Group, _) => to.text(name.as_bytes()),
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
