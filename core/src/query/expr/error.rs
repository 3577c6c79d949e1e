//! Help for errors: nearest names, and text that is short enough to show.

/// Longer names are cut before they are compared: nobody mistypes more than this.
const COMPARED: usize = 64;
const SHOWN: usize = 40;
const CANDIDATES: usize = 3;

/// The known names nearest to `name`, best first, at most three; equals in the order of `known`.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let cut = |text: &str| {
        text.chars()
            .take(COMPARED)
            .collect::<String>()
            .to_lowercase()
    };
    let wanted = cut(name);
    let mut best: Vec<(usize, &str)> = Vec::with_capacity(CANDIDATES + 1);
    // nobody can ask by a name that is empty
    for candidate in known.into_iter().filter(|name| !name.is_empty()) {
        if best.iter().any(|(_, known)| *known == candidate) {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&wanted, &cut(candidate));
        let place = best.partition_point(|&(other, _)| other <= distance);
        if place < CANDIDATES {
            best.insert(place, (distance, candidate));
            best.truncate(CANDIDATES);
        }
    }
    best.into_iter().map(|(_, name)| name.to_owned()).collect()
}

/// `text` in backquotes, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    /// Numbers of individuals who are gone have an empty id.
    #[test]
    fn nobody_without_a_name_is_proposed() {
        let known = ["", "Z1", "", "P12"];
        assert_eq!(nearest("Z2", known), ["Z1", "P12"]);
        assert_eq!(nearest("", known), ["Z1", "P12"]);
    }
}
