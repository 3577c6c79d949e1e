//! The samples of all inputs together: their numbers, and which inputs are one batch.

use crate::cohort::Members;
use std::collections::HashMap;
use std::sync::Arc;

/// Where the samples of an input stand in the dataset.
#[derive(Debug, Clone)]
pub(super) struct InputSamples {
    pub(super) batch: u32,
    pub(super) count: u32,
    pub(super) first_sample: u32,
    /// Dataset numbers in ascending order, where they do not follow each other.
    pub(super) numbers: Option<Vec<u32>>,
    /// For each column its place among the numbers, where that is not the column's own.
    pub(super) columns: Option<Vec<u32>>,
}

impl InputSamples {
    /// Their numbers in the dataset.
    pub(super) fn members(&self) -> Members<'_> {
        let range = self.first_sample..self.first_sample.saturating_add(self.count);
        let numbers = self.numbers.as_deref();
        numbers.map_or(Members::Range(range), Members::List)
    }
}

/// All samples by their numbers, and the batches.
#[derive(Default)]
pub(super) struct AllSamples {
    /// Those that are there already, or of the first input with samples: a million names are worth sharing, for most
    /// often all inputs have the same.
    first: Arc<[String]>,
    /// Those that others add.
    more: Vec<String>,
    /// By name, once an input has others than the first.
    numbers: HashMap<String, u32>,
    /// The number of the first batch: there are others before.
    pub(super) first_batch: u32,
    /// Dataset numbers of the samples of each batch, ascending.
    pub(super) batches: Vec<Vec<u32>>,
    /// Batches by their first and last sample.
    by_ends: HashMap<(Option<u32>, Option<u32>), Vec<u32>>,
}

impl AllSamples {
    /// With samples that are there already; batches that are added are numbered from `first_batch` on.
    pub(super) fn behind(there: Arc<[String]>, first_batch: u32) -> Self {
        Self {
            first: there,
            first_batch,
            ..Self::default()
        }
    }

    /// The samples of a batch that is added.
    fn batch_mut(&mut self, batch: u32) -> Option<&mut Vec<u32>> {
        let place = batch.checked_sub(self.first_batch)?;
        self.batches.get_mut(place as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.first.len() + self.more.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &String> {
        self.first.iter().chain(&self.more)
    }

    pub(super) fn name(&self, number: u32) -> &str {
        let number = number as usize;
        let more = || self.more.get(number.checked_sub(self.first.len())?);
        let name = self.first.get(number).or_else(more);
        name.map_or("", String::as_str)
    }

    /// Numbers the samples of an input, new ones after those there are, and finds its batch.
    pub(super) fn add(&mut self, names: &Arc<[String]>) -> InputSamples {
        let of_column = self.number(names);
        let mut sorted = of_column.clone();
        sorted.sort_unstable();
        let first_sample = sorted.first().copied().unwrap_or(0);
        let follow = (first_sample..).zip(&sorted).all(|(a, &b)| a == b);
        let in_order = of_column == sorted;
        let columns = of_column
            .iter()
            .map(|n| sorted.partition_point(|m| m < n) as u32)
            .collect();
        InputSamples {
            batch: self.batch(&sorted),
            count: names.len() as u32,
            first_sample,
            numbers: (!follow).then_some(sorted),
            columns: (!in_order).then_some(columns),
        }
    }

    /// Inputs of one sample each, of which no other input has the sample, become one batch.
    pub(super) fn merge(&mut self, inputs: &[&InputSamples]) -> InputSamples {
        let mut numbers: Vec<u32> = inputs.iter().map(|input| input.first_sample).collect();
        numbers.sort_unstable();
        for input in inputs {
            if let Some(samples) = self.batch_mut(input.batch) {
                samples.clear();
            }
        }
        let batch = inputs.first().map_or(0, |input| input.batch);
        let first_sample = numbers.first().copied().unwrap_or(0);
        if let Some(samples) = self.batch_mut(batch) {
            samples.clone_from(&numbers);
        }
        let follow = (first_sample..).zip(&numbers).all(|(a, &b)| a == b);
        InputSamples {
            batch,
            count: numbers.len() as u32,
            first_sample,
            numbers: (!follow).then_some(numbers),
            columns: None,
        }
    }

    /// In how many of some inputs each sample is.
    pub(super) fn uses<'i>(&self, inputs: impl Iterator<Item = &'i InputSamples>) -> Vec<u32> {
        let mut uses = vec![0; self.len()];
        for sample in inputs.flat_map(|input| input.members().iter().collect::<Vec<_>>()) {
            if let Some(uses) = uses.get_mut(sample as usize) {
                *uses += 1;
            }
        }
        uses
    }

    fn number(&mut self, names: &Arc<[String]>) -> Vec<u32> {
        if self.is_empty() {
            self.first = Arc::clone(names);
        }
        if self.more.is_empty() && self.first == *names {
            return (0..).take(names.len()).collect();
        }
        if self.numbers.is_empty() {
            self.numbers = self.first.iter().cloned().zip(0..).collect();
        }
        let mut of_column = Vec::with_capacity(names.len());
        for name in names.iter() {
            let known = self.numbers.get(name).copied();
            let number = known.unwrap_or_else(|| {
                let number = self.len() as u32;
                self.more.push(name.clone());
                self.numbers.insert(name.clone(), number);
                number
            });
            of_column.push(number);
        }
        of_column
    }

    /// The batch of these samples, a new one where there is none.
    fn batch(&mut self, sorted: &[u32]) -> u32 {
        let ends = (sorted.first().copied(), sorted.last().copied());
        let alike = self.by_ends.entry(ends).or_default();
        let mut known = alike.iter().copied();
        let first = self.first_batch;
        let same = |batch: &u32| {
            let place = batch.saturating_sub(first) as usize;
            self.batches.get(place).is_some_and(|b| b == sorted)
        };
        if let Some(batch) = known.find(same) {
            return batch;
        }
        let batch = first.saturating_add(self.batches.len() as u32);
        alike.push(batch);
        self.batches.push(sorted.to_vec());
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Arc<[String]> {
        of.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn samples_are_numbered_as_they_come() {
        let mut all = AllSamples::default();
        let none = all.add(&names(&[]));
        assert_eq!((none.batch, none.count, none.first_sample), (0, 0, 0));
        let first = all.add(&names(&["b", "a"]));
        assert_eq!((first.batch, first.numbers, first.columns), (1, None, None));
        let other_order = all.add(&names(&["a", "b"]));
        assert_eq!(
            (other_order.batch, other_order.columns),
            (1, Some(vec![1, 0]))
        );
        let some_more = all.add(&names(&["c", "b", "d"]));
        assert_eq!(
            (some_more.batch, some_more.numbers),
            (2, Some(vec![0, 2, 3]))
        );
        assert_eq!(some_more.columns, Some(vec![1, 0, 2]));
        let between = all.add(&names(&["b", "a", "d"]));
        assert_eq!((between.batch, between.numbers), (3, Some(vec![0, 1, 3])));
        assert_eq!(all.add(&names(&["b", "c", "d"])).batch, 2);
        assert_eq!(all.add(&names(&["b", "a"])).batch, 1);
        assert_eq!(all.iter().cloned().collect::<String>(), "bacd");
        let by_number: String = (0..5).map(|number| all.name(number)).collect();
        assert_eq!((all.len(), by_number.as_str()), (4, "bacd"));
    }
}
