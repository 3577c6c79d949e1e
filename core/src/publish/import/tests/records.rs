//! Single records and headers: what is refused, what is known, and which options are obeyed.

use super::*;

#[test]
fn numbers_that_do_not_agree_are_refused() {
    for (info, expected, found) in [
        ("AC=11;AN=10", "AC of at most AN", "11 of 10"),
        ("AC=1;AN=10;AF=0.2", "AF as AC/AN", "0.2, where 1/10"),
        ("AC=1;AN=3;AF=0.3334", "AF as AC/AN", "0.3334"),
        ("AC=1;AN=10;AF=0", "AF as AC/AN", "0, where 1/10"),
        ("AC=1;AN=0", "AC of at most AN", "1 of 0"),
        ("AC=1;AN=10;AF=1.5", "a number from 0 to 1 in AF", "1.5"),
        ("AC=1;AN=10;AF=-0.1", "a number from 0 to 1 in AF", "-0.1"),
        ("AC=1;AN=10;AF=inf", "a number from 0 to 1 in AF", "inf"),
        ("AC=1;AN=10;AF=1e-1e", "a number from 0 to 1 in AF", "1e-1e"),
        ("AC=-1;AN=10", "a whole number up to 2^39 in AC", "-1"),
        ("AC=1.0;AN=10", "a whole number up to 2^39 in AC", "1.0"),
        ("AC=+1;AN=10", "a whole number up to 2^39 in AC", "+1"),
        ("AC=99999999999999999999;AN=10", "a whole number", "9999"),
        (
            "AC=1,2;AN=10",
            "a value of AC for each of 1 ALTs",
            "2 values",
        ),
        ("AN=10", "AC, or AF and AN, of everybody", "none"),
        ("DP=1", "AC, or AF and AN, of everybody", "none"),
        ("AN=10000;AF=0.1", "AC of everybody", "several"),
        (
            "AN=10;AF=0.2001",
            "AF that some AC of AN makes",
            "0.2001 of 10",
        ),
        (
            "AC=4;AN=10;AC_Hom=3;AC_Het=1",
            "AC_Hom, an even number",
            "3, 1, .",
        ),
        (
            "AC=4;AN=10;AC_Hom=2;AC_Het=1;AC_Hemi=0",
            "add up to AC",
            "2, 1, 0 and 4",
        ),
        ("AC=4;AN=10;AC_Hom=4;AC_Het=2", "add up to AC", "4, 2"),
        (
            "AC=4;AN=10;nhomalt=3",
            "half of AC",
            "3, where Total has AC 4",
        ),
        ("AC=1;AN=10;AC_FI=2;AN_FI=4", "AC of all strata", "2 of 1"),
        (
            "AC=3;AN=10;AC_FI=2;AN_FI=4;AC_SE=2;AN_SE=4",
            "AC of all strata",
            "4 of 3",
        ),
        (
            "AC=3;AN=6;AC_FI=1;AN_FI=4;AC_SE=1;AN_SE=4",
            "AN of all strata",
            "8 of 6",
        ),
        (
            "AC=9;AN=10;AC_FI=2;AN_FI=4;AC_SE=2;AN_SE=4",
            "in no stratum",
            "5 of 2",
        ),
    ] {
        let text = format!("{HEAD}{GOOD}{}", line(7, "G", info));
        let (report, file) = import(&text, &options(OPEN)).unwrap();
        assert_eq!((report.records, report.stored), (2, 1), "{info}");
        let reason = &report.refused[0];
        assert!(reason.expected.contains(expected), "{info}: {reason:?}");
        let (place, what) = &reason.places[0];
        assert!(place.ends_with("sites.vcf:19"), "{place}");
        assert!(what.contains(found), "{info}: {what}");
        assert_eq!(all(&file).len(), 1);
        // where nothing is left there is no file
        let error = import(&format!("{HEAD}{}", line(7, "G", info)), &options(OPEN));
        let error = error.unwrap_err().to_string();
        assert!(error.contains("none of 1"), "{error}");
    }
}

/// Copies have one allele each.
#[test]
fn copies_of_all_alts_are_no_more_than_there_are() {
    for (info, found) in [
        ("AC=6,5;AN=10", Some("11 of 10 in Total")),
        ("AC=6,5;AN=10,10", Some("11 of 10 in Total")),
        ("AF=0.6,0.5;AN=10", Some("11 of 10 in Total")),
        ("AC=4,4;AN=10;AC_FI=2,3;AN_FI=4", Some("5 of 4 in FI")),
        ("AC=6,4;AN=10", None),
        ("AC=4,4;AN=10;AC_FI=2,2;AN_FI=4", None),
        // without AN it is not known
        ("AC=6,5", None),
    ] {
        let text = format!("{HEAD}{GOOD}{}", line(7, "G,C", info));
        let (report, file) = import(&text, &options(OPEN)).unwrap();
        let Some(found) = found else {
            assert_eq!((report.stored, all(&file).len()), (2, 3), "{info}");
            continue;
        };
        assert_eq!((report.records, report.stored), (2, 1), "{info}");
        let reason = &report.refused[0];
        assert_eq!(reason.expected, "AC of all ALTs together of at most AN");
        assert_eq!(reason.places[0].1, found);
    }
}

/// Two keys of the same population say the same, or the record is refused with both.
#[test]
fn keys_that_say_the_same_agree() {
    let head = HEAD
        .replace("ID=nhomalt,", "ID=AC_Total,")
        .replace("ID=AC_SE,", "ID=FI_AC,");
    let head = head.replace(
        "ID=AN_SE,Number=1,Type=Integer",
        "ID=AF_all,Number=A,Type=Float",
    );
    for (info, expected, found) in [
        (
            "AC=3;AC_Total=4;AN=10",
            "the same in AC and AC_Total",
            "3 and 4",
        ),
        (
            "AC=3;AN=10;AC_FI=1;FI_AC=2;AN_FI=4",
            "the same in AC_FI and FI_AC",
            "1 and 2",
        ),
        (
            "AC=3;AN=10;AF=0.30;AF_all=0.36",
            "the same in AF and AF_all",
            "0.3 and 0.36",
        ),
        (
            "AC=3;AC_Total=x;AN=10",
            "a whole number up to 2^39 in AC_Total",
            "x",
        ),
        ("AC=3;AC_Total=3;AN=10;AF=0.3;AF_all=0.30", "", ""),
        ("AC_Total=3;AN=10", "", ""),
        ("AC=3;AC_Total=.;AN=10", "", ""),
        ("AF=.;AF_all=0.3;AN=10", "", ""),
    ] {
        let text = format!("{head}{GOOD}{}", line(7, "G", info));
        let (report, file) = import(&text, &options(OPEN)).unwrap();
        if expected.is_empty() {
            assert_eq!(report.stored, 2, "{info}: {report}");
            assert_eq!(all(&file)[1].total().unwrap().ac, 3, "{info}");
            continue;
        }
        assert_eq!((report.records, report.stored), (2, 1), "{info}");
        let reason = &report.refused[0];
        assert_eq!(
            (reason.expected.as_str(), reason.places[0].1.as_str()),
            (expected, found)
        );
    }
}

/// Rounded numbers of the greatest counts can be stored, and AC is not above AN.
#[test]
fn rounded_numbers_are_in_their_order() {
    let greatest = 1u64 << 39;
    for (ac, an) in [
        (7, 8),
        (7, 7),
        (13, 14),
        (3, 1000),
        (greatest, greatest),
        (greatest - 1, greatest),
    ] {
        for policy in [
            "rounding = 10\nfloor.people = 2",
            "rounding = 7\nfloor.people = 3",
            "floor.people = 3\nfloor.alleles = 7",
            "rounding = 100000000\nfloor.people = 100",
            "rounding = 5\nfloor.alleles = 7",
        ] {
            let policy = format!("name = 'a'\ngranularity = 'count'\ntwo_tailed = false\n{policy}");
            let text = format!("{HEAD}{}", line(7, "G", &format!("AC={ac};AN={an}")));
            let (report, file) = import(&text, &options(&policy)).unwrap();
            assert_eq!(report.stored, 1);
            for site in all(&file) {
                let of = site.total().unwrap();
                assert!(of.ac <= of.an.unwrap(), "{ac}/{an} {policy}: {of:?}");
            }
        }
    }
}

#[test]
fn numbers_agree_within_their_digits() {
    for (info, ac, an) in [
        ("AC=1;AN=3;AF=0.333", 1, Some(3)),
        ("AC=1;AN=3;AF=0.3", 1, Some(3)),
        ("AC=1;AN=3;AF=3.33e-1", 1, Some(3)),
        ("AC=1;AN=5008;AF=0.000199681", 1, Some(5008)),
        ("AC=0;AN=0;AF=0", 0, Some(0)),
        ("AC=0;AN=0;AF=NaN", 0, Some(0)),
        ("AC=10;AN=10;AF=1", 10, Some(10)),
        ("AC=3;AF=0.5", 3, None),
        ("AC=3", 3, None),
        ("AN=10;AF=0.3", 3, Some(10)),
        ("AN=10;AF=0.3;AC=.", 3, Some(10)),
    ] {
        let (report, file) =
            import(&format!("{HEAD}{}", line(7, "G", info)), &options(OPEN)).unwrap();
        assert_eq!(report.stored, 1, "{info}");
        let sites = all(&file);
        let total = sites[0].total().unwrap();
        assert_eq!((total.ac, total.an), (ac, an), "{info}");
    }
}

/// GDI's fixtures have people in the place of copies, and no AC_Hemi.
#[test]
fn genotypes_are_known_where_they_add_up() {
    for (info, expected) in [
        ("AC=340;AN=8000;AC_Het=300;AC_Hom=20", None),
        ("AC=340;AN=8000;AC_Het=300;AC_Hom=40", Some((300, 20, 0))),
        (
            "AC=340;AN=8000;AC_Het=299;AC_Hom=40;AC_Hemi=1",
            Some((299, 20, 1)),
        ),
        (
            "AC=340;AN=8000;AC_Het=300;AC_Hom=20;nhomalt=20",
            Some((300, 20, 0)),
        ),
        ("AC=340;AN=8000;nhomalt=20", Some((300, 20, 0))),
        ("AC=340;AN=8000;AC_Hom=40", None),
        ("AC=340;AN=8000", None),
    ] {
        for contig in ["1", "X"] {
            let line = line(7, "G", info).replacen('1', contig, 1);
            let (_, file) = import(&format!("{HEAD}{line}"), &options(OPEN)).unwrap();
            let found = all(&file)[0].total().unwrap().genotypes;
            let found = found.map(|of| (of.n_het, of.n_hom, of.n_hemi));
            let is_said = contig == "1" || info.contains("Hemi");
            assert_eq!(found, expected.filter(|_| is_said), "{contig} {info}");
        }
    }
}

#[test]
fn what_is_not_known_of_a_stratum_is_withheld() {
    let text = format!(
        "{HEAD}{}{}",
        line(7, "G", "AC=500;AN=10000;AC_FI=3;AN_FI=10;AC_SE=1;AN_SE=20"),
        line(
            9,
            "G",
            "AC=500;AN=10000;AF_FI=0.1;AN_FI=5000;AC_SE=1;AN_SE=20"
        ),
    );
    let (report, file) = import(&text, &options(OPEN)).unwrap();
    assert_eq!(report.unclear, 1);
    assert!(report.to_string().contains("1 counts withheld"), "{report}");
    let sites = all(&file);
    assert!(sites[0].strata()[0].is_some());
    assert_eq!(sites[1].strata()[0], None);
    // somebody is in no stratum
    assert!(!file.info().has_all_groups);
    assert_eq!(file.info().people, None);
    assert_eq!(file.info().fields, ["country"]);
}

#[test]
fn records_out_of_order_and_alleles_twice_are_not_stored() {
    let other = |contig: &str| GOOD.replacen('1', contig, 1);
    for (lines, expected) in [
        (line(4, "G", "AC=1;AN=4"), "POS of 5 or behind it"),
        (other("2") + GOOD, "records of a contig together"),
        ("1\tx\t.\tA\tG\t.\t.\tAC=1\n".to_owned(), "POS"),
        ("1\t9\n".to_owned(), "at least 8 columns"),
    ] {
        let text = format!("{HEAD}{GOOD}{lines}");
        let error = import(&text, &options(OPEN)).unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
        let skip = PublishSitesOptions {
            skip_malformed: true,
            ..options(OPEN)
        };
        let (report, _) = import(&text, &skip).unwrap();
        assert_eq!(report.refused_count(), 1);
        assert!(report.refused[0].expected.contains(expected), "{report}");
    }
    let twice = [
        line(7, "G,C", "AC=1,2;AN=4"),
        line(7, "g", "AC=1;AN=4"),
        line(7, "T", "AC=1;AN=4"),
        line(8, "T,T", "AC=1,1;AN=4"),
        line(9, ".", "AC=1;AN=4"),
    ];
    let (report, file) =
        import(&format!("{HEAD}{GOOD}{}", twice.concat()), &options(OPEN)).unwrap();
    assert_eq!((report.records, report.stored), (6, 2));
    assert_eq!(all(&file).len(), 2);
    assert!(report.to_string().contains("A>G several times"), "{report}");
    assert!(report.to_string().contains("expected an ALT"), "{report}");
}

#[test]
fn filters_are_said_or_obeyed() {
    let text = format!(
        "{HEAD}{GOOD}{}",
        line(7, "G", "AC=1;AN=4").replace("PASS", "AC0")
    );
    let (report, _) = import(&text, &options(OPEN)).unwrap();
    assert_eq!(report.stored, 2);
    assert!(
        report.to_string().contains("FILTER other than PASS (1"),
        "{report}"
    );
    let only = PublishSitesOptions {
        only_pass: true,
        ..options(OPEN)
    };
    let (report, _) = import(&text, &only).unwrap();
    assert_eq!((report.stored, report.refused_count()), (1, 1));
}

#[test]
fn files_that_are_none_are_refused() {
    let samples = HEAD.replace("\tINFO\n", "\tINFO\tFORMAT\tS\n");
    let keys = |keep: &str| {
        let lines = HEAD
            .lines()
            .filter(|line| !line.starts_with("##INFO") || line.contains(keep));
        lines.fold(String::new(), |text, line| text + line + "\n")
    };
    for (text, expected) in [
        (samples, "found 1 samples: build a dataset of it"),
        (keys("DP"), "found no key with counts"),
        (keys("_FI,"), "found those of FI"),
        (keys("ID=AF,"), "there is no AN beside AF"),
        (
            HEAD.to_owned(),
            "expected records with counts that agree, found none",
        ),
        ("x\n".to_owned(), "expected"),
    ] {
        let error = import(&text, &options(OPEN)).unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn policies_and_options_are_obeyed() {
    let text = format!(
        "{HEAD}{}",
        line(7, "G", "AC=50;AN=400;AC_FI=20;AN_FI=100;AC_SE=3;AN_SE=20")
    );
    let named = |name: &str| PublishSitesOptions::new(Policy::named(name).unwrap(), "p");
    for (options, expected) in [
        (named("public"), "not how many"),
        (named("rare-match"), "not how many"),
        (
            options("name = 'a'\ngranularity = 'count'\npurpose = 'rare_match'"),
            "is of a purpose",
        ),
        (
            options("name = 'a'\ngranularity = 'count'\nstrata = ['sex']"),
            "no counts by country",
        ),
        (
            PublishSitesOptions {
                population: " ".to_owned(),
                ..options(OPEN)
            },
            "population: expected",
        ),
        (
            PublishSitesOptions {
                max_age_days: 40_000,
                ..options(OPEN)
            },
            "greatest age",
        ),
        (
            PublishSitesOptions {
                by: vec!["sex".to_owned()],
                ..options(OPEN)
            },
            "strata by `country`, of which INFO has counts, found `sex`",
        ),
        (
            PublishSitesOptions {
                assembly: Some(Assembly::Grch37),
                ..options(OPEN)
            },
            "",
        ),
    ] {
        let found = import(&text, &options);
        match expected {
            "" => assert_eq!(found.unwrap().1.info().assembly.as_deref(), Some("GRCh37")),
            _ => {
                let error = found.unwrap_err().to_string();
                assert!(error.contains(expected), "{error}");
            }
        }
    }
    let (report, file) = import(&text, &named("omop")).unwrap();
    let sites = all(&file);
    // Swedes are few, and so another cell goes with them
    assert_eq!(sites[0].strata()[1], None);
    assert_eq!(
        report.published.withheld,
        2 - u64::from(sites[0].strata()[0].is_some())
    );
    // AN is rounded to twice the floor, as of a live dataset
    assert_eq!(sites[0].total().unwrap().an, Some(400));
    let (_, file) = import(
        &text,
        &PublishSitesOptions {
            strata: vec!["SE".to_owned()],
            ..options(OPEN)
        },
    )
    .unwrap();
    assert_eq!(file.strata().len(), 1);
    // what is there is not lost
    let (_folder, sites, out) = written(&text);
    std::fs::write(&out, "x").unwrap();
    assert!(publish_sites(&sites, &options(OPEN), &out).is_err());
    let replace = PublishSitesOptions {
        replace: true,
        ..options(OPEN)
    };
    assert!(publish_sites(&sites, &replace, &out).is_err());
    assert_eq!(std::fs::read(&out).unwrap(), b"x");
}
