//! From what ontologies say to the file of terms, and the check of such a file.

use super::{EXCLUDED, OBSOLETE, Phenotype, Terms};
use crate::error::{Error, Result};
use crate::format::{
    ContainerWriter, Kind, TextBlock, TextWriter, encode_lists, hash_index, verify_hashes,
};
use crate::people::vocabulary::{canonical, prefix_of};
use crate::source::ontology::{Match, OntologySource, SourceTerm};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_64;

/// Terms of a circle that an error names.
const SHOWN: usize = 12;

/// A term with what it refers to by number. Everything else in the file follows from these.
#[derive(Debug, Default)]
struct Entry {
    id: String,
    /// Label and synonyms, separated by tabs.
    names: String,
    alternative: String,
    parents: BTreeSet<u32>,
    equivalents: BTreeSet<u32>,
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
        let entries = entries(source);
        let counted = counted_annotations(source, &entries);
        let versions: Vec<String> = source
            .versions
            .iter()
            .map(|(name, version)| clean(&format!("{name}\t{version}")))
            .collect();
        encode(&entries, &counted, &versions)
    }

    /// Checks the file as a whole: what follows from other sections is made again, and compared.
    pub(crate) fn verify(&self) -> Result<()> {
        self.file.verify()?;
        let entries = self.entries()?;
        let count = entries.len() as u32;
        let keys: Vec<String> = entries.iter().map(|entry| canonical(&entry.id)).collect();
        if !keys.is_sorted_by(|a, b| a < b) {
            return Err(self.fault(Kind::TermIds, "each term once, in ascending order"));
        }
        let in_range = |numbers: &BTreeSet<u32>| numbers.last().is_none_or(|&n| n < count);
        for entry in &entries {
            if !in_range(&entry.parents) {
                return Err(self.fault(Kind::Parents, "numbers of terms"));
            }
            if !in_range(&entry.equivalents) {
                return Err(self.fault(Kind::Equivalents, "numbers of terms"));
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
        // information is given by annotations that are not all kept: it is only read
        let mut information = Vec::new();
        for term in 0..count {
            information.push(self.information(term)?);
        }
        let again = encode(&entries, &information, &versions).map_err(|error| match error {
            Error::Usage(_) => self.fault(Kind::Parents, "no term above itself"),
            other => other,
        })?;
        self.file.verify_same(&again)?;
        verify_hashes(&self.file, Kind::TermIndex, count, hashes(&entries))
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

/// Text entries have no line feeds, and tabs separate names.
fn clean(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

fn name(text: &str) -> String {
    clean(text).replace('\t', " ").trim().to_owned()
}

/// Terms by number: in the order of their ids, each once, with everything that is said of it.
fn entries(source: &OntologySource) -> Vec<Entry> {
    let mut told: BTreeMap<String, SourceTerm> = BTreeMap::new();
    let mut tell = |term: SourceTerm| {
        let known = told.entry(canonical(&term.id)).or_default();
        if known.id.is_empty() {
            known.id = term.id;
        }
        if known.label.is_empty() {
            known.label = term.label;
        } else if !term.label.is_empty() && !term.label.eq_ignore_ascii_case(&known.label) {
            known.synonyms.push(term.label);
        }
        known.synonyms.extend(term.synonyms);
        known.alternative.extend(term.alternative);
        known.parents.extend(term.parents);
        known.equivalents.extend(term.equivalents);
        known.obsolete |= term.obsolete;
        known.replaced_by = known.replaced_by.take().or(term.replaced_by);
    };
    source.terms.iter().cloned().for_each(&mut tell);
    let bare = |id: &str| SourceTerm {
        id: id.to_owned(),
        ..SourceTerm::default()
    };
    for term in &source.terms {
        let others = term.parents.iter().chain(&term.equivalents);
        others
            .chain(&term.replaced_by)
            .for_each(|id| tell(bare(id)));
    }
    for mapping in &source.mappings {
        tell(bare(&mapping.subject));
        tell(bare(&mapping.object));
    }
    for annotation in &source.annotations {
        tell(SourceTerm {
            label: annotation.name.clone(),
            ..bare(&annotation.disease)
        });
        tell(bare(&annotation.phenotype));
    }

    let numbers: HashMap<String, u32> = told.keys().cloned().zip(0..).collect();
    let number = |id: &str| numbers.get(&canonical(id)).copied();
    let mut entries: Vec<Entry> = told
        .values()
        .map(|term| {
            let mut names = vec![name(&term.label)];
            let mut seen: BTreeSet<String> = names.iter().map(|n| n.to_lowercase()).collect();
            for synonym in term.synonyms.iter().map(|synonym| name(synonym)) {
                if seen.insert(synonym.to_lowercase()) {
                    names.push(synonym);
                }
            }
            let alternative: BTreeSet<String> =
                term.alternative.iter().map(|id| name(id)).collect();
            let obsolete = if term.obsolete { OBSOLETE } else { 0 };
            let replaced = term.replaced_by.as_deref().and_then(number);
            Entry {
                id: name(&term.id),
                names: names.join("\t"),
                alternative: Vec::from_iter(alternative).join("\t"),
                parents: term.parents.iter().filter_map(|id| number(id)).collect(),
                equivalents: BTreeSet::new(),
                replacement: obsolete | replaced.map_or(0, |n| n + 1),
                phenotypes: Vec::new(),
            }
        })
        .collect();
    let mut relate = |from: &str, relation: Match, to: &str| {
        let (Some(a), Some(b)) = (number(from), number(to)) else {
            return;
        };
        let (lower, upper) = match relation {
            Match::Narrow => (b, a),
            _ => (a, b),
        };
        if a == b {
        } else if relation == Match::Exact {
            for (one, other) in [(a, b), (b, a)] {
                if let Some(entry) = entries.get_mut(one as usize) {
                    entry.equivalents.insert(other);
                }
            }
        } else if let Some(entry) = entries.get_mut(lower as usize) {
            entry.parents.insert(upper);
        }
    };
    for term in &source.terms {
        for other in &term.equivalents {
            relate(&term.id, Match::Exact, other);
        }
    }
    for mapping in &source.mappings {
        relate(&mapping.subject, mapping.relation, &mapping.object);
    }
    for annotation in source.annotations.iter().filter(|a| a.abnormality) {
        if let (Some(disease), Some(term)) =
            (number(&annotation.disease), number(&annotation.phenotype))
            && let Some(entry) = entries.get_mut(disease as usize)
        {
            let phenotype = Phenotype {
                term,
                frequency: annotation.frequency,
                // 0 of so many patients is as good as NOT
                excluded: annotation.excluded || annotation.frequency == 0.0,
            };
            match entry.phenotypes.iter_mut().find(|known| known.term == term) {
                // several studies: the highest share, and presence before absence
                Some(known) => {
                    known.excluded &= phenotype.excluded;
                    known.frequency = known.frequency.max(phenotype.frequency);
                }
                None => entry.phenotypes.push(phenotype),
            }
        }
    }
    for entry in &mut entries {
        entry.phenotypes.sort_by_key(|phenotype| phenotype.term);
    }
    entries
}

/// What a record of each term answers: see the documentation of the module above.
fn closures(entries: &[Entry]) -> Result<Vec<Vec<u32>>> {
    let prefixes: Vec<String> = entries
        .iter()
        .map(|entry| prefix_of(&canonical(&entry.id)).to_owned())
        .collect();
    let prefix = |term: u32| prefixes.get(term as usize).map_or("", String::as_str);
    let mut closures = Vec::with_capacity(entries.len());
    for start in 0..entries.len() as u32 {
        // a term may be reached on several ways, which left different vocabularies behind
        let mut seen: HashMap<u32, Vec<BTreeSet<&str>>> = HashMap::new();
        let mut todo: Vec<(u32, BTreeSet<&str>)> = vec![(start, BTreeSet::new())];
        while let Some((term, left)) = todo.pop() {
            let known = seen.entry(term).or_default();
            if known.iter().any(|other| other.is_subset(&left)) {
                continue;
            }
            known.push(left.clone());
            let Some(entry) = entries.get(term as usize) else {
                continue;
            };
            for &parent in &entry.parents {
                // what returns by way of another vocabulary is a mapping that is wrong, not a circle
                if parent == start && parent != term && left.is_empty() {
                    return Err(circle(entries, start));
                }
                todo.push((parent, left.clone()));
            }
            for &other in &entry.equivalents {
                if prefix(other) != prefix(term) && !left.contains(prefix(other)) {
                    let mut left = left.clone();
                    left.insert(prefix(term));
                    todo.push((other, left));
                }
            }
        }
        let mut closure: Vec<u32> = seen.into_keys().collect();
        closure.sort_unstable();
        closures.push(closure);
    }
    Ok(closures)
}

/// The error for a term that is above itself, with the shortest way round.
fn circle(entries: &[Entry], start: u32) -> Error {
    let mut below: HashMap<u32, u32> = HashMap::new();
    let mut todo = std::collections::VecDeque::from([start]);
    while let Some(term) = todo.pop_front() {
        let parents = entries.get(term as usize).map(|entry| &entry.parents);
        for &parent in parents.into_iter().flatten() {
            if parent != term
                && let std::collections::hash_map::Entry::Vacant(vacant) = below.entry(parent)
            {
                vacant.insert(term);
                todo.push_back(parent);
            }
        }
    }
    let id = |term: u32| entries.get(term as usize).map_or("", |entry| &entry.id);
    let mut way = vec![id(start)];
    let mut term = start;
    while let Some(&next) = below.get(&term) {
        way.push(id(next));
        if next == start || way.len() > SHOWN {
            break;
        }
        term = next;
    }
    way.reverse();
    Error::Usage(format!(
        "ontology: {} is more general than itself: {}",
        id(start),
        way.join(" is_a ")
    ))
}

/// Information content by term, from all annotations.
fn counted_annotations(source: &OntologySource, entries: &[Entry]) -> Vec<f64> {
    let numbers: HashMap<String, u32> = entries
        .iter()
        .map(|entry| canonical(&entry.id))
        .zip(0..)
        .collect();
    let omim = |disease: &str| prefix_of(&canonical(disease)) == "omim";
    let any_omim = source.annotations.iter().any(|a| omim(&a.disease));
    let mut of_disease: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for annotation in &source.annotations {
        let counts = !annotation.excluded && (!any_omim || omim(&annotation.disease));
        if counts && let Some(&term) = numbers.get(&canonical(&annotation.phenotype)) {
            let terms = of_disease.entry(&annotation.disease).or_default();
            let mut todo = vec![term];
            while let Some(term) = todo.pop() {
                if terms.insert(term)
                    && let Some(entry) = entries.get(term as usize)
                {
                    todo.extend(&entry.parents);
                }
            }
        }
    }
    let mut counts = vec![0u32; entries.len()];
    for term in of_disease.values().flatten() {
        if let Some(count) = counts.get_mut(*term as usize) {
            *count += 1;
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
        let ids: BTreeSet<String> = ids.map(canonical).chain(names).collect();
        let told = ids.iter().filter(|text| !text.is_empty());
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
    file.add(
        Kind::Parents,
        lists(&|entry| entry.parents.iter().copied().collect()),
    );
    file.add(
        Kind::Equivalents,
        lists(&|entry| entry.equivalents.iter().copied().collect()),
    );
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
