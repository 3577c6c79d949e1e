//! What can be asked of a published file: an expression over places and numbers of the total.

use super::published::{Published, PublishedSite};
use super::sites::PublishedSites;
use super::spelled::Wanted;
use crate::error::{Error, ExpressionError, Result};
use crate::genome::{
    AlleleName, Change, Identifier, Interval, fits, parse_identifier, variant_length,
};
use crate::query::{
    Atom, Comparison, IntoVariantExpr, Node, Number, Placing, RegionList, VariantAtom, VariantType,
};
use std::ops::Range;

/// A question, with names looked up.
#[derive(Debug, Clone)]
pub(super) enum Test {
    All,
    /// What touches a stretch of a contig.
    Place(usize, Interval),
    /// What begins in one of these stretches.
    Begins(Vec<(usize, Interval)>),
    /// The rows of an allele, ascending, and where they are.
    Rows(Vec<u32>, Vec<(usize, Interval)>),
    Type(VariantType),
    /// REF, and ALT, as it stands; letters of the pattern may stand for several bases.
    Reference(Vec<u8>),
    Alternate(Vec<u8>),
    Number(Number, Comparison, f64),
    Not(Box<Test>),
    And(Vec<Test>),
    Or(Vec<Test>),
}

impl Published {
    /// The sites that WHERE picks, in their order: of regions and `begins`, contigs, alleles (`contig:position:REF:ALT`, SPDI or HGVS with REF and ALT,
    /// however they are spelled), `ref`, `alt`, `type`, `pos`, `start`, `end`, `length` (of symbolic alleles from POS to END), and
    /// numbers of everybody (`ac`, `an`, `af`, `n_het`, `n_hom`, `n_hemi`), which are compared as they were released: of what is withheld nothing
    /// holds.
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] for what a published file cannot answer, and for an indel of which only the reference could say whether it is
    /// one of the file.
    pub fn sites(&self, of: impl IntoVariantExpr) -> Result<PublishedSites> {
        let (sites, undecided) = self.sites_or_doubt(of)?;
        match undecided.into_iter().next() {
            None => Ok(sites),
            Some((site, at, text)) => {
                let message = format!(
                    "whether it is a site here cannot be decided: {} may be the same change, by bases of the reference that the file does not have",
                    site.name()
                );
                Err(refused(&text, &at, message))
            }
        }
    }

    /// The same, and the sites that may be an allele that is asked for.
    pub(crate) fn sites_or_doubt(
        &self,
        of: impl IntoVariantExpr,
    ) -> Result<(PublishedSites, Vec<Doubt>)> {
        let (of, text) = of.into_variant_expr()?;
        let mut undecided = Vec::new();
        let test = self.bind(&of.0, &text, &mut undecided)?;
        let places = match test.places() {
            Some(places) => places,
            None => (0..self.info().contigs.len())
                .map(|contig| (contig, EVERYWHERE))
                .collect(),
        };
        Ok((PublishedSites::of(self, places, Some(test)), undecided))
    }

    fn bind(
        &self,
        node: &Node<VariantAtom>,
        text: &str,
        undecided: &mut Vec<Doubt>,
    ) -> Result<Test> {
        let mut all = |parts: &[Node<VariantAtom>]| -> Result<Vec<Test>> {
            let parts = parts.iter();
            parts.map(|part| self.bind(part, text, undecided)).collect()
        };
        Ok(match node {
            Node::Atom(atom) => self.bind_atom(atom, text, undecided)?,
            Node::Not(inner) => Test::Not(Box::new(self.bind(inner, text, undecided)?)),
            Node::And(parts) => Test::And(all(parts)?),
            Node::Or(parts) => Test::Or(all(parts)?),
        })
    }

    fn bind_atom(
        &self,
        atom: &Atom<VariantAtom>,
        text: &str,
        undecided: &mut Vec<Doubt>,
    ) -> Result<Test> {
        let wrong = |message: String| refused(text, &atom.at, message);
        let contig = |name: &str| {
            let found = self.names.resolve(name);
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
                Ok(Identifier::Allele(name)) => {
                    let (test, doubts) = self.bind_allele(contig(name.contig)?, &name, &wrong)?;
                    let doubts = doubts.into_iter();
                    undecided.extend(doubts.map(|site| (site, atom.at.clone(), text.to_owned())));
                    Ok(test)
                }
                Ok(_) => Err(wrong(NOT_ANSWERED.to_owned())),
                Err(error) => Err(wrong(error.message)),
            },
            VariantAtom::Placed {
                how: Placing::Begins,
                of: RegionList::Regions(all),
            } => {
                let all = all.iter().map(|of| Ok((contig(&of.contig)?, of.interval)));
                Ok(Test::Begins(all.collect::<Result<_>>()?))
            }
            VariantAtom::Type(kind) => Ok(Test::Type(*kind)),
            VariantAtom::Reference(bases) => Ok(Test::Reference(pattern(bases))),
            VariantAtom::Alternate(bases) => Ok(Test::Alternate(pattern(bases))),
            VariantAtom::Number {
                field:
                    field @ (Number::Ac
                    | Number::An
                    | Number::Af
                    | Number::NHet
                    | Number::NHom
                    | Number::NHemi
                    | Number::Length
                    | Number::Pos
                    | Number::Start
                    | Number::End),
                comparison,
                value,
            } => Ok(Test::Number(*field, *comparison, *value)),
            _ => Err(wrong(NOT_ANSWERED.to_owned())),
        }
    }

    /// The rows of an allele, and those that may be it.
    fn bind_allele(
        &self,
        contig: usize,
        name: &AlleleName<'_>,
        wrong: &dyn Fn(String) -> Error,
    ) -> Result<(Test, Vec<PublishedSite>)> {
        let Change::Exact {
            position,
            reference,
            alternate,
        } = &name.change
        else {
            return Err(wrong(NOT_ANSWERED.to_owned()));
        };
        let wanted = Wanted {
            position: *position,
            reference: reference.as_bytes(),
            alternate: alternate.as_bytes(),
        };
        let spelled = self.spelled(contig, &wanted)?;
        let rows = spelled.found.iter().map(|site| site.row).collect();
        let places = spelled.found.iter();
        let places = places.map(|site| (contig, around(site.interval())));
        Ok((Test::Rows(rows, places.collect()), spelled.undecided))
    }
}

/// A site that may be an allele that is asked for, and where in which text that one is.
pub(crate) type Doubt = (PublishedSite, Range<usize>, String);

/// What REF or ALT is held against; `.` is none.
fn pattern(text: &str) -> Vec<u8> {
    match text {
        "." => Vec::new(),
        text => text.as_bytes().to_vec(),
    }
}

/// A stretch with the base before it: what spans nothing overlaps no base of its own.
fn around(of: Interval) -> Interval {
    Interval {
        start: of.start.saturating_sub(1),
        end: of.end,
    }
}

/// All of a contig, from the telomere on.
const EVERYWHERE: Interval = Interval {
    start: i32::MIN,
    end: i32::MAX,
};

const NOT_ANSWERED: &str = "a published file answers for regions, contigs, alleles as contig:position:REF:ALT, begins, ref, alt, \
     type, length, pos, start, end, and ac, an, af, n_het, n_hom, n_hemi of everybody; not for this";

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
            Self::Begins(of) => {
                let of = of.iter();
                Some(of.map(|(contig, of)| (*contig, around(*of))).collect())
            }
            Self::Rows(_, places) => Some(places.clone()),
            Self::And(parts) => parts.iter().filter_map(Self::places).min_by_key(Vec::len),
            Self::Or(parts) => {
                let all: Option<Vec<_>> = parts.iter().map(Self::places).collect();
                all.map(|all| all.into_iter().flatten().collect())
            }
            Self::All
            | Self::Number(..)
            | Self::Not(_)
            | Self::Type(_)
            | Self::Reference(_)
            | Self::Alternate(_) => None,
        }
    }

    /// Whether it holds of a site.
    pub(super) fn holds(&self, contig: usize, site: &PublishedSite) -> bool {
        match self {
            Self::All => true,
            Self::Place(of, interval) => *of == contig && site.interval().overlaps(*interval),
            Self::Begins(of) => {
                let start = site.interval().start;
                let begins = |of: &(usize, Interval)| {
                    of.0 == contig && of.1.start <= start && start < of.1.end
                };
                of.iter().any(begins)
            }
            Self::Rows(rows, _) => rows.binary_search(&site.row).is_ok(),
            Self::Type(kind) => kind.is_of(site.allele_type()),
            Self::Reference(pattern) => fits(pattern, site.alleles().0),
            Self::Alternate(pattern) => fits(pattern, site.alleles().1),
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
    match field {
        Number::Pos | Number::Start => return Some(site.position().one_based() as f64),
        // behind the last base, counted from 0, is the last one, counted from 1
        Number::End => return Some(site.interval().end.into()),
        Number::Length => {
            let (reference, alternate) = site.alleles();
            let of = site.interval();
            let span = u64::try_from(i64::from(of.end) - i64::from(of.start)).unwrap_or(0);
            let kind = site.allele_type();
            return variant_length(kind, reference, alternate, None, span).map(|n| n as f64);
        }
        _ => {}
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
