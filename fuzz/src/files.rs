//! The files of good datasets, taken apart and put together again with checksums that are right.

use crate::dataset::{BESIDE, DATASET, built};
use serde_json::Value;
use std::path::Path;
use std::sync::LazyLock;
use varidex::testing::Files;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Variants of a damaged dataset that are looked at.
pub(crate) const ROWS: usize = 2000;

/// A file of decisions in which there are none.
pub(crate) const HEAD_OF_DECISIONS: &[u8; 16] = b"VARIDEX\x1a\x0aD\r\n\x01\0\0\0";

const HEADER: usize = 64;
const ENTRY: usize = 24;
const CHUNK: usize = 65_536;

/// The good datasets of the format's specification that are taken apart: small ones that have every
/// kind of section of genotypes and every form of set between them. One with people is built beside.
const NAMES: [&str; 8] = [
    "genotypes",
    "orders",
    "batches",
    "info",
    "alleles",
    "classes",
    "normalised",
    "many",
];
/// Those of merged batches, and one with every kind of packed list.
const LATER: [&str; 3] = ["merged", "unvaried", "packed"];

/// A dataset's files as they were built.
pub(crate) struct Good {
    pub(crate) manifest: Vec<u8>,
    /// The samples', terms, people and genes as far as there are such, then the segments in the manifest's
    /// order.
    pub(crate) files: Vec<File>,
}

#[derive(Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// Its entry in the manifest.
    entry: Entry,
}

/// A list of the manifest, and the place in it.
#[derive(Clone, Copy)]
struct Entry {
    list: &'static str,
    at: usize,
}

impl Good {
    /// One of the good datasets.
    pub(crate) fn number(n: u8) -> &'static Self {
        static ALL: LazyLock<Vec<Good>> = LazyLock::new(|| {
            let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../format-spec/vectors");
            let vector = |name: &&str| {
                let path = vectors.join(format!("{name}.vdx"));
                Good::read(|file| std::fs::read(path.join(file)).expect("the vectors are there"))
            };
            let files = built(include_str!("../data/mixed.vcf"), &BESIDE);
            let read = |name: &str| files.read(DATASET, name).expect("it was built");
            // in this order saved inputs mean what they meant
            let first = NAMES.iter().map(vector).chain([Good::read(read)]);
            first.chain(LATER.iter().map(vector)).collect()
        });
        &ALL[usize::from(n) % ALL.len()]
    }

    fn read(read: impl Fn(&str) -> Vec<u8>) -> Self {
        let manifest = read("manifest.json");
        let json: Value = serde_json::from_slice(&manifest).expect("a manifest is JSON");
        let lists = [
            "samples",
            "terms",
            "people",
            "sample_attributes",
            "genes",
            "segments",
        ];
        let lists = lists.into_iter();
        let files = lists.flat_map(|list| {
            let all = json.get(list).and_then(Value::as_array);
            all.into_iter()
                .flatten()
                .enumerate()
                .map(move |(at, value)| {
                    let name = value["file"].as_str().expect("files have names").to_owned();
                    let entry = Entry { list, at };
                    (name, entry)
                })
        });
        let files = files.map(|(name, entry)| {
            let bytes = read(&name);
            File { name, bytes, entry }
        });
        Self {
            files: files.collect(),
            manifest,
        }
    }
}

/// One section of a container.
pub(crate) struct Section {
    pub(crate) kind: u64,
    pub(crate) bytes: Vec<u8>,
}

/// The header's first twelve bytes and the sections of a sound container.
pub(crate) fn take_apart(bytes: &[u8]) -> Vec<Section> {
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    let count = number(40) as u32 as usize;
    let entries = (0..count).map(|i| HEADER + i * ENTRY);
    entries
        .map(|at| {
            let (start, len) = (number(at + 8) as usize, number(at + 16) as usize);
            Section {
                kind: number(at),
                bytes: bytes[start..start + len].to_vec(),
            }
        })
        .collect()
}

/// A container of these sections, with the versions and the draft of `like`, and true features and checksums.
pub(crate) fn put_together(like: &[u8], sections: &[Section]) -> Vec<u8> {
    let chunks: usize = sections.iter().map(|s| s.bytes.len().div_ceil(CHUNK)).sum();
    let mut table = Vec::new();
    let mut end = HEADER + sections.len() * ENTRY + chunks * 8;
    for section in sections {
        let start = end.next_multiple_of(64);
        end = start + section.bytes.len();
        for n in [section.kind, start as u64, section.bytes.len() as u64] {
            table.extend(n.to_le_bytes());
        }
    }
    for chunk in sections.iter().flat_map(|s| s.bytes.chunks(CHUNK)) {
        table.extend(xxh3_64(chunk).to_le_bytes());
    }
    let mut out = like[..16].to_vec();
    // as the sections ask for
    let merged = sections
        .iter()
        .any(|section| (43..48).contains(&section.kind));
    out.extend(u64::from(merged).to_le_bytes());
    out.extend((end as u64).to_le_bytes());
    out.extend((HEADER as u64).to_le_bytes());
    out.extend((sections.len() as u32).to_le_bytes());
    // the draft
    out.extend(&like[44..48]);
    out.extend(xxh3_64(&table).to_le_bytes());
    out.extend(xxh3_64(&out).to_le_bytes());
    out.extend(table);
    for section in sections {
        out.resize(out.len().next_multiple_of(64), 0);
        out.extend(&section.bytes);
    }
    out
}

/// The manifest with its checksum set right, where it has a place for one.
pub(crate) fn resign(manifest: &[u8]) -> Vec<u8> {
    with_checksum(manifest, "snapshot")
}

/// Text of JSON with its checksum set right, where it has this member.
pub(crate) fn with_checksum(text: &[u8], member: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(text).into_owned();
    let Ok(Value::Object(json)) = serde_json::from_str(&text) else {
        return text.into_bytes();
    };
    let Some(Value::String(old)) = json.get(member) else {
        return text.into_bytes();
    };
    let empty = text.replacen(&format!("\"{old}\""), "\"\"", 1);
    let new = format!("\"{:032x}\"", xxh3_128(empty.as_bytes()));
    empty.replacen("\"\"", &new, 1).into_bytes()
}

/// The manifest of `good` for these files: sizes, checksums, and what it repeats of the segments.
pub(crate) fn manifest_for(good: &Good, files: &[Vec<u8>], sections: &[Vec<Section>]) -> Vec<u8> {
    let mut json: Value = serde_json::from_slice(&good.manifest).expect("a manifest is JSON");
    for ((file, bytes), sections) in good.files.iter().zip(files).zip(sections) {
        let entry = &mut json[file.entry.list][file.entry.at];
        entry["size"] = bytes.len().into();
        entry["checksum"] = format!("{:032x}", xxh3_128(bytes)).into();
        if file.entry.list == "segments" {
            repeat(entry, sections);
        }
    }
    json["snapshot"] = "".into();
    let text = serde_json::to_string_pretty(&json).expect("JSON can be written");
    resign(text.as_bytes())
}

/// Lets a segment's entry say what the segment says: one that disagrees is refused at once, and here
/// the segment is to be asked.
fn repeat(entry: &mut Value, sections: &[Section]) {
    let numbers = |kind: u64| -> Vec<u32> {
        let found = sections.iter().find(|s| s.kind == kind);
        let words = found.map_or(&[][..], |s| &s.bytes).chunks_exact(4);
        words
            .map(|b| u32::from_le_bytes(b.try_into().expect("four bytes")))
            .collect()
    };
    if let [rows, samples, _, records] = numbers(1)[..] {
        entry["rows"] = rows.into();
        entry["samples"] = samples.into();
        entry["records"] = records.into();
    }
    let were = entry["contigs"].take();
    let spans = numbers(2);
    let spans = spans.chunks_exact(4).enumerate().map(|(i, c)| {
        let mut span = match were.get(i) {
            Some(span) => span.clone(),
            None => serde_json::json!({"start": -1, "last": i32::MAX - 1, "end": i32::MAX}),
        };
        span["contig"] = c[0].into();
        span["rows"] = c[2].wrapping_sub(c[1]).into();
        span
    });
    entry["contigs"] = spans.collect();
}

/// A dataset of these files.
pub(crate) fn held<'a>(
    manifest: &'a [u8],
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Files {
    let held = Files::default();
    held.write(Path::new(DATASET).join("decisions"), HEAD_OF_DECISIONS);
    for (name, bytes) in std::iter::once(("manifest.json", manifest)).chain(files) {
        held.write(Path::new(DATASET).join(name), bytes);
    }
    held
}
