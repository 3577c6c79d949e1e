//! Helpers: inputs built in memory, chunks turned into something to compare.

mod cohorts;
mod differential;
mod files;
mod formats;
mod genotypes;
mod records;
mod structure;

use super::chunk::{Chunk, Plane, Warning};
use super::header::Header;
use super::plan::ReadOptions;
use super::reader::{Progress, Reader, Tally};
use super::workers::Workers;
use crate::error::{Error, InputError, Place, Result};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

/// A record with its sets spelt out.
#[derive(Debug, Clone, PartialEq)]
struct Site {
    place: Place,
    contig: String,
    position: i32,
    id: String,
    reference: String,
    /// Text, carriers, end.
    alts: Vec<(String, Vec<u32>, i32)>,
    quality: Option<u32>,
    filter: String,
    info: Vec<(u16, String)>,
    end: i32,
    missing: Vec<u32>,
    haploid: Vec<u32>,
    unphased: Unphased,
    polyploid: Vec<(u32, Vec<u32>, bool)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Unphased {
    All,
    Some(Vec<u32>),
}

/// All that a reader gives.
#[derive(Debug)]
struct Outcome {
    header: Header,
    sites: Vec<Site>,
    refused: Vec<InputError>,
    warnings: Vec<Warning>,
    tally: Tally,
}

impl Outcome {
    fn warned(&self) -> Vec<&str> {
        self.warnings.iter().map(|w| w.what.as_str()).collect()
    }

    fn only(&self) -> &Site {
        assert_eq!(self.sites.len(), 1, "refused: {:?}", self.refused);
        &self.sites[0]
    }
}

/// How to read.
#[derive(Clone)]
struct How {
    options: ReadOptions,
    batch: Option<usize>,
    in_flight: usize,
}

impl Default for How {
    fn default() -> Self {
        Self {
            options: ReadOptions::default(),
            batch: None,
            in_flight: 64 << 20,
        }
    }
}

static POOL: LazyLock<Workers> = LazyLock::new(|| Workers::new(2).unwrap());

fn elements(chunk: &Chunk, plane: Plane, universe: usize) -> Vec<u32> {
    match plane {
        Plane::AllBut(_) => panic!("readers make no such plane"),
        Plane::Empty => Vec::new(),
        Plane::Full => (0..universe as u32).collect(),
        Plane::List(span) => {
            let list = chunk.list[span.range()].to_vec();
            assert!(!list.is_empty() && list.is_sorted() && list.len() * 32 < universe);
            list
        }
        Plane::Bits(span) => {
            let words = &chunk.words[span.range()];
            assert_eq!(words.len(), universe.div_ceil(64));
            let set = |n: &u32| words[*n as usize / 64] >> (n % 64) & 1 == 1;
            assert!(!(universe as u32..words.len() as u32 * 64).any(|n| set(&n)));
            (0..universe as u32).filter(set).collect()
        }
    }
}

fn sites(chunk: &Chunk, samples: usize, out: &mut Vec<Site>) {
    let text = |span| String::from_utf8_lossy(chunk.text(span)).into_owned();
    for r in &chunk.records {
        let alts = chunk.alts[r.alts.range()].iter();
        out.push(Site {
            place: r.place,
            contig: text(r.contig),
            position: r.position,
            id: text(r.id),
            reference: text(r.reference),
            alts: alts
                .map(|a| {
                    (
                        text(a.text),
                        elements(chunk, a.carriers, 2 * samples),
                        a.end,
                    )
                })
                .collect(),
            quality: r.quality.map(f32::to_bits),
            filter: text(r.filter),
            info: chunk.info[r.info.range()]
                .iter()
                .map(|i| (i.key, text(i.value)))
                .collect(),
            end: r.end,
            missing: elements(chunk, r.missing, 2 * samples),
            haploid: elements(chunk, r.haploid, samples),
            unphased: match r.unphased {
                Plane::Full => Unphased::All,
                plane => Unphased::Some(elements(chunk, plane, samples)),
            },
            polyploid: chunk.polyploid[r.polyploid.range()]
                .iter()
                .map(|p| (p.sample, chunk.list[p.alleles.range()].to_vec(), p.phased))
                .collect(),
        });
    }
}

fn collect(mut reader: Reader, how: &How) -> Result<Outcome> {
    reader.batch = how.batch;
    let header = reader.header().clone();
    let samples = header.samples.len();
    let mut read = Outcome {
        header,
        sites: Vec::new(),
        refused: Vec::new(),
        warnings: Vec::new(),
        tally: Tally::default(),
    };
    let mut refused = 0;
    read.tally = reader.read(&POOL, how.in_flight, &mut |chunk: Chunk| {
        sites(&chunk, samples, &mut read.sites);
        refused += chunk.refused_count();
        read.refused.extend(chunk.refused);
        for warning in chunk.warnings {
            match read.warnings.iter_mut().find(|w| w.what == warning.what) {
                Some(known) => known.count += warning.count,
                None => read.warnings.push(warning),
            }
        }
        Ok(())
    })?;
    assert_eq!(read.tally.records_read, read.sites.len() as u64 + refused);
    Ok(read)
}

fn open_bytes(data: impl AsRef<[u8]>, options: &ReadOptions) -> Result<Reader> {
    let input = Box::new(Cursor::new(data.as_ref().to_vec()));
    let stream = super::opened::detect(input, "test", None)?;
    let progress = Progress {
        read: Arc::default(),
        total: None,
    };
    Reader::start(stream, "test".to_owned(), progress, options)
}

fn read_how(data: impl AsRef<[u8]>, how: &How) -> Result<Outcome> {
    collect(open_bytes(data, &how.options)?, how)
}

fn read(data: impl AsRef<[u8]>) -> Outcome {
    read_how(data, &How::default()).unwrap()
}

fn read_file(path: &Path, how: &How) -> Result<Outcome> {
    collect(Reader::open(path, &how.options)?, how)
}

/// The fault of an input that is refused as a whole.
fn fault(data: impl AsRef<[u8]>) -> InputError {
    match read_how(data, &How::default()) {
        Err(Error::Input(e)) => *e,
        other => panic!("{other:?}"),
    }
}

const META: &str = "##fileformat=VCFv4.3\n\
    ##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n\
    ##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"Length\">\n\
    ##INFO=<ID=NOTE,Number=.,Type=String,Description=\"Note\">\n\
    ##INFO=<ID=DB,Number=0,Type=Flag,Description=\"Flag\">\n\
    ##INFO=<ID=SCORE,Number=.,Type=Float,Description=\"Score\">\n\
    ##INFO=<ID=RANK,Number=.,Type=Integer,Description=\"Rank\">\n\
    ##FILTER=<ID=q10,Description=\"Low\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
    ##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n\
    ##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"Quality\">\n\
    ##FORMAT=<ID=LAA,Number=.,Type=Integer,Description=\"Local\">\n\
    ##FORMAT=<ID=LGT,Number=1,Type=String,Description=\"Local\">\n\
    ##contig=<ID=1,length=249250621>\n\
    ##contig=<ID=2,length=243199373>\n";

fn header(samples: usize) -> String {
    let mut text = META.to_owned() + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
    if samples > 0 {
        text += "\tFORMAT";
    }
    for n in 0..samples {
        text += &format!("\ts{n}");
    }
    text + "\n"
}

/// One record with the genotype columns given.
fn vcf(alt: &str, format: &str, cells: &[&str]) -> String {
    let mut text = header(cells.len()) + &format!("1\t100\t.\tA\t{alt}\t.\tPASS\t.\t{format}");
    for cell in cells {
        text += "\t";
        text += cell;
    }
    text + "\n"
}

fn sites_only(record: &str) -> String {
    header(0) + record + "\n"
}

fn bgzf(data: &[u8], size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for block in data.chunks(size).chain([&[][..]]) {
        let mut writer = noodles_bgzf::io::Writer::new(Vec::new());
        writer.write_all(block).unwrap();
        let whole = writer.finish().unwrap();
        // Without the end-of-file marker, which the writer puts after each.
        out.extend_from_slice(&whole[..whole.len() - 28]);
    }
    out.extend_from_slice(&EOF_MARKER);
    out
}

const EOF_MARKER: [u8; 28] = [
    0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0,
    0, 0,
];

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(data, flate2::Compression::fast());
    encoder.read_to_end(&mut out).unwrap();
    out
}

/// The folder of real data, where there is one.
fn data() -> Option<PathBuf> {
    let found = std::env::var_os("VARIDEX_TEST_DATA").map(PathBuf::from);
    if found.is_none() {
        eprintln!("skipped: VARIDEX_TEST_DATA is not set");
    }
    found
}
