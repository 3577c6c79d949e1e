//! Noise: drawn once for each number, and kept before an answer with it leaves.

use super::Failure;
use crate::secret::Key;
use rusqlite::Transaction;

/// Forgets what was drawn for a state of a population that is no more.
pub(super) fn forget(transaction: &Transaction<'_>, population: &Key) -> Result<(), Failure> {
    for sql in [
        "DELETE FROM noise WHERE population = ?1",
        "DELETE FROM noise_drawn WHERE population = ?1",
    ] {
        transaction.prepare_cached(sql)?.execute([population])?;
    }
    Ok(())
}

#[cfg(feature = "noise")]
pub(super) use drawing::{draw, known};

#[cfg(feature = "noise")]
mod drawing {
    use super::{Failure, Key, Transaction};
    use crate::error::usage;
    use crate::secret::Of;
    use crate::sqlite::{natural, stored};
    use crate::{Error, NoiseQuestion, Secret};
    use rusqlite::OptionalExtension;

    /// The population, and each number by a digest of all that it is of: the epoch and its snapshot among it, so that of other people, or
    /// of other genotypes of the same ones, noise is another. What they differ by would else be known without any.
    struct Asked {
        population: Key,
        numbers: Vec<Key>,
    }

    fn asked(
        transaction: &Transaction<'_>,
        secret: &Secret,
        question: &NoiseQuestion<'_>,
    ) -> Result<Asked, Failure> {
        let population = secret.key(Of::Population, &[question.population.as_bytes()]);
        let epoch: Option<(i64, String)> = transaction
            .prepare_cached("SELECT number, snapshot FROM epochs WHERE population = ?1")?
            .query_row([population], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((epoch, snapshot)) = epoch else {
            return Err(Failure::Error(Error::NoEpoch {
                population: question.population.into(),
            }));
        };
        let (epoch, distribution) = (epoch.to_le_bytes(), question.distribution.bytes());
        let numbers = question.numbers.iter().map(|number| {
            let parts: [&[u8]; 7] = [
                &population,
                &epoch,
                snapshot.as_bytes(),
                &distribution,
                number.statistic.as_bytes(),
                number.of.as_bytes(),
                number.members,
            ];
            secret.key(Of::Noise, &parts)
        });
        Ok(Asked {
            population,
            numbers: numbers.collect(),
        })
    }

    /// What was drawn, where all of it was.
    pub(in crate::sqlite) fn known(
        transaction: &Transaction<'_>,
        secret: &Secret,
        question: &NoiseQuestion<'_>,
    ) -> Result<Option<Vec<i64>>, Failure> {
        let asked = asked(transaction, secret, question)?;
        let mut find = find(transaction)?;
        let mut all = Vec::with_capacity(asked.numbers.len());
        for number in &asked.numbers {
            let found = find
                .query_row((asked.population, number), |row| row.get(0))
                .optional()?;
            let Some(found) = found else {
                return Ok(None);
            };
            all.push(found);
        }
        Ok(Some(all))
    }

    /// The same, drawing what was not.
    pub(in crate::sqlite) fn draw(
        transaction: &Transaction<'_>,
        secret: &Secret,
        most: u64,
        question: &NoiseQuestion<'_>,
    ) -> Result<Vec<i64>, Failure> {
        let asked = asked(transaction, secret, question)?;
        let drawn = transaction
            .prepare_cached("SELECT numbers FROM noise_drawn WHERE population = ?1")?
            .query_row([asked.population], |row| row.get(0))
            .optional()?;
        let before = natural("table noise_drawn", drawn.unwrap_or(0))?;
        let mut after = before;
        let mut find = find(transaction)?;
        let mut insert = transaction.prepare_cached("INSERT INTO noise VALUES (?1, ?2, ?3)")?;
        let mut all = Vec::with_capacity(asked.numbers.len());
        for number in &asked.numbers {
            let found = find
                .query_row((asked.population, number), |row| row.get(0))
                .optional()?;
            all.push(match found {
                Some(found) => found,
                None if after >= most => {
                    let found = format!("{most} numbers with noise");
                    let expected = "fewer in this state of the population";
                    return Err(Failure::Error(usage("noise", expected, found)));
                }
                None => {
                    let value = question.distribution.draw()?;
                    insert.execute((asked.population, number, value))?;
                    after = after.saturating_add(1);
                    value
                }
            });
        }
        if after != before {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO noise_drawn VALUES (?1, ?2)")?
                .execute((asked.population, stored(after)))?;
        }
        Ok(all)
    }

    fn find<'t>(
        transaction: &'t Transaction<'_>,
    ) -> Result<rusqlite::CachedStatement<'t>, Failure> {
        let sql = "SELECT value FROM noise WHERE population = ?1 AND number = ?2";
        Ok(transaction.prepare_cached(sql)?)
    }
}
