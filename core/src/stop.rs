//! Ending a question that takes too long.

use crate::error::{Error, Result};
use std::cell::RefCell;
use std::sync::Arc;

/// Says whether to stop; it is asked every few thousand rows, so it may look at a clock.
pub type Stop = Arc<dyn Fn() -> bool + Send + Sync>;

thread_local! {
    static STOP: RefCell<Option<Stop>> = const { RefCell::new(None) };
}

/// Runs questions that somebody else may want to end: where `stop` says so, they end with
/// [`Error::Cancelled`]. It is asked on the thread that called.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use std::time::{Duration, Instant};
/// let view = varidex::Dataset::open("cohort.vdx")?.view();
/// let end = Instant::now() + Duration::from_secs(2);
/// let stop = std::sync::Arc::new(move || Instant::now() > end);
/// let carriers = varidex::interruptible(stop, || view.ask("carriers(af<0.001, at_least: 5)"))?;
/// # Ok(())
/// # }
/// ```
pub fn interruptible<T>(stop: Stop, work: impl FnOnce() -> T) -> T {
    /// Puts back what was there, also where the work panics.
    struct Restore(Option<Stop>);
    impl Drop for Restore {
        fn drop(&mut self) {
            STOP.set(self.0.take());
        }
    }
    let _restore = Restore(STOP.replace(Some(stop)));
    work()
}

/// What `stop` says, or else whoever called before.
pub(crate) fn or_outer(stop: impl Fn() -> bool + Send + Sync + 'static) -> Stop {
    match STOP.with_borrow(Clone::clone) {
        Some(outer) => Arc::new(move || stop() || outer()),
        None => Arc::new(stop),
    }
}

/// An error where the caller of [`interruptible`] wants to stop.
pub(crate) fn check_stop() -> Result<()> {
    // a copy, for the one who is asked may ask questions too
    match STOP.with_borrow(Clone::clone) {
        Some(stop) if stop() => Err(Error::Cancelled),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_work_inside_is_stopped() {
        let always: Stop = Arc::new(|| true);
        let never: Stop = Arc::new(|| false);
        assert!(check_stop().is_ok());
        interruptible(always, || {
            assert!(matches!(check_stop(), Err(Error::Cancelled)));
            interruptible(never, || assert!(check_stop().is_ok()));
            assert!(check_stop().is_err());
            assert!(std::thread::spawn(|| check_stop().is_ok()).join().unwrap());
            interruptible(or_outer(|| false), || assert!(check_stop().is_err()));
        });
        interruptible(or_outer(|| false), || assert!(check_stop().is_ok()));
        interruptible(or_outer(|| true), || assert!(check_stop().is_err()));
        assert!(check_stop().is_ok());
    }
}
