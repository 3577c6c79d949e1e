//! Sets that stand in a section of a file, one behind the other, each behind its length.

use crate::error::Result;
use crate::format::{Container, Kind};
use crate::set::{Malformed, StoredSet, read_varint};

/// The set of a descriptor, of which the bytes, where it has some, are in the section of this kind.
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
