//! Annotations of files: how they are read, refused, reported and shown.

mod real;

use crate::annotations::{Entry, GENES, META, found, record};
use crate::common::{Folder, build, content, data, keeping, options, run};
use std::collections::{BTreeMap, BTreeSet};
use varidex::{Annotations, Annotator, BuildOptions, Dataset, Error, Impact, View};

/// What bcftools csq says of several records together stands at one of them, and the others point to
/// it, forwards or backwards: they are no less affected.
#[test]
fn records_that_point_to_another_have_its_entry() {
    let folder = Folder::new();
    let meta = by_bcftools("BCSQ").replace("1>", "1>\n##contig=<ID=2>");
    let record = |contig: &str, position: usize, alts: &str, bcsq: &str| {
        format!("{contig}\t{position}\t.\tA\t{alts}\t.\t.\tBCSQ={bcsq}\tGT\t0|1\n")
    };
    let text =
        meta + &record(
            "1",
            10,
            "G",
            "missense|AAA1|T1|protein_coding|+|5V>5E|10A>G+12A>C",
        ) + &record("1", 12, "T,C", "@10,intron|BBB2|T2|protein_coding")
            + &record("1", 14, "C", "@10")
            + &record("1", 20, "G", "@30,@30")
            + &record(
                "1",
                30,
                "T",
                "stop_gained|CCC3|T3|protein_coding|-|6K>6*|20A>G+30A>T",
            )
            + &record("2", 12, "C", "@10,@x");
    let input = folder.write("input.vcf", text);
    let to = folder.path("dataset.vdx");
    let report = build(&[&input], &to, &options()).unwrap();
    let reported = report.annotations.unwrap();
    assert_eq!(reported.annotator, Annotator::Bcsq);
    assert_eq!(
        (reported.read, reported.stored, reported.refused_count()),
        (9, 6, 3)
    );
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    let rows = |text: &str| -> Vec<String> {
        let found = found(&dataset, text).into_iter();
        found
            .map(|(position, alt)| format!("{position}{alt}"))
            .collect()
    };
    assert_eq!(
        rows("gene:AAA1 & consequence:missense_variant"),
        ["10G", "12C"]
    );
    assert_eq!(rows("protein:V5E"), ["10G", "12C"]);
    assert_eq!(rows("gene:CCC3 & impact:high"), ["20G", "30T"]);
    assert_eq!(rows("gene:BBB2"), ["12C", "12T"]);
    let mut at = dataset.variants("1:12:A:C").unwrap();
    let reported = at.next().unwrap().unwrap().annotations().unwrap();
    let genes: Vec<&str> = reported.iter().map(|reported| reported.gene()).collect();
    assert_eq!(genes, ["BBB2", "AAA1"]);
}

/// The header of a file that bcftools csq annotated in this key.
fn by_bcftools(key: &str) -> String {
    let (before, after) = META.split_once("##INFO=<ID=CSQ").unwrap();
    let (_, after) = after.split_once('\n').unwrap();
    format!(
        "{before}##INFO=<ID={key},Number=.,Type=String,Description=\"Local consequence annotation from \
         BCFtools/csq. Format: Consequence|gene|transcript|biotype|strand|amino_acid_change|dna_change\">\n{after}"
    )
}

/// VEP can write into ANN, and bcftools csq into CSQ: transcripts were not found, and every entry
/// was refused.
#[test]
fn who_wrote_is_read_off_the_fields() {
    let folder = Folder::new();
    let entry = "C|missense_variant|LOW|AAA1|ENSG1|ENST1|ENST1.2:c.5A>C|ENSP1.1:p.Val2Ala|YES||";
    let rows = |dataset: &View, question: &str| found(dataset, question).len();
    for key in ["CSQ", "ANN", "BCSQ"] {
        let vep = META.replace("ID=CSQ", &format!("ID={key}"));
        let text = vep + &record(5, &["C"], entry).replace("CSQ=", &format!("{key}="));
        let dataset = folder.dataset(&text, &options());
        dataset.dataset().verify().unwrap();
        for question in [
            "ENST1:c.5A>C",
            "protein:V2A",
            "gene:ENSG1 & canonical",
            "gene:AAA1",
        ] {
            assert_eq!(rows(&dataset, question), 1, "{key} {question}");
        }
        assert_eq!(dataset.info().annotations, Some(key.to_lowercase()));
        let bcftools = by_bcftools(key)
            + &record(
                5,
                &["C"],
                "*missense|AAA1|ENST1|protein_coding|+|12K>12E|5A>C+8A>T",
            )
            .replace("CSQ=", &format!("{key}="))
            + &record(8, &["T"], "@5").replace("CSQ=", &format!("{key}="));
        let input = folder.write("bcftools.vcf", bcftools);
        let to = folder.path("bcftools.vdx");
        let with = BuildOptions {
            replace: true,
            ..options()
        };
        let report = build(&[&input], &to, &with).unwrap();
        let reported = report.annotations.unwrap();
        assert_eq!(
            (reported.read, reported.stored, reported.annotator.key()),
            (2, 2, key)
        );
        let dataset = Dataset::open(&to).unwrap().view();
        dataset.dataset().verify().unwrap();
        for question in ["protein:K12E", "gene:AAA1 & impact:moderate"] {
            assert_eq!(rows(&dataset, question), 2, "{key} {question}");
        }
    }
}

/// A score in ANN refused the whole file, a text in CSQ each of its entries.
#[test]
fn what_is_no_annotation_is_warned_of() {
    let folder = Folder::new();
    let to = folder.path("dataset.vdx");
    let score =
        "##INFO=<ID=ANN,Number=1,Type=Integer,Description=\"Score of the neural net\">\n#CHROM";
    let plain =
        "##INFO=<ID=CSQ,Number=.,Type=String,Description=\"Consequence annotations\">\n#CHROM";
    let bare = |more: &str, info: &str| {
        let (before, after) = META.split_once("##INFO=<ID=CSQ").unwrap();
        let (_, after) = after.split_once('\n').unwrap();
        let record = format!("1\t5\t.\tA\tC\t.\t.\t{info}\tGT\t0|1\n");
        folder.write(
            "input.vcf",
            format!("{before}{after}{record}").replace("#CHROM", more),
        )
    };
    let reported = |input: &std::path::Path, which: &str| {
        let options = BuildOptions {
            annotations: which.parse().unwrap(),
            replace: true,
            ..options()
        };
        let report = build(&[input], &to, &options)?;
        let warnings = report.warnings.into_iter();
        let warnings: Vec<String> = warnings
            .map(|w| format!("{} {}", w.what, w.first))
            .collect();
        Ok::<_, Error>((
            report.annotations.map(|reported| reported.annotator.key()),
            warnings,
        ))
    };
    let not = |key: &str, line: u64| {
        let file = folder.path("input.vcf");
        format!(
            "INFO {key} is described without the fields of an annotation: not taken for one {}:{line}",
            file.display()
        )
    };
    let input = bare(score, "ANN=12");
    assert_eq!(
        reported(&input, "auto").unwrap(),
        (None, vec![not("ANN", 4)])
    );
    assert!(matches!(reported(&input, "ann"), Err(Error::Input(_))));
    assert_eq!(reported(&input, "none").unwrap(), (None, vec![]));
    let input = bare(&plain.replace("#CHROM", score), "CSQ=damaging;ANN=12");
    let both = vec![not("CSQ", 4), not("ANN", 5)];
    assert_eq!(reported(&input, "auto").unwrap(), (None, both));
    // one that is none does not hide one that is
    let snpeff = "##INFO=<ID=ANN,Number=.,Type=String,Description=\"Functional annotations: 'Allele | Annotation | Annotation_Impact | Gene_Name'\">\n#CHROM";
    let input = bare(
        &plain.replace("#CHROM", snpeff),
        "CSQ=damaging;ANN=C|missense_variant|MODERATE|AAA1",
    );
    assert_eq!(
        reported(&input, "auto").unwrap(),
        (Some("ANN"), vec![not("CSQ", 4)])
    );
    assert_eq!(
        found(&Dataset::open(&to).unwrap().view(), "gene:AAA1").len(),
        1
    );
    // neither does another file
    let other = csq(&folder, "other.vcf", "C|missense_variant|LOW|AAA1|||||||");
    let other = {
        let text = std::fs::read_to_string(other)
            .unwrap()
            .replace("\tS0\n", "\tS1\n");
        folder.write("other.vcf", text)
    };
    let input = bare(plain, "CSQ=damaging");
    let with = BuildOptions {
        replace: true,
        ..options()
    };
    let report = build(&[&input, &other], &to, &with).unwrap();
    assert_eq!(report.annotations.unwrap().stored, 1);
    let warnings: Vec<&str> = report.warnings.iter().map(|w| w.what.as_str()).collect();
    let expected = [
        "INFO CSQ is described without the fields of an annotation: not taken for one",
        "no annotation in INFO CSQ: its rows are without",
    ];
    assert_eq!(warnings, expected);
}

/// Two deletions of one record are both `-` in VEP's `Allele`: neither must get what is of the other.
#[test]
fn two_deletions_written_alike_are_ambiguous() {
    let folder = Folder::new();
    let text = "1\t20\t.\tCAAGCC\tCAGCC,CCC\t.\t.\tCSQ=-|frameshift_variant|HIGH|AAA1|||||||,-|inframe_deletion|MODERATE|AAA1|||||||\tGT\t1|2\n";
    let input = folder.write("input.vcf", META.to_owned() + text);
    let to = folder.path("dataset.vdx");
    let report = build(&[&input], &to, &options()).unwrap();
    let reported = report.annotations.unwrap();
    assert_eq!((reported.read, reported.stored), (2, 0));
    let [refused] = &reported.refused[..] else {
        panic!("{:?}", reported.refused);
    };
    assert!(refused.what.contains("ambiguous"), "{}", refused.what);
    assert_eq!(
        (refused.count, &refused.first),
        (2, &format!("{}:6", input.display()))
    );
}

fn csq(folder: &Folder, name: &str, csq: &str) -> std::path::PathBuf {
    folder.write(name, META.to_owned() + &record(5, &["C"], csq))
}

#[test]
fn one_is_chosen_and_what_is_asked_for_must_be_there() {
    let folder = Folder::new();
    let entry = "C|missense_variant|LOW|AAA1|ENSG1|T|||||";
    let input = csq(&folder, "input.vcf", entry);
    let to = folder.path("dataset.vdx");
    let with = |annotations: &str, info: &[&str]| {
        let options = BuildOptions {
            annotations: annotations.parse().unwrap(),
            replace: true,
            ..keeping(info)
        };
        build(&[&input], &to, &options)
    };
    let report = with("auto", &[]).unwrap();
    assert_eq!(report.annotations.unwrap().annotator, Annotator::Csq);
    let dataset = Dataset::open(&to).unwrap().view();
    let variants = dataset
        .variants("gene:aaa1")
        .unwrap()
        .next()
        .unwrap()
        .is_some();
    assert!(variants);
    let error = dataset.variants("gene:AAA2").err().unwrap();
    assert!(error.to_string().contains("did you mean AAA1?"), "{error}");
    let error = dataset
        .variants("consequence:missens_variant")
        .err()
        .unwrap();
    assert!(error.to_string().contains("missense_variant"), "{error}");
    let error = dataset.variants("protein:V").err().unwrap();
    assert!(matches!(error, Error::Expression(_)), "{error}");

    assert!(with("none", &[]).unwrap().annotations.is_none());
    let dataset = Dataset::open(&to).unwrap().view();
    let error = dataset.variants("impact:high").err().unwrap();
    assert!(error.to_string().contains("no annotations"), "{error}");

    assert!(matches!(with("ann", &[]), Err(Error::Usage(_))));
    assert!(matches!(
        with("csq", &["CSQ.nothing"]),
        Err(Error::Input(_))
    ));
    assert!(matches!(with("auto", &["ANN.Rank"]), Err(Error::Usage(_))));
    assert!(matches!(with("none", &["CSQ.CADD"]), Err(Error::Usage(_))));
    assert!("vep".parse::<Annotations>().is_err());
}

#[test]
fn entries_that_cannot_be_read_are_counted() {
    let folder = Folder::new();
    let text =
        "G|missense_variant|LOW|AAA1|||||||,C||LOW|AAA1|||||||,C|wild_variant|HIGH|BBB2|||||||";
    let input = csq(&folder, "input.vcf", text);
    let to = folder.path("dataset.vdx");
    let report = build(&[&input], &to, &options()).unwrap();
    let reported = report.annotations.as_ref().unwrap();
    assert_eq!(
        (reported.read, reported.stored, reported.refused_count()),
        (3, 1, 2)
    );
    let reasons: Vec<&str> = reported
        .refused
        .iter()
        .map(|reported| reported.what.as_str())
        .collect();
    let expected = [
        "an allele that the record does not have",
        "an entry without a consequence",
    ];
    assert_eq!(reasons, expected);
    assert!(
        reported.refused[0].first.ends_with("input.vcf:6"),
        "{reported:?}"
    );
    assert!(
        report
            .warnings
            .iter()
            .any(|w| w.what.contains("wild_variant"))
    );
    let dataset = Dataset::open(&to).unwrap().view();
    // what the ontology does not know is found as it stands
    assert_eq!(
        found(&dataset, "consequence:wild_variant & gene:BBB2").len(),
        1
    );
    assert!(dataset.variants("gene:AAA1").is_err());
}

/// A row shows what was asked for, else the worst.
#[test]
fn what_is_shown_is_what_was_asked_for() {
    let folder = Folder::new();
    let text = "C|stop_gained|HIGH|AAA1|||||||,C|missense_variant|MODERATE|BBB2|||||||,C|intron_variant|MODIFIER|BBB2|||||||";
    let dataset = folder.dataset(&(META.to_owned() + &record(5, &["C"], text)), &options());
    let shown = |text: &str| {
        let mut variants = dataset.variants(text).unwrap();
        let reported = variants
            .next()
            .unwrap()
            .unwrap()
            .annotation()
            .unwrap()
            .unwrap();
        (
            reported.gene().to_owned(),
            reported.consequence,
            reported.impact,
        )
    };
    let high = ("AAA1".to_owned(), "stop_gained".to_owned(), Impact::High);
    assert_eq!(shown("all"), high);
    assert_eq!(shown("!gene:BBB2 | gene:AAA1"), high);
    let missense = (
        "BBB2".to_owned(),
        "missense_variant".to_owned(),
        Impact::Moderate,
    );
    assert_eq!(shown("gene:BBB2"), missense);
    assert_eq!(shown("gene:BBB2 & impact<low").1, "intron_variant");
}

/// The same input gives the same bytes, whatever the number of threads.
#[test]
fn threads_do_not_show() {
    let folder = Folder::new();
    let mut text = META.to_owned();
    for n in 0..9_000usize {
        let entry = Entry {
            alt: 0,
            gene: GENES[n / 100 % 4],
            consequences: vec![n % 5],
            impact: n % 4,
            canonical: n % 3 == 0,
            mane: false,
            protein: n % 3,
            transcript: (n % 200) as u8,
        };
        text += &record(n + 1, &["C"], &entry.text(&["C"]));
    }
    let one = folder.dataset(&text, &options()).path().to_owned();
    let one = content(&one);
    let threads = BuildOptions {
        threads: Some(4),
        ..options()
    };
    let dataset = folder.dataset(&text, &threads);
    assert!(one == content(dataset.path()));
    dataset.dataset().verify().unwrap();
}

/// What one batch is reported of a variant is reported of it in all; inputs without annotation are named.
#[test]
fn batches_without_annotation_have_it_from_others() {
    let folder = Folder::new();
    let entry = "C|missense_variant|MODERATE|AAA1|||||||0.5";
    let one = csq(&folder, "one.vcf", entry);
    let plain = META
        .replace("ID=CSQ", "ID=OTHER")
        .replace("\tS0", "\tS1\tS2");
    let plain = plain
        + &record(5, &["C"], "").replace("0|1", "1|1\t0|1")
        + &record(9, &["C"], "").replace("0|1", "1|1\t0|1");
    let two = folder.write("two.vcf", plain);
    let to = folder.path("dataset.vdx");
    // the one that is annotated need not be the first
    for inputs in [[&one, &two], [&two, &one]] {
        let options = BuildOptions {
            replace: true,
            ..keeping(&["CSQ.CADD"])
        };
        let report = build(&inputs, &to, &options).unwrap();
        assert_eq!(report.annotations.unwrap().stored, 1);
        let warning = report
            .warnings
            .iter()
            .find(|reported| reported.what.contains("no annotation in INFO CSQ"));
        assert!(warning.unwrap().first.ends_with("two.vcf"), "{warning:?}");
        let dataset = Dataset::open(&to).unwrap().view();
        dataset.dataset().verify().unwrap();
        for question in ["gene:AAA1 & impact>=moderate", "info.CSQ.CADD>0.4"] {
            let mut variants = dataset.variants(question).unwrap();
            let mut variant = variants.next().unwrap().unwrap();
            assert_eq!(variant.counts().unwrap().ac, 4);
            assert_eq!(variant.annotation().unwrap().unwrap().gene(), "AAA1");
            assert!(variants.next().unwrap().is_none());
        }
        let group = dataset.ask("carriers(gene:AAA1)").unwrap();
        assert_eq!(group.count(), 3);
        assert_eq!(found(&dataset, "!gene:AAA1").len(), 1);
    }
}

/// An entry that does not tell its ALT is of all: some megabytes must not become terabytes.
#[test]
fn entries_of_many_alts_are_bounded() {
    let folder = Folder::new();
    let alts: Vec<String> = (0..2_000u32)
        .map(|n| {
            let base = |at: u32| ["A", "C", "G", "T"][(n >> (2 * at) & 3) as usize];
            (0..6).map(base).collect()
        })
        .collect();
    let alts: Vec<&str> = alts.iter().map(String::as_str).collect();
    let entries = vec!["intron|AAA1|T|p"; 3_000].join(",");
    let text = by_bcftools("BCSQ") + &record(5, &alts, &entries).replace("CSQ=", "BCSQ=");
    let input = folder.write("input.vcf", text);
    let to = folder.path("dataset.vdx");
    let report = build(&[&input], &to, &options()).unwrap();
    let reported = report.annotations.unwrap();
    assert_eq!((reported.read, reported.stored), (3_000, 32));
    assert_eq!(
        reported.refused[0].what,
        "more entries than a record may have"
    );
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    assert_eq!(found(&dataset, "gene:AAA1").len(), 2_000);
}

/// Rows that normalisation moves and changes keep what is said of them; sorting changes nothing.
#[test]
fn normalised_and_sorted_rows_keep_their_entries() {
    let folder = Folder::new();
    let fasta = folder.write("reference.fa", ">1\nGGGCACACACAGGG\n");
    folder.write("reference.fa.fai", "1\t14\t3\t14\t15\n");
    let meta = META.replace("ID=1>", "ID=1,length=14>");
    let late = "1\t13\t.\tG\tT\t.\t.\tCSQ=T|intron_variant|LOW|BBB2|||||||\tGT\t0|1\n";
    let early = "1\t9\t.\tACA\tA,ACC\t.\t.\tCSQ=-|frameshift_variant|HIGH|AAA1|||||||,A|inframe_deletion|MODERATE|CCC3|||||||,ACC|missense_variant|MODERATE|DDD4|||||||\tGT\t1|2\n";
    let text = meta + late + early;
    let input = folder.write("input.vcf", text);
    let to = folder.path("dataset.vdx");
    let options = BuildOptions {
        sort: true,
        reference: Some(fasta),
        ..options()
    };
    let report = build(&[&input], &to, &options).unwrap();
    let reported = report.annotations.unwrap();
    assert_eq!((reported.read, reported.stored), (4, 4));
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    let one = |position: usize, alt: &str| BTreeSet::from([(position, alt.to_owned())]);
    assert_eq!(found(&dataset, "gene:DDD4"), one(11, "C"));
    assert_eq!(found(&dataset, "gene:BBB2"), one(13, "T"));
    assert_eq!(found(&dataset, "gene:CCC3"), one(3, "G"));
}

/// The entry of the first input was shown, although another's was picked.
#[test]
fn the_entry_is_shown_of_the_record_that_was_picked() {
    let folder = Folder::new();
    let csq = |sample: &str, entries: &str| {
        let record = format!("1\t10\t.\tA\tG\t.\t.\tCSQ={entries}\tGT\t0|1\n");
        let meta = "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
            ##INFO=<ID=CSQ,Number=.,Type=String,Description=\"Format: Allele|Consequence|IMPACT|SYMBOL|Gene\">\n\
            ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t";
        format!("{meta}{sample}\n{record}")
    };
    let first = csq(
        "A",
        "G|missense_variant|MODERATE|G1|E1,G|intron_variant|MODIFIER|G3|E3",
    );
    let second = csq(
        "B",
        "G|stop_gained|HIGH|G2|E2,G|intron_variant|MODIFIER|G3|E3",
    );
    for texts in [[&first, &second], [&second, &first]] {
        let inputs = [
            folder.write("a.vcf", texts[0]),
            folder.write("b.vcf", texts[1]),
        ];
        let to = folder.path("x.vdx");
        let replace = BuildOptions {
            replace: true,
            ..options()
        };
        build(&inputs, &to, &replace).unwrap();
        let dataset = Dataset::open(&to).unwrap().view();
        for (question, gene) in [
            ("all", "G2"),
            ("impact:high", "G2"),
            ("gene:G2", "G2"),
            ("gene:G1", "G1"),
            ("gene:G3", "G3"),
        ] {
            let mut variants = dataset.variants(question).unwrap();
            let mut variant = variants.next().unwrap().unwrap();
            let shown = variant.annotation().unwrap().unwrap();
            assert_eq!(shown.gene(), gene, "{question}");
            // what both say stands there once
            assert_eq!(variant.annotations().unwrap().len(), 3, "{question}");
        }
    }
}
