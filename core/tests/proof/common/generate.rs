//! Arbitrary cohorts as VCF text, that shrink well.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

pub const INFO_KEYS: [&str; 8] = ["DEPTH", "SCORE", "AFX", "CNT", "TAG", "LIST", "DB", "NOTE"];

const META: &str = "##fileformat=VCFv4.3
##contig=<ID=1>
##contig=<ID=chr2>
##contig=<ID=X>
##FILTER=<ID=q10,Description=\"low\">
##FILTER=<ID=s50,Description=\"few\">
##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">
##INFO=<ID=SVLEN,Number=.,Type=Integer,Description=\"Length\">
##INFO=<ID=DEPTH,Number=1,Type=Integer,Description=\"d\">
##INFO=<ID=SCORE,Number=1,Type=Float,Description=\"d\">
##INFO=<ID=AFX,Number=A,Type=Float,Description=\"d\">
##INFO=<ID=CNT,Number=R,Type=Integer,Description=\"d\">
##INFO=<ID=TAG,Number=1,Type=String,Description=\"d\">
##INFO=<ID=LIST,Number=.,Type=Integer,Description=\"d\">
##INFO=<ID=DB,Number=0,Type=Flag,Description=\"d\">
##INFO=<ID=NOTE,Number=.,Type=String,Description=\"d\">
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"d\">
";

/// A record; genotypes are numbers that [`cell`] writes out.
#[derive(Debug, Clone)]
pub struct Record {
    step: i64,
    reference: &'static str,
    alts: Vec<u32>,
    id: &'static str,
    quality: &'static str,
    filter: &'static str,
    info: u64,
    extent: u32,
    format: u8,
    style: u8,
    /// Takes the genotypes of the record before, as shared ancestry does.
    again: bool,
    cells: Vec<u64>,
}

/// A cohort; contigs are not in the order of the header.
#[derive(Debug, Clone)]
pub struct Cohort {
    pub samples: usize,
    pub contigs: Vec<(&'static str, Vec<Record>)>,
}

/// Takes numbers out of a number.
struct Dice(u64);

impl Dice {
    fn take(&mut self, n: u64) -> u64 {
        let value = self.0 % n;
        self.0 /= n;
        value
    }
}

fn cell(raw: u64, alts: u64, style: u8) -> String {
    let mut dice = Dice(raw);
    let ploidy = match style {
        0..=3 => 2,
        4 => 1,
        _ => [2, 2, 1, 3, 4][dice.take(5) as usize],
    };
    let mut text = String::new();
    for copy in 0..ploidy {
        if copy > 0 {
            text += match style {
                0 | 1 => "|",
                2 => "/",
                _ => ["/", "|"][dice.take(2) as usize],
            };
        }
        text += &match dice.take(8) {
            4 | 5 if alts > 0 => "1".to_owned(),
            6 => dice.take(alts + 1).to_string(),
            7 if style != 0 => ".".to_owned(),
            _ => "0".to_owned(),
        };
    }
    if style >= 5 && dice.take(12) == 11 {
        return ".".to_owned();
    }
    text
}

fn alt(number: u32) -> String {
    const ALTS: [&str; 20] = [
        "G",
        "T",
        "C",
        "A",
        "AT",
        "ATT",
        "CAG",
        "*",
        "<DEL>",
        "<DUP>",
        "<INS>",
        "<INV>",
        "<CN2>",
        "<NON_REF>",
        "<*>",
        "N[chr2:321[",
        "GTT",
        "<DEL:ME>",
        "g",
        "<WEIRD>",
    ];
    match ALTS.get(number as usize) {
        Some(alt) => (*alt).to_owned(),
        None => {
            let bases = |n: u32| char::from(b"ACGT"[n as usize % 4]);
            (0..7).map(|i| bases(number >> (2 * i))).collect()
        }
    }
}

fn record(samples: usize) -> impl Strategy<Value = Record> {
    let cells = match samples {
        0..60 => vec(prop_oneof![1 => Just(0), 2 => any::<u64>()], samples).boxed(),
        60..1_000 => vec(prop_oneof![60 => Just(0), 1 => any::<u64>()], samples).boxed(),
        _ => many_cells(samples).boxed(),
    };
    let alts = prop_oneof![
        1 => Just(vec![]),
        8 => vec(0..5u32, 1),
        4 => vec(0..20u32, 1..3),
        1 => vec(0..60u32, 1..=20),
    ];
    (
        (
            0..40i64,
            select(vec!["A", "AT", "C", "CAGT", "a", "GTTTT", "N"]),
            alts,
        ),
        select(vec![".", "rs1", "rs2", "rs1;rs7", "variant_a"]),
        select(vec![".", "0", "30", "29.5", "1e3", "99.9"]),
        select(vec![".", "PASS", "q10", "q10;s50"]),
        (any::<u64>(), 0..300u32),
        (0..12u8, 0..8u8, prop::bool::weighted(0.3)),
        cells,
    )
        .prop_map(
            |((step, reference, alts), id, quality, filter, (info, extent), odd, cells)| Record {
                step,
                reference,
                alts,
                id,
                quality,
                filter,
                info,
                extent,
                format: odd.0,
                style: odd.1,
                again: odd.2,
                cells,
            },
        )
}

/// A few odd cells among many that are reference, or mixed without end.
fn many_cells(samples: usize) -> impl Strategy<Value = Vec<u64>> {
    let few = vec((0..samples, any::<u64>()), 0..300);
    (few, prop::bool::weighted(0.3)).prop_map(move |(few, common)| {
        let mixed = |n: usize| (n as u64 / 3).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 5;
        let mut cells: Vec<u64> = (0..samples)
            .map(|n| if common { mixed(n) } else { 0 })
            .collect();
        few.into_iter().for_each(|(n, raw)| cells[n] = raw);
        cells
    })
}

/// Cohorts of these sizes.
pub fn cohort(
    samples: impl Strategy<Value = usize>,
    records: usize,
) -> impl Strategy<Value = Cohort> {
    samples.prop_flat_map(move |samples| {
        let names = select(vec![
            vec!["1"],
            vec!["chr2", "1"],
            vec!["X", "1", "chr2"],
            vec!["1", "undeclared-7"],
        ]);
        names.prop_flat_map(move |names| {
            let most = records / names.len() + 1;
            let contigs: Vec<_> = names
                .iter()
                .map(|name| (Just(*name), vec(record(samples), 0..most)))
                .collect();
            contigs.prop_map(move |contigs| Cohort { samples, contigs })
        })
    })
}

impl Record {
    fn alts(&self) -> Vec<String> {
        self.alts.iter().map(|n| alt(*n)).collect()
    }

    fn info(&self, position: i64, alts: &[String]) -> String {
        let mut dice = Dice(self.info);
        let mut entries = Vec::new();
        let number = |dice: &mut Dice| match dice.take(6) {
            5 => ".".to_owned(),
            n => (n as i64 * 3 - 4).to_string(),
        };
        let float = |dice: &mut Dice| {
            let all = ["0.1", "0.25", "1e-3", "-2.5", "7", "."];
            all[dice.take(6) as usize].to_owned()
        };
        let word = |dice: &mut Dice| ["x", "y", "long%20word", "."][dice.take(4) as usize];
        if dice.take(3) == 0 {
            entries.push(format!("DEPTH={}", number(&mut dice)));
        }
        if dice.take(3) == 0 {
            entries.push(format!("SCORE={}", float(&mut dice)));
        }
        if dice.take(3) == 0 && !alts.is_empty() {
            let list: Vec<String> = alts.iter().map(|_| float(&mut dice)).collect();
            entries.push(format!("AFX={}", list.join(",")));
        }
        if dice.take(3) == 0 {
            let list: Vec<String> = (0..=alts.len()).map(|_| number(&mut dice)).collect();
            entries.push(format!("CNT={}", list.join(",")));
        }
        if dice.take(3) == 0 {
            entries.push(format!("TAG={}", word(&mut dice)));
        }
        if dice.take(3) == 0 {
            let list: Vec<String> = (0..1 + dice.take(3)).map(|_| number(&mut dice)).collect();
            entries.push(format!("LIST={}", list.join(",")));
        }
        if dice.take(2) == 0 {
            entries.push("DB".to_owned());
        }
        if dice.take(3) == 0 {
            entries.push(format!("NOTE={},{}", word(&mut dice), word(&mut dice)));
        }
        let symbolic = alts.iter().any(|alt| alt.starts_with('<'));
        if (symbolic || alts.is_empty()) && !self.extent.is_multiple_of(3) {
            entries.push(format!("END={}", position + i64::from(self.extent)));
        }
        if symbolic && self.extent % 4 == 1 {
            let list: Vec<String> = alts
                .iter()
                .zip(1..)
                .map(|(alt, n)| match alt.starts_with('<') {
                    true => (n * 40 - i64::from(self.extent)).to_string(),
                    false => ".".to_owned(),
                })
                .collect();
            entries.push(format!("SVLEN={}", list.join(",")));
        } else if symbolic && self.extent % 4 == 2 {
            entries.push(format!("SVLEN=-{}", self.extent));
        }
        match entries.is_empty() {
            true => ".".to_owned(),
            false => entries.join(";"),
        }
    }

    fn line(&self, contig: &str, position: i64, cells: &[u64], columns: &[usize]) -> String {
        let alts = self.alts();
        let shown = match alts.is_empty() {
            true => ".".to_owned(),
            false => alts.join(","),
        };
        let info = self.info(position, &alts);
        let (id, reference, quality, filter) = (self.id, self.reference, self.quality, self.filter);
        let mut line = format!(
            "{contig}\t{position}\t{id}\t{reference}\t{shown}\t{quality}\t{filter}\t{info}"
        );
        if columns.is_empty() {
            return line + "\n";
        }
        line += match self.format {
            0 => "\tDP",
            1 => "\tDP:GT",
            2..=4 => "\tGT:DP",
            _ => "\tGT",
        };
        for &column in columns {
            let gt = cell(cells[column], alts.len() as u64, self.style);
            line += "\t";
            line += &match self.format {
                0 => "7".to_owned(),
                1 => format!("7:{gt}"),
                2..=4 => format!("{gt}:7"),
                _ => gt,
            };
        }
        line + "\n"
    }
}

impl Cohort {
    pub fn vcf(&self) -> String {
        let contigs: Vec<usize> = (0..self.contigs.len()).collect();
        self.part(&contigs, &(0..self.samples).collect::<Vec<_>>())
    }

    /// A file of some of the contigs and some of the samples, in the order given.
    pub fn part(&self, contigs: &[usize], columns: &[usize]) -> String {
        let mut text = META.to_owned();
        text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
        if !columns.is_empty() {
            text += "\tFORMAT";
            for column in columns {
                text += &format!("\tS{column}");
            }
        }
        text += "\n";
        for &contig in contigs {
            let (name, records) = &self.contigs[contig];
            let mut position = 1;
            let mut before: Option<&Record> = None;
            for record in records {
                position += record.step;
                let cells = match before.filter(|_| record.again) {
                    Some(before) => &before.cells,
                    None => &record.cells,
                };
                text += &record.line(name, position, cells, columns);
                before = Some(record);
            }
        }
        text
    }
}
