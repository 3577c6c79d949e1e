//! Before anything is read: which samples, contigs and INFO keys the inputs have together.

use super::annotation::Annotated;
use super::contigs::{ContigList, Names, declared};
use super::options::{Annotations, BuildOptions, Phase, Progress};
use super::ploidy::SexPloidy;
use super::samples::{AllSamples, InputSamples};
use super::taken::Taken;
use crate::cohort::Dataset;
use crate::error::{Error, InputError, Place, Result};
use crate::format::SAMPLES_MAX;
use crate::genome::{Assembly, HeaderContig};
use crate::input::annotation::Layout;
use crate::input::{
    ContigLine, Definition, Header, ReadOptions, Reader, Waiting, Workers, read_failed,
};
use crate::model::Annotator;
use crate::model::InfoKey;
use crate::query::nearest;
use crate::store::{InfoEntry, Publication};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod growth;
mod opened;
mod units;
use growth::{annotator_of, contigs_of, samples_of};
use opened::{Opened, open_files};
pub(super) use units::Unit;

/// Inputs that stay open until they are read; those behind are opened again, for there may be more of them
/// than a process may have open files.
const OPEN_MAX: usize = 16;
/// Inputs for each thread of which the headers are read at once.
const AT_ONCE: usize = 16;
/// Each key is a section of every segment.
const INFO_KEYS_MAX: usize = 1000;

/// An input of which the header has been read.
pub(super) struct Input {
    pub(super) source: Source,
    header: Header,
    /// The contigs it declares.
    contigs: Arc<Vec<ContigLine>>,
    /// Where it is still open.
    reader: Option<Reader>,
    pub(super) place: InputSamples,
    pub(super) annotated: Option<Annotated>,
    pub(super) names: Names,
    /// Where its samples have records already.
    pub(super) taken: Taken,
}

/// Where an input comes from.
pub(super) struct Source {
    /// As the user named it.
    pub(super) name: String,
    path: PathBuf,
    /// What came from a stream, where it may have to be read twice.
    copy: Option<File>,
}

/// What all inputs have together.
pub(super) struct Plan {
    pub(super) inputs: Vec<Input>,
    pub(super) samples: AllSamples,
    pub(super) contigs: ContigList,
    pub(super) keys: Vec<InfoKey>,
    /// Which annotations are stored.
    pub(super) annotator: Option<Annotator>,
    pub(super) assembly: Option<Assembly>,
    /// Bytes of all inputs; `None` where one is a stream.
    pub(super) total_bytes: Option<u64>,
    /// How inputs are read.
    pub(super) read: ReadOptions,
    /// The samples of which genotypes on X and Y go by sex.
    pub(super) ploidy: Option<SexPloidy>,
    /// What is added to.
    there: Option<Dataset>,
    /// Whether inputs have samples that are there already.
    inputs_share: bool,
}

impl Plan {
    pub(super) fn new<P: AsRef<Path>>(
        paths: &[P],
        options: &BuildOptions,
        there: Option<&Dataset>,
        publication: &Publication,
        workers: &Workers,
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
        let mut plan = Self {
            inputs: Vec::new(),
            samples: there.map_or_else(|| Ok(AllSamples::default()), samples_of)?,
            contigs: there.map_or_else(Vec::new, contigs_of),
            keys: Vec::new(),
            annotator: there.and_then(annotator_of),
            assembly: options.assembly,
            total_bytes: Some(0),
            read: read_options(options),
            ploidy: None,
            there: there.cloned(),
            inputs_share: false,
        };
        for paths in paths.chunks(AT_ONCE * workers.threads()) {
            let stay_open = OPEN_MAX.saturating_sub(plan.inputs.len());
            let opened = open_files(paths, stay_open, &plan.read, workers);
            for (path, opened) in paths.iter().zip(opened) {
                let opened = match opened {
                    Some(opened) => opened?,
                    None => plan.open_stream(path.as_ref(), options, publication, progress)?,
                };
                plan.add(opened, options)?;
            }
        }
        let mut inputs = std::mem::take(&mut plan.inputs);
        let contigs = inputs.iter().map(|input| &input.contigs[..]);
        let (contigs, names) = declared(std::mem::take(&mut plan.contigs), contigs, plan.assembly);
        plan.contigs = contigs;
        for (input, names) in inputs.iter_mut().zip(names) {
            input.names = names;
        }
        for input in &inputs {
            plan.choose_annotator(&input.header, options);
        }
        for input in &mut inputs {
            let (name, header) = (&input.source.name, &input.header);
            input.annotated = plan.annotated(name, header, options)?;
        }
        plan.inputs = inputs;
        plan.check_annotations(options)?;
        for (k, name) in options.info.iter().enumerate() {
            let key = plan.key(k, name)?;
            plan.keys.push(key);
        }
        Ok(plan)
    }

    /// Opens what can be read only once, or copies it.
    fn open_stream(
        &self,
        path: &Path,
        options: &BuildOptions,
        publication: &Publication,
        progress: &mut dyn FnMut(&Progress) -> bool,
    ) -> Result<Opened> {
        let mut source = Source::of(path);
        // who waits for a stream should know it before the first byte
        if !progress(&started(&source.name, options.sort)) {
            return Err(Error::Cancelled);
        }
        if options.sort {
            source.copy = Some(copy_stream(path, &source.name, publication, progress)?);
        }
        let stays_open = source.copy.is_none() || self.inputs.len() < OPEN_MAX;
        Opened::new(source, &self.read, stays_open)
    }

    /// Adds an input.
    fn add(&mut self, opened: Opened, options: &BuildOptions) -> Result<()> {
        let Opened {
            source,
            header,
            size,
            reader,
        } = opened;
        self.total_bytes = self.total_bytes.zip(size).map(|(a, b)| a + b);
        let before = self.inputs.last().map(|input| &input.contigs);
        if !before.is_some_and(|contigs| Arc::ptr_eq(contigs, &header.contigs)) {
            self.guess_assembly(&source.name, &header, options)?;
            self.check_lengths(&source.name, &header)?;
        }
        let place = self.samples.add(&header.samples);
        let taken = match &self.there {
            Some(there) => Taken::of(there, &place)?,
            None => Taken::default(),
        };
        if self.samples.len() >= SAMPLES_MAX as usize {
            return Err(Error::from(Box::new(InputError {
                file: source.name,
                place: Place::File,
                expected: format!("fewer than {SAMPLES_MAX} samples in all inputs"),
                found: self.samples.len().to_string(),
            })));
        }
        self.inputs_share |= !taken.is_empty();
        let before = self.inputs.last().map(|input| &input.contigs);
        let (header, contigs) = kept(&header, before);
        self.inputs.push(Input {
            source,
            header,
            contigs,
            reader,
            place,
            annotated: None,
            names: Names::default(),
            taken,
        });
        Ok(())
    }

    /// What is odd about annotations: keys that are none, and inputs without the one that others have.
    pub(super) fn annotation_warnings(
        &self,
        options: &BuildOptions,
    ) -> Vec<(String, Place, String)> {
        let mut warnings = Vec::new();
        for input in &self.inputs {
            let (file, header) = (&input.source.name, &input.header);
            for annotator in Annotator::ALL {
                if options.annotations == Annotations::Auto
                    && let Some(declared) = key_of(header, annotator)
                    && Layout::new(&declared.description).is_none()
                {
                    let key = annotator.key();
                    let what = format!(
                        "INFO {key} is described without the fields of an annotation: not taken for one"
                    );
                    warnings.push((file.clone(), Place::Line(declared.line), what));
                }
            }
            let layout = input.annotated.as_ref().map(|a| a.layout.is_some());
            if layout == Some(false)
                && let Some(annotator) = self.annotator
            {
                let what = format!(
                    "no annotation in INFO {}: its rows are without",
                    annotator.key()
                );
                warnings.push((file.clone(), Place::File, what));
            }
        }
        warnings
    }

    /// Where it is left to the inputs, the first that describes one decides.
    fn choose_annotator(&mut self, header: &Header, options: &BuildOptions) {
        let described = |annotator: &Annotator| {
            let declared = key_of(header, *annotator);
            declared.is_some_and(|known| Layout::new(&known.description).is_some())
        };
        self.annotator = match options.annotations {
            Annotations::None => None,
            Annotations::Of(annotator) => Some(annotator),
            Annotations::Auto => {
                let known = self.annotator;
                known.or_else(|| Annotator::ALL.into_iter().find(described))
            }
        };
    }

    /// How the annotation of an input is read; `None` where none is stored so far.
    fn annotated(
        &self,
        file: &str,
        header: &Header,
        options: &BuildOptions,
    ) -> Result<Option<Annotated>> {
        let Some(annotator) = self.annotator else {
            return Ok(None);
        };
        let key = self
            .read
            .info_keys
            .iter()
            .position(|key| key == annotator.key());
        let declared = key_of(header, annotator);
        let refused = |expected: String, found: String| {
            Error::from(Box::new(InputError {
                file: file.to_owned(),
                place: Place::File,
                expected,
                found,
            }))
        };
        let mut layout = match declared {
            Some(declared) => match Layout::new(&declared.description) {
                Some(layout) => Some(layout),
                None if options.annotations == Annotations::Auto => None,
                // who asks for it knows that bcftools csq writes one form, whatever the description
                None if annotator == Annotator::Bcsq => Layout::of_bcftools(),
                None => {
                    let expected = format!("the fields of INFO {} described", annotator.key());
                    let found = format!("`{}`", declared.description);
                    return Err(refused(expected, found));
                }
            },
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
        // an addition may be without what others have
        let asked = options.info.iter().filter(|_| self.there.is_none());
        for name in asked {
            let of = Annotator::of_field(name);
            let read = any && of.is_some_and(|(annotator, _)| Some(annotator) == self.annotator);
            let declared = |input: &Input| {
                let info = &input.header.info;
                info.iter().any(|known| known.key == *name)
            };
            if of.is_some() && !read && !self.inputs.iter().any(declared) {
                let message = format!("--info {name}: these annotations are not stored");
                return Err(Error::Usage(message));
            }
        }
        Ok(())
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
            (Some(known), Some(other)) if known != other => {
                let why = match (&self.there, options.assembly) {
                    (Some(_), Some(_)) => "as in the dataset",
                    (None, Some(_)) => "the assembly asked for",
                    (_, None) => "as in the inputs before",
                };
                Err(Error::from(Box::new(InputError {
                    file: file.to_owned(),
                    place: Place::File,
                    expected: format!("contigs of {known}, {why}"),
                    found: format!("contigs of {other}"),
                })))
            }
            _ => {
                self.assembly = self.assembly.or(guessed);
                Ok(())
            }
        }
    }

    /// How a key asked for is kept: as the inputs that declare it say.
    fn key(&self, k: usize, name: &str) -> Result<InfoKey> {
        let there = self.there.as_ref();
        let known = there.and_then(|there| there.manifest().info.get(k));
        let mut found: Option<InfoKey> = known.and_then(InfoEntry::key);
        for input in &self.inputs {
            let fields = input.annotated.as_ref().map_or(&[][..], |a| &a.fields);
            let is_field = fields.get(k).copied().flatten().is_some();
            let declared = match is_field {
                true => Some(("A", "String")),
                false => {
                    let mut info = input.header.info.iter();
                    let declared = info.find(|d| d.key == name);
                    declared.map(|d| (d.number.as_str(), d.kind.as_str()))
                }
            };
            let Some(declared) = declared else {
                continue;
            };
            let key = InfoKey::new(name, declared);
            match &found {
                Some(known) if *known != key => {
                    return Err(Error::from(Box::new(InputError {
                        file: input.source.name.clone(),
                        place: Place::File,
                        expected: format!("INFO {name} declared as in the inputs before"),
                        found: "another declaration".to_owned(),
                    })));
                }
                Some(_) => {}
                None => found = Some(key),
            }
        }
        found.ok_or_else(|| {
            let headers = self.inputs.iter().map(|input| &input.header);
            let known = headers.flat_map(|header| header.info.iter());
            let near = nearest(name, known.map(|known| known.key.as_str()));
            let near = match near.is_empty() {
                true => String::new(),
                false => format!("; did you mean {}?", near.join(", ")),
            };
            Error::Usage(format!("--info {name}: no input declares such a key{near}"))
        })
    }
}

/// What is needed of a header until the input is read. Many inputs declare the same contigs as the one
/// before: those they have in common.
fn kept(header: &Header, before: Option<&Arc<Vec<ContigLine>>>) -> (Header, Arc<Vec<ContigLine>>) {
    let contigs = before.filter(|contigs| **contigs == header.contigs);
    let contigs = contigs.unwrap_or(&header.contigs);
    (header.without_lists(), Arc::clone(contigs))
}

impl Input {
    /// The open input: it may have been closed since its header was read.
    pub(super) fn open(&mut self, options: &ReadOptions) -> Result<Reader> {
        if let Some(reader) = self.reader.take() {
            return Ok(reader);
        }
        let reader = self.source.open(options)?;
        match reader.header().digest == self.header.digest {
            true => Ok(reader),
            false => Err(self.source.changed()),
        }
    }
}

impl Source {
    fn of(path: &Path) -> Self {
        Self {
            name: path.display().to_string(),
            path: path.to_owned(),
            copy: None,
        }
    }

    /// For an input that is not what it was.
    pub(super) fn changed(&self) -> Error {
        Error::Usage(format!("{}: the file changed while it was read", self.name))
    }

    /// Opens it, once more where it must be.
    pub(super) fn open(&self, options: &ReadOptions) -> Result<Reader> {
        match &self.copy {
            None => Reader::open(&self.path, options),
            Some(copy) => {
                let copy = copy.try_clone().map_err(|e| Error::io(&self.path, e))?;
                Reader::open_file(copy, &self.name, options)
            }
        }
    }
}

/// What a header says of the key of an annotation.
fn key_of(header: &Header, annotator: Annotator) -> Option<&Definition> {
    let mut info = header.info.iter();
    info.find(|known| known.key == annotator.key())
}

fn read_options(options: &BuildOptions) -> ReadOptions {
    // of an annotation that is looked for, the header says which it is only when it has been read
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
        ..ReadOptions::default()
    }
}

/// Whether an input can be read only once.
fn is_stream(path: &Path, name: &str) -> bool {
    name == "-" || std::fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// Of a stream that is going to be read, or copied.
fn started(name: &str, copied: bool) -> Progress {
    Progress {
        phase: match copied {
            true => Phase::Copying,
            false => Phase::Storing,
        },
        input: name.to_owned(),
        bytes: 0,
        total: None,
        records: 0,
    }
}

/// Copies a stream to a file that ends with the build.
fn copy_stream(
    path: &Path,
    name: &str,
    publication: &Publication,
    progress: &mut dyn FnMut(&Progress) -> bool,
) -> Result<File> {
    let failed = |e| read_failed(path, e);
    let mut input = match name {
        "-" => Waiting::new(std::io::stdin()),
        _ => File::open(path).and_then(Waiting::new),
    }
    .map_err(failed)?;
    let mut copy = publication.unnamed();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let len = match input.read(&mut buffer) {
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            len => len.map_err(failed)?,
        };
        let kept = |e| Error::io(publication.folder(), e);
        if len == 0 {
            return copy.into_file().map_err(kept);
        }
        copy.write_all(buffer.get(..len).unwrap_or_default())
            .map_err(kept)?;
        bytes += len as u64;
        let told = Progress {
            bytes,
            ..started(name, true)
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
