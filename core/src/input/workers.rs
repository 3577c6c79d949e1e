//! The threads that work for a caller.

use crate::error::{Error, Result};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// A pool of threads, or the calling thread where one is to work: starting another and handing it
/// everything takes longer than a small input does.
pub(crate) struct Workers(Option<ThreadPool>);

impl Workers {
    pub(crate) fn new(threads: usize) -> Result<Self> {
        if threads <= 1 {
            return Ok(Self(None));
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("varidex-{i}"))
            .build();
        match pool {
            Ok(pool) => Ok(Self(Some(pool))),
            Err(e) => Err(Error::Usage(format!("cannot start {threads} threads: {e}"))),
        }
    }

    /// Of threads that are there.
    #[cfg(test)]
    pub(super) fn of(pool: ThreadPool) -> Self {
        Self(Some(pool))
    }

    /// `None` where the calling thread does the work.
    pub(crate) fn pool(&self) -> Option<&ThreadPool> {
        self.0.as_ref()
    }

    pub(crate) fn threads(&self) -> usize {
        self.0.as_ref().map_or(1, ThreadPool::current_num_threads)
    }

    /// Does some work: when this returns, or at any time.
    pub(crate) fn spawn(&self, work: impl FnOnce() + Send + 'static) {
        match &self.0 {
            Some(pool) => pool.spawn_fifo(work),
            None => work(),
        }
    }
}
