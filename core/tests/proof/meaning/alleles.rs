//! What an allele is: its shape, its size, what it spans, and whether two spellings are one change.

/// A change of a contig, as one spelling has it. Positions are those of VCF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub position: i64,
    /// The bases that are replaced; nothing for those that a text only counts.
    pub reference: Vec<Option<u8>>,
    pub alternate: String,
}

impl Change {
    pub fn new(position: i64, reference: &str, alternate: &str) -> Self {
        let bases = reference.bytes().map(|base| base.to_ascii_uppercase());
        Self {
            position,
            reference: bases.map(Some).collect(),
            alternate: alternate.to_owned(),
        }
    }

    /// Whether the bases stay what they are.
    pub fn is_none(&self) -> bool {
        let put = self.alternate.bytes().map(|base| base.to_ascii_uppercase());
        put.map(Some).eq(self.reference.iter().copied())
    }

    pub fn same_text(&self, other: &Self) -> bool {
        self.position == other.position
            && self.reference == other.reference
            && self.alternate.eq_ignore_ascii_case(&other.alternate)
    }
}

pub fn is_bases(text: &str) -> bool {
    let known = |base: u8| b"ACGTUNRYSWKMBDHV".contains(&base.to_ascii_uppercase());
    !text.is_empty() && text.bytes().all(known)
}

/// A base after a change: known, or that of the reference at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    Known(u8),
    At(i64),
}

/// Whether two spellings are the same change, where these bases of the contig are known; `None` where
/// bases decide that nobody has spelled.
///
/// Both are applied to the stretch that they span together. They are the same if what comes out is
/// the same: base by base, where a base that is not known can be anything.
pub fn same_change(a: &Change, b: &Change, known: &dyn Fn(i64) -> Option<u8>) -> Option<bool> {
    if a.same_text(b) {
        return Some(true);
    }
    let end = |change: &Change| change.position + change.reference.len() as i64;
    let (first, last) = (a.position.min(b.position), end(a).max(end(b)));
    let spelled = |change: &Change, place: i64| {
        let at = usize::try_from(place - change.position).ok()?;
        change.reference.get(at).copied().flatten()
    };
    let reported = |place: i64| {
        [spelled(a, place), spelled(b, place), known(place)]
            .into_iter()
            .flatten()
    };
    if (first..last).any(|place| reported(place).any(|base| Some(base) != reported(place).next())) {
        return Some(false);
    }
    let base = |place: i64| reported(place).next().map_or(Base::At(place), Base::Known);
    let after = |change: &Change| {
        let before = (first..change.position).map(base);
        let behind = (end(change)..last).map(base);
        let put = change.alternate.bytes();
        let put = put.map(|base| Base::Known(base.to_ascii_uppercase()));
        before.chain(put).chain(behind).collect::<Vec<_>>()
    };
    let (one, other) = (after(a), after(b));
    if one.len() != other.len() {
        return Some(false);
    }
    // what has to be equal for them to be the same
    let mut equal: Vec<(Base, Base)> = one.into_iter().zip(other).collect();
    equal.retain(|(a, b)| a != b);
    match equal.is_empty() {
        true => Some(true),
        false if possible(&equal) => None,
        false => Some(false),
    }
}

/// Whether bases can be found so that all of these pairs are equal.
fn possible(equal: &[(Base, Base)]) -> bool {
    let mut groups: Vec<Vec<Base>> = Vec::new();
    for (a, b) in equal {
        let mut merged = vec![*a, *b];
        groups.retain(|group| {
            let meets = group.contains(a) || group.contains(b);
            if meets {
                merged.extend(group);
            }
            !meets
        });
        groups.push(merged);
    }
    groups.iter().all(|group| {
        let known = group.iter().filter(|base| matches!(base, Base::Known(_)));
        let mut known: Vec<u8> = known
            .map(|base| if let Base::Known(b) = base { *b } else { 0 })
            .collect();
        known.sort_unstable();
        known.dedup();
        known.len() <= 1
    })
}

/// What REF and ALT differ in, once their common end and then their common beginning are cut off.
fn cut<'a>(reference: &'a str, alternate: &'a str) -> (&'a str, &'a str) {
    let (mut reference, mut alternate) = (reference, alternate);
    let same = |a: Option<char>, b: Option<char>| match (a, b) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(&b),
        _ => false,
    };
    while same(reference.chars().last(), alternate.chars().last()) {
        reference = &reference[..reference.len() - 1];
        alternate = &alternate[..alternate.len() - 1];
    }
    while same(reference.chars().next(), alternate.chars().next()) {
        reference = &reference[1..];
        alternate = &alternate[1..];
    }
    (reference, alternate)
}

/// The name of a symbolic allele, up to its first colon: `DEL` of `<DEL:ME>`.
pub fn symbol(alternate: &str) -> Option<String> {
    let name = alternate.strip_prefix('<')?.strip_suffix('>')?;
    let name = name.split(':').next().unwrap_or_default();
    Some(name.to_ascii_uppercase())
}

/// The type as expressions name it; nothing for what is no change, and for `*`.
pub fn kind(reference: &str, alternate: Option<&str>) -> Option<&'static str> {
    let alternate = alternate?;
    if alternate == "*" {
        return None;
    }
    if let Some(name) = symbol(alternate) {
        return match name.as_str() {
            "*" | "NON_REF" => None,
            "DEL" => Some("del"),
            "INS" => Some("ins"),
            "DUP" => Some("dup"),
            "INV" => Some("inv"),
            "CNV" => Some("cnv"),
            "BND" | "TRA" | "CTX" => Some("bnd"),
            name if name
                .strip_prefix("CN")
                .is_some_and(|n| n.parse::<u32>().is_ok()) =>
            {
                Some("cnv")
            }
            _ => Some("other"),
        };
    }
    if alternate.contains(['[', ']', '.']) {
        return Some("bnd");
    }
    if !is_bases(reference) || !is_bases(alternate) {
        return Some("other");
    }
    let (from, to) = cut(reference, alternate);
    match (from.len(), to.len()) {
        (0, 0) => None,
        (1, 1) => Some("snv"),
        (a, b) if a == b => Some("mnv"),
        (0, _) => Some("ins"),
        (_, 0) => Some("del"),
        _ => Some("delins"),
    }
}

/// How many bases an allele changes; nothing where that is not known.
pub fn length(
    reference: &str,
    alternate: Option<&str>,
    sv_length: Option<i64>,
    position: i64,
    end: Option<i64>,
) -> Option<i64> {
    let alternate = alternate?;
    let name = symbol(alternate);
    match name.as_deref() {
        Some("*" | "NON_REF" | "BND" | "TRA" | "CTX") => None,
        Some(_) => {
            let reported = sv_length.map(i64::abs).filter(|&length| length > 0);
            // an insertion has no stretch of the reference
            let of_reference = position + reference.len() as i64 - 1;
            let stretch = end.unwrap_or(0).max(of_reference) - position;
            let is_insertion = name.as_deref() == Some("INS");
            reported.or(Some(stretch).filter(|&stretch| stretch > 0 && !is_insertion))
        }
        None if is_bases(reference) && is_bases(alternate) => {
            let (from, to) = cut(reference, alternate);
            Some(from.len().max(to.len()) as i64)
        }
        None => None,
    }
}

/// The last base that an allele spans, of which POS is the first.
pub fn last(
    reference: &str,
    alternate: Option<&str>,
    (sv_length, of_each): (Option<i64>, bool),
    position: i64,
    end: Option<i64>,
) -> i64 {
    let of_reference = position + reference.len() as i64 - 1;
    let end = end.filter(|&end| end > of_reference);
    // before VCF 4.4 END is the better witness, unless each of several ALTs has a length
    let reached = sv_length.map(|length| position + length.abs());
    let reached = reached.filter(|&last| last > of_reference && (of_each || end.is_none()));
    let last = match alternate.map(|text| kind(reference, Some(text)).unwrap_or_default()) {
        // no ALT: a stretch that is as the reference
        None => end,
        Some("ins" | "bnd") => None,
        Some(_) if !alternate.is_some_and(|text| text.starts_with('<')) => None,
        Some("del" | "dup" | "inv" | "cnv") => reached.or(end),
        Some(_) => end,
    };
    last.unwrap_or(of_reference)
}
