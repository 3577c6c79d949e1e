//! Files held against their dataset, site by site and question by question; and that no id is in their bytes.

use super::*;
use crate::maintain::mask_tests::cohort;
use crate::model::{Known, Policy};
use crate::query::{Counts, Group};
use crate::{Interval, Position};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const FIELDS: [&[&str]; 4] = [&[], &["sex"], &["population"], &["population", "sex"]];
/// Questions that a published file answers as its dataset does, where all is shown.
const QUESTIONS: [&str; 15] = [
    "all",
    "1",
    "chr2 & ac>=2",
    "1:11-110 | 2:50-70 | 1:100-130",
    "1:30:A:G | 2:50:CT:C | 1:10:G:GAA",
    "!(af<0.5)",
    "pos>200 & an>3 & !1",
    "n_hom=0 & n_het>0 | n_hemi>0",
    "2:11-30 & !2:30-31",
    "(1:1-100 | 2) & (1 | 2:1-200)",
    "type:indel & length>=2 | type:snv & start<60",
    "begins(1:10-100, 2:30-31)",
    "ref:A & alt:S | end>=200",
    "1:10:GT:GAAT | 1:29:CAT:CGT | 2:50:CTT:CT",
    "1:11::AA | 2:51:T:",
];

type Key = (String, i64, String, String);

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn key_of(site: &PublishedSite) -> Key {
    let (reference, alternate) = site.alleles();
    (
        site.contig().to_owned(),
        site.position().one_based(),
        text(reference),
        text(alternate),
    )
}

/// What a dataset says of each variant in a group, and which people carry it.
type Raw = Vec<(Key, Interval, Counts, BTreeSet<String>)>;

fn raw(view: &View, of: &str, group: Option<&Group>) -> Raw {
    let query = crate::Query::new(of).unwrap().in_group(group);
    let mut scan = view.scan(&query).unwrap();
    let mut all = Vec::new();
    while let Some(one) = scan
        .next(|mut variant| {
            let (contig, at) = (variant.contig().to_owned(), variant.position()?);
            let (interval, counts) = (variant.interval()?, variant.counts()?);
            let mut people = BTreeSet::new();
            variant.carriers(|carrier| {
                let id = view.individual_of(carrier.sample).unwrap();
                let name = || view.sample_name(carrier.sample).unwrap();
                people.insert(id.unwrap_or_else(name).to_owned());
            })?;
            let (reference, alternate) = variant.alleles()?;
            let key = (contig, at.one_based(), text(reference), text(alternate));
            Ok((key, interval, counts, people))
        })
        .unwrap()
    {
        all.push(one);
    }
    all
}

/// Whether numbers are those of the source; AN is rounded to twice the floor.
fn is_same(shown: &ReleasedCounts, counts: &Counts, policy: &Policy) -> bool {
    let to = match policy.floor.people {
        0 | 1 => 1,
        people => 2 * people,
    };
    let an = match (shown.an, counts.an) {
        (Some(shown), Some(an)) if to > 1 => {
            shown.is_multiple_of(to)
                && (shown.abs_diff(an) <= to / 2 || shown <= counts.ac.next_multiple_of(to).max(to))
        }
        (shown, an) => shown == an,
    };
    let genotypes = shown.genotypes.is_none_or(|of| {
        (of.n_het, of.n_hom, of.n_hemi) == (counts.n_het, counts.n_hom, counts.n_hemi)
    });
    // AC of which all copies are is rounded as AN
    let all = to > 1 && counts.an == Some(counts.ac);
    let ac = shown.ac == counts.ac
        || (all && shown.ac.is_multiple_of(to) && shown.ac.abs_diff(counts.ac) <= to);
    ac && an && genotypes
}

/// Holds a file against its dataset.
fn check(view: &View, file: &Published, options: &PublishOptions, report: &PublishReport) {
    file.verify().unwrap();
    let policy = &options.policy;
    let whole = raw(view, "all", None);
    let sites: BTreeMap<Key, PublishedSite> = all_sites(file, "all")
        .into_iter()
        .map(|site| (key_of(&site), site))
        .collect();
    assert_eq!(report.sites + report.refused, whole.len() as u64);
    assert_eq!(report.sites, sites.len() as u64);
    assert_eq!(report.digest, hex(file.digest()));
    let is_open = policy.shows_records();
    let allows = |people: usize| match people {
        0 => is_open || policy.zero == crate::Zero::Shown,
        _ => people as u64 >= policy.floor.people,
    };
    let fields: Vec<String> = options.by.clone();
    let by = view.by(&fields).unwrap();
    let groups: BTreeMap<_, _> = match by.is_empty() {
        true => BTreeMap::new(),
        false => view.groups_by(&by, None).unwrap().into_iter().collect(),
    };
    let of_strata: Vec<(u64, Raw)> = file
        .strata()
        .iter()
        .map(|stratum| {
            let group = &groups[&stratum.values];
            (group.samples().len(), raw(view, "all", Some(group)))
        })
        .collect();
    for (number, (key, _, counts, people)) in whole.iter().enumerate() {
        let Some(site) = sites.get(key) else {
            assert!(!is_open, "{key:?}");
            continue;
        };
        let position = Position::from_one_based(key.1).unwrap();
        let found = file.site(&key.0, position, &key.2.to_lowercase(), &key.3);
        let found = found.unwrap().unwrap();
        assert_eq!(key_of(&found), *key);
        assert_eq!(
            (found.total(), found.strata()),
            (site.total(), site.strata())
        );
        let total = site.total().unwrap();
        assert!(allows(people.len()), "{key:?} {people:?}");
        assert!(total.genotypes.is_some() || !is_open);
        if policy.rounding == 1 {
            assert!(is_same(total, counts, policy), "{key:?}");
        }
        let mut hidden = people.clone();
        let mut samples = u64::from(view.sample_count());
        for (cell, (size, stratum)) in site.strata().iter().zip(&of_strata) {
            let (_, _, counts, people) = &stratum[number];
            let Some(shown) = cell else {
                assert!(!is_open, "{key:?}");
                continue;
            };
            assert!(allows(people.len()), "{key:?} {people:?}");
            if policy.rounding == 1 {
                assert!(is_same(shown, counts, policy), "{key:?}");
            }
            hidden.retain(|person| !people.contains(person));
            samples -= size;
        }
        // whoever knows the total and what is shown knows the sum of what is not
        assert!(samples == 0 || allows(hidden.len()), "{key:?} {hidden:?}");
        check_union(file, site);
    }
    if is_open {
        for question in QUESTIONS {
            let query = crate::Query::new(question).unwrap();
            // whether an indel is there may be for the reference to say
            let is_answered = view.scan(&query).is_ok();
            assert_eq!(file.sites(question).is_ok(), is_answered, "{question}");
            if !is_answered {
                continue;
            }
            let expected: Vec<Key> = raw(view, question, None)
                .into_iter()
                .map(|of| of.0)
                .collect();
            let found: Vec<Key> = all_sites(file, question).iter().map(key_of).collect();
            assert_eq!(found, expected, "{question}");
        }
    }
}

/// A union is the sum of its strata, or withheld.
fn check_union(file: &Published, site: &PublishedSite) {
    let labels: Vec<&str> = file.strata().iter().map(|of| of.label.as_str()).collect();
    let Some((first, last)) = labels.first().zip(labels.last()) else {
        return;
    };
    let both = file.group(&format!("{first} | {last}")).unwrap();
    let cells = [
        site.strata().first().unwrap(),
        site.strata().last().unwrap(),
    ];
    let sum = match labels.len() {
        1 => *cells[0],
        _ => cells[0].zip(*cells[1]).map(|(a, b)| ReleasedCounts {
            ac: a.ac + b.ac,
            an: a.an.zip(b.an).map(|(a, b)| a + b),
            genotypes: a.genotypes.zip(b.genotypes).map(|(a, b)| GenotypeCounts {
                n_het: a.n_het + b.n_het,
                n_hom: a.n_hom + b.n_hom,
                n_hemi: a.n_hemi + b.n_hemi,
            }),
        }),
    };
    assert_eq!(site.counts(&both), sum);
    let expected = match sum {
        None => Known::Withheld,
        Some(ReleasedCounts {
            an: None | Some(0), ..
        }) => Known::NotCovered,
        Some(of) => {
            let policy = &file.info().policy;
            let value = (of.ac as f64 / of.an.unwrap() as f64).min(1.0);
            // strata of which AN is rounded, to as much as twice the floor
            let of_an = match policy.floor.people {
                0 | 1 => policy.rounding,
                people => policy.rounding.max(2 * people),
            };
            let parts = if labels.len() == 1 { 1 } else { 2 };
            let is_all = |cell: &&Option<ReleasedCounts>| {
                cell.is_some_and(|of| of.ac > 0 && of.an == Some(of.ac))
            };
            let all = cells
                .iter()
                .take(parts as usize)
                .filter(|of| is_all(of))
                .count() as u64;
            let of_ac = match (policy.rounding, of_an) {
                (1, 1) => 0,
                (1, to) => all * to,
                (rounding, to) => all * to + (parts - all) * rounding,
            };
            match (of_ac, of_an) {
                (0, 1) => Known::Exact(value),
                (0, to) => Known::Rounded {
                    value,
                    to: parts * to,
                },
                (to, _) => Known::Rounded { value, to },
            }
        }
    };
    assert_eq!(site.frequency(&both), expected);
    assert_eq!(site.counts(&StrataGroup::total()), site.total().copied());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_file_is_what_the_policy_shows_of_the_dataset(cohort in cohort()) {
        let folder = tempfile::tempdir().unwrap();
        let Some(everybody) = cohort.write(&folder.path().join("d"), None) else {
            return Ok(());
        };
        let masked = cohort.masked(&everybody);
        let out = folder.path().join("out.vdx");
        for view in [&everybody, &masked] {
            for policy in POLICIES {
                for by in FIELDS {
                    let options = PublishOptions { replace: true, ..options(policy, by) };
                    let report = publish(view, &options, &out).unwrap();
                    let file = Published::open(&out).unwrap();
                    check(view, &file, &options, &report);
                }
            }
        }
    }
}

/// Ids that stand in a file, as they are, reversed in case, or in what its compressed texts inflate to.
fn ids_in(view: &View, path: &Path) -> BTreeSet<String> {
    let mut ids: BTreeSet<String> = view.sample_names().unwrap().map(str::to_owned).collect();
    ids.extend(
        view.all()
            .unwrap()
            .ids()
            .unwrap()
            .iter()
            .map(|id| (*id).to_owned()),
    );
    let mut content = std::fs::read(path).unwrap();
    let magic = 0xfd2f_b528_u32.to_le_bytes();
    let frames: Vec<usize> = memchr::memmem::find_iter(&content, &magic).collect();
    for at in frames {
        let mut decoder = zstd::Decoder::new(&content[at..]).unwrap().single_frame();
        let mut inflated = Vec::new();
        if std::io::copy(&mut decoder, &mut inflated).is_ok() {
            content.extend(inflated);
        }
    }
    content.make_ascii_lowercase();
    let is_in =
        |id: &String| memchr::memmem::find(&content, id.to_lowercase().as_bytes()).is_some();
    ids.into_iter().filter(is_in).collect()
}

#[test]
fn no_id_is_in_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 90);
    let out = folder.path().join("out.vdx");
    for policy in POLICIES {
        let options = PublishOptions {
            replace: true,
            of: "all".to_owned(),
            ..options(policy, &["country"])
        };
        if policy.contains("strata") {
            assert!(publish(&view, &options, &out).is_err());
            continue;
        }
        publish(&view, &options, &out).unwrap();
        assert_eq!(ids_in(&view, &out), BTreeSet::new());
    }
    // the scan finds an id in plain text, and in compressed texts
    let planted = PublishOptions {
        population: "of Person-007 and others".to_owned(),
        replace: true,
        ..options(POLICIES[0], &["country"])
    };
    publish(&view, &planted, &out).unwrap();
    assert_eq!(
        ids_in(&view, &out),
        BTreeSet::from(["PERSON-007".to_owned()])
    );
    let frame = zstd::encode_all(&b"x SAMPLE-OF-012 PERSON-012"[..], 3).unwrap();
    let mut bytes = std::fs::read(&out).unwrap();
    bytes.extend(frame);
    std::fs::write(&out, bytes).unwrap();
    assert!(ids_in(&view, &out).contains("PERSON-012"));
}
