//! What every command answers about a cohort of which the answers were worked out by hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{COHORT, Fixture, table, varidex};

const VARIANTS: &str = "
chrom pos      id      ref  alt   type filter gene consequence impact ac an af   n_het n_hom n_hemi n_missing
chr21 1000     rs1     A    G     snv  PASS   .    .           .      4  8  0.5  2     1     0      0
chr21 2000     .       C    CA    ins  q10    .    .           .      2  5  0.4  2     0     0      2
chr21 2000     .       C    T     snv  q10    .    .           .      2  5  0.4  2     0     0      2
chr21 3000     rs3;rs4 ACGT A     del  .      .    .           .      0  8  0    0     0     0      0
chr21 4000     .       T    .     ref  PASS   .    .           .      0  6  0    0     0     0      1
chrX  50000000 sv1     N    <DEL> del  PASS   .    .           .      3  4  0.75 2     0     1      2
chrX  50000100 poly    G    C     snv  PASS   .    .           .      4  8  0.5  3     0     0      2
";

const CARRIERS: &str = "
chrom pos      ref alt   sample individual zygosity phase
chr21 1000     A   G     ANNA   .          het      0|1
chr21 1000     A   G     BEN    .          het      1|0
chr21 1000     A   G     CLEO   .          hom      1|1
chr21 2000     C   CA    BEN    .          het      ./1
chr21 2000     C   CA    CLEO   .          het      0/1
chr21 2000     C   T     ANNA   .          het      0/1
chr21 2000     C   T     CLEO   .          het      0/1
chrX  50000000 N   <DEL> ANNA   .          het      0|1
chrX  50000000 N   <DEL> BEN    .          hemi     1
chrX  50000000 N   <DEL> CLEO   .          het      ./1
chrX  50000100 G   C     ANNA   .          het      ./0/1/1
chrX  50000100 G   C     CLEO   .          het      .|1
chrX  50000100 G   C     DAN    .          het      1|0|0
";

#[test]
fn variants_are_listed() {
    let cohort = Fixture::new();
    assert_eq!(cohort.answer("variants", &["all"]), table(VARIANTS));
    let one = cohort.answer("variants", &["info.CADD>20 & type:snv"]);
    let lines: Vec<&str> = VARIANTS.trim().lines().take(2).collect();
    assert_eq!(one, table(&lines.join("\n")));
    let none = cohort.answer("variants", &["chr21:5000-6000"]);
    assert_eq!(none.lines().count(), 1);
}

#[test]
fn frequencies_of_everybody() {
    let cohort = Fixture::new();
    let expected = "
chrom pos  id  ref alt ac an af  n_het n_hom n_hemi n_missing
chr21 1000 rs1 A   G   4  8  0.5 2     1     0      0
chr21 2000 .   C   CA  2  5  0.4 2     0     0      2
chr21 2000 .   C   T   2  5  0.4 2     0     0      2
";
    let asked = cohort.answer("frequencies", &["21:1,000-2,000"]);
    assert_eq!(asked, table(expected));
}

#[test]
fn frequencies_of_a_group() {
    let cohort = Fixture::new();
    let group = ["--group", "samples( DAN )"];
    let asked = cohort.answer("frequencies", &[["all"].as_slice(), &group].concat());
    let expected = "
chrom pos      id      ref  alt   group        ac an af       n_het n_hom n_hemi n_missing
chr21 1000     rs1     A    G     samples(DAN) 0  2  0        0     0     0      0
chr21 2000     .       C    CA    samples(DAN) 0  0  .        0     0     0      1
chr21 2000     .       C    T     samples(DAN) 0  0  .        0     0     0      1
chr21 3000     rs3;rs4 ACGT A     samples(DAN) 0  2  0        0     0     0      0
chr21 4000     .       T    .     samples(DAN) 0  0  .        0     0     0      1
chrX  50000000 sv1     N    <DEL> samples(DAN) 0  0  .        0     0     0      1
chrX  50000100 poly    G    C     samples(DAN) 1  3  0.333333 1     0     0      0
";
    assert_eq!(asked, table(expected));
}

#[test]
fn carriers_with_their_phase() {
    let cohort = Fixture::new();
    assert_eq!(cohort.answer("carriers", &["all"]), table(CARRIERS));
    let anna = cohort.answer("carriers", &["chr21", "--group", "samples(ANNA)"]);
    let expected = "
chrom pos  ref alt sample individual zygosity phase
chr21 1000 A   G   ANNA   .          het      0|1
chr21 2000 C   T   ANNA   .          het      0/1
";
    assert_eq!(anna, table(expected));
}

#[test]
fn tables_as_json() {
    let cohort = Fixture::new();
    let lines = cohort.answer(
        "frequencies",
        &[
            "chr21:2000",
            "--format",
            "ndjson",
            "--group",
            "samples(DAN)",
        ],
    );
    let expected = concat!(
        r#"{"chrom":"chr21","pos":2000,"id":null,"ref":"C","alt":"CA","group":"samples(DAN)","ac":0,"an":0,"af":null,"n_het":0,"n_hom":0,"n_hemi":0,"n_missing":1}"#,
        "\n",
        r#"{"chrom":"chr21","pos":2000,"id":null,"ref":"C","alt":"T","group":"samples(DAN)","ac":0,"an":0,"af":null,"n_het":0,"n_hom":0,"n_hemi":0,"n_missing":1}"#,
        "\n",
    );
    assert_eq!(lines, expected);
    for command in ["variants", "frequencies", "carriers"] {
        for of in ["all", "chr21:5000-6000"] {
            let array = cohort.answer(command, &[of, "--format", "json"]);
            let array: Vec<serde_json::Value> = serde_json::from_str(&array).unwrap();
            let lines = cohort.answer(command, &[of, "--format", "ndjson"]);
            let lines: Vec<serde_json::Value> = lines
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            assert_eq!(array, lines);
            let table = cohort.answer(command, &[of]);
            assert_eq!(array.len() + 1, table.lines().count());
        }
    }
}

#[test]
fn people_are_counted_and_named() {
    let cohort = Fixture::new();
    let rs1 = "carriers(rs1)";
    assert_eq!(cohort.answer("ask", &[rs1]), "3\n");
    assert_eq!(cohort.answer("ask", &[rs1, "--count"]), "3\n");
    assert_eq!(cohort.answer("ask", &[rs1, "--exists"]), "true\n");
    assert_eq!(cohort.answer("ask", &["!all", "--exists"]), "false\n");
    assert_eq!(cohort.answer("ask", &["!all", "--ids"]), "");
    assert_eq!(cohort.answer("ask", &[rs1, "--ids"]), "ANNA\nBEN\nCLEO\n");
    let json = |extra: &[&str]| cohort.answer("ask", &[&[rs1, "--format", "json"], extra].concat());
    assert_eq!(json(&[]), "{\"count\":3}\n");
    assert_eq!(json(&["--exists"]), "{\"exists\":true}\n");
    let ids: Vec<String> = serde_json::from_str(&json(&["--ids"])).unwrap();
    assert_eq!(ids, ["ANNA", "BEN", "CLEO"]);
    let lines = cohort.answer("ask", &[rs1, "--ids", "--format", "ndjson"]);
    assert_eq!(lines, "\"ANNA\"\n\"BEN\"\n\"CLEO\"\n");
    let steps: serde_json::Value = serde_json::from_str(&json(&["--explain"])).unwrap();
    assert_eq!(steps["individuals"], 3);
    assert_eq!(steps["steps"][0]["variants"], 1);
    assert!(
        cohort
            .answer("ask", &[rs1, "--explain"])
            .contains("candidate rows 1")
    );
}

/// What who asks should know is reported beside the answer, unless nothing is to be reported.
#[test]
fn answers_come_with_notes() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let vcf = "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\
        \tT1\tN1\tS2\n1\t5\t.\tA\tC\t.\t.\t.\tGT\t0/1\t0/0\t0/1\n";
    std::fs::write(path("a.vcf"), vcf).unwrap();
    std::fs::write(path("a.bed"), "1\t0\t9\tAAA\n1\t20\t30\tBBB\n").unwrap();
    std::fs::write(path("a.tsv"), "individual_id\tsample_id\nP1\tT1\nP1\tN1\n").unwrap();
    let (input, to, genes, people) = (path("a.vcf"), path("a.vdx"), path("a.bed"), path("a.tsv"));
    let build = [
        "build", "-q", &input, "-o", &to, "--genes", &genes, "--people", &people,
    ];
    varidex(&build).assert().success();
    let reported = |arguments: &[&str]| {
        let answered = varidex(arguments).assert().success();
        String::from_utf8_lossy(&answered.get_output().stderr).into_owned()
    };
    let both = "carriers(gene:AAA & gene:BBB, het)";
    let note = reported(&["ask", &to, both]);
    let each = "carriers(gene:AAA, het) & carriers(gene:BBB, het)";
    assert!(note.starts_with("note: ") && note.contains(each), "{note}");
    assert_eq!(reported(&["ask", &to, each]), "");
    assert_eq!(reported(&["ask", &to, "carriers(gene:AAA & gene:aaa)"]), "");
    assert_eq!(reported(&["ask", &to, both, "--quiet"]), "");
    let note = reported(&["frequencies", &to, "1:5", "--group", "samples(T1, S2)"]);
    assert!(
        note.starts_with("note: 1 of these people has several samples"),
        "{note}"
    );
    assert_eq!(
        reported(&["frequencies", &to, "1:5", "--group", "samples(S2)"]),
        ""
    );
    let explained = varidex(&["ask", &to, "samples(T1)", "--explain", "--format", "json"]);
    let explained = { explained }.assert().success();
    let explained: serde_json::Value =
        serde_json::from_slice(&explained.get_output().stdout).unwrap();
    assert!(
        explained["notes"][0]
            .as_str()
            .unwrap()
            .contains("their 2 samples"),
        "{explained}"
    );
}

/// Programs write expressions as JSON: what begins with `{` is JSON, wherever text would do.
#[test]
fn expressions_as_json() {
    let cohort = Fixture::new();
    let common = r#"{"af": {">=": 0.5}}"#;
    assert_eq!(
        cohort.answer("variants", &[r#" {"info": {"key": "CADD", ">": 20}}"#]),
        cohort.answer("variants", &["info.CADD>20"])
    );
    let ben = r#"{"samples": ["BEN"]}"#;
    for command in ["frequencies", "carriers"] {
        assert_eq!(
            cohort.answer(command, &[common, "--group", ben]),
            cohort.answer(command, &["af>=0.5", "--group", "samples(BEN)"]),
            "{command}"
        );
    }
    assert_eq!(
        cohort.answer("export", &[common, "-o", "-", "-q"]),
        cohort.answer("export", &["af>=0.5", "-o", "-", "-q"])
    );
    let both = r#"{"and": [{"carriers": {"of": {"name": "rs1"}}}, {"not": {"samples": ["BEN"]}}]}"#;
    assert_eq!(cohort.answer("ask", &[both, "--ids"]), "ANNA\nCLEO\n");
    let explained = cohort.answer("ask", &[both, "--explain", "--format", "json"]);
    let explained: serde_json::Value = serde_json::from_str(&explained).unwrap();
    assert_eq!(explained["expression"], "carriers(rs1) & !samples(BEN)");
}

/// What of a file is not here, and what stands at the place of an allele that is not, is said beside the answer.
#[test]
fn notes_stand_beside_answers() {
    let cohort = Fixture::new();
    let bed = "chr21\t999\t1000\nchr4_GL000008v2_random\t5\t9\n";
    std::fs::write(cohort.path("capture.bed"), bed).unwrap();
    let note = "note: capture.bed: left out 1 region of contigs that are not here: chr4_GL000008v2_random\n";
    for command in ["variants", "frequencies", "carriers"] {
        let asked = ["regions(@capture.bed)", "--columns", "pos"];
        cohort.run(command, &asked).success().stderr(note);
        let quiet = ["regions(@capture.bed)", "--columns", "pos", "-q"];
        cohort.run(command, &quiet).success().stderr("");
    }
    let asked = cohort.run("ask", &["carriers(chr21:1000:A:T)"]).success();
    let note = "note: `chr21:1000:A:T` is not here: at this place there is A>G\n";
    asked.stdout("0\n").stderr(note);
    let asked = cohort.run("ask", &["carriers(chr21:1000 A>G)"]).success();
    asked.stderr("");
}

/// What `--ids` writes is what a file of ids holds, also where it comes from another command.
#[test]
fn an_answer_can_be_asked_about() {
    let cohort = Fixture::new();
    let ids = cohort.answer("ask", &["carriers(rs1)", "--ids"]);
    std::fs::write(cohort.path("ids.txt"), ids).unwrap();
    let question = ["samples(@ids.txt) & carriers(chrX:50000100)", "--ids"];
    assert_eq!(cohort.answer("ask", &question), "ANNA\nCLEO\n");
    for text in [
        "samples(@-) & carriers(chrX:50000100)",
        "samples(@/dev/stdin) & carriers(chrX:50000100)",
        r#"{"and": [{"samples": {"file": "-"}}, {"carriers": {"of": {"name": "chrX"}}}]}"#,
        // what came once is known
        "samples(@-) & carriers(chrX:50000100) & samples(@-) & samples(@/dev/stdin)",
    ] {
        if cfg!(windows) && text.contains("/dev") {
            continue;
        }
        varidex(&["ask", &cohort.dataset(), text, "--ids"])
            .write_stdin("ANNA\nCLEO\n")
            .assert()
            .success()
            .stdout("ANNA\nCLEO\n");
    }
    std::fs::write(
        cohort.path("capture.bed"),
        "chr21\t999\t1000\n21\t2999\t3000\n",
    )
    .unwrap();
    let rows = cohort.answer("variants", &["regions(@capture.bed)", "--format", "ndjson"]);
    let ids: Vec<&str> = rows
        .lines()
        .map(|row| if row.contains("rs1") { "rs1" } else { "rs3" })
        .collect();
    assert_eq!(ids, ["rs1", "rs3"]);
}

/// A sample has its name, whatever lies in the working directory.
#[test]
fn a_file_named_like_a_sample_changes_nothing() {
    let cohort = Fixture::new();
    for name in ["ANNA", "capture.bed"] {
        std::fs::write(cohort.path(name), "BEN\n").unwrap();
    }
    for text in [
        "samples(ANNA)",
        "samples(\"ANNA\")",
        r#"{"samples": "ANNA"}"#,
        r#"{"samples": ["ANNA"]}"#,
    ] {
        assert_eq!(cohort.answer("ask", &[text, "--ids"]), "ANNA\n", "{text}");
    }
    assert_eq!(cohort.answer("ask", &["samples(@ANNA)", "--ids"]), "BEN\n");
    for (command, text) in [
        ("variants", "regions(\"capture.bed\")"),
        ("variants", "id:@ANNA"),
        ("ask", "@ANNA"),
        ("ask", "samples(\"capture.bed\")"),
    ] {
        cohort.run(command, &[text]).code(2).stdout("");
    }
}

#[test]
fn a_dataset_tells_what_it_holds() {
    let cohort = Fixture::new();
    let text = cohort.answer("info", &[]);
    for line in [
        "assembly  GRCh38\n",
        "samples   4\n",
        "records   6\n",
        "rows      7\n",
        "contig    chr21\t5 rows\n",
        "contig    chrX\t2 rows\n",
        "info      CADD\tfloat\n",
        "section   carriers ",
    ] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&cohort.answer("info", &["--json"])).unwrap();
    assert_eq!(json["samples"], 4);
    assert_eq!(json["contigs"][1]["name"], "chrX");
    assert_eq!(json["info"][0]["key"], "CADD");
    let snapshot = json["snapshot"].as_str().unwrap();
    assert!(text.contains(&format!("snapshot  {snapshot}\n")));
    assert_eq!(cohort.answer("verify", &[]), "ok\n");
}

#[test]
fn a_build_reports() {
    let dir = tempfile::tempdir().unwrap();
    let dataset = dir.path().join("a.vdx").display().to_string();
    let report = dir.path().join("report.json").display().to_string();
    let built = varidex(&["build", COHORT, "-o", &dataset, "--report", &report]).assert();
    let built = built.success().stdout("");
    let reported = String::from_utf8_lossy(&built.get_output().stderr).into_owned();
    assert!(
        reported.starts_with(&format!("reading {COHORT}\nwrote {dataset}\nrecords read ")),
        "{reported}"
    );
    let report = std::fs::read_to_string(report).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(
        (&report["records"], &report["rows"]),
        (&6.into(), &7.into())
    );
    assert_eq!(report["refused"], 0);
}

#[test]
fn genotypes_below_a_quality_are_missing() {
    let dir = tempfile::tempdir().unwrap();
    let dataset = dir.path().join("a.vdx").display().to_string();
    varidex(&["build", COHORT, "-q", "-o", &dataset, "--min-gq", "20"])
        .assert()
        .success();
    let asked = varidex(&["frequencies", &dataset, "rs1"])
        .assert()
        .success();
    let text = String::from_utf8_lossy(&asked.get_output().stdout).into_owned();
    assert_eq!(
        text.lines().nth(1),
        Some("chr21\t1000\trs1\tA\tG\t3\t6\t0.5\t1\t1\t0\t1")
    );
}

/// Same input and options, same bytes, whatever the threads; and the same answers.
#[test]
fn builds_and_answers_repeat() {
    let first = Fixture::new();
    let second = first.path("again.vdx").display().to_string();
    varidex(&[
        "build",
        COHORT,
        "--info",
        "CADD",
        "-q",
        "--threads",
        "3",
        "-o",
        &second,
    ])
    .assert()
    .success();
    let manifest = |dataset: &str| std::fs::read(format!("{dataset}/manifest.json")).unwrap();
    assert_eq!(manifest(&first.dataset()), manifest(&second));
    for command in ["variants", "frequencies", "carriers"] {
        assert_eq!(
            first.answer(command, &["all"]),
            first.answer(command, &["all"])
        );
    }
}

#[test]
fn simulated_truth_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let simulate = |to: &str, format: &str| {
        let line = "simulate --samples 60 --variants 150 --missing 0.02 --half-calls 0.3 --multiallelic 0.2 -q";
        let mut arguments: Vec<&str> = line.split(' ').collect();
        arguments.extend(["--format", format, "-o", to]);
        varidex(&arguments).assert().success().stdout("").stderr("");
    };
    let (cohort, again) = (path("cohort"), path("again"));
    simulate(&cohort, "vcf.gz");
    simulate(&again, "bcf");
    let truth = std::fs::read_to_string(format!("{cohort}/truth.tsv")).unwrap();
    assert_eq!(
        truth,
        std::fs::read_to_string(format!("{again}/truth.tsv")).unwrap()
    );
    let dataset = path("cohort.vdx");
    let input = format!("{again}/cohort.bcf");
    varidex(&["build", &input, "-q", "-o", &dataset])
        .assert()
        .success();
    let asked = varidex(&["frequencies", &dataset, "all"])
        .assert()
        .success();
    let asked = String::from_utf8_lossy(&asked.get_output().stdout).into_owned();
    let mut found: Vec<String> = asked
        .lines()
        .map(|line| {
            let f: Vec<&str> = line.split('\t').collect();
            [0, 1, 3, 4, 5, 6, 8, 9, 10, 11]
                .map(|column| f[column])
                .join("\t")
        })
        .collect();
    let mut truth: Vec<String> = truth.lines().map(str::to_owned).collect();
    found.sort();
    truth.sort();
    assert_eq!(found, truth);
}

/// What is exported, built again and asked again, gives the same answers.
#[test]
fn exports_come_back() {
    let cohort = Fixture::new();
    for name in ["out.vcf", "out.vcf.gz", "out.bcf"] {
        let again = cohort.path(&format!("{name}.vdx")).display().to_string();
        cohort
            .run("export", &["all", "-q", "-o", name])
            .success()
            .stdout("")
            .stderr("");
        let input = cohort.path(name).display().to_string();
        varidex(&["build", &input, "-q", "-o", &again])
            .assert()
            .success();
        for (command, expected) in [("variants", VARIANTS), ("carriers", CARRIERS)] {
            let asked = varidex(&[command, &again, "all"]).assert().success();
            asked.stdout(table(expected));
        }
    }
    let text = cohort.answer(
        "export",
        &["rs1", "-q", "--group", "samples(CLEO)", "-o", "-"],
    );
    let last = text.lines().last().unwrap();
    assert!(
        last.starts_with("chr21\t1000\trs1\tA\tG\t50\tPASS\t"),
        "{last}"
    );
    assert!(last.ends_with("\tGT\t1|1"), "{last}");
    cohort.run("export", &["all", "-o", "out.txt"]).code(2);
}

/// A row with an ALT that every copy carries was once counted as carried by none: a set of all has no
/// members to point to, and was taken for an empty one.
#[test]
fn an_allele_that_all_carry_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (input, dataset) = (path("fixed.vcf"), path("fixed.vdx"));
    let text = "##fileformat=VCFv4.2\n##contig=<ID=1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"G\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n1\t10\t.\tA\tG\t.\t.\t.\tGT\t1|1\t1|1\n";
    std::fs::write(&input, text).unwrap();
    varidex(&["build", &input, "-q", "-o", &dataset])
        .assert()
        .success();
    let expected = "
chrom pos id ref alt ac an af n_het n_hom n_hemi n_missing
1     10  .  A   G   4  4  1  0     2     0      0
";
    varidex(&["frequencies", &dataset, "all"])
        .assert()
        .success()
        .stdout(table(expected));
    varidex(&["ask", &dataset, "carriers(all, hom)"])
        .assert()
        .success()
        .stdout("2\n");
}

const ANNOTATED: &str = "##fileformat=VCFv4.3
##contig=<ID=chr7>
##INFO=<ID=CSQ,Number=.,Type=String,Description=\"VEP. Format: Allele|Consequence|IMPACT|SYMBOL|Gene|Feature|HGVSc|HGVSp|CANONICAL|gnomADe_AF\">
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tANNA\tBEN
chr7\t100\t.\tA\tT\t.\tPASS\tCSQ=T|missense_variant|MODERATE|BRAF|ENSG1|NM_004333|NM_004333.6:c.1799T>A|NP_004324.2:p.Val600Glu|YES|0.0001,T|upstream_gene_variant|MODIFIER|CCT4P1|ENSG2|ENST9||||0.0001\tGT\t0/1\t0/0
chr7\t200\t.\tC\tG\t.\tPASS\tCSQ=G|intron_variant|MODIFIER|BRAF|ENSG1|NM_004333|||YES|0.2,X|intron_variant|MODIFIER|BRAF||||||\tGT\t0/1\t1/1
chr7\t300\t.\tC\tA\t.\tPASS\t.\tGT\t0/0\t0/1
";

#[test]
fn annotated_variants() {
    let place = tempfile::tempdir().unwrap();
    let input = place.path().join("annotated.vcf");
    std::fs::write(&input, ANNOTATED).unwrap();
    let (input, to) = (
        input.display().to_string(),
        place.path().join("annotated.vdx").display().to_string(),
    );
    let built = varidex(&["build", &input, "--info", "CSQ.gnomADe_AF", "-o", &to])
        .assert()
        .success();
    let reported = String::from_utf8_lossy(&built.get_output().stderr).into_owned();
    let reported: Vec<&str> = reported.split_whitespace().collect();
    let reported = reported.join(" ");
    assert!(
        reported.contains("annotations CSQ entries read 4 entries stored 3 entries refused 1"),
        "{reported}"
    );
    assert!(
        reported.contains("an allele that the record does not have"),
        "{reported}"
    );

    let columns = |question: &str| {
        let answer = varidex(&["variants", &to, question]).assert().success();
        let answer = String::from_utf8(answer.get_output().stdout.clone()).unwrap();
        let line = |line: &str| {
            let fields: Vec<&str> = line.split('\t').collect();
            [fields[1], fields[7], fields[8], fields[9]].join(" ")
        };
        answer.lines().skip(1).map(line).collect::<Vec<_>>()
    };
    let missense = "100 BRAF missense_variant moderate";
    let intron = "200 BRAF intron_variant modifier";
    assert_eq!(columns("all"), [missense, intron, "300 . . ."]);
    assert_eq!(columns("gene:BRAF"), [missense, intron]);
    assert_eq!(columns("gene:BRAF & impact>=moderate"), [missense]);
    assert_eq!(
        columns("gene:CCT4P1"),
        ["100 CCT4P1 upstream_gene_variant modifier"]
    );
    // neither of both entries is of this gene and moderate
    assert!(columns("gene:CCT4P1 & impact>=moderate").is_empty());
    assert_eq!(columns("protein:V600E & gene:BRAF"), [missense]);
    assert_eq!(columns("p.Val600Glu"), [missense]);
    assert_eq!(columns("NM_004333:c.1799T>A"), [missense]);
    assert_eq!(columns("NP_004324.2:p.Val600Glu"), [missense]);
    assert_eq!(columns("consequence:coding_sequence_variant"), [missense]);
    assert_eq!(columns("canonical & info.CSQ.gnomADe_AF>0.01"), [intron]);
    assert_eq!(columns("!gene:BRAF"), ["300 . . ."]);

    let mut explained = varidex(&["ask", &to, "carriers(gene:BRAF)", "--explain"]);
    let explained = explained.output().unwrap();
    let explained = String::from_utf8_lossy(&explained.stdout).into_owned();
    assert!(explained.contains("by annotation (csq)"), "{explained}");

    let none = [
        "build",
        &input,
        "--annotations",
        "none",
        "--force",
        "-q",
        "-o",
        &to,
    ];
    varidex(&none).assert().success();
    let asked = varidex(&["variants", &to, "gene:BRAF"]).assert().code(2);
    let reported = String::from_utf8_lossy(&asked.get_output().stderr).into_owned();
    assert!(reported.contains("no genes are known here"), "{reported}");
    varidex(&["build", &input, "--annotations", "vep", "-o", &to])
        .assert()
        .code(2);
}
