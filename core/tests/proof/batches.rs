//! Several files: contigs in files of their own, batches of samples, columns in another order,
//! samples that only some files have.

use crate::common::check::{check, compare, group_of};
use crate::common::generate::{Cohort, INFO_KEYS, cohort};
use crate::common::oracle::{Genotype, Oracle, Row};
use crate::common::{Folder, build, keeping, options, vcf};
use proptest::prelude::*;
use std::sync::Arc;
use varidex::{Counts, Dataset, Error, Position, Report, View};

struct Files {
    texts: Vec<String>,
    folder: Folder,
}

impl Files {
    fn new(texts: Vec<String>) -> Self {
        let folder = Folder::new();
        for (number, text) in texts.iter().enumerate() {
            folder.write(&format!("{number}.vcf"), text);
        }
        Self { texts, folder }
    }

    fn try_build(&self) -> varidex::Result<Report> {
        let paths: Vec<_> = (0..self.texts.len())
            .map(|number| self.folder.path(&format!("{number}.vcf")))
            .collect();
        build(&paths, &self.folder.path("x.vdx"), &options())
    }

    fn dataset(&self) -> View {
        self.try_build().unwrap();
        let dataset = Dataset::open(self.folder.path("x.vdx")).unwrap().view();
        dataset.dataset().verify().unwrap();
        dataset
    }

    fn oracle(&self) -> Oracle {
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        Oracle::parse(&texts)
    }
}

/// Files of the same records over different samples: the nth row of a spelling in one file and the
/// nth in another are one variant.
fn joined(oracle: Oracle, batches: usize) -> Oracle {
    let key = |row: &Row| {
        let upper = |text: &str| text.to_ascii_uppercase();
        (
            row.contig.clone(),
            row.position,
            upper(&row.reference),
            upper(&row.alternate),
        )
    };
    let mut rows = Vec::new();
    for same in oracle.rows.chunk_by(|a, b| key(a) == key(b)) {
        let each = same.len() / batches;
        for n in 0..each {
            let mut row = same[n].clone();
            let mut genotypes: Vec<Option<Genotype>> = vec![None; oracle.samples.len()];
            for part in same.iter().skip(n).step_by(each) {
                for (all, one) in genotypes.iter_mut().zip(part.genotypes.iter()) {
                    *all = all.take().or_else(|| one.clone());
                }
            }
            row.genotypes = Arc::new(genotypes);
            rows.push(row);
        }
    }
    Oracle { rows, ..oracle }
}

/// Halves of everybody, and some of each half.
fn groups(samples: usize) -> [Vec<u32>; 3] {
    let samples = samples as u32;
    [
        (0..samples / 2).collect(),
        (0..samples).step_by(3).collect(),
        vec![samples - 1],
    ]
}

fn shuffled(samples: usize, seed: usize) -> Vec<usize> {
    let mut columns: Vec<usize> = (0..samples).collect();
    columns.sort_by_key(|n| (n * 7_919 + seed * 104_729) % 257);
    columns
}

/// Without duplicates: which of several would be the same variant is reported by their order alone.
fn all_contigs(cohort: &Cohort) -> Vec<usize> {
    (0..cohort.contigs.len()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn contigs_in_files_of_their_own(cohort in cohort(1..30usize, 40), seed in any::<u8>()) {
        let columns = |n: usize| match n {
            0 => (0..cohort.samples).collect(),
            n => shuffled(cohort.samples, usize::from(seed) * n),
        };
        let texts = all_contigs(&cohort).into_iter().map(|n| cohort.part(&[n], &columns(n)));
        let files = Files::new(texts.collect());
        let dataset = files.dataset();
        check(&dataset, &files.oracle(), &groups(cohort.samples));
        prop_assert!(dataset.info().segments <= files.texts.len() as u64);
    }

    #[test]
    fn batches_of_samples_over_the_same_sites(
        cohort in cohort(3..40usize, 40),
        seed in any::<u8>(),
        batches in 2..4usize,
    ) {
        let all = shuffled(cohort.samples, usize::from(seed));
        let contigs = all_contigs(&cohort);
        let texts = all
            .chunks(cohort.samples.div_ceil(batches))
            .map(|columns| cohort.part(&contigs, columns));
        let files = Files::new(texts.collect());
        let count = files.texts.len();
        let oracle = joined(files.oracle(), count);
        let dataset = files.dataset();
        check(&dataset, &oracle, &groups(cohort.samples));
    }

    #[test]
    fn fewer_samples_on_a_contig(cohort in cohort(4..30usize, 40), seed in any::<u8>()) {
        let mut texts = Vec::new();
        for contig in all_contigs(&cohort) {
            let mut columns = shuffled(cohort.samples, usize::from(seed));
            if contig > 0 {
                columns.truncate(cohort.samples / (contig + 1));
            }
            texts.push(cohort.part(&[contig], &columns));
        }
        // samples of a file without a record were looked at nowhere
        texts.retain(|text| Oracle::parse(&[text]).records > 0);
        prop_assume!(!texts.is_empty());
        let files = Files::new(texts);
        let oracle = files.oracle();
        check(&files.dataset(), &oracle, &groups(oracle.samples.len()));
    }
}

fn counts(dataset: &View, question: &str) -> Vec<Counts> {
    let mut found = Vec::new();
    let mut variants = dataset.variants(question).unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        found.push(variant.counts().unwrap());
    }
    found
}

/// One variant that two batches tell differently: AC 3 of AN 4.
fn told_differently(folder: &Folder) -> View {
    let line = |id, quality, filter, info, gt| {
        format!("1\t5\t{id}\tA\tG\t{quality}\t{filter}\t{info}\tGT\t{gt}\n")
    };
    let declared = "##INFO=<ID=X,Number=1,Type=Integer,Description=\"x\">\n#CHROM";
    let head = |sample| vcf("1", &[sample], &[]).replace("#CHROM", declared);
    let first = head("A") + &line("rs5", "50", "PASS", "X=1", "0|1");
    let second = head("B") + &line(".", "9", "q10", "X=7", "1|1");
    let inputs = [folder.write("a.vcf", first), folder.write("b.vcf", second)];
    let to = folder.path("x.vdx");
    build(&inputs, &to, &keeping(&["X"])).unwrap();
    Dataset::open(&to).unwrap().view()
}

/// A question picks the variant with the counts of everybody, and the carriers of records that pass.
fn picks(dataset: &View, question: &str, carriers: &[&str]) {
    let expected = Counts {
        ac: 3,
        an: Some(4),
        n_het: 1,
        n_hom: 1,
        n_missing: Some(0),
        ..Counts::default()
    };
    assert_eq!(counts(dataset, question), [expected], "{question}");
    let group = dataset.ask(&format!("carriers({question})")).unwrap();
    assert_eq!(group.ids().unwrap(), carriers, "{question}");
    let mut variants = dataset.variants(question).unwrap();
    let mut variant = variants.next().unwrap().unwrap();
    let mut reported = Vec::new();
    variant
        .carriers(|carrier| reported.push(dataset.sample_name(carrier.sample).unwrap()))
        .unwrap();
    assert_eq!(reported, carriers, "{question}");
}

/// FILTER, QUAL and INFO are those of the record of each batch's samples. Any record decided for all: who
/// carried a variant in a file where it was filtered was a carrier of `filter:PASS`.
#[test]
fn each_batch_has_a_record_of_its_own() {
    let folder = Folder::new();
    let dataset = told_differently(&folder);
    for (question, carriers) in [
        ("all", &["A", "B"][..]),
        ("1", &["A", "B"]),
        ("1:5:A:G", &["A", "B"]),
        ("1:5-5", &["A", "B"]),
        ("ac=3", &["A", "B"]),
        ("qual>40", &["A"]),
        ("qual<10", &["B"]),
        ("!(qual>40)", &["B"]),
        ("filter:PASS", &["A"]),
        ("filter:q10", &["B"]),
        ("!filter:PASS", &["B"]),
        ("filter:PASS & ac=3 & 1:5", &["A"]),
        ("filter:PASS | filter:q10", &["A", "B"]),
        ("filter:PASS | ac=3", &["A", "B"]),
        ("filter:q10 & info.X=7 & qual=9", &["B"]),
        ("info.X=1", &["A"]),
        ("info.X=7", &["B"]),
        ("info.X!=7", &["A"]),
        ("info.X", &["A", "B"]),
    ] {
        picks(&dataset, question, carriers);
    }
    // no record is both
    for question in [
        "filter:PASS & filter:q10",
        "filter:PASS & qual<10",
        "info.X=1 & filter:q10",
        "ac<3",
    ] {
        assert_eq!(counts(&dataset, question), [], "{question}");
    }
}

/// What is shown of FILTER and QUAL is that of the records that were picked, and so agrees with the question.
#[test]
fn what_is_shown_is_what_was_picked() {
    let folder = Folder::new();
    let dataset = told_differently(&folder);
    for (question, filter, quality) in [
        ("all", "PASS,q10", 50.0),
        ("filter:PASS", "PASS", 50.0),
        ("filter:q10", "q10", 9.0),
        ("!filter:PASS", "q10", 9.0),
        ("qual<10", "q10", 9.0),
        ("filter:PASS | filter:q10", "PASS,q10", 50.0),
    ] {
        let mut variants = dataset.variants(question).unwrap();
        let mut variant = variants.next().unwrap().unwrap();
        assert_eq!(variant.filter().unwrap(), filter, "{question}");
        assert_eq!(variant.quality().unwrap(), Some(quality), "{question}");
        // the ids of all batches, which name the variant
        assert_eq!(variant.id().unwrap(), b"rs5", "{question}");
    }
}

/// Three batches: equal texts are shown once, none among others as `.`, and ids are joined.
#[test]
fn filters_and_ids_of_several_batches_are_joined() {
    let line = |id, filter| format!("1\t5\t{id}\tA\tG\t.\t{filter}\t.\tGT\t0|1\n");
    let reported = [
        ("rs1;x", "q10;s50"),
        (".", "."),
        ("x;rs2", "q10;s50"),
        ("rs1", "PASS"),
    ];
    let texts = (0..).zip(reported).map(|(n, (id, filter))| {
        let sample = format!("S{n}");
        vcf("1", &[&sample], &[]) + &line(id, filter)
    });
    let dataset = Files::new(texts.collect()).dataset();
    let shown = |question: &str| {
        let mut variants = dataset.variants(question).unwrap();
        let mut variant = variants.next().unwrap().unwrap();
        let filter = variant.filter().unwrap().into_owned();
        (
            filter,
            String::from_utf8(variant.id().unwrap().to_vec()).unwrap(),
        )
    };
    let ids = "rs1;x;rs2".to_owned();
    assert_eq!(shown("all"), ("q10;s50,.,PASS".to_owned(), ids.clone()));
    assert_eq!(shown("filter:."), (String::new(), ids.clone()));
    assert_eq!(shown("filter:s50"), ("q10;s50".to_owned(), ids.clone()));
    assert_eq!(shown("rs2 & !filter:PASS"), ("q10;s50,.".to_owned(), ids));
}

/// An ID is the variant's, whichever batch has it.
#[test]
fn an_id_of_one_batch_picks_the_variant_in_all() {
    let folder = Folder::new();
    let dataset = told_differently(&folder);
    for question in ["id:rs5", "rs5", "id:rs5 & qual<10", "id:rs5 | qual>10"] {
        let carriers = match question.contains("qual<10") {
            true => &["B"][..],
            false => &["A", "B"],
        };
        picks(&dataset, question, carriers);
    }
    assert_eq!(counts(&dataset, "!id:rs5"), []);
}

/// Four answers: counted, covered by another ALT, covered by a block, and not looked at.
#[test]
fn an_is_unknown_where_a_batch_was_not_looked_at() {
    let first = vcf(
        "1",
        &["A", "B"],
        &["1 5 A G 0|1 ./1", "1 20 C T 1|1 0|0", "1 40 G T 0/1 0/0"],
    );
    let second =
        vcf("1", &["C"], &["1 5 A C 1|1"]) + "1\t15\t.\tA\t<NON_REF>\t.\t.\tEND=30\tGT\t0/0\n";
    let files = Files::new(vec![first, second]);
    let dataset = files.dataset();
    let of = |question: &str| counts(&dataset, question).pop().unwrap();
    assert_eq!(
        (of("1:5:A:G").ac, of("1:5:A:G").an, of("1:5:A:G").n_missing),
        (2, Some(5), Some(1))
    );
    assert_eq!((of("1:5:A:C").ac, of("1:5:A:C").an), (2, Some(5)));
    assert_eq!((of("1:20:C:T").ac, of("1:20:C:T").an), (2, Some(6)));
    assert_eq!((of("1:40:G:T").ac, of("1:40:G:T").an), (1, None));
    assert_eq!(of("1:40:G:T").af(), None);
    // in a group without that batch everything is known
    let group = group_of(&dataset, &[0, 1]);
    let mut variants = dataset.variants_in("1:40:G:T", &group).unwrap();
    let counts = variants.next().unwrap().unwrap().counts().unwrap();
    assert_eq!((counts.ac, counts.an), (1, Some(4)));
    // one allele without an expression says the same
    for (position, alternate, an) in [(5, "G", Some(5)), (40, "T", None)] {
        let reference = if position == 5 { "A" } else { "G" };
        let place = Position::from_one_based(position).unwrap();
        let allele = dataset
            .allele("1", place, reference, alternate)
            .unwrap()
            .unwrap();
        assert_eq!(allele.counts().unwrap().an, an);
        let inside = allele.counts_in(&group).unwrap();
        assert!(inside.an.is_some());
    }
    // an AN that is not known is not below anything: the variant has one all the same
    let oracle = files.oracle();
    let first: Vec<&Row> = oracle
        .rows
        .iter()
        .filter(|row| row.position == 40)
        .collect();
    let mut variants = dataset.variants_in("1:40", &group).unwrap();
    compare(&mut variants, &first, &[0, 1].into());
}

#[test]
fn a_sample_with_two_genotypes_at_a_place_is_refused() {
    let first = vcf("1", &["A", "B"], &["1 5 A G 0|1 1|1", "1 20 C T 1|1 0|0"]);
    let second = vcf("1", &["B", "C"], &["1 10 A G 0|1 1|1"]);
    let files = Files::new(vec![first, second]);
    let error = files.try_build().unwrap_err();
    assert!(matches!(error, Error::Input(_)), "{error}");
    assert!(error.to_string().contains('B'), "{error}");
    assert!(!files.folder.path("x.vdx").exists());
}

#[test]
fn files_over_the_same_samples_may_overlap() {
    let first = vcf("1", &["A", "B"], &["1 5 A G 0|1 1|1", "1 20 C T 1|1 0|0"]);
    let second = vcf("1", &["B", "A"], &["1 10 A G 0|1 1|1", "1 20 C A 0|1 0|0"]);
    let files = Files::new(vec![first, second]);
    check(&files.dataset(), &files.oracle(), &groups(2));
}

#[test]
fn info_declared_otherwise_in_another_file_is_refused() {
    let folder = Folder::new();
    let declare = |kind: &str| {
        let line = format!("##INFO=<ID=X,Number=1,Type={kind},Description=\"x\">\n#CHROM");
        vcf("1", &["A"], &["1 5 A G 0|1"]).replace("#CHROM", &line)
    };
    let a = folder.write("a.vcf", declare("Integer"));
    let b = folder.write("b.vcf", declare("String").replace("1\t5", "1\t9"));
    let error = build(&[&a, &b], &folder.path("x.vdx"), &keeping(&["X"])).unwrap_err();
    assert!(matches!(error, Error::Input(_)), "{error}");
    build(&[&a, &b], &folder.path("x.vdx"), &keeping(&INFO_KEYS[..0])).unwrap();
}

/// One record of a batch may meet several of another: what these know of its ALTs differs, and so do the records that are
/// exported. AN of G was that of C once.
#[test]
fn alts_of_which_batches_know_different_genotypes_are_exported_apart() {
    let one = vcf("1", &["S0"], &["1 25 A C,T ./.", "1 25 A <NON_REF> 0/0"]);
    let two = vcf("1", &["S1", "S2"], &["1 25 A G,C 0/1 2/0"]);
    let files = Files::new(vec![one, two]);
    let view = files.dataset();
    let mut text = Vec::new();
    let options = varidex::ExportOptions {
        format: Some(varidex::ExportFormat::Vcf),
        ..varidex::ExportOptions::default()
    };
    view.export_to("all", None, &mut text, &options, &mut |_| true)
        .unwrap();
    let mut found = Vec::new();
    for line in String::from_utf8(text).unwrap().lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if let [_, "25", _, "A", alts, .., a, b, c] = fields[..] {
            found.push((alts.to_owned(), format!("{a} {b} {c}")));
        }
    }
    found.sort();
    let expected = [
        ("<NON_REF>", "0/0 0/0 0/0"),
        ("C", "./. 0/0 0/1"),
        ("G", "0/0 0/1 0/0"),
        ("T", "./. 0/0 0/0"),
    ];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    for (alternate, an) in [("C", 4), ("G", 6), ("T", 4)] {
        let counts = view.frequency(&format!("1:25:A:{alternate}"), None);
        assert_eq!(counts.unwrap().unwrap().an, Some(an), "{alternate}");
    }
}
