//! Back to VCF and BCF.

use crate::counts::number;
use crate::dataset::NativeDataset;
use crate::group::NativeGroup;
use crate::progress::{Progress, Reporter};
use crate::work::{Cancel, Work};
use napi::bindgen_prelude::{AsyncTask, Function};
use napi_derive::napi;
use varidex::{ExportOptions, ExportProgress};

/// What was exported.
#[napi(object)]
#[derive(Debug)]
pub struct ExportSummary {
    /// Records written.
    pub records: i64,
    /// Rows in them: one for each ALT.
    pub rows: i64,
    /// Samples written.
    pub samples: i64,
    /// Bytes written, as stored.
    pub bytes: i64,
    /// Names and values of which characters that cannot stand in such a file were replaced by `_`.
    pub replaced: i64,
}

#[napi]
impl NativeDataset {
    /// Writes variants and genotypes to a file.
    #[napi(ts_return_type = "Promise<ExportSummary>")]
    pub fn export(
        &self,
        of: String,
        to: String,
        group: Option<&NativeGroup>,
        threads: Option<u32>,
        progress: Option<Function<'_, Progress, ()>>,
        cancel: Option<&Cancel>,
    ) -> napi::Result<AsyncTask<Work<ExportSummary>>> {
        let group = group.cloned();
        let mut reporter = Reporter::new(progress)?;
        Ok(self.queue(cancel, move |view, stop| {
            let options = ExportOptions {
                threads: threads.and_then(|n| usize::try_from(n).ok()),
                ..ExportOptions::default()
            };
            let written = view.export(
                &of,
                group.as_ref().map(|group| &group.0),
                &to,
                &options,
                &mut |at: &ExportProgress| reporter.report(stop, "writing", at.rows, None),
            )?;
            Ok(ExportSummary {
                records: number(written.records),
                rows: number(written.rows),
                samples: number(written.samples),
                bytes: number(written.bytes),
                replaced: number(written.replaced),
            })
        }))
    }
}
