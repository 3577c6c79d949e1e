//! Budgets: of persons for answers of yes or no, of askers for sites.

use super::{Failure, natural, stored};
use crate::secret::{KEY, Key, Of};
use crate::{Asker, Secret, Sites, SitesQuestion, YesNo, YesNoQuestion, budget, price};
use rusqlite::{OptionalExtension, Transaction};
use std::collections::BTreeSet;

/// Persons are looked up in groups of so many, filled up with some who are nobody: how long a "no" takes does not say
/// whether somebody was taken out of it.
const GROUP: usize = 32;

/// An answer that costs nothing: all carriers are counted, and nothing is to be remembered.
pub(super) fn free(question: &YesNoQuestion<'_>) -> YesNo {
    let persons: BTreeSet<&str> = question.carriers.iter().copied().collect();
    let yes = persons.len() as u64 >= question.at_least;
    YesNo {
        yes,
        counted: if yes {
            (0..question.carriers.len()).collect()
        } else {
            Vec::new()
        },
    }
}

/// An asker in a population, of whom all that is spent is.
pub(super) fn owner(secret: &Secret, asker: Asker<'_>, population: &Key) -> Key {
    let [kind, name] = asker.parts();
    secret.key(Of::Asker, &[population, kind, name])
}

/// An answer of which each carrier pays the price.
pub(super) fn yes_no(
    transaction: &Transaction<'_>,
    secret: &Secret,
    question: &YesNoQuestion<'_>,
) -> Result<YesNo, Failure> {
    let population = secret.key(Of::Population, &[question.population.as_bytes()]);
    let owner = owner(secret, question.asker, &population);
    let asked = secret.key(Of::Question, &[&owner, question.question]);
    let persons: Vec<Key> = question
        .carriers
        .iter()
        .map(|id| secret.key(Of::Person, &[&population, id.as_bytes()]))
        .collect();

    let known: Option<Vec<u8>> = transaction
        .prepare_cached("SELECT counted FROM questions WHERE question = ?1")?
        .query_row([asked], |row| row.get(0))
        .optional()?;
    if let Some(counted) = known {
        let counted = keys_of(&counted)?;
        return Ok(answer(true, &persons, &counted));
    }

    let mut unable = transaction
        .prepare_cached("SELECT count(*) FROM person_spent WHERE owner = ?1 AND units > ?2")?;
    let price = price(question, |most| -> Result<u64, Failure> {
        let people = unable.query_row((owner, stored(most)), |row| row.get(0))?;
        natural("table person_spent", people)
    })?;
    let Some(price) = price else {
        return Ok(answer(false, &persons, &BTreeSet::new()));
    };
    let distinct: BTreeSet<Key> = persons.iter().copied().collect();
    let most = budget(question.p).saturating_sub(price);
    let paying = able_to_pay(transaction, secret, &owner, &asked, &distinct, most)?;
    // "no" is not remembered: what is left only becomes less, so it stays "no"
    if (paying.len() as u64) < question.at_least {
        return Ok(answer(false, &persons, &BTreeSet::new()));
    }
    let mut charge = transaction.prepare_cached(
        "INSERT INTO person_spent VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET units = units + excluded.units",
    )?;
    for person in &paying {
        charge.execute((owner, person, stored(price)))?;
    }
    let counted: Vec<u8> = paying.iter().flatten().copied().collect();
    transaction
        .prepare_cached("INSERT INTO questions VALUES (?1, ?2)")?
        .execute((asked, counted))?;
    Ok(answer(true, &persons, &paying))
}

fn answer(yes: bool, persons: &[Key], counted: &BTreeSet<Key>) -> YesNo {
    let places = persons.iter().enumerate();
    YesNo {
        yes,
        counted: places
            .filter(|(_, person)| counted.contains(*person))
            .map(|(place, _)| place)
            .collect(),
    }
}

fn keys_of(bytes: &[u8]) -> Result<BTreeSet<Key>, Failure> {
    let (keys, rest) = bytes.as_chunks::<KEY>();
    if !rest.is_empty() {
        return Err(Failure::Damaged {
            place: "table questions, column counted",
            expected: "digests of 16 bytes",
            found: format!("{} bytes", bytes.len()),
        });
    }
    Ok(keys.iter().copied().collect())
}

/// Who has spent this much at most.
fn able_to_pay(
    transaction: &Transaction<'_>,
    secret: &Secret,
    owner: &Key,
    asked: &Key,
    persons: &BTreeSet<Key>,
    most: u64,
) -> Result<BTreeSet<Key>, Failure> {
    let mut statement = transaction
        .prepare_cached("SELECT units FROM person_spent WHERE owner = ?1 AND person = ?2")?;
    let mut has_left = |person: &Key| -> Result<bool, Failure> {
        let spent = statement
            .query_row((owner, person), |row| row.get(0))
            .optional()?;
        let spent = natural("table person_spent, column units", spent.unwrap_or(0))?;
        Ok(spent <= most)
    };
    let mut paying = BTreeSet::new();
    for person in persons {
        if has_left(person)? {
            paying.insert(*person);
        }
    }
    let groups = persons.len().div_ceil(GROUP).max(1);
    for nobody in persons.len()..groups.saturating_mul(GROUP) {
        has_left(&secret.key(Of::Padding, &[asked, &(nobody as u64).to_le_bytes()]))?;
    }
    Ok(paying)
}

/// Grants sites until the budget is spent.
pub(super) fn sites(
    transaction: &Transaction<'_>,
    secret: &Secret,
    question: &SitesQuestion<'_>,
) -> Result<Sites, Failure> {
    let population = secret.key(Of::Population, &[question.population.as_bytes()]);
    let owner = owner(secret, question.asker, &population);
    let before = transaction
        .prepare_cached("SELECT sites FROM site_spent WHERE owner = ?1")?
        .query_row([owner], |row| row.get(0))
        .optional()?;
    let before = natural("table site_spent, column sites", before.unwrap_or(0))?;

    let mut find =
        transaction.prepare_cached("SELECT 1 FROM sites WHERE owner = ?1 AND site = ?2")?;
    let mut insert = transaction.prepare_cached("INSERT INTO sites VALUES (?1, ?2)")?;
    let mut spent = before;
    let mut granted = Vec::with_capacity(question.sites.len());
    for site in question.sites {
        let site = secret.key(Of::Site, &[&owner, site]);
        let is_known = find.exists((owner, site))?;
        let is_granted = is_known || spent < question.most;
        if is_granted && !is_known {
            insert.execute((owner, site))?;
            spent = spent.saturating_add(1);
        }
        granted.push(is_granted);
    }
    if spent != before {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO site_spent VALUES (?1, ?2)")?
            .execute((owner, stored(spent)))?;
    }
    Ok(Sites { granted, spent })
}
