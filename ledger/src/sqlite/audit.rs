//! The audit log.

use super::{Failure, natural, stored};
use crate::audit::{Chain, Columns};
use crate::secret::Digest;
use crate::{Head, Secret, Verdict};
use rusqlite::{OptionalExtension, Row, Transaction};

/// The end of the log as the ledger keeps it, with its seal; `None` before the first row.
fn sealed(transaction: &Transaction<'_>) -> Result<Option<(Head, Vec<u8>)>, Failure> {
    let found = transaction
        .prepare_cached("SELECT rows, digest, seal FROM audit_head")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((rows, digest, seal)): Option<(i64, Digest, Vec<u8>)> = found else {
        return Ok(None);
    };
    let rows = natural("table audit_head, column rows", rows)?;
    Ok(Some((Head { rows, digest }, seal)))
}

/// The end of the log; an error where it is not the one that was written.
pub(super) fn head(transaction: &Transaction<'_>, secret: &Secret) -> Result<Head, Failure> {
    match sealed(transaction)? {
        None => Ok(Head::default()),
        Some((head, seal)) if head.seal(secret)[..] == seal => Ok(head),
        Some(_) => Err(Failure::Damaged {
            place: "table audit_head, column seal",
            expected: "the seal of the end of the audit",
            found: "another".into(),
        }),
    }
}

pub(super) fn append(
    transaction: &Transaction<'_>,
    secret: &Secret,
    columns: &Columns,
) -> Result<Head, Failure> {
    let before = head(transaction, secret)?;
    let rows = before.rows.saturating_add(1);
    let digest = columns.digest(secret, rows, &before.digest);
    let [purpose, tier, decision, reason, snapshot, view] = &columns.texts;
    transaction
        .prepare_cached("INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?
        .execute((
            stored(rows),
            columns.time,
            &columns.asker,
            purpose,
            tier,
            decision,
            reason,
            snapshot,
            view,
            digest,
        ))?;
    let head = Head { rows, digest };
    transaction
        .prepare_cached("INSERT OR REPLACE INTO audit_head VALUES (1, ?1, ?2, ?3)")?
        .execute((stored(rows), digest, head.seal(secret)))?;
    Ok(head)
}

/// Reads all rows in their order, one at a time.
pub(super) fn verify(
    transaction: &Transaction<'_>,
    secret: &Secret,
    kept: Option<&Head>,
) -> Result<Verdict, Failure> {
    let mut chain = Chain::new(secret, kept);
    let mut statement = transaction.prepare(
        "SELECT row, time, principal, purpose, tier, decision, reason, snapshot, view, digest FROM audit ORDER BY row",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        // a number below 1 was never given: it is before the first row
        let number = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
        let (columns, digest) = match columns_of(row) {
            Ok((columns, digest)) => (Some(columns), digest),
            Err(_) => (None, Vec::new()),
        };
        if let Some(verdict) = chain.next(number, columns.as_ref(), &digest) {
            return Ok(verdict);
        }
    }
    let own = sealed(transaction)?;
    Ok(chain.end(own.as_ref().map(|(head, seal)| (*head, &seal[..]))))
}

fn columns_of(row: &Row<'_>) -> rusqlite::Result<(Columns, Vec<u8>)> {
    let columns = Columns {
        time: row.get(1)?,
        asker: row.get(2)?,
        texts: [
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
            row.get(6)?,
            row.get(7)?,
            row.get(8)?,
        ],
    };
    Ok((columns, row.get(9)?))
}
