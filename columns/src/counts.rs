//! Variants with their counts.

use crate::field::{COUNTS, Column, Field, columns};
use crate::table::{Cells, Rows, Table};
use varidex::{Attribute, Counts, Group, Query, Result, RowToken, Scan, Variant, View};

/// What a variant is.
const SITE: [Field; 5] = [Field::Chrom, Field::Pos, Field::Id, Field::Ref, Field::Alt];

/// Gives a cell of what a variant is: the first columns of every table.
pub(crate) fn site_cell(
    field: Field,
    variant: &mut Variant<'_, '_>,
    to: &mut dyn Cells,
) -> Result<()> {
    match field {
        Field::Chrom => to.text(variant.contig().as_bytes()),
        Field::Pos => to.whole(one_based(variant.position()?)),
        Field::Id => to.text(variant.id()?),
        Field::Ref => to.text(variant.alleles()?.0),
        Field::Alt => to.text(variant.alleles()?.1),
        _ => to.missing(),
    }
    Ok(())
}

/// A position as VCF has it.
pub(crate) fn one_based(position: varidex::Position) -> u64 {
    u64::try_from(position.one_based()).unwrap_or_default()
}

fn is_count(field: Field) -> bool {
    matches!(
        field,
        Field::Ac
            | Field::An
            | Field::Af
            | Field::NHet
            | Field::NHom
            | Field::NHemi
            | Field::NMissing
    )
}

/// Gives a cell of counts.
pub(crate) fn count_cell(field: Field, counts: &Counts, to: &mut dyn Cells) {
    match field {
        Field::Ac => to.whole(counts.ac),
        Field::An => to.maybe_whole(counts.an),
        Field::Af => to.maybe_share(counts.af()),
        Field::NHet => to.whole(counts.n_het),
        Field::NHom => to.whole(counts.n_hom),
        Field::NHemi => to.whole(counts.n_hemi),
        Field::NMissing => to.whole(counts.n_missing),
        _ => to.missing(),
    }
}

/// Which counts some columns need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Needed {
    None,
    /// AC and AN alone, which cost less.
    AcAn,
    All,
}

impl Needed {
    fn by(columns: &[Column]) -> Self {
        let of = |column: &Column| match column.field {
            Field::Ac | Field::An | Field::Af => Self::AcAn,
            Field::NHet | Field::NHom | Field::NHemi | Field::NMissing => Self::All,
            _ => Self::None,
        };
        columns.iter().map(of).max().unwrap_or(Self::None)
    }

    fn counts(self, variant: &mut Variant<'_, '_>) -> Result<Counts> {
        match self {
            Self::None => Ok(Counts::default()),
            Self::AcAn => {
                let (ac, an) = variant.ac_an()?;
                Ok(Counts {
                    ac,
                    an,
                    ..Counts::default()
                })
            }
            Self::All => variant.counts(),
        }
    }
}

/// `chrom pos id ref alt type filter gene consequence impact ac an af n_het n_hom n_hemi n_missing`:
/// the variants that a question picks, counted in everybody or in its group.
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
    let scan = view.scan(&query.clone().limit(None).for_table("variants"))?;
    let columns = columns(site.chain(COUNTS));
    Ok(Table::new(columns, Variants(scan)).limited(query))
}

struct Variants(Scan);

impl Rows for Variants {
    fn next(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        let needed = Needed::by(columns);
        let shows_entry = columns.iter().any(|column| {
            matches!(
                column.field,
                Field::Gene | Field::Consequence | Field::Impact
            )
        });
        let row = self.0.next(|mut variant| {
            let counts = needed.counts(&mut variant)?;
            let entry = match shows_entry {
                true => variant.annotation()?,
                false => None,
            };
            let entry = entry.as_ref();
            for column in columns {
                match column.field {
                    Field::Type => to.text(variant.allele_type()?.name().as_bytes()),
                    Field::Filter => to.text(variant.filter()?.as_bytes()),
                    Field::Gene => to.maybe_text(entry.map(varidex::Annotation::gene)),
                    Field::Consequence => to.maybe_text(entry.map(|e| e.consequence.as_str())),
                    Field::Impact => to.maybe_text(entry.map(|entry| entry.impact.name())),
                    field if is_count(field) => count_cell(field, &counts, to),
                    field => site_cell(field, &mut variant, to)?,
                }
            }
            Ok(())
        })?;
        Ok(row.is_some())
    }

    fn token(&self) -> Option<RowToken> {
        Some(self.0.token())
    }
}

/// `chrom pos id ref alt group ac an af n_het n_hom n_hemi n_missing`: counts in everybody or in the
/// question's group, or in the groups that the values of attributes make of them: then a variant has a row for
/// each. `group` is `all`, what the group is called ([`Group::label`]), or the values (`FIN|female`).
///
/// # Errors
///
/// As [`View::scan`] and [`View::groups_by`].
pub fn frequencies(view: &View, query: &Query, by: &[Attribute]) -> Result<Table> {
    let site = SITE.into_iter().chain([Field::Group]);
    let whole = query.clone().limit(None).for_table("frequencies");
    let (scan, names) = if by.is_empty() {
        let name = query.group().map_or("all", Group::label).to_owned();
        (view.scan(&whole)?, vec![name])
    } else {
        let groups = view.groups_by(by, query.group())?;
        let groups: Vec<_> = groups.into_iter().map(|(_, group)| group).collect();
        let labels = groups.iter().map(Group::label);
        let names = labels.map(str::to_owned).collect();
        (view.scan(&whole.by(groups))?, names)
    };
    let rows = Frequencies {
        scan,
        names,
        beside: !by.is_empty(),
        site: Site::default(),
        counts: Vec::new(),
        at: 0,
        skip: first_row(query),
    };
    let columns = columns(site.chain(COUNTS));
    Ok(Table::new(columns, rows).limited(query))
}

/// The row of the first variant that a question begins with.
pub(crate) fn first_row(query: &Query) -> usize {
    let token = query.token();
    token.map_or(0, |token| token.rows_of_variant() as usize)
}

/// What a variant is, kept for its rows.
#[derive(Default)]
pub(crate) struct Site {
    chrom: String,
    position: u64,
    id: Vec<u8>,
    reference: Vec<u8>,
    alternate: Vec<u8>,
}

impl Site {
    pub(crate) fn load(&mut self, variant: &mut Variant<'_, '_>) -> Result<()> {
        if self.chrom != variant.contig() {
            variant.contig().clone_into(&mut self.chrom);
        }
        self.position = one_based(variant.position()?);
        variant.id()?.clone_into(&mut self.id);
        let (reference, alternate) = variant.alleles()?;
        reference.clone_into(&mut self.reference);
        alternate.clone_into(&mut self.alternate);
        Ok(())
    }

    pub(crate) fn cell(&self, field: Field, to: &mut dyn Cells) {
        match field {
            Field::Chrom => to.text(self.chrom.as_bytes()),
            Field::Pos => to.whole(self.position),
            Field::Id => to.text(&self.id),
            Field::Ref => to.text(&self.reference),
            Field::Alt => to.text(&self.alternate),
            _ => to.missing(),
        }
    }
}

struct Frequencies {
    scan: Scan,
    /// Of the rows of a variant.
    names: Vec<String>,
    /// Whether they are of groups beside the question's.
    beside: bool,
    site: Site,
    counts: Vec<Counts>,
    /// The row of the variant that comes next.
    at: usize,
    /// That of the first variant.
    skip: usize,
}

impl Frequencies {
    /// The row of the next variant, where each has one.
    fn next_alone(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        let (needed, names) = (Needed::by(columns), &self.names);
        let row = self.scan.next(|mut variant| {
            let counts = needed.counts(&mut variant)?;
            let name = names.first().map_or("", String::as_str);
            for column in columns {
                match column.field {
                    Field::Group => to.text(name.as_bytes()),
                    field if is_count(field) => count_cell(field, &counts, to),
                    field => site_cell(field, &mut variant, to)?,
                }
            }
            Ok(())
        })?;
        Ok(row.is_some())
    }
}

impl Rows for Frequencies {
    fn next(&mut self, columns: &[Column], to: &mut dyn Cells) -> Result<bool> {
        if !self.beside {
            return self.next_alone(columns, to);
        }
        let needed = Needed::by(columns);
        while self.at >= self.counts.len() {
            self.at = std::mem::take(&mut self.skip);
            let (site, counts, names) = (&mut self.site, &mut self.counts, &self.names);
            counts.clear();
            let more = self.scan.next(|mut variant| {
                site.load(&mut variant)?;
                for group in 0..names.len() {
                    counts.push(match needed {
                        Needed::None => Counts::default(),
                        _ => variant.counts_of(group)?,
                    });
                }
                Ok(())
            })?;
            if more.is_none() {
                return Ok(false);
            }
        }
        if let (Some(name), Some(counts)) = (self.names.get(self.at), self.counts.get(self.at)) {
            for column in columns {
                match column.field {
                    Field::Group => to.text(name.as_bytes()),
                    field if is_count(field) => count_cell(field, counts, to),
                    field => self.site.cell(field, to),
                }
            }
        }
        self.at += 1;
        Ok(true)
    }

    fn token(&self) -> Option<RowToken> {
        Some(token_at(&self.scan, self.at, self.counts.len()))
    }
}

/// Where a table goes on of which so many of a variant's rows were given.
pub(crate) fn token_at(scan: &Scan, given: usize, rows: usize) -> RowToken {
    match given < rows {
        true => scan
            .token_of_last()
            .plus_rows(u32::try_from(given).unwrap_or(u32::MAX)),
        false => scan.token(),
    }
}
