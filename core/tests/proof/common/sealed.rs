//! A dataset taken apart into sections, and put together again with checksums, names of files and a
//! snapshot that are right: what somebody can write who knows the format.

use serde_json::Value;
use std::path::Path;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

const HEADER: usize = 64;
const ENTRY: usize = 24;
/// Bytes behind one checksum.
const CHUNK: usize = 65_536;
/// Lists of files in the manifest; people are of the terms before them.
pub const LISTS: [&str; 7] = [
    "samples",
    "terms",
    "people",
    "sample_attributes",
    "genes",
    "carriers",
    "segments",
];

/// A dataset that can be changed.
#[derive(Clone)]
pub struct Sealed {
    pub manifest: Value,
    pub files: Vec<File>,
}

#[derive(Clone)]
pub struct File {
    /// Magic, versions and features.
    head: Vec<u8>,
    draft: u32,
    pub sections: Vec<Section>,
    entry: Entry,
}

#[derive(Clone)]
pub struct Section {
    pub kind: u64,
    pub bytes: Vec<u8>,
}

/// Where the manifest names a file.
#[derive(Clone, Copy)]
struct Entry {
    list: &'static str,
    at: usize,
}

fn number(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

impl File {
    fn of(bytes: &[u8], entry: Entry) -> Self {
        let count = number(bytes, 40) as u32 as usize;
        let entries = (0..count).map(|i| HEADER + i * ENTRY);
        let sections = entries.map(|at| {
            let (start, len) = (number(bytes, at + 8), number(bytes, at + 16));
            Section {
                kind: number(bytes, at),
                bytes: bytes[start as usize..(start + len) as usize].to_vec(),
            }
        });
        Self {
            head: bytes[..24].to_vec(),
            draft: (number(bytes, 40) >> 32) as u32,
            sections: sections.collect(),
            entry,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let chunks = |s: &Section| s.bytes.len().div_ceil(CHUNK);
        let chunks: usize = self.sections.iter().map(chunks).sum();
        let mut end = HEADER + self.sections.len() * ENTRY + chunks * 8;
        let mut table = Vec::new();
        for section in &self.sections {
            let start = end.next_multiple_of(64);
            end = start + section.bytes.len();
            for n in [section.kind, start as u64, section.bytes.len() as u64] {
                table.extend(n.to_le_bytes());
            }
        }
        for chunk in self.sections.iter().flat_map(|s| s.bytes.chunks(CHUNK)) {
            table.extend(xxh3_64(chunk).to_le_bytes());
        }
        let mut out = self.head.clone();
        for n in [end, HEADER] {
            out.extend((n as u64).to_le_bytes());
        }
        out.extend((self.sections.len() as u32).to_le_bytes());
        out.extend(self.draft.to_le_bytes());
        out.extend(xxh3_64(&table).to_le_bytes());
        out.extend(xxh3_64(&out).to_le_bytes());
        out.extend(table);
        for section in &self.sections {
            out.resize(out.len().next_multiple_of(64), 0);
            out.extend(&section.bytes);
        }
        out
    }

    /// What the manifest calls it.
    pub fn name(&self) -> &'static str {
        match self.entry.list {
            "segments" => "segment",
            "sample_attributes" => "attributes",
            list => list,
        }
    }
}

impl Sealed {
    pub fn read(path: &Path) -> Self {
        let read = |name: &str| std::fs::read(path.join(name)).unwrap();
        let manifest: Value = serde_json::from_slice(&read("manifest.json")).unwrap();
        let mut files = Vec::new();
        for list in LISTS {
            let all = manifest.get(list).and_then(Value::as_array);
            for (at, value) in all.into_iter().flatten().enumerate() {
                let bytes = read(value["file"].as_str().unwrap());
                files.push(File::of(&bytes, Entry { list, at }));
            }
        }
        Self { manifest, files }
    }

    /// Writes it, in place of what lies in the directory.
    pub fn write(&self, to: &Path) {
        let _ = std::fs::remove_dir_all(to);
        std::fs::create_dir_all(to).unwrap();
        let mut manifest = self.manifest.clone();
        let mut terms: Option<String> = None;
        for file in &self.files {
            let mut bytes = file.bytes();
            if let ("people", Some(terms)) = (file.entry.list, &terms) {
                // people are of terms with a checksum
                let mut file = file.clone();
                let meta = file.sections.iter_mut().find(|s| s.kind == 160);
                if let Some(sum) = meta.and_then(|meta| meta.bytes.get_mut(32..64)) {
                    sum.copy_from_slice(terms.as_bytes());
                }
                bytes = file.bytes();
            }
            let sum = format!("{:032x}", xxh3_128(&bytes));
            let entry = &mut manifest[file.entry.list][file.entry.at];
            let name = format!("{}.{}", &sum[..16], file.name());
            std::fs::write(to.join(&name), &bytes).unwrap();
            entry["file"] = name.into();
            entry["size"] = bytes.len().into();
            entry["checksum"] = sum.clone().into();
            if file.entry.list == "terms" {
                terms = Some(sum);
            }
        }
        manifest["snapshot"] = "".into();
        let empty = serde_json::to_string_pretty(&manifest).unwrap() + "\n";
        let sum = format!("\"snapshot\": \"{:032x}\"", xxh3_128(empty.as_bytes()));
        let text = empty.replacen("\"snapshot\": \"\"", &sum, 1);
        std::fs::write(to.join("manifest.json"), text).unwrap();
        // nobody has decided anything
        std::fs::write(to.join("decisions"), b"VARIDEX\x1a\x0aD\r\n\x01\0\0\0").unwrap();
    }
}

/// The entries of a text section; `None` where it is not well formed.
pub fn entries(section: &[u8]) -> Option<Vec<Vec<u8>>> {
    let blocks = u32::from_le_bytes(section.get(4..8)?.try_into().ok()?) as usize;
    let data = section.get(8 + blocks * 16..)?;
    let (mut start, mut all) = (0, Vec::new());
    for block in 0..blocks {
        let at = 8 + block * 16;
        let len = u32::from_le_bytes(section[at + 4..at + 8].try_into().ok()?) as usize;
        let end = number(section, at + 8) as usize;
        let inflated = zstd::bulk::decompress(data.get(start..end)?, len).ok()?;
        start = end;
        let lines = inflated.strip_suffix(b"\n")?.split(|&b| b == b'\n');
        all.extend(lines.map(<[u8]>::to_vec));
    }
    Some(all)
}

/// A text section of these entries.
pub fn text(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut compressor = zstd::bulk::Compressor::new(1).unwrap();
    compressor.include_checksum(true).unwrap();
    let (mut directory, mut data, mut first) = (Vec::new(), Vec::new(), 0u32);
    for block in entries.chunks(1024) {
        let lines: Vec<u8> = block
            .iter()
            .flat_map(|entry| [entry, &b"\n"[..]].concat())
            .collect();
        data.extend(compressor.compress(&lines).unwrap());
        directory.extend(first.to_le_bytes());
        directory.extend((lines.len() as u32).to_le_bytes());
        directory.extend((data.len() as u64).to_le_bytes());
        first += block.len() as u32;
    }
    let blocks = entries.len().div_ceil(1024) as u32;
    let head = [entries.len() as u32, blocks]
        .map(u32::to_le_bytes)
        .concat();
    [head, directory, data].concat()
}
