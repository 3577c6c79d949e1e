//! Saying to JavaScript how far something is.

use crate::counts::number;
use crate::error::Failure;
use crate::work::Stop;
use napi::Status;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use std::time::{Duration, Instant};

/// No more than one call of the callback in this time: a queue of them serves nobody.
const PAUSE: Duration = Duration::from_millis(50);

/// How far something is.
#[napi(object, use_nullable = true)]
#[derive(Debug)]
pub struct Progress {
    /// What is being done.
    pub what: String,
    /// Done so far: bytes of a build, variants of an export and of a simulation.
    pub done: i64,
    /// What there is to do, where it is known.
    pub total: Option<i64>,
}

type Callback = ThreadsafeFunction<Progress, (), Progress, Status, false, true>;

/// Calls a callback now and then, and says whether to go on.
pub(crate) struct Reporter {
    callback: Option<Callback>,
    last: Option<(String, Instant)>,
}

impl Reporter {
    pub(crate) fn new(callback: Option<Function<'_, Progress, ()>>) -> napi::Result<Self> {
        let callback = callback.map(|callback| {
            let builder = callback.build_threadsafe_function();
            builder.weak::<true>().build()
        });
        Ok(Self {
            callback: callback.transpose()?,
            last: None,
        })
    }

    /// Whether to go on.
    pub(crate) fn report(
        &mut self,
        stop: &Stop,
        what: &str,
        done: u64,
        total: Option<u64>,
    ) -> bool {
        let fresh = match &self.last {
            Some((last, at)) => last != what || at.elapsed() >= PAUSE,
            None => true,
        };
        if let Some(callback) = &self.callback
            && fresh
        {
            let progress = Progress {
                what: what.to_owned(),
                done: number(done),
                total: total.map(number),
            };
            // where nobody can be called any longer, the environment is going away
            let _ = callback.call(progress, ThreadsafeFunctionCallMode::NonBlocking);
            self.last = Some((what.to_owned(), Instant::now()));
        }
        !stop.asked()
    }
}

impl std::fmt::Debug for Reporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reporter").finish_non_exhaustive()
    }
}

impl From<napi::Error> for Failure {
    fn from(error: napi::Error) -> Self {
        Self::Internal(error.to_string())
    }
}
