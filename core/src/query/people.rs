//! Which people an expression picks.

use super::Group;
use super::carriers::{Carrier, Union};
use super::count::Tally;
use super::expression::{Node, SampleList, Where, Who, WhoAtom, Zygosity, nearest};
use super::resolve::Resolver;
use super::walk::Walk;
use crate::dataset::Dataset;
use crate::error::{Error, ExpressionError, InputError, Place, Result};
use crate::set::{SampleSet, for_each_bit, words_for};
use std::ops::Range;
use std::path::Path;

/// Evaluates expressions over people.
pub(crate) struct People<'a> {
    dataset: &'a Dataset,
    text: String,
    /// What was done, for `--explain`; `None` where nobody asked.
    pub(crate) steps: Option<Vec<Step>>,
}

/// One step of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The part of the expression.
    pub what: String,
    /// Candidate rows that the indexes gave.
    pub candidate_rows: u64,
    /// Variants that passed all tests.
    pub variants: u64,
    /// Bytes of genotype sets read.
    pub set_bytes: u64,
    /// Segments opened, and segments that the manifest ruled out.
    pub segments: (u64, u64),
    /// People found.
    pub people: u64,
}

impl<'a> People<'a> {
    pub(crate) fn new(dataset: &'a Dataset, text: String, explain: bool) -> Self {
        Self {
            dataset,
            text,
            steps: explain.then(Vec::new),
        }
    }

    pub(crate) fn find(&mut self, who: &Who) -> Result<SampleSet> {
        self.node(&who.0)
    }

    fn node(&mut self, node: &Node<WhoAtom>) -> Result<SampleSet> {
        let everybody = || SampleSet::full(self.dataset.sample_count());
        Ok(match node {
            Node::Atom(atom) => self.atom(&atom.kind, &atom.at)?,
            Node::Not(inner) => {
                let everybody = everybody();
                everybody.difference(&self.node(inner)?)
            }
            Node::And(parts) => {
                // names and lists cost nothing; carriers are looked for only while somebody is left
                let mut ordered: Vec<&Node<WhoAtom>> = parts.iter().collect();
                ordered.sort_by_key(|part| cost(part));
                let mut all = everybody();
                for part in ordered {
                    // errors in what is left must not depend on who was found before
                    let found = self.node(part)?;
                    all = all.intersection(&found);
                }
                all
            }
            Node::Or(parts) => {
                let mut any = SampleSet::new();
                for part in parts {
                    any = any.union(&self.node(part)?);
                }
                any
            }
        })
    }

    fn atom(&mut self, atom: &WhoAtom, at: &Range<usize>) -> Result<SampleSet> {
        match atom {
            WhoAtom::All => Ok(SampleSet::full(self.dataset.sample_count())),
            WhoAtom::Samples(SampleList::Names(names)) => {
                names.iter().map(|name| self.sample(name, at)).collect()
            }
            WhoAtom::Samples(SampleList::File(file)) => self.samples_of(file),
            WhoAtom::Samples(SampleList::NameOrFile(text)) => {
                if Path::new(text).is_file() {
                    self.samples_of(text)
                } else {
                    Ok(std::iter::once(self.sample(text, at)?).collect())
                }
            }
            WhoAtom::Carriers {
                of,
                zygosity,
                at_least,
                ..
            } => self.carriers(of, *zygosity, *at_least),
            _ => Err(Error::from(Box::new(ExpressionError {
                text: self.text.clone(),
                at: at.clone(),
                message: "this dataset has no people".to_owned(),
                candidates: Vec::new(),
            }))),
        }
    }

    fn sample(&self, name: &str, at: &Range<usize>) -> Result<u32> {
        if let Some(sample) = self.dataset.sample_number(name)? {
            return Ok(sample);
        }
        let known: Vec<&str> = self.dataset.sample_names()?.take(100_000).collect();
        Err(Error::from(Box::new(ExpressionError {
            text: self.text.clone(),
            at: at.clone(),
            message: format!("no sample `{name}` here"),
            candidates: nearest(name, known),
        })))
    }

    /// A file with one sample name per line; empty lines and those that start with `#` are passed by.
    fn samples_of(&self, file: &str) -> Result<SampleSet> {
        let text = std::fs::read_to_string(file).map_err(|e| Error::io(file, e))?;
        let mut samples = SampleSet::new();
        for (number, line) in (1..).zip(text.lines()) {
            let name = line.trim_end();
            if name.is_empty() || name.starts_with('#') {
                continue;
            }
            let Some(sample) = self.dataset.sample_number(name)? else {
                return Err(Error::from(Box::new(InputError {
                    file: file.to_owned(),
                    place: Place::Line(number),
                    expected: "a sample of the dataset".to_owned(),
                    found: format!("{name:?}"),
                })));
            };
            samples.insert(sample);
        }
        Ok(samples)
    }

    fn carriers(
        &mut self,
        of: &Where,
        zygosity: Option<Zygosity>,
        at_least: u32,
    ) -> Result<SampleSet> {
        let test = Resolver::new(self.dataset, self.text.clone()).resolve(of)?;
        let mut walk = Walk::new(self.dataset, test)?;
        let mut step = Step {
            what: format!("carriers({of})"),
            candidate_rows: walk.plan().candidates,
            variants: 0,
            set_bytes: 0,
            segments: (walk.plan().segments, walk.plan().segments_passed_by),
            people: 0,
        };
        let mut hits = Hits::new(self.dataset, walk.part_count(), zygosity, at_least);
        while walk.step()? {
            step.variants += 1;
            for &row in walk.rows() {
                if let Some((_, segment)) = walk.part(row) {
                    step.set_bytes += hits.add(row.part, segment, row.row)?;
                }
            }
        }
        let found = hits.finish()?;
        step.people = found.len();
        if let Some(steps) = &mut self.steps {
            steps.push(step);
        }
        Ok(found)
    }
}

/// What is cheap comes first.
fn cost(node: &Node<WhoAtom>) -> u32 {
    match node {
        Node::Atom(atom) => u32::from(matches!(atom.kind, WhoAtom::Carriers { .. })),
        Node::Not(inner) => cost(inner),
        Node::And(parts) | Node::Or(parts) => parts.iter().map(cost).max().unwrap_or(0),
    }
}

/// Carriers found so far, by part.
struct Hits<'a> {
    dataset: &'a Dataset,
    parts: Vec<Option<PartHits<'a>>>,
    zygosity: Option<Zygosity>,
    at_least: u32,
    /// Variants carried, by sample of the dataset; only where more than one is asked for.
    counts: Vec<u32>,
    carriers: Vec<Carrier>,
}

struct PartHits<'a> {
    segment: &'a crate::dataset::Segment,
    tally: Tally<'a>,
    union: Union<'a>,
    /// Bits over the batch's samples.
    found: Vec<u64>,
}

impl<'a> Hits<'a> {
    fn new(dataset: &'a Dataset, parts: usize, zygosity: Option<Zygosity>, at_least: u32) -> Self {
        let counted = if at_least > 1 {
            dataset.sample_count() as usize
        } else {
            0
        };
        Self {
            dataset,
            parts: (0..parts).map(|_| None).collect(),
            zygosity,
            at_least,
            counts: vec![0; counted],
            carriers: Vec::new(),
        }
    }

    /// Adds the carriers of a row; returns the bytes of its set.
    fn add(&mut self, part: usize, segment: &'a crate::dataset::Segment, row: u32) -> Result<u64> {
        let Some(slot) = self.parts.get_mut(part) else {
            return Ok(0);
        };
        let hits = slot.get_or_insert_with(|| PartHits {
            segment,
            tally: Tally::new(segment, None),
            union: Union::default(),
            found: vec![0; words_for(segment.meta().samples)],
        });
        if self.at_least <= 1 && self.zygosity.is_none() {
            return hits
                .tally
                .or_carriers(row, &mut hits.union, &mut hits.found);
        }
        let bytes = hits.tally.carriers(row, &mut self.carriers)?;
        for carrier in &self.carriers {
            let zygosity = match (carrier.carried, carrier.ploidy) {
                (_, 1) => Zygosity::Hemi,
                (carried, ploidy) if carried == ploidy => Zygosity::Hom,
                _ => Zygosity::Het,
            };
            if self.zygosity.is_some_and(|wanted| wanted != zygosity) {
                continue;
            }
            if self.at_least <= 1 {
                crate::set::set_bit(&mut hits.found, carrier.sample);
            } else if let Some(count) = self
                .counts
                .get_mut(hits.segment.sample(carrier.sample) as usize)
            {
                *count += 1;
            }
        }
        Ok(bytes)
    }

    fn finish(mut self) -> Result<SampleSet> {
        if self.at_least > 1 {
            let counted = (0u32..)
                .zip(&self.counts)
                .filter(|(_, count)| **count >= self.at_least);
            return Ok(counted.map(|(sample, _)| sample).collect());
        }
        let mut all = SampleSet::new();
        for hits in self.parts.iter_mut().flatten() {
            hits.tally.flush(&mut hits.union, &mut hits.found)?;
            let found = match hits.segment.numbers() {
                None => SampleSet::from_bits(hits.segment.meta().first_sample, &hits.found),
                Some(_) => {
                    let mut found = SampleSet::new();
                    for_each_bit(&hits.found, |local| {
                        found.insert(hits.segment.sample(local));
                    });
                    found
                }
            };
            all = all.union(&found);
        }
        debug_assert!(
            all.len() <= u64::from(self.dataset.sample_count()),
            "carriers are samples"
        );
        Ok(all)
    }
}

/// The group of everybody, or of those an expression picks.
pub(crate) fn find<'a>(dataset: &'a Dataset, who: &Who, text: String) -> Result<Group<'a>> {
    let samples = People::new(dataset, text, false).find(who)?;
    Ok(Group::new(dataset, samples))
}
