//! Who is in which half, and who is scored.

use crate::set::SampleSet;
use crate::store::published::{OTHERS, TOTAL};
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Parts of equal size of a stratum: bit s of the number of a part is its half in split s.
pub(super) const CODES: usize = 1 << super::SPLITS;
/// People of a group who are scored at most, of few groups, and of many.
pub(super) const SCORED: usize = 256;
const SCORED_MIN: usize = 64;
/// People of all groups who are scored at most, about.
const SCORED_OF_ALL: usize = 1 << 16;
/// What people are ordered by is drawn with.
const SEED: u64 = 0x6c65_616b;

/// The people of a file.
pub(super) struct People {
    /// Of each column: the number of its bin, which is its stratum or none, and its code.
    pub(super) bin_of: Vec<u32>,
    pub(super) bins: usize,
    /// Strata, those of none where there are any, and all.
    pub(super) groups: Vec<Members>,
}

/// The people of a group.
pub(super) struct Members {
    pub(super) label: String,
    /// The number of what is shown of it; `None` is shown where all else is.
    pub(super) shown_by: Option<usize>,
    pub(super) bins: Range<usize>,
    pub(super) people: u64,
    /// Columns of those who are scored, with their codes.
    pub(super) scored: Vec<(u32, u8)>,
}

impl People {
    pub(super) fn new(strata: &[(&str, &SampleSet)], all: &SampleSet) -> Self {
        let others = strata.len();
        let columns: Vec<u32> = all.iter().collect();
        let mut stratum_of = vec![others; columns.len()];
        for (number, (_, samples)) in strata.iter().enumerate() {
            for sample in samples.iter() {
                let column = columns.binary_search(&sample).ok();
                if let Some(stratum) = column.and_then(|column| stratum_of.get_mut(column)) {
                    *stratum = number;
                }
            }
        }
        // in an order that nothing of them decides but a number
        let key = |sample: u32| xxh3_64_with_seed(&sample.to_le_bytes(), SEED);
        let mut mixed: Vec<(u64, u32, usize)> = (0..)
            .zip(columns.iter().zip(stratum_of))
            .map(|(column, (&sample, stratum))| (key(sample), column, stratum))
            .collect();
        mixed.sort_unstable();
        let each = (SCORED_OF_ALL / (others + 1)).clamp(SCORED_MIN, SCORED);
        let group = |label: &str, shown_by, bins| Members {
            label: label.to_owned(),
            shown_by,
            bins,
            people: 0,
            scored: Vec::new(),
        };
        let labels = strata.iter().map(|(label, _)| *label).enumerate();
        let mut groups: Vec<Members> = labels
            .map(|(number, label)| group(label, Some(number), number..number + 1))
            .collect();
        groups.push(group(OTHERS, None, others..others + 1));
        let mut total = group(TOTAL, Some(others), 0..others + 1);
        let mut bin_of = vec![0; mixed.len()];
        for (_, column, stratum) in mixed {
            let Some(members) = groups.get_mut(stratum) else {
                continue;
            };
            let code = members.people as usize % CODES;
            if let Some(bin) = bin_of.get_mut(column as usize) {
                *bin = (stratum * CODES + code) as u32;
            }
            for members in [members, &mut total] {
                members.people += 1;
                if members.scored.len() < each {
                    members.scored.push((column, code as u8));
                }
            }
        }
        // without strata, or with all in one of them, there are none
        groups.retain(|of| of.label != OTHERS || (of.people > 0 && others > 0));
        groups.push(total);
        Self {
            bin_of,
            bins: others + 1,
            groups,
        }
    }
}
