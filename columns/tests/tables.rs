//! Tables are what the library says row by row, however they are cut into batches.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use std::path::Path;
use std::sync::Arc;
use varidex::{BuildOptions, Dataset, Error, View, build, interruptible};
use varidex_columns::{Batches, carriers, error_of, frequencies, ids, people, terms, variants};

const VCF: &str = "##fileformat=VCFv4.3\n##contig=<ID=22>\n##FILTER=<ID=q10,Description=\"low\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n\
    22\t10\trs1\tA\tG,T\t.\tPASS\t.\tGT\t0|1\t1|2\t./.\n\
    22\t20\t.\tAT\tA\t.\tq10\t.\tGT\t0/0\t0/1\t1/1\n\
    22\t30\t.\tC\t.\t.\t.\t.\tGT\t0/0\t0/0\t0/0\n\
    22\t40\t.\tC\tG\t.\t.\t.\tGT\t./.\t./.\t./.\n";

const PED: &str = "f\ta\tb\t0\t1\t0\nf\tb\t0\t0\t1\t0\nf\tc\t0\t0\t2\t0\n";

fn dataset(place: &Path) -> View {
    std::fs::write(place.join("in.vcf"), VCF).unwrap();
    std::fs::write(place.join("in.ped"), PED).unwrap();
    let mut options = BuildOptions::default();
    options.people.files = vec![place.join("in.ped")];
    let to = place.join("out.vdx");
    build(&[place.join("in.vcf")], &to, &options, &mut |_| true).unwrap();
    Dataset::open(&to).unwrap().view()
}

/// Rows as text, null as a point; a header comes first.
fn text(batches: Batches) -> Vec<String> {
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
    assert_eq!(text(variants(&dataset, "all", None).unwrap()), expected);
    for rows in 1..4 {
        let cut = variants(&dataset, "all", None).unwrap();
        assert_eq!(text(cut.with_batch_rows(rows)), expected);
    }
    let nothing = variants(&dataset, "22:1000-2000", None).unwrap();
    assert_eq!(text(nothing), expected[..1]);
    let group = dataset.ask("samples(c)").unwrap();
    assert_eq!(
        text(variants(&dataset, "22:20", Some(&group)).unwrap())[1],
        "22 20 . AT A del q10 . . . 2 2 1 0 1 0 0"
    );
}

#[test]
fn frequencies_in_groups_have_a_row_for_each() {
    let place = tempfile::tempdir().unwrap();
    let dataset = dataset(place.path());
    let by = [varidex::Attribute::Sex];
    let of = "22:10 & ac>1";
    let table = frequencies(&dataset, of, None, &by).unwrap();
    assert_eq!(
        text(table.with_batch_rows(1)),
        [
            "chrom pos id ref alt group ac an af n_het n_hom n_hemi n_missing",
            "22 10 rs1 A G female 0 0 . 0 0 0 1",
            "22 10 rs1 A G male 2 4 0.5 2 0 0 0",
        ]
    );
    let group = dataset.ask("samples(a) | samples(c)").unwrap();
    let table = frequencies(&dataset, of, Some(&group), &[]).unwrap();
    assert_eq!(
        text(table)[1],
        format!("22 10 rs1 A G {} 1 2 0.5 1 0 0 1", group.label())
    );
    let table = frequencies(&dataset, of, Some(&group), &by).unwrap();
    assert_eq!(text(table)[2], "22 10 rs1 A G male 1 2 0.5 1 0 0 0");
    assert_eq!(
        text(frequencies(&dataset, of, None, &[]).unwrap())[1],
        "22 10 rs1 A G all 2 4 0.5 2 0 0 1"
    );
}

#[test]
fn carriers_go_on_in_the_next_batch() {
    let place = tempfile::tempdir().unwrap();
    let dataset = dataset(place.path());
    for rows in [1, 2, 100] {
        let table = carriers(&dataset, "22:1-20", None, None).unwrap();
        assert_eq!(
            text(table.with_batch_rows(rows)),
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
    let table = carriers(&dataset, "22:10", None, Some(trios)).unwrap();
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
    let by = ["sex".parse().unwrap()];
    assert_eq!(
        text(people(&dataset, &by, 0).unwrap()),
        ["sex people", "female 1", "male 2"]
    );
    assert_eq!(
        text(people(&dataset, &[], 5).unwrap())[0],
        "what value label people"
    );
    assert_eq!(text(terms(&dataset, None).unwrap()), ["id label people"]);
    let men = dataset.ask("sex:male").unwrap();
    assert_eq!(text(ids(&men).unwrap()), ["id", "a", "b"]);
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
    let mut table = variants(&dataset, "all", None).unwrap();
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
    let group = there.everybody().unwrap();
    let refused = variants(&here, "all", Some(&group)).unwrap_err();
    assert!(matches!(refused, Error::Usage(_)), "{refused}");
}
