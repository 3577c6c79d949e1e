//! The consequences of the Sequence Ontology, and how annotators spell and grade them.

mod terms;

use terms::TERMS;

/// Names that annotators write for terms of the ontology.
const SYNONYMS: &[(&str, &str)] = &[
    ("3_prime_utr", "3_prime_UTR_variant"),
    ("5_prime_utr", "5_prime_UTR_variant"),
    (
        "5_prime_utr_premature_start_codon_gain",
        "5_prime_UTR_premature_start_codon_gain_variant",
    ),
    ("codon_change", "coding_sequence_variant"),
    (
        "codon_change_plus_codon_deletion",
        "disruptive_inframe_deletion",
    ),
    (
        "codon_change_plus_codon_insertion",
        "disruptive_inframe_insertion",
    ),
    ("codon_deletion", "inframe_deletion"),
    ("codon_insertion", "inframe_insertion"),
    ("coding_sequence", "coding_sequence_variant"),
    ("downstream", "downstream_gene_variant"),
    ("exon", "exon_variant"),
    ("exon_deleted", "exon_loss_variant"),
    ("frame_shift", "frameshift_variant"),
    ("frameshift", "frameshift_variant"),
    ("inframe_altering", "protein_altering_variant"),
    ("intergenic", "intergenic_variant"),
    ("intergenic_conserved", "conserved_intergenic_variant"),
    ("intragenic", "intragenic_variant"),
    ("intron", "intron_variant"),
    ("intron_conserved", "conserved_intron_variant"),
    ("missense", "missense_variant"),
    ("nc_transcript_variant", "non_coding_transcript_variant"),
    ("non_coding", "non_coding_transcript_variant"),
    (
        "non_coding_exon_variant",
        "non_coding_transcript_exon_variant",
    ),
    ("non_synonymous_coding", "missense_variant"),
    ("non_synonymous_start", "initiator_codon_variant"),
    ("rare_amino_acid", "rare_amino_acid_variant"),
    ("splice_acceptor", "splice_acceptor_variant"),
    ("splice_donor", "splice_donor_variant"),
    ("splice_region", "splice_region_variant"),
    ("splice_site_acceptor", "splice_acceptor_variant"),
    ("splice_site_donor", "splice_donor_variant"),
    ("splice_site_region", "splice_region_variant"),
    (
        "start_gained",
        "5_prime_UTR_premature_start_codon_gain_variant",
    ),
    ("start_retained", "start_retained_variant"),
    ("stop_retained", "stop_retained_variant"),
    ("synonymous", "synonymous_variant"),
    ("synonymous_coding", "synonymous_variant"),
    ("synonymous_stop", "stop_retained_variant"),
    ("transcript", "transcript_variant"),
    ("upstream", "upstream_gene_variant"),
    ("utr_3_deleted", "3_prime_UTR_truncation"),
    ("utr_3_prime", "3_prime_UTR_variant"),
    ("utr_5_deleted", "5_prime_UTR_truncation"),
    ("utr_5_prime", "5_prime_UTR_variant"),
];

/// From the most severe on, as VEP orders them; its impacts are HIGH up to `transcript_amplification`
/// with the two after it, and so on.
const BY_SEVERITY: &[(&str, u8)] = &[
    ("transcript_ablation", 3),
    ("chromosome_number_variation", 3),
    ("exon_loss_variant", 3),
    ("splice_acceptor_variant", 3),
    ("splice_donor_variant", 3),
    ("stop_gained", 3),
    ("frameshift_variant", 3),
    ("stop_lost", 3),
    ("start_lost", 3),
    ("transcript_amplification", 3),
    ("feature_elongation", 3),
    ("feature_truncation", 3),
    ("rare_amino_acid_variant", 3),
    ("gene_fusion", 3),
    ("bidirectional_gene_fusion", 3),
    ("feature_ablation", 3),
    ("inframe_insertion", 2),
    ("conservative_inframe_insertion", 2),
    ("disruptive_inframe_insertion", 2),
    ("inframe_deletion", 2),
    ("conservative_inframe_deletion", 2),
    ("disruptive_inframe_deletion", 2),
    ("missense_variant", 2),
    ("protein_altering_variant", 2),
    ("3_prime_UTR_truncation", 2),
    ("5_prime_UTR_truncation", 2),
    ("splice_donor_5th_base_variant", 1),
    ("splice_region_variant", 1),
    ("splice_donor_region_variant", 1),
    ("splice_polypyrimidine_tract_variant", 1),
    ("incomplete_terminal_codon_variant", 1),
    ("start_retained_variant", 1),
    ("initiator_codon_variant", 1),
    ("5_prime_UTR_premature_start_codon_gain_variant", 1),
    ("stop_retained_variant", 1),
    ("synonymous_variant", 1),
    ("coding_sequence_variant", 0),
    ("mature_miRNA_variant", 0),
    ("5_prime_UTR_variant", 0),
    ("3_prime_UTR_variant", 0),
    ("non_coding_transcript_exon_variant", 0),
    ("intron_variant", 0),
    ("NMD_transcript_variant", 0),
    ("non_coding_transcript_variant", 0),
    ("coding_transcript_variant", 0),
    ("upstream_gene_variant", 0),
    ("downstream_gene_variant", 0),
    ("TFBS_ablation", 2),
    ("TFBS_amplification", 0),
    ("TF_binding_site_variant", 0),
    ("regulatory_region_ablation", 2),
    ("regulatory_region_amplification", 0),
    ("regulatory_region_variant", 0),
    ("intergenic_variant", 0),
    ("intergenic_region", 0),
    ("sequence_variant", 0),
];

/// The ontology's name for a term by its id, its name or what an annotator calls it.
pub(crate) fn term(name: &str) -> Option<&'static str> {
    let of = |name: &str| {
        let mut terms = TERMS.iter();
        terms
            .find(|(_, known, _)| known.eq_ignore_ascii_case(name))
            .map(|term| term.1)
    };
    if let Some((prefix, id)) = name.split_once(':')
        && prefix.eq_ignore_ascii_case("SO")
    {
        let id: u32 = id.parse().ok()?;
        return TERMS.iter().find(|term| term.0 == id).map(|term| term.1);
    }
    of(name).or_else(|| {
        let synonym = SYNONYMS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        of(synonym.1)
    })
}

/// The id of a term in the Sequence Ontology, by its name or by what an annotator calls it.
pub(crate) fn id(name: &str) -> Option<String> {
    let name = term(name)?;
    let found = TERMS.iter().find(|term| term.1 == name)?;
    Some(format!("SO:{:07}", found.0))
}

/// A term's name and those of all more special ones.
pub(crate) fn descendants(name: &str) -> Vec<&'static str> {
    let number = |name: &str| TERMS.iter().find(|term| term.1 == name).map(|term| term.0);
    let mut found: Vec<u32> = number(name).into_iter().collect();
    let mut next = 0;
    while let Some(&of) = found.get(next) {
        next += 1;
        for (child, _, parents) in TERMS {
            if parents.contains(&of) && !found.contains(child) {
                found.push(*child);
            }
        }
    }
    let named = |id: &u32| TERMS.iter().find(|term| term.0 == *id).map(|term| term.1);
    found.iter().filter_map(named).collect()
}

/// Every name that is understood.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let synonyms = SYNONYMS.iter().map(|synonym| synonym.0);
    TERMS.iter().map(|term| term.1).chain(synonyms)
}

/// How much a term is expected to change by VEP's table, 0 (modifier) to 3 (high).
pub(crate) fn impact(name: &str) -> u8 {
    let mut known = BY_SEVERITY.iter();
    known
        .find(|(term, _)| *term == name)
        .map_or(0, |term| term.1)
}

/// A term's place from the most severe on; what is not in the list comes last.
pub(crate) fn severity(name: &str) -> usize {
    let mut known = BY_SEVERITY.iter();
    known
        .position(|(term, _)| *term == name)
        .unwrap_or(BY_SEVERITY.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_have_their_ancestors() {
        for (special, general) in [
            ("missense_variant", "nonsynonymous_variant"),
            ("missense_variant", "protein_altering_variant"),
            ("missense_variant", "coding_sequence_variant"),
            ("missense_variant", "sequence_variant"),
            ("stop_gained", "nonsynonymous_variant"),
            ("stop_gained", "protein_altering_variant"),
            ("frameshift_variant", "protein_altering_variant"),
            ("inframe_deletion", "inframe_indel"),
            ("disruptive_inframe_deletion", "inframe_deletion"),
            ("splice_donor_variant", "splice_site_variant"),
            ("splice_donor_variant", "splicing_variant"),
            ("splice_region_variant", "splicing_variant"),
            ("splice_donor_5th_base_variant", "splice_site_variant"),
            ("synonymous_variant", "coding_sequence_variant"),
            ("stop_retained_variant", "synonymous_variant"),
            ("5_prime_UTR_variant", "UTR_variant"),
            ("intron_variant", "transcript_variant"),
            ("upstream_gene_variant", "intergenic_variant"),
            ("TF_binding_site_variant", "regulatory_region_variant"),
            ("intergenic_region", "intergenic_variant"),
            ("transcript_ablation", "feature_ablation"),
        ] {
            assert!(
                descendants(general).contains(&special),
                "{special} is a {general}"
            );
        }
        for (one, other) in [
            ("synonymous_variant", "protein_altering_variant"),
            ("intron_variant", "coding_sequence_variant"),
            ("sequence_variant", "missense_variant"),
        ] {
            assert!(!descendants(other).contains(&one), "{one} is not a {other}");
        }
    }

    #[test]
    fn names_ids_and_old_spellings_are_terms() {
        for name in [
            "missense_variant",
            "SO:0001583",
            "so:0001583",
            "Missense_Variant",
            "missense",
        ] {
            assert_eq!(term(name), Some("missense_variant"), "{name}");
        }
        assert_eq!(term("NON_SYNONYMOUS_CODING"), Some("missense_variant"));
        assert_eq!(term("SO:0000001"), None);
        assert_eq!(term("SO:x"), None);
        // what stands in the lists is in the table
        for (_, name) in SYNONYMS {
            assert_eq!(term(name), Some(*name));
        }
        for (name, _) in BY_SEVERITY {
            assert_eq!(term(name), Some(*name));
        }
    }
}
