//! Trimming and left-aligning alleles against a reference.

use super::options::BuildOptions;
use crate::error::{Error, Result};
use crate::genome::{
    Assembly, NormaliseError, Normalised, Position, ReferenceFasta, Trimmed, normalise,
};

/// How far left of its record normalisation may move a row: rows are held back that long. It bounds
/// memory; `bcftools norm` holds back 1,000 sites' width by default.
pub(super) const SHIFT_MAX: i32 = 10_000;

/// What is expected of a REF.
pub(super) const IN_REFERENCE: &str = "REF as in the reference sequence";

/// An allele in its usual spelling.
#[derive(Debug, Default)]
pub(super) struct Spelled {
    /// By how many bases it can be shifted.
    pub(super) roll: u32,
    /// Position, REF and ALT, where they are others.
    pub(super) change: Option<(i32, Vec<u8>, Vec<u8>)>,
    /// Why the alleles are kept as they are.
    pub(super) warning: Option<String>,
}

/// Why there is none.
pub(super) enum Unspelled {
    /// REF is not what the reference has.
    Mismatch(String),
    Failed(Error),
}

/// A reference, and where in it the last allele was.
pub(super) struct Normaliser {
    fasta: ReferenceFasta,
    /// The contig of the last allele, and its number in the reference, where it is there.
    last: Option<(u32, Option<usize>)>,
}

impl Normaliser {
    /// Where the options name a reference.
    pub(super) fn of(options: &BuildOptions, assembly: Option<Assembly>) -> Result<Option<Self>> {
        match &options.reference {
            Some(path) => Ok(Some(Self {
                fasta: ReferenceFasta::open(path, assembly)?,
                last: None,
            })),
            None => Ok(None),
        }
    }

    /// Another input begins, which numbers its contigs anew.
    pub(super) fn begin(&mut self) {
        self.last = None;
    }

    /// Spells an allele of a contig, by the caller's number and its name.
    pub(super) fn normalise(
        &mut self,
        (contig, name): (u32, &str),
        position: i32,
        reference: &[u8],
        alternate: &[u8],
    ) -> Result<Spelled, Unspelled> {
        let Some(at) = Position::from_zero_based(i64::from(position)) else {
            return Ok(Spelled::default());
        };
        let number = match self.last {
            Some((of, number)) if of == contig => number,
            _ => self.fasta.find(name).ok(),
        };
        self.last = Some((contig, number));
        let kept = |what: String| {
            Ok(Spelled {
                warning: Some(what),
                ..Spelled::default()
            })
        };
        let Some(sequence) = number.and_then(|number| self.fasta.sequence(number)) else {
            return kept(format!(
                "contig {name} is not in the reference: its alleles are kept as they are"
            ));
        };
        match normalise(at, reference, alternate, &sequence) {
            Ok(Normalised {
                position: to,
                reference: new_reference,
                alternate: new_alternate,
                roll,
            }) => {
                let to = to.zero_based();
                let same =
                    to == position && new_reference == reference && new_alternate == alternate;
                let far = position - to > SHIFT_MAX;
                // it is counted from the leftmost spelling, which is not the one that is kept
                let passed = match far {
                    true => shift_of(
                        (position, reference, alternate),
                        (to, &new_reference, &new_alternate),
                    ),
                    false => 0,
                };
                Ok(Spelled {
                    roll: roll.saturating_sub(passed),
                    warning: (!same && far).then(|| {
                        format!(
                            "an indel that left-alignment moves more than {SHIFT_MAX} bases is kept as it is"
                        )
                    }),
                    change: (!same && !far).then_some((to, new_reference, new_alternate)),
                })
            }
            Err(NormaliseError::Read(error)) => Err(Unspelled::Failed(error)),
            Err(error @ NormaliseError::Mismatch { .. }) => {
                Err(Unspelled::Mismatch(error.to_string()))
            }
            Err(error) => kept(format!("alleles kept as they are: {error}")),
        }
    }
}

/// By how many bases a spelling of a change stands right of another one.
fn shift_of(of: (i32, &[u8], &[u8]), leftmost: (i32, &[u8], &[u8])) -> u32 {
    let start = |(position, reference, alternate): (i32, &[u8], &[u8])| {
        Trimmed::of(position.into(), reference, alternate).map_or(0, |trimmed| trimmed.start)
    };
    u32::try_from(start(of) - start(leftmost)).unwrap_or(0)
}

/// Where a REF that starts here ends.
pub(super) fn end_of(position: i32, reference: &[u8]) -> i32 {
    position.saturating_add(i32::try_from(reference.len()).unwrap_or(i32::MAX))
}
