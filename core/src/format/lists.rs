//! Lists of numbers: for each entry where its numbers end (`u32`), then the numbers (`u32`).

use super::{Container, Kind, u32_of};
use crate::error::Result;

/// The section for these lists; empty where all are.
pub(crate) fn encode_lists<'a>(lists: impl Iterator<Item = &'a [u32]> + Clone) -> Vec<u8> {
    let mut out = Vec::new();
    let mut end = 0u32;
    for list in lists.clone() {
        end += list.len() as u32;
        out.extend(end.to_le_bytes());
    }
    if end == 0 {
        return Vec::new();
    }
    for number in lists.flatten() {
        out.extend(number.to_le_bytes());
    }
    out
}

/// Lists in a mapped section.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lists {
    section: Option<usize>,
    count: u32,
}

impl Lists {
    /// The section with `count` lists; without the section all are empty.
    pub(crate) fn find(file: &Container, kind: Kind, count: u32) -> Result<Self> {
        let section = file.find(kind);
        if let Some(section) = section {
            let len = file.len(section);
            if !len.is_multiple_of(4) || len / 4 < count as usize {
                let expected = format!("an end for each of {count} lists");
                return Err(file.damage(section, 0, expected, format!("{len} bytes")));
            }
        }
        Ok(Self { section, count })
    }

    /// The numbers of a list.
    pub(crate) fn get<'a>(
        &self,
        file: &'a Container,
        entry: u32,
    ) -> Result<impl ExactSizeIterator<Item = u32> + Clone + 'a> {
        Ok(self.bytes(file, entry)?.chunks_exact(4).map(u32_of))
    }

    /// The numbers of a list that ascends, from one on.
    pub(crate) fn get_from<'a>(
        &self,
        file: &'a Container,
        entry: u32,
        least: u32,
    ) -> Result<impl ExactSizeIterator<Item = u32> + Clone + 'a> {
        let (numbers, _) = self.bytes(file, entry)?.as_chunks::<4>();
        let at = numbers.partition_point(|number| u32::from_le_bytes(*number) < least);
        let rest = numbers.get(at..).unwrap_or(&[]);
        Ok(rest.iter().map(|number| u32::from_le_bytes(*number)))
    }

    fn bytes<'a>(&self, file: &'a Container, entry: u32) -> Result<&'a [u8]> {
        let Some(section) = self.section else {
            return Ok(&[]);
        };
        let end_of = |entry: u32| {
            let at = entry as usize * 4;
            file.slice(section, at..at + 4)
                .map(|bytes| u32_of(bytes) as usize)
        };
        let start = match entry.checked_sub(1) {
            Some(before) => end_of(before)?,
            None => 0,
        };
        let end = end_of(entry)?;
        let values = self.count as usize * 4;
        let numbers = (file.len(section) - values) / 4;
        if entry >= self.count || start > end || end > numbers {
            return Err(file.damage(
                section,
                entry as usize * 4,
                "ends of lists that ascend in their section",
                format!("{start} and {end} of {numbers}"),
            ));
        }
        file.slice(section, values + start * 4..values + end * 4)
    }
}
