//! Published attacks on the answers of a genomic dataset, run against disclosure rules.
//!
//! A [`population`] of people is simulated with genotypes that have a genealogy: rare alleles abound and neighbouring
//! sites are in linkage disequilibrium. Some of its people are the members of a [`cohort`], others are held out as
//! controls, and the rest are the panel from which an attacker knows frequencies. A [`respondent`] answers questions
//! about the cohort under [`rules`]; each module of [`attack`] holds one published attack; [`experiment`] measures its
//! power, which is the share of members that it finds where 5 % of the controls are mistaken for members.
//!
//! The attacker holds the genome of the person looked for, knows the rules, and is alone: principals that collude are
//! one attacker with the sum of their budgets.

pub mod attack;
pub mod cohort;
pub mod experiment;
pub mod plot;
pub mod population;
pub mod power;
pub mod random;
pub mod report;
pub mod respondent;
pub mod rules;
