//! An open dataset.

use crate::arguments::{Expression, GroupOrText, OneOrMany};
use crate::asked::{self, Compared, Field, Part, query};
use crate::error::{raise, renamed};
use crate::explanation::Explanation;
use crate::frequency::{Frequencies, Frequency};
use crate::group::Group;
use crate::interrupt::run;
use crate::matrices::{self, BlocksOf, GenotypeBlocks, HaplotypeBlocks, Haplotypes};
use crate::products;
use crate::table::Table;
use crate::texts::TextList;
use numpy::{PyArray1, PyArray2};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};
use varidex::Trios;

mod held;
mod living;

type Core = varidex::View;

/// Directory, state, whether expressions may name files, and who asks.
type Pickled = (PathBuf, String, bool, String);

/// An open dataset: read-only, and shared between threads as it is.
///
/// It shows the state at the time of opening, whatever is published later. `with` and `close()` let go
/// of its files; groups and tables made before keep what they need.
///
/// >>> ds = varidex.open("cohort.vdx")
/// >>> ds.ask("carriers(22:20003080:TGATTA:T)").count
/// 3
#[pyclass(frozen, module = "varidex")]
pub(crate) struct Dataset {
    open: RwLock<Option<Core>>,
    /// Whether expressions may name files.
    files: bool,
    report: Option<Py<PyAny>>,
}

#[pymethods]
impl Dataset {
    /// The directory.
    #[getter]
    fn path(&self, py: Python<'_>) -> PyResult<PathBuf> {
        Ok(self.core(py)?.path().to_owned())
    }

    /// Names the state that was opened: equal ids, equal answers.
    #[getter]
    fn snapshot(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.core(py)?.snapshot().to_owned())
    }

    /// Names of the samples, by number.
    #[getter]
    fn samples<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let view = self.core(py)?;
        let names = run(py, || Ok(view.sample_names()?.collect::<Vec<_>>()))?;
        PyList::new(py, names)
    }

    /// Names of the contigs, in the dataset's order.
    #[getter]
    fn contigs(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.core(py)?.contigs().map(str::to_owned).collect())
    }

    /// What building it, or loading people into it, reported; None where it was just opened.
    #[getter]
    fn report(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.report.as_ref().map(|report| report.clone_ref(py))
    }

    /// What the dataset holds.
    ///
    /// >>> ds.info()["samples"]
    /// 2000
    fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        crate::info::info(py, &self.core(py)?)
    }

    /// The people that an expression picks: text, or the JSON form as a dict, here and wherever expressions
    /// are taken.
    ///
    /// >>> ds.ask("carriers(22:20,000,000-20,005,000 & af<0.01, at_least: 2)")
    /// Group(56 people: carriers(22:20000000-20005000 & af<0.01, at_least: 2))
    /// >>> ds.ask({"carriers": {"of": {"allele": "22:20003080:TGATTA:T"}}}).count
    /// 3
    fn ask(&self, py: Python<'_>, expression: Expression) -> PyResult<Group> {
        let view = self.core(py)?;
        run(py, || view.ask(&expression.0)).map(Group)
    }

    /// The people with these ids: of individuals, or names of samples, from a list, a pandas Series, a numpy
    /// array or anything else that can be gone through. An id of nobody is an error that names the nearest.
    ///
    /// The group's `expression` lists its ids where there are at most 20, and says how many there are else.
    ///
    /// >>> ds.group(["SIM0000996", "SIM0001337"])
    /// Group(2 people: samples(SIM0000996, SIM0001337))
    fn group(&self, py: Python<'_>, ids: &Bound<'_, PyAny>) -> PyResult<Group> {
        let view = self.core(py)?;
        if ids.is_instance_of::<PyString>() {
            let message = "ids: expected several, found one text: put it into a list, or ask() it, if it is an \
                           expression";
            return Err(PyTypeError::new_err(message));
        }
        let ids = TextList::of(ids, "ids")?;
        run(py, || view.group(ids.iter())).map(Group)
    }

    /// What is done to find the people that an expression picks.
    fn explain(&self, py: Python<'_>, expression: Expression) -> PyResult<Explanation> {
        let view = self.core(py)?;
        Ok(Explanation(run(py, || view.explain(&expression.0))?))
    }

    /// The name of `all` before: it goes with the next release.
    fn everybody(&self, py: Python<'_>) -> PyResult<Group> {
        renamed(py, c"Dataset.everybody is Dataset.all now")?;
        self.all(py)
    }

    /// All individuals: all samples, and all individuals without samples.
    fn all(&self, py: Python<'_>) -> PyResult<Group> {
        let view = self.core(py)?;
        run(py, || view.all()).map(Group)
    }

    /// The variants that an expression picks, with counts in everybody or in a group. Positions are
    /// 1-based.
    ///
    /// With `columns` only these, among which there may be some that are there only where they are asked for:
    /// qual, hgvs, vrs, vrs_1_3, end, length, covered, transcript, hgvs_c, hgvs_p, canonical, mane, af_low, af_high, and
    /// info.KEY of the INFO keys that were kept. `offset` leaves out the first rows, `limit` those behind. A page is read
    /// by `limit`, the next one with the `token` of its table as `after`.
    ///
    /// >>> ds.variants("22:20003080-20003900 & type:del", columns=["pos", "end", "length", "covered"])
    /// pos       end       length  covered
    /// 20003080  20003085  5       2000
    /// 20003870  20003871  1       2000
    #[pyo3(signature = (r#where = Expression::all(), *, group = None, columns = None, offset = 0, limit = None,
        after = None),
        text_signature = "($self, where='all', *, group=None, columns=None, offset=0, limit=None, after=None)")]
    #[expect(
        clippy::too_many_arguments,
        reason = "options of Python are arguments by name"
    )]
    fn variants(
        &self,
        py: Python<'_>,
        r#where: Expression,
        group: Option<GroupOrText<'_>>,
        columns: Option<OneOrMany<String>>,
        offset: u64,
        limit: Option<u64>,
        after: Option<&str>,
    ) -> PyResult<Table> {
        let (view, group) = self.asked(py, group)?;
        let query = query(py, &r#where, group.as_ref(), after)?;
        let part = Part::new(columns, offset, limit);
        Table::new(py, move || {
            part.of(varidex_columns::variants(&view, &query)?)
        })
    }

    /// Counts and frequencies of the variants that an expression picks, in everybody or in a group. Positions
    /// are 1-based.
    ///
    /// With `by` a variant has a row for everybody, with "all" in a column for each field, and one for each of the
    /// groups that the values make, None where none is known: attributes ("sex", "population", …), "age" or
    /// "age(18,40,65)" for bands of ages, terms ("HP:0001250") for present and absent, and groups by their names.
    ///
    /// With `cases` and `controls` these two are compared: ac, an and af of both, the odds ratio, and the p value of
    /// Fisher's exact test of the alleles. `columns`, `offset` and `limit` as for variants: af_low and af_high
    /// are the ends of Wilson's score interval (95 %).
    ///
    /// With `sites`, the alleles of a VCF or BCF file in its order instead of variants of the dataset, also those that
    /// nobody has: of them ac is 0, and an is None where somebody was not looked at; all counts are None of what is no
    /// allele. The file is read anew each time the table is.
    ///
    /// >>> ds.frequencies("22:20002258:C:T")
    /// chrom  pos       id    ref  alt  ac   an    af        n_het  n_hom  n_hemi  n_missing
    /// chr22  20002258  None  C    T    857  3988  0.214895  613    122    0       6
    /// >>> groups = {"a": "samples(SIM0000001)", "b": "samples(SIM0000002)"}
    /// >>> ds.frequencies("22:20002258:C:T", by=groups, columns=["group", "an"])
    /// group  an
    /// all    3988
    /// a      2
    /// b      2
    #[pyo3(signature = (r#where = None, *, group = None, by = None, cases = None, controls = None, columns = None,
        offset = 0, limit = None, after = None, sites = None),
        text_signature = "($self, where='all', *, group=None, by=None, cases=None, controls=None, columns=None, \
            offset=0, limit=None, after=None, sites=None)")]
    #[expect(
        clippy::too_many_arguments,
        reason = "options of Python are arguments by name"
    )]
    fn frequencies(
        &self,
        py: Python<'_>,
        r#where: Option<Expression>,
        group: Option<GroupOrText<'_>>,
        by: Option<OneOrMany<Field<'_>>>,
        cases: Option<GroupOrText<'_>>,
        controls: Option<GroupOrText<'_>>,
        columns: Option<OneOrMany<String>>,
        offset: u64,
        limit: Option<u64>,
        after: Option<&str>,
        sites: Option<PathBuf>,
    ) -> PyResult<Table> {
        let (view, group) = self.asked(py, group)?;
        let by = asked::by(py, &view, by)?;
        let compared = Compared::of(py, &view, (cases, controls), &by)?;
        let part = Part::new(columns, offset, limit);
        if let Some(file) = sites {
            if r#where.is_some() || after.is_some() || compared.is_some() {
                let message =
                    "sites are asked for alone: no where, no after, no cases and controls";
                return Err(PyValueError::new_err(message));
            }
            return asked::sites(py, view, file, (group, by), part);
        }
        let of = r#where.unwrap_or_else(Expression::all);
        let query = query(py, &of, group.as_ref(), after)?;
        Table::new(py, move || {
            part.of(match &compared {
                Some(Compared { cases, controls }) => {
                    varidex_columns::cases_and_controls(&view, &query, cases, controls)?
                }
                None => varidex_columns::frequencies(&view, &query, &by)?,
            })
        })
    }

    /// Who carries the variants that an expression picks, one row for each sample and variant. With
    /// `trio`, a pedigree (PED), only its children are there, and from whom they have the variant.
    /// Positions are 1-based.
    ///
    /// >>> ds.carriers("22:20003080:TGATTA:T")
    /// chrom  pos       ref     alt  sample      individual  zygosity  phase
    /// chr22  20003080  TGATTA  T    SIM0000996  None        het       0|1
    /// chr22  20003080  TGATTA  T    SIM0001337  None        het       0|1
    /// chr22  20003080  TGATTA  T    SIM0001635  None        het       0|1
    #[pyo3(signature = (r#where, *, group = None, trio = None, columns = None, offset = 0, limit = None,
        after = None))]
    #[expect(
        clippy::too_many_arguments,
        reason = "options of Python are arguments by name"
    )]
    fn carriers(
        &self,
        py: Python<'_>,
        r#where: Expression,
        group: Option<GroupOrText<'_>>,
        trio: Option<PathBuf>,
        columns: Option<OneOrMany<String>>,
        offset: u64,
        limit: Option<u64>,
        after: Option<&str>,
    ) -> PyResult<Table> {
        let (view, group) = self.asked(py, group)?;
        let trios = match trio {
            Some(ped) => Some(run(py, || Trios::from_ped(&view, &ped))?),
            None => None,
        };
        let query = query(py, &r#where, group.as_ref(), after)?;
        let part = Part::new(columns, offset, limit);
        Table::new(py, move || {
            part.of(varidex_columns::carriers(&view, &query, trios.clone())?)
        })
    }

    /// Pairs of variants of one sample in one gene, on different copies as far as is known: compound
    /// heterozygotes. Positions are 1-based.
    #[pyo3(signature = (r#where, *, group = None))]
    fn compounds(
        &self,
        py: Python<'_>,
        r#where: Expression,
        group: Option<GroupOrText<'_>>,
    ) -> PyResult<Table> {
        let (view, group) = self.asked(py, group)?;
        let query = query(py, &r#where, group.as_ref(), None)?;
        Table::new(py, move || varidex_columns::compounds(&view, &query))
    }

    /// How many people there are by the values of fields, as `frequencies` takes them, across each other: attributes
    /// ("sex", "population", …), "age" or "age(18,40,65)", terms ("HP:0001250"), and groups by their names. Without
    /// fields: of sex, age and population, and the `top` terms recorded most often.
    #[pyo3(signature = (by = None, *, top = 20))]
    fn people(
        &self,
        py: Python<'_>,
        by: Option<OneOrMany<Field<'_>>>,
        top: usize,
    ) -> PyResult<Table> {
        let view = self.core(py)?;
        let by = asked::by(py, &view, by)?;
        Table::new(py, move || varidex_columns::people(&view, &by, None, top))
    }

    /// Terms recorded of people, and what is more general, the most frequent first: "phenotype",
    /// "disease", "treatment", … or all of them.
    #[pyo3(signature = (scope = None))]
    fn terms(&self, py: Python<'_>, scope: Option<&str>) -> PyResult<Table> {
        let view = self.core(py)?;
        let read = |name: &str| -> PyResult<varidex::Scope> {
            let scope = name.parse();
            scope.map_err(|e| PyValueError::new_err(format!("scope {name:?}: {e}")))
        };
        let scope = scope.map(read).transpose()?;
        Table::new(py, move || varidex_columns::terms(&view, scope))
    }

    /// Terms with an id, label or synonyms that have all words of a text, or parts of them, the best first; without a text those
    /// that are recorded. `people` have the term itself, `people_below` it or something more special, of `excluded` it
    /// is recorded as absent.
    #[pyo3(signature = (text = None))]
    fn find_terms(&self, py: Python<'_>, text: Option<String>) -> PyResult<Table> {
        let view = self.core(py)?;
        Table::new(py, move || {
            varidex_columns::find_terms(&view, text.as_deref())
        })
    }

    /// The genes, or those with a symbol, other names or ids that have a text as a part.
    #[pyo3(signature = (text = None))]
    fn genes(&self, py: Python<'_>, text: Option<String>) -> PyResult<Table> {
        let view = self.core(py)?;
        Table::new(py, move || varidex_columns::genes(&view, text.as_deref()))
    }

    /// The samples: of which individual each is, its batches, and a column for each attribute of samples.
    fn sample_table(&self, py: Python<'_>) -> PyResult<Table> {
        let view = self.core(py)?;
        Table::new(py, move || varidex_columns::samples(&view))
    }

    /// All that is recorded of an individual, by the id or by that of a sample, put together again from what is stored:
    /// a Phenopacket 2 (a Family, where a place in one is stored), or with `format="beacon"` an individual of Beacon 2.
    #[pyo3(signature = (id, *, format = "phenopacket"))]
    fn individual<'py>(
        &self,
        py: Python<'py>,
        id: &str,
        format: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        crate::record::individual(py, &self.core(py)?, id, format)
    }

    /// Counts of one allele, in everybody or in a group. `22:16050075:A:G`, `22-16050075-A-G` and HGVS g. are
    /// 1-based, SPDI is 0-based; or an id, if it is that of one allele.
    ///
    /// An allele that the dataset does not have gives a `Frequency` that is false, of which `ac` is 0, `an` and
    /// `others` say what is known of the place, and `reason` says it in words.
    ///
    /// >>> ds.frequency("22:20003080:TGATTA:T").ac
    /// 3
    /// >>> absent = ds.frequency("22:20003080:TGATTA:TG")
    /// >>> bool(absent), absent.ac, absent.an, absent.others
    /// (False, 0, 4000, ['TGATTA>T'])
    /// >>> absent.reason
    /// 'nobody has it: 2000 samples were looked at here; there is TGATTA>T'
    #[pyo3(signature = (allele, *, group = None))]
    fn frequency(
        &self,
        py: Python<'_>,
        allele: &str,
        group: Option<GroupOrText<'_>>,
    ) -> PyResult<Frequency> {
        let (view, group) = self.asked(py, group)?;
        let counts = py.detach(|| view.frequency(allele, group.as_ref()));
        Ok(match counts.map_err(|e| raise(py, e))? {
            Some(counts) => Frequency::of(counts),
            None => Frequency::absent(view, allele, group),
        })
    }

    /// Counts of many alleles: sequences of equal length (or one text for all of them) in, arrays out.
    /// Positions are 1-based. Alleles in the order of their positions are found fastest.
    ///
    /// >>> ds.frequency_many("22", [20003080, 20003870], ["TGATTA", "TC"], ["T", "T"]).ac
    /// array([3, 3])
    #[pyo3(signature = (chrom, pos, r#ref, alt, *, group = None))]
    fn frequency_many(
        &self,
        py: Python<'_>,
        chrom: &Bound<'_, PyAny>,
        pos: &Bound<'_, PyAny>,
        r#ref: &Bound<'_, PyAny>,
        alt: &Bound<'_, PyAny>,
        group: Option<GroupOrText<'_>>,
    ) -> PyResult<Frequencies> {
        let (view, group) = self.asked(py, group)?;
        crate::frequency::many(py, &view, (chrom, pos, r#ref, alt), group.as_ref())
    }

    /// Copies of the ALT as a matrix of int8: a row for each variant, as `variants()` has them, and a
    /// column for each sample of the group (its `samples`), or of everybody. -1 where a copy of the
    /// genotype is not known.
    ///
    /// >>> ds.genotypes("22:20003080:TGATTA:T", group="samples(SIM0000995,SIM0000996)")
    /// array([[0, 1]], dtype=int8)
    #[pyo3(signature = (r#where, *, group = None))]
    fn genotypes<'py>(
        &self,
        py: Python<'py>,
        r#where: Expression,
        group: Option<GroupOrText<'_>>,
    ) -> PyResult<Bound<'py, PyArray2<i8>>> {
        let (view, group) = self.asked(py, group)?;
        matrices::genotypes(py, &view, &r#where.0, group.as_ref())
    }

    /// The same in blocks of at most `rows` variants, and fewer where that were more than 64 MiB: each a table
    /// of the variants (chrom, pos, ref, alt), and the matrix.
    ///
    /// >>> for variants, copies in ds.genotype_blocks("22:20,000,000-20,050,000", rows=50):
    /// ...     assert copies.shape == (len(variants), 2000) and len(variants) <= 50
    #[pyo3(signature = (r#where, *, group = None, rows = 4096))]
    fn genotype_blocks(
        &self,
        py: Python<'_>,
        r#where: Expression,
        group: Option<GroupOrText<'_>>,
        rows: usize,
    ) -> PyResult<GenotypeBlocks> {
        let (view, group) = self.asked(py, group)?;
        GenotypeBlocks::new(py, &view, &BlocksOf::of(&r#where.0, group.as_ref(), rows))
    }

    /// The allele of each copy, with phase: `alleles` is int8 by variant, sample and copy, `phased` is bool by
    /// variant and sample, `variants` is a table and `samples` a list of names.
    ///
    /// 1 is the ALT of the row, 0 another allele, -1 is not known; -2 stands behind the copies of those who have
    /// fewer than others: there are at least two. Unphased copies come in the order -1, 0, 1. Phase sets (PS)
    /// are not set apart.
    ///
    /// >>> found = ds.haplotypes("22:20003080:TGATTA:T", group="samples(SIM0000995,SIM0000996)")
    /// >>> found.alleles
    /// array([[[0, 0],
    ///         [0, 1]]], dtype=int8)
    /// >>> found.phased, found.samples
    /// (array([[ True,  True]]), ['SIM0000995', 'SIM0000996'])
    #[pyo3(signature = (r#where, *, group = None))]
    fn haplotypes(
        &self,
        py: Python<'_>,
        r#where: Expression,
        group: Option<GroupOrText<'_>>,
    ) -> PyResult<Haplotypes> {
        let (view, group) = self.asked(py, group)?;
        matrices::haplotypes(py, &view, &r#where.0, group.as_ref())
    }

    /// The same in blocks of at most `rows` variants, and fewer where that were more than 64 MiB.
    ///
    /// >>> sum(block.alleles.clip(0).sum() for block in ds.haplotype_blocks("22:20003080-20003900 & type:del"))
    /// np.int64(6)
    #[pyo3(signature = (r#where, *, group = None, rows = 4096))]
    fn haplotype_blocks(
        &self,
        py: Python<'_>,
        r#where: Expression,
        group: Option<GroupOrText<'_>>,
        rows: usize,
    ) -> PyResult<HaplotypeBlocks> {
        let (view, group) = self.asked(py, group)?;
        HaplotypeBlocks::new(py, &view, &BlocksOf::of(&r#where.0, group.as_ref(), rows))
    }

    /// For each sample the sum of the copies of each variant's ALT times the variant's weight, as float64: a polygenic
    /// score. `weights` has one for each variant, in the order of `variants()`, and the scores are in the order of
    /// `samples`. What is missing (-1 in `genotypes()`) counts as the mean of the variant's other genotypes, or with
    /// `missing="absent"` nothing.
    ///
    /// Sums are exact, and rounded once: they do not depend on the order of variants.
    ///
    /// >>> scores = ds.score("22:20003080:TGATTA:T | 22:20003870:TC:T", [0.5, -2])
    /// >>> scores.shape, scores.min(), scores.max()
    /// ((2000,), np.float64(-2.0), np.float64(0.5))
    #[pyo3(signature = (r#where, weights, *, missing = "mean"))]
    fn score<'py>(
        &self,
        py: Python<'py>,
        r#where: Expression,
        weights: &Bound<'py, PyAny>,
        missing: &str,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let view = self.core(py)?;
        products::score(py, &view, &r#where.0, weights, missing)
    }

    /// For each variant, as `variants()` has them, the sum over samples of the copies of its ALT times the sample's
    /// number, as float64: for association and principal components. `vectors` has a number for each of `samples`, or
    /// a column of these for each of several vectors; then the answer has a column for each. Missing genotypes count
    /// as for `score`.
    ///
    /// >>> ds.project("22:20003080:TGATTA:T | 22:20003870:TC:T", [1] * 2000, missing="absent")
    /// array([3., 3.])
    #[pyo3(signature = (r#where, vectors, *, missing = "mean"))]
    fn project<'py>(
        &self,
        py: Python<'py>,
        r#where: Expression,
        vectors: &Bound<'py, PyAny>,
        missing: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let view = self.core(py)?;
        products::project(py, &view, &r#where.0, vectors, missing)
    }

    /// Writes variants and genotypes to a VCF or BCF file, by its name: .vcf, .vcf.gz or .bcf.
    #[pyo3(signature = (r#where, path, *, group = None, threads = None, progress = None))]
    fn export<'py>(
        &self,
        py: Python<'py>,
        r#where: Expression,
        path: PathBuf,
        group: Option<GroupOrText<'_>>,
        threads: Option<usize>,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (view, group) = self.asked(py, group)?;
        crate::export::export(
            py,
            &view,
            &r#where.0,
            group.as_ref(),
            &path,
            (threads, progress),
        )
    }

    /// Checks every checksum and every invariant; raises DamagedError for the first that is broken.
    fn verify(&self, py: Python<'_>) -> PyResult<()> {
        let view = self.core(py)?;
        run(py, || view.dataset().verify())
    }

    /// Lets go of the files. Groups and tables made before keep what they need.
    fn close(&self, py: Python<'_>) {
        let taken = self
            .open
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // letting go of a map may take a while
        py.detach(|| drop(taken));
    }

    /// Whether it was closed.
    #[getter]
    fn closed(&self) -> bool {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.is_none()
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_raised))]
    fn __exit__(&self, py: Python<'_>, _raised: &Bound<'_, pyo3::types::PyTuple>) {
        self.close(py);
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Pickled)> {
        let view = self.core(py)?;
        let reopen = py.import("varidex._varidex")?.getattr("_reopen")?;
        let path = std::path::absolute(view.path())?;
        let state = (
            path,
            view.snapshot().to_owned(),
            self.files,
            view.access().to_json(),
        );
        Ok((reopen, state))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        match self.core(py) {
            Ok(view) => format!(
                "Dataset({:?}, {} samples, {} variants)",
                view.path().display().to_string(),
                view.sample_count(),
                view.info().rows
            ),
            Err(_) => "Dataset(closed)".to_owned(),
        }
    }
}
