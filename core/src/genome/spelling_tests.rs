use super::*;
use proptest::prelude::*;

fn trimmed<'a>(position: i64, reference: &'a str, alternate: &'a str) -> Trimmed<'a> {
    Trimmed::of(position, reference.as_bytes(), alternate.as_bytes()).unwrap()
}

#[test]
fn plain_spellings() {
    for (reference, alternate, expected) in [
        ("A", "G", None),
        ("AC", "GT", None),
        ("AC", "G", None),
        ("CT", "C", None),
        ("C", "CT", None),
        ("ct", "c", None),
        ("NT", "N", None),
        ("A", "A", None),
        ("A", "<DEL>", None),
        ("A", "*", None),
        // padded
        ("AC", "AT", Some(10)),
        ("AC", "GC", Some(9)),
        ("CTT", "CT", Some(10)),
        ("ACT", "AC", Some(11)),
        // the base before is the indel's last: it may stand further left
        ("TT", "T", Some(9)),
        ("T", "TT", Some(9)),
        ("CAC", "C", Some(9)),
        // no base before
        ("NN", "N", Some(9)),
        ("TC", "C", Some(9)),
        ("C", "TC", Some(9)),
    ] {
        let found = respelled_start(9, reference.as_bytes(), alternate.as_bytes());
        assert_eq!(found, expected, "{reference} {alternate}");
    }
    assert_eq!(
        respelled_start(i64::from(i32::MAX), b"AC", b"AT"),
        Some(i32::MAX)
    );
}

/// What is known of the reference: `.` for nothing.
fn known(text: &str) -> impl Fn(i64) -> Option<u8> {
    let text = text.as_bytes().to_vec();
    move |at| {
        let base = usize::try_from(at).ok().and_then(|n| text.get(n).copied());
        base.filter(|b| *b != b'.')
    }
}

#[test]
fn indels_are_compared_as_far_as_bases_are_known() {
    let deletion = |start, bases: &'static str| Indel {
        start,
        bases: bases.as_bytes(),
        deletes: true,
    };
    let insertion = |start, bases: &'static str| Indel {
        start,
        bases: bases.as_bytes(),
        deletes: false,
    };
    for (a, b, reference, expected) in [
        (deletion(1, "T"), deletion(1, "T"), "", Same::Yes),
        (deletion(1, "T"), deletion(1, "A"), "", Same::No),
        (deletion(1, "T"), deletion(4, "T"), "CTTTTA", Same::Yes),
        (deletion(1, "T"), deletion(4, "T"), "CT..TA", Same::Unknown),
        (deletion(1, "T"), deletion(4, "T"), "CT.CTA", Same::No),
        (deletion(1, "T"), deletion(4, "T"), "C..C.A", Same::No),
        (
            deletion(1, "CA"),
            deletion(4, "AC"),
            ".CA.....",
            Same::Unknown,
        ),
        (deletion(1, "CA"), deletion(4, "AC"), ".CACAC..", Same::Yes),
        (deletion(1, "CA"), deletion(4, "CA"), ".CACAC..", Same::No),
        (deletion(1, "CAG"), deletion(3, "GCA"), "......", Same::Yes),
        (insertion(1, "T"), insertion(3, "T"), ".TT.", Same::Yes),
        (insertion(1, "T"), insertion(3, "T"), ".T..", Same::Unknown),
        (insertion(1, "T"), insertion(3, "T"), "..A.", Same::No),
        (insertion(1, "T"), deletion(1, "T"), "....", Same::No),
        (insertion(0, "N"), insertion(1, "N"), "N", Same::No),
        (deletion(1, "T"), deletion(102, "T"), "", Same::No),
    ] {
        assert_eq!(a.same(&b, &known(reference)), expected, "{a:?} {b:?}");
        assert_eq!(b.same(&a, &known(reference)), expected, "{b:?} {a:?}");
    }
    for (a, interval, reference, expected) in [
        (deletion(1, "T"), 1..2, "", Same::Yes),
        (deletion(1, "T"), 1..3, "", Same::No),
        (deletion(1, "T"), 3..4, "CTTT", Same::Yes),
        (deletion(1, "T"), 3..4, "CT.T", Same::Unknown),
        (deletion(3, "T"), 1..2, "CA.T", Same::No),
        (insertion(1, "T"), 0..1, "T", Same::Yes),
        (insertion(1, "T"), 0..1, ".", Same::Unknown),
        (insertion(1, "T"), 1..2, ".A", Same::No),
        (insertion(1, "CA"), 3..5, ".CACA", Same::Yes),
        (insertion(1, "CA"), 3..5, ".CA..", Same::Unknown),
    ] {
        let found = a.same_as_interval(interval.clone(), &known(reference));
        assert_eq!(found, expected, "{a:?} {interval:?}");
    }
}

proptest! {
    /// Against what both do to a sequence, of which some bases are not known.
    #[test]
    fn as_the_changed_sequences_say(
        sequence in "[AC]{12,30}",
        hidden in prop::collection::vec(any::<bool>(), 30),
        first in (0..10usize, 1..4usize, any::<bool>()),
        second in (0..10usize, 1..4usize, any::<bool>()),
        inserted in ("[AC]{3}", "[AC]{3}"),
    ) {
        let bases = sequence.as_bytes();
        let of = |(start, length, deletes): (usize, usize, bool), inserted: &'_ str| {
            let text = match deletes {
                true => bases[start..start + length].to_vec(),
                false => inserted.as_bytes()[..length].to_vec(),
            };
            let mut changed = bases[..start].to_vec();
            if !deletes {
                changed.extend(&text);
            }
            changed.extend(&bases[start + if deletes { length } else { 0 }..]);
            (start as i64, text, deletes, changed)
        };
        let (a, b) = (of(first, &inserted.0), of(second, &inserted.1));
        let indel = |of: &(i64, Vec<u8>, bool, Vec<u8>)| (of.0, of.1.clone(), of.2);
        let ((start, text, deletes), (other, other_text, other_deletes)) = (indel(&a), indel(&b));
        let one = Indel { start, bases: &text, deletes };
        let two = Indel { start: other, bases: &other_text, deletes: other_deletes };
        let truth = a.3 == b.3;
        let whole = |at: i64| bases.get(at as usize).copied();
        prop_assert_eq!(one.same(&two, &whole), if truth { Same::Yes } else { Same::No });
        // what is known in part never decides wrongly
        let some = |at: i64| whole(at).filter(|_| !hidden[at as usize]);
        match one.same(&two, &some) {
            Same::Yes => prop_assert!(truth),
            Same::No => prop_assert!(!truth),
            Same::Unknown => {}
        }
    }

    /// Rows that are passed over for their hash are none that may be the same change.
    #[test]
    fn the_spellings_of_an_indel_that_starts_elsewhere(
        sequence in "[ACGTN]{3,12}", length in 1usize..5, copies in 1usize..4, deletes: bool, lower: bool,
    ) {
        let bases = &sequence.as_bytes()[1..(length + 1).min(sequence.len())];
        let repeat = bases.repeat(copies + 1);
        let text = [&sequence.as_bytes()[..1], &repeat].concat();
        let indel = Indel { start: 100, bases, deletes };
        for by in 0..=repeat.len() - bases.len() {
            let moved = &repeat[by..by + bases.len()];
            let before = &text[by..=by];
            let longer = [before, moved].concat();
            let expected = match deletes {
                true => (&*longer, before),
                false => (before, &*longer),
            };
            let start = 100 + by as i64;
            let is_it = |r: &[u8], a: &[u8]| (r, a) == expected;
            prop_assert!(indel.any_spelling_from(start, is_it), "{by}");
            // and back
            let letters = moved.to_ascii_lowercase();
            let other = Indel { start, bases: if lower { &letters } else { moved }, deletes };
            let first = [&text[..1], bases].concat();
            let first = match deletes {
                true => (&*first, &text[..1]),
                false => (&text[..1], &*first),
            };
            let is_first = |r: &[u8], a: &[u8]| {
                r.eq_ignore_ascii_case(first.0) && a.eq_ignore_ascii_case(first.1)
            };
            prop_assert!(other.any_spelling_from(100, is_first), "{by}");
        }
    }

    #[test]
    fn any_bytes_are_safe(position: i32, reference: Vec<u8>, alternate: Vec<u8>) {
        let _ = respelled_start(position.into(), &reference, &alternate);
        if let Some(of) = Trimmed::of(position.into(), &reference, &alternate) {
            let _ = is_plain(position.into(), &reference, &of);
        }
    }
}

#[test]
fn trimmed_changes() {
    assert!(trimmed(9, "CTT", "CT").same(&trimmed(9, "ct", "c")));
    assert!(!trimmed(9, "CTT", "CT").same(&trimmed(10, "CT", "C")));
    assert!(trimmed(9, "A", "a").is_no_change());
    assert!(trimmed(9, "AC", "GT").indel().is_none());
    assert!(Trimmed::of(9, b"A", b"<DEL>").is_none());
}
