//! Alleles that a dataset does not have: what is known of their places. Counted by hand.

use crate::common::{Folder, build, options, vcf};
use varidex::{Absence, AbsenceReason, Dataset, Error, View};

/// Two batches; of the second only a row without change is at the place that the first has.
fn dataset(folder: &Folder) -> View {
    let header = "##fileformat=VCFv4.3\n##contig=<ID=1,length=100>\n\
        ##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n";
    let text = |samples: &[&str], records: &[&str]| {
        let whole = vcf("1", samples, records);
        let from = whole.find("#CHROM").unwrap();
        format!("{header}{}", &whole[from..])
    };
    let a = folder.write(
        "a.vcf",
        text(
            &["A0", "A1"],
            &[
                "1 10 A G 0|1 ./1",
                "1 10 A T 0|0 ./.",
                "1 20 CT C 0|1 0|0",
                "1 30 G T 1 0|1",
            ],
        ),
    );
    let mut of_b = text(&["B0"], &["1 30 G A 0|1"]);
    let block = "1\t5\t.\tC\t<*>\t.\t.\tEND=12\tGT\t0/0\n";
    let at = of_b.find("1\t30").unwrap();
    of_b.insert_str(at, block);
    let b = folder.write("b.vcf", of_b);
    let to = folder.path("x.vdx");
    build(&[&a, &b], &to, &options()).unwrap();
    Dataset::open(&to).unwrap().view()
}

fn absence(view: &View, allele: &str) -> Absence {
    view.absence(allele, None).unwrap().unwrap()
}

#[test]
fn what_is_at_the_place_is_said() {
    let folder = Folder::new();
    let view = dataset(&folder);
    assert_eq!(view.absence("1:10:A:G", None).unwrap(), None);
    let found = absence(&view, "1:10:A:C");
    // two known copies of A0, one of A1, and two of B0 by the block
    assert_eq!(
        (found.an, found.n_missing, found.samples),
        (Some(5), Some(1), 3)
    );
    assert_eq!(found.reason, AbsenceReason::NotCarried);
    let pairs: Vec<String> = found
        .others
        .iter()
        .map(|(r, a)| format!("{r}>{a}"))
        .collect();
    assert_eq!(pairs, ["A>G", "A>T"]);
    assert_eq!(
        found.to_string(),
        "nobody has it: 3 samples were looked at here, 1 of them with a copy that is not known; there is A>G, A>T"
    );
    // another ALT of the REF in each batch
    assert_eq!(absence(&view, "1:30:G:C").an, Some(5));
    // inside of the block of B alone: A was not looked at
    let found = absence(&view, "1:7:A:C");
    assert_eq!(
        (found.an, found.n_missing, &found.reason),
        (None, None, &AbsenceReason::NotCovered)
    );
    let of_b = view.ask("samples(B0)").unwrap();
    let found = view.absence("1:7:A:C", Some(&of_b)).unwrap().unwrap();
    assert_eq!(
        (found.an, found.samples, found.reason),
        (Some(2), 1, AbsenceReason::NotCarried)
    );
    let of_a = view.ask("samples(A0)").unwrap();
    let found = view.absence("1:10:A:C", Some(&of_a)).unwrap().unwrap();
    assert_eq!((found.an, found.samples), (Some(2), 1));
}

#[test]
fn why_it_is_absent_is_said() {
    let folder = Folder::new();
    let view = dataset(&folder);
    let found = absence(&view, "1:101:A:C");
    let length = 100;
    assert_eq!(
        found.reason,
        AbsenceReason::BehindEnd {
            contig: "1".to_owned(),
            length
        }
    );
    assert_eq!(
        found.to_string(),
        "the position is behind the end of 1, which has 100 bases"
    );
    assert_eq!(
        absence(&view, "1:100:A:C").reason,
        AbsenceReason::NotCovered
    );
    assert_eq!(
        absence(&view, "rs5").to_string(),
        "no variant has the id `rs5`"
    );
    let found = absence(&view, "1:20:CA:C");
    assert_eq!(
        found.to_string(),
        "the reference here is CT, not CA: another assembly, or the other strand?; there is CT>C"
    );
    // a shorter REF agrees as far as it goes
    assert_eq!(absence(&view, "1:20:C:G").reason, AbsenceReason::NotCovered);
    assert!(matches!(
        view.absence("2:5:A:C", None),
        Err(Error::Expression(_))
    ));
    assert!(matches!(
        view.absence("1:5", None),
        Err(Error::Expression(_))
    ));
}

#[test]
fn ids_make_groups() {
    let folder = Folder::new();
    let view = dataset(&folder);
    let group = view.group(["B0", "A0", "B0"]).unwrap();
    assert_eq!(group.ids().unwrap(), ["A0", "B0"]);
    assert_eq!(view.ask(group.label()).unwrap(), group);
    let nobody = view.group::<&str>([]).unwrap();
    assert_eq!((nobody.count(), nobody.label()), (0, "!all"));
    let error = view.group(["A0", "AO", "C9"]).unwrap_err();
    let Error::Expression(error) = error else {
        panic!("{error}");
    };
    assert_eq!(
        error.message,
        "no individual or sample `AO` here, nor of 1 others of the 3 ids"
    );
    assert!(
        error.candidates.contains(&"A0".to_owned()),
        "{:?}",
        error.candidates
    );
}

#[test]
fn an_id_of_two_is_refused() {
    let folder = Folder::new();
    let a = folder.write("a.vcf", vcf("1", &["S0", "S1"], &["1 10 A G 0|1 1|1"]));
    let people = folder.write(
        "people.tsv",
        "individual_id\tsample_id\tsex\nS1\tS0\tmale\nP\tS1\tfemale\n",
    );
    let to = folder.path("x.vdx");
    build(&[&a], &to, &options()).unwrap();
    let files = varidex::PeopleOptions {
        files: vec![people],
        ..varidex::PeopleOptions::default()
    };
    varidex::load_people(&to, &files, &mut |_| true).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let error = view.group(["S1"]).unwrap_err().to_string();
    assert!(
        error.contains("`individuals(S1)` or `samples(S1)`"),
        "{error}"
    );
    // S0 is a sample of the individual S1, and P an individual
    assert_eq!(view.group(["S0"]).unwrap().ids().unwrap(), ["S1"]);
    let both = view.group(["P", "S0"]).unwrap();
    assert_eq!(both.ids().unwrap(), ["S1", "P"]);
    assert_eq!(view.ask(both.label()).unwrap(), both);
}
