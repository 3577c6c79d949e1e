//! What people decide, and views by it.

use crate::counts::number;
use crate::dataset::NativeDataset;
use crate::work::{Cancel, Work};
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use varidex::{Access, ConsentOptions, Error, QcPolicy, Withdrawal};

#[napi]
impl NativeDataset {
    /// The dataset as somebody may see it; `access` is JSON, `policy` the file of a policy of quality.
    #[napi(ts_return_type = "Promise<NativeDataset>")]
    pub fn view(
        &self,
        access: String,
        policy: Option<String>,
        proof: bool,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<NativeDataset>> {
        self.queue(cancel, move |view, _| {
            let access = Access::from_json(&access)?;
            let Some(file) = policy else {
                return Ok(Self::of(view.dataset().view_for(&access)?));
            };
            let text = std::fs::read_to_string(&file).map_err(|e| Error::io(&file, e))?;
            let policy: QcPolicy = text.parse()?;
            let access = match proof {
                true => access.with_proof(policy.hash()),
                false => access,
            };
            Ok(Self::of(view.dataset().view_by(&access, &policy)?))
        })
    }

    /// The newest state of the dataset, as this one is seen.
    #[napi(ts_return_type = "Promise<NativeDataset>")]
    pub fn newest(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<NativeDataset>> {
        self.queue(cancel, move |view, _| {
            Ok(Self::of(view.dataset().newest()?.view_like(view)?))
        })
    }

    /// Defines a virtual cohort; how many people are in it.
    #[napi(ts_return_type = "Promise<number>")]
    pub fn define_cohort(
        &self,
        name: String,
        who: String,
        pin: bool,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<i64>> {
        self.queue(cancel, move |view, _| {
            let cohort = view.define_cohort(&name, &who, pin)?;
            Ok(number(cohort.count.unwrap_or(0)))
        })
    }

    /// Forgets a virtual cohort.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn drop_cohort(&self, name: String, cancel: Option<&Cancel>) -> AsyncTask<Work<()>> {
        self.queue(cancel, move |view, _| Ok(view.drop_cohort(&name)?))
    }

    /// What who asks should know of the view.
    #[napi(getter)]
    pub fn note(&self) -> napi::Result<Option<String>> {
        crate::work::now(|| Ok(self.held()?.note().map(str::to_owned)))
    }

    /// Withdraws, or restores; `what` and the report are JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn decide(
        &self,
        withdraws: bool,
        what: String,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<String>> {
        self.queue(cancel, move |view, _| {
            let what = Withdrawal::from_json(&what)?;
            let report = match withdraws {
                true => varidex::withdraw(view.path(), &what)?,
                false => varidex::restore(view.path(), &what)?,
            };
            Ok(report.to_json())
        })
    }

    /// Records lists of decisions; without lists and options what is decided. Options and the report are JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn consent(
        &self,
        lists: Vec<String>,
        options: Option<String>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<String>> {
        self.queue(cancel, move |view, _| match (lists.is_empty(), options) {
            (true, None) => Ok(varidex::consent_summary(view.path())?.to_json()),
            (_, options) => {
                let options = options.as_deref().map(ConsentOptions::from_json);
                let options = options.transpose()?.unwrap_or_default();
                let report = varidex::record_consent(view.path(), &lists, &options)?;
                Ok(report.to_json())
            }
        })
    }
}
