//! What fuzz targets need beside the public functions: datasets and inputs in memory, so that no system
//! call takes more time than what is to be tested. Not part of the promise of versions.

use crate::cohort::{Dataset, Snapshot, View};
use crate::error::Result;
use crate::format::{Folder, Memory, Storage};
use crate::genome::Interval;
use crate::input::reading_from;
use crate::maintain::consent::decide;
use crate::maintain::{
    BuildOptions, DecisionReport, PeopleOptions, PeopleReport, Progress, Report, Withdrawal,
    add_in, build_in, load_people_in,
};
use crate::model::{Cell, Date, Policy, Rules, suppress, suppress_two};
use crate::publish::{
    PublishOptions, PublishReport, PublishSitesOptions, PublishSitesReport, Published, publish_in,
    publish_sites_in, write_file,
};
use crate::store::published::{
    GenotypeCounts, PublishedContig, PublishedInfo, PublishedWriter, ReleasedCounts, Row, Site,
    Stratum,
};
use std::path::Path;
use std::sync::Arc;

/// Which numbers of a table of people by two fields a policy shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShownTable {
    /// The cells, row after row.
    pub cells: Vec<bool>,
    /// Sums of rows, and of columns: the tables by one of the fields.
    pub rows: Vec<bool>,
    /// See `rows`.
    pub columns: Vec<bool>,
}

impl ShownTable {
    /// Of people in cells, with so many columns.
    pub fn of(policy: &Policy, columns: usize, people: &[u64]) -> Self {
        let rules = Rules::of(policy).of_people();
        let cell = |people: u64| Cell {
            have: people,
            people,
            ..Cell::default()
        };
        let cells: Vec<Cell> = people.iter().map(|of| cell(*of)).collect();
        let all = cell(people.iter().sum());
        let sum = |line: &[u64]| cell(line.iter().sum());
        let rows: Vec<Cell> = people.chunks(columns.max(1)).map(sum).collect();
        let column = |at| people.iter().skip(at).step_by(columns.max(1)).sum();
        let down: Vec<Cell> = (0..columns).map(|at| cell(column(at))).collect();
        let mut shown = Self::default();
        suppress_two(rules, &all, &cells, columns, &mut shown.cells);
        suppress(rules, &all, &rows, &mut shown.rows);
        suppress(rules, &all, &down, &mut shown.columns);
        shown
    }
}

/// Files in memory: inputs and datasets.
#[derive(Debug, Clone, Default)]
pub struct Files(Memory);

impl Files {
    /// Writes a file.
    pub fn write(&self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) {
        self.0.write(path.as_ref(), bytes.into());
    }

    /// The same files, to be changed apart.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self(self.0.copy())
    }

    /// Whether there is a file or a dataset of this name.
    pub fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.0.found(path.as_ref()).is_some()
    }

    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`](crate::Error::Io) where there is none.
    pub fn read(&self, folder: impl AsRef<Path>, name: &str) -> Result<Vec<u8>> {
        Ok(self.folder(folder).map(name)?.to_vec())
    }

    /// As [`build`](crate::build), from inputs that were written here.
    ///
    /// # Errors
    ///
    /// As [`build`](crate::build).
    pub fn build(
        &self,
        inputs: &[&str],
        to: impl AsRef<Path>,
        options: &BuildOptions,
        progress: &mut dyn FnMut(&Progress) -> bool,
    ) -> Result<Report> {
        let to = self.folder(to);
        reading_from(self.storage(), || build_in(inputs, &to, options, progress))
    }

    /// As [`add`](crate::add), of inputs that were written here.
    ///
    /// # Errors
    ///
    /// As [`add`](crate::add).
    pub fn add(
        &self,
        inputs: &[&str],
        dataset: impl AsRef<Path>,
        options: &BuildOptions,
        progress: &mut dyn FnMut(&Progress) -> bool,
    ) -> Result<Report> {
        let dataset = self.folder(dataset);
        reading_from(self.storage(), || {
            add_in(inputs, &dataset, options, progress)
        })
    }

    /// As [`Dataset::snapshots`].
    ///
    /// # Errors
    ///
    /// As [`Dataset::snapshots`].
    pub fn snapshots(&self, dataset: impl AsRef<Path>) -> Result<Vec<Snapshot>> {
        Dataset::snapshots_in(&self.folder(dataset))
    }

    /// As [`Dataset::open_snapshot`].
    ///
    /// # Errors
    ///
    /// As [`Dataset::open_snapshot`].
    pub fn open_snapshot(&self, dataset: impl AsRef<Path>, id: &str) -> Result<Dataset> {
        Dataset::open_snapshot_in(&self.folder(dataset), id)
    }

    /// As [`load_people`](crate::load_people), from inputs that were written here.
    ///
    /// # Errors
    ///
    /// As [`load_people`](crate::load_people).
    pub fn load_people(
        &self,
        dataset: impl AsRef<Path>,
        options: &PeopleOptions,
        progress: &mut dyn FnMut(&str) -> bool,
    ) -> Result<PeopleReport> {
        let dataset = self.folder(dataset);
        reading_from(self.storage(), || {
            load_people_in(&dataset, options, progress)
        })
    }

    /// As [`withdraw`](crate::withdraw).
    ///
    /// # Errors
    ///
    /// As [`withdraw`](crate::withdraw).
    pub fn withdraw(&self, dataset: impl AsRef<Path>, what: &Withdrawal) -> Result<DecisionReport> {
        decide(&self.folder(dataset), what, false)
    }

    /// As [`Dataset::open`].
    ///
    /// # Errors
    ///
    /// As [`Dataset::open`].
    pub fn open(&self, dataset: impl AsRef<Path>) -> Result<Dataset> {
        Dataset::open_in(&self.folder(dataset))
    }

    /// As [`publish`](crate::publish()).
    ///
    /// # Errors
    ///
    /// As [`publish`](crate::publish()).
    pub fn publish(
        &self,
        view: &View,
        options: &PublishOptions,
        name: &str,
    ) -> Result<PublishReport> {
        publish_in(view, options, &self.folder(""), Path::new(name))
    }

    /// As [`publish_sites`](crate::publish_sites), of an input that was written here.
    ///
    /// # Errors
    ///
    /// As [`publish_sites`](crate::publish_sites).
    pub fn publish_sites(
        &self,
        sites: &str,
        options: &PublishSitesOptions,
        name: &str,
    ) -> Result<PublishSitesReport> {
        let folder = self.folder("");
        reading_from(self.storage(), || {
            publish_sites_in(Path::new(sites), options, &folder, Path::new(name))
        })
    }

    /// As [`Published::open_outdated`].
    ///
    /// # Errors
    ///
    /// As [`Published::open_outdated`].
    pub fn open_published(&self, name: &str) -> Result<Published> {
        Published::open_in(&self.folder(""), Path::new(name), Date::today())
    }

    fn storage(&self) -> Arc<dyn Storage> {
        Arc::new(self.0.clone())
    }

    fn folder(&self, path: impl AsRef<Path>) -> Folder {
        Folder::of(path, self.storage())
    }
}

/// Counts of a site of a published file, for benches: the total, and then each stratum.
#[derive(Debug, Clone)]
pub struct CountedSite {
    /// From 0.
    pub position: i32,
    /// REF and ALT.
    pub alleles: (String, String),
    /// AC, AN, n_het, n_hom and n_hemi; the total first.
    pub counts: Vec<[u64; 5]>,
}

/// Writes a published file of one contig, of counts of nobody, without a policy.
///
/// # Errors
///
/// As [`publish`](crate::publish()).
pub fn write_published(
    path: &Path,
    labels: &[String],
    mut next: impl FnMut() -> Option<CountedSite>,
) -> Result<()> {
    let policy = Policy::named("open")?;
    let stratum = |label: &String| Stratum {
        label: label.clone(),
        values: vec![Some(label.clone())],
        people: None,
    };
    let info = PublishedInfo {
        population: "bench".to_owned(),
        consent_date: Date::today(),
        max_age_days: 365,
        assembly: None,
        of: "all".to_owned(),
        fields: vec!["population".to_owned()],
        policy_hash: policy.hash(),
        policy,
        people: None,
        strata: labels.iter().map(stratum).collect(),
        has_all_groups: true,
        leaks: Vec::new(),
        contigs: vec![PublishedContig {
            name: "22".to_owned(),
            length: None,
            rows: 0,
        }],
    };
    let folder = Folder::on_disk(path.parent().unwrap_or(Path::new(".")));
    let mut writer = PublishedWriter::new(&folder, info)?;
    while let Some(site) = next() {
        let cells = site.counts.iter().map(|&[ac, an, n_het, n_hom, n_hemi]| {
            Some(ReleasedCounts {
                ac,
                an: Some(an),
                genotypes: Some(GenotypeCounts {
                    n_het,
                    n_hom,
                    n_hemi,
                }),
            })
        });
        let mut cells = cells.collect::<Vec<_>>().into_iter();
        let row = Row {
            total: cells.next().flatten(),
            strata: cells.collect(),
        };
        let (reference, alternate) = &site.alleles;
        let end = site
            .position
            .saturating_add(i32::try_from(reference.len()).unwrap_or(1));
        let of = Site {
            contig: 0,
            interval: Interval {
                start: site.position,
                end,
            },
            reference: reference.as_bytes(),
            alternate: alternate.as_bytes(),
        };
        writer.push(&of, row)?;
    }
    let (file, _) = writer.finish()?;
    write_file(&folder, path, file).map(|_| ())
}
