//! Rows of one order are taken together, by class of copies.

use super::genotypes::RowGenotypes;
use super::rows::Row;
use crate::cohort::{RowCounter, View};
use crate::error::Result;
use crate::set::Malformed;

/// So many rows of an order are walked copy by copy where no more are asked for: a single row does not pay for all classes.
const ALONE: usize = 2;
/// So many rows of an order are taken together at most.
pub(super) const ROWS: u32 = 1 << 13;

/// What is done with genotypes.
pub(super) trait Product {
    /// The rows to come are of an order: the classes of each sample's copies, and how many classes there are.
    fn begin(&mut self, ids: &[[u16; 2]], classes: u32);

    /// A variant in runs of classes, by number: the bytes of its runs, and whoever is not in these.
    fn runs(&mut self, variant: usize, row: &[u8], beside: &RowGenotypes) -> Result<(), Malformed>;

    /// A variant by number.
    fn row(&mut self, variant: usize, genotypes: &RowGenotypes);

    /// [`ROWS`] rows of the order came, or there are no more of it; it has these classes.
    fn end(&mut self, ids: &[[u16; 2]]);
}

/// Reads variants, and gives them to a product.
pub(super) struct Reader<'a, P> {
    view: &'a View,
    pub(super) product: P,
    /// The number of the next variant.
    pub(super) variant: usize,
    part: Option<(usize, RowCounter<'a>)>,
    /// The order of the rows at hand, whether the product has begun it, and rows that wait for that.
    order: Option<u32>,
    has_begun: bool,
    waiting: Vec<(usize, u32)>,
    /// Rows since it began, or since [`ROWS`] of them.
    rows: u32,
    classes: u32,
    ids: Vec<u16>,
    samples: usize,
    genotypes: RowGenotypes,
}

impl<'a, P: Product> Reader<'a, P> {
    pub(super) fn new(view: &'a View, product: P) -> Self {
        Self {
            view,
            product,
            variant: 0,
            part: None,
            order: None,
            has_begun: false,
            waiting: Vec::new(),
            rows: 0,
            classes: 0,
            ids: Vec::new(),
            samples: 0,
            genotypes: RowGenotypes::default(),
        }
    }

    /// The next variant.
    pub(super) fn add(&mut self, row: &Row<'_, 'a>) -> Result<()> {
        let variant = self.variant;
        self.variant += 1;
        match row {
            Row::Dosages(copies) => {
                self.genotypes.read_dosages(copies);
                self.product.row(variant, &self.genotypes);
                Ok(())
            }
            Row::Stored(part, segment, row) => {
                if self.part.as_ref().is_none_or(|(at, _)| at != part) {
                    self.finish()?;
                    let scope = self.view.scope(*part, segment);
                    self.part = Some((*part, RowCounter::of(segment, scope)));
                }
                let Some((_, counter)) = &mut self.part else {
                    return Ok(());
                };
                let set = counter.carrier_set(*row)?;
                match set.runs() {
                    Some(runs) => self.add_runs(variant, *row, runs),
                    None => {
                        self.genotypes.read_copies(counter, (*row, &set))?;
                        self.product.row(variant, &self.genotypes);
                        Ok(())
                    }
                }
            }
        }
    }

    fn add_runs(&mut self, variant: usize, row: u32, runs: &[u8]) -> Result<()> {
        let Some((_, counter)) = &mut self.part else {
            return Ok(());
        };
        counter.load_order(row)?;
        if counter.order_number() != self.order {
            let number = counter.order_number();
            self.finish()?;
            self.order = number;
        }
        if !self.has_begun {
            if self.waiting.len() < ALONE {
                self.waiting.push((variant, row));
                return Ok(());
            }
            self.begin(row)?;
        }
        self.add_row(variant, row, runs)
    }

    /// Begins the order of a row, with the rows that waited.
    fn begin(&mut self, row: u32) -> Result<()> {
        let Some((_, counter)) = &mut self.part else {
            return Ok(());
        };
        let order = counter.load_order(row)?;
        let broken = |rule| counter.segment.broken_set(rule);
        order.class_ids(&mut self.ids).map_err(broken)?;
        self.classes = order.classes();
        self.samples = counter.segment.meta().samples as usize;
        self.product
            .begin(ids_of(&self.ids, self.samples), self.classes);
        (self.has_begun, self.rows) = (true, 0);
        for (variant, row) in std::mem::take(&mut self.waiting) {
            if let Some((_, counter)) = &mut self.part
                && let Some(runs) = counter.carrier_set(row)?.runs()
            {
                self.add_row(variant, row, runs)?;
            }
        }
        Ok(())
    }

    fn add_row(&mut self, variant: usize, row: u32, runs: &[u8]) -> Result<()> {
        if let Some((_, counter)) = &mut self.part {
            let ids = ids_of(&self.ids, self.samples);
            let genotypes = &mut self.genotypes;
            genotypes.read_beside_runs(counter, (row, runs), (ids, self.classes))?;
            self.product
                .runs(variant, runs, genotypes)
                .map_err(|rule| counter.segment.broken_set(rule))?;
            self.rows += 1;
            if self.rows == ROWS {
                self.product.end(ids);
                self.rows = 0;
            }
        }
        Ok(())
    }

    /// No more rows come of the order at hand.
    pub(super) fn finish(&mut self) -> Result<()> {
        if self.has_begun {
            self.product.end(ids_of(&self.ids, self.samples));
        }
        (self.has_begun, self.order) = (false, None);
        let mut waiting = std::mem::take(&mut self.waiting);
        if let Some((_, counter)) = &mut self.part {
            for &(variant, row) in &waiting {
                let set = counter.carrier_set(row)?;
                self.genotypes.read_copies(counter, (row, &set))?;
                self.product.row(variant, &self.genotypes);
            }
        }
        waiting.clear();
        self.waiting = waiting;
        Ok(())
    }
}

/// The classes of each sample's copies, without what fills up.
fn ids_of(ids: &[u16], samples: usize) -> &[[u16; 2]] {
    let ids = ids.as_chunks().0;
    ids.get(..samples).unwrap_or(ids)
}
