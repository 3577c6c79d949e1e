//! Changes of transcripts and proteins in HGVS. Where they are on the genome is known from annotations alone.

use crate::cohort::View;
use crate::error::Result;
use crate::model::{decoded, is_protein_change, normal_protein};
use crate::store::annotations::{Accession, split_change};

/// A change of a transcript or of a protein, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChangeName {
    /// `NM_004333.6:c.1799T>A`
    Transcript {
        name: String,
        /// Any where empty.
        version: String,
        /// `c.1799T>A`
        change: String,
    },
    /// `NP_004324.2:p.Val600Glu`, `BRAF:p.V600E`, `p.V600E`
    Protein {
        of: ProteinOf,
        /// In one-letter code: `V600E`.
        change: String,
    },
}

/// Of which proteins a change is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProteinOf {
    Any,
    /// Those of a gene.
    Gene(String),
    Accession {
        name: String,
        /// Any where empty.
        version: String,
    },
}

impl ChangeName {
    /// A description of a transcript (`c.`, `n.`, `r.`) or a protein (`p.`), percent-encoded or not; `None` where the
    /// text is none, as of the genome.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = decoded(text);
        if is_of_protein(&text) {
            return Self::of_protein(&text);
        }
        let (_, change) = text.rsplit_once(':')?;
        let kinds = ["c.", "n.", "r."];
        if !kinds.iter().any(|kind| change.starts_with(kind)) {
            return None;
        }
        let (name, version, change) = split_change(&text)?;
        Some(Self::Transcript {
            name: name.to_owned(),
            version: version.to_owned(),
            change: change.to_owned(),
        })
    }

    /// A change of a protein, with `p.` or without; `None` where there is no change in the text.
    pub(crate) fn of_protein(text: &str) -> Option<Self> {
        let change = normal_protein(text)?;
        let of = match (text.rsplit_once(':'), split_change(text)) {
            (None, _) => ProteinOf::Any,
            (_, Some((name, version, _))) if is_protein_accession(name) => ProteinOf::Accession {
                name: name.to_owned(),
                version: version.to_owned(),
            },
            // with all that is before the change: a gene may have a dot in its name
            (Some((gene, _)), _) => ProteinOf::Gene(gene.to_owned()),
        };
        Some(Self::Protein { of, change })
    }

    /// Whether the change is written as HGVS and annotators write one: others pick nothing wherever they are asked for.
    pub(crate) fn is_understood(&self) -> bool {
        match self {
            Self::Protein { change, .. } => is_protein_change(change),
            Self::Transcript { change, .. } => {
                let change = change.get(2..).unwrap_or_default();
                let is_said = |c: char| c.is_ascii_digit() || c == '=';
                change.contains(is_said)
                    && change
                        .bytes()
                        .all(|c| c.is_ascii_alphanumeric() || b"_*+-=>()[];?".contains(&c))
            }
        }
    }

    /// The gene that it names.
    pub(crate) fn gene(&self) -> Option<&str> {
        match self {
            Self::Protein {
                of: ProteinOf::Gene(gene),
                ..
            } => Some(gene),
            _ => None,
        }
    }

    /// By what it names the change, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        let (accession, [refseq, ensembl, other]) = match self {
            Self::Transcript { name, .. } => (
                name,
                [
                    "transcripts of RefSeq",
                    "transcripts of Ensembl",
                    "such transcripts",
                ],
            ),
            Self::Protein {
                of: ProteinOf::Accession { name, .. },
                ..
            } => (
                name,
                ["proteins of RefSeq", "proteins of Ensembl", "such proteins"],
            ),
            Self::Protein { .. } => return "amino acids",
        };
        match Accession::of(accession) {
            Accession::RefSeq => refseq,
            Accession::Ensembl => ensembl,
            Accession::Other => other,
        }
    }

    /// The same of any version of the transcript or protein; `None` where no version is asked for.
    pub(crate) fn of_any_version(&self) -> Option<String> {
        match self {
            Self::Transcript {
                name,
                version,
                change,
            } if !version.is_empty() => Some(format!("{name}:{change}")),
            Self::Protein {
                of: ProteinOf::Accession { name, version },
                change,
            } if !version.is_empty() => Some(format!("{name}:p.{change}")),
            _ => None,
        }
    }
}

/// Whether what is behind the last colon is `p.`.
pub(in crate::query) fn is_of_protein(text: &str) -> bool {
    let change = text.rsplit_once(':').map_or(text, |(_, change)| change);
    change.starts_with("p.")
}

/// Digits of an id of Ensembl, at least: genes are called ENSAP1 and so on.
const ENSEMBL_DIGITS: usize = 6;

/// Whether an accession is one of a protein: of RefSeq, Ensembl (of any species) or LRG.
fn is_protein_accession(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let start = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = name.len() - start.len();
    match start {
        "NP_" | "XP_" | "YP_" | "WP_" | "AP_" | "ENSP" => digits > 0,
        _ if start.starts_with("LRG_") => start.ends_with('P') && digits > 0,
        _ => start.starts_with("ENS") && start.ends_with('P') && digits >= ENSEMBL_DIGITS,
    }
}

impl View {
    /// Whether the annotations name changes as this one is: by transcripts or proteins with accessions of the same kind.
    /// Where they do not, that they have none of this name says nothing.
    pub(crate) fn names_changes_like(&self, of: &ChangeName) -> Result<bool> {
        for part in self.parts() {
            let segment = self.segment(part)?;
            let Some(annotations) = segment.annotations() else {
                continue;
            };
            let named = annotations.named_changes(segment.file())?;
            let is_named = match of {
                ChangeName::Transcript { name, .. } => named.has_transcripts(Accession::of(name)),
                ChangeName::Protein { of, .. } => named.has_proteins(match of {
                    ProteinOf::Accession { name, .. } => Some(Accession::of(name)),
                    ProteinOf::Any | ProteinOf::Gene(_) => None,
                }),
            };
            if is_named {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protein(of: ProteinOf) -> Option<ChangeName> {
        Some(ChangeName::Protein {
            of,
            change: "V600E".to_owned(),
        })
    }

    #[test]
    fn names_of_proteins_are_taken_apart() {
        let accession = |name: &str, version: &str| ProteinOf::Accession {
            name: name.to_owned(),
            version: version.to_owned(),
        };
        let gene = |name: &str| ProteinOf::Gene(name.to_owned());
        for (text, of) in [
            ("p.V600E", ProteinOf::Any),
            ("p.(Val600Glu)", ProteinOf::Any),
            ("NP_004324.2:p.Val600Glu", accession("NP_004324", "2")),
            ("NP_004324:p.%28Val600Glu%29", accession("NP_004324", "")),
            ("NP_004324.2(BRAF):p.V600E", accession("NP_004324", "2")),
            (
                "ENSP00000493543.1:p.v600e",
                accession("ENSP00000493543", "1"),
            ),
            (
                "ENSMUSP00000002487:p.V600E",
                accession("ENSMUSP00000002487", ""),
            ),
            ("LRG_299p1:p.V600E", accession("LRG_299p1", "")),
            ("BRAF:p.Val600Glu", gene("BRAF")),
            ("ENSAP1:p.Val600Glu", gene("ENSAP1")),
            ("AC012.4:p.Val600Glu", gene("AC012.4")),
        ] {
            assert_eq!(ChangeName::parse(text), protein(of), "{text}");
        }
        for text in [
            "V600E",
            "22:16050075:A:G",
            "NC_000022.11:g.5A>G",
            "NP_1.2:p.?",
            "rs1",
        ] {
            assert_eq!(ChangeName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn names_of_transcripts_are_taken_apart() {
        for (text, expected) in [
            ("NM_004333.6:c.1799T>A", ["NM_004333", "6", "c.1799T>A"]),
            (
                "NM_004333.6(BRAF):c.1799T>A",
                ["NM_004333", "6", "c.1799T>A"],
            ),
            (
                "ENST00000646891:c.1824C%3D",
                ["ENST00000646891", "", "c.1824C="],
            ),
            (
                "NR_046018.2:n.-5+1_*7del",
                ["NR_046018", "2", "n.-5+1_*7del"],
            ),
        ] {
            let Some(found) = ChangeName::parse(text) else {
                panic!("{text}");
            };
            assert!(found.is_understood(), "{text}");
            let ChangeName::Transcript {
                name,
                version,
                change,
            } = found
            else {
                panic!("{text}");
            };
            assert_eq!([&*name, &*version, &*change], expected, "{text}");
        }
        for text in [
            "NM_004333.6(BRAF):c.1799T>A (p.Val600Glu)",
            "NM_004333.6:c.88 1G>A",
            "NM_004333.6:c.?",
            "NM_004333.6:p.Val600",
            "BRAF:p.600E",
        ] {
            let found = ChangeName::parse(text);
            assert!(!found.is_some_and(|of| of.is_understood()), "{text}");
        }
    }
}
