use super::*;
use crate::format::{ContainerWriter, FileKind};
use proptest::prelude::*;
use std::path::Path;

fn of_section(section: Vec<u8>) -> Container {
    let mut file = ContainerWriter::default();
    file.add(Kind::Ac, section);
    let mut bytes = Vec::new();
    file.finish(FileKind::Segment, &mut bytes).unwrap();
    Container::from_bytes(Path::new("test"), bytes, FileKind::Segment).unwrap()
}

fn stored(writer: ColumnWriter, rows: u32) -> (Container, Column) {
    let file = of_section(writer.finish());
    let column = Column::find(&file, Kind::Ac, rows).unwrap();
    (file, column)
}

/// Values between 0 and the largest of so many bits above `low`, which both are among them.
fn values_of(low: i64, bits: u32, seeds: &[u64]) -> Vec<i64> {
    let largest = largest_of(bits);
    let differences = [0, largest].into_iter();
    differences
        .chain(seeds.iter().map(|seed| seed & largest))
        .map(|difference| low.wrapping_add(difference as i64))
        .collect()
}

proptest! {
    #[test]
    fn values_of_every_width_come_back(
        bits in 0..=63u32,
        low in prop_oneof![Just(0i64), Just(-5), Just(1 << 40), Just(i64::MIN + 1)],
        seeds in proptest::collection::vec(any::<u64>(), 0..2500),
        holes in proptest::collection::vec(any::<bool>(), 1..50),
    ) {
        // above the lowest there is room for so many bits
        let low = if bits == 63 { low.min(0) } else { low };
        let values = values_of(low, bits, &seeds);
        let hole = |row: u32| row > 1 && holes[row as usize % holes.len()];
        let mut plain = ColumnWriter::default();
        let mut nullable = ColumnWriter::nullable();
        for (row, &value) in (0..).zip(&values) {
            plain.push(value);
            nullable.push_nullable((!hole(row)).then_some(value));
        }
        let rows = values.len() as u32;
        let (file, column) = stored(plain, rows);
        let (file2, column2) = stored(nullable, rows);
        column.verify(&file, false, i64::MIN..=i64::MAX).unwrap();
        column2.verify(&file2, true, i64::MIN..=i64::MAX).unwrap();
        for (row, &value) in (0..).zip(&values) {
            let (page, i) = page_of(row);
            prop_assert_eq!(column.get(&file, row).unwrap(), value);
            prop_assert!(value <= column.page(&file, page).unwrap().bound());
            let page = column2.page(&file2, page).unwrap();
            prop_assert_eq!(page.get_nullable(i), (!hole(row)).then_some(value));
        }
        let first = column.page(&file, 0).unwrap();
        let expected = if bits > WIDEST_PACKED { 64 } else { bits };
        // a column of zeros alone is not there
        prop_assert_eq!(first.width, expected);
    }

    /// Segments are put together of parts, and large files spool their columns: same rows, same bytes.
    #[test]
    fn parts_and_spooled_pages_give_the_same_bytes(
        bits in 1..=60u32,
        seeds in proptest::collection::vec(any::<u64>(), 1024..2500),
    ) {
        let values = values_of(3, bits, &seeds);
        let written = |values: &[i64], mut to: ColumnWriter| {
            values.iter().for_each(|&value| to.push(value));
            to
        };
        let whole = written(&values, ColumnWriter::default()).finish();
        let (first, rest) = values.split_at(PAGE_ROWS as usize);
        let mut parts = written(first, ColumnWriter::default());
        parts.append(written(rest, ColumnWriter::default()));
        prop_assert_eq!(&parts.finish(), &whole);
        let spool = Spool::new(super::super::spool::unnamed(None));
        let spooled = written(&values, ColumnWriter::default().spooled(spool));
        let mut bytes = Vec::<u8>::new();
        let mut section = spooled.finish_spooled().unwrap();
        section.each(100, |part| { bytes.extend(part); Ok(()) }).unwrap();
        prop_assert_eq!(&bytes, &whole);
    }

    /// Whatever the bytes, reading gives a number or says what is wrong.
    #[test]
    fn damaged_bytes_never_stop_the_process(
        bits in 0..=60u32,
        seeds in proptest::collection::vec(any::<u64>(), 0..1100),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        shorten in any::<bool>(),
    ) {
        let values = values_of(1, bits, &seeds);
        let mut writer = ColumnWriter::default();
        values.iter().for_each(|&value| writer.push(value));
        let mut section = writer.finish();
        for (at, byte) in changes {
            let at = at.index(section.len().min(40));
            section[at] = byte;
        }
        if shorten {
            section.truncate(cut.index(section.len()));
        }
        let file = of_section(section);
        let rows = values.len() as u32;
        if let Ok(column) = Column::find(&file, Kind::Ac, rows) {
            let _ = column.verify(&file, true, 0..=1 << 20);
            for page in 0..=rows.div_ceil(PAGE_ROWS) {
                if let Ok(page) = column.page(&file, page) {
                    page.bound();
                    for i in [0, 1, 1023, 1024, u32::MAX] {
                        page.get(i);
                        page.get_nullable(i);
                    }
                }
            }
        }
    }
}

/// What is behind the last value is zero, in its byte and in the eight bytes at the end; without them a
/// value of the last page could not be read.
#[test]
fn what_is_behind_the_last_value_is_checked() {
    let section = |change: fn(&mut Vec<u8>)| {
        let mut writer = ColumnWriter::default();
        for value in [1, 2, 8] {
            writer.push(value);
        }
        let mut section = writer.finish();
        // 9 bits of values
        assert_eq!(section.len(), 16 + 2 + 8);
        change(&mut section);
        let file = of_section(section);
        let column = Column::find(&file, Kind::Ac, 3)?;
        column.verify(&file, false, 0..=9)
    };
    section(|_| ()).unwrap();
    let changes: [fn(&mut Vec<u8>); 5] = [
        |s| s[17] |= 2,
        |s| s[18] = 1,
        |s| s[25] = 0x80,
        |s| s.push(0),
        |s| {
            s.pop();
        },
    ];
    for change in changes {
        let found = section(change);
        assert!(matches!(found, Err(crate::Error::Damaged(d)) if d.section == "ac"));
    }
}
