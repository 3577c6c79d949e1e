//! Reference blocks of VCF 4.5: FORMAT LEN is for how many bases a sample is REF, and in
//! records inside of them its genotype is left out.

use super::planes::{bits, contains, plane};
use super::report::Report;
use crate::input::chunk::{Block, Chunk, Plane, Record};
use crate::set::{get_bit, set_bit};

/// The block that a sample is in.
#[derive(Debug, Clone, Copy, Default)]
struct Inside {
    /// 0-based, exclusive; 0 where it is in none.
    end: i32,
    haploid: bool,
    unphased: bool,
}

/// The blocks that the samples of an input are in, record by record.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    contig: Vec<u8>,
    /// Empty until there is a block.
    samples: Vec<Inside>,
    furthest: i32,
}

/// The sets of one record as bits.
struct Sets {
    missing: Vec<u64>,
    haploid: Vec<u64>,
    unphased: Vec<u64>,
    /// Samples of two copies of which one is known, at least.
    phased_or_not: Vec<u64>,
}

impl Blocks {
    /// Gives samples that are inside of a block, and of which a record says nothing, the genotype of the
    /// block; takes note of the blocks that begin. Chunks come in the order of positions.
    pub(super) fn fill(
        &mut self,
        chunk: &mut Chunk,
        samples: u32,
        file: &str,
        report: &mut Report,
    ) {
        if chunk.blocks.is_empty() && self.samples.is_empty() {
            return;
        }
        self.samples.resize(samples as usize, Inside::default());
        for number in 0..chunk.records.len() {
            let Some(record) = chunk.records.get(number).cloned() else {
                continue;
            };
            if chunk.text(record.contig) != self.contig {
                chunk.text(record.contig).clone_into(&mut self.contig);
                self.samples.fill(Inside::default());
                self.furthest = 0;
            }
            let mut filled = record.clone();
            let listed = chunk.blocks.get(record.blocks.range()).unwrap_or_default();
            let is_block = |block: &Block| block.end > record.position;
            let any = listed.iter().any(is_block);
            if self.furthest > record.position && record.missing != Plane::Empty {
                let unknown = listed.iter().filter(|block| !is_block(block));
                let unknown: Vec<u32> = unknown.map(|block| block.sample).collect();
                self.fill_record(chunk, &mut filled, (samples, &unknown));
            }
            if any {
                let skipped = self.begin(chunk, &filled);
                if skipped > 0 {
                    let what = "a reference block of more than two copies: it is one base long";
                    report.warn_count(file, record.place, what, skipped);
                }
                filled.block_short = self.short(chunk, &filled, samples);
            }
            if let Some(slot) = chunk.records.get_mut(number) {
                *slot = filled;
            }
        }
    }

    /// Fills the genotypes that are left out, of all samples but those of whom it is written and not known.
    fn fill_record(
        &self,
        chunk: &mut Chunk,
        record: &mut Record,
        (samples, unknown): (u32, &[u32]),
    ) {
        let mut sets = Sets::of(chunk, record, samples);
        let mut any = false;
        for (sample, inside) in (0..samples).zip(&self.samples) {
            let is_known = inside.end > record.position && unknown.binary_search(&sample).is_err();
            if !is_known || !sets.is_left_out(sample) {
                continue;
            }
            any = true;
            clear_bit(&mut sets.missing, 2 * sample);
            clear_bit(&mut sets.missing, 2 * sample + 1);
            match inside.haploid {
                true => set_bit(&mut sets.haploid, sample),
                false => {
                    clear_bit(&mut sets.haploid, sample);
                    set_bit(&mut sets.phased_or_not, sample);
                    if inside.unphased {
                        set_bit(&mut sets.unphased, sample);
                    }
                }
            }
        }
        if any {
            record.missing = plane(&sets.missing, 2 * samples, chunk);
            record.haploid = plane(&sets.haploid, samples, chunk);
            record.unphased = match sets.unphased == sets.phased_or_not {
                true if sets.unphased.iter().any(|&word| word != 0) => Plane::Full,
                _ => plane(&sets.unphased, samples, chunk),
            };
        }
    }

    /// Takes note of the blocks that begin with a record; says of how many samples it cannot.
    fn begin(&mut self, chunk: &Chunk, record: &Record) -> u64 {
        let polyploid = chunk.polyploid.get(record.polyploid.range());
        let polyploid = polyploid.unwrap_or_default();
        let mut skipped = 0;
        let blocks = chunk.blocks.get(record.blocks.range()).unwrap_or_default();
        for block in blocks.iter().filter(|block| block.end > record.position) {
            let found = polyploid.binary_search_by_key(&block.sample, |one| one.sample);
            skipped += u64::from(found.is_ok());
            if found.is_err()
                && let Some(inside) = self.samples.get_mut(block.sample as usize)
            {
                *inside = Inside {
                    end: block.end,
                    haploid: contains(chunk, record.haploid, block.sample),
                    unphased: contains(chunk, record.unphased, block.sample),
                };
                self.furthest = block.end.max(self.furthest);
            }
        }
        skipped
    }

    /// By how many bases the block of some called sample ends before the record does.
    fn short(&self, chunk: &Chunk, record: &Record, samples: u32) -> i32 {
        let sets = Sets::of(chunk, record, samples);
        let reference = chunk.text(record.reference).len();
        let bases = record
            .position
            .saturating_add(i32::try_from(reference).unwrap_or(i32::MAX));
        let called = |sample: &u32| {
            let known = |copy| !get_bit(&sets.missing, copy);
            known(2 * sample) || !get_bit(&sets.haploid, *sample) && known(2 * sample + 1)
        };
        let ends = (0..samples).filter(called).map(|sample| {
            let inside = self.samples.get(sample as usize);
            inside.map_or(bases, |inside| inside.end.max(bases))
        });
        let least = ends.min().unwrap_or(record.end);
        record.end.saturating_sub(least).max(0)
    }
}

impl Sets {
    fn of(chunk: &Chunk, record: &Record, samples: u32) -> Self {
        let missing = bits(chunk, record.missing, 2 * samples);
        let haploid = bits(chunk, record.haploid, samples);
        let mut phased_or_not = bits(chunk, Plane::Full, samples);
        for sample in 0..samples {
            let unknown = get_bit(&missing, 2 * sample) && get_bit(&missing, 2 * sample + 1);
            if unknown || get_bit(&haploid, sample) {
                clear_bit(&mut phased_or_not, sample);
            }
        }
        let polyploid = chunk.polyploid.get(record.polyploid.range());
        for one in polyploid.unwrap_or_default() {
            clear_bit(&mut phased_or_not, one.sample);
        }
        let unphased = match record.unphased {
            Plane::Full => phased_or_not.clone(),
            some => bits(chunk, some, samples),
        };
        Self {
            missing,
            haploid,
            unphased,
            phased_or_not,
        }
    }

    /// Whether nothing is known of a sample.
    fn is_left_out(&self, sample: u32) -> bool {
        get_bit(&self.missing, 2 * sample)
            && (get_bit(&self.haploid, sample) || get_bit(&self.missing, 2 * sample + 1))
    }
}

fn clear_bit(words: &mut [u64], n: u32) {
    if let Some(word) = words.get_mut(n as usize / 64) {
        *word &= !(1 << (n % 64));
    }
}
