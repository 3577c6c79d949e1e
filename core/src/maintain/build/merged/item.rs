//! What is sorted of an input of one sample: changes of what is known of it, and rows of its records.
//!
//! The bytes of a row begin with the sample's genotype; what follows is the same for all samples with the same
//! record. They are read by the build that wrote them, and never leave it.

use super::super::row::Row;
use crate::error::Place;
use crate::genome::{AlleleType, Extent};
use crate::input::chunk::{Chunk, PhasedTo, Plane};
use crate::set::{read_varint, write_varint};
use crate::store::coverage::State;

/// How a sample carries a row's ALT.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Genotype {
    /// Copies that carry it, and copies that are not known, a bit each.
    pub(super) carried: u8,
    pub(super) missing: u8,
    pub(super) haploid: bool,
    pub(super) unphased: bool,
    /// The alleles of three or more copies, `u32::MAX` for a missing one, and whether they are phased.
    pub(super) polyploid: Option<(Vec<u32>, bool)>,
    pub(super) phase: Option<Phase>,
}

impl Genotype {
    /// Whether a copy carries an ALT, by its number in the record.
    pub(super) fn carries(&self, alt_number: u32) -> bool {
        let alleles = self.polyploid.iter().flat_map(|(alleles, _)| alleles);
        let polyploid = alleles.filter(|allele| **allele == alt_number);
        self.carried != 0 || alt_number > 0 && polyploid.count() > 0
    }
}

/// What a call is phased to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    Number(u32),
    Name(Vec<u8>),
    Haplotypes([Option<Vec<u8>>; 2]),
}

/// An ALT as its record has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct AltText<'b> {
    pub(super) text: &'b [u8],
    pub(super) end: i32,
    pub(super) sv_length: Option<i64>,
    pub(super) stated: Option<AlleleType>,
}

/// A row of a record, but for genotypes.
#[derive(Debug, Default)]
pub(super) struct Shape<'b> {
    /// REF and ALT as stored.
    pub(super) reference: &'b [u8],
    pub(super) alternate: &'b [u8],
    pub(super) end: i32,
    pub(super) roll: u32,
    /// Which ALT of the record, from 1; 0 for a record without.
    pub(super) alt_number: u32,
    /// Whether REF, ALT or position are others than the record's.
    pub(super) normalised: bool,
    /// Where the record starts and ends, its REF and its ALTs.
    pub(super) position: i32,
    pub(super) record_end: i32,
    pub(super) record_reference: &'b [u8],
    pub(super) alts: Vec<AltText<'b>>,
    pub(super) quality: Option<f32>,
    pub(super) id: &'b [u8],
    pub(super) filter: &'b [u8],
    /// INFO keys by their numbers among those read, with their values.
    pub(super) info: Vec<(u16, &'b [u8])>,
}

/// What an item begins with.
const CHANGE: u8 = 0;
const ROW: u8 = 1;

/// An item.
pub(super) enum Item<'b> {
    /// From here on a sample is of this state.
    Change(State),
    /// A sample's genotype, the place of its record in the input, and the bytes of the [`Shape`].
    Row(Genotype, Place, &'b [u8]),
}

/// Writes a change.
pub(in super::super) fn put_change(out: &mut Vec<u8>, state: State) {
    out.extend([CHANGE, state.code() as u8]);
}

/// Writes a row of the only sample of a chunk.
pub(in super::super) fn put_row(out: &mut Vec<u8>, row: &Row) {
    out.push(ROW);
    put_genotype(out, row);
    let (tag, number) = match row.record().place {
        Place::File => (0, 0),
        Place::Line(n) => (1, n),
        Place::Record(n) => (2, n),
        Place::Byte(n) => (3, n),
    };
    out.push(tag);
    out.extend(number.to_le_bytes());
    let chunk = &row.chunk;
    let record = row.record();
    put_bytes(out, row.reference());
    put_bytes(out, row.alternate());
    put_i32(out, row.end);
    write_varint(out, row.roll);
    write_varint(out, row.alt_number);
    out.push(u8::from(row.normalised.is_some()));
    put_i32(out, record.position);
    put_i32(out, record.end);
    put_bytes(out, chunk.text(record.reference));
    let alts = chunk.alts.get(record.alts.range()).unwrap_or_default();
    write_varint(out, alts.len() as u32);
    for alt in alts {
        put_bytes(out, chunk.text(alt.text));
        put_i32(out, alt.end);
        out.push(u8::from(alt.sv_length.is_some()));
        out.extend(alt.sv_length.unwrap_or(0).to_le_bytes());
        write_varint(out, alt.stated.map_or(0, |kind| 1 + u32::from(kind.code())));
    }
    out.push(u8::from(record.quality.is_some()));
    out.extend(record.quality.unwrap_or(0.0).to_le_bytes());
    put_bytes(out, chunk.text(record.id));
    put_bytes(out, chunk.text(record.filter));
    let info = chunk.info.get(record.info.range()).unwrap_or_default();
    write_varint(out, info.len() as u32);
    for value in info {
        write_varint(out, value.key.into());
        put_bytes(out, chunk.text(value.value));
    }
}

fn put_genotype(out: &mut Vec<u8>, row: &Row) {
    let (chunk, record) = (&row.chunk, row.record());
    let carried = copies(chunk, row.carriers(), 2);
    let missing = copies(chunk, record.missing, 2);
    let haploid = copies(chunk, record.haploid, 1);
    let unphased = copies(chunk, record.unphased, 1);
    let polyploid = row.polyploid().next();
    let call = chunk.phases.get(record.phases.range());
    let phase = call.and_then(<[_]>::first).filter(|_| carried != 0);
    out.push(
        carried | missing << 2 | haploid << 4 | unphased << 5 | u8::from(polyploid.is_some()) << 6,
    );
    if let Some((of, alleles)) = polyploid {
        write_varint(out, (alleles.len() as u32) << 1 | u32::from(of.phased));
        for &allele in alleles {
            write_varint(out, allele.wrapping_add(1));
        }
    }
    match phase.map(|call| call.set) {
        None => out.push(0),
        Some(PhasedTo::Number(number)) => {
            out.push(1);
            write_varint(out, number);
        }
        Some(PhasedTo::Name(name)) => {
            out.push(2);
            put_bytes(out, chunk.text(name));
        }
        Some(PhasedTo::Haplotypes(names)) => {
            out.push(3);
            for name in names {
                out.push(u8::from(name.is_some()));
                put_bytes(out, name.map_or(&[], |name| chunk.text(name)));
            }
        }
    }
}

/// The members of a set over the copies of one sample, or over the sample: a bit each.
fn copies(chunk: &Chunk, plane: Plane, universe: u32) -> u8 {
    (0..universe)
        .filter(|&n| super::super::planes::contains(chunk, plane, n))
        .map(|n| 1 << n)
        .sum()
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_varint(out, bytes.len() as u32);
    out.extend_from_slice(bytes);
}

fn put_i32(out: &mut Vec<u8>, number: i32) {
    out.extend(number.to_le_bytes());
}

/// Reads what was written; what is not there reads as 0, and the bytes are our own.
struct Bytes<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Bytes<'b> {
    fn byte(&mut self) -> Option<u8> {
        self.at += 1;
        self.bytes.get(self.at - 1).copied()
    }

    fn flag(&mut self) -> Option<bool> {
        self.byte().map(|byte| byte != 0)
    }

    fn varint(&mut self) -> Option<u32> {
        read_varint(self.bytes, &mut self.at).ok()
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let array = self.bytes.get(self.at..)?.first_chunk().copied();
        self.at += N;
        array
    }

    fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_le_bytes)
    }

    fn text(&mut self) -> Option<&'b [u8]> {
        let len = self.varint()? as usize;
        let text = self.bytes.get(self.at..)?.get(..len);
        self.at += len;
        text
    }

    fn genotype(&mut self) -> Option<Genotype> {
        let flags = self.byte()?;
        let mut genotype = Genotype {
            carried: flags & 3,
            missing: flags >> 2 & 3,
            haploid: flags & 16 != 0,
            unphased: flags & 32 != 0,
            ..Genotype::default()
        };
        if flags & 64 != 0 {
            let head = self.varint()?;
            let alleles = (0..head >> 1).map(|_| Some(self.varint()?.wrapping_sub(1)));
            genotype.polyploid = Some((alleles.collect::<Option<_>>()?, head & 1 != 0));
        }
        genotype.phase = match self.byte()? {
            0 => None,
            1 => Some(Phase::Number(self.varint()?)),
            2 => Some(Phase::Name(self.text()?.to_vec())),
            _ => {
                let mut name = || {
                    let named = self.flag()?;
                    let name = self.text()?;
                    Some(named.then(|| name.to_vec()))
                };
                Some(Phase::Haplotypes([name()?, name()?]))
            }
        };
        Some(genotype)
    }

    fn shape(&mut self) -> Option<Shape<'b>> {
        let mut shape = Shape {
            reference: self.text()?,
            alternate: self.text()?,
            end: self.i32()?,
            roll: self.varint()?,
            alt_number: self.varint()?,
            normalised: self.flag()?,
            position: self.i32()?,
            record_end: self.i32()?,
            record_reference: self.text()?,
            ..Shape::default()
        };
        for _ in 0..self.varint()? {
            let (text, end) = (self.text()?, self.i32()?);
            let has_length = self.flag()?;
            let length = i64::from_le_bytes(self.array()?);
            let stated = self.varint()?.checked_sub(1);
            shape.alts.push(AltText {
                text,
                end,
                sv_length: has_length.then_some(length),
                stated: stated.and_then(|code| AlleleType::of_code(code.into())),
            });
        }
        let has_quality = self.flag()?;
        let quality = f32::from_le_bytes(self.array()?);
        shape.quality = has_quality.then_some(quality);
        (shape.id, shape.filter) = (self.text()?, self.text()?);
        for _ in 0..self.varint()? {
            let key = self.varint()? as u16;
            shape.info.push((key, self.text()?));
        }
        Some(shape)
    }
}

/// Reads an item; `None` where it is not whole.
pub(super) fn read_item(bytes: &[u8]) -> Option<Item<'_>> {
    let mut read = Bytes { bytes, at: 0 };
    match read.byte()? {
        CHANGE => State::of_code(read.byte()?.into()).map(Item::Change),
        _ => {
            let genotype = read.genotype()?;
            let tag = read.byte()?;
            let number = u64::from_le_bytes(read.array()?);
            let place = match tag {
                1 => Place::Line(number),
                2 => Place::Record(number),
                3 => Place::Byte(number),
                _ => Place::File,
            };
            let shape = bytes.get(read.at..)?;
            Some(Item::Row(genotype, place, shape))
        }
    }
}

/// Reads what [`Item::Row`] has of a record.
pub(super) fn read_shape(bytes: &[u8]) -> Option<Shape<'_>> {
    Bytes { bytes, at: 0 }.shape()
}

impl Shape<'_> {
    /// The ALT as the record has it.
    pub(super) fn alt(&self) -> Option<&AltText<'_>> {
        self.alts.get(self.alt_number.checked_sub(1)? as usize)
    }

    /// What the row's alleles are, by SVTYPE where they do not decide.
    pub(super) fn kind(&self) -> AlleleType {
        let stated = self.alt().and_then(|alt| alt.stated);
        let kind = || AlleleType::of(self.reference, self.alternate, None);
        stated.filter(|_| !self.normalised).unwrap_or_else(kind)
    }

    /// What distinguishes the row from others of its text.
    pub(super) fn extent(&self, position: i32) -> Option<Extent> {
        let span = u64::try_from(i64::from(self.end) - i64::from(position)).unwrap_or(0);
        let limits = i64::from(i32::MIN)..=i64::from(i32::MAX);
        let length = self.alt().and_then(|alt| alt.sv_length);
        let length = length.map(|length| length.clamp(*limits.start(), *limits.end()));
        Extent::of(self.kind(), self.reference, self.alternate, length, span)
    }
}
