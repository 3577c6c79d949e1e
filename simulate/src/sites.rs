//! Where variants stand and what their alleles are.

use super::random::{Random, hash};

/// A symbolic variant's kind and extent.
pub(super) struct Structural {
    pub(super) kind: &'static str,
    /// Last base, 1-based.
    pub(super) end: u32,
    /// As in `SVLEN`: negative for a deletion.
    pub(super) length: i32,
}

/// The alleles of one record.
pub(super) struct Alleles {
    pub(super) reference: Vec<u8>,
    pub(super) alternates: Vec<Vec<u8>>,
    pub(super) structural: Option<Structural>,
}

/// Shares of the kinds of records.
pub(super) struct Kinds {
    pub(super) multiallelic: f64,
    pub(super) indels: f64,
    pub(super) structural: f64,
}

/// The most ALT alleles of a simulated record.
pub(super) const MOST_ALTERNATES: usize = 4;

/// Longest simulated insertion or deletion that is spelled out.
const LONGEST_INDEL: usize = 50;

const BASES: [u8; 4] = *b"ACGT";

/// The simulated reference: a function of seed and place, so that records which overlap agree.
fn base(seed: u64, position: u32) -> u8 {
    // 41 % G and C, as in the human genome.
    match hash(seed, u64::from(position)) % 1000 {
        0..295 => b'A',
        295..500 => b'C',
        500..705 => b'G',
        _ => b'T',
    }
}

fn transition(base: u8) -> u8 {
    match base {
        b'A' => b'G',
        b'G' => b'A',
        b'C' => b'T',
        _ => b'C',
    }
}

impl Alleles {
    /// Draws the alleles of a record at `position` (1-based) of a contig of `length` bases, with
    /// no more than `most` ALT alleles.
    pub(super) fn draw(
        kinds: &Kinds,
        seed: u64,
        position: u32,
        length: u32,
        most: usize,
        random: &mut Random,
    ) -> Self {
        // Always the same number of draws before the kind, so that the rates stay independent.
        let (kind, several) = (random.unit(), random.chance(kinds.multiallelic));
        let mut wanted = 1;
        if several {
            wanted = 2;
            while wanted < MOST_ALTERNATES && random.chance(0.2) {
                wanted += 1;
            }
        }
        wanted = wanted.min(most).max(1);
        let anchor = base(seed, position);
        if kind < kinds.structural && length > position {
            return Self::structural(anchor, position, length, random);
        }
        let indel = kind < kinds.structural + kinds.indels;
        if indel && (length - position) as usize > LONGEST_INDEL {
            return Self::indel(anchor, seed, position, wanted, random);
        }
        let mut others: Vec<u8> = BASES.into_iter().filter(|&b| b != anchor).collect();
        random.shuffle(&mut others);
        // 0.52 + 0.48 / 3: two thirds of the first alleles are transitions.
        if random.chance(0.52)
            && let Some(at) = others.iter().position(|&b| b == transition(anchor))
        {
            others.swap(0, at);
        }
        others.truncate(wanted);
        Self {
            reference: vec![anchor],
            alternates: others.into_iter().map(|b| vec![b]).collect(),
            structural: None,
        }
    }

    fn structural(anchor: u8, position: u32, length: u32, random: &mut Random) -> Self {
        // Log-uniform between 50 bases and 500 kb.
        let size = (50.0 * libm::exp(random.unit() * libm::log(10_000.0))) as u32;
        let size = size.min(length - position).max(1);
        let kind = ["DEL", "DEL", "DUP", "INS", "INV"][random.below(5)];
        let end = if kind == "INS" {
            position
        } else {
            position + size
        };
        let signed = if kind == "DEL" {
            -(size as i32)
        } else {
            size as i32
        };
        Self {
            reference: vec![anchor],
            alternates: vec![format!("<{kind}>").into_bytes()],
            structural: Some(Structural {
                kind,
                end,
                length: signed,
            }),
        }
    }

    /// Left-aligned: what is inserted or deleted never ends in the base before it.
    fn indel(anchor: u8, seed: u64, position: u32, wanted: usize, random: &mut Random) -> Self {
        let step = |random: &mut Random| 1 + random.failures(0.35).min(LONGEST_INDEL - 1);
        let mut deletions: Vec<usize> = Vec::new();
        let mut insertions: Vec<Vec<u8>> = Vec::new();
        while deletions.len() + insertions.len() < wanted {
            let mut size = step(random);
            if random.chance(0.55) {
                while base(seed, position + size as u32) == anchor && size < LONGEST_INDEL {
                    size += 1;
                }
                if base(seed, position + size as u32) != anchor && !deletions.contains(&size) {
                    deletions.push(size);
                }
            } else {
                let mut inserted: Vec<u8> = (0..size).map(|_| BASES[random.below(4)]).collect();
                if let Some(last) = inserted.last_mut()
                    && *last == anchor
                {
                    *last = transition(anchor);
                }
                if !insertions.contains(&inserted) {
                    insertions.push(inserted);
                }
            }
        }
        let longest = deletions.iter().copied().max().unwrap_or(0);
        let reference: Vec<u8> = (0..=longest as u32)
            .map(|i| base(seed, position + i))
            .collect();
        let mut alternates: Vec<Vec<u8>> = Vec::new();
        for size in deletions {
            let rest = reference.get(1 + size..).unwrap_or(&[]);
            alternates.push([&[anchor], rest].concat());
        }
        for inserted in insertions {
            alternates.push([&[anchor], inserted.as_slice(), &reference[1..]].concat());
        }
        alternates.sort();
        alternates.dedup();
        Self {
            reference,
            alternates,
            structural: None,
        }
    }
}

/// Recombination per base relative to the average: most of it happens in a few hot windows.
const WINDOW: u32 = 2_000;
const HOT: f64 = 0.06;
const HOT_RATE: f64 = 11.0;
const COLD_RATE: f64 = (1.0 - HOT * HOT_RATE) / (1.0 - HOT);

/// Bases between two places, weighted by the rate of recombination there.
pub(super) fn genetic_distance(seed: u64, from: u32, to: u32) -> f64 {
    let (mut at, mut sum) = (from, 0.0);
    while at < to {
        let window = at / WINDOW;
        let end = (window + 1).saturating_mul(WINDOW).min(to).max(at + 1);
        let draw = hash(seed ^ 0x5eed, u64::from(window)) >> 11;
        let hot = (draw as f64) < HOT * (1u64 << 53) as f64;
        sum += f64::from(end - at) * if hot { HOT_RATE } else { COLD_RATE };
        at = end;
    }
    sum
}

/// Increasing places for `count` records over `length` bases that end at `last`.
pub(super) struct Places {
    at: u32,
    last: u32,
    left: u64,
    spacing: f64,
}

impl Places {
    /// The caller has checked that there are at least `count` bases from `first` to `last`.
    pub(super) fn new(first: u32, last: u32, count: u64, density: f64) -> Self {
        let room = f64::from(last - first + 1) / count.max(1) as f64;
        Self {
            at: first - 1,
            last,
            left: count,
            spacing: (1.0 / density).min(room),
        }
    }

    /// Bases from the first place to about the last.
    pub(super) fn span(&self) -> f64 {
        self.spacing * self.left as f64
    }

    pub(super) fn next(&mut self, random: &mut Random) -> u32 {
        let gap = 1.0 + random.exponential((self.spacing - 1.0).max(0.0));
        self.left = self.left.saturating_sub(1);
        // As many bases must remain as there are records to come.
        let latest = u64::from(self.last).saturating_sub(self.left);
        let drawn = u64::from(self.at) + gap as u64;
        self.at = drawn.min(latest).max(u64::from(self.at) + 1) as u32;
        self.at
    }
}
