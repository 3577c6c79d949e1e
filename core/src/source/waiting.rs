//! Reading a stream without being caught in it: who waits for a pipe that gives nothing can be stopped.

use crate::error::Error;
use crate::stop::check_stop;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// Between two looks whether to stop.
const PATIENCE: Duration = Duration::from_millis(100);
/// Bytes read at once, and how many such stretches are read ahead.
const STRETCH: usize = 1 << 18;
const AHEAD: usize = 4;

/// The caller of [`crate::interruptible`] wanted to stop while a stream was waited for.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
struct Stopped;

/// What reading an input failed of: the operating system, or the caller who wanted to stop.
pub(crate) fn read_failed(file: impl AsRef<Path>, error: io::Error) -> Error {
    match error.get_ref().is_some_and(|inner| inner.is::<Stopped>()) {
        true => Error::Cancelled,
        false => Error::io(file, error),
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
            match self.stretches.recv_timeout(PATIENCE) {
                Ok(stretch) => {
                    self.stretch = stretch?;
                    self.at = 0;
                }
                Err(RecvTimeoutError::Timeout) => {
                    check_stop().map_err(|_| io::Error::other(Stopped))?;
                }
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
}
