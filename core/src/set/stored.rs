//! A set as it lies in a segment: which form it has, and everything a question does with it.

use super::bits::word_at;
use super::list::Entries;
use super::order::Order;
use super::packed::Packed;
use super::runs::{count_runs, for_each_run, verify_runs};
use super::{
    Malformed, SampleSet, for_each_bit, get_bit, or_samples, portable, set_bit, words_for,
};

/// The descriptor: form in the low three bits, bit 3 for the complement, the rest a
/// value: the members of inline sets, else the byte offset of the set behind its page's base.
pub(super) const FORM_BITS: u32 = 4;
pub(super) const COMPLEMENT: u64 = 8;
/// Bits of each member of an inline pair.
pub(super) const TWO_BITS: u32 = 14;

/// The forms of the specification and their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Form {
    Empty = 0,
    One = 1,
    Two = 2,
    List = 3,
    Runs = 4,
    Flat = 5,
    Roaring = 6,
    PackedList = 7,
}

impl Form {
    pub(super) fn of(descriptor: u64) -> Self {
        match descriptor & 7 {
            0 => Self::Empty,
            1 => Self::One,
            2 => Self::Two,
            3 => Self::List,
            4 => Self::Runs,
            5 => Self::Flat,
            6 => Self::Roaring,
            _ => Self::PackedList,
        }
    }
}

/// A set inside mapped bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct StoredSet<'a> {
    body: Body<'a>,
    complement: bool,
    universe: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Body<'a> {
    Empty,
    One(u32),
    Two(u32, u32),
    List(&'a [u8]),
    Packed(&'a [u8]),
    Runs(&'a [u8]),
    Flat(&'a [u8]),
    Roaring(&'a [u8]),
}

impl<'a> StoredSet<'a> {
    /// Where behind its page's base the bytes of a set lie (their length, then themselves); `None`
    /// where the descriptor is all there is.
    pub(crate) fn span(descriptor: u64) -> Option<u64> {
        let inline = matches!(Form::of(descriptor), Form::Empty | Form::One | Form::Two);
        (!inline).then_some(descriptor >> FORM_BITS)
    }

    /// Whether a descriptor is of a set of which [`Self::runs`] are all.
    #[inline]
    pub(crate) fn is_runs(descriptor: i64) -> bool {
        descriptor as u64 & (7 | COMPLEMENT) == Form::Runs as u64
    }

    /// The pairs of a set that its descriptor holds, and which of their numbers are members, as bits; without any
    /// where there are fewer than two. `None` of others, and of what is no descriptor.
    #[inline]
    pub(crate) fn inline_pairs(descriptor: i64, universe: u32) -> Option<[(u32, u32); 2]> {
        let descriptor = u64::try_from(descriptor).ok()?;
        let value = descriptor >> FORM_BITS;
        let (first, last) = match descriptor & (7 | COMPLEMENT) {
            form if form == Form::Empty as u64 => return (value == 0).then_some([(0, 0); 2]),
            form if form == Form::One as u64 => (value, value),
            form if form == Form::Two as u64 => (value & ((1 << TWO_BITS) - 1), value >> TWO_BITS),
            _ => return None,
        };
        if last >= u64::from(universe) || first >= last && descriptor & 7 == Form::Two as u64 {
            return None;
        }
        let (first, last) = (first as u32, last as u32);
        let which = |member: u32| 1 << (member % 2);
        Some(match first / 2 == last / 2 {
            true => [(first / 2, which(first) | which(last)), (0, 0)],
            false => [(first / 2, which(first)), (last / 2, which(last))],
        })
    }

    /// The set behind `descriptor`, of which the bytes are `bytes` (without their length).
    #[inline]
    pub(crate) fn parse(
        descriptor: u64,
        bytes: &'a [u8],
        universe: u32,
    ) -> Result<Self, Malformed> {
        let value = descriptor >> FORM_BITS;
        let body = match Form::of(descriptor) {
            Form::Empty if value == 0 => Body::Empty,
            Form::One if value < u64::from(universe) => Body::One(value as u32),
            Form::Two => {
                let (low, high) = (value & ((1 << TWO_BITS) - 1), value >> TWO_BITS);
                if low >= high || high >= u64::from(universe) {
                    return Err(Malformed("two ascending inline members"));
                }
                Body::Two(low as u32, high as u32)
            }
            Form::Empty | Form::One => return Err(Malformed("inline members of the universe")),
            Form::List => Body::List(bytes),
            Form::Runs => Body::Runs(bytes),
            Form::Flat if bytes.len() == universe.div_ceil(8) as usize => Body::Flat(bytes),
            Form::Flat => return Err(Malformed("one bit for each number of the universe")),
            Form::Roaring => Body::Roaring(bytes),
            Form::PackedList => Body::Packed(bytes),
        };
        Ok(Self {
            body,
            complement: descriptor & COMPLEMENT != 0,
            universe,
        })
    }

    /// Checks what reading does not; walking it checks the rest.
    pub(crate) fn verify(&self, order: Option<&Order<'_>>) -> Result<(), Malformed> {
        match self.body {
            Body::Packed(bytes) => Packed::parse(bytes, self.universe)?.verify(),
            Body::Roaring(bytes) => portable::verify(bytes, self.universe),
            Body::Runs(row) => verify_runs(row, order.map_or(0, Order::classes)),
            _ => Ok(()),
        }
    }

    /// Whether counting and walking need the order of the row's ordering block.
    pub(crate) fn needs_order(&self) -> bool {
        matches!(self.body, Body::Runs(_))
    }

    /// The runs of a set that has nothing but them.
    pub(crate) fn runs(&self) -> Option<&'a [u8]> {
        match self.body {
            Body::Runs(row) if !self.complement => Some(row),
            _ => None,
        }
    }

    /// Whether the set is known to have no member without reading it.
    pub(crate) fn is_plainly_empty(&self) -> bool {
        matches!(self.body, Body::Empty) && (!self.complement || self.universe == 0)
    }

    /// Whether the set is known to have all members without reading it.
    pub(crate) fn is_plainly_full(&self) -> bool {
        matches!(self.body, Body::Empty) && self.complement
    }

    /// Members are below it.
    pub(crate) fn universe(&self) -> u32 {
        self.universe
    }

    /// Bytes behind the descriptor.
    pub(crate) fn byte_len(&self) -> usize {
        match self.body {
            Body::Empty | Body::One(_) | Body::Two(..) => 0,
            Body::List(b) | Body::Packed(b) | Body::Runs(b) | Body::Flat(b) | Body::Roaring(b) => {
                b.len()
            }
        }
    }

    /// How many members are in `mask`; `members` is the size of the mask. Sets in ordered runs need
    /// the `prefix` that their order gives for this mask.
    #[inline]
    pub(crate) fn count_in(
        &self,
        mask: &[u64],
        members: u32,
        prefix: &[u32],
    ) -> Result<u32, Malformed> {
        let mut count = 0u32;
        match self.body {
            Body::Runs(row) => count = count_runs(row, prefix)?,
            Body::Flat(bytes) => {
                let (words, rest) = bytes.as_chunks();
                for (word, mask) in words.iter().zip(mask) {
                    count += (u64::from_le_bytes(*word) & mask).count_ones();
                }
                let last = mask.get(words.len()).copied().unwrap_or(0);
                count += (word_at(rest, 0) & last).count_ones();
            }
            Body::List(bytes) => count = count_entries(Entries::new(bytes, self.universe), mask)?,
            Body::Packed(bytes) => count = Packed::parse(bytes, self.universe)?.count_in(mask)?,
            _ => self.walk_body(None, &mut |number| {
                count += u32::from(get_bit(mask, number))
            })?,
        }
        if self.complement {
            members
                .checked_sub(count)
                .ok_or(Malformed("a set no larger than its universe"))
        } else {
            Ok(count)
        }
    }

    /// Calls `f` with every member, ascending.
    pub(crate) fn walk(
        &self,
        order: Option<&Order<'_>>,
        mut f: impl FnMut(u32),
    ) -> Result<(), Malformed> {
        if !self.complement {
            return self.walk_body(order, &mut f);
        }
        let mut bits = vec![0u64; super::words_for(self.universe)];
        self.or_into(order, &mut bits)?;
        for_each_bit(&bits, f);
        Ok(())
    }

    fn walk_body(
        &self,
        order: Option<&Order<'_>>,
        f: &mut impl FnMut(u32),
    ) -> Result<(), Malformed> {
        match self.body {
            Body::Empty => {}
            Body::One(a) => f(a),
            Body::Two(a, b) => {
                f(a);
                f(b);
            }
            Body::List(bytes) => walk_entries(Entries::new(bytes, self.universe), f)?,
            Body::Packed(bytes) => Packed::parse(bytes, self.universe)?.walk(f)?,
            Body::Runs(row) => {
                let mut bits = vec![0; words_for(self.universe)];
                self.order_of(order)?.or_runs(row, &mut bits)?;
                for_each_bit(&bits, f);
            }
            Body::Flat(bytes) => {
                check_flat_end(bytes, self.universe)?;
                for (base, at) in (0u32..).step_by(64).zip((0..bytes.len()).step_by(8)) {
                    let mut rest = word_at(bytes, at);
                    while rest != 0 {
                        f(base + rest.trailing_zeros());
                        rest &= rest - 1;
                    }
                }
            }
            Body::Roaring(bytes) => portable::walk(bytes, self.universe, f)?,
        }
        Ok(())
    }

    /// A set over another universe would get members that its caller has no room for.
    fn order_of<'o>(&self, order: Option<&'o Order<'o>>) -> Result<&'o Order<'o>, Malformed> {
        order
            .filter(|order| order.universe() == self.universe)
            .ok_or(Malformed(
                "an ordering block of the set's universe around ordered runs",
            ))
    }

    /// Calls `f` with every pair that has a member, ascending, and which of its two numbers are
    /// members (1, 2 or 3); `false` where the form does not tell pairs at once.
    pub(crate) fn walk_pairs(&self, mut f: impl FnMut(u32, u32)) -> Result<bool, Malformed> {
        if self.complement {
            return Ok(false);
        }
        match self.body {
            Body::Empty => {}
            Body::One(a) => f(a / 2, 1 << (a % 2)),
            Body::Two(a, b) if a / 2 == b / 2 => f(a / 2, 3),
            Body::Two(a, b) => {
                f(a / 2, 1 << (a % 2));
                f(b / 2, 1 << (b % 2));
            }
            Body::List(bytes) => {
                let mut entries = Entries::new(bytes, self.universe);
                while let Some((pair, which)) = entries.next()? {
                    f(pair, which);
                }
            }
            Body::Packed(bytes) => Packed::parse(bytes, self.universe)?.walk_pairs(f)?,
            Body::Runs(_) | Body::Flat(_) | Body::Roaring(_) => return Ok(false),
        }
        Ok(true)
    }

    /// Ors the members into `acc`, bits over the universe.
    pub(crate) fn or_into(
        &self,
        order: Option<&Order<'_>>,
        acc: &mut [u64],
    ) -> Result<(), Malformed> {
        if !self.complement {
            return self.or_body_into(order, acc);
        }
        let mut body = vec![0u64; super::words_for(self.universe)];
        self.or_body_into(order, &mut body)?;
        for (i, (acc, word)) in acc.iter_mut().zip(&body).enumerate() {
            let left = self.universe - (i as u32 * 64).min(self.universe);
            let within = if left >= 64 {
                u64::MAX
            } else {
                (1 << left) - 1
            };
            *acc |= !word & within;
        }
        Ok(())
    }

    fn or_body_into(&self, order: Option<&Order<'_>>, acc: &mut [u64]) -> Result<(), Malformed> {
        match self.body {
            Body::Flat(bytes) => {
                check_flat_end(bytes, self.universe)?;
                for (acc, at) in acc.iter_mut().zip((0..bytes.len()).step_by(8)) {
                    *acc |= word_at(bytes, at);
                }
                Ok(())
            }
            Body::Runs(row) => self.order_of(order)?.or_runs(row, acc),
            Body::Packed(bytes) => Packed::parse(bytes, self.universe)?.or_into(acc),
            _ => self.walk_body(order, &mut |number| set_bit(acc, number)),
        }
    }

    /// Ors the samples that have a member, two numbers each, into `acc`, bits over samples.
    #[inline]
    pub(crate) fn or_samples_into(
        &self,
        order: Option<&Order<'_>>,
        acc: &mut [u64],
    ) -> Result<(), Malformed> {
        match self.body {
            _ if self.complement => {}
            Body::One(a) => {
                set_bit(acc, a / 2);
                return Ok(());
            }
            Body::Two(a, b) => {
                set_bit(acc, a / 2);
                set_bit(acc, b / 2);
                return Ok(());
            }
            Body::List(bytes) => {
                let mut entries = Entries::new(bytes, self.universe);
                while let Some((sample, _)) = entries.next()? {
                    set_bit(acc, sample);
                }
                return Ok(());
            }
            Body::Packed(bytes) => {
                return Packed::parse(bytes, self.universe)?.or_samples_into(acc);
            }
            _ => {}
        }
        let mut copies = vec![0; words_for(self.universe)];
        self.or_into(order, &mut copies)?;
        or_samples(&copies, acc);
        Ok(())
    }

    /// Whether so many numbers are looked up in less time than the set is walked.
    pub(crate) fn is_looked_up(&self, numbers: usize) -> bool {
        match self.body {
            Body::Flat(_) => true,
            // with an entry a byte: 2 ns each for a walk, 30 ns and one more for 50 entries for a number
            Body::Packed(bytes) => numbers * (1500 + bytes.len()) < 100 * bytes.len(),
            // 10 ns and one for each boundary, and half of that for each copy where all are looked at
            Body::Runs(row) => numbers * 2 * (10 + row.len()) < self.universe as usize,
            _ => false,
        }
    }

    /// Whether `number` is a member.
    pub(crate) fn contains(
        &self,
        order: Option<&Order<'_>>,
        number: u32,
    ) -> Result<bool, Malformed> {
        let found = match self.body {
            Body::Flat(bytes) => bytes
                .get((number / 8) as usize)
                .is_some_and(|byte| byte >> (number % 8) & 1 != 0),
            Body::Runs(row) => {
                let order = self.order_of(order)?;
                let class = u32::from(order.class_of(number));
                let mut found = false;
                for_each_run(row, order.classes(), |from, to| {
                    found |= from <= class && class < to;
                })?;
                found
            }
            Body::Packed(bytes) => Packed::parse(bytes, self.universe)?.contains(number),
            _ => {
                let mut found = false;
                self.walk_body(order, &mut |member| found |= member == number)?;
                found
            }
        };
        Ok(number < self.universe && found != self.complement)
    }
}

impl StoredSet<'_> {
    /// All members. The set is in none of the forms that need an order.
    pub(crate) fn to_set(self) -> Result<SampleSet, Malformed> {
        self.to_set_from(0)
    }

    /// The same, of numbers that begin with `first`.
    pub(crate) fn to_set_from(self, first: u32) -> Result<SampleSet, Malformed> {
        let mut bits = vec![0; words_for(self.universe())];
        self.or_into(None, &mut bits)?;
        Ok(SampleSet::from_bits(first, &bits))
    }
}

/// Flat bits have whole bytes for their universe; the bits too many are zero.
fn check_flat_end(bytes: &[u8], universe: u32) -> Result<(), Malformed> {
    match (bytes.last(), universe % 8) {
        (Some(&last), used @ 1..) if last >> used != 0 => {
            Err(Malformed("zero bits past the universe"))
        }
        _ => Ok(()),
    }
}

#[inline]
fn count_entries(mut entries: Entries<'_>, mask: &[u64]) -> Result<u32, Malformed> {
    let mut count = 0;
    while let Some((pair, which)) = entries.next()? {
        let word = mask.get((pair / 32) as usize).copied().unwrap_or(0);
        let members = (word >> (pair % 32 * 2)) as u32 & which;
        // ones of two bits, in fewer steps than ones of a word
        count += members - (members >> 1);
    }
    Ok(count)
}

fn walk_entries(mut entries: Entries<'_>, f: &mut impl FnMut(u32)) -> Result<(), Malformed> {
    while let Some((pair, which)) = entries.next()? {
        if which & 1 != 0 {
            f(2 * pair);
        }
        if which & 2 != 0 {
            f(2 * pair + 1);
        }
    }
    Ok(())
}
