//! Searching terms: those of ontologies, and those that were recorded.

use super::View;
use super::words::{Fit, Words};
use crate::error::{Error, Result};
use crate::model::Scope;
use crate::store::individuals::{Catalogue, TermPeople};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Terms that an error names.
const NAMED: usize = 5;
/// Characters of a text that an error shows.
const SHOWN: usize = 80;

/// A term, and of how many people it is recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TermFound {
    /// CURIE; empty where nothing but a label was recorded.
    pub id: String,
    /// Label, empty where there is none.
    pub label: String,
    /// What it, or something more special, is recorded as.
    pub scopes: Vec<Scope>,
    /// People of whom it is recorded as present itself.
    pub people: u64,
    /// People of whom it or something more special is recorded as present: whom an expression with it finds.
    pub people_below: u64,
    /// People of whom it is recorded as absent itself.
    pub excluded: u64,
}

/// By what a term has the words, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    /// The id or the label is the text.
    Exact,
    Label(Fit),
    Synonym(Fit),
    Id,
}

/// A term that has the words.
struct Hit {
    by: By,
    found: TermFound,
}

impl Hit {
    fn is_recorded(&self) -> bool {
        self.found.people_below > 0 || self.found.excluded > 0
    }
}

/// Searches the terms of a view.
struct Search<'a> {
    view: &'a View,
    /// What is recorded, where people are loaded.
    catalogue: Option<Catalogue<'a>>,
    words: Option<Words>,
    hits: Vec<Hit>,
}

impl View {
    /// The terms with an id, label or synonyms that have all words of a text, each as a part of a word or as a whole, whatever
    /// their case; without a text those that are recorded themselves.
    ///
    /// A term that has the text as its label or id comes first; then those of which something is recorded, and those with
    /// label words that begin with the words go before others.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where neither people nor ontologies are loaded, and where no term has the words: it names
    /// the nearest. [`Error::Damaged`].
    pub fn find_terms(&self, text: Option<&str>) -> Result<Vec<TermFound>> {
        self.check()?;
        if self.terms().is_none() {
            self.some_people()?;
        }
        let words = text.and_then(Words::of);
        let found = self.terms_with(words.clone())?;
        match (text, words) {
            (Some(text), Some(_)) if found.is_empty() => {
                let near = self.nearest_terms(text)?;
                let mut message = format!("no term has the words {}", shown(text));
                if !near.is_empty() {
                    message.push_str("; did you mean ");
                    message.push_str(&near.join(", "));
                    message.push('?');
                }
                Err(Error::Usage(message))
            }
            _ => Ok(found),
        }
    }

    /// The ontologies that were loaded: names of files, and versions where they say one, else an empty text.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn ontologies(&self) -> Result<Vec<(String, String)>> {
        match self.terms() {
            Some(terms) => terms.versions(),
            None => Ok(Vec::new()),
        }
    }

    /// Terms that may be meant by a text that names none, as `HP:0000819 (Diabetes mellitus)`: those that have its
    /// words, or else those nearest by spelling.
    pub(crate) fn terms_like(&self, text: &str) -> Result<Vec<String>> {
        let found = match Words::of(text) {
            Some(words) => self.terms_with(Some(words))?,
            None => Vec::new(),
        };
        match found.is_empty() {
            true => self.nearest_terms(text),
            false => Ok(found.iter().take(NAMED).map(named).collect()),
        }
    }

    fn terms_with(&self, words: Option<Words>) -> Result<Vec<TermFound>> {
        let mut search = Search {
            view: self,
            catalogue: match self.people() {
                Some(people) => Some(people.catalogue()?),
                None => None,
            },
            words,
            hits: Vec::new(),
        };
        search.of_ontologies()?;
        search.of_records()?;
        Ok(search.sorted())
    }

    /// By spelling: of what was recorded, then of ontologies.
    fn nearest_terms(&self, text: &str) -> Result<Vec<String>> {
        let mut near: Vec<(usize, String)> = Vec::new();
        let wanted = text.to_lowercase();
        for found in self.terms_with(None)? {
            let length = wanted.len();
            let far = found.label.len().abs_diff(length) > length / 2 + 2;
            if found.label.is_empty() || far {
                continue;
            }
            let distance = strsim::damerau_levenshtein(&wanted, &found.label.to_lowercase());
            if distance <= length / 3 + 1 {
                near.push((distance, named(&found)));
            }
        }
        near.sort();
        let mut near: Vec<String> = near.into_iter().map(|(_, shown)| shown).collect();
        if let Some(terms) = self.terms() {
            for other in terms.suggest(text)? {
                if !near.contains(&other) {
                    near.push(other);
                }
            }
        }
        near.truncate(NAMED);
        Ok(near)
    }
}

fn named(term: &TermFound) -> String {
    match (term.id.is_empty(), term.label.is_empty()) {
        (false, false) => format!("{} ({})", term.id, term.label),
        _ => format!("{}{}", term.id, term.label),
    }
}

fn shown(text: &str) -> String {
    let cut: String = text.chars().take(SHOWN).collect();
    let rest = if cut.len() < text.len() { "…" } else { "" };
    format!("{cut:?}{rest}")
}

impl Search<'_> {
    fn people(&self, number: Option<u32>, rows: &[u32]) -> Result<TermPeople> {
        match &self.catalogue {
            Some(all) => all.people(number, rows, self.view.visible_individuals()),
            None => Ok(TermPeople::default()),
        }
    }

    fn add(&mut self, by: By, (id, label): (String, String), people: TermPeople) {
        let found = TermFound {
            id,
            label,
            scopes: people.scopes,
            people: people.own,
            people_below: people.below,
            excluded: people.excluded,
        };
        self.hits.push(Hit { by, found });
    }

    /// The recorded terms that may be seen of a term of ontologies, and a label that they have.
    fn seen_rows(&self, number: u32) -> Result<(Vec<u32>, BTreeMap<String, ()>)> {
        let mut rows = Vec::new();
        let mut labels = BTreeMap::new();
        let Some(all) = &self.catalogue else {
            return Ok((rows, labels));
        };
        let seen = self.view.seen()?;
        for &row in all.rows_of(number) {
            if seen.is_none_or(|seen| seen.codings.contains(row)) {
                rows.push(row);
                let (_, label) = all.recorded(row);
                if !label.is_empty() {
                    labels.insert(label.to_owned(), ());
                }
            }
        }
        Ok((rows, labels))
    }

    /// Terms of ontologies, by their names and by the labels with which they were recorded.
    fn of_ontologies(&mut self) -> Result<()> {
        let view = self.view;
        let Some(terms) = view.terms() else {
            return self.of_known();
        };
        let Some(words) = self.words.clone() else {
            return self.of_known();
        };
        terms.each_named(|names| {
            let (rows, labels) = self.seen_rows(names.term)?;
            let recorded = labels.keys().filter_map(|label| words.fit(label)).min();
            let by = by(
                &words,
                names.label,
                names.synonyms,
                (names.id, names.alternative),
            );
            let by = by.into_iter().chain(recorded.map(of_label)).min();
            let Some(by) = by else { return Ok(()) };
            let people = self.people(Some(names.term), &rows)?;
            let label = match names.label {
                "" => labels.keys().next().cloned().unwrap_or_default(),
                label => label.to_owned(),
            };
            // what is only the same in another vocabulary says nothing by itself
            if !label.is_empty() || people.is_recorded() {
                self.add(by, (names.id.to_owned(), label), people);
            }
            Ok(())
        })
    }

    /// Terms of ontologies that are recorded themselves; by their labels in records where no ontology is loaded.
    fn of_known(&mut self) -> Result<()> {
        let view = self.view;
        let numbers: Vec<u32> = match &self.catalogue {
            Some(all) => all.known().collect(),
            None => return Ok(()),
        };
        for number in numbers {
            let (rows, labels) = self.seen_rows(number)?;
            let people = self.people(Some(number), &rows)?;
            if people.own == 0 && people.excluded == 0 {
                continue;
            }
            let (id, mut label) = match view.terms() {
                Some(terms) => (terms.id(number)?, terms.label(number)?),
                None => continue,
            };
            if label.is_empty() {
                label = labels.into_keys().next().unwrap_or_default();
            }
            self.add(By::Exact, (id, label), people);
        }
        Ok(())
    }

    /// Recorded terms that no ontology has.
    fn of_records(&mut self) -> Result<()> {
        let Some(all) = self.catalogue.take() else {
            return Ok(());
        };
        for rows in all.others() {
            let names = rows.iter().map(|row| all.recorded(*row));
            let id = names.clone().next().map_or("", |(id, _)| id);
            let labels = || names.clone().map(|(_, label)| label);
            let by = match &self.words {
                Some(words) => {
                    let labelled = labels().filter_map(|label| words.fit(label)).min();
                    let own = by(words, "", "", (id, ""));
                    own.into_iter().chain(labelled.map(of_label)).min()
                }
                None => Some(By::Exact),
            };
            let Some(by) = by else { continue };
            let people = all.people(None, rows, self.view.visible_individuals())?;
            // others are units, severities and such; or of those who may not be seen
            if people.is_recorded() {
                let label = labels().find(|label| !label.is_empty()).unwrap_or_default();
                self.add(by, (id.to_owned(), label.to_owned()), people);
            }
        }
        Ok(())
    }

    fn sorted(mut self) -> Vec<TermFound> {
        let by_words = self.words.is_some();
        self.hits.sort_by_cached_key(|hit| {
            let found = &hit.found;
            let near = by_words.then(|| {
                let length = found.label.chars().count();
                (hit.by != By::Exact, !hit.is_recorded(), hit.by, length)
            });
            let people = match by_words {
                true => found.people_below,
                false => found.people,
            };
            let place = near.map(|(exact, recorded, by, length)| {
                (exact, recorded, by, Reverse(people), length)
            });
            let rest = (Reverse(people), found.id.clone(), found.label.clone());
            (place, rest)
        });
        self.hits.into_iter().map(|hit| hit.found).collect()
    }
}

fn of_label(fit: Fit) -> By {
    match fit {
        Fit::Whole => By::Exact,
        other => By::Label(other),
    }
}

/// By what a term has the words; `None` where it does not have them.
fn by(words: &Words, label: &str, synonyms: &str, (id, others): (&str, &str)) -> Option<By> {
    let mut ids = std::iter::once(id).chain(others.split('\t'));
    if ids.any(|id| words.is_id(id)) {
        return Some(By::Exact);
    }
    let by_label = words.fit(label).map(of_label);
    let by_synonym = || words.fit_any(synonyms).map(By::Synonym);
    let by_id = || words.fit(id).map(|_| By::Id);
    by_label.or_else(by_synonym).or_else(by_id)
}
