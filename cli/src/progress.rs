//! What is shown while something takes long: a bar on a terminal, a line for each step elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The signal that asked the process to end, 0 before there was one.
static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(|| {
    let signal = Arc::default();
    let once = Arc::new(AtomicBool::new(false));
    for number in [SIGINT, SIGTERM] {
        // who asks twice does not want to wait for what is being cleaned up
        let _ = flag::register_conditional_shutdown(number, 128 + number, Arc::clone(&once));
        let _ = flag::register(number, Arc::clone(&once));
        // where no handler can be set a signal ends the process as ever, and the next build removes
        // what was left
        if let Ok(value) = usize::try_from(number) {
            let _ = flag::register_usize(number, Arc::clone(&signal), value);
        }
    }
    signal
});

/// From here on an interrupt, or a request to terminate, does not end the process: [`interrupted`]
/// reports it.
pub(crate) fn watch_interrupts() {
    LazyLock::force(&SIGNAL);
}

/// Whether the user, or the system, asked to stop.
pub(crate) fn interrupted() -> bool {
    signal() != 0
}

/// The signal that asked to stop; 0 where none did.
pub(crate) fn signal() -> usize {
    SIGNAL.load(Ordering::Relaxed)
}

/// Runs work that waits for streams, and can be stopped meanwhile.
pub(crate) fn stoppable<T>(work: impl FnOnce() -> T) -> T {
    watch_interrupts();
    varidex::interruptible(Arc::new(interrupted), work)
}

/// Where messages go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Messages {
    quiet: bool,
    terminal: bool,
}

/// What a bar counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit {
    Bytes,
    Variants,
}

impl Messages {
    pub(crate) fn new(quiet: bool) -> Self {
        Self {
            quiet,
            terminal: std::io::stderr().is_terminal(),
        }
    }

    /// Writes something that stays.
    pub(crate) fn say(self, message: impl Display) {
        if !self.quiet {
            // messages nobody can read are no reason to stop
            let _ = writeln!(std::io::stderr().lock(), "{message}");
        }
    }

    /// Begins a step: a bar, or a line where there is no terminal.
    pub(crate) fn step(self, what: impl Display, total: Option<u64>, unit: Unit) -> ProgressBar {
        if self.quiet {
            return ProgressBar::hidden();
        }
        if !self.terminal {
            self.say(what);
            return ProgressBar::hidden();
        }
        let (template, endless) = match unit {
            Unit::Bytes => (
                "{msg} [{bar:30}] {bytes}/{total_bytes} {binary_bytes_per_sec} {eta} left",
                "{msg} {spinner} {bytes} {binary_bytes_per_sec}",
            ),
            Unit::Variants => (
                "{msg} [{bar:30}] {human_pos}/{human_len} {per_sec} {eta} left",
                "{msg} {spinner} {human_pos} {per_sec}",
            ),
        };
        let (bar, template) = match total {
            Some(total) => (ProgressBar::new(total), template),
            None => (ProgressBar::new_spinner(), endless),
        };
        let style = ProgressStyle::with_template(template);
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what.to_string());
        bar
    }
}
