//! `varidex carriers`.

use super::position_cell;
use crate::args::Grouped;
use crate::failure::Failure;
use crate::table::{Cell, Table};
use varidex::{CarrierGenotype, Dataset, Zygosity};

const COLUMNS: [&str; 8] = [
    "chrom",
    "pos",
    "ref",
    "alt",
    "sample",
    "individual",
    "zygosity",
    "phase",
];

/// Copies that a genotype tells apart.
const COPIES_TOLD: u32 = 32;

pub(crate) fn run(args: &Grouped) -> Result<(), Failure> {
    let dataset = Dataset::open(&args.variants.dataset)?;
    let group = super::group(&dataset, args.group.as_deref())?;
    let group = group.as_ref().map(|(group, _)| group);
    let mut variants = super::find(&dataset, &args.variants.of, group)?;
    let mut table = Table::new(args.variants.format, &COLUMNS);
    let (mut carriers, mut phase) = (Vec::new(), String::new());
    while let Some(mut variant) = variants.next()? {
        carriers.clear();
        variant.carriers(|carrier| carriers.push(carrier))?;
        let [chrom, pos] = [
            Cell::Text(variant.contig()),
            position_cell(variant.position()?),
        ];
        let (reference, alternate) = variant.alleles()?;
        let (reference, alternate) = (Cell::bytes(reference), Cell::bytes(alternate));
        for carrier in &carriers {
            write_phase(&mut phase, carrier);
            let phase = match phase.as_str() {
                "" => Cell::Missing,
                known => Cell::Text(known),
            };
            table.row(&[
                chrom,
                pos,
                reference,
                alternate,
                Cell::Text(dataset.sample_name(carrier.sample)?),
                match dataset.individual_of(carrier.sample)? {
                    Some(individual) => Cell::Text(individual),
                    None => Cell::Missing,
                },
                Cell::Text(zygosity_name(carrier)),
                phase,
            ])?;
        }
    }
    table.finish()
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
