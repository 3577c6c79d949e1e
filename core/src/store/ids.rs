//! Ids of rows: as they were written, or put together again of what the row says.
//!
//! Many call sets name a variant by its place and its alleles, as `1:11782772:A:G`. Such an id is not stored, nor
//! indexed: the row has a mark in its place, which says how the id is put together. A mark begins with a tab, which no
//! id has.

use super::find::WantedAlleles;
use super::segment::{Segment, read_lines};
use crate::error::Result;
use crate::format::{Container, ContigRows, Kind, PAGE_ROWS, TextBlock, contig_hash, find_hash};
use std::io::Write;
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// What a mark begins with.
pub(crate) const MARK: u8 = b'\t';
/// What stands between the parts of an id.
const SEPARATORS: &[u8] = b":_-";
/// In a mark: the contig is named without [`PREFIX`].
const SHORT: u8 = b'c';
const PREFIX: &str = "chr";

/// How an id is put together of contig, POS, REF and ALT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IdForm {
    separator: u8,
    /// Whether the contig is named without `chr`.
    short: bool,
}

/// What an id is put together of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdParts<'a> {
    pub(crate) contig: &'a str,
    /// 0-based.
    pub(crate) position: i64,
    pub(crate) reference: &'a [u8],
    pub(crate) alternate: &'a [u8],
}

impl IdForm {
    /// The form that gives exactly this id, if there is one. `buffer` is for it to use.
    pub(crate) fn of(id: &[u8], parts: IdParts<'_>, buffer: &mut Vec<u8>) -> Option<Self> {
        let names = [Some(parts.contig), parts.contig.strip_prefix(PREFIX)];
        names
            .into_iter()
            .zip([false, true])
            .find_map(|(name, short)| {
                let rest = id.strip_prefix(name?.as_bytes())?;
                let &separator = rest.first().filter(|byte| SEPARATORS.contains(byte))?;
                let form = Self { separator, short };
                buffer.clear();
                (form.write(parts, buffer) && buffer == id).then_some(form)
            })
    }

    /// What stands in place of the id.
    pub(crate) fn mark(self, to: &mut Vec<u8>) {
        to.clear();
        to.extend([MARK, self.separator]);
        if self.short {
            to.push(SHORT);
        }
    }

    /// The form of a mark.
    pub(crate) fn of_mark(entry: &[u8]) -> Option<Self> {
        let (separator, short) = match *entry {
            [MARK, separator] => (separator, false),
            [MARK, separator, SHORT] => (separator, true),
            _ => return None,
        };
        SEPARATORS
            .contains(&separator)
            .then_some(Self { separator, short })
    }

    /// Appends the id; `false` where these parts have none of this form.
    fn write(self, parts: IdParts<'_>, to: &mut Vec<u8>) -> bool {
        let name = match self.short {
            true => parts.contig.strip_prefix(PREFIX),
            false => Some(parts.contig),
        };
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return false;
        };
        let alleles = [parts.reference, parts.alternate];
        if !alleles.iter().all(|allele| is_letters(allele)) {
            return false;
        }
        to.extend_from_slice(name.as_bytes());
        to.push(self.separator);
        // writing to memory does not fail
        let _ = write!(to, "{}", parts.position.saturating_add(1));
        for allele in alleles {
            to.push(self.separator);
            to.extend_from_slice(allele);
        }
        true
    }
}

fn is_letters(allele: &[u8]) -> bool {
    !allele.is_empty() && allele.iter().all(u8::is_ascii_alphabetic)
}

/// Whether an id is one of those that stand in a text, with `;` between.
fn is_among(id: &[u8], text: &[u8]) -> bool {
    text.split(|&b| b == b';').any(|one| one == id)
}

/// What ids of rows are read into, rows in about their order.
#[derive(Debug, Default)]
pub(crate) struct IdBlocks {
    entries: TextBlock,
    long_alleles: TextBlock,
    reference: Vec<u8>,
    alternate: Vec<u8>,
    id: Vec<u8>,
}

/// The names of a segment's contigs, where ids are put together of them.
pub(super) fn read_id_contigs(file: &Container, contigs: &[ContigRows]) -> Result<Vec<String>> {
    let names = read_lines(file, Kind::IdContigs)?;
    let hashes = names.iter().map(|name| contig_hash(name));
    if !names.is_empty() && !hashes.eq(contigs.iter().map(|rows| rows.name)) {
        let expected = format!("the names of {} contigs", contigs.len());
        return Err(file.damage_in(Kind::IdContigs, expected, "others"));
    }
    Ok(names)
}

impl Segment {
    /// The ID column of a row as it was written; empty where there is none.
    pub(crate) fn id<'b>(&self, row: u32, blocks: &'b mut IdBlocks) -> Result<&'b [u8]> {
        let entry = self.ids.get(&self.file, row, &mut blocks.entries)?;
        if entry.first() != Some(&MARK) {
            // it is there: the block has just been read
            return Ok(blocks.entries.get(row).unwrap_or_default());
        }
        let form = IdForm::of_mark(entry);
        self.put_together(row, form, blocks)?;
        Ok(&blocks.id)
    }

    fn put_together(&self, row: u32, form: Option<IdForm>, blocks: &mut IdBlocks) -> Result<()> {
        let IdBlocks {
            long_alleles,
            reference,
            alternate,
            id,
            ..
        } = blocks;
        reference.clear();
        alternate.clear();
        id.clear();
        let number = self.columns.allele.get(&self.file, row)?;
        self.alleles(number, long_alleles, reference, alternate)?;
        let at = self.contigs().partition_point(|rows| rows.end_row <= row);
        let Some(contig) = self.id_contigs.get(at) else {
            let expected = "names of contigs, of which ids are put together";
            return Err(self.file.damage_in(Kind::IdContigs, expected, "none"));
        };
        let parts = IdParts {
            contig,
            position: self.columns.position.get(&self.file, row)?,
            reference,
            alternate,
        };
        match form.is_some_and(|form| form.write(parts, id)) {
            true => Ok(()),
            false => Err(self.file.damage_in(
                Kind::Ids,
                "the form of an id that the row has",
                format!("another mark in row {row}"),
            )),
        }
    }

    /// Whether a row has a mark, and its id is this one.
    fn is_put_together(&self, row: u32, id: &[u8], blocks: &mut IdBlocks) -> Result<bool> {
        let form = |entry: &[u8]| (entry.first() == Some(&MARK)).then(|| IdForm::of_mark(entry));
        let Some(form) = self.ids.with(&self.file, row, form)? else {
            return Ok(false);
        };
        self.put_together(row, form, blocks)?;
        Ok(blocks.id == id)
    }

    /// The rows that carry an id, ascending.
    pub(crate) fn find_id(&self, id: &[u8]) -> Result<Vec<u32>> {
        let mut found = self.put_together_as(id)?;
        for page in self.pages_with(id)? {
            let rows = self.rows_of_page(page);
            let mut row = rows.start;
            while rows.contains(&row) {
                row = self.ids.with_block(&self.file, row, |block| {
                    let with = block.containing(id);
                    let with = with.filter(|(row, text)| rows.contains(row) && is_among(id, text));
                    found.extend(with.map(|(row, _)| row));
                    block.end()
                })?;
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The rows that carry one of many ids, which are in order and differ, ascending: each block of texts is read once.
    pub(crate) fn find_ids(&self, ids: &[&[u8]]) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        let mut pages = Vec::new();
        for &id in ids {
            found.extend(self.put_together_as(id)?);
            pages.extend(self.pages_with(id)?.into_iter().map(|page| (page, id)));
        }
        // hashes meet by chance: what is there decides
        pages.sort_unstable();
        let mut block = TextBlock::default();
        for wanted in pages.chunk_by(|a, b| a.0 == b.0) {
            for row in wanted.first().map_or(0..0, |of| self.rows_of_page(of.0)) {
                let text = self.ids.get(&self.file, row, &mut block)?;
                let mut each = text.split(|&b| b == b';');
                if each.any(|one| wanted.binary_search_by(|(_, id)| (*id).cmp(one)).is_ok()) {
                    found.push(row);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn rows_of_page(&self, page: u32) -> Range<u32> {
        let first = page.saturating_mul(PAGE_ROWS);
        first..first.saturating_add(PAGE_ROWS).min(self.meta.rows)
    }

    /// The pages that may have rows with an id that is stored.
    fn pages_with(&self, id: &[u8]) -> Result<Vec<u32>> {
        match self.id_index {
            Some(section) if !id.is_empty() && id.first() != Some(&MARK) => {
                find_hash(&self.file, section, xxh3_64(id))
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The rows of which the id is put together, and is this.
    fn put_together_as(&self, id: &[u8]) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        if self.id_contigs.is_empty() {
            return Ok(found);
        }
        for separator in SEPARATORS {
            let mut parts = id.rsplitn(4, |byte| byte == separator);
            let (Some(alternate), Some(reference)) = (parts.next(), parts.next()) else {
                continue;
            };
            let (Some(position), Some(name)) = (parts.next(), parts.next()) else {
                continue;
            };
            let position = str::from_utf8(position)
                .ok()
                .and_then(|text| text.parse().ok());
            let position = position.and_then(|number: i32| number.checked_sub(1));
            let (Some(position), Ok(name)) = (position, str::from_utf8(name)) else {
                continue;
            };
            let wanted = WantedAlleles::new(reference, alternate);
            for (rows, contig) in self.contigs().iter().zip(&self.id_contigs) {
                if contig == name || contig.strip_prefix(PREFIX) == Some(name) {
                    self.find_exact(rows.contig, position, &wanted, &mut found)?;
                }
            }
        }
        // another case of letters, or zeros before a number, are another id; and the row may have another one
        let mut blocks = IdBlocks::default();
        let mut failed = None;
        found.retain(|&row| {
            let same = self.is_put_together(row, id, &mut blocks);
            same.unwrap_or_else(|error| {
                failed.get_or_insert(error);
                false
            })
        });
        failed.map_or(Ok(found), Err)
    }
}
