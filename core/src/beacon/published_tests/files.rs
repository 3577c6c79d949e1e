//! Files of some of all variants, of an assembly that is stated, without whole strata, and too old.

use super::super::published::PublishedMember;
use super::*;
use crate::model::Date;

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
