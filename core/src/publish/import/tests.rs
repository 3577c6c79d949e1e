//! Files of counts as text, imported and held against the text; and every way in which counts do not agree.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::*;
use crate::model::Policy;
use crate::publish::{Published, PublishedSite};
use crate::store::published::GenotypeCounts;
use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::path::PathBuf;

const OPEN: &str =
    "name = 'open'\ngranularity = 'record'\ntwo_tailed = false\nzero = 'shown'\ncombine = true";

fn options(policy: &str) -> PublishSitesOptions {
    PublishSitesOptions::new(policy.parse().unwrap(), "people 1")
}

/// A folder with a file of some text, and where what is made of it goes.
fn written(text: &str) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (sites, out) = (
        folder.path().join("sites.vcf"),
        folder.path().join("out.vdx"),
    );
    std::fs::write(&sites, text).unwrap();
    (folder, sites, out)
}

fn import(text: &str, options: &PublishSitesOptions) -> Result<(PublishSitesReport, Published)> {
    let (_folder, sites, out) = written(text);
    let report = publish_sites(&sites, options, &out)?;
    let file = Published::open(&out).unwrap();
    file.verify().unwrap();
    let refused = report.refused_count();
    assert_eq!(report.records, report.stored + refused);
    Ok((report, file))
}

fn all(file: &Published) -> Vec<PublishedSite> {
    let mut sites = file.sites("all").unwrap();
    let mut all = Vec::new();
    while let Some(site) = sites.next().unwrap() {
        all.push(site);
    }
    all
}

/// How counts are written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Style {
    /// AC, AN, AF and copies by genotype.
    Fill,
    /// The same without AC_Hemi.
    WithoutHemi,
    /// AC, AN, AF of five digits behind a point and an exponent, and people with two copies.
    Gnomad,
    /// The label in front; AF of six digits.
    Prefix,
    /// AF and AN without AC.
    WithoutAc,
}

/// Of one allele in a stratum: who is heterozygous, homozygous, hemizygous.
type Carriers = (u64, u64, u64);

#[derive(Debug, Clone)]
struct TextSite {
    is_x: bool,
    gap: u64,
    /// By ALT and stratum, those in none at last.
    alts: Vec<Vec<Carriers>>,
    /// Copies of others in each.
    others: Vec<u64>,
}

impl TextSite {
    fn ac(&self, alt: usize, stratum: usize) -> u64 {
        let (het, hom, hemi) = self.carriers(alt, stratum);
        het + 2 * hom + hemi
    }

    fn carriers(&self, alt: usize, stratum: usize) -> Carriers {
        let (het, hom, hemi) = self.alts[alt][stratum];
        (het, hom, if self.is_x { hemi } else { 0 })
    }

    fn an(&self, stratum: usize) -> u64 {
        let ac = (0..self.alts.len()).map(|alt| self.ac(alt, stratum));
        ac.max().unwrap() + self.others[stratum]
    }

    /// Of a stratum; behind the last one of everybody.
    fn counts(&self, alt: usize, stratum: usize, strata: usize, style: Style) -> ReleasedCounts {
        let of: Vec<usize> = match stratum {
            total if total == strata => (0..=strata).collect(),
            one => vec![one],
        };
        let mut genotypes = GenotypeCounts::default();
        let (mut ac, mut an) = (0, 0);
        for of in of {
            let (het, hom, hemi) = self.carriers(alt, of);
            genotypes.n_het += het;
            genotypes.n_hom += hom;
            genotypes.n_hemi += hemi;
            ac += self.ac(alt, of);
            an += self.an(of);
        }
        let has = match style {
            Style::Fill => true,
            Style::WithoutHemi | Style::Gnomad => !self.is_x,
            Style::Prefix | Style::WithoutAc => false,
        };
        ReleasedCounts {
            ac,
            an: Some(an),
            genotypes: has.then_some(genotypes),
        }
    }
}

fn sites(strata: usize) -> impl Strategy<Value = Vec<TextSite>> {
    let carriers = (0..9u64, 0..6u64, 0..4u64);
    let carriers = prop_oneof![1 => Just((0, 0, 0)), 3 => carriers];
    let alts = vec(vec(carriers, strata + 1), 1..4);
    let others = vec(prop_oneof![Just(0), 0..400u64], strata + 1);
    let site = (any::<bool>(), 1..50u64, alts, others);
    vec(site, 1..12).prop_map(|all| {
        let site = |(is_x, gap, alts, others)| TextSite {
            is_x,
            gap,
            alts,
            others,
        };
        let mut all: Vec<TextSite> = all.into_iter().map(site).collect();
        all.sort_by_key(|site| site.is_x);
        all
    })
}

const LABELS: [&[&str]; 4] = [
    &[],
    &["F", "M"],
    &["FI_F", "FI_M", "SE_F", "SE_M", "NO_F", "NO_M"],
    &["nfe", "afr", "remaining"],
];

fn key(of: &str, label: &str, style: Style) -> String {
    match (label, style) {
        ("", _) => of.to_owned(),
        (label, Style::Prefix) => format!("{label}_{of}"),
        (label, _) => format!("{of}_{label}"),
    }
}

/// What an AF is written as.
fn share(counts: &ReleasedCounts, style: Style) -> String {
    let share = match counts.an.unwrap() {
        0 => return ".".to_owned(),
        an => counts.ac as f64 / an as f64,
    };
    match style {
        Style::Gnomad => format!("{share:.5e}"),
        Style::WithoutAc => format!("{share:.9}"),
        _ => format!("{share:.6}"),
    }
}

fn text_of(sites: &[TextSite], labels: &[&str], style: Style) -> String {
    let keys: &[&str] = match style {
        Style::Fill => &["AC", "AN", "AF", "AC_Hom", "AC_Het", "AC_Hemi"],
        Style::WithoutHemi => &["AC", "AN", "AF", "AC_Hom", "AC_Het"],
        Style::Gnomad => &["AC", "AN", "AF", "nhomalt"],
        Style::Prefix => &["AC", "AN", "AF"],
        Style::WithoutAc => &["AN", "AF"],
    };
    let mut text =
        "##fileformat=VCFv4.2\n##contig=<ID=1,length=248956422>\n##contig=<ID=X>\n".to_owned();
    let all: Vec<&str> = labels.iter().copied().chain([""]).collect();
    for label in &all {
        for of in keys {
            let number = if *of == "AN" { "1" } else { "A" };
            let kind = if *of == "AF" { "Float" } else { "Integer" };
            let key = key(of, label, style);
            let _ = writeln!(
                text,
                "##INFO=<ID={key},Number={number},Type={kind},Description=\"x\">"
            );
        }
    }
    text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
    let (mut position, mut was_x) = (0, false);
    for site in sites {
        position = if site.is_x == was_x { position } else { 0 } + site.gap;
        was_x = site.is_x;
        let contig = if site.is_x { "X" } else { "1" };
        let alts = ["G", "GAA", "<DEL>"][..site.alts.len()].join(",");
        let mut fields = Vec::new();
        for (number, label) in all.iter().enumerate() {
            for of in keys {
                let value = |alt: usize| {
                    let counts = site.counts(alt, number, labels.len(), style);
                    let genotypes = site
                        .counts(alt, number, labels.len(), Style::Fill)
                        .genotypes;
                    let genotypes = genotypes.unwrap();
                    match *of {
                        "AC" => counts.ac.to_string(),
                        "AN" => counts.an.unwrap().to_string(),
                        "AF" => share(&counts, style),
                        "nhomalt" => genotypes.n_hom.to_string(),
                        "AC_Hom" => (2 * genotypes.n_hom).to_string(),
                        "AC_Het" => genotypes.n_het.to_string(),
                        _ => genotypes.n_hemi.to_string(),
                    }
                };
                let alts = if *of == "AN" { 1 } else { site.alts.len() };
                let values: Vec<String> = (0..alts).map(value).collect();
                fields.push(format!("{}={}", key(of, label, style), values.join(",")));
            }
        }
        let info = fields.join(";");
        let _ = write!(
            text,
            "\n{contig}\t{position}\t.\tA\t{alts}\t.\tPASS\t{info}"
        );
    }
    text + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_file_is_what_its_text_says(
        (labels, sites) in (0..LABELS.len()).prop_flat_map(|n| (Just(LABELS[n]), sites(LABELS[n].len()))),
        style in prop_oneof![
            Just(Style::Fill), Just(Style::WithoutHemi), Just(Style::Gnomad), Just(Style::Prefix), Just(Style::WithoutAc)
        ],
    ) {
        let expected: Vec<_> = sites
            .iter()
            .flat_map(|site| (0..site.alts.len()).map(move |alt| (site, alt)))
            .collect();
        let imported = import(&text_of(&sites, labels, style), &options(OPEN));
        let (report, file) = imported.unwrap();
        prop_assert_eq!(&report.published.strata, &labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>());
        let found = all(&file);
        prop_assert_eq!(found.len(), expected.len());
        for (found, (site, alt)) in found.iter().zip(expected) {
            let of = |stratum: usize| Some(site.counts(alt, stratum, labels.len(), style));
            let mut cells: Vec<_> = (0..labels.len()).map(of).collect();
            let mut total = of(labels.len());
            // genotypes are of all who are known, or of none
            if found.total().unwrap().genotypes.is_none() {
                prop_assert!(total.unwrap().genotypes.is_none());
                cells.iter_mut().chain([&mut total]).flatten().for_each(|of| of.genotypes = None);
            }
            prop_assert_eq!(found.total().copied(), total);
            prop_assert_eq!(found.strata(), &cells[..]);
        }
    }

    /// What is shown is of as many people as the floor says, and so is what can be computed of it.
    #[test]
    fn floors_hold(
        (labels, sites) in (0..LABELS.len()).prop_flat_map(|n| (Just(LABELS[n]), sites(LABELS[n].len()))),
        style in prop_oneof![Just(Style::Fill), Just(Style::Gnomad), Just(Style::Prefix)],
        floor in 1..6u64,
        two_tailed in any::<bool>(),
        zero in any::<bool>(),
    ) {
        let policy = format!(
            "name = 'a'\ngranularity = 'count'\nfloor.people = {floor}\ntwo_tailed = {two_tailed}\nzero = '{}'",
            if zero { "shown" } else { "hidden" }
        );
        let Ok((report, file)) = import(&text_of(&sites, labels, style), &options(&policy)) else {
            return Err(TestCaseError::fail("no import"));
        };
        let all_alts: usize = sites.iter().map(|site| site.alts.len()).sum();
        let found = all(&file);
        prop_assert_eq!(report.published.sites + report.published.refused, all_alts as u64);
        prop_assert_eq!(report.published.sites, found.len() as u64);
        let mut found = found.into_iter().peekable();
        let (mut position, mut was_x) = (0, false);
        for site in &sites {
            position = if site.is_x == was_x { position } else { 0 } + site.gap;
            was_x = site.is_x;
            for alt in 0..site.alts.len() {
                let is_it = |found: &PublishedSite| {
                    let name = ["G", "GAA", "<DEL>"][alt];
                    found.position().one_based() == position as i64
                        && (found.contig() == "X") == site.is_x
                        && found.alleles().1 == name.as_bytes()
                };
                let Some(found) = found.next_if(is_it) else { continue };
                let truth = |stratum: usize| site.carriers(alt, stratum);
                let people = |(het, hom, hemi): Carriers| het + hom + hemi;
                let allows = |n: u64| if n == 0 { zero } else { n >= floor };
                let rest = labels.len();
                let mut hidden = vec![rest];
                for (stratum, cell) in found.strata().iter().enumerate() {
                    match cell {
                        Some(_) => prop_assert!(allows(people(truth(stratum)))),
                        None => hidden.push(stratum),
                    }
                }
                let everybody: u64 = (0..=rest).map(|of| people(truth(of))).sum();
                prop_assert!(allows(everybody));
                let inside: u64 = hidden.iter().map(|of| people(truth(*of))).sum();
                let nobody = hidden.iter().all(|of| site.an(*of) == 0);
                prop_assert!(nobody || allows(inside), "{inside}");
            }
        }
        prop_assert!(found.next().is_none());
    }
}

const HEAD: &str = "##fileformat=VCFv4.2\n##contig=<ID=1>\n##contig=<ID=2>\n##contig=<ID=X>\n\
    ##INFO=<ID=AC,Number=A,Type=Integer,Description=\"x\">\n##INFO=<ID=AN,Number=1,Type=Integer,Description=\"x\">\n\
    ##INFO=<ID=AF,Number=A,Type=Float,Description=\"x\">\n##INFO=<ID=AC_FI,Number=A,Type=Integer,Description=\"x\">\n\
    ##INFO=<ID=AN_FI,Number=1,Type=Integer,Description=\"x\">\n##INFO=<ID=AF_FI,Number=A,Type=Float,Description=\"x\">\n\
    ##INFO=<ID=AC_Hom,Number=A,Type=Integer,Description=\"x\">\n##INFO=<ID=AC_Het,Number=A,Type=Integer,Description=\"x\">\n\
    ##INFO=<ID=AC_Hemi,Number=A,Type=Integer,Description=\"x\">\n##INFO=<ID=nhomalt,Number=A,Type=Integer,Description=\"x\">\n\
    ##INFO=<ID=AC_SE,Number=A,Type=Integer,Description=\"x\">\n##INFO=<ID=AN_SE,Number=1,Type=Integer,Description=\"x\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
const GOOD: &str = "1\t5\t.\tA\tT\t.\tPASS\tAC=1;AN=10\n";

fn line(position: u64, alt: &str, info: &str) -> String {
    format!("1\t{position}\t.\tA\t{alt}\t.\tPASS\t{info}\n")
}

#[test]
fn numbers_that_do_not_agree_are_refused() {
    for (info, expected, found) in [
        ("AC=11;AN=10", "AC of at most AN", "11 of 10"),
        ("AC=1;AN=10;AF=0.2", "AF as AC/AN", "0.2, where 1/10"),
        ("AC=1;AN=3;AF=0.3334", "AF as AC/AN", "0.3334"),
        ("AC=1;AN=10;AF=0", "AF as AC/AN", "0, where 1/10"),
        ("AC=1;AN=0", "AC of at most AN", "1 of 0"),
        ("AC=1;AN=10;AF=1.5", "a number from 0 to 1 in AF", "1.5"),
        ("AC=1;AN=10;AF=-0.1", "a number from 0 to 1 in AF", "-0.1"),
        ("AC=1;AN=10;AF=inf", "a number from 0 to 1 in AF", "inf"),
        ("AC=1;AN=10;AF=1e-1e", "a number from 0 to 1 in AF", "1e-1e"),
        ("AC=-1;AN=10", "a whole number up to 2^40 in AC", "-1"),
        ("AC=1.0;AN=10", "a whole number up to 2^40 in AC", "1.0"),
        ("AC=+1;AN=10", "a whole number up to 2^40 in AC", "+1"),
        ("AC=99999999999999999999;AN=10", "a whole number", "9999"),
        (
            "AC=1,2;AN=10",
            "a value of AC for each of 1 ALTs",
            "2 values",
        ),
        ("AN=10", "AC, or AF and AN, of everybody", "none"),
        ("DP=1", "AC, or AF and AN, of everybody", "none"),
        ("AN=10000;AF=0.1", "AC of everybody", "several"),
        (
            "AN=10;AF=0.2001",
            "AF that some AC of AN makes",
            "0.2001 of 10",
        ),
        (
            "AC=4;AN=10;AC_Hom=3;AC_Het=1",
            "AC_Hom, an even number",
            "3, 1, .",
        ),
        (
            "AC=4;AN=10;AC_Hom=2;AC_Het=1;AC_Hemi=0",
            "add up to AC",
            "2, 1, 0 and 4",
        ),
        ("AC=4;AN=10;AC_Hom=4;AC_Het=2", "add up to AC", "4, 2"),
        (
            "AC=4;AN=10;nhomalt=3",
            "half of AC",
            "3, where Total has AC 4",
        ),
        ("AC=1;AN=10;AC_FI=2;AN_FI=4", "AC of all strata", "2 of 1"),
        (
            "AC=3;AN=10;AC_FI=2;AN_FI=4;AC_SE=2;AN_SE=4",
            "AC of all strata",
            "4 of 3",
        ),
        (
            "AC=3;AN=6;AC_FI=1;AN_FI=4;AC_SE=1;AN_SE=4",
            "AN of all strata",
            "8 of 6",
        ),
        (
            "AC=9;AN=10;AC_FI=2;AN_FI=4;AC_SE=2;AN_SE=4",
            "in no stratum",
            "5 of 2",
        ),
    ] {
        let text = format!("{HEAD}{GOOD}{}", line(7, "G", info));
        let (report, file) = import(&text, &options(OPEN)).unwrap();
        assert_eq!((report.records, report.stored), (2, 1), "{info}");
        let reason = &report.refused[0];
        assert!(reason.expected.contains(expected), "{info}: {reason:?}");
        let (place, what) = &reason.places[0];
        assert!(place.ends_with("sites.vcf:19"), "{place}");
        assert!(what.contains(found), "{info}: {what}");
        assert_eq!(all(&file).len(), 1);
        // where nothing is left there is no file
        let error = import(&format!("{HEAD}{}", line(7, "G", info)), &options(OPEN));
        let error = error.unwrap_err().to_string();
        assert!(error.contains("none of 1"), "{error}");
    }
}

#[test]
fn numbers_agree_within_their_digits() {
    for (info, ac, an) in [
        ("AC=1;AN=3;AF=0.333", 1, Some(3)),
        ("AC=1;AN=3;AF=0.3", 1, Some(3)),
        ("AC=1;AN=3;AF=3.33e-1", 1, Some(3)),
        ("AC=1;AN=5008;AF=0.000199681", 1, Some(5008)),
        ("AC=0;AN=0;AF=0", 0, Some(0)),
        ("AC=0;AN=0;AF=NaN", 0, Some(0)),
        ("AC=10;AN=10;AF=1", 10, Some(10)),
        ("AC=3;AF=0.5", 3, None),
        ("AC=3", 3, None),
        ("AN=10;AF=0.3", 3, Some(10)),
        ("AN=10;AF=0.3;AC=.", 3, Some(10)),
    ] {
        let (report, file) =
            import(&format!("{HEAD}{}", line(7, "G", info)), &options(OPEN)).unwrap();
        assert_eq!(report.stored, 1, "{info}");
        let sites = all(&file);
        let total = sites[0].total().unwrap();
        assert_eq!((total.ac, total.an), (ac, an), "{info}");
    }
}

/// GDI's fixtures have people in the place of copies, and no AC_Hemi.
#[test]
fn genotypes_are_known_where_they_add_up() {
    for (info, expected) in [
        ("AC=340;AN=8000;AC_Het=300;AC_Hom=20", None),
        ("AC=340;AN=8000;AC_Het=300;AC_Hom=40", Some((300, 20, 0))),
        (
            "AC=340;AN=8000;AC_Het=299;AC_Hom=40;AC_Hemi=1",
            Some((299, 20, 1)),
        ),
        (
            "AC=340;AN=8000;AC_Het=300;AC_Hom=20;nhomalt=20",
            Some((300, 20, 0)),
        ),
        ("AC=340;AN=8000;nhomalt=20", Some((300, 20, 0))),
        ("AC=340;AN=8000;AC_Hom=40", None),
        ("AC=340;AN=8000", None),
    ] {
        for contig in ["1", "X"] {
            let line = line(7, "G", info).replacen('1', contig, 1);
            let (_, file) = import(&format!("{HEAD}{line}"), &options(OPEN)).unwrap();
            let found = all(&file)[0].total().unwrap().genotypes;
            let found = found.map(|of| (of.n_het, of.n_hom, of.n_hemi));
            let is_said = contig == "1" || info.contains("Hemi");
            assert_eq!(found, expected.filter(|_| is_said), "{contig} {info}");
        }
    }
}

#[test]
fn what_is_not_known_of_a_stratum_is_withheld() {
    let text = format!(
        "{HEAD}{}{}",
        line(7, "G", "AC=500;AN=10000;AC_FI=3;AN_FI=10;AC_SE=1;AN_SE=20"),
        line(
            9,
            "G",
            "AC=500;AN=10000;AF_FI=0.1;AN_FI=5000;AC_SE=1;AN_SE=20"
        ),
    );
    let (report, file) = import(&text, &options(OPEN)).unwrap();
    assert_eq!(report.unclear, 1);
    assert!(report.to_string().contains("1 counts withheld"), "{report}");
    let sites = all(&file);
    assert!(sites[0].strata()[0].is_some());
    assert_eq!(sites[1].strata()[0], None);
    // somebody is in no stratum
    assert!(!file.info().has_all_groups);
    assert_eq!(file.info().people, None);
    assert_eq!(file.info().fields, ["country"]);
}

#[test]
fn records_out_of_order_and_alleles_twice_are_not_stored() {
    let other = |contig: &str| GOOD.replacen('1', contig, 1);
    for (lines, expected) in [
        (line(4, "G", "AC=1;AN=4"), "POS of 5 or behind it"),
        (other("2") + GOOD, "records of a contig together"),
        ("1\tx\t.\tA\tG\t.\t.\tAC=1\n".to_owned(), "POS"),
        ("1\t9\n".to_owned(), "at least 8 columns"),
    ] {
        let text = format!("{HEAD}{GOOD}{lines}");
        let error = import(&text, &options(OPEN)).unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
        let skip = PublishSitesOptions {
            skip_malformed: true,
            ..options(OPEN)
        };
        let (report, _) = import(&text, &skip).unwrap();
        assert_eq!(report.refused_count(), 1);
        assert!(report.refused[0].expected.contains(expected), "{report}");
    }
    let twice = [
        line(7, "G,C", "AC=1,2;AN=4"),
        line(7, "g", "AC=1;AN=4"),
        line(7, "T", "AC=1;AN=4"),
        line(8, "T,T", "AC=1,1;AN=4"),
        line(9, ".", "AC=1;AN=4"),
    ];
    let (report, file) =
        import(&format!("{HEAD}{GOOD}{}", twice.concat()), &options(OPEN)).unwrap();
    assert_eq!((report.records, report.stored), (6, 2));
    assert_eq!(all(&file).len(), 2);
    assert!(report.to_string().contains("A>G several times"), "{report}");
    assert!(report.to_string().contains("expected an ALT"), "{report}");
}

#[test]
fn filters_are_said_or_obeyed() {
    let text = format!(
        "{HEAD}{GOOD}{}",
        line(7, "G", "AC=1;AN=4").replace("PASS", "AC0")
    );
    let (report, _) = import(&text, &options(OPEN)).unwrap();
    assert_eq!(report.stored, 2);
    assert!(
        report.to_string().contains("FILTER other than PASS (1"),
        "{report}"
    );
    let only = PublishSitesOptions {
        only_pass: true,
        ..options(OPEN)
    };
    let (report, _) = import(&text, &only).unwrap();
    assert_eq!((report.stored, report.refused_count()), (1, 1));
}

#[test]
fn files_that_are_none_are_refused() {
    let samples = HEAD.replace("\tINFO\n", "\tINFO\tFORMAT\tS\n");
    let keys = |keep: &str| {
        let lines = HEAD
            .lines()
            .filter(|line| !line.starts_with("##INFO") || line.contains(keep));
        lines.fold(String::new(), |text, line| text + line + "\n")
    };
    for (text, expected) in [
        (samples, "found 1 samples: build a dataset of it"),
        (keys("DP"), "found no key with counts"),
        (keys("_FI,"), "found those of FI"),
        (keys("ID=AF,"), "there is no AN beside AF"),
        (
            HEAD.to_owned(),
            "expected records with counts that agree, found none",
        ),
        ("x\n".to_owned(), "expected"),
    ] {
        let error = import(&text, &options(OPEN)).unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn policies_and_options_are_obeyed() {
    let text = format!(
        "{HEAD}{}",
        line(7, "G", "AC=50;AN=400;AC_FI=20;AN_FI=100;AC_SE=3;AN_SE=20")
    );
    let named = |name: &str| PublishSitesOptions::new(Policy::named(name).unwrap(), "p");
    for (options, expected) in [
        (named("public"), "not how many"),
        (named("rare-match"), "not how many"),
        (
            options("name = 'a'\ngranularity = 'count'\npurpose = 'rare_match'"),
            "is of a purpose",
        ),
        (
            options("name = 'a'\ngranularity = 'count'\nstrata = ['sex']"),
            "no counts by country",
        ),
        (
            PublishSitesOptions {
                population: " ".to_owned(),
                ..options(OPEN)
            },
            "population: expected",
        ),
        (
            PublishSitesOptions {
                max_age_days: 40_000,
                ..options(OPEN)
            },
            "greatest age",
        ),
        (
            PublishSitesOptions {
                by: vec!["sex".to_owned()],
                ..options(OPEN)
            },
            "found none by sex",
        ),
        (
            PublishSitesOptions {
                assembly: Some(Assembly::Grch37),
                ..options(OPEN)
            },
            "",
        ),
    ] {
        let found = import(&text, &options);
        match expected {
            "" => assert_eq!(found.unwrap().1.info().assembly.as_deref(), Some("GRCh37")),
            _ => {
                let error = found.unwrap_err().to_string();
                assert!(error.contains(expected), "{error}");
            }
        }
    }
    let (report, file) = import(&text, &named("omop")).unwrap();
    let sites = all(&file);
    // Swedes are few, and so another cell goes with them
    assert_eq!(sites[0].strata()[1], None);
    assert_eq!(
        report.published.withheld,
        2 - u64::from(sites[0].strata()[0].is_some())
    );
    // AN is rounded to twice the floor, as of a live dataset
    assert_eq!(sites[0].total().unwrap().an, Some(400));
    let (_, file) = import(
        &text,
        &PublishSitesOptions {
            strata: vec!["SE".to_owned()],
            ..options(OPEN)
        },
    )
    .unwrap();
    assert_eq!(file.strata().len(), 1);
    // what is there is not lost
    let (_folder, sites, out) = written(&text);
    std::fs::write(&out, "x").unwrap();
    assert!(publish_sites(&sites, &options(OPEN), &out).is_err());
    let replace = PublishSitesOptions {
        replace: true,
        ..options(OPEN)
    };
    assert!(publish_sites(&sites, &replace, &out).is_err());
    assert_eq!(std::fs::read(&out).unwrap(), b"x");
}

/// Bytes of a record that are changed give an error, a refusal or counts, never a panic.
#[test]
fn damaged_text_does_no_harm() {
    let text = text_of(
        &[TextSite {
            is_x: false,
            gap: 9,
            alts: vec![vec![(1, 2, 0); 3], vec![(0, 1, 0); 3]],
            others: vec![5; 3],
        }],
        &["F", "M"],
        Style::Fill,
    );
    let (_folder, sites, out) = written(&text);
    let replace = PublishSitesOptions {
        replace: true,
        skip_malformed: true,
        threads: Some(1),
        ..options(OPEN)
    };
    for at in (0..text.len()).step_by(3) {
        for byte in [b'\t', b'9', 0xff] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = byte;
            std::fs::write(&sites, bytes).unwrap();
            let _ = publish_sites(&sites, &replace, &out);
        }
    }
}
