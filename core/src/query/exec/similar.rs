//! People of phenotypes that are similar to a profile.

use super::similarity::Scorer;
use crate::cohort::Subjects;
use crate::cohort::View;
use crate::error::Result;
use crate::model::Scope;
use crate::query::plan::similar::Similar;
use crate::set::SampleSet;
use crate::store::individuals::People;
use crate::store::terms::Terms;

impl Similar {
    /// Those who are similar enough, with their scores: of those `within`, where others do not matter.
    pub(super) fn score(
        &self,
        view: &View,
        subjects: &Subjects<'_>,
        within: Option<&SampleSet>,
    ) -> Result<Vec<(u32, f64)>> {
        self.score_from(view, subjects, within, self.threshold)
    }

    /// What was meant, by what it was measured, and the best score of those who were asked, of whom `scored` have
    /// enough of one.
    pub(super) fn explain(
        &self,
        view: &View,
        subjects: &Subjects<'_>,
        within: Option<&SampleSet>,
        scored: &[(u32, f64)],
    ) -> Result<Vec<String>> {
        let mut notes = self.notes();
        if let (Some(people), Some(terms)) = (view.people(), view.terms()) {
            notes.push(match terms.has_information() {
                true => format!(
                    "information by the phenotypes of {} diseases",
                    terms.counted_diseases()?
                ),
                false => {
                    let all = people.with_phenotypes()?;
                    let visible = view.visible_individuals();
                    let all = visible.map_or_else(|| all.clone(), |some| all.intersection(some));
                    format!("information by the phenotypes of {} people here", all.len())
                }
            });
        }
        // of nobody who has enough, all are scored again: how far they are from it is what is asked
        let all = match scored.is_empty() {
            true => self.score_from(view, subjects, within, 0.0)?,
            false => Vec::new(),
        };
        let best = scored.iter().chain(&all).map(|(_, score)| *score);
        notes.push(match best.reduce(f64::max) {
            Some(best) => format!("best score {best:.4}"),
            None => "nobody has a score above 0".to_owned(),
        });
        Ok(notes)
    }

    fn score_from(
        &self,
        view: &View,
        subjects: &Subjects<'_>,
        within: Option<&SampleSet>,
        least: f64,
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
        let possible = match scorer.needed(least)? {
            Some(needed) => people.with_phenotype_among(&needed)?,
            // nobody else shares a term with any profile
            None => people.with_phenotypes()?,
        };
        let mut same = SampleSet::new();
        // where they do not reach the score so, they may by their phenotypes
        if self.highest >= least {
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
                    match scorer.may_reach(least, present)? {
                        true => self.of(&mut scorer, present, excluded)?,
                        false => 0.0,
                    }
                }
            };
            last = Some((individual, score));
            if score >= least && score > 0.0 {
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
