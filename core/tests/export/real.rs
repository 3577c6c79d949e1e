//! Real cohorts come back from an export.

use super::*;

/// Genotypes as the dataset keeps them: no separator where nothing is known, unphased copies by
/// number, missing first.
fn canonical(line: &str) -> String {
    let mut columns = line.split('\t');
    let mut out: Vec<String> = columns.by_ref().take(4).map(str::to_owned).collect();
    out.extend(columns.map(|genotype| {
        let (phased, n) = (genotype.contains('|'), genotype.split(['/', '|']).count());
        let mut alleles: Vec<&str> = genotype.split(['/', '|']).collect();
        if n == 2 && alleles.iter().all(|allele| *allele == ".") {
            return "./.".to_owned();
        }
        if !phased && n == 2 {
            alleles.sort_by_key(|allele| allele.parse::<i64>().unwrap_or(-1));
        }
        alleles.join(if phased { "|" } else { "/" })
    }));
    out.join("\t")
}

fn same_as_source(source: &Path, regions: Option<&str>) {
    const FORMAT: &str = "%CHROM\t%POS\t%REF\t%ALT[\t%GT]\n";
    let dir = tempfile::tempdir().unwrap();
    let mut source = source.to_owned();
    if let Some(regions) = regions {
        let part = dir.path().join("part.bcf");
        let status = Command::new("bcftools")
            .args(["view", "--no-version", "-Ob", "-t", regions, "-o"])
            .arg(&part)
            .arg(&source)
            .status()
            .unwrap();
        assert!(status.success());
        source = part;
    }
    let first = built_from(std::slice::from_ref(&source), &[]);
    let expected = query(&source, FORMAT);
    assert!(!expected.is_empty(), "{}", source.display());
    for name in ["x.vcf.gz", "x.bcf"] {
        let path = first.dir.path().join(name);
        let options = ExportOptions::default();
        let summary = first
            .dataset
            .export("all", None, &path, &options, &mut |_| true)
            .unwrap();
        let found = query(&path, FORMAT);
        assert_eq!(found.lines().count() as u64, summary.records);
        assert_eq!(found.lines().count(), expected.lines().count());
        for (a, b) in found.lines().zip(expected.lines()) {
            assert!(
                a == canonical(b),
                "{name}:\n{:.300}\n{:.300}",
                a,
                canonical(b)
            );
        }
        quiet_bcftools(&path);
        fs::remove_file(path).unwrap();
    }
}

/// The real cohorts, where their folder is named by `VARIDEX_TEST_DATA`; without `--release`, parts
/// of the larger ones.
#[test]
fn cohorts_come_back() {
    let Some(data) = std::env::var_os("VARIDEX_TEST_DATA").map(PathBuf::from) else {
        eprintln!("VARIDEX_TEST_DATA is not set: not compared with real cohorts");
        return;
    };
    if !bcftools_is_there() {
        return;
    }
    let cohorts = data.join("cohorts");
    let small = cfg!(debug_assertions);
    for (name, part) in [
        ("kgp3202_G6PD_chrX_haploid.vcf.gz", None),
        ("kgp2534_chrMT_haploid.vcf.gz", Some("MT:1-1000")),
        ("trio/ashk-trio.vcf.gz", None),
        ("kgp2504_chr1/test_1000G_hs37.vcf.gz", Some("1:1-70000")),
        ("kgp2504_chr22_10k_fullINFO.vcf.gz", Some("22:1-16058000")),
        ("sim10k_1mb.bcf", Some("22:1-16010000")),
        ("kgp3202_GRCh38_57genes.bcf", Some("chrX:1-154545000")),
    ] {
        eprintln!("{name}");
        same_as_source(&cohorts.join(name), part.filter(|_| small));
    }
}

/// `cargo test --release -p varidex --test export speed -- --ignored --nocapture`, the file's name in
/// `VARIDEX_BENCH_FILE`.
#[test]
#[ignore = "measures; needs a file"]
fn speed() {
    let Some(path) = std::env::var_os("VARIDEX_BENCH_FILE").map(PathBuf::from) else {
        return;
    };
    let built = built_from(&[path], &[]);
    for format in [ExportFormat::Vcf, ExportFormat::Bcf, ExportFormat::VcfGz] {
        let options = ExportOptions {
            format: Some(format),
            threads: None,
        };
        for _ in 0..3 {
            let start = std::time::Instant::now();
            let mut nowhere = std::io::sink();
            let summary = built
                .dataset
                .export_to("all", None, &mut nowhere, &options, &mut |_| true)
                .unwrap();
            let time = start.elapsed();
            let rate = summary.bytes as f64 / time.as_secs_f64() / 1e6;
            eprintln!("{format:?} {time:?} {rate:.0} MB/s {summary:?}");
        }
    }
}

#[test]
fn odd_ploidies_come_back() {
    let Some(data) = std::env::var_os("VARIDEX_TEST_DATA").map(PathBuf::from) else {
        eprintln!("VARIDEX_TEST_DATA is not set: not compared with real files");
        return;
    };
    if !bcftools_is_there() {
        return;
    }
    let files: BTreeSet<PathBuf> = fs::read_dir(data.join("hard/ploidy_phase_micro"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.to_string_lossy().ends_with(".csi"))
        .collect();
    for file in files {
        eprintln!("{}", file.display());
        same_as_source(&file, None);
    }
}
