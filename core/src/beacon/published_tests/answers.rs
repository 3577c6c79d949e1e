//! What is answered and what is refused: labels, filters, floors, spellings.

use super::*;

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
