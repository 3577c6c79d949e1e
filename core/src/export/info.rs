//! ID, QUAL, FILTER and INFO of a record.

use super::genotypes::Genotypes;
use super::header::{AC, AN, END, SVLEN, SVTYPE, kept_keys};
use super::records::{Record, RowAt};
use crate::cohort::{Members, RowCounter, View};
use crate::error::Result;
use crate::format::{Column, Kind, PAGE_ROWS, Text, TextBlock};
use crate::genome::AlleleType;
use crate::model::{InfoNumber, InfoType};
use crate::query::Group;
use crate::set::SampleSet;
use crate::store::{IdBlocks, Segment};
use std::borrow::Cow;

/// A value of an INFO key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Flag,
    Integers(Vec<Option<i64>>),
    Floats(Vec<Option<f32>>),
    Text(Vec<u8>),
    /// A list of numbers as the source has them.
    Numbers(Vec<u8>),
}

/// What a record says beside its place, alleles and genotypes.
#[derive(Debug)]
pub(super) struct Fixed<'a> {
    /// Empty where there is none.
    pub(super) id: Vec<u8>,
    pub(super) quality: Option<f32>,
    /// Empty where none is recorded.
    pub(super) filter: Cow<'a, str>,
    /// Where the record ends as readers work it out: of REF or END. 0-based, exclusive.
    pub(super) end: i64,
    pub(super) info: Vec<(&'a str, Value)>,
}

/// A kept key of one part.
enum Kept {
    Column(Column),
    Text(Text, TextBlock),
}

/// What is kept of a part's texts while its rows are read.
#[derive(Default)]
struct PartInfo {
    ids: IdBlocks,
    kept: Vec<Option<Kept>>,
}

/// Reads what records say beside their genotypes.
pub(super) struct Info<'a> {
    keys: Vec<(&'a str, InfoType, InfoNumber)>,
    parts: Vec<PartInfo>,
    /// By part, whether samples of it are exported.
    exported: Vec<bool>,
    /// Those who are exported, where rows may be of some of them only; and who of them has the rows of each part.
    group: Option<SampleSet>,
    tallies: Vec<Option<RowCounter<'a>>>,
}

impl<'a> Info<'a> {
    pub(super) fn new(view: &'a View, group: Option<&Group>) -> Result<Self> {
        let keys = kept_keys(view).map(|entry| {
            let kind = InfoType::named(&entry.kind).unwrap_or(InfoType::Text);
            let number = match entry.number.as_str() {
                "alt" => InfoNumber::Alt,
                "allele" => InfoNumber::Allele,
                _ => InfoNumber::Record,
            };
            (entry.key.as_str(), kind, number)
        });
        let group = group.filter(|_| view.joins_rows());
        let exported = view.parts().iter().map(|part| match group {
            Some(group) => {
                let members = Members::of(view.segment(part)?);
                Ok(members.count_in(group.samples()) > 0)
            }
            None => Ok(true),
        });
        Ok(Self {
            keys: keys.collect(),
            exported: exported.collect::<Result<_>>()?,
            parts: view.parts().iter().map(|_| PartInfo::default()).collect(),
            group: group.map(|group| group.samples().clone()),
            tallies: view.parts().iter().map(|_| None).collect(),
        })
    }

    /// Whether a sample that is exported has the record of a row.
    fn is_exported(&mut self, row: &RowAt<'a>) -> Result<bool> {
        let of_part = self.exported.get(row.part).is_some_and(|of| *of);
        let (Some(group), Some(slot)) = (&self.group, self.tallies.get_mut(row.part)) else {
            return Ok(of_part);
        };
        if !of_part || row.batch.1 == 0 {
            return Ok(of_part);
        }
        slot.get_or_insert_with(|| RowCounter::new(row.segment, Some(group)))
            .has_record(row.row)
    }

    /// The rows of the batches of which the record is written, by batch: those with samples that are exported and
    /// a record that passes, or else with the one or the other.
    fn speaking<'r>(&mut self, record: &'r Record<'_, 'a>) -> Result<Vec<&'r [(u32, RowAt<'a>)]>> {
        let mut exported = Vec::new();
        for batch in &record.batches {
            let mut any = false;
            for (_, row) in &batch.rows {
                any = any || self.is_exported(row)?;
            }
            exported.push(any);
        }
        let passes = |rows: &&[(u32, RowAt<'a>)]| rows.iter().any(|(_, row)| row.passes);
        let some = exported.contains(&true);
        let all = record.batches.iter().zip(exported);
        let all = all.filter(|(_, exported)| *exported || !some);
        let mut left: Vec<&[(u32, RowAt<'a>)]> = all.map(|(batch, _)| &batch.rows[..]).collect();
        if left.iter().any(passes) {
            left.retain(passes);
        }
        Ok(left)
    }

    /// Reads what a record says; AC and AN are those of `genotypes` where `counted`.
    pub(super) fn load(
        &mut self,
        record: &Record<'_, 'a>,
        genotypes: &Genotypes<'_>,
        counted: bool,
    ) -> Result<Fixed<'a>> {
        let mut fixed = Fixed {
            id: Vec::new(),
            quality: None,
            filter: Cow::Borrowed(""),
            end: i64::from(record.place.1.zero_based()) + record.reference().len() as i64,
            info: Vec::new(),
        };
        let speaking = self.speaking(record)?;
        let mut filters: Vec<&str> = Vec::new();
        for (_, row) in speaking.iter().filter_map(|rows| rows.first()) {
            let (segment, columns) = (row.segment, &row.segment.columns);
            if let Some(part) = self.parts.get_mut(row.part) {
                let ids = segment.id(row.row, &mut part.ids)?;
                join(ids, &mut fixed.id);
            }
            if fixed.quality.is_none() {
                let page = columns.quality.page(segment.file(), row.row / PAGE_ROWS)?;
                let bits = page.get_nullable(row.row % PAGE_ROWS);
                fixed.quality = bits.map(|bits| f32::from_bits(bits as u32));
            }
            let filter = segment.filter(columns.filter.get(segment.file(), row.row)?);
            if !filter.is_empty() && !filters.contains(&filter) {
                filters.push(filter);
            }
        }
        fixed.filter = together_filters(&filters);
        if counted {
            if !genotypes.ac().is_empty() {
                let counts = genotypes.ac().iter().map(|&ac| Some(i64::from(ac)));
                fixed.info.push((AC, Value::Integers(counts.collect())));
            }
            fixed
                .info
                .push((AN, Value::Integers(vec![Some(i64::from(genotypes.an()))])));
        }
        let at = fixed.info.len();
        self.kept(record, &speaking, counted, &mut fixed)?;
        extent(record, at, genotypes.has_others(), &mut fixed)?;
        Ok(fixed)
    }

    fn kept(
        &mut self,
        record: &Record<'_, 'a>,
        speaking: &[&[(u32, RowAt<'a>)]],
        counted: bool,
        fixed: &mut Fixed<'a>,
    ) -> Result<()> {
        for k in 0..self.keys.len() {
            let Some(&(name, kind, number)) = self.keys.get(k) else {
                break;
            };
            if name == SVLEN || counted && (name == AC || name == AN) {
                continue;
            }
            let rows = speaking.iter().copied().flatten();
            let mut values = match number {
                InfoNumber::Record => vec![None],
                InfoNumber::Alt => vec![None; record.alts.len()],
                InfoNumber::Allele => vec![None; 1 + record.alternates().count()],
            };
            for (alt, row) in rows {
                let at = match number {
                    InfoNumber::Record => 0,
                    InfoNumber::Alt => *alt as usize,
                    // of a record without ALT it is the value of REF
                    InfoNumber::Allele => (*alt as usize + 1).min(values.len() - 1),
                };
                if let Some(slot @ None) = values.get_mut(at) {
                    *slot = self.value(k, kind, row)?;
                }
            }
            if values.iter().any(Option::is_some) {
                fixed.info.push((name, together(kind, values)));
            }
        }
        Ok(())
    }

    /// The value of a kept key in one row.
    fn value(&mut self, key: usize, kind: InfoType, row: &RowAt<'a>) -> Result<Option<Value>> {
        let (Some((name, ..)), Some(part)) = (self.keys.get(key), self.parts.get_mut(row.part))
        else {
            return Ok(None);
        };
        let segment = row.segment;
        if part.kept.is_empty() {
            part.kept.resize_with(self.keys.len(), || None);
        }
        let Some(slot) = part.kept.get_mut(key) else {
            return Ok(None);
        };
        let kept = match slot {
            Some(kept) => kept,
            None => slot.insert(find(segment, name, kind)?),
        };
        let file = segment.file();
        Ok(match kept {
            Kept::Text(text, block) => {
                let text = text.get(file, row.row, block)?;
                (!text.is_empty()).then(|| match kind {
                    InfoType::Floats => Value::Numbers(text.to_vec()),
                    _ => Value::Text(text.to_vec()),
                })
            }
            Kept::Column(column) if kind == InfoType::Flag => {
                (column.get(file, row.row)? != 0).then_some(Value::Flag)
            }
            Kept::Column(column) => {
                let page = column.page(file, row.row / PAGE_ROWS)?;
                let value = page.get_nullable(row.row % PAGE_ROWS);
                value.map(|value| match kind {
                    InfoType::Float => Value::Floats(vec![Some(f32::from_bits(value as u32))]),
                    _ => Value::Integers(vec![Some(value)]),
                })
            }
        })
    }
}

fn find(segment: &Segment, name: &str, kind: InfoType) -> Result<Kept> {
    let at = segment.info_keys.iter().position(|key| key.name == name);
    let at = at.and_then(|at| u16::try_from(at).ok());
    Ok(match at {
        Some(at) if kind.is_text() => Kept::Text(
            Text::find(segment.file(), Kind::Info(at))?,
            TextBlock::default(),
        ),
        Some(at) => Kept::Column(Column::find(
            segment.file(),
            Kind::Info(at),
            segment.meta().rows,
        )?),
        None => Kept::Text(Text::NONE, TextBlock::default()),
    })
}

/// Adds ids between `;` to others, each once.
fn join(ids: &[u8], to: &mut Vec<u8>) {
    if to.is_empty() {
        return to.extend_from_slice(ids);
    }
    for id in ids.split(|&b| b == b';').filter(|id| !id.is_empty()) {
        if to.split(|&b| b == b';').all(|known| known != id) {
            to.push(b';');
            to.extend_from_slice(id);
        }
    }
}

/// The filters of several records as those of one, in which nothing stands beside `PASS`.
fn together_filters<'a>(all: &[&'a str]) -> Cow<'a, str> {
    if let [] | [_] = all {
        return Cow::Borrowed(all.first().copied().unwrap_or(""));
    }
    let mut names: Vec<&str> = Vec::new();
    for name in all.iter().flat_map(|filter| filter.split(';')) {
        if name != "PASS" && !names.contains(&name) {
            names.push(name);
        }
    }
    match names.is_empty() {
        true => Cow::Borrowed("PASS"),
        false => Cow::Owned(names.join(";")),
    }
}

/// The values of the alleles as one.
fn together(kind: InfoType, values: Vec<Option<Value>>) -> Value {
    match kind {
        InfoType::Flag => Value::Flag,
        InfoType::Integer => Value::Integers(
            values
                .into_iter()
                .map(|value| match value {
                    Some(Value::Integers(one)) => one.first().copied().flatten(),
                    _ => None,
                })
                .collect(),
        ),
        InfoType::Float => Value::Floats(
            values
                .into_iter()
                .map(|value| match value {
                    Some(Value::Floats(one)) => one.first().copied().flatten(),
                    _ => None,
                })
                .collect(),
        ),
        // such a list is of the record as a whole
        InfoType::Floats => match values.into_iter().next().flatten() {
            Some(value) => value,
            None => Value::Numbers(Vec::new()),
        },
        InfoType::Text => {
            let parts: Vec<Vec<u8>> = values
                .into_iter()
                .map(|value| match value {
                    Some(Value::Text(text)) => text,
                    _ => b".".to_vec(),
                })
                .collect();
            Value::Text(parts.join(&b','))
        }
    }
}

/// Whether an allele ends where REF does, whatever INFO says.
fn is_spelled_out(alternate: &[u8]) -> bool {
    alternate == b"*" || (!alternate.is_empty() && crate::genome::is_sequence(alternate))
}

/// Adds END, SVTYPE and SVLEN, so that every row gets the end and the length it has here.
fn extent<'a>(
    record: &Record<'_, 'a>,
    at: usize,
    has_others: bool,
    fixed: &mut Fixed<'a>,
) -> Result<()> {
    let bases = fixed.end;
    let start = i64::from(record.place.1.zero_based());
    let mut lengths = vec![None; record.alts.len()];
    // of alleles with an end that END alone gives, and of those that SVLEN gives
    let (mut stated, mut unchanged, mut by_length) = (None, None, bases);
    let mut types = Vec::new();
    for (alt, row) in record.batches.iter().flat_map(|batch| &batch.rows) {
        let (file, columns) = (row.segment.file(), &row.segment.columns);
        let Some(allele) = record.alts.get(*alt as usize) else {
            continue;
        };
        let page = columns.sv_length.page(file, row.row / PAGE_ROWS)?;
        let length = page.get_nullable(row.row % PAGE_ROWS);
        if let Some(slot @ None) = lengths.get_mut(*alt as usize) {
            *slot = length;
        }
        let text = &allele.alternate[..];
        if is_spelled_out(text) {
            continue;
        }
        let kind = row.segment.type_of(row.row, record.reference(), text)?;
        types.push(kind);
        let end = start + columns.span.get(file, row.row)?;
        match kind {
            // they end with REF
            AlleleType::Ins | AlleleType::Bnd => {}
            AlleleType::Del | AlleleType::Dup | AlleleType::Inv | AlleleType::Cnv
                if length.is_some() =>
            {
                by_length = by_length.max(end);
            }
            // what is known of the others at the place is not known of all of the stretch
            AlleleType::Ref if has_others || row.batch.1 > 0 => {}
            AlleleType::Ref => unchanged = Some(end.min(unchanged.unwrap_or(end))),
            _ => stated = Some(end.max(stated.unwrap_or(bases))),
        }
    }
    let end = stated.or(unchanged).unwrap_or(by_length);
    let mut more = Vec::new();
    let kept = |key: &str| fixed.info.iter().position(|(name, _)| *name == key);
    // what the source says of END is kept where it was asked for, even of alleles that it says
    // nothing about
    match kept(END).and_then(|at| fixed.info.get(at)) {
        Some((_, Value::Integers(values))) => {
            let value = values.iter().flatten().next();
            fixed.end = value.map_or(bases, |&value| value.max(bases));
        }
        Some(_) => {}
        None if end > bases => {
            more.push((END, Value::Integers(vec![Some(end)])));
            fixed.end = end;
        }
        None => {}
    }
    if kept(SVTYPE).is_none()
        && let Some(kind) = types.into_iter().find_map(svtype)
    {
        more.push((SVTYPE, Value::Text(kind.to_vec())));
    }
    if lengths.iter().any(Option::is_some) {
        more.push((SVLEN, Value::Integers(lengths)));
    }
    fixed.info.splice(at..at, more);
    Ok(())
}

/// SVTYPE of an allele that is not spelled out.
fn svtype(kind: AlleleType) -> Option<&'static [u8]> {
    match kind {
        AlleleType::Del => Some(b"DEL"),
        AlleleType::Ins => Some(b"INS"),
        AlleleType::Dup => Some(b"DUP"),
        AlleleType::Inv => Some(b"INV"),
        AlleleType::Cnv => Some(b"CNV"),
        AlleleType::Bnd => Some(b"BND"),
        _ => None,
    }
}
