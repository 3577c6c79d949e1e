//! What the tests share: a plain-scan oracle, a generator of VCF, and a folder to work in.

pub mod answers;
pub mod changes;
pub mod check;
pub mod generate;
pub mod oracle;
pub mod sealed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use varidex::{BuildOptions, Dataset, Report, View};

/// Options with few threads, for many tests run at once; and each input is stored by itself, which is what the oracles
/// know. Inputs that are put together are compared with a scan of their own beside the build.
pub fn options() -> BuildOptions {
    BuildOptions {
        threads: Some(2),
        merge_from: 0,
        ..BuildOptions::default()
    }
}

/// Options that keep these INFO keys.
pub fn keeping(keys: &[&str]) -> BuildOptions {
    BuildOptions {
        info: keys.iter().map(|key| (*key).to_owned()).collect(),
        ..options()
    }
}

pub fn build<P: AsRef<Path>>(
    inputs: &[P],
    to: &Path,
    options: &BuildOptions,
) -> varidex::Result<Report> {
    varidex::build(inputs, to, options, &mut |_| true)
}

/// A folder that goes when the test ends.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Names of what lies in the folder.
    pub fn names(&self) -> Vec<String> {
        files(self.0.path()).into_keys().collect()
    }

    /// A dataset of one text, built and opened.
    pub fn dataset(&self, vcf: &str, options: &BuildOptions) -> View {
        let input = self.write("input.vcf", vcf);
        let to = self.path("dataset.vdx");
        let options = BuildOptions {
            replace: true,
            ..options.clone()
        };
        build(&[input], &to, &options).unwrap();
        Dataset::open(to).unwrap().view()
    }
}

/// Name and content of everything in a directory.
pub fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap_or_default())
        })
        .collect()
}

/// Name and content of what a state of a dataset consists of: without the locks, which name their last writer, and without
/// decisions, which outlive states, and the times of states.
pub fn content(dataset: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = files(dataset);
    for other in ["lock", "decisions", "decisions.lock", "history.json"] {
        files.remove(other);
    }
    files
}

/// The folder of real data, where there is one.
pub fn data() -> Option<PathBuf> {
    let data = std::env::var_os("VARIDEX_TEST_DATA").map(PathBuf::from);
    if data.is_none() {
        eprintln!("skipped: VARIDEX_TEST_DATA is not set");
    }
    data
}

/// What a command prints; `None`, with a message, where the program is not installed.
pub fn run(program: &str, arguments: &[&str]) -> Option<String> {
    match std::process::Command::new(program).args(arguments).output() {
        Err(e) => {
            eprintln!("skipped: {program}: {e}");
            None
        }
        Ok(output) => {
            let problem = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success(),
                "{program} {arguments:?}: {problem}"
            );
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
    }
}

/// A header for samples and contigs.
pub fn header(contigs: &str, samples: &[&str]) -> String {
    let mut text = String::from("##fileformat=VCFv4.3\n");
    for contig in contigs.split(',').filter(|c| !c.is_empty()) {
        text += &format!("##contig=<ID={contig}>\n");
    }
    text += "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n";
    text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
    if !samples.is_empty() {
        text += "\tFORMAT\t";
        text += &samples.join("\t");
    }
    text + "\n"
}

/// A file of records written as `CHROM POS REF ALT GT...` with spaces.
pub fn vcf(contigs: &str, samples: &[&str], records: &[&str]) -> String {
    let mut text = header(contigs, samples);
    for record in records {
        let fields: Vec<&str> = record.split_whitespace().collect();
        let [contig, position, reference, alternate, genotypes @ ..] = &fields[..] else {
            panic!("{record}");
        };
        text += &format!("{contig}\t{position}\t.\t{reference}\t{alternate}\t.\t.\t.");
        if !genotypes.is_empty() {
            text += "\tGT\t";
            text += &genotypes.join("\t");
        }
        text += "\n";
    }
    text
}
