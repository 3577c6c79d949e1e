//! A plain scan: who carries what, counted from the records.

use super::*;

/// All variants by a plain scan.
pub(super) struct Scan {
    pub(super) batches: Vec<(BTreeSet<u32>, Vec<u32>, Vec<Row>)>,
    /// Of each variant its row in each batch that has it.
    pub(super) variants: BTreeMap<(&'static str, i64, String, String), BTreeMap<usize, usize>>,
}

impl Scan {
    pub(super) fn new(batches: &[Batch]) -> Self {
        let mut scan = Self {
            batches: Vec::new(),
            variants: BTreeMap::new(),
        };
        for (number, batch) in batches.iter().enumerate() {
            let rows = batch.rows();
            for (at, row) in rows.iter().enumerate() {
                let variant = scan.variants.entry(row.key()).or_default();
                assert_eq!(variant.insert(number, at), None);
            }
            let set = batch.samples.iter().copied().collect();
            scan.batches.push((set, batch.samples.clone(), rows));
        }
        scan
    }

    /// The row that says what is known of a batch without the variant: of the same REF the first by ALT, else the one
    /// without change that starts last.
    pub(super) fn reported(
        &self,
        batch: usize,
        contig: &str,
        position: i64,
        reference: &str,
    ) -> Option<&Row> {
        let rows = || {
            self.batches[batch]
                .2
                .iter()
                .filter(|row| row.contig == contig)
        };
        let here =
            |row: &&Row| row.position == position && row.reference.eq_ignore_ascii_case(reference);
        let over = |row: &&Row| row.is_unchanged() && (row.position..=row.end).contains(&position);
        rows()
            .find(here)
            .or_else(|| rows().filter(over).max_by_key(|row| row.position))
    }

    pub(super) fn counts(&self, variant: &BTreeMap<usize, usize>, of: &BTreeSet<u32>) -> Counts {
        let mut counts = Counts {
            an: Some(0),
            n_missing: Some(0),
            ..Counts::default()
        };
        let row = |(batch, at): (&usize, &usize)| &self.batches[*batch].2[*at];
        let first = variant.iter().next().map(row).unwrap();
        let reported: Vec<Option<&Row>> = (0..self.batches.len())
            .map(|batch| self.reported(batch, first.contig, first.position, &first.reference))
            .collect();
        let shares =
            |a: usize, b: usize| a != b && !self.batches[a].0.is_disjoint(&self.batches[b].0);
        for (batch, (_, samples, rows)) in self.batches.iter().enumerate() {
            if let Some(&at) = variant.get(&batch) {
                self.add(&rows[at], samples, of, &mut counts);
                continue;
            }
            if variant.keys().any(|&here| shares(here, batch)) {
                continue;
            }
            match reported[batch] {
                Some(_) if (0..batch).any(|b| shares(b, batch) && reported[b].is_some()) => {}
                Some(row) => {
                    for (sample, genotype) in samples.iter().zip(&row.genotypes) {
                        if of.contains(sample) {
                            let known = genotype.alleles.iter().flatten().count();
                            counts.an = counts.an.map(|an| an + known as u64);
                            let missing = u64::from(known < genotype.alleles.len());
                            counts.n_missing = counts.n_missing.map(|sum| sum + missing);
                        }
                    }
                }
                None if (0..self.batches.len())
                    .any(|b| shares(b, batch) && reported[b].is_some()) => {}
                None if samples.iter().any(|sample| of.contains(sample)) => counts.an = None,
                None => {}
            }
        }
        counts.n_missing = counts.n_missing.filter(|_| counts.an.is_some());
        counts
    }

    pub(super) fn add(&self, row: &Row, samples: &[u32], of: &BTreeSet<u32>, counts: &mut Counts) {
        for (sample, genotype) in samples.iter().zip(&row.genotypes) {
            if !of.contains(sample) {
                continue;
            }
            let alleles = &genotype.alleles;
            let known = alleles.iter().flatten().count();
            counts.an = counts.an.map(|an| an + known as u64);
            let missing = u64::from(known < alleles.len());
            counts.n_missing = counts.n_missing.map(|sum| sum + missing);
            let carried = carried(row, genotype);
            counts.ac += carried as u64;
            match (carried, alleles.len()) {
                (0, _) => {}
                (_, 1) => counts.n_hemi += 1,
                (a, b) if a == b => counts.n_hom += 1,
                _ => counts.n_het += 1,
            }
        }
    }

    /// The samples that carry one of these variants.
    pub(super) fn carriers(&self, variants: &[&BTreeMap<usize, usize>]) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        for (&batch, &at) in variants.iter().copied().flatten() {
            let (_, samples, rows) = &self.batches[batch];
            let each = samples.iter().zip(&rows[at].genotypes);
            found.extend(
                each.filter(|(_, g)| carried(&rows[at], g) > 0)
                    .map(|(s, _)| *s),
            );
        }
        found
    }

    /// Whether a variant is a gene's: some of its rows lie in the gene's place.
    pub(super) fn is_of(&self, variant: &BTreeMap<usize, usize>, gene: &str) -> bool {
        let (_, contig, from, to) = PLACES.into_iter().find(|place| place.0 == gene).unwrap();
        variant.iter().any(|(batch, at)| {
            let row = &self.batches[*batch].2[*at];
            row.contig == contig && row.position <= to && row.end >= from
        })
    }
}

fn carried(row: &Row, genotype: &Genotype) -> usize {
    let is = |allele: &&Option<u32>| row.alt_number > 0 && **allele == Some(row.alt_number);
    genotype.alleles.iter().filter(is).count()
}

pub(super) fn value(counts: &Counts, field: &str) -> Option<f64> {
    match field {
        "ac" => Some(counts.ac as f64),
        "an" => counts.an.map(|an| an as f64),
        "af" => counts
            .an
            .filter(|an| *an > 0)
            .map(|an| counts.ac as f64 / an as f64),
        "n_het" => Some(counts.n_het as f64),
        "n_hom" => Some(counts.n_hom as f64),
        "n_hemi" => Some(counts.n_hemi as f64),
        _ => counts.n_missing.map(|missing| missing as f64),
    }
}
