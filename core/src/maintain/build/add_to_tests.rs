//! What an addition needs of the dataset that it is to: what contradicts it is refused by name, options, reference,
//! annotations, sexes and people are those that are there.

use super::{Annotations, BuildOptions, PeopleOptions, add, build, load_people};
use crate::cohort::{Dataset, View};
use crate::error::{Error, Result};
use crate::store::open_manifest;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A folder of small inputs.
struct Inputs(tempfile::TempDir);

impl Inputs {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// An input of records, each of contig, position, and the rest of the line, behind lines of a header.
    fn vcf(&self, name: &str, header: &str, samples: &str, records: &[&str]) -> PathBuf {
        let mut text = format!(
            "##fileformat=VCFv4.3\n{header}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{samples}\n"
        );
        for record in records {
            text.push_str(&record.replace(' ', "\t"));
            text.push('\n');
        }
        self.write(name, &text)
    }
}

fn run(inputs: &[&PathBuf], to: &Path, options: &BuildOptions) -> Result<()> {
    add(inputs, to, options, &mut |_| true).map(|_| ())
}

const HEADER: &str = "##contig=<ID=1,length=1000>\n##contig=<ID=2,length=500>\n\
    ##INFO=<ID=DP,Number=1,Type=Integer,Description=\"\">\n";

/// The dataset must be what it was, to the last file.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap();
    let entries = entries.map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .filter(|(name, _)| name != "lock")
        .collect()
}

#[test]
fn what_contradicts_the_dataset_is_refused_by_name() {
    let inputs = Inputs::new();
    let first = inputs.vcf(
        "a.vcf",
        HEADER,
        "A\tB",
        &["1 100 . A G . . DP=3 GT:GQ 0/1:40 1/1:9"],
    );
    let to = inputs.path("d.vdx");
    let options = BuildOptions {
        min_gq: Some(20.0),
        info: vec!["DP".to_owned()],
        ..BuildOptions::default()
    };
    build(&[&first], &to, &options, &mut |_| true).unwrap();
    let before = files(&to);
    let other = inputs.vcf("b.vcf", HEADER, "C", &["1 100 . A G . . DP=3 GT:GQ 0/1:40"]);
    let long = HEADER.replace("1000", "1001");
    let long = inputs.vcf("long.vcf", &long, "C", &["1 100 . A G . . DP=3 GT 0/1"]);
    let alias = HEADER.replace("ID=1,length=1000", "ID=chr1,length=7");
    let alias = inputs.vcf("alias.vcf", &alias, "C", &["chr1 5 . A G . . DP=3 GT 0/1"]);
    let genes = inputs.write("genes.bed", "1\t2\t90\tGENE\n");
    let reference = inputs.write("r.fa", ">1\nACGT\n");
    let shared = inputs.vcf(
        "s.vcf",
        HEADER,
        "C\tB",
        &["2 3 . A G . . . GT 0/1 0/1", "1 100 . A T . . . GT 0/1 0/1"],
    );
    let given = |change: &dyn Fn(&mut BuildOptions)| {
        let mut options = BuildOptions::default();
        change(&mut options);
        options
    };
    let none = || BuildOptions::default();
    for (input, options, said) in [
        (
            &first,
            none(),
            "a.vcf:6: expected samples that have no records over the same stretch yet, found sample A, which the dataset has over 1:100-100",
        ),
        (
            &shared,
            none(),
            "found sample B, which the dataset has over 1:100-100",
        ),
        (
            &long,
            none(),
            "expected contig 1 of 1000 bases, as in the dataset, found 1001 bases",
        ),
        (
            &alias,
            none(),
            "expected contig chr1 of 1000 bases, as in the dataset, found 7 bases",
        ),
        (
            &other,
            given(&|o| o.min_gq = Some(30.0)),
            "min-gq: expected 20, as the dataset was built with, found 30",
        ),
        (
            &other,
            given(&|o| o.min_dp = Some(3.0)),
            "min-dp: expected none, as the dataset was built with, found 3",
        ),
        (
            &other,
            given(&|o| o.info = vec!["AF".to_owned()]),
            "info: expected DP, as the dataset was built with, found AF",
        ),
        (
            &other,
            given(&|o| o.sex_ploidy = true),
            "sex-ploidy: expected genotypes as written",
        ),
        (
            &other,
            given(&|o| o.genes = vec![genes.clone()]),
            "genes: expected no gene models",
        ),
        (
            &other,
            given(&|o| o.reference = Some(reference.clone())),
            "reference: expected none",
        ),
    ] {
        let error = run(&[input], &to, &options).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert!(files(&to) == before, "{error}");
    }
    let stopped = add(&[&other], &to, &none(), &mut |_| false);
    assert!(matches!(stopped, Err(Error::Cancelled)));
    assert!(files(&to) == before);
    // the options of the dataset are repeated
    run(&[&other], &to, &none()).unwrap();
    let low = inputs.vcf(
        "low.vcf",
        HEADER,
        "D",
        &["1 100 . A G . . DP=3 GT:GQ 0/1:19"],
    );
    run(&[&low], &to, &given(&|o| o.min_gq = Some(20.0))).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let counts = view.frequency("1:100:A:G", None).unwrap().unwrap();
    assert_eq!(
        (counts.ac, counts.an, counts.n_missing),
        (2, Some(4), Some(2))
    );
    let mut kept = view.variants("info.DP=3").unwrap();
    assert!(kept.next().unwrap().is_some());
    let elsewhere = run(&[&other], &inputs.path("none.vdx"), &none());
    assert!(matches!(elsewhere, Err(Error::NoDataset { .. })));
    assert!(!inputs.path("none.vdx").exists());
}

#[test]
fn where_the_reference_is_and_what_it_has_is_remembered() {
    let inputs = Inputs::new();
    let header = "##contig=<ID=1,length=24>\n";
    let reference = inputs.write("r.fa", ">1\nACGTTTTTACGTACGTACGTACGT\n");
    let first = inputs.vcf("a.vcf", header, "A", &["1 7 . TT T . . . GT 0/1"]);
    let next = inputs.vcf("b.vcf", header, "B", &["1 6 . TT T . . . GT 0/1"]);
    let to = inputs.path("d.vdx");
    let options = BuildOptions {
        reference: Some(reference.clone()),
        ..BuildOptions::default()
    };
    build(&[&first], &to, &options, &mut |_| true).unwrap();
    run(&[&next], &to, &BuildOptions::default()).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    assert_eq!(view.frequency("1:3:GT:G", None).unwrap().unwrap().ac, 2);
    let more = inputs.vcf("c.vcf", header, "C", &["1 8 . TA T . . . GT 0/1"]);
    let short = inputs.write("short.fa", ">1\nACGTTTTTACGT\n");
    let options = BuildOptions {
        reference: Some(short),
        ..BuildOptions::default()
    };
    let error = run(&[&more], &to, &options).unwrap_err().to_string();
    assert!(
        error.contains("reference: expected bases of 0 to 24 of contig 1"),
        "{error}"
    );
    std::fs::remove_file(&reference).unwrap();
    let error = run(&[&more], &to, &BuildOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("found nothing there: say where it is"),
        "{error}"
    );
    std::fs::remove_file(to.join("history.json")).unwrap();
    let error = run(&[&more], &to, &BuildOptions::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("found no note of where it is"), "{error}");
}

#[test]
fn annotations_and_sexes_are_those_of_the_dataset() {
    let inputs = Inputs::new();
    let header = "##contig=<ID=chrX,length=156040895>\n##INFO=<ID=CSQ,Number=.,Type=String,Description=\"Format: \
        Allele|Consequence|IMPACT|SYMBOL|Gene|Feature\">\n";
    let csq = "CSQ=G|missense_variant|MODERATE|AAA|ENSG1|ENST1";
    let first = inputs.vcf(
        "a.vcf",
        header,
        "A\tB",
        &[&format!("chrX 5000000 . A G . . {csq} GT 1/1 1/1")],
    );
    let to = inputs.path("d.vdx");
    let people = inputs.write("p.tsv", "id\tsex\nA\tmale\nB\tfemale\n");
    let options = BuildOptions {
        sex_ploidy: true,
        people: PeopleOptions {
            files: vec![people],
            ..PeopleOptions::default()
        },
        ..BuildOptions::default()
    };
    build(&[&first], &to, &options, &mut |_| true).unwrap();
    let next = inputs.vcf(
        "b.vcf",
        header,
        "C\tA2",
        &[&format!("chrX 5000000 . A G . . {csq} GT 1/1 1/1")],
    );
    let none = BuildOptions {
        annotations: Annotations::None,
        ..BuildOptions::default()
    };
    let error = run(&[&next], &to, &none).unwrap_err().to_string();
    assert!(
        error.contains("annotations: expected csq, as the dataset was built with, found none"),
        "{error}"
    );
    // the one is a male who is added with his sample, of the other nothing is known
    let added = BuildOptions {
        people: PeopleOptions {
            files: vec![inputs.write("q.tsv", "id\tsex\nC\tmale\n")],
            ..PeopleOptions::default()
        },
        ..BuildOptions::default()
    };
    run(&[&next], &to, &added).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let counts = view.frequency("chrX:5000000:A:G", None).unwrap().unwrap();
    assert_eq!(
        (counts.ac, counts.an, counts.n_hemi, counts.n_hom),
        (6, Some(6), 2, 2)
    );
    let carriers = view.ask("carriers(gene:AAA & impact>=moderate)").unwrap();
    assert_eq!(carriers.ids().unwrap(), ["A", "B", "C", "A2"]);
    assert_eq!(Dataset::open(&to).unwrap().manifest().carriers.len(), 2);
}

const PEOPLE: &str = "id\tsample\tsex\tpopulation\tcountry\thpo\tattribute.n\n";

/// All that is known of an individual.
fn known(view: &View, id: &str) -> String {
    let individual = view.individual(id).unwrap();
    individual.written(crate::export::IndividualFormat::Text).0
}

#[test]
fn people_who_are_there_stay_and_others_come_behind() {
    let inputs = Inputs::new();
    let first = inputs.vcf(
        "a.vcf",
        HEADER,
        "A\tB\tX",
        &["1 100 . A G . . . GT 0/1 1/1 0/1"],
    );
    let people = |name: &str, rows: &str| PeopleOptions {
        files: vec![inputs.write(name, &format!("{PEOPLE}{rows}"))],
        ..PeopleOptions::default()
    };
    let with = |people| BuildOptions {
        people,
        ..BuildOptions::default()
    };
    let to = inputs.path("d.vdx");
    let rows = "P0\tA\tfemale\tFIN\tFinland\tHP:0000118\t1\nP1\tB\tmale\tGBR\t\tHP:0001252;HP:0003324\t2\nL\t\tmale\t\t\t\t\n";
    build(&[&first], &to, &with(people("p.tsv", rows)), &mut |_| true).unwrap();
    let before = Dataset::open(&to).unwrap().view();
    // a sample of somebody who is there, one of a new person, one that nobody names, and one by an id
    let next = inputs.vcf(
        "b.vcf",
        HEADER,
        "C\tD\tE\tL",
        &["1 100 . A G . . . GT 0/1 1/1 0/1 0/1"],
    );
    let rows = "P1\tC\tmale\tGBR\t\tHP:0001252\t5\nP2\tD\tfemale\tFIN\tNorway\tHP:0000118\t\nP3\tX\tmale\t\t\t\t\n";
    run(&[&next], &to, &with(people("q.tsv", rows))).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    Dataset::open(&to).unwrap().verify().unwrap();
    let owner = |sample: &str| -> Option<String> {
        let number = view.sample_number(sample).unwrap().unwrap();
        let of = view.individual_of(number).unwrap();
        of.map(str::to_owned)
    };
    let owners = ["A", "B", "X", "C", "D", "E", "L"].map(owner);
    let owners = owners.each_ref().map(|of| of.as_deref().unwrap_or("-"));
    assert_eq!(owners, ["P0", "P1", "P3", "P1", "P2", "-", "L"]);
    let number = |view: &View, id: &str| view.people().unwrap().number(id).unwrap();
    for id in ["P0", "P1", "L"] {
        assert_eq!(number(&view, id), number(&before, id), "{id}");
    }
    assert_eq!(
        (number(&view, "P2"), number(&view, "P3")),
        (Some(4), Some(3))
    );
    // what a file says of somebody stands in the place of what was known
    assert_eq!(known(&view, "P0"), known(&before, "P0"));
    let ids = |who: &str| -> Vec<String> {
        let group = view.ask(who).unwrap();
        group
            .ids()
            .unwrap()
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(ids("HP:0001252"), ["P1"]);
    assert!(view.ask("HP:0003324").is_err());
    assert_eq!(ids("HP:0000118"), ["P0", "P2"]);
    assert_eq!(ids("population:FIN"), ["P0", "P2"]);
    assert_eq!(ids("attribute.n>=1"), ["P0", "P1"]);
    assert_eq!(ids("attribute.n:5"), ["P1"]);
    assert_eq!(
        ids("carriers(all, at_least: 1) & sex:male"),
        ["P1", "P3", "L"]
    );
    // and by people alone others are loaded in the place of all
    let alone = PeopleOptions {
        keep: 2,
        ..people("r.tsv", "P2\tD\tmale\t\t\t\t\n")
    };
    load_people(&to, &alone, &mut |_| true).unwrap();
    let all = Dataset::snapshots(&to).unwrap();
    let commands: Vec<_> = all
        .iter()
        .map(|of| of.command.as_deref().unwrap())
        .collect();
    assert_eq!(commands, ["people", "add"]);
    assert!(all[0].is_newest && all[0].time.as_deref() > Some("2026"));
    let then = Dataset::open_snapshot(&to, &all[1].id[..8]).unwrap().view();
    assert_eq!(then.ask("population:FIN").unwrap().count(), 2);
    assert!(Dataset::open_snapshot(&to, &all[1].id[..3]).is_err());
    let error = Dataset::open_snapshot(&to, "0000").unwrap_err().to_string();
    assert!(error.contains(&all[1].id), "{error}");
    // nothing is kept where nothing is said
    let more = inputs.vcf("c.vcf", HEADER, "F", &["2 100 . A G . . . GT 0/1"]);
    run(&[&more], &to, &BuildOptions::default()).unwrap();
    assert_eq!(Dataset::snapshots(&to).unwrap().len(), 1);
    assert!(Dataset::open_snapshot(&to, &all[1].id).is_err());
    // a view that is open shows what it showed
    assert_eq!(then.ask("population:FIN").unwrap().count(), 2);
    let manifest = open_manifest(&crate::format::Folder::on_disk(&to)).unwrap();
    let listed: Vec<&str> = manifest.files().map(|of| of.file.as_str()).collect();
    let here = files(&to);
    let others: Vec<&String> = here
        .keys()
        .filter(|name| !listed.contains(&name.as_str()))
        .collect();
    assert_eq!(others, ["decisions", "history.json", "manifest.json"]);
}
