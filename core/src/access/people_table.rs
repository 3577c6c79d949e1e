//! Tables of people under a policy, and the fields that tables are made by.

use super::memory::lasting;
use super::policy_view::{PolicyView, SEVERAL_VALUES, people};
use crate::error::Result;
use crate::model::{Cell, Granularity, Known, suppress, suppress_two};
use crate::query::{AgeBands, By, Group, allows_field};
use crate::set::SampleSet;
use std::collections::{BTreeMap, BTreeSet};

/// Fields that a table is made by at most.
const FIELDS_MAX: usize = 2;

/// People with values of fields, as a policy shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownPeopleCount {
    /// One for each field; `None` is of whom it is not known.
    pub values: Vec<Option<String>>,
    /// How many.
    pub people: Known<u64>,
}

impl PolicyView {
    /// The fields of a table, as [`View::by`] reads them, as far as the policy allows them where variants are counted
    /// by them.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for others, and for more than two.
    pub(super) fn fields(&self, by: &[String], of_variants: bool) -> Result<Vec<By>> {
        let by = self.view.by(by)?;
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
                // whoever asks would choose the cells
                By::Groups(_) | By::Term(_) => false,
                By::Attribute(_) | By::Free(_) => true,
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

    /// How many people have each value of one field, or of two: of whom it is not known as well. Values that few have
    /// are not listed; that others are left out is said by what is withheld then. Which cells are withheld
    /// cannot be computed from the others, nor from the tables by one of the fields and the number of all people.
    ///
    /// # Errors
    ///
    /// As [`View::by`](crate::View::by); [`Error::NotAllowed`](crate::Error::NotAllowed) for other fields, and of a policy that shows no
    /// numbers; [`Error::Damaged`](crate::Error::Damaged).
    pub fn people_counts(&self, by: &[String]) -> Result<Vec<ShownPeopleCount>> {
        let table = self.table(by);
        let table = table.and_then(|(by, table)| self.remembered_table(&by, table));
        self.record(table, |table| {
            table.iter().any(|row| row.people == Known::Withheld)
        })
    }

    /// A table beside what was said before: where one of its cells may not be, none is, for others would say it.
    fn remembered_table(
        &self,
        by: &[By],
        mut table: Vec<ShownPeopleCount>,
    ) -> Result<Vec<ShownPeopleCount>> {
        let Some(memory) = self
            .memory
            .as_ref()
            .filter(|_| !self.policy.shows_records())
        else {
            return Ok(table);
        };
        for (values, group) in self.view.groups_by(by, None)? {
            let row = table.iter().find(|row| row.values == values);
            let is_shown = row.is_some_and(|row| row.people != Known::Withheld);
            if is_shown
                && !memory.may_answer_about(&lasting(&self.view, group.subjects())?, None)?
            {
                table
                    .iter_mut()
                    .for_each(|row| row.people = Known::Withheld);
                break;
            }
        }
        Ok(table)
    }

    fn table(&self, by: &[String]) -> Result<(Vec<By>, Vec<ShownPeopleCount>)> {
        if self.policy.granularity == Granularity::Boolean {
            return Err(self.refused("says whether there is anybody, not how many"));
        }
        let by = self.fields(by, false)?;
        let mut groups = Vec::new();
        if !self.policy.shows_records() {
            groups = self.view.groups_by(&by, None)?;
            let in_groups: u64 = groups.iter().map(|(_, of)| of.subjects().len()).sum();
            if in_groups != self.view.all()?.subjects().len() {
                return Err(self.refused(SEVERAL_VALUES));
            }
        }
        let counts = self.view.people_counts(&by)?;
        if self.policy.shows_records() {
            let exact = counts.into_iter().map(|of| ShownPeopleCount {
                values: of.values,
                people: Known::Exact(of.people),
            });
            return Ok((by, exact.collect()));
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
        let listed = grid.listed(|number| *number, |people| self.lists(people));
        let rows = grid.cells.into_iter().zip(shown).zip(listed);
        let rows = rows.filter_map(|(row, listed)| listed.then_some(row));
        let rows = rows.map(|((values, number), shown)| ShownPeopleCount {
            values,
            people: match shown {
                true => self.number(number),
                false => Known::Withheld,
            },
        });
        let mut rows: Vec<ShownPeopleCount> = rows.collect();
        if self.noise.is_some() {
            self.add_noise(&groups, &mut rows)?;
        }
        Ok((by, rows))
    }

    /// Adds noise to the numbers that are shown: of each cell its own.
    fn add_noise(
        &self,
        groups: &[(Vec<Option<String>>, Group)],
        rows: &mut [ShownPeopleCount],
    ) -> Result<()> {
        let nobody = SampleSet::new();
        let cells = rows.iter().map(|row| {
            let group = groups.iter().find(|(values, _)| *values == row.values);
            match group {
                Some((_, group)) => (row.people, group.count(), group.subjects()),
                None => (Known::Withheld, 0, &nobody),
            }
        });
        let noised = self.noised(&cells.collect::<Vec<_>>())?;
        for (row, people) in rows.iter_mut().zip(noised) {
            row.people = people;
        }
        Ok(())
    }

    /// Whether a value of a field is listed that so many people have: the values of few may be their names.
    pub(super) fn lists(&self, people: u64) -> bool {
        people > 0 && people >= self.policy.floor.people
    }
}

/// The cells of a table by one field, or by two: then all pairs of values, row after row.
pub(super) struct Grid<T> {
    pub(super) cells: Vec<(Vec<Option<String>>, T)>,
    /// Values of the second field.
    pub(super) width: Option<usize>,
}

impl<T> Grid<T> {
    /// Which cells are listed: of values that enough people have, whatever they have of the other field.
    pub(super) fn listed(
        &self,
        people: impl Fn(&T) -> u64,
        lists: impl Fn(u64) -> bool,
    ) -> Vec<bool> {
        let fields = if self.width.is_some() { 2 } else { 1 };
        let mut sums: Vec<BTreeMap<Option<&str>, u64>> = vec![BTreeMap::new(); fields];
        for (values, of) in &self.cells {
            for (sums, value) in sums.iter_mut().zip(values) {
                *sums.entry(value.as_deref()).or_default() += people(of);
            }
        }
        let is_listed = |values: &Vec<Option<String>>| {
            let mut sums = sums.iter().zip(values);
            sums.all(|(sums, value)| {
                let sum = sums.get(&value.as_deref()).copied();
                lists(sum.unwrap_or_default())
            })
        };
        self.cells
            .iter()
            .map(|(values, _)| is_listed(values))
            .collect()
    }
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
        let mut known: BTreeMap<Vec<Option<String>>, T> = cells.into_iter().collect();
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
