//! Random small cohorts: what the index answers is what a plain scan of the records gives.

use crate::dataset::DATASET;
use arbitrary::{Arbitrary, Unstructured};
use std::collections::{BTreeMap, BTreeSet};
use varidex::testing::Files;
use varidex::{BuildOptions, CarrierGenotype, Counts, View, Zygosity};

/// Two inputs of other people, or one.
#[derive(Debug, Arbitrary)]
struct Cohort {
    files: (File, Option<File>),
    /// Bits over the samples of both.
    group: u128,
    region: (u8, u8),
    least: u8,
}

#[derive(Debug, Arbitrary)]
struct File {
    people: u8,
    /// Repeats each record's genotypes in this rhythm, so that many people are few bytes.
    times: u8,
    records: Vec<Record>,
}

#[derive(Debug, Arbitrary)]
struct Record {
    next_contig: bool,
    step: u8,
    reference: u8,
    alternates: u8,
    genotypes: Vec<Genotype>,
}

#[derive(Debug, Arbitrary)]
struct Genotype {
    ploidy: u8,
    /// Bit n: a `/` before copy n + 1.
    separators: u8,
    alleles: [u8; 4],
}

const REFERENCES: [&str; 4] = ["A", "C", "CAT", "GATTACAGATTACA"];
const ALTERNATES: [&str; 8] = [
    "",
    "G",
    "T,G",
    "<DEL>",
    "*,T",
    "GATTACAGATTACAGATTACA,T,TT",
    "<*>",
    "T,<*>",
];
const CONTIGS: [&str; 2] = ["1", "2"];

/// A record as a plain scan sees it.
#[derive(Debug)]
struct Plain {
    contig: usize,
    position: i64,
    reference: String,
    alternates: Vec<String>,
    /// By sample of the dataset.
    genotypes: BTreeMap<u32, (Vec<Option<u32>>, bool)>,
}

/// A row: contig, position, REF, ALT.
type Key = (usize, i64, String, String);

/// A row's counts (AN left out where there are several batches), and its carriers: sample, copies that
/// carry, ploidy, phased.
type Answer = (Counts, Vec<(u32, u32, u32, bool)>);

/// Builds a cohort from the bytes, and compares.
pub fn differential(data: &[u8]) {
    let Ok(cohort) = Cohort::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    let held = Files::default();
    let files: Vec<&File> = std::iter::once(&cohort.files.0)
        .chain(&cohort.files.1)
        .collect();
    let mut records = Vec::new();
    let mut inputs = Vec::new();
    let mut people = 0;
    for (i, file) in files.iter().enumerate() {
        let count = 1 + u32::from(file.people % 70);
        let name = ["0.vcf", "1.vcf"][i];
        held.write(name, file.text(people, count, &mut records));
        inputs.push(name);
        people += count;
    }
    let options = BuildOptions {
        threads: Some(1),
        memory: 16 << 20,
        ..BuildOptions::default()
    };
    let report = held.build(&inputs, DATASET, &options, &mut |_| true);
    let report = report.expect("a sound file can be built");
    assert_eq!(
        (report.stored, report.refused_count()),
        (records.len() as u64, 0)
    );
    let dataset = held
        .open(DATASET)
        .expect("what was built can be opened")
        .view();
    dataset.dataset().verify().expect("what was built is sound");
    let scan = Scan {
        records,
        people,
        several: inputs.len() > 1,
    };

    let everybody: BTreeSet<u32> = (0..people).collect();
    let group: BTreeSet<u32> = everybody
        .iter()
        .copied()
        .filter(|s| cohort.group >> (s % 128) & 1 != 0)
        .collect();
    let names: Vec<String> = group.iter().map(|s| format!("s{s}")).collect();
    let asked = match names.as_slice() {
        [] => dataset.ask("!all"),
        names => dataset.ask(&format!("samples({})", names.join(","))),
    };
    let asked = asked.expect("samples are known");
    assert_eq!(asked.samples().iter().collect::<BTreeSet<_>>(), group);

    scan.compare(&dataset, "all", None, &everybody, |_, _| true);
    scan.compare(&dataset, "all", Some(&asked), &group, |_, _| true);
    let least = u64::from(cohort.least % 8);
    let text = format!("ac>={least}");
    scan.compare(&dataset, &text, Some(&asked), &group, |_, all| {
        all.ac >= least
    });
    let text = format!("n_hom<{least} & !n_missing=0");
    scan.compare(&dataset, &text, None, &everybody, |_, all| {
        all.n_hom < least && all.n_missing != Some(0)
    });
    scan.compare_region(&dataset, cohort.region);
    scan.compare_people(&dataset, least as u32);
    scan.compare_alleles(&dataset);
}

impl File {
    /// The file as text; adds its records to `records`.
    fn text(&self, first: u32, people: u32, records: &mut Vec<Plain>) -> String {
        let mut text =
            "##fileformat=VCFv4.3\n##contig=<ID=1,length=99999>\n##contig=<ID=2,length=99999>\n\
                        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
                .to_owned();
        for sample in first..first + people {
            text += &format!("\ts{sample}");
        }
        text.push('\n');
        let (mut contig, mut position) = (0, 1);
        for record in self.records.iter().take(60) {
            if record.next_contig && contig == 0 {
                (contig, position) = (1, 1);
            }
            position += i64::from(record.step % 16);
            let reference = REFERENCES[usize::from(record.reference) % REFERENCES.len()];
            let alternates = ALTERNATES[usize::from(record.alternates) % ALTERNATES.len()];
            let alternates: Vec<String> = alternates
                .split(',')
                .filter(|a| !a.is_empty() && *a != reference)
                .map(str::to_owned)
                .collect();
            let written = if alternates.is_empty() {
                ".".to_owned()
            } else {
                alternates.join(",")
            };
            text += &format!(
                "{}\t{position}\t.\t{reference}\t{written}\t.\t.\t.\tGT",
                CONTIGS[contig]
            );
            let mut genotypes = BTreeMap::new();
            for i in 0..people {
                let turn = (i / (1 + u32::from(self.times % 8))) as usize;
                let (cell, copies, phased) = match record.genotypes.len() {
                    0 => ("0|0".to_owned(), vec![Some(0); 2], true),
                    len => record.genotypes[turn % len].cell(alternates.len() as u32),
                };
                text.push('\t');
                text.push_str(&cell);
                genotypes.insert(first + i, (copies, phased));
            }
            text.push('\n');
            records.push(Plain {
                contig,
                position,
                reference: reference.to_owned(),
                alternates,
                genotypes,
            });
        }
        text
    }
}

impl Genotype {
    /// As text, as alleles, and whether phased.
    fn cell(&self, alternates: u32) -> (String, Vec<Option<u32>>, bool) {
        let ploidy = match self.ploidy % 16 {
            0 | 1 => 1,
            2 => 3,
            3 => 4,
            _ => 2,
        };
        let mut text = String::new();
        let mut copies = Vec::new();
        let mut phased = true;
        for (n, &allele) in self.alleles.iter().take(ploidy).enumerate() {
            if n > 0 {
                let slash = self.separators >> n & 1 != 0;
                phased &= !slash;
                text.push(if slash { '/' } else { '|' });
            }
            if allele % 16 == 15 {
                text.push('.');
                copies.push(None);
            } else {
                let number = u32::from(allele % 16) % (alternates + 1);
                text += &format!("{number}");
                copies.push(Some(number));
            }
        }
        (text, copies, phased)
    }
}

/// What a plain scan of the records knows.
struct Scan {
    records: Vec<Plain>,
    people: u32,
    several: bool,
}

impl Scan {
    /// Every row's answer for these people. Rows of the same variant in several batches are one.
    fn rows(&self, group: &BTreeSet<u32>) -> Vec<(Key, Answer)> {
        let mut rows: Vec<(Key, Answer)> = Vec::new();
        for record in &self.records {
            let alternates = record.alternates.iter().map(String::as_str);
            let none = record.alternates.is_empty().then_some("");
            for (number, alternate) in (1..).zip(alternates.chain(none)) {
                let key = (
                    record.contig,
                    record.position,
                    record.reference.clone(),
                    alternate.to_owned(),
                );
                rows.push((key, record.answer(number, group)));
            }
        }
        rows
    }

    fn compare(
        &self,
        dataset: &View,
        text: &str,
        asked: Option<&varidex::Group>,
        group: &BTreeSet<u32>,
        wanted: impl Fn(&Key, &Counts) -> bool,
    ) {
        let mut found: Vec<(Key, Answer)> = Vec::new();
        let mut variants = match asked {
            None => dataset.variants(text),
            Some(asked) => dataset.variants_in(text, asked),
        }
        .expect("a sound expression");
        while let Some(mut variant) = variants.next().expect("a sound dataset") {
            let contig = CONTIGS
                .iter()
                .position(|c| *c == variant.contig())
                .expect("a contig of ours");
            let position = variant.position().expect("a position").one_based();
            let counts = variant.counts().expect("counts");
            assert_eq!(variant.ac_an().expect("counts"), (counts.ac, counts.an));
            let mut carriers = Vec::new();
            variant
                .carriers(|c: CarrierGenotype| {
                    carriers.push((c.sample, c.carried, c.ploidy, c.phased))
                })
                .expect("carriers");
            let (reference, alternate) = variant.alleles().expect("alleles");
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            found.push((
                (contig, position, text(reference), text(alternate)),
                (counts, carriers),
            ));
        }
        let place = |row: &(Key, Answer)| row.0.clone();
        assert!(
            found.is_sorted_by_key(place),
            "rows in the order of contig, position, REF and ALT"
        );
        if self.several {
            return self.compare_several(found, group, wanted);
        }
        let everybody: BTreeSet<u32> = (0..self.people).collect();
        let all = self.rows(&everybody);
        let rows = self.rows(group).into_iter().zip(all);
        let mut expected: Vec<(Key, Answer)> = rows
            .filter(|(row, all)| wanted(&row.0, &all.1.0))
            .map(|(row, _)| row)
            .collect();
        // rows of one key come in the order of their records on both sides
        expected.sort_by_key(place);
        assert_eq!(found, expected, "{text}");
    }

    /// Several batches: rows of a variant meet, in what order is not said where one has it twice;
    /// AN depends on what each batch has looked at.
    fn compare_several(
        &self,
        found: Vec<(Key, Answer)>,
        group: &BTreeSet<u32>,
        wanted: impl Fn(&Key, &Counts) -> bool,
    ) {
        let everybody: BTreeSet<u32> = (0..self.people).collect();
        let (mut expected, mut all) = (BTreeMap::new(), BTreeMap::new());
        let mut times: BTreeMap<Key, u32> = BTreeMap::new();
        for (who, into) in [(group, &mut expected), (&everybody, &mut all)] {
            for (key, (counts, carriers)) in self.rows(who) {
                let sum: &mut Answer = into.entry(key).or_default();
                sum.0.ac += counts.ac;
                sum.0.n_het += counts.n_het;
                sum.0.n_hom += counts.n_hom;
                sum.0.n_hemi += counts.n_hemi;
                sum.0.n_missing =
                    Some(sum.0.n_missing.unwrap_or(0) + counts.n_missing.unwrap_or(0));
                sum.0.an = Some(sum.0.an.unwrap_or(0) + counts.an.unwrap_or(0));
                sum.1.extend(carriers);
            }
        }
        for record in &self.records {
            let batch = u32::from(record.genotypes.contains_key(&0));
            for alternate in &record.alternates {
                let key = (
                    record.contig,
                    record.position,
                    record.reference.clone(),
                    alternate.clone(),
                );
                *times.entry(key).or_default() += 1 << (16 * batch);
            }
        }
        for (key, (counts, mut carriers)) in found {
            let twice = times
                .get(&key)
                .is_none_or(|n| n & 0xffff > 1 || n >> 16 > 1);
            if twice {
                continue;
            }
            let (expected, expected_carriers) = &expected[&key];
            carriers.sort_unstable();
            let mut expected_carriers = expected_carriers.clone();
            expected_carriers.sort_unstable();
            assert_eq!(carriers, expected_carriers, "{key:?}");
            assert_eq!(
                (counts.ac, counts.n_het, counts.n_hom, counts.n_hemi),
                (expected.ac, expected.n_het, expected.n_hom, expected.n_hemi),
                "{key:?}"
            );
            // other rows at the place may tell of more
            assert!(
                counts.an.is_none_or(|an| an >= expected.an.unwrap_or(0)),
                "{key:?}"
            );
            assert!(
                counts
                    .n_missing
                    .is_none_or(|missing| missing >= expected.n_missing.unwrap_or(0)),
                "{key:?}"
            );
            let _ = &wanted;
        }
    }

    /// Rows that overlap a region are found, others are not.
    fn compare_region(&self, dataset: &View, region: (u8, u8)) {
        if self
            .records
            .iter()
            .flat_map(|r| &r.alternates)
            .any(|a| a == "<DEL>")
        {
            // without END or SVLEN its extent is a matter of interpretation
            return;
        }
        let first = i64::from(region.0) + 1;
        let last = first + i64::from(region.1 % 32);
        let text = format!("region(\"1\", {first}, {last})");
        let mut found = BTreeSet::new();
        let mut variants = dataset.variants(&text).expect("a sound expression");
        while let Some(mut variant) = variants.next().expect("a sound dataset") {
            let position = variant.position().expect("a position").one_based();
            let reference = variant.alleles().expect("alleles").0.to_vec();
            found.insert((position, reference));
        }
        let overlaps = |r: &&Plain| {
            r.contig == 0 && r.position <= last && first < r.position + r.reference.len() as i64
        };
        let expected = self.records.iter().filter(overlaps);
        let expected: BTreeSet<_> = expected
            .map(|r| (r.position, r.reference.as_bytes().to_vec()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    /// Groups by what they carry.
    fn compare_people(&self, dataset: &View, least: u32) {
        let everybody: BTreeSet<u32> = (0..self.people).collect();
        let ask = |text: &str| -> BTreeSet<u32> {
            dataset
                .ask(text)
                .expect("a sound expression")
                .samples()
                .iter()
                .collect()
        };
        // by sample and zygosity the different variants, each once however many records tell it
        let mut carried: BTreeMap<u32, BTreeMap<&str, BTreeSet<Key>>> = BTreeMap::new();
        for (key, (_, carriers)) in self.rows(&everybody) {
            for (sample, carried_copies, ploidy, _) in carriers {
                let kind = match (carried_copies, ploidy) {
                    (_, 1) => "hemi",
                    (a, b) if a == b => "hom",
                    _ => "het",
                };
                for kind in ["any", kind] {
                    let of = carried.entry(sample).or_default().entry(kind);
                    of.or_default().insert(key.clone());
                }
            }
        }
        let having = |kind: &str, least: u32| -> BTreeSet<u32> {
            let enough = carried.iter().filter(|(_, of)| {
                let of = of.get(kind).map_or(0, BTreeSet::len);
                of >= least as usize
            });
            enough.map(|(sample, _)| *sample).collect()
        };
        assert_eq!(ask("carriers(all)"), having("any", 1));
        for kind in ["het", "hom", "hemi"] {
            assert_eq!(
                ask(&format!("carriers(all, {kind})")),
                having(kind, 1),
                "{kind}"
            );
        }
        let least = least.max(1);
        assert_eq!(
            ask(&format!("carriers(all, at_least: {least})")),
            having("any", least)
        );
    }

    /// One allele at a time.
    fn compare_alleles(&self, dataset: &View) {
        let everybody: BTreeSet<u32> = (0..self.people).collect();
        let rows = self.rows(&everybody);
        let mut times: BTreeMap<&Key, u32> = BTreeMap::new();
        rows.iter()
            .for_each(|(key, _)| *times.entry(key).or_default() += 1);
        for (key, expected) in &rows {
            let (contig, position, reference, alternate) = key;
            // a record without ALT is no allele
            if alternate.is_empty() {
                continue;
            }
            let position = varidex::Position::from_one_based(*position).expect("a position");
            let found = dataset.allele(CONTIGS[*contig], position, reference, alternate);
            let found = found
                .expect("a known contig")
                .expect("an allele that is there");
            let counts = found.counts().expect("counts");
            assert_eq!(
                counts,
                found
                    .counts_in(&dataset.all().expect("everybody"))
                    .expect("counts")
            );
            let mut carriers = Vec::new();
            found
                .carriers(|c| carriers.push((c.sample, c.carried, c.ploidy, c.phased)))
                .expect("carriers");
            // an indel that another record may spell elsewhere is counted with it
            let may_be_again = rows
                .iter()
                .any(|(other, _)| other != key && may_be_one(other, key));
            if times[key] == 1 && !self.several && !may_be_again {
                assert_eq!((counts, carriers), *expected, "{key:?}");
            }
        }
    }
}

/// Whether two rows may delete, or insert, the same bases: as far as their lengths say.
fn may_be_one(a: &Key, b: &Key) -> bool {
    let longer = |(_, _, reference, alternate): &Key| reference.len().wrapping_sub(alternate.len());
    a.0 == b.0 && longer(a) == longer(b) && longer(a) != 0
}

impl Plain {
    fn answer(&self, number: u32, group: &BTreeSet<u32>) -> Answer {
        let mut counts = Counts::default();
        let (mut an, mut missing) = (0, 0);
        let mut carriers = Vec::new();
        for (&sample, (copies, phased)) in &self.genotypes {
            if !group.contains(&sample) {
                continue;
            }
            // where there is no ALT, an allele 1 cannot be written here
            let carried = copies.iter().filter(|c| **c == Some(number)).count() as u32;
            let ploidy = copies.len() as u32;
            an += copies.iter().flatten().count() as u64;
            counts.ac += u64::from(carried);
            missing += u64::from(copies.contains(&None));
            if carried == 0 {
                continue;
            }
            let genotype = CarrierGenotype {
                sample,
                carried,
                ploidy,
                phased: *phased,
                copies: 0,
                missing: 0,
            };
            match genotype.zygosity() {
                Zygosity::Hemi => counts.n_hemi += 1,
                Zygosity::Hom => counts.n_hom += 1,
                Zygosity::Het => counts.n_het += 1,
            }
            carriers.push((sample, carried, ploidy, *phased));
        }
        (counts.an, counts.n_missing) = (Some(an), Some(missing));
        (counts, carriers)
    }
}
