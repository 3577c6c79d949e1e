//! A dataset is built from a world, asked, and compared with what the world itself says.

use super::counts::Counts;
use super::expression::{GroupExpr, Hundredths, Similar, VariantExpr};
use super::vcf::File;
use super::world::{Cohort, Line, Row, World};
use crate::common::{Folder, build, options};
use std::collections::BTreeSet;
use varidex::{BuildOptions, Dataset, Group, PairPhase, PeopleOptions, View};

/// A table line as both sides say it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    pub contig: String,
    pub position: i64,
    pub reference: String,
    pub alternate: String,
    /// AC, AN, how many are het, hom and hemi, and how many are missing.
    pub counts: (u64, Option<u64>, [u64; 3], Option<u64>),
    /// Sample, zygosity and phase.
    pub carriers: Vec<(String, &'static str, String)>,
}

impl World {
    /// Writes the files and builds a dataset of them.
    pub fn build(&self, folder: &Folder) -> View {
        let inputs: Vec<_> = self
            .files
            .iter()
            .enumerate()
            .map(|(number, file)| folder.write(&format!("{number}.vcf"), file.text()))
            .collect();
        let mut all = BuildOptions {
            info: self.keys.iter().map(|(key, _, _)| key.clone()).collect(),
            pad: u32::try_from(self.pad).unwrap(),
            ..options()
        };
        if !self.genes.is_empty() {
            all.genes = vec![folder.write("genes.gff3", super::genes::gff3(&self.genes))];
        }
        if !self.people.is_empty() {
            let files = super::people::files(&self.people);
            let files = files
                .into_iter()
                .map(|(name, text)| folder.write(name, text));
            all.people = PeopleOptions {
                files: files.collect(),
                ..PeopleOptions::default()
            };
        }
        if !self.ontology.terms.is_empty() {
            all.people
                .ontologies
                .push(folder.write("terms.obo", self.ontology.obo()));
        }
        if !self.ontology.phenotypes.is_empty() {
            all.people
                .ontologies
                .push(folder.write("phenotype.hpoa", self.ontology.hpoa()));
        }
        let to = folder.path("dataset.vdx");
        build(&inputs, &to, &all).unwrap_or_else(|error| panic!("{error}\n{self}"));
        Dataset::open(to).unwrap().view()
    }
}

/// The files, for whoever looks at what failed.
impl std::fmt::Display for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, file) in self.files.iter().enumerate() {
            let text = File::text(file);
            let lines = text.lines().filter(|line| !line.starts_with("##"));
            writeln!(
                f,
                "--- {number}.vcf\n{}",
                lines.collect::<Vec<_>>().join("\n")
            )?;
        }
        if !self.genes.is_empty() {
            writeln!(
                f,
                "--- genes.gff3, pad {}\n{}",
                self.pad,
                super::genes::gff3(&self.genes)
            )?;
        }
        if !self.people.is_empty() {
            for (name, text) in super::people::files(&self.people) {
                writeln!(f, "--- {name}\n{text}")?;
            }
        }
        if !self.ontology.terms.is_empty() && std::env::var_os("ONTOLOGY").is_some() {
            writeln!(f, "--- terms.obo\n{}", self.ontology.obo())?;
        }
        if !self.ontology.phenotypes.is_empty() {
            writeln!(f, "--- phenotype.hpoa\n{}", self.ontology.hpoa())?;
        }
        Ok(())
    }
}

impl Cohort<'_> {
    fn shown(&self, line: &Line, group: &BTreeSet<usize>) -> Shown {
        let row = line.rows[0];
        let Counts {
            ac,
            an,
            het,
            hom,
            hemi,
            missing,
        } = self.counts(line, group);
        let record = self.record(row);
        Shown {
            contig: self.contig(row),
            position: record.position,
            reference: record.reference.to_uppercase(),
            alternate: self.alternate(row).unwrap_or_default().to_uppercase(),
            counts: (ac, an, [het, hom, hemi], missing),
            carriers: Vec::new(),
        }
    }

    /// The lines of a table: of an expression, with counts and carriers in a group.
    pub fn table(&self, of: &VariantExpr, group: &BTreeSet<usize>) -> Vec<Shown> {
        let seen = self.seen_by(of);
        let mut lines = Vec::new();
        for line in &seen.lines {
            let rows: Vec<Row> = line
                .rows
                .iter()
                .copied()
                .filter(|&row| seen.holds(of, row))
                .collect();
            if rows.is_empty() {
                continue;
            }
            let mut shown = self.shown(line, group);
            for row in rows {
                for &sample in group {
                    let Some(zygosity) = self.zygosity(row, sample) else {
                        continue;
                    };
                    let name = self.samples[sample].name.clone();
                    shown
                        .carriers
                        .push((name, zygosity, self.phase(row, sample)));
                }
            }
            shown.carriers.sort();
            lines.push(shown);
        }
        lines
    }

    /// A genotype with respect to the ALT, as tables have it.
    fn phase(&self, row: Row, sample: usize) -> String {
        let call = self.call(row, sample).unwrap();
        let mark = |copy: &Option<usize>| match copy {
            None => '.',
            Some(allele) if *allele == row.allele => '1',
            Some(_) => '0',
        };
        let mut marks: Vec<char> = call.copies.iter().map(mark).collect();
        let separator = if call.phased { "|" } else { "/" };
        if !call.phased {
            marks.sort_unstable();
        }
        let marks: Vec<String> = marks.iter().map(char::to_string).collect();
        marks.join(separator)
    }

    pub fn everybody(&self) -> BTreeSet<usize> {
        (0..self.samples.len()).collect()
    }
}

fn table(dataset: &View, of: &str, group: Option<&Group>) -> varidex::Result<Vec<Shown>> {
    let mut variants = match group {
        Some(group) => dataset.variants_in(of, group)?,
        None => dataset.variants(of)?,
    };
    let mut lines = Vec::new();
    while let Some(mut variant) = variants.next()? {
        let counts = variant.counts()?;
        let (reference, alternate) = variant.alleles()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_uppercase();
        let (reference, alternate) = (text(reference), text(alternate));
        let mut reported = Vec::new();
        variant.carriers(|carrier| reported.push(carrier))?;
        let mut carriers = Vec::new();
        for carrier in reported {
            let name = dataset.sample_name(carrier.sample)?.to_owned();
            carriers.push((name, carrier.zygosity().name(), carrier.phase()));
        }
        carriers.sort();
        lines.push(Shown {
            contig: super::world::contig(variant.contig()),
            position: variant.position()?.one_based(),
            reference,
            alternate,
            counts: (
                counts.ac,
                counts.an,
                [counts.n_het, counts.n_hom, counts.n_hemi],
                counts.n_missing,
            ),
            carriers,
        });
    }
    Ok(lines)
}

/// Asks for variants, with their counts in a group, and compares.
pub fn compare_where(
    cohort: &Cohort<'_>,
    dataset: &View,
    of: &VariantExpr,
    group: Option<&GroupExpr>,
) {
    let text = of.text();
    let read: varidex::VariantExpr = text
        .parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    let json = of.json().to_string();
    assert_eq!(
        varidex::VariantExpr::from_json(&json).unwrap(),
        read,
        "{text}\n{json}"
    );

    let asked = group.filter(|who| !cohort.refuses_group(who));
    let within = asked.map(|who| {
        dataset
            .ask(&*who.text())
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", who.text(), cohort.world))
    });
    let found = table(dataset, &text, within.as_ref());
    if cohort.refuses(of) {
        assert!(
            found.is_err(),
            "{text} is refused, and found {found:?}\n{}",
            cohort.world
        );
        return;
    }
    let found = found.unwrap_or_else(|error| panic!("{text}: {error}\n{}", cohort.world));
    let samples = asked.map_or_else(
        || cohort.everybody(),
        |who| cohort.samples_of(&cohort.members(who)),
    );
    let expected = cohort.table(of, &samples);
    let label = asked.map(GroupExpr::text).unwrap_or_default();
    assert!(
        expected == found,
        "{text} in {label}\nexpected {expected:?}\nfound {found:?}\n{}",
        cohort.world
    );
}

/// Asks for people, and compares.
pub fn compare_who(cohort: &Cohort<'_>, dataset: &View, who: &GroupExpr) {
    let text = who.text();
    let read: varidex::GroupExpr = text
        .parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    let json = who.json().to_string();
    assert_eq!(
        varidex::GroupExpr::from_json(&json).unwrap(),
        read,
        "{text}\n{json}"
    );

    let found = dataset.ask(&*text);
    if cohort.refuses_group(who) {
        assert!(
            found.is_err(),
            "{text} is refused, and found {:?}\n{}",
            found.unwrap().ids(),
            cohort.world
        );
        return;
    }
    let found = found.unwrap_or_else(|error| panic!("{text}: {error}\n{}", cohort.world));
    let mut ids: Vec<String> = found
        .ids()
        .unwrap()
        .into_iter()
        .map(str::to_owned)
        .collect();
    if found.has_scores() {
        ids.sort_by_key(|id| cohort.subjects.iter().position(|subject| subject.id == *id));
    }
    let members = cohort.members(who);
    let expected: Vec<String> = members
        .iter()
        .map(|&member| cohort.subjects[member].id.clone())
        .collect();
    assert!(
        ids == expected,
        "{text}\nexpected {expected:?}\nfound {ids:?}\n{}",
        cohort.world
    );
    assert_eq!(found.count(), expected.len() as u64, "{text}");
    assert_eq!(found.exists(), !expected.is_empty(), "{text}");
    assert_eq!(
        dataset.explain(&*text).unwrap().individuals,
        found.count(),
        "{text}"
    );
}

/// Lists pairs of variants in one gene, and compares.
pub fn compare_pairs(cohort: &Cohort<'_>, dataset: &View, of: &VariantExpr) {
    let text = of.text();
    let variant = |row: Row| {
        let record = cohort.record(row);
        let alternate = cohort.alternate(row).unwrap_or_default();
        (
            cohort.contig(row),
            record.position,
            record.reference.to_uppercase(),
            alternate.to_uppercase(),
        )
    };
    let mut found = Vec::new();
    let query = varidex::Query::new(&*text);
    let asked = query.and_then(|query| dataset.compound_pairs(&query));
    let asked = asked.and_then(|pairs| {
        for pair in pairs {
            let pair = pair?;
            let bytes = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_uppercase();
            let mut two = [&pair.first, &pair.second].map(|one| {
                let (contig, position) =
                    (super::world::contig(&one.contig), one.position.one_based());
                (
                    contig,
                    position,
                    bytes(&one.reference),
                    bytes(&one.alternate),
                )
            });
            two.sort();
            let sample = dataset.sample_name(pair.sample)?.to_owned();
            found.push((
                pair.gene.to_string(),
                sample,
                two,
                pair.phase == PairPhase::Trans,
            ));
        }
        Ok(())
    });
    let who = GroupExpr::Carriers(
        of.clone(),
        super::expression::Options {
            compound: true,
            ..Default::default()
        },
    );
    if cohort.refuses_group(&who) {
        assert!(
            asked.is_err(),
            "{text}: pairs are refused\n{}",
            cohort.world
        );
        return;
    }
    asked.unwrap_or_else(|error| panic!("{text}: {error}\n{}", cohort.world));
    let mut expected: Vec<_> = cohort
        .pairs(of)
        .into_iter()
        .map(|pair| {
            let mut two = [variant(pair.first), variant(pair.second)];
            two.sort();
            (
                pair.gene,
                cohort.samples[pair.sample].name.clone(),
                two,
                pair.trans,
            )
        })
        .collect();
    expected.sort();
    expected.dedup();
    found.sort();
    assert!(
        expected == found,
        "pairs of {text}\nexpected {expected:?}\nfound {found:?}\n{}",
        cohort.world
    );
}

/// Asks how similar people are, and compares the scores.
pub fn compare_scores(cohort: &Cohort<'_>, dataset: &View, similar: &Similar) {
    let who = GroupExpr::Similar(Similar {
        score: Hundredths(0),
        ..similar.clone()
    });
    if cohort.refuses_group(&who) {
        return;
    }
    let scores = cohort.scores(similar);
    let group = dataset.ask(&*who.text()).unwrap();
    let found = group.ranked().unwrap();
    let number = |id: &str| {
        cohort
            .subjects
            .iter()
            .position(|subject| subject.id == id)
            .unwrap()
    };
    for (id, score) in &found {
        let expected = scores[number(id)];
        let score = score.unwrap();
        assert!(
            (score - expected).abs() < 1e-9,
            "{id} in {}: expected {expected}, found {score}\n{}",
            who.text(),
            cohort.world
        );
    }
    let ranked: Vec<f64> = found.iter().filter_map(|(_, score)| *score).collect();
    assert!(ranked.is_sorted_by(|a, b| a >= b), "{ranked:?}");
    let positive = scores.iter().filter(|score| **score > 1e-9).count();
    assert!(found.len() >= positive, "{}\n{}", who.text(), cohort.world);
    assert!(found.len() <= scores.iter().filter(|score| **score > 0.0).count());
}

/// Groups of people by the values of attributes, and the counts of each variant in each of them.
pub fn compare_by(cohort: &Cohort<'_>, dataset: &View, names: &[&'static str], within: &GroupExpr) {
    if cohort.world.people.is_empty() || cohort.refuses_group(within) {
        return;
    }
    let attributes: Vec<varidex::Attribute> =
        names.iter().map(|name| name.parse().unwrap()).collect();
    let group = dataset.ask(&*within.text()).unwrap();
    let by = dataset.groups_by(&attributes, Some(&group));
    // a table has a column for each
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        assert!(matches!(by, Err(varidex::Error::Usage(_))), "{names:?}");
        return;
    }
    let by = by.unwrap();
    let found: Vec<(Vec<Option<String>>, Vec<String>)> = by
        .iter()
        .map(|(values, group)| {
            let ids = group.ids().unwrap();
            (values.clone(), ids.into_iter().map(str::to_owned).collect())
        })
        .collect();
    let members = cohort.members(within);
    let mut expected: Vec<(Vec<Option<String>>, BTreeSet<usize>)> = vec![(Vec::new(), members)];
    for name in names {
        expected = expected
            .into_iter()
            .flat_map(|(values, members)| {
                cohort
                    .by_value(name, &members)
                    .into_iter()
                    .map(move |(value, members)| {
                        let mut values = values.clone();
                        values.push(value);
                        (values, members)
                    })
            })
            .collect();
    }
    let ids = |members: &BTreeSet<usize>| -> Vec<String> {
        members
            .iter()
            .map(|&member| cohort.subjects[member].id.clone())
            .collect()
    };
    let named: Vec<_> = expected
        .iter()
        .map(|(values, members)| (values.clone(), ids(members)))
        .collect();
    assert!(
        named == found,
        "{names:?}\nexpected {named:?}\nfound {found:?}\n{}",
        cohort.world
    );

    let groups: Vec<Group> = by.into_iter().map(|(_, group)| group).collect();
    let mut variants = dataset.variants_by("all", &groups).unwrap();
    for line in &cohort.lines {
        let mut variant = variants.next().unwrap().unwrap();
        for (number, (values, members)) in expected.iter().enumerate() {
            let Counts {
                ac,
                an,
                het,
                hom,
                hemi,
                missing,
            } = cohort.counts(line, &cohort.samples_of(members));
            let found = variant.counts_of(number).unwrap();
            let found = (
                found.ac,
                found.an,
                found.n_het,
                found.n_hom,
                found.n_hemi,
                found.n_missing,
            );
            assert_eq!(
                (ac, an, het, hom, hemi, missing),
                found,
                "{values:?}\n{}",
                cohort.world
            );
        }
    }
    assert!(variants.next().unwrap().is_none());
}

/// From whom children have the variants that they carry.
pub fn compare_origins(cohort: &Cohort<'_>, dataset: &View) {
    let trios = varidex::Trios::of_people(dataset).unwrap();
    let children = (0..cohort.samples.len()).filter(|&sample| cohort.has_parents(sample));
    let children: Vec<usize> = children.collect();
    assert_eq!(trios.len(), children.len(), "{}", cohort.world);
    let mut variants = dataset.variants("all").unwrap();
    for line in &cohort.lines {
        let mut variant = variants.next().unwrap().unwrap();
        let mut found = Vec::new();
        let tell = |carrier: varidex::CarrierGenotype, origin: varidex::Inheritance| {
            found.push((carrier.sample as usize, origin.name()));
        };
        variant.origins(&trios, tell).unwrap();
        found.sort_unstable();
        let mut expected = Vec::new();
        for &row in &line.rows {
            let origins = children
                .iter()
                .filter_map(|&child| Some((child, cohort.inheritance(row, child)?)));
            expected.extend(origins);
        }
        expected.sort_unstable();
        let shown = variant.position().unwrap();
        assert_eq!(expected, found, "{shown:?}\n{}", cohort.world);
    }
}
