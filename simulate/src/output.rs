//! The genotype file, written without a look at samples that are plain reference.
//!
//! The text or bytes of an all-reference record are prepared once; a record patches its touched
//! samples into them, writes, and takes the patches back.

use std::fs::File;
use std::io::{self, Write};

use super::row::{ABSENT, MISSING, Row, Tally};
use super::sites::Alleles;
use super::{Format, annotation, people};
use varidex_sink::{Sink, typed, write_bcf_header};

/// What a record says before its genotypes.
pub(super) struct Record<'a> {
    pub(super) contig: &'a str,
    pub(super) position: u32,
    pub(super) alleles: &'a Alleles,
    pub(super) pass: bool,
    pub(super) tally: &'a Tally,
    /// The value of CSQ; empty where there are no annotations.
    pub(super) annotation: &'a [u8],
}

/// Genotypes of a record in which everybody is reference.
#[derive(Default)]
struct Background {
    bytes: Vec<u8>,
    phased: bool,
}

pub(super) struct Output {
    sink: Sink<File>,
    binary: bool,
    /// With phase and without.
    backgrounds: [Background; 2],
    /// Where each sample's text begins; empty where all have the same width.
    starts: Vec<u32>,
    line: Vec<u8>,
    /// Bytes of the background that the current record leaves out.
    cuts: Vec<usize>,
}

/// The numbers that the header gives to its names, for BCF.
const LOW_QUALITY: u32 = 1;
const AC: u32 = 2;
const AN: u32 = 3;
const SVTYPE: u32 = 4;
const SVLEN: u32 = 5;
const END: u32 = 6;
const GT: u32 = 7;
const CSQ: u32 = 8;

/// What the header says of the cohort.
pub(super) struct Header<'a> {
    pub(super) contig: &'a str,
    pub(super) length: u32,
    pub(super) assembly: Option<&'a str>,
    pub(super) seed: u64,
    pub(super) samples: usize,
    pub(super) annotated: bool,
}

/// Bytes of `0|0` and the tab after it.
const WIDTH: usize = 4;

impl Output {
    pub(super) fn new(file: File, format: Format, threads: usize) -> io::Result<Self> {
        let sink = match format {
            Format::Vcf => Sink::plain(file),
            Format::VcfGz | Format::Bcf => Sink::bgzf(file, threads)?,
        };
        Ok(Self {
            sink,
            binary: format == Format::Bcf,
            backgrounds: Default::default(),
            starts: Vec::new(),
            line: Vec::new(),
            cuts: Vec::new(),
        })
    }

    pub(super) fn header(&mut self, header: &Header<'_>) -> io::Result<()> {
        let Header {
            contig,
            length,
            assembly,
            seed,
            samples,
            annotated,
        } = *header;
        let idx = |n: u32| {
            if self.binary {
                format!(",IDX={n}")
            } else {
                String::new()
            }
        };
        let mut text = format!(
            "##fileformat=VCFv4.3\n\
             ##source=varidex simulate, seed {seed}\n\
             ##FILTER=<ID=PASS,Description=\"All filters passed\"{}>\n\
             ##FILTER=<ID=LowQual,Description=\"Simulated low quality\"{}>\n\
             ##INFO=<ID=AC,Number=A,Type=Integer,Description=\"Copies of each ALT allele\"{}>\n\
             ##INFO=<ID=AN,Number=1,Type=Integer,Description=\"Copies called\"{}>\n\
             ##INFO=<ID=SVTYPE,Number=1,Type=String,Description=\"Type of structural variant\"{}>\n\
             ##INFO=<ID=SVLEN,Number=.,Type=Integer,Description=\"Difference in length between REF and ALT\"{}>\n\
             ##INFO=<ID=END,Number=1,Type=Integer,Description=\"Last base of the variant\"{}>\n\
             ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\"{}>\n",
            idx(0),
            idx(LOW_QUALITY),
            idx(AC),
            idx(AN),
            idx(SVTYPE),
            idx(SVLEN),
            idx(END),
            idx(GT),
        );
        if annotated {
            text.push_str(&format!(
                "##INFO=<ID=CSQ,Number=.,Type=String,Description=\"Invented consequences, as Ensembl VEP \
                 writes them. Format: {}\"{}>\n",
                annotation::FIELDS,
                idx(CSQ)
            ));
        }
        let assembly = assembly.map_or(String::new(), |a| format!(",assembly={a}"));
        text.push_str(&format!(
            "##contig=<ID={contig},length={length}{assembly}{}>\n",
            idx(0)
        ));
        text.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO");
        if samples > 0 {
            text.push_str("\tFORMAT");
        }
        for sample in 0..samples {
            text.push('\t');
            text.push_str(&people::name(sample));
        }
        text.push('\n');
        if self.binary {
            write_bcf_header(&mut self.sink, &text)
        } else {
            self.sink.write_all(text.as_bytes())
        }
    }

    /// Prepares the all-reference genotypes for the ploidies of this place.
    pub(super) fn set_ploidy(&mut self, row: &Row) {
        self.starts.clear();
        let any_haploid = (0..row.samples()).any(|sample| row.haploid(sample));
        for (background, phased) in self.backgrounds.iter_mut().zip([true, false]) {
            background.phased = phased;
            background.bytes.clear();
            for sample in 0..row.samples() {
                if any_haploid && !self.binary && phased {
                    self.starts.push(background.bytes.len() as u32);
                }
                let second = if row.haploid(sample) { ABSENT } else { 0 };
                put(&mut background.bytes, self.binary, [0, second], phased);
            }
            if !self.binary
                && let Some(last) = background.bytes.last_mut()
            {
                *last = b'\n';
            }
        }
    }

    pub(super) fn record(&mut self, record: &Record<'_>, row: &Row) -> io::Result<()> {
        let index = usize::from(!row.phased());
        let bytes = &mut self.backgrounds[index].bytes;
        let (starts, binary, cuts) = (&self.starts, self.binary, &mut self.cuts);
        cuts.clear();
        let start = |sample: usize| match starts.get(sample) {
            Some(&start) => start as usize,
            None if binary => 2 * sample,
            None => WIDTH * sample,
        };
        row.each(|sample, copies, phased| {
            let at = start(sample);
            if !binary && copies[1] == ABSENT && !row.haploid(sample) {
                cuts.push(at + 1);
            }
            patch(
                &mut bytes[at..],
                binary,
                row.haploid(sample),
                copies,
                phased,
            );
        });
        self.line.clear();
        if binary {
            binary_start(&mut self.line, record, row.samples(), bytes.len())?;
        } else {
            text_start(&mut self.line, record, row.samples())?;
        }
        self.sink.write_all(&self.line)?;
        let mut from = 0;
        for &cut in &self.cuts {
            self.sink.write_all(&bytes[from..cut])?;
            from = cut + 2;
        }
        self.sink.write_all(&bytes[from..])?;
        let phased = self.backgrounds[index].phased;
        let bytes = &mut self.backgrounds[index].bytes;
        row.each(|sample, _, _| {
            let haploid = row.haploid(sample);
            let copies = [0, if haploid { ABSENT } else { 0 }];
            patch(&mut bytes[start(sample)..], binary, haploid, copies, phased);
        });
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.sink.finish().map(drop)
    }
}

fn digit(allele: u8) -> u8 {
    if allele == MISSING {
        b'.'
    } else {
        b'0' + allele
    }
}

/// A BCF allele: its number plus one, twice, and the phase.
fn byte(allele: u8, phased: bool) -> u8 {
    match allele {
        ABSENT => typed::ABSENT,
        MISSING => u8::from(phased),
        allele => (allele + 1) << 1 | u8::from(phased),
    }
}

/// Appends one genotype to a background.
fn put(bytes: &mut Vec<u8>, binary: bool, copies: [u8; 2], phased: bool) {
    if binary {
        bytes.extend([byte(copies[0], false), byte(copies[1], phased)]);
    } else if copies[1] == ABSENT {
        bytes.extend([digit(copies[0]), b'\t']);
    } else {
        let separator = if phased { b'|' } else { b'/' };
        bytes.extend([digit(copies[0]), separator, digit(copies[1]), b'\t']);
    }
}

/// Overwrites one genotype of a background, of which the text has one copy where `haploid`. A genotype
/// that lost its second copy keeps the room of two: the caller leaves it out.
fn patch(bytes: &mut [u8], binary: bool, haploid: bool, copies: [u8; 2], phased: bool) {
    if binary {
        if let Some(at) = bytes.first_chunk_mut() {
            *at = [byte(copies[0], false), byte(copies[1], phased)];
        }
    } else if haploid {
        if let Some(at) = bytes.first_mut() {
            *at = digit(copies[0]);
        }
    } else if let Some(at) = bytes.first_chunk_mut() {
        let second = if copies[1] == ABSENT {
            b'0'
        } else {
            digit(copies[1])
        };
        *at = [digit(copies[0]), if phased { b'|' } else { b'/' }, second];
    }
}

fn text_start(line: &mut Vec<u8>, record: &Record<'_>, samples: usize) -> io::Result<()> {
    let Record {
        contig,
        position,
        alleles,
        pass,
        tally,
        annotation,
    } = record;
    write!(line, "{contig}\t{position}\t.\t")?;
    line.extend_from_slice(&alleles.reference);
    line.push(b'\t');
    line.extend(alleles.alternates.join(&b','));
    line.extend_from_slice(if *pass {
        b"\t.\tPASS\tAC="
    } else {
        b"\t.\tLowQual\tAC="
    });
    for (i, counts) in tally
        .alternates
        .iter()
        .take(alleles.alternates.len())
        .enumerate()
    {
        if i > 0 {
            line.push(b',');
        }
        write!(line, "{}", counts.copies())?;
    }
    write!(line, ";AN={}", tally.called_copies)?;
    if let Some(sv) = &alleles.structural {
        write!(
            line,
            ";SVTYPE={};SVLEN={};END={}",
            sv.kind, sv.length, sv.end
        )?;
    }
    if !annotation.is_empty() {
        line.extend_from_slice(b";CSQ=");
        line.extend_from_slice(annotation);
    }
    line.extend_from_slice(if samples > 0 { b"\tGT\t" } else { b"\n" });
    Ok(())
}

fn binary_start(
    line: &mut Vec<u8>,
    record: &Record<'_>,
    samples: usize,
    genotypes: usize,
) -> io::Result<()> {
    let Record {
        position,
        alleles,
        pass,
        tally,
        annotation,
        ..
    } = record;
    let end = alleles
        .structural
        .as_ref()
        .map_or(position + alleles.reference.len() as u32 - 1, |sv| sv.end);
    let infos: u32 = if alleles.structural.is_some() { 5 } else { 2 };
    let infos = infos + u32::from(!annotation.is_empty());
    let count = alleles.alternates.len() as u32;
    line.extend([0; 8]);
    line.extend(0i32.to_le_bytes());
    line.extend((position - 1).to_le_bytes());
    line.extend((end - position + 1).to_le_bytes());
    // A QUAL that is not known.
    line.extend(typed::FLOAT_MISSING.to_le_bytes());
    line.extend(((count + 1) << 16 | infos).to_le_bytes());
    line.extend((u32::from(samples > 0) << 24 | samples as u32).to_le_bytes());
    // No ID.
    line.push(0x07);
    typed::string(line, &alleles.reference);
    for alternate in &alleles.alternates {
        typed::string(line, alternate);
    }
    typed::key(line, if *pass { 0 } else { LOW_QUALITY });
    let copies: Vec<Option<i32>> = tally
        .alternates
        .iter()
        .take(count as usize)
        .map(|c| Some(c.copies() as i32))
        .collect();
    typed::key(line, AC);
    typed::integers(line, &copies);
    typed::key(line, AN);
    typed::integers(line, &[Some(tally.called_copies as i32)]);
    if let Some(sv) = &alleles.structural {
        typed::key(line, SVTYPE);
        typed::string(line, sv.kind.as_bytes());
        typed::key(line, SVLEN);
        typed::integers(line, &[Some(sv.length)]);
        typed::key(line, END);
        typed::integers(line, &[Some(sv.end as i32)]);
    }
    if !annotation.is_empty() {
        typed::key(line, CSQ);
        typed::string(line, annotation);
    }
    let shared = u32::try_from(line.len() - 8).map_err(io::Error::other)?;
    let mut individual = 0;
    if samples > 0 {
        typed::key(line, GT);
        // Two 8-bit integers per sample.
        line.push(0x21);
        individual = u32::try_from(genotypes + 3).map_err(io::Error::other)?;
    }
    line[..4].copy_from_slice(&shared.to_le_bytes());
    line[4..8].copy_from_slice(&individual.to_le_bytes());
    Ok(())
}
