//! Owners of samples, and the numbers of individuals.

use crate::model::SampleNameKind;
use std::collections::HashSet;

/// Kinds of names in the order in which they are tried.
const KINDS: [SampleNameKind; 4] = [
    SampleNameKind::Biosample,
    SampleNameKind::File,
    SampleNameKind::Individual,
    SampleNameKind::Packet,
];
/// Claims that there is place for at first.
const FIRST: usize = 1024;
/// Disputed samples that are kept one by one.
const EXAMPLES: usize = 5;

/// In the place of a number that is still to be given.
pub(crate) const NO_NUMBER: u32 = u32::MAX;

/// The numbers of people, and the owner of each sample.
#[derive(Debug, Default)]
pub(crate) struct Assigned {
    /// The number of each person: who had one keeps it; behind them come those with samples, in the order of their
    /// lowest sample, then the others.
    pub(crate) numbers: Vec<u32>,
    /// Numbers of individuals are below, those that were given before and that nobody has now included.
    pub(crate) universe: u32,
    /// By sample: the number of the person.
    pub(crate) owners: Vec<Option<u32>>,
    /// How many samples several people claim by names of the same kind: they stay nobody's.
    pub(crate) disputed: u64,
    /// The first few of them, with who claims them, in the order of the people.
    pub(crate) disputes: Vec<(u32, Vec<u32>)>,
}

/// A name that is a sample's: its kind, the sample, and who has it.
pub(crate) type Claim = (SampleNameKind, u32, u32);

/// Each claim about once, however many records make it.
#[derive(Debug, Default)]
pub(crate) struct Claims(pub(super) Vec<Claim>);

impl Claims {
    pub(crate) fn add(&mut self, claim: Claim) {
        let Self(claims) = self;
        if claims.len() == claims.capacity() {
            sort(claims);
            claims.reserve(claims.len().max(FIRST));
        }
        claims.push(claim);
    }

    /// How many there is place for.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.0.capacity()
    }
}

/// Sorts claims by kinds in the order in which they are tried, and keeps one of each.
fn sort(claims: &mut Vec<Claim>) {
    let rank = |kind: &SampleNameKind| KINDS.iter().position(|known| known == kind);
    claims.sort_unstable_by_key(|(kind, sample, person)| (rank(kind), *sample, *person));
    claims.dedup();
}

/// Finds the owners of samples, by the map's pairs of sample and person first, then by the kinds of names in
/// their order, and numbers the people. `known` are the numbers that were given before, by person
/// ([`NO_NUMBER`] where none was); they are below `next`.
pub(crate) fn assign(
    (known, mut next): (Vec<u32>, u32),
    samples: u32,
    map: &[(u32, u32)],
    Claims(mut claims): Claims,
) -> Assigned {
    let mut owners: Vec<Option<u32>> = vec![None; samples as usize];
    for (sample, person) in map {
        if let Some(place) = owners.get_mut(*sample as usize) {
            *place = Some(*person);
        }
    }
    sort(&mut claims);
    let mut assigned = Assigned::default();
    let mut disputed = HashSet::new();
    for claims in claims.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)) {
        let Some((_, sample, first)) = claims.first().copied() else {
            continue;
        };
        let owner = owners.get_mut(sample as usize);
        let Some(owner) = owner.filter(|owner| owner.is_none()) else {
            continue;
        };
        if claims.len() == 1 && !disputed.contains(&sample) {
            *owner = Some(first);
        } else if claims.len() > 1 && disputed.insert(sample) {
            assigned.disputed += 1;
            if assigned.disputes.len() < EXAMPLES {
                let people = claims.iter().map(|(_, _, person)| *person);
                assigned.disputes.push((sample, people.collect()));
            }
        }
    }
    let mut numbers = known;
    let people = 0..numbers.len() as u32;
    for person in owners.iter().flatten().copied().chain(people) {
        if let Some(number) = numbers.get_mut(person as usize)
            && *number == NO_NUMBER
        {
            *number = next;
            next = next.saturating_add(1);
        }
    }
    let new = |person: u32| numbers.get(person as usize).copied();
    assigned.owners = owners.iter().map(|owner| owner.and_then(new)).collect();
    assigned.numbers = numbers;
    assigned.universe = next;
    assigned
}
