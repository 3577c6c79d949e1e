//! Sums over the copies of common rows, all copies of a class at once.
//!
//! A row in ordered runs is a union of stretches of classes. The sum of a number over the copies that carry it is a
//! difference of two prefix sums over the classes for each stretch; and to add a number to all copies that carry it is
//! to add it to where a stretch begins, to take it away where it ends, and to sum up over the classes once for many rows.
//! Sums are of whole numbers and wrap around, so that they are exact where the result fits, in whatever order.

use super::bits::set_range;
use super::runs::{Boundaries, for_each_run};
use super::{Malformed, words_for};
use fearless_simd::{Level, dispatch};

/// Some numbers of one sample, copy or class.
pub(crate) type Numbers<const W: usize> = [i64; W];

#[inline(always)]
fn add<const W: usize>(to: &mut Numbers<W>, numbers: &Numbers<W>) {
    // all are read before one is written: then they are added at once
    let mut sum = *to;
    for (sum, number) in sum.iter_mut().zip(numbers) {
        *sum = sum.wrapping_add(*number);
    }
    *to = sum;
}

#[inline(always)]
fn subtract<const W: usize>(from: &mut Numbers<W>, numbers: &Numbers<W>) {
    for (from, number) in from.iter_mut().zip(numbers) {
        *from = from.wrapping_sub(*number);
    }
}

/// Adds a whole multiple, of few.
#[inline(always)]
fn add_times<const W: usize>(to: &mut Numbers<W>, numbers: &Numbers<W>, times: i32) {
    for _ in 0..times.unsigned_abs() {
        match times > 0 {
            true => add(to, numbers),
            false => subtract(to, numbers),
        }
    }
}

const BEYOND: Malformed = Malformed("run boundaries within the classes");

/// The classes of a row as bits, by its runs, in the place of what `to` held.
pub(crate) fn classes_of(runs: &[u8], classes: u32, to: &mut Vec<u64>) -> Result<(), Malformed> {
    to.clear();
    to.resize(words_for(classes), 0);
    for_each_run(runs, classes, |from, end| set_range(to, from, end))
}

/// Adds the numbers of some samples, each as often as it says, to a sum.
pub(crate) fn add_of_samples<const W: usize>(
    numbers: &[Numbers<W>],
    samples: &[(u32, i32)],
    sum: &mut Numbers<W>,
) {
    dispatch!(Level::new(), _simd => {
        let mut total = *sum;
        for &(sample, times) in samples {
            if let Some(numbers) = numbers.get(sample as usize) {
                add_times(&mut total, numbers, times);
            }
        }
        *sum = total;
    });
}

/// For each class of an order, the sums over the copies in the classes before it; and over all copies behind the last.
pub(crate) struct ClassSums<const W: usize> {
    sums: Vec<Numbers<W>>,
}

impl<const W: usize> Default for ClassSums<W> {
    fn default() -> Self {
        Self { sums: Vec::new() }
    }
}

impl<const W: usize> ClassSums<W> {
    /// Of an order of which the classes of the copies of each sample are given, and numbers of each sample.
    pub(crate) fn load(&mut self, ids: &[[u16; 2]], classes: u32, of_samples: &[Numbers<W>]) {
        self.sums.clear();
        self.sums.resize(classes as usize + 1, [0; W]);
        dispatch!(Level::new(), _simd => self.sum_up(ids, of_samples));
    }

    #[inline(always)]
    fn sum_up(&mut self, ids: &[[u16; 2]], of_samples: &[Numbers<W>]) {
        for (classes, numbers) in ids.iter().zip(of_samples) {
            for class in classes {
                if let Some(sum) = self.sums.get_mut(usize::from(*class)) {
                    add(sum, numbers);
                }
            }
        }
        let mut total = [0; W];
        for sum in &mut self.sums {
            let of_class = *sum;
            *sum = total;
            add(&mut total, &of_class);
        }
    }

    /// Adds the sums over the copies of a row to a sum, by its runs.
    pub(crate) fn add_of(&self, runs: &[u8], sum: &mut Numbers<W>) -> Result<(), Malformed> {
        dispatch!(Level::new(), _simd => self.add_runs(runs, sum))
    }

    #[inline(always)]
    fn add_runs(&self, runs: &[u8], sum: &mut Numbers<W>) -> Result<(), Malformed> {
        let Some((all, before)) = self.sums.split_last() else {
            return Ok(());
        };
        let at = |class: u64| {
            let before = usize::try_from(class)
                .ok()
                .and_then(|class| before.get(class));
            before.ok_or(BEYOND)
        };
        let mut total = *sum;
        let mut boundaries = Boundaries::new(runs);
        while let Some(from) = boundaries.next()? {
            subtract(&mut total, at(from)?);
            match boundaries.next()? {
                Some(to) => add(&mut total, at(to)?),
                None => add(&mut total, all),
            }
        }
        *sum = total;
        Ok(())
    }
}

/// For each class of an order, what is added from it on: rows add to where their runs begin and end.
#[derive(Default)]
pub(crate) struct ClassSteps {
    steps: Vec<Numbers<2>>,
}

impl ClassSteps {
    /// Nothing yet, of an order with so many classes.
    pub(crate) fn clear(&mut self, classes: u32) {
        self.steps.clear();
        self.steps.resize(classes as usize, [0; 2]);
    }

    /// Adds to all copies of a row, by its runs.
    pub(crate) fn add(&mut self, runs: &[u8], mut numbers: Numbers<2>) -> Result<(), Malformed> {
        let mut boundaries = Boundaries::new(runs);
        while let Some(class) = boundaries.next()? {
            let step = usize::try_from(class).ok();
            let step = step.and_then(|class| self.steps.get_mut(class));
            add(step.ok_or(BEYOND)?, &numbers);
            numbers = numbers.map(i64::wrapping_neg);
        }
        Ok(())
    }

    /// Adds what the copies of each sample got to that sample, of an order of which the classes of the copies of each
    /// sample are given; nothing is left.
    pub(crate) fn finish(&mut self, ids: &[[u16; 2]], samples: &mut [Numbers<2>]) {
        let mut total = [0; 2];
        for step in &mut self.steps {
            add(&mut total, step);
            *step = total;
        }
        dispatch!(Level::new(), _simd => {
            for (sample, classes) in samples.iter_mut().zip(ids) {
                for class in classes {
                    if let Some(step) = self.steps.get(usize::from(*class)) {
                        add(sample, step);
                    }
                }
            }
        });
        self.steps.fill([0; 2]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::drawing;
    use crate::set::{encode_runs, get_bit};
    use proptest::prelude::*;

    /// Numbers of some samples, an order and rows of it.
    struct Drawn {
        ids: Vec<[u16; 2]>,
        numbers: Vec<i64>,
        rows: Vec<Vec<u32>>,
    }

    fn draw(classes: u32, samples: usize, seed: u64) -> Drawn {
        let mut draw = drawing(seed);
        let row = |draw: &mut dyn FnMut(u32) -> u32| {
            let mut row: Vec<u32> = (0..draw(20)).map(|_| draw(classes)).collect();
            row.sort_unstable();
            row.dedup();
            row
        };
        Drawn {
            ids: (0..samples)
                .map(|_| [draw(classes) as u16, draw(classes) as u16])
                .collect(),
            // some of them wrap around
            numbers: (0..samples * 11)
                .map(|i| (i64::from(draw(u32::MAX)) - (1 << 31)) << (i % 33))
                .collect(),
            rows: (0..9).map(|_| row(&mut draw)).collect(),
        }
    }

    fn is_within(boundaries: &[u32], class: u16) -> bool {
        let before = boundaries.partition_point(|boundary| *boundary <= u32::from(class));
        before % 2 == 1
    }

    fn runs_of(boundaries: &[u32]) -> Vec<u8> {
        let mut runs = Vec::new();
        encode_runs(&mut runs, boundaries.iter().copied());
        runs
    }

    fn sums_are_right<const W: usize>(drawn: &Drawn, classes: u32) {
        let numbers = drawn.numbers.chunks_exact(11);
        let of_samples: Vec<Numbers<W>> = numbers
            .map(|numbers| std::array::from_fn(|i| numbers[i % 11].rotate_left(i as u32)))
            .collect();
        let mut by_class = ClassSums::default();
        by_class.load(&drawn.ids, classes, &of_samples);
        let mut plain = ClassSums {
            sums: vec![[0; W]; classes as usize + 1],
        };
        plain.sum_up(&drawn.ids, &of_samples);
        assert_eq!(plain.sums, by_class.sums);
        for row in &drawn.rows {
            let carried: Vec<(u32, i32)> = (0..)
                .zip(&drawn.ids)
                .map(|(sample, ids)| {
                    let copies = ids.iter().filter(|&&class| is_within(row, class));
                    (sample, copies.count() as i32)
                })
                .collect();
            let start: Numbers<W> = [5; W];
            let mut expected = start;
            for (i, sum) in expected.iter_mut().enumerate() {
                for &(sample, copies) in &carried {
                    let number = of_samples[sample as usize][i];
                    *sum = sum.wrapping_add(number.wrapping_mul(copies.into()));
                }
            }
            let [mut found, mut found_plain, mut by_sample] = [start; 3];
            let runs = runs_of(row);
            by_class.add_of(&runs, &mut found).unwrap();
            by_class.add_runs(&runs, &mut found_plain).unwrap();
            add_of_samples(&of_samples, &carried, &mut by_sample);
            assert_eq!([&found, &found_plain, &by_sample], [&expected; 3]);
            let less: Vec<(u32, i32)> = carried.iter().map(|&(sample, n)| (sample, -n)).collect();
            add_of_samples(&of_samples, &less, &mut by_sample);
            assert_eq!(by_sample, start);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn sums_are_those_over_copies(
            classes in prop_oneof![Just(1u32), Just(2), 3u32..400, Just(65_536)],
            samples in prop_oneof![Just(1usize), 2usize..300],
            seed: u64,
        ) {
            let drawn = draw(classes, samples, seed);
            sums_are_right::<2>(&drawn, classes);
            sums_are_right::<8>(&drawn, classes);
            sums_are_right::<24>(&drawn, classes);
            let mut steps = ClassSteps::default();
            steps.clear(classes);
            let mut found = vec![[7, 9]; samples];
            let mut expected = found.clone();
            for turn in 0..2 {
                for (row, number) in drawn.rows.iter().zip(drawn.numbers.iter().chain([&1; 9])) {
                    let runs = runs_of(row);
                    let mut carried = vec![3];
                    classes_of(&runs, classes, &mut carried).unwrap();
                    for class in 0..classes.min(3000) {
                        prop_assert_eq!(get_bit(&carried, class), is_within(row, class as u16));
                    }
                    steps.add(&runs, [*number, turn]).unwrap();
                    for (sums, ids) in expected.iter_mut().zip(&drawn.ids) {
                        for _ in ids.iter().filter(|&&class| is_within(row, class)) {
                            add(sums, &[*number, turn]);
                        }
                    }
                }
                steps.finish(&drawn.ids, &mut found);
                prop_assert_eq!(&found, &expected);
            }
        }

        #[test]
        fn boundaries_beyond_the_classes_are_refused(runs in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut boundaries = Boundaries::new(&runs);
            let is_sound = loop {
                match boundaries.next() {
                    Ok(Some(class)) if class < 300 => {}
                    Ok(None) => break true,
                    _ => break false,
                }
            };
            let mut sums = ClassSums::<8>::default();
            sums.load(&[[0, 299]; 5], 300, &[[1; 8]; 5]);
            prop_assert_eq!(sums.add_of(&runs, &mut [0; 8]).is_ok(), is_sound);
            let mut steps = ClassSteps::default();
            steps.clear(300);
            prop_assert_eq!(steps.add(&runs, [1, 2]).is_ok(), is_sound);
            // the last run may end behind the last class
            prop_assert!(!is_sound || classes_of(&runs, 300, &mut vec![3]).is_ok());
        }
    }
}
