//! What is true of the simulated cohort: from the tables the simulation wrote, and from a plain scan
//! of the VCF that shares no code with the index.

use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader, Error, Result};
use std::path::Path;

/// Counts in the order of the tables: AC, AN, het, hom, hemi, missing.
pub(super) type Six = [u64; 6];

/// An ALT allele and its true counts.
pub(super) struct Allele {
    pub(super) position: i64,
    pub(super) reference: String,
    pub(super) alternate: String,
    pub(super) everybody: Six,
}

impl Allele {
    pub(super) fn frequency(&self) -> f64 {
        let [ac, an, ..] = self.everybody;
        ac as f64 / an.max(1) as f64
    }

    /// Whether it can be typed.
    pub(super) fn is_short(&self) -> bool {
        let plain = |text: &str| text.len() < 8 && text.bytes().all(|b| b.is_ascii_alphabetic());
        plain(&self.reference) && plain(&self.alternate)
    }

    /// As VCF sorts them, for a record's ALTs are in no order.
    pub(super) fn key(&self) -> (i64, &str, &str) {
        (self.position, &self.reference, &self.alternate)
    }
}

fn odd(what: &str) -> Error {
    Error::other(format!("not what the simulation writes: {what}"))
}

/// Reads `truth.tsv`: the contig, and its alleles in the order of the VCF.
pub(super) fn read_truth(path: &Path) -> Result<(String, Vec<Allele>)> {
    let mut contig = String::new();
    let mut alleles = Vec::new();
    for line in BufReader::new(File::open(path)?).lines().skip(1) {
        let line = line?;
        let fields: Vec<&str> = line.split('\t').collect();
        let [chrom, position, reference, alternate, counts @ ..] = fields.as_slice() else {
            return Err(odd(&line));
        };
        if contig.is_empty() {
            (*chrom).clone_into(&mut contig);
        }
        let mut everybody = [0; 6];
        for (count, field) in everybody.iter_mut().zip(counts) {
            *count = field.parse().map_err(|_| odd(&line))?;
        }
        alleles.push(Allele {
            position: position.parse().map_err(|_| odd(&line))?,
            reference: (*reference).to_owned(),
            alternate: (*alternate).to_owned(),
            everybody,
        });
    }
    Ok((contig, alleles))
}

/// Whether each sample is one of those asked for, by `samples.tsv`; and their names.
pub(super) fn read_people(
    path: &Path,
    sex: &str,
    population: &str,
) -> Result<(Vec<bool>, Vec<String>)> {
    let (mut wanted, mut names) = (Vec::new(), Vec::new());
    for line in BufReader::new(File::open(path)?).lines().skip(1) {
        let line = line?;
        let mut fields = line.split('\t');
        let name = fields.next().unwrap_or_default();
        let is = fields.eq([sex, population]);
        wanted.push(is);
        if is {
            names.push(name.to_owned());
        }
    }
    Ok((wanted, names))
}

/// What a scan of the VCF found.
pub(super) struct Scan {
    /// Counts of every allele in the group, in the order of the VCF.
    pub(super) group: Vec<Six>,
    /// For each sample, how many of the alleles asked for it carries.
    pub(super) carried: Vec<u32>,
    /// Which samples carry one of them on all of their copies.
    pub(super) hom: Vec<bool>,
}

/// Reads every genotype of a VCF. `asked` says of each allele, by its place in the VCF and the last
/// base of its record, whether its carriers are asked for.
pub(super) fn scan(
    path: &Path,
    in_group: &[bool],
    asked: impl Fn(usize, i64) -> bool,
    mut progress: impl FnMut(u64),
) -> Result<Scan> {
    let mut found = Scan {
        group: Vec::new(),
        carried: vec![0; in_group.len()],
        hom: vec![false; in_group.len()],
    };
    let mut reader = BufReader::with_capacity(1 << 20, MultiGzDecoder::new(File::open(path)?));
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(found);
        }
        if line.starts_with(b"#") {
            continue;
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let mut fields = text.split(|&b| b == b'\t');
        let mut field = || {
            fields
                .next()
                .ok_or_else(|| odd("a record without its columns"))
        };
        let (_, position, _, reference) = (field()?, field()?, field()?, field()?);
        let (alternates, _, _, info, _) = (field()?, field()?, field()?, field()?, field()?);
        let position: i64 = number(position).ok_or_else(|| odd("POS"))?;
        let last = info
            .split(|&b| b == b';')
            .find_map(|pair| number(pair.strip_prefix(b"END=")?));
        let last = last.unwrap_or(position + reference.len() as i64 - 1);
        let alternates = alternates.split(|&b| b == b',').count();
        let first = found.group.len();
        let mut counts = vec![[0u64; 6]; alternates];
        let asked: Vec<bool> = (first..first + alternates)
            .map(|i| asked(i, last))
            .collect();
        let any_asked = asked.contains(&true);
        for (sample, (genotype, in_group)) in fields.zip(in_group).enumerate() {
            // nearly every genotype is plain reference
            if matches!(genotype, b"0|0" | b"0/0") || !(any_asked || *in_group) {
                if *in_group {
                    counts.iter_mut().for_each(|[_, an, ..]| *an += 2);
                }
                continue;
            }
            let copies = || genotype.split(|b| matches!(b, b'|' | b'/'));
            let ploidy = copies().count();
            let known = copies().filter(|copy| *copy != b".").count();
            for (alternate, (counts, asked)) in counts.iter_mut().zip(&asked).enumerate() {
                let carries = |copy: &&[u8]| number(copy) == Some(alternate as i64 + 1);
                let carried = copies().filter(carries).count();
                if *in_group {
                    let [ac, an, het, hom, hemi, missing] = counts;
                    *ac += carried as u64;
                    *an += known as u64;
                    *missing += u64::from(known < ploidy);
                    match (carried, ploidy) {
                        (0, _) => {}
                        (_, 1) => *hemi += 1,
                        (n, ploidy) if n == ploidy => *hom += 1,
                        _ => *het += 1,
                    }
                }
                if *asked && carried > 0 {
                    if let Some(n) = found.carried.get_mut(sample) {
                        *n += 1;
                    }
                    if let Some(hom) = found.hom.get_mut(sample) {
                        *hom |= carried == ploidy && ploidy > 1;
                    }
                }
            }
        }
        found.group.extend(counts);
        progress(found.group.len() as u64);
    }
}

fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}
