//! What a question for similarity asks for: profiles of phenotypes, and how similar is enough.

use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::{Level, Measure, Recorded, Scope};
use crate::query::expr::Threshold;
use crate::set::SampleSet;
use crate::store::individuals::TermRef;
use crate::store::terms::Terms;

/// Diseases that a note names.
const SHOWN: usize = 3;

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
    /// The level that was asked for, where one was.
    level: Option<Level>,
    /// What each text of the profile was taken for.
    meant: Vec<String>,
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
        let mut meant = Vec::new();
        for text in profile {
            let named = named(view, terms, text, fault)?;
            meant.push(named.shown(terms, text)?);
            match named {
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
            let message = format!(
                "a profile is phenotypes, or diseases: not both ({})",
                meant.join("; ")
            );
            return Err(fault(message, Vec::new()));
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
        let level = match threshold {
            Threshold::Level(level) => Some(level),
            Threshold::Score(_) => None,
        };
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
            level,
            meant,
        })
    }

    /// What the texts were taken for, what their profiles are of, and which scores are asked for.
    pub(in crate::query) fn notes(&self) -> Vec<String> {
        let mut notes = self.meant.clone();
        let sizes = || self.profiles.iter().map(|of| of.phenotypes.len());
        let (fewest, most) = (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0));
        notes.push(match (self.profiles.len(), fewest == most) {
            (1, _) => format!("a profile of {}", phenotypes(most)),
            (number, true) => format!("{number} profiles of {}", phenotypes(most)),
            (number, false) => {
                let most = phenotypes(most);
                format!("{number} profiles of {fewest} to {most}: the most similar one decides")
            }
        });
        notes.push(self.asked());
        notes
    }

    /// The measure, and its least score.
    pub(in crate::query) fn asked(&self) -> String {
        let measure = self.measure.name();
        let of = if self.single {
            ", the most similar one"
        } else {
            ""
        };
        let level = match self.level {
            Some(level) => format!(" ({})", level.name()),
            None => String::new(),
        };
        format!("{measure}{of}, at least {}{level}", self.threshold)
    }
}

fn phenotypes(number: usize) -> String {
    match number {
        1 => "1 phenotype".to_owned(),
        _ => format!("{number} phenotypes"),
    }
}

enum Named {
    Phenotype(u32),
    Diseases(Vec<u32>),
}

impl Named {
    /// What a text was taken for.
    fn shown(&self, terms: &Terms, text: &str) -> Result<String> {
        let term = |term: u32| -> Result<String> {
            let (id, label) = (terms.id(term)?, terms.label(term)?);
            Ok(format!("{id} ({label})"))
        };
        Ok(match self {
            Self::Phenotype(of) => format!("`{text}` is the phenotype {}", term(*of)?),
            Self::Diseases(all) => {
                let first = all.iter().take(SHOWN).map(|of| term(*of));
                let first = first.collect::<Result<Vec<_>>>()?.join(", ");
                match all.len() {
                    1 => format!("`{text}` is the disease {first}"),
                    number @ 2..=SHOWN => format!("`{text}` is {number} diseases: {first}"),
                    number => {
                        let more = number - SHOWN;
                        format!("`{text}` is {number} diseases: {first} and {more} more")
                    }
                }
            }
        })
    }
}

/// Whether one of some diseases is recorded of somebody who may be seen.
fn is_recorded(view: &View, diseases: &[u32]) -> Result<bool> {
    let Some(people) = view.people() else {
        return Ok(false);
    };
    for disease in diseases {
        let of = TermRef::known(*disease);
        let set = people.term_set(Some(Scope::Disease), &of, Recorded::Present)?;
        let seen = match view.visible_individuals() {
            Some(visible) => !set.is_disjoint(visible),
            None => !set.is_empty(),
        };
        if seen {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a text of a profile means: a phenotype, or a disease of which phenotypes are known, by CURIE or
/// name, or by the words of names of diseases. A name that is a disease's of which nothing is recorded is that of a class,
/// too, where diseases with all of its words are recorded: Orphanet's `Congenital myasthenic syndrome`, and OMIM's
/// `Myasthenic syndrome, congenital, 8`, which no file may join.
fn named(view: &View, terms: &Terms, text: &str, fault: &Fault<'_>) -> Result<Named> {
    let by_id = terms.number(text)?;
    let found = match by_id {
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
        if by_id.is_none() && !view.is_all_meant() && !is_recorded(view, &diseases)? {
            let like = terms.diseases_like(text)?;
            if is_recorded(view, &like)? {
                diseases.extend(like);
                diseases.sort_unstable();
                diseases.dedup();
            }
        }
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
            Err(fault(message, view.terms_like(text)?))
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
