//! Ids come back as they were written, whether they are stored or put together of what a row says, and are found by
//! exactly their text.

use crate::common::{Folder, build, header, options};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;
use varidex::{Dataset, ExportFormat, ExportOptions, LocalFiles, View};

const CONTIGS: &str = "chr1,HLA-A*01:01,chr,2_L";

/// A record as it is written.
#[derive(Debug, Clone)]
struct Record {
    contig: &'static str,
    position: u32,
    reference: String,
    alternates: Vec<String>,
    id: String,
}

/// Ids near those that follow from a record: of another ALT, another place, other letters, several ids.
fn id_of(kind: u8, alt: usize, separator: char, of: &Record) -> String {
    let (contig, position, reference) = (of.contig, of.position, &of.reference);
    let alternate = &of.alternates[alt % of.alternates.len()];
    let short = contig.strip_prefix("chr").unwrap_or(contig);
    let id = |contig: &str, position: &str, reference: &str, alternate: &str| {
        [contig, position, reference, alternate].join(&separator.to_string())
    };
    let place = position.to_string();
    match kind {
        0..=3 => id(contig, &place, reference, alternate),
        4..=7 => id(short, &place, reference, alternate),
        8 => id(short, &format!("0{place}"), reference, alternate),
        9 => id(&format!("0{short}"), &place, reference, alternate),
        10 => id(contig, &(position + 1).to_string(), reference, alternate),
        11 => id(short, &place, alternate, reference),
        12 => id(contig, &place, reference, alternate).to_ascii_lowercase(),
        13 => format!("rs{position};{}", id(short, &place, reference, alternate)),
        14 => format!("{};rs{position}", id(contig, &place, reference, alternate)),
        15 => id(contig, &format!("+{place}"), reference, alternate),
        16 => format!("{}:", id(short, &place, reference, alternate)),
        17 => id("chr2", &place, reference, alternate),
        18 => id("", &place, reference, alternate),
        19 => format!("chr{}", id(contig, &place, reference, alternate)),
        20 => id(short, &place, reference, &of.alternates.join(",")),
        21 => format!("rs{}", position % 5),
        22 => format!("{contig}:{place}_{reference}_{alternate}"),
        _ => ".".to_owned(),
    }
}

/// Records at positions that follow each other, so that the place beside one is another's.
fn records() -> impl Strategy<Value = Vec<Record>> {
    let contig = prop::sample::select(CONTIGS.split(',').collect::<Vec<_>>());
    let reference = prop::sample::select(vec!["A", "a", "AT", "N", "ACGTACGTACGTACGT"]);
    let alternate = prop::sample::select(vec!["C", "G", "g", "CCCCCCCCCCCC", "*", "G]chr1:9]"]);
    let alternates = prop_oneof![
        8 => vec(alternate, 1..=3),
        1 => Just(vec!["."]),
    ];
    let separator = prop::sample::select(vec![':', '_', '-', '/']);
    let record = (contig, reference, alternates, 0..26u8, 0..3usize, separator);
    vec(record, 1..25).prop_map(|mut records| {
        let order = |contig: &str| CONTIGS.split(',').position(|known| known == contig);
        records.sort_by_key(|record| order(record.0));
        let numbered = (1..).zip(records);
        let records = numbered.map(
            |(position, (contig, reference, mut alternates, kind, alt, separator))| {
                let mut known = BTreeSet::new();
                alternates.retain(|alt| known.insert(alt.to_ascii_uppercase()));
                let mut record = Record {
                    contig,
                    position,
                    reference: reference.to_owned(),
                    alternates: alternates.into_iter().map(str::to_owned).collect(),
                    id: String::new(),
                };
                record.id = id_of(kind, alt, separator, &record);
                record
            },
        );
        records.collect()
    })
}

fn text(records: &[Record]) -> String {
    let mut text = header(CONTIGS, &["A"]);
    for of in records {
        let alternates = of.alternates.join(",");
        let site = format!(
            "{}\t{}\t{}\t{}",
            of.contig, of.position, of.id, of.reference
        );
        text += &format!("{site}\t{alternates}\t.\t.\t.\tGT\t0/0\n");
    }
    text
}

/// The ids of a question's rows, with their places.
fn rows(view: &View, of: &str) -> Vec<(String, u32, String)> {
    let mut found = Vec::new();
    let mut variants = view.variants(of).unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let place = (
            variant.contig().to_owned(),
            variant.position().unwrap().one_based(),
        );
        let id = String::from_utf8(variant.id().unwrap().to_vec()).unwrap();
        found.push((place.0, place.1 as u32, id));
    }
    found.sort();
    found
}

/// The same of the records that pass, a row for each ALT.
fn expected(records: &[Record], passes: &dyn Fn(&str) -> bool) -> Vec<(String, u32, String)> {
    let mut expected = Vec::new();
    for of in records.iter().filter(|record| passes(&record.id)) {
        let id = if of.id == "." { "" } else { &of.id };
        for _ in &of.alternates {
            expected.push((of.contig.to_owned(), of.position, id.to_owned()));
        }
    }
    expected.sort();
    expected
}

fn is_one(id: &str, column: &str) -> bool {
    column != "." && column.split(';').any(|one| one == id)
}

/// What is stored of the records gives their ids, in tables, look-ups and exports.
fn check(records: &[Record], folder: &Folder) {
    let view = folder.dataset(&text(records), &options());
    view.dataset().verify().unwrap();
    assert_eq!(rows(&view, "all"), expected(records, &|_| true));
    let mut ids = BTreeSet::new();
    for column in records.iter().map(|record| &record.id) {
        for id in column.split(';').filter(|id| !matches!(*id, "" | ".")) {
            ids.extend([
                id.to_owned(),
                id.to_ascii_uppercase(),
                id.to_ascii_lowercase(),
            ]);
            ids.extend([format!("chr{id}"), id.replacen("chr", "", 1)]);
        }
    }
    for id in &ids {
        let found = rows(&view, &format!("id:\"{id}\""));
        assert_eq!(
            found,
            expected(records, &|column| is_one(id, column)),
            "{id}"
        );
    }
    let half: BTreeSet<&str> = ids.iter().map(String::as_str).step_by(2).collect();
    let list = half.iter().copied().collect::<Vec<_>>().join("\n");
    let file = folder.write("ids.txt", list);
    let listing = view.dataset().clone().with_loader(LocalFiles::new()).view();
    let listed = rows(&listing, &format!("ids(@\"{}\")", file.display()));
    let any = |column: &str| half.iter().any(|id| is_one(id, column));
    assert_eq!(listed, expected(records, &any));
    let mut out = Vec::new();
    let export = ExportOptions {
        format: Some(ExportFormat::Vcf),
        threads: Some(2),
    };
    view.export_to("all", None, &mut out, &export, &mut |_| true)
        .unwrap();
    let out = String::from_utf8(out).unwrap();
    let written = out.lines().filter(|line| !line.starts_with('#'));
    let mut written: Vec<&str> = written.filter_map(|line| line.split('\t').nth(2)).collect();
    let mut read: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
    written.sort_unstable();
    read.sort_unstable();
    assert_eq!(written, read);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn ids_come_back_and_are_found(records in records()) {
        check(&records, &Folder::new());
    }
}

/// The index of stored ids leads to pages, and several pages have ids of both kinds.
#[test]
fn ids_of_several_pages_are_found() {
    let records: Vec<Record> = (0..2_600u32)
        .map(|i| {
            let mut record = Record {
                contig: "chr1",
                position: i + 1,
                reference: "A".to_owned(),
                alternates: vec!["C".to_owned(), "G".to_owned()],
                id: String::new(),
            };
            let kind = [0, 23, 4, 13, 21, 24][i as usize % 6];
            record.id = match i % 97 {
                // on every page
                0 => "rs1;rs0".to_owned(),
                _ => id_of(kind, i as usize % 2, ':', &record),
            };
            record
        })
        .collect();
    let folder = Folder::new();
    let view = folder.dataset(&text(&records), &options());
    view.dataset().verify().unwrap();
    assert_eq!(rows(&view, "all"), expected(&records, &|_| true));
    for id in records
        .iter()
        .step_by(89)
        .flat_map(|record| record.id.split(';'))
    {
        if id != "." {
            let found = rows(&view, &format!("id:\"{id}\""));
            assert_eq!(
                found,
                expected(&records, &|column| is_one(id, column)),
                "{id}"
            );
        }
    }
}

/// A dataset names a contig as its first input does; ids that follow from other names are stored.
#[test]
fn ids_of_a_contig_with_several_names_come_back() {
    let folder = Folder::new();
    let one = |contig: &str, sample: &str| {
        let record = format!("{contig}\t5\t1:5:A:C\tA\tC\t.\t.\t.\tGT\t0/1\n");
        let other = format!("{contig}\t6\tchr1:6:A:C\tA\tC\t.\t.\t.\tGT\t0/1\n");
        header(contig, &[sample]) + &record + &other
    };
    for names in [["1", "chr1"], ["chr1", "1"]] {
        let inputs = [
            folder.write("a.vcf", one(names[0], "A")),
            folder.write("b.vcf", one(names[1], "B")),
        ];
        let to = folder.path(&format!("{}.vdx", names[0]));
        build(&inputs, &to, &options()).unwrap();
        let dataset = Dataset::open(&to).unwrap();
        dataset.verify().unwrap();
        let view = dataset.view();
        let ids: Vec<String> = rows(&view, "all").into_iter().map(|row| row.2).collect();
        assert_eq!(ids, ["1:5:A:C", "chr1:6:A:C"]);
        assert_eq!(rows(&view, "id:\"1:5:A:C\"").len(), 1);
        assert_eq!(rows(&view, "id:\"chr1:6:A:C\"").len(), 1);
        assert!(rows(&view, "id:\"chr1:5:A:C\"").is_empty());
    }
}
