//! A beacon: requests of Beacon 2, answered.

use crate::work::{Cancel, Work, queue};
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi_derive::napi;
use varidex::{Access, Beacon, BeaconMethod, BeaconRequest};

/// An open beacon.
#[napi]
pub struct NativeBeacon(Beacon);

/// What a beacon answers.
#[napi(object)]
pub struct BeaconResponse {
    /// The status of HTTP.
    pub status: u32,
    /// JSON, as it is sent.
    pub body: Buffer,
}

/// Opens the datasets that a configuration names.
#[napi(ts_return_type = "Promise<NativeBeacon>")]
pub fn open_beacon(config: String, cancel: Option<&Cancel>) -> AsyncTask<Work<NativeBeacon>> {
    queue(cancel, move |_| {
        Ok(NativeBeacon(varidex_ledger::open_beacon(&config)?))
    })
}

#[napi]
impl NativeBeacon {
    /// Answers a request: GET without a body, POST with one.
    #[napi(ts_return_type = "Promise<BeaconResponse>")]
    pub fn answer(
        &self,
        path: String,
        query: String,
        body: Option<&[u8]>,
        access: Option<String>,
        asker: Option<String>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<BeaconResponse>> {
        let beacon = self.0.clone();
        // what JavaScript holds may be changed there while another thread reads it
        let body = body.map(<[u8]>::to_vec);
        queue(cancel, move |_| {
            let access = access.as_deref().map(Access::from_json).transpose()?;
            let request = BeaconRequest {
                method: match body {
                    None => BeaconMethod::Get,
                    Some(_) => BeaconMethod::Post,
                },
                path: &path,
                query: &query,
                body: body.as_deref().unwrap_or_default(),
            };
            let answer = beacon.answer_to(&request, access, asker.as_deref());
            Ok(BeaconResponse {
                status: answer.status.into(),
                body: answer.body.into(),
            })
        })
    }
}
