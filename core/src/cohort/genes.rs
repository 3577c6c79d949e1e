//! Searching genes.

use super::View;
use super::words::{Fit, Words};
use crate::error::{Error, Result};
use crate::model::Gene;

/// Symbols that an error names.
const NAMED: usize = 5;

/// A gene, and where it lies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GeneFound {
    /// Its symbol, or its id where the file of genes gives none.
    pub symbol: String,
    /// Other names, ascending.
    pub aliases: Vec<String>,
    /// Ids, ascending: `HGNC:10483`, `ENSG00000196218`.
    pub ids: Vec<String>,
    /// Contigs, by the dataset's names where it has them, each with the first and the last base, 1-based.
    pub places: Vec<(String, u64, u64)>,
}

impl View {
    /// The genes with a symbol, aliases or ids that have a text as a part, whatever its case: the symbol itself first, then
    /// symbols that begin with it; without a text all, by their symbols.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where no genes are loaded, and where no gene has the text: it names the nearest;
    /// [`Error::Damaged`].
    pub fn find_genes(&self, text: Option<&str>) -> Result<Vec<GeneFound>> {
        let Some(genes) = self.genes() else {
            return Err(Error::Usage(format!(
                "{}: no genes are loaded (varidex build --genes FILE loads them)",
                self.path().display()
            )));
        };
        let words = text.and_then(Words::of);
        let mut found: Vec<((bool, Option<Fit>), GeneFound)> = Vec::new();
        for number in 0..genes.len() {
            let gene = genes.gene(number)?;
            let fit = match &words {
                Some(words) => match fit(words, &gene) {
                    Some(fit) => fit,
                    None => continue,
                },
                None => (false, None),
            };
            found.push((fit, self.gene_found(gene)));
        }
        if let Some(text) = text.filter(|_| words.is_some() && found.is_empty()) {
            let near = nearest(text, genes.symbols()?);
            let cut: String = text.chars().take(80).collect();
            let mut message = format!("no gene here has {cut:?} in its names");
            if !near.is_empty() {
                message.push_str("; did you mean ");
                message.push_str(&near.join(", "));
                message.push('?');
            }
            return Err(Error::Usage(message));
        }
        found.sort_by(|a, b| (a.0, &a.1.symbol, &a.1.ids).cmp(&(b.0, &b.1.symbol, &b.1.ids)));
        Ok(found.into_iter().map(|(_, gene)| gene).collect())
    }

    fn gene_found(&self, gene: Gene) -> GeneFound {
        let places = gene.places.into_iter().map(|(contig, start, end)| {
            let known = self.contig_names().resolve(&contig).ok();
            let known = known.and_then(|known| u32::try_from(known).ok());
            let name = known.map(|known| self.contig_name(known).to_owned());
            let (start, end) = (start.max(0).unsigned_abs(), end.max(0).unsigned_abs());
            (name.unwrap_or(contig), u64::from(start) + 1, u64::from(end))
        });
        GeneFound {
            places: places.collect(),
            symbol: gene.symbol,
            aliases: gene.aliases.into_iter().collect(),
            ids: gene.ids.into_iter().collect(),
        }
    }
}

/// How a gene has the words: whether by another name than its symbol, and how well.
fn fit(words: &Words, gene: &Gene) -> Option<(bool, Option<Fit>)> {
    if let Some(fit) = words.fit(&gene.symbol) {
        return Some((false, Some(fit)));
    }
    let others = gene.aliases.iter().chain(&gene.ids);
    let fit = others.filter_map(|name| words.fit(name)).min()?;
    Some((true, Some(fit)))
}

fn nearest(text: &str, symbols: &[String]) -> Vec<String> {
    let wanted = text.to_lowercase();
    let mut near: Vec<(usize, &str)> = Vec::new();
    for symbol in symbols {
        if symbol.len().abs_diff(wanted.len()) <= wanted.len() / 2 + 1 {
            let distance = strsim::damerau_levenshtein(&wanted, &symbol.to_lowercase());
            near.push((distance, symbol));
        }
    }
    near.sort_unstable();
    near.dedup();
    near.truncate(NAMED);
    near.into_iter()
        .map(|(_, symbol)| symbol.to_owned())
        .collect()
}
