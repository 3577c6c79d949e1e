//! Real and odd files: every record and count as bcftools reads them.

use crate::common::check::{check, group_of, show, show_row};
use crate::common::oracle::{Oracle, Row};
use crate::common::{Folder, build, data, options, run};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use varidex::{Dataset, Error, View};

fn is_input(path: &Path) -> bool {
    let name = path.to_string_lossy();
    let kinds = [".vcf", ".vcf.gz", ".bcf", ".vcf.bgz"];
    path.is_file() && kinds.iter().any(|kind| name.ends_with(kind))
}

fn inputs(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| is_input(path))
        .collect();
    found.sort();
    found
}

/// What bcftools makes of a file; `None` where it refuses it.
fn view(path: &Path) -> Option<String> {
    let arguments = ["view", "--no-version", path.to_str().unwrap()];
    let output = std::process::Command::new("bcftools")
        .args(arguments)
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Two groups of every third and about half of the samples.
fn groups(samples: usize) -> Vec<Vec<u32>> {
    let samples = samples as u32;
    vec![
        (0..samples).step_by(3).collect(),
        (0..samples)
            .filter(|n| n.wrapping_mul(2_654_435_761) >> 31 == 0)
            .collect(),
    ]
}

/// Compares all of a file; `false` where it is none that both read.
fn compare(path: &Path) -> bool {
    let Some(text) = view(path) else { return false };
    let folder = Folder::new();
    let to = folder.path("x.vdx");
    match build(&[path], &to, &options()) {
        Ok(report) => assert_eq!(report.refused_count(), 0),
        Err(Error::Input(error)) => {
            eprintln!("refused: {error}");
            return false;
        }
        Err(error) => panic!("{}: {error}", path.display()),
    }
    let dataset = Dataset::open(&to).unwrap().view();
    let oracle = Oracle::parse(&[&text]);
    eprintln!("{}: {} rows", path.display(), oracle.rows.len());
    assert_eq!(dataset.info().records, Some(oracle.records as u64));
    check(&dataset, &oracle, &groups(oracle.samples.len()));
    true
}

#[test]
fn odd_files_of_others() {
    let Some(data) = data() else { return };
    if run("bcftools", &["--version"]).is_none() {
        return;
    }
    let hard = data.join("hard");
    let folders = [
        "bio2zarr_vcf",
        "bio2zarr_vcf/out_of_order_contigs.vcf.gz.2.split",
        "bio2zarr_vcf/out_of_order_fields",
        "bio2zarr_vcf/sample.vcf.gz.3.split",
        "hts-specs_4.3/passed",
        "hts-specs_4.5/passed",
        "ploidy_phase_micro",
    ];
    let mut compared = 0;
    for folder in folders {
        for path in inputs(&hard.join(folder)) {
            compared += usize::from(compare(&path));
        }
    }
    assert!(compared > 70, "{compared}");
}

#[test]
fn made_files() {
    let Some(data) = data() else { return };
    if run("bcftools", &["--version"]).is_none() {
        return;
    }
    let made = data.join("hard/made");
    let table = std::fs::read_to_string(made.join("expected.tsv")).unwrap();
    let mut compared = 0;
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        // bcftools has no VCF 4.5, and a phase of its own for what it cannot tell
        let apart = [
            "local_alleles_4.5.vcf",
            "phase_prefix_4.4.vcf",
            "gt_not_first.vcf",
        ];
        if ["ok", "warn"].contains(&fields[1]) && !apart.contains(&fields[0]) {
            compared += usize::from(compare(&made.join(fields[0])));
        }
    }
    assert!(compared > 30, "{compared}");
}

#[test]
fn small_cohorts() {
    let Some(data) = data() else { return };
    if run("bcftools", &["--version"]).is_none() {
        return;
    }
    for path in inputs(&data.join("cohorts/trio")) {
        assert!(compare(&path), "{}", path.display());
    }
}

/// A cohort too large for the plain scan: counts by fill-tags, carriers of some records by query.
fn large(name: &str, region: Option<&str>) {
    let Some(data) = data() else { return };
    let whole = data.join("cohorts").join(name);
    let folder = Folder::new();
    let input = match region {
        None => whole.clone(),
        Some(region) => {
            let part = folder.path("part.bcf");
            let files = ["-o", part.to_str().unwrap(), whole.to_str().unwrap()];
            let how = [
                "view",
                "-Ob",
                if whole.extension() == Some("bcf".as_ref()) {
                    "-r"
                } else {
                    "-t"
                },
                region,
            ];
            if run("bcftools", &[&how[..], &files[..]].concat()).is_none() {
                return;
            }
            part
        }
    };
    let file = input.to_str().unwrap();
    let to = folder.path("x.vdx");
    build(&[&input], &to, &options()).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    let samples = dataset.sample_count();
    let tagged = folder.path("tagged.bcf");
    let split = folder.path("split.bcf");
    let [tagged, split] = [&tagged, &split].map(|path| path.to_str().unwrap());
    for group in [
        vec![],
        (0..samples).step_by(7).collect(),
        (samples / 2..samples).collect(),
    ] {
        let names: Vec<&str> = group
            .iter()
            .map(|&n| dataset.sample_name(n).unwrap())
            .collect();
        let list = folder.write("names.txt", names.join("\n"));
        let subset = [
            "view",
            "-I",
            "-Ou",
            "-o",
            split,
            "-S",
            list.to_str().unwrap(),
            file,
        ];
        let everybody = ["view", "-I", "-Ou", "-o", split, file];
        let arguments = if group.is_empty() {
            &everybody[..]
        } else {
            &subset[..]
        };
        if run("bcftools", arguments).is_none() {
            return;
        }
        let tags = [
            "+fill-tags",
            split,
            "-Ou",
            "-o",
            tagged,
            "--",
            "-t",
            "AN,AC,AC_Het,AC_Hom,AC_Hemi,NM:1=int(N_MISSING)",
        ];
        run("bcftools", &tags).unwrap();
        let format = "%CHROM %POS %REF %ALT %AN %AC %AC_Het %AC_Hom %AC_Hemi %NM\n";
        let rows = run("bcftools", &["query", "-f", format, tagged]).unwrap();
        counted(&dataset, &rows, &group);
    }
    // carriers of records spread over the file
    let sites = run("bcftools", &["query", "-f", "%CHROM\t%POS\n", file]).unwrap();
    let sites: BTreeSet<&str> = sites.lines().collect();
    for site in sites.iter().step_by(sites.len() / 12 + 1) {
        let region = site.replace('\t', ":");
        let arguments = [
            "query",
            "-t",
            &region,
            "-f",
            "[%SAMPLE\n]",
            "-i",
            "GT=\"alt\"",
            file,
        ];
        let expected = run("bcftools", &arguments).unwrap();
        let expected: BTreeSet<&str> = expected.lines().collect();
        let (contig, position) = site.split_once('\t').unwrap();
        let mut found = BTreeSet::new();
        let mut variants = dataset
            .variants(&format!("region({contig},{position},{position})"))
            .unwrap();
        while let Some(mut variant) = variants.next().unwrap() {
            if variant.position().unwrap().one_based().to_string() == position {
                variant
                    .carriers(|carrier| {
                        found.insert(dataset.sample_name(carrier.sample).unwrap());
                    })
                    .unwrap();
            }
        }
        assert_eq!(found, expected, "{region}");
    }
    windows(&dataset, &whole, region.is_none());
}

/// Rows of `contig pos ref alts an ac het hom hemi missing`, the counts by ALT.
fn counted(dataset: &View, table: &str, group: &[u32]) {
    let mut expected = Vec::new();
    for line in table.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        for (n, alt) in fields[3].split(',').enumerate() {
            let of = |field: usize| fields[field].split(',').nth(n).unwrap_or("0").to_owned();
            let (het, hom) = (of(6), of(7).parse::<u64>().unwrap_or(0) / 2);
            let head = fields[..3].join(" ");
            let an = fields[4];
            let all = [
                an.to_owned(),
                of(5),
                het,
                hom.to_string(),
                of(8),
                fields[9].to_owned(),
            ];
            expected.push(format!("{head} {alt} {}", all.join(" ")));
        }
    }
    let group = match group.is_empty() {
        true => dataset.all().unwrap(),
        false => group_of(dataset, group),
    };
    let mut found = Vec::new();
    let mut variants = dataset.variants_in("all", &group).unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let counts = variant.counts().unwrap();
        let (contig, position) = (variant.contig(), variant.position().unwrap().one_based());
        let (reference, alternate) = variant.alleles().unwrap();
        let (reference, alternate) = (
            String::from_utf8_lossy(reference),
            String::from_utf8_lossy(alternate),
        );
        let an = counts.an.unwrap();
        let (ac, het, hom, hemi) = (counts.ac, counts.n_het, counts.n_hom, counts.n_hemi);
        let missing = counts.n_missing.unwrap();
        found.push(format!(
            "{contig} {position} {reference} {alternate} {an} {ac} {het} {hom} {hemi} {missing}"
        ));
    }
    found.sort();
    expected.sort();
    assert_eq!(found.len(), expected.len());
    let differ = found.iter().zip(&expected).find(|(a, b)| a != b);
    assert_eq!(differ, None);
}

/// Random windows: the records that `bcftools view -r` gives, where there is an index for it.
fn windows(dataset: &View, input: &Path, whole: bool) {
    let index = |suffix: &str| PathBuf::from(format!("{}.{suffix}", input.display())).exists();
    if !whole || !(index("csi") || index("tbi")) {
        return;
    }
    let mut places = Vec::new();
    let mut variants = dataset.variants("all").unwrap();
    while let Some(variant) = variants.next().unwrap() {
        places.push((variant.contig(), variant.position().unwrap().one_based()));
    }
    for n in 0..8u64 {
        let (contig, position) = places[(n * 7_919_777 % places.len() as u64) as usize];
        let region = format!(
            "{contig}:{}-{}",
            position - 200,
            position + 3_000 * n as i64
        );
        let file = input.to_str().unwrap();
        let text = run("bcftools", &["view", "-G", "-r", &region, file]).unwrap();
        let rows = Oracle::parse(&[&text]).rows;
        let mut expected: Vec<String> = rows.iter().map(|row: &Row| show_row(row)).collect();
        let mut found = Vec::new();
        let mut variants = dataset.variants(&region).unwrap();
        while let Some(mut variant) = variants.next().unwrap() {
            found.push(show(&mut variant));
        }
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{region}");
    }
}

#[test]
fn a_cohort_of_phase_3() {
    let region = cfg!(debug_assertions).then_some("22:16050000-16080000");
    large("kgp2504_chr22_10k_fullINFO.vcf.gz", region);
}

#[test]
fn haploid_mitochondria() {
    large("kgp2534_chrMT_haploid.vcf.gz", None);
}

#[test]
fn haploid_males_on_x() {
    large("kgp3202_G6PD_chrX_haploid.vcf.gz", None);
}

#[test]
fn a_phased_panel() {
    let region = cfg!(debug_assertions).then_some("chr19:38433000-38440000");
    large("kgp3202_GRCh38_57genes.bcf", region);
}

#[test]
fn people_of_the_phenopacket_store() {
    large("ppkt_GRCh38.vcf.gz", None);
}
