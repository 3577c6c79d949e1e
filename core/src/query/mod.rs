//! Questions: parse, plan, run.

#![deny(clippy::indexing_slicing)]

mod allele;
mod exec;
mod expr;
#[expect(
    clippy::mem_forget,
    reason = "self_cell forgets a guard when both of its halves are whole"
)]
mod genotypes;
mod group;
mod lookup;
mod page;
#[expect(
    clippy::mem_forget,
    reason = "self_cell forgets a guard when both of its halves are whole"
)]
mod pairs;
mod plan;
#[expect(
    clippy::mem_forget,
    reason = "self_cell forgets a guard when both of its halves are whole"
)]
mod scan;

pub use allele::Allele;
pub use exec::annotation::Annotation;
pub(crate) use exec::by_gene::carried_by_gene;
pub use exec::compound::{CompoundPair, PairPhase, PairedVariant};
pub use exec::counts::Counts;
pub(crate) use exec::coverage::{Coverage, Place};
pub use exec::dosage::Dosages;
pub use exec::inheritance::{Inheritance, Trios};
pub use exec::variants::{Variant, VariantNames, Variants};
pub use expr::{
    CarrierOptions, GroupExpr, Impact, InfoField, InfoValue, NumberField, NumberWithin, Origin,
    Transcripts, VariantExpr, VariantType,
};
pub use genotypes::{BlockVariant, GenotypeBlock, GenotypeBlocks};
pub use group::{Explanation, Group};
pub use lookup::Lookup;
pub use page::{Partition, Query, RowToken};
pub use pairs::CompoundPairs;
pub use plan::group_names::Step;
pub use scan::Scan;

use crate::cohort::{Subjects, View};
use crate::error::Result;
use crate::model::Attribute;
use crate::set::SampleSet;
use expr::is_json;
pub(crate) use expr::nearest;
use plan::group_names::People;
use plan::variant_names::Resolver;
use std::time::Instant;

/// An expression over variants, as text or built.
pub trait IntoVariantExpr {
    /// The expression, checked.
    ///
    /// # Errors
    ///
    /// [`Error::Expression`](crate::Error::Expression) where it cannot be understood.
    fn into_variant_expr(self) -> Result<(VariantExpr, String)>;
}

impl IntoVariantExpr for &str {
    /// Text, or the JSON form, which begins with `{`.
    fn into_variant_expr(self) -> Result<(VariantExpr, String)> {
        let read: VariantExpr = self.parse()?;
        // places of errors are places in text
        let text = match is_json(self) {
            true => read.to_string(),
            false => self.to_owned(),
        };
        Ok((read, text))
    }
}

impl IntoVariantExpr for &String {
    fn into_variant_expr(self) -> Result<(VariantExpr, String)> {
        self.as_str().into_variant_expr()
    }
}

impl IntoVariantExpr for VariantExpr {
    /// A built expression is printed and parsed: errors then show where they are, and what a builder
    /// cannot check is checked.
    fn into_variant_expr(self) -> Result<(VariantExpr, String)> {
        self.to_string().as_str().into_variant_expr()
    }
}

/// An expression over people, as text or built.
pub trait IntoGroupExpr {
    /// The expression, checked.
    ///
    /// # Errors
    ///
    /// [`Error::Expression`](crate::Error::Expression) where it cannot be understood.
    fn into_group_expr(self) -> Result<(GroupExpr, String)>;
}

impl IntoGroupExpr for &str {
    /// Text, or the JSON form, which begins with `{`.
    fn into_group_expr(self) -> Result<(GroupExpr, String)> {
        let read: GroupExpr = self.parse()?;
        // places of errors are places in text
        let text = match is_json(self) {
            true => read.to_string(),
            false => self.to_owned(),
        };
        Ok((read, text))
    }
}

impl IntoGroupExpr for &String {
    fn into_group_expr(self) -> Result<(GroupExpr, String)> {
        self.as_str().into_group_expr()
    }
}

impl IntoGroupExpr for GroupExpr {
    fn into_group_expr(self) -> Result<(GroupExpr, String)> {
        self.to_string().as_str().into_group_expr()
    }
}

impl View {
    /// The people that an expression picks.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// let carriers = view.ask("carriers(22:16,000,000-16,100,000 & af<0.01, hom) & !samples(HG00096)")?;
    /// println!("{}", carriers.count());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Expression`](crate::Error::Expression) for what is not understood or names nothing
    /// here; [`Error::Damaged`](crate::Error::Damaged).
    pub fn ask(&self, who: impl IntoGroupExpr) -> Result<Group> {
        let (who, text) = who.into_group_expr()?;
        plan::group_names::find(self, &who, text)
    }

    /// The same with what was done to find them.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub fn explain(&self, who: impl IntoGroupExpr) -> Result<Explanation> {
        let (who, text) = who.into_group_expr()?;
        let started = Instant::now();
        let mut people = People::new(self, text, true);
        let found = people.find(&who)?;
        let seconds = started.elapsed().as_secs_f64();
        let steps = people.steps.take().unwrap_or_default();
        let group = people.group(found, who.to_string())?;
        Ok(Explanation {
            expression: who.to_string(),
            steps,
            notes: group.counting_note().into_iter().collect(),
            people: group.count(),
            seconds,
        })
    }

    /// Everybody: all samples, and all people without samples.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) where it cannot be read whose the samples are.
    pub fn everybody(&self) -> Result<Group> {
        Group::new(self, Subjects::of(self).all(), None, "all".to_owned())
    }

    /// The id of the person whose a sample is; `None` where no person is known.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged).
    pub fn individual_of(&self, sample: u32) -> Result<Option<&str>> {
        if !self.sees(sample) {
            return Ok(None);
        }
        match (Subjects::of(self).individual(sample)?, self.people()) {
            (Some(individual), Some(people)) => people.id(individual).map(Some),
            _ => Ok(None),
        }
    }

    /// The variants that an expression picks, with counts over everybody.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub fn variants(&self, of: impl IntoVariantExpr) -> Result<Variants<'_>> {
        self.variants_of(&Query::new(of)?)
    }

    /// The variants that an expression picks, with counts in each of several groups: see
    /// [`Variant::counts_of`]. Rows are walked once, however many groups there are.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// use varidex::{Attribute, Dataset};
    /// let view = Dataset::open("cohort.vdx")?.view();
    /// let by = view.groups_by(&[Attribute::Population, Attribute::Sex], None)?;
    /// let groups: Vec<_> = by.iter().map(|(_, group)| group.clone()).collect();
    /// let mut variants = view.variants_by("gene:TLR7", &groups)?;
    /// while let Some(mut variant) = variants.next()? {
    ///     for (number, (values, _)) in by.iter().enumerate() {
    ///         println!("{values:?} {:?}", variant.counts_of(number)?);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Self::ask`], and [`Error::Usage`](crate::Error::Usage) for a group of another dataset.
    pub fn variants_by(&self, of: impl IntoVariantExpr, groups: &[Group]) -> Result<Variants<'_>> {
        self.variants(of)?.count_beside(groups)
    }

    /// Everybody, or those of a group, by the values of attributes. Who has several values of one is in
    /// several groups; `None` are those of whom none is known. Groups of nobody are left out.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`](crate::Error::Usage) where no people are loaded, and for a group of another
    /// dataset; [`Error::Damaged`](crate::Error::Damaged).
    pub fn groups_by(
        &self,
        attributes: &[Attribute],
        within: Option<&Group>,
    ) -> Result<Vec<(Vec<Option<String>>, Group)>> {
        let subjects = Subjects::of(self);
        let all = match within {
            Some(group) => group.within(self)?.subjects().clone(),
            None => subjects.all(),
        };
        let mut found = vec![(Vec::new(), all)];
        for attribute in attributes {
            let mut sets = Vec::new();
            let mut rest = subjects.all();
            for (value, individuals) in self.some_people()?.attribute_sets(*attribute)? {
                let set = subjects.of_individuals(&individuals)?;
                rest = rest.difference(&set);
                sets.push((Some(value), set));
            }
            sets.push((None, rest));
            let mut next = Vec::new();
            for (values, set) in &found {
                for (value, with) in &sets {
                    let both = set.intersection(with);
                    if !both.is_empty() {
                        next.push(([&values[..], std::slice::from_ref(value)].concat(), both));
                    }
                }
            }
            found = next;
        }
        let group = |(values, set): (Vec<Option<String>>, SampleSet)| {
            let shown = values.iter().map(|value| value.as_deref().unwrap_or("."));
            let label = shown.collect::<Vec<_>>().join("|");
            Ok((values, Group::new(self, set, None, label)?))
        };
        found.into_iter().map(group).collect()
    }

    /// The variants that an expression picks, with counts and carriers in a group.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`], and [`Error::Usage`](crate::Error::Usage) for a group of another dataset.
    pub fn variants_in(&self, of: impl IntoVariantExpr, group: &Group) -> Result<Variants<'_>> {
        self.variants_of(&Query::new(of)?.in_group(Some(group)))
    }

    /// What a question picks, from the first row to the last.
    pub(crate) fn variants_of(&self, query: &Query) -> Result<Variants<'_>> {
        let group = query.group.as_ref();
        let samples = group.map(|group| group.within(self)).transpose()?;
        let test = Resolver::new(self, query.text.clone()).resolve(&query.of)?;
        let variants = Variants::new(self, test, samples.map(Group::samples))?;
        variants.count_beside(&query.by)
    }
}
