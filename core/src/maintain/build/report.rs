//! What a build reports at its end.

use super::people_report::PeopleReport;
use crate::error::{Error, InputError, Place, Result};
use crate::input::chunk::{Chunk, Warning};
use crate::model::Annotator;
use std::fmt;

/// Places reported for each reason and each warning.
pub(super) const PLACES: usize = 5;

/// Kinds of warnings that are distinguished: there may be as many as there are contigs.
const KINDS: usize = 1024;

/// What was read, stored and refused. `records = stored + refused`, always.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// VCF records read.
    pub records: u64,
    /// Records stored.
    pub stored: u64,
    /// Rows stored: one for each ALT, one for a record without.
    pub rows: u64,
    /// Genotypes stored: rows of records times their samples, each record once.
    pub genotypes: u64,
    /// Samples; of an addition the new ones.
    pub samples: u64,
    /// Contigs with rows of these inputs.
    pub contigs: u64,
    /// Refused records, by reason.
    pub refused: Vec<Refused>,
    /// What was odd but legal, by kind.
    pub warnings: Vec<Warned>,
    /// What became of annotations, where some are stored.
    pub annotations: Option<AnnotationReport>,
    /// What was changed on X and Y by sex, where that was asked for.
    pub sex_ploidy: Option<SexPloidyReport>,
    /// What became of people, where some were given.
    pub people: Option<PeopleReport>,
    /// Rows of batches before that were written again, for they were merged with these; see
    /// [`BuildOptions::compact`](crate::BuildOptions::compact).
    pub rows_merged: u64,
    /// Bytes of the dataset.
    pub bytes: u64,
    /// The dataset's snapshot id.
    pub snapshot: String,
    /// Wall time.
    pub seconds: f64,
}

/// What became of the entries of annotations: what is said of one transcript. `read = stored + refused`,
/// always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationReport {
    /// Who annotated.
    pub annotator: Annotator,
    /// Entries read.
    pub read: u64,
    /// Entries stored.
    pub stored: u64,
    /// Entries that could not be understood, by reason.
    pub refused: Vec<Warned>,
}

impl AnnotationReport {
    /// Entries refused.
    pub fn refused_count(&self) -> u64 {
        self.refused.iter().map(|reason| reason.count).sum()
    }
}

/// What [`BuildOptions::sex_ploidy`](crate::BuildOptions::sex_ploidy) changed of genotypes on X and Y outside of the
/// pseudoautosomal regions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SexPloidyReport {
    /// Samples of males.
    pub males: u64,
    /// Samples of females.
    pub females: u64,
    /// Samples of other and of unknown sex: their genotypes are as they were written.
    pub others: u64,
    /// Genotypes of males that were written with several copies of one allele, and have one.
    pub haploid: u64,
    /// Genotypes that are missing now: what was expected, how many, and the first few places, each with the sample and
    /// its genotype. Genotypes of which nothing was known are not counted.
    pub missing: Vec<Refused>,
}

impl SexPloidyReport {
    /// Genotypes that are missing now.
    pub fn missing_count(&self) -> u64 {
        self.missing.iter().map(|reason| reason.count).sum()
    }

    /// Adds genotypes that were set missing.
    pub(super) fn set_missing(&mut self, more: Refused) {
        if more.count > 0 {
            add_refused(&mut self.missing, more);
        }
    }

    fn absorb(&mut self, other: Self) {
        self.haploid += other.haploid;
        other
            .missing
            .into_iter()
            .for_each(|more| self.set_missing(more));
    }
}

/// Records refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What was expected.
    pub expected: String,
    /// How many records.
    pub count: u64,
    /// The first few: `file:line`, and what was found there.
    pub places: Vec<(String, String)>,
}

/// Oddities of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warned {
    /// What is odd.
    pub what: String,
    /// How many times.
    pub count: u64,
    /// The first place: `file:line`.
    pub first: String,
}

impl Report {
    /// Records refused.
    pub fn refused_count(&self) -> u64 {
        self.refused.iter().map(|reason| reason.count).sum()
    }

    /// Takes over what a chunk refused and found odd; its first refusal is an error unless malformed
    /// records are to be skipped.
    pub(crate) fn take_chunk(&mut self, file: &str, chunk: &Chunk, skip: bool) -> Result<()> {
        if let Some(first) = chunk.refused.first()
            && !skip
        {
            return Err(Error::from(Box::new(first.clone())));
        }
        chunk.refused.iter().for_each(|error| self.refuse(error));
        if chunk.refused_more > 0 {
            self.refuse_more(file, chunk.refused_more);
        }
        for warning in &chunk.warnings {
            self.warn(file, warning);
        }
        Ok(())
    }

    pub(crate) fn refuse(&mut self, error: &InputError) {
        let place = (
            format!("{}{}", error.file, error.place),
            error.found.clone(),
        );
        match self
            .refused
            .iter_mut()
            .find(|reason| reason.expected == error.expected)
        {
            Some(reason) => {
                reason.count += 1;
                if reason.places.len() < PLACES {
                    reason.places.push(place);
                }
            }
            None => self.refused.push(Refused {
                expected: error.expected.clone(),
                count: 1,
                places: vec![place],
            }),
        }
    }

    fn refuse_more(&mut self, file: &str, count: u64) {
        let expected = "records as before (reported no more)";
        match self
            .refused
            .iter_mut()
            .find(|reason| reason.expected == expected)
        {
            Some(reason) => reason.count += count,
            None => self.refused.push(Refused {
                expected: expected.to_owned(),
                count,
                places: vec![(file.to_owned(), "more malformed records".to_owned())],
            }),
        }
    }

    /// Adds what was read of another input.
    pub(super) fn absorb(&mut self, other: Self) {
        self.records += other.records;
        self.stored += other.stored;
        self.rows += other.rows;
        self.genotypes += other.genotypes;
        for reason in other.refused {
            add_refused(&mut self.refused, reason);
        }
        if let Some(more) = other.sex_ploidy {
            self.sex_ploidy.get_or_insert_default().absorb(more);
        }
        for Warned { what, count, first } in other.warnings {
            count_in(&mut self.warnings, first, &what, count);
        }
    }

    fn warn(&mut self, file: &str, warning: &Warning) {
        self.warn_count(file, warning.place, &warning.what, warning.count);
    }

    pub(crate) fn warn_count(&mut self, file: &str, place: Place, what: &str, count: u64) {
        count_in(&mut self.warnings, format!("{file}{place}"), what, count);
    }

    /// Counts entries of annotations that could not be understood.
    pub(super) fn refuse_entries(&mut self, file: &str, place: Place, what: &str, count: u64) {
        if let Some(annotations) = &mut self.annotations {
            let first = format!("{file}{place}");
            count_in(&mut annotations.refused, first, what, count);
        }
    }
}

fn add_refused(all: &mut Vec<Refused>, more: Refused) {
    let mut known = all
        .iter_mut()
        .filter(|known| known.expected == more.expected);
    match known.next() {
        Some(known) => {
            known.count += more.count;
            let room = PLACES.saturating_sub(known.places.len());
            known.places.extend(more.places.into_iter().take(room));
        }
        None => all.push(more),
    }
}

fn count_in(all: &mut Vec<Warned>, first: String, what: &str, count: u64) {
    let known = all.iter().position(|known| known.what == what);
    match (known, all.len()) {
        // the last one stands for all the others
        (None, KINDS..) => all
            .iter_mut()
            .skip(KINDS - 1)
            .for_each(|rest| rest.count += count),
        (None, len) => all.push(Warned {
            what: match len + 1 {
                KINDS => "more oddities of other kinds".to_owned(),
                _ => what.to_owned(),
            },
            count,
            first,
        }),
        (Some(at), _) => all[at].count += count,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "records read      {:>14}", self.records)?;
        writeln!(f, "records stored    {:>14}", self.stored)?;
        writeln!(f, "records refused   {:>14}", self.refused_count())?;
        writeln!(f, "rows stored       {:>14}", self.rows)?;
        writeln!(f, "samples           {:>14}", self.samples)?;
        writeln!(f, "genotypes         {:>14}", self.genotypes)?;
        writeln!(f, "contigs           {:>14}", self.contigs)?;
        if let Some(annotations) = &self.annotations {
            let key = annotations.annotator.key();
            writeln!(f, "annotations       {key:>14}")?;
            writeln!(f, "entries read      {:>14}", annotations.read)?;
            writeln!(f, "entries stored    {:>14}", annotations.stored)?;
            writeln!(f, "entries refused   {:>14}", annotations.refused_count())?;
        }
        if let Some(changed) = &self.sex_ploidy {
            writeln!(f, "males             {:>14}", changed.males)?;
            writeln!(f, "females           {:>14}", changed.females)?;
            writeln!(f, "sex not known     {:>14}", changed.others)?;
            writeln!(f, "made haploid      {:>14}", changed.haploid)?;
            writeln!(f, "set missing       {:>14}", changed.missing_count())?;
        }
        if self.rows_merged > 0 {
            writeln!(f, "rows merged       {:>14}", self.rows_merged)?;
        }
        writeln!(f, "dataset bytes     {:>14}", self.bytes)?;
        writeln!(f, "seconds           {:>14.2}", self.seconds)?;
        let missing = self.sex_ploidy.iter().flat_map(|changed| &changed.missing);
        let missing = missing.map(|reason| ("set missing", reason));
        let refused = self.refused.iter().map(|reason| ("refused", reason));
        for (what, reason) in refused.chain(missing) {
            writeln!(f, "{what} {}: expected {}", reason.count, reason.expected)?;
            for (place, found) in &reason.places {
                writeln!(f, "  {place}: found {found}")?;
            }
        }
        let entries = self.annotations.iter().flat_map(|told| &told.refused);
        for reason in entries {
            writeln!(
                f,
                "refused entries: {} ({}, first at {})",
                reason.what, reason.count, reason.first
            )?;
        }
        for warning in &self.warnings {
            writeln!(
                f,
                "warning: {} ({}, first at {})",
                warning.what, warning.count, warning.first
            )?;
        }
        match &self.people {
            Some(people) => people.fmt(f),
            None => Ok(()),
        }
    }
}
