//! Published counts: what may leave of a dataset as a file, and how such a file is asked.

#![deny(clippy::indexing_slicing)]

mod find;
mod group;
mod import;
mod labels;
mod leak;
mod options;
mod published;
mod site_counts;
mod sites;
mod spelled;
mod strata;
mod vcf;

use crate::access::ShownScan;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::format::{ContainerWriter, FileKind, Folder, Found};
use crate::model::Date;
use crate::query::ShownCounts;
use crate::stop::check_stop;
use crate::store::published::{
    GenotypeCounts, Leak, MAX_AGE_DAYS, OTHERS, PublishedContig, PublishedInfo, PublishedWriter,
    ReleasedCounts, Row, Site, TOTAL, hex,
};
pub use group::StrataGroup;
pub(crate) use group::expected as expected_strata;
#[cfg(feature = "testing")]
pub(crate) use import::publish_sites_in;
pub use import::{LeftOut, PublishSitesOptions, PublishSitesReport, publish_sites};
pub use leak::StratumLeak;
use leak::{Meter, Place, refusal, two_digits_up};
pub use options::{PublishOptions, PublishReport};
pub use published::{Published, PublishedSite};
pub use site_counts::{PublishedSiteCounts, PublishedSiteRow};
pub use sites::PublishedSites;

use std::collections::HashMap;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use strata::Strata;

/// Why a policy with noise publishes nothing.
const PUBLISHES_NO_NOISE: &str = "adds noise, and a published file has none";
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
/// A floor does not hide who is a member: whoever holds a genome can compute that of many sites together. How well is measured
/// ([`StratumLeak`]), and strata of which it is more than [`Policy::separation`](crate::Policy::separation) are refused unless they are named.
///
/// The file appears whole or not at all. Memory does not grow with the number of sites.
///
/// # Errors
///
/// [`Error::Usage`] for strata that have somebody in common, and where the file is there; [`Error::NotAllowed`] for strata above the policy's
/// separation, with what else can be published of them and what it costs; as [`View::under_policy`] and
/// [`PolicyView::frequencies`](crate::PolicyView::frequencies); [`Error::Io`].
pub fn publish(
    view: &View,
    options: &PublishOptions,
    out: impl AsRef<Path>,
) -> Result<PublishReport> {
    let out = out.as_ref();
    publish_in(view, options, &folder_of(out), out)
}

/// The folder that a file is to be in.
fn folder_of(out: &Path) -> Folder {
    let parent = out.parent().filter(|parent| *parent != Path::new(""));
    Folder::on_disk(parent.unwrap_or(Path::new(".")))
}

/// The same in the folder of the file.
pub(crate) fn publish_in(
    view: &View,
    options: &PublishOptions,
    folder: &Folder,
    out: &Path,
) -> Result<PublishReport> {
    let target = checked_target(folder, out, options.replace)?;
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
    if options.policy.noise.is_some() {
        return Err(Error::NotAllowed {
            policy: options.policy.name.clone(),
            what: PUBLISHES_NO_NOISE.to_owned(),
        });
    }
    let shown = view.under_policy(&options.policy)?;
    let mut scan = shown.frequencies(&options.of, None, &options.by)?;
    let parts: Vec<_> = scan.parts().map(<[_]>::to_vec).collect();
    let strata = Strata::of(view, &options.policy, &options.by, &parts)?;
    check_accepted(&options.accepted, &strata)?;
    let mut report = PublishReport {
        strata: strata.strata.iter().map(|of| of.label.clone()).collect(),
        left_out: strata.left_out,
        ..PublishReport::default()
    };
    let mut writer = PublishedWriter::new(folder, info_of(view, options, &strata))?;
    let contigs = view.contigs().enumerate();
    let contigs = contigs.map(|(number, name)| (name, number)).collect();
    let view_shown = shown.into_view();
    let labels = strata.strata.iter().map(|of| of.label.as_str());
    let members: Vec<_> = labels.zip(&strata.members).collect();
    let mut meter = Meter::new(&view_shown, &options.of, &members, &strata.all);
    let mut out = Out {
        writer: &mut writer,
        meter: &mut meter,
        contigs: &contigs,
    };
    write_sites(&mut scan, &strata, &mut out, &mut report)?;
    report.refused = scan.withheld();
    let leaks = meter.finish(&options.policy, &options.accepted);
    if let Some(refused) = refusal(&leaks, &options.policy) {
        return Err(refused);
    }
    report.leaks = leaks.leaks;
    writer.set_leaks(report.leaks.iter().map(leak_of).collect());
    let (file, digest) = writer.finish()?;
    report.digest = hex(&digest);
    report.bytes = write_file(folder, &target, file)?;
    Ok(report)
}

/// Where a file is to be, unless something is there that it may not replace.
fn checked_target(folder: &Folder, out: &Path, replace: bool) -> Result<PathBuf> {
    let name = out
        .file_name()
        .ok_or_else(|| Error::Usage(format!("{}: expected the name of a file", out.display())))?;
    let target = folder.path().join(name);
    match folder.storage().found(&target) {
        Some(Found::Other) if !replace => {
            return Err(Error::Usage(format!("{}: is there already", out.display())));
        }
        // what is something else is not lost
        Some(Found::Other) if !is_published(folder, out) => {
            let found = "expected a published file to replace, found another one";
            return Err(Error::Usage(format!("{}: {found}", out.display())));
        }
        Some(Found::Directory) => {
            let found = "expected a file to write, found a directory";
            return Err(Error::Usage(format!("{}: {found}", out.display())));
        }
        _ => {}
    }
    Ok(target)
}

/// Whether a file is a published one, of this version of the format or of another.
fn is_published(folder: &Folder, path: &Path) -> bool {
    matches!(
        Published::open_in(folder, path, Date::today()),
        Ok(_) | Err(Error::TooOld { .. } | Error::TooNew { .. })
    )
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
        of: options.of.clone(),
        fields: strata.fields.clone(),
        policy_hash: options.policy.hash(),
        policy: options.policy.clone(),
        people: strata.people,
        strata: strata.strata.clone(),
        has_all_groups: strata.left_out == 0,
        leaks: Vec::new(),
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

/// Where sites go.
struct Out<'o, 'v> {
    writer: &'o mut PublishedWriter,
    meter: &'o mut Meter<'v>,
    contigs: &'o HashMap<&'o str, usize>,
}

/// What a file says of a separation.
fn leak_of(leak: &StratumLeak) -> Leak {
    Leak {
        label: leak.label.clone(),
        separation: two_digits_up(leak.separation),
        accepted: leak.accepted,
    }
}

/// Refuses names of strata that there are none of.
fn check_accepted(accepted: &[String], strata: &Strata) -> Result<()> {
    let labels = strata.strata.iter().map(|of| of.label.as_str());
    let labels: Vec<&str> = [TOTAL].into_iter().chain(labels).chain([OTHERS]).collect();
    match accepted.iter().find(|of| !labels.contains(&of.as_str())) {
        None => Ok(()),
        Some(other) => Err(Error::Usage(format!(
            "accepted strata: expected some of {}, found `{}`",
            labels.join(", "),
            other.escape_debug()
        ))),
    }
}

/// Writes all sites of which something may be shown.
fn write_sites(
    scan: &mut ShownScan,
    strata: &Strata,
    out: &mut Out<'_, '_>,
    report: &mut PublishReport,
) -> Result<()> {
    let (mut shown, mut cells_shown) = (Vec::new(), Vec::new());
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
            let cells = row.strata.iter().chain([&row.total]);
            cells_shown.clear();
            cells_shown.extend(cells.map(|cell| cell.is_some_and(|of| of.an.is_some())));
            let mut site = variant.variant();
            let contig = out.contigs.get(site.contig()).copied();
            let interval = site.interval()?;
            let (reference, alternate) = site.alleles()?;
            let site = Site {
                contig: contig.unwrap_or(usize::MAX),
                interval,
                reference,
                alternate,
            };
            let place = Place {
                contig: site.contig,
                start: interval.start.into(),
            };
            out.writer.push(&site, row)?;
            Ok(place)
        })?;
        let Some(place) = more else { return Ok(()) };
        // its number among all, of which some were withheld
        let index = report.sites + scan.withheld() - 1;
        out.meter.site(index, place, &cells_shown)?;
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
