//! Sums over the copies of common rows, all copies of a class at once.
//!
//! A row in ordered runs is a union of stretches of classes. The sum of a number over the copies that carry it is a
//! difference of two prefix sums over the classes for each stretch; and to add a number to all copies that carry it is
//! to add it to where a stretch begins, to take it away where it ends, and to sum up over the classes once for many rows.
//! Sums are of whole numbers and wrap around, so that they are exact where the result fits, in whatever order.

use super::Malformed;
use super::runs::Boundaries;
use fearless_simd::{Level, dispatch};

/// Some numbers of one sample, copy or class.
pub(crate) type Numbers<const W: usize> = [i64; W];

#[inline(always)]
fn add<const W: usize>(to: &mut Numbers<W>, numbers: &Numbers<W>) {
    for (to, number) in to.iter_mut().zip(numbers) {
        *to = to.wrapping_add(*number);
    }
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

/// The classes at which a row's runs begin and end, in turn, in the place of what `to` held; the last run may end behind
/// the last class, which is not among them.
pub(crate) fn boundaries_of(runs: &[u8], classes: u32, to: &mut Vec<u32>) -> Result<(), Malformed> {
    to.clear();
    let mut boundaries = Boundaries::new(runs);
    while let Some(class) = boundaries.next()? {
        let class = u32::try_from(class).ok().filter(|class| *class < classes);
        to.push(class.ok_or(Malformed("run boundaries within the classes"))?);
    }
    Ok(())
}

/// Whether a class is in the runs with these boundaries.
pub(crate) fn is_within(boundaries: &[u32], class: u16) -> bool {
    let before = boundaries.partition_point(|boundary| *boundary <= u32::from(class));
    before % 2 == 1
}

/// Numbers of all samples, in sets of `W`: set after set, and in each a place for each sample.
#[derive(Default)]
pub(crate) struct SampleNumbers<const W: usize> {
    pub(crate) numbers: Vec<Numbers<W>>,
    pub(crate) samples: usize,
}

impl<const W: usize> SampleNumbers<W> {
    fn sets(&self) -> impl Iterator<Item = &[Numbers<W>]> {
        self.numbers.chunks_exact(self.samples.max(1))
    }

    /// Adds those of some samples, each as often as it says, to a sum for each set.
    pub(crate) fn add_of(&self, samples: &[(u32, i32)], sums: &mut [Numbers<W>]) {
        dispatch!(Level::new(), _simd => {
            for (sum, numbers) in sums.iter_mut().zip(self.sets()) {
                let mut total = *sum;
                for &(sample, times) in samples {
                    if let Some(numbers) = numbers.get(sample as usize) {
                        add_times(&mut total, numbers, times);
                    }
                }
                *sum = total;
            }
        });
    }
}

/// For each class of an order, the sums over the copies in the classes before it.
#[derive(Default)]
pub(crate) struct ClassSums<const W: usize> {
    /// Set after set, in each one place more than there are classes.
    sums: Vec<Numbers<W>>,
    classes: usize,
}

impl<const W: usize> ClassSums<W> {
    /// Of an order of which the classes of the copies of each sample are given.
    pub(crate) fn load(&mut self, ids: &[[u16; 2]], classes: u32, of: &SampleNumbers<W>) {
        self.classes = classes as usize;
        let sets = of.sets().count();
        self.sums.clear();
        self.sums.resize(sets * (self.classes + 1), [0; W]);
        dispatch!(Level::new(), _simd => self.sum_up(ids, of));
    }

    #[inline(always)]
    fn sum_up(&mut self, ids: &[[u16; 2]], of: &SampleNumbers<W>) {
        let sums = self.sums.chunks_exact_mut(self.classes + 1);
        for (sums, numbers) in sums.zip(of.sets()) {
            for (classes, numbers) in ids.iter().zip(numbers) {
                for class in classes {
                    if let Some(sum) = sums.get_mut(usize::from(*class)) {
                        add(sum, numbers);
                    }
                }
            }
            let mut total = [0; W];
            for sum in sums {
                let of_class = *sum;
                *sum = total;
                add(&mut total, &of_class);
            }
        }
    }

    /// Adds the sums over the copies of a row to a sum for each set, by [the boundaries](boundaries_of) of its runs.
    pub(crate) fn add_of(&self, boundaries: &[u32], sums: &mut [Numbers<W>]) {
        dispatch!(Level::new(), _simd => self.add_runs(boundaries, sums));
    }

    #[inline(always)]
    fn add_runs(&self, boundaries: &[u32], sums: &mut [Numbers<W>]) {
        let (whole, rest) = boundaries.as_chunks::<2>();
        let before = self.sums.chunks_exact(self.classes + 1);
        for (sum, before) in sums.iter_mut().zip(before) {
            let mut total = *sum;
            for [from, to] in whole {
                if let (Some(from), Some(to)) =
                    (before.get(*from as usize), before.get(*to as usize))
                {
                    subtract(&mut total, from);
                    add(&mut total, to);
                }
            }
            if let ([from], [.., all]) = (rest, before)
                && let Some(from) = before.get(*from as usize)
            {
                subtract(&mut total, from);
                add(&mut total, all);
            }
            *sum = total;
        }
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

    /// Adds to all copies of a row, by [the boundaries](boundaries_of) of its runs.
    pub(crate) fn add(&mut self, boundaries: &[u32], mut numbers: Numbers<2>) {
        for boundary in boundaries {
            if let Some(step) = self.steps.get_mut(*boundary as usize) {
                add(step, &numbers);
            }
            numbers = numbers.map(i64::wrapping_neg);
        }
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
    use crate::set::encode_runs;
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

    fn sums_are_right<const W: usize>(drawn: &Drawn, classes: u32, sets: usize) {
        let samples = drawn.ids.len();
        let number =
            |set: usize, sample: usize, i: usize| drawn.numbers[sample * 11 + (set * W + i) % 11];
        let mut of = SampleNumbers::<W> {
            samples,
            ..SampleNumbers::default()
        };
        for set in 0..sets {
            for sample in 0..samples {
                of.numbers
                    .push(std::array::from_fn(|i| number(set, sample, i)));
            }
        }
        let mut by_class = ClassSums::default();
        by_class.load(&drawn.ids, classes, &of);
        let mut plain = ClassSums {
            classes: classes as usize,
            sums: vec![[0; W]; sets * (classes as usize + 1)],
        };
        plain.sum_up(&drawn.ids, &of);
        assert_eq!(plain.sums, by_class.sums);
        for row in &drawn.rows {
            let carried: Vec<(u32, i32)> = (0..)
                .zip(&drawn.ids)
                .map(|(sample, ids)| {
                    let copies = ids.iter().filter(|&&class| is_within(row, class));
                    (sample, copies.count() as i32)
                })
                .collect();
            let start: Vec<Numbers<W>> = vec![[5; W]; sets];
            let mut expected = start.clone();
            for (set, sums) in expected.iter_mut().enumerate() {
                for (i, sum) in sums.iter_mut().enumerate() {
                    for &(sample, copies) in &carried {
                        let number = number(set, sample as usize, i);
                        *sum = sum.wrapping_add(number.wrapping_mul(copies.into()));
                    }
                }
            }
            let [mut found, mut found_plain, mut by_sample] = [start.clone(), start.clone(), start];
            by_class.add_of(row, &mut found);
            by_class.add_runs(row, &mut found_plain);
            of.add_of(&carried, &mut by_sample);
            assert_eq!([&found, &found_plain, &by_sample], [&expected; 3]);
            let less: Vec<(u32, i32)> = carried.iter().map(|&(sample, n)| (sample, -n)).collect();
            of.add_of(&less, &mut by_sample);
            assert_eq!(by_sample, vec![[5; W]; sets]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn sums_are_those_over_copies(
            classes in prop_oneof![Just(1u32), Just(2), 3u32..400, Just(65_536)],
            samples in prop_oneof![Just(1usize), 2usize..300],
            sets in 1usize..4,
            seed: u64,
        ) {
            let drawn = draw(classes, samples, seed);
            sums_are_right::<2>(&drawn, classes, sets);
            sums_are_right::<8>(&drawn, classes, sets);
            let mut steps = ClassSteps::default();
            steps.clear(classes);
            let mut found = vec![[7, 9]; samples];
            let mut expected = found.clone();
            for turn in 0..2 {
                for (row, number) in drawn.rows.iter().zip(drawn.numbers.iter().chain([&1; 9])) {
                    let mut runs = Vec::new();
                    encode_runs(&mut runs, row.iter().copied());
                    let mut boundaries = vec![3];
                    boundaries_of(&runs, classes, &mut boundaries).unwrap();
                    prop_assert_eq!(&boundaries, row);
                    steps.add(&boundaries, [*number, turn]);
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
            let mut found = Vec::new();
            if boundaries_of(&runs, 300, &mut found).is_ok() {
                prop_assert!(found.is_sorted() && found.iter().all(|class| *class < 300));
            } else {
                let mut boundaries = Boundaries::new(&runs);
                let refused = loop {
                    match boundaries.next() {
                        Ok(Some(class)) if class < 300 => {}
                        Ok(None) => break false,
                        _ => break true,
                    }
                };
                prop_assert!(refused);
            }
        }
    }
}
