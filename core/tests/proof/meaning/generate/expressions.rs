//! Random expressions: of every atom, with names that the world has, and some that it has not.

use super::super::alleles::Change;
use super::super::choices::Choices;
use super::super::expression::{
    Field, GroupExpr, Hundredths, Info, Named, Op, Options, Similar, VariantExpr,
};
use super::super::people::{Age, Scope};
use super::super::vcf::Record;
use super::super::world::{Cohort, Row, contig};

/// Makes expressions about a cohort.
pub struct Asking<'a, 'w> {
    pub cohort: &'a Cohort<'w>,
    pub people: bool,
    /// Whether alleles are asked for in spellings that no row has.
    pub spelled: bool,
}

const CONSEQUENCES: [&str; 8] = [
    "missense_variant",
    "stop_gained",
    "coding_sequence_variant",
    "SO:0001818",
    "intron_variant",
    "splicing_variant",
    "downstream_gene_variant",
    "frameshift_variant",
];

const TYPES: [&str; 11] = [
    "snv", "mnv", "ins", "del", "delins", "indel", "dup", "inv", "cnv", "bnd", "other",
];

impl Asking<'_, '_> {
    pub fn variants(&self, choices: &mut Choices<'_>, depth: usize) -> VariantExpr {
        let parts = |choices: &mut Choices<'_>| -> Vec<VariantExpr> {
            (0..2 + choices.below(2))
                .map(|_| self.variants(choices, depth - 1))
                .collect()
        };
        match choices.below(if depth == 0 { 4 } else { 8 }) {
            4 | 5 => VariantExpr::And(flat(parts(choices), |part| match part {
                VariantExpr::And(within) => Err(within),
                part => Ok(part),
            })),
            6 => VariantExpr::Or(flat(parts(choices), |part| match part {
                VariantExpr::Or(within) => Err(within),
                part => Ok(part),
            })),
            7 => VariantExpr::Not(Box::new(self.variants(choices, depth - 1))),
            _ => self.atom(choices, depth),
        }
    }

    fn atom(&self, choices: &mut Choices<'_>, depth: usize) -> VariantExpr {
        match choices.below(20) {
            0 => VariantExpr::All,
            1 | 2 => self.allele(choices).unwrap_or(VariantExpr::All),
            3 => match choices.below(4) {
                0 => VariantExpr::Name(self.id(choices)),
                1 => VariantExpr::Id(self.id(choices)),
                _ => VariantExpr::Name(self.contig(choices)),
            },
            4 => self.region(choices),
            5 => match choices.below(3) {
                0 => self.region(choices),
                1 => self.placed(choices),
                _ => self.place(choices),
            },
            // alternatives of one field, which are a list perhaps
            15 if choices.once_in(2) => self.list(choices),
            6 | 7 => VariantExpr::Gene(self.gene(choices)),
            8 | 9 if self.cohort.annotated || choices.once_in(8) => self.of_entry(choices),
            10 if choices.once_in(2) => self.bases(choices),
            10 => VariantExpr::Type(TYPES[choices.below(TYPES.len())]),
            11 => VariantExpr::Filter(self.filter(choices)),
            12 | 13 => self.info(choices),
            14 => self.row_number(choices),
            _ => self.number(choices, depth),
        }
    }

    /// A record of the cohort.
    fn record(&self, choices: &mut Choices<'_>) -> Option<&Record> {
        let row = choices.of_any(&self.cohort.rows)?;
        Some(self.cohort.record(*row))
    }

    /// A contig by one of its names.
    fn contig(&self, choices: &mut Choices<'_>) -> String {
        let unknown = "chr7".to_owned();
        if choices.once_in(30) || self.cohort.contigs.is_empty() {
            return unknown;
        }
        let name = choices.of(&self.cohort.contigs);
        let plain = contig(name);
        let mut names = vec![name.clone()];
        if plain.parse::<u8>().is_ok() || plain == "X" {
            names.extend([plain.clone(), format!("chr{plain}")]);
        }
        names.extend(self.accession(&plain));
        choices.of(&names).clone()
    }

    /// The accession of a contig, where the files tell the assembly.
    fn accession(&self, plain: &str) -> Option<String> {
        let header = &self.cohort.world.files[0].header;
        let known = [("22", "NC_000022.11"), ("X", "NC_000023.11")];
        let accession = known.iter().find(|(name, _)| *name == plain);
        let reported = header.iter().any(|line| line.contains("assembly=GRCh38"));
        accession
            .filter(|_| reported)
            .map(|(_, accession)| (*accession).to_owned())
    }

    fn id(&self, choices: &mut Choices<'_>) -> String {
        let known = self
            .record(choices)
            .and_then(|record| choices.of_any(&record.ids));
        let known = known.cloned().unwrap_or_else(|| "rs1".to_owned());
        match choices.below(8) {
            0 => choices.text(&["rs99", "nothing"]),
            _ => known,
        }
    }

    fn filter(&self, choices: &mut Choices<'_>) -> String {
        let known = self
            .record(choices)
            .and_then(|record| choices.of_any(&record.filters));
        known
            .cloned()
            .unwrap_or_else(|| choices.text(&[".", "PASS"]))
    }

    fn region(&self, choices: &mut Choices<'_>) -> VariantExpr {
        let contig = self.contig(choices);
        let near = self.record(choices).map_or(1, |record| record.position);
        let first = (near + choices.between(-12, 8)).max(0);
        match choices.below(6) {
            0 => VariantExpr::Region(contig, None, None),
            1 => VariantExpr::Region(contig, Some(first), None),
            2 => VariantExpr::Region(contig, Some(first), Some(first)),
            _ => VariantExpr::Region(contig, Some(first), Some(first + choices.between(0, 15))),
        }
    }

    fn placed(&self, choices: &mut Choices<'_>) -> VariantExpr {
        let one = |choices: &mut Choices<'_>| {
            let contig = self.contig(choices);
            let near = self.record(choices).map_or(1, |record| record.position);
            let first = (near + choices.between(-6, 4)).max(1);
            (contig, first, first + choices.between(0, 12))
        };
        let count = 1 + choices.below(3);
        VariantExpr::Placed {
            within: choices.once_in(2),
            of: (0..count).map(|_| one(choices)).collect(),
        }
    }

    /// REF or ALT of some record, at times with codes for bases.
    fn bases(&self, choices: &mut Choices<'_>) -> VariantExpr {
        let is_alternate = choices.once_in(2);
        let text = self.record(choices).map(|record| match is_alternate {
            true => record.alternates.first().cloned(),
            false => Some(record.reference.clone()),
        });
        let text = text.flatten().unwrap_or_else(|| ".".to_owned());
        let code = *choices.of(&['A', 'A', 'R', 'N']);
        let text = match text.chars().all(|base| "ACGTacgt".contains(base)) {
            true => text.replacen(['A', 'c'], &code.to_string(), 1),
            false => text,
        };
        VariantExpr::Bases(is_alternate, text)
    }

    /// A place as a number.
    fn place(&self, choices: &mut Choices<'_>) -> VariantExpr {
        let near = self.record(choices).map_or(1, |record| record.position);
        let field = *choices.of(&[Field::Pos, Field::Start, Field::End]);
        let number = Hundredths(100 * (near + choices.between(-3, 5)) + *choices.of(&[0, 0, 50]));
        VariantExpr::Number(field, None, *choices.of(&Op::ALL), number)
    }

    fn list(&self, choices: &mut Choices<'_>) -> VariantExpr {
        let kind = choices.below(4);
        let one = |choices: &mut Choices<'_>| match kind {
            0 => VariantExpr::Gene(self.gene(choices)),
            1 => VariantExpr::Id(self.id(choices)),
            2 => VariantExpr::Type(TYPES[choices.below(TYPES.len())]),
            _ => VariantExpr::Filter(self.filter(choices)),
        };
        let count = 2 + choices.below(2);
        VariantExpr::Or((0..count).map(|_| one(choices)).collect())
    }

    fn gene(&self, choices: &mut Choices<'_>) -> String {
        match choices.below(8) {
            0 => choices.text(&["ENSG0", "ensg1", "ENSG3"]),
            1 => choices.text(&["AAA-old", "bbb", "NOPE"]),
            _ => choices.text(&["AAA", "BBB", "CCC"]),
        }
    }

    fn of_entry(&self, choices: &mut Choices<'_>) -> VariantExpr {
        match choices.below(7) {
            0 | 1 => VariantExpr::Consequence(choices.text(&CONSEQUENCES)),
            2 | 3 => VariantExpr::Impact(*choices.of(&Op::ALL), choices.below(4)),
            4 => VariantExpr::Protein(choices.text(&[
                "V1E",
                "p.Val2Glu",
                "V1*",
                "p.Val2Ter",
                "V1fs",
                "p.Val2fs",
            ])),
            5 => VariantExpr::Change(choices.text(&[
                "ENST0:c.1A>G",
                "ENST1.2:c.2A>G",
                "ENST1.3:c.2A>G",
                "ENSP0.1:p.Val1Glu",
                "AAA:p.V2E",
            ])),
            _ => [VariantExpr::Canonical, VariantExpr::Mane][choices.below(2)].clone(),
        }
    }

    /// A key, and a value that a record has for it or one near it.
    fn info(&self, choices: &mut Choices<'_>) -> VariantExpr {
        if self.cohort.world.keys.is_empty() || choices.once_in(30) {
            return VariantExpr::Info("NOPE".to_owned(), Info::There);
        }
        let (key, _, kind) = choices.of(&self.cohort.world.keys);
        let record = self.record(choices);
        let value = record.and_then(|record| record.value(key)).unwrap_or("1");
        let values: Vec<&str> = value.split(',').collect();
        let value = *choices.of(&values);
        let number = value
            .parse::<f64>()
            .map_or(100, |number| (number * 100.0).round() as i64);
        let number = number + *choices.of(&[0, 0, 0, 1, -100]);
        let test = match kind.as_str() {
            _ if choices.once_in(4) => Info::There,
            "Flag" => Info::There,
            "String" if choices.below(3) < 2 => {
                let text = if choices.once_in(6) { "no" } else { value };
                Info::Text(choices.once_in(2), text.to_owned())
            }
            _ => Info::Number(*choices.of(&Op::ALL), Hundredths(number)),
        };
        VariantExpr::Info(key.clone(), test)
    }

    fn row_number(&self, choices: &mut Choices<'_>) -> VariantExpr {
        let op = *choices.of(&Op::ALL);
        let record = self.record(choices);
        let quality = record.and_then(|record| record.quality.as_ref()?.parse::<f64>().ok());
        let quality = quality.map_or(3000, |quality| (quality * 100.0).round() as i64);
        match choices.below(2) {
            0 => VariantExpr::Number(
                Field::Quality,
                None,
                op,
                Hundredths(quality + *choices.of(&[0, 0, 50])),
            ),
            _ => VariantExpr::Number(
                Field::Length,
                None,
                op,
                Hundredths(100 * choices.between(0, 5)),
            ),
        }
    }

    fn number(&self, choices: &mut Choices<'_>, depth: usize) -> VariantExpr {
        let field = *choices.of(&[
            Field::Af,
            Field::Ac,
            Field::An,
            Field::Het,
            Field::Hom,
            Field::Hemi,
            Field::Missing,
        ]);
        let op = *choices.of(&Op::ALL);
        let within =
            (depth > 0 && choices.once_in(3)).then(|| Box::new(self.people(choices, depth - 1)));
        let number = match field {
            Field::Af => Hundredths(*choices.of(&[0, 10, 20, 25, 50, 75, 100])),
            Field::An => Hundredths(100 * choices.between(0, 16)),
            _ => Hundredths(100 * choices.between(0, 4)),
        };
        VariantExpr::Number(field, within, op, number)
    }

    /// An allele that a row has, or one near it, in any way to write it.
    pub fn allele(&self, choices: &mut Choices<'_>) -> Option<VariantExpr> {
        let row: Row = *choices.of_any(&self.cohort.rows)?;
        let record = self.cohort.record(row);
        let alternate = self.cohort.alternate(row)?;
        let bases = super::super::alleles::is_bases(alternate);
        if alternate.starts_with('<') || alternate == "*" {
            return None;
        }
        let (mut position, mut reference, mut alternate) = (
            record.position,
            record.reference.clone(),
            alternate.to_owned(),
        );
        // bases around a record are known in worlds that were made here
        if self.spelled && bases && choices.once_in(2) {
            let behind = super::variants::base(position + reference.len() as i64);
            match choices.below(3) {
                0 => {
                    reference.push_str(behind);
                    alternate.push_str(behind);
                }
                1 if position > 1 => {
                    position -= 1;
                    let before = super::variants::base(position);
                    reference.insert_str(0, before);
                    alternate.insert_str(0, before);
                }
                _ => alternate = behind.to_owned(),
            }
        }
        let plain = contig(&record.contig);
        let change = Change::new(position, &reference, &alternate);
        let name = match self.contig(choices) {
            other if contig(&other) == plain => other,
            _ => record.contig.clone(),
        };
        let accession = self.accession(&plain);
        let text = match (choices.below(4), accession) {
            (0, _) if bases && !name.contains('.') => {
                format!("{name}-{position}-{reference}-{alternate}")
            }
            (1, Some(accession)) if bases => {
                format!("{accession}:{}:{reference}:{alternate}", position - 1)
            }
            (2, Some(accession)) if bases && reference.len() == 1 && alternate.len() == 1 => {
                format!("{accession}:g.{position}{reference}>{alternate}")
            }
            _ => format!("{}:{position}:{reference}:{alternate}", record.contig),
        };
        Some(VariantExpr::Allele(text, change, plain))
    }

    pub fn people(&self, choices: &mut Choices<'_>, depth: usize) -> GroupExpr {
        let parts = |choices: &mut Choices<'_>| -> Vec<GroupExpr> {
            (0..2 + choices.below(2))
                .map(|_| self.people(choices, depth - 1))
                .collect()
        };
        match choices.below(if depth == 0 { 4 } else { 8 }) {
            4 | 5 => GroupExpr::And(flat(parts(choices), |part| match part {
                GroupExpr::And(within) => Err(within),
                part => Ok(part),
            })),
            6 => GroupExpr::Or(flat(parts(choices), |part| match part {
                GroupExpr::Or(within) => Err(within),
                part => Ok(part),
            })),
            7 => GroupExpr::Not(Box::new(self.people(choices, depth - 1))),
            _ => self.of_people(choices, depth),
        }
    }

    fn of_people(&self, choices: &mut Choices<'_>, depth: usize) -> GroupExpr {
        match choices.below(if self.people { 16 } else { 6 }) {
            0 if choices.once_in(3) => GroupExpr::Genotyped,
            0 => GroupExpr::All,
            1 => {
                let names: Vec<&String> = self
                    .cohort
                    .samples
                    .iter()
                    .map(|sample| &sample.name)
                    .collect();
                let named = (0..1 + choices.below(2))
                    .map(|_| (*choices.of(&names)).clone())
                    .collect();
                GroupExpr::Samples(if choices.once_in(20) {
                    vec!["nobody".to_owned()]
                } else {
                    named
                })
            }
            2..=5 => self.carriers(choices, depth),
            6 => GroupExpr::Individuals(vec![choices.text(&["P0", "P1", "s00"])]),
            7 | 8 => GroupExpr::Term(self.term(choices)),
            9 => match choices.below(2) {
                0 => GroupExpr::Exactly(self.term(choices)),
                _ => GroupExpr::Excluded(self.term(choices)),
            },
            10 => match choices.below(2) {
                0 => GroupExpr::Severity(
                    self.term(choices),
                    choices.text(&["HP:0012824", "Severe", "HP:0012825"]),
                ),
                _ => GroupExpr::Onset(self.term(choices), *choices.of(&Op::ALL), age(choices)),
            },
            11 => GroupExpr::Age(*choices.of(&Op::ALL), age(choices)),
            12 => GroupExpr::Measurement(
                choices.text(&["LOINC:1-1", "LOINC:2-2", "LOINC:9-9"]),
                [None, Some("percent"), Some("UCUM:%"), Some("UCUM:mg")][choices.below(4)]
                    .map(str::to_owned),
                *choices.of(&Op::ALL),
                Hundredths(*choices.of(&[100, 550, 650, 700])),
            ),
            _ => self.attribute(choices),
        }
    }

    fn carriers(&self, choices: &mut Choices<'_>, depth: usize) -> GroupExpr {
        let of = self.variants(choices, depth.saturating_sub(1));
        let mut options = Options::default();
        match choices.below(7) {
            5 if choices.once_in(2) => return GroupExpr::Called(of),
            5 => return GroupExpr::Noncarriers(of),
            0 => options.zygosity = Some(*choices.of(&["het", "hom", "hemi"])),
            1 => options.at_least = Some(1 + choices.below(3)),
            2 => options.compound = true,
            3 if self.people => {
                options.origin =
                    Some(*choices.of(&["de_novo", "inherited", "maternal", "paternal"]));
                options.at_least = choices.once_in(3).then_some(2);
            }
            4 => {
                options.zygosity = Some(*choices.of(&["het", "hom", "hemi"]));
                options.at_least = Some(2);
            }
            _ => {}
        }
        GroupExpr::Carriers(of, options)
    }

    fn term(&self, choices: &mut Choices<'_>) -> Named {
        let name = choices.text(&[
            "HP:0000118",
            "HP:0000501",
            "HP:0000502",
            "HP:0000503",
            "HP:0000505",
            "HP:0000592",
            "HP:0000507",
            "Sign 1",
            "old sign 2",
            "MONDO:0000001",
            "MONDO:0000002",
            "MONDO:0000003",
            "ORPHA:1",
            "Orphanet:2",
            "OMIM:9",
            "NCIT:C1",
            "LOINC:1-1",
            "HP:0999999",
            "Shared",
            "a disease",
            "sign 5",
            "label of OMIM:9",
            "label of HP:0000592",
        ]);
        let scope = choices.once_in(3).then(|| *choices.of(&Scope::ALL));
        Named { scope, name }
    }

    /// Phenotypes to be similar to, by any measure.
    pub fn similar(&self, choices: &mut Choices<'_>) -> Similar {
        let names = [
            "HP:0000118",
            "HP:0000501",
            "HP:0000502",
            "HP:0000503",
            "HP:0000504",
            "HP:0000505",
            "HP:0000506",
        ];
        let first = choices.below(names.len());
        let mut to = vec![names[first].to_owned()];
        for name in &names[first + 1..] {
            if choices.once_in(4) {
                to.push((*name).to_owned());
            }
        }
        Similar {
            to,
            score: Hundredths(*choices.of(&[0, 10, 33, 50, 100])),
            measure: *choices.of(&[
                None,
                Some("resnik"),
                Some("lin"),
                Some("jc"),
                Some("jaccard"),
                Some("simgic"),
            ]),
        }
    }

    fn attribute(&self, choices: &mut Choices<'_>) -> GroupExpr {
        let (name, values): (&'static str, &[&str]) = match choices.below(8) {
            0 | 1 => ("sex", &["female", "male", "other", "unknown"]),
            2 => ("affected", &["yes", "no"]),
            3 => ("karyotype", &["XX", "XXY"]),
            4 => ("population", &["FIN", "GBR", "EUR"]),
            5 => ("cohort", &["first wave", "c2"]),
            6 => ("country", &["FI", "GB"]),
            _ => ("family", &["F1", "F2"]),
        };
        GroupExpr::Attribute(name, choices.text(values))
    }
}

fn age(choices: &mut Choices<'_>) -> Age {
    Age {
        years: *choices.of(&[0, 1, 5, 18, 40]),
        months: *choices.of(&[0, 0, 6]),
        days: 0,
    }
}

/// Parts in the form in which they are read back: none of them is a list of the same kind.
fn flat<T>(parts: Vec<T>, within: impl Fn(T) -> Result<T, Vec<T>>) -> Vec<T> {
    let parts = parts.into_iter().map(within);
    parts
        .flat_map(|part| part.map_or_else(|within| within, |part| vec![part]))
        .collect()
}
