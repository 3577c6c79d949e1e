//! What says which states a dataset has: the newest manifest, one that is kept, and how they came to be.

use crate::dataset::{DATASET, ask_everything};
use crate::files::{self, Good, resign, with_checksum};
use serde_json::Value;
use varidex::testing::Files;
use varidex::{BuildOptions, Error, Report, Result};

/// Variants that are looked at.
const ROWS: usize = 20;
const ADDED: &str = "##fileformat=VCFv4.3\n##contig=<ID=other>\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tsomebody\n\
    other\t7\t.\tA\tG\t.\t.\t.\tGT\t0|1\n";

/// The first byte says what the rest is (bits 0-1): the history (0), the newest manifest (1), or one that is kept (2, 3), of
/// which dataset (from bit 3 on), and whether to add to it (bit 2). A manifest is text, or an object of JSON with what is
/// otherwise than in the good one; checksums are set right.
pub fn states(data: &[u8]) {
    let Some((&which, content)) = data.split_first() else {
        return;
    };
    let adds = which & 4 != 0;
    if which & 3 == 0 {
        return history(content, adds);
    }
    let good = Good::number(which >> 3);
    let of = good.files.iter().map(|file| (&*file.name, &*file.bytes));
    let manifest = resign(&patched(&good.manifest, content));
    let held = match which & 3 {
        1 => files::held(&manifest, of),
        _ => {
            let held = files::held(&good.manifest, of);
            if let Some(id) = id_of(&manifest) {
                held.write(format!("{DATASET}/manifest-{id}.json"), manifest);
            }
            held
        }
    };
    ask_states(&held);
    if adds && add(&held, 3).is_ok() {
        // what was kept is refused or answers as before
        ask_states(&held);
    }
}

/// No answer depends on the history, and a writer begins it anew.
fn history(content: &[u8], adds: bool) {
    let good = Good::number(0);
    let of = good.files.iter().map(|file| (&*file.name, &*file.bytes));
    let held = files::held(&good.manifest, of);
    let content = with_checksum(content, "checksum");
    held.write(format!("{DATASET}/history.json"), content);
    let dataset = held.open(DATASET).expect("a good dataset");
    dataset.verify().expect("the history is no part of it");
    match held.snapshots(DATASET) {
        Ok(states) => assert_eq!(states.len(), 1),
        Err(error) => assert!(matches!(error, Error::Damaged(_)), "{error}"),
    }
    if adds {
        add(&held, 2).expect("a history is in nobody's way");
        let states = held.snapshots(DATASET).expect("a new history");
        assert_eq!(states.len(), 2);
        assert_eq!(states[0].command.as_deref(), Some("add"));
        ask_states(&held);
    }
}

/// Everything of every state that can be opened; or it is refused.
fn ask_states(held: &Files) {
    if let Ok(dataset) = held.open(DATASET) {
        let _ = ask_everything(&dataset.view(), ROWS);
        let _ = dataset.verify();
    }
    for state in held.snapshots(DATASET).unwrap_or_default() {
        if let Ok(dataset) = held.open_snapshot(DATASET, &state.id) {
            let _ = ask_everything(&dataset.view(), ROWS);
            let _ = dataset.verify();
        }
    }
}

fn add(held: &Files, keep: u32) -> Result<Report> {
    held.write("added.vcf", ADDED);
    let options = BuildOptions {
        threads: Some(1),
        keep,
        ..BuildOptions::default()
    };
    held.add(&["added.vcf"], DATASET, &options, &mut |_| true)
}

fn id_of(manifest: &[u8]) -> Option<String> {
    let json: Value = serde_json::from_slice(manifest).ok()?;
    let id = json.get("snapshot")?.as_str()?;
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| id.to_owned())
}

/// The good manifest with what an object says otherwise: `null` takes a member away, and in a list a member stands for all.
fn patched(good: &[u8], content: &[u8]) -> Vec<u8> {
    let Ok(patch @ Value::Object(_)) = serde_json::from_slice(content) else {
        return content.to_vec();
    };
    let mut json: Value = serde_json::from_slice(good).expect("a manifest is JSON");
    patch_value(&mut json, patch);
    serde_json::to_vec_pretty(&json).expect("JSON can be written")
}

fn patch_value(value: &mut Value, patch: Value) {
    match (value, patch) {
        (Value::Object(members), Value::Object(patch)) => {
            for (name, patch) in patch {
                match patch {
                    Value::Null => drop(members.remove(&name)),
                    patch => patch_value(members.entry(name).or_insert(Value::Null), patch),
                }
            }
        }
        (Value::Array(items), patch @ Value::Object(_)) => {
            for item in items {
                patch_value(item, patch.clone());
            }
        }
        (value, patch) => *value = patch,
    }
}
