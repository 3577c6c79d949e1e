//! Reading words and strings; what ends them is described in the documentation of the module above.

use super::ast::Comparison;
use super::shape::ends_in_hgvs_prefix;
use crate::error::ExpressionError;
use crate::genome::split_arrow;
use std::ops::Range;

pub(super) type Result<T, E = Box<ExpressionError>> = std::result::Result<T, E>;

/// A place in the text of an expression. Only ever moves on, so that all of parsing is linear.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    pub(super) depth: usize,
}

/// One argument of a list.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) text: String,
    pub(super) form: Form,
    pub(super) at: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Bare,
    Quoted,
    /// `@file`
    File,
}

/// Whether `c` ends a word wherever it stands.
pub(super) fn ends_any_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '&' | '|' | '!' | ';' | '"')
}

/// The function that reads a file of the values of a field.
fn file_function(field: &str) -> Option<&'static str> {
    match field {
        "gene" => Some("genes"),
        "id" => Some("ids"),
        _ => None,
    }
}

/// Whether `>` stands between bases behind a position, as in `22:5A>G`, and compares nothing.
fn is_arrow(before: &[u8], next: Option<&u8>) -> bool {
    let without = |of: &'_ [u8], is: fn(&u8) -> bool| {
        of.iter().rposition(|c| !is(c)).map_or(0, |last| last + 1)
    };
    let letters = without(before, u8::is_ascii_alphabetic);
    let place = before.get(..letters).unwrap_or_default();
    let place = match place {
        [place @ .., b':' | b'-'] => place,
        place => place,
    };
    let digits = without(place, |c| c.is_ascii_digit() || *c == b',');
    letters < before.len()
        && digits < place.len()
        && matches!(place.get(..digits), Some([_, .., b':' | b'-']))
        && next.is_some_and(u8::is_ascii_alphabetic)
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Back to where an atom began, to read it in another way.
    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn text(&self, at: Range<usize>) -> &'a str {
        self.text.get(at).unwrap_or_default()
    }

    /// What stands from a place on.
    pub(super) fn text_from(&self, at: usize) -> &'a str {
        self.text(at..self.text.len())
    }

    fn rest(&self) -> &'a str {
        self.text_from(self.at)
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    pub(super) fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// Takes `prefix` in any case.
    pub(super) fn eat_prefix(&mut self, prefix: &str) -> bool {
        let found = self
            .rest()
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// Takes `word` in any case where it is a whole word.
    pub(super) fn eat_keyword(&mut self, word: &str) -> bool {
        let start = self.at;
        let found =
            self.eat_prefix(word) && self.peek().is_none_or(|c| c == ',' || ends_any_word(c));
        if !found {
            self.at = start;
        }
        found
    }

    pub(super) fn comparison(&mut self) -> Option<Comparison> {
        const SYMBOLS: [(&str, Comparison); 7] = [
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("!=", Comparison::NotEqual),
            ("==", Comparison::Equal),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
            ("=", Comparison::Equal),
        ];
        SYMBOLS
            .into_iter()
            .find(|(symbol, _)| self.eat_prefix(symbol))
            .map(|(_, comparison)| comparison)
    }

    /// Takes characters up to the first that `ends`.
    pub(super) fn word(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest
            .find(|c| ends_any_word(c) || ends(c))
            .unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// The word after an operator, or of an INFO key.
    pub(super) fn plain_word(&mut self) -> Result<&'a str> {
        self.refuse_file()?;
        Ok(self.word(|c| matches!(c, ',' | '<' | '>' | '=')))
    }

    /// Refuses `@` here: read as a letter, what was meant as a file would be a name that nothing has.
    pub(super) fn refuse_file(&self) -> Result<()> {
        match self.peek() {
            Some('@') => Err(self.no_file(self.next_part())),
            _ => Ok(()),
        }
    }

    /// The error of `@` at a place that takes no file.
    pub(super) fn no_file(&self, at: Range<usize>) -> Box<ExpressionError> {
        let message = "`@` marks a file, as `samples(@…)`, `individuals(@…)` and `regions(@…)` take one: \
                       quote a name that begins with `@`";
        self.error(at, message)
    }

    /// The same of a file where the values of a field are meant, which a function may read.
    pub(super) fn no_file_for(
        &self,
        field: &str,
        file: &str,
        at: Range<usize>,
    ) -> Box<ExpressionError> {
        let mut error = self.no_file(at);
        if let Some(function) = file_function(field)
            && !file.is_empty()
        {
            error.candidates = vec![format!("{function}(@{file})")];
        }
        error
    }

    /// An allele, a region, a name, or the field before an operator.
    pub(super) fn where_word(&mut self) -> Result<&'a str> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let mut length = rest.len();
        let mut colons = 0;
        let mut hgvs = false;
        let mut symbolic = None;
        for (at, c) in rest.char_indices() {
            let before = bytes.get(..at).unwrap_or_default();
            let inside = match c {
                ',' => {
                    let digits = |c: Option<&u8>| c.is_some_and(u8::is_ascii_digit);
                    colons > 0 && digits(before.last()) && digits(bytes.get(at + 1))
                }
                '<' => {
                    hgvs || colons >= 3 || matches!(before.last(), Some(b':' | b'-' | b'[' | b']'))
                }
                '>' => hgvs || symbolic.is_some() || is_arrow(before, bytes.get(at + 1)),
                '=' => hgvs,
                c => !ends_any_word(c),
            };
            if !inside {
                length = at;
                break;
            }
            match c {
                ':' => colons += 1,
                '.' => hgvs |= ends_in_hgvs_prefix(bytes.get(..=at).unwrap_or_default()),
                '<' => symbolic = Some(self.at + at),
                '>' => symbolic = None,
                _ => {}
            }
        }
        if let Some(open) = symbolic {
            return Err(self.error(open..self.at + length, "a symbolic allele lacks its `>`"));
        }
        self.at += length;
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// Takes `REF>ALT` behind a space, where it makes an allele of the place in front of it, from `start` on.
    pub(super) fn arrow_behind(&mut self, start: usize) -> Option<&'a str> {
        let end = self.at;
        self.skip_space();
        if end < self.at && self.at - end == 1 {
            self.word(|c| c == ',' || !c.is_ascii_alphabetic());
            if self.eat('>')
                && !self
                    .word(|c| c == ',' || !c.is_ascii_alphabetic())
                    .is_empty()
            {
                let ends = self.peek().is_none_or(|c| c == ',' || ends_any_word(c));
                let text = self.text(start..self.at);
                if ends && split_arrow(text).is_some() {
                    return Some(text);
                }
            }
        }
        self.at = end;
        None
    }

    /// A region in a list: a comma with three digits behind it groups them, unless a colon follows.
    pub(super) fn region_word(&mut self) -> &'a str {
        let start = self.at;
        loop {
            self.word(|c| c == ',');
            let word = self.text(start..self.at);
            let last = word.bytes().last();
            let behind = self.rest().strip_prefix(',').unwrap_or_default();
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            let groups = digits == 3
                && behind.as_bytes().get(3) != Some(&b':')
                && last.is_some_and(|last| last.is_ascii_digit())
                && word.contains(':');
            if !groups {
                return word;
            }
            self.at += 1 + digits;
        }
    }

    /// A string in double quotes, where one stands here.
    pub(super) fn string(&mut self) -> Result<Option<String>> {
        let open = self.at;
        if !self.eat('"') {
            return Ok(None);
        }
        let mut value = String::new();
        loop {
            let rest = self.rest();
            let Some(length) = rest.find(['"', '\\']) else {
                return Err(self.error(open..self.text.len(), "missing closing quote"));
            };
            value.push_str(rest.get(..length).unwrap_or_default());
            self.at += length;
            if self.eat('"') {
                return Ok(Some(value));
            }
            let escape = self.at;
            self.at += 1;
            match self.peek() {
                Some(c @ ('"' | '\\')) => {
                    value.push(c);
                    self.at += 1;
                }
                c => {
                    return Err(self.error(
                        escape..self.at + c.map_or(0, char::len_utf8),
                        "in a string, a backslash stands before a quote or a backslash only: write `\\\\`",
                    ));
                }
            }
        }
    }

    /// The arguments up to the closing parenthesis, the opening one being behind; and whether a
    /// comma follows the last.
    pub(super) fn arguments(&mut self, open: usize) -> Result<(Vec<Argument>, bool)> {
        let mut arguments = Vec::new();
        loop {
            self.skip_space();
            if self.eat(')') {
                let trailing_comma = !arguments.is_empty();
                return Ok((arguments, trailing_comma));
            }
            arguments.push(self.argument(open)?);
            self.skip_space();
            if self.eat(')') {
                return Ok((arguments, false));
            }
            if !self.eat(',') {
                return Err(self.unclosed(open, "a comma"));
            }
        }
    }

    /// [`Self::arguments`] of what takes no file.
    pub(super) fn plain_arguments(&mut self, open: usize) -> Result<Vec<Argument>> {
        let (arguments, _) = self.arguments(open)?;
        match arguments
            .iter()
            .find(|argument| argument.form == Form::File)
        {
            Some(file) => Err(self.no_file(file.at.clone())),
            None => Ok(arguments),
        }
    }

    fn argument(&mut self, open: usize) -> Result<Argument> {
        let start = self.at;
        let file = self.eat('@');
        let (text, form) = match self.string()? {
            Some(text) => (text, Form::Quoted),
            None => (self.word(|c| c == ',').to_owned(), Form::Bare),
        };
        if text.is_empty() && form == Form::Bare {
            return Err(self.unclosed(open, "an argument"));
        }
        Ok(Argument {
            text,
            form: if file { Form::File } else { form },
            at: start..self.at,
        })
    }

    /// The error of a parenthesis at `open` that is not closed here, where `other` could stand too.
    pub(super) fn unclosed(&self, open: usize, other: &str) -> Box<ExpressionError> {
        match self.peek() {
            None => self.error(open..open + 1, "missing closing parenthesis"),
            Some(_) => {
                let found = self.next_part();
                let shown = super::error::quoted(self.text(found.clone()));
                self.error(found, format!("expected {other} or `)`, found {shown}"))
            }
        }
    }

    /// What stands here, as far as a reader would see one thing.
    pub(super) fn next_part(&self) -> Range<usize> {
        let rest = self.rest();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let length = rest
            .find(|c| c == ',' || ends_any_word(c))
            .unwrap_or(rest.len());
        self.at..self.at + length.max(first)
    }

    pub(super) fn error(
        &self,
        at: Range<usize>,
        message: impl Into<String>,
    ) -> Box<ExpressionError> {
        self.error_with(at, message, Vec::new())
    }

    pub(super) fn error_with(
        &self,
        at: Range<usize>,
        message: impl Into<String>,
        candidates: Vec<String>,
    ) -> Box<ExpressionError> {
        Box::new(ExpressionError {
            text: self.text.to_owned(),
            at,
            message: message.into(),
            candidates,
        })
    }
}
