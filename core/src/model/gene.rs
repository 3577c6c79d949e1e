//! Genes by position.

use std::collections::BTreeSet;

/// A gene and where it lies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Gene {
    /// The symbol, or the id where the file gives none.
    pub(crate) symbol: String,
    pub(crate) aliases: BTreeSet<String>,
    /// `HGNC:10483`, `ENSG00000196218`, `GeneID:6261`: without versions.
    pub(crate) ids: BTreeSet<String>,
    /// Contig, start and end, 0-based and half-open; sorted, none touching another.
    pub(crate) places: Vec<(String, i32, i32)>,
}

impl Gene {
    /// All that it is called, in lower case.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let names = std::iter::once(&self.symbol)
            .chain(&self.aliases)
            .chain(&self.ids);
        names.map(|name| name.to_lowercase()).collect()
    }
}
