//! The ordered-runs form: common sets as runs of haplotype classes.
//!
//! An *order* belongs to a stretch of common rows (an ordering block). Copies that carry the same alleles in all of these
//! rows form a **class**, so that every row is a union of classes. Classes are numbered in an order in which haplotypes
//! that share ancestry stand side by side: a row is then a short list of runs of classes. Unlike in a PBWT there is one
//! order for a stretch, so each row is read alone.
//!
//! Bytes of an order over `n` copies:
//!
//! | what | size |
//! |---|---|
//! | number of classes `k`, `u32` | 4 |
//! | number of listed copies `m`, `u32` | 4 |
//! | the class of each copy, [packed](super::ids) to as many bits as `k - 1` needs | 2 w ⌈n/16⌉ |
//! | where `m` is not 0: bit `i` set where the copies of class `i` are listed | 8 ⌈k/64⌉ |
//! | the same: for each such class the end of its copies in the list, `u32` | 4 for each |
//! | the same: the listed copies, class by class, ascending in each, `u32` | 4 m |
//!
//! The lists are for rows of few carriers: their copies are found without reading the class of every copy.

use super::bits::for_each_run_of_bits;
use super::ids::{BLOCK, PackedIds, Stretches, check_greatest, pack, packed_len, width_for};
use super::runs::for_each_run;
use super::{Malformed, for_each_bit, get_bit, set_bit, words_for};
use fearless_simd::{Level, Simd, dispatch};

const HEAD: usize = 8;
/// The classes of fewer than one in so many copies are looked up one by one.
const ONE_BY_ONE: u32 = 32;
/// Classes of up to so many copies are read in less time than a block is unpacked.
const ONE_BY_ONE_TO: usize = 16;
/// No order has more classes: ids have 16 bits.
pub(crate) const CLASSES_MAX: u32 = 1 << 16;

/// A checked view of an order's bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'a> {
    ids: PackedIds<'a>,
    lists: Option<Lists<'a>>,
    classes: u32,
}

/// The copies of classes that are listed.
#[derive(Clone, Copy, Debug)]
struct Lists<'a> {
    /// Bit by class.
    listed: &'a [u8],
    ends: &'a [u8],
    copies: &'a [u8],
}

fn number_at(bytes: &[u8], i: usize) -> Option<u32> {
    let bytes = bytes.get(4 * i..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

impl<'a> Lists<'a> {
    fn parse(bytes: &'a [u8], classes: u32, copies: u32) -> Option<Self> {
        let (listed, rest) = bytes.split_at_checked(8 * words_for(classes))?;
        let count: usize = listed.iter().map(|byte| byte.count_ones() as usize).sum();
        let (ends, rest) = rest.split_at_checked(4 * count)?;
        let is_whole = rest.len() as u64 == 4 * u64::from(copies);
        is_whole.then_some(Self {
            listed,
            ends,
            copies: rest,
        })
    }

    fn word(&self, i: usize) -> u64 {
        let bytes = self.listed.get(8 * i..);
        let bytes = bytes.and_then(|bytes| bytes.first_chunk());
        bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    /// Whether all of some classes are listed.
    fn has_all(&self, from: u32, to: u32) -> bool {
        let mut at = from;
        while at < to {
            let word = self.word((at / 64) as usize) >> (at % 64);
            let wanted = (to - at).min(64 - at % 64);
            if word.trailing_ones() < wanted {
                return false;
            }
            at += wanted;
        }
        true
    }

    /// Calls `f` with each copy of some classes, all of them listed; `cursor` moves forward with them.
    fn for_copies(
        &self,
        cursor: &mut Cursor,
        from: u32,
        to: u32,
        f: &mut impl FnMut(u32),
    ) -> Result<(), Malformed> {
        let start = self.start_of(cursor, from)?;
        let end = self.start_of(cursor, to)?;
        let copies = self.copies.get(4 * start..4 * end);
        let copies = copies.ok_or(Malformed("ends of listed classes that ascend"))?;
        for copy in copies.as_chunks().0 {
            f(u32::from_le_bytes(*copy));
        }
        Ok(())
    }

    /// Where the copies of the first listed class from `class` on begin.
    fn start_of(&self, cursor: &mut Cursor, class: u32) -> Result<usize, Malformed> {
        let word = (class / 64) as usize;
        while cursor.word < word {
            cursor.before += self.word(cursor.word).count_ones() as usize;
            cursor.word += 1;
        }
        let below = self.word(word) & !(u64::MAX << (class % 64));
        let before = cursor.before + below.count_ones() as usize;
        match before.checked_sub(1) {
            None => Ok(0),
            Some(last) => {
                let end = number_at(self.ends, last);
                end.map(|end| end as usize)
                    .ok_or(Malformed("an end for each listed class"))
            }
        }
    }

    /// Calls `f` with each copy of runs of classes, all of them listed.
    fn walk(
        &self,
        runs: impl Fn(&mut dyn FnMut(u32, u32)) -> Result<(), Malformed>,
        f: &mut impl FnMut(u32),
    ) -> Result<(), Malformed> {
        let (mut cursor, mut sound) = (Cursor::default(), Ok(()));
        runs(&mut |from, to| {
            if sound.is_ok() {
                sound = self.for_copies(&mut cursor, from, to, f);
            }
        })?;
        sound
    }

    /// Checks that the lists say what the ids do.
    fn verify(&self, order: &Order<'_>) -> Result<(), Malformed> {
        let mut sizes = vec![0u32; order.classes as usize];
        order.for_each_copy(|_, class| {
            if let Some(size) = sizes.get_mut(usize::from(class)) {
                *size += 1;
            }
        })?;
        let words: Vec<u64> = (0..words_for(order.classes))
            .map(|i| self.word(i))
            .collect();
        let (mut start, mut last, mut number) = (0usize, None, 0);
        let mut sound = true;
        for_each_bit(&words, |class| {
            last = Some(class);
            let end = number_at(self.ends, number).unwrap_or(0) as usize;
            number += 1;
            let size = sizes.get(class as usize).copied().unwrap_or(0) as usize;
            let copies = self.copies.get(4 * start..4 * end).unwrap_or_default();
            let copies = copies.as_chunks().0.iter();
            let copies = copies.map(|copy| u32::from_le_bytes(*copy));
            sound &= end.checked_sub(start) == Some(size)
                && copies.clone().is_sorted_by(|a, b| a < b)
                && copies
                    .clone()
                    .all(|copy| copy < order.ids.count && u32::from(order.ids.get(copy)) == class);
            start = end;
        });
        let is_whole =
            4 * start == self.copies.len() && last.is_none_or(|class| class < order.classes);
        match sound && is_whole {
            true => Ok(()),
            false => Err(Malformed(
                "lists of all copies of the classes that are listed",
            )),
        }
    }
}

/// Where a forward walk over the listed classes stands.
#[derive(Default)]
struct Cursor {
    word: usize,
    /// Listed classes before `word`.
    before: usize,
}

/// Classes that are carried: compared with where they are few runs, else one byte each, looked up for every copy.
enum Carried {
    Runs(Stretches),
    Few(Box<[u8; FEW_CLASSES]>),
    Many(Box<[u8; CLASSES_MAX as usize]>),
}

const FEW_CLASSES: usize = 1 << 12;

impl Carried {
    /// `runs` calls its argument with the bounds of each run.
    fn of(
        runs: impl Fn(&mut dyn FnMut(u32, u32)) -> Result<(), Malformed>,
        classes: u32,
    ) -> Result<Self, Malformed> {
        let (mut few, mut fits) = (Stretches::default(), true);
        runs(&mut |from, to| {
            // classes have numbers of 16 bits
            fits = fits && (from == to || few.push(from as u16, (to - 1 - from) as u16));
        })?;
        if fits {
            return Ok(Self::Runs(few));
        }
        let mut carried = match classes as usize <= FEW_CLASSES {
            true => Self::Few(Box::new([0; FEW_CLASSES])),
            false => Self::Many(Box::new([0; CLASSES_MAX as usize])),
        };
        let flags: &mut [u8] = match &mut carried {
            Self::Runs(_) => &mut [],
            Self::Few(flags) => flags.as_mut_slice(),
            Self::Many(flags) => flags.as_mut_slice(),
        };
        runs(&mut |from, to| {
            if let Some(flags) = flags.get_mut(from as usize..to as usize) {
                flags.fill(1);
            }
        })?;
        Ok(carried)
    }
}

/// Which copies of a block are carried, as bits.
trait CarriedOf {
    fn bits_of(&self, ids: &[u16; BLOCK]) -> [u64; BLOCK / 64];
}

impl CarriedOf for Stretches {
    #[inline(always)]
    fn bits_of(&self, ids: &[u16; BLOCK]) -> [u64; BLOCK / 64] {
        self.bits(ids)
    }
}

impl<const N: usize> CarriedOf for [u8; N] {
    #[inline(always)]
    fn bits_of(&self, ids: &[u16; BLOCK]) -> [u64; BLOCK / 64] {
        let mut words = [0; BLOCK / 64];
        for (word, ids) in words.iter_mut().zip(ids.as_chunks::<64>().0) {
            for (bit, &id) in ids.iter().enumerate() {
                let flag = self.get(usize::from(id) & (N - 1));
                *word |= u64::from(flag.copied().unwrap_or(0)) << bit;
            }
        }
        words
    }
}

impl<'a> Order<'a> {
    pub(crate) fn parse(bytes: &'a [u8], universe: u32) -> Result<Self, Malformed> {
        let (Some(classes), Some(listed), Some(rest)) =
            (number_at(bytes, 0), number_at(bytes, 1), bytes.get(HEAD..))
        else {
            return Err(Malformed("an order with its head"));
        };
        if classes > universe.min(CLASSES_MAX) || (classes == 0) != (universe == 0) {
            return Err(Malformed(
                "at most as many classes as copies, and as ids of 16 bits",
            ));
        }
        let wrong = Malformed("an order as long as its number of copies asks for");
        let width = width_for(classes);
        let Some((ids, lists)) = rest.split_at_checked(packed_len(universe, width)) else {
            return Err(wrong);
        };
        let lists = match listed {
            0 if lists.is_empty() => None,
            0 => return Err(wrong),
            listed => Some(Lists::parse(lists, classes, listed).ok_or(wrong)?),
        };
        Ok(Self {
            ids: PackedIds {
                bytes: ids,
                width,
                count: universe,
            },
            lists,
            classes,
        })
    }

    /// Of how many copies it has the classes.
    pub(crate) fn universe(&self) -> u32 {
        self.ids.count
    }

    pub(crate) fn classes(&self) -> u32 {
        self.classes
    }

    /// The class of each copy, filled up with some of class 0.
    pub(crate) fn class_ids(&self, to: &mut Vec<u16>) -> Result<(), Malformed> {
        self.ids.unpack_into(self.classes, to)
    }

    /// The class of one copy.
    pub(crate) fn class_of(&self, copy: u32) -> u16 {
        self.ids.get(copy)
    }

    fn for_each_copy(&self, mut f: impl FnMut(u32, u16)) -> Result<(), Malformed> {
        let mut ids = [0; BLOCK];
        for block in 0..self.ids.blocks() {
            check_greatest(self.ids.block(block, &mut ids), self.classes)?;
            let first = (block * BLOCK) as u32;
            let copies = first..self.ids.count;
            copies.zip(&ids).for_each(|(copy, &id)| f(copy, id));
        }
        Ok(())
    }

    /// For each class, how many members of `mask` (bits over copies) lie in the classes before it;
    /// one entry more than classes, the last being the total.
    pub(crate) fn class_prefix(&self, mask: &[u64], out: &mut Vec<u32>) -> Result<(), Malformed> {
        out.clear();
        out.resize(self.classes as usize + 1, 0);
        let members: u32 = mask.iter().map(|word| word.count_ones()).sum();
        if members < self.ids.count / ONE_BY_ONE {
            for_each_bit(mask, |copy| {
                if copy < self.ids.count
                    && let Some(count) = out.get_mut(usize::from(self.ids.get(copy)))
                {
                    *count += 1;
                }
            });
        } else {
            dispatch!(Level::new(), _simd => self.count_classes(mask, out))?;
        }
        let mut total = 0;
        for count in out.iter_mut() {
            (*count, total) = (total, total + *count);
        }
        Ok(())
    }

    #[inline(always)]
    fn count_classes(&self, mask: &[u64], counts: &mut [u32]) -> Result<(), Malformed> {
        let mut ids = [0; BLOCK];
        for (block, words) in (0..self.ids.blocks()).zip(mask.chunks(BLOCK / 64)) {
            check_greatest(self.ids.block(block, &mut ids), self.classes)?;
            for (word, ids) in words.iter().zip(ids.as_chunks::<64>().0) {
                let mut rest = *word;
                while rest != 0 {
                    let id = ids.get(rest.trailing_zeros() as usize & 63);
                    let id = usize::from(id.copied().unwrap_or(0));
                    if let Some(count) = counts.get_mut(id) {
                        *count += 1;
                    }
                    rest &= rest - 1;
                }
            }
        }
        Ok(())
    }

    /// Ors the copies of some classes into `acc`, bits over copies; `runs` calls its argument with the bounds of each run
    /// of them, ascending, and is called twice.
    fn or_copies(
        &self,
        runs: impl Fn(&mut dyn FnMut(u32, u32)) -> Result<(), Malformed>,
        acc: &mut [u64],
    ) -> Result<(), Malformed> {
        if let Some(lists) = self.lists_for(&runs)? {
            return lists.walk(&runs, &mut |copy| set_bit(acc, copy));
        }
        match Carried::of(&runs, self.classes)? {
            Carried::Runs(runs) => {
                dispatch!(Level::new(), simd => self.or_stretches(simd, &runs, acc))
            }
            Carried::Few(flags) => {
                dispatch!(Level::new(), _simd => self.or_blocks(0, &*flags, acc))
            }
            Carried::Many(flags) => {
                dispatch!(Level::new(), _simd => self.or_blocks(0, &*flags, acc))
            }
        }
    }

    /// Ors the copies of stretches of classes.
    #[inline(always)]
    fn or_stretches<S: Simd>(
        &self,
        simd: S,
        runs: &Stretches,
        acc: &mut [u64],
    ) -> Result<(), Malformed> {
        let whole = self.ids.count as usize / BLOCK;
        let (in_whole, _) = acc
            .split_at_mut_checked(whole * BLOCK / 64)
            .unwrap_or_default();
        check_greatest(self.ids.or_within(simd, runs, in_whole), self.classes)?;
        let rest = (whole * BLOCK) as u32..self.ids.count;
        if rest.len() > ONE_BY_ONE_TO {
            return self.or_blocks(whole, runs, acc);
        }
        for copy in rest {
            let class = self.ids.get(copy);
            check_greatest(class, self.classes)?;
            if runs.has(class) {
                set_bit(acc, copy);
            }
        }
        Ok(())
    }

    /// Ors the copies of the blocks from one on; `carried` says which ids of a block are.
    #[inline(always)]
    fn or_blocks(
        &self,
        from: usize,
        carried: &impl CarriedOf,
        acc: &mut [u64],
    ) -> Result<(), Malformed> {
        let mut ids = [0; BLOCK];
        let blocks = acc.chunks_mut(BLOCK / 64).enumerate();
        for (block, acc) in blocks.take(self.ids.blocks()).skip(from) {
            check_greatest(self.ids.block(block, &mut ids), self.classes)?;
            for (acc, word) in acc.iter_mut().zip(carried.bits_of(&ids)) {
                *acc |= word;
            }
        }
        // what fills the last block up is of class 0, which may be carried
        let end = self.ids.count;
        if let (Some(last), used @ 1..) = (acc.get_mut((end / 64) as usize), end % 64) {
            *last &= (1 << used) - 1;
        }
        Ok(())
    }

    /// The lists, where all of some classes are in them.
    fn lists_for(
        &self,
        runs: impl Fn(&mut dyn FnMut(u32, u32)) -> Result<(), Malformed>,
    ) -> Result<Option<Lists<'a>>, Malformed> {
        let Some(lists) = self.lists else {
            return Ok(None);
        };
        let mut all = true;
        runs(&mut |from, to| all = all && lists.has_all(from, to))?;
        Ok(all.then_some(lists))
    }

    /// Ors the copies of a row into `acc`.
    pub(super) fn or_runs(&self, row: &[u8], acc: &mut [u64]) -> Result<(), Malformed> {
        self.or_copies(|f| for_each_run(row, self.classes, f), acc)
    }

    /// Ors the copies of the classes in `classes`, bits over classes, into `acc`, bits over copies.
    pub(crate) fn or_classes(&self, classes: &[u64], acc: &mut [u64]) -> Result<(), Malformed> {
        let runs = |f: &mut dyn FnMut(u32, u32)| {
            for_each_run_of_bits(classes, self.classes, |from, to| {
                f(from, to);
                Ok(())
            })
        };
        self.or_copies(runs, acc)
    }

    /// Checks what reading does not: lists say what the ids do, and what fills up is zero.
    pub(crate) fn verify(&self) -> Result<(), Malformed> {
        if !self.ids.is_filled_with_zeros() {
            return Err(Malformed("zeros behind the class ids"));
        }
        let mut seen = vec![0u64; words_for(self.classes)];
        self.for_each_copy(|_, class| set_bit(&mut seen, class.into()))?;
        if (0..self.classes).any(|class| !get_bit(&seen, class)) {
            return Err(Malformed("a copy of every class"));
        }
        self.lists.map_or(Ok(()), |lists| lists.verify(self))
    }
}

/// Appends the order in which each copy is of the class given. `listed` are the classes that are, as bits.
pub(crate) fn encode_order(out: &mut Vec<u8>, class_of: &[u16], classes: u32, listed: &[u64]) {
    let mut sizes = vec![0u32; classes as usize];
    let mut add = |class: u16| {
        if let Some(size) = sizes.get_mut(usize::from(class)) {
            *size += 1;
        }
    };
    class_of.iter().for_each(|&class| add(class));
    let is_listed = |class: usize| get_bit(listed, class as u32);
    let of_listed = (0..).zip(&sizes).filter(|(class, _)| is_listed(*class));
    let copies: u32 = of_listed.map(|(_, size)| size).sum();
    out.extend(classes.to_le_bytes());
    out.extend(copies.to_le_bytes());
    pack(out, class_of, width_for(classes));
    if copies == 0 {
        return;
    }
    let mut words = vec![0u64; words_for(classes)];
    let mut ends = Vec::new();
    let mut end = 0;
    // where the next copy of each class goes
    let mut next = vec![0; sizes.len()];
    for (class, (next, &size)) in next.iter_mut().zip(&sizes).enumerate() {
        *next = end;
        if is_listed(class) {
            set_bit(&mut words, class as u32);
            end += size;
            ends.push(end);
        }
    }
    let mut list = vec![0; copies as usize];
    for (copy, &class) in (0u32..).zip(class_of) {
        let class = usize::from(class);
        if is_listed(class)
            && let Some(next) = next.get_mut(class)
            && let Some(slot) = list.get_mut(*next as usize)
        {
            *slot = copy;
            *next += 1;
        }
    }
    out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    out.extend(ends.iter().chain(&list).flat_map(|n| n.to_le_bytes()));
}
