//! Checking a file by writing it again: terms, people and genes are functions of some of their sections.

use super::kind::{FileKind, Kind};
use super::text::{Text, TextBlock};
use super::{Container, ContainerWriter};
use crate::error::{Error, Result};

impl Container {
    /// Checks that the sections say what would be written again. Texts may be compressed otherwise, and
    /// the caller checks hash indexes: another version may write other bytes for the same.
    pub(crate) fn verify_same(&self, again: &ContainerWriter) -> Result<()> {
        let written = |number: u32| again.sections().any(|(kind, _)| kind.number() == number);
        if let Some(section) = self.kinds().position(|number| !written(number)) {
            let expected = "only sections that say something";
            return Err(self.damage(section, 0, expected, "another"));
        }
        for (kind, bytes) in again.sections() {
            let at = match kind {
                Kind::TermIndex | Kind::GeneIndex => None,
                _ if kind.is_text() => self.first_other_entry(kind, bytes)?,
                _ => first_other_byte(self.whole(kind)?, bytes),
            };
            if let Some(at) = at {
                let expected = "what follows from the other sections";
                return Err(self.damage_in(kind, expected, at));
            }
        }
        Ok(())
    }

    /// The first entry in which a text differs from that of another section.
    fn first_other_entry(&self, kind: Kind, bytes: &[u8]) -> Result<Option<String>> {
        let mut other = ContainerWriter::default();
        other.add(kind, bytes.to_vec());
        let mut held = Vec::new();
        let failed = |e| Error::io(self.path(), e);
        other.finish(FileKind::Terms, &mut held).map_err(failed)?;
        let other = Self::parse(self.path(), held.into(), FileKind::Terms)?;
        first_other_entry(self, &other, kind)
    }
}

/// The first entry in which two files differ in a text, which is checked in the first.
pub(crate) fn first_other_entry(
    file: &Container,
    other: &Container,
    kind: Kind,
) -> Result<Option<String>> {
    let (text, wanted) = (Text::find(file, kind)?, Text::find(other, kind)?);
    let mut different = None;
    let mut block = TextBlock::default();
    text.each(file, |entry, bytes| {
        if different.is_none()
            && (entry >= wanted.len() || wanted.get(other, entry, &mut block)? != bytes)
        {
            let shown: String = String::from_utf8_lossy(bytes).chars().take(60).collect();
            different = Some(format!("entry {entry}: {shown:?}"));
        }
        Ok(())
    })?;
    if different.is_none() && text.len() != wanted.len() {
        different = Some(format!("{} entries, not {}", text.len(), wanted.len()));
    }
    Ok(different)
}

fn first_other_byte(one: &[u8], other: &[u8]) -> Option<String> {
    if one.len() != other.len() {
        return Some(format!("{} bytes, not {}", one.len(), other.len()));
    }
    let at = one.iter().zip(other).position(|(a, b)| a != b)?;
    Some(format!("others at byte {at}"))
}
