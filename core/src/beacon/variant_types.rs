//! Names of kinds of variants: those that clients of Beacon use, of the Sequence Ontology and of EFO.

use crate::query::VariantType;

/// A kind by any of its names; `None` for what is none.
pub(super) fn variant_type(text: &str) -> Option<VariantType> {
    Some(match text.to_ascii_uppercase().as_str() {
        "SNP" | "SNV" | "SO:0001483" | "SO:0000694" => VariantType::Snv,
        "MNP" | "MNV" | "SO:0002007" | "SO:0001013" => VariantType::Mnv,
        "INS" | "SO:0000667" => VariantType::Ins,
        // a deletion, also of a copy, of one allele or of both
        "DEL" | "SO:0000159" | "EFO:0030067" | "EFO:0030068" | "EFO:0020073" | "EFO:0030069" => {
            VariantType::Del
        }
        "INDEL" => VariantType::Indel,
        "DELINS" | "SO:1000032" => VariantType::Delins,
        "DUP" | "DUP:TANDEM" | "SO:1000035" | "SO:1000173" | "EFO:0030070" | "EFO:0030071"
        | "EFO:0030072" | "EFO:0030073" => VariantType::Dup,
        "INV" | "SO:1000036" => VariantType::Inv,
        "CNV" | "SO:0001019" => VariantType::Cnv,
        "BND" | "SO:0001873" => VariantType::Bnd,
        _ => return None,
    })
}

/// The name that records have.
pub(super) fn type_name(of: crate::genome::AlleleType) -> &'static str {
    use crate::genome::AlleleType;
    match of {
        AlleleType::Snv => "SNP",
        AlleleType::Mnp => "MNP",
        AlleleType::Ins => "INS",
        AlleleType::Del => "DEL",
        AlleleType::Indel => "INDEL",
        AlleleType::Dup => "DUP",
        AlleleType::Inv => "INV",
        AlleleType::Cnv => "CNV",
        AlleleType::Bnd => "BND",
        _ => "OTHER",
    }
}
