//! Individuals put together again: loading what is written gives the same dataset, byte for byte.

use crate::common::{Folder, build, options};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;
use varidex::{
    BuildOptions, Dataset, Error, Individual, PeopleOptions, Rebuilt, View, load_people,
};
use varidex_simulate::{Format, Options, simulate};

const VCF: &str = "##fileformat=VCFv4.2\n##contig=<ID=1>\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts0\ts1\ts2\n\
    1\t100\t.\tA\tG\t.\t.\t.\tGT\t0/1\t0/0\t1/1\n";
const PEOPLE: usize = 5;

fn optional(fields: Vec<(&str, Option<Json>)>) -> Json {
    let fields = fields.into_iter();
    let given = fields.filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Json::Object(given.collect::<Map<_, _>>())
}

fn coding() -> impl Strategy<Value = Json> {
    prop::sample::select(vec![
        json!({"id": "HP:0001250", "label": "Seizure"}),
        json!({"id": "HP:0001250"}),
        json!({"label": "Größe, \"groß\" \\ 1"}),
        json!({"id": "OMIM:154700", "label": "Marfan syndrome"}),
        json!({"id": "NCIT:C25613", "label": "Percent"}),
        json!({"id": "no curie", "label": "x: y"}),
        json!({"id": "ICD10:E11", "label": "\u{202e}diabetes"}),
    ])
}

fn duration() -> impl Strategy<Value = Json> {
    let text =
        (0..90u32, 0..12u32, 0..31u32, of(0..24u32)).prop_map(|(years, months, days, hours)| {
            let hours = hours.map_or_else(String::new, |hours| format!("T{hours}H"));
            Json::from(format!("P{years}Y{months}M{days}D{hours}"))
        });
    text.prop_map(|text| json!({ "iso8601duration": text }))
}

fn day() -> impl Strategy<Value = String> {
    (1900..2030u32, 1..13u32, 1..29u32)
        .prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"))
}

fn timestamp() -> impl Strategy<Value = Json> {
    day().prop_map(|day| Json::from(format!("{day}T00:00:00Z")))
}

/// Ages, days and stages, each with its key in a Phenopacket.
fn time_parts() -> impl Strategy<Value = (&'static str, Json)> {
    let range = (0..40u32, 41..90u32).prop_map(|(from, to)| {
        let age = |years| json!({ "iso8601duration": format!("P{years}Y") });
        json!({ "start": age(from), "end": age(to) })
    });
    prop_oneof![
        duration().prop_map(|age| ("age", age)),
        range.prop_map(|range| ("ageRange", range)),
        (0..40u32, 0..7u32).prop_map(|(weeks, days)| {
            ("gestationalAge", json!({ "weeks": weeks, "days": days }))
        }),
        timestamp().prop_map(|day| ("timestamp", day)),
        (1950..1990u32, 1990..2020u32).prop_map(|(from, to)| {
            let day = |year| format!("{year}-05-06T00:00:00Z");
            ("interval", json!({ "start": day(from), "end": day(to) }))
        }),
        coding().prop_filter_map("an id", |stage| {
            stage.get("id")?;
            Some(("ontologyClass", stage))
        }),
    ]
}

fn time() -> impl Strategy<Value = Json> {
    time_parts().prop_map(|(key, value)| json!({ key: value }))
}

fn beacon_time() -> impl Strategy<Value = Json> {
    time_parts().prop_map(|(_, value)| value)
}

fn amount() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(7.0),
        Just(-0.0),
        Just(1e300),
        prop::num::f64::NORMAL,
        (-1000..1000i32).prop_map(f64::from),
    ]
}

fn feature(key: &'static str, time: BoxedStrategy<Json>) -> impl Strategy<Value = Json> {
    let parts = (
        coding(),
        of(any::<bool>()),
        of(time.clone()),
        of(time),
        of(coding()),
    );
    parts.prop_map(move |(code, excluded, onset, resolution, severity)| {
        optional(vec![
            (key, Some(code)),
            ("excluded", excluded.map(Json::from)),
            ("onset", onset),
            ("resolution", resolution),
            ("severity", severity),
        ])
    })
}

fn quantity() -> impl Strategy<Value = Json> {
    (amount(), of(coding()))
        .prop_map(|(number, unit)| optional(vec![("value", Some(json!(number))), ("unit", unit)]))
}

fn measurement() -> impl Strategy<Value = Json> {
    let value = prop_oneof![
        quantity().prop_map(|quantity| json!({ "quantity": quantity })),
        coding().prop_map(|code| json!({ "ontologyClass": code })),
    ];
    (coding(), of(value), of(time())).prop_map(|(assay, value, at)| {
        optional(vec![
            ("assay", Some(assay)),
            ("value", value),
            ("timeObserved", at),
        ])
    })
}

fn action() -> impl Strategy<Value = Json> {
    let dosed = (coding(), of(timestamp())).prop_map(|(agent, from)| {
        let doses = from
            .map(|day| json!([{ "interval": { "start": day, "end": "2031-01-01T00:00:00Z" } }]));
        let treatment = optional(vec![("agent", Some(agent)), ("doseIntervals", doses)]);
        json!({ "treatment": treatment })
    });
    let regimen = (coding(), of(time()), of(time())).prop_map(|(code, start, end)| {
        let regimen = vec![
            ("ontologyClass", Some(code)),
            ("startTime", start),
            ("endTime", end),
        ];
        json!({ "therapeuticRegimen": optional(regimen) })
    });
    let procedure = (coding(), of(time())).prop_map(|(code, at)| {
        json!({ "procedure": optional(vec![("code", Some(code)), ("performed", at)]) })
    });
    prop_oneof![dosed, regimen, procedure]
}

fn sample() -> impl Strategy<Value = Json> {
    let collected = prop_oneof![
        duration().prop_map(|age| json!({ "age": age })),
        timestamp().prop_map(|day| json!({ "timestamp": day })),
    ];
    let codes = (of(coding()), of(coding()), of(coding()), of(coding()));
    (codes, of(collected), vec(coding(), 0..3)).prop_map(|(codes, collected, markers)| {
        optional(vec![
            ("sampleType", codes.0),
            ("materialSample", codes.1),
            ("sampledTissue", codes.2),
            ("histologicalDiagnosis", codes.3),
            ("timeOfCollection", collected),
            ("diagnosticMarkers", Some(Json::from(markers))),
        ])
    })
}

fn about() -> impl Strategy<Value = Json> {
    let sexes = vec!["FEMALE", "MALE", "OTHER_SEX", "UNKNOWN_SEX"];
    let karyotypes = vec!["XX", "XY", "XXYY", "OTHER_KARYOTYPE", "UNKNOWN_KARYOTYPE"];
    let age = prop_oneof![
        duration().prop_map(|age| json!({ "age": age })),
        Just(
            json!({"ageRange": {"start": {"iso8601duration": "P3Y"}, "end": {"iso8601duration": "P4Y"}}})
        ),
    ];
    let status = prop::sample::select(vec!["ALIVE", "DECEASED", "UNKNOWN_STATUS"]);
    let parts = (
        of(prop::sample::select(sexes)),
        of(prop::sample::select(karyotypes)),
        of(timestamp()),
        of(age),
        of(status),
    );
    parts.prop_map(|(sex, karyotype, birth, age, status)| {
        optional(vec![
            ("sex", sex.map(Json::from)),
            ("karyotypicSex", karyotype.map(Json::from)),
            ("dateOfBirth", birth),
            ("timeAtLastEncounter", age),
            (
                "vitalStatus",
                status.map(|status| json!({ "status": status })),
            ),
        ])
    })
}

/// Family, father, mother and whether affected.
fn kin() -> impl Strategy<Value = (String, Option<usize>, Option<usize>, &'static str)> {
    let status = prop::sample::select(vec!["AFFECTED", "UNAFFECTED", "MISSING"]);
    ("F[1-3]", of(0..PEOPLE), of(0..PEOPLE), status)
}

/// A packet with every kind of field, or a family with it.
fn packet(number: usize) -> impl Strategy<Value = Json> {
    let disease =
        (feature("term", time().boxed()), of(coding())).prop_map(|(mut disease, stage)| {
            let fields = disease.as_object_mut().unwrap();
            fields.remove("severity");
            if let Some(stage) = stage {
                fields.insert("diseaseStage".to_owned(), json!([stage]));
            }
            disease
        });
    let lists = (
        vec(feature("type", time().boxed()), 0..4),
        vec(disease, 0..3),
        vec(measurement(), 0..3),
        vec(action(), 0..4),
    );
    (about(), lists, of(sample()), of(kin())).prop_map(move |(mut about, lists, sample, kin)| {
        let id = format!("P{number}");
        about["id"] = Json::from(id.as_str());
        let mut packet = json!({
            "id": format!("packet {number}"), "subject": about, "phenotypicFeatures": lists.0,
            "diseases": lists.1, "measurements": lists.2, "medicalActions": lists.3,
            "metaData": {"phenopacketSchemaVersion": "2.0"},
        });
        if number < 3
            && let Some(mut sample) = sample
        {
            sample["id"] = Json::from(format!("s{number}"));
            packet["biosamples"] = json!([sample]);
        }
        let Some((family, father, mother, affected)) = kin else {
            return packet;
        };
        let parent = |parent: Option<usize>| parent.map(|parent| Json::from(format!("P{parent}")));
        let line = optional(vec![
            ("familyId", Some(Json::from(family.as_str()))),
            ("individualId", Some(Json::from(id))),
            ("paternalId", parent(father)),
            ("maternalId", parent(mother)),
            ("affectedStatus", Some(Json::from(affected))),
        ]);
        json!({ "id": family, "proband": packet, "pedigree": { "persons": [line] } })
    })
}

fn beacon(number: usize) -> impl Strategy<Value = Json> {
    let features = vec(feature("featureType", beacon_time().boxed()), 0..4);
    let disease = (coding(), of(beacon_time()), of(coding())).prop_map(|(code, at, severity)| {
        optional(vec![
            ("diseaseCode", Some(code)),
            ("ageOfOnset", at),
            ("severity", severity),
        ])
    });
    let treatment = (coding(), of(duration()))
        .prop_map(|(code, age)| optional(vec![("treatmentCode", Some(code)), ("ageAtOnset", age)]));
    let procedure = (coding(), of(beacon_time())).prop_map(|(code, at)| {
        optional(vec![("procedureCode", Some(code)), ("ageAtProcedure", at)])
    });
    let value = prop_oneof![quantity(), coding()];
    let measure = (coding(), of(value), of(beacon_time())).prop_map(|(code, value, at)| {
        optional(vec![
            ("assayCode", Some(code)),
            ("measurementValue", value),
            ("observationMoment", at),
        ])
    });
    let exposure = (coding(), of(duration()), of(amount()), of(coding()));
    let exposure = exposure.prop_map(|(code, age, value, unit)| {
        optional(vec![
            ("exposureCode", Some(code)),
            ("ageAtExposure", age),
            ("unit", value.and(unit)),
            ("value", value.map(|value| json!(value))),
        ])
    });
    let lists = (
        features,
        vec(disease, 0..3),
        vec(treatment, 0..3),
        vec(procedure, 0..3),
        vec(measure, 0..3),
        vec(exposure, 0..3),
    );
    let info = (
        vec("(FIN|EUR|a b)", 0..3),
        of("trial"),
        of(prop_oneof![
            day(),
            Just("1950".to_owned()),
            Just("1950-03".to_owned())
        ]),
        of(duration()),
        (of("batch [a-c]"), of(amount()), of(coding())),
        of(Just(json!({"status": "DECEASED"}))),
    );
    let info = info.prop_map(|(populations, cohort, birth, age, own, status)| {
        let own = optional(vec![
            ("lab", own.0.map(Json::from)),
            ("dose.mean", own.1.map(|number| json!(number))),
            ("Site", own.2.filter(|code| code.get("id").is_some())),
        ]);
        optional(vec![
            ("populations", Some(Json::from(populations))),
            ("cohorts", cohort.map(|cohort| json!([cohort]))),
            ("dateOfBirth", birth.map(Json::from)),
            ("age", age),
            ("attributes", Some(own)),
            ("vitalStatus", status),
        ])
    });
    let sexes = vec!["NCIT:C16576", "NCIT:C20197", "NCIT:C45908", "NCIT:C17998"];
    let karyotype = prop::sample::select(vec!["XX", "XYY", "OTHER_KARYOTYPE"]);
    let own = (
        prop::sample::select(sexes),
        of(coding()),
        of(coding()),
        of(karyotype),
        of(kin()),
    );
    (own, lists, info).prop_map(move |(own, lists, info)| {
        let (sex, ethnicity, origin, karyotype, kin) = own;
        let id = format!("P{number}");
        let pedigree = kin.map(|(family, father, mother, affected)| {
            let member = |id: &str, role: &str| json!({ "memberId": id, "role": { "id": role } });
            let mut proband = member(&id, "NCIT:C64435");
            if affected != "MISSING" {
                proband["affected"] = Json::from(affected == "AFFECTED");
            }
            let parents = [(father, "NCIT:C96572"), (mother, "NCIT:C96580")];
            let parents = parents
                .iter()
                .filter_map(|(number, role)| Some(member(&format!("P{}", (*number)?), role)));
            let members: Vec<Json> = std::iter::once(proband).chain(parents).collect();
            json!([{ "id": family, "members": members }])
        });
        optional(vec![
            ("id", Some(Json::from(id))),
            ("sex", Some(json!({ "id": sex }))),
            ("ethnicity", ethnicity),
            ("geographicOrigin", origin),
            ("karyotypicSex", karyotype.map(Json::from)),
            ("phenotypicFeatures", Some(Json::from(lists.0))),
            ("diseases", Some(Json::from(lists.1))),
            ("treatments", Some(Json::from(lists.2))),
            ("interventionsOrProcedures", Some(Json::from(lists.3))),
            ("measures", Some(Json::from(lists.4))),
            ("exposures", Some(Json::from(lists.5))),
            ("pedigrees", pedigree),
            ("info", Some(info)),
        ])
    })
}

fn lines(all: &[Json]) -> String {
    let lines: Vec<String> = all.iter().map(Json::to_string).collect();
    lines.join("\n")
}

fn load(dataset: &Path, files: &[&Path]) -> View {
    let options = PeopleOptions {
        files: files.iter().map(|file| (*file).to_owned()).collect(),
        ..PeopleOptions::default()
    };
    let report = load_people(dataset, &options, &mut |_| true).unwrap();
    assert_eq!(report.refused, 0, "{:?}", report.refusals);
    let view = Dataset::open(dataset).unwrap().view();
    view.dataset().verify().unwrap();
    view
}

fn everybody(view: &View) -> Vec<Individual> {
    let all = view.ask("all").unwrap();
    let mut ids: Vec<String> = all
        .ids()
        .unwrap()
        .iter()
        .map(|id| (*id).to_owned())
        .collect();
    ids.dedup();
    ids.iter()
        .filter_map(|id| view.individual(id).ok())
        .collect()
}

/// Loads texts, writes everybody, loads that in their place, and compares.
fn comes_back(all: &[Json], rebuild: fn(&Individual) -> Rebuilt) {
    let folder = Folder::new();
    folder.dataset(VCF, &options());
    let dataset = folder.path("dataset.vdx");
    let before = load(&dataset, &[&folder.write("people.json", lines(all))]);
    let people = everybody(&before);
    assert_eq!(people.len(), all.len());
    let mut text = String::new();
    for individual in &people {
        let rebuilt = rebuild(individual);
        assert!(rebuilt.left.is_empty(), "{:?}", rebuilt.left);
        text.push_str(&rebuilt.json);
    }
    let after = load(&dataset, &[&folder.write("again.json", &text)]);
    if before.snapshot() != after.snapshot() {
        for (one, other) in people.iter().zip(everybody(&after)) {
            assert_eq!(one.to_string(), other.to_string());
        }
        panic!("other bytes after\n{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn phenopackets_come_back(all in (0..PEOPLE).map(packet).collect::<Vec<_>>()) {
        comes_back(&all, Individual::phenopacket);
    }

    #[test]
    fn individuals_of_beacon_come_back(all in (0..PEOPLE).map(beacon).collect::<Vec<_>>()) {
        comes_back(&all, Individual::beacon);
    }
}

/// Whoever has something that no Phenopacket has a place for is left out, and all others come back.
#[test]
fn simulated_people_come_back() {
    let folder = Folder::new();
    let cohort = Options {
        samples: 300,
        variants: 200,
        seed: 5,
        format: Format::Vcf,
        people: true,
        ..Options::default()
    };
    let dir = folder.path("cohort");
    let summary = simulate(&cohort, &dir, &mut |_, _| true).unwrap();
    let dataset = folder.path("cohort.vdx");
    let build_options = BuildOptions {
        people: PeopleOptions {
            files: vec![dir.join("people.ndjson")],
            ontologies: vec![dir.join("terms.obo"), dir.join("diseases.hpoa")],
            ..PeopleOptions::default()
        },
        ..options()
    };
    build(&[&summary.genotypes], &dataset, &build_options).unwrap();
    let all = Dataset::open(&dataset).unwrap().view();
    let whole = everybody(&all);
    let packets = std::fs::read_to_string(dir.join("people.ndjson")).unwrap();
    let mut kept = String::new();
    for packet in packets.lines() {
        let json: Json = serde_json::from_str(packet).unwrap();
        let id = json["subject"]["id"].as_str().unwrap();
        if all.individual(id).unwrap().phenopacket().left.is_empty() {
            kept.push_str(packet);
            kept.push('\n');
        }
    }
    let number = kept.lines().count();
    assert!(number * 2 > whole.len(), "{number} of {}", whole.len());
    let packets = folder.write("some.ndjson", kept);
    let before = load(&dataset, &[&packets, &dir.join("family.ped")]);
    let text: String = everybody(&before)
        .iter()
        .map(|individual| individual.phenopacket().json)
        .collect();
    assert!(text.contains("\"pedigree\""));
    let after = load(&dataset, &[&folder.write("again.json", text)]);
    assert_eq!(before.snapshot(), after.snapshot());
    // of what has no place elsewhere the rest comes back the same
    // (of whom a sample is, Beacon says with biosamples)
    let text: String = everybody(&after)
        .iter()
        .map(|individual| individual.beacon().json)
        .collect();
    let again = load(&dataset, &[&folder.write("beacon.json", text)]);
    let (before, after) = (without_samples(&after), without_samples(&again));
    assert_eq!(before.len(), after.len());
    for (id, record) in before {
        assert_eq!(Some(&record), after.get(&id), "{id}");
    }
}

/// Everybody as one of Beacon, by id.
fn without_samples(view: &View) -> BTreeMap<String, Json> {
    let all = everybody(view);
    let all = all.iter().map(|individual| {
        let mut record: Json = serde_json::from_str(&individual.beacon().json).unwrap();
        if let Some(info) = record.get_mut("info").and_then(Json::as_object_mut) {
            info.remove("samples");
        }
        if record["info"] == json!({}) || record["info"].is_null() {
            record["info"] = Json::Null;
        }
        (individual.id().to_owned(), record)
    });
    all.collect()
}

const ODD: &str = r#"{"id":"P0","subject":{"id":"P0","sex":"MALE","karyotypicSex":"47,XXY"},
 "measurements":[{"assay":{"id":"LOINC:1"},"excluded":true}],
 "diseases":[{"term":{"id":"OMIM:1"},"severity":{"id":"HP:0012828"}}],
 "biomarkers":[{"id":"NCIT:1"}],"info":{"attributes":{"lab":"a"}}}
{"id":"A\u0007\u001b[2J B","sex":{"label":"female"},"ethnicity":{"label":"Finnish"},"info":{"populations":["FIN"],"attributes":{"lab":"a"}},
 "exposures":[{"exposureCode":{"id":"X:1"},"value":3}]}"#;

/// What would say that somebody has what she is known not to have is no part of a record.
#[test]
fn what_has_no_place_is_said() {
    let folder = Folder::new();
    folder.dataset(VCF, &options());
    let view = load(
        &folder.path("dataset.vdx"),
        &[&folder.write("odd.json", ODD)],
    );
    let odd = view.individual("P0").unwrap().phenopacket();
    let json: Json = serde_json::from_str(&odd.json).unwrap();
    assert_eq!(json["subject"]["karyotypicSex"], "OTHER_KARYOTYPE");
    assert_eq!(json.get("measurements"), None);
    let left = [
        "an excluded measurement",
        "biomarker",
        "severity of a disease",
        "the name of the karyotype",
    ];
    assert_eq!(odd.left, left);
    // control characters are blanks in a dataset, and nothing of an id reaches a terminal as it is
    let other = view.individual("A  [2J B").unwrap();
    let left = ["attribute lab", "ethnicity", "exposure", "population"];
    assert_eq!(other.phenopacket().left, left);
    assert_eq!(other.beacon().left, [""; 0]);
    let Err(Error::Usage(message)) = view.individual("A\u{7}\u{1b}[2J") else {
        panic!("nobody has this id");
    };
    assert!(!message.contains(char::is_control), "{message:?}");
    assert!(message.contains("did you mean A  [2J B, "), "{message}");
    for long in ["x".repeat(1 << 20), "ß".repeat(1 << 16), String::new()] {
        let Err(Error::Usage(message)) = view.individual(&long) else {
            panic!("nobody has this id");
        };
        assert!(message.len() < 400, "{message}");
    }
}

/// A sample finds its individual, an id goes before a sample of its name, and a sample of nobody is no unknown id.
#[test]
fn samples_find_their_individuals() {
    let folder = Folder::new();
    folder.dataset(VCF, &options());
    let people = r#"{"id":"s1","sex":{"label":"male"}}
        {"id":"ANNA","sex":{"label":"female"}}"#;
    let people = folder.write("people.json", people);
    let map = folder.write("map.tsv", "sample\tindividual\ns0\tANNA\ns1\tANNA\n");
    let options = PeopleOptions {
        files: vec![people],
        sample_map: Some(map),
        ..PeopleOptions::default()
    };
    let dataset = folder.path("dataset.vdx");
    load_people(&dataset, &options, &mut |_| true).unwrap();
    let view = Dataset::open(&dataset).unwrap().view();
    for _ in 0..70 {
        assert_eq!(view.individual("s0").unwrap().id(), "ANNA");
        assert_eq!(view.individual("s1").unwrap().id(), "s1");
    }
    let anna = view.individual("ANNA").unwrap().to_string();
    let expected =
        "individual     ANNA\nsample         s0\nsample         s1\nsex            female\n";
    assert_eq!(anna, expected);
    let Err(Error::Usage(message)) = view.individual("s2") else {
        panic!("s2 is nobody's");
    };
    assert_eq!(
        message,
        "of which individual the sample \"s2\" is, is not known"
    );
}
