//! Answers under a policy.

use crate::counts::number;
use crate::dataset::NativeDataset;
use crate::error::Failure;
use crate::table::{NativeTable, TablePart};
use crate::work::{Cancel, Work, now, queue};
use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi_derive::napi;
use std::path::PathBuf;
use varidex::{Policy, PolicyView};
use varidex_ledger::{LedgerAt, note_without};

/// A dataset under a policy.
#[napi]
#[derive(Debug)]
pub struct NativePolicyView(PolicyView, Option<String>);

/// Where it is remembered what was asked.
#[napi(object)]
#[derive(Debug)]
pub struct LedgerOptions {
    pub ledger: Option<String>,
    pub ledger_secret: Option<String>,
    pub asker: Option<String>,
    pub population: Option<String>,
}

/// How many people an expression picks, as a policy shows it.
#[napi(object, use_nullable = true)]
#[derive(Debug)]
pub struct ShownPeople {
    /// Whether there is anybody; null where that is withheld.
    pub exists: Option<bool>,
    /// How many; null where that is withheld.
    pub count: Option<i64>,
    /// Of the number, or where a policy shows none, of whether there is anybody.
    #[napi(ts_type = "'exact' | 'rounded' | 'capped' | 'withheld'")]
    pub status: String,
}

impl From<varidex::ShownPeople> for ShownPeople {
    fn from(shown: varidex::ShownPeople) -> Self {
        let status = shown.status();
        Self {
            exists: shown.exists.value(),
            count: shown.count.value().map(number),
            status: status.to_owned(),
        }
    }
}

/// A part of a question, and how it is found.
#[napi(object)]
#[derive(Debug)]
pub struct PlannedPart {
    /// What is asked.
    pub what: String,
    /// How it is found.
    pub how: String,
}

impl NativePolicyView {
    /// Does something with the view on the pool, by the decisions of people as they are then.
    fn queue<T>(
        &self,
        cancel: Option<&Cancel>,
        run: impl FnOnce(&PolicyView) -> Result<T, Failure> + Send + 'static,
    ) -> AsyncTask<Work<T>>
    where
        T: ToNapiValue + TypeName + Send + 'static,
    {
        let view = self.0.clone();
        queue(cancel, move |_| run(&view.renew()?))
    }
}

#[napi]
impl NativeDataset {
    /// The dataset under a policy, by its name or its rules as JSON, with what a ledger remembers.
    #[napi(ts_return_type = "Promise<NativePolicyView>")]
    pub fn under_policy(
        &self,
        policy: String,
        given: LedgerOptions,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<NativePolicyView>> {
        self.queue(cancel, move |view, _| {
            let policy = Policy::given(&policy)?;
            let LedgerOptions {
                ledger,
                ledger_secret,
                asker,
                population,
            } = given;
            let [file, secret] = [ledger, ledger_secret].map(|path| path.map(PathBuf::from));
            let (shown, note) = match LedgerAt::given(file, secret, asker, population)? {
                Some(ledger) => ledger.under_policy(view, &policy)?,
                None => (view.under_policy(&policy)?, note_without(&policy)),
            };
            Ok(NativePolicyView(shown, note))
        })
    }
}

#[napi]
impl NativePolicyView {
    /// What who asks should know.
    #[napi(getter)]
    pub fn note(&self) -> Option<&str> {
        self.1.as_deref()
    }

    /// The policy, as JSON.
    #[napi(getter)]
    pub fn policy(&self) -> String {
        self.0.policy().to_json()
    }

    #[napi(ts_return_type = "Promise<ShownPeople>")]
    pub fn ask(&self, who: String, cancel: Option<&Cancel>) -> AsyncTask<Work<ShownPeople>> {
        self.queue(cancel, move |view| Ok(view.ask(&who)?.into()))
    }

    #[napi]
    pub fn ask_sync(&self, who: String) -> napi::Result<ShownPeople> {
        now(|| Ok(self.0.renew()?.ask(&who)?.into()))
    }

    #[napi(ts_return_type = "Promise<Array<PlannedPart>>")]
    pub fn explain(
        &self,
        who: String,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<Vec<PlannedPart>>> {
        self.queue(cancel, move |view| {
            let parts = view.explain(&who)?.into_iter();
            Ok(parts.map(|(what, how)| PlannedPart { what, how }).collect())
        })
    }

    /// Whether there is a variant of which anything may be shown; null where that is withheld.
    #[napi(ts_return_type = "Promise<boolean | null>")]
    pub fn has_variants(
        &self,
        of: String,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<Option<bool>>> {
        self.queue(cancel, move |view| Ok(view.has_variants(&of)?.value()))
    }

    /// Begins to read how many people have values of fields.
    #[napi(ts_return_type = "Promise<NativeTable>")]
    pub fn people(
        &self,
        by: Vec<String>,
        part: TablePart,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<NativeTable>> {
        self.queue(cancel, move |view| {
            part.of(varidex_columns::shown_people(view, &by)?)
        })
    }

    /// Begins to read counts of variants.
    #[napi(ts_return_type = "Promise<NativeTable>")]
    pub fn frequencies(
        &self,
        of: String,
        group: Option<String>,
        by: Vec<String>,
        part: TablePart,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<NativeTable>> {
        self.queue(cancel, move |view| {
            let group = group.as_deref();
            part.of(varidex_columns::shown_frequencies(view, &of, group, &by)?)
        })
    }

    /// Begins to read terms.
    #[napi(ts_return_type = "Promise<NativeTable>")]
    pub fn find_terms(
        &self,
        text: Option<String>,
        part: TablePart,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<NativeTable>> {
        self.queue(cancel, move |view| {
            part.of(varidex_columns::shown_terms(view, text.as_deref())?)
        })
    }
}
