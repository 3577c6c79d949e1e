//! An open dataset.

use crate::counts::number;
use crate::error::Failure;
use crate::explain::Explanation;
use crate::group::NativeGroup;
use crate::work::{Cancel, Work, now, queue};
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use std::sync::{Mutex, PoisonError};
use varidex::{Dataset, Error, LocalFiles, Scope, View};

/// An open dataset. Work that has begun keeps it until it is done, whoever closes it meanwhile.
#[napi]
#[derive(Debug)]
pub struct NativeDataset {
    open: Mutex<Option<View>>,
}

/// A contig with rows.
#[napi(object)]
#[derive(Debug)]
pub struct ContigRows {
    pub name: String,
    pub rows: i64,
}

/// An INFO key that was kept.
#[napi(object)]
#[derive(Debug)]
pub struct InfoKey {
    pub key: String,
    /// Its type, as the header of a VCF has it.
    pub r#type: String,
}

/// What a dataset holds.
#[napi(object, use_nullable = true)]
#[derive(Debug)]
pub struct Info {
    /// The directory.
    pub path: String,
    /// Names the state that was opened: equal ids, equal answers.
    pub snapshot: String,
    /// The assembly, where it is known.
    pub assembly: Option<String>,
    /// Whether genotypes on X and Y go by sex: a build's `sexPloidy`.
    pub sex_ploidy: bool,
    /// Samples.
    pub samples: i64,
    /// People of whom something is known.
    pub people: i64,
    /// What was recorded of them.
    pub people_records: i64,
    /// Terms of ontologies.
    pub terms: i64,
    /// Genes.
    pub genes: i64,
    /// Bases on both sides of each gene that count as the gene's.
    pub pad: i64,
    /// Which annotations the rows have: `csq`, `ann` or `bcsq`; null without.
    pub annotations: Option<String>,
    /// VCF records; absent where somebody may not be seen, for of whom a record is, only its rows say.
    pub records: Option<i64>,
    /// Rows: one for each ALT of each record.
    pub rows: i64,
    /// Segments.
    pub segments: i64,
    /// Bytes of all files.
    pub bytes: i64,
    /// Contigs with rows.
    pub contigs: Vec<ContigRows>,
    /// INFO keys kept.
    pub info: Vec<InfoKey>,
    /// Free attributes of individuals.
    pub individual_attributes: Vec<AttributeCount>,
    /// Attributes of samples.
    pub sample_attributes: Vec<AttributeCount>,
}

/// An attribute, and how many individuals or samples have a value of it.
#[napi(object)]
#[derive(Debug)]
pub struct AttributeCount {
    pub name: String,
    /// `text`, `number`, `date`, `age` or `code`.
    pub r#type: String,
    pub count: i64,
}

fn attributes(counts: Vec<varidex::AttributeCount>) -> Vec<AttributeCount> {
    let shown = counts.into_iter().map(|of| AttributeCount {
        name: of.name,
        r#type: of.kind.name().to_owned(),
        count: number(of.count),
    });
    shown.collect()
}

/// What a kind of section takes in all segments together.
#[napi(object)]
#[derive(Debug)]
pub struct SectionSize {
    pub name: String,
    pub bytes: i64,
}

/// People with one value of each field.
#[napi(object, use_nullable = true)]
#[derive(Debug)]
pub struct PeopleCount {
    /// One for each field; null where nothing is known.
    pub values: Vec<Option<String>>,
    pub people: i64,
}

/// People of whom a term is recorded, or a more special one.
#[napi(object)]
#[derive(Debug)]
pub struct TermCount {
    pub id: String,
    /// Empty where there is none.
    pub label: String,
    pub people: i64,
}

impl NativeDataset {
    pub(crate) fn of(view: View) -> Self {
        Self {
            open: Mutex::new(Some(view)),
        }
    }

    pub(crate) fn held(&self) -> Result<View, Failure> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let view = open.as_ref().ok_or(Failure::Closed("dataset"))?;
        // each question is asked of who has not withdrawn when it is asked
        Ok(view.renew()?)
    }

    /// Does something with the dataset on the pool.
    pub(crate) fn queue<T>(
        &self,
        cancel: Option<&Cancel>,
        run: impl FnOnce(&View, &crate::work::Stop) -> Result<T, Failure> + Send + 'static,
    ) -> AsyncTask<Work<T>>
    where
        T: napi::bindgen_prelude::ToNapiValue + napi::bindgen_prelude::TypeName + Send + 'static,
    {
        let held = self.held();
        queue(cancel, move |stop| run(&held?, stop))
    }
}

/// With `files` expressions may name files, which are read by the rights of this process.
fn opened(path: &str, files: bool, snapshot: Option<&str>) -> Result<NativeDataset, Failure> {
    let dataset = match snapshot {
        Some(id) => Dataset::open_snapshot(path, id)?,
        None => Dataset::open(path)?,
    };
    let dataset = match files {
        true => dataset.with_loader(LocalFiles::new()),
        false => dataset,
    };
    Ok(NativeDataset::of(dataset.view()))
}

fn asked(view: &View, who: &str) -> Result<NativeGroup, Failure> {
    Ok(NativeGroup(view.ask(who)?))
}

/// Opens a dataset, or an earlier state of it.
#[napi(ts_return_type = "Promise<NativeDataset>")]
pub fn open(
    path: String,
    files: bool,
    snapshot: Option<String>,
    cancel: Option<&Cancel>,
) -> AsyncTask<Work<NativeDataset>> {
    queue(cancel, move |_| opened(&path, files, snapshot.as_deref()))
}

/// Opens a dataset here and now.
#[napi]
pub fn open_sync(
    path: String,
    files: bool,
    snapshot: Option<String>,
) -> napi::Result<NativeDataset> {
    now(|| opened(&path, files, snapshot.as_deref()))
}

#[napi]
impl NativeDataset {
    /// Gives the dataset back; a second time does nothing.
    #[napi]
    pub fn close(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        *open = None;
    }

    /// The directory.
    #[napi(getter)]
    pub fn path(&self) -> napi::Result<String> {
        now(|| Ok(self.held()?.path().display().to_string()))
    }

    /// Names the state that was opened.
    #[napi(getter)]
    pub fn snapshot(&self) -> napi::Result<String> {
        now(|| Ok(self.held()?.snapshot().to_owned()))
    }

    #[napi(getter)]
    pub fn closed(&self) -> bool {
        self.held().is_err()
    }

    #[napi]
    pub fn info(&self) -> napi::Result<Info> {
        now(|| {
            let view = self.held()?;
            let info = view.info();
            let contigs = info.contigs.into_iter().map(|(name, rows)| ContigRows {
                name,
                rows: number(rows),
            });
            let keys = info.info_keys.into_iter();
            Ok(Info {
                path: info.path.display().to_string(),
                snapshot: info.snapshot,
                assembly: info.assembly.map(|assembly| assembly.name().to_owned()),
                sex_ploidy: info.sex_ploidy,
                samples: number(info.samples),
                people: number(info.people),
                people_records: number(info.people_records),
                terms: number(info.terms),
                genes: number(info.genes.0),
                pad: info.genes.1.into(),
                annotations: info.annotations,
                records: info.records.map(number),
                rows: number(info.rows),
                segments: number(info.segments),
                bytes: number(info.bytes),
                contigs: contigs.collect(),
                info: keys.map(|(key, r#type)| InfoKey { key, r#type }).collect(),
                individual_attributes: attributes(view.individual_attributes()?),
                sample_attributes: attributes(view.sample_attributes()?),
            })
        })
    }

    #[napi(ts_return_type = "Promise<Array<SectionSize>>")]
    pub fn sections(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Vec<SectionSize>>> {
        self.queue(cancel, |view, _| {
            let sizes = view
                .dataset()
                .section_sizes()?
                .into_iter()
                .map(|size| SectionSize {
                    name: size.name,
                    bytes: number(size.bytes),
                });
            Ok(sizes.collect())
        })
    }

    #[napi(ts_return_type = "Promise<void>")]
    pub fn verify(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<()>> {
        self.queue(cancel, |view, _| Ok(view.dataset().verify()?))
    }

    #[napi(ts_return_type = "Promise<Array<string>>")]
    pub fn samples(&self, cancel: Option<&Cancel>) -> AsyncTask<Work<Vec<String>>> {
        self.queue(cancel, |view, _| {
            Ok(view.sample_names()?.map(str::to_owned).collect())
        })
    }

    #[napi(ts_return_type = "Promise<NativeGroup>")]
    pub fn ask(&self, who: String, cancel: Option<&Cancel>) -> AsyncTask<Work<NativeGroup>> {
        self.queue(cancel, move |view, _| asked(view, &who))
    }

    #[napi]
    pub fn ask_sync(&self, who: String) -> napi::Result<NativeGroup> {
        now(|| asked(&self.held()?, &who))
    }

    /// The people with these ids.
    #[napi(ts_return_type = "Promise<NativeGroup>")]
    pub fn group(&self, ids: Vec<String>, cancel: Option<&Cancel>) -> AsyncTask<Work<NativeGroup>> {
        self.queue(cancel, move |view, _| Ok(NativeGroup(view.group(ids)?)))
    }

    #[napi(ts_return_type = "Promise<Explanation>")]
    pub fn explain(&self, who: String, cancel: Option<&Cancel>) -> AsyncTask<Work<Explanation>> {
        self.queue(cancel, move |view, _| Ok(view.explain(&who)?.into()))
    }

    #[napi(ts_return_type = "Promise<Array<PeopleCount>>")]
    pub fn people_counts(
        &self,
        by: Vec<String>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<Vec<PeopleCount>>> {
        self.queue(cancel, move |view, _| {
            let counts = view.people_counts(&view.by(&by)?)?.into_iter();
            let counts = counts.map(|count| PeopleCount {
                values: count.values,
                people: number(count.people),
            });
            Ok(counts.collect())
        })
    }

    #[napi(ts_return_type = "Promise<Array<TermCount>>")]
    pub fn term_counts(
        &self,
        scope: Option<String>,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<Work<Vec<TermCount>>> {
        self.queue(cancel, move |view, _| {
            let parse = |name: String| {
                let wrong = |known| Error::Usage(format!("a scope is {known}; not {name:?}"));
                name.parse::<Scope>().map_err(wrong)
            };
            let scope = scope.map(parse).transpose()?;
            let counts = view.term_counts(scope)?.into_iter();
            let counts = counts.map(|count| TermCount {
                id: count.id,
                label: count.label,
                people: number(count.people),
            });
            Ok(counts.collect())
        })
    }
}
