//! A beacon under policies beside the views of these policies, and beside who carries what.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::published_tests::{ask, config, error_of, total};
use super::request::EntryType;
use super::*;
use crate::maintain::{BuildOptions, build};
use crate::model::{Policy, Purpose, Zero, Zygosity};
use crate::query::{CarrierOptions, GroupExpr, VariantExpr};
use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Write as _;

/// Beside those that have a name.
const OTHERS: [&str; 5] = [
    "{ name = 'a', granularity = 'count', floor = { people = 2, alleles = 4 }, zero = 'hidden', combine = true }",
    "{ name = 'b', granularity = 'count', floor = { people = 3 }, zero = 'shown', combine = true, rounding = 2 }",
    "{ name = 'c', granularity = 'boolean', floor = { people = 2, alleles = 4 }, zero = 'hidden', combine = true }",
    "{ name = 'd', granularity = 'boolean', floor = { people = 2 }, two_tailed = false, zero = 'shown', combine = true }",
    "{ name = 'e', granularity = 'count', floor = { people = 2 }, strata = ['sex'] }",
];
const TERM: &str = "HP:0003473";

/// People with a sex each, some of them with a term; by site the copies that each carries.
struct Made {
    view: View,
    copies: Vec<Vec<u8>>,
    with_term: Vec<bool>,
    _folder: tempfile::TempDir,
}

impl Made {
    fn new(copies: Vec<Vec<u8>>, with_term: Vec<bool>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut text = "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT".to_owned();
        let mut table = "individual_id\tsample\tsex\thpo\n".to_owned();
        for (person, has) in with_term.iter().enumerate() {
            write!(text, "\tS{person}").unwrap();
            let sex = ["female", "male"][person % 2];
            let term = if *has { TERM } else { "" };
            writeln!(table, "P{person}\tS{person}\t{sex}\t{term}").unwrap();
        }
        for (site, copies) in copies.iter().enumerate() {
            write!(text, "\n1\t{}\t.\tA\tG\t.\t.\t.\tGT", 10 * (site + 1)).unwrap();
            for copies in copies {
                text += ["\t0/0", "\t0/1", "\t1/1"][usize::from(*copies)];
            }
        }
        std::fs::write(at("in.vcf"), text + "\n").unwrap();
        std::fs::write(at("people.tsv"), table).unwrap();
        let obo =
            format!("format-version: 1.2\n\n[Term]\nid: {TERM}\nname: Fatigable weakness\n\n");
        std::fs::write(at("terms.obo"), obo).unwrap();
        let mut options = BuildOptions::default();
        options.people.files = vec![at("people.tsv")];
        options.people.ontologies = vec![at("terms.obo")];
        build(&[at("in.vcf")], at("a.vdx"), &options, &mut |_| true).unwrap();
        Self {
            view: Dataset::open(at("a.vdx")).unwrap().view(),
            copies,
            with_term,
            _folder: folder,
        }
    }

    /// A beacon of a floor and a policy, by its name or rules; the policy with the floor, its view, and who asks.
    fn under(&self, rules: &str, floor: u64) -> (Beacon, Policy, Result<PolicyView>, Access) {
        let of =
            |granularity: &str| config(floor, &format!("policies.{granularity} = {rules}"), "");
        let mut policy = of("count").policies.count.unwrap();
        let granularity = policy.granularity;
        policy.floor.people = policy.floor.people.max(floor);
        let beacon = Beacon::new(of(granularity.name()), vec![self.view.clone()]).unwrap();
        let usual = match granularity {
            Granularity::Boolean => Purpose::DiscoverBoolean,
            _ => Purpose::DiscoverCount,
        };
        let access = Access::up_to(granularity).for_purpose(policy.purpose.unwrap_or(usual));
        let view = self
            .view
            .clone()
            .with_all_meant()
            .again_for(&access)
            .unwrap();
        let shown = view.under_policy(&policy);
        (beacon, policy, shown, access)
    }
}

/// A question: a site, who is asked for as filters and as an expression, and a zygosity.
struct Asks<'a> {
    site: usize,
    filters: &'a str,
    who: Option<&'a str>,
    zygosity: Option<Zygosity>,
}

impl Asks<'_> {
    fn query(&self) -> String {
        let zygosity = self.zygosity.map_or("", |_| ",GENO:0000135");
        let filters = format!("{}{zygosity}", self.filters);
        format!(
            "referenceName=1&start={}&referenceBases=A&alternateBases=G&filters={}",
            10 * (self.site + 1) - 1,
            filters.trim_start_matches(',')
        )
    }

    fn allele(&self) -> String {
        format!("1:{}:A:G", 10 * (self.site + 1))
    }

    fn people(&self) -> String {
        let allele: VariantExpr = self.allele().parse().unwrap();
        let carriers = match self.zygosity {
            Some(zygosity) => {
                GroupExpr::carriers_with(allele, CarrierOptions::default().zygosity(zygosity))
            }
            None => GroupExpr::carriers(allele),
        };
        match self.who {
            Some(who) => format!("{who} & {carriers}"),
            None => carriers.to_string(),
        }
    }

    /// What the view of a policy says: how many, or 1 for yes; `None` is refused.
    fn expected(&self, shown: &PolicyView, of: EntryType, asked: Granularity) -> Option<u64> {
        let policy = shown.policy();
        let is_boolean = policy.granularity == Granularity::Boolean;
        let by_copies = policy.floor.alleles > 0;
        match of {
            EntryType::Variants => {}
            EntryType::Datasets if by_copies => {}
            _ => {
                let found = shown.ask(&self.people()).ok()?;
                return Some(match (of, asked) {
                    (EntryType::Individuals, Granularity::Count) if !is_boolean => {
                        found.count.value().unwrap_or(0)
                    }
                    _ => u64::from(found.exists.value() == Some(true)),
                });
            }
        }
        let rare = policy.budget.is_some_and(|of| of.rare_p.is_some());
        if self.zygosity.is_some() || is_boolean && (rare || self.who.is_some()) {
            let is_number = of == EntryType::Variants && asked == Granularity::Count && !is_boolean;
            if by_copies || is_number {
                return None;
            }
            let found = shown.ask(&self.people()).ok()?;
            return Some(u64::from(found.exists.value() == Some(true)));
        }
        if is_boolean {
            let found = shown.has_variants(&self.allele()).ok()?;
            return Some(u64::from(found.value() == Some(true)));
        }
        let mut scan = shown.frequencies(&self.allele(), self.who, &[]).ok()?;
        let mut count = 0;
        while let Some(ac) = scan.next(|of| Ok(of.counts.ac.value())).unwrap() {
            count += u64::from(ac.is_some_and(|ac| ac > 0));
        }
        Some(count)
    }
}

/// Asks all, and compares each answer.
fn check(made: &Made, rules: &str, floor: u64) {
    let (beacon, policy, shown, access) = made.under(rules, floor);
    let (number, yes) = (Granularity::Count, Granularity::Boolean);
    let groups = [
        ("", None),
        ("NCIT:C16576", Some("sex:female")),
        (TERM, Some(TERM)),
    ];
    for site in 0..made.copies.len() {
        for ((filters, who), zygosity) in groups
            .into_iter()
            .flat_map(|of| [(of, None), (of, Some(Zygosity::Het))])
        {
            let asks = Asks {
                site,
                filters,
                who,
                zygosity,
            };
            for (path, of) in [
                ("g_variants", EntryType::Variants),
                ("individuals", EntryType::Individuals),
                ("datasets", EntryType::Datasets),
            ] {
                for asked in [number, yes] {
                    let what = format!("{rules} floor {floor} {path} {} {asked}", asks.query());
                    let query = format!("requestedGranularity={asked}&{}", asks.query());
                    let answer = beacon.answer(&BeaconRequest::get(path, &query), Some(access));
                    let body: Value = serde_json::from_slice(&answer.body).unwrap();
                    let expected = shown
                        .as_ref()
                        .ok()
                        .and_then(|shown| asks.expected(shown, of, asked));
                    // a name that few have is not understood
                    if answer.status == 400 {
                        assert_eq!(who, Some(TERM), "{what} {body}");
                        assert!(expected.is_none_or(|found| found == 0), "{what}");
                        continue;
                    }
                    let Some(expected) = expected else {
                        assert_eq!(answer.status, 422, "{what} {body}");
                        continue;
                    };
                    assert_eq!(answer.status, 200, "{what} {body}");
                    let exists = body["responseSummary"]["exists"].as_bool().unwrap();
                    assert_eq!(exists, expected > 0, "{what} {body}");
                    if let (Some(found), true) = (total(&body), of != EntryType::Datasets) {
                        assert_eq!(found, expected, "{what} {body}");
                    }
                    if of != EntryType::Datasets {
                        let least = policy.floor.people.max(1);
                        assert_eq!(body["info"]["floor"], least, "{what}");
                    }
                    if exists {
                        brute(made, &policy, &asks, of, &what);
                    }
                }
            }
        }
    }
}

/// That there is somebody is said of enough people, and enough copies.
fn brute(made: &Made, policy: &Policy, asks: &Asks<'_>, of: EntryType, what: &str) {
    let people = made.copies[asks.site].iter().enumerate();
    let of_group: Vec<u8> = people
        .filter(|(person, _)| match asks.who {
            None => true,
            Some(TERM) => made.with_term[*person],
            Some(_) => person % 2 == 0,
        })
        .map(|(_, copies)| *copies)
        .collect();
    let is_asked = |copies: u8| match asks.zygosity {
        None => copies > 0,
        Some(_) => copies == 1,
    };
    let have = of_group.iter().filter(|copies| is_asked(**copies)).count() as u64;
    assert!(have >= policy.floor.people.max(1), "{what}: {have}");
    if of == EntryType::Individuals || asks.zygosity.is_some() {
        return;
    }
    let ac: u64 = of_group.iter().map(|copies| u64::from(*copies)).sum();
    let others = 2 * of_group.len() as u64 - ac;
    assert!(ac >= policy.floor.alleles, "{what}: {ac}");
    if policy.two_tailed && of == EntryType::Variants {
        let may_be = |number: u64, floor: u64| match number {
            0 => policy.zero == Zero::Shown,
            _ => number >= floor,
        };
        let is_enough = policy.floor.alleles == 0 || may_be(others, policy.floor.alleles);
        assert!(is_enough, "{what}: {others}");
    }
}

fn made() -> impl Strategy<Value = Made> {
    (12..70usize, vec(0..=100u8, 4)).prop_flat_map(|(people, shares)| {
        let copies: Vec<_> = shares
            .into_iter()
            .map(|share| {
                let copies = move |at: u8| match at {
                    _ if at >= share => 0,
                    _ if at.is_multiple_of(5) => 2,
                    _ => 1,
                };
                vec((0..100u8).prop_map(copies), people)
            })
            .collect();
        (copies, vec(prop::bool::weighted(0.6), people))
            .prop_map(|(copies, with_term)| Made::new(copies, with_term))
    })
}

fn named() -> impl Iterator<Item = String> {
    let names = Policy::NAMES.into_iter();
    let names = names.filter(|name| !Policy::named(name).unwrap().shows_records());
    names.map(|name| format!("'{name}'"))
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}", self.copies, self.with_term)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 8, ..ProptestConfig::with_cases(4) })]

    #[test]
    fn a_beacon_says_what_the_view_of_its_policy_says(made in made(), floor in 0..8u64) {
        for rules in named().chain(OTHERS.map(str::to_owned)) {
            check(&made, &rules, floor);
        }
    }
}

/// A thousand people, whom the policies of large cohorts speak of.
#[test]
fn of_a_thousand_people() {
    let carriers = [6, 11, 300, 988, 1000];
    let copies = carriers.map(|n| (0..1000).map(|person| u8::from(person < n)).collect());
    let with_term = (0..1000).map(|person| person % 3 == 0).collect();
    let made = Made::new(copies.to_vec(), with_term);
    for rules in named() {
        check(&made, &rules, 0);
    }
    check(&made, "'registered'", 20);
}

/// Of fewer than ten copies, or few who have none, `gdi` says nothing; and no variants of who has a disease.
#[test]
fn gdi_is_gdi() {
    let carriers = [0, 5, 6, 9, 10, 11, 30, 49, 50];
    let people = 50;
    let copies = carriers.map(|n| (0..people).map(|person| u8::from(person < n)).collect());
    let made = Made::new(copies.to_vec(), vec![true; people]);
    let (beacon, _, _, access) = made.under("'gdi'", 0);
    for (site, n) in carriers.into_iter().enumerate() {
        let query = format!(
            "referenceName=1&start={}&referenceBases=A&alternateBases=G",
            10 * (site + 1) - 1
        );
        for granularity in [Granularity::Boolean, Granularity::Count] {
            for path in ["g_variants", "datasets"] {
                let query = format!("{query}&requestedGranularity={granularity}");
                let answer = beacon.answer(&BeaconRequest::get(path, &query), Some(access));
                let body: Value = serde_json::from_slice(&answer.body).unwrap();
                let exists = &body["responseSummary"]["exists"];
                // of fewer than five who do not have it nothing is said either
                let may = (10..=45).contains(&n);
                assert_eq!(*exists, may, "{n} {path} {granularity} {body}");
            }
            for path in ["g_variants", "individuals", "datasets"] {
                let refused = ask(
                    &beacon,
                    path,
                    &format!("{query}&filters={TERM}"),
                    granularity,
                );
                let (status, message) = error_of(&refused);
                assert_eq!(status, 422, "{n} {path}: {message}");
                assert!(
                    message.contains("together with what is recorded of people"),
                    "{message}"
                );
            }
        }
        // women and men of whom few have it, or do not
        let women = ask(
            &beacon,
            "g_variants",
            &format!("{query}&filters=NCIT:C16576"),
            Granularity::Count,
        );
        let of_women = (n as u64).div_ceil(2);
        let both = [of_women, n as u64 - of_women];
        let may = both.iter().all(|n| (10..=20).contains(n));
        assert_eq!(total(&women.1), Some(u64::from(may)), "{n} {}", women.1);
    }
    let floor = |of: u64| {
        let (beacon, ..) = made.under("'gdi'", of);
        ask(&beacon, "g_variants", "", Granularity::Count).1["info"]["floor"].clone()
    };
    assert_eq!([0, 5, 7].map(floor), [5, 5, 7]);
}

/// Identifiers may be undecided, which would be a question of its own; cohorts and terms are as the view shows them.
#[test]
fn what_else_is_said_is_of_the_policy() {
    let copies: Vec<u8> = (0..40).map(|person| u8::from(person < 20)).collect();
    let made = Made::new(vec![copies], (0..40).map(|person| person < 12).collect());
    made.view
        .define_cohort("most", "!HP:0003473", false)
        .unwrap();
    let of = "cohorts = ['most']";
    let beacon = |rules: &str| {
        let config = config(3, rules, of);
        let view = made.view.dataset().newest().unwrap().view();
        Beacon::new(config, vec![view]).unwrap()
    };
    let size = |rules: &str| {
        let (status, body) = ask(&beacon(rules), "cohorts", "", Granularity::Count);
        assert_eq!(status, 200, "{body}");
        body["response"]["collections"][0]["cohortSize"].clone()
    };
    assert_eq!(size(""), 28);
    let rules = |floor: u64| {
        format!(
            "policies.count = {{ name = 'x', granularity = 'count', floor = {{ people = {floor} }}, rounding = 5, combine = true }}"
        )
    };
    // a cohort may be of who carries something: to multiples of the floor
    assert_eq!([4, 12, 13].map(|floor| size(&rules(floor))), [30, 24, 0]);
    let terms = |rules: &str| {
        let answer = ask(&beacon(rules), "filtering_terms", "", Granularity::Count).1;
        let all = answer["response"]["filteringTerms"]
            .as_array()
            .unwrap()
            .clone();
        all.iter().any(|of| of["id"] == TERM)
    };
    assert!(terms(&rules(12)) && !terms(&rules(13)));
    let id = "g_variants/ga4gh:VA.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let refused = ask(&beacon(&rules(4)), id, "", Granularity::Count);
    let (status, message) = error_of(&refused);
    assert_eq!(status, 422);
    assert!(message.contains("by their place and bases"), "{message}");
}
