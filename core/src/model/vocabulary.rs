//! Prefixes that name the same vocabulary.

/// Other spellings of a prefix, and the one that they are read as.
const PREFIXES: [(&str, &str); 17] = [
    ("snomedct_us", "snomed"),
    ("snomedct", "snomed"),
    ("snomed_ct", "snomed"),
    ("sctid", "snomed"),
    ("sct", "snomed"),
    ("orphanet", "orpha"),
    ("ordo", "orpha"),
    ("mim", "omim"),
    ("omimps", "omim:ps"),
    ("icd-10", "icd10"),
    ("icd10who", "icd10"),
    ("icd-11", "icd11"),
    ("msh", "mesh"),
    ("umls_cui", "umls"),
    ("ncit_c", "ncit"),
    ("nci", "ncit"),
    ("rxcui", "rxnorm"),
];

/// A CURIE in the form in which equal ones are equal: lower case, one spelling of each prefix. Codes of
/// UCUM keep their case: a milligram is no megagram.
pub(crate) fn canonical(curie: &str) -> String {
    let curie = curie.trim();
    let lower = curie.to_lowercase();
    let Some((prefix, local)) = lower.split_once(':') else {
        return lower;
    };
    let known = PREFIXES.iter().find(|(other, _)| *other == prefix);
    match known {
        // `OMIMPS:601462` and `OMIM:PS601462`
        Some((_, "omim:ps")) => format!("omim:ps{local}"),
        Some((_, prefix)) => format!("{prefix}:{local}"),
        None if prefix == "ucum" => match curie.split_once(':') {
            Some((_, local)) => format!("ucum:{local}"),
            None => lower,
        },
        None => lower,
    }
}

/// The vocabulary of a CURIE, in the one spelling of its prefix.
pub(crate) fn vocabulary_of(curie: &str) -> String {
    prefix_of(&canonical(curie)).to_owned()
}

/// The vocabulary of a CURIE in canonical form.
pub(crate) fn prefix_of(canonical: &str) -> &str {
    canonical.split_once(':').map_or("", |(prefix, _)| prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_vocabulary_are_one() {
        assert_eq!(canonical("SNOMEDCT_US:123"), canonical("snomed:123"));
        assert_eq!(canonical("Orphanet:590"), canonical("ORPHA:590"));
        assert_eq!(canonical("OMIMPS:601462"), canonical("OMIM:PS601462"));
        assert_ne!(canonical("HP:0000001"), canonical("MP:0000001"));
        assert_eq!(canonical("ICD-10:E11"), canonical("icd10:e11"));
        assert_eq!(canonical("ucum:mg"), canonical("UCUM:mg"));
        assert_ne!(canonical("UCUM:mg"), canonical("UCUM:Mg"));
        assert_eq!(prefix_of(&canonical("HP:0003473")), "hp");
    }
}
