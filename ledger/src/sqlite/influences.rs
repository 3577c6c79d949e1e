//! What people have spent of their budgets of influence: of each asker in one row, by the numbers of people.

use super::budgets::owner;
use super::{Failure, members_of};
use crate::influence::settle;
use crate::members::MemberSet;
use crate::secret::{Digest, Key, Of};
use crate::{Error, InfluenceQuestion, Secret};
use rusqlite::{OptionalExtension, Transaction};

/// Bytes of a person: number, and units that he has spent.
const PERSON: usize = 8;

/// What a question is found by.
pub(super) struct Asked {
    population: Key,
    owner: Key,
    /// What is counted, and in whom; and this group of them.
    counted: Key,
    form: Key,
    question: Key,
}

impl Asked {
    pub(super) fn new(secret: &Secret, question: &InfluenceQuestion<'_>) -> Self {
        let population = secret.key(Of::Population, &[question.population.as_bytes()]);
        let owner = owner(secret, question.asker, &population);
        Self {
            counted: secret.key(Of::InfluenceForm, &[&owner, question.question]),
            form: secret.key(
                Of::InfluenceForm,
                &[&owner, question.question, question.form],
            ),
            question: secret.key(
                Of::InfluenceQuestion,
                &[&owner, question.question, question.form, question.part],
            ),
            population,
            owner,
        }
    }
}

/// Who is left out of an answer that was paid for. What was paid for in another form is refused.
pub(super) fn known(
    transaction: &Transaction<'_>,
    secret: &Secret,
    asked: &Asked,
) -> Result<Option<MemberSet>, Failure> {
    let form: Option<Key> = transaction
        .prepare_cached("SELECT form FROM influence_forms WHERE counted = ?1")?
        .query_row([asked.counted], |row| row.get(0))
        .optional()?;
    if form.is_some_and(|form| form != asked.form) {
        return Err(Failure::Error(Error::OtherForm));
    }
    let found: Option<(Vec<u8>, Digest)> = transaction
        .prepare_cached("SELECT left_out, digest FROM influence_questions WHERE question = ?1")?
        .query_row([asked.question], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let place = "table influence_questions, column left_out";
    found
        .map(|(bytes, digest)| members_of(secret, place, &asked.population, &bytes, &digest))
        .transpose()
}

/// Charges those who have the allele, and gives those who cannot pay.
pub(super) fn charge(
    transaction: &Transaction<'_>,
    secret: &Secret,
    asked: &Asked,
    question: &InfluenceQuestion<'_>,
) -> Result<MemberSet, Failure> {
    if let Some(left_out) = known(transaction, secret, asked)? {
        return Ok(left_out);
    }
    let mut spent = spent(transaction, secret, asked)?;
    let settled = settle(question, |person| {
        let found = spent.binary_search_by_key(&person, |(of, _)| *of);
        let found = found.ok().and_then(|at| spent.get(at));
        found.map_or(0, |(_, units)| *units)
    });
    let left_out: MemberSet = settled.left_out.iter().copied().collect();
    // what nobody pays for is not remembered: what is left only becomes less, so it stays as it is
    if settled.paying.is_empty() {
        return Ok(left_out);
    }
    add(&mut spent, &settled.paying);
    store(
        transaction,
        secret,
        (&asked.population, &asked.owner),
        &spent,
    )?;
    transaction
        .prepare_cached("INSERT OR IGNORE INTO influence_forms VALUES (?1, ?2, ?3)")?
        .execute((asked.counted, asked.population, asked.form))?;
    let bytes = left_out.to_bytes();
    let digest = super::digest_of(secret, &asked.population, &bytes);
    transaction
        .prepare_cached("INSERT INTO influence_questions VALUES (?1, ?2, ?3, ?4)")?
        .execute((asked.question, asked.population, bytes, digest))?;
    Ok(left_out)
}

/// Adds what is paid to what was spent, both by ascending numbers.
fn add(spent: &mut Vec<(u32, u32)>, paid: &[(u32, u32)]) {
    let mut all = Vec::with_capacity(spent.len() + paid.len());
    let (mut old, mut new) = (
        spent.iter().copied().peekable(),
        paid.iter().copied().peekable(),
    );
    loop {
        let next = match (old.peek(), new.peek()) {
            (Some((a, units)), Some((b, more))) if a == b => {
                let sum = (*a, units.saturating_add(*more));
                old.next();
                new.next();
                sum
            }
            (Some(a), Some(b)) if a.0 > b.0 => {
                let b = *b;
                new.next();
                b
            }
            (Some(a), _) => {
                let a = *a;
                old.next();
                a
            }
            (None, Some(b)) => {
                let b = *b;
                new.next();
                b
            }
            (None, None) => break,
        };
        all.push(next);
    }
    *spent = all;
}

fn spent(
    transaction: &Transaction<'_>,
    secret: &Secret,
    asked: &Asked,
) -> Result<Vec<(u32, u32)>, Failure> {
    let found: Option<(Vec<u8>, Digest)> = transaction
        .prepare_cached("SELECT spent, digest FROM influence_spent WHERE owner = ?1")?
        .query_row([asked.owner], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match found {
        None => Ok(Vec::new()),
        Some((bytes, digest)) => read(secret, &asked.owner, &bytes, &digest),
    }
}

fn read(
    secret: &Secret,
    owner: &Key,
    bytes: &[u8],
    digest: &Digest,
) -> Result<Vec<(u32, u32)>, Failure> {
    let damaged = |expected, found: String| Failure::Damaged {
        place: "table influence_spent, column spent",
        expected,
        found,
    };
    if secret.digest(Of::InfluenceSpent, &[owner, bytes]) != *digest {
        return Err(damaged("what its digest is of", "another".into()));
    }
    let (people, rest) = bytes.as_chunks::<PERSON>();
    if !rest.is_empty() {
        return Err(damaged(
            "8 bytes a person",
            format!("{} bytes", bytes.len()),
        ));
    }
    let person = |[a, b, c, d, e, f, g, h]: &[u8; PERSON]| {
        let person = u32::from_le_bytes([*a, *b, *c, *d]);
        (person, u32::from_le_bytes([*e, *f, *g, *h]))
    };
    Ok(people.iter().map(person).collect())
}

fn store(
    transaction: &Transaction<'_>,
    secret: &Secret,
    (population, owner): (&Key, &Key),
    spent: &[(u32, u32)],
) -> Result<(), Failure> {
    let mut bytes = Vec::with_capacity(spent.len() * PERSON);
    for (person, units) in spent {
        bytes.extend(person.to_le_bytes());
        bytes.extend(units.to_le_bytes());
    }
    let digest = secret.digest(Of::InfluenceSpent, &[owner, &bytes]);
    transaction
        .prepare_cached("INSERT OR REPLACE INTO influence_spent VALUES (?1, ?2, ?3, ?4)")?
        .execute((owner, population, bytes, digest))?;
    Ok(())
}

/// Forgets what was answered in an epoch that is over: a question of the next is another one. What was spent stays.
pub(super) fn forget_questions(
    transaction: &Transaction<'_>,
    population: &Key,
) -> Result<(), Failure> {
    for table in ["influence_questions", "influence_forms"] {
        transaction
            .prepare_cached(&format!("DELETE FROM {table} WHERE population = ?1"))?
            .execute([population])?;
    }
    Ok(())
}

/// Takes out who is none of these people any more: of somebody who withdrew nothing is kept.
pub(super) fn trim(
    transaction: &Transaction<'_>,
    secret: &Secret,
    population: &Key,
    members: &MemberSet,
) -> Result<(), Failure> {
    let owners: Vec<(Key, Vec<u8>, Digest)> = transaction
        .prepare_cached("SELECT owner, spent, digest FROM influence_spent WHERE population = ?1")?
        .query_map([population], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    for (owner, bytes, digest) in owners {
        let mut spent = read(secret, &owner, &bytes, &digest)?;
        let before = spent.len();
        spent.retain(|(person, _)| members.contains(*person));
        if spent.len() < before {
            store(transaction, secret, (population, &owner), &spent)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn what_is_paid_is_added_by_person(
            spent in proptest::collection::btree_map(0_u32..40, 1_u32..100, 0..20),
            paid in proptest::collection::btree_map(0_u32..40, 1_u32..100, 0..20),
        ) {
            let mut all: Vec<(u32, u32)> = spent.clone().into_iter().collect();
            add(&mut all, &paid.clone().into_iter().collect::<Vec<_>>());
            let mut expected: BTreeMap<u32, u32> = spent;
            for (person, units) in paid {
                *expected.entry(person).or_default() += units;
            }
            prop_assert_eq!(all, expected.into_iter().collect::<Vec<_>>());
        }
    }
}
