//! Sexes and karyotypes, by the words, terms and numbers that sources have for them.

use super::json::coding;
use super::tree::Json;
use crate::model::{Coding, Sex};

/// As a text or a term, or by the numbers of the enumeration of Phenopackets.
pub(super) fn read_karyotype(value: &Json) -> Option<String> {
    const NAMES: [&str; 11] = [
        "UNKNOWN_KARYOTYPE",
        "XX",
        "XY",
        "XO",
        "XXY",
        "XXX",
        "XXYY",
        "XXXY",
        "XXXX",
        "XYY",
        "OTHER_KARYOTYPE",
    ];
    if let Json::Number(number) = value {
        let name = NAMES.get(usize::try_from(number.as_u64()?).ok()?)?;
        return Some((*name).to_owned());
    }
    let Coding { id, label } = coding(value)?;
    Some(if label.is_empty() { id } else { label })
}

/// `Some(None)` is a sex that the source does not know.
#[expect(
    clippy::option_option,
    reason = "not understood differs from not known"
)]
pub(super) fn read_sex(value: &Json) -> Option<Option<Sex>> {
    match value {
        Json::Number(number) => match number.as_u64() {
            Some(0) => Some(None),
            Some(1) => Some(Some(Sex::Female)),
            Some(2) => Some(Some(Sex::Male)),
            Some(3) => Some(Some(Sex::Other)),
            _ => None,
        },
        other => {
            let Coding { id, label } = coding(other)?;
            let mut reported = [id, label].into_iter().filter(|text| !text.is_empty());
            reported.find_map(|text| Sex::from_text(&text))
        }
    }
}

impl Sex {
    /// Of a text or a term; the inner `None` is a sex that the source does not know.
    #[expect(
        clippy::option_option,
        reason = "not understood differs from not known"
    )]
    pub(super) fn from_text(text: &str) -> Option<Option<Self>> {
        match text.trim().to_ascii_lowercase().as_str() {
            "female" | "f" | "w" | "woman" | "ncit:c16576" | "ncit:c46110" | "pato:0000383"
            | "snomed:248152002" | "snomedct:248152002" | "sctid:248152002" => {
                Some(Some(Self::Female))
            }
            "male" | "m" | "man" | "ncit:c20197" | "ncit:c46109" | "pato:0000384"
            | "snomed:248153007" | "snomedct:248153007" | "sctid:248153007" => {
                Some(Some(Self::Male))
            }
            "other" | "other_sex" | "intersex" | "undifferentiated" | "un" | "ncit:c45908"
            | "pato:0001340" => Some(Some(Self::Other)),
            "" | "unknown" | "unknown_sex" | "u" | "unk" | "ncit:c17998" | "ncit:c17649"
            | "not available" | "0" => Some(None),
            _ => None,
        }
    }
}
