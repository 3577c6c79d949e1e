//! Today's copies as mosaics of founders.

use super::random::Random;

/// Which founder every copy follows at the current place.
pub(super) struct Mosaic {
    populations: usize,
    /// Per population, the running sum of the founders' weights.
    weights: Vec<Vec<f64>>,
    /// Per copy.
    founder: Vec<u16>,
    /// Per sample.
    population: Vec<u8>,
    /// Per founder its copies, those of one population together. Neighbours in the list count as
    /// closer relatives: a recent mutation stands on a stretch of it. As places in the list are
    /// kept until a copy recombines, the same relatives share again at the next sites.
    followers: Vec<Vec<u32>>,
    /// Per founder and population, where the population's part of the list ends.
    ends: Vec<u32>,
    excursions: Vec<Excursion>,
    /// One bit per copy that is on an excursion.
    away: Vec<u64>,
}

/// A copy that shortly follows another founder, as after a gene conversion.
struct Excursion {
    copy: u32,
    founder: u16,
    end: f64,
}

/// Mean bases of an excursion.
const EXCURSION: f64 = 400.0;

/// Bases after which practically all excursions are over.
pub(super) const LONGEST_EXCURSION: f64 = 20.0 * EXCURSION;

impl Mosaic {
    /// `weights[p][f]` says how much of population `p` descends from founder `f`.
    pub(super) fn new(population: &[u8], weights: &[Vec<f64>], random: &mut Random) -> Self {
        let founders = weights.first().map_or(0, Vec::len);
        let weights: Vec<Vec<f64>> = weights
            .iter()
            .map(|of_founders| {
                let mut sum = 0.0;
                let running = |w: &f64| {
                    sum += w;
                    sum
                };
                of_founders.iter().map(running).collect()
            })
            .collect();
        let mut mosaic = Self {
            populations: weights.len(),
            weights,
            founder: vec![0; population.len() * 2],
            population: population.to_vec(),
            followers: vec![Vec::new(); founders],
            ends: Vec::new(),
            excursions: Vec::new(),
            away: vec![0; (population.len() * 2).div_ceil(64)],
        };
        let mut copies: Vec<u32> = (0..mosaic.founder.len() as u32).collect();
        random.shuffle(&mut copies);
        for p in 0..mosaic.populations {
            for &copy in &copies {
                if usize::from(mosaic.population[copy as usize / 2]) == p {
                    let founder = mosaic.draw(p, random);
                    mosaic.founder[copy as usize] = founder as u16;
                    mosaic.followers[founder].push(copy);
                }
            }
            mosaic
                .ends
                .extend(mosaic.followers.iter().map(|list| list.len() as u32));
        }
        mosaic
    }

    fn draw(&self, population: usize, random: &mut Random) -> usize {
        let running = &self.weights[population];
        let at = random.unit() * running.last().copied().unwrap_or(0.0);
        running
            .partition_point(|&w| w <= at)
            .min(running.len().saturating_sub(1))
    }

    fn end(&mut self, population: usize, founder: usize) -> &mut u32 {
        &mut self.ends[population * self.followers.len() + founder]
    }

    /// One copy recombines: it goes on as another founder's descendant.
    pub(super) fn recombine(&mut self, random: &mut Random) {
        let copy = random.below(self.founder.len());
        let Some(&population) = self.population.get(copy / 2) else {
            return;
        };
        let population = usize::from(population);
        let old = usize::from(self.founder[copy]);
        let new = self.draw(population, random);
        if let Some(at) = self.followers[old].iter().position(|&c| c as usize == copy) {
            self.followers[old].remove(at);
        }
        for p in population..self.populations {
            *self.end(p, old) -= 1;
        }
        let start = match population {
            0 => 0,
            p => *self.end(p - 1, new) as usize,
        };
        let room = *self.end(population, new) as usize - start + 1;
        self.followers[new].insert(start + random.below(room), copy as u32);
        for p in population..self.populations {
            *self.end(p, new) += 1;
        }
        self.founder[copy] = new as u16;
    }

    /// One copy went on an excursion some bases before `position`.
    pub(super) fn convert(&mut self, position: u32, before: f64, random: &mut Random) {
        let copy = random.below(self.founder.len());
        let end = f64::from(position) - before + random.exponential(EXCURSION);
        if end < f64::from(position) {
            return;
        }
        let Some(&population) = self.population.get(copy / 2) else {
            return;
        };
        let founder = self.draw(usize::from(population), random) as u16;
        let bit = 1 << (copy % 64);
        if self.away[copy / 64] & bit == 0 {
            self.away[copy / 64] |= bit;
            self.excursions.push(Excursion {
                copy: copy as u32,
                founder,
                end,
            });
        }
    }

    /// Excursions that end before a place are over.
    pub(super) fn come_home(&mut self, position: u32) {
        let away = &mut self.away;
        self.excursions.retain(|e| {
            let stays = e.end >= f64::from(position);
            if !stays {
                away[e.copy as usize / 64] &= !(1 << (e.copy % 64));
            }
            stays
        });
    }

    /// The copies that follow any of some founders here.
    pub(super) fn descendants(&self, founders: &[u32], copies: &mut Vec<u32>) {
        copies.clear();
        let away = |copy: u32| self.away[copy as usize / 64] >> (copy % 64) & 1 == 1;
        for &founder in founders {
            let followers = self.followers(founder).iter().copied();
            copies.extend(followers.filter(|&copy| !away(copy)));
        }
        let mut of_interest = vec![false; self.followers.len()];
        for &founder in founders {
            of_interest[founder as usize] = true;
        }
        let visitors = self.excursions.iter();
        copies.extend(
            visitors
                .filter(|e| of_interest[usize::from(e.founder)])
                .map(|e| e.copy),
        );
    }

    fn followers(&self, founder: u32) -> &[u32] {
        self.followers
            .get(founder as usize)
            .map_or(&[], Vec::as_slice)
    }

    /// About `size` closely related copies around a random one.
    pub(super) fn clade(&self, size: usize, random: &mut Random) -> &[u32] {
        let copy = random.below(self.founder.len());
        let Some(&founder) = self.founder.get(copy) else {
            return &[];
        };
        let list = self.followers(u32::from(founder));
        let at = list.iter().position(|&c| c as usize == copy).unwrap_or(0);
        let size = size.min(list.len());
        let start = at.saturating_sub(random.below(size)).min(list.len() - size);
        &list[start..start + size]
    }
}
