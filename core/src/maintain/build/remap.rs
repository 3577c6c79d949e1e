//! Bringing the columns of an input into the order of the dataset's samples.

use crate::input::chunk::{Chunk, Plane, Span};
use crate::set::{for_each_bit, set_bit, words_for};

/// Rewrites every set of `chunk`: column `i` of the input is sample `to[i]` of the batch.
pub(super) fn remap(chunk: &mut Chunk, to: &[u32]) {
    let samples = to.len() as u32;
    let mut planes: Vec<(&mut Plane, bool)> = Vec::new();
    for record in &mut chunk.records {
        planes.push((&mut record.missing, true));
        planes.push((&mut record.haploid, false));
        planes.push((&mut record.unphased, false));
    }
    planes.extend(chunk.alts.iter_mut().map(|alt| (&mut alt.carriers, true)));
    let mut list = Vec::with_capacity(chunk.list.len());
    let mut words = Vec::with_capacity(chunk.words.len());
    for (plane, over_copies) in planes {
        let moved = |n: u32| match over_copies {
            true => to[(n / 2) as usize] * 2 + n % 2,
            false => to[n as usize],
        };
        match *plane {
            // readers make no planes of all but some
            Plane::Empty | Plane::Full | Plane::AllBut(_) => {}
            Plane::List(span) => {
                let start = list.len();
                list.extend(chunk.list[span.range()].iter().map(|&n| moved(n)));
                list[start..].sort_unstable();
                *plane = Plane::List(Span {
                    start: start as u32,
                    end: list.len() as u32,
                });
            }
            Plane::Bits(span) => {
                let start = words.len();
                let universe = if over_copies { samples * 2 } else { samples };
                words.resize(start + words_for(universe), 0);
                for_each_bit(&chunk.words[span.range()], |n| {
                    set_bit(&mut words[start..], moved(n))
                });
                *plane = Plane::Bits(Span {
                    start: start as u32,
                    end: words.len() as u32,
                });
            }
        }
    }
    for entry in &mut chunk.polyploid {
        let start = list.len() as u32;
        list.extend_from_slice(&chunk.list[entry.alleles.range()]);
        entry.alleles = Span {
            start,
            end: list.len() as u32,
        };
        entry.sample = to[entry.sample as usize];
    }
    for call in &mut chunk.phases {
        call.sample = to[call.sample as usize];
    }
    for record in &chunk.records {
        chunk.phases[record.phases.range()].sort_by_key(|call| call.sample);
        chunk.polyploid[record.polyploid.range()].sort_by_key(|entry| entry.sample);
    }
    chunk.list = list;
    chunk.words = words;
}
