//! A group is numbers of people, which mean others in another dataset: taken there, it would give counts
//! and carriers of the wrong people without a word. Whatever takes one refuses those of other datasets.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

use std::path::Path;
use varidex::{
    BuildOptions, By, Dataset, Error, ExportFormat, ExportOptions, Position, Query, Result, Trios,
    View,
};

fn built(folder: &Path, name: &str, samples: &str) -> View {
    let genotypes = samples.split('\t').map(|_| "0/1").collect::<Vec<_>>();
    let vcf = format!(
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
         ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{samples}\n\
         1\t100\t.\tA\tG\t.\t.\t.\tGT\t{}\n",
        genotypes.join("\t")
    );
    let write = |end: &str, text: &str| {
        let path = folder.join(format!("{name}.{end}"));
        std::fs::write(&path, text).unwrap();
        path
    };
    let ped = "f\ta\tb\tc\t1\t0\nf\tb\t0\t0\t1\t0\nf\tc\t0\t0\t2\t0\n";
    let options = BuildOptions {
        genes: vec![write("bed", "1\t50\t150\tGG\n")],
        people: varidex::PeopleOptions {
            files: vec![write("ped", ped)],
            ..varidex::PeopleOptions::default()
        },
        ..BuildOptions::default()
    };
    let to = folder.join(format!("{name}.vdx"));
    varidex::build(&[write("vcf", &vcf)], &to, &options, &mut |_| true).unwrap();
    Dataset::open(to).unwrap().view()
}

fn refused<T>(what: &str, result: Result<T>) {
    match result {
        Err(Error::Usage(message)) => {
            assert!(message.contains("does not fit"), "{what}: {message}");
        }
        Err(other) => panic!("{what}: {other}"),
        Ok(_) => panic!("{what}: taken"),
    }
}

#[test]
fn groups_of_another_dataset_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let here = built(folder.path(), "here", "a\tb\tc");
    let there = built(folder.path(), "there", "c\tb\ta");
    let mine = here.ask("samples(a)").unwrap();
    let theirs = there.ask("samples(a)").unwrap();
    let several = [mine.clone(), theirs.clone()];
    let options = ExportOptions {
        format: Some(ExportFormat::Vcf),
        ..ExportOptions::default()
    };
    let mut out = Vec::new();
    let file = folder.path().join("out.vcf");

    refused("variants_in", here.variants_in("all", &theirs));
    refused("variants_by", here.variants_by("all", &several));
    refused("groups_by", here.groups_by::<By>(&[], Some(&theirs)));
    let sex = [varidex::Attribute::Sex];
    refused("groups_by", here.groups_by(&sex, Some(&theirs)));
    let query = Query::new("all").unwrap();
    refused("scan", here.scan(&query.clone().in_group(Some(&theirs))));
    refused("scan", here.scan(&query.clone().by(several.to_vec())));
    refused("frequency", here.frequency("1:100:A:G", Some(&theirs)));
    refused("lookup", here.lookup(Some(&theirs)));
    refused("genotypes", here.genotypes("all", Some(&theirs), 9));
    refused("dosages", here.dosages(Some(&theirs)));
    let pairs = here.compound_pairs(&query.in_group(Some(&theirs)));
    refused("compound_pairs", pairs);
    let written = here.export("all", Some(&theirs), &file, &options, &mut |_| true);
    refused("export", written);
    assert!(!file.exists());
    let written = here.export_to("all", Some(&theirs), &mut out, &options, &mut |_| true);
    refused("export_to", written);
    assert!(out.is_empty());
    let position = Position::from_one_based(100).unwrap();
    let allele = here.allele("1", position, "A", "G").unwrap().unwrap();
    refused("counts_in", allele.counts_in(&theirs));
    refused("intersection", mine.intersection(&theirs));
    refused("union", mine.union(&theirs));
    refused("difference", mine.difference(&theirs));
    refused("symmetric_difference", mine.symmetric_difference(&theirs));

    // what is made of a dataset beside groups
    let mut variants = here.variants("all").unwrap();
    let mut variant = variants.next().unwrap().unwrap();
    let mut columns = there.dosages(None).unwrap();
    refused("a row", variant.dosages(&mut columns, &mut [0; 3]));
    let trios = Trios::of_people(&there).unwrap();
    assert_eq!(trios.len(), 1);
    refused("origins", variant.origins(&trios, |_, _| {}));
    let trios = Trios::from_ped(&there, folder.path().join("there.ped")).unwrap();
    refused("origins", variant.origins(&trios, |_, _| {}));
}

#[test]
fn groups_of_the_same_state_fit_however_it_was_opened() {
    let folder = tempfile::tempdir().unwrap();
    let here = built(folder.path(), "here", "a\tb\tc");
    let again = Dataset::open(here.path()).unwrap().view();
    let group = again.ask("samples(a)").unwrap();
    assert!(here.variants_in("all", &group).is_ok());
    let all = here.all().unwrap();
    assert_eq!(all.intersection(&group).unwrap().count(), 1);
    assert_eq!(all.difference(&group).unwrap().count(), 2);
    let trios = Trios::of_people(&again).unwrap();
    let mut variants = here.variants("all").unwrap();
    let mut variant = variants.next().unwrap().unwrap();
    let mut children = 0;
    variant.origins(&trios, |_, _| children += 1).unwrap();
    assert_eq!(children, 1);
}
