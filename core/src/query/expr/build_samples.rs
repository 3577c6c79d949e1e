//! The typed form of what is asked of attributes and of samples.

use super::ast::{AttributeTest, Comparison, GroupAtom, GroupExpr, Node, SampleAtom, SampleExpr};
use std::fmt::Display;

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

    /// Who has a sample of which the policy of quality holds that the view has:
    /// [`View::with_qc_policy`](crate::View::with_qc_policy).
    pub fn proof() -> Self {
        Self(Node::built(GroupAtom::Proof))
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
