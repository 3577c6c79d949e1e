//! What annotators say of a variant.

/// The INFO key that holds an annotation. Whoever wrote it, it is read by the fields that its description
/// names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Annotator {
    /// `CSQ`, as a rule by Ensembl VEP.
    Csq,
    /// `ANN`, as a rule by SnpEff.
    Ann,
    /// `BCSQ`, as a rule by bcftools csq.
    Bcsq,
}

impl Annotator {
    /// The annotator and the field that a name like `CSQ.gnomADe_AF` means.
    pub(crate) fn of_field(name: &str) -> Option<(Self, &str)> {
        let (key, field) = name.split_once('.')?;
        let mut all = Self::ALL.into_iter();
        Some((all.find(|annotator| annotator.key() == key)?, field))
    }

    /// In the order in which they are looked for.
    pub(crate) const ALL: [Self; 3] = [Self::Csq, Self::Ann, Self::Bcsq];

    /// The INFO key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Csq => "CSQ",
            Self::Ann => "ANN",
            Self::Bcsq => "BCSQ",
        }
    }

    /// The name that options and the manifest use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csq => "csq",
            Self::Ann => "ann",
            Self::Bcsq => "bcsq",
        }
    }
}

/// Of the transcript: it is the canonical one.
pub(crate) const CANONICAL: u8 = 1;
/// Of the transcript: it is MANE Select or MANE Plus Clinical.
pub(crate) const MANE: u8 = 2;
/// Of the consequence: it lies behind a stop (`*` of bcftools csq).
pub(crate) const BEHIND_STOP: u8 = 4;

/// What is said of one ALT and one transcript.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) symbol: String,
    pub(crate) gene_id: String,
    pub(crate) hgnc: String,
    pub(crate) transcript: String,
    /// Terms of the Sequence Ontology joined by `&`.
    pub(crate) consequence: String,
    /// 0 (modifier) to 3 (high).
    pub(crate) impact: u8,
    pub(crate) flags: u8,
    /// With the transcript: `NM_004333.6:c.1799T>A`.
    pub(crate) hgvs_c: String,
    pub(crate) hgvs_p: String,
    /// In the form of [`normal_protein`](crate::model::normal_protein).
    pub(crate) protein: String,
}
