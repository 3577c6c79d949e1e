//! What one variant is: symbolic alleles by text and extent, breakends whatever their mates are called,
//! and identifiers that nothing here could find.
//!
//! A deletion of 300 bases in one file and one of 5,000 in another, both `<DEL>` at one place, were one
//! variant: people were counted as carriers of what they do not have.

use crate::common::{Folder, build, header, options};
use varidex::{Dataset, Error, Position, View};

/// A record with an id and INFO.
fn line(id: &str, alternate: &str, info: &str, genotypes: &str) -> String {
    format!("chr1\t1000\t{id}\tN\t{alternate}\t.\tPASS\t{info}\tGT\t{genotypes}\n")
}

fn file(samples: &[&str], lines: &[String]) -> String {
    header("chr1", samples) + &lines.concat()
}

/// Each text is an input.
fn dataset(folder: &Folder, texts: &[String]) -> View {
    let inputs: Vec<_> = (0..)
        .zip(texts)
        .map(|(n, text)| folder.write(&format!("{n}.vcf"), text))
        .collect();
    let to = folder.path("x.vdx");
    build(&inputs, &to, &options()).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    dataset
}

/// The ids of the variants picked with AC and AN.
fn picked(dataset: &View, question: &str) -> Vec<(String, u64, Option<u64>)> {
    let mut found = Vec::new();
    let mut variants = dataset.variants(question).unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let counts = variant.counts().unwrap();
        let id = String::from_utf8(variant.id().unwrap().to_vec()).unwrap();
        found.push((id, counts.ac, counts.an));
    }
    found
}

fn ids(dataset: &View, question: &str) -> Vec<String> {
    let group = dataset.ask(question).unwrap();
    let found = group.ids().unwrap();
    found.iter().map(ToString::to_string).collect()
}

fn refused(dataset: &View, question: &str) -> String {
    match dataset.variants(question) {
        Err(error @ Error::Expression(_)) => error.to_string(),
        Err(other) => panic!("{question}: {other:?}"),
        Ok(_) => panic!("{question}: understood"),
    }
}

fn small_and_large(folder: &Folder) -> View {
    let small = line("small", "<DEL>", "SVTYPE=DEL;END=1300", "0/1\t0/0");
    let large = line("large", "<DEL>", "SVTYPE=DEL;SVLEN=-5000", "1/1\t0/1");
    dataset(
        folder,
        &[file(&["S1", "S2"], &[small]), file(&["T1", "T2"], &[large])],
    )
}

#[test]
fn symbolic_alleles_of_two_files_are_told_apart_by_their_extent() {
    let folder = Folder::new();
    let dataset = small_and_large(&folder);
    let small = ("small".to_owned(), 1, Some(8));
    let large = ("large".to_owned(), 3, Some(8));
    assert_eq!(picked(&dataset, "all"), [small.clone(), large.clone()]);
    assert_eq!(picked(&dataset, "length=300"), std::slice::from_ref(&small));
    assert_eq!(
        picked(&dataset, "length=5000"),
        std::slice::from_ref(&large)
    );
    assert_eq!(picked(&dataset, "chr1:5500"), [large]);
    assert_eq!(picked(&dataset, "ac=1"), [small]);
    assert_eq!(ids(&dataset, "carriers(chr1:5500)"), ["T1", "T2"]);
    assert_eq!(ids(&dataset, "carriers(length<1000)"), ["S1"]);
}

/// END and SVLEN say the same of one deletion.
#[test]
fn the_same_extent_told_otherwise_is_one_variant() {
    let folder = Folder::new();
    let texts = ["END=1300", "SVLEN=-300", "END=1300;SVLEN=-300", "SVLEN=300"];
    let texts: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(n, info)| file(&[&format!("S{n}")], &[line("d", "<DEL>", info, "0/1")]))
        .collect();
    let dataset = dataset(&folder, &texts);
    assert_eq!(picked(&dataset, "all"), [("d".to_owned(), 4, Some(8))]);
    assert_eq!(picked(&dataset, "length=300").len(), 1);
}

/// Insertions have no extent on the reference, and reference blocks are no alleles.
#[test]
fn insertions_by_length_and_blocks_by_place() {
    let folder = Folder::new();
    let one = |sample: &str, length: u32, end: u32| {
        let insertion = line("i", "<INS>", &format!("SVLEN={length}"), "0/1");
        let block = line("b", "<NON_REF>", &format!("END={end}"), "0/0");
        file(&[sample], &[insertion, block])
    };
    let texts = [
        one("S", 300, 1500),
        one("T", 5000, 1800),
        one("U", 300, 1200),
    ];
    let dataset = dataset(&folder, &texts);
    let expected = [
        ("i".to_owned(), 2, Some(6)),
        ("i".to_owned(), 1, Some(6)),
        ("b".to_owned(), 0, Some(6)),
    ];
    assert_eq!(picked(&dataset, "all"), expected);
}

#[test]
fn only_repeated_variants_are_warned_of() {
    let folder = Folder::new();
    let lines = [
        ("DEL", "END=1300"),
        ("DEL", "END=6000"),
        ("DEL", "SVLEN=-300"),
    ];
    let lines = lines.map(|(symbol, info)| line(".", &format!("<{symbol}>"), info, "0/1"));
    let warnings = |lines: &[String]| {
        let input = folder.write("a.vcf", file(&["S"], lines));
        let options = varidex::BuildOptions {
            replace: true,
            ..options()
        };
        let report = build(&[input], &folder.path("w.vdx"), &options).unwrap();
        let warned = report.warnings.iter();
        let of = |what: &str| warned.clone().find(|w| w.what.contains(what));
        of("the same variant").map(|warned| (warned.count, warned.first.clone()))
    };
    assert_eq!(warnings(&lines[..2]), None);
    let (count, first) = warnings(&lines).unwrap();
    assert_eq!(count, 1);
    assert!(first.ends_with("a.vcf:7"), "{first}");
}

/// A computed identifier of an allele that is not here picks nothing; of anything else it is refused, for "no row" would
/// say that nobody has it.
#[test]
fn identifiers_of_vrs_name_alleles_alone() {
    let folder = Folder::new();
    let dataset = small_and_large(&folder);
    let absent = "ga4gh:VA.0AePZIWZUNsUlQTamyLrjm2HWUw2opLt";
    assert_eq!(picked(&dataset, absent), []);
    assert!(dataset.allele_named(absent).unwrap().is_none());
    for id in [
        "ga4gh:SL.4t6JnYWqHwYw9WzBT_lmWBb3tLQNalkT",
        "ga4gh:nonsense",
        "GA4GH:VA.x",
    ] {
        for question in [id.to_owned(), format!(r#"{{"allele": "{id}"}}"#)] {
            let message = refused(&dataset, &question);
            assert!(message.contains("VRS"), "{message}");
        }
        let question = format!("carriers({id} & af<0.01)");
        let error = dataset.ask(question.as_str()).unwrap_err();
        assert!(error.to_string().contains("VRS"), "{error}");
        let error = dataset.allele_named(id).unwrap_err();
        assert!(matches!(error, Error::Expression(_)), "{error}");
    }
    // as the source's own id it is found, and else not there
    assert_eq!(picked(&dataset, r#"id:"ga4gh:VA.x""#), []);
    let place = Position::from_one_based(1000).unwrap();
    assert!(dataset.allele("1", place, "N", "A").unwrap().is_none());
}

/// A text that fits several variants is refused, unless what stands beside it says which.
#[test]
fn a_symbolic_text_of_several_variants_is_refused_with_a_way_to_ask() {
    let folder = Folder::new();
    let two_files = small_and_large(&folder);
    let one_folder = Folder::new();
    let lines = [
        line("small", "<DEL>", "END=1300", "0/1"),
        line("large", "<DEL>", "END=6000", "1/1"),
    ];
    let one_file = dataset(&one_folder, &[file(&["S"], &lines)]);
    for dataset in [&two_files, &one_file] {
        let asked = "chr1:1000:N:<DEL>";
        for question in [
            asked.to_owned(),
            format!("!{asked}"),
            format!("{asked} | length=300"),
            format!("{asked} & af>0"),
            format!("{asked} & length>1"),
            format!("{asked} & (length=300 | af>0)"),
        ] {
            let message = refused(dataset, &question);
            for way in ["2 variants", "length=300", "length=5000"] {
                assert!(message.contains(way), "{question}: {message}");
            }
        }
        for (more, id) in [
            ("length=300", "small"),
            ("length>300", "large"),
            ("!length=300", "large"),
            ("id:small", "small"),
            ("chr1:5000", "large"),
            ("!chr1:5000 & af>0", "small"),
        ] {
            let found = picked(dataset, &format!("{asked} & {more}"));
            assert_eq!(found.len(), 1, "{more}");
            assert_eq!(found[0].0, id, "{more}");
        }
        assert_eq!(picked(dataset, &format!("{asked} & length=9")), []);
        let place = Position::from_one_based(1000).unwrap();
        for error in [
            dataset.allele_named(asked).unwrap_err(),
            dataset.allele("1", place, "N", "<DEL>").unwrap_err(),
            dataset
                .lookup(None)
                .unwrap()
                .counts("1", place, "N", "<DEL>")
                .unwrap_err(),
        ] {
            assert!(error.to_string().contains("length=5000"), "{error}");
        }
    }
    assert_eq!(
        ids(&two_files, "carriers(chr1:1000:N:<DEL> & length=5000)"),
        ["T1", "T2"]
    );
}

/// What extents do not tell apart by length is named by its id.
#[test]
fn variants_of_one_length_are_named_by_id() {
    let folder = Folder::new();
    let lines = [
        line("a", "<X>", "END=1300;SVLEN=7", "0/1"),
        line("b", "<X>", "END=6000;SVLEN=7", "1/1"),
    ];
    let dataset = dataset(&folder, &[file(&["S"], &lines)]);
    let message = refused(&dataset, "chr1:1000:N:<X>");
    assert!(
        message.contains("id:\"a\"") && message.contains("id:\"b\""),
        "{message}"
    );
    assert_eq!(picked(&dataset, "chr1:1000:N:<X> & id:\"b\"").len(), 1);
}
