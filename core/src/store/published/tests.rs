//! Rows are read as they were written; changed bytes give an error, or the same answers.

use super::row::{COUNT_MAX, Row};
use super::*;
use crate::format::{ContainerWriter, Memory};
use crate::model::Policy;
use proptest::collection::vec;
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

fn info(strata: usize, contigs: usize) -> PublishedInfo {
    let policy = Policy::named("omop").unwrap();
    let stratum = |n: usize| Stratum {
        label: format!("S{n}"),
        values: vec![Some(n.to_string())],
        people: (n > 0).then_some(40),
    };
    let contig = |n: usize| PublishedContig {
        name: format!("chr{n}"),
        length: None,
        rows: 0,
    };
    PublishedInfo {
        population: "p".to_owned(),
        consent_date: "2026-03-01".parse().unwrap(),
        max_age_days: 30,
        assembly: None,
        of: "all".to_owned(),
        fields: vec!["population".to_owned()],
        policy_hash: policy.hash(),
        policy,
        people: Some(100),
        strata: (0..strata).map(stratum).collect(),
        has_all_groups: true,
        leaks: Vec::new(),
        contigs: (0..contigs).map(contig).collect(),
    }
}

/// A row with its contig, position, span and alleles.
type Written = (usize, i32, i32, (String, String), Row);

fn bytes_of(info: &PublishedInfo, rows: &[Written]) -> Vec<u8> {
    let folder = Folder::of("d", Arc::new(Memory::default()));
    let mut writer = PublishedWriter::new(&folder, info.clone()).unwrap();
    for (contig, start, span, (reference, alternate), row) in rows {
        let site = Site {
            contig: *contig,
            interval: Interval::new(*start, start + span).unwrap(),
            reference: reference.as_bytes(),
            alternate: alternate.as_bytes(),
        };
        writer.push(&site, row.clone()).unwrap();
    }
    let (file, _) = writer.finish().unwrap();
    to_bytes(file)
}

fn to_bytes(file: ContainerWriter) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.finish(FileKind::Published, &mut bytes).unwrap();
    bytes
}

fn open(bytes: Vec<u8>) -> Result<PublishedFile> {
    let path = Path::new("test.vdx");
    PublishedFile::of(Container::from_bytes(path, bytes, FileKind::Published)?)
}

fn all(file: &PublishedFile) -> Result<Vec<Written>> {
    let mut rows = Vec::new();
    for contig in 0..file.info().contigs.len() {
        for number in file.rows_of(contig) {
            let (mut reference, mut alternate) = (Vec::new(), Vec::new());
            let mut row = Row::default();
            file.alleles(number, &mut reference, &mut alternate)?;
            file.counts(number, &mut row)?;
            let of = file.interval(number)?;
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            let alleles = (text(&reference), text(&alternate));
            rows.push((contig, of.start, of.end - of.start, alleles, row));
        }
    }
    Ok(rows)
}

fn count() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => 0..4u64,
        3 => 0..300u64,
        1 => 0..COUNT_MAX,
        1 => Just(COUNT_MAX),
    ]
}

fn cell(split: bool) -> impl Strategy<Value = Option<ReleasedCounts>> {
    let counts = (
        count(),
        prop::option::weighted(0.8, count()),
        [count(), count(), count()],
    );
    let counts = counts.prop_map(move |(ac, an, [n_het, n_hom, n_hemi])| ReleasedCounts {
        ac,
        an,
        genotypes: split.then_some(GenotypeCounts {
            n_het,
            n_hom,
            n_hemi,
        }),
    });
    prop::option::weighted(0.8, counts)
}

fn row(strata: usize) -> impl Strategy<Value = Row> {
    any::<bool>().prop_flat_map(move |split| {
        let parts = (cell(split), vec(cell(split), strata));
        parts.prop_map(|(total, strata)| Row { total, strata })
    })
}

fn rows(strata: usize, most: usize) -> impl Strategy<Value = Vec<Written>> {
    let alleles = prop_oneof![
        ("[ACGT]", "[ACGT]"),
        ("[ACGT]{1,20}", "[ACGTN]{0,20}"),
        ("[ACGT]", "<DEL:ME>"),
    ];
    let one = (0..3usize, -1..2000i32, 0..60i32, alleles, row(strata));
    vec(one, 0..most).prop_map(|mut rows| {
        rows.sort_by_key(|(contig, start, ..)| (*contig, *start));
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn rows_come_back((strata, rows) in (0..5usize).prop_flat_map(|n| (Just(n), rows(n, 40)))) {
        let file = open(bytes_of(&info(strata, 3), &rows)).unwrap();
        file.verify().unwrap();
        prop_assert!(all(&file).unwrap() == rows);
    }

    /// Places are found as a scan finds them, over several pages.
    #[test]
    fn places_are_found(
        rows in rows(1, 6),
        times in 1..900usize,
        asked in vec((0..3usize, -1..2100i32, 1..100i32), 20),
    ) {
        let mut many: Vec<Written> = Vec::new();
        for turn in 0..times {
            many.extend(rows.iter().cloned().map(|(contig, start, span, alleles, row)| {
                (contig, start + turn as i32 % 97, span, alleles, row)
            }));
        }
        many.sort_by_key(|(contig, start, ..)| (*contig, *start));
        let file = open(bytes_of(&info(1, 3), &many)).unwrap();
        for (contig, start, length) in asked {
            let of = file.rows_of(contig);
            let first = file.first_from(of.clone(), start).unwrap();
            let before = many.iter().filter(|row| (row.0, row.1) < (contig, start)).count();
            prop_assert_eq!(first as usize, before);
            let interval = Interval::new(start, start + length).unwrap();
            let mut found = Vec::new();
            let mut next = of.start;
            while let Some(row) = file.next_in(next, &of, interval).unwrap() {
                found.push(row as usize);
                next = row + 1;
            }
            let overlaps = |row: &Written| {
                let of = Interval::new(row.1, row.1 + row.2).unwrap();
                row.0 == contig && of.overlaps(interval)
            };
            let expected: Vec<usize> = (0..many.len()).filter(|&at| overlaps(&many[at])).collect();
            prop_assert_eq!(found, expected);
        }
    }

    /// Bytes that are no row are refused: they are neither read without end nor as counts that no writer writes.
    #[test]
    fn any_bytes_are_a_row_or_an_error(bytes in vec(any::<u8>(), 0..60), strata in 0..9usize) {
        let mut row = Row::default();
        if row.decode(&bytes, strata, |_| 50).is_ok() {
            prop_assert!(row.is_sound());
            prop_assert_eq!(row.strata.len(), strata);
        }
    }
}

fn some_rows() -> Vec<Written> {
    let counts = |ac, an, genotypes| Some(ReleasedCounts { ac, an, genotypes });
    let split = |n_het, n_hom, n_hemi| {
        Some(GenotypeCounts {
            n_het,
            n_hom,
            n_hemi,
        })
    };
    let alleles = |reference: &str, alternate: &str| (reference.to_owned(), alternate.to_owned());
    let row = |total, strata: [_; 2]| Row {
        total,
        strata: strata.to_vec(),
    };
    vec![
        (
            0,
            9,
            1,
            alleles("A", "G"),
            row(
                counts(40, Some(200), split(20, 10, 0)),
                [
                    counts(30, Some(80), split(16, 7, 0)),
                    counts(10, Some(78), split(4, 3, 0)),
                ],
            ),
        ),
        (
            0,
            12,
            30,
            alleles("A", "<DEL>"),
            row(counts(40, None, None), [counts(30, Some(80), None), None]),
        ),
        (
            1,
            -1,
            1,
            alleles("ACGTTTTTTTTTT", "A"),
            row(None, [None, counts(0, Some(70), None)]),
        ),
        (
            1,
            7,
            1,
            alleles("C", "T"),
            row(
                counts(9, Some(150), split(3, 1, 1)),
                [
                    counts(9, None, split(3, 1, 1)),
                    counts(0, Some(71), split(0, 0, 0)),
                ],
            ),
        ),
    ]
}

#[test]
fn every_changed_byte_is_found() {
    let sound = bytes_of(&info(2, 2), &some_rows());
    let expected = all(&open(sound.clone()).unwrap()).unwrap();
    assert_eq!(expected, some_rows());
    for at in 0..sound.len() {
        for mask in [1, 0x80, 0xff] {
            let mut corrupted = sound.clone();
            corrupted[at] ^= mask;
            let opened = open(corrupted);
            let verified = opened.as_ref().map_err(Error::again);
            let verified = verified.and_then(PublishedFile::verify);
            assert!(matches!(verified, Err(Error::Damaged(_))), "byte {at}");
            if let Ok(found) = opened.and_then(|file| all(&file)) {
                assert_eq!(found, expected, "byte {at}");
            }
        }
    }
    for len in 0..sound.len() {
        assert!(open(sound[..len].to_vec()).is_err());
    }
}

/// The sections of a file, each changed by `change`, with sound checksums of the container.
fn changed(bytes: &[u8], mut change: impl FnMut(Kind, &mut Vec<u8>)) -> Vec<u8> {
    let file = Container::from_bytes(Path::new("a"), bytes.to_vec(), FileKind::Published).unwrap();
    let mut writer = ContainerWriter::default();
    for number in file.kinds() {
        let kind = Kind::from_number(number).unwrap();
        let mut section = file.whole(kind).unwrap().to_vec();
        change(kind, &mut section);
        writer.add(kind, section);
    }
    to_bytes(writer)
}

/// The same with sound hashes and digest, too.
fn forged(bytes: &[u8], mut change: impl FnMut(Kind, &mut Vec<u8>)) -> Vec<u8> {
    let mut hashes = Vec::new();
    changed(bytes, |kind, section| match kind {
        Kind::PublishedHashes => *section = hashes.clone(),
        Kind::PublishedDigest => *section = Sha256::digest(&hashes).to_vec(),
        kind => {
            change(kind, section);
            hashes.extend(kind.number().to_le_bytes());
            hashes.extend((section.len() as u64).to_le_bytes());
            hashes.extend(Sha256::digest(&*section));
        }
    })
}

fn replace(section: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(section.clone()).unwrap();
    assert!(text.contains(from), "{from}");
    *section = text.replace(from, to).into_bytes();
}

#[test]
fn an_edited_floor_is_refused_at_open() {
    let sound = bytes_of(&info(2, 2), &some_rows());
    assert_eq!(changed(&sound, |_, _| {}), sound);
    for (from, to) in [
        (r#""people":5"#, r#""people":1"#),
        (r#""max_age_days":30"#, r#""max_age_days":99"#),
        ("2026-03-01", "2026-03-02"),
    ] {
        let edit = |kind, section: &mut Vec<u8>| {
            if kind == Kind::PublishedMeta {
                replace(section, from, to);
            }
        };
        let Err(Error::Damaged(damage)) = open(changed(&sound, edit)) else {
            panic!("{from} is opened");
        };
        assert!(
            damage.expected.contains("which the digest is of"),
            "{damage}"
        );
        // who makes hashes anew gets another digest, and a floor is bound to the hash of its policy
        match open(forged(&sound, edit)) {
            Err(Error::Damaged(damage)) => assert!(damage.expected.contains("policy"), "{damage}"),
            Err(other) => panic!("{other}"),
            Ok(file) => assert_ne!(file.digest(), open(sound.clone()).unwrap().digest()),
        }
    }
}

/// Sections that break a rule although all checksums and hashes are right.
#[test]
fn every_rule_is_checked() {
    let sound = bytes_of(&info(2, 2), &some_rows());
    assert_eq!(forged(&sound, |_, _| {}), sound);
    let meta = |from: &'static str, to: &'static str| {
        move |section: &mut Vec<u8>| replace(section, from, to)
    };
    type Change = Box<dyn Fn(&mut Vec<u8>)>;
    let at_open: Vec<(Kind, Change)> = vec![
        (
            Kind::PublishedMeta,
            Box::new(meta("{\"population\"", " {\"population\"")),
        ),
        (
            Kind::PublishedMeta,
            Box::new(meta("\"population\":\"p\"", "\"population\":\"p\",\"x\":1")),
        ),
        (Kind::PublishedMeta, Box::new(meta("\"S1\"", "\"S0\""))),
        (Kind::PublishedMeta, Box::new(meta("\"S1\"", "\"Total\""))),
        (Kind::PublishedMeta, Box::new(meta("[\"1\"]", "[]"))),
        (Kind::PublishedMeta, Box::new(meta("\"chr1\"", "\"chr0\""))),
        (
            Kind::PublishedMeta,
            Box::new(meta("\"rows\":2", "\"rows\":4294967295")),
        ),
        (
            Kind::PublishedMeta,
            Box::new(meta("\"rows\":2", "\"rows\":2000")),
        ),
        (Kind::PublishedMeta, Box::new(|section| section.clear())),
        (
            Kind::PublishedPages,
            Box::new(|section| section.truncate(16)),
        ),
    ];
    for (number, (changed, change)) in at_open.iter().enumerate() {
        let file = forged(&sound, |kind, section| {
            if kind == *changed {
                change(section);
            }
        });
        assert!(matches!(open(file), Err(Error::Damaged(_))), "{number}");
    }
    let at_verify: Vec<(Kind, Change)> = vec![
        // 16 bytes before values that are packed
        (
            Kind::PublishedPosition,
            Box::new(|section| section[16] ^= 0xff),
        ),
        // rows at 9 and 12
        (
            Kind::PublishedMeta,
            Box::new(meta("\"chr0\",\"length\":null", "\"chr0\",\"length\":11")),
        ),
        (Kind::PublishedSpan, Box::new(|section| section[0] = 0xff)),
        (Kind::PublishedEnds, Box::new(|section| section[16] ^= 1)),
        (Kind::PublishedPages, Box::new(|section| section[0] ^= 1)),
        (Kind::PublishedPages, Box::new(|section| section[5] = 1)),
        (Kind::PublishedCounts, Box::new(|section| section.push(0))),
        (Kind::PublishedCounts, Box::new(|section| section[1] += 1)),
        (Kind::PublishedLong, Box::new(|section| section.clear())),
    ];
    for (number, (changed, change)) in at_verify.iter().enumerate() {
        let file = forged(&sound, |kind, section| {
            if kind == *changed {
                change(section);
            }
        });
        let verified = open(file).and_then(|file| file.verify());
        assert!(matches!(verified, Err(Error::Damaged(_))), "{number}");
    }
}

/// A length that rows contradict is none.
#[test]
fn lengths_are_not_below_positions() {
    for (length, kept) in [(11, None), (12, Some(12)), (500, Some(500))] {
        let mut of = info(2, 2);
        of.contigs[0].length = Some(length);
        let file = open(bytes_of(&of, &some_rows())).unwrap();
        file.verify().unwrap();
        assert_eq!(file.info().contigs[0].length, kept);
    }
}

#[test]
fn rows_out_of_order_are_not_written() {
    let folder = Folder::of("d", Arc::new(Memory::default()));
    let rows = some_rows();
    let push = |order: [usize; 2], strata| {
        let mut writer = PublishedWriter::new(&folder, info(strata, 2)).unwrap();
        order.iter().try_for_each(|&at| {
            let (contig, start, span, (reference, alternate), row) = &rows[at];
            let site = Site {
                contig: *contig,
                interval: Interval::new(*start, start + span).unwrap(),
                reference: reference.as_bytes(),
                alternate: alternate.as_bytes(),
            };
            writer.push(&site, row.clone())
        })
    };
    assert!(push([0, 1], 2).is_ok());
    assert!(push([1, 0], 2).is_err());
    assert!(push([2, 0], 2).is_err());
    assert!(push([0, 1], 3).is_err());
}
