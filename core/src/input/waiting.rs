//! Reading a stream without being caught in it: who waits for a pipe that gives nothing can be stopped.

use crate::error::Error;
use crate::stop::check_stop;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// Between two looks whether to stop.
const PATIENCE: Duration = Duration::from_millis(100);
/// Bytes read at once, and how many such stretches are read ahead.
const STRETCH: usize = 1 << 18;
const AHEAD: usize = 4;

/// The caller wanted to stop: of [`crate::interruptible`] while a stream was waited for, or of what shows how
/// far it is.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
struct Stopped;

/// What a reader gives that is asked for bytes nobody wants any more.
pub(super) fn stopped() -> io::Error {
    io::Error::other(Stopped)
}

/// Whether the caller wanted to stop.
pub(super) fn is_stopped(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Stopped>())
}

/// What reading an input failed of: the operating system, or the caller who wanted to stop.
pub(crate) fn read_failed(file: impl AsRef<Path>, error: io::Error) -> Error {
    match is_stopped(&error) {
        true => Error::Cancelled,
        false => Error::io(file, error),
    }
}

/// Opens a file; what is none, as a pipe or a device, so that who reads it can be stopped.
pub(crate) fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    #[cfg(feature = "testing")]
    if let Some(held) = super::held::open(path) {
        return Ok(Box::new(held?.0));
    }
    let kind = std::fs::metadata(path)?.file_type();
    Ok(match kind.is_file() || kind.is_dir() {
        true => Box::new(File::open(path)?),
        false => Box::new(Waiting::new(Pipe::Named(path.to_owned()))?),
    })
}

/// Whether what is opened again gives the same: no pipe does.
pub(super) fn is_read_twice(path: &Path) -> io::Result<bool> {
    #[cfg(feature = "testing")]
    if let Some(held) = super::held::open(path) {
        return held.map(|_| true);
    }
    let kind = std::fs::metadata(path)?;
    Ok(kind.is_file() || kind.is_dir())
}

/// A pipe that is opened when it is read: to open it is to wait for its writer.
pub(super) enum Pipe {
    Named(PathBuf),
    Open(File),
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Self::Named(path) = self {
            *self = Self::Open(File::open(path)?);
        }
        match self {
            Self::Open(file) => file.read(buffer),
            Self::Named(_) => Ok(0),
        }
    }
}

/// A stream that another thread reads.
pub(crate) struct Waiting {
    stretches: Receiver<io::Result<Vec<u8>>>,
    stretch: Vec<u8>,
    at: usize,
}

impl Waiting {
    pub(crate) fn new(input: impl Read + Send + 'static) -> io::Result<Self> {
        let (sender, stretches) = sync_channel(AHEAD);
        thread::Builder::new()
            .name("varidex-stream".to_owned())
            .spawn(move || read_ahead(input, &sender))?;
        Ok(Self {
            stretches,
            stretch: Vec::new(),
            at: 0,
        })
    }
}

/// Reads until the end, an error, or until nobody wants more.
fn read_ahead(mut input: impl Read, to: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut stretch = vec![0; STRETCH];
        let read = match input.read(&mut stretch) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Ok(0) => return,
            Ok(len) => {
                stretch.truncate(len);
                Ok(stretch)
            }
            Err(error) => Err(error),
        };
        let failed = read.is_err();
        if to.send(read).is_err() || failed {
            return;
        }
    }
}

impl Read for Waiting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.stretch.len() {
            let stretch = self.stretches.recv_timeout(PATIENCE);
            // also of a stream that never ends
            check_stop().map_err(|_| stopped())?;
            match stretch {
                Ok(stretch) => {
                    self.stretch = stretch?;
                    self.at = 0;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
        let rest = self.stretch.get(self.at..).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..len), rest.get(..len)) {
            to.copy_from_slice(from);
        }
        self.at += len;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn what_a_stream_gives_arrives() {
        let bytes: Vec<u8> = (0..1_000_000u32).map(|n| (n % 251) as u8).collect();
        let mut waiting = Waiting::new(io::Cursor::new(bytes.clone())).unwrap();
        let mut read = Vec::new();
        waiting.read_to_end(&mut read).unwrap();
        assert!(read == bytes);
        assert_eq!(waiting.read(&mut [0; 8]).unwrap(), 0);
    }

    #[test]
    fn who_waits_for_nothing_can_be_stopped() {
        struct Silent;
        impl Read for Silent {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                loop {
                    thread::park();
                }
            }
        }
        let mut waiting = Waiting::new(Silent).unwrap();
        let stop: crate::Stop = Arc::new(|| true);
        let read = crate::interruptible(stop, || waiting.read(&mut [0; 8]));
        let error = read_failed("-", read.unwrap_err());
        assert!(matches!(error, Error::Cancelled), "{error}");
    }

    #[test]
    fn who_reads_what_never_ends_can_be_stopped() {
        let mut waiting = Waiting::new(io::repeat(b'A')).unwrap();
        let stop: crate::Stop = Arc::new(|| true);
        let read = crate::interruptible(stop, || waiting.read(&mut [0; 8]));
        assert!(matches!(
            read_failed("-", read.unwrap_err()),
            Error::Cancelled
        ));
    }
}
