//! What is asked of free attributes of people and of samples, by the types of their values.

use super::names::Names;
use crate::cohort::Subjects;
use crate::error::Result;
use crate::model::vocabulary::canonical;
use crate::model::{Age, Ages, AttributeType, AttributeValue, Coding, Dates};
use crate::query::expr::{Atom, AttributeTest, Comparison, Node, SampleAtom, SampleExpr, nearest};
use crate::set::SampleSet;
use crate::store::terms::{Named, Terms};
use std::collections::BTreeSet;
use std::ops::Range;

/// A test of values by its type.
type Test<'a> = Box<dyn FnMut(&AttributeValue) -> Result<bool> + 'a>;

/// Of whom attributes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Person,
    Sample,
}

impl Owner {
    /// An attribute as it is asked for.
    fn shown(self, name: &str) -> String {
        match self {
            Self::Person => format!("attribute.{name}"),
            Self::Sample => name.to_owned(),
        }
    }
}

impl Names<'_> {
    /// The individuals of whom a test of an attribute holds.
    pub(in crate::query) fn with_attribute(
        &self,
        test: &AttributeTest,
        at: &Range<usize>,
    ) -> Result<SampleSet> {
        self.people(at)?;
        self.attribute_set(Owner::Person, test, at)
    }

    /// The samples that an expression picks, of those that may be seen.
    pub(in crate::query) fn samples_where(
        &self,
        of: &SampleExpr,
        at: &Range<usize>,
    ) -> Result<SampleSet> {
        self.sample_node(&of.0, at)
    }

    fn sample_node(&self, node: &Node<SampleAtom>, at: &Range<usize>) -> Result<SampleSet> {
        let all = || {
            let subjects = Subjects::of(self.view);
            Ok(subjects.samples_in(&subjects.all()?))
        };
        Ok(match node {
            Node::Atom(Atom { kind, at: own }) => {
                // built expressions have no places
                let at = if own.is_empty() { at } else { own };
                match kind {
                    SampleAtom::All => all()?,
                    SampleAtom::Attribute(test) => self.attribute_set(Owner::Sample, test, at)?,
                }
            }
            Node::Not(inner) => {
                let all: Result<SampleSet> = all();
                all?.difference(&self.sample_node(inner, at)?)
            }
            Node::And(parts) => {
                let mut left: SampleSet = all()?;
                for part in parts {
                    left = left.intersection(&self.sample_node(part, at)?);
                }
                left
            }
            Node::Or(parts) => {
                let mut any = SampleSet::new();
                for part in parts {
                    any.add(&self.sample_node(part, at)?);
                }
                any
            }
        })
    }

    fn attribute_set(
        &self,
        owner: Owner,
        AttributeTest { name, test }: &AttributeTest,
        at: &Range<usize>,
    ) -> Result<SampleSet> {
        let Some(kind) = self.kind(owner, name)? else {
            if self.leaves_out {
                return Ok(SampleSet::new());
            }
            return Err(self.no_attribute(owner, name, at)?);
        };
        let is_text = matches!(kind, AttributeType::Text | AttributeType::Code);
        let there = || self.select(owner, name, &mut |_| Ok(true));
        // what only those have who may not be seen is not there
        if (test.is_none() || self.view.whole().is_none()) && there()?.is_empty() {
            if self.leaves_out {
                return Ok(SampleSet::new());
            }
            return Err(self.no_attribute(owner, name, at)?);
        }
        let Some((comparison, value)) = test else {
            return there();
        };
        let refused = |why: String| {
            let message = format!("{} is {}: {why}", owner.shown(name), shown(kind));
            self.error(at, message, Vec::new())
        };
        if !is_text {
            let mut holds = compared(kind, *comparison, value).map_err(refused)?;
            return self.select(owner, name, &mut holds);
        }
        if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
            let symbol = comparison.symbol();
            return Err(refused(format!(
                "it is compared with `:`, `=` or `!=`, not with `{symbol}`"
            )));
        }
        let wanted = Wanted::new(
            value,
            self.view.terms().filter(|_| kind == AttributeType::Code),
        )?;
        let equal = self.select(owner, name, &mut |value| wanted.is(value))?;
        if equal.is_empty() && !self.any_value {
            return Err(self.no_value(owner, name, value, at)?);
        }
        match comparison {
            Comparison::Equal => Ok(equal),
            _ => Ok(there()?.difference(&equal)),
        }
    }

    fn kind(&self, owner: Owner, name: &str) -> Result<Option<AttributeType>> {
        match owner {
            Owner::Person => match self.view.people() {
                Some(people) => people.free_kind(name),
                None => Ok(None),
            },
            Owner::Sample => self.view.sample_table().free_kind(name),
        }
    }

    /// Those who may be seen and of whom a test holds.
    fn select(
        &self,
        owner: Owner,
        name: &str,
        holds: &mut dyn FnMut(&AttributeValue) -> Result<bool>,
    ) -> Result<SampleSet> {
        match owner {
            Owner::Person => match self.view.people() {
                Some(people) => people.free_set(name, self.view.visible_individuals(), holds),
                None => Ok(SampleSet::new()),
            },
            Owner::Sample => {
                let visible = self.view.visible_samples();
                self.view.sample_table().free_set(name, visible, holds)
            }
        }
    }

    fn no_attribute(
        &self,
        owner: Owner,
        name: &str,
        at: &Range<usize>,
    ) -> Result<crate::error::Error> {
        let (known, of) = match owner {
            Owner::Person => (self.view.individual_attributes()?, "person"),
            Owner::Sample => (self.view.sample_attributes()?, "sample"),
        };
        let message = match known.is_empty() {
            true => format!("no attribute of a {of} is known here"),
            false => format!("no attribute `{name}` of a {of} here"),
        };
        let names = known.iter().map(|known| known.name.as_str());
        let near = nearest(name, names).into_iter();
        let near = near.map(|name| owner.shown(&name)).collect();
        Ok(self.error(at, message, near))
    }

    fn no_value(
        &self,
        owner: Owner,
        name: &str,
        value: &str,
        at: &Range<usize>,
    ) -> Result<crate::error::Error> {
        const COMPARED: usize = 10_000;
        let mut known = BTreeSet::new();
        self.select(owner, name, &mut |value| {
            let (text, label) = match value {
                AttributeValue::Code(code) => (code.id.clone(), code.label.clone()),
                other => (other.to_string(), String::new()),
            };
            let texts = [text, label].into_iter().filter(|text| !text.is_empty());
            known.extend(texts.take(COMPARED.saturating_sub(known.len())));
            Ok(false)
        })?;
        let message = format!("no {} `{value}` here", owner.shown(name));
        let near = nearest(value, known.iter().map(String::as_str));
        Ok(self.error(at, message, near))
    }
}

/// What a text means among texts, or codes.
struct Wanted<'a> {
    lower: String,
    canonical: String,
    /// Terms of the ontologies that it names: what is more special is meant, too.
    terms: Vec<u32>,
    ontologies: Option<&'a Terms>,
}

impl<'a> Wanted<'a> {
    fn new(value: &str, ontologies: Option<&'a Terms>) -> Result<Self> {
        let mut terms = Vec::new();
        if let Some(known) = ontologies {
            match known.number(value)? {
                Some(number) => terms.push(number),
                None => {
                    let named = known.all_named(value)?.into_iter();
                    let labels = named.filter(|(_, how)| *how == Named::Label);
                    terms.extend(labels.map(|(term, _)| term));
                }
            }
        }
        Ok(Self {
            lower: value.trim().to_lowercase(),
            canonical: canonical(value),
            terms,
            ontologies,
        })
    }

    fn is(&self, value: &AttributeValue) -> Result<bool> {
        match value {
            AttributeValue::Text(text) => Ok(text.to_lowercase() == self.lower),
            AttributeValue::Code(code) => self.is_code(code),
            _ => Ok(false),
        }
    }

    fn is_code(&self, code: &Coding) -> Result<bool> {
        if code.label.to_lowercase() == self.lower
            || !code.id.is_empty() && canonical(&code.id) == self.canonical
        {
            return Ok(true);
        }
        let Some(ontologies) = self.ontologies.filter(|_| !self.terms.is_empty()) else {
            return Ok(false);
        };
        let Some(number) = ontologies.number(&code.id)? else {
            return Ok(false);
        };
        let mut closure = ontologies.closure(number)?;
        Ok(closure.any(|term| self.terms.contains(&term)))
    }
}

/// A type as errors name it.
fn shown(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::Text => "text",
        AttributeType::Number => "a number",
        AttributeType::Date => "a date",
        AttributeType::Age => "an age",
        AttributeType::Code => "a code",
    }
}

/// The test of a number, date or age; or why what it is compared with is none.
fn compared(
    kind: AttributeType,
    comparison: Comparison,
    value: &str,
) -> std::result::Result<Test<'static>, String> {
    let none = |example: &str| format!("`{value}` is none, as {example} is");
    Ok(match kind {
        AttributeType::Number => {
            let number = value.trim().parse().ok().filter(|n: &f64| n.is_finite());
            let right: f64 = number.ok_or_else(|| none("`25.5`"))?;
            Box::new(move |value| match value {
                AttributeValue::Number(left) => Ok(comparison.holds(*left, right)),
                _ => Ok(false),
            })
        }
        AttributeType::Date => {
            let right = Dates::from_iso(value).ok_or_else(|| none("`2024-01-31`"))?;
            Box::new(move |value| match value {
                AttributeValue::Date(left) => Ok(dates_hold(comparison, *left, right)),
                _ => Ok(false),
            })
        }
        _ => {
            let right = Age::parse(value.trim()).ok_or_else(|| none("`40y`"))?;
            Box::new(move |value| match value {
                AttributeValue::Age(left) => Ok(holds(comparison, *left, right)),
                _ => Ok(false),
            })
        }
    })
}

/// Whether an age that is known as a span stands in a relation: all of the span must.
pub(super) fn holds(comparison: Comparison, ages: Ages, age: Age) -> bool {
    match comparison {
        Comparison::Less => ages.high < age,
        Comparison::LessOrEqual => ages.high <= age,
        Comparison::Greater => ages.low > age,
        Comparison::GreaterOrEqual => ages.low >= age,
        Comparison::Equal => ages.low == age && ages.high == age,
        Comparison::NotEqual => ages.high < age || ages.low > age,
    }
}

/// The same of days, which may be compared with a month or a year: `=` is within it.
fn dates_hold(comparison: Comparison, left: Dates, right: Dates) -> bool {
    match comparison {
        Comparison::Less => left.last < right.first,
        Comparison::LessOrEqual => left.last <= right.last,
        Comparison::Greater => left.first > right.last,
        Comparison::GreaterOrEqual => left.first >= right.first,
        Comparison::Equal => left.first >= right.first && left.last <= right.last,
        Comparison::NotEqual => left.last < right.first || left.first > right.last,
    }
}
