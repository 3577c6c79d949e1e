//! `varidex carriers`.

use super::position_cell;
use crate::args::Carriers;
use crate::failure::Failure;
use crate::progress::Messages;
use crate::table::{Cell, Table};
use varidex::{Group, PairPhase, PairedVariant, Trios, View};

const COLUMNS: [&str; 9] = [
    "chrom",
    "pos",
    "ref",
    "alt",
    "sample",
    "individual",
    "zygosity",
    "phase",
    // only with a pedigree
    "origin",
];

const PAIR_COLUMNS: [&str; 12] = [
    "chrom",
    "pos",
    "ref",
    "alt",
    "chrom_2",
    "pos_2",
    "ref_2",
    "alt_2",
    "gene",
    "sample",
    "individual",
    "phase",
];

pub(crate) fn run(args: &Carriers, messages: Messages) -> Result<(), Failure> {
    let asked = &args.grouped.variants;
    let view = super::open(&asked.dataset)?;
    let group = super::group(&view, args.grouped.group.as_deref(), messages)?;
    let group = group.as_ref().map(|(group, _)| group);
    if args.compound {
        return run_pairs(&view, args, group);
    }
    let trios = match &args.trio {
        Some(path) => Some(Trios::from_ped(&view, path)?),
        None => None,
    };
    let mut variants = super::find(&view, &asked.of, group)?;
    let columns = match trios {
        Some(_) => &COLUMNS[..],
        None => COLUMNS.split_last().map_or(&[][..], |(_, columns)| columns),
    };
    let mut table = Table::new(asked.format, columns);
    let mut carriers = Vec::new();
    while let Some(mut variant) = variants.next()? {
        carriers.clear();
        match &trios {
            Some(trios) => variant.origins(trios, |child, inheritance| {
                carriers.push((child, Some(inheritance)));
            })?,
            None => variant.carriers(|carrier| carriers.push((carrier, None)))?,
        }
        let [chrom, pos] = [
            Cell::Text(variant.contig()),
            position_cell(variant.position()?),
        ];
        let (reference, alternate) = variant.alleles()?;
        let (reference, alternate) = (Cell::bytes(reference), Cell::bytes(alternate));
        for (carrier, inheritance) in &carriers {
            let phase = carrier.phase();
            let phase = match phase.as_str() {
                "" => Cell::Missing,
                known => Cell::Text(known),
            };
            let origin = inheritance.map_or(Cell::Missing, |origin| Cell::Text(origin.name()));
            let cells = [
                chrom,
                pos,
                reference,
                alternate,
                Cell::Text(view.sample_name(carrier.sample)?),
                individual(&view, carrier.sample)?,
                Cell::Text(carrier.zygosity().name()),
                phase,
                origin,
            ];
            table.row(cells.get(..columns.len()).unwrap_or(&cells))?;
        }
    }
    table.finish()
}

/// One line for each pair of variants in a gene.
fn run_pairs(view: &View, args: &Carriers, group: Option<&Group>) -> Result<(), Failure> {
    let asked = &args.grouped.variants;
    let mut table = Table::new(asked.format, &PAIR_COLUMNS);
    view.compound_pairs(asked.of.as_str(), group, |pair| -> Result<(), Failure> {
        let [chrom, pos, reference, alternate] = variant_cells(pair.first);
        let [chrom_2, pos_2, ref_2, alt_2] = variant_cells(pair.second);
        table.row(&[
            chrom,
            pos,
            reference,
            alternate,
            chrom_2,
            pos_2,
            ref_2,
            alt_2,
            Cell::Text(pair.gene),
            Cell::Text(view.sample_name(pair.sample)?),
            individual(view, pair.sample)?,
            Cell::Text(match pair.phase {
                PairPhase::Trans => "trans",
                PairPhase::Unknown => "unknown",
            }),
        ])
    })?;
    table.finish()
}

fn variant_cells(variant: &PairedVariant) -> [Cell<'_>; 4] {
    [
        Cell::Text(&variant.contig),
        position_cell(variant.position),
        Cell::bytes(&variant.reference),
        Cell::bytes(&variant.alternate),
    ]
}

/// Whose a sample is, where that is known.
fn individual(view: &View, sample: u32) -> Result<Cell<'_>, Failure> {
    let individual = view.individual_of(sample)?;
    Ok(individual.map_or(Cell::Missing, Cell::Text))
}
