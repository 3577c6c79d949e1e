//! Groups of people.

use crate::counts::number;
use crate::error::Failure;
use crate::work::{Cancel, Work, now, queue};
use napi::bindgen_prelude::{AsyncTask, Uint32Array};
use napi_derive::napi;
use varidex::Group;

/// The people that an expression picked. It keeps the state of the dataset it was asked of.
#[napi]
#[derive(Debug, Clone)]
pub struct NativeGroup(pub(crate) Group);

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
    fn combine(
        &self,
        other: &Self,
        how: fn(&Group, &Group) -> varidex::Result<Group>,
    ) -> napi::Result<Self> {
        now(|| Ok(Self(how(&self.0, &other.0)?)))
    }
}

fn ids(group: &Group) -> Result<Vec<String>, Failure> {
    Ok(group.ids()?.into_iter().map(str::to_owned).collect())
}

#[napi]
impl NativeGroup {
    #[napi(getter)]
    pub fn count(&self) -> i64 {
        number(self.0.count())
    }

    #[napi(getter)]
    pub fn label(&self) -> &str {
        self.0.label()
    }

    #[napi(getter)]
    pub fn notes(&self) -> Vec<String> {
        self.0.notes()
    }

    #[napi(getter)]
    pub fn snapshot(&self) -> &str {
        self.0.snapshot()
    }

    #[napi(ts_return_type = "Promise<Array<string>>")]
    pub fn ids(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Vec<String>>> {
        let group = self.0.clone();
        queue(cancel, move |_| ids(&group))
    }

    #[napi]
    pub fn ids_sync(&self) -> napi::Result<Vec<String>> {
        now(|| ids(&self.0))
    }

    #[napi(ts_return_type = "Promise<Array<Ranked>>")]
    pub fn ranked(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Vec<Ranked>>> {
        let group = self.0.clone();
        queue(cancel, move |_| {
            let ranked = group.ranked()?.into_iter();
            let owned = ranked.map(|(id, score)| Ranked {
                id: id.to_owned(),
                score,
            });
            Ok(owned.collect())
        })
    }

    #[napi]
    pub fn has(&self, id: String) -> napi::Result<bool> {
        now(|| Ok(self.0.contains(&id)?))
    }

    #[napi]
    pub fn same_as(&self, other: &NativeGroup) -> bool {
        self.0 == other.0
    }

    /// Whom an expression picks, in the dataset that the group is of.
    #[napi]
    pub fn ask_beside(&self, who: String) -> napi::Result<NativeGroup> {
        now(|| Ok(Self(self.0.view().ask(&who)?)))
    }

    /// Numbers of their samples.
    #[napi]
    pub fn samples(&self) -> Uint32Array {
        Uint32Array::new(self.0.samples().iter().collect())
    }

    #[napi]
    pub fn and(&self, other: &NativeGroup) -> napi::Result<NativeGroup> {
        self.combine(other, Group::intersection)
    }

    #[napi]
    pub fn or(&self, other: &NativeGroup) -> napi::Result<NativeGroup> {
        self.combine(other, Group::union)
    }

    #[napi]
    pub fn difference(&self, other: &NativeGroup) -> napi::Result<NativeGroup> {
        self.combine(other, Group::difference)
    }

    #[napi]
    pub fn xor(&self, other: &NativeGroup) -> napi::Result<NativeGroup> {
        self.combine(other, Group::symmetric_difference)
    }

    #[napi]
    pub fn complement(&self) -> napi::Result<NativeGroup> {
        now(|| Ok(Self(self.0.complement()?)))
    }
}
