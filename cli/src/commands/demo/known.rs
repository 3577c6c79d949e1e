//! Questions about genes and people, and the answers that the simulation says are true.

use super::report::{Lines, count, time};
use super::verdict;
use crate::failure::Failure;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;
use varidex::{Error, PeopleOptions, View};
use varidex_simulate::Summary;

/// The file of true answers.
#[derive(Deserialize)]
struct Truth {
    questions: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    ask: String,
    /// Where genes are what the annotation of a variant names.
    by_annotation: Option<Answer>,
    /// Where genes are the places of their models.
    by_position: Option<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    count: u64,
    ids: BTreeSet<String>,
}

/// What the simulation wrote of people.
pub(super) fn people(dir: &Path, cohort: &Summary) -> PeopleOptions {
    // a small cohort may have nobody who is a child of others
    let pedigree = dir.join("family.ped");
    let families = cohort.more.iter().any(|(path, _)| *path == pedigree);
    PeopleOptions {
        files: [dir.join("people.ndjson"), dir.join("populations.tsv")]
            .into_iter()
            .chain(families.then_some(pedigree))
            .collect(),
        ontologies: vec![dir.join("terms.obo"), dir.join("diseases.hpoa")],
        ..PeopleOptions::default()
    }
}

/// Asks, and says whether every answer is the expected one.
pub(super) fn questions(view: &View, dir: &Path) -> Result<bool, Failure> {
    let path = dir.join("truth.json");
    let text = std::fs::read_to_string(&path).map_err(|e| Error::io(&path, e))?;
    let truth: Truth =
        serde_json::from_str(&text).map_err(|e| Error::io(&path, std::io::Error::other(e)))?;
    // of impact only an annotation says
    let annotated = match view.variants("impact>=high") {
        Ok(_) => true,
        Err(Error::Expression(_)) => false,
        Err(other) => return Err(other.into()),
    };
    let how = match annotated {
        true => "genes by annotation",
        false => "genes by position",
    };
    let mut lines = Lines::new(&format!(
        "genes and people: the index, and the truth ({how})"
    ));
    let mut all_right = true;
    for question in truth.questions {
        let expected = match annotated {
            true => question.by_annotation,
            false => question.by_position,
        };
        let Some(expected) = expected else { continue };
        let started = Instant::now();
        let found = view.ask(question.ask.as_str())?;
        let seconds = started.elapsed().as_secs_f64();
        let ids: BTreeSet<&str> = found.ids()?.into_iter().collect();
        let same = ids.iter().eq(expected.ids.iter());
        let right = found.count() == expected.count && same;
        all_right &= right;
        lines.wide(&format!("ask '{}'", question.ask));
        let answer = format!(
            "{} people; expected {}, the same people: {}",
            count(found.count()),
            count(expected.count),
            verdict(right)
        );
        lines.add("", time(seconds), &answer);
    }
    lines.print()?;
    Ok(all_right)
}
