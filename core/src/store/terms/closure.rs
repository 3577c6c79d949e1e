//! What a record of a term answers: its closure.
//!
//! Ways lead from a term to its parents and to its equivalents. By going to an equivalent a way *leaves*
//! the vocabulary of the term it comes from; going to a parent leaves nothing. A vocabulary that all
//! ways to a term have left is not entered by an equivalence from there: so two terms of one vocabulary
//! that share an equivalent do not become the same. The closure is all that is met.
//!
//! What is left on all ways is a set for each term, which gets smaller while more ways are found, so
//! that the work is bounded by terms, relations and vocabularies, whatever the number of ways. A term
//! answers what its parents answer: they are met with nothing left.

use crate::error::{Error, Result};
use crate::model::vocabulary::canonical;
use std::collections::VecDeque;

/// What is more general than a term, and what is the same, both ascending.
pub(super) trait Graph {
    fn parents(&self, term: u32) -> Result<impl Iterator<Item = u32>>;

    /// The equivalents from a number on.
    fn equivalents(&self, term: u32, from: u32) -> Result<impl Iterator<Item = u32>>;
}

/// Most vocabularies with equivalents: a bit for each of them is kept of each term on a walk.
const VOCABULARIES: usize = 2048;
/// No equivalents: never left.
const NONE: u32 = u32::MAX;

/// The vocabularies of terms. In the order of their ids in canonical form the terms of each lie
/// together; an id without a colon is a vocabulary of its own.
#[derive(Debug, Default)]
pub(super) struct Vocabularies {
    /// Where each begins.
    starts: Vec<u32>,
    /// By vocabulary: its bit, of those with equivalents.
    bits: Vec<u32>,
    words: usize,
    /// By term: its vocabulary.
    of: Vec<u32>,
}

impl Vocabularies {
    /// Of terms by their ids; of each it is said whether it has equivalents.
    pub(super) fn new(
        terms: impl Iterator<Item = Result<(impl AsRef<str>, bool)>>,
    ) -> Result<Self> {
        let mut all = Self::default();
        let mut last = String::new();
        let mut count = 0;
        for (term, read) in (0..).zip(terms) {
            let (id, related) = read?;
            let mut vocabulary = canonical(id.as_ref());
            if let Some(colon) = vocabulary.find(':') {
                vocabulary.truncate(colon + 1);
            }
            if vocabulary != last || term == 0 {
                all.starts.push(term);
                all.bits.push(NONE);
                last = vocabulary;
            }
            all.of.push(all.starts.len() as u32 - 1);
            if let Some(bit) = all.bits.last_mut().filter(|bit| related && **bit == NONE) {
                *bit = count;
                count += 1;
            }
        }
        all.words = (count as usize).div_ceil(64);
        match count as usize > VOCABULARIES {
            true => Err(Error::Usage(format!(
                "ontology: {count} vocabularies with terms that are the same in others: at most \
                 {VOCABULARIES} can be distinguished"
            ))),
            false => Ok(all),
        }
    }

    /// The vocabulary of a term, by its number.
    pub(super) fn of(&self, term: u32) -> u32 {
        self.of.get(term as usize).copied().unwrap_or(NONE)
    }

    /// The terms of the same vocabulary as a term.
    pub(super) fn range(&self, term: u32) -> std::ops::Range<u32> {
        let number = self.of(term) as usize;
        let start = self.starts.get(number).copied().unwrap_or(term);
        start..self.end(number)
    }

    fn end(&self, number: usize) -> u32 {
        self.starts.get(number + 1).copied().unwrap_or(NONE)
    }

    /// The word and the bit of a vocabulary in a set of them.
    fn place(&self, number: u32) -> (usize, u64) {
        match self.bits.get(number as usize) {
            Some(&bit) if bit != NONE => (bit as usize / 64, 1 << (bit % 64)),
            _ => (0, 0),
        }
    }
}

/// What walks need, kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// By term: the walk on which it was met last, and its place there.
    met: Vec<(u32, u32)>,
    number: u32,
    found: Vec<u32>,
    /// By place: the vocabularies that all ways have left.
    left: Vec<u64>,
    /// Places of which the term is to be looked at, and whether each is there.
    todo: VecDeque<u32>,
    waiting: Vec<bool>,
}

impl Walk {
    pub(super) fn new(terms: usize) -> Self {
        Self {
            met: vec![(0, 0); terms],
            ..Self::default()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.met.is_empty()
    }

    /// The closure of a term, ascending; `None` where it has more than so many terms.
    pub(super) fn from<G: Graph + ?Sized>(
        &mut self,
        graph: &G,
        vocabularies: &Vocabularies,
        start: u32,
        most: usize,
    ) -> Result<Option<Vec<u32>>> {
        self.number = self.number.wrapping_add(1);
        if self.number == 0 {
            self.met.fill((0, 0));
            self.number = 1;
        }
        self.found.clear();
        self.left.clear();
        self.waiting.clear();
        self.todo.clear();
        let words = vocabularies.words;
        let mut now = vec![0; words];
        self.meet(start, &now);
        while let Some(place) = self.todo.pop_front() {
            if self.found.len() > most {
                return Ok(None);
            }
            let at = place as usize;
            if let Some(waiting) = self.waiting.get_mut(at) {
                *waiting = false;
            }
            let term = self.found.get(at).copied().unwrap_or(start);
            if let Some(left) = self.left.get(at * words..at * words + words) {
                now.copy_from_slice(left);
            }
            for parent in graph.parents(term)? {
                self.meet(parent, &now);
            }
            let own = vocabularies.of(term);
            let mut from = 0;
            let mut leaving = false;
            // vocabulary by vocabulary, since a term may have any number of equivalents in one
            while let Some(other) = graph.equivalents(term, from)?.next() {
                let number = vocabularies.of(other);
                let next = vocabularies.end(number as usize);
                let (word, bit) = vocabularies.place(number);
                let open = now.get(word).is_some_and(|left| left & bit == 0);
                if number != own && open {
                    if !leaving {
                        leaving = true;
                        let (word, bit) = vocabularies.place(own);
                        if let Some(left) = now.get_mut(word) {
                            *left |= bit;
                        }
                    }
                    for other in graph.equivalents(term, from)?.take_while(|o| *o < next) {
                        self.meet(other, &now);
                        if self.found.len() > most {
                            return Ok(None);
                        }
                    }
                }
                if next == NONE {
                    break;
                }
                from = next;
            }
        }
        let mut found = std::mem::take(&mut self.found);
        found.sort_unstable();
        Ok(Some(found))
    }

    /// A way that has left these vocabularies leads to a term.
    fn meet(&mut self, term: u32, left: &[u64]) {
        let Some(met) = self.met.get_mut(term as usize) else {
            return;
        };
        if met.0 != self.number {
            let place = self.found.len() as u32;
            *met = (self.number, place);
            self.found.push(term);
            self.left.extend(left);
            self.waiting.push(true);
            self.todo.push_back(place);
            return;
        }
        let place = met.1 as usize;
        let known = self
            .left
            .get_mut(place * left.len()..(place + 1) * left.len());
        let mut less = false;
        for (known, left) in known.into_iter().flatten().zip(left) {
            less |= *known & !left != 0;
            *known &= left;
        }
        if let Some(waiting @ false) = self.waiting.get_mut(place).filter(|_| less) {
            *waiting = true;
            self.todo.push_back(place as u32);
        }
    }
}

/// Relations of terms, each list behind the other.
#[derive(Debug, Default)]
pub(super) struct Flat {
    parents: Lists,
    equivalents: Lists,
}

#[derive(Debug, Default)]
struct Lists {
    ends: Vec<u32>,
    numbers: Vec<u32>,
}

impl Lists {
    fn push(&mut self, list: &[u32]) {
        self.numbers.extend(list);
        self.ends.push(self.numbers.len() as u32);
    }

    fn get(&self, at: u32) -> &[u32] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let start = (at as usize).checked_sub(1).map_or(0, end);
        self.numbers.get(start..end(at as usize)).unwrap_or(&[])
    }
}

impl Flat {
    /// Adds the relations of the next term.
    pub(super) fn push(&mut self, parents: &[u32], equivalents: &[u32]) {
        self.parents.push(parents);
        self.equivalents.push(equivalents);
    }

    pub(super) fn len(&self) -> usize {
        self.parents.ends.len()
    }
}

impl Graph for Flat {
    fn parents(&self, term: u32) -> Result<impl Iterator<Item = u32>> {
        Ok(self.parents.get(term).iter().copied())
    }

    fn equivalents(&self, term: u32, from: u32) -> Result<impl Iterator<Item = u32>> {
        let equivalents = self.equivalents.get(term);
        let at = equivalents.partition_point(|other| *other < from);
        Ok(equivalents.iter().skip(at).copied())
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
