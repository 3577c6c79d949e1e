//! The founders' local genealogy, and how it changes along the genome.
//!
//! A structured coalescent (Africa, Europe, East Asia, with the bottleneck out of Africa; sizes and
//! times rounded from Gravel et al. 2011) gives the tree at the first site. From there it walks by
//! the sequentially Markov coalescent (McVean and Cardin 2005): a recombination cuts a branch,
//! which coalesces anew further up. Neighbouring trees are thus almost the same and distant ones
//! are not: that is linkage.

use super::random::Random;

/// Generations between the founders and today: haplotypes are longer than what the genealogy says
/// by recombinations younger than this, which the copies make themselves.
pub(super) const FOUNDER_AGE: f64 = 250.0;

const EAST_SPLIT: f64 = 920.0;
const OUT_OF_AFRICA: f64 = 2040.0;
/// Times at which a deme changes its size or joins another.
const BOUNDARIES: [f64; 4] = [500.0, EAST_SPLIT, OUT_OF_AFRICA, 5920.0];

const AFRICA: u8 = 0;
const EUROPE: u8 = 1;
const NONE: u32 = u32::MAX;

/// The deme a lineage of `deme` belongs to at `time`.
fn lift(deme: u8, time: f64) -> u8 {
    if time >= OUT_OF_AFRICA {
        AFRICA
    } else if time >= EAST_SPLIT && deme != AFRICA {
        EUROPE
    } else {
        deme
    }
}

/// Diploid size of a deme at a time.
fn size(deme: u8, time: f64) -> f64 {
    match deme {
        AFRICA if time < 5920.0 => 14_474.0,
        AFRICA => 7_310.0,
        _ if time >= EAST_SPLIT => 1_861.0,
        _ if time < 500.0 => 12_000.0,
        EUROPE => 2_500.0,
        _ => 1_800.0,
    }
}

fn next_boundary(time: f64) -> f64 {
    BOUNDARIES
        .into_iter()
        .find(|&b| b > time)
        .unwrap_or(f64::INFINITY)
}

#[derive(Clone)]
struct Node {
    time: f64,
    parent: u32,
    children: [u32; 2],
    deme: u8,
}

/// A binary tree: leaves are the founders, numbered as given, then the inner nodes.
pub(super) struct Genealogy {
    nodes: Vec<Node>,
    /// Inner nodes, youngest first.
    order: Vec<u32>,
    founders: usize,
    length: f64,
}

impl Genealogy {
    /// `demes` has the deme of each founder; there is at least one.
    pub(super) fn new(demes: &[u8], random: &mut Random) -> Self {
        let mut nodes: Vec<Node> = demes
            .iter()
            .map(|&deme| Node {
                time: FOUNDER_AGE,
                parent: NONE,
                children: [NONE; 2],
                deme,
            })
            .collect();
        let mut order = Vec::new();
        let mut alive: Vec<u32> = (0..nodes.len() as u32).collect();
        let mut time = FOUNDER_AGE;
        while alive.len() > 1 {
            let demes: Vec<u8> = alive
                .iter()
                .map(|&n| lift(nodes[n as usize].deme, time))
                .collect();
            let mut rates = [0.0; 3];
            for (deme, rate) in rates.iter_mut().enumerate() {
                let k = demes.iter().filter(|&&d| usize::from(d) == deme).count() as f64;
                *rate = k * (k - 1.0) / 2.0 / (2.0 * size(deme as u8, time));
            }
            let total: f64 = rates.iter().sum();
            let boundary = next_boundary(time);
            let wait = if total > 0.0 {
                random.exponential(1.0 / total)
            } else {
                f64::INFINITY
            };
            if time + wait >= boundary {
                time = boundary;
                continue;
            }
            time += wait;
            let mut at = random.unit() * total;
            let deme = rates
                .iter()
                .position(|&rate| {
                    at -= rate;
                    at < 0.0
                })
                .unwrap_or(0) as u8;
            let mut members: Vec<usize> = (0..alive.len()).filter(|&i| demes[i] == deme).collect();
            if members.len() < 2 {
                continue;
            }
            let first = members.swap_remove(random.below(members.len()));
            let second = members.swap_remove(random.below(members.len()));
            let joined = nodes.len() as u32;
            let children = [alive[first], alive[second]];
            for child in children {
                nodes[child as usize].parent = joined;
            }
            nodes.push(Node {
                time,
                parent: NONE,
                children,
                deme,
            });
            order.push(joined);
            alive[first] = joined;
            alive.swap_remove(second);
        }
        let mut tree = Self {
            nodes,
            order,
            founders: demes.len(),
            length: 0.0,
        };
        tree.measure();
        tree
    }

    /// Sum of all branches, in generations.
    pub(super) fn length(&self) -> f64 {
        self.length
    }

    fn branch(&self, node: usize) -> f64 {
        match self.nodes[node].parent {
            NONE => 0.0,
            parent => self.nodes[parent as usize].time - self.nodes[node].time,
        }
    }

    fn measure(&mut self) {
        self.length = (0..self.nodes.len()).map(|n| self.branch(n)).sum();
    }

    /// A node, drawn by the length of the branch above it.
    fn draw(&self, random: &mut Random) -> Option<usize> {
        let mut at = random.unit() * self.length;
        (0..self.nodes.len()).find(|&n| {
            at -= self.branch(n);
            at < 0.0
        })
    }

    /// The founders that carry a new mutation.
    pub(super) fn mutate(&self, random: &mut Random, carriers: &mut Vec<u32>) {
        carriers.clear();
        let Some(node) = self.draw(random) else {
            return;
        };
        let mut open = vec![node as u32];
        while let Some(node) = open.pop() {
            if (node as usize) < self.founders {
                carriers.push(node);
            } else {
                open.extend(self.nodes[node as usize].children);
            }
        }
    }

    /// Whether the branch above `node` exists in `deme` at `time`.
    fn crosses(&self, node: usize, deme: u8, time: f64) -> bool {
        let n = &self.nodes[node];
        n.time <= time
            && lift(n.deme, time) == deme
            && (n.parent == NONE || self.nodes[n.parent as usize].time > time)
    }

    /// One recombination: a branch is cut and finds a new place.
    pub(super) fn recombine(&mut self, random: &mut Random) {
        let Some(cut) = self.draw(random) else {
            return;
        };
        let mut time = self.nodes[cut].time + random.unit() * self.branch(cut);
        let freed = self.nodes[cut].parent;
        let [a, b] = self.nodes[freed as usize].children;
        let sibling = if a == cut as u32 { b } else { a };
        let above = self.nodes[freed as usize].parent;
        self.nodes[sibling as usize].parent = above;
        self.replace_child(above, freed, sibling);
        self.order.retain(|&n| n != freed);

        let stays = |tree: &Self, deme, time| {
            (0..tree.nodes.len())
                .filter(move |&n| n != cut && n != freed as usize)
                .filter(move |&n| tree.crosses(n, deme, time))
                .collect::<Vec<usize>>()
        };
        let mut deme = lift(self.nodes[cut].deme, time);
        let mut lineages = stays(self, deme, time).len();
        let mut next = self
            .order
            .partition_point(|&n| self.nodes[n as usize].time <= time);
        loop {
            let joins = self
                .order
                .get(next)
                .map_or(f64::INFINITY, |&n| self.nodes[n as usize].time);
            let boundary = next_boundary(time);
            let wait = match lineages {
                0 => f64::INFINITY,
                k => random.exponential(2.0 * size(deme, time) / k as f64),
            };
            if time + wait < joins.min(boundary) {
                time += wait;
                break;
            }
            if boundary <= joins {
                if boundary == f64::INFINITY {
                    break;
                }
                time = boundary;
                deme = lift(deme, time);
                lineages = stays(self, deme, time).len();
            } else {
                time = joins;
                if self
                    .order
                    .get(next)
                    .is_some_and(|&n| lift(self.nodes[n as usize].deme, time) == deme)
                {
                    lineages = lineages.saturating_sub(1);
                }
            }
            next = self
                .order
                .partition_point(|&n| self.nodes[n as usize].time <= time);
        }
        let targets = stays(self, deme, time);
        let target = match targets.get(random.below(targets.len())) {
            Some(&target) => target as u32,
            None => sibling,
        };
        let above = self.nodes[target as usize].parent;
        self.replace_child(above, target, freed);
        self.nodes[freed as usize] = Node {
            time,
            parent: above,
            children: [cut as u32, target],
            deme,
        };
        self.nodes[target as usize].parent = freed;
        let at = self
            .order
            .partition_point(|&n| self.nodes[n as usize].time < time);
        self.order.insert(at, freed);
        self.measure();
    }

    fn replace_child(&mut self, parent: u32, old: u32, new: u32) {
        if let Some(node) = self.nodes.get_mut(parent as usize) {
            for child in &mut node.children {
                if *child == old {
                    *child = new;
                }
            }
        }
    }
}
