//! Input that never ends: memory stays what it was, until the caller or a bound ends it.

use crate::error::{Error, Result};
use crate::input::people::gather::read_file;
use crate::input::people::input::Input;
use crate::input::people::merge::Merger;
use crate::input::people::notes::Notes;
use std::io::{self, Read};
use std::path::Path;

/// The row of this number.
type Row = fn(u64) -> String;

/// A header, and rows without end.
struct Endless {
    row: Row,
    number: u64,
    bytes: Vec<u8>,
    at: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.bytes.len() {
            self.bytes = (self.row)(self.number).into_bytes();
            self.number += 1;
            self.at = 0;
        }
        let rest = &self.bytes[self.at..];
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        self.at += len;
        Ok(len)
    }
}

fn endless(header: &str, row: Row) -> Endless {
    Endless {
        row,
        number: 0,
        bytes: header.as_bytes().to_vec(),
        at: 0,
    }
}

/// Reads until `go_on` has been asked so often; gives what was held then, and how reading ended.
fn read(name: &str, input: Endless, asked: u32) -> ([usize; 4], Notes, Error) {
    let mut left = asked;
    let mut go_on = || match left.checked_sub(1) {
        Some(less) => {
            left = less;
            Ok(())
        }
        None => Err(Error::Cancelled),
    };
    let (mut notes, mut merger) = (Notes::default(), Merger::new(None));
    let path = Path::new(name);
    let read = || -> Result<()> {
        let input = Input::of(path, input, &mut go_on)?;
        read_file(path, input, None, &mut notes, &mut merger).map(|_| ())
    };
    let error = read().unwrap_err();
    (merger.held(), notes, error)
}

/// Rows, packets, lines of a pedigree, and records that are refused: of the same few people again and again.
#[test]
fn what_the_same_people_are_given_is_not_held() {
    let table = |n| format!("p{}\tfemale\tHP:000000{}\ts{}\n", n % 9, n % 5, n % 4);
    let packet = |n: u64| {
        format!(
            "{{\"id\": \"k{}\", \"subject\": {{\"id\": \"p{}\"}}, \
             \"metaData\": {{\"phenopacketSchemaVersion\": \"2.0\"}}}}\n",
            n % 9,
            n % 9
        )
    };
    let wrong = |n: u64| format!("\tfemale\tHP:000000{}\t\n", n % 5);
    let header = "individual\tsex\tphenotype\tsample\n";
    let ped = |n| format!("f{}\tp{}\t0\t0\t1\t2\n", n % 3, n % 9);
    let inputs: [(&str, &str, Row); 4] = [
        ("people.tsv", header, table),
        ("people.ndjson", "", packet),
        ("people.ped", "", ped),
        ("wrong.tsv", header, wrong),
    ];
    for (name, header, row) in inputs {
        let (before, _, error) = read(name, endless(header, row), 1_000);
        assert!(matches!(error, Error::Cancelled), "{name}: {error}");
        let (after, notes, error) = read(name, endless(header, row), 20_000);
        assert!(matches!(error, Error::Cancelled), "{name}: {error}");
        assert!(notes.read > 15_000, "{name}: {}", notes.read);
        let packets = after[1];
        assert_eq!([before[0], before[2]], [after[0], after[2]], "{name}");
        assert!(after[3] <= 2 * before[3].max(1 << 11), "{name}: {after:?}");
        // a packet is four numbers, whatever is recorded in it
        assert!(name == "people.ndjson" || packets == 0, "{name}: {packets}");
    }
}

#[test]
fn people_without_end_are_too_many() {
    let row = |n| format!("p{n}\tfemale\n");
    let (_, _, error) = read("all.tsv", endless("individual\tsex\n", row), u32::MAX);
    let text = error.to_string();
    assert!(matches!(error, Error::Usage(_)), "{text}");
    assert!(text.starts_with("all.tsv:6553"), "{text}");
    assert!(text.contains("more than 65536 ids"), "{text}");
}
