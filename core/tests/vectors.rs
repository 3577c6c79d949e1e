//! The vectors of the format specification: every good dataset reads as its VCF does, every bad one
//! is refused by verify in the class and with the section that the specification names.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

use std::fs;
use std::path::{Path, PathBuf};
use varidex::{Access, BuildOptions, Dataset, Error, Result, View};

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../format-spec/vectors")
}

/// The lines of a table behind its head, by field.
fn table(name: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(vectors().join(name)).unwrap();
    let fields = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().skip(1).map(fields).collect()
}

/// Every field of every variant, and every carrier.
fn dump(dataset: &View) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut variants = dataset.variants("all")?;
    while let Some(mut variant) = variants.next()? {
        let mut carriers = Vec::new();
        variant.carriers(|carrier| carriers.push(carrier))?;
        let id = String::from_utf8_lossy(variant.id()?).into_owned();
        let (contig, position, interval) =
            (variant.contig(), variant.position()?, variant.interval()?);
        let (filter, quality) = (variant.filter()?, variant.quality()?.map(f32::to_bits));
        let counts = variant.counts()?;
        let (reference, alternate) = variant.alleles()?;
        let (reference, alternate) = (
            String::from_utf8_lossy(reference),
            String::from_utf8_lossy(alternate),
        );
        lines.push(format!(
            "{contig} {position:?} {interval:?} {id} {reference} {alternate} {filter} {quality:?} {counts:?} {carriers:?}"
        ));
    }
    Ok(lines)
}

#[test]
fn good_vectors_read_as_their_vcf() {
    for row in table("good.tsv") {
        let [name, inputs, given] = &row[..] else {
            panic!("{row:?}")
        };
        let vector = Dataset::open(vectors().join(format!("{name}.vdx")))
            .unwrap()
            .view();
        vector
            .dataset()
            .verify()
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut options = BuildOptions::default();
        let mut words = given.split_whitespace();
        while let Some(word) = words.next() {
            match word {
                "--info" => {
                    options.info = words
                        .next()
                        .unwrap()
                        .split(',')
                        .map(str::to_owned)
                        .collect()
                }
                "--reference" => options.reference = Some(vectors().join(words.next().unwrap())),
                "--assembly" => options.assembly = Some(words.next().unwrap().parse().unwrap()),
                "--callable-table" => {
                    options.callable_table = Some(vectors().join(words.next().unwrap()));
                }
                "--min-gq" => options.min_gq = Some(words.next().unwrap().parse().unwrap()),
                "--skip-malformed" => options.skip_malformed = true,
                "--sex-ploidy" => options.sex_ploidy = true,
                "--people" if options.sex_ploidy => {
                    options.people.files = vec![vectors().join(words.next().unwrap())];
                }
                // rows do not depend on genes and people
                "--genes" | "--people" => break,
                other => panic!("{name}: option {other}"),
            }
        }
        let inputs: Vec<PathBuf> = inputs
            .split(',')
            .map(|input| vectors().join(input))
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let built = folder.path().join("built.vdx");
        varidex::build(&inputs, &built, &options, &mut |_| true).unwrap();
        let built = Dataset::open(&built).unwrap().view();
        assert_eq!(dump(&vector).unwrap(), dump(&built).unwrap(), "{name}");
    }
}

/// The second reader gives the same answers (`format-spec/test_reader.py`).
#[test]
fn questions_of_people_and_genes_are_answered_as_written() {
    // in the second the files of samples are two of each kind
    for name in ["people.vdx", "split.vdx"] {
        questions_are_answered(&Dataset::open(vectors().join(name)).unwrap().view());
    }
}

fn questions_are_answered(dataset: &View) {
    let (mut asked, mut found) = (0, 0);
    for row in table("answers.tsv") {
        let [_, expression, answer] = &row[..] else {
            panic!("{row:?}")
        };
        if let Some(gene) = expression.strip_prefix("gene:") {
            let positions = |text: &str| {
                let mut all = Vec::new();
                let mut variants = dataset.variants(text).unwrap();
                while let Some(variant) = variants.next().unwrap() {
                    all.push((variant.contig().to_owned(), variant.position().unwrap()));
                }
                all
            };
            let places = answer
                .split(';')
                .map(|place| place.split_once(' ').unwrap().1);
            let places: Vec<&str> = places.collect();
            let expected = positions(&places.join(" | "));
            found += expected.len();
            assert_eq!(positions(expression), expected, "{gene}");
        } else if !expression.is_empty() {
            let group = dataset.ask(expression.as_str()).unwrap();
            assert_eq!(group.ids().unwrap().join(";"), *answer, "{expression}");
        } else {
            continue;
        }
        asked += 1;
    }
    assert!(
        asked > 20 && found > 3,
        "{asked} questions, {found} variants"
    );
}

#[test]
fn decisions_show_whom_they_should() {
    let dataset = Dataset::open(vectors().join("decided.vdx")).unwrap();
    dataset.verify().unwrap();
    for line in table("decided.tsv") {
        let mut access = Access::holder().under_permit_of(line[1].parse().unwrap());
        if line[0] != "." {
            access = access.for_purpose(line[0].parse().unwrap());
        }
        let view = dataset.view_for(&access).unwrap();
        let names: Vec<&str> = view.sample_names().unwrap().collect();
        assert_eq!(names.join(","), line[2], "{line:?}");
    }
}

#[test]
fn bad_vectors_are_refused_by_class_and_section() {
    let mut wrong = Vec::new();
    for row in table("bad.tsv") {
        let [name, rule, class, section] = &row[..] else {
            panic!("{row:?}")
        };
        let path = vectors().join("bad").join(format!("{name}.vdx"));
        let verdict = Dataset::open(&path).and_then(|dataset| {
            // whatever a question meets, it must not panic; only verify must find everything
            let _ = dump(&dataset.view());
            dataset.verify()
        });
        let found = match verdict {
            Ok(()) => "sound".to_owned(),
            Err(Error::Damaged(damage)) => format!("damaged {}", damage.section),
            Err(Error::TooNew { .. }) => "too new".to_owned(),
            Err(Error::TooOld { .. }) => "too old".to_owned(),
            Err(other) => other.to_string(),
        };
        let expected = if class == "damaged" {
            format!("damaged {section}")
        } else {
            class.clone()
        };
        if found != expected {
            wrong.push(format!(
                "{name} ({rule}): expected {expected}, found {found}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
