//! The names of samples.

use super::manifest::FileEntry;
use crate::error::{Error, Result};
use crate::format::{
    Container, ContainerWriter, FileKind, Folder, Kind, Text, TextWriter, find_hash, hash_index,
    is_plain, verify_hashes,
};
use std::collections::HashSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use xxhash_rust::xxh3::xxh3_64;

/// So many names are looked up one by one.
const FEW: u32 = 64;

/// Names by number, inflated when first asked for; numbers by name, looked up in the file.
#[derive(Debug)]
pub(crate) struct Samples {
    file: Option<Container>,
    count: u32,
    names: OnceLock<Names>,
    /// How often a name was looked up.
    asked: AtomicU32,
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

impl Samples {
    pub(crate) fn open(folder: &Folder, entry: Option<&FileEntry>, count: u32) -> Result<Self> {
        let file = entry
            .map(|entry| folder.container(&entry.file, FileKind::Samples))
            .transpose()?;
        if let Some(file) = &file {
            // whoever asks makes room for all samples, before any name is read
            let names = Text::find(file, Kind::Names)?.len();
            if names != count {
                let section = file.find(Kind::Names).unwrap_or(usize::MAX);
                return Err(file.damage(section, 0, format!("{count} names"), names.to_string()));
            }
        }
        Ok(Self {
            file,
            count,
            names: OnceLock::new(),
            asked: AtomicU32::new(0),
        })
    }

    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    fn names(&self) -> Result<&Names> {
        if let Some(names) = self.names.get() {
            return Ok(names);
        }
        let names = self.read()?;
        Ok(self.names.get_or_init(|| names))
    }

    fn read(&self) -> Result<Names> {
        let Some(file) = &self.file else {
            return Ok(Names::default());
        };
        let text = Text::find(file, Kind::Names)?;
        let section = file.find(Kind::Names).unwrap_or(usize::MAX);
        let mut names = Names::default();
        for block in 0..text.blocks() {
            for name in text.block(file, block)?.entries() {
                let name = std::str::from_utf8(name)
                    .map_err(|e| file.damage(section, 0, "names in UTF-8", e.to_string()))?;
                if name.is_empty() || !is_plain(name) {
                    let expected = "names that are not empty, without control characters";
                    return Err(file.damage(section, 0, expected, format!("{name:?}")));
                }
                names.text.push_str(name);
                names.ends.push(names.text.len());
            }
        }
        if names.ends.len() != self.count as usize {
            return Err(file.damage(section, 0, "as many names as samples", "others"));
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

    /// The number of a sample, `None` where no sample has this name.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u32>> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        let Some(index) = file.find(Kind::NameIndex) else {
            return Ok(None);
        };
        let all = match self.asked.fetch_add(1, Relaxed) {
            // one name costs a block; of many, all are inflated once
            0..FEW => self.names.get(),
            _ => Some(self.names()?),
        };
        let text = Text::find(file, Kind::Names)?;
        for sample in find_hash(file, index, xxh3_64(name.as_bytes()))? {
            let same = match all {
                _ if sample >= self.count => false,
                Some(names) => names.get(sample) == Some(name),
                None => text.with(file, sample, |known| known == name.as_bytes())?,
            };
            if same {
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
        if let Some(file) = &self.file {
            file.verify()?;
            let names = self.read()?;
            let mut seen = HashSet::with_capacity(self.count as usize);
            let mut hashes = Vec::with_capacity(self.count as usize);
            for (sample, name) in (0..self.count).filter_map(|s| Some((s, names.get(s)?))) {
                if !seen.insert(name) {
                    let found = format!("{name:?} twice");
                    return Err(file.damage_in(Kind::Names, "distinct names", found));
                }
                hashes.push((xxh3_64(name.as_bytes()), sample));
            }
            verify_hashes(file, Kind::NameIndex, self.count, hashes)?;
        }
        Ok(())
    }

    /// The file for these names.
    pub(crate) fn write<'a>(
        names: impl IntoIterator<Item = &'a str>,
    ) -> std::io::Result<ContainerWriter> {
        let mut text = TextWriter::default();
        let mut hashes = Vec::new();
        for (sample, name) in (0u32..).zip(names) {
            text.push(name.as_bytes());
            hashes.push((xxh3_64(name.as_bytes()), sample));
        }
        let count = hashes.len() as u32;
        let mut file = ContainerWriter::default();
        file.add(Kind::Names, text.finish(true)?);
        file.add(Kind::NameIndex, hash_index(hashes, count));
        Ok(file)
    }
}
