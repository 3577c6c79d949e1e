//! Readers of what is known of people: files and folders, each recognised by its content and name, each
//! possibly gzip.
//!
//! | file | people, and what is read of them |
//! |---|---|
//! | Phenopackets 1 and 2: a packet, several, an array, a line each; `Family`, `Cohort` | `subject`, `phenotypicFeatures`, `diseases` with stages and TNM, `measurements`, `medicalActions`, `biosamples`, `files`, `pedigree` |
//! | Beacon v2 individuals | sex, karyotype, ethnicity, origin, `diseases`, `phenotypicFeatures`, `treatments`, `interventionsOrProcedures`, `measures`, `exposures`, `pedigrees`, of `info` age, birth, populations and cohorts |
//! | Beacon v2 biosamples | a sample's name, and its diagnosis, grade, stage, markers and measurements, which become records of the person; type, origin, tissue, diagnosis and time of the sample |
//! | tables | what a mapping file says of each column, else what its name does (`format-spec/people-tables.md`) |
//! | PED, FAM | family, parents, sex, affected |
//!
//! A *stage* of a disease (and grade, TNM) is a record of scope disease of its own, at the same onset,
//! so that a question may name it. Left out: interpretations of Phenopackets (what a variant was
//! thought to mean is no finding of a person), family history (it is of others), modifiers, evidence,
//! doses, reference ranges, notes.
//!
//! A record that is no record of a person is refused, alone. Of a record that is one, what is not
//! understood is left out with a warning, and keys of JSON that nothing reads are counted; but what may
//! say that something is *not* there, a status, and a version of which the ways of saying so are not
//! known refuse the record, for absence must not become presence. Text that is no JSON is an error.
//!
//! Records with the same person's id become one person, whatever the files; contradictions keep the
//! first and are reported. People of packets go by the subject's id, unless two packets share one: then
//! all go by the packets' ids (a mapping file can say otherwise: `packets = "subject"`). Ids of
//! pedigrees, of tables that tell families and of families of packets hold within the family: one that
//! several have is `FAMILY:ID` in each.
//!
//! Memory: one record at a time, of at most 64 MiB, beside the ids of the people read: what is recorded of
//! them goes to files without names beside the dataset.

mod assemble;
mod biosample;
mod cells;
mod entries;
mod families;
mod free;
mod gather;
mod guess;
mod individual;
mod input;
mod json;
mod kin;
mod mapping;
mod merge;
mod minimal;
mod notes;
mod packet;
mod ped;
mod sample_facts;
mod sample_map;
mod sample_table;
mod sex;
mod status;
mod table;
mod tree;

pub(crate) use assemble::{Gathered, Part, assemble};
pub(crate) use gather::{guess, read_ped, read_people};
pub(crate) use merge::{Identities, TWO_SEXES};
pub(crate) use sample_facts::SampleFacts;
pub(crate) use sample_map::read_sample_map;
pub(crate) use sample_table::{SampleColumns, read_sample_tables};

use crate::model::{Kin, Sex};

/// What reading files of people reports beside them: `read = people + merged + refused + refused_more`.
#[derive(Debug, Default)]
pub(crate) struct PeopleInput {
    /// Records met: individuals, packets, biosamples, rows.
    pub(crate) read: u64,
    /// Records that say more of a person who was known already.
    pub(crate) merged: u64,
    /// The first records that could not be used.
    pub(crate) refused: Vec<Refusal>,
    /// How many more were refused.
    pub(crate) refused_more: u64,
    pub(crate) warnings: Vec<Warning>,
}

/// A record that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) file: String,
    /// Goes after the file's name: `:17` is a line, `#/17/diseases/0` a JSON pointer, `:17#/id` both.
    pub(crate) place: String,
    pub(crate) reason: String,
}

/// Something odd, how often it was met, and where first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Warning {
    pub(crate) what: String,
    pub(crate) count: u64,
    /// Places of the first few, with what was found.
    pub(crate) examples: Vec<String>,
}

/// One line of a PED file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relative {
    pub(crate) id: String,
    pub(crate) sex: Option<Sex>,
    pub(crate) kin: Kin,
}

#[cfg(test)]
mod tests;
