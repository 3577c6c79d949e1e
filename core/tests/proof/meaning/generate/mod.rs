//! Random worlds and random expressions about them.

mod expressions;
mod people;
mod variants;

use super::choices::Choices;
use super::world::World;
use proptest::collection::vec;
use proptest::prelude::*;

pub use expressions::Asking;

/// Numbers that everything is made of: what is cut off by shrinking is a site, a person, an expression.
#[derive(Clone)]
pub struct Seeds {
    pub shape: Vec<u16>,
    pub sites: Vec<Vec<u16>>,
    pub people: Vec<Vec<u16>>,
    pub expressions: Vec<Vec<u16>>,
}

/// The files and the expression say more.
impl std::fmt::Debug for Seeds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sites, people) = (self.sites.len(), self.people.len());
        write!(
            f,
            "{sites} sites, {people} people, {} expressions",
            self.expressions.len()
        )
    }
}

/// What a world may have.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kinds {
    /// Records that say again what another of the file says.
    pub repeated: bool,
    /// A variant spelled otherwise in another record.
    pub spelled: bool,
    /// A contig that one file calls otherwise than another.
    pub aliases: bool,
    pub annotated: bool,
    /// A file without records.
    pub unseen: bool,
    pub people: bool,
}

pub fn seeds(sites: usize, people: usize, expressions: usize) -> impl Strategy<Value = Seeds> {
    let stream = |length: usize| vec(any::<u16>(), 0..length);
    (
        stream(24),
        vec(stream(64), 1..=sites),
        vec(stream(64), 0..=people),
        vec(stream(48), 1..=expressions),
    )
        .prop_map(|(shape, sites, people, expressions)| Seeds {
            shape,
            sites,
            people,
            expressions,
        })
}

impl Seeds {
    pub fn world(&self, kinds: Kinds) -> World {
        let mut shape = Choices::new(&self.shape);
        let mut world = variants::world(&mut shape, &self.sites, kinds);
        if kinds.people {
            people::put_into(&mut world, &mut shape, &self.people);
        }
        world
    }
}
