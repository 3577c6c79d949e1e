//! Regions of a file: the rows that touch any of them, whatever stands beside, in one batch and over
//! several. Each row was once tested against each region.

use crate::common::check::compare;
use crate::common::generate::{INFO_KEYS, cohort};
use crate::common::oracle::{Oracle, Row};
use crate::common::{Folder, build, keeping, options};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;
use varidex::{Dataset, FileLoader, Result, View};

/// What every file holds.
#[derive(Debug)]
struct Bed(String);

impl FileLoader for Bed {
    fn load(&self, _: &str) -> Result<Vec<u8>> {
        Ok(self.0.clone().into_bytes())
    }
}

/// Contig, start from 0, length.
type Region = (&'static str, i64, i64);

fn bed(regions: &[Region]) -> Bed {
    let lines = regions.iter();
    let lines = lines.map(|(contig, start, len)| format!("{contig}\t{start}\t{}\n", start + len));
    Bed(lines.collect())
}

/// An empty region is touched by what goes on behind it.
fn touches(row: &Row, regions: &[Region]) -> bool {
    let (first, behind) = (row.position - 1, row.end);
    regions.iter().any(|&(contig, start, len)| {
        let starts_in = start <= first && first < start + len;
        row.contig == contig && (starts_in || first < start && start < behind)
    })
}

fn check(oracle: &Oracle, dataset: &View, regions: &[Region]) {
    let everybody: BTreeSet<u32> = oracle.all().into_iter().collect();
    let common = |row: &Row| row.counts(&|_| true).ac > 1;
    let within = |row: &Row| touches(row, regions);
    type Question<'q> = (&'static str, &'q dyn Fn(&Row) -> bool);
    let questions: [Question<'_>; 5] = [
        ("regions(@f)", &within),
        ("regions(@f) & ac>1", &|row| within(row) && common(row)),
        ("ac>1 | regions(@f)", &|row| within(row) || common(row)),
        ("!regions(@f) & ac>1", &|row| !within(row) && common(row)),
        ("!(ac>1 & regions(@f))", &|row| {
            !(within(row) && common(row))
        }),
    ];
    for (text, picks) in questions {
        let rows: Vec<&Row> = oracle.rows.iter().filter(|row| picks(row)).collect();
        compare(&mut dataset.variants(text).unwrap(), &rows, &everybody);
    }
}

fn region() -> impl Strategy<Value = Region> {
    (select(vec!["1", "chr2", "X"]), 0..900i64, 0..60i64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn rows_that_touch_a_region_are_found(
        cohort in cohort(1..8usize, 60),
        regions in vec(region(), 0..40),
    ) {
        let folder = Folder::new();
        let text = cohort.vcf();
        let oracle = Oracle::parse(&[&text]);
        let dataset = folder.dataset(&text, &keeping(&INFO_KEYS)).dataset().clone();
        let dataset = dataset.with_loader(bed(&regions)).view();
        check(&oracle, &dataset, &regions);
    }
}

/// Long variants behind many short ones, over many pages: regions within a page, over pages, and in the
/// middle of what is taken out.
#[test]
fn regions_over_many_pages() {
    let folder = Folder::new();
    let mut text = crate::common::header("1", &["S0", "S1"]);
    for position in 1..9_000 {
        let line = match position % 997 {
            0 => format!(
                "1\t{position}\t.\tA\t<DEL>\t.\t.\tEND={}\tGT\t0|1\t0|0\n",
                position + 2500
            ),
            _ => format!("1\t{position}\t.\tA\tG\t.\t.\t.\tGT\t0|0\t1|1\n"),
        };
        text += &line;
    }
    let oracle = Oracle::parse(&[&text]);
    let mut dataset = folder.dataset(&text, &crate::common::options());
    for (step, len) in [(7, 1), (150, 20), (2_200, 1_100), (12_000, 10)] {
        let starts = (0..14_000).step_by(step);
        let regions: Vec<Region> = starts.map(|start| ("1", start, len)).collect();
        dataset = dataset.dataset().clone().with_loader(bed(&regions)).view();
        check(&oracle, &dataset, &regions);
    }
}

/// Long variants behind many short ones: found by the zone maps of pages and blocks.
#[test]
fn variants_that_reach_into_a_region_are_found() {
    let folder = Folder::new();
    let mut text = crate::common::header("1", &["S0", "S1"]);
    for position in 1..6_000 {
        let line = match position % 997 {
            0 => format!(
                "1\t{position}\t.\tA\t<DEL>\t.\t.\tEND={}\tGT\t0|1\t0|0\n",
                position * 3
            ),
            _ => format!("1\t{position}\t.\tA\tG\t.\t.\t.\tGT\t0|0\t1|0\n"),
        };
        text += &line;
    }
    let oracle = Oracle::parse(&[&text]);
    let dataset = folder.dataset(&text, &crate::common::options());
    let everybody: BTreeSet<u32> = oracle.all().into_iter().collect();
    for (from, to) in [
        (1, 1),
        (1_500, 1_500),
        (2_990, 2_995),
        (5_999, 6_500),
        (7_000, 20_000),
    ] {
        let reach = |row: &&Row| row.position <= to && row.end >= from;
        let rows: Vec<&Row> = oracle.rows.iter().filter(reach).collect();
        let region = format!("1:{from}-{to}");
        compare(&mut dataset.variants(&region).unwrap(), &rows, &everybody);
        let found = dataset.ask(&format!("carriers({region})")).unwrap();
        let carriers = rows.iter().flat_map(|row| row.carriers());
        let carriers: BTreeSet<u32> = carriers.map(|carrier| carrier.sample).collect();
        assert_eq!(found.samples().iter().collect::<BTreeSet<_>>(), carriers);
    }
}

/// Behind the last row of a full page there is no page: what lies there was read as one, and called damaged.
#[test]
fn nothing_is_behind_the_last_row_of_a_full_page() {
    for rows in [1023, 1024, 2048] {
        let folder = Folder::new();
        let mut vcf = String::from(
            "##fileformat=VCFv4.2\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n",
        );
        for position in 1..=rows {
            // the last reaches beyond its position
            let reference = if position == rows { "AA" } else { "C" };
            vcf += &format!("1\t{position}\t.\t{reference}\tA\t.\t.\t.\tGT\t0|1\n");
        }
        let input = folder.path("in.vcf");
        std::fs::write(&input, vcf).unwrap();
        let path = folder.path("out.vdx");
        build(&[&input], &path, &options()).unwrap();
        let dataset = Dataset::open(&path).unwrap().view();
        let behind = rows + 1;
        for (question, found) in [
            (format!("1:{behind}:A:C"), 0),
            (format!("1:{behind}:AC:A"), 0),
            (format!("begins(1:{behind}-{behind})"), 0),
            (format!("within(1:{behind}-{})", behind + 100), 0),
            (format!("1:{behind}-{behind}"), 1),
            (format!("begins(1:{rows}-{behind})"), 1),
        ] {
            let mut variants = dataset.variants(question.as_str()).unwrap();
            let mut count = 0;
            while variants.next().unwrap().is_some() {
                count += 1;
            }
            assert_eq!(count, found, "{question}");
            let carriers = dataset
                .ask(format!("carriers({question})").as_str())
                .unwrap();
            assert_eq!(carriers.count(), found, "{question}");
        }
    }
}
