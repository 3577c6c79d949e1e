//! Why a question for variants picks none, as far as that is seen without running it: nothing is wrong with it, and
//! whoever mixed up assemblies should know.

use super::names::Names;
use super::row_text::RowText;
use crate::error::Result;
use crate::genome::{Change, Interval};
use std::collections::BTreeSet;

/// Alleles that a note names, and rows that are looked at for them.
const NAMED: usize = 4;
const LOOKED_AT: u32 = 64;
/// Longer alleles are cut.
const SHOWN: usize = 20;

impl Names<'_> {
    /// Notes that a stretch of a contig lies behind its end, or that nothing of the contig is here.
    pub(super) fn note_place(&self, text: &str, contig: u32, interval: Interval) -> Result<()> {
        let name = self.view.contig_name(contig);
        let entry = self.view.manifest().contigs.get(contig as usize);
        let on_contig = self.view.batches()?.on_contig(contig);
        // what is odd in the data is there nevertheless; of those who may not be seen nothing says so
        let reached = || {
            let reaches = |&(part, span): &(u32, u32)| {
                self.view
                    .span_reaches(part as usize, span as usize, interval)
            };
            self.view.whole().is_some() && on_contig.iter().any(reaches)
        };
        if let Some(length) = entry.and_then(|entry| entry.length)
            && i64::from(interval.start) >= i64::try_from(length).unwrap_or(i64::MAX)
            && !reached()
        {
            let length = thousands(length);
            self.hint(format!(
                "`{text}` lies behind the end of contig {name} ({length} bases)"
            ));
        } else if self.view.whole().is_some() && on_contig.is_empty() {
            self.hint(format!(
                "`{text}`: there is no variant of contig {name} here"
            ));
        }
        Ok(())
    }

    /// Notes what stands at the place of an allele that is not here.
    pub(super) fn note_absent(&self, text: &str, contig: u32, change: &Change<'_>) -> Result<()> {
        let Change::Exact {
            position,
            reference,
            ..
        } = change
        else {
            return Ok(());
        };
        let start = position.zero_based();
        let interval = Interval {
            start,
            end: start.saturating_add(1),
        };
        self.note_place(text, contig, interval)?;
        // of those who may not be seen nothing is shown
        if self.view.whole().is_none() {
            return Ok(());
        }
        let (mut alleles, mut references) = (BTreeSet::new(), BTreeSet::new());
        let mut row_text = RowText::default();
        for &(part, span) in self.view.batches()?.on_contig(contig) {
            let part = part as usize;
            let reached = self.view.span_reaches(part, span as usize, interval);
            let Some(of) = self.view.parts().get(part).filter(|_| reached) else {
                continue;
            };
            let segment = self.view.segment(of)?;
            let rows = segment.rows_of(contig);
            let first = segment.lower_bound(rows.clone(), start.into())?;
            let end = segment.lower_bound(first..rows.end, i64::from(start) + 1)?;
            for row in first..end.min(first.saturating_add(LOOKED_AT)) {
                row_text.load(segment, row)?;
                let (of, to) = (shown(&row_text.reference), shown(&row_text.alternate));
                references.insert(row_text.reference.to_ascii_uppercase());
                if !to.is_empty() {
                    alleles.insert(format!("{of}>{to}"));
                }
            }
        }
        if alleles.is_empty() {
            return Ok(());
        }
        let asked = reference.as_bytes().to_ascii_uppercase();
        let fits = |of: &Vec<u8>| of.starts_with(&asked) || asked.starts_with(of);
        let other = match references.iter().any(fits) {
            true => "",
            false => ", of another REF",
        };
        let more = if alleles.len() > NAMED {
            " and others"
        } else {
            ""
        };
        let named: Vec<String> = alleles.into_iter().take(NAMED).collect();
        let named = named.join(", ");
        self.hint(format!(
            "`{text}` is not here: at this place there is {named}{more}{other}"
        ));
        Ok(())
    }
}

fn shown(allele: &[u8]) -> String {
    let text = String::from_utf8_lossy(allele);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.into_owned(),
    }
}

/// A number with commas at its thousands.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
