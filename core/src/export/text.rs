//! A record as a line of VCF.

use super::cell::Cell;
use super::genotypes::{Cells, Genotypes};
use super::header::{HAPLOTYPES, Header, SET, filters, name};
use super::info::{Fixed, Value};
use super::records::Record;
use varidex_sink::text::integer;

/// Appends a line.
pub(super) fn write(
    line: &mut Vec<u8>,
    header: &Header,
    record: &Record<'_, '_>,
    fixed: &Fixed<'_>,
    genotypes: &Genotypes<'_>,
) {
    let (contig, position) = record.place;
    let contig = header.contigs.get(contig as usize);
    plain(line, contig.map_or(&b""[..], |name| name.as_bytes()), b"");
    line.push(b'\t');
    integer(line, i64::from(position.zero_based()) + 1);
    line.push(b'\t');
    or_dot(line, |line| plain(line, &fixed.id, b""));
    line.push(b'\t');
    line.extend_from_slice(record.reference());
    line.push(b'\t');
    or_dot(line, |line| {
        list(line, record.alternates(), |l, t| plain(l, t, b""))
    });
    line.push(b'\t');
    number(line, fixed.quality);
    line.push(b'\t');
    or_dot(line, |line| {
        for (i, filter) in filters(&fixed.filter).enumerate() {
            if i > 0 {
                line.push(b';');
            }
            line.extend_from_slice(filter.as_bytes());
        }
    });
    line.push(b'\t');
    or_dot(line, |line| {
        for (i, (key, value)) in fixed.info.iter().enumerate() {
            if i > 0 {
                line.push(b';');
            }
            line.extend_from_slice(name(key).as_bytes());
            info(line, value);
        }
    });
    if genotypes.columns() > 0 {
        let phases = genotypes.phases();
        line.extend_from_slice(b"\tGT");
        for (key, is_there) in [
            (SET, phases.kinds.sets),
            (HAPLOTYPES, phases.kinds.haplotypes),
        ] {
            if is_there {
                line.push(b':');
                line.extend_from_slice(key.as_bytes());
            }
        }
        line.push(b'\t');
        let plain = genotypes.all_diploid() && record.alts.len() < 10 && phases.is_empty();
        match genotypes.cells() {
            Cells::Narrow(cells) if plain => {
                one_digit(line, cells);
            }
            Cells::Narrow(cells) => any(line, cells, genotypes),
            Cells::Wide(cells) => any(line, cells, genotypes),
        }
        // the tab behind the last genotype
        line.pop();
    }
    line.push(b'\n');
}

fn or_dot(line: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let before = line.len();
    write(line);
    if line.len() == before {
        line.push(b'.');
    }
}

fn list<T>(
    line: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            line.push(b',');
        }
        write(line, item);
    }
}

fn info(line: &mut Vec<u8>, value: &Value) {
    if *value == Value::Flag {
        return;
    }
    line.push(b'=');
    match value {
        Value::Flag => {}
        Value::Integers(values) => list(line, values, |line, value| match value {
            Some(value) => integer(line, *value),
            None => line.push(b'.'),
        }),
        Value::Floats(values) => list(line, values, |line, &value| number(line, value)),
        Value::Text(text) | Value::Numbers(text) => plain(line, text, b";"),
    }
}

/// How many values of a record have characters that are replaced.
pub(super) fn unfit(record: &Record<'_, '_>, fixed: &Fixed<'_>) -> u64 {
    let alternates = record.alternates().filter(|text| !fits(text, b""));
    let values = fixed.info.iter().filter(|(_, value)| match value {
        Value::Text(text) | Value::Numbers(text) => !fits(text, b";"),
        _ => false,
    });
    u64::from(!fits(&fixed.id, b"")) + (alternates.count() + values.count()) as u64
}

fn fits(text: &[u8], also: &[u8]) -> bool {
    !text.iter().any(|byte| is_replaced(*byte, also))
}

fn is_replaced(byte: u8, also: &[u8]) -> bool {
    byte.is_ascii_control() || also.contains(&byte)
}

/// Text without what would end its column: BCF may have had it inside.
fn plain(line: &mut Vec<u8>, text: &[u8], also: &[u8]) {
    line.extend(text.iter().map(|byte| match byte {
        byte if is_replaced(*byte, also) => b'_',
        byte => *byte,
    }));
}

/// A float in as few digits as tell it from its neighbours.
fn number(line: &mut Vec<u8>, value: Option<f32>) {
    let Some(value) = value else {
        return line.push(b'.');
    };
    let size = value.abs();
    let text = if size != 0.0 && size.is_finite() && !(1e-4..1e15).contains(&size) {
        format!("{value:e}")
    } else {
        value.to_string()
    };
    line.extend_from_slice(text.as_bytes());
}

/// Genotypes of diploid samples with alleles that have one digit: four bytes each.
fn one_digit(line: &mut Vec<u8>, cells: &[u8]) {
    let start = line.len();
    line.resize(start + 2 * cells.len(), b'\t');
    // in ASCII, `.` stands before `/`, and the digits behind it
    let digit = |cell: u8| b'/' + (cell >> 1) - u8::from(cell < 2);
    let texts = line.get_mut(start..).unwrap_or_default();
    for (text, [a, b]) in texts
        .as_chunks_mut::<4>()
        .0
        .iter_mut()
        .zip(cells.as_chunks::<2>().0)
    {
        let separator = b'/' + (b & 1) * (b'|' - b'/');
        *text = [digit(*a), separator, digit(*b), b'\t'];
    }
}

fn any<C: Cell>(line: &mut Vec<u8>, cells: &[C], genotypes: &Genotypes<'_>) {
    let allele = |line: &mut Vec<u8>, code: u32| match (code >> 1).checked_sub(1) {
        None => line.push(b'.'),
        Some(number @ 0..10) => line.push(b'0' + number as u8),
        Some(number) => integer(line, i64::from(number)),
    };
    let (phases, mut at) = (genotypes.phases(), 0);
    let mut polyploid = genotypes.polyploid().peekable();
    for (column, [a, b]) in (0u32..).zip(cells.as_chunks::<2>().0) {
        if let Some((of, alleles)) = polyploid.next_if(|(of, _)| of.column == column) {
            for (i, number) in alleles.iter().enumerate() {
                if i > 0 {
                    line.push(if of.phased { b'|' } else { b'/' });
                }
                allele(line, number.map_or(0, |number| (number + 1) << 1));
            }
        } else {
            allele(line, a.code());
            if *b != C::ABSENT {
                line.push(if b.code() & 1 == 1 { b'|' } else { b'/' });
                allele(line, b.code());
            }
        }
        if !phases.is_empty() {
            phases.write(line, &mut at, column);
        }
        line.push(b'\t');
    }
}
