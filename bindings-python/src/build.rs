//! Building datasets, and loading people into them.

use crate::arguments::{Keywords, OneOrMany, Paths, Size, list};
use crate::dataset::Dataset;
use crate::error::raise;
use crate::interrupt::Signals;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use varidex::{
    BuildOptions, PeopleOptions, PeopleReport, Progress, Refused, Report, Result, Stop,
    UnknownAnnotation, UnknownAssembly, Warned, interruptible,
};
use varidex_simulate::{Format, Options};

/// Between two calls of a progress callback.
const PACE: Duration = Duration::from_millis(100);

/// Reports to a callback how far something is, and asks whether to go on.
pub(crate) struct Reporter(Option<Py<PyAny>>);

impl Reporter {
    /// `progress` is a callback, True for a bar, or nothing.
    pub(crate) fn new(
        py: Python<'_>,
        progress: Option<Bound<'_, PyAny>>,
        unit: &str,
    ) -> PyResult<Self> {
        let Some(progress) = progress else {
            return Ok(Self(None));
        };
        let callback = py
            .import("varidex._progress")?
            .call_method1("callback", (progress, unit))?;
        Ok(Self((!callback.is_none()).then(|| callback.unbind())))
    }

    /// Runs work without the GIL that says now and then how much is done, of how much, and what it is
    /// that is done. It must stop where that gives false.
    pub(crate) fn run<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut (dyn FnMut(u64, Option<u64>, &str) -> bool + Send)) -> Result<T> + Send,
    ) -> PyResult<T> {
        let signals = Arc::new(Signals::new());
        let asked = Arc::clone(&signals);
        let stop: Stop = Arc::new(move || asked.stop());
        let callback = self.0.as_ref().map(|callback| callback.clone_ref(py));
        let (mut last, mut last_what) = (None::<Instant>, String::new());
        let mut advance = |done: u64, total: Option<u64>, what: &str| {
            let Some(callback) = &callback else {
                return !signals.stop();
            };
            if what == last_what && last.is_some_and(|last| last.elapsed() < PACE) {
                return true;
            }
            last = Some(Instant::now());
            what.clone_into(&mut last_what);
            let answer = Python::try_attach(|py| {
                py.check_signals()?;
                // only what is false stops, not the None of a callback without an answer
                let answer = callback.bind(py).call1((done, total, what))?;
                Ok::<_, PyErr>(!answer.is(pyo3::types::PyBool::new(py, false)))
            });
            match answer {
                Some(Ok(go_on)) => go_on,
                Some(Err(error)) => {
                    signals.keep(error);
                    false
                }
                None => false,
            }
        };
        let done = py.detach(|| interruptible(stop, || work(&mut advance)));
        if let Some(callback) = &self.0
            && callback.bind(py).hasattr("close")?
        {
            callback.bind(py).call_method0("close")?;
        }
        done.map_err(|e| signals.raise(py, e))
    }
}

/// Builds a dataset from VCF and BCF files, and opens it.
///
/// `callable` is a BED file of the regions where genotypes of the inputs could be called: who has no record of a variant
/// there is reference, and counts in AN. `callable_table` says it of each sample: a table with the columns sample and
/// callable, which is a BED file relative to the table, or `.`.
///
/// `progress` is True for a bar, or a callback `(done, total, what)` that stops the build by giving
/// False. What was read, stored and refused is in the dataset's `report`. With `force` a dataset that is there is
/// replaced, and `keep` says how many of its states can be opened after, the new one among them.
///
/// >>> varidex.build("cohort/cohort.vcf.gz", "new.vdx").report["stored"]
/// 4884
#[pyfunction]
#[pyo3(
    signature = (inputs, path, *, force = false, progress = None, **options),
    text_signature = "(inputs, path, *, people=None, people_map=None, sample_map=None, sample_tables=None, \
        ontologies=None, genes=None, pad=0, annotations='auto', info=None, reference=None, assembly=None, min_gq=None, \
        min_dp=None, sex_ploidy=False, callable=None, callable_table=None, sort=False, skip_malformed=False, threads=None, memory=None, keep=1, \
        force=False, progress=None)"
)]
pub(crate) fn build(
    py: Python<'_>,
    inputs: OneOrMany<PathBuf>,
    path: PathBuf,
    force: bool,
    progress: Option<Bound<'_, PyAny>>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Dataset> {
    let options = BuildOptions {
        replace: force,
        ..reading(options)?
    };
    let report = stored(py, progress, |at| {
        varidex::build(&list(Some(inputs)), &path, &options, at)
    })?;
    opened(py, &path, Some(report))
}

/// Adds VCF and BCF files to the dataset in a directory, and opens its new state: new samples, or records of samples
/// that are there over stretches where they have none yet.
///
/// The options of the first build hold and need not be given again; others than those are an error. `people` are added to
/// those that are there. `keep` says how many states can be opened after, the new one among them: `open` with `snapshot`
/// opens those before. Otherwise as `build`. Datasets that are open go on with the state that they opened; `ds.add(...)` is
/// the same.
///
/// >>> varidex.build("cohort/cohort.vcf.gz", "grows.vdx").samples[:2]
/// ['SIM0000001', 'SIM0000002']
/// >>> varidex.add("grows.vdx", "late.vcf", keep=2).samples[-1]
/// 'LATE'
#[pyfunction]
#[pyo3(
    signature = (dataset, inputs, *, progress = None, **options),
    text_signature = "(dataset, inputs, *, people=None, people_map=None, sample_map=None, sample_tables=None, \
        ontologies=None, genes=None, pad=0, annotations='auto', info=None, reference=None, assembly=None, min_gq=None, \
        min_dp=None, sex_ploidy=False, callable=None, callable_table=None, sort=False, skip_malformed=False, threads=None, memory=None, keep=1, \
        progress=None)"
)]
pub(crate) fn add(
    py: Python<'_>,
    dataset: PathBuf,
    inputs: OneOrMany<PathBuf>,
    progress: Option<Bound<'_, PyAny>>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Dataset> {
    let report = added(py, &dataset, inputs, (progress, options))?;
    opened(py, &dataset, Some(report))
}

/// Adds inputs to the dataset in a directory; what was reported.
pub(crate) fn added(
    py: Python<'_>,
    dataset: &Path,
    inputs: OneOrMany<PathBuf>,
    (progress, options): (Option<Bound<'_, PyAny>>, Option<&Bound<'_, PyDict>>),
) -> PyResult<Py<PyAny>> {
    let options = reading(options)?;
    stored(py, progress, |at| {
        varidex::add(&list(Some(inputs)), dataset, &options, at)
    })
}

/// Runs what reads and stores inputs; what was reported.
fn stored(
    py: Python<'_>,
    progress: Option<Bound<'_, PyAny>>,
    work: impl FnOnce(&mut dyn FnMut(&Progress) -> bool) -> Result<Report> + Send,
) -> PyResult<Py<PyAny>> {
    let reporter = Reporter::new(py, progress, "B")?;
    let report = reporter.run(py, |advance| {
        work(&mut |at| advance(at.bytes, at.total, &at.input))
    })?;
    Ok(to_python(py, &report)?.unbind().into_any())
}

/// How inputs are read and stored: the keywords of `build` and `add`.
fn reading(given: Option<&Bound<'_, PyDict>>) -> PyResult<BuildOptions> {
    let mut given = Keywords::of(given)?;
    let usual = BuildOptions::default();
    let assembly = given.take::<String>("assembly")?;
    let assembly = assembly.as_deref().map(str::parse).transpose();
    let annotations = given.take::<String>("annotations")?;
    let annotations = annotations.as_deref().map(str::parse).transpose();
    let options = BuildOptions {
        info: list(given.take("info")?),
        reference: given.take("reference")?,
        assembly: assembly.map_err(|e: UnknownAssembly| PyValueError::new_err(e.to_string()))?,
        genes: list(given.take("genes")?),
        pad: given.take("pad")?.unwrap_or(usual.pad),
        annotations: annotations
            .map_err(|e: UnknownAnnotation| PyValueError::new_err(e.to_string()))?
            .unwrap_or(usual.annotations),
        people: PeopleOptions {
            files: list(given.take("people")?),
            mapping: given.take("people_map")?,
            ontologies: list(given.take("ontologies")?),
            sample_map: given.take("sample_map")?,
            sample_tables: list(given.take("sample_tables")?),
            ..usual.people
        },
        min_gq: given.take("min_gq")?,
        min_dp: given.take("min_dp")?,
        sex_ploidy: given.take("sex_ploidy")?.unwrap_or(usual.sex_ploidy),
        callable: given.take("callable")?,
        callable_table: given.take("callable_table")?,
        sort: given.take("sort")?.unwrap_or(usual.sort),
        skip_malformed: given
            .take("skip_malformed")?
            .unwrap_or(usual.skip_malformed),
        threads: given.take("threads")?,
        memory: given
            .take("memory")?
            .map_or(Ok(usual.memory), Size::bytes)?,
        keep: given.take("keep")?.unwrap_or(usual.keep),
        ..usual
    };
    given.end()?;
    Ok(options)
}

/// Loads people into a dataset, in the place of those that are there, and opens its new state.
///
/// `people` are Phenopackets, Beacon individuals, tables or pedigrees, or folders of them. What was read
/// and refused is in the dataset's `report`. `memory` is what to take at most, about, beside some for each
/// person: bytes, or a text as "512M". `keep` says how many states can be opened after, the new one among them.
#[pyfunction]
#[pyo3(signature = (
    path, people = None, *, people_map = None, sample_map = None, sample_tables = None, ontologies = None,
    memory = None, keep = 1, progress = None
))]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn load_people(
    py: Python<'_>,
    path: PathBuf,
    people: Paths,
    people_map: Option<PathBuf>,
    sample_map: Option<PathBuf>,
    sample_tables: Paths,
    ontologies: Paths,
    memory: Option<Size>,
    keep: u32,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Dataset> {
    let usual = PeopleOptions::default();
    let options = PeopleOptions {
        files: list(people),
        mapping: people_map,
        ontologies: list(ontologies),
        sample_map,
        sample_tables: list(sample_tables),
        memory: memory.map_or(Ok(usual.memory), Size::bytes)?,
        keep,
    };
    let reporter = Reporter::new(py, progress, "steps")?;
    let report = reporter.run(py, |advance| {
        let (mut steps, mut step) = (0, String::new());
        varidex::load_people(&path, &options, &mut |what| {
            // a step is reported as long as it takes
            if step != what {
                steps += 1;
                what.clone_into(&mut step);
            }
            advance(steps, None, what)
        })
    })?;
    opened(
        py,
        &path,
        Some(people_to_python(py, &report)?.unbind().into_any()),
    )
}

fn opened(py: Python<'_>, path: &PathBuf, report: Option<Py<PyAny>>) -> PyResult<Dataset> {
    let dataset = py.detach(|| varidex::Dataset::open(path));
    let dataset = dataset.map_err(|e| raise(py, e))?;
    Ok(Dataset::new(dataset, true, report))
}

/// Writes a synthetic cohort into a directory, with the true answers beside it; gives the paths. With
/// `people` also what is recorded of them, an ontology to ask for it, genes, families, and, by
/// default, consequences in the genotype file.
///
/// >>> sorted(varidex.simulate("other", samples=100, variants=200))
/// ['genotypes', 'samples', 'truth']
#[pyfunction]
#[pyo3(signature = (
    directory, *, samples = 1000, variants = 5000, seed = 1, format = "vcf.gz", contig = None,
    people = false, annotations = None, trios = None, force = false, progress = None
))]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn simulate<'py>(
    py: Python<'py>,
    directory: PathBuf,
    samples: usize,
    variants: usize,
    seed: u64,
    format: &str,
    contig: Option<String>,
    people: bool,
    annotations: Option<bool>,
    trios: Option<usize>,
    force: bool,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let usual = Options::default();
    let options = Options {
        samples,
        variants,
        seed,
        format: match format {
            "vcf" => Format::Vcf,
            "vcf.gz" => Format::VcfGz,
            "bcf" => Format::Bcf,
            other => {
                let message = format!("format {other:?}: expected vcf, vcf.gz or bcf");
                return Err(PyValueError::new_err(message));
            }
        },
        contig: contig.unwrap_or(usual.contig),
        annotations: annotations.unwrap_or(people),
        people,
        trios,
        overwrite: force,
        ..Options::default()
    };
    let reporter = Reporter::new(py, progress, "variants")?;
    let what = format!("simulating {samples} people");
    let summary = reporter.run(py, |advance| {
        varidex_simulate::simulate(&options, &directory, &mut |done, total| {
            advance(done, Some(total), &what)
        })
    })?;
    let paths = PyDict::new(py);
    paths.set_item("genotypes", summary.genotypes)?;
    paths.set_item("truth", summary.truth)?;
    paths.set_item("samples", summary.people)?;
    for (path, _) in summary.more {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = match name.unwrap_or_default() {
            "genes.gff3.gz" => "genes",
            "people.ndjson" => "people",
            "populations.tsv" => "populations",
            "terms.obo" => "terms",
            "diseases.hpoa" => "diseases",
            "truth.json" => "answers",
            "family.ped" => "families",
            "de_novo.tsv" => "de_novo",
            other => other,
        };
        paths.set_item(name, &path)?;
    }
    Ok(paths)
}

/// What a build reports.
fn to_python<'py>(py: Python<'py>, report: &Report) -> PyResult<Bound<'py, PyDict>> {
    let shown = PyDict::new(py);
    for (name, count) in [
        ("records", report.records),
        ("stored", report.stored),
        ("refused", report.refused_count()),
        ("rows", report.rows),
        ("genotypes", report.genotypes),
        ("samples", report.samples),
        ("contigs", report.contigs),
        ("bytes", report.bytes),
    ] {
        shown.set_item(name, count)?;
    }
    let people = report.people.as_ref();
    let people = people
        .map(|people| people_to_python(py, people))
        .transpose();
    shown.set_item("people", people?)?;
    let annotations = PyDict::new(py);
    if let Some(known) = &report.annotations {
        annotations.set_item("annotator", known.annotator.name())?;
        annotations.set_item("read", known.read)?;
        annotations.set_item("stored", known.stored)?;
        annotations.set_item("refused", known.refused_count())?;
        annotations.set_item("reasons", warnings(py, &known.refused)?)?;
        shown.set_item("annotations", annotations)?;
    } else {
        shown.set_item("annotations", py.None())?;
    }
    let sex_ploidy = report.sex_ploidy.as_ref().map(|changed| {
        let dict = PyDict::new(py);
        dict.set_item("males", changed.males)?;
        dict.set_item("females", changed.females)?;
        dict.set_item("others", changed.others)?;
        dict.set_item("haploid", changed.haploid)?;
        dict.set_item("missing", changed.missing_count())?;
        dict.set_item("reasons", reasons(py, &changed.missing)?)?;
        Ok::<_, PyErr>(dict)
    });
    shown.set_item("sex_ploidy", sex_ploidy.transpose()?)?;
    shown.set_item("snapshot", &report.snapshot)?;
    shown.set_item("seconds", report.seconds)?;
    shown.set_item("reasons", reasons(py, &report.refused)?)?;
    shown.set_item("warnings", warnings(py, &report.warnings)?)?;
    Ok(shown)
}

/// What was refused, by reason.
fn reasons<'py>(py: Python<'py>, refused: &[Refused]) -> PyResult<Bound<'py, PyList>> {
    let reasons = PyList::empty(py);
    for refused in refused {
        let reason = PyDict::new(py);
        reason.set_item("expected", &refused.expected)?;
        reason.set_item("count", refused.count)?;
        reason.set_item("places", &refused.places)?;
        reasons.append(reason)?;
    }
    Ok(reasons)
}

/// Oddities by kind.
fn warnings<'py>(py: Python<'py>, warned: &[Warned]) -> PyResult<Bound<'py, PyList>> {
    let warnings = PyList::empty(py);
    for warned in warned {
        let warning = PyDict::new(py);
        warning.set_item("what", &warned.what)?;
        warning.set_item("count", warned.count)?;
        warning.set_item("first", &warned.first)?;
        warnings.append(warning)?;
    }
    Ok(warnings)
}

/// What loading people reports.
fn people_to_python<'py>(py: Python<'py>, report: &PeopleReport) -> PyResult<Bound<'py, PyDict>> {
    let shown = PyDict::new(py);
    for (name, count) in [
        ("read", report.read),
        ("people", report.people),
        ("merged", report.merged),
        ("refused", report.refused),
        ("samples_without_person", report.samples_without_person),
        ("people_without_sample", report.people_without_sample),
        ("unknown_terms", report.unknown_terms),
    ] {
        shown.set_item(name, count)?;
    }
    shown.set_item("refusals", &report.refusals)?;
    shown.set_item("warnings", &report.warnings)?;
    shown.set_item("snapshot", &report.snapshot)?;
    Ok(shown)
}
