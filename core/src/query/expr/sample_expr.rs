//! Which samples, and what is asked of a free attribute of samples and of people.

use super::ast::{Comparison, GroupAtom, GroupExpr, Node};
use super::atoms::{Content, Entry, Listed, Written};
use super::display::Quoted;
use super::error::quoted;
use super::number::no_comma;
use super::parse::{Language, any, inside, parse};
use super::scan::{Result, Scanner};
use std::fmt::{self, Display, Formatter};

/// What stands before the name of an attribute.
pub(super) const PREFIX: &str = "attribute.";

/// Which samples: an expression over what is known of samples, for
/// [`GroupExpr::sample`](crate::GroupExpr::sample) and
/// [`CarrierOptions::in_samples`](crate::CarrierOptions::in_samples).
///
/// ```
/// use varidex::{AttributeField, GroupExpr, SampleExpr};
/// let late = SampleExpr::attribute("time").ge("2024-01-01");
/// let built = GroupExpr::sample(SampleExpr::attribute("origin").eq("somatic").and(late));
/// assert_eq!(built, "sample(origin:somatic & time>=2024-01-01)".parse::<GroupExpr>()?);
/// # let _: AttributeField<SampleExpr> = SampleExpr::attribute("time");
/// # Ok::<(), varidex::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SampleExpr(pub(crate) Node<SampleAtom>);

/// What picks samples.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SampleAtom {
    All,
    Attribute(AttributeTest),
}

/// What is asked of an attribute. What its values are is known to the dataset alone: so the text that they are
/// compared with is kept as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttributeTest {
    pub(crate) name: String,
    /// `None` asks whether there is a value.
    pub(crate) test: Option<(Comparison, String)>,
}

/// In which samples variants are carried.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct CarriedIn {
    /// In these alone; in any where `None`.
    pub(crate) inside: Option<SampleExpr>,
    /// And in none of these of the same person, one of which is called.
    pub(crate) not_in: Option<SampleExpr>,
}

impl SampleExpr {
    /// Every sample.
    pub fn all() -> Self {
        Self(Node::built(SampleAtom::All))
    }

    /// An attribute of samples: `type`, `origin`, `tissue`, `diagnosis`, `time`, `age`, or a free one.
    pub fn attribute(name: impl Into<String>) -> AttributeField<Self> {
        AttributeField {
            name: name.into(),
            of: |test| Self(Node::built(SampleAtom::Attribute(test))),
        }
    }
}

impl GroupExpr {
    /// A free attribute of people.
    ///
    /// ```
    /// use varidex::GroupExpr;
    /// let who = GroupExpr::free("superpopulation").eq("EUR").and(GroupExpr::free("bmi").gt(25.0));
    /// assert_eq!(who.to_string(), "attribute.superpopulation:EUR & attribute.bmi>25");
    /// ```
    pub fn free(name: impl Into<String>) -> AttributeField<Self> {
        AttributeField {
            name: name.into(),
            of: |test| Self(Node::built(GroupAtom::Free(test))),
        }
    }

    /// Who has one of these samples.
    pub fn sample(of: SampleExpr) -> Self {
        Self(Node::built(GroupAtom::Sample(of)))
    }
}

/// An attribute of people or of samples, to be compared: with a text, a number, a date as `2024-01-01`, or an age as
/// `40y`, by its type. See [`GroupExpr::free`] and [`SampleExpr::attribute`].
#[derive(Debug, Clone)]
#[must_use = "compare it to get an expression"]
pub struct AttributeField<E> {
    name: String,
    of: fn(AttributeTest) -> E,
}

impl<E> AttributeField<E> {
    fn compare(self, comparison: Comparison, value: impl Display) -> E {
        (self.of)(AttributeTest {
            name: self.name,
            test: Some((comparison, value.to_string())),
        })
    }

    /// There is a value.
    pub fn present(self) -> E {
        (self.of)(AttributeTest {
            name: self.name,
            test: None,
        })
    }

    /// Less, or before.
    pub fn lt(self, value: impl Display) -> E {
        self.compare(Comparison::Less, value)
    }

    /// At most, or not after.
    pub fn le(self, value: impl Display) -> E {
        self.compare(Comparison::LessOrEqual, value)
    }

    /// Greater, or after.
    pub fn gt(self, value: impl Display) -> E {
        self.compare(Comparison::Greater, value)
    }

    /// At least, or not before.
    pub fn ge(self, value: impl Display) -> E {
        self.compare(Comparison::GreaterOrEqual, value)
    }

    /// This value; of codes also what is more special.
    pub fn eq(self, value: impl Display) -> E {
        self.compare(Comparison::Equal, value)
    }

    /// A value, and another one.
    pub fn ne(self, value: impl Display) -> E {
        self.compare(Comparison::NotEqual, value)
    }
}

impl Display for AttributeTest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let Some((comparison, value)) = &self.test else {
            return Ok(());
        };
        match comparison {
            Comparison::Equal => f.write_str(":")?,
            other => f.write_str(other.symbol())?,
        }
        match is_plain(value) {
            true => f.write_str(value),
            false => Quoted(value).fmt(f),
        }
    }
}

/// Whether a value can be written without quotes.
fn is_plain(value: &str) -> bool {
    let mut scanner = Scanner::new(value);
    !value.starts_with('"')
        && scanner.plain_word().is_ok_and(|word| word == value)
        && !value.is_empty()
}

impl Display for SampleAtom {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let test = match self {
            Self::All => return f.write_str("all"),
            Self::Attribute(test) => test,
        };
        let plain = test.to_string();
        let is_read = matches!(parse::<Self>(&plain), Ok(Node::Atom(atom)) if atom.kind == *self);
        match is_read {
            true => f.write_str(&plain),
            false => write!(f, "{PREFIX}{plain}"),
        }
    }
}

impl Display for SampleExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

/// Whether a text can name an attribute: a letter, and letters, digits, `_`, `.` and `-`.
fn is_name(name: &str) -> bool {
    let other = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(other)
}

/// Reads an attribute, of which the name begins here, and what is asked of it.
pub(super) fn attribute_test(scanner: &mut Scanner<'_>) -> Result<AttributeTest> {
    let start = scanner.at();
    let name = scanner.word(|c| matches!(c, ',' | ':' | '<' | '>' | '='));
    let end = scanner.at();
    if !is_name(name) {
        let message = match name {
            "" => "expected the name of an attribute".to_owned(),
            name => format!("{} cannot be the name of an attribute", quoted(name)),
        };
        return Err(scanner.error(start..end, message));
    }
    let name = name.to_owned();
    scanner.skip_space();
    let comparison = match scanner.eat(':') {
        true => Some(Comparison::Equal),
        false => scanner.comparison(),
    };
    let Some(comparison) = comparison else {
        scanner.back_to(end);
        return Ok(AttributeTest { name, test: None });
    };
    scanner.skip_space();
    let at = scanner.at();
    let value = match scanner.string()? {
        Some(value) => value,
        None => {
            let value = scanner.plain_word()?.to_owned();
            no_comma(scanner, at)?;
            value
        }
    };
    match value.trim().is_empty() {
        true => {
            let message = format!("{} needs a value", quoted(&name));
            Err(scanner.error(start..scanner.at(), message))
        }
        false => Ok(AttributeTest {
            name,
            test: Some((comparison, value)),
        }),
    }
}

/// The samples of `sample(…)`, of which the parenthesis was just read.
pub(super) fn samples_inside(scanner: &mut Scanner<'_>, open: usize) -> Result<SampleExpr> {
    let of = SampleExpr(inside(scanner, open, any)?);
    scanner.skip_space();
    match scanner.eat(')') {
        true => Ok(of),
        false => Err(scanner.unclosed(open, "`&`, `|`")),
    }
}

/// The samples behind an option of `carriers` and a colon, which are written `sample(…)`.
pub(super) fn samples_of_option(scanner: &mut Scanner<'_>, option: &str) -> Result<SampleExpr> {
    let is_given = scanner.eat(':');
    scanner.skip_space();
    let start = scanner.at();
    let is_sample = is_given && scanner.eat_prefix("sample");
    scanner.skip_space();
    let open = scanner.at();
    match is_sample && scanner.eat('(') {
        true => samples_inside(scanner, open),
        false => {
            scanner.back_to(start);
            let message =
                format!("`{option}` takes samples, as in `{option}: sample(type:tumour)`");
            Err(scanner.error(scanner.next_part(), message))
        }
    }
}

impl Language for SampleAtom {
    const PICKS: &'static str = "what picks samples";
    const EXAMPLE: &'static str = "`type:tumour`";

    fn atom(scanner: &mut Scanner<'_>) -> Result<Self> {
        let prefixed = scanner.eat_prefix(PREFIX);
        if !prefixed && scanner.eat_keyword("all") {
            return Ok(Self::All);
        }
        attribute_test(scanner).map(Self::Attribute)
    }
}

/// What picks samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SampleKind {
    All,
    Attribute,
}

impl Listed for SampleAtom {
    type Kind = SampleKind;

    fn table() -> impl Iterator<Item = Entry<SampleKind>> + Clone {
        [
            Entry::new("all", Written::Word, Content::Nothing, SampleKind::All),
            Entry::new(
                "attribute",
                Written::Word,
                Content::Own,
                SampleKind::Attribute,
            ),
        ]
        .into_iter()
    }

    fn kind(&self) -> SampleKind {
        match self {
            Self::All => SampleKind::All,
            Self::Attribute(_) => SampleKind::Attribute,
        }
    }

    fn of_text(_: SampleKind, _: String) -> Option<Self> {
        None
    }

    fn text(&self) -> Option<&str> {
        None
    }
}
