//! What files behind `@` list: ids, and regions. Nothing here opens a file: the dataset's loader gives
//! its bytes.

use super::names::Names;
use crate::cohort::{Regions, View};
use crate::error::{Error, InputError, Place, Result};
use crate::genome::Interval;
use crate::query::expr::{SampleList, nearest};
use crate::set::SampleSet;
use std::ops::Range;

const NO_LOADER: &str = "`@` marks a file, and no files are read here: write what it lists instead";

/// A file that lists things, one on each line.
struct Listed<'a> {
    name: &'a str,
    bytes: Vec<u8>,
    may_show: bool,
}

impl<'a> Listed<'a> {
    /// `None` where the dataset has no loader.
    fn load(view: &View, name: &'a str) -> Result<Option<Self>> {
        let Some(loader) = view.loader() else {
            return Ok(None);
        };
        Ok(Some(Self {
            name,
            bytes: loader.load(name)?,
            may_show: loader.may_show(),
        }))
    }

    /// Lines with their numbers from 1, without their ends.
    fn lines(&self) -> impl Iterator<Item = Result<(u64, &str)>> {
        // spreadsheets begin with a byte order mark
        let bytes = self.bytes.as_slice();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let lines = (1..).zip(bytes.split(|&byte| byte == b'\n'));
        lines.map(|(number, line)| match std::str::from_utf8(line) {
            Ok(line) => Ok((number, line.trim_end())),
            Err(_) => Err(self.error(number, "text in UTF-8", "other bytes".to_owned())),
        })
    }

    fn error(&self, line: u64, expected: &str, found: String) -> Error {
        Error::from(Box::new(InputError {
            file: self.name.to_owned(),
            place: Place::Line(line),
            expected: expected.to_owned(),
            found,
        }))
    }

    /// A word of the file as errors show it: strangers see what it is not, not what it is.
    fn shown(&self, word: &str, else_shown: &str) -> String {
        const SHOWN: usize = 60;
        if !self.may_show {
            return else_shown.to_owned();
        }
        let cut: String = word.chars().take(SHOWN).collect();
        match cut.len() < word.len() {
            true => format!("{:?}", cut + "…"),
            false => format!("{cut:?}"),
        }
    }
}

/// What ids of a list are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Listing {
    Samples,
    Individuals,
}

impl Listing {
    fn function(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Individuals => "individuals",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Samples => Self::Individuals,
            Self::Individuals => Self::Samples,
        }
    }

    fn one(self) -> &'static str {
        match self {
            Self::Samples => "a sample",
            Self::Individuals => "an individual",
        }
    }
}

impl Names<'_> {
    /// The numbers of those whom a list names.
    pub(in crate::query) fn listed(
        &self,
        list: &SampleList,
        of: Listing,
        at: &Range<usize>,
    ) -> Result<SampleSet> {
        let file = match list {
            SampleList::Names(names) => {
                let one = |name: &String| match self.number(name, of, at)? {
                    Some(number) => Ok(number),
                    None => Err(self.nobody(name, of, at)?),
                };
                return names.iter().map(one).collect();
            }
            SampleList::File(file) => file,
        };
        let listed = Listed::load(self.view, file)?;
        let listed = listed.ok_or_else(|| self.error(at, NO_LOADER.to_owned(), Vec::new()))?;
        let mut found = SampleSet::new();
        for line in listed.lines() {
            let (line, name) = line?;
            if name.is_empty() || name.starts_with('#') {
                continue;
            }
            match self.number(name, of, at)? {
                Some(number) => found.insert(number),
                None => return Err(self.not_listed(&listed, (line, name), of, at)?),
            };
        }
        Ok(found)
    }

    fn number(&self, id: &str, of: Listing, at: &Range<usize>) -> Result<Option<u32>> {
        match of {
            Listing::Samples => self.view.sample_number(id),
            Listing::Individuals => {
                let number = self.people(at)?.number(id)?;
                Ok(number.filter(|&individual| self.is_visible(individual)))
            }
        }
    }

    fn is_visible(&self, individual: u32) -> bool {
        let visible = self.view.visible_individuals();
        visible.is_none_or(|individuals| individuals.contains(individual))
    }

    /// Whether an id that names nobody of one kind is of the other.
    fn is_other(&self, id: &str, of: Listing, at: &Range<usize>) -> Result<bool> {
        match (of, self.view.people()) {
            (Listing::Samples, None) => Ok(false),
            _ => Ok(self.number(id, of.other(), at)?.is_some()),
        }
    }

    fn not_listed(
        &self,
        file: &Listed<'_>,
        (line, name): (u64, &str),
        of: Listing,
        at: &Range<usize>,
    ) -> Result<Error> {
        let expected = format!("the id of {}", of.one());
        let found = match self.is_other(name, of, at)? {
            true => {
                let one = of.other().one();
                let id = file.shown(name, "an id");
                let function = of.other().function();
                format!("{id} of {one}: `{function}(@{})` takes these", file.name)
            }
            false => file.shown(name, "another word"),
        };
        Ok(file.error(line, &expected, found))
    }

    fn nobody(&self, name: &str, of: Listing, at: &Range<usize>) -> Result<Error> {
        const COMPARED: usize = 100_000;
        if self.is_other(name, of, at)? {
            let (one, function) = (of.other().one(), of.other().function());
            let message = format!("`{name}` is the id of {one}: `{function}(…)` takes it");
            return Ok(self.error(at, message, Vec::new()));
        }
        let (what, known): (&str, Vec<&str>) = match of {
            Listing::Samples => ("sample", self.view.sample_names()?.take(COMPARED).collect()),
            Listing::Individuals => {
                let store = self.people(at)?;
                let all = (0..store.len()).filter(|&i| self.is_visible(i));
                let ids = all.take(COMPARED).map(|i| store.id(i));
                ("person", ids.collect::<Result<_>>()?)
            }
        };
        let message = format!("no {what} `{name}` here");
        Ok(self.error(at, message, nearest(name, known)))
    }
}

impl Names<'_> {
    /// The regions of a BED file: 0-based, half-open, as in ours.
    pub(in crate::query) fn bed(&self, file: &str, at: &Range<usize>) -> Result<Regions> {
        let listed = Listed::load(self.view, file)?;
        let listed = listed.ok_or_else(|| self.error(at, NO_LOADER.to_owned(), Vec::new()))?;
        let names = self.view.contig_names();
        // files are sorted: lines of one contig follow each other
        let mut last: Option<(&str, u32)> = None;
        let mut regions = Vec::new();
        for line in listed.lines() {
            let (line, text) = line?;
            let mut fields = text.split_ascii_whitespace();
            let name = match fields.next() {
                None | Some("track" | "browser") => continue,
                Some(name) if name.starts_with('#') => continue,
                Some(name) => name,
            };
            let mut number = || fields.next()?.parse().ok().filter(|n: &i32| *n >= 0);
            let interval = number().zip(number());
            let interval = interval.and_then(|(start, end)| Interval::new(start, end));
            let Some(interval) = interval else {
                let found = listed.shown(text, "another line");
                return Err(listed.error(line, "contig, start and end of a BED region", found));
            };
            let contig = match last {
                Some((known, contig)) if known == name => contig,
                _ => names.resolve(name).map_err(|e| {
                    let found = match listed.may_show {
                        true => e.to_string(),
                        false => "another name".to_owned(),
                    };
                    listed.error(line, "a contig of the dataset", found)
                })? as u32,
            };
            last = Some((name, contig));
            regions.push((contig, interval));
        }
        Ok(Regions::new(regions))
    }
}
