//! Epochs of populations.

use super::{Failure, digest_of, influences, members_of, natural, noises, overlaps, stored};
use crate::epoch::{Step, step};
use crate::members::Sketch;
use crate::secret::{Digest, Key, Of};
use crate::{Epoch, EpochQuestion, Error, MemberSet, Moved, Secret};
use rusqlite::{OptionalExtension, Transaction};

/// An epoch as it is stored.
pub(super) struct Current {
    pub(super) number: u64,
    pub(super) snapshot: String,
    pub(super) digest: Digest,
    /// Of the members, for it takes long to make.
    pub(super) sketch: Sketch,
    pub(super) members: MemberSet,
}

impl Current {
    fn epoch(self, pending: u64, moved: Moved) -> Epoch {
        Epoch {
            number: self.number,
            snapshot: self.snapshot,
            members: self.members,
            digest: self.digest,
            pending,
            moved,
        }
    }
}

pub(super) fn current(
    transaction: &Transaction<'_>,
    secret: &Secret,
    population: &Key,
) -> Result<Option<Current>, Failure> {
    let found = transaction
        .prepare_cached(
            "SELECT number, snapshot, digest, sketch, members FROM epochs WHERE population = ?1",
        )?
        .query_row([population], |row| {
            let (snapshot, digest, sketch) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((row.get(0)?, snapshot, digest, sketch, row.get(4)?))
        })
        .optional()?;
    type Row = (i64, String, Digest, [u8; Sketch::BYTES], Vec<u8>);
    let Some((number, snapshot, digest, sketch, bytes)): Option<Row> = found else {
        return Ok(None);
    };
    Ok(Some(Current {
        number: natural("table epochs, column number", number)?,
        members: members_of(
            secret,
            "table epochs, column members",
            population,
            &bytes,
            &digest,
        )?,
        sketch: Sketch::from_bytes(&sketch),
        snapshot,
        digest,
    }))
}

/// The snapshot of the epoch, where there is one.
pub(super) fn snapshot(
    transaction: &Transaction<'_>,
    secret: &Secret,
    population: &str,
) -> Result<Option<String>, Failure> {
    let population = secret.key(Of::Population, &[population.as_bytes()]);
    let found = transaction
        .prepare_cached("SELECT snapshot FROM epochs WHERE population = ?1")?
        .query_row([population], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// The epoch, where nothing is to be written for it.
pub(super) fn settled(
    transaction: &Transaction<'_>,
    secret: &Secret,
    question: &EpochQuestion<'_>,
) -> Result<Option<Epoch>, Failure> {
    let population = secret.key(Of::Population, &[question.population.as_bytes()]);
    let Some(current) = current(transaction, secret, &population)? else {
        return Ok(None);
    };
    let Some(seen) = seen(transaction, &population, question.snapshot)? else {
        return Ok(None);
    };
    let step = step(&current.members, question);
    if is_older(transaction, &population, &current, seen)? {
        return older(current, &step, question).map(Some);
    }
    let stays =
        step.moved == Moved::Not && (!step.takes_snapshot || current.snapshot == question.snapshot);
    Ok(stays.then(|| current.epoch(step.pending, Moved::Not)))
}

/// Moves the epoch as the rule says, and returns whether somebody was taken out.
pub(super) fn advance(
    transaction: &Transaction<'_>,
    secret: &Secret,
    question: &EpochQuestion<'_>,
) -> Result<(Epoch, bool), Failure> {
    let population = secret.key(Of::Population, &[question.population.as_bytes()]);
    let current = current(transaction, secret, &population)?;
    let seen = see(transaction, &population, question.snapshot)?;
    let Some(mut current) = current else {
        let begun = Current {
            number: 1,
            snapshot: question.snapshot.into(),
            digest: digest_of(secret, &population, &question.visible.to_bytes()),
            sketch: question.visible.sketch(),
            members: question.visible.clone(),
        };
        store(transaction, &population, &begun)?;
        return Ok((begun.epoch(0, Moved::Begun), false));
    };
    let step = step(&current.members, question);
    if is_older(transaction, &population, &current, seen)? {
        return Ok((older(current, &step, question)?, false));
    }
    if step.takes_snapshot {
        if current.snapshot != question.snapshot {
            noises::forget(transaction, &population)?;
        }
        current.snapshot = question.snapshot.into();
    }
    if step.moved != Moved::Not {
        current.number = current.number.saturating_add(1);
        current.digest = digest_of(secret, &population, &step.members.to_bytes());
        current.sketch = step.members.sketch();
        current.members = step.members;
    }
    store(transaction, &population, &current)?;
    let trims = match step.moved {
        Moved::Withdrawn { people } => people > 0,
        Moved::TakenIn { withdrawn, .. } => withdrawn > 0,
        Moved::Not | Moved::Begun => false,
    };
    if step.moved != Moved::Not {
        overlaps::forget_decisions(transaction, &population)?;
        influences::forget_questions(transaction, &population)?;
        noises::forget(transaction, &population)?;
    }
    if trims {
        overlaps::trim(transaction, secret, &population, &current.members)?;
        influences::trim(transaction, secret, &population, &current.members)?;
    }
    Ok((current.epoch(step.pending, step.moved), trims))
}

/// What is asked by a snapshot older than the epoch's: no more than that it has the very same people and data.
fn older(current: Current, step: &Step, question: &EpochQuestion<'_>) -> Result<Epoch, Failure> {
    if step.moved == Moved::Not && step.pending == 0 {
        return Ok(current.epoch(0, Moved::Not));
    }
    Err(Failure::Error(Error::OldSnapshot {
        population: question.population.into(),
        epoch: current.number,
        newer: current.snapshot,
        snapshot: question.snapshot.into(),
    }))
}

fn is_older(
    transaction: &Transaction<'_>,
    population: &Key,
    current: &Current,
    than: i64,
) -> Result<bool, Failure> {
    match seen(transaction, population, &current.snapshot)? {
        Some(of_epoch) => Ok(than < of_epoch),
        None => Err(Failure::Damaged {
            place: "table snapshots",
            expected: "the snapshot of the epoch",
            found: "none".into(),
        }),
    }
}

/// As the how-manyth snapshot of the population it was seen first.
fn seen(
    transaction: &Transaction<'_>,
    population: &Key,
    snapshot: &str,
) -> Result<Option<i64>, Failure> {
    let found = transaction
        .prepare_cached("SELECT seen FROM snapshots WHERE population = ?1 AND snapshot = ?2")?
        .query_row((population, snapshot), |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// As [`seen`]; it is the newest where it was not.
fn see(transaction: &Transaction<'_>, population: &Key, snapshot: &str) -> Result<i64, Failure> {
    if let Some(seen) = seen(transaction, population, snapshot)? {
        return Ok(seen);
    }
    let newest: i64 = transaction
        .prepare_cached("SELECT coalesce(max(seen), 0) FROM snapshots WHERE population = ?1")?
        .query_row([population], |row| row.get(0))?;
    let seen = newest.saturating_add(1);
    transaction
        .prepare_cached("INSERT INTO snapshots VALUES (?1, ?2, ?3)")?
        .execute((population, snapshot, seen))?;
    Ok(seen)
}

fn store(
    transaction: &Transaction<'_>,
    population: &Key,
    current: &Current,
) -> Result<(), Failure> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO epochs VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute((
            population,
            stored(current.number),
            &current.snapshot,
            current.digest,
            current.sketch.to_bytes(),
            current.members.to_bytes(),
        ))?;
    Ok(())
}
