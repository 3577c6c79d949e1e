//! Whether an expression over variants holds of a row.

use super::alleles::{self, Change, same_change};
use super::expression::{Field, Hundredths, Info, Op, VariantExpr};
use super::genes;
use super::notes::Entry;
use super::world::{Cohort, Row, contig};

impl Cohort<'_> {
    pub fn holds(&self, of: &VariantExpr, row: Row) -> bool {
        self.holds_among(of, row, &|_| true)
    }

    /// The same where what is asked of annotations, and not negated, must hold of some of the entries.
    pub fn holds_among(&self, of: &VariantExpr, row: Row, among: &dyn Fn(&Entry) -> bool) -> bool {
        let entry = |holds: &dyn Fn(&Entry) -> bool| {
            let entries = self.entries_of_line(row);
            entries.iter().any(|entry| among(entry) && holds(entry))
        };
        if self.asks_entries(of) {
            return entry(&|entry| self.entry_holds(of, entry));
        }
        match of {
            VariantExpr::All => true,
            VariantExpr::And(_) => {
                let mut parts = Vec::new();
                side_by_side(of, &mut parts);
                // what is asked of annotations side by side must hold of one entry
                let (of_entries, others): (Vec<_>, Vec<_>) =
                    parts.into_iter().partition(|part| self.asks_entries(part));
                let one =
                    |entry: &Entry| of_entries.iter().all(|part| self.entry_holds(part, entry));
                others.iter().all(|part| self.holds_among(part, row, among))
                    && (of_entries.is_empty() || entry(&one))
            }
            VariantExpr::Or(parts) => parts.iter().any(|part| self.holds_among(part, row, among)),
            VariantExpr::Not(part) => !self.holds(part, row),
            VariantExpr::Allele(_, change, contig) => {
                self.is_allele(row, change, contig) == Some(true)
            }
            VariantExpr::Name(name) => match self.has_contig(name) {
                true => self.contig(row) == contig(name),
                false => self.has_own_id(row, name),
            },
            VariantExpr::Id(id) => self.has_own_id(row, id),
            VariantExpr::Region(name, first, last) => self.touches(
                row,
                name,
                first.unwrap_or(0),
                last.unwrap_or(i64::from(i32::MAX)),
            ),
            VariantExpr::Placed { within, of } => {
                let row = self.shown_row(row);
                let (from, to) = self.span(row);
                let of = of
                    .iter()
                    .filter(|(name, ..)| self.contig(row) == contig(name));
                let holds = |base: i64| {
                    of.clone()
                        .any(|(_, first, last)| (*first..=*last).contains(&base))
                };
                match within {
                    true => (from..=to).all(holds),
                    false => holds(from),
                }
            }
            VariantExpr::Gene(name) => genes::named(&self.world.genes, name)
                .iter()
                .any(|gene| self.in_gene(row, gene)),
            VariantExpr::Type(name) => match self.kind(row) {
                Some("ins" | "del" | "delins") if *name == "indel" => true,
                kind => kind == Some(*name),
            },
            VariantExpr::Bases(is_alternate, pattern) => {
                let row = self.shown_row(row);
                let found = match is_alternate {
                    true => self.alternate(row).unwrap_or("."),
                    false => self.record(row).reference.as_str(),
                };
                let (found, pattern) = (found.to_uppercase(), pattern.to_uppercase());
                // the codes that a pattern of the generator has
                let base = |(of, base): (char, char)| match of {
                    'R' => "AGR".contains(base),
                    'N' => "ACGTN".contains(base),
                    of => of == base,
                };
                let is_bases = pattern.chars().all(|of| "ACGTRN".contains(of));
                found == pattern
                    || is_bases
                        && found.len() == pattern.len()
                        && pattern.chars().zip(found.chars()).all(base)
            }
            VariantExpr::Filter(name) => {
                let filters = &self.record(row).filters;
                filters.contains(name) || filters.is_empty() && name == "."
            }
            VariantExpr::Info(key, test) => self.info_holds(row, key, test),
            VariantExpr::Number(field, within, op, number) => {
                let everybody = || (0..self.subjects.len()).collect();
                let group = within
                    .as_ref()
                    .map_or_else(everybody, |who| self.members(who));
                self.number_holds(row, *field, &self.samples_of(&group), *op, *number)
            }
            VariantExpr::Consequence(_)
            | VariantExpr::Impact(..)
            | VariantExpr::Protein(_)
            | VariantExpr::Change(_)
            | VariantExpr::Canonical
            | VariantExpr::Mane => unreachable!("asked of entries"),
        }
    }

    /// The row by which a variant is shown.
    fn shown_row(&self, row: Row) -> Row {
        *self.line(row).rows.first().unwrap()
    }

    /// Ids are of a variant: of any of its records.
    fn has_own_id(&self, row: Row, id: &str) -> bool {
        let mut rows = self.line(row).rows.iter();
        rows.any(|&row| self.record(row).ids.iter().any(|own| own == id))
    }

    /// So is what annotation says.
    pub fn entries_of_line(&self, row: Row) -> Vec<Entry> {
        let rows = self.line(row).rows.iter();
        rows.flat_map(|&row| self.entries(row)).collect()
    }

    /// Whether a part asks nothing but what one entry of an annotation says.
    pub fn asks_entries(&self, of: &VariantExpr) -> bool {
        match of {
            VariantExpr::Gene(_) => self.annotated,
            VariantExpr::Consequence(_)
            | VariantExpr::Impact(..)
            | VariantExpr::Protein(_)
            | VariantExpr::Change(_)
            | VariantExpr::Canonical
            | VariantExpr::Mane => true,
            VariantExpr::And(parts) | VariantExpr::Or(parts) => {
                parts.iter().all(|part| self.asks_entries(part))
            }
            _ => false,
        }
    }

    pub fn entry_holds(&self, of: &VariantExpr, entry: &Entry) -> bool {
        match of {
            VariantExpr::Gene(name) => self
                .names_of_gene(name)
                .iter()
                .any(|name| entry.has_gene(name)),
            VariantExpr::Consequence(name) => entry.has_consequence(name),
            VariantExpr::Impact(op, grade) => op.holds(&entry.impact, grade),
            VariantExpr::Protein(change) => entry.has_protein(change),
            VariantExpr::Change(change) => entry.has_change(change),
            VariantExpr::Canonical => entry.canonical,
            VariantExpr::Mane => entry.mane,
            VariantExpr::And(parts) => parts.iter().all(|part| self.entry_holds(part, entry)),
            VariantExpr::Or(parts) => parts.iter().any(|part| self.entry_holds(part, entry)),
            _ => unreachable!("asked of rows"),
        }
    }

    /// The names by which annotations may call a gene: the one asked for, or else those that the gene
    /// models have for it.
    pub fn names_of_gene(&self, name: &str) -> Vec<String> {
        let reported = |row: &Row| self.entries(*row).iter().any(|entry| entry.has_gene(name));
        if self.rows.iter().any(reported) {
            return vec![name.to_owned()];
        }
        let [gene] = genes::named(&self.world.genes, name)[..] else {
            return Vec::new();
        };
        let names = [&gene.symbol]
            .into_iter()
            .chain(&gene.aliases)
            .chain(&gene.ids);
        names.cloned().collect()
    }

    pub fn in_gene(&self, row: Row, gene: &genes::Gene) -> bool {
        let pad = self.world.pad;
        let mut places = gene.places.iter();
        places.any(|(name, first, last)| self.touches(row, name, first - pad, last + pad))
    }

    pub fn has_contig(&self, name: &str) -> bool {
        self.contigs.iter().any(|own| contig(own) == contig(name))
    }

    /// Whether a row is an allele; `None` where bases decide that nobody has spelled.
    pub fn is_allele(&self, row: Row, change: &Change, name: &str) -> Option<bool> {
        if self.contig(row) != contig(name) {
            return Some(false);
        }
        let bases = change.alternate.is_empty() || alleles::is_bases(&change.alternate);
        match self
            .bases_changed(row)
            .filter(|_| bases && !change.is_none())
        {
            Some(own) => same_change(change, &own, &self.known_on(&contig(name))),
            None => {
                let record = self.record(row);
                let own = Change::new(
                    record.position,
                    &record.reference,
                    self.alternate(row).unwrap_or_default(),
                );
                Some(change.same_text(&own))
            }
        }
    }

    fn info_holds(&self, row: Row, key: &str, test: &Info) -> bool {
        let record = self.record(row);
        if !record.info.iter().any(|(name, _)| name == key) {
            return false;
        }
        let declared = self
            .world
            .keys
            .iter()
            .find(|(name, _, _)| name == key)
            .unwrap();
        let values: Vec<&str> = record.value(key).unwrap_or_default().split(',').collect();
        // what is reported of each allele, or of each ALT, is reported of the row's
        let mine = match declared.1.as_str() {
            "A" => values
                .get(row.allele.wrapping_sub(1))
                .into_iter()
                .copied()
                .collect(),
            "R" => values.get(row.allele).into_iter().copied().collect(),
            _ => values,
        };
        let known: Vec<&str> = mine
            .into_iter()
            .filter(|value| *value != "." && !value.is_empty())
            .collect();
        match test {
            Info::There => declared.2 == "Flag" || !known.is_empty(),
            Info::Number(op, number) => {
                let numbers = known.iter().filter_map(|value| value.parse::<f64>().ok());
                numbers
                    .into_iter()
                    .any(|value| op.holds(&value, &number.number()))
            }
            Info::Text(equal, text) => {
                !known.is_empty() && known.contains(&text.as_str()) == *equal
            }
        }
    }

    fn number_holds(
        &self,
        row: Row,
        field: Field,
        group: &std::collections::BTreeSet<usize>,
        op: Op,
        number: Hundredths,
    ) -> bool {
        let whole = |value: u64| op.holds(&(value as i64 * 100), &number.0);
        let counts = || self.counts(self.line(row), group);
        match field {
            Field::Ac => whole(counts().ac),
            Field::An => counts().an.is_some_and(whole),
            Field::Het => whole(counts().het),
            Field::Hom => whole(counts().hom),
            Field::Hemi => whole(counts().hemi),
            Field::Missing => counts().missing.is_some_and(whole),
            Field::Af => {
                let counts = counts();
                let an = counts.an.filter(|&an| an > 0);
                // ac / an against hundredths, without dividing
                an.is_some_and(|an| op.holds(&(counts.ac as i64 * 100), &(number.0 * an as i64)))
            }
            Field::Quality => {
                let quality = self.record(row).quality.as_ref();
                quality.is_some_and(|text| op.holds(&text.parse().unwrap(), &number.number()))
            }
            Field::Pos | Field::Start => {
                op.holds(&(self.span(self.shown_row(row)).0 * 100), &number.0)
            }
            Field::End => op.holds(&(self.span(self.shown_row(row)).1 * 100), &number.0),
            Field::Length => self
                .length(row)
                .is_some_and(|length| op.holds(&(length * 100), &number.0)),
        }
    }
}

/// The parts of an `and`, also of those within it.
fn side_by_side<'e>(of: &'e VariantExpr, parts: &mut Vec<&'e VariantExpr>) {
    match of {
        VariantExpr::And(within) => within.iter().for_each(|part| side_by_side(part, parts)),
        part => parts.push(part),
    }
}
