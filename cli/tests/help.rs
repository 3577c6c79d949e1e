//! What the program says of itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use assert_cmd::Command;

fn shown(arguments: &[&str]) -> String {
    let mut program = Command::cargo_bin("varidex").unwrap();
    let output = program.args(arguments).assert().success();
    String::from_utf8(output.get_output().stdout.clone()).unwrap()
}

/// Who installed the program has no repository at hand.
#[test]
fn the_reference_of_expressions_comes_with_it() {
    let reference = shown(&["help", "expressions"]);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../format-spec/expressions.md");
    assert_eq!(reference, std::fs::read_to_string(path).unwrap());
    assert!(shown(&["help"]).contains("varidex help expressions"));
}

#[test]
fn shells_complete_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = shown(&["completions", shell]);
        for word in ["frequencies", "skip-malformed", "explain"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}
