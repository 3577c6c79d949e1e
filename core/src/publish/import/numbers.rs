//! The numbers of a record: read, held against each other, and completed where they say what is not written.

use super::keys::{Population, Statistic};
use crate::store::published::{GenotypeCounts, ReleasedCounts};

/// More copies than any cohort has; what they are rounded to is less than can be stored.
const COUNT_MAX: u64 = 1 << 39;
/// Half of the last digit of an AF without a fraction: `0` and `1` are written for what is that within four digits.
const WITHOUT_FRACTION: f64 = 0.000_05;
/// What a number may be off for it was held in 32 bits, relative to it.
const FLOAT32: f64 = 1.2e-7;

/// What was expected of a record, and what was found.
pub(super) type Refusal = (String, String);

/// What a record says of an allele in a population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Known(ReleasedCounts),
    /// There is no AC, and AF and AN are of several.
    Unclear,
    /// Nothing is written.
    Absent,
}

impl Read {
    pub(super) fn known(self) -> Option<ReleasedCounts> {
        match self {
            Self::Known(counts) => Some(counts),
            Self::Unclear | Self::Absent => None,
        }
    }
}

/// The values of a record by key and ALT, as they are written.
#[derive(Debug, Default)]
pub(super) struct Values<'t> {
    /// Where the values of each key are; `None` where the record does not have it.
    keys: Vec<Option<(usize, usize)>>,
    texts: Vec<&'t [u8]>,
}

impl<'t> Values<'t> {
    /// Of so many keys.
    pub(super) fn new(keys: usize) -> Self {
        Self {
            keys: vec![None; keys],
            texts: Vec::new(),
        }
    }

    /// Adds the value of a key, of which the first counts.
    pub(super) fn push(&mut self, key: usize, text: &'t [u8]) {
        let Some(place) = self.keys.get_mut(key).filter(|place| place.is_none()) else {
            return;
        };
        let start = self.texts.len();
        self.texts.extend(text.split(|&b| b == b','));
        *place = Some((start, self.texts.len()));
    }

    /// The value for an ALT, where there is one for each or, of numbers that are of all ALTs, one.
    fn of_alt(
        &self,
        (key, name): (usize, &str),
        (alt, alts): (usize, usize),
        of_all: bool,
    ) -> Result<Option<&'t [u8]>, Refusal> {
        let Some((start, end)) = self.keys.get(key).copied().flatten() else {
            return Ok(None);
        };
        let texts = self.texts.get(start..end).unwrap_or_default();
        let text = match texts {
            [one] if of_all || alts == 1 => Some(*one),
            [b"."] => None,
            many if many.len() == alts => many.get(alt).copied(),
            many => {
                let expected = format!("a value of {name} for each of {alts} ALTs");
                return Err((expected, format!("{} values", many.len())));
            }
        };
        Ok(text.filter(|text| !matches!(*text, b"." | b"")))
    }
}

/// The keys of a population, each by its number among those that are read.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    of: Population,
    numbers: [Vec<usize>; Statistic::ALL.len()],
}

impl Keys {
    pub(super) fn label(&self) -> &str {
        &self.of.label
    }

    /// Numbers the keys of a population behind those that are there.
    pub(super) fn number(of: &Population, read: &mut Vec<String>) -> Self {
        let mut number = |name: &String| {
            read.push(name.to_owned());
            read.len() - 1
        };
        let numbers = Statistic::ALL.map(|statistic| {
            let names = of.names_of(statistic).iter();
            names.map(&mut number).collect()
        });
        Self {
            of: of.clone(),
            numbers,
        }
    }

    /// What a record has of a statistic, with the key of each value.
    fn texts<'k, 't>(
        &'k self,
        values: &'k Values<'t>,
        of: Statistic,
        alt: (usize, usize),
    ) -> impl Iterator<Item = Result<(&'k str, &'t [u8]), Refusal>> {
        let numbers = self.numbers.get(of as usize).into_iter().flatten();
        let names = self.of.names_of(of).iter().map(String::as_str);
        names.zip(numbers).filter_map(move |(name, number)| {
            let text = values.of_alt((*number, name), alt, of == Statistic::An);
            let text = text.transpose()?;
            Some(text.map(|text| (name, text)))
        })
    }

    fn name(&self, of: Statistic) -> &str {
        self.of.name(of)
    }

    /// A number, which is the same wherever a record has it twice.
    fn count(
        &self,
        values: &Values<'_>,
        of: Statistic,
        alt: (usize, usize),
    ) -> Result<Option<u64>, Refusal> {
        let mut first: Option<(&str, u64)> = None;
        for text in self.texts(values, of, alt) {
            let (name, text) = text?;
            let Some(number) = count(text) else {
                let expected = format!("a whole number up to 2^39 in {name}");
                return Err((expected, shown(text)));
            };
            match first {
                Some((other, known)) if known != number => {
                    let expected = format!("the same in {other} and {name}");
                    return Err((expected, format!("{known} and {number}")));
                }
                _ => first = first.or(Some((name, number))),
            }
        }
        Ok(first.map(|(_, number)| number))
    }

    /// AF, which is the same within its digits wherever a record has it twice: that of the most digits.
    fn share(&self, values: &Values<'_>, alt: (usize, usize)) -> Result<Option<Share>, Refusal> {
        let mut best: Option<(&str, Share)> = None;
        for text in self.texts(values, Statistic::Af, alt) {
            let (name, text) = text?;
            let share = Share::read(text)
                .ok_or_else(|| (format!("a number from 0 to 1 in {name}"), shown(text)))?;
            let Some(share) = share else { continue };
            match best {
                Some((other, known))
                    if (known.value - share.value).abs() > known.off + share.off =>
                {
                    let expected = format!("the same in {other} and {name}");
                    return Err((expected, format!("{} and {}", known.value, share.value)));
                }
                Some((_, known)) if known.off <= share.off => {}
                _ => best = Some((name, share)),
            }
        }
        Ok(best.map(|(_, share)| share))
    }

    /// What is known of an ALT of so many; `is_diploid` where everybody has two copies, or none is known.
    pub(super) fn read(
        &self,
        values: &Values<'_>,
        alt: (usize, usize),
        is_diploid: bool,
    ) -> Result<Read, Refusal> {
        let an = self.count(values, Statistic::An, alt)?;
        let af = self.share(values, alt)?;
        let ac = self.count(values, Statistic::Ac, alt)?;
        let ac = match (ac, af, an) {
            (Some(ac), af, an) => {
                self.agree(ac, af, an)?;
                ac
            }
            (None, Some(af), Some(an)) => match self.ac_of(af, an)? {
                Some(ac) => ac,
                None => return Ok(Read::Unclear),
            },
            // of no copies none carries it
            (None, None, Some(0)) => 0,
            _ => return Ok(Read::Absent),
        };
        let genotypes = self.genotypes(values, alt, ac, is_diploid)?;
        Ok(Read::Known(ReleasedCounts { ac, an, genotypes }))
    }

    /// AC is at most AN, and AF what they make, within the digits that are written.
    fn agree(&self, ac: u64, af: Option<Share>, an: Option<u64>) -> Result<(), Refusal> {
        let Some(an) = an else { return Ok(()) };
        if ac > an {
            let (ac_name, an_name) = (self.name(Statistic::Ac), self.name(Statistic::An));
            return Err((
                format!("{ac_name} of at most {an_name}"),
                format!("{ac} of {an}"),
            ));
        }
        let Some(af) = af else { return Ok(()) };
        let made = if an == 0 { 0.0 } else { ac as f64 / an as f64 };
        match (af.value - made).abs() <= af.off {
            true => Ok(()),
            false => Err((
                format!("{} as AC/AN within its digits", self.name(Statistic::Af)),
                format!("{}, where {ac}/{an} is {made:.6}", af.value),
            )),
        }
    }

    /// The one AC that AF can be of; `None` where there are several.
    fn ac_of(&self, af: Share, an: u64) -> Result<Option<u64>, Refusal> {
        let copies = an as f64;
        let least = ((af.value - af.off) * copies).ceil().max(0.0);
        let most = ((af.value + af.off) * copies).floor().min(copies);
        if least > most {
            let expected = format!("{} that some AC of AN makes", self.name(Statistic::Af));
            return Err((expected, format!("{} of {an}", af.value)));
        }
        // both are between 0 and 2^39
        Ok((least == most).then_some(least as u64))
    }

    /// How many people have which genotype, where the record says it: copies by genotype add up to AC. Where `AC_Hemi` is not there, and
    /// what is does not add up, it is not known: some files have people in the place of copies.
    fn genotypes(
        &self,
        values: &Values<'_>,
        alt: (usize, usize),
        ac: u64,
        is_diploid: bool,
    ) -> Result<Option<GenotypeCounts>, Refusal> {
        let [hom, het, hemi] =
            [Statistic::Hom, Statistic::Het, Statistic::Hemi].map(|of| self.count(values, of, alt));
        let (hom, het, hemi) = (hom?, het?, hemi?);
        // none is above 2^39
        let sum: u64 = [hom, het, hemi].into_iter().flatten().sum();
        let is_whole = hom.is_some() && het.is_some() && (hemi.is_some() || is_diploid);
        let is_wrong = sum > ac
            || sum != ac && is_whole && hemi.is_some()
            || sum == ac && is_whole && hom.is_some_and(|hom| hom % 2 != 0);
        if is_wrong {
            let text = |number: Option<u64>| number.map_or(".".to_owned(), |n| n.to_string());
            let expected = "AC_Hom, an even number, AC_Het and AC_Hemi that add up to AC";
            let numbers = [hom, het, hemi].map(text).join(", ");
            return Err((
                expected.to_owned(),
                format!("{numbers} and {ac} of {}", self.of.label),
            ));
        }
        if let (true, true, Some(hom), Some(n_het)) = (is_whole, sum == ac, hom, het) {
            let n_hemi = hemi.unwrap_or(0);
            return Ok(Some(GenotypeCounts {
                n_het,
                n_hom: hom / 2,
                n_hemi,
            }));
        }
        let Some(people) = self.count(values, Statistic::Homozygotes, alt)? else {
            return Ok(None);
        };
        let Some(n_het) = ac.checked_sub(2 * people) else {
            let name = self.name(Statistic::Homozygotes);
            let found = format!("{people}, where {} has AC {ac}", self.of.label);
            return Err((format!("{name} of at most half of AC"), found));
        };
        // who has one copy follows from ploidy alone
        Ok(is_diploid.then_some(GenotypeCounts {
            n_het,
            n_hom: people,
            n_hemi: 0,
        }))
    }
}

/// Digits alone, below a bound.
fn count(text: &[u8]) -> Option<u64> {
    let digits = text.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(text).ok().filter(|_| digits)?;
    text.parse().ok().filter(|&count| count <= COUNT_MAX)
}

/// An AF, and how far it may be off as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Share {
    value: f64,
    off: f64,
}

impl Share {
    /// `Some(None)` is a value that is none, as it is written where AN is 0.
    fn read(text: &[u8]) -> Option<Option<Self>> {
        if text.eq_ignore_ascii_case(b"nan") {
            return Some(None);
        }
        let text = std::str::from_utf8(text).ok()?;
        let is_number = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+');
        if !text.bytes().all(is_number) {
            return None;
        }
        let value: f64 = text.parse().ok()?;
        if !(0.0..=1.0).contains(&value) {
            return None;
        }
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let fraction = digits
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len());
        let places = i32::try_from(fraction).ok()?.checked_sub(exponent)?;
        let half = match places {
            0 => WITHOUT_FRACTION,
            places => 0.5 * 10f64.powi(places.saturating_neg()),
        };
        let off = half * (1.0 + 1e-9) + value * FLOAT32;
        Some(Some(Self { value, off }))
    }
}

/// A value as a message shows it.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text.get(..60).unwrap_or(text));
    text.escape_debug().to_string()
}

/// Copies have one allele each: those of all ALTs of a record are no more than AN, in a population of this label.
pub(super) fn check_alts<'c>(
    label: &str,
    alts: impl Iterator<Item = Option<&'c ReleasedCounts>>,
) -> Result<(), Refusal> {
    let (mut sum, mut most) = (0u64, None);
    for of in alts.flatten() {
        sum = sum.saturating_add(of.ac);
        most = most.max(of.an);
    }
    match most {
        Some(an) if sum > an => {
            let expected = "AC of all ALTs together of at most AN";
            Err((expected.to_owned(), format!("{sum} of {an} in {label}")))
        }
        _ => Ok(()),
    }
}

/// A number of a cell, where it is known.
type Number = fn(&ReleasedCounts) -> Option<u64>;

/// Strata have no more of anything than everybody, and what is of nobody in them is possible. Returns whether everybody is in
/// one of them; `None` where that is not known.
pub(super) fn add_up(
    total: &ReleasedCounts,
    strata: &[Option<ReleasedCounts>],
) -> Result<Option<bool>, Refusal> {
    let known = || strata.iter().flatten();
    let sum = |of: Number| known().map(of).sum::<Option<u64>>();
    let hom = |of: &ReleasedCounts| of.genotypes.map(|of| of.n_hom);
    let het = |of: &ReleasedCounts| of.genotypes.map(|of| of.n_het);
    let hemi = |of: &ReleasedCounts| of.genotypes.map(|of| of.n_hemi);
    let checked: [(&str, Number); 5] = [
        ("AC", |of| Some(of.ac)),
        ("AN", |of| of.an),
        ("homozygotes", hom),
        ("heterozygotes", het),
        ("hemizygotes", hemi),
    ];
    let mut left = [None; 5];
    for (left, (name, of)) in left.iter_mut().zip(checked) {
        let (Some(all), Some(sum)) = (of(total), sum(of)) else {
            continue;
        };
        let Some(rest) = all.checked_sub(sum) else {
            let expected = format!("{name} of all strata of at most that of everybody");
            return Err((expected, format!("{sum} of {all}")));
        };
        *left = Some(rest);
    }
    let [ac, an, ..] = left;
    if let (Some(ac), Some(an)) = (ac, an)
        && ac > an
    {
        let expected = "AC of at most AN in those who are in no stratum";
        return Err((expected.to_owned(), format!("{ac} of {an}")));
    }
    Ok(match (strata.iter().all(Option::is_some), an) {
        (true, Some(an)) => Some(an == 0),
        _ => None,
    })
}
