//! What is known of the place of an allele that a dataset does not have.

use super::expr::VariantExpr;
use super::group::Group;
use super::page::Query;
use crate::cohort::View;
use crate::error::Result;
use crate::genome::{AlleleName, Change, Identifier, Interval, Position, parse_identifier};
use std::fmt;

/// Alleles that start at a place of which an [`Absence`] lists no more.
const OTHERS_MAX: usize = 100;

/// Why a dataset does not have an allele, and what is known of its place.
///
/// Nobody carries it where the place was looked at; where it was not, that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// Copies with a known allele at the place, none of which is this one; `None` where somebody of the group
    /// was not looked at here.
    pub an: Option<u64>,
    /// Samples of which at least one copy has an unknown allele; `None` where AN is not known.
    pub n_missing: Option<u64>,
    /// Samples asked about.
    pub samples: u64,
    /// REF and ALT of the alleles that start at the position, the first 100.
    pub others: Vec<(String, String)>,
    /// Why.
    pub reason: AbsenceReason,
}

/// Why a dataset does not have an allele.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AbsenceReason {
    /// No variant has this id.
    UnknownId(String),
    /// The position is behind the end of the contig.
    BehindEnd {
        /// The contig.
        contig: String,
        /// Its bases.
        length: u64,
    },
    /// Variants at the position have another REF: the allele is of another assembly, or of the other strand.
    OtherReference {
        /// The REF that was asked for.
        asked: String,
        /// The one of the dataset, as long as they can be compared.
        found: String,
    },
    /// The place was looked at, and nobody carries it.
    NotCarried,
    /// It is not known whether the place was looked at.
    NotCovered,
}

impl fmt::Display for Absence {
    /// In a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            AbsenceReason::UnknownId(id) => return write!(f, "no variant has the id `{id}`"),
            AbsenceReason::BehindEnd { contig, length } => {
                return write!(
                    f,
                    "the position is behind the end of {contig}, which has {length} bases"
                );
            }
            AbsenceReason::OtherReference { asked, found } => write!(
                f,
                "the reference here is {found}, not {asked}: another assembly, or the other strand?"
            )?,
            AbsenceReason::NotCarried => {
                let samples = self.samples;
                write!(f, "nobody has it: {samples} samples were looked at here")?;
                match self.n_missing {
                    None | Some(0) => {}
                    Some(missing) => {
                        write!(f, ", {missing} of them with a copy that is not known")?
                    }
                }
            }
            AbsenceReason::NotCovered => {
                f.write_str("not covered: it is not known whether anybody has it")?;
            }
        }
        const SHOWN: usize = 5;
        for (number, (reference, alternate)) in self.others.iter().take(SHOWN).enumerate() {
            let before = if number == 0 { "; there is " } else { ", " };
            write!(f, "{before}{reference}>{alternate}")?;
        }
        match self.others.len() > SHOWN {
            true => f.write_str(", …"),
            false => Ok(()),
        }
    }
}

/// What was asked for.
struct Asked<'t> {
    contig: u32,
    position: Position,
    /// Both empty where the text says no bases.
    reference: &'t str,
    alternate: &'t str,
}

impl View {
    /// Why the dataset does not have an allele, and what is known of its place; `None` where it has it. Of
    /// everybody, or of a group; names as [`Self::frequency`] takes them.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// if let Some(absence) = view.absence("19:38433722:T:G", None)? {
    ///     println!("{absence}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Self::frequency`].
    pub fn absence(&self, allele: &str, group: Option<&Group>) -> Result<Option<Absence>> {
        self.check()?;
        let within = group.map(|group| group.within(self)).transpose()?;
        if self.allele_named(allele)?.is_some() {
            return Ok(None);
        }
        let mut absence = Absence {
            an: None,
            n_missing: None,
            samples: match within {
                Some(group) => group.samples().len(),
                None => self.sample_count().into(),
            },
            others: Vec::new(),
            reason: AbsenceReason::NotCovered,
        };
        let name = match parse_identifier(allele)? {
            Identifier::Allele(name) => name,
            Identifier::Id(_) | Identifier::Vrs(_) => {
                absence.reason = AbsenceReason::UnknownId(allele.to_owned());
                return Ok(Some(absence));
            }
        };
        let Some(asked) = self.asked(&name)? else {
            return Ok(Some(absence));
        };
        self.look_beside(&asked, within, &mut absence)?;
        let contig = self.manifest().contigs.get(asked.contig as usize);
        // records behind the end are odd, and are stored
        let is_known = absence.an.is_some() || !absence.others.is_empty();
        if let Some(length) = contig.and_then(|contig| contig.length)
            && asked.position.zero_based() as u64 >= length
            && !is_known
        {
            let contig = self.contig_name(asked.contig).to_owned();
            absence.reason = AbsenceReason::BehindEnd { contig, length };
        }
        Ok(Some(absence))
    }

    fn asked<'t>(&self, name: &'t AlleleName<'_>) -> Result<Option<Asked<'t>>> {
        let contig = self.contig_named(name.contig)?;
        let (position, reference, alternate) = match &name.change {
            Change::Exact {
                position,
                reference,
                alternate,
            } => (Some(*position), &**reference, &**alternate),
            Change::Deletion { interval, .. }
            | Change::Duplication { interval }
            | Change::Inversion { interval } => {
                (Position::from_zero_based(interval.start.into()), "", "")
            }
        };
        Ok(position.map(|position| Asked {
            contig,
            position,
            reference,
            alternate,
        }))
    }

    /// What variants at the same position say, and rows without change over it.
    fn look_beside(
        &self,
        asked: &Asked<'_>,
        group: Option<&Group>,
        absence: &mut Absence,
    ) -> Result<()> {
        let start = asked.position.zero_based();
        let at = Interval {
            start,
            end: start.saturating_add(1),
        };
        let of = VariantExpr::region(self.contig_name(asked.contig), at);
        let mut variants = self.variants_of(&Query::new(of)?.in_group(group))?;
        let (mut has_same, mut other_reference) = (false, None);
        while let Some(mut variant) = variants.next()? {
            if variant.position()? != asked.position {
                continue;
            }
            let (reference, alternate) = variant.alleles()?;
            let reference = String::from_utf8_lossy(reference).into_owned();
            let alternate = String::from_utf8_lossy(alternate).into_owned();
            has_same |= reference.eq_ignore_ascii_case(asked.reference);
            if other_reference.is_none() {
                other_reference = different(asked.reference, &reference);
            }
            let is_change = !matches!(&*alternate, "" | "<*>" | "<NON_REF>");
            if absence.others.len() < OTHERS_MAX && is_change {
                absence.others.push((reference, alternate));
            }
        }
        let contig = self.contig_name(asked.contig);
        let bases = (asked.reference, asked.alternate);
        let known = self
            .lookup(group)?
            .counts_of_nobody(contig, asked.position, bases)?;
        (absence.an, absence.n_missing) = (known.an, known.n_missing);
        absence.reason = match (other_reference, absence.an) {
            (Some(found), _) if !has_same => AbsenceReason::OtherReference {
                asked: asked.reference.to_owned(),
                found,
            },
            (_, Some(_)) => AbsenceReason::NotCarried,
            (_, None) => AbsenceReason::NotCovered,
        };
        Ok(())
    }
}

/// The REF of a variant as far as it can be compared with the one asked for, where they differ: both begin at one
/// position.
fn different(asked: &str, found: &str) -> Option<String> {
    let known = |base: u8| matches!(base.to_ascii_uppercase(), b'A' | b'C' | b'G' | b'T');
    let differs = |(a, b): (u8, u8)| known(a) && known(b) && !a.eq_ignore_ascii_case(&b);
    let differs = asked.bytes().zip(found.bytes()).any(differs);
    differs.then(|| found.chars().take(asked.len()).collect())
}
