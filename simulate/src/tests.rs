use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use super::*;
use varidex::Error;

/// A small cohort in which everything that can happen does.
pub(super) fn busy() -> Options {
    Options {
        samples: 150,
        variants: 600,
        format: Format::Vcf,
        missing: 0.02,
        half_calls: 0.3,
        unphased_sites: 0.2,
        unphased_genotypes: 0.01,
        haploid: 0.01,
        switch_error: 0.05,
        error: 0.005,
        multiallelic: 0.2,
        indels: 0.3,
        structural: 0.1,
        filtered: 0.2,
        ..Options::default()
    }
}

/// Nothing but single-base variants, all called, all with phase.
pub(super) fn clean(samples: usize, variants: usize) -> Options {
    Options {
        samples,
        variants,
        format: Format::Vcf,
        missing: 0.0,
        half_calls: 0.0,
        unphased_sites: 0.0,
        unphased_genotypes: 0.0,
        multiallelic: 0.0,
        indels: 0.0,
        structural: 0.0,
        filtered: 0.0,
        ..Options::default()
    }
}

pub(super) struct Run {
    dir: tempfile::TempDir,
    pub(super) summary: Summary,
}

pub(super) fn run(options: &Options) -> Run {
    let dir = tempfile::tempdir().unwrap();
    let summary = simulate(options, dir.path(), &mut |_, _| true).unwrap();
    Run { dir, summary }
}

impl Run {
    fn text(&self) -> String {
        fs::read_to_string(&self.summary.genotypes).unwrap()
    }

    fn bytes(&self) -> Vec<Vec<u8>> {
        let files = [
            &self.summary.genotypes,
            &self.summary.truth,
            &self.summary.people,
        ];
        files.map(|f| fs::read(f).unwrap()).to_vec()
    }

    pub(super) fn records(&self) -> Vec<Vec<String>> {
        let fields = |line: &str| line.split('\t').map(str::to_owned).collect();
        let text = self.text();
        text.lines()
            .filter(|l| !l.starts_with('#'))
            .map(fields)
            .collect()
    }

    pub(super) fn truth(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.summary.truth).unwrap();
        text.lines().skip(1).map(str::to_owned).collect()
    }

    fn males(&self) -> Vec<bool> {
        let text = fs::read_to_string(&self.summary.people).unwrap();
        text.lines()
            .skip(1)
            .map(|l| l.split('\t').nth(1) == Some("male"))
            .collect()
    }
}

/// The alleles of a genotype's copies, `None` where not called.
pub(super) fn copies(genotype: &str) -> Vec<Option<usize>> {
    genotype.split(['|', '/']).map(|a| a.parse().ok()).collect()
}

/// The truth as anyone would count it in the text.
pub(super) fn recount(records: &[Vec<String>]) -> Vec<String> {
    let mut lines = Vec::new();
    for fields in records {
        let genotypes: Vec<_> = fields.iter().skip(9).map(|g| copies(g)).collect();
        let called: usize = genotypes.iter().map(|g| g.iter().flatten().count()).sum();
        let missing = genotypes
            .iter()
            .filter(|g| g.iter().any(Option::is_none))
            .count();
        for (i, alternate) in fields[4].split(',').enumerate() {
            let (mut het, mut hom, mut hemi) = (0, 0, 0);
            for g in &genotypes {
                let n = g.iter().filter(|&&a| a == Some(i + 1)).count();
                match (n, g.len()) {
                    (1, 1) => hemi += 1,
                    (1, _) => het += 1,
                    (2, _) => hom += 1,
                    _ => (),
                }
            }
            let (chrom, pos, reference) = (&fields[0], &fields[1], &fields[3]);
            let ac = het + 2 * hom + hemi;
            lines.push(format!(
                "{chrom}\t{pos}\t{reference}\t{alternate}\t{ac}\t{called}\t{het}\t{hom}\t{hemi}\t{missing}"
            ));
        }
    }
    lines
}

fn inflate(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).unwrap();
    noodles_bgzf::io::Reader::new(file)
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

#[test]
fn same_seed_same_bytes() {
    for format in [Format::Vcf, Format::VcfGz, Format::Bcf] {
        let options = Options { format, ..busy() };
        let first = run(&options).bytes();
        assert!(
            first
                == run(&Options {
                    threads: 5,
                    ..options.clone()
                })
                .bytes()
        );
        assert!(first != run(&Options { seed: 2, ..options }).bytes());
    }
}

#[test]
fn truth_is_what_the_text_says() {
    for contig in ["chr22", "chrX"] {
        // Across the end of the first pseudo-autosomal region.
        let start = (contig == "chrX").then_some(2_771_479);
        let spacing = Some(40.0);
        let run = run(&Options {
            contig: contig.to_owned(),
            start,
            spacing,
            ..busy()
        });
        let recount = recount(&run.records());
        assert_eq!(recount, run.truth());
        assert_eq!(recount.len(), 600);
        assert_eq!(run.summary.variants, 600);
        assert_eq!(run.summary.records, run.records().len() as u64);
        for line in recount {
            assert_ne!(line.split('\t').nth(4), Some("0"), "{line}");
        }
    }
}

#[test]
fn info_is_what_the_truth_says() {
    let run = run(&busy());
    let mut truth: BTreeMap<String, (Vec<String>, String)> = BTreeMap::new();
    for line in run.truth() {
        let f: Vec<_> = line.split('\t').collect();
        let entry = truth.entry(f[1].to_owned()).or_default();
        entry.0.push(f[4].to_owned());
        entry.1 = f[5].to_owned();
    }
    for record in run.records() {
        let (ac, an) = &truth[&record[1]];
        let expected = format!("AC={};AN={an}", ac.join(","));
        assert!(record[7].starts_with(&expected), "{} {expected}", record[7]);
    }
}

#[test]
fn every_format_says_the_same() {
    let text = run(&busy());
    let zipped = run(&Options {
        format: Format::VcfGz,
        ..busy()
    });
    let binary = run(&Options {
        format: Format::Bcf,
        ..busy()
    });
    assert_eq!(inflate(&zipped.summary.genotypes), text.text().into_bytes());
    assert_eq!(binary.truth(), text.truth());

    let mut reader = noodles_bcf::io::reader::Builder::default()
        .build_from_path(&binary.summary.genotypes)
        .unwrap();
    let header = reader.read_header().unwrap();
    let mut seen = Vec::new();
    let mut writer = noodles_vcf::io::Writer::new(&mut seen);
    for record in reader.records() {
        use noodles_vcf::variant::io::Write as _;
        writer
            .write_variant_record(&header, &record.unwrap())
            .unwrap();
    }
    let seen = String::from_utf8(seen).unwrap();
    let seen: Vec<Vec<&str>> = seen.lines().map(|l| l.split('\t').collect()).collect();
    let expected = text.records();
    assert_eq!(seen.len(), expected.len());
    for (seen, expected) in seen.iter().zip(&expected) {
        assert_eq!(seen[..9], expected[..9]);
        let genotypes = |f: Vec<&str>| f.into_iter().skip(9).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            genotypes(seen.clone()),
            genotypes(expected.iter().map(String::as_str).collect())
        );
    }
}

/// One in five of anything, give or take.
pub(super) fn about(seen: usize, of: usize, rate: f64) -> bool {
    let expected = of as f64 * rate;
    (seen as f64 - expected).abs() < 5.0 * expected.sqrt() + 1.0
}

#[test]
fn rates_are_kept() {
    let run = run(&Options {
        variants: 3_000,
        ..busy()
    });
    let records = run.records();
    let n = records.len();
    let count = |test: &dyn Fn(&Vec<String>) -> bool| records.iter().filter(|r| test(r)).count();
    assert!(about(count(&|r| r[6] == "LowQual"), n, 0.2));
    assert!(about(count(&|r| r[4].starts_with('<')), n, 0.1));
    assert!(about(
        count(&|r| r[4].starts_with('<') == r[7].contains("SVTYPE")),
        n,
        1.0
    ));
    let indel = |r: &Vec<String>| {
        !r[4].starts_with('<') && (r[3].len() > 1 || r[4].split(',').any(|a| a.len() > 1))
    };
    assert!(about(count(&indel), n, 0.3));
    let several = count(&|r| r[4].contains(','));
    assert!(about(several, n, 0.2 * 0.9), "{several} of {n}");
    let unphased = count(&|r| !r[9..].iter().any(|g| g.contains('|')));
    assert!(about(unphased, n, 0.2), "{unphased} of {n}");

    let genotypes: Vec<&String> = records.iter().flat_map(|r| &r[9..]).collect();
    let share = |test: &dyn Fn(&str) -> bool| {
        genotypes.iter().filter(|g| test(g)).count() as f64 / genotypes.len() as f64
    };
    let haploid = share(&|g| g.len() == 1);
    assert!((0.008..0.012).contains(&haploid), "{haploid}");
    let missing = share(&|g| g.contains('.'));
    assert!((0.012..0.028).contains(&missing), "{missing}");
    let half = share(&|g| g.contains('.') && g.len() == 3 && g != "./." && g != ".|.");
    assert!((0.2..0.4).contains(&(half / missing)), "{half}");
    let mixed = records
        .iter()
        .filter(|r| {
            r[9..].iter().any(|g| g.contains('|')) && r[9..].iter().any(|g| g.contains('/'))
        })
        .count();
    assert!(mixed > n / 3);
    for genotype in genotypes {
        if let Some((a, b)) = genotype.split_once('/') {
            assert!(a == "." || (b != "." && a <= b), "{genotype}");
        }
    }
}

#[test]
fn alleles_are_sound() {
    let run = run(&busy());
    let mut last = 0;
    for r in run.records() {
        let position: u32 = r[1].parse().unwrap();
        assert!(position > last);
        last = position;
        let alternates: Vec<&str> = r[4].split(',').collect();
        for (i, alternate) in alternates.iter().enumerate() {
            assert_ne!(*alternate, r[3]);
            assert!(!alternates[..i].contains(alternate));
            if alternate.starts_with('<') || alternate.len() == r[3].len() {
                continue;
            }
            // Left-aligned and starting with the base before.
            assert_eq!(alternate[..1], r[3][..1]);
        }
    }
    assert_eq!(run.summary.span.map(|s| s.1), Some(last));
}

#[test]
fn half_of_the_variants_are_singletons() {
    for samples in [1_500, 4_000] {
        let run = run(&clean(samples, 3_000));
        let counts: Vec<usize> = run
            .truth()
            .iter()
            .map(|l| l.split('\t').nth(4).unwrap().parse().unwrap())
            .collect();
        let share = |low: f64| {
            counts.iter().filter(|&&c| c as f64 > low).count() as f64 / counts.len() as f64
        };
        let singletons = 1.0 - share(1.0);
        assert!(
            (0.4..0.6).contains(&singletons),
            "{samples} samples: {singletons} singletons"
        );
        let common = share(0.05 * 2.0 * samples as f64);
        assert!(
            (0.02..0.2).contains(&common),
            "{samples} samples: {common} common"
        );
    }
}

#[test]
fn neighbours_are_linked() {
    let run = run(&clean(400, 6_000));
    let mut common: Vec<(u32, Vec<f64>)> = Vec::new();
    for r in run.records() {
        let bits: Vec<f64> = r[9..]
            .iter()
            .flat_map(|g| copies(g))
            .map(|a| a.unwrap_or(0) as f64)
            .collect();
        let mean = bits.iter().sum::<f64>() / bits.len() as f64;
        if (0.1..0.9).contains(&mean) {
            let sd = (mean * (1.0 - mean)).sqrt();
            common.push((
                r[1].parse().unwrap(),
                bits.iter().map(|b| (b - mean) / sd).collect(),
            ));
        }
    }
    let (mut near, mut far) = (Vec::new(), Vec::new());
    for (i, (at, a)) in common.iter().enumerate() {
        for (other, b) in &common[..i] {
            let r = a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / a.len() as f64;
            match at - other {
                0..2_000 => near.push(r * r),
                200_000.. => far.push(r * r),
                _ => (),
            }
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    assert!(near.len() > 100 && far.len() > 100);
    assert!(
        mean(&near) > 0.2 && mean(&near) > 4.0 * mean(&far),
        "{} and {}",
        mean(&near),
        mean(&far)
    );
}

#[test]
fn males_have_one_x() {
    let base = Options {
        contig: "X".to_owned(),
        ..clean(60, 200)
    };
    let inside = run(&Options {
        start: Some(1_000_000),
        spacing: Some(10.0),
        ..base.clone()
    });
    assert!(
        inside
            .records()
            .iter()
            .flat_map(|r| &r[9..])
            .all(|g| g.len() == 3)
    );
    let outside = run(&Options {
        start: Some(50_000_000),
        ..base
    });
    let males = outside.males();
    assert_eq!(males.iter().filter(|&&m| m).count(), 30);
    for r in outside.records() {
        for (genotype, male) in r[9..].iter().zip(&males) {
            assert_eq!(genotype.len() == 1, *male, "{genotype}");
        }
    }
    assert_eq!(recount(&outside.records()), outside.truth());
}

#[test]
fn populations_share_out_the_samples() {
    let populations = vec![
        Population::new("AAA", Ancestry::EastAsian, 3.0),
        Population::new("BBB", Ancestry::African, 1.0),
    ];
    let run = run(&Options {
        populations,
        ..clean(100, 10)
    });
    let text = fs::read_to_string(&run.summary.people).unwrap();
    assert!(text.starts_with("sample\tsex\tpopulation\nSIM0000001\t"));
    assert_eq!(text.matches("\tAAA\n").count(), 75);
    assert_eq!(text.matches("\tBBB\n").count(), 25);
    assert_eq!(text.matches("\tmale\t").count(), 50);
}

#[test]
fn the_smallest_cohorts() {
    for (samples, variants) in [(0, 0), (0, 50), (1, 0), (1, 50), (2, 50), (65, 1)] {
        for format in [Format::Vcf, Format::Bcf] {
            let run = run(&Options {
                samples,
                variants,
                format,
                ..busy()
            });
            assert_eq!(run.truth().len(), variants);
            assert_eq!(run.summary.variants, variants as u64);
            if format == Format::Vcf {
                assert_eq!(recount(&run.records()), run.truth());
                assert!(
                    run.records()
                        .iter()
                        .all(|r| r.len() == if samples == 0 { 8 } else { 9 + samples })
                );
            }
        }
    }
}

#[test]
fn a_full_contig() {
    let options = Options {
        contig: "tiny".to_owned(),
        contig_length: Some(200),
        start: Some(1),
        indels: 0.5,
        structural: 0.5,
        multiallelic: 0.0,
        ..busy()
    };
    let run = run(&Options {
        variants: 200,
        ..options.clone()
    });
    let records = run.records();
    assert_eq!(records.len(), 200);
    assert_eq!(records[199][1], "200");
    for r in records {
        let position: usize = r[1].parse().unwrap();
        assert!(position + r[3].len() - 1 <= 200);
        if let Some((_, end)) = r[7].split_once(";END=") {
            assert!((position..=200).contains(&end.parse().unwrap()), "{r:?}");
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let refused = simulate(
        &Options {
            variants: 201,
            ..options
        },
        dir.path(),
        &mut |_, _| true,
    );
    assert!(matches!(refused, Err(Error::Usage(_))));
}

#[test]
fn nonsense_is_refused() {
    let refuse: [fn(&mut Options); 14] = [
        |o| o.missing = 1.5,
        |o| o.haploid = f64::NAN,
        |o| o.switch_error = -0.1,
        |o| o.error = 1.1,
        |o| o.recombination = 0.1,
        |o| (o.indels, o.structural) = (0.6, 0.6),
        |o| o.samples = 1 << 24,
        |o| o.variants = usize::MAX,
        |o| o.populations.clear(),
        |o| o.populations[0].share = 0.0,
        |o| o.contig = "chrY".to_owned(),
        |o| o.contig = "scaffold_7".to_owned(),
        |o| o.start = Some(0),
        |o| o.spacing = Some(0.0),
    ];
    for change in refuse {
        let mut options = busy();
        change(&mut options);
        let dir = tempfile::tempdir().unwrap();
        let outcome = simulate(&options, dir.path(), &mut |_, _| true);
        assert!(matches!(outcome, Err(Error::Usage(_))), "{options:?}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}

#[test]
fn files_are_replaced_only_when_asked() {
    let run = run(&clean(3, 3));
    let again = simulate(&clean(3, 3), run.dir.path(), &mut |_, _| true);
    assert!(matches!(again, Err(Error::Io { .. })));
    let options = Options {
        overwrite: true,
        ..clean(3, 2)
    };
    simulate(&options, run.dir.path(), &mut |_, _| true).unwrap();
    assert_eq!(run.truth().len(), 2);
}

#[test]
fn progress_ends_with_all() {
    let dir = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    simulate(&clean(5, 700), dir.path(), &mut |done, total| {
        seen.push((done, total));
        true
    })
    .unwrap();
    assert_eq!(seen, [(256, 700), (512, 700), (700, 700)]);
}

#[test]
fn stopping_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let stopped = simulate(&clean(5, 700), dir.path(), &mut |done, _| done < 500);
    assert!(matches!(stopped, Err(Error::Cancelled)));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    for format in [Format::Vcf, Format::VcfGz, Format::Bcf] {
        for variants in [5, 20_000] {
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join(format.file_name());
            std::os::unix::fs::symlink("/dev/full", &file).unwrap();
            let options = Options {
                format,
                overwrite: true,
                ..clean(20, variants)
            };
            match simulate(&options, dir.path(), &mut |_, _| true) {
                Err(Error::Io { path, .. }) => assert_eq!(path, file),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn places_keep_their_spacing() {
    let run = run(&Options {
        spacing: Some(50.0),
        start: Some(30_000_000),
        ..clean(5, 4_000)
    });
    let (first, last) = run.summary.span.unwrap();
    assert!(first >= 30_000_000);
    let mean = f64::from(last - first) / 4_000.0;
    assert!((46.0..54.0).contains(&mean), "{mean}");
}
