//! Atoms that pick variants.

use super::ast::{
    Comparison, GroupAtom, GroupExpr, Impact, InfoTest, Number, Placing, Stretch, Transcripts,
    VariantAtom, named,
};
use super::atoms::{
    Content, Entry, Listed, VariantKind, Written, in_text, is_curie, is_group_field, names_of,
};
use super::error::{nearest, quoted};
use super::number::{no_comma, numeral, value_number};
use super::parse::{Language, any, inside};
use super::region_list::{region_list, stretch};
use super::scan::{Form, Result, Scanner};
use super::shape::{Shape, shape};
use crate::error::ExpressionError;
use crate::model::attribute_named;
use std::ops::Range;

impl Language for VariantAtom {
    const PICKS: &'static str = "what picks variants";
    const EXAMPLE: &'static str = "`gene:RYR1` or `22:16050075:A:G`";

    fn atom(scanner: &mut Scanner<'_>) -> Result<Self> {
        let start = scanner.at();
        if let Some(name) = scanner.string()? {
            return Ok(Self::Name(name));
        }
        if scanner.eat_prefix("info.") {
            return info(scanner, start);
        }
        let word = scanner.where_word()?;
        let at = start..scanner.at();
        if let Some((name, value)) = word.split_once(':')
            && let Some(field) = in_text::<Self>(name, Entry::is_field)
        {
            return field_value(scanner, &field, name, value, at);
        }
        if let Some(allele) = scanner.arrow_behind(start) {
            return Ok(Self::Allele(allele.to_owned()));
        }
        // what stands after the space decides, but is not part of the atom
        scanner.skip_space();
        if scanner.peek() == Some('(') {
            return function(scanner, word, at);
        }
        if let Some(comparison) = scanner.comparison() {
            return number(scanner, word, comparison, at);
        }
        scanner.back_to(at.end);
        bare(scanner, word, at)
    }
}

fn bare(scanner: &Scanner<'_>, word: &str, at: Range<usize>) -> Result<VariantAtom> {
    if word.eq_ignore_ascii_case("all") {
        return Ok(VariantAtom::All);
    }
    if number_of(word).is_some() {
        let message = format!("{} needs a comparison, as in `{word}>0`", quoted(word));
        return Err(scanner.error(at, message));
    }
    if let Some(transcripts) = named(&Transcripts::NAMES, word) {
        return Ok(VariantAtom::Transcripts(transcripts));
    }
    if attribute_named(word).is_some() {
        return Err(picks_people(scanner, word, at));
    }
    match shape(word) {
        Shape::Allele => Ok(VariantAtom::Allele(word.to_owned())),
        Shape::Region { contig, interval } => Ok(VariantAtom::Region { contig, interval }),
        Shape::Name => Ok(VariantAtom::Name(word.to_owned())),
        Shape::BadRegion(message) => Err(scanner.error(at, message)),
        Shape::Field { name_length } => {
            let (name, rest) = word.split_at_checked(name_length).unwrap_or((word, ""));
            let at = at.start..at.start + name_length;
            if number_of(name).is_some() {
                return Err(needs_comparison(scanner, name, at));
            }
            let is_term = is_curie(word) && rest.bytes().skip(1).all(|b| b.is_ascii_digit());
            if is_group_field(name) || is_term {
                let whole = at.start..at.start + word.len();
                return Err(picks_people(scanner, word, whole));
            }
            // a field's value seldom begins with a digit, a mistyped region always does
            let (message, at) = match rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
                true => (
                    format!("{} is no allele, region or known field", quoted(word)),
                    at.start..at.start + word.len(),
                ),
                false => (format!("unknown field {}", quoted(name)), at),
            };
            Err(scanner.error_with(
                at,
                message,
                nearest(name, names_of::<VariantAtom>(Entry::is_field)),
            ))
        }
    }
}

fn picks_people(scanner: &Scanner<'_>, word: &str, at: Range<usize>) -> Box<ExpressionError> {
    let message = format!("{} picks people, variants are picked here", quoted(word));
    scanner.error(at, message)
}

/// The number of a name.
fn number_of(name: &str) -> Option<Number> {
    let is_number = |entry: &Entry<VariantKind>| entry.written == Written::Number;
    match in_text::<VariantAtom>(name, is_number)?.kind {
        VariantKind::Number(field) => Some(field),
        _ => None,
    }
}

fn needs_comparison(scanner: &Scanner<'_>, name: &str, at: Range<usize>) -> Box<ExpressionError> {
    let message = format!("{} is a number: compare it, as in `{name}>0`", quoted(name));
    scanner.error(at, message)
}

fn field_value(
    scanner: &mut Scanner<'_>,
    field: &Entry<VariantKind>,
    name: &str,
    value: &str,
    at: Range<usize>,
) -> Result<VariantAtom> {
    let mut value_at = at.start + name.len() + 1..at.end;
    let mut value = value.to_owned();
    if let Some(file) = value.strip_prefix('@') {
        return Err(scanner.no_file_for(field.name, file, value_at));
    }
    if value.is_empty() {
        scanner.skip_space();
        value_at.start = scanner.at();
        match scanner.string()? {
            Some(text) => value = text,
            None => {
                value = scanner.plain_word()?.to_owned();
                if value.is_empty() {
                    return Err(scanner.error(at, format!("`{name}:` needs a value")));
                }
            }
        }
        value_at.end = scanner.at();
    }
    match VariantAtom::of_text(field.kind, value.clone()) {
        Some(atom) => Ok(atom),
        None => {
            let known = nearest(&value, VariantAtom::values(field));
            let message = format!("unknown {} {}", field.name, quoted(&value));
            Err(scanner.error_with(value_at, message, known))
        }
    }
}

fn impact(scanner: &Scanner<'_>, value: &str, at: Range<usize>) -> Result<Impact> {
    named(&Impact::NAMES, value).ok_or_else(|| {
        let message = format!("unknown impact {}", quoted(value));
        let known = Impact::NAMES.iter().map(|&(name, _)| name);
        scanner.error_with(at, message, nearest(value, known))
    })
}

fn number(
    scanner: &mut Scanner<'_>,
    word: &str,
    comparison: Comparison,
    at: Range<usize>,
) -> Result<VariantAtom> {
    let field = in_text::<VariantAtom>(word, Entry::is_field);
    if field.is_some_and(|field| field.kind == VariantKind::Impact) {
        scanner.skip_space();
        let start = scanner.at();
        let value = scanner.plain_word()?;
        let impact = impact(scanner, value, start..start + value.len())?;
        return Ok(VariantAtom::Impact { comparison, impact });
    }
    let Some(number) = number_of(word) else {
        if field.is_some() {
            let message = format!("{} takes a colon, as in `{word}:…`", quoted(word));
            return Err(scanner.error(at, message));
        }
        let mut candidates = nearest(word, Number::NAMES.iter().map(|&(name, _)| name));
        if let Some(("info" | "INFO", key)) = word.split_once('/') {
            candidates = vec![format!("info.{key}")];
        }
        let message = format!("unknown field {}", quoted(word));
        return Err(scanner.error_with(at, message, candidates));
    };
    Ok(VariantAtom::Number {
        field: number,
        comparison,
        value: value_number(scanner)?,
    })
}

/// A number within a group: `af(population:FIN)<0.001`; the parenthesis stands here.
fn number_in(scanner: &mut Scanner<'_>, field: Number, at: Range<usize>) -> Result<VariantAtom> {
    if !field.is_counted() {
        let message = "only counts and frequencies differ between groups";
        return Err(scanner.error(at, message));
    }
    let open = scanner.at();
    scanner.eat('(');
    let of = GroupExpr(inside(scanner, open, any)?);
    scanner.skip_space();
    if !scanner.eat(')') {
        return Err(scanner.unclosed(open, "`&`, `|`"));
    }
    scanner.skip_space();
    let end = scanner.at();
    let Some(comparison) = scanner.comparison() else {
        let message = "a number within a group is compared, as in `af(sex:female)<0.01`";
        return Err(scanner.error(at.start..end, message));
    };
    Ok(VariantAtom::NumberIn {
        field,
        of: Box::new(of),
        comparison,
        value: value_number(scanner)?,
    })
}

/// `info.` being behind.
fn info(scanner: &mut Scanner<'_>, start: usize) -> Result<VariantAtom> {
    let key_start = scanner.at();
    let key = match scanner.string()? {
        Some(key) => key,
        None => {
            let key = scanner.plain_word()?;
            if let Some((name, _)) = key.split_once(':') {
                let message = format!(
                    "an INFO key is compared, as in `info.{name}=…`, or stands alone; quote a key with a colon"
                );
                return Err(scanner.error(key_start..scanner.at(), message));
            }
            key.to_owned()
        }
    };
    let key_end = scanner.at();
    if key.is_empty() {
        return Err(scanner.error(start..key_end, "`info.` needs a key"));
    }
    scanner.skip_space();
    let Some(comparison) = scanner.comparison() else {
        scanner.back_to(key_end);
        let test = InfoTest::Present;
        return Ok(VariantAtom::Info { key, test });
    };
    scanner.skip_space();
    let value_start = scanner.at();
    let value = match scanner.string()? {
        Some(value) => value,
        None => {
            let value = scanner.plain_word()?;
            no_comma(scanner, value_start)?;
            // `007` is text: as a number it would lose what the user wrote
            let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
            let padded = unsigned.starts_with('0')
                && unsigned.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
            if let Some(value) = numeral(value).filter(|_| !padded) {
                let test = InfoTest::Number { comparison, value };
                return Ok(VariantAtom::Info { key, test });
            }
            if value.is_empty() {
                let at = value_start..value_start;
                return Err(scanner.error(at, "expected a value after the comparison"));
            }
            value.to_owned()
        }
    };
    let equal = match comparison {
        Comparison::Equal => true,
        Comparison::NotEqual => false,
        other => {
            let message = format!(
                "text is compared with `=` or `!=`, not with `{}`",
                other.symbol()
            );
            return Err(scanner.error(value_start..scanner.at(), message));
        }
    };
    let test = InfoTest::Text { equal, value };
    Ok(VariantAtom::Info { key, test })
}

/// What a file lists, of which the parenthesis is open.
fn file_of(
    scanner: &mut Scanner<'_>,
    function: &Entry<VariantKind>,
    start: usize,
    open: usize,
) -> Result<VariantAtom> {
    let (arguments, _) = scanner.arguments(open)?;
    let atom = match arguments.as_slice() {
        [file] if file.form == Form::File => VariantAtom::of_text(function.kind, file.text.clone()),
        _ => None,
    };
    atom.ok_or_else(|| {
        let name = function.name;
        let (what, example) = match function.kind {
            VariantKind::Regions => ("BED file", "capture.bed"),
            _ => ("file", "list.txt"),
        };
        let message = format!("`{name}(…)` takes one {what}, behind `@`: `{name}(@{example})`");
        scanner.error(start..scanner.at(), message)
    })
}

/// The opening parenthesis stands here.
fn function(scanner: &mut Scanner<'_>, name: &str, at: Range<usize>) -> Result<VariantAtom> {
    if let Some(field) = number_of(name) {
        return number_in(scanner, field, at);
    }
    let Some(function) = in_text::<VariantAtom>(name, Entry::is_function) else {
        if in_text::<GroupAtom>(name, Entry::is_function).is_some() {
            let message = format!("`{name}(…)` picks people, variants are picked here");
            return Err(scanner.error(at, message));
        }
        let message = format!("unknown function {}", quoted(name));
        return Err(scanner.error_with(
            at,
            message,
            nearest(name, names_of::<VariantAtom>(Entry::is_function)),
        ));
    };
    let open = scanner.at();
    scanner.eat('(');
    if let Content::File = function.content {
        return file_of(scanner, &function, at.start, open);
    }
    match function.kind {
        VariantKind::Begins | VariantKind::Within => Ok(VariantAtom::Placed {
            how: match function.kind {
                VariantKind::Begins => Placing::Begins,
                _ => Placing::Within,
            },
            of: region_list(scanner, function.name, &at, open)?,
        }),
        VariantKind::Region => {
            let Stretch { contig, interval } = stretch(scanner, &at, open)?;
            Ok(VariantAtom::Region { contig, interval })
        }
        _ => match scanner.plain_arguments(open)?.as_slice() {
            [text] => Ok(VariantAtom::Allele(text.text.clone())),
            _ => {
                let at = at.start..scanner.at();
                Err(scanner.error(at, "`allele(…)` takes one allele"))
            }
        },
    }
}
