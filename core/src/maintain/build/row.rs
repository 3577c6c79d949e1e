//! A row on its way into a segment.

use super::encode::kind_of;
use super::normal::end_of;
use super::ordering::COMMON_FROM;
use crate::genome::{AlleleType, Extent};
use crate::input::chunk::{Alt, Chunk, Phased, Plane, Polyploid, Record};
use crate::set::write_varint;
use std::sync::Arc;

/// One ALT of one record, with what the build decided about it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) chunk: Arc<Chunk>,
    /// Its record in the chunk.
    pub(super) record: u32,
    /// Which ALT of the record, from 1; 0 for a record without ALT.
    pub(super) alt_number: u32,
    pub(super) contig: u32,
    /// The contig's name in the dataset.
    pub(super) contig_name: Arc<str>,
    pub(super) position: i32,
    pub(super) end: i32,
    /// Number among the records at its position.
    pub(super) record_rank: u32,
    pub(super) kind: AlleleType,
    /// Number of the FILTER text in the segment.
    pub(super) filter: u32,
    pub(super) roll: u32,
    /// Position, REF and ALT where normalisation changed them; the record's own else.
    pub(super) normalised: Option<Box<(Vec<u8>, Vec<u8>)>>,
}

static NO_RECORD: Record = Record::NONE;

impl Row {
    pub(super) fn record(&self) -> &Record {
        self.chunk
            .records
            .get(self.record as usize)
            .unwrap_or(&NO_RECORD)
    }

    /// An ALT of a record, by its number from 1, or a record without ALT by 0, as it was read.
    pub(super) fn of(chunk: &Arc<Chunk>, record: u32, alt_number: u32, contig: u32) -> Self {
        let mut row = Self {
            chunk: Arc::clone(chunk),
            record,
            alt_number,
            contig,
            contig_name: Arc::default(),
            position: 0,
            end: 0,
            record_rank: 0,
            kind: AlleleType::Ref,
            filter: 0,
            roll: 0,
            normalised: None,
        };
        let of = row.record();
        let kind = || kind_of(row.reference(), row.alternate());
        let alt = row.alt();
        let (position, end) = (of.position, alt.map_or(of.end, |alt| alt.end));
        let kind = alt.and_then(|alt| alt.stated).unwrap_or_else(kind);
        (row.position, row.end, row.kind) = (position, end, kind);
        row
    }

    /// Gives it another position, REF and ALT.
    pub(super) fn respell(&mut self, position: i32, reference: Vec<u8>, alternate: Vec<u8>) {
        self.position = position;
        self.end = end_of(position, &reference);
        self.kind = kind_of(&reference, &alternate);
        self.normalised = Some(Box::new((reference, alternate)));
    }

    fn alt(&self) -> Option<&Alt> {
        let alts = self.chunk.alts.get(self.record().alts.range())?;
        alts.get(self.alt_number.checked_sub(1)? as usize)
    }

    pub(super) fn carriers(&self) -> Plane {
        self.alt().map_or(Plane::Empty, |alt| alt.carriers)
    }

    /// The genotypes of its record with three and more copies: the numbers of alleles, `u32::MAX` where
    /// missing.
    pub(super) fn polyploid(&self) -> impl Iterator<Item = (&Polyploid, &[u32])> {
        let entries = self.chunk.polyploid.get(self.record().polyploid.range());
        entries.unwrap_or_default().iter().map(|entry| {
            let alleles = self.chunk.list.get(entry.alleles.range());
            (entry, alleles.unwrap_or_default())
        })
    }

    /// These genotypes as they are stored.
    pub(super) fn polyploid_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut next = 0;
        for (entry, alleles) in self.polyploid() {
            write_varint(&mut bytes, entry.sample - next);
            next = entry.sample + 1;
            let head = (alleles.len() as u32) << 1 | u32::from(entry.phased);
            write_varint(&mut bytes, head);
            for &allele in alleles {
                write_varint(&mut bytes, allele.wrapping_add(1));
            }
        }
        bytes
    }

    /// Whether it may take part in an order.
    pub(super) fn may_be_common(&self) -> bool {
        match self.carriers() {
            Plane::Empty | Plane::Full => false,
            Plane::List(span) | Plane::AllBut(span) => span.range().len() >= COMMON_FROM as usize,
            Plane::Bits(_) => true,
        }
    }

    /// Bytes of its sets as they were read, those of its record with its first ALT.
    pub(super) fn set_bytes(&self) -> u64 {
        let bytes = |plane: Plane| match plane {
            Plane::Empty | Plane::Full => 0,
            Plane::List(span) | Plane::AllBut(span) => span.range().len() * 4,
            Plane::Bits(span) => span.range().len() * 8,
        } as u64;
        let record = self.record();
        let mut sum = bytes(self.carriers());
        if self.alt_number <= 1 {
            sum += bytes(record.missing) + bytes(record.haploid) + bytes(record.unphased);
            sum += (record.phases.range().len() * size_of::<Phased>()) as u64;
        }
        sum
    }

    /// Bytes of the INFO values of its record.
    pub(super) fn info_bytes(&self) -> u64 {
        let values = self.chunk.info.get(self.record().info.range());
        let values = values.unwrap_or_default().iter();
        values.map(|value| value.value.range().len() as u64).sum()
    }

    /// The code of its type, and one more, where not its alleles but SVTYPE decides it; else 0.
    pub(super) fn stated_type(&self) -> i64 {
        let stated = self.alt().and_then(|alt| alt.stated);
        stated.map_or(0, |kind| i64::from(kind.code()) + 1)
    }

    /// By how many bases the reference block of some called sample ends before the row does.
    pub(super) fn block_short(&self) -> i64 {
        match self.kind {
            AlleleType::Ref => {
                // the record may reach further than the row
                let record = self.record();
                let known = record.end.saturating_sub(record.block_short);
                i64::from(self.end.saturating_sub(known).max(0))
            }
            _ => 0,
        }
    }

    /// SVLEN of a symbolic allele.
    pub(super) fn sv_length(&self) -> Option<i64> {
        let length = self.alt()?.sv_length?;
        // VCF integers have 32 bits
        Some(length.clamp(i64::from(i32::MIN), i64::from(i32::MAX)))
    }

    /// What distinguishes it from others of its text, if it is a symbolic allele.
    pub(super) fn extent(&self) -> Option<Extent> {
        let span = u64::try_from(i64::from(self.end) - i64::from(self.position)).unwrap_or(0);
        let (reference, alternate) = (self.reference(), self.alternate());
        Extent::of(self.kind, reference, alternate, self.sv_length(), span)
    }

    /// REF as stored.
    pub(super) fn reference(&self) -> &[u8] {
        match &self.normalised {
            Some(alleles) => &alleles.0,
            None => self.chunk.text(self.record().reference),
        }
    }

    /// ALT as the record has it.
    pub(super) fn original_alternate(&self) -> &[u8] {
        self.alt().map_or(&[], |alt| self.chunk.text(alt.text))
    }

    /// ALT as stored; empty where the record has none.
    pub(super) fn alternate(&self) -> &[u8] {
        match &self.normalised {
            Some(alleles) => &alleles.1,
            None => self.alt().map_or(&[], |alt| self.chunk.text(alt.text)),
        }
    }
}
