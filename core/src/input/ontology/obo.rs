//! OBO files, line by line: of each term the clauses that are needed, and no others.

use super::identity::{Said, Xrefs};
use super::{curie_of, is_curie};
use crate::error::{Place, Result};
use crate::input::lines::{Lines, input_error};
use crate::model::{Mapping, Match, OntologySource, SourceTerm};
use std::path::Path;

/// Bytes of a line: definitions have some thousands.
const LONGEST: u64 = 1 << 20;

const XREF: &str = "an xref: an id without blanks; behind it at most a text in double quotes, qualifiers \
                    in braces, and a comment behind `!`";
const ID: &str =
    "an id without blanks; behind it at most qualifiers in braces and a comment behind `!`";

pub(super) fn read(path: &Path, source: &mut OntologySource) -> Result<String> {
    let mut lines = Lines::bounded(path, LONGEST)?;
    let mut reader = Reader {
        source,
        xrefs: Xrefs::default(),
        frame: Frame::Header,
        version: String::new(),
    };
    let mut last = 0;
    while let Some((number, line)) = lines.next()? {
        last = number;
        reader.line(line).map_err(|expected| {
            let expected = format!("OBO: {expected}");
            input_error(path, Place::Line(number), &expected, line)
        })?;
    }
    let Reader {
        source,
        xrefs,
        frame,
        version,
    } = reader;
    if let Frame::Term(term) = frame {
        end(source, term).map_err(|expected| {
            let expected = format!("OBO: {expected}");
            input_error(path, Place::Line(last), &expected, "the end of the file")
        })?;
    }
    xrefs.finish(source);
    Ok(version)
}

enum Frame {
    Header,
    Term(SourceTerm),
    /// Of no interest.
    Other,
}

struct Reader<'s> {
    source: &'s mut OntologySource,
    xrefs: Xrefs,
    frame: Frame,
    version: String,
}

/// What was expected of a line.
type Expected = &'static str;

fn end(source: &mut OntologySource, term: SourceTerm) -> Result<(), Expected> {
    match term.id.is_empty() {
        true => Err("an id of the term above"),
        false => {
            source.terms.push(term);
            Ok(())
        }
    }
}

impl Reader<'_> {
    fn line(&mut self, line: &str) -> Result<(), Expected> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('!') {
            return Ok(());
        }
        if line.starts_with('[') {
            let name = line.split('!').next().unwrap_or_default().trim();
            let next = match name {
                "[Term]" => Frame::Term(SourceTerm::default()),
                "[Typedef]" | "[Instance]" => Frame::Other,
                _ => return Err("[Term], [Typedef] or [Instance]"),
            };
            return match std::mem::replace(&mut self.frame, next) {
                Frame::Term(term) => end(self.source, term),
                _ => Ok(()),
            };
        }
        let (tag, value) = line.split_once(':').ok_or("a tag, a colon and a value")?;
        let value = value.trim();
        match &mut self.frame {
            Frame::Header if tag == "data-version" => self.version = plain(value),
            Frame::Term(term) => {
                // terms are pushed in order, so that this one gets the next number
                let at = self.source.terms.len();
                clause(
                    term,
                    tag,
                    value,
                    at,
                    &mut self.xrefs,
                    &mut self.source.mappings,
                )?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn clause(
    term: &mut SourceTerm,
    tag: &str,
    value: &str,
    at: usize,
    xrefs: &mut Xrefs,
    mappings: &mut Vec<Mapping>,
) -> Result<(), Expected> {
    match tag {
        "id" if !term.id.is_empty() => return Err("one id of each term"),
        "id" => term.id = only_id(value)?,
        "name" => term.label = plain(value),
        "synonym" => {
            let (text, _) = quoted(value).ok_or("a synonym in double quotes")?;
            term.synonyms.push(text);
        }
        "alt_id" => term.alternative.push(only_id(value)?),
        "is_a" => term.parents.push(only_id(value)?),
        "replaced_by" => term.replaced_by = Some(only_id(value)?),
        "equivalent_to" => term.equivalents.push(only_id(value)?),
        "is_obsolete" => {
            term.obsolete = match plain(value).as_str() {
                "true" => true,
                "false" => false,
                _ => return Err("true or false"),
            };
        }
        "xref" => {
            let (id, rest) = id(value).ok_or(XREF)?;
            let rest = match quoted(rest) {
                Some((_, rest)) => rest.trim_start(),
                None => rest,
            };
            let qualifiers = behind(rest).ok_or(XREF)?;
            if is_curie(&id) {
                let said = Said::of(qualifiers.iter().map(String::as_str));
                xrefs.add(&term.id, at, id, said);
            }
        }
        "property_value" => {
            let Some((relation, rest)) = id(value) else {
                return Err("a property, and its value");
            };
            if let Some(relation) = Match::of(&relation) {
                let object = quoted(rest)
                    .or_else(|| id(rest))
                    .map(|(object, _)| curie_of(&object));
                if let Some(object) = object.filter(|object| is_curie(object)) {
                    xrefs.mark(&term.id);
                    mappings.push(Mapping {
                        subject: term.id.clone(),
                        relation,
                        object,
                    });
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// What an escaped letter means.
fn unescaped(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'W' => ' ',
        other => other,
    }
}

/// An id up to a blank, and what follows.
fn id(text: &str) -> Option<(String, &str)> {
    let mut found = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => found.push(unescaped(characters.next()?.1)),
            c if c.is_whitespace() => {
                return Some((curie_of(&found), text.get(at..)?.trim_start()));
            }
            c => found.push(c),
        }
    }
    (!found.is_empty()).then(|| (curie_of(&found), ""))
}

fn only_id(text: &str) -> Result<String, Expected> {
    let (id, rest) = id(text).ok_or(ID)?;
    behind(rest).ok_or(ID)?;
    Ok(id)
}

/// The values of qualifiers behind a value, where there is nothing else but a comment.
fn behind(text: &str) -> Option<Vec<String>> {
    let (values, rest) = match text.starts_with('{') {
        true => qualifiers(text)?,
        false => (Vec::new(), text),
    };
    let rest = rest.trim_start();
    (rest.is_empty() || rest.starts_with('!')).then_some(values)
}

/// A text in double quotes, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('"')?;
    let mut found = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => found.push(unescaped(characters.next()?.1)),
            '"' => return Some((found, text.get(at + 1..)?)),
            c => found.push(c),
        }
    }
    None
}

/// The values of `{source="a", source="b"}`, and what follows.
fn qualifiers(text: &str) -> Option<(Vec<String>, &str)> {
    let mut rest = text.strip_prefix('{')?.trim_start();
    let mut values = Vec::new();
    if let Some(rest) = rest.strip_prefix('}') {
        return Some((values, rest));
    }
    loop {
        let (_, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let (value, behind) = match value.starts_with('"') {
            true => quoted(value)?,
            false => {
                let end = value.find([',', '}', ' '])?;
                (value.get(..end)?.to_owned(), value.get(end..)?)
            }
        };
        values.push(value);
        let behind = behind.trim_start();
        match behind.strip_prefix('}') {
            Some(behind) => return Some((values, behind)),
            None => rest = behind.strip_prefix(',')?.trim_start(),
        }
    }
}

/// A text without quotes: up to qualifiers or a comment.
fn plain(text: &str) -> String {
    let mut found = String::new();
    let mut before = ' ';
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        let ends = || match c {
            '!' => true,
            '{' => text.get(at..).and_then(behind).is_some(),
            _ => false,
        };
        if before.is_whitespace() && ends() {
            break;
        }
        before = c;
        match c {
            '\\' => found.extend(characters.next().map(|(_, c)| unescaped(c))),
            c => found.push(c),
        }
    }
    found.trim_end().to_owned()
}
