//! Answers under a policy.

use crate::arguments::{OneOrMany, as_json_text, list};
use crate::asked::Part;
use crate::error::raise;
use crate::interrupt::run;
use crate::table::Table;
use pyo3::prelude::*;
use pyo3::types::PyString;
use varidex::Policy;
use varidex_ledger::{LedgerAt, note_without};

/// A dataset under a policy: it counts, and says whether there is anybody; nothing that it gives is of one person.
///
/// >>> shown = ds.under_policy("omop")
/// >>> shown.ask("all")
/// ShownPeople(exists=True, count=2000, status='exact')
/// >>> shown.ask("carriers(22:20003080:TGATTA:T)").status
/// 'withheld'
/// >>> len(shown.frequencies("22:20003080:TGATTA:T"))
/// 0
#[pyclass(frozen, module = "varidex")]
pub(crate) struct PolicyView(varidex::PolicyView, Option<String>);

impl PolicyView {
    /// Of a view, under a policy by its name or by a dict of its rules, with what a ledger remembers.
    pub(crate) fn of(
        py: Python<'_>,
        view: &varidex::View,
        policy: &Bound<'_, PyAny>,
        ledger: Option<&LedgerAt>,
    ) -> PyResult<Self> {
        let given = match policy.cast::<PyString>() {
            Ok(name) => name.to_str()?.to_owned(),
            Err(_) => as_json_text(py, policy)?,
        };
        let policy = Policy::given(&given).map_err(|e| raise(py, e))?;
        run(py, || {
            Ok(match ledger {
                Some(ledger) => ledger.under_policy(view, &policy)?,
                None => (view.under_policy(&policy)?, note_without(&policy)),
            })
        })
        .map(|(shown, note)| Self(shown, note))
    }

    /// By the decisions of people as they are now.
    fn now(&self, py: Python<'_>) -> PyResult<varidex::PolicyView> {
        run(py, || self.0.renew())
    }
}

#[pymethods]
impl PolicyView {
    /// The policy, with all its rules.
    #[getter]
    fn policy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        crate::consent::loaded(py, &self.0.policy().to_json())
    }

    /// What who asks should know: that people withdrew since the last question, or that a budget is not kept; None most often.
    #[getter]
    fn note(&self) -> Option<&str> {
        self.1.as_deref()
    }

    /// How many people an expression picks.
    fn ask(&self, py: Python<'_>, who: String) -> PyResult<ShownPeople> {
        let view = self.now(py)?;
        run(py, || view.ask(&who)).map(ShownPeople)
    }

    /// How a question will be answered: of each part what is asked, and how it is found. No number is said.
    fn explain(&self, py: Python<'_>, who: String) -> PyResult<Vec<(String, String)>> {
        let view = self.now(py)?;
        run(py, || view.explain(&who))
    }

    /// How many people have each value of one field, or of two.
    fn people(&self, py: Python<'_>, by: OneOrMany<String>) -> PyResult<Table> {
        let (view, by) = (self.now(py)?, list(Some(by)));
        Table::new(py, move || varidex_columns::shown_people(&view, &by))
    }

    /// Counts of variants, of everybody or of a group, and by one field or two. `status` is exact, rounded or capped, as of the less exact
    /// of `ac` and `an`, or withheld; capped is what a budget of influence leaves, and may be any number away from the truth. Variants of which nothing may be shown are not there. Positions are 1-based.
    #[pyo3(signature = (r#where, *, group = None, by = None, columns = None, offset = 0, limit = None),
        text_signature = "($self, where, *, group=None, by=None, columns=None, offset=0, limit=None)")]
    #[expect(
        clippy::too_many_arguments,
        reason = "options of Python are arguments by name"
    )]
    fn frequencies(
        &self,
        py: Python<'_>,
        r#where: String,
        group: Option<String>,
        by: Option<OneOrMany<String>>,
        columns: Option<OneOrMany<String>>,
        offset: u64,
        limit: Option<u64>,
    ) -> PyResult<Table> {
        let (view, by) = (self.now(py)?, list(by));
        let part = Part::new(columns, offset, limit);
        Table::new(py, move || {
            let table = varidex_columns::shown_frequencies(&view, &r#where, group.as_deref(), &by)?;
            part.of(table)
        })
    }

    /// Whether there is a variant of which anything may be shown; None where that is withheld.
    #[pyo3(signature = (r#where), text_signature = "($self, where)")]
    fn has_variants(&self, py: Python<'_>, r#where: String) -> PyResult<Option<bool>> {
        let view = self.now(py)?;
        run(py, || view.has_variants(&r#where)).map(|known| known.value())
    }

    /// The terms of which it may be shown of how many people they, or something more special, are recorded.
    #[pyo3(signature = (text = None))]
    fn find_terms(&self, py: Python<'_>, text: Option<String>) -> PyResult<Table> {
        let view = self.now(py)?;
        Table::new(py, move || {
            varidex_columns::shown_terms(&view, text.as_deref())
        })
    }

    fn __repr__(&self) -> String {
        format!("<varidex.PolicyView {:?}>", self.0.policy().name)
    }
}

/// How many people there are, as a policy shows it.
#[pyclass(frozen, module = "varidex")]
pub(crate) struct ShownPeople(varidex::ShownPeople);

#[pymethods]
impl ShownPeople {
    /// Whether there is anybody; None where that is withheld.
    #[getter]
    fn exists(&self) -> Option<bool> {
        self.0.exists.value()
    }

    /// How many; None where that is withheld.
    #[getter]
    fn count(&self) -> Option<u64> {
        self.0.count.value()
    }

    /// `exact`, `rounded`, `capped` or `withheld`: of the number, or where a policy shows none, of whether there is anybody. `capped` is
    /// the number of those who may still be counted for this asker, under a budget of influence: others are counted as if they had the other
    /// allele. It may be any number of them away from the truth.
    #[getter]
    fn status(&self) -> &'static str {
        self.0.status()
    }

    fn __repr__(&self) -> String {
        let exists = match self.exists() {
            Some(true) => "True",
            Some(false) => "False",
            None => "None",
        };
        let count = self
            .count()
            .map_or("None".to_owned(), |count| count.to_string());
        format!(
            "ShownPeople(exists={exists}, count={count}, status={:?})",
            self.status()
        )
        .replace('"', "'")
    }
}
