//! What happens to a dataset: it grows, and people decide.

use super::Dataset;
use crate::arguments::{Expression, OneOrMany, list};
use crate::build;
use crate::consent;
use crate::error::raise;
use crate::interrupt::run;
use crate::shown::PolicyView;
use crate::table::Table;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use varidex::{Error, QcPolicy};
use varidex_ledger::LedgerAt;

#[pymethods]
impl Dataset {
    /// The dataset as it may be seen for a purpose, under a permit that was approved on a day (a `datetime.date` or
    /// `"2026-03-01"`; today where there is none): whoever decided against that is not seen. It is asked as a dataset is.
    ///
    /// `national_override` sets aside decisions about later permits, never the withdrawal of consent, and `audit` shows what
    /// was known at the end of a day: both are written into the dataset. `qc_policy` is the file of a policy of quality (TOML or
    /// JSON) by which `proof` picks people; with `proof` samples of which it does not hold are not seen at all.
    ///
    /// >>> ds.view(purpose="secondary_use", permit_date="2026-03-01").info()["samples"]
    /// 2000
    #[pyo3(signature = (*, purpose = None, permit_date = None, national_override = false, audit = None, qc_policy = None,
        proof = false))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn view(
        &self,
        py: Python<'_>,
        purpose: Option<&str>,
        permit_date: Option<Bound<'_, PyAny>>,
        national_override: bool,
        audit: Option<Bound<'_, PyAny>>,
        qc_policy: Option<PathBuf>,
        proof: bool,
    ) -> PyResult<Self> {
        let access = consent::access_of(py, purpose, permit_date, national_override, audit)?;
        let view = self.core(py)?;
        if proof && qc_policy.is_none() {
            let message = "proof: expected a qc_policy, found none";
            return Err(PyValueError::new_err(message));
        }
        let view = run(py, || match &qc_policy {
            None => view.dataset().view_for(&access),
            Some(file) => {
                let text = std::fs::read_to_string(file).map_err(|e| Error::io(file, e))?;
                let policy: QcPolicy = text.parse()?;
                let access = match proof {
                    true => access.with_proof(policy.hash()),
                    false => access,
                };
                view.dataset().view_by(&access, &policy)
            }
        })?;
        Ok(Self::of(view, self.files, None))
    }

    /// The same under a policy: it counts, and says whether there is anybody, and nothing that it gives is of one person. A
    /// policy is one of open, controlled, registered, public, rare-match, all-of-us, omop, datashield, pcornet and gdi, or a
    /// dict of rules.
    ///
    /// With the file of a `ledger`, and the file of its secret, it remembers what was asked before, by `asker` (without one:
    /// anybody) of the people that `population` names (without it: the directory of the dataset).
    ///
    /// >>> ds.under_policy({"name": "ours", "granularity": "count", "floor": {"people": 3}}).ask("carriers(22:20003080:TGATTA:T)").count
    /// 3
    #[pyo3(signature = (policy, *, ledger=None, ledger_secret=None, asker=None, population=None))]
    fn under_policy(
        &self,
        py: Python<'_>,
        policy: &Bound<'_, PyAny>,
        ledger: Option<PathBuf>,
        ledger_secret: Option<PathBuf>,
        asker: Option<String>,
        population: Option<String>,
    ) -> PyResult<PolicyView> {
        let view = self.core(py)?;
        let ledger = LedgerAt::given(ledger, ledger_secret, asker, population);
        let ledger = ledger.map_err(|e| raise(py, e))?;
        PolicyView::of(py, &view, policy, ledger.as_ref())
    }

    /// Writes counts of alleles by strata to a file: no sample, no id, and nothing of a person but what the counts that a policy shows
    /// say. `varidex.open_published` opens it. A floor does not hide who is a member: whoever holds a genome can compute that of many sites
    /// together.
    ///
    /// `policy` is a name or a dict of rules; `by` are the fields of strata, `where` picks the variants, `population` names the people (by
    /// default as the dataset), and after `max_age` days the file is refused. With `force` a published file that is there is replaced. Gives
    /// what was published: `sites`, `refused`, `withheld`, `cells`, `strata`, `left_out`, `leaks`, `digest`, `bytes`. Strata of which the members are
    /// further from others than the policy allows are refused, unless `accept` names them.
    ///
    /// >>> ds.publish("counts.vdx", policy="omop", force=True)["strata"]
    /// []
    #[pyo3(signature = (file, *, policy, by = None, r#where = "all", population = None, max_age = 365, accept = None, force = false),
        text_signature = "($self, file, *, policy, by=None, where='all', population=None, max_age=365, accept=None, \
            force=False)")]
    #[expect(
        clippy::too_many_arguments,
        reason = "options of Python are arguments by name"
    )]
    fn publish<'py>(
        &self,
        py: Python<'py>,
        file: PathBuf,
        policy: &Bound<'py, PyAny>,
        by: Option<OneOrMany<String>>,
        r#where: &str,
        population: Option<&str>,
        max_age: u32,
        accept: Option<OneOrMany<String>>,
        force: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let view = self.core(py)?;
        let options = PyDict::new(py);
        options.set_item("policy", policy)?;
        options.set_item("by", list(by))?;
        options.set_item("where", r#where)?;
        options.set_item("population", population)?;
        options.set_item("max_age_days", max_age)?;
        options.set_item("accepted", list(accept))?;
        options.set_item("replace", force)?;
        crate::published::publish(py, &view, file, &options)
    }

    /// What who asks should know: that decisions by purpose are there, and no purpose was named; None most often.
    #[getter]
    fn note(&self, py: Python<'_>) -> PyResult<Option<String>> {
        Ok(self.core(py)?.note().map(str::to_owned))
    }

    /// Withdraws individuals, with all their samples, or samples alone: they are absent from every answer from now on, in
    /// every process, without a rebuild. An id of nobody is an error, and then nothing is recorded.
    ///
    /// With `purposes` they are out of these alone; `from_date` is the first day; with `later_permits` it concerns permits that
    /// are approved from then on. Gives what was recorded.
    #[pyo3(
        signature = (**what),
        text_signature = "($self, *, individuals=(), samples=(), purposes=(), from_date=None, later_permits=False, source='', \
            dry_run=False)"
    )]
    fn withdraw<'py>(
        &self,
        py: Python<'py>,
        what: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        consent::decide(py, self.core(py)?.path(), true, what)
    }

    /// Takes a withdrawal back: see `withdraw`.
    #[pyo3(
        signature = (**what),
        text_signature = "($self, *, individuals=(), samples=(), purposes=(), from_date=None, later_permits=False, source='', \
            dry_run=False)"
    )]
    fn restore<'py>(
        &self,
        py: Python<'py>,
        what: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        consent::decide(py, self.core(py)?.path(), false, what)
    }

    /// Records lists of decisions (tables separated by tabs), and what holds of whoever decided nothing; without arguments,
    /// what is decided today, by purpose.
    ///
    /// `defaults` is such as `{"all": "opt_out", "commercial": "opt_in"}`.
    ///
    /// >>> ds.consent()["decided"]
    /// 0
    #[pyo3(signature = (*lists, defaults = None, hmb_in_strata = None, dry_run = false))]
    fn consent<'py>(
        &self,
        py: Python<'py>,
        lists: Vec<PathBuf>,
        defaults: Option<Bound<'py, PyDict>>,
        hmb_in_strata: Option<bool>,
        dry_run: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let path = self.core(py)?.path().to_owned();
        consent::consent(py, &path, lists, (defaults, hmb_in_strata, dry_run))
    }

    /// Adds VCF and BCF files to the dataset, as `varidex.add` does, and gives its new state, seen as this one is. This one goes on
    /// with the state that it was opened with: close it, or let go of it.
    #[pyo3(
        signature = (inputs, *, progress = None, **options),
        text_signature = "($self, inputs, *, people=None, people_map=None, sample_map=None, sample_tables=None, \
            ontologies=None, genes=None, pad=0, annotations='auto', info=None, reference=None, assembly=None, \
            min_gq=None, min_dp=None, sex_ploidy=False, callable=None, callable_table=None, sort=False, skip_malformed=False, threads=None, memory=None, \
            keep=1, progress=None)"
    )]
    fn add(
        &self,
        py: Python<'_>,
        inputs: OneOrMany<PathBuf>,
        progress: Option<Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let before = self.core(py)?;
        let report = build::added(py, before.path(), inputs, (progress, options))?;
        let view = run(py, || before.dataset().newest()?.view_like(&before))?;
        Ok(Self::of(view, self.files, Some(report)))
    }

    /// Defines a virtual cohort: `cohort:NAME` stands for the expression from now on, in every process, of who may be seen
    /// when it is asked. Gives how many people are in it now. With `pin` it holds in this state of the dataset alone, and is
    /// refused in others.
    ///
    /// >>> ds.define_cohort("pair", "samples(SIM0000001, SIM0000002)")
    /// 2
    /// >>> ds.ask("cohort:pair & carriers(22:20002258:C:T)").count
    /// 1
    /// >>> [(cohort["name"], cohort["count"]) for cohort in ds.cohorts()]
    /// [('pair', 2)]
    /// >>> ds.drop_cohort("pair")
    #[pyo3(signature = (name, expression, *, pin = false))]
    fn define_cohort(
        &self,
        py: Python<'_>,
        name: &str,
        expression: Expression,
        pin: bool,
    ) -> PyResult<u64> {
        let view = self.core(py)?;
        let cohort = run(py, || view.define_cohort(name, &expression.0, pin))?;
        Ok(cohort.count.unwrap_or(0))
    }

    /// The virtual cohorts, with how many people of those who may be seen are in each: None where it cannot be asked, for it
    /// is pinned to another state or names what is not there. `stale` are those that were defined in another state.
    fn cohorts(&self, py: Python<'_>) -> PyResult<Table> {
        let view = self.core(py)?;
        Table::new(py, move || varidex_columns::cohorts(&view))
    }

    /// Forgets a virtual cohort. One that another cohort uses is an error.
    fn drop_cohort(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        let view = self.core(py)?;
        run(py, || view.drop_cohort(name))
    }

    /// The states of the dataset that can be opened, the newest first: `varidex.open` opens one by its `snapshot`.
    ///
    /// >>> ds.snapshots()["rows"]
    /// array([5000])
    fn snapshots(&self, py: Python<'_>) -> PyResult<Table> {
        let view = self.core(py)?;
        Table::new(py, move || varidex_columns::snapshots(view.path()))
    }
}
