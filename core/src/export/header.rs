//! The header, and the numbers that BCF has for its names.

use super::phases::PhaseKinds;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::{InfoNumber, InfoType};
use crate::store::InfoEntry;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// INFO keys that are worked out anew.
pub(super) const AC: &str = "AC";
pub(super) const AN: &str = "AN";
pub(super) const END: &str = "END";
pub(super) const SVTYPE: &str = "SVTYPE";
pub(super) const SVLEN: &str = "SVLEN";
/// FORMAT keys of phase sets.
pub(super) const SET: &str = "PS";
pub(super) const HAPLOTYPES: &str = "PSL";

/// Names and their numbers.
pub(super) struct Header {
    /// (kind of line, name, rest of the line) in their order.
    lines: Vec<(&'static str, String, String)>,
    known: HashSet<(&'static str, String)>,
    numbers: HashMap<String, u32>,
    /// A report line for each name that is written otherwise.
    renamed: Vec<String>,
    pub(super) contigs: Vec<String>,
    /// What of phase sets there is.
    pub(super) phases: PhaseKinds,
}

/// The INFO keys that are written: those of a cohort only where all of it may be seen.
pub(super) fn kept_keys(view: &View) -> impl Iterator<Item = &InfoEntry> {
    let keys = view.manifest().info.iter();
    keys.filter(|entry| !view.withholds(&entry.key))
}

impl Header {
    pub(super) fn new(view: &View, samples: &[u32]) -> Result<Self> {
        let mut header = Self {
            lines: Vec::new(),
            known: HashSet::new(),
            numbers: HashMap::new(),
            renamed: Vec::new(),
            contigs: view.contigs().map(str::to_owned).collect(),
            phases: PhaseKinds::default(),
        };
        header.add("FILTER", "PASS", "Description=\"All filters passed\"");
        for part in view.parts() {
            for text in view.segment(part)?.filters() {
                for text in text
                    .split(';')
                    .filter(|text| !matches!(*text, "" | "." | "PASS"))
                {
                    header.add_renamed("FILTER", text, "Description=\"\"");
                }
            }
        }
        if view.universe() > 0 {
            header.add(
                "INFO",
                AC,
                "Number=A,Type=Integer,Description=\"Copies of each ALT allele in the samples here\"",
            );
            header.add(
                "INFO",
                AN,
                "Number=1,Type=Integer,Description=\"Copies with a known allele in the samples here\"",
            );
        }
        header.add(
            "INFO",
            END,
            "Number=1,Type=Integer,Description=\"Last base of the variant\"",
        );
        header.add(
            "INFO",
            SVTYPE,
            "Number=1,Type=String,Description=\"Type of structural variant\"",
        );
        header.add(
            "INFO",
            SVLEN,
            "Number=.,Type=Integer,Description=\"Difference in length between REF and ALT\"",
        );
        for entry in kept_keys(view) {
            let (number, kind) = declaration(entry);
            let rest = format!("Number={number},Type={kind},Description=\"\"");
            header.add_renamed("INFO", &entry.key, &rest);
        }
        if !samples.is_empty() {
            header.add(
                "FORMAT",
                "GT",
                "Number=1,Type=String,Description=\"Genotype\"",
            );
            header.add_phases(PhaseKinds::of(view)?);
        }
        Ok(header)
    }

    fn add_phases(&mut self, kinds: PhaseKinds) {
        self.phases = kinds;
        if kinds.sets {
            let kind = if kinds.named { "String" } else { "Integer" };
            let rest = format!("Number=1,Type={kind},Description=\"Phase set\"");
            self.add("FORMAT", SET, &rest);
        }
        if kinds.haplotypes {
            let rest = "Number=.,Type=String,Description=\"Haplotype of each copy\"";
            self.add("FORMAT", HAPLOTYPES, rest);
        }
    }

    /// Adds a line unless it is there.
    fn add(&mut self, kind: &'static str, name: &str, rest: &str) {
        if !self.known.insert((kind, name.to_owned())) {
            return;
        }
        // a name has one number, whatever kinds of lines it has
        let next = self.numbers.len() as u32;
        self.numbers.entry(name.to_owned()).or_insert(next);
        self.lines.push((kind, name.to_owned(), rest.to_owned()));
    }

    /// Adds a line for a name of the data, and reports it where it must be written otherwise.
    fn add_renamed(&mut self, kind: &'static str, text: &str, rest: &str) {
        let fits = name(text);
        if fits != text {
            let line = format!("{kind} {text:?} cannot stand in a header: written as {fits}");
            if !self.renamed.contains(&line) {
                self.renamed.push(line);
            }
        }
        self.add(kind, &fits, rest);
    }

    /// The report lines of names that are written otherwise, once.
    pub(super) fn take_renamed(&mut self) -> Vec<String> {
        std::mem::take(&mut self.renamed)
    }

    /// The number of a name in BCF.
    pub(super) fn number(&self, name: &str) -> u32 {
        self.numbers.get(name).copied().unwrap_or(0)
    }

    /// The text; with the numbers of the names for BCF.
    pub(super) fn text(&self, view: &View, samples: &[u32], binary: bool) -> Result<String> {
        let samples = samples.iter().map(|&sample| view.sample_name(sample));
        let samples = samples.collect::<Result<Vec<_>>>()?;
        let version = match self.needs_4_3(view, &samples) {
            true => "4.3",
            false => "4.2",
        };
        let mut text = format!("##fileformat=VCFv{version}\n");
        let _ = writeln!(
            text,
            "##source=varidex {} export",
            env!("CARGO_PKG_VERSION")
        );
        let idx = |number: u32| match binary {
            true => format!(",IDX={number}"),
            false => String::new(),
        };
        for (kind, name, rest) in &self.lines {
            let idx = idx(self.number(name));
            let _ = writeln!(text, "##{kind}=<ID={name},{rest}{idx}>");
        }
        let manifest = view.manifest();
        let assembly = manifest.assembly.as_ref();
        let assembly = assembly.map_or(String::new(), |name| format!(",assembly={name}"));
        for (number, contig) in (0..).zip(&manifest.contigs) {
            if name(&contig.name) != contig.name {
                if binary {
                    return Err(Error::Usage(format!(
                        "BCF cannot hold a contig named {:?}: export to VCF",
                        contig.name
                    )));
                }
                // such a name is legal in no header, but readers take it where it is used
                continue;
            }
            let length = contig.length.map(|length| format!(",length={length}"));
            let length = length.unwrap_or_default();
            let idx = idx(number);
            let _ = writeln!(text, "##contig=<ID={}{length}{assembly}{idx}>", contig.name);
        }
        text.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO");
        if !samples.is_empty() {
            text.push_str("\tFORMAT");
        }
        for sample in samples {
            text.push('\t');
            text.push_str(sample);
        }
        text.push('\n');
        Ok(text)
    }

    /// Whether something means what it says from VCF 4.3 on alone: characters beyond ASCII, text in which `%3B` may
    /// stand for a character, phase sets that have names. Programs that read no newer version than 4.2 are in use.
    fn needs_4_3(&self, view: &View, samples: &[&str]) -> bool {
        let text = |entry: &InfoEntry| InfoType::named(&entry.kind).is_none_or(InfoType::is_text);
        let mut names = self.lines.iter().map(|(_, name, _)| name.as_str());
        self.phases.named
            || self.phases.haplotypes
            || kept_keys(view).any(text)
            || !names.all(str::is_ascii)
            || !view.contigs().all(str::is_ascii)
            || !samples.iter().all(|name| name.is_ascii())
    }
}

/// Number and Type of a kept key.
fn declaration(entry: &InfoEntry) -> (&'static str, &'static str) {
    let kind = InfoType::named(&entry.kind).unwrap_or(InfoType::Text);
    let number = match entry.number.as_str() {
        "alt" => InfoNumber::Alt,
        "allele" => InfoNumber::Allele,
        _ => InfoNumber::Record,
    };
    let number = match (number, kind) {
        (_, InfoType::Flag) => "0",
        (InfoNumber::Alt, _) => "A",
        (InfoNumber::Allele, _) => "R",
        // text may be a list of a length of its own
        (InfoNumber::Record, kind) if kind.is_text() => ".",
        (InfoNumber::Record, _) => "1",
    };
    let kind = match kind {
        InfoType::Flag => "Flag",
        InfoType::Integer => "Integer",
        InfoType::Float | InfoType::Floats => "Float",
        InfoType::Text => "String",
    };
    (number, kind)
}

/// The filters of a FILTER column.
pub(super) fn filters(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let names = text.split(';').filter(|name| !matches!(*name, "" | "."));
    names.map(name)
}

/// A name as a header can have it: what would end it or the line is replaced.
pub(super) fn name(text: &str) -> Cow<'_, str> {
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && !",;=<>\"".contains(c);
    if !text.is_empty() && text.chars().all(fits) {
        return Cow::Borrowed(text);
    }
    let replaced: String = text
        .chars()
        .map(|c| if fits(c) { c } else { '_' })
        .collect();
    Cow::Owned(if replaced.is_empty() {
        "_".to_owned()
    } else {
        replaced
    })
}
