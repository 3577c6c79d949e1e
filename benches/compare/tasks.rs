//! What is asked of every tool.

use std::fs;
use std::path::PathBuf;

use serde::Serialize;
use varidex::View;
use varidex_benches::{Class, Random, Result, Site, of_class, sites, strata};

use crate::data::Data;
use crate::figures::Figures;

const POINTS: usize = 1_000;
const SMALL_WINDOWS: usize = 20;
const LARGE_WINDOWS: usize = 4;
/// Small windows in which many groups are counted.
const GROUPED_WINDOWS: usize = 4;

/// Alleles, windows and groups, drawn once.
#[derive(Debug)]
pub(crate) struct Tasks {
    /// Size of the cohort.
    pub(crate) people: u32,
    pub(crate) points: Vec<(Class, Vec<Site>)>,
    /// 100 kb each.
    pub(crate) small: Vec<Window>,
    /// 1 Mb each.
    pub(crate) large: Vec<Window>,
    pub(crate) groups: Vec<PeopleGroup>,
    /// Groups that everybody is shared out over.
    pub(crate) strata: Vec<Vec<u32>>,
}

/// A stretch of a contig; 1-based, inclusive.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Window {
    pub(crate) contig: String,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Window {
    pub(crate) fn region(&self) -> String {
        format!("{}:{}-{}", self.contig, self.from, self.to)
    }
}

/// Random people.
#[derive(Debug)]
pub(crate) struct PeopleGroup {
    /// Percent of the cohort.
    pub(crate) share: usize,
    pub(crate) people: Vec<u32>,
    /// Their names, one a line.
    pub(crate) file: PathBuf,
}

impl Tasks {
    pub(crate) fn choose(dataset: &View, data: &Data) -> Result<Self> {
        let all = sites(dataset)?;
        let mut random = Random::new(11);
        let mut points = Vec::new();
        for class in Class::ALL {
            let wanted = of_class(&all, class);
            let drawn = random.draw(POINTS, &wanted);
            let drawn: Vec<Site> = drawn.into_iter().map(|site| (*site).clone()).collect();
            if !drawn.is_empty() {
                points.push((class, drawn));
            }
        }
        let mut windows = |count: usize, length: i64| -> Vec<Window> {
            let starts = random.draw(count, &all);
            let window = |site: &Site| Window {
                contig: site.contig.clone(),
                from: site.position.one_based(),
                to: site.position.one_based() + length - 1,
            };
            starts.into_iter().map(window).collect()
        };
        let small = windows(SMALL_WINDOWS, 100_000);
        let large = windows(LARGE_WINDOWS, 1_000_000);
        let mut groups = Vec::new();
        for share in [5, 10, 50] {
            let total = dataset.sample_count() as usize;
            let people = random.choose((total * share / 100).max(1), total);
            let names: std::result::Result<Vec<&str>, _> =
                people.iter().map(|&p| dataset.sample_name(p)).collect();
            let file = data.scratch.join(format!("people_{share}.txt"));
            fs::write(&file, names?.join("\n") + "\n")?;
            groups.push(PeopleGroup {
                share,
                people,
                file,
            });
        }
        Ok(Self {
            people: dataset.sample_count(),
            points,
            small,
            large,
            groups,
            strata: strata(dataset.sample_count()),
        })
    }

    /// Where all groups are counted.
    pub(crate) fn grouped(&self) -> &[Window] {
        self.small.get(..GROUPED_WINDOWS).unwrap_or(&self.small)
    }

    /// What a matrix is made of: of many people one is enough.
    pub(crate) fn matrix(&self) -> &[Window] {
        self.large.get(..1).unwrap_or(&[])
    }

    pub(crate) fn group(&self, share: usize) -> Result<&PeopleGroup> {
        let group = self.groups.iter().find(|group| group.share == share);
        group.ok_or_else(|| format!("no group of {share} %").into())
    }

    /// Keeps how much the tasks touch, for the bars that depend on it.
    pub(crate) fn note_sizes(&self, dataset: &View, figures: &mut Figures) -> Result<()> {
        for (class, sites) in &self.points {
            let sum: u64 = sites.iter().map(|site| site.carriers).sum();
            let mean = sum as f64 / sites.len() as f64;
            figures.add(&format!("carriers of {}", class.name()), "", mean);
        }
        for (name, windows) in [
            ("small", &*self.small),
            ("large", &*self.large),
            ("grouped", self.grouped()),
            ("matrix", self.matrix()),
        ] {
            let mut rows = 0u64;
            for window in windows {
                let mut variants = dataset.variants(window.region().as_str())?;
                while variants.next()?.is_some() {
                    rows += 1;
                }
            }
            let mean = rows as f64 / windows.len().max(1) as f64;
            figures.add(&format!("rows of {name}"), "", mean);
        }
        let rows = dataset.info().rows;
        figures.add("rows", "", rows as f64);
        Ok(())
    }
}
