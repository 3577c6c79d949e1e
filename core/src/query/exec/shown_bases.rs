//! Where the bases of a contig are shown by rows, near indels that may be spelled otherwise: two spellings are
//! surely one change only where all bases between them are shown.

use crate::cohort::View;
use crate::error::Result;
use crate::genome::Indel;
use crate::query::plan::row_text::RowText;
use crate::stop::check_stop;
use crate::store::Segment;
use std::ops::Range;

/// Stretches of a contig, ascending, none touching another.
#[derive(Debug, Default)]
pub(in crate::query) struct ShownBases(Vec<Range<i64>>);

impl ShownBases {
    /// Around places, each row of the surroundings being read once.
    pub(in crate::query) fn around(view: &View, contig: u32, mut places: Vec<i64>) -> Result<Self> {
        places.sort_unstable();
        let mut surroundings: Vec<Range<i64>> = Vec::new();
        for place in places {
            let around = place - Indel::REACH_MAX..place + Indel::REACH_MAX + 1;
            match surroundings.last_mut() {
                Some(last) if last.end >= around.start => last.end = around.end,
                _ => surroundings.push(around),
            }
        }
        let mut shown = Vec::new();
        let mut text = RowText::default();
        for (part, _) in view.batches()?.on_contig(contig) {
            let Some(of) = view.parts().get(*part as usize) else {
                continue;
            };
            let segment = view.segment(of)?;
            for around in &surroundings {
                check_stop()?;
                add(segment, contig, around, &mut text, &mut shown)?;
            }
        }
        shown.sort_unstable_by_key(|stretch| stretch.start);
        let mut all: Vec<Range<i64>> = Vec::new();
        for stretch in shown {
            match all.last_mut() {
                Some(last) if last.end >= stretch.start => last.end = last.end.max(stretch.end),
                _ => all.push(stretch),
            }
        }
        Ok(Self(all))
    }

    /// Where another spelling of an indel at a place may start, if all bases between them are shown.
    pub(in crate::query) fn reach(&self, place: i64) -> Range<i64> {
        let first = self.0.partition_point(|stretch| stretch.end < place);
        let mut reach = place..place + 1;
        for stretch in self.0.iter().skip(first).take(2) {
            if stretch.start <= place {
                reach.start = reach.start.min(stretch.start);
                reach.end = reach.end.max(stretch.end + 1);
            }
        }
        reach
    }
}

fn add(
    segment: &Segment,
    contig: u32,
    around: &Range<i64>,
    text: &mut RowText,
    shown: &mut Vec<Range<i64>>,
) -> Result<()> {
    let rows = segment.rows_of(contig);
    if rows.is_empty() {
        return Ok(());
    }
    let first = segment.lower_bound(rows.clone(), around.start)?;
    let end = segment.lower_bound(rows, around.end)?;
    for row in first..end {
        text.load(segment, row)?;
        let stretch = text.shown();
        // rows of one record, or of one place, show the same
        if shown.last() != Some(&stretch) {
            shown.push(stretch);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_spellings_start_where_bases_are_shown() {
        let shown = ShownBases(vec![5..10, 12..13, 20..30]);
        let reach = |place| shown.reach(place);
        assert_eq!(reach(3), 3..4);
        assert_eq!(reach(5), 5..11);
        assert_eq!(reach(10), 5..11);
        assert_eq!(reach(11), 11..12);
        assert_eq!(reach(12), 12..14);
        assert_eq!(reach(25), 20..31);
        assert_eq!(reach(99), 99..100);
    }
}
