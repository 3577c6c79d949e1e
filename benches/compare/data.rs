//! The cohort in the forms that the tools read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use varidex_benches::Result;

use crate::peers::Tools;

/// Paths of one cohort's files; those of peers that are missing are never read.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) name: String,
    /// The genotypes alone as `.vcf.gz`: what every tool builds from.
    pub(crate) source: PathBuf,
    pub(crate) bcf: PathBuf,
    /// Without extension.
    pub(crate) plink: PathBuf,
    pub(crate) dataset: PathBuf,
    /// For lists of people and outputs that nobody keeps.
    pub(crate) scratch: PathBuf,
}

impl Data {
    /// Converts to genotypes only, so that every tool reads and keeps the same.
    pub(crate) fn prepare(source: &Path, dir: &Path, tools: &Tools) -> Result<Self> {
        let stem = |path: &Path| path.file_name().map(|s| s.to_string_lossy().into_owned());
        let mut name = stem(source).unwrap_or_default();
        for end in [".gz", ".vcf", ".bcf"] {
            name = name.strip_suffix(end).unwrap_or(&name).to_owned();
        }
        if name == "cohort" {
            name = source.parent().and_then(stem).unwrap_or(name);
        }
        let folder = dir.join("compare").join(&name);
        fs::create_dir_all(&folder)?;
        let mut data = Self {
            source: folder.join("genotypes.vcf.gz"),
            bcf: folder.join("genotypes.bcf"),
            plink: folder.join("plink"),
            dataset: folder.join("varidex.vdx"),
            scratch: folder,
            name,
        };
        if !tools.bcftools {
            data.source = source.to_owned();
            return Ok(data);
        }
        data.convert(source, "-Oz", &data.source)?;
        data.convert(&data.source, "-Ob", &data.bcf)?;
        if !data.bcf.with_added_extension("csi").exists() {
            run(Command::new("bcftools").arg("index").arg(&data.bcf))?;
        }
        Ok(data)
    }

    fn convert(&self, from: &Path, form: &str, to: &Path) -> Result<()> {
        if to.exists() {
            return Ok(());
        }
        let part = self.scratch.join("part");
        let kept = "INFO,^FORMAT/GT";
        run(Command::new("bcftools")
            .args(["annotate", "-x", kept, form, "--threads", "2", "-o"])
            .arg(&part)
            .arg(from))?;
        Ok(fs::rename(part, to)?)
    }
}

/// Runs a program, its messages thrown away unless it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let out = command.output()?;
    if out.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&out.stderr);
    let name = command.get_program().to_string_lossy().into_owned();
    Err(format!("{name} failed: {}", told.lines().last().unwrap_or("")).into())
}
