//! Who still has files open that were removed: their bytes are there until that ends.

use crate::format::Folder;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The processes, but for this one, that have one of these files of a dataset mapped, as the system lists them; none
/// where it does not.
pub(super) fn open_elsewhere(folder: &Folder, files: &BTreeSet<&str>) -> Vec<String> {
    let mut found = Vec::new();
    let own = std::process::id().to_string();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = process.file_name();
        let Some(id) = name
            .to_str()
            .filter(|id| id.bytes().all(|b| b.is_ascii_digit()))
        else {
            continue;
        };
        if id == own || !has_open(&process.path(), folder.path(), files) {
            continue;
        }
        let command = fs::read_to_string(process.path().join("comm"));
        let command = command.unwrap_or_default();
        found.push(format!("process {id} ({})", command.trim_end()));
    }
    found.sort();
    found
}

/// Whether a process has one of the files mapped: the name of one that was removed stands there with a note of that.
fn has_open(process: &Path, folder: &Path, files: &BTreeSet<&str>) -> bool {
    let Ok(folder) = folder.canonicalize() else {
        return false;
    };
    let mapped = fs::read_to_string(process.join("maps")).unwrap_or_default();
    mapped.lines().any(|line| {
        let path = line.find('/').and_then(|at| line.get(at..));
        let path = path.map(|path| path.strip_suffix(" (deleted)").unwrap_or(path));
        path.map(Path::new).is_some_and(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            path.parent() == Some(&folder) && name.is_some_and(|name| files.contains(name))
        })
    })
}
