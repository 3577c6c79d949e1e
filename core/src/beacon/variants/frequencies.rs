//! Frequencies of a variant in populations.
//!
//! They are most of a page: keys are written as they are, and not escaped again for each population.

use super::json;
use crate::beacon::member::Member;
use crate::error::Result;
use crate::query::{Counts, ShownCounts, Variant};

/// Where frequencies are from.
pub(in crate::beacon) struct Source<'a> {
    pub(in crate::beacon) source: &'a str,
    pub(in crate::beacon) reference: &'a str,
    pub(in crate::beacon) version: Option<&'a str>,
}

/// Numbers of one population.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    ac: u64,
    an: u64,
    frequency: f64,
    /// Heterozygous, homozygous and hemizygous samples, where that is said.
    genotypes: Option<[u64; 3]>,
}

impl Numbers {
    /// `None` where no frequency is known.
    fn of(counts: &Counts) -> Option<Self> {
        Some(Self {
            ac: counts.ac,
            an: counts.an?,
            frequency: counts.af()?,
            genotypes: Some([counts.n_het, counts.n_hom, counts.n_hemi]),
        })
    }

    /// The same of what is shown.
    pub(super) fn of_shown(shown: &ShownCounts) -> Option<Self> {
        let genotypes = || {
            Some([
                shown.n_het.value()?,
                shown.n_hom.value()?,
                shown.n_hemi.value()?,
            ])
        };
        Some(Self {
            ac: shown.ac.value()?,
            an: shown.an.value()?,
            frequency: shown.af()?,
            genotypes: genotypes(),
        })
    }
}

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
    let source = Source {
        source: &of.source,
        reference: &of.source_reference,
        version: member.config.version.as_deref(),
    };
    let populations = member.labels.iter().enumerate().map(|(number, label)| {
        let counts = variant.counts_of(number)?;
        Ok((label, Numbers::of(&counts)))
    });
    write_all(&source, populations, to)
}

/// The same of numbers by label.
pub(super) fn write_all(
    of: &Source<'_>,
    populations: impl Iterator<Item = Result<(impl AsRef<str>, Option<Numbers>)>>,
    to: &mut Vec<u8>,
) -> Result<()> {
    let whole = to.len();
    to.pop();
    to.extend_from_slice(b",\"frequencyInPopulations\":[{\"source\":");
    json(&of.source, to)?;
    to.extend_from_slice(b",\"sourceReference\":");
    json(&of.reference, to)?;
    if let Some(version) = of.version {
        to.extend_from_slice(b",\"version\":");
        json(&version, to)?;
    }
    to.extend_from_slice(b",\"frequencies\":[");
    let mut some = false;
    for population in populations {
        let (label, numbers) = population?;
        if let Some(numbers) = numbers {
            if some {
                to.push(b',');
            }
            some = true;
            one(label.as_ref(), &numbers, to)?;
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
fn one(population: &str, of: &Numbers, to: &mut Vec<u8>) -> Result<()> {
    to.extend_from_slice(b"{\"population\":");
    json(&population, to)?;
    to.extend_from_slice(b",\"alleleFrequency\":");
    json(&of.frequency, to)?;
    let mut number = |key: &[u8], number: u64| {
        to.extend_from_slice(key);
        json(&number, to)
    };
    number(b",\"alleleCount\":", of.ac)?;
    number(b",\"alleleNumber\":", of.an)?;
    if let Some([het, hom, hemi]) = of.genotypes {
        let homozygous = of.ac.saturating_sub(het.saturating_add(hemi));
        number(b",\"alleleCountHomozygous\":", homozygous)?;
        number(b",\"alleleCountHeterozygous\":", het)?;
        number(b",\"alleleCountHemizygous\":", hemi)?;
        number(b",\"genotypeHomozygous\":", hom)?;
        number(b",\"genotypeHeterozygous\":", het)?;
        number(b",\"genotypeHemizygous\":", hemi)?;
    }
    to.push(b'}');
    Ok(())
}
