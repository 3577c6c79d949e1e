//! Any bytes as an input file: the build stores what it says it stored, or says why not.

use crate::dataset::{DATASET, ask_everything, export};
use noodles_bgzf::io::writer::{self, CompressionLevel};
use std::io::Write;
use varidex::testing::Files;
use varidex::{BuildOptions, Counts, ExportFormat, View};

/// The first byte says how the others are wrapped and read, the rest is the file.
pub fn vcf_build(data: &[u8]) {
    let Some((&how, content)) = data.split_first() else {
        return;
    };
    let bit = |n: u32| how >> n & 1 != 0;
    let bytes = if bit(0) {
        bgzf(content, bit(1))
    } else {
        content.to_vec()
    };
    let files = Files::default();
    files.write("input", bytes);
    let options = BuildOptions {
        skip_malformed: bit(2),
        sort: bit(3),
        info: if bit(4) {
            ["SCORE", "RANK", "NOTE", "DB"].map(str::to_owned).to_vec()
        } else {
            Vec::new()
        },
        min_gq: bit(5).then_some(20.0),
        min_dp: bit(6).then_some(5.0),
        // starting threads takes longer than a small build, so that few inputs do
        threads: Some(1 + usize::from(bit(6) && bit(7))),
        memory: 16 << 20,
        ..BuildOptions::default()
    };
    let Ok(report) = files.build(&["input"], DATASET, &options, &mut |_| true) else {
        assert!(
            !files.exists(DATASET),
            "a build that fails leaves nothing behind"
        );
        return;
    };
    assert_eq!(report.records, report.stored + report.refused_count());
    assert!(options.skip_malformed || report.refused_count() == 0);
    let dataset = files
        .open(DATASET)
        .expect("what was built can be opened")
        .view();
    let info = dataset.info();
    assert_eq!(
        (info.rows, info.records),
        (report.rows, Some(report.stored))
    );
    assert_eq!(info.samples, report.samples);
    dataset.dataset().verify().expect("what was built is sound");
    let rows = ask_everything(&dataset, usize::MAX).expect("what was built can be asked");
    assert_eq!(rows as u64, report.rows);
    let format = match bit(7) {
        true => ExportFormat::Bcf,
        false => ExportFormat::Vcf,
    };
    if let Some(bytes) = export(&dataset, format).expect("what was built can be exported") {
        files.write("exported", bytes);
        let options = BuildOptions {
            threads: Some(1),
            memory: 16 << 20,
            ..BuildOptions::default()
        };
        files
            .build(&["exported"], "again.vdx", &options, &mut |_| true)
            .expect("what was exported can be built");
        let again = files
            .open("again.vdx")
            .expect("what was built can be opened")
            .view();
        let rows = rows_of(&dataset);
        // what no header and no column can hold is written with replacements
        let plain = rows.iter().all(|(contig, _, reference, alternate, _)| {
            let fits = |c: char| !c.is_whitespace() && !c.is_control() && !",;=<>\"".contains(c);
            let mut alleles = reference.iter().chain(alternate);
            contig.chars().all(fits) && !alleles.any(u8::is_ascii_control)
        });
        if plain {
            assert_eq!(rows_of(&again), rows);
        }
    }
}

/// Contig, position, REF, ALT and counts of every row.
fn rows_of(dataset: &View) -> Vec<(String, i32, Vec<u8>, Vec<u8>, Counts)> {
    let mut rows = Vec::new();
    let mut variants = dataset.variants("all").expect("a sound expression");
    while let Some(mut variant) = variants.next().expect("a sound dataset") {
        let counts = variant.counts().expect("counts");
        let position = variant.position().expect("a position").zero_based();
        let contig = variant.contig().to_owned();
        let (reference, alternate) = variant.alleles().expect("alleles");
        rows.push((
            contig,
            position,
            reference.to_vec(),
            alternate.to_vec(),
            counts,
        ));
    }
    rows
}

/// The content in BGZF, cut into blocks of about 4,096 or 61 bytes, so that lines straddle them. Small
/// ones are stored: a compressor is made for each, which takes longer than the build.
fn bgzf(content: &[u8], small: bool) -> Vec<u8> {
    let level = match small {
        true => CompressionLevel::NONE,
        false => CompressionLevel::default(),
    };
    let writer = writer::Builder::default().set_compression_level(level);
    let mut writer = writer.build_from_writer(Vec::new());
    for block in content.chunks(if small { 61 } else { 4096 }) {
        writer.write_all(block).expect("memory can be written");
        writer.flush().expect("memory can be written");
    }
    writer.finish().expect("memory can be written")
}
