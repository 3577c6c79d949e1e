//! Questions for people.

use super::exec::run;
use super::explain::{Explanation, Plan};
use super::expr::{GroupExpr, IntoGroupExpr};
use super::group::Group;
use super::plan::admit::{admit, admit_beside};
use super::plan::bind::Binder;
use super::plan::proposals::proposed;
use crate::cohort::{Subjects, View};
use crate::error::Result;
use std::time::Instant;

/// The expression; errors propose what a bare word may be in the dataset.
fn read(view: &View, who: impl IntoGroupExpr) -> Result<(GroupExpr, String)> {
    who.into_group_expr().map_err(|error| proposed(view, error))
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
        self.check()?;
        let (who, text) = read(self, who)?;
        let plan = Binder::new(self, &text).group(&who)?;
        let found = run::group(self, admit(self, plan)?, false)?;
        Group::of_found(self, found, who.to_string())
    }

    /// The same, to count variants in whom it finds.
    pub(crate) fn ask_beside_variants(&self, who: &str) -> Result<Group> {
        self.check()?;
        let (who, text) = read(self, who)?;
        let plan = Binder::new(self, &text).group(&who)?;
        let found = run::group(self, admit_beside(self, plan, true)?, false)?;
        Group::of_found(self, found, who.to_string())
    }

    /// The same with what was done to find them.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub fn explain(&self, who: impl IntoGroupExpr) -> Result<Explanation> {
        self.plan(who)?.run()
    }

    /// How a question will be answered: all names are looked up, and nothing is run.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// let plan = view.plan("carriers(gene:TTN & af<0.01) & sex:female")?;
    /// println!("{plan}");
    /// println!("{}", plan.run()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub fn plan(&self, who: impl IntoGroupExpr) -> Result<Plan> {
        self.check()?;
        let started = Instant::now();
        let (who, text) = read(self, who)?;
        let plan = Binder::new(self, &text).explained().group(&who)?;
        Plan::new(self, who.to_string(), plan, started)
    }

    /// Everybody: all samples, and all people without samples.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) where it cannot be read of which individuals the samples are.
    pub fn all(&self) -> Result<Group> {
        self.check()?;
        Group::new(self, Subjects::of(self).all()?, None, "all".to_owned())
    }

    /// The id of the individual that a sample is of; `None` where none is known.
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
}
