//! Sections with other content, sealed again by somebody who knows the format: `verify` finds the
//! contradiction, or there is none, and the answers are those of a dataset that says so.

use crate::common::answers::{Answers, answers};
use crate::common::sealed::{File, LISTS, Sealed, entries, text};
use crate::common::{Folder, build, header, options};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use varidex::Dataset;
use xxhash_rust::xxh3::xxh3_64;

/// The good datasets of the format's specification: between them they have every kind of section.
const NAMES: [&str; 15] = [
    "tiny",
    "genotypes",
    "alleles",
    "info",
    "batches",
    "normalised",
    "orders",
    "classes",
    "people",
    "identity",
    "annotated",
    "pointers",
    "pages",
    "many",
    "counts",
];

/// Sections with values that nothing else says, and what they are answers to. A change anywhere else is a
/// contradiction, or another way to say the same. Answers to questions for people may always change.
const FREE: &[(&[u64], &[&str])] = &[
    // the owners of the copies of a batch, and who is in several batches, and counted once
    (&[1, 5], &["carriers", "counts", "export 9"]),
    // the order of the rows of several batches as well
    (
        &[16],
        &[
            "position",
            "interval",
            "names",
            "export",
            "id finds",
            "gene finds",
        ],
    ),
    (&[17, 30], &["interval", "export 7"]),
    // what SVTYPE says where the alleles are of no type
    (&[31], &["type", "export 7"]),
    (
        &[18, 48, 49],
        &[
            "alleles", "names", "type", "export 3", "export 4", "export 7",
        ],
    ),
    (&[25, 56], &["filter", "export 6", "export head"]),
    (&[26], &["quality", "export 5"]),
    // which rows are of one record
    (&[27, 28], &["export"]),
    // which rows of a page have which ids: the index leads to pages
    (&[52], &["id", "export 2"]),
    (&[29], &["names"]),
    // names that ascend have no index: others that do are those of another cohort
    (&[80], &["samples", "export 9"]),
    (&[32, 33, 34, 35, 40, 61], &["carriers", "export 9"]),
    (&[100, 102, 104, 106, 107], &["annotations"]),
    // a gene's names in other letters
    (&[105], &["annotations", "gene finds"]),
    (&[128, 129, 172, 173], &["terms of"]),
    (&[161], &["people", "owners", "trios"]),
    // whether samples have individuals, and which
    (&[240, 241], &["people", "owners", "trios"]),
    (&[163, 164, 165, 166, 167, 177, 178, 184], &["people by"]),
    (&[169, 170], &["trios"]),
    (&[211, 213], &["sizes"]),
];

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../format-spec/vectors")
}

fn questions() -> Vec<String> {
    let text = std::fs::read_to_string(vectors().join("answers.tsv")).unwrap();
    let of_people = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').nth(1));
    let of_people =
        of_people.filter(|question| !question.is_empty() && !question.starts_with("gene:"));
    let more = [
        "carriers(all)",
        "carriers(gene:CHRNE)",
        "carriers(gene:XY)",
        "carriers(gene:BRAF)",
        "carriers(1:1-300, het)",
        "carriers(af<0.3)",
        "age<18y",
        "measurement(LOINC:2157-6)>1",
        "similar(MONDO:0018940)",
        "carriers(all, de_novo)",
        "carriers(all, compound)",
    ];
    of_people.chain(more).map(str::to_owned).collect()
}

/// Other contents of a section; the number says which.
fn others(kind: u64, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let places = if cfg!(debug_assertions) { 12 } else { 400 };
    let step = bytes.len().div_ceil(places).max(1);
    for (n, at) in (0..bytes.len()).step_by(step).enumerate() {
        let mask = [1u8, 0x10, 0x80, 0xff][n % 4];
        let mut corrupted = bytes.to_vec();
        corrupted[at] ^= mask;
        all.push((format!("byte {at} with {mask:#x}"), corrupted));
    }
    let texts = [
        49, 52, 56, 65, 72, 80, 100, 105, 106, 107, 128, 129, 130, 138, 161, 168, 169, 170, 172,
    ];
    let texts = texts
        .into_iter()
        .chain([173, 177, 208, 209, 210, 224])
        .chain(4096..4120);
    if let Some(lines) = texts
        .into_iter()
        .find(|text| *text == kind)
        .and(entries(bytes))
    {
        for (n, at) in (0..lines.len())
            .step_by(lines.len().div_ceil(3).max(1))
            .enumerate()
        {
            other_texts(&lines, n, at, &mut all);
        }
    }
    all.push(("nothing".to_owned(), Vec::new()));
    all
}

fn other_texts(lines: &[Vec<u8>], n: usize, at: usize, all: &mut Vec<(String, Vec<u8>)>) {
    let next = (at + 1) % lines.len();
    type Change<'c> = (&'static str, &'c dyn Fn(&mut Vec<Vec<u8>>));
    let changes: [Change<'_>; 9] = [
        ("a letter more", &|l| l[at].push(b'x')),
        ("no letter", &|l| l[at].clear()),
        ("a tab more", &|l| l[at].push(b'\t')),
        ("a control character more", &|l| l[at].push(1)),
        ("a byte of no UTF-8 more", &|l| l[at].push(0xff)),
        ("a blank before", &|l| l[at].insert(0, b' ')),
        ("the next", &|l| l[at] = l[next].clone()),
        ("exchanged with the next", &|l| l.swap(at, next)),
        ("in upper case", &|l| l[at].make_ascii_uppercase()),
    ];
    for (number, (what, change)) in changes.into_iter().enumerate() {
        let mut other = lines.to_vec();
        change(&mut other);
        // a debug build tries each change somewhere
        let tried = !cfg!(debug_assertions) || number % 3 == n % 3;
        if tried && other != lines {
            all.push((format!("entry {at} {what}"), text(&other)));
        }
    }
}

/// What is wrong with a dataset that `verify` finds sound.
fn wrong(kind: u64, right: &Answers, found: &Answers) -> Vec<String> {
    let free = FREE.iter().find(|(kinds, _)| kinds.contains(&kind));
    let mut free = free.map_or(&[][..], |(_, answers)| *answers).to_vec();
    if kind >= 4096 {
        free.push("export 7");
    }
    let keys: BTreeSet<&String> = right.keys().chain(found.keys()).collect();
    let differs = |key: &&String| {
        let may = key.starts_with("ask ") || free.iter().any(|of| key.starts_with(of));
        key.contains("DIFFERS") || right.get(*key) != found.get(*key) && !may
    };
    keys.into_iter().filter(differs).cloned().collect()
}

/// What a dataset answers; nothing where it is refused. What `verify` finds sound has an answer to everything.
fn judged(sealed: &Sealed, to: &Path, questions: &[String]) -> Option<Answers> {
    sealed.write(to);
    let dataset = Dataset::open(to).ok()?;
    dataset.verify().ok()?;
    Some(answers(&dataset.view(), questions).expect("answers of what was found sound"))
}

/// Which block of a text has an entry is found by the numbers of their first entries: whoever reads a text as a
/// whole, as `verify` does, holds these against the entries.
#[test]
fn wrong_numbers_of_blocks_are_found_in_every_text() {
    let folder = Folder::new();
    let to = folder.path("corrupted.vdx");
    let mut kinds = BTreeSet::new();
    for path in std::fs::read_dir(vectors()).unwrap() {
        let path = path.unwrap().path();
        if path.extension().is_none_or(|of| of != "vdx") {
            continue;
        }
        let (name, good) = (path.display(), Sealed::read(&path));
        for (file, of) in good.files.iter().enumerate() {
            for (section, known) in of.sections.iter().enumerate() {
                if entries(&known.bytes).is_none_or(|entries| entries.is_empty()) {
                    continue;
                }
                kinds.insert(known.kind);
                for first in [1u32, 9, u32::MAX] {
                    let mut corrupted = good.clone();
                    let bytes = &mut corrupted.files[file].sections[section].bytes;
                    bytes[8..12].copy_from_slice(&first.to_le_bytes());
                    corrupted.write(&to);
                    let found = Dataset::open(&to).and_then(|dataset| dataset.verify());
                    assert!(
                        found.is_err(),
                        "{name}, {} {}: {first}",
                        of.name(),
                        known.kind
                    );
                }
            }
        }
    }
    assert!(kinds.len() > 20, "{kinds:?}");
}

#[test]
fn what_verify_finds_sound_answers_as_it_says() {
    let folder = Folder::new();
    let questions = questions();
    let (mut tried, mut refused) = (0, 0);
    for name in NAMES {
        let good = Sealed::read(&vectors().join(format!("{name}.vdx")));
        let to = folder.path(name);
        let right = judged(&good, &to, &questions).expect("a sound dataset");
        assert_eq!(wrong(0, &right, &right), [""; 0], "{name}");
        for file in 0..good.files.len() {
            for section in 0..good.files[file].sections.len() {
                let known = &good.files[file].sections[section];
                let of = format!("{name}, {} {}", good.files[file].name(), known.kind);
                for (what, bytes) in others(known.kind, &known.bytes) {
                    let mut corrupted = good.clone();
                    corrupted.files[file].sections[section].bytes = bytes;
                    if corrupted.files[file].sections[section].bytes.is_empty() {
                        corrupted.files[file].sections.remove(section);
                    }
                    tried += 1;
                    let Some(found) = judged(&corrupted, &to, &questions) else {
                        refused += 1;
                        continue;
                    };
                    let wrong = wrong(known.kind, &right, &found);
                    assert!(wrong.is_empty(), "{of}, {what}: {wrong:?}");
                }
            }
        }
    }
    // what is left over are positions, bases, qualities, genotypes and the like
    assert!(refused * 10 > tried * 8, "{refused} of {tried}");
}

/// Every place of a manifest that is a number, a text or a truth, with other values.
fn other_manifests(value: &Value, at: &str, all: &mut Vec<(String, Option<Value>)>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                other_manifests(field, &format!("{at}/{key}"), all);
            }
        }
        Value::Array(list) => {
            for (number, entry) in list.iter().enumerate() {
                other_manifests(entry, &format!("{at}/{number}"), all);
            }
        }
        Value::Number(number) => {
            let number = number.as_i64().unwrap();
            for other in [number + 1, number - 1, 0, i64::from(u32::MAX)] {
                all.push((at.to_owned(), Some(other.into())));
            }
        }
        Value::String(text) => {
            for other in [format!("{text}x"), String::new(), format!("{text}\t")] {
                all.push((at.to_owned(), Some(other.into())));
            }
        }
        _ => {}
    }
    all.push((at.to_owned(), None));
}

/// Of a manifest only lengths of contigs, contigs without rows and the order of batches are reported nowhere else.
#[test]
fn what_only_the_manifest_says() {
    let folder = Folder::new();
    let questions = questions();
    for name in NAMES
        .iter()
        .filter(|name| !["many", "pages"].contains(name))
    {
        let good = Sealed::read(&vectors().join(format!("{name}.vdx")));
        let to = folder.path(name);
        let right = judged(&good, &to, &questions).expect("a sound dataset");
        let mut others = Vec::new();
        other_manifests(&good.manifest, "", &mut others);
        // names of files, sizes and checksums are made right again
        others.retain(|(at, _)| {
            !["file", "size", "checksum"]
                .iter()
                .any(|end| at.ends_with(end))
        });
        for (at, value) in others {
            let mut corrupted = good.clone();
            let Some((parent, key)) = at.rsplit_once('/') else {
                continue;
            };
            let parent = corrupted.manifest.pointer_mut(parent).unwrap();
            match (value.clone(), parent) {
                (Some(value), Value::Array(list)) => list[key.parse::<usize>().unwrap()] = value,
                (Some(value), parent) => parent[key] = value,
                // a file without an entry is none of the dataset
                (None, Value::Object(fields)) if !LISTS.contains(&key) => {
                    drop(fields.remove(key));
                }
                _ => continue,
            }
            let Some(found) = judged(&corrupted, &to, &questions) else {
                continue;
            };
            let free: &[&str] = match key {
                "length" => &["export head"],
                // of a contig without rows
                "name" => &["contigs", "export head"],
                // the first batch is the one that is shown
                "batch" => &["carriers", "alleles", "names", "interval", "export"],
                _ => &[],
            };
            let keys: BTreeSet<&String> = right.keys().chain(found.keys()).collect();
            let differs = |key: &&String| {
                let may = free.iter().any(|of| key.starts_with(of));
                right.get(*key) != found.get(*key) && !may
            };
            let wrong: Vec<&String> = keys.into_iter().filter(differs).collect();
            assert!(wrong.is_empty(), "{name}, {at} as {value:?}: {wrong:?}");
        }
    }
}

/// The index of sample names, in one bucket.
fn index(names: &[Vec<u8>]) -> Vec<u8> {
    let count = names.len() as u32;
    let head = [count, 0, count.max(1).ilog2() / 8 + 1, 0, 0, count];
    let mut out: Vec<u8> = head.iter().flat_map(|n| n.to_le_bytes()).collect();
    out.extend(names.iter().map(|name| xxh3_64(name) as u8));
    out.extend(0..count as u8);
    out
}

/// One of which names and index are changed together is a dataset of people with these names.
#[test]
fn other_names_are_those_of_a_cohort_that_has_them() {
    let folder = Folder::new();
    let vcf = |names: [&str; 3]| {
        let rows = "1\t5\t.\tA\tC\t.\t.\t.\tGT\t0|1\t0|0\t1|1\n1\t9\t.\tG\tT\t.\t.\t.\tGT\t0|0\t0|1\t./.\n";
        header("1", &names) + rows
    };
    let built = |name: &str, names: [&str; 3]| {
        let (input, to) = (folder.write("input.vcf", vcf(names)), folder.path(name));
        build(&[input], &to, &options()).unwrap();
        to
    };
    let mut sealed = Sealed::read(&built("one.vdx", ["CY", "BO", "ANNA"]));
    let other = built("other.vdx", ["CY", "DORA", "ANNA"]);
    let names = [b"CY".to_vec(), b"DORA".to_vec(), b"ANNA".to_vec()];
    let of_names = |file: &mut File, kind: u64, bytes: Vec<u8>| {
        let section = file.sections.iter_mut().find(|s| s.kind == kind);
        section.unwrap().bytes = bytes;
    };
    of_names(&mut sealed.files[0], 80, text(&names));
    let to = folder.path("sealed.vdx");
    sealed.write(&to);
    // the index knows the old name
    assert!(Dataset::open(&to).unwrap().verify().is_err());
    of_names(&mut sealed.files[0], 81, index(&names));
    sealed.write(&to);
    let sealed = Dataset::open(&to).unwrap().view();
    sealed.dataset().verify().unwrap();
    let questions = ["samples(DORA)", "samples(BO)", "carriers(all)"].map(str::to_owned);
    let expected = answers(&Dataset::open(other).unwrap().view(), &questions).unwrap();
    assert_eq!(answers(&sealed, &questions).unwrap(), expected);
}
