//! From options to files.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::annotation::{Annotator, Marks, RARE, also_rare, overlaps};
use super::answers::Answers;
use super::cohort::Cohort;
use super::errors::Errors;
use super::genes::Genes;
use super::output::{Header, Output, Record};
use super::people::{People, name};
use super::persons::Persons;
use super::random::{Purpose, Random};
use super::row::{Faults, Row, Tally};
use super::sites::{Alleles, Kinds, Places};
use super::spectrum::density;
use super::trios::Trios;
use super::{Options, Summary};
use super::{packets, vocabulary};
use varidex::{Assembly, Chromosome};
use varidex::{Error, Result};
use varidex_sink::Sink;

/// The samples a BCF record can count.
const MOST_SAMPLES: usize = (1 << 24) - 1;

/// A hundred times the human rate: more costs time and resembles nothing.
const MOST_RECOMBINATION: f64 = 1e-6;

/// Rows between two reports of progress.
const REPORT: usize = 256;

/// Writes a synthetic cohort and its true counts into `dir`, which is created where it does not
/// exist. `progress` is called with how many variants of how many are done, and returns whether to go on.
///
/// The same options give the same bytes, whatever the number of threads. Memory is some tens of
/// bytes per sample, whatever the number of variants.
///
/// # Errors
///
/// [`Error::Usage`] for options that make no sense; [`Error::Io`] where a file cannot be written,
/// or exists and [`Options::overwrite`] is not set; [`Error::Cancelled`] when `progress` says stop:
/// the files begun are removed then.
pub fn simulate(
    options: &Options,
    dir: &Path,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Summary> {
    let contig = Contig::of(options)?;
    check(options)?;
    fs::create_dir_all(dir).map_err(|e| Error::io(dir, e))?;
    let mut files = Files {
        dir,
        overwrite: options.overwrite,
        begun: Vec::new(),
    };
    let outcome = write(options, &contig, &mut files, progress);
    if matches!(outcome, Err(Error::Cancelled)) {
        for file in &files.begun {
            fs::remove_file(file).map_err(|e| Error::io(file, e))?;
        }
    }
    outcome
}

/// Files begun, lest one of them stays behind.
struct Files<'a> {
    dir: &'a Path,
    overwrite: bool,
    begun: Vec<PathBuf>,
}

impl Files<'_> {
    fn create(&mut self, name: &str) -> Result<(PathBuf, File)> {
        let path = self.dir.join(name);
        let file = create(&path, self.overwrite)?;
        self.begun.push(path.clone());
        Ok((path, file))
    }

    /// A file of which all is known.
    fn whole(&mut self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let (path, mut file) = self.create(name)?;
        file.write_all(bytes).map_err(|e| Error::io(&path, e))?;
        Ok(path)
    }
}

fn write(
    options: &Options,
    contig: &Contig,
    files: &mut Files<'_>,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Summary> {
    let (genotypes, genotypes_file) = files.create(options.format.file_name())?;
    let (truth_path, truth) = files.create("truth.tsv")?;

    let mut random = Random::new(options.seed, Purpose::People);
    let people = People::new(options.samples, &options.populations, &mut random);
    let table = people.table(&options.populations);
    let mut summary = Summary {
        samples: options.samples,
        records: 0,
        variants: 0,
        span: None,
        genotypes,
        truth: truth_path,
        people: files.whole("samples.tsv", table.as_bytes())?,
        more: Vec::new(),
    };
    let mut trios = Trios::new(
        &people,
        wanted_trios(options),
        options.seed,
        options.recombination,
    );
    let mut de_novo = None;
    if !trios.list.is_empty() {
        let family = files.whole("family.ped", trios.pedigree(&people).as_bytes())?;
        summary.more.push((family, "children and their parents"));
        let (path, file) = files.create("de_novo.tsv")?;
        let mut file = BufWriter::new(file);
        file.write_all(b"chrom\tpos\tref\talt\tchild\n")
            .map_err(|e| Error::io(&path, e))?;
        summary
            .more
            .push((path.clone(), "new mutations of the children"));
        de_novo = Some((path, file));
    }

    let per_base = options
        .spacing
        .map_or_else(|| density(options.samples * 2), |s| 1.0 / s);
    let mut places = Places::new(
        contig.start,
        contig.length,
        options.variants as u64,
        per_base,
    );
    let mut genes = None;
    if options.annotations || options.people {
        let mut random = Random::new(options.seed, Purpose::Genes);
        let laid = Genes::new(contig.start, places.span(), contig.length, &mut random);
        let (path, file) = files.create("genes.gff3.gz")?;
        let io = |e| Error::io(&path, e);
        let mut out = Sink::bgzf(file, options.threads).map_err(io)?;
        laid.write(&mut out, &options.contig, contig.length)
            .map_err(io)?;
        out.finish().map_err(io)?;
        summary.more.push((path, "where genes lie"));
        genes = Some(laid);
    }
    let mut annotator = genes
        .as_ref()
        .filter(|_| options.annotations)
        .map(|genes| Annotator::new(genes, options.seed));
    let mut marked = vec![0u32; if options.people { options.samples } else { 0 }];

    let mut truth = BufWriter::new(truth);
    truth
        .write_all(b"chrom\tpos\tref\talt\tac\tan\tn_het\tn_hom\tn_hemi\tn_missing\n")
        .map_err(|e| Error::io(&summary.truth, e))?;
    let mut output = Output::new(genotypes_file, options.format, options.threads)
        .map_err(|e| Error::io(&summary.genotypes, e))?;
    output
        .header(&Header {
            contig: &options.contig,
            length: contig.length,
            assembly: contig.assembly,
            seed: options.seed,
            samples: options.samples,
            annotated: options.annotations,
        })
        .map_err(|e| Error::io(&summary.genotypes, e))?;

    let mut cohort = Cohort::new(options, &people);
    let mut sites = Random::new(options.seed, Purpose::Sites);
    let mut faults = Random::new(options.seed, Purpose::Faults);
    let (rates, kinds) = (rates(options), kinds(options));
    let mut errors = Errors::new(options);
    let mut row = Row::new(options.samples, &trios);
    let (mut done, mut reported, mut males_haploid) = (0, 0, None);
    let mut mutations = 0;
    let total = options.variants as u64;
    while done < options.variants {
        let position = places.next(&mut sites);
        let haploid = contig.is_x
            && !Assembly::Grch38
                .pseudoautosomal(Chromosome::X)
                .iter()
                .any(|region| (region.start..region.end).contains(&(position as i32 - 1)));
        if males_haploid != Some(haploid) {
            row.set_ploidy(&people.sex, haploid);
            output.set_ploidy(&row);
            males_haploid = Some(haploid);
        }
        let most = options.variants - done;
        let mut alleles = Alleles::draw(
            &kinds,
            options.seed,
            position,
            contig.length,
            most,
            &mut sites,
        );
        cohort.walk(position);
        trios.walk(position);
        let mutated = trios.de_novo();
        let carried = match mutated {
            Some(_) => 1,
            None => cohort.fill(&mut row, alleles.alternates.len()),
        };
        if options.samples > 0 {
            alleles.alternates.truncate(carried.max(1));
        }
        row.inherit(&trios);
        if let (Some(child), Some((path, file))) = (mutated, &mut de_novo) {
            row.mutate(child, trios.which_copy());
            mutations += 1;
            write_mutation(file, &options.contig, position, &alleles, child)
                .map_err(|e| Error::io(path, e))?;
        }
        errors.misread(&mut row, alleles.alternates.len());
        row.lose(&rates, &mut faults);
        errors.switch(&mut row);
        let pass = !sites.chance(options.filtered);
        let tally = row.settle();
        let mut marks = match &mut annotator {
            Some(annotator) => annotator.record(position, &alleles, &tally),
            None => Default::default(),
        };
        if let Some(genes) = genes.as_ref().filter(|_| options.people) {
            let overlapping = overlaps(genes, position, &alleles);
            for (marks, counts) in marks.iter_mut().zip(&tally.alternates) {
                *marks |= overlapping;
                if tally.frequency(counts) < RARE {
                    *marks = also_rare(*marks);
                }
            }
            if marks != Marks::default() {
                mark(&mut marked, &row, &marks);
            }
        }
        let record = Record {
            contig: &options.contig,
            position,
            alleles: &alleles,
            pass,
            tally: &tally,
            annotation: annotator.as_ref().map_or(&[], |a| a.text.as_slice()),
        };
        output
            .record(&record, &row)
            .map_err(|e| Error::io(&summary.genotypes, e))?;
        row.clear();
        write_truth(&mut truth, &options.contig, position, &alleles, &tally)
            .map_err(|e| Error::io(&summary.truth, e))?;
        done += alleles.alternates.len();
        summary.records += 1;
        summary.span = Some((summary.span.map_or(position, |s| s.0), position));
        if done - reported >= REPORT {
            reported = done;
            if !progress(done as u64, total) {
                return Err(Error::Cancelled);
            }
        }
    }
    summary.variants = done as u64;
    output
        .finish()
        .map_err(|e| Error::io(&summary.genotypes, e))?;
    truth.flush().map_err(|e| Error::io(&summary.truth, e))?;
    if let Some((path, mut file)) = de_novo {
        file.flush().map_err(|e| Error::io(&path, e))?;
    }
    if options.people {
        write_people(
            options,
            files,
            &people,
            &trios,
            &marked,
            mutations,
            &mut summary,
        )?;
    }
    progress(total, total);
    Ok(summary)
}

/// What is known of people, and the answers that it has; `marked` is what they carry in genes that are
/// asked about.
fn write_people(
    options: &Options,
    files: &mut Files<'_>,
    people: &People,
    trios: &Trios,
    marked: &[u32],
    mutations: u64,
    summary: &mut Summary,
) -> Result<()> {
    let mut add = |path: PathBuf, what| summary.more.push((path, what));
    let mut terms = Vec::new();
    let mut diseases = Vec::new();
    let memory = |e| Error::io("memory", e);
    vocabulary::write_terms(&mut terms).map_err(memory)?;
    vocabulary::write_diseases(&mut diseases).map_err(memory)?;
    add(
        files.whole("terms.obo", &terms)?,
        "the terms, and what is more general than what",
    );
    add(
        files.whole("diseases.hpoa", &diseases)?,
        "phenotypes of rare diseases",
    );

    let (path, file) = files.create("people.ndjson")?;
    let mut out = BufWriter::new(file);
    let random = Random::new(options.seed, Purpose::Persons);
    let mut answers = Answers::new(options.samples, options.annotations);
    let genotypes = options.format.file_name();
    let io = |e| Error::io(&path, e);
    let mut populations = String::from("individual_id\tpopulation\n");
    for person in Persons::new(people, options.populations.len(), trios.members(), random) {
        let carried = marked.get(person.number).copied().unwrap_or(0);
        answers.add(&person, carried);
        packets::write(&mut out, &person, genotypes).map_err(io)?;
        let population = person.population.map(usize::from);
        if let Some(population) = population.and_then(|p| options.populations.get(p)) {
            // writing to a String cannot fail
            let _ = writeln!(populations, "{}\t{}", person.id(), population.code);
        }
    }
    out.flush().map_err(io)?;
    add(path.clone(), "what is recorded of people, as Phenopackets");
    add(
        files.whole("populations.tsv", populations.as_bytes())?,
        "their populations, for which Phenopackets have no place",
    );

    let truth = answers.json(options.seed, trios.list.len(), mutations);
    let truth = format!("{truth:#}\n");
    add(
        files.whole("truth.json", truth.as_bytes())?,
        "the true answers of questions about genes and people",
    );
    Ok(())
}

/// Two children in a hundred, where nothing is said.
fn wanted_trios(options: &Options) -> usize {
    match options.trios {
        Some(trios) => trios,
        None if options.people => options.samples / 50,
        None => 0,
    }
}

/// Adds what a record's alleles are to the asked genes to those who carry them.
fn mark(marked: &mut [u32], row: &Row, marks: &Marks) {
    row.each(|sample, copies, _| {
        let of = |copy: u8| marks.get(usize::from(copy).wrapping_sub(1)).copied();
        let carried = of(copies[0]).unwrap_or(0) | of(copies[1]).unwrap_or(0);
        if let Some(marked) = marked.get_mut(sample) {
            *marked |= carried;
        }
    });
}

/// A line of `de_novo.tsv`.
fn write_mutation(
    file: &mut impl Write,
    contig: &str,
    position: u32,
    alleles: &Alleles,
    child: u32,
) -> std::io::Result<()> {
    for alternate in &alleles.alternates {
        write!(file, "{contig}\t{position}\t")?;
        file.write_all(&alleles.reference)?;
        file.write_all(b"\t")?;
        file.write_all(alternate)?;
        writeln!(file, "\t{}", name(child as usize))?;
    }
    Ok(())
}

/// Where on which contig.
struct Contig {
    length: u32,
    start: u32,
    is_x: bool,
    assembly: Option<&'static str>,
}

impl Contig {
    fn of(options: &Options) -> Result<Self> {
        let usage = |message: String| Err(Error::Usage(message));
        let name = &options.contig;
        let allowed = |c: char| c.is_ascii_graphic() && !"\\,\"`'()[]{}<>*=".contains(c);
        if name.is_empty() || !name.chars().all(allowed) {
            return usage(format!("contig {name:?}: not a name that VCF allows"));
        }
        let bare = name.strip_prefix("chr").unwrap_or(name);
        if ["Y", "M", "MT"].contains(&bare) {
            return usage(format!(
                "contig {name}: Y and the mitochondrion are not simulated"
            ));
        }
        let is_x = bare == "X";
        let chromosome = Chromosome::from_name(bare);
        let known = chromosome.and_then(|c| u32::try_from(Assembly::Grch38.length(c)).ok());
        let Some(length) = options.contig_length.or(known) else {
            return usage(format!(
                "contig {name}: not a chromosome of GRCh38, so its length must be given"
            ));
        };
        let room = options.variants.max(1) as u64;
        if length > i32::MAX as u32 || room > u64::from(length) {
            return usage(format!(
                "contig {name} of {length} bases: no room for {room} variants, or longer than 2^31"
            ));
        }
        // Past the telomere and, on the acrocentric chromosomes, the short arm.
        let usual = if ["13", "14", "15", "21", "22"].contains(&bare) {
            20_000_000
        } else {
            1_000_000
        };
        let latest = (u64::from(length) - room + 1) as u32;
        let start = options.start.unwrap_or_else(|| {
            let needed = options
                .spacing
                .unwrap_or(1.0 / density(options.samples * 2))
                * room as f64;
            let roomy = (f64::from(length) - needed).max(1.0) as u32;
            usual.min(roomy).min(latest)
        });
        if start == 0 || start > latest {
            return usage(format!(
                "start {start}: no room for {room} variants between there and base {length} of {name}"
            ));
        }
        let assembly = (known == Some(length)).then_some("GRCh38");
        Ok(Self {
            length,
            start,
            is_x,
            assembly,
        })
    }
}

fn check(options: &Options) -> Result<()> {
    let usage = |message: String| Err(Error::Usage(message));
    if options.samples > MOST_SAMPLES {
        return usage(format!(
            "{} samples: at most {MOST_SAMPLES} can be simulated",
            options.samples
        ));
    }
    if options
        .trios
        .is_some_and(|trios| trios > options.samples / 3)
    {
        return usage(format!(
            "{} trios: {} samples make at most {}",
            options.trios.unwrap_or(0),
            options.samples,
            options.samples / 3
        ));
    }
    if options.populations.is_empty() || options.populations.len() > 200 {
        return usage(format!(
            "{} populations: between 1 and 200 can be simulated",
            options.populations.len()
        ));
    }
    let mut rates = vec![
        ("missing", options.missing),
        ("half_calls", options.half_calls),
        ("unphased_sites", options.unphased_sites),
        ("unphased_genotypes", options.unphased_genotypes),
        ("haploid", options.haploid),
        ("switch_error", options.switch_error),
        ("error", options.error),
        ("multiallelic", options.multiallelic),
        ("indels", options.indels),
        ("structural", options.structural),
        ("filtered", options.filtered),
        (
            "indels and structural together",
            options.indels + options.structural,
        ),
    ];
    for p in &options.populations {
        if !(p.share.is_finite() && p.share > 0.0) {
            return usage(format!(
                "population {}: share {} is not a positive number",
                p.code, p.share
            ));
        }
        if p.code.is_empty() || p.code.contains(|c: char| c.is_control()) {
            return usage(format!(
                "population {:?}: not a code that fits a table",
                p.code
            ));
        }
        rates.extend([("bottleneck", p.bottleneck), ("admixture", p.admixture)]);
    }
    for (name, rate) in rates {
        if !(0.0..=1.0).contains(&rate) {
            return usage(format!("{name} {rate}: not between 0 and 1"));
        }
    }
    if !(0.0..=MOST_RECOMBINATION).contains(&options.recombination) {
        return usage(format!(
            "recombination {}: not between 0 and {MOST_RECOMBINATION} per base and generation",
            options.recombination
        ));
    }
    if options.spacing.is_some_and(|s| !(1.0..=1e9).contains(&s)) {
        return usage("spacing: at least one base".to_owned());
    }
    Ok(())
}

fn create(path: &Path, overwrite: bool) -> Result<File> {
    let mut how = OpenOptions::new();
    how.write(true);
    if overwrite {
        how.create(true).truncate(true);
    } else {
        how.create_new(true);
    }
    how.open(path).map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => {
            let how = "it is there already: name another directory, or replace it (--force)";
            Error::io(path, io::Error::new(e.kind(), how))
        }
        _ => Error::io(path, e),
    })
}

fn rates(options: &Options) -> Faults {
    Faults {
        missing: options.missing,
        half_calls: options.half_calls,
        unphased_sites: options.unphased_sites,
        unphased_genotypes: options.unphased_genotypes,
        haploid: options.haploid,
    }
}

fn kinds(options: &Options) -> Kinds {
    Kinds {
        multiallelic: options.multiallelic,
        indels: options.indels,
        structural: options.structural,
    }
}

/// The truth's lines of one record.
fn write_truth(
    truth: &mut impl Write,
    contig: &str,
    position: u32,
    alleles: &Alleles,
    tally: &Tally,
) -> std::io::Result<()> {
    for (alternate, counts) in alleles.alternates.iter().zip(&tally.alternates) {
        write!(truth, "{contig}\t{position}\t")?;
        truth.write_all(&alleles.reference)?;
        truth.write_all(b"\t")?;
        truth.write_all(alternate)?;
        writeln!(
            truth,
            "\t{}\t{}\t{}\t{}\t{}\t{}",
            counts.copies(),
            tally.called_copies,
            counts.het,
            counts.hom,
            counts.hemi,
            tally.missing
        )?;
    }
    Ok(())
}
