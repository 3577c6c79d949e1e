//! What can be asked of a published file: an expression over places and numbers of the total.

use super::published::{Published, PublishedSite};
use super::sites::PublishedSites;
use crate::error::{Error, ExpressionError, Result};
use crate::genome::{AlleleName, Change, Identifier, Interval, Position, parse_identifier};
use crate::query::{Atom, Comparison, IntoVariantExpr, Node, Number, VariantAtom};
use std::ops::Range;

/// A question, with names looked up.
#[derive(Debug, Clone)]
pub(super) enum Test {
    All,
    Place(usize, Interval),
    Allele(usize, Position, Vec<u8>, Vec<u8>),
    Number(Number, Comparison, f64),
    Not(Box<Test>),
    And(Vec<Test>),
    Or(Vec<Test>),
}

impl Published {
    /// The sites that WHERE picks, in their order: of regions, contigs, alleles (`contig:position:REF:ALT` as the file has it), `pos`, and
    /// numbers of everybody (`ac`, `an`, `af`, `n_het`, `n_hom`, `n_hemi`), which are compared as they were released: of what is withheld nothing
    /// holds.
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] for what a published file cannot answer.
    pub fn sites(&self, of: impl IntoVariantExpr) -> Result<PublishedSites> {
        let (of, text) = of.into_variant_expr()?;
        let test = self.bind(&of.0, &text)?;
        let places = match test.places() {
            Some(places) => places,
            None => (0..self.info().contigs.len())
                .map(|contig| (contig, EVERYWHERE))
                .collect(),
        };
        Ok(PublishedSites::of(self, places, Some(test)))
    }

    fn bind(&self, node: &Node<VariantAtom>, text: &str) -> Result<Test> {
        let all = |parts: &[Node<VariantAtom>]| -> Result<Vec<Test>> {
            parts.iter().map(|part| self.bind(part, text)).collect()
        };
        Ok(match node {
            Node::Atom(atom) => self.bind_atom(atom, text)?,
            Node::Not(inner) => Test::Not(Box::new(self.bind(inner, text)?)),
            Node::And(parts) => Test::And(all(parts)?),
            Node::Or(parts) => Test::Or(all(parts)?),
        })
    }

    fn bind_atom(&self, atom: &Atom<VariantAtom>, text: &str) -> Result<Test> {
        let wrong = |message: String| refused(text, &atom.at, message);
        let contig = |name: &str| {
            let found = self.inner.names.resolve(name);
            found.map_err(|e| wrong(e.to_string()))
        };
        match &atom.kind {
            VariantAtom::All => Ok(Test::All),
            VariantAtom::Region {
                contig: name,
                interval,
            } => Ok(Test::Place(contig(name)?, *interval)),
            VariantAtom::Name(name) => Ok(Test::Place(contig(name)?, EVERYWHERE)),
            VariantAtom::Allele(name) => match parse_identifier(name) {
                Ok(Identifier::Allele(AlleleName {
                    contig: of,
                    change:
                        Change::Exact {
                            position,
                            reference,
                            alternate,
                        },
                })) => {
                    let (reference, alternate) = (reference.into_owned(), alternate.into_owned());
                    let alleles = (reference.into_bytes(), alternate.into_bytes());
                    Ok(Test::Allele(contig(of)?, position, alleles.0, alleles.1))
                }
                Ok(_) => Err(wrong(NOT_ANSWERED.to_owned())),
                Err(error) => Err(wrong(error.message)),
            },
            VariantAtom::Number {
                field:
                    field @ (Number::Ac
                    | Number::An
                    | Number::Af
                    | Number::NHet
                    | Number::NHom
                    | Number::NHemi
                    | Number::Pos),
                comparison,
                value,
            } => Ok(Test::Number(*field, *comparison, *value)),
            _ => Err(wrong(NOT_ANSWERED.to_owned())),
        }
    }
}

/// All of a contig, from the telomere on.
const EVERYWHERE: Interval = Interval {
    start: i32::MIN,
    end: i32::MAX,
};

const NOT_ANSWERED: &str = "a published file answers for regions, contigs, alleles as contig:position:REF:ALT, pos, and ac, an, \
     af, n_het, n_hom, n_hemi of everybody; not for this";

fn refused(text: &str, at: &Range<usize>, message: String) -> Error {
    Error::from(Box::new(ExpressionError {
        text: text.to_owned(),
        at: at.clone(),
        message,
        candidates: Vec::new(),
    }))
}

impl Test {
    /// Places outside of which nothing passes; `None` where there may be something everywhere.
    fn places(&self) -> Option<Vec<(usize, Interval)>> {
        match self {
            Self::Place(contig, interval) => Some(vec![(*contig, *interval)]),
            Self::Allele(contig, position, ..) => {
                let start = position.zero_based();
                // the base before it, too: what spans nothing overlaps no base of its own
                let of = Interval::new(start.saturating_sub(1), start.saturating_add(1))?;
                Some(vec![(*contig, of)])
            }
            Self::And(parts) => parts.iter().filter_map(Self::places).min_by_key(Vec::len),
            Self::Or(parts) => {
                let all: Option<Vec<_>> = parts.iter().map(Self::places).collect();
                all.map(|all| all.into_iter().flatten().collect())
            }
            Self::All | Self::Number(..) | Self::Not(_) => None,
        }
    }

    /// Whether it holds of a site.
    pub(super) fn holds(&self, contig: usize, site: &PublishedSite) -> bool {
        match self {
            Self::All => true,
            Self::Place(of, interval) => *of == contig && site.interval().overlaps(*interval),
            Self::Allele(of, position, reference, alternate) => {
                let alleles = site.alleles();
                *of == contig
                    && site.position() == *position
                    && alleles.0.eq_ignore_ascii_case(reference)
                    && alleles.1.eq_ignore_ascii_case(alternate)
            }
            Self::Number(field, comparison, value) => {
                number(site, *field).is_some_and(|number| comparison.holds(number, *value))
            }
            Self::Not(inner) => !inner.holds(contig, site),
            Self::And(parts) => parts.iter().all(|part| part.holds(contig, site)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(contig, site)),
        }
    }
}

/// A number of a site in everybody; `None` where it is withheld or not known.
fn number(site: &PublishedSite, field: Number) -> Option<f64> {
    if field == Number::Pos {
        return Some(site.position().one_based() as f64);
    }
    let counts = site.total()?;
    let number = match field {
        Number::Ac => counts.ac,
        Number::An => counts.an?,
        Number::Af => {
            let an = counts.an.filter(|&an| an > 0)?;
            return Some((counts.ac as f64 / an as f64).min(1.0));
        }
        Number::NHet => counts.genotypes?.n_het,
        Number::NHom => counts.genotypes?.n_hom,
        Number::NHemi => counts.genotypes?.n_hemi,
        _ => return None,
    };
    Some(number as f64)
}
