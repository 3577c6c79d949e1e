//! One dataset, many threads.

use crate::common::check::dump;
use crate::common::{Folder, keeping};
use varidex::{Allele, Dataset, Error, Group, GroupExpr, SampleSet, VariantExpr, Variants};

#[test]
fn what_may_go_to_other_threads() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<Dataset>();
    sync::<Dataset>();
    send::<Group>();
    sync::<Group>();
    send::<Variants<'_>>();
    send::<Allele<'_>>();
    send::<SampleSet>();
    send::<VariantExpr>();
    send::<GroupExpr>();
    send::<Error>();
    sync::<Error>();
}

/// The first touch of every section happens in all threads at once.
#[test]
fn eight_threads_get_the_answers_of_one() {
    let folder = Folder::new();
    let options = keeping(&["DEPTH", "NOTE", "DB"]);
    let right = dump(&folder.dataset(&super::damage::rich(), &options)).unwrap();
    for _ in 0..5 {
        let dataset = Dataset::open(folder.path("dataset.vdx")).unwrap().view();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (dataset, right) = (&dataset, &right);
                scope.spawn(move || {
                    if thread % 4 == 3 {
                        dataset.dataset().verify().unwrap();
                    }
                    for _ in 0..3 {
                        assert!(dump(dataset).unwrap() == *right);
                    }
                });
            }
        });
    }
}

#[test]
fn a_walk_may_change_threads_half_way() {
    let folder = Folder::new();
    let dataset = folder.dataset(&super::damage::rich(), &crate::common::options());
    let mut variants = dataset.variants("all").unwrap();
    let mut here = 0;
    while here < 20 && variants.next().unwrap().is_some() {
        here += 1;
    }
    let there = std::thread::scope(|scope| {
        let rest = scope.spawn(move || {
            let mut count = 0;
            while let Some(mut variant) = variants.next().unwrap() {
                variant.counts().unwrap();
                count += 1;
            }
            count
        });
        rest.join().unwrap()
    });
    assert_eq!(here + there, dataset.info().rows);
}
