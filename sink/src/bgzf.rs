//! BGZF blocks, compressed by several threads and written in order.

use crate::threads::bounded;
use libdeflater::{CompressionLvl, Compressor, Crc};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// Bytes in a block before compression: as htslib, so that even what cannot be compressed fits.
const BLOCK: usize = 0xff00;
/// What bgzip and bcftools use.
const LEVEL: i32 = 6;
/// Blocks on their way for each thread.
const BLOCKS_PER_THREAD: usize = 8;
const HEAD: usize = 18;
const TAIL: usize = 8;
/// An empty block ends the file.
const END: [u8; 28] = [
    0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0,
    0, 0,
];

type Compressed = io::Result<Vec<u8>>;
type Job = (Vec<u8>, SyncSender<Compressed>);

/// Writes BGZF. What was written without [`Self::finish`] has no end mark: readers tell that it
/// was cut off.
pub struct BgzfWriter<W: Write> {
    out: W,
    block: Vec<u8>,
    jobs: Option<SyncSender<Job>>,
    pending: VecDeque<Receiver<Compressed>>,
    most: usize,
    threads: Vec<JoinHandle<()>>,
    /// Where no other thread is to work.
    here: Option<Compressor>,
}

impl<W: Write> BgzfWriter<W> {
    pub(crate) fn new(out: W, threads: usize) -> io::Result<Self> {
        let threads = bounded(Some(threads));
        if threads == 1 {
            return Ok(Self {
                out,
                block: Vec::new(),
                jobs: None,
                pending: VecDeque::new(),
                most: 0,
                threads: Vec::new(),
                here: Some(compressor()),
            });
        }
        let most = threads * BLOCKS_PER_THREAD;
        let (jobs, queue) = sync_channel::<Job>(most);
        let queue = Arc::new(Mutex::new(queue));
        let threads = (0..threads)
            .map(|_| {
                let queue = Arc::clone(&queue);
                thread::Builder::new()
                    .name("varidex-bgzf".to_owned())
                    .spawn(move || work(&queue))
            })
            .collect::<io::Result<_>>()?;
        Ok(Self {
            out,
            block: Vec::with_capacity(BLOCK),
            jobs: Some(jobs),
            pending: VecDeque::new(),
            most,
            threads,
            here: None,
        })
    }

    fn hand_out(&mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        if let Some(compressor) = &mut self.here {
            self.out.write_all(&compress(compressor, &self.block)?)?;
            self.block.clear();
            return Ok(());
        }
        if self.pending.len() >= self.most {
            self.write_next()?;
        }
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        let (sender, receiver) = sync_channel(1);
        let jobs = self.jobs.as_ref().ok_or_else(lost)?;
        jobs.send((block, sender)).map_err(|_| lost())?;
        self.pending.push_back(receiver);
        Ok(())
    }

    fn write_next(&mut self) -> io::Result<()> {
        match self.pending.pop_front() {
            Some(block) => self.out.write_all(&block.recv().map_err(|_| lost())??),
            None => Ok(()),
        }
    }

    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.hand_out()?;
        while !self.pending.is_empty() {
            self.write_next()?;
        }
        self.jobs = None;
        for thread in self.threads {
            thread.join().map_err(|_| lost())?;
        }
        self.out.write_all(&END)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Write for BgzfWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = BLOCK - self.block.len().min(BLOCK);
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.block.extend_from_slice(taken);
        if self.block.len() >= BLOCK {
            self.hand_out()?;
        }
        Ok(taken.len())
    }

    /// Blocks are cut by size alone, so that the same input gives the same bytes: what has not
    /// filled one is kept.
    fn flush(&mut self) -> io::Result<()> {
        while !self.pending.is_empty() {
            self.write_next()?;
        }
        self.out.flush()
    }
}

fn lost() -> io::Error {
    io::Error::other("a compressing thread ended")
}

fn compressor() -> Compressor {
    Compressor::new(CompressionLvl::new(LEVEL).unwrap_or_default())
}

fn work(queue: &Mutex<Receiver<Job>>) {
    let mut compressor = compressor();
    loop {
        let job = match queue.lock() {
            Ok(queue) => queue.recv(),
            Err(_) => return,
        };
        let Ok((block, done)) = job else { return };
        // nobody waits for it where writing has failed
        let _ = done.send(compress(&mut compressor, &block));
    }
}

fn compress(compressor: &mut Compressor, block: &[u8]) -> Compressed {
    let attempt = |compressor: &mut Compressor| {
        let most = compressor.deflate_compress_bound(block.len());
        let mut bytes = vec![0; HEAD + most + TAIL];
        let body = bytes.get_mut(HEAD..).unwrap_or_default();
        let len = compressor
            .deflate_compress(block, body)
            .map_err(io::Error::other)?;
        bytes.truncate(HEAD + len);
        Ok::<_, io::Error>(bytes)
    };
    let mut bytes = attempt(compressor)?;
    if bytes.len() + TAIL > 1 << 16 {
        bytes = attempt(&mut Compressor::new(
            CompressionLvl::new(0).unwrap_or_default(),
        ))?;
    }
    let size = u16::try_from(bytes.len() + TAIL - 1).map_err(io::Error::other)?;
    let [low, high] = size.to_le_bytes();
    let head = [
        0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0, low, high,
    ];
    if let Some(place) = bytes.first_chunk_mut::<HEAD>() {
        *place = head;
    }
    let mut crc = Crc::new();
    crc.update(block);
    bytes.extend(crc.sum().to_le_bytes());
    bytes.extend((block.len() as u32).to_le_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn blocks_come_back_whatever_the_threads() {
        let mut state = 1u64;
        let noise = (0..300_000).map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        });
        let text: Vec<u8> = noise.chain(std::iter::repeat_n(b'0', 500_000)).collect();
        let files: Vec<Vec<u8>> = [1, 2, 7]
            .iter()
            .map(|&threads| {
                let mut writer = BgzfWriter::new(Vec::new(), threads).unwrap();
                for part in text.chunks(9_999) {
                    writer.write_all(part).unwrap();
                }
                writer.finish().unwrap()
            })
            .collect();
        assert!(files.iter().all(|file| *file == files[0]));
        let mut read = Vec::new();
        noodles_bgzf::io::Reader::new(&files[0][..])
            .read_to_end(&mut read)
            .unwrap();
        assert!(read == text);
        assert!(files[0].ends_with(&END));
        let empty = BgzfWriter::new(Vec::new(), 2).unwrap().finish().unwrap();
        assert_eq!(empty, END);
    }

    #[test]
    fn a_full_disk_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut writer = BgzfWriter::new(Full, 2).unwrap();
        let written = (0..100).try_for_each(|_| writer.write_all(&[7; BLOCK]));
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
