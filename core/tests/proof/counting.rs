//! Numbers in expressions are those that tables show, over one and over many batches.
//!
//! Once `af`, `an` and `n_missing` of an expression were sums over the batches that have the variant, while
//! tables added what the other batches know of the place: whoever merged two files and asked for rare
//! variants got wrong people. Here every number is counted by a plain scan of the files, shown, and asked
//! for with every comparison.

mod cases;
mod scan;

use crate::common::check::group_of;
use crate::common::oracle::Genotype;
use crate::common::{Folder, build, options};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use scan::{Scan, value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use varidex::{BuildOptions, Counts, Dataset, ExportOptions, Position, View};

const CONTIGS: [&str; 2] = ["1", "2"];
const REFERENCES: [&str; 3] = ["A", "AT", "a"];
const ALTS: [&str; 8] = [
    "C",
    "G",
    "C,T",
    "T,<NON_REF>",
    "G,C",
    ".",
    "<NON_REF>",
    "<*>",
];
const FIELDS: [&str; 7] = ["ac", "an", "af", "n_het", "n_hom", "n_hemi", "n_missing"];
const COMPARISONS: [&str; 6] = ["<", "<=", ">", ">=", "=", "!="];
/// From 0, the end not included.
const GENES: &str = "1\t4\t15\tG1\n1\t12\t25\tG2\n2\t0\t20\tG3\n";
const PLACES: [(&str, &str, i64, i64); 3] =
    [("G1", "1", 5, 15), ("G2", "1", 13, 25), ("G3", "2", 1, 20)];

/// A record; genotypes are numbers that [`cell`] writes out.
#[derive(Debug, Clone)]
struct Record {
    contig: usize,
    position: i64,
    reference: usize,
    alts: usize,
    /// Bases that it spans more, where it has no change.
    more: i64,
    cells: Vec<u64>,
}

/// An input: the numbers of its samples, and its records.
#[derive(Debug, Clone)]
struct Batch {
    samples: Vec<u32>,
    records: Vec<Record>,
}

fn record(samples: usize) -> impl Strategy<Value = Record> {
    let block = prop_oneof![Just(0..12i64), Just(0..30)].prop_flat_map(|more| more);
    let cells = match samples {
        0..10 => vec(any::<u64>(), samples).boxed(),
        // AF is below 0.01 only where nearly all are reference
        _ => vec(prop_oneof![30 => Just(0), 1 => any::<u64>()], samples).boxed(),
    };
    let what = (
        0..CONTIGS.len(),
        1..30i64,
        0..REFERENCES.len(),
        0..ALTS.len(),
    );
    (what, block, cells).prop_map(
        |((contig, position, reference, alts), more, cells)| Record {
            contig,
            position,
            reference,
            alts,
            more,
            cells,
        },
    )
}

fn records(samples: usize) -> impl Strategy<Value = Vec<Record>> {
    vec(record(samples), 1..10)
}

/// Batches of different samples; of the last, some of the first's, which then have a contig each, or
/// stretches that follow each other: rows of the first may reach into those of the last.
fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let sizes = vec(prop_oneof![6 => 1..5usize, 1 => Just(60)], 1..6);
    let shares = prop::option::weighted(0.3, any::<bool>());
    (sizes, shares).prop_flat_map(|(sizes, shares)| {
        let mut first = 0;
        let mut all = Vec::new();
        for &size in &sizes {
            let samples: Vec<u32> = (first..).take(size).collect();
            first += size as u32;
            all.push((Just(samples), records(size)).boxed());
        }
        if shares.is_some() {
            let some: Vec<u32> = (0..sizes[0] as u32).step_by(2).collect();
            all.push((Just(some.clone()), records(some.len())).boxed());
        }
        all.prop_map(move |all| {
            let last = all.len() - 1;
            let batch = |(n, (samples, mut records)): (usize, (Vec<u32>, Vec<Record>))| {
                for record in &mut records {
                    match shares {
                        Some(true) if n == 0 || n == last => record.contig = usize::from(n > 0),
                        Some(false) if n == 0 => record.contig = 0,
                        Some(false) if n == last => {
                            record.contig = 0;
                            record.position += 30;
                        }
                        Some(false) => record.position += 3 * (record.position % 9),
                        _ => {}
                    }
                    // REFs that contradict each other could make one deletion of two
                    record.reference %= 1 + (record.position % 2 == 0) as usize * 2;
                }
                records.sort_by_key(|r| (r.contig, r.position));
                Batch { samples, records }
            };
            let found = all.into_iter().enumerate().map(batch);
            // the same samples twice are one batch
            let mut seen = BTreeSet::new();
            found
                .filter(|batch| seen.insert(batch.samples.clone()))
                .collect()
        })
    })
}

fn cell(raw: u64, alts: u64) -> String {
    let mut raw = raw;
    let mut take = |n: u64| {
        let value = raw % n;
        raw /= n;
        value
    };
    let ploidy = [2, 2, 2, 2, 1, 3][take(6) as usize];
    let copy = |take: &mut dyn FnMut(u64) -> u64| match take(6) {
        4 => ".".to_owned(),
        3 | 5 if alts > 0 => (1 + take(alts)).to_string(),
        _ => "0".to_owned(),
    };
    let copies: Vec<String> = (0..ploidy).map(|_| copy(&mut take)).collect();
    copies.join("/")
}

impl Record {
    fn alts(&self) -> Vec<&'static str> {
        ALTS[self.alts]
            .split(',')
            .filter(|alt| *alt != ".")
            .collect()
    }

    /// The last base that it spans.
    fn end(&self) -> i64 {
        match self.alts().as_slice() {
            [] | ["<NON_REF>" | "<*>"] => self.position + self.more.max(1),
            _ => self.position + REFERENCES[self.reference].len() as i64 - 1,
        }
    }
}

/// One ALT of a record, or a record without any.
#[derive(Debug, Clone)]
struct Row {
    contig: &'static str,
    position: i64,
    end: i64,
    reference: String,
    alternate: String,
    alt_number: u32,
    genotypes: Vec<Genotype>,
}

impl Row {
    fn is_unchanged(&self) -> bool {
        ["", "<*>", "<NON_REF>"].contains(&&*self.alternate)
    }

    fn key(&self) -> (&'static str, i64, String, String) {
        let upper = |text: &str| text.to_ascii_uppercase();
        (
            self.contig,
            self.position,
            upper(&self.reference),
            upper(&self.alternate),
        )
    }
}

impl Batch {
    /// Its rows in the order of a dataset. Of a variant reported twice the second is left out.
    fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for record in self.kept() {
            let alts = record.alts();
            let cells = record.cells.iter();
            let genotypes = cells.map(|raw| Genotype::parse(&cell(*raw, alts.len() as u64)));
            let genotypes: Vec<Genotype> = genotypes.collect();
            for number in 0..alts.len().max(1) {
                rows.push(Row {
                    contig: CONTIGS[record.contig],
                    position: record.position,
                    end: record.end(),
                    reference: REFERENCES[record.reference].to_owned(),
                    alternate: alts.get(number).copied().unwrap_or("").to_owned(),
                    alt_number: if alts.is_empty() {
                        0
                    } else {
                        number as u32 + 1
                    },
                    genotypes: genotypes.clone(),
                });
            }
        }
        rows.sort_by_key(Row::key);
        rows
    }

    /// The records of which no ALT stands in one before.
    fn kept(&self) -> Vec<&Record> {
        let mut seen = BTreeSet::new();
        let mut kept = Vec::new();
        for record in &self.records {
            let mut alts = record.alts();
            if alts.is_empty() {
                alts.push("");
            }
            let reference = REFERENCES[record.reference].to_ascii_uppercase();
            let key =
                |alt: &&'static str| (record.contig, record.position, reference.clone(), *alt);
            if alts.iter().all(|alt| !seen.contains(&key(alt))) {
                seen.extend(alts.iter().map(key));
                kept.push(record);
            }
        }
        kept
    }

    fn vcf(&self) -> String {
        let mut text = "##fileformat=VCFv4.3\n##contig=<ID=1>\n##contig=<ID=2>\n##INFO=<ID=END,\
            Number=1,Type=Integer,Description=\"e\">\n##FORMAT=<ID=GT,Number=1,Type=String,\
            Description=\"g\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
            .to_owned();
        for sample in &self.samples {
            write!(text, "\tS{sample}").unwrap();
        }
        text.push('\n');
        for record in self.kept() {
            let (contig, position) = (CONTIGS[record.contig], record.position);
            let (reference, alts) = (REFERENCES[record.reference], ALTS[record.alts]);
            let end = record.end();
            let spelled = record.position + reference.len() as i64 - 1;
            let info = if end == spelled {
                ".".to_owned()
            } else {
                format!("END={end}")
            };
            write!(
                text,
                "{contig}\t{position}\t.\t{reference}\t{alts}\t.\t.\t{info}\tGT"
            )
            .unwrap();
            for raw in &record.cells {
                write!(text, "\t{}", cell(*raw, record.alts().len() as u64)).unwrap();
            }
            text.push('\n');
        }
        text
    }
}

type Key = (String, i64, String, String);

/// Position, REF and ALT of the variants picked, in upper case, with their counts.
fn picked(mut variants: varidex::Variants<'_>) -> Vec<(Key, Counts)> {
    let mut found = Vec::new();
    while let Some(mut variant) = variants.next().unwrap() {
        let place = (
            variant.contig().to_owned(),
            variant.position().unwrap().one_based(),
        );
        let counts = variant.counts().unwrap();
        let (ac, an) = variant.ac_an().unwrap();
        assert_eq!((ac, an), (counts.ac, counts.an), "{place:?}");
        let (reference, alternate) = variant.alleles().unwrap();
        let upper = |text: &[u8]| String::from_utf8(text.to_ascii_uppercase()).unwrap();
        let key = (place.0, place.1, upper(reference), upper(alternate));
        found.push((key, counts));
    }
    found
}

struct Built {
    _folder: Folder,
    dataset: View,
    scan: Scan,
    everybody: BTreeSet<u32>,
}

fn built(batches: &[Batch]) -> Built {
    let folder = Folder::new();
    let genes = folder.write("genes.bed", GENES);
    let inputs: Vec<_> = (0..)
        .zip(batches)
        .map(|(n, batch)| folder.write(&format!("{n}.vcf"), batch.vcf()))
        .collect();
    let to = folder.path("x.vdx");
    let options = BuildOptions {
        genes: vec![genes],
        ..options()
    };
    build(&inputs, &to, &options).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    // samples are numbered in the order in which they are met, as here
    let everybody: BTreeSet<u32> = batches.iter().flat_map(|b| b.samples.clone()).collect();
    for &sample in &everybody {
        assert_eq!(dataset.sample_name(sample).unwrap(), format!("S{sample}"));
    }
    Built {
        _folder: folder,
        dataset,
        scan: Scan::new(batches),
        everybody,
    }
}

fn holds(comparison: &str, left: f64, right: f64) -> bool {
    match comparison {
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        ">=" => left >= right,
        "=" => left == right,
        _ => left != right,
    }
}

impl Built {
    /// Each variant with its counts among some samples.
    fn expected(&self, of: &BTreeSet<u32>) -> Vec<(Key, Counts)> {
        let each = self.scan.variants.iter();
        let each = each.map(|((contig, position, reference, alternate), rows)| {
            let key = (
                (*contig).to_owned(),
                *position,
                reference.clone(),
                alternate.clone(),
            );
            (key, self.scan.counts(rows, of))
        });
        each.collect()
    }

    fn keys(&self, question: &str) -> Vec<Key> {
        let variants = self.dataset.variants(question);
        let found = picked(variants.unwrap_or_else(|e| panic!("{question}: {e}")));
        found.into_iter().map(|(key, _)| key).collect()
    }

    /// Whether each comparison of each field picks the rows of which the number satisfies it; `within` follows the
    /// field.
    fn compare_all(&self, shown: &[(Key, Counts)], within: &str) {
        for field in FIELDS {
            let values = shown.iter().filter_map(|(_, counts)| value(counts, field));
            let mut values: Vec<f64> = values.chain([0.0, 0.01, 1.5]).collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            // some of many
            let step = values.len().div_ceil(6);
            for wanted in values.into_iter().step_by(step) {
                for comparison in COMPARISONS {
                    let question = format!("{field}{within}{comparison}{wanted}");
                    let passes = |counts: &Counts| {
                        value(counts, field).is_some_and(|v| holds(comparison, v, wanted))
                    };
                    let some = shown.iter().filter(|(_, counts)| passes(counts));
                    let expected: Vec<Key> = some.map(|(key, _)| key.clone()).collect();
                    assert_eq!(self.keys(&question), expected, "{question}");
                }
            }
        }
    }

    /// Whether carriers are those of the variants that are picked, with a gene and without.
    fn compare_carriers(&self, shown: &[(Key, Counts)]) {
        for (field, comparison, wanted) in [
            ("af", "<", 0.01),
            ("af", "<", 0.005),
            ("af", "<=", 0.1),
            ("af", ">", 0.2),
            ("an", ">", 0.0),
            ("n_missing", "=", 0.0),
        ] {
            let test = format!("{field}{comparison}{wanted}");
            let passes = |counts: &Counts| {
                value(counts, field).is_some_and(|v| holds(comparison, v, wanted))
            };
            let rows: Vec<_> = self
                .scan
                .variants
                .values()
                .zip(shown)
                .filter(|(_, (_, counts))| passes(counts))
                .map(|(rows, _)| rows)
                .collect();
            let found = self.dataset.ask(&format!("carriers({test})")).unwrap();
            let found: BTreeSet<u32> = found.samples().iter().collect();
            assert_eq!(found, self.scan.carriers(&rows), "carriers({test})");
            for (gene, ..) in PLACES {
                let rows = rows.iter().filter(|rows| self.scan.is_of(rows, gene));
                let rows: Vec<_> = rows.copied().collect();
                let question = format!("carriers(gene:{gene} & {test})");
                let found = self.dataset.ask(&question).unwrap();
                let found: BTreeSet<u32> = found.samples().iter().collect();
                assert_eq!(found, self.scan.carriers(&rows), "{question}");
            }
        }
    }

    /// Whether one allele after the other, in any order, has the counts of tables.
    fn compare_lookups(&self, shown: &[(Key, Counts)], of: &BTreeSet<u32>) {
        let members: Vec<u32> = of.iter().copied().collect();
        let group = group_of(&self.dataset, &members);
        let mut lookup = self.dataset.lookup(Some(&group)).unwrap();
        // records without ALT are no alleles
        let alleles = || {
            shown
                .iter()
                .filter(|((.., alternate), _)| !alternate.is_empty())
        };
        let mut mixed: Vec<&(Key, Counts)> = alleles().collect();
        mixed.sort_by_key(|(key, _)| (key.1 * 7 % 11, key.clone()));
        for ((contig, position, reference, alternate), counts) in alleles().chain(mixed) {
            let place = Position::from_one_based(*position).unwrap();
            let found = lookup.counts(contig, place, reference, alternate).unwrap();
            assert_eq!(
                found.as_ref(),
                Some(counts),
                "{contig}:{position}:{reference}:{alternate}"
            );
            let allele = self.dataset.allele(contig, place, reference, alternate);
            let found = allele.unwrap().unwrap().counts_in(&group).unwrap();
            assert_eq!(
                found, *counts,
                "{contig}:{position}:{reference}:{alternate}"
            );
        }
    }

    /// Whether what is exported has the AN of tables, and is what was picked; whether as many samples have
    /// no copies in the matrix as are missing.
    fn compare_genotypes(&self, shown: &[(Key, Counts)]) {
        let mut text = Vec::new();
        let options = ExportOptions {
            format: Some(varidex::ExportFormat::Vcf),
            ..ExportOptions::default()
        };
        let question = "an>=0 & !(n_missing>5)";
        self.dataset
            .export_to(question, None, &mut text, &options, &mut |_| true)
            .unwrap();
        let mut found = Vec::new();
        let text = String::from_utf8(text).unwrap();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            let cells = fields[9..].iter().map(|cell| Genotype::parse(cell).alleles);
            let an = cells.flatten().flatten().count() as u64;
            for alt in fields[4].split(',') {
                let alt = if alt == "." { "" } else { alt };
                let upper = |text: &str| text.to_ascii_uppercase();
                let position = fields[1].parse().unwrap();
                found.push((
                    (fields[0].to_owned(), position, upper(fields[3]), upper(alt)),
                    an,
                ));
            }
        }
        found.sort();
        let passes = |counts: &&(Key, Counts)| {
            counts.1.n_missing.is_none_or(|missing| missing <= 5) && counts.1.an.is_some()
        };
        let some = shown.iter().filter(passes);
        let expected: Vec<(Key, u64)> = some.map(|(key, c)| (key.clone(), c.an.unwrap())).collect();
        assert_eq!(found, expected, "exported");

        let mut dosages = self.dataset.dosages(None).unwrap();
        let mut copies = vec![0; self.everybody.len()];
        let mut variants = self.dataset.variants("all").unwrap();
        for (key, counts) in shown {
            let mut variant = variants.next().unwrap().unwrap();
            variant.dosages(&mut dosages, &mut copies).unwrap();
            let missing = copies.iter().filter(|copies| **copies < 0).count() as u64;
            match counts.n_missing {
                Some(known) => assert_eq!(missing, known, "{key:?}"),
                None => assert!(missing > 0, "{key:?}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_picked_is_what_is_shown(
        batches in batches(),
        of in vec(any::<prop::sample::Index>(), 1..6),
        which in select(vec![0, 1, 2]),
    ) {
        let built = built(&batches);
        let all: Vec<u32> = built.everybody.iter().copied().collect();
        let shown = picked(built.dataset.variants("all").unwrap());
        prop_assert_eq!(&shown, &built.expected(&built.everybody));
        let of: BTreeSet<u32> = of.iter().map(|index| all[index.index(all.len())]).collect();
        let members: Vec<u32> = of.iter().copied().collect();
        let group = group_of(&built.dataset, &members);
        let within = picked(built.dataset.variants_in("all", &group).unwrap());
        prop_assert_eq!(&within, &built.expected(&of));
        match which {
            0 => built.compare_all(&shown, ""),
            1 => {
                let names: Vec<String> = of.iter().map(|sample| format!("S{sample}")).collect();
                built.compare_all(&within, &format!("(samples({}))", names.join(", ")));
            }
            _ => built.compare_carriers(&shown),
        }
        built.compare_lookups(&within, &of);
        let shares = batches.iter().map(|batch| batch.samples.len()).sum::<usize>() > all.len();
        if !shares {
            built.compare_genotypes(&shown);
        }
        // several groups in one walk
        let others = [group.clone(), built.dataset.all().unwrap()];
        let mut variants = built.dataset.variants_by("af<0.5 | ac>=0", &others).unwrap();
        for ((_, whole), (_, part)) in shown.iter().zip(&within) {
            let mut variant = variants.next().unwrap().unwrap();
            prop_assert_eq!(variant.counts_of(0).unwrap(), *part);
            prop_assert_eq!(variant.counts_of(1).unwrap(), *whole);
        }
    }
}
