//! A record in BCF.

use super::cell::Cell;
use super::genotypes::{Cells, Genotypes};
use super::header::{HAPLOTYPES, Header, SET, filters, name};
use super::info::{Fixed, Value};
use super::records::Record;
use varidex_sink::typed;

/// A record larger than this is none that readers take.
const RECORD_MAX: usize = 1 << 30;

/// Appends a record; `Err` names what BCF cannot hold.
pub(super) fn write(
    line: &mut Vec<u8>,
    header: &Header,
    record: &Record<'_, '_>,
    fixed: &Fixed<'_>,
    genotypes: &Genotypes<'_>,
) -> Result<(), &'static str> {
    let start = line.len();
    line.extend([0; 8]);
    let (contig, position) = record.place;
    let alleles = 1 + record.alternates().count();
    let alleles = u16::try_from(alleles).map_err(|_| "65,535 ALTs or more")?;
    let infos = u16::try_from(fixed.info.len()).map_err(|_| "more than 65,535 INFO keys")?;
    let position = position.zero_based();
    let span = fixed.end.saturating_sub(i64::from(position));
    line.extend(contig.to_le_bytes());
    line.extend(position.to_le_bytes());
    line.extend(i32::try_from(span).unwrap_or(i32::MAX).to_le_bytes());
    line.extend(typed::float(fixed.quality).to_le_bytes());
    line.extend((u32::from(alleles) << 16 | u32::from(infos)).to_le_bytes());
    let columns = genotypes.columns() as u32;
    let formats = match columns {
        0 => 0,
        _ => 1 + genotypes.phases().fields(),
    };
    line.extend((formats << 24 | columns).to_le_bytes());
    match &fixed.id[..] {
        b"" => typed::string(line, b"."),
        id => typed::string(line, id),
    }
    typed::string(line, record.reference());
    record
        .alternates()
        .for_each(|alternate| typed::string(line, alternate));
    let numbers: Vec<Option<i32>> = filters(&fixed.filter)
        .map(|filter| i32::try_from(header.number(&filter)).ok())
        .collect();
    match numbers[..] {
        [] => line.push(0),
        _ => typed::integers(line, &numbers),
    }
    for (key, value) in &fixed.info {
        typed::key(line, header.number(&name(key)));
        info(line, value);
    }
    let shared = line.len() - start - 8;
    if columns > 0 {
        typed::key(line, header.number("GT"));
        match genotypes.cells() {
            Cells::Narrow(cells) if genotypes.ploidy() == 2 => {
                typed::descriptor(line, 2, 1);
                line.extend_from_slice(cells);
            }
            Cells::Narrow(cells) => any(line, cells, record.alts.len(), genotypes)?,
            Cells::Wide(cells) => any(line, cells, record.alts.len(), genotypes)?,
        }
        let keys = (header.number(SET), header.number(HAPLOTYPES));
        let phases = genotypes.phases();
        phases.write_typed(line, genotypes.columns(), keys, header.phases.named);
    }
    let individual = line.len() - start - 8 - shared;
    if shared.max(individual) > RECORD_MAX {
        return Err("a record of more than 2^30 bytes");
    }
    let lengths = [shared as u32, individual as u32].map(u32::to_le_bytes);
    if let Some(place) = line.get_mut(start..start + 8) {
        place.copy_from_slice(lengths.as_flattened());
    }
    Ok(())
}

fn info(line: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Flag => line.push(0),
        Value::Integers(values) => {
            let values: Vec<Option<i32>> = values
                .iter()
                .map(|value| value.and_then(|value| i32::try_from(value).ok()))
                .collect();
            typed::integers(line, &values);
        }
        Value::Floats(values) => typed::floats(line, values),
        Value::Text(text) => typed::string(line, text),
        Value::Numbers(text) => {
            let values = text.split(|&b| b == b',');
            let values: Vec<Option<f32>> = values
                .map(|one| std::str::from_utf8(one).ok()?.parse().ok())
                .collect();
            typed::floats(line, &values);
        }
    }
}

/// Genotypes of any ploidy, in the width that the alleles need.
fn any<C: Cell>(
    line: &mut Vec<u8>,
    cells: &[C],
    alts: usize,
    genotypes: &Genotypes<'_>,
) -> Result<(), &'static str> {
    let ploidy = genotypes.ploidy();
    // code, size, and what stands for copies that a sample does not have
    let (code, size, absent) = match (alts + 1) * 2 + 1 {
        0..=0x7f => (1, 1, 0x81),
        0x80..=0x7fff => (2, 2, 0x8001),
        _ => (3, 4, 0x8000_0001u32),
    };
    let bytes = genotypes.columns().checked_mul(ploidy * size);
    if bytes.is_none_or(|bytes| bytes > RECORD_MAX) {
        return Err("a record of more than 2^30 bytes");
    }
    typed::descriptor(line, ploidy, code);
    let mut put = |value: u32| line.extend(value.to_le_bytes().iter().take(size));
    let mut polyploid = genotypes.polyploid().peekable();
    for (column, pair) in (0u32..).zip(cells.as_chunks::<2>().0) {
        let mut written = 0;
        if let Some((of, alleles)) = polyploid.next_if(|(of, _)| of.column == column) {
            for (i, number) in alleles.iter().enumerate() {
                let phase = u32::from(of.phased && i > 0);
                put(number.map_or(0, |number| (number + 1) << 1) | phase);
            }
            written = alleles.len();
        } else {
            for cell in pair.iter().filter(|cell| **cell != C::ABSENT) {
                put(cell.code());
                written += 1;
            }
        }
        (written..ploidy).for_each(|_| put(absent));
    }
    Ok(())
}
