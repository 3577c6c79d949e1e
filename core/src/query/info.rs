//! What a dataset holds, as somebody may see it.

use crate::cohort::{Info, View};
use crate::error::Result;

impl View {
    /// What the dataset holds, of those who may be seen: where that is not everybody, rows are counted, each by who carries it,
    /// when this is first asked of the view.
    pub fn info(&self) -> Info {
        // where they cannot be counted nobody is seen
        let rows = rows_seen(self).unwrap_or_default();
        let all: u64 = rows.iter().sum();
        let contigs = self
            .contigs()
            .map(str::to_owned)
            .zip(rows)
            .filter(|(_, rows)| *rows > 0);
        Info {
            path: self.path().to_owned(),
            snapshot: self.manifest().snapshot.clone(),
            assembly: self.assembly(),
            sex_ploidy: self.manifest().sex_ploidy,
            samples: u64::from(self.sample_count()),
            records: self.whole().map(|_| {
                let segments = self.manifest().segments.iter();
                segments.map(|of| u64::from(of.records)).sum()
            }),
            rows: all,
            contigs: contigs.collect(),
            people: match self.visible_individuals() {
                Some(individuals) => individuals.len(),
                None => self.people().map_or(0, |people| people.len().into()),
            },
            people_records: self.people_records().into(),
            terms: self.terms().map_or(0, |terms| terms.len().into()),
            genes: self
                .genes()
                .map_or((0, 0), |genes| (genes.len().into(), genes.pad())),
            annotations: self.manifest().annotations.clone(),
            info_keys: self
                .manifest()
                .info
                .iter()
                .map(|i| (i.key.clone(), i.kind.clone()))
                .collect(),
            segments: self.manifest().segments.len() as u64,
            bytes: self.manifest().files().map(|file| file.size).sum(),
        }
    }
}

/// By contig the rows that may be seen: those of variants that somebody carries who may be seen, or that nobody carries.
fn rows_seen(view: &View) -> Result<Vec<u64>> {
    let mut rows = vec![0; view.manifest().contigs.len()];
    let Some(kept) = view.rows_seen() else {
        for span in view.manifest().segments.iter().flat_map(|of| &of.contigs) {
            if let Some(rows) = rows.get_mut(span.contig as usize) {
                *rows += u64::from(span.rows);
            }
        }
        return Ok(rows);
    };
    if let Some(known) = kept.get() {
        return Ok(known.clone());
    }
    let mut variants = view.variants("all")?;
    while let Some(variant) = variants.next()? {
        if let Some(rows) = rows.get_mut(variant.contig_number() as usize) {
            *rows += variant.rows_seen().count() as u64;
        }
    }
    Ok(kept.get_or_init(|| rows).clone())
}
