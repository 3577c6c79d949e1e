//! How similar people are, in words.

/// A level of similarity; who is similar at a level is similar at the lower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Weakly similar.
    Low,
    /// Similar: what is meant where nothing is said.
    Medium,
    /// Strongly similar.
    High,
}

impl Level {
    pub(crate) const NAMES: [(&'static str, Self); 3] = [
        ("high", Self::High),
        ("low", Self::Low),
        ("medium", Self::Medium),
    ];

    /// The name that expressions use.
    pub(crate) fn name(self) -> &'static str {
        let mut all = Self::NAMES.iter();
        all.find(|(_, level)| *level == self)
            .map_or("", |&(name, _)| name)
    }
}

/// A measure of the similarity of two sets of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// Information content shared, over all that both have.
    SimGic,
    /// Resnik's, best-match average.
    Resnik,
    /// Lin's, best-match average.
    Lin,
    /// Jiang and Conrath's as similarity, best-match average.
    JiangConrath,
    /// Shared ancestors over all ancestors of two terms, best-match average.
    Jaccard,
}

impl Measure {
    pub(crate) const NAMES: [(&'static str, Self); 5] = [
        ("jaccard", Self::Jaccard),
        ("jc", Self::JiangConrath),
        ("lin", Self::Lin),
        ("resnik", Self::Resnik),
        ("simgic", Self::SimGic),
    ];

    /// The name that expressions use.
    pub(crate) fn name(self) -> &'static str {
        let mut all = Self::NAMES.iter();
        all.find(|(_, measure)| *measure == self)
            .map_or("", |&(name, _)| name)
    }
}

impl Level {
    /// The least score at this level.
    ///
    /// Of people with another disease 7 to 11 % are weakly similar, less than 1 % are similar, and about 1 in
    /// 1,000 or fewer are strongly similar; of people with the disease 50 to 70 %, 20 to 40 % and 9 to 25 %: so a
    /// level means about the same whatever the measure. `format-spec/expressions.md` says how that was measured.
    ///
    /// For a single phenotype scores are Lin's between it and the most similar recorded one (1 where it
    /// or a more special one is recorded).
    pub fn threshold(self, measure: Measure, single: bool) -> f64 {
        let [low, medium, high] = match measure {
            Measure::Lin if single => [0.4, 0.6, 0.8],
            Measure::SimGic => [0.1, 0.2, 0.3],
            Measure::Resnik => [1.25, 2.0, 2.5],
            Measure::Lin => [0.35, 0.5, 0.6],
            Measure::JiangConrath => [0.27, 0.38, 0.47],
            Measure::Jaccard => [0.4, 0.55, 0.65],
        };
        match self {
            Self::Low => low,
            Self::Medium => medium,
            Self::High => high,
        }
    }
}
