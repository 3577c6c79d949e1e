//! Noise in numbers, where a policy asks for it: drawn by a host, once for each number.

use super::memory::lasting;
use super::policy_view::PolicyView;
use crate::cohort::View;
use crate::error::Result;
use crate::model::{Known, Noise, Policy, Rounding};
use crate::query::{Group, Query, Scan, Variant};
use crate::set::SampleSet;
use sha2::{Digest as _, Sha256};
use std::collections::VecDeque;
use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

/// Variants of which noise is drawn together at most.
const TOGETHER: usize = 256;
/// Why a policy with noise is refused where nothing draws any.
pub(super) const NO_SOURCE: &str =
    "adds noise, which is drawn with a ledger, by a build with the feature `noise`";
/// Why numbers are not compared: they are without noise.
pub(super) const NOT_COMPARED: &str =
    "adds noise, and does not compare numbers of people or copies";

/// Draws noise for a view under a policy. Each number has its own, whoever asks for it and as often as it is asked for: else the mean
/// of many answers would be the number itself. A host keeps what was drawn; the crate `varidex-ledger` does, with its feature `noise`.
/// Where it fails, a question is refused.
pub trait NoiseSource: Send + Sync + fmt::Debug {
    /// Noise of each of some numbers, in their order, as the policy asks for.
    ///
    /// # Errors
    ///
    /// Where it cannot be drawn, or cannot be kept.
    fn noise(&self, noise: &Noise, of: &[NoiseAsked<'_>]) -> Result<Vec<i64>>;
}

/// A number that noise is added to, by what is the same whenever it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NoiseAsked<'a> {
    /// What is counted: `ac`, `people` or `term`.
    pub statistic: &'a str,
    /// Which allele or term; empty of people.
    pub of: &'a str,
    /// SHA-256 of who is counted, or of those among whom is counted: of their numbers as [`View::lasting_people`] gives them, and
    /// where copies are counted of their samples.
    pub members: &'a [u8; 32],
}

/// What draws noise, and how.
#[derive(Debug, Clone)]
pub(super) struct Noising {
    rule: Noise,
    pub(super) source: Arc<dyn NoiseSource>,
}

impl Noising {
    pub(super) fn new(rule: Noise, source: Arc<dyn NoiseSource>) -> Self {
        Self { rule, source }
    }

    fn draw(&self, of: &[NoiseAsked<'_>]) -> Result<Vec<i64>> {
        let drawn = self.source.noise(&self.rule, of)?;
        match drawn.len() == of.len() {
            true => Ok(drawn),
            false => Err(crate::error::Error::Usage(format!(
                "noise: expected {} numbers, found {}",
                of.len(),
                drawn.len()
            ))),
        }
    }
}

/// People as noise knows them.
fn digest_of(view: &View, subjects: &SampleSet) -> Result<[u8; 32]> {
    Ok(digest(view, subjects)?.finalize().into())
}

/// The same with their samples: of the same people others may be counted.
fn digest_of_group(view: &View, group: &Group) -> Result<[u8; 32]> {
    let mut digest = digest(view, group.subjects())?;
    // no person has this number
    digest.update(u32::MAX.to_le_bytes());
    for sample in group.samples().iter() {
        digest.update(sample.to_le_bytes());
    }
    Ok(digest.finalize().into())
}

fn digest(view: &View, subjects: &SampleSet) -> Result<Sha256> {
    let mut digest = Sha256::new();
    for person in lasting(view, subjects)?.iter() {
        digest.update(person.to_le_bytes());
    }
    Ok(digest)
}

impl PolicyView {
    /// Numbers of people that may be shown, with noise where the policy adds some: by who they are, so that a question in other words
    /// has the same. What is then below the floor is withheld.
    pub(super) fn noised(&self, of: &[(Known<u64>, u64, &SampleSet)]) -> Result<Vec<Known<u64>>> {
        let Some(noising) = &self.noise else {
            return Ok(of.iter().map(|(shown, ..)| *shown).collect());
        };
        let mut members = Vec::with_capacity(of.len());
        for (shown, _, subjects) in of {
            members.push(match shown {
                Known::Withheld => None,
                _ => Some(digest_of(&self.view, subjects)?),
            });
        }
        let asked: Vec<NoiseAsked<'_>> = members
            .iter()
            .flatten()
            .map(|members| NoiseAsked {
                statistic: "people",
                of: "",
                members,
            })
            .collect();
        let mut drawn = noising.draw(&asked)?.into_iter();
        let numbers = of.iter().zip(&members).map(|((_, number, _), members)| {
            let noise = members.as_ref().and_then(|_| drawn.next());
            noise.map_or(Known::Withheld, |noise| self.with_noise(*number, noise))
        });
        Ok(numbers.collect())
    }

    /// Numbers of people of whom terms are recorded: among all who may be seen.
    pub(super) fn noised_terms(&self, terms: &[(&str, u64)]) -> Result<Option<Vec<Known<u64>>>> {
        let Some(noising) = &self.noise else {
            return Ok(None);
        };
        let everybody = digest_of(&self.view, self.view.all()?.subjects())?;
        let asked: Vec<NoiseAsked<'_>> = terms
            .iter()
            .map(|(of, _)| NoiseAsked {
                statistic: "term",
                of,
                members: &everybody,
            })
            .collect();
        let drawn = noising.draw(&asked)?;
        let numbers = terms.iter().zip(drawn);
        let numbers = numbers.map(|((_, people), noise)| self.with_noise(*people, noise));
        Ok(Some(numbers.collect()))
    }

    fn with_noise(&self, people: u64, noise: i64) -> Known<u64> {
        let floor = self.policy.floor.people;
        Rounding::of(&self.policy, floor).noisy(people, noise, floor)
    }
}

/// Noise of the counts of variants, drawn ahead of them.
pub(super) struct Noised {
    noising: Noising,
    /// The same variants.
    ahead: Scan,
    /// Of everybody, and then of each group that is counted beside: who is in it.
    members: Vec<[u8; 32]>,
    /// Of the variants that come next.
    drawn: VecDeque<Vec<i64>>,
    /// Of so many it was drawn last.
    together: usize,
}

impl Noised {
    pub(super) fn new(
        noising: &Noising,
        view: &View,
        query: &Query,
        groups: &[Group],
    ) -> Result<Self> {
        let mut members = vec![digest_of_group(view, &view.all()?)?];
        for group in groups {
            members.push(digest_of_group(view, group)?);
        }
        Ok(Self {
            noising: noising.clone(),
            ahead: view.scan(query)?,
            members,
            drawn: VecDeque::new(),
            together: 0,
        })
    }

    /// Noise of the variant that comes next: in everybody, and then in each group.
    pub(super) fn next(&mut self) -> Result<Vec<i64>> {
        if self.drawn.is_empty() {
            self.draw()?;
        }
        Ok(self.drawn.pop_front().unwrap_or_default())
    }

    fn draw(&mut self) -> Result<()> {
        let mut alleles = Vec::new();
        // few at first: who reads few has few drawn
        self.together = (2 * self.together).clamp(1, TOGETHER);
        while alleles.len() < self.together
            && let Some(allele) = self.ahead.next(|mut variant| name(&mut variant))?
        {
            alleles.push(allele);
        }
        let mut asked = Vec::with_capacity(alleles.len() * self.members.len());
        for allele in &alleles {
            asked.extend(self.members.iter().map(|members| NoiseAsked {
                statistic: "ac",
                of: allele,
                members,
            }));
        }
        let drawn = self.noising.draw(&asked)?;
        let each = drawn.chunks(self.members.len().max(1));
        self.drawn.extend(each.map(<[i64]>::to_vec));
        Ok(())
    }
}

/// A variant by its allele, and by the rows that are counted: two records of one allele have other counts, and so other noise.
fn name(variant: &mut Variant<'_, '_>) -> Result<String> {
    let mut name = format!("{}:{}", variant.contig(), variant.position()?.one_based());
    let (reference, alternate) = variant.alleles()?;
    for allele in [reference, alternate] {
        name.push(':');
        name.push_str(&String::from_utf8_lossy(allele));
    }
    for (part, row) in variant.counted_rows() {
        // writing to a text does not fail
        let _ = write!(name, " {part}.{row}");
    }
    Ok(name)
}

impl View {
    /// The same under a policy that adds noise, and what draws it. Of other policies it is as [`Self::under_policy`].
    ///
    /// # Errors
    ///
    /// As [`Self::under_policy`].
    pub fn under_policy_with_noise(
        &self,
        policy: &Policy,
        source: Arc<dyn NoiseSource>,
    ) -> Result<PolicyView> {
        let noise = policy.noise.map(|rule| Noising::new(rule, source));
        self.governed(policy, noise)
    }
}
