//! BCF's typed values.

use std::fmt::Write as _;

/// Reads values from the front of some bytes; `None` where they do not suffice.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

/// A vector of one type, as stored.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Typed<'a> {
    pub(super) kind: Kind,
    /// Values (in FORMAT: of one sample).
    pub(super) len: usize,
    pub(super) bytes: &'a [u8],
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Null,
    Int8,
    Int16,
    Int32,
    Float,
    Text,
}

/// An integer of a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Int {
    Value(i32),
    Missing,
    End,
    /// A number that BCF keeps for later use.
    Reserved,
}

impl Kind {
    pub(super) fn size(self) -> usize {
        match self {
            Self::Null => 0,
            Self::Int8 | Self::Text => 1,
            Self::Int16 => 2,
            Self::Int32 | Self::Float => 4,
        }
    }
}

impl<'a> Cursor<'a> {
    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        let bytes = self.take(4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    /// Type and number of values of what follows.
    pub(super) fn descriptor(&mut self) -> Option<(Kind, usize)> {
        let &[byte] = self.take(1)? else { return None };
        let kind = kind(byte)?;
        let len = match byte >> 4 {
            // Fifteen says that the number follows, as a typed integer itself.
            15 => {
                let &[byte] = self.take(1)? else { return None };
                let kind = self::kind(byte).filter(|_| byte >> 4 == 1)?;
                match ints(kind, self.take(kind.size())?).next()? {
                    Int::Value(n) => usize::try_from(n).ok()?,
                    _ => return None,
                }
            }
            len => usize::from(len),
        };
        Some((kind, len))
    }

    /// A typed vector.
    pub(super) fn typed(&mut self) -> Option<Typed<'a>> {
        let (kind, len) = self.descriptor()?;
        let bytes = self.take(len.checked_mul(kind.size())?)?;
        Some(Typed { kind, len, bytes })
    }

    /// A typed integer that stands alone, such as a key.
    pub(super) fn key(&mut self) -> Option<u32> {
        let typed = self.typed().filter(|t| t.len == 1)?;
        match typed.ints().next()? {
            Int::Value(n) => u32::try_from(n).ok(),
            _ => None,
        }
    }
}

fn kind(byte: u8) -> Option<Kind> {
    Some(match byte & 15 {
        0 => Kind::Null,
        1 => Kind::Int8,
        2 => Kind::Int16,
        3 => Kind::Int32,
        5 => Kind::Float,
        7 => Kind::Text,
        _ => return None,
    })
}

/// The integers in `bytes`; none where `kind` is no integer type.
pub(super) fn ints(kind: Kind, bytes: &[u8]) -> impl Iterator<Item = Int> {
    let size = match kind {
        Kind::Int8 | Kind::Int16 | Kind::Int32 => kind.size(),
        _ => usize::MAX,
    };
    bytes.chunks_exact(size).map(|b| {
        let (value, least) = match *b {
            [a] => (i32::from(i8::from_le_bytes([a])), i32::from(i8::MIN)),
            [a, b] => (i32::from(i16::from_le_bytes([a, b])), i32::from(i16::MIN)),
            [a, b, c, d] => (i32::from_le_bytes([a, b, c, d]), i32::MIN),
            _ => (0, 0),
        };
        match i64::from(value) - i64::from(least) {
            0 => Int::Missing,
            1 => Int::End,
            2..=7 => Int::Reserved,
            _ => Int::Value(value),
        }
    })
}

impl<'a> Typed<'a> {
    pub(super) fn ints(&self) -> impl Iterator<Item = Int> + use<'a> {
        ints(self.kind, self.bytes)
    }

    /// Text without the NULs that pad it.
    pub(super) fn text(&self) -> &'a [u8] {
        match self.kind {
            Kind::Text => unpadded(self.bytes),
            _ => b"",
        }
    }

    /// The part that belongs to one sample.
    pub(super) fn of_sample(&self, sample: usize) -> Typed<'a> {
        let width = self.len * self.kind.size();
        let from = sample * width;
        Typed {
            bytes: self.bytes.get(from..from + width).unwrap_or_default(),
            ..*self
        }
    }

    /// The first number, whatever its type; `Err` where it is none.
    pub(super) fn first_number(&self) -> Result<Option<f64>, ()> {
        match self.kind {
            Kind::Null => Ok(None),
            Kind::Float => {
                let bits = first_bits(self.bytes);
                let there = bits.filter(|&b| b != FLOAT_MISSING && b != FLOAT_END);
                Ok(there.map(|b| f64::from(f32::from_bits(b))))
            }
            Kind::Text => {
                let first = self.text().split(|&b| b == b',').next();
                match first.unwrap_or_default() {
                    b"" | b"." => Ok(None),
                    text => {
                        let text = std::str::from_utf8(text).map_err(|_| ())?;
                        text.parse().map(Some).map_err(|_| ())
                    }
                }
            }
            _ => match self.ints().next() {
                Some(Int::Value(n)) => Ok(Some(f64::from(n))),
                Some(Int::Reserved) => Err(()),
                _ => Ok(None),
            },
        }
    }

    /// Appends the values as VCF writes them.
    pub(super) fn render(&self, out: &mut Vec<u8>) {
        let mut text = String::new();
        let separate = |text: &mut String, n: usize| {
            if n > 0 {
                text.push(',');
            }
        };
        match self.kind {
            Kind::Null => {}
            Kind::Text => out.extend_from_slice(self.text()),
            Kind::Float => {
                for (n, bytes) in self.bytes.chunks_exact(4).enumerate() {
                    let bits = first_bits(bytes).unwrap_or(FLOAT_MISSING);
                    if bits == FLOAT_END {
                        break;
                    }
                    separate(&mut text, n);
                    match bits {
                        FLOAT_MISSING => text.push('.'),
                        bits => float(f32::from_bits(bits), &mut text),
                    }
                }
            }
            _ => {
                for (n, int) in self.ints().take_while(|i| *i != Int::End).enumerate() {
                    separate(&mut text, n);
                    match int {
                        // Writing to a string cannot fail.
                        Int::Value(value) => write!(text, "{value}").unwrap_or_default(),
                        _ => text.push('.'),
                    }
                }
            }
        }
        out.extend_from_slice(text.as_bytes());
    }
}

pub(super) const FLOAT_MISSING: u32 = 0x7f80_0001;
const FLOAT_END: u32 = 0x7f80_0002;

fn first_bits(bytes: &[u8]) -> Option<u32> {
    let first = bytes.get(..4)?.try_into().ok()?;
    Some(u32::from_le_bytes(first))
}

/// The shortest text that reads back as the same number.
fn float(value: f32, out: &mut String) {
    let written = if value.is_nan() {
        out.push_str("nan");
        return;
    } else if value == 0.0 || !value.is_finite() || (1e-5..1e9).contains(&value.abs()) {
        write!(out, "{value}")
    } else {
        write!(out, "{value:e}")
    };
    written.unwrap_or_default();
}

pub(super) fn unpadded(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(0, text).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}
