//! Arbitrary expressions over variants: as text, and evaluated on the oracle by their meaning.

use super::changes::{askable, same_change};
use super::oracle::{Oracle, Row};
use proptest::prelude::*;
use proptest::sample::select;

#[derive(Debug, Clone)]
pub enum Expression {
    All,
    Contig(&'static str),
    Region(&'static str, i64, i64),
    Type(&'static str),
    Number(&'static str, &'static str, f64),
    InfoPresent(&'static str),
    InfoNumber(&'static str, &'static str, f64),
    InfoText(&'static str, bool, &'static str),
    Filter(&'static str),
    Id(&'static str),
    /// The allele of a row, by a number that is cut to those there are.
    Allele(usize),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

use Expression::*;

fn comparison() -> impl Strategy<Value = &'static str> {
    select(vec!["<", "<=", ">", ">=", "=", "!="])
}

fn number() -> impl Strategy<Value = Expression> {
    let counts = select(vec!["ac", "an", "n_het", "n_hom", "n_hemi", "n_missing"]);
    let few = select(vec![0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 20.0]);
    let lengths = select(vec![0.0, 1.0, 2.0, 4.0, 50.0, 120.0]);
    let shares = select(vec![0.0, 0.01, 0.1, 0.25, 0.5, 1.0]);
    let qualities = select(vec![0.0, 29.5, 30.0, 99.9, 1000.0]);
    prop_oneof![
        3 => (counts, comparison(), few).prop_map(|(f, c, v)| Number(f, c, v)),
        1 => (comparison(), lengths).prop_map(|(c, v)| Number("length", c, v)),
        2 => (comparison(), shares).prop_map(|(c, v)| Number("af", c, v)),
        1 => (comparison(), qualities).prop_map(|(c, v)| Number("qual", c, v)),
    ]
}

fn info() -> impl Strategy<Value = Expression> {
    let numbers = select(vec!["DEPTH", "SCORE", "AFX", "CNT", "LIST"]);
    let values = select(vec![-4.0, -2.5, 0.001, 0.1, 0.25, 2.0, 5.0, 8.0]);
    let words = select(vec!["x", "y", "long%20word", "absent"]);
    prop_oneof![
        select(super::generate::INFO_KEYS.to_vec()).prop_map(InfoPresent),
        (numbers, comparison(), values).prop_map(|(k, c, v)| InfoNumber(k, c, v)),
        (select(vec!["TAG", "NOTE"]), any::<bool>(), words)
            .prop_map(|(k, equal, v)| InfoText(k, equal, v)),
    ]
}

/// Atoms whose answer does not depend on what is stored as INFO.
fn atom() -> impl Strategy<Value = Expression> {
    let types = vec![
        "snv", "mnv", "ins", "del", "delins", "indel", "dup", "inv", "cnv", "bnd", "other",
    ];
    let contigs = || select(vec!["1", "chr2", "X"]);
    prop_oneof![
        1 => Just(All),
        1 => contigs().prop_map(Contig),
        3 => (contigs(), 1..900i64, 0..200i64).prop_map(|(c, a, n)| Region(c, a, a + n)),
        3 => select(types).prop_map(Type),
        4 => number(),
        3 => info(),
        2 => select(vec!["PASS", "q10", "s50", "."]).prop_map(Filter),
        2 => select(vec!["rs1", "rs2", "rs7", "rs999", "variant_a"]).prop_map(Id),
        1 => any::<usize>().prop_map(Allele),
    ]
}

pub fn expression() -> impl Strategy<Value = Expression> {
    atom().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|e| Not(Box::new(e))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(And),
            prop::collection::vec(inner, 2..4).prop_map(Or),
        ]
    })
}

/// Whether a comparison holds.
pub fn holds(comparison: &str, left: f64, right: f64) -> bool {
    match comparison {
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        ">=" => left >= right,
        "=" => left == right,
        _ => left != right,
    }
}

impl Expression {
    pub fn text(&self, oracle: &Oracle) -> String {
        let join = |parts: &[Self], with: &str| {
            let parts: Vec<String> = parts.iter().map(|part| part.text(oracle)).collect();
            format!("({})", parts.join(with))
        };
        match self {
            All => "all".to_owned(),
            Contig(name) => (*name).to_owned(),
            Region(contig, from, to) => format!("{contig}:{from}-{to}"),
            Type(name) => format!("type:{name}"),
            Number(field, comparison, value) => format!("{field}{comparison}{value}"),
            InfoPresent(key) => format!("info.{key}"),
            InfoNumber(key, comparison, value) => format!("info.{key} {comparison} {value}"),
            InfoText(key, true, value) => format!("info.{key}={value:?}"),
            InfoText(key, false, value) => format!("info.{key}!={value:?}"),
            Filter(name) => format!("filter:{name}"),
            Id(id) => format!("id:{id}"),
            Allele(n) => match Self::allele(*n, oracle) {
                None => "1:5:ACGTACGT:A".to_owned(),
                Some(row) => format!(
                    "allele(\"{}:{}:{}:{}\")",
                    row.contig, row.position, row.reference, row.alternate
                ),
            },
            Not(inner) => format!("!({})", inner.text(oracle)),
            And(parts) => join(parts, " & "),
            Or(parts) => join(parts, " | "),
        }
    }

    fn allele(n: usize, oracle: &Oracle) -> Option<&Row> {
        let rows = oracle.askable.get_or_init(|| askable(oracle));
        let row = rows.get(n % rows.len().max(1))?;
        oracle.rows.get(*row)
    }

    pub fn eval(&self, row: &Row, oracle: &Oracle) -> bool {
        match self {
            All => true,
            Contig(name) => row.contig == *name,
            Region(contig, from, to) => {
                row.contig == *contig && row.position <= *to && row.end >= *from
            }
            Type(name) => {
                let kind = kind(row);
                kind == *name || (*name == "indel" && ["ins", "del", "delins"].contains(&kind))
            }
            Number("qual", comparison, value) => row.quality.is_some_and(|quality| {
                holds(comparison, f64::from(quality), f64::from(*value as f32))
            }),
            Number("length", comparison, value) => holds(comparison, length(row) as f64, *value),
            Number(field, comparison, value) => {
                let counts = row.counts(&|_| true);
                let left = match *field {
                    "ac" => counts.ac,
                    "an" => counts.an.unwrap(),
                    "n_het" => counts.n_het,
                    "n_hom" => counts.n_hom,
                    "n_hemi" => counts.n_hemi,
                    "n_missing" => counts.n_missing,
                    _ => {
                        return counts.af().is_some_and(|af| holds(comparison, af, *value));
                    }
                };
                holds(comparison, left as f64, *value)
            }
            InfoPresent(key) => row.info.contains_key(*key),
            InfoNumber(key, comparison, value) => {
                let Some(text) = row.info.get(*key) else {
                    return false;
                };
                let wanted = match *key {
                    "SCORE" | "AFX" => f64::from(*value as f32),
                    _ => *value,
                };
                let is_float = *key == "SCORE" || *key == "AFX";
                text.split(',').any(|one| match is_float {
                    true => one
                        .parse::<f32>()
                        .is_ok_and(|n| holds(comparison, n.into(), wanted)),
                    false => one
                        .parse::<f64>()
                        .is_ok_and(|n| holds(comparison, n, wanted)),
                })
            }
            InfoText(key, equal, value) => {
                let Some(text) = row.info.get(*key) else {
                    return false;
                };
                let among = text == value || text.split(',').any(|one| one == *value);
                among == *equal
            }
            Filter(".") => row.filter.is_empty(),
            Filter(name) => row.filter.split(';').any(|one| one == *name),
            Id(id) => row.id.split(';').any(|one| one == *id),
            Allele(n) => Self::allele(*n, oracle).is_some_and(|wanted| same_change(row, wanted)),
            Not(inner) => !inner.eval(row, oracle),
            And(parts) => parts.iter().all(|part| part.eval(row, oracle)),
            Or(parts) => parts.iter().any(|part| part.eval(row, oracle)),
        }
    }
}

/// REF and ALT without what they share, the end first.
pub fn trimmed(row: &Row) -> (Vec<u8>, Vec<u8>) {
    let mut reference = row.reference.to_ascii_uppercase().into_bytes();
    let mut alternate = row.alternate.to_ascii_uppercase().into_bytes();
    while !reference.is_empty() && reference.last() == alternate.last() {
        reference.pop();
        alternate.pop();
    }
    while !reference.is_empty() && reference.first() == alternate.first() {
        reference.remove(0);
        alternate.remove(0);
    }
    (reference, alternate)
}

/// The type of an allele, in the words of `type:`.
pub fn kind(row: &Row) -> &'static str {
    match row.alternate.as_str() {
        "" | "<*>" | "<NON_REF>" => "ref",
        "*" => "star",
        alt if alt.contains('[') => "bnd",
        alt if alt.starts_with("<DEL") => "del",
        "<INS>" => "ins",
        "<DUP>" => "dup",
        "<INV>" => "inv",
        "<CN2>" => "cnv",
        alt if alt.starts_with('<') => "other",
        _ => match trimmed(row) {
            (a, b) if a.is_empty() && b.is_empty() => "ref",
            (a, b) if a.len() == 1 && b.len() == 1 => "snv",
            (a, b) if a.len() == b.len() => "mnv",
            (a, _) if a.is_empty() => "ins",
            (_, b) if b.is_empty() => "del",
            _ => "delins",
        },
    }
}

pub fn length(row: &Row) -> u64 {
    match kind(row) {
        "ref" | "star" => 0,
        kind if row.alternate.starts_with('<') || kind == "bnd" => match (row.sv_length, kind) {
            (Some(length), _) => length.unsigned_abs(),
            (None, "ins" | "bnd") => 0,
            (None, _) => (row.end - row.position) as u64,
        },
        _ => {
            let (reference, alternate) = trimmed(row);
            reference.len().max(alternate.len()) as u64
        }
    }
}
