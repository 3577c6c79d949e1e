//! The counts of the alleles of somebody's file.

use crate::counts::{Counted, count_cell};
use crate::field::{COUNTS, Column, Field, Kind, columns};
use crate::frequencies::ALL;
use crate::table::{Cells, Table};
use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use varidex::{AnnotateWith, By, Error, Group, Result, SiteCounts, SiteRow, View};

/// `chrom pos id ref alt ac an af n_het n_hom n_hemi n_missing`: the alleles of a file in its order, with the columns
/// before `ac` and the rows that [`crate::frequencies`] has of a group and by fields. Of an allele that the dataset does
/// not have `ac` is 0, and `an` is missing where somebody was not looked at; all are missing of what is no allele, and
/// where it cannot be decided which one it is.
///
/// The file is `-` for standard input. What comes with the table is asked for its warnings when the table has been read.
///
/// # Errors
///
/// As [`SiteCounts::open`].
pub fn sites(
    view: &View,
    file: impl AsRef<Path>,
    group: Option<&Group>,
    by: &[By],
) -> Result<(Table, Arc<Mutex<SiteCounts>>)> {
    let mut with = AnnotateWith::new(view.clone()).by(by.iter().cloned());
    if let Some(group) = group {
        with = with.in_group(group.clone());
    }
    let sites = Arc::new(Mutex::new(SiteCounts::open(file, &[with])?));
    Ok((long(Arc::clone(&sites), group.map(Group::label)), sites))
}

/// The table of [`sites`], with a row for each group.
fn long(sites: Arc<Mutex<SiteCounts>>, group: Option<&str>) -> Table {
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

/// `chrom pos id ref alt`, and for each of the datasets, in their order, `ac an af n_het n_hom n_hemi n_missing`: the
/// alleles of a file in its order, one row each. The columns of a dataset that is named are `NAME_ac` and so on; with
/// fields there are behind them those of each group that the values make, `ac_FIN` or `NAME_ac_FIN`. What cells say is
/// as in [`sites`].
///
/// The file is `-` for standard input. What comes with the table is asked for its warnings when the table has been read.
///
/// # Errors
///
/// As [`SiteCounts::open`]; [`Error::Usage`] where two columns would have one name.
pub fn annotations(
    file: impl AsRef<Path>,
    with: &[AnnotateWith],
) -> Result<(Table, Arc<Mutex<SiteCounts>>)> {
    let sites = SiteCounts::open(file, with)?;
    let site = [Field::Chrom, Field::Pos, Field::Id, Field::Ref, Field::Alt];
    let mut all = columns(site);
    let mut names: HashSet<String> = all.iter().map(|column| column.name().to_owned()).collect();
    for (number, (dataset, group)) in sites.groups().enumerate() {
        let before = dataset.map_or(String::new(), |name| format!("{name}_"));
        let after = group.map_or(String::new(), |label| format!("_{label}"));
        for (at, count) in columns(COUNTS).into_iter().enumerate() {
            let name = format!("{before}{}{after}", count.name());
            if !names.insert(name.clone()) {
                return Err(Error::Usage(format!(
                    "two columns would be called `{name}`: give each dataset a name of its own"
                )));
            }
            let kind = match count.kind {
                Kind::Whole => Kind::MaybeWhole,
                kind => kind,
            };
            let field = Field::Value(number * COUNTS.len() + at);
            all.push(Column::new(name, field, kind));
        }
    }
    let sites = Arc::new(Mutex::new(sites));
    let read = Arc::clone(&sites);
    let rows = move |columns: &[Column], to: &mut dyn Cells| -> Result<bool> {
        let next = read.lock().unwrap_or_else(PoisonError::into_inner).next()?;
        let Some(row) = next else { return Ok(false) };
        for column in columns {
            match column.field {
                Field::Value(number) => {
                    let count = COUNTS.get(number % COUNTS.len()).copied();
                    let count = count.unwrap_or(Field::Ac);
                    cell(count, &row, number / COUNTS.len(), to);
                }
                field => cell(field, &row, 0, to),
            }
        }
        Ok(true)
    };
    Ok((Table::new(all, rows), sites))
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
