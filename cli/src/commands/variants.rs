//! `varidex variants`.

use super::{count_cells, position_cell};
use crate::args::Variants;
use crate::failure::Failure;
use crate::table::{Cell, Table};

const COLUMNS: [&str; 17] = [
    "chrom",
    "pos",
    "id",
    "ref",
    "alt",
    "type",
    "filter",
    "gene",
    "consequence",
    "impact",
    "ac",
    "an",
    "af",
    "n_het",
    "n_hom",
    "n_hemi",
    "n_missing",
];

pub(crate) fn run(args: &Variants) -> Result<(), Failure> {
    let view = super::open(&args.dataset)?;
    let mut variants = super::find(&view, &args.of, None)?;
    let mut table = Table::new(args.format, &COLUMNS);
    let mut id = Vec::new();
    while let Some(mut variant) = variants.next()? {
        let counts = count_cells(&variant.counts()?);
        let [chrom, pos] = [
            Cell::Text(variant.contig()),
            position_cell(variant.position()?),
        ];
        let kind = variant.allele_type()?.name();
        let filter = variant.filter()?;
        id.clear();
        id.extend_from_slice(variant.id()?);
        let told = variant.annotation()?;
        let [gene, consequence, impact] = match &told {
            Some(told) => [told.gene(), &told.consequence, told.impact.name()]
                .map(|text| Cell::bytes(text.as_bytes())),
            None => [Cell::Missing, Cell::Missing, Cell::Missing],
        };
        let (reference, alternate) = variant.alleles()?;
        let [ac, an, af, het, hom, hemi, missing] = counts;
        table.row(&[
            chrom,
            pos,
            Cell::bytes(&id),
            Cell::bytes(reference),
            Cell::bytes(alternate),
            Cell::Text(kind),
            Cell::bytes(filter.as_bytes()),
            gene,
            consequence,
            impact,
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
