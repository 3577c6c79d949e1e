//! What files say of samples beside of which individual they are: what kind of sample it is, where it comes from, when
//! it was taken, and free attributes.

use super::free::{Attributes, Named, Said, Typed};
use crate::error::Result;
use crate::format::Folder;
use crate::model::{AttributeType, AttributeValue};
use crate::store::individuals::{Failed, Packed, pack_text, pack_values};
use crate::store::log::{Log, records, without_length};
use crate::store::runs::{Merge, Runs};
use std::collections::HashMap;

/// The attributes that the format itself names.
pub(super) const NAMED: [(&str, AttributeType); 6] = [
    (TYPE, AttributeType::Code),
    (ORIGIN, AttributeType::Code),
    (TISSUE, AttributeType::Code),
    (DIAGNOSIS, AttributeType::Code),
    (TIME, AttributeType::Date),
    (AGE, AttributeType::Age),
];
/// What kind of sample: whole blood, DNA.
pub(super) const TYPE: &str = "type";
/// Whether it is of the germline or somatic, of a tumour or a reference.
pub(super) const ORIGIN: &str = "origin";
pub(super) const TISSUE: &str = "tissue";
pub(super) const DIAGNOSIS: &str = "diagnosis";
/// When it was collected.
pub(super) const TIME: &str = "time";
/// At what age of the individual.
pub(super) const AGE: &str = "age";

/// Places of values that contradict others that are reported.
const EXAMPLES: usize = 5;

/// What a record says of a sample.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SampleSaid {
    /// Names by which it may go.
    pub(super) names: Vec<String>,
    pub(super) said: Vec<Said>,
}

/// What all files say of samples.
#[derive(Debug)]
pub(crate) struct SampleFacts {
    attributes: Attributes,
    /// What the map says, which goes first, and what others say.
    logs: [Log; 2],
}

/// What files say of the dataset's samples, one sample after the other.
pub(crate) struct SortedFacts {
    merge: Merge,
    pub(crate) typed: Typed,
    /// The sample at hand.
    next: Option<u64>,
    /// Values other than those that are kept: how many, and the first.
    pub(crate) contradictions: (u64, Vec<String>),
}

impl SampleFacts {
    pub(crate) fn new(folder: Option<&Folder>) -> Self {
        Self {
            attributes: Attributes::declared(&NAMED),
            logs: [Log::new(folder), Log::new(folder)],
        }
    }

    /// A header names an attribute of samples.
    pub(super) fn declare(&mut self, named: &Named, place: &str) -> Result<()> {
        self.attributes.declare(named, place)
    }

    /// Adds what a record says, or what the map of samples does.
    pub(super) fn add(
        &mut self,
        said: SampleSaid,
        place: &str,
        by_map: bool,
    ) -> Result<(), Failed> {
        let mut values = Vec::with_capacity(said.said.len());
        for one in said.said {
            values.push(self.attributes.add(one, place)?);
        }
        if values.is_empty() {
            return Ok(());
        }
        let [map, others] = &mut self.logs;
        let log = if by_map { map } else { others };
        log.push(|out| {
            pack_text(&said.names.join("\n"), out);
            pack_text(place, out);
            pack_values(&values, out);
        })?;
        Ok(())
    }

    /// Whether nothing was said.
    pub(crate) fn is_empty(&self) -> bool {
        self.logs.iter().all(|log| log.len() == 0)
    }

    /// Sorts what is said by the numbers of samples.
    pub(crate) fn sort(
        mut self,
        samples: &HashMap<&str, u32>,
        mut runs: Runs<'_>,
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> Result<SortedFacts, Failed> {
        for (source, log) in (0..).zip(&mut self.logs) {
            let mut number = 0;
            log.blocks(|block| {
                go_on()?;
                let (mut bytes, mut ends) = (Vec::new(), Vec::new());
                let mut start = 0;
                for (record, end) in records(&block) {
                    let whole = block.get(start..end as usize).unwrap_or_default();
                    start = end as usize;
                    let mut of: Vec<u32> = Packed::of(record)
                        .text()?
                        .split('\n')
                        .filter_map(|name| samples.get(name).copied())
                        .collect();
                    of.sort_unstable();
                    of.dedup();
                    for sample in of {
                        bytes.extend_from_slice(whole);
                        let key = u64::from(sample) << 1 | source;
                        ends.push((key, number, bytes.len() as u32));
                    }
                    number += 1;
                }
                Ok::<_, Failed>(runs.add(bytes, ends.into_iter())?)
            })?;
        }
        let mut merge = runs.finish(&mut || go_on().is_ok())?.0;
        Ok(SortedFacts {
            next: merge.next()?.map(|run| run.key >> 1),
            merge,
            typed: self.attributes.typed(),
            contradictions: (0, Vec::new()),
        })
    }
}

impl SortedFacts {
    /// What is said of a sample, which is above the one before: of several values the first.
    pub(crate) fn of(&mut self, sample: u32) -> Result<Vec<(u32, AttributeValue)>, Failed> {
        let mut known: Vec<(u32, AttributeValue)> = Vec::new();
        while self.next == Some(u64::from(sample)) {
            if let Some(run) = self.merge.current() {
                let mut packed = Packed::of(without_length(&run.bytes));
                packed.text()?;
                let place = packed.text()?.to_owned();
                for (number, value) in packed.values()? {
                    let first = known.iter().find(|(of, _)| *of == number);
                    match first {
                        Some((_, first)) if !first.same(&value) => {
                            let (count, examples) = &mut self.contradictions;
                            *count += 1;
                            if examples.len() < EXAMPLES {
                                examples.push(format!("{place}: {first} and {value}"));
                            }
                        }
                        Some(_) => {}
                        None => known.push((number, value)),
                    }
                }
            }
            self.next = self.merge.next()?.map(|run| run.key >> 1);
        }
        Ok(self.typed.row(known))
    }
}
