//! Alleles are one where they make one sequence, however they are spelled.

use super::{annotated, plain};
use crate::common::{Folder, header, options};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use varidex::{AnnotateOptions, BuildOptions, Presence};

/// Where it begins, how many bases it takes, and which it puts there.
type Edit = (usize, usize, String);

/// An allele as it is spelled: from 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Spelled {
    position: usize,
    reference: String,
    alternate: String,
}

impl Spelled {
    fn applied(&self, sequence: &str) -> String {
        let end = self.position + self.reference.len();
        let (before, after) = (&sequence[..self.position], &sequence[end..]);
        format!("{before}{}{after}", self.alternate.to_ascii_uppercase())
    }

    /// An edit with bases of the sequence on both sides.
    fn of((at, taken, put): &Edit, sequence: &str, left: usize, right: usize) -> Self {
        let at = (*at).min(sequence.len() - 8).max(4);
        let (start, end) = (at - left, (at + taken + right).min(sequence.len()));
        let behind = &sequence[at + taken..end];
        Self {
            position: start,
            reference: sequence[start..end].to_owned(),
            alternate: format!("{}{put}{behind}", &sequence[start..at]),
        }
    }

    /// As a dataset has it that was built with the reference: no base more than needed, and leftmost.
    fn normal(&self, sequence: &str) -> Self {
        let target = self.applied(sequence);
        let (all, new) = (sequence.as_bytes(), target.as_bytes());
        let mut best: Option<Self> = None;
        for start in 0..all.len() {
            for length in 1..=all.len() - start {
                let Some(put) = (length + new.len()).checked_sub(all.len()) else {
                    continue;
                };
                if put == 0 || start + put > new.len() {
                    continue;
                }
                let spelled = Self {
                    position: start,
                    reference: sequence[start..start + length].to_owned(),
                    alternate: target[start..start + put].to_owned(),
                };
                if spelled.applied(sequence) != target {
                    continue;
                }
                let key = |of: &Self| (of.reference.len() + of.alternate.len(), of.position);
                if best.as_ref().is_none_or(|best| key(&spelled) < key(best)) {
                    best = Some(spelled);
                }
            }
        }
        best.unwrap()
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    let bases = prop_oneof!["[ACGT]", Just(String::new()), "[ACGT]{1,3}"];
    (4..40usize, 0..3usize, bases)
}

const CALLS: [(&str, u64, u64); 6] = [
    ("0/0", 0, 2),
    ("0/1", 1, 2),
    ("1|1", 2, 2),
    ("./1", 1, 1),
    ("./.", 0, 0),
    ("1", 1, 1),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn counts_are_those_of_the_same_sequence(
        sequence in "[ACGT]{60}",
        edits in vec((edit(), vec(0..CALLS.len(), 3)), 1..8),
        asked in vec((any::<prop::sample::Index>(), 0..3usize, 0..4usize, any::<bool>()), 1..8),
        others in vec(edit(), 1..6),
    ) {
        // each variant once, by the sequence that it makes; no two differ by spelling
        let mut cohort: BTreeMap<String, (Spelled, &Vec<usize>)> = BTreeMap::new();
        for (of, calls) in &edits {
            let spelled = Spelled::of(of, &sequence, 1, 0);
            let made = spelled.applied(&sequence);
            if made != sequence {
                cohort.entry(made).or_insert((spelled, calls));
            }
        }
        let folder = Folder::new();
        let mut rows: Vec<&(Spelled, &Vec<usize>)> = cohort.values().collect();
        rows.sort();
        let mut text = header("1", &["A", "B", "C"]);
        for (of, calls) in rows {
            let calls: Vec<&str> = calls.iter().map(|call| CALLS[*call].0).collect();
            text += &format!(
                "1\t{}\t.\t{}\t{}\t.\t.\t.\tGT\t{}\n",
                of.position + 1, of.reference, of.alternate, calls.join("\t")
            );
        }
        // a dataset without records has no batch that could look anywhere
        prop_assume!(!cohort.is_empty());
        let fasta = folder.write("r.fa", format!(">1\n{sequence}\n"));
        folder.write("r.fa.fai", "1\t60\t3\t60\t61\n");
        let options = BuildOptions { reference: Some(fasta), sort: true, ..options() };
        let view = folder.dataset(&text, &options);
        // what is there, spelled with more bases or in lower case, and what is not
        let edits: Vec<Edit> = edits.iter().map(|(of, _)| of.clone()).collect();
        let mut query = header("1", &[]);
        let mut expected = Vec::new();
        let of_cohort = asked.iter().map(|(which, left, right, lower)| {
            let spelled = Spelled::of(which.get(&edits), &sequence, left + 1, *right);
            (spelled, *lower)
        });
        let of_others = others.iter().map(|of| (Spelled::of(of, &sequence, 1, 0), false));
        for (spelled, lower) in of_cohort.chain(of_others) {
            if spelled.reference == spelled.alternate {
                continue;
            }
            let alleles = format!("{}\t{},*", spelled.reference, spelled.alternate);
            let alleles = if lower { alleles.to_ascii_lowercase() } else { alleles };
            query += &format!("1\t{}\t.\t{alleles}\t.\t.\t.\n", spelled.position + 1);
            expected.push(spelled);
        }
        let input = folder.write("query.vcf", &query);
        let (written, _) = annotated(&input, &plain(&view), &AnnotateOptions::default()).unwrap();
        let records = written.lines().filter(|line| !line.starts_with('#'));
        let mut compared = 0;
        let mut lookup = view.lookup(None).unwrap();
        for (record, of) in records.zip(&expected) {
            compared += 1;
            let info = record.rsplit('\t').next().unwrap();
            let value = |key: &str| {
                let found = info.split(';').find_map(|entry| entry.strip_prefix(key));
                found.unwrap().to_owned()
            };
            let (ac, an) = (value("VDX_AC="), value("VDX_AN="));
            // the library's other ways say the same
            let name = format!("1:{}:{}:{}", of.position + 1, of.reference, of.alternate);
            let position = varidex::Position::from_one_based(of.position as i64 + 1).unwrap();
            let mut each = Vec::new();
            let presence = lookup
                .counts_each("1", position, &of.reference, &of.alternate, &mut each)
                .unwrap();
            match view.frequency(&name, None) {
                Ok(Some(counts)) => {
                    prop_assert_eq!(presence, Presence::Present);
                    prop_assert_eq!(&ac, &format!("{},.", counts.ac));
                    prop_assert_eq!(&an, &format!("{},.", counts.an.unwrap()));
                }
                Ok(None) => {
                    prop_assert_eq!(presence, Presence::Absent);
                    prop_assert_eq!(&ac, "0,.");
                }
                Err(error) => {
                    prop_assert!(matches!(presence, Presence::Undecided(_)), "{}", error);
                    prop_assert_eq!(&ac, ".,.");
                    prop_assert_eq!(&an, ".,.");
                    continue;
                }
            }
            // and so does a comparison of whole sequences
            let sum = |calls: &[usize]| {
                let calls = calls.iter().map(|call| CALLS[*call]);
                calls.fold((0, 0), |sum, (_, ac, an)| (sum.0 + ac, sum.1 + an))
            };
            match cohort.get(&of.applied(&sequence)) {
                Some((_, calls)) => {
                    let (all, known) = sum(calls);
                    prop_assert_eq!(&ac, &format!("{all},."), "{}", &name);
                    prop_assert_eq!(&an, &format!("{known},."), "{}", &name);
                }
                None => {
                    prop_assert_eq!(&ac, "0,.");
                    // a variant of the same REF at the place has looked there, the first by ALT
                    let normal = of.normal(&sequence);
                    let mut rows: Vec<(Spelled, u64)> = cohort
                        .values()
                        .map(|(row, calls)| (row.normal(&sequence), sum(calls).1))
                        .collect();
                    rows.sort();
                    let at = |of: &Spelled| {
                        let same = |row: &&(Spelled, u64)| {
                            (row.0.position, &row.0.reference) == (of.position, &of.reference)
                        };
                        rows.iter().find(same).map(|row| row.1)
                    };
                    let known = at(of).or_else(|| at(&plain_of(of)));
                    let known = known.map_or(".".to_owned(), |an| an.to_string());
                    prop_assert_eq!(&an, &format!("{known},."), "{} {:?}", &name, normal);
                }
            }
        }
        prop_assert_eq!(compared, expected.len());
    }
}

/// Without bases that both have, but the one in front of an insertion or deletion.
fn plain_of(of: &Spelled) -> Spelled {
    let (mut reference, mut alternate) = (of.reference.clone(), of.alternate.clone());
    while reference.len() > 1
        && alternate.len() > 1
        && reference.chars().last() == alternate.chars().last()
    {
        reference.pop();
        alternate.pop();
    }
    let mut position = of.position;
    while reference.len() > 1 && alternate.len() > 1 && reference[..1] == alternate[..1] {
        reference.remove(0);
        alternate.remove(0);
        position += 1;
    }
    Spelled {
        position,
        reference,
        alternate,
    }
}
