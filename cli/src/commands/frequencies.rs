//! `varidex frequencies`.

use super::{count_cells, position_cell};
use crate::args::Frequencies;
use crate::failure::Failure;
use crate::progress::Messages;
use crate::table::{Cell, Table};
use varidex::{Counts, Variant};

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

pub(crate) fn run(args: &Frequencies, messages: Messages) -> Result<(), Failure> {
    let grouped = &args.grouped;
    let view = super::open(&grouped.variants.dataset)?;
    let group = super::group(&view, grouped.group.as_deref(), messages)?;
    let counting = match &group {
        Some((group, _)) => group.counting_note(),
        None => view.everybody()?.counting_note(),
    };
    super::say_notes(&counting, messages);
    let (group, name) = match &group {
        Some((group, name)) => (Some(group), name.as_str()),
        None => (None, "all"),
    };
    let mut table = Table::new(grouped.variants.format, &COLUMNS);
    if args.by.is_empty() {
        let mut variants = super::find(&view, &grouped.variants.of, group)?;
        while let Some(mut variant) = variants.next()? {
            let counts = variant.counts()?;
            write(&mut table, &mut variant, name, &counts)?;
        }
        return table.finish();
    }
    let by = view.groups_by(&args.by, group)?;
    let (values, groups): (Vec<_>, Vec<_>) = by.into_iter().unzip();
    let name = |values: Vec<Option<String>>| {
        let shown = values
            .into_iter()
            .map(|value| value.unwrap_or_else(|| ".".to_owned()));
        shown.collect::<Vec<_>>().join("|")
    };
    let names: Vec<String> = values.into_iter().map(name).collect();
    let mut variants = view.variants_by(grouped.variants.of.as_str(), &groups)?;
    while let Some(mut variant) = variants.next()? {
        for (number, name) in names.iter().enumerate() {
            let counts = variant.counts_of(number)?;
            write(&mut table, &mut variant, name, &counts)?;
        }
    }
    table.finish()
}

fn write(
    table: &mut Table,
    variant: &mut Variant<'_, '_>,
    group: &str,
    counts: &Counts,
) -> Result<(), Failure> {
    let [chrom, pos] = [
        Cell::Text(variant.contig()),
        position_cell(variant.position()?),
    ];
    let id = variant.id()?.to_vec();
    let (reference, alternate) = variant.alleles()?;
    let [ac, an, af, het, hom, hemi, missing] = count_cells(counts);
    table.row(&[
        chrom,
        pos,
        Cell::bytes(&id),
        Cell::bytes(reference),
        Cell::bytes(alternate),
        Cell::Text(group),
        ac,
        an,
        af,
        het,
        hom,
        hemi,
        missing,
    ])
}
