//! What a reader hands to the build: a stretch of records with their genotypes as sets.

use crate::error::{InputError, Place};
use crate::genome::AlleleType;
use std::borrow::Cow;
use std::ops::Range;

/// Kinds of warnings distinguished within one chunk; what comes after them is counted together.
const MAX_WARNING_KINDS: usize = 64;
/// Refusals described within one chunk; what comes after them is only counted.
const MAX_REFUSALS: usize = 1024;
/// Characters of the input that a message repeats.
const MAX_QUOTED: usize = 60;

/// A stretch of an arena of [`Chunk`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// A set of copies (copy `c` of sample `s` is number `2s + c`) or of samples, as a reader found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Plane {
    /// No element.
    #[default]
    Empty,
    /// Every element.
    Full,
    /// Ascending numbers in [`Chunk::list`].
    List(Span),
    /// Bits in [`Chunk::words`], least significant first; bits past the universe are zero.
    Bits(Span),
    /// All but ascending numbers in [`Chunk::list`]. Readers make none.
    AllBut(Span),
}

/// Consecutive records of one input. All text lies in `bytes`, all sets in `list` and `words`.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    pub bytes: Vec<u8>,
    pub list: Vec<u32>,
    pub words: Vec<u64>,
    pub records: Vec<Record>,
    pub alts: Vec<Alt>,
    pub info: Vec<InfoValue>,
    pub polyploid: Vec<Polyploid>,
    pub blocks: Vec<Block>,
    pub phases: Vec<Phased>,
    /// Each record as it was read, where that is to be kept.
    pub raw: Vec<u8>,
    /// Where each record's bytes end in `raw`.
    pub raw_ends: Vec<u32>,
    /// Records that cannot be stored, in input order.
    pub refused: Vec<InputError>,
    /// Records refused beyond those: a chunk of nothing but malformed lines must stay small.
    pub refused_more: u64,
    /// What is odd but legal, in input order.
    pub warnings: Vec<Warning>,
}

impl Chunk {
    /// Makes room for other records.
    pub(crate) fn clear(&mut self) {
        let Self {
            bytes,
            list,
            words,
            records,
            alts,
            info,
            polyploid,
            blocks,
            phases,
            raw,
            raw_ends,
            refused,
            refused_more,
            warnings,
        } = self;
        bytes.clear();
        list.clear();
        words.clear();
        records.clear();
        alts.clear();
        info.clear();
        polyploid.clear();
        blocks.clear();
        phases.clear();
        raw.clear();
        raw_ends.clear();
        refused.clear();
        *refused_more = 0;
        warnings.clear();
    }

    pub(crate) fn text(&self, span: Span) -> &[u8] {
        self.bytes.get(span.range()).unwrap_or_default()
    }

    /// Bytes it occupies, roughly.
    pub(super) fn size(&self) -> usize {
        self.bytes.capacity()
            + self.list.capacity() * size_of::<u32>()
            + self.words.capacity() * size_of::<u64>()
            + self.records.capacity() * size_of::<Record>()
            + self.alts.capacity() * size_of::<Alt>()
            + self.info.capacity() * size_of::<InfoValue>()
            + self.polyploid.capacity() * size_of::<Polyploid>()
            + self.blocks.capacity() * size_of::<Block>()
            + self.phases.capacity() * size_of::<Phased>()
            + self.raw.capacity()
            + self.raw_ends.capacity() * size_of::<u32>()
            + self.refused.capacity() * size_of::<InputError>()
    }

    /// Records that cannot be stored, described or not.
    pub(crate) fn refused_count(&self) -> u64 {
        self.refused.len() as u64 + self.refused_more
    }

    pub(super) fn refuse(&mut self, error: InputError) {
        if self.refused.len() < MAX_REFUSALS {
            self.refused.push(error);
        } else {
            self.refused_more += 1;
        }
    }

    /// Counts an oddity: `kind` and, where it is not empty, the name it is about.
    pub(super) fn warn(&mut self, place: Place, kind: &str, name: &[u8]) {
        let name = quote(name);
        let same = |w: &Warning| match w.what.strip_prefix(kind) {
            Some("") => name.is_empty(),
            Some(rest) => !name.is_empty() && rest.strip_prefix(' ') == Some(&*name),
            None => false,
        };
        if let Some(known) = self.warnings.iter_mut().find(|w| same(w)) {
            known.count += 1;
        } else if self.warnings.len() < MAX_WARNING_KINDS {
            let what = match &*name {
                "" => kind.to_owned(),
                name => format!("{kind} {name}"),
            };
            self.warnings.push(Warning {
                place,
                what,
                count: 1,
            });
        } else if self.warnings.len() == MAX_WARNING_KINDS {
            self.warnings.push(Warning {
                place,
                what: "more oddities of other kinds".to_owned(),
                count: 1,
            });
        } else if let Some(rest) = self.warnings.last_mut() {
            rest.count += 1;
        }
    }
}

/// Bytes of the input as a message shows them: shortened, no control characters.
pub(super) fn quote(bytes: &[u8]) -> Cow<'_, str> {
    // A character has at most four bytes, so this many always hold enough of them.
    let head = bytes.get(..4 * MAX_QUOTED + 4).unwrap_or(bytes);
    if head.len() <= MAX_QUOTED && head.iter().all(|b| (b' '..=b'~').contains(b)) {
        return String::from_utf8_lossy(head);
    }
    let text = String::from_utf8_lossy(head);
    let mut shown: String = text
        .chars()
        .take(MAX_QUOTED)
        .flat_map(|c| {
            let plain = !c.is_control();
            plain
                .then_some(c)
                .into_iter()
                .chain(c.escape_default().filter(move |_| !plain))
        })
        .collect();
    if text.chars().count() > MAX_QUOTED || head.len() < bytes.len() {
        shown.push('…');
    }
    Cow::Owned(shown)
}

/// One VCF record.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Line (text) or record number (BCF) in its file.
    pub place: Place,
    /// CHROM, in `bytes`.
    pub contig: Span,
    /// 0-based; -1 where POS is 0.
    pub position: i32,
    /// ID column as written (several are separated by `;`); empty where it is `.`.
    pub id: Span,
    /// REF as written.
    pub reference: Span,
    /// The record's ALTs in `alts`, in their order; empty where ALT is `.`.
    pub alts: Span,
    pub quality: Option<f32>,
    /// FILTER column as written (`PASS`, `q10;s50`); empty where it is `.`.
    pub filter: Span,
    /// The values of the INFO keys asked for, in `info`.
    pub info: Span,
    /// Where the record ends: where the furthest of its alleles does, END where it has none. 0-based,
    /// exclusive.
    pub end: i32,
    /// Copies with an unknown allele. Of a haploid sample only copy 0 can be.
    pub missing: Plane,
    /// Samples (not copies) with one copy.
    pub haploid: Plane,
    /// Samples (not copies) of two copies, at least one of them known, written with `/`.
    /// `Full` stands for every sample that could stand here: the others have no phase.
    pub unphased: Plane,
    /// Samples that have the record, where these are not those that carry its ALT. Readers know of none.
    pub recorded: Plane,
    /// Samples that were not looked at where the record is; of these and of those that are outside nothing
    /// stands in the other sets. Readers know of none.
    pub uncovered: Plane,
    /// Samples of which other records report.
    pub outside: Plane,
    /// Samples with three or more copies, in `polyploid`, by sample. They stand in none of the sets.
    pub polyploid: Span,
    /// Samples with a reference block (FORMAT LEN) that begins here, in `blocks`, by sample.
    pub blocks: Span,
    /// By how many bases the reference block of some called sample ends before the record does.
    pub block_short: i32,
    /// Samples of two copies, of which at least one carries an ALT, that are of a phase set, in `phases`, by
    /// sample.
    pub phases: Span,
}

impl Record {
    /// A record without anything, for what does not exist.
    pub(crate) const NONE: Self = Self {
        place: Place::File,
        contig: Span { start: 0, end: 0 },
        position: 0,
        id: Span { start: 0, end: 0 },
        reference: Span { start: 0, end: 0 },
        alts: Span { start: 0, end: 0 },
        quality: None,
        filter: Span { start: 0, end: 0 },
        info: Span { start: 0, end: 0 },
        end: 0,
        missing: Plane::Empty,
        haploid: Plane::Empty,
        unphased: Plane::Empty,
        recorded: Plane::Empty,
        uncovered: Plane::Empty,
        outside: Plane::Empty,
        polyploid: Span { start: 0, end: 0 },
        blocks: Span { start: 0, end: 0 },
        block_short: 0,
        phases: Span { start: 0, end: 0 },
    };
}

/// One ALT allele of a record.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Alt {
    pub text: Span,
    /// Copies that carry it. An unphased heterozygote with one copy of it takes copy 0;
    /// where both copies carry different ALTs unphased (`1/2`), the lower ALT takes copy 0.
    pub carriers: Plane,
    /// Where this allele ends (0-based, exclusive).
    pub end: i32,
    /// SVLEN of a symbolic allele, where it is a length.
    pub sv_length: Option<i64>,
    /// The type by SVTYPE of an allele that does not decide its own.
    pub stated: Option<AlleleType>,
}

/// A reference block of one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    pub sample: u32,
    /// Where it ends: 0-based, exclusive. Where the record begins if it is no block: the sample's genotype is
    /// written, and unknown.
    pub end: i32,
}

/// One value of an INFO key that the user asked to keep.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InfoValue {
    /// Index in the list of keys asked for.
    pub key: u16,
    /// The value as VCF text after `=`; empty for a flag. Never `.` alone.
    pub value: Span,
}

/// The genotype of one sample with three or more copies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Polyploid {
    pub sample: u32,
    /// Allele numbers in `list`, `u32::MAX` for a missing one.
    pub alleles: Span,
    pub phased: bool,
}

/// To what a call of two copies is phased. Names are in `bytes`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phased {
    pub sample: u32,
    pub set: PhasedTo,
}

/// A phase set as a reader found it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PhasedTo {
    /// PS, of a phased call.
    Number(u32),
    /// PS that is no number of 31 bits, of a phased call.
    Name(Span),
    /// PSL: the haplotype of each copy, where one is named, in the order of the copies as they stand in sets.
    Haplotypes([Option<Span>; 2]),
}

/// Something odd that does not change a count. Equal kinds are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Warning {
    pub place: Place,
    /// What kind, as a short phrase that groups: `undeclared INFO key DP`, `REF equals ALT`.
    pub what: String,
    /// How many times in this chunk; `place` is the first.
    pub count: u64,
}
