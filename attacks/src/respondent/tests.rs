use super::*;
use crate::population::{Population, Shape};
use crate::rules::{NAMED, Rare, Sites, named};

fn population() -> Population {
    Population::simulate(
        Shape {
            people: 600,
            blocks: 12,
            mutations: 15.0,
            common: 0.5,
        },
        11,
    )
    .unwrap()
}

fn frequencies(population: &Population) -> Vec<f64> {
    population
        .allele_counts(300..600)
        .iter()
        .map(|&count| (f64::from(count) + 1.0) / 602.0)
        .collect()
}

/// People among some who carry a site, and their alleles.
fn truth(population: &Population, people: impl Iterator<Item = u32>, site: u32) -> (u32, u32) {
    people.fold((0, 0), |(carriers, alleles), person| {
        let copies = population.copies(person, site);
        (carriers + u32::from(copies > 0), alleles + copies)
    })
}

#[test]
fn answers_follow_the_rules_at_every_site() {
    let population = population();
    let cohort = Cohort::new(&population, 0..200);
    let known = frequencies(&population);
    for rules in NAMED
        .iter()
        .filter(|rules| rules.sites.is_none() && rules.rare.is_none())
        .filter(|rules| rules.granularity == Granularity::Count && rules.rounding == 1)
    {
        let mut asked = Guarded::new(&cohort, *rules, 1, &known);
        for site in 0..population.sites().len() as u32 {
            let (carriers, alleles) = truth(&population, 0..200, site);
            let hidden = match rules.floor {
                Floor::None => alleles == 0,
                Floor::People(k) => carriers < k,
                Floor::Alleles(k) => alleles < k,
            };
            let expected = match (hidden, rules.zero_shown && alleles > 0) {
                (false, _) => Answer::Yes,
                (true, true) => Answer::Few,
                (true, false) => Answer::No,
            };
            assert_eq!(asked.exists(site), expected, "{} {site}", rules.name);
            let others = (0..200).filter(|person| population.copies(*person, site) < 2);
            let rare_reference = rules.two_tailed
                && match rules.floor {
                    Floor::None => false,
                    Floor::People(k) => others.count() < k as usize,
                    Floor::Alleles(k) => 400 - alleles < k,
                };
            let count = match asked.count(site) {
                Answer::Count {
                    alleles,
                    total: 400,
                } => Some(alleles),
                Answer::Count { .. } | Answer::Yes | Answer::Refused => {
                    panic!("{} {site}", rules.name)
                }
                Answer::No | Answer::Few => None,
            };
            let shown = (!hidden && !rare_reference) || (rules.zero_shown && alleles == 0);
            assert_eq!(count, shown.then_some(alleles), "{} {site}", rules.name);
        }
    }
}

#[test]
fn zero_and_hidden_are_the_same_where_zero_is_hidden() {
    let population = population();
    let cohort = Cohort::new(&population, 0..200);
    let known = frequencies(&population);
    let mut asked = Guarded::new(&cohort, named("gdi").unwrap(), 1, &known);
    let sites = 0..population.sites().len() as u32;
    let mut seen = [0; 2];
    for site in sites.filter(|&site| cohort.sites[site as usize].alleles < 10) {
        seen[usize::from(cohort.sites[site as usize].alleles == 0)] += 1;
        assert_eq!(
            (asked.exists(site), asked.count(site)),
            (Answer::No, Answer::No)
        );
    }
    assert!(seen[0] > 10 && seen[1] > 10);
}

#[test]
fn small_cohorts_and_finer_answers_are_refused() {
    let population = population();
    let cohort = Cohort::new(&population, 0..200);
    let known = frequencies(&population);
    let mut public = Guarded::new(&cohort, named("public").unwrap(), 1, &known);
    assert_eq!(
        (public.exists(0), public.count(0)),
        (Answer::Refused, Answer::Refused)
    );
    let mut rare = Guarded::new(&cohort, named("rare-match").unwrap(), 1, &known);
    assert_eq!(rare.count(0), Answer::Refused);
}

#[test]
fn a_budget_of_sites_is_spent_once_and_colluders_have_its_multiple() {
    let population = population();
    let cohort = Cohort::new(&population, 0..200);
    let known = frequencies(&population);
    let every = Sites {
        per_person: 1.0 / 16.0,
        pruned: None,
    };
    let rules = Rules {
        sites: Some(every),
        ..named("registered, no influence").unwrap()
    };
    for (askers, least) in [(1, 12), (3, 36)] {
        let mut asked = Guarded::new(&cohort, rules, askers, &known);
        let answered = |asked: &mut Guarded| {
            (0..60)
                .filter(|&site| asked.exists(site) != Answer::Refused)
                .count()
        };
        assert_eq!(answered(&mut asked), least);
        assert_eq!(answered(&mut asked), least, "a repeated question is free");
        asked.reset();
        assert_eq!(answered(&mut asked), least);
    }
    let mut pruned = Guarded::new(
        &cohort,
        named("registered, no influence, LD free").unwrap(),
        1,
        &known,
    );
    let sites = population.sites().len() as u32;
    let pairs = (0..sites).flat_map(|one| (0..one).map(move |other| (one, other)));
    let (one, other) = pairs
        .into_iter()
        .find(|&(one, other)| population.r_squared(one, other) >= 0.2)
        .unwrap();
    pruned.exists(one);
    pruned.exists(other);
    assert_eq!(pruned.paid_sites, 1.0);
}

#[test]
fn a_person_without_budget_is_in_no_answer() {
    let population = population();
    let cohort = Cohort::new(&population, 0..200);
    let known = frequencies(&population);
    let alone: Vec<u32> = (0..population.sites().len() as u32)
        .filter(|&site| cohort.sites[site as usize].alleles == 1)
        .collect();
    let person = population
        .holders(alone[0])
        .find(|person| *person < 200)
        .unwrap();
    let own: Vec<u32> = alone
        .into_iter()
        .filter(|&site| population.copies(person, site) == 1)
        .collect();
    // f = 1/400 of 400 alleles: −ln(1 − (399/400)^400) = 0.45795, and −ln 0.3 = 1.204 pays for two
    assert!((rare_cost(1.0 / 400.0, 400.0) - 0.45795).abs() < 1e-4);
    assert!(own.len() >= 3, "{}", own.len());
    let rules = Rules {
        rare: Some(Rare {
            p: 0.3,
            frequency: Frequency::Dataset,
        }),
        ..named("rare-match").unwrap()
    };
    let mut asked = Guarded::new(&cohort, rules, 1, &known);
    let answers: Vec<Answer> = own.iter().take(3).map(|&site| asked.exists(site)).collect();
    assert_eq!(answers, [Answer::Yes, Answer::Yes, Answer::No]);
    let again: Vec<Answer> = own.iter().take(3).map(|&site| asked.exists(site)).collect();
    assert_eq!(again, answers, "a repeated question costs nothing");
}

#[test]
fn influence_is_paid_by_carriers_and_never_exceeded() {
    let population = population();
    let cohort = Cohort::new(&population, 0..200);
    let known = frequencies(&population);
    let rules = Rules {
        influence: Some(0.3),
        sites: None,
        ..named("gdi").unwrap()
    };
    let mut asked = Guarded::new(&cohort, rules, 1, &known);
    let mut less = 0;
    for site in 0..population.sites().len() as u32 {
        if let Answer::Count { alleles, total } = asked.count(site) {
            assert!(alleles >= 10 && total == 400);
            less += u32::from(alleles != cohort.sites[site as usize].alleles);
        }
    }
    assert!(less > 0);
    assert!(asked.spent.iter().all(|spent| spent.influence <= 0.3));
    assert!(
        asked.spent[200..]
            .iter()
            .all(|spent| spent.influence == 0.0),
        "who is no member pays nothing"
    );
}

#[test]
fn people_who_join_are_counted_when_the_epoch_moves() {
    let population = population();
    let cohort = Cohort::new(&population, 0..200);
    let both = Cohort::new(&population, 0..260);
    let known = frequencies(&population);
    let joined: Vec<u32> = (200..260).collect();
    let rules = Rules {
        epoch: Some(50),
        ..named("pcornet").unwrap()
    };
    let mut asked = Guarded::new(&cohort, rules, 1, &known);
    let mut whole = Guarded::new(&both, rules, 1, &known);
    let sites = population.sites().len() as u32;
    let answers = |asked: &mut Guarded| -> Vec<_> {
        (0..sites)
            .map(|s| (asked.exists(s), asked.count(s)))
            .collect()
    };
    let before = answers(&mut asked);
    asked.add(&joined[..49]);
    assert_eq!(answers(&mut asked), before);
    asked.add(&joined);
    assert_eq!(answers(&mut asked), answers(&mut whole));
}

#[test]
fn who_cannot_pay_has_no_part_in_an_answer() {
    let population = population();
    let cohort = Cohort::new(&population, 0..200);
    let without = Cohort::new(&population, 1..200);
    let known = frequencies(&population);
    let rules = Rules {
        influence: Some(0.08),
        ..named("gdi").unwrap()
    };
    let mut with = Guarded::new(&cohort, rules, 1, &known);
    let mut other = Guarded::new(&without, rules, 1, &known);
    // The first person has spent all; then every answer is that of a dataset without that person.
    with.spent[0].influence = 0.08;
    for site in (0..population.sites().len() as u32)
        .filter(|&site| cohort.sites[site as usize].alleles < 100)
    {
        assert_eq!(with.exists(site), other.exists(site));
        let alleles = |answer| match answer {
            Answer::Count { alleles, .. } => Some(alleles),
            _ => None,
        };
        let (a, b) = (alleles(with.count(site)), alleles(other.count(site)));
        assert_eq!(a, b, "{site}");
    }
}
