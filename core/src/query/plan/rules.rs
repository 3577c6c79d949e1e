//! Rules that spare work and never change an answer.

/// A way to spare work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Rule {
    /// Sets that are stored by gene answer a question for carriers, or bound it.
    Covering,
    /// The manifest rules out segments.
    Segments,
    /// Indexes and zone maps give the rows that may be picked, and say which of them need no test.
    Indexes,
    /// Candidates that were found when a plan was made are kept until it runs.
    Kept,
    /// What costs least is asked first.
    Order,
    /// Each part of a question gets who is left.
    Left,
}

/// The rules that a plan is made and run by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) struct Rules(u8);

impl Rules {
    #[cfg(test)]
    pub(in crate::query) const EACH: [Rule; 6] = [
        Rule::Covering,
        Rule::Segments,
        Rule::Indexes,
        Rule::Kept,
        Rule::Order,
        Rule::Left,
    ];

    pub(in crate::query) const ALL: Self = Self(u8::MAX);

    pub(in crate::query) fn has(self, rule: Rule) -> bool {
        self.0 & 1 << rule as u8 != 0
    }

    /// For tests: an answer must not depend on a rule.
    #[cfg(test)]
    pub(in crate::query) fn without(self, rule: Rule) -> Self {
        Self(self.0 & !(1 << rule as u8))
    }
}
