//! Products of the matrix of genotypes, beside those of a dense one of float32 that numpy has in memory: ten vectors of
//! samples with all variants, and weights of all variants.
//!
//! Both are asked in turn; figures are medians. Answers must be equal as far as float32 goes.

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::fs;
use std::io::{BufRead, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use clap::Parser;
use varidex::{BuildOptions, Dataset, Missing, View, build};
use varidex_benches::{Random, Result};

/// Measures products.
#[derive(Debug, Parser)]
struct Arguments {
    /// Cohorts.
    #[arg(long, required = true)]
    vcf: Vec<PathBuf>,
    /// A Python with numpy.
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Rounds of which the median is taken.
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// Vectors that are projected at once.
    #[arg(long, default_value_t = 10)]
    vectors: usize,
    /// Without numpy.
    #[arg(long)]
    alone: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    println!("cohort\tproduct\tvaridex\tnumpy\tratio");
    for vcf in &arguments.vcf {
        measure(vcf, &arguments)?;
    }
    Ok(())
}

fn measure(vcf: &Path, arguments: &Arguments) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let dataset = folder.path().join("cohort.vdx");
    build(
        &[vcf.to_owned()],
        &dataset,
        &BuildOptions::default(),
        &mut |_| true,
    )?;
    let view = Dataset::open(&dataset)?.view();
    let samples = view.sample_count() as usize;
    let mut random = Random::new(10);
    let mut draw = |count: usize| -> Vec<f64> { (0..count).map(|_| random.unit() - 0.5).collect() };
    let vectors = draw(samples * arguments.vectors);
    let weights = draw(usize::try_from(view.info().rows)?);
    let mut numpy = match arguments.alone {
        true => None,
        false => Some(Numpy::start(
            folder.path(),
            &view,
            (&vectors, &weights),
            arguments,
        )?),
    };
    for product in ["project", "score"] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..arguments.rounds {
            let started = Instant::now();
            let found = match product {
                "project" => view
                    .project("all", &vectors, Missing::Absent)?
                    .into_values(),
                _ => view.score("all", &weights, Missing::Absent)?,
            };
            ours.push(started.elapsed().as_secs_f64());
            if let Some(numpy) = &mut numpy {
                theirs.push(numpy.ask(product, &found)?);
            }
        }
        let name = vcf.file_name().unwrap_or_default().to_string_lossy();
        let (ours, theirs) = (median(ours), median(theirs));
        println!(
            "{name}\t{product}\t{:.2} ms\t{:.2} ms\t{:.4}",
            ours * 1e3,
            theirs * 1e3,
            ours / theirs
        );
    }
    Ok(())
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Numpy with the matrix in memory.
struct Numpy {
    folder: PathBuf,
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Numpy {
    fn start(
        folder: &Path,
        view: &View,
        (vectors, weights): (&[f64], &[f64]),
        arguments: &Arguments,
    ) -> Result<Self> {
        let bytes = |numbers: &[f64]| -> Vec<u8> {
            numbers
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect()
        };
        fs::write(folder.join("vectors"), bytes(vectors))?;
        fs::write(folder.join("weights"), bytes(weights))?;
        let mut matrix = fs::File::create(folder.join("matrix"))?;
        for block in view.genotypes("all", None, 1 << 24)? {
            let copies = block?.dosages;
            let bytes: Vec<u8> = copies.into_iter().map(i8::cast_unsigned).collect();
            matrix.write_all(&bytes)?;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("products/numpy_peer.py");
        let numbers = [
            weights.len(),
            view.sample_count() as usize,
            arguments.vectors,
        ];
        let mut child = Command::new(&arguments.python)
            .arg(script)
            .arg(folder)
            .args(numbers.map(|number| number.to_string()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("no output of numpy")?;
        let mut numpy = Self {
            folder: folder.to_owned(),
            input: child.stdin.take(),
            child,
            output: BufReader::new(output).lines(),
        };
        match numpy.line()?.as_str() {
            "ready" => Ok(numpy),
            other => Err(format!("numpy says {other}").into()),
        }
    }

    fn line(&mut self) -> Result<String> {
        let line = self.output.next().ok_or("numpy has ended")?;
        Ok(line?)
    }

    /// Seconds of a product, which must be ours.
    fn ask(&mut self, product: &str, ours: &[f64]) -> Result<f64> {
        let input = self.input.as_mut().ok_or("numpy takes no more")?;
        writeln!(input, "{product}")?;
        input.flush()?;
        let seconds = self.line()?.parse()?;
        let theirs = fs::read(self.folder.join(product))?;
        let theirs = theirs
            .as_chunks()
            .0
            .iter()
            .map(|bytes| f64::from_le_bytes(*bytes));
        if theirs.len() != ours.len() {
            return Err(format!(
                "{product}: {} numbers, and {} of numpy",
                ours.len(),
                theirs.len()
            )
            .into());
        }
        let wrong = ours
            .iter()
            .zip(theirs)
            .find(|(a, b)| (*a - b).abs() > 1e-2 + 1e-3 * a.abs());
        match wrong {
            Some((ours, theirs)) => Err(format!("{product}: {ours}, but {theirs} by numpy").into()),
            None => Ok(seconds),
        }
    }
}

impl Drop for Numpy {
    fn drop(&mut self) {
        // it ends with its input
        self.input = None;
        let _ = self.child.wait();
    }
}
