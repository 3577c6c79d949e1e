use super::super::normalise::{ReferenceSequence, normalise};
use super::*;
use proptest::prelude::*;

fn allele(text: &str) -> AlleleName<'_> {
    match parse(text) {
        Ok(Identifier::Allele(name)) => name,
        other => panic!("{text}: {other:?}"),
    }
}

fn exact<'a>(position: i64, reference: &'a str, alternate: &'a str) -> Change<'a> {
    Change::Exact {
        position: Position::from_zero_based(position).unwrap(),
        reference: reference.into(),
        alternate: alternate.into(),
    }
}

#[test]
fn one_allele_in_every_form() {
    for (text, contig) in [
        ("22:16050075:A:G", "22"),
        ("22-16050075-A-G", "22"),
        ("chr22:16050075:a:g", "chr22"),
        ("NC_000022.10:16050074:A:G", "NC_000022.10"),
        ("NC_000022.10-16050075-A-G", "NC_000022.10"),
        ("CM000684.1:16050074:A:G", "CM000684.1"),
        ("NC_000022.10:g.16050075A>G", "NC_000022.10"),
        ("22:g.16050075A>G", "22"),
        ("HLA-DRB1*10:01:01:16050075:A:G", "HLA-DRB1*10:01:01"),
        ("HLA-DRB1*10:01:01-16050075-A-G", "HLA-DRB1*10:01:01"),
        // A contig of b37, in no sense an SPDI sequence.
        ("GL000191.1:16050075:A:G", "GL000191.1"),
    ] {
        let name = allele(text);
        assert_eq!(name.contig, contig, "{text}");
        assert_eq!(name.change, exact(16_050_074, "A", "G"), "{text}");
    }
}

#[test]
fn changes() {
    let interval = |start, end| Interval { start, end };
    let none = Cow::Borrowed("");
    for (text, change) in [
        (
            "NC_000022.10:99:1:G",
            Change::Deletion {
                interval: interval(99, 100),
                inserted: "G".into(),
            },
        ),
        (
            "NC_000022.10:99:2:",
            Change::Deletion {
                interval: interval(99, 101),
                inserted: none.clone(),
            },
        ),
        ("NC_000022.10:99:0:G", exact(99, "", "G")),
        ("NC_000022.10:99::G", exact(99, "", "G")),
        ("NC_000022.10:99:AC:", exact(99, "AC", "")),
        (
            "1:g.100_102del",
            Change::Deletion {
                interval: interval(99, 102),
                inserted: none.clone(),
            },
        ),
        (
            "1:g.100del",
            Change::Deletion {
                interval: interval(99, 100),
                inserted: none.clone(),
            },
        ),
        ("1:g.100delA", exact(99, "A", "")),
        ("1:g.100_102delACG", exact(99, "ACG", "")),
        (
            "1:g.100_102dup",
            Change::Duplication {
                interval: interval(99, 102),
            },
        ),
        ("1:g.100_102dupACG", exact(102, "", "ACG")),
        ("1:g.100_101insT", exact(100, "", "T")),
        (
            "1:g.100_102delinsTT",
            Change::Deletion {
                interval: interval(99, 102),
                inserted: "TT".into(),
            },
        ),
        ("1:g.100_102delACGinsTT", exact(99, "ACG", "TT")),
        (
            "1:g.100_102inv",
            Change::Inversion {
                interval: interval(99, 102),
            },
        ),
        ("1:g.100_102invAAG", exact(99, "AAG", "CTT")),
        ("NC_012920.1:m.3243A>G", exact(3242, "A", "G")),
        ("1:100:A:<DEL>", exact(99, "A", "<DEL>")),
        ("1:100:A:<INS:ME:ALU>", exact(99, "A", "<INS:ME:ALU>")),
        ("1:100:A:*", exact(99, "A", "*")),
        ("1:100:G:G]17:198982]", exact(99, "G", "G]17:198982]")),
        ("1:100:G:]17:198982]G", exact(99, "G", "]17:198982]G")),
        ("1-100-G-G[17:198982[", exact(99, "G", "G[17:198982[")),
        ("1:0:N:A", exact(-1, "N", "A")),
    ] {
        assert_eq!(allele(text).change, change, "{text}");
    }
}

#[test]
fn identifiers_of_databases() {
    for text in [
        "rs587697622",
        "CA152954",
        "clinvar:12345",
        "esv-1-2-3",
        "a:b:x:y",
    ] {
        assert_eq!(parse(text), Ok(Identifier::Id(text)));
    }
}

#[test]
fn computed_identifiers() {
    let text = "ga4gh:VA.Oop4kjdTtKcg1kiZjIJAAR3bp7qi4aNT";
    assert_eq!(parse(text), Ok(Identifier::Vrs(text.parse().unwrap())));
    for (text, message) in [
        ("ga4gh:VA.Oop4kj", "32 of the letters"),
        ("ga4gh:nonsense", "32 of the letters"),
        ("ga4gh:1-5-A-G", "32 of the letters"),
        (
            "ga4gh:SL.Oop4kjdTtKcg1kiZjIJAAR3bp7qi4aNT",
            "found ga4gh:SL.",
        ),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.at, 0..text.len());
        assert!(error.message.contains(message), "{}", error.message);
    }
}

#[test]
fn errors_say_where_and_what() {
    for (text, at, message) in [
        ("", 0..0, "an allele"),
        ("22:1 :A:G", 0..9, "an allele"),
        ("22:x:A:G", 3..4, "a position"),
        ("22:99999999999:A:G", 3..14, "a position"),
        ("22:100::G", 7..7, "REF"),
        ("22:100:A:", 9..9, "ALT"),
        ("22:100:A:Q", 9..10, "ALT"),
        ("22-100-Q-A", 7..8, "REF"),
        ("22:100", 0..6, "REF and ALT"),
        ("22:100:A", 0..8, "REF and ALT"),
        ("22-100-A", 0..8, "REF and ALT"),
        ("NC_000022.10:x:A:G", 13..14, "from 0"),
        ("NC_000022.10:5:Q:G", 15..16, "deleted"),
        ("NC_000022.10:5:2147483647:G", 15..25, "deleted"),
        ("NC_000022.10:5:A:Q", 17..18, "inserted"),
        ("NM_000314.8:c.388C>T", 12..14, "transcript"),
        ("1:g.", 4..4, "position"),
        ("1:g.(10_20)del", 4..14, "position"),
        ("1:g.0del", 4..5, "position"),
        ("1:g.20_10del", 4..9, "position"),
        ("1:g.10", 6..6, "a change"),
        ("1:g.10=", 6..7, "a change"),
        ("1:g.10AC>T", 6..10, "delins"),
        ("1:g.10A>", 6..8, "bases"),
        ("1:g.10_12delA", 4..13, "3 positions, but 1 bases"),
        ("1:g.10insA", 4..6, "neighbours"),
        ("1:g.10_12insA", 4..9, "neighbours"),
        ("1:g.10inv", 4..6, "two bases"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.at, at, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
    }
}

#[test]
fn writing() {
    let name = |contig, change| AlleleName { contig, change };
    let hgvs = |r, a, roll| {
        name("NC_000022.10", exact(99, r, a))
            .to_hgvs_g(roll)
            .unwrap()
    };
    assert_eq!(hgvs("A", "G", 0), "NC_000022.10:g.100A>G");
    assert_eq!(hgvs("AC", "A", 0), "NC_000022.10:g.101del");
    assert_eq!(hgvs("ACT", "A", 2), "NC_000022.10:g.103_104del");
    assert_eq!(hgvs("A", "ACT", 0), "NC_000022.10:g.100_101insCT");
    assert_eq!(hgvs("A", "ACT", 1), "NC_000022.10:g.101_102insTC");
    assert_eq!(hgvs("A", "ACT", 2), "NC_000022.10:g.101_102dup");
    assert_eq!(hgvs("AC", "TG", 0), "NC_000022.10:g.100_101delinsTG");
    assert_eq!(
        name("MT", exact(3242, "A", "G")).to_hgvs_g(0).unwrap(),
        "MT:m.3243A>G"
    );
    assert_eq!(name("1", exact(99, "A", "<DEL>")).to_hgvs_g(0), None);
    assert_eq!(name("1", exact(99, "A", "A")).to_hgvs_g(0), None);
    assert_eq!(name("1", exact(0, "", "A")).to_hgvs_g(0), None);
    assert_eq!(name("1", exact(99, "A", "G")).to_spdi(), None);
    assert_eq!(name("1", exact(99, "", "G")).to_vcf_text(), None);
}

struct Text(Vec<u8>);

impl ReferenceSequence for Text {
    fn extent(&self) -> Interval {
        Interval {
            start: 0,
            end: self.0.len() as i32,
        }
    }

    fn base(&self, at: i32) -> crate::error::Result<u8> {
        Ok(self.0[at as usize])
    }
}

/// The change of a sequence as HGVS would name it without bases, and as REF and ALT.
fn spelled(
    bases: &[u8],
    interval: Interval,
    which: u8,
    inserted: &str,
) -> (Change<'static>, Vec<u8>) {
    let middle = &bases[interval.start as usize..interval.end as usize];
    match which {
        0 => (
            Change::Deletion {
                interval,
                inserted: Cow::Owned(inserted.to_owned()),
            },
            inserted.as_bytes().to_vec(),
        ),
        1 => (Change::Duplication { interval }, [middle, middle].concat()),
        _ => (
            Change::Inversion { interval },
            super::super::normalise::reverse_complement(middle).unwrap(),
        ),
    }
}

proptest! {
    /// A row answers to a name without bases exactly where both make the same sequence.
    #[test]
    fn names_without_bases_find_their_row(
        bases in "[ACT]{6,30}", index: prop::sample::Index, length in 1usize..5, which in 0u8..3,
        inserted in "[ACT]{0,3}", other: prop::sample::Index, other_length in 1usize..5, asked_which in 0u8..3,
    ) {
        let bases = bases.into_bytes();
        let place = |index: prop::sample::Index, length: usize| {
            // The first base stays for the anchor.
            let start = 1 + index.index(bases.len() - 1);
            Interval { start: start as i32, end: (start + length).min(bases.len()) as i32 }
        };
        let after = |interval: Interval, alternate: &[u8]| {
            [&bases[..interval.start as usize], alternate, &bases[interval.end as usize..]].concat()
        };
        let interval = place(index, length);
        let (change, alternate) = spelled(&bases, interval, which, &inserted);
        let anchor = interval.start - 1;
        let reference = &bases[anchor as usize..interval.end as usize];
        let anchored = [&reference[..1], &alternate].concat();
        prop_assume!(reference != anchored);
        let position = Position::from_zero_based(i64::from(anchor)).unwrap();
        let n = normalise(position, reference, &anchored, &Text(bases.clone())).unwrap();
        let stored = StoredAllele {
            position: n.position, reference: &n.reference, alternate: &n.alternate, roll: n.roll,
        };
        // Only the reference could tell where the name covers more than the row.
        let end = n.position.zero_based() + n.reference.len() as i32;
        if n.position.zero_based() <= interval.start && end >= interval.end || which == 1 {
            prop_assert_eq!(stored.is(&change), Some(true), "{:?} {:?}", stored, change);
        } else {
            prop_assert_ne!(stored.is(&change), Some(false), "{:?} {:?}", stored, change);
        }
        let asked = place(other, other_length);
        let (change, alternate) = spelled(&bases, asked, asked_which, &inserted);
        if let Some(found) = stored.is(&change) {
            prop_assert_eq!(found, after(asked, &alternate) == after(interval, &anchored[1..]));
        }
    }

    #[test]
    fn forms_round_trip(
        start in 0i64..2_000_000_000, r in "[ACGT]{0,4}", a in "[ACGT]{0,4}",
        contig in prop::sample::select(vec!["22", "chrX", "NC_000022.11", "CM000684.2", "HLA-DRB1*10:01:01", "MT"]),
    ) {
        let name = AlleleName { contig, change: exact(start, &r, &a) };
        if let Some(text) = name.to_vcf_text() {
            prop_assert_eq!(&allele(&text), &name);
        }
        prop_assert_eq!(name.to_spdi().is_some(), is_spdi_sequence(contig));
        if let Some(text) = name.to_spdi() {
            prop_assert_eq!(&allele(&text), &name);
        }
        if let Some(text) = name.to_hgvs_g(0) {
            let again = allele(&text);
            let reference = r.as_bytes();
            let stored = StoredAllele {
                position: Position::from_zero_based(start).unwrap(),
                reference, alternate: a.as_bytes(), roll: 0,
            };
            prop_assert_eq!(stored.is(&again.change), Some(true), "{} {:?}", text, again);
            prop_assert_eq!(again.contig, contig);
        }
    }

    #[test]
    fn lengths_and_intervals_round_trip(start in 0i32..1_000_000, length in 1i32..1000, inserted in "[ACGT]{0,3}", which in 0u8..3) {
        let interval = Interval { start, end: start + length };
        let change = match which {
            0 => Change::Deletion { interval, inserted: inserted.into() },
            1 => Change::Duplication { interval },
            _ => Change::Inversion { interval: Interval { start, end: start + length + 1 } },
        };
        let name = AlleleName { contig: "NC_000001.11", change };
        let text = name.to_hgvs_g(0).unwrap();
        prop_assert_eq!(&allele(&text), &name);
        if let Some(text) = name.to_spdi() {
            prop_assert_eq!(&allele(&text), &name);
        }
    }

    #[test]
    fn any_text_is_safe(
        text in ".{0,40}", near in "(22|NC_000022\\.10|é|ga4gh)[:-](g\\.)?[0-9_]{0,12}[ACGdelinsup:>_<\\[-]{0,10}",
    ) {
        for text in [&text, &near] {
            match parse(text) {
                Ok(Identifier::Allele(name)) => {
                    let _ = (name.to_spdi(), name.to_vcf_text(), name.to_hgvs_g(u32::MAX));
                }
                Ok(Identifier::Id(id)) => prop_assert_eq!(id, text),
                Ok(Identifier::Vrs(id)) => prop_assert_eq!(id.to_string(), text.replace("GA4GH", "ga4gh")),
                Err(error) => {
                    prop_assert!(text.get(error.at.clone()).is_some());
                    let _ = error.to_string();
                }
            }
        }
    }
}
