//! The contigs of the dataset, under whatever names its inputs have them, and those an input has left
//! behind.
//!
//! Inputs may name one contig differently: `1`, `chr1`, `NC_000001.11`. It is stored once, under the first of
//! these names, where names (and lengths, and the assembly) say that it is the same. What one input has
//! under two names are two contigs.

use crate::genome::{Assembly, Chromosome, chromosome_of, is_same_contig};
use crate::input::ContigLine;
use std::collections::{HashMap, HashSet};

/// Name and length, by number.
pub(super) type ContigList = Vec<(String, Option<u64>)>;

/// Contigs by name, and by the chromosome that they are.
#[derive(Debug)]
struct Known {
    list: ContigList,
    numbers: HashMap<Vec<u8>, u32>,
    of_chromosome: HashMap<Chromosome, Vec<u32>>,
    assembly: Option<Assembly>,
}

impl Known {
    fn new(list: ContigList, assembly: Option<Assembly>) -> Self {
        let mut known = Self {
            list: Vec::with_capacity(list.len()),
            numbers: HashMap::with_capacity(list.len()),
            of_chromosome: HashMap::new(),
            assembly,
        };
        for (name, length) in list {
            known.push(name, length);
        }
        known
    }

    fn push(&mut self, name: String, length: Option<u64>) -> u32 {
        let number = self.list.len() as u32;
        if let Some(chromosome) = chromosome_of(&name) {
            let others = self.of_chromosome.entry(chromosome).or_default();
            others.push(number);
        }
        self.numbers.insert(name.clone().into_bytes(), number);
        self.list.push((name, length));
        number
    }

    /// The contig that is the same under another name, if there is one only.
    fn same(&self, name: &str, length: Option<u64>) -> Option<u32> {
        let others = self.of_chromosome.get(&chromosome_of(name)?)?;
        let mut same = others.iter().copied().filter(|number| {
            self.list.get(*number as usize).is_some_and(|other| {
                is_same_contig((name, length), (&other.0, other.1), self.assembly)
            })
        });
        same.next().filter(|_| same.next().is_none())
    }
}

/// How an input names the contigs that are chromosomes.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// Of contigs that are stored under other names.
    aliases: HashMap<Vec<u8>, u32>,
    /// The contigs that it has under the name they are stored by.
    own: HashSet<u32>,
}

/// A contig of a header that another length is known of: its name, that length, and the one of the header.
pub(super) type OtherLength = (String, u64, u64);

/// The first contig of a header that has another length than in a list, be it by another name.
pub(super) fn other_length(list: &ContigList, header: &[ContigLine]) -> Option<OtherLength> {
    let known = Known::new(list.clone(), None);
    let length = |number: &u32| known.list.get(*number as usize)?.1;
    header.iter().find_map(|contig| {
        let own = contig.length?;
        let lengths: Vec<u64> = match known.numbers.get(contig.name.as_bytes()) {
            Some(number) => length(number).into_iter().collect(),
            None => {
                let of = chromosome_of(&contig.name);
                let of = of.and_then(|of| known.of_chromosome.get(&of));
                of.into_iter().flatten().filter_map(length).collect()
            }
        };
        let other = lengths.first().filter(|_| !lengths.contains(&own))?;
        Some((contig.name.clone(), *other, own))
    })
}

/// Lists the contigs that are known and those that headers declare, and how each header names them.
pub(super) fn declared<'h>(
    known: ContigList,
    headers: impl Iterator<Item = &'h [ContigLine]>,
    assembly: Option<Assembly>,
) -> (ContigList, Vec<Names>) {
    let mut known = Known::new(known, assembly);
    let mut of_headers: Vec<Names> = Vec::new();
    // the contigs before, which added nothing: the same ones have the same names
    let mut settled: Option<&[ContigLine]> = None;
    for contigs in headers {
        if let Some(last) = of_headers.last()
            && settled.is_some_and(|before| std::ptr::eq(before, contigs))
        {
            of_headers.push(last.clone());
            continue;
        }
        let mut adds = false;
        // two names of one chromosome are two contigs of this file
        let mut names: HashMap<Chromosome, u32> = HashMap::new();
        for contig in contigs {
            if let Some(chromosome) = chromosome_of(&contig.name) {
                *names.entry(chromosome).or_insert(0) += 1;
            }
        }
        let alone = |name: &str| {
            chromosome_of(name).is_some_and(|of| names.get(&of).is_some_and(|n| *n == 1))
        };
        let mut of_header = Names::default();
        for contig in contigs {
            let name = &contig.name;
            let same = || known.same(name, contig.length).filter(|_| alone(name));
            let number = match known.numbers.get(name.as_bytes()) {
                Some(&number) => number,
                None => match same() {
                    Some(number) => {
                        of_header.aliases.insert(name.clone().into_bytes(), number);
                        number
                    }
                    None => {
                        adds = true;
                        known.push(name.clone(), None)
                    }
                },
            };
            if !of_header.aliases.contains_key(name.as_bytes()) && chromosome_of(name).is_some() {
                of_header.own.insert(number);
            }
            if let Some((_, length)) = known.list.get_mut(number as usize) {
                adds |= length.is_none() && contig.length.is_some();
                *length = length.or(contig.length);
            }
        }
        settled = Some(contigs).filter(|_| !adds);
        of_headers.push(of_header);
    }
    (known.list, of_headers)
}

/// Contigs in the order of the dataset: the headers' first, then as they appear.
pub(super) struct Contigs {
    known: Known,
    names: Names,
    left: Vec<bool>,
    /// The contig asked for last, and its name: the next record is usually on it too.
    last: Option<u32>,
    last_name: Vec<u8>,
}

/// Why a contig's name cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadName {
    NotUtf8,
    /// Another name of this contig stands in the same input.
    SecondOf(String),
}

impl BadName {
    /// What is expected, and what was found.
    pub(super) fn told(&self, name: &[u8]) -> (&'static str, String) {
        let name = String::from_utf8_lossy(name).into_owned();
        match self {
            Self::NotUtf8 => ("a contig name in UTF-8", name),
            Self::SecondOf(other) => (
                "one name for a contig in a file",
                format!("{name} and {other}"),
            ),
        }
    }
}

impl Contigs {
    /// For an input with these names in its header.
    pub(super) fn new(list: ContigList, names: Names, assembly: Option<Assembly>) -> Self {
        Self {
            known: Known::new(list, assembly),
            names,
            left: Vec::new(),
            last: None,
            last_name: Vec::new(),
        }
    }

    /// The same for the next input, with these names.
    pub(super) fn of_next(self, names: Names) -> Self {
        Self {
            known: self.known,
            names,
            left: Vec::new(),
            last: None,
            last_name: Vec::new(),
        }
    }

    /// The number of a contig, a new one where it is not known.
    pub(super) fn number(&mut self, name: &[u8]) -> Result<u32, BadName> {
        if let Some(last) = self.last
            && self.last_name == name
        {
            return Ok(last);
        }
        let number = self.look_up(name)?;
        self.last = Some(number);
        self.last_name.clear();
        self.last_name.extend_from_slice(name);
        Ok(number)
    }

    fn look_up(&mut self, name: &[u8]) -> Result<u32, BadName> {
        let Names { aliases, own } = &mut self.names;
        if let Some(&number) = self.known.numbers.get(name) {
            if let Some((other, _)) = aliases.iter().find(|(_, of)| **of == number) {
                let other = String::from_utf8_lossy(other).into_owned();
                return Err(BadName::SecondOf(other));
            }
            own.insert(number);
            return Ok(number);
        }
        if let Some(&number) = aliases.get(name) {
            return Ok(number);
        }
        let text = std::str::from_utf8(name).map_err(|_| BadName::NotUtf8)?;
        let taken = |number: u32| own.contains(&number) || aliases.values().any(|of| *of == number);
        let same = self.known.same(text, None);
        if let Some(number) = same.filter(|number| !taken(*number)) {
            aliases.insert(name.to_owned(), number);
            return Ok(number);
        }
        let number = self.known.push(text.to_owned(), None);
        own.insert(number);
        Ok(number)
    }

    pub(super) fn name(&self, number: u32) -> &str {
        let contig = self.known.list.get(number as usize);
        contig.map_or("", |(name, _)| name.as_str())
    }

    pub(super) fn has_left(&self, contig: u32) -> bool {
        self.left.get(contig as usize).copied().unwrap_or(false)
    }

    pub(super) fn leave(&mut self, contig: u32) {
        let i = contig as usize;
        if self.left.len() <= i {
            self.left.resize(i + 1, false);
        }
        self.left[i] = true;
    }

    pub(super) fn into_list(self) -> ContigList {
        self.known.list
    }
}
