//! One record's genotypes: who carries what, what was lost in the calling, and the exact counts.

use super::Sex;
use super::random::Random;
use super::sites::MOST_ALTERNATES;
use super::trios::Trios;

/// A copy that a child will have from a parent: it has no allele until the parents have theirs.
const INHERITED: u8 = 0xfd;
/// A copy that was not called.
pub(super) const MISSING: u8 = 0xfe;
/// A copy that does not exist: the second one of a haploid genotype.
pub(super) const ABSENT: u8 = 0xff;

/// Rates of what can befall genotypes.
pub(super) struct Faults {
    pub(super) missing: f64,
    pub(super) half_calls: f64,
    pub(super) unphased_sites: f64,
    pub(super) unphased_genotypes: f64,
    pub(super) haploid: f64,
}

/// One in so many sites has missing genotypes.
const SITES_PER_BAD_SITE: f64 = 5.0;

/// Counts of one ALT allele.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) het: u32,
    pub(super) hom: u32,
    pub(super) hemi: u32,
}

impl Counts {
    pub(super) fn copies(self) -> u32 {
        self.het + 2 * self.hom + self.hemi
    }
}

/// What the truth says of a record.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) called_copies: u32,
    pub(super) missing: u32,
    pub(super) alternates: [Counts; MOST_ALTERNATES],
}

/// The genotypes of the current record. Everything not touched is homozygous reference, which is
/// why a record costs the time of its carriers and not of the cohort.
pub(super) struct Row {
    /// Allele of each copy.
    cells: Vec<u8>,
    /// One bit per sample that is not plain reference.
    touched: Vec<u64>,
    /// One bit per sample with a genotype that lost its phase.
    loose: Vec<u64>,
    /// Samples that must stay called, lest an allele have no carrier left.
    witnesses: Vec<u32>,
    /// Copies that exist at this place.
    present: u32,
    phased: bool,
    /// One bit per sample with one copy at this place.
    haploid: Vec<u64>,
    /// Samples with the copies of their parents.
    children: Vec<u32>,
}

fn bit(bits: &[u64], sample: usize) -> bool {
    bits.get(sample / 64)
        .is_some_and(|word| word >> (sample % 64) & 1 == 1)
}

fn mark(bits: &mut [u64], sample: usize) {
    if let Some(word) = bits.get_mut(sample / 64) {
        *word |= 1 << (sample % 64);
    }
}

impl Row {
    pub(super) fn new(samples: usize, trios: &Trios) -> Self {
        let words = samples.div_ceil(64);
        Self {
            cells: vec![0; samples * 2],
            touched: vec![0; words],
            loose: vec![0; words],
            witnesses: Vec::new(),
            present: samples as u32 * 2,
            phased: true,
            haploid: vec![0; words],
            children: trios.list.iter().map(|trio| trio.child).collect(),
        }
    }

    /// Makes males haploid, or everybody diploid, from here on.
    pub(super) fn set_ploidy(&mut self, sex: &[Sex], males_haploid: bool) {
        self.present = 0;
        self.haploid.fill(0);
        for (sample, (copies, sex)) in self.cells.chunks_exact_mut(2).zip(sex).enumerate() {
            let haploid = males_haploid && *sex == Sex::Male;
            if haploid {
                mark(&mut self.haploid, sample);
            }
            copies[0] = 0;
            copies[1] = if haploid { ABSENT } else { 0 };
            self.present += if haploid { 1 } else { 2 };
        }
        self.expect();
    }

    /// The children's copies wait for their parents'.
    fn expect(&mut self) {
        for &child in &self.children {
            if let Some([a, b]) = self
                .cells
                .get_mut(2 * child as usize..2 * child as usize + 2)
            {
                *a = INHERITED;
                *b = if *b == ABSENT { ABSENT } else { INHERITED };
            }
        }
    }

    /// Gives the children their copies: the first is the mother's, the second the father's.
    pub(super) fn inherit(&mut self, trios: &Trios) {
        for (trio, [of_mother, of_father]) in trios.passed() {
            let (child, mother, father) = (
                2 * trio.child as usize,
                2 * trio.mother as usize,
                2 * trio.father as usize,
            );
            let first = self.cells[mother + usize::from(of_mother)];
            self.cells[child] = first;
            let mut touched = first != 0;
            if self.cells[child + 1] != ABSENT {
                // Of one copy that is the one, which makes daughters of it.
                let which = usize::from(of_father && !bit(&self.haploid, trio.father as usize));
                let second = self.cells[father + which];
                self.cells[child + 1] = second;
                touched |= second != 0;
            }
            if touched {
                mark(&mut self.touched, trio.child as usize);
            }
        }
    }

    /// Gives a new mutation to one copy of a child that inherited none of its alleles.
    pub(super) fn mutate(&mut self, child: u32, copy: usize) {
        let at = child as usize;
        let copy = if bit(&self.haploid, at) { 0 } else { copy };
        self.cells[2 * at + copy] = 1;
        mark(&mut self.touched, at);
        self.witnesses.push(child);
    }

    pub(super) fn samples(&self) -> usize {
        self.cells.len() / 2
    }

    /// Gives an ALT allele (1 is the first) to those of the copies that have none yet. Says
    /// whether there was one.
    pub(super) fn carry(&mut self, allele: u8, copies: &[u32]) -> bool {
        let mut witness = None;
        for &copy in copies {
            if let Some(cell) = self.cells.get_mut(copy as usize)
                && *cell == 0
            {
                *cell = allele;
                witness.get_or_insert(copy / 2);
                mark(&mut self.touched, copy as usize / 2);
            }
        }
        self.witnesses.extend(witness);
        witness.is_some()
    }

    /// Takes a copy for the allele that is so many further on in the record, and after its last for REF.
    pub(super) fn misread(&mut self, copy: usize, shift: usize, alleles: usize) {
        let sample = copy / 2;
        if let Some(cell) = self.cells.get_mut(copy)
            && *cell < INHERITED
            && !self.witnesses.contains(&(sample as u32))
        {
            *cell = ((usize::from(*cell) + shift) % alleles) as u8;
            mark(&mut self.touched, sample);
        }
    }

    /// Loses phase and genotypes by the given rates.
    pub(super) fn lose(&mut self, faults: &Faults, random: &mut Random) {
        let samples = self.samples();
        self.phased = !random.chance(faults.unphased_sites);
        let bad = random.chance(1.0 / SITES_PER_BAD_SITE);
        let rate = random
            .exponential(faults.missing * SITES_PER_BAD_SITE)
            .min(0.9);
        if bad && rate > 0.0 {
            let mut at = random.failures(rate);
            while at < samples {
                self.lose_call(at, faults.half_calls, random);
                at = at.saturating_add(1).saturating_add(random.failures(rate));
            }
        }
        let mut at = random.failures(faults.haploid);
        while at < samples {
            if !self.witnesses.contains(&(at as u32)) && self.cells[2 * at + 1] != ABSENT {
                self.cells[2 * at + 1] = ABSENT;
                mark(&mut self.touched, at);
            }
            at = at
                .saturating_add(1)
                .saturating_add(random.failures(faults.haploid));
        }
        if self.phased {
            let mut at = random.failures(faults.unphased_genotypes);
            while at < samples {
                mark(&mut self.touched, at);
                mark(&mut self.loose, at);
                at = at
                    .saturating_add(1)
                    .saturating_add(random.failures(faults.unphased_genotypes));
            }
        }
    }

    fn lose_call(&mut self, sample: usize, half_calls: f64, random: &mut Random) {
        let half = random.chance(half_calls);
        let copy = random.below(2);
        if self.witnesses.contains(&(sample as u32)) {
            return;
        }
        mark(&mut self.touched, sample);
        let haploid = bit(&self.haploid, sample);
        if half && !haploid {
            self.cells[2 * sample + copy] = MISSING;
        } else {
            self.cells[2 * sample] = MISSING;
            if !haploid {
                self.cells[2 * sample + 1] = MISSING;
            }
        }
    }

    /// Counts, and brings unphased genotypes into their usual order: a missing copy first, then
    /// the smaller allele.
    pub(super) fn settle(&mut self) -> Tally {
        let mut tally = Tally {
            called_copies: self.present,
            ..Tally::default()
        };
        for sample in Ones::new(&self.touched) {
            let base = 2 - u32::from(bit(&self.haploid, sample));
            let loose = !self.phased || bit(&self.loose, sample);
            let Some([a, b]) = self.cells.get_mut(2 * sample..2 * sample + 2) else {
                continue;
            };
            tally.add(*a, *b, base);
            if loose && *b != ABSENT && *a != MISSING && (*b == MISSING || *a > *b) {
                std::mem::swap(a, b);
            }
        }
        tally
    }

    /// The copies of every sample with two that is not plain reference and has its phase, if the record has it.
    pub(super) fn each_with_phase(&mut self, mut take: impl FnMut(usize, [&mut u8; 2])) {
        for sample in Ones::new(&self.touched) {
            if let Some([a, b]) = self.cells.get_mut(2 * sample..2 * sample + 2)
                && *b != ABSENT
                && !bit(&self.loose, sample)
            {
                take(sample, [a, b]);
            }
        }
    }

    pub(super) fn phased(&self) -> bool {
        self.phased
    }

    /// Every sample that is not plain reference in the record's phase, in order: its copies, and
    /// whether it has phase.
    pub(super) fn each(&self, mut take: impl FnMut(usize, [u8; 2], bool)) {
        for sample in Ones::new(&self.touched) {
            if let Some(&[a, b]) = self.cells.get(2 * sample..2 * sample + 2) {
                take(sample, [a, b], self.phased && !bit(&self.loose, sample));
            }
        }
    }

    /// Whether the sample has one copy at this place.
    pub(super) fn haploid(&self, sample: usize) -> bool {
        bit(&self.haploid, sample)
    }

    /// Back to plain reference.
    pub(super) fn clear(&mut self) {
        for sample in Ones::new(&self.touched) {
            let absent = bit(&self.haploid, sample);
            if let Some([a, b]) = self.cells.get_mut(2 * sample..2 * sample + 2) {
                *a = 0;
                *b = if absent { ABSENT } else { 0 };
            }
        }
        self.touched.fill(0);
        self.loose.fill(0);
        self.witnesses.clear();
        self.expect();
    }
}

impl Tally {
    /// Of one of its ALT alleles.
    pub(super) fn frequency(&self, counts: &Counts) -> f64 {
        f64::from(counts.copies()) / f64::from(self.called_copies.max(1))
    }

    /// Adds a genotype of a sample that has `base` copies at this place.
    fn add(&mut self, a: u8, b: u8, base: u32) {
        let called = u32::from(a < MISSING) + u32::from(b < MISSING);
        self.called_copies = self.called_copies + called - base;
        self.missing += u32::from(a == MISSING || b == MISSING);
        let at = |allele: u8| usize::from(allele.wrapping_sub(1));
        if a == b {
            if let Some(counts) = self.alternates.get_mut(at(a)) {
                counts.hom += 1;
            }
            return;
        }
        if let Some(counts) = self.alternates.get_mut(at(a)) {
            if b == ABSENT {
                counts.hemi += 1;
            } else {
                counts.het += 1;
            }
        }
        if let Some(counts) = self.alternates.get_mut(at(b)) {
            counts.het += 1;
        }
    }
}

/// The positions of set bits.
struct Ones<'a> {
    words: std::iter::Enumerate<std::slice::Iter<'a, u64>>,
    base: usize,
    rest: u64,
}

impl<'a> Ones<'a> {
    fn new(words: &'a [u64]) -> Self {
        Self {
            words: words.iter().enumerate(),
            base: 0,
            rest: 0,
        }
    }
}

impl Iterator for Ones<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.rest == 0 {
            let (index, &word) = self.words.next()?;
            self.base = index * 64;
            self.rest = word;
        }
        let bit = self.rest.trailing_zeros() as usize;
        self.rest &= self.rest - 1;
        Some(self.base + bit)
    }
}
