//! Genotypes as a matrix.

use crate::counts::number;
use crate::dataset::NativeDataset;
use crate::error::Failure;
use crate::group::NativeGroup;
use crate::work::{Cancel, Work};
use napi::bindgen_prelude::{AsyncTask, Int8Array, Int32Array, Uint8Array, Uint32Array};
use napi_derive::napi;
use varidex::{BlockVariant, Error, View};

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

/// Alleles of each copy of the samples: a row for each variant, a column for each sample, in it the copies.
#[napi(object, use_nullable = true)]
pub struct Haplotypes {
    /// How many variants.
    pub rows: i64,
    /// How many samples.
    pub columns: i64,
    /// Copies of each sample in the matrix: the most that one has, at least 2.
    pub ploidy: i64,
    /// Row after row, sample after sample: 1 is the ALT, 0 another allele, -1 is not known; -2 stands behind the
    /// copies of those who have fewer than others. Unphased copies come in the order -1, 0, 1.
    pub alleles: Int8Array,
    /// Row after row of each sample: 1 where the order of the copies is known.
    pub phased: Uint8Array,
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

/// The variants of the rows.
#[derive(Default)]
struct Rows {
    chrom: Vec<String>,
    pos: Vec<i32>,
    references: Vec<String>,
    alternates: Vec<Option<String>>,
}

impl Rows {
    fn add(&mut self, variants: Vec<BlockVariant>) {
        for variant in variants {
            self.chrom.push(variant.contig);
            let position = variant.position.one_based();
            self.pos.push(i32::try_from(position).unwrap_or(i32::MAX));
            let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            self.references.push(shown(&variant.reference));
            let alternate = (!variant.alternate.is_empty()).then(|| shown(&variant.alternate));
            self.alternates.push(alternate);
        }
    }
}

/// Adds cells, as many as JavaScript can index.
fn extend(cells: &mut Vec<i8>, more: &[i8]) -> Result<(), Failure> {
    let known = cells.len();
    if known + more.len() > CELLS || cells.try_reserve(more.len()).is_err() {
        let what = format!("more than {known} genotypes: ask for fewer variants or people");
        return Err(Error::Usage(what).into());
    }
    cells.extend_from_slice(more);
    Ok(())
}

fn matrix(view: &View, of: &str, group: Option<&NativeGroup>) -> Result<Genotypes, Failure> {
    let blocks = view.genotypes(of, group.map(|group| &group.0), BLOCK_CELLS)?;
    let samples = blocks.samples().to_vec();
    let (mut cells, mut rows) = (Vec::new(), Rows::default());
    for block in blocks {
        let block = block?;
        extend(&mut cells, &block.dosages)?;
        rows.add(block.variants);
    }
    Ok(Genotypes {
        rows: number(rows.pos.len() as u64),
        columns: number(samples.len() as u64),
        dosages: Int8Array::new(cells),
        samples: Uint32Array::new(samples),
        chrom: rows.chrom,
        pos: Int32Array::new(rows.pos),
        r#ref: rows.references,
        alt: rows.alternates,
    })
}

fn haplotypes(view: &View, of: &str, group: Option<&NativeGroup>) -> Result<Haplotypes, Failure> {
    let blocks = view.haplotypes(of, group.map(|group| &group.0), BLOCK_CELLS)?;
    let (samples, ploidy) = (blocks.samples().to_vec(), blocks.ploidy());
    let (mut cells, mut phased, mut rows) = (Vec::new(), Vec::new(), Rows::default());
    for block in blocks {
        let block = block?;
        extend(&mut cells, &block.alleles)?;
        phased.extend(block.phased.into_iter().map(u8::from));
        rows.add(block.variants);
    }
    Ok(Haplotypes {
        rows: number(rows.pos.len() as u64),
        columns: number(samples.len() as u64),
        ploidy: number(ploidy as u64),
        alleles: Int8Array::new(cells),
        phased: Uint8Array::new(phased),
        samples: Uint32Array::new(samples),
        chrom: rows.chrom,
        pos: Int32Array::new(rows.pos),
        r#ref: rows.references,
        alt: rows.alternates,
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

    /// Alleles of each copy as a matrix.
    #[napi(ts_return_type = "Promise<Haplotypes>")]
    pub fn haplotypes(
        &self,
        of: String,
        group: Option<&NativeGroup>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<Haplotypes>> {
        let group = group.cloned();
        self.queue(cancel, move |view, _| haplotypes(view, &of, group.as_ref()))
    }
}
