//! What is said of a variant, as it is shown.

use crate::error::Result;
use crate::format::{Container, TextBlock};
use crate::model::consequence::severity;
use crate::model::{BEHIND_STOP, CANONICAL, MANE};
use crate::query::expr::{Impact, Node};
use crate::query::plan::entries::{EntryTest, LocalTests};
use crate::query::plan::test::Test;
use crate::store::Segment;
use crate::store::annotations::{Annotations, GeneNames};
use std::cmp::Reverse;
use std::sync::Arc;

/// What an annotator says of a variant and one transcript; texts are empty where it does not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// The gene's symbol.
    pub symbol: String,
    /// Its id, of Ensembl or RefSeq.
    pub gene_id: String,
    /// Its id of HGNC.
    pub hgnc: String,
    /// The transcript, or another annotated region.
    pub transcript: String,
    /// Terms of the Sequence Ontology joined by `&`.
    pub consequence: String,
    /// How much it is expected to change.
    pub impact: Impact,
    /// Whether the transcript is the canonical one.
    pub canonical: bool,
    /// Whether the transcript is MANE Select or MANE Plus Clinical.
    pub mane: bool,
    /// Whether the change lies behind a stop.
    pub behind_stop: bool,
    /// The change of the transcript in HGVS.
    pub hgvs_c: String,
    /// The change of the protein in HGVS.
    pub hgvs_p: String,
    /// The change of the protein in one-letter code: `V600E`.
    pub protein: String,
}

impl Annotation {
    /// The gene's symbol, or its id where it has none; empty without a gene.
    pub fn gene(&self) -> &str {
        let names = [&self.symbol, &self.gene_id, &self.hgnc];
        let mut names = names.into_iter().filter(|name| !name.is_empty());
        names.next().map_or("", String::as_str)
    }
}

/// What a test asks of annotations, where that is not negated.
pub(in crate::query) fn asked_of_entries(node: &Node<Test>, asked: &mut Vec<Arc<EntryTest>>) {
    match node {
        Node::Atom(atom) => {
            if let Test::Entry(test) = &atom.kind {
                asked.push(Arc::clone(test));
            }
        }
        Node::Not(_) => {}
        Node::And(nodes) | Node::Or(nodes) => {
            nodes.iter().for_each(|node| asked_of_entries(node, asked))
        }
    }
}

/// Whether a row is annotated.
pub(in crate::query) fn has_entries(segment: &Segment, row: u32) -> Result<bool> {
    match segment.annotations() {
        Some(of) => Ok(!of.items(segment.file(), row)?.is_empty()),
        None => Ok(false),
    }
}

/// Which entry is shown, the least first: what was asked for, the highest impact, the most severe
/// consequence, canonical and MANE transcripts.
pub(in crate::query) type Rank = (bool, Reverse<u8>, usize, bool);

/// Reads the entries of a segment's rows.
#[derive(Default)]
pub(in crate::query) struct EntryReader {
    tests: LocalTests,
    genes: TextBlock,
    transcripts: TextBlock,
    texts: TextBlock,
}

impl EntryReader {
    pub(in crate::query) fn all(&mut self, segment: &Segment, row: u32) -> Result<Vec<Annotation>> {
        let (Some(of), file) = (segment.annotations(), segment.file()) else {
            return Ok(Vec::new());
        };
        let items = of.items(file, row)?;
        items
            .map(|item| self.one(of, file, of.entry(file, item)?))
            .collect()
    }

    /// The entry of a row that goes before all others, and before one of this rank.
    pub(in crate::query) fn shown(
        &mut self,
        segment: &Segment,
        row: u32,
        asked: &[Arc<EntryTest>],
        before: Option<Rank>,
    ) -> Result<Option<(Rank, Annotation)>> {
        let (Some(of), file) = (segment.annotations(), segment.file()) else {
            return Ok(None);
        };
        let known = of.consequences(file)?;
        let mut best = before.map(|rank| (rank, None));
        for item in of.items(file, row)? {
            let entry = of.entry(file, item)?;
            let class = of.class_of(file, entry)?;
            let grade = of.grade_of(file, class)?;
            let meant = self.tests.any_holds(of, file, asked, (entry, class))?;
            let terms = known.get(of.consequence_of(file, class)? as usize);
            let terms = terms.map_or("", String::as_str).split('&');
            let worst = terms.map(severity).min().unwrap_or(usize::MAX);
            let stands = grade.flags() & (CANONICAL | MANE) != 0;
            let rank = (!meant, Reverse(grade.impact()), worst, !stands);
            if best.is_none_or(|(known, _)| rank < known) {
                best = Some((rank, Some(entry)));
            }
        }
        match best {
            Some((rank, Some(entry))) => Ok(Some((rank, self.one(of, file, entry)?))),
            _ => Ok(None),
        }
    }

    fn one(&mut self, of: &Annotations, file: &Container, entry: u32) -> Result<Annotation> {
        let class = of.class_of(file, entry)?;
        let names = match of.gene_of(file, class)? {
            Some(gene) => of.gene(file, gene, &mut self.genes)?,
            None => GeneNames::default(),
        };
        let transcript = match of.transcript_of(file, class)? {
            Some(transcript) => of.transcript(file, transcript, &mut self.transcripts)?,
            None => std::borrow::Cow::Borrowed(""),
        };
        let consequence = of.consequence_of(file, class)? as usize;
        let consequence = of.consequences(file)?.get(consequence);
        let grade = of.grade_of(file, class)?;
        let texts = of.changes(file, entry, &mut self.texts)?;
        Ok(Annotation {
            symbol: names.symbol,
            gene_id: names.id,
            hgnc: names.hgnc,
            transcript: transcript.into_owned(),
            consequence: consequence.cloned().unwrap_or_default(),
            impact: match grade.impact() {
                0 => Impact::Modifier,
                1 => Impact::Low,
                2 => Impact::Moderate,
                _ => Impact::High,
            },
            canonical: grade.flags() & CANONICAL != 0,
            mane: grade.flags() & MANE != 0,
            behind_stop: grade.flags() & BEHIND_STOP != 0,
            hgvs_c: texts.hgvs_c.to_owned(),
            hgvs_p: texts.hgvs_p.to_owned(),
            protein: texts.protein.to_owned(),
        })
    }
}
