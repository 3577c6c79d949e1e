//! Strata, their labels and unions; who and what is refused, and until when a file is used.

use super::*;
use crate::{Access, PeopleOptions, Position};

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
