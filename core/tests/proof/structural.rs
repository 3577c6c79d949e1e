//! Structural variants as callers write them: what their alleles are, and where they end.

use crate::common::{Folder, build, options};
use varidex::{BuildOptions, Dataset, ExportOptions, View};

const META: &str = "##contig=<ID=chr7,length=159345973>
##contig=<ID=chr12,length=133275309>
##INFO=<ID=SVTYPE,Number=1,Type=String,Description=\"Type\">
##INFO=<ID=SVLEN,Number=.,Type=Integer,Description=\"Length\">
##INFO=<ID=CHR2,Number=1,Type=String,Description=\"Contig of END\">
##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
";

/// A file of records `CHROM POS ID REF ALT INFO`, all carried by S1.
fn file(version: &str, records: &[&str]) -> String {
    let mut text = format!("##fileformat={version}\n{META}");
    text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\tS2\n";
    for record in records {
        let fields: Vec<&str> = record.split(' ').collect();
        let [contig, position, id, reference, alternate, info] = fields[..] else {
            panic!("{record}");
        };
        let last = alternate.split(',').count();
        text += &format!(
            "{contig}\t{position}\t{id}\t{reference}\t{alternate}\t.\tPASS\t{info}\tGT\t1/{last}\t0/0\n"
        );
    }
    text
}

/// ALT, type, first and last base of the variants of an id; the last by asking for single bases.
fn reported(dataset: &View, id: &str) -> Vec<(String, String, i64, i64)> {
    let mut found = Vec::new();
    let mut variants = dataset.variants(format!("id:{id}").as_str()).unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let contig = variant.contig().to_owned();
        let first = variant.position().unwrap().one_based();
        let kind = variant.allele_type().unwrap().to_string();
        let (reference, alternate) = variant.alleles().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (reference, alternate) = (text(reference), text(alternate));
        let touches = |from: i64| {
            let question = format!("id:{id} & type:{kind} & {contig}:{from}-");
            let mut touching = dataset.variants(question.as_str()).unwrap();
            let mut any = false;
            while let Some(mut other) = touching.next().unwrap() {
                any |= text(other.alleles().unwrap().1) == alternate;
            }
            any
        };
        // far behind no end
        let (mut inside, mut outside) = (first, first + 100_000_000);
        assert!(touches(inside) && !touches(outside), "{id}");
        while inside + 1 < outside {
            let middle = i64::midpoint(inside, outside);
            match touches(middle) {
                true => inside = middle,
                false => outside = middle,
            }
        }
        assert!(!reference.is_empty());
        found.push((alternate, kind, first, inside));
    }
    found
}

/// A record, and what must be said of its rows.
type Case<'c> = (&'c str, &'c [(&'c str, &'c str, i64)]);

/// Asks the dataset of a file, and the ones of its exports, which must say the same.
fn check(version: &str, cases: &[Case<'_>]) {
    let folder = Folder::new();
    let records: Vec<&str> = cases.iter().map(|case| case.0).collect();
    let dataset = folder.dataset(&file(version, &records), &options());
    dataset.dataset().verify().unwrap();
    let mut datasets = Vec::new();
    for name in ["out.vcf", "out.bcf"] {
        let path = folder.path(name);
        let export = ExportOptions::default();
        dataset
            .export("all", None, &path, &export, &mut |_| true)
            .unwrap();
        let to = folder.path(&format!("{name}.vdx"));
        build(&[&path], &to, &options()).unwrap();
        datasets.push((name, Dataset::open(&to).unwrap().view()));
    }
    datasets.push((version, dataset));
    for (name, dataset) in &datasets {
        for (record, expected) in cases {
            let fields: Vec<&str> = record.split(' ').collect();
            let first: i64 = fields[1].parse().unwrap();
            let expected: Vec<_> = expected
                .iter()
                .map(|&(alt, kind, last)| (alt.to_owned(), kind.to_owned(), first, last))
                .collect();
            assert_eq!(reported(dataset, fields[2]), expected, "{name}: {record}");
        }
    }
}

/// Before VCF 4.4 SVLEN is a difference in length: of an inversion it is 0, which made it one base long.
#[test]
fn before_4_4_end_is_the_witness() {
    for version in ["VCFv4.1", "VCFv4.2", "VCFv4.3"] {
        check(
            version,
            &[
                (
                    "chr7 50000 inv N <INV> SVTYPE=INV;END=60000;SVLEN=0",
                    &[("<INV>", "inv", 60_000)],
                ),
                (
                    "chr7 70000 inv2 N <INV> SVTYPE=INV;END=80000;SVLEN=10000",
                    &[("<INV>", "inv", 80_000)],
                ),
                (
                    "chr7 90000 del N <DEL> SVTYPE=DEL;END=90500;SVLEN=-500",
                    &[("<DEL>", "del", 90_500)],
                ),
                // bases are inserted in the gap
                (
                    "chr7 91000 gap N <DEL> SVTYPE=DEL;END=91500;SVLEN=-480",
                    &[("<DEL>", "del", 91_500)],
                ),
                (
                    "chr7 92000 short N <DEL> SVTYPE=DEL;SVLEN=-100",
                    &[("<DEL>", "del", 92_100)],
                ),
                (
                    "chr7 93000 here N <DUP> SVTYPE=DUP;END=93000;SVLEN=100",
                    &[("<DUP>", "dup", 93_100)],
                ),
                (
                    "chr7 94000 two N <DEL>,<DEL:ME> SVTYPE=DEL;END=99000;SVLEN=-300,-5000",
                    &[("<DEL:ME>", "del", 99_000), ("<DEL>", "del", 94_300)],
                ),
                ("chr7 200000 none N <DEL> .", &[("<DEL>", "del", 200_000)]),
                // bases are what they are
                (
                    "chr7 210000 bases ATTTT A SVTYPE=DEL;END=219999;SVLEN=-9999",
                    &[("A", "del", 210_004)],
                ),
            ],
        );
    }
}

/// From 4.4 on SVLEN is the length of each allele, and END is worked out from it.
#[test]
fn from_4_4_svlen_is_the_witness() {
    check(
        "VCFv4.4",
        &[
            (
                "chr7 50000 inv N <INV> END=60000;SVLEN=500",
                &[("<INV>", "inv", 50_500)],
            ),
            (
                "chr7 60000 zero N <INV> END=60400;SVLEN=0",
                &[("<INV>", "inv", 60_400)],
            ),
            (
                "chr7 70000 two N <DEL>,<DUP> END=75000;SVLEN=300,5000",
                &[("<DEL>", "del", 70_300), ("<DUP>", "dup", 75_000)],
            ),
            (
                "chr7 80000 repeat T <CNV:TR> SVLEN=30",
                &[("<CNV:TR>", "cnv", 80_030)],
            ),
        ],
    );
}

/// END of a translocation is a place on the other contig: the variant touched 56 million bases.
#[test]
fn alleles_without_extent_end_with_their_ref() {
    check(
        "VCFv4.2",
        &[
            (
                "chr12 1000000 ctx N <CTX> SVTYPE=CTX;CHR2=chr7;END=57000000;SVLEN=-1",
                &[("<CTX>", "bnd", 1_000_000)],
            ),
            (
                "chr12 1000050 tra N <TRA> SVTYPE=TRA;CHR2=chr7;END=57000000",
                &[("<TRA>", "bnd", 1_000_050)],
            ),
            (
                "chr12 1000100 bnd N N]chr7:57000000] SVTYPE=BND;CHR2=chr7;END=57000000",
                &[("N]chr7:57000000]", "bnd", 1_000_100)],
            ),
            // also where the other side is on the same contig
            (
                "chr12 1000200 same N N]chr12:1999999] SVTYPE=BND;CHR2=chr12;END=1999999",
                &[("N]chr12:1999999]", "bnd", 1_000_200)],
            ),
            (
                "chr12 1000300 ins N <INS:ME:SVA> SVTYPE=INS;CHR2=chr12;END=1000301;SVLEN=1200",
                &[("<INS:ME:SVA>", "ins", 1_000_300)],
            ),
            // a duplicated piece of another contig
            (
                "chr12 1000400 elsewhere N <CPX> SVTYPE=CPX;CHR2=chr7;END=1000500",
                &[("<CPX>", "other", 1_000_400)],
            ),
            (
                "chr12 1000600 here N <CPX> SVTYPE=CPX;CHR2=12;END=1004600;SVLEN=4000",
                &[("<CPX>", "other", 1_004_600)],
            ),
        ],
    );
    let folder = Folder::new();
    let genes = folder.write("genes.bed", "chr12\t29999900\t30000100\tGENEZ\n");
    let text = file(
        "VCFv4.2",
        &["chr12 1000000 ctx N <CTX> SVTYPE=CTX;CHR2=chr7;END=57000000"],
    );
    let with_genes = BuildOptions {
        genes: vec![genes],
        ..options()
    };
    let dataset = folder.dataset(&text, &with_genes);
    let carriers = dataset.ask("carriers(gene:GENEZ)").unwrap();
    assert_eq!(carriers.count(), 0);
}

/// `<CN=0>` of gnomAD, `<CN0>` of the 1000 Genomes, `<CNV:TR>` of VCF 4.4 are one family.
#[test]
fn numbers_of_copies_are_cnv() {
    check(
        "VCFv4.2",
        &[
            (
                "chr7 1000 gnomad N <CN=0>,<CN=1>,<CN=3> SVTYPE=MCNV;END=5000;SVLEN=4000",
                &[
                    ("<CN=0>", "cnv", 5_000),
                    ("<CN=1>", "cnv", 5_000),
                    ("<CN=3>", "cnv", 5_000),
                ],
            ),
            (
                "chr7 7000 kg C <CN0>,<CN2> SVTYPE=CNV;END=9000",
                &[("<CN0>", "cnv", 9_000), ("<CN2>", "cnv", 9_000)],
            ),
            // ALT says more than SVTYPE
            (
                "chr7 12000 gain N <DUP> SVLEN=21071;SVTYPE=CNV;END=33071",
                &[("<DUP>", "dup", 33_071)],
            ),
            (
                "chr7 40000 tr T <CNV:TR> SVLEN=30",
                &[("<CNV:TR>", "cnv", 40_030)],
            ),
        ],
    );
}

/// What callers write beside the specification.
#[test]
fn svtype_tells_what_alt_does_not() {
    check(
        "VCFv4.2",
        &[
            (
                "chr7 4000 vardict C <INV26> SVTYPE=INV;END=4026;SVLEN=26",
                &[("<INV26>", "inv", 4_026)],
            ),
            (
                "chr7 4100 odd C <X> SVTYPE=DEL;SVLEN=-50",
                &[("<X>", "del", 4_150)],
            ),
            (
                "chr7 4200 other C <X>,<Y> SVTYPE=DUP:TANDEM;END=4300",
                &[("<X>", "dup", 4_300), ("<Y>", "dup", 4_300)],
            ),
            (
                "chr7 4300 assembled C C<ctg1> SVTYPE=INS",
                &[("C<ctg1>", "ins", 4_300)],
            ),
            (
                "chr7 4400 later C <ctg1> SVTYPE=INS;SVLEN=329",
                &[("<ctg1>", "ins", 4_400)],
            ),
            (
                "chr7 4500 untold C <ctg1> END=4600",
                &[("<ctg1>", "other", 4_600)],
            ),
            (
                "chr7 4700 mate C C[<ctg1>:7[ SVTYPE=BND",
                &[("C[<ctg1>:7[", "bnd", 4_700)],
            ),
        ],
    );
    let folder = Folder::new();
    let input = folder.write(
        "in.vcf",
        file("VCFv4.2", &["chr7 5 a C C<ctg1> SVTYPE=INS"]),
    );
    let report = build(&[&input], &folder.path("x.vdx"), &options()).unwrap();
    assert_eq!(report.warnings, []);
    let odd = folder.write("odd.vcf", file("VCFv4.2", &["chr7 5 a C C<dup-126>AAA ."]));
    let report = build(&[&odd], &folder.path("odd.vdx"), &options()).unwrap();
    let [warning] = &report.warnings[..] else {
        panic!("{:?}", report.warnings);
    };
    assert_eq!(warning.what, "ALT that VCF does not allow: C<dup-126>AAA");
}

/// Ends that no position can have were cut, and silent.
#[test]
fn ends_beyond_all_positions_are_left_out() {
    let folder = Folder::new();
    let input = folder.write(
        "in.vcf",
        file(
            "VCFv4.2",
            &[
                "chr7 100 a A <DEL> END=3000000000",
                "chr7 200 b A <DEL> SVLEN=-3000000000",
                "chr7 300 c A <DEL> END=159345974",
                "chr7 400 d A <DEL> END=450",
                "chr7 500 e A <TRA> SVLEN=-1;CHR2=chr12;END=520",
            ],
        ),
    );
    let to = folder.path("x.vdx");
    let report = build(&[&input], &to, &options()).unwrap();
    let reported = report.warnings.iter();
    let reported: Vec<(&str, u64)> = reported.map(|w| (&*w.what, w.count)).collect();
    let expected = [
        ("END beyond 2147483647, left out", 1),
        ("SVLEN beyond 2147483647, left out", 1),
        ("an end past that of contig chr7", 1),
    ];
    assert_eq!(reported, expected);
    let dataset = Dataset::open(&to).unwrap().view();
    dataset.dataset().verify().unwrap();
    let of_length = |test: &str| {
        let mut ids = Vec::new();
        let mut variants = dataset.variants(test).unwrap();
        while let Some(mut variant) = variants.next().unwrap() {
            ids.push(String::from_utf8_lossy(variant.id().unwrap()).into_owned());
        }
        ids.join(" ")
    };
    // the length of a breakend is not known, whatever SVLEN says
    assert_eq!(of_length("!length>=0"), "a b e");
    assert_eq!(of_length("length=50"), "d");
}

/// What an error proposes answers: of an allele without length it proposed what was asked.
#[test]
fn what_is_proposed_is_one_variant() {
    let folder = Folder::new();
    let records = ["chr7 5000 g N <INS> .", "chr7 5000 h N <INS> SVLEN=100"];
    let input = folder.write("in.vcf", file("VCFv4.2", &records));
    let to = folder.path("x.vdx");
    build(&[&input], &to, &options()).unwrap();
    let dataset = Dataset::open(&to).unwrap().view();
    let error = dataset.variants("chr7:5000:N:<INS>").err().unwrap();
    let varidex::Error::Expression(error) = error else {
        panic!("{error}");
    };
    assert_eq!(error.candidates.len(), 2);
    for candidate in &error.candidates {
        let mut variants = dataset.variants(candidate.as_str()).unwrap();
        assert!(variants.next().unwrap().is_some(), "{candidate}");
        assert!(variants.next().unwrap().is_none(), "{candidate}");
    }
}
