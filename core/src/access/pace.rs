//! How long an answer takes that says nothing.

use std::hint::spin_loop;
use std::time::{Duration, Instant};

/// The shortest time after which nothing is said.
const SHORTEST: Duration = Duration::from_micros(128);
/// Nanoseconds that are added at most.
const JITTER: u64 = 8192;
/// What a sleep may take longer than it was asked to.
const SLACK: Duration = Duration::from_micros(200);

/// The time of an answer. To find that few have something takes another time than to find that nobody has, by microseconds; so
/// where one is not to be distinguished from the other, an answer that says nothing is given after 128 us, or the next doubling of that,
/// whatever was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace(Instant);

impl Pace {
    pub(super) fn begin() -> Self {
        Self(Instant::now())
    }

    /// Waits until the time comes at which nothing is said.
    pub(super) fn wait(self) {
        // clocks are read in steps: where in a step it began is not to be seen, either
        let mut random = [0; 2];
        let jitter = match getrandom::fill(&mut random) {
            Ok(()) => u64::from(u16::from_le_bytes(random)) % JITTER,
            Err(_) => 0,
        };
        let until = until(self.0.elapsed()).saturating_add(Duration::from_nanos(jitter));
        loop {
            let left = until.saturating_sub(self.0.elapsed());
            match left {
                Duration::ZERO => return,
                _ if left > SLACK => std::thread::sleep(left - SLACK),
                _ => spin_loop(),
            }
        }
    }
}

fn until(elapsed: Duration) -> Duration {
    let mut until = SHORTEST;
    while until < elapsed {
        until = until.saturating_mul(2);
    }
    until
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_at_doublings_alone() {
        let of = |micros| until(Duration::from_micros(micros)).as_micros();
        assert_eq!(
            [0, 1, 128, 129, 256, 1000, 5000].map(of),
            [128, 128, 128, 256, 256, 1024, 8192]
        );
        assert!(until(Duration::MAX) == Duration::MAX);
        let begun = Pace::begin();
        begun.wait();
        assert!(begun.0.elapsed() >= SHORTEST);
    }
}
