//! Virtual cohorts: a name for an expression, asked anew in each view.

use super::exec::run;
use super::expr::{GroupAtom, GroupExpr, IntoGroupExpr, Node, SampleList, nearest};
use super::group::Group;
use super::plan::admit::admit;
use super::plan::bind::Binder;
use super::plan::cohorts::{mentions, parsed, visible, with_lists};
use super::plan::names::Names;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::{Date, Purpose, moment, now};
use crate::store::cohorts::{Definition, check_name, lock, read, write};

/// A virtual cohort, as a view sees it: a name for an expression over people. `cohort:NAME` stands for the expression wherever
/// people are picked, and is asked anew each time: decisions of people always hold, and data that were added count.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cohort {
    /// Its name.
    pub name: String,
    /// Whom it picks; lists in it have those alone who may be seen.
    pub expression: String,
    /// How many people these are now, of those who may be seen; `None` where it cannot be asked: it is pinned to another
    /// state, or names what is not there any more.
    pub count: Option<u64>,
    /// The state of the dataset that it was defined in.
    pub snapshot: String,
    /// Whether this is another state.
    pub is_stale: bool,
    /// Whether it holds in the state that it was defined in alone, and is refused in others.
    pub is_pinned: bool,
    /// When it was defined, by the clock of the machine that did: in UTC, as RFC 3339 writes it.
    pub time: String,
    /// The purpose of the view that it was defined in.
    pub purpose: Option<Purpose>,
    /// The day of the permit of that view.
    pub permit_date: Option<Date>,
}

impl GroupExpr {
    /// Whether it uses a cohort of a name, within variants as well.
    pub(crate) fn uses_cohort(&self, name: &str) -> Result<bool> {
        mentions(self, name)
    }
}

impl View {
    /// Defines a virtual cohort: `cohort:NAME` stands for the expression from now on, in every process. A list of ids that
    /// the expression takes from a file is kept as ids. With `pin` it holds in this state of the dataset alone, and is refused
    /// by name in others.
    ///
    /// ```no_run
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// view.define_cohort("finns", "population:FIN & sex:female", false)?;
    /// println!("{}", view.ask("cohort:finns & carriers(gene:RYR1)")?.count());
    /// # Ok::<(), varidex::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for what is no name, or the name of another cohort, defined or recorded of people;
    /// [`Error::Expression`] as [`Self::ask`], and where the expression names files of anything but ids;
    /// [`Error::Locked`], [`Error::Io`], [`Error::Damaged`].
    pub fn define_cohort(&self, name: &str, who: impl IntoGroupExpr, pin: bool) -> Result<Cohort> {
        self.check()?;
        let usage = |message: String| Err(Error::Usage(format!("cohort {name:?}: {message}")));
        if let Err(expected) = check_name(name) {
            return usage(format!("expected {expected}"));
        }
        let (who, _) = who.into_group_expr()?;
        let who = self.with_ids_of_files(&who)?;
        let _lock = lock(self.folder())?;
        let mut all = read(self.folder())?;
        if all.iter().any(|of| of.name.eq_ignore_ascii_case(name)) {
            return usage("it is defined already: drop it first".to_owned());
        }
        if Names::new(self, "").is_recorded_cohort(name)? {
            return usage("people are recorded in a cohort of this name".to_owned());
        }
        let count = self.without_loader().cohort_of(name, &who)?.count();
        let definition = Definition {
            name: name.to_owned(),
            expression: who.to_string(),
            snapshot: self.snapshot().to_owned(),
            pinned: pin,
            time: moment(u64::try_from(now()).unwrap_or(0)),
            purpose: self.access().purpose,
            permit_date: self.access().permit_date,
        };
        all.push(definition.clone());
        all.sort_by(|a, b| a.name.cmp(&b.name));
        write(self.folder(), all)?;
        self.cohort(definition, &who, Some(count))
    }

    /// The virtual cohorts, by name, with how many people each has in this view.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`], [`Error::Io`].
    pub fn cohorts(&self) -> Result<Vec<Cohort>> {
        self.check()?;
        let mut found = Vec::new();
        for of in read(self.folder())? {
            let who = parsed(self, &of)?;
            let name = GroupExpr(Node::built(GroupAtom::of_cohort(&of.name)));
            let count = match self.ask(name) {
                Ok(group) => Some(group.count()),
                Err(Error::Expression(_)) => None,
                Err(other) => return Err(other),
            };
            found.push(self.cohort(of, &who, count)?);
        }
        Ok(found)
    }

    /// The names of the virtual cohorts, by name.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`], [`Error::Io`].
    pub fn cohort_names(&self) -> Result<Vec<String>> {
        super::plan::cohorts::names(self)
    }

    /// Forgets a virtual cohort.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where there is none of the name, with the nearest, and where another cohort uses it;
    /// [`Error::Locked`], [`Error::Io`], [`Error::Damaged`].
    pub fn drop_cohort(&self, name: &str) -> Result<()> {
        let _lock = lock(self.folder())?;
        let mut all = read(self.folder())?;
        let before = all.len();
        all.retain(|of| !of.name.eq_ignore_ascii_case(name));
        if all.len() == before {
            let near = nearest(name, all.iter().map(|of| of.name.as_str()));
            let near = match near.is_empty() {
                true => String::new(),
                false => format!("; did you mean {}?", near.join(", ")),
            };
            return Err(Error::Usage(format!("no cohort {name:?} is defined{near}")));
        }
        for of in &all {
            if mentions(&parsed(self, of)?, name)? {
                return Err(Error::Usage(format!(
                    "cohort {name:?}: cohort {:?} is of it: drop that first",
                    of.name
                )));
            }
        }
        write(self.folder(), all)
    }

    /// Who is in a cohort of a name and an expression.
    fn cohort_of(&self, name: &str, who: &GroupExpr) -> Result<Group> {
        let text = who.to_string();
        let (who, text) = text.as_str().into_group_expr()?;
        let plan = Binder::new(self, &text).group_of_cohort(name, &who)?;
        let found = run::group(self, admit(self, plan)?, false)?;
        Group::of_found(self, found, text)
    }

    fn cohort(&self, of: Definition, who: &GroupExpr, count: Option<u64>) -> Result<Cohort> {
        Ok(Cohort {
            expression: visible(self, who)?.to_string(),
            count,
            is_stale: of.snapshot != self.snapshot(),
            is_pinned: of.pinned,
            name: of.name,
            snapshot: of.snapshot,
            time: of.time,
            purpose: of.purpose,
            permit_date: of.permit_date,
        })
    }

    /// An expression with the ids of files in the place of these.
    fn with_ids_of_files(&self, who: &GroupExpr) -> Result<GroupExpr> {
        let names = Names::new(self, "");
        let node = with_lists(&who.0, &mut |list| {
            let (GroupAtom::Samples(SampleList::File(file))
            | GroupAtom::Individuals(SampleList::File(file))) = list
            else {
                return Ok(Node::built(list.clone()));
            };
            let ids = SampleList::Names(names.ids_of_file(file)?);
            Ok(Node::built(match list {
                GroupAtom::Samples(_) => GroupAtom::Samples(ids),
                _ => GroupAtom::Individuals(ids),
            }))
        })?;
        Ok(GroupExpr(node))
    }
}
