//! Names as they can stand in sections.

use std::borrow::Cow;

/// Whether a text has no control characters: no tabs and line ends, and nothing that a terminal obeys.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// A text with a blank for each control character.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    match is_plain(text) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.replace(char::is_control, " ")),
    }
}
