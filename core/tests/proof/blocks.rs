//! Reference blocks of VCF 4.5, which have a length of their own for each sample (FORMAT LEN).

use crate::common::{Folder, build, options};
use varidex::{Counts, Dataset, View};

fn file(version: &str, samples: &str, records: &[&str]) -> String {
    let mut text = format!(
        "##fileformat={version}
##contig=<ID=chr1,length=248956422>
##contig=<ID=chr2,length=242193529>
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
##FORMAT=<ID=LEN,Number=1,Type=Integer,Description=\"Length of reference block\">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"Quality\">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n",
        samples.replace(' ', "\t")
    );
    for record in records {
        let fields: Vec<&str> = record.split(' ').collect();
        let [place, id, reference, alternate, format, cells @ ..] = &fields[..] else {
            panic!("{record}");
        };
        let (contig, position) = place.split_once(':').unwrap();
        text += &format!(
            "{contig}\t{position}\t{id}\t{reference}\t{alternate}\t.\t.\t.\t{format}\t{}\n",
            cells.join("\t")
        );
    }
    text
}

fn counts(dataset: &View, question: &str) -> Vec<(String, Counts)> {
    let mut found = Vec::new();
    let mut variants = dataset.variants(question).unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let counts = variant.counts().unwrap();
        let id = String::from_utf8_lossy(variant.id().unwrap()).into_owned();
        found.push((id, counts));
    }
    found
}

fn ids(dataset: &View, question: &str) -> String {
    let found = counts(dataset, question);
    let ids: Vec<String> = found.into_iter().map(|one| one.0).collect();
    ids.join(" ")
}

/// AC, AN, n_het, n_missing of the only variant of a question; of n_missing all bits where it is not known.
fn only(dataset: &View, question: &str) -> (u64, Option<u64>, u64, u64) {
    let found = counts(dataset, question);
    assert_eq!(found.len(), 1, "{question}");
    let counts = &found[0].1;
    (
        counts.ac,
        counts.an,
        counts.n_het,
        counts.n_missing.unwrap_or(u64::MAX),
    )
}

const RECORDS: [&str; 6] = [
    "chr1:1000 block A <*> GT:LEN 0/0:30 0/0:101 0|0:50 0:1000 ./.:70",
    "chr1:1029 edge C T GT:LEN 0/1:. . . . .",
    "chr1:1040 snv C T,<*> GT:LEN 0/1:. . . . 0/1",
    "chr1:1050 explicit C G GT:LEN ./. 0/1 1|1 . ./.",
    "chr1:2000 plain C T GT:LEN 0/1:. 0/0:. . . .",
    "chr2:1010 other C T GT:LEN 0/1:. . . . .",
];

/// A sample inside of its block is called, whatever the record writes in its place.
#[test]
fn a_sample_in_a_block_is_called() {
    let folder = Folder::new();
    for version in ["VCFv4.5", "VCFv4.6"] {
        let dataset = folder.dataset(&file(version, "S1 S2 S3 S4 S5", &RECORDS), &options());
        dataset.dataset().verify().unwrap();
        // S1 0/0, S2 0/0, S3 0|0, S4 0
        assert_eq!(only(&dataset, "id:block"), (0, Some(7), 0, 1));
        assert_eq!(only(&dataset, "id:edge"), (1, Some(7), 1, 1));
        // S3 ends at 1049
        assert_eq!(only(&dataset, "id:snv & type:snv"), (2, Some(9), 2, 0));
        assert_eq!(only(&dataset, "id:explicit"), (3, Some(5), 1, 2));
        assert_eq!(only(&dataset, "id:plain"), (1, Some(4), 1, 3));
        assert_eq!(only(&dataset, "id:other"), (1, Some(2), 1, 4));
        // the block reaches as far as the longest
        assert_eq!(ids(&dataset, "chr1:1999"), "block");
        assert_eq!(ids(&dataset, "chr1:2000-"), "plain");
    }
    // before 4.5 a key of this name is the caller's own
    let dataset = folder.dataset(&file("VCFv4.4", "S1 S2 S3 S4 S5", &RECORDS), &options());
    assert_eq!(only(&dataset, "id:edge"), (1, Some(2), 1, 4));
    assert_eq!(ids(&dataset, "chr1:1001-1028"), "");
}

/// A genotype that a bound makes missing calls nothing further on.
#[test]
fn a_block_below_a_bound_calls_nobody() {
    let folder = Folder::new();
    let records = [
        "chr1:1000 block A <*> GT:GQ:LEN 0/0:50:101 0/0:5:101",
        "chr1:1040 snv C T GT:GQ:LEN . .",
    ];
    let with_bound = varidex::BuildOptions {
        min_gq: Some(20.0),
        ..options()
    };
    let dataset = folder.dataset(&file("VCFv4.5", "S1 S2", &records), &with_bound);
    dataset.dataset().verify().unwrap();
    assert_eq!(only(&dataset, "id:block"), (0, Some(2), 0, 1));
    assert_eq!(only(&dataset, "id:snv"), (0, Some(2), 0, 1));
    let dataset = folder.dataset(&file("VCFv4.5", "S1 S2", &records), &options());
    assert_eq!(only(&dataset, "id:snv"), (0, Some(4), 0, 0));
}

/// What another file asks of a place inside: it is known where the blocks of all samples reach it.
#[test]
fn blocks_answer_for_other_batches() {
    let folder = Folder::new();
    let blocks = [
        "chr1:1000 block A <*> GT:LEN 0/0:30 0/0:101",
        "chr1:3000 one A <*> GT:LEN 0/0:50 ./.:.",
    ];
    let inside = folder.write("a.vcf", file("VCFv4.5", "S1 S2", &blocks));
    let others = [
        "chr1:1010 both C T GT 0/1",
        "chr1:1040 some C T GT 0/1",
        "chr1:1500 none C T GT 0/1",
        "chr1:3010 called C T GT 0/1",
    ];
    let other = folder.write("b.vcf", file("VCFv4.2", "T1", &others));
    let to = folder.path("x.vdx");
    build(&[inside, other], &to, &options()).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    assert_eq!(only(&dataset, "id:both"), (1, Some(6), 1, 0));
    assert_eq!(only(&dataset, "id:some").1, None);
    assert_eq!(only(&dataset, "id:none").1, None);
    assert_eq!(only(&dataset, "id:called"), (1, Some(4), 1, 1));
}

/// By hand against the reader, over any blocks: who is called where.
#[test]
fn any_blocks_call_whom_they_cover() {
    let mut state = 7u64;
    let mut random = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    let folder = Folder::new();
    for round in 0..30 {
        let samples = 1 + random(5) as usize;
        let mut ends = vec![0u64; samples];
        let mut records = Vec::new();
        let mut called = Vec::new();
        let mut position = 1;
        for n in 0..60 {
            position += random(12);
            let mut cells = Vec::new();
            let mut an = 0;
            let block = random(2) == 0;
            for end in &mut ends {
                let inside = position < *end;
                match random(4) {
                    // a call of its own ends a block
                    0 if !inside => {
                        let length = 1 + random(40);
                        cells.push(match block {
                            true => format!("0/0:{length}"),
                            false => "0/0".to_owned(),
                        });
                        if block {
                            *end = position + length;
                        }
                        an += 2;
                    }
                    1 if !inside => {
                        cells.push("./.".to_owned());
                    }
                    _ => {
                        cells.push(".".to_owned());
                        an += if inside { 2 } else { 0 };
                    }
                }
            }
            let alt = if block { "<*>" } else { "T" };
            records.push(format!(
                "chr1:{position} r{n} A {alt} GT:LEN {}",
                cells.join(" ")
            ));
            called.push(an);
        }
        let names: Vec<String> = (0..samples).map(|n| format!("S{n}")).collect();
        let lines: Vec<&str> = records.iter().map(String::as_str).collect();
        let dataset = folder.dataset(&file("VCFv4.5", &names.join(" "), &lines), &options());
        dataset.dataset().verify().unwrap();
        for (n, an) in called.iter().enumerate() {
            let found = only(&dataset, &format!("id:r{n}"));
            assert_eq!(found.1, Some(*an), "round {round}, {}", records[n]);
        }
    }
}
