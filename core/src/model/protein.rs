//! One form for the many spellings of a change of a protein.

use std::borrow::Cow;

const AMINO_ACIDS: [(&str, char); 23] = [
    ("Ala", 'A'),
    ("Arg", 'R'),
    ("Asn", 'N'),
    ("Asp", 'D'),
    ("Asx", 'B'),
    ("Cys", 'C'),
    ("Gln", 'Q'),
    ("Glu", 'E'),
    ("Gly", 'G'),
    ("His", 'H'),
    ("Ile", 'I'),
    ("Leu", 'L'),
    ("Lys", 'K'),
    ("Met", 'M'),
    ("Phe", 'F'),
    ("Pro", 'P'),
    ("Sec", 'U'),
    ("Ser", 'S'),
    ("Ter", '*'),
    ("Thr", 'T'),
    ("Trp", 'W'),
    ("Tyr", 'Y'),
    ("Val", 'V'),
];

/// An amino acid that is not known.
const UNKNOWN: &str = "Xaa";

/// A change in one-letter code without accession, `p.` and parentheses: `V600E`, `R97Pfs*23`,
/// `L10=`. `None` where there is no change in the text: `p.?`, nothing. `X`, by which older
/// descriptions write a stop (`R4X`, `R97fsX23`), is `*`; `Xaa`, an amino acid that is not known, is not.
pub(crate) fn normal_protein(text: &str) -> Option<String> {
    let text = decoded(text);
    let change = text.rsplit_once(':').map_or(&*text, |(_, change)| change);
    let change = change.strip_prefix("p.").unwrap_or(change);
    let mut normal = String::with_capacity(change.len());
    let mut rest = change;
    while let Some(first) = rest.chars().next() {
        let amino = AMINO_ACIDS.iter().find(|(name, _)| {
            let head = rest.get(..3);
            head.is_some_and(|head| head.eq_ignore_ascii_case(name))
        });
        let step = match (amino, first) {
            (Some((name, letter)), _) => {
                normal.push(*letter);
                name.len()
            }
            (None, 'X') if rest.starts_with(UNKNOWN) => {
                normal.push_str(UNKNOWN);
                UNKNOWN.len()
            }
            (None, 'X') => {
                normal.push('*');
                1
            }
            (None, '(' | ')' | '[' | ']') => 1,
            (None, _) => {
                normal.push(first);
                first.len_utf8()
            }
        };
        rest = rest.get(step..).unwrap_or_default();
    }
    // one letter in any case: v600e
    if let Some(first) = normal.chars().next()
        && first.is_ascii_lowercase()
        && normal.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
    {
        let upper = normal.to_ascii_uppercase();
        normal = upper.replace("FS", "fs").replace("DEL", "del");
        normal = normal.replace("INS", "ins").replace("DUP", "dup");
        normal = normal.replace("EXT", "ext").replace('X', "*");
    }
    let changes = normal.bytes().any(|b| b.is_ascii_digit());
    changes.then_some(normal)
}

/// Whether a change as [`normal_protein`] gives it says where it is and what comes of it: `V600E`, `K23_V25del`, `L10=`.
pub(crate) fn is_protein_change(normal: &str) -> bool {
    let what = match behind_place(normal) {
        Some(rest) => match rest.strip_prefix('_') {
            Some(last) => behind_place(last),
            None => Some(rest),
        },
        None => None,
    };
    let Some(what) = what else {
        return false;
    };
    let is_kind = |text: &str| {
        let kinds = ["del", "dup", "ins", "fs", "ext"];
        kinds.iter().any(|kind| text.starts_with(kind))
    };
    let behind = what.trim_start_matches(is_amino_acid);
    let is_replaced = behind.len() < what.len() && (behind.is_empty() || is_kind(behind));
    matches!(what, "=" | "?" | UNKNOWN) || is_kind(what) || is_replaced
}

fn is_amino_acid(c: char) -> bool {
    c.is_ascii_uppercase() || c == '*'
}

/// What is behind amino acids and their number.
fn behind_place(text: &str) -> Option<&str> {
    let (letters, rest) = text.split_at_checked(text.find(|c: char| c.is_ascii_digit())?)?;
    let is_known = !letters.is_empty() && letters.chars().all(is_amino_acid);
    (is_known || letters == UNKNOWN).then(|| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// A frameshift without what comes of it: `R97fs` of `R97Pfs*23`.
pub(crate) fn short_protein(normal: &str) -> Option<String> {
    let (before, _) = normal.split_once("fs")?;
    let digits = before.trim_end_matches(|c: char| !c.is_ascii_digit());
    let short = format!("{digits}fs");
    (short != normal).then_some(short)
}

/// What bcftools csq writes, `600V>600E`, in one-letter code.
pub(crate) fn from_bcftools(text: &str, frameshift: bool) -> Option<String> {
    let split = |part: &str| {
        let letters = part.find(|c: char| !c.is_ascii_digit())?;
        let (number, letters) = part.split_at(letters);
        (!number.is_empty()).then(|| (number.to_owned(), letters.to_owned()))
    };
    let Some((before, after)) = text.split_once('>') else {
        let (number, letters) = split(text)?;
        return (letters.len() == 1).then(|| format!("{letters}{number}="));
    };
    let ((number, old), (_, new)) = (split(before)?, split(after)?);
    if frameshift {
        let first = old.chars().next()?;
        return Some(format!("{first}{number}fs"));
    }
    (old.len() == 1 && new.len() == 1).then(|| format!("{old}{number}{new}"))
}

/// `%3D` and its like decoded.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let pair = (byte == b'%').then(|| (ahead.next(), ahead.next()));
        let digit = |b: Option<u8>| char::from(b?).to_digit(16);
        match pair.and_then(|(high, low)| Some(digit(high)? * 16 + digit(low)?)) {
            // a control character would break the entry it stands in
            Some(code) if (32..127).contains(&code) => {
                out.push(code as u8);
                bytes = ahead;
            }
            _ => out.push(byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_change_meet() {
        for text in [
            "V600E",
            "p.V600E",
            "Val600Glu",
            "p.Val600Glu",
            "p.(Val600Glu)",
            "NP_004324.2:p.Val600Glu",
            "v600e",
        ] {
            assert_eq!(normal_protein(text).as_deref(), Some("V600E"), "{text}");
        }
        for (text, normal) in [
            ("p.Arg97Ter", "R97*"),
            ("p.Arg97*", "R97*"),
            ("p.Arg97ProfsTer23", "R97Pfs*23"),
            ("ENSP00000288602.6:p.Leu10%3D", "L10="),
            ("p.Lys23del", "K23del"),
            ("p.Lys23_Val25del", "K23_V25del"),
        ] {
            assert_eq!(normal_protein(text).as_deref(), Some(normal), "{text}");
        }
        for text in ["R4*", "R4X", "r4x", "p.R4X", "p.Arg4Ter", "p.Arg4X"] {
            assert_eq!(normal_protein(text).as_deref(), Some("R4*"), "{text}");
        }
        for (text, normal) in [
            ("R97PfsX23", "R97Pfs*23"),
            ("p.X110Q", "*110Q"),
            ("p.(Arg4Xaa)", "R4Xaa"),
            ("p.Ter110GlnextTer17", "*110Qext*17"),
        ] {
            assert_eq!(normal_protein(text).as_deref(), Some(normal), "{text}");
        }
        for text in ["", "p.?", "p.="] {
            assert_eq!(normal_protein(text), None, "{text}");
        }
        for change in [
            "V600E",
            "R97*",
            "R97Pfs*23",
            "R97fs",
            "L10=",
            "M1?",
            "K23_V25del",
            "*110Qext*17",
            "K23_L24insR",
            "K23delinsRS",
        ] {
            assert!(is_protein_change(change), "{change}");
        }
        for change in [
            "V600",
            "600E",
            "V600E;K601E",
            "Glx600E",
            "K23_del",
            "V600xyz",
            "V_600E",
        ] {
            assert!(!is_protein_change(change), "{change}");
        }
        assert_eq!(short_protein("R97Pfs*23").as_deref(), Some("R97fs"));
        assert_eq!(short_protein("V600E"), None);
        assert_eq!(from_bcftools("600V>600E", false).as_deref(), Some("V600E"));
        assert_eq!(from_bcftools("76L", false).as_deref(), Some("L76="));
        assert_eq!(
            from_bcftools("97RTS..*>97PSX*", true).as_deref(),
            Some("R97fs")
        );
        assert_eq!(from_bcftools("x", false), None);
    }
}
