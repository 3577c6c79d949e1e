//! Who carries a row, and in which phase.

use super::Mask;
use super::count::RowCounter;
use super::polyploid::{copies_where, for_each_polyploid, for_each_polyploid_of};
use super::scope::BatchScope;
use crate::error::Result;
use crate::format::{Column, PAGE_ROWS};
use crate::model::CarrierGenotype;
use crate::set::{
    Malformed, PhaseSet, StoredSet, for_each_bit, for_each_pair, get_bit, set_bit, words_for,
};
use crate::store::PageView;
use std::ops::Range;

/// Which copies of a sample carry, and how many it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Carrier {
    /// Number in the batch.
    pub(crate) sample: u32,
    /// Copies that carry.
    pub(crate) carried: u32,
    pub(crate) ploidy: u32,
    /// Bit 0 for the first copy, bit 1 for the second …, of at most 32.
    pub(crate) which: u32,
}

impl<'a> RowCounter<'a> {
    /// Calls `f` with every copy of the batch that carries, ascending.
    pub(crate) fn walk_copies(&mut self, row: u32, f: impl FnMut(u32)) -> Result<()> {
        let set = self.carrier_set(row)?;
        if set.needs_order() {
            self.scatter(row, &set)?;
            for_each_bit(&self.copies.bits, f);
            return Ok(());
        }
        set.walk(None, f)
            .map_err(|rule| self.segment.broken_set(rule))
    }

    /// Calls `f` with every sample of the batch that is not phased at a row; `false` where there is none.
    pub(crate) fn walk_unphased(&mut self, row: u32, f: impl FnMut(u32)) -> Result<bool> {
        let unphased = self.segment.columns.unphased;
        self.walk_samples(row, unphased.get(self.segment.file(), row)?, f)
    }

    /// The same of samples that have one copy.
    pub(crate) fn walk_haploid(&mut self, row: u32, f: impl FnMut(u32)) -> Result<bool> {
        let (haploid, ..) = self.site_sets(row)?;
        self.walk_samples(row, haploid, f)
    }

    fn walk_samples(&mut self, row: u32, descriptor: i64, f: impl FnMut(u32)) -> Result<bool> {
        let (.., sets) = self.site_sets(row)?;
        let samples = self.segment.meta().samples;
        let set = self.segment.set(descriptor, &sets, samples)?;
        set.walk(None, f)
            .map_err(|rule| self.segment.broken_set(rule))?;
        Ok(!set.is_plainly_empty())
    }

    /// Calls `f` with the genotypes of the carriers of a row in the group, by sample, and with what they are phased to;
    /// returns the bytes of its set.
    pub(crate) fn for_each_carrier(
        &mut self,
        row: u32,
        found: &mut Vec<Carrier>,
        f: &mut impl FnMut(CarrierGenotype, Option<PhaseSet>),
    ) -> Result<u64> {
        let scope = std::mem::replace(&mut self.scope, BatchScope::Whole);
        let plain = self.plain_carriers(row, scope.mask(), f);
        self.scope = scope;
        if let Some(bytes) = plain? {
            return Ok(bytes);
        }
        let bytes = self.carriers(row, found)?;
        self.with_phases(row, found, f)?;
        Ok(bytes)
    }

    /// The same of a row in which all have two known copies, and all are phased or nobody is; `None` of any other.
    fn plain_carriers(
        &mut self,
        row: u32,
        mask: Option<&Mask>,
        f: &mut impl FnMut(CarrierGenotype, Option<PhaseSet>),
    ) -> Result<Option<u64>> {
        let segment = self.segment;
        let samples = segment.meta().samples;
        let ([carriers, haploid, missing], sets) = self.genotype_sets(row)?;
        let unphased = segment.columns.unphased.get(segment.file(), row)?;
        let unphased = segment.set(unphased, &sets, samples)?;
        let phased = match (unphased.is_plainly_empty(), unphased.is_plainly_full()) {
            (true, _) => true,
            (_, true) => false,
            _ => return Ok(None),
        };
        // a descriptor of 0 is the empty set
        let is_plain = haploid == 0 && missing == 0 && !segment.has_phase_sets();
        if !is_plain || !segment.polyploid(row)?.is_empty() {
            return Ok(None);
        }
        let mut give = |local, which: u32| {
            if mask.is_none_or(|mask| get_bit(&mask.samples, local)) {
                let genotype = CarrierGenotype {
                    sample: segment.sample(local),
                    carried: which.count_ones(),
                    ploidy: 2,
                    phased,
                    copies: which,
                    missing: 0,
                };
                f(genotype, None);
            }
        };
        let set = segment.set(carriers, &sets, 2 * samples)?;
        if !set
            .walk_pairs(&mut give)
            .map_err(|rule| segment.broken_set(rule))?
        {
            let nobody = match mask {
                Some(mask) => self.carries_nothing(row, &set, mask)?,
                None => false,
            };
            if !nobody {
                self.scatter(row, &set)?;
                for_each_pair(&self.copies.bits, give);
            }
        }
        Ok(Some(set.byte_len() as u64))
    }

    /// A row's descriptors of carriers, haploid and missing, and the set bytes of its page.
    fn genotype_sets(&mut self, row: u32) -> Result<([i64; 3], Range<usize>)> {
        let segment = self.segment;
        // for a single row to look at all columns of a page takes longer than to look up three values
        if self.view.is_none() && !std::mem::replace(&mut self.is_used, true) {
            let columns = &segment.columns;
            let value = |column: &Column| column.get(segment.file(), row);
            let sets = [
                value(&columns.carriers)?,
                value(&columns.haploid)?,
                value(&columns.missing)?,
            ];
            return Ok((sets, segment.page_sets(row / PAGE_ROWS)?));
        }
        let view = PageView::around(&mut self.view, segment, row)?;
        let i = row % PAGE_ROWS;
        let sets = [&view.carriers, &view.haploid, &view.missing].map(|column| column.get(i));
        Ok((sets, view.sets.clone()))
    }

    /// The carriers of a row in the group, by sample; returns the bytes of its set.
    pub(crate) fn carriers(&mut self, row: u32, found: &mut Vec<Carrier>) -> Result<u64> {
        let scope = std::mem::replace(&mut self.scope, BatchScope::Whole);
        let bytes = self.carriers_in(row, scope.mask(), found);
        self.scope = scope;
        bytes
    }

    fn carriers_in(
        &mut self,
        row: u32,
        mask: Option<&Mask>,
        found: &mut Vec<Carrier>,
    ) -> Result<u64> {
        found.clear();
        let set = self.carrier_set(row)?;
        if let Some(mask) = mask
            && self.carries_nothing(row, &set, mask)?
            && self.segment.polyploid(row)?.is_empty()
        {
            return Ok(set.byte_len() as u64);
        }
        let inside = |sample: u32| mask.is_none_or(|mask| get_bit(&mask.samples, sample));
        let broken = |rule| self.segment.broken_set(rule);
        let mut pair = |sample, which: u32| {
            if inside(sample) {
                found.push(Carrier {
                    sample,
                    carried: which.count_ones(),
                    ploidy: 2,
                    which,
                });
            }
        };
        if !set.walk_pairs(&mut pair).map_err(broken)? {
            self.scatter(row, &set)?;
            for_each_pair(&self.copies.bits, pair);
        }
        let view = PageView::around(&mut self.view, self.segment, row)?;
        let samples = self.segment.meta().samples;
        let haploid = self
            .segment
            .set(view.haploid.get(row % PAGE_ROWS), &view.sets, samples)?;
        if !haploid.is_plainly_empty() {
            let key = Some((row / PAGE_ROWS, view.haploid.get(row % PAGE_ROWS)));
            if self.haploid.key != key {
                // only the bits are used here: a key of this kind would promise a count as well
                self.haploid.key = None;
                self.haploid
                    .load(&haploid, samples)
                    .map_err(|rule| self.segment.broken_set(rule))?;
            }
            for carrier in found.iter_mut() {
                if get_bit(&self.haploid.bits, carrier.sample) {
                    carrier.ploidy = 1;
                }
            }
        }
        let some = for_each_polyploid_of(self.segment, row, |genotype, alt| {
            let carried = genotype.carried(alt);
            if carried > 0 && inside(genotype.sample) {
                let ploidy = genotype.alleles.len() as u32;
                found.push(Carrier {
                    sample: genotype.sample,
                    carried,
                    ploidy,
                    which: copies_where(genotype.alleles, |allele| {
                        allele.is_some_and(|a| a > 0 && i64::from(a) == alt)
                    }),
                });
            }
        })?;
        if some {
            found.sort_unstable_by_key(|carrier| carrier.sample);
        }
        Ok(set.byte_len() as u64)
    }

    /// Writes how many copies of each sample of the batch carry a row, at most 127, to the cells of its samples.
    pub(crate) fn write_carried(&mut self, row: u32, cells: &mut [i8]) -> Result<()> {
        let set = self.carrier_set(row)?;
        let by_pairs = if set.needs_order() {
            false
        } else {
            cells.fill(0);
            let put = |sample: u32, which: u32| {
                if let Some(cell) = cells.get_mut(sample as usize) {
                    *cell = which.count_ones() as i8;
                }
            };
            set.walk_pairs(put)
                .map_err(|rule| self.segment.broken_set(rule))?
        };
        if !by_pairs {
            self.write_pairs(row, &set, cells)?;
        }
        for_each_polyploid_of(self.segment, row, |genotype, alt| {
            let carried = genotype.carried(alt);
            if carried > 0
                && let Some(cell) = cells.get_mut(genotype.sample as usize)
            {
                *cell = i8::try_from(carried).unwrap_or(i8::MAX);
            }
        })?;
        Ok(())
    }

    /// Calls `f` with the genotypes of carriers found before, which ascend by sample, and with what they are
    /// phased to.
    pub(crate) fn with_phases(
        &mut self,
        row: u32,
        carriers: &[Carrier],
        f: &mut impl FnMut(CarrierGenotype, Option<PhaseSet>),
    ) -> Result<()> {
        let phases = self.phases(row)?;
        let mut sets = self.segment.phase_sets(row)?;
        let mut missing = phases.missing.as_slice();
        for carrier in carriers {
            let mut genotype = CarrierGenotype {
                sample: self.segment.sample(carrier.sample),
                carried: carrier.carried,
                ploidy: carrier.ploidy,
                phased: true,
                copies: carrier.which,
                missing: 0,
            };
            // the calls of most rows are
            if !phases.are_whole {
                phases.complete(carrier, &mut missing, &mut genotype);
            }
            let set = match sets.is_empty() {
                true => None,
                false => sets
                    .of(carrier.sample)
                    .map_err(|rule| self.segment.broken_phase_sets(rule))?,
            };
            f(genotype, set);
        }
        Ok(())
    }

    /// Samples of the batch with a copy of which the row does not give the allele, as bits: those of which it does not
    /// report among them.
    pub(crate) fn incomplete(&mut self, row: u32) -> Result<Vec<u64>> {
        let mut found = vec![0; words_for(self.segment.meta().samples)];
        self.or_incomplete(row, &mut found)?;
        Ok(found)
    }

    /// The same, added to bits over the batch's samples.
    pub(crate) fn or_incomplete(&mut self, row: u32, found: &mut [u64]) -> Result<()> {
        let segment = self.segment;
        let samples = segment.meta().samples;
        let broken = |rule| segment.broken_set(rule);
        let (_, missing, sets) = self.site_sets(row)?;
        let set = segment.set(missing, &sets, 2 * samples)?;
        if !set.is_plainly_empty() {
            set.walk(None, |copy| set_bit(found, copy / 2))
                .map_err(broken)?;
        }
        for_each_polyploid(segment.polyploid(row)?, samples, |genotype| {
            if genotype.alleles.iter().any(Option::is_none) {
                set_bit(found, genotype.sample);
            }
        })
        .map_err(broken)?;
        if segment.has_scopes() {
            let sets = segment.page_sets(row / PAGE_ROWS)?;
            for column in [&segment.columns.uncovered, &segment.columns.outside] {
                let descriptor = column.get(segment.file(), row)?;
                let set = segment.set(descriptor, &sets, samples)?;
                if !set.is_plainly_empty() {
                    set.or_into(None, found).map_err(broken)?;
                }
            }
        }
        Ok(())
    }

    /// Samples that were not looked at where a row is, and those of which other rows of its variant report; nothing
    /// where there are none.
    pub(crate) fn out_of_scope_bits(&mut self, row: u32) -> Result<[Vec<u64>; 2]> {
        let segment = self.segment;
        let mut found = [Vec::new(), Vec::new()];
        if !segment.has_scopes() {
            return Ok(found);
        }
        let samples = segment.meta().samples;
        let sets = segment.page_sets(row / PAGE_ROWS)?;
        let columns = [&segment.columns.uncovered, &segment.columns.outside];
        for (column, bits) in columns.into_iter().zip(&mut found) {
            let descriptor = column.get(segment.file(), row)?;
            let set = segment.set(descriptor, &sets, samples)?;
            if !set.is_plainly_empty() {
                bits.resize(words_for(samples), 0);
                set.or_into(None, bits)
                    .map_err(|rule| segment.broken_set(rule))?;
            }
        }
        Ok(found)
    }

    /// What is known of the order of a row's copies, and of its missing ones.
    fn phases(&mut self, row: u32) -> Result<Phases> {
        let (file, meta) = (self.segment.file(), self.segment.meta());
        let (_, missing, sets) = self.site_sets(row)?;
        let broken = |rule| self.segment.broken_set(rule);
        let mut polyploid = Vec::new();
        for_each_polyploid(self.segment.polyploid(row)?, meta.samples, |genotype| {
            let missing = copies_where(genotype.alleles, |allele| allele.is_none());
            polyploid.push((genotype.sample, genotype.phased, missing));
        })
        .map_err(broken)?;
        let unphased = self.segment.columns.unphased.get(file, row)?;
        let unphased = self.segment.set(unphased, &sets, meta.samples)?;
        let missing = self.segment.set(missing, &sets, 2 * meta.samples)?;
        Ok(Phases {
            are_whole: unphased.is_plainly_empty()
                && missing.is_plainly_empty()
                && polyploid.is_empty(),
            unphased: Marked::of(&unphased).map_err(broken)?,
            missing: pairs_of(&missing).map_err(broken)?,
            polyploid,
        })
    }

    /// Marks in `found`, bits over the batch's samples, who of `samples` carries a row, by looking each
    /// up; returns the bytes of its set. `None` where the set must be walked to know.
    pub(crate) fn look_up(
        &mut self,
        row: u32,
        samples: &[u32],
        found: &mut [u64],
    ) -> Result<Option<u64>> {
        let set = self.carrier_set(row)?;
        if !set.is_looked_up(2 * samples.len()) || !self.segment.polyploid(row)?.is_empty() {
            return Ok(None);
        }
        let order = match set.needs_order() {
            true => Some(self.load_order(row)?),
            false => None,
        };
        for &sample in samples {
            for copy in [2 * sample, 2 * sample + 1] {
                if set
                    .contains(order.as_ref(), copy)
                    .map_err(|rule| self.segment.broken_set(rule))?
                {
                    set_bit(found, sample);
                }
            }
        }
        Ok(Some(set.byte_len() as u64))
    }
}

/// What is known of the order of a row's copies, and of its missing ones.
struct Phases {
    /// Whether every call is phased and has no missing copy, of at most two.
    are_whole: bool,
    unphased: Marked,
    /// Samples with missing copies, ascending, and bits over their two copies.
    missing: Vec<(u32, u32)>,
    /// Samples of three copies or more, ascending: whether phased, and bits over missing copies.
    polyploid: Vec<(u32, bool, u32)>,
}

impl Phases {
    /// Fills in a carrier's phase and missing copies; `missing` are the missing ones of the samples from
    /// the last carrier on.
    fn complete(
        &self,
        carrier: &Carrier,
        missing: &mut &[(u32, u32)],
        genotype: &mut CarrierGenotype,
    ) {
        while let [(sample, _), rest @ ..] = missing
            && *sample < carrier.sample
        {
            *missing = rest;
        }
        match (carrier.ploidy, missing.first()) {
            (3.., _) => {
                let known = self.polyploid(carrier.sample);
                genotype.phased = known.is_some_and(|(_, phased, _)| phased);
                genotype.missing = known.map_or(0, |(.., missing)| missing);
                return;
            }
            (_, Some((sample, which))) if *sample == carrier.sample => genotype.missing = *which,
            _ => {}
        }
        // a row without phase marks every sample, the haploid ones as well
        genotype.phased = carrier.ploidy == 1 || !self.unphased.has(carrier.sample);
    }

    fn polyploid(&self, sample: u32) -> Option<(u32, bool, u32)> {
        let found = self
            .polyploid
            .binary_search_by_key(&sample, |&(sample, ..)| sample);
        self.polyploid.get(found.ok()?).copied()
    }
}

/// A set of samples of which most rows have nobody, or everybody.
enum Marked {
    Nobody,
    Everybody,
    Bits(Vec<u64>),
}

impl Marked {
    fn of(set: &StoredSet<'_>) -> Result<Self, Malformed> {
        if set.is_plainly_empty() {
            return Ok(Self::Nobody);
        }
        if set.is_plainly_full() {
            return Ok(Self::Everybody);
        }
        let mut bits = vec![0; words_for(set.universe())];
        set.or_into(None, &mut bits)?;
        Ok(Self::Bits(bits))
    }

    fn has(&self, sample: u32) -> bool {
        match self {
            Self::Nobody => false,
            Self::Everybody => true,
            Self::Bits(bits) => get_bit(bits, sample),
        }
    }
}

/// The samples of a set of copies, ascending, and which of their two copies are in it.
fn pairs_of(set: &StoredSet<'_>) -> Result<Vec<(u32, u32)>, Malformed> {
    let mut pairs = Vec::new();
    if !set.walk_pairs(|sample, which| pairs.push((sample, which)))? {
        let mut bits = vec![0; words_for(set.universe())];
        set.or_into(None, &mut bits)?;
        for_each_bit(&bits, |copy| match pairs.last_mut() {
            Some((sample, which)) if *sample == copy / 2 => *which |= 1 << (copy % 2),
            _ => pairs.push((copy / 2, 1 << (copy % 2))),
        });
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use crate::maintain::build;
    use crate::{BuildOptions, Dataset};

    /// In a record of which the diploid genotypes are all written with `/`, haploid carriers came out as
    /// unphased. Found by fuzzing against a plain scan.
    #[test]
    fn one_copy_is_always_phased() {
        let place = tempfile::tempdir().unwrap();
        let input = place.path().join("in.vcf");
        let vcf = "##fileformat=VCFv4.3\n##contig=<ID=X>\n\
            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n\
            X\t5\t.\tA\tG\t.\t.\t.\tGT\t1\t0/1\t0/0\n";
        std::fs::write(&input, vcf).unwrap();
        let to = place.path().join("out.vdx");
        build(&[input], &to, &BuildOptions::default(), &mut |_| true).unwrap();
        let dataset = Dataset::open(&to).unwrap().view();
        let mut variants = dataset.variants("all").unwrap();
        let mut variant = variants.next().unwrap().unwrap();
        let mut phased = Vec::new();
        variant
            .carriers(|carrier| phased.push((carrier.sample, carrier.phased)))
            .unwrap();
        assert_eq!(phased, [(0, true), (1, false)]);
    }
}
