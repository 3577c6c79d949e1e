//! What annotators say of variants: entries of CSQ as VEP writes them, one for a transcript and an ALT.

/// Grades of consequences, from the least.
pub const IMPACTS: [&str; 4] = ["modifier", "low", "moderate", "high"];

/// One entry; texts are empty where it says nothing.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    pub allele: String,
    /// Terms of the Sequence Ontology.
    pub consequences: Vec<String>,
    /// Place in [`IMPACTS`].
    pub impact: usize,
    pub symbol: String,
    pub gene: String,
    pub transcript: String,
    /// `ENST1.2:c.1A>G`
    pub coding: String,
    /// `ENSP1.2:p.Val600Glu`
    pub protein: String,
    pub canonical: bool,
    pub mane: bool,
}

/// The header of entries like [`Entry::text`].
pub const HEADER: &str = "##INFO=<ID=CSQ,Number=.,Type=String,Description=\"Consequence annotations from \
     Ensembl VEP. Format: Allele|Consequence|IMPACT|SYMBOL|Gene|Feature|HGVSc|HGVSp|CANONICAL|MANE_SELECT\">";

impl Entry {
    pub fn text(&self) -> String {
        [
            self.allele.as_str(),
            &self.consequences.join("&"),
            &IMPACTS[self.impact].to_uppercase(),
            &self.symbol,
            &self.gene,
            &self.transcript,
            &self.coding,
            &self.protein,
            if self.canonical { "YES" } else { "" },
            if self.mane { "NM_000001.1" } else { "" },
        ]
        .join("|")
    }

    fn read(text: &str) -> Self {
        let fields: Vec<&str> = text.split('|').collect();
        let field = |at: usize| fields.get(at).copied().unwrap_or_default();
        let text = |at: usize| field(at).to_owned();
        let grade = |name: &&str| name.eq_ignore_ascii_case(field(2));
        Self {
            allele: text(0),
            consequences: field(1).split('&').map(str::to_owned).collect(),
            impact: IMPACTS.iter().position(grade).unwrap_or(0),
            symbol: text(3),
            gene: text(4),
            transcript: text(5),
            coding: text(6),
            protein: text(7),
            canonical: field(8) == "YES",
            mane: !field(9).is_empty(),
        }
    }

    /// Whether one of its consequences is this one, by name or id, or a more special one.
    pub fn has_consequence(&self, wanted: &str) -> bool {
        let mut walk: Vec<&str> = self.consequences.iter().map(String::as_str).collect();
        while let Some(name) = walk.pop() {
            let term = SEQUENCE_ONTOLOGY.iter().find(|(_, term, _)| *term == name);
            let id = term.map_or("", |(id, _, _)| id);
            if name.eq_ignore_ascii_case(wanted) || id.eq_ignore_ascii_case(wanted) {
                return true;
            }
            walk.extend(term.map_or(&[][..], |(_, _, parents)| *parents));
        }
        false
    }

    pub fn has_gene(&self, wanted: &str) -> bool {
        let names = [&self.symbol, &self.gene];
        names
            .iter()
            .any(|name| !name.is_empty() && name.eq_ignore_ascii_case(wanted))
    }

    /// Whether the protein changes so, by the change in either code: `V600E`, `p.Val600Glu`.
    pub fn has_protein(&self, wanted: &str) -> bool {
        let Some((_, change)) = self.protein.split_once(":p.") else {
            return false;
        };
        let change = one_letter(change);
        let wanted = one_letter(wanted.strip_prefix("p.").unwrap_or(wanted));
        match change.split_once("fs") {
            // `R97fs` is every frameshift that begins there
            Some((start, _)) if wanted.ends_with("fs") => {
                let place = start.trim_end_matches(|c: char| !c.is_ascii_digit());
                wanted.eq_ignore_ascii_case(&format!("{place}fs"))
            }
            _ => wanted.eq_ignore_ascii_case(&change),
        }
    }

    /// Whether it is this change of this transcript, protein or gene: `ENST1:c.1A>G`, `AAA:p.V1E`.
    pub fn has_change(&self, wanted: &str) -> bool {
        let (of, change) = wanted.rsplit_once(':').unwrap();
        let named = |reported: &str| {
            let (name, reported) = reported.rsplit_once(':')?;
            let bare = name.rsplit_once('.').map_or(name, |(bare, _)| bare);
            let same = of.eq_ignore_ascii_case(name) || of.eq_ignore_ascii_case(bare);
            Some((same, reported.to_owned()))
        };
        if change.starts_with("p.") {
            let by_protein = named(&self.protein).is_some_and(|(same, _)| same);
            (by_protein || self.has_gene(of)) && self.has_protein(change)
        } else {
            named(&self.coding)
                .is_some_and(|(same, reported)| same && reported.eq_ignore_ascii_case(change))
        }
    }
}

/// The entries of a record that are about one of its ALTs.
pub fn of_alternate(
    value: &str,
    reference: &str,
    alternates: &[String],
    alternate: usize,
) -> Vec<Entry> {
    let entries = value
        .split(',')
        .filter(|text| !text.is_empty())
        .map(Entry::read);
    let name = vep_allele(reference, alternates, &alternates[alternate]);
    entries.filter(|entry| entry.allele == name).collect()
}

/// How VEP writes an ALT: where a record has one of another length, without the first base that all share.
pub fn vep_allele(reference: &str, alternates: &[String], alternate: &str) -> String {
    let alike = alternates
        .iter()
        .all(|other| other.len() == reference.len());
    let first = reference.chars().next();
    let bases = alternates
        .iter()
        .all(|other| super::alleles::is_bases(other));
    let shared = bases && alternates.iter().all(|other| other.chars().next() == first);
    if alike || !shared {
        return alternate.trim_matches(['<', '>']).to_owned();
    }
    match &alternate[1..] {
        "" => "-".to_owned(),
        rest => rest.to_owned(),
    }
}

/// A change of a protein with one letter for each amino acid.
fn one_letter(change: &str) -> String {
    const CODES: [(&str, &str); 8] = [
        ("Val", "V"),
        ("Glu", "E"),
        ("Arg", "R"),
        ("Pro", "P"),
        ("Leu", "L"),
        ("Gly", "G"),
        ("Ter", "*"),
        ("Ala", "A"),
    ];
    let mut text = change.to_owned();
    for (three, one) in CODES {
        text = text.replace(three, one);
    }
    text
}

/// Terms of the Sequence Ontology that tests use: id, name, what is directly more general.
pub const SEQUENCE_ONTOLOGY: [(&str, &str, &[&str]); 18] = [
    ("SO:0001583", "missense_variant", &["nonsynonymous_variant"]),
    ("SO:0001587", "stop_gained", &["nonsynonymous_variant"]),
    (
        "SO:0001819",
        "synonymous_variant",
        &["coding_sequence_variant"],
    ),
    (
        "SO:0001589",
        "frameshift_variant",
        &["protein_altering_variant"],
    ),
    (
        "SO:0001574",
        "splice_acceptor_variant",
        &["splice_site_variant"],
    ),
    ("SO:0001630", "splice_region_variant", &["splicing_variant"]),
    ("SO:0001627", "intron_variant", &["transcript_variant"]),
    (
        "SO:0001632",
        "downstream_gene_variant",
        &["intergenic_variant"],
    ),
    ("SO:0001992", "nonsynonymous_variant", &["inframe_variant"]),
    ("SO:0001580", "coding_sequence_variant", &["exon_variant"]),
    (
        "SO:0001818",
        "protein_altering_variant",
        &["coding_sequence_variant"],
    ),
    (
        "SO:0001629",
        "splice_site_variant",
        &["splicing_variant", "intron_variant"],
    ),
    ("SO:0001568", "splicing_variant", &["transcript_variant"]),
    ("SO:0001576", "transcript_variant", &["gene_variant"]),
    ("SO:0001628", "intergenic_variant", &["feature_variant"]),
    (
        "SO:0001650",
        "inframe_variant",
        &["protein_altering_variant"],
    ),
    ("SO:0001791", "exon_variant", &["transcript_variant"]),
    ("SO:0001564", "gene_variant", &["feature_variant"]),
];
