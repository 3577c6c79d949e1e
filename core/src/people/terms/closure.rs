//! What a record of a term answers: its closure, found by a walk in levels.
//!
//! Level 0 is the term, and all to which parents lead from it. Level *k* + 1 is the equivalents of the
//! terms of level *k*, and all to which parents lead from those, without what earlier levels have. A
//! walk goes to no equivalent whose vocabulary is one of a term of a level before *k*: so two terms of
//! one vocabulary that share an equivalent do not become the same. Each term is met once, whatever the
//! number of ways that lead to it.

use crate::error::Result;
use crate::source::vocabulary::canonical;
use std::collections::VecDeque;

/// What is more general than a term, and what is the same, both ascending.
pub(super) trait Graph {
    fn parents(&self, term: u32) -> Result<impl Iterator<Item = u32>>;

    /// The equivalents from a number on.
    fn equivalents(&self, term: u32, from: u32) -> Result<impl Iterator<Item = u32>>;
}

/// Where the terms of each vocabulary begin. In the order of their ids in canonical form they lie
/// together; an id without a colon is a vocabulary of its own.
pub(super) fn starts(ids: impl Iterator<Item = impl AsRef<str>>) -> Vec<u32> {
    let mut starts = Vec::new();
    let mut last = String::new();
    for (term, id) in (0..).zip(ids) {
        let mut vocabulary = canonical(id.as_ref());
        if let Some(colon) = vocabulary.find(':') {
            vocabulary.truncate(colon + 1);
        }
        if vocabulary != last || term == 0 {
            starts.push(term);
            last = vocabulary;
        }
    }
    starts
}

/// The number of a term's vocabulary, from 1.
pub(super) fn vocabulary(starts: &[u32], term: u32) -> usize {
    starts.partition_point(|start| *start <= term)
}

/// Not met on this walk.
const NEVER: (u32, u32) = (0, 0);

/// What walks need, kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// By term: the walk on which it was met last.
    met: Vec<u32>,
    /// By vocabulary: the walk on which a term of it was met last, and the first level of one there.
    levels: Vec<(u32, u32)>,
    number: u32,
}

impl Walk {
    pub(super) fn new(terms: usize) -> Self {
        Self {
            met: vec![0; terms],
            levels: Vec::new(),
            number: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.met.is_empty()
    }

    /// The closure of a term, ascending; `None` where it has more than so many terms.
    pub(super) fn from<G: Graph + ?Sized>(
        &mut self,
        graph: &G,
        starts: &[u32],
        start: u32,
        most: usize,
    ) -> Result<Option<Vec<u32>>> {
        self.number = self.number.wrapping_add(1);
        if self.number == 0 {
            self.met.fill(0);
            self.levels.clear();
            self.number = 1;
        }
        self.levels.resize(starts.len() + 1, NEVER);
        let mut found = Vec::new();
        let mut level = 0;
        let mut first = 0;
        self.meet(start, &mut found);
        while first < found.len() {
            let mut at = first;
            while let Some(&term) = found.get(at) {
                for parent in graph.parents(term)? {
                    self.meet(parent, &mut found);
                    if found.len() > most {
                        return Ok(None);
                    }
                }
                self.reach(vocabulary(starts, term), level);
                at += 1;
            }
            let end = found.len();
            for at in first..end {
                let term = found.get(at).copied().unwrap_or(start);
                let own = vocabulary(starts, term);
                let mut from = 0;
                // vocabulary by vocabulary, since a term may have any number of equivalents in one
                while let Some(other) = graph.equivalents(term, from)?.next() {
                    let of = vocabulary(starts, other);
                    let next = starts.get(of).copied().unwrap_or(u32::MAX);
                    if of != own && self.open(of, level) {
                        for other in graph.equivalents(term, from)?.take_while(|o| *o < next) {
                            self.meet(other, &mut found);
                            if found.len() > most {
                                return Ok(None);
                            }
                        }
                    }
                    from = next;
                }
            }
            first = end;
            level += 1;
        }
        found.sort_unstable();
        Ok(Some(found))
    }

    fn meet(&mut self, term: u32, found: &mut Vec<u32>) {
        if let Some(met) = self.met.get_mut(term as usize)
            && std::mem::replace(met, self.number) != self.number
        {
            found.push(term);
        }
    }

    /// A term of a vocabulary is met on a level.
    fn reach(&mut self, vocabulary: usize, level: u32) {
        if let Some(known) = self.levels.get_mut(vocabulary)
            && known.0 != self.number
        {
            *known = (self.number, level);
        }
    }

    /// Whether no term of a vocabulary was met on a level before this one.
    fn open(&self, vocabulary: usize, level: u32) -> bool {
        let known = self.levels.get(vocabulary).copied().unwrap_or(NEVER);
        known.0 != self.number || known.1 >= level
    }
}

/// Terms of a circle that an error names.
const SHOWN: usize = 12;

/// A term that is above itself by parents alone, and the shortest way round: `None` where there is
/// none. A term that is its own parent is none.
pub(super) fn circle<G: Graph + ?Sized>(graph: &G, terms: usize) -> Result<Option<Vec<u32>>> {
    let Some(start) = above_itself(graph, terms)? else {
        return Ok(None);
    };
    let mut below = std::collections::HashMap::<u32, u32>::new();
    let mut todo = VecDeque::from([start]);
    while let Some(term) = todo.pop_front() {
        for parent in graph.parents(term)?.filter(|parent| *parent != term) {
            if let std::collections::hash_map::Entry::Vacant(vacant) = below.entry(parent) {
                vacant.insert(term);
                todo.push_back(parent);
            }
        }
    }
    let mut way = vec![start];
    let mut term = start;
    while let Some(&next) = below.get(&term) {
        way.push(next);
        if next == start || way.len() > SHOWN {
            break;
        }
        term = next;
    }
    way.reverse();
    Ok(Some(way))
}

/// The first term on a circle of parents: Tarjan's strongly connected components, without recursion.
fn above_itself<G: Graph + ?Sized>(graph: &G, terms: usize) -> Result<Option<u32>> {
    let mut order = vec![0u32; terms];
    let mut low = vec![0u32; terms];
    let mut held = vec![false; terms];
    let mut stack: Vec<u32> = Vec::new();
    let mut next = 0;
    let mut found: Option<u32> = None;
    for start in 0..terms as u32 {
        let mut path: Vec<(u32, Vec<u32>)> = Vec::new();
        let mut enter = Some(start);
        loop {
            if let Some(term) = enter.take() {
                match order.get_mut(term as usize) {
                    Some(order @ 0) => {
                        next += 1;
                        *order = next;
                    }
                    _ => break,
                }
                if let (Some(low), Some(held)) =
                    (low.get_mut(term as usize), held.get_mut(term as usize))
                {
                    (*low, *held) = (next, true);
                }
                stack.push(term);
                let parents = graph.parents(term)?.filter(|parent| *parent != term);
                path.push((term, parents.collect()));
            }
            let Some((term, parents)) = path.last_mut() else {
                break;
            };
            let term = *term;
            let lower = |low: &mut [u32], with: u32| {
                if let Some(low) = low.get_mut(term as usize) {
                    *low = (*low).min(with);
                }
            };
            if let Some(parent) = parents.pop() {
                match order.get(parent as usize) {
                    Some(0) => enter = Some(parent),
                    Some(&order) if held.get(parent as usize) == Some(&true) => {
                        lower(&mut low, order);
                    }
                    _ => {}
                }
                continue;
            }
            path.pop();
            let own = low.get(term as usize).copied().unwrap_or(0);
            if Some(&own) == order.get(term as usize) {
                let mut members = 0;
                let mut least = term;
                while let Some(member) = stack.pop() {
                    if let Some(held) = held.get_mut(member as usize) {
                        *held = false;
                    }
                    members += 1;
                    least = least.min(member);
                    if member == term {
                        break;
                    }
                }
                if members > 1 {
                    found = Some(found.map_or(least, |found| found.min(least)));
                }
            }
            if let Some((below, _)) = path.last() {
                let below = *below as usize;
                if let Some(low) = low.get_mut(below) {
                    *low = (*low).min(own);
                }
            }
        }
    }
    Ok(found)
}
