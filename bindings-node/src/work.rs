//! Work on Node's thread pool, and how it is stopped.

use crate::error::Failure;
use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi::{Env, Task};
use napi_derive::napi;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use varidex::Error;

/// Set where somebody does not want to wait for an answer any longer.
#[napi]
#[derive(Debug, Default)]
pub struct Cancel {
    set: Arc<AtomicBool>,
}

#[napi]
impl Cancel {
    /// Not set.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work that has this to stop.
    #[napi]
    pub fn cancel(&self) {
        self.set.store(true, Ordering::Relaxed);
    }
}

/// What work on the pool looks at to know whether to go on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Option<Arc<AtomicBool>>);

impl Stop {
    pub(crate) fn asked(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|set| set.load(Ordering::Relaxed))
    }
}

impl From<Option<&Cancel>> for Stop {
    fn from(cancel: Option<&Cancel>) -> Self {
        Self(cancel.map(|cancel| Arc::clone(&cancel.set)))
    }
}

type Run<T> = Box<dyn FnOnce() -> Result<T, Failure> + Send>;

/// A call on its way to the pool.
pub struct Work<T> {
    run: Option<Run<T>>,
}

/// Runs on the pool, unless it is stopped before its turn comes.
pub(crate) fn queue<T, F>(cancel: Option<&Cancel>, run: F) -> AsyncTask<Work<T>>
where
    T: ToNapiValue + TypeName + Send + 'static,
    F: FnOnce(&Stop) -> Result<T, Failure> + Send + 'static,
{
    let stop = Stop::from(cancel);
    let run: Run<T> = Box::new(move || {
        if stop.asked() {
            return Err(Error::Cancelled.into());
        }
        let looked_at = stop.clone();
        varidex::interruptible(Arc::new(move || looked_at.asked()), || run(&stop))
    });
    AsyncTask::new(Work { run: Some(run) })
}

/// Runs here and now.
pub(crate) fn now<T>(run: impl FnOnce() -> Result<T, Failure>) -> napi::Result<T> {
    let done = catch_unwind(AssertUnwindSafe(run));
    Ok(done.unwrap_or_else(|panic| Err(Failure::panicked(&*panic)))?)
}

impl<T: ToNapiValue + TypeName + Send + 'static> Task for Work<T> {
    type Output = T;
    type JsValue = T;

    fn compute(&mut self) -> napi::Result<T> {
        match self.run.take() {
            Some(run) => now(run),
            None => Err(Failure::Internal("work was done before".to_owned()).into()),
        }
    }

    fn resolve(&mut self, _: Env, output: T) -> napi::Result<T> {
        Ok(output)
    }
}
