//! Many inputs: a build once held all of them open, and ended at the 1,022nd with "Too many open files".

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![cfg(unix)]

mod common;

use common::varidex;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const INPUTS: usize = 200;

/// One sample each; sites that all have, and one of its own.
fn write_inputs(folder: &Path) -> Vec<PathBuf> {
    let each = (0..INPUTS).map(|number| {
        let mut text =
            "##fileformat=VCFv4.3\n##contig=<ID=1>\n##INFO=<ID=END,Number=1,Type=Integer,\
            Description=\"e\">\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n\
            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
                .to_owned();
        let own = 100 + number;
        write!(text, "\tS{number}\n1\t5\t.\tA\tG\t.\t.\t.\tGT\t0/1\n").unwrap();
        writeln!(
            text,
            "1\t10\t.\tC\t<NON_REF>\t.\t.\tEND={}\tGT\t0/0",
            own - 1
        )
        .unwrap();
        writeln!(text, "1\t{own}\t.\tT\tC\t.\t.\t.\tGT\t1/1").unwrap();
        writeln!(
            text,
            "1\t{}\t.\tG\t<NON_REF>\t.\t.\tEND=900\tGT\t0/0",
            own + 1
        )
        .unwrap();
        let input = folder.join(format!("{number:03}.vcf"));
        std::fs::write(&input, text).unwrap();
        input
    });
    each.collect()
}

/// Runs the program with so many open files at most.
fn bounded(files: usize, arguments: &[&Path]) -> Output {
    let script = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
    let program = env!("CARGO_BIN_EXE_varidex");
    let mut command = Command::new("sh");
    command.args(["-c", &script, program]).args(arguments);
    command.output().unwrap()
}

#[test]
fn few_open_files_suffice_for_many_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = write_inputs(folder.path());
    let to = folder.path().join("x.vdx");
    let mut arguments = vec![Path::new("build"), Path::new("-q"), Path::new("-o"), &to];
    arguments.extend(inputs.iter().map(PathBuf::as_path));
    for sort in [None, Some(Path::new("--sort"))] {
        let mut arguments = arguments.clone();
        arguments.extend(
            sort.map(|sort| [Path::new("--force"), sort])
                .iter()
                .flatten(),
        );
        let built = bounded(64, &arguments);
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "{said}");
        let asked = ["variants", "frequencies"].map(|what| {
            let found = bounded(64, &[Path::new(what), &to, Path::new("af<0.3 | an>=400")]);
            assert!(found.status.success(), "{what}");
            String::from_utf8(found.stdout).unwrap()
        });
        // at the shared site all carry; each of the others is known of everybody, and rare
        assert_eq!(asked[0].lines().count(), asked[1].lines().count());
        let rare = "T\tC\t2\t400\t0.005\t0\t1\t0\t0";
        assert_eq!(
            asked[1].lines().filter(|line| line.contains(rare)).count(),
            INPUTS
        );
        let shared = "1\t5\t.\tA\tG\t200\t400\t0.5\t200\t0\t0\t0";
        assert!(asked[1].contains(shared), "{}", asked[1]);
    }
    let verified = bounded(64, &[Path::new("verify"), &to]);
    assert!(verified.status.success());
    varidex(&["info", to.to_str().unwrap()]).assert().success();
}
