//! Closures that are not stored.

use super::Terms;
use super::closure::{Graph, Vocabularies, Walk};
use crate::error::Result;
use crate::format::TextBlock;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

/// Numbers of closures that are kept; more begin anew.
const KEPT: usize = 1 << 22;

/// Closures that were walked.
#[derive(Debug, Default)]
pub(super) struct Walked {
    walk: Walk,
    kept: HashMap<u32, Arc<[u32]>>,
    numbers: usize,
}

/// What is directly below each term: where its numbers end, and the numbers.
#[derive(Debug)]
pub(super) struct Below {
    ends: Vec<u32>,
    numbers: Vec<u32>,
}

/// The terms of a closure.
#[derive(Debug, Clone)]
pub(super) enum Closure<I> {
    Stored(I),
    Walked { terms: Arc<[u32]>, at: usize },
}

impl<I> Closure<I> {
    pub(super) fn walked(terms: Arc<[u32]>) -> Self {
        Self::Walked { terms, at: 0 }
    }
}

impl<I: ExactSizeIterator<Item = u32>> Iterator for Closure<I> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::Stored(stored) => stored.next(),
            Self::Walked { terms, at } => {
                let next = terms.get(*at).copied()?;
                *at += 1;
                Some(next)
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match self {
            Self::Stored(stored) => stored.len(),
            Self::Walked { terms, at } => terms.len().saturating_sub(*at),
        };
        (left, Some(left))
    }
}

impl<I: ExactSizeIterator<Item = u32>> ExactSizeIterator for Closure<I> {}

impl Graph for Terms {
    fn parents(&self, term: u32) -> Result<impl Iterator<Item = u32>> {
        self.parents.get(&self.file, term)
    }

    fn equivalents(&self, term: u32, from: u32) -> Result<impl Iterator<Item = u32>> {
        self.equivalents.get_from(&self.file, term, from)
    }
}

impl Terms {
    pub(super) fn vocabularies(&self) -> Result<&Vocabularies> {
        if let Some(vocabularies) = self.vocabularies.get() {
            return Ok(vocabularies);
        }
        let mut block = TextBlock::default();
        let terms = (0..self.len()).map(|term| {
            let related = self.equivalents.get(&self.file, term)?.len() > 0;
            Ok((self.text(&self.ids, term, &mut block)?, related))
        });
        let vocabularies = Vocabularies::new(terms)?;
        Ok(self.vocabularies.get_or_init(|| vocabularies))
    }

    /// A closure that is not stored.
    pub(super) fn walked(&self, term: u32) -> Result<Arc<[u32]>> {
        let vocabularies = self.vocabularies()?;
        let walked = self.walked.lock();
        let mut walked = walked.unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = walked.kept.get(&term) {
            return Ok(Arc::clone(known));
        }
        if walked.walk.is_empty() {
            walked.walk = Walk::new(self.len() as usize);
        }
        let found = walked.walk.from(self, vocabularies, term, usize::MAX)?;
        let found: Arc<[u32]> = found.unwrap_or_default().into();
        walked.numbers += found.len();
        if walked.numbers > KEPT {
            walked.kept.clear();
            walked.numbers = found.len();
        }
        walked.kept.insert(term, Arc::clone(&found));
        Ok(found)
    }

    /// Which terms lead to a term, whatever vocabularies are left on the way: all that have it in their closure,
    /// and maybe others.
    pub(super) fn below(&self, term: u32) -> Result<Vec<bool>> {
        let lower = self.lower()?;
        let mut below = vec![false; self.len() as usize];
        let mut todo = vec![term];
        while let Some(term) = todo.pop() {
            match below.get_mut(term as usize) {
                Some(seen @ false) => *seen = true,
                _ => continue,
            }
            todo.extend(lower.of(term));
            todo.extend(self.equivalents.get(&self.file, term)?);
        }
        Ok(below)
    }

    fn lower(&self) -> Result<&Below> {
        if let Some(lower) = self.below.get() {
            return Ok(lower);
        }
        let mut ends = vec![0u32; self.len() as usize];
        for term in 0..self.len() {
            for parent in self.parents.get(&self.file, term)? {
                if let Some(count) = ends.get_mut(parent as usize) {
                    *count += 1;
                }
            }
        }
        let mut sum = 0;
        for end in &mut ends {
            // where its numbers begin, until they are there
            sum += std::mem::replace(end, sum);
        }
        let mut numbers = vec![0u32; sum as usize];
        for term in 0..self.len() {
            for parent in self.parents.get(&self.file, term)? {
                if let Some(end) = ends.get_mut(parent as usize) {
                    if let Some(number) = numbers.get_mut(*end as usize) {
                        *number = term;
                    }
                    *end += 1;
                }
            }
        }
        Ok(self.below.get_or_init(|| Below { ends, numbers }))
    }
}

impl Below {
    fn of(&self, term: u32) -> &[u32] {
        let end = |term: usize| self.ends.get(term).map_or(0, |end| *end as usize);
        let start = (term as usize).checked_sub(1).map_or(0, end);
        self.numbers.get(start..end(term as usize)).unwrap_or(&[])
    }
}
