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
/// In the place of copies: they are not known.
const MISSING: u32 = 3;
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
            // and some of whom nothing is known
            let mut person = |_| match random() < 30 {
                true => MISSING,
                false => copy(&mut random) + copy(&mut random),
            };
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
            text += ["\t0/0", "\t0/1", "\t1/1", "\t./."][*copies as usize];
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

/// Whether the allele is the rarer one.
fn is_rare(copies: &BTreeMap<usize, (u32, u32)>) -> bool {
    let sum = |of: fn(&(u32, u32)) -> u32| copies.values().map(|it| u64::from(of(it))).sum::<u64>();
    2 * sum(|of| of.0) <= sum(|of| of.1)
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
        let is_rare = is_rare(copies);
        let has = |(copies, of): (u32, u32)| if is_rare { copies } else { of - copies };
        let total: u64 = copies.values().map(|of| u64::from(of.1)).sum();
        let mut out = BTreeSet::new();
        loop {
            let staying = copies.iter().filter(|(person, _)| !out.contains(*person));
            let staying: Vec<(usize, u32, u32)> =
                staying.map(|(at, of)| (*at, has(*of), of.1)).collect();
            let alleles: u64 = staying.iter().map(|of| u64::from(of.1)).sum();
            if alleles == 0 || alleles == total {
                return out;
            }
            let price = |of: &&(usize, u32, u32)| {
                (influence(of.1, of.2, alleles, total) * 1e9).ceil() as u64
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
    let people = site
        .iter()
        .enumerate()
        .filter(|(person, copies)| is_in(*person) && **copies != MISSING);
    people
        .map(|(person, copies)| (person, (*copies, 2)))
        .collect()
}

/// AC, AN, heterozygous and homozygous people, where those who are left out have the commoner allele alone.
fn counts(of: &BTreeMap<usize, (u32, u32)>, out: &BTreeSet<usize>) -> [u64; 4] {
    let rare = is_rare(of);
    let copies = of
        .iter()
        .map(|(at, (copies, of))| match (out.contains(at), rare) {
            (false, _) => *copies,
            (true, true) => 0,
            (true, false) => *of,
        });
    let copies: Vec<u32> = copies.collect();
    let number = |copies_of: u32| copies.iter().filter(|of| **of == copies_of).count() as u64;
    let known = of.values().map(|of| u64::from(of.1)).sum();
    [number(1) + 2 * number(2), known, number(1), number(2)]
}

fn shown(of: &ShownCounts) -> [Known<u64>; 4] {
    [of.ac, of.an, of.n_het, of.n_hom]
}

/// What is shown of a site in everybody: nothing where nobody is left who has it.
fn in_everybody(view: &PolicyView, text: &str) -> Option<[Known<u64>; 4]> {
    let mut scan = view.frequencies(text, None, &[]).unwrap();
    scan.next(|variant| Ok(shown(&variant.counts))).unwrap()
}

/// AN is of everybody; all else is capped, whether somebody was left out or not.
fn as_shown([ac, an, n_het, n_hom]: [u64; 4]) -> [Known<u64>; 4] {
    [
        Known::Capped(ac),
        Known::Exact(an),
        Known::Capped(n_het),
        Known::Capped(n_hom),
    ]
}

fn expected(of: &BTreeMap<usize, (u32, u32)>, out: &BTreeSet<usize>) -> Option<[Known<u64>; 4]> {
    let counts = counts(of, out);
    (out.is_empty() || counts[0] > 0).then(|| as_shown(counts))
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
            let found = in_everybody(&view, &text);
            assert_eq!(found, expected(&everybody, &out), "{asker} {text}");
        }
        // nobody is left with less than nothing, and many have spent nearly all
        assert!(plain.spent.values().all(|units| *units <= 200_000_000));
        let spent = plain.spent.values().filter(|units| **units > 150_000_000);
        assert!(spent.count() > PEOPLE / 2);
    }
    assert!(left > 500, "{left}");
}

#[test]
fn people_are_those_who_can_pay() {
    let genotypes = genotypes();
    let house = House::new(&genotypes);
    let view = house.shown(RULES, "one");
    let mut plain = Plain::default();
    for (at, site) in genotypes.iter().enumerate() {
        let text = format!("1:{}:A:G", at + 1);
        let carriers = site.iter().enumerate();
        let carriers: BTreeMap<usize, (u32, u32)> = carriers
            .map(|(at, of)| (at, (u32::from([1, 2].contains(of)), 1)))
            .collect();
        let out = plain.left_out(format!("{at}"), &carriers);
        let found = counts(&carriers, &out)[0];
        // in other words it is the same question, and so is who does not
        for (who, people) in [
            (format!("carriers({text})"), found),
            (format!("carriers(1-{}-A-G)", at + 1), found),
            (format!("!carriers({text})"), PEOPLE as u64 - found),
        ] {
            let shown = view.ask(&who).unwrap().count;
            let withheld = people == 0 && shown == Known::Withheld;
            assert!(
                withheld || shown == Known::Capped(people),
                "{who}: {shown:?} for {people}"
            );
        }
    }
}

/// What a number is does not depend on whether somebody was left out of it, nor on how it is rounded: the status would say it.
#[test]
fn each_number_under_a_budget_is_capped() {
    let mut genotypes = genotypes();
    // of two sites that cost nothing: nobody has the allele, and everybody has no other
    genotypes[0] = vec![0; PEOPLE];
    genotypes[1] = vec![2; PEOPLE];
    let house = House::new(&genotypes);
    for rounding in ["", "rounding = 10\n"] {
        let rules = format!("{RULES}{rounding}");
        let view = house.shown(&rules, "one");
        for at in 0..SITES {
            let text = format!("1:{}:A:G", at + 1);
            let mut scan = view.frequencies(&text, None, &[]).unwrap();
            let row = scan.next(|variant| Ok(variant.counts)).unwrap();
            let Some(row) = row else { continue };
            assert_eq!(row.status(), "capped", "{text}");
            let split = [row.n_het, row.n_hom, row.n_hemi];
            for number in [row.ac].into_iter().chain(split) {
                assert!(matches!(number, Known::Capped(_)), "{text} {row:?}");
            }
            let an = if rounding.is_empty() {
                "exact"
            } else {
                "rounded"
            };
            assert_eq!(row.an.status(), an, "{text}");
        }
        let people = house.shown(&rules, "other");
        let (mut yes, mut no) = (0, 0);
        for at in 0..SITES {
            let text = format!("1:{}:A:G", at + 1);
            for who in [format!("carriers({text})"), format!("!carriers({text})")] {
                let found = people.ask(&who).unwrap();
                match found.exists {
                    Known::Exact(true) => yes += 1,
                    Known::Capped(false) => no += 1,
                    exists => assert_eq!(exists, Known::Withheld),
                }
                let is_shown = found.exists != Known::Withheld;
                let status = if is_shown { "capped" } else { "withheld" };
                assert_eq!(found.status(), status, "{who}");
            }
        }
        assert!(yes > 0 && no > 0, "{yes} {no}");
        // what is of no allele costs nothing, and is what it is
        let status = people.ask("sex:female").unwrap().status();
        let due = if rounding.is_empty() {
            "exact"
        } else {
            "rounded"
        };
        assert_eq!(status, due);
    }
    // without a budget, and without memory, it is exact
    let free: Policy = "name = 'free'\ngranularity = 'count'\ntwo_tailed = false"
        .parse()
        .unwrap();
    let capped: Policy = RULES.parse().unwrap();
    let view = Dataset::open(house.folder.path().join("a.vdx"))
        .unwrap()
        .view();
    for view in [
        house.shown(
            "name = 'free'\ngranularity = 'count'\ntwo_tailed = false",
            "one",
        ),
        view.under_policy(&free).unwrap(),
        view.under_policy(&capped).unwrap(),
    ] {
        let mut scan = view.frequencies("1:30:A:G", None, &[]).unwrap();
        let row = scan.next(|variant| Ok(variant.counts)).unwrap().unwrap();
        assert_eq!(row.status(), "exact");
    }
}

#[test]
fn parts_of_a_table_are_paid_one_by_one() {
    let genotypes = genotypes();
    let house = House::new(&genotypes);
    let view = house.shown(RULES, "one");
    let mut plain = Plain::default();
    let by = ["sex".to_owned()];
    for (at, site) in genotypes.iter().enumerate() {
        let text = format!("1:{}:A:G", at + 1);
        let mut scan = view.frequencies(&text, None, &by).unwrap();
        let found = scan.next(|variant| {
            let parts = variant
                .parts()
                .map(|(values, of)| (values[0].clone().unwrap(), shown(&of)));
            let parts = parts.collect::<BTreeMap<_, _>>();
            Ok((shown(&variant.counts), parts))
        });
        let (mut sum, mut of_parts, mut left) = ([0; 4], BTreeMap::new(), 0);
        for of in ["female", "male"] {
            let people = among(site, |person| sex(person) == of);
            let out = plain.left_out(format!("{at} {of}"), &people);
            left += out.len();
            let expected = counts(&people, &out);
            of_parts.insert(of.to_owned(), as_shown(expected));
            sum.iter_mut()
                .zip(expected)
                .for_each(|(sum, of)| *sum += of);
        }
        let is_row = left == 0 || sum[0] > 0;
        let expected = is_row.then(|| (as_shown(sum), of_parts));
        assert_eq!(found.unwrap(), expected, "{at}");
    }
}

/// What somebody carries who has spent all says nothing: answers are the same with him and without.
#[test]
fn what_who_has_spent_all_carries_is_not_seen() {
    let mut genotypes = genotypes();
    let target = 7;
    let answers = |genotypes: &[Vec<u32>]| {
        let house = House::new(genotypes);
        let view = house.shown(RULES, "one");
        // the first sites cost him all that he has
        let sites = 20..SITES;
        let ask = |at| in_everybody(&view, &format!("1:{}:A:G", at + 1));
        sites.map(ask).collect::<Vec<_>>()
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
    // the last site that he cannot pay for: with none of the rarer allele, with one copy, and with two
    let last = *poor.last().unwrap();
    for copies in 0..3 {
        genotypes[last][target] = copies;
        let after = answers(&genotypes);
        assert_eq!(before[last - 20], after[last - 20], "{copies}");
    }
}

#[test]
fn what_nobody_pays_for_is_refused() {
    let house = House::new(&genotypes());
    let view = house.shown(RULES, "one");
    let refused_of = |of: varidex::Result<()>| of.unwrap_err().to_string();
    for of in ["1:30 & ac>3", "1 & af<0.5", "1:1-9 & n_hom=0"] {
        let refused = refused_of(view.frequencies(of, None, &[]).map(|_| ()));
        assert!(refused.contains("compare counts"), "{refused}");
        let refused = refused_of(view.ask(&format!("carriers({of})")).map(|_| ()));
        assert!(refused.contains("compare counts"), "{refused}");
    }
    for group in ["carriers(1:31)", "sex:female"] {
        let refused = refused_of(view.frequencies("1:30", Some(group), &[]).map(|_| ()));
        assert!(refused.contains("in another group"), "{refused}");
    }
    for who in [
        "carriers(1:30:A:G) & sex:female",
        "sex:female | carriers(1:30:A:G)",
        "sex:female & !carriers(1:30:A:G)",
        "carriers(1:30:A:G | 1:31:A:G)",
        "carriers(1:1-31)",
        "noncarriers(1:30:A:G)",
        "carriers(1:30:A:G, het)",
    ] {
        let refused = view.ask(who);
        let refused = refused.map(|_| ()).unwrap_err().to_string();
        let is_syntax = refused.contains("expected");
        assert!(
            is_syntax || refused.contains("one allele alone"),
            "{who}: {refused}"
        );
    }
    // in one form alone: the difference would be of who could pay for that one
    assert!(in_everybody(&view, "1:30:A:G").is_some());
    let refused = refused_of(view.ask("carriers(1:30:A:G)").map(|_| ()));
    assert!(refused.contains("in another group"), "{refused}");
    let by = ["sex".to_owned()];
    let mut scan = view.frequencies("1:30:A:G", None, &by).unwrap();
    let refused = refused_of(scan.next(|_| Ok(())).map(|_| ()));
    assert!(refused.contains("in another group"), "{refused}");
    // without a budget of influence they are answered
    let free = "name = 'free'\ngranularity = 'count'\ncombine = true";
    let free = house.shown(free, "one");
    assert!(free.frequencies("1:30 & ac>3", None, &[]).is_ok());
    let of_group = free.frequencies("1:30", Some("sex:female"), &[]);
    assert!(refused_of(of_group.map(|_| ())).contains("in another group"));
}

/// Yes or nothing: of those who can pay there must be as many as the floor.
#[test]
fn yes_is_of_those_who_can_pay() {
    let genotypes = genotypes();
    let house = House::new(&genotypes);
    let rules = "name = 'test'\ngranularity = 'boolean'\nfloor.people = 5\ntwo_tailed = false\n\
        budget.influence = 0.2\n";
    let yes = |is_yes: bool| match is_yes {
        true => Known::Exact(true),
        false => Known::Withheld,
    };
    let (people, variants) = (house.shown(rules, "one"), house.shown(rules, "other"));
    let (mut of_people, mut of_variants) = (Plain::default(), Plain::default());
    let mut left = 0;
    for (at, site) in genotypes.iter().enumerate() {
        let text = format!("1:{}:A:G", at + 1);
        let carriers = site.iter().enumerate();
        let carriers: BTreeMap<usize, (u32, u32)> = carriers
            .map(|(at, of)| (at, (u32::from([1, 2].contains(of)), 1)))
            .collect();
        let out = of_people.left_out(format!("{at}"), &carriers);
        let is_yes = counts(&carriers, &out)[0] >= 5;
        let found = people.ask(&format!("carriers({text})")).unwrap().exists;
        assert_eq!(found, yes(is_yes), "{text}");
        left += out.len();
        // and of variants
        let everybody = among(site, |_| true);
        let out = of_variants.left_out(format!("{at}"), &everybody);
        let [_, _, het, hom] = counts(&everybody, &out);
        let found = variants.has_variants(&text).unwrap();
        assert_eq!(found, yes(het + hom >= 5), "{text}");
    }
    assert!(left > 100, "{left}");
}
