//! Single cases of ploidy by sex.

use super::{FEW, Sex::Male, by_sex, counted, head, sample_name, sex};
use crate::common::{Folder, build, header, run};
use std::path::{Path, PathBuf};
use varidex::{Assembly, BuildOptions, Dataset, Error, PeopleOptions, SexPloidyReport};

fn small(folder: &Folder, genotypes: &[&str]) -> PathBuf {
    let samples: Vec<usize> = (0..FEW).collect();
    let line = |n: &str| {
        format!(
            "chrX\t{n}\t.\tA\tG\t.\t.\t.\tGT\t{}\n",
            genotypes.join("\t")
        )
    };
    folder.write("small.vcf", head(&samples) + &line("5000000"))
}

/// A block of one file over a bound: behind it nothing is known, and that is reported, for a row has one genotype.
#[test]
fn rows_without_change_end_at_bounds() {
    let folder = Folder::new();
    let head = header("chrX", &["S0"]);
    let text = head + "chrX\t2781470\t.\tA\t<NON_REF>\t.\t.\tEND=2781490\tGT\t0/0\n";
    let input = folder.write("one.g.vcf", text);
    let an = |sex_ploidy| {
        let to = folder.path("x.vdx");
        let report = build(
            &[&input],
            &to,
            &by_sex(&folder, Assembly::Grch38, sex_ploidy),
        )
        .unwrap();
        let dataset = Dataset::open(&to).unwrap();
        dataset.verify().unwrap();
        let view = dataset.view();
        let an = ["2781479", "2781480"].map(|position| {
            let absence = view.absence(&format!("X:{position}:A:T"), None).unwrap();
            absence.unwrap().an
        });
        (an, report.warnings.len())
    };
    let (before, undeclared) = an(false);
    assert_eq!(before, [Some(2), Some(2)]);
    assert_eq!(an(true), ([Some(2), None], undeclared + 1));
}

/// Reference blocks of VCF 4.5 in a file of several samples: within one, a genotype that is left out is that of the block,
/// by the place of the record that leaves it out.
#[test]
fn genotypes_of_blocks_go_by_the_place_of_the_record() {
    let folder = Folder::new();
    let more = "##FORMAT=<ID=LEN,Number=1,Type=Integer,Description=\"Length\">\n#CHROM";
    let head = header("chrX", &["S0", "S1"])
        .replace("#CHROM", more)
        .replace("VCFv4.3", "VCFv4.5");
    let text = head
        + "chrX\t2781470\t.\tA\t<*>\t.\t.\t.\tGT:LEN\t0/0:20\t0/0:20\n\
           chrX\t2781475\t.\tA\tG\t.\t.\t.\tGT\t.\t0/1\n\
           chrX\t2781485\t.\tA\tG\t.\t.\t.\tGT\t.\t0/1\n";
    let input = folder.write("blocks.vcf", text);
    let to = folder.path("x.vdx");
    build(&[&input], &to, &by_sex(&folder, Assembly::Grch38, true)).unwrap();
    let view = Dataset::open(&to).unwrap().view();
    let an = ["2781475", "2781485"].map(|position| {
        let found = view.frequency(&format!("X:{position}:A:G"), None).unwrap();
        found.unwrap().an
    });
    assert_eq!(an, [Some(4), Some(3)]);
}

/// Where genotypes would have to be guessed, a build ends with what is missing.
#[test]
fn what_must_be_known_is_asked_for() {
    let folder = Folder::new();
    let input = small(&folder, &["0/1"; 7]);
    let to = folder.path("x.vdx");
    let usual = by_sex(&folder, Assembly::Grch38, true);
    let people = |name: &str, text: &str| PeopleOptions {
        files: vec![folder.write(name, text)],
        ..PeopleOptions::default()
    };
    let twice = "F\tS0\t0\t0\t1\t0\n";
    let both = PeopleOptions {
        files: vec![
            folder.write("a.ped", twice),
            folder.write("b.ped", "F\tS0\t0\t0\t2\t0\n"),
        ],
        ..PeopleOptions::default()
    };
    for (options, expected) in [
        (
            BuildOptions {
                assembly: None,
                ..usual.clone()
            },
            "an assembly",
        ),
        (
            BuildOptions {
                people: PeopleOptions::default(),
                ..usual.clone()
            },
            "people with their sexes",
        ),
        (
            BuildOptions {
                people: people("c.ped", "F\tS0\t0\t0\t0\t0\n"),
                ..usual.clone()
            },
            "male or female",
        ),
        (
            BuildOptions {
                people: people("d.ped", "F\tX1\t0\t0\t1\t0\n"),
                ..usual.clone()
            },
            "male or female",
        ),
        (
            BuildOptions {
                people: both,
                ..usual.clone()
            },
            "one sex and one karyotype",
        ),
    ] {
        match build(&[&input], &to, &options) {
            Err(Error::Usage(message)) => assert!(message.contains(expected), "{message}"),
            other => panic!("{expected}: {other:?}"),
        }
        assert!(!to.exists());
    }
}

/// People who are loaded later change no genotype, and who has another sex now is reported.
#[test]
fn other_people_change_no_genotype() {
    let folder = Folder::new();
    let input = small(&folder, &["1/1"; 7]);
    let to = folder.path("x.vdx");
    build(&[&input], &to, &by_sex(&folder, Assembly::Grch38, true)).unwrap();
    let before = counted(&to);
    let load = |text: &str| {
        let people = PeopleOptions {
            files: vec![folder.write("other.ped", text)],
            ..PeopleOptions::default()
        };
        let report = varidex::load_people(&to, &people, &mut |_| true).unwrap();
        let mut warnings = report.warnings.into_iter();
        warnings.find(|(what, ..)| what.contains("another sex"))
    };
    let other = "F\tS0\t0\t0\t2\t0\nF\tS1\t0\t0\t2\t0\nF\tS3\t0\t0\t1\t0\n";
    let (_, count, first) = load(other).unwrap();
    assert_eq!(
        (count, first),
        (3, vec!["S0".into(), "S4".into(), "S6".into()])
    );
    assert_eq!(load(other), None);
    assert_eq!(counted(&to), before);
    let dataset = Dataset::open(&to).unwrap();
    assert!(dataset.view().info().sex_ploidy);
    dataset.verify().unwrap();
}

/// The chromosomes of a karyotype go before a sex; of others than XX and XY it is not known how many copies there are.
#[test]
fn karyotypes_decide() {
    let folder = Folder::new();
    let table = "individual\tsex\tkaryotype\nS0\tmale\tXXY\nS1\tfemale\tXY\nS2\t\tXY\nS3\tmale\t\nS4\tfemale\tXX\n\
        S5\tmale\tunknown\nS6\tother\t46,XY\n";
    let options = BuildOptions {
        people: PeopleOptions {
            files: vec![folder.write("people.tsv", table)],
            ..PeopleOptions::default()
        },
        ..by_sex(&folder, Assembly::Grch38, true)
    };
    let input = small(&folder, &["1/1"; 7]);
    let to = folder.path("x.vdx");
    let report = build(&[&input], &to, &options).unwrap();
    let changed = report.sex_ploidy.unwrap();
    let expected = SexPloidyReport {
        males: 5,
        females: 1,
        others: 1,
        haploid: 5,
        missing: Vec::new(),
    };
    assert_eq!(changed, expected);
    let view = Dataset::open(&to).unwrap().view();
    let found = view.frequency("chrX:5000000:A:G", None).unwrap().unwrap();
    assert_eq!(
        (found.ac, found.an, found.n_hom, found.n_hemi),
        (9, Some(9), 2, 5)
    );
}

/// `bcftools +fixploidy` takes the first allele of a genotype; of those that are one allele it says the same.
#[test]
fn counts_are_those_of_fixploidy() {
    let Some(_) = run("bcftools", &["--version"]) else {
        return;
    };
    let folder = Folder::new();
    let samples: Vec<usize> = vec![0, 1, 3, 4, 6];
    let calls = ["0/0", "1/1", "./."];
    let mut text = head(&samples);
    for (n, position) in [
        60_000,
        60_001,
        2_699_520,
        2_699_521,
        20_000_000,
        154_931_043,
        154_931_044,
    ]
    .iter()
    .enumerate()
    {
        let calls = samples
            .iter()
            .enumerate()
            .map(|(s, sample)| match sex(*sample) {
                Male => calls[(n + s) % 3],
                _ => ["0/1", "1/1", "0/0", "./."][(n + s) % 4],
            });
        let calls: Vec<&str> = calls.collect();
        text += &format!(
            "chrX\t{position}\t.\tA\tG\t.\t.\t.\tGT\t{}\n",
            calls.join("\t")
        );
    }
    let input = folder.write("in.vcf", text);
    let to = folder.path("x.vdx");
    build(&[&input], &to, &by_sex(&folder, Assembly::Grch37, true)).unwrap();
    let sexes = samples.iter().map(|&s| {
        format!(
            "{} {}\n",
            sample_name(s),
            if sex(s) == Male { "M" } else { "F" }
        )
    });
    let sexes = folder.write("sexes.txt", sexes.collect::<String>());
    let rules = "chrX 1 60000 M 1\nchrX 2699521 154931043 M 1\n* * * M 2\n* * * F 2\n";
    let rules = folder.write("ploidy.txt", rules);
    let fixed = folder.path("fixed.vcf");
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let arguments = [
        "+fixploidy",
        &path(&input),
        "-o",
        &path(&fixed),
        "--",
        "-s",
        &path(&sexes),
        "-p",
        &path(&rules),
    ];
    let Some(_) = run("bcftools", &arguments) else {
        return;
    };
    let other = folder.path("fixed.vdx");
    build(&[&fixed], &other, &by_sex(&folder, Assembly::Grch37, false)).unwrap();
    assert_eq!(counted(&to), counted(&other));
}
