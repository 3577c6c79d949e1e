//! `field:(a, b, c)`: what any of several values picks. Every field of the table of atoms takes such a list, and it
//! is short for what stands between `|`.

use super::ast::{Atom, Node};
use super::atoms::{Entry, Listed, in_text};
use super::error::{nearest, quoted};
use super::scan::{Form, Result, Scanner, ends_any_word};

/// Reads a list of values; `None` where something else stands here.
pub(super) fn list<K: Listed>(scanner: &mut Scanner<'_>) -> Result<Option<Node<K>>> {
    let start = scanner.at();
    let name = scanner.word(|c| c == ':');
    let mut field = in_text::<K>(name, Entry::is_field).filter(|_| scanner.eat(':'));
    if field.is_some() {
        scanner.skip_space();
    }
    let open = scanner.at();
    field = field.filter(|_| scanner.eat('('));
    let Some(field) = field else {
        scanner.back_to(start);
        return Ok(None);
    };
    let (arguments, _) = scanner.arguments(open)?;
    let mut nodes = Vec::with_capacity(arguments.len());
    for argument in arguments {
        if argument.form == Form::File {
            return Err(scanner.no_file_for(field.name, &argument.text, argument.at));
        }
        if argument.text.trim().is_empty() {
            return Err(scanner.error(argument.at, "a name of no letters"));
        }
        let Some(kind) = K::of_text(field.kind, argument.text.clone()) else {
            let message = format!("unknown {} {}", field.name, quoted(&argument.text));
            let known = nearest(&argument.text, K::values(&field));
            return Err(scanner.error_with(argument.at, message, known));
        };
        let at = argument.at;
        nodes.push(Node::Atom(Atom { kind, at }));
    }
    match Node::any_of(nodes) {
        Some(node) => Ok(Some(node)),
        None => {
            let message = format!("`{}:(…)` names nothing", field.name);
            Err(scanner.error(start..scanner.at(), message))
        }
    }
}

/// How a list is written of which the first value stands before a comma: `gene:A,B`; with at most so many more.
pub(super) fn in_parentheses<K: Listed>(
    scanner: &Scanner<'_>,
    comma: usize,
    most: usize,
) -> Option<String> {
    let ends = |c: char| c == ',' || ends_any_word(c);
    let before = scanner.text(0..comma);
    let last = before.char_indices().rev().find(|&(_, c)| ends(c));
    let start = last.map_or(0, |(at, c)| at + c.len_utf8());
    let (name, first) = before.get(start..)?.split_once(':')?;
    let field = in_text::<K>(name, Entry::is_field)?;
    let mut values = vec![first];
    let mut rest = scanner.text_from(comma);
    while let Some(behind) = rest.strip_prefix(',').filter(|_| values.len() <= most) {
        let word = behind.trim_start();
        let (word, behind) = word.split_at_checked(word.find(ends).unwrap_or(word.len()))?;
        values.push(word);
        rest = behind;
    }
    values.retain(|value| !value.is_empty());
    (values.len() > 1).then(|| format!("{}:({})", field.name, values.join(", ")))
}
