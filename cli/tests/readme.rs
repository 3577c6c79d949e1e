//! The blocks of commands of the README and of the pages in `docs/` give the output that stands there.
//!
//! With `UPDATE_README=1` they are run and the files are rewritten.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![cfg(unix)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Runs a command in a shell that finds the program, in the directory.
fn run(command: &str, dir: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_varidex"));
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(dir)
        .env("PATH", path)
        // help is as wide as where no terminal is
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{command}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the commands of a file in the directory, and compares what they print with what it shows. A command begins with
/// `$ ` and goes on with `> `, as in a shell. How many commands there were.
fn check(file: &Path, dir: &Path) -> usize {
    let shown = std::fs::read_to_string(file).unwrap();
    let (mut expected, mut inside, mut commands) = (String::new(), false, 0);
    let mut lines = shown.lines().peekable();
    while let Some(line) = lines.next() {
        if inside && let Some(command) = line.strip_prefix("$ ") {
            commands += 1;
            writeln!(expected, "{line}").unwrap();
            let mut command = command.to_owned();
            while let Some(more) = lines.next_if(|line| line.starts_with("> ")) {
                writeln!(expected, "{more}").unwrap();
                write!(command, "\n{}", &more[2..]).unwrap();
            }
            expected.push_str(&run(&command, dir));
            continue;
        }
        inside = (inside || line == "```console") && line != "```";
        if !inside || line == "```console" {
            writeln!(expected, "{line}").unwrap();
        }
    }
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(file, &expected).unwrap();
        return commands;
    }
    for (number, (shown, found)) in (1..).zip(shown.lines().zip(expected.lines())) {
        assert_eq!(shown, found, "{}, line {number}", file.display());
    }
    assert_eq!(shown.lines().count(), expected.lines().count());
    commands
}

/// The pages of the book in a folder, in the order of its summary.
fn pages(folder: &str) -> Vec<PathBuf> {
    let book = Path::new(ROOT).join("docs/src");
    let summary = std::fs::read_to_string(book.join("SUMMARY.md")).unwrap();
    let links = summary.split("](").skip(1);
    let names = links.map(|link| Path::new(link.split_once(')').unwrap().0));
    let inside = names.filter(|name| name.parent() == Some(Path::new(folder)));
    inside.map(|name| book.join(name)).collect()
}

/// Runs the pages of a folder, each where nothing is yet.
fn check_each(folder: &str) -> usize {
    let on_its_own = |page: PathBuf| check(&page, tempfile::tempdir().unwrap().path());
    pages(folder).into_iter().map(on_its_own).sum()
}

#[test]
fn commands_give_what_the_readme_shows() {
    let dir = tempfile::tempdir().unwrap();
    assert!(check(&Path::new(ROOT).join("README.md"), dir.path()) > 8);
}

#[test]
fn commands_give_what_the_tutorials_show() {
    assert!(check_each("tutorials") > 20);
}

/// The first of these pages makes the data of all.
#[test]
fn commands_give_what_the_how_to_pages_show() {
    let dir = tempfile::tempdir().unwrap();
    let pages = pages("how-to").into_iter();
    let commands: usize = pages.map(|page| check(&page, dir.path())).sum();
    assert!(commands > 30);
}

#[test]
fn commands_give_what_the_other_pages_show() {
    assert!(check_each("") + check_each("reference") > 15);
}

/// The reference of commands has them all.
#[test]
fn every_command_is_in_the_reference() {
    let page = Path::new(ROOT).join("docs/src/reference/commands.md");
    let page = std::fs::read_to_string(page).unwrap();
    let help = run("varidex help", Path::new(ROOT));
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    for line in commands.lines() {
        let command = line.split_whitespace().next().unwrap();
        let shown = format!("\n$ varidex help {command}\n");
        assert!(command == "help" || page.contains(&shown), "{command}");
    }
}
