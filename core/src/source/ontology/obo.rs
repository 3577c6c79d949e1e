//! OBO files.

use super::{OntologySource, SourceTerm, is_curie};
use crate::error::{Place, Result};
use crate::source::lines::{input_error, open_text};
use fastobo::ast::{Frame, HeaderClause, TermClause};
use fastobo::parser::{Parser, SequentialParser};
use std::path::Path;

pub(super) fn read(path: &Path, source: &mut OntologySource) -> Result<String> {
    let mut version = String::new();
    let mut parser = SequentialParser::new(open_text(path)?);
    // ordered frames keep the file's order, whatever reads them
    parser.ordered(true);
    for frame in parser {
        let frame = frame.map_err(|error| {
            let found = error.to_string();
            input_error(path, Place::File, "OBO", found.trim())
        })?;
        match frame {
            Frame::Header(header) => {
                for clause in header.iter() {
                    if let HeaderClause::DataVersion(text) = clause {
                        version = text.as_str().to_owned();
                    }
                }
            }
            Frame::Term(frame) => source.terms.push(term(&frame)),
            _ => {}
        }
    }
    Ok(version)
}

fn term(frame: &fastobo::ast::TermFrame) -> SourceTerm {
    let mut term = SourceTerm {
        id: frame.id().as_inner().to_string(),
        ..SourceTerm::default()
    };
    for clause in frame.clauses() {
        match clause.as_inner() {
            TermClause::Name(name) => term.label = name.as_str().to_owned(),
            TermClause::Synonym(synonym) => {
                term.synonyms
                    .push(synonym.description().as_str().to_owned());
            }
            TermClause::AltId(id) => term.alternative.push(id.to_string()),
            TermClause::IsA(id) => term.parents.push(id.to_string()),
            TermClause::Xref(xref) => {
                let id = xref.id().to_string();
                if is_curie(&id) {
                    term.equivalents.push(id);
                }
            }
            TermClause::IsObsolete(obsolete) => term.obsolete = *obsolete,
            TermClause::ReplacedBy(id) => term.replaced_by = Some(id.to_string()),
            _ => {}
        }
    }
    term
}
