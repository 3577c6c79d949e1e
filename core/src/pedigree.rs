//! Pedigree files that a caller names. Questions themselves open no file.

use crate::cohort::View;
use crate::error::{Error, InputError, Place, Result};
use crate::input::people::read_ped;
use crate::query::Trios;
use std::collections::BTreeMap;
use std::path::Path;

impl Trios {
    /// The children that a PED or FAM file describes. Its ids are names of samples, or else ids of the
    /// dataset's people. Lines of others are skipped, and so are children without a parent in the
    /// dataset.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Input`] for what is no such file and for a person with two lines that
    /// differ, [`Error::Usage`] where it describes no parent and child here.
    pub fn from_ped(view: &View, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut kin = BTreeMap::new();
        for relative in read_ped(path)? {
            let parents = (relative.kin.mother, relative.kin.father);
            let known = kin.entry(relative.id).or_insert_with(|| parents.clone());
            if *known != parents {
                let found = [known.0.clone(), known.1.clone(), parents.0, parents.1];
                let found: Vec<String> = found.into_iter().flatten().collect();
                return Err(Error::from(Box::new(InputError {
                    file: path.display().to_string(),
                    place: Place::File,
                    expected: "the same parents in all lines of a person".to_owned(),
                    found: found.join(", "),
                })));
            }
        }
        let mut trios = Self::none(view);
        for (child, (mother, father)) in &kin {
            trios.add(view, child, mother.as_deref(), father.as_deref())?;
        }
        if trios.is_empty() {
            return Err(Error::Usage(format!(
                "{} describes no sample here with a parent that is one as well",
                path.display()
            )));
        }
        Ok(trios)
    }
}
