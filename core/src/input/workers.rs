//! The threads that work for a caller.

use crate::error::{Error, Result};
use rayon::{ThreadBuilder, ThreadPool, ThreadPoolBuilder};
use std::thread::JoinHandle;

/// A pool of threads, or the calling thread where one is to work: starting another and handing it
/// everything takes longer than a small input does.
pub(crate) struct Workers(Option<Joined>);

impl Workers {
    pub(crate) fn new(threads: usize) -> Result<Self> {
        if threads <= 1 {
            return Ok(Self(None));
        }
        match Joined::new(threads) {
            Ok(pool) => Ok(Self(Some(pool))),
            Err(e) => Err(Error::Usage(format!("cannot start {threads} threads: {e}"))),
        }
    }

    /// A pool of any size, also of one thread.
    #[cfg(test)]
    pub(super) fn pooled(threads: usize) -> Self {
        Self(Some(Joined::new(threads).unwrap()))
    }

    /// `None` where the calling thread does the work.
    pub(crate) fn pool(&self) -> Option<&ThreadPool> {
        self.0.as_ref().and_then(|joined| joined.pool.as_ref())
    }

    pub(crate) fn threads(&self) -> usize {
        self.pool().map_or(1, ThreadPool::current_num_threads)
    }

    /// Does some work: when this returns, or at any time.
    pub(crate) fn spawn(&self, work: impl FnOnce() + Send + 'static) {
        match self.pool() {
            Some(pool) => pool.spawn_fifo(work),
            None => work(),
        }
    }
}

/// A pool that is gone when it is dropped: a pool of rayon's asks its threads to end and does not
/// wait, so that some of a call would still run after it has returned, when a caller may unload the
/// library or end.
struct Joined {
    /// Only `drop` takes it.
    pool: Option<ThreadPool>,
    threads: Vec<JoinHandle<()>>,
}

impl Joined {
    fn new(threads: usize) -> std::result::Result<Self, rayon::ThreadPoolBuildError> {
        // as soon as some have started, an error must end them as well
        let mut joined = Self {
            pool: None,
            threads: Vec::with_capacity(threads),
        };
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .spawn_handler(|thread: ThreadBuilder| {
                let name = format!("varidex-{}", thread.index());
                let run = std::thread::Builder::new().name(name);
                joined.threads.push(run.spawn(|| thread.run())?);
                Ok(())
            })
            .build()?;
        joined.pool = Some(pool);
        Ok(joined)
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        drop(self.pool.take());
        for thread in self.threads.drain(..) {
            // a panic of work is handed to who waits for the work
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    static ENDED: AtomicUsize = AtomicUsize::new(0);

    /// What a thread does last takes a while.
    struct Last;

    impl Drop for Last {
        fn drop(&mut self) {
            std::thread::sleep(Duration::from_millis(50));
            ENDED.fetch_add(1, Ordering::SeqCst);
        }
    }

    thread_local! {
        static LAST: Cell<Option<Last>> = const { Cell::new(None) };
    }

    #[test]
    fn threads_have_ended_when_the_pool_is_dropped() {
        let workers = Workers::new(3).unwrap();
        assert_eq!(workers.threads(), 3);
        workers
            .pool()
            .unwrap()
            .broadcast(|_| LAST.with(|last| last.set(Some(Last))));
        drop(workers);
        assert_eq!(ENDED.load(Ordering::SeqCst), 3);
    }
}
