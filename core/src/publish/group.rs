//! Groups of people of a published file: unions of its strata.

use super::labels::label_of;
use crate::error::Result;
use crate::store::published::{PublishedInfo, ReleasedCounts, TOTAL, refused};
use std::collections::BTreeSet;

/// A union of strata, or everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrataGroup {
    label: String,
    /// By number, ascending; `None` is everybody, those in no stratum among them.
    strata: Option<Vec<usize>>,
}

impl StrataGroup {
    /// Everybody, with the label `Total`.
    pub fn total() -> Self {
        Self {
            label: TOTAL.to_owned(),
            strata: None,
        }
    }

    /// One stratum by its number.
    pub(super) fn one(info: &PublishedInfo, stratum: usize) -> Option<Self> {
        let of = info.strata.get(stratum)?;
        Some(Self {
            label: of.label.clone(),
            strata: Some(vec![stratum]),
        })
    }

    /// Several strata by their numbers.
    pub(crate) fn of_strata(info: &PublishedInfo, strata: &[usize]) -> Self {
        let all: BTreeSet<usize> = strata.iter().copied().collect();
        let labels = all.iter().filter_map(|&number| info.strata.get(number));
        let labels: Vec<&str> = labels.map(|of| of.label.as_str()).collect();
        Self {
            label: labels.join("|"),
            strata: Some(all.into_iter().collect()),
        }
    }

    /// The groups of the same values of some of the fields, in the order of strata.
    pub(super) fn by(
        info: &PublishedInfo,
        fields: &[String],
        file: &str,
    ) -> Result<Vec<(Vec<Option<String>>, Self)>> {
        let mut places = Vec::with_capacity(fields.len());
        for field in fields {
            let known = info.fields.iter();
            let place = known
                .enumerate()
                .find(|(_, of)| of.eq_ignore_ascii_case(field));
            match place {
                Some((place, _)) if !places.contains(&place) => places.push(place),
                _ => {
                    let expected = format!("some of the fields {}", info.fields.join(", "));
                    return Err(refused(file, &expected, &format!("`{field}`")));
                }
            }
        }
        if places.len() < info.fields.len() && !info.has_all_groups {
            return Err(refused(file, "all of its fields", SMALL));
        }
        let mut all: Vec<(Vec<Option<String>>, Vec<usize>)> = Vec::new();
        for (number, stratum) in info.strata.iter().enumerate() {
            let values = places.iter();
            let values = values.filter_map(|&place| stratum.values.get(place).cloned());
            let values: Vec<Option<String>> = values.collect();
            match all.iter_mut().find(|(known, _)| *known == values) {
                Some((_, strata)) => strata.push(number),
                None => all.push((values, vec![number])),
            }
        }
        let names: Vec<&str> = places
            .iter()
            .filter_map(|&place| info.fields.get(place).map(String::as_str))
            .collect();
        let group = |(values, strata): (Vec<Option<String>>, Vec<usize>)| {
            let label = label_of(&names, &values);
            let strata = Some(strata);
            (values, Self { label, strata })
        };
        Ok(all.into_iter().map(group).collect())
    }

    /// Reads labels with `|` between them: of strata, of all strata of some values (`FI` of `FI_F` and `FI_M`), or `Total`.
    pub(super) fn read(info: &PublishedInfo, text: &str, file: &str) -> Result<Self> {
        let (mut all, mut is_total) = (BTreeSet::new(), false);
        for part in text.split('|').map(str::trim) {
            let is_label = info.strata.iter().any(|of| of.label == part);
            if !is_label && (part.eq_ignore_ascii_case(TOTAL) || part == "all") {
                is_total = true;
                continue;
            }
            all.extend(named(info, part, file)?);
        }
        if is_total {
            return Ok(Self::total());
        }
        Ok(Self {
            label: text.to_owned(),
            strata: Some(all.into_iter().collect()),
        })
    }

    /// What it is called.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The numbers of its strata, ascending; `None` is everybody.
    pub fn strata(&self) -> Option<&[usize]> {
        self.strata.as_deref()
    }

    /// The counts in it, from those of the total and of strata: withheld (`None`) where one is.
    pub(super) fn counts(
        &self,
        total: Option<&ReleasedCounts>,
        strata: &[Option<ReleasedCounts>],
    ) -> Option<ReleasedCounts> {
        let Some(numbers) = &self.strata else {
            return total.copied();
        };
        let mut sum: Option<ReleasedCounts> = None;
        for &number in numbers {
            let one = strata.get(number).copied().flatten()?;
            sum = Some(sum.map_or(one, |sum| sum.and(&one)));
        }
        sum
    }
}

/// Labels are of some of so many fields at most.
const FIELDS_MAX: usize = 8;
/// Why people of some values of a field cannot be put together of strata.
const SMALL: &str = "fewer: some groups are too small to be strata";

/// The strata of a label: of one, or of those that have these values of some of the fields.
fn named(info: &PublishedInfo, label: &str, file: &str) -> Result<Vec<usize>> {
    let strata = || info.strata.iter().enumerate();
    if let Some((number, _)) = strata().find(|(_, of)| of.label == label) {
        return Ok(vec![number]);
    }
    let mut found: Vec<Vec<usize>> = Vec::new();
    // a label is of some of the fields, but neither of none nor of all; of many there would be too many
    let fields = match info.fields.len() {
        few @ ..=FIELDS_MAX => few,
        _ => 0,
    };
    for some in 1..(1u32 << fields).saturating_sub(1) {
        let is_in = |field: &usize| some >> field & 1 != 0;
        let picked: Vec<usize> = (0..fields).filter(is_in).collect();
        let names: Vec<&str> = picked
            .iter()
            .filter_map(|&at| info.fields.get(at).map(String::as_str))
            .collect();
        let of = strata().filter(|(_, of)| {
            let values = picked.iter().filter_map(|&at| of.values.get(at).cloned());
            label_of(&names, &values.collect::<Vec<_>>()) == label
        });
        let of: Vec<usize> = of.map(|(number, _)| number).collect();
        if !of.is_empty() && !found.contains(&of) {
            found.push(of);
        }
    }
    match (found.pop(), found.is_empty()) {
        (Some(_), true) if !info.has_all_groups => {
            let found = format!("`{label}`, of which some groups are too small to be strata");
            Err(refused(file, &expected(info), &found))
        }
        (Some(one), true) => Ok(one),
        (Some(_), false) => {
            let found = format!("`{label}`, which is of several fields");
            Err(refused(file, &expected(info), &found))
        }
        (None, _) => Err(refused(file, &expected(info), &format!("`{label}`"))),
    }
}

/// What a group must be, with the strata that there are.
pub(crate) fn expected(info: &PublishedInfo) -> String {
    let labels: Vec<&str> = info.strata.iter().map(|of| of.label.as_str()).collect();
    format!("a union of strata ({TOTAL}, {})", labels.join(", "))
}
