//! What every verb says under every policy: nothing of one person, in no answer, error, zero, or number that is compared.

use super::*;
use std::collections::BTreeSet;
use varidex::{Access, Beacon, BeaconConfig, BeaconRequest, Granularity, Purpose};

/// Forty people, one of whom has a rare variant, a rare population and a rare term.
fn one_rare() -> Cohort {
    let people = (0..40).map(|number| Person {
        sex: number % 2,
        population: usize::from(number == 7),
        affected: number == 7,
    });
    let call = |number: usize| usize::from(number == 7);
    let common = |number: usize| usize::from(number < 20);
    Cohort {
        people: people.collect(),
        sites: vec![(0..40).map(call).collect(), (0..40).map(common).collect()],
    }
}

/// All that the verbs of a view under a policy answer, as text.
fn all_said(view: &PolicyView) -> String {
    let mut said = String::new();
    let by = |fields: &[&str]| -> Vec<String> { fields.iter().map(|&of| of.to_owned()).collect() };
    let mut say = |what: &str, answer: &dyn std::fmt::Debug| {
        writeln!(said, "{what}: {answer:?}").unwrap();
    };
    for who in [
        "all",
        "sex:female",
        "population:GBR",
        "population:XXX",
        "HP:0001250",
        "carriers(all)",
        "carriers(1:100:A:G)",
        "carriers(rs0)",
        "carriers(rs9)",
        "SECRET7",
        "samples(SECRET7)",
        "individuals(PERSON7)",
        "samples(NOBODY)",
        "individuals(NOBODY)",
        "carriers(ac(samples(SECRET7))>0)",
        "GBR",
        "similar(HP:0001250)",
        "carriers(af(individuals(PERSON7))>0)",
        "carriers(1:100:A:G) & HP:0001250",
        "noncarriers(rs0)",
    ] {
        say(who, &view.ask(who).map_err(|e| e.to_string()));
        say(who, &view.explain(who).map_err(|e| e.to_string()));
    }
    for fields in [
        &["sex"][..],
        &["population"],
        &["sex", "population"],
        &["age"],
        &["x"],
        &["a=sex:male"],
        &["HP:0001250"],
    ] {
        say(
            "people",
            &view.people_counts(&by(fields)).map_err(|e| e.to_string()),
        );
        say(
            "names",
            &view.field_names(&by(fields)).map_err(|e| e.to_string()),
        );
        for of in [
            "all",
            "ac=1",
            "rs0",
            "SECRET7",
            "1:100:A:G",
            "ac(samples(SECRET7))>0",
        ] {
            say(of, &rows(view, of, None, fields).map_err(|e| e.to_string()));
            say(
                of,
                &rows(view, of, Some("population:GBR"), fields).map_err(|e| e.to_string()),
            );
        }
    }
    for of in ["all", "rs0", "1:100:A:G", "rs9", "1:200:A:G"] {
        say(of, &view.has_variants(of).map_err(|e| e.to_string()));
    }
    for text in [None, Some("seizure"), Some("HP:0001250"), Some("nothing")] {
        say("terms", &view.find_terms(text).map_err(|e| e.to_string()));
    }
    said
}

/// The verbs of a view under a policy, read from its source: one more is to be asked here, too.
#[test]
fn every_verb_is_asked_under_every_policy() {
    let sources = [
        include_str!("../../../src/access/policy_view.rs"),
        include_str!("../../../src/access/people_table.rs"),
        include_str!("../../../src/access/terms.rs"),
    ];
    let within = sources.map(|source| source.split_once("impl PolicyView {").unwrap().1);
    let verbs: Vec<&str> = within
        .iter()
        .flat_map(|within| within.lines())
        .filter_map(|line| line.trim_start().strip_prefix("pub fn "))
        .filter_map(|rest| rest.split(['(', '<']).next())
        .collect();
    // `policy` gives the policy, four the same view once more or who is in it, `records` the view where the policy shows all
    let asked = [
        "policy",
        "renew",
        "among",
        "remembering",
        "lasting_people",
        "records",
        "ask",
        "explain",
        "field_names",
        "people_counts",
        "find_terms",
        "frequencies",
        "has_variants",
    ];
    let all = |verbs: &[&str]| {
        verbs
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(all(&verbs), all(&asked));
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let hidden = ["PERSON", "SECRET"];
    for name in Policy::NAMES {
        let mut policy = Policy::named(name).unwrap();
        policy.smallest_cohort = 0;
        let view = match policy.purpose {
            Some(purpose) => {
                let dataset = Dataset::open(folder.path().join("out.vdx")).unwrap();
                dataset
                    .view_for(&Access::holder().for_purpose(purpose))
                    .unwrap()
            }
            None => view.clone(),
        };
        let view = view.under_policy(&policy).unwrap();
        assert_eq!(view.records().is_ok(), policy.shows_records(), "{name}");
        if policy.shows_records() {
            continue;
        }
        for (number, line) in all_said(&view).lines().enumerate() {
            // what was asked stands before the answer, and in the text of an error
            let answer = line.split_once(": ").unwrap().1;
            let answer = answer.split("\\n").next().unwrap();
            for id in hidden {
                let found = answer.replace("`SECRET7`", "").replace("SECRET7", "asked");
                let found = found.replace("individuals(PERSON7)", "asked");
                assert!(!found.contains(id), "{name} {number}: {line}");
            }
        }
    }
}

/// Where zero is hidden, one person and nobody are one answer, byte by byte, of every verb but tables by fields.
#[test]
fn one_person_and_nobody_are_one_answer() {
    for name in ["registered", "public", "gdi"] {
        let mut policy = Policy::named(name).unwrap();
        policy.smallest_cohort = 0;
        policy.combine = true;
        let said = |rare: bool| {
            let folder = tempfile::tempdir().unwrap();
            let mut cohort = one_rare();
            if !rare {
                cohort.people[7].population = 0;
                cohort.people[7].affected = false;
                cohort.sites[0][7] = 0;
            }
            let view = cohort.build(folder.path());
            all_said(&view.under_policy(&policy).unwrap())
        };
        let (one, nobody) = (said(true), said(false));
        for (one, nobody) in one.lines().zip(nobody.lines()) {
            // a table says whether the values that it lists are of everybody
            if !one.contains("values: [") && !one.contains("[([") {
                assert_eq!(one, nobody, "{name}");
            }
        }
    }
}

/// Who decided against the purpose of a policy is not counted by it.
#[test]
fn a_policy_of_a_purpose_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let policy = Policy::named("rare-match").unwrap();
    let refused = view.under_policy(&policy).unwrap_err();
    assert!(matches!(&refused, Error::NotAllowed { .. }), "{refused}");
    let dataset = Dataset::open(folder.path().join("out.vdx")).unwrap();
    let of = dataset
        .view_for(&Access::holder().for_purpose(Purpose::RareMatch))
        .unwrap();
    let found = of
        .under_policy(&policy)
        .unwrap()
        .ask("carriers(rs0) & HP:0001250")
        .unwrap();
    assert_eq!(found.exists, Known::Exact(true));
    assert_eq!(found.count, Known::Withheld);
}

/// A beacon of forty people with a policy for yes or no and one for numbers.
fn beacon(view: View, policies: &str) -> Beacon {
    let config = format!(
        "id = 'b'\nname = 'B'\nenvironment = 'test'\nalternative_url = 'https://example.org'\nfloor = 2\n\
         [policies]\n{policies}\n[organization]\nid = 'o'\nname = 'O'\nlogo_url = 'https://example.org/l'\n\
         [[datasets]]\nid = 'd'\nname = 'D'\npath = 'd'\n"
    );
    Beacon::new(config.parse().unwrap(), vec![view]).unwrap()
}

#[test]
fn a_beacon_answers_by_the_policy_of_who_asks() {
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let ours = "count = { name = 'ours', granularity = 'count', floor = { people = 5 }, rounding = 3, combine = true }\n\
        boolean = { name = 'theirs', floor = { people = 5 }, strata = [] }";
    let of = beacon(view.clone(), ours);
    let get = |of: &Beacon, query: &str, granularity| {
        let request = BeaconRequest::get("individuals", query);
        let answer = of.answer(&request, Some(Access::up_to(granularity)));
        let value: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        (answer.status, value)
    };
    let total = |value: &serde_json::Value| value["responseSummary"]["numTotalResults"].as_u64();
    let common = "referenceName=1&start=199&alternateBases=G&requestedGranularity=count";
    let rare = "referenceName=1&start=99&alternateBases=G&requestedGranularity=count";
    let (status, answer) = get(&of, common, Granularity::Count);
    // 20 to a multiple of the floor, as all numbers of carriers
    assert_eq!((status, total(&answer)), (200, Some(20)), "{answer}");
    let (status, answer) = get(&of, rare, Granularity::Count);
    assert_eq!((status, total(&answer)), (200, Some(0)), "{answer}");
    // 39 of 40 are the others of one
    let (status, answer) = get(
        &of,
        "filters=population%3DFIN&requestedGranularity=count",
        Granularity::Count,
    );
    assert_ne!((status, total(&answer)), (200, Some(39)), "{answer}");
    // who may know whether there is anybody is not answered of variants together with people
    let both = format!("{common}&filters=NCIT:C16576");
    assert_eq!(get(&of, &both, Granularity::Boolean).0, 422);
    assert_eq!(
        get(&of, common, Granularity::Boolean).1["responseSummary"]["exists"],
        true
    );
    // nothing of a dataset that is smaller than the policy's smallest cohort
    let small = beacon(view.clone(), "count = 'registered'\nboolean = 'public'");
    let (status, answer) = get(&small, common, Granularity::Count);
    assert_eq!(status, 422, "{answer}");
    assert!(
        answer.to_string().contains("100 people at least"),
        "{answer}"
    );
    // records are for who may have them
    let (status, answer) = get(&of, &rare.replace("=count", "=record"), Granularity::Record);
    assert_eq!((status, total(&answer)), (200, Some(1)), "{answer}");
    let bad = "id = 'b'\nname = 'B'\nenvironment = 'test'\nalternative_url = 'x'\n[policies]\nboolean = 'none'\n";
    let error = bad.parse::<BeaconConfig>().unwrap_err().to_string();
    assert!(error.contains("expected one of open"), "{error}");
}

/// Errors, candidates and zeros do not say what few people have.
#[test]
fn what_few_have_is_in_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let shown = |name: &str| view.under_policy(&Policy::named(name).unwrap()).unwrap();
    let omop = shown("omop");
    for (who, hidden) in [
        ("population:GBX", "GBR"),
        ("carriers(SECRET7)", "SECRET"),
        ("carriers(SECRET77)", "22"),
        ("carriers(rs)", "rs0"),
    ] {
        let error = omop.ask(who).unwrap_err().to_string();
        assert!(!error.contains("did you mean"), "{error}");
        assert!(!error.replace(who, "").contains(hidden), "{error}");
    }
    let errors = [
        "carriers(SECRET7)",
        "carriers(SECRET8)",
        "carriers(SECRET99)",
    ]
    .map(|who| {
        let error = omop.ask(who).unwrap_err().to_string();
        error.split('\n').next().unwrap().to_owned()
    });
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
    // contigs are of the dataset, not of people
    let error = omop.ask("carriers(7:100:A:G)").unwrap_err().to_string();
    assert!(error.contains("no contig `7`"), "{error}");
    // of the one person in GBR nothing is said, not that there is nobody either
    for who in [
        "population:GBR & sex:male",
        "population:GBR & sex:female",
        "population:GBR & carriers(rs1)",
    ] {
        assert_eq!(omop.ask(who).unwrap().count, Known::Withheld, "{who}");
    }
    assert_eq!(
        omop.ask("population:FIN & HP:0001250")
            .map(|found| found.count)
            .unwrap(),
        Known::Withheld
    );
    // with AC beside it, the number of carriers is no exact number
    assert_eq!(omop.ask("carriers(rs1)").unwrap().count.status(), "rounded");
    // and AN does not say how many people are in a group
    let found = rows(&omop, "rs1", None, &[]).unwrap();
    assert_eq!(
        (found[0].1.ac, found[0].1.an.status()),
        (Known::Exact(20), "rounded")
    );
    // a plan has its parts as they were asked for
    let parts = omop.explain("HP:0001250 & sex:male").unwrap();
    assert_eq!(parts[0].0, "HP:0001250");
    assert_eq!(
        omop.explain("sex:male & HP:0001250").unwrap()[0].0,
        "sex:male"
    );
    let both = omop.frequencies("all", Some("sex:male"), &["population".to_owned()]);
    assert!(matches!(both.err(), Some(Error::NotAllowed { .. })));
}

/// People with several values of a field are in several cells, which say more than they may.
#[test]
fn cells_that_are_not_apart_are_no_table() {
    let folder = tempfile::tempdir().unwrap();
    one_rare().build(folder.path());
    let table: String = (0..40)
        .map(|number| match number {
            0 => "PERSON0\tSECRET0\tA;B\n".to_owned(),
            1..20 => format!("PERSON{number}\tSECRET{number}\tA\n"),
            _ => format!("PERSON{number}\tSECRET{number}\tB\n"),
        })
        .collect();
    std::fs::write(
        folder.path().join("more.tsv"),
        format!("individual_id\tsample\tcohort\n{table}"),
    )
    .unwrap();
    let options = PeopleOptions {
        files: vec![folder.path().join("more.tsv")],
        ..PeopleOptions::default()
    };
    let to = folder.path().join("out.vdx");
    varidex::load_people(&to, &options, &mut |_| true).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let by = ["cohort".to_owned()];
    let counts: u64 = view
        .people_counts(&view.by(&by).unwrap())
        .unwrap()
        .iter()
        .map(|of| of.people)
        .sum();
    assert_eq!(counts, 41);
    let shown = view.under_policy(&Policy::named("omop").unwrap()).unwrap();
    for error in [
        shown.people_counts(&by).unwrap_err(),
        shown.frequencies("all", None, &by).err().unwrap(),
    ] {
        assert!(error.to_string().contains("several values"), "{error}");
    }
}

/// That nobody is found is not said where a part of what must hold together picks few, however it is written.
#[test]
fn zero_of_few_is_withheld_in_any_form() {
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let omop = view.under_policy(&Policy::named("omop").unwrap()).unwrap();
    // the one in GBR carries the rare variant: he is not to be known from another
    for who in [
        "all & !(carriers(rs0) | !population:GBR)",
        "!(carriers(rs0) | !population:GBR)",
        "!(!carriers(rs0) | !population:GBR)",
        "!(!population:GBR | sex:male)",
        "!(!population:GBR | sex:female)",
        "population:GBR & (sex:male | HP:0001250)",
        "carriers(rs0, hom)",
        "carriers(rs0 | rs1, at_least: 2)",
        // everybody, or all but the one
        "carriers(rs0) | !population:GBR",
        "!carriers(rs0) | !population:GBR",
    ] {
        assert_eq!(omop.ask(who).unwrap().count, Known::Withheld, "{who}");
    }
    let everybody = omop.ask("sex:female | sex:male").unwrap();
    assert_eq!(everybody.exists, Known::Exact(true));
    assert_ne!(everybody.count, Known::Withheld);
    // nobody of many is zero
    let found = omop.ask("sex:female & sex:male").unwrap();
    assert_eq!(
        (found.exists, found.count),
        (Known::Exact(false), Known::Exact(0))
    );
}

/// Carriers are counted in no group in which no variant is, in whatever part of a question it stands.
#[test]
fn carriers_are_not_counted_in_small_groups() {
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let mut policy = Policy::named("omop").unwrap();
    let count =
        |policy: &Policy, who: &str| view.under_policy(policy).unwrap().ask(who).unwrap().count;
    let (of_group, of_others) = (
        "sex:female & carriers(rs1)",
        "sex:male & HP:0001250 | !carriers(rs1)",
    );
    for (smallest, is_shown) in [(20, true), (21, false)] {
        policy.smallest_cohort = smallest;
        assert_eq!(count(&policy, of_group) != Known::Withheld, is_shown);
        let or_all = format!("{of_group} | !carriers(rs1) & sex:male");
        assert_eq!(count(&policy, &or_all) != Known::Withheld, is_shown);
        // groups without variants, and variants in everybody
        for who in ["sex:female", "carriers(rs1)", of_others] {
            assert_ne!(count(&policy, who), Known::Withheld, "{who}");
        }
    }
    // ten women carry it, with ten copies
    policy.smallest_cohort = 0;
    for (alleles, is_shown) in [(10, true), (11, false)] {
        policy.floor.alleles = alleles;
        assert_eq!(count(&policy, of_group) != Known::Withheld, is_shown);
        assert_ne!(count(&policy, "sex:female"), Known::Withheld);
    }
}

/// Under a policy that says yes or nothing no number is shown, and so none is compared.
#[test]
fn a_policy_without_numbers_compares_none() {
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let mut policy = Policy::named("public").unwrap();
    policy.smallest_cohort = 0;
    policy.strata = None;
    let public = view.under_policy(&policy).unwrap();
    assert_eq!(
        public.ask("carriers(rs1)").unwrap().exists,
        Known::Exact(true)
    );
    for test in [
        "ac=20",
        "ac=19",
        "ac>0",
        "af<0.4",
        "af>0.4",
        "ac(sex:male)>=0",
    ] {
        let found = public.ask(&format!("carriers(rs1 & {test})")).unwrap();
        assert_eq!(found.exists, Known::Withheld, "{test}");
    }
    // and what few have is not listed by its name
    let omop = view.under_policy(&Policy::named("omop").unwrap()).unwrap();
    let by = ["population".to_owned()];
    let values = |rows: &[varidex::ShownPeopleCount]| format!("{rows:?}");
    assert!(!values(&omop.people_counts(&by).unwrap()).contains("GBR"));
}

/// An allele of which all copies are says by AC what AN would.
#[test]
fn ac_of_all_copies_does_not_count_a_group() {
    let folder = tempfile::tempdir().unwrap();
    let mut cohort = one_rare();
    // all have two copies, and of one nothing is known
    cohort.sites.push(
        (0..40)
            .map(|number| if number == 3 { 3 } else { 2 })
            .collect(),
    );
    let view = cohort.build(folder.path());
    let omop = view.under_policy(&Policy::named("omop").unwrap()).unwrap();
    let found = rows(&omop, "rs2", None, &[]).unwrap();
    let shown = found[0].1;
    assert_eq!((shown.ac.value(), shown.an.value()), (Some(80), Some(80)));
    assert_eq!(
        (shown.n_hom, shown.n_het),
        (Known::Withheld, Known::Withheld)
    );
}

/// Lists that a host reads are words, too: an error of one does not say what is here.
#[test]
fn an_error_of_a_list_does_not_say_what_is_here() {
    let folder = tempfile::tempdir().unwrap();
    one_rare().build(folder.path());
    let list = folder.path().join("alleles.txt");
    std::fs::write(&list, "1:100:A:G\nrs0\nnonsense here\n").unwrap();
    let dataset = Dataset::open(folder.path().join("out.vdx")).unwrap();
    let view = dataset.with_loader(varidex::LocalFiles::default()).view();
    let who = format!("carriers(alleles(@{}))", list.display());
    assert!(view.ask(who.as_str()).is_err());
    for (name, is_error) in [("omop", true), ("gdi", false)] {
        let mut policy = Policy::named(name).unwrap();
        policy.combine = true;
        let found = view.under_policy(&policy).unwrap().ask(&who);
        assert_eq!(found.is_err(), is_error, "{name}: {found:?}");
        if let Err(error) = found {
            assert!(!error.to_string().contains("nonsense"), "{error}");
        }
    }
}

/// Two policies of one name are two.
#[test]
fn policies_of_a_beacon_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let view = one_rare().build(folder.path());
    let of = beacon(
        view,
        "count = { name = 'ours', granularity = 'count', floor = { people = 5 }, combine = true }\n\
         boolean = { name = 'ours', floor = { people = 30 }, combine = true }",
    );
    let exists = |granularity| {
        let query = "referenceName=1&start=199&alternateBases=G&requestedGranularity=boolean";
        let request = BeaconRequest::get("individuals", query);
        let answer = of.answer(&request, Some(Access::up_to(granularity)));
        let value: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        value["responseSummary"]["exists"].clone()
    };
    // twenty carry it
    assert_eq!(exists(Granularity::Count), true);
    assert_eq!(exists(Granularity::Boolean), false);
    assert_eq!(exists(Granularity::Count), true);
}
