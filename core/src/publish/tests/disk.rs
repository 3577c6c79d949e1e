//! Crashes and disks that fail while a file is written.

use super::*;
use crate::format::{Fate, Fault, Faulty, Lossy, Memory};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

fn fate(round: u32, random: &mut ChaCha8Rng) -> Fate<'_> {
    match round {
        0 => Fate::Lost,
        1 => Fate::Kept,
        _ => Fate::Some(random),
    }
}

/// After a crash at any step there is no file or the whole one; where one was, the old one or the new one.
#[test]
fn a_crash_leaves_no_half_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 40);
    let path = Path::new("out/f.vdx");
    let old = {
        let memory = Memory::default();
        memory.write(Path::new("out/other"), vec![1]);
        let at = Folder::of("out", Arc::new(memory));
        publish_in(&view, &options(POLICIES[0], &[]), &at, path).unwrap();
        at.map("f.vdx").unwrap().to_vec()
    };
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for is_there in [false, true] {
        let before = Memory::default();
        before.write(Path::new("out/other"), vec![1]);
        if is_there {
            before.write(path, old.clone());
        }
        let disk = Lossy::of(before);
        let at = Folder::of("out", Arc::new(disk.clone()));
        let options = PublishOptions {
            replace: true,
            ..options(POLICIES[1], &["country"])
        };
        publish_in(&view, &options, &at, path).unwrap();
        let new = at.map("f.vdx").unwrap().to_vec();
        assert!(old != new);
        for steps in 0..=disk.steps() {
            for round in 0..6 {
                let left = disk.crashed(steps, fate(round, &mut random));
                let found = Folder::of("out", Arc::new(left)).map("f.vdx");
                let found = found.map(|bytes| bytes.to_vec()).ok();
                let is_old = found == is_there.then(|| old.clone());
                assert!(is_old || found.as_ref() == Some(&new), "{steps} {round}");
                assert!(
                    !is_old || steps < disk.steps(),
                    "{steps} {round}: not durable"
                );
            }
        }
    }
}

/// A disk that is full leaves what was there, and no other file.
#[test]
fn a_disk_that_fails_leaves_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 40);
    let write = |disk: &Faulty, name: &str| {
        let out = folder.path().join(name);
        std::fs::create_dir(&out).unwrap();
        let at = Folder::of(&out, Arc::new(disk.clone()));
        let written = publish_in(&view, &options(POLICIES[0], &[]), &at, &out.join("f.vdx"));
        let names = std::fs::read_dir(&out).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        (written, names.collect::<Vec<_>>())
    };
    let sound = Faulty::sound();
    assert!(write(&sound, "sound").0.is_ok());
    assert!(sound.steps() > 3);
    for fault in [Fault::Once, Fault::FromThen] {
        for step in 0..sound.steps() {
            let (written, names) = write(&Faulty::at(step, fault), &format!("{fault:?}{step}"));
            assert!(matches!(written, Err(Error::Io { .. })), "{step}");
            let is_last = step + 1 == sound.steps();
            match names.as_slice() {
                [] => assert!(!is_last, "{step}"),
                // it has its name already, and it cannot be said that it will keep it
                [name] => assert!(is_last && name == "f.vdx", "{step} {name}"),
                more => panic!("{step} {more:?}"),
            }
        }
    }
}

/// What was published before the format was frozen, or will be later, is replaced; what is no published file is not.
#[test]
fn published_files_of_any_version_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let view = forty(folder.path(), 10);
    let out = folder.path().join("out.vdx");
    let options = PublishOptions {
        replace: true,
        ..options(POLICIES[1], &["country"])
    };
    publish(&view, &options, &out).unwrap();
    let sound = std::fs::read(&out).unwrap();
    // the draft, the version that a reader must know, and the kind
    for (at, value, is_replaced) in [(44, 4, true), (12, 3, true), (9, b'S', false)] {
        let mut other = sound.clone();
        other[at] = value;
        let (header, sum) = other[..64].split_last_chunk_mut().unwrap();
        *sum = xxhash_rust::xxh3::xxh3_64(header).to_le_bytes();
        std::fs::write(&out, &other).unwrap();
        assert!(Published::open(&out).is_err());
        assert_eq!(publish(&view, &options, &out).is_ok(), is_replaced, "{at}");
        assert_eq!(std::fs::read(&out).unwrap() == other, !is_replaced);
    }
}
