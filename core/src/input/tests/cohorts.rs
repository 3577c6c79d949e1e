//! Real cohorts, against what bcftools says of them.

use super::*;
use std::time::Instant;

/// `cargo test --release -p varidex reading_speed -- --ignored --nocapture`, the file's name in
/// `VARIDEX_BENCH_FILE`.
#[test]
#[ignore = "measures; needs a file"]
fn reading_speed() {
    let Some(path) = std::env::var_os("VARIDEX_BENCH_FILE").map(PathBuf::from) else {
        return;
    };
    for _ in 0..5 {
        let start = Instant::now();
        let mut reader = Reader::open(&path, &ReadOptions::default()).unwrap();
        let (mut chunks, mut bytes) = (0, 0);
        let tally = reader
            .read(&POOL, 64 << 20, &mut |chunk| {
                chunks += 1;
                bytes += chunk.bytes.len() + 4 * chunk.list.len() + 8 * chunk.words.len();
                Ok(())
            })
            .unwrap();
        let time = start.elapsed();
        eprintln!("{time:?} {chunks} chunks of {bytes} bytes, {tally:?}");
    }
}

/// AC, AN, and the copies in heterozygous, homozygous and hemizygous genotypes of each ALT, by the
/// rules of bcftools: a half call is hemizygous.
fn counts(site: &Site, samples: usize) -> Vec<String> {
    let is = |set: &[u32], n: u32| set.binary_search(&n).is_ok();
    let mut an = 2 * samples - site.haploid.len() - site.missing.len();
    an -= 2 * site.polyploid.len();
    for (_, alleles, _) in &site.polyploid {
        an += alleles.iter().filter(|&&a| a != u32::MAX).count();
    }
    let mut columns = [Vec::new(), vec![an.to_string()], vec![], vec![], vec![]];
    for (number, alt) in (1..).zip(&site.alts) {
        let (mut ac, mut het, mut hom, mut hemi) = (0, 0, 0, 0);
        for &copy in &alt.1 {
            ac += 1;
            if is(&alt.1, copy ^ 1) {
                hom += 1;
            } else if is(&site.haploid, copy / 2) || is(&site.missing, copy ^ 1) {
                hemi += 1;
            } else {
                het += 1;
            }
        }
        for (_, alleles, _) in &site.polyploid {
            ac += alleles.iter().filter(|&&a| a == number).count();
        }
        for (column, n) in [0, 2, 3, 4].into_iter().zip([ac, het, hom, hemi]) {
            columns[column].push(n.to_string());
        }
    }
    columns.iter().map(|c| c.join(",")).collect()
}

#[test]
fn counts_equal_those_of_bcftools() {
    let Some(data) = data() else { return };
    let mut files = vec![
        "kgp2504_chr22_10k_fullINFO.vcf.gz",
        "kgp2534_chrMT_haploid.vcf.gz",
        "kgp3202_G6PD_chrX_haploid.vcf.gz",
        "kgp2504_chr1/test_1000G_hs37.vcf.gz",
        "ppkt_GRCh38.vcf.gz",
        "trio/ashk-trio.vcf.gz",
        "trio/comphet.csq.vcf",
        "trio/with-bcsq.vcf",
        "sim10k_1mb.bcf",
    ];
    if !cfg!(debug_assertions) {
        files.extend(["kgp3202_GRCh38_57genes.bcf", "sim100k_250kb.bcf"]);
    }
    for file in files {
        let path = data.join("cohorts").join(file);
        let query = "bcftools +fill-tags \"$0\" -Ou -- -t AC,AN,AC_Het,AC_Hom,AC_Hemi 2>/dev/null | \
             bcftools query -f '%POS %AC %AN %AC_Het %AC_Hom %AC_Hemi\\n'";
        let arguments = ["-c", query, path.to_str().unwrap()];
        let Some(output) = differential::run("sh", &arguments).filter(|o| !o.is_empty()) else {
            return eprintln!("skipped: bcftools cannot be run");
        };
        let expected = String::from_utf8(output).unwrap();
        let mut expected = expected.lines();
        let mut reader = Reader::open(&path, &ReadOptions::default()).unwrap();
        let samples = reader.header().samples.len();
        let (mut records, mut warned) = (0, Vec::new());
        reader
            .read(&POOL, 64 << 20, &mut |chunk: Chunk| {
                let mut found = Vec::new();
                sites(&chunk, samples, &mut found);
                for site in found {
                    let line = expected.next().unwrap();
                    let ours =
                        format!("{} {}", site.position + 1, counts(&site, samples).join(" "));
                    if site.alts.is_empty() {
                        assert!(line.starts_with(&format!("{} ", site.position + 1)));
                    } else {
                        assert_eq!(ours, line, "{file}");
                    }
                    records += 1;
                }
                assert_eq!(chunk.refused_count(), 0, "{:?}", chunk.refused);
                warned.extend(chunk.warnings.into_iter().map(|w| w.what));
                Ok(())
            })
            .unwrap();
        assert_eq!(expected.next(), None);
        warned.sort();
        warned.dedup();
        eprintln!("{file}: {records} records, {samples} samples, {warned:?}");
    }
}
