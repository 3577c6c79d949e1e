//! Genotypes as matrices: all at once, or in blocks of a bounded size.

use crate::counts::number;
use crate::dataset::NativeDataset;
use crate::error::Failure;
use crate::group::NativeGroup;
use crate::work::{Cancel, Work, queue};
use napi::bindgen_prelude::{
    AsyncTask, Int8Array, Int32Array, ToNapiValue, TypeName, Uint8Array, Uint32Array,
};
use napi_derive::napi;
use std::sync::{Arc, Mutex, PoisonError};
use varidex::{BlockVariant, Error, View};

/// Genotypes that are read at once where all are asked for.
const READ_CELLS: usize = 1 << 22;

/// Cells of a block at most, but for one variant.
const BLOCK_CELLS: usize = 1 << 26;

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

impl Genotypes {
    fn of(samples: &[u32], dosages: Vec<i8>, rows: Rows) -> Self {
        Self {
            rows: number(rows.pos.len() as u64),
            columns: number(samples.len() as u64),
            dosages: Int8Array::new(dosages),
            samples: Uint32Array::new(samples.to_vec()),
            chrom: rows.chrom,
            pos: Int32Array::new(rows.pos),
            r#ref: rows.references,
            alt: rows.alternates,
        }
    }
}

impl Haplotypes {
    fn of(
        samples: &[u32],
        ploidy: usize,
        (alleles, phased): (Vec<i8>, Vec<u8>),
        rows: Rows,
    ) -> Self {
        Self {
            rows: number(rows.pos.len() as u64),
            columns: number(samples.len() as u64),
            ploidy: number(ploidy as u64),
            alleles: Int8Array::new(alleles),
            phased: Uint8Array::new(phased),
            samples: Uint32Array::new(samples.to_vec()),
            chrom: rows.chrom,
            pos: Int32Array::new(rows.pos),
            r#ref: rows.references,
            alt: rows.alternates,
        }
    }
}

fn matrix(view: &View, of: &str, group: Option<&NativeGroup>) -> Result<Genotypes, Failure> {
    let blocks = view.genotypes(of, group.map(|group| &group.0), READ_CELLS)?;
    let samples = blocks.samples().to_vec();
    let (mut cells, mut rows) = (Vec::new(), Rows::default());
    for block in blocks {
        let block = block?;
        extend(&mut cells, &block.dosages)?;
        rows.add(block.variants);
    }
    Ok(Genotypes::of(&samples, cells, rows))
}

fn haplotypes(view: &View, of: &str, group: Option<&NativeGroup>) -> Result<Haplotypes, Failure> {
    let blocks = view.haplotypes(of, group.map(|group| &group.0), READ_CELLS)?;
    let (samples, ploidy) = (blocks.samples().to_vec(), blocks.ploidy());
    let (mut cells, mut phased, mut rows) = (Vec::new(), Vec::new(), Rows::default());
    for block in blocks {
        let block = block?;
        extend(&mut cells, &block.alleles)?;
        phased.extend(block.phased.into_iter().map(u8::from));
        rows.add(block.variants);
    }
    Ok(Haplotypes::of(&samples, ploidy, (cells, phased), rows))
}

/// Matrices that are read one after the other; `None` once they were given back.
type Held<T> = Arc<Mutex<Option<T>>>;

/// The next of the matrices, on the pool.
fn next_of<T, B>(
    held: &Held<T>,
    cancel: Option<&Cancel>,
    next: impl FnOnce(&mut T) -> Result<Option<B>, Failure> + Send + 'static,
) -> AsyncTask<Work<Option<B>>>
where
    T: Send + 'static,
    B: ToNapiValue + TypeName + Send + 'static,
{
    let held = Arc::clone(held);
    queue(cancel, move |_| {
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(blocks) = held.as_mut() else {
            return Ok(None);
        };
        let found = next(blocks);
        if !matches!(found, Ok(Some(_))) {
            *held = None;
        }
        found
    })
}

fn close<T>(held: &Held<T>) {
    *held.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Genotypes in blocks of a bounded size.
#[napi]
pub struct NativeGenotypeBlocks(Held<varidex::GenotypeBlocks>);

#[napi]
impl NativeGenotypeBlocks {
    /// The next block; null after the last.
    #[napi(ts_return_type = "Promise<Genotypes | null>")]
    pub fn next(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Option<Genotypes>>> {
        next_of(&self.0, cancel, |blocks| {
            let Some(block) = blocks.next().transpose()? else {
                return Ok(None);
            };
            let mut rows = Rows::default();
            rows.add(block.variants);
            Ok(Some(Genotypes::of(blocks.samples(), block.dosages, rows)))
        })
    }

    /// Gives the blocks back before their end. Waits for one that is being read.
    #[napi]
    pub fn close(&self) {
        close(&self.0);
    }
}

/// Alleles of each copy in blocks of a bounded size.
#[napi]
pub struct NativeHaplotypeBlocks(Held<varidex::HaplotypeBlocks>);

#[napi]
impl NativeHaplotypeBlocks {
    /// The next block; null after the last.
    #[napi(ts_return_type = "Promise<Haplotypes | null>")]
    pub fn next(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Option<Haplotypes>>> {
        next_of(&self.0, cancel, |blocks| {
            let Some(block) = blocks.next().transpose()? else {
                return Ok(None);
            };
            let mut rows = Rows::default();
            rows.add(block.variants);
            let phased = block.phased.into_iter().map(u8::from).collect();
            let cells = (block.alleles, phased);
            let (samples, ploidy) = (blocks.samples(), blocks.ploidy());
            Ok(Some(Haplotypes::of(samples, ploidy, cells, rows)))
        })
    }

    /// Gives the blocks back before their end. Waits for one that is being read.
    #[napi]
    pub fn close(&self) {
        close(&self.0);
    }
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

    /// Begins to read genotypes in blocks of so many variants at most.
    #[napi(ts_return_type = "Promise<NativeGenotypeBlocks>")]
    pub fn genotype_blocks(
        &self,
        of: String,
        rows: u32,
        group: Option<&NativeGroup>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<NativeGenotypeBlocks>> {
        let group = group.cloned();
        self.queue(cancel, move |view, _| {
            let group = group.as_ref().map(|group| &group.0);
            let blocks = view.genotypes(&of, group, BLOCK_CELLS)?;
            let blocks = blocks.with_rows(rows as usize);
            Ok(NativeGenotypeBlocks(Arc::new(Mutex::new(Some(blocks)))))
        })
    }

    /// Begins to read alleles of each copy in blocks of so many variants at most.
    #[napi(ts_return_type = "Promise<NativeHaplotypeBlocks>")]
    pub fn haplotype_blocks(
        &self,
        of: String,
        rows: u32,
        group: Option<&NativeGroup>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<NativeHaplotypeBlocks>> {
        let group = group.cloned();
        self.queue(cancel, move |view, _| {
            let group = group.as_ref().map(|group| &group.0);
            let blocks = view.haplotypes(&of, group, BLOCK_CELLS)?;
            let blocks = blocks.with_rows(rows as usize);
            Ok(NativeHaplotypeBlocks(Arc::new(Mutex::new(Some(blocks)))))
        })
    }
}
