//! The genes of a dataset: a mapped file made of gene models.

#![deny(clippy::indexing_slicing)]

use crate::error::{Error, Result};
use crate::format::{
    Container, ContainerWriter, FileKind, Folder, Kind, Lists, Text, TextWriter, encode_lists,
    find_hash, hash_index, plain, verify_hashes,
};
use crate::genome::Interval;
use crate::model::Gene;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use xxhash_rust::xxh3::xxh3_64;

/// The most bases around a gene that count as the gene's.
pub(crate) const PAD_MAX: u32 = 10_000_000;

/// The mapped file of genes.
#[derive(Debug)]
pub(crate) struct Genes {
    file: Container,
    /// Symbol, then aliases.
    names: Text,
    ids: Text,
    places: Lists,
    pad: u32,
    contigs: OnceLock<Vec<String>>,
    symbols: OnceLock<Vec<String>>,
}

impl Genes {
    /// The file for these genes; `pad` bases on both sides of each count as the gene's.
    pub(crate) fn write(genes: &[Gene], pad: u32) -> Result<ContainerWriter> {
        let genes: Vec<Gene> = genes.iter().map(clean).collect();
        let contigs: BTreeSet<&str> = genes
            .iter()
            .flat_map(|gene| &gene.places)
            .map(|(contig, ..)| contig.as_str())
            .collect();
        let contigs: Vec<&str> = contigs.into_iter().collect();
        let mut places = Vec::new();
        for gene in &genes {
            let numbers = |(contig, start, end): &(String, i32, i32)| {
                let at = contigs.binary_search(&contig.as_str()).unwrap_or(0);
                [at as u32, start.cast_unsigned(), end.cast_unsigned()]
            };
            places.push(gene.places.iter().flat_map(numbers).collect::<Vec<u32>>());
        }
        let texts = |texts: &mut dyn Iterator<Item = String>, keep: bool| {
            let mut writer = TextWriter::default();
            texts.for_each(|text| writer.push(text.as_bytes()));
            writer.finish(keep).map_err(|e| Error::io("genes", e))
        };
        let joined = |first: Option<&String>, rest: &BTreeSet<String>| {
            let all: Vec<&str> = first.into_iter().chain(rest).map(String::as_str).collect();
            all.join("\t")
        };
        let mut file = ContainerWriter::default();
        let names = &mut genes
            .iter()
            .map(|gene| joined(Some(&gene.symbol), &gene.aliases));
        file.add(Kind::GeneNames, texts(names, true)?);
        let ids = &mut genes.iter().map(|gene| joined(None, &gene.ids));
        file.add(Kind::GeneIds, texts(ids, false)?);
        file.add(
            Kind::GeneContigs,
            texts(&mut contigs.iter().map(|&c| c.to_owned()), true)?,
        );
        file.add(
            Kind::GenePlaces,
            encode_lists(places.iter().map(Vec::as_slice)),
        );
        file.add(
            Kind::GeneIndex,
            hash_index(hashes(&genes), genes.len() as u32),
        );
        file.add(Kind::GenePad, pad.to_le_bytes().to_vec());
        Ok(file)
    }

    pub(crate) fn open(folder: &Folder, name: &str) -> Result<Self> {
        let file = folder.container(name, FileKind::Genes)?;
        let names = Text::find(&file, Kind::GeneNames)?;
        let ids = Text::find(&file, Kind::GeneIds)?;
        if let Some(section) = file.find(Kind::GeneIds)
            && ids.len() != names.len()
        {
            let expected = format!("{} entries", names.len());
            return Err(file.damage(section, 0, expected, ids.len().to_string()));
        }
        let places = Lists::find(&file, Kind::GenePlaces, names.len())?;
        let pad = match *file.whole(Kind::GenePad)? {
            [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
            _ => u32::MAX,
        };
        if pad > PAD_MAX {
            let expected = format!("a pad of at most {PAD_MAX}");
            return Err(file.damage_in(Kind::GenePad, expected, "another"));
        }
        Ok(Self {
            file,
            names,
            ids,
            places,
            pad,
            contigs: OnceLock::new(),
            symbols: OnceLock::new(),
        })
    }

    /// Checks the file as a whole: everything is made again from names and places, and compared.
    pub(crate) fn verify(&self) -> Result<()> {
        self.file.verify()?;
        let genes: Vec<Gene> = (0..self.len())
            .map(|gene| self.gene(gene))
            .collect::<Result<_>>()?;
        self.file.verify_same(&Self::write(&genes, self.pad)?)?;
        verify_hashes(&self.file, Kind::GeneIndex, self.len(), hashes(&genes))
    }

    pub(crate) fn len(&self) -> u32 {
        self.names.len()
    }

    /// Bases on both sides of a gene that count as the gene's.
    pub(crate) fn pad(&self) -> u32 {
        self.pad
    }

    fn text(&self, text: &Text, gene: u32) -> Result<String> {
        text.with(&self.file, gene, |bytes| {
            String::from_utf8_lossy(bytes).into_owned()
        })
    }

    /// A gene as it was read.
    pub(crate) fn gene(&self, gene: u32) -> Result<Gene> {
        let names = self.text(&self.names, gene)?;
        let mut names = names.split('\t').map(str::to_owned);
        let ids = self.text(&self.ids, gene)?;
        let contigs = self.contigs()?;
        let numbers: Vec<u32> = self.places.get(&self.file, gene)?.collect();
        let place = |triple: &[u32]| match *triple {
            [contig, start, end] => {
                let (start, end) = (start.cast_signed(), end.cast_signed());
                let contig = contigs.get(contig as usize)?.clone();
                (0 <= start && start <= end).then_some((contig, start, end))
            }
            _ => None,
        };
        let places: Option<Vec<_>> = numbers.chunks(3).map(place).collect();
        let Some(places) = places else {
            let expected = "places on contigs";
            return Err(self.file.damage_in(Kind::GenePlaces, expected, "others"));
        };
        Ok(Gene {
            symbol: names.next().unwrap_or_default(),
            aliases: names.collect(),
            ids: ids
                .split('\t')
                .filter(|id| !id.is_empty())
                .map(str::to_owned)
                .collect(),
            places,
        })
    }

    fn contigs(&self) -> Result<&[String]> {
        if let Some(contigs) = self.contigs.get() {
            return Ok(contigs);
        }
        let text = Text::find(&self.file, Kind::GeneContigs)?;
        let mut contigs = Vec::new();
        text.each(&self.file, |_, contig| {
            contigs.push(String::from_utf8_lossy(contig).into_owned());
            Ok(())
        })?;
        Ok(self.contigs.get_or_init(|| contigs))
    }

    /// The genes of a symbol, or else of an alias or id; in any case.
    pub(crate) fn find(&self, name: &str) -> Result<Vec<Gene>> {
        let wanted = name.trim().to_lowercase();
        let section = self.file.find(Kind::GeneIndex);
        let found = match section {
            Some(section) => find_hash(&self.file, section, xxh3_64(wanted.as_bytes()))?,
            None => Vec::new(),
        };
        let (mut by_symbol, mut others) = (Vec::new(), Vec::new());
        for number in found.into_iter().filter(|&number| number < self.len()) {
            let gene = self.gene(number)?;
            let mut names = gene.aliases.iter().chain(&gene.ids);
            if gene.symbol.to_lowercase() == wanted {
                by_symbol.push(gene);
            } else if names.any(|other| other.to_lowercase() == wanted) {
                others.push(gene);
            }
        }
        Ok(if by_symbol.is_empty() {
            others
        } else {
            by_symbol
        })
    }

    /// All symbols, for errors.
    pub(crate) fn symbols(&self) -> Result<&[String]> {
        if let Some(symbols) = self.symbols.get() {
            return Ok(symbols);
        }
        let mut symbols = Vec::new();
        self.names.each(&self.file, |_, names| {
            let names = String::from_utf8_lossy(names);
            symbols.push(names.split('\t').next().unwrap_or_default().to_owned());
            Ok(())
        })?;
        Ok(self.symbols.get_or_init(|| symbols))
    }

    /// A gene's places with its pad, on the contigs that `number` knows.
    pub(crate) fn intervals(
        &self,
        gene: &Gene,
        number: impl Fn(&str) -> Option<u32>,
    ) -> Vec<(u32, Interval)> {
        let pad = self.pad.cast_signed();
        let place = |(contig, start, end): &(String, i32, i32)| {
            let start = start.saturating_sub(pad).max(-1);
            let interval = Interval::new(start, end.saturating_add(pad))?;
            Some((number(contig)?, interval))
        };
        gene.places.iter().filter_map(place).collect()
    }

    /// Which genes lie where, with their pads: symbol, and places on contigs that `number` knows.
    pub(crate) fn all_intervals(
        &self,
        number: impl Fn(&str) -> Option<u32>,
    ) -> Result<Vec<(u32, Interval, u32)>> {
        let contigs: Vec<Option<u32>> = self.contigs()?.iter().map(|c| number(c)).collect();
        let pad = self.pad.cast_signed();
        let mut all = Vec::new();
        for gene in 0..self.len() {
            let numbers: Vec<u32> = self.places.get(&self.file, gene)?.collect();
            for triple in numbers.chunks_exact(3) {
                if let [contig, start, end] = *triple
                    && let Some(Some(contig)) = contigs.get(contig as usize)
                    && let Some(interval) = Interval::new(
                        start.cast_signed().saturating_sub(pad).max(-1),
                        end.cast_signed().saturating_add(pad),
                    )
                {
                    all.push((*contig, interval, gene));
                }
            }
        }
        all.sort_unstable_by_key(|(contig, interval, gene)| (*contig, interval.start, *gene));
        Ok(all)
    }
}

/// A gene as it can stand in texts, without control characters, of which some set names apart.
fn clean(gene: &Gene) -> Gene {
    let clean = |text: &String| plain(text).into_owned();
    let set = |names: &BTreeSet<String>| -> BTreeSet<String> {
        let names = names.iter().filter(|name| !name.is_empty());
        names.map(clean).collect()
    };
    let place = |(contig, start, end): &(String, i32, i32)| (clean(contig), *start, *end);
    Gene {
        symbol: clean(&gene.symbol),
        aliases: set(&gene.aliases),
        ids: set(&gene.ids),
        places: gene.places.iter().map(place).collect(),
    }
}

/// What the index of genes is made from: hashes of all their names in lower case.
fn hashes(genes: &[Gene]) -> Vec<(u64, u32)> {
    let mut hashes = Vec::new();
    for (number, gene) in (0u32..).zip(genes) {
        let names = gene.names().into_iter();
        hashes.extend(names.map(|name| (xxh3_64(name.as_bytes()), number)));
    }
    hashes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    #[test]
    fn genes_are_found_by_all_their_names() {
        let gene = |symbol: &str, aliases: &[&str], ids: &[&str]| Gene {
            symbol: symbol.to_owned(),
            aliases: aliases.iter().map(|&a| a.to_owned()).collect(),
            ids: ids.iter().map(|&i| i.to_owned()).collect(),
            places: vec![("chr1".into(), 100, 200), ("chrX".into(), 5, 9)],
        };
        let genes = [
            gene("RYR1", &["CCO", "MHS1"], &["HGNC:10483", "ENSG00000196218"]),
            gene("CCO", &[], &[]),
            gene("TLR7", &["MHS1"], &[]),
        ];
        let place = tempfile::tempdir().unwrap();
        let mut bytes = Vec::new();
        let file = Genes::write(&genes, 10).unwrap();
        file.finish(FileKind::Genes, &mut bytes).unwrap();
        std::fs::write(place.path().join("x.genes"), bytes).unwrap();
        let stored = Genes::open(&Folder::on_disk(&place), "x.genes").unwrap();
        stored.verify().unwrap();
        let find = |name: &str| -> Vec<String> {
            let found = stored.find(name).unwrap();
            found.into_iter().map(|gene| gene.symbol).collect()
        };
        for name in ["RYR1", "ryr1", "HGNC:10483", "ENSG00000196218"] {
            assert_eq!(find(name), ["RYR1"], "{name}");
        }
        // a symbol wins over an alias; an alias of two is both
        assert_eq!(find("CCO"), ["CCO"]);
        assert_eq!(find("MHS1"), ["RYR1", "TLR7"]);
        assert!(find("RYR2").is_empty());
        let ryr1 = &stored.find("RYR1").unwrap()[0];
        assert_eq!(*ryr1, genes[0]);
        let known = |name: &str| (name == "chr1").then_some(3);
        let intervals = stored.intervals(ryr1, known);
        assert_eq!(
            intervals,
            [(
                3,
                Interval {
                    start: 90,
                    end: 210
                }
            )]
        );
        assert_eq!(stored.all_intervals(known).unwrap().len(), 3);
    }
}
