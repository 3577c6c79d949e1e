//! Human chromosomes.

const NAMES: [&str; 25] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17",
    "18", "19", "20", "21", "22", "X", "Y", "MT",
];

/// A human chromosome, of whichever assembly: 1 to 22, X, Y or MT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chromosome(u8);

impl Chromosome {
    /// Their number.
    pub(crate) const COUNT: usize = NAMES.len();
    /// Haploid in males outside of its pseudoautosomal regions.
    pub const X: Self = Self(22);
    /// Of males.
    pub const Y: Self = Self(23);
    /// The mitochondrion.
    pub const MT: Self = Self(24);

    /// Every chromosome in the usual order.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0u8..25).map(Self)
    }

    /// By plain or UCSC name, whatever the case: `22`, `chr22`, `x`, `chrM`, `23` for X, `24` for
    /// Y and `25` for MT, `01` for 1. Accessions are not names.
    pub fn from_name(name: &str) -> Option<Self> {
        let plain = match name.get(..3) {
            Some(prefix) if prefix.eq_ignore_ascii_case("chr") => name.get(3..)?,
            _ => name,
        };
        match plain.as_bytes() {
            [b'x' | b'X'] => Some(Self::X),
            [b'y' | b'Y'] => Some(Self::Y),
            [b'm' | b'M'] | [b'm' | b'M', b't' | b'T'] => Some(Self::MT),
            &[ones @ b'1'..=b'9'] | &[b'0', ones @ b'1'..=b'9'] => Some(Self(ones - b'1')),
            &[tens @ b'1'..=b'2', ones @ b'0'..=b'9'] => {
                Some((tens - b'0') * 10 + (ones - b'0') - 1)
                    .filter(|&n| usize::from(n) < Self::COUNT)
                    .map(Self)
            }
            _ => None,
        }
    }

    /// The plain name: `22`, `X`, `MT`.
    pub fn name(self) -> &'static str {
        NAMES.get(self.index()).copied().unwrap_or_default()
    }

    /// Whether everybody has two of it.
    pub(crate) fn is_autosome(self) -> bool {
        self < Self::X
    }

    /// 0 to 24 in the usual order.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_chromosomes() {
        for (text, name) in [
            ("1", "1"),
            ("01", "1"),
            ("chr22", "22"),
            ("CHR9", "9"),
            ("Chrx", "X"),
            ("23", "X"),
            ("24", "Y"),
            ("25", "MT"),
            ("M", "MT"),
            ("chrM", "MT"),
            ("mt", "MT"),
            ("10", "10"),
            ("20", "20"),
        ] {
            assert_eq!(
                Chromosome::from_name(text).map(Chromosome::name),
                Some(name),
                "{text}"
            );
        }
        for text in [
            "", "chr", "0", "00", "26", "chr1_alt", "001", "é", "chré", "XY", "22 ",
        ] {
            assert_eq!(Chromosome::from_name(text), None, "{text}");
        }
    }
}
