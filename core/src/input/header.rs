//! The VCF header, read as tolerantly as files of the field need.

use super::alike::LastHeader;
use super::chunk::{Warning, quote};
use crate::error::{Error, InputError, Place, Result};
use crate::format::is_plain;
use std::collections::HashSet;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// The largest header read: 512 MiB are 20 million sample names.
pub(super) const MAX_HEADER: usize = 1 << 29;

/// Kinds of warnings about the header that are distinguished.
const MAX_WARNING_KINDS: usize = 256;

/// Columns that every VCF has.
const COLUMNS: [&str; 8] = [
    "#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO",
];

/// An INFO or FORMAT definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    pub key: String,
    /// Number as written: `1`, `A`, `R`, `G`, `.` …
    pub number: String,
    /// Type as written: `Integer`, `Float`, `Flag`, `Character`, `String`.
    pub kind: String,
    pub description: String,
    pub line: u64,
}

/// A `##contig` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContigLine {
    pub name: String,
    pub length: Option<u64>,
    pub assembly: Option<String>,
}

/// What the header says. Headers that declare the same may share their lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    /// As in `##fileformat=`: `VCFv4.2`; empty where the line is absent.
    pub version: String,
    pub samples: Arc<[String]>,
    pub contigs: Arc<Vec<ContigLine>>,
    pub info: Arc<Vec<Definition>>,
    pub formats: Arc<Vec<Definition>>,
    pub filters: Arc<Vec<String>>,
    /// `##reference`, or else `##assembly`: a hint which genome this is.
    pub reference: Option<String>,
    /// Lines up to and with the `#CHROM` line.
    pub lines: u64,
    pub warnings: Vec<Warning>,
    /// FILTER, INFO and FORMAT keys and contigs in the order of their lines, for BCF.
    pub(super) dictionary: Arc<Vec<Entry>>,
    /// Distinguishes it from other headers.
    pub digest: u64,
}

impl Header {
    /// Whether it is known to declare the same as another.
    pub(super) fn shares_lists_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.contigs, &other.contigs)
            && Arc::ptr_eq(&self.info, &other.info)
            && Arc::ptr_eq(&self.formats, &other.formats)
            && Arc::ptr_eq(&self.filters, &other.filters)
    }

    /// What is needed of it until its file is read: no names of samples and no contigs.
    pub(crate) fn without_lists(&self) -> Self {
        Self {
            info: Arc::clone(&self.info),
            digest: self.digest,
            ..Self::default()
        }
    }
}

/// One line that gives a key a number in BCF.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) contig: bool,
    pub(super) key: String,
    /// The number as the line itself gives it.
    pub(super) idx: Option<String>,
    pub(super) line: u64,
}

/// Looks for the end of a header while it arrives.
#[derive(Default)]
pub(super) struct HeaderEnd {
    line: usize,
    /// No line ends between `line` and here.
    looked: usize,
}

impl HeaderEnd {
    /// Where the header ends in `text`: after the `#CHROM` line, or after the first line that is
    /// not of a header. `None` where that is not there yet.
    pub(super) fn find(&mut self, text: &[u8]) -> Option<usize> {
        while let Some(len) = memchr::memchr(b'\n', text.get(self.looked..)?) {
            let end = self.looked + len;
            let line = text.get(self.line..end)?;
            self.line = end + 1;
            self.looked = end + 1;
            if !line.starts_with(b"##") && line.iter().any(|&b| b != b'\r') {
                return Some(self.line);
            }
        }
        self.looked = text.len();
        None
    }
}

/// Reads the header's text, which is everything up to and with the `#CHROM` line.
pub(super) fn parse(text: &[u8], file: &str, last: &LastHeader) -> Result<Header> {
    let known = last.get();
    let known = known.as_ref().and_then(|known| known.header_of(text));
    let (mut header, columns) = match known {
        Some(known) => known,
        None => {
            let (header, columns) = parse_lines(text, file)?;
            last.set(&header, text, columns);
            (header, columns)
        }
    };
    header.digest = xxh3_64(text);
    header.columns(columns, file)?;
    Ok(header)
}

/// What all lines say but `#CHROM`, and that one.
fn parse_lines<'t>(text: &'t [u8], file: &str) -> Result<(Header, &'t [u8])> {
    let mut header = Header::default();
    let mut seen = HashSet::new();
    let mut columns = None;
    let lines = text.strip_suffix(b"\n").unwrap_or(text);
    for line in lines.split(|&b| b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        header.lines += 1;
        if let Some(meta) = line.strip_prefix(b"##") {
            header.meta(&String::from_utf8_lossy(meta), &mut seen);
        } else if line.starts_with(b"#CHROM") {
            columns = Some(line);
            break;
        } else if line.is_empty() {
            header.warn("empty line in the header", "");
        } else {
            return Err(fault(
                file,
                header.lines,
                "a header line: ## or #CHROM",
                &quote(line),
            ));
        }
    }
    let Some(columns) = columns else {
        return Err(fault(
            file,
            header.lines,
            "a #CHROM line that ends the header",
            "none",
        ));
    };
    if header.version.starts_with("VCFv3") {
        return Err(fault(file, 1, "VCF 4", &header.version.clone()));
    }
    if header.version.is_empty() {
        header.warn("no ##fileformat line", "");
    } else if !matches!(header.version.strip_prefix("VCFv4."), Some(n) if !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    {
        let version = header.version.clone();
        header.warn("unknown ##fileformat", &version);
    }
    Ok((header, columns))
}

fn fault(file: &str, line: u64, expected: &str, found: &str) -> Error {
    Error::Input(Box::new(InputError {
        file: file.to_owned(),
        place: Place::Line(line),
        expected: expected.to_owned(),
        found: found.to_owned(),
    }))
}

impl Header {
    /// The version of VCF 4 that the file is of; 0 where it does not say.
    pub(crate) fn minor_version(&self) -> u32 {
        let minor = self.version.strip_prefix("VCFv4.");
        minor.and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    fn warn(&mut self, kind: &str, name: &str) {
        let what = match name {
            "" => kind.to_owned(),
            name => format!("{kind} {}", quote(name.as_bytes())),
        };
        if self.warnings.len() > MAX_WARNING_KINDS {
            // The last one stands for all the others; they are no longer distinguished.
            if let Some(rest) = self.warnings.last_mut() {
                rest.count += 1;
            }
        } else if let Some(known) = self.warnings.iter_mut().find(|w| w.what == what) {
            known.count += 1;
        } else {
            let full = self.warnings.len() == MAX_WARNING_KINDS;
            self.warnings.push(Warning {
                place: Place::Line(self.lines),
                what: if full {
                    "more odd header lines".to_owned()
                } else {
                    what
                },
                count: 1,
            });
        }
    }

    /// The `#CHROM` line: the fixed columns and the samples.
    fn columns(&mut self, line: &[u8], file: &str) -> Result<()> {
        let at = self.lines;
        let line = std::str::from_utf8(line)
            .map_err(|_| fault(file, at, "sample names in UTF-8", "other bytes"))?;
        let mut columns = line.split('\t');
        for expected in COLUMNS {
            let found = columns.next().unwrap_or("the end of the line");
            if found != expected {
                let expected = format!("column {expected}, columns being separated by tabs");
                return Err(fault(file, at, &expected, &quote(found.as_bytes())));
            }
        }
        match columns.next() {
            None => return Ok(()),
            Some("FORMAT") => {}
            Some(found) => {
                return Err(fault(file, at, "column FORMAT", &quote(found.as_bytes())));
            }
        }
        self.samples = columns.map(str::to_owned).collect();
        if self.samples.is_empty() {
            self.warn("FORMAT column without samples", "");
        }
        let mut seen = HashSet::with_capacity(self.samples.len());
        for name in self.samples.iter() {
            if name.is_empty() {
                return Err(fault(file, at, "a sample name", "an empty column"));
            }
            if !is_plain(name) {
                let expected = "sample names without control characters";
                return Err(fault(file, at, expected, &quote(name.as_bytes())));
            }
            if !seen.insert(name.as_str()) {
                let found = format!("{} twice", quote(name.as_bytes()));
                return Err(fault(file, at, "sample names that differ", &found));
            }
        }
        // Sample numbers, doubled for copies, are 32-bit throughout.
        if self.samples.len() > (u32::MAX / 4) as usize {
            let found = self.samples.len().to_string();
            return Err(fault(file, at, "at most 2^30 samples", &found));
        }
        Ok(())
    }

    /// A line that starts with `##`, without it.
    fn meta(&mut self, text: &str, seen: &mut HashSet<(String, String)>) {
        let Some((kind, value)) = text.split_once('=') else {
            return self.warn("header line that is not key=value:", text);
        };
        if !KINDS.contains(&kind) {
            return;
        }
        match kind {
            "fileformat" => {
                if self.lines > 1 {
                    self.warn("##fileformat is not the first line", "");
                }
                value.clone_into(&mut self.version);
            }
            "reference" | "assembly" if value.is_empty() => {
                self.warn("empty header line", kind);
            }
            "reference" => self.reference = Some(value.to_owned()),
            "assembly" => self.reference = self.reference.take().or(Some(value.to_owned())),
            "INFO" | "FORMAT" | "FILTER" | "contig" => {
                if let Some(fields) = self.fields(kind, value) {
                    self.definition(kind, &fields, seen);
                }
            }
            "ALT" | "SAMPLE" | "PEDIGREE" | "META" => {
                if let Some(fields) = self.fields(kind, value)
                    && get(&fields, "ID").is_none()
                    && kind != "PEDIGREE"
                {
                    self.warn("header line without ID:", kind);
                }
            }
            _ => {}
        }
    }

    /// The fields of `<key=value,key="value">`; warns of what does not fit.
    fn fields(&mut self, kind: &str, value: &str) -> Option<Vec<(String, String)>> {
        let Some(inner) = value.strip_prefix('<') else {
            self.warn("header line without <>:", kind);
            return None;
        };
        let (fields, sound) = split_fields(inner);
        if !sound {
            self.warn("malformed header line:", kind);
        }
        Some(fields)
    }

    fn definition(
        &mut self,
        kind: &str,
        fields: &[(String, String)],
        seen: &mut HashSet<(String, String)>,
    ) {
        let Some(key) = get(fields, "ID").filter(|id| !id.is_empty()) else {
            return self.warn("header line without ID:", kind);
        };
        if key.contains(char::is_whitespace) {
            self.warn("whitespace in the ID of a header line:", kind);
        }
        // A repeated line must not move the numbers that BCF gives the others.
        if !seen.insert((kind.to_owned(), key.to_owned())) {
            return self.warn("header line given twice:", &format!("{kind} {key}"));
        }
        Arc::make_mut(&mut self.dictionary).push(Entry {
            contig: kind == "contig",
            key: key.to_owned(),
            idx: get(fields, "IDX").map(str::to_owned),
            line: self.lines,
        });
        if !is_plain(key) {
            return self.warn("control characters in the ID of a header line:", kind);
        }
        if kind == "contig" {
            let length = get(fields, "length");
            let number = length.and_then(|l| l.parse().ok());
            if length.is_some() && number.is_none() {
                self.warn("contig length that is no number:", key);
            }
            Arc::make_mut(&mut self.contigs).push(ContigLine {
                name: key.to_owned(),
                length: number,
                assembly: get(fields, "assembly").map(str::to_owned),
            });
            return;
        }
        if get(fields, "Description").is_none() {
            self.warn("header line without Description:", &format!("{kind} {key}"));
        }
        if kind == "FILTER" {
            Arc::make_mut(&mut self.filters).push(key.to_owned());
            return;
        }
        let text = |name| get(fields, name).unwrap_or_default().to_owned();
        let definition = Definition {
            key: key.to_owned(),
            number: text("Number"),
            kind: text("Type"),
            description: text("Description"),
            line: self.lines,
        };
        self.check(kind, &definition);
        match kind {
            "INFO" => Arc::make_mut(&mut self.info).push(definition),
            _ => Arc::make_mut(&mut self.formats).push(definition),
        }
    }

    /// Warns of definitions that are no definitions, or not those the specification reserves.
    fn check(&mut self, kind: &str, definition: &Definition) {
        let number = definition.number.as_str();
        let known = matches!(
            number,
            "A" | "R" | "G" | "." | "P" | "LA" | "LR" | "LG" | "M"
        );
        if !known && number.parse::<u32>().is_err() {
            self.warn(
                "header line with an unknown Number:",
                &format!("{kind} {}", definition.key),
            );
        }
        let kinds = ["Integer", "Float", "Flag", "Character", "String"];
        if !kinds.contains(&definition.kind.as_str()) {
            self.warn(
                "header line with an unknown Type:",
                &format!("{kind} {}", definition.key),
            );
        }
        let reserved = match kind {
            "INFO" => RESERVED_INFO,
            _ => RESERVED_FORMAT,
        };
        let other = reserved.iter().find(|(keys, number, types)| {
            keys.split(' ').any(|k| k == definition.key)
                // Number=. says less than the reserved one, which harms nobody.
                && !((*number == definition.number || definition.number == ".")
                    && *types == definition.kind)
        });
        if other.is_some() {
            self.warn(
                "header line that differs from the reserved one:",
                &format!("{kind} {}", definition.key),
            );
        }
    }
}

/// Kinds of lines that are read; others are only counted.
const KINDS: [&str; 11] = [
    "fileformat",
    "reference",
    "assembly",
    "INFO",
    "FORMAT",
    "FILTER",
    "contig",
    "ALT",
    "SAMPLE",
    "PEDIGREE",
    "META",
];

/// Whether a line, without its end, is more than counted.
pub(super) fn is_read(line: &[u8]) -> bool {
    let kind = line.strip_prefix(b"##").and_then(|text| {
        let end = memchr::memchr(b'=', text)?;
        text.get(..end)
    });
    kind.is_none_or(|kind| KINDS.iter().any(|known| known.as_bytes() == kind))
}

/// Keys that the specification reserves, with their Number and Type.
const RESERVED_INFO: &[(&str, &str, &str)] = &[
    ("AD ADF ADR", "R", "Integer"),
    ("AC", "A", "Integer"),
    ("AF", "A", "Float"),
    ("AA", "1", "String"),
    ("CIGAR", "A", "String"),
    ("AN DP END MQ0 NS", "1", "Integer"),
    ("BQ", "1", "Float"),
    ("DB H2 H3 SOMATIC VALIDATED 1000G", "0", "Flag"),
];
const RESERVED_FORMAT: &[(&str, &str, &str)] = &[
    ("AD ADF ADR", "R", "Integer"),
    ("DP GQ MQ PQ PS", "1", "Integer"),
    ("EC", "A", "Integer"),
    ("GT FT", "1", "String"),
    ("GL GP", "G", "Float"),
    ("HQ", "2", "Integer"),
    ("PL", "G", "Integer"),
];

fn get<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = fields.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

/// Splits at commas outside quotes and brackets, and whether all of it is well formed.
fn split_fields(inner: &str) -> (Vec<(String, String)>, bool) {
    let mut fields = Vec::new();
    let mut sound = true;
    let mut rest = inner;
    loop {
        let Some((key, after)) = rest.split_once('=') else {
            // What stands after the last value must be the closing bracket alone.
            return (fields, sound && rest == ">");
        };
        sound &= !key.is_empty()
            && key
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"<>,\"".contains(&b));
        let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
            let mut value = String::new();
            let mut escaped = false;
            let mut end = None;
            for (at, c) in quoted.char_indices() {
                match c {
                    _ if escaped => {
                        value.push(c);
                        escaped = false;
                    }
                    '\\' => escaped = true,
                    '"' => {
                        end = Some(at + 1);
                        break;
                    }
                    c => value.push(c),
                }
            }
            sound &= end.is_some();
            (value, end.and_then(|end| quoted.get(end..)).unwrap_or(""))
        } else {
            let list = after.starts_with('[').then(|| after.find(']')).flatten();
            let from = list.unwrap_or(0);
            let tail = after.get(from..).unwrap_or("");
            let end = from + tail.find([',', '>']).unwrap_or(tail.len());
            let value = after.get(..end).unwrap_or(after);
            sound &= list.is_some() || !value.contains([' ', '<', '"']);
            (value.to_owned(), after.get(end..).unwrap_or(""))
        };
        // Description=text without quotes is a common fault; a number in quotes is none.
        sound &= key != "Description" || after.is_empty() || rest.contains("=\"");
        fields.push((key.to_owned(), value));
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return (fields, sound && after == ">"),
        }
    }
}
