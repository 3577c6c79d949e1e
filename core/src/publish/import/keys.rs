//! INFO keys with counts of populations, in the three ways they are written: `AC_FI_F`, `AF_nfe_XX` and `EUR_AF`.

use crate::input::Definition;
use crate::store::published::TOTAL;

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

const STATISTICS: usize = 7;

/// The keys of a population by statistic, each by its number among those that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Population {
    /// `Total` is everybody.
    pub(super) label: String,
    names: [Option<String>; STATISTICS],
}

impl Population {
    pub(super) fn name(&self, of: Statistic) -> Option<&str> {
        self.names.get(of as usize)?.as_deref()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().flatten().map(String::as_str)
    }

    pub(super) fn is_total(&self) -> bool {
        self.label == TOTAL
    }

    /// Why its AC cannot be known; `None` where it can.
    pub(super) fn lack(&self) -> Option<&'static str> {
        let has = |of| self.name(of).is_some();
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
    let label = match label.is_empty() {
        true => TOTAL.to_owned(),
        false => label.join("_"),
    };
    Some((statistic, label))
}

/// The populations that a header declares counts of, in the order of its lines; of keys that say the same the first.
pub(super) fn populations(info: &[Definition]) -> Vec<Population> {
    let mut all: Vec<Population> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for definition in info {
        let Some((statistic, label)) = parse(&definition.key) else {
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
        if let Some(name) = names.and_then(|names| names.get_mut(statistic as usize)) {
            name.get_or_insert_with(|| definition.key.clone());
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
}
