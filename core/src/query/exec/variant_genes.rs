//! The genes of a variant.
//!
//! In a dataset with annotations they are the genes with entries by which it passes (see [`super::meant`]).
//! Else they are the genes that it reaches into (or into the bases around them that count as theirs):
//! where it starts in one of their places, or spans the start of one. So a variant is a gene's here
//! exactly where `gene:` says so.

use super::meant::Meant;
use super::place::RowRef;
use super::variants::Variant;
use crate::cohort::View;
use crate::error::Result;
use crate::format::TextBlock;
use crate::genome::Interval;
use crate::query::expr::Node;
use crate::query::plan::entries::LocalTests;
use crate::query::plan::test::Test;
use crate::store::Segment;
use std::collections::HashMap;

/// Finds the genes of variants.
pub(in crate::query) enum Reached<'a> {
    ByPlace(Places),
    ByEntry(Entries<'a>),
}

impl<'a> Reached<'a> {
    /// `None` where the dataset knows no genes.
    pub(in crate::query) fn new(view: &'a View, test: &Node<Test>) -> Result<Option<Self>> {
        if view.manifest().annotations.is_some() {
            return Ok(Some(Self::ByEntry(Entries {
                meant: Meant::new(test),
                held: Vec::new(),
                parts: HashMap::new(),
                numbers: HashMap::new(),
                names: Vec::new(),
            })));
        }
        Ok(Places::of(view)?.map(Self::ByPlace))
    }

    /// Whether records of a variant may be of different genes, because more than entries is asked of them.
    pub(in crate::query) fn depends_on_records(&self) -> bool {
        match self {
            Self::ByPlace(_) => false,
            Self::ByEntry(entries) => entries.meant.asks_more(),
        }
    }

    /// The genes of a variant, ascending; each has the same number in all variants. What is asked of a
    /// record is asked of this one, or else of any.
    pub(in crate::query) fn find(
        &mut self,
        variant: &mut Variant<'_, 'a>,
        record: Option<RowRef>,
        genes: &mut Vec<u32>,
    ) -> Result<()> {
        genes.clear();
        match self {
            Self::ByPlace(places) => {
                places.find(variant.contig_number(), variant.interval()?, genes);
                genes.sort_unstable();
                genes.dedup();
                Ok(())
            }
            Self::ByEntry(entries) => entries.find(variant, record, genes),
        }
    }

    /// A gene's symbol, or its id where it has none.
    pub(in crate::query) fn name(&self, gene: u32) -> &str {
        let names = match self {
            Self::ByPlace(places) => &places.symbols,
            Self::ByEntry(entries) => &entries.names,
        };
        names.get(gene as usize).map_or("", String::as_str)
    }
}

/// The genes of entries.
pub(in crate::query) struct Entries<'a> {
    meant: Meant,
    /// Of the variant at hand: the genes of its entries, and the number of a test that holds of one.
    held: Vec<(u32, usize)>,
    parts: HashMap<usize, Part<'a>>,
    numbers: HashMap<String, u32>,
    names: Vec<String>,
}

struct Part<'a> {
    segment: &'a Segment,
    tests: LocalTests,
    /// By the gene's number in the segment, once it was met.
    numbers: HashMap<u32, Option<u32>>,
    block: TextBlock,
}

impl<'a> Entries<'a> {
    fn find(
        &mut self,
        variant: &mut Variant<'_, 'a>,
        record: Option<RowRef>,
        genes: &mut Vec<u32>,
    ) -> Result<()> {
        self.held.clear();
        for (part, segment, row) in variant.rows_seen() {
            self.gather(part, segment, row, genes)?;
        }
        genes.sort_unstable();
        genes.dedup();
        if self.meant.is_all() || self.meant.is_single() {
            return Ok(());
        }
        self.held.sort_unstable();
        self.meant.next_variant();
        let (held, meant, mut fault) = (&self.held, &mut self.meant, None);
        genes.retain(|gene| {
            let first = held.partition_point(|(of, _)| of < gene);
            let end = held.partition_point(|(of, _)| of <= gene);
            let of_gene = held.get(first..end).unwrap_or_default();
            match meant.passes(of_gene, &mut |node| variant.passes(node, record)) {
                Ok(passes) => passes,
                Err(error) => {
                    fault.get_or_insert(error);
                    false
                }
            }
        });
        fault.map_or(Ok(()), Err)
    }

    /// Adds the genes of a row's entries; where one thing is asked of entries, of those that it holds of.
    fn gather(
        &mut self,
        part: usize,
        segment: &'a Segment,
        row: u32,
        genes: &mut Vec<u32>,
    ) -> Result<()> {
        let part = self.parts.entry(part).or_insert_with(|| Part {
            segment,
            tests: LocalTests::default(),
            numbers: HashMap::new(),
            block: TextBlock::default(),
        });
        let (Some(of), file) = (part.segment.annotations(), part.segment.file()) else {
            return Ok(());
        };
        for item in of.items(file, row)? {
            let entry = of.entry(file, item)?;
            let class = of.class_of(file, entry)?;
            let Some(local) = of.gene_of(file, class)? else {
                continue;
            };
            let at = (entry, class);
            if self.meant.is_single() {
                let tests = self.meant.tests();
                if !part.tests.any_holds(of, file, tests, at)? {
                    continue;
                }
            }
            let number = match part.numbers.get(&local) {
                Some(number) => *number,
                None => {
                    let names = of.gene(file, local, &mut part.block)?;
                    let names = [names.symbol, names.id, names.hgnc];
                    let name = names.into_iter().find(|name| !name.is_empty());
                    let number = name.map(|name| {
                        let next = self.names.len() as u32;
                        *self.numbers.entry(name).or_insert_with_key(|name| {
                            self.names.push(name.clone());
                            next
                        })
                    });
                    part.numbers.insert(local, number);
                    number
                }
            };
            let Some(number) = number else {
                continue;
            };
            genes.push(number);
            if !self.meant.is_single() {
                for (test, asked) in self.meant.tests().iter().enumerate() {
                    if part.tests.entry_holds(of, file, asked, at)? {
                        self.held.push((number, test));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Where all genes lie.
pub(in crate::query) struct Places {
    symbols: Vec<String>,
    /// By contig, then by start.
    places: Vec<Place>,
}

struct Place {
    contig: u32,
    interval: Interval,
    gene: u32,
    /// The last end of this place and of those before it on the contig.
    reach: i32,
}

impl Places {
    fn of(view: &View) -> Result<Option<Self>> {
        let Some(genes) = view.genes() else {
            return Ok(None);
        };
        let number = |name: &str| {
            let number = view.contig_names().resolve(name);
            number.ok().map(|contig| contig as u32)
        };
        Ok(Some(Self::new(
            genes.symbols()?.to_vec(),
            genes.all_intervals(number)?,
        )))
    }

    fn new(symbols: Vec<String>, mut all: Vec<(u32, Interval, u32)>) -> Self {
        all.sort_unstable_by_key(|(contig, interval, gene)| (*contig, interval.start, *gene));
        let mut places: Vec<Place> = Vec::with_capacity(all.len());
        for (contig, interval, gene) in all {
            let before = places.last().filter(|last| last.contig == contig);
            let reach = before.map_or(interval.end, |last| last.reach.max(interval.end));
            places.push(Place {
                contig,
                interval,
                gene,
                reach,
            });
        }
        Self { symbols, places }
    }

    fn find(&self, contig: u32, of: Interval, genes: &mut Vec<u32>) {
        let after = |place: &Place| {
            (place.contig, place.interval.start) < (contig, of.end)
                || (place.contig, place.interval.start) == (contig, of.start)
        };
        let end = self.places.partition_point(after);
        for place in self.places.get(..end).unwrap_or_default().iter().rev() {
            if place.contig != contig || place.reach <= of.start {
                break;
            }
            if place.interval.end > of.start {
                genes.push(place.gene);
            }
        }
    }
}
