//! Counts that a segment stores, for rows where they are easy to get wrong.

use super::{BuildOptions, Phase, build};
use crate::format::{Column, Container, FileKind, Folder, Kind, Meta};
use crate::store::open_manifest;

/// Builds a dataset of samples A and B from lines without header.
fn segment(lines: &str) -> (tempfile::TempDir, Container) {
    let place = tempfile::tempdir().unwrap();
    let input = place.path().join("in.vcf");
    let header = "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
        ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n";
    std::fs::write(&input, format!("{header}{lines}")).unwrap();
    let to = place.path().join("out.vdx");
    build(&[input], &to, &BuildOptions::default(), &mut |_| true).unwrap();
    let folder = Folder::on_disk(&to);
    let manifest = open_manifest(&folder).unwrap();
    let file = &manifest.segments[0].file.file;
    (place, folder.container(file, FileKind::Segment).unwrap())
}

fn value(file: &Container, kind: Kind, row: u32) -> i64 {
    let rows = Meta::from_bytes(file.whole(Kind::Meta).unwrap())
        .unwrap()
        .rows;
    let column = Column::find(file, kind, rows).unwrap();
    column.get(file, row).unwrap()
}

/// A row that every copy carries came out as one that nobody carries.
#[test]
fn a_row_that_everybody_carries() {
    let (_place, file) = segment("1\t5\t.\tA\tG\t.\t.\t.\tGT\t1|1\t1|1\n");
    assert_eq!(value(&file, Kind::Ac, 0), 4);
    assert_eq!(value(&file, Kind::Hom, 0), 2);
    assert_eq!(value(&file, Kind::AnShort, 0), 0);
    // the complement of the empty set
    assert_eq!(value(&file, Kind::Carriers, 0), 8);
}

#[test]
fn samples_of_many_copies_with_one_missing_count_as_missing() {
    let (_place, file) =
        segment("1\t5\t.\tA\tG\t.\t.\t.\tGT\t0/1/.\t./.\n1\t9\t.\tA\tG\t.\t.\t.\tGT\t1/1/1/1\t.\n");
    assert_eq!(value(&file, Kind::MissingCount, 0), 2);
    assert_eq!(value(&file, Kind::AnShort, 0), 2);
    assert_eq!(value(&file, Kind::MissingCount, 1), 1);
    assert_eq!(value(&file, Kind::AnShort, 1), 0);
    assert_eq!(value(&file, Kind::Ac, 1), 4);
    assert_eq!(value(&file, Kind::Hom, 1), 1);
    assert_eq!(value(&file, Kind::HetExcess, 1), 2);
}

/// Of many inputs most are closed once their headers are read: another file under the name must not be
/// read as if it were the same.
#[test]
fn an_input_that_changes_meanwhile_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let text = |sample: &str| {
        format!(
            "##fileformat=VCFv4.3\n##contig=<ID=1>\n\
             #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{sample}\n\
             1\t5\t.\tA\tG\t.\t.\t.\tGT\t0/1\n"
        )
    };
    let inputs: Vec<_> = (0..40)
        .map(|number| {
            let input = place.path().join(format!("{number}.vcf"));
            std::fs::write(&input, text(&format!("S{number}"))).unwrap();
            input
        })
        .collect();
    let to = place.path().join("out.vdx");
    let options = BuildOptions::default();
    let last = inputs.last().unwrap();
    let mut changed = false;
    let error = build(&inputs, &to, &options, &mut |at| {
        if at.phase == Phase::Storing && !std::mem::replace(&mut changed, true) {
            std::fs::write(last, text("other")).unwrap();
        }
        true
    })
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{}: the file changed while it was read", last.display())
    );
    assert!(!to.exists());
    std::fs::write(last, text("S39")).unwrap();
    let report = build(&inputs, &to, &options, &mut |_| true).unwrap();
    assert_eq!((report.samples, report.records), (40, 40));
}
