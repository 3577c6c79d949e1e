//! Which populations of a file are strata: those of one level, no two of which have a person in common.
//!
//! Labels are of groups (`FI`, `nfe`), of sexes (`F`, `XX`), or of both (`FI_F`, `nfe_XX`); of groups some are parts of others
//! (`nfe_est` of `nfe`), and some are the same groups of a part of the people (`non_ukb`, `non_ukb_nfe`). That a level has
//! nobody twice is seen by names here, and checked by sums at every record.

use super::keys::{Population, is_everybody};
use super::layout::Layout;
use crate::error::{Error, Result};
use crate::model::Attribute;
use crate::publish::labels::{UNKNOWN, label_of_key, value_of};
use crate::store::published::{STRATA_MAX, Stratum};
use std::collections::HashSet;

/// What sexes are called, as the last part of a label.
const SEXES: [&str; 6] = ["F", "M", "XX", "XY", "female", "male"];
/// Labels of no group of people: before filters, and of whichever group has the most.
const NO_GROUPS: [&str; 3] = ["raw", "popmax", "grpmax"];
/// Labels that a message names at most.
const NAMED_MAX: usize = 20;

/// What was not taken of a file, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Labels of populations, or INFO keys.
    pub what: Vec<String>,
    /// Why.
    pub why: String,
}

/// The strata of a file.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) fields: Vec<String>,
    pub(super) strata: Vec<Stratum>,
    /// By stratum.
    pub(super) populations: Vec<Population>,
    pub(super) layout: Layout,
    pub(super) left_out: Vec<LeftOut>,
}

/// A population that may be a stratum.
#[derive(Debug, Clone, Copy)]
struct Candidate<'p> {
    of: &'p Population,
    group: Option<&'p str>,
    sex: Option<&'p str>,
}

impl<'p> Candidate<'p> {
    fn of(of: &'p Population) -> Self {
        let label = of.label.as_str();
        let is_sex = |token: &str| SEXES.contains(&token);
        let (group, sex) = match label.rsplit_once('_') {
            Some((group, sex)) if is_sex(sex) || sex == UNKNOWN => (Some(group), Some(sex)),
            None if is_sex(label) => (None, Some(label)),
            _ => (Some(label), None),
        };
        Self { of, group, sex }
    }

    /// By the values of a level: both, the group alone, or the sex alone.
    fn stratum(&self, by: &[By]) -> Stratum {
        let known = |value: &str| (value != UNKNOWN).then(|| value_of(value));
        let value = |by: &By| match by {
            By::Group => known(self.group.unwrap_or(UNKNOWN)),
            // the label of a population of which no sex is known may be alone
            By::Sex => match self.sex.or(self.group).unwrap_or(UNKNOWN) {
                "F" => Some("female".to_owned()),
                "M" => Some("male".to_owned()),
                sex => known(sex),
            },
            By::Label => Some(value_of(&self.of.label)),
        };
        Stratum {
            label: self.of.label.clone(),
            values: by.iter().map(value).collect(),
            people: None,
        }
    }
}

/// What the strata of a level are made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Group,
    Sex,
    Label,
}

/// The populations of a file, sorted out.
struct Sorted<'p> {
    /// In the order of the header.
    candidates: Vec<Candidate<'p>>,
    left_out: Vec<LeftOut>,
}

impl<'p> Sorted<'p> {
    fn of(populations: &'p [Population]) -> Self {
        let mut left_out: Vec<LeftOut> = Vec::new();
        let mut leave = |what: Vec<String>, why: String| {
            match left_out.iter_mut().find(|known| known.why == why) {
                Some(known) => known.what.extend(what),
                None => left_out.push(LeftOut { what, why }),
            };
        };
        let mut candidates = Vec::new();
        for of in populations.iter().filter(|of| !of.is_total()) {
            if of.label.split('_').any(|part| NO_GROUPS.contains(&part)) {
                leave(vec![of.label.clone()], "no group of people".to_owned());
            } else if let Some(lack) = of.lack() {
                leave(of.names().map(str::to_owned).collect(), lack.to_owned());
            } else {
                candidates.push(Candidate::of(of));
            }
        }
        let groups: HashSet<&str> = candidates.iter().filter_map(|of| of.group).collect();
        candidates.retain(|candidate| {
            let Some(group) = candidate.group else {
                return true;
            };
            let why = match whole_of(group, &groups) {
                None => return true,
                Some((whole, true)) => format!("{whole} are some of the people of other groups"),
                Some((whole, false)) => format!("parts of {whole}"),
            };
            leave(vec![candidate.of.label.clone()], why);
            false
        });
        Self {
            candidates,
            left_out,
        }
    }

    fn pairs(&self) -> Vec<Candidate<'p>> {
        let both = |of: &&Candidate<'p>| of.group.is_some() && of.sex.is_some();
        self.candidates.iter().filter(both).copied().collect()
    }

    /// A label `unknown` alone is of this level where another one is.
    fn groups(&self) -> Vec<Candidate<'p>> {
        let alone = |of: &&Candidate<'p>| of.group.is_some() && of.sex.is_none();
        let found: Vec<_> = self.candidates.iter().filter(alone).copied().collect();
        match found.iter().all(|of| of.group == Some(UNKNOWN)) {
            true => Vec::new(),
            false => found,
        }
    }

    fn sexes(&self) -> Vec<Candidate<'p>> {
        let has_groups = !self.groups().is_empty();
        let alone = |of: &&Candidate<'p>| match (of.group, of.sex) {
            (None, Some(_)) => true,
            (Some(UNKNOWN), None) => !has_groups,
            _ => false,
        };
        self.candidates.iter().filter(alone).copied().collect()
    }

    /// The first of the level with all pairs, that of groups and that of sexes that is there.
    fn finest(&self) -> (Vec<Candidate<'p>>, Vec<By>) {
        let (pairs, groups, sexes) = (self.pairs(), self.groups(), self.sexes());
        let covers = groups.iter().all(|group| {
            let same = |pair: &Candidate<'_>| pair.group == group.group;
            pairs.iter().any(same)
        });
        if is_grid(&pairs) && covers {
            return (pairs, vec![By::Group, By::Sex]);
        }
        match (groups.is_empty(), sexes.is_empty(), pairs.is_empty()) {
            (false, ..) => (groups, vec![By::Group]),
            (true, false, _) => (sexes, vec![By::Sex]),
            (true, true, false) => (pairs, vec![By::Group, By::Sex]),
            (true, true, true) => (Vec::new(), Vec::new()),
        }
    }
}

/// What a group is a part of: the groups before it of a part of the people (`true`), or a group (`false`).
fn whole_of<'g>(group: &'g str, groups: &HashSet<&str>) -> Option<(&'g str, bool)> {
    let cuts = |text: &'g str| text.match_indices('_').map(|(at, _)| at);
    // `non_ukb` where there are `non_ukb_nfe` and `nfe`
    let is_subset = |whole: &str| {
        groups.iter().any(|other| {
            let rest = other
                .strip_prefix(whole)
                .and_then(|rest| rest.strip_prefix('_'));
            rest.is_some_and(|rest| rest != UNKNOWN && groups.contains(rest))
        })
    };
    if is_subset(group) {
        return Some((group, true));
    }
    let before = cuts(group).filter_map(|at| group.get(..at));
    let mut before = before.filter(|whole| groups.contains(whole));
    let whole = before.next()?;
    Some((whole, is_subset(whole)))
}

/// Whether there are all pairs of some groups and of two sexes or more.
fn is_grid(pairs: &[Candidate<'_>]) -> bool {
    let both: Option<HashSet<_>> = pairs.iter().map(|of| Some((of.group?, of.sex?))).collect();
    let Some(both) = both else { return false };
    let groups: HashSet<&str> = both.iter().map(|of| of.0).collect();
    let sexes: HashSet<&str> = both.iter().map(|of| of.1).collect();
    sexes.len() > 1 && both.len() == groups.len() * sexes.len()
}

/// `country` where all groups have two capital letters, as ISO 3166-1 has them, and else `population`.
fn field_of(candidates: &[Candidate<'_>]) -> &'static str {
    let is_country = |group: &str| {
        group == UNKNOWN || group.len() == 2 && group.bytes().all(|b| b.is_ascii_uppercase())
    };
    let mut groups = candidates.iter().filter_map(|of| of.group);
    match groups.all(is_country) {
        true => Attribute::Country.name(),
        false => Attribute::Population.name(),
    }
}

impl Level {
    /// The strata that are asked for: by labels, by fields, or else the finest level.
    pub(super) fn of(
        populations: &[Population],
        by: &[String],
        labels: &[String],
        file: &str,
    ) -> Result<Self> {
        let sorted = Sorted::of(populations);
        let (picked, by) = match (by.is_empty(), labels.is_empty()) {
            (false, false) => {
                let message = "strata: expected fields or labels, found both";
                return Err(Error::Usage(message.to_owned()));
            }
            (true, true) => sorted.finest(),
            (false, true) => by_fields(&sorted, by, file)?,
            (true, false) => by_labels(populations, labels, file)?,
        };
        if picked.len() > STRATA_MAX {
            return Err(Error::Usage(format!(
                "{file}: expected at most {STRATA_MAX} strata, found {}: name those that are meant",
                picked.len()
            )));
        }
        // some pairs that are named are groups as others, and no table
        let is_table = labels.is_empty() || picked.len() == sorted.pairs().len();
        let taken: HashSet<&str> = picked.iter().map(|of| of.of.label.as_str()).collect();
        let mut left_out = sorted.left_out;
        let left = sorted.candidates.iter().map(|of| &of.of.label);
        let left: Vec<String> = left
            .filter(|of| !taken.contains(of.as_str()))
            .cloned()
            .collect();
        left_out.retain_mut(|of| {
            of.what.retain(|what| !taken.contains(what.as_str()));
            !of.what.is_empty()
        });
        if !left.is_empty() {
            left_out.push(LeftOut {
                what: left,
                why: "of the same people as the strata".to_owned(),
            });
        }
        let field = field_of(&picked);
        let name = |by: &By| match by {
            By::Group | By::Label => field.to_owned(),
            By::Sex => Attribute::Sex.name().to_owned(),
        };
        let strata: Vec<Stratum> = picked.iter().map(|of| of.stratum(&by)).collect();
        Ok(Self {
            fields: by.iter().map(name).collect(),
            layout: match is_table {
                true => Layout::of(&strata),
                false => Layout::listed(&strata),
            },
            strata,
            populations: picked.iter().map(|of| of.of.clone()).collect(),
            left_out,
        })
    }
}

/// The level of some fields.
fn by_fields<'p>(
    sorted: &Sorted<'p>,
    by: &[String],
    file: &str,
) -> Result<(Vec<Candidate<'p>>, Vec<By>)> {
    let (pairs, groups, sexes) = (sorted.pairs(), sorted.groups(), sorted.sexes());
    let group = match groups.is_empty() {
        true => field_of(&pairs),
        false => field_of(&groups),
    };
    let sex = Attribute::Sex.name();
    let mut wanted = HashSet::new();
    for field in by.iter().flat_map(|by| by.split(',')).map(str::trim) {
        wanted.insert(field.to_ascii_lowercase());
    }
    let (has_group, has_sex) = (wanted.remove(group), wanted.remove(sex));
    let found = match (has_group, has_sex, wanted.is_empty()) {
        (true, true, true) => Some((&pairs, vec![By::Group, By::Sex])),
        (true, false, true) => Some((&groups, vec![By::Group])),
        (false, true, true) => Some((&sexes, vec![By::Sex])),
        _ => None,
    };
    if let Some((found, by)) = found.filter(|(found, _)| !found.is_empty()) {
        return Ok((found.clone(), by));
    }
    let both = format!("{group},{sex}");
    let levels = [(&groups, group), (&sexes, sex), (&pairs, both.as_str())];
    let there = levels.iter().filter(|(of, _)| !of.is_empty());
    let there: Vec<String> = there.map(|(_, field)| format!("`{field}`")).collect();
    let expected = match there.is_empty() {
        true => "AC and AN of populations in INFO, as AC_FI, AN_nfe_XX or EUR_AC, found those of \
             everybody alone: there are no strata to make by"
            .to_owned(),
        false => format!(
            "strata by {}, of which INFO has counts, found",
            there.join(" or ")
        ),
    };
    Err(Error::Usage(format!(
        "{file}: expected {expected} `{}`",
        by.join(",").escape_debug()
    )))
}

/// Populations by their labels; `Total` is none.
fn by_labels<'p>(
    populations: &'p [Population],
    labels: &[String],
    file: &str,
) -> Result<(Vec<Candidate<'p>>, Vec<By>)> {
    let wrong = |expected: String, found: &str| {
        Err(Error::Usage(format!(
            "{file}: expected {expected}, found {found}"
        )))
    };
    let mut picked: Vec<Candidate<'p>> = Vec::new();
    for label in labels.iter().flat_map(|of| of.split(',')).map(str::trim) {
        let label = label_of_key(label);
        let of = populations.iter().find(|of| of.label == label);
        if of.map_or_else(|| is_everybody(&label), Population::is_total) {
            continue;
        }
        let Some(of) = of else {
            let known = populations.iter().map(|of| of.label.as_str());
            let known: Vec<&str> = known.take(NAMED_MAX).collect();
            let expected = format!("labels of populations in INFO ({}, …)", known.join(", "));
            return wrong(expected, &format!("`{label}`"));
        };
        if let Some(lack) = of.lack() {
            return wrong("counts in INFO".to_owned(), &format!("`{label}`: {lack}"));
        }
        if !picked.iter().any(|known| known.of.label == label) {
            picked.push(Candidate::of(of));
        }
    }
    let overlap = |a: &Candidate<'_>, b: &Candidate<'_>| match (a, b) {
        // everybody of a group, and everybody of a sex
        (Candidate { group: None, .. }, Candidate { sex: None, .. }) => true,
        _ => {
            let (a, b) = (&a.of.label, &b.of.label);
            let is_of = |rest: Option<&str>| rest.is_some_and(|rest| rest.starts_with('_'));
            is_of(b.strip_prefix(a.as_str()))
                || b.strip_suffix(a.as_str())
                    .is_some_and(|rest| rest.ends_with('_'))
        }
    };
    let known_one = |of: &Candidate<'_>| of.of.label != UNKNOWN;
    for a in picked.iter().filter(|of| known_one(of)) {
        let mut others = picked
            .iter()
            .filter(|of| known_one(of) && of.of.label != a.of.label);
        if let Some(b) = others.find(|b| overlap(a, b)) {
            let found = format!("`{}` and `{}`", a.of.label, b.of.label);
            return wrong("strata with nobody in common".to_owned(), &found);
        }
    }
    let is_unknown = |of: &Candidate<'_>| of.of.label == UNKNOWN;
    let by = match &picked[..] {
        [] => Vec::new(),
        all if is_grid(all) => vec![By::Group, By::Sex],
        all if all.iter().all(|of| of.group.is_none() || is_unknown(of)) => vec![By::Sex],
        all if all.iter().all(|of| of.sex.is_none()) => vec![By::Group],
        _ => vec![By::Label],
    };
    Ok((picked, by))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::super::keys::populations;
    use super::*;
    use crate::input::Definition;

    fn all(keys: &[&str]) -> Vec<Population> {
        let definition = |key: &&str| Definition {
            key: (*key).to_owned(),
            number: "A".to_owned(),
            kind: "Integer".to_owned(),
            description: String::new(),
            line: 1,
        };
        populations(&keys.iter().map(definition).collect::<Vec<_>>())
    }

    /// AC and AN of labels.
    fn counted(labels: &str) -> Vec<Population> {
        let keys = labels.split(' ').filter(|label| !label.is_empty());
        let keys = keys.flat_map(|label| ["AC", "AN"].map(|of| format!("{of}_{label}")));
        let keys: Vec<String> = ["AC".to_owned(), "AN".to_owned()]
            .into_iter()
            .chain(keys)
            .collect();
        all(&keys.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn level(labels: &str, by: &str, strata: &str) -> Result<(String, String, Option<usize>)> {
        let list = |text: &str| match text {
            "" => Vec::new(),
            text => vec![text.to_owned()],
        };
        let of = Level::of(&counted(labels), &list(by), &list(strata), "f")?;
        let labels: Vec<&str> = of.strata.iter().map(|of| of.label.as_str()).collect();
        Ok((labels.join(" "), of.fields.join(","), of.layout.width))
    }

    #[test]
    fn the_finest_level_is_taken() {
        for (labels, strata, fields, width) in [
            ("", "", "", None),
            ("FI SE F M", "FI SE", "country", None),
            ("F M", "F M", "sex", None),
            ("F M unknown", "F M unknown", "sex", None),
            ("FI unknown", "FI unknown", "country", None),
            (
                "FI FI_F FI_M SE SE_F SE_M F M",
                "FI_F FI_M SE_F SE_M",
                "country,sex",
                Some(2),
            ),
            // a pair is missing, or a group has none
            ("FI FI_F FI_M SE SE_F F M", "FI SE", "country", None),
            ("FI FI_F FI_M SE", "FI SE", "country", None),
            ("FI_F FI_M SE_F", "FI_F FI_M SE_F", "country,sex", Some(2)),
            (
                "FI_F FI_M FI_unknown",
                "FI_F FI_M FI_unknown",
                "country,sex",
                Some(3),
            ),
            // gnomAD: subsets, parts of groups, and what is no group
            (
                "XX XY nfe nfe_XX nfe_XY afr afr_XX afr_XY non_ukb non_ukb_nfe non_ukb_nfe_XX raw grpmax",
                "nfe_XX nfe_XY afr_XX afr_XY",
                "population,sex",
                Some(2),
            ),
            ("nfe nfe_est nfe_bgr afr", "nfe afr", "population", None),
            ("EUR EUR_unrel", "EUR", "population", None),
        ] {
            let found = level(labels, "", "").unwrap();
            let expected = (strata.to_owned(), fields.to_owned(), width);
            assert_eq!(found, expected, "{labels}");
        }
    }

    #[test]
    fn levels_are_asked_for() {
        let labels = "FI FI_F FI_M SE SE_F SE_M F M";
        let strata = |by: &str, strata: &str| level(labels, by, strata).map(|of| of.0);
        assert_eq!(strata("country", "").unwrap(), "FI SE");
        assert_eq!(strata("sex", "").unwrap(), "F M");
        assert_eq!(strata("sex, country", "").unwrap(), "FI_F FI_M SE_F SE_M");
        assert_eq!(strata("", "SE").unwrap(), "SE");
        assert_eq!(strata("", "Total").unwrap(), "");
        assert_eq!(strata("", "SE_M,FI").unwrap(), "SE_M FI");
        // all pairs are a table, and some are a list
        for (picked, width) in [("FI_F,FI_M,SE_F,SE_M", Some(2)), ("FI_F,FI_M", None)] {
            let (_, fields, found) = level(labels, "", picked).unwrap();
            assert_eq!((fields.as_str(), found), ("country,sex", width));
        }
        for (by, labels, expected) in [
            (
                "age",
                "",
                "expected strata by `country` or `sex` or `country,sex`, of which INFO has counts, found `age`",
            ),
            ("population,sex", "", "found `population,sex`"),
            ("country", "FI", "found both"),
            ("", "NO", "labels of populations"),
            ("", "FI,FI_F", "`FI` and `FI_F`"),
            ("", "FI,M", "nobody in common"),
            ("", "M,FI_M", "nobody in common"),
        ] {
            let error = strata(by, labels).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let of = Level::of(&counted("F M"), &[], &[], "f").unwrap();
        assert_eq!(of.strata[0].values, [Some("female".to_owned())]);
    }

    #[test]
    fn what_there_is_is_named_where_fields_are_not() {
        for (labels, by, expected) in [
            (
                "",
                "country",
                "f: expected AC and AN of populations in INFO, as AC_FI, AN_nfe_XX or EUR_AC, found those of everybody alone: \
                 there are no strata to make by `country`",
            ),
            (
                "F M",
                "country",
                "f: expected strata by `sex`, of which INFO has counts, found `country`",
            ),
            (
                "nfe afr",
                "country",
                "f: expected strata by `population`, of which INFO has counts, found `country`",
            ),
            (
                "FI_F FI_M",
                "sex",
                "f: expected strata by `country,sex`, of which INFO has counts, found `sex`",
            ),
        ] {
            let error = level(labels, by, "").unwrap_err().to_string();
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn labels_are_those_of_live_strata() {
        let of = Level::of(
            &counted("a\"b New%20York unknown %75nknown all"),
            &[],
            &[],
            "f",
        );
        let of = of.unwrap();
        let strata: Vec<_> = of
            .strata
            .iter()
            .map(|of| (of.label.as_str(), of.values[0].as_deref()))
            .collect();
        assert_eq!(
            strata,
            [
                ("a%22b", Some("a\"b")),
                ("New%20York", Some("New York")),
                ("unknown", None),
                ("%75nknown", Some("unknown")),
            ]
        );
        for (asked, label) in [("a\"b", "a%22b"), ("a%22b", "a%22b"), ("all", "")] {
            let found = level("a\"b c", "", asked).unwrap().0;
            assert_eq!(found, label);
        }
    }

    #[test]
    fn what_is_left_out_is_said() {
        let keys = [
            "AC", "AN", "AF", "EUR_AF", "EAS_AF", "AN_x", "AC_FI", "AC_raw", "AC_M",
        ];
        let of = Level::of(&all(&keys), &[], &[], "f").unwrap();
        let left: Vec<(String, &str)> = of
            .left_out
            .iter()
            .map(|of| (of.what.join(" "), of.why.as_str()))
            .collect();
        assert_eq!(
            left,
            [
                (
                    "EUR_AF EAS_AF".to_owned(),
                    "there is no AN beside AF, without which AC is not known"
                ),
                ("AN_x".to_owned(), "there is neither AC nor AF"),
                ("raw".to_owned(), "no group of people"),
                ("M".to_owned(), "of the same people as the strata"),
            ]
        );
    }
}
