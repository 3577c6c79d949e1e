//! Arbitrary cohorts: every row, count and carrier as a plain scan of the VCF has them.

use crate::common::changes::{self, askable, same_change};
use crate::common::check::{check, compare, group_of};
use crate::common::generate::{INFO_KEYS, cohort};
use crate::common::oracle::Oracle;
use crate::common::{Folder, build, content, keeping, options};
use proptest::collection::vec;
use proptest::prelude::*;
use varidex::{BuildOptions, Dataset, Position};

fn groups(members: Vec<Vec<u16>>, samples: usize) -> Vec<Vec<u32>> {
    let inside = |n: u16| u32::from(n) % samples.max(1) as u32;
    let group = |group: Vec<u16>| group.into_iter().map(inside).collect();
    match samples {
        0 => vec![vec![]],
        _ => members.into_iter().map(group).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn small_cohorts(
        cohort in cohort(0..50usize, 40),
        members in vec(vec(any::<u16>(), 0..12), 2),
        info in any::<bool>(),
    ) {
        let folder = Folder::new();
        let text = cohort.vcf();
        let oracle = Oracle::parse(&[&text]);
        let options = if info { keeping(&INFO_KEYS) } else { options() };
        let dataset = folder.dataset(&text, &options);
        check(&dataset, &oracle, &groups(members, cohort.samples));
        prop_assert_eq!(dataset.info().records, Some(oracle.records as u64));
        prop_assert_eq!(dataset.info().rows, oracle.rows.len() as u64);
    }

    #[test]
    fn middling_cohorts(
        cohort in cohort(60..400usize, 30),
        members in vec(vec(any::<u16>(), 0..200), 1),
    ) {
        let folder = Folder::new();
        let text = cohort.vcf();
        let oracle = Oracle::parse(&[&text]);
        let dataset = folder.dataset(&text, &options());
        check(&dataset, &oracle, &groups(members, cohort.samples));
    }

    #[test]
    fn exact_alleles_are_found(cohort in cohort(1..6usize, 40)) {
        let folder = Folder::new();
        let text = cohort.vcf();
        let oracle = Oracle::parse(&[&text]);
        let dataset = folder.dataset(&text, &options());
        let mut lookup = dataset.lookup(None).unwrap();
        let first = group_of(&dataset, &[0]);
        let mut lookup_in = dataset.lookup(Some(&first)).unwrap();
        for row in askable(&oracle).into_iter().map(|n| &oracle.rows[n]) {
            let (contig, position) = (&row.contig, row.position);
            let (reference, alternate) = (&row.reference, &row.alternate);
            let twins: Vec<_> = oracle.rows.iter().filter(|other| same_change(row, other)).collect();
            let name = format!("{contig}:{position}:{reference}:{alternate}");
            let everybody = oracle.all().into_iter().collect();
            let mut variants = dataset.variants(varidex::VariantExpr::allele(&name)).unwrap();
            compare(&mut variants, &twins, &everybody);
            // a dash inside a contig or an allele makes no difference in text either
            let mut variants = dataset.variants(name.as_str()).unwrap();
            compare(&mut variants, &twins, &everybody);
            let dashed = format!("{contig}-{position}-{reference}-{alternate}");
            let mut variants = dataset.variants(varidex::VariantExpr::allele(dashed)).unwrap();
            compare(&mut variants, &twins, &everybody);
            let place = Position::from_one_based(position).unwrap();
            let found = dataset.allele(contig, place, reference, alternate).unwrap().unwrap();
            prop_assert_eq!(found.counts().unwrap(), changes::counts(&twins, &|_| true));
            let counts = found.counts_in(&first).unwrap();
            prop_assert_eq!(counts, changes::counts(&twins, &|sample| sample == 0));
            let named = dataset.allele_named(&name).unwrap().unwrap();
            prop_assert_eq!(named.counts().unwrap(), changes::counts(&twins, &|_| true));
            let looked_up = lookup.counts(contig, place, reference, alternate).unwrap();
            prop_assert_eq!(looked_up, Some(changes::counts(&twins, &|_| true)));
            let looked_up = lookup_in.counts(contig, place, reference, alternate).unwrap();
            prop_assert_eq!(looked_up, Some(counts));
            let absent = lookup.counts(contig, place, reference, "ACGTACGTACGT").unwrap();
            prop_assert!(absent.is_none());
            let absent = dataset.allele(contig, place, reference, "ACGTACGTACGT").unwrap();
            prop_assert!(absent.is_none());
        }
    }

    #[test]
    fn bytes_do_not_depend_on_threads_or_repetition(cohort in cohort(1..40usize, 60)) {
        let folder = Folder::new();
        let input = folder.write("input.vcf", cohort.vcf());
        let mut first = None;
        for (number, threads) in [1, 2, 4, 1].into_iter().enumerate() {
            let to = folder.path(&format!("{number}.vdx"));
            let options = BuildOptions { threads: Some(threads), ..keeping(&INFO_KEYS) };
            build(&[&input], &to, &options).unwrap();
            let found = content(&to);
            prop_assert_eq!(first.get_or_insert_with(|| found.clone()), &found);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, max_shrink_iters: 40, ..ProptestConfig::default() })]

    /// Numbers of samples and copies above 2^16 and 2^17.
    #[test]
    fn large_cohorts(
        cohort in cohort(65_500..66_500usize, 6),
        members in vec(vec(any::<u16>(), 0..300), 1),
    ) {
        let folder = Folder::new();
        let text = cohort.vcf();
        let oracle = Oracle::parse(&[&text]);
        let dataset = folder.dataset(&text, &options());
        check(&dataset, &oracle, &groups(members, cohort.samples));
    }
}

/// Shared haplotypes, so that rows are stored as ordered runs, over several pages and blocks.
#[test]
fn a_simulated_cohort() {
    use varidex_simulate::{Format, Options, simulate};
    let folder = Folder::new();
    let simulated = Options {
        samples: 400,
        variants: 2_500,
        format: Format::Vcf,
        ..Options::default()
    };
    let to = folder.path("simulated");
    simulate(&simulated, &to, &mut |_, _| true).unwrap();
    let text = std::fs::read_to_string(to.join(Format::Vcf.file_name())).unwrap();
    let oracle = Oracle::parse(&[&text]);
    let dataset = folder.dataset(&text, &options());
    let groups = [
        (0..400).step_by(3).collect(),
        (0..400).filter(|n| n % 7 != 2).collect(),
        vec![5],
        vec![],
    ];
    check(&dataset, &oracle, &groups);
    let mut first = None;
    for threads in [1, 2, 4] {
        let to = folder.path("threads.vdx");
        let options = BuildOptions {
            threads: Some(threads),
            replace: true,
            ..options()
        };
        build(&[folder.path("input.vcf")], &to, &options).unwrap();
        let found = content(&to);
        assert!(first.get_or_insert_with(|| found.clone()) == &found);
        Dataset::open(&to).unwrap().verify().unwrap();
    }
}
