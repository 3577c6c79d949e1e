//! Atoms that pick people.

use super::ast::{SampleList, Where, WhereAtom, WhoAtom, Zygosity, named};
use super::error::{nearest, quoted};
use super::parse::{Language, any, inside};
use super::scan::{Form, Result, Scanner};
use crate::error::ExpressionError;

const FUNCTIONS: [(&str, Function); 2] = [
    ("carriers", Function::Carriers),
    ("samples", Function::Samples),
];

#[derive(Clone, Copy)]
enum Function {
    Carriers,
    Samples,
}

pub(super) fn is_function(name: &str) -> bool {
    named(&FUNCTIONS, name).is_some()
}

impl Language for WhoAtom {
    const PICKS: &'static str = "what picks people";

    fn atom(scanner: &mut Scanner<'_>) -> Result<Self> {
        let start = scanner.at();
        let word = scanner.word(|c| matches!(c, ',' | ':' | '<' | '>' | '='));
        let end = scanner.at();
        scanner.skip_space();
        let open = scanner.at();
        if let Some(function) = named(&FUNCTIONS, word)
            && scanner.eat('(')
        {
            return match function {
                Function::Carriers => carriers(scanner, open),
                Function::Samples => samples(scanner, start, open),
            };
        }
        let call = scanner.peek() == Some('(');
        let alone = !matches!(scanner.peek(), Some('(' | ':' | '<' | '>' | '='));
        scanner.back_to(end);
        if alone && word.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        Err(unknown(scanner, word, call, start))
    }
}

/// The error of what is no atom of people, but perhaps one of variants, or a bare name.
fn unknown(
    scanner: &mut Scanner<'_>,
    word: &str,
    call: bool,
    start: usize,
) -> Box<ExpressionError> {
    let end = scanner.at();
    scanner.back_to(start);
    match WhereAtom::atom(scanner) {
        Ok(atom) => return no_people(scanner, &atom, start),
        // a string that does not end
        Err(error) if word.is_empty() => return error,
        Err(_) => {}
    }
    scanner.back_to(end);
    let what = match (call, scanner.peek()) {
        (true, _) => "function",
        (false, Some(':' | '<' | '>' | '=')) => "field",
        (false, _) => "name",
    };
    let known = FUNCTIONS.iter().map(|&(name, _)| name);
    let candidates = nearest(word, known.chain(["all"]));
    let message = format!("unknown {what} {}", quoted(word));
    scanner.error_with(start..end, message, candidates)
}

/// The error of an atom of variants, just read, where people are picked.
fn no_people(scanner: &Scanner<'_>, atom: &WhereAtom, start: usize) -> Box<ExpressionError> {
    let at = start..scanner.at();
    let text = scanner.text(at.clone());
    let short = if text.len() <= 80 { text } else { "…" };
    let carriers = format!("carriers({short})");
    let (message, candidates) = match atom {
        WhereAtom::Name(_) => (
            format!("{} picks no people by itself", quoted(text)),
            vec![format!("samples({short})"), carriers],
        ),
        _ => (
            format!("{} picks variants, people are picked here", quoted(text)),
            vec![carriers],
        ),
    };
    scanner.error_with(at, message, candidates)
}

fn samples(scanner: &mut Scanner<'_>, start: usize, open: usize) -> Result<WhoAtom> {
    let (mut arguments, trailing_comma) = scanner.arguments(open)?;
    let single = arguments.len() == 1 && !trailing_comma;
    if let Some(file) = arguments
        .iter()
        .find(|argument| argument.form == Form::File)
        && !single
    {
        return Err(scanner.error(
            file.at.clone(),
            "a file of samples stands alone: `samples(@ids.txt)`",
        ));
    }
    let form = arguments.first().map(|argument| argument.form);
    let list = match (single, form, arguments.pop()) {
        (true, Some(Form::File), Some(file)) => SampleList::File(file.text),
        (true, Some(Form::Quoted), Some(name)) => SampleList::NameOrFile(name.text),
        (_, _, Some(last)) => {
            arguments.push(last);
            SampleList::Names(
                arguments
                    .into_iter()
                    .map(|argument| argument.text)
                    .collect(),
            )
        }
        (_, _, None) => {
            return Err(scanner.error(start..scanner.at(), "`samples(…)` names no sample"));
        }
    };
    Ok(WhoAtom::Samples(list))
}

fn carriers(scanner: &mut Scanner<'_>, open: usize) -> Result<WhoAtom> {
    let of = Where(inside(scanner, open, any)?);
    let mut zygosity = None;
    let mut at_least = None;
    loop {
        scanner.skip_space();
        if scanner.eat(')') {
            return Ok(WhoAtom::Carriers {
                of,
                zygosity,
                at_least: at_least.unwrap_or(1),
                compound: false,
                origin: None,
            });
        }
        if !scanner.eat(',') {
            return Err(scanner.unclosed(open, "`&`, `|`, a comma"));
        }
        option(scanner, open, &mut zygosity, &mut at_least)?;
    }
}

/// Reads one of `het`, `hom`, `hemi`, `zygosity: …`, `at_least: …`.
fn option(
    scanner: &mut Scanner<'_>,
    open: usize,
    zygosity: &mut Option<Zygosity>,
    at_least: &mut Option<u32>,
) -> Result<()> {
    const OPTIONS: [&str; 5] = ["at_least", "hemi", "het", "hom", "zygosity"];
    scanner.skip_space();
    let start = scanner.at();
    let name = scanner.word(|c| matches!(c, ',' | ':' | '<' | '>' | '='));
    let name_at = start..scanner.at();
    if name.is_empty() {
        return Err(scanner.unclosed(open, "an option"));
    }
    scanner.skip_space();
    let value = match scanner.eat(':') {
        true => {
            scanner.skip_space();
            let start = scanner.at();
            let word = scanner.plain_word();
            Some((word, start..scanner.at()))
        }
        false => {
            scanner.back_to(name_at.end);
            None
        }
    };
    let twice = match (name.to_ascii_lowercase().as_str(), value) {
        ("at_least", Some((text, at))) => {
            let count = text.parse().ok().filter(|&count: &u32| count > 0);
            let Some(count) = count else {
                let message = format!("{} is not a number of variants, 1 or more", quoted(text));
                return Err(scanner.error(at, message));
            };
            at_least.replace(count).is_some()
        }
        ("at_least", None) => {
            return Err(scanner.error(name_at, "`at_least` needs a number, as in `at_least: 2`"));
        }
        ("zygosity", Some((text, at))) => {
            let Some(value) = named(&Zygosity::NAMES, text) else {
                let known = Zygosity::NAMES.iter().map(|&(name, _)| name);
                let message = format!("unknown zygosity {}", quoted(text));
                return Err(scanner.error_with(at, message, nearest(text, known)));
            };
            zygosity.replace(value).is_some()
        }
        (_, None) if let Some(value) = named(&Zygosity::NAMES, name) => {
            zygosity.replace(value).is_some()
        }
        _ => {
            let message = format!("unknown option {}", quoted(name));
            return Err(scanner.error_with(name_at, message, nearest(name, OPTIONS)));
        }
    };
    match twice {
        true => Err(scanner.error(name_at, format!("{} is said twice", quoted(name)))),
        false => Ok(()),
    }
}
