//! What options of a build mean.

use crate::common::{Folder, build, content, header, keeping, options, vcf};
use varidex::{BuildOptions, Counts, Dataset, Error};

fn first(dataset: &Dataset) -> Counts {
    let mut variants = dataset.variants("all").unwrap();
    variants.next().unwrap().unwrap().counts().unwrap()
}

fn with_quality() -> String {
    let samples = ["A", "B", "C", "D", "E", "F"];
    let cells = [
        "0|1:30:8",
        "1|1:10:20",
        "0/1:.:9",
        "0|1:20:.",
        "1:19:7",
        "0|0:99",
    ];
    header("1", &samples) + "1\t5\t.\tA\tG\t.\t.\t.\tGT:GQ:DP\t" + &cells.join("\t") + "\n"
}

/// A genotype below the bound is missing; one whose GQ or DP is not told is kept.
#[test]
fn genotypes_below_a_bound_are_missing() {
    let folder = Folder::new();
    let count = |min_gq, min_dp| {
        let options = BuildOptions {
            min_gq,
            min_dp,
            ..options()
        };
        let dataset = folder.dataset(&with_quality(), &options);
        dataset.verify().unwrap();
        let carriers = dataset
            .ask("carriers(all)")
            .unwrap()
            .ids()
            .unwrap()
            .join("");
        let counts = first(&dataset);
        (counts.ac, counts.an.unwrap(), counts.n_missing, carriers)
    };
    assert_eq!(count(None, None), (6, 11, 0, "ABCDE".to_owned()));
    assert_eq!(count(Some(20.0), None), (3, 8, 2, "ACD".to_owned()));
    assert_eq!(count(Some(19.0), None), (4, 9, 1, "ACDE".to_owned()));
    assert_eq!(count(None, Some(8.0)), (5, 10, 1, "ABCD".to_owned()));
    assert_eq!(count(None, Some(8.5)), (4, 8, 2, "BCD".to_owned()));
    assert_eq!(count(Some(20.0), Some(9.0)), (2, 6, 3, "CD".to_owned()));
}

fn informed() -> String {
    let meta = "##INFO=<ID=I1,Number=1,Type=Integer,Description=\"x\">
##INFO=<ID=F1,Number=1,Type=Float,Description=\"x\">
##INFO=<ID=FA,Number=A,Type=Float,Description=\"x\">
##INFO=<ID=IR,Number=R,Type=Integer,Description=\"x\">
##INFO=<ID=S1,Number=1,Type=String,Description=\"x\">
##INFO=<ID=SA,Number=A,Type=String,Description=\"x\">
##INFO=<ID=IL,Number=.,Type=Integer,Description=\"x\">
##INFO=<ID=FL,Number=0,Type=Flag,Description=\"x\">\n#CHROM";
    let mut text = vcf("1", &["A"], &[]).replace("#CHROM", meta);
    for (position, alts, info) in [
        (
            1,
            "G",
            "I1=-7;F1=0.1;FA=0.5;IR=10,20;S1=one;SA=x;IL=1,2,3;FL;NEW=odd",
        ),
        (2, "G,T", "FA=0.5,.;IR=10,20,30;SA=x,y;IL=.;S1=."),
        (3, ".", "I1=2147483647;IR=5;F1=1e-30"),
        (4, "T", "F1=nan;S1=two,words"),
        (5, "T", "."),
    ] {
        text += &format!("1\t{position}\t.\tA\t{alts}\t.\t.\t{info}\tGT\t0|0\n");
    }
    text
}

fn rows(dataset: &Dataset, question: &str) -> String {
    let mut found = Vec::new();
    let mut variants = dataset.variants(question).unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let alternate = String::from_utf8_lossy(variant.alleles().unwrap().1).into_owned();
        found.push(format!(
            "{}{alternate}",
            variant.position().unwrap().one_based()
        ));
    }
    found.join(" ")
}

#[test]
fn info_is_compared_by_its_declared_type() {
    let folder = Folder::new();
    let keys = ["I1", "F1", "FA", "IR", "S1", "SA", "IL", "FL", "NEW"];
    let dataset = folder.dataset(&informed(), &keeping(&keys));
    dataset.verify().unwrap();
    for (question, expected) in [
        ("info.I1", "1G 3"),
        ("info.I1<0", "1G"),
        ("info.I1=2147483647", "3"),
        ("info.F1=0.1", "1G"),
        ("info.F1<0.1", "3"),
        ("info.F1<=0.1", "1G 3"),
        ("info.F1>0", "1G 3"),
        ("info.FA", "1G 2G"),
        ("info.FA=0.5", "1G 2G"),
        ("info.IR=20", "1G 2G"),
        ("info.IR=30", "2T"),
        ("info.IR=10", ""),
        ("info.IR=5", "3"),
        ("info.S1=one", "1G"),
        ("info.S1=words", "4T"),
        ("info.S1!=one", "4T"),
        ("info.S1", "1G 4T"),
        ("info.SA=x", "1G 2G"),
        ("info.SA=y", "2T"),
        ("info.IL>2", "1G"),
        ("info.IL", "1G"),
        ("info.FL", "1G"),
        ("!info.FL", "2G 2T 3 4T 5T"),
        ("info.NEW=odd", "1G"),
    ] {
        assert_eq!(rows(&dataset, question), expected, "{question}");
    }
    for wrong in [
        "info.FL>1",
        "info.I1=x",
        "info.S1<abc",
        "info.ABSENT>1",
        "info.I",
    ] {
        let error = dataset.variants(wrong).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Expression(_)), "{wrong}: {error}");
    }
}

#[test]
fn a_key_that_is_not_kept_is_an_error_that_says_how() {
    let folder = Folder::new();
    let dataset = folder.dataset(&informed(), &keeping(&["I1"]));
    let error = dataset.variants("info.F1>0.5").map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("--info F1"), "{error}");
    assert_eq!(dataset.info().info_keys.len(), 1);
}

#[test]
fn info_of_another_type_than_declared_is_missing_and_warned_of() {
    let folder = Folder::new();
    let text = informed().replace("I1=-7", "I1=many");
    let input = folder.write("a.vcf", text);
    let to = folder.path("x.vdx");
    let report = build(&[input], &to, &keeping(&["I1"])).unwrap();
    let warned: Vec<_> = report
        .warnings
        .iter()
        .filter(|w| w.what.contains("I1"))
        .collect();
    assert_eq!(warned.len(), 1, "{report}");
    assert_eq!(warned[0].count, 1);
    assert_eq!(rows(&Dataset::open(&to).unwrap(), "info.I1"), "3");
}

#[test]
fn a_missing_value_is_nothing_to_warn_of() {
    let folder = Folder::new();
    let text = informed().replace("I1=-7", "I1=.");
    let input = folder.write("a.vcf", text);
    let to = folder.path("x.vdx");
    let report = build(&[input], &to, &keeping(&["I1", "S1", "IL"])).unwrap();
    let about: Vec<_> = report
        .warnings
        .iter()
        .filter(|w| w.what.contains("type"))
        .collect();
    assert!(about.is_empty(), "{report}");
}

/// Sorting gives what sorted input gives, byte for byte.
#[test]
fn sorted_by_the_build_as_before_it() {
    let folder = Folder::new();
    let sorted: Vec<String> = (0..400)
        .map(|n| {
            let gt = ["0|0", "0|1", "1|1", "./1"][n * 7 % 5 % 4];
            format!(
                "{} {} A {} {gt} 0|1",
                1 + n / 200,
                5 + n % 200 * 3,
                ["G", "T,C"][n % 2]
            )
        })
        .collect();
    let mut mixed = sorted.clone();
    mixed.sort_by_key(|record| {
        let place = record.split(' ').nth(1).unwrap().parse::<u64>().unwrap();
        place.wrapping_mul(7_919) % 1_009
    });
    let write = |name, records: &[String]| {
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        folder.write(name, vcf("1,2", &["A", "B"], &records))
    };
    let (sorted, mixed) = (write("sorted.vcf", &sorted), write("mixed.vcf", &mixed));
    let sorting = BuildOptions {
        sort: true,
        ..options()
    };
    let [a, b, c] = ["a.vdx", "b.vdx", "c.vdx"].map(|name| folder.path(name));
    build(&[&sorted], &a, &options()).unwrap();
    let report = build(&[&mixed], &b, &sorting).unwrap();
    build(&[&sorted], &c, &sorting).unwrap();
    assert_eq!((report.records, report.stored), (400, 400));
    assert!(content(&a) == content(&b));
    assert!(content(&a) == content(&c));
    assert!(build(&[&mixed], &folder.path("d.vdx"), &options()).is_err());
}
