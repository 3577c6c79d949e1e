//! The people that are counted, by strata, and what is said of how many they are.

use super::labels::label_of;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::{Cell, Policy, Rounding, Rules, suppress, suppress_two};
use crate::query::Group;
use crate::set::SampleSet;
use crate::store::published::{STRATA_MAX, Stratum, TOTAL};
use std::collections::{BTreeMap, HashSet};

/// The strata of a file: those of a table that are not too small.
pub(super) struct Strata {
    pub(super) fields: Vec<String>,
    pub(super) strata: Vec<Stratum>,
    /// By stratum, its number among the parts of the table.
    pub(super) parts: Vec<usize>,
    /// People with genotypes, as the policy shows it.
    pub(super) people: Option<u64>,
    /// How many parts with people in them are too small to be strata.
    pub(super) left_out: usize,
    /// Samples of each stratum, and all that are counted.
    pub(super) members: Vec<SampleSet>,
    pub(super) all: Group,
}

/// How many people with genotypes are in each part of a table, and in all.
struct Numbers {
    parts: Vec<u64>,
    all: u64,
}

impl Strata {
    /// Of a table by these fields, with these values of its parts; of a table by two fields the parts are all pairs.
    pub(super) fn of(
        view: &View,
        policy: &Policy,
        by: &[String],
        parts: &[Vec<Option<String>>],
    ) -> Result<Self> {
        let by = view.by(by)?;
        let fields: Vec<String> = by.iter().map(ToString::to_string).collect();
        let all = match view.counted_by(&by, None)? {
            Some(group) => group,
            None => view.all()?,
        };
        let mut groups = BTreeMap::new();
        if !by.is_empty() {
            groups.extend(view.groups_by(&by, None)?);
        }
        let mut numbers = Numbers {
            parts: Vec::with_capacity(parts.len()),
            all: genotyped(view, &all)?.count(),
        };
        let mut seen = SampleSet::new();
        let mut members = vec![SampleSet::new(); parts.len()];
        for (values, members) in parts.iter().zip(&mut members) {
            let Some(group) = groups.get(values) else {
                numbers.parts.push(0);
                continue;
            };
            let group = genotyped(view, group)?;
            if !seen.is_disjoint(group.samples()) {
                return Err(Error::Usage(format!(
                    "strata: expected everybody in one of them at most, found somebody of `{}` in another one, too",
                    label_of(&fields, values)
                )));
            }
            seen = seen.union(group.samples());
            numbers.parts.push(group.count());
            *members = group.samples().clone();
        }
        let mut of = Self::pick(policy, fields, parts, (&numbers, all))?;
        let members = of.parts.iter().filter_map(|part| members.get(*part));
        of.members = members.cloned().collect();
        // values that few have are not among the parts
        for (values, group) in &groups {
            let is_stratum = of.strata.iter().any(|stratum| stratum.values == *values);
            of.left_out += usize::from(!is_stratum && genotyped(view, group)?.exists());
        }
        Ok(of)
    }

    /// Strata that are large enough, with their labels.
    fn pick(
        policy: &Policy,
        fields: Vec<String>,
        parts: &[Vec<Option<String>>],
        (numbers, all): (&Numbers, Group),
    ) -> Result<Self> {
        let least = policy.floor.people.max(policy.smallest_cohort).max(1);
        let (people, of_parts) = shown_people(policy, numbers, width_of(parts));
        let mut labels = HashSet::from([TOTAL.to_owned()]);
        let mut of = Self {
            strata: Vec::new(),
            parts: Vec::new(),
            left_out: 0,
            people,
            fields,
            members: Vec::new(),
            all,
        };
        let all = parts.iter().zip(&numbers.parts).zip(of_parts);
        for (number, ((values, &size), people)) in all.enumerate() {
            if size < least {
                continue;
            }
            let label = label_of(&of.fields, values);
            if !labels.insert(label.clone()) {
                return Err(Error::Usage(format!(
                    "strata: expected labels of their own, found `{label}` twice"
                )));
            }
            of.parts.push(number);
            of.strata.push(Stratum {
                label,
                values: values.clone(),
                people,
            });
        }
        match of.strata.len() <= STRATA_MAX {
            true => Ok(of),
            false => Err(Error::Usage(format!(
                "strata: expected at most {STRATA_MAX}, found {}: count by fewer fields",
                of.strata.len()
            ))),
        }
    }
}

/// Those of a group who have samples: others are in no count of alleles.
fn genotyped(view: &View, group: &Group) -> Result<Group> {
    view.group_of(group.samples().clone(), None, group.label())
}

/// How many values the second of two fields has, of which the parts are all pairs.
fn width_of(parts: &[Vec<Option<String>>]) -> Option<usize> {
    let first = parts.first().filter(|values| values.len() == 2)?;
    let same = |values: &&Vec<Option<String>>| values.first() == first.first();
    Some(parts.iter().filter(same).count())
}

/// How many people there are in all and in the parts of a table, as a policy shows it.
fn shown_people(
    policy: &Policy,
    numbers: &Numbers,
    width: Option<usize>,
) -> (Option<u64>, Vec<Option<u64>>) {
    let rules = Rules::of(policy).of_people();
    let cell = |people| Cell {
        have: people,
        people,
        ..Cell::default()
    };
    let all = cell(numbers.all);
    let mut cells: Vec<Cell> = numbers.parts.iter().map(|people| cell(*people)).collect();
    let mut shown = Vec::new();
    let is_shown = match width {
        // whoever has no value of a field is in a part of its own: there is no rest
        Some(width) => suppress_two(rules, &all, &cells, width, &mut shown),
        None => {
            let rest = numbers.all.saturating_sub(numbers.parts.iter().sum());
            if rest > 0 {
                cells.push(cell(rest));
            }
            suppress(rules, &all, &cells, &mut shown)
        }
    };
    let people = |people| {
        let shown = Rounding::of(policy, policy.floor.people).shown(people);
        shown.value()
    };
    let parts = numbers.parts.iter().zip(shown);
    let parts = parts.map(|(number, shown)| if shown { people(*number) } else { None });
    let all = if is_shown { people(numbers.all) } else { None };
    (all, parts.collect())
}
