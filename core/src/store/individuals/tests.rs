use super::toy_tests::Toy;
use super::*;
use crate::format::ContainerWriter;
use crate::model::{Attribute, AttributeType, AttributeValue, Recorded};
use crate::model::{Coding, Person, Record, SampleNameKind, Sex, Time, Value};
use proptest::prelude::*;
use std::path::Path;

fn coding(id: impl Into<String>) -> Coding {
    Coding {
        id: id.into(),
        label: String::new(),
    }
}

pub(super) fn stored(content: ContainerWriter) -> Vec<u8> {
    let mut bytes = Vec::new();
    content.finish(FileKind::People, &mut bytes).unwrap();
    bytes
}

pub(super) fn open(bytes: Vec<u8>, terms: bool) -> Result<People> {
    let file = Container::from_bytes(Path::new("test.people"), bytes, FileKind::People)?;
    let terms = terms.then(|| Arc::new(Toy) as Arc<dyn Hierarchy>);
    People::of(file, terms)
}

fn record() -> impl Strategy<Value = Record> {
    let time = prop_oneof![
        (-50i32..50, 0i32..20).prop_map(|(low, more)| Time::Age(Ages {
            low: Age(low),
            high: Age(low + more)
        })),
        (-50i32..50, 0i32..20).prop_map(|(first, more)| Time::Date(Dates {
            first,
            last: first + more
        })),
        (0u32..12).prop_map(|n| Time::Stage(coding(format!("T:{n}")))),
        // antenatal, congenital, adult
        (0usize..3).prop_map(|n| {
            let stages = ["HP:0030674", "HP:0003577", "HP:0003581"];
            Time::Stage(coding(stages[n]))
        }),
    ];
    let value = prop_oneof![
        (-5i32..5, 0u32..2).prop_map(|(n, unit)| Value::Number {
            number: f64::from(n) / 2.0,
            unit: coding(format!("U:{unit}"))
        }),
        (0u32..12).prop_map(|n| Value::Term(coding(format!("T:{n}")))),
    ];
    (
        (0usize..8, 0u32..12, any::<bool>()),
        proptest::option::of(time.clone()),
        proptest::option::of(time),
        proptest::option::of(0u32..12),
        proptest::option::of(value),
    )
        .prop_map(
            |((scope, term, excluded), onset, end, severity, value)| Record {
                scope: SCOPES[scope],
                // 10 and 11 are terms that no ontology describes
                term: coding(format!("T:{term}")),
                excluded,
                onset,
                end,
                severity: severity.map(|n| coding(format!("T:{n}"))),
                value,
            },
        )
}

pub(super) fn free_names() -> Vec<(String, AttributeType)> {
    let names = AttributeType::ALL.map(|kind| (kind.name().to_owned(), kind));
    let mut names = names.to_vec();
    names.sort();
    names
}

/// A value of each attribute that there is one of, in the order of names: age, code, date, number, text.
fn free() -> impl Strategy<Value = Vec<(u32, AttributeValue)>> {
    let age = (-99i32..99, 0i32..9).prop_map(|(low, more)| {
        AttributeValue::Age(Ages {
            low: Age(low),
            high: Age(low + more),
        })
    });
    let code = (0..3u8, "[a-b]").prop_map(|(id, label)| {
        AttributeValue::Code(Coding {
            id: if id > 0 {
                format!("X:{id}")
            } else {
                String::new()
            },
            label,
        })
    });
    let date = (-9999i32..9999, 0i32..400).prop_map(|(first, more)| {
        AttributeValue::Date(Dates {
            first,
            last: first + more,
        })
    });
    let number = prop_oneof![
        (-9i32..9).prop_map(f64::from),
        any::<f64>().prop_filter("finite", |n| n.is_finite()),
    ];
    let number = number.prop_map(|n| AttributeValue::Number(n + 0.0));
    let text = "[a-c]{1,2}".prop_map(AttributeValue::Text);
    let all = (
        proptest::option::of(age),
        proptest::option::of(code),
        proptest::option::of(date),
        proptest::option::of(number),
        proptest::option::of(text),
    );
    all.prop_map(|(age, code, date, number, text)| {
        let all = (0..).zip([age, code, date, number, text]);
        all.filter_map(|(n, value)| Some((n, value?))).collect()
    })
}

fn person() -> impl Strategy<Value = Person> {
    (
        proptest::option::of(prop_oneof![
            Just(Sex::Female),
            Just(Sex::Male),
            Just(Sex::Other)
        ]),
        proptest::collection::btree_set("[A-C]", 0..3),
        proptest::option::of((-50i32..50, 0i32..20)),
        proptest::option::of((-50i32..50, 0i32..20)),
        proptest::option::of((
            any::<Option<bool>>(),
            "[a-b]?",
            proptest::option::of("[f-g]"),
        )),
        any::<Option<bool>>(),
        (proptest::collection::vec(record(), 0..5), free()),
    )
        .prop_map(
            |(sex, populations, age, birth, kin, deceased, (records, free))| Person {
                sex,
                populations: populations.into_iter().collect(),
                age: age.map(|(low, more)| Ages {
                    low: Age(low),
                    high: Age(low + more),
                }),
                birth: birth.map(|(first, more)| Dates {
                    first,
                    last: first + more,
                }),
                kin: kin.map(|(affected, family, father)| Kin {
                    family,
                    father,
                    mother: None,
                    affected,
                }),
                deceased,
                free,
                records,
                ..Person::default()
            },
        )
}

/// Whether a record of `recorded` answers a question for `asked`, decided by the terms alone.
fn answers(recorded: &str, asked: &str, terms: bool) -> bool {
    let number = |curie: &str| terms.then(|| Toy.number(curie).unwrap()).flatten();
    match (number(recorded), number(asked)) {
        (Some(recorded), Some(asked)) => Toy.closure(recorded).unwrap().contains(&asked),
        _ => recorded == asked,
    }
}

proptest! {
    #[test]
    fn the_store_answers_as_the_people_do(
        people in proptest::collection::vec((person(), prop::bool::weighted(0.2)), 0..30),
        terms: bool,
    ) {
        let people: Vec<Person> = people.into_iter().enumerate().map(|(i, (mut person, retired))| {
            person.id = format!("p{i}");
            match retired {
                true => Person::default(),
                false => person,
            }
        }).collect();
        let hierarchy = terms.then_some(&Toy as &dyn Hierarchy);
        let bytes = stored(write(&people, free_names(), hierarchy).unwrap());
        let store = open(bytes.clone(), terms).unwrap();
        store.verify().unwrap();
        prop_assert_eq!(stored(write(&store.people().unwrap(), store.free_names().unwrap(), hierarchy).unwrap()), bytes);

        let read = store.people().unwrap();
        // attributes that nobody has are not there
        let names = store.free_names().unwrap();
        for (read, person) in read.iter().zip(&people) {
            let own = |names: &[(String, AttributeType)], person: &Person| {
                let named = person.free.iter().map(|(n, value)| (names[*n as usize].clone(), value.clone()));
                named.collect::<Vec<_>>()
            };
            prop_assert_eq!(own(&names, read), own(&free_names(), person));
        }
        for within in [None, Some((0..30).step_by(2).collect::<crate::set::SampleSet>())] {
            let counts = store.free_counts(within.as_ref()).unwrap();
            let of = |counted: &crate::store::free::Counted| {
                let number = free_names().iter().position(|(name, _)| *name == counted.name).unwrap();
                let has = |person: &Person| person.free.iter().any(|(n, _)| *n as usize == number);
                let seen = (0..).zip(&people).filter(|(i, _)| within.as_ref().is_none_or(|w| w.contains(*i)));
                seen.filter(|(_, person)| has(person)).count() as u64
            };
            prop_assert!(counts.iter().all(|counted| counted.count == of(counted)));
            let had = (0..5).filter(|n| people.iter().any(|p| p.free.iter().any(|(of, _)| of == n)));
            prop_assert_eq!(counts.len(), had.count());
        }
        let known = people.iter().filter(|person| !person.id.is_empty()).count();
        prop_assert_eq!((store.len() as usize, store.universe() as usize), (known, people.len()));
        let mut ids = Vec::new();
        store.each_id(|id, number| ids.push((number, id.to_owned()))).unwrap();
        prop_assert_eq!(ids.len(), known);
        prop_assert_eq!(store.number("").unwrap(), None);
        for (i, person) in (0..).zip(&people) {
            prop_assert_eq!(store.id(i).unwrap(), &person.id);
            prop_assert_eq!(store.all().unwrap().contains(i), !person.id.is_empty());
            if person.id.is_empty() {
                continue;
            }
            prop_assert!(ids.contains(&(i, person.id.clone())));
            prop_assert_eq!(store.number(&person.id).unwrap(), Some(i));
            prop_assert_eq!(store.kin(i).unwrap().map(|kin| (kin.family, kin.affected)),
                person.kin.clone().map(|kin| (kin.family, kin.affected)));
        }
        let who = |test: &dyn Fn(&Person) -> bool| -> SampleSetOf {
            (0..).zip(&people).filter(|(_, p)| test(p)).map(|(i, _)| i).collect()
        };
        let young = |ages: Ages| ages.high < Age(10);
        prop_assert_eq!(store.age_set(young).unwrap(), who(&|p| p.age.is_some_and(young)));
        let women = store.attribute_set(Attribute::Sex, "Female").unwrap().unwrap_or_default();
        prop_assert_eq!(women, who(&|p| p.sex == Some(Sex::Female)));
        for n in 0..12 {
            let asked = format!("T:{n}");
            let FoundTerm::One(term) = store.find_term(&asked, None, None).unwrap() else { continue };
            for scope in std::iter::once(None).chain(SCOPES.map(Some)) {
                let of = |r: &Record| scope.is_none_or(|scope| r.scope == scope);
                let any = |test: &dyn Fn(&Record, &Person) -> bool| who(&|p| p.records.iter().any(|r| of(r) && test(r, p)));
                let present = |r: &Record| !r.excluded && answers(&r.term.id, &asked, terms);
                let set = |recorded| store.term_set(scope, &term, recorded).unwrap();
                prop_assert_eq!(set(Recorded::Present), any(&|r, _| present(r)));
                prop_assert_eq!(set(Recorded::Exactly), any(&|r, _| !r.excluded && r.term.id == asked));
                prop_assert_eq!(set(Recorded::Excluded), any(&|r, _| r.excluded && answers(&asked, &r.term.id, terms)));
                let onset = any(&|r, p| present(r) && match (&r.onset, p.birth) {
                    (Some(Time::Age(ages)), _) => young(*ages),
                    (Some(Time::Date(days)), Some(birth)) => (days.last - birth.first) * Age::DAY < 10,
                    (Some(Time::Stage(stage)), _) => ["HP:0030674", "HP:0003577"].contains(&stage.id.as_str()),
                    _ => false,
                });
                prop_assert_eq!(store.onset_set(scope, &term, young).unwrap(), onset);
                if let FoundTerm::One(severity) = store.find_term("T:1", None, None).unwrap() {
                    let severe = any(&|r, _| present(r) && r.severity.as_ref().is_some_and(|s| answers(&s.id, "T:1", terms)));
                    prop_assert_eq!(store.severity_set(scope, &term, &severity).unwrap(), severe);
                }
            }
            let high = who(&|p| p.records.iter().any(|r| {
                let value = matches!(&r.value, Some(Value::Number { number, .. }) if *number > 0.5);
                r.scope == Scope::Measurement && !r.excluded && answers(&r.term.id, &asked, terms) && value
            }));
            prop_assert_eq!(store.measurement_set(&term, None, |value| value > 0.5).unwrap(), high);
        }
    }
}

type SampleSetOf = crate::set::SampleSet;

fn few() -> Vec<Person> {
    let sick = |term: &str, excluded| Record {
        scope: Scope::Phenotype,
        term: coding(term),
        excluded,
        onset: Some(Time::Age(Ages {
            low: Age(160),
            high: Age(170),
        })),
        end: None,
        severity: Some(coding("T:9")),
        value: Some(Value::Number {
            number: 6.5,
            unit: coding("U:1"),
        }),
    };
    let person = |id: &str, records| Person {
        id: id.to_owned(),
        sex: Some(Sex::Female),
        populations: vec!["FIN".to_owned()],
        free: vec![
            (1, AttributeValue::Code(coding("X:1"))),
            (3, AttributeValue::Number(-1.5)),
            (4, AttributeValue::Text(id.to_owned())),
        ],
        records,
        ..Person::default()
    };
    vec![
        person("a", vec![sick("T:6", false), sick("X:1", true)]),
        Person::default(),
        person("b", vec![sick("T:3", true)]),
        person("c", vec![]),
    ]
}

/// Everything that can be asked, in one text; the first error otherwise.
fn all_answers(store: &People) -> Result<String> {
    let mut text = format!("{:?}", store.people()?);
    for n in 0..10 {
        for recorded in [Recorded::Present, Recorded::Exactly, Recorded::Excluded] {
            text += &format!("{:?}", store.term_set(None, &TermRef::known(n), recorded)?);
        }
        text += &format!(
            "{:?}",
            store.onset_set(None, &TermRef::known(n), |ages| ages.low > Age(0))?
        );
    }
    for individual in store.all()?.iter() {
        text += &format!("{:?}", store.profiles()?.read(individual)?);
        text += &format!("{:?}", store.number(store.id(individual)?)?);
    }
    text += &format!(
        "{:?}",
        (
            store.term_counts(None, None)?,
            store.attribute_values(Attribute::Population, None)?
        )
    );
    Ok(text)
}

#[test]
fn a_flipped_bit_is_found_or_changes_nothing() {
    let bytes = stored(write(&few(), free_names(), Some(&Toy)).unwrap());
    let truth = all_answers(&open(bytes.clone(), true).unwrap()).unwrap();
    for at in 0..bytes.len() {
        let mut corrupted = bytes.clone();
        corrupted[at] ^= 0x10;
        let Ok(store) = open(corrupted, true) else {
            continue;
        };
        if store.verify().is_ok() {
            assert_eq!(all_answers(&store).unwrap(), truth, "byte {at}");
        }
        if let Ok(text) = all_answers(&store) {
            assert_eq!(text, truth, "byte {at}");
        }
    }
}

/// Sections corrupted before their checksums are made: errors, never a panic.
#[test]
fn sound_checksums_over_wrong_bytes_do_not_panic() {
    let bytes = stored(write(&few(), free_names(), Some(&Toy)).unwrap());
    let file = Container::from_bytes(Path::new("test"), bytes, FileKind::People).unwrap();
    let kinds: Vec<Kind> = file.kinds().filter_map(Kind::from_number).collect();
    let mut found = 0;
    for corrupted in &kinds {
        for at in 0..file.whole(*corrupted).unwrap().len() {
            for change in [0x01, 0x80, 0xff] {
                let mut content = ContainerWriter::default();
                for kind in &kinds {
                    let mut section = file.whole(*kind).unwrap().to_vec();
                    if kind == corrupted {
                        section[at] ^= change;
                    }
                    content.add(*kind, section);
                }
                let Ok(store) = open(stored(content), true) else {
                    found += 1;
                    continue;
                };
                let _ = all_answers(&store);
                found += usize::from(store.verify().is_err());
            }
        }
    }
    assert!(found > 1000, "only {found} changes were found");
}

#[test]
fn the_map_goes_first_and_a_claimed_sample_is_nobodys() {
    use SampleNameKind::{Biosample, File};
    let mut claims = Claims::default();
    let all = [
        (File, 0, 0),
        (Biosample, 2, 0),
        (Biosample, 0, 1),
        (Biosample, 1, 1),
        (Biosample, 1, 2),
    ];
    all.into_iter().for_each(|claim| claims.add(claim));
    let again = Claims(claims.0.clone());
    let found = assign((vec![NO_NUMBER; 3], 0), 4, &[(3, 2)], claims);
    assert_eq!(found.numbers, [1, 0, 2]);
    assert_eq!(found.owners, [Some(0), None, Some(1), Some(2)]);
    assert_eq!((found.disputed, found.disputes), (1, vec![(1, vec![1, 2])]));
    // who is known keeps the number, the others come behind all that were given
    let known = (vec![NO_NUMBER, 4, NO_NUMBER], 7);
    let found = assign(known, 4, &[(3, 2)], again);
    assert_eq!((found.numbers, found.universe), (vec![7, 4, 8], 9));
    assert_eq!(found.owners, [Some(4), None, Some(7), Some(8)]);
}

/// Of ten million rows that name the same few samples a few claims are held.
#[test]
fn claims_that_are_made_again_take_no_memory() {
    let mut claims = Claims::default();
    for row in 0..100_000u32 {
        claims.add((SampleNameKind::File, row % 7, row % 3));
    }
    assert!(claims.held() < 5_000, "{}", claims.held());
    let found = assign((vec![NO_NUMBER; 3], 0), 7, &[], claims);
    assert_eq!((found.disputed, found.disputes.len()), (7, 5));
    assert_eq!(found.disputes[1], (1, vec![0, 1, 2]));
}
