//! The numbers of HealthDCAT-AP of a dataset or a published file, as JSON-LD: what `varidex info --dcat` prints.
//!
//! Properties, with the domain `dcat:Dataset`, are of the release 7 of HealthDCAT-AP (`http://healthdataportal.eu/ns/health#`) and of DCAT-AP 3.
//! What a policy withholds is no property.

use crate::failure::Failure;
use crate::progress::Messages;
use crate::table::print_json;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use varidex::{Error, Known, PolicyView, Published, Query, View};

/// Coding systems by the prefixes of their terms: their names and what they are identified by, as OBO Foundry has it of ontologies and
/// HL7 of other systems.
const SYSTEMS: [(&str, &str, &str); 12] = [
    (
        "HP",
        "Human Phenotype Ontology",
        "http://purl.obolibrary.org/obo/hp.owl",
    ),
    (
        "MONDO",
        "Mondo Disease Ontology",
        "http://purl.obolibrary.org/obo/mondo.owl",
    ),
    (
        "NCIT",
        "NCI Thesaurus",
        "http://purl.obolibrary.org/obo/ncit.owl",
    ),
    (
        "DOID",
        "Human Disease Ontology",
        "http://purl.obolibrary.org/obo/doid.owl",
    ),
    (
        "GENO",
        "Genotype Ontology",
        "http://purl.obolibrary.org/obo/geno.owl",
    ),
    (
        "UBERON",
        "Uber-anatomy ontology",
        "http://purl.obolibrary.org/obo/uberon.owl",
    ),
    ("SNOMED", "SNOMED CT", "http://snomed.info/sct"),
    ("LOINC", "LOINC", "http://loinc.org"),
    ("ICD10", "ICD-10", "http://hl7.org/fhir/sid/icd-10"),
    ("ATC", "ATC", "http://www.whocc.no/atc"),
    (
        "RXNORM",
        "RxNorm",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
    ),
    (
        "ORPHA",
        "Orphanet nomenclature of rare diseases",
        "http://www.orpha.net",
    ),
];
/// Fields that populations are described by.
const FIELDS: [&str; 3] = ["population", "country", "sex"];
/// Single years, the last from 99 on: as many bands as there may be.
const YEARS: u32 = 99;

/// The form of identifiers in GDI and in the Genome of Europe: `^(GOE|GDI)-[A-Z]{2}-[A-Z]+-[0-9]+$`.
pub(crate) fn identifier(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('-').collect();
    let all = |part: &str, is: fn(&u8) -> bool| !part.is_empty() && part.bytes().all(|b| is(&b));
    let fits = match &parts[..] {
        ["GOE" | "GDI", country, organisation, number] => {
            country.len() == 2
                && all(country, u8::is_ascii_uppercase)
                && all(organisation, u8::is_ascii_uppercase)
                && all(number, u8::is_ascii_digit)
        }
        _ => false,
    };
    match fits {
        true => Ok(text.to_owned()),
        false => Err("expected GDI or GOE, two capital letters, capital letters and digits, as in GDI-EE-ORG-20260101000000000".to_owned()),
    }
}

/// What is said, as far as it is known.
#[derive(Default)]
struct Described {
    records: Option<u64>,
    individuals: Option<u64>,
    /// In years; the highest is not known where somebody is in a band without an end.
    ages: Option<(u32, Option<u32>)>,
    /// A line a field.
    populations: Vec<String>,
    systems: BTreeSet<&'static str>,
    /// Prefixes of terms that are of no known system.
    others: BTreeSet<String>,
}

impl Described {
    fn print(&self, id: Option<&str>, messages: Messages) -> Result<(), Failure> {
        let number = |number: u64| json!({ "@type": "xsd:nonNegativeInteger", "@value": number.to_string() });
        let mut all = Map::new();
        let mut missing = Vec::new();
        let mut put = |name: &str, value: Option<Value>| match value {
            Some(value) => {
                all.insert(name.to_owned(), value);
            }
            None => missing.push(name.to_owned()),
        };
        put(
            "@context",
            Some(json!({
                "dcat": "http://www.w3.org/ns/dcat#",
                "dct": "http://purl.org/dc/terms/",
                "healthdcatap": "http://healthdataportal.eu/ns/health#",
                "xsd": "http://www.w3.org/2001/XMLSchema#",
            })),
        );
        put("@type", Some(json!("dcat:Dataset")));
        if let Some(id) = id {
            put("dct:identifier", Some(json!(id)));
        }
        put("healthdcatap:numberOfRecords", self.records.map(number));
        put(
            "healthdcatap:numberOfUniqueIndividuals",
            self.individuals.map(number),
        );
        let age = |age: Option<u32>| age.map(|age| number(age.into()));
        put("healthdcatap:minTypicalAge", age(self.ages.map(|of| of.0)));
        put(
            "healthdcatap:maxTypicalAge",
            age(self.ages.and_then(|of| of.1)),
        );
        let populations = (!self.populations.is_empty()).then(|| json!(self.populations));
        put("healthdcatap:populationCoverage", populations);
        let system = |(_, name, iri): &(&str, &str, &str)| json!({ "@id": iri, "@type": "dct:Standard", "dct:title": name });
        let systems = SYSTEMS.iter().filter(|of| self.systems.contains(of.0));
        let systems: Vec<Value> = systems.map(system).collect();
        if !systems.is_empty() {
            put("healthdcatap:hasCodingSystem", Some(json!(systems)));
        }
        if !missing.is_empty() {
            messages.say(format_args!(
                "note: withheld or not known: {}",
                missing.join(", ")
            ));
        }
        if !self.others.is_empty() {
            let others: Vec<&str> = self.others.iter().map(String::as_str).collect();
            messages.say(format_args!(
                "note: coding systems that are not identified: {}",
                others.join(", ")
            ));
        }
        print_json(&Value::Object(all))
    }

    /// Takes note of the coding system of a term.
    fn add_term(&mut self, id: &str) {
        let Some((prefix, _)) = id.split_once(':') else {
            return;
        };
        let known = SYSTEMS.iter().find(|of| of.0.eq_ignore_ascii_case(prefix));
        match known {
            Some((prefix, ..)) => {
                self.systems.insert(prefix);
            }
            None => {
                self.others.insert(prefix.to_owned());
            }
        }
    }

    /// Takes note of how many people have which value of a field.
    fn add_field(
        &mut self,
        field: &str,
        values: impl Iterator<Item = (Option<String>, Option<u64>)>,
    ) {
        let mut shown = Vec::new();
        for (value, people) in values {
            let (Some(value), Some(people)) = (value, people) else {
                continue;
            };
            shown.push(format!("{value} {people}"));
        }
        if !shown.is_empty() {
            self.populations
                .push(format!("{field}: {}", shown.join(", ")));
        }
    }

    /// Takes note of an age of years, or of the first and last years of a band of them.
    fn add_age(&mut self, band: &str) {
        let (first, last) = match band.strip_suffix('+') {
            Some(first) => (first, None),
            None => {
                let (first, last) = band.split_once('-').unwrap_or((band, band));
                (first, Some(last))
            }
        };
        let (Ok(first), Ok(last)) = (
            first.parse::<u32>(),
            last.map(str::parse::<u32>).transpose(),
        ) else {
            return;
        };
        let (least, most) = self.ages.unwrap_or((first, last));
        let most = most.zip(last).map(|(most, last)| most.max(last));
        self.ages = Some((least.min(first), most));
    }
}

/// Of a dataset, all of which is shown that may be seen.
pub(crate) fn dataset(view: &View, id: Option<&str>, messages: Messages) -> Result<(), Failure> {
    let mut of = Described::default();
    let mut scan = view.scan(&Query::new("all")?)?;
    let mut records = 0;
    while scan.next(|_| Ok(()))?.is_some() {
        records += 1;
    }
    of.records = Some(records);
    of.individuals = Some(view.ask("all")?.count());
    if view.info().people > 0 {
        let years: Vec<String> = (1..=YEARS).map(|year| year.to_string()).collect();
        let ages = view.by(&[format!("age({})", years.join(","))])?;
        for count in view.people_counts(&ages)?.iter().filter(|of| of.people > 0) {
            count
                .values
                .iter()
                .flatten()
                .for_each(|band| of.add_age(band));
        }
        for field in FIELDS {
            let counts = view.people_counts(&view.by(&[field])?)?.into_iter();
            let values = counts.filter(|of| of.people > 0);
            let values = values.map(|of| (of.values.into_iter().next().flatten(), Some(of.people)));
            of.add_field(field, values);
        }
        for term in view.find_terms(None)? {
            of.add_term(&term.id);
        }
    }
    of.print(id, messages)
}

/// Nothing where a policy does not show it, or where nothing is known.
fn unless_refused<T>(answer: varidex::Result<T>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::NotAllowed { .. } | Error::Usage(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Of a dataset as a policy shows it: records are the variants of which something is shown, typical ages those of bands of ten years
/// that are shown.
pub(crate) fn shown(
    view: &PolicyView,
    id: Option<&str>,
    messages: Messages,
) -> Result<(), Failure> {
    let mut of = Described::default();
    if let Some(mut scan) = unless_refused(view.frequencies("all", None, &[]))? {
        let mut records = 0;
        while scan.next(|_| Ok(()))?.is_some() {
            records += 1;
        }
        of.records = Some(records);
    }
    of.individuals = view.ask("all")?.count.value();
    if let Some(counts) = unless_refused(view.people_counts(&["age".to_owned()]))? {
        for count in counts.iter().filter(|of| of.people.value() > Some(0)) {
            count
                .values
                .iter()
                .flatten()
                .for_each(|band| of.add_age(band));
        }
    }
    for field in FIELDS {
        let Some(counts) = unless_refused(view.people_counts(&[field.to_owned()]))? else {
            continue;
        };
        let values = counts
            .into_iter()
            .filter(|of| of.people != Known::Withheld && of.people.value() != Some(0))
            .map(|of| (of.values.into_iter().next().flatten(), of.people.value()));
        of.add_field(field, values);
    }
    for term in unless_refused(view.find_terms(None))?.unwrap_or_default() {
        of.add_term(&term.id);
    }
    of.print(id, messages)
}

/// Of a published file, by what it says of itself.
pub(crate) fn published(
    file: &Published,
    id: Option<&str>,
    messages: Messages,
) -> Result<(), Failure> {
    let info = file.info();
    let mut of = Described {
        records: Some(info.rows()),
        individuals: info.people,
        ..Described::default()
    };
    let people = |people: Option<u64>| people.map_or(String::new(), |people| format!(" {people}"));
    let strata = info.strata.iter();
    let strata: Vec<String> = strata
        .map(|stratum| format!("{}{}", stratum.label, people(stratum.people)))
        .collect();
    if !strata.is_empty() {
        let fields = info.fields.join(", ");
        of.populations
            .push(format!("{fields}: {}", strata.join(", ")));
    }
    of.print(id, messages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_their_form() {
        for good in ["GDI-EE-ORG-1", "GOE-FI-THL-20260101000000000"] {
            assert_eq!(identifier(good).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "GDI",
            "GDI-EE-ORG-",
            "GDI-EE--1",
            "GDI-E-ORG-1",
            "GDI-EEE-ORG-1",
            "gdi-EE-ORG-1",
            "GDI-EE-org-1",
            "GDI-EE-ORG-1a",
            "GDI-EE-ORG-1-2",
            "GDX-EE-ORG-1",
            "GDI-EE-ÖRG-1",
            " GDI-EE-ORG-1",
        ] {
            assert!(identifier(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ages_are_of_years_and_bands() {
        let mut of = Described::default();
        for band in ["30-39", ".", "10-19"] {
            of.add_age(band);
        }
        assert_eq!(of.ages, Some((10, Some(39))));
        of.add_age("90+");
        of.add_age("7");
        assert_eq!(of.ages, Some((7, None)));
    }
}
