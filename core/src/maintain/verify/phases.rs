//! Phase sets: their structure, their samples and their names.

use super::fault;
use crate::cohort::RowCounter;
use crate::error::Result;
use crate::format::{Kind, is_plain};
use crate::set::{PhaseSet, is_phase_number};
use crate::store::segment::Segment;
use std::collections::HashSet;

/// What is known of each name.
#[derive(Default, Clone, Copy)]
struct Name {
    used: bool,
    /// Of a set, and not only of haplotypes.
    of_set: bool,
}

/// Checks the phase sets of all rows.
pub(super) fn phases(segment: &Segment) -> Result<()> {
    let file = segment.file();
    ends(segment)?;
    let mut names = vec![Name::default(); segment.phase_names.len() as usize];
    if segment.has_phase_sets() {
        rows(segment, &mut names)?;
    }
    let mut distinct = HashSet::new();
    segment.phase_names.each(file, |number, name| {
        let known = names.get(number as usize).copied().unwrap_or_default();
        let text = std::str::from_utf8(name).unwrap_or_default();
        let right = known.used
            && !text.is_empty()
            && is_plain(text)
            && distinct.insert(name.to_vec())
            && !(known.of_set && is_phase_number(name));
        match right {
            true => Ok(()),
            false => Err(fault(
                segment,
                "phase_names",
                "names that are used, each once",
            )),
        }
    })
}

/// Ends do not descend, and the last is that of the section.
fn ends(segment: &Segment) -> Result<()> {
    let (file, column) = (segment.file(), &segment.columns.phase_ends);
    column.verify(file, false, 0..=i64::MAX)?;
    let section = file.find(Kind::PhaseSets);
    let bytes = section.map_or(0, |section| file.len(section)) as i64;
    let mut last = 0;
    for row in 0..segment.meta().rows {
        let end = column.get(file, row)?;
        if end < last {
            return Err(fault(segment, "phase_ends", "ends that do not descend"));
        }
        last = end;
    }
    match last == bytes {
        true => Ok(()),
        false => Err(fault(segment, "phase_ends", "an end with the phase sets")),
    }
}

/// Who is of a phase set carries the row's ALT with one or both of two copies, and is phased where it is a set
/// of calls.
fn rows(segment: &Segment, names: &mut [Name]) -> Result<()> {
    let mut tally = RowCounter::everybody(segment);
    let mut carriers = Vec::new();
    for row in 0..segment.meta().rows {
        let mut sets = segment.phase_sets(row)?;
        if sets.is_empty() {
            continue;
        }
        let mut count = 0u32;
        let broken = |rule| segment.broken_phase_sets(rule);
        while let Some((_, set)) = sets.next().map_err(broken)? {
            count += 1;
            let used: [Option<u32>; 2] = match set {
                PhaseSet::Number(_) => [None; 2],
                PhaseSet::Name(name) => [Some(name), None],
                PhaseSet::Haplotypes(names) => names,
            };
            for name in used.into_iter().flatten() {
                if let Some(name) = names.get_mut(name as usize) {
                    name.used = true;
                    name.of_set |= matches!(set, PhaseSet::Name(_));
                }
            }
        }
        tally.carriers(row, &mut carriers)?;
        let mut known = 0u32;
        tally.with_phases(row, &carriers, &mut |carrier, set| {
            let fits = match set {
                None => false,
                Some(PhaseSet::Haplotypes(_)) => true,
                Some(_) => carrier.phased,
            };
            known += u32::from(fits && carrier.ploidy == 2);
        })?;
        if known != count {
            let expected = "carriers of two copies, phased where it is a set of calls";
            return Err(fault(segment, "phase_sets", expected));
        }
    }
    Ok(())
}
