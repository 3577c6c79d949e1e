//! Before anything is read: which samples, contigs and INFO keys the inputs have together.

use super::annotation::Annotated;
use super::contigs::{ContigList, Names, declared};
use super::info::InfoKey;
use super::options::{Annotations, BuildOptions, Phase, Progress};
use crate::dataset::{InfoEntry, Manifest, Members, Publication, overlapping_batches, sharing};
use crate::error::{Error, InputError, Place, Result};
use crate::format::SAMPLES_MAX;
use crate::genome::{Assembly, HeaderContig};
use crate::source::annotation::{Annotator, Layout};
use crate::source::{Header, ReadOptions, Reader};
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Each key is a section of every segment.
const INFO_KEYS_MAX: usize = 1000;

/// An input whose header has been read.
pub(super) struct Input {
    pub(super) source: Source,
    pub(super) reader: Reader,
    pub(super) place: InputSamples,
    pub(super) annotated: Option<Annotated>,
    pub(super) names: Names,
}

/// Where an input comes from.
pub(super) struct Source {
    /// As the user named it.
    pub(super) name: String,
    path: PathBuf,
    /// What came from a stream, where it may have to be read twice.
    copy: Option<File>,
}

/// Where the samples of an input stand in the dataset.
#[derive(Debug, Clone)]
pub(super) struct InputSamples {
    pub(super) batch: u32,
    pub(super) count: u32,
    pub(super) first_sample: u32,
    /// Dataset numbers in ascending order, where they do not follow each other.
    pub(super) numbers: Option<Vec<u32>>,
    /// For each column its place among the numbers, where that is not the column's own.
    pub(super) columns: Option<Vec<u32>>,
}

/// What all inputs have together.
pub(super) struct Plan {
    pub(super) inputs: Vec<Input>,
    pub(super) samples: Arc<[String]>,
    /// Dataset numbers of the samples of each batch, ascending.
    pub(super) batches: Vec<Vec<u32>>,
    pub(super) contigs: ContigList,
    pub(super) keys: Vec<InfoKey>,
    /// Whose annotations are stored.
    pub(super) annotator: Option<Annotator>,
    pub(super) assembly: Option<Assembly>,
    /// Bytes of all inputs; `None` where one is a stream.
    pub(super) total_bytes: Option<u64>,
}

impl Plan {
    pub(super) fn new<P: AsRef<Path>>(
        paths: &[P],
        options: &BuildOptions,
        publication: &Publication,
        progress: &mut dyn FnMut(&Progress) -> bool,
    ) -> Result<Self> {
        if paths.is_empty() {
            return Err(Error::Usage("no input given".to_owned()));
        }
        for (i, key) in options.info.iter().enumerate() {
            if options.info[..i].contains(key) {
                return Err(Error::Usage(format!("INFO {key} is asked for twice")));
            }
        }
        if options.info.len() > INFO_KEYS_MAX {
            return Err(Error::Usage(format!(
                "at most {INFO_KEYS_MAX} INFO keys can be kept"
            )));
        }
        let read = read_options(options);
        let mut plan = Self {
            inputs: Vec::new(),
            samples: Arc::default(),
            batches: Vec::new(),
            contigs: Vec::new(),
            keys: Vec::new(),
            annotator: None,
            assembly: options.assembly,
            total_bytes: Some(0),
        };
        for path in paths {
            let path = path.as_ref();
            let name = path.display().to_string();
            let source = Source {
                copy: match options.sort && is_stream(path, &name) {
                    true => Some(copy_stream(path, &name, publication, progress)?),
                    false => None,
                },
                path: path.to_owned(),
                name: name.clone(),
            };
            let reader = source.open(&read)?;
            let size = reader.progress().total;
            plan.total_bytes = plan.total_bytes.zip(size).map(|(a, b)| a + b);
            plan.guess_assembly(&name, reader.header(), options)?;
            let place = plan.add_samples(&reader.header().samples);
            if plan.samples.len() >= SAMPLES_MAX as usize {
                return Err(Error::from(Box::new(InputError {
                    file: name,
                    place: Place::File,
                    expected: format!("fewer than {SAMPLES_MAX} samples in all inputs"),
                    found: plan.samples.len().to_string(),
                })));
            }
            plan.inputs.push(Input {
                source,
                reader,
                place,
                annotated: None,
                names: Names::default(),
            });
        }
        let mut inputs = std::mem::take(&mut plan.inputs);
        let headers = inputs.iter().map(|input| input.reader.header());
        let (contigs, names) = declared(headers, plan.assembly);
        plan.contigs = contigs;
        for (input, names) in inputs.iter_mut().zip(names) {
            input.names = names;
        }
        for input in &inputs {
            plan.choose_annotator(input.reader.header(), options);
        }
        for (n, input) in inputs.iter_mut().enumerate() {
            let (name, header) = (&input.source.name, input.reader.header());
            input.annotated = plan.annotated(name, header, options, &read)?;
            let fields = input.annotated.as_ref().map_or(&[][..], |a| &a.fields);
            plan.add_keys(name, header, options, fields, n == 0)?;
        }
        plan.inputs = inputs;
        plan.check_annotations(options)?;
        Ok(plan)
    }

    /// Inputs without the annotation that others have.
    pub(super) fn without_annotation(&self) -> Vec<(String, String)> {
        let Some(annotator) = self.annotator else {
            return Vec::new();
        };
        let what = format!(
            "no INFO {}: its rows are without annotations",
            annotator.key()
        );
        let layout = |input: &&Input| input.annotated.as_ref().is_none_or(|a| a.layout.is_none());
        let inputs = self.inputs.iter().filter(layout);
        inputs
            .map(|input| (input.source.name.clone(), what.clone()))
            .collect()
    }

    /// Where it is left to the inputs, the first that declares one decides.
    fn choose_annotator(&mut self, header: &Header, options: &BuildOptions) {
        let declared = |annotator: &Annotator| {
            let mut info = header.info.iter();
            info.any(|known| known.key == annotator.key())
        };
        self.annotator = match options.annotations {
            Annotations::None => None,
            Annotations::Of(annotator) => Some(annotator),
            Annotations::Auto => {
                let known = self.annotator;
                known.or_else(|| Annotator::ALL.into_iter().find(declared))
            }
        };
    }

    /// How the annotation of an input is read; `None` where none is stored so far.
    fn annotated(
        &self,
        file: &str,
        header: &Header,
        options: &BuildOptions,
        read: &ReadOptions,
    ) -> Result<Option<Annotated>> {
        let Some(annotator) = self.annotator else {
            return Ok(None);
        };
        let key = read.info_keys.iter().position(|key| key == annotator.key());
        let declared = header.info.iter().find(|d| d.key == annotator.key());
        let refused = |expected: String, found: String| {
            Error::from(Box::new(InputError {
                file: file.to_owned(),
                place: Place::File,
                expected,
                found,
            }))
        };
        let mut layout = match declared {
            Some(declared) => {
                let layout = Layout::new(annotator, &declared.description);
                Some(layout.ok_or_else(|| {
                    let expected = format!("the fields of INFO {} told", annotator.key());
                    refused(expected, format!("`{}`", declared.description))
                })?)
            }
            None => None,
        };
        let mut kept = 0;
        let mut fields = Vec::new();
        for name in &options.info {
            let plain = header.info.iter().any(|known| known.key == *name);
            let field = Annotator::of_field(name).filter(|(of, _)| *of == annotator && !plain);
            let Some((_, field)) = field else {
                fields.push(None);
                continue;
            };
            fields.push(Some(kept));
            kept += 1;
            if let Some(layout) = &mut layout
                && !layout.keep(field)
            {
                let expected = format!("a field of INFO {} for {name}", annotator.key());
                let known: String = layout.fields().join(", ").chars().take(300).collect();
                return Err(refused(expected, format!("none of this name, but {known}")));
            }
        }
        Ok(Some(Annotated {
            annotator,
            layout,
            key: key.unwrap_or(0) as u16,
            fields,
        }))
    }

    /// What was asked for by name must be there.
    fn check_annotations(&self, options: &BuildOptions) -> Result<()> {
        let told = |input: &Input| {
            let annotated = input.annotated.as_ref();
            annotated.is_some_and(|annotated| annotated.layout.is_some())
        };
        let any = self.inputs.iter().any(told);
        if let Annotations::Of(annotator) = options.annotations
            && !any
        {
            let message = format!("no input declares INFO {}", annotator.key());
            return Err(Error::Usage(message));
        }
        for name in &options.info {
            let of = Annotator::of_field(name);
            let read = any && of.is_some_and(|(annotator, _)| Some(annotator) == self.annotator);
            let declared = |input: &Input| {
                let info = &input.reader.header().info;
                info.iter().any(|known| known.key == *name)
            };
            if of.is_some() && !read && !self.inputs.iter().any(declared) {
                let message = format!("--info {name}: these annotations are not stored");
                return Err(Error::Usage(message));
            }
        }
        Ok(())
    }

    /// Numbers the samples of an input, new ones after those there are.
    fn number_samples(&mut self, names: &Arc<[String]>) -> Vec<u32> {
        // a million names are worth sharing: most often all inputs have the same
        if self.samples.is_empty() {
            self.samples = Arc::clone(names);
        }
        if self.samples == *names {
            return (0..).zip(names.iter()).map(|(n, _)| n).collect();
        }
        let mut numbers: HashMap<&str, u32> =
            self.samples.iter().map(String::as_str).zip(0..).collect();
        let known = numbers.len();
        let mut new = Vec::new();
        let of_column = names
            .iter()
            .map(|name| {
                *numbers.entry(name).or_insert_with(|| {
                    new.push(name.clone());
                    (known + new.len()) as u32 - 1
                })
            })
            .collect();
        if !new.is_empty() {
            self.samples = self.samples.iter().cloned().chain(new).collect();
        }
        of_column
    }

    fn add_samples(&mut self, names: &Arc<[String]>) -> InputSamples {
        let of_column = self.number_samples(names);
        let mut sorted = of_column.clone();
        sorted.sort_unstable();
        let batch = match self.batches.iter().position(|batch| *batch == sorted) {
            Some(batch) => batch,
            None => {
                self.batches.push(sorted.clone());
                self.batches.len() - 1
            }
        };
        let first_sample = sorted.first().copied().unwrap_or(0);
        let follow = (first_sample..).zip(&sorted).all(|(a, &b)| a == b);
        let in_order = of_column == sorted;
        let columns = of_column
            .iter()
            .map(|n| sorted.partition_point(|m| m < n) as u32)
            .collect();
        InputSamples {
            batch: batch as u32,
            count: names.len() as u32,
            first_sample,
            numbers: (!follow).then_some(sorted),
            columns: (!in_order).then_some(columns),
        }
    }

    fn guess_assembly(
        &mut self,
        file: &str,
        header: &Header,
        options: &BuildOptions,
    ) -> Result<()> {
        let contigs = header.contigs.iter().map(|contig| HeaderContig {
            name: &contig.name,
            length: contig.length,
            tag: contig.assembly.as_deref(),
        });
        // a header that names several assemblies is odd, not wrong: then only --assembly decides
        let guessed = Assembly::guess(contigs).ok().flatten();
        match (self.assembly, guessed) {
            (Some(known), Some(other)) if known != other && options.assembly.is_none() => {
                Err(Error::from(Box::new(InputError {
                    file: file.to_owned(),
                    place: Place::File,
                    expected: format!("contigs of {}, as in the inputs before", known.name()),
                    found: format!("contigs of {}", other.name()),
                })))
            }
            _ => {
                self.assembly = self.assembly.or(guessed);
                Ok(())
            }
        }
    }

    fn add_keys(
        &mut self,
        file: &str,
        header: &Header,
        options: &BuildOptions,
        fields: &[Option<usize>],
        first: bool,
    ) -> Result<()> {
        let keys: Vec<InfoKey> = options
            .info
            .iter()
            .enumerate()
            .map(|(k, name)| {
                if fields.get(k).copied().flatten().is_some() {
                    return InfoKey::new(name, Some(("A", "String")));
                }
                let declared = header.info.iter().find(|d| d.key == *name);
                InfoKey::new(name, declared.map(|d| (d.number.as_str(), d.kind.as_str())))
            })
            .collect();
        if first {
            self.keys = keys;
        } else if let Some((a, _)) = self.keys.iter().zip(&keys).find(|(a, b)| a != b) {
            return Err(Error::from(Box::new(InputError {
                file: file.to_owned(),
                place: Place::File,
                expected: format!("INFO {} declared as in the inputs before", a.name),
                found: "another declaration".to_owned(),
            })));
        }
        Ok(())
    }

    /// Two batches may share samples, but not over the same stretch of a contig: a sample would have
    /// two genotypes there.
    pub(super) fn refuse_overlaps(&self, manifest: &Manifest) -> Result<()> {
        let members: Vec<Members<'_>> = self.batches.iter().map(|b| Members::List(b)).collect();
        let numbers: Vec<u32> = (0..).take(members.len()).collect();
        let sharing = sharing(&members);
        let Some((contig, a, b)) = overlapping_batches(&manifest.segments, &numbers, &sharing)
        else {
            return Ok(());
        };
        let shared = members[a as usize].common(&members[b as usize]);
        let shared = shared.map_or("", |sample| &self.samples[sample as usize]);
        Err(Error::from(Box::new(InputError {
            file: self.contigs[contig as usize].0.clone(),
            place: Place::File,
            expected: "each sample in one input only, or in inputs of the same samples".to_owned(),
            found: format!(
                "sample {shared} in two inputs with different samples over the same stretch"
            ),
        })))
    }
}

impl Source {
    /// Opens it once more.
    pub(super) fn reopen(&self, options: &BuildOptions) -> Result<Reader> {
        self.open(&read_options(options))
    }

    fn open(&self, options: &ReadOptions) -> Result<Reader> {
        match &self.copy {
            None => Reader::open(&self.path, options),
            Some(copy) => {
                let copy = copy.try_clone().map_err(|e| Error::io(&self.path, e))?;
                Reader::open_file(copy, &self.name, options)
            }
        }
    }
}

fn read_options(options: &BuildOptions) -> ReadOptions {
    // of an annotation that is looked for, the header tells which it is only when it has been read
    let annotators = match options.annotations {
        Annotations::Auto => &Annotator::ALL[..],
        Annotations::Of(_) | Annotations::None => &[],
    };
    let one = match &options.annotations {
        Annotations::Of(annotator) => Some(annotator),
        _ => None,
    };
    let mut info_keys = options.info.clone();
    for annotator in annotators.iter().chain(one) {
        if !info_keys.iter().any(|key| key == annotator.key()) {
            info_keys.push(annotator.key().to_owned());
        }
    }
    ReadOptions {
        info_keys,
        min_gq: options.min_gq,
        min_dp: options.min_dp,
    }
}

/// Whether an input can be read only once.
fn is_stream(path: &Path, name: &str) -> bool {
    name == "-" || std::fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// Copies a stream to a file that ends with the build.
fn copy_stream(
    path: &Path,
    name: &str,
    publication: &Publication,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<File> {
    let failed = |e| Error::io(path, e);
    let mut input: Box<dyn Read> = match name {
        "-" => Box::new(std::io::stdin()),
        _ => Box::new(File::open(path).map_err(failed)?),
    };
    let mut copy = publication.unnamed()?;
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let len = match input.read(&mut buffer) {
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            len => len.map_err(failed)?,
        };
        if len == 0 {
            return Ok(copy);
        }
        copy.write_all(buffer.get(..len).unwrap_or_default())
            .map_err(|e| Error::io(publication.directory(), e))?;
        bytes += len as u64;
        let input = name.to_owned();
        let told = Progress {
            phase: Phase::Copying,
            input,
            bytes,
            total: None,
            records: 0,
        };
        if !progress(&told) {
            return Err(Error::Cancelled);
        }
    }
}

impl From<&InfoKey> for InfoEntry {
    fn from(key: &InfoKey) -> Self {
        let line = key.to_line();
        let mut fields = line.splitn(3, '\t');
        let mut next = || fields.next().unwrap_or_default().to_owned();
        let (kind, number) = (next(), next());
        Self {
            key: key.name.clone(),
            kind,
            number,
        }
    }
}
