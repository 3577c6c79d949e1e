//! The genotype of a carrier.

/// How many copies a carrier has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zygosity {
    /// Fewer copies than ploidy.
    Het,
    /// All copies, ploidy two or more.
    Hom,
    /// One copy, ploidy one.
    Hemi,
}

impl Zygosity {
    pub(crate) const NAMES: [(&'static str, Self); 3] =
        [("hemi", Self::Hemi), ("het", Self::Het), ("hom", Self::Hom)];

    /// As expressions and tables have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hemi => "hemi",
            Self::Het => "het",
            Self::Hom => "hom",
        }
    }
}

/// Copies that a genotype distinguishes.
const COPIES_TOLD: u32 = 32;

/// A sample that carries a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarrierGenotype {
    /// Number of the sample in the dataset.
    pub sample: u32,
    /// Copies that carry the ALT.
    pub carried: u32,
    /// Copies the sample has here.
    pub ploidy: u32,
    /// Whether the copies are in a known order; that of two calls can be compared within a phase set alone.
    pub phased: bool,
    /// Copies that carry, lowest bit first, of at most 32.
    pub copies: u32,
    /// Copies with an unknown allele, lowest bit first, of at most 32.
    pub missing: u32,
}

impl CarrierGenotype {
    /// Het, hom or hemi.
    pub fn zygosity(&self) -> Zygosity {
        match (self.carried, self.ploidy) {
            (_, 1) => Zygosity::Hemi,
            (carried, ploidy) if carried == ploidy => Zygosity::Hom,
            _ => Zygosity::Het,
        }
    }

    /// The genotype with respect to the ALT, as tables have it: `1` has it, `0` has another allele, `.`
    /// is not known; `|` where the order of the copies is known, and `/` where it is not: then they are
    /// shown as `.`, then `0`, then `1`. Empty where there are more copies than can be distinguished.
    pub fn phase(&self) -> String {
        if self.ploidy > COPIES_TOLD {
            return String::new();
        }
        let told = |copy: u32| match (self.copies >> copy & 1, self.missing >> copy & 1) {
            (1, _) => '1',
            (_, 1) => '.',
            _ => '0',
        };
        let mut copies: Vec<char> = (0..self.ploidy).map(told).collect();
        if !self.phased {
            // in ASCII the full stop comes before the digits
            copies.sort_unstable();
        }
        let separator = if self.phased { '|' } else { '/' };
        let mut text = String::with_capacity(2 * copies.len());
        for (i, copy) in copies.into_iter().enumerate() {
            if i > 0 {
                text.push(separator);
            }
            text.push(copy);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use crate::model::CarrierGenotype;

    fn phase(ploidy: u32, phased: bool, copies: u32, missing: u32) -> String {
        let carrier = CarrierGenotype {
            sample: 0,
            carried: copies.count_ones(),
            ploidy,
            phased,
            copies,
            missing,
        };
        carrier.phase()
    }

    #[test]
    fn genotypes_are_told_by_copies() {
        assert_eq!(phase(2, true, 0b10, 0), "0|1");
        assert_eq!(phase(2, true, 0b01, 0), "1|0");
        assert_eq!(phase(2, true, 0b11, 0), "1|1");
        assert_eq!(phase(2, false, 0b01, 0), "0/1");
        assert_eq!(phase(2, false, 0b01, 0b10), "./1");
        assert_eq!(phase(2, true, 0b01, 0b10), "1|.");
        assert_eq!(phase(2, true, 0b10, 0b01), ".|1");
        assert_eq!(phase(1, true, 1, 0), "1");
        assert_eq!(phase(4, false, 0b0101, 0b1000), "./0/1/1");
        assert_eq!(phase(4, true, 0b0101, 0b1000), "1|0|1|.");
        assert_eq!(phase(33, true, 1, 0), "");
    }
}
