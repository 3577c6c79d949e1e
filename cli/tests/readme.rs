//! The README's blocks of commands give the output that stands there.
//!
//! With `UPDATE_README=1` they are run and the README is rewritten.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![cfg(unix)]

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");

/// Runs a line in a shell that finds the program, in the directory.
fn run(line: &str, dir: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_varidex"));
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(dir)
        .env("PATH", path)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn commands_give_what_the_readme_shows() {
    let dir = tempfile::tempdir().unwrap();
    let readme = std::fs::read_to_string(README).unwrap();
    let (mut expected, mut inside) = (String::new(), false);
    let mut commands = 0;
    for line in readme.lines() {
        if inside && line.starts_with("$ ") {
            commands += 1;
            writeln!(expected, "{line}").unwrap();
            expected.push_str(&run(&line[2..], dir.path()));
            continue;
        }
        inside = (inside || line == "```console") && line != "```";
        if !inside || line == "```console" {
            writeln!(expected, "{line}").unwrap();
        }
    }
    assert!(commands > 10);
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(README, &expected).unwrap();
        return;
    }
    for (number, (shown, found)) in (1..).zip(readme.lines().zip(expected.lines())) {
        assert_eq!(shown, found, "line {number}");
    }
    assert_eq!(readme.lines().count(), expected.lines().count());
}
