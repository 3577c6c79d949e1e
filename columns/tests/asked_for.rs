//! Columns that are computed where they are asked for, pages, and counts by many things, against what the source says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use varidex::{
    AnnotateWith, BuildOptions, By, Counts, Dataset, Error, Query, TwoByTwo, View, build,
};
use varidex_columns::{
    Format, Table, Written, annotations, cases_and_controls, frequencies, sites, variants,
};

const HEAD: &str = "##fileformat=VCFv4.3\n##contig=<ID=22,length=50818468,assembly=GRCh38>\n\
    ##INFO=<ID=DP,Number=1,Type=Integer,Description=\"d\">\n\
    ##INFO=<ID=CADD,Number=A,Type=Float,Description=\"c\">\n\
    ##INFO=<ID=DB,Number=0,Type=Flag,Description=\"f\">\n\
    ##INFO=<ID=CLNSIG,Number=.,Type=String,Description=\"s\">\n\
    ##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n";

/// A dataset of records without their contig, and of what else a build takes.
fn dataset(place: &Path, samples: &[String], records: &[String], options: &BuildOptions) -> View {
    let mut text = format!(
        "{HEAD}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n",
        samples.join("\t")
    );
    for record in records {
        text += &format!("22\t{record}\n");
    }
    std::fs::write(place.join("in.vcf"), text).unwrap();
    let to = place.join("out.vdx");
    build(&[place.join("in.vcf")], &to, options, &mut |_| true).unwrap();
    Dataset::open(&to).unwrap().view()
}

fn written(table: Table, format: Format) -> String {
    let mut out = Vec::new();
    table.write(format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn lines(table: Table) -> Vec<String> {
    written(table, Format::Tsv)
        .lines()
        .map(str::to_owned)
        .collect()
}

fn small(place: &Path) -> View {
    let records = [
        "10\t.\tA\tG,T\t30.1\tPASS\tDP=7;CADD=0.1,25.5;DB;CLNSIG=benign,.\tGT\t0|1\t1|2\t./.",
        "20\t.\tACC\tA\t.\tPASS\tDP=-3;CLNSIG=.\tGT\t0/0\t0/1\t1/1",
        "40\t.\tC\t<DEL>\t1e-7\tPASS\tEND=90\tGT\t./.\t./.\t./.",
    ];
    let options = BuildOptions {
        info: ["DP", "CADD", "DB", "CLNSIG"].map(str::to_owned).to_vec(),
        ..BuildOptions::default()
    };
    let names = ["a", "b", "c"].map(str::to_owned);
    dataset(place, &names, &records.map(str::to_owned), &options)
}

#[test]
fn what_was_kept_is_read() {
    let place = tempfile::tempdir().unwrap();
    let view = small(place.path());
    let all = Query::new("all").unwrap();
    let asked = |names: &[&str]| variants(&view, &all).unwrap().select(names).unwrap();
    assert_eq!(
        lines(asked(&[
            "pos",
            "info.DP",
            "info.CADD",
            "info.DB",
            "info.CLNSIG",
            "qual"
        ])),
        [
            "pos\tinfo.DP\tinfo.CADD\tinfo.DB\tinfo.CLNSIG\tqual",
            "10\t7\t0.1\ttrue\tbenign,.\t30.1",
            "10\t7\t25.5\ttrue\tbenign,.\t30.1",
            "20\t-3\t.\tfalse\t.\t.",
            "40\t.\t.\tfalse\t.\t1e-7",
        ]
    );
    assert_eq!(
        lines(asked(&[
            "pos",
            "end",
            "length",
            "covered",
            "an",
            "hgvs",
            "canonical"
        ])),
        [
            "pos\tend\tlength\tcovered\tan\thgvs\tcanonical",
            "10\t10\t1\t3\t4\tNC_000022.11:g.10A>G\t.",
            "10\t10\t1\t3\t4\tNC_000022.11:g.10A>T\t.",
            "20\t22\t2\t3\t6\tNC_000022.11:g.21_22del\t.",
            "40\t90\t50\t3\t0\t.\t.",
        ]
    );
    // an indel is identified where the bases beside it are known; by the reference implementation, release 2.3.3
    assert_eq!(
        lines(asked(&["pos", "vrs", "vrs_1_3"])),
        [
            "pos\tvrs\tvrs_1_3",
            "10\tga4gh:VA.KPnkqAaItB1jOypsMtNi4W72FJPp_I6Y\tga4gh:VA.nAF7SogyI5uJ6L2bGq7ka_uTjEv4F1mo",
            "10\tga4gh:VA.THctfom-_YCUc13ttDrwJsbhELtsUN2S\tga4gh:VA.QPB92gCddUf27I9jyMyKlvkWXEBnXqtd",
            "20\t.\t.",
            "40\t.\t.",
        ]
    );
    assert_eq!(
        written(
            asked(&["info.DB", "info.CADD", "qual", "info.DP"]),
            Format::Ndjson
        )
        .lines()
        .next(),
        Some(r#"{"info.DB":true,"info.CADD":0.1,"qual":30.1,"info.DP":7}"#)
    );
    let types: Vec<String> = asked(&["info.DP", "info.CADD", "info.DB", "info.CLNSIG", "qual"])
        .batches()
        .schema()
        .fields()
        .iter()
        .map(|field| field.data_type().to_string())
        .collect();
    assert_eq!(types, ["Int64", "Float64", "Boolean", "Utf8", "Float64"]);
    let group = view.ask("samples(a, c)").unwrap();
    let in_group = all.clone().in_group(Some(&group));
    let table = variants(&view, &in_group).unwrap();
    assert_eq!(
        lines(table.select(&["pos", "alt", "ac", "covered"]).unwrap())[1..],
        [
            "10\tG\t1\t2",
            "10\tT\t0\t2",
            "20\tA\t2\t2",
            "40\t<DEL>\t0\t2"
        ]
    );
}

#[test]
fn unknown_columns_name_the_nearest() {
    let place = tempfile::tempdir().unwrap();
    let view = small(place.path());
    let refused = |name: &str| {
        let table = variants(&view, &Query::new("all").unwrap()).unwrap();
        table.select(&[name]).unwrap_err().to_string()
    };
    for (name, message) in [
        ("gnee", "no column `gnee` here; did you mean gene"),
        ("cover", "did you mean covered"),
        ("CADD", "did you mean"),
        ("gnee", "info.CLNSIG"),
        ("info.CAD", "INFO CAD is not kept in this dataset"),
        ("info.CAD", "did you mean CADD"),
        ("info.CAD", "Kept are DP, CADD, DB, CLNSIG"),
    ] {
        let refused = refused(name);
        assert!(refused.contains(message), "{refused}");
    }
    let table = variants(&view, &Query::new("all").unwrap()).unwrap();
    let twice = table.select(&["pos", "pos"]).unwrap_err().to_string();
    assert!(twice.contains("twice"), "{twice}");
}

#[test]
fn pages_by_offset_are_the_whole() {
    let place = tempfile::tempdir().unwrap();
    let view = small(place.path());
    let by = view.by(&["x=samples(a), y=samples(b)"]).unwrap();
    let all = Query::new("all").unwrap();
    let tables = |query: &Query| {
        [
            variants(&view, query).unwrap(),
            frequencies(&view, query, &by).unwrap(),
            varidex_columns::carriers(&view, query, None).unwrap(),
        ]
    };
    for (number, whole) in tables(&all).into_iter().map(lines).enumerate() {
        let rows = whole.len() as u64 - 1;
        for offset in 0..rows + 2 {
            for limit in [1, 2, 100] {
                let query = all.clone().offset(offset).limit(limit);
                let [a, b, c] = tables(&query);
                let table = [a, b, c].into_iter().nth(number).unwrap();
                let expected = whole[1..].iter().skip(offset as usize).take(limit as usize);
                let found = lines(table);
                assert!(found[1..].iter().eq(expected), "{number} {offset} {limit}");
                let [a, b, c] = tables(&query);
                let table = [a, b, c].into_iter().nth(number).unwrap();
                assert_eq!(
                    table.count().unwrap(),
                    rows.saturating_sub(offset).min(limit)
                );
            }
        }
    }
    // behind a token the offset begins there
    let mut first = variants(&view, &all.clone().limit(1)).unwrap().batches();
    first.next_batch().unwrap();
    let query = all.clone().after(first.table().token()).offset(2);
    let rest = variants(&view, &query).unwrap();
    assert_eq!(lines(rest.select(&["pos"]).unwrap()), ["pos", "40"]);
    // and a scan leaves out variants
    let mut scan = view.scan(&all.clone().offset(3)).unwrap();
    let position = scan.next(|variant| variant.position()).unwrap().unwrap();
    assert_eq!(position.one_based(), 40);
    assert!(scan.next(|_| Ok(())).unwrap().is_none());
    assert!(view.partitions(&all.offset(1), 2).is_err());
}

#[test]
fn annotations_are_the_sites_of_each_cohort_side_by_side() {
    let place = tempfile::tempdir().unwrap();
    let view = small(place.path());
    let file = place.path().join("in.vcf");
    let few = view.ask("samples(b,c)").unwrap();
    let by = view.by(&["x=samples(a)", "y=samples(b,c)"]).unwrap();
    let with = [
        AnnotateWith::new(view.clone()).by(by.iter().cloned()),
        AnnotateWith::new(view.clone())
            .named("F")
            .in_group(few.clone()),
    ];
    let (table, _) = annotations(&file, &with).unwrap();
    let wide: Vec<Vec<String>> = lines(table).iter().map(|line| cells_of(line)).collect();
    let long = |group, by: &[By]| -> Vec<Vec<String>> {
        let (table, _) = sites(&view, &file, group, by).unwrap();
        lines(table).iter().map(|line| cells_of(line)).collect()
    };
    let (all, named, of_few) = (long(None, &[]), long(None, &by), long(Some(&few), &[]));
    assert_eq!(wide.len(), all.len());
    assert!(wide[0].contains(&"ac_x".to_owned()) && wide[0].contains(&"F_n_missing".to_owned()));
    for (number, row) in wide.iter().enumerate().skip(1) {
        assert_eq!(row[..12], all[number]);
        // three rows of each allele: of all, and of both groups
        let first = 1 + 3 * (number - 1);
        assert_eq!(row[12..19], named[first + 1][6..]);
        assert_eq!(row[19..26], named[first + 2][6..]);
        assert_eq!(row[26..], of_few[number][6..]);
    }
    let twice = [with[0].clone(), with[0].clone()];
    let error = annotations(&file, &twice).err().unwrap();
    assert!(
        matches!(&error, Error::Usage(text) if text.contains("`ac`")),
        "{error}"
    );
    assert!(matches!(annotations(&file, &[]), Err(Error::Usage(_))));
}

fn cells_of(line: &str) -> Vec<String> {
    line.split('\t').map(str::to_owned).collect()
}

#[test]
fn batches_say_how_many_rows_are_left_and_where_the_table_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let view = small(place.path());
    let table = |limit: u64| variants(&view, &Query::new("all").unwrap().limit(limit)).unwrap();
    let mut begun = table(9).batches().with_batch_rows(1);
    begun.next_batch().unwrap().unwrap();
    assert_eq!(begun.count().unwrap(), 3);
    for (limit, is_cut) in [(3, true), (4, false), (5, false)] {
        let mut batches = table(limit).batches();
        while batches.next_batch().unwrap().is_some() {}
        let ended = batches.ended().unwrap();
        assert_eq!(matches!(ended, Written::Cut(Some(_))), is_cut, "{limit}");
    }
}

#[test]
fn a_header_can_be_left_out() {
    let place = tempfile::tempdir().unwrap();
    let view = small(place.path());
    let table = || {
        let table = variants(&view, &Query::new("22:20").unwrap()).unwrap();
        table.select(&["pos", "alt"]).unwrap().without_header()
    };
    assert_eq!(written(table(), Format::Tsv), "20\tA\n");
    assert_eq!(written(table(), Format::Csv), "20,A\n");
    assert_eq!(
        written(table(), Format::Ndjson),
        "{\"pos\":20,\"alt\":\"A\"}\n"
    );
}

#[test]
fn cases_are_compared_with_controls() {
    let place = tempfile::tempdir().unwrap();
    let view = small(place.path());
    let group = |text: &str| view.ask(text).unwrap();
    let compared = |of: &str, cases: &str, controls: &str| {
        let query = Query::new(of).unwrap();
        cases_and_controls(&view, &query, &group(cases), &group(controls))
    };
    let table = compared("all", "samples(a)", "samples(b, c)").unwrap();
    assert_eq!(
        lines(table),
        [
            "chrom\tpos\tid\tref\talt\tac_cases\tan_cases\taf_cases\tac_controls\tan_controls\taf_controls\todds_ratio\tp",
            "22\t10\t.\tA\tG\t1\t2\t0.5\t1\t2\t0.5\t1\t1",
            "22\t10\t.\tA\tT\t0\t2\t0\t1\t2\t0.5\t0\t1",
            "22\t20\t.\tACC\tA\t0\t2\t0\t3\t4\t0.75\t0\t0.4",
            "22\t40\t.\tC\t<DEL>\t0\t0\t.\t0\t0\t.\t.\t.",
        ]
    );
    // a has nobody with it among the controls
    let names = [
        "odds_ratio",
        "carriers_cases",
        "noncarriers_controls",
        "carrier_p",
        "carrier_odds_ratio",
    ];
    let table = compared("22:10:A:G", "samples(a, b)", "samples(c)").unwrap();
    assert_eq!(lines(table.select(&names).unwrap())[1], ".\t2\t0\t.\t.");
    let table = compared("22:20:ACC:A", "samples(c)", "samples(a, b)").unwrap();
    assert_eq!(lines(table.select(&names).unwrap())[1], "inf\t1\t1\t1\tinf");
    let table = compared("22:20:ACC:A", "samples(c)", "samples(a, b)").unwrap();
    let json = written(table.select(&["odds_ratio"]).unwrap(), Format::Ndjson);
    assert_eq!(json, "{\"odds_ratio\":\"inf\"}\n");
    let both = compared("all", "samples(a, b)", "samples(b, c)")
        .unwrap_err()
        .to_string();
    assert!(
        both.contains("1 of the cases are controls as well, such as b"),
        "{both}"
    );
    // with a group only those of it
    let within = Query::new("22:20")
        .unwrap()
        .in_group(Some(&group("samples(a, b)")));
    let table = cases_and_controls(
        &view,
        &within,
        &group("samples(a)"),
        &group("samples(b, c)"),
    );
    let table = table.unwrap().select(&["an_cases", "an_controls"]).unwrap();
    assert_eq!(lines(table)[1], "2\t2");
}

/// A person of a random cohort.
#[derive(Debug, Clone)]
struct Someone {
    sex: Option<&'static str>,
    age: Option<u32>,
    hypotonia: bool,
    genotypes: Vec<&'static str>,
}

const VARIANTS: usize = 3;

fn someone() -> impl Strategy<Value = Someone> {
    let sex = prop_oneof![Just(None), Just(Some("female")), Just(Some("male"))];
    let age = prop::option::of(0u32..70);
    let genotype = prop::sample::select(vec!["0/0", "0/1", "1/1", "./.", "./1", "0/."]);
    let genotypes = prop::collection::vec(genotype, VARIANTS);
    (sex, age, any::<bool>(), genotypes).prop_map(|(sex, age, hypotonia, genotypes)| Someone {
        sex,
        age,
        hypotonia,
        genotypes,
    })
}

/// The counts of some genotypes, from their text; and how many know all copies and carry none.
fn counted(genotypes: &[&str]) -> (Counts, u64) {
    let (mut counts, mut free, mut an, mut missing) = (Counts::default(), 0, 0, 0);
    for genotype in genotypes {
        let copies: Vec<&str> = genotype.split('/').collect();
        let with = copies.iter().filter(|&&copy| copy == "1").count() as u64;
        let known = copies.iter().filter(|&&copy| copy != ".").count() as u64;
        counts.ac += with;
        an += known;
        counts.n_het += u64::from(with == 1);
        counts.n_hom += u64::from(with == 2);
        missing += u64::from(known < 2);
        free += u64::from(known == 2 && with == 0);
    }
    (counts.an, counts.n_missing) = (Some(an), Some(missing));
    (counts, free)
}

fn band(age: u32) -> &'static str {
    match age {
        0..18 => "0-17",
        18..40 => "18-39",
        _ => "40+",
    }
}

fn cohort(place: &Path, people: &[Someone]) -> View {
    let mut table = "individual_id\tsample\tsex\tage\thpo\n".to_owned();
    for (number, person) in people.iter().enumerate() {
        let age = person.age.map_or(String::new(), |age| age.to_string());
        let hpo = if person.hypotonia { "HP:0001252" } else { "" };
        table += &format!(
            "P{number}\ts{number}\t{}\t{age}\t{hpo}\n",
            person.sex.unwrap_or("")
        );
    }
    std::fs::write(place.join("people.tsv"), table).unwrap();
    let names: Vec<String> = (0..people.len())
        .map(|number| format!("s{number}"))
        .collect();
    let record = |variant: usize| {
        let genotypes: Vec<&str> = people
            .iter()
            .map(|person| person.genotypes[variant])
            .collect();
        format!(
            "{}\t.\tA\tG\t.\t.\t.\tGT\t{}",
            10 + variant,
            genotypes.join("\t")
        )
    };
    let records: Vec<String> = (0..VARIANTS).map(record).collect();
    let mut options = BuildOptions::default();
    options.people.files = vec![place.join("people.tsv")];
    dataset(place, &names, &records, &options)
}

fn cells(counts: &Counts) -> String {
    let af = counts.af().map_or(".".to_owned(), |_| "af".to_owned());
    format!("{}\t{}\t{af}", counts.ac, counts.an.unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// The rows of each combination of values, and the counts in each, from the genotypes' text.
    #[test]
    fn counts_by_fields_are_those_of_the_source(people in prop::collection::vec(someone(), 1..9)) {
        let place = tempfile::tempdir().unwrap();
        let view = cohort(place.path(), &people);
        let by = view.by(&["sex", "age(18,40)"]);
        let term = people.iter().any(|person| person.hypotonia);
        let by = match term {
            true => view.by(&["sex", "age(18,40),HP:0001252"]),
            false => by,
        };
        let by = by.unwrap();
        let table = frequencies(&view, &Query::new("all").unwrap(), &by).unwrap();
        let mut names = vec!["pos", "sex", "age"];
        names.extend(term.then_some("HP:0001252"));
        names.extend(["ac", "an", "af"]);
        let found = lines(table.select(&names).unwrap());
        let mut expected = Vec::new();
        for variant in 0..VARIANTS {
            let mut groups: BTreeMap<Vec<(bool, &str)>, Vec<&str>> = BTreeMap::new();
            let mut all = Vec::new();
            for person in &people {
                // who has none stands behind the others
                let value = |value: Option<&'static str>| (value.is_none(), value.unwrap_or("."));
                let mut key = vec![value(person.sex), value(person.age.map(band))];
                key.extend(term.then(|| value(person.hypotonia.then_some("present"))));
                groups.entry(key).or_default().push(person.genotypes[variant]);
                all.push(person.genotypes[variant]);
            }
            let fields = 2 + usize::from(term);
            let everybody = cells(&counted(&all).0);
            expected.push(format!("{}\t{}\t{everybody}", 10 + variant, vec!["all"; fields].join("\t")));
            for (key, genotypes) in groups {
                let values: Vec<&str> = key.into_iter().map(|(_, value)| value).collect();
                let counts = cells(&counted(&genotypes).0);
                expected.push(format!("{}\t{}\t{counts}", 10 + variant, values.join("\t")));
            }
        }
        let shown: Vec<String> = found[1..].iter().map(|line| {
            let (start, af) = line.rsplit_once('\t').unwrap();
            format!("{start}\t{}", if af == "." { "." } else { "af" })
        }).collect();
        prop_assert_eq!(shown, expected);
    }

    /// Both sides and the tests of them, from the genotypes' text.
    #[test]
    fn cases_and_controls_are_those_of_the_source(people in prop::collection::vec(someone(), 2..9), cut in 1usize..8) {
        let place = tempfile::tempdir().unwrap();
        let view = cohort(place.path(), &people);
        let cut = cut.min(people.len() - 1);
        let list = |range: std::ops::Range<usize>| {
            let names: Vec<String> = range.map(|number| format!("s{number}")).collect();
            view.ask(&format!("samples({})", names.join(","))).unwrap()
        };
        let (cases, controls) = (list(0..cut), list(cut..people.len()));
        let query = Query::new("all").unwrap();
        let table = cases_and_controls(&view, &query, &cases, &controls).unwrap();
        let all: Vec<String> = table.names().map(str::to_owned).chain(table.more_names()).collect();
        let whole = lines(table.select(&all).unwrap());
        let at = |name: &str| all.iter().position(|known| known == name).unwrap();
        for variant in 0..VARIANTS {
            let side = |people: &[Someone]| {
                let genotypes: Vec<&str> = people.iter().map(|person| person.genotypes[variant]).collect();
                counted(&genotypes)
            };
            let both = [side(&people[..cut]), side(&people[cut..])];
            let row: Vec<&str> = whole[variant + 1].split('\t').collect();
            let cell = |name: &str| row[at(name)].to_owned();
            let number = |name: &str| cell(name).parse::<f64>().ok();
            for ((counts, free), name) in both.iter().zip(["cases", "controls"]) {
                let carriers = counts.n_het + counts.n_hom;
                for (column, value) in [
                    ("ac", counts.ac), ("an", counts.an.unwrap()), ("n_het", counts.n_het), ("n_hom", counts.n_hom),
                    ("n_missing", counts.n_missing.unwrap()), ("carriers", carriers), ("noncarriers", *free),
                ] {
                    prop_assert_eq!(cell(&format!("{column}_{name}")), value.to_string());
                }
                let (low, high) = (number(&format!("af_low_{name}")), number(&format!("af_high_{name}")));
                let interval = counts.af_interval();
                prop_assert_eq!(low.is_some(), interval.is_some());
                if let (Some(low), Some(high), Some(expected)) = (low, high, interval) {
                    prop_assert!((low - expected.0).abs() < 1e-5 && (high - expected.1).abs() < 1e-5);
                }
            }
            let alleles = |(counts, _): &(Counts, u64)| (counts.ac, counts.an.unwrap() - counts.ac);
            let samples = |(counts, free): &(Counts, u64)| (counts.n_het + counts.n_hom, *free);
            for (odds, p, of) in [
                ("odds_ratio", "p", [alleles(&both[0]), alleles(&both[1])]),
                ("carrier_odds_ratio", "carrier_p", [samples(&both[0]), samples(&both[1])]),
            ] {
                let table = TwoByTwo { cases: of[0], controls: of[1] };
                let near = |found: Option<f64>, expected: Option<f64>| match (found, expected) {
                    (Some(a), Some(b)) => a == b || (a - b).abs() <= 1e-5 * b,
                    (found, expected) => found.is_none() && expected.is_none(),
                };
                prop_assert!(near(number(odds), table.odds_ratio()), "{} {}", odds, cell(odds));
                prop_assert!(near(number(p), table.fisher_exact()), "{} {}", p, cell(p));
            }
        }
        // some of the columns alone are what they are beside all others
        for (step, start) in [(2, 0), (3, 1), (5, 4), (1, 7)] {
            let some: Vec<usize> = (start..all.len()).step_by(step).collect();
            let names: Vec<&str> = some.iter().map(|&at| all[at].as_str()).collect();
            let table = cases_and_controls(&view, &query, &cases, &controls).unwrap();
            let found = lines(table.select(&names).unwrap());
            let expected: Vec<String> = whole.iter().map(|line| {
                let cells: Vec<&str> = line.split('\t').collect();
                some.iter().map(|&at| cells[at]).collect::<Vec<_>>().join("\t")
            }).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
