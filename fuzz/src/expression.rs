//! Any text or JSON as an expression: understood, and written in either form, it means the same, and it
//! can be asked.

use crate::dataset::{self, BESIDE, built};
use std::sync::LazyLock;
use varidex::{GroupExpr, VariantExpr, View};

/// Rows of an answer that are looked at.
const ROWS: usize = 200;

static DATASET: LazyLock<View> = LazyLock::new(|| {
    let files = built(include_str!("../data/mixed.vcf"), &BESIDE);
    let dataset = files.open(dataset::DATASET);
    dataset.expect("what was built can be opened").view()
});

/// The first byte says of what kind, the rest is the text, or JSON.
pub fn expression(data: &[u8]) {
    let Some((&kind, text)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(text);
    if kind & 1 == 0 {
        let Ok(parsed) = text.parse::<VariantExpr>() else {
            return;
        };
        let printed = parsed.to_string();
        let json = parsed.to_json();
        for same in [printed.parse(), json.parse(), VariantExpr::from_json(&json)] {
            let read: VariantExpr = same.expect("what was written is understood");
            assert_eq!(read, parsed);
        }
        if is_asked(&printed) {
            run_where(&text);
        }
    } else {
        let Ok(parsed) = text.parse::<GroupExpr>() else {
            return;
        };
        let printed = parsed.to_string();
        let json = parsed.to_json();
        for same in [printed.parse(), json.parse(), GroupExpr::from_json(&json)] {
            let read: GroupExpr = same.expect("what was written is understood");
            assert_eq!(read, parsed);
        }
        if is_asked(&printed) {
            run_who(&text, &printed);
        }
    }
}

/// What names files would read any file of this machine. JSON can write a slash in other ways, text
/// cannot.
fn is_asked(printed: &str) -> bool {
    !printed.contains('/')
}

fn run_where(text: &str) {
    let mut found = match DATASET.variants(text) {
        Ok(found) => found,
        Err(e) => {
            // the caret must stand inside the text
            let _: String = e.to_string();
            return;
        }
    };
    for _ in 0..ROWS {
        match found.next().expect("a sound dataset can be read") {
            Some(mut variant) => {
                variant.counts().expect("a sound dataset can be read");
            }
            None => break,
        }
    }
}

fn run_who(text: &str, printed: &str) {
    match DATASET.ask(text) {
        Ok(group) => {
            let everybody = DATASET.all().expect("a sound dataset can be read");
            assert!(group.count() <= everybody.count());
            let again = DATASET.ask(printed).expect("printed text is understood");
            assert_eq!(group.samples(), again.samples());
        }
        Err(e) => {
            let _: String = e.to_string();
        }
    }
}
