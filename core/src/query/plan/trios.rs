//! Children and their parents among the samples.

use crate::cohort::View;
use crate::error::Result;
use crate::set::SampleSet;
use crate::store::individuals::People;
use std::collections::HashMap;

/// Children of a dataset and their parents, by samples.
#[derive(Debug, Clone, Default)]
pub struct Trios {
    /// The view that the samples' numbers are of.
    pub(in crate::query) view: String,
    /// By the child's sample.
    pub(in crate::query) children: HashMap<u32, Parents>,
}

/// The samples of a child's parents; none where a parent is not in the dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::query) struct Parents {
    pub(in crate::query) mother: Vec<u32>,
    pub(in crate::query) father: Vec<u32>,
}

impl Trios {
    /// Nobody, so far.
    pub(crate) fn none(view: &View) -> Self {
        Self {
            view: view.id().to_owned(),
            children: HashMap::new(),
        }
    }

    /// The children of whom the dataset's people name a parent.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged).
    pub fn of_people(view: &View) -> Result<Self> {
        let mut trios = Self::none(view);
        let Some(people) = view.people() else {
            return Ok(trios);
        };
        // only who has samples can carry
        for individual in view.sample_table().sampled()? {
            let Some(kin) = people.kin(individual)? else {
                continue;
            };
            if kin.mother.is_none() && kin.father.is_none() {
                continue;
            }
            let parents = Parents {
                mother: of_person(view, people, kin.mother.as_deref())?,
                father: of_person(view, people, kin.father.as_deref())?,
            };
            let samples = view.sample_table().samples_of(individual)?;
            trios.insert(seen(view, samples), &parents);
        }
        Ok(trios)
    }

    /// Adds a child by its id and those of its parents: names of samples, or else ids of people.
    pub(crate) fn add(
        &mut self,
        view: &View,
        child: &str,
        mother: Option<&str>,
        father: Option<&str>,
    ) -> Result<()> {
        let of = |id: Option<&str>| -> Result<Vec<u32>> {
            match (id, view.people()) {
                (None, _) => Ok(Vec::new()),
                (Some(id), people) => match (view.sample_number(id)?, people) {
                    (Some(sample), _) => Ok(vec![sample]),
                    (None, Some(people)) => of_person(view, people, Some(id)),
                    (None, None) => Ok(Vec::new()),
                },
            }
        };
        let parents = Parents {
            mother: of(mother)?,
            father: of(father)?,
        };
        self.insert(of(Some(child))?, &parents);
        Ok(())
    }

    fn insert(&mut self, samples: Vec<u32>, parents: &Parents) {
        if !parents.mother.is_empty() || !parents.father.is_empty() {
            let children = samples.into_iter().map(|sample| (sample, parents.clone()));
            self.children.extend(children);
        }
    }

    /// Those of some samples who have parents here, with these parents.
    pub(in crate::query) fn families_of(&self, samples: &SampleSet) -> SampleSet {
        let mut families = SampleSet::new();
        for (&child, parents) in &self.children {
            if samples.contains(child) {
                let parents = parents.mother.iter().chain(&parents.father);
                parents.chain([&child]).for_each(|&sample| {
                    families.insert(sample);
                });
            }
        }
        families
    }

    /// How many samples have a parent among the samples.
    pub fn len(&self) -> usize {
        self.children.len()
    }

    /// Whether nobody has a parent among the samples.
    pub fn is_empty(&self) -> bool {
        self.children.is_empty()
    }
}

/// The samples of a person that may be seen; none where there is no such person.
fn of_person(view: &View, people: &People, id: Option<&str>) -> Result<Vec<u32>> {
    let number = match id {
        Some(id) => people.number(id)?,
        None => None,
    };
    match number {
        Some(number) => Ok(seen(view, view.sample_table().samples_of(number)?)),
        None => Ok(Vec::new()),
    }
}

fn seen(view: &View, mut samples: Vec<u32>) -> Vec<u32> {
    samples.retain(|&sample| view.sees(sample));
    samples
}
