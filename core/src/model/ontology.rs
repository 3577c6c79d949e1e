//! What files of ontologies say.

/// A term as a source has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SourceTerm {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) synonyms: Vec<String>,
    /// Ids that mean the same term.
    pub(crate) alternative: Vec<String>,
    pub(crate) parents: Vec<String>,
    /// The same in other vocabularies.
    pub(crate) equivalents: Vec<String>,
    pub(crate) obsolete: bool,
    pub(crate) replaced_by: Option<String>,
}

/// How a term of one vocabulary stands to one of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    Exact,
    /// The object is more general.
    Broad,
    /// The object is more special.
    Narrow,
}

/// A line of an SSSOM map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) subject: String,
    pub(crate) relation: Match,
    pub(crate) object: String,
}

/// A phenotype of a disease.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Annotation {
    pub(crate) disease: String,
    pub(crate) name: String,
    pub(crate) phenotype: String,
    /// Share of the people with the disease who have it; 1 where nothing is said.
    pub(crate) frequency: f32,
    /// The disease is known not to have it.
    pub(crate) excluded: bool,
    /// A phenotypic abnormality: not a mode of inheritance, a course, a modifier.
    pub(crate) abnormality: bool,
}

/// Everything read from files of ontologies.
#[derive(Debug, Default)]
pub(crate) struct OntologySource {
    pub(crate) terms: Vec<SourceTerm>,
    pub(crate) mappings: Vec<Mapping>,
    pub(crate) annotations: Vec<Annotation>,
    /// What was left out: what, how often, the first few.
    pub(crate) left: Vec<(String, u64, Vec<String>)>,
    /// What the files say of themselves: name of the file, and its version where given.
    pub(crate) versions: Vec<(String, String)>,
}

impl OntologySource {
    /// Adds what is left out.
    pub(crate) fn leave(&mut self, what: &str, count: u64, examples: Vec<String>) {
        self.left.push((what.to_owned(), count, examples));
    }
}
