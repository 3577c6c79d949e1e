//! What is torn is not there, what is damaged is an error, and nothing that was acknowledged is lost.

use super::*;
use crate::format::Memory;
use crate::model::{ConsentSetting, Date, DecidedBy, Decision, Effect, Purpose, WithoutDecision};
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

fn folder(bytes: Vec<u8>) -> Folder {
    let memory = Memory::default();
    memory.write(&Path::new("d.vdx").join(DECISIONS), bytes);
    Folder::of("d.vdx", Arc::new(memory))
}

fn bytes(folder: &Folder) -> Vec<u8> {
    folder.map(DECISIONS).unwrap().to_vec()
}

fn entry() -> impl Strategy<Value = Entry> {
    let date = || proptest::option::of((-4000..40_000i32).prop_map(Date::from_days));
    let purpose = || proptest::option::of(proptest::sample::select(&Purpose::ALL[..]));
    let decision = (
        (
            "[A-Z]{1,3}é?",
            any::<bool>(),
            purpose(),
            any::<bool>(),
            any::<bool>(),
        ),
        (date(), date(), date(), "[a-c ]{0,3}"),
    );
    let decision = decision.prop_map(
        |((id, sample, purpose, allows, later), (from, until, source_date, source))| {
            Entry::Decision(Decision {
                by: match sample {
                    true => DecidedBy::Sample(id),
                    false => DecidedBy::Individual(id),
                },
                purpose,
                allows,
                effect: if later {
                    Effect::LaterPermits
                } else {
                    Effect::Now
                },
                from,
                until,
                source,
                source_date,
            })
        },
    );
    let access = (purpose(), date(), any::<bool>(), date());
    let access = access.prop_map(|(purpose, permit_date, is_override, known_at)| {
        Entry::Access(AccessNote {
            purpose,
            permit_date,
            is_override,
            known_at,
        })
    });
    let setting = (purpose(), any::<bool>()).prop_map(|(purpose, opt_in)| {
        let without = if opt_in {
            WithoutDecision::OptIn
        } else {
            WithoutDecision::OptOut
        };
        Entry::Setting(ConsentSetting::Default(purpose, without))
    });
    let hmb = any::<bool>().prop_map(|hmb| Entry::Setting(ConsentSetting::HmbInStrata(hmb)));
    prop_oneof![4 => decision, 1 => access, 1 => setting, 1 => hmb]
}

fn frames() -> impl Strategy<Value = Vec<Frame>> {
    let frame = (any::<i64>(), proptest::collection::vec(entry(), 0..5));
    let frame = frame.prop_map(|(recorded, entries)| Frame { recorded, entries });
    proptest::collection::vec(frame, 1..5)
}

/// A file of frames, and where each ends.
fn written(frames: &[Frame]) -> (Folder, Vec<End>) {
    let folder = folder(head());
    let mut ends = vec![empty()];
    for frame in frames {
        ends.push(append(&folder, *ends.last().unwrap(), frame).unwrap());
    }
    (folder, ends)
}

proptest! {
    #[test]
    fn what_is_written_is_read(frames in frames()) {
        let (folder, ends) = written(&frames);
        let found = read(&folder, None).unwrap();
        prop_assert_eq!(&found.frames, &frames);
        prop_assert_eq!(found.end, *ends.last().unwrap());
        for (number, end) in ends.iter().enumerate() {
            let later = read(&folder, Some(*end)).unwrap();
            prop_assert_eq!(&later.frames[..], &frames[number..]);
        }
    }

    /// Whatever is cut off the end, or still zeros there, is a frame that was not acknowledged.
    #[test]
    fn a_torn_end_is_not_there(frames in frames(), cut in any::<proptest::sample::Index>(), zeros in 0..40usize) {
        let (whole, ends) = written(&frames);
        let whole = bytes(&whole);
        let len = HEAD + cut.index(whole.len() - HEAD + 1);
        let mut torn = whole[..len].to_vec();
        torn.extend(vec![0; zeros.min(whole.len() - len)]);
        // zeros of a checksum that is all but one byte whole are no mark of a crash: they may be damage
        let complete = ends.iter().filter(|end| end.at <= len as u64).count() - 1;
        match read(&folder(torn.clone()), None) {
            Ok(found) => {
                prop_assert!(found.frames.len() >= complete);
                prop_assert_eq!(&found.frames[..], &frames[..found.frames.len()]);
                // the next writer goes on behind what counts
                let target = folder(torn);
                append(&target, found.end, &frames[0]).unwrap();
                let again = read(&target, None).unwrap();
                prop_assert_eq!(again.frames.len(), found.frames.len() + 1);
            }
            Err(error) => prop_assert!(zeros > 0, "{error}"),
        }
        let cut_alone = read(&folder(whole[..len].to_vec()), None).unwrap();
        prop_assert_eq!(cut_alone.frames.len(), complete);
    }

    /// A byte that changes is an error: never fewer decisions.
    #[test]
    fn a_byte_that_changes_is_damage(frames in frames(), at in any::<proptest::sample::Index>(), by in 1..=255u8) {
        let (whole, _) = written(&frames);
        let mut whole = bytes(&whole);
        let at = at.index(whole.len());
        whole[at] ^= by;
        let error = read(&folder(whole), None).unwrap_err().to_string();
        prop_assert!(error.contains("decisions"), "{error}");
    }

    #[test]
    fn bytes_of_all_kinds_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&folder([head(), bytes].concat()), None);
    }
}

#[test]
fn a_frame_that_is_taken_out_or_moved_is_damage() {
    let frame = |id: &str| Frame {
        recorded: 1,
        entries: vec![Entry::Decision(Decision {
            by: DecidedBy::Sample(id.to_owned()),
            purpose: None,
            allows: false,
            effect: Effect::Now,
            from: None,
            until: None,
            source: String::new(),
            source_date: None,
        })],
    };
    let frames = [frame("A"), frame("B"), frame("C")];
    let (whole, ends) = written(&frames);
    let whole = bytes(&whole);
    let part = |from: usize, to: usize| &whole[ends[from].at as usize..ends[to].at as usize];
    let without = [&whole[..ends[1].at as usize], part(2, 3)].concat();
    assert!(read(&folder(without), None).is_err());
    let turned = [&whole[..HEAD], part(1, 2), part(0, 1), part(2, 3)].concat();
    assert!(read(&folder(turned), None).is_err());
}

#[test]
fn what_is_no_file_of_decisions_is_an_error() {
    for (bytes, expected) in [
        (vec![], "a file of decisions"),
        (b"VARIDEX\x1a\x0aD\r\n".to_vec(), "version 1"),
        ([&MAGIC[..], &2u32.to_le_bytes()].concat(), "version 1"),
        (b"individual\tpurpose\n".to_vec(), "a file of decisions"),
    ] {
        let error = read(&folder(bytes), None).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let nothing = Folder::of("d.vdx", Arc::new(Memory::default()));
    assert!(
        read(&nothing, None)
            .unwrap_err()
            .to_string()
            .contains("no file")
    );
    let long = Frame {
        recorded: 1,
        entries: vec![Entry::Decision(Decision {
            by: DecidedBy::Sample("x".repeat(70_000)),
            purpose: None,
            allows: true,
            effect: Effect::Now,
            from: None,
            until: None,
            source: String::new(),
            source_date: None,
        })],
    };
    let error = append(&folder(head()), empty(), &long).unwrap_err();
    assert!(error.to_string().contains("65535"), "{error}");
}
