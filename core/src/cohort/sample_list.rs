//! The samples, one after the other, with what is known of them.

use super::{Members, View};
use crate::error::Result;
use crate::store::individuals::NamedValue;

/// The samples of a view, in the order of their numbers: [`View::sample_list`].
#[derive(Debug)]
pub struct SampleList {
    view: View,
    /// The number behind that of the sample at hand.
    next: u32,
    /// By sample, where its batches end.
    ends: Vec<u32>,
    batches: Vec<u32>,
    names: Vec<String>,
    attributes: Vec<NamedValue>,
}

impl View {
    /// The samples, one after the other: of which individual each is, in which batches, and its attributes.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged).
    pub fn sample_list(&self) -> Result<SampleList> {
        let all = self.batches()?;
        let mut pairs = Vec::new();
        for batch in 0..all.len() as u32 {
            let first = all.parts(batch).first();
            if let Some(part) = first.and_then(|&part| self.parts().get(part)) {
                let members = Members::of(self.segment(part)?);
                pairs.extend(members.iter().map(|sample| (sample, batch)));
            }
        }
        pairs.sort_unstable();
        let mut ends = vec![0; self.universe() as usize];
        for (sample, _) in &pairs {
            if let Some(count) = ends.get_mut(*sample as usize) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        Ok(SampleList {
            view: self.clone(),
            next: 0,
            ends,
            batches: pairs.into_iter().map(|(_, batch)| batch).collect(),
            names: self.sample_table().names()?,
            attributes: Vec::new(),
        })
    }
}

impl SampleList {
    /// The names of the attributes that samples have.
    pub fn attributes(&self) -> &[String] {
        &self.names
    }

    /// Goes on to the next sample; `false` after the last.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged).
    pub fn advance(&mut self) -> Result<bool> {
        while self.next < self.view.universe() {
            let sample = self.next;
            self.next += 1;
            if self.view.sees(sample) {
                self.attributes.clear();
                if !self.names.is_empty() {
                    self.attributes = self.view.sample_table().named(sample)?;
                }
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The number of the sample at hand.
    pub fn number(&self) -> u32 {
        self.next.saturating_sub(1)
    }

    /// The batches of the sample at hand, in their order: most have one.
    pub fn batches(&self) -> &[u32] {
        let sample = self.number() as usize;
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let start = sample.checked_sub(1).map_or(0, end);
        self.batches.get(start..end(sample)).unwrap_or_default()
    }

    /// The value that the sample at hand has of an attribute, by the attribute's place.
    pub fn attribute(&self, place: usize) -> Option<String> {
        let name = self.names.get(place)?;
        let mut all = self.attributes.iter();
        let found = all.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        Some(found.1.to_string())
    }
}
