//! Published files beside the dataset that they are of, on disks that fail, and without a trace of a person.

use super::*;
use crate::cohort::Dataset;
use crate::format::{Fate, Fault, Faulty, Lossy, Memory};
use crate::maintain::mask_tests::cohort;
use crate::maintain::{BuildOptions, build};
use crate::model::{Known, Policy};
use crate::query::{Counts, Group};
use crate::{Access, Interval, PeopleOptions, Position};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const POLICIES: [&str; 6] = [
    "name = 'open'\ngranularity = 'record'\ntwo_tailed = false\nzero = 'shown'\ncombine = true",
    "name = 'a'\ngranularity = 'count'\nfloor.people = 2\ntwo_tailed = false\nzero = 'shown'",
    "name = 'b'\ngranularity = 'count'\nfloor.people = 3\ntwo_tailed = true\nzero = 'hidden'",
    "name = 'c'\ngranularity = 'count'\nfloor.people = 2\nfloor.alleles = 4\nzero = 'hidden'",
    "name = 'd'\ngranularity = 'count'\nfloor.people = 2\nrounding = 5\nzero = 'shown'",
    "name = 'e'\ngranularity = 'count'\nfloor.people = 1\nzero = 'shown'\nstrata = ['sex', 'population']",
];
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

pub(super) fn options(policy: &str, by: &[&str]) -> PublishOptions {
    let by = by.iter().map(|&by| by.to_owned()).collect();
    PublishOptions {
        by,
        ..PublishOptions::new(policy.parse().unwrap(), "population 1")
    }
}

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

fn all_sites(file: &Published, of: &str) -> Vec<PublishedSite> {
    let mut sites = file.sites(of).unwrap();
    let mut all = Vec::new();
    while let Some(site) = sites.next().unwrap() {
        all.push(site);
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

/// Forty people of three countries, with ids that no file has by chance; of one contig, with a row for each of so many sites.
pub(super) fn forty(folder: &Path, sites: usize) -> View {
    let mut text = "##fileformat=VCFv4.3\n##contig=<ID=22,length=50818468>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
        .to_owned();
    let mut people = "individual_id\tsample\tsex\tcountry\n".to_owned();
    for person in 0..40 {
        text += &format!("\tSAMPLE-OF-{person:03}");
        let country = ["FI", "SE", "DE"][person % 3];
        let sex = ["female", "male"][person / 3 % 2];
        people += &format!("PERSON-{person:03}\tSAMPLE-OF-{person:03}\t{sex}\t{country}\n");
    }
    for site in 0..sites {
        let (reference, alternate) = match site % 5 {
            0 => ("A".to_owned(), "ACGTACGTACGTACGT".to_owned()),
            1 => ("CT".to_owned(), "C".to_owned()),
            _ => ("G".to_owned(), "T".to_owned()),
        };
        text += &format!(
            "\n22\t{}\trs{site}\t{reference}\t{alternate}\t.\tPASS\t.\tGT",
            100 + 7 * site
        );
        for person in 0..40 {
            let carries = |copy: usize| (person * 31 + copy * 17 + site * 13) % 40 < site % 41;
            text += &format!("\t{}|{}", u8::from(carries(0)), u8::from(carries(1)));
        }
    }
    std::fs::write(folder.join("a.vcf"), text + "\n").unwrap();
    std::fs::write(folder.join("people.tsv"), people).unwrap();
    let mut build_options = BuildOptions {
        threads: Some(1),
        ..BuildOptions::default()
    };
    build_options.people.files = vec![folder.join("people.tsv")];
    let to = folder.join("d.vdx");
    build(&[folder.join("a.vcf")], &to, &build_options, &mut |_| true).unwrap();
    Dataset::open(&to).unwrap().view()
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

#[test]
fn labels_and_unions() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 20);
    let out = folder.path().join("out.vdx");
    let report = publish(&view, &options(POLICIES[0], &["country", "sex"]), &out).unwrap();
    assert_eq!(
        report.strata,
        ["DE_F", "DE_M", "FI_F", "FI_M", "SE_F", "SE_M"]
    );
    let file = Published::open(&out).unwrap();
    let strata = |label: &str| {
        file.group(label)
            .map(|of| of.strata().map(<[usize]>::to_vec))
    };
    assert_eq!(strata("FI").unwrap(), Some(vec![2, 3]));
    assert_eq!(strata("F").unwrap(), Some(vec![0, 2, 4]));
    assert_eq!(strata("SE_M|F").unwrap(), Some(vec![0, 2, 4, 5]));
    assert_eq!(strata("Total").unwrap(), None);
    let by = |fields: &[&str]| {
        let fields: Vec<String> = fields.iter().map(|&field| field.to_owned()).collect();
        let groups = file.groups_by(&fields)?;
        let group =
            |(_, of): (Vec<_>, StrataGroup)| (of.label().to_owned(), of.strata().unwrap().to_vec());
        Ok::<Vec<(String, Vec<usize>)>, Error>(groups.into_iter().map(group).collect())
    };
    let sexes = [
        ("F".to_owned(), vec![0, 2, 4]),
        ("M".to_owned(), vec![1, 3, 5]),
    ];
    assert_eq!(by(&["sex"]).unwrap(), sexes);
    assert_eq!(
        by(&["sex", "country"]).unwrap()[1],
        ("M_DE".to_owned(), vec![1])
    );
    assert!(by(&["sex", "sex"]).is_err() && by(&["age"]).is_err());
    let error = strata("NO").unwrap_err().to_string();
    assert!(
        error.contains("DE_F, DE_M, FI_F") && error.contains("`NO`"),
        "{error}"
    );
    assert_eq!(file.info().people, Some(40));
    let people: Option<u64> = file.strata().iter().map(|of| of.people).sum();
    assert_eq!(people, Some(40));
    // what cannot be answered is an error
    for of in [
        "gene:RYR1",
        "af in sex:female > 0.1",
        "impact:high",
        "qual>3",
        "rs12",
        "22:g.5del",
        "n_missing>0",
    ] {
        assert!(matches!(file.sites(of), Err(Error::Expression(_))), "{of}");
    }
    assert!(file.site("23", Position::TELOMERE, "A", "G").is_err());
    assert!(
        file.site("chr22", Position::TELOMERE, "A", "G")
            .unwrap()
            .is_none()
    );
    // a file is not replaced unless that is asked, nor is a directory
    assert!(publish(&view, &options(POLICIES[0], &[]), &out).is_err());
    assert!(
        publish(
            &view,
            &options(POLICIES[0], &[]),
            folder.path().join("d.vdx")
        )
        .is_err()
    );
    assert_eq!(Published::open(&out).unwrap().digest(), file.digest());
    // and what is no published file is not replaced at all
    let other = folder.path().join("notes.txt");
    std::fs::write(&other, "notes").unwrap();
    let mut replacing = options(POLICIES[0], &[]);
    replacing.replace = true;
    let manifest = folder.path().join("d.vdx/manifest.json");
    for kept in [&other, &manifest] {
        let before = std::fs::read(kept).unwrap();
        assert!(matches!(
            publish(&view, &replacing, kept),
            Err(Error::Usage(_))
        ));
        assert_eq!(std::fs::read(kept).unwrap(), before);
    }
    publish(&view, &replacing, &out).unwrap();
}

/// What is given away is of who may be seen now, and for a time that ends.
#[test]
fn a_file_is_not_of_an_audit() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 5);
    let out = folder.path().join("out.vdx");
    let mut access = Access::holder();
    access.known_at = Some(Date::today());
    let audit = view.dataset().view_for(&access).unwrap();
    let error = publish(&audit, &options(POLICIES[0], &[]), &out).unwrap_err();
    assert!(error.to_string().contains("without an audit"), "{error}");
    let mut endless = options(POLICIES[0], &[]);
    endless.max_age_days = u32::MAX;
    assert!(publish(&view, &endless, &out).is_err());
    assert!(!out.exists());
}

/// A stratum that is called like the total is the one that it names.
#[test]
fn labels_go_before_words() {
    let folder = tempfile::tempdir().unwrap();
    forty(folder.path(), 5);
    let table: String = (0..40)
        .map(|person| {
            let country = ["all", "TOTAL", "DE"][person % 3];
            format!("PERSON-{person:03}\tSAMPLE-OF-{person:03}\t{country}\n")
        })
        .collect();
    let people = folder.path().join("more.tsv");
    std::fs::write(&people, format!("individual_id\tsample\tcountry\n{table}")).unwrap();
    let given = PeopleOptions {
        files: vec![people],
        ..PeopleOptions::default()
    };
    let dataset = folder.path().join("d.vdx");
    crate::load_people(&dataset, &given, &mut |_| true).unwrap();
    let view = crate::Dataset::open(&dataset).unwrap().view();
    let out = folder.path().join("out.vdx");
    publish(&view, &options(POLICIES[0], &["country"]), &out).unwrap();
    let file = Published::open(&out).unwrap();
    let site = all_sites(&file, "all").pop().unwrap();
    let an = |group: &str| {
        site.counts(&file.group(group).unwrap())
            .and_then(|of| of.an)
    };
    assert_eq!(
        (an("all"), an("TOTAL"), an("Total")),
        (Some(28), Some(26), Some(80))
    );
    assert_eq!(an("TOTAL | DE"), Some(52));
    assert!(file.group("Total | bogus").is_err());
}

#[test]
fn strata_and_policies_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 5);
    let out = folder.path().join("out.vdx");
    let refused = |policy: &str, by: &[&str]| {
        let error = publish(&view, &options(policy, by), &out).unwrap_err();
        assert!(
            matches!(error, Error::Usage(_) | Error::NotAllowed { .. }),
            "{error}"
        );
        assert!(!out.exists());
    };
    refused("name = 'x'\ngranularity = 'boolean'\nfloor.people = 2", &[]);
    refused(
        "name = 'x'\ngranularity = 'count'\nsmallest_cohort = 41",
        &[],
    );
    refused("name = 'x'\ngranularity = 'count'\nstrata = []", &["sex"]);
    refused("name = 'x'\ngranularity = 'count'", &["age"]);
    refused(POLICIES[0], &["colour"]);
    // somebody would be in two
    refused(POLICIES[0], &["a=sex:female", "b=country:FI"]);
    // small strata are none
    let policy =
        "name = 'x'\ngranularity = 'count'\nfloor.people = 14\nzero = 'shown'\ntwo_tailed = false";
    let report = publish(&view, &options(policy, &["country"]), &out).unwrap();
    assert_eq!((report.strata, report.left_out), (vec!["FI".to_owned()], 2));
    let file = Published::open(&out).unwrap();
    assert!(!file.info().has_all_groups);
    // the others together are not few
    assert_eq!(
        (file.info().people, file.strata()[0].people),
        (Some(40), Some(14))
    );
}

#[test]
fn what_is_too_old_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 5);
    let out = folder.path().join("out.vdx");
    let day = |text: &str| -> Date { text.parse().unwrap() };
    let options = PublishOptions {
        consent_date: Some(day("2020-01-31")),
        max_age_days: 30,
        ..options(POLICIES[0], &[])
    };
    publish(&view, &options, &out).unwrap();
    let error = Published::open(&out).unwrap_err().to_string();
    assert!(
        error.contains("2020-01-31") && error.contains("2020-03-01"),
        "{error}"
    );
    assert!(Published::open_outdated(&out).unwrap().note().is_some());
    let on = |text: &str| Published::open_on(&out, day(text)).unwrap();
    assert_eq!(on("2020-03-01").note(), None);
    assert!(on("2020-03-02").note().is_some());
}

fn fate(round: u32, random: &mut ChaCha8Rng) -> Fate<'_> {
    match round {
        0 => Fate::Lost,
        1 => Fate::Kept,
        _ => Fate::Some(random),
    }
}

/// After a crash at any step there is no file or the whole one; where one was, the old one or the new one.
#[test]
fn a_crash_leaves_no_half_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 40);
    let path = Path::new("out/f.vdx");
    let old = {
        let memory = Memory::default();
        memory.write(Path::new("out/other"), vec![1]);
        let at = Folder::of("out", Arc::new(memory));
        publish_in(&view, &options(POLICIES[0], &[]), &at, path).unwrap();
        at.map("f.vdx").unwrap().to_vec()
    };
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for is_there in [false, true] {
        let before = Memory::default();
        before.write(Path::new("out/other"), vec![1]);
        if is_there {
            before.write(path, old.clone());
        }
        let disk = Lossy::of(before);
        let at = Folder::of("out", Arc::new(disk.clone()));
        let options = PublishOptions {
            replace: true,
            ..options(POLICIES[1], &["country"])
        };
        publish_in(&view, &options, &at, path).unwrap();
        let new = at.map("f.vdx").unwrap().to_vec();
        assert!(old != new);
        for steps in 0..=disk.steps() {
            for round in 0..6 {
                let left = disk.crashed(steps, fate(round, &mut random));
                let found = Folder::of("out", Arc::new(left)).map("f.vdx");
                let found = found.map(|bytes| bytes.to_vec()).ok();
                let is_old = found == is_there.then(|| old.clone());
                assert!(is_old || found.as_ref() == Some(&new), "{steps} {round}");
                assert!(
                    !is_old || steps < disk.steps(),
                    "{steps} {round}: not durable"
                );
            }
        }
    }
}

/// A disk that is full leaves what was there, and no other file.
#[test]
fn a_disk_that_fails_leaves_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 40);
    let write = |disk: &Faulty, name: &str| {
        let out = folder.path().join(name);
        std::fs::create_dir(&out).unwrap();
        let at = Folder::of(&out, Arc::new(disk.clone()));
        let written = publish_in(&view, &options(POLICIES[0], &[]), &at, &out.join("f.vdx"));
        let names = std::fs::read_dir(&out).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        (written, names.collect::<Vec<_>>())
    };
    let sound = Faulty::sound();
    assert!(write(&sound, "sound").0.is_ok());
    assert!(sound.steps() > 3);
    for fault in [Fault::Once, Fault::FromThen] {
        for step in 0..sound.steps() {
            let (written, names) = write(&Faulty::at(step, fault), &format!("{fault:?}{step}"));
            assert!(matches!(written, Err(Error::Io { .. })), "{step}");
            let is_last = step + 1 == sound.steps();
            match names.as_slice() {
                [] => assert!(!is_last, "{step}"),
                // it has its name already, and it cannot be said that it will keep it
                [name] => assert!(is_last && name == "f.vdx", "{step} {name}"),
                more => panic!("{step} {more:?}"),
            }
        }
    }
}
