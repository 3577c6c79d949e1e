//! The true answers of questions about genes and people, from what the simulation itself knows: no
//! index, no reader, no stored set has a part in them.

use serde_json::{Value as Json, json};

use super::annotation::{Met, bit};
use super::genes::{PTEN, RYR1, TLR7};
use super::persons::{Named, Person, id, share, term};
use super::vocabulary::{DISEASES, MYASTHENIC, NOT, PHENOTYPES};
use varidex::{Level, Measure};

/// A question: who carries which variants of which gene, and what is asked of them beside that.
struct Question {
    ask: &'static str,
    gene: usize,
    variants: Variants,
    holds: fn(&Similarity, &Person) -> bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Variants {
    All,
    Rare,
    /// Of a moderate impact or a high one: this needs annotations.
    RareModerate,
}

const QUESTIONS: [Question; 9] = [
    Question {
        ask: "carriers(gene:RYR1) & similar(\"congenital myasthenic syndrome\")",
        gene: RYR1,
        variants: Variants::All,
        holds: similar,
    },
    Question {
        ask: "carriers(gene:PTEN) & biomarker:BRAF & treatment:\"vemurafenib\"",
        gene: PTEN,
        variants: Variants::All,
        holds: treated,
    },
    Question {
        ask: "carriers(gene:TLR7) & disease:\"COVID-19\"",
        gene: TLR7,
        variants: Variants::All,
        holds: infected,
    },
    Question {
        ask: "carriers(gene:RYR1 & af<0.01) & similar(\"congenital myasthenic syndrome\")",
        gene: RYR1,
        variants: Variants::Rare,
        holds: similar,
    },
    Question {
        ask: "carriers(gene:PTEN & af<0.01) & biomarker:BRAF & treatment:\"vemurafenib\"",
        gene: PTEN,
        variants: Variants::Rare,
        holds: treated,
    },
    Question {
        ask: "carriers(gene:TLR7 & af<0.01) & disease:\"COVID-19\"",
        gene: TLR7,
        variants: Variants::Rare,
        holds: infected,
    },
    Question {
        ask: "carriers(gene:RYR1 & impact>=moderate & af<0.01) & similar(\"congenital myasthenic syndrome\")",
        gene: RYR1,
        variants: Variants::RareModerate,
        holds: similar,
    },
    Question {
        ask: "carriers(gene:PTEN & impact>=moderate & af<0.01) & biomarker:BRAF & treatment:\"vemurafenib\"",
        gene: PTEN,
        variants: Variants::RareModerate,
        holds: treated,
    },
    Question {
        ask: "carriers(gene:TLR7 & impact>=moderate & af<0.01) & disease:\"COVID-19\"",
        gene: TLR7,
        variants: Variants::RareModerate,
        holds: infected,
    },
];

impl Question {
    /// Whether places of genes suffice to answer it.
    fn is_placed(&self) -> bool {
        self.variants != Variants::RareModerate
    }
}

fn similar(similarity: &Similarity, person: &Person) -> bool {
    let mut diseases = person.diseases.iter().filter(|record| !record.excluded);
    diseases.any(|record| is_a(record.id, MYASTHENIC)) || similarity.reaches(person)
}

fn treated(_: &Similarity, person: &Person) -> bool {
    let mut drugs = person.treatments.iter();
    let mut markers = person.markers.iter();
    markers.any(|marker| is_a(marker.id, "HGNC:1097"))
        && drugs.any(|treated| is_a(treated.drug.id, "NCIT:C64768"))
}

fn infected(_: &Similarity, person: &Person) -> bool {
    let mut diseases = person.diseases.iter().filter(|record| !record.excluded);
    diseases.any(|record| is_a(record.id, "MONDO:0100096"))
}

/// Whether the first is the second, or a kind of it.
fn is_a(id: &str, general: &str) -> bool {
    let kind = DISEASES.iter().find(|disease| disease.id == id);
    let kind = kind.map(|disease| disease.kind);
    let parents = term(id).map_or(&[][..], |term| term.parents);
    let mut parents = parents.iter().copied().chain(kind);
    id == general || parents.any(|parent| is_a(parent, general))
}

/// Who is found: by the number of the person, and whether the sample has the person's id.
type Found = Vec<(u32, bool)>;

/// Collects the answers.
pub(super) struct Answers {
    similarity: Similarity,
    /// By question: by annotation, and by the places of the genes.
    found: [[Found; 2]; QUESTIONS.len()],
    /// What is asked beside the gene, of people with a sample and of all.
    beside: [[u64; 2]; QUESTIONS.len()],
    people: u64,
    with_sample: u64,
    samples: u64,
    annotated: bool,
}

impl Answers {
    pub(super) fn new(samples: usize, annotated: bool) -> Self {
        Self {
            similarity: Similarity::new(),
            found: Default::default(),
            beside: Default::default(),
            people: 0,
            with_sample: 0,
            samples: samples as u64,
            annotated,
        }
    }

    /// Takes in a person with a sample that carries alleles that are to the asked genes what `carried` says.
    pub(super) fn add(&mut self, person: &Person, carried: u32) {
        self.people += 1;
        self.with_sample += u64::from(person.named.is_some());
        let found = self.found.iter_mut().zip(&mut self.beside);
        for (question, (found, beside)) in QUESTIONS.iter().zip(found) {
            if !(question.holds)(&self.similarity, person) {
                continue;
            }
            let [with_sample, all] = beside;
            *with_sample += u64::from(person.named.is_some());
            *all += 1;
            let (kinds, rare) = match question.variants {
                Variants::All => ([Some(Met::Annotated), Some(Met::Overlapping)], false),
                Variants::Rare => ([Some(Met::Annotated), Some(Met::Overlapping)], true),
                Variants::RareModerate => ([Some(Met::Moderate), None], true),
            };
            for (met, found) in kinds.into_iter().zip(found) {
                let carries = met.is_some_and(|met| carried & bit(question.gene, met, rare) != 0);
                if carries && let Ok(number) = u32::try_from(person.number) {
                    found.push((number, person.named == Some(Named::Own)));
                }
            }
        }
    }

    /// `truth.json`.
    pub(super) fn json(&self, seed: u64, trios: usize, de_novo: u64) -> Json {
        let answer = |found: &Found| {
            let ids = found.iter().map(|&(number, own)| id(number as usize, own));
            json!({"count": found.len(), "ids": ids.collect::<Vec<_>>()})
        };
        let questions = QUESTIONS.iter().zip(&self.found).zip(&self.beside);
        let questions =
            questions.filter(|((question, _), _)| self.annotated || question.is_placed());
        let questions = questions.map(|((question, [annotated, placed]), beside)| {
            let [with_sample, all] = beside;
            let mut told = json!({
                "ask": question.ask,
                "without_the_gene": {"people": all, "with_a_sample": with_sample},
            });
            if let Some(told) = told.as_object_mut() {
                if self.annotated {
                    told.insert("by_annotation".to_owned(), answer(annotated));
                }
                if question.is_placed() {
                    told.insert("by_position".to_owned(), answer(placed));
                }
            }
            told
        });
        json!({
            "seed": seed,
            "samples": self.samples,
            "people": self.people,
            "people_without_sample": self.people - self.with_sample,
            "samples_without_person": self.samples - self.with_sample,
            "trios": trios,
            "de_novo": de_novo,
            "questions": questions.collect::<Vec<_>>(),
        })
    }
}

/// Sets of phenotypes, one bit each.
type Set = u128;
const _: () = assert!(PHENOTYPES.len() <= 128);

/// A disease's phenotypes: numbers and shares.
struct Profile {
    direct: Vec<(usize, f64)>,
    /// By phenotype: the largest share of one that is a kind of it.
    weights: Vec<f64>,
}

/// How similar the phenotypes of people are to the congenital myasthenic syndromes.
struct Similarity {
    /// By phenotype: itself and what is more general.
    closures: Vec<Set>,
    /// By phenotype: -ln of the share of diseases that have it.
    information: Vec<f64>,
    profiles: Vec<Profile>,
}

fn number(id: &str) -> Option<usize> {
    PHENOTYPES.iter().position(|term| term.id == id)
}

impl Similarity {
    fn new() -> Self {
        let closure = |term: &super::vocabulary::Term| {
            let general = PHENOTYPES.iter().map(|other| is_a(term.id, other.id));
            (0..)
                .zip(general)
                .fold(0, |set, (n, is)| set | Set::from(is) << n)
        };
        let closures: Vec<Set> = PHENOTYPES.iter().map(closure).collect();
        let of = |id| number(id).and_then(|n| closures.get(n).map(|&closure| (n, closure)));
        let mut diseases = Vec::new();
        let mut profiles = Vec::new();
        for disease in DISEASES {
            let mut all = of(disease.inheritance).map_or(0, |(_, closure)| closure);
            let mut profile = Profile {
                direct: Vec::new(),
                weights: vec![0.0; closures.len()],
            };
            for &(phenotype, often) in disease.phenotypes {
                let Some((number, closure)) = of(phenotype).filter(|_| often != NOT) else {
                    continue;
                };
                all |= closure;
                let share = f64::from(share(often));
                if share > 0.0 {
                    profile.direct.push((number, share));
                }
                for (general, weight) in profile.weights.iter_mut().enumerate() {
                    if closure >> general & 1 == 1 {
                        *weight = weight.max(share);
                    }
                }
            }
            diseases.push(all);
            if disease.kind == MYASTHENIC {
                profiles.push(profile);
            }
        }
        let information = (0..closures.len()).map(|term| {
            let have = diseases.iter().filter(|all| *all >> term & 1 == 1).count();
            match have {
                0 => 0.0,
                have => libm::log(diseases.len() as f64 / have as f64),
            }
        });
        let information = information.collect();
        Self {
            closures,
            information,
            profiles,
        }
    }

    /// The phenotypes that a person has, and those the person is known not to have.
    fn of(person: &Person, excluded: bool) -> impl Iterator<Item = usize> {
        let records = person.phenotypes.iter();
        let records = records.filter(move |record| record.excluded == excluded);
        records.filter_map(|record| number(record.id))
    }

    /// simGIC with shares as weights, as the documentation of similarity defines it.
    fn score(&self, person: &Person) -> f64 {
        let closure = |term: usize| self.closures.get(term).copied().unwrap_or(0);
        let information = |term: usize| self.information.get(term).copied().unwrap_or(0.0);
        let has = Self::of(person, false).fold(0, |set, term| set | closure(term));
        let lacks = Self::of(person, true).fold(0, |set: Set, term| set | 1 << term);
        let mut best = 0.0f64;
        for profile in &self.profiles {
            let (mut shared, mut all) = (0.0, 0.0);
            for (term, weight) in profile.weights.iter().enumerate() {
                let has = has >> term & 1 == 1;
                let weighted = weight * information(term);
                all += match *weight > 0.0 {
                    true => weighted,
                    false if has => information(term),
                    false => 0.0,
                };
                shared += if has { weighted } else { 0.0 };
            }
            let (mut lost, mut direct) = (0.0, 0.0);
            for &(term, weight) in &profile.direct {
                let weighted = weight * information(term);
                direct += weighted;
                if closure(term) & lacks != 0 {
                    lost += weighted;
                }
            }
            if shared > 0.0 {
                best = best.max(shared / all * (1.0 - lost / direct));
            }
        }
        best
    }

    fn reaches(&self, person: &Person) -> bool {
        self.score(person) >= Level::Medium.threshold(Measure::SimGic, false)
    }
}
