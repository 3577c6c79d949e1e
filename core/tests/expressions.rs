//! The reference of the expression language: every example is understood, every error is given as
//! shown, and nothing that the schema names is left out.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

use serde_json::Value;
use varidex::{Error, GroupExpr, VariantExpr};

const REFERENCE: &str = include_str!("../../format-spec/expressions.md");
const SCHEMA: &str = include_str!("../../format-spec/expression.schema.json");

/// What is fenced: how it is marked, and its text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let parts: Vec<&str> = REFERENCE.split("\n```").collect();
    // text, then a fence, then text; a closing fence has no mark
    assert!(parts.len() % 2 == 1, "a fence is open");
    let fenced = parts.into_iter().skip(1).step_by(2);
    fenced.map(|part| part.split_once('\n').unwrap()).collect()
}

fn parsed(language: &str, text: &str) -> Result<(String, String), Error> {
    match language {
        "where" => text
            .parse()
            .map(|e: VariantExpr| (e.to_string(), e.to_json())),
        "group" => text
            .parse()
            .map(|e: GroupExpr| (e.to_string(), e.to_json())),
        other => panic!("no language {other}"),
    }
}

#[test]
fn examples_are_understood() {
    let (mut lines, mut documents) = (0, 0);
    let mut last = String::new();
    for (mark, text) in blocks() {
        match mark {
            "where" | "group" => {
                for line in text.lines() {
                    let (printed, json) =
                        parsed(mark, line).unwrap_or_else(|e| panic!("{line}: {e}"));
                    let again = parsed(mark, &printed).unwrap();
                    assert_eq!(again, (printed.clone(), json.clone()), "{line}");
                    assert_eq!(
                        parsed(mark, &json).unwrap(),
                        (printed, json.clone()),
                        "{line}"
                    );
                    last = json;
                    lines += 1;
                }
            }
            // says the same as the text before it, in the form that is written
            "json where" | "json group" => {
                let language = mark.strip_prefix("json ").unwrap();
                let json: Value = serde_json::from_str(text).unwrap();
                let wanted: Value = serde_json::from_str(&last).unwrap();
                assert_eq!(json, wanted, "{text}");
                assert_eq!(parsed(language, text).unwrap().1, last, "{text}");
                documents += 1;
            }
            _ => {}
        }
    }
    assert!(lines > 60 && documents > 4, "{lines} {documents}");
}

#[test]
fn errors_are_as_shown() {
    let mut errors = 0;
    for (mark, text) in blocks() {
        let Some(language) = mark.strip_suffix("-error") else {
            continue;
        };
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.chunks(2) {
            let [expression, message] = pair else {
                panic!("no message of {pair:?}");
            };
            let error = parsed(language, expression)
                .expect_err(expression)
                .to_string();
            let wanted = message.strip_prefix("→ ").unwrap();
            assert_eq!(error.lines().next(), Some(wanted), "{expression}");
            errors += 1;
        }
    }
    assert!(errors > 15, "{errors}");
}

#[test]
fn the_error_that_is_drawn_is_that_of_the_program() {
    let drawn = blocks()
        .into_iter()
        .find(|(_, text)| text.starts_with("varidex: "));
    let drawn = drawn.unwrap().1;
    let expression = drawn.lines().nth(1).unwrap().trim();
    let error = expression.parse::<VariantExpr>().unwrap_err();
    assert_eq!(drawn, format!("varidex: {error}"));
}

/// Every kind, key and choice of the schema.
fn names(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                if key == "properties" {
                    found.extend(inner.as_object().unwrap().keys().cloned());
                }
                if key == "enum" {
                    let choices = inner.as_array().unwrap().iter();
                    found.extend(choices.map(|choice| choice.as_str().unwrap().to_owned()));
                }
                names(inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

#[test]
fn nothing_is_left_out() {
    let mut found = Vec::new();
    names(&serde_json::from_str(SCHEMA).unwrap(), &mut found);
    assert!(found.len() > 100);
    for name in found {
        let is_there = REFERENCE
            .split(|c: char| !c.is_alphanumeric() && !"_<>=!".contains(c))
            .any(|word| word == name)
            || REFERENCE.contains(&format!("`{name}`"));
        assert!(is_there, "`{name}` is not in the reference");
    }
}
