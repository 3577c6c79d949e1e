//! The counts of one site: as many bits for each stratum as the largest of them needs.
//!
//! ```text
//! u8 flags; u8 width of AC, u8 width of AN; of hom, hemi and excess where flags say that they are there
//! varints, zigzag: what the total has beside the strata that are shown, of AC, AN, hom, hemi and excess
//! bits, the least significant first: strata that are withheld, strata of which AN is not known; then for each stratum AC,
//! for each what AN is short of the greatest of the page, for each hom, hemi, excess; zeros up to a whole byte
//! ```
//!
//! What is withheld has zeros everywhere: the bytes say nothing of it. The excess is what n_het is beside AC − 2 hom − hemi: it is
//! zero but for samples of three copies or more.

/// Counts of genotypes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct GenotypeCounts {
    /// Samples with fewer copies of the ALT than their ploidy, and at least one.
    pub n_het: u64,
    /// Samples with two copies or more, all of them the ALT.
    pub n_hom: u64,
    /// Samples with one copy, the ALT.
    pub n_hemi: u64,
}

/// Counts of an allele in some people, as they were released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReleasedCounts {
    /// Copies that carry the ALT, rounded where the policy says so.
    pub ac: u64,
    /// Copies with a known allele; `None` where somebody was not looked at there.
    pub an: Option<u64>,
    /// By genotype; `None` where the policy does not show that of all strata of the site.
    pub genotypes: Option<GenotypeCounts>,
}

/// The counts of a site; `None` is withheld.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Row {
    pub(crate) total: Option<ReleasedCounts>,
    pub(crate) strata: Vec<Option<ReleasedCounts>>,
}

/// More than there are copies in any cohort: no sum of strata overflows.
pub(super) const COUNT_MAX: u64 = 1 << 40;
/// A value of so many bits lies in eight bytes, wherever it begins in the first.
const WIDEST: u8 = 57;

const SPLIT: u8 = 1;
const WITHHELD: u8 = 1 << 1;
const UNCOVERED: u8 = 1 << 2;
const TOTAL_WITHHELD: u8 = 1 << 3;
const TOTAL_UNCOVERED: u8 = 1 << 4;
const HEMI: u8 = 1 << 5;
const EXCESS: u8 = 1 << 6;

/// What a row's bytes are not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Malformed(pub(super) &'static str);

/// Counts as they are stored: AC, AN, hom, hemi and the excess.
#[derive(Debug, Clone, Copy, Default)]
struct Numbers {
    ac: i64,
    an: i64,
    hom: i64,
    hemi: i64,
    excess: i64,
}

impl Numbers {
    /// AN is 0 where it is not known.
    fn of(counts: &ReleasedCounts) -> Self {
        // below COUNT_MAX, so that nothing wraps
        let (ac, an) = (counts.ac as i64, counts.an.unwrap_or(0) as i64);
        let of = counts.genotypes.map(|of| {
            let (het, hom, hemi) = (of.n_het as i64, of.n_hom as i64, of.n_hemi as i64);
            (hom, hemi, het - (ac - 2 * hom - hemi))
        });
        let (hom, hemi, excess) = of.unwrap_or_default();
        Self {
            ac,
            an,
            hom,
            hemi,
            excess,
        }
    }

    /// `None` where they are no counts.
    fn counts(&self, is_covered: bool, is_split: bool) -> Option<ReleasedCounts> {
        let count = |number: i64| u64::try_from(number).ok().filter(|&n| n <= COUNT_MAX);
        let (n_hom, n_hemi) = (count(self.hom)?, count(self.hemi)?);
        let n_het = self.ac - 2 * self.hom - self.hemi + self.excess;
        let genotypes = GenotypeCounts {
            n_het: count(n_het).filter(|_| is_split).unwrap_or_default(),
            n_hom,
            n_hemi,
        };
        if is_split {
            count(n_het)?;
        }
        Some(ReleasedCounts {
            ac: count(self.ac)?,
            an: match is_covered {
                true => Some(count(self.an)?),
                false => None,
            },
            genotypes: is_split.then_some(genotypes),
        })
    }

    fn add(&mut self, other: &Self) {
        self.ac = self.ac.saturating_add(other.ac);
        self.an = self.an.saturating_add(other.an);
        self.hom = self.hom.saturating_add(other.hom);
        self.hemi = self.hemi.saturating_add(other.hemi);
        self.excess = self.excess.saturating_add(other.excess);
    }
}

fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

fn bits_of(largest: u64) -> u8 {
    // at most 64
    (u64::BITS - largest.leading_zeros()) as u8
}

fn push_varint(mut number: u64, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// Reads a number of at most seven bytes, which is more than counts need.
fn read_varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0;
    for shift in (0..49).step_by(7) {
        let &byte = bytes.get(*at)?;
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Numbers as bits, one behind the other.
struct BitWriter<'a> {
    to: &'a mut Vec<u8>,
    held: u64,
    bits: u32,
}

impl BitWriter<'_> {
    /// A number below 2^`width`, which is at most [`WIDEST`].
    fn push(&mut self, number: u64, width: u8) {
        // fewer than 8 bits are held, so that it fits
        self.held |= number << self.bits;
        self.bits += u32::from(width);
        while self.bits >= 8 {
            self.to.push(self.held as u8);
            self.held >>= 8;
            self.bits -= 8;
        }
    }

    fn finish(self) {
        if self.bits > 0 {
            self.to.push(self.held as u8);
        }
    }
}

/// Reads numbers as bits.
struct Bits<'a> {
    bytes: &'a [u8],
    bit: usize,
}

impl Bits<'_> {
    #[inline]
    fn next(&mut self, width: u8) -> u64 {
        if width == 0 {
            return 0;
        }
        let at = self.bit / 8;
        let word = match self.bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => {
                let rest = self.bytes.get(at..).unwrap_or_default();
                let bytes = rest.iter().rev();
                bytes.fold(0, |word, &byte| word << 8 | u64::from(byte))
            }
        };
        let number = word >> (self.bit % 8) & (u64::MAX >> (64 - u32::from(width)));
        self.bit += usize::from(width);
        number
    }
}

impl Row {
    fn cells(&self) -> impl Iterator<Item = &ReleasedCounts> {
        self.strata.iter().chain([&self.total]).flatten()
    }

    /// Whether it can be written: no count is greater than any cohort has copies, and genotypes are of all or of none.
    pub(crate) fn is_sound(&self) -> bool {
        let split = |of: &ReleasedCounts| of.genotypes.is_some();
        let all = self.cells().all(split) || !self.cells().any(split);
        let small = |of: &ReleasedCounts| {
            let genotypes = of.genotypes.unwrap_or_default();
            let GenotypeCounts {
                n_het,
                n_hom,
                n_hemi,
            } = genotypes;
            [of.ac, of.an.unwrap_or(0), n_het, n_hom, n_hemi]
                .iter()
                .all(|&count| count <= COUNT_MAX)
        };
        all && self.cells().all(small)
    }

    /// Appends a row that is sound; `bases` are the greatest AN of each stratum.
    pub(super) fn encode(&self, bases: &[u64], to: &mut Vec<u8>) {
        let covered = |cell: &Option<ReleasedCounts>| cell.is_some_and(|of| of.an.is_some());
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        let withheld = self.strata.iter().any(Option::is_none);
        let uncovered = self.strata.iter().any(|of| of.is_some() && !covered(of));
        let mut flags = flag(self.cells().any(|of| of.genotypes.is_some()), SPLIT)
            | flag(withheld, WITHHELD)
            | flag(uncovered, UNCOVERED)
            | flag(self.total.is_none(), TOTAL_WITHHELD)
            | flag(
                self.total.is_some() && !covered(&self.total),
                TOTAL_UNCOVERED,
            );
        let numbers: Vec<Numbers> = self
            .strata
            .iter()
            .map(|cell| cell.as_ref().map_or_else(Numbers::default, Numbers::of))
            .collect();
        let short = |((cell, of), base): ((&Option<ReleasedCounts>, &Numbers), &u64)| {
            if covered(cell) {
                (*base as i64 - of.an) as u64
            } else {
                0
            }
        };
        let shorts = || self.strata.iter().zip(&numbers).zip(bases).map(short);
        let mut left = self.total.as_ref().map(Numbers::of).unwrap_or_default();
        let mut sum = Numbers::default();
        numbers.iter().for_each(|of| sum.add(of));
        left.add(&Numbers {
            ac: -sum.ac,
            an: -sum.an,
            hom: -sum.hom,
            hemi: -sum.hemi,
            excess: -sum.excess,
        });
        let all = |of: fn(&Numbers) -> i64| numbers.iter().map(of).chain([of(&left)]);
        flags |= flag(all(|of| of.hemi).any(|n| n != 0), HEMI)
            | flag(all(|of| of.excess).any(|n| n != 0), EXCESS);
        let width = |values: &mut dyn Iterator<Item = u64>| bits_of(values.max().unwrap_or(0));
        let widths = [
            width(&mut numbers.iter().map(|of| of.ac as u64)),
            width(&mut shorts()),
            width(&mut numbers.iter().map(|of| of.hom as u64)),
            width(&mut numbers.iter().map(|of| of.hemi as u64)),
            width(&mut numbers.iter().map(|of| zigzag(of.excess))),
        ];
        let parts = parts_of(flags);
        to.push(flags);
        to.extend(
            widths
                .iter()
                .zip(parts)
                .filter_map(|(w, part)| part.then_some(*w)),
        );
        let lefts = [left.ac, left.an, left.hom, left.hemi, left.excess];
        if flags & TOTAL_WITHHELD == 0 {
            for (left, part) in lefts.iter().zip(lefts_of(flags)) {
                if part {
                    push_varint(zigzag(*left), to);
                }
            }
        }
        let mut bits = BitWriter {
            to,
            held: 0,
            bits: 0,
        };
        if withheld {
            self.strata
                .iter()
                .for_each(|of| bits.push(of.is_none().into(), 1));
        }
        if uncovered {
            let strata = self.strata.iter();
            strata.for_each(|of| bits.push((of.is_some() && !covered(of)).into(), 1));
        }
        numbers
            .iter()
            .for_each(|of| bits.push(of.ac as u64, widths[0]));
        shorts().for_each(|short| bits.push(short, widths[1]));
        if flags & SPLIT != 0 {
            numbers
                .iter()
                .for_each(|of| bits.push(of.hom as u64, widths[2]));
        }
        if flags & HEMI != 0 {
            numbers
                .iter()
                .for_each(|of| bits.push(of.hemi as u64, widths[3]));
        }
        if flags & EXCESS != 0 {
            let excess = numbers.iter().map(|of| zigzag(of.excess));
            excess.for_each(|excess| bits.push(excess, widths[4]));
        }
        bits.finish();
    }

    /// Reads a row of so many strata; `base` gives the greatest AN of each.
    pub(super) fn decode(
        &mut self,
        bytes: &[u8],
        strata: usize,
        base: impl Fn(usize) -> u64,
    ) -> Result<(), Malformed> {
        let head = Head::read(bytes)?;
        let flags = head.flags;
        let is = |flag: u8| flags & flag != 0;
        self.strata.clear();
        let bitmaps = usize::from(is(WITHHELD)) + usize::from(is(UNCOVERED));
        let width: usize = head.widths.iter().map(|&width| usize::from(width)).sum();
        let bits = strata * (bitmaps + width);
        let body = bytes.get(head.len..).unwrap_or_default();
        if body.len() != bits.div_ceil(8) {
            return Err(Malformed("as many bytes as its widths ask for"));
        }
        if let Some(last) = body.last().filter(|_| bits % 8 != 0)
            && last >> (bits % 8) != 0
        {
            return Err(Malformed("zero behind the last number"));
        }
        let [ac, an, hom, hemi, excess] = head.widths;
        let at = |bit: usize| Bits { bytes: body, bit };
        let (mut withheld, mut uncovered) = (at(0), at(strata * usize::from(is(WITHHELD))));
        let mut start = strata * bitmaps;
        let mut next = |width: u8| {
            let reader = at(start);
            start += strata * usize::from(width);
            reader
        };
        let (mut acs, mut ans, mut homs) = (next(ac), next(an), next(hom));
        let (mut hemis, mut excesses) = (next(hemi), next(excess));
        let mut sum = Numbers::default();
        for stratum in 0..strata {
            let is_withheld = withheld.next(is(WITHHELD).into()) != 0;
            let is_uncovered = uncovered.next(is(UNCOVERED).into()) != 0;
            let short = ans.next(an);
            // widths are at most 57, so that no number is negative
            let mut of = Numbers {
                ac: acs.next(ac) as i64,
                an: 0,
                hom: homs.next(hom) as i64,
                hemi: hemis.next(hemi) as i64,
                excess: unzigzag(excesses.next(excess)),
            };
            if is_withheld {
                if (of.ac | short as i64 | of.hom | of.hemi | of.excess) != 0 || is_uncovered {
                    return Err(Malformed("nothing of a stratum that is withheld"));
                }
                self.strata.push(None);
                continue;
            }
            of.an = match is_uncovered {
                true if short != 0 => return Err(Malformed("no AN where it is not known")),
                true => 0,
                false => base(stratum)
                    .checked_sub(short)
                    .and_then(|an| i64::try_from(an).ok())
                    .ok_or(Malformed("AN of zero or more"))?,
            };
            let counts = of.counts(!is_uncovered, is(SPLIT));
            self.strata.push(Some(counts.ok_or(NO_COUNTS)?));
            sum.add(&of);
        }
        self.total = match is(TOTAL_WITHHELD) {
            true => None,
            false => {
                sum.add(&head.left);
                if is(TOTAL_UNCOVERED) {
                    sum.an = 0;
                }
                let counts = sum.counts(!is(TOTAL_UNCOVERED), is(SPLIT));
                Some(counts.ok_or(NO_COUNTS)?)
            }
        };
        Ok(())
    }
}

const NO_COUNTS: Malformed = Malformed("counts of zero or more, below 2^40");

/// Which of the five numbers strata have.
fn parts_of(flags: u8) -> [bool; 5] {
    let is = |flag: u8| flags & flag != 0;
    [true, true, is(SPLIT), is(HEMI), is(EXCESS)]
}

/// Which of them are there of the total.
fn lefts_of(flags: u8) -> [bool; 5] {
    let mut parts = parts_of(flags);
    parts[1] = flags & TOTAL_UNCOVERED == 0;
    parts
}

/// What stands before the bits.
struct Head {
    flags: u8,
    widths: [u8; 5],
    left: Numbers,
    len: usize,
}

impl Head {
    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let &flags = bytes.first().ok_or(Malformed("a byte of flags"))?;
        if flags >> 7 != 0
            || flags & (HEMI | EXCESS) != 0 && flags & SPLIT == 0
            || flags & TOTAL_WITHHELD != 0 && flags & TOTAL_UNCOVERED != 0
        {
            return Err(Malformed("flags that go together"));
        }
        let (mut at, mut widths) = (1, [0; 5]);
        for (width, part) in widths.iter_mut().zip(parts_of(flags)) {
            if part {
                let found = bytes.get(at).filter(|&&found| found <= WIDEST);
                *width = *found.ok_or(Malformed("widths of at most 57 bits"))?;
                at += 1;
            }
        }
        let mut lefts = [0; 5];
        if flags & TOTAL_WITHHELD == 0 {
            for (left, part) in lefts.iter_mut().zip(lefts_of(flags)) {
                if part {
                    let number = read_varint(bytes, &mut at);
                    *left = unzigzag(number.ok_or(Malformed("numbers of the total"))?);
                }
            }
        }
        let [ac, an, hom, hemi, excess] = lefts;
        Ok(Self {
            flags,
            widths,
            left: Numbers {
                ac,
                an,
                hom,
                hemi,
                excess,
            },
            len: at,
        })
    }
}
