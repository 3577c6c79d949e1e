//! What is listed of terms, individuals and samples, with and without somebody who is hidden.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::cohort::View;
use crate::error::Result;
use std::fmt::Write as _;

/// Hands out every question with its answer.
pub(crate) fn looked(view: &View, say: &mut dyn FnMut(String, Result<String>)) {
    for text in [None, Some("weakness"), Some("local")] {
        let found = view.find_terms(text);
        say(
            format!("terms {text:?}"),
            found.map(|found| format!("{found:?}")),
        );
    }
    for number in 0..9 {
        let id = format!("P{number}");
        let known = view.individual(&id);
        say(
            format!("individual {id}"),
            known.map(|known| format!("{known}{:?}{:?}", known.phenopacket(), known.beacon())),
        );
    }
    say("sample list".to_owned(), samples(view));
}

/// Without batches: a hidden sample may leave one without samples.
fn samples(view: &View) -> Result<String> {
    let mut list = view.sample_list()?;
    let mut text = String::new();
    while list.advance()? {
        let owner = view.individual_of(list.number())?;
        writeln!(text, "{} {owner:?}", view.sample_name(list.number())?).unwrap();
    }
    Ok(text)
}
