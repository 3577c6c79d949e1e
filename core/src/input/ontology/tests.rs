//! Files written by hand, and real ones where they are there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::*;
use crate::model::{Match, SourceTerm};
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
        (
            "format-version: 1.2\n\n[Term]\nname: x\n",
            ":4: expected OBO: an id of the term above",
        ),
        (
            "[Term]\nid: X:1\nxref: A B:1\n",
            ":3: expected OBO: an xref: an id without blanks",
        ),
        (
            "[Term]\nid: X:1\n\n[Typedev]\n",
            ":4: expected OBO: [Term], [Typedef] or [Instance], found [Typedev]",
        ),
        ("[Term]\nid: X:1\nid: X:2\n", ":3: expected OBO: one id"),
        (
            "[Term]\nid: X:1\nsynonym: x EXACT []\n",
            ":3: expected OBO: a synonym in double quotes",
        ),
        (
            "[Term]\nid: X:1\nis_a: X:2 X:3\n",
            ":3: expected OBO: an id without blanks",
        ),
        (
            "[Term]\nid: X:1\nis_obsolete: perhaps\n",
            ":3: expected OBO: true or false",
        ),
        (
            "[Term]\nid: X:1\nsomething\n",
            ":3: expected OBO: a tag, a colon and a value",
        ),
        ("code,parent\nX,\n", ":2: expected a code"),
        (
            "subject_id\tobject_id\nx\ty\n",
            ":1: expected a column predicate_id",
        ),
        (
            "subject_id\tpredicate_id\tobject_id\nx\tskos:exactMatch\ty\n",
            ":2: expected a CURIE",
        ),
        (
            "subject_id\tpredicate_id\tobject_id\nX:1\t\tX:2\n",
            ":2: expected a predicate",
        ),
        ("database_id\tx\nOMIM:1\tX\n", ":2: expected 12 columns"),
        (
            "database_id\tx\nOMIM:1\tX\tPERHAPS\tHP:1\t\t\t\t\t\t\tP\tx\n",
            ":2: expected no qualifier, or NOT, found PERHAPS",
        ),
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

fn same(source: &OntologySource, id: &str) -> Vec<String> {
    let terms = source.terms.iter().filter(|term| term.id == id);
    let own = terms.flat_map(|term| term.equivalents.clone());
    let mapped = source
        .mappings
        .iter()
        .filter(|m| m.subject == id && m.relation == Match::Exact);
    own.chain(mapped.map(|m| m.object.clone())).collect()
}

/// A loose cross-reference taken for an identity gives people diseases that they do not have.
#[test]
fn only_what_is_said_to_be_the_same_is_the_same() {
    let obo = "[Term]\nid: MONDO:2\n\
        xref: OMIM:1 {source=\"MONDO:equivalentTo\", source=\"MONDO:OMIM\"} ! the same\n\
        xref: ICD10CM:Q99.1 {source=\"MONDO:relatedTo\"}\n\
        xref: NCIT:C9 {source=\"MONDO:mondoIsNarrowerThanSource\"}\n\
        xref: GARD:7 \"a text, with = and {braces}\"\n\
        xref: DOID:4 {source=\"DOID:4\"}\n\
        property_value: skos:exactMatch MESH:D1\n\
        property_value: http://www.w3.org/2004/02/skos/core#exactMatch http://identifiers.org/snomedct/12 xsd:anyURI\n\
        property_value: skos:closeMatch MESH:D2\n\
        property_value: IAO:0000233 \"https://x.org/a_b\" xsd:anyURI\n\n\
        [Term]\nid: HP:1\nxref: UMLS:C1\nxref: SNOMEDCT_US:1 {comment=\"E coli\"}\nequivalent_to: MP:1\n\n\
        [Term]\nid: Orphanet:58\nxref: ICD-10:E75.2 {ECO:0000218=\"- NTBT (narrower term maps to a broader term)\\n- Attributed\"}\n\
        xref: OMIM:203450 {ECO:0000218=\"- E (Exact mapping: the two concepts are equivalent)\"}\n\n\
        [Term]\nid: DOID:1\nxref: ICD10:X {source=\"Orphanet:58/ntbt\"}\nxref: ICD10:Y {source=\"Orphanet:58/e\"}\n";
    let source = read_text(obo).unwrap();
    assert_eq!(
        same(&source, "MONDO:2"),
        ["OMIM:1", "MESH:D1", "snomedct:12"]
    );
    assert_eq!(same(&source, "HP:1"), ["MP:1", "UMLS:C1", "SNOMEDCT_US:1"]);
    assert_eq!(same(&source, "Orphanet:58"), ["OMIM:203450"]);
    assert_eq!(same(&source, "DOID:1"), ["ICD10:Y"]);
    let [(_, count, examples)] = &source.left[..] else {
        panic!("{:?}", source.left)
    };
    assert_eq!((*count, examples[0].as_str()), (6, "MONDO:2 ICD10CM:Q99.1"));
    // of a file that marks none all are
    let source = read_text("[Term]\nid: MONDO:2\nxref: OMIM:1\nxref: Q:1 \"x\"\n").unwrap();
    assert_eq!(same(&source, "MONDO:2"), ["OMIM:1", "Q:1"]);
    assert_eq!(source.left, []);
}

#[test]
fn obo_graphs_say_what_is_the_same_in_three_ways() {
    let of = |source: &str| serde_json::json!({"pred": "http://www.geneontology.org/formats/oboInOwl#source", "val": source});
    let mondo = |n: &str| format!("http://purl.obolibrary.org/obo/MONDO_{n}");
    let json = serde_json::json!({"graphs": [{
        "nodes": [
            {"id": mondo("1"), "type": "CLASS", "meta": {
                "xrefs": [
                    {"val": "OMIM:1", "meta": {"basicPropertyValues": [of("MONDO:equivalentTo")]}},
                    {"val": "NCIT:C9", "meta": {"basicPropertyValues": [of("MONDO:relatedTo")]}},
                    {"val": "UMLS:C7", "xrefs": ["MONDO:equivalentTo"]},
                    {"val": "DOID:5"}],
                "basicPropertyValues": [
                    {"pred": "http://www.w3.org/2004/02/skos/core#exactMatch", "val": "http://linkedlifedata.com/resource/umls/id/C1"},
                    {"pred": "http://www.w3.org/2004/02/skos/core#exactMatch", "val": "https://omim.org/entry/2"},
                    {"pred": "http://www.w3.org/2004/02/skos/core#closeMatch", "val": "https://omim.org/entry/3"},
                    {"pred": "http://purl.org/x#number", "val": 7}]}},
            {"id": mondo("2"), "type": "CLASS"}],
        "equivalentNodesSets": [{"nodeIds": [mondo("2"), "http://www.orpha.net/ORDO/Orphanet_58", "http://www.ebi.ac.uk/efo/EFO_9"]}]}]});
    let source = read_text(&json.to_string()).unwrap();
    assert_eq!(
        same(&source, "MONDO:1"),
        ["OMIM:1", "UMLS:C7", "umls:C1", "OMIM:2"]
    );
    assert_eq!(same(&source, "MONDO:2"), ["Orphanet:58", "EFO:9"]);
    assert_eq!(source.left[0].1, 2);
}

#[test]
fn predicates_of_maps() {
    let map = "subject_id\tpredicate_id\tobject_id\tpredicate_modifier\n\
        A:1\thttp://www.w3.org/2004/02/skos/core#exactMatch\tB:1\t\n\
        A:2\towl:equivalentClass\thttp://purl.obolibrary.org/obo/B_2\t\n\
        A:3\toboInOwl:hasDbXref\tB:3\t\nA:4\tskos:exactMatch\tB:4\tNot\nA:5\tskos:closeMatch\tB:5\t\n";
    let source = read_text(map).unwrap();
    let objects: Vec<&str> = source.mappings.iter().map(|m| m.object.as_str()).collect();
    assert_eq!(objects, ["B:1", "B:2"]);
    assert_eq!(source.left[0].1, 3);
}

/// From 2018 to 2022 the header was a comment, then it was written with other letters.
#[test]
fn annotations_of_all_years() {
    let rows = "OMIM:1\tX\t\tHP:1\tPMID:1\tPCS\t\t3/6\t\t\tP\tHPO:x[2020-01-01]\n\
        OMIM:1\tX\tNOT\tHP:2\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x[2020-01-01]\n\
        DECIPHER:77\tY\t\tHP:2\tDECIPHER:77\tIEA\t\t\t\t\tP\tHPO:x[2020-01-01]\n";
    let names = "DatabaseID\tDiseaseName\tQualifier\tHPO_ID\tReference\tEvidence\tOnset\tFrequency\tSex\tModifier\tAspect\tBiocuration\n";
    let newer = "database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration\n";
    let about = "#description: HPO annotations for rare diseases\n#date: 2021-10-10\n";
    for header in [
        format!("{about}#{names}"),
        format!("{about}{names}"),
        format!("{about}{newer}"),
        format!("{about}#{newer}"),
        format!("{about}#\n"),
        String::new(),
    ] {
        let source = read_text(&format!("{header}{rows}")).unwrap();
        let read: Vec<_> = source
            .annotations
            .iter()
            .map(|a| {
                (
                    a.disease.as_str(),
                    a.phenotype.as_str(),
                    a.frequency,
                    a.excluded,
                    a.abnormality,
                )
            })
            .collect();
        let expected = [
            ("OMIM:1", "HP:1", 0.5, false, true),
            ("OMIM:1", "HP:2", 1.0, true, true),
            ("DECIPHER:77", "HP:2", 1.0, false, true),
        ];
        assert_eq!(read, expected, "{header}");
        if !header.is_empty() {
            assert_eq!(source.versions[0].1, "2021-10-10");
        }
    }
}

#[test]
fn a_line_that_is_no_obo_is_shown_whole() {
    let line = "xref: KEGG COMPOUND:70458-96-7 \"CAS Registry Number\"";
    let text = format!(
        "format-version: 1.2\n\n[Term]\nid: HP:1\nsynonym: \"fit\" EXACT [TAO:Miller and Muller 2003]\n{line}\n"
    );
    let error = read_text(&text).unwrap_err().to_string();
    assert!(error.contains(":6: expected OBO: an xref"), "{error}");
    assert!(error.ends_with(&format!("found {line}")), "{error}");
}

#[test]
fn values_of_obo() {
    let text = "format-version: 1.2\ndata-version: \"x\" ! of today\n! a comment\n\n[Term] ! here\nid: X:1 {a=\"b\"} ! c\n\
        name: a \\{b\\} \\! {c} ! d\nsynonym: \"say \\\"hi\\\" \\n\" EXACT [] {x=\"y\"}\n\
        is_a: X:2 {source=\"a\", b=c, d = \"}\"} ! two\nalt_id: X\\:3\nrelationship: part_of X:9\n\n\
        [Term]\nid: X:2\nname: plain {qualifier=\"q\"}\n\n[Typedef]\nid: part_of\nxref: not one at all, but of no interest\n\n\
        [Term]\nid: http://purl.obolibrary.org/obo/X_4\nname: a!b{c}\n";
    let source = read_text(text).unwrap();
    assert_eq!(source.versions[0].1, "\"x\"");
    let ids: Vec<(&str, &str)> = source
        .terms
        .iter()
        .map(|t| (t.id.as_str(), t.label.as_str()))
        .collect();
    assert_eq!(
        ids,
        [("X:1", "a {b} ! {c}"), ("X:2", "plain"), ("X:4", "a!b{c}")]
    );
    assert_eq!(source.terms[0].synonyms, ["say \"hi\" \n"]);
    assert_eq!(source.terms[0].parents, ["X:2"]);
    assert_eq!(source.terms[0].alternative, ["X:3"]);
}

/// A line, a row or a text without end would fill the memory.
#[test]
fn what_has_no_end_is_refused() {
    let long = "x".repeat(1 << 21);
    for (text, expected) in [
        (
            format!("[Term]\nid: X:1\nname: {long}\n"),
            ":3: expected a line of less than 1048576 bytes",
        ),
        (
            format!("{{\"graphs\": [{{\"nodes\": [{{\"id\": \"{long}\"}}]}}]}}"),
            "a text of more than 1048576 bytes",
        ),
        (
            format!("{{\"graphs\": [{{\"unknown\": {}}}]}}", "1".repeat(1 << 21)),
            "a text of more than 1048576 bytes",
        ),
    ] {
        let error = read_text(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    // many short ones are no harm
    let many = format!(
        "{{\"graphs\": [{{\"unknown\": [{}1]}}]}}",
        "\"a\\\"\", ".repeat(1 << 19)
    );
    assert!(read_text(&many).is_ok());
}

/// What another parser of OBO reads of a real file.
#[test]
fn real_obo_as_another_parser_reads_it() {
    use fastobo::ast::{Frame, TermClause};
    use fastobo::parser::Parser;
    let Some(data) = std::env::var_os("VARIDEX_TEST_DATA") else {
        return eprintln!("skipped: VARIDEX_TEST_DATA is not set");
    };
    let path = Path::new(&data).join("ontologies/hp.obo.gz");
    let ours = read_ontologies(std::slice::from_ref(&path)).unwrap();
    let mut terms = ours.terms.iter();
    let reader = crate::input::open_text(&path).unwrap();
    for frame in fastobo::parser::SequentialParser::new(reader) {
        let Frame::Term(frame) = frame.unwrap() else {
            continue;
        };
        let mut term = SourceTerm {
            id: frame.id().as_inner().to_string(),
            ..SourceTerm::default()
        };
        for clause in frame.clauses() {
            match clause.as_inner() {
                TermClause::Name(name) => term.label = name.as_str().to_owned(),
                TermClause::Synonym(synonym) => term
                    .synonyms
                    .push(synonym.description().as_str().to_owned()),
                TermClause::AltId(id) => term.alternative.push(id.to_string()),
                TermClause::IsA(id) => term.parents.push(id.to_string()),
                TermClause::Xref(xref) if is_curie(&xref.id().to_string()) => {
                    term.equivalents.push(xref.id().to_string());
                }
                TermClause::IsObsolete(obsolete) => term.obsolete = *obsolete,
                TermClause::ReplacedBy(id) => term.replaced_by = Some(id.to_string()),
                _ => {}
            }
        }
        assert_eq!(terms.next(), Some(&term));
    }
    assert_eq!(terms.next(), None);
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
