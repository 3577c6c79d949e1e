//! Reading the headers of inputs, many at a time.

use super::{Input, Source, is_stream};
use crate::error::Result;
use crate::input::{Header, ReadOptions, Reader, Workers, as_here, peek_header};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::path::Path;

/// An input of which the header has been read.
pub(super) struct Opened {
    pub(super) source: Source,
    pub(super) header: Header,
    /// Bytes of it as it is stored, where that is known.
    pub(super) size: Option<u64>,
    /// Where it stays open.
    pub(super) reader: Option<Reader>,
}

impl Opened {
    pub(super) fn new(source: Source, read: &ReadOptions, stays_open: bool) -> Result<Self> {
        if !stays_open
            && source.copy.is_none()
            && let Some((header, size)) = peek_header(&source.path, read)
        {
            return Ok(Self {
                source,
                header,
                size: Some(size),
                reader: None,
            });
        }
        let reader = source.open(read)?;
        Ok(Self {
            header: reader.header().clone(),
            size: reader.progress().total,
            reader: stays_open.then_some(reader),
            source,
        })
    }
}

impl Input {
    /// The names of the contigs that its header declares.
    pub(in super::super) fn declared(&self) -> impl Iterator<Item = &str> {
        self.contigs.iter().map(|contig| contig.name.as_str())
    }

    /// Whether it can be read only once.
    pub(in super::super) fn is_read_once(&self) -> bool {
        self.source.copy.is_none() && is_stream(&self.source.path, &self.source.name)
    }
}

/// Opens files, of which the first few stay open; `None` for streams, each of which waits for its turn.
pub(super) fn open_files<P: AsRef<Path>>(
    paths: &[P],
    stay_open: usize,
    read: &ReadOptions,
    workers: &Workers,
) -> Vec<Option<Result<Opened>>> {
    let open = |path: &Path, stays_open| {
        let source = Source::of(path);
        let is_file = !is_stream(&source.path, &source.name);
        is_file.then(|| Opened::new(source, read, stays_open))
    };
    let paths = paths.iter().zip(0..);
    let paths = paths.map(|(path, n)| (path.as_ref(), n < stay_open));
    let Some(pool) = workers.pool() else {
        return paths.map(|(path, stays)| open(path, stays)).collect();
    };
    let paths: Vec<_> = paths.map(|of| (of, as_here())).collect();
    let opened = paths.into_par_iter();
    let opened = opened.map(|((path, stays), as_here)| as_here(&mut || open(path, stays)));
    pool.install(|| opened.collect())
}
