//! A beacon: requests of Beacon 2, answered.

use crate::arguments::as_json_text;
use crate::interrupt::run;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use std::path::PathBuf;
use varidex::{Access, BeaconMethod, BeaconRequest};

/// Bytes as they are, text as UTF-8, a dict as JSON.
struct Json(Vec<u8>);

impl<'py> FromPyObject<'_, 'py> for Json {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = given.cast::<PyBytes>() {
            return Ok(Self(bytes.as_bytes().to_vec()));
        }
        if let Ok(text) = given.cast::<PyString>() {
            return Ok(Self(text.to_str()?.as_bytes().to_vec()));
        }
        if given.cast::<PyDict>().is_err() {
            let message = format!(
                "expected JSON, as bytes, text or a dict, found {}",
                given.get_type().name()?
            );
            return Err(PyTypeError::new_err(message));
        }
        let text = as_json_text(given.py(), &given)?;
        Ok(Self(text.into_bytes()))
    }
}

/// A beacon over the datasets that a configuration (TOML) names: requests of Beacon 2 in, responses out.
///
/// There is no server here: a host takes requests from a network, says who asks, and sends what comes back.
/// Any number of threads may ask at once.
///
/// >>> beacon = varidex.Beacon("beacon.toml")
/// >>> found = beacon.answer("/g_variants", query="referenceName=22&start=20000977&referenceBases=G&alternateBases=A")
/// >>> found.status, found.json()["responseSummary"]
/// (200, {'exists': True})
#[pyclass(frozen, module = "varidex")]
pub(crate) struct Beacon(varidex::Beacon);

#[pymethods]
impl Beacon {
    #[new]
    fn new(py: Python<'_>, config: PathBuf) -> PyResult<Self> {
        run(py, || varidex_ledger::open_beacon(&config)).map(Self)
    }

    /// Answers a request: GET without a `body`, POST with one.
    ///
    /// `path` is what stands below the root of the beacon and `query` what stands behind `?`, both as they came,
    /// percent-encoded; `body` is JSON as bytes, text or a dict. `access` is who asks, as the host has found out:
    /// `{"granularity": "count"}`, as a dict or as JSON. Without it the answer says whether there is anything, no more;
    /// nothing in a request raises it. `asker` is whom you take the asker for: a beacon with a ledger has budgets for each.
    ///
    /// What cannot be answered is a response, too, with its status: only a wrong `access` raises.
    ///
    /// >>> beacon = varidex.Beacon("beacon.toml")
    /// >>> asked = {"query": {"requestedGranularity": "count", "filters": [{"id": "HP:9999999"}]}}
    /// >>> beacon.answer("/g_variants", asked, access={"granularity": "count"}).status
    /// 400
    #[pyo3(signature = (path, body = None, *, query = "", access = None, asker = None))]
    fn answer(
        &self,
        py: Python<'_>,
        path: &str,
        body: Option<Json>,
        query: &str,
        access: Option<Json>,
        asker: Option<&str>,
    ) -> PyResult<BeaconResponse> {
        let method = match body {
            None => BeaconMethod::Get,
            Some(_) => BeaconMethod::Post,
        };
        let body = body.map(|json| json.0).unwrap_or_default();
        let answer = run(py, || {
            let read = |json: Json| Access::from_json(&String::from_utf8_lossy(&json.0));
            let access = access.map(read).transpose()?;
            let request = BeaconRequest {
                method,
                path,
                query,
                body: &body,
            };
            Ok(self.0.answer_to(&request, access, asker))
        })?;
        Ok(BeaconResponse {
            status: answer.status,
            body: PyBytes::new(py, &answer.body).unbind(),
        })
    }
}

/// What a beacon answers.
#[pyclass(frozen, module = "varidex")]
pub(crate) struct BeaconResponse {
    /// The status of HTTP.
    #[pyo3(get)]
    status: u16,
    /// JSON, as it is sent.
    #[pyo3(get)]
    body: Py<PyBytes>,
}

#[pymethods]
impl BeaconResponse {
    /// The body as Python's own values.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (&self.body,))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let bytes = self.body.bind(py).len()?;
        Ok(format!("BeaconResponse({}, {bytes} bytes)", self.status))
    }
}
