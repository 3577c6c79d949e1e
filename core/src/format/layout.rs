//! Fixed-width structures of a segment: meta, contigs, zone maps, order directory.

use crate::genome::AlleleType;

/// Numbers of the whole segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Meta {
    pub(crate) rows: u32,
    /// Samples of the batch; sets are over twice as many copies.
    pub(crate) samples: u32,
    /// Dataset number of the first sample; the others follow unless `sample_numbers` says otherwise.
    pub(crate) first_sample: u32,
    /// VCF records that the rows come from.
    pub(crate) records: u32,
}

impl Meta {
    pub(crate) const LEN: usize = 16;

    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [self.rows, self.samples, self.first_sample, self.records]
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut numbers = (bytes.len() == Self::LEN)
            .then_some(bytes)?
            .chunks_exact(4)
            .map(u32_of);
        Some(Self {
            rows: numbers.next()?,
            samples: numbers.next()?,
            first_sample: numbers.next()?,
            records: numbers.next()?,
        })
    }
}

/// The rows of one contig.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContigRows {
    /// Number of the contig in the dataset.
    pub(crate) contig: u32,
    pub(crate) first_row: u32,
    pub(crate) end_row: u32,
    /// [`contig_hash`] of its name there.
    pub(crate) name: u32,
}

impl ContigRows {
    pub(crate) const LEN: usize = 16;

    pub(crate) fn to_bytes(self) -> impl Iterator<Item = u8> {
        [self.contig, self.first_row, self.end_row, self.name]
            .into_iter()
            .flat_map(u32::to_le_bytes)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut numbers = bytes.chunks_exact(4).map(u32_of);
        Some(Self {
            contig: numbers.next()?,
            first_row: numbers.next()?,
            end_row: numbers.next()?,
            name: numbers.next()?,
        })
    }
}

/// What rows of a page or a block have at most and at least: what a query skips them by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Zone {
    /// The furthest end of a row, 0-based, exclusive.
    pub(crate) max_end: i32,
    pub(crate) min_ac: u32,
    pub(crate) max_ac: u32,
    /// One bit for each allele type that occurs, see [`Zone::type_bit`].
    pub(crate) types: u32,
}

impl Zone {
    pub(crate) const LEN: usize = 16;
    pub(crate) const EMPTY: Self = Self {
        max_end: i32::MIN,
        min_ac: u32::MAX,
        max_ac: 0,
        types: 0,
    };

    pub(crate) fn add(&mut self, end: i32, ac: u32, kind: AlleleType) {
        self.merge(Self {
            max_end: end,
            min_ac: ac,
            max_ac: ac,
            types: Self::type_bit(kind),
        });
    }

    /// The bit of an allele type: that of its code; the highest for the codes that have none, which
    /// is `Other`.
    pub(crate) fn type_bit(kind: AlleleType) -> u32 {
        1 << kind.code().min(31)
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.max_end = self.max_end.max(other.max_end);
        self.min_ac = self.min_ac.min(other.min_ac);
        self.max_ac = self.max_ac.max(other.max_ac);
        self.types |= other.types;
    }

    pub(crate) fn to_bytes(self) -> impl Iterator<Item = u8> {
        let end = self.max_end.to_le_bytes();
        let rest = [self.min_ac, self.max_ac, self.types]
            .into_iter()
            .flat_map(u32::to_le_bytes);
        end.into_iter().chain(rest)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (end, rest) = bytes.split_first_chunk()?;
        let mut numbers = rest.chunks_exact(4).map(u32_of);
        Some(Self {
            max_end: i32::from_le_bytes(*end),
            min_ac: numbers.next()?,
            max_ac: numbers.next()?,
            types: numbers.next()?,
        })
    }
}

/// A page of 1,024 rows: its zone, and where its sets and orders are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageEntry {
    pub(crate) zone: Zone,
    /// Descriptors of the page hold offsets from here in `sets`; the next page's base ends it.
    pub(crate) sets_base: u64,
    /// The first ordering block that ends at or behind the page's first row.
    pub(crate) first_order: u32,
}

impl PageEntry {
    pub(crate) const LEN: usize = 32;

    pub(crate) fn to_bytes(self) -> impl Iterator<Item = u8> {
        self.zone
            .to_bytes()
            .chain(self.sets_base.to_le_bytes())
            .chain(self.first_order.to_le_bytes())
            .chain([0; 4])
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (zone, rest) = bytes.split_at_checked(Zone::LEN)?;
        let (base, rest) = rest.split_first_chunk()?;
        Some(Self {
            zone: Zone::from_bytes(zone)?,
            sets_base: u64::from_le_bytes(*base),
            first_order: u32_of(rest),
        })
    }
}

/// An ordering block: the rows it may order, and where its order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OrderEntry {
    pub(crate) first_row: u32,
    /// Inclusive.
    pub(crate) last_row: u32,
    pub(crate) offset: u64,
    pub(crate) len: u64,
}

impl OrderEntry {
    pub(crate) const LEN: usize = 24;

    pub(crate) fn to_bytes(self) -> impl Iterator<Item = u8> {
        let rows = [self.first_row, self.last_row]
            .into_iter()
            .flat_map(u32::to_le_bytes);
        rows.chain(
            [self.offset, self.len]
                .into_iter()
                .flat_map(u64::to_le_bytes),
        )
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (rows, rest) = bytes.split_at_checked(8)?;
        let (offset, rest) = rest.split_first_chunk()?;
        Some(Self {
            first_row: u32_of(rows),
            last_row: u32_of(rows.get(4..)?),
            offset: u64::from_le_bytes(*offset),
            len: u64::from_le_bytes(*rest.first_chunk()?),
        })
    }
}

/// The first four bytes as a number; 0 where there are fewer.
pub(crate) fn u32_of(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |b| u32::from_le_bytes(*b))
}

/// Alleles of at most this many bases in all, A, C, G and T only, stand in the row's code itself.
const PACKED_BASES: usize = 11;
/// A code with this bit is a number of `long_alleles`.
pub(crate) const LONG: u32 = 1 << 31;

/// REF and ALT in a code: from the low end four bits for the length of each, then two bits a base.
/// `None` where they do not fit. No ALT is length 0.
pub(crate) fn pack_alleles(reference: &[u8], alternate: &[u8]) -> Option<u32> {
    if reference.len() + alternate.len() > PACKED_BASES {
        return None;
    }
    let mut code = (reference.len() | alternate.len() << 4) as u32;
    for (i, base) in reference.iter().chain(alternate).enumerate() {
        let bits = match base {
            b'A' => 0,
            b'C' => 1,
            b'G' => 2,
            b'T' => 3,
            _ => return None,
        };
        code |= bits << (8 + 2 * i);
    }
    Some(code)
}

/// Appends REF and ALT of a packed code to `reference` and `alternate`.
pub(crate) fn unpack_alleles(code: u32, reference: &mut Vec<u8>, alternate: &mut Vec<u8>) {
    let reference_len = (code & 15) as usize;
    let alternate_len = (code >> 4 & 15) as usize;
    for i in 0..(reference_len + alternate_len).min(PACKED_BASES) {
        let base = match code >> (8 + 2 * i) & 3 {
            0 => b'A',
            1 => b'C',
            2 => b'G',
            _ => b'T',
        };
        if i < reference_len {
            reference.push(base)
        } else {
            alternate.push(base)
        }
    }
}

/// The lengths of REF and ALT of a packed code.
pub(crate) fn packed_lengths(code: u32) -> (u32, u32) {
    (code & 15, code >> 4 & 15)
}

/// A number for a packed code: numbers are in the order of REF, and then of ALT.
pub(crate) fn packed_order(code: u32) -> u64 {
    let (reference, alternate) = packed_lengths(code);
    let bases = (reference + alternate).min(PACKED_BASES as u32);
    // three bits a letter from the highest one on: nothing is before any base
    let mut order = 0;
    let mut at = 3 * (PACKED_BASES as u32 + 1);
    for i in 0..bases {
        if i == reference {
            at -= 3;
        }
        at -= 3;
        order |= u64::from((code >> (8 + 2 * i) & 3) + 1) << at;
    }
    order
}

/// REF and ALT of an entry of `long_alleles`; ALT is empty where a record has none.
pub(crate) fn split_alleles(entry: &[u8]) -> (&[u8], &[u8]) {
    let tab = memchr::memchr(b'\t', entry).unwrap_or(entry.len());
    let (reference, alternate) = entry.split_at(tab);
    (reference, alternate.get(1..).unwrap_or_default())
}

/// By what a segment knows the contigs of its dataset: the low half of the xxh3 of the name.
pub(crate) fn contig_hash(name: &str) -> u32 {
    xxhash_rust::xxh3::xxh3_64(name.as_bytes()) as u32
}

/// What long alleles are compared by before their text is inflated: the low half of the xxh3 of REF,
/// a tab and ALT in upper case.
pub(crate) fn allele_hash(reference: &[u8], alternate: &[u8]) -> u32 {
    let mut buffer = [0u8; 256];
    let len = reference.len() + 1 + alternate.len();
    if let Some(text) = buffer.get_mut(..len) {
        let letters = reference.iter().chain(b"\t").chain(alternate);
        let upper = text.iter_mut().zip(letters);
        upper.for_each(|(to, from)| *to = from.to_ascii_uppercase());
        return xxhash_rust::xxh3::xxh3_64(text) as u32;
    }
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    for part in [reference, b"\t", alternate] {
        for piece in part.chunks(buffer.len()) {
            let upper = buffer.iter_mut().zip(piece);
            upper.for_each(|(to, from)| *to = from.to_ascii_uppercase());
            hash.update(buffer.get(..piece.len()).unwrap_or_default());
        }
    }
    hash.digest() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_allele_type_has_a_bit_of_its_own() {
        let mut seen = 0u32;
        for kind in AlleleType::ALL {
            let mut zone = Zone::EMPTY;
            zone.add(1, 0, kind);
            assert_eq!(zone.types.count_ones(), 1);
            assert_eq!(zone.types & seen, 0, "{kind}");
            seen |= zone.types;
        }
    }

    #[test]
    fn numbers_of_packed_alleles_are_in_the_order_of_their_texts() {
        let mut texts = vec![String::new()];
        for _ in 0..4 {
            let longer =
                |text: &String| ["", "A", "C", "G", "T"].map(|base| format!("{text}{base}"));
            texts = texts.iter().flat_map(longer).collect();
            texts.sort();
            texts.dedup();
        }
        texts.retain(|text| text.len() < 4 || text.starts_with('C'));
        texts.extend(["GTACGTA", "GTACGTACGT"].map(str::to_owned));
        let mut pairs = Vec::new();
        for a in &texts {
            for b in &texts {
                if let Some(code) = pack_alleles(a.as_bytes(), b.as_bytes()) {
                    pairs.push(((a, b), packed_order(code)));
                }
            }
        }
        pairs.sort();
        assert!(pairs.windows(2).all(|two| two[0].1 < two[1].1));
        // a damaged code is a number as well
        assert!(packed_order(u32::MAX >> 1) > 0);
    }

    #[test]
    fn hashes_of_alleles_do_not_depend_on_how_they_are_read() {
        let reference: Vec<u8> = b"acgtN".repeat(60);
        for (a, b) in [
            (0, 0),
            (1, 1),
            (1, 240),
            (3, 251),
            (3, 252),
            (3, 253),
            (300, 0),
        ] {
            let (a, b) = (&reference[..a], &reference[..b]);
            let text = [a, b"\t", b].concat().to_ascii_uppercase();
            assert_eq!(allele_hash(a, b), xxhash_rust::xxh3::xxh3_64(&text) as u32);
        }
    }

    #[test]
    fn packed_alleles_come_back() {
        for (reference, alternate) in [("A", "G"), ("ACGT", ""), ("T", "TACGTACGTA")] {
            let code = pack_alleles(reference.as_bytes(), alternate.as_bytes()).unwrap();
            let (mut r, mut a) = (Vec::new(), Vec::new());
            unpack_alleles(code, &mut r, &mut a);
            assert_eq!((r, a), (reference.into(), alternate.into()));
        }
        assert_eq!(pack_alleles(b"a", b"G"), None);
        assert_eq!(pack_alleles(b"AAAAAA", b"AAAAAA"), None);
    }
}
