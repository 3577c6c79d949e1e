//! The proof of the crate through its public interface: against a plain scan of the VCF, against
//! bcftools, against hostile input, crashes and damage.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    missing_docs,
    reason = "a test says what is wrong by failing"
)]

mod common;

mod absent;
mod again;
mod aliases;
mod annotated;
mod annotated_beacon;
mod annotated_files;
mod annotations;
mod attributes;
mod batches;
mod bcftools;
mod beacon;
mod blocks;
mod concurrency;
mod counting;
mod crash;
mod damage;
mod damage_repaired;
mod differential;
mod families;
mod hostile;
mod identity;
mod ids;
mod listed;
mod look;
mod many_segments;
mod meaning;
mod meanings;
mod mutated;
mod normalise;
mod options;
mod pages;
mod pairs;
mod people;
mod ploidy;
mod policies;
mod quality;
mod records;
mod regions;
mod simulated;
mod spelled;
mod structural;
mod target;
mod truth;
