//! Tables under a policy.

use crate::counts::one_based;
use crate::field::{Column, Field, Kind};
use crate::frequencies::ALL;
use crate::people::listed;
use crate::table::{Cells, Rows, Table};
use varidex::{PolicyView, Result, RowToken, ShownCounts, ShownPeopleCount, ShownScan, ShownTerm};

/// Columns of a site, before the values of the fields.
const SITE: [(&str, Kind); 5] = [
    ("chrom", Kind::Text),
    ("pos", Kind::Whole),
    ("id", Kind::MaybeText),
    ("ref", Kind::Text),
    ("alt", Kind::MaybeText),
];
/// Columns of counts, behind them.
pub(crate) const COUNTS: [(&str, Kind); 7] = [
    ("ac", Kind::MaybeWhole),
    ("an", Kind::MaybeWhole),
    ("af", Kind::MaybeShare),
    ("n_het", Kind::MaybeWhole),
    ("n_hom", Kind::MaybeWhole),
    ("n_hemi", Kind::MaybeWhole),
    ("status", Kind::Text),
];

/// Columns by their places.
pub(crate) fn numbered(columns: impl IntoIterator<Item = (String, Kind)>) -> Vec<Column> {
    let places = columns.into_iter().enumerate();
    places
        .map(|(place, (name, kind))| Column::new(name, Field::Value(place), kind))
        .collect()
}

pub(crate) fn owned<const N: usize>(
    columns: [(&str, Kind); N],
) -> impl Iterator<Item = (String, Kind)> {
    let columns = columns.into_iter();
    columns
        .map(|(name, kind)| (name.to_owned(), kind))
        .collect::<Vec<_>>()
        .into_iter()
}

/// `chrom pos id ref alt ac an af n_het n_hom n_hemi status`, under a policy: counts in everybody or in a group, and with
/// `by` in rows of their own by the values of one field or of two, as in [`crate::frequencies`]. `status` is
/// `exact`, `rounded`, `noisy` or `capped`, as of the less exact of `ac` and `an`, or `withheld`: then no number is there; where
/// numbers by zygosity alone are missing, these are withheld.
/// Variants of which nothing of everybody may be shown are not in the table.
///
/// # Errors
///
/// As [`PolicyView::frequencies`].
pub fn shown_frequencies(
    view: &PolicyView,
    of: &str,
    group: Option<&str>,
    by: &[String],
) -> Result<Table> {
    let scan = view.frequencies(of, group, by)?;
    let names = view.field_names(by)?;
    let fields = names.len();
    let values = scan.parts().map(<[_]>::to_vec);
    let everybody = vec![Some(ALL.to_owned()); fields];
    let all = owned(SITE);
    let all = all.chain(names.into_iter().map(|name| (name, Kind::MaybeText)));
    let columns = numbered(all.chain(owned(COUNTS)));
    let rows = Shown {
        values: std::iter::once(everybody).chain(values).collect(),
        scan,
        fields,
        chrom: String::new(),
        position: 0,
        texts: Default::default(),
        counts: Vec::new(),
        at: 0,
    };
    Ok(Table::new(columns, rows))
}

struct Shown {
    scan: ShownScan,
    /// Of the rows of a variant, the values of the fields.
    values: Vec<Vec<Option<String>>>,
    fields: usize,
    chrom: String,
    position: u64,
    /// Id, REF and ALT.
    texts: [Vec<u8>; 3],
    counts: Vec<ShownCounts>,
    /// The row of the variant that comes next.
    at: usize,
}

impl Shown {
    /// Reads the next variant; `false` after the last.
    fn load(&mut self) -> Result<bool> {
        let (chrom, position) = (&mut self.chrom, &mut self.position);
        let ([id, reference, alternate], counts) = (&mut self.texts, &mut self.counts);
        self.at = 0;
        counts.clear();
        let more = self.scan.next(|mut variant| {
            counts.push(variant.counts);
            counts.extend(variant.parts().map(|(_, shown)| shown));
            let mut site = variant.variant();
            site.contig().clone_into(chrom);
            *position = one_based(site.position()?);
            site.id()?.clone_into(id);
            let (of, to) = site.alleles()?;
            of.clone_into(reference);
            to.clone_into(alternate);
            Ok(())
        })?;
        Ok(more.is_some())
    }

    fn cell(&self, place: usize, counts: &ShownCounts, to: &mut dyn Cells) {
        let [id, reference, alternate] = &self.texts;
        match (place, place.checked_sub(SITE.len())) {
            (0, _) => to.text(self.chrom.as_bytes()),
            (1, _) => to.whole(self.position),
            (2, _) => to.text(id),
            (3, _) => to.text(reference),
            (4, _) => to.text(alternate),
            (_, Some(field)) if field < self.fields => {
                let values = self.values.get(self.at);
                let value = values.and_then(|values| values.get(field));
                to.maybe_text(value.and_then(Option::as_deref));
            }
            (_, field) => {
                let place = field.unwrap_or_default().saturating_sub(self.fields);
                count_cell(place, counts, to);
            }
        }
    }
}

/// A cell of one of [`COUNTS`], by its place.
pub(crate) fn count_cell(place: usize, counts: &ShownCounts, to: &mut dyn Cells) {
    match place {
        0 => to.maybe_whole(counts.ac.value()),
        1 => to.maybe_whole(counts.an.value()),
        2 => to.maybe_share(counts.af()),
        3 => to.maybe_whole(counts.n_het.value()),
        4 => to.maybe_whole(counts.n_hom.value()),
        5 => to.maybe_whole(counts.n_hemi.value()),
        _ => to.text(counts.status().as_bytes()),
    }
}

impl Rows for Shown {
    fn next(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        if self.at >= self.counts.len() && !self.load()? {
            return Ok(false);
        }
        let counts = self.counts.get(self.at).copied().unwrap_or_default();
        for column in columns {
            match column.field {
                Field::Value(place) => self.cell(place, &counts, to),
                _ => to.missing(),
            }
        }
        self.at += 1;
        Ok(true)
    }

    fn token(&self) -> Option<RowToken> {
        None
    }

    fn made_together(&self) -> u64 {
        self.values.len() as u64
    }
}

/// A column for each field, `people` and `status`, under a policy: how many people have these values. `people` is missing
/// where it is withheld.
///
/// # Errors
///
/// As [`PolicyView::people_counts`].
pub fn shown_people(view: &PolicyView, by: &[String]) -> Result<Table> {
    let names = view.field_names(by)?;
    let fields = names.len();
    let all = names.into_iter().map(|name| (name, Kind::MaybeText));
    let columns = numbered(all.chain(owned([
        ("people", Kind::MaybeWhole),
        ("status", Kind::Text),
    ])));
    let counts = view.people_counts(by)?;
    Ok(listed(
        columns,
        counts,
        move |row: &ShownPeopleCount, field, to| match field {
            Field::Value(place) if place < fields => {
                to.maybe_text(row.values.get(place).and_then(Option::as_deref));
            }
            Field::Value(place) if place == fields => to.maybe_whole(row.people.value()),
            Field::Value(_) => to.text(row.people.status().as_bytes()),
            _ => to.missing(),
        },
    ))
}

/// `id label people status`, under a policy: the terms of which it may be shown of how many people they, or something more
/// special, are recorded.
///
/// # Errors
///
/// As [`PolicyView::find_terms`].
pub fn shown_terms(view: &PolicyView, text: Option<&str>) -> Result<Table> {
    let columns = numbered(owned([
        ("id", Kind::MaybeText),
        ("label", Kind::MaybeText),
        ("people", Kind::MaybeWhole),
        ("status", Kind::Text),
    ]));
    let found = view.find_terms(text)?;
    Ok(listed(
        columns,
        found,
        |term: &ShownTerm, field, to| match field {
            Field::Value(0) => to.text(term.id.as_bytes()),
            Field::Value(1) => to.text(term.label.as_bytes()),
            Field::Value(2) => to.maybe_whole(term.people.value()),
            Field::Value(3) => to.text(term.people.status().as_bytes()),
            _ => to.missing(),
        },
    ))
}
