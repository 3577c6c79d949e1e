//! What is recorded of one individual.

use crate::dataset::NativeDataset;
use crate::work::{Cancel, Work};
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use varidex::{Individual, IndividualFormat};

/// What is recorded of an individual, put together again from what is stored.
#[napi(object)]
#[derive(Debug)]
pub struct IndividualText {
    /// Lines to read, or JSON.
    pub text: String,
    /// What the format has no place for.
    pub no_place: Vec<String>,
    /// What datasets do not store.
    pub not_stored: Vec<String>,
}

#[napi]
impl NativeDataset {
    /// The record of an individual in a format: `text`, `phenopacket` or `beacon`.
    #[napi(ts_return_type = "Promise<IndividualText>")]
    pub fn individual(
        &self,
        id: String,
        format: String,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<IndividualText>> {
        self.queue(cancel, move |view, _| {
            let format: IndividualFormat = format.parse()?;
            let (text, no_place) = view.individual(&id)?.written(format);
            let never = Individual::not_stored().iter();
            Ok(IndividualText {
                text,
                no_place,
                not_stored: never.map(|what| (*what).to_owned()).collect(),
            })
        })
    }
}
