//! Reading a header without what follows it.

use super::bgzf::{MAX_BLOCK, first_deflate};
use super::header::{self, Header, HeaderEnd};
use super::plan::ReadOptions;
use flate2::{Decompress, FlushDecompress, Status};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes inflated before it is looked whether the header ends there.
const STEP: usize = 8 << 10;

/// The header of a file and how long the file is, where it is BGZF with all of its header in its first block, and
/// nothing is wrong with that; else it is to be opened, which reports what is wrong. The block is inflated no
/// further than that, so that its checksum is not known: who reads the file will look.
pub(crate) fn peek_header(path: &Path, options: &ReadOptions) -> Option<(Header, u64)> {
    #[cfg(feature = "testing")]
    if super::held::open(path).is_some() {
        return None;
    }
    let file = File::open(path).ok()?;
    let known = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let mut start = Vec::with_capacity(MAX_BLOCK.min(known.len() as usize + 1));
    file.take(MAX_BLOCK as u64).read_to_end(&mut start).ok()?;
    let text = inflate_header(first_deflate(&start)?)?;
    let header = header::parse(&text, &path.display().to_string(), &options.last);
    Some((header.ok()?, known.len()))
}

/// The text of a header up to and with its last line.
fn inflate_header(deflate: &[u8]) -> Option<Vec<u8>> {
    let mut inflater = Decompress::new(false);
    let mut text = Vec::with_capacity(2 * STEP);
    let mut header_end = HeaderEnd::default();
    loop {
        text.reserve(STEP);
        let rest = deflate.get(inflater.total_in() as usize..)?;
        let status = inflater.decompress_vec(rest, &mut text, FlushDecompress::None);
        if !text.starts_with(b"##") {
            return None;
        }
        if let Some(end) = header_end.find(&text) {
            text.truncate(end);
            return Some(text);
        }
        if !matches!(status, Ok(Status::Ok)) || text.len() >= MAX_BLOCK {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Reader;
    use std::io::Write;

    fn bgzf(text: &str) -> Vec<u8> {
        let mut file = noodles_bgzf::io::Writer::new(Vec::new());
        file.write_all(text.as_bytes()).unwrap();
        file.finish().unwrap()
    }

    fn text(lines: usize) -> String {
        let mut text = "##fileformat=VCFv4.2\n".to_owned();
        for n in 0..lines {
            text += &format!("##contig=<ID=c{},length=9>\n", n * n);
        }
        text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n";
        text + &"c1\t1\t.\tA\tC\t.\t.\t.\tGT\t0/1\n".repeat(100)
    }

    #[test]
    fn headers_of_first_blocks_are_as_when_the_file_is_opened() {
        let place = tempfile::tempdir().unwrap();
        let options = ReadOptions::default();
        for (lines, peeked) in [(1, true), (100, true), (1000, true), (5000, false)] {
            let path = place.path().join("some.vcf.gz");
            let bytes = bgzf(&text(lines));
            std::fs::write(&path, &bytes).unwrap();
            let read = peek_header(&path, &options);
            assert_eq!(read.is_some(), peeked, "{lines}");
            let opened = Reader::open(&path, &ReadOptions::default()).unwrap();
            if let Some((header, len)) = read {
                assert_eq!(len, bytes.len() as u64);
                assert_eq!(header.digest, opened.header().digest);
                assert_eq!(header.contigs, opened.header().contigs);
                assert_eq!(header.samples, opened.header().samples);
            }
        }
    }

    #[test]
    fn what_is_odd_is_left_to_who_opens_the_file() {
        let place = tempfile::tempdir().unwrap();
        let whole = bgzf(&text(1));
        let plain = text(1).into_bytes();
        let other = bgzf("no header\n");
        let no_end = bgzf("##fileformat=VCFv4.2\n");
        let cut = whole[..60].to_vec();
        for bytes in [plain, other, no_end, cut, Vec::new()] {
            let path = place.path().join("some.vcf.gz");
            std::fs::write(&path, &bytes).unwrap();
            assert!(peek_header(&path, &ReadOptions::default()).is_none());
        }
        assert!(peek_header(place.path(), &ReadOptions::default()).is_none());
    }
}
