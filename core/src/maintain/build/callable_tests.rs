//! Mixed capture kits: AN of every group, against a scan of the files and of the regions.

use super::{BuildOptions, add, build};
use crate::cohort::{Dataset, View};
use crate::genome::Position;
use crate::query::{Counts, Variant};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const CONTIGS: [&str; 2] = ["1", "X"];
/// Genotypes, with the copies of ALT 1 and 2 and those that are known.
const CALLS: [(&str, [u64; 2], u64); 7] = [
    ("0/0", [0, 0], 2),
    ("0/1", [1, 0], 2),
    ("1/1", [2, 0], 2),
    ("1/2", [1, 1], 2),
    ("./.", [0, 0], 0),
    ("0/.", [0, 0], 1),
    ("./1", [1, 0], 1),
];
const ALTS: [&str; 2] = ["G", "T"];

/// Where records may start; every second one has a REF of three bases. None lies over another.
fn place(number: usize) -> (i64, &'static str) {
    let position = 10 * number as i64 + 10;
    (position, if number.is_multiple_of(2) { "A" } else { "ACC" })
}

/// The name of a sample by its file and column.
fn name_of((file, column): (usize, usize)) -> String {
    format!("S{file}_{column}")
}

/// The contig, place and ALT of a variant, by their numbers.
fn key_of(variant: &mut Variant<'_, '_>) -> (usize, usize, usize) {
    let contig = CONTIGS.iter().position(|name| *name == variant.contig());
    let at = (variant.position().unwrap().one_based() / 10 - 1) as usize;
    let (_, alternate) = variant.alleles().unwrap();
    let alt = ALTS.iter().position(|name| name.as_bytes() == alternate);
    (contig.unwrap(), at, alt.unwrap())
}

#[derive(Debug, Clone)]
struct File {
    /// Each has the number of a kit, and none where that is none.
    kits: Vec<usize>,
    /// By contig and place, a genotype of each sample.
    records: BTreeMap<(usize, usize), Vec<usize>>,
}

#[derive(Debug, Clone)]
struct Mixed {
    /// Of each kit, its regions on each contig: first base and length.
    kits: Vec<Vec<(usize, i64, i64)>>,
    files: Vec<File>,
    /// How many of the files are there first.
    first: usize,
    groups: Vec<u64>,
}

fn file(samples: impl Strategy<Value = usize>) -> impl Strategy<Value = File> {
    samples.prop_flat_map(|samples| {
        let call = prop::collection::vec(0..CALLS.len(), samples);
        (
            prop::collection::vec(0..4_usize, samples),
            prop::collection::btree_map((0..2_usize, 0..8_usize), call, 0..8),
        )
            .prop_map(|(kits, records)| File { kits, records })
    })
}

fn mixed() -> impl Strategy<Value = Mixed> {
    let region = (0..2_usize, 1..90_i64, 1..50_i64);
    let kits = prop::collection::vec(prop::collection::vec(region, 1..5), 3);
    let files = prop::collection::vec(prop_oneof![file(Just(1)), file(1..4_usize)], 1..7);
    let groups = prop::collection::vec(any::<u64>(), 3);
    (kits, files, any::<prop::sample::Index>(), groups).prop_map(|(kits, files, first, groups)| {
        Mixed {
            first: first.index(files.len()) + 1,
            kits,
            files,
            groups,
        }
    })
}

/// What is known of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    carried: u64,
    known: u64,
}

impl Mixed {
    fn write(&self, folder: &Path) -> Vec<PathBuf> {
        let mut table = "#sample\tnote\tcallable\n".to_owned();
        std::fs::create_dir_all(folder.join("kits")).unwrap();
        for (number, kit) in self.kits.iter().enumerate() {
            let mut text = "track name=kit\n".to_owned();
            for &(contig, first, length) in kit {
                let name = ["chr1", "X"][contig];
                text += &format!("{name}\t{}\t{}\tx\n", first - 1, first - 1 + length);
            }
            std::fs::write(folder.join(format!("kits/{number}.bed")), text).unwrap();
        }
        let mut paths = Vec::new();
        for (number, file) in self.files.iter().enumerate() {
            let mut text =
                "##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n##contig=<ID=X,length=1000>\n\
                            ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
                            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
                    .to_owned();
            for (column, kit) in file.kits.iter().enumerate() {
                let name = name_of((number, column));
                text += &format!("\t{name}");
                let bed = match kit {
                    3 => ".".to_owned(),
                    kit => format!("kits/{kit}.bed"),
                };
                table += &format!("{name}\tx\t{bed}\n");
            }
            text.push('\n');
            for (&(contig, at), calls) in &file.records {
                let (position, reference) = place(at);
                let contig = CONTIGS[contig];
                text += &format!("{contig}\t{position}\t.\t{reference}\tG,T\t.\t.\t.\tGT");
                for call in calls {
                    text += &format!("\t{}", CALLS[*call].0);
                }
                text.push('\n');
            }
            let path = folder.join(format!("{number}.vcf"));
            std::fs::write(&path, text).unwrap();
            paths.push(path);
        }
        std::fs::write(folder.join("all.tsv"), &table).unwrap();
        // of samples that are there first
        let of_first = |line: &&str| {
            let number = line
                .strip_prefix('S')
                .and_then(|rest| rest.split('_').next());
            number.is_none_or(|number| number.parse::<usize>().unwrap() < self.first)
        };
        let lines: Vec<&str> = table.lines().filter(of_first).collect();
        std::fs::write(folder.join("first.tsv"), lines.join("\n") + "\n").unwrap();
        paths
    }

    fn samples(&self) -> Vec<(usize, usize)> {
        let files = self.files.iter().enumerate();
        files
            .flat_map(|(number, file)| (0..file.kits.len()).map(move |column| (number, column)))
            .collect()
    }

    /// What is known of a sample at a place; nothing where it was not looked at.
    fn known(
        &self,
        (file, column): (usize, usize),
        contig: usize,
        at: usize,
        alt: usize,
    ) -> Option<Known> {
        let file = &self.files[file];
        if let Some(calls) = file.records.get(&(contig, at)) {
            let (_, carried, known) = CALLS[calls[column]];
            return Some(Known {
                carried: carried[alt],
                known,
            });
        }
        let (position, reference) = place(at);
        self.is_callable(file.kits[column], contig, position, reference)
    }

    fn is_callable(
        &self,
        kit: usize,
        contig: usize,
        position: i64,
        reference: &str,
    ) -> Option<Known> {
        let regions = self.kits.get(kit)?;
        let mut bases = position..position + reference.len() as i64;
        let covered = bases.all(|base| {
            regions
                .iter()
                .any(|&(of, first, length)| of == contig && (first..first + length).contains(&base))
        });
        (covered && contig == 0).then_some(Known {
            carried: 0,
            known: 2,
        })
    }

    fn counts(&self, of: &[(usize, usize)], contig: usize, at: usize, alt: usize) -> Counts {
        let each: Vec<Option<Known>> = of
            .iter()
            .map(|sample| self.known(*sample, contig, at, alt))
            .collect();
        let count = |test: &dyn Fn(&Known) -> bool| {
            each.iter().flatten().filter(|known| test(known)).count() as u64
        };
        let whole = each.iter().all(Option::is_some);
        let an: u64 = each.iter().flatten().map(|known| known.known).sum();
        Counts {
            ac: each.iter().flatten().map(|known| known.carried).sum(),
            an: whole.then_some(an),
            n_het: count(&|known| known.carried == 1),
            n_hom: count(&|known| known.carried == 2),
            n_hemi: 0,
            n_missing: whole.then_some(count(&|known| known.known < 2)),
        }
    }

    /// The groups by their samples: all, those of each kit, and some.
    fn groups(&self) -> Vec<Vec<(usize, usize)>> {
        let all = self.samples();
        let mut groups = vec![all.clone()];
        for kit in 0..4 {
            let mut own = all.clone();
            own.retain(|&(file, column)| self.files[file].kits[column] == kit);
            groups.push(own);
        }
        for bits in &self.groups {
            let some = all
                .iter()
                .enumerate()
                .filter(|(number, _)| bits >> (number % 64) & 1 == 1);
            groups.push(some.map(|(_, sample)| *sample).collect());
        }
        groups
    }
}

fn options(folder: &Path, table: &str) -> BuildOptions {
    BuildOptions {
        callable_table: Some(folder.join(table)),
        threads: Some(1),
        memory: 1 << 20,
        ..BuildOptions::default()
    }
}

fn check(mixed: &Mixed, view: &View) -> Result<(), TestCaseError> {
    let samples = mixed.samples();
    let groups = mixed.groups();
    let asked: Vec<_> = groups
        .iter()
        .map(|group| {
            let names: Vec<String> = group.iter().map(|sample| name_of(*sample)).collect();
            match names.is_empty() {
                true => view.ask("!all").unwrap(),
                false => view.ask(&format!("samples({})", names.join(","))).unwrap(),
            }
        })
        .collect();
    let mut expected = BTreeSet::new();
    for file in &mixed.files {
        expected.extend(
            file.records
                .keys()
                .flat_map(|&(contig, at)| [(contig, at, 0), (contig, at, 1)]),
        );
    }
    let mut found = BTreeSet::new();
    let mut picked = BTreeSet::new();
    let mut variants = view.variants_by("all", &asked).unwrap();
    let mut dosages = view.dosages(None).unwrap();
    let mut row = vec![0; dosages.width()];
    let numbers: Vec<usize> = samples
        .iter()
        .map(|sample| {
            let name = name_of(*sample);
            let mut names = view.sample_names().unwrap();
            names.position(|known| known == name).unwrap()
        })
        .collect();
    while let Some(mut variant) = variants.next().unwrap() {
        let (contig, at, alt) = key_of(&mut variant);
        prop_assert!(found.insert((contig, at, alt)));
        for (number, group) in groups.iter().enumerate() {
            let counts = mixed.counts(group, contig, at, alt);
            prop_assert_eq!(
                variant.counts_of(number).unwrap(),
                counts,
                "{}:{} {}",
                contig,
                at,
                number
            );
        }
        let counts = mixed.counts(&samples, contig, at, alt);
        prop_assert_eq!(variant.counts().unwrap(), counts);
        prop_assert_eq!(variant.ac_an().unwrap(), (counts.ac, counts.an));
        if counts.af().is_some_and(|af| af < 0.2)
            && counts.n_missing.is_some_and(|missing| missing < 2)
        {
            picked.insert((contig, at, alt));
        }
        variant.dosages(&mut dosages, &mut row).unwrap();
        for (sample, number) in samples.iter().zip(&numbers) {
            let known = mixed
                .known(*sample, contig, at, alt)
                .filter(|known| known.known == 2);
            let copies = known.map_or(-1, |known| known.carried as i8);
            prop_assert_eq!(row[*number], copies, "{:?} {:?}", sample, (contig, at, alt));
        }
        let looked = variant.looked_at().unwrap();
        let known = samples
            .iter()
            .filter_map(|sample| mixed.known(*sample, contig, at, alt));
        prop_assert_eq!(looked.covered, known.clone().count() as u64);
        let free = known.filter(|known| known.known == 2 && known.carried == 0);
        prop_assert_eq!(looked.noncarriers, free.count() as u64);
    }
    prop_assert_eq!(&found, &expected);
    let mut variants = view.variants("af<0.2 & n_missing<2").unwrap();
    let mut passing = BTreeSet::new();
    while let Some(mut variant) = variants.next().unwrap() {
        passing.insert(key_of(&mut variant));
    }
    prop_assert_eq!(passing, picked);
    absent(mixed, view, &groups, &asked)?;
    let group = &groups[5];
    let mut lookup = view.lookup(Some(&asked[5])).unwrap();
    for &(contig, at, alt) in &expected {
        let (position, reference) = place(at);
        let position = Position::from_one_based(position).unwrap();
        let counts = lookup.counts(CONTIGS[contig], position, reference, ALTS[alt]);
        prop_assert_eq!(
            counts.unwrap().unwrap(),
            mixed.counts(group, contig, at, alt)
        );
    }
    Ok(())
}

/// What is known of alleles that nobody has, at places with records and without.
fn absent(
    mixed: &Mixed,
    view: &View,
    groups: &[Vec<(usize, usize)>],
    asked: &[crate::query::Group],
) -> Result<(), TestCaseError> {
    for (contig, named) in CONTIGS.into_iter().enumerate() {
        for position in [3_i64, 10, 14, 20, 25, 40, 50, 77] {
            let reference = match position % 20 {
                10 => "A",
                _ => "ACC",
            };
            let at = (position % 10 == 0).then(|| (position / 10 - 1) as usize);
            for (group, of) in groups.iter().zip(asked) {
                let name = format!("{named}:{position}:{reference}:TTTTTT");
                let found = view.absence(&name, Some(of)).unwrap().unwrap();
                let known = group.iter().map(|sample| match at {
                    Some(at) => mixed.known(*sample, contig, at, 0),
                    None => {
                        let kit = mixed.files[sample.0].kits[sample.1];
                        mixed.is_callable(kit, contig, position, reference)
                    }
                });
                let an: Option<u64> = known.map(|known| known.map(|known| known.known)).sum();
                prop_assert_eq!(found.an, an, "{} in {:?}", name, group);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is built at once and whatever is added, and however samples are spread over files.
    #[test]
    fn an_of_mixed_kits_is_exact(mixed in mixed()) {
        let folder = tempfile::tempdir().unwrap();
        let inputs = mixed.write(folder.path());
        let [once, grown] = ["once.vdx", "grown.vdx"].map(|name| folder.path().join(name));
        let all = options(folder.path(), "all.tsv");
        build(&inputs, &once, &all, &mut |_| true).unwrap();
        let first = options(folder.path(), "first.tsv");
        build(&inputs[..mixed.first], &grown, &first, &mut |_| true).unwrap();
        if mixed.first < inputs.len() {
            add(&inputs[mixed.first..], &grown, &all, &mut |_| true).unwrap();
        }
        for path in [once, grown] {
            let dataset = Dataset::open(&path).unwrap();
            dataset.verify().unwrap();
            let kits: BTreeSet<usize> = mixed.files.iter().flat_map(|file| file.kits.clone()).collect();
            let stored = dataset.manifest().callable.len();
            prop_assert!(stored <= kits.iter().filter(|kit| **kit < 3).count());
            check(&mixed, &dataset.view())?;
        }
    }
}

fn small(folder: &Path) -> PathBuf {
    let input = folder.join("a.vcf");
    let text = "##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n\
                1\t5\t.\tA\tG\t.\t.\t.\tGT\t0/1\t0/0\n";
    std::fs::write(&input, text).unwrap();
    std::fs::write(folder.join("kit.bed"), "1\t0\t100\n").unwrap();
    std::fs::write(folder.join("other.bed"), "1\t0\t101\n").unwrap();
    input
}

/// Each error says where, what was expected and what was found, and nothing is left behind.
#[test]
fn wrong_tables_and_regions_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let input = small(folder.path());
    let to = folder.path().join("a.vdx");
    let refused = |table: &str, bed: &str| {
        std::fs::write(folder.path().join("t.tsv"), table).unwrap();
        std::fs::write(folder.path().join("bad.bed"), bed).unwrap();
        let options = options(folder.path(), "t.tsv");
        let error = build(&[&input], &to, &options, &mut |_| true);
        assert!(!to.exists());
        error.unwrap_err().to_string()
    };
    for (table, bed, parts) in [
        (
            "",
            "",
            [
                "t.tsv",
                "a header with the columns sample and callable",
                "no line",
            ],
        ),
        (
            "name\tcallable\n",
            "",
            [
                "t.tsv:1",
                "a header with the columns sample and callable",
                "name",
            ],
        ),
        (
            "sample\tcallable\nC\tkit.bed\n",
            "",
            ["t.tsv:2", "a sample of the inputs or of the dataset", "C"],
        ),
        (
            "sample\tcallable\nA\tkit.bed\nA\t.\n",
            "",
            ["t.tsv:3", "each sample once", "line 2"],
        ),
        (
            "sample\tcallable\nA\tno.bed\n",
            "",
            ["t.tsv:2", "a BED file at", "nothing there"],
        ),
        (
            "sample\tcallable\nA\tkit.bed\tx\n",
            "",
            ["t.tsv:2", "2 columns", "kit.bed"],
        ),
        (
            "sample\tcallable\n\tkit.bed\n",
            "",
            ["t.tsv:2", "the name of a sample", "empty"],
        ),
        (
            "sample\tcallable\nA\tbad.bed\n",
            "1\t5\n",
            ["bad.bed:1", "contig, start and a greater end", "5"],
        ),
        (
            "sample\tcallable\nA\tbad.bed\n",
            "1\t0\t4\n1\t-5\t9\n",
            ["bad.bed:2", "contig, start", "-5"],
        ),
        (
            "sample\tcallable\nA\tbad.bed\n",
            "1\t9\t9\n",
            ["bad.bed:1", "a greater end", "9"],
        ),
        (
            "sample\tcallable\nA\tbad.bed\n",
            "# nothing\n",
            ["bad.bed", "BED regions", "none"],
        ),
    ] {
        let error = refused(table, bed);
        assert!(
            parts.iter().all(|part| error.contains(part)),
            "{error}: {parts:?}"
        );
    }
}

/// Additions may name the same kits again, and give one to who has none; another kit is an error.
#[test]
fn a_sample_keeps_its_kit() {
    let folder = tempfile::tempdir().unwrap();
    let input = small(folder.path());
    let to = folder.path().join("a.vdx");
    let table = |name: &str, rows: &str| {
        let text = format!("sample\tcallable\n{rows}");
        std::fs::write(folder.path().join(name), text).unwrap();
        options(folder.path(), name)
    };
    let first = table("a.tsv", "A\tkit.bed\nB\t\n");
    build(&[&input], &to, &first, &mut |_| true).unwrap();
    let next = folder.path().join("b.vcf");
    let text = std::fs::read_to_string(&input)
        .unwrap()
        .replace("A\tB\n1\t5", "C\tD\n1\t50");
    std::fs::write(&next, text).unwrap();
    let an = |group: &str| {
        let view = Dataset::open(&to).unwrap().view();
        let group = view.ask(group).unwrap();
        view.frequency("1:50:A:G", Some(&group))
            .unwrap()
            .unwrap()
            .an
    };
    let other = table("b.tsv", "A\tother.bed\n");
    let error = add(&[&next], &to, &other, &mut |_| true).unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("b.tsv:2") && error.contains("that A has already"),
        "{error}"
    );
    let all = table("b.tsv", "A\tkit.bed\nB\tother.bed\nC\tkit.bed\n");
    add(&[&next], &to, &all, &mut |_| true).unwrap();
    assert_eq!(an("samples(A,C)"), Some(4));
    assert_eq!(an("all"), Some(8));
    let dataset = Dataset::open(&to).unwrap();
    dataset.verify().unwrap();
    assert_eq!(dataset.manifest().callable.len(), 2);
    // one BED file for all samples of the inputs
    let one = BuildOptions {
        callable: Some(folder.path().join("kit.bed")),
        ..BuildOptions::default()
    };
    let third = folder.path().join("c.vcf");
    let text = std::fs::read_to_string(&input)
        .unwrap()
        .replace("A\tB\n1\t5", "E\tF\n1\t60");
    std::fs::write(&third, text).unwrap();
    add(&[&third], &to, &one, &mut |_| true).unwrap();
    assert_eq!(an("all"), Some(12));
    assert_eq!(Dataset::open(&to).unwrap().manifest().callable.len(), 2);
    let both = BuildOptions {
        callable_table: Some(folder.path().join("b.tsv")),
        ..one
    };
    let error = add(&[&third], &to, &both, &mut |_| true).unwrap_err();
    assert!(error.to_string().contains("found both"), "{error}");
}

/// A sample of a merged batch that gets another contig later is not missed there.
#[test]
fn a_contig_that_comes_later_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let header = "##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n##contig=<ID=2,length=1000>\n\
                  #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t";
    let input = |name: &str, sample: &str, records: &str| {
        let path = folder.path().join(name);
        std::fs::write(
            &path,
            format!("{header}{sample}\n{}", records.replace(' ', "\t")),
        )
        .unwrap();
        path
    };
    let block = |contig: u32| format!("{contig} 1 . A <NON_REF> . . END=500 GT 0/0\n");
    let first = [
        input(
            "a.vcf",
            "A",
            &format!("{}1 600 . A G . . . GT 0/1\n", block(1)),
        ),
        input("b.vcf", "B", &block(1)),
    ];
    let to = folder.path().join("a.vdx");
    let options = BuildOptions::default();
    build(&first, &to, &options, &mut |_| true).unwrap();
    // of one sample alone, and then of two: stretches of which the first batch says nothing
    let alone = input("a2.vcf", "A", "2 600 . A G . . . GT 0/1\n");
    add(&[alone], &to, &options, &mut |_| true).unwrap();
    let an = |allele: &str, group: &str| {
        let view = Dataset::open(&to).unwrap().view();
        let group = view.ask(group).unwrap();
        view.frequency(allele, Some(&group)).unwrap().unwrap().an
    };
    assert_eq!(an("2:600:A:G", "samples(A)"), Some(2));
    assert_eq!(an("2:600:A:G", "all"), None);
    let more = [
        input("b2.vcf", "B", &block(2)),
        input(
            "c2.vcf",
            "C",
            &format!(
                "{}2 300 . A T . . . GT 0/1\n",
                block(2).replace("500", "299")
            ),
        ),
    ];
    add(&more, &to, &options, &mut |_| true).unwrap();
    assert_eq!(an("2:300:A:T", "samples(B,C)"), Some(4));
    assert_eq!(an("2:300:A:T", "all"), None);
    assert_eq!(an("2:600:A:G", "samples(A)"), Some(2));
    assert_eq!(an("1:600:A:G", "samples(A)"), Some(2));
    Dataset::open(&to).unwrap().verify().unwrap();
}
