//! The names of samples.

use super::manifest::FileEntry;
use crate::error::{Error, Result};
use crate::format::{Container, ContainerWriter, FileKind, Kind, Text, TextWriter};
use std::path::Path;
use std::sync::OnceLock;

/// Names by number and numbers by name; the file is mapped at open and inflated at first use.
#[derive(Debug)]
pub(crate) struct Samples {
    file: Option<Container>,
    count: u32,
    names: OnceLock<Names>,
}

#[derive(Debug, Default)]
struct Names {
    text: String,
    /// Where each name ends in `text`.
    ends: Vec<usize>,
    /// Numbers in the order of names.
    by_name: Vec<u32>,
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
    pub(crate) fn open(directory: &Path, entry: Option<&FileEntry>, count: u32) -> Result<Self> {
        let file = entry
            .map(|entry| Container::open(&directory.join(&entry.file), FileKind::Samples))
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
                names.text.push_str(name);
                names.ends.push(names.text.len());
            }
        }
        let mut by_name: Vec<u32> = (0..self.count).collect();
        by_name.sort_by_key(|&sample| names.get(sample));
        let twice = by_name.windows(2).any(|pair| match pair {
            &[a, b] => names.get(a) == names.get(b),
            _ => false,
        });
        if twice || names.ends.len() != self.count as usize {
            return Err(file.damage(section, 0, "as many distinct names as samples", "others"));
        }
        names.by_name = by_name;
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
        let names = self.names()?;
        let found = names
            .by_name
            .binary_search_by(|&sample| names.get(sample).cmp(&Some(name)));
        Ok(found.ok().and_then(|i| names.by_name.get(i).copied()))
    }

    /// All names, by number.
    pub(crate) fn all(&self) -> Result<impl Iterator<Item = &str>> {
        let names = self.names()?;
        Ok((0..self.count).filter_map(|sample| names.get(sample)))
    }

    pub(crate) fn verify(&self) -> Result<()> {
        if let Some(file) = &self.file {
            file.verify()?;
            self.read()?;
        }
        Ok(())
    }

    /// The file for these names.
    pub(crate) fn write<'a>(
        names: impl IntoIterator<Item = &'a str>,
    ) -> std::io::Result<ContainerWriter> {
        let mut text = TextWriter::default();
        names
            .into_iter()
            .for_each(|name| text.push(name.as_bytes()));
        let mut file = ContainerWriter::default();
        file.add(Kind::Names, text.finish(true)?);
        Ok(file)
    }
}
