//! The regions of `begins(…)` and `within(…)`.

use super::ast::{RegionList, Stretch};
use super::error::quoted;
use super::scan::{Form, Result, Scanner};
use super::shape::{Shape, interval, shape};
use crate::genome::Interval;
use std::ops::Range;

/// Regions in a parenthesis, which was opened at `open`: those listed, or one file.
pub(super) fn region_list(
    scanner: &mut Scanner<'_>,
    name: &str,
    at: &Range<usize>,
    open: usize,
) -> Result<RegionList> {
    let mut regions = Vec::new();
    loop {
        scanner.skip_space();
        if scanner.peek() == Some('@') {
            return file(scanner, name, open, regions.is_empty());
        }
        if !scanner.eat(')') {
            regions.push(one(scanner, open)?);
            scanner.skip_space();
            if scanner.eat(',') {
                continue;
            }
            if !scanner.eat(')') {
                return Err(scanner.unclosed(open, "a comma"));
            }
        }
        return match regions.is_empty() {
            true => {
                let message = format!("`{name}(…)` names no region");
                Err(scanner.error(at.start..scanner.at(), message))
            }
            false => Ok(RegionList::Regions(regions)),
        };
    }
}

fn file(scanner: &mut Scanner<'_>, name: &str, open: usize, first: bool) -> Result<RegionList> {
    let start = scanner.at();
    let (arguments, trailing_comma) = scanner.arguments(open)?;
    match arguments.as_slice() {
        [file] if first && !trailing_comma && file.form == Form::File => {
            Ok(RegionList::File(file.text.clone()))
        }
        _ => {
            let message = format!("a file of regions stands alone: `{name}(@capture.bed)`");
            Err(scanner.error(start..scanner.at(), message))
        }
    }
}

fn one(scanner: &mut Scanner<'_>, open: usize) -> Result<Stretch> {
    let whole = |contig: String| Stretch {
        contig,
        interval: WHOLE,
    };
    if let Some(contig) = scanner.string()? {
        return Ok(whole(contig));
    }
    let start = scanner.at();
    let word = scanner.region_word();
    let at = start..scanner.at();
    if word.is_empty() {
        return Err(scanner.unclosed(open, "a region"));
    }
    if scanner.peek() == Some('(') && word.eq_ignore_ascii_case("region") {
        let open = scanner.at();
        scanner.eat('(');
        return stretch(scanner, &at, open);
    }
    match shape(word) {
        Shape::Region { contig, interval } => Ok(Stretch { contig, interval }),
        Shape::Name => Ok(whole(word.to_owned())),
        Shape::BadRegion(message) => Err(scanner.error(at, message)),
        Shape::Allele | Shape::Field { .. } => {
            let message = format!("{} is no region, as `22:100-200` is", quoted(word));
            Err(scanner.error(at, message))
        }
    }
}

/// All of a contig, from the telomere on.
pub(super) const WHOLE: Interval = Interval {
    start: -1,
    end: i32::MAX,
};

/// The arguments of `region(…)`, of which the parenthesis is open.
pub(super) fn stretch(
    scanner: &mut Scanner<'_>,
    at: &Range<usize>,
    open: usize,
) -> Result<Stretch> {
    let arguments = scanner.plain_arguments(open)?;
    let (contig, interval) = match arguments.as_slice() {
        [contig] => (contig, WHOLE),
        [contig, first, last] => {
            let interval = interval(&first.text, Some(&last.text));
            let places = first.at.start..last.at.end;
            (
                contig,
                interval.map_err(|message| scanner.error(places, message))?,
            )
        }
        _ => {
            let wanted = "`region(…)` takes a contig, or a contig, its first and its last position, \
                          without commas in the numbers";
            return Err(scanner.error(at.start..scanner.at(), wanted));
        }
    };
    Ok(Stretch {
        contig: contig.text.clone(),
        interval,
    })
}
