//! Counts and frequencies: in everybody, in a group, and in many groups.

use crate::counts::{
    Counted, Needed, SITE, Site, count_cell, first_row, interval, is_count, site_cell, token_at,
};
use crate::field::{COUNTS, Column, Field, Kind, columns};
use crate::table::{Cells, Rows, Table};
use varidex::{By, Group, Query, Result, RowToken, Scan, View};

/// What stands for everybody in the columns of values.
pub(crate) const ALL: &str = "all";

/// `chrom pos id ref alt ac an af n_het n_hom n_hemi n_missing`: counts in everybody, or in the question's group.
/// Of a group there is a column `group` before `ac`: what it is called ([`Group::label`]).
///
/// With `by` a variant has several rows, and there is a column before `ac` for each of its fields: first everybody,
/// or all of the question's group, with `all` in each of them; then each group that the values make
/// ([`View::groups_by`]), null where none is known. Named groups are a column `group`, in which the name of
/// the question's group does not stand then.
///
/// Where they are asked for, also `af_low af_high` ([`varidex::Counts::af_interval`]) and `covered`, as in
/// [`crate::variants`].
///
/// # Errors
///
/// As [`View::scan`] and [`View::groups_by`].
pub fn frequencies<B: Clone + Into<By>>(view: &View, query: &Query, by: &[B]) -> Result<Table> {
    let by: Vec<By> = by.iter().cloned().map(Into::into).collect();
    let counted = view.counted_by(&by, query.group())?;
    let whole = query.clone().in_group(counted.as_ref());
    let whole = whole.offset(0).limit(None).for_table("frequencies");
    let mut groups: Vec<(Vec<Option<String>>, Group)> = Vec::new();
    if !by.is_empty() {
        groups = view.groups_by(&by, query.group())?;
    }
    let (values, groups): (Vec<_>, Vec<_>) = groups.into_iter().unzip();
    let everybody = by.iter().map(|_| Some(ALL.to_owned())).collect();
    let named = by.iter().any(|by| matches!(by, By::Groups(_)));
    let label = query.group().filter(|_| !named).map(Group::label);
    let mut all = columns(SITE);
    all.extend(columns(label.map(|_| Field::Group)));
    for (number, by) in by.iter().enumerate() {
        let column = Column::new(by.to_string(), Field::Value(number), Kind::MaybeText);
        all.push(column);
    }
    all.extend(columns(COUNTS));
    let rows = Frequencies {
        scan: view.scan(&whole.by(groups))?,
        label: label.unwrap_or_default().to_owned(),
        values: std::iter::once(everybody).chain(values).collect(),
        site: Site::default(),
        counted: Vec::new(),
        at: 0,
        skip: first_row(query),
    };
    let mut more = columns([Field::Covered]);
    more.extend(interval());
    Ok(Table::new(all, rows).with_more(more).limited(query))
}

struct Frequencies {
    scan: Scan,
    /// What the question's group is called.
    label: String,
    /// Of the rows of a variant, the values of the fields.
    values: Vec<Vec<Option<String>>>,
    site: Site,
    counted: Vec<Counted>,
    /// The row of the variant that comes next.
    at: usize,
    /// That of the first variant.
    skip: usize,
}

impl Frequencies {
    /// The row of the next variant, where each has one.
    fn next_alone(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        let (needed, label) = (Needed::by(columns), &self.label);
        let row = self.scan.next(|mut variant| {
            let counted = needed.counted(&mut variant)?;
            for column in columns {
                match column.field {
                    Field::Group => to.text(label.as_bytes()),
                    field if is_count(field) => count_cell(field, &counted, to),
                    field => site_cell(field, &mut variant, to)?,
                }
            }
            Ok(())
        })?;
        Ok(row.is_some())
    }

    /// Counts the next variant in all groups; `false` after the last.
    fn count_next(&mut self, columns: &[Column]) -> Result<bool> {
        let needed = Needed::by(columns);
        self.at = std::mem::take(&mut self.skip);
        let (site, counted, groups) = (&mut self.site, &mut self.counted, self.values.len() - 1);
        counted.clear();
        let more = self.scan.next(|mut variant| {
            site.load(&mut variant)?;
            counted.push(needed.counted(&mut variant)?);
            for group in 0..groups {
                counted.push(needed.counted_of(&mut variant, group)?);
            }
            Ok(())
        })?;
        Ok(more.is_some())
    }
}

impl Rows for Frequencies {
    fn next(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        if self.values.first().is_none_or(Vec::is_empty) {
            return self.next_alone(columns, to);
        }
        while self.at >= self.counted.len() {
            if !self.count_next(columns)? {
                return Ok(false);
            }
        }
        if let (Some(values), Some(counted)) = (self.values.get(self.at), self.counted.get(self.at))
        {
            for column in columns {
                match column.field {
                    Field::Group => to.text(self.label.as_bytes()),
                    Field::Value(number) => {
                        to.maybe_text(values.get(number).and_then(Option::as_deref));
                    }
                    field if is_count(field) => count_cell(field, counted, to),
                    field => self.site.cell(field, to),
                }
            }
        }
        self.at += 1;
        Ok(true)
    }

    fn token(&self) -> Option<RowToken> {
        Some(token_at(&self.scan, self.at, self.counted.len()))
    }

    fn made_together(&self) -> u64 {
        self.values.len() as u64
    }
}
