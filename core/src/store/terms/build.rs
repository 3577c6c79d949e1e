//! From what ontologies say to the file of terms, and the check of such a file.

use super::closure::{self, Flat, Vocabularies, Walk};
use super::{EXCLUDED, OBSOLETE, Phenotype, STORED, Terms};
use crate::error::{Error, Result};
use crate::format::{
    ContainerWriter, Kind, TextBlock, TextWriter, encode_lists, hash_index, is_plain, plain,
    verify_hashes,
};
use crate::model::vocabulary::{canonical, prefix_of};
use crate::model::{Match, OntologySource};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_64;

/// A term with what it refers to by number. Everything else in the file follows from these.
#[derive(Debug, Default)]
struct Entry {
    id: String,
    /// Label and synonyms, separated by tabs.
    names: String,
    alternative: String,
    /// Ascending, each once; and so are the equivalents, all of which are of other vocabularies.
    parents: Vec<u32>,
    equivalents: Vec<u32>,
    /// As in the section `replacements`.
    replacement: u32,
    phenotypes: Vec<Phenotype>,
}

impl Terms {
    /// The file for what was read.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where terms are more general than themselves.
    pub(crate) fn write(source: &OntologySource) -> Result<ContainerWriter> {
        let entries = entries(source)?;
        let counted = counted_annotations(source, &entries);
        let versions: Vec<String> = source
            .versions
            .iter()
            .map(|(file, version)| format!("{}\t{}", name(file), name(version)))
            .collect();
        encode(&entries, &counted, &versions)
    }

    /// Checks the file as a whole: what follows from other sections is made again, and compared.
    pub(crate) fn verify(&self) -> Result<()> {
        self.file.verify()?;
        let entries = self.entries()?;
        let count = entries.len() as u32;
        for entry in &entries {
            let texts = [
                (Kind::TermIds, &entry.id),
                (Kind::TermNames, &entry.names),
                (Kind::AlternativeIds, &entry.alternative),
            ];
            for (kind, texts) in texts {
                if !are_names(texts) || kind == Kind::TermIds && texts.contains('\t') {
                    let expected = "texts without control characters and blanks around";
                    return Err(self.fault(kind, expected));
                }
            }
        }
        let keys: Vec<String> = entries.iter().map(|entry| canonical(&entry.id)).collect();
        if !keys.is_sorted_by(|a, b| a < b) {
            return Err(self.fault(Kind::TermIds, "each term once, in ascending order"));
        }
        let vocabularies = vocabularies(&entries)?;
        let sound = |numbers: &[u32]| {
            numbers.is_sorted_by(|a, b| a < b) && numbers.last().is_none_or(|&n| n < count)
        };
        for (term, entry) in (0..).zip(&entries) {
            if !sound(&entry.parents) {
                return Err(self.fault(Kind::Parents, "numbers of terms, ascending"));
            }
            let own = vocabularies.of(term);
            let mut others = entry.equivalents.iter();
            if !sound(&entry.equivalents) || others.any(|&n| vocabularies.of(n) == own) {
                let expected = "numbers of terms of other vocabularies, ascending";
                return Err(self.fault(Kind::Equivalents, expected));
            }
            if entry.replacement & !OBSOLETE > count {
                return Err(self.fault(Kind::Replacements, "numbers of terms"));
            }
            if !entry.phenotypes.is_sorted_by(|a, b| a.term < b.term) {
                return Err(self.fault(Kind::Phenotypes, "each phenotype once, ascending"));
            }
        }
        let versions: Vec<String> = self
            .versions()?
            .iter()
            .map(|(name, version)| format!("{name}\t{version}"))
            .collect();
        if !versions.iter().all(|version| are_names(version)) {
            let expected = "texts without control characters and blanks around";
            return Err(self.fault(Kind::Versions, expected));
        }
        let information = self.checked_information(&entries)?;
        let again = encode(&entries, &information, &versions).map_err(|error| match error {
            Error::Usage(_) => self.fault(Kind::Parents, "no term above itself"),
            other => other,
        })?;
        self.file.verify_same(&again)?;
        verify_hashes(&self.file, Kind::TermIndex, count, hashes(&entries))
    }

    /// Information is given by annotations that are not all kept: it is only read. What is more general is
    /// of no fewer diseases.
    fn checked_information(&self, entries: &[Entry]) -> Result<Vec<f64>> {
        let information: Vec<f64> = (0..self.len())
            .map(|term| self.information(term))
            .collect::<Result<_>>()?;
        for (own, entry) in information.iter().zip(entries) {
            let of = |parent: &u32| information.get(*parent as usize);
            let mut parents = entry.parents.iter().filter_map(of);
            if *own > 0.0 && parents.any(|parent| parent > own) {
                let expected = "no more information of what is more general";
                return Err(self.fault(Kind::Information, expected));
            }
        }
        Ok(information)
    }

    fn fault(&self, kind: Kind, expected: &str) -> Error {
        self.file.damage_in(kind, expected, "others")
    }

    fn entries(&self) -> Result<Vec<Entry>> {
        let equivalents = crate::format::Lists::find(&self.file, Kind::Equivalents, self.len())?;
        let mut blocks = [(); 3].map(|()| TextBlock::default());
        let [ids, names, alternative] = &mut blocks;
        (0..self.len())
            .map(|term| {
                Ok(Entry {
                    id: self.text(&self.ids, term, ids)?,
                    names: self.text(&self.names, term, names)?,
                    alternative: self.text(&self.alternative, term, alternative)?,
                    parents: self.parents(term)?.collect(),
                    equivalents: equivalents.get(&self.file, term)?.collect(),
                    replacement: self.replacement(term)?,
                    phenotypes: self.phenotypes(term)?,
                })
            })
            .collect()
    }
}

/// A text as it stands among others, which tabs set apart.
fn name(text: &str) -> String {
    plain(text).trim().to_owned()
}

/// By what an id is the same as another one: as they are stored, without control characters.
fn key(id: &str) -> String {
    canonical(&plain(id))
}

/// Whether texts that tabs set apart are as [`name`] leaves them.
fn are_names(texts: &str) -> bool {
    texts
        .split('\t')
        .all(|text| is_plain(text) && text.trim().len() == text.len())
}

/// What is said of a term, in all the places where something is said of it.
#[derive(Default)]
struct Told<'a> {
    id: &'a str,
    label: &'a str,
    synonyms: Vec<&'a str>,
    alternative: Vec<&'a str>,
    obsolete: bool,
    replaced_by: Option<&'a str>,
}

/// Numbers of ids: in the order of their canonical forms.
struct Numbers<'a> {
    of: HashMap<String, u32>,
    /// As each is written first.
    ids: Vec<&'a str>,
}

impl<'a> Numbers<'a> {
    fn new(source: &'a OntologySource) -> Self {
        let mut first: HashMap<String, &'a str> = HashMap::new();
        let mut tell = |id: &'a str| {
            first.entry(key(id)).or_insert(id);
        };
        source.terms.iter().for_each(|term| tell(&term.id));
        for term in &source.terms {
            let others = term.parents.iter().chain(&term.equivalents);
            others.chain(&term.replaced_by).for_each(|id| tell(id));
        }
        for mapping in &source.mappings {
            tell(&mapping.subject);
            tell(&mapping.object);
        }
        for annotation in &source.annotations {
            tell(&annotation.disease);
            tell(&annotation.phenotype);
        }
        let mut all: Vec<(String, &str)> = first.into_iter().collect();
        all.sort_unstable();
        let ids = all.iter().map(|(_, id)| *id).collect();
        let of = all.into_iter().map(|(key, _)| key).zip(0..).collect();
        Self { of, ids }
    }

    fn get(&self, id: &str) -> Option<u32> {
        self.of.get(&key(id)).copied()
    }
}

/// Everything that is said of each term, by number.
fn told<'a>(source: &'a OntologySource, numbers: &Numbers<'a>) -> Vec<Told<'a>> {
    let ids = numbers.ids.iter();
    let mut all: Vec<Told<'a>> = ids
        .map(|&id| Told {
            id,
            ..Told::default()
        })
        .collect();
    let label = |all: &mut Vec<Told<'a>>, id: &str, label: &'a str| {
        let number = numbers.get(id)?;
        let told = all.get_mut(number as usize)?;
        if told.label.is_empty() {
            told.label = label;
        } else if !label.is_empty() && !label.eq_ignore_ascii_case(told.label) {
            told.synonyms.push(label);
        }
        Some(number)
    };
    for term in &source.terms {
        let number = label(&mut all, &term.id, &term.label);
        if let Some(told) = number.and_then(|number| all.get_mut(number as usize)) {
            told.synonyms
                .extend(term.synonyms.iter().map(String::as_str));
            told.alternative
                .extend(term.alternative.iter().map(String::as_str));
            told.obsolete |= term.obsolete;
            told.replaced_by = told.replaced_by.or(term.replaced_by.as_deref());
        }
    }
    let mut last = "";
    for annotation in &source.annotations {
        // lines of a disease follow each other
        if annotation.disease != last {
            label(&mut all, &annotation.disease, &annotation.name);
            last = &annotation.disease;
        }
    }
    all
}

/// Terms by number: in the order of their ids, each once, with everything that is said of it.
fn entries(source: &OntologySource) -> Result<Vec<Entry>> {
    let numbers = Numbers::new(source);
    let told = told(source, &numbers);
    let merged = merged(&told, &numbers);
    let mut entries: Vec<Entry> = told
        .into_iter()
        .zip(0..)
        .map(|(told, number)| {
            let mut names = vec![name(told.label)];
            let mut seen: BTreeSet<String> = names.iter().map(|n| n.to_lowercase()).collect();
            for synonym in told.synonyms.iter().map(|synonym| name(synonym)) {
                if seen.insert(synonym.to_lowercase()) {
                    names.push(synonym);
                }
            }
            let alternative: BTreeSet<String> =
                told.alternative.iter().map(|id| name(id)).collect();
            let obsolete = if told.obsolete { OBSOLETE } else { 0 };
            let replaced = told.replaced_by.and_then(|id| numbers.get(id));
            let replaced = replaced.or_else(|| merged.get(&number).copied());
            Entry {
                id: name(told.id),
                names: names.join("\t"),
                alternative: Vec::from_iter(alternative).join("\t"),
                replacement: obsolete | replaced.map_or(0, |n| n + 1),
                ..Entry::default()
            }
        })
        .collect();
    relate(source, &numbers, &mut entries)?;
    annotate(source, &numbers, &mut entries);
    Ok(entries)
}

/// Obsolete terms that another has taken in, as it says by an alternative id, and nothing else replaces.
fn merged(told: &[Told<'_>], numbers: &Numbers<'_>) -> HashMap<u32, u32> {
    let mut merged = HashMap::new();
    for (number, term) in (0..).zip(told).filter(|(_, term)| !term.obsolete) {
        for old in term.alternative.iter().filter_map(|id| numbers.get(id)) {
            let taken = told.get(old as usize);
            if old != number && taken.is_some_and(|old| old.obsolete && old.replaced_by.is_none()) {
                merged.entry(old).or_insert(number);
            }
        }
    }
    merged
}

fn relate(source: &OntologySource, numbers: &Numbers<'_>, entries: &mut [Entry]) -> Result<()> {
    let vocabularies = vocabularies(entries)?;
    let parent = |entries: &mut [Entry], lower: Option<u32>, upper: Option<u32>| {
        if let (Some(lower), Some(upper)) = (lower, upper)
            && let Some(entry) = entries.get_mut(lower as usize)
        {
            entry.parents.push(upper);
        }
    };
    // two ids of one vocabulary that are said to be the same stay two
    let same = |entries: &mut [Entry], a: Option<u32>, b: Option<u32>| {
        if let (Some(a), Some(b)) = (a, b)
            && vocabularies.of(a) != vocabularies.of(b)
        {
            for (one, other) in [(a, b), (b, a)] {
                if let Some(entry) = entries.get_mut(one as usize) {
                    entry.equivalents.push(other);
                }
            }
        }
    };
    for term in &source.terms {
        let own = numbers.get(&term.id);
        for other in &term.parents {
            parent(entries, own, numbers.get(other));
        }
        for other in &term.equivalents {
            same(entries, own, numbers.get(other));
        }
    }
    for mapping in &source.mappings {
        let [a, b] = [&mapping.subject, &mapping.object].map(|id| numbers.get(id));
        match mapping.relation {
            Match::Exact => same(entries, a, b),
            _ if a == b => {}
            Match::Broad => parent(entries, a, b),
            Match::Narrow => parent(entries, b, a),
        }
    }
    for entry in entries {
        for list in [&mut entry.parents, &mut entry.equivalents] {
            list.sort_unstable();
            list.dedup();
        }
    }
    Ok(())
}

/// What is known of diseases.
fn annotate(source: &OntologySource, numbers: &Numbers<'_>, entries: &mut [Entry]) {
    let mut places: HashMap<(u32, u32), usize> = HashMap::new();
    for annotation in source.annotations.iter().filter(|a| a.abnormality) {
        let ids = [&annotation.disease, &annotation.phenotype];
        let [Some(disease), Some(term)] = ids.map(|id| numbers.get(id)) else {
            continue;
        };
        let Some(entry) = entries.get_mut(disease as usize) else {
            continue;
        };
        let phenotype = Phenotype {
            term,
            frequency: annotation.frequency,
            // 0 of so many patients is as good as NOT
            excluded: annotation.excluded || annotation.frequency == 0.0,
        };
        let place = *places
            .entry((disease, term))
            .or_insert(entry.phenotypes.len());
        match entry.phenotypes.get_mut(place) {
            // several studies: the highest share, and presence before absence
            Some(known) => {
                known.excluded &= phenotype.excluded;
                known.frequency = known.frequency.max(phenotype.frequency);
            }
            None => entry.phenotypes.push(phenotype),
        }
    }
    for entry in entries {
        entry.phenotypes.sort_by_key(|phenotype| phenotype.term);
    }
}

fn vocabularies(entries: &[Entry]) -> Result<Vocabularies> {
    let terms = entries.iter();
    Vocabularies::new(terms.map(|entry| Ok((&entry.id, !entry.equivalents.is_empty()))))
}

/// The closures that are stored, as the documentation of the module above says; the others are empty.
fn closures(entries: &[Entry]) -> Result<Vec<Vec<u32>>> {
    let mut graph = Flat::default();
    for entry in entries {
        graph.push(&entry.parents, &entry.equivalents);
    }
    if let Some(way) = closure::circle(&graph, graph.len())? {
        let id = |term: &u32| entries.get(*term as usize).map_or("", |entry| &entry.id);
        let ids: Vec<&str> = way.iter().map(id).collect();
        return Err(Error::Usage(format!(
            "ontology: {} is more general than itself: {}",
            ids.first().unwrap_or(&""),
            ids.join(" is_a ")
        )));
    }
    let vocabularies = vocabularies(entries)?;
    let mut walk = Walk::new(entries.len());
    (0..entries.len() as u32)
        .map(|term| {
            let closure = walk.from(&graph, &vocabularies, term, STORED)?;
            Ok(closure.unwrap_or_default())
        })
        .collect()
}

/// Information content by term, from all annotations.
fn counted_annotations(source: &OntologySource, entries: &[Entry]) -> Vec<f64> {
    let numbers: HashMap<String, u32> = entries
        .iter()
        .map(|entry| canonical(&entry.id))
        .zip(0..)
        .collect();
    let omim = |disease: &str| prefix_of(&key(disease)) == "omim";
    let any_omim = source.annotations.iter().any(|a| omim(&a.disease));
    let mut of_disease: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for annotation in &source.annotations {
        let counts = !annotation.excluded && (!any_omim || omim(&annotation.disease));
        if counts && let Some(&term) = numbers.get(&key(&annotation.phenotype)) {
            of_disease
                .entry(&annotation.disease)
                .or_default()
                .push(term);
        }
    }
    let mut counts = vec![0u32; entries.len()];
    // by term: the disease last counted
    let mut counted = vec![0u32; entries.len()];
    for (disease, terms) in (1..).zip(of_disease.values()) {
        let mut todo = terms.clone();
        while let Some(term) = todo.pop() {
            let Some(last) = counted.get_mut(term as usize) else {
                continue;
            };
            if std::mem::replace(last, disease) == disease {
                continue;
            }
            if let (Some(count), Some(entry)) =
                (counts.get_mut(term as usize), entries.get(term as usize))
            {
                *count += 1;
                todo.extend(&entry.parents);
            }
        }
    }
    let total = of_disease.len() as f64;
    let information = |count: u32| match count {
        0 => 0.0,
        // -ln(1) is -0, which would not be the same bytes
        count => (total / f64::from(count)).ln().max(0.0),
    };
    counts.into_iter().map(information).collect()
}

/// What the index of terms is made from: hashes of all their ids and names.
fn hashes(entries: &[Entry]) -> Vec<(u64, u32)> {
    let mut hashes = Vec::new();
    for (term, entry) in (0u32..).zip(entries) {
        let names = entry.names.split('\t').map(str::to_lowercase);
        let ids = std::iter::once(entry.id.as_str()).chain(entry.alternative.split('\t'));
        let told = ids
            .map(canonical)
            .chain(names)
            .filter(|text| !text.is_empty());
        hashes.extend(told.map(|text| (xxh3_64(text.as_bytes()), term)));
    }
    hashes
}

fn encode(entries: &[Entry], information: &[f64], versions: &[String]) -> Result<ContainerWriter> {
    let texts = |texts: &mut dyn Iterator<Item = &str>, keep: bool| {
        let mut writer = TextWriter::default();
        texts.for_each(|text| writer.push(text.as_bytes()));
        writer.finish(keep).map_err(|e| Error::io("terms", e))
    };
    let lists = |of: &dyn Fn(&Entry) -> Vec<u32>| {
        let lists: Vec<Vec<u32>> = entries.iter().map(of).collect();
        encode_lists(lists.iter().map(Vec::as_slice))
    };
    let closures = closures(entries)?;
    let mut file = ContainerWriter::default();
    file.add(
        Kind::TermIds,
        texts(&mut entries.iter().map(|e| e.id.as_str()), true)?,
    );
    file.add(
        Kind::TermNames,
        texts(&mut entries.iter().map(|e| e.names.as_str()), false)?,
    );
    let alternative = &mut entries.iter().map(|e| e.alternative.as_str());
    file.add(Kind::AlternativeIds, texts(alternative, false)?);
    let parents = entries.iter().map(|entry| entry.parents.as_slice());
    file.add(Kind::Parents, encode_lists(parents));
    let equivalents = entries.iter().map(|entry| entry.equivalents.as_slice());
    file.add(Kind::Equivalents, encode_lists(equivalents));
    file.add(
        Kind::Closures,
        encode_lists(closures.iter().map(Vec::as_slice)),
    );
    let replacements = entries
        .iter()
        .flat_map(|entry| entry.replacement.to_le_bytes());
    file.add(Kind::Replacements, replacements.collect());
    file.add(
        Kind::TermIndex,
        hash_index(hashes(entries), entries.len() as u32),
    );
    if information.iter().any(|value| *value > 0.0) {
        let bits = information
            .iter()
            .flat_map(|value| value.to_bits().to_le_bytes());
        file.add(Kind::Information, bits.collect());
    }
    let phenotypes = lists(&|entry| {
        let numbers = |p: &Phenotype| {
            let flags = if p.excluded { EXCLUDED } else { 0 };
            [p.term, p.frequency.to_bits(), flags]
        };
        entry.phenotypes.iter().flat_map(numbers).collect()
    });
    file.add(Kind::Phenotypes, phenotypes);
    file.add(
        Kind::Versions,
        texts(&mut versions.iter().map(String::as_str), true)?,
    );
    Ok(file)
}
