//! Opening the file: whether it is a ledger, and of which secret.

use super::{Failure, Options};
use crate::secret::Of;
use crate::{Error, Secret};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use std::path::Path;
use std::time::{Duration, Instant};

/// "VdxL": what a ledger is recognised by among databases of SQLite.
const APPLICATION: i64 = 0x5664_784c;
/// The version of the tables below.
const VERSION: i64 = 3;

/// All that a ledger has, in the order in which it is made. Digests of 16 bytes find rows, those of 32 vouch for them.
const SCHEMA: [(&str, &str); 26] = [
    (
        "ledger",
        "CREATE TABLE ledger (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID",
    ),
    // what each person has paid for the questions of each owner, who is an asker in a population
    (
        "person_spent",
        "CREATE TABLE person_spent (owner BLOB NOT NULL, person BLOB NOT NULL, units INTEGER NOT NULL, \
         PRIMARY KEY (owner, person)) STRICT, WITHOUT ROWID",
    ),
    (
        "person_spent_units",
        "CREATE INDEX person_spent_units ON person_spent (owner, units)",
    ),
    // questions that were answered with "yes", and who was counted
    (
        "questions",
        "CREATE TABLE questions (question BLOB PRIMARY KEY, counted BLOB NOT NULL) STRICT, WITHOUT ROWID",
    ),
    (
        "sites",
        "CREATE TABLE sites (owner BLOB NOT NULL, site BLOB NOT NULL, PRIMARY KEY (owner, site)) STRICT, WITHOUT ROWID",
    ),
    (
        "site_spent",
        "CREATE TABLE site_spent (owner BLOB PRIMARY KEY, sites INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    ),
    // of each owner what people have spent, by number: u32 person, u32 units, ascending
    (
        "influence_spent",
        "CREATE TABLE influence_spent (owner BLOB PRIMARY KEY, population BLOB NOT NULL, spent BLOB NOT NULL, \
         digest BLOB NOT NULL) STRICT",
    ),
    (
        "influence_spent_population",
        "CREATE INDEX influence_spent_population ON influence_spent (population)",
    ),
    // questions that somebody paid for, and who was left out
    (
        "influence_questions",
        "CREATE TABLE influence_questions (question BLOB PRIMARY KEY, population BLOB NOT NULL, left_out BLOB NOT NULL, \
         digest BLOB NOT NULL) STRICT",
    ),
    // of what is counted, in whom it was paid for
    (
        "influence_forms",
        "CREATE TABLE influence_forms (counted BLOB PRIMARY KEY, population BLOB NOT NULL, form BLOB NOT NULL) STRICT",
    ),
    (
        "influence_forms_population",
        "CREATE INDEX influence_forms_population ON influence_forms (population)",
    ),
    (
        "influence_questions_population",
        "CREATE INDEX influence_questions_population ON influence_questions (population)",
    ),
    (
        "epochs",
        "CREATE TABLE epochs (population BLOB PRIMARY KEY, number INTEGER NOT NULL, snapshot TEXT NOT NULL, \
         digest BLOB NOT NULL, sketch BLOB NOT NULL, members BLOB NOT NULL) STRICT",
    ),
    // in which order snapshots were seen first
    (
        "snapshots",
        "CREATE TABLE snapshots (population BLOB NOT NULL, snapshot TEXT NOT NULL, seen INTEGER NOT NULL, \
         PRIMARY KEY (population, snapshot)) STRICT, WITHOUT ROWID",
    ),
    // floor: the greatest k under which the very set was answered; 0 where people were taken out of it since.
    // by_variants: the question, where variants pick who is in it
    (
        "member_sets",
        "CREATE TABLE member_sets (id INTEGER PRIMARY KEY, population BLOB NOT NULL, number INTEGER NOT NULL, \
         size INTEGER NOT NULL, floor INTEGER NOT NULL, sketch BLOB NOT NULL, digest BLOB NOT NULL, \
         members BLOB NOT NULL, by_variants BLOB) STRICT",
    ),
    (
        "member_sets_number",
        "CREATE UNIQUE INDEX member_sets_number ON member_sets (population, number)",
    ),
    (
        "member_sets_digest",
        "CREATE UNIQUE INDEX member_sets_digest ON member_sets (population, digest)",
    ),
    (
        "member_sets_size",
        "CREATE INDEX member_sets_size ON member_sets (population, size, sketch)",
    ),
    (
        "decisions",
        "CREATE TABLE decisions (population BLOB NOT NULL, decision BLOB NOT NULL, number INTEGER NOT NULL, \
         answered INTEGER NOT NULL, PRIMARY KEY (population, decision)) STRICT, WITHOUT ROWID",
    ),
    (
        "decisions_number",
        "CREATE UNIQUE INDEX decisions_number ON decisions (population, number)",
    ),
    (
        "audit",
        "CREATE TABLE audit (row INTEGER PRIMARY KEY, time INTEGER NOT NULL, principal BLOB NOT NULL, \
         purpose TEXT NOT NULL, tier TEXT NOT NULL, decision TEXT NOT NULL, reason TEXT NOT NULL, \
         snapshot TEXT NOT NULL, view TEXT NOT NULL, digest BLOB NOT NULL) STRICT",
    ),
    (
        "audit_head",
        "CREATE TABLE audit_head (only INTEGER PRIMARY KEY CHECK (only = 1), rows INTEGER NOT NULL, \
         digest BLOB NOT NULL, seal BLOB NOT NULL) STRICT",
    ),
    // what is added to numbers, of the present state of each population, and of how many
    (
        "noise",
        "CREATE TABLE noise (population BLOB NOT NULL, number BLOB NOT NULL, value INTEGER NOT NULL, \
         PRIMARY KEY (population, number)) STRICT, WITHOUT ROWID",
    ),
    (
        "noise_drawn",
        "CREATE TABLE noise_drawn (population BLOB PRIMARY KEY, numbers INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    ),
    // a guard against accidents: who means to change rows drops it, and the chain shows what was changed
    (
        "audit_is_appended_to",
        "CREATE TRIGGER audit_is_appended_to BEFORE UPDATE ON audit BEGIN \
         SELECT raise(ABORT, 'rows of the audit are never changed'); END",
    ),
    (
        "audit_is_kept",
        "CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN \
         SELECT raise(ABORT, 'rows of the audit are never deleted'); END",
    ),
];

pub(super) fn open(path: &Path, secret: &Secret, options: &Options) -> Result<Connection, Failure> {
    create_private(path)?;
    // without SQLITE_OPEN_CREATE: a file that SQLite made would be readable for others
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(options.wait)?;
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")?;
    // before anything is changed: a database of another program stays as it is
    let is_new = identify(&connection.transaction()?, path)?;
    use_write_ahead_log(&connection, options.wait)?;
    // deleted rows are overwritten, as people who withdrew may be in them
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
    if is_new {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // another process may have been first
        if identify(&transaction, path)? {
            create(&transaction, secret)?;
        }
        transaction.commit()?;
    }
    let transaction = connection.transaction()?;
    check_schema(&transaction)?;
    check_secret(&transaction, secret, path)?;
    drop(transaction);
    Ok(connection)
}

/// An empty file that only its owner can read, if there is none; SQLite gives the files beside it the same mode.
fn create_private(path: &Path) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(Failure::Error(Error::Io {
            path: path.into(),
            source,
        })),
    }
}

/// Whether the database is still empty; an error where it is not one of ours.
fn identify(transaction: &Transaction<'_>, path: &Path) -> Result<bool, Failure> {
    let number = |sql: &str| transaction.query_row(sql, [], |row| row.get::<_, i64>(0));
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    let objects = number("SELECT count(*) FROM sqlite_schema")?;
    let path = path.to_owned();
    match (application, version) {
        (0, 0) if objects == 0 => Ok(true),
        (APPLICATION, VERSION) => Ok(false),
        (APPLICATION, found) if found > VERSION => Err(Failure::Error(Error::TooNew {
            path,
            found,
            supported: VERSION,
        })),
        (APPLICATION, found) => Err(Failure::Damaged {
            place: "user_version",
            expected: "2",
            found: found.to_string(),
        }),
        (other, _) => Err(Failure::Error(Error::Foreign {
            path,
            found: format!("a database with application id {other:#010x}"),
        })),
    }
}

/// A write-ahead log: readers do not wait for writers, and a commit is one write and one fsync.
fn use_write_ahead_log(connection: &Connection, wait: Duration) -> Result<(), Failure> {
    let since = Instant::now();
    loop {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| {
            row.get::<_, String>(0)
        });
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                return Err(Failure::Error(crate::error::usage(
                    "the file system of the ledger",
                    "one on which SQLite can keep a write-ahead log",
                    format!("journal mode {mode}"),
                )));
            }
            // SQLite does not wait by itself here, as two who do might wait for each other
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && since.elapsed() < wait =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn create(transaction: &Transaction<'_>, secret: &Secret) -> Result<(), Failure> {
    for (_, sql) in SCHEMA {
        transaction.execute_batch(sql)?;
    }
    let check = secret.digest(Of::Check, &[]);
    transaction.execute(
        "INSERT INTO ledger VALUES ('check of the secret', ?1)",
        [check],
    )?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(())
}

/// Tables, indexes and triggers are the ones that were made, to the letter.
fn check_schema(transaction: &Transaction<'_>) -> Result<(), Failure> {
    let mut statement =
        transaction.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")?;
    let mut rows = statement.query([])?;
    let mut found = 0;
    while let Some(row) = rows.next()? {
        let (name, sql): (String, String) = (row.get(0)?, row.get(1)?);
        if !SCHEMA.contains(&(&name, &sql)) {
            return Err(Failure::Damaged {
                place: "schema",
                expected: "the tables of a ledger",
                found: format!("another {name:.64}"),
            });
        }
        found += 1;
    }
    if found == SCHEMA.len() {
        return Ok(());
    }
    Err(Failure::Damaged {
        place: "schema",
        expected: "all tables of a ledger",
        found: format!("{found} of {}", SCHEMA.len()),
    })
}

fn check_secret(
    transaction: &Transaction<'_>,
    secret: &Secret,
    path: &Path,
) -> Result<(), Failure> {
    let sql = "SELECT value FROM ledger WHERE name = 'check of the secret'";
    let check: Vec<u8> = transaction.query_row(sql, [], |row| row.get(0))?;
    if check == secret.digest(Of::Check, &[]) {
        return Ok(());
    }
    Err(Failure::Error(Error::WrongSecret { path: path.into() }))
}
