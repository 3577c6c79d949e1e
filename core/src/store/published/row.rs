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

impl ReleasedCounts {
    /// Copies of the ALT in heterozygous people, in people who have no other, and in people with one copy: they add up to
    /// [`Self::ac`]. `None` where they are not known, and where they would not, for somebody has three copies or more, or numbers are
    /// rounded.
    pub fn copies(&self) -> Option<[u64; 3]> {
        let of = self.genotypes?;
        let copies = [of.n_het, of.n_hom.checked_mul(2)?, of.n_hemi];
        let sum = copies
            .iter()
            .try_fold(0u64, |sum, copies| sum.checked_add(*copies));
        (sum == Some(self.ac)).then_some(copies)
    }

    /// Of two groups that have nobody in common. None is greater than 2^40, and there are a thousand strata at most.
    pub(crate) fn and(&self, other: &Self) -> Self {
        self.each(other, u64::saturating_add)
    }

    /// Of those of a group who are not in a part of it.
    pub(crate) fn without(&self, part: &Self) -> Self {
        self.each(part, u64::saturating_sub)
    }

    fn each(&self, other: &Self, f: fn(u64, u64) -> u64) -> Self {
        let genotypes = self.genotypes.zip(other.genotypes);
        Self {
            ac: f(self.ac, other.ac),
            an: self.an.zip(other.an).map(|(a, b)| f(a, b)),
            genotypes: genotypes.map(|(a, b)| GenotypeCounts {
                n_het: f(a.n_het, b.n_het),
                n_hom: f(a.n_hom, b.n_hom),
                n_hemi: f(a.n_hemi, b.n_hemi),
            }),
        }
    }
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

    fn all(&self) -> [i64; 5] {
        [self.ac, self.an, self.hom, self.hemi, self.excess]
    }

    fn subtract(&mut self, other: &Self) {
        self.add(&Self {
            ac: -other.ac,
            an: -other.an,
            hom: -other.hom,
            hemi: -other.hemi,
            excess: -other.excess,
        });
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
        let plan = Plan::of(self, bases);
        let Plan { flags, widths, .. } = plan;
        to.push(flags);
        let widths_there = widths.iter().zip(parts_of(flags));
        to.extend(widths_there.filter_map(|(width, part)| part.then_some(*width)));
        if flags & TOTAL_WITHHELD == 0 {
            for (left, part) in plan.left.all().into_iter().zip(lefts_of(flags)) {
                if part {
                    push_varint(zigzag(left), to);
                }
            }
        }
        let mut bits = BitWriter {
            to,
            held: 0,
            bits: 0,
        };
        let strata = || self.strata.iter();
        if flags & WITHHELD != 0 {
            strata().for_each(|of| bits.push(of.is_none().into(), 1));
        }
        if flags & UNCOVERED != 0 {
            strata().for_each(|of| bits.push((of.is_some() && !is_covered(of)).into(), 1));
        }
        for (part, width) in widths.into_iter().enumerate() {
            if width > 0 {
                let values = plan.values.iter().filter_map(|of| of.get(part));
                values.for_each(|value| bits.push(*value, width));
            }
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
        let is = |flag: u8| head.flags & flag != 0;
        self.strata.clear();
        let mut columns = Columns::of(&head, bytes, strata)?;
        let mut sum = Numbers::default();
        for stratum in 0..strata {
            let (state, mut of) = columns.next();
            let short = of.an;
            of.an = match state {
                State::Withheld if of.all() == [0; 5] => {
                    self.strata.push(None);
                    continue;
                }
                State::Withheld => return Err(Malformed("nothing of a stratum that is withheld")),
                State::Uncovered if short != 0 => {
                    return Err(Malformed("no AN where it is not known"));
                }
                State::Uncovered => 0,
                State::Shown => i64::try_from(base(stratum))
                    .ok()
                    .and_then(|base| base.checked_sub(short))
                    .filter(|&an| an >= 0)
                    .ok_or(Malformed("AN of zero or more"))?,
            };
            let counts = of.counts(state == State::Shown, is(SPLIT));
            self.strata.push(Some(counts.ok_or(NO_COUNTS)?));
            sum.add(&of);
        }
        self.total = match is(TOTAL_WITHHELD) {
            true => None,
            false => {
                sum.add(&head.left);
                let counts = sum.counts(!is(TOTAL_UNCOVERED), is(SPLIT));
                Some(counts.ok_or(NO_COUNTS)?)
            }
        };
        Ok(())
    }
}

fn is_covered(cell: &Option<ReleasedCounts>) -> bool {
    cell.is_some_and(|of| of.an.is_some())
}

/// What is written of a row.
struct Plan {
    flags: u8,
    widths: [u8; 5],
    /// By stratum, in the order of the widths.
    values: Vec<[u64; 5]>,
    /// What the total has beside the strata.
    left: Numbers,
}

impl Plan {
    fn of(row: &Row, bases: &[u64]) -> Self {
        let numbers = |cell: &Option<ReleasedCounts>| {
            cell.as_ref().map_or_else(Numbers::default, Numbers::of)
        };
        let mut left = numbers(&row.total);
        let mut values = Vec::with_capacity(row.strata.len());
        for (cell, base) in row.strata.iter().zip(bases) {
            let of = numbers(cell);
            left.subtract(&of);
            let short = match is_covered(cell) {
                true => *base as i64 - of.an,
                false => 0,
            };
            let [ac, _, hom, hemi, excess] = of.all();
            values.push([ac, short, hom, hemi, zigzag(excess) as i64].map(|n| n as u64));
        }
        let greatest = |part: usize| {
            let values = values.iter().filter_map(|of| of.get(part));
            values.copied().max().unwrap_or(0)
        };
        let widths = [0, 1, 2, 3, 4].map(|part| bits_of(greatest(part)));
        let [.., hemi, excess] = widths;
        let total = &row.total;
        let of_strata = |is: fn(&Option<ReleasedCounts>) -> bool| row.strata.iter().any(is);
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        let flags = flag(row.cells().any(|of| of.genotypes.is_some()), SPLIT)
            | flag(of_strata(Option::is_none), WITHHELD)
            | flag(of_strata(|of| of.is_some() && !is_covered(of)), UNCOVERED)
            | flag(total.is_none(), TOTAL_WITHHELD)
            | flag(total.is_some() && !is_covered(total), TOTAL_UNCOVERED)
            | flag(hemi > 0 || total.is_some() && left.hemi != 0, HEMI)
            | flag(excess > 0 || total.is_some() && left.excess != 0, EXCESS);
        Self {
            flags,
            widths,
            values,
            left,
        }
    }
}

/// What is said of a stratum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Shown,
    Uncovered,
    Withheld,
}

/// The bits of a row: of each number all strata, one behind the other.
struct Columns<'a> {
    withheld: (Bits<'a>, u8),
    uncovered: (Bits<'a>, u8),
    numbers: [(Bits<'a>, u8); 5],
}

impl<'a> Columns<'a> {
    fn of(head: &Head, bytes: &'a [u8], strata: usize) -> Result<Self, Malformed> {
        let body = bytes.get(head.len..).unwrap_or_default();
        let mut end = 0;
        let mut next = |width: u8| {
            let bits = Bits {
                bytes: body,
                bit: end,
            };
            end += strata * usize::from(width);
            (bits, width)
        };
        let columns = Self {
            withheld: next((head.flags & WITHHELD != 0).into()),
            uncovered: next((head.flags & UNCOVERED != 0).into()),
            numbers: head.widths.map(&mut next),
        };
        if body.len() != end.div_ceil(8) {
            return Err(Malformed("as many bytes as its widths ask for"));
        }
        match body.last() {
            Some(last) if !end.is_multiple_of(8) && last >> (end % 8) != 0 => {
                Err(Malformed("zero behind the last number"))
            }
            _ => Ok(columns),
        }
    }

    /// The next stratum, of which AN is what it is short of the base.
    #[inline]
    fn next(&mut self) -> (State, Numbers) {
        let read = |(bits, width): &mut (Bits<'a>, u8)| bits.next(*width);
        let state = match (read(&mut self.withheld), read(&mut self.uncovered)) {
            (0, 0) => State::Shown,
            (0, _) => State::Uncovered,
            _ => State::Withheld,
        };
        // widths are at most 57, so that no number is negative
        let [ac, an, hom, hemi, excess] = self.numbers.each_mut().map(|of| read(of) as i64);
        let numbers = Numbers {
            ac,
            an,
            hom,
            hemi,
            excess: unzigzag(excess as u64),
        };
        (state, numbers)
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
