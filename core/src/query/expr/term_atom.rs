//! Atoms that pick people by coded terms.

use super::ast::{Comparison, GroupAtom, Threshold, named};
use super::error::{nearest, quoted};
use super::number::value_number;
use super::scan::{Result, Scanner};
use crate::model::Recorded;
use crate::model::{Age, Scope};
use crate::model::{Level, Measure};
use std::ops::Range;

/// The value behind a colon that was just read: a CURIE, a word or a string.
pub(super) fn term_name(scanner: &mut Scanner<'_>, field: &str, start: usize) -> Result<String> {
    scanner.skip_space();
    if let Some(label) = scanner.string()? {
        return not_empty(scanner, label, start);
    }
    match scanner.plain_word()? {
        "" => Err(scanner.error(start..scanner.at(), format!("`{field}:` needs a value"))),
        word => Ok(word.to_owned()),
    }
}

pub(super) fn not_empty(scanner: &Scanner<'_>, text: String, start: usize) -> Result<String> {
    match text.trim().is_empty() {
        true => Err(scanner.error(start..scanner.at(), "a name of no letters")),
        false => Ok(text),
    }
}

/// `TERM` or `scope:TERM` in a parenthesis.
fn scoped_term(scanner: &mut Scanner<'_>, open: usize) -> Result<(Option<Scope>, String)> {
    scanner.skip_space();
    let start = scanner.at();
    if let Some(label) = scanner.string()? {
        return Ok((None, not_empty(scanner, label, start)?));
    }
    let word = scanner.plain_word()?;
    if word.is_empty() {
        return Err(scanner.unclosed(open, "a term"));
    }
    let scope = word
        .split_once(':')
        .and_then(|(name, rest)| Some((named(&Scope::NAMES, name)?, name, rest)));
    match scope {
        None => Ok((None, word.to_owned())),
        Some((scope, name, "")) => Ok((Some(scope), term_name(scanner, name, start)?)),
        Some((_, _, rest)) if rest.starts_with('@') => {
            let end = scanner.at();
            Err(scanner.no_file(end - rest.len()..end))
        }
        Some((scope, _, rest)) => Ok((Some(scope), rest.to_owned())),
    }
}

fn close(scanner: &mut Scanner<'_>, open: usize, other: &str) -> Result<()> {
    scanner.skip_space();
    match scanner.eat(')') {
        true => Ok(()),
        false => Err(scanner.unclosed(open, other)),
    }
}

/// `exactly(…)` and `excluded(…)`, the parenthesis being open.
pub(super) fn recorded(
    scanner: &mut Scanner<'_>,
    open: usize,
    recorded: Recorded,
) -> Result<GroupAtom> {
    let (scope, term) = scoped_term(scanner, open)?;
    close(scanner, open, "the end of the term")?;
    Ok(GroupAtom::Term {
        scope,
        term,
        recorded,
    })
}

/// An age such as `18y`, `18y6m` or `P18Y6M`.
pub(super) fn age(scanner: &mut Scanner<'_>) -> Result<Age> {
    scanner.skip_space();
    let start = scanner.at();
    let text = scanner.plain_word()?;
    Age::parse(text).ok_or_else(|| {
        let message = match text {
            "" => "expected an age, as in `18y`".to_owned(),
            text if text.bytes().all(|b| b.is_ascii_digit()) => {
                format!(
                    "{} needs a unit, as in `{text}y`, `{text}m` or `{text}d`",
                    quoted(text)
                )
            }
            text => format!(
                "{} is no age, as `18y`, `6m`, `18y6m`, `2w`, `10d`, `P18Y6M` are",
                quoted(text)
            ),
        };
        scanner.error(start..start + text.len(), message)
    })
}

pub(super) fn onset(scanner: &mut Scanner<'_>, open: usize) -> Result<GroupAtom> {
    let (scope, term) = scoped_term(scanner, open)?;
    close(scanner, open, "the end of the term")?;
    scanner.skip_space();
    let at = scanner.at();
    let Some(comparison) = scanner.comparison() else {
        return Err(scanner.error(
            at..at,
            "`onset(…)` is an age: compare it, as in `onset(…)<2y`",
        ));
    };
    Ok(GroupAtom::Onset {
        scope,
        term,
        comparison,
        age: age(scanner)?,
    })
}

pub(super) fn severity(scanner: &mut Scanner<'_>, open: usize) -> Result<GroupAtom> {
    let (scope, term) = scoped_term(scanner, open)?;
    close(scanner, open, "the end of the term")?;
    scanner.skip_space();
    let at = scanner.at();
    if !scanner.eat(':') {
        let message = "`severity(…)` needs a value, as in `severity(…):HP:0012828`";
        return Err(scanner.error(at..at, message));
    }
    Ok(GroupAtom::Severity {
        scope,
        term,
        severity: term_name(scanner, "severity(…)", at)?,
    })
}

pub(super) fn measurement(scanner: &mut Scanner<'_>, open: usize) -> Result<GroupAtom> {
    let arguments = scanner.plain_arguments(open)?;
    let mut texts = arguments.into_iter().map(|argument| argument.text);
    let (Some(assay), unit, None) = (texts.next(), texts.next(), texts.next()) else {
        let at = open..scanner.at();
        return Err(scanner.error(at, "`measurement(…)` takes an assay, and a unit perhaps"));
    };
    scanner.skip_space();
    let at = scanner.at();
    let Some(comparison) = scanner.comparison() else {
        let message = "`measurement(…)` is a number: compare it, as in `measurement(…)>6.5`";
        return Err(scanner.error(at..at, message));
    };
    Ok(GroupAtom::Measurement {
        assay,
        unit,
        comparison,
        value: value_number(scanner)?,
    })
}

/// `similar(TERM, …; score>=0.4; measure: resnik)`; options stand behind commas or semicolons.
pub(super) fn similar(scanner: &mut Scanner<'_>, open: usize) -> Result<GroupAtom> {
    let mut profile = Vec::new();
    let mut threshold = None;
    let mut measure = None;
    loop {
        scanner.skip_space();
        let start = scanner.at();
        if let Some(label) = scanner.string()? {
            profile.push(not_empty(scanner, label, start)?);
        } else {
            let word = scanner.plain_word()?;
            let at = start..scanner.at();
            if word.is_empty() {
                return Err(scanner.unclosed(open, "a term or an option"));
            }
            let twice = match similar_option(scanner, word, &at)? {
                None => {
                    profile.push(word.to_owned());
                    false
                }
                Some(Choice::Threshold(value)) => threshold.replace(value).is_some(),
                Some(Choice::Measure(value)) => measure.replace(value).is_some(),
            };
            if twice {
                let at = start..scanner.at();
                return Err(scanner.error(at, "the same choice twice"));
            }
        }
        scanner.skip_space();
        if scanner.eat(')') {
            break;
        }
        if !scanner.eat(',') && !scanner.eat(';') {
            return Err(scanner.unclosed(open, "a comma"));
        }
    }
    if profile.is_empty() {
        let at = open..scanner.at();
        return Err(scanner.error(at, "`similar(…)` names neither a disease nor a phenotype"));
    }
    Ok(GroupAtom::Similar {
        profile,
        threshold: threshold.unwrap_or(Threshold::Level(Level::Medium)),
        measure,
    })
}

enum Choice {
    Threshold(Threshold),
    Measure(Measure),
}

/// What `word`, just read, chooses; `None` where it is a term.
fn similar_option(
    scanner: &mut Scanner<'_>,
    word: &str,
    at: &Range<usize>,
) -> Result<Option<Choice>> {
    if let Some(level) = named(&Level::NAMES, word) {
        return Ok(Some(Choice::Threshold(Threshold::Level(level))));
    }
    if word.eq_ignore_ascii_case("score") {
        scanner.skip_space();
        let sign = scanner.at();
        if scanner.comparison() != Some(Comparison::GreaterOrEqual) {
            let message = "a score is compared with `>=`, as in `score>=0.4`";
            return Err(scanner.error(at.start..sign.max(at.end), message));
        }
        return Ok(Some(Choice::Threshold(Threshold::Score(value_number(
            scanner,
        )?))));
    }
    let Some((name, value)) = word.split_once(':') else {
        return Ok(None);
    };
    if !name.eq_ignore_ascii_case("measure") {
        return Ok(None);
    }
    let value = match value {
        "" => {
            scanner.skip_space();
            scanner.plain_word()?
        }
        value if value.starts_with('@') => {
            let end = scanner.at();
            return Err(scanner.no_file(end - value.len()..end));
        }
        value => value,
    };
    let known = Measure::NAMES.iter().map(|&(name, _)| name);
    match named(&Measure::NAMES, value) {
        Some(measure) => Ok(Some(Choice::Measure(measure))),
        None => Err(scanner.error_with(
            at.start..scanner.at(),
            format!("unknown measure {}", quoted(value)),
            nearest(value, known),
        )),
    }
}
