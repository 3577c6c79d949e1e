//! Genes as plain intervals.

/// A gene. Places are those of VCF, both ends inside.
#[derive(Debug, Clone)]
pub struct Gene {
    pub symbol: String,
    pub aliases: Vec<String>,
    pub ids: Vec<String>,
    pub places: Vec<(String, i64, i64)>,
}

/// The genes that a name means: a symbol goes before aliases and ids, in any case.
pub fn named<'a>(genes: &'a [Gene], name: &str) -> Vec<&'a Gene> {
    let is = |text: &String| text.eq_ignore_ascii_case(name);
    let by_symbol: Vec<&Gene> = genes.iter().filter(|gene| is(&gene.symbol)).collect();
    if !by_symbol.is_empty() {
        return by_symbol;
    }
    let other = |gene: &&Gene| gene.aliases.iter().any(is) || gene.ids.iter().any(is);
    genes.iter().filter(other).collect()
}

/// Gene models as GFF3.
pub fn gff3(genes: &[Gene]) -> String {
    let mut text = String::from("##gff-version 3\n");
    for gene in genes {
        for (contig, first, last) in &gene.places {
            let mut attributes = format!("ID=gene:{};Name={}", gene.ids[0], gene.symbol);
            attributes += &format!(";gene_id={}", gene.ids[0]);
            if !gene.aliases.is_empty() {
                attributes += &format!(";Alias={}", gene.aliases.join(","));
            }
            text += &format!("{contig}\ttest\tgene\t{first}\t{last}\t.\t+\t.\t{attributes}\n");
        }
    }
    text
}
