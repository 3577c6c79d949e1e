//! What is known of samples: of which individual each is.
//!
//! Files follow each other, each of the samples behind those of the file before: who adds samples adds a file.

use super::free::{Counted, Free, FreeWriter};
use super::individuals::{NamedValue, People};
use super::manifest::FileEntry;
use crate::error::{Error, Result};
use crate::format::{
    Column, ColumnCursor, ColumnWriter, Container, ContainerWriter, FileKind, Folder, Kind, page_of,
};
use crate::model::{AttributeType, AttributeValue};
use crate::set::SampleSet;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Length of the section of fixed numbers.
const META_LEN: usize = 8;
/// A bit of the flags: each sample is of the individual with the same number.
const IDENTITY: u32 = 1;

/// The files of a dataset.
#[derive(Debug)]
pub(crate) struct SampleAttributes {
    parts: Vec<Part>,
    samples: u32,
    individuals: u32,
    identity: bool,
    owned: OnceLock<Owned>,
}

/// A file.
#[derive(Debug)]
struct Part {
    file: Container,
    /// The number of its first sample in the dataset.
    first: u32,
    count: u32,
    identity: bool,
    owners: Column,
    free: OnceLock<Free>,
}

/// Samples by the individuals that they are of.
#[derive(Debug)]
struct Owned {
    /// Where the samples of each individual begin, and the last ones end.
    starts: Vec<u32>,
    samples: Vec<u32>,
    /// Whether an individual has several.
    several: bool,
}

impl SampleAttributes {
    /// Opens the files: structure is checked, bytes when they are first touched. `individuals` is how many numbers
    /// of individuals there are.
    pub(crate) fn open(
        folder: &Folder,
        entries: &[FileEntry],
        samples: u32,
        individuals: u32,
    ) -> Result<Self> {
        let files = entries.iter();
        let files = files.map(|entry| folder.container(&entry.file, FileKind::SampleAttributes));
        Self::of(files, samples, individuals)
    }

    fn of(
        files: impl Iterator<Item = Result<Container>>,
        samples: u32,
        individuals: u32,
    ) -> Result<Self> {
        let mut parts: Vec<Part> = Vec::new();
        let mut first = 0;
        for file in files {
            let part = Part::of(file?, first, samples)?;
            first += part.count;
            parts.push(part);
        }
        if let Some(last) = parts.last()
            && first != samples
        {
            let expected = format!("{} samples behind those before", samples - last.first);
            return Err(last.fault(Kind::SampleMeta, &expected, last.count.to_string()));
        }
        Ok(Self {
            identity: first == samples
                && samples <= individuals
                && parts.iter().all(|part| part.identity),
            parts,
            samples,
            individuals,
            owned: OnceLock::new(),
        })
    }

    /// The first sample of each file.
    pub(crate) fn firsts(&self) -> Vec<u32> {
        self.parts.iter().map(|part| part.first).collect()
    }

    /// Whether every sample is of the individual with the same number.
    pub(crate) fn is_identity(&self) -> bool {
        self.identity
    }

    /// The individual that a sample is of; `None` where nothing is known of it.
    pub(crate) fn individual_of(&self, sample: u32) -> Result<Option<u32>> {
        if self.identity {
            return Ok((sample < self.samples).then_some(sample));
        }
        match &self.parts[..] {
            [part] => part.individual_of(sample, self.individuals),
            parts => {
                let behind = parts.partition_point(|part| part.first <= sample);
                let part = behind.checked_sub(1).and_then(|at| parts.get(at));
                let of = part.map(|part| part.individual_of(sample, self.individuals));
                of.unwrap_or(Ok(None))
            }
        }
    }

    /// The samples of an individual, ascending.
    pub(crate) fn samples_of(&self, individual: u32) -> Result<Vec<u32>> {
        if self.identity {
            let own = individual < self.samples;
            return Ok(own.then_some(individual).into_iter().collect());
        }
        Ok(self.owned()?.of(individual).to_vec())
    }

    /// Calls `own` with the samples of individuals, in the order of individuals, and `without` with the individuals
    /// that have none.
    pub(crate) fn samples_of_all(
        &self,
        individuals: &SampleSet,
        mut own: impl FnMut(u32),
        mut without: impl FnMut(u32),
    ) -> Result<()> {
        let owned = self.owned()?;
        individuals.for_each_in(0..u32::MAX, |individual| match owned.of(individual) {
            [] => without(individual),
            samples => samples.iter().copied().for_each(&mut own),
        });
        Ok(())
    }

    /// Whether an individual has more than one sample.
    pub(crate) fn has_several(&self) -> Result<bool> {
        Ok(!self.identity && self.owned()?.several)
    }

    /// The numbers of individuals that have a sample, ascending.
    pub(crate) fn sampled(&self) -> Result<impl Iterator<Item = u32> + '_> {
        let owned = self.owned()?;
        Ok((0..self.individuals).filter(|individual| !owned.of(*individual).is_empty()))
    }

    /// The numbers of individuals that have none, ascending.
    pub(crate) fn without_sample(&self) -> Result<impl Iterator<Item = u32> + '_> {
        let owned = self.owned()?;
        Ok((0..self.individuals).filter(|individual| owned.of(*individual).is_empty()))
    }

    fn owned(&self) -> Result<&Owned> {
        if let Some(owned) = self.owned.get() {
            return Ok(owned);
        }
        let mut starts = vec![0u32; self.individuals as usize + 1];
        let mut owners = Vec::with_capacity(self.samples as usize);
        self.each(|sample, individual| {
            if let Some(start) = starts.get_mut(individual as usize + 1) {
                *start += 1;
            }
            owners.push((sample, individual));
        })?;
        let several = starts.iter().any(|count| *count > 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut samples = vec![0u32; owners.len()];
        let mut next = starts.clone();
        for (sample, individual) in owners {
            if let Some(next) = next.get_mut(individual as usize)
                && let Some(place) = samples.get_mut(*next as usize)
            {
                *place = sample;
                *next += 1;
            }
        }
        Ok(self.owned.get_or_init(|| Owned {
            starts,
            samples,
            several,
        }))
    }

    /// Calls `each` with every sample of which the individual is known, ascending.
    fn each(&self, mut each: impl FnMut(u32, u32)) -> Result<()> {
        for part in &self.parts {
            let mut owners = ColumnCursor::new(&part.file, part.owners);
            for (sample, own) in (part.first..).zip(0..part.count) {
                let owner = match part.identity {
                    true => Some(i64::from(sample)),
                    false => owners.get_nullable(own)?,
                };
                if let Some(individual) = part.checked(owner, self.individuals)? {
                    each(sample, individual);
                }
            }
        }
        Ok(())
    }

    /// The free attributes of samples, and how many samples have a value of each; of those `within`, where they are
    /// given.
    pub(crate) fn free_counts(&self, within: Option<&SampleSet>) -> Result<Vec<Counted>> {
        let mut all = BTreeMap::<String, Counted>::new();
        for part in &self.parts {
            for more in part.free()?.counts(&part.file, within, part.first)? {
                match all.get_mut(&more.name.to_ascii_lowercase()) {
                    Some(known) if known.kind == more.kind => known.count += more.count,
                    Some(known) => {
                        let expected = format!("{} of type {}", known.name, known.kind.name());
                        let found = more.kind.name().to_owned();
                        return Err(part.fault(Kind::FreeNames, &expected, found));
                    }
                    None => {
                        all.insert(more.name.to_ascii_lowercase(), more);
                    }
                }
            }
        }
        Ok(all.into_values().collect())
    }

    /// The free attributes of all files with their types, ascending by name in lower case.
    pub(crate) fn free_names(&self) -> Result<Vec<(String, AttributeType)>> {
        let all = self.free_counts(None)?.into_iter();
        Ok(all.map(|of| (of.name, of.kind)).collect())
    }

    /// The type of a free attribute by its name in any case.
    pub(crate) fn free_kind(&self, name: &str) -> Result<Option<AttributeType>> {
        for part in &self.parts {
            if let Some(kind) = part.free()?.kind_of(name) {
                return Ok(Some(kind));
            }
        }
        Ok(None)
    }

    /// The samples of which a test holds of the value of a free attribute; of those `within`, where they are given.
    pub(crate) fn free_set(
        &self,
        name: &str,
        within: Option<&SampleSet>,
        holds: &mut dyn FnMut(&AttributeValue) -> Result<bool>,
    ) -> Result<SampleSet> {
        let mut found = Vec::new();
        for part in &self.parts {
            let mut add = |row: u32| found.push(part.first + row);
            part.free()?
                .select(&part.file, name, (within, part.first), holds, &mut add)?;
        }
        Ok(SampleSet::gathered(self.samples, found.into_iter()))
    }

    /// The values of a sample's free attributes, with the numbers that these have in its file.
    #[cfg(test)]
    pub(crate) fn row(&self, sample: u32) -> Result<Vec<(u32, AttributeValue)>> {
        let part = self.parts.iter().rfind(|part| part.first <= sample);
        let row = part.map(|part| part.free()?.row(&part.file, sample - part.first));
        row.unwrap_or_else(|| Ok(Vec::new()))
    }

    /// The attributes of a sample that have a value, by their names.
    pub(crate) fn named(&self, sample: u32) -> Result<Vec<NamedValue>> {
        let part = self.parts.iter().rfind(|part| part.first <= sample);
        let Some(part) = part.filter(|part| sample - part.first < part.count) else {
            return Ok(Vec::new());
        };
        let free = part.free()?;
        let row = free.row(&part.file, sample - part.first)?.into_iter();
        let named = row.filter_map(|(number, value)| {
            let (name, _) = free.names().nth(number as usize)?;
            Some((name.to_owned(), value))
        });
        Ok(named.collect())
    }

    /// The attributes that samples have, each once by its name in lower case, with the name as it is written.
    pub(crate) fn names(&self) -> Result<Vec<String>> {
        let mut all = BTreeMap::<String, String>::new();
        for part in &self.parts {
            for (name, _) in part.free()?.names() {
                let known = all.entry(name.to_ascii_lowercase());
                known.or_insert_with(|| name.to_owned());
            }
        }
        Ok(all.into_values().collect())
    }

    /// Some samples, in their order, in one file: of which individual each is, and its attributes.
    pub(crate) fn some(
        &self,
        first: u32,
        samples: &[u32],
        (folder, memory): (&Folder, u64),
    ) -> Result<ContainerWriter> {
        let owners = samples.iter().map(|&sample| self.individual_of(sample));
        let owners: Vec<Option<u32>> = owners.collect::<Result<_>>()?;
        let all = self.free_counts(None)?;
        let mut free = None;
        if !all.is_empty() {
            let list: Vec<(String, AttributeType)> = all
                .into_iter()
                .map(|attribute| (attribute.name, attribute.kind))
                .collect();
            let numbers: BTreeMap<String, u32> = (0..)
                .zip(&list)
                .map(|(number, (name, _))| (name.to_ascii_lowercase(), number))
                .collect();
            let mut writer = FreeWriter::new(list, Some(folder), memory)?;
            for &sample in samples {
                let mut row = Vec::new();
                for (name, value) in self.named(sample)? {
                    let number = numbers.get(&name.to_ascii_lowercase());
                    row.extend(number.map(|number| (*number, value)));
                }
                row.sort_by_key(|(number, _)| *number);
                writer.push(&row)?;
            }
            free = Some(writer);
        }
        Self::write(first, &owners, free).map_err(|e| Error::io(folder, e))
    }

    /// Checks every byte, and that samples are of somebody.
    pub(crate) fn verify(&self, people: Option<&People>) -> Result<()> {
        let is_retired = |individual| match people {
            Some(people) => Ok::<_, Error>(people.retired()?.contains(individual)),
            None => Ok(false),
        };
        for part in &self.parts {
            part.file.verify()?;
            part.free()?.verify(&part.file)?;
            let values = 0..=i64::from(u32::MAX);
            part.owners.verify(&part.file, true, values)?;
            let mut own = true;
            for sample in part.first..part.first + part.count {
                let individual = part.individual_of(sample, self.individuals)?;
                own &= individual == Some(sample);
                if let Some(individual) = individual
                    && is_retired(individual)?
                {
                    let found = format!("sample {sample} of a number that nobody has");
                    return Err(part.fault(Kind::SampleOwners, "individuals", found));
                }
            }
            if part.identity && part.file.find(Kind::SampleOwners).is_some() {
                let found = "a column".to_owned();
                return Err(part.fault(Kind::SampleOwners, "no column", found));
            }
            if own != part.identity {
                let expected = "whether each sample is of the individual with its number";
                let found = u32::from(part.identity).to_string();
                return Err(part.fault(Kind::SampleMeta, expected, found));
            }
        }
        // attributes of one name are of one type in all files
        self.free_counts(None).map(|_| ())
    }

    /// The file of samples from number `first` on, that says of which individual each is, and what `free` has of it.
    pub(crate) fn write(
        first: u32,
        owners: &[Option<u32>],
        free: Option<FreeWriter>,
    ) -> std::io::Result<ContainerWriter> {
        let mut file = ContainerWriter::default();
        let mut numbered = (first..).zip(owners);
        let identity = numbered.all(|(sample, owner)| *owner == Some(sample));
        let meta = [owners.len() as u32, u32::from(identity) * IDENTITY];
        let meta = meta.into_iter().flat_map(u32::to_le_bytes).collect();
        file.add(Kind::SampleMeta, meta);
        if !identity {
            let mut column = ColumnWriter::nullable();
            let owners = owners.iter().map(|owner| owner.map(i64::from));
            owners.for_each(|owner| column.push_nullable(owner));
            file.add(Kind::SampleOwners, column.finish());
        }
        if let Some(free) = free {
            free.finish(&mut file)?;
        }
        Ok(file)
    }
}

impl Owned {
    /// The samples of an individual.
    fn of(&self, individual: u32) -> &[u32] {
        let at = individual as usize;
        let start = self.starts.get(at).copied().unwrap_or_default() as usize;
        let end = self.starts.get(at + 1).copied().unwrap_or_default() as usize;
        self.samples.get(start..end).unwrap_or_default()
    }
}

impl Part {
    fn of(file: Container, first: u32, samples: u32) -> Result<Self> {
        let bytes = file.whole(Kind::SampleMeta)?;
        let fault =
            |expected: &str, found: String| Err(file.damage_in(Kind::SampleMeta, expected, found));
        let Ok(meta) = <&[u8; META_LEN]>::try_from(bytes) else {
            return fault("8 bytes of fixed numbers", format!("{} bytes", bytes.len()));
        };
        let (words, _) = meta.as_chunks::<4>();
        let word = |i: usize| words.get(i).map_or(0, |word| u32::from_le_bytes(*word));
        let (count, flags) = (word(0), word(1));
        if count == 0 || count > samples - first {
            let expected = format!("1 to {} samples", samples - first);
            return fault(&expected, count.to_string());
        }
        if flags > IDENTITY {
            return fault("known flags", flags.to_string());
        }
        Ok(Self {
            first,
            count,
            identity: flags & IDENTITY != 0,
            owners: Column::find(&file, Kind::SampleOwners, count)?,
            free: OnceLock::new(),
            file,
        })
    }

    /// Of a sample by its number in the dataset.
    fn individual_of(&self, sample: u32, individuals: u32) -> Result<Option<u32>> {
        let own = sample.checked_sub(self.first);
        let Some(own) = own.filter(|own| *own < self.count) else {
            return Ok(None);
        };
        let individual = if self.identity {
            Some(i64::from(sample))
        } else {
            let (page, i) = page_of(own);
            self.owners.page(&self.file, page)?.get_nullable(i)
        };
        self.checked(individual, individuals)
    }

    /// The number of an individual, where one is stored.
    fn checked(&self, individual: Option<i64>, individuals: u32) -> Result<Option<u32>> {
        let Some(individual) = individual else {
            return Ok(None);
        };
        match u32::try_from(individual) {
            Ok(number) if number < individuals => Ok(Some(number)),
            _ => {
                let expected = format!("a number below {individuals}");
                Err(self.fault(Kind::SampleOwners, &expected, individual.to_string()))
            }
        }
    }

    fn free(&self) -> Result<&Free> {
        match self.free.get() {
            Some(free) => Ok(free),
            None => {
                let free = Free::find(&self.file, self.count)?;
                Ok(self.free.get_or_init(|| free))
            }
        }
    }

    fn fault(&self, kind: Kind, expected: &str, found: String) -> Error {
        self.file.damage_in(kind, expected, found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    /// Files of so many samples each, behind each other.
    fn opened(
        owners: &[Option<u32>],
        cuts: &[usize],
        individuals: u32,
    ) -> Result<SampleAttributes> {
        let mut files = Vec::new();
        let mut from = 0;
        for to in cuts.iter().copied().chain([owners.len()]) {
            if to > from {
                let content =
                    SampleAttributes::write(from as u32, &owners[from..to], None).unwrap();
                let mut bytes = Vec::new();
                content
                    .finish(FileKind::SampleAttributes, &mut bytes)
                    .unwrap();
                files.push(bytes);
                from = to;
            }
        }
        of_files(files, owners.len() as u32, individuals)
    }

    fn of_files(files: Vec<Vec<u8>>, samples: u32, individuals: u32) -> Result<SampleAttributes> {
        let kind = FileKind::SampleAttributes;
        let files = files.into_iter();
        let files =
            files.map(|bytes| Container::from_bytes(Path::new("a.attributes"), bytes, kind));
        SampleAttributes::of(files, samples, individuals)
    }

    fn cohort() -> impl Strategy<Value = (Vec<Option<u32>>, Vec<usize>)> {
        let owner = prop_oneof![1 => Just(None), 4 => (0..12u32).prop_map(Some)];
        let any = proptest::collection::vec(owner, 0..40);
        let identity = (0..12u32).prop_map(|samples| (0..samples).map(Some).collect());
        let owners = prop_oneof![3 => any, 1 => identity];
        (owners, proptest::collection::btree_set(0..40usize, 0..4)).prop_map(
            |(owners, cuts): (Vec<_>, _)| {
                let cuts = cuts.into_iter().filter(|cut| *cut < owners.len()).collect();
                (owners, cuts)
            },
        )
    }

    proptest! {
        /// However the samples are spread over files.
        #[test]
        fn files_answer_as_one((owners, cuts) in cohort()) {
            let known = opened(&owners, &cuts, 12).unwrap();
            known.verify(None).unwrap();
            let each: Vec<_> = (0..owners.len() as u32).map(|s| known.individual_of(s).unwrap()).collect();
            prop_assert_eq!(&each, &owners);
            prop_assert_eq!(known.individual_of(owners.len() as u32).unwrap(), None);
            let own = (0..).zip(&owners).all(|(sample, owner)| *owner == Some(sample));
            prop_assert_eq!(known.is_identity(), own);
            let of = |i| -> Vec<u32> { (0..).zip(&owners).filter(|(_, o)| **o == Some(i)).map(|(s, _)| s).collect() };
            let (mut all, mut without) = (Vec::new(), Vec::new());
            for individual in 0..12 {
                prop_assert_eq!(known.samples_of(individual).unwrap(), of(individual));
                all.extend(of(individual));
                without.extend(of(individual).is_empty().then_some(individual));
            }
            prop_assert_eq!(known.has_several().unwrap(), (0..12).any(|i| of(i).len() > 1));
            prop_assert_eq!(known.without_sample().unwrap().collect::<Vec<_>>(), without.clone());
            let (mut samples, mut none) = (Vec::new(), Vec::new());
            known.samples_of_all(&SampleSet::full(12), |sample| samples.push(sample), |one| none.push(one)).unwrap();
            prop_assert_eq!((samples, none), (all, without));
        }
    }

    #[test]
    fn files_of_other_samples_or_individuals_are_damaged() {
        let owners = [Some(1), None, Some(0)];
        assert!(opened(&owners, &[1], 2).is_ok());
        let fewer = opened(&owners, &[1], 1).unwrap();
        assert!(fewer.individual_of(0).is_err());
        assert_eq!(fewer.individual_of(2).unwrap(), Some(0));
        let content = || {
            let mut bytes = Vec::new();
            SampleAttributes::write(0, &owners, None)
                .unwrap()
                .finish(FileKind::SampleAttributes, &mut bytes)
                .unwrap();
            bytes
        };
        for samples in [2, 4, 7] {
            assert!(of_files(vec![content()], samples, 2).is_err(), "{samples}");
        }
        assert!(of_files(vec![content(), content()], 6, 2).is_ok());
        assert!(of_files(Vec::new(), 3, 2).is_ok());
    }
}
