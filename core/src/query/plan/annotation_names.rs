//! Names of genes, consequences and changes: what of a dataset they mean.

use super::change_names::{ChangeName, ProteinOf, is_of_protein};
use super::entries::EntryTest;
use super::names::Names;
use super::test::{Test, entry};
use crate::cohort::Regions;
use crate::error::Result;
use crate::model::Gene;
use crate::model::consequence::{descendants, names, term};
use crate::query::expr::nearest;
use std::collections::BTreeSet;
use std::ops::Range;

impl Names<'_> {
    /// Which annotations the dataset has.
    pub(in crate::query) fn annotations(&self, at: &Range<usize>) -> Result<&str> {
        match &self.view.manifest().annotations {
            Some(annotations) => Ok(annotations),
            None => {
                let message = "this dataset has no annotations: build from annotated files";
                Err(self.error(at, message.to_owned(), Vec::new()))
            }
        }
    }

    /// Variants of a gene: those annotated so, or else those that reach into it.
    pub(in crate::query) fn gene(&self, name: &str, at: &Range<usize>) -> Result<Test> {
        if self.view.manifest().annotations.is_none() {
            return self.gene_by_position(name, at);
        }
        self.gene_by_annotation(name, at).map(entry)
    }

    fn gene_by_annotation(&self, name: &str, at: &Range<usize>) -> Result<EntryTest> {
        let annotations = self.annotations(at)?;
        let wanted = name.trim().to_lowercase();
        let mut note = format!("gene {name}: by annotation ({annotations})");
        let mut wanted = vec![wanted];
        let is_annotated = self.is_annotated(&wanted)?;
        if self.view.is_all_meant() || !is_annotated {
            // it may be annotated by another of its names
            let model = match self.view.genes() {
                Some(genes) => genes.find(name)?,
                None => Vec::new(),
            };
            match self.single(name, &model, at)? {
                Some(gene) => {
                    wanted.extend(gene.names());
                    note = format!(
                        "gene {}: by annotation ({annotations}), under all its names",
                        gene.symbol
                    );
                }
                None if is_annotated => {}
                None => return Err(self.no_annotated_gene(name, at)?),
            }
        }
        self.notes.borrow_mut().push(note);
        Ok(EntryTest::Gene(wanted))
    }

    fn no_annotated_gene(&self, name: &str, at: &Range<usize>) -> Result<crate::error::Error> {
        let mut known = BTreeSet::new();
        for part in self.view.parts() {
            let segment = self.view.segment(part)?;
            if let Some(annotations) = segment.annotations() {
                let genes = annotations.all_genes(segment.file())?.into_iter();
                known.extend(genes.map(|gene| gene.shown().to_owned()));
            }
        }
        let candidates = nearest(name, known.iter().map(String::as_str));
        let message = format!("no gene `{name}` in the annotations here");
        Ok(self.error(at, message, candidates))
    }

    /// Whether some entry is of a gene of one of these names.
    pub(super) fn is_annotated(&self, names: &[String]) -> Result<bool> {
        for part in self.view.parts() {
            let segment = self.view.segment(part)?;
            let Some(annotations) = segment.annotations() else {
                continue;
            };
            for name in names {
                if !annotations.genes_named(segment.file(), name)?.is_empty() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The one gene found; an error where there are several.
    fn single<'g>(
        &self,
        name: &str,
        found: &'g [Gene],
        at: &Range<usize>,
    ) -> Result<Option<&'g Gene>> {
        match found {
            [] => Ok(None),
            [gene] => Ok(Some(gene)),
            several => {
                let symbols = several.iter().map(|gene| gene.symbol.clone()).collect();
                let message = format!("`{name}` names several genes");
                Err(self.error(at, message, symbols))
            }
        }
    }

    /// The variants that reach into a gene.
    fn gene_by_position(&self, name: &str, at: &Range<usize>) -> Result<Test> {
        let Some(genes) = self.view.genes() else {
            let message = "no genes are known here: build with `--genes`, or from annotated files";
            return Err(self.error(at, message.to_owned(), Vec::new()));
        };
        let found = genes.find(name)?;
        let mut intervals = Vec::new();
        for gene in &found {
            let number = |contig: &str| {
                let number = self.view.contig_names().resolve(contig);
                number.ok().map(|contig| contig as u32)
            };
            intervals.extend(genes.intervals(gene, number));
        }
        let Some(gene) = self.single(name, &found, at)? else {
            let symbols = genes.symbols()?.iter().map(String::as_str);
            let message = format!("no gene `{name}` here");
            return Err(self.error(at, message, nearest(name, symbols)));
        };
        let pad = match genes.pad() {
            0 => String::new(),
            pad => format!(" and {pad} bases on both sides"),
        };
        self.notes
            .borrow_mut()
            .push(format!("gene {}: by position{pad}", gene.symbol));
        Ok(Test::Regions(Regions::new(intervals)))
    }

    /// A consequence, with all that are more special.
    pub(in crate::query) fn consequence(&self, name: &str, at: &Range<usize>) -> Result<Test> {
        self.annotations(at)?;
        if let Some(known) = term(name.trim()) {
            let terms = descendants(known).into_iter().map(str::to_owned).collect();
            return Ok(entry(EntryTest::Consequence(terms)));
        }
        // an annotator may write what the ontology does not know
        let mut recorded = BTreeSet::new();
        for part in self.view.parts() {
            let segment = self.view.segment(part)?;
            if let Some(annotations) = segment.annotations() {
                let all = annotations.consequences(segment.file())?.iter();
                recorded.extend(all.flat_map(|terms| terms.split('&')).map(str::to_owned));
            }
        }
        let mut same = recorded.iter();
        if let Some(known) = same.find(|known| known.eq_ignore_ascii_case(name.trim())) {
            return Ok(entry(EntryTest::Consequence(vec![known.clone()])));
        }
        let mut known: Vec<&str> = names().collect();
        known.extend(recorded.iter().map(String::as_str));
        let message = format!("no consequence `{name}` in the Sequence Ontology");
        Err(self.error(at, message, nearest(name, known)))
    }

    /// A change of a protein, of a gene or accession where one stands before it.
    pub(in crate::query) fn protein(&self, text: &str, at: &Range<usize>) -> Result<Test> {
        self.annotations(at)?;
        match ChangeName::of_protein(text) {
            Some(change) => self.named_change(change, at),
            None => {
                let message =
                    format!("`{text}` is no change of a protein, as V600E or p.Val600Glu are");
                Err(self.error(at, message, Vec::new()))
            }
        }
    }

    /// A change of a transcript or a protein in HGVS; `None` where the text is none.
    pub(in crate::query) fn change(&self, text: &str, at: &Range<usize>) -> Result<Option<Test>> {
        match ChangeName::parse(text) {
            Some(change) => {
                self.annotations(at)?;
                self.named_change(change, at).map(Some)
            }
            None if is_of_protein(text) => self.protein(text, at).map(Some),
            None => Ok(None),
        }
    }

    fn named_change(&self, of: ChangeName, at: &Range<usize>) -> Result<Test> {
        let protein = |accession, change| EntryTest::Protein { accession, change };
        Ok(entry(match of {
            ChangeName::Transcript {
                name,
                version,
                change,
            } => EntryTest::Change {
                transcript: name,
                version,
                change,
            },
            ChangeName::Protein { of, change } => match of {
                ProteinOf::Any => protein(None, change),
                ProteinOf::Accession { name, version } => protein(Some((name, version)), change),
                ProteinOf::Gene(gene) => {
                    let gene = self.gene_by_annotation(&gene, at)?;
                    EntryTest::all(vec![gene, protein(None, change)])
                }
            },
        }))
    }
}
