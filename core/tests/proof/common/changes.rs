//! Which rows make the same change, by their alleles alone.

use super::oracle::{Oracle, Row};
use std::collections::BTreeMap;
use varidex::Counts;

/// REF and ALT without what they share, the end first.
fn trimmed(row: &Row) -> (Vec<u8>, Vec<u8>) {
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

/// What a row changes: where, and which bases for which. Nothing is reported of what is no bases.
fn change(row: &Row) -> Option<(i64, Vec<u8>, Vec<u8>)> {
    let bases = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic());
    if !bases(&row.reference) || !bases(&row.alternate) {
        return None;
    }
    let (reference, alternate) = trimmed(row);
    if reference.is_empty() && alternate.is_empty() {
        return None;
    }
    let full = row.reference.to_ascii_uppercase().into_bytes();
    let other = row.alternate.to_ascii_uppercase().into_bytes();
    let both = full.iter().rev().zip(other.iter().rev());
    let end = both.take_while(|(a, b)| a == b).count();
    let before = full.len() - end - reference.len();
    Some((row.position + before as i64, reference, alternate))
}

/// Whether the text is the same.
fn same_text(a: &Row, b: &Row) -> bool {
    a.contig == b.contig
        && a.position == b.position
        && a.reference.eq_ignore_ascii_case(&b.reference)
        && a.alternate.eq_ignore_ascii_case(&b.alternate)
}

/// Whether rows are of the same change, whatever their spelling.
pub fn same_change(a: &Row, b: &Row) -> bool {
    same_text(a, b) || a.contig == b.contig && change(a).is_some_and(|of| Some(of) == change(b))
}

/// The rows of which the text asks for them alone and surely: no other variant of the same text, and no indel
/// nearby that could be the same one, moved.
pub fn askable(oracle: &Oracle) -> Vec<usize> {
    let changes: Vec<_> = oracle.rows.iter().map(change).collect();
    let indel = |n: usize| {
        let (start, reference, alternate) = changes[n].as_ref()?;
        let pure = reference.is_empty() || alternate.is_empty();
        pure.then_some((*start, reference.len() as i64 - alternate.len() as i64))
    };
    let is_sole = |n: usize| {
        let row = &oracle.rows[n];
        let others = (0..).zip(&oracle.rows);
        let mut others = others.filter(|(m, other)| *m != n && other.contig == row.contig);
        !row.alternate.is_empty()
            && others.all(|(m, other)| {
                let symbolic = row.alternate.starts_with('<') && same_text(row, other);
                let extent = |row: &Row| (row.end, row.sv_length.map(i64::abs));
                let told_apart = symbolic && extent(row) != extent(other);
                let moved = match (indel(n), indel(m)) {
                    (Some((a, size)), Some((b, other))) => {
                        a != b && size == other && (a - b).abs() <= 1_000
                    }
                    _ => false,
                };
                !told_apart && !moved
            })
    };
    (0..oracle.rows.len()).filter(|n| is_sole(*n)).collect()
}

/// The counts of a change that several rows of one file tell: of rows of one text the first counts; of several
/// texts a sample has what the row says in which it carries most, or else one where all of it is known.
pub fn counts(rows: &[&Row], of: &dyn Fn(u32) -> bool) -> Counts {
    let mut texts: Vec<&Row> = Vec::new();
    for row in rows {
        if !texts.iter().any(|known| same_text(known, row)) {
            texts.push(row);
        }
    }
    let mut best: BTreeMap<u32, ((u32, bool), usize)> = BTreeMap::new();
    for (n, row) in texts.iter().enumerate() {
        for (sample, genotype) in (0..).zip(row.genotypes.iter()) {
            let Some(genotype) = genotype else { continue };
            let carried = genotype
                .alleles
                .iter()
                .filter(|a| **a == Some(row.alt_number));
            let reported = (carried.count() as u32, !genotype.alleles.contains(&None));
            let known = best.entry(sample).or_insert((reported, n));
            if reported > known.0 {
                *known = (reported, n);
            }
        }
    }
    let mut sum = Counts {
        an: Some(0),
        n_missing: Some(0),
        ..Counts::default()
    };
    for (n, row) in texts.iter().enumerate() {
        let reported = |sample: u32| {
            best.get(&sample)
                .is_some_and(|(_, reported)| *reported == n)
        };
        let counts = row.counts(&|sample| reported(sample) && of(sample));
        sum.ac += counts.ac;
        sum.an = sum.an.zip(counts.an).map(|(a, b)| a + b);
        sum.n_het += counts.n_het;
        sum.n_hom += counts.n_hom;
        sum.n_hemi += counts.n_hemi;
        sum.n_missing = sum.n_missing.zip(counts.n_missing).map(|(a, b)| a + b);
    }
    sum
}
