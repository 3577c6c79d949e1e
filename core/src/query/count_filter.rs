//! Expressions over counts alone, for what has counts and no rows.

use super::exec::counts::Counts;
use super::expr::{Atom, Comparison, IntoVariantExpr, Node, Number, VariantAtom, VariantExpr};
use super::group::Group;
use crate::cohort::View;
use crate::error::{Error, ExpressionError, Result};

/// An expression over variants that asks for their counts and nothing else: `af<0.01 | ac=0`,
/// `af(population:FIN)<0.001`.
///
/// ```
/// use varidex::CountFilter;
/// assert!(CountFilter::new("af<0.01 & n_hom=0").is_ok());
/// assert!(CountFilter::new("type:snv").is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CountFilter {
    expression: VariantExpr,
    text: String,
}

impl CountFilter {
    /// From an expression, as text or built.
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] where it cannot be understood, or asks for something else than counts.
    pub fn new(of: impl IntoVariantExpr) -> Result<Self> {
        let (expression, text) = of.into_variant_expr()?;
        check(&expression.0, &text)?;
        Ok(Self { expression, text })
    }

    /// In a view: with the groups that it counts in.
    pub(crate) fn bind(&self, view: &View) -> Result<BoundFilter> {
        let mut groups = Vec::new();
        let node = bind(&self.expression.0, view, &mut groups)?;
        Ok(BoundFilter { node, groups })
    }
}

/// The atom that is no test of counts is an error.
fn check(node: &Node<VariantAtom>, text: &str) -> Result<()> {
    match node {
        Node::Not(inner) => check(inner, text),
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().try_for_each(|node| check(node, text)),
        Node::Atom(atom) => match &atom.kind {
            VariantAtom::All => Ok(()),
            VariantAtom::Number { field, .. } | VariantAtom::NumberIn { field, .. }
                if !matches!(field, Number::Qual | Number::Length) =>
            {
                Ok(())
            }
            _ => Err(Error::from(Box::new(ExpressionError {
                text: text.to_owned(),
                at: atom.at.clone(),
                message:
                    "only counts can be asked for here: ac, an, af, n_het, n_hom, n_hemi, n_missing"
                        .to_owned(),
                candidates: Vec::new(),
            }))),
        },
    }
}

/// A test of the counts in one of the groups.
#[derive(Debug, Clone, PartialEq)]
struct CountTest {
    /// `None` is what is counted anyway.
    group: Option<usize>,
    field: Number,
    comparison: Comparison,
    value: f64,
}

/// A [`CountFilter`] in a view.
#[derive(Debug, Clone)]
pub(crate) struct BoundFilter {
    node: Node<Option<CountTest>>,
    /// Those of whom other counts are asked for.
    pub(crate) groups: Vec<Group>,
}

fn bind(
    node: &Node<VariantAtom>,
    view: &View,
    groups: &mut Vec<Group>,
) -> Result<Node<Option<CountTest>>> {
    let mut all = |nodes: &[Node<VariantAtom>]| -> Result<Vec<_>> {
        nodes.iter().map(|node| bind(node, view, groups)).collect()
    };
    Ok(match node {
        Node::And(nodes) => Node::And(all(nodes)?),
        Node::Or(nodes) => Node::Or(all(nodes)?),
        Node::Not(inner) => Node::Not(Box::new(bind(inner, view, groups)?)),
        Node::Atom(Atom { kind, at }) => {
            let test = match kind {
                VariantAtom::Number {
                    field,
                    comparison,
                    value,
                } => Some((None, field, comparison, value)),
                VariantAtom::NumberIn {
                    field,
                    of,
                    comparison,
                    value,
                } => {
                    groups.push(view.ask((**of).clone())?);
                    Some((Some(groups.len() - 1), field, comparison, value))
                }
                _ => None,
            };
            let kind = test.map(|(group, field, comparison, value)| CountTest {
                group,
                field: *field,
                comparison: *comparison,
                value: *value,
            });
            let at = at.clone();
            Node::Atom(Atom { kind, at })
        }
    })
}

impl BoundFilter {
    /// Whether it holds of an allele with these counts, and these in its groups.
    pub(crate) fn holds(&self, counts: &Counts, in_groups: &[Counts]) -> bool {
        holds(&self.node, counts, in_groups)
    }
}

fn holds(node: &Node<Option<CountTest>>, counts: &Counts, in_groups: &[Counts]) -> bool {
    match node {
        Node::Not(inner) => !holds(inner, counts, in_groups),
        Node::And(nodes) => nodes.iter().all(|node| holds(node, counts, in_groups)),
        Node::Or(nodes) => nodes.iter().any(|node| holds(node, counts, in_groups)),
        Node::Atom(atom) => match &atom.kind {
            None => true,
            Some(test) => {
                let counts = match test.group {
                    None => Some(counts),
                    Some(group) => in_groups.get(group),
                };
                counts.is_some_and(|of| of.holds(test.field, test.comparison, test.value))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Box<ExpressionError> {
        match CountFilter::new(text) {
            Err(Error::Expression(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_no_count_is_refused_where_it_stands() {
        assert_eq!(refused("af<0.1 & type:snv").at, 9..17);
        assert_eq!(refused("!(ac>1 | qual>3)").at, 9..15);
        assert_eq!(refused("22:1-20").at, 0..7);
        assert!(CountFilter::new("all & !(af<0.1 | n_hom(all)>=2)").is_ok());
    }

    #[test]
    fn of_what_is_not_known_nothing_holds() {
        let filter = |text: &str| match bind_alone(text) {
            Ok(node) => node,
            Err(error) => panic!("{error}"),
        };
        let none = Counts::default();
        let rare = Counts {
            ac: 1,
            an: Some(1000),
            ..none
        };
        for (text, of_rare, of_none) in [
            ("af<0.01", true, false),
            ("af<0.01 | ac=0", true, true),
            ("!(af>=0.01)", true, true),
            ("an>0", true, false),
            ("ac>=1 & n_hom=0", true, false),
            ("all", true, true),
        ] {
            let node = filter(text);
            assert_eq!(holds(&node, &rare, &[]), of_rare, "{text}");
            assert_eq!(holds(&node, &none, &[]), of_none, "{text}");
        }
    }

    /// An expression that names no groups needs no view.
    fn bind_alone(text: &str) -> Result<Node<Option<CountTest>>> {
        fn plain(node: Node<VariantAtom>) -> Node<Option<CountTest>> {
            match node {
                Node::Not(inner) => Node::Not(Box::new(plain(*inner))),
                Node::And(nodes) => Node::And(nodes.into_iter().map(plain).collect()),
                Node::Or(nodes) => Node::Or(nodes.into_iter().map(plain).collect()),
                Node::Atom(Atom { kind, at }) => {
                    let kind = match kind {
                        VariantAtom::Number {
                            field,
                            comparison,
                            value,
                        } => Some(CountTest {
                            group: None,
                            field,
                            comparison,
                            value,
                        }),
                        _ => None,
                    };
                    Node::Atom(Atom { kind, at })
                }
            }
        }
        Ok(plain(CountFilter::new(text)?.expression.0))
    }
}
