//! From files to people: which reader reads which file, and who is the same person.

use super::{PeopleInput, Relative};
use crate::error::Result;
use std::path::{Path, PathBuf};

/// Reads files and folders of people.
pub(crate) fn read_people(paths: &[PathBuf], mapping: Option<&Path>) -> Result<PeopleInput> {
    let _ = (paths, mapping);
    Ok(PeopleInput::default())
}

/// Reads a PED or FAM file alone.
pub(crate) fn read_ped(path: &Path) -> Result<Vec<Relative>> {
    let _ = path;
    Ok(Vec::new())
}

/// The text of a mapping file for a table.
pub(crate) fn guess(path: &Path) -> Result<String> {
    let _ = path;
    Ok(String::new())
}
