//! VCF as plain text: what a file says, written down and read again without any cleverness.

use std::fmt::Write;

/// One file: the records of a batch of samples.
#[derive(Debug, Clone, Default)]
pub struct File {
    pub header: Vec<String>,
    pub samples: Vec<String>,
    pub records: Vec<Record>,
}

#[derive(Debug, Clone, Default)]
pub struct Record {
    pub contig: String,
    /// POS: the first base is 1.
    pub position: i64,
    pub ids: Vec<String>,
    pub reference: String,
    pub alternates: Vec<String>,
    pub quality: Option<String>,
    pub filters: Vec<String>,
    /// Keys with their values; a flag has none.
    pub info: Vec<(String, Option<String>)>,
    /// A genotype of each sample; none at all where FORMAT has no GT.
    pub calls: Vec<Call>,
}

/// One genotype.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// The allele of each copy: 0 is REF, nothing is not known.
    pub copies: Vec<Option<usize>>,
    pub phased: bool,
    /// The phase set, as it is written.
    pub set: Option<String>,
}

impl Record {
    pub fn value(&self, key: &str) -> Option<&str> {
        let found = self.info.iter().find(|(name, _)| name == key);
        found.and_then(|(_, value)| value.as_deref())
    }

    /// The genotype of a sample; of a record without genotypes nothing is known of two copies.
    pub fn call(&self, sample: usize) -> Call {
        self.calls.get(sample).cloned().unwrap_or(Call {
            copies: vec![None, None],
            phased: false,
            set: None,
        })
    }
}

impl Call {
    /// Copies with this allele.
    pub fn carried(&self, allele: usize) -> usize {
        let same = self.copies.iter().filter(|copy| **copy == Some(allele));
        same.count()
    }

    /// Copies of which an allele is known.
    pub fn known(&self) -> usize {
        self.copies.iter().flatten().count()
    }

    fn text(&self) -> String {
        let separator = if self.phased { "|" } else { "/" };
        let copies = self.copies.iter();
        let copies = copies.map(|copy| copy.map_or(".".to_owned(), |allele| allele.to_string()));
        copies.collect::<Vec<_>>().join(separator)
    }

    /// An allele that the record does not have is not known.
    fn read(genotype: &str, set: Option<&str>, alleles: usize) -> Self {
        let copies = genotype.split(['/', '|']).filter(|copy| !copy.is_empty());
        let allele = |copy: &str| copy.parse().ok().filter(|&allele| allele <= alleles);
        Self {
            copies: copies.map(allele).collect(),
            phased: !genotype.contains('/'),
            set: set.filter(|set| *set != ".").map(str::to_owned),
        }
    }
}

/// What stands in a column, or `.` for nothing.
fn joined(values: &[String], separator: &str) -> String {
    match values {
        [] => ".".to_owned(),
        values => values.join(separator),
    }
}

fn split(column: &str, separator: char) -> Vec<String> {
    match column {
        "." => Vec::new(),
        column => column.split(separator).map(str::to_owned).collect(),
    }
}

impl File {
    /// The text, records in the order in which they stand.
    pub fn text(&self) -> String {
        let mut text = String::from("##fileformat=VCFv4.3\n");
        for line in &self.header {
            text += line;
            text.push('\n');
        }
        text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
        if !self.samples.is_empty() {
            text += "\tFORMAT\t";
            text += &self.samples.join("\t");
        }
        text.push('\n');
        for record in &self.records {
            text += &self.line(record);
        }
        text
    }

    fn line(&self, record: &Record) -> String {
        let info = record.info.iter().map(|(key, value)| match value {
            Some(value) => format!("{key}={value}"),
            None => key.clone(),
        });
        let mut line = [
            record.contig.clone(),
            record.position.to_string(),
            joined(&record.ids, ";"),
            record.reference.clone(),
            joined(&record.alternates, ","),
            record.quality.clone().unwrap_or_else(|| ".".to_owned()),
            joined(&record.filters, ";"),
            joined(&info.collect::<Vec<_>>(), ";"),
        ]
        .join("\t");
        if !self.samples.is_empty() {
            let sets = record.calls.iter().any(|call| call.set.is_some());
            line += match (record.calls.is_empty(), sets) {
                (true, _) => "\tDP",
                (_, false) => "\tGT",
                (_, true) => "\tGT:PS",
            };
            for sample in 0..self.samples.len() {
                let Some(call) = record.calls.get(sample) else {
                    line += "\t3";
                    continue;
                };
                write!(line, "\t{}", call.text()).unwrap();
                if sets {
                    write!(line, ":{}", call.set.as_deref().unwrap_or(".")).unwrap();
                }
            }
        }
        line.push('\n');
        line
    }

    /// Names of the contigs that the header declares.
    pub fn contigs(&self) -> Vec<String> {
        let declared = self.header.iter();
        let declared = declared.filter_map(|line| line.strip_prefix("##contig=<ID="));
        declared
            .map(|rest| rest.split([',', '>']).next().unwrap_or_default().to_owned())
            .collect()
    }

    /// INFO keys that the header declares, with Number and Type.
    pub fn keys(&self) -> Vec<(String, String, String)> {
        let declared = self.header.iter();
        let declared = declared.filter_map(|line| line.strip_prefix("##INFO=<"));
        let value = |rest: &str, key: &str| {
            let mut fields = rest.split([',', '>']);
            fields
                .find_map(|field| field.strip_prefix(key))
                .unwrap_or_default()
                .to_owned()
        };
        declared
            .map(|rest| {
                (
                    value(rest, "ID="),
                    value(rest, "Number="),
                    value(rest, "Type="),
                )
            })
            .collect()
    }

    /// Reads a text, of which the columns are taken as they stand.
    pub fn read(text: &str) -> Self {
        let mut file = Self::default();
        for line in text.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            if line.starts_with("##") {
                if !line.starts_with("##fileformat") {
                    file.header.push(line.to_owned());
                }
            } else if line.starts_with('#') {
                file.samples = columns
                    .iter()
                    .skip(9)
                    .map(|&name| name.to_owned())
                    .collect();
            } else if let [
                contig,
                position,
                ids,
                reference,
                alternates,
                quality,
                filters,
                info,
                rest @ ..,
            ] = &columns[..]
            {
                file.records.push(Record {
                    contig: (*contig).to_owned(),
                    position: position.parse().unwrap(),
                    ids: split(ids, ';'),
                    reference: (*reference).to_owned(),
                    alternates: split(alternates, ','),
                    quality: Some((*quality).to_owned()).filter(|quality| quality != "."),
                    filters: split(filters, ';'),
                    info: split(info, ';').iter().map(|field| pair(field)).collect(),
                    calls: calls(rest, split(alternates, ',').len()),
                });
            }
        }
        file
    }
}

fn pair(field: &str) -> (String, Option<String>) {
    match field.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (field.to_owned(), None),
    }
}

/// The genotypes of a record: FORMAT, then a column for each sample.
fn calls(columns: &[&str], alleles: usize) -> Vec<Call> {
    let Some((format, samples)) = columns.split_first() else {
        return Vec::new();
    };
    let place = |key: &str| format.split(':').position(|name| name == key);
    let Some(genotype) = place("GT") else {
        return Vec::new();
    };
    let set = place("PS");
    let read = |column: &&str| {
        let fields: Vec<&str> = column.split(':').collect();
        let set = set.and_then(|set| fields.get(set)).copied();
        Call::read(fields.get(genotype).unwrap_or(&"."), set, alleles)
    };
    samples.iter().map(read).collect()
}
