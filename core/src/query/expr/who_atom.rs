//! Atoms that pick people.

use super::ast::{
    CarriedIn, GroupAtom, Origin, SampleExpr, SampleList, VariantAtom, VariantExpr, named,
};
use super::atoms::{Entry, GroupKind, Listed, in_text, is_curie, is_group_field, names_of};
use super::error::{nearest, quoted};
use super::hints::{group_fields, no_people_by_itself};
use super::list_atom::in_parentheses;
use super::parse::{Language, any, inside};
use super::sample_atom::{attribute_test, samples_inside, samples_of_option};
use super::scan::{Form, Result, Scanner};
use super::term_atom::{
    age, measurement, not_empty, onset, recorded, severity, similar, term_name,
};
use crate::error::ExpressionError;
use crate::model::Zygosity;
use crate::model::{ATTRIBUTE_PREFIX, Recorded};
use std::ops::Range;

impl Language for GroupAtom {
    const PICKS: &'static str = "what picks people";
    const EXAMPLE: &'static str = "`sex:female` or `carriers(gene:RYR1)`";

    fn atom(scanner: &mut Scanner<'_>) -> Result<Self> {
        let start = scanner.at();
        if let Some(label) = scanner.string()? {
            return Ok(Self::Term {
                scope: None,
                term: not_empty(scanner, label, start)?,
                recorded: Recorded::Present,
            });
        }
        if scanner.eat_prefix(ATTRIBUTE_PREFIX) {
            return attribute_test(scanner).map(Self::Free);
        }
        let word = scanner.word(|c| matches!(c, ',' | ':' | '<' | '>' | '='));
        let end = scanner.at();
        if !word.is_empty() && scanner.peek() == Some(':') {
            if let Some(field) = in_text::<Self>(word, Entry::is_field) {
                return field_value(scanner, &field, word, start);
            }
            scanner.back_to(start);
            let whole = scanner.plain_word()?;
            if is_curie(whole) {
                return Ok(Self::Term {
                    scope: None,
                    term: whole.to_owned(),
                    recorded: Recorded::Present,
                });
            }
            scanner.back_to(end);
        }
        scanner.skip_space();
        let open = scanner.at();
        if let Some(function) = in_text::<Self>(word, Entry::is_function)
            && scanner.eat('(')
        {
            return call(scanner, function.kind, start, open);
        }
        if word.eq_ignore_ascii_case("age")
            && let Some(comparison) = scanner.comparison()
        {
            let age = age(scanner)?;
            return Ok(Self::Age { comparison, age });
        }
        let is_call = scanner.peek() == Some('(');
        let alone = !matches!(scanner.peek(), Some('(' | ':' | '<' | '>' | '='));
        scanner.back_to(end);
        if alone && word.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        if alone && word.eq_ignore_ascii_case("genotyped") {
            return Ok(Self::Genotyped);
        }
        if alone && word.eq_ignore_ascii_case("proof") {
            return Ok(Self::Proof);
        }
        if is_group_field(word) {
            return Err(needs_value(scanner, word, start));
        }
        Err(unknown(scanner, word, is_call, start))
    }
}

/// A function, of which the parenthesis was just read.
fn call(
    scanner: &mut Scanner<'_>,
    kind: GroupKind,
    start: usize,
    open: usize,
) -> Result<GroupAtom> {
    match kind {
        GroupKind::Samples => list(scanner, "samples", start, open).map(GroupAtom::Samples),
        GroupKind::Individuals => {
            list(scanner, "individuals", start, open).map(GroupAtom::Individuals)
        }
        GroupKind::Exactly => recorded(scanner, open, Recorded::Exactly),
        GroupKind::Excluded => recorded(scanner, open, Recorded::Excluded),
        GroupKind::Measurement => measurement(scanner, open),
        GroupKind::Onset => onset(scanner, open),
        GroupKind::Severity => severity(scanner, open),
        GroupKind::Similar => similar(scanner, open),
        GroupKind::Called => variants(scanner, open).map(GroupAtom::Called),
        GroupKind::Noncarriers => variants(scanner, open).map(GroupAtom::Noncarriers),
        GroupKind::Sample => samples_inside(scanner, open).map(GroupAtom::Sample),
        // of those that are called, there is but this one more
        _ => carriers(scanner, open),
    }
}

/// The error of a field, just read, with something else behind it than a colon and a value.
fn needs_value(scanner: &Scanner<'_>, word: &str, start: usize) -> Box<ExpressionError> {
    let example = match word.eq_ignore_ascii_case("age") {
        true => "age>=18y".to_owned(),
        false => format!("{word}:…"),
    };
    let message = format!("{} needs a value, as in `{example}`", quoted(word));
    scanner.error(start..start + word.len(), message)
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
    match VariantAtom::atom(scanner) {
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
    let functions = names_of::<GroupAtom>(Entry::is_function);
    let fields = names_of::<GroupAtom>(Entry::is_field);
    let candidates = nearest(
        word,
        functions
            .chain(fields)
            .chain(["age", "all", "genotyped", "proof"]),
    );
    let message = format!("unknown {what} {}", quoted(word));
    scanner.error_with(start..end, message, candidates)
}

/// The error of an atom of variants, just read, where people are picked.
fn no_people(scanner: &Scanner<'_>, atom: &VariantAtom, start: usize) -> Box<ExpressionError> {
    let at = start..scanner.at();
    let text = scanner.text(at.clone());
    let short = if text.len() <= 80 { text } else { "…" };
    let carriers = format!("carriers({short})");
    let (message, candidates) = match atom {
        VariantAtom::Name(name) => {
            let mut candidates = group_fields(name);
            if candidates.is_empty() {
                candidates = vec![format!("samples({short})"), carriers];
            }
            (no_people_by_itself(text), candidates)
        }
        _ => (
            format!("{} picks variants, people are picked here", quoted(text)),
            vec![carriers],
        ),
    };
    scanner.error_with(at, message, candidates)
}

/// The arguments of `samples(…)` and `individuals(…)`.
fn list(scanner: &mut Scanner<'_>, of: &str, start: usize, open: usize) -> Result<SampleList> {
    let (arguments, trailing_comma) = scanner.arguments(open)?;
    let file = arguments
        .iter()
        .find(|argument| argument.form == Form::File);
    match (arguments.as_slice(), file) {
        ([], _) => {
            let one = of.trim_end_matches('s');
            Err(scanner.error(start..scanner.at(), format!("`{of}(…)` names no {one}")))
        }
        ([file], Some(_)) if !trailing_comma => Ok(SampleList::File(file.text.clone())),
        (_, Some(file)) => Err(scanner.error(
            file.at.clone(),
            format!("a file of {of} stands alone: `{of}(@ids.txt)`"),
        )),
        (_, None) => {
            let names = arguments.into_iter().map(|argument| argument.text);
            Ok(SampleList::Names(names.collect()))
        }
    }
}

/// A value behind a field's colon, which stands here.
fn field_value(
    scanner: &mut Scanner<'_>,
    field: &Entry<GroupKind>,
    name: &str,
    start: usize,
) -> Result<GroupAtom> {
    scanner.eat(':');
    let value_at = scanner.at();
    let value = term_name(scanner, name, start)?;
    match GroupAtom::of_text(field.kind, value.clone()) {
        Some(atom) => Ok(atom),
        None => {
            let known = nearest(&value, GroupAtom::values(field));
            let message = format!("unknown {name} {}", quoted(&value));
            let at = value_at..scanner.at();
            Err(scanner.error_with(at, message, known))
        }
    }
}

/// The variants of what takes no option.
fn variants(scanner: &mut Scanner<'_>, open: usize) -> Result<VariantExpr> {
    let of = VariantExpr(inside(scanner, open, any)?);
    scanner.skip_space();
    match scanner.eat(')') {
        true => Ok(of),
        false => Err(scanner.unclosed(open, "`&`, `|`")),
    }
}

fn carriers(scanner: &mut Scanner<'_>, open: usize) -> Result<GroupAtom> {
    let of = VariantExpr(inside(scanner, open, any)?);
    let mut options = Options::default();
    loop {
        scanner.skip_space();
        if scanner.eat(')') {
            options.check(scanner)?;
            return Ok(GroupAtom::Carriers {
                of,
                zygosity: options.zygosity.map(|(value, _)| value),
                at_least: options.at_least.map_or(1, |(value, _)| value),
                compound: options.compound.is_some(),
                origin: options.origin.map(|(value, _)| value),
                samples: CarriedIn {
                    inside: options.inside.map(|(value, _)| value),
                    not_in: options.not_in.map(|(value, _)| value),
                },
            });
        }
        let comma = scanner.at();
        if !scanner.eat(',') {
            return Err(scanner.unclosed(open, "`&`, `|`, a comma"));
        }
        option(scanner, (open, comma), &mut options)?;
    }
}

/// Options of `carriers(…)` with their places.
#[derive(Default)]
struct Options {
    zygosity: Option<(Zygosity, Range<usize>)>,
    at_least: Option<(u32, Range<usize>)>,
    compound: Option<((), Range<usize>)>,
    origin: Option<(Origin, Range<usize>)>,
    inside: Option<(SampleExpr, Range<usize>)>,
    not_in: Option<(SampleExpr, Range<usize>)>,
}

impl Options {
    /// Refuses what cannot hold together: a compound pair is two heterozygous variants, and their
    /// origins are its own question.
    fn check(&self, scanner: &Scanner<'_>) -> Result<()> {
        let inside = self.inside.as_ref().map(|(_, at)| at);
        let not_in = self.not_in.as_ref().map(|(_, at)| at);
        let samples = inside.or(not_in);
        if self.compound.is_none() {
            return match (&self.origin, samples) {
                (Some(_), Some(at)) => {
                    let message = "`in` and `not_in` take no origin";
                    Err(scanner.error(at.clone(), message))
                }
                _ => Ok(()),
            };
        }
        let zygosity = self.zygosity.as_ref().map(|(_, at)| at);
        let at_least = self.at_least.as_ref().map(|(_, at)| at);
        let origin = self.origin.as_ref().map(|(_, at)| at);
        match zygosity.or(at_least).or(origin).or(samples) {
            None => Ok(()),
            Some(at) => Err(scanner.error(at.clone(), "`compound` takes no other option")),
        }
    }
}

/// Keeps an option; `false` where it was said before.
fn keep<T>(slot: &mut Option<(T, Range<usize>)>, value: T, at: &Range<usize>) -> bool {
    slot.replace((value, at.clone())).is_none()
}

/// Reads one of `het`, `hom`, `hemi`, `zygosity: …`, `at_least: …`, `in: …`, `compound`, `de_novo` and so on.
fn option(
    scanner: &mut Scanner<'_>,
    (open, comma): (usize, usize),
    options: &mut Options,
) -> Result<()> {
    scanner.skip_space();
    let start = scanner.at();
    scanner.refuse_file()?;
    let name = scanner.word(|c| matches!(c, ',' | ':' | '<' | '>' | '='));
    let name_at = start..scanner.at();
    if name.is_empty() {
        return Err(scanner.unclosed(open, "an option"));
    }
    scanner.skip_space();
    if let Some(slot) = match name.to_ascii_lowercase().as_str() {
        "in" => Some(&mut options.inside),
        "not_in" => Some(&mut options.not_in),
        _ => None,
    } {
        let of = samples_of_option(scanner, name)?;
        return match keep(slot, of, &name_at) {
            true => Ok(()),
            false => Err(scanner.error(name_at, format!("{} is said twice", quoted(name)))),
        };
    }
    let value = match scanner.eat(':') {
        true => {
            scanner.skip_space();
            let start = scanner.at();
            let word = scanner.plain_word()?;
            Some((word, start..scanner.at()))
        }
        false => {
            scanner.back_to(name_at.end);
            None
        }
    };
    let first = match (name.to_ascii_lowercase().as_str(), value) {
        ("at_least", Some((text, at))) => {
            let count = text.parse().ok().filter(|&count: &u32| count > 0);
            let Some(count) = count else {
                let message = format!("{} is not a number of variants, 1 or more", quoted(text));
                return Err(scanner.error(at, message));
            };
            keep(&mut options.at_least, count, &name_at)
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
            keep(&mut options.zygosity, value, &name_at)
        }
        ("compound", None) => keep(&mut options.compound, (), &name_at),
        (_, None) if let Some(value) = named(&Zygosity::NAMES, name) => {
            keep(&mut options.zygosity, value, &name_at)
        }
        (_, None) if let Some(value) = named(&Origin::NAMES, name) => {
            keep(&mut options.origin, value, &name_at)
        }
        _ => {
            let zygosities = Zygosity::NAMES.iter().map(|&(name, _)| name);
            let origins = Origin::NAMES.iter().map(|&(name, _)| name);
            let known = ["at_least", "compound", "in", "not_in", "zygosity"];
            let known = known.into_iter().chain(zygosities).chain(origins);
            let mut candidates = nearest(name, known);
            // `carriers(gene:A, B)`: a list was meant perhaps
            if let Some(list) = in_parentheses::<VariantAtom>(scanner, comma, 1) {
                candidates.insert(0, list);
            }
            let message = format!("unknown option {}", quoted(name));
            return Err(scanner.error_with(name_at, message, candidates));
        }
    };
    match first {
        false => Err(scanner.error(name_at, format!("{} is said twice", quoted(name)))),
        true => Ok(()),
    }
}
