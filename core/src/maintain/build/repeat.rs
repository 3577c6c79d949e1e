//! Options of the first build, which additions repeat: what is read in another way would not be comparable.

use super::options::{Annotations, BuildOptions};
use crate::error::{Error, Result};
use crate::store::{History, Manifest, ReadAs};
use serde_json::Number;
use std::path::PathBuf;

/// What is stored of options in the manifest, beside what its other fields show.
pub(super) fn read_as(options: &BuildOptions) -> ReadAs {
    ReadAs {
        min_gq: options.min_gq.and_then(Number::from_f64),
        min_dp: options.min_dp.and_then(Number::from_f64),
        no_annotations: options.annotations == Annotations::None,
    }
}

/// The options that inputs are added with: those of the dataset, and of those given what is of this run alone. What is
/// given and is not as in the dataset is an error.
pub(super) fn repeated(
    there: &Manifest,
    history: &History,
    given: &BuildOptions,
) -> Result<BuildOptions> {
    let stored = &there.options;
    let number = |of: &Option<Number>| of.as_ref().and_then(Number::as_f64);
    let (min_gq, min_dp) = (number(&stored.min_gq), number(&stored.min_dp));
    same("min-gq", given.min_gq, min_gq)?;
    same("min-dp", given.min_dp, min_dp)?;
    let assembly = there.assembly.as_ref().and_then(|name| name.parse().ok());
    if assembly.is_some() {
        same("assembly", given.assembly, assembly)?;
    }
    if given.sex_ploidy && !there.sex_ploidy {
        return Err(contradicts("sex-ploidy", "genotypes as written", "by sex"));
    }
    Ok(BuildOptions {
        min_gq,
        min_dp,
        assembly: assembly.or(given.assembly),
        sex_ploidy: there.sex_ploidy,
        annotations: annotations(there, given)?,
        info: info(there, given)?,
        reference: reference(there, history, given)?,
        // one sample today and one tomorrow become one batch
        merge_from: given.merge_from.min(1),
        ..given.clone()
    })
}

/// A value that is given is the one of the dataset.
fn same<T: PartialEq + ToString>(option: &str, given: Option<T>, there: Option<T>) -> Result<()> {
    match given {
        Some(given) if there.as_ref() != Some(&given) => {
            let there = there.map_or_else(|| "none".to_owned(), |there| there.to_string());
            Err(contradicts(option, &there, &given.to_string()))
        }
        _ => Ok(()),
    }
}

fn contradicts(option: &str, expected: &str, found: &str) -> Error {
    Error::Usage(format!(
        "{option}: expected {expected}, as the dataset was built with, found {found}"
    ))
}

/// Left to the inputs where it was for the dataset: who annotated is known once something is stored.
fn annotations(there: &Manifest, given: &BuildOptions) -> Result<Annotations> {
    let known = there.annotations.as_deref();
    let name = match given.annotations {
        Annotations::Auto => None,
        Annotations::Of(annotator) => Some(annotator.name()),
        Annotations::None => Some("none"),
    };
    match (known, there.options.no_annotations, name) {
        (_, true, Some(name)) if name != "none" => Err(contradicts("annotations", "none", name)),
        (_, true, _) => Ok(Annotations::None),
        (Some(known), _, Some(name)) if known != name => {
            Err(contradicts("annotations", known, name))
        }
        _ => Ok(given.annotations),
    }
}

/// The keys of the dataset, in its order.
fn info(there: &Manifest, given: &BuildOptions) -> Result<Vec<String>> {
    let known: Vec<String> = there.info.iter().map(|of| of.key.clone()).collect();
    let sorted = |keys: &[String]| {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys
    };
    if !given.info.is_empty() && sorted(&given.info) != sorted(&known) {
        let expected = match known.is_empty() {
            true => "no keys".to_owned(),
            false => known.join(","),
        };
        return Err(contradicts("info", &expected, &given.info.join(",")));
    }
    Ok(known)
}

/// The reference that is given, or where the one of the dataset was.
fn reference(there: &Manifest, history: &History, given: &BuildOptions) -> Result<Option<PathBuf>> {
    let known = || {
        let mut made = history.states.iter().rev();
        made.find_map(|made| made.reference.clone())
    };
    match (there.normalised, &given.reference) {
        (false, Some(path)) => Err(contradicts(
            "reference",
            "none",
            &path.display().to_string(),
        )),
        (false, None) => Ok(None),
        (true, Some(path)) => Ok(Some(path.clone())),
        (true, None) => match known() {
            Some(path) if path.exists() => Ok(Some(path)),
            Some(path) => Err(Error::Usage(format!(
                "reference: expected the reference that the dataset was built with at {}, found nothing there: say where \
                 it is (--reference)",
                path.display()
            ))),
            None => Err(Error::Usage(
                "reference: expected the reference that the dataset was built with, found no note of where it is: say it \
                 (--reference)"
                    .to_owned(),
            )),
        },
    }
}
