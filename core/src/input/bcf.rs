//! BCF: its dictionaries, and one record.

use super::bcf_int8::scan_int8;
use super::chunk::{Chunk, InfoValue, Plane, Record, Span};
use super::header::Header;
use super::plan::{Plan, Role};
use super::record::{
    ALT_LEFT_OUT, MAX_ALTS, MAX_NAME, Refusal, Site, Worker, genotype_refusal, refuse,
};
use super::row::{Fault, MISSING, Row};
use super::scan::{Cell, Least};
use super::typed::{Cursor, FLOAT_MISSING, Int, Kind, Typed, unpadded};
use crate::error::{Error, InputError, Place, Result};
use std::collections::HashMap;
use xxhash_rust::xxh3::Xxh3DefaultBuilder;

/// The bytes that give the lengths of a record's two halves.
pub(super) const LENGTHS: usize = 8;
/// The fixed part of the shared half.
pub(super) const FIXED: usize = 24;

/// What the numbers in records mean.
#[derive(Default)]
pub(super) struct Dictionary {
    keys: HashMap<u32, Vec<u8>, Xxh3DefaultBuilder>,
    contigs: HashMap<u32, Vec<u8>, Xxh3DefaultBuilder>,
}

impl Dictionary {
    pub(super) fn new(header: &Header, file: &str) -> Result<Self> {
        let mut dictionary = Self::default();
        let mut known = HashMap::new();
        // PASS is always the first, whether the header has it or not.
        dictionary.keys.insert(0, b"PASS".to_vec());
        known.insert((false, "PASS"), 0);
        let (mut next_key, mut next_contig) = (1, 0);
        for entry in header.dictionary.iter() {
            let fault = |expected: &str, found: String| {
                Error::Input(Box::new(InputError {
                    file: file.to_owned(),
                    place: Place::Line(entry.line),
                    expected: expected.to_owned(),
                    found,
                }))
            };
            let given = match &entry.idx {
                None => None,
                Some(text) => match text.parse::<u32>().ok().filter(|&n| n < i32::MAX as u32) {
                    Some(n) => Some(n),
                    None => return Err(fault("a number in IDX", text.clone())),
                },
            };
            let name = (entry.contig, entry.key.as_str());
            if let Some(&number) = known.get(&name) {
                if given.is_some_and(|n| n != number) {
                    let found = format!("{} for {}", given.unwrap_or_default(), entry.key);
                    return Err(fault("one IDX for each key", found));
                }
                continue;
            }
            let (map, next) = match entry.contig {
                true => (&mut dictionary.contigs, &mut next_contig),
                false => (&mut dictionary.keys, &mut next_key),
            };
            let number = given.unwrap_or(*next);
            if map.contains_key(&number) {
                let found = format!("{number} for {} too", entry.key);
                return Err(fault("one key for each IDX", found));
            }
            map.insert(number, entry.key.clone().into_bytes());
            known.insert(name, number);
            *next = number.max(*next).saturating_add(1).max(number + 1);
        }
        Ok(dictionary)
    }
}

impl Dictionary {
    /// The name of a contig.
    pub(super) fn contig(&self, number: u32) -> Option<&[u8]> {
        self.contigs.get(&number).map(Vec::as_slice)
    }

    /// A number behind those of all keys.
    pub(super) fn next_key(&self) -> u32 {
        self.keys.keys().max().map_or(0, |last| last + 1)
    }
}

/// A FORMAT field of a record.
type Field<'a> = (u32, Typed<'a>);

fn cut<T>(part: &str) -> Result<T, Refusal> {
    refuse(
        "a whole record",
        format!("its end inside {part}").as_bytes(),
    )
}

/// What VCF could not write: tabs and line ends would become other columns and records.
fn one_line(text: &[u8], what: &str) -> Result<(), Refusal> {
    match text.iter().any(|b| matches!(b, b'\n' | b'\r' | b'\t')) {
        true => refuse(&format!("{what} without tabs and line ends"), text),
        false => Ok(()),
    }
}

fn need<T>(value: Option<T>, part: &str) -> Result<T, Refusal> {
    match value {
        Some(value) => Ok(value),
        None => cut(part),
    }
}

impl Worker {
    /// Reads one whole record, its lengths included, into `chunk`.
    pub(super) fn bcf_record(
        &mut self,
        plan: &Plan,
        dictionary: &Dictionary,
        bytes: &[u8],
        place: Place,
        chunk: &mut Chunk,
    ) {
        self.record(plan, place, chunk, |worker, chunk| {
            worker.try_bcf(plan, dictionary, bytes, place, chunk)?;
            if plan.raw {
                chunk.raw.extend_from_slice(bytes);
                chunk.raw_ends.push(chunk.raw.len() as u32);
            }
            Ok(())
        });
    }

    fn try_bcf(
        &mut self,
        plan: &Plan,
        dictionary: &Dictionary,
        bytes: &[u8],
        place: Place,
        chunk: &mut Chunk,
    ) -> Result<(), Refusal> {
        let mut whole = Cursor(bytes);
        let shared_len = need(whole.u32(), "its lengths")? as usize;
        need(whole.u32(), "its lengths")?;
        let shared = need(whole.take(shared_len), "its shared part")?;
        let individual = whole;

        let mut cursor = Cursor(shared);
        let fixed = need(cursor.take(FIXED), "its fixed part")?;
        let mut fixed = Cursor(fixed);
        let mut word = || fixed.u32().unwrap_or_default();
        let [contig, position, _rlen, quality, counts, sizes] = [(); 6].map(|()| word());
        let Some(contig) = dictionary.contigs.get(&contig) else {
            return refuse("a contig of the header", contig.to_string().as_bytes());
        };
        let position = position as i32;
        if !(-1..i32::MAX).contains(&position) {
            return refuse(
                "a position from -1 to 2^31-2",
                position.to_string().as_bytes(),
            );
        }
        let (infos, alleles) = (counts & 0xffff, (counts >> 16) as usize);
        let (samples, formats) = ((sizes & 0xff_ffff) as usize, sizes >> 24);
        if samples != plan.samples.len() {
            let expected = format!("{} samples", plan.samples.len());
            return refuse(&expected, samples.to_string().as_bytes());
        }
        if !(1..=MAX_ALTS + 1).contains(&alleles) {
            return refuse("1 to 65,535 alleles", alleles.to_string().as_bytes());
        }

        let id = need(cursor.typed(), "ID")?;
        one_line(id.text(), "an ID")?;
        let mut reference = &b""[..];
        self.alts.clear();
        for n in 0..alleles {
            let allele = need(cursor.typed(), "its alleles")?;
            if n == 0 {
                reference = allele.text();
            } else {
                let end = shared.len() - cursor.0.len();
                let start = end - allele.bytes.len();
                self.alts.push(start..start + allele.text().len());
            }
        }
        let filters = need(cursor.typed(), "FILTER")?;
        let mut filter = Vec::new();
        for int in filters.ints().take_while(|i| *i != Int::End) {
            let name = match int {
                Int::Value(n) => u32::try_from(n).ok().and_then(|n| dictionary.keys.get(&n)),
                _ => None,
            };
            let Some(name) = name else {
                return refuse("a FILTER of the header", format!("{int:?}").as_bytes());
            };
            if !filter.is_empty() {
                filter.push(b';');
            }
            filter.extend_from_slice(name);
            if filter.len() > MAX_NAME {
                return refuse("a FILTER of at most 4096 bytes", &filter);
            }
        }
        let info = self.bcf_info(plan, dictionary, &mut cursor, infos, place, chunk)?;
        let site = Site {
            contig,
            position,
            id: if id.text().is_empty() {
                b"."
            } else {
                id.text()
            },
            reference,
            source: shared,
            quality: (quality != FLOAT_MISSING).then(|| f32::from_bits(quality)),
            filter: if filter.is_empty() { b"." } else { &filter },
            info,
        };
        let mut record = self.store_site(plan, place, &site, chunk)?;
        self.row.reset(plan.samples.len(), self.alts.len());
        if !plan.samples.is_empty() {
            self.bcf_genotypes(
                plan,
                dictionary,
                individual,
                formats,
                place,
                chunk,
                &mut record,
            )?;
        } else {
            self.store_genotypes(&mut record, chunk);
        }
        chunk.records.push(record);
        Ok(())
    }

    fn bcf_info(
        &mut self,
        plan: &Plan,
        dictionary: &Dictionary,
        cursor: &mut Cursor<'_>,
        entries: u32,
        place: Place,
        chunk: &mut Chunk,
    ) -> Result<Span, Refusal> {
        self.extent.clear();
        let first = chunk.info.len();
        for _ in 0..entries {
            let number = need(cursor.key(), "INFO")?;
            let Some(key) = dictionary.keys.get(&number) else {
                return refuse("an INFO key of the header", number.to_string().as_bytes());
            };
            let value = need(cursor.typed(), "INFO")?;
            let known = plan.keys.info.get(key).copied().unwrap_or_default();
            if !known.declared {
                chunk.warn(place, "undeclared INFO key", key);
            }
            if let Some(role) = known.role {
                match value.kind {
                    Kind::Text => self.extent(role, value.text(), place, chunk),
                    _ => self.bcf_extent(role, value),
                }
            }
            let Some(asked) = known.asked else { continue };
            let given = chunk.info.get(first..).unwrap_or_default();
            if given.iter().any(|v| v.key == asked) {
                chunk.warn(place, "INFO key twice in a record:", key);
                continue;
            }
            let start = chunk.bytes.len();
            value.render(&mut chunk.bytes);
            let text = chunk.bytes.get(start..).unwrap_or_default();
            one_line(text, "an INFO value")?;
            if value.kind != Kind::Null && matches!(text, b"" | b".") {
                chunk.bytes.truncate(start);
                continue;
            }
            let value = Span {
                start: start as u32,
                end: chunk.bytes.len() as u32,
            };
            chunk.info.push(InfoValue { key: asked, value });
        }
        Ok(Span {
            start: first as u32,
            end: chunk.info.len() as u32,
        })
    }

    fn bcf_extent(&mut self, role: Role, value: Typed<'_>) {
        let number = |int| match int {
            Int::Value(n) => Some(i64::from(n)),
            _ => None,
        };
        let mut numbers = value.ints().take_while(|i| *i != Int::End).map(number);
        match role {
            Role::End => self.extent.end = self.extent.end.or(numbers.next().flatten()),
            Role::SvLen => {
                self.extent.svlen.clear();
                self.extent.svlen.extend(numbers);
            }
            // these are texts
            Role::SvType | Role::Chr2 => {}
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what a record is read with and into"
    )]
    fn bcf_genotypes(
        &mut self,
        plan: &Plan,
        dictionary: &Dictionary,
        mut cursor: Cursor<'_>,
        formats: u32,
        place: Place,
        chunk: &mut Chunk,
        record: &mut Record,
    ) -> Result<(), Refusal> {
        let samples = plan.samples.len();
        let mut fields: Vec<Field<'_>> = Vec::with_capacity(formats as usize);
        let mut keys = Vec::new();
        for n in 0..formats {
            let number = need(cursor.key(), "FORMAT")?;
            let Some(key) = dictionary.keys.get(&number) else {
                return refuse("a FORMAT key of the header", number.to_string().as_bytes());
            };
            if n > 0 {
                keys.push(b':');
            }
            keys.extend_from_slice(key);
            let (kind, len) = need(cursor.descriptor(), "FORMAT")?;
            let size = kind
                .size()
                .checked_mul(len)
                .and_then(|w| w.checked_mul(samples));
            let bytes = need(size.and_then(|s| cursor.take(s)), "FORMAT")?;
            fields.push((number, Typed { kind, len, bytes }));
        }
        let layout = if keys.is_empty() {
            None
        } else {
            self.layout(plan, &keys, place, chunk)?;
            Some(&self.format.layout)
        };
        let at = |n: usize| fields.get(n).map(|f| f.1);
        let genotype = layout.and_then(|l| l.genotype).and_then(at);
        let Some(genotype) = genotype.filter(|g| g.len > 0 && g.kind != Kind::Null) else {
            self.store_genotypes(record, chunk);
            record.missing = Plane::Full;
            return Ok(());
        };
        let local = layout.and_then(|l| l.local).and_then(at);
        let least = layout.map_or(&[][..], |l| &l.least);
        let columns = Columns {
            genotype,
            local,
            least: least
                .iter()
                .map(|bound| (bound, bound.fields.map(|n| n.and_then(at))))
                .collect(),
            block: layout.and_then(|l| l.block).and_then(at),
            blocks: layout.is_some_and(|l| l.blocks),
        };
        let phase = layout.map(|l| l.phase).unwrap_or_default();
        let phase = Phase {
            set: phase.set.and_then(at),
            haplotypes: phase.haplotypes.and_then(at),
        };
        let mut odd = false;
        self.cell.undecided.clear();
        let done = match (genotype.kind, genotype.len) {
            (Kind::Int8, 2) if columns.is_plain() => {
                scan_int8(genotype.bytes, &mut self.row, &mut odd).and_then(|()| {
                    match phase.is_absent() {
                        true => Ok(()),
                        false => phase.scan(genotype, &mut self.row, &mut self.cell, &mut odd),
                    }
                })
            }
            _ => scan_typed(&columns, &phase, &mut self.row, &mut self.cell, &mut odd),
        };
        for undecided in &self.cell.undecided {
            chunk.warn(place, undecided, b"");
        }
        if odd {
            chunk.warn(place, "GT with the missing value of integers", b"");
        }
        let left_out = done
            .and_then(|()| self.row.check())
            .map_err(|fault| genotype_refusal(plan, &fault))?;
        if left_out {
            chunk.warn(place, ALT_LEFT_OUT, b"");
        }
        self.store_genotypes(record, chunk);
        Ok(())
    }
}

fn fault(sample: usize, expected: &'static str, found: &str) -> Fault {
    Fault {
        sample,
        expected,
        found: found.as_bytes().to_vec(),
    }
}

/// Allele numbers of one sample, and whether any copy but the first is not phased.
pub(super) fn alleles(
    cell: impl Iterator<Item = Int>,
    sample: usize,
    out: &mut Cell,
    odd: &mut bool,
) -> Result<(), Fault> {
    out.alleles.clear();
    out.unphased = false;
    let mut ended = false;
    for (n, int) in cell.enumerate() {
        let value = match int {
            Int::End => {
                ended = true;
                continue;
            }
            Int::Missing => {
                *odd = true;
                0
            }
            Int::Value(value) if value >= 0 => value as u32,
            _ => return Err(fault(sample, "a genotype", &format!("{int:?}"))),
        };
        if ended {
            return Err(fault(
                sample,
                "a genotype",
                "a copy after the end of vector",
            ));
        }
        out.alleles
            .push((value >> 1).checked_sub(1).unwrap_or(MISSING));
        out.unphased |= n > 0 && value & 1 == 0;
    }
    Ok(())
}

/// What is read of a record's FORMAT.
struct Columns<'a> {
    genotype: Typed<'a>,
    /// LAA where the genotype is LGT.
    local: Option<Typed<'a>>,
    /// Bounds with the fields that they are of.
    least: Vec<(&'a Least, [Option<Typed<'a>>; 2])>,
    /// Lengths of reference blocks.
    block: Option<Typed<'a>>,
    /// Whether samples may be inside of blocks.
    blocks: bool,
}

impl Columns<'_> {
    /// Whether nothing but the genotype matters.
    fn is_plain(&self) -> bool {
        self.local.is_none() && self.least.is_empty() && self.block.is_none()
    }
}

/// The fields PS and PSL.
#[derive(Clone, Copy)]
struct Phase<'a> {
    set: Option<Typed<'a>>,
    haplotypes: Option<Typed<'a>>,
}

impl Phase<'_> {
    fn is_absent(&self) -> bool {
        self.set.is_none() && self.haplotypes.is_none()
    }

    /// Keeps what those are phased to who carry, of whom the genotypes are in the row.
    fn scan(
        &self,
        genotype: Typed<'_>,
        row: &mut Row,
        cell: &mut Cell,
        odd: &mut bool,
    ) -> Result<(), Fault> {
        for sample in 0..row.samples() {
            if row.carries(sample) {
                alleles(genotype.of_sample(sample).ints(), sample, cell, odd)?;
                self.put(sample, row, cell)?;
            }
        }
        Ok(())
    }

    /// Keeps what a sample's call is phased to.
    fn put(&self, sample: usize, row: &mut Row, cell: &Cell) -> Result<(), Fault> {
        if !cell.carries() {
            return Ok(());
        }
        let text = |field: Option<Typed<'_>>| {
            field.map(|field| {
                let mut text = Vec::new();
                field.of_sample(sample).render(&mut text);
                text
            })
        };
        let (set, haplotypes) = (text(self.set), text(self.haplotypes));
        let call = (&cell.alleles[..], cell.unphased);
        row.put_phase(sample, call, set.as_deref(), haplotypes.as_deref())
    }
}

/// Genotypes of any ploidy and integer type, or as text.
fn scan_typed(
    columns: &Columns<'_>,
    phase: &Phase<'_>,
    row: &mut Row,
    cell: &mut Cell,
    odd: &mut bool,
) -> Result<(), Fault> {
    let mut list = Vec::new();
    for sample in 0..row.samples() {
        cell.failed = false;
        let one = columns.genotype.of_sample(sample);
        match columns.genotype.kind {
            Kind::Text => {
                let text = unpadded(one.bytes);
                if !text.is_empty() && !cell.genotype(text) {
                    let found = String::from_utf8_lossy(text);
                    return Err(fault(sample, "a genotype", &found));
                }
                if text.is_empty() {
                    cell.alleles.clear();
                    cell.unphased = false;
                }
            }
            Kind::Float | Kind::Null => {
                return Err(fault(sample, "integers in GT", "another type"));
            }
            _ => alleles(one.ints(), sample, cell, odd)?,
        }
        if let Some(local) = columns.local {
            list.clear();
            local.of_sample(sample).render(&mut list);
            if !cell.globalise(&list) {
                let found = String::from_utf8_lossy(&list);
                return Err(fault(sample, "LAA with the alleles that LGT names", &found));
            }
        }
        let number = |field: Typed<'_>| {
            let value = field.of_sample(sample).first_number();
            value.map_err(|()| fault(sample, "a number", "another type"))
        };
        for (bound, fields) in &columns.least {
            let mut known = None;
            for field in fields.iter().flatten() {
                known = known.or(number(*field)?);
            }
            cell.hold_against(bound, known);
        }
        row.put(sample, &cell.alleles, cell.unphased);
        if let Some(block) = columns.block
            && cell.is_reference()
            && let Ok(Some(length)) = block.of_sample(sample).first_number()
            && (1.0..=f64::from(i32::MAX)).contains(&length)
        {
            row.put_block(sample, length as i32);
        } else if columns.blocks && cell.failed {
            row.put_block(sample, 0);
        }
        if !phase.is_absent() {
            phase.put(sample, row, cell)?;
        }
    }
    Ok(())
}
