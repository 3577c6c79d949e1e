//! Whose phenotypes are similar to a profile.

use super::similarity::{Profile, Scorer};
use crate::cohort::Subjects;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::Measure;
use crate::model::Recorded;
use crate::model::Scope;
use crate::query::expr::Threshold;
use crate::set::SampleSet;
use crate::store::individuals::{People, TermRef};
use crate::store::terms::Terms;

/// A question for similarity with every name looked up.
pub(in crate::query) struct Similar {
    profiles: Vec<Profile>,
    measure: Measure,
    threshold: f64,
    /// Of whom one of these is recorded: as similar as can be.
    same: SampleSet,
    /// Their score.
    highest: f64,
    /// A single phenotype: the most similar recorded one decides.
    single: bool,
}

type Fault<'f> = dyn Fn(String, Vec<String>) -> Error + 'f;

impl Similar {
    pub(in crate::query) fn new(
        view: &View,
        profile: &[String],
        threshold: Threshold,
        measure: Option<Measure>,
        fault: &Fault<'_>,
    ) -> Result<Self> {
        let Some(people) = view.people() else {
            let message = "nothing is known of people here: load them with `varidex people`";
            return Err(fault(message.to_owned(), Vec::new()));
        };
        let Some(terms) = view.terms() else {
            let message = "similarity needs an ontology: load one with `varidex people --ontology`";
            return Err(fault(message.to_owned(), Vec::new()));
        };
        let mut phenotypes = Vec::new();
        let mut diseases = Vec::new();
        let mut same = SampleSet::new();
        for text in profile {
            match named(terms, text, fault)? {
                Named::Phenotype(term) => phenotypes.push(term),
                Named::Diseases(found) => {
                    for disease in &found {
                        let of = TermRef::known(*disease);
                        let set = people.term_set(Some(Scope::Disease), &of, Recorded::Present)?;
                        same = same.union(&set);
                    }
                    diseases.extend(found);
                }
            }
        }
        if !phenotypes.is_empty() && !diseases.is_empty() {
            let message = "a profile is phenotypes, or diseases: not both";
            return Err(fault(message.to_owned(), Vec::new()));
        }
        let single = match (phenotypes[..].first(), phenotypes.len(), measure, threshold) {
            (Some(&term), 1, None, Threshold::Level(_)) => Some(term),
            _ => None,
        };
        let measure = match single {
            Some(_) => Measure::Lin,
            None => measure.unwrap_or(Measure::SimGic),
        };
        if let Some(term) = single {
            let of = TermRef::known(term);
            same = people.term_set(Some(Scope::Phenotype), &of, Recorded::Present)?;
        }
        let (threshold, highest) = match threshold {
            Threshold::Score(score) => (score, 1.0),
            Threshold::Level(level) => {
                let least = level.threshold(measure, single.is_some());
                // Resnik's measure has no highest score
                (least, least.max(1.0))
            }
        };
        let mut profiles = Vec::new();
        if !phenotypes.is_empty() {
            let weighted = phenotypes.into_iter().map(|term| (term, 1.0));
            profiles.push(Profile {
                phenotypes: weighted.collect(),
            });
        }
        diseases.sort_unstable();
        diseases.dedup();
        for disease in diseases {
            for member in terms.members(disease)? {
                let known = terms.phenotypes(member)?.into_iter();
                let present = known.filter(|phenotype| !phenotype.excluded);
                let weighted = present.map(|p| (p.term, f64::from(p.frequency)));
                let profile = Profile {
                    phenotypes: weighted.collect(),
                };
                if !profile.phenotypes.is_empty() && !profiles.contains(&profile) {
                    profiles.push(profile);
                }
            }
        }
        Ok(Self {
            profiles,
            measure,
            threshold,
            same,
            highest,
            single: single.is_some(),
        })
    }

    /// Those who are similar enough, with their scores: of those `within`, where others do not matter.
    pub(in crate::query) fn score(
        &self,
        view: &View,
        subjects: &Subjects<'_>,
        within: Option<&SampleSet>,
    ) -> Result<Vec<(u32, f64)>> {
        let (Some(people), Some(terms)) = (view.people(), view.terms()) else {
            return Ok(Vec::new());
        };
        let mut scorer = Scorer::new(
            terms,
            &self.profiles,
            self.measure,
            information(terms, people, view.visible_individuals())?,
        )?;
        let possible = match scorer.needed(self.threshold)? {
            Some(needed) => people.with_phenotype_among(&needed)?,
            // nobody else shares a term with any profile
            None => people.with_phenotypes()?,
        };
        let mut same = SampleSet::new();
        // where they do not reach the score so, they may by their phenotypes
        if self.highest >= self.threshold {
            same = subjects.of_individuals(&self.same)?;
        }
        let mut candidates = subjects.of_individuals(&possible)?.difference(&same);
        if let Some(within) = within {
            same = same.intersection(within);
            candidates = candidates.intersection(within);
        }
        let scores = same.iter().map(|subject| (subject, self.highest));
        let mut scored: Vec<(u32, f64)> = scores.collect();
        let mut profiles = people.profiles()?;
        let mut last: Option<(u32, f64)> = None;
        for subject in candidates.iter() {
            let Some(individual) = subjects.individual(subject)? else {
                continue;
            };
            let score = match last {
                Some((known, score)) if known == individual => score,
                _ => {
                    let (present, excluded) = profiles.read(individual)?;
                    match scorer.may_reach(self.threshold, present)? {
                        true => self.of(&mut scorer, present, excluded)?,
                        false => 0.0,
                    }
                }
            };
            last = Some((individual, score));
            if score >= self.threshold && score > 0.0 {
                scored.push((subject, score));
            }
        }
        scored.sort_unstable_by_key(|(subject, _)| *subject);
        Ok(scored)
    }

    fn of(&self, scorer: &mut Scorer<'_>, present: &[u32], excluded: &[u32]) -> Result<f64> {
        match self.single {
            true => scorer.nearest(present),
            false => scorer.score(present, excluded),
        }
    }
}

enum Named {
    Phenotype(u32),
    Diseases(Vec<u32>),
}

/// What a text of a profile means: a phenotype, or a disease of which phenotypes are known, by CURIE or
/// name, or by the words of names of diseases.
fn named(terms: &Terms, text: &str, fault: &Fault<'_>) -> Result<Named> {
    let found = match terms.number(text)? {
        Some(term) => vec![term],
        None => terms.named(text)?,
    };
    let mut diseases = Vec::new();
    for &term in &found {
        if !terms.members(term)?.is_empty() {
            diseases.push(term);
        }
    }
    if !diseases.is_empty() {
        return Ok(Named::Diseases(diseases));
    }
    let like = match found.is_empty() {
        true => terms.diseases_like(text)?,
        false => Vec::new(),
    };
    match found[..] {
        _ if !like.is_empty() => Ok(Named::Diseases(like)),
        [] => {
            let message = format!("no phenotype or disease `{text}` in the ontologies here");
            Err(fault(message, terms.suggest(text)?))
        }
        [term] if terms.is_phenotype(term)? => Ok(Named::Phenotype(term)),
        [term] => {
            let label = terms.label(term)?;
            let message = format!(
                "nothing is known of the phenotypes of {} ({label}): load HPO's phenotype.hpoa",
                terms.id(term)?
            );
            Err(fault(message, Vec::new()))
        }
        _ => {
            let shown = found.iter().take(5).map(|&term| {
                let (id, label) = (terms.id(term)?, terms.label(term)?);
                Ok(format!("{id} ({label})"))
            });
            let message = format!(
                "`{text}` names {} terms: ask for one by its id",
                found.len()
            );
            Err(fault(message, shown.collect::<Result<_>>()?))
        }
    }
}

/// Information content by term: by diseases, or by the people here where no diseases are known.
fn information(terms: &Terms, people: &People, visible: Option<&SampleSet>) -> Result<Vec<f64>> {
    if terms.has_information() {
        return (0..terms.len())
            .map(|term| terms.information(term))
            .collect();
    }
    let mut information = vec![0.0; terms.len() as usize];
    let all = people.with_phenotypes()?;
    let all = visible.map_or_else(|| all.clone(), |visible| all.intersection(visible));
    let total = all.len() as f64;
    for counted in people.term_counts(Some(Scope::Phenotype), visible)? {
        if let Some(term) = counted.term.number()
            && let Some(value) = information.get_mut(term as usize)
            && counted.people > 0
        {
            *value = (total / counted.people as f64).ln().max(0.0);
        }
    }
    Ok(information)
}
