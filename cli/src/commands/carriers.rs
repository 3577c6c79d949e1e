//! `varidex carriers`.

use super::position_cell;
use crate::args::Carriers;
use crate::failure::Failure;
use crate::progress::Messages;
use crate::table::{Cell, Table};
use varidex::{Dataset, Group, PairPhase, PairedVariant, Trios};

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
    let dataset = super::open(&asked.dataset)?;
    let group = super::group(&dataset, args.grouped.group.as_deref(), messages)?;
    let group = group.as_ref().map(|(group, _)| group);
    if args.compound {
        return run_pairs(&dataset, args, group);
    }
    let trios = match &args.trio {
        Some(path) => Some(Trios::from_ped(&dataset, path)?),
        None => None,
    };
    let mut variants = super::find(&dataset, &asked.of, group)?;
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
                Cell::Text(dataset.sample_name(carrier.sample)?),
                individual(&dataset, carrier.sample)?,
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
fn run_pairs(dataset: &Dataset, args: &Carriers, group: Option<&Group>) -> Result<(), Failure> {
    let asked = &args.grouped.variants;
    let mut table = Table::new(asked.format, &PAIR_COLUMNS);
    dataset.compound_pairs(asked.of.as_str(), group, |pair| -> Result<(), Failure> {
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
            Cell::Text(dataset.sample_name(pair.sample)?),
            individual(dataset, pair.sample)?,
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
fn individual(dataset: &Dataset, sample: u32) -> Result<Cell<'_>, Failure> {
    let individual = dataset.individual_of(sample)?;
    Ok(individual.map_or(Cell::Missing, Cell::Text))
}
