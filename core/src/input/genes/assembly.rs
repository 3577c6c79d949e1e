//! Which assembly gene models are of: by what the head of their file says, or by the genes.

use crate::error::Place;
use crate::genome::{Assembly, HeaderContig, assembly_of_gene};
use crate::model::Gene;
use std::collections::BTreeSet;

/// An assembly, where it is stated, and what stands there.
type Found = Option<(Assembly, Place, String)>;

/// By the lines before the first gene: `#!genome-build GRCh38.p14` of Ensembl and RefSeq, `##genome-build`
/// and `##sequence-region` of GFF3, `(GRCh38)` in GENCODE's description, `db=hg38` of UCSC.
pub(super) fn of_head(head: &str) -> Found {
    let lines = (1..).zip(head.lines());
    for (number, line) in lines {
        if !line.starts_with(['#', 't', 'b']) {
            break;
        }
        let found = match line.strip_prefix("##sequence-region") {
            Some(region) => of_region(region),
            None => of_words(line),
        };
        if let Some(assembly) = found {
            let by: String = line.chars().take(80).collect();
            return Some((assembly, Place::Line(number), by));
        }
    }
    None
}

fn of_words(line: &str) -> Option<Assembly> {
    let about = [
        "genome-build",
        "genome-version",
        "##description",
        "##assembly",
    ];
    let track = line.starts_with("track") || line.starts_with("browser");
    if !track && !about.iter().any(|key| line.contains(key)) {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || "()[]{},;\"'=".contains(c);
    line.split(ends).find_map(|word| {
        let word = word.rsplit(':').next().unwrap_or(word);
        // a number alone is a version of something
        let letters = word.bytes().any(|b| b.is_ascii_alphabetic());
        word.parse().ok().filter(|_| letters)
    })
}

/// `chr1 1 248956422`
fn of_region(region: &str) -> Option<Assembly> {
    let mut fields = region.split_whitespace();
    let (name, _, end) = (fields.next()?, fields.next()?, fields.next()?);
    let contig = HeaderContig {
        name,
        length: end.parse().ok(),
        tag: None,
    };
    Assembly::guess([contig]).ok().flatten()
}

/// A contig of which nothing but the name is known.
fn contig(name: &str) -> HeaderContig<'_> {
    HeaderContig {
        name,
        length: None,
        tag: None,
    }
}

/// By accessions of their contigs, or by genes that moved from one assembly to the next; nothing where
/// they contradict each other.
pub(super) fn of_genes(genes: &[Gene]) -> Found {
    let names: BTreeSet<&str> = genes
        .iter()
        .flat_map(|gene| &gene.places)
        .map(|(contig, ..)| contig.as_str())
        .collect();
    if let Some(assembly) = Assembly::guess(names.iter().copied().map(contig)).ok()? {
        let is_of_it = |name: &&&str| Assembly::guess([contig(name)]) == Ok(Some(assembly));
        let by = format!("contig {}", names.iter().find(is_of_it).unwrap_or(&""));
        return Some((assembly, Place::File, by));
    }
    let mut found: Found = None;
    for gene in genes {
        for (contig, start, _) in &gene.places {
            let Some(assembly) = assembly_of_gene(&gene.symbol, contig, *start) else {
                continue;
            };
            match &found {
                Some((known, ..)) if *known != assembly => return None,
                Some(_) => {}
                None => {
                    let by = format!("{} at {contig}:{}", gene.symbol, i64::from(*start) + 1);
                    found = Some((assembly, Place::File, by));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    #[test]
    fn heads_tell_the_assembly() {
        for (head, expected) in [
            (
                "##gff-version 3\n#!genome-build GRCh38.p14\n1\tx",
                Some((Assembly::Grch38, 2)),
            ),
            ("#!genome-build  GRCh37.p13\n", Some((Assembly::Grch37, 1))),
            (
                "#!genome-build-accession NCBI_Assembly:GCF_000001405.40\n",
                Some((Assembly::Grch38, 1)),
            ),
            ("##genome-build NCBI B37\n", Some((Assembly::Grch37, 1))),
            (
                "##description: evidence-based annotation of the human genome (GRCh38), version 44\n",
                Some((Assembly::Grch38, 1)),
            ),
            (
                "##sequence-region   chr1 1 249250621\n",
                Some((Assembly::Grch37, 1)),
            ),
            ("##sequence-region 1 1 1000\n", None),
            ("track name=genes db=hg19\n", Some((Assembly::Grch37, 1))),
            ("# made on day 37\n#!genebuild-last-updated 2023-38\n", None),
            ("chr1\t1\t2\tA\n#!genome-build GRCh38\n", None),
        ] {
            let found = of_head(head).map(|(assembly, place, _)| match place {
                Place::Line(line) => (assembly, line),
                _ => (assembly, 0),
            });
            assert_eq!(found, expected, "{head}");
        }
    }

    #[test]
    fn genes_tell_the_assembly() {
        let gene = |symbol: &str, contig: &str, start: i32| Gene {
            symbol: symbol.to_owned(),
            places: vec![(contig.to_owned(), start, start + 1000)],
            ..Gene::default()
        };
        let old = gene("BRCA1", "chr17", 41_196_311);
        let new = gene("PTEN", "10", 87_863_437);
        let found = of_genes(std::slice::from_ref(&old)).unwrap();
        assert_eq!(
            (found.0, found.2.as_str()),
            (Assembly::Grch37, "BRCA1 at chr17:41196312")
        );
        assert_eq!(
            of_genes(std::slice::from_ref(&new)).unwrap().0,
            Assembly::Grch38
        );
        assert_eq!(of_genes(&[old, new]), None);
        assert_eq!(of_genes(&[gene("A1", "1", 5)]), None);
        let found = of_genes(&[gene("A1", "NC_000001.10", 5)]).unwrap();
        assert_eq!(
            (found.0, found.2.as_str()),
            (Assembly::Grch37, "contig NC_000001.10")
        );
    }
}
