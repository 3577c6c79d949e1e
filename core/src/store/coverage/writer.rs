//! Writing stretches.

use super::{Change, Looked, State, Stretch};
use crate::set::write_varint;

/// A stretch is closed at so many changes, unless what stands at its start takes more bytes than they do.
const CHANGES: u32 = 256;
/// It goes on over a gap in which nobody was looked at where the changes on both sides are so many at most: they take
/// fewer bytes than another stretch.
const GAP_CHANGES: usize = 40;

/// A stretch on its way into a segment.
#[derive(Debug)]
pub(crate) struct Written {
    stretch: Stretch,
    bytes: Vec<u8>,
}

impl Written {
    /// Contig and end.
    pub(crate) fn end(&self) -> (u32, i32) {
        (self.stretch.contig, self.stretch.end)
    }

    /// Contig, start and end.
    pub(crate) fn span(&self) -> (u32, i32, i32) {
        (self.stretch.contig, self.stretch.start, self.stretch.end)
    }

    pub(crate) fn len(&self) -> usize {
        Stretch::LEN + self.bytes.len()
    }
}

/// The two sections of stretches: the directory, and their bytes.
pub(crate) fn encode_coverage(stretches: Vec<Written>) -> [Vec<u8>; 2] {
    let (mut directory, mut states) = (Vec::new(), Vec::new());
    for Written { mut stretch, bytes } in stretches {
        stretch.offset = states.len() as u64;
        directory.extend(stretch.to_bytes());
        states.extend(bytes);
    }
    [directory, states]
}

/// Cuts what is known of samples into stretches.
#[derive(Debug)]
pub(crate) struct CoverageWriter {
    states: Vec<State>,
    /// Of all samples now.
    looked: Looked,
    contig: u32,
    /// Changes at one position, which are to be written.
    position: i32,
    coming: Vec<Change>,
    /// The stretch in the making, and the bytes of its start and of its changes.
    open: Option<(Written, usize)>,
    /// Where its last change is.
    last: i32,
    /// The changes by which nobody is covered now.
    nobody: Vec<Change>,
    done: Vec<Written>,
}

impl CoverageWriter {
    pub(crate) fn new(samples: u32) -> Self {
        Self {
            states: vec![State::UNCOVERED; samples as usize],
            looked: Looked {
                uncovered: samples,
                ..Looked::default()
            },
            contig: 0,
            position: 0,
            coming: Vec::new(),
            open: None,
            last: 0,
            nobody: Vec::new(),
            done: Vec::new(),
        }
    }

    /// What is known of a sample, by the changes pushed.
    pub(crate) fn state(&self, sample: u32) -> State {
        let state = self.states.get(sample as usize);
        state.copied().unwrap_or_default()
    }

    /// From here on a sample is of a state. Changes come by contig, position and sample; on each contig the last
    /// of a sample is that it is not covered.
    pub(crate) fn push(&mut self, (contig, position): (u32, i32), sample: u32, after: State) {
        if (contig, position) != (self.contig, self.position) {
            self.flush();
            (self.contig, self.position) = (contig, position);
        }
        let before = self.state(sample);
        if before != after
            && let Some(slot) = self.states.get_mut(sample as usize)
        {
            *slot = after;
            self.coming.push(Change {
                position,
                sample,
                before,
                after,
            });
        }
    }

    /// Completes the changes of a position.
    pub(crate) fn flush(&mut self) {
        if self.coming.is_empty() {
            return;
        }
        self.coming
            .iter()
            .for_each(|change| self.looked.change(change));
        if self.looked.uncovered as usize == self.states.len() {
            // where the stretch ends, unless it is worth the while to go on with what comes next
            self.nobody.clear();
            std::mem::swap(&mut self.nobody, &mut self.coming);
            return;
        }
        if self.open.as_ref().is_some_and(|open| self.is_over(open)) {
            self.close(self.position);
        }
        match &mut self.open {
            None => self.begin(),
            Some((open, _)) => {
                let bytes = &mut open.bytes;
                for change in self.nobody.drain(..).chain(self.coming.drain(..)) {
                    open.stretch.changes += 1;
                    write_varint(bytes, change.position.abs_diff(self.last));
                    self.last = change.position;
                    let states = change.before.code() << 3 | change.after.code();
                    write_varint(bytes, change.sample << 6 | states);
                }
            }
        }
        self.coming.clear();
    }

    /// Whether another stretch than the one in the making takes what comes.
    fn is_over(&self, (open, head): &(Written, usize)) -> bool {
        let is_full = open.stretch.changes >= CHANGES && open.bytes.len() >= 2 * head;
        let is_far = !self.nobody.is_empty() && self.nobody.len() + self.coming.len() > GAP_CHANGES;
        is_full || is_far || open.stretch.contig != self.contig
    }

    fn begin(&mut self) {
        let mut bytes = Vec::new();
        for run in self.states.chunk_by(|a, b| a == b) {
            let state = run.first().copied().unwrap_or_default();
            write_varint(&mut bytes, (run.len() as u32) << 3 | state.code());
        }
        let head = bytes.len();
        self.last = self.position;
        let stretch = Stretch {
            contig: self.contig,
            start: self.position,
            end: i32::MAX,
            changes: 0,
            offset: 0,
            looked: self.looked,
        };
        self.open = Some((Written { stretch, bytes }, head));
    }

    /// Ends the stretch: where nobody was covered any more, or else here.
    fn close(&mut self, end: i32) {
        let end = self.nobody.first().map_or(end, |change| change.position);
        self.nobody.clear();
        if let Some((mut open, _)) = self.open.take() {
            open.stretch.end = end;
            self.done.push(open);
        }
    }

    /// Stretches that are complete.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Written> + '_ {
        self.done.drain(..)
    }

    /// The last ones.
    pub(crate) fn finish(mut self) -> Vec<Written> {
        self.flush();
        self.close(i32::MAX);
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stretches go on over gaps with few changes at both sides, and end where the last sample is not covered any more.
    #[test]
    fn stretches_go_on_over_gaps_that_cost_less() {
        for (samples, stretches) in [(3, 2), (30, 4)] {
            let mut writer = CoverageWriter::new(samples);
            for (contig, position) in [(0, 10), (0, 20), (0, 30), (1, 5)] {
                for sample in 0..samples {
                    writer.push((contig, position), sample, State::CALLED);
                }
                for sample in 0..samples {
                    writer.push((contig, position + 2), sample, State::UNCOVERED);
                }
            }
            let spans: Vec<_> = writer.finish().iter().map(Written::span).collect();
            assert_eq!(spans.len(), stretches);
            assert_eq!((spans[0].1, spans[stretches - 2].2), (10, 32));
            assert_eq!(spans[stretches - 1], (1, 5, 7));
        }
    }
}
