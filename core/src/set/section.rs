//! Sets that stand in a section of a file, one behind the other, each behind its length.

use super::{Malformed, SampleSet, StoredSet, read_varint, words_for};
use crate::error::Result;
use crate::format::{Container, Kind};

/// The set of a descriptor, whose bytes, where it has some, are in the section of this kind.
pub(crate) fn set_in(
    file: &Container,
    kind: Kind,
    descriptor: i64,
    universe: u32,
) -> Result<StoredSet<'_>> {
    let descriptor = descriptor.cast_unsigned();
    let broken = |rule: Malformed| file.damage_in(kind, rule.0, "something else");
    let bytes = match (StoredSet::span(descriptor), file.find(kind)) {
        (None, _) => &[][..],
        (Some(_), None) => return Err(file.damage_in(kind, "the bytes of a set", "none")),
        (Some(offset), Some(section)) => {
            let len = file.len(section);
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(len);
            let head = file.slice(section, start..len.min(start.saturating_add(5)))?;
            let mut at = 0;
            let size = read_varint(head, &mut at).map_err(broken)?;
            let start = start + at;
            file.slice(section, start..start.saturating_add(size as usize))?
        }
    };
    StoredSet::parse(descriptor, bytes, universe).map_err(broken)
}

impl StoredSet<'_> {
    /// All members. The set is in none of the forms that need an order.
    pub(crate) fn to_set(self) -> Result<SampleSet, Malformed> {
        let mut bits = vec![0; words_for(self.universe())];
        self.or_into(None, &mut bits)?;
        Ok(SampleSet::from_bits(0, &bits))
    }
}
