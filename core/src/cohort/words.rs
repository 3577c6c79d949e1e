//! Names by the words of a text.

use crate::model::vocabulary::canonical;

/// The words that a name is to have, in any order and case, each as a whole or as a part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    words: Vec<String>,
    /// The text as a name.
    whole: String,
    /// The text as an id.
    id: String,
}

/// How well a name fits, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is the text.
    Whole,
    /// Each word begins a word of it.
    Begins,
    /// Each word is somewhere in it.
    Within,
}

impl Words {
    /// `None` of a text without words.
    pub(super) fn of(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| c.is_whitespace() || ",;()[]\"".contains(c));
        let words: Vec<String> = words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        (!words.is_empty()).then(|| Self {
            words,
            whole: lower.trim().to_owned(),
            id: canonical(text),
        })
    }

    /// How a name fits; `None` where a word is not in it.
    pub(super) fn fit(&self, name: &str) -> Option<Fit> {
        if name.is_empty() {
            return None;
        }
        let name = name.to_lowercase();
        if name == self.whole {
            return Some(Fit::Whole);
        }
        let begins = |at: usize| {
            let before = name.get(..at).and_then(|before| before.chars().next_back());
            before.is_none_or(|c| !c.is_alphanumeric())
        };
        let mut fit = Fit::Begins;
        for word in &self.words {
            let mut places = name
                .match_indices(word.as_str())
                .map(|(at, _)| at)
                .peekable();
            places.peek()?;
            if !places.any(begins) {
                fit = Fit::Within;
            }
        }
        Some(fit)
    }

    /// The best fit of names set apart by tabs.
    pub(super) fn fit_any(&self, names: &str) -> Option<Fit> {
        names.split('\t').filter_map(|name| self.fit(name)).min()
    }

    /// Whether the text is an id, in any spelling.
    pub(super) fn is_id(&self, id: &str) -> bool {
        !id.is_empty() && canonical(id) == self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_by_their_words() {
        let words = Words::of("Diabetes  MELL").unwrap();
        let fits = [
            ("diabetes mell", Some(Fit::Begins)),
            ("Diabetes mellitus", Some(Fit::Begins)),
            ("insulin-dependent diabetes mellitus", Some(Fit::Begins)),
            ("mellitus diabetes", Some(Fit::Begins)),
            ("Prediabetes (mellitus)", Some(Fit::Within)),
            ("Diabetes", None),
            ("", None),
        ];
        for (name, fit) in fits {
            assert_eq!(words.fit(name), fit, "{name}");
        }
        assert_eq!(
            Words::of("Prediabetes").unwrap().fit("prediabetes"),
            Some(Fit::Whole)
        );
        assert_eq!(
            words.fit_any("Diabetes\tx diabetes mellitus"),
            Some(Fit::Begins)
        );
        assert!(Words::of("hp:0000819").unwrap().is_id("HP:0000819"));
        assert_eq!(Words::of(" ,() "), None);
    }
}
