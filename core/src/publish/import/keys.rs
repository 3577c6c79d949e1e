//! INFO keys with counts of populations, in the three ways they are written: `AC_FI_F`, `AF_nfe_XX` and `EUR_AF`.

use crate::input::Definition;
use crate::publish::labels::{in_key, is_label, label_of_key};
use crate::publish::vcf::FIELDS;
use crate::store::published::TOTAL;
use std::collections::HashMap;

/// What a key says of a population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Statistic {
    /// Copies of the ALT.
    Ac,
    /// Copies with a known allele.
    An,
    /// AC / AN.
    Af,
    /// People with two copies of the ALT (gnomAD).
    Homozygotes,
    /// Copies of the ALT in people of a genotype (`bcftools +fill-tags`, GDI): these three add up to AC.
    Hom,
    Het,
    Hemi,
}

impl Statistic {
    pub(super) const ALL: [Self; 7] = [
        Self::Ac,
        Self::An,
        Self::Af,
        Self::Homozygotes,
        Self::Hom,
        Self::Het,
        Self::Hemi,
    ];
}

/// The keys of a population by statistic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Population {
    /// `Total` is everybody.
    pub(super) label: String,
    names: [Vec<String>; Statistic::ALL.len()],
}

impl Population {
    /// The keys of a statistic: several may say the same, as `AC` and `AC_Total`, or `AC_FI` and `FI_AC`.
    pub(super) fn names_of(&self, of: Statistic) -> &[String] {
        self.names.get(of as usize).map_or(&[], Vec::as_slice)
    }

    /// The first of them, in messages.
    pub(super) fn name(&self, of: Statistic) -> &str {
        self.names_of(of).first().map_or("", String::as_str)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().flatten().map(String::as_str)
    }

    pub(super) fn is_total(&self) -> bool {
        self.label == TOTAL
    }

    /// Why its AC cannot be known; `None` where it can.
    pub(super) fn lack(&self) -> Option<&'static str> {
        let has = |of| !self.names_of(of).is_empty();
        match (has(Statistic::Ac), has(Statistic::Af), has(Statistic::An)) {
            (true, ..) | (_, true, true) => None,
            (false, true, false) => Some("there is no AN beside AF, without which AC is not known"),
            (false, false, _) => Some("there is neither AC nor AF"),
        }
    }
}

/// What a key is of; `None` of keys without counts.
pub(super) fn parse(key: &str) -> Option<(Statistic, String)> {
    let (mut statistic, mut genotype, mut label) = (None, None, Vec::new());
    for token in key.split('_') {
        let place = match token {
            "AC" | "AN" | "AF" | "nhomalt" => &mut statistic,
            "Hom" | "Het" | "Hemi" => &mut genotype,
            "" => return None,
            _ => {
                label.push(token);
                continue;
            }
        };
        if place.replace(token).is_some() {
            return None;
        }
    }
    let statistic = match (statistic?, genotype) {
        ("AC", None) => Statistic::Ac,
        ("AC", Some("Hom")) => Statistic::Hom,
        ("AC", Some("Het")) => Statistic::Het,
        ("AC", Some(_)) => Statistic::Hemi,
        ("AN", None) => Statistic::An,
        ("AF", None) => Statistic::Af,
        ("nhomalt", None) => Statistic::Homozygotes,
        _ => return None,
    };
    let label = label.join("_");
    let is_everybody = label.is_empty() || is_everybody(&label);
    Some((
        statistic,
        match is_everybody {
            true => TOTAL.to_owned(),
            false => label_of_key(&label),
        },
    ))
}

/// Whether a population of this name is everybody, where none is labelled so: what it has must be what keys without a label say.
pub(super) fn is_everybody(name: &str) -> bool {
    name.eq_ignore_ascii_case(TOTAL) || name.eq_ignore_ascii_case("all")
}

/// The same of a key that Varidex exported: of a label that cannot stand in a key the description has the characters.
fn exported(of: &Definition) -> Option<(Statistic, String)> {
    FIELDS.iter().find_map(|(name, _, _, says)| {
        let in_this = of.key.strip_prefix(name)?.strip_prefix('_')?;
        let label = of.description.strip_prefix(says)?.strip_prefix(": ")?;
        let (statistic, _) = parse(name)?;
        (is_label(label) && in_key(label) == in_this).then(|| (statistic, label.to_owned()))
    })
}

/// The populations that a header declares counts of, in the order of its lines.
pub(super) fn populations(info: &[Definition]) -> Vec<Population> {
    let mut all: Vec<Population> = Vec::new();
    let mut places = HashMap::new();
    for definition in info {
        let Some((statistic, label)) = exported(definition).or_else(|| parse(&definition.key))
        else {
            continue;
        };
        let at = *places.entry(label.clone()).or_insert_with(|| {
            all.push(Population {
                label,
                names: Default::default(),
            });
            all.len() - 1
        });
        let names = all.get_mut(at).map(|of| &mut of.names);
        if let Some(names) = names.and_then(|names| names.get_mut(statistic as usize)) {
            names.push(definition.key.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_of_populations_in_front_behind_and_between() {
        for (key, expected) in [
            ("AC", Some((Statistic::Ac, "Total"))),
            ("AC_FI_F", Some((Statistic::Ac, "FI_F"))),
            ("AF_nfe", Some((Statistic::Af, "nfe"))),
            ("EUR_AF", Some((Statistic::Af, "EUR"))),
            ("AN_XX", Some((Statistic::An, "XX"))),
            ("nhomalt_nfe_XX", Some((Statistic::Homozygotes, "nfe_XX"))),
            ("AC_Hom", Some((Statistic::Hom, "Total"))),
            ("AC_Hom_EE", Some((Statistic::Hom, "EE"))),
            ("AC_EE_Hemi", Some((Statistic::Hemi, "EE"))),
            ("AC_Total", Some((Statistic::Ac, "Total"))),
            ("AN_all", Some((Statistic::An, "Total"))),
            ("AC_a\"b", Some((Statistic::Ac, "a%22b"))),
            (
                "non_topmed_AC_nfe_male",
                Some((Statistic::Ac, "non_topmed_nfe_male")),
            ),
            ("AF_Hom", None),
            ("AC_AN", None),
            ("AC_Hom_Het", None),
            ("AC__FI", None),
            ("ac", None),
            ("DP", None),
            ("faf95_nfe", None),
            ("AC0", None),
        ] {
            let found = parse(key);
            let expected = expected.map(|(of, label)| (of, label.to_owned()));
            assert_eq!(found, expected, "{key}");
        }
    }
    #[test]
    fn exported_keys_are_of_the_label_that_is_described() {
        for (key, description, expected) in [
            ("AC__75nknown", "Copies of the ALT: %75nknown", "%75nknown"),
            (
                "AC_New_20York_F",
                "Copies of the ALT: New%20York_F",
                "New%20York_F",
            ),
            ("AF_a_b", "AC / AN: a+b", "a+b"),
            ("AC_Het_a", "Copies of the ALT: Het_a", "Het_a"),
            ("AC_all", "Copies of the ALT: all", "all"),
            // of somebody else, or of another key
            ("AC_all", "Copies: all", "Total"),
            ("AC_Het", "Copies: Het", "Total"),
            ("AC_a_b", "Copies of the ALT: c+d", "a_b"),
            ("AN_a_b", "Copies of the ALT: a+b", "a_b"),
            ("AC_a_b", "Copies of the ALT: a b", "a_b"),
        ] {
            let of = populations(&[Definition {
                key: key.to_owned(),
                number: "A".to_owned(),
                kind: "Integer".to_owned(),
                description: description.to_owned(),
                line: 1,
            }]);
            let labels: Vec<&str> = of.iter().map(|of| of.label.as_str()).collect();
            assert_eq!(labels, [expected], "{key} {description}");
        }
    }
}
