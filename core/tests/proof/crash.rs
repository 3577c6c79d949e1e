//! Builds that are killed, run out of space, or meet another: the dataset is the old one or the new
//! one, whole.

use crate::common::check::dump;
use crate::common::{Folder, build, content, header, options};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use varidex::{BuildOptions, Dataset, Error};

const INPUT: &str = "VARIDEX_TEST_CHILD_INPUT";
const TO: &str = "VARIDEX_TEST_CHILD_TO";

fn replacing() -> BuildOptions {
    BuildOptions {
        replace: true,
        ..options()
    }
}

/// What a child process runs; nothing when started among the other tests.
#[test]
fn child() {
    let (Ok(input), Ok(to)) = (std::env::var(INPUT), std::env::var(TO)) else {
        return;
    };
    if let Err(error) = build(&[input], Path::new(&to), &replacing()) {
        panic!("the child's build: {error}");
    }
}

fn prepare(command: &mut Command, input: &Path, to: &Path) {
    command.env(INPUT, input).env(TO, to);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
}

fn child_process(input: &Path, to: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["crash::child", "--exact", "--test-threads=1"]);
    prepare(&mut command, input, to);
    command
}

/// A file of which the build takes a while; each seed other genotypes.
fn input(folder: &Folder, seed: usize) -> PathBuf {
    let samples: Vec<String> = (0..60).map(|n| format!("S{n}")).collect();
    let names: Vec<&str> = samples.iter().map(String::as_str).collect();
    let mut text = header("1", &names);
    for position in 1..3_000 {
        text += &format!("1\t{position}\t.\tA\tG\t.\t.\t.\tGT");
        for n in 0..60 {
            text += match (position * (n + 7) + seed) % 13 {
                0 => "\t0|1",
                1 => "\t1|1",
                2 => "\t./1",
                _ => "\t0|0",
            };
        }
        text += "\n";
    }
    folder.write(&format!("{seed}.vcf"), text)
}

#[test]
fn a_killed_build_leaves_the_old_dataset_or_the_new() {
    let folder = Folder::new();
    let inputs = [input(&folder, 0), input(&folder, 1)];
    let to = folder.path("x.vdx");
    let whole: Vec<_> = inputs
        .iter()
        .map(|input| {
            build(&[input], &to, &replacing()).unwrap();
            content(&to)
        })
        .collect();
    let started = Instant::now();
    assert!(child_process(&inputs[0], &to).status().unwrap().success());
    let usual = started.elapsed();
    let (mut killed, mut now) = (0, 0);
    for round in 0..30u32 {
        let next = 1 - now;
        let mut child = child_process(&inputs[next], &to).spawn().unwrap();
        // spread over the whole build, a little denser than random
        std::thread::sleep(usual * ((round * 17) % 30 + 1) / 28);
        child.kill().unwrap();
        let done = child.wait().unwrap().success();
        killed += u32::from(!done);

        let dataset = Dataset::open(&to).unwrap().view();
        dataset.dataset().verify().unwrap();
        let found = dataset.snapshot().to_owned();
        let manifest = &content(&to)["manifest.json"];
        if *manifest == whole[next]["manifest.json"] {
            now = next;
        } else {
            assert!(!done && *manifest == whole[now]["manifest.json"]);
        }
        assert!(String::from_utf8_lossy(&whole[now]["manifest.json"]).contains(&found));
        if round % 5 == 4 {
            build(&[&inputs[next]], &to, &replacing()).unwrap();
            assert!(
                content(&to) == whole[next],
                "litter: {:?}",
                content(&to).keys()
            );
            now = next;
        }
    }
    assert!(killed >= 5, "only {killed} of 30 were killed in time");
}

#[test]
fn a_first_build_that_is_killed_leaves_no_dataset() {
    let folder = Folder::new();
    let input = input(&folder, 3);
    let whole = folder.path("whole.vdx");
    let started = Instant::now();
    assert!(child_process(&input, &whole).status().unwrap().success());
    let usual = started.elapsed();
    for round in 1..8 {
        let to = folder.path(&format!("{round}.vdx"));
        let mut child = child_process(&input, &to).spawn().unwrap();
        std::thread::sleep(usual * round / 8);
        child.kill().unwrap();
        if !child.wait().unwrap().success() {
            match Dataset::open(&to) {
                Ok(dataset) => dataset.verify().unwrap(),
                Err(error) => assert!(matches!(error, Error::NoDataset { .. }), "{error}"),
            }
        }
        if !to.join("manifest.json").exists() {
            build(&[&input], &to, &options()).unwrap();
        }
        assert!(content(&to) == content(&whole), "{:?}", content(&to).keys());
    }
}

/// No file may grow beyond a few kilobytes: as on a full disk, writes fail.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_dataset() {
    let folder = Folder::new();
    let (first, second) = (input(&folder, 4), input(&folder, 5));
    let to = folder.path("x.vdx");
    build(&[&first], &to, &options()).unwrap();
    let before = content(&to);
    let largest = before.values().map(Vec::len).max().unwrap();
    let mut refused = 0;
    for blocks in [0, 1, 2, 4, 8, largest / 1_024] {
        // a second dataset, where nothing was before
        for target in [&to, &folder.path("new.vdx")] {
            let mut command = Command::new("sh");
            let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
            command
                .arg("-c")
                .arg(script)
                .arg(std::env::current_exe().unwrap());
            command.args(["crash::child", "--exact", "--test-threads=1"]);
            prepare(&mut command, &second, target);
            let done = command.status().unwrap().success();
            refused += usize::from(!done);
            if !done && *target == to {
                assert!(
                    content(&to) == before,
                    "{blocks}: {:?}",
                    content(&to).keys()
                );
                Dataset::open(&to).unwrap().verify().unwrap();
            } else if !done {
                assert!(!target.exists(), "{blocks} blocks: something was left");
            } else {
                return assert!(refused > 0, "the limit did nothing");
            }
        }
    }
    build(&[&second], &to, &replacing()).unwrap();
    Dataset::open(&to).unwrap().verify().unwrap();
}

#[test]
fn the_second_of_two_builders_is_told_of_the_first() {
    let folder = Folder::new();
    let (first, second) = (input(&folder, 6), input(&folder, 7));
    for replace in [false, true] {
        let to = folder.path("x.vdx");
        let mut others = 0;
        let options = BuildOptions {
            replace,
            ..options()
        };
        varidex::build(&[&first], &to, &options, &mut |_| {
            match build(&[&second], &to, &replacing()).unwrap_err() {
                Error::Locked { path, owner } => {
                    assert_eq!(path, to);
                    assert!(owner.contains(&std::process::id().to_string()), "{owner}");
                }
                other => panic!("{other:?}"),
            }
            others += 1;
            true
        })
        .unwrap();
        assert!(others > 0);
        Dataset::open(&to).unwrap().verify().unwrap();
        // and the lock goes with its owner
        build(&[&second], &to, &replacing()).unwrap();
        std::fs::remove_dir_all(&to).unwrap();
        if !replace {
            build(&[&first], &to, &options).unwrap();
        }
    }
}

#[test]
fn an_open_dataset_keeps_its_answers_when_it_is_replaced() {
    let folder = Folder::new();
    let (first, second) = (input(&folder, 8), input(&folder, 9));
    let to = folder.path("x.vdx");
    build(&[&first], &to, &options()).unwrap();
    let (untouched, used) = (
        Dataset::open(&to).unwrap().view(),
        Dataset::open(&to).unwrap().view(),
    );
    let before = dump(&used).unwrap();
    build(&[&second], &to, &replacing()).unwrap();
    assert!(dump(&used).unwrap() == before);
    assert!(dump(&untouched).unwrap() == before);
    assert!(dump(&Dataset::open(&to).unwrap().view()).unwrap() != before);
}

#[test]
fn readers_see_a_whole_state_while_it_is_replaced() {
    let folder = Folder::new();
    let inputs = [input(&folder, 10), input(&folder, 11)];
    let to = folder.path("x.vdx");
    let answers: Vec<String> = inputs
        .iter()
        .map(|input| {
            build(&[input], &to, &replacing()).unwrap();
            let dataset = Dataset::open(&to).unwrap().view();
            let ids = dataset.ask("carriers(all, hom, at_least: 250)").unwrap();
            format!("{} {:?}", dataset.snapshot(), ids.ids().unwrap())
        })
        .collect();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = 0;
                    while !stop.load(Ordering::Relaxed) {
                        let dataset = Dataset::open(&to).unwrap().view();
                        let ids = dataset.ask("carriers(all, hom, at_least: 250)").unwrap();
                        let found = format!("{} {:?}", dataset.snapshot(), ids.ids().unwrap());
                        assert!(answers.contains(&found), "{found}");
                        seen += 1;
                    }
                    seen
                })
            })
            .collect();
        for round in 0..10 {
            let built = build(&[&inputs[round % 2]], &to, &replacing());
            std::thread::sleep(Duration::from_millis(2));
            if let Err(error) = built {
                stop.store(true, Ordering::Relaxed);
                panic!("{error}");
            }
        }
        stop.store(true, Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });
}
