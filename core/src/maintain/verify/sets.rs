//! The genotypes of every row: its sets, how they agree with each other, and its counts.

use super::fault;
use crate::cohort::{RowCounter, RowCounts, for_each_polyploid};
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::set::{EVEN, Order, for_each_bit, get_bit, words_for};
use crate::store::segment::Segment;
use std::ops::Range;

/// A set laid out as bits, kept as long as rows have the same.
#[derive(Default)]
struct Bits {
    key: Option<(u32, i64)>,
    words: Vec<u64>,
}

impl Bits {
    fn load(
        &mut self,
        segment: &Segment,
        (page, descriptor): (u32, i64),
        sets: &Range<usize>,
        universe: u32,
        order: Option<(u32, Order<'_>)>,
    ) -> Result<()> {
        // what runs mean is up to the row's order
        if self.key == Some((page, descriptor)) && order.is_none() {
            return Ok(());
        }
        self.key = None;
        let set = segment.set(descriptor, sets, universe)?;
        let order = order.as_ref().map(|(_, order)| order);
        self.words.clear();
        self.words.resize(words_for(universe), 0);
        set.or_into(order, &mut self.words)
            .and_then(|()| set.verify(order))
            .map_err(|rule| fault(segment, "sets", rule.0))?;
        if !set.needs_order() {
            self.key = Some((page, descriptor));
        }
        Ok(())
    }
}

/// Checks every row's sets and counts.
pub(super) fn sets(segment: &Segment) -> Result<()> {
    let (c, file, meta) = (&segment.columns, segment.file(), segment.meta());
    let mut row_sets: [Bits; 7] = Default::default();
    let mut order = None;
    let mut tally = RowCounter::everybody(segment);
    for row in 0..meta.rows {
        let (page, i) = (row / PAGE_ROWS, row % PAGE_ROWS);
        let sets = segment.page_sets(page)?;
        let columns = [
            &c.carriers,
            &c.missing,
            &c.haploid,
            &c.unphased,
            &c.uncovered,
            &c.outside,
            &c.recorded,
        ];
        for (which, (column, bits)) in columns.into_iter().zip(&mut row_sets).enumerate() {
            let descriptor = column.page(file, page)?.get(i);
            let universe = if which < 2 {
                2 * meta.samples
            } else {
                meta.samples
            };
            let runs = which == 0 && descriptor & 7 == 4;
            let ordered = if runs {
                Some(order_of(segment, row, &mut order)?)
            } else {
                None
            };
            bits.load(segment, (page, descriptor), &sets, universe, ordered)?;
        }
        check_row(segment, row, &row_sets)?;
        // questions count sets without laying them out: that must come to the same
        let (stored, counted): (RowCounts, RowCounts) = (tally.stored(row)?, tally.counts(row)?);
        if stored != counted {
            return Err(fault(
                segment,
                "sets",
                "sets that count as their members do",
            ));
        }
    }
    Ok(())
}

/// The order of a row, kept as long as rows have the same.
pub(super) fn order_of<'a>(
    segment: &'a Segment,
    row: u32,
    kept: &mut Option<(u32, Order<'a>)>,
) -> Result<(u32, Order<'a>)> {
    let number = segment
        .order_of(row)
        .map_err(|_| fault(segment, "sets", "an ordering block around ordered runs"))?;
    match *kept {
        Some(found) if found.0 == number => Ok(found),
        _ => Ok(*kept.insert((number, segment.order(number)?))),
    }
}

fn check_row(segment: &Segment, row: u32, sets: &[Bits; 7]) -> Result<()> {
    let [
        carriers,
        missing,
        haploid,
        unphased,
        uncovered,
        outside,
        recorded,
    ] = sets.each_ref().map(|bits| &bits.words);
    let (c, file) = (&segment.columns, segment.file());
    let alt = c.alt_number.get(file, row)?;
    let wrong = |section, expected| Err(fault(segment, section, expected));
    let count = |words: &[u64]| words.iter().map(|w| i64::from(w.count_ones())).sum::<i64>();
    let mut ac = count(carriers);
    if alt == 0 && ac > 0 {
        return wrong("carriers", "no carriers without ALT");
    }
    if carriers.iter().zip(missing).any(|(a, b)| a & b != 0) {
        return wrong("carriers", "no copies that are missing");
    }
    let (mut hemi, mut misplaced) = (0i64, [false; 3]);
    for_each_bit(haploid, |s| {
        hemi += i64::from(get_bit(carriers, 2 * s));
        misplaced[0] |= get_bit(carriers, 2 * s + 1);
        misplaced[1] |= get_bit(missing, 2 * s + 1);
    });
    let pairs = |words: &[u64], both: bool| {
        let word = |w: &u64| if both { w & w >> 1 } else { w | w >> 1 };
        let each = words
            .iter()
            .map(|w| i64::from((word(w) & EVEN).count_ones()));
        each.sum::<i64>()
    };
    let mut hom = pairs(carriers, true);
    let mut het = pairs(carriers, false) - hom - hemi;
    let mut an_short = count(haploid) + count(missing);
    let mut reported = false;
    for (set, other) in [(uncovered, outside), (outside, uncovered)] {
        an_short += 2 * count(set);
        for_each_bit(set, |s| {
            let copies = [2 * s, 2 * s + 1];
            let sets = [haploid, unphased, recorded, other];
            reported |= sets.iter().any(|set| get_bit(set, s));
            reported |= copies
                .iter()
                .any(|c| get_bit(carriers, *c) || get_bit(missing, *c));
        });
    }
    let mut n_missing = pairs(missing, false);
    for_each_polyploid(
        segment.polyploid(row)?,
        segment.meta().samples,
        |genotype| {
            let s = genotype.sample;
            misplaced[0] |= get_bit(carriers, 2 * s) || get_bit(carriers, 2 * s + 1);
            misplaced[1] |= get_bit(missing, 2 * s) || get_bit(missing, 2 * s + 1);
            misplaced[2] |= get_bit(haploid, s);
            reported |= get_bit(uncovered, s) || get_bit(outside, s);
            let (carried, copies) = (genotype.carried(alt) as usize, genotype.alleles.len());
            let known = genotype.alleles.iter().flatten().count();
            ac += carried as i64;
            hom += i64::from(carried == copies);
            het += i64::from(carried > 0 && carried < copies);
            an_short -= known as i64 - 2;
            n_missing += i64::from(known < copies);
        },
    )
    .map_err(|rule| fault(segment, "polyploid", rule.0))?;
    if reported {
        return wrong(
            "outside",
            "nothing else of samples that are not looked at or outside",
        );
    }
    for (misplaced, section) in misplaced
        .into_iter()
        .zip(["carriers", "missing", "haploid"])
    {
        if misplaced {
            return wrong(
                section,
                "no copies that haploids and polyploids do not have",
            );
        }
    }
    let mut disordered = false;
    for (base, word) in (0u32..).step_by(32).zip(missing) {
        let mut first_only = word & !(word >> 1) & EVEN;
        while first_only != 0 {
            let s = base + first_only.trailing_zeros() / 2;
            disordered |= get_bit(unphased, s) && !get_bit(haploid, s);
            first_only &= first_only - 1;
        }
    }
    if disordered {
        return wrong("unphased", "missing copies behind the others");
    }
    let counts = [
        (&c.ac, "ac", ac),
        (&c.hom, "hom", hom),
        (&c.hemi, "hemi", hemi),
        (&c.het_excess, "het_excess", ac - het - 2 * hom - hemi),
        (&c.an_short, "an_short", an_short),
        (&c.missing_count, "missing_count", n_missing),
    ];
    for (column, section, counted) in counts {
        if column.get(file, row)? != counted {
            return wrong(section, "the counts of the rows' sets");
        }
    }
    Ok(())
}
