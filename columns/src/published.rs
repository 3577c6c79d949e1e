//! Tables of published files.

use crate::counts::one_based;
use crate::field::{Column, Field, Kind};
use crate::frequencies::ALL;
use crate::shown::{COUNTS, count_cell, numbered, owned};
use crate::table::{Cells, Rows, Table};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use varidex::{
    Error, Published, PublishedSite, PublishedSiteCounts, PublishedSiteRow, PublishedSites, Result,
    RowToken, StrataGroup,
};

/// Columns of a site, before the values of the fields: published files have no ids of variants.
const SITE: [(&str, Kind); 4] = [
    ("chrom", Kind::Text),
    ("pos", Kind::Whole),
    ("ref", Kind::Text),
    ("alt", Kind::MaybeText),
];

/// Columns of an allele of somebody's file.
const ALLELE: [(&str, Kind); 5] = [
    ("chrom", Kind::Text),
    ("pos", Kind::Whole),
    ("id", Kind::MaybeText),
    ("ref", Kind::Text),
    ("alt", Kind::MaybeText),
];

/// `chrom pos ref alt ac an af n_het n_hom n_hemi status` of a published file: counts in everybody or in a union of strata, and
/// with `by` in rows of their own by the values of some of the fields that strata are made by; what cells say is as in
/// [`crate::shown_frequencies`].
///
/// # Errors
///
/// As [`Published::sites`], [`Published::group`] and [`Published::groups_by`]; [`Error::Usage`] for a union of strata by fields.
pub fn published_frequencies(
    file: &Published,
    of: &str,
    group: Option<&str>,
    by: &[String],
) -> Result<Table> {
    let groups = groups_of(file, group, by)?;
    let fields = by.iter().map(|field| (field.clone(), Kind::MaybeText));
    let columns = numbered(owned(SITE).chain(fields).chain(owned(COUNTS)));
    let rows = Sites {
        sites: file.sites(of)?,
        groups,
        fields: by.len(),
        site: None,
        at: 0,
    };
    Ok(Table::new(columns, rows))
}

/// What is counted, with the values of the fields: everybody or a union of strata, and the groups that fields make.
type Counted = (Vec<Option<String>>, StrataGroup);

fn groups_of(file: &Published, group: Option<&str>, by: &[String]) -> Result<Vec<Counted>> {
    if group.is_some() && !by.is_empty() {
        let message =
            "of a published file there are counts of a union of strata, or by fields: not both";
        return Err(Error::Usage(message.to_owned()));
    }
    let whole = match group {
        Some(labels) => file.group(labels)?,
        None => StrataGroup::total(),
    };
    let mut groups = vec![(vec![Some(ALL.to_owned()); by.len()], whole)];
    if !by.is_empty() {
        groups.extend(file.groups_by(by)?);
    }
    Ok(groups)
}

/// `chrom pos id ref alt ac an af n_het n_hom n_hemi status` of the alleles of somebody's file in its order, with the fields and rows that
/// [`published_frequencies`] has. Of an allele that the published file does not have all is withheld: nobody has it, or what is of it may not be
/// shown. Nothing is there, no `status` either, of what is no allele, and where only the reference could say which one it is.
///
/// The file is `-` for standard input. What comes with the table is asked for its warnings when the table has been read.
///
/// # Errors
///
/// As [`PublishedSiteCounts::open`] and [`published_frequencies`].
pub fn published_sites(
    file: &Published,
    input: impl AsRef<Path>,
    group: Option<&str>,
    by: &[String],
) -> Result<(Table, Arc<Mutex<PublishedSiteCounts>>)> {
    let groups = groups_of(file, group, by)?;
    let (values, groups): (Vec<_>, Vec<_>) = groups.into_iter().unzip();
    let sites = PublishedSiteCounts::open(input, file, groups)?;
    let sites = Arc::new(Mutex::new(sites));
    let fields = by.iter().map(|field| (field.clone(), Kind::MaybeText));
    let counts = owned(COUNTS).map(|(name, kind)| match name.as_str() {
        "status" => (name, Kind::MaybeText),
        _ => (name, kind),
    });
    let columns = numbered(owned(ALLELE).chain(fields).chain(counts));
    let (read, fields) = (Arc::clone(&sites), by.len());
    let mut at: Option<(PublishedSiteRow, usize)> = None;
    let rows = move |columns: &[Column], to: &mut dyn Cells| -> Result<bool> {
        let next = match at.take().filter(|(_, group)| *group < values.len()) {
            Some(next) => Some(next),
            None => {
                let mut sites = read.lock().unwrap_or_else(PoisonError::into_inner);
                sites.next()?.map(|row| (row, 0))
            }
        };
        let Some((row, group)) = next else {
            return Ok(false);
        };
        for column in columns {
            let Field::Value(place) = column.field else {
                to.missing();
                continue;
            };
            match (place, place.checked_sub(ALLELE.len())) {
                (0, _) => to.text(row.contig.as_bytes()),
                (1, _) => to.whole(row.position),
                (2, _) => to.text(row.id.as_bytes()),
                (3, _) => to.text(row.reference.as_bytes()),
                (4, _) => to.text(row.alternate.as_bytes()),
                (_, Some(field)) if field < fields => {
                    let value = values.get(group).and_then(|values| values.get(field));
                    to.maybe_text(value.and_then(Option::as_deref));
                }
                (_, field) => match row.counts(group) {
                    Some(counts) => {
                        let place = field.unwrap_or_default().saturating_sub(fields);
                        count_cell(place, counts, to);
                    }
                    None => to.missing(),
                },
            }
        }
        at = Some((row, group + 1));
        Ok(true)
    };
    Ok((Table::new(columns, rows), sites))
}

struct Sites {
    sites: PublishedSites,
    groups: Vec<(Vec<Option<String>>, StrataGroup)>,
    fields: usize,
    site: Option<PublishedSite>,
    /// The row of the site that comes next.
    at: usize,
}

impl Rows for Sites {
    fn next(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        if self.site.is_none() || self.at >= self.groups.len() {
            (self.site, self.at) = (self.sites.next()?, 0);
        }
        let (Some(site), Some((values, group))) = (&self.site, self.groups.get(self.at)) else {
            return Ok(false);
        };
        let counts = site.shown(group);
        let (reference, alternate) = site.alleles();
        for column in columns {
            let Field::Value(place) = column.field else {
                to.missing();
                continue;
            };
            match (place, place.checked_sub(SITE.len())) {
                (0, _) => to.text(site.contig().as_bytes()),
                (1, _) => to.whole(one_based(site.position())),
                (2, _) => to.text(reference),
                (3, _) => to.text(alternate),
                (_, Some(field)) if field < self.fields => {
                    to.maybe_text(values.get(field).and_then(Option::as_deref));
                }
                (_, field) => count_cell(
                    field.unwrap_or_default().saturating_sub(self.fields),
                    &counts,
                    to,
                ),
            }
        }
        self.at += 1;
        Ok(true)
    }

    fn token(&self) -> Option<RowToken> {
        None
    }

    fn made_together(&self) -> u64 {
        self.groups.len() as u64
    }
}
