//! Checking a dataset through and through: every checksum, and every relation between sections that
//! answers rely on.

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod people_damage_tests;
mod phases;
mod records;
mod rows;
mod scopes;
mod sets;
mod spellings;
mod structure;
mod texts;

use crate::cohort::{Dataset, Part};
use crate::cohort::{Members, overlapping_batches, sharing};
use crate::error::{Damage, Error, Result};
use crate::format::{Folder, is_plain};
use crate::model::InfoType;
use crate::query::disagreeing_batches;
use crate::store::cohorts;
use crate::store::coverage::verify_coverage;
use crate::store::decisions;
use crate::store::manifest::FileEntry;
use crate::store::segment::Segment;
use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

impl Dataset {
    /// Reads everything and checks it: the checksum of each file and section, and that columns, sets,
    /// orders and zone maps agree with each other.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] with the file and the section for the first fault; [`Error::Io`].
    pub fn verify(&self) -> Result<()> {
        self.verify_manifest()?;
        self.samples().verify()?;
        if let Some(terms) = self.terms() {
            terms.verify()?;
        }
        if let Some(genes) = self.genes() {
            genes.verify()?;
        }
        for kit in self.kits() {
            kit.verify()?;
        }
        if let Some(people) = self.people() {
            people.verify()?;
        }
        self.sample_table().verify(self.people())?;
        for (part, entry) in self.parts().iter().zip(&self.manifest().segments) {
            // sections are checked one by one first, so that the fault has a name
            Segment::open(self.folder(), &entry.file.file)?
                .file()
                .verify()?;
            self.verify_segment(part)?;
        }
        self.verify_batches()?;
        self.verify_gene_carriers()?;
        if self.manifest().decisions {
            decisions::read(self.folder(), None)?;
        }
        cohorts::read(self.folder())?;
        let manifest = self.manifest();
        for file in manifest.files() {
            check_file(self.folder(), file)?;
        }
        Ok(())
    }

    /// Checks a segment's sections against each other and the manifest.
    pub(super) fn verify_segment(&self, part: &Part) -> Result<()> {
        let segment = self.segment(part)?;
        let manifest = self.manifest();
        structure::pages_and_blocks(segment)?;
        let pairs = texts::alleles(segment)?;
        structure::columns(segment, pairs.len())?;
        structure::orders(segment)?;
        texts::filters(segment)?;
        texts::ids(segment, manifest)?;
        texts::originals(segment, manifest)?;
        texts::info(segment, manifest)?;
        texts::polyploids(segment)?;
        if let Some(annotations) = segment.annotations() {
            if manifest.annotations.is_none() {
                return Err(self.manifest_fault("which annotations the rows have"));
            }
            annotations.verify(segment.file())?;
        }
        let mut entries = self.parts().iter().zip(&manifest.segments);
        let entry = entries.find(|(other, _)| std::ptr::eq(*other, part));
        if let Some((_, entry)) = entry {
            rows::rows(segment, (entry, manifest.normalised), &pairs)?;
            scopes::scopes(segment, entry, self.stored_contig_names())?;
        }
        spellings::respelled(segment)?;
        let merged = entry.is_some_and(|(_, entry)| entry.merged);
        records::records(segment, manifest, merged)?;
        sets::sets(segment)?;
        verify_coverage(segment, manifest.contigs.len())?;
        phases::phases(segment)?;
        rows::zones(segment, &pairs)
    }

    /// What only the manifest says.
    fn verify_manifest(&self) -> Result<()> {
        let manifest = self.manifest();
        let named = |name: &String| !name.is_empty() && is_plain(name);
        let mut names = HashSet::new();
        let mut contigs = manifest.contigs.iter().map(|contig| &contig.name);
        if !contigs.all(|name| named(name) && names.insert(name)) {
            return Err(self.manifest_fault("each contig once, without control characters"));
        }
        names.clear();
        let mut keys = manifest.info.iter().map(|info| &info.key);
        if !keys.all(|key| named(key) && names.insert(key)) {
            return Err(self.manifest_fault("each INFO key once, without control characters"));
        }
        let known = manifest.info.iter().all(|key| {
            InfoType::named(&key.kind).is_some()
                && ["record", "alt", "allele"].contains(&key.number.as_str())
        });
        match known {
            true => Ok(()),
            false => Err(self.manifest_fault("kinds and numbers of INFO keys")),
        }
    }

    /// Segments of a batch have the same samples; no sample has two genotypes at a place.
    fn verify_batches(&self) -> Result<()> {
        let mut batches = BTreeMap::<u32, Members<'_>>::new();
        for (part, entry) in self.parts().iter().zip(&self.manifest().segments) {
            let segment = self.segment(part)?;
            let members = Members::of(segment);
            let first = batches
                .entry(entry.batch)
                .or_insert_with(|| members.clone());
            if !first.iter().eq(members.iter()) {
                let expected = "the samples of the batch's other segments";
                return Err(fault(segment, "sample_numbers", expected));
            }
        }
        let (numbers, members): (Vec<u32>, Vec<Members<'_>>) = batches.into_iter().unzip();
        let segments = &self.manifest().segments;
        match overlapping_batches(segments, &numbers, &sharing(&members)) {
            None => Ok(()),
            Some(_) => Err(self.manifest_fault("batches that share no samples at a place")),
        }
    }

    /// What is stored of carriers by gene is what the rows of each batch say.
    fn verify_gene_carriers(&self) -> Result<()> {
        if self.gene_carriers().is_empty() {
            return Ok(());
        }
        let stored = Self::as_stored(self.folder(), self.manifest())?;
        let disagreeing = disagreeing_batches(&stored.view())?;
        for of in self.gene_carriers() {
            let alone = Self::of_batch(self.folder(), self.manifest(), of.batch)?;
            let agrees = !disagreeing.contains(&of.batch);
            let stored = self.gene_carriers_of(of)?;
            alone.view().verify_gene_carriers(stored, agrees)?;
        }
        Ok(())
    }

    fn manifest_fault(&self, expected: &str) -> Error {
        damage(&self.path().join("manifest.json"), "manifest", expected)
    }
}

/// Calls `f` with the rows at each position, and whether they are all: a segment may begin or end between the rows of
/// a place.
fn each_place(segment: &Segment, mut f: impl FnMut(Range<u32>, bool) -> Result<()>) -> Result<()> {
    let (position, file) = (&segment.columns.position, segment.file());
    for contig in segment.contigs() {
        let mut first = contig.first_row;
        while first < contig.end_row {
            let here = position.get(file, first)?;
            let mut end = first + 1;
            while end < contig.end_row && position.get(file, end)? == here {
                end += 1;
            }
            f(first..end, first > 0 && end < segment.meta().rows)?;
            first = end;
        }
    }
    Ok(())
}

/// Checks a file's size and checksum as a whole.
fn check_file(folder: &Folder, entry: &FileEntry) -> Result<()> {
    let path = folder.path().join(&entry.file);
    let failed = |e| Error::io(&path, e);
    let mut file = folder.storage().open(&path).map_err(failed)?;
    let mut hash = Xxh3::new();
    // what the manifest says of the size is not to be believed, nor a small file to cost a large buffer
    let mut buffer = vec![0; entry.size.clamp(1, 1 << 20) as usize];
    let mut len = 0u64;
    loop {
        let n = file.read(&mut buffer).map_err(failed)?;
        if n == 0 {
            break;
        }
        hash.update(buffer.get(..n).unwrap_or_default());
        len += n as u64;
    }
    let (size, checksum) = (entry.size, &entry.checksum);
    let found = format!("{:032x}", hash.digest128());
    if len != size || found != *checksum {
        return Err(Error::from(Box::new(Damage {
            file: path,
            section: "file".to_owned(),
            offset: 0,
            expected: format!("{size} bytes with checksum {checksum}"),
            found: format!("{len} bytes with {found}"),
        })));
    }
    Ok(())
}

fn fault(segment: &Segment, section: &str, expected: &str) -> Error {
    damage(segment.file().path(), section, expected)
}

fn damage(file: &Path, section: &str, expected: &str) -> Error {
    Error::from(Box::new(Damage {
        file: file.to_owned(),
        section: section.to_owned(),
        offset: 0,
        expected: expected.to_owned(),
        found: "something else".to_owned(),
    }))
}
