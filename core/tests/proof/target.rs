//! Where a dataset is written to: what is there stays, unless it is ours and to be replaced.

use crate::common::{Folder, build, content, files, options, vcf};
use std::fs;
use varidex::{BuildOptions, Dataset, Error};

const SAMPLES: [&str; 2] = ["S0", "S1"];

fn small() -> String {
    vcf("1", &SAMPLES, &["1 5 A G 0|1 1|1", "1 9 C T ./1 0/0"])
}

fn other() -> String {
    vcf("1", &["T0"], &["1 7 A G 1|1"])
}

fn replacing() -> BuildOptions {
    BuildOptions {
        replace: true,
        ..options()
    }
}

#[test]
fn a_dataset_that_exists_is_refused_and_untouched() {
    let folder = Folder::new();
    let (a, b) = (
        folder.write("a.vcf", small()),
        folder.write("b.vcf", other()),
    );
    let to = folder.path("x.vdx");
    build(&[&a], &to, &options()).unwrap();
    let before = content(&to);
    let error = build(&[&b], &to, &options()).unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
    assert_eq!(content(&to), before);
}

#[test]
fn replace_leaves_nothing_of_the_old_dataset() {
    let folder = Folder::new();
    let (a, b) = (
        folder.write("a.vcf", small()),
        folder.write("b.vcf", other()),
    );
    let (to, fresh) = (folder.path("x.vdx"), folder.path("fresh.vdx"));
    build(&[&a], &to, &options()).unwrap();
    let old = Dataset::open(&to).unwrap().view();
    build(&[&b], &to, &replacing()).unwrap();
    build(&[&b], &fresh, &options()).unwrap();
    assert_eq!(content(&to), content(&fresh));
    assert_eq!(Dataset::open(&to).unwrap().view().sample_count(), 1);
    assert_eq!(old.sample_count(), 2);
}

#[test]
fn replace_that_fails_leaves_the_old_dataset() {
    let folder = Folder::new();
    let a = folder.write("a.vcf", small());
    let bad = folder.write("b.vcf", small() + "1\t2\t.\tA\tG\t.\t.\t.\tGT\t0|0\t0|1\n");
    let to = folder.path("x.vdx");
    build(&[&a], &to, &options()).unwrap();
    let before = content(&to);
    let error = build(&[&bad], &to, &replacing()).unwrap_err();
    assert!(matches!(error, Error::Input(_)), "{error}");
    assert_eq!(content(&to), before);
    Dataset::open(&to).unwrap().verify().unwrap();
}

#[test]
fn replace_works_where_there_is_nothing_or_an_empty_directory() {
    let folder = Folder::new();
    let a = folder.write("a.vcf", small());
    build(&[&a], &folder.path("new.vdx"), &replacing()).unwrap();
    fs::create_dir(folder.path("empty.vdx")).unwrap();
    build(&[&a], &folder.path("empty.vdx"), &options()).unwrap();
    Dataset::open(folder.path("empty.vdx"))
        .unwrap()
        .verify()
        .unwrap();
}

/// A directory that is no dataset keeps every file, also those with names that look like ours.
#[test]
fn a_directory_that_is_not_ours_is_not_touched() {
    for replace in [false, true] {
        let folder = Folder::new();
        let a = folder.write("a.vcf", small());
        let to = folder.path("photos");
        fs::create_dir(&to).unwrap();
        for name in ["holiday.jpg", ".tmpnotes", "0123456789abcdef.segment"] {
            fs::write(to.join(name), name).unwrap();
        }
        let before = files(&to);
        let options = BuildOptions {
            replace,
            ..options()
        };
        let error = build(&[&a], &to, &options).unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error}");
        assert_eq!(files(&to), before);
    }
}

#[test]
fn a_foreign_lock_file_keeps_its_content() {
    let folder = Folder::new();
    let a = folder.write("a.vcf", small());
    let to = folder.path("repository");
    fs::create_dir(&to).unwrap();
    fs::write(to.join("lock"), "dependencies").unwrap();
    fs::write(to.join("main.c"), "int main;").unwrap();
    let before = files(&to);
    build(&[&a], &to, &options()).unwrap_err();
    assert_eq!(files(&to), before);
}

#[test]
fn a_file_as_target_is_not_touched() {
    let folder = Folder::new();
    let a = folder.write("a.vcf", small());
    let to = folder.write("notes.txt", "mine");
    for options in [options(), replacing()] {
        build(&[&a], &to, &options).unwrap_err();
        assert_eq!(fs::read(&to).unwrap(), b"mine");
    }
}

#[test]
fn a_target_without_its_parent_is_an_error() {
    let folder = Folder::new();
    let a = folder.write("a.vcf", small());
    let error = build(&[&a], &folder.path("no/such/x.vdx"), &options()).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
    assert_eq!(folder.names(), ["a.vcf"]);
}

#[test]
fn a_damaged_dataset_can_be_replaced() {
    let folder = Folder::new();
    let a = folder.write("a.vcf", small());
    let to = folder.path("x.vdx");
    build(&[&a], &to, &options()).unwrap();
    fs::write(to.join("manifest.json"), "{}").unwrap();
    assert!(matches!(Dataset::open(&to).unwrap_err(), Error::Damaged(_)));
    build(&[&a], &to, &replacing()).unwrap();
    Dataset::open(&to).unwrap().verify().unwrap();
}

#[test]
fn what_is_no_dataset_cannot_be_opened() {
    let folder = Folder::new();
    let file = folder.write("a.vcf", small());
    fs::create_dir(folder.path("empty")).unwrap();
    for path in [folder.path("absent"), folder.path("empty"), file] {
        let error = Dataset::open(&path).unwrap_err();
        assert!(matches!(error, Error::NoDataset { .. }), "{error}");
        let expected = format!("no dataset at {}: ", path.display());
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
}

/// A directory with nothing but a lock looked like a dataset that lacks a file.
#[test]
fn a_build_that_fails_leaves_no_directory_with_a_lock_alone() {
    let folder = Folder::new();
    let bad = folder.write(
        "bad.vcf",
        small() + "1\tx\t.\tA\tG\t.\t.\t.\tGT\t0|0\t0|1\n",
    );
    let to = folder.path("x.vdx");
    fs::create_dir(&to).unwrap();
    build(&[&bad], &to, &options()).unwrap_err();
    assert!(files(&to).is_empty(), "{:?}", files(&to).keys());
    // what a killed build leaves
    fs::write(to.join("lock"), "process 1 on nowhere").unwrap();
    fs::write(to.join(".tmp123"), "half").unwrap();
    fs::write(to.join("0123456789abcdef.segment"), "half").unwrap();
    build(&[&bad], &to, &options()).unwrap_err();
    assert!(!to.exists());
}

/// The new state is there: that an old file cannot be removed does not undo it.
#[test]
fn old_files_that_stay_are_warned_of() {
    let folder = Folder::new();
    let (a, b) = (
        folder.write("a.vcf", small()),
        folder.write("b.vcf", other()),
    );
    let to = folder.path("x.vdx");
    build(&[&a], &to, &options()).unwrap();
    // nobody can remove a directory as a file
    let stays = to.join("0123456789abcdef.segment");
    fs::create_dir(&stays).unwrap();
    let report = build(&[&b], &to, &replacing()).unwrap();
    let [warning] = &report.warnings[..] else {
        panic!("{:?}", report.warnings);
    };
    assert!(
        warning.what.contains("not needed any more"),
        "{}",
        warning.what
    );
    assert_eq!(warning.first, stays.display().to_string());
    Dataset::open(&to).unwrap().verify().unwrap();
    let people = folder.write("people.ped", "F T0 0 0 1 1\n");
    let files = varidex::PeopleOptions {
        files: vec![people],
        ..Default::default()
    };
    let report = varidex::load_people(&to, &files, &mut |_| true).unwrap();
    assert_eq!(report.people, 1);
    assert!(
        report
            .warnings
            .iter()
            .any(|(what, ..)| what.contains("not needed any more"))
    );
}

#[test]
fn cancelling_leaves_nothing() {
    let folder = Folder::new();
    let a = folder.write("a.vcf", small());
    let to = folder.path("x.vdx");
    let error = varidex::build(&[&a], &to, &options(), &mut |_| false).unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error}");
    assert!(!to.exists());
}

#[cfg(unix)]
#[test]
fn others_may_read_a_dataset_as_the_umask_allows() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let a = folder.write("a.vcf", small());
    let to = folder.path("x.vdx");
    build(&[&a], &to, &options()).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let plain = mode(&a);
    for name in content(&to).keys() {
        assert_eq!(mode(&to.join(name)), plain, "{name}");
    }
}
