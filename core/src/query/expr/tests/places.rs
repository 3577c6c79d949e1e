//! Places of variants: numbers, regions that they begin or lie in, and alleles with an arrow.

use super::*;

fn interval(first: i64, last: i64) -> Interval {
    Interval::from_one_based_inclusive(first, last).unwrap()
}

#[test]
fn regions_of_a_list_are_those_between_commas() {
    let regions = |text: &str| {
        let Node::Atom(atom) = VariantExpr::parse(text).unwrap().0 else {
            panic!("no atom: {text}");
        };
        match atom.kind {
            VariantAtom::Placed {
                of: RegionList::Regions(of),
                ..
            } => of
                .into_iter()
                .map(|of| (of.contig, of.interval))
                .collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    let one = |contig: &str, first, last| (contig.to_owned(), interval(first, last));
    let whole = i64::from(i32::MAX);
    for (text, expected) in [
        ("begins(22)", vec![one("22", 0, whole)]),
        ("begins(\"22:1-5\")", vec![one("22:1-5", 0, whole)]),
        (
            "WITHIN( 22:5 , X )",
            vec![one("22", 5, 5), one("X", 0, whole)],
        ),
        // a comma with three digits behind it groups them, unless a colon follows
        (
            "begins(22:1,000-2,000,X:5)",
            vec![one("22", 1000, 2000), one("X", 5, 5)],
        ),
        (
            "begins(22:100-200,300:5-6)",
            vec![one("22", 100, 200), one("300", 5, 6)],
        ),
        (
            "begins(22:100-200,22:300-)",
            vec![one("22", 100, 200), one("22", 300, whole)],
        ),
        (
            "begins(300,400)",
            vec![one("300", 0, whole), one("400", 0, whole)],
        ),
        (
            "within(region(\"a, b\", 5, 9), region(\"c\"), HLA-A*01:01:1-5)",
            vec![
                one("a, b", 5, 9),
                one("c", 0, whole),
                one("HLA-A*01:01", 1, 5),
            ],
        ),
    ] {
        assert_eq!(regions(text), expected, "{text}");
    }
    let built = VariantExpr::within([("22", interval(5, 9)), ("a b", interval(1, 2))]);
    assert_eq!(
        built,
        "within(22:5-9, region(\"a b\", 1, 2))".parse().unwrap()
    );
    let built = VariantExpr::begins_file("a b.bed").or(VariantExpr::pos().ge(5));
    assert_eq!(built.to_string(), "begins(@\"a b.bed\") | pos>=5");
    let files = [
        VariantExpr::alleles_file("f"),
        VariantExpr::ids_file("f"),
        VariantExpr::genes_file("f"),
        VariantExpr::within_file("f"),
    ];
    let text = "alleles(@f) | ids(@f) | genes(@f) | within(@f)";
    assert_eq!(VariantExpr::any_of(files), text.parse().unwrap());
}

#[test]
fn what_is_no_list_of_regions() {
    for (text, message) in [
        ("begins()", "`begins(…)` names no region"),
        ("begins(22", "missing closing parenthesis"),
        ("begins(22:5-9 X)", "expected a comma or `)`, found `X`"),
        (
            "begins(22:9-5)",
            "the region ends at 5, before it starts at 9",
        ),
        (
            "begins(22:5:A:G)",
            "`22:5:A:G` is no region, as `22:100-200` is",
        ),
        (
            "begins(gene:RYR1)",
            "`gene:RYR1` is no region, as `22:100-200` is",
        ),
        (
            "begins(22, @a.bed)",
            "a file of regions stands alone: `begins(@capture.bed)`",
        ),
        (
            "within(@a.bed, 22)",
            "a file of regions stands alone: `within(@capture.bed)`",
        ),
        (
            "within(@a.bed, @b.bed)",
            "a file of regions stands alone: `within(@capture.bed)`",
        ),
        (
            "alleles(22:5:A:G)",
            "`alleles(…)` takes one file, behind `@`: `alleles(@list.txt)`",
        ),
        ("pos", "`pos` needs a comparison, as in `pos>0`"),
        (
            "pos(sex:female)>5",
            "only counts and frequencies differ between groups",
        ),
        ("begins(@)", "expected an argument or `)`, found `)`"),
    ] {
        let error = VariantExpr::parse(text).unwrap_err();
        assert_eq!(error.message, message, "{text}");
    }
}

#[test]
fn arrows_are_alleles_and_comparisons_stay_comparisons() {
    for text in [
        "chr19:38433722T>C",
        "19:38433722:T>C",
        "19-38433722-T>C",
        "chr19:38433722 T>C",
        "19:38,433,722T>C",
        "19:38,433,722 TA>C",
        "NC_000019.9:38433722:T>C",
    ] {
        let expected = VariantExpr::allele(text);
        assert_eq!(VariantExpr::parse(text).unwrap(), expected, "{text}");
        assert_eq!(expected.to_string(), text);
        let among = format!("!{text}&af>0.1");
        let both = expected.not().and(VariantExpr::af().gt(0.1));
        assert_eq!(VariantExpr::parse(&among).unwrap(), both, "{among}");
    }
    let region = VariantExpr::parse("22:5 & qual>3").unwrap();
    assert_eq!(region.to_string(), "22:5-5 & qual>3");
    for text in [
        "22:5 T",
        "22:5  T>C",
        "22:5 T>",
        "22:5 T>1",
        "22:5-9 T>C",
        "n5:A>1",
    ] {
        assert!(VariantExpr::parse(text).is_err(), "{text}");
    }
}
