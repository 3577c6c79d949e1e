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
fn the_reference_comes_with_it() {
    let help = shown(&["help"])
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for page in ["expressions", "tables", "people-tables"] {
        let path = format!(
            concat!(env!("CARGO_MANIFEST_DIR"), "/../format-spec/{}.md"),
            page
        );
        assert_eq!(
            shown(&["help", page]),
            std::fs::read_to_string(path).unwrap()
        );
        assert!(help.contains(&format!("varidex help {page}")), "{page}");
    }
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
