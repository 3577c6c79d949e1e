//! People, ontologies, and what is recorded.

use super::super::choices::Choices;
use super::super::people::{Age, Coded, Event, Pedigree, Person, STAGES, Scope, Time};
use super::super::terms::{Ontology, Term};
use super::super::world::World;

pub const POPULATIONS: [&str; 3] = ["FIN", "GBR", "EUR"];

const SEVERITIES: [&str; 3] = ["HP:0012824", "HP:0012825", "HP:0012828"];

fn coded(id: &str, ontology: &Ontology) -> Coded {
    let named = ontology.terms.iter().find(|term| term.id == id);
    let label = named.map_or_else(|| format!("label of {id}"), |term| term.name.clone());
    Coded {
        id: id.to_owned(),
        label,
    }
}

pub fn put_into(world: &mut World, shape: &mut Choices<'_>, streams: &[Vec<u16>]) {
    world.ontology = ontology(shape);
    let mut free: Vec<String> = world
        .files
        .iter()
        .flat_map(|file| file.samples.clone())
        .collect();
    for (number, stream) in streams.iter().enumerate() {
        let mut choices = Choices::new(stream);
        let mut person = Person {
            id: format!("P{number}"),
            ..Person::default()
        };
        for _ in 0..choices.below(4) {
            if !free.is_empty() {
                person.samples.push(free.remove(choices.below(free.len())));
            }
        }
        if person.samples.len() == 1 && choices.once_in(4) {
            person.id.clone_from(&person.samples[0]);
        }
        let others: Vec<String> = world
            .people
            .iter()
            .map(|person| person.id.clone())
            .collect();
        describe(&mut person, &mut choices, &others, &world.ontology);
        world.people.push(person);
    }
}

fn age(choices: &mut Choices<'_>) -> Age {
    Age {
        years: *choices.of(&[0, 1, 2, 5, 16, 18, 40, 61]),
        months: *choices.of(&[0, 0, 6]),
        days: *choices.of(&[0, 0, 3]),
    }
}

fn time(choices: &mut Choices<'_>) -> Time {
    let first = age(choices);
    match choices.below(3) {
        0 => Time::Age(first),
        1 => Time::Span(
            first,
            Age {
                years: first.years + choices.between(0, 9),
                ..first
            },
        ),
        _ => Time::Stage(choices.of(&STAGES).0),
    }
}

fn describe(
    person: &mut Person,
    choices: &mut Choices<'_>,
    others: &[String],
    ontology: &Ontology,
) {
    person.sex = *choices.of(&[None, Some("female"), Some("male"), Some("other")]);
    person.karyotype = *choices.of(&[None, Some("XX"), Some("XXY")]);
    person.age = match choices.below(3) {
        0 => None,
        1 => Some(Time::Age(age(choices))),
        _ => {
            let first = age(choices);
            Some(Time::Span(
                first,
                Age {
                    years: first.years + choices.between(1, 9),
                    ..first
                },
            ))
        }
    };
    for name in POPULATIONS {
        if choices.once_in(3) {
            person.populations.push(name.to_owned());
        }
    }
    if choices.once_in(3) {
        person.cohorts.push(choices.text(&["first wave", "c2"]));
    }
    if choices.once_in(3) {
        person.datasets.push("d1".to_owned());
    }
    person.country = choices
        .of(&[None, Some("FI"), Some("GB")])
        .map(str::to_owned);
    if choices.once_in(2) {
        let mut parent = || match choices.below(2) {
            0 => None,
            _ => choices.of_any(others).cloned(),
        };
        let (father, mother) = (parent(), parent());
        let same = father.is_some() && father == mother;
        person.pedigree = Some(Pedigree {
            family: choices.text(&["F1", "F2"]),
            father,
            mother: if same { None } else { mother },
            affected: *choices.of(&[None, Some(true), Some(false)]),
        });
    }
    for _ in 0..choices.below(5) {
        let event = event(choices, ontology);
        person.events.push(event);
    }
}

fn event(choices: &mut Choices<'_>, ontology: &Ontology) -> Event {
    let scope = *choices.of(&[
        Scope::Phenotype,
        Scope::Phenotype,
        Scope::Phenotype,
        Scope::Disease,
        Scope::Disease,
        Scope::Measurement,
        Scope::Measurement,
        Scope::Treatment,
        Scope::Procedure,
        Scope::Exposure,
        Scope::Biomarker,
        Scope::Ethnicity,
    ]);
    let id = match scope {
        Scope::Phenotype => {
            let own = ontology
                .terms
                .iter()
                .filter(|term| term.id.starts_with("HP:00005"));
            let mut ids: Vec<&String> = own
                .flat_map(|term| [&term.id].into_iter().chain(&term.alternatives))
                .collect();
            ids.sort();
            (*choices.of(&ids)).clone()
        }
        Scope::Disease => choices.text(&[
            "MONDO:0000001",
            "MONDO:0000002",
            "MONDO:0000003",
            "ORPHA:1",
            "ORPHA:2",
            "OMIM:9",
        ]),
        Scope::Measurement => choices.text(&["LOINC:1-1", "LOINC:2-2", "LOINC:9-9"]),
        _ => choices.text(&["NCIT:C1", "NCIT:C2"]),
    };
    let mut event = Event {
        scope,
        term: coded(&id, ontology),
        excluded: false,
        onset: None,
        severity: None,
        value: None,
    };
    if matches!(scope, Scope::Phenotype | Scope::Disease) {
        event.excluded = choices.once_in(4);
        event.onset = choices.once_in(2).then(|| time(choices));
    }
    if scope == Scope::Phenotype && choices.once_in(3) {
        event.severity = Some(coded(SEVERITIES[choices.below(SEVERITIES.len())], ontology));
    }
    if scope == Scope::Measurement && !choices.once_in(5) {
        let number = *choices.of(&[1.0, 5.5, 6.5, 7.0]);
        let unit = match choices.below(4) {
            0 => Some(Coded {
                id: "UCUM:%".to_owned(),
                label: "percent".to_owned(),
            }),
            1 if choices.once_in(4) => Some(Coded {
                id: "UCUM:mg".to_owned(),
                label: "mg".to_owned(),
            }),
            2 if choices.once_in(6) => None,
            _ => Some(Coded {
                id: "UCUM:%".to_owned(),
                label: "percent".to_owned(),
            }),
        };
        event.value = Some((number, unit));
    }
    event
}

/// A small ontology: phenotypes with several parents, diseases of two vocabularies that are the same.
fn ontology(shape: &mut Choices<'_>) -> Ontology {
    let mut terms = Vec::new();
    let plain = |id: &str, name: &str, parents: Vec<usize>| Term {
        id: id.to_owned(),
        name: name.to_owned(),
        parents,
        ..Term::default()
    };
    terms.push(plain("HP:0000118", "Phenotypic abnormality", Vec::new()));
    for number in 1..=6 {
        let mut parents = vec![shape.below(number)];
        let second = shape.below(number);
        if shape.once_in(3) && second != parents[0] {
            parents.push(second);
        }
        parents.sort_unstable();
        let mut term = plain(
            &format!("HP:000050{number}"),
            &format!("Sign {number}"),
            parents,
        );
        if number % 2 == 0 {
            term.alternatives.push(format!("HP:000059{number}"));
            term.synonyms.push(format!("Old sign {number}"));
        }
        terms.push(term);
    }
    terms.push(Term {
        obsolete: true,
        replaced_by: Some(1),
        ..plain("HP:0000507", "obsolete Sign 7", Vec::new())
    });
    let severity = terms.len();
    terms.push(plain("HP:0012824", "Severity", Vec::new()));
    terms.push(plain("HP:0012825", "Mild", vec![severity]));
    terms.push(plain("HP:0012828", "Severe", vec![severity]));
    let disease = terms.len();
    terms.push(plain("MONDO:0000001", "disease", Vec::new()));
    terms.push(plain("MONDO:0000002", "a disease", vec![disease]));
    terms.push(plain(
        "MONDO:0000003",
        "a worse disease",
        vec![disease + shape.below(2)],
    ));
    let other = terms.len();
    terms.push(plain("ORPHA:1", "rare disease", Vec::new()));
    terms.push(plain("ORPHA:2", "rarer disease", vec![other]));
    // names that several terms have
    terms[4].synonyms.push("Shared".to_owned());
    terms[other].name = "A disease".to_owned();
    terms[other + 1].synonyms.push("shared".to_owned());
    terms[disease].synonyms.push("Sign 5".to_owned());
    for number in 0..2 {
        if shape.once_in(2) {
            let (a, b) = (disease + shape.below(3), other + number);
            terms[a].same.push(b);
            if shape.once_in(2) {
                terms[b].same.push(a);
            }
        }
    }
    let assay = terms.len();
    terms.push(plain("LOINC:1-1", "An assay", Vec::new()));
    terms.push(plain("LOINC:2-2", "A kind of assay", vec![assay]));
    let mut phenotypes = Vec::new();
    if shape.once_in(2) {
        for number in 0..2 {
            for sign in 1..=6 {
                if shape.once_in(3) {
                    phenotypes.push((other + number, sign));
                }
            }
        }
    }
    Ontology { terms, phenotypes }
}
