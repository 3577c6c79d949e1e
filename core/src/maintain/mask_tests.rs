//! A view without some people answers as a dataset that was built without them: from the source without their
//! columns, and without records that only they carry.

use super::mask_said_tests::said;
use crate::cohort::{Dataset, View};
use crate::maintain::build::{BuildOptions, PeopleOptions, build};
use crate::set::SampleSet;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const CALLS: [&str; 12] = [
    "0/0", "0|0", "0/1", "1|0", "0|1", "1/1", "./.", "./1", "0", "1", ".", "0/1/1",
];
pub(super) const ALLELES: [(&str, &str); 3] = [("A", "G"), ("CT", "C"), ("G", "GAA")];
const TERMS: [&str; 4] = ["HP:0003473", "HP:0001252", "HP:0003324", "HP:0000118"];
const OBO: &str = "format-version: 1.2\n\n[Term]\nid: HP:0000118\nname: Phenotypic abnormality\n\n\
    [Term]\nid: HP:0003324\nname: Generalized muscle weakness\nis_a: HP:0000118\n\n\
    [Term]\nid: HP:0003473\nname: Fatigable weakness\nis_a: HP:0003324\n\n\
    [Term]\nid: HP:0001252\nname: Hypotonia\nis_a: HP:0000118\n";

/// A site of a batch: position, which alleles, and a call for each sample.
type Site = (usize, usize, Vec<usize>);

/// Contig, position, and which alleles.
type Variant = (usize, usize, usize);
/// With a call for each sample.
type Record = (Variant, Vec<usize>);

#[derive(Debug, Clone)]
pub(crate) struct Cohort {
    /// Samples of each batch, and its sites.
    batches: Vec<(usize, Vec<Site>)>,
    /// Whether inputs of one sample each become one batch: then there are no others.
    merged: bool,
    /// Sites on a contig of its own of one batch more: of the first sample, and of one that no other has.
    shared: Vec<Site>,
    /// By individual: sex, population, terms, and how many samples it takes of those that are left.
    people: Vec<(bool, usize, Vec<usize>, usize)>,
    /// Who is hidden, by individual, and then by sample.
    hidden: Vec<bool>,
}

pub(crate) fn cohort() -> impl Strategy<Value = Cohort> {
    let site = |samples| (0..40usize, 0..ALLELES.len(), vec(0..CALLS.len(), samples));
    let batch = move |sizes: std::ops::Range<usize>| {
        sizes.prop_flat_map(move |samples| (Just(samples), vec(site(samples), 1..14)))
    };
    let person = (
        any::<bool>(),
        0..3usize,
        vec(0..TERMS.len(), 0..3),
        0..3usize,
    );
    let hidden = vec(prop::bool::weighted(0.3), 24);
    let shared = prop_oneof![Just(Vec::new()), vec(site(2), 1..6)];
    let apart = (Just(false), vec(batch(1..6), 1..4), shared);
    let merged = (Just(true), vec(batch(1..2), 1..8), Just(Vec::new()));
    let sources = prop_oneof![2 => apart, 1 => merged];
    let all = (sources, vec(person, 1..9), hidden);
    all.prop_map(|((merged, batches, shared), people, hidden)| Cohort {
        merged,
        batches,
        shared,
        people,
        hidden,
    })
}

/// What the source says, as it is written and as it is written without those who are hidden.
impl Cohort {
    fn samples(&self) -> Vec<String> {
        let mut count = self.batches.iter().map(|(samples, _)| samples).sum();
        count += usize::from(!self.shared.is_empty());
        (0..count)
            .map(|sample: usize| format!("S{sample}"))
            .collect()
    }

    /// Each file: its samples and its records, by contig, position and alleles.
    fn files(&self) -> Vec<(Vec<String>, Vec<Record>)> {
        let mut names = self.samples().into_iter();
        let record = |contig: Option<usize>, (place, alleles, calls): Site| {
            let of_place = 1 + place / 25;
            let at = (contig.unwrap_or(of_place), 10 + 20 * (place % 25), alleles);
            (at, calls)
        };
        let mut files = Vec::new();
        for (samples, sites) in &self.batches {
            let sites = firsts(sites).into_iter().map(|site| record(None, site));
            files.push((names.by_ref().take(*samples).collect(), sites.collect()));
        }
        if let Some(own) = names.next() {
            let sites = firsts(&self.shared).into_iter().filter(|site| site.0 < 25);
            let sites = sites.map(|site| record(Some(3), site)).collect();
            files.push((vec!["S0".to_owned(), own], sites));
        }
        files
    }

    /// By individual its samples.
    fn owned(&self) -> Vec<Vec<String>> {
        let mut left = self.samples().into_iter();
        let people = self.people.iter();
        people
            .map(|person| left.by_ref().take(person.3).collect())
            .collect()
    }

    /// Whether somebody, or a sample behind all individuals, is named as hidden.
    fn is_named(&self, number: usize) -> bool {
        self.hidden.get(number).copied().unwrap_or_default()
    }

    /// Whether an individual is hidden: by name, or with all of several samples.
    fn is_hidden(&self, number: usize) -> bool {
        let hidden = self.hidden_samples();
        let owned = self.owned();
        let mut own = owned[number].iter();
        self.is_named(number) || own.len() > 0 && own.all(|sample| hidden.contains(sample))
    }

    pub(crate) fn hidden_samples(&self) -> BTreeSet<String> {
        let mut hidden = BTreeSet::new();
        for (number, samples) in self.owned().iter().enumerate() {
            if self.is_named(number) {
                hidden.extend(samples.iter().cloned());
            }
        }
        let samples = self.samples().into_iter().enumerate();
        let named = samples.filter(|(number, _)| self.is_named(self.people.len() + number));
        hidden.extend(named.map(|(_, sample)| sample));
        hidden
    }

    /// Ids of the individuals and of the samples that are named as hidden.
    pub(crate) fn withdrawn(&self) -> (Vec<String>, Vec<String>) {
        let people = (0..self.people.len()).filter(|number| self.is_named(*number));
        let people: Vec<String> = people.map(|number| format!("P{number}")).collect();
        let samples = self.samples().into_iter().enumerate();
        let named = samples.filter(|(number, _)| self.is_named(self.people.len() + number));
        (people, named.map(|(_, sample)| sample).collect())
    }

    /// A view of all without those who are hidden.
    pub(crate) fn masked(&self, everybody: &View) -> View {
        everybody.without(self.hidden(everybody)).unwrap()
    }

    /// Those who are hidden, as subjects.
    pub(crate) fn hidden(&self, everybody: &View) -> SampleSet {
        let mut subjects = SampleSet::new();
        for number in (0..self.people.len()).filter(|number| self.is_named(*number)) {
            let person = everybody.ask(&format!("individuals(P{number})")).unwrap();
            subjects = subjects.union(person.subjects());
        }
        for sample in self.hidden_samples() {
            subjects.insert(everybody.sample_number(&sample).unwrap().unwrap());
        }
        subjects
    }

    /// Variants that only those carry who are hidden.
    fn lost(&self, hidden: &BTreeSet<String>) -> BTreeSet<Variant> {
        let mut carried: BTreeMap<Variant, (bool, bool)> = BTreeMap::new();
        for (names, records) in self.files() {
            for (variant, calls) in records {
                let known = carried.entry(variant).or_default();
                for (name, call) in names.iter().zip(calls) {
                    if CALLS[call].contains('1') {
                        match hidden.contains(name) {
                            true => known.0 = true,
                            false => known.1 = true,
                        }
                    }
                }
            }
        }
        let lost = carried
            .into_iter()
            .filter(|(_, (by_hidden, by_seen))| *by_hidden && !by_seen);
        lost.map(|(variant, _)| variant).collect()
    }

    pub(crate) fn write(&self, folder: &Path, without: Option<&BTreeSet<String>>) -> Option<View> {
        let (inputs, options) = self.source(folder, without)?;
        let to = folder.join("out.vdx");
        build(&inputs, &to, &options, &mut |_| true).unwrap();
        Some(Dataset::open(&to).unwrap().view())
    }

    /// The inputs, and how a dataset is built of them.
    pub(crate) fn source(
        &self,
        folder: &Path,
        without: Option<&BTreeSet<String>>,
    ) -> Option<(Vec<PathBuf>, BuildOptions)> {
        std::fs::create_dir(folder).unwrap();
        let everybody = without.is_none();
        let nobody = BTreeSet::new();
        let without = without.unwrap_or(&nobody);
        let lost = self.lost(without);
        let mut inputs = Vec::new();
        for (number, (names, records)) in self.files().into_iter().enumerate() {
            let kept: Vec<usize> = (0..names.len())
                .filter(|sample| !without.contains(&names[*sample]))
                .collect();
            let mut text = "##fileformat=VCFv4.3\n##contig=<ID=1,length=248956422>\n\
                ##contig=<ID=2,length=242193529>\n##contig=<ID=3,length=198295559>\n\
                ##INFO=<ID=AC,Number=A,Type=Integer,Description=\"\">\n\
                #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
                .to_owned();
            for sample in &kept {
                write!(text, "\t{}", names[*sample]).unwrap();
            }
            for (variant, calls) in &records {
                let (contig, at, alleles) = *variant;
                let (reference, alternate) = ALLELES[alleles];
                let fixed = match (lost.contains(variant), self.merged) {
                    (false, _) => format!("rs{at}\t{reference}\t{alternate}\t.\tPASS\tAC=9\tGT"),
                    // the record of somebody else still says that one was looked at
                    (true, true) => format!(".\t{reference}\t.\t.\tPASS\tAC=9\tGT"),
                    (true, false) => continue,
                };
                write!(text, "\n{contig}\t{at}\t{fixed}").unwrap();
                for sample in &kept {
                    write!(text, "\t{}", CALLS[calls[*sample]]).unwrap();
                }
            }
            if !kept.is_empty() {
                inputs.push(folder.join(format!("{number}.vcf")));
                std::fs::write(inputs.last()?, text + "\n").unwrap();
            }
        }
        if inputs.is_empty() {
            return None;
        }
        let options = BuildOptions {
            people: self.people_files(folder, everybody),
            genes: vec![folder.join("genes.bed")],
            info: vec!["AC".to_owned()],
            threads: Some(1),
            merge_from: usize::from(self.merged),
            ..BuildOptions::default()
        };
        std::fs::write(
            folder.join("genes.bed"),
            "1\t0\t300\tAAA\n1\t200\t900\tBBB\n2\t0\t900\tCCC\n",
        )
        .unwrap();
        Some((inputs, options))
    }

    /// Codes of no ontology, and values in units, by the terms of each.
    fn records(&self, everybody: bool) -> String {
        let mut text = String::new();
        for (number, (.., terms, _)) in self.people.iter().enumerate() {
            if self.is_hidden(number) && !everybody {
                continue;
            }
            let codes = terms.iter().map(|of| {
                let (id, label) = (format!("LOCAL:{of}"), format!("local {of}"));
                format!(r#"{{"diseaseCode":{{"id":"{id}","label":"{label}"}}}}"#)
            });
            let values = terms.iter().map(|of| {
                let unit = ["kg", "g", "mg"][of % 3];
                format!(
                    r#"{{"assayCode":{{"id":"LOINC:1"}},"measurementValue":{{"unit":{{"id":"U:{unit}","label":"{unit}"}},"value":{}}}}}"#,
                    40 + 10 * of
                )
            });
            let (codes, values): (Vec<_>, Vec<_>) = (codes.collect(), values.collect());
            writeln!(
                text,
                r#"{{"id":"P{number}","diseases":[{}],"measures":[{}]}}"#,
                codes.join(","),
                values.join(",")
            )
            .unwrap();
        }
        text
    }

    fn people_files(&self, folder: &Path, everybody: bool) -> PeopleOptions {
        let mut table =
            "individual_id\tsample\tsex\tpopulation\thpo\tattribute.level:number\tattribute.P:text\n"
                .to_owned();
        let mut map = "sample\tindividual\torigin\tattribute.lane:number\n".to_owned();
        let hidden = self.hidden_samples();
        for (number, ((female, population, terms, _), mut samples)) in
            self.people.iter().zip(self.owned()).enumerate()
        {
            if self.is_hidden(number) && !everybody {
                continue;
            }
            samples.retain(|sample| everybody || !hidden.contains(sample));
            let sex = if *female { "female" } else { "male" };
            let population = ["FIN", "GBR", ""][*population];
            let terms: Vec<&str> = terms.iter().map(|term| TERMS[*term]).collect();
            let first = samples.first().map_or("", String::as_str);
            let level = if number % 3 > 0 { "2.5" } else { "" };
            let only = if number == 1 { "one" } else { "" };
            writeln!(
                table,
                "P{number}\t{first}\t{sex}\t{population}\t{}\t{level}\t{only}",
                terms.join(";")
            )
            .unwrap();
            for sample in samples.iter().skip(1) {
                writeln!(table, "P{number}\t{sample}\t\t\t\t\t").unwrap();
            }
            for sample in &samples {
                let lane = if sample == "S1" { "7" } else { "" };
                writeln!(map, "{sample}\tP{number}\tsomatic\t{lane}").unwrap();
            }
        }
        std::fs::write(folder.join("people.tsv"), table).unwrap();
        std::fs::write(folder.join("map.tsv"), map).unwrap();
        let mut files = vec![folder.join("people.tsv")];
        // a file of nobody is refused
        let records = self.records(everybody);
        if !records.is_empty() {
            files.push(folder.join("records.ndjson"));
            std::fs::write(folder.join("records.ndjson"), records).unwrap();
        }
        std::fs::write(folder.join("terms.obo"), OBO).unwrap();
        let mut pedigree = String::new();
        for child in (2..self.people.len()).step_by(3) {
            let known = |number: usize| everybody || !self.is_hidden(number);
            let of = |number: usize| {
                if known(number) {
                    format!("P{number}")
                } else {
                    "0".to_owned()
                }
            };
            if known(child) {
                writeln!(
                    pedigree,
                    "F\tP{child}\t{}\t{}\t0\t0",
                    of(child - 1),
                    of(child - 2)
                )
                .unwrap();
            }
        }
        std::fs::write(folder.join("families.ped"), pedigree).unwrap();
        PeopleOptions {
            files,
            ontologies: vec![folder.join("terms.obo")],
            sample_map: Some(folder.join("map.tsv")),
            ..PeopleOptions::default()
        }
    }
}

/// Sites by place, of those with the same alleles the first.
fn firsts(sites: &[Site]) -> Vec<Site> {
    let mut sorted = BTreeMap::new();
    for site in sites {
        sorted
            .entry((site.0, site.1))
            .or_insert_with(|| site.clone());
    }
    sorted.into_values().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_view_without_people_is_a_dataset_without_them(cohort in cohort()) {
        let place = tempfile::tempdir().unwrap();
        let everybody = cohort.write(&place.path().join("all"), None).unwrap();
        let hidden = cohort.hidden_samples();
        let Some(rest) = cohort.write(&place.path().join("rest"), Some(&hidden)) else {
            return Ok(());
        };
        for (number, person) in cohort.owned().iter().enumerate() {
            prop_assert!(!cohort.is_named(number) || person.iter().all(|sample| hidden.contains(sample)));
        }
        let view = cohort.masked(&everybody);
        for sample in &hidden {
            let number = everybody.sample_number(sample).unwrap().unwrap();
            prop_assert_eq!(view.sample_number(sample).unwrap(), None);
            prop_assert!(view.sample_name(number).is_err());
            prop_assert_eq!(view.individual_of(number).unwrap(), None);
        }
        // AC of the source counts all
        prop_assert!(everybody.variants("info.AC>0").is_ok());
        prop_assert!(view.variants("info.AC>0").is_err());
        let pedigree = place.path().join("rest/families.ped");
        let (seen, expected) = (said(&view, &pedigree), said(&rest, &pedigree));
        let answered = seen.values().filter(|answer| *answer != "refused").count();
        prop_assert!(answered > 200, "{}", answered);
        for (question, answer) in &seen {
            prop_assert_eq!(answer, &expected[question], "{}", question);
        }
    }
}
