//! The decisions of people about the use of their data: a file that is only appended to, one frame for each command.
//!
//! A frame counts whole or not at all. Frames are checked one behind the other, each over the checksum of the one before,
//! so that none can be taken out or changed unseen. What a crash leaves at the end is a frame that was cut, or of which the
//! end is still zeros; anything else that does not fit is damage, and then nothing of the dataset is shown: a withdrawal
//! that was acknowledged must not be lost.

mod entry;
mod erased;
#[cfg(test)]
mod tests;

use crate::error::{Damage, Error, Result};
use crate::format::{Folder, Stamp};
pub(crate) use entry::{Access as AccessNote, Entry, Frame};
pub(crate) use erased::{Erased, IdHash};
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Name of the file in a dataset's directory.
pub(crate) const DECISIONS: &str = "decisions";
/// What writers of it lock.
pub(crate) const DECISIONS_LOCK: &str = "decisions.lock";

const MAGIC: &[u8; 12] = b"VARIDEX\x1a\x0aD\r\n";
/// The version of this file: it must be read whatever becomes of the others.
const VERSION: u32 = 1;
/// Magic and version.
pub(crate) const HEAD: usize = MAGIC.len() + size_of::<u32>();
/// Length of the body, and the lower half of the checksum over it and the frame before.
const FRAME_HEAD: usize = 2 * size_of::<u32>();
const SUM: usize = size_of::<u64>();
/// Millions of decisions.
const BODY_MAX: usize = 1 << 28;

/// Where the next frame comes, and what it is checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) at: u64,
    chain: u64,
}

/// What was read of the file.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) frames: Vec<Frame>,
    pub(crate) end: End,
}

/// The first bytes of the file.
pub(crate) fn head() -> Vec<u8> {
    [&MAGIC[..], &VERSION.to_le_bytes()].concat()
}

fn path(folder: &Folder) -> PathBuf {
    folder.path().join(DECISIONS)
}

/// What changes with the file; `None` where there is none.
pub(crate) fn stamp(folder: &Folder) -> Result<Option<Stamp>> {
    let path = path(folder);
    let found = folder.storage().stamp(&path);
    found.map_err(|e| Error::io(path, e))
}

/// The frames behind an end; all without one.
pub(crate) fn read(folder: &Folder, from: Option<End>) -> Result<Found> {
    let path = path(folder);
    let failed = |e: io::Error| match e.kind() {
        ErrorKind::NotFound => missing(folder),
        _ => Error::io(&path, e),
    };
    let mut file = folder.storage().open(&path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
    parse(&bytes, from).map_err(|fault| damage(folder, fault))
}

/// Adds a frame behind the end of what was read, which is the end of the file as its writer, who holds the lock, knows it.
pub(crate) fn append(folder: &Folder, end: End, frame: &Frame) -> Result<End> {
    let body = frame.to_bytes().map_err(Error::Usage)?;
    if body.len() > BODY_MAX {
        return Err(Error::Usage(format!(
            "decisions: expected at most {BODY_MAX} bytes at once, found {}: give them in several parts",
            body.len()
        )));
    }
    let bytes = framed(&body, end.chain);
    let path = path(folder);
    let written = folder.storage().extend(&path, end.at, &bytes);
    written.map_err(|e| Error::io(path, e))?;
    Ok(End {
        at: end.at + bytes.len() as u64,
        chain: chained(&body, end.chain),
    })
}

/// The bytes of a file of these frames.
pub(super) fn to_bytes(frames: &[Frame]) -> Result<Vec<u8>> {
    let (mut bytes, mut chain) = (head(), empty().chain);
    for frame in frames {
        let body = frame.to_bytes().map_err(Error::Usage)?;
        bytes.extend(framed(&body, chain));
        chain = chained(&body, chain);
    }
    Ok(bytes)
}

/// Where a file without frames ends.
fn empty() -> End {
    End {
        at: HEAD as u64,
        chain: xxh3_64(&head()),
    }
}

fn chained(body: &[u8], before: u64) -> u64 {
    // never zero: zeros are what was not written
    xxh3_64_with_seed(body, before) | 1 << 63
}

fn framed(body: &[u8], before: u64) -> Vec<u8> {
    let len = (body.len() as u32).to_le_bytes();
    let mut bytes = Vec::with_capacity(FRAME_HEAD + body.len() + SUM);
    bytes.extend(len);
    bytes.extend(head_sum(len, before).to_le_bytes());
    bytes.extend(body);
    bytes.extend(chained(body, before).to_le_bytes());
    bytes
}

/// Checks the length by itself, for it says whether the file was cut.
fn head_sum(len: [u8; 4], before: u64) -> u32 {
    xxh3_64_with_seed(&len, before) as u32 | 1
}

/// Fewer ids are listed as erased than a state knows of.
pub(crate) fn cut(folder: &Folder, known: u64, found: u64) -> Error {
    let expected = format!("at least the {known} erased ids that the manifest knows of");
    damage(folder, Fault(0, expected, found.to_string()))
}

/// What is wrong: the place, what was expected and what was found.
struct Fault(u64, String, String);

fn damage(folder: &Folder, Fault(offset, expected, found): Fault) -> Error {
    Error::from(Box::new(Damage {
        file: path(folder),
        section: "decisions".to_owned(),
        offset,
        expected,
        found,
    }))
}

/// The file that says who must not be seen is not there.
pub(crate) fn missing(folder: &Folder) -> Error {
    damage(
        folder,
        Fault(
            0,
            "the file of decisions, which a dataset has from its beginning".to_owned(),
            "no file".to_owned(),
        ),
    )
}

fn parse(bytes: &[u8], from: Option<End>) -> Result<Found, Fault> {
    let fault = |at: u64, expected: &str, found: String| Fault(at, expected.to_owned(), found);
    let (magic, version) = (bytes.get(..MAGIC.len()), bytes.get(MAGIC.len()..HEAD));
    if magic != Some(MAGIC) {
        let found = "other bytes".to_owned();
        return Err(fault(0, "a file of decisions", found));
    }
    if version != Some(&VERSION.to_le_bytes()) {
        let expected = format!("decisions of version {VERSION}");
        let found = match version {
            Some(version) => format!("the bytes {version:?}"),
            None => "the end of the file".to_owned(),
        };
        return Err(Fault(MAGIC.len() as u64, expected, found));
    }
    let mut end = from.unwrap_or_else(empty);
    let mut frames = Vec::new();
    loop {
        let rest = usize::try_from(end.at).ok().and_then(|at| bytes.get(at..));
        let Some(rest) = rest else {
            let expected = format!("at least the {} bytes that were there before", end.at);
            return Err(Fault(end.at, expected, bytes.len().to_string()));
        };
        let body = match next(rest, end.chain) {
            Next::Body(body) => body,
            Next::End => return Ok(Found { frames, end }),
            Next::Broken => {
                let found = "another one".to_owned();
                return Err(fault(end.at, "a frame with its checksum", found));
            }
        };
        let frame = Frame::from_bytes(body);
        frames.push(frame.map_err(|expected| fault(end.at, expected, "another".to_owned()))?);
        end = End {
            at: end.at + (FRAME_HEAD + body.len() + SUM) as u64,
            chain: chained(body, end.chain),
        };
    }
}

/// What comes behind a frame.
enum Next<'a> {
    Body(&'a [u8]),
    /// Nothing, or what a crash left.
    End,
    Broken,
}

fn next(rest: &[u8], before: u64) -> Next<'_> {
    let zeros = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
    let Some((head, behind)) = rest.split_first_chunk::<FRAME_HEAD>() else {
        return Next::End;
    };
    let [a, b, c, d, sum @ ..] = *head;
    let len = [a, b, c, d];
    if u32::from_le_bytes(sum) != head_sum(len, before) {
        return match zeros(rest) {
            true => Next::End,
            false => Next::Broken,
        };
    }
    let len = u32::from_le_bytes(len) as usize;
    let Some((body, behind)) = behind.split_at_checked(len) else {
        return Next::End;
    };
    let Some((sum, behind)) = behind.split_first_chunk::<SUM>() else {
        return Next::End;
    };
    match u64::from_le_bytes(*sum) {
        sum if sum == chained(body, before) => Next::Body(body),
        // the checksum is the last that is written
        0 if zeros(behind) => Next::End,
        _ => Next::Broken,
    }
}
