//! Readers of gene models: GFF3 and GTF (Ensembl, GENCODE, RefSeq), BED, refFlat; all may be gzipped.
//!
//! A gene is what a feature of type `gene` (or `ncRNA_gene`, `pseudogene`) says; in files without such
//! features, the union of the features of each gene. In BED and refFlat a gene is all lines of its
//! name.

mod assembly;
mod features;
#[cfg(test)]
mod tests;

use super::lines::{Lines, first_bytes, input_error};
use crate::error::{Place, Result};
use crate::genome::Assembly;
use crate::model::Gene;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How much of a file is looked at to tell what it is.
const HEAD: u64 = 1 << 16;

/// Genes by the key that makes them one.
#[derive(Default)]
struct Genes(BTreeMap<String, Gene>);

impl Genes {
    fn gene(&mut self, key: &str) -> &mut Gene {
        self.0.entry(key.to_owned()).or_default()
    }

    fn finish(self) -> Vec<Gene> {
        let mut genes: Vec<Gene> = self.0.into_values().collect();
        for gene in &mut genes {
            gene.places.sort();
            let mut joined: Vec<(String, i32, i32)> = Vec::new();
            for (contig, start, end) in std::mem::take(&mut gene.places) {
                match joined.last_mut() {
                    Some((known, _, last)) if *known == contig && *last >= start => {
                        *last = end.max(*last);
                    }
                    _ => joined.push((contig, start, end)),
                }
            }
            gene.places = joined;
            gene.aliases.remove(&gene.symbol);
        }
        genes
    }
}

/// The assembly of a file of gene models, and the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) assembly: Assembly,
    /// The file, the place in it, and what stands there.
    pub(crate) file: PathBuf,
    pub(crate) place: Place,
    pub(crate) by: String,
}

/// Reads files in turn, with evidence of their assemblies; genes of one symbol in several files are
/// one.
pub(crate) fn read_genes(paths: &[PathBuf]) -> Result<(Vec<Gene>, Vec<Evidence>)> {
    let mut all = Genes::default();
    let mut evidence = Vec::new();
    for path in paths {
        let mut genes = Genes::default();
        let head = read_file(path, &mut genes)?;
        if genes.0.is_empty() {
            return Err(input_error(path, Place::File, "genes", "none"));
        }
        let genes = genes.finish();
        let found = assembly::of_head(&head).or_else(|| assembly::of_genes(&genes));
        evidence.extend(found.map(|(assembly, place, by)| Evidence {
            assembly,
            file: path.clone(),
            place,
            by,
        }));
        for gene in genes {
            let known = all.gene(&gene.symbol);
            known.symbol = gene.symbol;
            known.aliases.extend(gene.aliases);
            known.ids.extend(gene.ids);
            known.places.extend(gene.places);
        }
    }
    Ok((all.finish(), evidence))
}

/// Reads a file; gives its head.
fn read_file(path: &Path, genes: &mut Genes) -> Result<String> {
    let head = first_bytes(path, HEAD)?;
    let head = String::from_utf8_lossy(&head).into_owned();
    read_as(path, &head, genes)?;
    Ok(head)
}

/// Reads a file in the format that its head is of.
fn read_as(path: &Path, head: &str, genes: &mut Genes) -> Result<()> {
    let is_skipped = |line: &&str| {
        let words = ["#", "track", "browser"];
        !line.trim().is_empty() && !words.iter().any(|word| line.starts_with(word))
    };
    let first = head.lines().find(is_skipped).unwrap_or_default();
    let fields: Vec<&str> = first.split('\t').collect();
    let is_number = |i: usize| fields.get(i).is_some_and(|f| f.parse::<i64>().is_ok());
    if fields.len() >= 9 && is_number(3) && is_number(4) {
        let gtf = fields.get(8).is_some_and(|f| f.contains("gene_id \""));
        return features::read(path, gtf, genes);
    }
    if fields.len() >= 4 && is_number(1) && is_number(2) {
        return read_columns(path, [0, 1, 2, 3], genes);
    }
    // refFlat: name, transcript, chrom, strand, txStart, txEnd, ...
    if fields.len() >= 9 && is_number(4) && is_number(5) {
        return read_columns(path, [2, 4, 5, 0], genes);
    }
    let expected = "gene models: GFF3, GTF, BED with names, or refFlat";
    Err(input_error(path, Place::File, expected, first))
}

/// Lines with contig, start, end (0-based, half-open) and name in these columns.
fn read_columns(path: &Path, columns: [usize; 4], genes: &mut Genes) -> Result<()> {
    let mut lines = Lines::open(path)?;
    while let Some((number, line)) = lines.next()? {
        let words = ["#", "track", "browser"];
        if line.trim().is_empty() || words.iter().any(|word| line.starts_with(word)) {
            continue;
        }
        let fields: Vec<&str> = line.split('\t').collect();
        let [contig, start, end, name] =
            columns.map(|i| fields.get(i).copied().unwrap_or_default());
        let place = start.parse().ok().zip(end.parse().ok());
        let place = place.filter(|(start, end): &(i32, i32)| 0 <= *start && start <= end);
        let (Some((start, end)), false, false) = (place, contig.is_empty(), name.is_empty()) else {
            let expected = "contig, start, end and name of a gene";
            return Err(input_error(path, Place::Line(number), expected, line));
        };
        let gene = genes.gene(name);
        name.clone_into(&mut gene.symbol);
        gene.places.push((contig.to_owned(), start, end));
    }
    Ok(())
}
