//! What leaves under a policy: numbers are those of the source where they are shown, what is not shown obeys the rules, a filter
//! picks by what is shown, and no verb gives anything of one person.

use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use varidex::{
    Access, Beacon, BeaconConfig, BeaconRequest, BuildOptions, Dataset, Error, Granularity, Known,
    PeopleOptions, Policy, PolicyView, Purpose, ShownCounts, View, Zero, build,
};

const CALLS: [&str; 4] = ["0/0", "0/1", "1/1", "./."];
const POPULATIONS: [&str; 3] = ["FIN", "GBR", ""];
const SEXES: [&str; 3] = ["female", "male", ""];
const CONTIG: &str = "1";

#[derive(Debug, Clone)]
struct Person {
    sex: usize,
    population: usize,
    affected: bool,
}

#[derive(Debug, Clone)]
struct Cohort {
    people: Vec<Person>,
    /// By site the calls of all.
    sites: Vec<Vec<usize>>,
}

fn cohort() -> impl Strategy<Value = Cohort> {
    let person = (
        prop_oneof![8 => Just(0usize), 8 => Just(1), 1 => Just(2)],
        prop_oneof![6 => Just(0usize), 4 => Just(1), 1 => Just(2)],
        prop::bool::weighted(0.2),
    );
    let person = person.prop_map(|(sex, population, affected)| Person {
        sex,
        population,
        affected,
    });
    vec(person, 12..50).prop_flat_map(|people| {
        let call = |rare: u32| {
            prop_oneof![
                rare => Just(0usize), 3 => Just(1), 1 => Just(2), 1 => Just(3)
            ]
        };
        let site = prop_oneof![Just(60u32), Just(12), Just(2)].prop_flat_map({
            let number = people.len();
            move |rare| vec(call(rare), number)
        });
        (Just(people), vec(site, 1..8)).prop_map(|(people, sites)| Cohort { people, sites })
    })
}

fn policies() -> impl Strategy<Value = Policy> {
    (
        prop_oneof![Just(0u64), Just(1), Just(2), Just(4)],
        prop_oneof![Just(0u64), Just(5)],
        any::<bool>(),
        any::<bool>(),
        prop_oneof![Just(1u64), Just(2), Just(5)],
        prop_oneof![Just(0u64), Just(8)],
    )
        .prop_map(|(people, alleles, two_tailed, zero, rounding, smallest)| {
            let zero = if zero { "shown" } else { "hidden" };
            let text = format!(
                "name = 'test'\ngranularity = 'count'\nfloor.people = {people}\nfloor.alleles = {alleles}\n\
                 two_tailed = {two_tailed}\nzero = '{zero}'\nrounding = {rounding}\nsmallest_cohort = {smallest}\n\
                 combine = true"
            );
            text.parse().unwrap()
        })
}

impl Cohort {
    fn build(&self, folder: &Path) -> View {
        let mut text = "##fileformat=VCFv4.3\n##contig=<ID=1,length=100000>\n\
            ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n\
            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
            .to_owned();
        let mut people = "individual_id\tsample\tsex\tpopulation\thpo\n".to_owned();
        for (number, person) in self.people.iter().enumerate() {
            write!(text, "\tSECRET{number}").unwrap();
            let term = if person.affected { "HP:0001250" } else { "" };
            let (sex, population) = (SEXES[person.sex], POPULATIONS[person.population]);
            writeln!(
                people,
                "PERSON{number}\tSECRET{number}\t{sex}\t{population}\t{term}"
            )
            .unwrap();
        }
        for (site, calls) in self.sites.iter().enumerate() {
            write!(
                text,
                "\n{CONTIG}\t{}\trs{site}\tA\tG\t.\tPASS\t.\tGT",
                100 * (site + 1)
            )
            .unwrap();
            for call in calls {
                write!(text, "\t{}", CALLS[*call]).unwrap();
            }
        }
        std::fs::write(folder.join("in.vcf"), text + "\n").unwrap();
        std::fs::write(folder.join("people.tsv"), people).unwrap();
        let options = BuildOptions {
            people: PeopleOptions {
                files: vec![folder.join("people.tsv")],
                ..PeopleOptions::default()
            },
            threads: Some(1),
            ..BuildOptions::default()
        };
        let to = folder.join("out.vdx");
        build(&[folder.join("in.vcf")], &to, &options, &mut |_| true).unwrap();
        Dataset::open(&to).unwrap().view()
    }

    fn counted(&self, site: usize, who: impl Fn(&Person) -> bool) -> Counted {
        let mut counted = Counted::default();
        for (person, call) in self.people.iter().zip(&self.sites[site]) {
            if !who(person) {
                continue;
            }
            counted.people += 1;
            match call {
                0 => counted.none += 1,
                1 => counted.het += 1,
                2 => counted.hom += 1,
                _ => {}
            }
        }
        counted
    }
}

/// A plain count.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    people: u64,
    none: u64,
    het: u64,
    hom: u64,
}

impl Counted {
    fn ac(self) -> u64 {
        self.het + 2 * self.hom
    }

    fn an(self) -> u64 {
        2 * (self.none + self.het + self.hom)
    }

    fn and(self, other: Self) -> Self {
        Self {
            people: self.people + other.people,
            none: self.none + other.none,
            het: self.het + other.het,
            hom: self.hom + other.hom,
        }
    }

    /// The rules of a policy for one group, said once more.
    fn may_be_shown(self, policy: &Policy) -> bool {
        let allows = |number: u64, floor: u64| match number {
            0 => policy.zero == Zero::Shown,
            _ => number >= floor,
        };
        let (people, alleles) = (policy.floor.people, policy.floor.alleles);
        let others = self.an() - self.ac();
        // of a group of nobody it is said that there is nobody, where that is said at all
        let is_empty = self.people == 0 && policy.zero == Zero::Shown;
        (is_empty || self.people >= policy.smallest_cohort.max(people))
            && allows(self.het + self.hom, people)
            && (alleles == 0 || allows(self.ac(), alleles))
            && (!policy.two_tailed
                || (allows(self.none, people) && (alleles == 0 || allows(others, alleles))))
    }

    fn is(self, shown: ShownCounts, policy: &Policy) -> bool {
        let number = |shown: Known<u64>, number: u64, floor: u64| match shown {
            Known::Exact(value) => policy.rounding == 1 && value == number,
            Known::Rounded { value, to } => {
                let near = value.abs_diff(number) <= to / 2;
                to == policy.rounding
                    && value % to == 0
                    && (near || number < floor.next_multiple_of(to))
            }
            _ => false,
        };
        let floor = policy.floor.people.max(policy.floor.alleles);
        let split = |of, samples| of == Known::Withheld || number(of, samples, policy.floor.people);
        // AC of which all copies are is rounded as AN
        let all = policy.floor.people > 1 && self.ac() > 0 && self.ac() == self.an();
        (match shown.ac {
            Known::Rounded { value, to } if all => {
                to >= 2 * policy.floor.people && value.abs_diff(self.ac()) <= to
            }
            ac => number(ac, self.ac(), floor),
        }) && match shown.an {
            Known::Exact(an) => an == self.an(),
            // it would say how many people are in a group
            Known::Rounded { value, to } => {
                to >= policy.rounding.max(2 * policy.floor.people)
                    && (value.abs_diff(self.an()) <= to / 2
                        || self.an() < 2 * policy.floor.people + to)
            }
            _ => false,
        } && split(shown.n_het, self.het)
            && split(shown.n_hom, self.hom)
    }
}

type Row = (u64, ShownCounts, Vec<(Vec<Option<String>>, ShownCounts)>);

fn rows(view: &PolicyView, of: &str, group: Option<&str>, by: &[&str]) -> Result<Vec<Row>, Error> {
    let by: Vec<String> = by.iter().map(|&by| by.to_owned()).collect();
    let mut scan = view.frequencies(of, group, &by)?;
    let mut all = Vec::new();
    while let Some(row) = scan.next(|mut variant| {
        let parts = variant
            .parts()
            .map(|(values, shown)| (values.to_vec(), shown))
            .collect();
        let at = variant.variant().position()?.one_based();
        Ok((u64::try_from(at).unwrap(), variant.counts, parts))
    })? {
        all.push(row);
    }
    Ok(all)
}

/// That cells are shown by the rules: only such as may be, and of the others the sum may be known.
fn assert_cells(
    policy: &Policy,
    total: Counted,
    cells: &[(Counted, ShownCounts)],
) -> Result<(), TestCaseError> {
    let is_shown = |shown: &ShownCounts| shown.ac != Known::Withheld;
    let mut hidden: Vec<Counted> = Vec::new();
    let mut sum = Counted::default();
    for (counted, shown) in cells {
        sum = sum.and(*counted);
        match is_shown(shown) {
            true => {
                prop_assert!(counted.may_be_shown(policy), "{counted:?} {shown:?}");
                prop_assert!(counted.is(*shown, policy), "{counted:?} {shown:?}");
            }
            false => hidden.push(*counted),
        }
    }
    let rest = Counted {
        people: total.people - sum.people,
        none: total.none - sum.none,
        het: total.het - sum.het,
        hom: total.hom - sum.hom,
    };
    // the rest is shown where it can be computed: where all others are
    if rest.people > 0 && (!rest.may_be_shown(policy) || !hidden.is_empty()) {
        prop_assert!(
            rest.may_be_shown(policy) || !hidden.is_empty(),
            "{rest:?} can be computed"
        );
    }
    if !rest.may_be_shown(policy) && rest.people > 0 {
        hidden.push(rest);
    }
    if let Some(sum) = hidden.iter().copied().reduce(Counted::and) {
        let rest_too = sum.and(rest).may_be_shown(policy);
        prop_assert!(
            hidden.len() >= 2 || rest.people > 0 || cells.len() == 1,
            "{cells:?}"
        );
        prop_assert!(sum.may_be_shown(policy) || rest_too, "{sum:?} of {cells:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Numbers are those of the source, rows are those that may be listed, hidden cells obey the rules.
    #[test]
    fn what_is_shown_is_true_and_allowed(cohort in cohort(), policy in policies()) {
        let folder = tempfile::tempdir().unwrap();
        let view = cohort.build(folder.path());
        let view = match view.under_policy(&policy) {
            Ok(view) => view,
            Err(error) => {
                prop_assert!((cohort.people.len() as u64) < policy.smallest_cohort, "{error}");
                return Ok(());
            }
        };
        let found = rows(&view, "all", None, &["population"]).unwrap();
        let listed: Vec<usize> = (0..cohort.sites.len())
            .filter(|&site| cohort.counted(site, |_| true).may_be_shown(&policy))
            .collect();
        let places: Vec<usize> = found.iter().map(|row| (row.0 / 100 - 1) as usize).collect();
        prop_assert_eq!(&places, &listed);
        for (site, (_, whole, parts)) in places.into_iter().zip(found) {
            let total = cohort.counted(site, |_| true);
            prop_assert!(total.is(whole, &policy), "{:?} {:?}", total, whole);
            let cells: Vec<_> = parts.into_iter().map(|(values, shown)| {
                let value = values[0].as_deref().unwrap_or("");
                (cohort.counted(site, |of| POPULATIONS[of.population] == value), shown)
            }).collect();
            assert_cells(&policy, total, &cells)?;
            let split = |shown: &ShownCounts| shown.n_het != Known::Withheld;
            let seen = || cells.iter().filter(|(_, shown)| shown.ac != Known::Withheld);
            prop_assert!(seen().all(|(_, shown)| split(shown) == split(&whole)));
        }
        // a group, and those who are not in it
        for (site, (_, shown, _)) in rows(&view, "all", Some("sex:female"), &[]).unwrap().iter()
            .map(|row| ((row.0 / 100 - 1) as usize, row)) {
            let (total, group) = (cohort.counted(site, |_| true), cohort.counted(site, |of| of.sex == 0));
            assert_cells(&policy, total, &[(group, *shown)])?;
        }
        // two fields: no row of the table is shown in part
        for (site, (_, _, parts)) in rows(&view, "all", None, &["sex", "population"]).unwrap().iter()
            .map(|row| ((row.0 / 100 - 1) as usize, row)) {
            for (values, shown) in parts {
                let [sex, population] = [0, 1].map(|at| values[at].as_deref().unwrap_or(""));
                let counted = cohort.counted(site, |of| {
                    SEXES[of.sex] == sex && POPULATIONS[of.population] == population
                });
                if shown.ac != Known::Withheld {
                    prop_assert!(counted.may_be_shown(&policy) && counted.is(*shown, &policy));
                }
                let line = parts.iter().filter(|(of, _)| of[0] == values[0]);
                let mut line = line.map(|(_, shown)| shown.ac == Known::Withheld);
                let first = line.next();
                prop_assert!(line.all(|of| Some(of) == first));
            }
        }
    }

    /// A filter picks what is shown: of what is withheld nothing holds.
    #[test]
    fn a_filter_compares_what_is_shown(cohort in cohort(), policy in policies()) {
        let folder = tempfile::tempdir().unwrap();
        let view = cohort.build(folder.path());
        let Ok(view) = view.under_policy(&policy) else { return Ok(()) };
        let all = rows(&view, "all", None, &[]).unwrap();
        let in_group = rows(&view, "all", Some("population:GBR"), &[]).unwrap();
        type Holds = fn(&ShownCounts) -> bool;
        let tests: [(&str, &[Row], Holds); 8] = [
            ("ac>=4", &all, |shown| shown.ac.value().is_some_and(|ac| ac >= 4)),
            ("ac<9", &all, |shown| shown.ac.value().is_some_and(|ac| ac < 9)),
            ("!(ac<9)", &all, |shown| shown.ac.value().is_none_or(|ac| ac >= 9)),
            ("an>=40", &all, |shown| shown.an.value().is_some_and(|an| an >= 40)),
            ("af<0.1", &all, |shown| shown.af().is_some_and(|af| af < 0.1)),
            ("n_hom>0", &all, |shown| shown.n_hom.value().is_some_and(|n| n > 0)),
            ("n_het(population:GBR)>=2", &in_group, |shown| shown.n_het.value().is_some_and(|n| n >= 2)),
            ("af(population:GBR)<0.2", &in_group, |shown| shown.af().is_some_and(|af| af < 0.2)),
        ];
        for (test, shown, holds) in tests {
            let expected: Vec<u64> = shown.iter().filter(|row| holds(&row.1)).map(|row| row.0).collect();
            let picked = rows(&view, test, None, &[]).unwrap();
            let picked: Vec<u64> = picked.iter().map(|row| row.0).collect();
            prop_assert_eq!(picked, expected, "{}", test);
        }
        // no row is found by a number that is withheld
        let site = |place: u64| (place / 100 - 1) as usize;
        for row in rows(&view, "n_missing>=0", None, &[]).unwrap() {
            prop_assert!(cohort.counted(site(row.0), |_| true).may_be_shown(&policy));
        }
    }

    /// People: the number, and tables; the number of those who are not meant is not few, either.
    #[test]
    fn people_are_counted_as_they_may_be(cohort in cohort(), policy in policies()) {
        let folder = tempfile::tempdir().unwrap();
        let view = cohort.build(folder.path());
        let Ok(view) = view.under_policy(&policy) else { return Ok(()) };
        let all = cohort.people.len() as u64;
        let allows = |number: u64| match number {
            0 => policy.zero == Zero::Shown,
            _ => number >= policy.floor.people,
        };
        let site = cohort.counted(0, |_| true);
        let carriers = format!("carriers({CONTIG}:100:A:G)");
        for (who, number) in [
            ("sex:female", cohort.people.iter().filter(|of| of.sex == 0).count() as u64),
            ("HP:0001250", cohort.people.iter().filter(|of| of.affected).count() as u64),
            (carriers.as_str(), site.het + site.hom),
            ("population:XXX | sex:female", cohort.people.iter().filter(|of| of.sex == 0).count() as u64),
        ] {
            let found = match view.ask(who) {
                Ok(found) => found,
                // where zero is shown, a name that nobody has is an error with candidates
                Err(error) => {
                    prop_assert!(policy.zero == Zero::Shown, "{who}: {error}");
                    continue;
                }
            };
            match found.count.value() {
                Some(count) => {
                    prop_assert!(allows(number) && allows(all - number));
                    prop_assert!(count.abs_diff(number) < policy.rounding.max(1) + policy.floor.people);
                    prop_assert_eq!(found.exists, Known::Exact(number > 0));
                }
                None => prop_assert!(!allows(number) || !allows(all - number), "{}", who),
            }
        }
        let by = ["sex".to_owned()];
        let table = view.people_counts(&by).unwrap();
        let mut hidden = Vec::new();
        for (sex, value) in SEXES.iter().enumerate() {
            let number = cohort.people.iter().filter(|of| of.sex == sex).count() as u64;
            let row = table.iter().find(|row| row.values[0].as_deref().unwrap_or("") == *value);
            match row.map(|row| row.people) {
                Some(Known::Withheld) => hidden.push(number),
                Some(_) => prop_assert!(allows(number)),
                // what few have is not in the table
                None if number > 0 => hidden.push(number),
                None => {}
            }
        }
        let sum: u64 = hidden.iter().sum();
        let shown = table.iter().filter(|row| row.people != Known::Withheld).count();
        prop_assert!(hidden.is_empty() || shown == 0 || (hidden.len() > 1 && allows(sum)), "{:?}", hidden);
    }
}

/// Forty people, one of whom has a rare variant, a rare population and a rare term.
fn one_rare() -> Cohort {
    let people = (0..40).map(|number| Person {
        sex: number % 2,
        population: usize::from(number == 7),
        affected: number == 7,
    });
    let call = |number: usize| usize::from(number == 7);
    let common = |number: usize| usize::from(number < 20);
    Cohort {
        people: people.collect(),
        sites: vec![(0..40).map(call).collect(), (0..40).map(common).collect()],
    }
}

/// All that the verbs of a view under a policy answer, as text.
fn all_said(view: &PolicyView) -> String {
    let mut said = String::new();
    let by = |fields: &[&str]| -> Vec<String> { fields.iter().map(|&of| of.to_owned()).collect() };
    let mut say = |what: &str, answer: &dyn std::fmt::Debug| {
        writeln!(said, "{what}: {answer:?}").unwrap();
    };
    for who in [
        "all",
        "sex:female",
        "population:GBR",
        "population:XXX",
        "HP:0001250",
        "carriers(all)",
        "carriers(1:100:A:G)",
        "carriers(rs0)",
        "carriers(rs9)",
        "SECRET7",
        "samples(SECRET7)",
        "individuals(PERSON7)",
        "samples(NOBODY)",
        "individuals(NOBODY)",
        "carriers(ac(samples(SECRET7))>0)",
        "GBR",
        "similar(HP:0001250)",
        "carriers(af(individuals(PERSON7))>0)",
        "carriers(1:100:A:G) & HP:0001250",
        "noncarriers(rs0)",
    ] {
        say(who, &view.ask(who).map_err(|e| e.to_string()));
        say(who, &view.explain(who).map_err(|e| e.to_string()));
    }
    for fields in [
        &["sex"][..],
        &["population"],
        &["sex", "population"],
        &["age"],
        &["x"],
        &["a=sex:male"],
        &["HP:0001250"],
    ] {
        say(
            "people",
            &view.people_counts(&by(fields)).map_err(|e| e.to_string()),
        );
        say(
            "names",
            &view.field_names(&by(fields)).map_err(|e| e.to_string()),
        );
        for of in [
            "all",
            "ac=1",
            "rs0",
            "SECRET7",
            "1:100:A:G",
            "ac(samples(SECRET7))>0",
        ] {
            say(of, &rows(view, of, None, fields).map_err(|e| e.to_string()));
            say(
                of,
                &rows(view, of, Some("population:GBR"), fields).map_err(|e| e.to_string()),
            );
        }
    }
    for of in ["all", "rs0", "1:100:A:G", "rs9", "1:200:A:G"] {
        say(of, &view.has_variants(of).map_err(|e| e.to_string()));
    }
    for text in [None, Some("seizure"), Some("HP:0001250"), Some("nothing")] {
        say("terms", &view.find_terms(text).map_err(|e| e.to_string()));
    }
    said
}

/// The verbs of a view under a policy, read from its source: one more is to be asked here, too.
#[test]
fn every_verb_is_asked_under_every_policy() {
    let sources = [
        include_str!("../../src/access/policy_view.rs"),
        include_str!("../../src/access/people_table.rs"),
    ];
    let within = sources.map(|source| source.split_once("impl PolicyView {").unwrap().1);
    let verbs: Vec<&str> = within
        .iter()
        .flat_map(|within| within.lines())
        .filter_map(|line| line.trim_start().strip_prefix("pub fn "))
        .filter_map(|rest| rest.split(['(', '<']).next())
        .collect();
    // `policy` gives the policy, four the same view once more or who is in it, `records` the view where the policy shows all
    let asked = [
        "policy",
        "renew",
        "among",
        "remembering",
        "lasting_people",
        "records",
        "ask",
        "explain",
        "field_names",
        "people_counts",
        "find_terms",
        "frequencies",
        "has_variants",
    ];
    let all = |verbs: &[&str]| {
        verbs
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(all(&verbs), all(&asked));
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let hidden = ["PERSON", "SECRET"];
    for name in Policy::NAMES {
        let mut policy = Policy::named(name).unwrap();
        policy.smallest_cohort = 0;
        let view = match policy.purpose {
            Some(purpose) => {
                let dataset = Dataset::open(folder.path().join("out.vdx")).unwrap();
                dataset
                    .view_for(&Access::holder().for_purpose(purpose))
                    .unwrap()
            }
            None => view.clone(),
        };
        let view = view.under_policy(&policy).unwrap();
        assert_eq!(view.records().is_ok(), policy.shows_records(), "{name}");
        if policy.shows_records() {
            continue;
        }
        for (number, line) in all_said(&view).lines().enumerate() {
            // what was asked stands before the answer, and in the text of an error
            let answer = line.split_once(": ").unwrap().1;
            let answer = answer.split("\\n").next().unwrap();
            for id in hidden {
                let found = answer.replace("`SECRET7`", "").replace("SECRET7", "asked");
                let found = found.replace("individuals(PERSON7)", "asked");
                assert!(!found.contains(id), "{name} {number}: {line}");
            }
        }
    }
}

/// Where zero is hidden, one person and nobody are one answer, byte by byte, of every verb but tables by fields.
#[test]
fn one_person_and_nobody_are_one_answer() {
    for name in ["registered", "public", "gdi"] {
        let mut policy = Policy::named(name).unwrap();
        policy.smallest_cohort = 0;
        policy.combine = true;
        let said = |rare: bool| {
            let folder = tempfile::tempdir().unwrap();
            let mut cohort = one_rare();
            if !rare {
                cohort.people[7].population = 0;
                cohort.people[7].affected = false;
                cohort.sites[0][7] = 0;
            }
            let view = cohort.build(folder.path());
            all_said(&view.under_policy(&policy).unwrap())
        };
        let (one, nobody) = (said(true), said(false));
        for (one, nobody) in one.lines().zip(nobody.lines()) {
            // a table says whether the values that it lists are of everybody
            if !one.contains("values: [") && !one.contains("[([") {
                assert_eq!(one, nobody, "{name}");
            }
        }
    }
}

/// Who decided against the purpose of a policy is not counted by it.
#[test]
fn a_policy_of_a_purpose_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let policy = Policy::named("rare-match").unwrap();
    let refused = view.under_policy(&policy).unwrap_err();
    assert!(matches!(&refused, Error::NotAllowed { .. }), "{refused}");
    let dataset = Dataset::open(folder.path().join("out.vdx")).unwrap();
    let of = dataset
        .view_for(&Access::holder().for_purpose(Purpose::RareMatch))
        .unwrap();
    let found = of
        .under_policy(&policy)
        .unwrap()
        .ask("carriers(rs0) & HP:0001250")
        .unwrap();
    assert_eq!(found.exists, Known::Exact(true));
    assert_eq!(found.count, Known::Withheld);
}

/// A beacon of forty people with a policy for yes or no and one for numbers.
fn beacon(view: View, policies: &str) -> Beacon {
    let config = format!(
        "id = 'b'\nname = 'B'\nenvironment = 'test'\nalternative_url = 'https://example.org'\nfloor = 2\n\
         [policies]\n{policies}\n[organization]\nid = 'o'\nname = 'O'\nlogo_url = 'https://example.org/l'\n\
         [[datasets]]\nid = 'd'\nname = 'D'\npath = 'd'\n"
    );
    Beacon::new(config.parse().unwrap(), vec![view]).unwrap()
}

#[test]
fn a_beacon_answers_by_the_policy_of_who_asks() {
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let ours = "count = { name = 'ours', granularity = 'count', floor = { people = 5 }, rounding = 3, combine = true }\n\
        boolean = { name = 'theirs', floor = { people = 5 }, strata = [] }";
    let of = beacon(view.clone(), ours);
    let get = |of: &Beacon, query: &str, granularity| {
        let request = BeaconRequest::get("individuals", query);
        let answer = of.answer(&request, Some(Access::up_to(granularity)));
        let value: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        (answer.status, value)
    };
    let total = |value: &serde_json::Value| value["responseSummary"]["numTotalResults"].as_u64();
    let common = "referenceName=1&start=199&alternateBases=G&requestedGranularity=count";
    let rare = "referenceName=1&start=99&alternateBases=G&requestedGranularity=count";
    let (status, answer) = get(&of, common, Granularity::Count);
    assert_eq!((status, total(&answer)), (200, Some(21)), "{answer}");
    let (status, answer) = get(&of, rare, Granularity::Count);
    assert_eq!((status, total(&answer)), (200, Some(0)), "{answer}");
    // 39 of 40 are the others of one
    let (status, answer) = get(
        &of,
        "filters=population%3DFIN&requestedGranularity=count",
        Granularity::Count,
    );
    assert_ne!((status, total(&answer)), (200, Some(39)), "{answer}");
    // who may know whether there is anybody is not answered of variants together with people
    let both = format!("{common}&filters=NCIT:C16576");
    assert_eq!(get(&of, &both, Granularity::Boolean).0, 422);
    assert_eq!(
        get(&of, common, Granularity::Boolean).1["responseSummary"]["exists"],
        true
    );
    // nothing of a dataset that is smaller than the policy's smallest cohort
    let small = beacon(view.clone(), "count = 'registered'\nboolean = 'public'");
    let (status, answer) = get(&small, common, Granularity::Count);
    assert_eq!(status, 422, "{answer}");
    assert!(
        answer.to_string().contains("100 people at least"),
        "{answer}"
    );
    // records are for who may have them
    let (status, answer) = get(&of, &rare.replace("=count", "=record"), Granularity::Record);
    assert_eq!((status, total(&answer)), (200, Some(1)), "{answer}");
    let bad = "id = 'b'\nname = 'B'\nenvironment = 'test'\nalternative_url = 'x'\n[policies]\nboolean = 'none'\n";
    let error = bad.parse::<BeaconConfig>().unwrap_err().to_string();
    assert!(error.contains("expected one of open"), "{error}");
}

/// Errors, candidates and zeros do not say what few people have.
#[test]
fn what_few_have_is_in_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let shown = |name: &str| view.under_policy(&Policy::named(name).unwrap()).unwrap();
    let omop = shown("omop");
    for (who, hidden) in [
        ("population:GBX", "GBR"),
        ("carriers(SECRET7)", "SECRET"),
        ("carriers(SECRET77)", "22"),
        ("carriers(rs)", "rs0"),
    ] {
        let error = omop.ask(who).unwrap_err().to_string();
        assert!(!error.contains("did you mean"), "{error}");
        assert!(!error.replace(who, "").contains(hidden), "{error}");
    }
    let errors = [
        "carriers(SECRET7)",
        "carriers(SECRET8)",
        "carriers(SECRET99)",
    ]
    .map(|who| {
        let error = omop.ask(who).unwrap_err().to_string();
        error.split('\n').next().unwrap().to_owned()
    });
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
    // contigs are of the dataset, not of people
    let error = omop.ask("carriers(7:100:A:G)").unwrap_err().to_string();
    assert!(error.contains("no contig `7`"), "{error}");
    // of the one person in GBR nothing is said, not that there is nobody either
    for who in [
        "population:GBR & sex:male",
        "population:GBR & sex:female",
        "population:GBR & carriers(rs1)",
    ] {
        assert_eq!(omop.ask(who).unwrap().count, Known::Withheld, "{who}");
    }
    assert_eq!(
        omop.ask("population:FIN & HP:0001250")
            .map(|found| found.count)
            .unwrap(),
        Known::Withheld
    );
    // with AC beside it, the number of carriers is no exact number
    assert_eq!(omop.ask("carriers(rs1)").unwrap().count.status(), "rounded");
    // and AN does not say how many people are in a group
    let found = rows(&omop, "rs1", None, &[]).unwrap();
    assert_eq!(
        (found[0].1.ac, found[0].1.an.status()),
        (Known::Exact(20), "rounded")
    );
    // a plan has its parts as they were asked for
    let parts = omop.explain("HP:0001250 & sex:male").unwrap();
    assert_eq!(parts[0].0, "HP:0001250");
    assert_eq!(
        omop.explain("sex:male & HP:0001250").unwrap()[0].0,
        "sex:male"
    );
    let both = omop.frequencies("all", Some("sex:male"), &["population".to_owned()]);
    assert!(matches!(both.err(), Some(Error::NotAllowed { .. })));
}

/// People with several values of a field are in several cells, which say more than they may.
#[test]
fn cells_that_are_not_apart_are_no_table() {
    let folder = tempfile::tempdir().unwrap();
    one_rare().build(folder.path());
    let table: String = (0..40)
        .map(|number| match number {
            0 => "PERSON0\tSECRET0\tA;B\n".to_owned(),
            1..20 => format!("PERSON{number}\tSECRET{number}\tA\n"),
            _ => format!("PERSON{number}\tSECRET{number}\tB\n"),
        })
        .collect();
    std::fs::write(
        folder.path().join("more.tsv"),
        format!("individual_id\tsample\tcohort\n{table}"),
    )
    .unwrap();
    let options = PeopleOptions {
        files: vec![folder.path().join("more.tsv")],
        ..PeopleOptions::default()
    };
    let to = folder.path().join("out.vdx");
    varidex::load_people(&to, &options, &mut |_| true).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let by = ["cohort".to_owned()];
    let counts: u64 = view
        .people_counts(&view.by(&by).unwrap())
        .unwrap()
        .iter()
        .map(|of| of.people)
        .sum();
    assert_eq!(counts, 41);
    let shown = view.under_policy(&Policy::named("omop").unwrap()).unwrap();
    for error in [
        shown.people_counts(&by).unwrap_err(),
        shown.frequencies("all", None, &by).err().unwrap(),
    ] {
        assert!(error.to_string().contains("several values"), "{error}");
    }
}
