//! What a question for similarity asks for: profiles of phenotypes, and how similar is enough.

use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::Measure;
use crate::model::Recorded;
use crate::model::Scope;
use crate::query::expr::Threshold;
use crate::set::SampleSet;
use crate::store::individuals::TermRef;
use crate::store::terms::Terms;

/// A profile: phenotypes with weights from 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Profile {
    pub(crate) phenotypes: Vec<(u32, f64)>,
}

/// A question for similarity with every name looked up.
#[derive(Debug)]
pub(in crate::query) struct Similar {
    pub(in crate::query) profiles: Vec<Profile>,
    pub(in crate::query) measure: Measure,
    pub(in crate::query) threshold: f64,
    /// Of whom one of these is recorded: as similar as can be.
    pub(in crate::query) same: SampleSet,
    /// Their score.
    pub(in crate::query) highest: f64,
    /// A single phenotype: the most similar recorded one decides.
    pub(in crate::query) single: bool,
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
