//! Pedigrees: ids that are unique within a family only, columns that are corrupted, names that look like a
//! header. People were lost in silence, or became the parents of others.

use super::*;
use crate::input::people::read_ped;
use crate::model::Sex;

/// Id, father, mother, sex and whether affected of everybody.
fn shown(input: &PeopleInput) -> Vec<String> {
    let people = input.people.iter().map(|person| {
        let kin = person.kin.clone().unwrap_or_default();
        let parent = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
        let sex = match person.sex {
            Some(Sex::Male) => "m",
            Some(Sex::Female) => "f",
            _ => "?",
        };
        let affected = kin
            .affected
            .map_or("?", |yes| if yes { "yes" } else { "no" });
        format!(
            "{} {} {} {sex} {affected}",
            person.id,
            parent(kin.father),
            parent(kin.mother)
        )
    });
    people.collect()
}

fn ped(text: &str) -> Vec<String> {
    let input = read(&[("a.ped", text)]).unwrap();
    assert_eq!(input.refused, [], "{text}");
    shown(&input)
}

#[test]
fn people_numbered_within_families() {
    let text = "F1 1 3 2 1 2\nF1 2 0 0 2 1\nF1 3 0 0 1 1\nF2 1 3 2 2 2\nF2 2 0 0 2 1\nF2 3 0 0 1 1\nF2 9 1 2 1 1\n";
    let input = read(&[("a.ped", text)]).unwrap();
    let expected = [
        "F1:1 F1:3 F1:2 m yes",
        "F1:2 - - f no",
        "F1:3 - - m no",
        "F2:1 F2:3 F2:2 f yes",
        "F2:2 - - f no",
        "F2:3 - - m no",
        "9 F2:1 F2:2 m no",
    ];
    assert_eq!(shown(&input), expected);
    assert_eq!(input.warnings[0].count, 6);
    assert!(
        input.warnings[0].what.contains("FAMILY:ID"),
        "{:?}",
        input.warnings
    );
    // their column is not the one that is named `1`
    let names = &input.people[0].sample_names;
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].1, "F1_1");

    let (_folder, paths) = folder(&[("a.ped", text)]);
    let relatives = read_ped(&paths[0]).unwrap();
    assert_eq!((relatives.len(), relatives[3].id.as_str()), (7, "F2:1"));
    assert_eq!(relatives[3].kin.father.as_deref(), Some("F2:3"));

    // over files, and in tables that tell families
    let two = [
        ("a.ped", "F1 kid dad 0 1 2\nF1 dad 0 0 1 1\n"),
        ("b.ped", "F2 kid dad 0 2 1\nF2 dad 0 0 1 1\n"),
    ];
    assert_eq!(read(&two).unwrap().people.len(), 4);
    let table = "id,family,sex,father\n1,F1,m,\n1,F2,f,2\n1,F2,f,2\n2,F2,m,\n";
    let input = read(&[("a.csv", table)]).unwrap();
    assert_eq!(shown(&input), ["F1:1 - - m ?", "F2:1 2 - f ?", "2 - - m ?"]);
    assert_eq!(input.merged, 1);
}

/// An id of one family alone is the person's, whatever else describes them.
#[test]
fn an_id_of_one_family_is_everywhere_the_same() {
    let files = [
        (
            "a.ped",
            "F1 kid dad mum 1 2\nkid2 kid2 0 0 2 1\n0 kid3 - NA 1 1\n",
        ),
        (
            "b.json",
            r#"[{"id": "kid", "ethnicity": "x"}, {"id": "kid2", "sex": "female"}]"#,
        ),
        ("c.csv", "id,population\nkid,FIN\nkid3,FIN\n"),
    ];
    let input = read(&files).unwrap();
    assert_eq!((input.people.len(), input.merged), (3, 4));
    assert_eq!(input.people[0].populations, ["FIN"]);
    assert_eq!(input.people[0].records.len(), 1);
    assert_eq!(shown(&input)[2], "kid3 - - m no");
    assert_eq!(input.warnings, []);
    // of several it is not clear of whom it is said
    let files = [
        ("a.ped", "F1 kid 0 0 1 2\nF2 kid 0 0 1 2\n"),
        ("c.csv", "id,population\nkid,FIN\n"),
    ];
    let input = read(&files).unwrap();
    let ids: Vec<&str> = input
        .people
        .iter()
        .map(|person| person.id.as_str())
        .collect();
    assert_eq!(ids, ["F1:kid", "F2:kid", "kid"]);
    assert_eq!(input.warnings.len(), 2);
}

#[test]
fn families_of_packets_have_ids_of_their_own() {
    let family = |name: &str, packets: bool| {
        let proband = match packets {
            true => format!(
                r#""proband": {{"id": "{name}-1", "subject": {{"id": "kid", "sex": "MALE"}}}},"#
            ),
            false => r#""relatives": [],"#.to_owned(),
        };
        format!(
            r#"{{"id": "{name}", {proband} "pedigree": {{"persons": [
            {{"individualId": "kid", "paternalId": "dad", "affectedStatus": "AFFECTED"}}, {{"individualId": "dad"}}]}}}}"#
        )
    };
    let text = format!("{}\n{}\n", family("A", true), family("B", true));
    let input = read(&[("a.ndjson", &text)]).unwrap();
    let mut told = shown(&input);
    told.sort();
    assert_eq!(
        told,
        [
            "A-1 A:dad - m yes",
            "A:dad - - ? ?",
            "B-1 B:dad - m yes",
            "B:dad - - ? ?"
        ]
    );
    let text = format!("{}\n{}\n", family("A", false), family("B", false));
    let input = read(&[("a.ndjson", &text)]).unwrap();
    assert_eq!(
        shown(&input),
        [
            "A:kid A:dad - ? yes",
            "A:dad - - ? ?",
            "B:kid B:dad - ? yes",
            "B:dad - - ? ?"
        ]
    );
    let input = read(&[("a.json", &family("A", true))]).unwrap();
    assert_eq!(
        shown(&input),
        ["dad - - ? ?", "kid dad - m yes"]
            .map(|s| s.to_owned())
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
    );
}

#[test]
fn blanks_and_tabs() {
    let trio = ["KID DAD MUM m yes", "DAD - - m no", "MUM - - f no"];
    for text in [
        "F KID DAD MUM 1 2\nF  DAD 0 0 1 1\nF MUM 0 0  2 1\n",
        "F\tKID\tDAD\tMUM\t1\t2\nF\tDAD\t0\t0\t1\t1\nF\tMUM\t\t\t2\t1\n",
        "F KID\tDAD\tMUM\t1\t2\nF DAD\t0\t0\t1\t1\nF MUM\t0\t0\t2\t1\n",
        "F\tKID DAD MUM\t1\t2\nF\tDAD 0 0\t1\t1\nF\t MUM \t0 0\t2\t1\n",
        "F KID DAD MUM 1 2\nF DAD - NA 1 1\nF MUM . -9 2 1\n",
        "F\tKID\tDAD\tMUM\t1\t2\tthe first child\nF\tDAD\t0\t0\t1\t1\nF\tMUM\t0\t0\t2\t1\n",
    ] {
        assert_eq!(ped(text), trio, "{text}");
    }
    let smiths = "F\tJohn Smith\tJim Smith\tJane Smith\t1\t2\n";
    assert_eq!(ped(smiths), ["John Smith Jim Smith Jane Smith m yes"]);
    // either could be meant, or neither
    for text in [
        "F\tJohn Smith\t0\t0\t1\t2\n",
        "F 0\t1\t0\t0\t1\t2\t1 1\n",
        "F KID\tDAD MUM\t1\n",
        "F\tNA\t0\t0\t1\t1\n",
    ] {
        let input = read(&[("a.ped", text)]).unwrap();
        assert_eq!((input.people.len(), input.refused.len()), (0, 1), "{text}");
    }
}

#[test]
fn a_header_is_known_by_its_columns() {
    for text in [
        "1 child father mother 1 2\n1 father 0 0 1 1\n1 mother 0 0 2 1\n",
        "1 father 0 0 1 1\n1 mother 0 0 2 1\n1 child father mother 1 2\n",
        "ignored child father mother 1\nignored father 0 0 1\nignored mother 0 0 2\n",
        "family person father mother 1 2\n",
    ] {
        assert_eq!(ped(text).len(), text.lines().count(), "{text}");
    }
    let kid = ["kid dad mum m yes"];
    for header in [
        "FID IID PAT MAT SEX PHENOTYPE",
        "# a comment\n\n#Family ID\tIndividual ID\tPaternal ID\t Maternal ID\tGender\tPhenotype",
        "#Kindred_ID\tSample_ID\tPaternal_ID\tMaternal_ID\tSex\tAffection_Status",
        "#FID\tIID\tPAT\tMAT\tSEX\tPHENO1",
        "family person father mother sex status",
    ] {
        assert_eq!(
            ped(&format!("{header}\nF kid dad mum 1 2\n")),
            kid,
            "{header}"
        );
        assert_eq!(
            ped(&format!("{header}\nF\tkid\tdad\tmum\t1\t2\n")),
            kid,
            "{header}"
        );
    }
    // columns stand where their header says, as in a .psam
    assert_eq!(
        ped("#IID\tSEX\tPAT\tMAT\nkid\t1\tdad\tmum\n"),
        ["kid dad mum m ?"]
    );
    assert_eq!(ped("#IID SEX\nkid 2\n"), ["kid - - f ?"]);
    assert_eq!(
        ped("#FID IID SID PAT MAT SEX PHENO1\nF kid s1 dad mum NA 2\n"),
        ["kid dad mum ? yes"]
    );
    let input = read(&[("a.psam", "#FID\tIID\tPAT\tMAT\tSEX\nF\tkid\tdad\t0\t1\n")]).unwrap();
    assert_eq!(shown(&input), ["kid dad - m ?"]);
    let input = read(&[("a.ped", "#IID SID SEX\nkid s1 2\n")]).unwrap();
    assert!(
        input.warnings[0].examples[0].ends_with("SID"),
        "{:?}",
        input.warnings
    );
}
