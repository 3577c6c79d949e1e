//! What leaves under a policy: numbers are those of the source where they are shown, what is not shown obeys the rules, a filter
//! picks by what is shown, and no verb gives anything of one person.

mod said;

use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::path::Path;
use varidex::{
    BuildOptions, Dataset, Error, Known, PeopleOptions, Policy, PolicyView, ShownCounts, View,
    Zero, build,
};

const CALLS: [&str; 8] = ["0/0", "0/1", "1/1", "./.", "0", "1", "./1", "0/."];
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
        // haploid, with one copy missing, and where nearly all have two copies, or the one that they have
        let other = |most: usize| prop_oneof![40 => Just(most), 1 => 0..CALLS.len()];
        let number = people.len();
        let site = prop_oneof![
            3 => prop_oneof![Just(60u32), Just(12), Just(2)].prop_flat_map(move |rare| vec(call(rare), number)),
            1 => (0..CALLS.len()).prop_flat_map(move |most| vec(other(most), number)),
        ];
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
                4 => counted.one_none += 1,
                5 => counted.hemi += 1,
                6 => counted.half += 1,
                7 => counted.half_none += 1,
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
    /// Of one copy: without and with the allele.
    one_none: u64,
    hemi: u64,
    /// Of two copies of which one is missing: the other is the allele, or is not.
    half: u64,
    half_none: u64,
}

impl Counted {
    fn ac(self) -> u64 {
        self.het + 2 * self.hom + self.hemi + self.half
    }

    fn an(self) -> u64 {
        2 * (self.none + self.het + self.hom)
            + self.one_none
            + self.hemi
            + self.half
            + self.half_none
    }

    fn carriers(self) -> u64 {
        self.het + self.half + self.hom + self.hemi
    }

    /// Samples of which a copy is missing.
    fn missing(self) -> u64 {
        let whole = self.none + self.het + self.hom + self.one_none + self.hemi;
        self.people - whole
    }

    fn zip(self, other: Self, f: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            people: f(self.people, other.people),
            none: f(self.none, other.none),
            het: f(self.het, other.het),
            hom: f(self.hom, other.hom),
            one_none: f(self.one_none, other.one_none),
            hemi: f(self.hemi, other.hemi),
            half: f(self.half, other.half),
            half_none: f(self.half_none, other.half_none),
        }
    }

    fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
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
            && allows(self.carriers(), people)
            && (alleles == 0 || allows(self.ac(), alleles))
            && (!policy.two_tailed
                || (self.are_many(self.people - self.carriers(), policy)
                    && self.are_many(self.people - self.hom - self.hemi, policy)
                    && (alleles == 0 || allows(others, alleles))))
    }

    /// Whether those of some samples who have another allele are as many as they must be, or surely nobody: some of them miss a copy, but
    /// not more than do in all.
    fn are_many(self, samples: u64, policy: &Policy) -> bool {
        let most = samples.min(self.an() - self.ac());
        match samples.saturating_sub(self.missing()).min(most) {
            0 => policy.zero == Zero::Shown && (most == 0 || policy.floor.people < 2),
            least => least >= policy.floor.people,
        }
    }

    /// That what is shown is of no few people, by who has what: those without the allele, and those with another one.
    fn is_of_few(self, policy: &Policy) -> bool {
        let is_few = |surely: u64, perhaps: u64| {
            surely + perhaps > 0 && surely + perhaps < policy.floor.people
        };
        policy.two_tailed
            && (is_few(self.none + self.one_none, self.half_none)
                || is_few(self.none + self.one_none + self.het, self.half_none))
    }

    /// AC is AN: which is not shown of a part, where the whole is not so.
    fn is_all_copies(self) -> bool {
        self.ac() > 0 && self.ac() == self.an()
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
        let all = policy.floor.people > 1 && self.is_all_copies();
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
                        || self.an() < 2 * policy.floor.people + to
                        // it is not below AC
                        || shown.ac.value().is_some_and(|ac| value == ac.next_multiple_of(to)))
            }
            _ => false,
        } && split(shown.n_het, self.het + self.half)
            && split(shown.n_hom, self.hom)
            && split(shown.n_hemi, self.hemi)
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
                prop_assert!(!counted.is_of_few(policy), "{counted:?} {shown:?}");
                let says_an = policy.floor.people > 1 && counted.is_all_copies();
                prop_assert!(
                    !says_an || total.is_all_copies(),
                    "{counted:?} of {total:?}"
                );
                prop_assert!(counted.is(*shown, policy), "{counted:?} {shown:?}");
            }
            false => hidden.push(*counted),
        }
    }
    let rest = total.zip(sum, |all, shown| all - shown);
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
            prop_assert!(!total.is_of_few(&policy), "{:?} {:?}", total, whole);
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
        let allows_from = |number: u64, floor: u64| match number {
            0 => policy.zero == Zero::Shown,
            _ => number >= floor,
        };
        let allows = |number: u64| allows_from(number, policy.floor.people);
        let site = cohort.counted(0, |_| true);
        let carriers = format!("carriers({CONTIG}:100:A:G)");
        // whoever carries an allele has a copy of it
        let of_alleles = policy.floor.people.max(policy.floor.alleles);
        for (who, number) in [
            ("sex:female", cohort.people.iter().filter(|of| of.sex == 0).count() as u64),
            ("HP:0001250", cohort.people.iter().filter(|of| of.affected).count() as u64),
            (carriers.as_str(), site.carriers()),
            ("population:XXX | sex:female", cohort.people.iter().filter(|of| of.sex == 0).count() as u64),
        ] {
            let floor = if who == carriers { of_alleles } else { policy.floor.people };
            let may = allows_from(number, floor) && allows_from(all - number, floor);
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
                    prop_assert!(may, "{}", who);
                    prop_assert!(count.abs_diff(number) < policy.rounding.max(1) + floor);
                    prop_assert_eq!(found.exists, Known::Exact(number > 0));
                }
                None => prop_assert!(!may, "{}", who),
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
