//! Counts under a budget of influence, against a plain count that keeps what each person has spent.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that cannot go on fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use varidex::{BuildOptions, Dataset, Known, PeopleOptions, Policy, PolicyView, ShownCounts};
use varidex_ledger::{Ledger, Remembered, Secret, SqliteLedger, influence, under_policy};

const PEOPLE: usize = 90;
const SITES: usize = 60;
const BUDGET: f64 = 0.2;
const RULES: &str = "name = 'test'\ngranularity = 'count'\nzero = 'shown'\ntwo_tailed = false\ncombine = true\n\
    budget.influence = 0.2\n";

/// Copies of the ALT by site and person: of all frequencies, by numbers that look random.
fn genotypes() -> Vec<Vec<u32>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % 1_000
    };
    let site = |at: usize| 10 + (980 * at / SITES) as u64;
    (0..SITES)
        .map(|at| {
            let copy = |random: &mut dyn FnMut() -> u64| u32::from(random() < site(at));
            let mut person = |_| copy(&mut random) + copy(&mut random);
            (0..PEOPLE).map(&mut person).collect()
        })
        .collect()
}

fn sex(person: usize) -> &'static str {
    ["female", "male", "female"][person % 3]
}

fn build(folder: &Path, genotypes: &[Vec<u32>]) {
    let mut text = "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT".to_owned();
    let mut table = "individual_id\tsample\tsex\n".to_owned();
    for person in 0..PEOPLE {
        write!(text, "\tS{person}").unwrap();
        writeln!(table, "P{person}\tS{person}\t{}", sex(person)).unwrap();
    }
    for (site, copies) in genotypes.iter().enumerate() {
        write!(text, "\n1\t{}\t.\tA\tG\t.\t.\t.\tGT", site + 1).unwrap();
        for copies in copies {
            text += ["\t0/0", "\t0/1", "\t1/1"][*copies as usize];
        }
    }
    std::fs::write(folder.join("in.vcf"), text + "\n").unwrap();
    std::fs::write(folder.join("people.tsv"), table).unwrap();
    let options = BuildOptions {
        people: PeopleOptions {
            files: vec![folder.join("people.tsv")],
            ..PeopleOptions::default()
        },
        ..BuildOptions::default()
    };
    varidex::build(
        &[folder.join("in.vcf")],
        folder.join("a.vdx"),
        &options,
        &mut |_| true,
    )
    .unwrap();
}

struct House {
    folder: tempfile::TempDir,
    ledger: Arc<SqliteLedger>,
}

impl House {
    fn new(genotypes: &[Vec<u32>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path(), genotypes);
        let secret = Secret::new(&[5; 32]).unwrap();
        let ledger = SqliteLedger::open(folder.path().join("ledger.db"), secret).unwrap();
        let ledger = Arc::new(ledger);
        Self { folder, ledger }
    }

    fn shown(&self, rules: &str, asker: &str) -> PolicyView {
        let policy: Policy = rules.parse().unwrap();
        let view = Dataset::open(self.folder.path().join("a.vdx"))
            .unwrap()
            .view();
        let ledger: Arc<dyn Ledger> = self.ledger.clone();
        let of = Remembered {
            population: "a".to_owned(),
            asker: Some(asker.to_owned()),
        };
        under_policy(&view, &policy, ledger, of).unwrap().0
    }
}

/// What one asker's questions cost everybody.
#[derive(Default)]
struct Plain {
    spent: BTreeMap<usize, u64>,
    known: BTreeMap<String, BTreeSet<usize>>,
}

impl Plain {
    /// Who is left out of the count of an allele of which people have so many of so many copies.
    fn left_out(
        &mut self,
        question: String,
        copies: &BTreeMap<usize, (u32, u32)>,
    ) -> BTreeSet<usize> {
        if let Some(known) = self.known.get(&question) {
            return known.clone();
        }
        let all: u64 = copies.values().map(|of| u64::from(of.0)).sum();
        let total: u64 = copies.values().map(|of| u64::from(of.1)).sum();
        if all == 0 || all == total {
            return BTreeSet::new();
        }
        // of the rarer allele
        let is_rare = 2 * all <= total;
        let has = |(copies, of): (u32, u32)| if is_rare { copies } else { of - copies };
        let mut out = BTreeSet::new();
        loop {
            let staying = copies.iter().filter(|(person, _)| !out.contains(*person));
            let staying: Vec<(usize, u32, u32)> =
                staying.map(|(at, of)| (*at, has(*of), of.1)).collect();
            let alleles: u64 = staying.iter().map(|of| u64::from(of.1)).sum();
            let known: u64 = staying.iter().map(|of| u64::from(of.2)).sum();
            if alleles == 0 || alleles == known {
                return out;
            }
            let price = |of: &&(usize, u32, u32)| {
                (influence(of.1, of.2, alleles, known) * 1e9).ceil() as u64
            };
            let carriers = || staying.iter().filter(|of| of.1 > 0);
            let spent = |person: &usize| self.spent.get(person).copied().unwrap_or(0);
            let poor: Vec<usize> = carriers()
                .filter(|of| spent(&of.0) + price(of) > (BUDGET * 1e9) as u64)
                .map(|of| of.0)
                .collect();
            if poor.is_empty() {
                let paid: Vec<(usize, u64)> = carriers().map(|of| (of.0, price(&of))).collect();
                for (person, units) in paid {
                    *self.spent.entry(person).or_default() += units;
                }
                self.known.insert(question, out.clone());
                return out;
            }
            out.extend(poor);
        }
    }
}

/// Who a site has among some people, with copies of two.
fn among(site: &[u32], is_in: impl Fn(usize) -> bool) -> BTreeMap<usize, (u32, u32)> {
    let people = site.iter().enumerate().filter(|(person, _)| is_in(*person));
    people
        .map(|(person, copies)| (person, (*copies, 2)))
        .collect()
}

/// AC, AN, heterozygous and homozygous people without those who are left out.
fn counts(of: &BTreeMap<usize, (u32, u32)>, out: &BTreeSet<usize>) -> [u64; 4] {
    let stay: Vec<u32> = of
        .iter()
        .filter(|(at, _)| !out.contains(*at))
        .map(|(_, of)| of.0)
        .collect();
    let number = |copies: u32| stay.iter().filter(|of| **of == copies).count() as u64;
    [
        number(1) + 2 * number(2),
        2 * stay.len() as u64,
        number(1),
        number(2),
    ]
}

fn shown(of: &ShownCounts) -> [Known<u64>; 4] {
    [of.ac, of.an, of.n_het, of.n_hom]
}

#[test]
fn counts_are_of_those_who_can_pay() {
    let genotypes = genotypes();
    let house = House::new(&genotypes);
    let mut left = 0;
    for asker in ["one", "other"] {
        let view = house.shown(RULES, asker);
        let mut plain = Plain::default();
        // each site twice, so that a repeat is seen to be the same
        for at in (0..SITES).chain((0..SITES).rev()) {
            let text = format!("1:{}:A:G", at + 1);
            let everybody = among(&genotypes[at], |_| true);
            let out = plain.left_out(format!("{at}"), &everybody);
            left += out.len();
            let expected = counts(&everybody, &out).map(Known::Exact);
            let mut scan = view.frequencies(&text, None, &[]).unwrap();
            let found = scan.next(|variant| Ok(shown(&variant.counts))).unwrap();
            assert_eq!(found.unwrap(), expected, "{asker} {text}");

            let females = among(&genotypes[at], |person| sex(person) == "female");
            let out = plain.left_out(format!("{at} female"), &females);
            let expected = counts(&females, &out).map(Known::Exact);
            let mut scan = view.frequencies(&text, Some("sex:female"), &[]).unwrap();
            let found = scan.next(|variant| Ok(shown(&variant.counts))).unwrap();
            assert_eq!(found.unwrap(), expected, "{asker} {text} in females");

            let carriers: BTreeMap<usize, (u32, u32)> = everybody
                .iter()
                .map(|(at, of)| (*at, (of.0.min(1), 1)))
                .collect();
            let out = plain.left_out(format!("{at} carriers"), &carriers);
            let expected = counts(&carriers, &out)[0];
            let found = view.ask(&format!("carriers({text})")).unwrap();
            assert_eq!(
                found.count,
                Known::Exact(expected),
                "{asker} carriers of {text}"
            );
        }
        // nobody is left with less than nothing, and many have spent nearly all
        assert!(plain.spent.values().all(|units| *units <= 200_000_000));
        assert!(
            plain
                .spent
                .values()
                .filter(|units| **units > 150_000_000)
                .count()
                > PEOPLE / 2
        );
    }
    assert!(left > 500, "{left}");
}

#[test]
fn parts_of_a_table_are_paid_one_by_one() {
    let genotypes = genotypes();
    let house = House::new(&genotypes);
    let view = house.shown(RULES, "one");
    let mut plain = Plain::default();
    let by = ["sex".to_owned()];
    for (at, site) in genotypes.iter().enumerate() {
        let mut scan = view
            .frequencies(&format!("1:{}:A:G", at + 1), None, &by)
            .unwrap();
        let found = scan.next(|variant| {
            let parts = variant
                .parts()
                .map(|(values, of)| (values[0].clone().unwrap(), shown(&of)));
            Ok((shown(&variant.counts), parts.collect::<BTreeMap<_, _>>()))
        });
        let (all, parts) = found.unwrap().unwrap();
        let mut sum = [0; 4];
        for of in ["female", "male"] {
            let people = among(site, |person| sex(person) == of);
            let out = plain.left_out(format!("{at} {of}"), &people);
            let expected = counts(&people, &out);
            assert_eq!(parts[of], expected.map(Known::Exact), "{at} {of}");
            sum.iter_mut()
                .zip(expected)
                .for_each(|(sum, of)| *sum += of);
        }
        assert_eq!(all, sum.map(Known::Exact), "{at}");
    }
}

/// What somebody carries who has spent all says nothing: answers are the same with him and without.
#[test]
fn who_has_spent_all_is_not_there() {
    let mut genotypes = genotypes();
    let target = 7;
    let answers = |genotypes: &[Vec<u32>]| {
        let house = House::new(genotypes);
        let view = house.shown(RULES, "one");
        // the first sites cost him all that he has
        let mut found = Vec::new();
        for at in 20..SITES {
            let text = format!("1:{}:A:G", at + 1);
            let mut scan = view.frequencies(&text, None, &[]).unwrap();
            found.push(
                scan.next(|variant| Ok(shown(&variant.counts)))
                    .unwrap()
                    .unwrap(),
            );
        }
        found
    };
    let before = answers(&genotypes);
    let mut plain = Plain::default();
    let mut poor = Vec::new();
    for (at, site) in genotypes.iter().enumerate().skip(20) {
        let out = plain.left_out(format!("{at}"), &among(site, |_| true));
        if out.contains(&target) {
            poor.push(at);
        }
    }
    assert!(poor.len() > 2, "{poor:?}");
    // the last site that he cannot pay for, where he has the rarer allele once, and where he has it twice
    let last = *poor.last().unwrap();
    let all: u32 = genotypes[last].iter().sum();
    let rare = if all as usize <= PEOPLE {
        [1, 2]
    } else {
        [1, 0]
    };
    let other = rare
        .into_iter()
        .find(|of| *of != genotypes[last][target])
        .unwrap();
    genotypes[last][target] = other;
    let after = answers(&genotypes);
    assert_eq!(before[last - 20], after[last - 20]);
}

#[test]
fn what_nobody_pays_for_is_refused() {
    let house = House::new(&genotypes());
    let view = house.shown(RULES, "one");
    for of in ["1:30 & ac>3", "1 & af<0.5", "1:1-9 & n_hom=0"] {
        let refused = view.frequencies(of, None, &[]).err().unwrap().to_string();
        assert!(refused.contains("compare counts"), "{refused}");
        let refused = view
            .ask(&format!("carriers({of})"))
            .unwrap_err()
            .to_string();
        assert!(refused.contains("compare counts"), "{refused}");
    }
    let refused = view
        .frequencies("1:30", Some("carriers(1:31)"), &[])
        .err()
        .unwrap()
        .to_string();
    assert!(refused.contains("in groups by variants"), "{refused}");
    // without a budget of influence they are answered
    let free = house.shown(
        "name = 'free'\ngranularity = 'count'\ncombine = true",
        "one",
    );
    assert!(free.frequencies("1:30 & ac>3", None, &[]).is_ok());
}

/// Yes or nothing: of those who can pay there must be as many as the floor.
#[test]
fn yes_is_of_those_who_can_pay() {
    let genotypes = genotypes();
    let house = House::new(&genotypes);
    let rules = "name = 'test'\ngranularity = 'boolean'\nfloor.people = 5\ntwo_tailed = false\n\
        budget.influence = 0.2\n";
    let view = house.shown(rules, "one");
    let mut plain = Plain::default();
    let mut noes = 0;
    for (at, site) in genotypes.iter().enumerate() {
        let text = format!("1:{}:A:G", at + 1);
        let carriers: BTreeMap<usize, (u32, u32)> = site
            .iter()
            .enumerate()
            .map(|(at, of)| (at, ((*of).min(1), 1)))
            .collect();
        let out = plain.left_out(format!("{at} carriers"), &carriers);
        let is_yes = counts(&carriers, &out)[0] >= 5;
        let found = view.ask(&format!("carriers({text})")).unwrap().exists;
        assert_eq!(
            found,
            if is_yes {
                Known::Exact(true)
            } else {
                Known::Withheld
            },
            "{text}"
        );
        noes += usize::from(!is_yes && site.iter().filter(|of| **of > 0).count() >= 5);
        // and of variants
        let everybody = among(site, |_| true);
        let out = plain.left_out(format!("{at}"), &everybody);
        let [_, _, het, hom] = counts(&everybody, &out);
        let found = view.has_variants(&text).unwrap();
        let expected = if het + hom >= 5 {
            Known::Exact(true)
        } else {
            Known::Withheld
        };
        assert_eq!(found, expected, "{text}");
    }
    assert!(noes > 3, "{noes}");
}
