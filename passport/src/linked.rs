//! Which identities are the same person.

use crate::visa::{By, LINKED, Visa};
use percent_encoding::percent_decode_str;
use std::collections::HashMap;

/// Identities in groups, each of one person: what `LinkedIdentities` say of issuers and sources that the policy trusts.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    /// By subject and issuer, a number.
    numbers: HashMap<(String, String), usize>,
    /// The number of another of the same group, or its own, that of the group.
    towards: Vec<usize>,
    /// Of a group by its number: when the first of the visas ends that made it.
    ends: Vec<u64>,
}

impl Identities {
    /// From visas of which only those of the type are looked at.
    pub(crate) fn of(visas: &[Visa]) -> Self {
        let mut all = Self::default();
        for visa in visas.iter().filter(|visa| Self::is_link(visa)) {
            let own = all.number(&visa.sub, &visa.iss);
            for entry in visa.object.value.split(';') {
                let Some((sub, iss)) = entry.split_once(',').and_then(decoded) else {
                    continue;
                };
                let other = all.number(&sub, &iss);
                all.join(own, other, visa.ends);
            }
        }
        all
    }

    /// Whether it links. What the person says himself, or a colleague, does not; and none with conditions, for others are
    /// tested by who is the same person.
    pub(crate) fn is_link(visa: &Visa) -> bool {
        visa.object.kind == LINKED
            && visa.conditions.as_ref().is_none_or(|all| all.is_empty())
            && (visa.object.by.is_none() || visa.is_by(&[By::System, By::So, By::Dac]))
    }

    /// Until when the two are known to be of the same person; `None` where they are not.
    pub(crate) fn same_until(&self, one: &Visa, other: &Visa) -> Option<u64> {
        if one.sub == other.sub && one.iss == other.iss {
            return Some(u64::MAX);
        }
        let group = |visa: &Visa| {
            let number = self.numbers.get(&(visa.sub.clone(), visa.iss.clone()));
            number.map(|number| self.group(*number))
        };
        let (one, other) = (group(one)?, group(other)?);
        (one == other)
            .then(|| self.ends.get(one).copied())
            .flatten()
    }

    fn number(&mut self, sub: &str, iss: &str) -> usize {
        let next = self.towards.len();
        let number = self.numbers.entry((sub.to_owned(), iss.to_owned()));
        let number = *number.or_insert(next);
        if number == next {
            self.towards.push(next);
            self.ends.push(u64::MAX);
        }
        number
    }

    /// The number of the group.
    fn group(&self, mut number: usize) -> usize {
        while let Some(next) = self.towards.get(number).filter(|next| **next != number) {
            number = *next;
        }
        number
    }

    fn join(&mut self, one: usize, other: usize, ends: u64) {
        let (one, other) = (self.group(one), self.group(other));
        let first = [one, other].into_iter().filter_map(|of| self.ends.get(of));
        let first = first.copied().fold(ends, u64::min);
        if let Some(towards) = self.towards.get_mut(other) {
            *towards = one;
        }
        if let Some(ends) = self.ends.get_mut(one) {
            *ends = first;
        }
    }
}

/// Subject and issuer of an entry, which are URI-encoded.
fn decoded((sub, iss): (&str, &str)) -> Option<(String, String)> {
    let text = |encoded: &str| Some(percent_decode_str(encoded).decode_utf8().ok()?.into_owned());
    Some((text(sub)?, text(iss)?))
}
