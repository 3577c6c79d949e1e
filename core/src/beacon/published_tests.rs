//! A beacon over a published file beside the beacon over its dataset.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::published::PublishedMember;
use super::*;
use crate::maintain::mask_tests::cohort;
use crate::maintain::{BuildOptions, build};
use crate::model::{Date, Policy};
use crate::publish::{PublishOptions, publish};
use proptest::prelude::*;
use std::collections::BTreeMap;

const OPEN: &str =
    "name = 'open'\ngranularity = 'record'\ntwo_tailed = false\nzero = 'shown'\ncombine = true";
const POLICIES: [&str; 4] = [
    OPEN,
    "name = 'a'\ngranularity = 'count'\nfloor.people = 2\ntwo_tailed = false\nzero = 'shown'",
    "name = 'b'\ngranularity = 'count'\nfloor.people = 3\ntwo_tailed = true\nzero = 'hidden'",
    "name = 'c'\ngranularity = 'count'\nfloor.people = 2\nfloor.alleles = 4\nzero = 'hidden'",
];

pub(super) fn config(floor: u64, more: &str, of_dataset: &str) -> BeaconConfig {
    let text = format!(
        "id = 'b'\nname = 'B'\nenvironment = 'test'\nalternative_url = 'https://example.org'\nfloor = {floor}\n{more}\n\
         [organization]\nid = 'o'\nname = 'O'\nlogo_url = 'https://example.org/l'\n\
         [[datasets]]\nid = 'd'\nname = 'D'\npath = 'd'\ncase_level = false\n{of_dataset}\n"
    );
    text.parse().unwrap()
}

const FREQUENCIES: &str =
    "[datasets.frequencies]\nsource = 's'\nsource_reference = 'https://example.org'";

pub(super) fn ask(
    beacon: &Beacon,
    path: &str,
    query: &str,
    granularity: Granularity,
) -> (u16, Value) {
    let query = format!("requestedGranularity={granularity}&limit=1000&{query}");
    let request = BeaconRequest::get(path, &query);
    let answer = beacon.answer(&request, Some(Access::up_to(granularity)));
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

pub(super) fn total(answer: &Value) -> Option<u64> {
    answer["responseSummary"]["numTotalResults"].as_u64()
}

pub(super) fn error_of(answer: &(u16, Value)) -> (u16, &str) {
    (
        answer.0,
        answer.1["error"]["errorMessage"]
            .as_str()
            .unwrap_or_default(),
    )
}

pub(super) type Populations = BTreeMap<String, Value>;

/// Populations of each record, by its id.
pub(super) fn records(answer: &(u16, Value)) -> BTreeMap<String, Populations> {
    assert_eq!(answer.0, 200, "{}", answer.1);
    let sets = answer.1["response"]["resultSets"].as_array().unwrap();
    let Some(set) = sets.first() else {
        return BTreeMap::new();
    };
    assert_eq!(set["beaconId"], "b");
    let all = set["results"].as_array().unwrap().iter().map(|record| {
        let id = record["variantInternalId"].as_str().unwrap().to_owned();
        let of = record["frequencyInPopulations"][0]["frequencies"].as_array();
        let of = of.into_iter().flatten().map(|numbers| {
            let label = numbers["population"].as_str().unwrap().to_owned();
            (label, numbers.clone())
        });
        (id, of.collect())
    });
    let found: Vec<(String, Populations)> = all.collect();
    let count = found.len();
    let found: BTreeMap<_, _> = found.into_iter().collect();
    assert_eq!(found.len(), count);
    found
}

pub(super) fn number(of: &Value, key: &str) -> u64 {
    of[key].as_u64().unwrap_or_else(|| panic!("{key} of {of}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Where both answer they say the same.
    #[test]
    fn a_file_answers_as_its_dataset(
        cohort in cohort(),
        (floor, policy) in (0..4u64, 0..POLICIES.len()),
        places in proptest::collection::vec((1..4u8, 0..600i32, 1..90i32), 6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let Some(view) = cohort.write(&folder.path().join("d"), None) else {
            return Ok(());
        };
        let policy: Policy = POLICIES[policy].parse().unwrap();
        let is_open = policy.shows_records();
        let floor = if is_open { floor.min(1) } else { floor };
        let options = PublishOptions {
            by: vec!["population".to_owned(), "sex".to_owned()],
            ..PublishOptions::new(policy.clone(), "p")
        };
        let out = folder.path().join("out.vdx");
        publish(&view, &options, &out).unwrap();
        let file = Published::open(&out).unwrap();
        let rules = match is_open {
            true => String::new(),
            false => format!("policies.count = {}", {
                let mut table: toml::Table = POLICIES.iter().find(|of| of.contains(&format!("'{}'", policy.name))).unwrap().parse().unwrap();
                table.insert("combine".to_owned(), true.into());
                toml::Value::Table(table).to_string()
            }),
        };
        let by = format!("{FREQUENCIES}\ncountry = 'population'");
        let live = Beacon::new(config(floor, &rules, &by), vec![view.clone()]).unwrap();
        let of_file = Beacon::new(config(floor, "", FREQUENCIES), vec![file.clone()]).unwrap();
        let (record, count) = (Granularity::Record, Granularity::Count);
        let theirs = records(&ask(&live, "g_variants", "", record));
        let ours = records(&ask(&of_file, "g_variants", "", record));
        let least = floor.max(policy.floor.people);
        let to = if policy.floor.people > 1 { 2 * policy.floor.people } else { 1 };
        for (id, populations) in &ours {
            let known = &theirs[id];
            if is_open {
                // labels of those without a sex or a population are of files alone
                let shared: Populations = populations.iter().filter(|(label, _)| known.contains_key(*label))
                    .map(|(label, of)| (label.clone(), of.clone())).collect();
                prop_assert_eq!(&shared, known, "{}", id);
            }
            for (label, numbers) in populations {
                let Some(known) = known.get(label) else { continue };
                let [ac, an] = ["alleleCount", "alleleNumber"].map(|key| [number(numbers, key), number(known, key)]);
                let all_copies = to > 1 && ac[1] == an[1];
                prop_assert!(ac[0] == ac[1] || all_copies, "{} {}: {:?}", id, label, ac);
                prop_assert!(an[0].abs_diff(an[1]) <= to, "{} {}: {:?}", id, label, an);
                let carriers = ["genotypeHomozygous", "genotypeHeterozygous", "genotypeHemizygous"].map(|key| number(known, key));
                let carriers: u64 = carriers.iter().sum();
                prop_assert!(carriers == 0 || carriers >= least, "{} {}: {}", id, label, carriers);
            }
            // an allele by its id
            let path = format!("g_variants/{}", id.replace('/', "%2F"));
            let (a, b) = (ask(&of_file, &path, "", count), ask(&live, &path, "", count));
            if a.0 == 200 && b.0 == 200 {
                prop_assert_eq!((total(&a.1), id), (Some(1), id));
                prop_assert!(total(&b.1) == Some(1), "{} {}", id, b.1);
            }
            if is_open {
                prop_assert_eq!(a.0, b.0, "{} {} {}", id, &a.1, &b.1);
            }
        }
        for (contig, start, length) in &places {
            let contig = match contig { 1 => "1", 2 => "2", _ => "3" };
            let end = start + length;
            for place in [
                format!("referenceName={contig}&start={start}&end={end}"),
                format!("referenceName={contig}&start={start},{end}&end={start},{}", end + 3),
                format!("referenceName={contig}&start={start}&end={end}&alternateBases=G"),
                format!("referenceName={contig}&start={start}&end={end}&variantType=INDEL&variantMinLength=1"),
                format!("referenceName={contig}&start={}&alternateBases=S", start / 20 * 20 + 9),
            ] {
                for who in ["", "&filters=NCIT:C16576"] {
                    let query = format!("{place}{who}");
                    let (a, b) = (ask(&of_file, "g_variants", &query, count), ask(&live, "g_variants", &query, count));
                    match (a.0, b.0) {
                        (200, 200) if is_open => prop_assert_eq!(total(&a.1), total(&b.1), "{}", &query),
                        (200, 200) => prop_assert!(total(&a.1) <= total(&b.1), "{}: {:?} {:?}", &query, total(&a.1), total(&b.1)),
                        // nobody is a woman there, or some strata are too small; or the policy speaks of no group
                        (422, _) | (_, 422) => {}
                        other => prop_assert_eq!(other.0, other.1, "{}", &query),
                    }
                }
            }
        }
    }
}

/// Of variants that the file is not of it does not say that nobody has them.
#[test]
fn what_a_file_is_not_of_is_not_answered_with_no() {
    let folder = tempfile::tempdir().unwrap();
    let (view, out) = forty(folder.path(), OPEN, &["sex"]);
    let mut options = PublishOptions::new(OPEN.parse().unwrap(), "p");
    options.of = "22:101-300".to_owned();
    options.replace = true;
    publish(&view, &options, &out).unwrap();
    let beacon = beacon_of(&out, 0);
    let of = |query: &str| ask(&beacon, "g_variants", query, Granularity::Count);
    let inside = of("referenceName=22&start=100&end=300");
    assert!(
        total(&inside.1).is_some_and(|total| total > 0),
        "{inside:?}"
    );
    let (status, message) = (422, "22:101-300");
    let outside = of("referenceName=22&start=5000&end=6000");
    let error = error_of(&outside);
    assert_eq!(error.0, status);
    assert!(error.1.contains(message), "{error:?}");
}

/// An assembly that the operator states is that of names, too.
#[test]
fn an_assembly_that_is_stated_holds() {
    let folder = tempfile::tempdir().unwrap();
    let contigs = "##contig=<ID=22>\n";
    let (_, out) = forty_on(contigs, folder.path(), OPEN, &["sex"]);
    let file = Published::open(&out).unwrap();
    assert_eq!(file.info().assembly, None);
    let of = |assembly: &str| Beacon::new(config(0, "", assembly), vec![file.clone()]).unwrap();
    // the four A behind the base at 301
    let query = "referenceName=22&start=301&referenceBases=AAAA&alternateBases=-";
    let count = |beacon: &Beacon| {
        let (status, answer) = ask(beacon, "g_variants", query, Granularity::Count);
        (status, total(&answer))
    };
    assert_eq!(count(&of("")), (422, None));
    assert_eq!(count(&of("assembly = 'GRCh37'")), (200, Some(1)));
}

/// Forty people of two countries and two sexes, and a file of them. Of site `n` from 0, `n` people have one copy.
fn forty(folder: &Path, policy: &str, by: &[&str]) -> (View, std::path::PathBuf) {
    let contigs = "##contig=<ID=22,length=51304566>\n##contig=<ID=1,length=249250621>\n";
    forty_on(contigs, folder, policy, by)
}

fn forty_on(contigs: &str, folder: &Path, policy: &str, by: &[&str]) -> (View, std::path::PathBuf) {
    let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    let mut text = format!("##fileformat=VCFv4.3\n{contigs}{columns}");
    let mut people = "individual_id\tsample\tsex\tcountry\n".to_owned();
    for person in 0..40 {
        text += &format!("\tS{person}");
        let country = ["FI", "SE"][person % 2];
        let sex = ["female", "male"][person / 2 % 2];
        people += &format!("P{person}\tS{person}\t{sex}\t{country}\n");
    }
    for site in 0..30 {
        let alleles = match site {
            20 => "CAAAA\tC",
            _ => "A\tG",
        };
        text += &format!(
            "\n22\t{}\trs{site}\t{alleles}\t.\tPASS\t.\tGT",
            101 + 10 * site
        );
        for person in 0..40 {
            text += if person < site { "\t0/1" } else { "\t0/0" };
        }
    }
    std::fs::write(folder.join("a.vcf"), text + "\n").unwrap();
    std::fs::write(folder.join("people.tsv"), people).unwrap();
    let mut options = BuildOptions::default();
    options.people.files = vec![folder.join("people.tsv")];
    let to = folder.join("d.vdx");
    build(&[folder.join("a.vcf")], &to, &options, &mut |_| true).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let out = folder.join("out.vdx");
    let options = PublishOptions {
        by: by.iter().map(|&field| field.to_owned()).collect(),
        ..PublishOptions::new(policy.parse().unwrap(), "forty")
    };
    publish(&view, &options, &out).unwrap();
    (view, out)
}

fn beacon_of(file: &Path, floor: u64) -> Beacon {
    let file = Published::open(file).unwrap();
    Beacon::new(config(floor, "", ""), vec![file]).unwrap()
}

#[test]
fn labels_and_filters_are_those_of_the_strata() {
    let folder = tempfile::tempdir().unwrap();
    let (_, out) = forty(folder.path(), OPEN, &["country", "sex"]);
    let beacon = beacon_of(&out, 0);
    let record = Granularity::Record;
    let found = records(&ask(&beacon, "g_variants", "", record));
    assert_eq!(found.len(), 29);
    let labels: Vec<&String> = found["22:111:A:G"].keys().collect();
    assert_eq!(
        labels,
        [
            "F", "FI", "FI_F", "FI_M", "M", "SE", "SE_F", "SE_M", "Total"
        ]
    );
    let of = &found["22:141:A:G"];
    assert_eq!(number(&of["FI_F"], "alleleCount"), 1);
    assert_eq!(number(&of["F"], "alleleCount"), 2);
    assert_eq!(number(&of["F"], "alleleNumber"), 40);
    assert_eq!(number(&of["Total"], "alleleCountHeterozygous"), 4);
    let answer = ask(
        &beacon,
        "g_variants",
        "referenceName=chr22&start=130&end=150",
        record,
    );
    let set = &answer.1["response"]["resultSets"][0];
    assert_eq!((&set["id"], &set["resultsCount"]), (&"d".into(), &2.into()));
    assert_eq!(set["info"]["population"], "forty");
    let source = &set["results"][0]["frequencyInPopulations"][0]["sourceReference"];
    assert!(source.as_str().unwrap().starts_with("sha256:"));
    // of one person, who is a woman of Finland
    let one = "referenceName=22&start=110&referenceBases=A&alternateBases=G&filters=";
    for (filter, expected) in [
        ("NCIT:C16576", 1),
        ("sex:=F", 1),
        ("sex:!F", 0),
        ("sex:=male", 0),
        ("country:=fi", 1),
        ("country:FI,NCIT:C16576", 1),
        ("geographicOrigin:=SE", 0),
        ("country:!SE,sex:!male", 1),
        ("NCIT:C16576,NCIT:C20197", 1),
    ] {
        let (status, answer) = ask(
            &beacon,
            "g_variants",
            &format!("{one}{filter}"),
            Granularity::Count,
        );
        assert_eq!(
            (status, total(&answer)),
            (200, Some(expected)),
            "{filter}: {answer}"
        );
    }
    for filter in [
        "HP:0001250",
        "country:=NO",
        "sex:=other",
        "population:=FIN",
        "age:>P70Y",
        "GENO:0000135",
        "SO:0001583",
        "cohort:=x",
    ] {
        let answer = ask(
            &beacon,
            "g_variants",
            &format!("{one}{filter}"),
            Granularity::Count,
        );
        let (status, message) = error_of(&answer);
        assert_eq!(status, 422, "{filter}: {message}");
        assert!(
            message.contains("(Total, FI_F, FI_M, SE_F, SE_M)"),
            "{filter}: {message}"
        );
    }
    let terms = ask(&beacon, "filtering_terms", "", record).1["response"]["filteringTerms"].clone();
    let ids: Vec<&str> = terms
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "country",
            "country:FI",
            "country:SE",
            "sex",
            "NCIT:C16576",
            "NCIT:C20197"
        ]
    );
    let datasets = ask(&beacon, "datasets", "", record).1;
    assert_eq!(datasets["response"]["collections"][0]["id"], "d");
}

#[test]
fn what_counts_do_not_say_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_, out) = forty(folder.path(), OPEN, &["sex"]);
    let beacon = beacon_of(&out, 0);
    let count = Granularity::Count;
    for (path, query) in [
        ("individuals", ""),
        ("individuals/P1", ""),
        ("individuals/P1/g_variants", ""),
        ("g_variants/22:111:A:G/individuals", ""),
        ("datasets/d/individuals", ""),
        ("g_variants", "geneId=RYR1"),
        ("g_variants", "aminoacidChange=V600E"),
        ("g_variants", "genomicAlleleShortForm=rs5"),
        ("g_variants", "genomicAlleleShortForm=NM_004333.6:c.1799T>A"),
        ("g_variants/rs5", ""),
        ("g_variants", "referenceName=21&start=110&end=120"),
        // of which there are no rows
        ("g_variants", "referenceName=1&start=110&end=120"),
        (
            "g_variants",
            "assemblyId=GRCh38&referenceName=22&start=110&end=120",
        ),
        // one A more to the right, as far as REF shows; and further, where it does not
        (
            "g_variants",
            "referenceName=22&start=310&referenceBases=AAAAT&alternateBases=T",
        ),
    ] {
        let answer = ask(&beacon, path, query, count);
        assert_eq!(answer.0, 422, "{path} {query}: {}", answer.1);
    }
    assert_eq!(ask(&beacon, "cohorts/x/g_variants", "", count).0, 404);
    assert_eq!(
        ask(&beacon, "g_variants", "filters=age:>nothing", count).0,
        422
    );
    // an allele in another spelling
    for spelled in [
        "22:111:AT:GT",
        "22-111-A-G",
        "22:110:CA:CG",
        "22:301:CAAAA:C",
        "22:301:CAAAAT:CT",
    ] {
        let (status, answer) = ask(&beacon, &format!("g_variants/{spelled}"), "", count);
        let expected = Some(u64::from(spelled != "22:110:CA:CG"));
        // the base before a row is not known to the file, so that it is not contradicted
        let found = total(&answer);
        assert!(
            status == 200 && (found == expected || found == Some(1)),
            "{spelled}: {answer}"
        );
    }
    assert_eq!(
        total(&ask(&beacon, "g_variants/22:111:T:G", "", count).1),
        Some(0)
    );
}

#[test]
fn the_greater_floor_holds() {
    let folder = tempfile::tempdir().unwrap();
    let policy =
        "name = 'x'\ngranularity = 'count'\nfloor.people = 2\ntwo_tailed = false\nzero = 'shown'";
    let (_, out) = forty(folder.path(), policy, &["sex"]);
    let shown = |floor| {
        records(&ask(
            &beacon_of(&out, floor),
            "g_variants",
            "",
            Granularity::Record,
        ))
    };
    assert_eq!([0, 2, 10].map(|floor| shown(floor).len()), [28, 28, 20]);
    assert_eq!(
        total(&ask(&beacon_of(&out, 10), "g_variants", "", Granularity::Count).1),
        Some(20)
    );
    for (id, populations) in shown(8) {
        let of = |label: &str| populations.get(label).map(|of| number(of, "alleleCount"));
        let all = of("Total").unwrap();
        for ac in [of("F"), of("M")].into_iter().flatten() {
            assert!(ac == 0 || ac >= 8, "{id} {populations:?}");
        }
        // one alone would give the other
        match (of("F"), of("M")) {
            (Some(a), Some(b)) => assert_eq!(a + b, all),
            other => assert_eq!(other, (None, None), "{id}"),
        }
    }
    // women of site 10 are six, and men four
    let women = |floor| {
        let query = "referenceName=22&start=200&alternateBases=G&filters=NCIT:C16576";
        total(
            &ask(
                &beacon_of(&out, floor),
                "g_variants",
                query,
                Granularity::Count,
            )
            .1,
        )
    };
    assert_eq!([women(4), women(5)], [Some(1), Some(0)]);
    // a policy of who asks is a floor as well, and says yes or no where it says no more
    let file = Published::open(&out).unwrap();
    let rules = "policies.count = { name = 'y', granularity = 'boolean', floor = { people = 9 } }";
    let beacon = Beacon::new(config(0, rules, ""), vec![file]).unwrap();
    let answer = ask(
        &beacon,
        "g_variants",
        "referenceName=22&start=180&alternateBases=G",
        Granularity::Count,
    )
    .1;
    assert_eq!(total(&answer), None);
    assert_eq!(answer["responseSummary"]["exists"], false);
}

#[test]
fn strata_that_are_not_whole_are_not_put_together() {
    let folder = tempfile::tempdir().unwrap();
    let policy = "name = 'x'\ngranularity = 'count'\nfloor.people = 10\ntwo_tailed = false\nzero = 'shown'\nsmallest_cohort = 10";
    let (_, out) = forty(folder.path(), policy, &["country", "sex"]);
    let whole = beacon_of(&out, 10);
    let query = "referenceName=22&start=370&alternateBases=G&filters=";
    let ask_of = |beacon: &Beacon, filter| {
        ask(
            beacon,
            "g_variants",
            &format!("{query}{filter}"),
            Granularity::Count,
        )
    };
    assert_eq!(ask_of(&whole, "NCIT:C16576").0, 200);
    let mut info = Published::open(&out).unwrap().info().clone();
    info.has_all_groups = false;
    let group = |filters: &str| {
        let query = format!("filters={filters}");
        let request = BeaconRequest::get("g_variants", &query);
        let asked = read::read(&request).unwrap();
        strata::group(&info, &asked.filters).map(|of| of.unwrap().label().to_owned())
    };
    assert_eq!(group("NCIT:C16576").unwrap_err().status, 422);
    assert_eq!(group("sex:!male,country:=FI").unwrap_err().status, 422);
    assert_eq!(group("sex:=female,country:=FI").unwrap(), "FI_F");
}

#[test]
fn an_outdated_file_is_not_answered_of() {
    let folder = tempfile::tempdir().unwrap();
    let (view, out) = forty(folder.path(), OPEN, &["sex"]);
    let file = Published::open(&out).unwrap();
    let last = file.info().last_day();
    let member = PublishedMember::new(config(0, "", "").datasets[0].clone(), file).unwrap();
    assert!(member.check_day(last).is_ok());
    let refusal = member
        .check_day(Date::from_days(last.days() + 1))
        .unwrap_err();
    assert_eq!(refusal.status, 422);
    assert!(refusal.message.contains("ask for a newer one"));
    // a file that is too old when it is opened for a beacon
    let options = PublishOptions {
        consent_date: Some("2020-01-31".parse().unwrap()),
        max_age_days: 30,
        replace: true,
        ..PublishOptions::new(OPEN.parse().unwrap(), "forty")
    };
    publish(&view, &options, &out).unwrap();
    let toml = folder.path().join("beacon.toml");
    let text = |path: &str| {
        format!(
            "id = 'b'\nname = 'B'\nenvironment = 'test'\nalternative_url = 'https://example.org'\n[organization]\nid = 'o'\n\
             name = 'O'\nlogo_url = 'https://example.org/l'\n[[datasets]]\nid = 'd'\nname = 'D'\npath = '{path}'\n\
             [[datasets]]\nid = 'e'\nname = 'E'\npath = 'd.vdx'\n"
        )
    };
    std::fs::write(&toml, text("out.vdx")).unwrap();
    let error = Beacon::open(&toml).unwrap_err().to_string();
    assert!(error.contains("2020-01-31"), "{error}");
    // opened nevertheless, it is in the list of those that do not answer
    let old = Published::open_outdated(&out).unwrap();
    let config: BeaconConfig = text("out.vdx").parse().unwrap();
    let sources: Vec<BeaconSource> = vec![old.clone().into(), view.into()];
    let beacon = Beacon::new(config, sources).unwrap();
    let answer = ask(
        &beacon,
        "g_variants",
        "referenceName=22&start=380&alternateBases=G",
        Granularity::Count,
    );
    assert_eq!((answer.0, total(&answer.1)), (200, Some(1)), "{}", answer.1);
    assert_eq!(answer.1["info"]["notAnswered"][0]["dataset"], "d");
    let alone = Beacon::new(self::config(0, "", ""), vec![old]).unwrap();
    for path in ["g_variants", "filtering_terms", "datasets"] {
        assert_eq!(ask(&alone, path, "", Granularity::Record).0, 422, "{path}");
    }
}

#[test]
fn what_a_file_has_not_is_not_configured() {
    let folder = tempfile::tempdir().unwrap();
    let (_, out) = forty(folder.path(), OPEN, &["sex"]);
    let file = Published::open(&out).unwrap();
    assert_eq!(file.info().assembly.as_deref(), Some("GRCh37"));
    for (wrong, expected) in [
        (
            "cohorts = ['a']".to_owned(),
            "cohorts: a published file has none",
        ),
        (
            format!("{FREQUENCIES}\ncountry = 'country'"),
            "neither country nor labels",
        ),
        ("assembly = 'GRCh38'".to_owned(), "assembly:"),
    ] {
        let error = Beacon::new(config(0, "", &wrong), vec![file.clone()]).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let of = config(0, "", "assembly = 'GRCh37'");
    let beacon = Beacon::new(of, vec![file]).unwrap();
    let query = "assemblyId=hg19&referenceName=NC_000022.10&start=130&end=131";
    let found = ask(&beacon, "g_variants", query, Granularity::Record);
    let record = &found.1["response"]["resultSets"][0]["results"][0];
    assert_eq!(
        record["identifiers"]["genomicHGVSId"],
        "NC_000022.10:g.131A>G"
    );
    let ids = record["identifiers"]["variantAlternativeIds"]
        .as_array()
        .unwrap();
    assert_eq!(ids.len(), 3, "{ids:?}");
}
