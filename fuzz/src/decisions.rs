//! Files of decisions: raw bytes, or bodies of frames with the checksums they should have.

use crate::dataset::{DATASET, ask_everything};
use crate::files::{self, Good, HEAD_OF_DECISIONS};
use varidex::{Access, Purpose, Withdrawal};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Variants that are looked at.
const ROWS: usize = 20;

/// The first byte says whether the rest is the file behind its head (0), or bodies of frames, each behind its length (1).
pub fn decisions(data: &[u8]) {
    let Some((&which, rest)) = data.split_first() else {
        return;
    };
    let mut file = HEAD_OF_DECISIONS.to_vec();
    match which & 1 {
        0 => file.extend(rest),
        _ => frames(rest, &mut file),
    }
    let good = Good::number(0);
    let of = good.files.iter().map(|file| (&*file.name, &*file.bytes));
    let held = files::held(&good.manifest, of);
    held.write(format!("{DATASET}/decisions"), file);
    let dataset = held.open(DATASET).expect("a good dataset");
    let sound = dataset.verify().is_ok();
    for purpose in [None, Some(Purpose::Af), Some(Purpose::Commercial)] {
        let mut access = Access::holder();
        access.purpose = purpose;
        assert_eq!(dataset.view_for(&access).is_ok(), sound, "read, or refused");
    }
    let asked = ask_everything(&dataset.view(), ROWS);
    assert!(sound || asked.is_err(), "nothing is shown");
    let mut what = Withdrawal::default();
    what.samples = vec![good_sample()];
    match held.withdraw(DATASET, &what) {
        Ok(report) => {
            assert!(sound);
            let gone = dataset
                .view()
                .sample_number(&good_sample())
                .expect("a sound dataset");
            assert!(gone.is_none() || !report.without_effect.is_empty());
            dataset.verify().expect("what was recorded is sound");
        }
        Err(_) => assert!(!sound),
    }
}

fn good_sample() -> String {
    let held = {
        let good = Good::number(0);
        let of = good.files.iter().map(|file| (&*file.name, &*file.bytes));
        files::held(&good.manifest, of)
    };
    let view = held.open(DATASET).expect("a good dataset").view();
    view.sample_name(0).expect("a sample").to_owned()
}

/// Puts bodies together, each with the checksums over it and the frame before.
fn frames(mut rest: &[u8], file: &mut Vec<u8>) {
    let mut before = xxh3_64(HEAD_OF_DECISIONS);
    while let Some((&len, behind)) = rest.split_first() {
        let (body, behind) = behind.split_at(usize::from(len).min(behind.len()));
        let length = (body.len() as u32).to_le_bytes();
        file.extend(length);
        file.extend((xxh3_64_with_seed(&length, before) as u32 | 1).to_le_bytes());
        file.extend(body);
        before = xxh3_64_with_seed(body, before) | 1 << 63;
        file.extend(before.to_le_bytes());
        rest = behind;
    }
}
