//! Published files beside the dataset that they are of, on disks that fail, and without a trace of a person.

mod dataset;
mod disk;
mod strata;

use super::*;
use crate::cohort::Dataset;
use crate::maintain::{BuildOptions, build};

const POLICIES: [&str; 6] = [
    "name = 'open'\ngranularity = 'record'\ntwo_tailed = false\nzero = 'shown'\ncombine = true",
    "name = 'a'\ngranularity = 'count'\nfloor.people = 2\ntwo_tailed = false\nzero = 'shown'",
    "name = 'b'\ngranularity = 'count'\nfloor.people = 3\ntwo_tailed = true\nzero = 'hidden'",
    "name = 'c'\ngranularity = 'count'\nfloor.people = 2\nfloor.alleles = 4\nzero = 'hidden'",
    "name = 'd'\ngranularity = 'count'\nfloor.people = 2\nrounding = 5\nzero = 'shown'",
    "name = 'e'\ngranularity = 'count'\nfloor.people = 1\nzero = 'shown'\nstrata = ['sex', 'population']",
];
pub(in crate::publish) fn options(policy: &str, by: &[&str]) -> PublishOptions {
    let by = by.iter().map(|&by| by.to_owned()).collect();
    PublishOptions {
        by,
        ..PublishOptions::new(policy.parse().unwrap(), "population 1")
    }
}

fn all_sites(file: &Published, of: &str) -> Vec<PublishedSite> {
    let mut sites = file.sites(of).unwrap();
    let mut all = Vec::new();
    while let Some(site) = sites.next().unwrap() {
        all.push(site);
    }
    all
}

/// Forty people of three countries, with ids that no file has by chance; of one contig, with a row for each of so many sites.
pub(in crate::publish) fn forty(folder: &Path, sites: usize) -> View {
    let mut text = "##fileformat=VCFv4.3\n##contig=<ID=22,length=50818468>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
        .to_owned();
    let mut people = "individual_id\tsample\tsex\tcountry\n".to_owned();
    for person in 0..40 {
        text += &format!("\tSAMPLE-OF-{person:03}");
        let country = ["FI", "SE", "DE"][person % 3];
        let sex = ["female", "male"][person / 3 % 2];
        people += &format!("PERSON-{person:03}\tSAMPLE-OF-{person:03}\t{sex}\t{country}\n");
    }
    for site in 0..sites {
        let (reference, alternate) = match site % 5 {
            0 => ("A".to_owned(), "ACGTACGTACGTACGT".to_owned()),
            1 => ("CT".to_owned(), "C".to_owned()),
            _ => ("G".to_owned(), "T".to_owned()),
        };
        text += &format!(
            "\n22\t{}\trs{site}\t{reference}\t{alternate}\t.\tPASS\t.\tGT",
            100 + 7 * site
        );
        for person in 0..40 {
            let carries = |copy: usize| (person * 31 + copy * 17 + site * 13) % 40 < site % 41;
            text += &format!("\t{}|{}", u8::from(carries(0)), u8::from(carries(1)));
        }
    }
    std::fs::write(folder.join("a.vcf"), text + "\n").unwrap();
    std::fs::write(folder.join("people.tsv"), people).unwrap();
    let mut build_options = BuildOptions {
        threads: Some(1),
        ..BuildOptions::default()
    };
    build_options.people.files = vec![folder.join("people.tsv")];
    let to = folder.join("d.vdx");
    build(&[folder.join("a.vcf")], &to, &build_options, &mut |_| true).unwrap();
    Dataset::open(&to).unwrap().view()
}
