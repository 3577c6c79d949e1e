//! Work without the GIL, which Ctrl-C ends.

use crate::error::raise;
use pyo3::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use varidex::{Error, Result, Stop, interruptible};

/// Between two looks for signals.
const PATIENCE: Duration = Duration::from_millis(50);

/// Looks for signals now and then, and keeps what their handlers raised.
pub(crate) struct Signals(Mutex<State>);

struct State {
    looked: Instant,
    raised: Option<PyErr>,
}

impl Signals {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            looked: Instant::now(),
            raised: None,
        }))
    }

    /// Whether the handler of a signal raised something, `KeyboardInterrupt` as a rule. Handlers run on
    /// Python's main thread only: on others this is never so.
    pub(crate) fn stop(&self) -> bool {
        {
            let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if state.looked.elapsed() < PATIENCE {
                return false;
            }
        }
        // not under the lock: who waits for the GIL must hold nothing that its holder may want
        let raised = Python::try_attach(|py| py.check_signals().err());
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.looked = Instant::now();
        match raised {
            Some(None) => false,
            Some(Some(error)) => {
                state.raised = Some(error);
                true
            }
            // the interpreter is going
            None => true,
        }
    }

    /// Keeps an error that a callback raised.
    pub(crate) fn keep(&self, error: PyErr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).raised = Some(error);
    }

    /// What was kept.
    fn take(&self) -> Option<PyErr> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.raised.take()
    }

    /// The library's error as Python's; where somebody stopped it, what that was raised with.
    pub(crate) fn raise(&self, py: Python<'_>, error: Error) -> PyErr {
        match (&error, self.take()) {
            (Error::Cancelled, Some(raised)) => raised,
            _ => raise(py, error),
        }
    }
}

/// Runs work without the GIL.
pub(crate) fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    let signals = Arc::new(Signals::new());
    let asked = Arc::clone(&signals);
    let stop: Stop = Arc::new(move || asked.stop());
    py.detach(|| interruptible(stop, work))
        .map_err(|e| signals.raise(py, e))
}

/// The same for so long at most; `None` where it takes longer.
pub(crate) fn run_within<T: Send>(
    py: Python<'_>,
    patience: Duration,
    work: impl FnOnce() -> Result<T> + Send,
) -> PyResult<Option<T>> {
    let signals = Arc::new(Signals::new());
    let asked = Arc::clone(&signals);
    let end = Instant::now() + patience;
    let stop: Stop = Arc::new(move || asked.stop() || Instant::now() > end);
    match py.detach(|| interruptible(stop, work)) {
        Ok(done) => Ok(Some(done)),
        Err(Error::Cancelled) => match signals.take() {
            Some(raised) => Err(raised),
            None => Ok(None),
        },
        Err(error) => Err(signals.raise(py, error)),
    }
}
