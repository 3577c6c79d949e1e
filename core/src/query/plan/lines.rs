//! Files behind `@`, line by line. Nothing here opens a file: the dataset's loader gives its bytes.

use super::names::Names;
use crate::cohort::View;
use crate::error::{Error, InputError, Place, Result};
use std::ops::Range;

const NO_LOADER: &str = "`@` marks a file, and no files are read here: write what it lists instead";

/// A file that lists things, one on each line.
pub(super) struct Lines<'a> {
    name: &'a str,
    bytes: Vec<u8>,
    may_show: bool,
}

impl<'a> Lines<'a> {
    /// `None` where the dataset has no loader.
    fn load(view: &View, name: &'a str) -> Result<Option<Self>> {
        let Some(loader) = view.loader() else {
            return Ok(None);
        };
        Ok(Some(Self {
            name,
            bytes: loader.load(name)?,
            may_show: loader.may_show(),
        }))
    }

    fn text(&self) -> &[u8] {
        // spreadsheets begin with a byte order mark
        let bytes = self.bytes.as_slice();
        bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
    }

    /// Lines with their numbers from 1, without their ends.
    pub(super) fn lines(&self) -> impl Iterator<Item = Result<(u64, &str)>> {
        let lines = (1..).zip(self.text().split(|&byte| byte == b'\n'));
        lines.map(|(number, line)| match std::str::from_utf8(line) {
            Ok(line) => Ok((number, line.trim_end())),
            Err(_) => Err(self.error(number, "text in UTF-8", "other bytes".to_owned())),
        })
    }

    pub(super) fn error(&self, line: u64, expected: &str, found: String) -> Error {
        Error::from(Box::new(InputError {
            file: self.name.to_owned(),
            place: Place::Line(line),
            expected: expected.to_owned(),
            found,
        }))
    }

    /// A word of the file as errors show it: strangers see what it is not, not what it is.
    pub(super) fn shown(&self, word: &str, else_shown: &str) -> String {
        const SHOWN: usize = 60;
        if !self.may_show {
            return else_shown.to_owned();
        }
        let cut: String = word.chars().take(SHOWN).collect();
        match cut.len() < word.len() {
            true => format!("{:?}", cut + "…"),
            false => format!("{cut:?}"),
        }
    }

    /// Whether errors and notes may show what stands there.
    pub(super) fn may_show(&self) -> bool {
        self.may_show
    }

    pub(super) fn name(&self) -> &str {
        self.name
    }

    /// Whether it begins so, a byte order mark apart.
    pub(super) fn begins_with(&self, start: &[u8]) -> bool {
        self.text().starts_with(start)
    }
}

impl Names<'_> {
    /// The lines of a file that an expression names.
    pub(super) fn lines<'f>(&self, file: &'f str, at: &Range<usize>) -> Result<Lines<'f>> {
        let lines = Lines::load(self.view, file)?;
        lines.ok_or_else(|| self.error(at, NO_LOADER.to_owned(), Vec::new()))
    }
}
