//! Ontologies as plain adjacency.

use std::collections::BTreeSet;

/// A term of an ontology.
#[derive(Debug, Clone, Default)]
pub struct Term {
    pub id: String,
    pub name: String,
    pub synonyms: Vec<String>,
    pub alternatives: Vec<String>,
    /// Numbers of what is directly more general.
    pub parents: Vec<usize>,
    /// Numbers of what is the same in other vocabularies.
    pub same: Vec<usize>,
    pub obsolete: bool,
    pub replaced_by: Option<usize>,
}

#[derive(Debug, Clone, Default)]
pub struct Ontology {
    pub terms: Vec<Term>,
    /// Phenotypes of diseases, as numbers of terms: disease, phenotype.
    pub phenotypes: Vec<(usize, usize)>,
}

/// A CURIE in the form by which ids are compared.
pub fn canonical(id: &str) -> String {
    let id = id.trim().to_lowercase();
    let Some((prefix, local)) = id.split_once(':') else {
        return id;
    };
    let prefix = match prefix {
        "snomedct_us" | "snomedct" | "snomed_ct" | "sctid" | "sct" => "snomed",
        "orphanet" | "ordo" => "orpha",
        "mim" => "omim",
        "icd-10" | "icd10who" => "icd10",
        "icd-11" => "icd11",
        "msh" => "mesh",
        "umls_cui" => "umls",
        "ncit_c" | "nci" => "ncit",
        "rxcui" => "rxnorm",
        prefix => prefix,
    };
    format!("{prefix}:{local}")
}

fn vocabulary(id: &str) -> String {
    let id = canonical(id);
    id.split_once(':')
        .map_or(id.clone(), |(prefix, _)| prefix.to_owned())
}

impl Ontology {
    /// The term that an id means, also where it is another id of it, or of one that it replaces.
    pub fn meaning(&self, id: &str) -> Option<usize> {
        let id = canonical(id);
        let own = |term: &Term| canonical(&term.id) == id;
        let other = |term: &Term| term.alternatives.iter().any(|other| canonical(other) == id);
        let live = |number: &usize| !self.terms[*number].obsolete;
        let numbers = || 0..self.terms.len();
        let own: Option<usize> = numbers().find(|&n| own(&self.terms[n]));
        let other = numbers().filter(live).find(|&n| other(&self.terms[n]));
        let mut term = match (own, other) {
            // an obsolete term that says nothing of what replaces it, and is another's second id
            (Some(own), Some(other))
                if self.terms[own].obsolete && self.terms[own].replaced_by.is_none() =>
            {
                other
            }
            (Some(own), _) => own,
            (None, other) => other?,
        };
        for _ in 0..8 {
            match self.terms[term].replaced_by {
                Some(by) if self.terms[term].obsolete => term = by,
                _ => break,
            }
        }
        Some(term)
    }

    /// What a record of a term answers: itself, what is more general, and what is the same in
    /// vocabularies that were not left on the way.
    pub fn closure(&self, term: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut walk = vec![(term, BTreeSet::new())];
        while let Some((term, left)) = walk.pop() {
            if !seen.insert((term, left.clone())) {
                continue;
            }
            found.insert(term);
            let here = vocabulary(&self.terms[term].id);
            for &parent in &self.terms[term].parents {
                walk.push((parent, left.clone()));
            }
            let says = |other: &usize| self.terms[*other].same.contains(&term);
            let others = (0..self.terms.len()).filter(says);
            for same in self.terms[term].same.iter().copied().chain(others) {
                let there = vocabulary(&self.terms[same].id);
                if there != here && !left.contains(&there) {
                    let mut left = left.clone();
                    left.insert(here.clone());
                    walk.push((same, left));
                }
            }
        }
        found
    }

    /// The ontology as OBO.
    pub fn obo(&self) -> String {
        let mut text = String::from("format-version: 1.2\nontology: test\n");
        for term in &self.terms {
            text += &format!("\n[Term]\nid: {}\nname: {}\n", term.id, term.name);
            for other in &term.alternatives {
                text += &format!("alt_id: {other}\n");
            }
            for synonym in &term.synonyms {
                text += &format!("synonym: \"{synonym}\" EXACT []\n");
            }
            for &same in &term.same {
                let id = &self.terms[same].id;
                text += &format!("xref: {id} {{source=\"MONDO:equivalentTo\"}}\n");
            }
            for &parent in &term.parents {
                text += &format!("is_a: {}\n", self.terms[parent].id);
            }
            if term.obsolete {
                text += "is_obsolete: true\n";
            }
            if let Some(by) = term.replaced_by {
                text += &format!("replaced_by: {}\n", self.terms[by].id);
            }
        }
        text
    }

    /// Phenotypes of diseases as `phenotype.hpoa`.
    pub fn hpoa(&self) -> String {
        let mut text = String::from(
            "#description: \"test\"\n#version: 2024-01-01\ndatabase_id\tdisease_name\tqualifier\thpo_id\t\
             reference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration\n",
        );
        for &(disease, phenotype) in &self.phenotypes {
            let (disease, phenotype) = (&self.terms[disease], &self.terms[phenotype]);
            text += &format!(
                "{}\t{}\t\t{}\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x[2024-01-01]\n",
                disease.id, disease.name, phenotype.id
            );
        }
        text
    }
}
