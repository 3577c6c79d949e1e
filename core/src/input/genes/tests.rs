//! Gene models as the big annotation projects write them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::*;
use std::collections::BTreeSet;

fn read_text(text: &str) -> Result<Vec<Gene>> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    read_genes(&[file.path().to_owned()]).map(|(genes, _)| genes)
}

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn flavours_of_gff3_and_gtf() {
    let ensembl = "##gff-version 3\n#!x\n19\tensembl\tgene\t38433691\t38595273\t.\t+\t.\tID=gene:ENSG00000196218;Name=RYR1;description=ryanodine [Source:HGNC Symbol%3BAcc:HGNC:10483];gene_id=ENSG00000196218\n\
        19\tensembl\tmRNA\t1\t2\t.\t+\t.\tID=transcript:ENST1;Parent=gene:ENSG00000196218\n";
    let gencode = "chr19\tHAVANA\tgene\t38433691\t38595273\t.\t+\t.\tgene_id \"ENSG00000196218.14\"; gene_type \"protein_coding\"; gene_name \"RYR1\"; hgnc_id \"HGNC:10483\";\n";
    let refseq = "##gff-version 3\nNC_000019.10\tBestRefSeq\tgene\t38433691\t38595273\t.\t+\t.\tID=gene-RYR1;Dbxref=GeneID:6261,HGNC:HGNC:10483,MIM:180901;Name=RYR1;gene=RYR1;gene_synonym=CCO,RYR-1\n";
    let [ensembl, gencode, refseq] =
        [ensembl, gencode, refseq].map(|text| read_text(text).unwrap());
    for (genes, contig) in [
        (&ensembl, "19"),
        (&gencode, "chr19"),
        (&refseq, "NC_000019.10"),
    ] {
        assert_eq!(genes.len(), 1);
        assert_eq!(genes[0].symbol, "RYR1");
        assert_eq!(
            genes[0].places,
            [(contig.to_owned(), 38_433_690, 38_595_273)]
        );
        assert!(genes[0].ids.contains("HGNC:10483"), "{:?}", genes[0].ids);
    }
    assert_eq!(ensembl[0].ids, set(&["ENSG00000196218", "HGNC:10483"]));
    assert_eq!(refseq[0].aliases, set(&["CCO", "RYR-1"]));
    assert!(refseq[0].ids.contains("GeneID:6261"));
}

#[test]
fn files_without_gene_features_and_tables() {
    let parts = "1\tx\texon\t11\t20\t.\t+\t.\tgene_id \"G1\"; gene_name \"A\";\n1\tx\texon\t15\t30\t.\t+\t.\tgene_id \"G1\"; gene_name \"A\";\n1\tx\texon\t41\t50\t.\t+\t.\tgene_id \"G1\"; gene_name \"A\";\n";
    let genes = read_text(parts).unwrap();
    assert_eq!(
        genes[0].places,
        [("1".into(), 10, 30), ("1".into(), 40, 50)]
    );
    let bed =
        read_text("track x\nchr1\t10\t20\tA\nchr1\t15\t30\tA\nchrX\t5\t6\tB\nchrY\t5\t6\tB\n")
            .unwrap();
    assert_eq!(bed[0].places, [("chr1".into(), 10, 30)]);
    assert_eq!(bed[1].places.len(), 2);
    let flat = "A\tNM_1\tchr1\t+\t10\t20\t10\t20\t1\t10,\t20,\n";
    assert_eq!(
        read_text(flat).unwrap()[0].places,
        [("chr1".into(), 10, 20)]
    );
}

#[test]
fn what_is_no_file_of_genes() {
    let table = [
        ("", "gene models"),
        ("hello\n", "gene models"),
        ("chr1\t10\t20\tA\nchr1\t30\t20\tB\n", ":2: expected contig"),
        ("chr1\t10\t20\tA\nchr1\tx\n", ":2: expected contig"),
        (
            "1\tx\tgene\t10\t20\t.\t+\t.\tID=a\n1\tx\tgene\tx\t20\t.\t+\t.\tID=b\n",
            ":2: expected a feature",
        ),
        (
            "1\tx\tgene\t10\t20\t.\t+\t.\tnote=a\n",
            ":1: expected a gene with an id",
        ),
        (
            "1\tx\tgene\t30\t20\t.\t+\t.\tID=a\n",
            ":1: expected a start",
        ),
        (
            "1\tx\tgene\t10\t20\t.\t+\t.\tgene_id \"A\"; gene_name \"B;\n",
            ":1: expected a feature",
        ),
    ];
    for (text, message) in table {
        let error = read_text(text).unwrap_err().to_string();
        assert!(error.contains(message), "{text:?}: {error}");
    }
}

#[test]
fn real_genes() {
    let Some(data) = std::env::var_os("VARIDEX_TEST_DATA") else {
        return eprintln!("skipped: VARIDEX_TEST_DATA is not set");
    };
    let (genes, evidence) = read_genes(&[Path::new(&data).join("genes/refGene.hg38.bed")]).unwrap();
    assert_eq!(evidence[0].assembly, Assembly::Grch38);
    let (_, old) = read_genes(&[Path::new(&data).join("genes/refGene.hg37.bed")]).unwrap();
    assert_eq!(old[0].assembly, Assembly::Grch37);
    assert!(genes.len() > 25_000, "{}", genes.len());
    let ryr1 = genes.iter().find(|gene| gene.symbol == "RYR1").unwrap();
    assert_eq!(ryr1.places, [("chr19".to_owned(), 38_433_699, 38_587_564)]);
}
