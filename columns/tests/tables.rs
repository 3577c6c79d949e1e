//! Tables are what the library says row by row, however they are cut into batches.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use std::path::Path;
use std::sync::Arc;
use varidex::{BuildOptions, By, Dataset, Error, Group, Query, View, build, interruptible};
use varidex_columns::{
    Batches, Format, Table, WriteError, Written, carriers, compounds, error_of, frequencies, ids,
    people, terms, variants,
};

const VCF: &str = "##fileformat=VCFv4.3\n##contig=<ID=22>\n##FILTER=<ID=q10,Description=\"low\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n\
    22\t10\trs1\tA\tG,T\t.\tPASS\t.\tGT\t0|1\t1|2\t./.\n\
    22\t20\t.\tAT\tA\t.\tq10\t.\tGT\t0/0\t0/1\t1/1\n\
    22\t30\t.\tC\t.\t.\t.\t.\tGT\t0/0\t0/0\t0/0\n\
    22\t40\t.\tC\tG\t.\t.\t.\tGT\t./.\t./.\t./.\n";

/// Everybody together.
const NOTHING: [By; 0] = [];

const PED: &str = "f\ta\tb\t0\t1\t0\nf\tb\t0\t0\t1\t0\nf\tc\t0\t0\t2\t0\n";

fn dataset(place: &Path) -> View {
    std::fs::write(place.join("in.vcf"), VCF).unwrap();
    std::fs::write(place.join("in.ped"), PED).unwrap();
    std::fs::write(place.join("genes.bed"), "22\t0\t100\tGG\n").unwrap();
    let mut options = BuildOptions::default();
    options.people.files = vec![place.join("in.ped")];
    options.genes = vec![place.join("genes.bed")];
    let to = place.join("out.vdx");
    build(&[place.join("in.vcf")], &to, &options, &mut |_| true).unwrap();
    Dataset::open(&to).unwrap().view()
}

fn query(of: &str, group: Option<&Group>) -> Query {
    Query::new(of).unwrap().in_group(group)
}

/// Rows as text, null as a point; a header comes first.
fn text(table: Table) -> Vec<String> {
    batches_text(&mut table.batches())
}

fn batches_text(batches: &mut Batches) -> Vec<String> {
    let schema = batches.schema();
    let names = schema.fields().iter().map(|field| field.name().as_str());
    let mut lines = vec![names.collect::<Vec<_>>().join(" ")];
    for batch in batches {
        let batch: RecordBatch = batch.unwrap();
        assert!(batch.num_rows() > 0);
        for row in 0..batch.num_rows() {
            let cell = |array: &Arc<dyn Array>| {
                if array.is_null(row) {
                    return ".".to_owned();
                }
                if let Some(text) = array.as_string_opt::<i32>() {
                    return text.value(row).to_owned();
                }
                if let Some(number) = array.as_primitive_opt::<Int64Type>() {
                    return number.value(row).to_string();
                }
                array.as_primitive::<Float64Type>().value(row).to_string()
            };
            let cells: Vec<_> = batch.columns().iter().map(cell).collect();
            lines.push(cells.join(" "));
        }
    }
    lines
}

#[test]
fn variants_have_the_columns_of_the_command_line() {
    let place = tempfile::tempdir().unwrap();
    let dataset = dataset(place.path());
    let expected = [
        "chrom pos id ref alt type filter gene consequence impact ac an af n_het n_hom n_hemi n_missing",
        "22 10 rs1 A G snv PASS . . . 2 4 0.5 2 0 0 1",
        "22 10 rs1 A T snv PASS . . . 1 4 0.25 1 0 0 1",
        "22 20 . AT A del q10 . . . 3 6 0.5 1 1 0 0",
        "22 30 . C . ref . . . . 0 6 0 0 0 0 0",
        "22 40 . C G snv . . . . 0 0 . 0 0 0 3",
    ];
    assert_eq!(
        text(variants(&dataset, &query("all", None)).unwrap()),
        expected
    );
    for rows in 1..4 {
        let cut = variants(&dataset, &query("all", None)).unwrap();
        assert_eq!(
            batches_text(&mut cut.batches().with_batch_rows(rows)),
            expected
        );
    }
    let nothing = variants(&dataset, &query("22:1000-2000", None)).unwrap();
    assert_eq!(text(nothing), expected[..1]);
    let group = dataset.ask("samples(c)").unwrap();
    assert_eq!(
        text(variants(&dataset, &query("22:20", Some(&group))).unwrap())[1],
        "22 20 . AT A del q10 . . . 2 2 1 0 1 0 0"
    );
}

#[test]
fn frequencies_in_groups_have_a_row_for_each() {
    let place = tempfile::tempdir().unwrap();
    let dataset = dataset(place.path());
    let by = [varidex::Attribute::Sex];
    let of = "22:10 & ac>1";
    let table = frequencies(&dataset, &query(of, None), &by).unwrap();
    assert_eq!(
        batches_text(&mut table.batches().with_batch_rows(1)),
        [
            "chrom pos id ref alt sex ac an af n_het n_hom n_hemi n_missing",
            "22 10 rs1 A G all 2 4 0.5 2 0 0 1",
            "22 10 rs1 A G female 0 0 . 0 0 0 1",
            "22 10 rs1 A G male 2 4 0.5 2 0 0 0",
        ]
    );
    let group = dataset.ask("samples(a) | samples(c)").unwrap();
    let table = frequencies(&dataset, &query(of, Some(&group)), &NOTHING).unwrap();
    assert_eq!(
        text(table)[1],
        format!("22 10 rs1 A G {} 1 2 0.5 1 0 0 1", group.label())
    );
    let table = frequencies(&dataset, &query(of, Some(&group)), &by).unwrap();
    let label = group.label();
    assert_eq!(
        text(table)[1..],
        [
            format!("22 10 rs1 A G {label} all 1 2 0.5 1 0 0 1"),
            format!("22 10 rs1 A G {label} female 0 0 . 0 0 0 1"),
            format!("22 10 rs1 A G {label} male 1 2 0.5 1 0 0 0"),
        ]
    );
    assert_eq!(
        text(frequencies(&dataset, &query(of, None), &NOTHING).unwrap()),
        [
            "chrom pos id ref alt ac an af n_het n_hom n_hemi n_missing",
            "22 10 rs1 A G 2 4 0.5 2 0 0 1"
        ]
    );
}

#[test]
fn carriers_go_on_in_the_next_batch() {
    let place = tempfile::tempdir().unwrap();
    let dataset = dataset(place.path());
    for rows in [1, 2, 100] {
        let table = carriers(&dataset, &query("22:1-20", None), None).unwrap();
        assert_eq!(
            batches_text(&mut table.batches().with_batch_rows(rows)),
            [
                "chrom pos ref alt sample individual zygosity phase",
                "22 10 A G a a het 0|1",
                "22 10 A G b b het 1|0",
                "22 10 A T b b het 0|1",
                "22 20 AT A b b het 0/1",
                "22 20 AT A c c hom 1/1",
            ]
        );
    }
    let trios = varidex::Trios::from_ped(&dataset, place.path().join("in.ped")).unwrap();
    let table = carriers(&dataset, &query("22:10", None), Some(trios)).unwrap();
    assert_eq!(
        text(table),
        [
            "chrom pos ref alt sample individual zygosity phase origin",
            "22 10 A G a a het 0|1 inherited",
        ]
    );
}

#[test]
fn people_are_counted() {
    let place = tempfile::tempdir().unwrap();
    let dataset = dataset(place.path());
    let by = [By::from(varidex::Attribute::Sex)];
    assert_eq!(
        text(people(&dataset, &by, None, 0).unwrap()),
        ["sex people", "female 1", "male 2"]
    );
    assert_eq!(
        text(people(&dataset, &[], None, 5).unwrap())[0],
        "what value label people"
    );
    assert_eq!(text(terms(&dataset, None).unwrap()), ["id label people"]);
    let men = dataset.ask("sex:male").unwrap();
    assert_eq!(text(ids(&men, None).unwrap()), ["id", "a", "b"]);
    assert_eq!(text(ids(&men, Some(1)).unwrap()), ["id", "a"]);
}

#[test]
fn who_stops_gets_an_error_and_then_nothing() {
    let place = tempfile::tempdir().unwrap();
    let mut vcf = VCF.to_owned();
    for position in 50..5000 {
        vcf.push_str(&format!(
            "22\t{position}\t.\tC\tG\t.\t.\t.\tGT\t0/1\t0/0\t0/0\n"
        ));
    }
    std::fs::write(place.path().join("in.vcf"), vcf).unwrap();
    let to = place.path().join("out.vdx");
    let options = BuildOptions::default();
    build(&[place.path().join("in.vcf")], &to, &options, &mut |_| true).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    let mut table = variants(&dataset, &query("all", None)).unwrap().batches();
    let stopped = interruptible(Arc::new(|| true), || table.next()).unwrap();
    assert!(matches!(
        error_of(stopped.unwrap_err()),
        Some(Error::Cancelled)
    ));
    assert!(table.next().is_none());
}

#[test]
fn groups_of_another_state_are_refused() {
    let (place, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let here = dataset(place.path());
    let there = {
        let vcf = VCF.replace("0|1", "0|0");
        std::fs::write(other.path().join("in.vcf"), vcf).unwrap();
        let to = other.path().join("out.vdx");
        let options = BuildOptions::default();
        build(&[other.path().join("in.vcf")], &to, &options, &mut |_| true).unwrap();
        Dataset::open(&to).unwrap().view()
    };
    let group = there.all().unwrap();
    let refused = variants(&here, &query("all", Some(&group))).unwrap_err();
    assert!(matches!(refused, Error::Usage(_)), "{refused}");
}

/// Tables of variants.
const TABLES: usize = 5;

/// One of them, by a question that may say from where on and how much.
fn table(view: &View, number: usize, question: impl Fn(&str) -> Query) -> Table {
    let by = [varidex::Attribute::Sex];
    match number {
        0 => variants(view, &question("all")),
        1 => frequencies(view, &question("ac>0"), &by),
        2 => frequencies(view, &question("all"), &NOTHING),
        3 => carriers(view, &question("all"), None),
        _ => {
            let trios = varidex::Trios::of_people(view).unwrap();
            carriers(view, &question("all"), Some(trios))
        }
    }
    .unwrap()
}

#[test]
fn some_columns_are_those_of_the_whole_table() {
    let place = tempfile::tempdir().unwrap();
    let view = dataset(place.path());
    let make = || {
        let tables = (0..TABLES).map(|number| table(&view, number, |of| query(of, None)));
        let mut all: Vec<Table> = tables.collect();
        all.push(people(&view, &[varidex::Attribute::Sex.into()], None, 0).unwrap());
        all.push(people(&view, &[], None, 3).unwrap());
        all.push(ids(&view.all().unwrap(), None).unwrap());
        all
    };
    for number in 0..make().len() {
        let table = || make().swap_remove(number);
        let names: Vec<String> = table().names().map(str::to_owned).collect();
        let whole = text(table());
        assert!(whole.len() > 1, "{names:?}");
        let of_whole = |columns: &[usize]| -> Vec<String> {
            let line = |line: &String| {
                let cells: Vec<&str> = line.split(' ').collect();
                let cells: Vec<&str> = columns.iter().map(|&column| cells[column]).collect();
                cells.join(" ")
            };
            whole.iter().map(line).collect()
        };
        // each alone, and pairs with the last first
        for first in 0..names.len() {
            for second in [None, Some(first * 7 % names.len())] {
                let mut columns: Vec<usize> = second.into_iter().chain([first]).collect();
                columns.dedup();
                let some: Vec<&String> = columns.iter().map(|&column| &names[column]).collect();
                let found = text(table().select(&some).unwrap());
                assert_eq!(found, of_whole(&columns), "{some:?}");
            }
        }
        let refused = |some: &[&str]| table().select(some).unwrap_err().to_string();
        assert!(refused(&["nothing"]).contains("no column `nothing`"));
        assert!(refused(&[&names[0], &names[0]]).contains("twice"));
        assert!(refused(&[]).contains("at least"));
    }
}

#[test]
fn pages_are_the_whole_table() {
    let place = tempfile::tempdir().unwrap();
    let view = dataset(place.path());
    let whole = |number| text(table(&view, number, |of| query(of, None)));
    let whole: Vec<_> = (0..TABLES).map(whole).collect();
    for rows in 1..4u64 {
        for (number, whole) in whole.iter().enumerate() {
            let (mut found, mut token) = (whole[..1].to_vec(), None);
            loop {
                let page = |of: &str| query(of, None).limit(rows).after(token);
                let mut batches = table(&view, number, page).batches();
                let before = found.len();
                found.extend(batches_text(&mut batches).split_off(1));
                let cut = batches.table().is_cut();
                assert_eq!(cut, (found.len() - before) as u64 == rows);
                token = batches.table().token();
                if !cut {
                    break;
                }
            }
            assert_eq!(&found, whole);
        }
    }
    // of another table, whatever it asks for
    for (number, asked) in ["all", "ac>0", "all", "all", "all"].into_iter().enumerate() {
        let token = table(&view, number, |of| query(of, None)).token();
        let by = [varidex::Attribute::Sex];
        let again = query(asked, None).after(token);
        let taken = [
            variants(&view, &again).is_ok(),
            frequencies(&view, &again, &by).is_ok(),
            frequencies(&view, &again, &NOTHING).is_ok(),
            carriers(&view, &again, None).is_ok(),
            carriers(
                &view,
                &again,
                Some(varidex::Trios::of_people(&view).unwrap()),
            )
            .is_ok(),
        ];
        let expected: Vec<bool> = (0..TABLES).map(|other| other == number).collect();
        assert_eq!(taken[..], expected[..]);
    }
    let token = variants(&view, &query("all", None)).unwrap().token();
    let refused = compounds(&view, &query("all", None).after(token)).unwrap_err();
    assert!(refused.to_string().contains("token"), "{refused}");
}

fn written(table: Table, format: Format) -> String {
    let mut out = Vec::new();
    table.write(format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn tables_are_written_in_every_format() {
    let place = tempfile::tempdir().unwrap();
    let view = dataset(place.path());
    let some = |of: &str| {
        let table = variants(&view, &query(of, None)).unwrap();
        table.select(&["pos", "id", "alt", "af"]).unwrap()
    };
    let of = "22:10 | 22:30-40";
    assert_eq!(
        written(some(of), Format::Tsv),
        "pos\tid\talt\taf\n10\trs1\tG\t0.5\n10\trs1\tT\t0.25\n30\t.\t.\t0\n40\t.\tG\t.\n"
    );
    assert_eq!(
        written(some(of), Format::Csv),
        "pos,id,alt,af\n10,rs1,G,0.5\n10,rs1,T,0.25\n30,,,0\n40,,G,\n"
    );
    let lines = [
        r#"{"pos":10,"id":"rs1","alt":"G","af":0.5}"#,
        r#"{"pos":10,"id":"rs1","alt":"T","af":0.25}"#,
        r#"{"pos":30,"id":null,"alt":null,"af":0}"#,
        r#"{"pos":40,"id":null,"alt":"G","af":null}"#,
    ];
    assert_eq!(written(some(of), Format::Ndjson), lines.join("\n") + "\n");
    let json = format!("[\n{}\n]\n", lines.join(",\n"));
    assert_eq!(written(some(of), Format::Json), json);
    assert_eq!(written(some("22:9000"), Format::Json), "[]\n");
    assert_eq!(written(some("22:9000"), Format::Ndjson), "");
    let mut out = Vec::new();
    assert_eq!(
        some(of).write(Format::Arrow, &mut out).unwrap(),
        Written::Whole
    );
    let read = arrow_ipc::reader::StreamReader::try_new(&out[..], None).unwrap();
    let rows: usize = read.map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 4);
    // where it was cut it goes on
    let mut out = Vec::new();
    let first = variants(&view, &query(of, None).limit(3)).unwrap();
    let Written::Cut(token) = first.write(Format::Tsv, &mut out).unwrap() else {
        panic!("it goes on");
    };
    let rest = variants(&view, &query(of, None).after(token)).unwrap();
    assert_eq!(text(rest).len(), 2);
    // a limit that is reached by the last row cuts nothing
    for (rows, whole) in [(3, false), (4, true), (5, true)] {
        let table = variants(&view, &query(of, None).limit(rows)).unwrap();
        let written = table.write(Format::Ndjson, &mut Vec::new()).unwrap();
        assert_eq!(written == Written::Whole, whole, "{rows}");
    }
    let by: Vec<varidex::By> = vec![varidex::Attribute::Sex.into()];
    let table = people(&view, &by, None, 0).unwrap();
    assert_eq!(
        written(table, Format::Csv),
        "sex,people\nfemale,1\nmale,2\n"
    );
}

#[test]
fn what_cannot_be_written_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let place = tempfile::tempdir().unwrap();
    let view = dataset(place.path());
    for format in [
        Format::Tsv,
        Format::Csv,
        Format::Json,
        Format::Ndjson,
        Format::Arrow,
    ] {
        let table = variants(&view, &query("all", None)).unwrap();
        let failed = table.write(format, &mut Full).unwrap_err();
        assert!(matches!(failed, WriteError::Output(_)), "{failed}");
    }
}

/// Two ALTs of one record, and one of them with the next record.
#[test]
fn pairs_are_cut_and_say_so() {
    let place = tempfile::tempdir().unwrap();
    let view = dataset(place.path());
    let pairs = |rows| compounds(&view, &query("all", None).limit(rows)).unwrap();
    assert_eq!(
        text(pairs(None)),
        [
            "chrom pos ref alt chrom_2 pos_2 ref_2 alt_2 gene sample individual phase",
            "22 10 A G 22 10 A T GG b b trans",
            "22 10 A G 22 20 AT A GG b b unknown",
            "22 10 A T 22 20 AT A GG b b unknown",
        ]
    );
    for (rows, written) in [
        (0, Written::Cut(None)),
        (2, Written::Cut(None)),
        (3, Written::Whole),
    ] {
        let mut out = Vec::new();
        assert_eq!(
            pairs(Some(rows)).write(Format::Tsv, &mut out).unwrap(),
            written
        );
        assert_eq!(
            out.iter().filter(|&&byte| byte == b'\n').count() as u64,
            rows + 1
        );
    }
}
