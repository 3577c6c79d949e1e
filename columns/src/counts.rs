//! What tables of variants and their counts have in common.

use crate::field::{Column, Field, columns};
use crate::table::Cells;
use varidex::{Counts, LookedAt, Query, Result, RowToken, Scan, Variant};

/// What a variant is.
pub(crate) const SITE: [Field; 5] = [Field::Chrom, Field::Pos, Field::Id, Field::Ref, Field::Alt];

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

pub(crate) fn is_count(field: Field) -> bool {
    matches!(
        field,
        Field::Ac
            | Field::An
            | Field::Af
            | Field::AfLow
            | Field::AfHigh
            | Field::NHet
            | Field::NHom
            | Field::NHemi
            | Field::NMissing
            | Field::Covered
            | Field::Carriers
            | Field::Noncarriers
    )
}

/// The ends of AF's interval, as columns that are there where they are asked for.
pub(crate) fn interval() -> Vec<Column> {
    columns([Field::AfLow, Field::AfHigh])
}

/// What is counted of a variant in a group.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counted {
    pub(crate) counts: Counts,
    pub(crate) looked: LookedAt,
}

/// Samples that carry the ALT.
pub(crate) fn carriers(counts: &Counts) -> u64 {
    counts.n_het + counts.n_hom + counts.n_hemi
}

/// Gives a cell of counts.
pub(crate) fn count_cell(field: Field, counted: &Counted, to: &mut dyn Cells) {
    let counts = &counted.counts;
    match field {
        Field::AfLow => to.maybe_share(counts.af_interval().map(|(low, _)| low)),
        Field::AfHigh => to.maybe_share(counts.af_interval().map(|(_, high)| high)),
        Field::Covered => to.whole(counted.looked.covered),
        Field::Carriers => to.whole(carriers(counts)),
        Field::Noncarriers => to.whole(counted.looked.noncarriers),
        Field::Ac => to.whole(counts.ac),
        Field::An => to.maybe_whole(counts.an),
        Field::Af => to.maybe_share(counts.af()),
        Field::NHet => to.whole(counts.n_het),
        Field::NHom => to.whole(counts.n_hom),
        Field::NHemi => to.whole(counts.n_hemi),
        Field::NMissing => to.maybe_whole(counts.n_missing),
        _ => to.missing(),
    }
}

/// Which counts some columns need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Counting {
    None,
    /// AC and AN alone, which cost less.
    AcAn,
    All,
}

/// What some columns need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needed {
    counting: Counting,
    /// How many were looked at, which costs most.
    looked: bool,
}

impl Needed {
    pub(crate) fn by(columns: &[Column]) -> Self {
        let mut needed = Self {
            counting: Counting::None,
            looked: false,
        };
        for column in columns {
            let (counting, looked) = match column.field {
                Field::Ac | Field::An | Field::Af | Field::AfLow | Field::AfHigh => {
                    (Counting::AcAn, false)
                }
                Field::OddsRatio | Field::P => (Counting::AcAn, false),
                Field::NHet | Field::NHom | Field::NHemi | Field::NMissing | Field::Carriers => {
                    (Counting::All, false)
                }
                Field::CarrierOddsRatio | Field::CarrierP => (Counting::All, true),
                Field::Covered | Field::Noncarriers => (Counting::None, true),
                _ => continue,
            };
            needed.counting = needed.counting.max(counting);
            needed.looked |= looked;
        }
        needed
    }

    /// In everybody, or in the question's group.
    pub(crate) fn counted(self, variant: &mut Variant<'_, '_>) -> Result<Counted> {
        let counts = match self.counting {
            Counting::None => Counts::default(),
            Counting::AcAn => {
                let (ac, an) = variant.ac_an()?;
                Counts {
                    ac,
                    an,
                    ..Counts::default()
                }
            }
            Counting::All => variant.counts()?,
        };
        let looked = match self.looked {
            true => variant.looked_at()?,
            false => LookedAt::default(),
        };
        Ok(Counted { counts, looked })
    }

    /// In one of the groups beside it.
    pub(crate) fn counted_of(self, variant: &mut Variant<'_, '_>, group: usize) -> Result<Counted> {
        let counts = match self.counting {
            Counting::None => Counts::default(),
            _ => variant.counts_of(group)?,
        };
        let looked = match self.looked {
            true => variant.looked_at_of(group)?,
            false => LookedAt::default(),
        };
        Ok(Counted { counts, looked })
    }
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

/// Where a table goes on of which so many of a variant's rows were given.
pub(crate) fn token_at(scan: &Scan, given: usize, rows: usize) -> RowToken {
    match given < rows {
        true => scan
            .token_of_last()
            .plus_rows(u32::try_from(given).unwrap_or(u32::MAX)),
        false => scan.token(),
    }
}
