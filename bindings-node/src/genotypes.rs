//! Genotypes as a matrix.

use crate::counts::number;
use crate::dataset::NativeDataset;
use crate::error::Failure;
use crate::group::NativeGroup;
use crate::work::{Cancel, Work};
use napi::bindgen_prelude::{AsyncTask, Int8Array, Int32Array, Uint32Array};
use napi_derive::napi;
use varidex::{Error, View};

/// Genotypes that are read at once.
const BLOCK_CELLS: usize = 1 << 22;

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
    let blocks = view.genotypes(of, group.map(|group| &group.0), BLOCK_CELLS)?;
    let samples = blocks.samples().to_vec();
    let width = samples.len();
    let (mut cells, mut chrom, mut pos) = (Vec::new(), Vec::new(), Vec::new());
    let (mut references, mut alternates) = (Vec::new(), Vec::new());
    for block in blocks {
        let block = block?;
        let (known, more) = (cells.len(), block.dosages.len());
        if known + more > CELLS || cells.try_reserve(more).is_err() {
            let what = format!("more than {known} genotypes: ask for fewer variants or people");
            return Err(Error::Usage(what).into());
        }
        cells.extend_from_slice(&block.dosages);
        for variant in block.variants {
            chrom.push(variant.contig);
            pos.push(i32::try_from(variant.position.one_based()).unwrap_or(i32::MAX));
            let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            references.push(shown(&variant.reference));
            alternates.push((!variant.alternate.is_empty()).then(|| shown(&variant.alternate)));
        }
    }
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
