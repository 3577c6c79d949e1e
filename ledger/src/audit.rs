//! What was decided of whom: rows in a chain.

use crate::error::usage;
use crate::secret::{DIGEST, Digest, Of};
use crate::{Asker, Error, Result, Secret};
use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// A question and what became of it. There is no place in it for a variant, an expression or a name.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// When, by the host's clock; kept in milliseconds.
    pub time: SystemTime,
    /// Who asked. Only HMAC-SHA-256 of it is stored.
    pub asker: Asker<'a>,
    /// For which purpose: a code of letters, digits, `:`, `.`, `_` and `-`, or nothing.
    pub purpose: &'a str,
    /// Under which tier or policy: small letters, `-` and `_`.
    pub tier: &'a str,
    /// What was decided.
    pub decision: Decision,
    /// Why: small letters, `-` and `_`, or nothing. No digit, and so no position.
    pub reason: &'a str,
    /// The snapshot that the answer is from: a code, as `purpose`.
    pub snapshot: &'a str,
    /// The view that the answer is from: a code, as `purpose`.
    pub view: &'a str,
}

/// What was decided of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It was answered.
    Answered,
    /// It was answered in part: numbers were withheld.
    Withheld,
    /// It was not answered.
    Refused,
}

impl Decision {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Withheld => "withheld",
            Self::Refused => "refused",
        }
    }
}

const CODE_MAX: usize = 128;
/// Bytes of a word of the log.
pub(crate) const WORD_MAX: usize = 64;

/// Whether a word may be in the log: there is no digit in it, and so no position.
pub(crate) fn is_word(word: &str) -> bool {
    !word.is_empty() && word.len() <= WORD_MAX && word.bytes().all(is_of_word)
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_lowercase() || b"-_".contains(&byte)
}

impl Entry<'_> {
    /// The columns as they are stored and hashed.
    pub(crate) fn columns(&self, secret: &Secret) -> Result<Columns> {
        for (what, code) in [
            ("purpose", self.purpose),
            ("snapshot", self.snapshot),
            ("view", self.view),
        ] {
            let may = |byte: u8| byte.is_ascii_alphanumeric() || b":._-".contains(&byte);
            check(
                what,
                code,
                CODE_MAX,
                "letters, digits, `:`, `.`, `_`, `-`",
                may,
            )?;
        }
        for (what, word) in [("tier", self.tier), ("reason", self.reason)] {
            check(what, word, WORD_MAX, "small letters, `-`, `_`", is_of_word)?;
        }
        let since = self.time.duration_since(UNIX_EPOCH).ok();
        let time = since
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .ok_or_else(|| usage("time", "1970 or later", "another time"))?;
        Ok(Columns {
            time,
            asker: secret.digest(Of::AuditAsker, &self.asker.parts()).to_vec(),
            texts: [
                self.purpose,
                self.tier,
                self.decision.name(),
                self.reason,
                self.snapshot,
                self.view,
            ]
            .map(str::to_owned),
        })
    }
}

/// A text of a row has the characters that it may have. The text is not repeated: it may be what must not be stored.
fn check(
    what: &'static str,
    text: &str,
    most: usize,
    of: &str,
    may: impl Fn(u8) -> bool,
) -> Result<()> {
    if text.len() > most {
        return Err(usage(
            what,
            format!("at most {most} bytes"),
            format!("{} bytes", text.len()),
        ));
    }
    match text.bytes().position(|byte| !may(byte)) {
        Some(at) => Err(usage(what, of, format!("another character at byte {at}"))),
        None => Ok(()),
    }
}

/// The columns of a row, without its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) time: i64,
    pub(crate) asker: Vec<u8>,
    /// Purpose, tier, decision, reason, snapshot, view.
    pub(crate) texts: [String; 6],
}

impl Columns {
    /// The digest of a row: of all of it, and of the digest of the row before.
    pub(crate) fn digest(&self, secret: &Secret, row: u64, before: &Digest) -> Digest {
        let (row, time) = (row.to_le_bytes(), self.time.to_le_bytes());
        let mut parts: Vec<&[u8]> = vec![&row, before, &time, &self.asker];
        parts.extend(self.texts.iter().map(|text| text.as_bytes()));
        secret.digest(Of::AuditRow, &parts)
    }
}

/// The end of an audit: how many rows it has, and the digest of the last, which is of all before it.
///
/// As text it goes where the host keeps it, away from the ledger's file.
///
/// ```
/// use varidex_ledger::Head;
/// let head: Head = "varidex-audit:1:0:0000000000000000000000000000000000000000000000000000000000000000".parse()?;
/// assert_eq!(head, Head::default());
/// # Ok::<(), varidex_ledger::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    pub(crate) rows: u64,
    pub(crate) digest: Digest,
}

impl Head {
    /// The end of an audit of so many rows: for ledgers in other stores.
    pub fn new(rows: u64, digest: [u8; 32]) -> Self {
        Self { rows, digest }
    }

    /// How many rows the audit had.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The digest of the last row.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// What the ledger keeps beside its own head, which nobody can make for a shorter audit without the secret.
    pub(crate) fn seal(&self, secret: &Secret) -> Digest {
        secret.digest(Of::AuditHead, &[&self.rows.to_le_bytes(), &self.digest])
    }
}

const HEAD: &str = "varidex-audit:1:";

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEAD}{}:", self.rows)?;
        self.digest
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Head {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed = || {
            let (rows, digits) = text.strip_prefix(HEAD)?.split_once(':')?;
            let (bytes, rest) = digits.as_bytes().as_chunks::<2>();
            if !rest.is_empty()
                || bytes.len() != DIGEST
                || digits.bytes().any(|of| of.is_ascii_uppercase())
            {
                return None;
            }
            let mut digest = [0; DIGEST];
            for (to, pair) in digest.iter_mut().zip(bytes) {
                let value = |digit: u8| char::from(digit).to_digit(16);
                let [high, low] = pair.map(value);
                *to = u8::try_from(high? * 16 + low?).ok()?;
            }
            let head = Self {
                rows: rows.parse().ok()?,
                digest,
            };
            // one text for each head
            (head.to_string() == text).then_some(head)
        };
        let expected = format!("{HEAD}ROWS:DIGEST, the digest of 64 hexadecimal digits");
        parsed().ok_or_else(|| usage("head of an audit", expected, format!("{text:.200}")))
    }
}

/// What the audit is, beside its chain and a head that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every row is as it was written, and none is missing.
    Whole {
        /// Its end now, to be kept in place of the one before.
        head: Head,
    },
    /// It is not what was written.
    Differs {
        /// The first row that differs, counted from 1.
        row: u64,
        /// How.
        fault: Fault,
    },
}

/// How an audit differs from what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The row is not what its digest is of.
    Altered,
    /// The row is not there, and later ones are.
    Missing,
    /// This row and all after it are not there.
    CutOff,
    /// The row is whole, but the head that was kept is of another: it, or one before it, was written anew by somebody
    /// who has the secret.
    Rewritten,
    /// Rows were added, or the end was moved, by somebody who has not the secret.
    Added,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (row, fault) = match self {
            Self::Whole { head } => return write!(f, "{} rows, whole: {head}", head.rows),
            Self::Differs { row, fault } => (row, fault),
        };
        write!(f, "row {row}: ")?;
        f.write_str(match fault {
            Fault::Altered => "not what was written",
            Fault::Missing => "missing",
            Fault::CutOff => "missing, and all rows after it",
            Fault::Rewritten => "it, or one before it, is not what the head that was kept is of",
            Fault::Added => "not of this audit, or the end of the audit was moved",
        })
    }
}

/// Rows seen in their order, beside the head that was kept.
pub(crate) struct Chain<'a> {
    secret: &'a Secret,
    kept: Option<&'a Head>,
    /// The end of what was seen.
    end: Head,
}

impl<'a> Chain<'a> {
    pub(crate) fn new(secret: &'a Secret, kept: Option<&'a Head>) -> Self {
        let end = Head::default();
        Self { secret, kept, end }
    }

    /// The next row; a verdict where it is the first that differs. Rows that cannot be read have no columns.
    pub(crate) fn next(
        &mut self,
        row: u64,
        columns: Option<&Columns>,
        digest: &[u8],
    ) -> Option<Verdict> {
        let expected = self.end.rows + 1;
        let differs = |row, fault| Some(Verdict::Differs { row, fault });
        if row > expected {
            return differs(expected, Fault::Missing);
        }
        let computed = columns.map(|of| of.digest(self.secret, expected, &self.end.digest));
        let Some(computed) = computed.filter(|of| row == expected && of[..] == *digest) else {
            return differs(expected, Fault::Altered);
        };
        self.end = Head {
            rows: expected,
            digest: computed,
        };
        match self.kept {
            Some(kept) if kept.rows == expected && *kept != self.end => {
                differs(expected, Fault::Rewritten)
            }
            _ => None,
        }
    }

    /// There are no more rows. `own` is the head in the ledger, with its seal.
    pub(crate) fn end(self, own: Option<(Head, &[u8])>) -> Verdict {
        let differs = |row, fault| Verdict::Differs { row, fault };
        let after = self.end.rows + 1;
        if self.kept.is_some_and(|kept| kept.rows > self.end.rows) {
            return differs(after, Fault::CutOff);
        }
        if self
            .kept
            .is_some_and(|kept| kept.rows == 0 && *kept != Head::default())
        {
            return differs(1, Fault::Rewritten);
        }
        match own {
            Some((own, seal)) if own.seal(self.secret)[..] == *seal => {
                if own.rows > self.end.rows {
                    differs(after, Fault::CutOff)
                } else if own == self.end {
                    Verdict::Whole { head: own }
                } else if own.rows == self.end.rows {
                    differs(own.rows, Fault::Rewritten)
                } else {
                    differs(own.rows + 1, Fault::Added)
                }
            }
            None if self.end.rows == 0 => Verdict::Whole { head: self.end },
            _ => differs(self.end.rows.max(1), Fault::Added),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_one_text_each() {
        let head = Head {
            rows: 12,
            digest: [0xab; 32],
        };
        let text = head.to_string();
        assert_eq!(text.parse::<Head>().unwrap(), head);
        for wrong in [
            "",
            "varidex-audit:1:",
            "varidex-audit:1:1:",
            "12",
            &text[1..],
            &text[..text.len() - 1],
            &text.replace(":12:", ":012:"),
            &text.replace(":12:", ":+12:"),
            &text.replace(":1:", ":2:"),
            &text.to_uppercase(),
            &text.replace("abab", "abAB"),
            &text.replace("abab", "abg0"),
            &format!("{text} "),
            &format!("{text}00"),
            &text.replace(":12:", ":99999999999999999999:"),
        ] {
            let error = wrong.parse::<Head>().unwrap_err().to_string();
            assert!(error.contains("varidex-audit:1:ROWS:DIGEST"), "{error}");
        }
    }

    #[test]
    fn rows_have_no_place_for_expressions() {
        let secret = Secret::new(&[1; 32]).unwrap();
        let good = Entry {
            time: UNIX_EPOCH,
            asker: Asker::Anonymous,
            purpose: "DUO:0000007",
            tier: "registered",
            decision: Decision::Refused,
            reason: "smallest-cohort",
            snapshot: "4f1c",
            view: "",
        };
        assert!(good.columns(&secret).is_ok());
        for wrong in [
            Entry {
                reason: "22:16050075",
                ..good
            },
            Entry {
                tier: "22-1-a-g",
                ..good
            },
            Entry {
                purpose: "gene = BRCA2",
                ..good
            },
            Entry {
                view: "ac>1",
                ..good
            },
            Entry {
                snapshot: &"a".repeat(129),
                ..good
            },
            Entry {
                reason: "Ä",
                ..good
            },
            Entry {
                time: UNIX_EPOCH - std::time::Duration::from_secs(1),
                ..good
            },
        ] {
            let error = wrong.columns(&secret).unwrap_err().to_string();
            assert!(
                !error.contains("BRCA2") && !error.contains("16050075"),
                "{error}"
            );
        }
    }
}
