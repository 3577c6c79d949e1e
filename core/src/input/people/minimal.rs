//! The items of the 1+MG Minimal Metadata Model, version 1 (February 2025), which is published as lists of items and a
//! diagram, and not as a form of files: here items are columns. HL7 null flavours, which stand in place of values of
//! mandatory items, are kept apart from cells that are empty: as the attribute of the item with `.null` behind it.

use super::free::{Named, Said};
use super::mapping::{Column, Role};
use crate::model::{AttributeType, AttributeValue, Scope};
use std::rc::Rc;

/// As mapping files name the model.
pub(super) const MODEL: &str = "1+MG-MMM-1";
/// A mandatory item without a value, and without a null flavour in its place.
pub(super) const EMPTY: &str = "a mandatory item of the minimal metadata model that is empty";
pub(super) const MISSED: &str = "a table without a mandatory item of the minimal metadata model";

/// HL7 v3 NullFlavor.
const NULL_FLAVORS: [&str; 17] = [
    "NI", "INV", "DER", "OTH", "NINF", "PINF", "UNC", "MSK", "NA", "UNK", "ASKU", "NAV", "NAVU",
    "NASK", "QS", "TRC", "NP",
];

/// The classes of which tables of people have items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Subject,
    Diagnosis,
    Treatment,
    Biomarker,
}

/// What is read of an item.
#[derive(Debug, Clone, Copy)]
enum Read {
    Role(Role),
    /// Codes, with the vocabulary of those without a prefix.
    Coded(Scope, &'static str),
    /// A free attribute of the item's name.
    Attribute(AttributeType),
    /// When a treatment began.
    Start,
}

struct Item {
    name: &'static str,
    class: Class,
    read: Read,
    mandatory: bool,
}

const fn item(name: &'static str, class: Class, read: Read, mandatory: bool) -> Item {
    Item {
        name,
        class,
        read,
        mandatory,
    }
}

/// In the order in which the model has them. Of a diagnosis either is mandatory.
static ITEMS: [Item; 16] = {
    use Class::{Biomarker, Diagnosis, Subject, Treatment};
    use Read::{Attribute, Coded, Start};
    [
        item("subject_id", Subject, Read::Role(Role::Individual), true),
        item("birth_date", Subject, Read::Role(Role::Birth), true),
        item(
            "administrative_gender",
            Subject,
            Read::Role(Role::Sex),
            true,
        ),
        item(
            "biological_sex_at_birth",
            Subject,
            Read::Role(Role::Sex),
            false,
        ),
        item(
            "country_of_origin",
            Subject,
            Read::Role(Role::Country),
            false,
        ),
        item(
            "date_of_last_follow_up",
            Subject,
            Attribute(AttributeType::Date),
            false,
        ),
        item(
            "diagnosis",
            Diagnosis,
            Coded(Scope::Disease, "SNOMED"),
            false,
        ),
        item(
            "provisional_diagnosis",
            Diagnosis,
            Attribute(AttributeType::Code),
            false,
        ),
        item(
            "date_of_diagnosis",
            Diagnosis,
            Attribute(AttributeType::Date),
            false,
        ),
        item(
            "treatment_type",
            Treatment,
            Coded(Scope::Treatment, "SNOMED"),
            true,
        ),
        item(
            "treatmentcode",
            Treatment,
            Coded(Scope::Treatment, "ATC"),
            false,
        ),
        item("date_start_overall", Treatment, Start, false),
        item(
            "biomarker_type",
            Biomarker,
            Coded(Scope::Biomarker, ""),
            false,
        ),
        item(
            "biomarker_subtype",
            Biomarker,
            Coded(Scope::Biomarker, ""),
            false,
        ),
        item(
            "biomarker_name",
            Biomarker,
            Coded(Scope::Biomarker, ""),
            false,
        ),
        item(
            "biomarker_code",
            Biomarker,
            Coded(Scope::Biomarker, ""),
            false,
        ),
    ]
};

/// Items of the classes Sample and Sequence, and the attributes of samples that they are. Others are attributes of their own
/// names.
const SAMPLE_ITEMS: [(&str, &str); 10] = [
    ("organism", "organism"),
    ("biospecimen_type", "type"),
    ("anatomical_sample_location", "tissue"),
    ("pathological_state", "pathological_state"),
    ("target", "target"),
    ("sequencing_platform", "sequencing_platform"),
    ("average_depth_of_coverage", "average_depth_of_coverage"),
    ("initial_input_file_format", "initial_input_file_format"),
    ("final_output_file_format", "final_output_file_format"),
    ("alignment_genome", "alignment_genome"),
];

/// A name as items are compared: words in lower case with `_` between.
fn plain(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("_").to_ascii_lowercase()
}

fn item_of(name: &str) -> Option<&'static Item> {
    let plain = plain(name);
    let plain = match plain.as_str() {
        "provisional_diagnosis_clinical_diagnosis" => "provisional_diagnosis",
        "treatment_code" => "treatmentcode",
        other => other,
    };
    ITEMS.iter().find(|item| item.name == plain)
}

/// What a column of this name is in the model.
pub(super) fn column(name: &str) -> Option<Column> {
    let Some(item) = item_of(name) else {
        let sample = plain(name) == "sample_id";
        return sample.then(|| Column::of(Role::Sample));
    };
    let mut column = match item.read {
        Read::Role(role) => Column::of(role),
        Read::Coded(scope, prefix) => Column {
            prefix: Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty()),
            ..Column::of(Role::Coded(scope))
        },
        Read::Attribute(kind) => Column {
            attribute: Named::of(item.name, Some(kind)),
            ..Column::of(Role::Attribute)
        },
        Read::Start => Column::of(Role::Ignore),
    };
    column.item = Some(item.name).filter(|_| !matches!(item.read, Read::Role(Role::Individual)));
    column.mandatory = item.mandatory;
    Some(column)
}

/// Joins columns that belong together, and gives the mandatory items of classes of which there are others.
pub(super) fn join(header: &[String], columns: &mut [Option<Column>]) -> Vec<&'static str> {
    let is = |wanted: &str| {
        let mut names = header.iter().filter_map(|name| item_of(name));
        names.any(|item| item.name == wanted)
    };
    let start = header.iter().find(|name| {
        let item = item_of(name);
        item.is_some_and(|item| matches!(item.read, Read::Start))
    });
    for column in columns.iter_mut().flatten() {
        if column.role == Role::Coded(Scope::Treatment) {
            column.onset = start.cloned();
        }
    }
    let mut missed = Vec::new();
    for class in [Class::Subject, Class::Diagnosis, Class::Treatment] {
        let mut own = ITEMS.iter().filter(|item| item.class == class);
        if !own.any(|item| item.name != "subject_id" && is(item.name)) {
            continue;
        }
        let own = ITEMS.iter().filter(|item| item.class == class);
        missed.extend(
            own.filter(|item| item.mandatory && !is(item.name))
                .map(|item| item.name),
        );
        if class == Class::Diagnosis && !is("diagnosis") && !is("provisional_diagnosis") {
            missed.push("diagnosis");
        }
    }
    missed
}

/// The null flavour of an item, which is all that its cell says.
fn null_flavor(item: &str, cell: &str) -> Option<Said> {
    let flavor = NULL_FLAVORS.iter().find(|flavor| **flavor == cell)?;
    Some(Said {
        of: Named::of(&format!("{item}.null"), Some(AttributeType::Text))?,
        value: AttributeValue::Text((*flavor).to_owned()),
    })
}

/// What is kept of a cell beside what its role says, and whether it is all that it says. Texts of sex are: `unknown` is a
/// gender of HL7, and a person has one sex alone here.
pub(super) fn kept(column: &Column, cell: &str) -> Option<(Said, bool)> {
    let item = column.item?;
    if let Some(null) = null_flavor(item, cell) {
        return Some((null, true));
    }
    let is_text = column.role == Role::Sex && !cell.is_empty();
    let of = Named::of(item, Some(AttributeType::Text)).filter(|_| is_text)?;
    let value = AttributeValue::Text(cell.to_owned());
    Some((Said { of, value }, false))
}

/// The sex of somebody is that of birth, where it is known, and else the gender.
pub(super) fn goes_first(column: &Column) -> bool {
    column.item == Some("biological_sex_at_birth")
}

/// The attribute of samples that a column of an item of Sample or Sequence is.
pub(super) fn of_samples(name: &str) -> Option<Named> {
    let plain = plain(name);
    let (_, attribute) = SAMPLE_ITEMS.iter().find(|(item, _)| *item == plain)?;
    let number = *attribute == "average_depth_of_coverage";
    Named::of(attribute, number.then_some(AttributeType::Number))
}

/// The null flavour in a cell of such a column.
pub(super) fn null_of_samples(of: &Named, cell: &str) -> Option<Said> {
    null_flavor(&of.name, cell)
}

/// The attribute with the null flavours of another.
pub(super) fn null_name(of: &Named) -> Rc<str> {
    format!("{}.null", of.name).into()
}
