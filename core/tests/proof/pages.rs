//! The answer to a question read in pages, by tokens, and in pieces: both are the whole of it.

use crate::common::check::show;
use crate::common::generate::{Cohort, cohort};
use crate::common::{Folder, build, options};
use proptest::prelude::*;
use varidex::{Dataset, Error, Query, Result, RowToken, Scan, View};

/// Batches of samples over the same sites, each in a file for each contig.
fn built(folder: &Folder, cohort: &Cohort, batches: usize) -> View {
    let mut inputs = Vec::new();
    let columns: Vec<usize> = (0..cohort.samples).collect();
    for columns in columns.chunks(cohort.samples.div_ceil(batches)) {
        for contig in 0..cohort.contigs.len() {
            let name = format!("{}_{contig}.vcf", columns[0]);
            inputs.push(folder.write(&name, cohort.part(&[contig], columns)));
        }
    }
    let to = folder.path("x.vdx");
    build(&inputs, &to, &options()).unwrap();
    Dataset::open(to).unwrap().view()
}

fn next(scan: &mut Scan) -> Result<Option<String>> {
    scan.next(|mut variant| Ok(format!("{} {:?}", show(&mut variant), variant.counts()?)))
}

fn rest(mut scan: Scan) -> Vec<String> {
    std::iter::from_fn(|| next(&mut scan).unwrap()).collect()
}

/// All rows by pages of so many, each asked for by the token of the one before as text.
fn in_pages(view: &View, query: &Query, rows: u64) -> Vec<String> {
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let page = query.clone().limit(rows);
        let page = match &token {
            Some(token) => page.after(token.parse::<RowToken>().unwrap()),
            None => page,
        };
        let mut scan = view.scan(&page).unwrap();
        let before = found.len();
        while let Some(row) = next(&mut scan).unwrap() {
            found.push(row);
        }
        assert!((found.len() - before) as u64 <= rows);
        token = Some(scan.token().to_string());
        if found.len() == before {
            return found;
        }
    }
}

fn in_pieces(view: &View, query: &Query, most: usize) -> Vec<String> {
    let pieces = view.partitions(query, most).unwrap();
    assert!(!pieces.is_empty() && pieces.len() <= most);
    let rows = pieces
        .iter()
        .flat_map(|piece| rest(view.scan_partition(piece).unwrap()));
    rows.collect()
}

const QUESTIONS: [&str; 8] = [
    "all",
    "1 | chr2",
    "type:snv",
    "ac>=2",
    "!(type:snv)",
    "1:5-60",
    "filter:PASS",
    "an>0 & af<0.5",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pages_and_pieces_are_the_whole(
        cohort in cohort(3..12usize, 60),
        batches in 1..4usize,
        rows in 1..5u64,
        most in 1..9usize,
    ) {
        let folder = Folder::new();
        let view = built(&folder, &cohort, batches);
        // a change that batches may spell otherwise is one variant, wherever its rows are
        let mut questions: Vec<String> = QUESTIONS.map(str::to_owned).into();
        let mut variants = view.variants("all").unwrap();
        while let Some(mut variant) = variants.next().unwrap() {
            questions.extend(variant.names().unwrap().vcf.filter(|_| questions.len() < 20));
        }
        let named = questions.iter().skip(QUESTIONS.len()).cloned();
        questions.push(named.chain(["1:1-3".to_owned()]).collect::<Vec<_>>().join(" | "));
        let some = view.ask("samples(S0, S2)").unwrap();
        for question in questions {
            // a contig that this cohort does not have is an error
            let Ok(query) = Query::new(&question) else { continue };
            for group in [None, Some(&some)] {
                let query = query.clone().in_group(group);
                let Ok(scan) = view.scan(&query) else { continue };
                let whole = rest(scan);
                prop_assert_eq!(&in_pages(&view, &query, rows), &whole, "{}", question);
                prop_assert_eq!(&in_pieces(&view, &query, most), &whole, "{}", question);
            }
        }
    }
}

/// A dataset of 3,000 variants, three at each place.
fn three_at_each_place(folder: &Folder) -> View {
    let mut records = Vec::new();
    for n in 0..1_000 {
        for alternate in ["C", "G", "T"] {
            records.push(format!("1 {} A {alternate} 0|1 0|0", n + 1));
        }
    }
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    folder.dataset(&crate::common::vcf("1", &["A", "B"], &records), &options())
}

#[test]
fn pieces_are_about_equal() {
    let folder = Folder::new();
    let view = three_at_each_place(&folder);
    let query = Query::new("all").unwrap();
    for most in [1, 2, 7, 100] {
        let pieces = view.partitions(&query, most).unwrap();
        assert_eq!(pieces.len(), most);
        for piece in &pieces {
            let rows = rest(view.scan_partition(piece).unwrap()).len();
            // no place is cut
            assert_eq!(rows % 3, 0);
            let even = 3_000 / most;
            assert!(
                (even / 2..=even * 3 / 2).contains(&rows),
                "{rows} of {even}"
            );
        }
    }
    // more pieces than places
    assert!(view.partitions(&query, usize::MAX).unwrap().len() <= 1_000);
    let none = Query::new("1:5000-6000").unwrap();
    assert_eq!(view.partitions(&none, 8).unwrap().len(), 1);
}

#[test]
fn tokens_and_pieces_of_others_are_refused() {
    let (here, there) = (Folder::new(), Folder::new());
    let view = three_at_each_place(&here);
    let other = there.dataset(
        &crate::common::vcf("1", &["A"], &["1 7 A C 0|1"]),
        &options(),
    );
    let query = Query::new("all").unwrap();
    let mut scan = view.scan(&query).unwrap();
    let first = scan.token();
    next(&mut scan).unwrap().unwrap();
    let token = scan.token();
    assert_ne!(first, token);
    // nothing was given yet: the token is the one that it began with
    let again = view.scan(&query.clone().after(token)).unwrap();
    assert_eq!(again.token(), token);

    let refused = |result: Result<Scan>, what: &str| match result {
        Err(Error::Usage(message)) => assert!(message.contains(what), "{message}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("taken"),
    };
    refused(other.scan(&query.clone().after(token)), "another state");
    let snv = Query::new("type:snv").unwrap();
    refused(view.scan(&snv.clone().after(token)), "another question");
    let some = view.ask("samples(A)").unwrap();
    let in_group = query.clone().in_group(Some(&some)).after(token);
    refused(view.scan(&in_group), "another question");
    let piece = view.partitions(&query, 2).unwrap().remove(1);
    refused(other.scan_partition(&piece), "does not fit");
    // the same people under another name are the same question
    let same = view.ask("!samples(B)").unwrap();
    let token = view.scan(&query.clone().in_group(Some(&some))).unwrap();
    let token = token.token();
    assert!(
        view.scan(&query.clone().in_group(Some(&same)).after(token))
            .is_ok()
    );
    for cut in [query.clone().after(first), query.limit(9)] {
        let error = view.partitions(&cut, 2).unwrap_err().to_string();
        assert!(error.contains("in one piece"), "{error}");
    }
}
