//! Counting in cohorts written by hand.

use super::*;

/// An input without records has looked nowhere: its samples are not left out of AN.
#[test]
fn samples_of_an_input_without_records_are_not_known() {
    let folder = Folder::new();
    let first = folder.write(
        "a.vcf",
        crate::common::vcf("1", &["A", "B"], &["1 5 A G 0|1 0|0"]),
    );
    let empty = folder.write("b.vcf", crate::common::vcf("1", &["C"], &[]));
    let genes = folder.write("genes.bed", GENES);
    let to = folder.path("x.vdx");
    let options = BuildOptions {
        genes: vec![genes],
        ..options()
    };
    build(&[first, empty], &to, &options).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    let shown = picked(dataset.variants("all").unwrap());
    assert_eq!((shown[0].1.ac, shown[0].1.an), (1, None));
    for question in ["af>0", "an=4", "an!=4", "af<0.01"] {
        assert_eq!(
            picked(dataset.variants(question).unwrap()),
            [],
            "{question}"
        );
        let carriers = dataset
            .ask(&format!("carriers(gene:G1 & {question})"))
            .unwrap();
        assert_eq!(carriers.count(), 0, "{question}");
    }
    let known = group_of(&dataset, &[0, 1]);
    let shown = picked(
        dataset
            .variants_in("all & af(samples(A, B))=0.25", &known)
            .unwrap(),
    );
    assert_eq!((shown[0].1.ac, shown[0].1.an), (1, Some(4)));
}

/// A block of one file may reach into the stretch of another that has some of its samples.
#[test]
fn samples_of_two_files_are_counted_once() {
    let record = |position, reference, alts, more, cells: &[u64]| Record {
        contig: 0,
        position,
        reference,
        alts,
        more,
        cells: cells.to_vec(),
    };
    let block = ALTS.iter().position(|alt| *alt == "<NON_REF>").unwrap();
    let batches = [
        Batch {
            samples: vec![0, 1],
            records: vec![record(5, 0, block, 30, &[0, 0])],
        },
        Batch {
            samples: vec![2],
            records: vec![record(10, 0, 0, 0, &[3]), record(33, 0, 0, 0, &[3])],
        },
        Batch {
            samples: vec![1],
            records: vec![record(30, 0, block, 9, &[0])],
        },
    ];
    let built = built(&batches);
    let shown = picked(built.dataset.variants("1:33:A:C").unwrap());
    assert_eq!(shown[0].1.an, Some(6), "samples 0 and 1 once, and 2");
    assert_eq!(picked(built.dataset.variants("an=6").unwrap()).len(), 2);
    assert_eq!(shown, built.expected(&built.everybody)[3..]);
    // the third file did not look there, but its sample was looked at
    let shown = picked(built.dataset.variants("1:10:A:C").unwrap());
    assert_eq!(shown[0].1.an, Some(6));
}
