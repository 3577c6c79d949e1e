//! What is refused: names that a dataset does not have.

use super::expression::{GroupExpr, Named, Options, VariantExpr};
use super::genes;
use super::members::Meaning;
use super::people::{Person, Scope};
use super::world::{Cohort, Row};
use std::collections::BTreeSet;

impl Cohort<'_> {
    /// Whether an expression over variants names something that is not here.
    pub fn refuses(&self, of: &VariantExpr) -> bool {
        match of {
            VariantExpr::And(parts) | VariantExpr::Or(parts) => {
                parts.iter().any(|part| self.refuses(part))
            }
            VariantExpr::Not(part) => self.refuses(part),
            VariantExpr::Region(contig, ..) => !self.has_contig(contig),
            VariantExpr::Placed { of, .. } => {
                of.iter().any(|(contig, ..)| !self.has_contig(contig))
            }
            VariantExpr::Allele(_, change, contig) => {
                let undecided = |&row: &Row| self.is_allele(row, change, contig).is_none();
                !self.has_contig(contig) || self.rows.iter().any(undecided)
            }
            VariantExpr::Name(name) => !self.has_contig(name) && !is_rs(name) && !self.has_id(name),
            VariantExpr::Gene(name) => self.refuses_gene(name),
            VariantExpr::Consequence(_)
            | VariantExpr::Impact(..)
            | VariantExpr::Protein(_)
            | VariantExpr::Canonical
            | VariantExpr::Mane => !self.annotated,
            // before a change of a protein may stand a gene, which is then to be known
            VariantExpr::Change(change) => {
                let (of, _) = change.split_once(':').unwrap();
                !self.annotated || !of.starts_with("ENS") && self.refuses_gene(of)
            }
            VariantExpr::Info(key, _) => !self.world.keys.iter().any(|(name, _, _)| name == key),
            VariantExpr::Number(_, Some(who), ..) => self.refuses_group(who),
            VariantExpr::All
            | VariantExpr::Id(_)
            | VariantExpr::Type(_)
            | VariantExpr::Bases(..)
            | VariantExpr::Filter(_)
            | VariantExpr::Number(..) => false,
        }
    }

    /// The same of an expression over people.
    pub fn refuses_group(&self, who: &GroupExpr) -> bool {
        let nothing_known = self.world.people.is_empty();
        match who {
            GroupExpr::All | GroupExpr::Genotyped => false,
            GroupExpr::Called(of) | GroupExpr::Noncarriers(of) => self.refuses(of),
            GroupExpr::And(parts) | GroupExpr::Or(parts) => {
                parts.iter().any(|part| self.refuses_group(part))
            }
            GroupExpr::Not(part) => self.refuses_group(part),
            GroupExpr::Samples(ids) => ids
                .iter()
                .any(|id| !self.samples.iter().any(|sample| sample.name == *id)),
            GroupExpr::Individuals(ids) => {
                nothing_known
                    || ids
                        .iter()
                        .any(|id| !self.world.people.iter().any(|person| person.id == *id))
            }
            GroupExpr::Carriers(of, options) => self.refuses(of) || self.refuses_options(options),
            GroupExpr::Term(term)
            | GroupExpr::Exactly(term)
            | GroupExpr::Excluded(term)
            | GroupExpr::Onset(term, ..) => nothing_known || self.meaning(term).is_none(),
            GroupExpr::Severity(term, is) => {
                let is = Named {
                    scope: None,
                    name: is.clone(),
                };
                nothing_known || self.meaning(term).is_none() || self.meaning(&is).is_none()
            }
            GroupExpr::Age(..) => nothing_known,
            GroupExpr::Measurement(assay, unit, ..) => {
                nothing_known || self.refuses_measurement(assay, unit.as_deref())
            }
            GroupExpr::Similar(similar) => {
                let unknown = |name: &String| {
                    let named = Named {
                        scope: None,
                        name: name.clone(),
                    };
                    !matches!(self.meaning(&named), Some(Meaning::Term(_)))
                };
                nothing_known || similar.to.iter().any(unknown)
            }
            GroupExpr::Attribute("sex" | "affected", _) => nothing_known,
            GroupExpr::Attribute(name, value) => {
                let has = |person: &Person| super::members::has_attribute(person, name, value);
                !self.world.people.iter().any(has)
            }
        }
    }

    fn has_id(&self, id: &str) -> bool {
        self.rows
            .iter()
            .any(|&row| self.record(row).ids.iter().any(|own| own == id))
    }

    fn refuses_gene(&self, name: &str) -> bool {
        let mut rows = self.rows.iter();
        let reported = rows.any(|&row| self.entries(row).iter().any(|entry| entry.has_gene(name)));
        !reported && genes::named(&self.world.genes, name).len() != 1
    }

    fn refuses_options(&self, options: &Options) -> bool {
        let no_genes = options.compound && !self.annotated && self.world.genes.is_empty();
        no_genes || options.origin.is_some() && !self.has_trio()
    }

    /// Whether a sample has a parent among the samples.
    fn has_trio(&self) -> bool {
        (0..self.samples.len()).any(|sample| self.has_parents(sample))
    }

    pub fn has_parents(&self, sample: usize) -> bool {
        let sampled = |id: &Option<String>| {
            let mut subjects = self.subjects.iter();
            subjects.any(|subject| {
                subject.person.is_some()
                    && !subject.samples.is_empty()
                    && Some(&subject.id) == id.as_ref()
            })
        };
        let person = self.subjects[self.owner(sample)].person;
        let pedigree = person.and_then(|person| self.world.people[person].pedigree.as_ref());
        pedigree.is_some_and(|own| sampled(&own.father) || sampled(&own.mother))
    }

    fn refuses_measurement(&self, assay: &str, unit: Option<&str>) -> bool {
        let named = Named {
            scope: Some(Scope::Measurement),
            name: assay.to_owned(),
        };
        let Some(meaning) = self.meaning(&named) else {
            return true;
        };
        let events = self.world.people.iter().flat_map(|person| &person.events);
        let of_assay = events.filter(|event| {
            event.scope == Scope::Measurement
                && self.is_or_below(&self.recorded(&event.term), &meaning)
        });
        let values: Vec<_> = of_assay.filter_map(|event| event.value.as_ref()).collect();
        match unit {
            Some(unit) => {
                !values.is_empty()
                    && !values
                        .iter()
                        .any(|(_, reported)| super::members::is_unit(reported.as_ref(), unit))
            }
            None => {
                let units = values
                    .iter()
                    .map(|(_, unit)| unit.as_ref().map(|unit| super::terms::canonical(&unit.id)));
                units.collect::<BTreeSet<_>>().len() > 1
            }
        }
    }
}

fn is_rs(name: &str) -> bool {
    let digits = name.strip_prefix("rs");
    digits.is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
