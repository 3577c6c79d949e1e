//! Files written by hand, and real ones where they are there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::*;
use std::io::Write;
use std::path::Path;

fn read_text(text: &str) -> Result<OntologySource> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    read_ontologies(&[file.path().to_owned()])
}

const OBO: &str = "format-version: 1.2\ndata-version: hp/releases/2025-01-16\n\n\
    [Term]\nid: HP:0000118\nname: Phenotypic abnormality\n\n\
    [Term]\nid: HP:0003473\nname: Fatigable weakness\nalt_id: HP:0003999\n\
    synonym: \"Weakness on exertion\" EXACT [ORCID:0000]\nxref: SNOMEDCT_US:123\n\
    is_a: HP:0000118 ! Phenotypic abnormality\n\n\
    [Term]\nid: HP:0000057\nname: obsolete Clitoromegaly\nis_obsolete: true\nreplaced_by: HP:0003473\n\n\
    [Typedef]\nid: part_of\nname: part of\n";

#[test]
fn obo_is_read() {
    let source = read_text(OBO).unwrap();
    assert_eq!(source.versions[0].1, "hp/releases/2025-01-16");
    let ids: Vec<&str> = source.terms.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(ids, ["HP:0000118", "HP:0003473", "HP:0000057"]);
    let weakness = &source.terms[1];
    assert_eq!(weakness.label, "Fatigable weakness");
    assert_eq!(weakness.synonyms, ["Weakness on exertion"]);
    assert_eq!(weakness.alternative, ["HP:0003999"]);
    assert_eq!(weakness.parents, ["HP:0000118"]);
    assert_eq!(weakness.equivalents, ["SNOMEDCT_US:123"]);
    assert!(source.terms[2].obsolete);
    assert_eq!(source.terms[2].replaced_by.as_deref(), Some("HP:0003473"));
}

#[test]
fn obo_graphs_are_read_as_obo() {
    let obo = read_text(OBO).unwrap();
    let iri = |id: &str| format!("http://purl.obolibrary.org/obo/{}", id.replace(':', "_"));
    let json = serde_json::json!({"graphs": [{
        "meta": {"version": "hp/releases/2025-01-16"},
        "nodes": [
            {"id": iri("HP:0000118"), "lbl": "Phenotypic abnormality", "type": "CLASS"},
            {"id": iri("HP:0003473"), "lbl": "Fatigable weakness", "type": "CLASS", "meta": {
                "synonyms": [{"pred": "hasExactSynonym", "val": "Weakness on exertion"}],
                "xrefs": [{"val": "SNOMEDCT_US:123"}],
                "basicPropertyValues": [
                    {"pred": "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId", "val": "HP:0003999"}]}},
            {"id": iri("HP:0000057"), "lbl": "obsolete Clitoromegaly", "type": "CLASS", "meta": {
                "deprecated": true,
                "basicPropertyValues": [{"pred": iri("IAO:0100001"), "val": iri("HP:0003473")}]}},
            {"id": "http://purl.obolibrary.org/obo/BFO_0000050", "type": "PROPERTY"}],
        "edges": [{"sub": iri("HP:0003473"), "pred": "is_a", "obj": iri("HP:0000118")}]}]});
    let graph = read_text(&json.to_string()).unwrap();
    assert_eq!(graph.terms, obo.terms);
    assert_eq!(graph.versions[0].1, obo.versions[0].1);
}

#[test]
fn hierarchies_maps_and_annotations_are_read() {
    let table = read_text("code,parent,label\nX:1,,all\nX:2,X:1|X:0,\"a, b\"\n").unwrap();
    assert_eq!(table.terms[1].parents, ["X:1", "X:0"]);
    assert_eq!(table.terms[1].label, "a, b");

    let icd = read_text(
        "E78,0,E780,Pure,Pure hypercholesterolemia,Disorders\nE78,00,E7800,x,y,Disorders\n",
    );
    let icd = icd.unwrap();
    let pairs: Vec<_> = icd
        .terms
        .iter()
        .map(|t| (t.id.as_str(), t.parents.clone()))
        .collect();
    assert_eq!(pairs[0], ("ICD10:E78", vec![]));
    assert_eq!(pairs[1], ("ICD10:E78.0", vec!["ICD10:E78".to_owned()]));
    assert_eq!(pairs[2], ("ICD10:E78.00", vec!["ICD10:E78.0".to_owned()]));

    let map = "# mapping_set\nsubject_id\tpredicate_id\tobject_id\nA:1\tskos:exactMatch\tB:1\n\
        A:2\tskos:broadMatch\tB:2\nA:3\tskos:relatedMatch\tB:3\n";
    let map = read_text(map).unwrap();
    let relations: Vec<Match> = map.mappings.iter().map(|m| m.relation).collect();
    assert_eq!(relations, [Match::Exact, Match::Broad]);

    let hpoa = "#version: 2025-01-16\ndatabase_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration\n\
        OMIM:1\tX\t\tHP:1\t\tPCS\t\t1/4\t\t\tP\tx\n\
        OMIM:1\tX\tNOT\tHP:2\t\tPCS\t\t\t\t\tP\tx\n\
        OMIM:1\tX\t\tHP:3\t\tPCS\t\tHP:0040281\t\t\tI\tx\n";
    let hpoa = read_text(hpoa).unwrap();
    let read: Vec<_> = hpoa
        .annotations
        .iter()
        .map(|a| (a.frequency, a.excluded, a.abnormality))
        .collect();
    assert_eq!(
        read,
        [(0.25, false, true), (1.0, true, true), (0.9, false, false)]
    );
    assert_eq!(hpoa.versions[0].1, "2025-01-16");
}

#[test]
fn what_is_no_ontology_is_refused_with_its_place() {
    let table = [
        ("", "an ontology"),
        ("hello\n", "an ontology"),
        ("{\"graphs\": 5}", "an OBO graph"),
        ("{\"graphs\": [{\"nodes\": [{}]}]}", "an OBO graph"),
        ("format-version: 1.2\n\n[Term]\nname: x\n", "OBO"),
        ("code,parent\nX,\n", ":2: expected a code"),
        ("subject_id\tobject_id\nx\ty\n", ":2: expected a CURIE"),
        ("database_id\tx\nOMIM:1\tX\n", ":2: expected 12 columns"),
        (
            "database_id\tx\nOMIM:1\tX\t\tHP:1\t\t\t\t5/4\t\t\tP\tx\n",
            ":2: expected a frequency",
        ),
    ];
    for (text, message) in table {
        let error = read_text(text).unwrap_err().to_string();
        assert!(error.contains(message), "{text:?}: {error}");
    }
    let nested = format!("{{\"graphs\": {}", "[".repeat(100_000));
    assert!(read_text(&nested).is_err());
}

#[test]
fn real_ontologies() {
    let Some(data) = std::env::var_os("VARIDEX_TEST_DATA") else {
        return eprintln!("skipped: VARIDEX_TEST_DATA is not set");
    };
    let folder = Path::new(&data).join("ontologies");
    let read = |name: &str| read_ontologies(&[folder.join(name)]).unwrap();
    let hpo = read("hp.obo.gz");
    assert!(hpo.terms.len() > 19_000, "{}", hpo.terms.len());
    assert!(hpo.versions[0].1.contains("2025-01-16"));
    let hpoa = read("phenotype.hpoa.gz");
    let diseases: std::collections::HashSet<&str> = hpoa
        .annotations
        .iter()
        .map(|a| a.disease.as_str())
        .collect();
    assert_eq!(diseases.len(), 12_687);
    assert!(read("icd_codes.csv.gz").terms.len() > 70_000);
    assert!(read_ontologies(&[folder.join("genes_to_phenotype.txt.gz")]).is_err());
}
