//! What files behind `@` list: ids, and regions. Nothing here opens a file: the dataset's loader gives
//! its bytes.

use super::lines::Lines;
use super::names::Names;
use crate::cohort::Regions;
use crate::error::{Error, Result};
use crate::genome::Interval;
use crate::query::expr::{SampleList, nearest};
use crate::set::SampleSet;
use std::collections::HashMap;
use std::ops::Range;

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
                let mut found = SampleSet::new();
                for name in names {
                    match self.number(name, of, at)? {
                        Some(number) => found.insert(number),
                        None if self.leaves_out => false,
                        None => return Err(self.nobody(name, of, at)?),
                    };
                }
                return Ok(found);
            }
            SampleList::File(file) => file,
        };
        let listed = self.lines(file, at)?;
        let (mut found, mut is_empty) = (SampleSet::new(), true);
        for line in listed.lines() {
            let (line, name) = line?;
            if name.is_empty() || name.starts_with('#') {
                continue;
            }
            is_empty = false;
            match self.number(name, of, at)? {
                Some(number) => found.insert(number),
                None => return Err(self.not_listed(&listed, (line, name), of, at)?),
            };
        }
        match is_empty {
            false => Ok(found),
            true => Err(listed.error(1, "ids, one a line", "none".to_owned())),
        }
    }

    /// The ids that a file lists.
    pub(in crate::query) fn ids_of_file(&self, file: &str) -> Result<Vec<String>> {
        let listed = self.lines(file, &(0..0))?;
        let mut ids = Vec::new();
        for line in listed.lines() {
            let (_, id) = line?;
            if !id.is_empty() && !id.starts_with('#') {
                ids.push(id.to_owned());
            }
        }
        match ids.is_empty() {
            false => Ok(ids),
            true => Err(listed.error(1, "ids, one a line", "none".to_owned())),
        }
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
        file: &Lines<'_>,
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
                format!("{id} of {one}: `{function}(@{})` takes these", file.name())
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
        let mut message = format!("no {what} `{name}` here");
        let mut candidates = nearest(name, known);
        if looks_like_path(name) {
            let function = of.function();
            message.push_str(", and only `@` marks a file");
            candidates = vec![format!("{function}(@{})", quoted_path(name))];
        }
        Ok(self.error(at, message, candidates))
    }
}

/// Whether an id that nobody has may be the name of a file: with folders, or an ending.
fn looks_like_path(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_ending = (1..=5).contains(&ending.len())
        && ending.starts_with(|c: char| c.is_ascii_alphabetic())
        && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    is_ending || name.contains('/')
}

/// As a file's name stands behind `@`.
fn quoted_path(name: &str) -> String {
    match name.contains(|c: char| c.is_whitespace() || "()&|!;,\"".contains(c)) {
        true => format!("{name:?}"),
        false => name.to_owned(),
    }
}

impl Names<'_> {
    /// The regions of a BED file: 0-based, half-open, as in ours. Those of contigs that are not here are left out,
    /// with a note.
    pub(in crate::query) fn bed(&self, file: &str, at: &Range<usize>) -> Result<Regions> {
        let listed = self.lines(file, at)?;
        let mut contigs = ListedContigs::new(self, &listed);
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
            if let Some(contig) = contigs.find(name, line)? {
                regions.push((contig, interval));
            }
        }
        contigs.finish("region")?;
        Ok(Regions::new(regions))
    }
}

/// The contigs that a file names, of which some may not be here.
pub(super) struct ListedContigs<'a> {
    names: &'a Names<'a>,
    file: &'a Lines<'a>,
    known: HashMap<&'a str, Option<u32>>,
    /// Lines follow each other by contig.
    last: Option<(&'a str, Option<u32>)>,
    /// Lines of contigs that are not here, and the first of them.
    left_out: u64,
    first: Option<(u64, &'a str)>,
    taken: bool,
}

impl<'a> ListedContigs<'a> {
    pub(super) fn new(names: &'a Names<'a>, file: &'a Lines<'a>) -> Self {
        Self {
            names,
            file,
            known: HashMap::new(),
            last: None,
            left_out: 0,
            first: None,
            taken: false,
        }
    }

    /// The contig of a line; `None` where it is not here. Names that are wrong otherwise are errors: they are of
    /// another assembly, or mean several.
    pub(super) fn find(&mut self, name: &'a str, line: u64) -> Result<Option<u32>> {
        let found = match self.last {
            Some((last, found)) if last == name => found,
            _ => match self.known.get(name) {
                Some(found) => *found,
                None => {
                    let found = self.names.view.contig_names().resolve_listed(name);
                    let found = found.map_err(|e| {
                        let found = match self.file.may_show() {
                            true => e.to_string(),
                            false => "another name".to_owned(),
                        };
                        self.file.error(line, "a contig of the dataset", found)
                    })?;
                    let found = found.map(|contig| contig as u32);
                    self.known.insert(name, found);
                    found
                }
            },
        };
        self.last = Some((name, found));
        match found {
            Some(_) => self.taken = true,
            None => {
                self.left_out += 1;
                self.first.get_or_insert((line, name));
            }
        }
        Ok(found)
    }

    /// Notes what was left out; an error where that is all.
    pub(super) fn finish(self, what: &str) -> Result<()> {
        let Some((line, name)) = self.first else {
            return Ok(());
        };
        if !self.taken {
            let found = self.file.shown(name, "another name");
            let expected = "contigs of the dataset, of which this file has none";
            return Err(self.file.error(line, expected, found));
        }
        const SHOWN: usize = 3;
        const LONGEST: usize = 60;
        let mut absent: Vec<&str> = self
            .known
            .iter()
            .filter(|(_, of)| of.is_none())
            .map(|(n, _)| *n)
            .collect();
        let count = absent.len();
        let mut which = String::new();
        if self.file.may_show() {
            absent.sort_unstable();
            absent.truncate(SHOWN);
            let more = if count > SHOWN { " …" } else { "" };
            let cut = |name: &&str| name.chars().take(LONGEST).collect::<String>();
            let absent: Vec<String> = absent.iter().map(cut).collect();
            which = format!(": {}{more}", absent.join(", "));
        }
        let ending = if self.left_out == 1 { "" } else { "s" };
        let (left_out, file) = (self.left_out, self.file.name());
        self.names.hint(format!(
            "{file}: left out {left_out} {what}{ending} of contigs that are not here{which}"
        ));
        Ok(())
    }
}
