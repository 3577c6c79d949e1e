//! What is refused, with the place, the message and the candidates.

use super::super::ast::*;
use crate::error::ExpressionError;

fn check_error(
    text: &str,
    error: ExpressionError,
    marked: &str,
    message: &str,
    candidates: &[&str],
) {
    assert_eq!(error.message, message, "{text}");
    assert_eq!(&text[error.at.clone()], marked, "{text}: {error}");
    assert_eq!(error.candidates, candidates, "{text}");
    assert_eq!(error.text, text);
}

#[test]
fn bad_expressions_over_variants() {
    let table: &[(&str, &str, &str, &[&str])] = &[
        ("", "", "empty expression", &[]),
        ("  ", "  ", "empty expression", &[]),
        (
            "gen:RYR1",
            "gen",
            "unknown field `gen`",
            &["gene", "ref", "alt"],
        ),
        (
            "flter:PASS",
            "flter",
            "unknown field `flter`",
            &["filter", "alt", "gene"],
        ),
        (
            "n_hets>2",
            "n_hets",
            "unknown field `n_hets`",
            &["n_het", "n_hemi", "n_hom"],
        ),
        (
            "INFO/CADD>2",
            "INFO/CADD",
            "unknown field `INFO/CADD`",
            &["info.CADD"],
        ),
        (
            "chr1:10M-20M",
            "chr1:10M-20M",
            "`chr1:10M-20M` is no allele, region or known field",
            &["alt", "gene", "id"],
        ),
        (
            "HP:0003473",
            "HP:0003473",
            "`HP:0003473` picks people, variants are picked here",
            &[],
        ),
        (
            "regoin(22, 1, 2)",
            "regoin",
            "unknown function `regoin`",
            &["region", "regions", "begins"],
        ),
        ("af", "af", "`af` needs a comparison, as in `af>0`", &[]),
        (
            "af:0.1",
            "af",
            "`af` is a number: compare it, as in `af>0`",
            &[],
        ),
        (
            "af(x)<1",
            "x",
            "`x` picks no people by itself",
            &["samples(x)", "carriers(x)"],
        ),
        (
            "type=snv",
            "type",
            "`type` takes a colon, as in `type:…`",
            &[],
        ),
        (
            "type:snp",
            "snp",
            "unknown type `snp`",
            &["snv", "bnd", "cnv"],
        ),
        ("filter:", "filter:", "`filter:` needs a value", &[]),
        ("af<", "", "expected a number after the comparison", &[]),
        ("af<x", "x", "`x` is not a number", &[]),
        ("af<1e999", "1e999", "`1e999` is not a number", &[]),
        ("af<nan", "nan", "`nan` is not a number", &[]),
        ("af<-inf", "-inf", "`-inf` is not a number", &[]),
        ("af<1%", "1%", "`1%` is not a number", &[]),
        (
            "af<0,01 & all",
            "0,01",
            "a number after a comparison takes no comma",
            &[],
        ),
        (
            "info.X=1,5",
            "1,5",
            "a number after a comparison takes no comma",
            &[],
        ),
        ("info.", "info.", "`info.` needs a key", &[]),
        ("info.X>", "", "expected a value after the comparison", &[]),
        (
            "info.X<abc",
            "abc",
            "text is compared with `=` or `!=`, not with `<`",
            &[],
        ),
        (
            "info.X:abc",
            "X:abc",
            "an INFO key is compared, as in `info.X=…`, or stands alone; quote a key with a colon",
            &[],
        ),
        ("(all", "(", "missing closing parenthesis", &[]),
        ("(all, 22)", ",", "expected `&`, `|` or `)`, found `,`", &[]),
        (
            "all)",
            ")",
            "closing parenthesis without an opening one",
            &[],
        ),
        ("all rs1", "rs1", "expected `&` or `|` before `rs1`", &[]),
        ("rs1 - rs2", "-", "expected `&` or `|` before `-`", &[]),
        ("22:5:A:G,T", ",", "expected `&` or `|` before `,`", &[]),
        ("()", ")", "expected what picks variants, found `)`", &[]),
        (
            "all &",
            "",
            "expected what picks variants, as `gene:RYR1` or `22:16050075:A:G` does, found the end",
            &[],
        ),
        (
            "all & | 22",
            "|",
            "expected what picks variants, found `|`",
            &[],
        ),
        (
            "all and or 22",
            "or",
            "expected what picks variants, found `or`",
            &[],
        ),
        (
            "!",
            "",
            "expected what picks variants, as `gene:RYR1` or `22:16050075:A:G` does, found the end",
            &[],
        ),
        ("<5", "<5", "expected what picks variants, found `<5`", &[]),
        (
            "22:5:A:<DEL",
            "<DEL",
            "a symbolic allele lacks its `>`",
            &[],
        ),
        ("\"abc", "\"abc", "missing closing quote", &[]),
        (
            r#""a\b""#,
            r"\b",
            r"in a string, a backslash stands before a quote or a backslash only: write `\\`",
            &[],
        ),
        (
            r#""a\"#,
            r"\",
            r"in a string, a backslash stands before a quote or a backslash only: write `\\`",
            &[],
        ),
        (
            "22:6-5",
            "22:6-5",
            "the region ends at 5, before it starts at 6",
            &[],
        ),
        (
            "22:1,00-200",
            "22:1,00-200",
            "`1,00` is not a position: a number up to 2147483647, without commas or with one at each thousand",
            &[],
        ),
        (
            "22:0,100-200",
            "22:0,100-200",
            "`0,100` is not a position: a number up to 2147483647, without commas or with one at each thousand",
            &[],
        ),
        (
            "22:1-2147483648",
            "22:1-2147483648",
            "`2147483648` is not a position: a number up to 2147483647, without commas or with one at each thousand",
            &[],
        ),
        (
            "region(22, 1,000, 2,000)",
            "region(22, 1,000, 2,000)",
            "`region(…)` takes a contig, or a contig, its first and its last position, without commas in the numbers",
            &[],
        ),
        (
            "region(22, a, 5)",
            "a, 5",
            "`a` is not a position: a number up to 2147483647, without commas or with one at each thousand",
            &[],
        ),
        ("region(22, 1, 2", "(", "missing closing parenthesis", &[]),
        (
            "region(,)",
            ",",
            "expected an argument or `)`, found `,`",
            &[],
        ),
        (
            "all & regions(a.bed)",
            "regions(a.bed)",
            "`regions(…)` takes one BED file, behind `@`: `regions(@capture.bed)`",
            &[],
        ),
        (
            "carriers(all)",
            "carriers",
            "`carriers(…)` picks people, variants are picked here",
            &[],
        ),
    ];
    for &(text, marked, message, candidates) in table {
        let error = *VariantExpr::parse(text).expect_err(text);
        check_error(text, error, marked, message, candidates);
    }
}

#[test]
fn bad_expressions_over_people() {
    let table: &[(&str, &str, &str, &[&str])] = &[
        ("", "", "empty expression", &[]),
        (
            "all &",
            "",
            "expected what picks people, as `sex:female` or `carriers(gene:RYR1)` does, found the end",
            &[],
        ),
        (
            "af<0.01 & all",
            "af<0.01",
            "`af<0.01` picks variants, people are picked here",
            &["carriers(af<0.01)"],
        ),
        (
            "22:5:A:G",
            "22:5:A:G",
            "`22:5:A:G` picks variants, people are picked here",
            &["carriers(22:5:A:G)"],
        ),
        (
            "HG00096",
            "HG00096",
            "`HG00096` picks no people by itself",
            &["samples(HG00096)", "carriers(HG00096)"],
        ),
        (
            "sex:femal",
            "femal",
            "unknown sex `femal`",
            &["female", "male", "other"],
        ),
        (
            "sex=female",
            "sex",
            "`sex` needs a value, as in `sex:…`",
            &[],
        ),
        (
            "age:18",
            "age",
            "`age` needs a value, as in `age>=18y`",
            &[],
        ),
        (
            "age>=18",
            "18",
            "`18` needs a unit, as in `18y`, `18m` or `18d`",
            &[],
        ),
        (
            "age>=old",
            "old",
            "`old` is no age, as `18y`, `6m`, `18y6m`, `2w`, `10d`, `P18Y6M` are",
            &[],
        ),
        (
            "similar()",
            ")",
            "expected a term or an option or `)`, found `)`",
            &[],
        ),
        (
            "similar(high)",
            "(high)",
            "`similar(…)` names neither a disease nor a phenotype",
            &[],
        ),
        (
            "similar(HP:1; score>0.4)",
            "score",
            "a score is compared with `>=`, as in `score>=0.4`",
            &[],
        ),
        (
            "similar(HP:1; measure: lim)",
            "measure: lim",
            "unknown measure `lim`",
            &["lin", "jc", "simgic"],
        ),
        (
            "similar(HP:1; low; high)",
            "high",
            "the same choice twice",
            &[],
        ),
        (
            "onset(HP:1)",
            "",
            "`onset(…)` is an age: compare it, as in `onset(…)<2y`",
            &[],
        ),
        (
            "measurement(HP:1)",
            "",
            "`measurement(…)` is a number: compare it, as in `measurement(…)>6.5`",
            &[],
        ),
        (
            "excluded(HP:1, HP:2)",
            ",",
            "expected the end of the term or `)`, found `,`",
            &[],
        ),
        (
            "chr22:100-200",
            "chr22:100-200",
            "`chr22:100-200` picks variants, people are picked here",
            &["carriers(chr22:100-200)"],
        ),
        (
            "gene:RYR1 & sex:male",
            "gene:RYR1",
            "`gene:RYR1` picks variants, people are picked here",
            &["carriers(gene:RYR1)"],
        ),
        (
            "carriers(all, compound, hom)",
            "hom",
            "`compound` takes no other option",
            &[],
        ),
        (
            "carrier(all)",
            "carrier",
            "unknown function `carrier`",
            &["carriers", "called", "noncarriers"],
        ),
        (
            "all(x)",
            "all",
            "unknown function `all`",
            &["all", "age", "called"],
        ),
        (r#""x"#, r#""x"#, "missing closing quote", &[]),
        (
            "samples()",
            "samples()",
            "`samples(…)` names no sample",
            &[],
        ),
        ("samples(a", "(", "missing closing parenthesis", &[]),
        (
            "samples(a,,b)",
            ",",
            "expected an argument or `)`, found `,`",
            &[],
        ),
        (
            "samples(a b)",
            "b",
            "expected a comma or `)`, found `b`",
            &[],
        ),
        (
            "samples(a|b)",
            "|",
            "expected a comma or `)`, found `|`",
            &[],
        ),
        (
            "samples(@a, b)",
            "@a",
            "a file of samples stands alone: `samples(@ids.txt)`",
            &[],
        ),
        (
            "carriers()",
            ")",
            "expected what picks variants, found `)`",
            &[],
        ),
        ("carriers(all", "(", "missing closing parenthesis", &[]),
        (
            "carriers(all,)",
            ")",
            "expected an option or `)`, found `)`",
            &[],
        ),
        (
            "carriers(all, homo)",
            "homo",
            "unknown option `homo`",
            &["hom", "hemi", "het"],
        ),
        (
            "carriers(all, hom: 2)",
            "hom",
            "unknown option `hom`",
            &["hom", "hemi", "het"],
        ),
        ("carriers(all, hom, het)", "het", "`het` is said twice", &[]),
        (
            "carriers(all, at_least)",
            "at_least",
            "`at_least` needs a number, as in `at_least: 2`",
            &[],
        ),
        (
            "carriers(all, at_least: 0)",
            "0",
            "`0` is not a number of variants, 1 or more",
            &[],
        ),
        (
            "carriers(all, zygosity: x)",
            "x",
            "unknown zygosity `x`",
            &["het", "hom", "hemi"],
        ),
        (
            "carriers(sex:female)",
            "sex:female",
            "`sex:female` picks people, variants are picked here",
            &[],
        ),
        (
            "carriers(ac>1,000)",
            "1,000",
            "a number after a comparison takes no comma",
            &[],
        ),
        (
            "carriers(all) all",
            "all",
            "expected `&` or `|` before `all`",
            &[],
        ),
    ];
    for &(text, marked, message, candidates) in table {
        let error = *GroupExpr::parse(text).expect_err(text);
        check_error(text, error, marked, message, candidates);
    }
}

/// What a file marked with `@` was taken for is a name that nothing has: an empty answer.
#[test]
fn files_stand_in_three_functions_only() {
    const MESSAGE: &str = "`@` marks a file, as `samples(@…)`, `individuals(@…)` and `regions(@…)` take one: \
                           quote a name that begins with `@`";
    let variants = [
        ("@rs.txt", "@rs.txt"),
        ("!@rs.txt", "@rs.txt"),
        ("22 & (@rs.txt)", "@rs.txt"),
        ("id:@rs.txt", "@rs.txt"),
        ("id: @rs.txt", "@rs.txt"),
        ("gene:@genes.txt", "@genes.txt"),
        ("filter:@f", "@f"),
        ("type:@f", "@f"),
        ("consequence:@f", "@f"),
        ("protein:@f", "@f"),
        ("impact:@f", "@f"),
        ("impact>=@f", "@f"),
        ("af<@f", "@f"),
        ("af(@f)<1", "@f"),
        ("info.@f", "@f"),
        ("info.X=@f", "@f"),
        ("info.X>@f", "@f"),
        ("allele(@a.vcf)", "@a.vcf"),
        ("region(@a.bed)", "@a.bed"),
        ("region(22, @a, 5)", "@a"),
        ("id:@\"my file\"", "@"),
    ];
    let people = [
        ("@ids.txt", "@ids.txt"),
        ("all & @ids.txt", "@ids.txt"),
        ("HP:0003473 | @ids.txt", "@ids.txt"),
        ("disease:@f", "@f"),
        ("phenotype: @f", "@f"),
        ("sex:@f", "@f"),
        ("population:@f", "@f"),
        ("cohort:@f", "@f"),
        ("age>@f", "@f"),
        ("exactly(@f)", "@f"),
        ("excluded(phenotype:@f)", "@f"),
        ("similar(@f)", "@f"),
        ("similar(HP:1; measure: @f)", "@f"),
        ("similar(HP:1; measure:@f)", "@f"),
        ("similar(HP:1; score>=@f)", "@f"),
        ("onset(@f)<2y", "@f"),
        ("onset(HP:1)<@f", "@f"),
        ("severity(HP:1):@f", "@f"),
        ("measurement(@f)>1", "@f"),
        ("measurement(LOINC:1, @f)>1", "@f"),
        ("measurement(LOINC:1)>@f", "@f"),
        ("carriers(@f)", "@f"),
        ("carriers(id:@f)", "@f"),
        ("carriers(22, @f)", "@f"),
        ("carriers(22, zygosity: @f)", "@f"),
        ("carriers(22, at_least: @f)", "@f"),
    ];
    let check = |text: &str, marked: &str, error: Box<ExpressionError>| {
        assert_eq!(error.message, MESSAGE, "{text}");
        assert_eq!(&text[error.at.clone()], marked, "{text}");
    };
    for (text, marked) in variants {
        check(text, marked, VariantExpr::parse(text).unwrap_err());
    }
    for (text, marked) in people {
        check(text, marked, GroupExpr::parse(text).unwrap_err());
    }
}
