//! Genotypes as matrices: all at once, or in blocks of a bounded size.

use crate::interrupt::run;
use crate::table::Table;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use numpy::{PyArray1, PyArray2, PyArray3, PyArrayMethods};
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::sync::{Arc, Mutex, PoisonError};
use varidex::{BlockVariant, Error, Group, HaplotypeBlock, Result, View};
use varidex_columns::SchemaRef;

/// Cells of what is read at once where everything is asked for.
const READ_CELLS: usize = 1 << 22;
/// Cells of a block at most, but for one variant.
const BLOCK_CELLS: usize = 1 << 26;

/// The columns of the tables of variants beside matrices.
fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("chrom", DataType::Utf8, false),
        Field::new("pos", DataType::Int64, false),
        Field::new("ref", DataType::Utf8, false),
        Field::new("alt", DataType::Utf8, true),
    ]))
}

/// The variants of the rows of a matrix.
fn batch(schema: &SchemaRef, variants: &[BlockVariant]) -> Result<RecordBatch> {
    let text = |of: fn(&BlockVariant) -> &[u8]| {
        let texts = variants.iter().map(of);
        let texts = texts.map(|text| (!text.is_empty()).then(|| String::from_utf8_lossy(text)));
        Arc::new(StringArray::from_iter(texts)) as ArrayRef
    };
    let positions = variants.iter().map(|variant| variant.position.one_based());
    let columns = vec![
        text(|variant| variant.contig.as_bytes()),
        Arc::new(Int64Array::from_iter_values(positions)),
        text(|variant| &variant.reference),
        text(|variant| &variant.alternate),
    ];
    let made = RecordBatch::try_new(Arc::clone(schema), columns);
    made.map_err(|e| Error::Usage(format!("a batch that Arrow refuses: {e}")))
}

fn too_many(rows: usize, width: usize) -> PyErr {
    PyMemoryError::new_err(format!(
        "more than {rows} variants of {width} samples: read them in blocks"
    ))
}

/// Copies of the ALT of all variants asked for.
pub(crate) fn genotypes<'py>(
    py: Python<'py>,
    view: &View,
    of: &str,
    group: Option<&Group>,
) -> PyResult<Bound<'py, PyArray2<i8>>> {
    let (cells, width, rows) = run(py, || {
        let blocks = view.genotypes(of, group, READ_CELLS)?;
        let width = blocks.samples().len();
        let (mut cells, mut rows) = (Vec::new(), 0usize);
        for block in blocks {
            let block = block?;
            if cells.try_reserve(block.dosages.len()).is_err() {
                return Ok((None, width, rows));
            }
            cells.extend_from_slice(&block.dosages);
            rows += block.variants.len();
        }
        Ok((Some(cells), width, rows))
    })?;
    let cells = cells.ok_or_else(|| too_many(rows, width))?;
    PyArray1::from_vec(py, cells).reshape([rows, width])
}

/// What blocks are read of, and how many rows one has at most.
pub(crate) struct BlocksOf<'a> {
    of: &'a str,
    group: Option<&'a Group>,
    rows: usize,
}

impl<'a> BlocksOf<'a> {
    pub(crate) fn of(of: &'a str, group: Option<&'a Group>, rows: usize) -> Self {
        Self { of, group, rows }
    }

    /// Begins to read them.
    fn read<B: Send>(
        &self,
        py: Python<'_>,
        read: impl FnOnce(&str, Option<&Group>, usize) -> Result<B> + Send,
    ) -> PyResult<B> {
        if self.rows == 0 {
            return Err(PyValueError::new_err("rows: a block has one row at least"));
        }
        run(py, || read(self.of, self.group, BLOCK_CELLS))
    }
}

/// Genotypes in blocks: tables of variants with their matrices.
#[pyclass(frozen, module = "varidex")]
pub(crate) struct GenotypeBlocks {
    width: usize,
    schema: SchemaRef,
    blocks: Mutex<varidex::GenotypeBlocks>,
}

impl GenotypeBlocks {
    pub(crate) fn new(py: Python<'_>, view: &View, asked: &BlocksOf<'_>) -> PyResult<Self> {
        let blocks = asked.read(py, |of, group, cells| view.genotypes(of, group, cells))?;
        Ok(Self {
            width: blocks.samples().len(),
            schema: schema(),
            blocks: Mutex::new(blocks.with_rows(asked.rows)),
        })
    }
}

#[pymethods]
impl GenotypeBlocks {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<(Table, Bound<'py, PyArray2<i8>>)>> {
        // the lock is waited for and held without the GIL: who holds it may want the GIL
        let next = run(py, || {
            let next = {
                let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
                blocks.next().transpose()?
            };
            let Some(block) = next else { return Ok(None) };
            let batch = batch(&self.schema, &block.variants)?;
            Ok(Some((batch, block.dosages)))
        })?;
        let Some((batch, cells)) = next else {
            return Ok(None);
        };
        let shape = [batch.num_rows(), self.width];
        let matrix = PyArray1::from_vec(py, cells).reshape(shape)?;
        let table = Table::held_of(Arc::clone(&self.schema), vec![batch]);
        Ok(Some((table, matrix)))
    }
}

/// The allele of each copy of some variants, with phase: see `Dataset.haplotypes`.
#[pyclass(frozen, get_all, module = "varidex")]
pub(crate) struct Haplotypes {
    /// The variants, one for each row: chrom, pos, ref and alt.
    variants: Py<Table>,
    /// Names of the samples, one for each column.
    samples: Py<PyList>,
    /// By variant, sample and copy: 1 the ALT, 0 another allele, -1 not known, -2 no copy.
    alleles: Py<PyArray3<i8>>,
    /// By variant and sample, whether the order of the copies is known.
    phased: Py<PyArray2<bool>>,
}

/// What the matrices of a question have in common.
struct Columns {
    samples: Py<PyList>,
    width: usize,
    ploidy: usize,
    schema: SchemaRef,
}

impl Columns {
    fn of(py: Python<'_>, view: &View, blocks: &varidex::HaplotypeBlocks) -> PyResult<Self> {
        let names = run(py, || {
            let names = blocks.samples().iter();
            let names = names.map(|sample| view.sample_name(*sample));
            names.collect::<Result<Vec<&str>>>()
        })?;
        Ok(Self {
            samples: PyList::new(py, names)?.unbind(),
            width: blocks.samples().len(),
            ploidy: blocks.ploidy(),
            schema: schema(),
        })
    }

    fn made(
        &self,
        py: Python<'_>,
        batches: Vec<RecordBatch>,
        (alleles, phased): (Vec<i8>, Vec<bool>),
    ) -> PyResult<Haplotypes> {
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let alleles = PyArray1::from_vec(py, alleles);
        let phased = PyArray1::from_vec(py, phased);
        Ok(Haplotypes {
            variants: Py::new(py, Table::held_of(Arc::clone(&self.schema), batches))?,
            samples: self.samples.clone_ref(py),
            alleles: alleles.reshape([rows, self.width, self.ploidy])?.unbind(),
            phased: phased.reshape([rows, self.width])?.unbind(),
        })
    }
}

/// The alleles of all variants asked for.
pub(crate) fn haplotypes(
    py: Python<'_>,
    view: &View,
    of: &str,
    group: Option<&Group>,
) -> PyResult<Haplotypes> {
    let blocks = run(py, || view.haplotypes(of, group, READ_CELLS))?;
    let columns = Columns::of(py, view, &blocks)?;
    let (batches, cells) = run(py, || {
        let (mut batches, mut alleles, mut phased) = (Vec::new(), Vec::new(), Vec::new());
        for block in blocks {
            let block = block?;
            let reserved = alleles.try_reserve(block.alleles.len());
            if reserved.is_err() || phased.try_reserve(block.phased.len()).is_err() {
                return Ok((batches, None));
            }
            alleles.extend_from_slice(&block.alleles);
            phased.extend_from_slice(&block.phased);
            batches.push(batch(&columns.schema, &block.variants)?);
        }
        Ok((batches, Some((alleles, phased))))
    })?;
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    let cells = cells.ok_or_else(|| too_many(rows, columns.width))?;
    columns.made(py, batches, cells)
}

#[pymethods]
impl Haplotypes {
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.phased.bind(py).as_any().len()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "Haplotypes({} variants, {} samples)",
            self.__len__(py)?,
            self.samples.bind(py).len()
        ))
    }
}

/// Alleles of each copy in blocks.
#[pyclass(frozen, module = "varidex")]
pub(crate) struct HaplotypeBlocks {
    columns: Columns,
    blocks: Mutex<varidex::HaplotypeBlocks>,
}

impl HaplotypeBlocks {
    pub(crate) fn new(py: Python<'_>, view: &View, asked: &BlocksOf<'_>) -> PyResult<Self> {
        let blocks = asked.read(py, |of, group, cells| view.haplotypes(of, group, cells))?;
        Ok(Self {
            columns: Columns::of(py, view, &blocks)?,
            blocks: Mutex::new(blocks.with_rows(asked.rows)),
        })
    }
}

#[pymethods]
impl HaplotypeBlocks {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Haplotypes>> {
        let next = run(py, || {
            let next = {
                let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
                blocks.next().transpose()?
            };
            let Some(HaplotypeBlock {
                variants,
                alleles,
                phased,
            }) = next
            else {
                return Ok(None);
            };
            let batch = batch(&self.columns.schema, &variants)?;
            Ok(Some((batch, (alleles, phased))))
        })?;
        let made = next.map(|(batch, cells)| self.columns.made(py, vec![batch], cells));
        made.transpose()
    }
}
