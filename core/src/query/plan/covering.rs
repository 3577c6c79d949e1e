//! Sets that are stored by gene and hold all who carry what a question asks for.

use crate::cohort::{Applies, Shortcut, View};
use crate::error::Result;
use crate::query::expr::{Comparison, Impact, Node, Number, VariantAtom, VariantExpr};
use crate::set::SampleSet;
use crate::store::gene_carriers::{Class, Least, RARE};

/// What is stored of the carriers that a question is about.
#[derive(Debug)]
pub(in crate::query) struct CoveringSet {
    /// All who carry such a variant, and others where it is not exact.
    pub(in crate::query) samples: SampleSet,
    pub(in crate::query) exact: bool,
    /// Bytes of the set.
    pub(in crate::query) bytes: u64,
}

impl CoveringSet {
    /// A set that holds all who carry what is asked for, the most special one that is stored; `None`
    /// where there is none.
    pub(in crate::query) fn find(view: &View, of: &VariantExpr) -> Result<Option<Self>> {
        let Some(carriers) = view.gene_carriers() else {
            return Ok(None);
        };
        let parts = match &of.0 {
            Node::And(parts) => parts.as_slice(),
            node => std::slice::from_ref(node),
        };
        let rare = view.applies(Shortcut::RareGeneCarriers);
        let (mut name, mut class) = (None, Class::default());
        let mut exact = view.applies(Shortcut::GeneCarriers) == Applies::Exact;
        for part in parts {
            let Node::Atom(atom) = part else {
                exact = false;
                continue;
            };
            exact &= match &atom.kind {
                VariantAtom::Gene(gene) if name.is_none() => {
                    name = Some(gene);
                    true
                }
                VariantAtom::Number {
                    field: Number::Af,
                    comparison,
                    value,
                } if rare == Applies::Exact && is_rare(*comparison, *value) => {
                    class.rare = true;
                    *comparison == Comparison::Less && *value == RARE
                }
                VariantAtom::Impact { comparison, impact } => {
                    let (least, all) = least(*comparison, *impact);
                    class.least = class.least.max(least);
                    all
                }
                _ => false,
            };
        }
        let Some(name) = name else {
            return Ok(None);
        };
        let Some(gene) = carriers.find(name)? else {
            return Ok(None);
        };
        for wide in class.wider() {
            if let Some((samples, bytes)) = carriers.carriers(gene, wide)? {
                return Ok(Some(Self {
                    samples,
                    exact: exact && wide == class,
                    bytes,
                }));
            }
        }
        Ok(None)
    }

    /// For `--explain`: whether they are the answer.
    pub(in crate::query) fn note(&self, answered: bool) -> String {
        let count = self.samples.len();
        match answered {
            true => format!("carriers stored by gene: {count} samples, no row is read"),
            false => format!("carriers stored by gene: at most {count} samples"),
        }
    }
}

/// Whether only rare variants have such a frequency.
fn is_rare(comparison: Comparison, value: f64) -> bool {
    match comparison {
        Comparison::Less => value <= RARE,
        Comparison::LessOrEqual | Comparison::Equal => value < RARE,
        Comparison::Greater | Comparison::GreaterOrEqual | Comparison::NotEqual => false,
    }
}

/// The highest least impact of which all entries are that are asked for, and whether they are all of
/// those.
fn least(comparison: Comparison, impact: Impact) -> (Least, bool) {
    let asked = |grade: Impact| comparison.holds(f64::from(grade as u8), f64::from(impact as u8));
    let lower = asked(Impact::Modifier) || asked(Impact::Low);
    match (lower, asked(Impact::Moderate), asked(Impact::High)) {
        (true, ..) => (Least::Any, false),
        (false, true, high) => (Least::Moderate, high),
        (false, false, high) => (Least::High, high),
    }
}
