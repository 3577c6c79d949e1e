//! What is known along stretches: reference blocks over bounds of pseudoautosomal regions.

use super::{CALLS, FEW, Sex, assembly, by_sex, place, regions, ruled, sample_name, sex};
use crate::common::{Folder, build, header};
use proptest::collection::vec;
use proptest::prelude::*;
use std::path::Path;
use varidex::{Assembly, BuildOptions, Dataset};

const BLOCK: (&str, &str) = ("N", "<NON_REF>");

/// A record of one sample, with the last base that it speaks of.
#[derive(Debug, Clone)]
struct Stretch {
    contig: &'static str,
    position: i64,
    last: i64,
    alleles: (&'static str, &'static str),
    call: &'static str,
}

impl Stretch {
    fn line(&self, call: &str) -> String {
        let (contig, position, (reference, alternate)) = (self.contig, self.position, self.alleles);
        let info = match self.alleles == BLOCK {
            true => format!("END={}", self.last),
            false => ".".to_owned(),
        };
        format!("{contig}\t{position}\t.\t{reference}\t{alternate}\t.\t.\t{info}\tGT\t{call}\n")
    }

    /// The record as it becomes, and a block for what it says behind each bound.
    fn ruled(&self, assembly: Assembly, sex: Sex) -> String {
        let of = |position| match place(assembly, self.contig, position) {
            Some(is_y) => ruled(self.call, sex, is_y),
            None => self.call.to_owned(),
        };
        let mut lines = self.line(&of(self.position));
        for position in self.position + 1..=self.last {
            if of(position) != of(position - 1) {
                let call = of(position);
                // a block says which copies are known; a variant's alleles are not behind its place
                let call = call.replace(|c: char| c.is_ascii_digit(), "0");
                let rest = Self {
                    position,
                    alleles: BLOCK,
                    ..self.clone()
                };
                lines += &rest.line(&call);
            }
        }
        lines
    }
}

fn stretches(assembly: Assembly) -> impl Strategy<Value = Vec<Stretch>> {
    let one = (
        0..4usize,
        1i64..40,
        0..5usize,
        0..CALLS.len(),
        any::<bool>(),
    );
    (vec(one, 0..12), 0i64..40).prop_map(move |(drawn, before)| {
        let mut all = Vec::new();
        let [x, y] = regions(assembly);
        for (contig, regions) in [("chrX", x), ("Y", y)] {
            for bound in regions
                .into_iter()
                .flat_map(|(first, last)| [first, last + 1])
            {
                // about each bound, one behind the other
                let mut position = (bound - before).max(1);
                for &(gap, length, kind, call, _) in &drawn {
                    position += gap as i64 % 2;
                    let alleles = [
                        BLOCK,
                        BLOCK,
                        ("A", "G,<NON_REF>"),
                        ("ACGTACG", "A,<NON_REF>"),
                        ("A", "C"),
                    ][kind];
                    let call = match CALLS[call] {
                        // of three copies and more nothing is kept but in rows
                        call if call.matches(['/', '|']).count() > 1 => "0/0",
                        call if alleles == BLOCK && call.contains('1') => "0/0",
                        call => call,
                    };
                    let last = match alleles == BLOCK {
                        true => position + length,
                        false => position + alleles.0.len() as i64 - 1,
                    };
                    all.push(Stretch {
                        contig,
                        position,
                        last,
                        alleles,
                        call,
                    });
                    position = last + 1;
                }
            }
        }
        // what is about two bounds would overlap
        let mut kept: Vec<Stretch> = Vec::new();
        for one in all {
            let before = kept.last().filter(|before| before.contig == one.contig);
            if before.is_none_or(|before| before.last < one.position) {
                kept.push(one);
            }
        }
        kept
    })
}

/// What is known at each place about the bounds: AN and missing samples of an allele that nobody has.
fn known(dataset: &Path, assembly: Assembly) -> Vec<(String, Option<u64>, Option<u64>)> {
    let view = Dataset::open(dataset).unwrap().view();
    let [x, y] = regions(assembly);
    let mut all = Vec::new();
    for (contig, regions) in [("chrX", x), ("Y", y)] {
        for bound in regions
            .into_iter()
            .flat_map(|(first, last)| [first, last + 1])
        {
            for position in (bound - 8).max(1)..bound + 8 {
                let allele = format!("{contig}:{position}:N:TTTTT");
                if let Some(absence) = view.absence(&allele, None).unwrap() {
                    all.push((allele, absence.an, absence.n_missing));
                }
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Files of one sample each, with reference blocks over bounds: what is known along a stretch changes there.
    #[test]
    fn stretches_change_at_bounds(
        (assembly, samples) in assembly().prop_flat_map(|a| (Just(a), vec(stretches(a), FEW))),
    ) {
        let folder = Folder::new();
        let make = |name: &str, sex_ploidy: bool| {
            let mut inputs = Vec::new();
            for (n, stretches) in samples.iter().enumerate() {
                let lines = stretches.iter().map(|one| match sex_ploidy {
                    true => one.line(one.call),
                    false => one.ruled(assembly, sex(n)),
                });
                let more = "##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n#CHROM";
                let head = header("chrX,Y", &[&sample_name(n)]).replace("#CHROM", more);
                inputs.push(folder.write(&format!("{name}{n}.g.vcf"), head + &lines.collect::<String>()));
            }
            let to = folder.path(&format!("{name}.vdx"));
            let options = BuildOptions { merge_from: 2, ..by_sex(&folder, assembly, sex_ploidy) };
            build(&inputs, &to, &options).unwrap();
            Dataset::open(&to).unwrap().verify().unwrap();
            to
        };
        let (by_option, by_text) = (make("written", true), make("changed", false));
        prop_assert_eq!(known(&by_option, assembly), known(&by_text, assembly));
        prop_assert_eq!(counted_where_known(&by_option), counted_where_known(&by_text));
    }
}

fn counted_where_known(dataset: &Path) -> Vec<(String, varidex::Counts)> {
    let view = Dataset::open(dataset).unwrap().view();
    let mut all = Vec::new();
    let mut variants = view.variants("all").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let key = format!(
            "{}:{:?}:{:?}",
            variant.contig(),
            variant.position().unwrap(),
            variant.alleles().unwrap()
        );
        all.push((key, variant.counts().unwrap()));
    }
    all
}
