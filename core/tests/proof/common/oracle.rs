//! A plain scan of VCF text: slow, small, and by the rules alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use varidex::Counts;

/// One genotype: a number for each copy, `None` where it is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Genotype {
    pub alleles: Vec<Option<u32>>,
    pub phased: bool,
}

impl Genotype {
    pub fn parse(cell: &str) -> Self {
        let body = cell.strip_prefix(['/', '|']).unwrap_or(cell);
        Self {
            alleles: body.split(['/', '|']).map(|a| a.parse().ok()).collect(),
            phased: !cell.contains('/'),
        }
    }

    fn carried(&self, alt: u32) -> usize {
        self.alleles.iter().filter(|a| **a == Some(alt)).count()
    }
}

/// One ALT of a record, or a record without any.
#[derive(Debug, Clone)]
pub struct Row {
    pub contig: String,
    /// 1-based.
    pub position: i64,
    pub reference: String,
    /// Empty where the record has none.
    pub alternate: String,
    /// The last position spanned.
    pub end: i64,
    pub sv_length: Option<i64>,
    pub id: String,
    pub filter: String,
    pub quality: Option<f32>,
    /// From 1; 0 where the record has none.
    pub alt_number: u32,
    /// By number of the sample; `None` for samples that are not in the file.
    pub genotypes: Arc<Vec<Option<Genotype>>>,
}

/// A carrier: sample, copies that carry, ploidy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Carrier {
    pub sample: u32,
    pub carried: u32,
    pub ploidy: u32,
}

impl Carrier {
    pub fn zygosity(self) -> &'static str {
        match (self.carried, self.ploidy) {
            (_, 1) => "hemi",
            (a, b) if a == b => "hom",
            _ => "het",
        }
    }
}

impl Row {
    /// The counts among the samples that `of` says.
    pub fn counts(&self, of: &dyn Fn(u32) -> bool) -> Counts {
        let mut counts = Counts::default();
        let (mut an, mut missing) = (0, 0);
        for (sample, genotype) in (0..).zip(self.genotypes.iter()) {
            let Some(genotype) = genotype else { continue };
            if !of(sample) {
                continue;
            }
            let known = genotype.alleles.iter().flatten().count() as u64;
            an += known;
            missing += u64::from(known < genotype.alleles.len() as u64);
        }
        (counts.an, counts.n_missing) = (Some(an), Some(missing));
        for carrier in self.carriers().into_iter().filter(|c| of(c.sample)) {
            counts.ac += u64::from(carrier.carried);
            match carrier.zygosity() {
                "hemi" => counts.n_hemi += 1,
                "hom" => counts.n_hom += 1,
                _ => counts.n_het += 1,
            }
        }
        counts
    }

    pub fn carriers(&self) -> Vec<Carrier> {
        let mut carriers = Vec::new();
        for (sample, genotype) in (0..).zip(self.genotypes.iter()) {
            let Some(genotype) = genotype else { continue };
            let carried = match self.alt_number {
                0 => 0,
                alt => genotype.carried(alt) as u32,
            };
            if carried > 0 {
                carriers.push(Carrier {
                    sample,
                    carried,
                    ploidy: genotype.alleles.len() as u32,
                });
            }
        }
        carriers
    }
}

/// All of one or several files.
#[derive(Debug, Clone, Default)]
pub struct Oracle {
    pub contigs: Vec<String>,
    pub samples: Vec<String>,
    /// In the order of contig, position, REF, ALT, record, number of ALT.
    pub rows: Vec<Row>,
    pub records: usize,
}

impl Oracle {
    pub fn parse(texts: &[&str]) -> Self {
        let mut oracle = Self::default();
        for text in texts {
            oracle.read_header(text);
        }
        for text in texts {
            oracle.read_records(text);
        }
        let contigs = oracle.contigs.clone();
        let number = |name: &str| contigs.iter().position(|c| c == name);
        // stable: records and ALTs of equal spelling stay in their order
        oracle.rows.sort_by_cached_key(|row| {
            let upper = |text: &str| text.to_ascii_uppercase();
            (
                number(&row.contig),
                row.position,
                upper(&row.reference),
                upper(&row.alternate),
            )
        });
        oracle
    }

    fn read_header(&mut self, text: &str) {
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("##contig=<ID=") {
                let name = rest.split([',', '>']).next().unwrap();
                self.add_contig(name);
            } else if line.starts_with("#CHROM") {
                let known: BTreeSet<&str> = self.samples.iter().map(String::as_str).collect();
                let new = line
                    .split('\t')
                    .skip(9)
                    .filter(|name| !known.contains(name));
                let new: Vec<String> = new.map(str::to_owned).collect();
                self.samples.extend(new);
            }
        }
    }

    fn add_contig(&mut self, name: &str) {
        if !self.contigs.iter().any(|c| c == name) {
            self.contigs.push(name.to_owned());
        }
    }

    fn read_records(&mut self, text: &str) {
        let mut columns = Vec::new();
        for line in text.lines() {
            if line.starts_with("#CHROM") {
                let names = self.samples.iter().map(String::as_str);
                let numbers: BTreeMap<&str, usize> = names.zip(0..).collect();
                columns = line.split('\t').skip(9).map(|name| numbers[name]).collect();
            } else if !line.starts_with('#') {
                self.read_record(line, &columns);
            }
        }
    }

    fn read_record(&mut self, line: &str, columns: &[usize]) {
        let fields: Vec<&str> = line.split('\t').collect();
        self.add_contig(fields[0]);
        self.records += 1;
        let alts: Vec<&str> = fields[4].split(',').filter(|alt| *alt != ".").collect();
        let keys = fields.get(8).map_or(Vec::new(), |f| f.split(':').collect());
        let gt = keys.iter().position(|key| *key == "GT");
        let mut genotypes = vec![None; self.samples.len()];
        for (cell, &sample) in fields.iter().skip(9).zip(columns) {
            let text = gt.and_then(|gt| cell.split(':').nth(gt)).unwrap_or(".");
            let mut genotype = Genotype::parse(text);
            for allele in &mut genotype.alleles {
                // without ALT nothing is known of an allele other than REF
                *allele = allele.filter(|a| *a as usize <= alts.len());
            }
            genotypes[sample] = Some(genotype);
        }
        let genotypes = Arc::new(genotypes);
        let info: BTreeMap<&str, &str> = fields[7]
            .split(';')
            .filter(|entry| *entry != ".")
            .map(|entry| entry.split_once('=').unwrap_or((entry, "")))
            .collect();
        let dot = |text: &str| if text == "." { "" } else { text }.to_owned();
        for number in 0..alts.len().max(1) {
            let alt = alts.get(number).copied().unwrap_or("");
            let position: i64 = fields[1].parse().unwrap();
            let (end, sv_length) = extent(position, fields[3], (alt, number, alts.len()), &info);
            self.rows.push(Row {
                contig: fields[0].to_owned(),
                position,
                reference: fields[3].to_owned(),
                alternate: alt.to_owned(),
                end,
                sv_length,
                id: dot(fields[2]),
                filter: dot(fields[6]),
                quality: fields[5].parse().ok(),
                alt_number: if alt.is_empty() { 0 } else { number as u32 + 1 },
                genotypes: Arc::clone(&genotypes),
            });
        }
    }

    /// Everybody.
    pub fn all(&self) -> Vec<u32> {
        (0..self.samples.len() as u32).collect()
    }
}

/// The last position that an ALT spans, and its SVLEN.
fn extent(
    position: i64,
    reference: &str,
    (alt, number, alts): (&str, usize, usize),
    info: &BTreeMap<&str, &str>,
) -> (i64, Option<i64>) {
    let bases = position + reference.len() as i64 - 1;
    let spelled = alt == "*" || (!alt.is_empty() && alt.bytes().all(|b| b.is_ascii_alphabetic()));
    let stated = info.get("END").and_then(|end| end.parse().ok());
    let stated = stated.filter(|end: &i64| *end > bases);
    let lengths: Vec<Option<i64>> = info.get("SVLEN").map_or(Vec::new(), |list| {
        list.split(',').map(|n| n.parse().ok()).collect()
    });
    let length = match lengths.as_slice() {
        [one] => *one,
        several => several.get(number).copied().flatten(),
    };
    let length = length.filter(|length| *length != 0);
    // the files are of VCF 4.3: END goes before SVLEN, unless each ALT has its own
    let each = alts > 1 && lengths.len() == alts;
    let reach = length.filter(|_| each || stated.is_none());
    let reach = reach.map(|length| position + length.abs());
    let is = |starts: &[&str]| starts.iter().any(|start| alt.starts_with(start));
    let end = if spelled || is(&["<INS"]) || alt.contains(['[', ']']) {
        None
    } else if is(&["<DEL", "<DUP", "<INV", "<CN"]) {
        reach.filter(|end| *end > bases).or(stated)
    } else {
        stated
    };
    let sv_length = length.filter(|_| !spelled && !alt.is_empty());
    (end.unwrap_or(bases), sv_length)
}
