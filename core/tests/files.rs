//! Who opens files: an expression could once read any file of the computer, show its first line in an
//! error and take memory without bound from a device, and `samples("A1")` meant something else where a
//! file of this name lay in the working directory. So an expression names a file only behind `@`, and
//! only a loader that the program gives reads it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

use std::path::Path;
use std::sync::{Arc, Mutex};
use varidex::{
    BuildOptions, Dataset, Error, FileLoader, GroupExpr, LocalFiles, Result, VariantExpr, View,
};

const VCF: &str = "##fileformat=VCFv4.3\n##contig=<ID=1>\n##contig=<ID=2>\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA1\tA2\tB1\n\
    1\t100\trs1\tA\tG\t.\t.\t.\tGT\t0/1\t0/0\t0/0\n\
    1\t200\trs2\tACGT\tA\t.\t.\t.\tGT\t0/0\t0/1\t0/0\n\
    2\t100\trs3\tA\tG\t.\t.\t.\tGT\t0/0\t0/0\t0/1\n";
/// P1 has a sample, P2 has none.
const MAP: &str = "A1\tP1\n";
const PEOPLE: &str = "person_id\tsex\nP1\tfemale\nP2\tmale\n";

/// Counts what it is asked for, and gives what a test says.
#[derive(Debug, Clone, Default)]
struct Counting {
    asked: Arc<Mutex<Vec<String>>>,
    text: &'static str,
    show: bool,
}

impl Counting {
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl FileLoader for Counting {
    fn load(&self, name: &str) -> Result<Vec<u8>> {
        self.asked.lock().unwrap().push(name.to_owned());
        Ok(self.text.as_bytes().to_vec())
    }

    fn may_show(&self) -> bool {
        self.show
    }
}

fn built(folder: &Path) -> View {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let to = folder.join("d.vdx");
    let options = BuildOptions {
        people: varidex::PeopleOptions {
            files: vec![write("people.tsv", PEOPLE)],
            sample_map: Some(write("map.tsv", MAP)),
            ..varidex::PeopleOptions::default()
        },
        ..BuildOptions::default()
    };
    varidex::build(&[write("in.vcf", VCF)], &to, &options, &mut |_| true).unwrap();
    Dataset::open(to).unwrap().view()
}

fn built_with(folder: &Path, loader: impl FileLoader + 'static) -> View {
    built(folder).dataset().clone().with_loader(loader).view()
}

fn message<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => panic!("expected an error"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn text_of_strangers_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = built(folder.path());
    let own = folder.path().join("map.tsv");
    let own = own.to_str().unwrap();
    let people = [
        format!("samples(@\"{own}\")"),
        format!("samples(@{own})"),
        format!("!individuals(@\"{own}\") | sex:female"),
        format!("carriers(regions(@\"{own}\"))"),
        format!("carriers(af(samples(@\"{own}\"))<1)"),
        format!(r#"{{"samples": {{"file": "{own}"}}}}"#),
        format!(r#"{{"carriers": {{"of": {{"regions": {{"file": "{own}"}}}}}}}}"#),
        "samples(@/dev/zero)".to_owned(),
        "samples(@-)".to_owned(),
    ];
    for text in people {
        let _: GroupExpr = text.parse().unwrap();
        let error = dataset.ask(&text).unwrap_err();
        let Error::Expression(error) = error else {
            panic!("{text}: {error}");
        };
        assert_eq!(
            error.message,
            "`@` marks a file, and no files are read here: write what it lists instead",
            "{text}"
        );
        assert!(error.text[error.at.clone()].contains('@'), "{text}");
        assert!(dataset.explain(&text).is_err(), "{text}");
    }
    let of = VariantExpr::regions(own);
    assert!(message(dataset.variants(of)).contains("no files are read here"));
    // a quoted text is an id, whatever lies on the disk
    let text = format!("samples(\"{own}\")");
    assert!(message(dataset.ask(&text)).starts_with(&format!("no sample `{own}` here")));
    let text = format!(r#"{{"individuals": "{own}"}}"#);
    assert!(message(dataset.ask(&text)).starts_with(&format!("no person `{own}` here")));
}

#[test]
fn a_loader_is_asked_once_for_each_file_and_for_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let loader = Counting {
        text: "\u{feff}# of the first batch\r\nA1\r\n\nB1\n",
        ..Counting::default()
    };
    let dataset = built_with(folder.path(), loader.clone());
    for text in [
        "samples(A1)",
        "samples(\"A1\")",
        "samples(A1, \"B1\")",
        r#"{"samples": "A1"}"#,
        r#"{"samples": ["A1"]}"#,
        "carriers(id:\"@rs\")",
        "individuals(P1) | !sex:male",
    ] {
        dataset.ask(text).unwrap();
        assert_eq!(loader.asked(), [""; 0], "{text}");
    }
    for wrong in ["samples(@a", "@a", "samples(@a, @b)", "carriers(id:@rs)"] {
        assert!(dataset.ask(wrong).is_err());
        assert_eq!(loader.asked(), [""; 0], "{wrong}");
    }
    let ids = |text: &str| -> Vec<String> {
        let group = dataset.ask(text).unwrap();
        group
            .ids()
            .unwrap()
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(ids("samples(@ids.txt)"), ["P1", "B1"]);
    assert_eq!(loader.asked(), ["ids.txt"]);
    assert_eq!(ids(r#"{"samples": {"file": "ids.txt"}}"#), ["P1", "B1"]);
    assert_eq!(loader.asked(), ["ids.txt"]);
    assert_eq!(
        dataset
            .ask(GroupExpr::samples_file("my ids").not())
            .unwrap()
            .ids()
            .unwrap(),
        ["A2", "P2"]
    );
    assert_eq!(loader.asked(), ["my ids"]);
    // what a group is called does not hold what the file lists
    assert_eq!(
        dataset.ask("samples(@x)").unwrap().label(),
        "samples(@\"x\")"
    );
}

#[test]
fn regions_of_a_file_are_those_that_rows_touch() {
    let folder = tempfile::tempdir().unwrap();
    let loader = Counting {
        text: "track name=x\nbrowser hide all\n#c\nchr1 203 204 name 0 +\n1\t50\t60\n1\t99\t100\n2\t0\t99\n",
        ..Counting::default()
    };
    let dataset = built_with(folder.path(), loader.clone());
    let mut variants = dataset.variants("regions(@\"c.bed\")").unwrap();
    let mut found = Vec::new();
    while let Some(mut variant) = variants.next().unwrap() {
        found.push(String::from_utf8(variant.id().unwrap().to_vec()).unwrap());
    }
    // bases 201 to 204 of rs2 are taken out: 204 is 203 from 0
    assert_eq!(found, ["rs1"]);
    assert_eq!(loader.asked(), ["c.bed"]);
}

#[test]
fn errors_of_files_name_the_line_and_show_it_to_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (
            "samples(@f)",
            "A1\nsecret\n",
            "f:2: expected the id of a sample, found another word",
            "f:2: expected the id of a sample, found \"secret\"",
        ),
        (
            "samples(@f)",
            "P2\n",
            "f:1: expected the id of a sample, found an id of an individual: `individuals(@f)` takes these",
            "f:1: expected the id of a sample, found \"P2\" of an individual: `individuals(@f)` takes these",
        ),
        (
            "individuals(@f)",
            "P1\nB1\n",
            "f:2: expected the id of an individual, found an id of a sample: `samples(@f)` takes these",
            "f:2: expected the id of an individual, found \"B1\" of a sample: `samples(@f)` takes these",
        ),
        (
            "carriers(regions(@f))",
            "1\t5\t9\nsecret words\n",
            "f:2: expected contig, start and end of a BED region, found another line",
            "f:2: expected contig, start and end of a BED region, found \"secret words\"",
        ),
        (
            "carriers(regions(@f))",
            "secret\t5\t9\n",
            "f:1: expected contigs of the dataset, of which this file has none, found another name",
            "f:1: expected contigs of the dataset, of which this file has none, found \"secret\"",
        ),
    ];
    for (text, file, hidden, shown) in cases {
        for show in [false, true] {
            let loader = Counting {
                text: file,
                show,
                ..Counting::default()
            };
            let error = message(built_with(folder.path(), loader).ask(text));
            let wanted = if show { shown } else { hidden };
            assert!(error.starts_with(wanted), "{error}");
            assert_eq!(show, error != hidden, "{error}");
            std::fs::remove_dir_all(folder.path().join("d.vdx")).unwrap();
        }
    }
}

#[test]
fn an_id_of_the_other_kind_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = built(folder.path());
    assert!(
        message(dataset.ask("samples(P2)"))
            .starts_with("`P2` is the id of an individual: `individuals(…)` takes it")
    );
    assert!(
        message(dataset.ask("individuals(B1)"))
            .starts_with("`B1` is the id of a sample: `samples(…)` takes it")
    );
}

#[cfg(unix)]
#[test]
fn devices_and_long_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = built_with(folder.path(), LocalFiles::new());
    let error = message(dataset.ask("samples(@/dev/zero)"));
    assert_eq!(error, "/dev/zero: expected a regular file, found a device");
    let long = folder.path().join("long.txt");
    // a hole: it takes no room on the disk
    let file = std::fs::File::create(&long).unwrap();
    file.set_len(1 << 33).unwrap();
    let error = message(dataset.ask(GroupExpr::samples_file(long.display().to_string())));
    assert!(
        error.ends_with("expected a list of at most 268435456 bytes, found a longer one"),
        "{error}"
    );
    let error = dataset.ask("samples(@nowhere)").unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
}

/// What the tests above cannot see: no code that reads expressions or answers them knows of files.
#[test]
fn questions_have_no_code_that_opens_files() {
    fn check(folder: &Path, seen: &mut usize) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("tests") {
                check(&path, seen);
            }
            if path.extension().is_none_or(|end| end != "rs")
                || path.to_string_lossy().ends_with("tests.rs")
            {
                continue;
            }
            *seen += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            // tests of a module stand at its end
            let code = text.split("#[cfg(test)]").next().unwrap();
            for word in [
                "fs::",
                "File::",
                "std::path",
                "std::io",
                "LocalFiles",
                "include_str!",
            ] {
                assert!(!code.contains(word), "{}: {word}", path.display());
            }
        }
    }
    let mut seen = 0;
    check(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/query"),
        &mut seen,
    );
    assert!(seen > 40, "{seen}");
}
