//! The canonical text of expressions: parsed again, it gives the same tree.

use super::ast::{
    AttributeTest, Comparison, GroupAtom, GroupExpr, Impact, InfoTest, Node, Number, Origin,
    RegionList, SampleAtom, SampleExpr, SampleList, Stretch, Threshold, VariantAtom, VariantExpr,
    name_of, named,
};
use super::atoms::{Content, Listed, Written};
use super::parse::parse;
use super::region_list::WHOLE;
use super::scan::{Scanner, ends_any_word};
use crate::model::Scope;
use crate::model::Zygosity;
use crate::model::{ATTRIBUTE_PREFIX, Recorded};
use crate::model::{Level, Measure};
use std::fmt::{self, Display, Formatter, Write};

impl Display for VariantExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl Display for GroupExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl<K: Display> Display for Node<K> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Atom(atom) => Display::fmt(&atom.kind, f),
            Self::Not(node) => {
                f.write_char('!')?;
                node.write_within(f, matches!(**node, Self::And(_) | Self::Or(_)))
            }
            Self::And(parts) => write_joined(f, parts, " & ", |part| matches!(part, Self::Or(_))),
            Self::Or(parts) => write_joined(f, parts, " | ", |_| false),
        }
    }
}

impl<K: Display> Node<K> {
    fn write_within(&self, f: &mut Formatter<'_>, parentheses: bool) -> fmt::Result {
        match parentheses {
            true => write!(f, "({self})"),
            false => write!(f, "{self}"),
        }
    }
}

fn write_joined<K: Display>(
    f: &mut Formatter<'_>,
    parts: &[Node<K>],
    operator: &str,
    parentheses: impl Fn(&Node<K>) -> bool,
) -> fmt::Result {
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            f.write_str(operator)?;
        }
        part.write_within(f, parentheses(part))?;
    }
    Ok(())
}

/// Writes an atom that the table describes, and text is its value: as a field, or as a word.
fn write_listed<A: Listed>(
    f: &mut Formatter<'_>,
    atom: &A,
    is_read_from: impl Fn(&str) -> bool,
) -> fmt::Result {
    let (Some(entry), Some(text)) = (atom.entry(), atom.text()) else {
        return Ok(());
    };
    let name = entry.name;
    match (entry.written, entry.content) {
        (Written::Field, Content::Choice(known)) if known().contains(&text) => {
            write!(f, "{name}:{text}")
        }
        (Written::Field, _) => {
            let plain = format!("{name}:{text}");
            match is_read_from(&plain) {
                true => f.write_str(&plain),
                false => write!(f, "{name}:{}", Quoted(text)),
            }
        }
        (Written::QuotedField, _) => write!(f, "{name}:{}", Quoted(text)),
        (Written::Function, Content::File) => write!(f, "{name}(@{})", Quoted(text)),
        (_, Content::Choice(_)) => f.write_str(text),
        // words that stand for themselves where nothing else is read from them
        _ if is_read_from(text) => f.write_str(text),
        (Written::Function, _) => write!(f, "{name}({})", Quoted(text)),
        _ => Quoted(text).fmt(f),
    }
}

impl Display for VariantAtom {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Region { contig, interval } => {
                let first = i64::from(interval.start) + 1;
                let text = match interval.end {
                    i32::MAX => format!("{contig}:{first}-"),
                    last => format!("{contig}:{first}-{last}"),
                };
                match self.is_read_from(&text) {
                    true => f.write_str(&text),
                    false => write!(f, "region({}, {first}, {})", Quoted(contig), interval.end),
                }
            }
            Self::Placed { of, .. } => {
                let name = self.entry().map_or("", |entry| entry.name);
                write!(f, "{name}({of})")
            }
            Self::Number {
                field,
                comparison,
                value,
            } => {
                let field = name_of(&Number::NAMES, field);
                write!(f, "{field}{}{}", comparison.symbol(), Numeral(*value))
            }
            Self::Info { key, test } => {
                let plain = format!("info.{key}{test}");
                match self.is_read_from(&plain) {
                    true => f.write_str(&plain),
                    false => write!(f, "info.{}{test}", Quoted(key)),
                }
            }
            Self::Impact { comparison, impact } => {
                let impact = name_of(&Impact::NAMES, impact);
                write!(f, "impact{}{impact}", comparison.symbol())
            }
            Self::NumberIn {
                field,
                of,
                comparison,
                value,
            } => {
                let field = name_of(&Number::NAMES, field);
                write!(f, "{field}({of}){}{}", comparison.symbol(), Numeral(*value))
            }
            atom => write_listed(f, atom, |text| atom.is_read_from(text)),
        }
    }
}

impl VariantAtom {
    /// Whether `text` is this atom: the parser itself says what can go without quotes.
    fn is_read_from(&self, text: &str) -> bool {
        matches!(VariantExpr::parse(text), Ok(VariantExpr(Node::Atom(atom))) if atom.kind == *self && atom.at == (0..text.len()))
    }
}

impl Display for RegionList {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let regions = match self {
            Self::File(file) => return write!(f, "@{}", Quoted(file)),
            Self::Regions(regions) => regions,
        };
        for (n, region) in regions.iter().enumerate() {
            let comma = if n > 0 { ", " } else { "" };
            write!(f, "{comma}{region}")?;
        }
        Ok(())
    }
}

impl Display for Stretch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { contig, interval } = self;
        if *interval == WHOLE {
            return Quoted(contig).fmt(f);
        }
        let first = i64::from(interval.start) + 1;
        let text = match interval.end {
            i32::MAX => format!("{contig}:{first}-"),
            last => format!("{contig}:{first}-{last}"),
        };
        // what is one region in an expression may be two in a list, for its commas
        let plain = !contig.contains(',')
            && VariantAtom::Region {
                contig: contig.clone(),
                interval: *interval,
            }
            .is_read_from(&text);
        match plain {
            true => f.write_str(&text),
            false => write!(f, "region({}, {first}, {})", Quoted(contig), interval.end),
        }
    }
}

impl Display for InfoTest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present => Ok(()),
            Self::Number { comparison, value } => {
                write!(f, "{}{}", comparison.symbol(), Numeral(*value))
            }
            Self::Text { equal, value } => {
                let symbol = if *equal { "=" } else { "!=" };
                write!(f, "{symbol}{}", Quoted(value))
            }
        }
    }
}

impl Display for GroupAtom {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Samples(list) => write!(f, "samples({list})"),
            Self::Carriers {
                of,
                zygosity,
                at_least,
                compound,
                origin,
                samples,
            } => {
                write!(f, "carriers({of}")?;
                if let Some(zygosity) = zygosity {
                    write!(f, ", {}", name_of(&Zygosity::NAMES, zygosity))?;
                }
                if *at_least != 1 {
                    write!(f, ", at_least: {at_least}")?;
                }
                if *compound {
                    f.write_str(", compound")?;
                }
                if let Some(origin) = origin {
                    write!(f, ", {}", name_of(&Origin::NAMES, origin))?;
                }
                if let Some(inside) = &samples.inside {
                    write!(f, ", in: sample({inside})")?;
                }
                if let Some(not_in) = &samples.not_in {
                    write!(f, ", not_in: sample({not_in})")?;
                }
                f.write_char(')')
            }
            Self::Genotyped => f.write_str("genotyped"),
            Self::Proof => f.write_str("proof"),
            Self::Called(of) => write!(f, "called({of})"),
            Self::Noncarriers(of) => write!(f, "noncarriers({of})"),
            Self::Free(test) => write!(f, "{ATTRIBUTE_PREFIX}{test}"),
            Self::Sample(of) => write!(f, "sample({of})"),
            Self::Individuals(list) => write!(f, "individuals({list})"),
            Self::Attribute { .. }
            | Self::Term {
                recorded: Recorded::Present,
                ..
            } => write_listed(f, self, |text| self.is_read_from(text)),
            Self::Term { scope, term, .. } => {
                let function = self.entry().map_or("", |entry| entry.name);
                write!(f, "{function}({})", Inside(*scope, term))
            }
            Self::Similar {
                profile,
                threshold,
                measure,
            } => {
                f.write_str("similar(")?;
                for (n, term) in profile.iter().enumerate() {
                    let comma = if n > 0 { ", " } else { "" };
                    write!(f, "{comma}{}", Inside(None, term))?;
                }
                match threshold {
                    Threshold::Level(Level::Medium) => {}
                    Threshold::Level(level) => write!(f, "; {}", name_of(&Level::NAMES, level))?,
                    Threshold::Score(score) => write!(f, "; score>={}", Numeral(*score))?,
                }
                if let Some(measure) = measure {
                    write!(f, "; measure: {}", name_of(&Measure::NAMES, measure))?;
                }
                f.write_char(')')
            }
            Self::Age { comparison, age } => write!(f, "age{}{age}", comparison.symbol()),
            Self::Onset {
                scope,
                term,
                comparison,
                age,
            } => {
                let term = Inside(*scope, term);
                write!(f, "onset({term}){}{age}", comparison.symbol())
            }
            Self::Severity {
                scope,
                term,
                severity,
            } => {
                let term = Inside(*scope, term);
                write!(f, "severity({term}):{}", Quoted(severity))
            }
            Self::Measurement {
                assay,
                unit,
                comparison,
                value,
            } => {
                write!(f, "measurement({}", Inside(None, assay))?;
                if let Some(unit) = unit {
                    write!(f, ", {}", Quoted(unit))?;
                }
                write!(f, "){}{}", comparison.symbol(), Numeral(*value))
            }
        }
    }
}

impl GroupAtom {
    /// Whether `text` is this atom: see the same of variants.
    fn is_read_from(&self, text: &str) -> bool {
        matches!(GroupExpr::parse(text), Ok(GroupExpr(Node::Atom(atom))) if atom.kind == *self && atom.at == (0..text.len()))
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
            false => write!(f, "{ATTRIBUTE_PREFIX}{plain}"),
        }
    }
}

impl Display for SampleExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

/// `phenotype:`, or nothing.
struct ScopePrefix(Option<Scope>);

impl Display for ScopePrefix {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => Ok(()),
            Some(scope) => write!(f, "{}:", name_of(&Scope::NAMES, scope)),
        }
    }
}

/// A term in a parenthesis: CURIEs without quotes, all else, and what could be a scope, with them.
struct Inside<'a>(Option<Scope>, &'a str);

impl Display for Inside<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(scope, term) = self;
        let curie = term.split_once(':').is_some_and(|(prefix, local)| {
            let plain = |text: &str| {
                !text.is_empty()
                    && text
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
            };
            plain(prefix)
                && plain(local)
                && named(&Scope::NAMES, prefix).is_none()
                && !prefix.eq_ignore_ascii_case("measure")
        });
        match curie {
            true => write!(f, "{}{term}", ScopePrefix(*scope)),
            false => write!(f, "{}{}", ScopePrefix(*scope), Quoted(term)),
        }
    }
}

impl Display for SampleList {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "@{}", Quoted(file)),
            Self::Names(names) => {
                for (n, name) in names.iter().enumerate() {
                    if n > 0 {
                        f.write_str(", ")?;
                    }
                    let plain = !name.is_empty()
                        && !name.starts_with('@')
                        && !name.contains(|c| c == ',' || ends_any_word(c));
                    match plain {
                        true => f.write_str(name)?,
                        false => Quoted(name).fmt(f)?,
                    }
                }
                Ok(())
            }
        }
    }
}

/// A string of the language.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            if matches!(c, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_char('"')
    }
}

/// A number in the fewest digits that give it back.
struct Numeral(f64);

impl Display for Numeral {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        match size == 0.0 || (1e-6..1e15).contains(&size) {
            true => write!(f, "{}", self.0),
            false => write!(f, "{:e}", self.0),
        }
    }
}
