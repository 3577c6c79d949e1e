//! Writing published counts, row by row.

use super::meta::{PublishedContig, PublishedInfo};
use super::row::Row;
use super::{HASH_LEN, Leak, Site, is_past};
use crate::error::{Error, Result};
use crate::format::{
    ColumnWriter, ContainerWriter, Folder, Kind, LONG, PAGE_ROWS, Spool, TextWriter, pack_alleles,
    unnamed,
};
use sha2::{Digest as _, Sha256};

/// Takes rows in the order of contigs and positions. What grows with their number is in files without names.
pub(crate) struct PublishedWriter {
    folder: Folder,
    info: PublishedInfo,
    position: ColumnWriter,
    span: ColumnWriter,
    allele: ColumnWriter,
    ends: ColumnWriter,
    long: TextWriter,
    longs: u32,
    pages: Vec<u8>,
    counts: Spool,
    /// Rows of the page that is not full yet, and how far they reach.
    page: Vec<Row>,
    max_end: i32,
    last: Option<(usize, i32)>,
    buffer: Vec<u8>,
}

impl PublishedWriter {
    /// `folder` is where files without names are; rows of contigs are counted here.
    pub(crate) fn new(folder: &Folder, mut info: PublishedInfo) -> Result<Self> {
        info.contigs.iter_mut().for_each(|contig| contig.rows = 0);
        info.check()
            .map_err(|(expected, found)| wrong(&expected, &found))?;
        let spool = || Spool::new(unnamed(Some(folder)));
        Ok(Self {
            folder: folder.clone(),
            info,
            position: ColumnWriter::default().spooled(spool()),
            span: ColumnWriter::default().spooled(spool()),
            allele: ColumnWriter::default().spooled(spool()),
            ends: ColumnWriter::default().spooled(spool()),
            long: TextWriter::default(),
            longs: 0,
            pages: Vec::new(),
            counts: spool(),
            page: Vec::new(),
            max_end: i32::MIN,
            last: None,
            buffer: Vec::new(),
        })
    }

    /// How far members are from others, which is known once all rows are.
    pub(crate) fn set_leaks(&mut self, leaks: Vec<Leak>) {
        self.info.leaks = leaks;
    }

    /// Adds a contig behind those that there are, and gives its number.
    pub(crate) fn add_contig(&mut self, name: &str, length: Option<u64>) -> Result<usize> {
        if name.chars().any(char::is_control) {
            let found = name.escape_debug().to_string();
            return Err(wrong("names of contigs without control characters", &found));
        }
        self.info.contigs.push(PublishedContig {
            name: name.to_owned(),
            length,
            rows: 0,
        });
        Ok(self.info.contigs.len() - 1)
    }

    /// Takes note that there is somebody in no stratum.
    pub(crate) fn without_all_groups(&mut self) {
        self.info.has_all_groups = false;
    }

    /// Adds a row, which is of a contig by its number.
    pub(crate) fn push(&mut self, site: &Site<'_>, row: Row) -> Result<()> {
        let place = (site.contig, site.interval.start);
        let sorted = self.last.is_none_or(|last| last <= place);
        let rows = self.info.rows();
        let contig = self.info.contigs.get_mut(site.contig);
        let (Some(contig), true, true) = (contig, sorted, rows < u64::from(u32::MAX)) else {
            let expected = "up to 2^32 rows of known contigs, in their order";
            return Err(wrong(expected, &format!("{place:?}")));
        };
        if row.strata.len() != self.info.strata.len() || !row.is_sound() {
            let expected = "counts of every stratum, of no more copies than there can be";
            return Err(wrong(expected, &format!("others at {place:?}")));
        }
        contig.rows += 1;
        // a dataset may have records past the end that its header gives: then that is not the length
        if contig
            .length
            .is_some_and(|length| is_past(site.interval.start, length))
        {
            contig.length = None;
        }
        self.last = Some(place);
        self.position.push(site.interval.start.into());
        let (start, end) = (site.interval.start, site.interval.end);
        self.span.push(i64::from(end) - i64::from(start));
        let code = match pack_alleles(site.reference, site.alternate) {
            Some(code) => code,
            None => {
                self.long
                    .push(&[site.reference, b"\t", site.alternate].concat());
                self.longs += 1;
                LONG | (self.longs - 1)
            }
        };
        self.allele.push(code.into());
        self.max_end = self.max_end.max(end);
        self.page.push(row);
        match self.page.len() == PAGE_ROWS as usize {
            true => self.flush(),
            false => Ok(()),
        }
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::io(&self.folder, error)
    }

    /// Writes the rows of a page: each says what its AN are short of the greatest of the page.
    fn flush(&mut self) -> Result<()> {
        let mut bases = vec![0; self.info.strata.len()];
        for row in &self.page {
            for (base, cell) in bases.iter_mut().zip(&row.strata) {
                let an = cell.and_then(|of| of.an).unwrap_or(0);
                *base = an.max(*base);
            }
        }
        self.pages.extend(self.max_end.to_le_bytes());
        self.pages.extend([0; 4]);
        self.pages
            .extend(bases.iter().flat_map(|base| base.to_le_bytes()));
        self.buffer.clear();
        let start = self.counts.len();
        for row in &self.page {
            row.encode(&bases, &mut self.buffer);
            let end = start + self.buffer.len() as u64;
            self.ends.push(i64::try_from(end).unwrap_or(i64::MAX));
        }
        let pushed = self.counts.push(&self.buffer);
        pushed.map_err(|e| self.failed(e))?;
        self.page.clear();
        self.max_end = i32::MIN;
        Ok(())
    }

    /// The file, with the digest of all of it.
    pub(crate) fn finish(mut self) -> Result<(ContainerWriter, [u8; HASH_LEN])> {
        if !self.page.is_empty() {
            self.flush()?;
        }
        let folder = self.folder;
        let failed = |e| Error::io(&folder, e);
        self.info
            .check()
            .map_err(|(expected, found)| wrong(&expected, &found))?;
        let mut file = ContainerWriter::default();
        file.add(Kind::PublishedMeta, self.info.to_bytes());
        for (kind, column) in [
            (Kind::PublishedPosition, self.position),
            (Kind::PublishedSpan, self.span),
            (Kind::PublishedAllele, self.allele),
            (Kind::PublishedEnds, self.ends),
        ] {
            file.add_section(kind, column.finish_spooled().map_err(failed)?);
        }
        file.add(Kind::PublishedLong, self.long.finish(true).map_err(failed)?);
        file.add(Kind::PublishedPages, self.pages);
        file.add_section(Kind::PublishedCounts, self.counts);
        let mut hashes = Vec::new();
        for (kind, len, hash) in file.hashes().map_err(failed)? {
            hashes.extend(kind.number().to_le_bytes());
            hashes.extend(len.to_le_bytes());
            hashes.extend(hash);
        }
        let digest: [u8; HASH_LEN] = Sha256::digest(&hashes).into();
        file.add(Kind::PublishedHashes, hashes);
        file.add(Kind::PublishedDigest, digest.to_vec());
        Ok((file, digest))
    }
}

fn wrong(expected: &str, found: &str) -> Error {
    Error::Usage(format!("publish: expected {expected}, found {found}"))
}
