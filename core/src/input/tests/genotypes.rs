//! Genotypes against a slow, plain decoding of their text.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A genotype's copies and whether a `/` stands in it.
fn plain(cell: &str) -> (Vec<Option<u32>>, bool) {
    let body = cell.strip_prefix(['/', '|']).unwrap_or(cell);
    let copies = body.split(['/', '|']).map(|a| a.parse().ok()).collect();
    (copies, cell.contains('/'))
}

/// What a row of genotypes must come out as.
#[derive(Debug, Default, PartialEq)]
struct Sets {
    carriers: BTreeMap<u32, Vec<u32>>,
    missing: Vec<u32>,
    haploid: Vec<u32>,
    unphased: Vec<u32>,
    with_phase: usize,
    polyploid: Vec<(u32, Vec<u32>, bool)>,
}

fn expected(cells: &[String]) -> Sets {
    let mut sets = Sets::default();
    for (sample, cell) in (0..).zip(cells) {
        let (mut copies, unphased) = plain(cell);
        if copies.len() > 2 {
            let alleles = copies.iter().map(|a| a.unwrap_or(u32::MAX)).collect();
            sets.polyploid.push((sample, alleles, !unphased));
            continue;
        }
        if copies.len() == 1 {
            sets.haploid.push(sample);
        } else if copies.iter().any(Option::is_some) {
            sets.with_phase += 1;
            if unphased {
                sets.unphased.push(sample);
                // Lower ALT, higher ALT, reference, missing.
                copies.sort_by_key(|a| match a {
                    Some(0) => (1, 0),
                    Some(n) => (0, *n),
                    None => (2, 0),
                });
            }
        }
        for (copy, allele) in (2 * sample..).zip(copies) {
            match allele {
                None => sets.missing.push(copy),
                Some(0) => {}
                Some(n) => sets.carriers.entry(n).or_default().push(copy),
            }
        }
    }
    sets
}

fn found(site: &Site, expected: &Sets) -> Sets {
    let carriers = (1..).zip(&site.alts);
    Sets {
        carriers: carriers
            .filter(|(_, a)| !a.1.is_empty())
            .map(|(n, a)| (n, a.1.clone()))
            .collect(),
        missing: site.missing.clone(),
        haploid: site.haploid.clone(),
        unphased: match &site.unphased {
            Unphased::Some(list) => list.clone(),
            Unphased::All => {
                assert_eq!(expected.unphased.len(), expected.with_phase);
                expected.unphased.clone()
            }
        },
        with_phase: expected.with_phase,
        polyploid: site.polyploid.clone(),
    }
}

fn allele(alts: u32) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just("0".to_owned()),
        4 => Just("1".to_owned()),
        2 => (0..=alts).prop_map(|a| a.to_string()),
        1 => Just(".".to_owned()),
    ]
}

fn separator() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("/"), Just("|")]
}

/// Rows of every mixture, from the usual `0|0` to anything that may stand in a cell.
fn row() -> impl Strategy<Value = (u32, Vec<String>)> {
    (1..=20u32, separator(), 0..4u32).prop_flat_map(|(alts, usual, odd)| {
        let diploid = (allele(alts), allele(alts)).prop_map(move |(a, b)| a + usual + &b);
        let reference = Just(format!("0{usual}0"));
        let other = (
            prop::collection::vec((allele(alts), separator()), 1..5),
            prop::bool::weighted(0.1),
        )
            .prop_map(|(copies, prefix)| {
                let all: String = copies.iter().map(|(a, s)| format!("{s}{a}")).collect();
                if prefix { all } else { all[1..].to_owned() }
            });
        let cell = prop_oneof![
            40 => reference,
            10 => diploid,
            odd => other,
        ];
        (Just(alts), prop::collection::vec(cell, 1..200))
    })
}

fn alts(n: u32) -> String {
    let bases = |mut n: u32| {
        let mut text = String::from("C");
        while n > 0 {
            text.push(char::from(b"ACGT"[n as usize % 4]));
            n /= 4;
        }
        text
    };
    (0..n).map(bases).collect::<Vec<_>>().join(",")
}

proptest! {
    #[test]
    fn any_row_is_decoded((n, cells) in row(), format in 0..3) {
        let (keys, dressed): (_, Vec<String>) = match format {
            0 => ("GT", cells.clone()),
            1 => ("GT:DP:GQ", cells.iter().map(|c| format!("{c}:12:.")).collect()),
            _ => ("DP:GT", cells.iter().map(|c| format!("7:{c}")).collect()),
        };
        let dressed: Vec<&str> = dressed.iter().map(String::as_str).collect();
        let read = read(vcf(&alts(n), keys, &dressed));
        let expected = expected(&cells);
        let site = read.only();
        prop_assert_eq!(site.alts.len(), n as usize);
        let all = matches!(site.unphased, Unphased::All);
        prop_assert_eq!(
            all,
            expected.with_phase > 0 && expected.unphased.len() == expected.with_phase
        );
        prop_assert_eq!(found(site, &expected), expected);
    }

    #[test]
    fn bcf_gives_what_text_gives((n, cells) in row(), width in 0..3usize) {
        // In BCF the phase of the first copy is not given.
        let bare = |c: &String| c.strip_prefix(['/', '|']).unwrap_or(c).to_owned();
        let cells: Vec<String> = cells.iter().map(bare).collect();
        let plain: Vec<&str> = cells.iter().map(String::as_str).collect();
        let text = read(vcf(&alts(n), "GT", &plain));
        let binary = read(formats::bcf(&header(cells.len()), &alts(n), &cells, width));
        let mut expected = text.only().clone();
        expected.place = Place::Record(1);
        prop_assert_eq!(binary.only(), &expected);
    }
}

/// Carriers by ALT, missing, haploid, unphased of one row.
fn row_of(
    alt: &str,
    format: &str,
    cells: &[&str],
) -> (Vec<Vec<u32>>, Vec<u32>, Vec<u32>, Unphased) {
    let read = read(vcf(alt, format, cells));
    let site = read.only().clone();
    let carriers = site.alts.into_iter().map(|a| a.1).collect();
    (carriers, site.missing, site.haploid, site.unphased)
}

#[test]
fn half_calls_keep_their_place_only_where_phased() {
    let (carriers, missing, _, unphased) = row_of("G", "GT", &["./1", "1/.", ".|1", "./0", "0|."]);
    assert_eq!(carriers, [[0, 2, 5]]);
    assert_eq!(missing, [1, 3, 4, 7, 9]);
    assert_eq!(unphased, Unphased::Some(vec![0, 1, 3]));
}

#[test]
fn unphased_heterozygotes_take_the_first_copy() {
    let (carriers, _, _, unphased) = row_of("G,T", "GT", &["0/1", "1/0", "2/1", "0/2", "1|2"]);
    assert_eq!(carriers, [vec![0, 2, 4, 8], vec![5, 6, 9]]);
    assert_eq!(unphased, Unphased::Some(vec![0, 1, 2, 3]));
}

#[test]
fn missing_and_haploid_samples_do_not_hinder_unphased_rows() {
    let (_, missing, haploid, unphased) = row_of("G", "GT", &["0/1", "./.", "1", ".", "0/0"]);
    assert_eq!(missing, [2, 3, 6]);
    assert_eq!(haploid, [2, 3]);
    assert_eq!(unphased, Unphased::All);
    let (_, _, _, unphased) = row_of("G", "GT", &["./.", "1"]);
    assert_eq!(unphased, Unphased::Some(vec![]));
}

#[test]
fn leading_phases_are_read() {
    let (carriers, _, haploid, unphased) = row_of("G", "GT", &["|0/1", "/0|1", "|0|1", "|1", "/1"]);
    assert_eq!(carriers, [[0, 2, 5, 6, 8]]);
    assert_eq!(haploid, [3, 4]);
    assert_eq!(unphased, Unphased::Some(vec![0, 1]));
}

#[test]
fn a_record_without_gt_is_missing_everywhere() {
    let (carriers, missing, haploid, _) = row_of("G", "DP", &["1", "2"]);
    assert_eq!(carriers, [[0; 0]]);
    assert_eq!(missing, [0, 1, 2, 3]);
    assert!(haploid.is_empty());
}

#[test]
fn alleles_without_alt_are_missing() {
    let read = read(vcf(".", "GT", &["0|1", "1/1", "0/1", "0|0", "1"]));
    let site = read.only();
    assert_eq!(site.missing, [1, 2, 3, 5, 8]);
    assert_eq!(site.unphased, Unphased::Some(vec![2]));
    assert_eq!(read.warned(), [crate::input::record::ALT_LEFT_OUT]);
}

#[test]
fn faulty_genotypes_refuse_the_record() {
    let cells = [
        "0/2",
        "x/1",
        "0//1",
        "0/",
        "/",
        "",
        "0/1x",
        "0\\1",
        "99999999999",
        "0/4294967295",
        "1/C",
        "0/|1",
        "-1",
        "0,1",
        "0/0/2",
    ];
    for cell in cells {
        for format in ["GT", "GT:DP"] {
            let read = read(vcf("G", format, &["0/0", cell, "0/0"]));
            assert_eq!(read.refused.len(), 1, "{cell:?}");
            assert!(read.refused[0].found.contains("at sample s1"), "{cell:?}");
            assert!(read.sites.is_empty());
        }
    }
}

#[test]
fn cells_that_only_look_like_four_bytes_are_read_as_they_are() {
    // The length fits single digits throughout, but the columns do not lie where they would.
    let (carriers, _, haploid, _) = row_of(&alts(12), "GT", &["1", "0|12|0", "1|1"][..2]);
    assert_eq!(carriers[0], [0]);
    assert_eq!(haploid, [0]);
    let cells = ["0|10", "1", "0|1"];
    let (carriers, _, haploid, _) = row_of(&alts(12), "GT", &cells);
    assert_eq!(
        (carriers[0].clone(), carriers[9].clone(), haploid),
        (vec![2, 5], vec![1], vec![1])
    );
}

#[test]
fn low_quality_or_depth_makes_missing() {
    let how = How {
        options: ReadOptions {
            min_gq: Some(20.0),
            min_dp: Some(5.0),
            ..ReadOptions::default()
        },
        ..How::default()
    };
    let cells = [
        "0/1:9:30",
        "0/1:4:30",
        "0/1:5:19.5",
        "1:1:1",
        "0/1:.:.",
        "0/1",
        "0|1|1:0:0",
        "0/1:9:20",
    ];
    let text = vcf("G", "GT:DP:GQ", &cells);
    let read = read_how(&text, &how).unwrap();
    let site = read.only();
    assert_eq!(site.alts[0].1, [0, 8, 10, 14]);
    assert_eq!(site.missing, [2, 3, 4, 5, 6]);
    assert_eq!(site.haploid, [3]);
    assert_eq!(site.polyploid, [(6, vec![u32::MAX; 3], true)]);
    let odd = text.replace("0/1:9:20", "0/1:9:high");
    assert_eq!(read_how(odd, &how).unwrap().refused.len(), 1);
}

#[test]
fn local_alleles_are_translated() {
    let cells = [":0/0", "2:0/1", "1,3:1/2", ".:./.", "3:1|0"];
    let (carriers, missing, _, _) = row_of("C,G,T", "LAA:LGT", &cells);
    assert_eq!(carriers, [vec![4], vec![2], vec![5, 8]]);
    assert_eq!(missing, [6, 7]);
    assert_eq!(read(vcf("C", "LAA:LGT", &["1:0/2"])).refused.len(), 1);
    assert_eq!(read(vcf("C", "LGT", &["0/1"])).refused.len(), 1);
    // GT says it all where it is there.
    let (carriers, ..) = row_of("C,G", "GT:LAA:LGT", &["0|2:1:0/1"]);
    assert_eq!(carriers, [vec![], vec![1]]);
}

#[test]
fn sample_columns_must_be_as_many_as_names() {
    for format in ["GT", "GT:DP", "DP"] {
        for cells in [&["0/1", "0/1"][..], &["0/1"; 4]] {
            let text = header(3) + "1\t100\t.\tA\tG\t.\tPASS\t.\t" + format + "\t";
            let read = read(text + &cells.join("\t") + "\n");
            assert_eq!(read.refused.len(), 1);
        }
    }
    assert_eq!(
        read(header(3) + "1\t100\t.\tA\tG\t.\tPASS\t.\n")
            .refused
            .len(),
        1
    );
    assert_eq!(
        read(header(3) + "1\t100\t.\tA\tG\t.\tPASS\t.\tGT\n")
            .refused
            .len(),
        1
    );
    assert_eq!(
        read(sites_only("1\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0/1"))
            .refused
            .len(),
        1
    );
}
