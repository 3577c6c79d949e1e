//! Published counts: written, and asked.

use crate::counts::number;
use crate::dataset::NativeDataset;
use crate::error::Failure;
use crate::table::{NativeTable, TablePart};
use crate::work::{Cancel, Work, now, queue};
use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi_derive::napi;
use varidex::{Error, Position, PublishOptions, Published, StrataGroup};

/// A published file that is open.
#[napi]
#[derive(Debug)]
pub struct NativePublished(Published);

/// Counts of an allele in a union of strata, as they were published.
#[napi(object, use_nullable = true)]
#[derive(Debug)]
pub struct PublishedCounts {
    /// Copies that carry the allele; null where that is withheld.
    pub ac: Option<i64>,
    /// Copies with a known allele; null where that is withheld, or somebody was not looked at.
    pub an: Option<i64>,
    /// ac / an.
    pub af: Option<f64>,
    /// Samples with fewer copies of the allele than their ploidy, and at least one; null where numbers by zygosity are withheld.
    #[napi(js_name = "n_het")]
    pub n_het: Option<i64>,
    /// Samples with two copies or more, all of them the allele.
    #[napi(js_name = "n_hom")]
    pub n_hom: Option<i64>,
    /// Samples with one copy, the allele.
    #[napi(js_name = "n_hemi")]
    pub n_hemi: Option<i64>,
    /// Of the less exact of `ac` and `an`.
    #[napi(ts_type = "'exact' | 'rounded' | 'withheld'")]
    pub status: String,
}

/// Opens a published file.
#[napi(ts_return_type = "Promise<NativePublished>")]
pub fn open_published(path: String, cancel: Option<&Cancel>) -> AsyncTask<Work<NativePublished>> {
    queue(cancel, move |_| {
        Ok(NativePublished(Published::open(&path)?))
    })
}

#[napi]
impl NativeDataset {
    /// Publishes counts by options as JSON; what was published, as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn publish(
        &self,
        file: String,
        options: String,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<String>> {
        self.queue(cancel, move |view, _| {
            let options = PublishOptions::from_json(&options, view)?;
            Ok(varidex::publish(view, &options, &file)?.to_json())
        })
    }
}

impl NativePublished {
    /// Does something with the file on the pool.
    fn queue<T>(
        &self,
        cancel: Option<&Cancel>,
        run: impl FnOnce(&Published) -> Result<T, Failure> + Send + 'static,
    ) -> AsyncTask<Work<T>>
    where
        T: ToNapiValue + TypeName + Send + 'static,
    {
        let file = self.0.clone();
        queue(cancel, move |_| run(&file))
    }
}

#[napi]
impl NativePublished {
    /// What the file says of itself, as JSON.
    #[napi(getter)]
    pub fn info(&self) -> napi::Result<String> {
        now(|| Ok(self.0.info_json()?))
    }

    /// The labels of the strata.
    #[napi(getter)]
    pub fn strata(&self) -> Vec<String> {
        let strata = self.0.strata().iter();
        strata.map(|of| of.label.clone()).collect()
    }

    /// The counts of an allele; null where the file does not have it.
    #[napi(ts_return_type = "Promise<PublishedCounts | null>")]
    pub fn site(
        &self,
        chrom: String,
        pos: i64,
        reference: String,
        alternate: String,
        group: Option<String>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<Option<PublishedCounts>>> {
        self.queue(cancel, move |file| {
            let group = match &group {
                None => StrataGroup::total(),
                Some(labels) => file.group(labels)?,
            };
            let position = Position::from_one_based(pos)
                .ok_or_else(|| Error::Usage(format!("pos: expected a position, found {pos}")))?;
            let site = file.site(&chrom, position, &reference, &alternate)?;
            Ok(site.map(|site| {
                let shown = site.shown(&group);
                PublishedCounts {
                    ac: shown.ac.value().map(number),
                    an: shown.an.value().map(number),
                    af: shown.af(),
                    n_het: shown.n_het.value().map(number),
                    n_hom: shown.n_hom.value().map(number),
                    n_hemi: shown.n_hemi.value().map(number),
                    status: shown.status().to_owned(),
                }
            }))
        })
    }

    /// Begins to read counts of sites.
    #[napi(ts_return_type = "Promise<NativeTable>")]
    pub fn frequencies(
        &self,
        of: String,
        group: Option<String>,
        by: Vec<String>,
        part: TablePart,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<NativeTable>> {
        self.queue(cancel, move |file| {
            let group = group.as_deref();
            part.of(varidex_columns::published_frequencies(
                file, &of, group, &by,
            )?)
        })
    }

    /// Begins to count the alleles of a file.
    #[napi(ts_return_type = "Promise<NativeTable>")]
    pub fn sites(
        &self,
        input: String,
        group: Option<String>,
        by: Vec<String>,
        part: TablePart,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<NativeTable>> {
        self.queue(cancel, move |file| {
            let (table, _) = varidex_columns::published_sites(file, &input, group.as_deref(), &by)?;
            part.of(table)
        })
    }

    /// Checks all of the file.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn verify(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<()>> {
        self.queue(cancel, move |file| Ok(file.verify()?))
    }
}
