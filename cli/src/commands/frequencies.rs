//! `varidex frequencies`.

use super::{count_cells, position_cell};
use crate::args::Grouped;
use crate::failure::Failure;
use crate::table::{Cell, Table};
use varidex::Dataset;

const COLUMNS: [&str; 13] = [
    "chrom",
    "pos",
    "id",
    "ref",
    "alt",
    "group",
    "ac",
    "an",
    "af",
    "n_het",
    "n_hom",
    "n_hemi",
    "n_missing",
];

pub(crate) fn run(args: &Grouped) -> Result<(), Failure> {
    let dataset = Dataset::open(&args.variants.dataset)?;
    let group = super::group(&dataset, args.group.as_deref())?;
    let (group, name) = match &group {
        Some((group, name)) => (Some(group), name.as_str()),
        None => (None, "all"),
    };
    let mut variants = super::find(&dataset, &args.variants.of, group)?;
    let mut table = Table::new(args.variants.format, &COLUMNS);
    let mut id = Vec::new();
    while let Some(mut variant) = variants.next()? {
        let counts = count_cells(&variant.counts()?);
        let [chrom, pos] = [
            Cell::Text(variant.contig()),
            position_cell(variant.position()?),
        ];
        id.clear();
        id.extend_from_slice(variant.id()?);
        let (reference, alternate) = variant.alleles()?;
        let [ac, an, af, het, hom, hemi, missing] = counts;
        table.row(&[
            chrom,
            pos,
            Cell::bytes(&id),
            Cell::bytes(reference),
            Cell::bytes(alternate),
            Cell::Text(name),
            ac,
            an,
            af,
            het,
            hom,
            hemi,
            missing,
        ])?;
    }
    table.finish()
}
