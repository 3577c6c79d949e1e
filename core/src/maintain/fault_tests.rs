//! Writers on a disk where a step fails, each step in turn: that alone, it and all behind it as on a full disk, or what is
//! appended in half. What is there then is the old state or the new one; the error names the file; and the next writer
//! succeeds and leaves nothing else, without a hand.

use super::build::{
    BuildOptions, CompactOptions, PeopleOptions, add_in, build_in, compact_in, load_people_in,
};
use super::consent::tests::five;
use super::consent::{ConsentOptions, Withdrawal, decide, record_in};
use crate::cohort::Dataset;
use crate::error::{Error, Result};
use crate::format::{Fault, Faulty, Folder};
use crate::model::{Access, Purpose};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FILES: [&str; 3] = ["lock", "decisions.lock", "history.json"];

/// Writes to a dataset; again where it was written is no error.
type Writer = Box<dyn Fn(&Folder) -> Result<()>>;

/// What a dataset is, as far as a writer can change it: its state, and who is seen of it. `None` where there is none.
fn seen(path: &Path) -> Option<Vec<String>> {
    let dataset = match Dataset::open(path) {
        Err(Error::NoDataset { .. }) => return None,
        dataset => dataset.unwrap(),
    };
    dataset.verify().unwrap();
    let mut seen = vec![dataset.snapshot().to_owned()];
    for purpose in [None, Some(Purpose::Commercial)] {
        let access = Access {
            purpose,
            ..Access::holder()
        };
        let view = dataset.view_for(&access).unwrap();
        seen.push(view.sample_names().unwrap().collect::<Vec<_>>().join(" "));
    }
    Some(seen)
}

fn names(path: &Path) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(path) else {
        return BTreeSet::new();
    };
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
    let names = entries.map(|entry| name(entry).to_string_lossy().into_owned());
    names
        .filter(|name| !FILES.contains(&name.as_str()))
        .collect()
}

/// Files of the state of a dataset, and of those that are kept.
fn listed(path: &Path) -> BTreeSet<String> {
    let mut listed = BTreeSet::new();
    for state in Dataset::snapshots(path).unwrap() {
        let dataset = Dataset::open_snapshot(path, &state.id).unwrap();
        listed.extend(dataset.manifest().files().map(|of| of.file.clone()));
        listed.insert(match state.is_newest {
            true => "manifest.json".to_owned(),
            false => format!("manifest-{}.json", state.id),
        });
    }
    listed.insert("decisions".to_owned());
    listed
}

fn copy(from: &Path, to: &Path) {
    if let Ok(entries) = std::fs::read_dir(from) {
        std::fs::create_dir(to).unwrap();
        for entry in entries {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Runs a writer on copies of what is in `before`, with each step failing in turn.
fn fail_everywhere(what: &str, before: &Path, write: &Writer) {
    let place = tempfile::tempdir().unwrap();
    let target = |name: &str| {
        let path = place.path().join(name);
        copy(before, &path);
        path
    };
    let on = |path: &Path, disk: &Faulty| Folder::of(path, Arc::new(disk.clone()));
    let whole = target("whole");
    let (old, disk) = (seen(&whole), Faulty::sound());
    write(&on(&whole, &disk)).unwrap();
    let new = seen(&whole);
    assert!(old != new, "{what}: nothing changes");
    let (mut refused, mut steps) = (0, 0);
    for fault in [Fault::Once, Fault::FromThen, Fault::Torn] {
        for step in 0..disk.steps() {
            let when = format!("{what}, {fault:?}, step {step}");
            let path = target(&step.to_string());
            let failing = Faulty::at(step, fault);
            let written = write(&on(&path, &failing));
            steps += 1;
            let found = seen(&path);
            match written {
                Ok(()) => assert!(found == new, "{when}: done, and is not there"),
                Err(Error::Io {
                    path: named,
                    source,
                }) => {
                    refused += 1;
                    assert!(
                        named.starts_with(place.path()),
                        "{when}: {named:?}: {source}"
                    );
                    assert!(found == old || found == new, "{when}: {found:?}");
                }
                Err(other) => panic!("{when}: {other}"),
            }
            let left = names(&path);
            assert!(
                !left.iter().any(|name| name.starts_with(".tmp")),
                "{when}: {left:?}"
            );
            write(&on(&path, &Faulty::sound())).unwrap();
            assert!(seen(&path) == new, "{when}: the next writer");
            assert_eq!(names(&path), listed(&path), "{when}: the next writer");
            std::fs::remove_dir_all(&path).unwrap();
        }
    }
    assert!(refused * 2 > steps, "{what}: {refused} of {steps} failed");
}

struct Inputs(tempfile::TempDir);

impl Inputs {
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A file of a sample with carriers at a place.
    fn sample(&self, name: &str) -> PathBuf {
        let text = format!(
            "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
             #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{name}\n\
             1\t7\t.\tA\tG\t.\t.\t.\tGT\t0|1\n"
        );
        self.write(&format!("{name}.vcf"), &text)
    }

    fn options(&self) -> BuildOptions {
        let people = PeopleOptions {
            files: vec![self.write("more.tsv", "id\tsex\nN\tM\nA\tF\n")],
            ..PeopleOptions::default()
        };
        BuildOptions {
            people,
            threads: Some(1),
            replace: true,
            ..BuildOptions::default()
        }
    }
}

/// A folder with a dataset of five samples of which one withdrew, and inputs beside.
fn five_of_which_one_withdrew() -> (tempfile::TempDir, PathBuf, Inputs) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("d.vdx");
    let inputs = Inputs(five(&Folder::on_disk(&path)));
    decide(&Folder::on_disk(&path), &of(&["B"], None), false).unwrap();
    (place, path, inputs)
}

fn of(individuals: &[&str], purpose: Option<Purpose>) -> Withdrawal {
    Withdrawal {
        individuals: individuals.iter().map(|id| (*id).to_owned()).collect(),
        purposes: purpose.into_iter().collect(),
        ..Withdrawal::default()
    }
}

#[test]
fn a_first_build() {
    let place = tempfile::tempdir().unwrap();
    let inputs = Inputs(tempfile::tempdir().unwrap());
    let (input, options) = (inputs.sample("N"), inputs.options());
    let write: Writer =
        Box::new(move |to| build_in(&[&input], to, &options, &mut |_| true).map(drop));
    fail_everywhere("build", &place.path().join("nothing"), &write);
}

#[test]
fn states_that_replace() {
    let (_place, path, inputs) = five_of_which_one_withdrew();
    let (input, options) = (inputs.sample("N"), inputs.options());
    let build = options.clone();
    let built = input.clone();
    let write: Writer =
        Box::new(move |to| build_in(&[&built], to, &build, &mut |_| true).map(drop));
    fail_everywhere("build --force", &path, &write);
    for keep in [1, 2] {
        let mut options = options.clone();
        options.keep = keep;
        let input = input.clone();
        let write: Writer = Box::new(move |to| {
            match add_in(&[&input], to, &options, &mut |_| true) {
                // it was published already
                Err(Error::Input(found)) if found.found.contains("sample N") => Ok(()),
                added => added.map(drop),
            }
        });
        fail_everywhere(&format!("add --keep {keep}"), &path, &write);
    }
    let people = options.people;
    let write: Writer = Box::new(move |to| load_people_in(to, &people, &mut |_| true).map(drop));
    fail_everywhere("people", &path, &write);
}

#[test]
fn what_is_merged_and_erased() {
    let (_place, path, inputs) = five_of_which_one_withdrew();
    let options = BuildOptions {
        threads: Some(1),
        ..BuildOptions::default()
    };
    for name in ["N", "O"] {
        let folder = Folder::on_disk(&path);
        add_in(&[inputs.sample(name)], &folder, &options, &mut |_| true).unwrap();
    }
    for (what, erase) in [("compact", false), ("compact --erase", true)] {
        let options = CompactOptions {
            threads: Some(1),
            erase,
            ..CompactOptions::default()
        };
        let write: Writer = Box::new(move |to| compact_in(to, &options, &mut |_| true).map(drop));
        fail_everywhere(what, &path, &write);
    }
}

#[test]
fn decisions() {
    let (_place, path, inputs) = five_of_which_one_withdrew();
    let deciding = |what: Withdrawal, allows: bool| -> Writer {
        Box::new(move |to| decide(to, &what, allows).map(drop))
    };
    fail_everywhere("withdraw", &path, &deciding(of(&["A", "C"], None), false));
    fail_everywhere("restore", &path, &deciding(of(&["B"], None), true));
    let commercial = of(&["A"], Some(Purpose::Commercial));
    fail_everywhere("withdraw --purpose", &path, &deciding(commercial, false));
    let list = inputs.write("list.tsv", "A\tcommercial\tout\nB\tall\tin\nC\tall\tout\n");
    let write: Writer = Box::new(move |to| {
        let lists = std::slice::from_ref(&list);
        record_in(to, lists, &ConsentOptions::default()).map(drop)
    });
    fail_everywhere("consent", &path, &write);
}
