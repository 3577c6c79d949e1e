//! Checking a people file through and through.

use super::{People, write};
use crate::error::{Error, Result};
use crate::format::{Container, FileKind, Kind};

impl People {
    /// Checks every byte, and that sets and columns are what the people and the terms give: a people
    /// file is a function of both, so it must be what would be written of what is read here.
    pub(crate) fn verify(&self) -> Result<()> {
        self.file.verify()?;
        let people = self.people()?;
        let owners = self.owners()?;
        let mut next = 0;
        for owner in owners.iter().flatten() {
            if *owner > next {
                return Err(self.fault(Kind::SampleOwners, "individuals in the order of samples"));
            }
            next = next.max(owner + 1);
        }
        if next != self.counts.sampled {
            return Err(self.fault(Kind::PeopleMeta, "the number of individuals with samples"));
        }
        let content = write(&people, &owners, self.terms.as_deref())?;
        let mut bytes = Vec::new();
        let failed = |e| Error::io(self.file.path(), e);
        content
            .finish(FileKind::People, &mut bytes)
            .map_err(failed)?;
        let bytes = crate::format::Bytes::Held(bytes);
        let wanted = Container::parse(self.file.path(), bytes, FileKind::People)?;
        for number in wanted.kinds().chain(self.file.kinds()) {
            let Some(kind) = Kind::from_number(number) else {
                continue;
            };
            if wanted.whole(kind)? != self.file.whole(kind)? {
                return Err(self.fault(kind, "what the people and the terms of the dataset give"));
            }
        }
        Ok(())
    }
}
