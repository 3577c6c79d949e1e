//! What stands in a frame.

use super::erased::{Erased, IdHash};
use crate::format::is_plain;
use crate::model::{ConsentSetting, Date, DecidedBy, Decision, Effect, Purpose, WithoutDecision};
use std::collections::BTreeSet;

/// What a command wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// When, by the clock of who wrote it: seconds since 1970-01-01.
    pub(crate) recorded: i64,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    Decision(Decision),
    Setting(ConsentSetting),
    Access(Access),
    /// Ids of those of whom genotypes, names and records were removed.
    Erased(Erased),
    /// That who was erased may be added again.
    Readmitted(IdHash),
}

/// That somebody saw what others may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) purpose: Option<Purpose>,
    pub(crate) permit_date: Option<Date>,
    /// By a national override of decisions about later permits.
    pub(crate) is_override: bool,
    /// As it was known at the end of a day.
    pub(crate) known_at: Option<Date>,
}

// what an entry is
const INDIVIDUAL: u8 = 0;
const SAMPLE: u8 = 1;
const DEFAULT: u8 = 2;
const HMB: u8 = 3;
const ACCESS: u8 = 4;
const ERASED: u8 = 5;
const READMITTED: u8 = 6;
/// In the place of a purpose: all.
const ALL: u8 = 255;
// flags of an entry
const ALLOWS: u8 = 1;
const LATER_PERMITS: u8 = 2;
const FROM: u8 = 4;
const UNTIL: u8 = 8;
const SOURCE_DATE: u8 = 16;
/// A national override, of an access.
const OVERRIDE: u8 = 32;

/// So long texts may be.
pub(crate) const TEXT_MAX: usize = u16::MAX as usize;

impl Frame {
    /// The bytes of the body, or what is wrong with a text.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        out.extend(self.recorded.to_le_bytes());
        let mut sources: Vec<&str> = Vec::new();
        let decisions = self.entries.iter().filter_map(|entry| match entry {
            Entry::Decision(decision) => Some(decision.source.as_str()),
            _ => None,
        });
        for source in decisions {
            if sources.last() != Some(&source) && !sources.contains(&source) {
                sources.push(source);
            }
        }
        let count = u16::try_from(sources.len());
        let count = count.map_err(|_| "decisions: more than 65535 sources at once".to_owned())?;
        out.extend(count.to_le_bytes());
        for source in &sources {
            put_text(&mut out, source)?;
        }
        out.extend((self.entries.len() as u32).to_le_bytes());
        for entry in &self.entries {
            put(&mut out, entry, &sources)?;
        }
        Ok(out)
    }

    /// What bytes of a body say, or what was expected of them.
    pub(super) fn from_bytes(body: &[u8]) -> Result<Self, &'static str> {
        let mut rest = Rest(body);
        let recorded = i64::from_le_bytes(rest.array()?);
        let count = u16::from_le_bytes(rest.array()?);
        let mut sources = Vec::new();
        for _ in 0..count {
            sources.push(rest.text()?);
        }
        let count = u32::from_le_bytes(rest.array()?);
        let mut entries = Vec::new();
        for _ in 0..count {
            entries.push(rest.entry(&sources)?);
        }
        match rest.0.is_empty() {
            true => Ok(Self { recorded, entries }),
            false => Err("nothing behind the last entry"),
        }
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) -> Result<(), String> {
    let len = u16::try_from(text.len());
    match len {
        Ok(len) if is_plain(text) => {
            out.extend(len.to_le_bytes());
            out.extend(text.as_bytes());
            Ok(())
        }
        _ => Err(format!(
            "decisions: expected a text of at most {TEXT_MAX} bytes without control characters, found {:?}",
            text.chars().take(40).collect::<String>()
        )),
    }
}

fn purpose_number(purpose: Option<Purpose>) -> u8 {
    purpose.map_or(ALL, Purpose::number)
}

fn put(out: &mut Vec<u8>, entry: &Entry, sources: &[&str]) -> Result<(), String> {
    match entry {
        Entry::Decision(decision) => return put_decision(out, decision, sources),
        Entry::Setting(ConsentSetting::Default(purpose, without)) => {
            let opt_in = u8::from(*without == WithoutDecision::OptIn);
            out.extend([DEFAULT, purpose_number(*purpose), opt_in]);
        }
        Entry::Setting(ConsentSetting::HmbInStrata(is_in)) => {
            out.extend([HMB, ALL, u8::from(*is_in)]);
        }
        Entry::Access(access) => {
            let dates = [(access.permit_date, FROM), (access.known_at, UNTIL)];
            let mut flags = if access.is_override { OVERRIDE } else { 0 };
            for (_, flag) in dates.iter().filter(|(date, _)| date.is_some()) {
                flags |= flag;
            }
            out.extend([ACCESS, purpose_number(access.purpose), flags]);
            put_dates(out, dates.map(|(date, _)| date));
        }
        Entry::Erased(erased) => {
            out.extend([ERASED, ALL, 0]);
            out.extend(erased.key);
            out.extend((erased.ids.len() as u32).to_le_bytes());
            erased.ids.iter().for_each(|id| out.extend(id));
        }
        Entry::Readmitted(id) => {
            out.extend([READMITTED, ALL, 0]);
            out.extend(id);
        }
    }
    Ok(())
}

fn put_dates<const N: usize>(out: &mut Vec<u8>, dates: [Option<Date>; N]) {
    for date in dates.into_iter().flatten() {
        out.extend(date.days().to_le_bytes());
    }
}

fn put_decision(out: &mut Vec<u8>, decision: &Decision, sources: &[&str]) -> Result<(), String> {
    let kind = match decision.by {
        DecidedBy::Individual(_) => INDIVIDUAL,
        DecidedBy::Sample(_) => SAMPLE,
    };
    let mut flags = 0;
    for (holds, flag) in [
        (decision.allows, ALLOWS),
        (decision.effect == Effect::LaterPermits, LATER_PERMITS),
        (decision.from.is_some(), FROM),
        (decision.until.is_some(), UNTIL),
        (decision.source_date.is_some(), SOURCE_DATE),
    ] {
        if holds {
            flags |= flag;
        }
    }
    out.extend([kind, purpose_number(decision.purpose), flags]);
    put_dates(out, [decision.from, decision.until, decision.source_date]);
    let source = sources.iter().position(|of| *of == decision.source);
    out.extend((source.unwrap_or_default() as u16).to_le_bytes());
    put_text(out, decision.by.id())
}

/// Bytes that are still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (first, rest) = self
            .0
            .split_first_chunk()
            .ok_or("a frame of whole entries")?;
        self.0 = rest;
        Ok(*first)
    }

    fn text(&mut self) -> Result<&'a str, &'static str> {
        let len = u16::from_le_bytes(self.array()?);
        let split = self.0.split_at_checked(usize::from(len));
        let (text, rest) = split.ok_or("a frame of whole texts")?;
        self.0 = rest;
        let text = std::str::from_utf8(text).ok().filter(|text| is_plain(text));
        text.ok_or("texts in UTF-8 without control characters")
    }

    fn date(&mut self, flags: u8, flag: u8) -> Result<Option<Date>, &'static str> {
        match flags & flag {
            0 => Ok(None),
            _ => Ok(Some(Date::from_days(i32::from_le_bytes(self.array()?)))),
        }
    }

    fn entry(&mut self, sources: &[&str]) -> Result<Entry, &'static str> {
        let [kind, purpose, flags] = self.array()?;
        let purpose = match purpose {
            ALL => None,
            number => Some(Purpose::numbered(number).ok_or("a known purpose")?),
        };
        let only = |known: u8| match flags & !known {
            0 => Ok(()),
            _ => Err("known flags of an entry"),
        };
        Ok(match kind {
            INDIVIDUAL | SAMPLE => {
                only(ALLOWS | LATER_PERMITS | FROM | UNTIL | SOURCE_DATE)?;
                Entry::Decision(self.decision(kind, purpose, flags, sources)?)
            }
            DEFAULT => {
                only(1)?;
                let without = match flags {
                    1 => WithoutDecision::OptIn,
                    _ => WithoutDecision::OptOut,
                };
                Entry::Setting(ConsentSetting::Default(purpose, without))
            }
            HMB => {
                only(1)?;
                Entry::Setting(ConsentSetting::HmbInStrata(flags == 1))
            }
            ACCESS => {
                only(OVERRIDE | FROM | UNTIL)?;
                Entry::Access(Access {
                    purpose,
                    is_override: flags & OVERRIDE != 0,
                    permit_date: self.date(flags, FROM)?,
                    known_at: self.date(flags, UNTIL)?,
                })
            }
            ERASED | READMITTED if purpose.is_some() => return Err("no purpose of an erasure"),
            ERASED => {
                only(0)?;
                Entry::Erased(self.erased()?)
            }
            READMITTED => {
                only(0)?;
                Entry::Readmitted(self.array()?)
            }
            _ => return Err("a known kind of entry"),
        })
    }

    fn erased(&mut self) -> Result<Erased, &'static str> {
        let key = self.array()?;
        let count = u32::from_le_bytes(self.array()?);
        let mut ids = BTreeSet::new();
        for _ in 0..count {
            let id: IdHash = self.array()?;
            if ids.last().is_some_and(|last| *last >= id) {
                return Err("hashes of ids that ascend");
            }
            ids.insert(id);
        }
        Ok(Erased { key, ids })
    }

    fn decision(
        &mut self,
        kind: u8,
        purpose: Option<Purpose>,
        flags: u8,
        sources: &[&str],
    ) -> Result<Decision, &'static str> {
        let from = self.date(flags, FROM)?;
        let until = self.date(flags, UNTIL)?;
        let source_date = self.date(flags, SOURCE_DATE)?;
        let source = u16::from_le_bytes(self.array()?);
        let source = *sources
            .get(usize::from(source))
            .ok_or("a source that is listed")?;
        let id = self.text()?.to_owned();
        Ok(Decision {
            by: match kind {
                INDIVIDUAL => DecidedBy::Individual(id),
                _ => DecidedBy::Sample(id),
            },
            purpose,
            allows: flags & ALLOWS != 0,
            effect: match flags & LATER_PERMITS {
                0 => Effect::Now,
                _ => Effect::LaterPermits,
            },
            from,
            until,
            source: source.to_owned(),
            source_date,
        })
    }
}
