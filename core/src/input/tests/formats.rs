//! Compressions and BCF.

use super::*;

fn typed(kind: u8, len: usize, out: &mut Vec<u8>) {
    if len < 15 {
        out.push((len as u8) << 4 | kind);
    } else {
        out.extend([0xf0 | kind, 0x13]);
        out.extend((len as u32).to_le_bytes());
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    typed(7, text.len(), out);
    out.extend(text.as_bytes());
}

pub(super) fn wrap(header: &str, records: &[u8]) -> Vec<u8> {
    let mut out = b"BCF\x02\x02".to_vec();
    out.extend((header.len() as u32 + 1).to_le_bytes());
    out.extend(header.as_bytes());
    out.push(0);
    out.extend(records);
    out
}

/// The shared half of a record on the first contig at POS 100.
fn shared(alt: &str, samples: usize, formats: u8, info: (u16, &[u8])) -> Vec<u8> {
    let alts: Vec<&str> = alt.split(',').collect();
    let mut out = Vec::new();
    out.extend(0i32.to_le_bytes());
    out.extend(99i32.to_le_bytes());
    out.extend(1i32.to_le_bytes());
    out.extend(0x7f80_0001u32.to_le_bytes());
    out.extend(((alts.len() as u32 + 1) << 16 | u32::from(info.0)).to_le_bytes());
    out.extend((u32::from(formats) << 24 | samples as u32).to_le_bytes());
    typed(7, 0, &mut out);
    string("A", &mut out);
    for alt in alts {
        string(alt, &mut out);
    }
    // PASS.
    out.extend([0x11, 0]);
    out.extend(info.1);
    out
}

fn record(shared: &[u8], individual: &[u8]) -> Vec<u8> {
    let mut out = (shared.len() as u32).to_le_bytes().to_vec();
    out.extend((individual.len() as u32).to_le_bytes());
    out.extend(shared);
    out.extend(individual);
    out
}

/// The number that BCF gives a key of [`META`].
const GT: u8 = 8;

/// One record with genotypes as integers of one, two or four bytes.
pub(super) fn bcf(header: &str, alt: &str, cells: &[String], width: usize) -> Vec<u8> {
    let ploidy = cells.iter().map(|c| c.split(['/', '|']).count()).max();
    let ploidy = ploidy.unwrap_or(0);
    let mut data = vec![0x11, GT];
    typed(width as u8 + 1, ploidy, &mut data);
    for cell in cells {
        let phases = std::iter::once(false)
            .chain(cell.chars().filter(|c| "/|".contains(*c)).map(|c| c == '|'));
        let copies = cell.split(['/', '|']).zip(phases).map(|(a, phased)| {
            let allele = a.parse::<i32>().map_or(0, |a| a + 1);
            allele << 1 | i32::from(phased)
        });
        let least = [i32::from(i8::MIN), i32::from(i16::MIN), i32::MIN][width];
        for value in copies.chain(std::iter::repeat(least + 1)).take(ploidy) {
            data.extend(&value.to_le_bytes()[..1 << width]);
        }
    }
    wrap(
        header,
        &record(&shared(alt, cells.len(), 1, (0, &[])), &data),
    )
}

fn numbers(cells: &[u8]) -> Vec<u8> {
    let mut data = vec![0x11, GT, 0x21];
    data.extend(cells);
    record(&shared("G", cells.len() / 2, 1, (0, &[])), &data)
}

#[test]
fn every_compression_gives_the_same() {
    let text = vcf("G", "GT", &["0/1", "1|1", "."]);
    let expected = read(&text);
    let mut members = gzip(&text.as_bytes()[..100]);
    members.extend(gzip(&text.as_bytes()[100..]));
    for data in [
        bgzf(text.as_bytes(), 65280),
        bgzf(text.as_bytes(), 7),
        gzip(text.as_bytes()),
        members,
        text.replace('\n', "\r\n").into_bytes(),
        text.trim_end().as_bytes().to_vec(),
    ] {
        let read = read(data);
        assert_eq!(read.sites, expected.sites);
        assert_eq!(read.header.samples, expected.header.samples);
        assert!(read.warnings.is_empty());
        assert_eq!(read.tally.lines, expected.tally.lines);
    }
    let binary = bcf(&header(1), "G", &["0|1".to_owned()], 0);
    for data in [
        bgzf(&binary, 65280),
        bgzf(&binary, 7),
        gzip(&binary),
        binary,
    ] {
        assert_eq!(read(data).only().alts[0].1, [1]);
    }
}

#[test]
fn what_is_no_file_of_variants_is_refused() {
    assert_eq!(fault("").found, "an empty file");
    assert_eq!(
        fault(EOF_MARKER).found,
        "a compressed file without contents"
    );
    assert_eq!(fault("id\tsex\n").found, "a line \"id\\tsex\"");
    assert_eq!(fault([0, 159, 146, 150]).found, "other binary data");
    assert_eq!(fault(b"BCF\x04rest").expected, "BCF 2.1 or 2.2");
    assert!(fault(b"\x28\xb5\x2f\xfd1234").found.contains("zstd"));
    assert_eq!(fault("##fileformat=VCFv3.3\n#CHROM\n").expected, "VCF 4");
    assert!(fault(META).found.contains("none"));
    assert!(
        fault(header(2).replace('\t', " "))
            .expected
            .contains("tabs")
    );
    assert!(
        fault(header(2).replace("s1", "s0"))
            .found
            .contains("s0 twice")
    );
    let folder = tempfile::tempdir().unwrap();
    let open = |path: &Path| Reader::open(path, &ReadOptions::default()).err();
    assert!(matches!(open(folder.path()), Some(Error::Input(e)) if e.found == "a directory"));
    let missing = folder.path().join("missing.vcf");
    assert!(matches!(open(&missing), Some(Error::Io { path, .. }) if path == missing));
}

#[test]
fn damaged_bgzf_is_refused() {
    let text = vcf("G", "GT", &["0/1"; 500]);
    let whole = bgzf(text.as_bytes(), 1000);
    for cut in 0..whole.len() {
        match read_how(&whole[..cut], &How::default()) {
            Err(Error::Input(_)) => {}
            Err(e) => panic!("{e}"),
            // Cut between blocks: records may be lost, but it is reported.
            Ok(read) => assert!(read.warned().iter().any(|w| w.contains("end-of-file"))),
        }
    }
    for at in 0..whole.len() - EOF_MARKER.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x10;
        let read = read_how(&flipped, &How::default());
        // Bytes that mean nothing: time, flags and system of the gzip header.
        assert!(read.is_err() || read.unwrap().sites.len() == 1, "byte {at}");
    }
    let mut garbage = whole;
    garbage.extend(b"garbage after the end");
    assert!(fault(&garbage).expected.contains("BGZF block header"));
    let mut garbage = gzip(text.as_bytes());
    garbage.extend(b"garbage");
    assert_eq!(fault(&garbage).expected, "sound gzip data");
    let cut = gzip(text.as_bytes());
    assert!(fault(&cut[..cut.len() - 9]).found.contains("cut off"));
}

#[test]
fn dictionaries_follow_idx() {
    let plain = header(1);
    let cells = ["1|0".to_owned()];
    let expected = read(bcf(&plain, "G", &cells, 0)).only().clone();
    let moved = plain
        .replace("##contig=<ID=1,", "##contig=<ID=1,IDX=1,")
        .replace("##contig=<ID=2,", "##contig=<ID=2,IDX=0,");
    let other = read(bcf(&moved, "G", &cells, 0));
    assert_eq!(
        (expected.contig.as_str(), other.only().contig.as_str()),
        ("1", "2")
    );
    let clash = plain.replace("##contig=<ID=2,", "##contig=<ID=2,IDX=0,");
    assert!(
        fault(bcf(&clash, "G", &cells, 0))
            .expected
            .contains("one key for each IDX")
    );
    let huge = plain.replace("##contig=<ID=2,", "##contig=<ID=2,IDX=4000000000,");
    assert_eq!(
        fault(bcf(&huge, "G", &cells, 0)).expected,
        "a number in IDX"
    );
}

#[test]
fn integers_in_gt_are_read_as_bcf_says() {
    // 0x80 missing, 0x81 end of vector.
    let data = wrap(
        &header(5),
        &numbers(&[2, 4, 0, 0x81, 0x80, 5, 0x81, 0x81, 3, 5]),
    );
    let one = read(data);
    let site = one.only();
    assert_eq!(site.alts[0].1, [0, 5, 9]);
    assert_eq!(site.haploid, [1, 3]);
    assert_eq!(site.missing, [2, 4, 6]);
    assert_eq!(site.unphased, Unphased::Some(vec![0]));
    assert_eq!(one.warned(), ["GT with the missing value of integers"]);
    for cells in [[2, 6], [0x81, 2], [0x82, 2], [2, 0xff]] {
        let read = read(wrap(&header(1), &numbers(&cells)));
        assert_eq!(read.refused.len(), 1, "{cells:?}");
    }
}

#[test]
fn info_of_bcf_is_rendered_as_text() {
    // END=150, SCORE=.,0.5,1e-20, RANK=7,., NOTE=a b, DB.
    let mut info = vec![0x11, 1, 0x12, 150, 0];
    info.extend([0x11, 5, 0x35]);
    for bits in [0x7f80_0001, 0.5f32.to_bits(), 1e-20f32.to_bits()] {
        info.extend(bits.to_le_bytes());
    }
    info.extend([0x11, 6, 0x21, 7, 0x80, 0x11, 3, 0x37]);
    info.extend(b"a b");
    info.extend([0x11, 4, 0]);
    let data = wrap(&header(0), &record(&shared("<DEL>", 0, 0, (5, &info)), &[]));
    let keys = ["SCORE", "RANK", "NOTE", "DB", "SVLEN"].map(str::to_owned);
    let how = How {
        options: ReadOptions {
            info_keys: keys.to_vec(),
            ..ReadOptions::default()
        },
        ..How::default()
    };
    let read = read_how(data, &how).unwrap();
    let site = read.only();
    assert_eq!(site.end, 150);
    let expected = [(0, ".,0.5,1e-20"), (1, "7,."), (2, "a b"), (3, "")];
    assert_eq!(site.info, expected.map(|(k, v)| (k, v.to_owned())));
}

#[test]
fn long_names_do_not_multiply() {
    let name = "x".repeat(5000);
    let cells = ["0|1".to_owned()];
    let contig = header(1).replace("##contig=<ID=1,", &format!("##contig=<ID={name},"));
    assert_eq!(read(bcf(&contig, "G", &cells, 0)).refused.len(), 1);
    let filter = header(1).replace("ID=q10", &format!("ID={name}"));
    let mut data = bcf(&filter, "G", &cells, 0);
    assert_eq!(read(&data).sites.len(), 1);
    let pass = data.windows(3).rposition(|w| w == [b'G', 0x11, 0]).unwrap();
    data[pass + 2] = 7;
    assert_eq!(read(&data).refused.len(), 1);
}

#[test]
fn lying_lengths_are_refused_without_memory() {
    let good = numbers(&[2, 4]);
    let mut lie = good.clone();
    lie[..4].copy_from_slice(&1_000_000_000u32.to_le_bytes());
    assert!(fault(wrap(&header(1), &lie)).expected.contains("at most"));
    lie[..4].copy_from_slice(&100_000_000u32.to_le_bytes());
    assert!(
        fault(wrap(&header(1), &lie))
            .expected
            .contains("whole record")
    );
    lie[..4].copy_from_slice(&3u32.to_le_bytes());
    assert!(fault(wrap(&header(1), &lie)).expected.contains("24 bytes"));
    let cut = wrap(&header(1), &good[..good.len() - 1]);
    assert_eq!(fault(cut).place, Place::Record(1));
    let mut header = wrap(&header(1), &[]);
    header[5..9].copy_from_slice(&500_000_000u32.to_le_bytes());
    assert!(fault(header).expected.contains("whole BCF header"));
}
