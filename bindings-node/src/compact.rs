//! Merging segments, and erasing people.

use crate::progress::{Progress, Reporter};
use crate::work::{Cancel, Work, queue};
use napi::bindgen_prelude::{AsyncTask, Function};
use napi_derive::napi;
use varidex::CompactOptions;

/// How segments are merged.
#[napi(object)]
pub struct CompactSettings {
    /// Whether whoever withdrew is taken out for good.
    pub erase: bool,
    /// So many states can be opened after.
    pub keep: Option<u32>,
    /// Worker threads.
    pub threads: Option<u32>,
    /// Bytes.
    pub memory: Option<f64>,
}

/// Merges segments of a dataset; the report is JSON.
#[napi(ts_return_type = "Promise<string>")]
pub fn compact(
    dataset: String,
    settings: CompactSettings,
    progress: Option<Function<'_, Progress, ()>>,
    cancel: Option<&Cancel>,
) -> napi::Result<AsyncTask<Work<String>>> {
    let mut reporter = Reporter::new(progress)?;
    Ok(queue(cancel, move |stop| {
        let usual = CompactOptions::default();
        let options = CompactOptions {
            threads: settings.threads.map(|threads| threads as usize),
            memory: settings.memory.map_or(usual.memory, |bytes| bytes as u64),
            erase: settings.erase,
            keep: settings.keep.unwrap_or(usual.keep),
        };
        let report = varidex::compact(dataset, &options, &mut |at| {
            reporter.report(stop, &at.input, at.records, None)
        })?;
        Ok(report.to_json())
    }))
}
