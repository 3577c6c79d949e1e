//! Frequencies of a variant in populations.
//!
//! They are most of a page: keys are written as they are, and not escaped again for each population.

use super::json;
use crate::beacon::member::Member;
use crate::error::Result;
use crate::query::{Counts, Variant};

/// Adds `frequencyInPopulations` to a record that was written whole: each population in which the allele is known of
/// anybody, for a frequency is a number, and of nobody there is none.
pub(super) fn write(
    member: &Member,
    variant: &mut Variant<'_, '_>,
    to: &mut Vec<u8>,
) -> Result<()> {
    let Some(of) = &member.config.frequencies else {
        return Ok(());
    };
    let whole = to.len();
    to.pop();
    to.extend_from_slice(b",\"frequencyInPopulations\":[{\"source\":");
    json(&of.source, to)?;
    to.extend_from_slice(b",\"sourceReference\":");
    json(&of.source_reference, to)?;
    if let Some(version) = &member.config.version {
        to.extend_from_slice(b",\"version\":");
        json(version, to)?;
    }
    to.extend_from_slice(b",\"frequencies\":[");
    let mut some = false;
    for (number, population) in member.labels.iter().enumerate() {
        let counts = variant.counts_of(number)?;
        if let (Some(frequency), Some(allele_number)) = (counts.af(), counts.an) {
            if some {
                to.push(b',');
            }
            some = true;
            one(population, (frequency, allele_number), counts, to)?;
        }
    }
    match some {
        true => to.extend_from_slice(b"]}]}"),
        false => {
            to.truncate(whole - 1);
            to.push(b'}');
        }
    }
    Ok(())
}

/// Numbers of one population. `alleleCountHomozygous` and its neighbours count alleles, and their sum is `alleleCount`;
/// `genotypeHomozygous` and its neighbours count individuals.
fn one(
    population: &str,
    (frequency, allele_number): (f64, u64),
    counts: Counts,
    to: &mut Vec<u8>,
) -> Result<()> {
    to.extend_from_slice(b"{\"population\":");
    json(&population, to)?;
    to.extend_from_slice(b",\"alleleFrequency\":");
    json(&frequency, to)?;
    let homozygous = counts.ac.saturating_sub(counts.n_het + counts.n_hemi);
    let numbers: [(&[u8], u64); 8] = [
        (b",\"alleleCount\":", counts.ac),
        (b",\"alleleNumber\":", allele_number),
        (b",\"alleleCountHomozygous\":", homozygous),
        (b",\"alleleCountHeterozygous\":", counts.n_het),
        (b",\"alleleCountHemizygous\":", counts.n_hemi),
        (b",\"genotypeHomozygous\":", counts.n_hom),
        (b",\"genotypeHeterozygous\":", counts.n_het),
        (b",\"genotypeHemizygous\":", counts.n_hemi),
    ];
    for (key, number) in numbers {
        to.extend_from_slice(key);
        json(&number, to)?;
    }
    to.push(b'}');
    Ok(())
}
