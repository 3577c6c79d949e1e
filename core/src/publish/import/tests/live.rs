//! Counts of people as INFO fields beside what is published of the same people: the import never shows what that does not, and shows as much
//! where counts say all that it is decided by.

use super::*;
use crate::cohort::{Dataset, View};
use crate::maintain::{BuildOptions, build};
use crate::model::{Known, Zero};
use crate::publish::{PublishOptions, StrataGroup, publish};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const COUNTRIES: [&str; 3] = ["DE", "FI", "SE"];
const SEXES: [&str; 2] = ["female", "male"];
/// Calls of all copies, and others; those behind are of one copy.
const CALLS: [&str; 9] = ["0/0", "0/1", "1/1", "1|0", "./.", "./1", "0/.", "0", "1"];
const FIELDS: [&[&str]; 4] = [&[], &["sex"], &["country"], &["country", "sex"]];

/// The numbers of the values of country and sex, where they are known.
type Person = (Option<usize>, Option<usize>);

#[derive(Debug, Clone)]
struct Site {
    is_x: bool,
    calls: Vec<usize>,
}

#[derive(Debug, Clone)]
struct People {
    people: Vec<Person>,
    sites: Vec<Site>,
    /// Whether all copies of all are known, on autosomes.
    is_called: bool,
}

/// What a record says of a stratum: copies, of which ones are known, and people with one, two or their only one.
#[derive(Debug, Clone, Copy, Default)]
struct Numbers {
    ac: u64,
    an: u64,
    het: u64,
    hom: u64,
    hemi: u64,
}

impl People {
    /// The label of somebody's stratum.
    fn label(&self, (country, sex): Person, by: &[&str]) -> String {
        let part = |field: &&str| match *field {
            "sex" => sex.map_or("unknown", |sex| ["F", "M"][sex]),
            _ => country.map_or("unknown", |country| COUNTRIES[country]),
        };
        by.iter().map(part).collect::<Vec<_>>().join("_")
    }

    fn sizes(&self, by: &[&str]) -> BTreeMap<String, u64> {
        let mut sizes = BTreeMap::new();
        for person in &self.people {
            *sizes.entry(self.label(*person, by)).or_default() += 1;
        }
        sizes
    }

    fn numbers(&self, site: &Site, is_in: impl Fn(Person) -> bool) -> Numbers {
        let mut of = Numbers::default();
        for (person, call) in self.people.iter().zip(&site.calls) {
            if !is_in(*person) {
                continue;
            }
            let copies: Vec<&str> = CALLS[*call].split(['/', '|']).collect();
            let ac = copies.iter().filter(|copy| **copy == "1").count();
            of.ac += ac as u64;
            of.an += copies.iter().filter(|copy| **copy != ".").count() as u64;
            match (ac, copies.len()) {
                (0, _) => {}
                (1, 1) => of.hemi += 1,
                (2, 2) => of.hom += 1,
                _ => of.het += 1,
            }
        }
        of
    }

    /// Of a stratum, or of everybody, who is known to have no ALT, and who is known to have another allele.
    fn lack(&self, place: &Place, label: &str, by: &[&str]) -> [u64; 2] {
        let is_there =
            |(contig, position): &(&str, usize)| *contig == place.0 && *position as i64 == place.1;
        let site = self.places().iter().position(is_there).unwrap();
        let mut of = [0; 2];
        for (person, call) in self.people.iter().zip(&self.sites[site].calls) {
            if label == "Total" || self.label(*person, by) == label {
                let call = CALLS[*call];
                of[0] += u64::from(call.contains('0') && !call.contains('1'));
                of[1] += u64::from(call.contains('0'));
            }
        }
        of
    }

    fn places(&self) -> Vec<(&'static str, usize)> {
        let (mut last, mut was_x) = (0, false);
        let mut places = Vec::new();
        for site in &self.sites {
            last = if site.is_x == was_x { last + 10 } else { 10 };
            was_x = site.is_x;
            places.push((if site.is_x { "X" } else { "1" }, last));
        }
        places
    }

    fn view(&self, folder: &std::path::Path) -> View {
        let mut text = "##fileformat=VCFv4.3\n##contig=<ID=1,length=248956422>\n##contig=<ID=X,length=156040895>\n\
            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
            .to_owned();
        let mut table = "individual_id\tsample\tsex\tcountry\n".to_owned();
        for (number, (country, sex)) in self.people.iter().enumerate() {
            let country = country.map_or("", |country| COUNTRIES[country]);
            let sex = sex.map_or("", |sex| SEXES[sex]);
            let _ = write!(text, "\tS{number}");
            let _ = writeln!(table, "P{number}\tS{number}\t{sex}\t{country}");
        }
        for (site, (contig, position)) in self.sites.iter().zip(self.places()) {
            let _ = write!(text, "\n{contig}\t{position}\t.\tA\tG\t.\tPASS\t.\tGT");
            for call in &site.calls {
                let _ = write!(text, "\t{}", CALLS[*call]);
            }
        }
        std::fs::write(folder.join("a.vcf"), text + "\n").unwrap();
        std::fs::write(folder.join("people.tsv"), table).unwrap();
        let mut options = BuildOptions {
            threads: Some(1),
            ..BuildOptions::default()
        };
        options.people.files = vec![folder.join("people.tsv")];
        let to = folder.join("d.vdx");
        build(&[folder.join("a.vcf")], &to, &options, &mut |_| true).unwrap();
        Dataset::open(&to).unwrap().view()
    }

    /// Counts of all and of those strata that are not left out.
    fn counts(&self, by: &[&str], without: &BTreeSet<String>, has_genotypes: bool) -> String {
        let mut labels: Vec<String> = self.sizes(by).into_keys().collect();
        labels.retain(|label| !without.contains(label) && !by.is_empty());
        labels.push(String::new());
        let keys: &[&str] = match has_genotypes {
            true => &["AC", "AN", "AC_Het", "AC_Hom", "AC_Hemi"],
            false => &["AC", "AN"],
        };
        let key = |key: &str, label: &str| match label {
            "" => key.to_owned(),
            label => format!("{key}_{label}"),
        };
        let mut text =
            "##fileformat=VCFv4.3\n##contig=<ID=1,length=248956422>\n##contig=<ID=X,length=156040895>\n".to_owned();
        for label in &labels {
            for of in keys {
                let key = key(of, label);
                let _ = writeln!(
                    text,
                    "##INFO=<ID={key},Number=.,Type=Integer,Description=\"x\">"
                );
            }
        }
        text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
        for (site, (contig, position)) in self.sites.iter().zip(self.places()) {
            let mut info = Vec::new();
            for label in &labels {
                let of = self.numbers(site, |person| {
                    label.is_empty() || self.label(person, by) == *label
                });
                let numbers = [of.ac, of.an, of.het, 2 * of.hom, of.hemi];
                for (of, number) in keys.iter().zip(numbers) {
                    info.push(format!("{}={number}", key(of, label)));
                }
            }
            let info = info.join(";");
            let _ = write!(text, "\n{contig}\t{position}\t.\tA\tG\t.\tPASS\t{info}");
        }
        text + "\n"
    }
}

fn people() -> impl Strategy<Value = People> {
    let someone = (
        prop_oneof![1 => Just(None), 6 => (0..3usize).prop_map(Some)],
        prop_oneof![1 => Just(None), 6 => (0..2usize).prop_map(Some)],
    );
    // as many of each pair, or as it comes
    let all_pairs = (4..7usize).prop_map(|each| {
        let person = |number: usize| (Some(number / 2 % 3), Some(number % 2));
        (0..6 * each).map(person).collect::<Vec<Person>>()
    });
    let known = vec(
        ((0..3usize).prop_map(Some), (0..2usize).prop_map(Some)),
        6..30,
    );
    let people = prop_oneof![3 => all_pairs, 2 => known, 2 => vec(someone, 6..30)];
    (people, any::<bool>()).prop_flat_map(|(mut people, is_called)| {
        // somebody of each field
        people[0] = (Some(0), Some(0));
        people[1] = (Some(0), Some(1));
        let number = people.len();
        let calls = move |is_x: bool| {
            let one = match (is_called, is_x) {
                (true, _) => (0..4usize).boxed(),
                (false, false) => (0..7usize).boxed(),
                (false, true) => (0..CALLS.len()).boxed(),
            };
            // rare, or not
            let rare = prop_oneof![8 => Just(0), 1 => one.clone()];
            let common = prop_oneof![8 => Just(2), 1 => one.clone()];
            prop_oneof![vec(one, number), vec(rare, number), vec(common, number)]
        };
        let site = (any::<bool>().prop_map(move |is_x| is_x && !is_called))
            .prop_flat_map(move |is_x| calls(is_x).prop_map(move |calls| Site { is_x, calls }));
        vec(site, 1..10).prop_map(move |mut sites| {
            sites.sort_by_key(|site| site.is_x);
            People {
                people: people.clone(),
                sites,
                is_called,
            }
        })
    })
}

fn policy() -> impl Strategy<Value = String> {
    let rounding = prop_oneof![2 => Just(1), 1 => 2..7u64];
    (0..5u64, prop_oneof![2 => Just(0), 1 => 2..7u64], rounding, any::<[bool; 2]>()).prop_map(
        |(people, alleles, rounding, [two_tailed, zero])| {
            let zero = if zero { "shown" } else { "hidden" };
            format!(
                "name = 'p'\ngranularity = 'count'\nfloor.people = {people}\nfloor.alleles = {alleles}\n\
                 rounding = {rounding}\ntwo_tailed = {two_tailed}\nzero = '{zero}'"
            )
        },
    )
}

type Place = (String, i64);

fn by_place(file: &Published) -> BTreeMap<Place, PublishedSite> {
    let sites = all(file).into_iter();
    let place = |site: &PublishedSite| (site.contig().to_owned(), site.position().one_based());
    sites.map(|site| (place(&site), site)).collect()
}

/// A file by a policy of the people, and one of their counts; `None` where the policy gives none.
fn both(
    people: &People,
    (policy, by): (&str, &[&str]),
    (without, has_genotypes): (&BTreeSet<String>, bool),
) -> Option<(View, Published, Published)> {
    let folder = tempfile::tempdir().unwrap();
    let view = people.view(folder.path());
    let out = folder.path().join("live.vdx");
    let by_names: Vec<String> = by.iter().map(|&by| by.to_owned()).collect();
    let options = PublishOptions {
        by: by_names.clone(),
        ..PublishOptions::new(policy.parse().unwrap(), "people")
    };
    publish(&view, &options, &out).ok()?;
    let live = Published::open(&out).unwrap();
    let options = PublishSitesOptions {
        by: by_names,
        ..PublishSitesOptions::new(policy.parse().unwrap(), "people")
    };
    let text = people.counts(by, without, has_genotypes);
    let (report, imported) = import(&text, &options).unwrap();
    assert_eq!(report.refused_count(), 0, "{report}");
    Some((view, live, imported))
}

/// Cells by label, as they are said, with status; `Total` is everybody.
fn said(file: &Published, site: &PublishedSite) -> BTreeMap<String, crate::ShownCounts> {
    let groups = file.groups().into_iter();
    let shown = groups.map(|of| (of.label().to_owned(), site.shown(&of)));
    shown.filter(|(_, of)| of.ac != Known::Withheld).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]
    #[test]
    fn an_import_shows_no_more_than_is_published_of_the_people(
        people in people(),
        policy in policy(),
        by in 0..FIELDS.len(),
        left_out in vec(prop::bool::weighted(0.15), 12),
        has_genotypes in prop::bool::weighted(0.7),
    ) {
        let by = FIELDS[by];
        let sizes = people.sizes(by);
        // who is in no stratum, and of whom nothing is known, is not seen
        let labels = sizes.keys().zip(left_out).filter(|(_, left_out)| *left_out && people.is_called && by.len() == 2);
        let mut without: BTreeSet<String> = labels.map(|(label, _)| label.clone()).collect();
        if without.len() == sizes.len() {
            without.clear();
        }
        let Some((_, live, imported)) = both(&people, (&policy, by), (&without, has_genotypes)) else {
            return Ok(());
        };
        let rules: Policy = policy.parse().unwrap();
        let (theirs, ours) = (by_place(&live), by_place(&imported));
        // of whom a copy is missing a view takes neither for known, and counts do not say how many these are
        let is_half = people.sites.iter().flat_map(|of| &of.calls).any(|call| [5, 6].contains(call));
        let may_know_less = |place: &Place, label: &str| {
            let may = |number| if number == 0 { rules.zero == Zero::Shown } else { number >= rules.floor.people };
            is_half && rules.two_tailed && people.lack(place, label, by).into_iter().all(may)
        };
        for (place, site) in &ours {
            let known = theirs.get(place).map(|known| said(&live, known)).unwrap_or_default();
            for (label, of) in said(&imported, site) {
                let Some(known) = known.get(&label) else {
                    prop_assert!(may_know_less(place, &label), "{:?} {} is withheld: {:?}", place, label, of);
                    continue;
                };
                prop_assert_eq!((of.ac, of.an), (known.ac, known.an), "{:?} {}", place, &label);
                prop_assert!(of.ac.value() <= of.an.value());
                let split = |of: &crate::ShownCounts| [of.n_het, of.n_hom, of.n_hemi];
                // where a view hides a stratum of which counts say that it may be shown, it may show numbers by zygosity of none
                let is_split = split(&of) != [Known::Withheld; 3];
                if is_split && !(is_half && rules.two_tailed) {
                    prop_assert_eq!(split(&of), split(known), "{:?} {}", place, &label);
                }
            }
        }
        let least = rules.floor.people.max(1);
        let all_pairs = by.len() < 2 || {
            let of = |at: usize| sizes.keys().map(|label| label.split('_').nth(at)).collect::<BTreeSet<_>>().len();
            of(0) * of(1) == sizes.len()
        };
        // whether somebody lacks the ALT is not said by counts where few do
        if !rules.two_tailed && people.is_called && has_genotypes && without.is_empty() && all_pairs && sizes.values().all(|of| *of >= least) {
            prop_assert!(ours.keys().eq(theirs.keys()));
            for (place, site) in &ours {
                prop_assert_eq!(said(&imported, site), said(&live, &theirs[place]), "{:?}", place);
            }
        }
    }

    /// A union has the status of its strata, and these that of the view.
    #[test]
    fn numbers_have_the_status_of_the_view(people in people(), policy in policy(), by in 1..FIELDS.len()) {
        let by = FIELDS[by];
        let Some((view, live, imported)) = both(&people, (&policy, by), (&BTreeSet::new(), true)) else {
            return Ok(());
        };
        let by: Vec<String> = by.iter().map(|&by| by.to_owned()).collect();
        let rules: Policy = policy.parse().unwrap();
        let shown = view.under_policy(&rules).unwrap();
        let mut scan = shown.frequencies("all", None, &by).unwrap();
        let (ours, theirs) = (by_place(&imported), by_place(&live));
        while let Some((place, total, parts)) = scan.next(|mut variant| {
            let place = (variant.variant().contig().to_owned(), variant.variant().position()?.one_based());
            let parts: BTreeMap<_, _> = variant.parts().map(|(values, of)| (values.to_vec(), of)).collect();
            Ok((place, variant.counts, parts))
        }).unwrap() {
            for (file, sites) in [(&live, &theirs), (&imported, &ours)] {
                let Some(site) = sites.get(&place) else { continue };
                let of_total = site.shown(&StrataGroup::total());
                prop_assert_eq!((of_total.ac, of_total.an), (total.ac, total.an));
                let strata = file.groups_by(&by).unwrap_or_default();
                for (values, group) in &strata {
                    let of = site.shown(group);
                    let part = parts.get(values).copied().unwrap_or_default();
                    // counts may say more of people whose copies are missing in part
                    let is_seen = of.ac != Known::Withheld && part.ac != Known::Withheld;
                    prop_assert!(is_seen || of.ac == Known::Withheld || std::ptr::eq(file, &imported));
                    if is_seen {
                        prop_assert_eq!((of.ac, of.an), (part.ac, part.an));
                    }
                }
                let Some(((first, _), (last, _))) = strata.first().zip(strata.last()).filter(|_| strata.len() > 1) else {
                    continue;
                };
                let labels: Vec<&str> = file.strata().iter().map(|of| of.label.as_str()).collect();
                let union = file.group(&format!("{}|{}", labels[0], labels[labels.len() - 1])).unwrap();
                let of = site.shown(&union);
                let Some((a, b)) = parts.get(first).zip(parts.get(last)) else {
                    continue;
                };
                if [of.ac, a.ac, b.ac].iter().all(|ac| *ac != Known::Withheld) {
                    prop_assert_eq!((of.ac, of.an), (a.ac.and(b.ac), a.an.and(b.an)));
                }
            }
        }
    }
}

/// Ten people of each pair but one, of which so many have a copy of the site.
fn three_pairs(have: [usize; 3]) -> People {
    let pairs = [(0, 0), (0, 1), (1, 0)];
    let people = pairs
        .iter()
        .flat_map(|(country, sex)| [(Some(*country), Some(*sex)); 10]);
    let calls = have
        .iter()
        .flat_map(|have| (0..10).map(move |n| usize::from(n < *have)));
    People {
        people: people.collect(),
        sites: vec![Site {
            is_x: false,
            calls: calls.collect(),
        }],
        is_called: true,
    }
}

#[test]
fn a_pair_that_is_not_there_is_a_cell_of_the_table_by_two() {
    let policy = |zero: &str| {
        format!(
            "name = 'p'\ngranularity = 'count'\nfloor.people = 3\ntwo_tailed = false\nzero = '{zero}'"
        )
    };
    for (have, zero, expected) in [
        // two in Finland hide Germany, for the total is known; of single cells 8 would be hidden beside 2, and 10 not
        ([10, 8, 2], "shown", [None; 3]),
        ([10, 8, 4], "shown", [Some(10), Some(8), Some(4)]),
        // that no man of Finland has it is of nobody
        ([10, 8, 4], "hidden", [None; 3]),
    ] {
        let people = three_pairs(have);
        let by: &[&str] = &["country", "sex"];
        let found = both(&people, (&policy(zero), by), (&BTreeSet::new(), true));
        let (_, live, imported) = found.unwrap();
        for file in [&live, &imported] {
            let site = all(file).remove(0);
            assert_eq!(site.total().unwrap().ac, have.iter().sum::<usize>() as u64);
            let cells = site.strata().iter().map(|of| of.map(|of| of.ac));
            let labels: Vec<&str> = file.strata().iter().map(|of| of.label.as_str()).collect();
            assert_eq!(labels, ["DE_F", "DE_M", "FI_F"]);
            assert_eq!(cells.collect::<Vec<_>>(), expected, "{have:?} {zero}");
        }
        // whoever is in a pair that is left out may be of any line
        let without = BTreeSet::from(["DE_M".to_owned()]);
        let (_, _, imported) = both(&people, (&policy(zero), by), (&without, true)).unwrap();
        let site = all(&imported).remove(0);
        assert_eq!(site.strata(), [None, None], "{have:?} {zero}");
    }
}

/// Pairs that are named are groups beside the rest, and not a table; of a table the report says why its strata are withheld.
#[test]
fn some_pairs_that_are_named_are_a_list() {
    let people = three_pairs([10, 8, 4]);
    let by = ["country", "sex"];
    let policy = "name = 'p'\ngranularity = 'count'\nfloor.people = 3\ntwo_tailed = false";
    let text = people.counts(&by, &BTreeSet::from(["FI_F".to_owned()]), true);
    for (strata, shown, warnings) in [(&["DE_F", "DE_M"][..], 0, 1), (&["DE_F"], 1, 0)] {
        let options = PublishSitesOptions {
            strata: strata.iter().map(|&label| label.to_owned()).collect(),
            ..options(policy)
        };
        let (report, file) = import(&text, &options).unwrap();
        let site = all(&file).remove(0);
        assert_eq!(site.strata().iter().flatten().count(), shown);
        assert_eq!(report.warnings.len(), warnings, "{report}");
    }
    let (report, _) = import(&text, &options(policy)).unwrap();
    assert_eq!(
        report.warnings[0].what,
        "somebody in none of the strata by two fields, which are withheld"
    );
}
