//! The INFO keys, and what the header says of them.

use super::counting::Source;
use super::{AnnotateWith, PREFIX};
use crate::error::{Error, Result};
use crate::input::RawReader;
use std::collections::HashSet;

/// What is said of each allele in each group: how the key ends, its type, and what it is.
pub(super) const FIELDS: [(&str, &str, &str); 5] = [
    ("AC", "Integer", "Copies that carry the ALT"),
    (
        "AN",
        "Integer",
        "Copies with a known allele; missing where somebody was not looked at",
    ),
    ("AF", "Float", "AC / AN; missing where AN is 0 or missing"),
    (
        "HOM",
        "Integer",
        "Samples with two copies or more, all of them the ALT",
    ),
    ("HEMI", "Integer", "Samples with one copy, the ALT"),
];

/// The keys of a dataset.
pub(super) struct Keys {
    pub(super) name: String,
    /// By group, and then in the order of [`FIELDS`].
    pub(super) fields: Vec<[Field; FIELDS.len()]>,
    /// The lines of the header.
    lines: Vec<String>,
}

/// A key, as it is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Field {
    /// With `=` behind it, for text.
    pub(super) text: Vec<u8>,
    /// For BCF.
    pub(super) number: u32,
}

impl Keys {
    /// Those of all datasets, which the file must not have already.
    pub(super) fn of(
        reader: &RawReader,
        with: &[AnnotateWith],
        sources: &[Source],
    ) -> Result<Vec<Self>> {
        let mut taken = HashSet::new();
        let (mut next, says) = reader.next_key().unwrap_or_default();
        let mut all = Vec::new();
        for (with, source) in with.iter().zip(sources) {
            let keys = Self::new(with, source, &mut taken, (&mut next, says))?;
            keys.refuse_known(reader)?;
            all.push(keys);
        }
        Ok(all)
    }

    fn new(
        with: &AnnotateWith,
        source: &Source,
        taken: &mut HashSet<String>,
        (next, says): (&mut u32, bool),
    ) -> Result<Self> {
        let name = with.name.as_deref().unwrap_or(PREFIX);
        let valid = valid_key(name);
        if valid != name {
            return Err(Error::Usage(format!(
                "`{name}` cannot begin an INFO key, which has letters, digits, `_` and `.`: name it `{valid}`"
            )));
        }
        let path = with.view.path();
        let dataset = path.file_name().unwrap_or(path.as_os_str());
        let dataset = dataset.to_string_lossy();
        let whole = with.group.as_ref().map_or("everybody", |of| of.label());
        let mut lines = vec![format!(
            "##varidex_annotate=<ID={name},Dataset=\"{}\",Snapshot=\"{}\",Group=\"{}\">",
            quotable(&dataset),
            with.view.snapshot(),
            quotable(whole),
        )];
        let mut fields = Vec::new();
        for label in source.labels() {
            let end = label.map(|label| ending(label, name, taken));
            let end = end.map_or(String::new(), |end| format!("_{end}"));
            let whom = match label {
                None => format!("{whole} of {dataset}"),
                Some(label) => format!("{label} of {dataset}"),
            };
            let mut of_group: [Field; FIELDS.len()] = Default::default();
            for (field, (key, kind, what)) in of_group.iter_mut().zip(FIELDS) {
                let key = format!("{name}_{key}{end}");
                if !taken.insert(key.clone()) {
                    return Err(Error::Usage(format!(
                        "two datasets would write INFO/{key}: give each a name of its own, as in `OTHER=cohort.vdx`"
                    )));
                }
                let number = if says {
                    format!(",IDX={next}")
                } else {
                    String::new()
                };
                let whom = quotable(&whom);
                lines.push(format!(
                    "##INFO=<ID={key},Number=A,Type={kind},Description=\"{what}, in {whom}\"{number}>"
                ));
                field.number = *next;
                *next = next.saturating_add(1);
                field.text = format!("{key}=").into_bytes();
            }
            fields.push(of_group);
        }
        Ok(Self {
            name: name.to_owned(),
            fields,
            lines,
        })
    }

    /// A key that the file declares would have two meanings.
    fn refuse_known(&self, reader: &RawReader) -> Result<()> {
        for field in self.fields.iter().flatten() {
            let key = field.text.strip_suffix(b"=").unwrap_or_default();
            let key = String::from_utf8_lossy(key);
            if let Some(line) = reader.line_of(&key) {
                return Err(Error::Usage(format!(
                    "{}:{line}: {key} is declared already: give the dataset another name, as in `{}2=cohort.vdx`",
                    reader.file(),
                    self.name
                )));
            }
        }
        Ok(())
    }
}

/// The header of a file with the lines of all keys, in front of its last line; these end as that one does.
pub(super) fn header(lines: &[u8], keys: &[Keys]) -> Vec<u8> {
    let text = lines.strip_suffix(b"\n").unwrap_or(lines);
    let last = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    let (head, columns) = lines.split_at_checked(last).unwrap_or((lines, b""));
    let end: &[u8] = match columns.ends_with(b"\r\n") {
        true => b"\r\n",
        false => b"\n",
    };
    let mut all = head.to_vec();
    for line in keys.iter().flat_map(|keys| &keys.lines) {
        all.extend_from_slice(line.as_bytes());
        all.extend_from_slice(end);
    }
    all.extend_from_slice(columns);
    all
}

/// A name with what an INFO key may have.
fn valid_key(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let key: String = name
        .chars()
        .map(|c| if fits(c) { c } else { '_' })
        .collect();
    match key.bytes().next() {
        Some(first) if first.is_ascii_alphabetic() || first == b'_' => key,
        _ => format!("_{key}"),
    }
}

/// What the keys of a group end with: its label, with a number where another one has become the same.
fn ending(label: &str, name: &str, taken: &HashSet<String>) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let values = label.split('|').map(|value| match value {
        // of whom no value is known
        "." => "unknown".to_owned(),
        value => value
            .chars()
            .map(|c| if fits(c) { c } else { '_' })
            .collect(),
    });
    let plain = values.collect::<Vec<_>>().join("_");
    let is_taken = |end: &str| taken.contains(&format!("{name}_AC_{end}"));
    let numbered = (2..).map(|n: u32| format!("{plain}_{n}"));
    let mut all = std::iter::once(plain.clone()).chain(numbered);
    all.find(|end| !is_taken(end)).unwrap_or(plain)
}

/// Text between quotes of a header.
fn quotable(text: &str) -> String {
    let mut quoted = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_vcf_allows() {
        assert_eq!(valid_key("VDX"), "VDX");
        assert_eq!(valid_key("my cohort"), "my_cohort");
        assert_eq!(valid_key("1kg"), "_1kg");
        assert_eq!(valid_key(""), "_");
        let mut taken = HashSet::new();
        assert_eq!(ending("a b", "X", &taken), "a_b");
        taken.insert("X_AC_a_b".to_owned());
        assert_eq!(ending("a-b", "X", &taken), "a_b_2");
        assert_eq!(ending(".", "X", &taken), "unknown");
        assert_eq!(ending("North Finn|.", "X", &taken), "North_Finn_unknown");
        assert_eq!(quotable("say \"x\"\n"), "say \\\"x\\\" ");
    }
}
