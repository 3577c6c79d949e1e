//! Substitutions with an arrow and without `g.`, as tables and papers have them: `19:38433722:T>C`.

use super::allele::is_sequence;

/// The parts of `contig:positionREF>ALT`: between contig, position and REF stands `:` or `-`, between the last two
/// also a space, or nothing. Positions count from 1.
pub(crate) fn split_arrow(text: &str) -> Option<[&str; 4]> {
    let (before, alternate) = text.rsplit_once('>')?;
    let place = before.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let reference = before.get(place.len()..)?;
    let place = place
        .strip_suffix([':', '-'])
        .unwrap_or_else(|| place.trim_end_matches(' '));
    let contig = place.trim_end_matches(|c: char| c.is_ascii_digit() || c == ',');
    let position = place.get(contig.len()..)?;
    // `22:5-9` is a region, not base 9 of a contig `22:5`
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b',');
    let region = contig
        .strip_suffix('-')
        .and_then(|name| name.rsplit_once(':'));
    if region.is_some_and(|(_, start)| digits(start)) {
        return None;
    }
    let contig = contig.strip_suffix([':', '-'])?;
    let is_change = is_sequence(reference.as_bytes()) && is_sequence(alternate.as_bytes());
    let is_placed = position.starts_with(|c: char| c.is_ascii_digit());
    let is_name = !contig.is_empty() && !contig.contains(char::is_whitespace);
    (is_change && is_placed && is_name).then_some([contig, position, reference, alternate])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_are_taken_apart() {
        let split = Some(["chr19", "38433722", "T", "C"]);
        for text in [
            "chr19:38433722T>C",
            "chr19:38433722:T>C",
            "chr19-38433722-T>C",
            "chr19:38433722 T>C",
            "chr19:38433722-T>C",
        ] {
            assert_eq!(split_arrow(text), split, "{text}");
        }
        assert_eq!(
            split_arrow("HLA-A*01:01:5:AC>g"),
            Some(["HLA-A*01:01", "5", "AC", "g"])
        );
        for text in [
            "T>C",
            "19:T>C",
            "19:5>C",
            "19:5T>",
            "19:5T>1",
            ":5T>C",
            "5T>C",
            "19 5T>C",
            "NC_000022.10:g.5T>C",
            "NM_004333.6:c.1799T>A",
            "a b:5T>C",
            "19:5<DEL>",
            "af>0.1",
        ] {
            assert_eq!(split_arrow(text), None, "{text}");
        }
    }
}
