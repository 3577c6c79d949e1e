//! Where the fields of an annotation stand, and who wrote it: by the description of its INFO key.

/// Who wrote an annotation, which decides how its entries are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    Vep,
    SnpEff,
    Bcftools,
}

/// Where a header says that fields stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(super) writer: Writer,
    pub(super) fields: Vec<String>,
    pub(super) allele: Option<usize>,
    pub(super) allele_number: Option<usize>,
    pub(super) consequence: usize,
    pub(super) impact: Option<usize>,
    pub(super) symbol: Option<usize>,
    pub(super) gene_id: Option<usize>,
    pub(super) hgnc: Option<usize>,
    pub(super) transcript: Option<usize>,
    pub(super) hgvs_c: Option<usize>,
    pub(super) hgvs_p: Option<usize>,
    pub(super) canonical: Option<usize>,
    pub(super) mane: Vec<usize>,
    /// Fields kept by name; `None` for those that are not there.
    pub(super) kept: Vec<Option<usize>>,
}

/// What every version of bcftools csq writes.
const BCFTOOLS: &str = "Consequence|gene|transcript|biotype|strand|amino_acid_change|dna_change";

impl Layout {
    /// From the description of an INFO key; `None` where it names no fields of an annotation.
    pub(crate) fn new(description: &str) -> Option<Self> {
        let list = description
            .split_once("Format:")
            .or_else(|| description.split_once(':'))
            .map_or(description, |(_, list)| list);
        let trim = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '\\' | '[' | ']' | '*');
        let fields = list.split('|').map(|field| field.trim_matches(trim));
        Self::of_fields(fields.map(str::to_owned).collect())
    }

    /// As bcftools csq writes, where the description does not say.
    pub(crate) fn of_bcftools() -> Option<Self> {
        Self::new(BCFTOOLS)
    }

    fn of_fields(fields: Vec<String>) -> Option<Self> {
        let find = |names: &[&str]| {
            let same = |field: &String| names.iter().any(|name| name.eq_ignore_ascii_case(field));
            fields.iter().position(same)
        };
        let consequence = find(&["Consequence", "Annotation"])?;
        let has = |name| find(&[name]).is_some();
        let writer = if has("Annotation_Impact") || has("Annotation") && has("Gene_Name") {
            Writer::SnpEff
        } else if !has("Allele") && has("gene") && has("transcript") {
            Writer::Bcftools
        } else {
            Writer::Vep
        };
        // a word alone is a description of something else
        if fields.len() < 2 {
            return None;
        }
        let of_bcftools = writer == Writer::Bcftools;
        let mane = ["MANE", "MANE_SELECT", "MANE_PLUS_CLINICAL"];
        let gene = find(&["gene"]).filter(|_| of_bcftools);
        Some(Self {
            writer,
            allele: find(&["Allele"]),
            allele_number: find(&["ALLELE_NUM"]),
            consequence,
            impact: find(&["IMPACT", "Annotation_Impact"]),
            symbol: find(&["SYMBOL", "Gene_Name", "HGNC"]).or(gene),
            gene_id: find(&["Gene", "Gene_ID"]).filter(|_| !of_bcftools),
            hgnc: find(&["HGNC_ID"]),
            transcript: find(&["Feature", "Feature_ID", "transcript"]),
            hgvs_c: find(&["HGVSc", "HGVS.c", "dna_change"]),
            hgvs_p: find(&["HGVSp", "HGVS.p", "amino_acid_change"]),
            canonical: find(&["CANONICAL"]),
            mane: mane.iter().filter_map(|name| find(&[name])).collect(),
            kept: Vec::new(),
            fields,
        })
    }
}
