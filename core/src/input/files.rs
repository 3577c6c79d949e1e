//! Files that expressions name behind `@`, for hosts that read them.

use super::lines::input_error;
use super::waiting::{Pipe, Waiting, read_failed};
use crate::error::{Error, Place, Result};
use crate::model::FileLoader;
use flate2::read::MultiGzDecoder;
use std::collections::HashMap;
use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// More than the ids of ten million people, or the regions of any exome.
const MOST_BYTES: u64 = 1 << 28;

/// Reads files of this computer, by the rights of this process: for text of its own user.
///
/// Of a file at most 256 MiB are taken, plain or inflated from gzip, and devices are refused.
#[derive(Debug, Default)]
pub struct LocalFiles {
    terminal: bool,
    /// What pipes gave: a second look would find them empty, or wait for ever.
    piped: Mutex<HashMap<String, Vec<u8>>>,
}

impl LocalFiles {
    /// Regular files, of which errors show nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// For a program that its user runs in a terminal: `-` is standard input, pipes are read as well,
    /// and errors show the word that is wrong.
    #[must_use]
    pub fn of_terminal() -> Self {
        Self {
            terminal: true,
            ..Self::default()
        }
    }
}

impl FileLoader for LocalFiles {
    fn load(&self, name: &str) -> Result<Vec<u8>> {
        let path = Path::new(name);
        let standard_input =
            self.terminal && ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(&name);
        if name == "-" && !self.terminal {
            let found =
                "standard input, which the program `varidex` alone reads: write a file's name";
            return Err(input_error(path, Place::File, "a regular file", found));
        }
        // looked at before it is opened: to open a pipe is to wait for its writer
        let kind = match standard_input {
            true => None,
            false => Some(kind_of(path)?),
        };
        if kind.is_some_and(|kind| kind.is_file()) {
            let file = File::open(path).map_err(|e| Error::io(path, e))?;
            return bounded(file, path, MOST_BYTES);
        }
        if let Some(kind) = kind
            && !(self.terminal && is_pipe(kind))
        {
            return Err(input_error(path, Place::File, "a regular file", what(kind)));
        }
        let mut piped = self.piped.lock().unwrap_or_else(PoisonError::into_inner);
        // one name for what is one pipe
        let key = if standard_input { "-" } else { name };
        if let Some(known) = piped.get(key) {
            return Ok(known.clone());
        }
        let waiting = match standard_input {
            true => Waiting::new(io::stdin()),
            false => Waiting::new(Pipe::Named(path.to_owned())),
        };
        let waiting = waiting.map_err(|e| Error::io(path, e))?;
        let bytes = bounded(waiting, path, MOST_BYTES)?;
        piped.insert(key.to_owned(), bytes.clone());
        Ok(bytes)
    }

    fn may_show(&self) -> bool {
        self.terminal
    }
}

fn kind_of(path: &Path) -> Result<FileType> {
    let known = fs::metadata(path).map_err(|e| Error::io(path, e))?;
    Ok(known.file_type())
}

#[cfg(unix)]
fn is_pipe(kind: FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
fn is_pipe(_: FileType) -> bool {
    false
}

fn what(kind: FileType) -> &'static str {
    match (kind.is_dir(), is_pipe(kind)) {
        (true, _) => "a directory",
        (_, true) => "a pipe",
        _ => "a device",
    }
}

/// All bytes of a file, inflated where they begin as gzip does.
fn bounded(file: impl Read, path: &Path, most: u64) -> Result<Vec<u8>> {
    let bytes = at_most(file, path, most)?;
    match bytes.starts_with(&[0x1f, 0x8b]) {
        true => at_most(MultiGzDecoder::new(bytes.as_slice()), path, most),
        false => Ok(bytes),
    }
}

fn at_most(file: impl Read, path: &Path, most: u64) -> Result<Vec<u8>> {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    let mut bytes = Vec::new();
    let read = file.take(most + 1).read_to_end(&mut bytes);
    let read = read.map_err(|e| match e.kind() {
        InvalidData | InvalidInput | UnexpectedEof => {
            input_error(path, Place::File, "sound gzip data", &e.to_string())
        }
        _ => read_failed(path, e),
    })?;
    match read as u64 > most {
        true => {
            let expected = format!("a list of at most {most} bytes");
            Err(input_error(path, Place::File, &expected, "a longer one"))
        }
        false => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn files_are_read_plain_and_gzipped() {
        let place = tempfile::tempdir().unwrap();
        let plain = place.path().join("ids.txt");
        fs::write(&plain, "a\nb\n").unwrap();
        let gzipped = place.path().join("ids.gz");
        let mut gz = flate2::write::GzEncoder::new(
            File::create(&gzipped).unwrap(),
            flate2::Compression::default(),
        );
        gz.write_all(b"a\nb\n").unwrap();
        gz.finish().unwrap();
        for files in [LocalFiles::new(), LocalFiles::of_terminal()] {
            for path in [&plain, &gzipped] {
                assert_eq!(files.load(path.to_str().unwrap()).unwrap(), b"a\nb\n");
            }
        }
    }

    #[test]
    fn what_does_not_end_is_an_error_at_its_bound() {
        let path = Path::new("endless");
        let error = bounded(io::repeat(b'x'), path, 100).unwrap_err();
        assert_eq!(
            error.to_string(),
            "endless: expected a list of at most 100 bytes, found a longer one"
        );
        assert_eq!(
            bounded(io::repeat(b'x').take(100), path, 100)
                .unwrap()
                .len(),
            100
        );
        // a little gzip that inflates to much
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gz.write_all(&[b'x'; 100_000]).unwrap();
        let small = gz.finish().unwrap();
        assert!(bounded(small.as_slice(), path, small.len() as u64).is_err());
        assert!(bounded(&small[..small.len() - 9], path, 1 << 20).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_directories_are_refused() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path().to_str().unwrap();
        for files in [LocalFiles::new(), LocalFiles::of_terminal()] {
            for (name, what) in [("/dev/zero", "a device"), (place, "a directory")] {
                assert_eq!(
                    files.load(name).unwrap_err().to_string(),
                    format!("{name}: expected a regular file, found {what}")
                );
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn pipes_are_for_terminals_and_are_read_once() {
        use std::os::fd::AsRawFd;
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"a\n").unwrap();
        drop(writer);
        let name = format!("/dev/fd/{}", reader.as_raw_fd());
        let refused = LocalFiles::new().load(&name).unwrap_err().to_string();
        assert!(
            refused.ends_with("expected a regular file, found a pipe"),
            "{refused}"
        );
        let files = LocalFiles::of_terminal();
        assert_eq!(files.load(&name).unwrap(), b"a\n");
        assert_eq!(files.load(&name).unwrap(), b"a\n");
    }

    #[cfg(unix)]
    #[test]
    fn who_waits_for_a_pipe_can_be_stopped() {
        use std::os::fd::AsRawFd;
        let (reader, _writer) = io::pipe().unwrap();
        let name = format!("/dev/fd/{}", reader.as_raw_fd());
        let stop: crate::Stop = std::sync::Arc::new(|| true);
        let read = crate::interruptible(stop, || LocalFiles::of_terminal().load(&name));
        assert!(matches!(read, Err(Error::Cancelled)));
    }
}
