//! Which column of a table is what: as a mapping file says, or as its name does.

use super::free::Named;
use super::input::wrong;
use super::minimal;
use super::notes::short;
use crate::error::{Place, Result};
use crate::input::waiting;
use crate::input::waiting::read_failed;
use crate::model::{AttributeType, Coding, Scope};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Individual,
    Sample,
    Biosample,
    Sex,
    Karyotype,
    Population,
    Country,
    Cohort,
    Collection,
    Birth,
    Age,
    Deceased,
    Family,
    Father,
    Mother,
    Affected,
    /// A free attribute.
    Attribute,
    Coded(Scope),
    /// Said to be of no interest.
    Ignore,
}

const ROLES: [(&str, Role); 18] = [
    ("individual", Role::Individual),
    ("sample", Role::Sample),
    ("biosample", Role::Biosample),
    ("sex", Role::Sex),
    ("karyotype", Role::Karyotype),
    ("population", Role::Population),
    ("country", Role::Country),
    ("cohort", Role::Cohort),
    ("collection", Role::Collection),
    ("birth", Role::Birth),
    ("age", Role::Age),
    ("deceased", Role::Deceased),
    ("family", Role::Family),
    ("father", Role::Father),
    ("mother", Role::Mother),
    ("affected", Role::Affected),
    ("attribute", Role::Attribute),
    ("ignore", Role::Ignore),
];

impl Role {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let scope = Scope::NAMES.iter().find(|(known, _)| *known == name);
        let role = ROLES.iter().find(|(known, _)| *known == name);
        role.map(|(_, role)| *role)
            .or(scope.map(|(_, scope)| Self::Coded(*scope)))
    }

    /// Whether a person has one value of it, and no more.
    pub(super) fn is_single(self) -> bool {
        let several = matches!(self, Self::Population | Self::Cohort | Self::Collection);
        !several && self.is_attribute()
    }

    /// Whether it is one thing that is known of a person: of names of samples there may be several, and
    /// of coded things, too.
    pub(super) fn is_attribute(self) -> bool {
        !matches!(
            self,
            Self::Sample | Self::Biosample | Self::Attribute | Self::Coded(_) | Self::Ignore
        )
    }

    /// Every role by its name.
    fn names() -> String {
        let scopes = Scope::NAMES.iter().map(|(name, _)| *name);
        let names: Vec<&str> = ROLES.iter().map(|(name, _)| *name).chain(scopes).collect();
        names.join(", ")
    }

    pub(super) fn name(self) -> &'static str {
        let scope = Scope::NAMES
            .iter()
            .find(|(_, scope)| Self::Coded(*scope) == self);
        let role = ROLES.iter().find(|(_, role)| *role == self);
        role.map(|(name, _)| *name)
            .or(scope.map(|(name, _)| *name))
            .unwrap_or("ignore")
    }
}

/// What is known of one column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) role: Role,
    /// Separates the values of one cell.
    pub(super) separator: Option<String>,
    /// Goes before codes without a prefix: `HP`.
    pub(super) prefix: Option<String>,
    /// What the column is about, where the cells hold numbers or yes and no.
    pub(super) term: Option<Coding>,
    pub(super) unit: Option<String>,
    pub(super) present: Vec<String>,
    pub(super) absent: Vec<String>,
    /// The column that holds the age of onset of what stands in this one.
    pub(super) onset: Option<String>,
    /// The free attribute that it is.
    pub(super) attribute: Option<Named>,
    /// The item of the minimal metadata model that it is.
    pub(super) item: Option<&'static str>,
    /// Whether the model wants a value of it.
    pub(super) mandatory: bool,
}

impl Column {
    pub(super) fn of(role: Role) -> Self {
        Self {
            role,
            separator: None,
            prefix: None,
            term: None,
            unit: None,
            present: Vec::new(),
            absent: Vec::new(),
            onset: None,
            attribute: None,
            item: None,
            mandatory: false,
        }
    }
}

/// A mapping file.
#[derive(Debug, Clone, Default)]
pub(super) struct Mapping {
    pub(super) delimiter: Option<u8>,
    pub(super) missing: Option<Vec<String>>,
    pub(super) columns: BTreeMap<String, Column>,
    /// Whether columns that it does not name are items of the minimal metadata model.
    pub(super) model: bool,
    /// Whether people of packets go by the id of the subject, whatever else.
    pub(super) by_subject: Option<bool>,
    file: PathBuf,
    /// Columns of tables, as far as they were met.
    met: RefCell<BTreeSet<String>>,
}

/// Columns of tables that an error names.
const MET: usize = 100;

impl Mapping {
    /// What a column is.
    pub(super) fn column(&self, name: &str) -> Option<Column> {
        let found = self.columns.get(name);
        let mut met = self.met.borrow_mut();
        if found.is_some() || met.len() < self.columns.len() + MET {
            met.insert(name.to_owned());
        }
        match found {
            None if self.model => minimal::column(name),
            found => found.cloned(),
        }
    }

    /// Whether it says what columns are.
    pub(super) fn is_of_columns(&self) -> bool {
        self.model || !self.columns.is_empty()
    }

    /// Checks, once all tables are read, that each of its columns is one of a table.
    pub(super) fn check(&self) -> Result<()> {
        let met = self.met.borrow();
        let missed = self.columns.keys().find(|name| !met.contains(*name));
        let Some(missed) = missed else {
            return Ok(());
        };
        let known: Vec<String> = met.iter().take(MET).map(|name| short(name)).collect();
        let known = match known.is_empty() {
            true => "no table".to_owned(),
            false => format!("tables with the columns {}", known.join(", ")),
        };
        let expected = format!("a table with the column {}", short(missed));
        Err(wrong(&self.file, Place::File, &expected, &known))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    delimiter: Option<String>,
    missing: Option<Vec<String>>,
    packets: Option<String>,
    model: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredColumn {
    is: String,
    separator: Option<String>,
    prefix: Option<String>,
    term: Option<String>,
    label: Option<String>,
    unit: Option<String>,
    #[serde(default)]
    present: Vec<String>,
    #[serde(default)]
    absent: Vec<String>,
    onset: Option<String>,
    /// Of a free attribute: its name, where that is not the column's, and its type.
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Longest mapping file.
const LONGEST: u64 = 1 << 20;

pub(super) fn read(path: &Path) -> Result<Mapping> {
    let failed = |e| read_failed(path, e);
    let file = waiting::open(path).map_err(failed)?;
    let mut text = String::new();
    file.take(LONGEST + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    if text.len() as u64 > LONGEST {
        let expected = "a mapping file of at most 1 MiB";
        return Err(wrong(path, Place::File, expected, "a longer one"));
    }
    parse(path, &text)
}

pub(super) fn parse(path: &Path, text: &str) -> Result<Mapping> {
    let declared: Told = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() as u64 + 1);
        wrong(
            path,
            Place::Line(line),
            "a mapping file (see format-spec/people-tables.md)",
            error.message(),
        )
    })?;
    let delimiter = match declared.delimiter.as_deref() {
        None => None,
        Some("tab" | "\t") => Some(b'\t'),
        Some(text) => match text.as_bytes() {
            [byte] if byte.is_ascii_punctuation() || *byte == b' ' => Some(*byte),
            _ => {
                return Err(wrong(
                    path,
                    Place::File,
                    "a delimiter of one character, or `tab`",
                    &short(text),
                ));
            }
        },
    };
    let by_subject = match declared.packets.as_deref() {
        None => None,
        Some("subject") => Some(true),
        Some("packet") => Some(false),
        Some(other) => {
            return Err(wrong(
                path,
                Place::File,
                "packets = \"subject\" or \"packet\"",
                &short(other),
            ));
        }
    };
    if let Some(other) = declared.model.as_deref().filter(|of| *of != minimal::MODEL) {
        let expected = format!("model = {:?}", minimal::MODEL);
        return Err(wrong(path, Place::File, &expected, &short(other)));
    }
    let columns = declared
        .columns
        .into_iter()
        .map(|(name, value)| Ok((name.clone(), column(path, &name, value)?)))
        .collect::<Result<_>>()?;
    Ok(Mapping {
        delimiter,
        missing: declared.missing,
        columns,
        model: declared.model.is_some(),
        by_subject,
        file: path.to_owned(),
        met: RefCell::default(),
    })
}

fn column(path: &Path, name: &str, value: toml::Value) -> Result<Column> {
    let fault = |expected: &str, found: &str| {
        let expected = format!("{expected} for column {}", short(name));
        wrong(path, Place::File, &expected, &short(found))
    };
    let declared = match value {
        toml::Value::String(is) => {
            toml::Value::Table([("is".to_owned(), is.into())].into_iter().collect())
        }
        other => other,
    };
    let declared = DeclaredColumn::deserialize(declared)
        .map_err(|error| fault("a role, or a table with `is`", error.message()))?;
    let role = Role::from_name(&declared.is).ok_or_else(|| {
        let roles = format!("a known role ({})", Role::names());
        fault(&roles, &declared.is)
    })?;
    let id = declared.term.clone().unwrap_or_default();
    let label = declared.label.clone().unwrap_or_default();
    let yes_no = !declared.present.is_empty() || !declared.absent.is_empty();
    let term = Some(Coding { id, label }).filter(|term| *term != Coding::default());
    if yes_no && !matches!(role, Role::Coded(_)) {
        return Err(fault(
            "a coded role where `present` or `absent` is said",
            &declared.is,
        ));
    }
    if yes_no && term.is_none() {
        return Err(fault(
            "`term` or `label` where `present` or `absent` is said",
            "neither",
        ));
    }
    let attribute =
        attribute(name, &declared, role).map_err(|(expected, found)| fault(&expected, &found))?;
    if declared.separator.as_deref() == Some("") {
        return Err(fault("a separator", "an empty text"));
    }
    Ok(Column {
        role,
        separator: declared.separator,
        prefix: declared.prefix,
        term,
        unit: declared.unit,
        present: declared.present,
        absent: declared.absent,
        onset: declared.onset,
        attribute,
        item: None,
        mandatory: false,
    })
}

/// The free attribute that a column is, or what is expected and found.
fn attribute(
    column: &str,
    declared: &DeclaredColumn,
    role: Role,
) -> std::result::Result<Option<Named>, (String, String)> {
    if role != Role::Attribute {
        return match (&declared.name, &declared.kind) {
            (None, None) => Ok(None),
            _ => {
                let expected = "the role attribute where `name` or `type` is said";
                Err((expected.to_owned(), declared.is.clone()))
            }
        };
    }
    let kind = match &declared.kind {
        None => None,
        Some(name) => match AttributeType::from_name(name) {
            Some(kind) => Some(kind),
            None => {
                let kinds = AttributeType::ALL.map(AttributeType::name).join(", ");
                return Err((format!("a type ({kinds})"), name.clone()));
            }
        },
    };
    let name = declared.name.as_deref().unwrap_or(column);
    match Named::of(name, kind) {
        Some(named) => Ok(Some(named)),
        None => Err((Named::expected(), name.to_owned())),
    }
}

/// What a column is by its name alone.
pub(super) fn conventional(name: &str) -> Option<Column> {
    let plain: String = name
        .trim()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    let plain = plain.trim_matches('_');
    let coded = |scope, prefix: &str| {
        let mut column = Column::of(Role::Coded(scope));
        column.prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
        Some(column)
    };
    let attribute = |name: &str| {
        let attribute = Named::parse(name);
        attribute.is_some().then(|| Column {
            attribute,
            ..Column::of(Role::Attribute)
        })
    };
    let role = match plain {
        "individual" | "individual_id" | "individualid" | "person" | "person_id" | "subject"
        | "subject_id" | "patient" | "patient_id" | "participant" | "participant_id"
        | "participantid" | "id" => Role::Individual,
        "sample" | "sample_id" | "sampleid" | "sample_name" | "iid" => Role::Sample,
        "biosample" | "biosample_id" | "biosampleid" => Role::Biosample,
        "sex" | "gender" | "biological_sex" => Role::Sex,
        "karyotype" | "karyotypic_sex" | "karyotypicsex" => Role::Karyotype,
        "population" | "pop" | "population_code" | "ancestry" => Role::Population,
        // tables of 1000 Genomes have all of them: as populations everybody would count five times
        "superpopulation"
        | "super_population"
        | "super_pop"
        | "superpop"
        | "superpopulation_code" => return attribute("superpopulation"),
        "superpopulation_name" | "population_name" | "population_elastic_id" => {
            return attribute(plain);
        }
        "country" | "country_of_origin" | "geographic_origin" | "geographicorigin" => Role::Country,
        "cohort" | "cohort_id" | "cohorts" => Role::Cohort,
        "collection" | "collections" | "data_collections" | "dataset" | "dataset_id" => {
            Role::Collection
        }
        "birth" | "birth_date" | "date_of_birth" | "dateofbirth" | "dob" | "year_of_birth"
        | "birth_year" => Role::Birth,
        "age" | "age_years" | "age_at_recruitment" | "age_at_last_encounter" => Role::Age,
        "deceased" | "dead" => Role::Deceased,
        "family" | "family_id" | "fid" => Role::Family,
        "father" | "father_id" | "paternal_id" | "pat" => Role::Father,
        "mother" | "mother_id" | "maternal_id" | "mat" => Role::Mother,
        "affected" => Role::Affected,
        "hpo" | "hpo_terms" | "hpo_ids" | "hpo_id" => return coded(Scope::Phenotype, "HP"),
        "phenotype" | "phenotypes" | "phenotypic_features" => return coded(Scope::Phenotype, ""),
        "disease" | "diseases" | "diagnosis" | "diagnoses" => return coded(Scope::Disease, ""),
        "icd10" | "icd_10" | "icd10_codes" => return coded(Scope::Disease, "ICD10"),
        "icd10cm" | "icd_10_cm" => return coded(Scope::Disease, "ICD10CM"),
        "icd11" | "icd_11" => return coded(Scope::Disease, "ICD11"),
        "icd9" | "icd_9" => return coded(Scope::Disease, "ICD9"),
        "omim" | "omim_id" | "omim_ids" => return coded(Scope::Disease, "OMIM"),
        "orpha" | "orphacode" | "ordo" | "orpha_code" => return coded(Scope::Disease, "ORPHA"),
        "mondo" | "mondo_id" => return coded(Scope::Disease, "MONDO"),
        "doid" => return coded(Scope::Disease, "DOID"),
        "treatment" | "treatments" | "drug" | "drugs" | "medication" | "medications" => {
            return coded(Scope::Treatment, "");
        }
        "atc" | "atc_codes" => return coded(Scope::Treatment, "ATC"),
        "procedure" | "procedures" => return coded(Scope::Procedure, ""),
        "opcs4" => return coded(Scope::Procedure, "OPCS4"),
        "biomarker" | "biomarkers" => return coded(Scope::Biomarker, ""),
        "ethnicity" => return coded(Scope::Ethnicity, ""),
        "exposure" | "exposures" => return coded(Scope::Exposure, ""),
        _ => return None,
    };
    Some(Column::of(role))
}
