//! Counts of single alleles, and of many.

use crate::counts::Frequency;
use crate::dataset::NativeDataset;
use crate::error::Failure;
use crate::group::NativeGroup;
use crate::work::{Cancel, Stop, Work, now, queue};
use napi::bindgen_prelude::{AsyncTask, Float64Array, Int32Array, Uint8Array};
use napi_derive::napi;
use varidex::{Counts, Error, Position, View};

/// Alleles between two looks whether to stop.
const LOOK: usize = 4096;

fn one(view: &View, allele: &str, group: Option<&NativeGroup>) -> Result<Frequency, Failure> {
    let group = group.map(|group| &group.0);
    if let Some(counts) = view.frequency(allele, group)? {
        return Ok(counts.into());
    }
    let absence = view.absence(allele, group)?;
    let absence = absence
        .ok_or_else(|| Error::Usage(format!("{allele}: found when it was looked for again")))?;
    Ok(absence.into())
}

/// Alleles, as columns of the same length.
#[napi(object)]
pub struct ManyAlleles {
    pub chrom: Vec<String>,
    /// 1-based.
    pub pos: Int32Array,
    pub r#ref: Vec<String>,
    pub alt: Vec<String>,
}

/// Counts of many alleles, as columns in their order; NaN where nothing is known.
#[napi(object)]
pub struct ManyFrequencies {
    /// 1 where the dataset has the allele; its counts are NaN where not.
    pub found: Uint8Array,
    /// Copies that carry the allele.
    pub ac: Float64Array,
    /// Copies with a known allele.
    pub an: Float64Array,
    /// ac / an.
    pub af: Float64Array,
    #[napi(js_name = "n_het")]
    pub n_het: Float64Array,
    #[napi(js_name = "n_hom")]
    pub n_hom: Float64Array,
    #[napi(js_name = "n_hemi")]
    pub n_hemi: Float64Array,
    #[napi(js_name = "n_missing")]
    pub n_missing: Float64Array,
}

/// The columns that are filled.
#[derive(Default)]
struct Columns {
    found: Vec<u8>,
    shown: [Vec<f64>; 7],
}

impl Columns {
    fn push(&mut self, counts: Option<&Counts>) {
        self.found.push(counts.is_some().into());
        let whole = |count: u64| count as f64;
        let row = counts.map(|counts| {
            [
                whole(counts.ac),
                counts.an.map_or(f64::NAN, whole),
                counts.af().unwrap_or(f64::NAN),
                whole(counts.n_het),
                whole(counts.n_hom),
                whole(counts.n_hemi),
                counts.n_missing.map_or(f64::NAN, whole),
            ]
        });
        let row = row.unwrap_or([f64::NAN; 7]);
        for (column, value) in self.shown.iter_mut().zip(row) {
            column.push(value);
        }
    }
}

impl From<Columns> for ManyFrequencies {
    fn from(columns: Columns) -> Self {
        let [ac, an, af, n_het, n_hom, n_hemi, n_missing] = columns.shown.map(Float64Array::new);
        Self {
            found: Uint8Array::new(columns.found),
            ac,
            an,
            af,
            n_het,
            n_hom,
            n_hemi,
            n_missing,
        }
    }
}

/// What was asked for, without JavaScript's memory.
struct Asked {
    chrom: Vec<String>,
    pos: Vec<i32>,
    reference: Vec<String>,
    alternate: Vec<String>,
}

fn many(
    view: &View,
    asked: &Asked,
    group: Option<&NativeGroup>,
    stop: &Stop,
) -> Result<ManyFrequencies, Failure> {
    let group = group.map(|group| &group.0);
    let mut lookup = view.lookup(group)?;
    let mut columns = Columns::default();
    let alleles = asked.chrom.iter().zip(&asked.pos);
    let alleles = alleles.zip(asked.reference.iter().zip(&asked.alternate));
    for (row, ((chrom, pos), (reference, alternate))) in alleles.enumerate() {
        if row % LOOK == 0 && stop.asked() {
            return Err(Error::Cancelled.into());
        }
        let position = Position::from_one_based((*pos).into())
            .ok_or_else(|| Error::Usage(format!("pos[{row}] is {pos}: positions are from 1 on")))?;
        columns.push(
            lookup
                .counts(chrom, position, reference, alternate)?
                .as_ref(),
        );
    }
    Ok(columns.into())
}

#[napi]
impl NativeDataset {
    /// Counts of an allele, or what is known of its place.
    #[napi(ts_return_type = "Promise<Frequency>")]
    pub fn frequency(
        &self,
        allele: String,
        group: Option<&NativeGroup>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<Frequency>> {
        let group = group.cloned();
        self.queue(cancel, move |view, _| one(view, &allele, group.as_ref()))
    }

    /// The same here and now.
    #[napi]
    pub fn frequency_sync(
        &self,
        allele: String,
        group: Option<&NativeGroup>,
    ) -> napi::Result<Frequency> {
        now(|| one(&self.held()?, &allele, group))
    }

    /// Counts of many alleles.
    #[napi(ts_return_type = "Promise<ManyFrequencies>")]
    pub fn frequency_many(
        &self,
        alleles: ManyAlleles,
        group: Option<&NativeGroup>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<ManyFrequencies>> {
        let group = group.cloned();
        let held = self.held();
        let asked = Asked {
            chrom: alleles.chrom,
            pos: alleles.pos.to_vec(),
            reference: alleles.r#ref,
            alternate: alleles.alt,
        };
        queue(cancel, move |stop| {
            many(&held?, &asked, group.as_ref(), stop)
        })
    }
}
