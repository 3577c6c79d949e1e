//! Readers of what says where genotypes could be called: BED files, and tables of the BED file of each sample.

use super::lines::{Lines, input_error};
use crate::error::{Place, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Regions by the name of the contig: 0-based, half-open.
pub(crate) type BedRegions = BTreeMap<String, Vec<(i32, i32)>>;

/// A sample of a table, the line that it is in, and its BED file; `None` where nothing is known of it.
pub(crate) struct CallableSample {
    pub(crate) sample: String,
    pub(crate) line: u64,
    pub(crate) bed: Option<PathBuf>,
}

/// The regions of a BED file, plain or gzipped.
pub(crate) fn read_bed(path: &Path) -> Result<BedRegions> {
    let mut regions = BedRegions::new();
    let mut lines = Lines::open(path)?;
    while let Some((number, line)) = lines.next()? {
        let mut fields = line.split_ascii_whitespace();
        let contig = match fields.next() {
            None | Some("track" | "browser") => continue,
            Some(name) if name.starts_with('#') => continue,
            Some(name) => name,
        };
        let mut bound = || fields.next()?.parse::<i32>().ok().filter(|at| *at >= 0);
        let region = bound().zip(bound()).filter(|(start, end)| start < end);
        let Some(region) = region else {
            let expected = "contig, start and a greater end of a BED region";
            return Err(input_error(path, Place::Line(number), expected, line));
        };
        match regions.get_mut(contig) {
            Some(known) => known.push(region),
            None => {
                regions.insert(contig.to_owned(), vec![region]);
            }
        }
    }
    if regions.is_empty() {
        return Err(input_error(path, Place::File, "BED regions", "none"));
    }
    Ok(regions)
}

/// A table with the columns `sample` and `callable`, set apart by tabs: the BED file of each sample, relative to the
/// table. Other columns are not looked at; `.` and nothing are of no BED file.
pub(crate) fn read_callable_table(path: &Path) -> Result<Vec<CallableSample>> {
    let mut all = Vec::new();
    let mut columns: Option<(usize, [usize; 2])> = None;
    let mut seen = BTreeMap::<String, u64>::new();
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut lines = Lines::open(path)?;
    while let Some((number, line)) = lines.next()? {
        let wrong =
            |expected: &str, found: &str| input_error(path, Place::Line(number), expected, found);
        if line.trim().is_empty() {
            continue;
        }
        let Some((count, [sample, callable])) = columns else {
            let names: Vec<&str> = line.trim_start_matches('#').split('\t').collect();
            let at = |name: &str| {
                names
                    .iter()
                    .position(|of| of.trim().eq_ignore_ascii_case(name))
            };
            let found = at("sample").zip(at("callable"));
            let found = found
                .ok_or_else(|| wrong("a header with the columns sample and callable", line))?;
            columns = Some((names.len(), found.into()));
            continue;
        };
        if line.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        if cells.len() != count {
            let expected = format!("{count} columns, as the header has");
            return Err(wrong(&expected, line));
        }
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let (sample, bed) = (cell(sample), cell(callable));
        if sample.is_empty() {
            return Err(wrong("the name of a sample", "an empty column"));
        }
        if let Some(first) = seen.insert(sample.to_owned(), number) {
            let found = format!("{sample}, which line {first} has as well");
            return Err(wrong("each sample once", &found));
        }
        let bed = match bed {
            "" | "." => None,
            bed => Some(folder.join(bed)),
        };
        if let Some(bed) = bed.as_ref().filter(|bed| !bed.exists()) {
            let expected = format!("a BED file at {}", bed.display());
            return Err(wrong(&expected, "nothing there"));
        }
        all.push(CallableSample {
            sample: sample.to_owned(),
            line: number,
            bed,
        });
    }
    match columns {
        Some(_) => Ok(all),
        None => {
            let expected = "a header with the columns sample and callable";
            Err(input_error(path, Place::File, expected, "no line"))
        }
    }
}
