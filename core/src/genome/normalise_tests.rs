use super::*;
use proptest::prelude::*;

/// A contig of which the bases are given, from `start` on.
struct Text {
    start: i32,
    bases: Vec<u8>,
}

impl ReferenceSequence for Text {
    fn extent(&self) -> Interval {
        Interval {
            start: self.start,
            end: self.start + self.bases.len() as i32,
        }
    }

    fn base(&self, at: i32) -> crate::error::Result<u8> {
        Ok(self.bases[(at - self.start) as usize].to_ascii_uppercase())
    }
}

fn text(bases: &str) -> Text {
    Text {
        start: 0,
        bases: bases.as_bytes().to_vec(),
    }
}

fn at(n: i64) -> Position {
    Position::from_zero_based(n).unwrap()
}

/// Position, REF, ALT and roll as text.
fn run(reference: &Text, position: i64, r: &str, a: &str) -> String {
    match normalise(at(position), r.as_bytes(), a.as_bytes(), reference) {
        Ok(n) => format!(
            "{} {} {} {}",
            n.position.zero_based(),
            String::from_utf8(n.reference).unwrap(),
            String::from_utf8(n.alternate).unwrap(),
            n.roll
        ),
        Err(error) => error.to_string(),
    }
}

#[test]
fn examples() {
    let here = text("GCACACATTTTNNNA");
    assert_eq!(run(&here, 5, "CA", "C"), "5 CA C 0");
    assert_eq!(run(&here, 4, "ACA", "A"), "0 GCA G 4");
    assert_eq!(run(&here, 6, "A", "ACA"), "0 G GCA 6");
    assert_eq!(run(&here, 10, "T", "TT"), "6 A AT 4");
    assert_eq!(run(&here, 8, "tt", "t"), "6 AT A 3");
    assert_eq!(run(&here, 1, "C", "T"), "1 C T 0");
    assert_eq!(run(&here, 1, "CAC", "CGC"), "2 A G 0");
    assert_eq!(run(&here, 1, "CAC", "TAG"), "1 CAC TAG 0");
    // Ambiguous bases are no repeat.
    assert_eq!(run(&here, 12, "NN", "N"), "11 NN N 0");
    assert_eq!(run(&here, 10, "TN", "T"), "10 TN T 0");
    // An ambiguous reference agrees with what it stands for, and with nothing else.
    assert_eq!(run(&here, 11, "A", "G"), "11 A G 0");
    assert_eq!(
        run(&here, 0, "A", "G"),
        "REF A at 1, but the reference has G"
    );
    assert_eq!(
        run(&here, 14, "AC", "G"),
        "REF at 15 lies outside the reference, 1-15"
    );
    assert!(run(&here, -1, "N", "A").contains("outside"));
}

#[test]
fn start_and_end_of_a_contig() {
    let here = text("AAAC");
    // Without a base before it, the base after is the anchor.
    assert_eq!(run(&here, 1, "AA", "A"), "0 AA A 2");
    assert_eq!(run(&here, 0, "AAAC", "C"), "0 AAAC C 0");
    assert_eq!(run(&here, 3, "C", "CC"), "2 A AC 1");
    assert!(run(&text("A"), 0, "A", "AA").starts_with("0 A AA 1"));
}

#[test]
fn an_excerpt_has_all_bases_that_an_indel_moves_over() {
    let here = |bases: &[u8]| Text {
        start: 100,
        bases: bases.to_vec(),
    };
    assert_eq!(run(&here(b"GAAAC"), 102, "AA", "A"), "100 GA G 2");
    // how far left it can stand is not known
    for (bases, position, r, a) in [
        (b"AAAAC", 102, "AA", "A"),
        (b"AAAAC", 100, "AA", "A"),
        (b"GAAAC", 100, "GA", "A"),
    ] {
        let found = run(&here(bases), position, r, a);
        assert!(found.contains("moved out of the reference"), "{found}");
    }
}

#[test]
fn what_is_no_sequence_stays() {
    let here = text("ACGT");
    for (r, a) in [
        ("A", "<DEL>"),
        ("A", "*"),
        ("A", "."),
        ("A", "a"),
        ("Q", "A"),
    ] {
        let n = normalise(at(0), r.as_bytes(), a.as_bytes(), &here).unwrap();
        assert_eq!((n.position, n.roll), (at(0), 0));
        assert!(n.alternate.eq_ignore_ascii_case(a.as_bytes()));
    }
}

#[test]
fn endless_repeats_are_an_error() {
    let here = Text {
        start: 0,
        bases: vec![b'A'; (MAX_ROLL as usize) * 2],
    };
    assert!(run(&here, i64::from(MAX_ROLL) + 10, "A", "AA").contains("repeat longer"));
}

/// The algorithm of Tan, Abecasis and Kang (2015), one base at a time.
fn textbook(reference: &[u8], position: usize, r: &str, a: &str) -> (usize, String, String) {
    let (mut position, mut r, mut a) = (position, r.to_owned(), a.to_owned());
    loop {
        let mut changed = false;
        let last = |s: &str| s.chars().last();
        if last(&r).is_some()
            && last(&r) == last(&a)
            && !(position == 0 && r.len().min(a.len()) == 1)
        {
            r.pop();
            a.pop();
            changed = true;
        }
        if r.is_empty() || a.is_empty() {
            position -= 1;
            r.insert(0, char::from(reference[position]));
            a.insert(0, char::from(reference[position]));
            changed = true;
        }
        if !changed {
            break;
        }
    }
    while r.len() > 1 && a.len() > 1 && r.as_bytes()[0] == a.as_bytes()[0] {
        r.remove(0);
        a.remove(0);
        position += 1;
    }
    (position, r, a)
}

/// A change of a repetitive sequence: the sequence, where, REF, ALT.
fn change() -> impl Strategy<Value = (String, usize, String, String)> {
    (
        "[AC]{4,30}",
        any::<prop::sample::Index>(),
        1usize..6,
        "[AC]{0,5}",
    )
        .prop_map(|(bases, index, length, inserted)| {
            let start = index.index(bases.len());
            let end = (start + length).min(bases.len());
            let r = bases[start..end].to_owned();
            let a = format!("{}{inserted}", &r[..1]);
            (bases, start, r, a)
        })
}

/// The sequence after a change.
fn apply(bases: &str, position: usize, r: &[u8], a: &[u8]) -> Vec<u8> {
    let bases = bases.as_bytes();
    assert_eq!(&bases[position..position + r.len()], r);
    [&bases[..position], a, &bases[position + r.len()..]].concat()
}

proptest! {
    #[test]
    fn agrees_with_the_textbook((bases, start, r, a) in change()) {
        prop_assume!(r != a);
        let n = normalise(at(start as i64), r.as_bytes(), a.as_bytes(), &text(&bases)).unwrap();
        let (position, tr, ta) = textbook(bases.as_bytes(), start, &r, &a);
        prop_assert_eq!(i64::from(n.position.zero_based()), position as i64);
        prop_assert_eq!(&n.reference, tr.as_bytes());
        prop_assert_eq!(&n.alternate, ta.as_bytes());
        let again = normalise(n.position, &n.reference, &n.alternate, &text(&bases)).unwrap();
        prop_assert_eq!(again, n);
    }

    #[test]
    fn rolling_finds_every_spelling_and_no_other(
        (bases, start, r, a) in change(),
        other_start in any::<prop::sample::Index>(), length in 0usize..6, inserted in "[AC]{0,5}",
    ) {
        prop_assume!(r != a);
        let n = normalise(at(start as i64), r.as_bytes(), a.as_bytes(), &text(&bases)).unwrap();
        let stored = StoredAllele {
            position: n.position, reference: &n.reference, alternate: &n.alternate, roll: n.roll,
        };
        prop_assert!(stored.same_after_roll(start as i64, r.as_bytes(), a.as_bytes()));
        let after = apply(&bases, start, r.as_bytes(), a.as_bytes());
        // Two spellings are one change exactly where they make the same sequence.
        let other = other_start.index(bases.len() + 1);
        let end = (other + length).min(bases.len());
        let asked_r = &bases.as_bytes()[other..end];
        let same = apply(&bases, other, asked_r, inserted.as_bytes()) == after;
        prop_assert_eq!(stored.same_after_roll(other as i64, asked_r, inserted.as_bytes()), same);
        // And what the row says of the reference is true.
        if let Some(known) = stored.known_reference(other as i64..end as i64) {
            prop_assert_eq!(&known[..], asked_r);
        }
    }

    #[test]
    fn any_bytes_are_safe(
        bases in "[ACGTNRacgt]{1,20}", start: i16, r: Vec<u8>, a: Vec<u8>, q: Vec<u8>, roll: u32, asked: i64,
        position in -1i64..30, ar in "[ACN]{0,4}", aa in "[ACN]{0,4}",
    ) {
        let here = Text { start: i32::from(start.unsigned_abs()), bases: bases.into_bytes() };
        let _ = normalise(at(position), &r, &a, &here).map_err(|e| e.to_string());
        let _ = normalise(at(position), ar.as_bytes(), aa.as_bytes(), &here);
        for (r, a) in [(&r[..], &a[..]), (ar.as_bytes(), aa.as_bytes())] {
            let stored = StoredAllele { position: at(position), reference: r, alternate: a, roll };
            let _ = stored.same_after_roll(asked, &q, a);
            let _ = stored.same_after_roll(asked, ar.as_bytes(), b"");
            let _ = stored.known_reference(asked..asked.saturating_add(5));
            let _ = stored.known_reference(0..i64::MAX);
        }
        let _ = reverse_complement(&q);
    }

    #[test]
    fn complements_are_their_own_inverse(bases in "[ACGTNRYSWKMBDHV]{0,20}") {
        let once = reverse_complement(bases.as_bytes()).unwrap();
        prop_assert_eq!(reverse_complement(&once).unwrap(), bases.into_bytes());
    }
}
