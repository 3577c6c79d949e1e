//! `varidex carriers`.

use super::position_cell;
use crate::args::Carriers;
use crate::failure::Failure;
use crate::table::{Cell, Table};
use varidex::{CarrierGenotype, Dataset, Group, PairPhase, PairedVariant, Trios, Zygosity};

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

/// Copies that a genotype tells apart.
const COPIES_TOLD: u32 = 32;

pub(crate) fn run(args: &Carriers) -> Result<(), Failure> {
    let asked = &args.grouped.variants;
    let dataset = Dataset::open(&asked.dataset)?;
    let group = super::group(&dataset, args.grouped.group.as_deref())?;
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
    let (mut carriers, mut phase) = (Vec::new(), String::new());
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
            write_phase(&mut phase, carrier);
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
                Cell::Text(zygosity_name(carrier)),
                phase,
                origin,
            ];
            table.row(cells.get(..columns.len()).unwrap_or(&cells))?;
        }
    }
    table.finish()
}

/// One line for each pair of variants in a gene.
fn run_pairs(dataset: &Dataset, args: &Carriers, group: Option<&Group<'_>>) -> Result<(), Failure> {
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

fn zygosity_name(carrier: &CarrierGenotype) -> &'static str {
    match carrier.zygosity() {
        Zygosity::Het => "het",
        Zygosity::Hom => "hom",
        Zygosity::Hemi => "hemi",
    }
}

/// The genotype with respect to the ALT: `1` has it, `0` has another allele, `.` is not known.
/// Where the order of the copies is not known they are told as `.`, then `0`, then `1`. Empty where
/// there are more copies than can be told apart.
fn write_phase(text: &mut String, carrier: &CarrierGenotype) {
    text.clear();
    if carrier.ploidy > COPIES_TOLD {
        return;
    }
    let told = |copy: u32| match (carrier.copies >> copy & 1, carrier.missing >> copy & 1) {
        (1, _) => '1',
        (_, 1) => '.',
        _ => '0',
    };
    let mut copies: Vec<char> = (0..carrier.ploidy).map(told).collect();
    if !carrier.phased {
        // in ASCII the full stop comes before the digits
        copies.sort_unstable();
    }
    let separator = if carrier.phased { '|' } else { '/' };
    for (i, copy) in copies.into_iter().enumerate() {
        if i > 0 {
            text.push(separator);
        }
        text.push(copy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(ploidy: u32, phased: bool, copies: u32, missing: u32) -> String {
        let mut text = "left over".to_owned();
        let carrier = CarrierGenotype {
            sample: 0,
            carried: copies.count_ones(),
            ploidy,
            phased,
            copies,
            missing,
        };
        write_phase(&mut text, &carrier);
        text
    }

    #[test]
    fn genotypes_are_told_by_copies() {
        assert_eq!(phase(2, true, 0b10, 0), "0|1");
        assert_eq!(phase(2, true, 0b01, 0), "1|0");
        assert_eq!(phase(2, true, 0b11, 0), "1|1");
        assert_eq!(phase(2, false, 0b01, 0), "0/1");
        assert_eq!(phase(2, false, 0b01, 0b10), "./1");
        assert_eq!(phase(2, true, 0b01, 0b10), "1|.");
        assert_eq!(phase(2, true, 0b10, 0b01), ".|1");
        assert_eq!(phase(1, true, 1, 0), "1");
        assert_eq!(phase(4, false, 0b0101, 0b1000), "./0/1/1");
        assert_eq!(phase(4, true, 0b0101, 0b1000), "1|0|1|.");
        assert_eq!(phase(33, true, 1, 0), "");
    }
}
