//! Inputs of one sample each, against a plain scan of their records.

use super::super::{BuildOptions, build_with};
use crate::cohort::Dataset;
use crate::export::{ExportFormat, ExportOptions};
use crate::format::Folder;
use crate::query::Counts;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// REF and ALTs of records with a change.
const ALLELES: [(&str, &str); 7] = [
    ("A", "G"),
    ("A", "G,<NON_REF>"),
    ("AT", "A,<NON_REF>"),
    ("A", "C,G,<*>"),
    ("a", "g"),
    ("AT", "A,ATT"),
    ("A", "*,T"),
];
/// ALTs of no change: a record may be of these alone, and a row where one is carried.
const UNCHANGED: [&str; 2] = ["<NON_REF>", "<*>"];
const CALLS: [&str; 13] = [
    "0/0", "0/1", "1/1", "./.", "0|1", "1|0", "./1", "0/.", "1", "0", ".", "0/1/1", "1/2",
];
const FILTERS: [&str; 3] = ["PASS", "q10", "."];

/// A record of one sample.
#[derive(Debug, Clone)]
struct Record {
    contig: usize,
    /// 1-based.
    position: i64,
    /// Where a block ends, inclusive; `None` is a record with a change.
    end: Option<i64>,
    alleles: usize,
    call: usize,
    filter: usize,
    quality: usize,
}

impl Record {
    fn reference(&self) -> &'static str {
        match self.end {
            Some(_) => "N",
            None => ALLELES[self.alleles].0,
        }
    }

    fn alternates(&self) -> Vec<&'static str> {
        match self.end {
            Some(_) => vec!["<NON_REF>"],
            None => ALLELES[self.alleles].1.split(',').collect(),
        }
    }

    /// The call, of alleles that the record has.
    fn call(&self) -> &'static str {
        match CALLS[self.call] {
            "1/2" if self.alternates().len() < 2 => "0/1",
            call if self.end.is_some() && call.contains('1') => "0/0",
            call => call,
        }
    }

    fn copies(&self) -> Vec<Option<usize>> {
        let copies = self.call().split(['/', '|']);
        copies.map(|copy| copy.parse().ok()).collect()
    }

    fn line(&self) -> String {
        let info = match self.end {
            Some(end) => format!("END={end}"),
            None => ".".to_owned(),
        };
        let alternates = self.alternates().join(",");
        let quality = [".", "10", "20.5"][self.quality];
        format!(
            "{}\t{}\t.\t{}\t{alternates}\t{quality}\t{}\t{info}\tGT\t{}\n",
            1 + self.contig,
            self.position,
            self.reference(),
            FILTERS[self.filter],
            self.call()
        )
    }

    /// Behind which position nothing is said any more, inclusive.
    fn last(&self) -> i64 {
        let bases = self.position + self.reference().len() as i64 - 1;
        self.end.unwrap_or(bases)
    }

    /// Which of its ALTs a variant is, from 1.
    fn alt_of(&self, variant: &Variant) -> Option<usize> {
        let same = (1 + self.contig, self.position) == (variant.0, variant.1)
            && self.reference().eq_ignore_ascii_case(&variant.2);
        let alternates = self.alternates();
        let mut found = alternates.iter().enumerate().filter(|_| same);
        found
            .find(|(_, alt)| alt.eq_ignore_ascii_case(&variant.3))
            .map(|(at, _)| at + 1)
    }
}

/// Contig, position (1-based), REF and ALT, in upper case.
type Variant = (usize, i64, String, String);

/// What is known of a sample at a variant.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Call {
    covered: bool,
    carried: u64,
    known: u64,
    ploidy: u64,
    passes: bool,
}

#[derive(Debug, Clone)]
pub(in super::super) struct Cohort {
    /// Records of each sample; one that is sorted is in order.
    samples: Vec<Vec<Record>>,
    /// Two samples of one input: position, alleles and calls.
    together: Vec<(i64, usize, usize)>,
    pub(in super::super) shuffled: bool,
    group: Vec<bool>,
}

fn record() -> impl Strategy<Value = Record> {
    let change = (Just(None), 0..ALLELES.len());
    let block = ((1..30i64).prop_map(Some), Just(0));
    let kind = prop_oneof![3 => change, 2 => block];
    let rest = (0..CALLS.len(), 0..FILTERS.len(), 0..3usize);
    (0..2usize, 1..40i64, kind, rest).prop_map(
        |(contig, position, (length, alleles), (call, filter, quality))| Record {
            contig,
            // the reference is ATAT…: what has a REF starts at an A
            position: if length.is_none() {
                2 * (position / 2 + 1)
            } else {
                position
            },
            end: length.map(|length| position + length - 1),
            alleles,
            call,
            filter,
            quality,
        },
    )
}

pub(in super::super) fn cohort() -> impl Strategy<Value = Cohort> {
    let samples = vec(vec(record(), 0..14), 2..9);
    let together = vec((1..40i64, 0..3usize, 0..CALLS.len()), 0..4);
    let all = (samples, together, any::<bool>(), vec(any::<bool>(), 9));
    all.prop_map(|(mut samples, together, shuffled, group)| {
        for records in samples.iter_mut().filter(|_| !shuffled) {
            records.sort_by_key(|record| (record.contig, record.position));
        }
        Cohort {
            samples,
            together,
            shuffled,
            group,
        }
    })
}

pub(super) const HEADER: &str = "##fileformat=VCFv4.3\n##FILTER=<ID=q10,Description=\"\">\n\
    ##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n\
    ##contig=<ID=1>\n##contig=<ID=2>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";

impl Cohort {
    pub(in super::super) fn write(&self, folder: &Path) -> Vec<PathBuf> {
        let mut inputs = Vec::new();
        for (sample, records) in self.samples.iter().enumerate() {
            let lines: String = records.iter().map(Record::line).collect();
            let input = folder.join(format!("S{sample}.g.vcf"));
            std::fs::write(&input, format!("{HEADER}\tS{sample}\n{lines}")).unwrap();
            inputs.push(input);
        }
        if !self.together.is_empty() {
            let mut text = format!("{HEADER}\tT0\tT1\n");
            for (variant, _) in self.together() {
                let (contig, position, reference, alternate) = variant;
                let start = format!("{contig}\t{position}\t.\t{reference}\t{alternate}");
                writeln!(text, "{start}\t.\tPASS\t.\tGT\t0/1\t0/0").unwrap();
            }
            let input = folder.join("together.vcf");
            std::fs::write(&input, text).unwrap();
            inputs.push(input);
        }
        inputs
    }

    /// The variants of the input of two samples, in order: the first carries each.
    fn together(&self) -> BTreeMap<Variant, ()> {
        let variants = self.together.iter().map(|(position, alleles, _)| {
            let (reference, alternates) = ALLELES[*alleles];
            let alternate = alternates.split(',').next().unwrap();
            let position = 2 * (position / 2 + 1);
            (1, position, reference.to_owned(), alternate.to_owned())
        });
        variants.map(|variant| (variant, ())).collect()
    }

    fn variants(&self) -> BTreeSet<Variant> {
        let mut all: BTreeSet<Variant> = self.together().into_keys().collect();
        for record in self.samples.iter().flatten() {
            for alternate in record.alternates() {
                if !UNCHANGED.contains(&alternate) {
                    let reference = record.reference().to_uppercase();
                    let alternate = alternate.to_uppercase();
                    all.insert((1 + record.contig, record.position, reference, alternate));
                }
            }
        }
        all
    }

    /// What a sample's records say of a variant.
    fn call(&self, sample: usize, variant: &Variant) -> Call {
        let mut records: Vec<&Record> = self.samples[sample].iter().collect();
        records.sort_by_key(|record| (record.contig, record.position));
        let own = records
            .iter()
            .find_map(|of| Some((of, of.alt_of(variant)?)));
        if let Some((record, alt)) = own {
            let copies = record.copies();
            let carried = copies.iter().filter(|copy| **copy == Some(alt)).count();
            return Call {
                covered: true,
                carried: carried as u64,
                known: copies.iter().flatten().count() as u64,
                ploidy: copies.len() as u64,
                passes: record.filter == 0,
            };
        }
        let around = records.iter().rfind(|of| {
            1 + of.contig == variant.0 && of.position <= variant.1 && variant.1 <= of.last()
        });
        let copies = around.map(|of| of.copies()).unwrap_or_default();
        if copies.is_empty() || copies.len() > 2 {
            return Call::default();
        }
        Call {
            covered: true,
            known: copies.iter().flatten().count() as u64,
            ploidy: copies.len() as u64,
            ..Call::default()
        }
    }

    /// Counts over samples of inputs of their own; `None` of AN where somebody was not looked at.
    fn counts(&self, variant: &Variant, samples: &[usize]) -> Counts {
        let calls = samples.iter().map(|sample| self.call(*sample, variant));
        let calls: Vec<Call> = calls.collect();
        let count = |f: &dyn Fn(&Call) -> bool| calls.iter().filter(|call| f(call)).count() as u64;
        let known = calls.iter().map(|call| call.known).sum();
        let all_covered = calls.iter().all(|call| call.covered);
        let missing = count(&|call| call.known < call.ploidy);
        Counts {
            ac: calls.iter().map(|call| call.carried).sum(),
            an: all_covered.then_some(known),
            n_het: count(&|call| call.carried > 0 && call.carried < call.ploidy),
            n_hom: count(&|call| call.ploidy > 1 && call.carried == call.ploidy),
            n_hemi: count(&|call| call.ploidy == 1 && call.carried == 1),
            n_missing: all_covered.then_some(missing),
        }
    }
}

fn built(cohort: &Cohort, folder: &Path, threads: usize) -> Dataset {
    let inputs = cohort.write(folder);
    let to = folder.join(format!("{threads}.vdx"));
    let options = BuildOptions {
        threads: Some(threads),
        sort: cohort.shuffled,
        memory: 1 << 20,
        ..BuildOptions::default()
    };
    let report = build_with(&inputs, &Folder::on_disk(&to), &options, &mut |_| true).unwrap();
    let records: usize = cohort.samples.iter().map(Vec::len).sum();
    let records = records + cohort.together().len();
    assert_eq!(
        (report.records, report.stored),
        (records as u64, records as u64)
    );
    Dataset::open(&to).unwrap()
}

fn check(cohort: &Cohort) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let dataset = built(cohort, folder.path(), 1);
    dataset.verify().unwrap();
    let again = built(cohort, folder.path(), 3);
    prop_assert_eq!(dataset.snapshot(), again.snapshot());
    let view = dataset.view();
    let all: Vec<usize> = (0..cohort.samples.len()).collect();
    let some = all.iter().copied().filter(|sample| cohort.group[*sample]);
    let groups = [all.clone(), some.collect()];
    let named = |group: &[usize]| {
        let names: Vec<String> = group.iter().map(|sample| format!("S{sample}")).collect();
        match names.is_empty() {
            true => view.ask("!all").unwrap(),
            false => view.ask(&format!("samples({})", names.join(","))).unwrap(),
        }
    };
    let asked = groups.each_ref().map(|group| named(group));
    let expected = cohort.variants();
    let mut variants = view.variants_by("all", &asked).unwrap();
    let mut dosages = view.dosages(Some(&asked[0])).unwrap();
    let mut row = vec![0; dosages.width()];
    let mut found = BTreeSet::new();
    let haplotypes = view.haplotypes("all", Some(&asked[0]), 40).unwrap();
    let ploidy = haplotypes.ploidy();
    let mut copies = Vec::new();
    for block in haplotypes {
        copies.extend(block.unwrap().alleles);
    }
    let mut copies = copies.chunks(ploidy);
    while let Some(mut variant) = variants.next().unwrap() {
        let of_row: Vec<&[i8]> = copies.by_ref().take(all.len()).collect();
        let (reference, alternate) = variant.alleles().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_uppercase();
        let (reference, alternate) = (text(reference), text(alternate));
        if UNCHANGED.contains(&&*alternate) {
            continue;
        }
        let contig: usize = variant.contig().parse().unwrap();
        let position = variant.position().unwrap().one_based();
        let key = (contig, position, reference, alternate);
        prop_assert!(found.insert(key.clone()), "{key:?} twice");
        for (number, group) in groups.iter().enumerate() {
            let counts = cohort.counts(&key, group);
            let counted = variant.counts_of(number).unwrap();
            prop_assert_eq!(counted, counts, "{:?} in {:?}", key, group);
        }
        variant.dosages(&mut dosages, &mut row).unwrap();
        for (sample, dosage) in all.iter().zip(&row) {
            let call = cohort.call(*sample, &key);
            let whole = call.covered && call.known == call.ploidy;
            let expected = if whole { call.carried as i8 } else { -1 };
            prop_assert_eq!(*dosage, expected, "{:?} of {}", key, sample);
            let count = |allele| of_row[*sample].iter().filter(|a| **a == allele).count() as u64;
            let found = [count(1), count(-1), count(-2)];
            let expected = match call.covered {
                true => [
                    call.carried,
                    call.ploidy - call.known,
                    ploidy as u64 - call.ploidy,
                ],
                false => [0, 2, ploidy as u64 - 2],
            };
            prop_assert_eq!(found, expected, "copies of {:?} of {}", key, sample);
        }
    }
    prop_assert_eq!(&found, &expected);
    let mut passing = view.variants("filter:PASS").unwrap();
    let mut found = BTreeMap::new();
    while let Some(mut variant) = passing.next().unwrap() {
        let name = variant.names().unwrap().vcf.unwrap_or_default();
        if UNCHANGED.iter().any(|alternate| name.ends_with(alternate)) {
            continue;
        }
        let mut carriers = BTreeSet::new();
        variant
            .carriers(|carrier| _ = carriers.insert(carrier.sample))
            .unwrap();
        found.insert(name.to_uppercase(), carriers);
    }
    let mut wanted = BTreeMap::new();
    for variant in &expected {
        let (contig, position, reference, alternate) = variant;
        let calls: Vec<Call> = all.iter().map(|of| cohort.call(*of, variant)).collect();
        let together = cohort.together().contains_key(variant);
        if calls.iter().any(|call| call.passes) || together {
            let carriers = calls.iter().zip(0u32..);
            let carriers = carriers.filter(|(call, _)| call.passes && call.carried > 0);
            let mut carriers: BTreeSet<u32> = carriers.map(|(_, sample)| sample).collect();
            carriers.extend(together.then_some(all.len() as u32));
            let name = format!("{contig}:{position}:{reference}:{alternate}");
            wanted.insert(name, carriers);
        }
    }
    prop_assert_eq!(found, wanted);
    lookups(cohort, &dataset, &groups, &expected)?;
    exported(cohort, &dataset)
}

/// Alleles looked up one by one.
fn lookups(
    cohort: &Cohort,
    dataset: &Dataset,
    groups: &[Vec<usize>],
    expected: &BTreeSet<Variant>,
) -> Result<(), TestCaseError> {
    let view = dataset.view();
    let names: Vec<String> = groups[0].iter().map(|of| format!("S{of}")).collect();
    let group = view.ask(&format!("samples({})", names.join(","))).unwrap();
    let mut lookup = view.lookup(Some(&group)).unwrap();
    for variant in expected.iter().filter(|variant| variant.3 != "*") {
        let (contig, position, reference, alternate) = variant;
        let counts = cohort.counts(variant, &groups[0]);
        let at = crate::genome::Position::from_one_based(*position).unwrap();
        let found = lookup.counts(&contig.to_string(), at, reference, alternate);
        let found = found.unwrap().unwrap();
        prop_assert_eq!(found, counts, "{:?}", variant);
        let name = format!("{contig}:{position}:{reference}:{alternate}");
        let allele = view.allele_named(&name).unwrap().unwrap();
        let mut carriers = Vec::new();
        allele
            .carriers(|carrier| carriers.push((carrier.sample, carrier.carried)))
            .unwrap();
        let calls = groups[0]
            .iter()
            .map(|of| (*of as u32, cohort.call(*of, variant)));
        let mut wanted: Vec<(u32, u32)> = calls
            .filter(|(_, call)| call.carried > 0)
            .map(|(sample, call)| (sample, call.carried as u32))
            .collect();
        if cohort.together().contains_key(variant) {
            wanted.push((groups[0].len() as u32, 1));
        }
        carriers.sort_unstable();
        prop_assert_eq!(carriers, wanted, "{}", name);
    }
    Ok(())
}

/// What is written out.
fn exported(cohort: &Cohort, dataset: &Dataset) -> Result<(), TestCaseError> {
    let mut text = Vec::new();
    let options = ExportOptions {
        format: Some(ExportFormat::Vcf),
        ..ExportOptions::default()
    };
    let view = dataset.view();
    view.export_to("all", None, &mut text, &options, &mut |_| true)
        .unwrap();
    let text = String::from_utf8(text).unwrap();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let alternates: Vec<&str> = fields[4].split(',').collect();
        let changed = (1..).zip(alternates);
        for (number, alternate) in changed.filter(|(_, alt)| !UNCHANGED.contains(alt)) {
            let variant = (
                fields[0].parse().unwrap(),
                fields[1].parse().unwrap(),
                fields[3].to_uppercase(),
                alternate.to_uppercase(),
            );
            for sample in 0..cohort.samples.len() {
                let copies = fields[9 + sample].split(['/', '|']);
                let copies: Vec<Option<u64>> = copies.map(|copy| copy.parse().ok()).collect();
                let call = cohort.call(sample, &variant);
                let carried = copies.iter().filter(|copy| **copy == Some(number)).count();
                let known = copies.iter().flatten().count();
                let found = (carried as u64, known as u64);
                prop_assert_eq!(found, (call.carried, call.known), "{} of {}", line, sample);
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn merged_inputs_are_what_a_scan_finds(cohort in cohort()) {
        check(&cohort)?;
    }
}
