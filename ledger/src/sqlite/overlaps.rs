//! Answered sets of people, and what was decided beside them.

use super::epochs::{self, Current};
use super::{Failure, Options, WhenFull, digest_of, members_of, stored};
use crate::members::Sketch;
use crate::overlap::{are_one, is_few, isolates};
use crate::secret::{Digest, Key, Of};
use crate::{Error, MemberSet, Overlap, OverlapQuestion, Secret};
use rusqlite::{OptionalExtension, Transaction};

const MEMBERS: &str = "table member_sets, column members";

/// A question, with what it is found by.
pub(super) struct Asked<'a> {
    question: &'a OverlapQuestion<'a>,
    population: Key,
    bytes: Vec<u8>,
    digest: Digest,
    by_variants: Option<Key>,
    /// Of the set, of k and of what is asked of variants: what is withheld under a great k may be answered under a small one.
    decision: Key,
}

impl<'a> Asked<'a> {
    pub(super) fn new(secret: &Secret, question: &'a OverlapQuestion<'a>) -> Self {
        let population = secret.key(Of::Population, &[question.population.as_bytes()]);
        let bytes = question.members.to_bytes();
        let digest = digest_of(secret, &population, &bytes);
        let k = question.at_least.to_le_bytes();
        let words = question.by_variants.map(str::as_bytes);
        let by_variants = words.map(|words| secret.key(Of::ByVariants, &[&population, words]));
        let of_variants = by_variants.as_ref().map_or(&[][..], |key| &key[..]);
        Self {
            question,
            population,
            bytes,
            digest,
            decision: secret.key(Of::Decision, &[&digest, &k, of_variants]),
            by_variants,
        }
    }

    /// The epoch, which must have all members.
    fn epoch(&self, transaction: &Transaction<'_>, secret: &Secret) -> Result<Current, Failure> {
        let population = || self.question.population.to_owned();
        let Some(epoch) = epochs::current(transaction, secret, &self.population)? else {
            return Err(Failure::Error(Error::NoEpoch {
                population: population(),
            }));
        };
        match self.question.members.difference_len(&epoch.members) {
            0 => Ok(epoch),
            people => Err(Failure::Error(Error::NotInEpoch {
                population: population(),
                epoch: epoch.number,
                people,
            })),
        }
    }

    /// What was decided before, in this epoch.
    fn decided(&self, transaction: &Transaction<'_>) -> Result<Option<bool>, Failure> {
        let found = transaction
            .prepare_cached(
                "SELECT answered FROM decisions WHERE population = ?1 AND decision = ?2",
            )?
            .query_row((self.population, self.decision), |row| row.get(0))
            .optional()?;
        Ok(found)
    }

    /// Whether the very set is remembered as answered under this k or a greater one, and to this question where variants pick it.
    fn is_remembered(&self, transaction: &Transaction<'_>) -> Result<bool, Failure> {
        let floor: Option<i64> = transaction
            .prepare_cached(
                "SELECT floor FROM member_sets WHERE population = ?1 AND digest = ?2 AND by_variants IS ?3",
            )?
            .query_row((self.population, self.digest, self.by_variants), |row| row.get(0))
            .optional()?;
        // one in which people were taken out has 0, and was not answered as it is
        Ok(floor.is_some_and(|floor| floor > 0 && floor >= self.floor()))
    }

    fn floor(&self) -> i64 {
        stored(self.question.at_least).max(1)
    }
}

/// The decision, where it is known and nothing is to be written.
pub(super) fn known(
    transaction: &Transaction<'_>,
    secret: &Secret,
    asked: &Asked<'_>,
) -> Result<Option<Overlap>, Failure> {
    asked.epoch(transaction, secret)?;
    match asked.decided(transaction)? {
        Some(false) => Ok(Some(Overlap::Withhold)),
        Some(true) if asked.is_remembered(transaction)? => Ok(Some(Overlap::Answer)),
        _ => Ok(None),
    }
}

/// Decides, and remembers the decision and the set.
pub(super) fn decide(
    transaction: &Transaction<'_>,
    secret: &Secret,
    options: &Options,
    asked: &Asked<'_>,
) -> Result<Overlap, Failure> {
    let epoch = asked.epoch(transaction, secret)?;
    let sketch = asked.question.members.sketch();
    let decided = asked.decided(transaction)?;
    let answered = match decided {
        Some(answered) => answered,
        None if asked.is_remembered(transaction)? => true,
        None => {
            !isolates_anybody(transaction, secret, asked, &sketch, &epoch)?
                && has_room(transaction, options, asked)?
        }
    };
    if decided.is_none() {
        remember_decision(transaction, options, asked, answered)?;
    }
    if !answered {
        return Ok(Overlap::Withhold);
    }
    remember_set(transaction, options, asked, &sketch)?;
    Ok(Overlap::Answer)
}

/// Whether the set is within k of one that was answered, or of the people outside one: where variants pick one of the two, and the
/// questions differ, that nobody is between them is withheld as well. Nobody and everyone are taken for answered from the start;
/// that a set is one of these is for the policy to say.
fn isolates_anybody(
    transaction: &Transaction<'_>,
    secret: &Secret,
    asked: &Asked<'_>,
    of_set: &Sketch,
    epoch: &Current,
) -> Result<bool, Failure> {
    let (everyone, of_everyone) = (&epoch.members, &epoch.sketch);
    let (set, k) = (asked.question.members, asked.question.at_least);
    let others = everyone.len().saturating_sub(set.len());
    if is_few(set.len(), k) || is_few(others, k) {
        return Ok(true);
    }
    if k < 2 {
        return Ok(false);
    }
    // from the index alone
    let mut statement = transaction.prepare_cached(
        "SELECT id, sketch, by_variants FROM member_sets WHERE population = ?1 AND size BETWEEN ?2 AND ?3",
    )?;
    for (from, to) in near_sizes(set.len(), others, k) {
        let mut rows = statement.query((asked.population, from, to))?;
        while let Some(row) = rows.next()? {
            let sketch = Sketch::from_bytes(&row.get(1)?);
            let is_near = of_set.least_difference(&sketch) < k
                || of_set.least_difference(&sketch.complement(of_everyone)) < k;
            if is_near {
                let answered = load(transaction, secret, &asked.population, row.get(0)?)?;
                // one of nobody has the same in all questions
                let is_other = !set.is_empty()
                    && others > 0
                    && row.get::<_, Option<Key>>(2)? != asked.by_variants;
                if isolates(set, &answered, everyone, k)
                    || is_other && are_one(set, &answered, everyone)
                {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Ranges of sizes that are less than k from one of two, no size in both: sets of other sizes differ by k people or more.
fn near_sizes(one: u64, other: u64, k: u64) -> Vec<(i64, i64)> {
    let reach = k.saturating_sub(1);
    let near = |size: u64| {
        let (from, to) = (size.saturating_sub(reach), size.saturating_add(reach));
        (stored(from), stored(to))
    };
    let (low, high) = (near(one.min(other)), near(one.max(other)));
    if high.0 <= low.1 {
        vec![(low.0, high.1)]
    } else {
        vec![low, high]
    }
}

fn load(
    transaction: &Transaction<'_>,
    secret: &Secret,
    population: &Key,
    id: i64,
) -> Result<MemberSet, Failure> {
    let (bytes, digest): (Vec<u8>, Digest) = transaction
        .prepare_cached("SELECT members, digest FROM member_sets WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    members_of(secret, MEMBERS, population, &bytes, &digest)
}

fn count(transaction: &Transaction<'_>, population: &Key) -> Result<i64, Failure> {
    let count = transaction
        .prepare_cached("SELECT count(*) FROM member_sets WHERE population = ?1")?
        .query_row([population], |row| row.get(0))?;
    Ok(count)
}

/// Whether one more set can be remembered, as far as the options ask for that.
fn has_room(
    transaction: &Transaction<'_>,
    options: &Options,
    asked: &Asked<'_>,
) -> Result<bool, Failure> {
    match options.when_full {
        WhenFull::ForgetOldest => Ok(true),
        WhenFull::Withhold => {
            let is_there: bool = transaction
                .prepare_cached("SELECT 1 FROM member_sets WHERE population = ?1 AND digest = ?2")?
                .exists((asked.population, asked.digest))?;
            Ok(is_there || count(transaction, &asked.population)? < stored(options.sets))
        }
    }
}

/// Keeps the set as the newest, if it is not there, and forgets the oldest of too many.
fn remember_set(
    transaction: &Transaction<'_>,
    options: &Options,
    asked: &Asked<'_>,
    sketch: &Sketch,
) -> Result<(), Failure> {
    let raised = transaction
        .prepare_cached(
            "UPDATE member_sets SET floor = max(floor, ?3) WHERE population = ?1 AND digest = ?2",
        )?
        .execute((asked.population, asked.digest, asked.floor()))?;
    if raised > 0 {
        return Ok(());
    }
    let number = next_number(
        transaction,
        "SELECT max(number) FROM member_sets WHERE population = ?1",
        asked,
    )?;
    let row = Row {
        number,
        floor: asked.floor(),
        size: asked.question.members.len(),
        sketch,
        bytes: &asked.bytes,
        digest: &asked.digest,
        by_variants: asked.by_variants.as_ref(),
    };
    row.insert(transaction, &asked.population)?;
    let too_many = count(transaction, &asked.population)?.saturating_sub(stored(options.sets));
    if too_many > 0 {
        transaction
            .prepare_cached(
                "DELETE FROM member_sets WHERE id IN \
                 (SELECT id FROM member_sets WHERE population = ?1 ORDER BY number LIMIT ?2)",
            )?
            .execute((asked.population, too_many))?;
    }
    Ok(())
}

/// A set as it is stored.
struct Row<'a> {
    number: i64,
    floor: i64,
    size: u64,
    sketch: &'a Sketch,
    bytes: &'a [u8],
    digest: &'a Digest,
    by_variants: Option<&'a Key>,
}

impl Row<'_> {
    fn insert(&self, transaction: &Transaction<'_>, population: &Key) -> Result<(), Failure> {
        transaction
            .prepare_cached(
                "INSERT INTO member_sets (population, number, size, floor, sketch, digest, members, by_variants) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                population,
                self.number,
                stored(self.size),
                self.floor,
                self.sketch.to_bytes(),
                self.digest,
                self.bytes,
                self.by_variants,
            ))?;
        Ok(())
    }
}

fn next_number(
    transaction: &Transaction<'_>,
    newest: &str,
    asked: &Asked<'_>,
) -> Result<i64, Failure> {
    let newest: Option<i64> = transaction
        .prepare_cached(newest)?
        .query_row([asked.population], |row| row.get(0))?;
    Ok(newest.unwrap_or(0).saturating_add(1))
}

/// Keeps a decision. Numbers have no gaps but before the oldest, so the oldest of too many has a number that is known.
fn remember_decision(
    transaction: &Transaction<'_>,
    options: &Options,
    asked: &Asked<'_>,
    answered: bool,
) -> Result<(), Failure> {
    let number = next_number(
        transaction,
        "SELECT max(number) FROM decisions WHERE population = ?1",
        asked,
    )?;
    transaction
        .prepare_cached("INSERT INTO decisions VALUES (?1, ?2, ?3, ?4)")?
        .execute((asked.population, asked.decision, number, answered))?;
    transaction
        .prepare_cached("DELETE FROM decisions WHERE population = ?1 AND number <= ?2")?
        .execute((
            asked.population,
            number.saturating_sub(stored(options.decisions)),
        ))?;
    Ok(())
}

/// A new epoch has other people or data: its questions are others.
pub(super) fn forget_decisions(
    transaction: &Transaction<'_>,
    population: &Key,
) -> Result<(), Failure> {
    transaction.execute("DELETE FROM decisions WHERE population = ?1", [population])?;
    Ok(())
}

/// Takes people who withdrew out of all sets.
///
/// Without it every set of theirs would be within k of the same set without them, and withheld from then on. What the
/// difference of old and new answers gives away of them is said once, by [`crate::Moved::Withdrawn`].
pub(super) fn trim(
    transaction: &Transaction<'_>,
    secret: &Secret,
    population: &Key,
    everyone: &MemberSet,
) -> Result<(), Failure> {
    let mut statement = transaction
        .prepare("SELECT id, number, by_variants FROM member_sets WHERE population = ?1")?;
    let ids: Vec<(i64, i64, Option<Key>)> = statement
        .query_map([population], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut is_there =
        transaction.prepare("SELECT 1 FROM member_sets WHERE population = ?1 AND digest = ?2")?;
    let mut delete = transaction.prepare("DELETE FROM member_sets WHERE id = ?1")?;
    for (id, number, by_variants) in ids {
        let set = load(transaction, secret, population, id)?;
        let left = set.intersection(everyone);
        if left.len() == set.len() {
            continue;
        }
        delete.execute([id])?;
        let bytes = left.to_bytes();
        let digest = digest_of(secret, population, &bytes);
        if !left.is_empty() && !is_there.exists((population, digest))? {
            let row = Row {
                number,
                floor: 0,
                size: left.len(),
                sketch: &left.sketch(),
                bytes: &bytes,
                digest: &digest,
                by_variants: by_variants.as_ref(),
            };
            row.insert(transaction, population)?;
        }
    }
    Ok(())
}
