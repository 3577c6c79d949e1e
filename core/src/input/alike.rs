//! Many inputs have the same header but for the names of their samples: it is read once.

use super::header::{Header, is_read};
use super::plan::Keys;
use std::sync::{Arc, Mutex, PoisonError};

/// The longest text of a header that is held for the inputs to come.
const LONGEST: usize = 1 << 20;

/// The header that was read last, of all who share this.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastHeader(Arc<Mutex<Option<Arc<Known>>>>);

/// A header that was read.
#[derive(Debug)]
pub(super) struct Known {
    /// All before `#CHROM`, and what it says.
    text: Vec<u8>,
    header: Header,
    /// What it declares, with the INFO keys that were asked for.
    keys: Option<(Vec<String>, Arc<Keys>)>,
}

impl LastHeader {
    pub(super) fn get(&self) -> Option<Arc<Known>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.clone()
    }

    fn put(&self, known: Known) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Arc::new(known));
    }

    /// Holds what the lines of `text` before `columns` say.
    pub(super) fn set(&self, header: &Header, text: &[u8], columns: &[u8]) {
        let lines = header.lines as usize - 1;
        let ends = memchr::memchr_iter(b'\n', text);
        let end = ends.map(|at| at + 1).take(lines).last().unwrap_or(0);
        debug_assert!(
            text.get(end..)
                .is_some_and(|rest| rest.starts_with(columns))
        );
        if let Some(text) = text.get(..end).filter(|text| text.len() <= LONGEST) {
            self.put(Known {
                text: text.to_vec(),
                header: header.clone(),
                keys: None,
            });
        }
    }

    /// What a header declares, ready to be asked.
    pub(super) fn keys(&self, header: &Header, asked: &[String]) -> Arc<Keys> {
        let new = || Arc::new(Keys::new(header, asked));
        let known = self.get();
        let Some(known) = known.filter(|known| known.header.shares_lists_with(header)) else {
            return new();
        };
        match &known.keys {
            Some((of, keys)) if of == asked => Arc::clone(keys),
            _ => {
                let keys = new();
                self.put(Known {
                    text: known.text.clone(),
                    header: known.header.clone(),
                    keys: Some((asked.to_vec(), Arc::clone(&keys))),
                });
                keys
            }
        }
    }
}

impl Known {
    /// What all lines of a text say but `#CHROM`, and that one, where it says what this header does.
    pub(super) fn header_of<'t>(&self, text: &'t [u8]) -> Option<(Header, &'t [u8])> {
        let rest = match text.strip_prefix(&self.text[..]) {
            Some(rest) => rest,
            None => self.behind_alike(text)?,
        };
        let line = first_line(rest).0;
        let columns = line.strip_suffix(b"\r").unwrap_or(line);
        columns
            .starts_with(b"#CHROM")
            .then(|| (self.header.clone(), columns))
    }

    /// What follows lines that are these, but for such as are only counted.
    fn behind_alike<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let (mut rest, mut known) = (text, &self.text[..]);
        while !known.is_empty() {
            let (of_known, of_text);
            (of_known, known) = first_line(known);
            (of_text, rest) = first_line(rest);
            if of_known != of_text && (is_read(of_known) || is_read(of_text)) {
                return None;
            }
        }
        Some(rest)
    }
}

/// The first line without its end, and what follows.
fn first_line(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b'\n', text) {
        Some(end) => (
            text.get(..end).unwrap_or_default(),
            text.get(end + 1..).unwrap_or_default(),
        ),
        None => (text, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::header::parse;

    const COLUMNS: &str = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    const END: &str = "##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">";

    fn text(lines: &[&str], columns: &str) -> Vec<u8> {
        format!("{}\n{columns}\n", lines.join("\n")).into_bytes()
    }

    fn texts() -> Vec<Vec<u8>> {
        let a = format!("{COLUMNS}\ta");
        let lines = [
            "##fileformat=VCFv4.2",
            END,
            "##contig=<ID=1>",
            "##run=1",
            "##contig=<ID=2,length=9>",
        ];
        let mut texts = vec![text(&lines, &a), text(&lines, &format!("{COLUMNS}\tb"))];
        for (at, line) in [
            (3, "##run=2"),
            (3, "##run=2\r"),
            (3, "##run"),
            (3, ""),
            (3, "##SAMPLE=<ID=a>"),
            (3, "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"\">"),
            (3, "no header"),
            (1, "##run=1"),
            (2, "##contig=<ID=3>"),
            (0, "##fileformat=VCFv3.3"),
            (0, "##fileformat=VCFv9"),
        ] {
            let mut other = lines;
            other[at] = line;
            texts.push(text(&other, &a));
        }
        for columns in ["", "#CHROM\tPOS", &format!("{a}\ta"), &format!("{a}\r")] {
            texts.push(text(&lines, columns));
        }
        texts.push(text(&lines[..3], &a));
        texts.push(text(&[&lines[..], &["##run=3"]].concat(), &a));
        texts.push(lines.join("\n").into_bytes());
        texts
    }

    #[test]
    fn each_header_is_read_as_if_it_were_the_first() {
        let read = |text: &[u8], last: &LastHeader| match parse(text, "file", last) {
            Ok(header) => format!("{header:?}"),
            Err(error) => error.to_string(),
        };
        let texts = texts();
        for first in &texts {
            for text in &texts {
                let last = LastHeader::default();
                read(first, &last);
                let shared = read(text, &last);
                assert_eq!(shared, read(text, &LastHeader::default()));
            }
        }
    }

    #[test]
    fn what_says_the_same_is_shared() {
        let texts = texts();
        let last = LastHeader::default();
        let read = |at: usize| parse(&texts[at], "file", &last).unwrap();
        let first = read(0);
        for (at, shares) in [(1, true), (2, true), (3, true), (6, false), (7, false)] {
            assert_eq!(read(at).shares_lists_with(&first), shares, "{at}");
        }
        let (again, asked) = (read(1), ["END".to_owned()]);
        let keys = last.keys(&again, &asked);
        assert!(Arc::ptr_eq(&keys, &last.keys(&read(2), &asked)));
        let others = last.keys(&again, &[]);
        assert_eq!(keys.info[&b"END"[..]].asked, Some(0));
        assert_eq!(others.info[&b"END"[..]].asked, None);
    }
}
