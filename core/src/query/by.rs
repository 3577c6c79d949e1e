//! Groups that the values of attributes, terms, ages and named groups make.

use super::expr::{GroupAtom, GroupExpr, Node, nearest};
use super::group::Group;
use crate::cohort::{PeopleCount, Subjects, View};
use crate::error::{Error, Result};
use crate::model::{ATTRIBUTE_PREFIX, Age, Attribute, Purpose, Recorded, attribute_named};
use crate::set::SampleSet;
use std::collections::BTreeSet;
use std::fmt;

/// Groups at most: counts of each are kept for a variant.
const GROUPS_MAX: usize = 1 << 16;
/// Bands of ages at most.
const BANDS_MAX: usize = 100;
/// The highest age that a band may begin with, in years.
const OLDEST: u32 = 200;

/// By what groups are made: see [`View::by`] for its forms as text.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum By {
    /// The values of an attribute.
    Attribute(Attribute),
    /// The values of a free attribute of texts or codes, by its name.
    Free(String),
    /// Bands of the age when last observed.
    Age(AgeBands),
    /// Whether a term is recorded, or a more special one: `present`, `absent` (recorded absence) or neither.
    Term(Box<GroupExpr>),
    /// Groups of one's own by their names; who is in none of them is left out.
    Groups(Vec<(String, Group)>),
}

impl From<Attribute> for By {
    fn from(attribute: Attribute) -> Self {
        Self::Attribute(attribute)
    }
}

impl fmt::Display for By {
    /// What the column of its values is called.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(attribute) => f.write_str(attribute.name()),
            Self::Free(name) => write!(f, "{ATTRIBUTE_PREFIX}{name}"),
            Self::Age(_) => f.write_str("age"),
            Self::Term(term) => term.fmt(f),
            Self::Groups(_) => f.write_str("group"),
        }
    }
}

/// Bands of ages in years, each from one age up to the next, which is not of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeBands {
    /// Where they begin, ascending; the first at 0, the last has no end.
    starts: Vec<u32>,
}

impl AgeBands {
    /// Bands that begin at these ages; where the first is not 0, there is one below it.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where they do not ascend, for more than a hundred and for ages that nobody reaches.
    pub fn starting_at(years: impl IntoIterator<Item = u32>) -> Result<Self> {
        let mut starts = vec![0];
        for (number, year) in years.into_iter().enumerate() {
            let last = starts.last().copied().unwrap_or(0);
            if (number, year) == (0, 0) {
                continue;
            }
            if year <= last || year > OLDEST || starts.len() >= BANDS_MAX {
                let message = format!(
                    "age bands begin at up to {BANDS_MAX} ascending ages of at most {OLDEST} years, as in \
                     age(18,40,65); found {year} behind {last}"
                );
                return Err(Error::Usage(message));
            }
            starts.push(year);
        }
        Ok(Self { starts })
    }

    /// Where each begins and where the next does, in years, and what it is called.
    fn all(&self) -> impl Iterator<Item = (u32, Option<u32>, String)> {
        let ends = self.starts.iter().skip(1).copied().map(Some).chain([None]);
        self.starts.iter().zip(ends).map(|(&start, end)| {
            let name = match end.map(|end| end - 1) {
                None => format!("{start}+"),
                Some(last) if last == start => start.to_string(),
                Some(last) => format!("{start}-{last}"),
            };
            (start, end, name)
        })
    }
}

/// Ten years each, the last from 90 on.
impl Default for AgeBands {
    fn default() -> Self {
        Self {
            starts: (0..10).map(|band| band * 10).collect(),
        }
    }
}

impl From<AgeBands> for By {
    fn from(bands: AgeBands) -> Self {
        Self::Age(bands)
    }
}

/// Words of the names of attributes that say of which ancestry somebody is.
const ANCESTRY: [&str; 9] = [
    "ancestry",
    "continent",
    "country",
    "ethnic",
    "ethnicity",
    "population",
    "race",
    "region",
    "superpopulation",
];

/// Whether the name of a free attribute says that it is about ancestry.
fn names_ancestry(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| ANCESTRY.contains(&word))
}

/// The values of a field, and who has each.
type Sets = Vec<(Option<String>, SampleSet)>;

impl By {
    /// Whether groups are made by ancestry: population, country, or a free attribute of such a name; named groups, where
    /// one is picked by these.
    pub fn is_of_ancestry(&self) -> bool {
        match self {
            Self::Attribute(attribute) => {
                matches!(attribute, Attribute::Population | Attribute::Country)
            }
            Self::Free(name) => names_ancestry(name),
            Self::Age(_) | Self::Term(_) => false,
            Self::Groups(groups) => groups.iter().any(|(_, group)| {
                let label = group.label().parse::<GroupExpr>();
                label.is_ok_and(|of| has_ancestry(&of.0))
            }),
        }
    }

    /// The values with the subjects of each; those of whom none is known at the end.
    fn sets(&self, view: &View, subjects: &Subjects<'_>) -> Result<Sets> {
        let mut sets = Vec::new();
        match self {
            Self::Attribute(attribute) => {
                for (value, individuals) in view.some_people()?.attribute_sets(*attribute)? {
                    sets.push((Some(value), subjects.of_individuals(&individuals)?));
                }
            }
            Self::Free(name) => {
                for (value, individuals) in view.free_sets(name)? {
                    sets.push((Some(value), subjects.of_individuals(&individuals)?));
                }
            }
            Self::Age(bands) => {
                let people = view.some_people()?;
                let age = |years: u32| Age(years.cast_signed().saturating_mul(Age::YEAR));
                for (start, end, name) in bands.all() {
                    let individuals = people.age_set(|ages| {
                        ages.low >= age(start) && end.is_none_or(|end| ages.high < age(end))
                    })?;
                    sets.push((Some(name), subjects.of_individuals(&individuals)?));
                }
            }
            Self::Term(term) => {
                for (name, recorded) in [
                    ("present", Recorded::Present),
                    ("absent", Recorded::Excluded),
                ] {
                    let asked = as_recorded(term, recorded)?;
                    let found = view.ask(asked)?.subjects().clone();
                    sets.push((Some(name.to_owned()), found));
                }
            }
            Self::Groups(groups) => {
                for (name, group) in groups {
                    let found = group.within(view)?.subjects().clone();
                    sets.push((Some(name.clone()), found));
                }
                return Ok(sets);
            }
        }
        let mut rest = subjects.all()?;
        for (_, set) in &sets {
            rest = rest.difference(set);
        }
        sets.push((None, rest));
        Ok(sets)
    }
}

/// Whether people are picked by ancestry.
fn has_ancestry(node: &Node<GroupAtom>) -> bool {
    match node {
        Node::Atom(atom) => match &atom.kind {
            GroupAtom::Attribute { attribute, .. } => {
                matches!(attribute, Attribute::Population | Attribute::Country)
            }
            GroupAtom::Free(test) => names_ancestry(&test.name),
            _ => false,
        },
        Node::Not(inner) => has_ancestry(inner),
        Node::And(parts) | Node::Or(parts) => parts.iter().any(has_ancestry),
    }
}

/// The question whether a term is recorded so.
fn as_recorded(term: &GroupExpr, recorded: Recorded) -> Result<GroupExpr> {
    let Node::Atom(atom) = &term.0 else {
        return Err(not_a_term(&term.to_string()));
    };
    match &atom.kind {
        GroupAtom::Term {
            scope,
            term,
            recorded: Recorded::Present,
        } => Ok(GroupExpr(Node::built(GroupAtom::Term {
            scope: *scope,
            term: term.clone(),
            recorded,
        }))),
        _ => Err(not_a_term(&term.to_string())),
    }
}

fn not_a_term(text: &str) -> Error {
    Error::Usage(format!(
        "`{text}` is no term such as HP:0001250, phenotype:HP:0001250 or \"Seizure\"; groups are given by a name, as \
         in cases={text}"
    ))
}

/// Cuts a text at commas that are outside of parentheses and quotes.
fn fields(text: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    let parts = text.split(move |c: char| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0 && !quoted
    });
    parts.map(str::trim)
}

/// `NAME=GROUP`, the name being one of letters, digits, `_`, `-` and `.`.
fn named_group(text: &str) -> Option<(&str, &str)> {
    let (name, group) = text.split_once('=')?;
    let name = name.trim();
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    is_name(name).then_some((name, group.trim()))
}

/// The bands of `age` and `age(18,40,65)`; `None` where it is about something else.
fn age_bands(text: &str) -> Option<Result<AgeBands>> {
    let rest = text
        .get(..3)
        .filter(|name| name.eq_ignore_ascii_case("age"));
    let rest = text.get(rest?.len()..)?.trim();
    if rest.is_empty() {
        return Some(Ok(AgeBands::default()));
    }
    let inside = rest.strip_prefix('(')?.strip_suffix(')')?;
    let years = inside.split(',').map(|year| {
        let year = year.trim();
        let number = year.strip_suffix('y').unwrap_or(year).parse::<u32>();
        number.map_err(|_| {
            Error::Usage(format!(
                "age bands begin at whole years, as in age(18,40,65); found `{year}`"
            ))
        })
    });
    let years: Result<Vec<u32>> = years.collect();
    Some(years.and_then(AgeBands::starting_at))
}

impl View {
    /// Reads by what groups are made. Several are set apart by commas:
    ///
    /// * `population`, `sex` or another attribute: a group for each of its values;
    /// * `attribute.NAME`: the same of a free attribute of texts or codes;
    /// * `age`, `age(18,40,65)`: bands of the age when last observed, of ten years or from one age to the next; who
    ///   may be in either of two is in none;
    /// * `HP:0001250`, `disease:MONDO:0005027`, `"Seizure"`: the term, or a more special one, is recorded as
    ///   `present`, or is recorded as `absent`;
    /// * `cases=GROUP`: groups of one's own; all of them are one field.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for what is none of these, with the nearest names, and for a group that is named twice; as
    /// [`Self::ask`].
    pub fn by<S: AsRef<str>>(&self, texts: &[S]) -> Result<Vec<By>> {
        let mut all = Vec::new();
        for text in texts.iter().flat_map(|text| fields(text.as_ref())) {
            self.add_by(text, &mut all)?;
        }
        Ok(all)
    }

    fn add_by(&self, text: &str, all: &mut Vec<By>) -> Result<()> {
        if let Some((name, group)) = named_group(text) {
            let group = self.ask(group)?;
            let known = all.iter_mut().find_map(|by| match by {
                By::Groups(groups) => Some(groups),
                _ => None,
            });
            match known {
                Some(groups) if groups.iter().any(|(known, _)| known == name) => {
                    return Err(twice(name));
                }
                Some(groups) => groups.push((name.to_owned(), group)),
                None => all.push(By::Groups(vec![(name.to_owned(), group)])),
            }
            return Ok(());
        }
        let by = match (text.parse::<Attribute>(), age_bands(text)) {
            (Ok(attribute), _) => By::Attribute(attribute),
            (_, Some(bands)) => By::Age(bands?),
            _ if let Some(name) = attribute_named(text) => {
                self.some_people()?;
                By::Free(self.countable_attribute(name)?)
            }
            _ if text.contains([':', '"']) => {
                let term: GroupExpr = text.parse()?;
                By::Term(Box::new(as_recorded(&term, Recorded::Present)?))
            }
            _ => return Err(unknown(text)),
        };
        all.push(by);
        Ok(())
    }

    /// Of whom frequencies by some fields are: of a group, or of everybody (`None`). Where a view is for the purpose of
    /// frequencies ([`Purpose::Af`]) and groups are made by ancestry, those are left out who are against frequencies by
    /// ancestry ([`Purpose::AfByAncestry`]): from each group, and from the sums that stand beside them.
    ///
    /// # Errors
    ///
    /// As [`Dataset::view_for`](crate::Dataset::view_for); [`Error::Usage`] for a group of another dataset.
    pub fn counted_by<B: Clone + Into<By>>(
        &self,
        by: &[B],
        within: Option<&Group>,
    ) -> Result<Option<Group>> {
        let is_of_ancestry = by.iter().any(|by| by.clone().into().is_of_ancestry());
        if self.access().purpose != Some(Purpose::Af) || !is_of_ancestry {
            return Ok(within.cloned());
        }
        let allowed = self.again_for(&self.access().for_purpose(Purpose::AfByAncestry))?;
        let Some(allowed) = allowed.visible_subjects() else {
            return Ok(within.cloned());
        };
        let (all, label) = match within {
            Some(group) => (group.within(self)?.subjects().clone(), group.label()),
            None => (Subjects::of(self).all()?, "all"),
        };
        let left = all.intersection(allowed);
        match left.len() == all.len() {
            true => Ok(within.cloned()),
            false => Group::new(self, left, None, label.to_owned()).map(Some),
        }
    }

    /// Everybody, or those of a group, by the values of attributes, ages, terms and named groups. Who has several
    /// values of one is in several groups; `None` are those of whom none is known. Groups of nobody are left out, but
    /// for named groups by themselves. Of whom they are says [`Self::counted_by`].
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where no people are loaded, for a group of another dataset, for a field that is there twice, and
    /// where there are more than 65,536 groups; [`Error::Damaged`].
    pub fn groups_by<B: Clone + Into<By>>(
        &self,
        by: &[B],
        within: Option<&Group>,
    ) -> Result<Vec<(Vec<Option<String>>, Group)>> {
        let counted = self.counted_by(by, within)?;
        let all = match &counted {
            Some(group) => group.within(self)?.subjects().clone(),
            None => Subjects::of(self).all()?,
        };
        self.split(by, all)
    }

    /// Some subjects by the values of fields.
    fn split<B: Clone + Into<By>>(
        &self,
        by: &[B],
        all: SampleSet,
    ) -> Result<Vec<(Vec<Option<String>>, Group)>> {
        let subjects = Subjects::of(self);
        let by: Vec<By> = by.iter().cloned().map(Into::into).collect();
        let mut names = BTreeSet::new();
        if let Some(again) = by.iter().find(|by| !names.insert(by.to_string())) {
            return Err(twice(&again.to_string()));
        }
        let keeps_nobody = matches!(by[..], [By::Groups(_)]);
        let mut found = vec![(Vec::new(), all)];
        for by in &by {
            let sets = by.sets(self, &subjects)?;
            let mut next = Vec::new();
            for (values, set) in &found {
                for (value, with) in &sets {
                    let both = set.intersection(with);
                    if keeps_nobody || !both.is_empty() {
                        next.push(([&values[..], std::slice::from_ref(value)].concat(), both));
                    }
                }
                if next.len() > GROUPS_MAX {
                    return Err(Error::Usage(format!(
                        "more than {GROUPS_MAX} groups: count by fewer fields"
                    )));
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

    /// How many people there are by the values of fields, across each other: those of whom something is recorded, a
    /// person once, in the order of [`Self::groups_by`]. Who has several values of a field counts with each.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where no people are loaded; as [`Self::groups_by`].
    pub fn people_counts<B: Clone + Into<By>>(&self, by: &[B]) -> Result<Vec<PeopleCount>> {
        let people = self.some_people()?;
        let individuals = match self.visible_individuals() {
            Some(visible) => visible.clone(),
            None => people.all()?,
        };
        let recorded = Subjects::of(self).of_individuals(&individuals)?;
        let groups = self.split(by, recorded)?.into_iter();
        let counts = groups.map(|(values, group)| PeopleCount {
            people: group.count(),
            values,
        });
        Ok(counts.collect())
    }
}

fn twice(name: &str) -> Error {
    Error::Usage(format!("counted by `{name}` twice"))
}

fn unknown(text: &str) -> Error {
    let names: Vec<&str> = Attribute::NAMES
        .iter()
        .map(|&(name, _)| name)
        .chain(["age"])
        .collect();
    let near = nearest(text, names.iter().copied());
    Error::Usage(format!(
        "unknown field `{text}`; did you mean {}? There are {}; attribute.NAME, age(18,40,65), terms such as HP:0001250, and \
         groups as in cases=GROUP",
        near.join(", "),
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    #[test]
    fn commas_within_are_no_borders() {
        let found: Vec<&str> =
            fields(r#"sex, age(18,40),"a, \" b",a=samples(x,y) & {"b": [1,2]},b"#).collect();
        assert_eq!(
            found,
            [
                "sex",
                "age(18,40)",
                r#""a, \" b""#,
                r#"a=samples(x,y) & {"b": [1,2]}"#,
                "b"
            ]
        );
    }

    #[test]
    fn bands_of_ages() {
        let names = |text: &str| -> Vec<String> {
            let bands = age_bands(text).unwrap().unwrap();
            bands.all().map(|(_, _, name)| name).collect()
        };
        assert_eq!(names("age(18, 40y,41)"), ["0-17", "18-39", "40", "41+"]);
        assert_eq!(names("age(0,18)"), ["0-17", "18+"]);
        assert_eq!(names("AGE").len(), 10);
        assert_eq!(names("age").last().unwrap(), "90+");
        for bad in [
            "age(18,18)",
            "age(40,18)",
            "age(x)",
            "age(-1)",
            "age()",
            "age(4000000000)",
        ] {
            assert!(age_bands(bad).unwrap().is_err(), "{bad}");
        }
        assert!(age_bands("agenda").is_none());
        assert!(age_bands("sex").is_none());
    }

    #[test]
    fn names_of_groups() {
        assert_eq!(named_group("cases = all"), Some(("cases", "all")));
        assert_eq!(named_group("HP:0001250"), None);
        assert_eq!(named_group("age(1,2)"), None);
        assert_eq!(named_group("a b=all"), None);
    }
}
