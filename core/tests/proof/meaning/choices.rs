//! A stream of choices that a generator draws from: where it ends, every choice is the first one.
//! proptest shrinks the numbers and cuts the stream, so what fails becomes small.

/// Numbers to choose by.
pub struct Choices<'a> {
    numbers: &'a [u16],
    at: usize,
}

impl<'a> Choices<'a> {
    pub fn new(numbers: &'a [u16]) -> Self {
        Self { numbers, at: 0 }
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number) % n.max(1)
    }

    /// A number of these, both ends inside.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// True once in `n` times; false where the stream has ended.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// One of these.
    pub fn of<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.below(values.len())]
    }

    /// One of these texts.
    pub fn text(&mut self, values: &[&str]) -> String {
        (*self.of(values)).to_owned()
    }

    /// One of these, if there is any.
    pub fn of_any<'v, T>(&mut self, values: &'v [T]) -> Option<&'v T> {
        match values.len() {
            0 => None,
            n => values.get(self.below(n)),
        }
    }
}
