//! Samples that are good enough as a mask, and frequencies by ancestry, beside datasets of those who are left.

use super::*;
use crate::cohort::View;
use crate::maintain::build::{BuildOptions, build};
use crate::model::Access;
use crate::query::{Group, QcPolicy};
use std::path::PathBuf;

const SAMPLES: [&str; 6] = ["A1", "A2", "B1", "C1", "D1", "E1"];
const CALLS: [&str; 6] = ["0|1", "1|1", "0|0", "0|1", "1|1", "0|1"];
const POLICY: &str = "name = \"good\"\nversion = \"1\"\nexpression = \"coverage>=30\"";

/// A dataset of some of the samples: A has two, C and D are Finns, and each sample has a coverage.
fn of_some(kept: &[usize]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let some = |of: [&str; 6]| kept.iter().map(|at| of[*at]).collect::<Vec<_>>().join("\t");
    let vcf = write(
        "a.vcf",
        format!(
            "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n1\t7\t.\tA\tG\t.\t.\t.\tGT\t{}\n",
            some(SAMPLES),
            some(CALLS)
        ),
    );
    let people = "id\tsex\tpopulation\nA\tF\tGBR\nB\tM\tGBR\nC\tM\tFIN\nD\tF\tFIN\nE\tM\tGBR\n";
    let mut map = "sample\tindividual\tattribute.coverage\n".to_owned();
    for at in kept {
        let coverage = [35, 12, 40, 9, 31, 30][*at];
        map += &format!("{}\t{}\t{coverage}\n", SAMPLES[*at], &SAMPLES[*at][..1]);
    }
    let mut options = BuildOptions {
        threads: Some(1),
        ..BuildOptions::default()
    };
    options.people.files = vec![write("people.tsv", people.to_owned())];
    options.people.sample_map = Some(write("map.tsv", map));
    let to = dir.path().join("d.vdx");
    build(&[vcf], &to, &options, &mut |_| true).unwrap();
    (dir, to)
}

fn counts(view: &View, group: Option<&Group>) -> (u64, Option<u64>) {
    let found = view.frequency("1:7:A:G", group).unwrap();
    found.map_or((0, Some(0)), |of| (of.ac, of.an))
}

fn names(view: &View) -> Vec<&str> {
    view.sample_names().unwrap().collect()
}

fn withdraws(ids: &[&str], purpose: Option<Purpose>) -> Withdrawal {
    Withdrawal {
        individuals: ids.iter().map(|id| (*id).to_owned()).collect(),
        purposes: purpose.into_iter().collect(),
        ..Withdrawal::default()
    }
}

#[test]
fn what_is_no_proof_is_not_seen() {
    let (_dir, path) = of_some(&[0, 1, 2, 3, 4, 5]);
    let dataset = Dataset::open(&path).unwrap();
    let policy: QcPolicy = POLICY.parse().unwrap();
    let access = Access::holder().with_proof(policy.hash());
    let view = dataset.view_by(&access, &policy).unwrap();
    assert_eq!(names(&view), ["A1", "B1", "D1", "E1"]);
    let (_other, only) = of_some(&[0, 2, 4, 5]);
    let only = Dataset::open(only).unwrap().view();
    assert_eq!(counts(&view, None), counts(&only, None));
    for who in ["proof", "all", "carriers(1:7)"] {
        assert!(
            !view.ask(who).unwrap().ids().unwrap().contains(&"C"),
            "{who}"
        );
    }
    assert!(view.ask("samples(A2)").is_err() && view.ask("individuals(C)").is_err());
    assert_eq!(
        view.people_counts(&[crate::model::Attribute::Population])
            .unwrap()
            .len(),
        2
    );
    // who is seen by the atom alone is as before
    let atom = dataset.view_by(&Access::holder(), &policy).unwrap();
    assert_eq!(
        (names(&atom).len(), atom.ask("proof").unwrap().count()),
        (6, 4)
    );
    // decisions hold beside it, and who comes back is judged anew
    withdraw(&path, &withdraws(&["B", "C"], None)).unwrap();
    assert_eq!(names(&view.renew().unwrap()), ["A1", "D1", "E1"]);
    let late = dataset.view_by(&access, &policy).unwrap();
    restore(&path, &withdraws(&["B", "C"], None)).unwrap();
    let back = late.renew().unwrap();
    assert_eq!((names(&back), back.id()), (names(&view), view.id()));
    assert_eq!(back.renew().unwrap().id(), back.id());
    assert_eq!(names(&dataset.view_like(&back).unwrap()), names(&view));
}

#[test]
fn proof_without_its_policy_is_refused_by_name() {
    let (_dir, path) = of_some(&[0, 1, 2]);
    let dataset = Dataset::open(&path).unwrap();
    let policy: QcPolicy = POLICY.parse().unwrap();
    let other: QcPolicy = POLICY.replace("30", "31").parse().unwrap();
    let access = Access::holder().with_proof(policy.hash());
    let hash = policy.hash().to_string();
    for error in [
        dataset.view_for(&access).unwrap_err(),
        dataset.view_by(&access, &other).unwrap_err(),
        dataset.view().again_for(&access).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Usage(_)), "{error}");
        assert!(error.to_string().contains(&hash), "{error}");
    }
    let json = access.to_json();
    assert_eq!(Access::from_json(&json).unwrap(), access);
    for bad in ["", "xyz", &hash[1..], &format!("+{}", &hash[1..])] {
        let bad = json.replace(&hash, bad);
        assert!(Access::from_json(&bad).is_err(), "{bad}");
    }
}

#[test]
fn frequencies_by_ancestry_are_without_who_is_against_them() {
    let (_dir, path) = of_some(&[0, 1, 2, 3, 4, 5]);
    let dataset = Dataset::open(&path).unwrap();
    withdraw(&path, &withdraws(&["D"], Some(Purpose::AfByAncestry))).unwrap();
    withdraw(&path, &withdraws(&["E"], Some(Purpose::Af))).unwrap();
    let view = dataset
        .view_for(&Access::holder().for_purpose(Purpose::Af))
        .unwrap();
    let (_other, left) = of_some(&[0, 1, 2, 3]);
    let left = Dataset::open(left).unwrap().view();
    // everybody but who is against `af`; with ancestry beside it, but who is against either
    let (_other, af) = of_some(&[0, 1, 2, 3, 4]);
    assert_eq!(
        counts(&view, None),
        counts(&Dataset::open(af).unwrap().view(), None)
    );
    for (by, is_cut) in [
        ("population", true),
        ("population,sex", true),
        ("f=population:FIN,m=sex:male", true),
        ("sex", false),
        ("m=sex:male", false),
    ] {
        let fields = view.by(&[by]).unwrap();
        let all = view.counted_by(&fields, None).unwrap();
        assert_eq!(all.is_some(), is_cut, "{by}");
        let expected = if is_cut {
            counts(&left, None)
        } else {
            counts(&view, None)
        };
        assert_eq!(counts(&view, all.as_ref()), expected, "{by}");
        if !is_cut {
            continue;
        }
        let same = left.groups_by(&left.by(&[by]).unwrap(), None).unwrap();
        let found = view.groups_by(&fields, None).unwrap();
        let shown = |view: &View, groups: &[(Vec<Option<String>>, Group)]| -> Vec<_> {
            let groups = groups
                .iter()
                .filter(|(_, group)| !group.samples().is_empty());
            groups
                .map(|(values, group)| (values.clone(), counts(view, Some(group))))
                .collect()
        };
        assert_eq!(shown(&view, &found), shown(&left, &same), "{by}");
    }
    // whoever holds the data, and who asks for frequencies by ancestry, needs no cut
    for access in [
        Access::holder(),
        Access::holder().for_purpose(Purpose::AfByAncestry),
    ] {
        let view = dataset.view_for(&access).unwrap();
        let by = view.by(&["population"]).unwrap();
        assert!(view.counted_by(&by, None).unwrap().is_none());
    }
}
