//! Requests to a beacon against a plain scan: numbers, pages, the floor on people, several datasets, who asks.

use crate::common::generate::{Cohort, cohort};
use crate::common::oracle::{Oracle, Row};
use crate::common::{Folder, build, options};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use std::collections::BTreeSet;
use varidex::{
    Access, Beacon, BeaconConfig, BeaconRequest, BuildOptions, Dataset, Granularity, PeopleOptions,
};

const GRANULARITIES: [Granularity; 3] = [
    Granularity::Boolean,
    Granularity::Count,
    Granularity::Record,
];

/// A dataset, as it is scanned.
struct Scanned {
    oracle: Oracle,
    /// The person of each sample, and whether they are female.
    people: Vec<(usize, bool)>,
    granularity: Granularity,
}

/// What is asked of variants.
#[derive(Debug, Clone)]
enum Place {
    Anywhere,
    Begins(String, i64, String),
    Range(String, i64, i64),
    Bracket(String, [i64; 2], [i64; 2]),
}

impl Place {
    fn holds(&self, row: &Row) -> bool {
        let start = row.position - 1;
        match self {
            Self::Anywhere => true,
            Self::Begins(contig, at, alternate) => {
                row.contig == *contig
                    && start == *at
                    && row.alternate.eq_ignore_ascii_case(alternate)
            }
            Self::Range(contig, from, to) => {
                row.contig == *contig && start < *to && row.end > *from
            }
            Self::Bracket(contig, starts, ends) => {
                let within = |at: i64, of: &[i64; 2]| of[0] <= at && at < of[1];
                row.contig == *contig && within(start, starts) && within(row.end, ends)
            }
        }
    }

    fn query(&self) -> String {
        match self {
            Self::Anywhere => String::new(),
            Self::Begins(contig, at, alternate) => {
                format!("referenceName={contig}&start={at}&alternateBases={alternate}")
            }
            Self::Range(contig, from, to) => {
                format!("referenceName={contig}&start={from}&end={to}")
            }
            Self::Bracket(contig, starts, ends) => format!(
                "referenceName={contig}&start={},{}&end={},{}",
                starts[0], starts[1], ends[0], ends[1]
            ),
        }
    }
}

/// A place near a row of the cohort.
fn place(cohort: &Oracle, kind: u8, of: &Index, [a, b, c, d]: [i64; 4]) -> Place {
    if cohort.rows.is_empty() || kind == 0 {
        return Place::Anywhere;
    }
    let row = of.get(&cohort.rows);
    let (contig, start) = (row.contig.clone(), row.position - 1);
    let from = (start + a - 3).max(0);
    let bases = !row.alternate.is_empty() && row.alternate.bytes().all(|b| b.is_ascii_alphabetic());
    match kind {
        1 if bases => Place::Begins(contig, from.max(start), row.alternate.to_ascii_uppercase()),
        1 | 2 => Place::Range(contig, from, from + 1 + b * b),
        _ => {
            let end = (row.end + c - 3).max(0);
            Place::Bracket(contig, [from, from + 1 + b], [end, end + 1 + d])
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Who {
    zygosity: Option<(&'static str, &'static str)>,
    female: bool,
}

impl Who {
    fn query(self) -> String {
        let zygosity = self.zygosity.map(|(_, term)| term);
        let sex = self.female.then_some("NCIT:C16576");
        let all: Vec<&str> = zygosity.into_iter().chain(sex).collect();
        format!("&filters={}", all.join(","))
    }
}

impl Scanned {
    /// People who are asked for and carry a row so.
    fn carriers(&self, row: &Row, who: Who) -> BTreeSet<usize> {
        let carriers = row.carriers().into_iter();
        let so = carriers.filter(|of| who.zygosity.is_none_or(|(name, _)| of.zygosity() == name));
        let people = so.map(|of| self.people[of.sample as usize]);
        people
            .filter(|(_, female)| *female || !who.female)
            .map(|(person, _)| person)
            .collect()
    }

    /// Rows with so many people at least.
    fn rows(&self, place: &Place, who: Who, floor: usize) -> Vec<String> {
        let rows = self.oracle.rows.iter().filter(|row| place.holds(row));
        let rows = rows.filter(|row| self.carriers(row, who).len() >= floor.max(1));
        rows.map(|row| {
            let (reference, alternate) = (&row.reference, &row.alternate);
            format!("{}:{}:{reference}:{alternate}", row.contig, row.position).to_ascii_uppercase()
        })
        .collect()
    }

    fn persons(&self, place: &Place, who: Who) -> usize {
        if matches!(place, Place::Anywhere) && who.zygosity.is_none() {
            let all = self
                .people
                .iter()
                .filter(|(_, female)| *female || !who.female);
            return all.map(|(person, _)| person).collect::<BTreeSet<_>>().len();
        }
        let rows = self.oracle.rows.iter().filter(|row| place.holds(row));
        let all: BTreeSet<usize> = rows.flat_map(|row| self.carriers(row, who)).collect();
        all.len()
    }
}

/// Datasets of some samples each, with people of whom some have two samples.
fn built(
    folder: &Folder,
    cohort: &Cohort,
    parts: usize,
    floor: u64,
    grades: &[usize],
) -> (Beacon, Vec<Scanned>) {
    let mut config = format!(
        "id = \"b\"\nname = \"B\"\nenvironment = \"test\"\nalternative_url = \"https://example.org\"\nfloor = {floor}\n\
         page_limit = 1000\n[organization]\nid = \"o\"\nname = \"O\"\nlogo_url = \"https://example.org/l\"\n"
    );
    let contigs: Vec<usize> = (0..cohort.contigs.len()).collect();
    let columns: Vec<usize> = (0..cohort.samples).collect();
    let (mut views, mut scanned) = (Vec::new(), Vec::new());
    for (number, columns) in columns.chunks(cohort.samples.div_ceil(parts)).enumerate() {
        let vcf = cohort.part(&contigs, columns);
        let oracle = Oracle::parse(&[&vcf]);
        let mut table = "individual_id\tsample\tsex\n".to_owned();
        let mut people = Vec::new();
        for (at, sample) in oracle.samples.iter().enumerate() {
            // every third sample is another one of the person before
            let person = at - usize::from(at % 3 == 1);
            let female = person % 4 < 2;
            people.push((person, female));
            let sex = if female { "female" } else { "male" };
            table += &format!("P{person}\t{sample}\t{sex}\n");
        }
        let to = folder.path(&format!("{number}.vdx"));
        let options = BuildOptions {
            people: PeopleOptions {
                files: vec![folder.write("people.tsv", table)],
                ..PeopleOptions::default()
            },
            ..options()
        };
        build(&[folder.write("x.vcf", vcf)], &to, &options).unwrap();
        views.push(Dataset::open(&to).unwrap().view());
        let granularity = GRANULARITIES[grades[number % grades.len()]];
        config += &format!(
            "[[datasets]]\nid = \"d{number}\"\nname = \"D\"\npath = \"{number}\"\ngranularity = \"{granularity}\"\n"
        );
        scanned.push(Scanned {
            oracle,
            people,
            granularity,
        });
    }
    let config: BeaconConfig = config.parse().unwrap();
    (Beacon::new(config, views).unwrap(), scanned)
}

fn get(beacon: &Beacon, path: &str, query: &str, access: Option<Granularity>) -> (Value, Vec<u8>) {
    let request = BeaconRequest::get(path, query);
    let answer = beacon.answer(&request, access.map(Access::up_to));
    let value: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.status, 200, "{path} {query}: {value}");
    (value, answer.body)
}

/// Numbers of an answer: whether there is any, how many, and of each dataset that is shown.
#[derive(Debug, PartialEq)]
struct Numbers {
    exists: bool,
    total: Option<u64>,
    sets: Vec<(String, u64)>,
}

fn numbers(answer: &Value) -> Numbers {
    let sets = answer["response"]["resultSets"].as_array();
    let sets = sets.map(Vec::as_slice).unwrap_or_default().iter();
    Numbers {
        exists: answer["responseSummary"]["exists"].as_bool().unwrap(),
        total: answer["responseSummary"]["numTotalResults"].as_u64(),
        sets: sets
            .map(|set| {
                let count = set["resultsCount"].as_u64().unwrap();
                assert_eq!(set["exists"], count > 0);
                (set["id"].as_str().unwrap().to_owned(), count)
            })
            .collect(),
    }
}

/// The same, of what was counted in each dataset: granularity and number.
fn expected(counted: &[(Granularity, u64)], include: &str) -> Numbers {
    let most = counted.iter().map(|(granularity, _)| *granularity).max();
    let says_numbers = most > Some(Granularity::Boolean);
    let with_number = || {
        let all = counted.iter().zip(0..);
        all.filter(|((granularity, _), _)| *granularity > Granularity::Boolean)
    };
    let shown = with_number().filter(|((_, count), _)| match include {
        "HIT" => *count > 0,
        "MISS" => *count == 0,
        "ALL" => true,
        _ => false,
    });
    Numbers {
        exists: counted.iter().any(|(_, count)| *count > 0),
        total: says_numbers.then(|| with_number().map(|((_, count), _)| count).sum()),
        sets: shown
            .map(|((_, count), number): (_, i32)| (format!("d{number}"), *count))
            .collect(),
    }
}

fn zygosity() -> impl Strategy<Value = Option<(&'static str, &'static str)>> {
    select(vec![
        None,
        None,
        Some(("het", "GENO:0000135")),
        Some(("hom", "GENO:0000136")),
        Some(("hemi", "GENO:0000134")),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn numbers_are_those_of_a_scan(
        cohort in cohort(3..14usize, 40),
        (parts, floor) in (1..4usize, 0..5u64),
        grades in proptest::collection::vec(0..3usize, 1..4),
        asks in proptest::collection::vec(
            (0..4u8, any::<Index>(), [0..7i64, 0..9, 0..7, 0..9], zygosity(), any::<bool>()), 1..8),
        (asked, access) in (0..3usize, select(vec![None, Some(0), Some(1), Some(2)])),
        include in select(vec!["HIT", "MISS", "ALL", "NONE"]),
    ) {
        let folder = Folder::new();
        let (beacon, scanned) = built(&folder, &cohort, parts, floor, &grades);
        let access = access.map(|number: usize| GRANULARITIES[number]);
        let asked = GRANULARITIES[asked];
        let of = |scanned: &Scanned| asked.min(access.unwrap_or_default()).min(scanned.granularity);
        let floor_of = |scanned: &Scanned| match of(scanned) {
            Granularity::Record => 1,
            _ => floor.max(1) as usize,
        };
        let rest = format!("&requestedGranularity={asked}&includeResultsetResponses={include}");
        for (kind, row, by, zygosity, female) in asks {
            let place = place(&scanned[0].oracle, kind, &row, by);
            let who = Who { zygosity, female };
            let query = format!("{}{}{rest}", place.query(), who.query());
            let variants: Vec<_> = scanned.iter().map(|scanned| {
                let rows = scanned.rows(&place, who, floor_of(scanned));
                (of(scanned), rows.len() as u64)
            }).collect();
            let (answer, body) = get(&beacon, "/g_variants", &query, access);
            prop_assert_eq!(numbers(&answer), expected(&variants, include), "{}", &query);
            let people: Vec<_> = scanned.iter().map(|scanned| {
                let people = scanned.persons(&place, who);
                (of(scanned), if people >= floor_of(scanned) { people as u64 } else { 0 })
            }).collect();
            let (of_people, _) = get(&beacon, "/individuals", &query, access);
            prop_assert_eq!(numbers(&of_people), expected(&people, include), "{}", &query);
            // nothing raises what may be said
            let most = scanned.iter().map(of).max().unwrap();
            for answer in [&answer, &of_people] {
                prop_assert_eq!(&answer["meta"]["returnedGranularity"], most.name());
            }
            // what too few have is like what nobody has, to the byte
            if variants.iter().all(|(_, count)| *count == 0) && kind > 0 {
                let nowhere = Place::Range(scanned[0].oracle.contigs[0].clone(), 1_000_000, 1_000_001);
                let query = format!("{}{}{rest}", nowhere.query(), who.query());
                let (_, nobody) = get(&beacon, "/g_variants", &query, access);
                prop_assert_eq!(String::from_utf8_lossy(&body), String::from_utf8_lossy(&nobody));
            }
        }
    }

    #[test]
    fn pages_are_the_whole(
        cohort in cohort(3..14usize, 60),
        limit in 1..6u64,
        (kind, row, by) in (0..4u8, any::<Index>(), [0..7i64, 0..9, 0..7, 0..9]),
        (zygosity, female) in (zygosity(), any::<bool>()),
    ) {
        let folder = Folder::new();
        let (beacon, scanned) = built(&folder, &cohort, 1, 3, &[2]);
        let record = Some(Granularity::Record);
        let place = place(&scanned[0].oracle, kind, &row, by);
        let who = Who { zygosity, female };
        for path in ["/g_variants", "/individuals"] {
            let id = if path == "/g_variants" { "variantInternalId" } else { "id" };
            let page = |skip: u64, limit: u64| {
                let query = format!("{}{}&requestedGranularity=record&limit={limit}&skip={skip}&includeResultsetResponses=ALL",
                    place.query(), who.query());
                let (answer, _) = get(&beacon, path, &query, record);
                let set = answer["response"]["resultSets"][0].clone();
                let results = set["results"].as_array().unwrap();
                let ids: Vec<String> = results.iter().map(|of| of[id].as_str().unwrap().to_ascii_uppercase()).collect();
                (ids, set["resultsCount"].as_u64().unwrap())
            };
            let (whole, total) = page(0, 0);
            prop_assert_eq!(whole.len() as u64, total);
            let mut found = Vec::new();
            for skip in 0.. {
                let (ids, again) = page(skip, limit);
                prop_assert_eq!(again, total);
                if ids.is_empty() {
                    break;
                }
                prop_assert!(ids.len() as u64 <= limit);
                found.extend(ids);
            }
            prop_assert_eq!(&found, &whole);
            if path == "/g_variants" {
                let (mut found, mut scanned) = (whole, scanned[0].rows(&place, who, 1));
                found.sort();
                scanned.sort();
                prop_assert_eq!(found, scanned);
            } else {
                prop_assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), scanned[0].persons(&place, who));
            }
        }
    }
}
