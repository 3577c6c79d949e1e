//! What somebody may see of a dataset under a policy: every verb here cuts its answer to the policy before it is given,
//! and there is no other.

use super::shown_scan::ShownScan;
use crate::cohort::{TermFound, View};
use crate::error::{Error, Result};
use crate::model::{
    Cell, Granularity, Known, Policy, Purpose, Rules, Zero, suppress, suppress_two,
};
use crate::query::{AgeBands, By, Group, GroupExpr, Query, Showing, allows_field};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Fields that a table is made by at most.
const FIELDS_MAX: usize = 2;

/// A view under a policy. It counts, and says whether there is anybody; nothing that it gives is of one person. The view itself is
/// given by [`PolicyView::records`], where the policy shows records.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::{Dataset, Policy};
/// let view = Dataset::open("cohort.vdx")?.view();
/// let shown = view.under_policy(&Policy::named("registered")?)?;
/// println!("{:?}", shown.ask("carriers(gene:RYR1) & sex:female")?.count);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PolicyView {
    view: View,
    policy: Arc<Policy>,
    /// People who may be seen.
    people: u64,
}

/// How many people there are, as a policy shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ShownPeople {
    /// Whether there is anybody.
    pub exists: Known<bool>,
    /// How many.
    pub count: Known<u64>,
}

/// People with values of fields, as a policy shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownPeopleCount {
    /// One for each field; `None` is of whom it is not known.
    pub values: Vec<Option<String>>,
    /// How many.
    pub people: Known<u64>,
}

/// A term, and of how many people it or something more special is recorded, as a policy shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownTerm {
    /// CURIE; empty where nothing but a label was recorded.
    pub id: String,
    /// Label, empty where there is none.
    pub label: String,
    /// People of whom it or something more special is recorded as present.
    pub people: Known<u64>,
}

impl View {
    /// The same under a policy.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where fewer people may be seen than the policy's smallest cohort, and where the policy is for a purpose that
    /// is not the view's; [`Error::Damaged`].
    pub fn under_policy(&self, policy: &Policy) -> Result<PolicyView> {
        let policy = Arc::new(policy.clone());
        let people = self.all()?.count();
        let refused = |what: String| {
            Err(Error::Usage(format!(
                "policy `{}` {what}",
                policy.name.escape_debug()
            )))
        };
        if people < policy.smallest_cohort {
            return refused(format!(
                "answers of {} people at least, and here are fewer",
                policy.smallest_cohort
            ));
        }
        if let Some(purpose) = policy.purpose
            && self.access().purpose != Some(purpose)
        {
            let found = self.access().purpose.map_or("none", Purpose::name);
            return refused(format!(
                "is for the purpose {}, and the view's is {found}",
                purpose.name()
            ));
        }
        Ok(PolicyView {
            view: self.under(&policy)?,
            policy,
            people,
        })
    }
}

impl PolicyView {
    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The view itself, of a policy that shows records.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for any other policy.
    pub fn records(&self) -> Result<&View> {
        match self.policy.shows_records() {
            true => Ok(&self.view),
            false => Err(self.refused("does not show records")),
        }
    }

    pub(super) fn refused(&self, what: &str) -> Error {
        Error::Usage(format!(
            "policy `{}` {what}",
            self.policy.name.escape_debug()
        ))
    }

    /// How many people an expression picks. Those whom it does not pick are the other cell of a table: where they are few,
    /// this is withheld, too.
    ///
    /// # Errors
    ///
    /// As [`View::ask`]; [`Error::Usage`] for what the policy does not allow to be asked.
    pub fn ask(&self, who: &str) -> Result<ShownPeople> {
        let group = self.view.ask(who).map_err(|error| self.cut(error))?;
        Ok(self.shown(&group))
    }

    fn shown(&self, group: &Group) -> ShownPeople {
        if self.policy.shows_records() {
            return ShownPeople {
                exists: Known::Exact(group.exists()),
                count: Known::Exact(group.count()),
            };
        }
        let count = match group.label() == "all" {
            true => self.number(self.people),
            false => {
                let others = self.people.saturating_sub(group.count());
                let cells = [group.count(), others].map(people);
                let mut shown = Vec::new();
                suppress(self.rules(), &people(self.people), &cells, &mut shown);
                match shown.first() {
                    Some(true) => self.number(group.count()),
                    _ => Known::Withheld,
                }
            }
        };
        let exists = match self.rules().allows_people(group.count()) {
            true => Known::Exact(group.exists()),
            false => Known::Withheld,
        };
        match self.policy.granularity {
            Granularity::Boolean => ShownPeople {
                exists,
                count: Known::Withheld,
            },
            // that there is somebody is said by a number
            _ => ShownPeople {
                exists: match count {
                    Known::Withheld => Known::Withheld,
                    _ => exists,
                },
                count,
            },
        }
    }

    /// Of tables of people.
    fn rules(&self) -> Rules {
        Rules::of(&self.policy).of_people()
    }

    fn number(&self, people: u64) -> Known<u64> {
        match self.rules().allows_people(people) {
            true => Known::shown(&self.policy, people, self.policy.floor.people),
            false => Known::Withheld,
        }
    }

    /// How a question will be answered: of each part what is asked, and how it is found, ascending. No number is said.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub fn explain(&self, who: &str) -> Result<Vec<(String, String)>> {
        // what is not allowed is refused here as well
        let plan = self.view.plan(who).map_err(|error| self.cut(error))?;
        let parts = plan.parts().iter();
        Ok(parts
            .map(|part| (part.what.clone(), part.how.clone()))
            .collect())
    }

    /// The fields of a table, as [`View::by`] reads them, as far as the policy allows them where variants are counted
    /// by them.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for others, and for more than two.
    pub(super) fn fields(&self, by: &[String], of_variants: bool) -> Result<Vec<By>> {
        let by = self.view.by(by).map_err(|error| self.cut(error))?;
        if self.policy.shows_records() {
            return Ok(by);
        }
        if by.len() > FIELDS_MAX {
            return Err(self.refused("shows tables by two fields at most"));
        }
        for field in &by {
            let name = field.to_string();
            let may = match field {
                // other bands differ from these by few people
                By::Age(bands) => *bands == AgeBands::default(),
                By::Groups(_) => false,
                By::Term(_) | By::Attribute(_) | By::Free(_) => true,
            };
            let is_stratum = matches!(field, By::Attribute(_)) || self.policy.combine;
            let named = match field {
                By::Age(_) => "age",
                _ => name.as_str(),
            };
            let is_allowed = !of_variants
                || match self.policy.strata {
                    Some(_) => allows_field(&self.policy, named),
                    None => is_stratum,
                };
            if !may || !is_allowed {
                return Err(self.refused(&format!("shows no table by `{}`", name.escape_debug())));
            }
        }
        Ok(by)
    }

    /// What the columns of these fields are called.
    ///
    /// # Errors
    ///
    /// As [`Self::people_counts`].
    pub fn field_names(&self, by: &[String]) -> Result<Vec<String>> {
        let by = self.fields(by, false)?;
        Ok(by.iter().map(ToString::to_string).collect())
    }

    /// How many people have each value of one field, or of two: of whom it is not known as well. Which cells are withheld
    /// cannot be computed from the others, nor from the tables by one of the fields and the number of all people.
    ///
    /// # Errors
    ///
    /// As [`View::by`]; [`Error::Usage`] for other fields, and of a policy that shows no numbers; [`Error::Damaged`].
    pub fn people_counts(&self, by: &[String]) -> Result<Vec<ShownPeopleCount>> {
        if self.policy.granularity == Granularity::Boolean {
            return Err(self.refused("says whether there is anybody, not how many"));
        }
        let by = self.fields(by, false)?;
        let counts = self.view.people_counts(&by)?;
        if self.policy.shows_records() {
            let exact = counts.into_iter().map(|of| ShownPeopleCount {
                values: of.values,
                people: Known::Exact(of.people),
            });
            return Ok(exact.collect());
        }
        let parts = counts.into_iter().map(|of| (of.values, of.people));
        let grid = Grid::of(parts.collect(), by.len());
        let mut cells: Vec<Cell> = grid.cells.iter().map(|(_, n)| people(*n)).collect();
        // samples without a person are in no table, but in the number of all
        let whole = grid.cells.iter().map(|(_, n)| n).sum();
        let rest = self.people.saturating_sub(whole);
        let (rules, all, mut shown) = (self.rules(), people(self.people), Vec::new());
        match grid.width {
            Some(width) => {
                let both = [whole, rest].map(people);
                let is_known = rest == 0 || {
                    suppress(rules, &all, &both, &mut shown);
                    shown.first() == Some(&true)
                };
                match is_known {
                    true => {
                        suppress_two(rules, &people(whole), &cells, width, &mut shown);
                    }
                    false => shown = vec![false; cells.len()],
                }
            }
            None => {
                if rest > 0 {
                    cells.push(people(rest));
                }
                suppress(rules, &all, &cells, &mut shown);
            }
        }
        let rows = grid.cells.into_iter().zip(shown);
        let rows = rows.map(|((values, number), shown)| ShownPeopleCount {
            values,
            people: match shown {
                true => self.number(number),
                false => Known::Withheld,
            },
        });
        Ok(rows.collect())
    }

    /// Terms of which the numbers of people may be shown, by their ids, that have the words of a text, as [`View::find_terms`] finds
    /// them. Numbers are rounded to a multiple of the floor: a term and one above it could else differ by few.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where neither people nor ontologies are loaded; [`Error::Damaged`].
    pub fn find_terms(&self, text: Option<&str>) -> Result<Vec<ShownTerm>> {
        let found = match self.view.find_terms(text) {
            Ok(found) => found,
            // nothing has the words, or what few people have: these are one answer
            Err(Error::Usage(_)) if self.view.terms().is_some() || self.view.people().is_some() => {
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let mut shown: Vec<ShownTerm> = found.into_iter().filter_map(|of| self.term(of)).collect();
        shown.sort_by(|a, b| (&a.id, &a.label).cmp(&(&b.id, &b.label)));
        Ok(shown)
    }

    fn term(&self, of: TermFound) -> Option<ShownTerm> {
        let people = match self.policy.shows_records() {
            true => Known::Exact(of.people_below),
            false => {
                let floor = self.policy.floor.people.max(1);
                if of.people_below < floor {
                    return None;
                }
                let coarse = Policy {
                    rounding: self.policy.rounding.max(floor),
                    ..(*self.policy).clone()
                };
                match self.policy.granularity {
                    Granularity::Boolean => Known::Withheld,
                    _ => Known::shown(&coarse, of.people_below, floor),
                }
            }
        };
        Some(ShownTerm {
            id: of.id,
            label: of.label,
            people,
        })
    }

    /// Variants with their counts as the policy shows them, of everybody or of a group, and by fields. Variants of which it
    /// shows nothing of everybody are not among them.
    ///
    /// # Errors
    ///
    /// As [`View::scan`], [`Self::ask`] and [`View::by`]; [`Error::Usage`] for what the policy does not allow.
    pub fn frequencies(&self, of: &str, group: Option<&str>, by: &[String]) -> Result<ShownScan> {
        if self.policy.granularity == Granularity::Boolean {
            return Err(self.refused("says whether there is anybody, not how many"));
        }
        self.scan(of, group, by)
    }

    /// Whether there is a variant that an expression picks, of which the policy shows anything.
    ///
    /// # Errors
    ///
    /// As [`Self::frequencies`].
    pub fn has_variants(&self, of: &str) -> Result<Known<bool>> {
        let mut scan = self.scan(of, None, &[])?;
        if scan.next(|_| Ok(()))?.is_some() {
            return Ok(Known::Exact(true));
        }
        Ok(match (self.policy.zero, scan.withheld()) {
            (Zero::Shown, 0) => Known::Exact(false),
            _ => Known::Withheld,
        })
    }

    fn scan(&self, of: &str, group: Option<&str>, by: &[String]) -> Result<ShownScan> {
        let cut = |error| self.cut(error);
        let group = match group {
            Some(who) => Some(self.view.ask_beside_variants(who).map_err(cut)?),
            None => None,
        };
        let by = self.fields(by, true)?;
        let query = Query::new(of).map_err(cut)?;
        ShownScan::new(&self.view, &query, group, &by, self.showing()).map_err(cut)
    }

    fn showing(&self) -> Showing {
        Showing::new(&self.policy, self.view.samples_each())
    }

    /// An error as it may be said: candidates are names that few may have, or ids.
    fn cut(&self, error: Error) -> Error {
        let Error::Expression(mut of) = error else {
            return error;
        };
        if !self.policy.shows_records() {
            of.candidates.retain(|candidate| self.may_name(candidate));
        }
        Error::Expression(of)
    }

    fn may_name(&self, candidate: &str) -> bool {
        const OF_IDS: [&str; 2] = ["samples(", "individuals("];
        if OF_IDS.iter().any(|ids| candidate.contains(ids)) {
            return false;
        }
        match candidate.parse::<GroupExpr>() {
            // a value, a variant or a term: by who has it
            Ok(_) => {
                let found = self.view.ask(candidate);
                found.is_ok_and(|group| self.rules().allows_people(group.count()))
            }
            // a word of the language, a contig, a gene
            Err(_) => true,
        }
    }
}

fn people(have: u64) -> Cell {
    Cell {
        have,
        people: have,
        ..Cell::default()
    }
}

/// The cells of a table by one field, or by two: then all pairs of values, row after row.
pub(super) struct Grid<T> {
    pub(super) cells: Vec<(Vec<Option<String>>, T)>,
    /// Values of the second field.
    pub(super) width: Option<usize>,
}

impl<T: Default> Grid<T> {
    pub(super) fn of(cells: Vec<(Vec<Option<String>>, T)>, fields: usize) -> Self {
        if fields != 2 {
            return Self { cells, width: None };
        }
        let values = |at: usize| -> BTreeSet<(bool, Option<String>)> {
            let of = |(values, _): &(Vec<Option<String>>, T)| {
                let value = values.get(at).cloned().flatten();
                // who has no value comes last
                (value.is_none(), value)
            };
            cells.iter().map(of).collect()
        };
        let (rows, columns) = (values(0), values(1));
        let mut all = Vec::with_capacity(rows.len() * columns.len());
        let mut known: std::collections::BTreeMap<Vec<Option<String>>, T> =
            cells.into_iter().collect();
        for (_, row) in &rows {
            for (_, column) in &columns {
                let values = vec![row.clone(), column.clone()];
                let cell = known.remove(&values).unwrap_or_default();
                all.push((values, cell));
            }
        }
        Self {
            cells: all,
            width: Some(columns.len()),
        }
    }
}
