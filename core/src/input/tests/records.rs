//! The fixed columns, INFO, and what is warned of.

use super::*;

fn one(record: &str) -> Outcome {
    read(sites_only(record))
}

/// The kinds of warnings that a record gives.
fn warned(record: &str) -> Vec<String> {
    let read = one(record);
    assert_eq!(read.sites.len(), 1, "{:?}", read.refused);
    read.warned().iter().map(|w| w.to_string()).collect()
}

#[test]
fn columns_are_stored_as_written() {
    let read = one("2\t5\trs1;rs2\tacN\tT,<DEL>,*\t1e1\tq10;PASS\t.");
    let site = read.only();
    assert_eq!((site.contig.as_str(), site.position, site.end), ("2", 4, 7));
    assert_eq!(
        (site.id.as_str(), site.reference.as_str()),
        ("rs1;rs2", "acN")
    );
    let alts: Vec<&str> = site.alts.iter().map(|a| a.0.as_str()).collect();
    assert_eq!(alts, ["T", "<DEL>", "*"]);
    assert_eq!(site.quality.map(f32::from_bits), Some(10.0));
    assert_eq!(site.filter, "q10;PASS");
    assert!(read.warnings.is_empty(), "{:?}", read.warnings);
    let read = one("1\t0\t.\tA\t.\t.\t.\t.");
    let site = read.only();
    assert_eq!((site.position, site.end, site.alts.len()), (-1, 0, 0));
    assert!(site.id.is_empty() && site.filter.is_empty() && site.quality.is_none());
}

#[test]
fn malformed_records_are_refused() {
    for record in [
        "\t1\t.\tA\tG\t.\t.\t.",
        "1\t\t.\tA\tG\t.\t.\t.",
        "1\t+1\t.\tA\tG\t.\t.\t.",
        "1\t2147483648\t.\tA\tG\t.\t.\t.",
        "1\t1\t.\t\tG\t.\t.\t.",
        "1\t1\t.\t.\tG\t.\t.\t.",
        "1\t1\t.\tA,C\tG\t.\t.\t.",
        "1\t1\t.\t<DEL>\tG\t.\t.\t.",
        "1\t1\t.\tA\t\t.\t.\t.",
        "1\t1\t.\tA\tG,\t.\t.\t.",
        "1\t1\t.\tA\tG T\t.\t.\t.",
        "1\t1\t.\tA\tG\tgood\t.\t.",
        "1\t1\t.\tA\tG\t\t.\t.",
        "1\t1\t.\tA\tG\t.\t.",
        "1 1 . A G . . .",
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
        "1\t1\t.\tA\tG\t.\tq\x01\t.",
        "1\t1\t.\tA\tG\t.\tq10;\u{85}x\t.",
    ] {
        let read = one(record);
        assert_eq!((read.sites.len(), read.refused.len()), (0, 1), "{record}");
        assert_eq!(read.refused[0].place, Place::Line(17));
        assert_eq!(read.refused[0].file, "test");
    }
    let many = alts(65_535);
    assert_eq!(
        one(&format!("1\t1\t.\tA\t{many}\t.\t.\t.")).refused.len(),
        1
    );
}

fn alts(n: usize) -> String {
    (0..n)
        .map(|n| format!("<{n}>"))
        .collect::<Vec<_>>()
        .join(",")
}

#[test]
fn oddities_are_stored_and_warned_of() {
    for (record, what) in [
        ("3\t1\t.\tA\tG\t.\t.\t.", "undeclared contig 3"),
        (
            "1\t249250622\t.\tA\tG\t.\t.\t.",
            "POS past the end of contig 1",
        ),
        ("1\t1\t.\tA\tG\t.\tbad\t.", "undeclared FILTER bad"),
        ("1\t1\t.\tA\tG\t.\t.\tNOPE=1", "undeclared INFO key NOPE"),
        ("1\t1\t.\tA\tG\t.\t.\tDB;;DB", "empty INFO entry"),
        ("1\t1\t.\tA\ta\t.\t.\t.", "REF equals ALT"),
        ("1\t1\t.\tA\tG,G\t.\t.\t.", "the same ALT twice in a record"),
        ("1\t1\t.\tA\tR\t.\t.\t.", "ALT that VCF does not allow: R"),
        (
            "1\t1\t.\tA\t]1:5]\t.\t.\t.",
            "ALT that VCF does not allow: ]1:5]",
        ),
        ("1\t1\t.\tA\tG\t-1\t.\t.", "negative QUAL"),
        ("1\t1\tx;x\tA\tG\t.\t.\t.", "ID that VCF does not allow"),
        ("1\t9\t.\tA\t<DEL>\t.\t.\tEND=8", "END before POS"),
        ("1\t9\t.\tA\t<DEL>\t.\t.\tEND=1e3", "END that is no number"),
    ] {
        assert_eq!(warned(record), [what], "{record}");
    }
    for record in [
        "1\t249250621\t.\tA\tG\t.\tPASS\tDB;",
        "1\t1\t.\tA\tA[1:5[,]<x>:5]A,.A,A.,<DUP:TANDEM>,<*>\tinf\tq10\tNOTE=a=b c",
    ] {
        assert_eq!(warned(record), [""; 0], "{record}");
    }
}

#[test]
fn warnings_are_counted_within_a_chunk() {
    let mut text = header(0);
    for n in 0..1000 {
        text += &format!("1\t1\t.\tA\tG\t.\t.\tNOPE=1;K{n}\n");
    }
    let read = read(&text);
    let count = |what: &str| {
        read.warnings
            .iter()
            .find(|w| w.what == what)
            .map(|w| w.count)
    };
    assert_eq!(count("undeclared INFO key NOPE"), Some(1000));
    let rest = count("more oddities of other kinds").unwrap();
    assert_eq!(read.warnings.iter().map(|w| w.count).sum::<u64>(), 2000);
    assert!(rest > 900 && read.warnings.len() < 200);
}

#[test]
fn refusals_do_not_pile_up() {
    let read = read(header(0) + &"x\n".repeat(100_000));
    assert_eq!(read.tally.records_read, 100_000);
    assert!(read.refused.len() < 10_000);
}

/// The end of the record and of each ALT.
fn ends(reference: &str, alt: &str, info: &str) -> (i32, Vec<i32>) {
    let read = one(&format!("1\t100\t.\t{reference}\t{alt}\t.\t.\t{info}"));
    let site = read.only();
    (site.end, site.alts.iter().map(|a| a.2).collect())
}

#[test]
fn ends_follow_ref_end_and_svlen() {
    assert_eq!(ends("ACGT", "A", "."), (103, vec![103]));
    assert_eq!(ends("A", "<DEL>", "END=200"), (200, vec![200]));
    assert_eq!(
        ends("A", "<DEL>,<DUP>,<INS>,C", "SVLEN=-50,10,500,."),
        (150, vec![150, 110, 100, 100])
    );
    assert_eq!(ends("A", "<DEL>,<CN0>", "SVLEN=20"), (120, vec![120, 120]));
    assert_eq!(ends("A", "<*>", "END=199"), (199, vec![199]));
    assert_eq!(ends("A", ".", "END=199"), (199, vec![]));
    assert_eq!(ends("A", "C,<NON_REF>", "END=150"), (150, vec![100, 150]));
    assert_eq!(ends("A", "<INV>", "END=5"), (100, vec![100]));
    // no position can be there
    for beyond in [
        "SVLEN=9223372036854775807",
        "SVLEN=-9223372036854775808",
        "END=9000000000",
    ] {
        assert_eq!(ends("A", "<DEL>", beyond), (100, vec![100]), "{beyond}");
    }
}

#[test]
fn info_asked_for_is_kept() {
    let how = How {
        options: ReadOptions {
            info_keys: ["NOTE", "DB", "X", "END"].map(str::to_owned).to_vec(),
            ..ReadOptions::default()
        },
        ..How::default()
    };
    let record = "1\t1\t.\tA\tG\t.\t.\tEND=5;DB;NOTE=50%25;X=.;NOTE=again;RANK=3";
    let read = read_how(sites_only(record), &how).unwrap();
    let expected = [(3, "5"), (1, ""), (0, "50%25")].map(|(k, v)| (k, v.to_owned()));
    assert_eq!(read.only().info, expected);
    assert!(read.warned().contains(&"INFO key twice in a record: NOTE"));
}

#[test]
fn lines_are_numbered_as_an_editor_does() {
    let mut text = header(1);
    let before = text.lines().count() as u64;
    for n in 0..5000 {
        text += match n % 7 {
            3 => "\n",
            5 => "1\tbad\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\n",
            _ => "1\t7\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\r\n",
        };
    }
    for data in [
        text.clone().into_bytes(),
        bgzf(text.as_bytes(), 500),
        gzip(text.as_bytes()),
    ] {
        let how = How {
            batch: Some(3000),
            ..How::default()
        };
        let read = read_how(data, &how).unwrap();
        let at = |n: u64| Place::Line(before + 1 + n);
        let lines = |rest: fn(u64) -> bool| (0..5000).filter(move |n| rest(n % 7)).map(at);
        assert!(
            read.sites
                .iter()
                .map(|s| s.place)
                .eq(lines(|r| r != 3 && r != 5))
        );
        assert!(read.refused.iter().map(|e| e.place).eq(lines(|r| r == 5)));
        assert_eq!(read.warnings[0].place, at(3));
        assert_eq!(read.tally.lines, before + 5000);
        assert_eq!(read.tally.records_read, 5000 - 714);
    }
}

#[test]
fn headers_are_read_tolerantly() {
    let text = "##fileformat=VCFv4.2\n##reference=file:///GRCh38.fa\n##odd\n\
        ##contig=<ID=chr1,length=5,assembly=\"B38, x\">\n\
        ##INFO=<ID=CSQ,Number=.,Type=String,Description=\"Format: \\\"A|B\\\", C\">\n\
        ##FILTER=<ID=low,Description=\"Low>\n\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta b\tZo\u{eb}\n";
    let header = read(text).header;
    assert_eq!(header.version, "VCFv4.2");
    assert_eq!(header.reference.as_deref(), Some("file:///GRCh38.fa"));
    assert_eq!(header.samples[..], ["a b", "Zo\u{eb}"]);
    assert_eq!(header.contigs[0].assembly.as_deref(), Some("B38, x"));
    assert_eq!(header.contigs[0].length, Some(5));
    assert_eq!(header.info[0].description, "Format: \"A|B\", C");
    assert_eq!(*header.filters, ["low"]);
    let kinds: Vec<&str> = header.warnings.iter().map(|w| w.what.as_str()).collect();
    let expected = [
        "header line that is not key=value: odd",
        "malformed header line: FILTER",
        "empty line in the header",
    ];
    assert_eq!(kinds, expected);
}
