//! How the demo prints what it found.

use super::truth::Six;
use crate::failure::Failure;
use crate::table::print;
use std::fmt::Write;

/// A block of lines: what, how long, and what came of it.
pub(super) struct Lines(String);

impl Lines {
    pub(super) fn new(title: &str) -> Self {
        Self(format!("\n{title}\n"))
    }

    pub(super) fn add(&mut self, what: &str, time: String, text: &str) {
        // writing to a string cannot fail
        let _ = writeln!(self.0, "  {what:<16}{time:>9}   {text}");
    }

    pub(super) fn wide(&mut self, text: &str) {
        let _ = writeln!(self.0, "  {text}");
    }

    pub(super) fn print(self) -> Result<(), Failure> {
        print(&self.0)
    }
}

/// A line of the table of alleles.
pub(super) fn counts_line(kind: &str, allele: &str, counts: Option<&Six>) -> String {
    match counts {
        Some([ac, an, het, hom, hemi, missing]) => {
            format!("  {kind:<13}{allele:<26}{ac:>8}{an:>9}{het:>8}{hom:>7}{hemi:>6}{missing:>9}\n")
        }
        None => format!("  {kind:<13}{allele:<26} not found\n"),
    }
}

/// An allele in a few characters.
pub(super) fn short(allele: &str) -> String {
    match allele.get(..4) {
        Some(start) if allele.len() > 6 => format!("{start}…"),
        _ => allele.to_owned(),
    }
}

pub(super) fn count(n: u64) -> String {
    indicatif::HumanCount(n).to_string()
}

pub(super) fn bytes(n: u64) -> String {
    format!("{:.2} MB", n as f64 / 1e6)
}

/// A time in the unit that fits.
pub(super) fn time(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.0} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.1} µs", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}
