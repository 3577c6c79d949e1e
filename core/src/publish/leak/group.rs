//! The attack on one stratum.

use super::people::{CODES, Members, SCORED};
use super::{BLOCK_ROWS, PART_SITES, SPLITS};
use std::collections::VecDeque;
use std::ops::Range;

/// People of a group at least for some of them to be held out.
const ATTACKED_MIN: u64 = 40;
/// Sites of r² of at least this are in linkage disequilibrium, and what r² of unlinked ones may be in few people, for each of them.
const LINKED: f64 = 0.2;
const BY_CHANCE: f64 = 8.0;
/// How many sites before are compared with, and how far away they are at most.
const WINDOW: usize = 50;
const WINDOW_BASES: i64 = 500_000;
/// Words of a bit for each of those who are scored.
const WORDS: usize = SCORED / 64;
/// All sites, and the independent ones.
const KINDS: usize = 2;
const ALL: usize = 0;
const INDEPENDENT: usize = 1;

/// Where a site is.
#[derive(Debug, Clone, Copy)]
pub(in crate::publish) struct Place {
    pub(in crate::publish) contig: usize,
    pub(in crate::publish) start: i64,
}

/// Of the people of a group, by code: not called, and of 0, 1 and 2 copies.
pub(super) struct Numbers([[u32; 4]; CODES]);

impl Numbers {
    pub(super) fn of(counts: &[[u32; 4]], bins: Range<usize>) -> Self {
        let mut all = [[0; 4]; CODES];
        let bins = counts.get(bins.start * CODES..bins.end * CODES);
        for bin in bins.unwrap_or_default().chunks_exact(CODES) {
            for (all, of) in all.iter_mut().flatten().zip(bin.iter().flatten()) {
                *all += of;
            }
        }
        Self(all)
    }

    /// The frequency in all of them, where somebody is called.
    pub(super) fn frequency(&self) -> Option<f64> {
        let [a, b] = self.halves(0);
        let (ac, an) = (a.ac() + b.ac(), a.an() + b.an());
        (an > 0.0).then(|| ac / an)
    }

    /// The two halves of a split: the second one has the bit.
    fn halves(&self, split: usize) -> [Half; 2] {
        let mut halves = [Half::default(); 2];
        for (code, numbers) in self.0.iter().enumerate() {
            let [a, b] = &mut halves;
            let half = if code >> split & 1 == 0 { a } else { b };
            for (sum, of) in half.0.iter_mut().zip(numbers) {
                *sum += f64::from(*of);
            }
        }
        halves
    }
}

/// Numbers of a half: not called, and of 0, 1 and 2 copies.
#[derive(Debug, Clone, Copy, Default)]
struct Half([f64; 4]);

impl Half {
    fn size(&self) -> f64 {
        self.0.iter().sum()
    }

    fn ac(&self) -> f64 {
        let [_, _, het, hom] = self.0;
        het + 2.0 * hom
    }

    fn an(&self) -> f64 {
        let [_, none, het, hom] = self.0;
        2.0 * (none + het + hom)
    }

    /// Logarithms of the frequencies of both alleles, without one of the people, who has so many copies.
    fn without(&self, copies: f64) -> [f64; 2] {
        logarithms(self.ac() - copies, self.an() - 2.0)
    }

    fn logarithms(&self) -> [f64; 2] {
        logarithms(self.ac(), self.an())
    }
}

/// Half an allele stands for none: a published 0 does not exclude a member.
fn logarithms(ac: f64, an: f64) -> [f64; 2] {
    let half = 0.5 / an;
    let frequency = (ac / an).clamp(half, 1.0 - half);
    [frequency.ln(), (1.0 - frequency).ln()]
}

/// What a site adds to the score of who has so many copies.
fn score(copies: f64, file: [f64; 2], reference: [f64; 2]) -> f64 {
    let [[p, q], [r, s]] = [file, reference];
    copies * (p - r) + (2.0 - copies) * (q - s)
}

/// What a site adds to scores in a split.
#[derive(Debug, Clone, Copy, Default)]
struct Scores {
    /// Of those held out of each half: beyond that of nobody's copy, by copies; that of no call first.
    held_out: [[f64; 4]; 2],
    /// What a member's own membership adds to his score, in the mean.
    shift: f64,
}

impl Scores {
    /// `None` where too few are called.
    fn of(halves: &[Half; 2]) -> Option<Self> {
        if halves.iter().any(|half| half.an() < 4.0) {
            return None;
        }
        let mut of = Self::default();
        let [a, b] = halves;
        for (half, other, to) in [(a, b, 0), (b, a, 1)] {
            let (file, reference) = (half.logarithms(), other.logarithms());
            let mut mean = 0.0;
            let none = score(0.0, half.without(0.0), reference);
            let [_, called @ ..] = half.0;
            let held_out = of.held_out.get_mut(to)?;
            for (copies, people) in [0.0, 1.0, 2.0].into_iter().zip(called) {
                if people == 0.0 {
                    continue;
                }
                let out = score(copies, half.without(copies), reference);
                of.shift += people * (score(copies, file, reference) - out) / half.size() / 2.0;
                mean += people * (out - none) / (half.an() / 2.0);
                if let Some(to) = held_out.get_mut(copies as usize + 1) {
                    *to = out - none;
                }
            }
            // who is not called has what others have in the mean
            if let Some(to) = held_out.first_mut() {
                *to = mean;
            }
        }
        Some(of)
    }
}

/// Which of those who are scored have one copy, and two.
#[derive(Debug, Clone, Default)]
struct Planes {
    contig: usize,
    start: i64,
    het: [u64; WORDS],
    hom: [u64; WORDS],
    sum: f64,
    variance: f64,
}

impl Planes {
    fn of(row: &[i8], scored: &[(u32, u8)], place: Place) -> Self {
        let mut of = Self {
            contig: place.contig,
            start: place.start,
            ..Self::default()
        };
        for (number, (column, _)) in scored.iter().enumerate() {
            let plane = match row.get(*column as usize) {
                Some(1) => &mut of.het,
                Some(2..) => &mut of.hom,
                _ => continue,
            };
            if let Some(word) = plane.get_mut(number / 64) {
                *word |= 1 << (number % 64);
            }
        }
        let ones =
            |plane: &[u64; WORDS]| f64::from(plane.iter().map(|w| w.count_ones()).sum::<u32>());
        let (het, hom, people) = (ones(&of.het), ones(&of.hom), scored.len() as f64);
        of.sum = het + 2.0 * hom;
        of.variance = people * (het + 4.0 * hom) - of.sum * of.sum;
        of
    }

    fn r_squared(&self, other: &Self, people: f64) -> f64 {
        let mut both = 0;
        let mine = self.het.iter().zip(&self.hom);
        for ((a, b), (c, d)) in mine.zip(other.het.iter().zip(&other.hom)) {
            both += (a & c).count_ones() + 2 * ((a & d).count_ones() + (b & c).count_ones());
            both += 4 * (b & d).count_ones();
        }
        let covariance = people * f64::from(both) - self.sum * other.sum;
        covariance * covariance / (self.variance * other.variance)
    }
}

/// Sums over sites of a block.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    sites: f64,
    independent: f64,
    /// By kind of sites: shift, variance, and 1/(pq).
    shift: [f64; KINDS],
    variance: [f64; KINDS],
    per_noise: [f64; KINDS],
    /// |frequency − that of the total|.
    difference: f64,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.sites += other.sites;
        self.independent += other.independent;
        self.difference += other.difference;
        for kind in 0..KINDS {
            for (sum, of) in [
                (&mut self.shift, &other.shift),
                (&mut self.variance, &other.variance),
                (&mut self.per_noise, &other.per_noise),
            ] {
                if let (Some(sum), Some(of)) = (sum.get_mut(kind), of.get(kind)) {
                    *sum += of;
                }
            }
        }
    }
}

/// The attack on a group.
pub(super) struct GroupMeter {
    /// Sites that are shown, and whether the last one is.
    shown: u64,
    is_shown: bool,
    kept: VecDeque<Planes>,
    /// By those who are scored, kind of sites and split: the score of the block.
    scores: Vec<[[f64; SPLITS]; KINDS]>,
    block: Sums,
    /// Independent sites since their variance was added.
    part: u32,
    blocks: Vec<(u64, Sums)>,
}

impl GroupMeter {
    pub(super) fn new(members: &Members) -> Self {
        Self {
            shown: 0,
            is_shown: false,
            kept: VecDeque::new(),
            scores: vec![[[0.0; SPLITS]; KINDS]; members.scored.len()],
            block: Sums::default(),
            part: 0,
            blocks: Vec::new(),
        }
    }

    /// Goes on to the next site.
    pub(super) fn next(&mut self, is_shown: bool) {
        self.is_shown = is_shown;
        self.shown += u64::from(is_shown);
    }

    /// Looks at the site. Returns whether it is independent of those before. `of_total` is the same of the total, with its frequency: of a
    /// group of few, it decides.
    pub(super) fn look(
        &mut self,
        (members, row): (&Members, &[i8]),
        numbers: &Numbers,
        place: Place,
        of_total: Option<(bool, Option<f64>)>,
    ) -> bool {
        if !self.is_shown {
            return false;
        }
        self.block.sites += 1.0;
        let Some(frequency) = numbers.frequency() else {
            return false;
        };
        if let Some((_, Some(total))) = of_total {
            self.block.difference += (frequency - total).abs();
        }
        if frequency <= 0.0 || frequency >= 1.0 {
            return false;
        }
        let is_independent = match of_total {
            Some((is_independent, _)) if members.people < ATTACKED_MIN => is_independent,
            _ => self.is_independent(members, row, place),
        };
        self.block.independent += f64::from(u8::from(is_independent));
        let kinds = 1 + usize::from(is_independent);
        let per_noise = 1.0 / (frequency * (1.0 - frequency));
        for sum in self.block.per_noise.iter_mut().take(kinds) {
            *sum += per_noise;
        }
        if members.people >= ATTACKED_MIN {
            self.score(members, row, numbers, kinds);
            self.part += u32::from(is_independent);
            if self.part == PART_SITES {
                self.end_part(members, INDEPENDENT);
            }
        }
        is_independent
    }

    fn is_independent(&mut self, members: &Members, row: &[i8], place: Place) -> bool {
        let is_near = |of: &Planes| {
            of.contig == place.contig && place.start.abs_diff(of.start) <= WINDOW_BASES as u64
        };
        self.kept.retain(is_near);
        let planes = Planes::of(row, &members.scored, place);
        // nobody who is looked at differs: what it is linked with is not known
        if planes.variance <= 0.0 {
            return true;
        }
        let people = members.scored.len() as f64;
        let linked = LINKED + BY_CHANCE / people;
        let mut kept = self.kept.iter().rev();
        if kept.any(|other| planes.r_squared(other, people) >= linked) {
            return false;
        }
        if self.kept.len() == WINDOW {
            self.kept.pop_front();
        }
        self.kept.push_back(planes);
        true
    }

    /// Adds the site to the scores of the block, of so many kinds of sites.
    fn score(&mut self, members: &Members, row: &[i8], numbers: &Numbers, kinds: usize) {
        let mut scores = [Scores::default(); SPLITS];
        for (split, scores) in scores.iter_mut().enumerate() {
            let Some(of) = Scores::of(&numbers.halves(split)) else {
                return;
            };
            *scores = of;
        }
        let shift = scores.iter().map(|of| of.shift).sum::<f64>() / SPLITS as f64;
        for sum in self.block.shift.iter_mut().take(kinds) {
            *sum += shift;
        }
        // of each code, what no call, one copy and two add
        let mut added = [[[0.0; SPLITS]; 3]; CODES];
        for (code, added) in added.iter_mut().enumerate() {
            for (split, scores) in scores.iter().enumerate() {
                let [a, b] = &scores.held_out;
                let [missing, _, one, two] = if code >> split & 1 == 0 { a } else { b };
                for (added, of) in added.iter_mut().zip([missing, one, two]) {
                    if let Some(added) = added.get_mut(split) {
                        *added = *of;
                    }
                }
            }
        }
        for ((column, code), sums) in members.scored.iter().zip(&mut self.scores) {
            let of = match row.get(*column as usize) {
                Some(0) | None => continue,
                Some(..0) => 0,
                Some(1) => 1,
                Some(_) => 2,
            };
            let added = added
                .get(usize::from(*code))
                .and_then(|of_code| of_code.get(of));
            let Some(added) = added else { continue };
            for sums in sums.iter_mut().take(kinds) {
                for (sum, added) in sums.iter_mut().zip(added) {
                    *sum += added;
                }
            }
        }
    }

    /// Ends a block.
    pub(super) fn end_block(&mut self, block: u64, members: &Members) {
        self.end_part(members, ALL);
        self.end_part(members, INDEPENDENT);
        self.blocks.push((block, std::mem::take(&mut self.block)));
    }

    /// Adds the variance of the scores by sites of a kind, of those held out of each half about their mean, and begins anew.
    fn end_part(&mut self, members: &Members, kind: usize) {
        let Some(variance) = self.block.variance.get_mut(kind) else {
            return;
        };
        for split in 0..SPLITS {
            // number, sum and sum of squares of each half
            let mut halves = [[0.0; 3]; 2];
            for ((_, code), sums) in members.scored.iter().zip(&mut self.scores) {
                let score = sums.get_mut(kind).and_then(|of| of.get_mut(split));
                let half = halves.get_mut(usize::from(*code >> split & 1));
                if let (Some([number, sum, squares]), Some(score)) = (half, score) {
                    *number += 1.0;
                    *sum += *score;
                    *squares += *score * *score;
                    *score = 0.0;
                }
            }
            let [a, b] = halves.map(|[number, sum, squares]| {
                (number - 1.0, squares - sum * sum / f64::max(number, 1.0))
            });
            *variance += (a.1 + b.1).max(0.0) / (a.0 + b.0).max(1.0) / SPLITS as f64;
        }
        if kind == INDEPENDENT {
            self.part = 0;
        }
    }

    /// Forgets blocks, but for one of so many.
    pub(super) fn keep_every(&mut self, stride: u64) {
        self.blocks
            .retain(|(block, _)| block.is_multiple_of(stride));
    }

    /// The standard error of a separation by a sample of blocks, for a separation of 1: the change of s/√v by a block is that of s, less
    /// half of that of v.
    fn error_of_sample(&self, sums: &Sums, kind: usize) -> f64 {
        let (shift, variance) = (of_kind(&sums.shift, kind), of_kind(&sums.variance, kind));
        if self.blocks.len() < 2 || shift <= 0.0 || variance <= 0.0 {
            return 0.0;
        }
        let blocks = self.blocks.len() as f64;
        let change = |(_, of): &(u64, Sums)| {
            let (s, v) = (of_kind(&of.shift, kind), of_kind(&of.variance, kind));
            (s / shift - 1.0 / blocks) - (v / variance - 1.0 / blocks) / 2.0
        };
        let squares: f64 = self.blocks.iter().map(change).map(|of| of * of).sum();
        (squares * blocks / (blocks - 1.0)).sqrt()
    }

    /// What was found, of a file that rounds AC to multiples of a number.
    pub(super) fn measure(&self, members: &Members, rounding: u64) -> Measured {
        let mut sums = Sums::default();
        self.blocks.iter().for_each(|(_, of)| sums.add(of));
        let scale = self.shown as f64 / sums.sites.max(1.0);
        let sampled = match scale > 1.0 {
            true => (0..KINDS)
                .map(|kind| self.error_of_sample(&sums, kind))
                .fold(0.0, f64::max),
            false => 0.0,
        };
        Measured {
            label: members.label.clone(),
            people: members.people,
            sites: self.shown,
            scale,
            sampled,
            rounded: variance_of_rounding(rounding),
            sums,
        }
    }
}

/// A term of a kind of sites.
fn of_kind(terms: &[f64; KINDS], kind: usize) -> f64 {
    terms.get(kind).copied().unwrap_or_default()
}

/// The variance of what rounding to multiples of a number changes, of whole numbers that come alike often.
fn variance_of_rounding(to: u64) -> f64 {
    let to = to.max(1) as f64;
    (to * to - 1.0) / 12.0
}

/// What was found of a group.
pub(super) struct Measured {
    pub(super) label: String,
    pub(super) people: u64,
    pub(super) sites: u64,
    /// Sites that are shown for each that was looked at.
    scale: f64,
    /// The standard error for a separation of 1, where only some of them were looked at.
    sampled: f64,
    /// The variance of AC that the policy's rounding adds.
    rounded: f64,
    sums: Sums,
}

impl Measured {
    pub(super) fn independent(&self) -> u64 {
        (self.scale * self.sums.independent).round() as u64
    }

    pub(super) fn expected(&self) -> f64 {
        (self.scale * self.sums.independent / self.size()).sqrt()
    }

    fn size(&self) -> f64 {
        (self.people as f64).max(1.0)
    }

    /// The separation by all sites and by the independent ones, where AC is shown with a variance.
    fn by_kind(&self, variance: f64) -> impl Iterator<Item = f64> {
        let noise = self.noise(variance);
        let kinds = self.terms().zip(noise);
        kinds.map(|((shift, of_others), noise)| match of_others + noise {
            0.0 => 0.0,
            all => shift / all.sqrt(),
        })
    }

    /// Shift and variance of the whole file, by kind of sites; of few people both are m/n.
    fn terms(&self) -> impl Iterator<Item = (f64, f64)> {
        let Sums {
            mut shift,
            mut variance,
            ..
        } = self.sums;
        if self.people < ATTACKED_MIN {
            shift = [2.0 * self.sums.independent / self.size(); KINDS];
            variance = [4.0 * self.sums.independent / self.size(); KINDS];
        }
        let scale = self.scale;
        let terms = shift.into_iter().zip(variance);
        terms.map(move |(shift, variance)| (scale * shift / 2.0, scale * variance / 4.0))
    }

    /// What a variance of AC adds to the variance of scores: 2 (variance of p̂)/(pq) for each site.
    fn noise(&self, variance: f64) -> [f64; KINDS] {
        let each = self.scale * variance / (2.0 * self.size() * self.size());
        self.sums.per_noise.map(|sum| each * sum)
    }

    pub(super) fn attacked(&self) -> Option<f64> {
        (self.people >= ATTACKED_MIN).then(|| self.with_variance(self.rounded))
    }

    /// What the attack reaches where AC has a variance.
    fn with_variance(&self, variance: f64) -> f64 {
        self.by_kind(variance).fold(0.0, f64::max)
    }

    /// What another draw of as many people may have more, at two standard deviations of √(1/(2n)), and another sample of sites, at two of
    /// its own.
    fn margin(&self) -> f64 {
        match self.sums.independent > 0.0 {
            true => {
                (2.0 / self.size()).sqrt() + 2.0 * self.sampled * self.with_variance(self.rounded)
            }
            false => 0.0,
        }
    }

    pub(super) fn separation(&self) -> f64 {
        self.attacked().unwrap_or_else(|| self.expected()) + self.margin()
    }

    /// The same with AC rounded to multiples of a number.
    pub(super) fn rounded_to(&self, to: u64) -> f64 {
        let variance = variance_of_rounding(to).max(self.rounded);
        self.with_variance(variance) + self.margin()
    }

    /// The standard deviation of noise in AC that keeps to a separation; `None` where none does.
    pub(super) fn noise_for(&self, bound: f64) -> Option<f64> {
        let bound = bound - self.margin();
        if bound <= 0.0 {
            return None;
        }
        let of_one = self.noise(1.0);
        let kinds = self.terms().zip(of_one);
        let needed = kinds.map(|((shift, variance), noise)| {
            let left = (shift / bound).powi(2) - variance - noise * self.rounded;
            if noise > 0.0 { left / noise } else { 0.0 }
        });
        Some(needed.fold(0.0, f64::max).sqrt())
    }

    /// Independent sites that keep to a separation.
    pub(super) fn sites_for(&self, bound: f64) -> u64 {
        let bound = (bound - self.margin()).max(0.0);
        // of independent sites each adds 1/n, and of all that there are no more than what the attack found
        let most = bound * bound * self.size();
        (most.floor() as u64).min(self.independent())
    }

    /// The mean of |frequency − that of the total|.
    pub(super) fn difference(&self) -> f64 {
        self.sums.difference / self.sums.sites.max(1.0)
    }
}

const _: () = assert!(BLOCK_ROWS > 0 && SCORED.is_multiple_of(64));
