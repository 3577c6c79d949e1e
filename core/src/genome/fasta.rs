//! Reference sequences from an indexed FASTA file.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use noodles_bgzf as bgzf;
use noodles_fasta::{self as fasta, fai};

use super::allele::is_base;
use super::normalise::ReferenceSequence;
use super::{Assembly, ContigNames, Interval, NameError};
use crate::error::{Error, InputError, Place, Result};
use crate::stop::check_stop;

/// How many bases are read at once.
const WINDOW: i32 = 1 << 16;

/// A FASTA file, plain or compressed with bgzip, of which any base can be read.
///
/// A record named like `22:16000001-17000200`, as `samtools faidx` names excerpts, is that part of
/// contig `22`.
pub(crate) struct ReferenceFasta {
    path: PathBuf,
    records: Vec<Record>,
    names: ContigNames,
    source: RefCell<Source>,
    /// What was read last: neighbours ask for the same bases.
    window: RefCell<Window>,
}

enum Source {
    Plain(File),
    Bgzf(Box<bgzf::io::IndexedReader<File>>),
}

/// A contig or an excerpt of one, and where its bases lie in the (uncompressed) file.
#[derive(Debug, Clone)]
struct Record {
    name: String,
    extent: Interval,
    offset: u64,
    line_bases: u64,
    line_width: u64,
}

impl ReferenceFasta {
    /// Opens a FASTA file with the index beside it (`.fai`, and `.gzi` where compressed). Without
    /// an index, a plain file is read once to make one in memory.
    pub(crate) fn open(path: &Path, assembly: Option<Assembly>) -> Result<Self> {
        let io = |source| Error::io(path, source);
        let kind = std::fs::metadata(path).map_err(io)?;
        if !kind.is_file() {
            let found = "a directory, a pipe or a device".to_owned();
            return Err(refuse(path, "a file, of which any base can be read", found));
        }
        let compressed = path
            .extension()
            .is_some_and(|ext| ext == "gz" || ext == "bgz" || ext == "bgzf");
        let index_path = path.with_added_extension("fai");
        let index = match fai::fs::read(&index_path) {
            Ok(index) => index,
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io(&index_path, error));
            }
            Err(_) if compressed => {
                return Err(refuse(
                    path,
                    "an index beside a compressed reference (samtools faidx makes it)",
                    format!("no {}", index_path.display()),
                ));
            }
            Err(_) => make_index(path)?,
        };
        let file = File::open(path).map_err(io)?;
        let (source, size) = if compressed {
            (open_bgzf(path, file)?, None)
        } else {
            let size = file.metadata().map_err(io)?.len();
            (Source::Plain(file), Some(size))
        };
        let records = index
            .as_ref()
            .iter()
            .map(|record| Record::new(path, record, size))
            .collect::<Result<Vec<_>>>()?;
        let names = ContigNames::new(
            records.iter().map(|record| {
                let whole = record.extent.start == 0;
                (
                    record.name.clone(),
                    whole.then_some(u64::from(record.extent.end.unsigned_abs())),
                )
            }),
            assembly,
        );
        Ok(Self {
            path: path.to_owned(),
            records,
            names,
            source: RefCell::new(source),
            window: RefCell::default(),
        })
    }

    /// The number of a contig under any of its names.
    pub(crate) fn find(&self, contig: &str) -> std::result::Result<usize, NameError> {
        self.names.resolve(contig)
    }

    /// The part of a contig, under any of its names, of which the bases are here.
    pub(crate) fn extent(&self, contig: &str) -> Option<Interval> {
        let number = self.find(contig).ok()?;
        self.records.get(number).map(|record| record.extent)
    }

    /// The bases of a contig by its number.
    pub(crate) fn sequence(&self, number: usize) -> Option<FastaSequence<'_>> {
        let record = self.records.get(number)?;
        Some(FastaSequence {
            fasta: self,
            number,
            record,
        })
    }

    /// Fills `bases` with those of an interval inside the record's extent.
    fn read(&self, record: &Record, interval: Interval, bases: &mut Vec<u8>) -> Result<()> {
        let io = |source| Error::io(&self.path, source);
        let (Some(from), Some(to)) = (
            record.offset_of(interval.start),
            record.offset_of(interval.end - 1),
        ) else {
            return Err(record.stale(&self.path, record.offset));
        };
        bases.clear();
        let length = to - from + 1;
        match &mut *self.source.borrow_mut() {
            Source::Plain(file) => {
                file.seek(SeekFrom::Start(from)).map_err(io)?;
                file.take(length).read_to_end(bases).map_err(io)?;
            }
            Source::Bgzf(reader) => {
                reader.seek(SeekFrom::Start(from)).map_err(io)?;
                reader.take(length).read_to_end(bases).map_err(io)?;
            }
        }
        // An index older than its file points elsewhere: bases must lie where it says, line ends
        // between them.
        let expected = usize::try_from(interval.end - interval.start).unwrap_or(0);
        if !record.strip_line_ends(interval.start, bases)
            || bases.len() != expected
            || !bases.iter().all(|&b| is_base(b) || b == b'-' || b == b'*')
        {
            return Err(record.stale(&self.path, from));
        }
        bases.make_ascii_uppercase();
        Ok(())
    }
}

fn refuse(path: &Path, expected: &str, found: String) -> Error {
    Box::new(InputError {
        file: path.display().to_string(),
        place: Place::File,
        expected: expected.to_owned(),
        found,
    })
    .into()
}

/// Reads a plain file once, and can be stopped from contig to contig.
fn make_index(path: &Path) -> Result<fai::Index> {
    let io = |source| Error::io(path, source);
    let file = File::open(path).map_err(io)?;
    let mut indexer = fasta::io::Indexer::new(BufReader::new(file));
    let mut records = Vec::new();
    while let Some(record) = indexer.index_record().map_err(|e| io(e.into()))? {
        check_stop()?;
        records.push(record);
    }
    Ok(fai::Index::from(records))
}

fn open_bgzf(path: &Path, file: File) -> Result<Source> {
    let index_path = path.with_added_extension("gzi");
    let index_file = File::open(&index_path).map_err(|e| Error::io(&index_path, e))?;
    let index = bgzf::gzi::io::Reader::new(BufReader::new(index_file))
        .read_index()
        .map_err(|e| Error::io(&index_path, e))?;
    // The look-up subtracts offsets: unsorted ones would wrap around.
    if !index.as_ref().is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1) {
        return Err(refuse(
            &index_path,
            "offsets in ascending order",
            "offsets out of order".to_owned(),
        ));
    }
    Ok(Source::Bgzf(Box::new(bgzf::io::IndexedReader::new(
        file, index,
    ))))
}

impl Record {
    fn new(path: &Path, record: &fai::Record, size: Option<u64>) -> Result<Self> {
        let name = String::from_utf8_lossy(record.name().as_ref()).into_owned();
        let bad = |what: &str| {
            let name: String = name.chars().take(80).collect();
            refuse(
                path,
                what,
                format!("record {name:?} of {} bases", record.length()),
            )
        };
        let length =
            i32::try_from(record.length()).map_err(|_| bad("contigs of less than 2^31 bases"))?;
        let (name, start) = match excerpt(&name, length) {
            Some((contig, start)) => (contig.to_owned(), start),
            None => (name.clone(), 0),
        };
        let end = start
            .checked_add(length)
            .ok_or_else(|| bad("contigs of less than 2^31 bases"))?;
        let line_bases = record.line_base_count().get();
        let line_width = record.line_width().get();
        let this = Self {
            name,
            extent: Interval { start, end },
            offset: record.position(),
            line_bases,
            line_width,
        };
        if line_width < line_bases || line_width - line_bases > 2 {
            return Err(bad("an index with lines that end in one or two bytes"));
        }
        let last = if length == 0 {
            Some(this.offset)
        } else {
            this.offset_of(end - 1)
        };
        match (last, size) {
            (None, _) => Err(bad("an index with offsets inside the file")),
            (Some(last), Some(size)) if length > 0 && last >= size => {
                Err(bad("an index no older than its file"))
            }
            _ => Ok(this),
        }
    }

    /// Where a base of the contig lies in the file.
    fn offset_of(&self, at: i32) -> Option<u64> {
        let n = u64::try_from(at.checked_sub(self.extent.start)?).ok()?;
        let lines = (n / self.line_bases).checked_mul(self.line_width)?;
        self.offset
            .checked_add(lines)?
            .checked_add(n % self.line_bases)
    }

    /// Removes the ends of lines from the bytes that start with base `at`; whether they were ends
    /// of lines.
    fn strip_line_ends(&self, at: i32, bytes: &mut Vec<u8>) -> bool {
        let first =
            u64::from(at.saturating_sub(self.extent.start).unsigned_abs()) % self.line_bases;
        let mut column = first;
        let mut sound = true;
        bytes.retain(|&b| {
            let is_base = column < self.line_bases;
            sound &= is_base != matches!(b, b'\n' | b'\r');
            column = (column + 1) % self.line_width;
            is_base
        });
        sound
    }

    fn stale(&self, path: &Path, offset: u64) -> Error {
        Box::new(InputError {
            file: path.display().to_string(),
            place: Place::Byte(offset),
            expected: format!("bases of {}", self.name),
            found: "something else: the index is not of this file".to_owned(),
        })
        .into()
    }
}

/// The contig and the 0-based start of an excerpt named `22:16000001-17000200`, if the name fits
/// the number of its bases.
fn excerpt(name: &str, length: i32) -> Option<(&str, i32)> {
    let (contig, range) = name.rsplit_once(':')?;
    let (first, last) = range.split_once('-')?;
    let interval = Interval::from_one_based_inclusive(first.parse().ok()?, last.parse().ok()?)?;
    (!contig.is_empty() && interval.start >= 0 && interval.end - interval.start == length)
        .then_some((contig, interval.start))
}

/// One contig of a FASTA file.
pub(crate) struct FastaSequence<'a> {
    fasta: &'a ReferenceFasta,
    number: usize,
    record: &'a Record,
}

/// A stretch of a contig.
#[derive(Default)]
struct Window {
    contig: usize,
    start: i32,
    bases: Vec<u8>,
}

impl ReferenceSequence for FastaSequence<'_> {
    fn extent(&self) -> Interval {
        self.record.extent
    }

    fn base(&self, at: i32) -> Result<u8> {
        let mut window = self.fasta.window.borrow_mut();
        let found = |window: &Window| {
            if window.contig != self.number {
                return None;
            }
            let n = usize::try_from(at.checked_sub(window.start)?).ok()?;
            window.bases.get(n).copied()
        };
        if let Some(base) = found(&window) {
            return Ok(base);
        }
        let extent = self.record.extent;
        let outside = || self.record.stale(&self.fasta.path, self.record.offset);
        if at < extent.start || at >= extent.end {
            return Err(outside());
        }
        // Indels are followed to the left more than to the right: leave room on both sides.
        let start = at.saturating_sub(WINDOW / 2).max(extent.start);
        let end = start.saturating_add(WINDOW).min(extent.end);
        let mut bases = std::mem::take(&mut window.bases);
        self.fasta
            .read(self.record, Interval { start, end }, &mut bases)?;
        *window = Window {
            contig: self.number,
            start,
            bases,
        };
        found(&window).ok_or_else(outside)
    }
}

#[cfg(test)]
mod tests {
    use super::super::normalise::normalise;
    use super::super::{Position, normalise::NormaliseError};
    use super::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    fn write(dir: &Path, name: &str, text: &str) -> PathBuf {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn sequence<'a>(fasta: &'a ReferenceFasta, name: &str) -> FastaSequence<'a> {
        fasta.sequence(fasta.find(name).unwrap()).unwrap()
    }

    fn bases(sequence: &FastaSequence<'_>) -> String {
        let extent = sequence.extent();
        (extent.start..extent.end)
            .map(|at| char::from(sequence.base(at).unwrap()))
            .collect()
    }

    #[test]
    fn reads_with_and_without_index() {
        let dir = tempfile::tempdir().unwrap();
        let path = write(
            dir.path(),
            "a.fa",
            ">chr1 of something\nACgt\nNNAC\nG\n>22:11-15\nTTT\nCC\n",
        );
        let check = || {
            let fasta = ReferenceFasta::open(&path, Some(Assembly::Grch38)).unwrap();
            assert_eq!(bases(&sequence(&fasta, "1")), "ACGTNNACG");
            let excerpt = sequence(&fasta, "NC_000022.11");
            assert_eq!(excerpt.extent(), Interval { start: 10, end: 15 });
            assert_eq!(bases(&excerpt), "TTTCC");
            assert!(excerpt.base(9).is_err());
            assert!(excerpt.base(15).is_err());
            assert!(fasta.find("chr3").is_err());
        };
        check();
        let index = format!(
            "chr1\t9\t19\t4\t5\n22:11-15\t5\t{}\t3\t4\n",
            19 + 9 + 3 + 10
        );
        write(dir.path(), "a.fa.fai", &index);
        check();
    }

    #[test]
    fn bad_indexes_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = write(dir.path(), "a.fa", ">1\nACGT\nACGT\n");
        for index in [
            "1\t8\t3\t4\t3\n",
            "1\t8\t3\t4\t9\n",
            "1\t800\t3\t4\t5\n",
            "1\t8\t18446744073709551615\t4\t5\n",
            "1\t18446744073709551615\t3\t4\t5\n",
            "1:2147483647-2147483654\t8\t3\t4\t5\n1\tx\n",
            "1\t8\t3\t0\t5\n",
        ] {
            write(dir.path(), "a.fa.fai", index);
            assert!(ReferenceFasta::open(&path, None).is_err(), "{index}");
        }
        // Points between the lines: seen when read.
        write(dir.path(), "a.fa.fai", "1\t8\t3\t3\t4\n");
        let fasta = ReferenceFasta::open(&path, None).unwrap();
        let sequence = sequence(&fasta, "1");
        assert!(sequence.base(0).is_err());
        assert!(ReferenceFasta::open(&dir.path().join("none.fa"), None).is_err());
    }

    #[test]
    fn windows_join() {
        let dir = tempfile::tempdir().unwrap();
        let line: String = "ACGTTGCA".repeat(8);
        let mut text = ">1\n".to_owned();
        for _ in 0..3000 {
            text.push_str(&line);
            text.push('\n');
        }
        let path = write(dir.path(), "a.fa", &text);
        let fasta = ReferenceFasta::open(&path, None).unwrap();
        let sequence = sequence(&fasta, "1");
        assert_eq!(sequence.extent().end, 64 * 3000);
        for at in [0, WINDOW - 1, WINDOW, 5, 64 * 3000 - 1, WINDOW * 2 + 3] {
            assert_eq!(
                sequence.base(at).unwrap(),
                line.as_bytes()[(at % 64) as usize]
            );
        }
    }

    #[test]
    fn compressed_with_index() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.fa.gz");
        let text = b">1\nACGT\nAC\n";
        let mut writer = bgzf::io::Writer::new(File::create(&path).unwrap());
        writer.write_all(text).unwrap();
        writer.finish().unwrap();
        assert!(ReferenceFasta::open(&path, None).is_err());
        write(dir.path(), "a.fa.gz.fai", "1\t6\t3\t4\t5\n");
        // One block: no entry but the count.
        std::fs::write(dir.path().join("a.fa.gz.gzi"), 0u64.to_le_bytes()).unwrap();
        let fasta = ReferenceFasta::open(&path, None).unwrap();
        assert_eq!(bases(&sequence(&fasta, "chr1")), "ACGTAC");
    }

    /// Every record that `bcftools norm` changes, changed alike.
    #[test]
    fn agrees_with_bcftools() {
        let Some(data) = std::env::var_os("VARIDEX_TEST_DATA") else {
            eprintln!("skipped: VARIDEX_TEST_DATA is not set");
            return;
        };
        let dir = Path::new(&data).join("cohorts/kgp2504_chr1");
        // The folder may be read-only, and bcftools writes its index beside the reference.
        let temp = tempfile::tempdir().unwrap();
        let reference = temp.path().join("reference.fa");
        std::fs::copy(dir.join("GRCh37_chr1_first_1Mb.fa"), &reference).unwrap();
        let vcf = dir.join("test_1000G_hs37.vcf.gz");
        let fasta = ReferenceFasta::open(&reference, None).unwrap();
        let sequence = sequence(&fasta, "1");
        let sites = |input: Vec<u8>| -> Vec<(i64, String, String)> {
            String::from_utf8(input)
                .unwrap()
                .lines()
                .filter(|line| !line.starts_with('#'))
                .map(|line| {
                    let f: Vec<&str> = line.split('\t').collect();
                    (f[1].parse().unwrap(), f[3].to_owned(), f[4].to_owned())
                })
                .collect()
        };
        let bcftools = |args: &[&str], input: &str| {
            let mut child = Command::new("bcftools")
                .args(args)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let input = input.to_owned();
            let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
            let out = child.wait_with_output().unwrap();
            writer.join().unwrap().unwrap();
            sites(out.stdout)
        };
        let before = bcftools(&["norm", "-m-any", "-Ov", "/dev/stdin"], &{
            let out = Command::new("bcftools")
                .args(["view", "-G", "-i", "POS<990000"])
                .arg(&vcf)
                .output()
                .unwrap();
            String::from_utf8(out.stdout).unwrap()
        });
        // The file is left-aligned already; add every indel shifted as far right as it goes.
        let mut records = Vec::new();
        for (pos, r, a) in &before {
            let position = Position::from_one_based(*pos).unwrap();
            records.push((*pos, r.clone(), a.clone()));
            let n = match normalise(position, r.as_bytes(), a.as_bytes(), &sequence) {
                Ok(n) => n,
                Err(NormaliseError::Mismatch { .. }) => continue,
                Err(error) => panic!("{error}"),
            };
            if n.roll == 0 {
                continue;
            }
            let base = |at: i64| char::from(sequence.base(i32::try_from(at).unwrap()).unwrap());
            let (start, roll) = (i64::from(n.position.zero_based()), i64::from(n.roll));
            let span = start..start + n.reference.len() as i64 + roll;
            let all: String = span.map(base).collect();
            let keep = (n.roll as usize) + 1;
            let tail = &all[all.len() - n.reference.len()..];
            let wide = format!(
                "{}{}",
                String::from_utf8_lossy(&n.alternate),
                &all[n.reference.len()..]
            );
            records.push((
                start + roll + 1,
                tail.to_owned(),
                wide[keep - 1..].to_owned(),
            ));
        }
        let shifted = records.len() - before.len();
        assert!(shifted > 5, "{shifted} indels could be shifted");
        let mut text = "##fileformat=VCFv4.3\n##contig=<ID=1,length=249250621>\n".to_owned();
        text.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
        records.sort();
        for (pos, r, a) in &records {
            text.push_str(&format!("1\t{pos}\t.\t{r}\t{a}\t.\t.\t.\n"));
        }
        let reference = reference.to_str().unwrap();
        let mut expected = bcftools(&["norm", "-f", reference, "-c", "w", "-Ov"], &text);
        let mut found: Vec<_> = records
            .iter()
            .map(|(pos, r, a)| {
                let position = Position::from_one_based(*pos).unwrap();
                let n = normalise(position, r.as_bytes(), a.as_bytes(), &sequence).unwrap();
                let text = |bytes| String::from_utf8(bytes).unwrap();
                (n.position.one_based(), text(n.reference), text(n.alternate))
            })
            .collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
        eprintln!("{} records, {shifted} shifted", records.len());
    }
}
