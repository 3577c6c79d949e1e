//! Operators and parentheses; the atoms are read in modules of their own.

use super::ast::{
    Atom, GroupAtom, GroupExpr, Node, SampleAtom, SampleExpr, VariantAtom, VariantExpr,
};
use super::atoms::Listed;
use super::error::quoted;
use super::list_atom::{in_parentheses, list};
use super::scan::{Result, Scanner};
use crate::error::ExpressionError;

/// Parsing recurses once for each open parenthesis, and so will all that walks the tree.
pub(super) const MAX_DEPTH: usize = 100;
/// Values of a list that an error proposes.
const PROPOSED: usize = 8;
/// Longer lists belong into a file.
const MAX_LENGTH: usize = 1 << 20;

/// A kind of atom.
pub(super) trait Language: Listed {
    /// What an atom picks, for messages.
    const PICKS: &'static str;
    /// One that does.
    const EXAMPLE: &'static str;

    /// Reads one atom; something stands here that is no parenthesis.
    fn atom(scanner: &mut Scanner<'_>) -> Result<Self>;
}

impl VariantExpr {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        parse::<VariantAtom>(text).map(Self)
    }
}

impl GroupExpr {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        parse::<GroupAtom>(text).map(Self)
    }
}

impl SampleExpr {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        parse::<SampleAtom>(text).map(Self)
    }
}

/// Refuses what is longer than `limit`.
pub(super) fn check_length(text: &str, limit: usize) -> Result<()> {
    match text.len() > limit {
        false => Ok(()),
        // without the text: who shows the error should not have to show a megabyte
        true => Err(Box::new(ExpressionError {
            text: String::new(),
            at: 0..0,
            message: format!(
                "the expression has {} bytes, {limit} are allowed: put long lists into files",
                text.len()
            ),
            candidates: Vec::new(),
        })),
    }
}

pub(super) fn parse<K: Language>(text: &str) -> Result<Node<K>> {
    check_length(text, MAX_LENGTH)?;
    let mut scanner = Scanner::new(text);
    scanner.skip_space();
    if scanner.peek().is_none() {
        return Err(scanner.error(0..text.len(), "empty expression"));
    }
    let node = any(&mut scanner)?;
    scanner.skip_space();
    match scanner.peek() {
        None => Ok(node),
        Some(')') => {
            let at = scanner.next_part();
            Err(scanner.error(at, "closing parenthesis without an opening one"))
        }
        Some(',') if let Some(list) = in_parentheses::<K>(&scanner, scanner.at(), PROPOSED) => {
            let at = scanner.next_part();
            let message = "several values stand in parentheses";
            Err(scanner.error_with(at, message, vec![list]))
        }
        Some(_) => {
            let at = scanner.next_part();
            let shown = quoted(scanner.text(at.clone()));
            Err(scanner.error(at, format!("expected `&` or `|` before {shown}")))
        }
    }
}

/// Parts joined by `|`.
pub(super) fn any<K: Language>(scanner: &mut Scanner<'_>) -> Result<Node<K>> {
    let mut node = every(scanner)?;
    while operator(scanner, '|', "or") {
        node = node.or(every(scanner)?);
    }
    Ok(node)
}

/// Parts joined by `&`.
fn every<K: Language>(scanner: &mut Scanner<'_>) -> Result<Node<K>> {
    let mut node = unary(scanner)?;
    while operator(scanner, '&', "and") {
        node = node.and(unary(scanner)?);
    }
    Ok(node)
}

fn operator(scanner: &mut Scanner<'_>, sign: char, word: &str) -> bool {
    scanner.skip_space();
    if scanner.eat(sign) {
        scanner.eat(sign);
        true
    } else {
        scanner.eat_keyword(word)
    }
}

fn unary<K: Language>(scanner: &mut Scanner<'_>) -> Result<Node<K>> {
    let mut negated = false;
    loop {
        scanner.skip_space();
        if !scanner.eat('!') && !scanner.eat_keyword("not") {
            break;
        }
        negated = !negated;
    }
    let node = operand(scanner)?;
    Ok(if negated { node.not() } else { node })
}

fn operand<K: Language>(scanner: &mut Scanner<'_>) -> Result<Node<K>> {
    let start = scanner.at();
    if scanner.eat('(') {
        let node = inside(scanner, start, any)?;
        scanner.skip_space();
        return match scanner.eat(')') {
            true => Ok(node),
            false => Err(scanner.unclosed(start, "`&`, `|`")),
        };
    }
    if scanner.peek() == Some('{') {
        let at = scanner.next_part();
        let message =
            "`{` begins an expression in JSON, which stands alone: quote a name that begins so";
        return Err(scanner.error(at, message));
    }
    let operator = ["and", "or"].iter().any(|word| scanner.eat_keyword(word));
    let nothing = scanner
        .peek()
        .is_none_or(|c| matches!(c, ')' | '&' | '|' | ';' | ',' | '<' | '>' | '='));
    if operator || nothing {
        scanner.back_to(start);
        let at = scanner.next_part();
        let found = match scanner.text(at.clone()) {
            "" => format!("as {} does, found the end", K::EXAMPLE),
            text => format!("found {}", quoted(text)),
        };
        return Err(scanner.error(at, format!("expected {}, {found}", K::PICKS)));
    }
    scanner.refuse_file()?;
    if let Some(node) = list(scanner)? {
        return Ok(node);
    }
    let kind = K::atom(scanner)?;
    Ok(Node::Atom(Atom {
        kind,
        at: start..scanner.at(),
    }))
}

/// Reads with `read` what stands in the parenthesis at `open`, within the limit of nesting.
pub(super) fn inside<'a, T>(
    scanner: &mut Scanner<'a>,
    open: usize,
    read: impl FnOnce(&mut Scanner<'a>) -> Result<T>,
) -> Result<T> {
    if scanner.depth == MAX_DEPTH {
        let message = format!("parentheses nested deeper than {MAX_DEPTH}");
        return Err(scanner.error(open..open + 1, message));
    }
    scanner.depth += 1;
    let result = read(scanner);
    scanner.depth -= 1;
    result
}
