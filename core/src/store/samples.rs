//! The names of samples.

use super::manifest::FileEntry;
use crate::error::{Error, Result};
use crate::format::{
    Container, ContainerWriter, FileKind, Folder, Kind, Text, TextWriter, find_hash, hash_index,
    is_plain, verify_hashes,
};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use xxhash_rust::xxh3::xxh3_64;

/// So many names are looked up one by one.
const FEW: u32 = 64;

/// Names by number, inflated when first asked for; numbers by name, looked up in the file.
#[derive(Debug)]
pub(crate) struct Samples {
    parts: Vec<Part>,
    count: u32,
    names: OnceLock<Names>,
    /// How often a name was looked up.
    asked: AtomicU32,
}

/// A file of names.
#[derive(Debug)]
struct Part {
    file: Container,
    /// The number of its first sample.
    first: u32,
    count: u32,
}

#[derive(Debug, Default)]
struct Names {
    text: String,
    /// Where each name ends in `text`.
    ends: Vec<usize>,
}

impl Names {
    fn get(&self, sample: u32) -> Option<&str> {
        let i = sample as usize;
        let start = match i.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..*self.ends.get(i)?)
    }
}

fn wrong_count(file: &Container, expected: String, found: u32) -> Error {
    file.damage_in(Kind::Names, expected, found.to_string())
}

impl Part {
    /// Adds the names behind those of the files before.
    fn read(&self, names: &mut Names) -> Result<()> {
        let file = &self.file;
        let text = Text::find(file, Kind::Names)?;
        let damage = |expected: &str, found| Err(file.damage_in(Kind::Names, expected, found));
        text.each(file, |_, name| {
            let name = match std::str::from_utf8(name) {
                Ok(name) => name,
                Err(e) => return damage("names in UTF-8", e.to_string()),
            };
            if name.is_empty() || !is_plain(name) {
                let expected = "names that are not empty, without control characters";
                return damage(expected, format!("{name:?}"));
            }
            names.text.push_str(name);
            names.ends.push(names.text.len());
            Ok(())
        })?;
        match names.ends.len() == self.first as usize + self.count as usize {
            true => Ok(()),
            false => damage("as many names as samples", "others".to_owned()),
        }
    }

    /// The number of a sample, which is among `names` where they were read.
    fn number(&self, name: &str, names: Option<&Names>) -> Result<Option<u32>> {
        let file = &self.file;
        let text = Text::find(file, Kind::Names)?;
        let Some(index) = file.find(Kind::NameIndex) else {
            return self.search(&text, name, names);
        };
        for own in find_hash(file, index, xxh3_64(name.as_bytes()))? {
            let same = match names {
                _ if own >= self.count => false,
                Some(names) => names.get(self.first + own) == Some(name),
                None => text.with(file, own, |known| known == name.as_bytes())?,
            };
            if same {
                return Ok(Some(self.first + own));
            }
        }
        Ok(None)
    }
}

impl Part {
    /// The number of a sample in a file without an index, of which the names ascend.
    fn search(&self, text: &Text, name: &str, names: Option<&Names>) -> Result<Option<u32>> {
        let (mut from, mut to) = (0, self.count);
        while from < to {
            let middle = from + (to - from) / 2;
            let order = |known: &[u8]| known.cmp(name.as_bytes());
            let order = match names.and_then(|names| names.get(self.first + middle)) {
                Some(known) => order(known.as_bytes()),
                None => text.with(&self.file, middle, order)?,
            };
            match order {
                Ordering::Equal => return Ok(Some(self.first + middle)),
                Ordering::Less => from = middle + 1,
                Ordering::Greater => to = middle,
            }
        }
        Ok(None)
    }

    /// That there is an index of the names, or that they ascend.
    fn verify_index(&self, names: &Names) -> Result<()> {
        let own = (0..self.count).filter_map(|sample| names.get(self.first + sample));
        let own: Vec<&str> = own.collect();
        if ascend(&own) {
            return match self.file.find(Kind::NameIndex) {
                None => Ok(()),
                Some(_) => Err(self.file.damage_in(
                    Kind::NameIndex,
                    "no index of names that ascend",
                    "one".to_owned(),
                )),
            };
        }
        let hashes = (0u32..).zip(&own);
        let hashes = hashes.map(|(sample, name)| (xxh3_64(name.as_bytes()), sample));
        verify_hashes(&self.file, Kind::NameIndex, self.count, hashes.collect())
    }
}

/// Whether names ascend, each behind the one before: then they are searched without an index.
fn ascend(names: &[&str]) -> bool {
    names.is_sorted_by(|a, b| a < b)
}

impl Samples {
    /// Opens the files, each of which has the names of the samples behind those of the file before.
    pub(crate) fn open(folder: &Folder, entries: &[FileEntry], count: u32) -> Result<Self> {
        let files = entries.iter();
        Self::of(
            files.map(|entry| folder.container(&entry.file, FileKind::Samples)),
            count,
        )
    }

    fn of(files: impl Iterator<Item = Result<Container>>, count: u32) -> Result<Self> {
        let mut parts: Vec<Part> = Vec::new();
        let mut first = 0u32;
        for file in files {
            let file = file?;
            // whoever asks makes room for all samples, before any name is read
            let own = Text::find(&file, Kind::Names)?.len();
            let end = first.checked_add(own).filter(|end| *end <= count);
            let Some(end) = end.filter(|_| own > 0) else {
                let expected = format!("1 to {} names", count - first);
                return Err(wrong_count(&file, expected, own));
            };
            parts.push(Part {
                file,
                first,
                count: own,
            });
            first = end;
        }
        if let Some(last) = parts.last().filter(|_| first != count) {
            let expected = format!("{} names", count - last.first);
            return Err(wrong_count(&last.file, expected, last.count));
        }
        Ok(Self {
            parts,
            count,
            names: OnceLock::new(),
            asked: AtomicU32::new(0),
        })
    }

    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    /// The first sample of each file.
    pub(crate) fn firsts(&self) -> Vec<u32> {
        self.parts.iter().map(|part| part.first).collect()
    }

    fn names(&self) -> Result<&Names> {
        if let Some(names) = self.names.get() {
            return Ok(names);
        }
        let names = self.read()?;
        Ok(self.names.get_or_init(|| names))
    }

    fn read(&self) -> Result<Names> {
        let mut names = Names::default();
        for part in &self.parts {
            part.read(&mut names)?;
        }
        Ok(names)
    }

    /// The name of a sample.
    pub(crate) fn name(&self, sample: u32) -> Result<&str> {
        self.names()?.get(sample).ok_or_else(|| {
            Error::Usage(format!(
                "sample number {sample}: the dataset has {} samples",
                self.count
            ))
        })
    }

    /// The same, without the names of the others.
    pub(crate) fn one_name(&self, sample: u32) -> Result<String> {
        let part = self.parts.iter().rfind(|part| part.first <= sample);
        let Some(part) = part.filter(|_| self.names.get().is_none() && sample < self.count) else {
            return self.name(sample).map(str::to_owned);
        };
        let text = Text::find(&part.file, Kind::Names)?;
        let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        text.with(&part.file, sample - part.first, name)
    }

    /// The number of a sample, `None` where no sample has this name.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u32>> {
        let all = match self.asked.fetch_add(1, Relaxed) {
            // one name costs a block; of many, all are inflated once
            0..FEW => self.names.get(),
            _ => Some(self.names()?),
        };
        for part in &self.parts {
            if let Some(sample) = part.number(name, all)? {
                return Ok(Some(sample));
            }
        }
        Ok(None)
    }

    /// All names, by number.
    pub(crate) fn all(&self) -> Result<impl Iterator<Item = &str>> {
        let names = self.names()?;
        Ok((0..self.count).filter_map(|sample| names.get(sample)))
    }

    pub(crate) fn verify(&self) -> Result<()> {
        for part in &self.parts {
            part.file.verify()?;
        }
        let names = self.names()?;
        let mut seen = HashSet::with_capacity(self.count as usize);
        for part in &self.parts {
            let own = (0..part.count).filter_map(|sample| names.get(part.first + sample));
            for name in own {
                if !seen.insert(name) {
                    let found = format!("{name:?} twice");
                    return Err(part.file.damage_in(Kind::Names, "distinct names", found));
                }
            }
            part.verify_index(names)?;
        }
        Ok(())
    }

    /// The file for these names.
    pub(crate) fn write<'a>(
        names: impl IntoIterator<Item = &'a str>,
    ) -> std::io::Result<ContainerWriter> {
        let names: Vec<&str> = names.into_iter().collect();
        let mut text = TextWriter::default();
        names.iter().for_each(|name| text.push(name.as_bytes()));
        let mut file = ContainerWriter::default();
        file.add(Kind::Names, text.finish(true)?);
        if !ascend(&names) {
            let hashes = (0u32..).zip(&names);
            let hashes = hashes.map(|(sample, name)| (xxh3_64(name.as_bytes()), sample));
            let hashes: Vec<(u64, u32)> = hashes.collect();
            file.add(Kind::NameIndex, hash_index(hashes, names.len() as u32));
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn opened(files: &[&[&str]], count: u32) -> Result<Samples> {
        let files = files.iter().map(|names| {
            let mut bytes = Vec::new();
            let content = Samples::write(names.iter().copied()).unwrap();
            content.finish(FileKind::Samples, &mut bytes).unwrap();
            Container::from_bytes(Path::new("a.samples"), bytes, FileKind::Samples)
        });
        Samples::of(files, count)
    }

    #[test]
    fn files_of_names_follow_each_other() {
        let samples = opened(&[&["b", "a"], &["c"], &["e", "d", "f"]], 6).unwrap();
        samples.verify().unwrap();
        let names = ["b", "a", "c", "e", "d", "f"];
        for _ in 0..FEW {
            for (number, name) in (0..).zip(names) {
                assert_eq!(samples.number(name).unwrap(), Some(number));
                assert_eq!(samples.name(number).unwrap(), name);
            }
            assert_eq!(samples.number("g").unwrap(), None);
        }
        assert!(samples.all().unwrap().eq(names));
    }

    #[test]
    fn names_that_ascend_are_searched() {
        for many in [0, FEW] {
            let names: Vec<String> = (0..500u32).map(|n| format!("S{n:04}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let samples = opened(&[&["z", "y"], &names], 502).unwrap();
            samples.verify().unwrap();
            samples.asked.store(many, Relaxed);
            assert!(samples.parts[1].file.find(Kind::NameIndex).is_none());
            for (number, name) in (2..).zip(&names) {
                assert_eq!(samples.number(name).unwrap(), Some(number));
            }
            for other in ["", "S", "S0000 ", "S0500", "T", "x"] {
                assert_eq!(samples.number(other).unwrap(), None, "{other}");
            }
        }
    }

    #[test]
    fn files_of_other_samples_are_damaged() {
        for (files, count) in [
            (&[&["a", "b"][..], &["c"]][..], 2),
            (&[&["a", "b"], &["c"]], 4),
            (&[&["a"], &[], &["b"]], 2),
        ] {
            assert!(opened(files, count).is_err(), "{files:?}");
        }
        let twice = opened(&[&["a", "b"], &["a"]], 3).unwrap();
        assert!(twice.verify().is_err());
    }
}
