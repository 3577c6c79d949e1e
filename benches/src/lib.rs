//! What the benches share: cohorts to measure on, and the sites and people to ask for.

mod against;

pub use against::{Build, Figure, against};

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use varidex::{BuildOptions, Group, PeopleOptions, Position, View, build};
use varidex_simulate::{Format, Options, simulate};

/// Any error: a bench that cannot run says why and stops.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A small generator of random numbers (splitmix64): the same draws in every run.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Draws that depend on `seed` only.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `n`; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// A number from 0 to 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// `k` different numbers below `n`, ascending.
    pub fn choose(&mut self, k: usize, n: usize) -> Vec<u32> {
        let mut left = k.min(n);
        let mut chosen = Vec::with_capacity(left);
        for number in 0..n {
            if self.below(n - number) < left {
                chosen.push(number as u32);
                left -= 1;
            }
        }
        chosen
    }

    /// `k` of the items, with repetition.
    pub fn draw<'a, T>(&mut self, k: usize, items: &'a [T]) -> Vec<&'a T> {
        (0..k)
            .filter_map(|_| items.get(self.below(items.len())))
            .collect()
    }
}

/// A clean simulated cohort (all genotypes known and phased) in a folder of `dir`; one that is there
/// already is taken.
///
/// # Errors
///
/// Where it cannot be written.
pub fn simulated(dir: &Path, samples: usize, variants: usize) -> Result<PathBuf> {
    let folder = dir.join(format!("simulated_{samples}x{variants}"));
    let file = folder.join(Format::VcfGz.file_name());
    let whole = folder.join("whole");
    if whole.exists() {
        return Ok(file);
    }
    let options = Options {
        samples,
        variants,
        missing: 0.0,
        unphased_sites: 0.0,
        unphased_genotypes: 0.0,
        overwrite: true,
        ..Options::default()
    };
    fs::create_dir_all(&folder)?;
    simulate(&options, &folder, &mut |_, _| true)?;
    fs::write(whole, "")?;
    Ok(file)
}

/// As many groups as 26 populations by two sexes, which everybody is shared out over.
pub const STRATA: usize = 52;

/// The people of each of [`STRATA`] groups, by number, ascending: drawn, so that neighbours are of different groups.
pub fn strata(people: u32) -> Vec<Vec<u32>> {
    let mut random = Random::new(52);
    let mut strata = vec![Vec::new(); STRATA];
    for person in 0..people {
        if let Some(stratum) = strata.get_mut(random.below(STRATA)) {
            stratum.push(person);
        }
    }
    strata
}

/// A group of people by number.
///
/// # Errors
///
/// Where the dataset has no such people, or is damaged.
pub fn group_of(dataset: &View, people: &[u32]) -> Result<Group> {
    let names: varidex::Result<Vec<&str>> =
        people.iter().map(|&p| dataset.sample_name(p)).collect();
    Ok(dataset.group(names?)?)
}

/// Counts each row of an expression in groups, and everything that is counted: how many rows there were.
///
/// # Errors
///
/// Where the expression means nothing here, or the dataset is damaged.
pub fn count_in_groups(dataset: &View, of: &str, groups: &[Group]) -> Result<u64> {
    let mut rows = 0;
    let mut variants = dataset.variants_by(of, groups)?;
    while let Some(mut variant) = variants.next()? {
        for group in 0..groups.len() {
            black_box(variant.counts_of(group)?);
        }
        rows += 1;
    }
    Ok(rows)
}

/// How common an allele is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// One copy.
    Singleton,
    /// Below 1 %.
    Rare,
    /// From 1 to 5 %.
    Low,
    /// From 5 %.
    Common,
}

impl Class {
    /// All, rarest first.
    pub const ALL: [Self; 4] = [Self::Singleton, Self::Rare, Self::Low, Self::Common];

    /// As it stands in names of measurements.
    pub fn name(self) -> &'static str {
        match self {
            Self::Singleton => "singleton",
            Self::Rare => "rare",
            Self::Low => "low",
            Self::Common => "common",
        }
    }
}

/// An allele of a dataset.
#[derive(Debug, Clone)]
pub struct Site {
    /// Name of the contig.
    pub contig: String,
    /// Where REF starts.
    pub position: Position,
    /// REF.
    pub reference: String,
    /// ALT.
    pub alternate: String,
    /// AC over everybody.
    pub ac: u64,
    /// AC / AN over everybody.
    pub af: f64,
    /// Samples that carry it.
    pub carriers: u64,
}

impl Site {
    /// Its class; `None` where nobody carries it.
    pub fn class(&self) -> Option<Class> {
        Some(match self.ac {
            0 => return None,
            1 => Class::Singleton,
            _ if self.af < 0.01 => Class::Rare,
            _ if self.af < 0.05 => Class::Low,
            _ => Class::Common,
        })
    }

    /// As an expression.
    pub fn expression(&self) -> String {
        let position = self.position.one_based();
        format!(
            "{}:{position}:{}:{}",
            self.contig, self.reference, self.alternate
        )
    }
}

/// The alleles of a dataset that are written out in bases, in its order.
///
/// # Errors
///
/// Where the dataset is damaged.
pub fn sites(dataset: &View) -> Result<Vec<Site>> {
    let is_bases = |allele: &[u8]| !allele.is_empty() && allele.iter().all(|b| b"ACGT".contains(b));
    let mut sites = Vec::new();
    let mut variants = dataset.variants("all")?;
    while let Some(mut variant) = variants.next()? {
        let (contig, position) = (variant.contig().to_owned(), variant.position()?);
        let counts = variant.counts()?;
        let (reference, alternate) = variant.alleles()?;
        if is_bases(reference) && is_bases(alternate) {
            sites.push(Site {
                contig,
                position,
                reference: String::from_utf8_lossy(reference).into_owned(),
                alternate: String::from_utf8_lossy(alternate).into_owned(),
                ac: counts.ac,
                af: counts.af().unwrap_or(0.0),
                carriers: counts.n_het + counts.n_hom + counts.n_hemi,
            });
        }
    }
    Ok(sites)
}

/// The sites of a class.
pub fn of_class(sites: &[Site], class: Class) -> Vec<&Site> {
    sites.iter().filter(|s| s.class() == Some(class)).collect()
}

/// Simulates a cohort of which people, annotations, genes and terms are known, in `folder`, and builds `cohort.vdx` there,
/// unless done before. Gives the dataset.
///
/// # Errors
///
/// As [`simulate`] and [`build`], and where files cannot be written.
pub fn known_cohort(folder: &Path, samples: usize, variants: usize) -> Result<PathBuf> {
    let (to, whole) = (folder.join("cohort.vdx"), folder.join("whole"));
    if whole.exists() {
        return Ok(to);
    }
    eprintln!("simulating {samples} people x {variants} variants");
    fs::create_dir_all(folder)?;
    let options = Options {
        samples,
        variants,
        people: true,
        annotations: true,
        overwrite: true,
        ..Options::default()
    };
    let cohort = simulate(&options, folder, &mut |_, _| true)?;
    let options = BuildOptions {
        replace: true,
        genes: vec![folder.join("genes.gff3.gz")],
        people: PeopleOptions {
            files: vec![folder.join("people.ndjson"), folder.join("populations.tsv")],
            ontologies: vec![folder.join("terms.obo"), folder.join("diseases.hpoa")],
            ..PeopleOptions::default()
        },
        ..BuildOptions::default()
    };
    let started = Instant::now();
    build(&[&cohort.genotypes], &to, &options, &mut |_| true)?;
    eprintln!("built in {:.1} s", started.elapsed().as_secs_f64());
    fs::write(whole, "")?;
    Ok(to)
}
