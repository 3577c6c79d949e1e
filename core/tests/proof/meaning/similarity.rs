//! Scores of similarity by their definitions.

use super::expression::{Named, Similar};
use super::members::Meaning;
use super::people::Scope;
use super::world::Cohort;
use std::collections::BTreeSet;

type Terms = BTreeSet<usize>;

impl Cohort<'_> {
    /// The score of each subject: 0 for those who share nothing with the profile.
    pub fn scores(&self, similar: &Similar) -> Vec<f64> {
        let named = |name: &String| {
            self.meaning(&Named {
                scope: None,
                name: name.clone(),
            })
        };
        let profile = known(similar.to.iter().filter_map(named));
        let subjects = 0..self.subjects.len();
        subjects
            .map(|subject| {
                let (own, excluded) = (
                    self.phenotypes(subject, false),
                    self.phenotypes(subject, true),
                );
                if own.is_empty() {
                    return 0.0;
                }
                let score = self.score(similar.measure.unwrap_or("simgic"), &profile, &own);
                score * self.not_excluded(&profile, &excluded)
            })
            .collect()
    }

    /// Phenotypes that are recorded of a subject, as present or as absent.
    fn phenotypes(&self, subject: usize, excluded: bool) -> Terms {
        let person = self.subjects[subject]
            .person
            .map(|person| &self.world.people[person]);
        let events = person.into_iter().flat_map(|person| &person.events);
        let meant =
            events.filter(|event| event.scope == Scope::Phenotype && event.excluded == excluded);
        known(meant.map(|event| self.recorded(&event.term)))
    }

    fn score(&self, measure: &str, profile: &Terms, own: &Terms) -> f64 {
        if measure == "simgic" {
            let closed = |terms: &Terms| -> Terms {
                terms.iter().flat_map(|&term| self.above(term)).collect()
            };
            let (profile, own) = (closed(profile), closed(own));
            let sum = |terms: Vec<&usize>| {
                terms
                    .iter()
                    .map(|&&term| self.information(term))
                    .sum::<f64>()
            };
            let all = sum(profile.union(&own).collect());
            return if all > 0.0 {
                sum(profile.intersection(&own).collect()) / all
            } else {
                0.0
            };
        }
        let best = |from: &Terms, to: &Terms| {
            let best = |&term: &usize| {
                to.iter()
                    .map(|&other| self.alike(measure, term, other))
                    .fold(0.0, f64::max)
            };
            from.iter().map(best).sum::<f64>()
        };
        (best(profile, own) + best(own, profile)) / (profile.len() + own.len()) as f64
    }

    /// 1 less the share of the profile that is recorded as absent.
    fn not_excluded(&self, profile: &Terms, excluded: &Terms) -> f64 {
        let sum = |terms: Vec<&usize>| {
            terms
                .iter()
                .map(|&&term| self.information(term))
                .sum::<f64>()
        };
        let absent = |term: &&usize| !self.above(**term).is_disjoint(excluded);
        let all = sum(profile.iter().collect());
        if all > 0.0 {
            1.0 - sum(profile.iter().filter(absent).collect()) / all
        } else {
            1.0
        }
    }

    fn alike(&self, measure: &str, a: usize, b: usize) -> f64 {
        let (above_a, above_b) = (self.above(a), self.above(b));
        let shared: Terms = above_a.intersection(&above_b).copied().collect();
        let (of_a, of_b) = (self.information(a), self.information(b));
        let resnik = shared
            .iter()
            .map(|&term| self.information(term))
            .fold(0.0, f64::max);
        match measure {
            "resnik" => resnik,
            // a term that nobody has says nothing, though what is more general may
            "lin" if of_a + of_b > 0.0 => (2.0 * resnik / (of_a + of_b)).min(1.0),
            "lin" => 0.0,
            "jc" if a == b => 1.0,
            "jc" if of_a == 0.0 || of_b == 0.0 => 0.0,
            "jc" => 1.0 / (1.0 + (of_a + of_b - 2.0 * resnik).max(0.0)),
            "jaccard" => shared.len() as f64 / above_a.union(&above_b).count() as f64,
            _ => unreachable!("{measure}"),
        }
    }

    /// A term and all that is more general.
    fn above(&self, term: usize) -> Terms {
        let mut found = Terms::new();
        let mut walk = vec![term];
        while let Some(term) = walk.pop() {
            if found.insert(term) {
                walk.extend(&self.world.ontology.terms[term].parents);
            }
        }
        found
    }

    /// How much a term says: the fewer diseases have it, the more; or people, where of no disease it is
    /// known what it has.
    fn information(&self, term: usize) -> f64 {
        let phenotypes = &self.world.ontology.phenotypes;
        let diseases: Terms = phenotypes.iter().map(|(disease, _)| *disease).collect();
        let of_disease = |disease: &usize| -> Terms {
            let own = phenotypes.iter().filter(|(of, _)| of == disease);
            own.map(|(_, phenotype)| *phenotype).collect()
        };
        let mut all: Vec<Terms> = diseases.iter().map(of_disease).collect();
        if all.is_empty() {
            let people = (0..self.subjects.len()).map(|subject| self.phenotypes(subject, false));
            all = people.filter(|own| !own.is_empty()).collect();
        }
        let has = |own: &&Terms| {
            own.iter()
                .any(|&phenotype| self.above(phenotype).contains(&term))
        };
        match all.iter().filter(has).count() {
            0 => 0.0,
            with => (all.len() as f64 / with as f64).ln(),
        }
    }
}

fn known(meanings: impl Iterator<Item = Meaning>) -> Terms {
    let terms = meanings.filter_map(|meaning| match meaning {
        Meaning::Term(term) => Some(term),
        Meaning::Recorded(_) => None,
    });
    terms.collect()
}
