//! What the names of variants mean: contigs, alleles, ids, INFO keys.

use super::entries::EntryTest;
use super::find::{doubt_of_mate, find_change};
use super::names::Names;
use super::several::Several;
use super::test::{Side, Test, entry};
use super::vrs::{Identified, identified};
use crate::cohort::Regions;
use crate::error::{Error, Result};
use crate::format::Zone;
use crate::genome::{
    AlleleName, AlleleType, Change, Identifier, Interval, NameError, Position, VrsId,
    parse_identifier,
};
use crate::model::{Annotator, CANONICAL, MANE};
use crate::model::{InfoKey, InfoType};
use crate::query::expr::{
    Atom, GroupExpr, InfoTest, RegionList, Stretch, Transcripts, VariantAtom, VariantType, nearest,
};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

impl Names<'_> {
    /// The test that an atom is. The group of a count is a question of its own, for which `group` gives a
    /// number.
    pub(in crate::query) fn variant_atom(
        &self,
        atom: &Atom<VariantAtom>,
        group: impl FnOnce(&GroupExpr) -> Result<usize>,
    ) -> Result<Test> {
        let at = &atom.at;
        Ok(match &atom.kind {
            VariantAtom::All => Test::All,
            VariantAtom::Allele(text) => self.allele(text, at)?,
            VariantAtom::Name(name) => self.name(name, at)?,
            VariantAtom::Region { contig, interval } => {
                let number = self.contig(contig, at)?;
                self.note_place(self.shown(at, contig), number, *interval)?;
                Test::Regions(Regions::new(vec![(number, *interval)]))
            }
            VariantAtom::Placed { how, of } => Test::Placed {
                how: *how,
                regions: match of {
                    RegionList::File(file) => self.bed(file, at)?,
                    RegionList::Regions(all) => {
                        let number = |of: &Stretch| Ok((self.contig(&of.contig, at)?, of.interval));
                        Regions::new(all.iter().map(number).collect::<Result<_>>()?)
                    }
                },
            },
            VariantAtom::Alleles(file) => self.listed_alleles(file, at)?,
            VariantAtom::Ids(file) => self.listed_ids(file, at)?,
            VariantAtom::Genes(file) => self.listed_genes(file, at)?,
            VariantAtom::Regions(file) => Test::Regions(self.bed(file, at)?),
            VariantAtom::Type(kind) => Test::Types(types(*kind)),
            VariantAtom::Number {
                field,
                comparison,
                value,
            } => Test::Number {
                field: *field,
                comparison: *comparison,
                value: *value,
            },
            VariantAtom::Info { key, test } => self.info(key, test, at)?,
            VariantAtom::Reference(text) => bases(Side::Reference, text),
            VariantAtom::Alternate(text) => bases(Side::Alternate, text),
            VariantAtom::Filter(text) if text == "." => Test::Filter(String::new()),
            VariantAtom::Filter(text) => Test::Filter(text.clone()),
            VariantAtom::Id(id) => self.id(id)?,
            VariantAtom::Gene(name) => self.gene(name, at)?,
            VariantAtom::NumberIn {
                field,
                of,
                comparison,
                value,
            } => Test::NumberIn {
                group: group(of)?,
                field: *field,
                comparison: *comparison,
                value: *value,
            },
            VariantAtom::Consequence(name) => self.consequence(name, at)?,
            VariantAtom::Impact { comparison, impact } => {
                self.annotations(at)?;
                let wanted = f64::from(*impact as u8);
                let holds = |grade: &u8| comparison.holds(f64::from(*grade), wanted);
                let mask = (0..4)
                    .filter(holds)
                    .fold(0, |mask, grade| mask | 1 << grade);
                entry(EntryTest::Impact(mask))
            }
            VariantAtom::Protein(change) => self.protein(change, at)?,
            VariantAtom::Transcripts(transcripts) => {
                self.annotations(at)?;
                entry(EntryTest::Flags(match transcripts {
                    Transcripts::Canonical => CANONICAL,
                    Transcripts::Mane => MANE,
                }))
            }
        })
    }

    /// An atom as it stands in the expression.
    fn shown<'t>(&'t self, at: &Range<usize>, or: &'t str) -> &'t str {
        self.text
            .get(at.clone())
            .filter(|text| !text.is_empty())
            .unwrap_or(or)
    }

    fn contig(&self, name: &str, at: &Range<usize>) -> Result<u32> {
        self.view
            .contig_names()
            .resolve(name)
            .map(|contig| contig as u32)
            .map_err(|e| match &e {
                NameError::Unknown { name, candidates } => {
                    self.error(at, format!("no contig `{name}` here"), candidates.clone())
                }
                _ => self.error(at, e.to_string(), Vec::new()),
            })
    }

    /// A bare word: a contig, or else an id.
    fn name(&self, name: &str, at: &Range<usize>) -> Result<Test> {
        match self.view.contig_names().resolve(name) {
            Ok(contig) => {
                let whole = Interval {
                    start: Position::TELOMERE.zero_based(),
                    end: i32::MAX,
                };
                self.note_place(name, contig as u32, whole)?;
                return Ok(Test::Regions(Regions::new(vec![(contig as u32, whole)])));
            }
            Err(NameError::Unknown { .. }) => {}
            Err(e) => return Err(self.error(at, e.to_string(), Vec::new())),
        }
        if name.starts_with("p.") && self.view.manifest().annotations.is_some() {
            return self.protein(name, at);
        }
        let found = self.rows_with_id(name)?;
        if !found.is_empty() || looks_like_rs(name) {
            return Ok(Test::Rows(found));
        }
        if self.leaves_out {
            return Ok(Test::Rows(HashMap::new()));
        }
        let mut candidates = self.variant_proposals(name)?;
        if candidates.is_empty() {
            candidates = nearest(name, self.view.contigs());
        }
        Err(self.error(
            at,
            format!("`{name}` is neither a contig nor the id of a variant here"),
            candidates,
        ))
    }

    fn id(&self, id: &str) -> Result<Test> {
        Ok(Test::Rows(self.rows_with_id(id)?))
    }

    pub(super) fn rows_with_id(&self, id: &str) -> Result<HashMap<usize, Vec<u32>>> {
        let mut found = HashMap::new();
        for (index, part) in self.view.parts().iter().enumerate() {
            let rows = self.view.segment(part)?.find_id(id.as_bytes())?;
            if !rows.is_empty() {
                found.insert(index, rows);
            }
        }
        Ok(found)
    }

    fn allele(&self, text: &str, at: &Range<usize>) -> Result<Test> {
        if let Some(test) = self.change(text, at)? {
            return Ok(test);
        }
        let parsed = parse_identifier(text).map_err(|mut e| {
            // the place within the atom becomes the place within the expression
            if self.text.get(at.clone()) == Some(text) {
                e.at = at.start + e.at.start..at.start + e.at.end;
                self.text.clone_into(&mut e.text);
            }
            Error::from(e)
        })?;
        match parsed {
            Identifier::Id(id) => self.id(id),
            Identifier::Vrs(id) => self.vrs(id, text, at),
            Identifier::Allele(name) => {
                let contig = self.contig(name.contig, at)?;
                self.change_on(contig, &name.change, text, at)
            }
        }
    }

    /// The variant with a computed identifier.
    fn vrs(&self, id: VrsId, text: &str, at: &Range<usize>) -> Result<Test> {
        let rows: u64 = self
            .view
            .manifest()
            .segments
            .iter()
            .map(|of| u64::from(of.rows))
            .sum();
        let (contig, allele) = match identified(self.view, id)? {
            Identified::Allele(contig, allele) => (contig, allele),
            Identified::Absent => {
                let note = format!("`{text}`: the identifiers of all {rows} rows were computed");
                self.notes.borrow_mut().push(note);
                return Ok(Test::Rows(HashMap::new()));
            }
            Identified::Doubt(_) if self.leaves_out => return Ok(Test::Rows(HashMap::new())),
            Identified::Doubt(message) => return Err(self.error(at, message, Vec::new())),
        };
        let change = allele.change();
        let name = AlleleName {
            contig: self.view.contig_name(contig),
            change: change.clone(),
        };
        self.notes.borrow_mut().push(format!(
            "`{text}` is {}: the identifiers of the {rows} rows were computed until it was among them",
            name.to_text()
        ));
        self.change_on(contig, &change, text, at)
    }

    /// The rows of a change on a contig.
    fn change_on(
        &self,
        contig: u32,
        change: &Change<'_>,
        text: &str,
        at: &Range<usize>,
    ) -> Result<Test> {
        if let Some(doubt) = doubt_of_mate(self.view, change) {
            return Err(self.error(at, doubt.to_string(), Vec::new()));
        }
        let found = find_change(self.view, contig, change)?;
        // whether rows leave it open says that there are some
        if self.leaves_out && found.doubt(self.view, text)?.is_some() {
            return Ok(Test::Rows(HashMap::new()));
        }
        if let Some((message, candidates)) = found.doubt(self.view, text)? {
            return Err(self.error(at, message, candidates));
        }
        if found.rows.is_empty() {
            self.note_absent(text, contig, change)?;
        }
        if let Some(several) = Several::of(self.view, text, at, &found.rows)? {
            self.several.borrow_mut().push(several);
        }
        let by_text = found.by_text;
        let rows: HashMap<usize, Vec<u32>> = found.rows.into_iter().collect();
        Ok(match by_text {
            true => Test::Rows(rows),
            false => Test::Change(Arc::new(rows)),
        })
    }

    fn info(&self, key: &str, test: &InfoTest, at: &Range<usize>) -> Result<Test> {
        let keys = &self.view.manifest().info;
        let Some(number) = keys.iter().position(|known| known.key == key) else {
            let message =
                format!("INFO {key} is not kept in this dataset (build with --info {key})");
            return Err(self.error(
                at,
                message,
                nearest(key, keys.iter().map(|k| k.key.as_str())),
            ));
        };
        if self.view.withholds(key) {
            let message = format!("INFO {key} counts those who may not be seen: it is withheld");
            return Err(self.error(at, message, Vec::new()));
        }
        let entry = keys
            .get(number)
            .map(|k| format!("{}\t{}\t{}", k.kind, k.number, k.key));
        let Some(kind) = entry
            .and_then(|line| InfoKey::from_line(&line))
            .map(|key| key.kind)
        else {
            return Err(self.error(
                at,
                format!("INFO {key} has a type this version does not know"),
                Vec::new(),
            ));
        };
        let fits = match (kind, test) {
            (_, InfoTest::Present) => true,
            (InfoType::Integer | InfoType::Float, InfoTest::Number { .. }) => true,
            // a list of numbers is text to the index, and compares entry by entry
            (InfoType::Text | InfoType::Floats, _) => true,
            _ => false,
        };
        if !fits {
            let message = match kind {
                InfoType::Flag => format!("INFO {key} is a flag: write info.{key} alone"),
                _ => format!("INFO {key} is a number: compare it with one"),
            };
            return Err(self.error(at, message, Vec::new()));
        }
        let list = match Annotator::of_field(key) {
            Some(_) => b'&',
            None => b',',
        };
        Ok(Test::Info {
            key: number as u16,
            kind,
            list,
            test: test.clone(),
        })
    }
}

/// `rs` and digits: an id that may be absent without being a mistake.
fn looks_like_rs(name: &str) -> bool {
    name.strip_prefix("rs")
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// A test of REF or ALT; `.` is none.
fn bases(of: Side, text: &str) -> Test {
    let pattern = match text {
        "." => Vec::new(),
        text => text.as_bytes().to_vec(),
    };
    Test::Bases { of, pattern }
}

impl VariantType {
    /// Whether an allele of a kind is meant.
    pub(crate) fn is_of(self, kind: AlleleType) -> bool {
        types(self) & Zone::type_bit(kind) != 0
    }
}

/// The types that `type:` names.
fn types(kind: VariantType) -> u32 {
    let one = Zone::type_bit;
    match kind {
        VariantType::Snv => one(AlleleType::Snv),
        VariantType::Mnv => one(AlleleType::Mnp),
        VariantType::Ins => one(AlleleType::Ins),
        VariantType::Del => one(AlleleType::Del),
        VariantType::Delins => one(AlleleType::Indel),
        VariantType::Indel => one(AlleleType::Ins) | one(AlleleType::Del) | one(AlleleType::Indel),
        VariantType::Dup => one(AlleleType::Dup),
        VariantType::Inv => one(AlleleType::Inv),
        VariantType::Cnv => one(AlleleType::Cnv),
        VariantType::Bnd => one(AlleleType::Bnd),
        VariantType::Other => one(AlleleType::Other),
    }
}
