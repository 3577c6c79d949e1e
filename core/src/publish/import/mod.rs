//! A file of aggregates from somebody's counts: VCF or BCF without samples, of which INFO says AC and AN by populations.

mod bounds;
mod keys;
mod layout;
mod levels;
mod numbers;
mod options;
mod release;

use super::{PUBLISHES_NO_NOISE, PublishedWriter, checked_target, folder_of, write_file};
use crate::error::{Error, InputError, Place, Result};
use crate::format::Folder;
use crate::genome::{Assembly, Chromosome, HeaderContig, Interval, chromosome_of};
use crate::input::chunk::{Chunk, Record};
use crate::input::{Header, ReadOptions, Reader, Workers};
use crate::maintain::Report;
use crate::model::{Date, Granularity};
use crate::stop::check_stop;
use crate::store::published::{MAX_AGE_DAYS, PublishedInfo, ReleasedCounts, Site, hex};
use keys::{Population, populations};
pub use levels::LeftOut;
use levels::Level;
use numbers::{Keys, Read, Refusal, Values, add_up, check_alts};
pub use options::{PublishSitesOptions, PublishSitesReport};
use release::Release;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Bytes of the input that are held at a time, decompressed.
const IN_FLIGHT: usize = 64 << 20;
/// Counts of alleles at one position that are held until the next one comes.
const HELD_MAX: usize = 1 << 21;
/// Labels that a message names at most.
const NAMED_MAX: usize = 10;

/// Writes the counts of a VCF or BCF file without samples as a file of aggregates, as a policy shows them: what
/// [`publish`](crate::publish()) does of a dataset.
///
/// INFO keys that the header declares are read: `AC`, `AN`, `AF`, `nhomalt` (people), `AC_Hom`, `AC_Het` and `AC_Hemi` (copies), each of
/// everybody, and of populations, with the label behind (`AC_FI_F`, `nhomalt_nfe_XX`) or in front (`EUR_AF`). Of populations of
/// which some are parts of others one level is taken; the report says which ones were left out, and why.
///
/// A record of which the numbers do not agree is refused and reported: AC above AN, AF that is not AC / AN within the digits that
/// are written, ALTs that together have more than AN, two keys that say the same of other numbers (`AC` and `AC_Total`), strata that have more
/// than everybody, genotypes that do not add up to AC. Where there is AF and no AC, AC is what AF can only be of; else it is not known, and
/// withheld.
///
/// What is shown would be shown of a dataset of the same people, one sample each. How many people are behind a count is known by genotypes, and
/// else within bounds: floors in people withhold more of counts without genotypes. Strata by two fields are withheld at records where
/// somebody is in none of them.
///
/// # Errors
///
/// [`Error::Usage`] as [`publish`](crate::publish()), for strata that are not there and for policies that show no counts;
/// [`Error::Input`] for what is no such file, for records that cannot be read or are out of order, and where nothing can be stored;
/// [`Error::NotAllowed`], [`Error::Io`].
pub fn publish_sites(
    sites: impl AsRef<Path>,
    options: &PublishSitesOptions,
    out: impl AsRef<Path>,
) -> Result<PublishSitesReport> {
    let (sites, out) = (sites.as_ref(), out.as_ref());
    publish_sites_in(sites, options, &folder_of(out), out)
}

/// The same in the folder of the file.
pub(crate) fn publish_sites_in(
    sites: &Path,
    options: &PublishSitesOptions,
    folder: &Folder,
    out: &Path,
) -> Result<PublishSitesReport> {
    let target = checked_target(folder, out, options.replace)?;
    allowed(options)?;
    let (mut reader, level, total, read_keys) = opened(sites, options)?;
    let header = reader.header().clone();
    let file = sites.display().to_string();
    let assembly = assembly_of(&header, options.assembly, &file)?;
    let mut report = PublishSitesReport {
        left_out: level.left_out,
        ..PublishSitesReport::default()
    };
    report.published.strata = level.strata.iter().map(|of| of.label.clone()).collect();
    let info = PublishedInfo {
        population: options.population.clone(),
        consent_date: options.consent_date.unwrap_or_else(Date::today),
        max_age_days: options.max_age_days,
        assembly: assembly.map(|of| of.name().to_owned()),
        of: "all".to_owned(),
        fields: level.fields,
        policy: options.policy.clone(),
        policy_hash: options.policy.hash(),
        people: None,
        strata: level.strata,
        has_all_groups: true,
        leaks: Vec::new(),
        contigs: Vec::new(),
    };
    let mut import = Import {
        file: &file,
        options,
        keys: read_keys.keys,
        key_count: read_keys.count,
        total,
        release: Release::new(&options.policy, level.layout),
        writer: PublishedWriter::new(folder, info)?,
        contigs: Contigs::of(&header),
        held: Held::default(),
        last: None,
        read: Report::default(),
        report,
    };
    let workers = Workers::new(varidex_sink::bounded(options.threads))?;
    let tally = reader.read(&workers, IN_FLIGHT, &mut |chunk| import.take(&chunk))?;
    import.flush()?;
    import.read.records = tally.records_read;
    import.finish(folder, &target)
}

/// What a policy says of a file of which nothing but counts is known.
fn allowed(options: &PublishSitesOptions) -> Result<()> {
    let policy = &options.policy;
    let refused = |what: &str| {
        Err(Error::NotAllowed {
            policy: policy.name.clone(),
            what: what.to_owned(),
        })
    };
    if policy.granularity == Granularity::Boolean {
        return refused("says whether there is anybody, not how many");
    }
    if policy.noise.is_some() {
        return refused(PUBLISHES_NO_NOISE);
    }
    if policy.separation.is_some() {
        return refused(
            "bounds how far members are from others, which is not measured without genotypes: expected one without `separation`",
        );
    }
    if policy.purpose.is_some() {
        return refused(
            "is of a purpose: who of those counted in a file is against it is not known",
        );
    }
    if options.max_age_days > MAX_AGE_DAYS {
        return Err(Error::Usage(format!(
            "greatest age: expected up to {MAX_AGE_DAYS} days, found {}",
            options.max_age_days
        )));
    }
    match options.population.trim().is_empty() {
        true => Err(Error::Usage(
            "population: expected a name of the people that are counted, found none".to_owned(),
        )),
        false => Ok(()),
    }
}

/// The keys that are read, numbered.
struct ReadKeys {
    keys: Vec<Keys>,
    count: usize,
}

/// Opens the file twice where it can be: its header says which keys are read.
fn opened(sites: &Path, options: &PublishSitesOptions) -> Result<(Reader, Level, Keys, ReadKeys)> {
    let file = sites.display().to_string();
    let wrong = |expected: &str, found: String| {
        Err(Error::from(Box::new(InputError {
            file: file.clone(),
            place: Place::File,
            expected: expected.to_owned(),
            found,
        })))
    };
    let mut reader = Reader::open(sites, &ReadOptions::default())?;
    let header = reader.header();
    if !header.samples.is_empty() {
        let found = format!(
            "{} samples: build a dataset of it, and publish that",
            header.samples.len()
        );
        return wrong("counts in INFO, and no samples", found);
    }
    let all = populations(&header.info);
    let Some(everybody) = all.iter().find(|of| of.is_total()) else {
        let labels: Vec<&str> = all
            .iter()
            .map(|of| of.label.as_str())
            .take(NAMED_MAX)
            .collect();
        let found = match labels.is_empty() {
            true => "no key with counts".to_owned(),
            false => format!("those of {}", labels.join(", ")),
        };
        return wrong(
            "AC and AN of everybody among the INFO keys of the header",
            found,
        );
    };
    if let Some(lack) = everybody.lack() {
        return wrong("AC, or AF and AN, of everybody", lack.to_owned());
    }
    let level = Level::of(&all, &options.by, &options.strata, &file)?;
    if let Some(allowed) = &options.policy.strata
        && let Some(field) = level.fields.iter().find(|field| !allowed.contains(field))
    {
        return Err(Error::NotAllowed {
            policy: options.policy.name.clone(),
            what: format!("shows no counts by {field}"),
        });
    }
    let mut names = Vec::new();
    let number = |of: &Population, names: &mut Vec<String>| Keys::number(of, names);
    let total = number(everybody, &mut names);
    let keys = level
        .populations
        .iter()
        .map(|of| number(of, &mut names))
        .collect();
    let count = names.len();
    reader.ask_for(&names);
    Ok((reader, level, total, ReadKeys { keys, count }))
}

/// As a build has it: of the header, or what is said where the header says nothing.
fn assembly_of(header: &Header, asked: Option<Assembly>, file: &str) -> Result<Option<Assembly>> {
    let contigs = header.contigs.iter().map(|contig| HeaderContig {
        name: &contig.name,
        length: contig.length,
        tag: contig.assembly.as_deref(),
    });
    // a header that names several assemblies is odd, not wrong
    let guessed = Assembly::guess(contigs).ok().flatten();
    match (asked, guessed) {
        (Some(asked), Some(other)) if asked != other => Err(Error::from(Box::new(InputError {
            file: file.to_owned(),
            place: Place::File,
            expected: format!("contigs of {asked}, the assembly asked for"),
            found: format!("contigs of {other}"),
        }))),
        (asked, guessed) => Ok(asked.or(guessed)),
    }
}

/// Contigs in the order in which records have them.
struct Contigs {
    lengths: HashMap<String, Option<u64>>,
    /// Those of the header that no record has yet, in its order.
    declared: Vec<String>,
    seen: HashSet<String>,
    /// The one of the last record, and whether everybody has two copies of it.
    last: Option<(String, usize, bool)>,
}

impl Contigs {
    fn of(header: &Header) -> Self {
        let contigs = header.contigs.iter();
        Self {
            lengths: contigs
                .clone()
                .map(|of| (of.name.clone(), of.length))
                .collect(),
            declared: contigs.map(|of| of.name.clone()).collect(),
            seen: HashSet::new(),
            last: None,
        }
    }

    fn length(&self, name: &str) -> Option<u64> {
        self.lengths.get(name).copied().flatten()
    }
}

/// The records of one position, until the next one comes: an allele that is there twice is in none of them.
#[derive(Default)]
struct Held {
    contig: usize,
    position: i32,
    records: Vec<HeldRecord>,
    counts: usize,
}

struct HeldRecord {
    place: Place,
    alleles: Vec<HeldAllele>,
    has_rest: bool,
    unclear: u64,
}

struct HeldAllele {
    interval: Interval,
    reference: Vec<u8>,
    alternate: Vec<u8>,
    total: ReleasedCounts,
    strata: Vec<Option<ReleasedCounts>>,
}

/// An import on its way.
struct Import<'a> {
    file: &'a str,
    options: &'a PublishSitesOptions,
    keys: Vec<Keys>,
    key_count: usize,
    total: Keys,
    release: Release,
    writer: PublishedWriter,
    contigs: Contigs,
    held: Held,
    last: Option<(usize, i32)>,
    /// What is read, as builds report it.
    read: Report,
    report: PublishSitesReport,
}

impl Import<'_> {
    fn take(&mut self, chunk: &Chunk) -> Result<()> {
        check_stop()?;
        let skip = self.options.skip_malformed;
        self.read.take_chunk(self.file, chunk, skip)?;
        for record in &chunk.records {
            self.record(chunk, record)?;
        }
        Ok(())
    }

    fn fault(&self, place: Place, (expected, found): Refusal) -> InputError {
        InputError {
            file: self.file.to_owned(),
            place,
            expected,
            found,
        }
    }

    fn refuse(&mut self, place: Place, refusal: Refusal) {
        let fault = self.fault(place, refusal);
        self.read.refuse(&fault);
    }

    fn record(&mut self, chunk: &Chunk, record: &Record) -> Result<()> {
        let name = String::from_utf8_lossy(chunk.text(record.contig));
        let placed = self.place(&name, record.position)?;
        let (contig, is_diploid) = match placed {
            Ok(placed) => placed,
            Err(refusal) => {
                if !self.options.skip_malformed {
                    return Err(Error::from(Box::new(self.fault(record.place, refusal))));
                }
                self.refuse(record.place, refusal);
                return Ok(());
            }
        };
        if (contig, record.position) != (self.held.contig, self.held.position) {
            self.flush()?;
            (self.held.contig, self.held.position) = (contig, record.position);
        }
        let filter = chunk.text(record.filter);
        if !matches!(filter, b"" | b"PASS") {
            if self.options.only_pass {
                let found = String::from_utf8_lossy(filter).into_owned();
                self.refuse(record.place, ("FILTER PASS".to_owned(), found));
                return Ok(());
            }
            self.read
                .warn_count(self.file, record.place, "FILTER other than PASS", 1);
        }
        match self.alleles(chunk, record, is_diploid) {
            Ok(held) => {
                self.held.counts += held.alleles.len() * (self.keys.len() + 1);
                self.held.records.push(held);
            }
            Err(refusal) => self.refuse(record.place, refusal),
        }
        match self.held.counts > HELD_MAX {
            true => {
                let expected = format!("up to {HELD_MAX} counts of alleles at a position");
                let refusal = (expected, "more".to_owned());
                Err(Error::from(Box::new(self.fault(record.place, refusal))))
            }
            false => Ok(()),
        }
    }

    /// The number of a contig, and whether everybody has two copies of it, where the record is in order.
    fn place(&mut self, name: &str, position: i32) -> Result<Result<(usize, bool), Refusal>> {
        let contigs = &mut self.contigs;
        let (number, is_diploid) = match &contigs.last {
            Some((last, number, is_diploid)) if last == name => (*number, *is_diploid),
            _ if contigs.seen.contains(name) => {
                let expected = "records of a contig together";
                let found = format!("{name} again, behind another one");
                return Ok(Err((expected.to_owned(), found)));
            }
            _ => {
                let number = self.writer.add_contig(name, contigs.length(name))?;
                contigs.seen.insert(name.to_owned());
                let is_diploid = chromosome_of(name).is_some_and(|of| {
                    !matches!(of, Chromosome::X | Chromosome::Y | Chromosome::MT)
                });
                contigs.last = Some((name.to_owned(), number, is_diploid));
                (number, is_diploid)
            }
        };
        match self.last {
            Some((contig, last)) if contig == number && last > position => {
                let expected = format!(
                    "POS of {} or behind it: records in order",
                    i64::from(last) + 1
                );
                Ok(Err((expected, (i64::from(position) + 1).to_string())))
            }
            _ => {
                self.last = Some((number, position));
                Ok(Ok((number, is_diploid)))
            }
        }
    }

    /// The counts of a record, where they agree.
    fn alleles(
        &self,
        chunk: &Chunk,
        record: &Record,
        is_diploid: bool,
    ) -> Result<HeldRecord, Refusal> {
        let alts = chunk.alts.get(record.alts.range()).unwrap_or_default();
        if alts.is_empty() {
            return Err(("an ALT".to_owned(), "none".to_owned()));
        }
        let mut values = Values::new(self.key_count);
        for info in chunk.info.get(record.info.range()).unwrap_or_default() {
            values.push(info.key.into(), chunk.text(info.value));
        }
        let mut held = HeldRecord {
            place: record.place,
            alleles: Vec::with_capacity(alts.len()),
            has_rest: false,
            unclear: 0,
        };
        for (number, alt) in alts.iter().enumerate() {
            let of = (number, alts.len());
            let total = match self.total.read(&values, of, is_diploid)? {
                Read::Known(counts) => counts,
                Read::Unclear => {
                    let found = "AF and AN, which are of several";
                    return Err(("AC of everybody".to_owned(), found.to_owned()));
                }
                Read::Absent => {
                    return Err((
                        "AC, or AF and AN, of everybody".to_owned(),
                        "none".to_owned(),
                    ));
                }
            };
            let mut strata = Vec::with_capacity(self.keys.len());
            for keys in &self.keys {
                let read = keys.read(&values, of, is_diploid)?;
                held.unclear += u64::from(read == Read::Unclear);
                strata.push(read.known());
            }
            held.has_rest |= add_up(&total, &strata)? != Some(true);
            let interval = Interval::new(record.position, alt.end);
            let interval = interval.ok_or_else(|| {
                let found = format!("{} to {}", record.position, alt.end);
                ("an allele that ends behind its start".to_owned(), found)
            })?;
            held.alleles.push(HeldAllele {
                interval,
                reference: chunk.text(record.reference).to_vec(),
                alternate: chunk.text(alt.text).to_vec(),
                total,
                strata,
            });
        }
        let alleles = || held.alleles.iter();
        check_alts(self.total.label(), alleles().map(|of| Some(&of.total)))?;
        for (at, keys) in self.keys.iter().enumerate() {
            let of_alts = alleles().map(|of| of.strata.get(at).and_then(Option::as_ref));
            check_alts(keys.label(), of_alts)?;
        }
        Ok(held)
    }

    /// Writes the records of the last position.
    fn flush(&mut self) -> Result<()> {
        let Held {
            contig, records, ..
        } = std::mem::take(&mut self.held);
        let mut times: HashMap<(Vec<u8>, Vec<u8>), u32> = HashMap::new();
        let key = |of: &HeldAllele| {
            let alleles = (&of.reference, &of.alternate);
            (
                alleles.0.to_ascii_uppercase(),
                alleles.1.to_ascii_uppercase(),
            )
        };
        for allele in records.iter().flat_map(|record| &record.alleles) {
            *times.entry(key(allele)).or_default() += 1;
        }
        for record in records {
            let twice = |of: &&HeldAllele| times.get(&key(of)).is_some_and(|times| *times > 1);
            if let Some(of) = record.alleles.iter().find(twice) {
                let text = |bytes: &[u8]| {
                    String::from_utf8_lossy(bytes.get(..30).unwrap_or(bytes)).into_owned()
                };
                let found = format!(
                    "{}>{} several times",
                    text(&of.reference),
                    text(&of.alternate)
                );
                self.refuse(
                    record.place,
                    ("an allele once at its position".to_owned(), found),
                );
                continue;
            }
            self.read.stored += 1;
            self.report.unclear += record.unclear;
            if record.has_rest {
                self.writer.without_all_groups();
                if self.release.needs_everybody() {
                    let what = "somebody in none of the strata by two fields, which are withheld";
                    self.read.warn_count(self.file, record.place, what, 1);
                }
            }
            for allele in &record.alleles {
                self.write(contig, allele)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, contig: usize, allele: &HeldAllele) -> Result<()> {
        let report = &mut self.report.published;
        let Some(row) = self.release.row(&allele.total, &allele.strata) else {
            report.refused += 1;
            return Ok(());
        };
        report.sites += 1;
        report.cells += row.strata.len() as u64 + 1;
        let cells = row.strata.iter().chain([&row.total]);
        report.withheld += cells.filter(|cell| cell.is_none()).count() as u64;
        let site = Site {
            contig,
            interval: allele.interval,
            reference: &allele.reference,
            alternate: &allele.alternate,
        };
        self.writer.push(&site, row)
    }

    fn finish(mut self, folder: &Folder, target: &Path) -> Result<PublishSitesReport> {
        if self.read.stored == 0 {
            let first = self.read.refused.first().and_then(|of| {
                let (place, found) = of.places.first()?;
                Some(format!(
                    "none of {}: {place}: expected {}, found {found}",
                    self.read.records, of.expected
                ))
            });
            let found = first.unwrap_or_else(|| "none".to_owned());
            let refusal = ("records with counts that agree".to_owned(), found);
            return Err(Error::from(Box::new(self.fault(Place::File, refusal))));
        }
        for name in std::mem::take(&mut self.contigs.declared) {
            if !self.contigs.seen.contains(&name) {
                let length = self.contigs.length(&name);
                self.contigs.seen.insert(name.clone());
                self.writer.add_contig(&name, length)?;
            }
        }
        let (file, digest) = self.writer.finish()?;
        let mut report = self.report;
        report.records = self.read.records;
        report.stored = self.read.stored;
        report.refused = self.read.refused;
        report.warnings = self.read.warnings;
        report.published.digest = hex(&digest);
        report.published.bytes = write_file(folder, target, file)?;
        Ok(report)
    }
}

#[cfg(test)]
mod tests;
