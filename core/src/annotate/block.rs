//! Records that follow each other, written again with what is known of their alleles.

use super::counting::{SiteCounter, Source};
use super::keys::{Field, Keys};
use super::notes::Notes;
use crate::error::{Error, InputError, Place, Result};
use crate::input::{RawBlock, RawSite, SiteReader, SiteSource};
use crate::query::Counts;
use memchr::memmem::Finder;
use std::io::Write;
use varidex_sink::{text, typed};

/// The lengths of the halves of a record of BCF.
const LENGTHS: usize = 8;
/// Where a record of BCF says how many INFO fields and alleles it has.
const SIZES: usize = LENGTHS + 16;
/// Shares that are kept as text.
const SHARES: usize = 1 << 10;
/// Bytes of one at most: more than six digits and their zeros have.
const SHARE: usize = 24;

/// Annotates one block after the other.
pub(super) struct Annotator<'a> {
    file: &'a str,
    is_bcf: bool,
    keys: &'a [Keys],
    sites: SiteReader<'a>,
    counters: Vec<SiteCounter<'a>>,
    /// Of each dataset what its keys begin with.
    finders: Vec<Finder<'a>>,
    shares: Shares,
    fields: Vec<u8>,
}

impl<'a> Annotator<'a> {
    pub(super) fn new(
        file: &'a str,
        is_bcf: bool,
        source: SiteSource<'a>,
        sources: &'a [Source],
        keys: &'a [Keys],
    ) -> Result<Self> {
        Ok(Self {
            file,
            is_bcf,
            keys,
            sites: source.sites(),
            counters: sources
                .iter()
                .map(SiteCounter::new)
                .collect::<Result<_>>()?,
            finders: keys.iter().map(|of| Finder::new(&of.name)).collect(),
            shares: Shares::default(),
            fields: Vec::new(),
        })
    }

    /// Annotates the records of a block.
    pub(super) fn block(&mut self, block: &RawBlock, out: &mut Vec<u8>) -> Result<Notes> {
        let mut notes = Notes::of(self.counters.len());
        let records = block.whole_records(self.is_bcf);
        for (number, record) in (block.before + 1..).zip(records) {
            match self.is_bcf {
                true => self.record(record, Place::Record(number), out, &mut notes)?,
                false => self.line(record, Place::Line(number), out, &mut notes)?,
            }
        }
        Ok(notes)
    }

    /// A line with its end, which may be none or have a carriage return.
    fn line(
        &mut self,
        whole: &[u8],
        place: Place,
        out: &mut Vec<u8>,
        notes: &mut Notes,
    ) -> Result<()> {
        let line = whole.strip_suffix(b"\n").unwrap_or(whole);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some(site) = self.sites.read(line, place)? else {
            out.extend_from_slice(whole);
            return Ok(());
        };
        let info = line.get(site.info.clone()).unwrap_or_default();
        let (at, end) = (site.info.start, site.info.end);
        for (finder, keys) in self.finders.iter().zip(self.keys) {
            if finder.find(info).is_some() {
                refuse_known(self.file, place, info, keys)?;
            }
        }
        if !count(&mut self.counters, &site, (self.file, place), notes)? {
            return Ok(());
        }
        if site.alts().len() == 0 {
            out.extend_from_slice(whole);
            return Ok(());
        }
        self.fields.clear();
        for (counter, keys) in self.counters.iter().zip(self.keys) {
            for (group, fields) in keys.fields.iter().enumerate() {
                let alts = counter.of_group(group);
                write_text(&mut self.fields, fields, alts, &mut self.shares);
            }
        }
        match info {
            b"" | b"." => {
                out.extend_from_slice(whole.get(..at).unwrap_or_default());
                out.extend_from_slice(self.fields.get(1..).unwrap_or_default());
            }
            _ => {
                out.extend_from_slice(whole.get(..end).unwrap_or_default());
                out.extend_from_slice(&self.fields);
            }
        }
        out.extend_from_slice(whole.get(end..).unwrap_or_default());
        Ok(())
    }

    /// A record of BCF, with its lengths.
    fn record(
        &mut self,
        whole: &[u8],
        place: Place,
        out: &mut Vec<u8>,
        notes: &mut Notes,
    ) -> Result<()> {
        let Some(site) = self.sites.read(whole, place)? else {
            return Ok(());
        };
        if !count(&mut self.counters, &site, (self.file, place), notes)? {
            return Ok(());
        }
        if site.alts().len() == 0 {
            out.extend_from_slice(whole);
            return Ok(());
        }
        self.fields.clear();
        let mut more = 0u32;
        for (counter, keys) in self.counters.iter().zip(self.keys) {
            for (group, fields) in keys.fields.iter().enumerate() {
                write_typed(&mut self.fields, fields, counter.of_group(group));
                more += fields.len() as u32;
            }
        }
        let end = site.info.end;
        let word = |at: usize| {
            let bytes = whole.get(at..at + 4)?.try_into().ok()?;
            Some(u32::from_le_bytes(bytes))
        };
        let shared = word(0).and_then(|of| of.checked_add(u32::try_from(self.fields.len()).ok()?));
        let sizes = word(SIZES).filter(|of| (of & 0xffff) + more <= 0xffff);
        let (Some(shared), Some(sizes)) = (shared, sizes) else {
            return Err(Error::from(Box::new(InputError {
                file: self.file.to_owned(),
                place,
                expected: "a record with room for more INFO fields".to_owned(),
                found: "as many as BCF can hold".to_owned(),
            })));
        };
        out.extend_from_slice(&shared.to_le_bytes());
        out.extend_from_slice(whole.get(4..SIZES).unwrap_or_default());
        out.extend_from_slice(&(sizes + more).to_le_bytes());
        out.extend_from_slice(whole.get(SIZES + 4..end).unwrap_or_default());
        out.extend_from_slice(&self.fields);
        out.extend_from_slice(whole.get(end..).unwrap_or_default());
        Ok(())
    }
}

/// Counts the alleles of a record in all datasets; whether the record is to be written.
fn count(
    counters: &mut [SiteCounter<'_>],
    site: &RawSite<'_>,
    at: (&str, Place),
    notes: &mut Notes,
) -> Result<bool> {
    notes.records += 1;
    for (counter, tally) in counters.iter_mut().zip(&mut notes.tallies) {
        counter.count(site, at, tally)?;
    }
    let filters = counters.iter().any(SiteCounter::filters);
    let kept = !filters
        || (0..site.alts().len()).any(|alt| counters.iter().all(|counter| counter.holds(alt)));
    notes.written += u64::from(kept);
    if !kept && counters.iter().any(SiteCounter::has_unknown) {
        notes.unknown += 1;
    }
    Ok(kept)
}

/// A key that the header does not declare may be in a record all the same.
fn refuse_known(file: &str, place: Place, info: &[u8], keys: &Keys) -> Result<()> {
    for entry in info.split(|&b| b == b';') {
        let name = entry.split(|&b| b == b'=').next().unwrap_or_default();
        let mut all = keys.fields.iter().flatten();
        if all.any(|field| field.text.strip_suffix(b"=") == Some(name)) {
            let name = String::from_utf8_lossy(name);
            return Err(Error::from(Box::new(InputError {
                file: file.to_owned(),
                place,
                expected: format!("no INFO key {name}, which is to be written"),
                found: format!("one: give the dataset another name than {}", keys.name),
            })));
        }
    }
    Ok(())
}

/// The fields of a group, each with `;` in front.
fn write_text<'c>(
    out: &mut Vec<u8>,
    fields: &[Field; 5],
    alts: impl Iterator<Item = Option<&'c Counts>> + Clone,
    shares: &mut Shares,
) {
    for (which, field) in fields.iter().enumerate() {
        out.push(b';');
        out.extend_from_slice(&field.text);
        for (alt, counts) in alts.clone().enumerate() {
            if alt > 0 {
                out.push(b',');
            }
            match (counts.map(|counts| whole(counts, which)), counts) {
                (Some(Whole::Number(number)), _) => {
                    // at most two copies for each of 2^32 samples and batches
                    text::integer(out, number as i64);
                }
                (Some(Whole::Share), Some(counts)) => shares.write(out, counts),
                _ => out.push(b'.'),
            }
        }
    }
}

/// What a field says of an allele.
enum Whole {
    Number(u64),
    /// AF, which is no whole number.
    Share,
    Missing,
}

/// The value of a field, by its number among [`super::keys::FIELDS`].
fn whole(counts: &Counts, which: usize) -> Whole {
    match which {
        0 => Whole::Number(counts.ac),
        1 => counts.an.map_or(Whole::Missing, Whole::Number),
        2 => Whole::Share,
        3 => Whole::Number(counts.n_hom),
        _ => Whole::Number(counts.n_hemi),
    }
}

/// The same fields as BCF has them.
fn write_typed<'c>(
    out: &mut Vec<u8>,
    fields: &[Field; 5],
    alts: impl Iterator<Item = Option<&'c Counts>> + Clone,
) {
    for (which, field) in fields.iter().enumerate() {
        typed::key(out, field.number);
        if which == 2 {
            let shares = alts.clone().map(|counts| counts?.af());
            let shares: Vec<Option<f32>> = shares.map(|share| share.map(|of| of as f32)).collect();
            typed::floats(out, &shares);
            continue;
        }
        let numbers = alts.clone().map(|counts| match whole(counts?, which) {
            Whole::Number(number) => i32::try_from(number).ok(),
            Whole::Share | Whole::Missing => None,
        });
        let numbers: Vec<Option<i32>> = numbers.collect();
        typed::integers(out, &numbers);
    }
}

/// AF as text, by AC and AN: of a cohort most alleles share a few.
struct Shares(Vec<Kept>);

#[derive(Clone, Copy, Default)]
struct Kept {
    counts: (u64, u64),
    length: u8,
    text: [u8; SHARE],
}

impl Default for Shares {
    fn default() -> Self {
        Self(vec![Kept::default(); SHARES])
    }
}

impl Shares {
    fn write(&mut self, out: &mut Vec<u8>, counts: &Counts) {
        let (Some(an), Some(share)) = (counts.an, counts.af()) else {
            return out.push(b'.');
        };
        if counts.ac == 0 {
            return out.push(b'0');
        }
        let of = (counts.ac, an);
        let hash = counts
            .ac
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add(an);
        let slot = self.0.get_mut((hash >> 7) as usize % SHARES);
        let Some(kept) = slot else {
            return text::share(out, share);
        };
        if kept.counts == of
            && let Some(text) = kept.text.get(..kept.length.into())
        {
            return out.extend_from_slice(text);
        }
        let start = out.len();
        text::share(out, share);
        let new = out.get(start..).unwrap_or_default();
        if let Some(place) = kept.text.get_mut(..new.len()) {
            place.copy_from_slice(new);
            kept.counts = of;
            kept.length = new.len() as u8;
        }
    }
}

/// The header of the annotated file.
pub(super) fn write_header(
    out: &mut impl Write,
    lines: &[u8],
    keys: &[Keys],
    is_bcf: bool,
) -> std::io::Result<()> {
    let all = super::keys::header(lines, keys);
    match is_bcf {
        true => varidex_sink::write_bcf_header(out, all),
        false => out.write_all(&all),
    }
}
