//! The genotypes of one record while it is read, and their way into a chunk's sets.

use super::chunk::{Alt, Block, Chunk, Plane, Polyploid, Span};
use super::phase::Phases;

/// An allele that is not known.
pub(super) const MISSING: u32 = u32::MAX;

/// A genotype that cannot be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) sample: usize,
    pub(super) expected: &'static str,
    pub(super) found: Vec<u8>,
}

/// A bit set that knows whether it must be cleared.
#[derive(Default)]
struct Bits {
    words: Vec<u64>,
    dirty: bool,
}

impl Bits {
    fn reset(&mut self, universe: usize) {
        if self.dirty {
            self.words.fill(0);
            self.dirty = false;
        }
        self.words.resize(universe.div_ceil(64), 0);
    }

    fn insert(&mut self, n: usize) {
        self.or(n / 64, 1 << (n % 64));
    }

    fn or(&mut self, word: usize, bits: u64) {
        if let Some(w) = self.words.get_mut(word) {
            *w |= bits;
            self.dirty = true;
        }
    }

    fn remove(&mut self, n: usize) {
        if let Some(w) = self.words.get_mut(n / 64) {
            *w &= !(1 << (n % 64));
        }
    }

    fn contains(&self, n: usize) -> bool {
        self.words
            .get(n / 64)
            .is_some_and(|w| w >> (n % 64) & 1 == 1)
    }

    fn count(&self) -> usize {
        match self.dirty {
            false => 0,
            true => self.words.iter().map(|w| w.count_ones() as usize).sum(),
        }
    }

    fn plane(&self, universe: usize, chunk: &mut Chunk) -> Plane {
        let count = self.count();
        if count == 0 {
            Plane::Empty
        } else if count == universe {
            Plane::Full
        } else if count * 32 < universe {
            let start = chunk.list.len() as u32;
            for (at, &word) in self.words.iter().enumerate() {
                let mut word = word;
                while word != 0 {
                    chunk.list.push(at as u32 * 64 + word.trailing_zeros());
                    word &= word - 1;
                }
            }
            let end = chunk.list.len() as u32;
            Plane::List(Span { start, end })
        } else {
            let start = chunk.words.len() as u32;
            chunk.words.extend_from_slice(&self.words);
            let end = chunk.words.len() as u32;
            Plane::Bits(Span { start, end })
        }
    }
}

/// The sets of a record without its ALTs'.
pub(super) struct Planes {
    pub(super) missing: Plane,
    pub(super) haploid: Plane,
    pub(super) unphased: Plane,
    pub(super) polyploid: Span,
    pub(super) blocks: Span,
    pub(super) phases: Span,
}

/// Scratch for the genotypes of one record.
#[derive(Default)]
pub(super) struct Row {
    samples: usize,
    alts: u32,
    /// Copies that carry ALT 1: almost all there is, so it goes straight into bits.
    first: Bits,
    /// (ALT, copy) of the other ALTs, copies ascending.
    others: Vec<(u32, u32)>,
    missing: Bits,
    haploid: Bits,
    unphased: Bits,
    /// Samples for which phase is defined.
    with_phase: usize,
    unphased_count: usize,
    polyploid: Vec<(u32, usize, bool)>,
    /// Samples that begin a reference block, with its length.
    blocks: Vec<(u32, i32)>,
    pub(super) phases: Phases,
    alleles: Vec<u32>,
    /// Scratch for sorting `others` by ALT.
    starts: Vec<u32>,
    by_alt: Vec<u32>,
    too_high: Option<(usize, u32)>,
}

impl Row {
    pub(super) fn reset(&mut self, samples: usize, alts: usize) {
        self.samples = samples;
        self.alts = alts as u32;
        self.first.reset(2 * samples);
        self.missing.reset(2 * samples);
        self.haploid.reset(samples);
        self.unphased.reset(samples);
        self.others.clear();
        self.polyploid.clear();
        self.blocks.clear();
        self.phases.clear();
        self.alleles.clear();
        self.with_phase = 0;
        self.unphased_count = 0;
        self.too_high = None;
    }

    pub(super) fn samples(&self) -> usize {
        self.samples
    }

    /// Adds samples `first..first + count` that are phased homozygous reference or carry ALT 1
    /// where `bits` has a copy; `word` is the word of copies they lie in.
    pub(super) fn put_phased(&mut self, word: usize, bits: u64, count: usize) {
        if bits != 0 {
            self.first.or(word, bits);
        }
        self.with_phase += count;
    }

    /// The same written with `/`: `samples` has their bits in the half word `word` of samples.
    pub(super) fn put_unphased(&mut self, word: usize, bits: u64, samples: u32) {
        const EVEN: u64 = 0x5555_5555_5555_5555;
        if bits != 0 {
            let (a, b) = (bits & EVEN, bits >> 1 & EVEN);
            self.first.or(word, (a | b) | (a & b) << 1);
        }
        let count = samples.count_ones() as usize;
        self.with_phase += count;
        self.unphased_count += count;
        let shift = word % 2 * 32;
        self.unphased.or(word / 2, u64::from(samples) << shift);
    }

    /// Adds a sample with the alleles given, `unphased` where they are written with `/`.
    pub(super) fn put(&mut self, sample: usize, alleles: &[u32], unphased: bool) {
        match *alleles {
            [] => self.put_haploid(sample, MISSING),
            [a] => self.put_haploid(sample, a),
            [a, b] => self.put_diploid(sample, a, b, unphased),
            _ => {
                let high = alleles.iter().find(|&&a| a > self.alts && a != MISSING);
                if let Some(&high) = high {
                    self.too_high.get_or_insert((sample, high));
                }
                self.alleles.extend_from_slice(alleles);
                let end = self.alleles.len();
                self.polyploid.push((sample as u32, end, !unphased));
            }
        }
    }

    pub(super) fn put_diploid(&mut self, sample: usize, a: u32, b: u32, unphased: bool) {
        if a == MISSING && b == MISSING {
            self.missing.insert(2 * sample);
            self.missing.insert(2 * sample + 1);
            return;
        }
        self.with_phase += 1;
        let (a, b) = if unphased {
            self.unphased_count += 1;
            self.unphased.insert(sample);
            if Self::is_put_first(b, a) {
                (b, a)
            } else {
                (a, b)
            }
        } else {
            (a, b)
        };
        self.put_copy(sample, 2 * sample, a);
        self.put_copy(sample, 2 * sample + 1, b);
    }

    /// Takes note of a reference block that a sample begins.
    pub(super) fn put_block(&mut self, sample: usize, length: i32) {
        self.blocks.push((sample as u32, length));
    }

    /// Whether of two copies in no order the one with allele `a` is put first. Their order means nothing:
    /// carried before reference before missing.
    pub(super) fn is_put_first(a: u32, b: u32) -> bool {
        let rank = |x: u32| if x == 0 { MISSING - 1 } else { x };
        rank(a) < rank(b)
    }

    pub(super) fn put_haploid(&mut self, sample: usize, a: u32) {
        self.haploid.insert(sample);
        self.put_copy(sample, 2 * sample, a);
    }

    /// Whether a sample of at most two copies carries an ALT.
    pub(super) fn carries(&self, sample: usize) -> bool {
        let others = || {
            let from = self
                .others
                .partition_point(|(_, copy)| (*copy as usize) < 2 * sample);
            let next = self.others.get(from);
            next.is_some_and(|(_, copy)| *copy as usize / 2 == sample)
        };
        self.first.contains(2 * sample) || self.first.contains(2 * sample + 1) || others()
    }

    fn put_copy(&mut self, sample: usize, copy: usize, allele: u32) {
        match allele {
            0 => {}
            1 => self.first.insert(copy),
            MISSING => self.missing.insert(copy),
            _ if allele > self.alts => {
                self.too_high.get_or_insert((sample, allele));
            }
            _ => self.others.push((allele, copy as u32)),
        }
    }

    /// Refuses alleles that the record does not have.
    ///
    /// Where it has no ALT at all, `1` can only mean an allele that was left out: it becomes
    /// missing. Says whether there was such a one.
    pub(super) fn check(&mut self) -> Result<bool, Fault> {
        if let Some((sample, allele)) = self.too_high {
            return Err(Fault {
                sample,
                expected: "an allele number that the record has",
                found: format!("allele {allele} of {}", self.alts).into_bytes(),
            });
        }
        let left_out = self.alts == 0 && self.first.count() > 0;
        if left_out {
            self.forget_first();
        }
        Ok(left_out)
    }

    /// Makes copies of ALT 1 missing.
    fn forget_first(&mut self) {
        self.phases.clear();
        for sample in 0..self.samples {
            let copies = [2 * sample, 2 * sample + 1];
            if !copies.iter().any(|&c| self.first.contains(c)) {
                continue;
            }
            let [a, b] = copies.map(
                |c| match self.first.contains(c) || self.missing.contains(c) {
                    true => MISSING,
                    false => 0,
                },
            );
            for copy in copies {
                self.first.remove(copy);
                self.missing.remove(copy);
            }
            if self.haploid.contains(sample) {
                self.put_haploid(sample, a);
                continue;
            }
            let unphased = self.unphased.contains(sample);
            self.unphased.remove(sample);
            self.unphased_count -= usize::from(unphased);
            self.with_phase -= 1;
            self.put_diploid(sample, a, b, unphased);
        }
    }

    /// Writes the sets: those of the ALTs into `alts`, which are the last ones of the chunk.
    pub(super) fn store(&mut self, chunk: &mut Chunk, first_alt: usize) -> Planes {
        let copies = 2 * self.samples;
        let carriers = self.first.plane(copies, chunk);
        set_carriers(chunk.alts.get_mut(first_alt), carriers);
        if !self.others.is_empty() {
            self.store_others(chunk, first_alt);
        }
        let missing = self.missing.plane(copies, chunk);
        let haploid = self.haploid.plane(self.samples, chunk);
        let unphased = if self.unphased_count == 0 {
            Plane::Empty
        } else if self.unphased_count == self.with_phase {
            Plane::Full
        } else {
            self.unphased.plane(self.samples, chunk)
        };
        let start = chunk.polyploid.len() as u32;
        let mut from = 0;
        for &(sample, to, phased) in &self.polyploid {
            let alleles = self.alleles.get(from..to).unwrap_or_default();
            let start = chunk.list.len() as u32;
            chunk.list.extend_from_slice(alleles);
            let end = chunk.list.len() as u32;
            chunk.polyploid.push(Polyploid {
                sample,
                alleles: Span { start, end },
                phased,
            });
            from = to;
        }
        let end = chunk.polyploid.len() as u32;
        let polyploid = Span { start, end };
        let start = chunk.blocks.len() as u32;
        let blocks = self.blocks.iter();
        chunk
            .blocks
            .extend(blocks.map(|&(sample, end)| Block { sample, end }));
        let end = chunk.blocks.len() as u32;
        let phases = self.phases.store(chunk);
        Planes {
            missing,
            haploid,
            unphased,
            polyploid,
            blocks: Span { start, end },
            phases,
        }
    }

    /// Sorts the copies of ALT 2 and up by ALT and writes each.
    fn store_others(&mut self, chunk: &mut Chunk, first_alt: usize) {
        let copies = 2 * self.samples;
        self.starts.clear();
        self.starts.resize(self.alts as usize + 2, 0);
        for &(alt, _) in &self.others {
            if let Some(count) = self.starts.get_mut(alt as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        self.by_alt.clear();
        self.by_alt.resize(self.others.len(), 0);
        for &(alt, copy) in &self.others {
            if let Some(at) = self.starts.get_mut(alt as usize) {
                if let Some(slot) = self.by_alt.get_mut(*at as usize) {
                    *slot = copy;
                }
                *at += 1;
            }
        }
        // Every start has moved to its ALT's end.
        let mut from = 0;
        for alt in 2..=self.alts as usize {
            let to = self.starts.get(alt).map_or(from, |&end| end as usize);
            let list = self.by_alt.get(from..to).unwrap_or_default();
            let plane = list_plane(list, copies, chunk);
            set_carriers(chunk.alts.get_mut(first_alt + alt - 1), plane);
            from = to;
        }
    }
}

fn set_carriers(alt: Option<&mut Alt>, plane: Plane) {
    if let Some(alt) = alt {
        alt.carriers = plane;
    }
}

/// The set of ascending numbers in the form that `Bits` would give it.
fn list_plane(list: &[u32], universe: usize, chunk: &mut Chunk) -> Plane {
    if list.is_empty() {
        Plane::Empty
    } else if list.len() == universe {
        Plane::Full
    } else if list.len() * 32 < universe {
        let start = chunk.list.len() as u32;
        chunk.list.extend_from_slice(list);
        let end = chunk.list.len() as u32;
        Plane::List(Span { start, end })
    } else {
        let start = chunk.words.len();
        chunk.words.resize(start + universe.div_ceil(64), 0);
        let words = chunk.words.get_mut(start..).unwrap_or_default();
        for &n in list {
            if let Some(word) = words.get_mut(n as usize / 64) {
                *word |= 1 << (n % 64);
            }
        }
        let (start, end) = (start as u32, chunk.words.len() as u32);
        Plane::Bits(Span { start, end })
    }
}
