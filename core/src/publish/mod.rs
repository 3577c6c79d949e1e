//! Published counts: what may leave of a dataset as a file, and how such a file is asked.

#![deny(clippy::indexing_slicing)]

mod find;
mod group;
mod options;
mod published;
mod site_counts;
mod sites;
mod spelled;
mod strata;

use crate::access::ShownScan;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::format::{ContainerWriter, FileKind, Folder, Found};
use crate::model::Date;
use crate::query::ShownCounts;
use crate::stop::check_stop;
use crate::store::published::{
    GenotypeCounts, MAX_AGE_DAYS, PublishedContig, PublishedInfo, PublishedWriter, ReleasedCounts,
    Row, Site, hex,
};
pub use group::StrataGroup;
pub(crate) use group::expected as expected_strata;
pub use options::{PublishOptions, PublishReport};
pub use published::{Published, PublishedSite};
pub use site_counts::{PublishedSiteCounts, PublishedSiteRow};
pub use sites::PublishedSites;

use std::collections::HashMap;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use strata::Strata;

/// Rows between two looks at whether to stop.
const ROWS_TO_STOP: u64 = 1024;
/// What names of files begin with that are not whole.
const TEMPORARY: &str = ".tmp-publish-";

/// Writes counts of alleles by strata to a file: no sample, no id, and nothing of a person but what the counts that a policy shows
/// say. [`Published`] asks it.
///
/// The counts are those that [`PolicyView::frequencies`](crate::PolicyView::frequencies) gives: cells that the policy's floor does not
/// show are withheld, and more with them, so that none can be computed from the total and the others; a site of which nothing may be
/// shown of everybody is not in the file. Strata of fewer people than the floor are none: they are counted in the total alone.
///
/// A floor does not hide who is a member: whoever holds a genome can compute that of many sites together.
///
/// The file appears whole or not at all. Memory does not grow with the number of sites.
///
/// # Errors
///
/// [`Error::Usage`] for strata that have somebody in common, and where the file is there; as [`View::under_policy`] and
/// [`PolicyView::frequencies`](crate::PolicyView::frequencies); [`Error::Io`].
pub fn publish(
    view: &View,
    options: &PublishOptions,
    out: impl AsRef<Path>,
) -> Result<PublishReport> {
    let out = out.as_ref();
    let parent = match out.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    publish_in(view, options, &Folder::on_disk(parent), out)
}

/// The same in the folder of the file.
pub(crate) fn publish_in(
    view: &View,
    options: &PublishOptions,
    folder: &Folder,
    out: &Path,
) -> Result<PublishReport> {
    let name = out
        .file_name()
        .ok_or_else(|| Error::Usage(format!("{}: expected the name of a file", out.display())))?;
    let target = folder.path().join(name);
    if view.access().is_noted() {
        let message = "a file to be given away is of who may be seen now: expected a view without an audit and an override";
        return Err(Error::Usage(message.to_owned()));
    }
    if options.max_age_days > MAX_AGE_DAYS {
        return Err(Error::Usage(format!(
            "greatest age: expected up to {MAX_AGE_DAYS} days, found {}",
            options.max_age_days
        )));
    }
    match folder.storage().found(&target) {
        Some(Found::Other) if !options.replace => {
            return Err(Error::Usage(format!("{}: is there already", out.display())));
        }
        // what is something else is not lost
        Some(Found::Other) if Published::open_in(folder, out, Date::today()).is_err() => {
            let found = "expected a published file to replace, found another one";
            return Err(Error::Usage(format!("{}: {found}", out.display())));
        }
        Some(Found::Directory) => {
            let found = "expected a file to write, found a directory";
            return Err(Error::Usage(format!("{}: {found}", out.display())));
        }
        _ => {}
    }
    let shown = view.under_policy(&options.policy)?;
    let mut scan = shown.frequencies(&options.of, None, &options.by)?;
    let parts: Vec<_> = scan.parts().map(<[_]>::to_vec).collect();
    let strata = Strata::of(view, &options.policy, &options.by, &parts)?;
    let mut report = PublishReport {
        strata: strata.strata.iter().map(|of| of.label.clone()).collect(),
        left_out: strata.left_out,
        ..PublishReport::default()
    };
    let mut writer = PublishedWriter::new(folder, info_of(view, options, &strata))?;
    let contigs = view.contigs().enumerate();
    let contigs = contigs.map(|(number, name)| (name, number)).collect();
    write_sites(&mut scan, &strata, &contigs, &mut writer, &mut report)?;
    report.refused = scan.withheld();
    let (file, digest) = writer.finish()?;
    report.digest = hex(&digest);
    report.bytes = write_file(folder, &target, file)?;
    Ok(report)
}

fn info_of(view: &View, options: &PublishOptions, strata: &Strata) -> PublishedInfo {
    let access = view.access();
    let contigs = &view.manifest().contigs;
    PublishedInfo {
        population: options.population.clone(),
        consent_date: options
            .consent_date
            .or(access.known_at)
            .unwrap_or_else(Date::today),
        max_age_days: options.max_age_days,
        assembly: view.assembly().map(|of| of.name().to_owned()),
        fields: strata.fields.clone(),
        policy_hash: options.policy.hash(),
        policy: options.policy.clone(),
        people: strata.people,
        strata: strata.strata.clone(),
        has_all_groups: strata.left_out == 0,
        contigs: contigs
            .iter()
            .map(|contig| PublishedContig {
                name: contig.name.clone(),
                length: contig.length,
                rows: 0,
            })
            .collect(),
    }
}

/// Writes all sites of which something may be shown.
fn write_sites(
    scan: &mut ShownScan,
    strata: &Strata,
    contigs: &HashMap<&str, usize>,
    writer: &mut PublishedWriter,
    report: &mut PublishReport,
) -> Result<()> {
    let mut shown = Vec::new();
    loop {
        if report.sites.is_multiple_of(ROWS_TO_STOP) {
            check_stop()?;
        }
        let more = scan.next(|mut variant| {
            shown.clear();
            shown.extend(variant.parts().map(|(_, shown)| released(&shown)));
            let part = |&part: &usize| shown.get(part).copied().flatten();
            let row = Row {
                total: released(&variant.counts),
                strata: strata.parts.iter().map(part).collect(),
            };
            report.sites += 1;
            report.cells += row.strata.len() as u64 + 1;
            let cells = row.strata.iter().chain([&row.total]);
            report.withheld += cells.filter(|cell| cell.is_none()).count() as u64;
            let mut site = variant.variant();
            let contig = contigs.get(site.contig()).copied();
            let interval = site.interval()?;
            let (reference, alternate) = site.alleles()?;
            let site = Site {
                contig: contig.unwrap_or(usize::MAX),
                interval,
                reference,
                alternate,
            };
            writer.push(&site, row)
        })?;
        if more.is_none() {
            return Ok(());
        }
    }
}

/// Counts as they are shown; `None` where they are withheld.
fn released(shown: &ShownCounts) -> Option<ReleasedCounts> {
    let genotypes = || {
        Some(GenotypeCounts {
            n_het: shown.n_het.value()?,
            n_hom: shown.n_hom.value()?,
            n_hemi: shown.n_hemi.value()?,
        })
    };
    Some(ReleasedCounts {
        ac: shown.ac.value()?,
        an: shown.an.value(),
        genotypes: genotypes(),
    })
}

/// Writes the file under a temporary name, and then gives it its own. Returns how many bytes it has.
pub(crate) fn write_file(folder: &Folder, target: &Path, file: ContainerWriter) -> Result<u64> {
    let failed = |e| Error::io(target, e);
    let storage = folder.storage();
    let mut temporary = storage.create(folder.path(), TEMPORARY).map_err(failed)?;
    let mut out = Counter {
        bytes: 0,
        to: BufWriter::new(&mut *temporary),
    };
    file.finish(FileKind::Published, &mut out).map_err(failed)?;
    out.flush().map_err(failed)?;
    let bytes = out.bytes;
    drop(out);
    temporary.sync().map_err(failed)?;
    temporary.rename(target).map_err(failed)?;
    // the name lasts once its directory does
    storage.sync_directory(folder.path()).map_err(failed)?;
    Ok(bytes)
}

/// Counts the bytes that are written.
struct Counter<W> {
    bytes: u64,
    to: W,
}

impl<W: std::io::Write> std::io::Write for Counter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests;
