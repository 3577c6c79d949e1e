//! A group from ids, however many, without an expression.

use super::expr::{GroupExpr, nearest};
use super::group::Group;
use crate::cohort::{Subjects, View};
use crate::error::{Error, ExpressionError, Result};
use crate::set::SampleSet;
use crate::stop::check_stop;

/// Ids that the group's label lists; of more it says how many there are.
const LISTED: usize = 20;

/// Names that an unknown one is compared with.
const COMPARED: usize = 100_000;

/// Between two questions whether to stop.
const PACE: usize = 1 << 14;

/// Who is meant by an id.
enum Meant {
    Sample(u32),
    Individual(u32),
}

impl View {
    /// The people with these ids: of individuals, or names of samples, in any order, several times or once. An
    /// individual is in the group with all samples, as in an expression.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// let view = varidex::Dataset::open("cohort.vdx")?.view();
    /// let cases = view.group(["NA12878", "NA12891"])?;
    /// println!("{}", cases.count());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] for an id of nobody, with the nearest that there are, and for one that an
    /// individual has and somebody else's sample; [`Error::Damaged`].
    pub fn group<I>(&self, ids: impl IntoIterator<Item = I>) -> Result<Group>
    where
        I: AsRef<str>,
    {
        let (mut samples, mut individuals) = (Vec::new(), Vec::new());
        let mut first_unknown = None;
        let (mut unknown, mut count) = (0u64, 0usize);
        let mut listed: Vec<(bool, String)> = Vec::new();
        for id in ids {
            if count.is_multiple_of(PACE) {
                check_stop()?;
            }
            count += 1;
            let id = id.as_ref();
            let is_sample = match self.meant(id)? {
                Some(Meant::Sample(sample)) => {
                    samples.push(sample);
                    true
                }
                Some(Meant::Individual(individual)) => {
                    individuals.push(individual);
                    false
                }
                None => {
                    unknown += 1;
                    first_unknown.get_or_insert_with(|| id.to_owned());
                    continue;
                }
            };
            if listed.len() <= LISTED && listed.iter().all(|(_, known)| known != id) {
                listed.push((is_sample, id.to_owned()));
            }
        }
        if let Some(id) = first_unknown {
            return Err(self.nobody_called(&id, unknown, count)?);
        }
        let subjects = Subjects::of(self);
        let individuals_end = self.people().map_or(0, |people| people.universe());
        let individuals = SampleSet::gathered(individuals_end, individuals.into_iter());
        let samples = SampleSet::gathered(self.universe(), samples.into_iter());
        let found = subjects.of_individuals(&individuals)?;
        let found = found.union(&subjects.closed_over_people(samples)?);
        let label = match listed.len() <= LISTED {
            true => label_of(listed),
            false => format!("a list of {count} ids"),
        };
        Group::new(self, found, None, label)
    }

    /// The individual or the sample with an id; the individual where its own sample has the same.
    fn meant(&self, id: &str) -> Result<Option<Meant>> {
        let sample = self.sample_number(id)?;
        let individual = match self.people() {
            Some(people) => people.number(id)?,
            None => None,
        };
        let visible = self.visible_individuals();
        let is_visible = |number: &u32| visible.is_none_or(|seen| seen.contains(*number));
        Ok(match (individual.filter(is_visible), sample) {
            (Some(individual), Some(sample))
                if Subjects::of(self).individual(sample)? != Some(individual) =>
            {
                let message = format!(
                    "`{id}` is the id of an individual and the name of a sample of somebody else: ask for \
                     `individuals({id})` or `samples({id})`"
                );
                return Err(refused(id, message, Vec::new()));
            }
            (Some(individual), _) => Some(Meant::Individual(individual)),
            (None, Some(sample)) => Some(Meant::Sample(sample)),
            (None, None) => None,
        })
    }

    fn nobody_called(&self, id: &str, unknown: u64, count: usize) -> Result<Error> {
        let mut known: Vec<&str> = self.sample_names()?.take(COMPARED).collect();
        if let Some(people) = self.people() {
            let visible = self.visible_individuals();
            let is_visible = |number: &u32| visible.is_none_or(|seen| seen.contains(*number));
            let numbers = (0..people.universe()).filter(is_visible).take(COMPARED);
            let ids: Vec<&str> = numbers.map(|i| people.id(i)).collect::<Result<_>>()?;
            known.extend(ids.into_iter().filter(|id| !id.is_empty()));
        }
        known.sort_unstable();
        known.dedup();
        let others = match unknown {
            1 => String::new(),
            _ => format!(", nor of {} others of the {count} ids", unknown - 1),
        };
        let message = format!("no individual or sample `{id}` here{others}");
        Ok(refused(id, message, nearest(id, known)))
    }
}

fn refused(id: &str, message: String, candidates: Vec<String>) -> Error {
    Error::from(Box::new(ExpressionError {
        text: id.to_owned(),
        at: 0..id.len(),
        message,
        candidates,
    }))
}

/// The expression that picks the same.
fn label_of(listed: Vec<(bool, String)>) -> String {
    let (samples, individuals): (Vec<_>, Vec<_>) =
        listed.into_iter().partition(|(is_sample, _)| *is_sample);
    let ids = |of: Vec<(bool, String)>| of.into_iter().map(|(_, id)| id);
    let expression = match (samples.is_empty(), individuals.is_empty()) {
        (true, true) => GroupExpr::all().not(),
        (false, true) => GroupExpr::samples(ids(samples)),
        (true, false) => GroupExpr::individuals(ids(individuals)),
        (false, false) => {
            let individuals = GroupExpr::individuals(ids(individuals));
            individuals.or(GroupExpr::samples(ids(samples)))
        }
    };
    expression.to_string()
}
