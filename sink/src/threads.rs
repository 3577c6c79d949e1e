//! How many threads work.

/// More are never started, whatever is asked, unless the machine has more processors: threads without a
/// processor only cost memory, and some thousands of them are more than systems allow.
const THREADS_MAX: usize = 64;

/// As many threads as asked for within bounds; as many as the machine has where nothing is asked.
pub fn bounded(asked: Option<usize>) -> usize {
    // the system is asked only where it matters: it reads files to answer
    let here = || std::thread::available_parallelism().map_or(2, usize::from);
    match asked {
        Some(asked) if asked <= THREADS_MAX => asked.max(1),
        Some(asked) => asked.min(here().max(THREADS_MAX)),
        None => here(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20,000 threads ended the process, and as many as a `u32` has never came back.
    #[test]
    fn more_than_a_system_gives_are_not_started() {
        assert_eq!(bounded(Some(3)), 3);
        assert_eq!(bounded(Some(0)), 1);
        let most = bounded(Some(usize::MAX));
        assert!((64..=4096).contains(&most), "{most}");
        assert!(bounded(None) <= most);
    }
}
