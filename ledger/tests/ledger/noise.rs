//! Noise: one for each number, in any process and after a crash, as its distribution says.

use crate::processes::{child, given};
use crate::{Kept, open};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use varidex_ledger::*;

const CHILDREN: u64 = 3;
const NUMBERS: usize = 60;

fn begin(ledger: &SqliteLedger, snapshot: &str, people: u32) -> Epoch {
    let question = EpochQuestion {
        population: "P",
        snapshot,
        visible: &MemberSet::full(people),
        altered: 0,
        at_least: 1,
    };
    ledger.epoch(&question).unwrap()
}

fn draw(ledger: &dyn Ledger, distribution: Distribution, numbers: &[NoiseOf<'_>]) -> Vec<i64> {
    let question = NoiseQuestion {
        population: "P",
        distribution,
        numbers,
    };
    ledger.noise(&question).unwrap()
}

fn question<'a>(numbers: &'a [NoiseOf<'a>]) -> NoiseQuestion<'a> {
    NoiseQuestion {
        population: "P",
        distribution: WIDE,
        numbers,
    }
}

/// So wide that two draws are hardly ever the same.
const WIDE: Distribution = Distribution::Laplace { scale: 1e6 };

fn of(name: &str) -> NoiseOf<'_> {
    NoiseOf {
        statistic: "ac",
        of: name,
        members: &[1; 32],
    }
}

#[test]
fn the_same_number_has_the_same_noise_and_others_have_others() {
    let kept = Kept::new();
    let refused = kept.ledger.noise(&question(&[of("a")])).unwrap_err();
    assert!(matches!(refused, Error::NoEpoch { .. }), "{refused}");
    begin(&kept.ledger, "s", 10);
    let numbers = [
        of("a"),
        of("b"),
        NoiseOf {
            statistic: "people",
            ..of("a")
        },
        NoiseOf {
            members: &[2; 32],
            ..of("a")
        },
        of("a"),
    ];
    let first = draw(&kept.ledger, WIDE, &numbers);
    assert_eq!(first[0], first[4]);
    let mut distinct = first[..4].to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 4, "{first:?}");
    // in another order, with others beside, and in a file that is opened anew
    let again = open(&kept.path());
    assert_eq!(
        draw(&again, WIDE, &[of("z"), of("b"), of("a")])[1..],
        [first[1], first[0]]
    );
    assert!(draw(&again, WIDE, &[]).is_empty());
    // another distribution, another population, another secret
    let gauss = Distribution::Gaussian { deviation: 1e6 };
    assert_ne!(draw(&again, gauss, &[of("a")])[0], first[0]);
    // an epoch has its own, and so has a snapshot of the same people
    begin(&kept.ledger, "t", 10);
    let other = draw(&kept.ledger, WIDE, &[of("a")])[0];
    assert_ne!(other, first[0]);
    begin(&kept.ledger, "t", 11);
    let next = draw(&kept.ledger, WIDE, &[of("a")])[0];
    assert!(next != other && next != first[0]);
    assert_eq!(draw(&again, WIDE, &[of("a")])[0], next);
}

#[test]
fn so_many_numbers_have_noise_and_no_more_until_the_state_is_another() {
    let mut options = Options::default();
    options.noise = 3;
    let kept = Kept::with(options);
    begin(&kept.ledger, "s", 10);
    let known = draw(&kept.ledger, WIDE, &[of("a"), of("b")]);
    let numbers = [of("c"), of("d")];
    let refused = kept.ledger.noise(&question(&numbers)).unwrap_err();
    assert!(
        refused.to_string().contains("3 numbers with noise"),
        "{refused}"
    );
    // nothing was drawn by half
    draw(&kept.ledger, WIDE, &[of("d")]);
    assert_eq!(draw(&kept.ledger, WIDE, &[of("a"), of("b")]), known);
    assert!(kept.ledger.noise(&question(&numbers[..1])).is_err());
    begin(&kept.ledger, "t", 10);
    draw(&kept.ledger, WIDE, &[of("a"), of("b"), of("c")]);
    for distribution in [
        Distribution::Laplace { scale: 0.0 },
        Distribution::Laplace { scale: f64::NAN },
        Distribution::Gaussian {
            deviation: f64::INFINITY,
        },
    ] {
        let asked = NoiseQuestion {
            distribution,
            ..question(&numbers)
        };
        let refused = kept.ledger.noise(&asked).unwrap_err().to_string();
        assert!(refused.contains("from 0.1 to 1000000"), "{refused}");
    }
}

/// Whether what was drawn is of a distribution with these weights: by χ² over −`far`…`far` and the two tails, of which a value this
/// great comes about once in 10⁹ runs.
fn fits(drawn: &[i64], weight: impl Fn(f64) -> f64, far: i64) {
    let all: f64 = (-5000..=5000).map(|z| weight(f64::from(z))).sum();
    let chance = |from: i64, to: i64| (from..=to).map(|z| weight(z as f64)).sum::<f64>() / all;
    let mut bins = vec![(-5000, -far - 1), (far + 1, 5000)];
    bins.extend((-far..=far).map(|z| (z, z)));
    let chi: f64 = bins
        .iter()
        .map(|&(from, to)| {
            let found = drawn.iter().filter(|z| (from..=to).contains(*z)).count() as f64;
            let due = drawn.len() as f64 * chance(from, to);
            (found - due).powi(2) / due
        })
        .sum();
    let freedom = bins.len() as f64 - 1.0;
    // Wilson and Hilferty: the cube root of χ²/k is nearly normal
    let bound =
        freedom * (1.0 - 2.0 / (9.0 * freedom) + 6.0 * (2.0 / (9.0 * freedom)).sqrt()).powi(3);
    assert!(chi < bound, "{chi} of {bound}");
}

#[test]
fn what_is_drawn_is_of_its_distribution() {
    let kept = Kept::passing(Options::default());
    begin(&kept.ledger, "s", 10);
    let names: Vec<String> = (0..4000).map(|n| format!("allele {n}")).collect();
    let numbers: Vec<NoiseOf<'_>> = names.iter().map(|name| of(name)).collect();
    let drawn = draw(&kept.ledger, Distribution::Laplace { scale: 2.5 }, &numbers);
    fits(&drawn, |z| (-z.abs() / 2.5).exp(), 8);
    // the mean of many questions about one number is no nearer to it
    let mut sum = 0;
    for _ in 0..200 {
        sum += draw(
            &kept.ledger,
            Distribution::Laplace { scale: 2.5 },
            &numbers[..1],
        )[0];
    }
    assert_eq!(sum, 200 * drawn[0]);
    let deviation = Distribution::Gaussian { deviation: 3.0 };
    let drawn = draw(&kept.ledger, deviation, &numbers);
    fits(&drawn, |z| (-z * z / 18.0).exp(), 7);
}

#[test]
fn child_that_draws() {
    let Some((path, number)) = given() else {
        return;
    };
    let ledger = open(&path);
    let names: Vec<String> = (0..NUMBERS).map(|n| format!("allele {n}")).collect();
    for round in 0.. {
        // each in an order of its own
        let at = (round * (2 * usize::try_from(number).unwrap() + 7)) % NUMBERS;
        let value = draw(&ledger, WIDE, &[of(&names[at])])[0];
        println!("drawn {at} {value}");
    }
}

#[test]
fn processes_that_are_killed_drew_the_same() {
    let kept = Kept::new();
    begin(&kept.ledger, "s", 10);
    let children =
        (0..CHILDREN).map(|number| child("noise::child_that_draws", &kept.path(), number));
    let mut children: Vec<_> = children.collect();
    let mut known: HashMap<usize, i64> = HashMap::new();
    for child in &mut children {
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let drawn = lines.map_while(Result::ok);
        let drawn = drawn.filter_map(|line| line.strip_prefix("drawn ").map(str::to_owned));
        for line in drawn.take(3 * NUMBERS) {
            let (at, value) = line.split_once(' ').unwrap();
            let (at, value) = (at.parse().unwrap(), value.parse().unwrap());
            assert_eq!(*known.entry(at).or_insert(value), value);
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let again = open(&kept.path());
    for (at, value) in known {
        assert_eq!(draw(&again, WIDE, &[of(&format!("allele {at}"))]), [value]);
    }
}

/// Copies of alleles of so many people, each with a frequency of its own.
struct Sites(Vec<(f64, Vec<u64>)>);

impl Sites {
    fn simulate(random: &mut StdRng, sites: usize, people: usize) -> Self {
        let site = |random: &mut StdRng| {
            let p: f64 = random.random_range(0.05..0.3);
            let copies = (0..people).map(|_| {
                (0..2)
                    .map(|_| u64::from(random.random_bool(p)))
                    .sum::<u64>()
            });
            (p, copies.collect())
        };
        Self((0..sites).map(|_| site(random)).collect())
    }
}

/// How far apart members and others are by the counts of members with noise, in standard deviations of others: by the statistic
/// Σ (x − 2p)(AC − 2np) / (2np(1−p) + v), which sets them furthest apart.
fn separation_found(sites: &Sites, members: usize, noise: &[i64], variance: f64) -> f64 {
    let people = sites.0.first().map_or(0, |(_, copies)| copies.len());
    let mut scores = vec![0.0; people];
    for ((p, copies), noise) in sites.0.iter().zip(noise) {
        let n = members as f64;
        let shown = copies[..members].iter().sum::<u64>() as f64 + *noise as f64;
        let weight = (shown - 2.0 * n * p) / (2.0 * n * p * (1.0 - p) + variance);
        for (score, x) in scores.iter_mut().zip(copies) {
            *score += (*x as f64 - 2.0 * p) * weight;
        }
    }
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let (inside, outside) = scores.split_at(members);
    let spread = outside
        .iter()
        .map(|of| (of - mean(outside)).powi(2))
        .sum::<f64>();
    (mean(inside) - mean(outside)) / (spread / outside.len() as f64).sqrt()
}

#[test]
fn an_attack_on_membership_loses_by_noise_what_is_said_of_it() {
    const MEMBERS: usize = 100;
    const SITES: usize = 400;
    const RUNS: usize = 12;
    let kept = Kept::passing(Options::default());
    begin(&kept.ledger, "s", 100);
    let mut random = StdRng::seed_from_u64(15);
    let scale: f64 = 6.0;
    let e = (1.0 / scale).exp();
    let variance = 2.0 * e / (e - 1.0).powi(2);
    let (mut without, mut with, mut due) = (0.0, 0.0, 0.0);
    for run in 0..RUNS {
        let sites = Sites::simulate(&mut random, SITES, 4 * MEMBERS);
        let names: Vec<String> = (0..SITES).map(|site| format!("{run} {site}")).collect();
        let numbers: Vec<NoiseOf<'_>> = names.iter().map(|name| of(name)).collect();
        let noise = draw(&kept.ledger, Distribution::Laplace { scale }, &numbers);
        without += separation_found(&sites, MEMBERS, &vec![0; SITES], 0.0) / RUNS as f64;
        with += separation_found(&sites, MEMBERS, &noise, variance) / RUNS as f64;
        let squares = sites.0.iter().map(|(p, _)| {
            let each = 2.0 * p * (1.0 - p);
            each / (MEMBERS as f64 * each + variance)
        });
        due += squares.sum::<f64>().sqrt() / RUNS as f64;
    }
    let plain = separation(SITES as u64, MEMBERS as u64);
    assert!((without / plain - 1.0).abs() < 0.15, "{without} of {plain}");
    assert!((with / due - 1.0).abs() < 0.2, "{with} of {due}");
    assert!(with < 0.7 * without, "{with} {without}");
}
