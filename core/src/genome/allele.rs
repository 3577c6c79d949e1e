//! What kind of change an allele is, how long it is, and its shortest spelling.

use std::fmt;
use std::str::FromStr;

/// The kind of change that an ALT allele makes.
///
/// The discriminants are part of the file format.
///
/// ```
/// use varidex::AlleleType;
/// assert_eq!("SNP".parse(), Ok(AlleleType::Snv));
/// assert_eq!("SO:0000159".parse(), Ok(AlleleType::Del));
/// assert_eq!(AlleleType::Indel.to_string(), "delins");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum AlleleType {
    /// No change: no ALT, `<*>` or `<NON_REF>`.
    Ref = 0,
    /// One base for another.
    Snv = 1,
    /// Several bases for as many others.
    Mnp = 2,
    /// Bases inserted, none removed; also `<INS>`.
    Ins = 3,
    /// Bases removed, none inserted; also `<DEL>`.
    Del = 4,
    /// Bases replaced by another number of bases: delins.
    Indel = 5,
    /// `*`: removed by a deletion that another record describes.
    Star = 6,
    /// `<DUP>`: a duplication.
    Dup = 7,
    /// `<INV>`: an inversion.
    Inv = 8,
    /// `<CNV>`, `<CN0>` …: a number of copies.
    Cnv = 9,
    /// A breakend.
    Bnd = 10,
    /// Anything else.
    Other = 255,
}

/// A text that names no type of allele.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a type of allele: expected snv, mnv, ins, del, delins, dup, inv, cnv, bnd, ref, star or other"
)]
pub struct UnknownAlleleType(pub String);

impl AlleleType {
    /// Every type.
    pub const ALL: [Self; 12] = [
        Self::Ref,
        Self::Snv,
        Self::Mnp,
        Self::Ins,
        Self::Del,
        Self::Indel,
        Self::Star,
        Self::Dup,
        Self::Inv,
        Self::Cnv,
        Self::Bnd,
        Self::Other,
    ];

    /// The name as typed in expressions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ref => "ref",
            Self::Snv => "snv",
            Self::Mnp => "mnv",
            Self::Ins => "ins",
            Self::Del => "del",
            Self::Indel => "delins",
            Self::Star => "star",
            Self::Dup => "dup",
            Self::Inv => "inv",
            Self::Cnv => "cnv",
            Self::Bnd => "bnd",
            Self::Other => "other",
        }
    }

    /// The code on disk.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// The type of a code on disk.
    pub(crate) fn of_code(code: i64) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| i64::from(kind.code()) == code)
    }

    /// The type of a row by its REF and ALT as VCF writes them, and by its SVTYPE where they say
    /// nothing.
    pub(crate) fn of(reference: &[u8], alternate: &[u8], svtype: Option<&[u8]>) -> Self {
        match (Self::of_alleles(reference, alternate), svtype) {
            (Self::Other, Some(svtype)) => Self::of_symbol(svtype),
            (kind, _) => kind,
        }
    }

    /// The type by REF and ALT alone.
    fn of_alleles(reference: &[u8], alternate: &[u8]) -> Self {
        match alternate {
            b"" | b"." | b"<*>" | b"<NON_REF>" => return Self::Ref,
            b"*" => return Self::Star,
            [b'<', symbol @ .., b'>'] => return Self::of_symbol(symbol),
            _ => {}
        }
        if is_inserted_contig(alternate) {
            return Self::Ins;
        }
        if is_breakend(alternate) {
            return Self::Bnd;
        }
        if !is_sequence(reference) || !is_sequence(alternate) {
            return Self::Other;
        }
        let (_, reference, alternate) = trim(0, reference, alternate);
        match (reference.len(), alternate.len()) {
            (0, 0) => Self::Ref,
            (1, 1) => Self::Snv,
            (n, m) if n == m => Self::Mnp,
            (0, _) => Self::Ins,
            (_, 0) => Self::Del,
            _ => Self::Indel,
        }
    }

    /// The type that a symbolic allele without its brackets, or a value of SVTYPE, stands for.
    fn of_symbol(symbol: &[u8]) -> Self {
        let first = symbol.split(|&b| b == b':').next().unwrap_or(symbol);
        match first.to_ascii_uppercase().as_slice() {
            b"DEL" => Self::Del,
            b"INS" => Self::Ins,
            b"DUP" => Self::Dup,
            b"INV" => Self::Inv,
            b"CNV" | b"MCNV" => Self::Cnv,
            b"BND" | b"TRA" | b"CTX" => Self::Bnd,
            // `CN0` of the 1000 Genomes, `CN=0` of gnomAD
            [b'C', b'N', copies @ ..] => {
                let copies = copies.strip_prefix(b"=").unwrap_or(copies);
                match !copies.is_empty() && copies.iter().all(u8::is_ascii_digit) {
                    true => Self::Cnv,
                    false => Self::Other,
                }
            }
            _ => Self::Other,
        }
    }
}

impl fmt::Display for AlleleType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AlleleType {
    type Err = UnknownAlleleType;

    /// By name or by term of the Sequence Ontology or of EFO, whatever the case. Terms of copy
    /// number gain and loss stand for the duplication and the deletion they are.
    fn from_str(text: &str) -> Result<Self, UnknownAlleleType> {
        let name: String = text
            .chars()
            .take(80)
            .collect::<String>()
            .to_ascii_lowercase();
        Ok(match name.as_str() {
            "ref" | "reference" => Self::Ref,
            "snv" | "snp" | "so:0001483" => Self::Snv,
            "mnp" | "mnv" | "so:0002007" => Self::Mnp,
            "ins" | "insertion" | "so:0000667" => Self::Ins,
            "del" | "deletion" | "so:0000159" | "so:0001743" | "efo:0030067" | "efo:0030068"
            | "efo:0020073" | "efo:0030069" => Self::Del,
            "delins" | "indel" | "so:1000032" => Self::Indel,
            "star" | "*" => Self::Star,
            "dup" | "duplication" | "so:1000035" | "so:0001742" | "efo:0030070" | "efo:0030071"
            | "efo:0030072" | "efo:0030073" => Self::Dup,
            "inv" | "inversion" | "so:1000036" => Self::Inv,
            "cnv" | "copy_number_variation" | "so:0001019" => Self::Cnv,
            "bnd" | "breakend" => Self::Bnd,
            "other" => Self::Other,
            _ => return Err(UnknownAlleleType(name)),
        })
    }
}

/// The shortest spelling of a change: what REF and ALT share is removed, the end first, and nothing
/// is kept as an anchor, so that a pure insertion has an empty REF and `start` lies between bases.
///
/// ```text
/// 100 CAA CA  →  101 A ·        100 C CT  →  101 · T
/// ```
///
/// Bases compare whatever their case; what is removed depends on bytes alone, so that only
/// sequences should be passed.
pub(crate) fn trim<'a>(
    start: i64,
    reference: &'a [u8],
    alternate: &'a [u8],
) -> (i64, &'a [u8], &'a [u8]) {
    let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let suffix = reference
        .iter()
        .rev()
        .zip(alternate.iter().rev())
        .take_while(|(a, b)| same(&(a, b)))
        .count();
    let cut = |text: &'a [u8]| text.get(..text.len() - suffix).unwrap_or_default();
    let (reference, alternate) = (cut(reference), cut(alternate));
    let prefix = reference
        .iter()
        .zip(alternate)
        .take_while(|pair| same(pair))
        .count();
    (
        start.saturating_add(i64::try_from(prefix).unwrap_or(i64::MAX)),
        reference.get(prefix..).unwrap_or_default(),
        alternate.get(prefix..).unwrap_or_default(),
    )
}

/// Whether a text is one or more bases in the letters of IUPAC.
pub(crate) fn is_sequence(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&base| is_base(base))
}

/// The letters of IUPAC for bases.
pub(super) const BASES: &[u8; 16] = b"ACGTUNRYSWKMBDHV";

/// Whether a letter is a base in the letters of IUPAC, whatever its case.
pub(crate) fn is_base(letter: u8) -> bool {
    // tested as bits of a word, which to search the letters is not
    let upper = letter.to_ascii_uppercase();
    matches!(upper, b'A'..=b'D' | b'G' | b'H' | b'K' | b'M' | b'N' | b'R'..=b'W' | b'Y')
}

/// Whether an ALT is a breakend: `G]17:198982]`, `[13:123457[C`, `.A` or `G.`.
pub(crate) fn is_breakend(alternate: &[u8]) -> bool {
    alternate.iter().any(|b| matches!(b, b'[' | b']'))
        || match alternate {
            [b'.', bases @ ..] | [bases @ .., b'.'] => is_sequence(bases),
            _ => false,
        }
}

/// Whether an ALT is an inserted contig of an assembly file, as VCF 4.1 to 4.3 have it: `C<ctg1>`.
pub(crate) fn is_inserted_contig(alternate: &[u8]) -> bool {
    let Some(open) = alternate.iter().position(|&b| b == b'<') else {
        return false;
    };
    let (bases, contig) = alternate.split_at(open);
    let [_, name @ .., b'>'] = contig else {
        return false;
    };
    let odd = |b: &u8| matches!(b, b'<' | b'>' | b'[' | b']') || !b.is_ascii_graphic();
    is_sequence(bases) && !name.is_empty() && !name.iter().any(odd)
}

/// The length of a variant as `length>=50` compares it: that of the longer of the trimmed alleles
/// (1 for an SNV), or of a symbolic allele the size its SVLEN gives, else END - POS: the base at POS stands
/// before what is changed.
///
/// `None` where nothing is known: alleles that change nothing by themselves (no ALT, `<*>`, `<NON_REF>`, `*`),
/// breakends, and without SVLEN `<INS>` and symbolic alleles that do not reach beyond POS.
pub(crate) fn variant_length(
    kind: AlleleType,
    reference: &[u8],
    alternate: &[u8],
    svlen: Option<i64>,
    span: u64,
) -> Option<u64> {
    if is_sequence(alternate) && is_sequence(reference) {
        let (_, reference, alternate) = trim(0, reference, alternate);
        return Some(reference.len().max(alternate.len()) as u64);
    }
    match (svlen, kind) {
        // what callers write as the SVLEN of a breakend is no number of bases
        (_, AlleleType::Ref | AlleleType::Star | AlleleType::Bnd) => None,
        (Some(length), _) => Some(length.unsigned_abs()),
        // it has no extent on the reference
        (None, AlleleType::Ins) => None,
        (None, _) => Some(span.saturating_sub(1)).filter(|&length| length > 0),
    }
}

/// What distinguishes symbolic alleles of one place and one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Extent {
    /// Bases of the reference from POS on.
    pub(crate) span: u64,
    /// As [`variant_length`] has it.
    pub(crate) length: Option<u64>,
}

impl Extent {
    /// `None` for all but symbolic alleles: for `<*>` and `<NON_REF>`, too, which are no alleles.
    pub(crate) fn of(
        kind: AlleleType,
        reference: &[u8],
        alternate: &[u8],
        svlen: Option<i64>,
        span: u64,
    ) -> Option<Self> {
        let symbolic = alternate.starts_with(b"<") && kind != AlleleType::Ref;
        symbolic.then(|| Self {
            span,
            length: variant_length(kind, reference, alternate, svlen, span),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(reference: &str, alternate: &str) -> AlleleType {
        AlleleType::of(reference.as_bytes(), alternate.as_bytes(), None)
    }

    #[test]
    fn types() {
        for (reference, alternate, expected) in [
            ("A", "G", AlleleType::Snv),
            ("AC", "AT", AlleleType::Snv),
            ("AC", "GT", AlleleType::Mnp),
            ("A", "AT", AlleleType::Ins),
            ("AT", "A", AlleleType::Del),
            ("ATT", "GC", AlleleType::Indel),
            ("A", "a", AlleleType::Ref),
            ("A", ".", AlleleType::Ref),
            ("A", "<*>", AlleleType::Ref),
            ("A", "<NON_REF>", AlleleType::Ref),
            ("A", "*", AlleleType::Star),
            ("A", "<DEL>", AlleleType::Del),
            ("A", "<DEL:ME:ALU>", AlleleType::Del),
            ("A", "<INS:ME:LINE1>", AlleleType::Ins),
            ("A", "<DUP:TANDEM>", AlleleType::Dup),
            ("A", "<INV>", AlleleType::Inv),
            ("A", "<CNV:TR>", AlleleType::Cnv),
            ("A", "<CN12>", AlleleType::Cnv),
            ("A", "<CN=0>", AlleleType::Cnv),
            ("A", "<CNV>", AlleleType::Cnv),
            ("A", "<CN>", AlleleType::Other),
            ("A", "<CN=>", AlleleType::Other),
            ("A", "<CN=x>", AlleleType::Other),
            ("A", "A<ctg1>", AlleleType::Ins),
            ("A", "A<dup-126>AAA", AlleleType::Other),
            ("A", "<ctg1>", AlleleType::Other),
            ("A", "A[<ctg1>:7[", AlleleType::Bnd),
            ("A", "<STR7>", AlleleType::Other),
            ("A", "A[17:198982[", AlleleType::Bnd),
            ("A", "]13:123456]T", AlleleType::Bnd),
            ("A", ".A", AlleleType::Bnd),
            ("A", "A.", AlleleType::Bnd),
            ("A", "Q", AlleleType::Other),
        ] {
            assert_eq!(
                kind(reference, alternate),
                expected,
                "{reference} {alternate}"
            );
        }
        assert_eq!(AlleleType::of(b"A", b"<X>", Some(b"DEL")), AlleleType::Del);
        assert_eq!(
            AlleleType::of(b"A", b"<INV>", Some(b"DEL")),
            AlleleType::Inv
        );
        assert_eq!(
            AlleleType::of(b"A", b"<CN=3>", Some(b"MCNV")),
            AlleleType::Cnv
        );
        assert_eq!(
            AlleleType::of(b"A", b"A<dup-9>A", Some(b"DUP")),
            AlleleType::Dup
        );
        assert_eq!(AlleleType::of(b"A", b"G", Some(b"DEL")), AlleleType::Snv);
    }

    #[test]
    fn names_round_trip() {
        for kind in AlleleType::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        for (text, kind) in [
            ("INDEL", AlleleType::Indel),
            ("DELINS", AlleleType::Indel),
            ("SO:0001483", AlleleType::Snv),
            ("EFO:0030069", AlleleType::Del),
            ("efo:0030070", AlleleType::Dup),
        ] {
            assert_eq!(text.parse(), Ok(kind));
        }
        assert!("snvs".parse::<AlleleType>().is_err());
    }

    #[test]
    fn letters_of_bases() {
        for letter in 0..=u8::MAX {
            let is_one = BASES.contains(&letter.to_ascii_uppercase());
            assert_eq!(is_base(letter), is_one, "{letter}");
        }
    }

    #[test]
    fn trimming() {
        assert_eq!(trim(99, b"CAA", b"CA"), (100, &b"A"[..], &b""[..]));
        assert_eq!(trim(99, b"C", b"CT"), (100, &b""[..], &b"T"[..]));
        assert_eq!(trim(99, b"CAT", b"CGT"), (100, &b"A"[..], &b"G"[..]));
        assert_eq!(trim(99, b"CAT", b"TTAG"), (99, &b"CAT"[..], &b"TTAG"[..]));
        assert_eq!(trim(99, b"ac", b"AC"), (99, &b""[..], &b""[..]));
    }

    #[test]
    fn lengths() {
        let length = |reference: &str, alternate: &str, svlen, span| {
            let (reference, alternate) = (reference.as_bytes(), alternate.as_bytes());
            let kind = AlleleType::of(reference, alternate, None);
            variant_length(kind, reference, alternate, svlen, span)
        };
        assert_eq!(length("A", "G", None, 1), Some(1));
        assert_eq!(length("ATTT", "A", None, 4), Some(3));
        assert_eq!(length("A", "ACCCC", None, 1), Some(4));
        assert_eq!(length("AGT", "TC", None, 3), Some(3));
        assert_eq!(length("A", "<DEL>", Some(-500), 501), Some(500));
        assert_eq!(length("A", "<INV>", None, 300), Some(299));
        // SVLEN and END tell the same of the same deletion
        assert_eq!(length("A", "<DEL>", None, 501), Some(500));
        assert_eq!(length("A", "<INS>", None, 1), None);
        assert_eq!(length("A", "<INS>", Some(i64::MIN), 1), Some(1 << 63));
        assert_eq!(length("A", "A[1:5[", None, 1), None);
        assert_eq!(length("A", "<DEL>", None, 1), None);
        assert_eq!(length("A", "*", None, 1), None);
        assert_eq!(length("A", "<NON_REF>", None, 90), None);
        assert_eq!(length("A", "a", None, 1), Some(0));
    }

    #[test]
    fn only_symbolic_alleles_have_an_extent() {
        let extent = |alternate: &str, svlen, span| {
            Extent::of(
                kind("A", alternate),
                b"A",
                alternate.as_bytes(),
                svlen,
                span,
            )
        };
        // END and SVLEN say the same
        assert_eq!(extent("<DEL>", Some(-300), 301), extent("<DEL>", None, 301));
        assert_ne!(extent("<DEL>", None, 301), extent("<DEL>", None, 5_001));
        assert_ne!(
            extent("<INS>", Some(300), 1),
            extent("<INS>", Some(5_000), 1)
        );
        for other in ["", "<*>", "<NON_REF>", "*", "T", "AT", "A[17:5[", "A."] {
            assert_eq!(extent(other, None, 301), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn trimming_keeps_the_change(
            before in "[ACGT]{0,5}", reference in "[ACGT]{0,6}", alternate in "[ACGT]{0,6}",
            after in "[ACGT]{0,5}", start in 0i64..1000,
        ) {
            let full = |middle: &str| format!("{before}{middle}{after}").into_bytes();
            let (r, a) = (full(&reference), full(&alternate));
            let (at, tr, ta) = trim(start, &r, &a);
            let offset = usize::try_from(at - start).unwrap();
            // Putting the trimmed change back into REF gives ALT.
            let mut rebuilt = r[..offset].to_vec();
            rebuilt.extend_from_slice(ta);
            rebuilt.extend_from_slice(&r[offset + tr.len()..]);
            prop_assert_eq!(&rebuilt, &a);
            // Nothing is left to remove.
            prop_assert_eq!(trim(at, tr, ta), (at, tr, ta));
            prop_assert!(tr.is_empty() || ta.is_empty() || tr[0] != ta[0]);
        }

        #[test]
        fn any_bytes_are_safe(
            reference: Vec<u8>, alternate: Vec<u8>, svtype: Option<Vec<u8>>, svlen: Option<i64>, span: u64,
        ) {
            let kind = AlleleType::of(&reference, &alternate, svtype.as_deref());
            let _ = variant_length(kind, &reference, &alternate, svlen, span);
            let _ = trim(i64::MAX, &reference, &alternate);
        }
    }
}
