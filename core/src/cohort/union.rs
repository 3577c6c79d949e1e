//! Who carries some of many rows.

use super::count::RowCounter;
use super::polyploid::for_each_polyploid_of;
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::set::{ClassUnion, Malformed, Order, or_samples, set_bit, words_for};
use crate::store::PageView;
use std::ops::Range;

/// A union of rows of one ordering block, by class: it is expanded to copies once, and in passing where the caller
/// wants to know who is left.
#[derive(Default)]
pub(crate) struct Union<'a> {
    number: Option<u32>,
    order: Option<Order<'a>>,
    classes: ClassUnion,
    /// Steps until expanding takes no longer than they did; a step takes as long as to expand one copy.
    left: i64,
    /// Steps from the last time on.
    steps: i64,
}

/// Steps of a row of no runs.
const STEPS_OF_ROW: i64 = 16;

impl<'a> Union<'a> {
    fn start(&mut self, number: Option<u32>, order: Order<'a>) {
        self.number = number;
        self.classes.clear(order.classes());
        self.order = Some(order);
        self.steps = i64::from(order.universe());
        self.left = self.steps;
    }

    fn add(&mut self, runs: &[u8]) -> Result<(), Malformed> {
        self.left -= STEPS_OF_ROW + runs.len() as i64;
        self.classes.add(runs)
    }

    fn flush(&mut self, acc: &mut [u64]) -> Result<(), Malformed> {
        self.number = None;
        match self.order.take() {
            Some(order) => self.expand(&order, acc),
            None => Ok(()),
        }
    }

    #[cold]
    fn flush_in_passing(&mut self, acc: &mut [u64]) -> Result<(), Malformed> {
        // who was not found in so many rows is seldom found in as many more
        self.steps = self.steps.saturating_mul(2);
        self.left = self.steps;
        match self.order {
            Some(order) => self.expand(&order, acc),
            None => Ok(()),
        }
    }

    fn expand(&self, order: &Order<'_>, acc: &mut [u64]) -> Result<(), Malformed> {
        let mut copies = vec![0; words_for(order.universe())];
        order.or_classes(&self.classes.classes(), &mut copies)?;
        or_samples(&copies, acc);
        Ok(())
    }
}

impl<'a> RowCounter<'a> {
    /// Ors the carriers of a row into `acc`, bits over the batch's samples; sets in ordered runs are
    /// gathered in `union` and must be flushed at the end. Returns the bytes of the row's set.
    pub(crate) fn or_carriers(
        &mut self,
        row: u32,
        union: &mut Union<'a>,
        acc: &mut [u64],
    ) -> Result<u64> {
        let page = PageView::around(&mut self.view, self.segment, row)?;
        let at = (page.carriers.get(row % PAGE_ROWS), page.sets.clone());
        self.or_carriers_at(row, (at.0, &at.1), union, acc)
    }

    /// The same of a row of which the page is at hand.
    pub(crate) fn or_carriers_of(
        &mut self,
        page: &PageView<'a>,
        row: u32,
        union: &mut Union<'a>,
        acc: &mut [u64],
    ) -> Result<u64> {
        let descriptor = page.carriers.get(row % PAGE_ROWS);
        self.or_carriers_at(row, (descriptor, &page.sets), union, acc)
    }

    /// The same by the descriptor of its set, and the set bytes of its page.
    #[inline]
    fn or_carriers_at(
        &mut self,
        row: u32,
        (descriptor, sets): (i64, &Range<usize>),
        union: &mut Union<'a>,
        acc: &mut [u64],
    ) -> Result<u64> {
        let segment = self.segment;
        let set = segment.set(descriptor, sets, 2 * segment.meta().samples)?;
        let broken = |rule| segment.broken_set(rule);
        if let Some(runs) = set.runs() {
            let order = self.load_order(row)?;
            let number = self.order_number();
            if union.number != number {
                union.flush(acc).map_err(broken)?;
                union.start(number, order);
            }
            union.add(runs).map_err(broken)?;
        } else {
            let order = match set.needs_order() {
                true => Some(self.load_order(row)?),
                false => None,
            };
            set.or_samples_into(order.as_ref(), acc).map_err(broken)?;
        }
        for_each_polyploid_of(segment, row, |genotype, alt| {
            if genotype.carried(alt) > 0 {
                set_bit(acc, genotype.sample);
            }
        })?;
        Ok(set.byte_len() as u64)
    }

    /// Turns the classes gathered so far into carriers.
    pub(crate) fn flush(&self, union: &mut Union<'a>, acc: &mut [u64]) -> Result<()> {
        union
            .flush(acc)
            .map_err(|rule| self.segment.broken_set(rule))
    }

    /// The same, and more rows are gathered, where it takes no longer than those since the last time did.
    #[inline]
    pub(crate) fn flush_in_passing(&self, union: &mut Union<'a>, acc: &mut [u64]) -> Result<()> {
        match union.left > 0 || union.order.is_none() {
            true => Ok(()),
            false => union
                .flush_in_passing(acc)
                .map_err(|rule| self.segment.broken_set(rule)),
        }
    }
}
