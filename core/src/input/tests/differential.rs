//! The same content as text and as BCF, converted by bcftools.

use super::*;
use std::process::Command;

/// What a command prints, where the program is installed.
pub(super) fn run(program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// Phase of a first copy is not in BCF, and places count other things.
fn comparable(mut sites: Vec<Site>) -> Vec<Site> {
    for site in &mut sites {
        site.place = Place::File;
    }
    sites
}

#[test]
fn bcf_and_text_of_a_file_are_equal() {
    let Some(data) = data() else { return };
    let files = [
        "hard/made/base.vcf",
        "hard/made/ploidy_mix.vcf",
        "hard/made/half_calls.vcf",
        "hard/made/symbolic_sv.vcf",
        "hard/made/alts_3000.vcf",
        "hard/made/trailing_fields_dropped.vcf",
        "hard/made/local_alleles_4.5.vcf",
        "hard/made/long_alleles.vcf",
        "hard/made/many_samples_5000.vcf",
        "hard/made/percent_and_quotes.vcf",
        "hard/bio2zarr_vcf/CEUTrio.20.21.gatk3.4.g.vcf.bgz",
        "hard/bio2zarr_vcf/mixed_ploidy.vcf.gz",
        "hard/bio2zarr_vcf/1kg_2020_chrM.vcf.gz",
        "hard/ploidy_phase_micro/micro_missing_non_uniform_phasing_ploidy.vcf",
        "hard/ploidy_phase_micro/micro_eov.vcf",
        "cohorts/kgp3202_G6PD_chrX_haploid.vcf.gz",
        "cohorts/kgp2534_chrMT_haploid.vcf.gz",
        "cohorts/trio/ashk-trio.vcf.gz",
    ];
    for file in files {
        let path = data.join(file);
        let text = read_file(&path, &How::default()).unwrap();
        let name = path.to_str().unwrap();
        for kind in ["-Ob", "-Ou"] {
            let Some(binary) = run("bcftools", &["view", "--no-version", kind, name]) else {
                return eprintln!("skipped: bcftools cannot be run");
            };
            let binary = read(binary);
            let keys = binary.header.samples == text.header.samples;
            assert!(
                keys && text.refused.is_empty() && binary.refused.is_empty(),
                "{file}"
            );
            for (a, b) in comparable(text.sites.clone())
                .iter()
                .zip(comparable(binary.sites))
            {
                assert_eq!(*a, b, "{file}");
            }
            assert_eq!(text.tally.records_read, binary.tally.records_read, "{file}");
        }
    }
}
