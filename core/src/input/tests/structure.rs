//! Batches, blocks and threads must not show; hostile bytes must do no harm.

use super::*;
use proptest::prelude::*;

fn sample_text() -> String {
    let mut text = header(3);
    for n in 1..20 {
        text += &format!(
            "1\t{n}\t.\tA\tG,T\t.\tPASS\tEND={}\tGT\t0|1\t2/1\t.\n",
            n + 5
        );
        if n % 6 == 0 {
            text += "1\tbad\n\n";
        }
    }
    text
}

fn sample_bcf() -> Vec<u8> {
    let cells = ["0|1", "2/1", "."].map(str::to_owned);
    let one = formats::bcf(&header(3), "G,T", &cells, 0);
    let empty = formats::wrap(&header(3), &[]);
    formats::wrap(&header(3), &one[empty.len()..].repeat(20))
}

#[test]
fn batches_do_not_show() {
    for data in [sample_text().into_bytes(), sample_bcf()] {
        let expected = read(&data);
        let same = |read: Outcome, what: &str| {
            assert_eq!(read.sites, expected.sites, "{what}");
            assert_eq!(read.refused, expected.refused, "{what}");
            assert_eq!(read.warnings, expected.warnings, "{what}");
            assert_eq!(read.tally, expected.tally, "{what}");
        };
        for batch in 1..400 {
            let how = How {
                batch: Some(batch),
                in_flight: if batch % 2 == 0 { 1 } else { 5000 },
                ..How::default()
            };
            same(read_how(&data, &how).unwrap(), &format!("batch {batch}"));
        }
        for size in (1..200).chain([1000, 5000]) {
            let how = How {
                batch: Some(3 * size),
                ..How::default()
            };
            let blocks = bgzf(&data, size);
            same(read_how(blocks, &how).unwrap(), &format!("blocks {size}"));
        }
    }
}

#[test]
fn long_lines_are_joined() {
    let cells = vec!["0|1"; 50_000];
    let text = vcf("G", "GT", &cells);
    let record = text.lines().last().unwrap().to_owned() + "\n";
    let data = text + &record.repeat(5);
    let how = How {
        batch: Some(70_000),
        ..How::default()
    };
    for data in [data.clone().into_bytes(), bgzf(data.as_bytes(), 65280)] {
        let read = read_how(data, &how).unwrap();
        assert_eq!(read.sites.len(), 6);
        assert!(read.sites.iter().all(|s| s.alts[0].1.len() == 50_000));
        assert_eq!(read.sites[5].place, Place::Line(read.tally.lines));
    }
}

#[test]
fn reading_within_a_pool_of_one_thread_ends() {
    let workers = Workers::pooled(1);
    let data = bgzf(sample_text().as_bytes(), 100);
    let tally = workers.pool().unwrap().install(|| {
        let mut reader = open_bytes(&data, &ReadOptions::default()).unwrap();
        reader.batch = Some(100);
        reader.read(&workers, 1000, &mut |_| Ok(())).unwrap()
    });
    assert_eq!(tally.records_read, 22);
}

#[test]
fn a_sink_that_fails_stops_the_reading() {
    let data = bgzf(sample_text().as_bytes(), 100);
    let mut reader = open_bytes(&data, &ReadOptions::default()).unwrap();
    reader.batch = Some(100);
    let result = reader.read(&POOL, 1000, &mut |_| Err(Error::Cancelled));
    assert!(matches!(result, Err(Error::Cancelled)));
}

#[test]
fn what_comes_before_a_fault_is_handed_on() {
    let mut data = bgzf(sample_text().as_bytes(), 300);
    data.truncate(data.len() - 40);
    let mut reader = open_bytes(&data, &ReadOptions::default()).unwrap();
    let mut records = 0;
    let result = reader.read(&POOL, 1000, &mut |chunk| {
        records += chunk.records.len();
        Ok(())
    });
    assert!(matches!(result, Err(Error::Input(_))));
    let mut reader = open_bytes(&data, &ReadOptions::default()).unwrap();
    reader.batch = Some(1);
    let mut records = 0;
    let result = reader.read(&POOL, 1000, &mut |chunk| {
        records += chunk.records.len();
        Ok(())
    });
    assert!(matches!(result, Err(Error::Input(_))) && records > 10);
}

/// Reads whatever comes; nothing but the absence of panics is asked.
fn survive(data: &[u8]) {
    let how = How {
        options: ReadOptions {
            info_keys: vec!["NOTE".to_owned(), "END".to_owned()],
            min_gq: Some(1.0),
            ..ReadOptions::default()
        },
        batch: Some(64),
        in_flight: 1000,
    };
    let _ = read_how(data, &how);
    let _ = read_how(data, &How::default());
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        survive(&bytes);
        let mut text = header(2).into_bytes();
        text.extend(&bytes);
        survive(&text);
        survive(&formats::wrap(&header(2), &bytes));
        let mut header = b"BCF\x02\x02".to_vec();
        header.extend(&bytes);
        survive(&header);
    }

    #[test]
    fn damaged_records_do_no_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        tail in any::<bool>(),
    ) {
        for mut data in [sample_text().into_bytes(), sample_bcf(), bgzf(sample_text().as_bytes(), 90)] {
            // The header is most of it: changes to the records alone go deeper.
            let from = if tail { data.len() / 2 } else { 0 };
            for (at, byte) in &changes {
                let at = from + at.index(data.len() - from);
                data[at] = *byte;
            }
            survive(&data);
        }
    }

    #[test]
    fn odd_text_does_no_harm(line in "[0-9./|,:;=<>A-T\\t\\[\\]]{0,80}") {
        survive((header(2) + "1\t5\t.\tA\tG\t.\t.\t.\tGT\t" + &line + "\n" + &line).as_bytes());
    }
}
