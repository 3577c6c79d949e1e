//! Variants with their counts.

use crate::batches::{Batches, COUNTS, Kind, Row, schema};
use varidex::{Attribute, Counts, Group, Position, Result, Variant, View};

/// What a variant is: the first columns of every table.
pub(crate) struct Site {
    pub(crate) chrom: String,
    pub(crate) position: Position,
    pub(crate) id: String,
    pub(crate) reference: String,
    pub(crate) alternate: String,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            chrom: String::new(),
            position: Position::TELOMERE,
            id: String::new(),
            reference: String::new(),
            alternate: String::new(),
        }
    }
}

impl Site {
    pub(crate) fn load(&mut self, variant: &mut Variant<'_, '_>) -> Result<()> {
        let put = |to: &mut String, bytes: &[u8]| {
            to.clear();
            to.push_str(&String::from_utf8_lossy(bytes));
        };
        if self.chrom != variant.contig() {
            variant.contig().clone_into(&mut self.chrom);
        }
        self.position = variant.position()?;
        put(&mut self.id, variant.id()?);
        let (reference, alternate) = variant.alleles()?;
        put(&mut self.reference, reference);
        put(&mut self.alternate, alternate);
        Ok(())
    }

    pub(crate) fn write(&self, to: &mut Row<'_>, with_id: bool) {
        to.name(&self.chrom);
        to.position(self.position);
        if with_id {
            to.text(&self.id);
        }
        to.name(&self.reference);
        to.text(&self.alternate);
    }
}

/// `chrom pos id ref alt type filter gene consequence impact ac an af n_het n_hom n_hemi n_missing`:
/// the variants that an expression picks, counted in everybody or in a group.
///
/// # Errors
///
/// As [`View::variants_in`].
pub fn variants(view: &View, of: &str, group: Option<&Group>) -> Result<Batches> {
    let columns = [
        ("chrom", Kind::Text),
        ("pos", Kind::Whole),
        ("id", Kind::MaybeText),
        ("ref", Kind::Text),
        ("alt", Kind::MaybeText),
        ("type", Kind::Text),
        ("filter", Kind::MaybeText),
        ("gene", Kind::MaybeText),
        ("consequence", Kind::MaybeText),
        ("impact", Kind::MaybeText),
    ];
    let mut scan = view.scan(of, group)?;
    let mut site = Site::default();
    let rows = move |to: &mut Row<'_>| {
        let row = scan.next(|mut variant| {
            let counts = variant.counts()?;
            let (kind, filter) = (variant.allele_type()?.name(), variant.filter()?);
            site.load(&mut variant)?;
            site.write(to, true);
            to.name(kind);
            to.text(&filter);
            match variant.annotation()? {
                Some(told) => {
                    to.text(told.gene());
                    to.text(&told.consequence);
                    to.text(told.impact.name());
                }
                None => (0..3).for_each(|_| to.text("")),
            }
            to.counts(&counts);
            Ok(())
        })?;
        Ok(row.is_some())
    };
    Ok(Batches::new(
        schema(columns.into_iter().chain(COUNTS)),
        rows,
    ))
}

/// `chrom pos id ref alt group ac an af n_het n_hom n_hemi n_missing`: counts in everybody or in a
/// group, or in the groups that the values of attributes make of them: then a variant has a row for
/// each. `group` is `all`, what the group is called ([`Group::label`]), or the values (`FIN|female`).
///
/// # Errors
///
/// As [`View::variants_in`] and [`View::groups_by`].
pub fn frequencies(
    view: &View,
    of: &str,
    group: Option<&Group>,
    by: &[Attribute],
) -> Result<Batches> {
    let columns = [
        ("chrom", Kind::Text),
        ("pos", Kind::Whole),
        ("id", Kind::MaybeText),
        ("ref", Kind::Text),
        ("alt", Kind::MaybeText),
        ("group", Kind::Text),
    ];
    let schema = schema(columns.into_iter().chain(COUNTS));
    let (mut scan, names) = if by.is_empty() {
        let name = group.map_or("all", Group::label).to_owned();
        (view.scan(of, group)?, vec![name])
    } else {
        let groups = view.groups_by(by, group)?;
        let groups: Vec<_> = groups.into_iter().map(|(_, group)| group).collect();
        let names = groups
            .iter()
            .map(|group| group.label().to_owned())
            .collect();
        (view.scan_by(of, &groups)?, names)
    };
    let several = !by.is_empty();
    let mut site = Site::default();
    let mut counts: Vec<Counts> = Vec::new();
    // the row of the variant that comes next
    let mut at = 0;
    let rows = move |to: &mut Row<'_>| {
        while at >= counts.len() {
            at = 0;
            counts.clear();
            let more = scan.next(|mut variant| {
                site.load(&mut variant)?;
                if several {
                    for number in 0..names.len() {
                        counts.push(variant.counts_of(number)?);
                    }
                } else {
                    counts.push(variant.counts()?);
                }
                Ok(())
            })?;
            if more.is_none() {
                return Ok(false);
            }
        }
        if let (Some(name), Some(counts)) = (names.get(at), counts.get(at)) {
            site.write(to, true);
            to.name(name);
            to.counts(counts);
        }
        at += 1;
        Ok(true)
    };
    Ok(Batches::new(schema, rows))
}
