//! Files as text, by the ways in which counts are written, held against the numbers that they were written of.

use super::*;
use crate::store::published::GenotypeCounts;
use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Write as _;

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
        ac.sum::<u64>() + self.others[stratum]
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
