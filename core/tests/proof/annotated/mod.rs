//! Somebody's file with counts beside its alleles: against a comparison of whole sequences, `View::frequency`,
//! `bcftools annotate`, and hostile input.

mod bytes;
mod sequences;

use crate::common::{Folder, build, options, run, vcf};
use std::path::Path;
use varidex::{
    AnnotateOptions, AnnotateSummary, AnnotateWith, CountFilter, Dataset, Error, SiteCounts, View,
    annotate, annotate_to,
};

/// The annotated text of a file.
fn annotated(
    input: &Path,
    with: &[AnnotateWith],
    options: &AnnotateOptions,
) -> varidex::Result<(String, AnnotateSummary)> {
    let mut out = Vec::new();
    let summary = annotate_to(input, with, &mut out, options, &mut |_| true)?;
    Ok((String::from_utf8(out).unwrap(), summary))
}

/// POS, ALT, AC and AN of each record.
fn counts(text: &str) -> Vec<String> {
    let records = text.lines().filter(|line| !line.starts_with('#'));
    let of = |record: &str| {
        let columns: Vec<&str> = record.split('\t').collect();
        let info: Vec<&str> = columns[7].split(';').collect();
        let value = |key: &str| {
            let found = info.iter().find_map(|entry| entry.strip_prefix(key));
            found.unwrap_or("none").to_owned()
        };
        format!(
            "{}:{} {} {} {}",
            columns[0],
            columns[1],
            columns[4],
            value("VDX_AC="),
            value("VDX_AN=")
        )
    };
    records.map(of).collect()
}

fn plain(view: &View) -> Vec<AnnotateWith> {
    vec![AnnotateWith::new(view.clone())]
}

/// A joint call, and a block without change of each of two samples.
fn two_batches(folder: &Folder) -> View {
    let joint = vcf(
        "1,2",
        &["A", "B"],
        &[
            "1 100 A G 0/1 1/1",
            "1 200 CT C,CTT 0/1 1/2",
            "1 300 T <DEL> 0/1 0/0",
            "2 50 G A,* 0/1 ./.",
        ],
    );
    let joint = joint.replace("<DEL>\t.\t.\t.", "<DEL>\t.\t.\tEND=400;SVTYPE=DEL");
    let block = vcf("1,2", &["C"], &["1 90 A <NON_REF> 0/0"]);
    let block = block.replace("<NON_REF>\t.\t.\t.", "<NON_REF>\t.\t.\tEND=210");
    let inputs = [
        folder.write("joint.vcf", joint),
        folder.write("block.vcf", block),
    ];
    let to = folder.path("two.vdx");
    build(&inputs, &to, &options()).unwrap();
    Dataset::open(to).unwrap().view()
}

#[test]
fn nobody_is_not_the_same_as_nobody_looked() {
    let folder = Folder::new();
    let view = two_batches(&folder);
    let query = vcf(
        "1,2,3",
        &[],
        &[
            "1 100 A G",
            "1 100 A T,G,*",
            "1 100 a g",
            "1 95 C T",
            "1 200 CTT CT",
            "1 200 CT C,CTT,<NON_REF>",
            "1 200 C T",
            "2 50 G A",
            "2 50 G C",
            "3 7 A G,T",
            "1 300 T <DEL>",
            "1 400 T .",
            "1 99 GA GG",
        ],
    );
    let query = query.replace("<DEL>\t.\t.\t.", "<DEL>\t.\t.\tEND=400;SVTYPE=DEL");
    let far = "1\t300\t.\tT\t<DEL>\t.\t.\tEND=500;SVTYPE=DEL\n";
    let input = folder.write("query.vcf", query + far);
    let (text, summary) = annotated(&input, &plain(&view), &AnnotateOptions::default()).unwrap();
    let expected = [
        "1:100 G 3 6",
        "1:100 T,G,* 0,3,. 6,6,.",
        "1:100 g 3 6",
        // only the sample of the block was looked at
        "1:95 T 0 .",
        "1:200 CT 2 6",
        "1:200 C,CTT,<NON_REF> 2,1,. 6,6,.",
        "1:200 T 0 .",
        "2:50 A 1 .",
        "2:50 C 0 .",
        "3:7 G,T 0,0 .,.",
        "1:300 <DEL> 1 .",
        "1:400 . none none",
        "1:99 GG 3 6",
        "1:300 <DEL> 0 .",
    ];
    assert_eq!(counts(&text), expected);
    let [tally] = &summary.tallies[..] else {
        panic!("{summary:?}")
    };
    assert_eq!(
        (
            tally.present,
            tally.absent,
            tally.uncovered,
            tally.undecided
        ),
        (9, 1, 6, 0)
    );
    let [warning] = &summary.warnings[..] else {
        panic!("{summary:?}")
    };
    assert!(warning.contains("2 alleles not covered"), "{warning}");
    assert!(text.contains("##INFO=<ID=VDX_AN,Number=A,Type=Integer,"));
    // the same as rows
    let mut sites = SiteCounts::open(&input, &[AnnotateWith::new(view)]).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = sites.next().unwrap() {
        let counts = row.counts(0).map(|counts| (counts.ac, counts.an));
        rows.push((row.position, row.alternate, counts));
    }
    assert_eq!(rows.len(), 19);
    assert_eq!(rows[1], (100, "T".to_owned(), Some((0, Some(6)))));
    assert_eq!(rows[3], (100, "*".to_owned(), None));
    assert_eq!(rows[6], (200, "CT".to_owned(), Some((2, Some(6)))));
    assert_eq!(sites.warnings().len(), 1);
}

/// Without a reference two deletions of the same bases may be one: that they are not would be a guess.
#[test]
fn what_cannot_be_decided_has_no_counts() {
    let folder = Folder::new();
    let view = folder.dataset(
        &vcf("1", &["A"], &["1 100 CAA C 0/1", "1 300 A G 1/1"]),
        &options(),
    );
    let input = folder.write("query.vcf", vcf("1", &[], &["1 110 AAA A", "1 300 A G"]));
    let (text, summary) = annotated(&input, &plain(&view), &AnnotateOptions::default()).unwrap();
    let undecided = summary.tallies[0].undecided;
    let alone = view.frequency("1:110:AAA:A", None);
    match alone {
        Err(Error::Expression(_)) => {
            assert_eq!(counts(&text), ["1:110 A . .", "1:300 G 2 2"]);
            assert_eq!(undecided, 1);
            assert!(summary.warnings[0].contains("query.vcf:5: "), "{summary:?}");
        }
        other => {
            assert_eq!(other.unwrap(), None);
            assert_eq!(undecided, 0);
        }
    }
}

#[test]
fn groups_have_keys_of_their_own() {
    let folder = Folder::new();
    let people = folder.write(
        "people.tsv",
        "individual\tsample\tsex\tpopulation\nA\tA\tfemale\tNorth Finn\nB\tB\tmale\tGBR\nC\tC\tfemale\t\n",
    );
    let input = folder.write(
        "input.vcf",
        vcf("1", &["A", "B", "C"], &["1 100 A G 0/1 1/1 ./1"]),
    );
    let to = folder.path("x.vdx");
    build(&[&input], &to, &options()).unwrap();
    let with_people = varidex::PeopleOptions {
        files: vec![people],
        ..varidex::PeopleOptions::default()
    };
    varidex::load_people(&to, &with_people, &mut |_| true).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let query = folder.write("query.vcf", vcf("1", &[], &["1 100 A G", "1 100 A T"]));
    let with = AnnotateWith::new(view.clone()).by([varidex::Attribute::Population]);
    let women = AnnotateWith::new(view.clone())
        .named("W")
        .in_group(view.ask("sex:female").unwrap());
    let options = AnnotateOptions {
        filter: Some(CountFilter::new("ac(population:GBR)=2 & af>0.3").unwrap()),
        ..AnnotateOptions::default()
    };
    let (text, summary) = annotated(&query, &[with, women], &options).unwrap();
    assert_eq!((summary.records, summary.written), (2, 1));
    let record = text.lines().last().unwrap();
    for entry in [
        "VDX_AC=4",
        "VDX_AN=5",
        "VDX_AF=0.8",
        "VDX_HOM=1",
        "VDX_HEMI=0",
        "VDX_AC_North_Finn=1",
        "VDX_AN_GBR=2",
        "VDX_AF_GBR=1",
        "VDX_AC_unknown=1",
        "VDX_AN_unknown=1",
        "W_AC=2",
        "W_AN=3",
    ] {
        let info = record.split('\t').nth(7).unwrap();
        assert!(info.split(';').any(|one| one == entry), "{entry}: {info}");
    }
}

/// Counts as a join by `bcftools annotate` gives them, of alleles that are spelled alike; of text and of BCF.
#[test]
fn counts_are_those_of_a_join_by_bcftools() {
    let folder = Folder::new();
    let simulated = varidex_simulate::Options {
        samples: 30,
        variants: 400,
        seed: 11,
        structural: 0.0,
        ..varidex_simulate::Options::default()
    };
    varidex_simulate::simulate(&simulated, &folder.path("sim"), &mut |_, _| true).unwrap();
    let cohort = folder.path("sim").join("cohort.vcf.gz");
    let to = folder.path("x.vdx");
    build(&[&cohort], &to, &options()).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (sites, counted) = (folder.path("sites.vcf.gz"), folder.path("counted.vcf.gz"));
    let bcf = folder.path("sites.bcf");
    let made = [
        vec!["view", "--no-version", "-I", "-G", "-Oz", "-o"],
        vec!["view", "--no-version", "-I", "-G", "-Ob", "-o"],
        // this counts AC and AN anew
        vec!["view", "--no-version", "-c", "0", "-Oz", "-o"],
    ];
    for (mut arguments, path) in made.into_iter().zip([&sites, &bcf, &counted]) {
        let (path, from) = (text(path), text(&cohort));
        arguments.extend([path.as_str(), from.as_str()]);
        if run("bcftools", &arguments).is_none() {
            return;
        }
    }
    run("bcftools", &["index", "-f", &text(&counted)]);
    let out = folder.path("out.vcf.gz");
    let none = AnnotateOptions::default();
    annotate(&sites, &plain(&view), &out, &none, &mut |_| true).unwrap();
    let out_bcf = folder.path("out.bcf");
    annotate(&bcf, &plain(&view), &out_bcf, &none, &mut |_| true).unwrap();
    // AF has six digits in one, and 32 bits in the other
    let format = "%CHROM %POS %REF %ALT %VDX_AC %VDX_AN %VDX_HOM %VDX_HEMI\n";
    let ours = run("bcftools", &["query", "-f", format, &text(&out)]).unwrap();
    let of_bcf = run("bcftools", &["query", "-f", format, &text(&out_bcf)]).unwrap();
    let differ = ours.lines().zip(of_bcf.lines()).find(|(a, b)| a != b);
    assert_eq!((differ, ours.len()), (None, of_bcf.len()));
    run("bcftools", &["index", "-f", &text(&out)]);
    let columns = "INFO/B_AC:=INFO/AC,INFO/B_AN:=INFO/AN";
    let joined = folder.path("joined.vcf");
    let arguments = [
        "annotate",
        "--no-version",
        "-a",
        &text(&counted),
        "-c",
        columns,
        "-o",
        &text(&joined),
        &text(&out),
    ];
    run("bcftools", &arguments);
    let format = "%VDX_AC %VDX_AN %B_AC %B_AN\n";
    let both = run("bcftools", &["query", "-f", format, &text(&joined)]).unwrap();
    let mut compared = 0;
    for line in both.lines() {
        let [ac, an, their_ac, their_an] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        assert_eq!(ac, their_ac, "{line}");
        assert!(an.split(',').all(|an| an == their_an), "{line}");
        compared += 1;
    }
    assert!(compared > 300, "{compared}");
}
