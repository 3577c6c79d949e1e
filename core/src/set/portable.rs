//! Reading a roaring bitmap in its portable serialisation where it lies.
//!
//! The layout is that of the RoaringFormatSpec (cookie 12346 without, 12347 with run containers);
//! any language's roaring library can read the same bytes. `roaring` has no view type: it would
//! allocate the whole set per row.

use super::Malformed;

const COOKIE_PLAIN: u32 = 12346;
const COOKIE_RUNS: u32 = 12347;
/// With fewer containers than this, a bitmap with run containers has no offsets.
const OFFSETS_FROM: usize = 4;
const ARRAY_MAX: usize = 4096;
const BITMAP_LEN: usize = 8192;

/// Calls `f` with each member, ascending; members at or above `universe` are an error.
pub(super) fn walk(bytes: &[u8], universe: u32, f: &mut impl FnMut(u32)) -> Result<(), Malformed> {
    read(bytes, universe, false, f)
}

/// Checks what reading does not: cardinalities, and that nothing stands behind.
pub(super) fn verify(bytes: &[u8], universe: u32) -> Result<(), Malformed> {
    read(bytes, universe, true, &mut |_| {})
}

fn read(
    bytes: &[u8],
    universe: u32,
    strict: bool,
    f: &mut impl FnMut(u32),
) -> Result<(), Malformed> {
    let mut members = 0usize;
    let mut visit = |value: u32| {
        if value >= universe {
            return Err(Malformed("roaring members of the universe"));
        }
        members += 1;
        f(value);
        Ok(())
    };
    let mut told = 0usize;
    let mut reader = Reader { bytes, at: 0 };
    let cookie = reader.u32()?;
    let (count, run_flags): (usize, &[u8]) = if cookie & 0xffff == COOKIE_RUNS {
        let count = (cookie >> 16) as usize + 1;
        (count, reader.take(count.div_ceil(8))?)
    } else if cookie == COOKIE_PLAIN {
        (reader.u32()? as usize, &[])
    } else {
        return Err(Malformed("the cookie of a roaring bitmap"));
    };
    if count > 1 << 16 {
        return Err(Malformed("at most 65536 roaring containers"));
    }
    let heads = reader.take(count * 4)?;
    if run_flags.is_empty() || count >= OFFSETS_FROM {
        reader.take(count * 4)?;
    }
    let mut last_key = None;
    for (i, head) in heads.chunks_exact(4).enumerate() {
        let &[k0, k1, c0, c1] = head else { continue };
        let key = u16::from_le_bytes([k0, k1]);
        let cardinality = usize::from(u16::from_le_bytes([c0, c1])) + 1;
        if last_key.is_some_and(|last| last >= key) {
            return Err(Malformed("ascending roaring keys"));
        }
        last_key = Some(key);
        told += cardinality;
        let base = u32::from(key) << 16;
        if run_flags
            .get(i / 8)
            .is_some_and(|flags| flags >> (i % 8) & 1 != 0)
        {
            walk_run_container(&mut reader, base, &mut visit)?;
        } else if cardinality <= ARRAY_MAX {
            walk_array(&mut reader, base, cardinality, &mut visit)?;
        } else {
            let words = reader.take(BITMAP_LEN)?;
            for (at, &byte) in (base..).step_by(8).zip(words) {
                for bit in (0..8).filter(|bit| byte >> bit & 1 != 0) {
                    visit(at + bit)?;
                }
            }
        }
    }
    if strict && (members != told || reader.at != bytes.len()) {
        return Err(Malformed("a roaring bitmap of right cardinalities"));
    }
    Ok(())
}

fn walk_array(
    reader: &mut Reader<'_>,
    base: u32,
    cardinality: usize,
    visit: &mut impl FnMut(u32) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    let mut last = None;
    for _ in 0..cardinality {
        let low = reader.u16()?;
        if last.is_some_and(|last| last >= low) {
            return Err(Malformed("ascending roaring members"));
        }
        last = Some(low);
        visit(base | u32::from(low))?;
    }
    Ok(())
}

fn walk_run_container(
    reader: &mut Reader<'_>,
    base: u32,
    visit: &mut impl FnMut(u32) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    let runs = reader.u16()?;
    let mut next = 0u32;
    for _ in 0..runs {
        let start = u32::from(reader.u16()?);
        let end = start + u32::from(reader.u16()?);
        if start < next || end > 0xffff {
            return Err(Malformed("ascending roaring runs"));
        }
        next = end + 1;
        for low in start..=end {
            visit(base | low)?;
        }
    }
    Ok(())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let taken = self
            .bytes
            .get(self.at..)
            .and_then(|rest| rest.get(..len))
            .ok_or(Malformed("a whole roaring bitmap"))?;
        self.at += len;
        Ok(taken)
    }

    fn u16(&mut self) -> Result<u16, Malformed> {
        match *self.take(2)? {
            [a, b] => Ok(u16::from_le_bytes([a, b])),
            _ => Err(Malformed("a whole roaring bitmap")),
        }
    }

    fn u32(&mut self) -> Result<u32, Malformed> {
        match *self.take(4)? {
            [a, b, c, d] => Ok(u32::from_le_bytes([a, b, c, d])),
            _ => Err(Malformed("a whole roaring bitmap")),
        }
    }
}
