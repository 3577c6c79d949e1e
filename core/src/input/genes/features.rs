//! GFF3 and GTF.

use super::Genes;
use crate::error::{Error, Place, Result};
use crate::input::lines::{ShortLines, input_error, open_text};
use crate::model::Gene;
use noodles_gff::feature::RecordBuf;
use std::path::Path;

const GENES: [&[u8]; 3] = [b"gene", b"ncRNA_gene", b"pseudogene"];

pub(super) fn read(path: &Path, gtf: bool, genes: &mut Genes) -> Result<()> {
    // features of other types stand in where there is no gene
    let mut parts = Genes::default();
    let mut take = |record: &RecordBuf, place: Place| -> Result<()> {
        let is_gene = GENES.iter().any(|kind| record.ty() == *kind);
        let Some(key) = key(record) else {
            return match is_gene {
                true => {
                    let expected = "a gene with an id or a name";
                    Err(input_error(path, place, expected, &record.ty().to_string()))
                }
                false => Ok(()),
            };
        };
        match is_gene {
            true => add(genes.gene(&key), record, path, place),
            false => add(parts.gene(&key), record, path, place),
        }
    };
    let broken = |line: u64, error: std::io::Error| match error.kind() {
        std::io::ErrorKind::InvalidData
        | std::io::ErrorKind::InvalidInput
        | std::io::ErrorKind::UnexpectedEof => {
            let found = error.to_string();
            input_error(path, Place::Line(line), "a feature", &found)
        }
        _ => Error::io(path, error),
    };
    if gtf {
        let mut reader = noodles_gtf::io::Reader::new(ShortLines::new(open_text(path)?));
        let mut line = noodles_gtf::Line::default();
        for number in 1.. {
            let len = reader.read_line(&mut line);
            if len.map_err(|e| broken(number, e))? == 0 {
                break;
            }
            let Some(record) = line.as_record() else {
                continue;
            };
            let owned = record.and_then(|record| {
                // the conversion panics where these are broken
                record.attributes()?;
                RecordBuf::try_from_feature_record(&record)
            });
            take(&owned.map_err(|e| broken(number, e))?, Place::Line(number))?;
        }
    } else {
        let mut reader = noodles_gff::io::Reader::new(ShortLines::new(open_text(path)?));
        for (number, line) in (1..).zip(reader.line_bufs()) {
            match line.map_err(|e| broken(number, e))? {
                noodles_gff::LineBuf::Record(record) => take(&record, Place::Line(number))?,
                // a FASTA section is not for us
                noodles_gff::LineBuf::Directive(d) if d.key() == "FASTA" => break,
                _ => {}
            }
        }
    }
    if genes.0.is_empty() {
        *genes = parts;
    }
    Ok(())
}

fn texts(record: &RecordBuf, tag: &str) -> Vec<String> {
    let value = record.attributes().get(tag.as_bytes());
    let texts = value.into_iter().flat_map(|value| value.iter());
    texts
        .map(|text| text.to_string().trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}

fn text(record: &RecordBuf, tags: &[&str]) -> Option<String> {
    tags.iter()
        .find_map(|tag| texts(record, tag).into_iter().next())
}

/// What makes features parts of one gene.
fn key(record: &RecordBuf) -> Option<String> {
    let key = text(record, &["gene_id", "ID", "gene_name", "gene", "Name"]);
    // in files without genes the parts name theirs
    key.map(|key| unversioned(key.trim_start_matches("gene:").trim_start_matches("gene-")))
}

fn unversioned(id: &str) -> String {
    match id.rsplit_once('.') {
        Some((stem, version))
            if stem.starts_with("ENS") && version.bytes().all(|b| b.is_ascii_digit()) =>
        {
            stem.to_owned()
        }
        _ => id.to_owned(),
    }
}

fn add(gene: &mut Gene, record: &RecordBuf, path: &Path, place: Place) -> Result<()> {
    let position = |at: usize| i32::try_from(at).ok();
    let start = position(usize::from(record.start())).map(|start| start - 1);
    let (Some(start), Some(end)) = (start, position(usize::from(record.end()))) else {
        let found = format!("{} to {}", record.start(), record.end());
        return Err(input_error(path, place, "positions below 2^31", &found));
    };
    if start >= end {
        let found = format!("{} to {}", record.start(), record.end());
        return Err(input_error(path, place, "a start before the end", &found));
    }
    gene.places
        .push((record.reference_sequence_name().to_string(), start, end));
    let symbol = text(record, &["gene_name", "Name", "gene", "gene_symbol"]);
    let id = key(record).unwrap_or_default();
    if gene.symbol.is_empty() {
        gene.symbol = symbol.unwrap_or_else(|| id.clone());
    }
    if id != gene.symbol {
        gene.ids.insert(id);
    }
    for tag in ["hgnc_id", "Dbxref", "db_xref"] {
        for id in texts(record, tag) {
            let id = id
                .strip_prefix("HGNC:HGNC:")
                .map(|n| format!("HGNC:{n}"))
                .unwrap_or(id);
            if ["HGNC:", "GeneID:", "Ensembl:", "ENSEMBL:", "MIM:"]
                .iter()
                .any(|p| id.starts_with(p))
            {
                let plain = id
                    .trim_start_matches("Ensembl:")
                    .trim_start_matches("ENSEMBL:");
                gene.ids.insert(unversioned(plain));
            }
        }
    }
    // Ensembl writes `...[Source:HGNC Symbol;Acc:HGNC:10483]`
    for description in texts(record, "description") {
        if let Some((_, id)) = description.split_once("Acc:HGNC:") {
            let digits: String = id.chars().take_while(char::is_ascii_digit).collect();
            gene.ids.insert(format!("HGNC:{digits}"));
        }
    }
    for tag in ["gene_synonym", "Alias", "gene_alias"] {
        for alias in texts(record, tag) {
            gene.aliases
                .extend(alias.split(',').map(|one| one.trim().to_owned()));
        }
    }
    Ok(())
}
