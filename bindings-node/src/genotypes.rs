//! Genotypes as a matrix.

use crate::counts::number;
use crate::dataset::NativeDataset;
use crate::error::Failure;
use crate::group::NativeGroup;
use crate::work::{Cancel, Work};
use napi::bindgen_prelude::{AsyncTask, Int8Array, Int32Array, Uint32Array};
use napi_derive::napi;
use varidex::{Error, View};

/// Cells of a matrix at most: what JavaScript can index everywhere.
const CELLS: usize = (1 << 32) - 1;

/// Copies of each variant that each sample has: a row for each variant, a column for each sample.
#[napi(object, use_nullable = true)]
pub struct Genotypes {
    /// How many variants.
    pub rows: i64,
    /// How many samples.
    pub columns: i64,
    /// Row after row: copies that carry the ALT, of at most 127; -1 where a copy is not known.
    pub dosages: Int8Array,
    /// The columns: places in `samples()` of the dataset.
    pub samples: Uint32Array,
    /// The rows: contigs,
    pub chrom: Vec<String>,
    /// positions, 1-based,
    pub pos: Int32Array,
    /// and alleles.
    pub r#ref: Vec<String>,
    /// Null where a record has no ALT.
    pub alt: Vec<Option<String>>,
}

fn matrix(view: &View, of: &str, group: Option<&NativeGroup>) -> Result<Genotypes, Failure> {
    let group = group.map(|group| &group.0);
    let mut dosages = view.dosages(group)?;
    let width = dosages.width();
    let (mut cells, mut chrom, mut pos) = (Vec::new(), Vec::new(), Vec::new());
    let (mut references, mut alternates) = (Vec::new(), Vec::new());
    let mut variants = view.variants(of)?;
    while let Some(mut variant) = variants.next()? {
        let start = cells.len();
        if start + width > CELLS || cells.try_reserve(width).is_err() {
            let what = format!("more than {start} genotypes: ask for fewer variants or people");
            return Err(Error::Usage(what).into());
        }
        cells.resize(start + width, -1);
        if let Some(row) = cells.get_mut(start..) {
            variant.dosages(&mut dosages, row)?;
        }
        chrom.push(variant.contig().to_owned());
        let position = variant.position()?.one_based();
        pos.push(i32::try_from(position).unwrap_or(i32::MAX));
        let (reference, alternate) = variant.alleles()?;
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        references.push(shown(reference));
        alternates.push((!alternate.is_empty()).then(|| shown(alternate)));
    }
    let samples = match group {
        Some(group) => group.samples().iter().collect(),
        None => (0..view.sample_count()).collect::<Vec<u32>>(),
    };
    Ok(Genotypes {
        rows: number(pos.len() as u64),
        columns: number(width as u64),
        dosages: Int8Array::new(cells),
        samples: Uint32Array::new(samples),
        chrom,
        pos: Int32Array::new(pos),
        r#ref: references,
        alt: alternates,
    })
}

#[napi]
impl NativeDataset {
    /// Genotypes as a matrix.
    #[napi(ts_return_type = "Promise<Genotypes>")]
    pub fn genotypes(
        &self,
        of: String,
        group: Option<&NativeGroup>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<Genotypes>> {
        let group = group.cloned();
        self.queue(cancel, move |view, _| matrix(view, &of, group.as_ref()))
    }
}
