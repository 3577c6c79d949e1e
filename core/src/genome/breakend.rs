//! Breakends, and which of them say the same: `G]17:198982]` and `G]chr17:198982]`.

use std::borrow::Cow;

/// The parts of a breakend with a mate.
struct Breakend<'a> {
    /// Up to the first bracket, that with it.
    before: &'a [u8],
    contig: &'a [u8],
    /// From the colon on.
    after: &'a [u8],
}

impl<'a> Breakend<'a> {
    /// `None` for other ALTs, and for breakends without a mate.
    fn parse(alternate: &'a [u8]) -> Option<Self> {
        let is_bracket = |b: &u8| matches!(b, b'[' | b']');
        let open = alternate.iter().position(is_bracket)?;
        let close = alternate.iter().rposition(is_bracket)?;
        let colon = alternate
            .get(..close)?
            .iter()
            .rposition(|&b| b == b':')
            .filter(|colon| *colon > open)?;
        Some(Self {
            before: alternate.get(..=open)?,
            contig: alternate.get(open + 1..colon)?,
            after: alternate.get(colon..)?,
        })
    }
}

/// The contig of the mate as it is named, without angle brackets; `None` where ALT is no breakend with one.
pub(crate) fn mate_contig(alternate: &[u8]) -> Option<&str> {
    let contig = Breakend::parse(alternate)?.contig;
    let bracketed = contig.strip_prefix(b"<");
    let bracketed = bracketed.and_then(|contig| contig.strip_suffix(b">"));
    std::str::from_utf8(bracketed.unwrap_or(contig)).ok()
}

/// An ALT of which the mate, if it is a breakend, is named as `name` says, in angle brackets (a contig of an
/// assembly file) or not.
pub(crate) fn with_mate_named<'a>(
    alternate: &'a [u8],
    name: impl FnOnce(&str) -> Option<String>,
) -> Cow<'a, [u8]> {
    let Some(of) = Breakend::parse(alternate) else {
        return Cow::Borrowed(alternate);
    };
    let contig = mate_contig(alternate).unwrap_or_default();
    let Some(named) = name(contig) else {
        return Cow::Borrowed(alternate);
    };
    let (open, close): (&[u8], &[u8]) = match contig.len() < of.contig.len() {
        true => (b"<", b">"),
        false => (b"", b""),
    };
    Cow::Owned([of.before, open, named.as_bytes(), close, of.after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mates_are_named_anew() {
        let named = |alternate: &str| {
            let name = |name: &str| (name == "17").then(|| "chr17".to_owned());
            let named = with_mate_named(alternate.as_bytes(), name).into_owned();
            String::from_utf8(named).unwrap()
        };
        for (alternate, expected) in [
            ("G]17:198982]", "G]chr17:198982]"),
            ("]17:198982]G", "]chr17:198982]G"),
            ("G[17:198982[", "G[chr17:198982["),
            ("[17:198982[GA", "[chr17:198982[GA"),
            ("G]<17>:5]", "G]<chr17>:5]"),
            ("G]18:5]", "G]18:5]"),
            ("G]HLA-A*01:01:5]", "G]HLA-A*01:01:5]"),
            ("G.", "G."),
            (".G", ".G"),
            ("<DEL>", "<DEL>"),
            ("<17>", "<17>"),
            ("C<17>", "C<17>"),
            ("G]17]", "G]17]"),
            ("]", "]"),
            (":]", ":]"),
            ("A", "A"),
            ("", ""),
        ] {
            assert_eq!(named(alternate), expected, "{alternate}");
        }
    }
}
