//! What options of a build mean.

use crate::common::{Folder, build, content, header, keeping, options, vcf};
use varidex::{BuildOptions, Counts, Dataset, Error, View};

fn first(dataset: &View) -> Counts {
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

/// A genotype below the bound is missing; one without GQ or DP is kept.
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
        dataset.dataset().verify().unwrap();
        let carriers = dataset
            .ask("carriers(all)")
            .unwrap()
            .ids()
            .unwrap()
            .join("");
        let counts = first(&dataset);
        (
            counts.ac,
            counts.an.unwrap(),
            counts.n_missing.unwrap(),
            carriers,
        )
    };
    assert_eq!(count(None, None), (6, 11, 0, "ABCDE".to_owned()));
    assert_eq!(count(Some(20.0), None), (3, 8, 2, "ACD".to_owned()));
    assert_eq!(count(Some(19.0), None), (4, 9, 1, "ACDE".to_owned()));
    assert_eq!(count(None, Some(8.0)), (5, 10, 1, "ABCD".to_owned()));
    assert_eq!(count(None, Some(8.5)), (4, 8, 2, "BCD".to_owned()));
    assert_eq!(count(Some(20.0), Some(9.0)), (2, 6, 3, "CD".to_owned()));
}

/// Reference blocks have no DP but the least of their bases (MIN_DP), sites without variant of GATK no GQ but
/// RGQ; where there is neither, the bound decides nothing, and that is reported.
#[test]
fn bounds_look_at_what_stands_in() {
    let folder = Folder::new();
    let keys = ["GQ", "RGQ", "DP", "MIN_DP"]
        .map(|key| format!("##FORMAT=<ID={key},Number=1,Type=Integer,Description=\"x\">\n"));
    let mut text = header("1", &["A", "B"]).replace("#CHROM", &(keys.concat() + "#CHROM"));
    for (position, alt, format, cells) in [
        (1, "<*>", "GT:MIN_DP", "0/0:0\t0/0:30"),
        (2, "G", "GT:DP:MIN_DP", "0/1:25:0\t0/1:5:30"),
        (3, "G", "GT:DP:MIN_DP", "0/1:.:0\t0/1:.:30"),
        (4, "G", "GT:RGQ", "0/1:3\t0/1:99"),
        (5, "G", "GT:GQ:RGQ", "0/1:.:3\t0/1:50:."),
        (6, "G", "GT", "0/1\t0/1"),
        (7, "G", "GT:GQ:DP", "0/1:.:.\t./.:.:."),
    ] {
        text += &format!("1\t{position}\t.\tA\t{alt}\t.\t.\t.\t{format}\t{cells}\n");
    }
    let input = folder.write("in.vcf", &text);
    let bcf = folder.path("in.bcf");
    let to = folder.path("x.vdx");
    let check =
        |input: &std::path::Path, min_gq, min_dp, called: [u64; 7], told: &[(&str, u64, u64)]| {
            let options = BuildOptions {
                min_gq,
                min_dp,
                replace: true,
                ..options()
            };
            let report = build(&[input], &to, &options).unwrap();
            let found: Vec<(&str, u64)> = report
                .warnings
                .iter()
                .filter(|warning| warning.what.contains("decides nothing"))
                .map(|warning| (warning.what.as_str(), warning.count))
                .collect();
            let expected: Vec<(&str, u64)> =
                told.iter().map(|&(what, count, _)| (what, count)).collect();
            assert_eq!(found, expected);
            let dataset = Dataset::open(&to).unwrap().view();
            let mut variants = dataset.variants("all").unwrap();
            let mut an = Vec::new();
            while let Some(mut variant) = variants.next().unwrap() {
                an.push(variant.counts().unwrap().an.unwrap());
            }
            assert_eq!(an, called);
        };
    let absent = "a record with neither DP nor MIN_DP: --min-dp decides nothing there";
    let unknown = "a called genotype with neither DP nor MIN_DP: --min-dp decides nothing there";
    let no_quality = "a record with neither GQ nor RGQ: --min-gq decides nothing there";
    let unknown_quality =
        "a called genotype with neither GQ nor RGQ: --min-gq decides nothing there";
    let mut inputs = vec![input.clone()];
    // BCF of another program, where there is one
    let arguments = [
        "view",
        "-Ob",
        "-o",
        bcf.to_str().unwrap(),
        input.to_str().unwrap(),
    ];
    if crate::common::run("bcftools", &arguments).is_some() {
        inputs.push(bcf.clone());
    }
    for input in inputs {
        check(
            &input,
            None,
            Some(10.0),
            [2, 2, 2, 4, 4, 4, 2],
            &[(absent, 3, 4), (unknown, 1, 7)],
        );
        check(
            &input,
            Some(20.0),
            None,
            [4, 4, 4, 2, 2, 4, 2],
            &[(no_quality, 4, 1), (unknown_quality, 1, 7)],
        );
        check(&input, None, None, [4, 4, 4, 4, 4, 4, 2], &[]);
    }
}

/// A key that no header declares was built without a word, and picked nothing.
#[test]
fn keys_that_nobody_declares_are_refused() {
    let folder = Folder::new();
    let input = folder.write("in.vcf", informed().replace("FL\tGT", "FL;NOPE=1\tGT"));
    let with = |inputs: &[&std::path::PathBuf], keys: &[&str]| {
        let options = BuildOptions {
            replace: true,
            ..keeping(keys)
        };
        build(inputs, &folder.path("x.vdx"), &options)
    };
    let error = with(&[&input], &["I1", "NOPE"]).unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
    let told = "--info NOPE: no input declares such a key";
    assert!(error.to_string().starts_with(told), "{error}");
    let error = with(&[&input], &["fl"]).unwrap_err();
    assert!(error.to_string().contains("did you mean FL, "), "{error}");
    assert!(!folder.path("x.vdx").exists());
    // one of several inputs is enough, whichever it is
    let bare = vcf("2", &["A"], &["2 5 A G 0|1"]);
    let bare = folder.write("bare.vcf", bare);
    for inputs in [[&bare, &input], [&input, &bare]] {
        with(&inputs, &["I1", "S1"]).unwrap();
        let dataset = Dataset::open(folder.path("x.vdx")).unwrap().view();
        assert_eq!(rows(&dataset, "info.I1<0"), "1G");
        dataset.dataset().verify().unwrap();
        let error = dataset.variants("info.NOPE=1").err().unwrap();
        assert!(error.to_string().contains("did you mean"), "{error}");
    }
    let other = informed().replace("ID=I1,Number=1,Type=Integer", "ID=I1,Number=1,Type=Float");
    let other = folder.write("other.vcf", other.replace("\tA\n", "\tB\n"));
    assert!(matches!(
        with(&[&input, &other], &["I1"]),
        Err(Error::Input(_))
    ));
}

/// The warning of one record was given of those before and behind as well.
#[test]
fn records_of_which_a_bound_decides_nothing_are_counted_once() {
    let folder = Folder::new();
    let head = vcf("1", &["A"], &[]).replace(
        "##FORMAT",
        "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n##FORMAT",
    );
    let record =
        |position, format, cell| format!("1\t{position}\t.\tA\tG\t.\t.\t.\t{format}\t{cell}\n");
    let text = head
        + &record(1, "GT", "./.")
        + &record(2, "GT:DP", "0/1:.")
        + &record(3, "GT", "0/1")
        + &record(4, "GT:DP", "0/1:9")
        + &record(5, "GT:DP", "0/1:NaN").replace("NaN", "30");
    let input = folder.write("in.vcf", text);
    let bounded = BuildOptions {
        min_dp: Some(10.0),
        ..options()
    };
    let report = build(&[&input], &folder.path("x.vdx"), &bounded).unwrap();
    let told: Vec<(u64, String)> = report
        .warnings
        .iter()
        .map(|warned| (warned.count, warned.what.clone()))
        .collect();
    let why = "with neither DP nor MIN_DP: --min-dp decides nothing there";
    let (record, genotype) = (
        format!("a record {why}"),
        format!("a called genotype {why}"),
    );
    assert_eq!(told, [(2, record), (1, genotype)]);
    let dataset = Dataset::open(folder.path("x.vdx")).unwrap().view();
    assert_eq!(rows(&dataset, "n_missing=0"), "2G 3G 5G");
}

/// Positions of one assembly are other places in another: `--assembly hg19` on a file of GRCh38 was taken.
#[test]
fn assemblies_that_contradict_each_other_are_refused() {
    let folder = Folder::new();
    let text = vcf("chr17", &["A"], &["chr17 43044300 A G 0|1"]);
    let text = text.replace("ID=chr17", "ID=chr17,length=83257441");
    let input = folder.write("in.vcf", &text);
    let with = |assembly: Option<&str>, genes: &str, name: &str| {
        let genes = match genes {
            "" => Vec::new(),
            text => vec![folder.write(name, text)],
        };
        let options = BuildOptions {
            assembly: assembly.map(|name| name.parse().unwrap()),
            genes,
            replace: true,
            ..options()
        };
        let report = build(&[&input], &folder.path("x.vdx"), &options);
        report.map(|report| {
            let told = report.warnings.into_iter();
            told.map(|w| format!("{} {}", w.what, w.first))
                .collect::<Vec<_>>()
        })
    };
    let refused = |result: Result<Vec<String>, Error>| match result {
        Err(Error::Input(error)) => format!(
            "{}: expected {}, found {}",
            error.place, error.expected, error.found
        ),
        other => panic!("{other:?}"),
    };
    with(Some("hg38"), "", "").unwrap();
    let error = refused(with(Some("hg19"), "", ""));
    assert_eq!(
        error,
        ": expected contigs of GRCh37, the assembly asked for, found contigs of GRCh38"
    );
    assert!(
        !folder.path("x.vdx").join("manifest.json").exists()
            || Dataset::open(folder.path("x.vdx")).is_ok()
    );
    let new = "chr17\t43044294\t43125483\tBRCA1\n";
    let old = "chr17\t41196311\t41277500\tBRCA1\n";
    assert_eq!(with(None, new, "new.bed").unwrap(), Vec::<String>::new());
    let error = refused(with(None, old, "old.bed"));
    let expected = "expected gene models of GRCh38, as the genotypes are, found GRCh37 (BRCA1 at chr17:41196312)";
    assert_eq!(error, format!(": {expected}"));
    let head = "##gff-version 3\n#!genome-build GRCh37.p13\n17\t.\tgene\t5\t9\t.\t+\t.\tID=gene:G1;Name=AAA1\n";
    let error = refused(with(None, head, "old.gff3"));
    assert!(
        error.starts_with(":2: expected gene models of GRCh38"),
        "{error}"
    );
    assert_eq!(
        with(None, &head.replace("37.p13", "38.p14"), "new.gff3").unwrap(),
        Vec::<String>::new()
    );
    // of no assembly that is known, some behind the end are odd, and most are wrong
    let behind = "chr17\t83257000\t83260000\tZZZ1\n";
    let inside = "chr17\t5\t9\tAAA1\nchr17\t50\t90\tAAA2\n";
    let told = with(None, &(behind.to_owned() + inside), "some.bed").unwrap();
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("a gene behind the end of its contig"),
        "{}",
        told[0]
    );
    assert!(
        told[0].ends_with("some.bed: ZZZ1 at chr17:83257001-83260000"),
        "{}",
        told[0]
    );
    let error = refused(with(None, behind, "most.bed"));
    assert!(error.contains("1 of 1 behind their ends"), "{error}");
    let told = with(None, "chrZ\t5\t9\tAAA1\n", "none.bed").unwrap();
    assert!(
        told[0].starts_with("no gene model lies on a contig"),
        "{told:?}"
    );
}

/// `--min-gq nan` filtered nothing, and a byte of memory was taken.
#[test]
fn numbers_that_make_no_sense_are_refused() {
    let folder = Folder::new();
    let input = folder.write("in.vcf", with_quality());
    let refused = |change: &dyn Fn(&mut BuildOptions)| {
        let mut options = options();
        change(&mut options);
        let error = build(&[&input], &folder.path("x.vdx"), &options).unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error}");
        assert!(!folder.path("x.vdx").exists());
        error.to_string()
    };
    for bound in [f64::NAN, f64::INFINITY, -1.0] {
        let error = refused(&|options| options.min_gq = Some(bound));
        assert!(
            error.starts_with("min-gq: expected a number from 0"),
            "{error}"
        );
        let error = refused(&|options| options.min_dp = Some(bound));
        assert!(
            error.starts_with("min-dp: expected a number from 0"),
            "{error}"
        );
    }
    let error = refused(&|options| options.memory = 1);
    assert_eq!(
        error,
        "memory: expected at least 1048576 bytes (1M), found 1"
    );
    refused(&|options| options.threads = Some(0));
    refused(&|options| options.pad = u32::MAX);
    let most = BuildOptions {
        threads: Some(usize::MAX),
        memory: 1 << 20,
        min_gq: Some(0.0),
        ..options()
    };
    build(&[&input], &folder.path("x.vdx"), &most).unwrap();
}

/// The place of the first such value was lost.
#[test]
fn values_not_of_their_type_are_warned_of_with_their_place() {
    let folder = Folder::new();
    let meta = "##INFO=<ID=RS,Number=1,Type=Integer,Description=\"x\">\n#CHROM";
    let text = vcf("1", &[], &[]).replace("#CHROM", meta)
        + "1\t5\t.\tA\tG\t.\t.\tRS=5\n\
           1\t9\trs2148000001\tA\tG\t.\t.\tRS=2148000001\n\
           1\t12\t.\tA\tG\t.\t.\tRS=-2147483649\n";
    let (a, b) = (
        folder.write("a.vcf", &text),
        folder.write(
            "b.vcf",
            text.replace("\n1\t5", "\n1\t25")
                .replace("1\t9", "1\t29")
                .replace("1\t12", "1\t32"),
        ),
    );
    for inputs in [vec![&b], vec![&a, &b]] {
        let to = folder.path("x.vdx");
        let options = BuildOptions {
            replace: true,
            ..keeping(&["RS"])
        };
        let report = build(&inputs, &to, &options).unwrap();
        let what = "INFO RS is not of its declared type: kept as missing";
        let warning = report.warnings.iter().find(|w| w.what == what).unwrap();
        assert_eq!(warning.count, 2 * inputs.len() as u64);
        let line = format!("{}:7", inputs[0].display());
        assert_eq!(warning.first, line);
        assert_eq!(
            rows(&Dataset::open(&to).unwrap().view(), "info.RS"),
            match inputs.len() {
                1 => "25G",
                _ => "5G 25G",
            }
        );
    }
}

/// `info.X` held of `X=.,.`, and lists of floats compared in 64 bits: a file and its BCF differed.
#[test]
fn lists_compare_as_single_values_do() {
    let folder = Folder::new();
    let meta = "##INFO=<ID=L,Number=.,Type=Float,Description=\"x\">
##INFO=<ID=F,Number=1,Type=Float,Description=\"x\">
##INFO=<ID=I,Number=.,Type=Integer,Description=\"x\">
##INFO=<ID=S,Number=.,Type=String,Description=\"x\">\n#CHROM";
    let mut text = vcf("1", &[], &[]).replace("#CHROM", meta);
    for (position, info) in [
        (1, "L=0.3,0.1;F=0.3;I=2147483647,16777217;S=a"),
        (2, "L=.,.;I=.,.;S=.,."),
        (3, "L=.,0.7;F=0.7;I=.,5;S=.,b"),
        (4, "L=.;I=.;S=."),
    ] {
        text += &format!("1\t{position}\t.\tA\tG\t.\t.\t{info}\n");
    }
    let plain = folder.dataset(&text, &keeping(&["L", "F", "I", "S"]));
    let questions = [
        ("info.L", "1G 3G"),
        ("info.I", "1G 3G"),
        ("info.S", "1G 3G"),
        ("info.F>=0.30000001", "1G 3G"),
        ("info.L>=0.30000001", "1G 3G"),
        ("info.L=0.3", "1G"),
        ("info.L<0.3", "1G"),
        ("info.L<0.1", ""),
        ("info.L=0.7", "3G"),
        // whole numbers have more digits than a float of 32 bits
        ("info.I=16777217", "1G"),
        ("info.I=16777216", ""),
        ("info.S!=a", "3G"),
        ("info.S!=b", "1G"),
    ];
    for (question, expected) in questions {
        assert_eq!(rows(&plain, question), expected, "{question}");
    }
    plain.dataset().verify().unwrap();
    let path = folder.path("out.bcf");
    plain
        .export(
            "all",
            None,
            &path,
            &varidex::ExportOptions::default(),
            &mut |_| true,
        )
        .unwrap();
    let to = folder.path("again.vdx");
    build(&[&path], &to, &keeping(&["L", "F", "I", "S"])).unwrap();
    let again = Dataset::open(&to).unwrap().view();
    for (question, expected) in questions.iter().filter(|(q, _)| !q.starts_with("info.I")) {
        assert_eq!(rows(&again, question), *expected, "{question}");
    }
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
            "I1=-7;F1=0.1;FA=0.5;IR=10,20;S1=one;SA=x;IL=1,2,3;FL",
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

fn rows(dataset: &View, question: &str) -> String {
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
    let keys = ["I1", "F1", "FA", "IR", "S1", "SA", "IL", "FL"];
    let dataset = folder.dataset(&informed(), &keeping(&keys));
    dataset.dataset().verify().unwrap();
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
    assert_eq!(rows(&Dataset::open(&to).unwrap().view(), "info.I1"), "3");
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
