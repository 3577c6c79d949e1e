//! Who carries variants of a gene: the stored sets answer as the rows do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::BuildOptions;
use crate::cohort::{Dataset, View};
use crate::error::Error;
use crate::format::Folder;
use crate::maintain::build;
use crate::set::SampleSet;
use crate::store::Manifest;
use crate::store::gene_carriers::Least;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use varidex_simulate::{Options, simulate};

/// Whether the stored sets are the answer: they are, are not, or may be.
type Answered = Option<bool>;
const YES: Answered = Some(true);
const NO: Answered = Some(false);
const MAYBE: Answered = None;

/// What stands behind a gene, what is asked beside, and whether that is answered in one batch and in several.
const ASKED: [(&str, &str, Answered, Answered); 22] = [
    ("", "", YES, YES),
    (" & af<0.01", "", YES, MAYBE),
    (" & af<0.005", "", MAYBE, MAYBE),
    (" & af<=0.01", "", MAYBE, MAYBE),
    (" & af<0.01 & ac<=2", "", YES, MAYBE),
    (" & ac<=2", "", YES, MAYBE),
    (" & ac<3", "", YES, MAYBE),
    (" & ac<=8", "", MAYBE, MAYBE),
    (" & ac<9 & af<0.5", "", MAYBE, MAYBE),
    (" & ac<=5", "", MAYBE, MAYBE),
    (" & ac=1", "", MAYBE, MAYBE),
    (" & af>0.01", "", NO, NO),
    (" & type:snv", "", NO, NO),
    ("", ", het", NO, NO),
    (" & af<0.01", ", at_least: 2", NO, NO),
    (" & impact>=moderate", "", YES, YES),
    (" & impact:high & af<0.01", "", YES, MAYBE),
    (" & impact:high & ac<=2", "", YES, MAYBE),
    (" & impact>=low & af<0.01", "", NO, NO),
    (" & impact:moderate", "", NO, NO),
    (" & consequence:missense_variant", "", NO, NO),
    (" & (impact:high | af<0.001)", "", NO, NO),
];

/// The dataset without what is stored of carriers.
fn without_carriers(path: &Path) -> View {
    let all = Dataset::open(path).unwrap();
    let without = Manifest {
        carriers: Vec::new(),
        ..all.manifest().clone()
    };
    let without = Dataset::open_state(&Folder::on_disk(path), without);
    without.unwrap().view()
}

/// Asks a dataset with its stored sets and without, about each gene under each of its names.
fn compare(path: &Path, names: &[&str], annotated: bool) {
    let dataset = Dataset::open(path).unwrap().view();
    dataset.dataset().verify().unwrap();
    assert_eq!(
        dataset.gene_carriers().len(),
        dataset.manifest().batches().len()
    );
    let without = without_carriers(path);
    let several = dataset.gene_carriers().len() > 1;
    let mut found = 0;
    for name in names {
        for (beside, option, in_one, in_several) in ASKED {
            if !annotated && (beside.contains("impact") || beside.contains("consequence")) {
                continue;
            }
            let question = format!("carriers(gene:\"{name}\"{beside}{option})");
            let expected = without.ask(&*question).unwrap();
            let explained = dataset.explain(&*question).unwrap();
            assert_eq!(explained.individuals, expected.count(), "{question}");
            let stored = dataset.ask(&*question).unwrap();
            assert_eq!(stored.samples(), expected.samples(), "{question}");
            // of those who are left something else is rare
            let left = [&dataset, &without].map(|all| {
                let some = (0..all.universe()).filter(|sample| sample % 3 > 0);
                let view = all.without(some.collect()).unwrap();
                view.ask(&*question).unwrap().samples().clone()
            });
            assert_eq!(left[0], left[1], "{question}");
            let text = explained.to_string();
            let (said, answered) = (
                text.contains("no row is read"),
                if several { in_several } else { in_one },
            );
            // of nobody there is nothing to read
            if answered == YES || answered == NO && expected.count() > 0 {
                assert_eq!(Some(said), answered, "{text}");
            }
            found += expected.count();
        }
    }
    assert!(found > 100, "{found}");
}

#[test]
fn stored_carriers_answer_as_the_rows_do() {
    let place = tempfile::tempdir().unwrap();
    let options = Options {
        samples: 400,
        variants: 1_500,
        people: true,
        annotations: true,
        ..Options::default()
    };
    let cohort = simulate(&options, place.path(), &mut |_, _| true).unwrap();
    let to = place.path().join("cohort.vdx");
    let options = BuildOptions {
        genes: vec![place.path().join("genes.gff3.gz")],
        ..BuildOptions::default()
    };
    build(&[&cohort.genotypes], &to, &options, &mut |_| true).unwrap();
    compare(&to, &["PTEN", "ryr1", "BRAF", "TLR7"], true);
}

/// A gene has another number in each segment.
#[test]
fn stored_carriers_are_of_all_segments() {
    let place = tempfile::tempdir().unwrap();
    let said = [
        &["AAA|LOW", "BBB|HIGH", "CCC|MODERATE"][..],
        &[
            "ZZZ|LOW",
            "CCC|HIGH",
            "BBB|LOW",
            "AAA|MODERATE",
            "BBB|MODERATE",
        ],
    ];
    let mut inputs = Vec::new();
    for (contig, said) in (1..).zip(said) {
        let mut vcf = "##fileformat=VCFv4.3\n##contig=<ID=1>\n##contig=<ID=2>\n\
            ##INFO=<ID=CSQ,Number=.,Type=String,Description=\"VEP. Format: \
            Allele|Consequence|SYMBOL|IMPACT\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\t\
            INFO\tFORMAT"
            .to_owned();
        (0..300).for_each(|sample| write!(vcf, "\tS{sample}").unwrap());
        for (row, said) in (0u32..).zip(said.iter().cycle().take(40)) {
            write!(vcf, "\n{contig}\t{}\t.\tA\tC\t.\t.\t", 10 + row).unwrap();
            write!(vcf, "CSQ=C|missense_variant|{said}\tGT").unwrap();
            let every = if row % 3 == 0 { 20 } else { 150 };
            for sample in 0u32..300 {
                let carries = (sample + 7 * row).is_multiple_of(every);
                vcf.push_str(if carries { "\t0|1" } else { "\t0|0" });
            }
        }
        vcf.push('\n');
        let input = place.path().join(format!("{contig}.vcf"));
        std::fs::write(&input, vcf).unwrap();
        inputs.push(input);
    }
    // a name that the gene's model has, and its annotations do not
    let genes = place.path().join("genes.gff3");
    let model = "##gff-version 3\n1\t.\tgene\t11\t20\t.\t+\t.\tID=g;Name=AAA;Alias=OLD1\n";
    std::fs::write(&genes, model).unwrap();
    let to = place.path().join("cohort.vdx");
    let options = BuildOptions {
        genes: vec![genes],
        ..BuildOptions::default()
    };
    build(&inputs, &to, &options, &mut |_| true).unwrap();
    assert_eq!(Dataset::open(&to).unwrap().parts().len(), 2);
    compare(&to, &["AAA", "bbb", "CCC", "old1"], true);
}

/// Nobody can ask for ` B`: it ended the build once, or the genes that it stands with had the carriers
/// of `B`.
#[test]
fn names_with_blanks_around_are_not_asked_by() {
    let place = tempfile::tempdir().unwrap();
    let input = place.path().join("in.vcf");
    let head = "##fileformat=VCFv4.3\n##contig=<ID=1>\n##INFO=<ID=CSQ,Number=.,Type=String,\
        Description=\"VEP. Format: Allele|Consequence|IMPACT|SYMBOL\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS0\tS1\n\
        1\t10\t.\tA\tC\t.\t.\tCSQ=C|fusion|HIGH|A& B\tGT\t0|1\t0|0\n";
    let other = "1\t20\t.\tA\tC\t.\t.\tCSQ=C|missense_variant|LOW|B\tGT\t0|0\t0|1\n";
    for (text, others) in [(head.to_owned(), 0), (format!("{head}{other}"), 1)] {
        std::fs::write(&input, text).unwrap();
        let to = place.path().join("out.vdx");
        let options = BuildOptions {
            replace: true,
            ..BuildOptions::default()
        };
        build(&[&input], &to, &options, &mut |_| true).unwrap();
        let dataset = Dataset::open(&to).unwrap().view();
        dataset.dataset().verify().unwrap();
        let carriers = |question| {
            let group = dataset.ask(question)?;
            Ok::<_, Error>(
                group
                    .ids()?
                    .into_iter()
                    .map(str::to_owned)
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(carriers("carriers(gene:A)").unwrap(), ["S0"]);
        let of_b = carriers("carriers(gene:B)").unwrap_or_default();
        assert_eq!(of_b, ["S1"][..others]);
    }
}

/// What is rare in one batch may be common in all.
#[test]
fn stored_carriers_are_of_all_batches() {
    let place = tempfile::tempdir().unwrap();
    let mut inputs = Vec::new();
    for batch in 0u32..2 {
        let mut vcf = "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\t\
            FILTER\tINFO\tFORMAT"
            .to_owned();
        (0..150).for_each(|sample| write!(vcf, "\tS{batch}_{sample}").unwrap());
        for row in 0u32..60 {
            write!(vcf, "\n1\t{}\t.\tA\tC\t.\t.\t.\tGT", 10 + row * 10).unwrap();
            // of every third variant batch 0 has one carrier, and batch 1 has many
            let every = match (row % 3, batch) {
                (0, 1) => 2,
                (1, _) => 7,
                _ => 150,
            };
            for sample in 0u32..150 {
                let carries = (sample + row).is_multiple_of(every);
                vcf.push_str(if carries { "\t0|1" } else { "\t0|0" });
            }
        }
        vcf.push('\n');
        let input = place.path().join(format!("{batch}.vcf"));
        std::fs::write(&input, vcf).unwrap();
        inputs.push(input);
    }
    let genes = place.path().join("genes.bed");
    std::fs::write(
        &genes,
        "1\t100\t200\tAAA\n1\t150\t420\tBBB\n1\t9000\t9100\tCCC\n",
    )
    .unwrap();
    let to = place.path().join("cohort.vdx");
    let options = BuildOptions {
        genes: vec![genes],
        ..BuildOptions::default()
    };
    build(&inputs, &to, &options, &mut |_| true).unwrap();
    compare(&to, &["AAA", "bbb"], false);
}

const CALLS: [&str; 10] = [
    "0/0", "0|1", "0/0", "1/1", "./.", "./1", "0", "1", ".", "0/1/1",
];
const ALLELES: [(&str, &str); 3] = [("A", "G"), ("CT", "C"), ("G", "GAA")];
const IMPACTS: [&str; 4] = ["MODIFIER", "LOW", "MODERATE", "HIGH"];
/// Genotypes of a lower quality are missing, where that is asked for.
const LEAST_QUALITY: usize = 20;
/// Genes of the dataset by position, 0-based.
const PLACES: [(&str, i64, i64); 2] = [("aaa", 0, 152), ("bbb", 101, 400)];

/// A record: its place, alleles, what it says of genes, and the call and the quality of each sample.
type Site = (i64, usize, usize, Vec<(usize, usize)>);

#[derive(Debug, Clone)]
struct Cohort {
    /// By file: how many samples, and the sites.
    files: Vec<(usize, Vec<Site>)>,
    merged: bool,
    annotated: bool,
    /// Whether all files say the same of a place.
    agree: bool,
    by_quality: bool,
    hidden: Vec<bool>,
}

fn cohort() -> impl Strategy<Value = Cohort> {
    let site = |samples| {
        let calls = vec((0..CALLS.len(), 15..60usize), samples);
        (0..30i64, 0..ALLELES.len(), 0..16usize, calls)
    };
    let file = move |sizes: std::ops::Range<usize>| {
        sizes.prop_flat_map(move |samples| (Just(samples), vec(site(samples), 1..14)))
    };
    let files = prop_oneof![
        3 => (Just(false), vec(file(1..14), 1..2)),
        3 => (Just(false), vec(file(1..7), 2..4)),
        2 => (Just(true), vec(file(1..2), 2..9)),
    ];
    let flags = (any::<bool>(), prop::bool::weighted(0.7), any::<bool>());
    (files, flags, vec(prop::bool::weighted(0.3), 20)).prop_map(
        |((merged, files), (annotated, agree, by_quality), hidden)| Cohort {
            files,
            merged,
            annotated,
            agree,
            by_quality,
            hidden,
        },
    )
}

impl Cohort {
    /// The records of a file, by place and alleles.
    fn sites(&self, file: usize) -> Vec<Site> {
        let mut sorted = BTreeMap::new();
        for site in &self.files[file].1 {
            let mut site = site.clone();
            if self.agree {
                site.2 = (site.0 as usize * 7 + site.1) % 16;
            }
            site.0 = 10 + 10 * site.0;
            sorted.entry((site.0, site.1)).or_insert(site);
        }
        sorted.into_values().collect()
    }

    /// What a record says of genes: name and impact.
    fn entries(site: &Site) -> Vec<(&'static str, usize)> {
        let impact = site.2 % 4;
        match site.2 / 4 {
            0 => vec![("aaa", impact)],
            1 => vec![("bbb", impact)],
            2 => vec![("aaa", impact), ("bbb", 3 - impact)],
            _ => Vec::new(),
        }
    }

    fn call(&self, (call, quality): (usize, usize)) -> &'static str {
        match self.by_quality && quality < LEAST_QUALITY {
            true => "./.",
            false => CALLS[call],
        }
    }

    fn build(&self, folder: &Path) -> PathBuf {
        let mut inputs = Vec::new();
        for (file, (samples, _)) in self.files.iter().enumerate() {
            let mut text = "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
                ##INFO=<ID=CSQ,Number=.,Type=String,Description=\"VEP. Format: \
                Allele|Consequence|SYMBOL|IMPACT\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\t\
                INFO\tFORMAT"
                .to_owned();
            (0..*samples).for_each(|sample| write!(text, "\tS{file}_{sample}").unwrap());
            for site in self.sites(file) {
                let (at, alleles, said, calls) = &site;
                let (reference, alternate) = ALLELES[*alleles];
                let entries = Self::entries(&site).into_iter().map(|(gene, impact)| {
                    let alternate = match alternate {
                        "C" => "-",
                        "GAA" => "AA",
                        other => other,
                    };
                    format!("{alternate}|missense_variant|{gene}|{}", IMPACTS[impact])
                });
                let entries: Vec<String> = entries.collect();
                let info = match self.annotated && !entries.is_empty() {
                    true => format!("CSQ={}", entries.join(",")),
                    false => ".".to_owned(),
                };
                // records that differ are rows of their own where files are merged
                let id = if said % 2 == 0 {
                    "."
                } else {
                    &format!("rs{file}")
                };
                write!(
                    text,
                    "\n1\t{at}\t{id}\t{reference}\t{alternate}\t.\t.\t{info}\tGT:GQ"
                )
                .unwrap();
                for (call, quality) in calls {
                    write!(text, "\t{}:{quality}", CALLS[*call]).unwrap();
                }
            }
            inputs.push(folder.join(format!("{file}.vcf")));
            std::fs::write(inputs.last().unwrap(), text + "\n").unwrap();
        }
        let genes = folder.join("genes.bed");
        let lines = PLACES.map(|(name, start, end)| format!("1\t{start}\t{end}\t{name}\n"));
        std::fs::write(&genes, lines.concat()).unwrap();
        let to = folder.join("out.vdx");
        let options = BuildOptions {
            genes: vec![genes],
            threads: Some(1),
            merge_from: usize::from(self.merged),
            min_gq: self.by_quality.then_some(LEAST_QUALITY as f64),
            ..BuildOptions::default()
        };
        build(&inputs, &to, &options, &mut |_| true).unwrap();
        to
    }

    /// The least impact of a site in a gene, as its file says.
    fn least(&self, site: &Site, gene: &str, annotated: bool) -> Option<Least> {
        if annotated {
            let of = Self::entries(site)
                .into_iter()
                .filter(|(of, _)| *of == gene);
            return of
                .map(|(_, impact)| impact)
                .max()
                .map(|impact| match impact {
                    3 => Least::High,
                    2 => Least::Moderate,
                    _ => Least::Any,
                });
        }
        let position = site.0 - 1;
        let end = position + ALLELES[site.1].0.len() as i64;
        let mut places = PLACES.iter().filter(|(name, ..)| *name == gene);
        let reaches = |&(_, from, to): &(&str, i64, i64)| {
            from <= position && position < to || position < from && from < end
        };
        places.any(reaches).then_some(Least::Any)
    }

    /// What is stored of a file, which is a batch, is what its text says.
    fn check_sets(&self, view: &View) {
        let annotated = view.manifest().annotations.is_some();
        for (file, of) in view.gene_carriers().iter().enumerate() {
            let stored = view.gene_carriers_of(of).unwrap();
            for gene in ["aaa", "bbb"] {
                let mut rows = Vec::new();
                let mut any = false;
                for site in self.sites(file) {
                    let Some(least) = self.least(&site, gene, annotated) else {
                        continue;
                    };
                    any = true;
                    let calls = site.3.iter().map(|call| self.call(*call));
                    let (mut ac, mut an, mut carriers) = (0u32, 0u32, Vec::new());
                    for (sample, call) in (0u32..).zip(calls) {
                        let known = call.matches(['0', '1']).count() as u32;
                        let carried = call.matches('1').count() as u32;
                        (ac, an) = (ac + carried, an + known);
                        if carried > 0 {
                            carriers.push(sample);
                        }
                    }
                    if ac > 0 {
                        rows.push((ac, an, least, carriers));
                    }
                }
                let found = stored.find(gene).unwrap();
                assert_eq!(found.is_some(), any, "{gene}");
                let Some(number) = found else {
                    continue;
                };
                let greatest_an = rows.iter().map(|row| row.1).max().unwrap_or(0);
                assert_eq!(stored.greatest_an(number).unwrap(), greatest_an);
                for class in stored.meta().classes() {
                    let bound = stored.meta().bound(class.bound, greatest_an);
                    let within = rows.iter().filter(|(ac, _, least, _)| {
                        *least >= class.least && bound.is_none_or(|bound| *ac <= bound)
                    });
                    let expected: SampleSet =
                        within.clone().flat_map(|row| row.3.clone()).collect();
                    let set = stored.carriers(number, class).unwrap();
                    if let Some(set) = set {
                        assert_eq!(set.to_set().unwrap(), expected, "{gene} {class:?}");
                    }
                    if bound.is_some() {
                        let top =
                            within.map(|row| (f64::from(row.0) / f64::from(row.1), row.0, row.1));
                        let top = top.max_by(|a, b| a.partial_cmp(b).unwrap());
                        let top = top.map(|top| (top.1, top.2));
                        assert_eq!(stored.top(number, class).unwrap(), top, "{gene} {class:?}");
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// With the stored sets and without them, of all and of some, at frequencies that variants have and beside them.
    #[test]
    fn sets_of_generated_cohorts_answer_as_the_rows_do(cohort in cohort()) {
        let place = tempfile::tempdir().unwrap();
        let path = cohort.build(place.path());
        let (with, without) = (Dataset::open(&path).unwrap().view(), without_carriers(&path));
        with.dataset().verify().unwrap();
        if !cohort.merged {
            cohort.check_sets(&with);
        }
        let mut limits: Vec<String> = [0, 1, 2, 3, 6, 8, 9].into_iter().flat_map(|ac| {
            [format!("ac<{ac}"), format!("ac<={ac}"), format!("ac={ac}")]
        }).collect();
        let mut frequencies = BTreeSet::from(["0.0".to_owned(), "0.3".to_owned(), "1.0".to_owned()]);
        let mut variants = without.variants("all").unwrap();
        while let Some(mut variant) = variants.next().unwrap() {
            frequencies.extend(variant.counts().unwrap().af().map(|af| format!("{af:?}")));
        }
        limits.extend(frequencies.iter().take(5).flat_map(|af| {
            [format!("af<{af}"), format!("af<={af}"), format!("af={af}"), format!("af<={af} & ac<5")]
        }));
        let hidden: SampleSet = (0u32..with.universe())
            .filter(|sample| cohort.hidden.get(*sample as usize).copied().unwrap_or_default())
            .collect();
        let mut views = vec![(with.clone(), without.clone())];
        if hidden.len() < u64::from(with.universe()) {
            views.push((with.without(hidden.clone()).unwrap(), without.without(hidden).unwrap()));
        }
        let impacts: &[&str] = match with.manifest().annotations.is_some() {
            true => &["", " & impact>=moderate", " & impact:high", " & impact:moderate"],
            false => &[""],
        };
        for (with, without) in &views {
            for gene in ["aaa", "BBB"] {
                for impact in impacts {
                    for limit in limits.iter().map(|limit| format!(" & {limit}")).chain([String::new()]) {
                        let question = format!("carriers(gene:{gene}{impact}{limit})");
                        let answers = [with, without].map(|view| {
                            view.ask(&question).map(|group| group.samples().clone()).map_err(|e| e.to_string())
                        });
                        prop_assert_eq!(&answers[0], &answers[1], "{}", question);
                    }
                }
            }
        }
    }
}
