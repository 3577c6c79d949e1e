//! Groups of people.

use crate::counts::number;
use crate::error::Failure;
use crate::work::{Cancel, Work, now, queue};
use napi::bindgen_prelude::{AsyncTask, Uint32Array};
use napi_derive::napi;
use std::sync::Arc;
use varidex::{Dataset, KeptGroup};

/// The people that an expression picked. It keeps the state of the dataset it was asked of.
#[napi]
#[derive(Debug, Clone)]
pub struct NativeGroup {
    dataset: Arc<Dataset>,
    kept: KeptGroup,
}

/// Somebody, with the similarity where one was asked for.
#[napi(object, use_nullable = true)]
#[derive(Debug)]
pub struct Ranked {
    /// The id of a person, or the name of a sample of which no person is known.
    pub id: String,
    /// The similarity.
    pub score: Option<f64>,
}

impl NativeGroup {
    pub(crate) fn new(dataset: &Arc<Dataset>, kept: KeptGroup) -> Self {
        Self {
            dataset: Arc::clone(dataset),
            kept,
        }
    }

    pub(crate) fn kept(&self) -> &KeptGroup {
        &self.kept
    }

    fn combine(
        &self,
        other: &Self,
        how: fn(&varidex::Group<'_>, &varidex::Group<'_>) -> varidex::Result<KeptGroup>,
    ) -> napi::Result<Self> {
        now(|| {
            let this = self.dataset.group(&self.kept)?;
            let other = self.dataset.group(&other.kept)?;
            Ok(Self::new(&self.dataset, how(&this, &other)?))
        })
    }
}

fn ids(group: &NativeGroup) -> Result<Vec<String>, Failure> {
    let ids = group.dataset.group(&group.kept)?.ids()?;
    Ok(ids.into_iter().map(str::to_owned).collect())
}

#[napi]
impl NativeGroup {
    #[napi(getter)]
    pub fn count(&self) -> i64 {
        number(self.kept.count())
    }

    #[napi(getter)]
    pub fn label(&self) -> &str {
        self.kept.label()
    }

    #[napi(getter)]
    pub fn notes(&self) -> Vec<String> {
        self.kept.notes()
    }

    #[napi(getter)]
    pub fn snapshot(&self) -> &str {
        self.kept.snapshot()
    }

    #[napi(ts_return_type = "Promise<Array<string>>")]
    pub fn ids(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Vec<String>>> {
        let group = self.clone();
        queue(cancel, move |_| ids(&group))
    }

    #[napi]
    pub fn ids_sync(&self) -> napi::Result<Vec<String>> {
        now(|| ids(self))
    }

    #[napi(ts_return_type = "Promise<Array<Ranked>>")]
    pub fn ranked(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Vec<Ranked>>> {
        let group = self.clone();
        queue(cancel, move |_| {
            let ranked = group.dataset.group(&group.kept)?.ranked()?.into_iter();
            let owned = ranked.map(|(id, score)| Ranked {
                id: id.to_owned(),
                score,
            });
            Ok(owned.collect())
        })
    }

    #[napi]
    pub fn has(&self, id: String) -> napi::Result<bool> {
        now(|| Ok(self.dataset.group(&self.kept)?.contains(&id)?))
    }

    #[napi]
    pub fn same_as(&self, other: &NativeGroup) -> bool {
        self.kept == other.kept
    }

    /// Numbers of their samples.
    #[napi]
    pub fn samples(&self) -> Uint32Array {
        Uint32Array::new(self.kept.samples().iter().collect())
    }

    #[napi]
    pub fn and(&self, other: &NativeGroup) -> napi::Result<NativeGroup> {
        self.combine(other, |a, b| Ok(a.and(b)?.keep()))
    }

    #[napi]
    pub fn or(&self, other: &NativeGroup) -> napi::Result<NativeGroup> {
        self.combine(other, |a, b| Ok(a.or(b)?.keep()))
    }

    #[napi]
    pub fn without(&self, other: &NativeGroup) -> napi::Result<NativeGroup> {
        self.combine(other, |a, b| Ok(a.without(b)?.keep()))
    }

    #[napi]
    pub fn xor(&self, other: &NativeGroup) -> napi::Result<NativeGroup> {
        self.combine(other, |a, b| Ok(a.either_but_not_both(b)?.keep()))
    }

    #[napi]
    pub fn others(&self) -> napi::Result<NativeGroup> {
        now(|| {
            let others = self.dataset.group(&self.kept)?.others()?.keep();
            Ok(Self::new(&self.dataset, others))
        })
    }
}
