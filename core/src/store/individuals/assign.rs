//! Which sample is whose, and the numbers of individuals.

use crate::format::{is_plain, plain};
use crate::model::{Coding, Person, SampleNameKind, Time, Value};
use std::collections::HashMap;

/// People in the order of their numbers, and whose each sample is.
#[derive(Debug, Default)]
pub(crate) struct Assigned {
    pub(crate) people: Vec<Person>,
    pub(crate) owners: Vec<Option<u32>>,
    /// Samples that several people claim by names of the same kind, with their ids: it stays nobody's.
    pub(crate) disputed: Vec<(String, Vec<String>)>,
    /// Pairs of the map that name no sample or no person.
    pub(crate) unused: Vec<(String, String)>,
}

/// Finds whose the samples are, by the map first, then by the kinds of names in their order, and puts
/// people in the order of their numbers.
pub(crate) fn assign(
    mut people: Vec<Person>,
    samples: &[&str],
    map: &[(String, String)],
) -> Assigned {
    let numbers: HashMap<&str, usize> = samples.iter().copied().zip(0..).collect();
    let mut owners: Vec<Option<usize>> = vec![None; samples.len()];
    people.iter_mut().for_each(tidy);
    let mut assigned = Assigned::default();
    let by_id: HashMap<&str, usize> = people.iter().map(|p| p.id.as_str()).zip(0..).collect();
    for (sample, person) in map {
        let place = numbers
            .get(sample.as_str())
            .and_then(|number| owners.get_mut(*number));
        match (place, by_id.get(person.as_str())) {
            (Some(place), Some(person)) => *place = Some(*person),
            _ => assigned.unused.push((sample.clone(), person.clone())),
        }
    }
    let kinds = [
        SampleNameKind::Biosample,
        SampleNameKind::File,
        SampleNameKind::Individual,
        SampleNameKind::Packet,
    ];
    let mut disputed = std::collections::BTreeSet::new();
    for kind in kinds {
        let mut claims = std::collections::BTreeMap::<usize, Vec<usize>>::new();
        for (number, person) in people.iter().enumerate() {
            let named = person.sample_names.iter().filter(|(of, _)| *of == kind);
            let own = (kind == SampleNameKind::Individual).then_some(person.id.as_str());
            for name in named.map(|(_, name)| name.as_str()).chain(own) {
                if let Some(sample) = numbers.get(name) {
                    let claims = claims.entry(*sample).or_default();
                    if claims.last() != Some(&number) {
                        claims.push(number);
                    }
                }
            }
        }
        for (sample, claims) in claims {
            let Some(owner) = owners.get_mut(sample).filter(|owner| owner.is_none()) else {
                continue;
            };
            if disputed.contains(&sample) {
                continue;
            }
            match claims[..] {
                [one] => *owner = Some(one),
                _ => {
                    disputed.insert(sample);
                    let id = |number: &usize| people.get(*number).map(|p| p.id.clone());
                    let name = samples.get(sample).copied().unwrap_or_default().to_owned();
                    assigned
                        .disputed
                        .push((name, claims.iter().filter_map(id).collect()));
                }
            }
        }
    }
    let mut numbering: Vec<Option<u32>> = vec![None; people.len()];
    let mut next = 0;
    let in_order = owners.iter().flatten().copied().chain(0..people.len());
    for person in in_order {
        if let Some(number) = numbering.get_mut(person).filter(|number| number.is_none()) {
            *number = Some(next);
            next += 1;
        }
    }
    let new = |person: usize| numbering.get(person).copied().flatten();
    assigned.owners = owners.iter().map(|owner| owner.and_then(new)).collect();
    let mut placed: Vec<_> = numbering.iter().zip(people).collect();
    placed.sort_by_key(|(number, _)| **number);
    assigned.people = placed.into_iter().map(|(_, person)| person).collect();
    assigned
}

/// Texts of the store have no control characters: terms that differ only by them are the same.
fn tidy(person: &mut Person) {
    let line = |text: &mut String| {
        if !is_plain(text) {
            *text = plain(text).into_owned();
        }
    };
    let coding = |coding: &mut Coding| {
        line(&mut coding.id);
        line(&mut coding.label);
    };
    line(&mut person.id);
    person.country.iter_mut().for_each(coding);
    for record in &mut person.records {
        coding(&mut record.term);
        record.severity.iter_mut().for_each(coding);
        for time in [&mut record.onset, &mut record.end] {
            if let Some(Time::Stage(stage)) = time {
                coding(stage);
            }
        }
        if let Some(Value::Number { unit: term, .. } | Value::Term(term)) = &mut record.value {
            coding(term);
        }
    }
}
