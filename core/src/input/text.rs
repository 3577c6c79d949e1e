//! One line of a VCF file.

use super::chunk::{Chunk, InfoValue, Span};
use super::plan::{Plan, Role};
use super::record::{ALT_LEFT_OUT, Refusal, Site, Worker, genotype_refusal, push, refuse};
use super::row::Fault;
use super::scan::{columns, scan};
use crate::error::Place;
use memchr::{memchr, memchr_iter};

impl Worker {
    /// Reads one line, without its line end, into `chunk`.
    pub(super) fn line(&mut self, plan: &Plan, line: &[u8], place: Place, chunk: &mut Chunk) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return chunk.warn(place, "empty line", b"");
        }
        self.record(plan, place, chunk, |worker, chunk| {
            worker.try_line(plan, line, place, chunk)?;
            if plan.raw {
                chunk.raw.extend_from_slice(line);
                chunk.raw.push(b'\n');
                chunk.raw_ends.push(chunk.raw.len() as u32);
            }
            Ok(())
        });
    }

    fn try_line(
        &mut self,
        plan: &Plan,
        line: &[u8],
        place: Place,
        chunk: &mut Chunk,
    ) -> Result<(), Refusal> {
        if line.starts_with(b"#") {
            return refuse("a record, the header having ended", line);
        }
        let mut rest = Some(line);
        let mut column = || {
            let text = rest?;
            match memchr(b'\t', text) {
                Some(at) => {
                    rest = text.get(at + 1..);
                    text.get(..at)
                }
                None => rest.take(),
            }
        };
        let mut fixed = [&b""[..]; 8];
        for (n, slot) in fixed.iter_mut().enumerate() {
            match column() {
                Some(text) => *slot = text,
                None => {
                    let found = format!("{n}");
                    return refuse("at least 8 columns separated by tabs", found.as_bytes());
                }
            }
        }
        let [contig, position, id, reference, alt, quality, filter, info] = fixed;
        let format = column();
        // Four columns and their tabs stand before ALT.
        let base = contig.len() + position.len() + id.len() + reference.len() + 4;
        let position = parse_position(position)?;
        let quality = parse_quality(quality)?;

        self.alts.clear();
        if alt != b"." {
            let mut from = base;
            for end in memchr_iter(b',', alt).chain([alt.len()]) {
                self.alts.push(from..base + end);
                from = base + end + 1;
            }
        }
        let info = self.info(plan, info, place, chunk);
        let site = Site {
            contig,
            position,
            id,
            reference,
            source: line,
            quality,
            filter,
            info,
        };
        let mut record = self.store_site(plan, place, &site, chunk)?;
        self.genotypes(plan, format, rest, place, chunk)
            .map_err(|e| e.refusal(plan))?;
        self.store_genotypes(&mut record, chunk);
        if self.format.layout.genotype.is_none() && !plan.samples.is_empty() {
            record.missing = super::chunk::Plane::Full;
        }
        chunk.records.push(record);
        Ok(())
    }

    fn genotypes(
        &mut self,
        plan: &Plan,
        format: Option<&[u8]>,
        region: Option<&[u8]>,
        place: Place,
        chunk: &mut Chunk,
    ) -> Result<(), Reason> {
        let samples = plan.samples.len();
        self.row.reset(samples, self.alts.len());
        let Some(format) = format else {
            return match samples {
                0 => Ok(()),
                _ => Err(columns(samples, "no FORMAT column").into()),
            };
        };
        if samples == 0 {
            return match region {
                None | Some(b"") => Ok(()),
                Some(_) => Err(columns(0, "sample columns").into()),
            };
        }
        let Some(region) = region else {
            return Err(columns(samples, "no sample columns").into());
        };
        self.layout(plan, format, place, chunk)?;
        let layout = &self.format.layout;
        if layout.genotype.is_none() {
            let found = memchr_iter(b'\t', region).count() + 1;
            if found != samples {
                return Err(columns(samples, &format!("{found} sample columns")).into());
            }
        }
        let alts = self.alts.len();
        if scan(region, layout, &mut self.row, alts, &mut self.cell)? {
            chunk.warn(place, ALT_LEFT_OUT, b"");
        }
        for undecided in &self.cell.undecided {
            chunk.warn(place, undecided, b"");
        }
        Ok(())
    }

    /// Finds the genotype in FORMAT, which seldom changes from line to line, or between two.
    pub(super) fn layout(
        &mut self,
        plan: &Plan,
        format: &[u8],
        place: Place,
        chunk: &mut Chunk,
    ) -> Result<(), Refusal> {
        if self.format.text != format {
            std::mem::swap(&mut self.format, &mut self.format_before);
        }
        let cache = &mut self.format;
        if cache.text != format || format.is_empty() {
            let keys = format.split(|&b| b == b':');
            // Forgotten first: a FORMAT that is refused must not be taken for known.
            cache.text.clear();
            cache.layout = match plan.layout(keys.clone()) {
                Ok(layout) => layout,
                Err(expected) => return refuse(expected, format),
            };
            let undeclared = keys.clone().filter(|&k| !plan.keys.formats.contains(k));
            cache.undeclared = undeclared.take(64).map(<[u8]>::to_vec).collect();
            let mut sorted: Vec<&[u8]> = keys.collect();
            sorted.sort_unstable();
            let twice = sorted.windows(2).any(|w| matches!(w, [a, b] if a == b));
            let name = |key: &&[u8]| {
                matches!(key.first(), Some(b) if b.is_ascii_alphabetic() || *b == b'_')
                    && key
                        .iter()
                        .all(|b| b.is_ascii_alphanumeric() || b"_.".contains(b))
            };
            cache.odd = if matches!(cache.layout.genotype, Some(n) if n > 0)
                && cache.layout.local.is_none()
            {
                Some("GT is not the first FORMAT key")
            } else if twice {
                Some("a FORMAT key twice")
            } else if !sorted.iter().all(name) {
                Some("FORMAT key that VCF does not allow")
            } else {
                None
            };
            cache.text.extend_from_slice(format);
        }
        for key in &cache.undeclared {
            chunk.warn(place, "undeclared FORMAT key", key);
        }
        for odd in cache.odd.iter().chain(&cache.layout.undecided) {
            chunk.warn(place, odd, b"");
        }
        Ok(())
    }

    /// Reads INFO: what was asked for, and what says where the record ends.
    fn info(&mut self, plan: &Plan, info: &[u8], place: Place, chunk: &mut Chunk) -> Span {
        self.extent.clear();
        let start = chunk.info.len();
        let span = |chunk: &Chunk| Span {
            start: start as u32,
            end: chunk.info.len() as u32,
        };
        if info == b"." {
            return span(chunk);
        }
        let mut rest = Some(info);
        while let Some(text) = rest {
            let (entry, next) = match memchr(b';', text) {
                Some(at) => (text.get(..at), text.get(at + 1..)),
                None => (Some(text), None),
            };
            rest = next;
            let entry = entry.unwrap_or_default();
            if entry.is_empty() {
                // One at the end is common and harmless.
                if rest.is_some() || info.is_empty() {
                    chunk.warn(place, "empty INFO entry", b"");
                }
                continue;
            }
            let (key, value) = match memchr(b'=', entry) {
                Some(at) => (entry.get(..at), entry.get(at + 1..)),
                None => (Some(entry), None),
            };
            let key = key.unwrap_or_default();
            let known = plan.keys.info.get(key).copied().unwrap_or_default();
            if !known.declared {
                chunk.warn(place, "undeclared INFO key", key);
            }
            if let (Some(role), Some(value)) = (known.role, value) {
                self.extent(role, value, place, chunk);
            }
            if let Some(asked) = known.asked
                && !matches!(value, Some(b"." | b""))
            {
                let given = chunk.info.get(start..).unwrap_or_default();
                if given.iter().any(|v| v.key == asked) {
                    chunk.warn(place, "INFO key twice in a record:", key);
                } else {
                    let value = push(chunk, value.unwrap_or_default());
                    chunk.info.push(InfoValue { key: asked, value });
                }
            }
        }
        span(chunk)
    }

    pub(super) fn extent(&mut self, role: Role, value: &[u8], place: Place, chunk: &mut Chunk) {
        let mut number = |text: &[u8]| {
            if text == b"." {
                return None;
            }
            let number = std::str::from_utf8(text).ok().and_then(|t| t.parse().ok());
            if number.is_none() {
                let kind = match role {
                    Role::End => "END that is no number",
                    _ => "SVLEN that is no number",
                };
                chunk.warn(place, kind, b"");
            }
            number
        };
        match role {
            Role::End => self.extent.end = self.extent.end.or(number(value)),
            Role::SvLen => {
                let lengths = value.split(|&b| b == b',').map(number);
                self.extent.svlen.clear();
                self.extent.svlen.extend(lengths);
            }
            Role::SvType | Role::Chr2 if value == b"." => {}
            Role::SvType => value.clone_into(&mut self.extent.svtype),
            Role::Chr2 => value.clone_into(&mut self.extent.chr2),
        }
    }
}

/// Why the genotypes cannot be read.
enum Reason {
    Genotype(Fault),
    Other(Refusal),
}

impl From<Fault> for Reason {
    fn from(fault: Fault) -> Self {
        Self::Genotype(fault)
    }
}

impl From<Refusal> for Reason {
    fn from(refusal: Refusal) -> Self {
        Self::Other(refusal)
    }
}

impl Reason {
    fn refusal(self, plan: &Plan) -> Refusal {
        match self {
            Self::Genotype(fault) => genotype_refusal(plan, &fault),
            Self::Other(refusal) => refusal,
        }
    }
}

/// POS as a 0-based number.
pub(super) fn parse_position(text: &[u8]) -> Result<i32, Refusal> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let number: Option<i32> = std::str::from_utf8(text)
        .ok()
        .filter(|_| digits)
        .and_then(|t| t.parse().ok());
    match number {
        Some(number) => Ok(number - 1),
        None => refuse("a number from 0 to 2147483647 in POS", text),
    }
}

fn parse_quality(text: &[u8]) -> Result<Option<f32>, Refusal> {
    if text == b"." {
        return Ok(None);
    }
    match std::str::from_utf8(text).ok().and_then(|t| t.parse().ok()) {
        Some(quality) => Ok(Some(quality)),
        None => refuse("a number or . in QUAL", text),
    }
}
